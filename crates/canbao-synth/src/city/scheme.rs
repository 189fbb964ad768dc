//! Who is in which scheme: by age, hukou and work.

use canbao_domain::code::{Benefit, Status};
use canbao_domain::date::Month;
use canbao_domain::source::SourceKind;

use super::Setting;
use super::person::{Life, NONE, Person, Register, Relation, Slot, traits};
use super::unit::Units;
use crate::random::Random;

/// Enrols one person; what they are in already is replaced.
///
/// `family` is the household's own stream: whole households join the rural scheme together.
pub(crate) fn enrol(setting: &Setting, units: &Units, person: &mut Person, family: &mut Random, random: &mut Random) {
    let mut draw = Draw { setting, units, random };
    person.pension = [draw.pension(person), None];
    person.medical = [draw.medical(person, family), None];
    draw.others(person);
    let dropped = match (person.life, person.register) {
        (Life::Dead, _) => setting.rates.dropped[0],
        (Life::MovedOut, _) => setting.rates.dropped[1],
        (_, Register::Nonlocal) => setting.rates.dropped[2],
        _ => 0.0,
    };
    if draw.random.chance(dropped) {
        person.pension = [None; 2];
        person.medical = [None; 2];
        person.traits &= !(traits::UNEMPLOYMENT | traits::WORK_INJURY | traits::MATERNITY);
    }
    draw.doubles(person);
    draw.elsewhere(person);
    draw.assistance(person);
}

/// In the course of time some who lack a scheme join one.
pub(crate) fn join(setting: &Setting, units: &Units, person: &mut Person, age: i32, random: &mut Random) {
    let mut draw = Draw { setting, units, random };
    let month = Month::of(setting.as_of).0 - 1;
    let since = u16::try_from(month).unwrap_or(0);
    let elsewhere = person.is(traits::PENSION_ELSEWHERE);
    if person.pension[0].is_none() && !elsewhere && (16..60).contains(&age) && draw.random.chance(0.01) {
        let slot = draw.slot(person, SourceKind::ResidentPension);
        person.pension[0] = Some(Slot { since, ..slot });
    }
    if person.medical[0].is_none() && !person.is(traits::MEDICAL_ELSEWHERE) && draw.random.chance(0.02) {
        let kind = if person.rural { SourceKind::RuralMedical } else { SourceKind::ResidentMedical };
        let slot = draw.slot(person, kind);
        person.medical[0] = Some(Slot { since, ..slot });
    }
}

struct Draw<'a> {
    setting: &'a Setting,
    units: &'a Units,
    random: &'a mut Random,
}

