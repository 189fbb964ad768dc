//! Who it is: the probability of each candidate, of somebody unseen, and of nobody known.
//!
//! A row is drawn from one of the people who are known, each with the prior that coverage gives, or from
//! somebody unknown. The probability of what it says is the product over its fields of
//! m(class of agreement) / u(value), so that a rare name weighs more than a common one. What the number
//! says is weighed given the row's own birth date, so that the date in the number is not counted twice.
//! The shares of the classes of numbers and of unknown persons are estimated from the rows themselves
//! (expectation maximisation); the other fields' from rows whose person is beyond doubt.

use super::agreement::{self, Agreement, AreaAgreement, NUMBER_CLASSES, NumberClass, Same, county, town};
use super::coverage::Coverage;
use super::frequency::Frequencies;
use super::parameters::{CLASSES, KINDS, Parameters};
use super::record::{CLAIMS, Claim, Profile, Record};
use crate::dates::DateAgreement;
use crate::names::NameAgreement;
use canbao_domain::date::Date;

/// Fields that are weighed, in the order of [`FIELDS`].
pub const FIELD_COUNT: usize = 9;
/// Names of the weighed fields; the last is the prior of coverage.
pub const FIELDS: [&str; FIELD_COUNT] =
    ["number", "name", "birth_date", "sex", "area_code", "household", "unit", "phone", "coverage"];

/// A row beside one candidate.
#[derive(Debug, Clone)]
pub struct Pair {
    /// Index of the row.
    pub record: u32,
    /// Index of the candidate.
    pub profile: u32,
    /// How they agree.
    pub agreement: Agreement,
    /// The part of each field's weight that does not depend on the parameters, natural logarithm.
    statics: [f32; FIELD_COUNT],
}

impl Pair {
    /// The same comparison for a row that stands at another index.
    #[must_use]
    pub fn at(&self, record: u32) -> Self {
        Self { record, ..self.clone() }
    }
}

/// Probabilities of a row's candidates.
#[derive(Debug, Clone, Default)]
pub struct Verdict {
    /// Of each candidate, in the order of the pairs.
    pub candidates: Vec<f64>,
    /// That it is somebody who is not among the candidates.
    pub other: f64,
}

/// Everything that weighing needs.
#[derive(Debug, Clone, Default)]
pub struct Model {
    /// How common values are.
    pub frequencies: Frequencies,
    /// Who is likely to stand where.
    pub coverage: Coverage,
    /// How often rows and their persons agree.
    pub parameters: Parameters,
}

impl Model {
    /// Compares a row with a candidate.
    pub fn pair(&self, record: (u32, &Record), profile: (u32, &Profile)) -> Pair {
        let agreement = agreement::compare(record.1, profile.1);
        Pair { record: record.0, profile: profile.0, agreement, statics: self.statics(record.1, profile.1, &agreement) }
    }

    fn statics(&self, r: &Record, p: &Profile, a: &Agreement) -> [f32; FIELD_COUNT] {
        let f = &self.frequencies;
        let number = match a.number {
            NumberClass::Nothing => 0.0,
            class => (self.spread(r, class) / self.number_given_birth(r)).ln(),
        };
        let name = match a.name {
            NameAgreement::Equal => -f.name(r.name_hash).ln(),
            NameAgreement::Variant | NameAgreement::Homophone => -(f.sound(r.sound) + f.name(r.name_hash)).ln(),
            NameAgreement::Missing => 0.0,
            NameAgreement::Dropped => -(4.0 * f.name(r.name_hash) + 0.02 * self.parameters.name_random(a.name)).ln(),
            class => -self.parameters.name_random(class).ln(),
        };
        let birth = r.birth.map_or(0.0, |date| {
            let day = f.birth_day(date);
            // how many days a class of error can lead to
            let days = match a.birth {
                DateAgreement::Equal | DateAgreement::DayMonthSwapped => 1.0,
                DateAgreement::Lunar => 35.0,
                DateAgreement::DayNear => 4.0,
                DateAgreement::YearOff => 6.0,
                DateAgreement::OneDigit => 30.0,
                DateAgreement::SameYearMonth => 30.0,
                DateAgreement::SameYear => 335.0,
                DateAgreement::Different | DateAgreement::Missing => return 0.0,
            };
            -(day * days).min(1.0).ln()
        });
        let sex = if a.sex == Same::Missing { 0.0 } else { std::f64::consts::LN_2 };
        let (village_share, town_share, county_share) = (f.area(r.area), f.area(town(r.area)), f.area(county(r.area)));
        let area = match a.area {
            AreaAgreement::Missing => 0.0,
            AreaAgreement::Village => -village_share.ln(),
            AreaAgreement::Town => -(town_share - if r.area >= 1_000_000_000 { village_share } else { 0.0 })
                .max(village_share)
                .max(1e-7)
                .ln(),
            AreaAgreement::County => -(county_share - town_share).max(1e-7).ln(),
            AreaAgreement::CountyAlone => -county_share.ln(),
            AreaAgreement::Differs | AreaAgreement::CountyAloneDiffers => -(1.0 - county_share).max(1e-3).ln(),
        };
        let household = if a.household == Same::Yes { -f.household().ln() } else { 0.0 };
        let unit = if a.unit == Same::Yes { -f.unit(r.unit).ln() } else { 0.0 };
        let phone = if a.phone == Same::Yes { (f.persons as f64).max(2.0).ln() } else { 0.0 };
        let prior = self.coverage.prior_ln(r.kind, p.pattern);
        [number, name, birth, sex, area, household, unit, phone, prior].map(|x| x as f32)
    }

