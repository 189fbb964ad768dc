//! Citizen numbers: each person's own, former ones, shared ones.

use std::collections::HashSet;
use std::hash::{BuildHasherDefault, Hasher};

use canbao_domain::date::Date;
use canbao_domain::number::CitizenNumber;

use super::person::{Person, traits};
use super::place::Places;
use crate::random::{Random, mix};

/// A hasher for numbers: their bits mixed.
#[derive(Default)]
pub(crate) struct MixHasher(u64);

impl Hasher for MixHasher {
    fn finish(&self) -> u64 {
        self.0
    }

    fn write(&mut self, bytes: &[u8]) {
        for &byte in bytes {
            self.0 = mix(self.0 ^ u64::from(byte));
        }
    }

    fn write_u64(&mut self, number: u64) {
        self.0 = mix(self.0 ^ number);
    }
}

/// A set of numbers.
pub(crate) type Numbers = HashSet<u64, BuildHasherDefault<MixHasher>>;

/// Gives everybody of `people` whose number is still an area only a number of their own.
pub(crate) fn issue(people: &mut [Person], taken: &mut Numbers, random: &mut Random) {
    for person in people {
        if person.is_foreign() {
            continue;
        }
        let area = person.body / 100_000_000_000 * 100_000_000_000;
        person.body = loop {
            match free(area, person, taken, random) {
                Some(body) => break body,
                // a county that has no number left for this day: born the day before
                None => person.birth = Date(person.birth.days() - 1),
            }
        };
    }
}

/// A free number of the area and the person's birthday; `None` where there is none.
fn free(area: u64, person: &Person, taken: &mut Numbers, random: &mut Random) -> Option<u64> {
    let (year, month, day) = person.birth.ymd();
    let birth = u64::from(year.unsigned_abs() * 10_000 + month * 100 + day) * 1000;
    // the sequence is odd for men; 996 and above were kept for centenarians
    let start = random.below(498) as u64 * 2;
    let sequences = (0..498).map(|step| (start + step * 2) % 996 + u64::from(person.sex == 1));
    sequences.map(|sequence| area + birth + sequence).find(|&body| taken.insert(body))
}

/// A former or second number, free and valid: another sequence, another year, another county.
/// 0 where the draw finds none.
pub(crate) fn former(person: &Person, places: &Places, taken: &mut Numbers, random: &mut Random) -> u64 {
    for _ in 0..20 {
        let body = match random.unit() {
            ..0.5 => person.body / 1000 * 1000 + (person.body + 2 * (20 + random.below(300) as u64)) % 996,
            0.5..0.8 => {
                let year = random.one(&[-2_i64, -1, -1, 1, 1, 2]);
                person.body.saturating_add_signed(year * 10_000_000)
            }
            _ => {
                let county = places.county(places.village(places.elsewhere(person.village, random)).county);
                u64::from(county.old_code) * 100_000_000_000 + person.body % 100_000_000_000
            }
        };
        let parity = (body ^ person.body) & 1 == 0;
        if parity && body != person.body && CitizenNumber::from_body(body).is_some() && taken.insert(body) {
            return body;
        }
    }
    0
}

/// Another free number of the same area and birthday; 0 where the draw finds none.
pub(crate) fn other_sequence(person: &Person, taken: &mut Numbers, random: &mut Random) -> u64 {
    let sequence = random.below(498) as u64 * 2 + person.body % 2;
    let body = person.body / 1000 * 1000 + sequence;
    if taken.insert(body) { body } else { 0 }
}

/// Marks everybody whose name and birthday somebody else has as well.
pub(crate) fn mark_namesakes(people: &mut [Person]) {
    let key = |person: &Person| {
        let [first, second] = person.name.given.map(u64::from);
        let name = mix(u64::from(person.name.family) | first << 16 | second << 40);
        mix(name ^ u64::from(person.birth.days().unsigned_abs()))
    };
    let mut keys: Vec<u64> = people.iter().map(key).collect();
    keys.sort_unstable();
    let twice: Numbers = keys
        .windows(2)
        .filter(|pair| pair.first() == pair.last())
        .map(|pair| pair.iter().copied().next().unwrap_or(0))
        .collect();
    for person in people {
        if twice.contains(&key(person)) {
            person.traits |= traits::NAMESAKE;
        } else {
            person.traits &= !traits::NAMESAKE;
        }
    }
}

/// The 18 characters of a number.
pub(crate) fn text(body: u64) -> [u8; 18] {
    CitizenNumber::from_body(body).map_or([b'0'; 18], |number| number.bytes())
}
