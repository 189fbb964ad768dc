//! The columns of people and numbers: the one place where personal items go into the database and come out of it.

use canbao_domain::date::Date;
use canbao_domain::rules::{Category, InsuranceState, ItemSet, PersonLife, Population, ReasonSet, SchemeSet};
use canbao_linkage::names;

use super::{Key, Kind};
use crate::decision::{Decided, Decision, Ruling};
use crate::finding::{Handling, Verdict, WorkLine};
use crate::person::{Derived, Number, NumberKind, Record, State, Whole};
use crate::query::Line;
use crate::store::{Row, Value};

/// The columns of `person`, in the order in which rows are written and read.
pub(crate) const PERSON: [&str; 33] = [
    "person",
    "rev_from",
    "rev_to",
    "effective",
    "state",
    "merged_into",
    "area",
    "name",
    "name_hash",
    "surname_hash",
    "sex",
    "birth",
    "ethnic",
    "hukou",
    "household",
    "household_hash",
    "relation",
    "address",
    "phone",
    "phone_hash",
    "certificate_type",
    "population",
    "life",
    "life_date",
    "subsistence",
    "disability",
    "wrong",
    "pension",
    "medical",
    "schemes",
    "category",
    "reasons",
    "identity",
];

/// `digest` stands last.
pub(crate) const DIGEST: &str = "digest";

/// The columns of `number`.
pub(crate) const NUMBER: [&str; 8] = ["id", "person", "rev_from", "rev_to", "kind", "value", "hash", "evidence"];

/// The hash of a name, after the same normalising as names that are compared; none for a blank.
pub fn name_hash(key: &Key, name: &str) -> Option<i64> {
    let normalised = normalised(name);
    (!normalised.is_empty()).then(|| key.hash(Kind::Name, &normalised))
}

/// A name as it is compared.
pub(crate) fn normalised(name: &str) -> String {
    let mut normalised = String::new();
    names::normalise(name, &mut normalised);
    normalised
}

/// Digits of a phone number, for its hash.
pub(crate) fn phone_hash(key: &Key, phone: &str) -> Option<i64> {
    let digits: String = phone.chars().filter(char::is_ascii_digit).collect();
    (!digits.is_empty()).then(|| key.hash(Kind::Phone, &digits))
}

/// The hash of where somebody lives: whoever has the same address in an area is of one household, where no number says it.
pub(crate) fn address_hash(key: &Key, area: &str, address: &str) -> Option<i64> {
    let bare: String = address.chars().filter(|c| !c.is_whitespace()).collect();
    (!bare.is_empty()).then(|| key.hash(Kind::Household, &format!("address\u{0}{area}\u{0}{bare}")))
}

/// A row of `person`, [`PERSON`] and then [`DIGEST`].
pub(crate) fn person_row(whole: &Whole, rev_to: i64, key: &Key) -> Vec<Value> {
    let (record, derived) = (&whole.record, &whole.derived);
    let text = |text: &Option<String>| Value::from(text.clone());
    let name = record.name.as_deref();
    let (mut name_hash, mut surname) = (None, None);
    if let Some(name) = name {
        let normalised = normalised(name);
        if !normalised.is_empty() {
            name_hash = Some(key.hash(Kind::Name, &normalised));
            let end =
                normalised.char_indices().nth(names::surname_chars(&normalised)).map_or(normalised.len(), |(at, _)| at);
            surname = normalised.get(..end).map(|surname| key.hash(Kind::Surname, surname));
        }
    }
    vec![
        whole.person.into(),
        whole.revision.into(),
        rev_to.into(),
        whole.effective.as_str().into(),
        record.state.as_str().into(),
        record.merged_into.into(),
        record.area.as_str().into(),
        name.into(),
        name_hash.into(),
        surname.into(),
        record.sex.as_str().into(),
        record.birth.map(|date| date.to_string()).into(),
        text(&record.ethnic),
        text(&record.hukou),
        text(&record.household),
        record.household.as_ref().map(|household| key.hash(Kind::Household, household)).into(),
        text(&record.relation),
        text(&record.address),
        text(&record.phone),
        record.phone.as_ref().and_then(|phone| phone_hash(key, phone)).into(),
        text(&record.certificate_type),
        record.population.as_str().into(),
        record.life.as_str().into(),
        record.life_date.map(|date| date.to_string()).into(),
        record.subsistence.into(),
        record.disability.into(),
        i64::from(record.wrong.bits()).into(),
        derived.pension.as_str().into(),
        derived.medical.as_str().into(),
        i64::from(derived.schemes.bits()).into(),
        derived.category.as_str().into(),
        i64::from(derived.reasons.bits()).into(),
        whole.identity.into(),
        whole.digest.into(),
    ]
}

