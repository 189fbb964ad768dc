//! What is known of one row, and of one candidate, when they are weighed against each other.

use crate::dates;
use canbao_domain::Sex;
use canbao_domain::date::Date;
use canbao_domain::number::{CitizenNumber, NumberText};

/// What the number written in a row claims, before any evidence is heard.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[repr(u8)]
pub enum Claim {
    /// No number, or a placeholder.
    Missing = 0,
    /// Something that cannot be a valid number.
    Damaged = 1,
    /// A number that a spreadsheet rounded.
    Truncated = 2,
    /// A valid number that belongs to somebody of another name.
    Owned = 3,
    /// A valid number that no population file knows, in one row only.
    Orphan = 4,
    /// A valid number that no population file knows, in several extracts.
    OrphanRepeated = 5,
}

/// How many claims there are.
pub const CLAIMS: usize = 6;

/// Where the person lives to whom a written number belongs, for numbers of relatives.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Owner {
    /// Hash of the household number, 0 where it is not known.
    pub household: u64,
    /// Area code as a number, 0 where it is not known.
    pub area: u64,
}

/// One row's evidence, normalised. Hashes and codes are 0 where the row says nothing.
#[derive(Debug, Clone)]
pub struct Record {
    /// The row's kind, as `SourceKind as u8`.
    pub kind: u8,
    /// What the written number claims.
    pub claim: Claim,
    /// The number, where it is valid.
    pub number: Option<CitizenNumber>,
    /// The number as written, normalised.
    pub text: NumberText,
    /// The normalised name.
    pub name: Box<str>,
    /// Hash of the normalised name.
    pub name_hash: u64,
    /// Hash of the name's sound.
    pub sound: u64,
    /// Birth date of the row's own column.
    pub birth: Option<Date>,
    /// Sex of the row's own column.
    pub sex: Sex,
    /// Area code as a number: 6, 9 or 12 digits.
    pub area: u64,
    /// Hash of the household number.
    pub household: u64,
    /// Hash of the unit.
    pub unit: u64,
    /// The phone number's digits.
    pub phone: u64,
    /// The written number's owner.
    pub owner: Owner,
}

/// One row of a candidate, as far as it is compared.
#[derive(Debug, Clone)]
pub struct ProfileRow {
    /// The row's kind, as `SourceKind as u8`.
    pub kind: u8,
    /// The normalised name.
    pub name: Box<str>,
    /// Hash of the normalised name.
    pub name_hash: u64,
    /// Hash of the name's sound.
    pub sound: u64,
    /// Birth date of the row's own column.
    pub birth: Option<Date>,
    /// Sex of the row's own column.
    pub sex: Sex,
    /// Area code as a number.
    pub area: u64,
    /// Hash of the household number.
    pub household: u64,
    /// Hash of the unit.
    pub unit: u64,
    /// The phone number's digits.
    pub phone: u64,
}

impl From<&Record> for ProfileRow {
    fn from(record: &Record) -> Self {
        Self {
            kind: record.kind,
            name: record.name.clone(),
            name_hash: record.name_hash,
            sound: record.sound,
            birth: record.birth,
            sex: record.sex,
            area: record.area,
            household: record.household,
            unit: record.unit,
            phone: record.phone,
        }
    }
}

/// A person whom rows may belong to: what all the rows that are surely theirs say.
#[derive(Debug, Clone, Default)]
pub struct Profile {
    /// Their number; none of a population row without one.
    pub number: Option<CitizenNumber>,
    /// The number as written, where it is not valid.
    pub text: Option<NumberText>,
    /// Their rows, those of the population first.
    pub rows: Vec<ProfileRow>,
    /// Sources that hold them, age band and life: see [`super::coverage`].
    pub pattern: u32,
}

impl Profile {
    /// The sex: of a population row, else of the number, else of any row.
    pub fn sex(&self) -> Sex {
        let stated = self.rows.iter().map(|r| r.sex).find(|s| matches!(s, Sex::Male | Sex::Female));
        match (self.rows.first(), self.number) {
            (Some(first), _) if matches!(first.sex, Sex::Male | Sex::Female) => first.sex,
            (_, Some(number)) => number.sex(),
            _ => stated.unwrap_or(Sex::Unknown),
        }
    }

    /// Every distinct birth date that is known of the person, the number's among them.
    pub fn births(&self) -> impl Iterator<Item = Date> + '_ {
        self.rows.iter().filter_map(|r| r.birth).chain(self.number.map(CitizenNumber::birth))
    }

    /// The best agreement of a date with the dates known of the person.
    pub fn birth_agreement(&self, date: Option<Date>) -> dates::DateAgreement {
        let mut best = dates::compare(date, None);
        if date.is_none() {
            return best;
        }
        for known in self.births() {
            let one = dates::compare(date, Some(known));
            if best == dates::DateAgreement::Missing || one < best {
                best = one;
            }
        }
        best
    }
}
