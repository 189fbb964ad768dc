//! The area tree of a run becomes the registry's, dated. What a hand said of an area stays as the hand said it.

use std::collections::{BTreeMap, BTreeSet};

use arrow::array::{Array, AsArray};
use canbao_run::RunReader;

use super::run::content;
use crate::RegistryError;
use crate::area::{Area, Version, Versions};
use crate::store::Transaction;

/// Since when areas hold that the first run brings.
const EVER: &str = "1900-01-01";

/// Reads a run's areas by code.
pub(super) fn read(run: &RunReader) -> Result<BTreeMap<String, Area>, RegistryError> {
    let mut areas = BTreeMap::new();
    for batch in run.scan("areas", &["code", "name", "level", "parent"])? {
        let batch = batch?;
        let columns: Vec<_> = batch.columns().iter().filter_map(|column| column.as_string_opt::<i32>()).collect();
        let [code, name, level, parent] = columns.as_slice() else {
            return Err(content("areas", "列的类型不符"));
        };
        for row in 0..batch.num_rows() {
            let area = Area {
                name: name.value(row).to_owned(),
                level: level.value(row).to_owned(),
                parent: parent.is_valid(row).then(|| parent.value(row).to_owned()),
                reporting: None,
            };
            areas.insert(code.value(row).to_owned(), area);
        }
    }
    Ok(areas)
}

/// Adds the areas in which people are though the run's table does not list them (a mistyped code, a village that is newer
/// than the table), each under what its code stands under: who is in no area, no office sees.
pub(super) fn add_unlisted(areas: &mut BTreeMap<String, Area>, of_people: &BTreeSet<String>) {
    let city = areas.iter().find(|(_, area)| area.level == "city").map(|(code, _)| code.clone());
    let above = |code: &str, len| code.get(..len).filter(|above| above.len() < code.len()).map(str::to_owned);
    let mut unlisted: Vec<String> = of_people.iter().filter(|code| !areas.contains_key(*code)).cloned().collect();
    while let Some(code) = unlisted.pop() {
        let level = match code.len() {
            ..=6 => "county",
            7..=9 => "town",
            _ => "village",
        };
        let parent = above(&code, 9).or_else(|| above(&code, 6)).or_else(|| city.clone());
        if let Some(parent) = &parent
            && !areas.contains_key(parent)
        {
            unlisted.push(parent.clone());
        }
        let area = Area { name: unlisted_name(&code), level: level.to_owned(), parent, reporting: None };
        areas.insert(code, area);
    }
}

/// What an area is called of which nobody knows the name.
fn unlisted_name(code: &str) -> String {
    format!("区划表外 {code}")
}

/// Writes what changed: an area that has another name or parent, is new or is gone, from the day of the run on. Who
/// manages an area is not the run's to say, and stays; so does the name that a hand gave, and an area that a hand added or
/// closed. One that a hand closed is opened again where people are in it by now, or something stands under it: who is
/// nowhere, nobody sees. The counters must be the run's already.
pub(super) async fn write(
    transaction: &mut Transaction,
    areas: &BTreeMap<String, Area>,
    day: &str,
    revision: i64,
) -> Result<(), RegistryError> {
    let versions = Versions::read(transaction).await?;
    let first = if versions.0.is_empty() { EVER } else { day };
    let open = stay_open(transaction, areas, &versions).await?;
    for (code, area) in areas.iter().filter(|(code, _)| open.contains(*code)) {
        let Some(last) = versions.last(code) else {
            said(code, area, first, revision).insert(transaction).await?;
            continue;
        };
        match &last.until {
            // what ended later than the run's day is there again as soon as it may
            Some(until) => said(code, area, day.max(until), revision).insert(transaction).await?,
            // nobody tells what it is called now
            None if last.by_hand || is(area, &last.area) || area.name == unlisted_name(code) => {}
            None => rename(transaction, versions.0.get(code), area, day, revision).await?,
        }
    }
    for (code, all) in versions.0.iter().filter(|(code, _)| !open.contains(*code)) {
        if versions.open(code).is_none() {
            continue;
        }
        for version in all.iter().filter(|version| version.end() > day) {
            if version.since.as_str() < day {
                Version { until: Some(day.to_owned()), ..version.clone() }.update(transaction).await?;
            } else {
                version.delete(transaction).await?;
            }
        }
    }
    Ok(())
}

