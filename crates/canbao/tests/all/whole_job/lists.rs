//! What is found, and who must be visited.

use std::collections::{BTreeMap, BTreeSet};

use crate::support::city::big;
use crate::support::score::Score;
use crate::support::table::{Row, Table};

/// What stands for a person without a number: the run's key, in the truth found by the person's rows.
struct Keys<'a> {
    of_row: BTreeMap<(&'a str, i64), &'a str>,
    of_person: BTreeMap<&'a str, &'a str>,
}

impl<'a> Keys<'a> {
    fn new(truth: &'a Table, links: &'a Table) -> Self {
        let of_row: BTreeMap<_, _> = links
            .rows()
            .filter_map(|link| Some(((link.text("source"), link.int("row")), link.get("person_key")?)))
            .collect();
        let of_person = truth.rows().filter_map(|row| {
            let key = of_row.get(&(row.text("source"), row.int("row")))?;
            Some((row.get("person")?, *key))
        });
        Self { of_person: of_person.collect(), of_row }
    }

    /// A person of the truth: by number, by the row that is named, or by any row.
    fn wanted(&self, row: Row<'_>) -> String {
        if let Some(id) = row.get("person_id") {
            return id.to_owned();
        }
        let by_row = || self.of_row.get(&(row.get("source")?, row.int("row")));
        let by_person = || self.of_person.get(row.get("person")?);
        by_row().or_else(by_person).map_or_else(|| place(row), |key| format!("key {key}"))
    }

    /// A person of the run.
    fn got(row: Row<'_>) -> String {
        let key = || row.get("person_key").map(|key| format!("key {key}"));
        row.get("person_id").map(str::to_owned).or_else(key).unwrap_or_else(|| place(row))
    }
}

/// Where a row stands.
fn place(row: Row<'_>) -> String {
    format!("{} {}", row.get("source").unwrap_or("nowhere"), row.get("row").unwrap_or("nowhere"))
}

const OF_PERSONS: [&str; 8] = [
    "duplicate-pension",
    "duplicate-medical",
    "duplicate-benefit",
    "deceased-enrolled",
    "moved-out-enrolled",
    "several-numbers",
    "shared-number",
    "assisted-uninsured",
];
const OF_ROWS: [&str; 8] = [
    "duplicate-row",
    "number-of-another",
    "name-differs",
    "birth-differs",
    "sex-differs",
    "field-missing",
    "row-unresolved",
    "row-rejected",
];
const OF_EMPLOYERS: [&str; 2] = ["unit-uninsured", "unit-unregistered"];

#[test]
fn every_kind_of_finding_is_found_and_few_are_not_there() {
    let city = big();
    let (truth, found) = (city.truth("findings"), city.table("findings"));
    let (rows, links) = (city.truth("rows"), city.table("links"));
    let keys = Keys::new(&rows, &links);
    let every: Vec<&str> = [&OF_PERSONS[..], &OF_ROWS, &OF_EMPLOYERS].concat();
    assert_eq!(truth.distinct("kind"), every.iter().copied().collect(), "the city does not hold every kind");
    let employer = |row: Row<'_>| row.get("credit_code").map_or_else(|| place(row), str::to_owned);
    let mut bad = Vec::new();
    for kind in every {
        let [got, wanted] = [&found, &truth].map(|table| table.rows().filter(move |row| row.text("kind") == kind));
        let score = if OF_PERSONS.contains(&kind) {
            Score::of(got.map(Keys::got), wanted.map(|row| keys.wanted(row)))
        } else if OF_ROWS.contains(&kind) {
            Score::of(got.map(place), wanted.map(place))
        } else {
            Score::of(got.map(employer), wanted.map(employer))
        };
        let least = if kind == "duplicate-pension" || kind == "duplicate-medical" { 0.995 } else { 0.95 };
        if score.f1() < least {
            bad.push(format!("{kind}: {score}"));
        }
    }
    assert!(bad.is_empty(), "{}", bad.join("\n"));
}

#[test]
fn exactly_those_who_must_be_visited_are_on_the_list() {
    let city = big();
    let (truth, survey) = (city.truth("survey"), city.table("survey"));
    let (rows, links) = (city.truth("rows"), city.table("links"));
    let keys = Keys::new(&rows, &links);
    let listed: BTreeSet<String> =
        survey.rows().map(|row| format!("{:?} {}", row.get("person_key"), place(row))).collect();
    assert_eq!(listed.len(), survey.len(), "somebody is on the list twice");
    let score = Score::of(survey.rows().map(Keys::got), truth.rows().map(|row| keys.wanted(row)));
    assert!(score.precision() >= 0.998 && score.recall() >= 0.999, "survey: {score}");
}
