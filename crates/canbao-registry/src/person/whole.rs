//! A person's record with all that belongs to it.

use std::fmt;

use canbao_domain::date::Date;
use canbao_domain::source::{Insurance, SourceKind};

use super::{Derived, Origin, Record};

/// What a number is to a person.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum NumberKind {
    /// The social security number.
    Current,
    /// One that was theirs, or that rows of theirs stand under.
    Former,
    /// Of a certificate that is no citizen number.
    Certificate,
}

impl NumberKind {
    /// The word in the database.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Current => "current",
            Self::Former => "former",
            Self::Certificate => "certificate",
        }
    }

    pub(crate) fn from_word(word: &str) -> Self {
        match word {
            "current" => Self::Current,
            "certificate" => Self::Certificate,
            _ => Self::Former,
        }
    }
}

/// A number of a person. Two are the same where kind and value are.
#[derive(Clone)]
pub struct Number {
    /// The row's identifier; 0 before it is written.
    pub id: i64,
    /// What it is.
    pub kind: NumberKind,
    /// As the standard writes it.
    pub value: String,
    /// How it is known, a Chinese sentence.
    pub evidence: String,
}

impl PartialEq for Number {
    fn eq(&self, other: &Self) -> bool {
        self.kind == other.kind && self.value == other.value
    }
}

impl fmt::Debug for Number {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Number").field("id", &self.id).field("kind", &self.kind).finish_non_exhaustive()
    }
}

/// An insurance row. Where it stood in an extract is no part of what it says.
#[derive(Clone, Debug)]
pub struct Enrolment {
    /// The row's identifier; 0 before it is written.
    pub id: i64,
    /// From which day it holds; the day of the extract.
    pub effective: String,
    /// The kind of extract.
    pub scheme: String,
    /// The insurance that the scheme belongs to.
    pub insurance: Insurance,
    /// `normal`, `suspended`, `ended`, another code, or blank.
    pub status: Option<String>,
    /// `drawing`, `suspended`, or blank.
    pub benefit: Option<String>,
    /// 单位编码
    pub unit_code: Option<String>,
    /// 单位名称
    pub unit_name: Option<String>,
    /// 统筹区
    pub pooling_area: Option<String>,
    /// 参保日期
    pub since: Option<Date>,
    /// Why it was interrupted or ended, by a procedure.
    pub reason: Option<String>,
    /// Who says it.
    pub origin: Origin,
    /// The source's name in the run.
    pub source: Option<String>,
    /// The row there.
    pub line: Option<i64>,
}

impl PartialEq for Enrolment {
    fn eq(&self, other: &Self) -> bool {
        self.scheme == other.scheme
            && self.insurance == other.insurance
            && self.status == other.status
            && self.benefit == other.benefit
            && self.unit_code == other.unit_code
            && self.unit_name == other.unit_name
            && self.pooling_area == other.pooling_area
            && self.since == other.since
            && self.reason == other.reason
            && self.answerer() == other.answerer()
    }
}

impl Enrolment {
    /// The registry by whose answer this row stands (联网比对): whose word it is decides how long it lasts.
    pub fn answerer(&self) -> Option<&str> {
        let answered = self.origin == Origin::Hand && self.scheme == SourceKind::Elsewhere.as_str();
        self.source.as_deref().filter(|_| answered)
    }
}

/// A finding about a person. Where the rows stood is no part of what it says. `detail` is personal.
#[derive(Clone)]
pub struct Finding {
    /// The row's identifier; 0 before it is written.
    pub id: i64,
    /// As in the run's `findings`, or `claim-differs`.
    pub kind: String,
    /// What it says.
    pub detail: Option<String>,
    /// Who says it.
    pub origin: Origin,
    /// The source's name in the run.
    pub source: Option<String>,
    /// The row there.
    pub line: Option<i64>,
    /// The other row's source.
    pub other_source: Option<String>,
    /// The other row.
    pub other_line: Option<i64>,
}

impl PartialEq for Finding {
    fn eq(&self, other: &Self) -> bool {
        self.kind == other.kind && self.detail == other.detail && self.origin == other.origin
    }
}

impl fmt::Debug for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Finding").field("id", &self.id).field("kind", &self.kind).finish_non_exhaustive()
    }
}

/// A person as the registry knows them.
#[derive(Clone, Debug)]
pub struct Whole {
    /// The registry's own identifier.
    pub person: i64,
    /// The revision of this version.
    pub revision: i64,
    /// From which day it holds.
    pub effective: String,
    /// Their items.
    pub record: Record,
    /// What follows from them.
    pub derived: Derived,
    /// By what the run applied last knows them; 0 for nobody's.
    pub identity: i64,
    /// Of what that run says of them; 0 where a hand was on the record since.
    pub digest: i64,
    /// Current numbers first.
    pub numbers: Vec<Number>,
    /// Insurance rows.
    pub enrolments: Vec<Enrolment>,
    /// What somebody must look at.
    pub findings: Vec<Finding>,
}

impl Whole {
    /// The social security number, where it is known.
    pub fn number(&self) -> Option<&str> {
        self.numbers.iter().find(|number| number.kind == NumberKind::Current).map(|number| number.value.as_str())
    }

    /// The other certificate, where there is one.
    pub fn certificate(&self) -> Option<&str> {
        self.numbers.iter().find(|number| number.kind == NumberKind::Certificate).map(|number| number.value.as_str())
    }
}
