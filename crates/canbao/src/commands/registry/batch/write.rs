//! The answer as a file: CSV, or a workbook.

use std::fs::OpenOptions;
use std::io::{self, BufWriter, Write as _};
use std::path::Path;

use canbao_domain::date::Date;
use canbao_domain::rules::{Category, InsuranceState};
use canbao_paper::{About, Book, Cell, Column, Kind, ListPlan, PaperError};
use canbao_registry::query::Answer;

use super::super::answer::cells;
use super::read::{Content, Line, List};
use crate::output::failure::Failure;
use crate::output::language::Language;
use crate::output::private;

/// The verdict of a row that could not be read.
pub(super) const UNREADABLE: &str = "无法读取";

const HEAD: [&str; 11] =
    ["工作表", "行", "号码", "姓名", "结果", "养老保险", "医疗保险", "类别", "区划代码", "参保险种及统筹区", "说明"];

/// A row of the answer; the line's number apart.
struct Row<'a> {
    sheet: &'a str,
    line: i64,
    number: &'a str,
    name: &'a str,
    verdict: &'static str,
    pension: &'static str,
    medical: &'static str,
    category: &'static str,
    area: &'a str,
    places: String,
    remark: &'a str,
}

/// Writes the answers beside what was asked.
pub(super) fn write(
    out: &Path,
    list: &List,
    answers: &[Answer],
    as_of: Option<Date>,
    language: Language,
) -> Result<(), Failure> {
    let workbook = out.extension().is_some_and(|ending| ending.eq_ignore_ascii_case("xlsx"));
    private::write(out, language, |aside| {
        if workbook {
            book(aside, list, answers, as_of)
                .map_err(|error| Failure::new(&error).hints(error.hint().map(str::to_owned)))
        } else {
            csv(aside, list, answers).map_err(|error| private::unwritten(out, &error, language))
        }
    })
}

/// Each row in the order of the list; answers stand for those that were asked.
fn rows<'a>(list: &'a List, answers: &'a [Answer]) -> impl Iterator<Item = Row<'a>> {
    let mut answers = answers.iter();
    list.lines.iter().map(move |line| match &line.content {
        Content::Asked { number, name } => row(list, line, number, name, answers.next()),
        Content::Unreadable(reason) => Row { remark: reason, verdict: UNREADABLE, ..row(list, line, "", "", None) },
    })
}

fn row<'a>(list: &'a List, line: &Line, number: &'a str, name: &'a str, answer: Option<&'a Answer>) -> Row<'a> {
    let places = answer.map(|answer| answer.places.as_slice()).unwrap_or_default();
    let places = places.iter().map(|place| match place.pooling_area.as_str() {
        "" => place.scheme.chinese().to_owned(),
        area => format!("{}（{area}）", place.scheme.chinese()),
    });
    let state = |state: Option<InsuranceState>| state.map_or("", InsuranceState::chinese);
    Row {
        sheet: list.sheet(line),
        line: line.line,
        number,
        name,
        verdict: answer.map_or("", |answer| answer.verdict.chinese()),
        pension: state(answer.and_then(|answer| answer.pension)),
        medical: state(answer.and_then(|answer| answer.medical)),
        category: answer.and_then(|answer| answer.category).map_or("", Category::chinese),
        area: answer.map_or("", |answer| answer.area.as_str()),
        places: places.collect::<Vec<_>>().join("；"),
        remark: "",
    }
}

fn csv(path: &Path, list: &List, answers: &[Answer]) -> io::Result<()> {
    let mut out = BufWriter::new(OpenOptions::new().write(true).open(path)?);
    // with the mark, office programs take it for UTF-8
    out.write_all("\u{feff}".as_bytes())?;
    cells(&mut out, HEAD.into_iter())?;
    for row in rows(list, answers) {
        let Row { sheet, number, name, verdict, pension, medical, category, area, places, remark, .. } = &row;
        let line = row.line.to_string();
        cells(
            &mut out,
            [*sheet, &line, *number, *name, *verdict, *pension, *medical, *category, *area, places, *remark]
                .into_iter(),
        )?;
    }
    out.flush()
}

fn book(path: &Path, list: &List, answers: &[Answer], as_of: Option<Date>) -> Result<(), PaperError> {
    let (year, month, day) = as_of.map_or((1970, 1, 1), Date::ymd);
    let date = (u16::try_from(year).unwrap_or(1970), month as u8, day as u8);
    let about = About { title: "批量查询答复".to_owned(), author: "参保登记系统".to_owned(), date };
    let mut book = Book::create(path, about)?;
    let as_of = as_of.map_or_else(|| "登记库还没有数据".to_owned(), |day| format!("按登记库 {day} 的数据"));
    let mut columns: Vec<Column> = HEAD.map(|title| Column::new(title, Kind::Text)).to_vec();
    if let Some(line) = columns.get_mut(1) {
        line.kind = Kind::Count;
    }
    let mut sheet = book.list(ListPlan {
        name: "答复".to_owned(),
        title: "批量查询答复".to_owned(),
        note: format!("{as_of}，共 {} 行，顺序与名单相同。", list.lines.len()),
        columns,
        group: None,
        empty: "名单里没有数据行。".to_owned(),
    })?;
    for row in rows(list, answers) {
        sheet.row(&[
            Cell::Text(row.sheet),
            Cell::Count(row.line),
            Cell::Text(row.number),
            Cell::Text(row.name),
            Cell::Text(row.verdict),
            Cell::Text(row.pension),
            Cell::Text(row.medical),
            Cell::Text(row.category),
            Cell::Text(row.area),
            Cell::Text(&row.places),
            Cell::Text(row.remark),
        ])?;
    }
    sheet.end()?;
    book.save()
}
