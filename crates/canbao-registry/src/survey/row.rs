//! Tasks and households, as rows.

use crate::store::{Row, Value};

/// Where a task is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum State {
    /// 待入户
    Open,
    /// 已提交
    Submitted,
    /// 已退回
    Returned,
    /// 已核准
    Approved,
    /// 已免访
    Exempt,
}

impl State {
    /// All of them, in the order in which they are shown.
    pub const ALL: [Self; 5] = [Self::Open, Self::Returned, Self::Submitted, Self::Approved, Self::Exempt];

    /// The word in the database.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Open => "open",
            Self::Submitted => "submitted",
            Self::Returned => "returned",
            Self::Approved => "approved",
            Self::Exempt => "exempt",
        }
    }

    /// What a clerk calls it.
    pub const fn chinese(self) -> &'static str {
        match self {
            Self::Open => "待入户",
            Self::Submitted => "已提交",
            Self::Returned => "已退回",
            Self::Approved => "已核准",
            Self::Exempt => "免访",
        }
    }

    /// The state of a word.
    pub fn from_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|state| state.as_str() == word)
    }

    /// Whether a collector has still to do something.
    pub const fn is_open(self) -> bool {
        matches!(self, Self::Open | Self::Returned)
    }
}

/// A task (任务): a person, an employer, or a row that is nobody's, to be visited.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Task {
    /// The registry's identifier.
    pub id: i64,
    /// The random key by which devices and papers know it.
    pub mark: String,
    /// The round in which it was issued.
    pub round: i64,
    /// The household; employers have none.
    pub household: Option<i64>,
    /// `person` or `unit`.
    pub form: String,
    /// Whose record it is about; none of somebody found on the spot until they are approved.
    pub person: Option<i64>,
    /// Or of which employer.
    pub unit: Option<i64>,
    /// Or of which finding about a row that is nobody's.
    pub finding: Option<i64>,
    /// The area in which it was issued.
    pub issued: String,
    /// The area where it lies now.
    pub area: String,
    /// The account of the collector whose it is; none where it is anybody's of the village.
    pub collector: Option<i64>,
    /// Where it is.
    pub state: State,
    /// The outcome's code, since it was handed in; blank before.
    pub outcome: String,
    /// What the record says of the person or employer.
    pub category: String,
    /// Until when, `yyyy-mm-dd`.
    pub due: Option<String>,
    /// The version of its form.
    pub version: i64,
    /// Why it is exempt, a word: see [`super::Reconciled`].
    pub reason: String,
    /// In which state it was before it was exempt; blank else.
    pub before: String,
    /// Whether something came in after it was over.
    pub late: bool,
    /// Who checked it in the town.
    pub checker: Option<String>,
    /// Whether it was found on the spot.
    pub added: bool,
    /// When it was handed in, milliseconds since 1970.
    pub submitted_at: Option<i64>,
    /// By whom.
    pub submitted_by: Option<String>,
    /// The revision that its known values are of.
    pub rev: i64,
    /// The number of its last change.
    pub seq: i64,
}

pub(super) const TASK: [&str; 25] = [
    "id",
    "mark",
    "round",
    "household",
    "form",
    "person",
    "unit",
    "finding",
    "issued",
    "area",
    "collector",
    "state",
    "outcome",
    "category",
    "due",
    "version",
    "reason",
    "before",
    "late",
    "checker",
    "added",
    "submitted_at",
    "submitted_by",
    "rev",
    "seq",
];

/// The columns of a task with a name before each.
pub(super) fn task_columns(table: &str) -> String {
    TASK.map(|column| format!("{table}.{column}")).join(", ")
}

/// A task of a row of [`TASK`].
pub(super) fn task_of(row: &Row) -> Task {
    let text = |at| row.maybe_text(at).map(str::to_owned);
    Task {
        id: row.int(0),
        mark: row.text(1).to_owned(),
        round: row.int(2),
        household: Some(row.int(3)).filter(|household| *household != 0),
        form: row.text(4).to_owned(),
        person: row.maybe_int(5),
        unit: row.maybe_int(6),
        finding: row.maybe_int(7),
        issued: row.text(8).to_owned(),
        area: row.text(9).to_owned(),
        collector: row.maybe_int(10),
        state: State::from_word(row.text(11)).unwrap_or(State::Open),
        outcome: row.text(12).to_owned(),
        category: row.text(13).to_owned(),
        due: text(14),
        version: row.int(15),
        reason: row.text(16).to_owned(),
        before: row.text(17).to_owned(),
        late: row.flag(18),
        checker: text(19),
        added: row.flag(20),
        submitted_at: row.maybe_int(21),
        submitted_by: text(22),
        rev: row.int(23),
        seq: row.int(24),
    }
}

