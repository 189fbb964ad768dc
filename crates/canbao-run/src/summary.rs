//! `summary.json`: the counts of a run, which all close.

use std::collections::BTreeMap;
use std::path::Path;

use serde::{Deserialize, Serialize};

use crate::RunError;

/// The counts of a run. Keys stand in the order of their text, so equal runs give equal bytes but for times.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Summary {
    /// The version of the program that made the run.
    pub version: String,
    /// The date that the comparison stands for, `yyyy-mm-dd`.
    pub as_of: String,
    /// Every file that went in.
    pub inputs: Vec<Input>,
    /// By the source's name: what became of its rows.
    pub sources: BTreeMap<String, SourceCounts>,
    /// By the source's name: its kind.
    #[serde(default)]
    pub kinds: BTreeMap<String, String>,
    /// By the area's code, each level: its people.
    pub areas: BTreeMap<String, AreaCounts>,
    /// By kind: how many lines of `findings`.
    pub findings: BTreeMap<String, i64>,
    /// By category: how many employers.
    pub units: BTreeMap<String, i64>,
    /// What was done in which order, and how long it took.
    pub stages: Vec<Stage>,
}

/// A file that went into a run.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Input {
    /// As the city file names it, relative to the city file.
    pub path: String,
    /// 64 hexadecimal digits, see [`crate::sha256`].
    pub sha256: String,
}

/// What became of the rows of a source; `rows` is the sum of the others.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct SourceCounts {
    /// Data rows in all.
    pub rows: i64,
    /// The number as written is the person's.
    pub exact: i64,
    /// So after spaces, width, case and quotes.
    pub normalised: i64,
    /// So after 15 digits became 18.
    pub upgraded: i64,
    /// So after one certain repair.
    pub corrected: i64,
    /// Linked by evidence.
    pub matched: i64,
    /// Linked by a clerk's decision.
    pub decided: i64,
    /// Nobody knows whose.
    pub unresolved: i64,
    /// Could not be read.
    pub rejected: i64,
}

/// The people of an area; `population` is the sum of the others.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct AreaCounts {
    /// Living people of the population files.
    pub population: i64,
    /// 直接确认参保登记.
    pub confirmed: i64,
    /// Lacks every insurance that is required.
    pub uninsured: i64,
    /// Lacks one.
    pub partial: i64,
    /// Suspended.
    pub interrupted: i64,
    /// Something that counts is missing, wrong or unclear.
    pub information: i64,
}

impl AreaCounts {
    /// How many people must be visited.
    #[must_use]
    pub fn must_visit(&self) -> i64 {
        self.uninsured + self.partial + self.interrupted + self.information
    }
}

/// A step of the work.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Stage {
    /// Its name, such as `read`.
    pub name: String,
    /// Rows that passed through it.
    pub rows: i64,
    /// Time on the clock.
    pub seconds: f64,
}

impl Summary {
    /// Reads `summary.json`.
    ///
    /// # Errors
    /// Where the file is missing or is no summary.
    pub fn read(path: &Path) -> Result<Self, RunError> {
        let text = std::fs::read(path).map_err(RunError::io("读取", path))?;
        serde_json::from_slice(&text).map_err(|source| RunError::Json { path: path.to_owned(), source })
    }

    /// The text of `summary.json`, ended with a newline.
    ///
    /// # Errors
    /// Where a stage's time is no number.
    pub fn to_json(&self) -> Result<String, serde_json::Error> {
        serde_json::to_string_pretty(self).map(|text| text + "\n")
    }

    /// Makes sure that every count closes.
    ///
    /// # Errors
    /// [`RunError::Unbalanced`] names the first source or area whose parts do not add up.
    pub fn check(&self) -> Result<(), RunError> {
        for (name, c) in &self.sources {
            let parts =
                c.exact + c.normalised + c.upgraded + c.corrected + c.matched + c.decided + c.unresolved + c.rejected;
            balanced(format_args!("数据源 {name} 的行数"), c.rows, parts)?;
        }
        for (code, c) in &self.areas {
            let parts = c.confirmed + c.must_visit();
            balanced(format_args!("区划 {code} 的人数"), c.population, parts)?;
        }
        Ok(())
    }
}

fn balanced(what: std::fmt::Arguments<'_>, whole: i64, parts: i64) -> Result<(), RunError> {
    if whole == parts {
        Ok(())
    } else {
        Err(RunError::Unbalanced(format!("{what}为 {whole}，各项之和为 {parts}")))
    }
}
