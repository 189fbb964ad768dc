//! What becomes of a person by a form's answers, besides their items.

use std::collections::BTreeMap;

use canbao_domain::rules::InsuranceState;
use serde::{Deserialize, Serialize};

use super::Condition;

/// What a visit found somebody to be.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Fate {
    /// 已死亡
    Deceased,
    /// 户口已迁出
    MovedOut,
    /// No such person, or nobody who could be found: nothing of the record changes.
    Untraced,
}

/// What becomes of a person where a condition holds; of several the first.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Effect {
    /// When.
    pub when: Condition,
    /// What.
    pub does: Fate,
    /// The item that holds the day on which it happened.
    #[serde(default)]
    pub on: Option<String>,
}

/// What an item says of an insurance, by its codes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Claim {
    /// `pension` or `medical`.
    pub insurance: String,
    /// By code.
    pub says: BTreeMap<String, InsuranceState>,
}
