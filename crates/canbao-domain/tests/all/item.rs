//! Items: each column and field has one, the file is checked as a whole, values are held against it.

use std::collections::BTreeSet;

use canbao_domain::rules::{Item as Counted, Rules};
use canbao_domain::source::{Field, SourceKind};
use canbao_domain::standard::{
    self, Form, Items, Record, Standard, StandardError, Unknowns, Verdict, Wins, check, items,
};

const PERSONS: &str = "person_key, person_id, certificate_type, certificate, name, sex, birth_date, ethnic, hukou, \
    household, relation, county, town, village, address, phone, population, life, pension, medical, pension_schemes, \
    medical_schemes, subsistence, disability, category, reasons";
const ENROLMENTS: &str = "person_key, source, row, scheme, status, benefit, unit_code, unit_name, pooling_area, since";
const UNITS: &str = "credit_code, registration_number, name, type, address, county, registered, insured, \
    insured_people, category";
const FINDINGS: &str = "kind, person_key, person_id, credit_code, source, row, other_source, other_row, detail";

fn text() -> String {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/standard/items.toml");
    std::fs::read_to_string(path).unwrap()
}

#[test]
fn every_column_and_every_field_has_its_item() {
    let columns = [
        (Record::Person, PERSONS),
        (Record::Enrolment, ENROLMENTS),
        (Record::Employer, UNITS),
        (Record::Finding, FINDINGS),
    ];
    for (record, columns) in columns {
        for column in columns.split(", ").map(str::trim) {
            assert!(items().get(record, column).is_some(), "{}.{column}", record.as_str());
        }
    }
    for field in Field::ALL {
        assert!(items().fed_by(field).next().is_some(), "{field}");
    }
    assert_eq!(items().of(Record::Household).next().unwrap().field(), "household");
}

#[test]
fn what_is_personal_in_an_extract_is_personal_in_a_record() {
    for item in items().of(Record::Person) {
        let personal = item.from().iter().any(|field| field.is_personal());
        assert_eq!(item.personal(), personal, "{}", item.field());
    }
    // an employer's name and address are public
    assert!(items().of(Record::Employer).all(|item| !item.personal()));
}

#[test]
fn what_counts_is_what_the_rules_ask_for() {
    let rules = Rules::embedded();
    let person = |field: &str| items().get(Record::Person, field).unwrap().counts();
    let counted = rules.counts(SourceKind::HouseholdRegister);
    for (item, field) in [
        (Counted::Number, "number"),
        (Counted::Name, "name"),
        (Counted::Sex, "sex"),
        (Counted::BirthDate, "birth_date"),
        (Counted::Village, "village"),
    ] {
        assert_eq!(person(field), counted.contains(item), "{field}");
    }
    assert!(items().get(Record::Enrolment, "status").unwrap().counts());
    assert!(rules.counts(SourceKind::EmployeePension).contains(Counted::Status));
    assert!(!person("phone") && !person("ethnic"));
}

#[test]
fn the_agency_decides_enrolment_and_nobody_what_is_computed() {
    for field in ["scheme", "status", "benefit", "unit_code", "unit_name", "pooling_area", "since"] {
        let item = items().get(Record::Enrolment, field).unwrap();
        assert_eq!((item.wins(), item.owner()), (Wins::Agency, "agency"), "{field}");
    }
    for field in ["pension", "medical", "category", "reasons", "county", "town", "population", "life"] {
        assert_eq!(items().get(Record::Person, field).unwrap().wins(), Wins::Derived, "{field}");
    }
    for item in items().all() {
        assert_eq!(item.owner() == "system", item.wins() == Wins::Derived, "{}", item.field());
        assert!(item.definition().ends_with('。') && !item.name().is_ascii(), "{}", item.field());
    }
}

#[test]
fn elements_groups_owners_and_kinds_hold_together() {
    let mut elements = BTreeSet::new();
    for item in items().all().iter().filter(|item| item.record() != Record::Household) {
        if let Some(element) = item.element() {
            assert!(element.len() == 6 && element.starts_with('A'), "{element}");
            assert!(elements.insert((item.record(), element)), "{element} is two items of a record");
        }
    }
    assert_eq!(items().get(Record::Person, "person_id").unwrap().element(), Some("AAC002"));
    assert_eq!(items().get(Record::Person, "name").unwrap().element(), Some("AAC003"));
    for group in items().groups() {
        assert!(items().in_group(group.code()).count() > 0, "{}", group.code());
    }
    let owned: Vec<_> = items().owners().iter().flat_map(|owner| owner.sources()).collect();
    assert_eq!(owned.len(), SourceKind::ALL.len());
    assert_eq!(owned.iter().collect::<BTreeSet<_>>().len(), SourceKind::ALL.len());
}

