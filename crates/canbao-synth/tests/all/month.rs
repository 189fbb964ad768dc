//! Months pass, and people stay who they are.

use std::collections::HashMap;
use std::fs;
use std::path::Path;

use canbao_synth::{Plan, make};

use crate::city::table;
use crate::file::lines;

/// Number, alive, age of each person, by the generator's key.
fn people(city: &Path) -> HashMap<String, (Option<String>, bool, i32)> {
    let persons = table(&city.join("truth/persons.parquet"));
    let one = |person: &HashMap<String, Option<String>>| {
        let alive = person["alive"].as_deref() == Some("true");
        let age = person["age"].as_ref().unwrap().parse().unwrap();
        (person["person"].clone().unwrap(), (person["person_id"].clone(), alive, age))
    };
    persons.iter().map(one).collect()
}

#[test]
fn identity_stays_while_people_are_born_die_and_change_schemes() {
    let folder = tempfile::tempdir().unwrap();
    let out = folder.path().join("months");
    let plan = Plan { persons: 6000, seed: 3, out: out.clone(), months: Some(3) };
    let made = make(&plan, &|_| ()).unwrap();
    assert_eq!(made.cities, 3);
    let cities = ["2016-11", "2016-12", "2017-01"].map(|month| out.join(month));
    for (city, day) in cities.iter().zip(["2016-11-01", "2016-12-01", "2017-01-01"]) {
        let config = fs::read_to_string(city.join("city.toml")).unwrap();
        assert!(config.contains(&format!("as_of = \"{day}\"")));
    }
    let [first, _, last] = [0, 1, 2].map(|month| people(&cities[month]));
    let born = last.iter().filter(|(key, person)| !first.contains_key(*key) && person.2 < 1).count();
    let died = first.iter().filter(|(key, person)| person.1 && !last[*key].1).count();
    let older = first.iter().filter(|(key, person)| last[*key].2 > person.2).count();
    let revived = first.iter().filter(|(key, person)| !person.1 && last[*key].1).count();
    assert!(born > 0 && died > 0 && older > 100 && revived == 0, "{born} {died} {older} {revived}");
    let renumbered = first.iter().filter(|(key, person)| person.0.is_some() && last[*key].0 != person.0).count();
    assert!(renumbered <= 4, "only where the police corrected a number: {renumbered}");

    // most rows are written as they were last month: the slips of the pen too
    let text = |city: &Path| {
        let mut all: Vec<String> = lines(city)
            .into_iter()
            .map(|line| format!("{}|{}|{}|{}", line.source, line.number, line.name, line.birth))
            .collect();
        all.sort();
        all
    };
    let [one, two] = [text(&cities[0]), text(&cities[1])];
    let kept = one.iter().filter(|line| two.binary_search(line).is_ok()).count();
    assert!(kept as f64 > 0.99 * one.len() as f64, "{kept} of {}", one.len());
    assert_ne!(one, two);
}
