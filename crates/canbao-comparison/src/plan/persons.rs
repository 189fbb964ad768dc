//! One line a person: all rows that were linked to them, folded into what the rules ask for.

use crate::error::CompareError;
use crate::links::Links;
use crate::plan::context::Engine;
use crate::plan::owners::column;
use crate::stage::keys::ELSEWHERE;
use crate::stage::{RowId, Stage, scan};
use ahash::AHashMap;
use arrow::array::Array;
use arrow::datatypes::{Int32Type, UInt8Type, UInt32Type, UInt64Type};
use canbao_domain::code::{Benefit, Life, Status};
use canbao_domain::date::Date;
use canbao_domain::rules::{InsuranceFacts, PopulationRows, RowState, Rules, SchemeSet};
use canbao_domain::source::{Insurance, SourceKind};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, OnceLock};

/// Words of a folded person.
const WORDS: usize = 8;

/// What all rows of a person say, folded. Folding is commutative and associative, so no order shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Fold([u64; WORDS]);

// words of a fold
const STATES: usize = 0;
const MARKS: usize = 1;
const PENSION_POOLS: usize = 2;
const MEDICAL_POOLS: usize = 3;
const BENEFIT_POOLS: usize = 4;
const PHONE: usize = 5;
const AREA: usize = 6;
const BIRTH_AND_SEX: usize = 7;

// parts of MARKS: schemes that pay a benefit, population rows, elsewhere, repeats
const DRAWING: u32 = 0;
const POPULATION: u32 = 16;
const ELSEWHERE_LIVE: u32 = 32;
const ELSEWHERE_OTHER: u32 = 34;
const SEEN: u32 = 40;
const REPEATS: u64 = 1 << 63;

/// No pool yet: the least above, the greatest below.
const NO_POOLS: u64 = (u32::MAX as u64) << 32;
/// Bits of a filled value; the source's place in the filling order stands above.
const VALUE_BITS: u32 = 56;
/// Bits of a value that fills half a word, likewise.
const HALF_VALUE: u32 = (1 << 24) - 1;
/// What is added to a day, so that it is positive: more than four thousand years.
const FIRST_DAY: i32 = 1 << 22;

impl Default for Fold {
    fn default() -> Self {
        Self([0, 0, NO_POOLS, NO_POOLS, NO_POOLS, u64::MAX, u64::MAX, u64::MAX])
    }
}

impl Fold {
    fn word(&self, at: usize) -> u64 {
        self.0.get(at).copied().unwrap_or(0)
    }

    fn merge(&mut self, other: &Self) {
        let repeats = self.word(MARKS) & other.word(MARKS) & (0xFFFF << SEEN) != 0;
        for (at, (mine, theirs)) in self.0.iter_mut().zip(other.0).enumerate() {
            *mine = match at {
                STATES | MARKS => *mine | theirs,
                PENSION_POOLS | MEDICAL_POOLS | BENEFIT_POOLS => {
                    let least = (*mine >> 32).min(theirs >> 32);
                    let most = (*mine & 0xFFFF_FFFF).max(theirs & 0xFFFF_FFFF);
                    least << 32 | most
                }
                BIRTH_AND_SEX => {
                    let (birth, sex) = ((*mine >> 32).min(theirs >> 32), (*mine as u32).min(theirs as u32));
                    birth << 32 | u64::from(sex)
                }
                _ => (*mine).min(theirs),
            };
        }
        if repeats && let Some(marks) = self.0.get_mut(MARKS) {
            *marks |= REPEATS;
        }
    }

    fn set(&mut self, at: usize, bits: u64) {
        if let Some(word) = self.0.get_mut(at) {
            *word |= bits;
        }
    }

    fn fill(&mut self, at: usize, order: u64, value: u64) {
        if let Some(word) = self.0.get_mut(at) {
            *word = (order << VALUE_BITS | value).min(*word);
        }
    }

    fn pools_differ(&self, at: usize) -> bool {
        let word = self.word(at);
        word != NO_POOLS && word >> 32 != word & 0xFFFF_FFFF
    }

    fn schemes(&self, state: RowState) -> SchemeSet {
        SchemeSet((self.word(STATES) >> (16 * state as u32)) as u16)
    }

