//! A month passes: people die, are born, move, work elsewhere, and stay who they are.

use canbao_domain::code::{Benefit, Status};
use canbao_domain::date::Month;
use canbao_domain::source::SourceKind;

use super::person::{Life, NONE, Person, Register, Relation, Slot, traits};
use super::unit::Units;
use super::{City, Setting, accident, family, number, scheme};
use crate::SynthError;
use crate::random::Random;

/// Deaths in a year, from this age on.
const DEATHS: [(i32, f64); 7] =
    [(85, 0.16), (75, 0.06), (65, 0.022), (55, 0.008), (40, 0.003), (1, 0.0006), (0, 0.005)];
/// Births in a year to a married woman of 20 to 40.
const BIRTHS: f64 = 0.09;
/// Newcomers in a month, as a share of all.
const NEWCOMERS: f64 = 0.0005;

/// Lets a month pass.
///
/// # Errors
/// [`SynthError::Worker`] where a thread ended unexpectedly.
pub(crate) fn pass(city: &mut City) -> Result<(), SynthError> {
    let next = Month(Month::of(city.setting.as_of).0 + 1);
    city.setting.as_of = next.first_day().ok_or(SynthError::Data("date"))?;
    let stream = 1_000_000 + u64::from(next.0.unsigned_abs());
    city.each(stream, |setting, units, person, random| {
        if person.life == Life::Alive {
            person_lives(setting, units, person, random);
        } else {
            report(person, 0.3, random);
        }
    })?;
    let mut random = Random::of(city.setting.seed, stream, u64::MAX);
    births(city, &mut random);
    let newcomers = (city.people.len() as f64 * NEWCOMERS) as usize;
    let first = city.people.len();
    for _ in 0..newcomers {
        let person = accident::newcomer(city, &mut random);
        city.people.push(person);
    }
    let City { people, taken, setting, units, .. } = city;
    let new = people.get_mut(first..).unwrap_or_default();
    number::issue(new, taken, &mut random);
    for person in new {
        scheme::enrol_worker(setting, units, person, &mut random);
    }
    correct_numbers(city, &mut random);
    number::mark_namesakes(&mut city.people);
    Ok(())
}

fn person_lives(setting: &Setting, units: &Units, person: &mut Person, random: &mut Random) {
    let age = person.birth.age_on(setting.as_of);
    let dies = DEATHS.iter().find(|(from, _)| age >= *from).map_or(0.0, |&(_, rate)| rate / 12.0);
    let registered = matches!(person.register, Register::Household | Register::Both);
    if registered && random.chance(dies) {
        person.life = Life::Dead;
        report(person, 0.5, random);
        return;
    }
    if random.chance(0.0006) && person.register != Register::Neither && !person.is(traits::SHARED) {
        if registered {
            person.life = Life::MovedOut;
            report(person, 0.5, random);
        } else {
            // a resident without hukou here who leaves stands in no file any more
            person.register = Register::Neither;
            person.pension = [None; 2];
            person.medical = [None; 2];
        }
        return;
    }
    if person.is(traits::NUMBERLESS) {
        if age < 3 && random.chance(0.3) {
            person.traits &= !traits::NUMBERLESS;
        }
        return;
    }
    if registered && !person.is_foreign() && random.chance(0.001) {
        // the schemes still have the old village
        person.village = if random.chance(0.6) {
            setting.places.neighbour(person.village, random)
        } else {
            setting.places.elsewhere(person.village, random)
        };
    }
    enrolments(setting, units, person, age, random);
}

/// Whoever is gone: the schemes end what they hear of.
fn report(person: &mut Person, heard: f64, random: &mut Random) {
    let live = |slots: &[Option<Slot>; 2]| slots.iter().flatten().any(Slot::is_live);
    if !(live(&person.pension) && live(&person.medical)) {
        // only of those about whom nobody told anybody is assistance still paid
        person.traits &= !(traits::SUBSISTENCE | traits::FIVE_GUARANTEES | traits::DISABLED);
    }
    if !random.chance(heard) {
        return;
    }
    for slot in person.pension.iter_mut().chain(&mut person.medical).flatten() {
        slot.status = Status::Ended;
        slot.benefit = Benefit::Blank;
    }
    person.traits &= !(traits::UNEMPLOYMENT | traits::WORK_INJURY | traits::MATERNITY);
    person.traits &= !(traits::SUBSISTENCE | traits::FIVE_GUARANTEES | traits::DISABLED);
}

