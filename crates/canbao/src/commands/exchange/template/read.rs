//! An answer in the receiver's layout, read as an extract is.

use std::path::Path;

use arrow::array::{Array, AsArray};
use arrow::datatypes::{Int64Type, UInt8Type, UInt32Type};
use canbao_domain::code::Status;
use canbao_domain::date::Date;
use canbao_domain::number::read_number;
use canbao_domain::source::{Field, Insurance, SourceKind};
use canbao_intake::{Chunk, Profiles, SourceSpec, Stop};
use canbao_registry::area::Areas;
use canbao_registry::exchange::template::AnswerLine;

use super::file::{Asked, Template, UnknownArea};
use super::work_list::Entry;
use crate::commands::compare::refused;
use crate::output::failure::Failure;

/// A file of answers: what can be used so far, and what cannot.
#[derive(Default)]
pub(super) struct Answers {
    pub(super) lines: Vec<AnswerLine>,
    /// Where each line stands, as a row of the work-list without its reason.
    pub(super) places: Vec<Entry>,
    /// Rows that are on the work-list already.
    pub(super) unusable: Vec<Entry>,
}

/// Reads a file: XLS, XLSX, delimited text or DBF, in any usual encoding.
pub(super) fn read(path: &Path, template: &Template, areas: &Areas) -> Result<Answers, Failure> {
    let profiles = Profiles::embedded().map_err(|error| refused(&error))?;
    let mut spec = SourceSpec::of_file(SourceKind::Elsewhere, path.to_owned());
    spec.columns = template.fields().map_err(Failure::new)?;
    spec.header_row = template.answer.header_row;
    spec.sheets.clone_from(&template.answer.sheets);
    spec.encoding.clone_from(&template.answer.encoding);
    if !template.answer.statuses.is_empty() {
        spec.codes.insert(Field::Status, template.answer.statuses.clone());
    }
    let unknown = |error: &canbao_intake::IntakeError| {
        // intake speaks of the city file, in which columns are named otherwise
        Failure::new(error.to_string().replace("城市文件的columns", "模板的 answer.columns "))
            .hint("请把返回文件里各列的列名写进模板的 answer.columns；用 canbao inspect 可以看到认出了哪些列。")
    };
    let extract = canbao_intake::open(&spec, &profiles).map_err(|error| unknown(&error))?;
    let file = spec.files.first().map(|file| file.shown.clone()).unwrap_or_default();
    let sheets: Vec<String> = extract.parts().iter().map(|part| part.sheet.clone().unwrap_or_default()).collect();
    for (field, name) in [(Field::Number, "身份证号"), (Field::Name, "姓名"), (Field::Scheme, "险种")] {
        if let Some(part) =
            extract.parts().iter().find(|part| part.columns.iter().all(|column| column.field != Some(field)))
        {
            let sheet = part.sheet.as_ref().map_or_else(String::new, |sheet| format!("工作表“{sheet}”"));
            return Err(Failure::new(format!("答复文件 {file}{sheet}没有“{name}”一列，整个文件没有使用。"))
                .hint("请把返回文件里这一列的列名写进模板的 answer.columns。"));
        }
    }
    let mut answers = Answers::default();
    let mut known = true;
    let read = extract.read(&mut |chunk| {
        known &= take(chunk, template, areas, &file, &sheets, &mut answers).is_some();
        if known { Ok(()) } else { Err(Stop) }
    });
    if !known {
        return Err(Failure::new("答复的列与程序所知的不符。").hint("这是程序的缺陷，请把这句话报告给维护人员。"));
    }
    read.map_err(|error| refused(&error))?;
    Ok(answers)
}

fn take(
    chunk: Chunk,
    template: &Template,
    areas: &Areas,
    file: &str,
    sheets: &[String],
    answers: &mut Answers,
) -> Option<()> {
    let batch = &chunk.batch;
    let parts = batch.column_by_name("part")?.as_primitive_opt::<UInt32Type>()?;
    let lines = batch.column_by_name("line")?.as_primitive_opt::<Int64Type>()?;
    let states = batch.column_by_name("status_code")?.as_primitive_opt::<UInt8Type>()?;
    let texts = [Field::Number, Field::Name, Field::Scheme, Field::PoolingArea, Field::Since]
        .map(|field| batch.column_by_name(field.as_str())?.as_string_opt::<i32>());
    let sheet = |part: u32| sheets.get(part as usize).cloned().unwrap_or_default();
    for at in 0..batch.num_rows() {
        let [number, name, scheme, area, since] = texts.map(|column| {
            column
                .filter(|column| column.is_valid(at))
                .map(|column| column.value(at).trim().to_owned())
                .unwrap_or_default()
        });
        let place = Entry {
            file: file.to_owned(),
            sheet: sheet(parts.value(at)),
            line: lines.value(at),
            number,
            name,
            scheme,
            area,
            ..Entry::default()
        };
        match judge(&place, states.value(at), &since, template, areas) {
            Ok(line) => {
                answers.lines.push(line);
                answers.places.push(place);
            }
            Err(why) => answers.unusable.push(Entry { why: why.to_owned(), ..place }),
        }
    }
    answers.unusable.extend(chunk.rejected.into_iter().map(|rejected| Entry {
        file: file.to_owned(),
        sheet: sheet(rejected.part),
        line: rejected.line,
        why: DAMAGED.to_owned(),
        text: format!("{}：{}", rejected.reason, rejected.text),
        ..Entry::default()
    }));
    Some(())
}

/// Of a row that could not be read; how it is damaged stands with its text.
const DAMAGED: &str = "这一行无法读取";

fn judge(row: &Entry, state: u8, since: &str, template: &Template, areas: &Areas) -> Result<AnswerLine, &'static str> {
    let number = read_number(&row.number, None).number.ok_or("号码无效")?;
    let insurance = match template.answer.schemes.get(&row.scheme) {
        Some(Asked::Pension) => Insurance::Pension,
        Some(Asked::Medical) => Insurance::Medical,
        _ => return Err("险种不在模板中"),
    };
    let insured = match Status::from_code(state) {
        Status::Normal | Status::Blank => true,
        Status::Suspended | Status::Ended => false,
        _ => return Err("参保状态看不懂"),
    };
    let area = match area_of(&row.area, template, areas) {
        None if !row.area.is_empty() && template.answer.unknown_area == UnknownArea::Reject => {
            return Err("参保地不在模板和登记库的区划中");
        }
        area => area,
    };
    Ok(AnswerLine { number, name: row.name.clone(), insurance, insured, area, since: Date::parse(since) })
}

/// The code of an area as it was returned: a code, a name of the template's, or one that a single area of ours bears.
fn area_of(text: &str, template: &Template, areas: &Areas) -> Option<String> {
    if matches!(text.len(), 6 | 9 | 12) && text.bytes().all(|byte| byte.is_ascii_digit()) {
        return Some(text.to_owned());
    }
    if let Some(code) = template.answer.areas.get(text) {
        return Some(code.clone());
    }
    let mut named = areas.iter().filter(|(_, area)| area.name == text);
    let (code, _) = named.next()?;
    named.next().is_none().then(|| code.to_owned())
}