/// The areas that there are from now on.
async fn stay_open(
    transaction: &mut Transaction,
    areas: &BTreeMap<String, Area>,
    versions: &Versions,
) -> Result<BTreeSet<String>, RegistryError> {
    let closed = |code: &str| versions.last(code).is_some_and(|last| last.by_hand && last.until.is_some());
    let mut open: BTreeSet<String> = areas.keys().filter(|code| !closed(code)).cloned().collect();
    open.extend(versions.0.keys().filter(|code| versions.open(code).is_some_and(|last| last.by_hand)).cloned());
    if areas.keys().any(|code| closed(code)) {
        let sql = "SELECT area FROM counter WHERE scheme = '' AND finding = '' GROUP BY area HAVING SUM(people) > 0";
        let people = transaction.all(sql, &[]).await?;
        let there = people.iter().map(|row| row.text(0)).filter(|code| areas.contains_key(*code));
        open.extend(there.map(str::to_owned));
    }
    // what stands under an area, or reports to it, keeps it
    loop {
        let mut more: BTreeSet<&str> = BTreeSet::new();
        for code in &open {
            let last = versions.open(code);
            let own = last.filter(|last| last.by_hand || !areas.contains_key(code));
            let parent = match (own, areas.get(code)) {
                (Some(last), _) => last.area.parent.as_deref(),
                (None, area) => area.and_then(|area| area.parent.as_deref()),
            };
            more.extend(parent.into_iter().chain(last.and_then(|last| last.area.reporting.as_deref())));
        }
        let known = |code: &&str| areas.contains_key(*code) || versions.open(code).is_some();
        let more: Vec<String> =
            more.into_iter().filter(|code| !open.contains(*code)).filter(known).map(str::to_owned).collect();
        if more.is_empty() {
            return Ok(open);
        }
        open.extend(more);
    }
}

/// An area is called otherwise from `day` on, whoever manages it then and later.
async fn rename(
    transaction: &mut Transaction,
    versions: Option<&Vec<Version>>,
    area: &Area,
    day: &str,
    revision: i64,
) -> Result<(), RegistryError> {
    for version in versions.into_iter().flatten().filter(|version| version.end() > day) {
        let after = Version { area: under(area, &version.area), revision, ..version.clone() };
        if version.since.as_str() < day {
            Version { until: Some(day.to_owned()), ..version.clone() }.update(transaction).await?;
            Version { since: day.to_owned(), ..after }.insert(transaction).await?;
        } else {
            after.update(transaction).await?;
        }
    }
    Ok(())
}

/// Whether two are called alike and stand in the same place.
fn is(one: &Area, other: &Area) -> bool {
    one.name == other.name && one.level == other.level && one.parent == other.parent
}

/// An area, managed as another is.
fn under(area: &Area, other: &Area) -> Area {
    Area { reporting: other.reporting.clone(), ..area.clone() }
}

/// What a run says of an area, from a day on.
fn said(code: &str, area: &Area, since: &str, revision: i64) -> Version {
    let (code, since) = (code.to_owned(), since.to_owned());
    Version { code, since, until: None, area: area.clone(), by_hand: false, revision }
}

/// Takes back what the run of a day changed as `revision`: areas that it ended hold on, as they were, and those that it
/// called otherwise have their names again, unless a hand changed them since. Those that it brought stay: nobody is in them
/// but whom it left there.
pub(super) async fn take_back(transaction: &mut Transaction, revision: i64, day: &str) -> Result<(), RegistryError> {
    let versions = Versions::read(transaction).await?;
    for all in versions.0.values() {
        let Some(at) = all.iter().position(|version| version.end() == day && !version.by_hand) else { continue };
        let (before, later) = all.split_at(at + 1);
        let Some(before) = before.last() else { continue };
        if later.is_empty() {
            Version { until: None, ..before.clone() }.update(transaction).await?;
        }
        let Some(undone) = later.iter().find(|version| version.revision == revision && !version.by_hand) else {
            continue;
        };
        let same = |version: &&Version| !version.by_hand && is(&version.area, &undone.area);
        for version in later.iter().filter(same) {
            let area = under(&before.area, &version.area);
            if version.since == day && area == before.area {
                version.delete(transaction).await?;
                Version { until: version.until.clone(), ..before.clone() }.update(transaction).await?;
            } else {
                Version { area, ..version.clone() }.update(transaction).await?;
            }
        }
    }
    Ok(())
}
