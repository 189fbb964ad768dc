//! What is known of somebody before they are visited: masked for a phone, whole for paper.

use std::collections::BTreeMap;

use canbao_domain::date::Date;
use canbao_domain::rules::{Category, InsuranceState};
use canbao_domain::source::SourceKind;
use canbao_domain::standard;
use canbao_registry::day_of;
use canbao_registry::person::Whole;
use canbao_registry::survey::{Subject, Unit};

use crate::form::{Answer, Facts};

/// How much of a number and a telephone is told.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Cover {
    /// 612401 **** **** 003X, 139 **** 5207.
    Masked,
    /// All of it: what a printed form needs.
    Whole,
}

/// A number as it is shown masked; one that is no citizen number shows its first and last two characters.
pub fn masked_number(number: &str) -> String {
    let chars: Vec<char> = number.chars().collect();
    let part = |from: usize, to: usize| chars.get(from..to).unwrap_or_default().iter().collect::<String>();
    match chars.len() {
        18 => format!("{} **** **** {}", part(0, 6), part(14, 18)),
        length if length > 4 => format!("{}{}{}", part(0, 2), "*".repeat(length - 4), part(length - 2, length)),
        length => "*".repeat(length),
    }
}

/// A telephone number as it is shown masked.
pub fn masked_phone(phone: &str) -> String {
    let digits: Vec<char> = phone.chars().filter(char::is_ascii_digit).collect();
    let part = |from: usize, to: usize| digits.get(from..to).unwrap_or_default().iter().collect::<String>();
    match digits.len() {
        11 => format!("{} **** {}", part(0, 3), part(7, 11)),
        length if length > 4 => format!("{}{}", "*".repeat(length - 4), part(length - 4, length)),
        length => "*".repeat(length),
    }
}

/// A code of a table as it is held by the registry, which may hold the words.
fn code(table: &standard::Table, text: &str) -> String {
    table.find(text).map_or_else(|| text.to_owned(), |entry| entry.code().to_owned())
}

/// What the registry says of a person, by item.
pub fn of_person(whole: &Whole, cover: Cover) -> BTreeMap<String, String> {
    let record = &whole.record;
    let mut known = BTreeMap::new();
    let mut put = |item: &str, value: Option<String>| {
        if let Some(value) = value.filter(|value| !value.is_empty()) {
            known.insert(item.to_owned(), value);
        }
    };
    let masked =
        |text: &str, mask: fn(&str) -> String| if cover == Cover::Masked { mask(text) } else { text.to_owned() };
    put("name", record.name.clone());
    put("number", whole.number().or_else(|| whole.certificate()).map(|number| masked(number, masked_number)));
    put("sex", Some(record.sex.clone()).filter(|sex| matches!(sex.as_str(), "1" | "2")));
    // beside a masked number a whole date would give the number back
    put(
        "birth_date",
        record
            .birth
            .map(|birth| if cover == Cover::Masked { format!("{}-**-**", birth.ymd().0) } else { birth.to_string() }),
    );
    put("ethnic", record.ethnic.as_deref().map(|text| code(standard::ethnic_groups(), text)));
    put("hukou", record.hukou.as_deref().map(|text| code(standard::hukou(), text)));
    put("relation", record.relation.as_deref().map(|text| code(standard::relations(), text)));
    put("household", record.household.clone());
    put("address", record.address.clone());
    put("phone", record.phone.as_deref().map(|phone| masked(phone, masked_phone)));
    known
}

/// What the registry says of an employer, by item.
pub fn of_unit(unit: &Unit) -> BTreeMap<String, String> {
    let items = [
        ("name", &unit.name),
        ("credit_code", &unit.credit_code),
        ("registration_number", &unit.registration_number),
        ("address", &unit.address),
    ];
    let mut known: BTreeMap<String, String> =
        items.iter().filter_map(|(item, value)| Some(((*item).to_owned(), (*value).clone()?))).collect();
    if let Some(kind) = unit.kind.as_deref() {
        known.insert("type".to_owned(), code(standard::unit_types(), kind));
    }
    known
}

