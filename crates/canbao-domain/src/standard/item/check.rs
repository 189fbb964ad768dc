//! Whether a value is one that an item may have.

use super::{Form, Item, Items};
use crate::credit::{CreditCode, RegistrationNumber};
use crate::date::{Date, Month};
use crate::number::CitizenNumber;
use crate::standard::table::{Entry, Table};

/// A check that items name.
#[derive(Clone, Debug)]
pub struct Check {
    code: String,
    name: String,
    rule: Rule,
}

/// What a check looks at.
#[derive(Clone, Debug)]
pub(super) enum Rule {
    /// One of some shapes: `#` a digit, `@` a capital, `*` either, all else as written.
    Shapes(Vec<String>),
    CitizenNumber,
    CreditCode,
    RegistrationNumber,
    Dates {
        from: Option<Date>,
        to: Option<Date>,
    },
    Numbers {
        least: Option<i64>,
        most: Option<i64>,
    },
}

/// What is to be said of a value. Nothing of the value itself stands in it, so it may be shown.
#[derive(Clone, Copy, Debug)]
pub enum Verdict<'a> {
    /// Blank, or as it should be; of a coded item with the code that it means.
    Fine(Option<&'a Entry>),
    /// No code of the table: the value is kept as written, shown and counted, and never takes another's place.
    UnknownCode,
    /// Not as it should be.
    Breaks(Breach<'a>),
}

/// What a value breaks.
#[derive(Clone, Copy, Debug)]
pub enum Breach<'a> {
    /// More characters than the item may have.
    TooLong(usize),
    /// No day and no month.
    NoDate,
    /// No whole number.
    NoNumber,
    /// Neither yes nor no.
    NoFlag,
    /// A check of the item.
    Check(&'a Check),
}

impl Verdict<'_> {
    /// Whether there is nothing to be said.
    pub const fn is_fine(&self) -> bool {
        matches!(self, Self::Fine(_))
    }
}

impl Breach<'_> {
    /// The check's code; of what follows from the item's type `width`, `date`, `number` or `flag`.
    pub fn code(&self) -> &str {
        match self {
            Self::TooLong(_) => "width",
            Self::NoDate => Form::Date.as_str(),
            Self::NoNumber => Form::Number.as_str(),
            Self::NoFlag => Form::Flag.as_str(),
            Self::Check(check) => &check.code,
        }
    }

    /// What the value should be, in Chinese.
    pub fn chinese(&self) -> String {
        match self {
            Self::TooLong(most) => format!("应不超过{most}个字"),
            Self::NoDate => "应是日期或年月".to_owned(),
            Self::NoNumber => "应是整数".to_owned(),
            Self::NoFlag => "应是“是”或“否”".to_owned(),
            Self::Check(check) => format!("应是{}", check.name),
        }
    }
}

impl Check {
    pub(super) const fn new(code: String, name: String, rule: Rule) -> Self {
        Self { code, name, rule }
    }

    /// The check's word in the file.
    pub fn code(&self) -> &str {
        &self.code
    }

    /// What a value should be, in Chinese.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Whether a value holds before the check; spaces around it do not count.
    pub fn holds(&self, value: &str) -> bool {
        let value = value.trim();
        match &self.rule {
            Rule::Shapes(shapes) => shapes.iter().any(|shape| fits(shape, value)),
            Rule::CitizenNumber => CitizenNumber::parse(value.to_ascii_uppercase().as_bytes()).is_some(),
            Rule::CreditCode => CreditCode::read(value).is_some(),
            Rule::RegistrationNumber => RegistrationNumber::read(value).is_some(),
            Rule::Dates { from, to } => {
                day(value).is_some_and(|day| from.is_none_or(|from| from <= day) && to.is_none_or(|to| day <= to))
            }
            Rule::Numbers { least, most } => value.parse::<i64>().is_ok_and(|number| {
                least.is_none_or(|least| least <= number) && most.is_none_or(|most| number <= most)
            }),
        }
    }
}

impl Rule {
    /// The word of a rule that is code; blank of the others.
    pub(super) const fn word(&self) -> &'static str {
        match self {
            Self::CitizenNumber => "citizen-number",
            Self::CreditCode => "credit-code",
            Self::RegistrationNumber => "registration-number",
            Self::Shapes(_) | Self::Dates { .. } | Self::Numbers { .. } => "",
        }
    }
}

impl Items {
    /// See [`Standard::check`](crate::standard::Standard::check). `table` is the item's.
    pub(in crate::standard) fn verdict<'a>(
        &'a self,
        item: &'a Item,
        table: Option<&'a Table>,
        value: &str,
    ) -> Verdict<'a> {
        let value = value.trim();
        if value.is_empty() {
            return Verdict::Fine(None);
        }
        if let Some(table) = table {
            return table.find(value).map_or(Verdict::UnknownCode, |entry| Verdict::Fine(Some(entry)));
        }
        let breach = match item.form() {
            Form::Date if day(value).is_none() => Some(Breach::NoDate),
            Form::Number if value.parse::<i64>().is_err() => Some(Breach::NoNumber),
            Form::Flag if !matches!(value, "true" | "false" | "是" | "否" | "1" | "0") => Some(Breach::NoFlag),
            Form::Text => item.width().filter(|most| value.chars().count() > *most).map(Breach::TooLong),
            _ => None,
        };
        let broken = || item.checks().iter().filter_map(|code| self.check(code)).find(|check| !check.holds(value));
        match breach.or_else(|| broken().map(Breach::Check)) {
            Some(breach) => Verdict::Breaks(breach),
            None => Verdict::Fine(None),
        }
    }
}

/// The day, or the first day of the month where only a month is written.
fn day(value: &str) -> Option<Date> {
    Date::parse(value).or_else(|| Month::parse(value)?.first_day())
}

fn fits(shape: &str, value: &str) -> bool {
    let mut values = value.chars();
    let one = |shape: char, value: char| match shape {
        '#' => value.is_ascii_digit(),
        '@' => value.is_ascii_uppercase(),
        '*' => value.is_ascii_digit() || value.is_ascii_uppercase(),
        _ => shape == value,
    };
    shape.chars().all(|shape| values.next().is_some_and(|value| one(shape, value))) && values.next().is_none()
}
