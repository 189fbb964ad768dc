//! What a paper is about: an area of a snapshot, what of it may be told, and what stands on the paper besides.

use canbao_domain::date::Date;
use canbao_paper::document::{Block, Document, Kind};

use crate::ReportError;
use crate::bulletin::{Heading, Period, about, day};
use crate::cube::{Dimension, Tree};
use crate::indicator::{Catalogue, Indicator};
use crate::plan::Plan;
use crate::release::Told;

/// What a paper is about.
#[derive(Clone, Debug)]
pub struct Subject<'a> {
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
    pub day: Date,
    /// What stands on it.
    pub heading: &'a Heading,
    /// What its figures lack.
    pub warnings: Vec<String>,
}

/// A figure as it stands in a table; `—` where there is none.
pub(crate) fn dash(told: Option<Told>) -> String {
    told.map_or_else(|| "—".to_owned(), |told| told.bare())
}

impl Subject<'_> {
    pub(crate) fn indicator(&self, code: &str) -> Option<Indicator> {
        self.catalogue.find(code)
    }

    /// A figure of an area now.
    pub(crate) fn told(&self, code: &str, area: &str) -> Option<Told> {
        self.now.release.told(self.indicator(code)?, area, Tree::Reporting)
    }

    /// The same of the subject's own people with one value of a dimension.
    pub(crate) fn told_of(&self, code: &str, dimension: Dimension, key: &str) -> Option<Told> {
        self.now.release.told_of(self.indicator(code)?, self.area, Tree::Reporting, dimension, key)
    }

    /// A figure of an area the time before.
    pub(crate) fn earlier(&self, code: &str, area: &str) -> Option<Told> {
        self.before?.release.told(self.indicator(code)?, area, Tree::Reporting)
    }

    /// What an area is called.
    pub(crate) fn name_of(&self, area: &str) -> String {
        self.now.cube.area(area).map_or_else(|| area.to_owned(), |area| area.name.clone())
    }

    /// What its own area is called.
    pub(crate) fn name(&self) -> String {
        self.name_of(self.area)
    }

    /// The level of its own area.
    pub(crate) fn level(&self) -> &str {
        self.now.cube.area(self.area).map_or("", |area| area.level.as_str())
    }

    /// The areas right below one, by who reports to whom: code and name.
    pub(crate) fn below_of(&self, area: &str) -> Vec<(String, String)> {
        self.now.cube.below(area, Tree::Reporting)
    }

    /// The areas right below its own.
    pub(crate) fn below(&self) -> Vec<(String, String)> {
        self.below_of(self.area)
    }

    /// What the areas below one are called.
    pub(crate) fn level_below(&self, area: &str) -> &'static str {
        match self.now.cube.area(area).map(|area| area.level.as_str()) {
            Some("city") => "县(市、区)",
            Some("county") => "镇(办)",
            _ => "村(社区)",
        }
    }

    /// Whether a paper can be made of it.
    pub(crate) fn check(&self) -> Result<(), ReportError> {
        if self.now.cube.area(self.area).is_none() {
            return Err(ReportError::NoArea { code: self.area.to_owned(), as_of: self.now.cube.as_of() });
        }
        if self.below().is_empty() {
            return Err(ReportError::NothingBelow { name: self.name() });
        }
        Ok(())
    }

    /// A report of it with a title.
    pub(crate) fn report(&self, title: &str, blocks: Vec<Block>) -> Document {
        let heading = self.heading.clone();
        Document {
            kind: Kind::Report,
            about: about(&format!("{}{title}", self.name()), &heading.organ, self.day),
            under: format!("{}　截至{}", self.name(), day(self.now.cube.as_of())),
            title: title.to_owned(),
            organ: heading.organ,
            number: heading.number,
            to: String::new(),
            warnings: self.warnings.clone(),
            blocks,
            annexes: Vec::new(),
            signed: String::new(),
            copies: String::new(),
            printed_by: String::new(),
        }
    }
}
