//! A list of numbers and names (名单): whom somebody asks about, row by row, in memory whole.

use arrow::array::{Array, AsArray, StringArray};
use arrow::datatypes::{Int64Type, UInt32Type};
use canbao_domain::source::{Field, SourceKind};

use crate::{Chunk, IntakeError, Part, Profiles, SourceFile, SourceSpec, Stop, open};

/// A row of a list.
pub struct RollLine {
    /// The place of its part among [`Roll::parts`].
    pub part: u32,
    /// 1-based line, sheet row or record.
    pub line: i64,
    /// What stands there.
    pub content: RollContent,
}

/// What stands in a row. No `Debug`: it is somebody's.
pub enum RollContent {
    /// A number and a name, as written; blank where there is none.
    Asked {
        /// 号码
        number: String,
        /// 姓名
        name: String,
    },
    /// It could not be read.
    Unreadable {
        /// The row as written, as [`crate::Rejected::text`].
        text: String,
        /// Why, in Chinese.
        reason: String,
    },
}

/// A list, in its order.
pub struct Roll {
    /// Every data row once, unreadable ones too.
    pub lines: Vec<RollLine>,
    /// Its files or sheets, with what was recognised in them.
    pub parts: Vec<Part>,
}

impl Roll {
    /// How many rows could not be read.
    #[must_use]
    pub fn unreadable(&self) -> usize {
        self.lines.iter().filter(|line| matches!(line.content, RollContent::Unreadable { .. })).count()
    }

    /// The sheet of a line; blank where its file has none.
    #[must_use]
    pub fn sheet(&self, line: &RollLine) -> &str {
        self.parts.get(line.part as usize).and_then(|part| part.sheet.as_deref()).unwrap_or_default()
    }

    /// The headers under which a field was found, in the order of the parts, each once.
    #[must_use]
    pub fn headers(&self, field: Field) -> Vec<&str> {
        let mut found: Vec<&str> = Vec::new();
        for column in self.parts.iter().flat_map(|part| &part.columns) {
            if column.field == Some(field) && !found.contains(&column.header.as_str()) {
                found.push(&column.header);
            }
        }
        found
    }
}

/// Why there is no list.
#[derive(Debug, thiserror::Error)]
pub enum RollError {
    /// The file is not what it should be: no format, no columns that are known.
    #[error("{0}")]
    Unrecognised(IntakeError),
    /// It cannot be read to its end.
    #[error("{0}")]
    Unreadable(IntakeError),
    /// It has more rows than are taken.
    #[error("名单超过 {0} 行")]
    TooLong(usize),
}

/// Reads a list as an extract of people is read: any column that some department calls the number or the name. No more than
/// `most` rows are taken.
///
/// # Errors
/// Where the file cannot be read or recognised, or is longer.
pub fn read_roll(file: SourceFile, profiles: &Profiles, most: usize) -> Result<Roll, RollError> {
    let of_file = SourceSpec::of_file(SourceKind::HouseholdRegister, file.path.clone());
    let spec = SourceSpec { files: vec![file], ..of_file };
    let extract = open(&spec, profiles).map_err(RollError::Unrecognised)?;
    let parts = extract.parts().to_vec();
    let mut rows: Vec<(i64, RollLine)> = Vec::new();
    let mut known = true;
    let read = extract.read(&mut |chunk| {
        known &= take(chunk, &mut rows).is_some();
        if known && rows.len() <= most { Ok(()) } else { Err(Stop) }
    });
    if rows.len() > most {
        return Err(RollError::TooLong(most));
    }
    if !known {
        let shown = spec.files.first().map(|file| file.shown.clone()).unwrap_or_default();
        let hint = "这是程序的缺陷，请把这句话报告给维护人员";
        return Err(RollError::Unreadable(IntakeError::new(shown, "名单的列与程序所知的不符").hinted(hint)));
    }
    read.map_err(RollError::Unreadable)?;
    // rows that could not be read are handed over between the others
    rows.sort_by_key(|(row, _)| *row);
    Ok(Roll { lines: rows.into_iter().map(|(_, line)| line).collect(), parts })
}

fn take(chunk: Chunk, rows: &mut Vec<(i64, RollLine)>) -> Option<()> {
    let batch = &chunk.batch;
    let numbers = batch.column_by_name("row")?.as_primitive_opt::<Int64Type>()?;
    let parts = batch.column_by_name("part")?.as_primitive_opt::<UInt32Type>()?;
    let lines = batch.column_by_name("line")?.as_primitive_opt::<Int64Type>()?;
    let [certificates, names] =
        [Field::Number, Field::Name].map(|field| batch.column_by_name(field.as_str())?.as_string_opt::<i32>());
    let (certificates, names) = (certificates?, names?);
    let text = |texts: &StringArray, at| if texts.is_valid(at) { texts.value(at).to_owned() } else { String::new() };
    for at in 0..batch.num_rows() {
        let content = RollContent::Asked { number: text(certificates, at), name: text(names, at) };
        rows.push((numbers.value(at), RollLine { part: parts.value(at), line: lines.value(at), content }));
    }
    rows.extend(chunk.rejected.into_iter().map(|rejected| {
        let content = RollContent::Unreadable { text: rejected.text, reason: rejected.reason };
        (rejected.row, RollLine { part: rejected.part, line: rejected.line, content })
    }));
    Some(())
}
