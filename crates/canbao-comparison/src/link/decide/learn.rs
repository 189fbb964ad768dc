//! Learns from the city itself: how a row agrees with its person, and how the numbers are damaged.

use super::super::profile::Profiles;
use canbao_linkage::model::agreement::compare;
use canbao_linkage::model::judge::{Model, Pair, by_record};
use canbao_linkage::model::record::{Profile, ProfileRow, Record};

/// Subjects from which the shares of the numbers' classes are estimated, at most.
const FITTED: usize = 40_000;
/// Rounds of estimation.
const ROUNDS: usize = 6;

/// Learns from people who are beyond doubt how a row agrees with the rest of its person.
pub(super) fn learn(model: &mut Model, collected: &Profiles) {
    let mut stranger: Option<&Record> = None;
    for rows in &collected.learners {
        for (at, row) in rows.iter().enumerate() {
            if row.kind.is_population() {
                continue;
            }
            let mut profile = Profile { number: row.record.number, text: None, rows: Vec::new(), pattern: 0 };
            profile
                .rows
                .extend(rows.iter().enumerate().filter(|(i, _)| *i != at).map(|(_, r)| ProfileRow::from(&r.record)));
            let agreement = compare(&row.record, &profile);
            model.parameters.observe(row.record.kind, &agreement);
        }
        if let Some(first) = rows.first() {
            if let Some(other) = stranger {
                model.parameters.observe_strangers(canbao_linkage::names::compare(&other.name, &first.record.name));
            }
            stranger = Some(&first.record);
        }
    }
}

/// Estimates from an even sample of the subjects, so that the time does not grow with the city.
pub(super) fn fit(model: &mut Model, records: &[Record], pairs: &[Pair], settled: u64) {
    let step = records.len().div_ceil(FITTED).max(1);
    let (mut some, mut theirs) = (Vec::new(), Vec::new());
    for (at, (record, group)) in by_record(records, pairs).enumerate() {
        if at % step == 0 {
            let index = some.len() as u32;
            theirs.extend(group.iter().map(|p| p.at(index)));
            some.push(record.clone());
        }
    }
    model.fit(&some, &theirs, ROUNDS, settled as f64 / step as f64);
}
