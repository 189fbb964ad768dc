//! What is said of each person and employer.

use std::collections::{BTreeMap, BTreeSet};

use super::{POPULATION, READABLE};
use crate::support::city::big;
use crate::support::score::Score;
use crate::support::table::Row;

#[test]
fn pension_and_medical_states_are_right() {
    let city = big();
    let (rows, truth, persons) = (city.truth("rows"), city.truth("persons"), city.table("persons"));
    let known: BTreeSet<&str> = rows
        .rows()
        .filter(|row| READABLE.contains(&row.text("damage")))
        .filter_map(|row| row.get("person_id"))
        .collect();
    let mut told: BTreeMap<&str, Vec<Row<'_>>> = BTreeMap::new();
    for person in persons.rows() {
        if let Some(id) = person.get("person_id") {
            told.entry(id).or_default().push(person);
        }
    }
    for insurance in ["pension", "medical"] {
        let (mut right, mut all) = (0_u32, 0_u32);
        let mut lacking = Score::default();
        for person in truth.rows().filter(|p| p.is("alive") && p.is("in_population")) {
            let Some(id) = person.get("person_id").filter(|id| known.contains(id)) else {
                continue;
            };
            all += 1;
            let wanted = person.text(insurance);
            let said: Vec<&str> = told.get(id).into_iter().flatten().map(|row| row.text(insurance)).collect();
            // of two people who share a number each has a line
            let got = if said.contains(&wanted) { Some(wanted) } else { said.first().copied() };
            right += u32::from(got == Some(wanted));
            lacking.right += usize::from(wanted == "none" && got == Some("none"));
            lacking.wrong += usize::from(wanted != "none" && got == Some("none"));
            lacking.missed += usize::from(wanted == "none" && got != Some("none"));
        }
        let share = f64::from(right) / f64::from(all);
        assert!(share >= 0.9997, "{insurance}: {right} of {all} right ({share:.5})");
        // every wrong one is a family visited for nothing
        assert!(lacking.precision() >= 0.9985 && lacking.recall() >= 0.9995, "not in {insurance}: {lacking}");
    }
}

#[test]
fn employers_are_insured_or_not_as_they_are() {
    let city = big();
    let (truth, units) = (city.truth("units"), city.table("units"));
    let told: BTreeMap<&str, bool> =
        units.rows().filter_map(|row| Some((row.get("credit_code")?, row.is("insured")))).collect();
    let known: Vec<_> = truth.rows().filter(|row| row.get("credit_code").is_some()).collect();
    let right = known.iter().filter(|row| told.get(row.text("credit_code")) == Some(&row.is("insured"))).count();
    let share = right as f64 / known.len() as f64;
    assert!(share >= 0.9995, "{right} of {} employers right", known.len());
}

#[test]
fn nobody_is_invented() {
    let city = big();
    let (rows, persons) = (city.truth("rows"), city.table("persons"));
    let everybody: BTreeSet<&str> = rows
        .rows()
        .filter(|row| POPULATION.contains(&row.text("source")))
        .filter_map(|row| row.get("person_id"))
        .collect();
    let invented = persons
        .rows()
        .filter(|row| row.text("population") != "outside")
        .filter_map(|row| row.get("person_id"))
        .filter(|id| !everybody.contains(id))
        .count();
    assert!(invented <= 1, "{invented} people invented");
}