/// What a form is held against, of a task.
pub fn facts_of(subject: &Subject, cover: Cover, today: Date) -> Facts {
    let mut facts = Facts::default();
    let mut tell = |name: &str, value: String| {
        facts.told.insert(name.to_owned(), Answer::One(value));
    };
    tell("category", subject.task.category.clone());
    tell("count.phone", subject.same_phone.to_string());
    tell("count.number", subject.same_number.to_string());
    if let Some(whole) = &subject.whole {
        facts.known = of_person(whole, cover);
        let record = &whole.record;
        if let Some(birth) = record.birth {
            let age = birth.age_on(today).to_string();
            facts.told.insert("age".to_owned(), Answer::One(age));
        }
        let flag = |is: bool| Answer::from(if is { "1" } else { "" });
        facts.told.insert("subsistence".to_owned(), flag(record.subsistence));
        facts.told.insert("disability".to_owned(), flag(record.disability));
        facts.told.insert("population".to_owned(), Answer::from(record.population.as_str()));
        let lacks = [("pension", whole.derived.pension), ("medical", whole.derived.medical)];
        let lacks = lacks.iter().filter(|(_, state)| {
            !matches!(state, InsuranceState::Enrolled | InsuranceState::Elsewhere | InsuranceState::NotRequired)
        });
        facts.told.insert("lacks".to_owned(), Answer::Several(lacks.map(|(name, _)| (*name).to_owned()).collect()));
    }
    if let Some(unit) = &subject.unit {
        facts.known = of_unit(unit);
    }
    facts.visits = subject.visits.iter().map(|visit| day_of(visit.at)).collect();
    facts
}

/// What a tag says of a task.
pub fn tag(subject: &Subject) -> String {
    match subject.task.category.as_str() {
        "added" => "新增".to_owned(),
        "row-unresolved" => "无法确认是谁".to_owned(),
        "unregistered" => "未在工商登记".to_owned(),
        word => Category::from_word(word).map_or_else(|| word.to_owned(), |category| category.chinese().to_owned()),
    }
}

/// What is known of somebody's insurances, in sentences.
pub fn notes(subject: &Subject) -> Vec<String> {
    let mut notes = Vec::new();
    if let Some(whole) = &subject.whole {
        for (insurance, name, state) in [
            (canbao_domain::source::Insurance::Pension, "养老", whole.derived.pension),
            (canbao_domain::source::Insurance::Medical, "医疗", whole.derived.medical),
        ] {
            let rows: Vec<String> = whole
                .enrolments
                .iter()
                .filter(|row| row.insurance == insurance)
                .map(|row| {
                    let scheme = row
                        .scheme
                        .parse::<SourceKind>()
                        .map_or_else(|_| row.scheme.clone(), |kind| kind.chinese().to_owned());
                    let status = row
                        .status
                        .as_deref()
                        .and_then(|word| standard::statuses().find(word))
                        .map(|entry| entry.name().to_owned());
                    let since = row.since.map(|since| format!("，{}-{:02} 起", since.ymd().0, since.ymd().1));
                    format!(
                        "{scheme}{}{}",
                        status.map(|status| format!("（{status}）")).unwrap_or_default(),
                        since.unwrap_or_default()
                    )
                })
                .collect();
            let said = if rows.is_empty() { "登记库里没有记录".to_owned() } else { rows.join("；") };
            notes.push(format!("{name}：{}。{said}", state.chinese()));
        }
        if whole.record.subsistence {
            notes.push("低保、五保对象".to_owned());
        }
        if whole.record.disability {
            notes.push("领取残疾人补助".to_owned());
        }
    }
    if let Some(unit) = &subject.unit {
        notes.push(format!("登记库里通过本单位参保 {} 人", unit.insured_people));
    }
    notes.extend(subject.row.iter().filter(|row| !row.is_empty()).cloned());
    notes
}
