//! The assessment (全民参保登记工作总结评估报告): each stage of the plan by what was counted before and after it, each target by what
//! was reached, by the city, county or town and the areas below it.

mod write;

use canbao_domain::date::Date;
use canbao_paper::document::Document;

use crate::ReportError;
use crate::bulletin::{Heading, Period};
use crate::cube::Tree;
use crate::indicator::{Catalogue, Indicator};
use crate::plan::Plan;
use crate::release::Told;

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
    /// The snapshot.
    pub now: Period<'a>,
    /// What was counted of each stage of the plan, in their order.
    pub stages: Vec<At<'a>>,
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

    fn told_at(&self, period: Option<Period<'_>>, code: &str) -> Option<Told> {
        period?.release.told(self.indicator(code)?, self.area, Tree::Reporting)
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

/// Makes the assessment of an area: the city, a county or a town.
///
/// # Errors
/// Where the snapshot has no such area, or it is a village.
pub fn assessment(ask: &Ask<'_>) -> Result<Document, ReportError> {
    let as_of = ask.now.cube.as_of();
    if ask.now.cube.area(ask.area).is_none() {
        return Err(ReportError::NoArea { code: ask.area.to_owned(), as_of });
    }
    if ask.below().is_empty() {
        return Err(ReportError::NothingBelow { name: ask.name().to_owned() });
    }
    Ok(write::document(ask))
}
