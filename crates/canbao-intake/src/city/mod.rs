//! The city file: which extracts there are, and what the city says of each.

mod file;

use std::collections::BTreeMap;
use std::path::PathBuf;

use canbao_domain::date::Date;
use canbao_domain::source::{Field, SourceKind};

pub use file::load_city;

use crate::error::IntakeError;
use crate::profile::Profiles;

/// What `city.toml` says.
#[derive(Debug, Clone)]
pub struct City {
    /// The city's 6-digit code.
    pub code: String,
    /// Its name.
    pub name: String,
    /// The date that the comparison stands for.
    pub as_of: Date,
    /// What clerks decided, as a file of an earlier export.
    pub decisions: Option<PathBuf>,
    /// The folder of the city file.
    pub root: PathBuf,
    /// The area tree, `regions.csv` beside the city file.
    pub regions: PathBuf,
    /// The city's own rule file, where it has one.
    pub rules: Option<PathBuf>,
    /// The city's own profiles, where it has a folder of them.
    pub profiles: Option<PathBuf>,
    /// The extracts, in the order of the city file.
    pub sources: Vec<SourceSpec>,
}

/// One extract: its files and what the city file says of them.
#[derive(Debug, Clone)]
pub struct SourceSpec {
    /// What it is an extract of.
    pub kind: SourceKind,
    /// Its name, unique in the city; the kind's unless the city file gives one.
    pub name: String,
    /// Its files, in name order; at least one.
    pub files: Vec<SourceFile>,
    /// The encoding, where it is not to be recognised: a label such as `gbk`, `utf-8`, `utf-16le`.
    pub encoding: Option<String>,
    /// The separator, where it is not to be recognised.
    pub separator: Option<u8>,
    /// The sheets to read, in this order; all data sheets if empty.
    pub sheets: Vec<String>,
    /// The 1-based line or sheet row of the header; 0 for none.
    pub header_row: Option<u32>,
    /// What columns mean, by header (or `第N列`).
    pub columns: BTreeMap<String, Field>,
    /// What codes mean: of a field, the written word's code.
    pub codes: BTreeMap<Field, BTreeMap<String, String>>,
}

/// One file of an extract.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SourceFile {
    /// Where it is.
    pub path: PathBuf,
    /// Its path relative to the city file, with `/`: how it is named everywhere.
    pub shown: String,
}

impl City {
    /// The profiles to read its extracts with: its own folder's, else the program's.
    ///
    /// # Errors
    /// A profile of its own that cannot be read.
    pub fn load_profiles(&self) -> Result<Profiles, IntakeError> {
        match &self.profiles {
            Some(folder) => Profiles::load(folder),
            None => Profiles::embedded(),
        }
    }
}

impl SourceSpec {
    /// A source of one file, all of it to be recognised.
    #[must_use]
    pub fn of_file(kind: SourceKind, path: PathBuf) -> Self {
        let shown = path.file_name().map_or_else(String::new, |name| name.to_string_lossy().into_owned());
        Self {
            kind,
            name: kind.as_str().to_owned(),
            files: vec![SourceFile { path, shown }],
            encoding: None,
            separator: None,
            sheets: Vec::new(),
            header_row: None,
            columns: BTreeMap::new(),
            codes: BTreeMap::new(),
        }
    }
}