    /// The facts of one insurance.
    pub(crate) fn insurance(&self, insurance: Insurance, rules: &Rules) -> InsuranceFacts {
        let own = rules.schemes(insurance);
        let some = |state| SchemeSet(self.schemes(state).0 & own.0);
        let mut facts = InsuranceFacts {
            live: some(RowState::Live),
            suspended: some(RowState::Suspended),
            unclear: some(RowState::Unclear),
            ended: some(RowState::Ended),
            elsewhere: self.word(MARKS) & 1 << (ELSEWHERE_LIVE + insurance as u32) != 0,
        };
        let other = (self.word(MARKS) >> (ELSEWHERE_OTHER + 2 * insurance as u32)) & 3;
        if other & 1 != 0 {
            facts.suspended.insert(SourceKind::Elsewhere);
        }
        if other & 2 != 0 {
            facts.unclear.insert(SourceKind::Elsewhere);
        }
        facts
    }

    /// Live rows of an insurance stand in two pooling areas.
    pub(crate) fn pools(&self, insurance: Insurance) -> bool {
        match insurance {
            Insurance::Pension => self.pools_differ(PENSION_POOLS),
            Insurance::Medical => self.pools_differ(MEDICAL_POOLS),
            Insurance::Other => false,
        }
    }

    /// Schemes that pay the person a benefit, and whether in two pooling areas.
    pub(crate) fn drawing(&self) -> (SchemeSet, bool) {
        (SchemeSet((self.word(MARKS) >> DRAWING) as u16), self.pools_differ(BENEFIT_POOLS))
    }

    /// Extracts that hold the person.
    pub(crate) fn seen(&self) -> SchemeSet {
        SchemeSet((self.word(MARKS) >> SEEN) as u16)
    }

    /// Some extract may hold the person more than once.
    pub(crate) fn repeats(&self) -> bool {
        self.word(MARKS) & REPEATS != 0
    }

    /// The population rows.
    pub(crate) fn population(&self) -> PopulationRows {
        PopulationRows((self.word(MARKS) >> POPULATION) as u16 & 0x3FF)
    }

    fn filled(&self, at: usize) -> Option<u64> {
        match self.word(at) {
            u64::MAX => None,
            word => Some(word & ((1 << VALUE_BITS) - 1)),
        }
    }

    /// The phone number that the first source that has one names.
    pub(crate) fn phone(&self) -> Option<u64> {
        self.filled(PHONE)
    }

    /// The finest area that the first source that has one names.
    pub(crate) fn area(&self) -> Option<u64> {
        self.filled(AREA)
    }

    /// The birth date likewise.
    pub(crate) fn birth(&self) -> Option<Date> {
        match (self.word(BIRTH_AND_SEX) >> 32) as u32 {
            u32::MAX => None,
            half => Some(Date((half & HALF_VALUE) as i32 - FIRST_DAY)),
        }
    }

    /// The sex likewise: 1 or 2.
    pub(crate) fn sex(&self) -> Option<u8> {
        match self.word(BIRTH_AND_SEX) as u32 {
            u32::MAX => None,
            half => Some((half & HALF_VALUE) as u8),
        }
    }
}

/// How rows of each scheme, state and benefit fold.
#[derive(Debug)]
struct Folding {
    rules: &'static Rules,
    order: [u64; 64],
}

impl Folding {
    fn new(rules: &'static Rules) -> Self {
        let mut order = [63; 64];
        for (place, kind) in (0u64..).zip(rules.fill_order()) {
            if let Some(slot) = order.get_mut(*kind as usize) {
                *slot = place;
            }
        }
        Self { rules, order }
    }

