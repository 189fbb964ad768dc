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
use crate::parallel::in_turn;
use crate::plan::context::Engine;
use crate::stage::{RowId, Stage, scan};
use arrow::array::{Array, AsArray, PrimitiveArray};
use arrow::datatypes::{ArrowPrimitiveType, Int32Type, UInt8Type, UInt64Type};
use arrow::record_batch::RecordBatch;
use canbao_domain::date::Date;
use canbao_domain::number::{CitizenNumber, NumberForm};
use std::sync::atomic::{AtomicU16, Ordering};
use std::sync::{Arc, Mutex};

/// A population row as the built side of the join. All that a row of the other side asks or notes stands together.
#[derive(Debug, Default)]
struct Owner {
    /// The number's body; 0 where the slot is free.
    num: u64,
    row: u64,
    name: u64,
    /// Days; [`NO_DATE`] where none is written.
    birth: i32,
    /// Kinds of extract that were seen to hold this person under the same name.
    kinds: AtomicU16,
    sex: u8,
    /// Whether others have the number as well, so that they must be looked for.
    several: bool,
}

const NO_DATE: i32 = i32::MIN;
/// Rows whose slots are fetched before the first is looked at.
const AHEAD: usize = 128;
/// Stripes of the table, each behind a lock while it is filled.
const STRIPES: usize = 64;
/// Bytes that a population row takes: a slot and a half.
const OWNER_BYTES: u64 = (size_of::<Owner>() * 3 / 2) as u64;

/// Population rows by number.
#[derive(Debug)]
struct Owners(Vec<Vec<Owner>>);

/// A stripe that is being filled; whoever puts the first row in makes the room.
#[derive(Debug)]
struct Filling {
    slots: Vec<Owner>,
    used: usize,
    /// Rows that are expected.
    rows: usize,
}

fn mixed(num: u64) -> u64 {
    num.wrapping_mul(0x9E37_79B9_7F4A_7C15)
}

fn stripe(mixed: u64) -> usize {
    (mixed >> 58) as usize
}

/// The slot of a stripe at which the search for a number begins.
fn first_slot(mixed: u64, slots: usize) -> usize {
    ((((mixed >> 26) & 0xFFFF_FFFF) * slots as u64) >> 32) as usize
}

impl Owner {
    /// Notes that an extract of this kind holds the person.
    fn note(&self, kind: u8) {
        if self.kinds.load(Ordering::Relaxed) & 1 << kind == 0 {
            self.kinds.fetch_or(1 << kind, Ordering::Relaxed);
        }
    }
}

impl Filling {
    fn new(rows: usize) -> Self {
        Self { slots: Vec::new(), used: 0, rows }
    }

    fn insert(&mut self, mut owner: Owner) {
        if (self.used + 1) * 4 > self.slots.len() * 3 {
            let rows = self.rows.max(self.slots.len());
            let mut slots = Vec::new();
            slots.resize_with(rows + rows / 2 + 4, Owner::default);
            let before = std::mem::replace(&mut self.slots, slots);
            self.used = 0;
            before.into_iter().filter(|o| o.num != 0).for_each(|o| self.insert(o));
        }
        let length = self.slots.len();
        let mut at = first_slot(mixed(owner.num), length);
        while let Some(slot) = self.slots.get_mut(at) {
            if slot.num == 0 {
                *slot = owner;
                self.used += 1;
                return;
            }
            if slot.num == owner.num {
                (slot.several, owner.several) = (true, true);
            }
            at = if at + 1 == length { 0 } else { at + 1 };
        }
    }
}

/// Asks memory for a slot and for the next one, which every other search comes to.
fn fetched(slots: &[Owner], at: usize) -> u64 {
    let num = |at: usize| slots.get(at).map_or(0, |owner| owner.num);
    num(at) ^ num(at + 1)
}

