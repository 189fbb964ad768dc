//! What is asked for is made, made again the same, or refused.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use canbao_synth::{Plan, SynthError, make};

fn plan(persons: u64, seed: u64, out: &Path) -> Plan {
    Plan { persons, seed, out: out.to_path_buf(), months: None }
}

/// Every file's bytes by its relative path.
fn contents(folder: &Path) -> BTreeMap<String, Vec<u8>> {
    let mut all = BTreeMap::new();
    let mut folders = vec![folder.to_path_buf()];
    while let Some(next) = folders.pop() {
        for entry in fs::read_dir(next).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else {
                let name = path.strip_prefix(folder).unwrap().to_string_lossy().into_owned();
                all.insert(name, fs::read(path).unwrap());
            }
        }
    }
    all
}

#[test]
fn the_same_seed_gives_the_same_bytes_and_another_seed_does_not() {
    let folder = tempfile::tempdir().unwrap();
    let [one, two, three] = ["one", "two", "three"].map(|name| folder.path().join(name));
    make(&plan(2000, 1, &one), &|_| ()).unwrap();
    make(&plan(2000, 1, &two), &|_| ()).unwrap();
    make(&plan(2000, 2, &three), &|_| ()).unwrap();
    let [one, two, three] = [one, two, three].map(|path| contents(&path));
    for (name, bytes) in &one {
        assert!(bytes == &two[name], "{name} differs");
    }
    assert_eq!(one.len(), two.len());
    let same = one.iter().filter(|(name, bytes)| three.get(*name) == Some(*bytes)).map(|(name, _)| name);
    assert_eq!(same.collect::<Vec<_>>(), ["city.toml", "regions.csv"]);
}

#[test]
fn a_city_is_replaced_whole_and_nothing_else_is() {
    let folder = tempfile::tempdir().unwrap();
    let out = folder.path().join("city");
    make(&plan(3000, 1, &out), &|_| ()).unwrap();
    fs::write(out.join("卫计/新农合/参合人员_stale.dbf"), b"stale").unwrap();
    make(&plan(1000, 1, &out), &|_| ()).unwrap();
    assert!(!out.join("卫计/新农合/参合人员_stale.dbf").exists());
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1, "nothing is left beside");

    let other = folder.path().join("letters");
    fs::create_dir(&other).unwrap();
    fs::write(other.join("letter.txt"), "dear").unwrap();
    let error = make(&plan(1000, 1, &other), &|_| ()).unwrap_err();
    assert!(matches!(error, SynthError::Occupied(_)) && error.hint().is_some());
    assert_eq!(contents(&other).len(), 1);
}

#[test]
fn plans_out_of_bounds_are_refused_before_anything_is_written() {
    let folder = tempfile::tempdir().unwrap();
    let out = folder.path().join("city");
    for persons in [0, 999, u64::MAX] {
        assert!(matches!(make(&plan(persons, 1, &out), &|_| ()), Err(SynthError::Persons { .. })));
    }
    let months = Plan { months: Some(0), ..plan(1000, 1, &out) };
    assert!(matches!(make(&months, &|_| ()), Err(SynthError::Months { .. })));
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 0);
}
