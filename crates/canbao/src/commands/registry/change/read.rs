//! A department's file of events.

use std::path::Path;

use arrow::array::{Array, AsArray, StringArray};
use arrow::datatypes::{Int64Type, UInt8Type, UInt32Type};
use canbao_domain::code::Life;
use canbao_domain::source::{Field, SourceKind};
use canbao_intake::{Chunk, Profiles, SourceSpec, Stop};
use canbao_registry::change::BulkRow;

use crate::commands::compare::refused;
use crate::output::failure::Failure;

/// A row of the file.
pub(super) struct Line {
    pub(super) sheet: String,
    /// 1-based line, sheet row or record.
    pub(super) line: i64,
    /// What stands there, or why it could not be read.
    pub(super) content: Result<BulkRow, String>,
}

/// Where the day of each row is.
pub(super) enum Day<'a> {
    /// In the column that is recognised.
    Recognised,
    /// In the column of this header.
    Column(&'a str),
    /// It is the same for all.
    Fixed(&'a str),
}

/// Reads a file of the events of a procedure, in its order.
pub(super) fn read(file: &Path, procedure: &str, day: &Day<'_>) -> Result<Vec<Line>, Failure> {
    let profiles = Profiles::of_events(procedure).map_err(|error| refused(&error))?;
    let profiles = profiles.ok_or_else(|| Failure::new(format!("“{procedure}”没有部门文件的读法。")))?;
    let mut spec = SourceSpec::of_file(SourceKind::HouseholdRegister, file.to_owned());
    if let Day::Column(header) = day {
        spec.columns.insert((*header).to_owned(), Field::Since);
    }
    let extract = canbao_intake::open(&spec, &profiles).map_err(|error| {
        Failure::new(&error)
            .hints(error.hint().map(str::to_owned))
            .hint("请把列名写成“身份证号码”“姓名”和事情发生的日期，如“死亡日期”。")
    })?;
    let sheets: Vec<String> = extract.parts().iter().map(|part| part.sheet.clone().unwrap_or_default()).collect();
    let undated = extract.parts().iter().find(|part| part.columns.iter().all(|c| c.field != Some(Field::Since)));
    if let (Some(part), false) = (undated, matches!(day, Day::Fixed(_))) {
        let sheet = part.sheet.as_ref().map_or_else(String::new, |sheet| format!("的工作表“{sheet}”"));
        return Err(Failure::new(format!("{}{sheet}里没有认出事情发生的日期在哪一列。", part.file))
            .hint("请用 --effective-column 写出那一列的列名；全部是同一天的，用 --effective 写出日期。"));
    }
    let mut rows: Vec<(i64, Line)> = Vec::new();
    let mut whole = true;
    let read = extract.read(&mut |chunk| {
        whole &= take(chunk, &sheets, day, &mut rows).is_some();
        if whole { Ok(()) } else { Err(Stop) }
    });
    if !whole {
        return Err(Failure::new("文件的列与程序所知的不符。").hint("这是程序的缺陷，请把这句话报告给维护人员。"));
    }
    read.map_err(|error| refused(&error))?;
    // rows that could not be read are handed over between the others
    rows.sort_by_key(|(row, _)| *row);
    Ok(rows.into_iter().map(|(_, line)| line).collect())
}

fn take(chunk: Chunk, sheets: &[String], day: &Day<'_>, rows: &mut Vec<(i64, Line)>) -> Option<()> {
    let batch = &chunk.batch;
    let numbers = batch.column_by_name("row")?.as_primitive_opt::<Int64Type>()?;
    let parts = batch.column_by_name("part")?.as_primitive_opt::<UInt32Type>()?;
    let lines = batch.column_by_name("line")?.as_primitive_opt::<Int64Type>()?;
    let lives = batch.column_by_name("status_code")?.as_primitive_opt::<UInt8Type>()?;
    let texts = |name| batch.column_by_name(name)?.as_string_opt::<i32>();
    let (certificates, names, days) = (texts("number")?, texts("name")?, texts("since")?);
    let text = |texts: &StringArray, at| if texts.is_valid(at) { texts.value(at).to_owned() } else { String::new() };
    let sheet = |part: u32| sheets.get(part as usize).cloned().unwrap_or_default();
    for at in 0..batch.num_rows() {
        let (sheet, line) = (sheet(parts.value(at)), lines.value(at));
        let content = BulkRow {
            number: text(certificates, at),
            name: text(names, at),
            date: match day {
                Day::Fixed(day) => (*day).to_owned(),
                Day::Recognised | Day::Column(_) => text(days, at),
            },
            life: Life::from_code(lives.value(at)),
            place: if sheet.is_empty() { format!("第 {line} 行") } else { format!("“{sheet}”第 {line} 行") },
        };
        rows.push((numbers.value(at), Line { sheet, line, content: Ok(content) }));
    }
    rows.extend(chunk.rejected.into_iter().map(|rejected| {
        let (sheet, content) = (sheet(rejected.part), Err(rejected.reason));
        (rejected.row, Line { sheet, line: rejected.line, content })
    }));
    Some(())
}