    /// Probability of the very text, given that the number was spoilt in this way.
    fn spread(&self, r: &Record, class: NumberClass) -> f64 {
        match class {
            NumberClass::Nothing | NumberClass::Equal | NumberClass::Truncated => 1.0,
            NumberClass::CheckOnly => 1.0 / 10.0,
            NumberClass::OneDigit => 1.0 / 153.0,
            NumberClass::Swap => 1.0 / 16.0,
            NumberClass::Shortened => 1.0 / 18.0,
            NumberClass::BirthDigits => 1.0 / 500.0,
            NumberClass::AreaDigits => 1.0 / 500.0,
            NumberClass::TwoDigits => 1.0 / 11_000.0,
            NumberClass::Sequence => 1.0 / 500.0,
            NumberClass::Household => 1.0 / 3.0,
            NumberClass::Neighbour => {
                1.0 / (self.frequencies.persons as f64 * self.frequencies.area(r.owner.area)).max(3.0)
            }
            NumberClass::SameBirth => self.frequencies.number_area(text_area(r)) / 1_000.0,
            NumberClass::Unrelated => self.frequencies.number_area(text_area(r)) / 36_500.0 / 1_000.0,
        }
    }

    /// Probability of the very text in a row of somebody unknown, given the row's own birth date.
    fn number_given_birth(&self, r: &Record) -> f64 {
        let birth = match (r.birth, text_birth(r)) {
            (Some(stated), Some(written)) if stated == written => 0.97,
            (Some(_), Some(_)) => 0.03 / 36_500.0,
            (Some(stated), None) if near_text(r, stated) => 0.3 / 72.0,
            (Some(_), None) => 0.01 / 36_500.0,
            (None, Some(written)) => self.frequencies.birth_day(written),
            (None, None) => 0.1 / 36_500.0,
        };
        self.frequencies.number_area(text_area(r)) * birth / 1_000.0
    }

    /// Weights of a pair by field, natural logarithms, in the order of [`FIELDS`].
    pub fn weights(&self, r: &Record, pair: &Pair) -> [f64; FIELD_COUNT] {
        let (p, a) = (&self.parameters, &pair.agreement);
        let m = [
            p.number(r.claim as u8, a.number),
            p.name(a.name),
            p.birth(a.birth),
            p.sex(a.sex),
            p.area(r.kind, a.area),
            p.household(a.household),
            p.unit(a.unit),
            p.phone(a.phone),
            1.0,
        ];
        let mut out = [0.0; FIELD_COUNT];
        for ((slot, fixed), m) in out.iter_mut().zip(pair.statics).zip(m) {
            *slot = f64::from(fixed);
            if m < 1.0 {
                *slot += m.ln();
            }
        }
        if a.name == NameAgreement::Missing {
            out[1] = 0.0;
        }
        if a.birth == DateAgreement::Missing {
            out[2] = 0.0;
        }
        out
    }

    /// What namesakes whom no key brought up can weigh together.
    fn unseen(&self, r: &Record) -> f64 {
        let p = &self.parameters;
        let name = if r.name_hash == 0 { 1.0 } else { p.name(NameAgreement::Equal) };
        let birth = if r.birth.is_some() { 1.0 - p.birth(DateAgreement::Equal) } else { 1.0 };
        let area = if r.area >= 1_000_000_000 { 1.0 - p.area(r.kind, AreaAgreement::Village) } else { 1.0 };
        let number = match r.claim {
            Claim::Missing => 1.0,
            claim => {
                let ratio = self.spread(r, NumberClass::Unrelated) / self.number_given_birth(r);
                p.number(claim as u8, NumberClass::Unrelated) * ratio.min(1.0)
            }
        };
        name * birth * area * number
    }

