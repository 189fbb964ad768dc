//! How often each class of agreement occurs between a row and its own person (Fellegi and Sunter's m),
//! learnt from rows whose person is beyond doubt, and how often between strangers (u).

use super::agreement::{AREA_CLASSES, Agreement, AreaAgreement, NUMBER_CLASSES, NumberClass, Same};
use super::record::{CLAIMS, Claim};
use crate::dates::DateAgreement;
use crate::names::NameAgreement;

/// Classes of names and of dates, at most.
pub const CLASSES: usize = 16;
/// Kinds of extract.
pub const KINDS: usize = 16;

/// Counts of classes, with prior counts that a field's practice gives before any data.
#[derive(Debug, Clone)]
pub struct Parameters {
    name: [f64; CLASSES],
    name_random: [f64; CLASSES],
    birth: [f64; CLASSES],
    sex: [f64; 2],
    area: [[f64; AREA_CLASSES]; KINDS],
    household: [f64; 2],
    unit: [f64; 2],
    phone: [f64; 2],
    number: [[f64; NUMBER_CLASSES]; CLAIMS],
    none: [[f64; 2]; CLAIMS],
    none_by_kind: [[[f64; 2]; KINDS]; CLAIMS],
}

/// A table of counts by class.
fn counts<const N: usize>(known: [(usize, f64); N]) -> [f64; CLASSES] {
    let mut table = [0.0; CLASSES];
    for (class, count) in known {
        add(&mut table, class, count);
    }
    table
}

/// Prior counts of the names' classes, out of 1,000 rows.
fn prior_names() -> [f64; CLASSES] {
    counts([
        (NameAgreement::Equal as usize, 980.0),
        (NameAgreement::Variant as usize, 2.0),
        (NameAgreement::Homophone as usize, 6.0),
        (NameAgreement::Dropped as usize, 4.0),
        (NameAgreement::Reordered as usize, 0.5),
        (NameAgreement::OneOther as usize, 2.0),
        (NameAgreement::SurnameOnly as usize, 0.7),
        (NameAgreement::GivenOnly as usize, 0.3),
        (NameAgreement::Different as usize, 0.5),
    ])
}

fn prior_births() -> [f64; CLASSES] {
    counts([
        (DateAgreement::Equal as usize, 96.0),
        (DateAgreement::Lunar as usize, 0.8),
        (DateAgreement::DayNear as usize, 0.6),
        (DateAgreement::DayMonthSwapped as usize, 0.1),
        (DateAgreement::YearOff as usize, 0.4),
        (DateAgreement::OneDigit as usize, 0.3),
        (DateAgreement::SameYearMonth as usize, 0.3),
        (DateAgreement::SameYear as usize, 0.4),
        (DateAgreement::Different as usize, 0.6),
    ])
}

