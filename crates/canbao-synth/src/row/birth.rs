//! How a birth date is written.

use canbao_domain::date::Date;
use canbao_domain::number::CitizenNumber;

use super::{BirthForm, Row};
use crate::city::City;

/// The birth date that stands in a row; `None` where it is blank.
pub(crate) fn written(city: &City, row: &Row) -> Option<Date> {
    let person = city.person(row.person);
    let born = person.birth;
    if row.birth == BirthForm::Plain {
        return Some(born);
    }
    let mut random = row.random(city.setting.seed, 5);
    let (year, month, day) = born.ymd();
    match row.birth {
        BirthForm::Blank => None,
        BirthForm::Lunar => Some(Date(born.days() - random.between(18, 49))),
        BirthForm::Day => Some(Date(born.days() + random.one(&[-10, -1, 1, 10]))),
        BirthForm::Year => {
            let shift = random.one(&[-10, -2, -1, -1, 1, 1, 2]);
            Date::from_ymd(year + shift, month, day.min(28))
        }
        BirthForm::DayMonth => Date::from_ymd(year, day, month),
        BirthForm::Former => CitizenNumber::from_body(person.former).map(CitizenNumber::birth),
        BirthForm::Plain => Some(born),
    }
    .map(|date| if date > city.setting.as_of { born } else { date })
}
