//! All that the workbooks are made of, read once.

use canbao_run::RunReader;

use super::counties::Counties;
use super::findings::Findings;
use super::survey::Survey;
use super::table::{BySourceRow, RowSet};
use super::units::Units;
use super::{Job, WorkbookError};

/// What is read of the run.
#[derive(Debug)]
pub(super) struct Material {
    pub(super) counties: Counties,
    pub(super) survey: Survey,
    pub(super) findings: Findings,
    pub(super) units: Units,
    /// File, sheet and line of the rows that are listed.
    pub(super) places: BySourceRow,
}

impl Material {
    pub(super) fn read(job: &Job<'_>) -> Result<Self, WorkbookError> {
        let run = RunReader::unfinished(job.run);
        let counties = Counties::of(job);
        let mut rows = RowSet::default();
        let survey = Survey::read(&run, &counties)?;
        survey.rows(&mut rows);
        let findings = Findings::read(&run, &counties, job.areas, &mut rows)?;
        let units = Units::read(&run, &counties)?;
        let places = BySourceRow::read(&run, "links", &["file", "sheet", "line"], &rows)?;
        Ok(Self { counties, survey, findings, units, places })
    }

    /// How many lines a county's lists have together.
    pub(super) fn lines(&self, county: usize) -> usize {
        self.survey.lines(county) + self.findings.lines(county) + self.units.lines(county)
    }

    /// Where a row stands, as somebody finds it: file, sheet and line.
    pub(super) fn place(&self, source: &str, row: i64) -> String {
        let found = self.places.find(source, row);
        let cell = |column| found.and_then(|found| self.places.text(found, column));
        let line = found.and_then(|found| self.places.int(found, 2));
        match (cell(0), cell(1), line) {
            (Some(file), Some(sheet), Some(line)) => format!("{file}（{sheet}）第{line}行"),
            (Some(file), None, Some(line)) => format!("{file} 第{line}行"),
            _ => format!("第{row}条"),
        }
    }
}
