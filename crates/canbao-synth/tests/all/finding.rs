//! Findings and states computed again from the files as written, with only whose each row is taken from the truth.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use canbao_domain::date::Date;

use crate::city::{SAMPLE, TruthRow, table};
use crate::file::Line;

type Keys = BTreeSet<String>;

/// The findings of a kind, as `person` or `source row`.
fn said(kind: &str) -> Keys {
    let findings = table(&SAMPLE.path.join("truth/findings.parquet"));
    let of_kind = findings.into_iter().filter(|finding| finding["kind"].as_deref() == Some(kind));
    of_kind
        .map(|finding| match (&finding["row"], &finding["person"]) {
            (Some(row), _) => format!("{} {row}", finding["source"].as_ref().unwrap()),
            (None, person) => person.clone().unwrap(),
        })
        .collect()
}

fn insurance(source: &str) -> Option<&'static str> {
    match source.rsplit_once('-') {
        Some((_, "pension")) => Some("pension"),
        Some((_, "medical")) => Some("medical"),
        _ => None,
    }
}

fn is_live(line: &Line) -> bool {
    line.benefit == "领取" || ["正常参保", "正常参合", "正常", "参保缴费", "退休", "1"].contains(&line.status.as_str())
}

fn county(line: &Line) -> String {
    let code = if line.pool.is_empty() { &line.village } else { &line.pool };
    code.chars().take(6).collect()
}

/// Each person's rows: those whose owner the truth knows.
fn by_person() -> BTreeMap<i64, Vec<(&'static Line, &'static TruthRow)>> {
    let truth: HashMap<(&str, i64), &TruthRow> =
        SAMPLE.truth.iter().map(|row| ((row.source.as_str(), row.row), row)).collect();
    let mut people: BTreeMap<i64, Vec<_>> = BTreeMap::new();
    for line in &SAMPLE.lines {
        let row = truth[&(line.source.as_str(), line.row)];
        if let Some(person) = row.person {
            people.entry(person).or_default().push((line, row));
        }
    }
    people
}

fn key(line: &Line) -> String {
    format!("{} {}", line.source, line.row)
}

#[test]
fn duplicates_of_people() {
    for insured in ["pension", "medical"] {
        let mut computed = Keys::new();
        for (person, rows) in by_person() {
            let live: BTreeSet<(String, String)> = rows
                .iter()
                .filter(|(line, _)| insurance(&line.source) == Some(insured) && is_live(line))
                .map(|(line, _)| (line.source.clone(), county(line)))
                .collect();
            let schemes: BTreeSet<&str> = live.iter().map(|(source, _)| source.as_str()).collect();
            let pools = schemes
                .iter()
                .map(|scheme| live.iter().filter(|(source, pool)| source == scheme && !pool.is_empty()).count());
            if schemes.len() > 1 || pools.max().unwrap_or(0) > 1 {
                computed.insert(person.to_string());
            }
        }
        assert!(computed.len() > 20);
        assert_eq!(computed, said(&format!("duplicate-{insured}")));
    }
}

#[test]
fn double_benefits() {
    let mut computed = Keys::new();
    for (person, rows) in by_person() {
        let drawn = rows.iter().filter(|(line, _)| line.benefit == "领取");
        let places: BTreeSet<(&str, String)> = drawn
            .map(|(line, _)| (line.source.as_str(), county(line)))
            .filter(|(source, pool)| !pool.is_empty() || *source == "institution-pension")
            .collect();
        if places.len() > 1 {
            computed.insert(person.to_string());
        }
    }
    assert!(computed.len() > 5);
    assert_eq!(computed, said("duplicate-benefit"));
}

#[test]
fn the_dead_and_the_departed_who_are_still_enrolled() {
    for (state, kind) in [("死亡注销", "deceased-enrolled"), ("迁出注销", "moved-out-enrolled")] {
        let mut computed = Keys::new();
        for (person, rows) in by_person() {
            let gone = rows.iter().any(|(line, _)| line.source == "household-register" && line.status == state);
            let live = rows.iter().any(|(line, _)| insurance(&line.source).is_some() && is_live(line));
            if gone && live {
                computed.insert(person.to_string());
            }
        }
        assert!(computed.len() > 5, "{kind}");
        assert_eq!(computed, said(kind));
    }
}

