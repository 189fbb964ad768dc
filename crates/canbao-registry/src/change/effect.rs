//! What a procedure makes of a record.

use canbao_domain::date::Date;
use canbao_domain::rules::{ItemSet, PersonLife, Population};
use canbao_domain::source::SourceKind;

use super::check::{citizen, is_held, is_live};
use super::procedure::{NewPerson, Procedure};
use crate::RegistryError;
use crate::apply::set_item;
use crate::person::{Derived, Enrolment, Finding, Number, NumberKind, Origin, Record, State, Whole};

/// A value that a procedure confirms.
pub(crate) type Confirmed = (&'static str, Option<String>);

/// Codes of the table of interruptions (element AAE160).
const CONSCRIPTED: &str = "6303";
const IMPRISONED: &str = "6305";
const SETTLED_ABROAD: &str = "6402";

/// What becomes of a record, and which items are confirmed by it; merging and splitting stand apart.
pub(crate) fn effect(procedure: &Procedure, whole: &Whole, on: Date) -> Result<(Whole, Vec<Confirmed>), RegistryError> {
    let mut wish = whole.clone();
    let mut confirmed: Vec<Confirmed> = Vec::new();
    let day = on.to_string();
    match procedure {
        Procedure::Death => {
            wish.record.life = PersonLife::Deceased;
            wish.record.life_date = Some(on);
            confirmed.push(("life", Some("deceased".to_owned())));
            if wish.enrolments.iter().any(is_live) {
                find(&mut wish, "deceased-enrolled", "已登记死亡，仍有正常参保或领取待遇的记录");
            }
        }
        Procedure::MoveOut { .. } => gone(&mut wish, on, &mut confirmed),
        Procedure::LeftCountry => {
            gone(&mut wish, on, &mut confirmed);
            for row in wish.enrolments.iter_mut().filter(|row| is_live(row)) {
                set(row, "ended", Some(SETTLED_ABROAD), &day);
            }
        }
        Procedure::MoveIn { area, household, address, registered } => {
            let record = &mut wish.record;
            record.state = State::Current;
            record.life = PersonLife::Alive;
            record.life_date = None;
            record.population = if *registered { Population::Registered } else { Population::Resident };
            area.clone_into(&mut record.area);
            confirmed.push(("life", Some("alive".to_owned())));
            confirmed.push(("area", Some(area.clone())));
            confirmed.push(("population", Some(record.population.as_str().to_owned())));
            for (item, value) in [("household", household), ("address", address)] {
                if value.is_some() {
                    set_item(record, item, value.clone());
                    confirmed.push((item, value.clone()));
                }
            }
            wish.findings.retain(|finding| finding.kind != "moved-out-enrolled");
        }
        Procedure::EnrolmentBegun { scheme, unit_code, unit_name, pooling_area } => {
            wish.enrolments.retain(|row| row.scheme != *scheme || row.status.as_deref() == Some("ended"));
            let insurance = scheme.parse::<SourceKind>().ok().and_then(SourceKind::insurance);
            wish.enrolments.push(Enrolment {
                id: 0,
                effective: day,
                scheme: scheme.clone(),
                insurance: insurance.unwrap_or(canbao_domain::source::Insurance::Other),
                status: Some("normal".to_owned()),
                benefit: None,
                unit_code: unit_code.clone(),
                unit_name: unit_name.clone(),
                pooling_area: pooling_area.clone(),
                since: Some(on),
                reason: None,
                origin: Origin::Hand,
                source: None,
                line: None,
            });
        }
        Procedure::EnrolmentInterrupted { scheme, reason } => {
            for row in wish.enrolments.iter_mut().filter(|row| row.scheme == *scheme && is_live(row)) {
                set(row, "suspended", Some(reason), &day);
            }
        }
        Procedure::EnrolmentResumed { scheme } => {
            let held = |row: &&mut Enrolment| row.scheme == *scheme && row.status.as_deref() == Some("suspended");
            for row in wish.enrolments.iter_mut().filter(held) {
                set(row, "normal", None, &day);
            }
        }
        Procedure::EnrolmentEnded { scheme, reason } => {
            let open = |row: &&mut Enrolment| row.scheme == *scheme && row.status.as_deref() != Some("ended");
            for row in wish.enrolments.iter_mut().filter(open) {
                set(row, "ended", Some(reason), &day);
            }
        }
        Procedure::EnrolmentTransferred { scheme, unit_code, unit_name, pooling_area } => {
            let open = |row: &&mut Enrolment| row.scheme == *scheme && row.status.as_deref() != Some("ended");
            for row in wish.enrolments.iter_mut().filter(open) {
                let status = row.status.clone().unwrap_or_default();
                set(row, &status, None, &day);
                for (slot, value) in [
                    (&mut row.unit_code, unit_code),
                    (&mut row.unit_name, unit_name),
                    (&mut row.pooling_area, pooling_area),
                ] {
                    if value.is_some() {
                        slot.clone_from(value);
                    }
                }
            }
        }
        Procedure::Conscripted | Procedure::Imprisoned => {
            let reason = if *procedure == Procedure::Conscripted { CONSCRIPTED } else { IMPRISONED };
            let employee = |row: &&mut Enrolment| row.scheme.starts_with("employee-") && is_live(row);
            for row in wish.enrolments.iter_mut().filter(employee) {
                set(row, "suspended", Some(reason), &day);
            }
        }
        Procedure::Released => {
            for row in wish.enrolments.iter_mut().filter(|row| is_held(row)) {
                set(row, "normal", None, &day);
            }
        }
        Procedure::NumberCorrected { number } => {
            let number = citizen(number)?;
            for known in wish.numbers.iter_mut().filter(|known| known.kind == NumberKind::Current) {
                *known = Number {
                    id: 0,
                    kind: NumberKind::Former,
                    value: known.value.clone(),
                    evidence: format!("{day} 更正前的社会保障号码"),
                };
            }
            wish.numbers.retain(|known| known.value != number);
            wish.numbers.insert(
                0,
                Number {
                    id: 0,
                    kind: NumberKind::Current,
                    value: number.clone(),
                    evidence: format!("{day} 按更正手续登记"),
                },
            );
            wish.record.wrong = without(wish.record.wrong, canbao_domain::rules::Item::Number);
            confirmed.push(("number", Some(number)));
        }
        Procedure::NameChanged { name } => {
            let name = crate::private::normalised(name);
            wish.record.name = Some(name.clone());
            wish.record.wrong = without(wish.record.wrong, canbao_domain::rules::Item::Name);
            confirmed.push(("name", Some(name)));
        }
        Procedure::ExtractDiffers { item, after, .. } => {
            if item == "number" {
                if let Some(number) = after {
                    let corrected = Procedure::NumberCorrected { number: number.clone() };
                    return Ok((effect(&corrected, whole, on)?.0, Vec::new()));
                }
            } else {
                set_item(&mut wish.record, item, after.clone());
            }
        }
        Procedure::Arrival(_) | Procedure::Birth(_) | Procedure::Merged { .. } | Procedure::Split { .. } => {}
    }
    Ok((wish, confirmed))
}

/// Records that a procedure writes, each as it is and as it is to be.
pub(crate) type Wishes<'a> = Vec<(Option<&'a Whole>, Whole)>;