    fn row(&self, row: &Row) -> Fold {
        let mut fold = Fold::default();
        let kind =
            if row.scheme >= ELSEWHERE { Some(SourceKind::Elsewhere) } else { SourceKind::from_code(row.scheme) };
        let Some(kind) = kind else { return fold };
        let code = kind as u32;
        fold.set(MARKS, 1 << (SEEN + code));
        let benefit = Benefit::from_code(row.benefit);
        if kind.is_population() {
            let mut rows = PopulationRows::EMPTY;
            rows.add(kind, Life::from_code(row.status));
            fold.set(MARKS, u64::from(rows.0) << POPULATION);
        } else if kind == SourceKind::Elsewhere {
            let insurance = u32::from(row.scheme - ELSEWHERE);
            if insurance < Insurance::Other as u32 {
                match self.rules.row_state(Status::from_code(row.status), benefit) {
                    RowState::Live => fold.set(MARKS, 1 << (ELSEWHERE_LIVE + insurance)),
                    RowState::Suspended => fold.set(MARKS, 1 << (ELSEWHERE_OTHER + 2 * insurance)),
                    RowState::Unclear => fold.set(MARKS, 2 << (ELSEWHERE_OTHER + 2 * insurance)),
                    RowState::Ended => {}
                }
            }
        } else if let Some(insurance) = kind.insurance() {
            let state = self.rules.row_state(Status::from_code(row.status), benefit);
            fold.set(STATES, 1 << (16 * state as u32 + code));
            let pools = match row.pool {
                0 => NO_POOLS,
                pool => u64::from(pool) << 32 | u64::from(pool),
            };
            if state == RowState::Live {
                let at = if insurance == Insurance::Pension { PENSION_POOLS } else { MEDICAL_POOLS };
                if let Some(word) = fold.0.get_mut(at).filter(|_| insurance != Insurance::Other) {
                    *word = pools;
                }
            }
            if benefit == Benefit::Drawing && insurance == Insurance::Pension {
                fold.set(MARKS, 1 << (DRAWING + code));
                if let Some(word) = fold.0.get_mut(BENEFIT_POOLS) {
                    *word = pools;
                }
            }
        }
        let order = self.order.get(kind as usize).copied().unwrap_or(63);
        if row.phone != 0 {
            fold.fill(PHONE, order, row.phone);
        }
        if row.area >= 1_000_000_000 {
            fold.fill(AREA, order, row.area);
        } else if row.area != 0 {
            // a county alone only where nobody names a village
            fold.fill(AREA, 64 + order, row.area);
        }
        let half = |value: u32| (order as u32) << HALF_VALUE.count_ones() | value;
        let birth = row.birth.and_then(|days| u32::try_from(days + FIRST_DAY).ok()).filter(|d| *d < HALF_VALUE);
        let (birth, sex) = (
            birth.map_or(u32::MAX, half),
            match row.sex {
                1 | 2 => half(row.sex.into()),
                _ => u32::MAX,
            },
        );
        if let Some(word) = fold.0.get_mut(BIRTH_AND_SEX) {
            *word = u64::from(birth) << 32 | u64::from(sex);
        }
        fold
    }
}

struct Row {
    scheme: u8,
    status: u8,
    benefit: u8,
    pool: u32,
    phone: u64,
    area: u64,
    birth: Option<i32>,
    sex: u8,
}

/// The columns that fold.
const COLUMNS: [&str; 9] = ["rid", "scheme", "status", "benefit", "pool", "phone", "area", "birth", "sex"];
/// People of a stripe, which one lock guards.
const STRIPE: usize = 4096;
/// Rows whose people's folds are fetched before the first is merged.
const AHEAD: usize = 128;

/// A fold in the table: one line of the cores' caches. Words are read and written one by one, under the lock of the stripe where they change.
#[derive(Debug)]
#[repr(align(64))]
struct Shared([AtomicU64; WORDS]);

impl Default for Shared {
    fn default() -> Self {
        Self(Fold::default().0.map(AtomicU64::new))
    }
}

impl Shared {
    fn get(&self) -> Fold {
        let mut fold = Fold::default();
        for (word, shared) in fold.0.iter_mut().zip(&self.0) {
            *word = shared.load(Ordering::Relaxed);
        }
        fold
    }

    fn set(&self, fold: &Fold) {
        for (shared, word) in self.0.iter().zip(fold.0) {
            shared.store(word, Ordering::Relaxed);
        }
    }
}

/// The folds of some people; whoever comes first makes the room.
#[derive(Debug, Default)]
struct Stripe {
    folds: OnceLock<Vec<Shared>>,
    merging: Mutex<()>,
}

impl Stripe {
    fn fold(&self, place: usize) -> Option<&Shared> {
        self.folds.get_or_init(|| (0..STRIPE).map(|_| Shared::default()).collect()).get(place % STRIPE)
    }
}

/// Fetches the folds of some places from memory, all at once: one after the other, each would be waited for.
fn fetch(table: &[Stripe], places: &[Option<usize>]) {
    let folds = places.iter().flatten().filter_map(|place| table.get(place / STRIPE)?.fold(*place));
    let all = folds.fold(0, |all, fold| all ^ fold.0.first().map_or(0, |word| word.load(Ordering::Relaxed)));
    std::hint::black_box(all);
}

/// Where each person's fold stands: those of the population by the place of their row, the others behind them.
#[derive(Debug, Default)]
struct Places {
    /// First place of each source; none of a source that is no population file.
    offsets: Vec<Option<usize>>,
    others: AHashMap<RowId, usize>,
    count: usize,
}

impl Places {
    fn new(stage: &Stage, others: impl Iterator<Item = RowId>) -> Self {
        let mut places = Self::default();
        for source in &stage.sources {
            let here = source.kind.is_population().then_some(places.count);
            places.offsets.push(here);
            if here.is_some() {
                places.count += usize::try_from(source.rows).unwrap_or(0) + 1;
            }
        }
        for other in others {
            places.others.insert(other, places.count);
            places.count += 1;
        }
        places
    }

