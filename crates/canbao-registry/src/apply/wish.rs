//! What the record of a person should be, from what the run says, and what is there.

use std::collections::BTreeMap;

use canbao_domain::date::Date;
use canbao_domain::rules::{PersonLife, Rules};
use canbao_domain::source::SourceKind;

use super::run::RunPerson;
use crate::person::{Enrolment, Finding, Number, NumberKind, Origin, Record, Whole, derive, of_rows};

const ELSEWHERE: &str = SourceKind::Elsewhere.as_str();

/// A value that a visit or an approved change confirmed.
#[derive(Clone, Debug)]
pub(crate) struct Confirmation {
    pub(crate) item: String,
    pub(crate) value: Option<String>,
    pub(crate) on: Date,
}

/// An extract's later value for what a hand confirmed: to be decided.
#[derive(Clone, PartialEq, Eq)]
pub(crate) struct Contest {
    pub(crate) item: String,
    pub(crate) confirmed: Option<String>,
    pub(crate) extract: Option<String>,
}

/// All that a run says of a person.
#[derive(Debug)]
pub(super) struct Said {
    pub(super) person: RunPerson,
    pub(super) enrolments: Vec<Enrolment>,
    pub(super) findings: Vec<Finding>,
    pub(super) former: Vec<String>,
    pub(super) identity: i64,
    pub(super) digest: i64,
}

/// What to decide by.
#[derive(Clone, Copy)]
pub(super) struct Frame<'a> {
    pub(super) rules: &'a Rules,
    pub(super) as_of: Date,
    pub(super) day: &'a str,
    pub(super) revision: i64,
}

/// What a person's record should be. `known`: what is there; `confirmed`: what hands confirmed.
pub(super) fn wish(
    said: Said,
    person: i64,
    known: Option<&Whole>,
    confirmed: &[Confirmation],
    frame: Frame,
) -> (Whole, Vec<Contest>) {
    let mut record = said.person.record;
    let mut number = said.person.number;
    if let Some(known) = known
        && known.record.life == record.life
    {
        record.life_date = known.record.life_date;
    }
    // what a hand is on is looked at by each apply: the same extract of a later day can mean something else
    let by_hand = !confirmed.is_empty();
    let contests = keep_confirmed(&mut record, &mut number, confirmed, frame.as_of);
    let numbers = numbers(number, said.person.certificate, said.former, known);
    let (enrolments, mut findings) = enrolments(said.enrolments, known, frame);
    findings.extend(said.findings);
    let by_hand = by_hand || enrolments.iter().any(|row| row.origin == Origin::Hand);
    let has_number = numbers.iter().any(|number| number.kind != NumberKind::Former);
    let derived = derive(&record, has_number, of_rows(&enrolments, frame.rules), frame.rules, frame.as_of);
    let whole = Whole {
        person,
        revision: frame.revision,
        effective: frame.day.to_owned(),
        record,
        derived,
        identity: said.identity,
        digest: if by_hand { 0 } else { said.digest },
        numbers,
        enrolments,
        findings,
    };
    (whole, contests)
}

/// Confirmed values stay; an extract of a later day that says otherwise is told.
fn keep_confirmed(
    record: &mut Record,
    number: &mut Option<String>,
    confirmed: &[Confirmation],
    as_of: Date,
) -> Vec<Contest> {
    let mut contests = Vec::new();
    for confirmation in confirmed {
        let extract = if confirmation.item == "number" { number.clone() } else { item(record, &confirmation.item) };
        if extract == confirmation.value {
            continue;
        }
        if extract.is_some() && as_of > confirmation.on {
            contests.push(Contest { item: confirmation.item.clone(), confirmed: confirmation.value.clone(), extract });
        }
        if confirmation.item == "number" {
            number.clone_from(&confirmation.value);
        } else {
            set_item(record, &confirmation.item, confirmation.value.clone());
        }
    }
    contests
}

