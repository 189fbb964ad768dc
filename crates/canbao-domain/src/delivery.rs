//! Which extracts a city expects, from whom, and by when (报送计划, the file `standard/deliveries.toml`).

use std::collections::BTreeSet;
use std::str::FromStr as _;

use serde::Deserialize;

use crate::date::{Date, Month};
use crate::source::SourceKind;

/// The plan that the program carries.
const EMBEDDED: &str = include_str!("../standard/deliveries.toml");

/// What a city expects.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DeliveryPlan {
    /// Its sources, in the plan's order; names are unique.
    pub sources: Vec<Source>,
    /// What changes must be explained.
    pub alarm: Alarm,
}

/// An extract that comes again and again.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Source {
    /// Its name in city files and addresses: ASCII letters, digits, `-` and `_`.
    pub name: String,
    /// What it is an extract of.
    pub kind: SourceKind,
    /// What clerks call it.
    pub title: String,
    /// Who delivers it.
    pub department: String,
    /// The area whose reporters deliver it; none where one extract is the whole city's.
    pub area: Option<String>,
    /// Months from one to the next: 1, 3, 6 or 12.
    pub months: i32,
    /// By which day of the month after a period it is due.
    pub due_day: u32,
    /// Whether anybody is reminded of it.
    pub required: bool,
}

/// From which percentage on a change against the extract before must be explained.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Alarm {
    /// Rows fewer than before.
    pub rows_fewer: u32,
    /// People of the extract before who are not in this one.
    pub people_gone: u32,
    /// Rows that cannot be read.
    pub unreadable: u32,
}

/// How a source stands on a day.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Due {
    /// All that is due is there; the next is due then.
    Done(Date),
    /// Due on that day, which is today or later.
    Open(Date),
    /// Was due on that day.
    Late(Date),
}

/// What is wrong with a plan, a Chinese sentence.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct PlanError(String);

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    alarm: Alarm,
    #[serde(default)]
    source: Vec<Table>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Table {
    kind: String,
    name: Option<String>,
    title: Option<String>,
    department: Option<String>,
    area: Option<String>,
    months: i32,
    due_day: u32,
    #[serde(default = "yes")]
    required: bool,
}

const fn yes() -> bool {
    true
}

impl DeliveryPlan {
    /// The plan that the program carries: each kind once, for the whole city.
    ///
    /// # Errors
    /// Never in a program that passed its tests.
    pub fn embedded() -> Result<Self, PlanError> {
        Self::parse(EMBEDDED)
    }

    /// Reads a plan.
    ///
    /// # Errors
    /// A sentence that names the line or the source: not TOML, an unknown kind, a name twice, a day or period that is none.
    pub fn parse(text: &str) -> Result<Self, PlanError> {
        let file: File = toml::from_str(text).map_err(|error| {
            let before = error.span().and_then(|span| text.get(..span.start)).unwrap_or_default();
            let line = before.matches('\n').count() + 1;
            PlanError(format!("报送计划第 {line} 行写法不对：{}", error.message()))
        })?;
        let mut names = BTreeSet::new();
        let mut sources = Vec::new();
        for (at, table) in file.source.into_iter().enumerate() {
            let wrong = |what: &str| PlanError(format!("报送计划的第 {} 个来源：{what}", at + 1));
            let kind = SourceKind::from_str(&table.kind).map_err(|_| wrong("kind 不是数据种类"))?;
            let name = table.name.unwrap_or_else(|| kind.as_str().to_owned());
            let plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_');
            if name.is_empty() || name.len() > 60 || !name.chars().all(plain) {
                return Err(wrong("name 只能用字母、数字和 - _，最多 60 个"));
            }
            if !names.insert(name.clone()) {
                return Err(wrong("name 与前面的重复"));
            }
            if !matches!(table.months, 1 | 3 | 6 | 12) {
                return Err(wrong("months 只能是 1、3、6、12"));
            }
            if !(1..=28).contains(&table.due_day) {
                return Err(wrong("due_day 只能是 1 到 28"));
            }
            sources.push(Source {
                title: table.title.unwrap_or_else(|| kind.chinese().to_owned()),
                department: table.department.unwrap_or_else(|| kind.supplier().to_owned()),
                area: table.area.filter(|area| !area.is_empty()),
                months: table.months,
                due_day: table.due_day,
                required: table.required,
                name,
                kind,
            });
        }
        if sources.is_empty() {
            return Err(PlanError("报送计划里没有来源".to_owned()));
        }
        Ok(Self { sources, alarm: file.alarm })
    }

    /// A source by its name.
    pub fn source(&self, name: &str) -> Option<&Source> {
        self.sources.iter().find(|source| source.name == name)
    }
}

impl Source {
    /// How it stands on a day, the extract that was delivered last being of `as_of`. An extract is of a period where it is
    /// of the period's last day or later.
    pub fn due(&self, as_of: Option<Date>, today: Date) -> Due {
        let Some(covered) = as_of.map(|as_of| self.covered(as_of)) else {
            // nothing ever came: what is due is the period that ended last
            let deadline = self.deadline(self.covered(before(today)));
            return if today <= deadline { Due::Open(deadline) } else { Due::Late(deadline) };
        };
        let deadline = self.deadline(covered + 1);
        match today {
            _ if today > deadline => Due::Late(deadline),
            // the period is over, its extract may come
            _ if self.covered(before(today)) > covered => Due::Open(deadline),
            _ => Due::Done(deadline),
        }
    }

