//! The great join: each row with the population row that has the same number.
//!
//! A row whose number one population row has, under the same name, is settled here, and so are nearly all.
//! What is left (numbers that are damaged, missing, unknown to the population, shared, or under another
//! name) goes to linking.
//!
//! The population is the built side: a slot a number, in stripes that are filled at the same time. One look at memory
//! tells whose a row is, where a general hash join would hash, chain and gather ten columns (measured: twice the time
//! of the whole step). Where the table would not fit, numbers are taken in ranges of their hash, a pass each.

use crate::error::CompareError;
use crate::links::{Links, Method, Owned, Standing};
use crate::plan::context::Engine;
use crate::stage::{RowId, Stage, scan};
use arrow::array::{Array, AsArray, PrimitiveArray};
use arrow::datatypes::{ArrowPrimitiveType, Int32Type, UInt8Type, UInt64Type};
use arrow::record_batch::RecordBatch;
use canbao_domain::date::Date;
use canbao_domain::number::{CitizenNumber, NumberForm};
use std::sync::Arc;

/// A population row as the built side of the join.
#[derive(Debug, Clone, Copy, Default)]
struct Owner {
    /// The number's body; 0 where the slot is free.
    num: u64,
    row: u64,
    name: u64,
    /// Days; [`NO_DATE`] where none is written.
    birth: i32,
    sex: u8,
}

const NO_DATE: i32 = i32::MIN;
/// Stripes of the table, each filled by one thread.
const STRIPES: usize = 64;
/// Most bytes that a population row takes while the table is made: itself, and its slot and a half.
const OWNER_BYTES: u64 = (size_of::<Owner>() * 5 / 2) as u64;

/// Population rows by number.
#[derive(Debug)]
struct Owners(Vec<Vec<Owner>>);

fn mixed(num: u64) -> u64 {
    num.wrapping_mul(0x9E37_79B9_7F4A_7C15)
}

fn stripe(mixed: u64) -> usize {
    (mixed >> 58) as usize
}

/// The slot of a stripe at which the search for a number begins.
fn first_slot(mixed: u64, slots: usize) -> usize {
    (((mixed >> 26) & 0xFFFF_FFFF) * slots as u64 >> 32) as usize
}

impl Owners {
    /// Puts lists of rows, a list a stripe, into their slots.
    fn new(lists: Vec<[Vec<Owner>; STRIPES]>, workers: usize) -> Self {
        let mut stripes: Vec<Vec<Vec<Owner>>> = (0..STRIPES).map(|_| Vec::new()).collect();
        for lists in lists {
            for (stripe, list) in stripes.iter_mut().zip(lists) {
                stripe.push(list);
            }
        }
        Self(crate::parallel::in_turn(stripes, workers, Self::slots))
    }

    fn slots(lists: Vec<Vec<Owner>>) -> Vec<Owner> {
        let count: usize = lists.iter().map(Vec::len).sum();
        let mut slots = vec![Owner::default(); count + count / 2 + 1];
        let length = slots.len();
        for owner in lists.into_iter().flatten() {
            let mut at = first_slot(mixed(owner.num), length);
            while let Some(slot) = slots.get_mut(at) {
                if slot.num == 0 {
                    *slot = owner;
                    break;
                }
                at = if at + 1 == length { 0 } else { at + 1 };
            }
        }
        slots
    }

    /// The population rows with a number.
    fn of(&self, num: u64) -> impl Iterator<Item = &Owner> {
        let mixed = mixed(num);
        let slots = self.0.get(stripe(mixed)).map(Vec::as_slice).unwrap_or_default();
        let (before, from) = slots.split_at(first_slot(mixed, slots.len()).min(slots.len()));
        from.iter().chain(before).take_while(|o| o.num != 0).filter(move |o| o.num == num)
    }
}

/// Joins, and writes the standing of every row into `links`. `memory`: what the table may take, bytes.
pub(crate) fn settle(
    engine: &Engine,
    stage: &Arc<Stage>,
    links: &Arc<Links>,
    memory: u64,
    workers: usize,
) -> Result<(), CompareError> {
    let population: u64 = stage.sources.iter().filter(|s| s.kind.is_population()).map(|s| s.rows.unsigned_abs()).sum();
    let passes = (population * OWNER_BYTES).div_ceil(memory.max(1)).max(1);
    for pass in 0..passes {
        // stripes and slots are the upper bits of the same product, so the passes are told by others
        let mine = move |num: u64| passes == 1 || (num ^ num >> 29) % passes == pass;
        let table = scan::table(stage, |s| s.kind.is_population(), &["rid", "num", "name", "birth", "sex"])?;
        let lists = engine.fold::<Lists>(engine.read(table)?, move |lists, batch| lists.take(batch, mine))?;
        let owners = Owners::new(lists.into_iter().map(|l| l.0).collect(), workers);
        let rows = scan::table(stage, |_| true, &["rid", "num", "name", "birth", "sex", "form"])?;
        let links = Arc::clone(links);
        engine.each(engine.read(rows)?, move |batch| take(batch, &owners, mine, pass == 0, &links))?;
    }
    Ok(())
}

