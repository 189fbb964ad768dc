//! What each row was linked to: dense, one slot a row, and the whole story of the few that were hard.

use crate::parallel::in_turn;
use crate::stage::{RowId, Stage};
use canbao_domain::number::CitizenNumber;
pub(crate) use canbao_linkage::explain::Method;
use canbao_linkage::model::judge::FIELD_COUNT;
use std::collections::BTreeMap;
use std::sync::atomic::{AtomicU8, AtomicU16, AtomicU64, Ordering};

/// How a row stands after the great join.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u8)]
pub(crate) enum Standing {
    /// No such data row (rejected by intake).
    Absent = 0,
    /// One population row has its number and its name.
    Settled = 1,
    /// A population row has its number, under another name.
    Contested = 2,
    /// Several population rows have its number.
    Shared = 3,
    /// No population row has its number.
    Orphan = 4,
    /// It has no valid number.
    Numberless = 5,
}

const STANDING: u8 = 0b0000_0111;
const FORM_SHIFT: u8 = 3;
const FORM: u8 = 0b0011_1000;
const BIRTH_DIFFERS: u8 = 0b0100_0000;
const SEX_DIFFERS: u8 = 0b1000_0000;

/// What is known of one settled or hard row in its slot.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Slot(u8);

impl Slot {
    pub(crate) fn standing(self) -> Standing {
        match self.0 & STANDING {
            1 => Standing::Settled,
            2 => Standing::Contested,
            3 => Standing::Shared,
            4 => Standing::Orphan,
            5 => Standing::Numberless,
            _ => Standing::Absent,
        }
    }

    pub(crate) fn birth_differs(self) -> bool {
        self.0 & BIRTH_DIFFERS != 0
    }

    pub(crate) fn sex_differs(self) -> bool {
        self.0 & SEX_DIFFERS != 0
    }
}

/// A row beside a population row that has its number.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Owned {
    pub(crate) owner: RowId,
    pub(crate) standing: Standing,
    /// `NumberForm` of the row's number.
    pub(crate) form: u8,
    pub(crate) birth_differs: bool,
    pub(crate) sex_differs: bool,
}

/// A candidate as it is written down for review.
#[derive(Debug, Clone)]
pub(crate) struct Candidate {
    pub(crate) person: RowId,
    pub(crate) confidence: f64,
    pub(crate) weights: [f64; FIELD_COUNT],
}

/// The story of a row that the great join did not settle.
#[derive(Debug, Clone)]
pub(crate) struct HardLink {
    pub(crate) person: Option<RowId>,
    /// The person's number.
    pub(crate) number: Option<CitizenNumber>,
    pub(crate) method: Method,
    pub(crate) confidence: f64,
    pub(crate) evidence: String,
    pub(crate) name_differs: bool,
    pub(crate) birth_differs: bool,
    pub(crate) sex_differs: bool,
    /// Its valid number is another person's.
    pub(crate) number_of_another: bool,
    /// Its valid number is a second or former one of its person.
    pub(crate) other_number: bool,
    pub(crate) candidates: Vec<Candidate>,
}

#[derive(Debug)]
struct SourceLinks {
    kind: u8,
    /// Kinds of extract that hold the person of this population row under its number and name.
    kinds: Vec<AtomicU16>,
    person: Vec<AtomicU64>,
    slot: Vec<AtomicU8>,
}

/// The links of all rows.
#[derive(Debug)]
pub(crate) struct Links {
    sources: Vec<SourceLinks>,
    /// Rows that were not settled by the great join.
    pub(crate) hard: BTreeMap<RowId, HardLink>,
    /// The number of people whose first row does not bear it, or whose first row's number is not theirs.
    pub(crate) numbers: BTreeMap<RowId, Option<CitizenNumber>>,
    /// Names of people whose first row has none.
    pub(crate) names: BTreeMap<RowId, String>,
    /// People whose number is another person's as well.
    pub(crate) sharers: Vec<RowId>,
}

impl Links {
    pub(crate) fn new(stage: &Stage, workers: usize) -> Self {
        let sources = in_turn(stage.sources.iter().collect(), workers, |s| {
            let rows = usize::try_from(s.rows).unwrap_or(0);
            let kinds = if s.kind.is_population() { rows } else { 0 };
            SourceLinks {
                kind: s.kind as u8,
                kinds: (0..kinds).map(|_| AtomicU16::new(0)).collect(),
                person: (0..rows).map(|_| AtomicU64::new(0)).collect(),
                slot: (0..rows).map(|_| AtomicU8::new(0)).collect(),
            }
        });
        Self { sources, hard: BTreeMap::new(), numbers: BTreeMap::new(), names: BTreeMap::new(), sharers: Vec::new() }
    }