/// What becomes of all records that a procedure is about: `whole` it is done on, `other` it is merged into, `new` is the
/// identifier of somebody new. Gives which items of `whole` are confirmed by it.
pub(crate) fn wishes<'a>(
    procedure: &Procedure,
    whole: Option<&'a Whole>,
    other: Option<&'a Whole>,
    new: i64,
    on: Date,
) -> Result<(Wishes<'a>, Vec<Confirmed>), RegistryError> {
    Ok(match (procedure, whole, other) {
        (Procedure::Arrival(told) | Procedure::Birth(told), ..) => {
            let evidence = format!("{on} {}登记", procedure.chinese());
            (vec![(None, new_person(told, new, &evidence)?)], Vec::new())
        }
        (Procedure::Merged { .. }, Some(whole), Some(into)) => {
            let (gone, stays) = merge(whole, into);
            (vec![(Some(whole), gone), (Some(into), stays)], Vec::new())
        }
        (Procedure::Split { other, enrolments, numbers }, Some(whole), _) => {
            let (stays, new) = split(whole, other, new, enrolments, numbers)?;
            (vec![(Some(whole), stays), (None, new)], Vec::new())
        }
        (_, Some(whole), _) => {
            let (wish, confirmed) = effect(procedure, whole, on)?;
            (vec![(Some(whole), wish)], confirmed)
        }
        (_, None, _) => return Err(RegistryError::Nobody),
    })
}

fn without(items: ItemSet, item: canbao_domain::rules::Item) -> ItemSet {
    items.without(ItemSet::of(item))
}

