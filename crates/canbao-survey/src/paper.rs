//! The forms on paper: one PDF for a village, in the order of households, laid out from the definition.

use canbao_domain::date::Date;
use canbao_paper::print::{Pdf, Press, qr};
use canbao_paper::{About, PaperError};
use canbao_registry::area::Areas;
use canbao_registry::survey::{HouseholdSheet, Subject};
use serde_json::{Value as Json, json};

use crate::device;
use crate::form::Forms;
use crate::known::Cover;

/// The template that the program comes with; a city may bring its own.
pub const TEMPLATE: &str = include_str!("../paper/forms.typ");

/// What stands on every page.
#[derive(Clone, Debug)]
pub struct Heading<'a> {
    /// The village's code.
    pub village: &'a str,
    /// The areas of the day.
    pub areas: &'a Areas,
    /// Whose forms they are: 汉滨区全民参保登记办公室.
    pub office: &'a str,
    /// What the round is called; blank for several.
    pub round: &'a str,
    /// Until when.
    pub due: Option<&'a str>,
    /// The day on which they are printed.
    pub printed: Date,
    /// Blank forms behind each household, for who is on no list.
    pub blanks: usize,
}

/// Prints a village: each household's cover page and its people, then employers. Numbers and telephones stand whole; the code
/// holds the task's random key alone.
///
/// # Errors
/// Where the template, with these data, cannot be laid out.
pub fn print(
    press: &Press,
    template: &str,
    forms: &Forms,
    heading: &Heading<'_>,
    households: &[(HouseholdSheet, Vec<Subject>)],
    units: &[Subject],
) -> Result<Pdf, PaperError> {
    let definitions: serde_json::Map<String, Json> = forms.iter().map(|form| (form.id.clone(), json!(form))).collect();
    let areas = heading.areas;
    let chain = areas.chain(heading.village);
    let named = |level: &str| chain.iter().find(|(_, area)| area.level == level).map(|(_, area)| area.name.clone());
    let village = json!({
        "code": heading.village,
        "name": areas.get(heading.village).map(|area| area.name.clone()),
        "town": named("town"),
        "county": named("county"),
    });
    let title = forms.get("person").map_or_else(|| "全民参保登记表".to_owned(), |form| form.title.clone());
    let with = |households: Json, units: Json| {
        json!({
            "title": title, "village": village, "round": heading.round, "due": heading.due,
            "printed": heading.printed.to_string(), "office": heading.office, "forms": definitions,
            "households": households, "units": units,
        })
    };
    let task = |subject: &Subject, household: &str| -> Result<Json, PaperError> {
        let mut told = device::task(subject, household, areas, forms, "", heading.printed, Cover::Whole);
        put(&mut told, "qr", qr(&subject.task.mark)?.svg());
        Ok(told)
    };
    let mut parts = Vec::with_capacity(households.len() + units.len());
    for (sheet, subjects) in households {
        let mark = &sheet.household.mark;
        let mut told = device::household(sheet, "");
        let members: Result<Vec<Json>, PaperError> = subjects.iter().map(|subject| task(subject, mark)).collect();
        put(&mut told, "members", Json::Array(members?));
        put(&mut told, "qr", qr(mark)?.svg());
        put(&mut told, "blanks", heading.blanks);
        parts.push(with(json!([told]), json!([])));
    }
    for unit in units {
        parts.push(with(json!([]), json!([task(unit, "")?])));
    }
    if parts.is_empty() {
        parts.push(with(json!([]), json!([])));
    }
    let (year, month, day) = heading.printed.ymd();
    let about = About {
        title: format!("{title} {}", areas.full_name(heading.village)),
        author: heading.office.to_owned(),
        date: (u16::try_from(year).unwrap_or(1900), u8::try_from(month).unwrap_or(1), u8::try_from(day).unwrap_or(1)),
    };
    press.print_parts(template, &parts, &[], &about)
}

fn put(told: &mut Json, name: &str, value: impl Into<Json>) {
    if let Some(told) = told.as_object_mut() {
        told.insert(name.to_owned(), value.into());
    }
}
