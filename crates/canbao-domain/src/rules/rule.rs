//! The rules, ready for use.

use std::sync::LazyLock;

use super::population::COMBINATIONS;
use super::{ItemSet, PopulationRows, PopulationState, RowState, SchemeSet};
use crate::code::{Benefit, Status};
use crate::date::Date;
use crate::source::{Insurance, SourceKind};

/// The rules by which a city decides. Made from a rule file, which is checked as a whole; cheap to ask.
#[derive(Clone, Debug)]
pub struct Rules {
    pub(super) title: String,
    pub(super) valid_from: Date,
    pub(super) valid_to: Option<Date>,
    pub(super) required: Vec<Required>,
    pub(super) live: Vec<Status>,
    pub(super) live_benefit: Vec<Benefit>,
    pub(super) suspended: Vec<Status>,
    pub(super) suspended_benefit: Vec<Benefit>,
    pub(super) ended: Vec<Status>,
    pub(super) pension: Vec<SourceKind>,
    pub(super) medical: Vec<SourceKind>,
    pub(super) pension_set: SchemeSet,
    pub(super) medical_set: SchemeSet,
    pub(super) exclusive: Vec<SchemeSet>,
    pub(super) items: [ItemSet; SourceKind::ALL.len()],
    pub(super) items_of_person: ItemSet,
    pub(super) population: Vec<PopulationState>,
    pub(super) fill_order: Vec<SourceKind>,
    pub(super) assisted: SchemeSet,
    pub(super) units: UnitRules,
}

/// An insurance that people of some ages must have.
#[derive(Clone, Copy, Debug)]
pub(super) struct Required {
    pub(super) insurance: Insurance,
    pub(super) from_age: i32,
    pub(super) below_age: Option<i32>,
}

/// Rules about employers.
#[derive(Clone, Debug)]
pub(super) struct UnitRules {
    pub(super) register_kinds: Vec<u8>,
    pub(super) registration_numbers: bool,
    /// Folded.
    pub(super) exempt_types: Vec<String>,
}

impl Rules {
    /// The text of the rule file that the program comes with (`standard/rules.toml`).
    pub const EMBEDDED: &str = include_str!("../../standard/rules.toml");

    /// The rules of [`Rules::EMBEDDED`].
    pub fn embedded() -> &'static Self {
        static RULES: LazyLock<Rules> = LazyLock::new(|| {
            #[expect(clippy::expect_used, reason = "the rule file is compiled in, and a test reads it")]
            Rules::parse(Rules::EMBEDDED).expect("the embedded rules are sound")
        });
        &RULES
    }

    /// The name of the rule file, in Chinese.
    pub fn title(&self) -> &str {
        &self.title
    }

    /// The first day on which the rules hold.
    pub const fn valid_from(&self) -> Date {
        self.valid_from
    }

    /// Whether the rules hold on a day.
    pub fn holds_on(&self, day: Date) -> bool {
        self.valid_from <= day && self.valid_to.is_none_or(|last| day <= last)
    }

    /// What an insurance row says. Drawing a benefit is being insured, whatever the state of paying is;
    /// what no rule names is unclear.
    pub fn row_state(&self, status: Status, benefit: Benefit) -> RowState {
        if self.live.contains(&status) || self.live_benefit.contains(&benefit) {
            RowState::Live
        } else if self.ended.contains(&status) {
            RowState::Ended
        } else if self.suspended.contains(&status) || self.suspended_benefit.contains(&benefit) {
            RowState::Suspended
        } else {
            RowState::Unclear
        }
    }

    /// The schemes that count for an insurance; none for [`Insurance::Other`], which is outside the category.
    pub const fn schemes(&self, insurance: Insurance) -> SchemeSet {
        match insurance {
            Insurance::Pension => self.pension_set,
            Insurance::Medical => self.medical_set,
            Insurance::Other => SchemeSet::EMPTY,
        }
    }

    /// The schemes that count for an insurance, the one to keep of two first.
    pub fn precedence(&self, insurance: Insurance) -> &[SourceKind] {
        match insurance {
            Insurance::Pension => &self.pension,
            Insurance::Medical => &self.medical,
            Insurance::Other => &[],
        }
    }

    /// Whether somebody must have an insurance on a day. Whose birth date is unknown is not excused by age.
    pub fn is_required(&self, insurance: Insurance, birth: Option<Date>, as_of: Date) -> bool {
        let Some(rule) = self.required.iter().find(|rule| rule.insurance == insurance) else { return false };
        let Some(birth) = birth else { return true };
        let age = birth.age_on(as_of).max(0);
        rule.from_age <= age && rule.below_age.is_none_or(|below| age < below)
    }

    /// Whether live rows are one too many: in two schemes that exclude one another, or in one of them in two
    /// pooling areas. `live` is of one insurance; of benefits, give the schemes that are drawn from.
    pub fn duplicate(&self, live: SchemeSet, pools_differ: bool) -> bool {
        let least = if pools_differ { 1 } else { 2 };
        self.exclusive.iter().any(|exclusive| (live & *exclusive).len() >= least)
    }

    /// The items that count in a row of a kind.
    pub fn counts(&self, kind: SourceKind) -> ItemSet {
        self.items.get(usize::from(kind.code())).copied().unwrap_or_default()
    }

    /// The items that count of a person: of any population or pension or medical row.
    pub const fn items_of_person(&self) -> ItemSet {
        self.items_of_person
    }

    /// What a person's rows in the population files amount to.
    pub fn population(&self, rows: PopulationRows) -> PopulationState {
        self.population.get(usize::from(rows.0 % COMBINATIONS)).copied().unwrap_or(PopulationState::OUTSIDE)
    }

    /// Which kinds fill an item that the better ones lack, the best first.
    pub fn fill_order(&self) -> &[SourceKind] {
        &self.fill_order
    }

    /// The kinds whose people are assisted (低保、五保、残疾): lacking an insurance, they are a finding.
    pub const fn assisted(&self) -> SchemeSet {
        self.assisted
    }
}

impl PopulationState {
    /// Of somebody in no population file.
    pub const OUTSIDE: Self =
        Self { population: super::Population::Outside, life: super::PersonLife::Alive, unclear: false };
}