#[test]
fn a_wrong_file_is_refused_with_the_place_and_what_to_do() {
    let refused = |from: &str, to: &str| {
        let text = text();
        assert!(text.contains(from), "{from}");
        let error = Standard::with([("items.toml", text.replacen(from, to, 1).as_str())]).unwrap_err();
        assert!(error.to_string().starts_with("items.toml") && !error.hint().is_empty(), "{error}");
        error
    };
    let word = |error: StandardError| match error {
        StandardError::Word { key, word, place, .. } => (key, word, place),
        other => ("", String::new(), other.to_string()),
    };
    assert_eq!(word(refused("table = \"sexes\"", "table = \"sex\"")).0, "table");
    assert_eq!(word(refused("owner = \"police\"", "owner = \"army\"")).1, "army");
    assert_eq!(word(refused("group = \"basic\"", "group = \"base\"")).0, "group");
    assert_eq!(word(refused("wins = \"derived\"", "wins = \"mine\"")).0, "wins");
    assert_eq!(word(refused("checks = [\"birth-date\"]", "checks = [\"birthday\"]")).2, "项目“birth_date”（出生日期）");
    assert_eq!(word(refused("type = \"flag\"", "type = \"bool\"")).0, "type");
    assert_eq!(word(refused("from = [\"status\"]", "from = [\"state\"]")).0, "from");
    assert!(matches!(refused("field = \"sex\"", "field = \"name\""), StandardError::Unsound { .. }));
    assert!(matches!(refused("type = \"code\"", "type = \"text\""), StandardError::Unsound { .. }));
    assert!(matches!(refused("valid_from = \"2016-01-01\"", "valid_from = \"x\""), StandardError::Date { .. }));
    assert!(matches!(refused("version = ", "edition = "), StandardError::Toml { .. }));
    assert!(matches!(refused("rule = \"citizen-number\"", "name2 = \"x\""), StandardError::Toml { .. }));
    assert_eq!(word(refused("rule = \"citizen-number\"", "rule = \"number\"")).0, "rule");
    let again = Standard::with([("items.toml", text().as_str())]).unwrap();
    assert_eq!(again.overridden(), ["items"]);
}

#[test]
fn a_table_of_the_citys_own_must_be_used_by_an_item() {
    let table = standard::uninsured_reasons().to_toml();
    let items = text().replace("table = \"uninsured_reasons\"", "table = \"our_reasons\"");
    let standard = Standard::with([("our_reasons.toml", table.as_str()), ("items.toml", items.as_str())]).unwrap();
    assert_eq!(standard.added(), ["our_reasons"]);
    let item = standard.items().get(Record::Person, "uninsured_reason").unwrap();
    assert!(matches!(standard.check(item, "在校生"), Verdict::Fine(Some(entry)) if entry.code() == "203"));
}

fn said(items: &'static Items, record: Record, field: &str, value: &str) -> String {
    match check(items.get(record, field).unwrap(), value) {
        Verdict::Fine(None) => "fine".to_owned(),
        Verdict::Fine(Some(entry)) => entry.code().to_owned(),
        Verdict::UnknownCode => "unknown".to_owned(),
        Verdict::Breaks(breach) => {
            assert!(!breach.chinese().is_empty());
            breach.code().to_owned()
        }
    }
}

#[test]
fn values_are_held_against_their_items() {
    use Record::{Employer, Enrolment, Person};
    for (record, field, value, expected) in [
        (Person, "sex", "女", "2"),
        (Person, "sex", "３", "unknown"),
        (Person, "sex", "", "fine"),
        (Person, "ethnic", "汉", "01"),
        (Person, "person_id", "11010519491231002X", "fine"),
        (Person, "person_id", "11010519491231002x", "fine"),
        (Person, "person_id", "110105194912310021", "citizen-number"),
        (Person, "person_id", "1101051949123100210", "width"),
        (Person, "birth_date", "1985-03-12", "fine"),
        (Person, "birth_date", "1785-03-12", "birth-date"),
        (Person, "birth_date", "去年", "date"),
        (Person, "phone", "13800000000", "fine"),
        (Person, "phone", "0915-3212345", "fine"),
        (Person, "phone", "138", "phone"),
        (Person, "village", "610902001003", "fine"),
        (Person, "village", "610902", "village-code"),
        (Person, "area_code", "610902", "fine"),
        (Person, "subsistence", "是", "fine"),
        (Person, "subsistence", "有", "flag"),
        (Person, "person_key", "0", "positive"),
        (Person, "person_key", "x", "number"),
        (Enrolment, "since", "2003-01", "fine"),
        (Enrolment, "since", "1903-01", "since"),
        (Enrolment, "status", "正常参保", "normal"),
        (Enrolment, "status", "7", "unknown"),
        (Employer, "type", "外星企业", "unknown"),
        (Employer, "credit_code", "不详", "credit-code"),
        (Employer, "insured_people", "-1", "count"),
    ] {
        assert_eq!(said(items(), record, field, value), expected, "{field} {value}");
    }
    // a shape's letters
    assert_eq!(items().all().iter().filter(|item| item.form() == Form::Code && item.width().is_none()).count(), 0);
}

#[test]
fn unknown_codes_are_counted_and_nothing_personal_is_kept() {
    let mut unknowns = Unknowns::default();
    let item = |field| items().get(Record::Person, field).unwrap();
    for value in ["7", " 7 ", "未填"] {
        unknowns.add(item("sex"), value);
    }
    unknowns.add(item("name"), "某某");
    // somebody's number in the column of the sex
    unknowns.add(item("sex"), "11010519491231002X");
    unknowns.add(item("sex"), "１１０１０５１９４９");
    unknowns.add(item("sex"), &"很长".repeat(20));
    let told: Vec<_> =
        unknowns.iter().map(|(_, field, value, count)| (field.to_owned(), value.map(str::to_owned), count)).collect();
    let expected = [("sex", None, 3), ("sex", Some("7"), 2), ("sex", Some("未填"), 1)]
        .map(|(f, v, c)| (f.to_owned(), v.map(str::to_owned), c));
    assert_eq!(told, expected);
    let mut other = Unknowns::default();
    other.add_many(item("sex"), "7", 5);
    for value in 0..2 * Unknowns::MOST {
        other.add(item("ethnic"), &format!("族{value}"));
    }
    let values = other.iter().filter(|(_, field, ..)| *field == "ethnic").count();
    assert_eq!(values, Unknowns::MOST + 1);
    unknowns.join(other);
    assert_eq!(unknowns.total(), 11 + 2 * Unknowns::MOST as u64);
    assert!(!unknowns.is_empty() && Unknowns::default().is_empty());
}
