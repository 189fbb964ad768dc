//! The report (全民参保登记统计分析报告): a document whose sentences, tables and charts are made of the figures.

mod chart;
mod write;

use canbao_domain::date::Date;
use canbao_paper::document::Document;

use crate::ReportError;
use crate::bulletin::{Heading, Period};
use crate::cube::{Dimension, Tree};
use crate::indicator::{Catalogue, Indicator};
use crate::plan::Plan;
use crate::release::Told;

/// The indicators that a report tells.
const INDICATORS: [&str; 28] = [
    "record",
    "population",
    "enrolled",
    "coverage",
    "uninsured",
    "partial",
    "interrupted",
    "unclear",
    "confirmed",
    "pension-coverage",
    "medical-coverage",
    "database-rate",
    "uninsured-registered",
    "reason-known",
    "duplicates-found",
    "duplicates-settled",
    "wrong-found",
    "wrong-settled",
    "gone-enrolled",
    "survey-to-visit",
    "survey-done",
    "survey-approved",
    "survey-timely",
    "households-visited",
    "villages-closed",
    "recheck-agreement",
    "units",
    "unit-coverage",
];

/// What a report is made of.
#[derive(Clone, Debug)]
pub struct Ask<'a> {
    /// The snapshot.
    pub now: Period<'a>,
    /// The one that it is compared with.
    pub before: Option<Period<'a>>,
    /// The indicators.
    pub catalogue: &'a Catalogue,
    /// The plan.
    pub plan: &'a Plan,
    /// Of which area.
    pub area: &'a str,
    /// The day that stands on it.
    pub made_on: Date,
    /// What stands on it.
    pub heading: &'a Heading,
    /// What its figures lack.
    pub warnings: Vec<String>,
}

impl Ask<'_> {
    fn indicator(&self, code: &str) -> Option<Indicator> {
        self.catalogue.find(code)
    }

    fn told(&self, code: &str, area: &str) -> Option<Told> {
        self.now.release.told(self.indicator(code)?, area, Tree::Reporting)
    }

    fn told_of(&self, code: &str, dimension: Dimension, key: &str) -> Option<Told> {
        self.now.release.told_of(self.indicator(code)?, self.area, Tree::Reporting, dimension, key)
    }

    fn earlier(&self, code: &str, area: &str) -> Option<Told> {
        self.before?.release.told(self.indicator(code)?, area, Tree::Reporting)
    }

    fn level(&self) -> &str {
        self.now.cube.area(self.area).map_or("", |area| area.level.as_str())
    }

    fn name(&self) -> &str {
        self.now.cube.area(self.area).map_or(self.area, |area| area.name.as_str())
    }

    fn below(&self) -> Vec<(String, String)> {
        self.now.cube.below(self.area, Tree::Reporting)
    }
}

/// Makes the report of an area: the city, a county or a town.
///
/// # Errors
/// Where the snapshot has no such area, or it is a village.
pub fn analysis(ask: &Ask<'_>) -> Result<Document, ReportError> {
    let as_of = ask.now.cube.as_of();
    if ask.now.cube.area(ask.area).is_none() {
        return Err(ReportError::NoArea { code: ask.area.to_owned(), as_of });
    }
    if ask.below().is_empty() {
        return Err(ReportError::NothingBelow { name: ask.name().to_owned() });
    }
    Ok(write::document(ask))
}
