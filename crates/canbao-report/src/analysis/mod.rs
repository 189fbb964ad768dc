//! The report (全民参保登记统计分析报告): a document whose sentences, tables and charts are made of the figures.

mod chart;
mod write;

use canbao_paper::document::Document;

use crate::{ReportError, Subject};

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

/// Makes the report of an area: the city, a county or a town.
///
/// # Errors
/// Where the snapshot has no such area, or it is a village.
pub fn analysis(subject: &Subject<'_>) -> Result<Document, ReportError> {
    subject.check()?;
    Ok(write::document(subject))
}
