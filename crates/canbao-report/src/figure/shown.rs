//! A figure: what was counted, of how many, on which day.

use canbao_domain::date::Date;

use super::{Share, thousands};
use crate::indicator::{Definition, Indicator, Unit};

/// An indicator's value for some people.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Figure {
    /// What it is a figure of.
    pub indicator: Indicator,
    /// The day that it is of.
    pub as_of: Date,
    /// The numerator: of a count, the count.
    pub part: u64,
    /// The denominator.
    pub whole: u64,
    /// Whether there is such a figure: what is no count of people cannot be told by their ages.
    pub known: bool,
}

impl Figure {
    /// A figure of nothing yet.
    pub const fn nothing(indicator: Indicator, as_of: Date) -> Self {
        Self { indicator, as_of, part: 0, whole: 0, known: true }
    }

    /// Part and whole.
    pub const fn share(&self) -> Share {
        Share { part: self.part, whole: self.whole }
    }

    fn definition(&self) -> &'static Definition {
        self.indicator.definition()
    }

    /// What a table sorts and a map colours by: people, or tenths of a percent, rounded as they are shown. None where there
    /// is no figure.
    pub fn value(&self) -> Option<i64> {
        match self.definition().unit {
            _ if !self.known => None,
            Unit::Count(_) => i64::try_from(self.part).ok(),
            Unit::Percent => self.share().tenths(),
        }
    }

    /// The figure without its unit: `38,911`, `89.1`; none where there is no figure.
    pub fn bare(&self) -> Option<String> {
        match self.definition().unit {
            _ if !self.known => None,
            Unit::Count(_) => Some(thousands(self.part)),
            Unit::Percent => self.share().tenths().map(super::share::decimal),
        }
    }

    /// `人` or `%`.
    pub fn unit(&self) -> &'static str {
        self.definition().unit.chinese()
    }

    /// `38,911 人`, `89.1 %`, or why there is none.
    pub fn text(&self) -> String {
        self.bare().map_or_else(|| self.why_not(), |bare| format!("{bare} {}", self.unit()))
    }

    /// The denominator: `2,720,057 ÷ 3,053,939 人`, `占应登记人口 3,053,939 人的 1.3 %`.
    pub fn basis(&self) -> String {
        let definition = self.definition();
        let whole = thousands(self.whole);
        match (&definition.unit, self.share().percent()) {
            _ if !self.known => self.why_not(),
            (_, None) => self.why_not(),
            (Unit::Percent, _) if definition.is_of_people() => format!("{} ÷ {whole} 人", thousands(self.part)),
            (Unit::Percent, _) => format!("{} ÷ {whole}", thousands(self.part)),
            // all of what it is a count of
            (Unit::Count(_), _) if self.part == self.whole => definition.numerator.clone(),
            (Unit::Count(unit), Some(percent)) => format!("占{} {whole} {unit}的 {percent}", definition.base),
        }
    }

    /// `截至 2016-10-31`.
    pub fn date(&self) -> String {
        format!("截至 {}", self.as_of)
    }

    fn why_not(&self) -> String {
        let Definition { name, base, unit, .. } = self.definition();
        match unit {
            _ if !self.known => format!("{name}只按区划统计"),
            Unit::Percent => format!("没有{base}，不能算{name}"),
            Unit::Count(_) => format!("没有{base}"),
        }
    }
}