fn gone(wish: &mut Whole, on: Date, confirmed: &mut Vec<Confirmed>) {
    wish.record.life = PersonLife::MovedOut;
    wish.record.life_date = Some(on);
    confirmed.push(("life", Some("moved-out".to_owned())));
    if wish.enrolments.iter().any(is_live) {
        find(wish, "moved-out-enrolled", "已登记迁出，仍有正常参保的记录");
    }
}

/// A row's state from a day on.
fn set(row: &mut Enrolment, status: &str, reason: Option<&str>, day: &str) {
    row.id = 0;
    row.status = Some(status.to_owned());
    if status != "normal" {
        row.benefit = None;
    }
    row.reason = reason.map(str::to_owned);
    day.clone_into(&mut row.effective);
    row.origin = Origin::Hand;
}

fn find(wish: &mut Whole, kind: &str, detail: &str) {
    if wish.findings.iter().any(|finding| finding.kind == kind) {
        return;
    }
    wish.findings.push(Finding {
        id: 0,
        kind: kind.to_owned(),
        detail: Some(detail.to_owned()),
        origin: Origin::Hand,
        source: None,
        line: None,
        other_source: None,
        other_line: None,
    });
}

/// Somebody new, as told.
fn new_person(told: &NewPerson, person: i64, evidence: &str) -> Result<Whole, RegistryError> {
    let mut numbers = Vec::new();
    if let Some(number) = &told.number {
        let (value, evidence) = (citizen(number)?, evidence.to_owned());
        numbers.push(Number { id: 0, kind: NumberKind::Current, value, evidence });
    }
    let record = Record {
        state: State::Current,
        merged_into: None,
        area: told.area.clone(),
        name: Some(crate::private::normalised(&told.name)),
        sex: told.sex.clone(),
        birth: Date::parse(&told.birth_date),
        ethnic: told.ethnic.clone(),
        hukou: None,
        household: told.household.clone(),
        relation: told.relation.clone(),
        address: told.address.clone(),
        phone: told.phone.clone(),
        certificate_type: None,
        population: if told.registered { Population::Registered } else { Population::Resident },
        life: PersonLife::Alive,
        life_date: None,
        subsistence: false,
        disability: false,
        wrong: ItemSet::default(),
    };
    Ok(Whole {
        person,
        revision: 0,
        effective: String::new(),
        record,
        derived: Derived::UNDECIDED,
        identity: 0,
        digest: 0,
        numbers,
        enrolments: Vec::new(),
        findings: Vec::new(),
    })
}

/// Two records become one: the other's numbers are former ones of it, its insurance rows and findings are carried over.
fn merge(whole: &Whole, into: &Whole) -> (Whole, Whole) {
    let (mut gone, mut stays) = (whole.clone(), into.clone());
    gone.record.state = State::Merged;
    gone.record.merged_into = Some(into.person);
    for number in std::mem::take(&mut gone.numbers) {
        if !stays.numbers.iter().any(|known| known.value == number.value) {
            let kind = if number.kind == NumberKind::Certificate { number.kind } else { NumberKind::Former };
            let evidence = format!("{} 号记录合并到此时的号码", whole.person);
            stays.numbers.push(Number { id: 0, kind, value: number.value, evidence });
        }
    }
    for mut row in std::mem::take(&mut gone.enrolments) {
        if !stays.enrolments.contains(&row) {
            row.id = 0;
            stays.enrolments.push(row);
        }
    }
    for mut finding in std::mem::take(&mut gone.findings) {
        if !stays.findings.contains(&finding) {
            finding.id = 0;
            stays.findings.push(finding);
        }
    }
    (gone, stays)
}

/// One record becomes two.
fn split(
    whole: &Whole,
    other: &NewPerson,
    person: i64,
    enrolments: &[i64],
    numbers: &[i64],
) -> Result<(Whole, Whole), RegistryError> {
    let mut stays = whole.clone();
    let mut new = new_person(other, person, "从另一条记录拆分出来时的号码")?;
    let (theirs, own) = std::mem::take(&mut stays.enrolments).into_iter().partition(|row| enrolments.contains(&row.id));
    stays.enrolments = own;
    new.enrolments = theirs;
    let (theirs, own): (Vec<Number>, _) =
        std::mem::take(&mut stays.numbers).into_iter().partition(|number| numbers.contains(&number.id));
    stays.numbers = own;
    for number in theirs {
        if !new.numbers.iter().any(|known| known.value == number.value) {
            let kind = if new.numbers.is_empty() { number.kind } else { NumberKind::Former };
            new.numbers.push(Number { id: 0, kind, ..number });
        }
    }
    for row in &mut new.enrolments {
        row.id = 0;
    }
    Ok((stays, new))
}