    fn at(&self, id: RowId) -> Option<(&AtomicU64, &AtomicU8)> {
        let source = self.sources.get(id.source())?;
        let index = usize::try_from(id.row() - 1).ok()?;
        Some((source.person.get(index)?, source.slot.get(index)?))
    }

    /// Notes a row that no population row's number fits.
    pub(crate) fn unsettled(&self, id: RowId, standing: Standing) {
        if let Some((_, slot)) = self.at(id) {
            slot.store(standing as u8, Ordering::Relaxed);
        }
    }

    /// Notes the population row with the same number, of several one.
    pub(crate) fn owned(&self, id: RowId, owned: Owned) {
        let Some((person, slot)) = self.at(id) else { return };
        person.store(owned.owner.0, Ordering::Relaxed);
        let mut value = owned.standing as u8 | (owned.form << FORM_SHIFT) & FORM;
        if owned.birth_differs {
            value |= BIRTH_DIFFERS;
        }
        if owned.sex_differs {
            value |= SEX_DIFFERS;
        }
        slot.store(value, Ordering::Relaxed);
    }

    /// `SourceKind as u8` of a row's source.
    pub(crate) fn kind(&self, id: RowId) -> u8 {
        self.sources.get(id.source()).map_or(0, |s| s.kind)
    }

    /// Notes the kinds of extract that hold the person of a population row, bit = `SourceKind as u8`.
    pub(crate) fn hold(&self, owner: RowId, kinds: u16) {
        if let Some(slot) = self.kinds_slot(owner) {
            slot.store(kinds, Ordering::Relaxed);
        }
    }

    /// Makes a settled row hard again, so that evidence and decisions are heard.
    pub(crate) fn unsettle(&self, id: RowId) {
        if let Some((_, slot)) = self.at(id)
            && self.slot(id).standing() == Standing::Settled
        {
            let value = slot.load(Ordering::Relaxed);
            slot.store(value & !STANDING | Standing::Contested as u8, Ordering::Relaxed);
        }
    }

    fn kinds_slot(&self, owner: RowId) -> Option<&AtomicU16> {
        self.sources.get(owner.source())?.kinds.get(usize::try_from(owner.row() - 1).ok()?)
    }

    /// Kinds of extract that hold the person of a population row, bit = `SourceKind as u8`.
    pub(crate) fn kinds(&self, owner: RowId) -> u16 {
        self.kinds_slot(owner).map_or(0, |k| k.load(Ordering::Relaxed))
    }

    /// The person of a row, after linking; of a contested row before it, the owner of its number.
    pub(crate) fn person(&self, id: RowId) -> Option<RowId> {
        let (person, _) = self.at(id)?;
        match person.load(Ordering::Relaxed) {
            0 => None,
            rid => Some(RowId(rid)),
        }
    }

    pub(crate) fn slot(&self, id: RowId) -> Slot {
        Slot(self.at(id).map_or(0, |(_, slot)| slot.load(Ordering::Relaxed)))
    }

    /// The number of a person, where `own` is that of a row whose number is the person's unless another is noted.
    pub(crate) fn number(&self, person: RowId, own: Option<CitizenNumber>) -> Option<CitizenNumber> {
        match self.numbers.get(&person) {
            Some(number) => *number,
            None => own,
        }
    }

    /// The number of a row's person.
    pub(crate) fn number_of_row(&self, id: RowId, person: RowId, own: Option<CitizenNumber>) -> Option<CitizenNumber> {
        match self.hard.get(&id) {
            Some(hard) if self.slot(id).standing() != Standing::Settled => hard.number,
            _ => self.number(person, own),
        }
    }

    /// Every slot with its row and what stands in it, in ascending order.
    pub(crate) fn each(&self, mut see: impl FnMut(RowId, u64, Slot)) {
        for (index, source) in self.sources.iter().enumerate() {
            for (row, (person, slot)) in (1i64..).zip(source.person.iter().zip(&source.slot)) {
                see(RowId::new(index, row), person.load(Ordering::Relaxed), Slot(slot.load(Ordering::Relaxed)));
            }
        }
    }

    /// Sets or clears the person of a row.
    pub(crate) fn assign(&self, id: RowId, person: Option<RowId>) {
        if let Some((slot, _)) = self.at(id) {
            slot.store(person.map_or(0, |p| p.0), Ordering::Relaxed);
        }
    }
}