#[test]
fn repeated_rows() {
    let mut computed = Keys::new();
    for rows in by_person().values() {
        let mut earlier: Vec<&Line> = Vec::new();
        let mut rows: Vec<&Line> = rows.iter().map(|(line, _)| *line).collect();
        rows.sort_by_key(|line| line.row);
        for line in rows {
            let pooled = insurance(&line.source).is_some() || !line.pool.is_empty();
            let again = earlier.iter().any(|other| {
                let (one, two) = (county(other), county(line));
                let apart = pooled && !one.is_empty() && !two.is_empty() && one != two;
                other.source == line.source && other.scheme == line.scheme && !apart
            });
            if again {
                computed.insert(key(line));
            }
            earlier.push(line);
        }
    }
    assert!(computed.len() > 100);
    assert_eq!(computed, said("duplicate-row"));
}

#[test]
fn blank_items() {
    let placeholders = [
        "",
        "无",
        "0",
        "-",
        "000000000000000000",
        "111111111111111111",
        "111111111111111",
        "123456789012345678",
        "999999999999999999",
        "不详",
        "待补",
        "暂无",
        "610900000000000000",
    ];
    let mut computed = Keys::new();
    for line in SAMPLE.lines.iter().filter(|line| line.whole) {
        let number = placeholders.contains(&line.number.as_str());
        let name = ["", "无名", "不详", "未知", "待定"].contains(&line.name.as_str());
        let missing = match line.source.as_str() {
            "household-register" | "nonlocal-residents" => {
                number || name || line.sex.is_empty() || line.birth.is_empty() || line.village.is_empty()
            }
            "subsistence" | "disability" => false,
            _ => number || name || line.status.is_empty(),
        };
        if missing {
            computed.insert(key(line));
        }
    }
    assert!(computed.len() > 100);
    assert_eq!(computed, said("field-missing"));
}

#[test]
fn birth_dates_and_sexes_that_differ() {
    // whose number is readable says when they were born and of which sex
    let known: BTreeMap<i64, String> =
        SAMPLE.truth.iter().filter_map(|row| Some((row.person?, row.person_id.clone()?))).collect();
    let (mut births, mut sexes) = (Keys::new(), Keys::new());
    for (person, rows) in by_person() {
        let Some(id) = known.get(&person) else { continue };
        let born = Date::parse(&id[6..14]).unwrap();
        let male = id.as_bytes()[16] % 2 == 1;
        for (line, _) in rows {
            if !line.birth.is_empty() && Date::parse(&line.birth).unwrap() != born {
                births.insert(key(line));
            }
            if !line.sex.is_empty() && ["男", "1"].contains(&line.sex.as_str()) != male {
                sexes.insert(key(line));
            }
        }
    }
    assert!(births.len() > 100 && sexes.len() > 50);
    assert_eq!(births, said("birth-differs"));
    assert_eq!(sexes, said("sex-differs"));
}

/// A name without spaces, with one kind of middle dot.
fn fold(name: &str) -> String {
    let plain = |letter: char| match letter {
        '•' | '.' | '．' | '・' => '·',
        other => other,
    };
    name.chars().filter(|letter| !letter.is_whitespace()).map(plain).collect()
}

#[test]
fn names_that_differ() {
    // a person's name is the register's; where that is no whole name, the one that most other rows have
    let whole = |name: &str| {
        let odd = |letter: char| matches!(letter, '?' | '？' | '\u{E000}'..='\u{F8FF}');
        !name.is_empty() && !name.contains(odd)
    };
    let mut computed = Keys::new();
    for rows in by_person().values() {
        let registered = rows.iter().filter(|(line, _)| line.source == "household-register");
        let mut names: Vec<String> = registered.map(|(line, _)| fold(&line.name)).filter(|name| whole(name)).collect();
        if names.is_empty() {
            names = rows.iter().map(|(line, _)| fold(&line.name)).filter(|name| whole(name)).collect();
        }
        let times = |name: &String| names.iter().filter(|other| *other == name).count();
        let Some(name) = names.iter().max_by_key(|name| times(name)) else { continue };
        for (line, row) in rows {
            let folded = fold(&line.name);
            let blank = ["", "无名", "不详", "未知", "待定"].contains(&folded.as_str());
            let variant = row.detail.as_deref().is_some_and(|detail| detail.contains("name:Variant"));
            if !blank && !variant && &folded != name {
                computed.insert(key(line));
            }
        }
    }
    let said = said("name-differs");
    assert!(said.len() > 200);
    // between two rows that differ and no register, nobody can say which is right
    let apart = computed.symmetric_difference(&said).count();
    assert!(apart * 200 <= said.len(), "{apart} of {}", said.len());
}

