//! The answer as a file: CSV, or a workbook.

use std::borrow::Cow;
use std::path::Path;

use canbao_domain::date::Date;
use canbao_domain::rules::{Category, InsuranceState};
use canbao_intake::{Roll, RollContent, RollLine};
use canbao_registry::query::Answer;

use super::super::answer::{self, Head, LINE};
use crate::output::failure::Failure;
use crate::output::language::Language;

/// The verdict of a row that could not be read.
pub(super) const UNREADABLE: &str = "无法读取";

const HEAD: [&str; 11] =
    ["工作表", LINE, "号码", "姓名", "结果", "养老保险", "医疗保险", "类别", "区划代码", "参保险种及统筹区", "说明"];

/// Writes the answers beside what was asked, in its order.
pub(super) fn write(
    out: &Path,
    list: &Roll,
    answers: &[Answer],
    day: Option<Date>,
    language: Language,
) -> Result<(), Failure> {
    let as_of = day.map_or_else(|| "登记库还没有数据".to_owned(), |day| format!("按登记库 {day} 的数据"));
    let note = format!("{as_of}，共 {} 行，顺序与名单相同。", list.lines.len());
    let head = Head { title: "批量查询答复", note, columns: &HEAD, day };
    // answers stand for those that were asked
    let mut answers = answers.iter();
    let rows = list.lines.iter().map(|line| match &line.content {
        RollContent::Asked { number, name } => row(list, line, [number, name], answers.next(), ""),
        RollContent::Unreadable { reason, .. } => row(list, line, ["", ""], None, reason),
    });
    answer::write(out, &head, rows, language)
}

fn row<'a>(
    list: &'a Roll,
    line: &RollLine,
    [number, name]: [&'a str; 2],
    answer: Option<&'a Answer>,
    remark: &'a str,
) -> Vec<Cow<'a, str>> {
    let places = answer.map(|answer| answer.places.as_slice()).unwrap_or_default();
    let places = places.iter().map(|place| match place.pooling_area.as_str() {
        "" => place.scheme.chinese().to_owned(),
        area => format!("{}（{area}）", place.scheme.chinese()),
    });
    let places = places.collect::<Vec<_>>().join("；");
    let state = |state: Option<InsuranceState>| state.map_or("", InsuranceState::chinese);
    let unread = if remark.is_empty() { "" } else { UNREADABLE };
    vec![
        list.sheet(line).into(),
        line.line.to_string().into(),
        number.into(),
        name.into(),
        answer.map_or(unread, |answer| answer.verdict.chinese()).into(),
        state(answer.and_then(|answer| answer.pension)).into(),
        state(answer.and_then(|answer| answer.medical)).into(),
        answer.and_then(|answer| answer.category).map_or("", Category::chinese).into(),
        answer.map_or("", |answer| answer.area.as_str()).into(),
        places.into(),
        remark.into(),
    ]
}