/// An item of a record as text, by its name in the data standard.
pub(crate) fn item(record: &Record, item: &str) -> Option<String> {
    match item {
        "name" => record.name.clone(),
        "sex" => Some(record.sex.clone()),
        "birth_date" => record.birth.map(|date| date.to_string()),
        "ethnic" => record.ethnic.clone(),
        "hukou" => record.hukou.clone(),
        "household" => record.household.clone(),
        "relation" => record.relation.clone(),
        "address" => record.address.clone(),
        "phone" => record.phone.clone(),
        "area" => (!record.area.is_empty()).then(|| record.area.clone()),
        "life" => Some(record.life.as_str().to_owned()),
        "population" => Some(record.population.as_str().to_owned()),
        _ => None,
    }
}

/// Puts an item in. Words that are none leave the item as it is.
pub(crate) fn set_item(record: &mut Record, item: &str, value: Option<String>) {
    match item {
        "name" => record.name = value,
        "sex" => record.sex = value.unwrap_or_else(|| "0".to_owned()),
        "birth_date" => record.birth = value.as_deref().and_then(Date::parse),
        "ethnic" => record.ethnic = value,
        "hukou" => record.hukou = value,
        "household" => record.household = value,
        "relation" => record.relation = value,
        "address" => record.address = value,
        "phone" => record.phone = value,
        "area" => record.area = value.unwrap_or_default(),
        "life" => {
            if let Some(life) = value.as_deref().and_then(PersonLife::from_word) {
                record.life = life;
            }
        }
        "population" => {
            if let Some(population) = value.as_deref().and_then(canbao_domain::rules::Population::from_word) {
                record.population = population;
            }
        }
        _ => {}
    }
}

/// The run's numbers; one that was current before becomes a former one, and former ones stay.
fn numbers(
    number: Option<String>,
    certificate: Option<String>,
    former: Vec<String>,
    known: Option<&Whole>,
) -> Vec<Number> {
    let mut numbers: Vec<Number> = Vec::new();
    let mut put = |kind, value: String, evidence: &str| {
        let number = Number { id: 0, kind, value, evidence: evidence.to_owned() };
        let is_current = |known: &Number| known.value == number.value && known.kind == NumberKind::Current;
        // what is current is not former too
        let known = numbers.contains(&number) || (kind == NumberKind::Former && numbers.iter().any(is_current));
        if !known {
            numbers.push(number);
        }
    };
    if let Some(number) = number {
        put(NumberKind::Current, number, "比对结果中的社会保障号码");
    }
    if let Some(certificate) = certificate {
        put(NumberKind::Certificate, certificate, "比对结果中的其他证件号码");
    }
    for value in former {
        put(NumberKind::Former, value, "比对认定此号码下的记录属于此人");
    }
    for known in known.into_iter().flat_map(|known| &known.numbers) {
        match known.kind {
            NumberKind::Current => put(NumberKind::Former, known.value.clone(), "此前的社会保障号码"),
            NumberKind::Former => put(NumberKind::Former, known.value.clone(), &known.evidence),
            NumberKind::Certificate => {}
        }
    }
    numbers
}