/// A person of a row of [`PERSON`] and [`DIGEST`], that which belongs to them left out.
pub(crate) fn person_of(row: &Row) -> Whole {
    let text = |at| row.maybe_text(at).map(str::to_owned);
    let bits = |at| row.int(at);
    Whole {
        person: row.int(0),
        revision: row.int(1),
        effective: row.text(3).to_owned(),
        record: Record {
            state: State::from_word(row.text(4)),
            merged_into: row.maybe_int(5),
            area: row.text(6).to_owned(),
            name: text(7),
            sex: row.text(10).to_owned(),
            birth: row.maybe_text(11).and_then(Date::parse),
            ethnic: text(12),
            hukou: text(13),
            household: text(14),
            relation: text(16),
            address: text(17),
            phone: text(18),
            certificate_type: text(20),
            population: Population::from_word(row.text(21)).unwrap_or(Population::Outside),
            life: PersonLife::from_word(row.text(22)).unwrap_or(PersonLife::Alive),
            life_date: row.maybe_text(23).and_then(Date::parse),
            subsistence: row.flag(24),
            disability: row.flag(25),
            wrong: ItemSet(u8::try_from(bits(26)).unwrap_or_default()),
        },
        derived: Derived {
            pension: InsuranceState::from_word(row.text(27)).unwrap_or(InsuranceState::Unclear),
            medical: InsuranceState::from_word(row.text(28)).unwrap_or(InsuranceState::Unclear),
            schemes: SchemeSet(u16::try_from(bits(29)).unwrap_or_default()),
            category: Category::from_word(row.text(30)).unwrap_or(Category::Information),
            reasons: ReasonSet::from_bits(u32::try_from(bits(31)).unwrap_or_default()),
        },
        identity: row.int(32),
        digest: row.int(33),
        numbers: Vec::new(),
        enrolments: Vec::new(),
        findings: Vec::new(),
    }
}

/// A row of `number`.
pub(crate) fn number_row(number: &Number, person: i64, revision: i64, rev_to: i64, key: &Key) -> Vec<Value> {
    vec![
        number.id.into(),
        person.into(),
        revision.into(),
        rev_to.into(),
        number.kind.as_str().into(),
        number.value.as_str().into(),
        key.hash(Kind::Number, &number.value).into(),
        number.evidence.as_str().into(),
    ]
}

/// Numbers as one part of what belongs to people, see `person/read.rs`.
pub(crate) const NUMBER_PART: &str = "2, id, person, NULL, NULL, kind, value, evidence, NULL, NULL, NULL, NULL, NULL, NULL, \
                                      NULL, NULL, NULL FROM number";

/// A number of a row of [`NUMBER_PART`].
pub(crate) fn number_of(row: &Row) -> Number {
    Number {
        id: row.int(1),
        kind: NumberKind::from_word(row.text(5)),
        value: row.text(6).to_owned(),
        evidence: row.text(7).to_owned(),
    }
}

/// What a line of a list is read from: `p` is the person, `$1` the revision.
pub(crate) const LINE: &str = "p.person, p.area, p.name, p.birth, p.category, p.reasons, p.sex, p.subsistence, p.disability, \
     (SELECT MIN(n.value) FROM number n WHERE n.person = p.person AND n.kind = 'current' \
      AND n.rev_from <= $1 AND n.rev_to > $1)";

/// A line of a row of [`LINE`].
pub(crate) fn line_of(row: &Row) -> Line {
    Line {
        person: row.int(0),
        area: row.text(1).to_owned(),
        name: row.maybe_text(2).map(str::to_owned),
        birth: row.maybe_text(3).and_then(Date::parse),
        category: row.text(4).to_owned(),
        reasons: ReasonSet::from_bits(u32::try_from(row.int(5)).unwrap_or_default()),
        sex: row.text(6).to_owned(),
        subsistence: row.flag(7),
        disability: row.flag(8),
        number: row.maybe_text(9).map(str::to_owned),
    }
}

