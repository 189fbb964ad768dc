//! `summary.json`.

use std::collections::BTreeMap;

use canbao_run::{AreaCounts, Input, RunError, RunWriter, SourceCounts, Stage, Summary, sha256};

fn balanced() -> Summary {
    Summary {
        version: "0.1.0".to_owned(),
        as_of: "2016-11-01".to_owned(),
        inputs: vec![Input { path: "人社/a.csv".to_owned(), sha256: "0".repeat(64) }],
        sources: BTreeMap::from([(
            "elsewhere".to_owned(),
            SourceCounts {
                rows: 36,
                exact: 1,
                normalised: 2,
                upgraded: 3,
                corrected: 4,
                matched: 5,
                decided: 6,
                unresolved: 7,
                rejected: 8,
            },
        )]),
        kinds: BTreeMap::from([("elsewhere".to_owned(), "elsewhere".to_owned())]),
        areas: BTreeMap::from([(
            "610902".to_owned(),
            AreaCounts { population: 15, confirmed: 1, uninsured: 2, partial: 3, interrupted: 4, information: 5 },
        )]),
        findings: BTreeMap::from([("name-differs".to_owned(), 3), ("birth-differs".to_owned(), 4)]),
        units: BTreeMap::from([("confirmed".to_owned(), 2)]),
        stages: vec![Stage { name: "read".to_owned(), rows: 36, seconds: 0.5 }],
    }
}

#[test]
fn keys_stand_in_order_and_come_back() {
    let summary = balanced();
    summary.check().unwrap();
    let text = summary.to_json().unwrap();
    let at = |key: &str| text.find(&format!("\"{key}\"")).unwrap();
    let order = [
        "version",
        "as_of",
        "inputs",
        "sources",
        "areas",
        "findings",
        "birth-differs",
        "name-differs",
        "units",
        "stages",
    ];
    assert!(order.windows(2).all(|pair| at(pair[0]) < at(pair[1])));
    assert!(text.ends_with("}\n"));
    assert_eq!(serde_json::from_str::<Summary>(&text).unwrap(), summary);
}

#[test]
fn other_keys_beside_ours_do_no_harm() {
    let text = balanced().to_json().unwrap().replacen('{', "{\"more\": [1],", 1);
    assert_eq!(serde_json::from_str::<Summary>(&text).unwrap(), balanced());
}

#[test]
fn counts_that_do_not_close_are_refused_and_nothing_appears() {
    let mut source = balanced();
    source.sources.get_mut("elsewhere").unwrap().matched += 1;
    let mut area = balanced();
    area.areas.get_mut("610902").unwrap().population -= 1;
    for (summary, name) in [(source, "elsewhere"), (area, "610902")] {
        let dir = tempfile::tempdir().unwrap();
        let error = RunWriter::create(&dir.path().join("run")).unwrap().finish(&summary).unwrap_err();
        assert!(matches!(&error, RunError::Unbalanced(text) if text.contains(name)), "{error}");
        assert_eq!(std::fs::read_dir(dir.path()).unwrap().count(), 0);
    }
}

#[test]
fn the_fingerprint_is_the_published_one() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("a");
    std::fs::write(&path, "abc").unwrap();
    // FIPS 180-2, appendix B.1
    assert_eq!(sha256(&path).unwrap(), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    std::fs::write(&path, vec![b'a'; 1_000_000]).unwrap();
    // FIPS 180-2, appendix B.3
    assert_eq!(sha256(&path).unwrap(), "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0");
    assert!(matches!(sha256(&dir.path().join("none")), Err(RunError::Io { .. })));
}
