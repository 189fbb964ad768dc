//! Which damage a row gets. How it looks is written by `number`, `name` and `birth`.
//!
//! Damage is drawn so that the truth stays crisp: either a row's evidence still says whose it is,
//! or ([`flags::HOPELESS`]) nothing is left. A row without a number keeps its name and its birthday,
//! and gets none of this where somebody else has both the same.

use canbao_domain::number::CitizenNumber;
use canbao_domain::source::SourceKind;

use super::{BirthForm, NameForm, NumberForm, Row, flags, has_birth, has_sex, has_village, number};
use crate::city::City;
use crate::city::accident::{is_older, relative};
use crate::city::name::{beyond_gbk, variant};
use crate::city::person::{NONE, Person, Register, traits};
use crate::city::place::NOWHERE;
use crate::random::Random;
use crate::rates::Damage;

/// Damages a clean row.
pub(crate) fn damage(city: &City, person: &Person, row: &mut Row) {
    let population = row.kind.is_population();
    let rates = if population { &city.setting.rates.population } else { &city.setting.rates.insurance };
    let mut random = row.random(city.setting.seed, 2);
    if person.is(traits::NUMBERLESS) {
        row.form = if random.chance(0.7) { NumberForm::Blank } else { NumberForm::Placeholder };
        return;
    }
    if row.kind == SourceKind::Disability && random.chance(0.6) {
        row.form = NumberForm::Disability;
    }
    let mut draw = Draw { city, person, rates, random };
    let plain_name = draw.number(row);
    if plain_name {
        draw.name(row);
    }
    draw.birth(row);
    draw.sex(row);
    draw.village(row);
    if population && draw.random.chance(rates.address) {
        row.flags |= flags::ODD_ADDRESS;
    }
    draw.hopeless(row);
    rare_in_dbf(person, row);
}

struct Draw<'a> {
    city: &'a City,
    person: &'a Person,
    rates: &'a Damage,
    random: Random,
}

