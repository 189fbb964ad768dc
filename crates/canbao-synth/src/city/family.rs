//! Families: a village is filled with couples, their children, their parents.

use canbao_domain::date::Date;

use super::Setting;
use super::person::{NONE, Person, Relation, traits};
use super::place::AWAY;
use crate::random::{Random, Weighted};

/// Heads of households by age: from, to, weight.
const HEADS: [(f64, f64, f64); 6] = [
    (22.0, 30.0, 0.12),
    (30.0, 40.0, 0.24),
    (40.0, 50.0, 0.26),
    (50.0, 60.0, 0.18),
    (60.0, 70.0, 0.13),
    (70.0, 88.0, 0.07),
];

/// Ethnic groups as the register writes them, with their weights.
pub(crate) const ETHNIC: [(&str, f64); 5] =
    [("汉族", 0.985), ("回族", 0.010), ("满族", 0.002), ("苗族", 0.001), ("维吾尔族", 0.002)];

/// Fills one village; households and relatives are counted from 0 within it.
pub(crate) fn settle(setting: &Setting, village: u16, size: usize) -> Vec<Person> {
    let mut random = Random::of(setting.seed, 1, u64::from(village));
    let clans = [0; 3].map(|_| setting.names.surname(&mut random));
    let mut builder = Builder {
        heads: Weighted::new(HEADS.iter().map(|head| head.2)),
        ethnic: Weighted::new(ETHNIC.iter().map(|group| group.1)),
        rural: random.chance(0.78),
        people: Vec::with_capacity(size + 8),
        household: 0,
        setting,
        village,
        clans,
        random,
    };
    while builder.people.len() < size {
        builder.household();
        builder.household += 1;
    }
    let mut people = builder.people;
    people.truncate(size);
    for person in &mut people {
        if person.kin as usize >= size {
            person.kin = NONE;
        }
    }
    people
}

struct Builder<'a> {
    setting: &'a Setting,
    village: u16,
    clans: [u16; 3],
    heads: Weighted,
    ethnic: Weighted,
    /// Mostly rural, or mostly a town's community?
    rural: bool,
    people: Vec<Person>,
    household: u32,
    random: Random,
}

