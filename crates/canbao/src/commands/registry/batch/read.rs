//! The list that is asked about.

use std::path::Path;

use arrow::array::{Array, AsArray, StringArray};
use arrow::datatypes::{Int64Type, UInt32Type};
use canbao_domain::source::SourceKind;
use canbao_intake::{Chunk, Profiles, SourceSpec, Stop};
use canbao_registry::query::Question;

use crate::commands::compare::refused;
use crate::output::failure::Failure;

/// A row of the list.
pub(super) struct Line {
    /// The sheet, of a workbook.
    pub(super) sheet: Option<u32>,
    /// 1-based line, sheet row or record.
    pub(super) line: i64,
    pub(super) content: Content,
}

/// What stands there.
pub(super) enum Content {
    /// A number and a name, as written.
    Asked { number: String, name: String },
    /// Why it could not be read.
    Unreadable(String),
}

/// The list, in its order.
pub(super) struct List {
    pub(super) lines: Vec<Line>,
    /// The sheets of a workbook, by the places that lines name.
    pub(super) sheets: Vec<Option<String>>,
}

impl List {
    /// What is asked, in order.
    pub(super) fn questions(&self) -> Vec<Question> {
        let asked = self.lines.iter().filter_map(|line| match &line.content {
            Content::Asked { number, name } => Some(Question { number: number.clone(), name: name.clone() }),
            Content::Unreadable(_) => None,
        });
        asked.collect()
    }

    /// How many rows could not be read.
    pub(super) fn unreadable(&self) -> usize {
        self.lines.iter().filter(|line| matches!(line.content, Content::Unreadable(_))).count()
    }

    /// The sheet of a line.
    pub(super) fn sheet(&self, line: &Line) -> &str {
        let sheet = line.sheet.and_then(|part| self.sheets.get(part as usize));
        sheet.and_then(Option::as_deref).unwrap_or_default()
    }
}

/// Reads the list as an extract of people is read: any column that some department calls the number or the name.
pub(super) fn read(file: &Path) -> Result<List, Failure> {
    let profiles = Profiles::embedded().map_err(|error| refused(&error))?;
    let spec = SourceSpec::of_file(SourceKind::HouseholdRegister, file.to_owned());
    let unknown = |error: &canbao_intake::IntakeError| {
        Failure::new(error).hint("请把名单的列名写成“身份证号码”和“姓名”；用 canbao inspect 可以看到认出了哪些列。")
    };
    let extract = canbao_intake::open(&spec, &profiles).map_err(|error| unknown(&error))?;
    let sheets = extract.parts().iter().map(|part| part.sheet.clone()).collect();
    let mut rows: Vec<(i64, Line)> = Vec::new();
    let mut columns = true;
    let read = extract.read(&mut |chunk| {
        columns &= take(chunk, &mut rows).is_some();
        if columns { Ok(()) } else { Err(Stop) }
    });
    if !columns {
        return Err(Failure::new("名单的列与程序所知的不符。").hint("这是程序的缺陷，请把这句话报告给维护人员。"));
    }
    read.map_err(|error| refused(&error))?;
    // rows that could not be read are handed over between the others
    rows.sort_by_key(|(row, _)| *row);
    Ok(List { lines: rows.into_iter().map(|(_, line)| line).collect(), sheets })
}

fn take(chunk: Chunk, rows: &mut Vec<(i64, Line)>) -> Option<()> {
    let batch = &chunk.batch;
    let numbers = batch.column_by_name("row")?.as_primitive_opt::<Int64Type>()?;
    let parts = batch.column_by_name("part")?.as_primitive_opt::<UInt32Type>()?;
    let lines = batch.column_by_name("line")?.as_primitive_opt::<Int64Type>()?;
    let [certificates, names] = ["number", "name"].map(|name| batch.column_by_name(name)?.as_string_opt::<i32>());
    let (certificates, names) = (certificates?, names?);
    let text = |texts: &StringArray, at| if texts.is_valid(at) { texts.value(at).to_owned() } else { String::new() };
    for at in 0..batch.num_rows() {
        let content = Content::Asked { number: text(certificates, at), name: text(names, at) };
        rows.push((numbers.value(at), Line { sheet: Some(parts.value(at)), line: lines.value(at), content }));
    }
    rows.extend(chunk.rejected.into_iter().map(|rejected| {
        let content = Content::Unreadable(rejected.reason);
        (rejected.row, Line { sheet: Some(rejected.part), line: rejected.line, content })
    }));
    Some(())
}