    /// The last period that is over on the evening of a day, counted from year 0.
    fn covered(&self, day: Date) -> i32 {
        let ends = Month::of(Date(day.0 + 1)) != Month::of(day);
        let months = index(Month::of(day)) + i32::from(ends);
        months.div_euclid(self.months) - 1
    }

    /// By when the extract of a period is due.
    fn deadline(&self, period: i32) -> Date {
        let months = (period + 1) * self.months;
        let (year, month) = (months.div_euclid(12), months.rem_euclid(12) + 1);
        Date::from_ymd(year, month.unsigned_abs(), self.due_day).unwrap_or(Date(i32::MAX))
    }
}

/// Months since January of year 0.
fn index(month: Month) -> i32 {
    let (year, month) = month.ym();
    year * 12 + month as i32 - 1
}

const fn before(day: Date) -> Date {
    Date(day.0 - 1)
}

#[cfg(test)]
#[expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests")]
mod tests {
    use super::*;

    fn source(months: i32, due_day: u32) -> Source {
        let mut source = DeliveryPlan::embedded().unwrap().sources[0].clone();
        (source.months, source.due_day) = (months, due_day);
        source
    }

    fn day(text: &str) -> Date {
        Date::parse(text).unwrap()
    }

    #[test]
    fn a_month_is_due_by_its_day_of_the_next() {
        let monthly = source(1, 10);
        for (as_of, today, told) in [
            (Some("2016-10-31"), "2016-11-22", Due::Done(day("2016-12-10"))),
            (Some("2016-10-31"), "2016-11-30", Due::Done(day("2016-12-10"))),
            (Some("2016-10-31"), "2016-12-01", Due::Open(day("2016-12-10"))),
            (Some("2016-10-31"), "2016-12-10", Due::Open(day("2016-12-10"))),
            (Some("2016-10-31"), "2016-12-11", Due::Late(day("2016-12-10"))),
            (Some("2016-10-31"), "2017-02-01", Due::Late(day("2016-12-10"))),
            // of the middle of a month: the month before is covered, this one not
            (Some("2016-10-15"), "2016-11-05", Due::Open(day("2016-11-10"))),
            (Some("2016-10-15"), "2016-10-20", Due::Done(day("2016-11-10"))),
            (None, "2016-11-05", Due::Open(day("2016-11-10"))),
            (None, "2016-11-11", Due::Late(day("2016-11-10"))),
            (None, "2017-01-01", Due::Open(day("2017-01-10"))),
        ] {
            assert_eq!(monthly.due(as_of.map(day), day(today)), told, "{as_of:?} on {today}");
        }
    }

    #[test]
    fn longer_periods_end_with_the_years_quarters_and_halves() {
        for (months, as_of, today, told) in [
            (3, "2016-09-30", "2016-11-22", Due::Done(day("2017-01-15"))),
            (3, "2016-09-29", "2016-11-22", Due::Late(day("2016-10-15"))),
            (6, "2016-06-30", "2017-01-03", Due::Open(day("2017-01-15"))),
            (12, "2015-12-31", "2016-11-22", Due::Done(day("2017-01-15"))),
            (12, "2016-11-22", "2017-01-16", Due::Late(day("2017-01-15"))),
        ] {
            assert_eq!(source(months, 15).due(Some(day(as_of)), day(today)), told, "{months} {as_of} on {today}");
        }
    }

    #[test]
    fn the_embedded_plan_has_each_kind_once() {
        let plan = DeliveryPlan::embedded().unwrap();
        let kinds: BTreeSet<SourceKind> = plan.sources.iter().map(|source| source.kind).collect();
        assert_eq!((kinds.len(), plan.sources.len()), (SourceKind::ALL.len(), SourceKind::ALL.len()));
        assert!(plan.source("rural-medical").is_some_and(|source| source.department == "卫计"));
    }

    #[test]
    fn what_is_wrong_with_a_plan_is_said() {
        let alarm = "[alarm]\nrows_fewer = 1\npeople_gone = 1\nunreadable = 1\n";
        for (text, told) in [
            ("[[source]]\nkind = \"x\"\nmonths = 1\ndue_day = 1", "kind 不是数据种类"),
            ("[[source]]\nkind = \"disability\"\nmonths = 2\ndue_day = 1", "months"),
            ("[[source]]\nkind = \"disability\"\nmonths = 1\ndue_day = 31", "due_day"),
            ("[[source]]\nkind = \"disability\"\nname = \"a/b\"\nmonths = 1\ndue_day = 1", "name"),
            ("", "没有来源"),
            ("[[source]]\nkind = 1", "第 6 行"),
        ] {
            let error = DeliveryPlan::parse(&format!("{alarm}{text}")).unwrap_err().to_string();
            assert!(error.contains(told), "{error}");
        }
        let twice = "[[source]]\nkind = \"disability\"\nmonths = 1\ndue_day = 1\n".repeat(2);
        assert!(DeliveryPlan::parse(&format!("{alarm}{twice}")).unwrap_err().to_string().contains("重复"));
    }
}