impl Owners {
    /// Fetches the slots of some numbers from memory, all at once: one after the other, each would be waited for.
    fn fetch<'a>(&self, numbers: impl Iterator<Item = &'a u64>) {
        let slots = numbers.filter_map(|num| {
            let mixed = mixed(*num);
            let slots = self.0.get(stripe(mixed))?;
            Some((slots, first_slot(mixed, slots.len())))
        });
        std::hint::black_box(slots.fold(0, |all, (slots, at)| all ^ fetched(slots, at)));
    }

    /// A population row with a number, and the others that have it.
    fn of(&self, num: u64) -> Option<(&Owner, impl Iterator<Item = &Owner>)> {
        let mut found = self.all(num);
        let first = found.next()?;
        // memory behind it is asked for only where somebody else is there
        Some((first, first.several.then_some(found).into_iter().flatten()))
    }

    fn all(&self, num: u64) -> impl Iterator<Item = &Owner> {
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
        let rows = usize::try_from(population / passes).unwrap_or(0) / STRIPES;
        let filling: Arc<Vec<Mutex<Filling>>> =
            Arc::new((0..STRIPES).map(|_| Mutex::new(Filling::new(rows))).collect());
        let stripes = Arc::clone(&filling);
        engine.each(engine.read(table)?, move |batch| fill(batch, &stripes, mine))?;
        let filled = Arc::into_inner(filling).ok_or_else(|| CompareError::internal("人口表仍被占用"))?;
        let stripes = filled.into_iter().map(|s| s.into_inner().map_or_else(|_| Vec::new(), |s| s.slots));
        let owners = Arc::new(Owners(stripes.collect()));
        let rows = scan::table(stage, |_| true, &["rid", "num", "name", "birth", "sex", "form"])?;
        let (owners_, links_) = (Arc::clone(&owners), Arc::clone(links));
        engine.each(engine.read(rows)?, move |batch| take(batch, &owners_, mine, pass == 0, &links_))?;
        in_turn(owners.0.iter().collect(), workers, |stripe| {
            for owner in stripe.iter().filter(|owner| owner.num != 0) {
                links.hold(RowId(owner.row), owner.kinds.load(Ordering::Relaxed));
            }
        });
    }
    Ok(())
}

