//! The city as it is: people, families, employers, enrolments. Nothing here is damaged.

pub(crate) mod accident;
pub(crate) mod family;
pub(crate) mod live;
pub(crate) mod name;
pub(crate) mod number;
pub(crate) mod person;
pub(crate) mod place;
pub(crate) mod scheme;
pub(crate) mod unit;

use canbao_domain::date::Date;

use self::name::Names;
use self::number::Numbers;
use self::person::{NONE, Person, Register};
use self::place::Places;
use self::unit::Units;
use crate::SynthError;
use crate::random::Random;
use crate::rates::Rates;
use crate::work::{spread, workers};

/// The first day that a city stands for: the comparison's date in the plan of 2016.
const FIRST_DAY: (i32, u32, u32) = (2016, 11, 1);

/// What everything is drawn from.
#[derive(Debug)]
pub(crate) struct Setting {
    pub(crate) seed: u64,
    /// The day for which the extracts stand.
    pub(crate) as_of: Date,
    pub(crate) rates: Rates,
    pub(crate) names: Names,
    pub(crate) places: Places,
}

impl Setting {
    pub(crate) fn new(seed: u64) -> Result<Self, SynthError> {
        let (year, month, day) = FIRST_DAY;
        Ok(Setting {
            seed,
            as_of: Date::from_ymd(year, month, day).ok_or(SynthError::Data("date"))?,
            rates: Rates::CITY,
            names: Names::embedded()?,
            places: Places::embedded()?,
        })
    }
}

/// A whole city.
#[derive(Debug)]
pub(crate) struct City {
    pub(crate) setting: Setting,
    pub(crate) people: Vec<Person>,
    pub(crate) units: Units,
    /// Every number that is given.
    pub(crate) taken: Numbers,
    nobody: Person,
}

impl City {
    /// Invents a city of `persons` registered people, and who lives and works there besides.
    pub(crate) fn found(seed: u64, persons: usize) -> Result<Self, SynthError> {
        let setting = Setting::new(seed)?;
        let mut random = Random::of(seed, 0, 0);
        let units = Units::invent(persons, &setting.places, &mut random);
        let sizes = setting.places.sizes(persons, &mut random);
        let villages =
            spread(sizes, |index, size| Ok(family::settle(&setting, u16::try_from(index).unwrap_or(0), size)))?;
        let mut people = Vec::with_capacity(persons + persons / 16 + 64);
        let mut households = 0;
        for village in villages {
            let first = u32::try_from(people.len()).unwrap_or(NONE);
            let mut last = 0;
            people.extend(village.into_iter().map(|mut person| {
                last = last.max(person.household + 1);
                person.household += households;
                if person.kin != NONE {
                    person.kin += first;
                }
                person
            }));
            households += last;
        }
        let mut city = City { setting, people, units, taken: Numbers::default(), nobody: Person::default() };
        city.each(2, accident::befall)?;
        accident::arrive(&mut city, &mut random);
        let pairs = accident::pair_up(&mut city, &mut random);
        number::issue(&mut city.people, &mut city.taken, &mut random);
        accident::share_numbers(&mut city, &pairs);
        accident::remember_numbers(&mut city, &mut random);
        city.each(3, |setting, units, person, random| {
            let mut family = Random::of(setting.seed, 4, u64::from(person.household));
            match (person.register, person.is_foreign()) {
                (Register::Neither, _) | (_, true) => scheme::enrol_worker(setting, units, person, random),
                _ => scheme::enrol(setting, units, person, &mut family, random),
            }
        })?;
        accident::lose_numbers(&mut city, &mut random);
        number::mark_namesakes(&mut city.people);
        Ok(city)
    }

    /// Changes every person on all processors, each with a random stream of their own.
    pub(crate) fn each(
        &mut self,
        stream: u64,
        change: impl Fn(&Setting, &Units, &mut Person, &mut Random) + Sync,
    ) -> Result<(), SynthError> {
        let size = (self.people.len() / (workers() * 4)).max(1);
        let (setting, units) = (&self.setting, &self.units);
        let chunks: Vec<_> = self.people.chunks_mut(size).collect();
        spread(chunks, |chunk, people| {
            for (index, person) in (chunk * size..).zip(people) {
                let mut random = Random::of(setting.seed, stream, index as u64);
                change(setting, units, person, &mut random);
            }
            Ok(())
        })?;
        Ok(())
    }

    /// The person; a blank one for [`NONE`].
    pub(crate) fn person(&self, index: u32) -> &Person {
        self.people.get(index as usize).unwrap_or(&self.nobody)
    }
}