#[test]
fn states_and_categories_of_people() {
    let persons = table(&SAMPLE.path.join("truth/persons.parquet"));
    let by_key: HashMap<i64, &HashMap<String, Option<String>>> =
        persons.iter().map(|person| (person["person"].as_ref().unwrap().parse().unwrap(), person)).collect();
    let mut survey = Keys::new();
    let mut assisted = Keys::new();
    for (person, rows) in by_person() {
        let truth = by_key[&person];
        let age: i32 = truth["age"].as_ref().unwrap().parse().unwrap();
        let register = rows.iter().find(|(line, _)| line.source == "household-register");
        let present = rows.iter().any(|(line, _)| line.source == "nonlocal-residents")
            || register.is_some_and(|(line, _)| line.status == "正常");
        let state = |insured: &str, scheme: &str| {
            let here: Vec<_> = rows.iter().filter(|(line, _)| insurance(&line.source) == Some(insured)).collect();
            let has = |words: &[&str]| here.iter().any(|(line, _)| words.contains(&line.status.as_str()));
            if here.iter().any(|(line, _)| is_live(line)) {
                "enrolled"
            } else if rows.iter().any(|(line, _)| line.scheme.contains(scheme)) {
                "elsewhere"
            } else if has(&["暂停参保", "暂停参合", "暂停", "暂停缴费", "2"]) {
                "interrupted"
            } else if has(&["", "待核定", "异常", "9"]) {
                "unclear"
            } else if insured == "pension" && age < 16 {
                "not-required"
            } else {
                "none"
            }
        };
        let (pension, medical) = (state("pension", "养老"), state("medical", "医疗"));
        assert_eq!(truth["pension"].as_deref(), Some(pension), "{person}");
        assert_eq!(truth["medical"].as_deref(), Some(medical), "{person}");
        let lacks = pension == "none" || medical == "none";
        if present && (lacks || pension == "interrupted" || medical == "interrupted") {
            survey.insert(person.to_string());
        }
        let listed = rows.iter().any(|(line, _)| ["subsistence", "disability"].contains(&line.source.as_str()));
        if present && listed && lacks {
            assisted.insert(person.to_string());
        }
    }
    assert_eq!(assisted, said("assisted-uninsured"));
    let visits = table(&SAMPLE.path.join("truth/survey.parquet"));
    let category = |words: &'static [&str]| {
        let of = |visit: &&HashMap<String, Option<String>>| words.contains(&visit["category"].as_deref().unwrap());
        visits.iter().filter(of).filter_map(|visit| visit["person"].clone()).collect::<Keys>()
    };
    let numberless = category(&["information"]);
    let lacking: Keys = survey.difference(&numberless).cloned().collect();
    assert_eq!(lacking, category(&["uninsured", "partial", "interrupted"]));
    assert!(numberless.len() > 20);
}

#[test]
fn every_kind_of_finding_occurs() {
    let kinds = [
        "duplicate-pension",
        "duplicate-medical",
        "duplicate-benefit",
        "deceased-enrolled",
        "moved-out-enrolled",
        "several-numbers",
        "shared-number",
        "assisted-uninsured",
        "duplicate-row",
        "number-of-another",
        "name-differs",
        "birth-differs",
        "sex-differs",
        "field-missing",
        "row-unresolved",
        "row-rejected",
        "unit-uninsured",
        "unit-unregistered",
    ];
    let counted: BTreeMap<&str, u64> = SAMPLE.made.findings.iter().copied().collect();
    for kind in kinds {
        assert!(said(kind).len() > 3 || kind.starts_with("unit"), "{kind}");
        assert!(counted[kind] > 3, "{kind}");
    }
    assert_eq!(counted.len(), kinds.len());
}

#[test]
fn shared_and_several_numbers_stand_in_the_files() {
    let persons = table(&SAMPLE.path.join("truth/persons.parquet"));
    let mut owners: HashMap<String, Keys> = HashMap::new();
    for person in &persons {
        if let Some(id) = &person["person_id"] {
            owners.entry(id.clone()).or_default().insert(person["person"].clone().unwrap());
        }
    }
    let shared: Keys = owners.values().filter(|people| people.len() > 1).flatten().cloned().collect();
    assert_eq!(shared, said("shared-number"));
    // a former number is one and the same in all of the person's older sources, and nobody else's
    let lines: HashMap<(&str, i64), &Line> =
        SAMPLE.lines.iter().map(|line| ((line.source.as_str(), line.row), line)).collect();
    let mut former: BTreeMap<i64, Keys> = BTreeMap::new();
    for row in SAMPLE.truth.iter().filter(|row| row.damage == "id_former") {
        let number = lines[&(row.source.as_str(), row.row)].number.clone();
        assert!(!owners.contains_key(&number));
        former.entry(row.person.unwrap()).or_default().insert(number);
    }
    assert!(former.values().all(|numbers| numbers.len() == 1));
    assert_eq!(former.keys().map(i64::to_string).collect::<Keys>(), said("several-numbers"));
}
