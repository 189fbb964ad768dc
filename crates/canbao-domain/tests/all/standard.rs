use std::collections::BTreeMap;

use canbao_domain::Sex;
use canbao_domain::rules::{Reason, ReasonSet};
use canbao_domain::standard::certificate::{self, Certificate};
use canbao_domain::standard::{self, tables};

#[test]
fn every_table_reads_and_says_one_thing() {
    for table in tables() {
        let name = table.name();
        assert!(!table.entries().is_empty() && !table.title().is_ascii() && !table.standard().is_empty(), "{name}");
        let mut meaning = BTreeMap::new();
        for entry in table.entries() {
            assert!(!entry.code().is_empty() && !entry.name().is_empty(), "{name}");
            for text in entry.written() {
                let text = text.to_uppercase();
                assert_eq!(
                    *meaning.entry(text.clone()).or_insert(entry.code()),
                    entry.code(),
                    "{name}: {text} means two things"
                );
                assert_eq!(table.find(&text).unwrap().code(), entry.code(), "{name}: {text}");
            }
            assert_eq!(table.get(entry.code()).unwrap().name(), entry.name());
        }
        assert!(table.find("").is_none() && table.find("没有这个").is_none() && table.get("没有这个").is_none());
    }
}

#[test]
fn files_beside_the_tables_are_all_in_use() {
    let mut known: Vec<_> = tables().iter().map(|table| format!("{}.toml", table.name())).collect();
    known.extend(
        ["items.toml", "deliveries.toml", "certificate_shapes.toml", "placeholders.toml", "rules.toml"]
            .map(str::to_owned),
    );
    let mut found: Vec<_> = std::fs::read_dir(concat!(env!("CARGO_MANIFEST_DIR"), "/standard"))
        .unwrap()
        .map(|file| file.unwrap().file_name().into_string().unwrap())
        .collect();
    known.sort();
    found.sort();
    assert_eq!(known, found);
}

#[test]
fn sexes() {
    for (text, sex) in [
        ("1", Sex::Male),
        ("男", Sex::Male),
        (" 男 性", Sex::Male),
        ("２", Sex::Female),
        ("女", Sex::Female),
        ("f", Sex::Female),
        ("0", Sex::Unknown),
        ("9", Sex::Unstated),
        ("未说明", Sex::Unstated),
    ] {
        assert_eq!(Sex::read(text), Some(sex), "{text}");
        assert_eq!((Sex::from_code(sex.code()), sex.as_str().parse()), (Some(sex), Ok(sex.code())));
    }
    for text in ["", "3", "男女", "妈"] {
        assert_eq!(Sex::read(text), None, "{text}");
    }
    assert_eq!(Sex::from_code(3), None);
}

#[test]
fn ethnic_groups_are_fifty_six_and_two() {
    let table = standard::ethnic_groups();
    assert_eq!(table.entries().len(), 58);
    for (text, code) in [
        ("汉", "01"),
        ("汉族", "01"),
        ("1", "01"),
        ("01", "01"),
        ("回族", "03"),
        ("基诺", "56"),
        ("乌孜别克族", "43"),
        ("97", "97"),
    ] {
        assert_eq!(table.find(text).unwrap().code(), code, "{text}");
    }
}

#[test]
fn every_reason_has_a_text_and_every_text_a_reason() {
    let table = standard::reasons();
    assert_eq!(table.entries().len(), Reason::ALL.len());
    let mut all = ReasonSet::EMPTY;
    for reason in Reason::ALL {
        assert_eq!(reason.chinese(), table.get(reason.code()).unwrap().name());
        assert_eq!(Reason::from_code(reason.code()), Some(*reason));
        all.insert(*reason);
    }
    assert_eq!(all.iter().collect::<Vec<_>>(), table.entries().iter().map(|entry| entry.code()).collect::<Vec<_>>());
    assert_eq!(ReasonSet::from_bits(all.bits()), all);
    assert_eq!(ReasonSet::from_bits(u32::MAX), all);
}

#[test]
fn certificates() {
    for (text, code, carries) in [
        ("01", "01", Certificate::Citizen),
        ("1", "01", Certificate::Citizen),
        ("居民身份证", "01", Certificate::Citizen),
        ("居民身份证（户口簿）", "01", Certificate::Citizen),
        ("０１", "01", Certificate::Citizen),
        ("残疾人证", "09", Certificate::Citizen),
        ("护照", "08", Certificate::Other),
        ("军 官 证", "02", Certificate::Other),
    ] {
        let found = certificate::find(text).unwrap();
        assert_eq!((found.code(), found.carries(), certificate::read(text)), (code, carries, carries), "{text}");
    }
    for text in ["", " ", "某种证件", "99"] {
        assert_eq!(certificate::read(text), Certificate::Unstated, "{text}");
    }
    assert!(certificate::types().iter().all(|kind| !kind.name().is_ascii()));
}
