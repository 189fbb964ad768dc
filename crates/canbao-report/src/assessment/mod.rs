//! The assessment (全民参保登记工作总结评估报告): each stage of the plan by what was counted before and after it, each target by what
//! was reached, by the city, county or town and the areas below it.

mod write;

use std::ops::Deref;

use canbao_paper::document::Document;

use crate::bulletin::Period;
use crate::cube::Tree;
use crate::release::Told;
use crate::{ReportError, Subject};

/// What was counted of a stage.
#[derive(Clone, Copy, Debug)]
pub struct At<'a> {
    /// Before it began, or on its first day; none where nothing was counted by then.
    pub from: Option<Period<'a>>,
    /// When it ended, or last.
    pub to: Option<Period<'a>>,
}

/// What an assessment is made of.
#[derive(Clone, Debug)]
pub struct Ask<'a> {
    /// What it is about; what it is compared with are its stages.
    pub subject: Subject<'a>,
    /// What was counted of each stage of the plan, in their order.
    pub stages: Vec<At<'a>>,
}

impl<'a> Deref for Ask<'a> {
    type Target = Subject<'a>;

    fn deref(&self) -> &Subject<'a> {
        &self.subject
    }
}

impl Ask<'_> {
    fn told_at(&self, period: Option<Period<'_>>, code: &str) -> Option<Told> {
        period?.release.told(self.indicator(code)?, self.area, Tree::Reporting)
    }
}

/// Makes the assessment of an area: the city, a county or a town.
///
/// # Errors
/// Where the snapshot has no such area, or it is a village.
pub fn assessment(ask: &Ask<'_>) -> Result<Document, ReportError> {
    ask.check()?;
    Ok(write::document(ask))
}