struct Lists([Vec<Owner>; STRIPES]);

impl Default for Lists {
    fn default() -> Self {
        Self(std::array::from_fn(|_| Vec::new()))
    }
}

impl Lists {
    fn take(&mut self, batch: &RecordBatch, mine: impl Fn(u64) -> bool) -> Result<(), CompareError> {
        let rows = Rows::of(batch)?;
        for i in 0..batch.num_rows() {
            let Some(num) = rows.num(i).filter(|n| mine(*n)) else { continue };
            if let Some(list) = self.0.get_mut(stripe(mixed(num))) {
                list.push(Owner {
                    num,
                    row: rows.rid.value(i),
                    name: rows.name.value(i),
                    birth: if rows.birth.is_valid(i) { rows.birth.value(i) } else { NO_DATE },
                    sex: rows.sex.value(i),
                });
            }
        }
        Ok(())
    }
}

/// The columns that are joined on and compared.
struct Rows<'a> {
    rid: &'a PrimitiveArray<UInt64Type>,
    num: &'a PrimitiveArray<UInt64Type>,
    name: &'a PrimitiveArray<UInt64Type>,
    birth: &'a PrimitiveArray<Int32Type>,
    sex: &'a PrimitiveArray<UInt8Type>,
}

impl<'a> Rows<'a> {
    fn of(batch: &'a RecordBatch) -> Result<Self, CompareError> {
        Ok(Self {
            rid: column::<UInt64Type>(batch, "rid")?,
            num: column::<UInt64Type>(batch, "num")?,
            name: column::<UInt64Type>(batch, "name")?,
            birth: column::<Int32Type>(batch, "birth")?,
            sex: column::<UInt8Type>(batch, "sex")?,
        })
    }

    fn num(&self, i: usize) -> Option<u64> {
        self.num.is_valid(i).then(|| self.num.value(i))
    }

    /// How a row stands beside the population row with its number.
    fn owned(&self, i: usize, owner: &Owner, form: u8) -> Owned {
        let mut owned = Owned {
            owner: RowId(owner.row),
            standing: Standing::Contested,
            form,
            birth_differs: false,
            sex_differs: false,
        };
        if self.name.value(i) == 0 || self.name.value(i) != owner.name {
            return owned;
        }
        owned.standing = Standing::Settled;
        // the person's own date and sex: of the population row, else of the number
        let known_birth = match owner.birth {
            NO_DATE => CitizenNumber::from_body(owner.num).map(|n| n.birth().days()),
            days => Some(days),
        };
        let known_sex = match owner.sex {
            s @ (1 | 2) => s,
            _ => CitizenNumber::from_body(owner.num).map_or(0, |n| n.sex() as u8),
        };
        let sex = self.sex.value(i);
        owned.birth_differs = self.birth.is_valid(i) && known_birth.is_some_and(|b| b != self.birth.value(i));
        owned.sex_differs = matches!(sex, 1 | 2) && matches!(known_sex, 1 | 2) && sex != known_sex;
        owned
    }
}

pub(crate) fn column<'a, T: ArrowPrimitiveType>(
    batch: &'a RecordBatch,
    name: &str,
) -> Result<&'a PrimitiveArray<T>, CompareError> {
    batch
        .column_by_name(name)
        .and_then(|c| c.as_primitive_opt::<T>())
        .ok_or_else(|| CompareError::Internal(format!("缺少列 {name}")))
}

fn take(
    batch: &RecordBatch,
    owners: &Owners,
    mine: impl Fn(u64) -> bool,
    first: bool,
    links: &Links,
) -> Result<(), CompareError> {
    let (rows, form) = (Rows::of(batch)?, column::<UInt8Type>(batch, "form")?);
    for i in 0..batch.num_rows() {
        let id = RowId(rows.rid.value(i));
        let Some(num) = rows.num(i) else {
            if first {
                links.unsettled(id, Standing::Numberless);
            }
            continue;
        };
        if !mine(num) {
            continue;
        }
        let mut found = owners.of(num);
        match (found.next(), found.next()) {
            (None, _) => links.unsettled(id, Standing::Orphan),
            (Some(owner), None) => links.owned(id, rows.owned(i, owner, form.value(i))),
            (Some(owner), Some(_)) => {
                links.owned(id, Owned { standing: Standing::Shared, ..rows.owned(i, owner, form.value(i)) });
            }
        }
    }
    Ok(())
}

/// The method by which a number that is written in this form identifies its row.
pub(crate) fn plain_method(form: NumberForm) -> Method {
    match form {
        NumberForm::Normalised => Method::Normalised,
        NumberForm::Upgraded => Method::Upgraded,
        _ => Method::Exact,
    }
}

/// A date of a column of days.
pub(crate) fn date_at(column: &PrimitiveArray<Int32Type>, i: usize) -> Option<Date> {
    column.is_valid(i).then(|| Date(column.value(i)))
}