fn enrolments(setting: &Setting, units: &Units, person: &mut Person, age: i32, random: &mut Random) {
    // second enrolments are found out and ended
    for slots in [&mut person.pension, &mut person.medical] {
        if random.chance(0.03) {
            let [_, second] = slots;
            *second = None;
        }
    }
    let fixed = person.pension[1].is_some() || person.is(traits::PENSION_ELSEWHERE);
    if let Some(slot) = &mut person.pension[0] {
        let resident = slot.kind == SourceKind::ResidentPension;
        let retires = age >= if resident || person.sex == 1 { 60 } else { 55 };
        if retires && slot.status == Status::Normal && slot.benefit == Benefit::Blank {
            slot.benefit = Benefit::Drawing;
            slot.unit = NONE;
            person.traits &= !(traits::UNEMPLOYMENT | traits::WORK_INJURY | traits::MATERNITY);
        } else if !fixed && slot.benefit == Benefit::Blank {
            pause_or_resume(slot, random);
        }
        if slot.unit != NONE && slot.kind == SourceKind::EmployeePension && random.chance(0.004) {
            slot.unit = units.employer(slot.pool, false, random);
        }
    }
    let fixed = person.medical[1].is_some() || person.is(traits::MEDICAL_ELSEWHERE);
    if let Some(slot) = &mut person.medical[0]
        && !fixed
    {
        pause_or_resume(slot, random);
    }
    if matches!(person.register, Register::Household | Register::Both) {
        scheme::join(setting, units, person, age, random);
    }
}

fn pause_or_resume(slot: &mut Slot, random: &mut Random) {
    let point = random.unit();
    slot.status = match slot.status {
        Status::Normal if point < 0.002 => Status::Suspended,
        Status::Suspended if point < 0.02 => Status::Normal,
        Status::Suspended if point < 0.025 => Status::Ended,
        Status::Blank | Status::Unknown if point < 0.1 => Status::Normal,
        same => same,
    };
}

fn births(city: &mut City, random: &mut Random) {
    let as_of = city.setting.as_of;
    let mothers: Vec<u32> = (0_u32..)
        .zip(&city.people)
        .filter(|(_, person)| {
            matches!(person.relation, Relation::Spouse | Relation::DaughterInLaw)
                && person.sex == 2
                && person.is_present()
                && (20..40).contains(&person.birth.age_on(as_of))
        })
        .map(|(index, _)| index)
        .collect();
    let first = city.people.len();
    for index in mothers {
        if !random.chance(BIRTHS / 12.0) {
            continue;
        }
        let mother = city.person(index);
        let father = city.person(mother.kin);
        let surname = if father.sex == 1 { father.name.family } else { mother.name.family };
        let mut child = family::newborn(&city.setting, mother, surname, random);
        child.kin = index;
        city.people.push(child);
    }
    let City { people, taken, .. } = city;
    let born = people.get_mut(first..).unwrap_or_default();
    number::issue(born, taken, random);
    for child in born {
        // some are registered before they have a number
        if random.chance(0.1) {
            child.traits |= traits::NUMBERLESS;
        }
    }
}

/// The police correct a few numbers: the register has the new one, older sources the former.
fn correct_numbers(city: &mut City, random: &mut Random) {
    let City { people, setting, taken, .. } = city;
    let wanted = people.len() / 30_000 + 1;
    for _ in 0..wanted {
        let index = random.below(people.len());
        let Some(person) = people.get_mut(index) else { continue };
        let plain = person.register == Register::Household
            && person.life == Life::Alive
            && person.former == 0
            && !person.is_foreign()
            && person.traits & (traits::SHARED | traits::TWIN | traits::NUMBERLESS) == 0
            && person.birth.age_on(setting.as_of) >= 12;
        if plain {
            let new = number::other_sequence(person, taken, random);
            if new != 0 {
                person.former = person.body;
                person.body = new;
            }
        }
    }
}
