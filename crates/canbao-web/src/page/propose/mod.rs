//! Putting a change forward (动态管理): which procedure, what is told, what it would make of the record, and on to the
//! checker. What was typed stays in the form until it is handed on; no address holds it.

mod choose;
mod field;
mod form;
mod read;
pub(crate) mod scan;
pub(crate) mod told;

pub(crate) use choose::choose;
pub(crate) use form::{form, newcomer, propose, propose_newcomer, told_of};

use canbao_registry::change::Scan;
use canbao_registry::person::Whole;

/// What a form is about.
pub(crate) struct Case {
    /// The procedure's word.
    pub(crate) kind: &'static str,
    /// What a clerk calls it.
    pub(crate) name: &'static str,
    /// Whose record; none for somebody new.
    pub(crate) whole: Option<Whole>,
    /// Others of the same name, for a merge.
    pub(crate) alike: Vec<Whole>,
    /// Somebody into whose household a newborn or an arrival comes.
    pub(crate) with: Option<Whole>,
    /// The papers that were handed in with it.
    pub(crate) scan: Option<Scan>,
}

/// The procedures, each with when it is the right one.
pub(crate) const PROCEDURES: [(&str, &[(&str, &str)]); 4] = [
    (
        "人口变动",
        &[
            ("death", "本人去世，有死亡证明或公安注销"),
            ("move-out", "户口或居住地迁到本市以外"),
            ("move-in", "迁到本市另一个村（社区），或迁出后又迁回"),
            ("left-country", "出国（境）定居，各险种同时终止"),
        ],
    ),
    (
        "参保变动",
        &[
            ("enrolment-begun", "在一个险种里第一次参保，或终止后重新参保"),
            ("enrolment-interrupted", "参保暂停，以后还会恢复"),
            ("enrolment-resumed", "暂停的参保恢复缴费"),
            ("enrolment-ended", "参保关系终止，不再恢复"),
            ("enrolment-transferred", "换了单位或统筹区，险种不变"),
            ("conscripted", "参军，职工参保因此暂停"),
            ("imprisoned", "服刑，职工参保因此暂停"),
            ("released", "退役或刑满释放，因此暂停的参保恢复"),
        ],
    ),
    (
        "身份更正",
        &[("number-corrected", "登记的身份证号有误，或公安换发了号码"), ("name-changed", "改名，或登记的姓名有误")],
    ),
    ("记录本身", &[("merged", "这条记录与另一条是同一个人"), ("split", "这条记录里混入了另一个人的参保或号码")]),
];

/// A procedure of a record that is there, as routes name it.
pub(crate) fn known(kind: &str) -> Option<&'static str> {
    PROCEDURES.iter().flat_map(|(_, kinds)| kinds.iter()).map(|(known, _)| *known).find(|known| *known == kind)
}

/// A procedure of somebody new, as routes name it.
pub(crate) fn known_new(kind: &str) -> Option<&'static str> {
    ["birth", "arrival"].into_iter().find(|known| *known == kind)
}