/// The agency's extract wins: its rows, and of a hand's those alone that are of a later day than the extract. What a hand
/// said that the extract contradicts becomes a finding; findings that hands made stay.
fn enrolments(mut rows: Vec<Enrolment>, known: Option<&Whole>, frame: Frame) -> (Vec<Enrolment>, Vec<Finding>) {
    let Some(known) = known else { return (rows, Vec::new()) };
    let mut findings: Vec<Finding> =
        known.findings.iter().filter(|finding| finding.origin == Origin::Hand).cloned().collect();
    let mut of_hands: BTreeMap<&str, Vec<&Enrolment>> = BTreeMap::new();
    // another registry's answer is no claim against an agency, and no extract of ours knows what it knows: it lasts until
    // that registry answers again, or what came back from the province says something of the same insurance itself
    let answered = known.enrolments.iter().filter(|row| row.answerer().is_some());
    let of_the_run = |insurance| rows.iter().any(|row| row.scheme == ELSEWHERE && row.insurance == insurance);
    let answers: Vec<Enrolment> = answered.filter(|row| !of_the_run(row.insurance)).cloned().collect();
    let by_hand = |row: &&Enrolment| row.origin == Origin::Hand && row.answerer().is_none();
    for row in known.enrolments.iter().filter(by_hand) {
        of_hands.entry(&row.scheme).or_default().push(row);
    }
    for (scheme, hands) in of_hands {
        if hands.iter().any(|row| row.effective.as_str() > frame.day) {
            // the extract could not know it yet: what the record has of this scheme stays
            rows.retain(|row| row.scheme != scheme);
            let stays = |row: &&Enrolment| row.scheme == scheme && row.answerer().is_none();
            rows.extend(known.enrolments.iter().filter(stays).cloned());
            continue;
        }
        let says =
            |row: &&&Enrolment| !rows.iter().any(|other| other.scheme == row.scheme && other.status == row.status);
        if hands.iter().any(|row| says(&row)) {
            let finding = Finding {
                id: 0,
                kind: "claim-differs".to_owned(),
                detail: Some("手工登记的参保状态与经办机构的数据不一致，已按经办机构的数据更新".to_owned()),
                origin: Origin::Hand,
                source: Some(scheme.to_owned()),
                line: None,
                other_source: None,
                other_line: None,
            };
            if !findings.contains(&finding) {
                findings.push(finding);
            }
        }
    }
    rows.extend(answers);
    (rows, findings)
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use canbao_domain::rules::{InsuranceFacts, ItemSet, Population};
    use canbao_domain::source::Insurance;

    use super::*;
    use crate::person::State;

    fn elsewhere(insurance: Insurance, origin: Origin, source: &str) -> Enrolment {
        Enrolment {
            id: 0,
            effective: "2016-11-01".to_owned(),
            scheme: ELSEWHERE.to_owned(),
            insurance,
            status: Some("normal".to_owned()),
            benefit: None,
            unit_code: None,
            unit_name: None,
            pooling_area: Some("999902".to_owned()),
            since: None,
            reason: None,
            origin,
            source: Some(source.to_owned()),
            line: None,
        }
    }

    #[test]
    fn an_answer_yields_to_the_run_in_the_insurance_of_which_the_run_speaks() {
        let record = Record {
            state: State::Current,
            merged_into: None,
            area: String::new(),
            name: None,
            sex: "0".to_owned(),
            birth: None,
            ethnic: None,
            hukou: None,
            household: None,
            relation: None,
            address: None,
            phone: None,
            certificate_type: None,
            population: Population::Registered,
            life: PersonLife::Alive,
            life_date: None,
            subsistence: false,
            disability: false,
            wrong: ItemSet::default(),
        };
        let (rules, as_of) = (Rules::embedded(), Date::parse("2017-01-01").unwrap());
        let derived = derive(&record, false, [InsuranceFacts::default(); 2], rules, as_of);
        let answers = [Insurance::Pension, Insurance::Medical].map(|of| elsewhere(of, Origin::Hand, "west"));
        let known = Whole {
            person: 1,
            revision: 1,
            effective: String::new(),
            record,
            derived,
            identity: 0,
            digest: 0,
            numbers: Vec::new(),
            enrolments: answers.to_vec(),
            findings: Vec::new(),
        };
        let frame = Frame { rules, as_of, day: "2017-01-01", revision: 2 };
        // the run is silent
        let (rows, findings) = enrolments(Vec::new(), Some(&known), frame);
        assert_eq!((rows.as_slice(), findings.len()), (answers.as_slice(), 0));
        // the run has what came back from the province, of one insurance; it is another's word than the answer's
        let run = elsewhere(Insurance::Pension, Origin::Extract, "elsewhere");
        let [pension, medical] = answers;
        assert_ne!(run, pension);
        let (rows, findings) = enrolments(vec![run.clone()], Some(&known), frame);
        assert_eq!((rows, findings.len()), (vec![run, medical], 0));
    }
}
