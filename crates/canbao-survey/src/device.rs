//! Tasks and households as JSON: what a phone is sent (nothing that its owner may not see, numbers and telephones masked), and
//! what is printed.

use canbao_domain::date::Date;
use canbao_registry::area::Areas;
use canbao_registry::survey::{HouseholdSheet, Subject, Version, Visit};
use serde_json::{Map, Value as Json, json};

use crate::form::{Answer, Forms};
use crate::known::{Cover, facts_of, notes, tag};

/// The heads of items, for the device that asks.
fn items(heads: &canbao_registry::survey::Heads, device: &str) -> Json {
    let head = |version: &Version| {
        json!({
            "op": version.op, "value": version.value, "at": version.at, "by": version.actor,
            "here": version.device == device,
        })
    };
    heads
        .iter()
        .map(|(item, heads)| (item.clone(), heads.iter().map(head).collect::<Vec<_>>().into()))
        .collect::<Map<_, _>>()
        .into()
}

fn visits(visits: &[Visit]) -> Json {
    visits
        .iter()
        .map(|visit| json!({ "op": visit.op, "at": visit.at, "found": visit.found, "note": visit.note }))
        .collect()
}

/// A task.
pub fn task(
    subject: &Subject,
    household: &str,
    areas: &Areas,
    forms: &Forms,
    device: &str,
    today: Date,
    cover: Cover,
) -> Json {
    let task = &subject.task;
    let facts = facts_of(subject, cover, today);
    let fact = |answer: &Answer| match answer {
        Answer::One(text) => json!(text),
        Answer::Several(texts) => json!(texts),
    };
    let told: Map<String, Json> = facts.told.iter().map(|(name, answer)| (name.clone(), fact(answer))).collect();
    let returned = subject.returned.as_ref().map(|(says, by, items)| {
        json!({ "says": says, "by": by, "items": serde_json::from_str::<Json>(items).unwrap_or_else(|_| json!([])) })
    });
    let photos: Vec<Json> = subject
        .photos
        .iter()
        .map(|photo| json!({ "id": photo.id, "item": photo.item, "bytes": photo.bytes, "whole": photo.whole }))
        .collect();
    let name =
        facts.known.get("name").cloned().or_else(|| subject.value("name").and_then(Json::as_str).map(str::to_owned));
    json!({
        "key": task.mark,
        "form": task.form,
        "version": forms.get(&task.form).map_or(0, |form| form.version),
        "household": household,
        "village": task.area,
        "villageName": areas.get(&task.area).map(|area| area.name.clone()),
        "state": task.state.as_str(),
        "why": why(subject),
        "due": task.due,
        "round": task.round,
        "added": task.added,
        "at": task.seq,
        "name": name.unwrap_or_default(),
        "mark": tag(subject),
        "known": facts.known,
        "notes": notes(subject),
        "facts": told,
        "items": items(&subject.heads, device),
        "visits": visits(&subject.visits),
        "photos": photos,
        "returned": returned,
    })
}

/// Why a task is over, in a sentence; nothing where it is not.
pub fn why(subject: &Subject) -> Option<String> {
    let reason = &subject.task.reason;
    match subject.task.state {
        canbao_registry::survey::State::Exempt => {
            let says = canbao_registry::survey::Reconciled::chinese(reason);
            Some(if says.is_empty() { reason.clone() } else { format!("{says}。") })
        }
        _ => None,
    }
}

/// A household.
pub fn household(sheet: &HouseholdSheet, device: &str) -> Json {
    let household = &sheet.household;
    let head = sheet.members.first();
    let answered = |item: &str| {
        sheet.heads.get(item).and_then(|heads| heads.first()).and_then(|head| head.value.as_str()).map(str::to_owned)
    };
    json!({
        "key": household.mark,
        "village": household.village,
        "head": head.and_then(|head| head.record.name.clone()).or_else(|| answered("head")).unwrap_or_default(),
        "address": head.and_then(|head| head.record.address.clone()).or_else(|| answered("address")).unwrap_or_default(),
        "no": head.and_then(|head| head.record.household.clone()),
        "added": household.added,
        "at": household.seq,
        "form": "household",
        "people": sheet.members.len(),
        "items": items(&sheet.heads, device),
        "visits": visits(&sheet.visits),
    })
}