impl Draw<'_> {
    fn pension(&mut self, person: &Person) -> Option<Slot> {
        let age = person.birth.age_on(self.setting.as_of);
        let (employee, institution, resident) = match (age, person.rural) {
            (..16, _) => return None,
            (16..60, true) => (0.10, 0.015, 0.82),
            (16..60, false) => (0.34, 0.10, 0.56),
            (_, true) => (0.06, 0.01, 0.93),
            (_, false) => (0.36, 0.12, 0.62),
        };
        let student = match age {
            16..=18 => 0.8,
            19..=22 => 0.35,
            _ => 0.0,
        };
        if self.random.chance(student) {
            return None;
        }
        let kind = match self.random.unit() {
            point if point < employee => SourceKind::EmployeePension,
            point if point < employee + institution => SourceKind::InstitutionPension,
            _ if self.random.chance(resident) => SourceKind::ResidentPension,
            _ => return None,
        };
        let mut slot = self.slot(person, kind);
        slot.since = self.since(person, 16, if kind == SourceKind::ResidentPension { 2010 } else { 1996 });
        let retired = match (kind, person.sex) {
            (SourceKind::ResidentPension, _) => age >= 60,
            (_, 1) => age >= 60,
            _ => age >= 55,
        };
        self.state(&mut slot, retired, self.setting.rates.suspended[0]);
        if kind != SourceKind::ResidentPension && !retired {
            slot.unit = self.units.employer(slot.pool, kind == SourceKind::InstitutionPension, self.random);
        }
        Some(slot)
    }

    fn medical(&mut self, person: &Person, family: &mut Random) -> Option<Slot> {
        let pension = person.pension[0];
        let employee = pension.is_some_and(|slot| slot.kind != SourceKind::ResidentPension);
        let together = family.chance(0.97);
        let kind = if employee && self.random.chance(0.96) {
            SourceKind::EmployeeMedical
        } else if person.rural && together && self.random.chance(0.965) {
            SourceKind::RuralMedical
        } else if !person.rural && self.random.chance(0.86) {
            SourceKind::ResidentMedical
        } else {
            return None;
        };
        let mut slot = self.slot(person, kind);
        if let (SourceKind::EmployeeMedical, Some(pension)) = (kind, pension) {
            slot.unit = pension.unit;
            slot.pool = pension.pool;
        }
        slot.since = self.since(person, 0, 2003);
        self.state(&mut slot, false, self.setting.rates.suspended[1]);
        Some(slot)
    }

    /// A live slot of this scheme; married-in women are often still where they came from.
    fn slot(&mut self, person: &Person, kind: SourceKind) -> Slot {
        let places = &self.setting.places;
        let married_in = matches!(person.relation, Relation::Spouse | Relation::DaughterInLaw) && person.sex == 2;
        let village = if married_in && self.random.chance(0.04) {
            if self.random.chance(0.5) {
                places.neighbour(person.village, self.random)
            } else {
                places.elsewhere(person.village, self.random)
            }
        } else {
            person.village
        };
        Slot { kind, village, pool: places.village(person.village).county, ..Slot::default() }
    }

    fn state(&mut self, slot: &mut Slot, retired: bool, suspended: f64) {
        let [blank, unknown] = self.setting.rates.unclear;
        if retired {
            slot.benefit = if self.random.chance(0.985) { Benefit::Drawing } else { Benefit::Suspended };
            // contributions have ended, the pension is paid: enrolled all the same
            let ended = slot.benefit == Benefit::Drawing && self.random.chance(0.05);
            slot.status = if ended { Status::Ended } else { Status::Normal };
            return;
        }
        let point = self.random.unit();
        let ended = self.setting.rates.ended;
        slot.status = if point < ended {
            Status::Ended
        } else if point < ended + suspended {
            Status::Suspended
        } else if point < ended + suspended + blank {
            Status::Blank
        } else if point < ended + suspended + blank + unknown {
            Status::Unknown
        } else {
            Status::Normal
        };
    }

    /// The other insurances of employees.
    fn others(&mut self, person: &mut Person) {
        person.traits &= !(traits::UNEMPLOYMENT | traits::WORK_INJURY | traits::MATERNITY);
        let works = person.pension[0].is_some_and(|slot| {
            slot.kind == SourceKind::EmployeePension && slot.unit != NONE && slot.status == Status::Normal
        });
        if works {
            for (bit, share) in [(traits::UNEMPLOYMENT, 0.5), (traits::WORK_INJURY, 0.6), (traits::MATERNITY, 0.4)] {
                if self.random.chance(share) {
                    person.traits |= bit;
                }
            }
        }
    }

    /// Second enrolments: in another scheme, in another pooling area, with a second benefit.
    fn doubles(&mut self, person: &mut Person) {
        let rates = &self.setting.rates;
        let registered = matches!(person.register, Register::Household | Register::Both);
        if !registered || person.life != Life::Alive {
            return;
        }
        if let Some(first) = person.pension[0].filter(|slot| slot.status == Status::Normal) {
            let employee = first.kind != SourceKind::ResidentPension;
            let drawing = first.benefit == Benefit::Drawing;
            let double = if drawing { rates.double_benefit } else { rates.double_pension };
            if employee && self.random.chance(double) {
                let mut second = self.slot(person, SourceKind::ResidentPension);
                second.since = self.since(person, 16, 2010);
                if person.birth.age_on(self.setting.as_of) >= 60 {
                    second.benefit = Benefit::Drawing;
                }
                person.pension[1] = Some(second);
            } else if first.kind != SourceKind::InstitutionPension && self.random.chance(rates.two_pools) {
                person.pension[1] = Some(self.other_pool(person, first));
            }
        }
        if let Some(first) = person.medical[0].filter(|slot| slot.status == Status::Normal) {
            let employee = first.kind == SourceKind::EmployeeMedical;
            if employee && self.random.chance(rates.double_medical) {
                let kind = if person.rural { SourceKind::RuralMedical } else { SourceKind::ResidentMedical };
                let mut second = self.slot(person, kind);
                second.since = self.since(person, 0, 2003);
                person.medical[1] = Some(second);
            } else if self.random.chance(rates.two_pools) {
                person.medical[1] = Some(self.other_pool(person, first));
            }
        }
    }

    /// The same scheme again, in another county.
    fn other_pool(&mut self, person: &Person, mut slot: Slot) -> Slot {
        slot.village = self.setting.places.elsewhere(slot.village, self.random);
        slot.pool = self.setting.places.village(slot.village).county;
        let first = person.slots().find(|first| first.kind == slot.kind);
        if first.is_some_and(|first| first.pool == slot.pool) {
            slot.pool = (slot.pool + 1) % 10;
        }
        if slot.unit != NONE {
            slot.unit = self.units.employer(slot.pool, false, self.random);
        }
        slot
    }

    /// What the upper level's comparison returns.
    fn elsewhere(&mut self, person: &mut Person) {
        person.traits &= !(traits::PENSION_ELSEWHERE | traits::MEDICAL_ELSEWHERE);
        let age = person.birth.age_on(self.setting.as_of);
        let lacks = !person
            .pension
            .iter()
            .flatten()
            .any(|slot| slot.is_live() || matches!(slot.status, Status::Blank | Status::Unknown));
        let may = person.is_present() && person.register != Register::Nonlocal && (18..60).contains(&age);
        if !may || !lacks || !self.random.chance(self.setting.rates.elsewhere) {
            return;
        }
        person.traits |= traits::PENSION_ELSEWHERE;
        if self.random.chance(0.4) {
            person.traits |= traits::MEDICAL_ELSEWHERE;
            person.medical[1] = None;
            if let Some(slot) = &mut person.medical[0] {
                slot.status = Status::Ended;
                slot.benefit = Benefit::Blank;
            }
        }
    }

    fn assistance(&mut self, person: &mut Person) {
        person.traits &= !(traits::SUBSISTENCE | traits::FIVE_GUARANTEES | traits::DISABLED);
        let registered = matches!(person.register, Register::Household | Register::Both);
        let concealed = person.life == Life::Dead
            && person.pension[0].is_some_and(|slot| slot.is_live())
            && person.medical[0].is_some_and(|slot| slot.is_live());
        if !registered || (person.life != Life::Alive && !concealed) {
            return;
        }
        let [subsistence, disabled] = self.setting.rates.assisted;
        if person.rural && self.random.chance(subsistence) {
            person.traits |= traits::SUBSISTENCE;
            if self.random.chance(0.14) {
                person.traits |= traits::FIVE_GUARANTEES;
            }
        }
        if self.random.chance(disabled) {
            person.traits |= traits::DISABLED;
        }
    }

    /// A month of first enrolment: not before the scheme, nor before that age, nor in the future.
    fn since(&mut self, person: &Person, age: i32, founded: i32) -> u16 {
        let (year, month, _) = self.setting.as_of.ymd();
        let last = year * 12 + month as i32 - 2;
        let (born, born_month, _) = person.birth.ymd();
        let first = ((born + age) * 12 + born_month as i32).max(founded * 12).min(last);
        u16::try_from(self.random.between(first, last)).unwrap_or(u16::MAX)
    }
}

/// Enrols somebody who came to work here: a foreigner, or one whom no population file holds.
pub(crate) fn enrol_worker(setting: &Setting, units: &Units, person: &mut Person, random: &mut Random) {
    let mut draw = Draw { setting, units, random };
    let pool = setting.places.village(person.village).county;
    let unit = units.employer(pool, false, draw.random);
    let since = draw.since(person, 16, 2003);
    let slot = |kind| Slot { kind, village: person.village, pool, unit, since, ..Slot::default() };
    let outside = person.register == Register::Neither;
    let (pension, medical) = match draw.random.unit() {
        ..0.4 => (true, false),
        0.4..0.7 => (false, true),
        0.7..0.9 => (true, true),
        _ => (outside, false),
    };
    person.pension = [pension.then(|| slot(SourceKind::EmployeePension)), None];
    person.medical = [medical.then(|| slot(SourceKind::EmployeeMedical)), None];
}
