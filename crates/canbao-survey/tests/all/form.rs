//! Forms: their definitions, and the function that judges answers.

use std::collections::BTreeMap;

use canbao_domain::date::Date;
use canbao_domain::standard::Standard;
use canbao_survey::form::{Answer, Answers, Facts, Form, FormError, Forms, Level, judge};

fn form(id: &str) -> &'static Form {
    Forms::embedded().get(id).unwrap()
}

fn day(text: &str) -> Date {
    Date::parse(text).unwrap()
}

fn answers(pairs: &[(&str, &str)]) -> Answers {
    pairs.iter().map(|(item, value)| ((*item).to_owned(), Answer::from(*value))).collect()
}

/// Somebody of 41 who lacks a pension.
fn facts() -> Facts {
    let known = [("name", "罗承志"), ("sex", "1"), ("phone", "139 **** 5207"), ("birth_date", "1975-**-**")];
    let told = [("age", "41"), ("category", "uninsured")];
    let mut told: BTreeMap<String, Answer> =
        told.iter().map(|(name, value)| ((*name).to_owned(), Answer::from(*value))).collect();
    told.insert("lacks".to_owned(), Answer::Several(vec!["pension".to_owned()]));
    Facts {
        known: known.iter().map(|(item, value)| ((*item).to_owned(), (*value).to_owned())).collect(),
        told,
        visits: Vec::new(),
    }
}

const MET: [(&str, &str); 14] = [
    ("outcome", "11"),
    ("name", "罗承志"),
    ("certificate", "1"),
    ("sex", "1"),
    ("relation", "02"),
    ("hukou", "20"),
    ("home", "1"),
    ("address", "新兴村三组"),
    ("work", "30"),
    ("education", "71"),
    ("pension", "00"),
    ("medical", "38"),
    ("reason", "302"),
    ("wish", "1"),
];

#[test]
fn all_forms_are_there_and_read() {
    assert_eq!(
        Forms::embedded().iter().map(|form| form.id.as_str()).collect::<Vec<_>>(),
        ["person", "household", "unit"]
    );
}

#[test]
fn a_form_that_is_filled_is_complete_and_each_required_item_counts() {
    let verdict = judge(form("person"), &answers(&MET), &facts(), day("2016-11-20"));
    assert!(verdict.complete, "{verdict:?}");
    for (left, _) in MET.iter().filter(|(item, _)| *item != "education") {
        let some: Vec<_> = MET.iter().filter(|(item, _)| item != left).copied().collect();
        let verdict = judge(form("person"), &answers(&some), &facts(), day("2016-11-20"));
        assert!(!verdict.complete, "{left}");
        assert!(verdict.missing.iter().any(|missing| missing == left), "{left}: {verdict:?}");
    }
}

#[test]
fn three_times_not_met_needs_three_days() {
    let given = answers(&[("outcome", "21"), ("told_by", "邻居"), ("outcome_note", "家里没人")]);
    let mut facts = facts();
    for (visits, complete) in
        [(&["2016-11-01", "2016-11-01", "2016-11-02"], false), (&["2016-11-01", "2016-11-03", "2016-11-09"], true)]
    {
        facts.visits = visits.iter().map(|text| day(text)).collect();
        assert_eq!(judge(form("person"), &given, &facts, day("2016-11-20")).complete, complete);
    }
}

#[test]
fn what_is_to_be_explained_stops_until_it_is() {
    let mut facts = facts();
    facts.told.insert("count.phone".to_owned(), Answer::from("4"));
    let mut given = answers(&MET);
    given.insert("phone".to_owned(), Answer::from("139 0000 5207"));
    let verdict = judge(form("person"), &given, &facts, day("2016-11-20"));
    let fault = verdict.faults.iter().find(|fault| fault.item == "phone").unwrap();
    assert_eq!((fault.level, fault.why, verdict.complete), (Level::Verify, false, false));
    assert!(fault.says.contains("另外 4 个人"), "{}", fault.says);
    given.insert("phone.why".to_owned(), Answer::from("村代办员的电话"));
    let verdict = judge(form("person"), &given, &facts, day("2016-11-20"));
    assert!(verdict.complete && verdict.faults.iter().any(|fault| fault.why));
}

