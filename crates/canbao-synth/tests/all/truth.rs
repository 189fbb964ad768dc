//! The truth closes, and its words mean what the scoring tool takes them for.

use std::collections::{HashMap, HashSet};

use canbao_domain::number::read_number;

use crate::city::{PERSONS, SAMPLE, table};

const READABLE: [&str; 8] = [
    "none",
    "id_lowercase_x",
    "id_fullwidth",
    "id_spaces",
    "id_15",
    "name_spaces",
    "name_homophone",
    "name_missing_char",
];

#[test]
fn each_row_of_the_files_stands_once_in_the_truth_and_no_other() {
    let truth: HashSet<(&str, i64)> = SAMPLE.truth.iter().map(|row| (row.source.as_str(), row.row)).collect();
    let files: HashSet<(&str, i64)> = SAMPLE.lines.iter().map(|line| (line.source.as_str(), line.row)).collect();
    assert_eq!(truth.len(), SAMPLE.truth.len());
    assert_eq!(SAMPLE.made.rows, truth.len() as u64);
    assert!(truth == files);
}

#[test]
fn every_number_of_a_person_satisfies_the_standard() {
    let persons = table(&SAMPLE.path.join("truth/persons.parquet"));
    assert!(persons.len() as u64 > PERSONS);
    let weights = [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2, 1];
    for id in persons.iter().filter_map(|person| person["person_id"].as_ref()) {
        let digits = id.chars().map(|letter| if letter == 'X' { 10 } else { letter.to_digit(10).unwrap() });
        let sum: u32 = digits.zip(weights).map(|(digit, weight)| digit * weight).sum();
        assert!(id.len() == 18 && sum % 11 == 1, "{id}");
    }
}

#[test]
fn the_label_says_whether_the_number_can_be_read() {
    let lines: HashMap<(&str, i64), &str> =
        SAMPLE.lines.iter().map(|line| ((line.source.as_str(), line.row), line.number.as_str())).collect();
    let mut seen = HashSet::new();
    for row in SAMPLE.truth.iter().filter(|row| row.damage != "rejected") {
        let written = lines[&(row.source.as_str(), row.row)];
        let read = read_number(written, None).number.map(|number| String::from_utf8(number.bytes().to_vec()).unwrap());
        let readable = READABLE.contains(&row.damage.as_str());
        assert_eq!(readable, row.person_id.is_some() && read == row.person_id, "{row:?} {written}");
        // what another number reads as is a relative's or a former one
        if !readable && read.is_some() {
            assert!(["id_relative", "id_former"].contains(&row.damage.as_str()), "{row:?} {written}");
        }
        seen.insert(row.damage.as_str());
    }
    for damage in [
        "id_one_digit",
        "id_swap",
        "id_missing",
        "id_float",
        "id_exponent",
        "id_check_only",
        "id_two_digits",
        "id_birth_part",
        "id_area_part",
        "id_length",
        "id_relative",
        "id_former",
        "name_and_id_digit",
        "nothing_left",
        "other_certificate",
    ] {
        assert!(seen.contains(damage), "no row with {damage}");
    }
    assert!(READABLE.iter().all(|damage| seen.contains(damage)));
}

#[test]
fn placeholders_stand_on_many_rows_and_name_nobody() {
    let mut times: HashMap<&str, usize> = HashMap::new();
    for line in &SAMPLE.lines {
        *times.entry(line.number.trim()).or_default() += 1;
    }
    assert!(times["000000000000000000"] > 10 && times["无"] > 10);
}

#[test]
fn nobody_is_known_by_rows_that_say_nothing() {
    let mut by_person: HashMap<&str, bool> = HashMap::new();
    for row in &SAMPLE.truth {
        if let Some(id) = &row.person_id {
            *by_person.entry(id).or_default() |= READABLE.contains(&row.damage.as_str());
        }
    }
    assert!(by_person.values().all(|&intact| intact), "a number that stands nowhere intact");
}

#[test]
fn people_are_of_all_ages_and_families_share_a_household() {
    let persons = table(&SAMPLE.path.join("truth/persons.parquet"));
    let ages: Vec<i32> = persons.iter().map(|person| person["age"].as_ref().unwrap().parse().unwrap()).collect();
    let share =
        |from: i32, to: i32| ages.iter().filter(|age| (from..to).contains(*age)).count() as f64 / ages.len() as f64;
    for (from, to, least, most) in
        [(0, 15, 0.10, 0.22), (15, 60, 0.55, 0.75), (60, 80, 0.12, 0.24), (80, 200, 0.005, 0.04)]
    {
        let share = share(from, to);
        assert!((least..most).contains(&share), "{from} to {to}: {share}");
    }
    let villages: HashSet<_> = persons.iter().map(|person| person["village"].clone()).collect();
    assert!(villages.len() > 1800);
}