/// A row of a task.
pub(super) fn task_row(task: &Task) -> Vec<Value> {
    vec![
        task.id.into(),
        task.mark.as_str().into(),
        task.round.into(),
        task.household.unwrap_or_default().into(),
        task.form.as_str().into(),
        task.person.into(),
        task.unit.into(),
        task.finding.into(),
        task.issued.as_str().into(),
        task.area.as_str().into(),
        task.collector.into(),
        task.state.as_str().into(),
        task.outcome.as_str().into(),
        task.category.as_str().into(),
        task.due.clone().into(),
        task.version.into(),
        task.reason.as_str().into(),
        task.before.as_str().into(),
        task.late.into(),
        task.checker.clone().into(),
        task.added.into(),
        task.submitted_at.into(),
        task.submitted_by.clone().into(),
        task.rev.into(),
        task.seq.into(),
    ]
}

/// A household that holds somebody to be visited.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Household {
    /// The registry's identifier.
    pub id: i64,
    /// The random key.
    pub mark: String,
    /// Where it is.
    pub village: String,
    /// By what it is known among the village's; 0 where it stands alone.
    pub hash: i64,
    /// Whether it was found on the spot.
    pub added: bool,
    /// Tasks that are not exempt.
    pub live: i64,
    /// Whether somebody of it was asked after.
    pub visited: bool,
    /// The number of its last change.
    pub seq: i64,
}

pub(super) const HOUSEHOLD: [&str; 8] = ["id", "mark", "village", "hash", "added", "live", "visited", "seq"];

/// A household of a row that has [`HOUSEHOLD`] from `at` on.
pub(super) fn household_of(row: &Row, at: usize) -> Household {
    Household {
        id: row.int(at),
        mark: row.text(at + 1).to_owned(),
        village: row.text(at + 2).to_owned(),
        hash: row.int(at + 3),
        added: row.flag(at + 4),
        live: row.int(at + 5),
        visited: row.flag(at + 6),
        seq: row.int(at + 7),
    }
}

/// A row of a household.
pub(super) fn household_row(household: &Household) -> Vec<Value> {
    vec![
        household.id.into(),
        household.mark.as_str().into(),
        household.village.as_str().into(),
        household.hash.into(),
        household.added.into(),
        household.live.into(),
        household.visited.into(),
        household.seq.into(),
    ]
}

/// A step of a task.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Event {
    /// What: `submit`, `return`, `check`, `approve`, `exempt`, `resume`, `transfer`, `place`, `late` …
    pub kind: String,
    /// When, milliseconds since 1970.
    pub at: i64,
    /// Who.
    pub actor: String,
    /// Why. May be personal.
    pub says: String,
    /// Items with what was said of each, as JSON; blank for none.
    pub items: String,
}

/// Sixteen random bytes as 22 characters, safe in addresses and names.
pub(super) fn mark_of(bytes: &[u8; 16]) -> String {
    const LETTERS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    let mut number = u128::from_be_bytes(*bytes);
    let mut mark = [0_u8; 22];
    for slot in mark.iter_mut().rev() {
        *slot = LETTERS.get((number & 63) as usize).copied().unwrap_or(b'A');
        number >>= 6;
    }
    String::from_utf8_lossy(&mark).into_owned()
}

/// Whether a text could be a key: what a device made, or a paper shows.
pub(super) fn is_mark(text: &str) -> bool {
    text.len() == 22 && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_'))
}

/// Whether a text could be an identifier that a device made: a UUID, or a word as safe.
pub(super) fn is_id(text: &str) -> bool {
    (8..=64).contains(&text.len())
        && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_are_22_characters_and_tell_all_bits() {
        assert_eq!(mark_of(&[0; 16]), "A".repeat(22));
        let full = mark_of(&[255; 16]);
        assert!(is_mark(&full) && full.starts_with('D') && full.ends_with('_'), "{full}");
        let mut one = [0; 16];
        one[15] = 1;
        assert_eq!(mark_of(&one), format!("{}B", "A".repeat(21)));
        assert!(!is_mark("") && !is_mark(&"A".repeat(23)) && !is_mark(&"é".repeat(11)));
    }
}