impl Builder<'_> {
    fn household(&mut self) {
        let (from, to, _) = HEADS.get(self.heads.draw(&mut self.random)).copied().unwrap_or(HEADS[2]);
        let age = from + (to - from) * self.random.unit();
        let surname = if self.random.chance(0.3) {
            self.random.one(&self.clans)
        } else {
            self.setting.names.surname(&mut self.random)
        };
        let common = Common {
            surname,
            ethnic: u8::try_from(self.ethnic.draw(&mut self.random)).unwrap_or(0),
            rural: self.random.chance(if self.rural { 0.93 } else { 0.25 }),
        };
        let sex = if self.random.chance(0.85) { 1 } else { 2 };
        let head = self.add(&common, age, sex, Relation::Head, Some(surname));
        let alone = match age {
            ..28.0 => 0.5,
            28.0..35.0 => 0.15,
            35.0..60.0 => 0.06,
            _ => 0.25,
        };
        if !self.random.chance(alone) {
            let shift = if sex == 1 { -2.0 } else { 2.0 } + 2.5 * self.random.normal();
            let partner = (age + shift).max(20.0 + 2.0 * self.random.unit());
            let spouse = self.add(&common, partner, 3 - sex, Relation::Spouse, None);
            self.relate(head, spouse);
            self.relate(spouse, head);
            let mother = if sex == 1 { partner } else { age };
            let father_surname = if sex == 1 { surname } else { self.surname_of(spouse) };
            self.children(&common, mother, father_surname, [head, spouse]);
        }
        if (25.0..62.0).contains(&age) && self.random.chance(0.3) {
            self.parents(&common, age, head);
        }
    }

    fn children(&mut self, common: &Common, mother: f64, surname: u16, parents: [u32; 2]) {
        let older = mother > 55.0;
        let number = self.random.one(if older { &[1, 2, 2, 3, 4] } else { &[0, 1, 1, 2, 2, 2, 3] });
        let shared = self.setting.names.character(1, &mut self.random);
        let generation = self.random.chance(0.25).then_some(shared);
        let mut age = mother - 20.5 - 2.5 * self.random.normal().abs();
        for _ in 0..number {
            if age < 0.1 {
                break;
            }
            let sex = if self.random.chance(0.53) { 1 } else { 2 };
            let stays = match (age < 23.0, sex) {
                (true, _) => 0.97,
                (false, 1) => 0.4,
                (false, _) => 0.13,
            };
            if self.random.chance(stays) {
                let child = self.child(common, age, sex, surname, generation, parents);
                if age < 60.0 && self.random.chance(self.setting.rates.twins) {
                    self.twin(child);
                }
                if sex == 1 && age > 24.0 && self.random.chance(0.5) {
                    self.young_family(common, age, surname, child);
                }
            }
            age -= 1.2 + 3.0 * self.random.unit() + 2.0 * self.random.unit();
        }
    }

    fn child(
        &mut self,
        common: &Common,
        age: f64,
        sex: u8,
        surname: u16,
        generation: Option<char>,
        parents: [u32; 2],
    ) -> u32 {
        let relation = if sex == 1 { Relation::Son } else { Relation::Daughter };
        let child = self.add(common, age, sex, relation, Some(surname));
        let parent = self.random.one(&parents);
        self.relate(child, parent);
        if let (Some(person), Some(first)) = (self.people.get_mut(child as usize), generation)
            && person.name.given[1] != '\0'
        {
            person.name.given[0] = first;
        }
        child
    }

    /// Same day, mostly the same sex, names alike but for the last character.
    fn twin(&mut self, first: u32) {
        let Some(mut twin) = self.people.get(first as usize).cloned() else { return };
        if !self.setting.names.is_plain(twin.name) {
            return;
        }
        if self.random.chance(0.35) {
            twin.sex = 3 - twin.sex;
        }
        let other = self.setting.names.character(twin.sex, &mut self.random);
        if twin.name.given.contains(&other) {
            return;
        }
        twin.name.given[1] = other;
        twin.relation = if twin.sex == 1 { Relation::Son } else { Relation::Daughter };
        twin.traits |= traits::TWIN;
        if let Some(person) = self.people.get_mut(first as usize) {
            person.traits |= traits::TWIN;
        }
        self.people.push(twin);
    }

    /// A son's wife and child in the same household.
    fn young_family(&mut self, common: &Common, age: f64, surname: u16, son: u32) {
        let wife_age = (age - 1.5 + 2.0 * self.random.normal()).max(20.0 + 2.0 * self.random.unit());
        let wife = self.add(common, wife_age, 2, Relation::DaughterInLaw, None);
        self.relate(wife, son);
        let child_age = wife_age - 21.0 - 3.0 * self.random.unit();
        if child_age > 0.1 && self.random.chance(0.75) {
            let sex = if self.random.chance(0.53) { 1 } else { 2 };
            let relation = if sex == 1 { Relation::Grandson } else { Relation::Granddaughter };
            let child = self.add(common, child_age, sex, relation, Some(surname));
            let parent = self.random.one(&[son, wife]);
            self.relate(child, parent);
        }
    }

    fn parents(&mut self, common: &Common, age: f64, head: u32) {
        let father_age = age + 23.0 + 3.5 * self.random.normal().abs();
        let mother_age = age + 21.0 + 3.0 * self.random.normal().abs();
        let alive = |age: f64| 1.0 - ((age - 52.0).max(0.0) / 46.0).powf(1.4);
        let mut last = head;
        if self.random.chance(alive(father_age)) {
            let surname = Some(common.surname);
            last = self.add(common, father_age, 1, Relation::Father, surname);
            self.relate(last, head);
        }
        if self.random.chance(alive(mother_age - 2.0)) {
            let mother = self.add(common, mother_age, 2, Relation::Mother, None);
            self.relate(mother, last);
        }
    }

    fn add(&mut self, common: &Common, age: f64, sex: u8, relation: Relation, surname: Option<u16>) -> u32 {
        let setting = self.setting;
        let days = (age.clamp(0.08, 99.0) * 365.2425) as i32 + 1;
        let birth = Date(setting.as_of.days() - days);
        let family = surname.unwrap_or_else(|| setting.names.surname(&mut self.random));
        let name = setting.names.draw(family, sex, &setting.rates, &mut self.random);
        let married_in = surname.is_none();
        let index = u32::try_from(self.people.len()).unwrap_or(NONE);
        let body = self.area(birth, married_in) * 100_000_000_000;
        self.people.push(Person {
            body,
            name,
            birth,
            household: self.household,
            village: self.village,
            sex,
            ethnic: common.ethnic,
            rural: common.rural,
            relation,
            ..Person::default()
        });
        index
    }

    /// The number's area part: the county of birth as its code was then.
    fn area(&mut self, birth: Date, married_in: bool) -> u64 {
        if self.random.chance(0.03) {
            return u64::from(self.random.pick(&AWAY).unwrap_or(610113));
        }
        let places = &self.setting.places;
        let born = if married_in && self.random.chance(0.25) {
            places.elsewhere(self.village, &mut self.random)
        } else {
            self.village
        };
        let county = places.county(places.village(born).county);
        let reformed = birth.ymd().0 >= 2001;
        u64::from(if reformed { county.code } else { county.old_code })
    }

    fn relate(&mut self, of: u32, to: u32) {
        if let Some(person) = self.people.get_mut(of as usize) {
            person.kin = to;
        }
    }

    fn surname_of(&self, index: u32) -> u16 {
        self.people.get(index as usize).map_or(0, |person| person.name.family)
    }
}

/// What a household's members share.
struct Common {
    surname: u16,
    ethnic: u8,
    rural: bool,
}

/// A child born to this mother in the month that has passed.
pub(crate) fn newborn(setting: &Setting, mother: &Person, surname: u16, random: &mut Random) -> Person {
    let sex = if random.chance(0.53) { 1 } else { 2 };
    let county = setting.places.county(setting.places.village(mother.village).county);
    Person {
        body: u64::from(county.code) * 100_000_000_000,
        name: setting.names.draw(surname, sex, &setting.rates, random),
        birth: Date(setting.as_of.days() - random.between(1, 28)),
        household: mother.household,
        village: mother.village,
        sex,
        ethnic: mother.ethnic,
        rural: mother.rural,
        relation: match (mother.relation, sex) {
            (Relation::Spouse, 1) => Relation::Son,
            (Relation::Spouse, _) => Relation::Daughter,
            (_, 1) => Relation::Grandson,
            _ => Relation::Granddaughter,
        },
        ..Person::default()
    }
}
