//! When something holds: clauses as data, that a phone evaluates as the server does.

use std::fmt;

use serde::de::{self, Deserializer};
use serde::ser::Serializer;
use serde::{Deserialize, Serialize};

use super::facts::Lookup;
use super::format::{Format, unspaced};

/// Clauses that must all hold.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Condition(pub Vec<Clause>);

/// One clause.
#[derive(Clone, Debug, PartialEq)]
pub enum Clause {
    /// One of several conditions.
    Any(Vec<Condition>),
    /// Something about an item, an explanation, what is known, or a fact.
    Of {
        /// Its name.
        item: String,
        /// What holds of it.
        test: Test,
    },
}

/// What holds of a value.
#[derive(Clone, Debug, PartialEq)]
pub enum Test {
    /// One of its texts is among these.
    In(Vec<String>),
    /// It is filled, and none of its texts is among these.
    NotIn(Vec<String>),
    /// Whether it is blank.
    Blank(bool),
    /// Filled, and no less.
    AtLeast(Bound),
    /// Filled, and no more.
    AtMost(Bound),
    /// Filled, and not so written.
    IsNot(Format),
    /// Both are filled and not equal.
    DiffersFrom(String),
    /// Both are filled and equal.
    SameAs(String),
}

/// What is compared with: a whole number, or a text such as a date; `today` is the day.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum Bound {
    /// A number.
    Number(i64),
    /// A text.
    Text(String),
}

impl fmt::Display for Bound {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Number(number) => number.fmt(f),
            Self::Text(text) => f.write_str(text),
        }
    }
}

/// A clause as it is written.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Written {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    any: Option<Vec<Condition>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    item: Option<String>,
    #[serde(default, rename = "in", skip_serializing_if = "Option::is_none")]
    is_in: Option<Vec<String>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    not_in: Option<Vec<String>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    blank: Option<bool>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    at_least: Option<Bound>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    at_most: Option<Bound>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    is_not: Option<Format>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    differs_from: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    same_as: Option<String>,
}

impl Written {
    const BLANK: Self = Self {
        any: None,
        item: None,
        is_in: None,
        not_in: None,
        blank: None,
        at_least: None,
        at_most: None,
        is_not: None,
        differs_from: None,
        same_as: None,
    };
}

impl Serialize for Clause {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut written = Written::BLANK;
        match self {
            Self::Any(any) => written.any = Some(any.clone()),
            Self::Of { item, test } => {
                written.item = Some(item.clone());
                match test.clone() {
                    Test::In(values) => written.is_in = Some(values),
                    Test::NotIn(values) => written.not_in = Some(values),
                    Test::Blank(blank) => written.blank = Some(blank),
                    Test::AtLeast(bound) => written.at_least = Some(bound),
                    Test::AtMost(bound) => written.at_most = Some(bound),
                    Test::IsNot(format) => written.is_not = Some(format),
                    Test::DiffersFrom(name) => written.differs_from = Some(name),
                    Test::SameAs(name) => written.same_as = Some(name),
                }
            }
        }
        written.serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for Clause {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let Written { any, item, is_in, not_in, blank, at_least, at_most, is_not, differs_from, same_as } =
            Written::deserialize(deserializer)?;
        let mut tests = [
            is_in.map(Test::In),
            not_in.map(Test::NotIn),
            blank.map(Test::Blank),
            at_least.map(Test::AtLeast),
            at_most.map(Test::AtMost),
            is_not.map(Test::IsNot),
            differs_from.map(Test::DiffersFrom),
            same_as.map(Test::SameAs),
        ]
        .into_iter()
        .flatten();
        match (any, item, tests.next(), tests.next()) {
            (Some(any), None, None, _) => Ok(Self::Any(any)),
            (None, Some(item), Some(test), None) => Ok(Self::Of { item, test }),
            _ => Err(de::Error::custom("条件要写一个 item 和恰好一个比较，或只写 any")),
        }
    }
}

impl Condition {
    /// Whether it holds; one without clauses does.
    pub(crate) fn holds(&self, lookup: &Lookup<'_>) -> bool {
        self.0.iter().all(|clause| clause.holds(lookup))
    }

    /// All names that it asks about.
    pub fn names(&self) -> Vec<&str> {
        let mut names = Vec::new();
        for clause in &self.0 {
            match clause {
                Clause::Any(any) => names.extend(any.iter().flat_map(Self::names)),
                Clause::Of { item, test } => {
                    names.push(item.as_str());
                    if let Test::DiffersFrom(other) | Test::SameAs(other) = test {
                        names.push(other);
                    }
                }
            }
        }
        names
    }
}

impl Clause {
    fn holds(&self, lookup: &Lookup<'_>) -> bool {
        match self {
            Self::Any(any) => any.iter().any(|condition| condition.holds(lookup)),
            Self::Of { item, test } => test.holds(&lookup.texts(item), lookup),
        }
    }
}

impl Test {
    fn holds(&self, texts: &[String], lookup: &Lookup<'_>) -> bool {
        let first = texts.first().map(String::as_str);
        let among = |values: &[String]| texts.iter().any(|text| values.contains(text));
        match self {
            Self::In(values) => among(values),
            Self::NotIn(values) => first.is_some() && !among(values),
            Self::Blank(blank) => first.is_none() == *blank,
            Self::AtLeast(bound) => first.is_some_and(|text| compare(text, bound, lookup).is_ge()),
            Self::AtMost(bound) => first.is_some_and(|text| compare(text, bound, lookup).is_le()),
            Self::IsNot(format) => first.is_some_and(|text| !format.fits(text, lookup.today())),
            Self::DiffersFrom(other) => alike(first, lookup.texts(other).first().map(String::as_str)) == Some(false),
            Self::SameAs(other) => alike(first, lookup.texts(other).first().map(String::as_str)) == Some(true),
        }
    }
}

/// Whether two filled texts are equal but for spaces; none where one is blank.
fn alike(one: Option<&str>, other: Option<&str>) -> Option<bool> {
    Some(unspaced(one?) == unspaced(other?))
}

/// As numbers where both are whole numbers, else as text.
fn compare(text: &str, bound: &Bound, lookup: &Lookup<'_>) -> std::cmp::Ordering {
    let bound = match bound {
        Bound::Text(text) if text == "today" => lookup.today().to_string(),
        bound => bound.to_string(),
    };
    match (whole(text), whole(&bound)) {
        (Some(text), Some(bound)) => text.cmp(&bound),
        _ => text.cmp(&bound),
    }
}

/// A whole number of at most fifteen digits: what a phone's numbers hold exactly.
fn whole(text: &str) -> Option<i64> {
    let digits = text.strip_prefix('-').unwrap_or(text);
    let is_whole = !digits.is_empty() && digits.len() <= 15 && digits.bytes().all(|byte| byte.is_ascii_digit());
    is_whole.then(|| text.parse().ok()).flatten()
}