    /// Probabilities of a row's candidates.
    pub fn verdict(&self, r: &Record, pairs: &[Pair]) -> Verdict {
        let mut weights: Vec<f64> = pairs.iter().map(|pair| self.weights(r, pair).iter().sum()).collect();
        let none = (self.parameters.none_odds(r.claim as u8, r.kind) + self.unseen(r)).ln();
        let top = weights.iter().copied().fold(none, f64::max);
        let mut sum = (none - top).exp();
        let other = sum;
        for w in &mut weights {
            *w = (*w - top).exp();
            sum += *w;
        }
        for w in &mut weights {
            *w /= sum;
        }
        Verdict { candidates: weights, other: other / sum }
    }

    /// Estimates the shares of the classes of numbers and of unknown persons from the rows themselves.
    /// `pairs` are sorted by row; a row without a pair counts as unknown. `settled` rows besides bear their
    /// person's own number and name.
    pub fn fit(&mut self, records: &[Record], pairs: &[Pair], rounds: usize, settled: f64) {
        let base = self.parameters.clone();
        for _ in 0..rounds {
            let mut number = [[0.0; NUMBER_CLASSES]; CLAIMS];
            let mut none = [[[0.0; 2]; KINDS]; CLAIMS];
            let mut names = [0.0; CLASSES];
            for (r, group) in by_record(records, pairs) {
                let verdict = self.verdict(r, group);
                let claim = r.claim as usize;
                if let Some([unknown, known]) = none.get_mut(claim).and_then(|k| k.get_mut(usize::from(r.kind))) {
                    *unknown += verdict.other;
                    *known += 1.0 - verdict.other;
                }
                if let Some(counts) = number.get_mut(claim) {
                    for (pair, p) in group.iter().zip(&verdict.candidates) {
                        if let Some(slot) = names.get_mut(pair.agreement.name as usize) {
                            *slot += p;
                        }
                        if pair.agreement.number != NumberClass::Nothing
                            && let Some(slot) = counts.get_mut(pair.agreement.number as usize)
                        {
                            *slot += p;
                        }
                    }
                }
            }
            // a contested number is one of all valid numbers: the settled ones count with it
            if let Some(slot) =
                number.get_mut(Claim::Owned as usize).and_then(|c| c.get_mut(NumberClass::Equal as usize))
            {
                *slot += settled;
            }
            if let Some(slot) = names.get_mut(NameAgreement::Equal as usize) {
                *slot += settled;
            }
            self.parameters = base.clone();
            self.parameters.replace_numbers(&number, &none, settled);
            self.parameters.add_names(&names);
        }
    }
}

/// Each row with its pairs, which must be sorted by row; rows without pairs come with none.
pub fn by_record<'a>(records: &'a [Record], pairs: &'a [Pair]) -> impl Iterator<Item = (&'a Record, &'a [Pair])> {
    let mut rest = pairs;
    (0u32..).zip(records).map(move |(index, record)| {
        let end = rest.iter().position(|p| p.record != index).unwrap_or(rest.len());
        let (mine, others) = rest.split_at(end);
        rest = others;
        (record, mine)
    })
}

fn digits(r: &Record, from: usize, to: usize) -> Option<u32> {
    let text = r.text.as_bytes().get(from..to)?;
    text.iter().try_fold(0u32, |sum, b| b.is_ascii_digit().then(|| sum * 10 + u32::from(b - b'0')))
}

fn text_area(r: &Record) -> u32 {
    digits(r, 0, 6).unwrap_or(0)
}

/// The birth date that the written number holds, where it is a date at all.
pub fn text_birth(r: &Record) -> Option<Date> {
    let (from, century) = if r.text.as_bytes().len() == 15 { (6, 1900) } else { (6, 0) };
    let year_len = if century == 0 { 4 } else { 2 };
    let year = digits(r, from, from + year_len)? + century;
    let month = digits(r, from + year_len, from + year_len + 2)?;
    let day = digits(r, from + year_len + 2, from + year_len + 4)?;
    if !(1850..=2100).contains(&year) {
        return None;
    }
    Date::from_ymd(i32::try_from(year).ok()?, month, day)
}

/// Whether the written number holds a date that is nearly the stated one: at most two digits differ.
fn near_text(r: &Record, stated: Date) -> bool {
    let (y, m, d) = stated.ymd();
    let Some(written) = digits(r, 6, 14) else { return false };
    let Ok(year) = u32::try_from(y) else { return false };
    let mut left = (year * 10_000 + m * 100 + d, written);
    let mut differ = 0;
    while left != (0, 0) {
        differ += u32::from(left.0 % 10 != left.1 % 10);
        left = (left.0 / 10, left.1 / 10);
    }
    differ <= 2
}