/// The columns of `decision`.
pub(crate) const DECISION: [&str; 12] = [
    "id",
    "decision",
    "kind",
    "number",
    "name",
    "person_id",
    "hash",
    "maker",
    "checker",
    "made_at",
    "revision",
    "withdrawn",
];

/// A row of `decision`.
pub(crate) fn decision_row(decided: &Decided, hash: i64, revision: i64) -> Vec<Value> {
    let decision = &decided.decision;
    vec![
        decided.id.into(),
        decision.ruling.as_str().into(),
        decision.kind.as_str().into(),
        decision.number.as_str().into(),
        decision.name.as_str().into(),
        decision.person_id.as_str().into(),
        hash.into(),
        decided.maker.as_str().into(),
        decided.checker.as_deref().into(),
        decided.made_at.into(),
        revision.into(),
        decided.withdrawn.into(),
    ]
}

/// A decision of a row of [`DECISION`]; none where its kind is of another program.
pub(crate) fn decided_of(row: &Row) -> Option<Decided> {
    let decision = Decision {
        ruling: Ruling::from_word(row.text(1)),
        kind: row.text(2).parse().ok()?,
        number: row.text(3).to_owned(),
        name: row.text(4).to_owned(),
        person_id: row.text(5).to_owned(),
    };
    Some(Decided {
        id: row.int(0),
        decision,
        maker: row.text(7).to_owned(),
        checker: row.maybe_text(8).map(str::to_owned),
        made_at: row.int(9),
        withdrawn: row.maybe_int(11),
    })
}

/// The columns of `handling`.
pub(crate) const HANDLING: [&str; 19] = [
    "id",
    "finding",
    "kind",
    "area",
    "verdict",
    "candidate",
    "note",
    "decision",
    "maker",
    "made_at",
    "asked",
    "due",
    "answer",
    "answer_note",
    "answered_by",
    "answered_at",
    "ended",
    "ended_by",
    "next",
];

/// A handling of a row that has [`HANDLING`] from `at` on; none where it has a word of another program.
pub(crate) fn handling_of(row: &Row, at: usize) -> Option<Handling> {
    let text = |place: usize| row.maybe_text(at + place).map(str::to_owned);
    let answer = row.maybe_text(at + 12).map(|word| match word {
        "same" => Some(true),
        "different" => Some(false),
        _ => None,
    });
    Some(Handling {
        id: row.maybe_int(at)?,
        finding: row.int(at + 1),
        verdict: Verdict::from_word(row.text(at + 4))?,
        candidate: row.maybe_int(at + 5),
        note: text(6),
        decision: row.maybe_int(at + 7),
        maker: row.text(at + 8).to_owned(),
        made_at: row.int(at + 9),
        asked: text(10),
        due: text(11),
        answer,
        answer_note: text(13),
        answered_by: text(14),
        answered_at: row.maybe_int(at + 15),
        ended: row.maybe_int(at + 16),
    })
}

/// What a line of a work-list is read from: `f` is the finding, `p` the person, `$1` the revision.
pub(crate) const WORK: &str = "f.id, f.area, f.person, f.kind, f.detail, f.source, f.line, f.other_source, f.other_line, \
     f.rev_from, p.name, p.birth, p.sex, \
     (SELECT MIN(n.value) FROM number n WHERE n.person = f.person AND n.kind = 'current' \
      AND n.rev_from <= $1 AND n.rev_to > $1)";

/// A line of a row of [`WORK`] and [`HANDLING`].
pub(crate) fn work_of(row: &Row) -> WorkLine {
    let text = |at| row.maybe_text(at).map(str::to_owned);
    WorkLine {
        id: row.int(0),
        area: row.text(1).to_owned(),
        person: row.maybe_int(2),
        kind: row.text(3).to_owned(),
        detail: text(4),
        source: text(5),
        row: row.maybe_int(6),
        other_source: text(7),
        other_row: row.maybe_int(8),
        revision: row.int(9),
        name: text(10),
        birth: row.maybe_text(11).and_then(Date::parse),
        sex: row.text(12).to_owned(),
        number: text(13),
        handling: handling_of(row, 14),
    }
}
