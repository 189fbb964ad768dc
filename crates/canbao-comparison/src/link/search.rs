//! Brings each subject together with those who share a key with it, in one scan of all rows.

use super::gather::{VALUES, ValueColumns};
use super::group::Groups;
use crate::decisions::Decisions;
use crate::error::CompareError;
use crate::links::{Links, Standing};
use crate::plan::context::Engine;
use crate::plan::filter::{self, predicate};
use crate::stage::{RowId, Stage, scan};
use ahash::AHashMap;
use arrow::array::{ArrayRef, BooleanArray, RecordBatch};
use arrow::datatypes::{DataType, Field, Schema};
use canbao_linkage::block::{self, ROW_KEYS};
use datafusion::error::DataFusionError;
use std::sync::Arc;

/// The keys of all subjects, with a table of bits in front that answers "nobody" quickly.
#[derive(Debug, Default)]
pub(crate) struct Index {
    bits: Vec<u64>,
    shift: u32,
    keys: Vec<(u64, u32)>,
}

impl Index {
    fn new(mut keys: Vec<(u64, u32)>) -> Self {
        keys.sort_unstable();
        keys.dedup();
        // sixteen bits a key: one miss in sixteen is looked up in vain
        let size = (keys.len().max(1 << 12) * 16).next_power_of_two();
        let shift = 64 - size.trailing_zeros();
        let mut bits = vec![0u64; size / 64];
        for (key, _) in &keys {
            let at = key.wrapping_mul(0x9E37_79B9_7F4A_7C15) >> shift;
            if let Some(word) = bits.get_mut((at / 64) as usize) {
                *word |= 1 << (at % 64);
            }
        }
        Self { bits, shift, keys }
    }

    #[inline]
    fn may_hold(&self, key: u64) -> bool {
        let at = key.wrapping_mul(0x9E37_79B9_7F4A_7C15) >> self.shift;
        key != 0 && self.bits.get((at / 64) as usize).is_some_and(|word| word & (1 << (at % 64)) != 0)
    }

    fn subjects(&self, key: u64) -> impl Iterator<Item = u32> + '_ {
        let from = self.keys.partition_point(|(k, _)| *k < key);
        self.keys.get(from..).unwrap_or_default().iter().take_while(move |(k, _)| *k == key).map(|(_, s)| *s)
    }
}

/// Candidates: subject and representative row of an identity, sorted, each pair once.
#[derive(Debug, Default)]
pub(crate) struct Found {
    pub(crate) pairs: Vec<(u32, RowId)>,
}

/// The identity that a row describes for certain, if it describes one.
pub(crate) fn identity(id: RowId, links: &Links, identity_of: &AHashMap<RowId, RowId>) -> Option<RowId> {
    match links.slot(id).standing() {
        Standing::Absent => None,
        Standing::Settled => links.person(id),
        _ => identity_of.get(&id).copied(),
    }
}

/// Searches.
pub(crate) fn search(engine: &Engine, stage: &Arc<Stage>, links: &Arc<Links>, groups: &Groups, decisions: &Decisions) -> Result<Found, CompareError> {
    let (mut keys, mut scratch, mut one) = (Vec::new(), Vec::new(), Vec::new());
    for (subject, s) in (0u32..).zip(&groups.subjects) {
        one.clear();
        block::of_record(&s.record, &mut scratch, &mut one);
        one.extend(groups.rulings(s, decisions).map(|(_, number)| block::of_number(number)));
        keys.extend(one.iter().map(|k| (*k, subject)));
    }
    let index = Arc::new(Index::new(keys));
    let links_ = Arc::clone(links);
    let population: Arc<Vec<bool>> = Arc::new(stage.sources.iter().map(|s| s.kind.is_population()).collect());
    // a settled row of an insurance repeats the number, name and mostly the date of a population row
    let repeats = move |id: RowId| -> bool {
        let slot = links_.slot(id);
        slot.standing() == Standing::Settled && !slot.birth_differs() && !population.get(id.source()).copied().unwrap_or(false)
    };
    let repeats = Arc::new(repeats);
    let hits = {
        let (index, repeats) = (Arc::clone(&index), Arc::clone(&repeats));
        predicate("shares_a_key", types()?, move |columns| hits(columns, &index, &*repeats))
    };
    let plan = engine.read(scan::table(stage, |_| true, &VALUES)?)?.filter(filter::call(&hits, &VALUES))?;
    let identity_of = Arc::new(groups.identity_of.clone());
    let found = {
        let (links, index) = (Arc::clone(links), Arc::clone(&index));
        engine.fold::<Vec<(u32, RowId)>>(plan, move |pairs, batch| {
            let values = ValueColumns::of(batch)?;
            for i in 0..batch.num_rows() {
                let id = RowId(values.rid.value(i));
                let Some(identity) = identity(id, &links, &identity_of) else { continue };
                for key in block::of_row(&values.row(i), repeats(id)) {
                    if index.may_hold(key) {
                        pairs.extend(index.subjects(key).map(|s| (s, identity)));
                    }
                }
            }
            Ok(())
        })?
    };
    let mut pairs: Vec<(u32, RowId)> = found.into_iter().flatten().collect();
    pairs.sort_unstable();
    pairs.dedup();
    // nobody is found by their own rows
    pairs.retain(|(subject, identity)| {
        groups.subjects.get(*subject as usize).is_some_and(|s| s.role == super::group::Role::Row || s.own != *identity)
    });
    Ok(Found { pairs })
}

fn types() -> Result<Vec<DataType>, CompareError> {
    let of = |name: &str| crate::stage::keys::NARROW.field_with_name(name).or_else(|_| crate::stage::keys::BLOCK.field_with_name(name)).cloned();
    VALUES.iter().map(|n| Ok(of(n)?.data_type().clone())).collect()
}

fn hits(columns: &[ArrayRef], index: &Index, repeats: &(impl Fn(RowId) -> bool + ?Sized)) -> Result<BooleanArray, DataFusionError> {
    let fields: Vec<Field> = VALUES.iter().zip(columns).map(|(n, c)| Field::new(*n, c.data_type().clone(), true)).collect();
    let batch = RecordBatch::try_new(Arc::new(Schema::new(fields)), columns.to_vec())?;
    let values = ValueColumns::of(&batch).map_err(|e| DataFusionError::External(Box::new(e)))?;
    Ok((0..batch.num_rows())
        .map(|i| {
            let keys: [u64; ROW_KEYS] = block::of_row(&values.row(i), repeats(RowId(values.rid.value(i))));
            Some(keys.iter().any(|k| index.may_hold(*k)))
        })
        .collect())
}