/// Puts the population rows of a batch into the table, stripe by stripe.
fn fill(batch: &RecordBatch, stripes: &[Mutex<Filling>], mine: impl Fn(u64) -> bool) -> Result<(), CompareError> {
    let rows = Rows::of(batch)?;
    let mut each: Vec<Vec<(usize, u64)>> = vec![Vec::new(); STRIPES];
    for i in 0..batch.num_rows() {
        if let Some(num) = rows.num(i).filter(|n| mine(*n))
            && let Some(stripe) = each.get_mut(stripe(mixed(num)))
        {
            stripe.push((i, num));
        }
    }
    for (stripe, numbers) in stripes.iter().zip(&each) {
        let mut filling = stripe.lock().map_err(|_| CompareError::internal("人口表中断"))?;
        let slots = &filling.slots;
        let first = numbers.iter().map(|(_, num)| fetched(slots, first_slot(mixed(*num), slots.len())));
        std::hint::black_box(first.fold(0, |all, num| all ^ num));
        for &(i, num) in numbers {
            filling.insert(Owner {
                num,
                row: rows.rid.value(i),
                name: rows.name.value(i),
                birth: if rows.birth.is_valid(i) { rows.birth.value(i) } else { NO_DATE },
                sex: rows.sex.value(i),
                ..Owner::default()
            });
        }
    }
    Ok(())
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
        if i % AHEAD == 0 {
            owners.fetch(rows.num.values().iter().skip(i).take(AHEAD));
        }
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
        let Some((owner, others)) = owners.of(num) else {
            links.unsettled(id, Standing::Orphan);
            continue;
        };
        let owned = match others.min_by_key(|o| o.row) {
            None => rows.owned(i, owner, form.value(i)),
            Some(other) => {
                // whichever was met first, the first in the register stands for them
                let first = if other.row < owner.row { other } else { owner };
                Owned { standing: Standing::Shared, ..rows.owned(i, first, form.value(i)) }
            }
        };
        if owned.standing == Standing::Settled {
            owner.note(links.kind(id));
        }
        links.owned(id, owned);
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

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;
    use crate::progress::Silent;
    use crate::stage::Family;
    use crate::stage::scan::Batches;
    use crate::units::UnitIndex;
    use canbao_domain::rules::Rules;
    use std::collections::BTreeMap;

    /// An invented city, staged.
    fn staged(folder: &std::path::Path) -> Arc<Stage> {
        let plan = canbao_synth::Plan { persons: 2_000, seed: 3, out: folder.join("city"), months: None };
        canbao_synth::make(&plan, &|_| {}).unwrap();
        let city = canbao_intake::load_city(&plan.out.join("city.toml")).unwrap();
        let profiles = canbao_intake::Profiles::embedded().unwrap();
        let extracts = city.sources.iter().filter(|s| s.kind.is_person());
        let extracts = extracts.map(|s| canbao_intake::open(s, &profiles).unwrap()).collect();
        let units = UnitIndex::new(std::iter::empty());
        let scratch = folder.join("scratch");
        std::fs::create_dir(&scratch).unwrap();
        Arc::new(crate::stage::load::load(extracts, &scratch, Rules::embedded(), &units, 2, &Silent, &|| ()).unwrap())
    }

    /// What is written down of every row.
    fn told(links: &Links) -> Vec<(RowId, u64, Standing, bool, bool, u16)> {
        let mut told = Vec::new();
        links.each(|id, person, slot| {
            let kinds = links.kinds(id);
            told.push((id, person, slot.standing(), slot.birth_differs(), slot.sex_differs(), kinds));
        });
        told
    }

    /// In one pass or in many the same, and the same as by a map.
    #[test]
    fn the_join_is_that_of_a_map_in_any_number_of_passes() {
        let folder = tempfile::tempdir().unwrap();
        let stage = staged(folder.path());
        let engine = Engine::new(folder.path(), 64 << 20, 2).unwrap();
        let mut runs = Vec::new();
        for memory in [u64::MAX, 48 * 1_000, 48 * 100] {
            let links = Arc::new(Links::new(&stage, 2));
            settle(&engine, &stage, &links, memory, 2).unwrap();
            runs.push(told(&links));
        }
        let (first, others) = runs.split_first().unwrap();
        assert!(others.iter().all(|other| other == first));
        let mut rows: BTreeMap<u64, (Option<u64>, u64)> = BTreeMap::new();
        let mut owners: BTreeMap<u64, Vec<(u64, u64)>> = BTreeMap::new();
        for source in &stage.sources {
            for batch in Batches::open(source, &[(Family::Narrow, None)]) {
                let batch = batch.unwrap();
                let read = Rows::of(&batch).unwrap();
                for i in 0..batch.num_rows() {
                    let (rid, name) = (read.rid.value(i), read.name.value(i));
                    rows.insert(rid, (read.num(i), name));
                    if let Some(num) = read.num(i).filter(|_| source.kind.is_population()) {
                        owners.entry(num).or_default().push((rid, name));
                    }
                }
            }
        }
        let mut seen = BTreeMap::new();
        for (id, person, standing, ..) in first {
            let expected = match rows.get(&id.0) {
                None => (Standing::Absent, 0),
                Some((None, _)) => (Standing::Numberless, 0),
                Some((Some(num), name)) => match owners.get(num).map(Vec::as_slice) {
                    None => (Standing::Orphan, 0),
                    Some([(owner, known)]) if name == known && *name != 0 => (Standing::Settled, *owner),
                    Some([(owner, _)]) => (Standing::Contested, *owner),
                    Some(several) => (Standing::Shared, several.iter().map(|(owner, _)| *owner).min().unwrap()),
                },
            };
            assert_eq!((*standing, *person), expected, "{id:?}");
            *seen.entry(*standing as u8).or_insert(0) += 1;
        }
        assert!(seen.len() >= 5, "not every standing was met: {seen:?}");
    }

    /// Against a map: rows of few and of many numbers, some of them twice, in a table that must grow.
    #[test]
    fn rows_are_found_by_their_number_alone() {
        for (count, room) in [(0u64, 0), (1, 0), (5_000, 0), (5_000, 5_000)] {
            let number = |row: u64| 61_240_119_850_312_000 + row % (count * 3 / 4).max(1) * 7;
            let filled = || {
                let mut filling = Filling::new(room);
                (0..count).for_each(|row| filling.insert(Owner { num: number(row), row, ..Owner::default() }));
                filling.slots
            };
            let mut known: BTreeMap<u64, Vec<u64>> = BTreeMap::new();
            (0..count).for_each(|row| known.entry(number(row)).or_default().push(row));
            // every stripe is filled alike, so that a number is met in the company of all others
            let owners = Owners((0..STRIPES).map(|_| filled()).collect());
            for (num, rows) in &known {
                let (first, others) = owners.of(*num).unwrap();
                let mut found: Vec<u64> = others.chain([first]).map(|o| o.row).collect();
                found.sort_unstable();
                assert_eq!(found, *rows);
                assert!(owners.of(num + 1).is_none());
            }
        }
    }
}