    fn of(&self, person: RowId) -> Option<usize> {
        match self.offsets.get(person.source()).copied().flatten() {
            Some(offset) => Some(offset + usize::try_from(person.row()).ok()?),
            None => self.others.get(&person).copied(),
        }
    }
}

/// Folds every person's rows, in the table in which each person has a place: folding is commutative, so the
/// partitions of the scan fold at once.
pub(crate) fn fold(
    engine: &Engine,
    stage: &Arc<Stage>,
    links: &Arc<Links>,
    rules: &'static Rules,
) -> Result<People, CompareError> {
    let outside = |id: &RowId| stage.source(id.source()).is_some_and(|s| !s.kind.is_population());
    let first_rows = links.numbers.keys().copied().filter(|id| outside(id) && links.person(*id) == Some(*id));
    let places = Arc::new(Places::new(stage, first_rows));
    let table: Arc<Vec<Stripe>> = Arc::new((0..places.count.div_ceil(STRIPE)).map(|_| Stripe::default()).collect());
    let plan = engine.read(scan::table(stage, |_| true, &COLUMNS)?)?;
    let folding = Folding::new(rules);
    {
        let (places, table, links) = (Arc::clone(&places), Arc::clone(&table), Arc::clone(links));
        engine.each(plan, move |batch| {
            let (rid, scheme, status) = (
                column::<UInt64Type>(batch, "rid")?,
                column::<UInt8Type>(batch, "scheme")?,
                column::<UInt8Type>(batch, "status")?,
            );
            let (benefit, pool, phone) = (
                column::<UInt8Type>(batch, "benefit")?,
                column::<UInt32Type>(batch, "pool")?,
                column::<UInt64Type>(batch, "phone")?,
            );
            let (area, birth, sex) = (
                column::<UInt64Type>(batch, "area")?,
                column::<Int32Type>(batch, "birth")?,
                column::<UInt8Type>(batch, "sex")?,
            );
            let mut found = Vec::with_capacity(AHEAD);
            for from in (0..batch.num_rows()).step_by(AHEAD) {
                let rows = from..batch.num_rows().min(from + AHEAD);
                found.clear();
                found.extend(rows.clone().map(|i| links.person(RowId(rid.value(i))).and_then(|p| places.of(p))));
                fetch(&table, &found);
                for (i, place) in rows.zip(&found) {
                    let Some(place) = *place else { continue };
                    let fold = folding.row(&Row {
                        scheme: scheme.value(i),
                        status: status.value(i),
                        benefit: benefit.value(i),
                        pool: pool.value(i),
                        phone: phone.value(i),
                        area: area.value(i),
                        birth: birth.is_valid(i).then(|| birth.value(i)),
                        sex: sex.value(i),
                    });
                    let stripe = table.get(place / STRIPE).ok_or_else(|| CompareError::internal("人员表不全"))?;
                    let _merging = stripe.merging.lock().map_err(|_| CompareError::internal("人员表中断"))?;
                    if let Some(shared) = stripe.fold(place) {
                        let mut mine = shared.get();
                        mine.merge(&fold);
                        shared.set(&mine);
                    }
                }
            }
            Ok(())
        })?;
    }
    let mut order: Vec<(RowId, u32)> = Vec::with_capacity(places.count);
    links.each(|id, person, _| {
        if person == id.0
            && let Some(place) = places.of(id)
        {
            order.push((id, place as u32));
        }
    });
    let table = Arc::into_inner(table).ok_or_else(|| CompareError::internal("人员表仍被占用"))?;
    Ok(People { order, table })
}

/// All people, folded, in ascending order of their first row.
#[derive(Debug, Default)]
pub(crate) struct People {
    order: Vec<(RowId, u32)>,
    table: Vec<Stripe>,
}

impl People {
    pub(crate) fn len(&self) -> usize {
        self.order.len()
    }

    /// First rows and places, ascending.
    pub(crate) fn order(&self) -> &[(RowId, u32)] {
        &self.order
    }

    pub(crate) fn fold(&self, place: u32) -> Fold {
        let place = place as usize;
        self.table.get(place / STRIPE).and_then(|s| s.fold(place)).map(Shared::get).unwrap_or_default()
    }

    /// People whom some extract may hold twice.
    pub(crate) fn repeats(&self) -> impl Iterator<Item = RowId> + '_ {
        self.order.iter().filter(|(_, place)| self.fold(*place).repeats()).map(|(id, _)| *id)
    }
}
