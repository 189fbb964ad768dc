//! A row beside somebody whom it may mean, field by field: the same comparison that weighed them.

use canbao_domain::Sex;
use canbao_domain::date::Date;
use canbao_domain::number::{CitizenNumber, read_number};
use canbao_linkage::explain::{short_date, short_name, short_number};
use canbao_linkage::{dates, names, numbers};

use super::{Candidate, Clue};
use crate::person::Whole;
use crate::private::normalised;

/// One field of a row and of a person. What is written is personal.
#[derive(Clone, PartialEq)]
pub struct Step {
    /// The field, as weights name it: `number`, `name`, `birth_date` …
    pub field: &'static str,
    /// What a clerk calls it.
    pub label: &'static str,
    /// What the row says.
    pub row: Option<String>,
    /// What the record says.
    pub record: Option<String>,
    /// How they agree, in a few Chinese words.
    pub said: String,
    /// What that says for their being the same person (log₂ of the likelihood ratio); none where it was not weighed.
    pub weight: Option<f64>,
}

/// All fields that a row fills or that were weighed, in the order in which they are shown.
pub fn compare(clue: &Clue, whole: &Whole, candidate: Option<&Candidate>) -> Vec<Step> {
    let weight = |field: &str| {
        candidate.and_then(|one| one.weights.iter().find(|(name, _)| name == field)).map(|(_, weight)| *weight)
    };
    let record = &whole.record;
    let birth = clue.field("birth_date").and_then(Date::parse);
    let number = read_number(clue.field("number").unwrap_or_default(), None);
    let known = whole.number().and_then(|known| CitizenNumber::parse(known.as_bytes()));
    let numbers_agree = known.map(|known| short_number(numbers::compare(number.text.as_str().as_bytes(), known)));
    let (own, other) = (clue.field("name").unwrap_or_default(), record.name.as_deref().unwrap_or_default());
    let plain = |own: Option<&str>, other: Option<&str>| match (own, other) {
        (Some(own), Some(other)) if normalised(own) == normalised(other) => "相同".to_owned(),
        (Some(_), Some(_)) => "不同".to_owned(),
        _ => "一方没有，不计".to_owned(),
    };
    let text = |text: Option<&str>| text.filter(|text| !text.is_empty()).map(str::to_owned);
    let step = |field: &'static str, label: &'static str, row: Option<String>, known: Option<String>, said: String| {
        Step { field, label, row, record: known, said, weight: weight(field) }
    };
    let name = short_name(names::compare(&normalised(own), &normalised(other))).to_owned();
    let (row_sex, known_sex) = (clue.field("sex").and_then(sex), sex(&record.sex));
    let area = clue.field("area_code").filter(|code| code.len() >= 6);
    let household = (clue.field("household"), record.household.as_deref());
    let unit = clue.field("unit_name");
    let unit_known = whole.enrolments.iter().find_map(|row| row.unit_name.as_deref());
    let phone = (clue.field("phone"), record.phone.as_deref());
    let address = (clue.field("address"), record.address.as_deref());
    let mut steps = vec![
        step(
            "number",
            "身份证号",
            text(clue.field("number")),
            text(whole.number().or(whole.certificate())),
            numbers_agree.unwrap_or("一方没有，不计").to_owned(),
        ),
        step("name", "姓名", text(clue.field("name")), record.name.clone(), name),
        step("sex", "性别", row_sex.map(str::to_owned), known_sex.map(str::to_owned), plain(row_sex, known_sex)),
        step(
            "birth_date",
            "出生日期",
            birth.map(|date| date.to_string()).or_else(|| text(clue.field("birth_date"))),
            record.birth.map(|date| date.to_string()),
            short_date(dates::compare(birth, record.birth)).to_owned(),
        ),
        step(
            "area_code",
            "区划",
            area.map(str::to_owned),
            text(Some(&record.area)),
            areas(area, &record.area).to_owned(),
        ),
        step("address", "住址", text(address.0), text(address.1), plain(address.0, address.1)),
        step("household", "户号", text(household.0), text(household.1), plain(household.0, household.1)),
        step("unit", "单位", text(unit), text(unit_known), plain(unit, unit_known)),
        step("phone", "电话", text(phone.0), text(phone.1), plain(phone.0, phone.1)),
    ];
    steps.retain(|step| step.row.is_some() || step.weight.is_some_and(|weight| weight != 0.0));
    if let Some(weight) = weight("coverage") {
        let said = "此人出现在这类册子里的可能".to_owned();
        let step = Step { field: "coverage", label: "起点", row: None, record: None, said, weight: Some(weight) };
        steps.insert(0, step);
    }
    steps
}

fn areas(row: Option<&str>, known: &str) -> &'static str {
    let Some(row) = row.filter(|_| known.len() >= 6) else { return "一方没有，不计" };
    let same = |length: usize| row.get(..length).is_some_and(|part| known.get(..length) == Some(part));
    match (same(12), same(9), same(6)) {
        (true, ..) => "同村",
        (_, true, _) if row.len() > 9 && known.len() > 9 => "同镇不同村",
        (_, true, _) => "同镇",
        (.., true) if row.len() > 6 && known.len() > 6 => "同县不同镇",
        (.., true) => "同县",
        _ => "不同县",
    }
}

fn sex(written: &str) -> Option<&'static str> {
    match Sex::read(written) {
        Some(Sex::Male) => Some("男"),
        Some(Sex::Female) => Some("女"),
        _ => None,
    }
}
