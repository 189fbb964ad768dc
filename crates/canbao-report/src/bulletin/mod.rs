//! The bulletin (工作进展情况通报): who is how far, who is ahead, who is behind, by rules that are printed with it.

mod rank;
mod write;

use canbao_domain::date::Date;
use canbao_paper::document::Document;

use crate::ReportError;
use crate::cube::{Cube, Tree};
use crate::indicator::{Catalogue, Indicator};
use crate::plan::Plan;
use crate::release::{Release, Told};

pub use rank::{Outlook, Ranked, rank};
pub(crate) use write::{about, day};

/// A snapshot as it may be told outside the office.
#[derive(Clone, Copy, Debug)]
pub struct Period<'a> {
    /// Its counts.
    pub cube: &'a Cube,
    /// What may leave of them.
    pub release: &'a Release,
}

/// What stands on a paper besides its figures.
#[derive(Clone, Debug, Default)]
pub struct Heading {
    /// The red head.
    pub organ: String,
    /// 发文字号; blank leaves it out.
    pub number: String,
    /// 主送机关.
    pub to: String,
    /// Who signs.
    pub signed: String,
    /// 抄送.
    pub copies: String,
    /// Who prints.
    pub printed_by: String,
}

/// What a bulletin is made of.
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
    /// Its number, as it is called: 2016年第3期.
    pub issue: &'a str,
    /// The day on which it is issued.
    pub issued_on: Date,
    /// What stands on it.
    pub heading: &'a Heading,
    /// What its figures lack.
    pub warnings: Vec<String>,
}

impl Ask<'_> {
    fn indicator(&self, code: &str) -> Option<Indicator> {
        self.catalogue.find(code)
    }

    /// A figure of an area now.
    fn told(&self, code: &str, area: &str) -> Option<Told> {
        self.now.release.told(self.indicator(code)?, area, Tree::Reporting)
    }

    /// The same the time before.
    fn earlier(&self, code: &str, area: &str) -> Option<Told> {
        self.before?.release.told(self.indicator(code)?, area, Tree::Reporting)
    }

    /// How a figure has changed, in its unit: people, or tenths of a percentage point; none where either is withheld.
    fn change(&self, code: &str, area: &str) -> Option<i64> {
        self.told(code, area)?.value()?.checked_sub(self.earlier(code, area)?.value()?)
    }

    fn name(&self, area: &str) -> String {
        self.now.cube.area(area).map_or_else(|| area.to_owned(), |area| area.name.clone())
    }

    /// The areas right below one, by who reports to whom: code and name.
    fn below(&self, area: &str) -> Vec<(String, String)> {
        self.now.cube.below(area, Tree::Reporting)
    }

    /// What the areas below one are called.
    fn level_below(&self, area: &str) -> &'static str {
        match self.now.cube.area(area).map(|area| area.level.as_str()) {
            Some("city") => "县(市、区)",
            Some("county") => "镇(办)",
            _ => "村(社区)",
        }
    }
}

/// Makes a bulletin of an area.
///
/// # Errors
/// Where the snapshot has no such area, or nothing lies below it that could be compared.
pub fn bulletin(ask: &Ask<'_>) -> Result<Document, ReportError> {
    let as_of = ask.now.cube.as_of();
    if ask.now.cube.area(ask.area).is_none() {
        return Err(ReportError::NoArea { code: ask.area.to_owned(), as_of });
    }
    if ask.below(ask.area).is_empty() {
        return Err(ReportError::NothingBelow { name: ask.name(ask.area) });
    }
    Ok(write::document(ask))
}
