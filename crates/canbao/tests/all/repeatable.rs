//! The same input gives the same bytes.

use crate::support::city::{compare, invent, small};
use crate::support::folder::{contents, copy, fresh};

#[test]
fn two_runs_differ_in_their_times_alone() {
    let city = small();
    let folder = fresh("repeatable");
    copy(&city.city, &folder.join("city"));
    compare(&folder, "again", &["--no-workbooks", "--workers", "1"]);
    compare(&folder, "tight", &["--no-workbooks", "--workers", "3", "--memory-limit", "600MB"]);
    let mut first = contents(&city.run);
    let summary = without_times(&first.remove("summary.json").unwrap());
    for name in ["again", "tight"] {
        let mut other = contents(&folder.join(name));
        assert_eq!(without_times(&other.remove("summary.json").unwrap()), summary, "{name}");
        assert_eq!(first.keys().collect::<Vec<_>>(), other.keys().collect::<Vec<_>>(), "{name}");
        for (file, bytes) in &first {
            assert!(*bytes == other[file], "{file} of the run {name} differs");
        }
    }
}

fn without_times(summary: &[u8]) -> serde_json::Value {
    let mut summary: serde_json::Value = serde_json::from_slice(summary).unwrap();
    for stage in summary["stages"].as_array_mut().unwrap() {
        stage["seconds"] = 0.into();
    }
    summary
}

#[test]
fn the_same_seed_gives_the_same_city_and_another_seed_another() {
    let folders = ["seed-a", "seed-b", "seed-c"].map(fresh);
    let cities = [(0, 3), (1, 3), (2, 4)].map(|(at, seed)| contents(&invent(&folders[at], 1_000, seed)));
    assert_eq!(cities[0].keys().collect::<Vec<_>>(), cities[1].keys().collect::<Vec<_>>());
    for (name, bytes) in &cities[0] {
        assert!(*bytes == cities[1][name], "{name} differs between two cities of one seed");
    }
    assert!(cities[0]["truth/persons.parquet"] != cities[2]["truth/persons.parquet"]);
}