/// Prior counts of the numbers' classes by claim: how numbers are spoilt in offices.
fn prior_numbers() -> [[f64; NUMBER_CLASSES]; CLAIMS] {
    use NumberClass as C;
    let tables: [&[(NumberClass, f64)]; CLAIMS] = [
        &[(C::Nothing, 1.0)],
        &[
            (C::CheckOnly, 3.0),
            (C::OneDigit, 9.0),
            (C::Swap, 4.0),
            (C::Truncated, 0.3),
            (C::Shortened, 1.0),
            (C::BirthDigits, 0.6),
            (C::AreaDigits, 0.4),
            (C::TwoDigits, 1.5),
            (C::Sequence, 0.1),
            (C::SameBirth, 0.3),
            (C::Household, 0.1),
            (C::Unrelated, 0.3),
        ],
        &[
            (C::Truncated, 18.0),
            (C::OneDigit, 0.1),
            (C::TwoDigits, 0.3),
            (C::SameBirth, 0.5),
            (C::Sequence, 0.5),
            (C::Unrelated, 0.3),
        ],
        &[
            (C::Equal, 10.0),
            (C::Household, 3.0),
            (C::Neighbour, 0.5),
            (C::Sequence, 0.3),
            (C::TwoDigits, 0.1),
            (C::BirthDigits, 0.1),
            (C::Truncated, 0.1),
            (C::SameBirth, 0.1),
            (C::AreaDigits, 0.1),
            (C::Unrelated, 0.3),
        ],
        &[
            (C::Sequence, 4.0),
            (C::BirthDigits, 2.0),
            (C::TwoDigits, 1.0),
            (C::Truncated, 0.5),
            (C::AreaDigits, 0.5),
            (C::SameBirth, 1.0),
            (C::Household, 0.1),
            (C::Unrelated, 1.0),
            (C::Equal, 1.0),
        ],
        &[
            (C::Sequence, 4.0),
            (C::BirthDigits, 2.0),
            (C::TwoDigits, 1.0),
            (C::Truncated, 0.5),
            (C::AreaDigits, 0.5),
            (C::SameBirth, 1.0),
            (C::Household, 0.1),
            (C::Unrelated, 1.0),
            (C::Equal, 1.0),
        ],
    ];
    let mut out = [[0.0; NUMBER_CLASSES]; CLAIMS];
    for (row, table) in out.iter_mut().zip(tables) {
        row.fill(0.02);
        for &(class, count) in table {
            if let Some(slot) = row.get_mut(class as usize) {
                *slot = count;
            }
        }
    }
    out
}

/// Prior counts of rows by claim: (whose person is unknown, whose person is known).
const PRIOR_NONE: [[f64; 2]; CLAIMS] =
    [[0.5, 19.5], [0.3, 19.7], [0.3, 19.7], [0.05, 19.95], [6.0, 14.0], [10.0, 10.0]];

fn add(counts: &mut [f64], class: usize, weight: f64) {
    if let Some(slot) = counts.get_mut(class) {
        *slot += weight;
    }
}

fn share(counts: &[f64], class: usize) -> f64 {
    let total: f64 = counts.iter().sum();
    (counts.get(class).copied().unwrap_or(0.0) / total.max(1e-12)).max(1e-7)
}

fn index(same: Same) -> Option<usize> {
    match same {
        Same::Missing => None,
        Same::Yes => Some(0),
        Same::No => Some(1),
    }
}

impl Default for Parameters {
    fn default() -> Self {
        let name_random = counts([
            (NameAgreement::Dropped as usize, 1.0),
            (NameAgreement::Reordered as usize, 0.1),
            (NameAgreement::OneOther as usize, 3.0),
            (NameAgreement::SurnameOnly as usize, 20.0),
            (NameAgreement::GivenOnly as usize, 3.0),
            (NameAgreement::Different as usize, 973.0),
        ]);
        Self {
            name: prior_names(),
            name_random,
            birth: prior_births(),
            sex: [99.5, 0.5],
            area: [[90.0, 3.0, 4.0, 3.0, 95.0, 5.0, 0.0]; KINDS],
            household: [9.5, 0.5],
            unit: [9.0, 1.0],
            phone: [9.0, 1.0],
            number: prior_numbers(),
            none: PRIOR_NONE,
            none_by_kind: [[[0.0; 2]; KINDS]; CLAIMS],
        }
    }
}

impl Parameters {
    /// Learns from a row and its own person, number and name apart.
    pub fn observe(&mut self, kind: u8, agreement: &Agreement) {
        if agreement.birth != DateAgreement::Missing {
            add(&mut self.birth, agreement.birth as usize, 1.0);
        }
        if agreement.area != AreaAgreement::Missing
            && let Some(counts) = self.area.get_mut(usize::from(kind))
        {
            add(counts, agreement.area as usize, 1.0);
        }
        for (counts, same) in [
            (&mut self.sex, agreement.sex),
            (&mut self.household, agreement.household),
            (&mut self.unit, agreement.unit),
            (&mut self.phone, agreement.phone),
        ] {
            if let Some(class) = index(same) {
                add(counts, class, 1.0);
            }
        }
    }

    /// Adds expected counts of how rows and their own persons agree on the name.
    pub fn add_names(&mut self, counts: &[f64; CLASSES]) {
        for (mine, theirs) in self.name.iter_mut().zip(counts) {
            *mine += theirs;
        }
    }

