//! How common each value is: what makes an agreement on it worth much or little.
//!
//! All counts are of people in the population files, so that a frequency is the chance
//! that a person drawn at random has the value.

use super::agreement::{county, town};
use ahash::AHashMap as HashMap;
use canbao_domain::date::Date;

/// First year of the table of births.
const FIRST_YEAR: i32 = 1850;
/// Length of the table of births, years.
const YEARS: usize = 260;

/// Counts of values among the population.
#[derive(Debug, Clone)]
pub struct Frequencies {
    /// People counted.
    pub persons: u64,
    /// People by hash of name; only names that are asked for need be here.
    pub names: HashMap<u64, u32>,
    /// People by hash of the name's sound; likewise.
    pub sounds: HashMap<u64, u32>,
    /// People by birth year, from 1850.
    births: Vec<u32>,
    /// People by area code: villages, towns and counties.
    pub areas: HashMap<u64, u32>,
    /// People by the first six digits of their number.
    pub number_areas: HashMap<u32, u32>,
    /// Rows by unit.
    pub units: HashMap<u64, u32>,
    /// Rows that name a unit.
    pub unit_rows: u64,
    /// Households.
    pub households: u64,
}

impl Default for Frequencies {
    fn default() -> Self {
        Self {
            persons: 0,
            names: HashMap::default(),
            sounds: HashMap::default(),
            births: vec![0; YEARS],
            areas: HashMap::default(),
            number_areas: HashMap::default(),
            units: HashMap::default(),
            unit_rows: 0,
            households: 0,
        }
    }
}

impl Frequencies {
    /// Counts one person of the population.
    pub fn count_person(&mut self, birth: Option<Date>, area: u64, number_area: u32) {
        self.persons += 1;
        if let Some(date) = birth {
            let year = usize::try_from(date.ymd().0 - FIRST_YEAR).unwrap_or(0);
            if let Some(slot) = self.births.get_mut(year) {
                *slot += 1;
            }
        }
        if area != 0 {
            *self.areas.entry(area).or_insert(0) += 1;
        }
        if number_area != 0 {
            *self.number_areas.entry(number_area).or_insert(0) += 1;
        }
    }

    /// Adds villages up to towns and counties, after all counts.
    pub fn roll_up(&mut self) {
        let finest: Vec<(u64, u32)> = self.areas.iter().map(|(code, people)| (*code, *people)).collect();
        for (code, people) in finest {
            for above in [town(code), county(code)] {
                if above != 0 && above != code {
                    *self.areas.entry(above).or_insert(0) += people;
                }
            }
        }
    }

    /// Adds another count to this one.
    pub fn merge(&mut self, other: &Self) {
        self.persons += other.persons;
        self.unit_rows += other.unit_rows;
        self.households += other.households;
        for (a, b) in self.births.iter_mut().zip(&other.births) {
            *a += b;
        }
        for (map, more) in [
            (&mut self.names, &other.names),
            (&mut self.sounds, &other.sounds),
            (&mut self.areas, &other.areas),
            (&mut self.units, &other.units),
        ] {
            for (k, v) in more {
                *map.entry(*k).or_insert(0) += v;
            }
        }
        for (k, v) in &other.number_areas {
            *self.number_areas.entry(*k).or_insert(0) += v;
        }
    }

    fn total(&self) -> f64 {
        (self.persons as f64).max(1.0)
    }

    /// Chance that a person has this name.
    pub fn name(&self, hash: u64) -> f64 {
        (f64::from(self.names.get(&hash).copied().unwrap_or(0)) + 0.5) / (self.total() + 1.0)
    }

    /// Chance that a person's name sounds like this.
    pub fn sound(&self, hash: u64) -> f64 {
        (f64::from(self.sounds.get(&hash).copied().unwrap_or(0)) + 1.0) / (self.total() + 1.0)
    }

    /// Chance that a person was born on this very day.
    pub fn birth_day(&self, date: Date) -> f64 {
        let year = usize::try_from(date.ymd().0 - FIRST_YEAR).unwrap_or(0);
        let count = self.births.get(year).copied().unwrap_or(0);
        (f64::from(count) + 0.5) / (self.total() + 1.0) / 365.25
    }

    /// Chance that a person lives in this area, whatever its level.
    pub fn area(&self, code: u64) -> f64 {
        (f64::from(self.areas.get(&code).copied().unwrap_or(0)) + 0.5) / (self.total() + 1.0)
    }

    /// Chance that a number begins with these six digits.
    pub fn number_area(&self, code: u32) -> f64 {
        (f64::from(self.number_areas.get(&code).copied().unwrap_or(0)) + 0.5) / (self.total() + 1.0)
    }

    /// Chance that a row that names a unit names this one.
    pub fn unit(&self, hash: u64) -> f64 {
        (f64::from(self.units.get(&hash).copied().unwrap_or(0)) + 1.0) / (self.unit_rows as f64 + 1.0)
    }

    /// Chance that a person belongs to one given household.
    pub fn household(&self) -> f64 {
        1.0 / (self.households as f64).max(2.0)
    }
}
