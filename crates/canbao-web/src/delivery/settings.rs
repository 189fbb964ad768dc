//! What somebody said by hand of a delivery's files, where recognition was wrong or did not know.

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;
use std::str::FromStr as _;

use canbao_domain::source::{Field, SourceKind};
use canbao_intake::{SourceFile, SourceSpec};
use serde::{Deserialize, Serialize};

/// As a city file says it. Kept as JSON.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub(crate) struct Settings {
    /// The day that the data stand for, where it was typed with the files. No city file has it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) as_of: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) encoding: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) separator: Option<String>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(crate) sheet: Vec<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) header_row: Option<u32>,
    /// The field of a column, by its header.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub(crate) columns: BTreeMap<String, String>,
    /// The code of a written word, by its field.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub(crate) codes: BTreeMap<String, BTreeMap<String, String>>,
    /// Words of which nobody knows what they mean, by their field: asked, and left as doubtful.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub(crate) unclear: BTreeMap<String, BTreeSet<String>>,
}

impl Settings {
    /// From what is kept; nothing said where that is blank or of another program.
    pub(crate) fn read(text: &str) -> Self {
        serde_json::from_str(text).unwrap_or_default()
    }

    pub(crate) fn json(&self) -> String {
        serde_json::to_string(self).unwrap_or_default()
    }

    /// A source for the intake: files by what they are called and where they stand.
    pub(crate) fn spec(&self, kind: SourceKind, name: &str, files: &[(String, PathBuf)]) -> SourceSpec {
        let field = |word: &String| Field::from_str(word).ok().filter(|field| kind.has(*field));
        let first = files.first().map(|(_, path)| path.clone()).unwrap_or_default();
        SourceSpec {
            name: name.to_owned(),
            files: files.iter().map(|(shown, path)| SourceFile { path: path.clone(), shown: shown.clone() }).collect(),
            encoding: self.encoding.clone(),
            separator: self.separator.as_deref().and_then(separator),
            sheets: self.sheet.clone(),
            header_row: self.header_row,
            columns: self.columns.iter().filter_map(|(header, word)| Some((header.clone(), field(word)?))).collect(),
            codes: self.codes.iter().filter_map(|(word, codes)| Some((field(word)?, codes.clone()))).collect(),
            ..SourceSpec::of_file(kind, first)
        }
    }

    /// What a city file says of a source.
    pub(crate) fn of(spec: &SourceSpec) -> Self {
        let word = |field: &Field| field.as_str().to_owned();
        Self {
            as_of: None,
            encoding: spec.encoding.clone(),
            separator: spec
                .separator
                .map(|mark| if mark == b'\t' { "tab".to_owned() } else { char::from(mark).to_string() }),
            sheet: spec.sheets.clone(),
            header_row: spec.header_row,
            columns: spec.columns.iter().map(|(header, field)| (header.clone(), word(field))).collect(),
            codes: spec.codes.iter().map(|(field, codes)| (word(field), codes.clone())).collect(),
            unclear: BTreeMap::new(),
        }
    }

    /// Whether somebody has said of a word what it means, or that nobody knows.
    pub(crate) fn knows(&self, field: &str, word: &str) -> bool {
        self.codes.get(field).is_some_and(|codes| codes.contains_key(word))
            || self.unclear.get(field).is_some_and(|words| words.contains(word))
    }
}

fn separator(word: &str) -> Option<u8> {
    match word {
        "tab" => Some(b'\t'),
        other => other.bytes().next(),
    }
}