impl Draw<'_> {
    /// Chooses the number's form; says whether the name may be damaged as well.
    fn number(&mut self, row: &mut Row) -> bool {
        let (person, rates) = (self.person, self.rates);
        if self.former(row) {
            return false;
        }
        let choices = [
            (rates.lower_x, NumberForm::LowerX),
            (rates.full_width, NumberForm::FullWidth),
            (rates.spaces, NumberForm::Spaces),
            (rates.quote, NumberForm::Quote),
            (rates.fifteen, NumberForm::Fifteen),
            (rates.one_digit, NumberForm::OneDigit),
            (rates.swapped, NumberForm::Swapped),
            (rates.blank, NumberForm::Blank),
            (rates.placeholder, NumberForm::Placeholder),
            (rates.float, NumberForm::Float),
            (rates.exponent, NumberForm::Exponent),
            (rates.check_only, NumberForm::CheckOnly),
            (rates.two_digits, NumberForm::TwoDigits),
            (rates.birth_part, NumberForm::BirthPart),
            (rates.area_part, NumberForm::AreaPart),
            (rates.length, NumberForm::Length),
            (rates.relative, NumberForm::Relative),
            (rates.columns, NumberForm::Columns),
        ];
        let mut point = self.random.unit();
        if point < rates.number_and_name {
            let clear = has_birth(row.kind) && !person.is(traits::TWIN) && self.is_ordinary();
            if clear && self.has_homophone() {
                row.form = NumberForm::OneDigit;
                row.name = NameForm::Homophone;
            }
            return false;
        }
        point -= rates.number_and_name;
        for (rate, form) in choices {
            if point < rate {
                if self.fits(row, form) {
                    row.form = form;
                    if form == NumberForm::Columns {
                        row.name = NameForm::Columns;
                    }
                }
                break;
            }
            point -= rate;
        }
        row.form.is_readable()
    }

    /// Not one of those about whom only clean rows say anything.
    fn is_ordinary(&self) -> bool {
        !self.person.is_foreign() && !self.person.is(traits::SHARED) && self.person.register != Register::Neither
    }

    fn fits(&mut self, row: &Row, form: NumberForm) -> bool {
        let person = self.person;
        if person.is_foreign() {
            return matches!(form, NumberForm::Spaces | NumberForm::FullWidth);
        }
        let sole = person.is(traits::NAMESAKE) || !has_birth(row.kind);
        match form {
            NumberForm::LowerX => number::last(person) == b'X',
            NumberForm::Fifteen => (1900..1999).contains(&person.birth.ymd().0) && row.form == NumberForm::Plain,
            NumberForm::FullWidth | NumberForm::Spaces | NumberForm::Quote => true,
            _ if person.is(traits::SHARED) => false,
            NumberForm::Relative => {
                self.is_ordinary()
                    && !person.is(traits::TWIN)
                    && row.kind != SourceKind::Elsewhere
                    && relative(self.city, person).is_some()
            }
            NumberForm::Float => !sole && number::float_is_invalid(person),
            NumberForm::Columns => !sole && self.is_ordinary(),
            _ if form.is_lost() => !sole,
            _ => true,
        }
    }

    /// The former number, in older sources; the same in all of them.
    fn former(&mut self, row: &mut Row) -> bool {
        let person = self.person;
        let Some(former) = CitizenNumber::from_body(person.former) else { return false };
        if !is_older(row.kind) || person.is(traits::NAMESAKE) || person.former_given[0] != '\0' {
            return false;
        }
        let same_birthday = former.birth() == person.birth;
        if !same_birthday && !has_village(row.kind) {
            return false;
        }
        row.form = NumberForm::Former;
        if !same_birthday && has_birth(row.kind) && self.random.chance(0.7) {
            row.birth = BirthForm::Former;
        }
        true
    }

    fn name(&mut self, row: &mut Row) {
        let (person, rates, names) = (self.person, self.rates, &self.city.setting.names);
        if !names.is_plain(person.name) {
            if !person.is_foreign() && self.random.chance(0.2) {
                row.name = NameForm::Dot;
            }
            return;
        }
        if self.random.chance(rates.name_spaces) {
            row.name = NameForm::Spaces;
            return;
        }
        if !self.is_ordinary() {
            return;
        }
        if person.former_given[0] != '\0' && is_older(row.kind) && self.random.chance(0.7) {
            row.name = NameForm::Former;
            return;
        }
        let choices = [
            (rates.homophone, NameForm::Homophone),
            (rates.variant, NameForm::Variant),
            (rates.missing_character, NameForm::MissingCharacter),
            (rates.question, NameForm::Question),
            (rates.private_use, NameForm::PrivateUse),
            (rates.pinyin, NameForm::Pinyin),
            (rates.reversed, NameForm::Reversed),
            (rates.name_blank, NameForm::Blank),
        ];
        let mut point = self.random.unit();
        for (rate, form) in choices {
            if point < rate {
                let fits = match form {
                    NameForm::Homophone => self.has_homophone(),
                    NameForm::Variant => person.name.given.iter().any(|&character| variant(character).is_some()),
                    NameForm::MissingCharacter | NameForm::Reversed => names.length(person.name) > 2,
                    _ => true,
                };
                if fits {
                    row.name = form;
                }
                return;
            }
            point -= rate;
        }
    }

    fn has_homophone(&self) -> bool {
        let names = &self.city.setting.names;
        names.is_plain(self.person.name)
            && self.person.name.given.iter().any(|&character| !names.homophones(character).is_empty())
    }

    fn birth(&mut self, row: &mut Row) {
        if row.birth != BirthForm::Plain || !has_birth(row.kind) || !self.is_ordinary() {
            return;
        }
        // a row of a former or a relative's number is found by name and birthday
        let needed = row.form.is_lost() || matches!(row.form, NumberForm::Relative | NumberForm::Former);
        if needed || row.name == NameForm::Homophone {
            return;
        }
        let rates = self.rates;
        let mut point = self.random.unit();
        let slip = rates.birth_slip / 4.0;
        for (rate, form) in [
            (rates.birth_blank, BirthForm::Blank),
            (rates.lunar, BirthForm::Lunar),
            (slip * 2.0, BirthForm::Day),
            (slip, BirthForm::Year),
            (slip, BirthForm::DayMonth),
        ] {
            if point < rate {
                let (_, month, day) = self.person.birth.ymd();
                if form != BirthForm::DayMonth || (day <= 12 && day != month) {
                    row.birth = form;
                }
                return;
            }
            point -= rate;
        }
    }

    fn sex(&mut self, row: &mut Row) {
        let [wrong, blank] = self.rates.sex;
        if !has_sex(row.kind) || !self.is_ordinary() || row.form.is_lost() {
            return;
        }
        match self.random.unit() {
            point if point < wrong => row.flags |= flags::WRONG_SEX,
            point if point < wrong + blank => row.flags |= flags::NO_SEX,
            _ => {}
        }
    }

    fn village(&mut self, row: &mut Row) {
        let [stale, gone, blank] = self.rates.village;
        // of two pooling areas, both are written
        let two_pools = [&self.person.pension, &self.person.medical].iter().any(|slots| match slots {
            [Some(first), Some(second)] => first.kind == second.kind && first.kind == row.kind,
            _ => false,
        });
        let spared = two_pools || self.person.is_foreign() || row.form == NumberForm::Former;
        if !has_village(row.kind) || spared {
            return;
        }
        match self.random.unit() {
            point if point < stale => row.village = self.city.setting.places.neighbour(row.village, &mut self.random),
            point if point < stale + gone => row.flags |= flags::GONE,
            point if point < stale + gone + blank => row.village = NOWHERE,
            _ => {}
        }
    }

    /// Nothing is left: no number, no name, no birthday, no place, no household, no employer.
    fn hopeless(&mut self, row: &mut Row) {
        let may = !row.kind.is_population()
            && !matches!(
                row.kind,
                SourceKind::Elsewhere | SourceKind::Unemployment | SourceKind::WorkInjury | SourceKind::Maternity
            )
            && self.is_ordinary();
        if !may || !self.random.chance(self.city.setting.rates.hopeless) {
            return;
        }
        let placeholder = self.random.chance(0.5);
        row.form = if placeholder { NumberForm::Placeholder } else { NumberForm::Blank };
        row.name = match self.random.below(3) {
            0 => NameForm::Blank,
            1 => NameForm::Placeholder,
            _ => NameForm::Anonymous,
        };
        row.birth = BirthForm::Blank;
        row.village = NOWHERE;
        row.unit = NONE;
        row.flags |= flags::HOPELESS;
        row.flags &= !(flags::WRONG_SEX | flags::GONE);
    }
}

/// Old DBF programs know GBK only: a character beyond it becomes a `?`.
fn rare_in_dbf(person: &Person, row: &mut Row) {
    let rare = person.name.given.iter().any(|&character| beyond_gbk(character));
    if rare && row.kind == SourceKind::RuralMedical && row.name.is_right() {
        row.name = NameForm::Question;
    }
}
