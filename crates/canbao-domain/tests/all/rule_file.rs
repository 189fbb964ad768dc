use canbao_domain::code::{Benefit, Status};
use canbao_domain::date::Date;
use canbao_domain::rules::{Item, RowState, Rules, RulesError};
use canbao_domain::source::{Insurance, SourceKind};

const EMBEDDED: &str = include_str!("../../standard/rules.toml");

fn with(from: &str, to: &str) -> Result<Rules, RulesError> {
    let changed = EMBEDDED.replacen(from, to, 1);
    assert_ne!(changed, EMBEDDED, "{from} stands in the file");
    Rules::parse(&changed)
}

fn words(kind: SourceKind) -> Vec<&'static str> {
    Rules::embedded().counts(kind).iter().map(Item::as_str).collect()
}

#[test]
fn embedded() {
    let rules = Rules::embedded();
    assert_eq!(rules.valid_from().to_string(), "2016-01-01");
    assert!(rules.holds_on(Date::parse("2016-11-01").unwrap()));
    assert!(!rules.holds_on(Date::parse("2015-12-31").unwrap()));
    assert_eq!(words(SourceKind::HouseholdRegister), ["number", "name", "sex", "birth-date", "village"]);
    assert_eq!(words(SourceKind::NonlocalResidents), ["number", "name", "sex", "birth-date", "village"]);
    assert_eq!(words(SourceKind::RuralMedical), ["number", "name", "status"]);
    assert_eq!(words(SourceKind::WorkInjury), ["number", "name", "status"]);
    assert!(words(SourceKind::Disability).is_empty() && words(SourceKind::BusinessRegister).is_empty());
    assert_eq!(rules.precedence(Insurance::Pension).first(), Some(&SourceKind::EmployeePension));
    assert_eq!(rules.fill_order().first(), Some(&SourceKind::HouseholdRegister));
    assert_eq!(rules.fill_order().len(), 14, "every kind whose rows are of people");
    assert!(rules.assisted().contains(SourceKind::Subsistence) && !rules.assisted().contains(SourceKind::RuralMedical));
}

#[test]
fn what_an_unknown_code_says_is_never_live() {
    for rules in [Rules::embedded(), &with(r#"ended = ["ended"]"#, r#"ended = ["ended", "blank"]"#).unwrap()] {
        assert_eq!(rules.row_state(Status::Unknown, Benefit::Blank), RowState::Unclear);
        assert_eq!(rules.row_state(Status::Unknown, Benefit::Unknown), RowState::Unclear);
        assert_ne!(rules.row_state(Status::Blank, Benefit::Unknown), RowState::Live);
    }
}

#[test]
fn a_city_may_change_the_rules() {
    let day = |text| Date::parse(text).unwrap();
    let born = Some(day("2000-06-01"));
    let rules = with("from_age = 16", "from_age = 18\nbelow_age = 60").unwrap();
    assert!(!rules.is_required(Insurance::Pension, born, day("2018-05-31")));
    assert!(rules.is_required(Insurance::Pension, born, day("2018-06-01")));
    assert!(rules.is_required(Insurance::Pension, born, day("2060-05-31")));
    assert!(!rules.is_required(Insurance::Pension, born, day("2060-06-01")));
    let rules = with(r#"live = ["normal"]"#, r#"live = ["normal", "blank"]"#).unwrap();
    assert_eq!(rules.row_state(Status::Blank, Benefit::Blank), RowState::Live);
    let rules = with("# valid_to = \"2017-12-31\"", "valid_to = \"2017-12-31\" # ").unwrap();
    assert!(rules.holds_on(day("2017-12-31")) && !rules.holds_on(day("2018-01-01")));
    let rules = with("aid = []", r#"aid = ["village"]"#).unwrap();
    assert!(rules.counts(SourceKind::Subsistence).contains(Item::Village));
}

#[test]
fn refused() {
    assert!(matches!(Rules::parse(""), Err(RulesError::Toml { .. })));
    assert!(
        matches!(with("title = ", "titel = "), Err(RulesError::Toml { line: 6, .. })),
        "a misspelt key, at its line"
    );
    let at = 1 + EMBEDDED.lines().position(|line| line == "from_age = 16").unwrap();
    assert!(matches!(with("from_age = 16", "from_age = -1"), Err(RulesError::Toml { line, .. }) if line == at));
    assert!(matches!(with("2016-01-01", "2016-13-01"), Err(RulesError::Date { key: "valid_from", .. })));
    assert!(matches!(
        with(r#"live = ["normal"]"#, r#"live = ["ok"]"#),
        Err(RulesError::Word { key: "states.live", .. })
    ));
    assert!(matches!(with(r#"insurance = "pension""#, r#"insurance = "other""#), Err(RulesError::Word { .. })));
    for (from, to) in [
        (r#"live = ["normal"]"#, r#"live = ["normal", "unknown"]"#),
        (r#"suspended = ["suspended"]"#, r#"suspended = ["suspended", "normal"]"#),
        (r#"pension = ["employee-pension","#, r#"pension = ["rural-medical","#),
        (r#"schemes = ["employee-pension","#, r#"schemes = ["employee-medical","#),
        (r#"schemes = ["employee-medical","#, r#"schemes = ["household-register","#),
        (r#"state = ["moved-out"]"#, r#"state = ["unknown"]"#),
        ("from_age = 16", "from_age = 16\nbelow_age = 16"),
        (r#"insurance = "medical""#, r#"insurance = "pension""#),
        ("# valid_to = \"2017-12-31\"", "valid_to = \"2015-12-31\" # "),
    ] {
        let error = with(from, to).unwrap_err();
        assert!(matches!(error, RulesError::Unsound { .. }), "{to}: {error}");
        assert!(error.to_string().ends_with('。') && error.hint().ends_with('。'));
    }
}
