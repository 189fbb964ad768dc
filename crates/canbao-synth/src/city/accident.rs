//! What happens to people, and to their numbers, beside the rule.

use canbao_domain::date::Date;
use canbao_domain::source::SourceKind;

use super::family::ETHNIC;
use super::number;
use super::person::{Certificate, Life, NONE, Person, Register, traits};
use super::place::AWAY;
use super::unit::Units;
use super::{City, Setting};
use crate::random::Random;

/// Counties from which those come whom no population file holds.
const FAR_AWAY: [u32; 4] = [110_105, 440_103, 310_104, 430_102];

/// Deaths, departures, new names, homes away from the hukou.
pub(crate) fn befall(setting: &Setting, _units: &Units, person: &mut Person, random: &mut Random) {
    let rates = &setting.rates;
    let age = person.birth.age_on(setting.as_of);
    let [old, young] = rates.dead;
    if random.chance(if age > 60 { old } else { young }) {
        person.life = Life::Dead;
    } else if random.chance(rates.moved_out) {
        person.life = Life::MovedOut;
    } else if (18..60).contains(&age) && random.chance(rates.both_files * 2.0) {
        person.register = Register::Both;
        person.seat = setting.places.elsewhere(person.village, random);
    }
    if setting.names.is_plain(person.name) && !person.is(traits::TWIN) && random.chance(rates.renamed) {
        let first = setting.names.character(person.sex, random);
        let second = match person.name.given[1] {
            '\0' => '\0',
            _ => setting.names.character(person.sex, random),
        };
        // not a single character in common, so that it is no slip of the pen
        if first != second
            && !person.name.given.contains(&first)
            && (second == '\0' || !person.name.given.contains(&second))
        {
            person.former_given = [first, second];
        }
    }
}

/// Those who are not registered: residents from elsewhere, foreigners, people insured here only.
pub(crate) fn arrive(city: &mut City, random: &mut Random) {
    let registered = city.people.len() as f64;
    let rates = city.setting.rates.clone();
    let count = |rate: f64, least: usize| ((registered * rate) as usize).max(least);
    for _ in 0..count(rates.nonlocal, 20) {
        let person = newcomer(city, random);
        city.people.push(person);
    }
    for index in 0..count(rates.foreign, 8) {
        let register = if index % 8 == 7 { Register::Neither } else { Register::Nonlocal };
        let mut person = stranger(city, 22.0 + 35.0 * random.unit(), register, &AWAY, random);
        person.body = 0;
        person.former_given = ['\0'; 2];
        person.ethnic = 0;
        let names = &city.setting.names;
        (person.certificate, person.name) = match index % 4 {
            0 => (Certificate::Passport, names.latin(random)),
            1 => (Certificate::HongKong, person.name),
            2 => (Certificate::Taiwan, person.name),
            _ => (Certificate::Foreigner, names.latin(random)),
        };
        city.people.push(person);
    }
    for _ in 0..count(rates.outside, 10) {
        let age = 18.0 + 37.0 * random.unit();
        let person = stranger(city, age, Register::Neither, &FAR_AWAY, random);
        city.people.push(person);
    }
}

/// A resident without hukou here.
pub(crate) fn newcomer(city: &City, random: &mut Random) -> Person {
    let age = 18.0 + 40.0 * random.unit() * random.unit();
    stranger(city, age, Register::Nonlocal, &AWAY, random)
}

fn stranger(city: &City, age: f64, register: Register, from: &[u32], random: &mut Random) -> Person {
    let setting = &city.setting;
    let sex = if random.chance(0.55) { 1 } else { 2 };
    let family = setting.names.surname(random);
    let village = u16::try_from(random.below(setting.places.villages.len())).unwrap_or(0);
    Person {
        body: u64::from(random.pick(from).unwrap_or(610_113)) * 100_000_000_000,
        name: setting.names.draw(family, sex, &setting.rates, random),
        birth: Date(setting.as_of.days() - (age * 365.2425) as i32 - 40),
        village,
        sex,
        ethnic: u8::try_from(random.below(ETHNIC.len() * 12).saturating_sub(ETHNIC.len() * 11)).unwrap_or(0),
        rural: random.chance(0.6),
        register,
        ..Person::default()
    }
}