    /// Learns how the names of strangers agree.
    pub fn observe_strangers(&mut self, class: NameAgreement) {
        if class > NameAgreement::Homophone && class != NameAgreement::Missing {
            add(&mut self.name_random, class as usize, 1.0);
        }
    }

    /// Replaces what is known of numbers and of unknown persons by one step's expected counts.
    pub fn replace_numbers(
        &mut self,
        number: &[[f64; NUMBER_CLASSES]; CLAIMS],
        none: &[[[f64; 2]; KINDS]; CLAIMS],
        settled: f64,
    ) {
        self.number = prior_numbers();
        for (mine, theirs) in self.number.iter_mut().zip(number) {
            for (a, b) in mine.iter_mut().zip(theirs) {
                *a += b;
            }
        }
        self.none = PRIOR_NONE;
        for (sum, kinds) in self.none.iter_mut().zip(none) {
            for [unknown, known] in kinds {
                let [a, b] = sum;
                *a += unknown;
                *b += known;
            }
        }
        if let Some([_, known]) = self.none.get_mut(Claim::Owned as usize) {
            *known += settled;
        }
        self.none_by_kind = *none;
    }

    /// m of a class of names.
    pub fn name(&self, class: NameAgreement) -> f64 {
        share(&self.name, class as usize)
    }

    /// u of a class of names that is no equality of name or sound.
    pub fn name_random(&self, class: NameAgreement) -> f64 {
        share(&self.name_random, class as usize)
    }

    /// m of a class of birth dates.
    pub fn birth(&self, class: DateAgreement) -> f64 {
        share(&self.birth, class as usize)
    }

    /// m of equal or different sexes.
    pub fn sex(&self, same: Same) -> f64 {
        index(same).map_or(1.0, |i| share(&self.sex, i))
    }

    /// m of equal or different households.
    pub fn household(&self, same: Same) -> f64 {
        index(same).map_or(1.0, |i| share(&self.household, i))
    }

    /// m of equal or different units.
    pub fn unit(&self, same: Same) -> f64 {
        index(same).map_or(1.0, |i| share(&self.unit, i))
    }

    /// m of equal or different phones.
    pub fn phone(&self, same: Same) -> f64 {
        index(same).map_or(1.0, |i| share(&self.phone, i))
    }

    /// m of a class of areas in rows of a kind, among rows that name their area as finely.
    pub fn area(&self, kind: u8, class: AreaAgreement) -> f64 {
        let Some(counts) = self.area.get(usize::from(kind)) else { return 1.0 };
        let [village, town, county, differs, alone, alone_differs, _] = *counts;
        match class {
            AreaAgreement::Missing => 1.0,
            AreaAgreement::CountyAlone | AreaAgreement::CountyAloneDiffers => {
                let all = alone + alone_differs;
                (if class == AreaAgreement::CountyAlone { alone } else { alone_differs }) / all.max(1e-9)
            }
            _ => share(&[village, town, county, differs], class as usize),
        }
    }

    /// m of a class of numbers, given what the number claims.
    pub fn number(&self, claim: u8, class: NumberClass) -> f64 {
        if class == NumberClass::Nothing {
            return 1.0;
        }
        self.number.get(usize::from(claim)).map_or(1e-7, |c| share(c, class as usize))
    }

    /// Odds that a row of this claim and kind belongs to nobody who is known.
    pub fn none_odds(&self, claim: u8, kind: u8) -> f64 {
        let Some([unknown, known]) = self.none.get(usize::from(claim)).copied() else { return 1.0 };
        let rate = unknown / (unknown + known).max(1e-9);
        let own = self
            .none_by_kind
            .get(usize::from(claim))
            .and_then(|k| k.get(usize::from(kind)))
            .copied()
            .unwrap_or([0.0; 2]);
        let [u, k] = [own[0] + 20.0 * rate, own[1] + 20.0 * (1.0 - rate)];
        (u / k.max(1e-9)).max(1e-5)
    }
}