#[test]
fn what_is_hidden_counts_as_blank_and_changes_what_depends_on_it() {
    // the employer's name stays from when they were thought to have one
    let mut given = answers(&MET);
    given.insert("employer".to_owned(), Answer::from("字".repeat(80).as_str()));
    assert!(judge(form("person"), &given, &facts(), day("2016-11-20")).complete);
    given.insert("work".to_owned(), Answer::from("10"));
    let verdict = judge(form("person"), &given, &facts(), day("2016-11-20"));
    assert_eq!(verdict.faults.first().map(|fault| fault.says.as_str()), Some("最多 60 个字。"));
    // somebody who died is asked nothing more
    let gone = answers(&[("outcome", "31"), ("gone_on", "2016-03-01"), ("told_by", "家人"), ("pension", "00")]);
    let verdict = judge(form("person"), &gone, &facts(), day("2016-11-20"));
    assert!(verdict.complete && !verdict.shown.iter().any(|item| item == "reason"), "{verdict:?}");
}

#[test]
fn ages_follow_the_answer_then_what_is_known() {
    let mut given = answers(&MET);
    given.insert("work".to_owned(), Answer::from("40"));
    given.insert("school".to_owned(), Answer::from("市一中"));
    assert!(
        judge(form("person"), &given, &facts(), day("2016-11-20"))
            .faults
            .iter()
            .any(|fault| fault.says.contains("41 岁"))
    );
    given.insert("certificate".to_owned(), Answer::from("4"));
    given.insert("photo.book".to_owned(), Answer::Several(vec!["x".to_owned()]));
    given.insert("birth_date".to_owned(), Answer::from("2000-11-21"));
    let verdict = judge(form("person"), &given, &facts(), day("2016-11-20"));
    // fifteen until tomorrow: no pension is asked about
    assert!(verdict.complete && !verdict.shown.iter().any(|item| item == "pension"), "{verdict:?}");
}

#[test]
fn a_definition_that_will_not_do_is_refused_in_a_sentence() {
    let good = include_str!("../../forms/unit.toml");
    let with = |from: &str, to: &str| {
        assert!(good.contains(from), "{from}");
        Forms::with([good.replacen(from, to, 1).as_str()], Standard::embedded())
    };
    assert!(with("version = 1", "version = 2").is_ok());
    for (from, to, says) in [
        ("version = 1", "version = ", "读不懂"),
        ("kind = \"choice\"", "kind = \"slider\"", "读不懂"),
        ("table = \"unit_types\"", "table = \"no_such\"", "代码表 no_such 不存在"),
        ("item = \"credit_code\", blank = true", "item = \"workers\", blank = true", "排在它后面的 workers"),
        ("in = [\"11\", \"43\"]", "in = [\"11\", \"77\"]", "没有代码为 77 的选项"),
        ("item = \"insured_pension\", at_most", "item = \"insured\", at_most", "insured 不是项目"),
        ("id = \"told_by\"", "id = \"outcome\"", "写了两次"),
        ("section = \"proof\"", "section = \"end\"", "end 不存在"),
        ("form = \"unit\"", "form = \"village\"", "没有这种登记表"),
        (
            "{ item = \"credit_code\", is_not = \"credit-code\" }",
            "{ item = \"credit_code\", is_not = \"credit-code\", blank = false }",
            "恰好一个比较",
        ),
    ] {
        let error: FormError = with(from, to).unwrap_err();
        assert!(error.to_string().contains(says), "{error}");
    }
}

#[test]
fn a_phone_gets_what_the_server_has() {
    // what is said of an item survives the way to the phone and back, conditions as they were written
    let told = serde_json::to_value(form("person")).unwrap();
    let outcome = &told["items"][0];
    assert_eq!((outcome["id"].as_str(), outcome["kind"].as_str()), (Some("outcome"), Some("choice")));
    assert_eq!(outcome["required"], serde_json::json!([]));
    let name = told["items"].as_array().unwrap().iter().find(|item| item["id"] == "name").unwrap();
    assert_eq!(name["show"], serde_json::json!([{ "item": "outcome", "in": ["11", "12", "13"] }]));
    assert!(told["checks"].as_array().unwrap().iter().any(|check| check["level"] == "verify"));
    assert!(told.get("effects").is_none() && name.get("becomes").is_none());
}