/// Pairs who will share a number: twins, and strangers who were born on the same day.
pub(crate) fn pair_up(city: &mut City, random: &mut Random) -> Vec<(u32, u32)> {
    let City { people, setting, .. } = city;
    let names = &setting.names;
    // names that sound the same could be a slip of the pen
    let alike = |one: &Person, other: &Person| {
        let pairs = one.name.given.into_iter().zip(other.name.given);
        one.name.family == other.name.family
            && pairs.into_iter().all(|(one, other)| one == other || names.homophones(one).contains(&other))
    };
    let wanted = ((people.len() as f64 * setting.rates.shared_pairs) as usize).max(4);
    let mut pairs = Vec::new();
    for _ in 0..wanted * 4000 {
        if pairs.len() == wanted {
            break;
        }
        let first = random.below(people.len());
        let twins = pairs.len() % 2 == 0;
        let second = if twins { first + 1 } else { random.below(people.len()) };
        let (Some(one), Some(other)) = (people.get(first), people.get(second)) else { continue };
        let plain = |person: &Person| {
            person.register == Register::Household
                && person.life == Life::Alive
                && person.former_given[0] == '\0'
                && !person.is(traits::SHARED)
        };
        let near = if twins {
            one.is(traits::TWIN) && other.is(traits::TWIN) && one.birth == other.birth
        } else {
            // the birthday of the second is moved, so that the two have it in common
            !one.is(traits::TWIN)
                && !other.is(traits::TWIN)
                && one.birth.ymd().0 == other.birth.ymd().0
                && one.household != other.household
                && one.name != other.name
        };
        if !(plain(one) && plain(other) && near && one.sex == other.sex && first != second && !alike(one, other)) {
            continue;
        }
        let birth = one.birth;
        for index in [first, second] {
            if let Some(person) = people.get_mut(index) {
                person.birth = birth;
                person.traits |= traits::SHARED;
            }
        }
        pairs.push((first as u32, second as u32));
    }
    pairs
}

/// Gives the second of each pair the first's number.
pub(crate) fn share_numbers(city: &mut City, pairs: &[(u32, u32)]) {
    for &(first, second) in pairs {
        let body = city.person(first).body;
        if let Some(person) = city.people.get_mut(second as usize) {
            person.body = body;
        }
    }
}

/// Gives some people a former number, under which older sources still have them.
pub(crate) fn remember_numbers(city: &mut City, random: &mut Random) {
    let City { people, setting, taken, .. } = city;
    for person in people {
        let may = matches!(person.register, Register::Household | Register::Both)
            && !person.is(traits::SHARED)
            && !person.is(traits::TWIN)
            && person.birth.age_on(setting.as_of) >= 12;
        if may && random.chance(setting.rates.several_numbers) {
            person.former = number::former(person, &setting.places, taken, random);
        }
    }
}

/// Takes the number away from some who stand in the register only: newborns most of them.
pub(crate) fn lose_numbers(city: &mut City, random: &mut Random) {
    let City { people, setting, .. } = city;
    let wanted = ((people.len() as f64 * setting.rates.numberless) as usize).max(4);
    let mut found = 0;
    for _ in 0..wanted * 400 {
        if found == wanted {
            break;
        }
        let index = random.below(people.len());
        let Some(person) = people.get_mut(index) else { continue };
        let age = person.birth.age_on(setting.as_of);
        let plain = person.register == Register::Household
            && person.life == Life::Alive
            && person.former == 0
            && !person.is(traits::SHARED)
            && !person.is(traits::TWIN);
        if plain && (age < 2 || (age > 70 && random.chance(0.02))) {
            person.pension = [None; 2];
            person.medical = [None; 2];
            person.traits = traits::NUMBERLESS;
            found += 1;
        }
    }
}

/// Was somebody's older source made before the number or the name changed?
pub(crate) fn is_older(kind: SourceKind) -> bool {
    matches!(
        kind,
        SourceKind::ResidentPension | SourceKind::RuralMedical | SourceKind::EmployeePension | SourceKind::Disability
    )
}

/// Has the person a relative whose number a clerk may have written?
pub(crate) fn relative(city: &City, person: &Person) -> Option<u64> {
    if person.kin == NONE {
        return None;
    }
    let kin = city.person(person.kin);
    let fit = kin.body != person.body
        && kin.body != 0
        && kin.former == 0
        && matches!(kin.register, Register::Household | Register::Both)
        && !kin.is(traits::SHARED)
        && !kin.is(traits::NUMBERLESS);
    fit.then_some(kin.body)
}
