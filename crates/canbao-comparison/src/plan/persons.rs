//! One line a person: all rows that were linked to them, folded into what the rules ask for.

use crate::error::CompareError;
use crate::links::Links;
use crate::plan::context::Engine;
use crate::stage::keys::ELSEWHERE;
use crate::stage::scan::{self, Partition};
use crate::stage::{RowId, Stage};
use arrow::array::{Array, ArrayRef, AsArray, BooleanArray, PrimitiveArray, StructArray, UInt64Array};
use arrow::datatypes::{DataType, Field, FieldRef, Fields, Int32Type, Schema, SchemaRef, UInt8Type, UInt32Type, UInt64Type};
use arrow::record_batch::RecordBatch;
use canbao_domain::code::{Benefit, Life, Status};
use canbao_domain::date::Date;
use canbao_domain::rules::{InsuranceFacts, PopulationRows, RowState, Rules, SchemeSet};
use canbao_domain::source::{Insurance, SourceKind};
use datafusion::catalog::streaming::StreamingTable;
use datafusion::error::{DataFusionError, Result as PlanResult};
use datafusion::logical_expr::function::{AccumulatorArgs, StateFieldsArgs};
use datafusion::logical_expr::{Accumulator, AggregateUDF, AggregateUDFImpl, EmitTo, GroupsAccumulator, Signature, Volatility};
use datafusion::physical_plan::streaming::PartitionStream;
use datafusion::prelude::col;
use std::sync::Arc;

/// Words of a folded person.
const WORDS: usize = 9;

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
const BIRTH: usize = 7;
const SEX: usize = 8;

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

impl Default for Fold {
    fn default() -> Self {
        Self([0, 0, NO_POOLS, NO_POOLS, NO_POOLS, u64::MAX, u64::MAX, u64::MAX, u64::MAX])
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
        self.filled(BIRTH).map(|days| Date((days as i64 - (1 << 40)) as i32))
    }

    /// The sex likewise: 1 or 2.
    pub(crate) fn sex(&self) -> Option<u8> {
        self.filled(SEX).map(|s| s as u8)
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
        let kind = if row.scheme >= ELSEWHERE { Some(SourceKind::Elsewhere) } else { SourceKind::from_code(row.scheme) };
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
        if let Some(days) = row.birth {
            fold.fill(BIRTH, order, (i64::from(days) + (1 << 40)) as u64);
        }
        if matches!(row.sex, 1 | 2) {
            fold.fill(SEX, order, u64::from(row.sex));
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

/// The columns that fold, in the order of the function's arguments.
const COLUMNS: [&str; 8] = ["scheme", "status", "benefit", "pool", "phone", "area", "birth", "sex"];

/// The aggregate function `person(scheme, status, …)`.
#[derive(Debug)]
struct PersonFunction {
    signature: Signature,
    folding: Arc<Folding>,
}

impl PartialEq for PersonFunction {
    fn eq(&self, other: &Self) -> bool {
        self.signature == other.signature
    }
}

impl Eq for PersonFunction {}

impl std::hash::Hash for PersonFunction {
    fn hash<H: std::hash::Hasher>(&self, state: &mut H) {
        self.signature.hash(state);
    }
}

fn state_fields() -> Vec<FieldRef> {
    (0..WORDS).map(|i| Arc::new(Field::new(format!("word{i}"), DataType::UInt64, false))).collect()
}

impl AggregateUDFImpl for PersonFunction {
    fn name(&self) -> &str {
        "person"
    }

    fn signature(&self) -> &Signature {
        &self.signature
    }

    fn return_type(&self, _: &[DataType]) -> PlanResult<DataType> {
        Ok(DataType::Struct(Fields::from(state_fields())))
    }

    fn accumulator(&self, _: AccumulatorArgs) -> PlanResult<Box<dyn Accumulator>> {
        Err(DataFusionError::NotImplemented("person() folds groups only".to_owned()))
    }

    fn state_fields(&self, _: StateFieldsArgs) -> PlanResult<Vec<FieldRef>> {
        Ok(state_fields())
    }

    fn groups_accumulator_supported(&self, _: AccumulatorArgs) -> bool {
        true
    }

    fn create_groups_accumulator(&self, _: AccumulatorArgs) -> PlanResult<Box<dyn GroupsAccumulator>> {
        Ok(Box::new(Persons { folding: Arc::clone(&self.folding), folds: Vec::new() }))
    }
}

struct Persons {
    folding: Arc<Folding>,
    folds: Vec<Fold>,
}

fn primitive<'a, T: arrow::datatypes::ArrowPrimitiveType>(values: &'a [ArrayRef], at: usize) -> PlanResult<&'a PrimitiveArray<T>> {
    values
        .get(at)
        .and_then(|v| v.as_primitive_opt::<T>())
        .ok_or_else(|| DataFusionError::Internal(format!("person(): argument {at}")))
}

impl Persons {
    fn rows(&self, values: &[ArrayRef], mut take: impl FnMut(usize, Fold)) -> PlanResult<()> {
        let (scheme, status, benefit) = (primitive::<UInt8Type>(values, 0)?, primitive::<UInt8Type>(values, 1)?, primitive::<UInt8Type>(values, 2)?);
        let (pool, phone, area) = (primitive::<UInt32Type>(values, 3)?, primitive::<UInt64Type>(values, 4)?, primitive::<UInt64Type>(values, 5)?);
        let (birth, sex) = (primitive::<Int32Type>(values, 6)?, primitive::<UInt8Type>(values, 7)?);
        for i in 0..scheme.len() {
            let row = Row {
                scheme: scheme.value(i),
                status: status.value(i),
                benefit: benefit.value(i),
                pool: pool.value(i),
                phone: phone.value(i),
                area: area.value(i),
                birth: birth.is_valid(i).then(|| birth.value(i)),
                sex: sex.value(i),
            };
            take(i, self.folding.row(&row));
        }
        Ok(())
    }

    fn words(folds: &[Fold]) -> Vec<ArrayRef> {
        (0..WORDS).map(|at| Arc::new(folds.iter().map(|f| f.word(at)).collect::<UInt64Array>()) as ArrayRef).collect()
    }
}

impl GroupsAccumulator for Persons {
    fn update_batch(&mut self, values: &[ArrayRef], groups: &[usize], filter: Option<&BooleanArray>, total: usize) -> PlanResult<()> {
        if filter.is_some() {
            return Err(DataFusionError::NotImplemented("person() takes no filter".to_owned()));
        }
        self.folds.resize(total, Fold::default());
        let mut folds = std::mem::take(&mut self.folds);
        self.rows(values, |i, fold| {
            if let Some(mine) = groups.get(i).and_then(|g| folds.get_mut(*g)) {
                mine.merge(&fold);
            }
        })?;
        self.folds = folds;
        Ok(())
    }

    fn evaluate(&mut self, emit: EmitTo) -> PlanResult<ArrayRef> {
        let folds = emit.take_needed(&mut self.folds);
        Ok(Arc::new(StructArray::try_new(Fields::from(state_fields()), Self::words(&folds), None)?))
    }

    fn state(&mut self, emit: EmitTo) -> PlanResult<Vec<ArrayRef>> {
        let folds = emit.take_needed(&mut self.folds);
        Ok(Self::words(&folds))
    }

    fn merge_batch(&mut self, values: &[ArrayRef], groups: &[usize], total: usize) -> PlanResult<()> {
        self.folds.resize(total, Fold::default());
        let words: Vec<&UInt64Array> = (0..WORDS).map(|at| primitive::<UInt64Type>(values, at)).collect::<PlanResult<_>>()?;
        for (i, group) in groups.iter().enumerate() {
            let theirs = fold_at(&words, i);
            if let Some(mine) = self.folds.get_mut(*group) {
                mine.merge(&theirs);
            }
        }
        Ok(())
    }

    fn convert_to_state(&self, values: &[ArrayRef], _: Option<&BooleanArray>) -> PlanResult<Vec<ArrayRef>> {
        let mut folds = Vec::new();
        self.rows(values, |_, fold| folds.push(fold))?;
        Ok(Self::words(&folds))
    }

    fn size(&self) -> usize {
        self.folds.capacity() * size_of::<Fold>()
    }
}

fn fold_at(words: &[&UInt64Array], i: usize) -> Fold {
    let mut fold = Fold::default();
    for (slot, word) in fold.0.iter_mut().zip(words) {
        *slot = word.value(i);
    }
    fold
}

/// Folds every person's rows; the people come in ascending order of their first row.
pub(crate) fn fold(engine: &Engine, stage: &Stage, links: &Arc<Links>, rules: &'static Rules) -> Result<People, CompareError> {
    let function = AggregateUDF::from(PersonFunction {
        signature: Signature::any(COLUMNS.len(), Volatility::Immutable),
        folding: Arc::new(Folding::new(rules)),
    });
    let call = function.call(COLUMNS.iter().map(|c| col(*c)).collect()).alias("folded");
    let plan = engine
        .read_alone(linked(stage, links, &COLUMNS)?)?
        .filter(col("person").is_not_null())?
        .aggregate(vec![col("person")], vec![call])?;
    let mut people = People::default();
    engine.in_order(plan, |batch| {
        let persons = crate::plan::owners::column::<UInt64Type>(&batch, "person")?;
        let folded = batch
            .column_by_name("folded")
            .and_then(|c| c.as_struct_opt())
            .ok_or_else(|| CompareError::internal("缺少列 folded"))?;
        let words: Vec<&UInt64Array> = (0..WORDS).map(|at| primitive::<UInt64Type>(folded.columns(), at)).collect::<PlanResult<_>>()?;
        for i in 0..batch.num_rows() {
            people.order.push((RowId(persons.value(i)), people.folds.len() as u32));
            people.folds.push(fold_at(&words, i));
        }
        Ok(())
    })?;
    people.order.sort_unstable();
    Ok(people)
}

/// All people, folded, in ascending order of their first row.
#[derive(Debug, Default)]
pub(crate) struct People {
    order: Vec<(RowId, u32)>,
    folds: Vec<Fold>,
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
        self.folds.get(place as usize).copied().unwrap_or_default()
    }

    /// People whom some extract may hold twice.
    pub(crate) fn repeats(&self) -> impl Iterator<Item = RowId> + '_ {
        self.order.iter().filter(|(_, place)| self.fold(*place).repeats()).map(|(id, _)| *id)
    }
}

/// The staged rows with the person of each, one source after another in one partition: folding needs no exchange then.
fn linked(stage: &Stage, links: &Arc<Links>, columns: &[&'static str]) -> Result<StreamingTable, CompareError> {
    let mut names = vec!["rid"];
    names.extend(columns);
    let mut opens = Vec::new();
    let mut schema: Option<SchemaRef> = None;
    for source in &stage.sources {
        let (plain, open) = scan::partition(source, &names)?;
        let mut fields: Vec<FieldRef> = vec![Arc::new(Field::new("person", DataType::UInt64, true))];
        fields.extend(plain.fields().iter().skip(1).cloned());
        schema = Some(Arc::new(Schema::new(fields)));
        opens.push(open);
    }
    let schema = schema.ok_or_else(|| CompareError::internal("没有数据源"))?;
    let (links, opens, typed) = (Arc::clone(links), Arc::new(opens), schema.clone());
    let partition = Partition::new(
        schema.clone(),
        Box::new(move || {
            let (links, schema) = (Arc::clone(&links), typed.clone());
            let mut waiting = (0..opens.len()).collect::<std::collections::VecDeque<_>>();
            let opens = Arc::clone(&opens);
            let mut batches: Option<scan::Opened> = None;
            Ok(Box::new(std::iter::from_fn(move || {
                loop {
                    if let Some(batch) = batches.as_mut().and_then(Iterator::next) {
                        return Some(batch.and_then(|b| with_person(&b, &links, &schema)));
                    }
                    let open = opens.get(waiting.pop_front()?)?;
                    match open() {
                        Ok(opened) => batches = Some(opened),
                        Err(error) => return Some(Err(error)),
                    }
                }
            })))
        }),
    );
    Ok(StreamingTable::try_new(schema, vec![Arc::new(partition) as Arc<dyn PartitionStream>])?)
}

/// The batch with its rows' persons in place of the rows' identifiers.
fn with_person(batch: &RecordBatch, links: &Links, schema: &SchemaRef) -> Result<RecordBatch, arrow::error::ArrowError> {
    let rid = batch.column(0).as_primitive::<UInt64Type>();
    let person: UInt64Array = rid.values().iter().map(|r| links.person(RowId(*r)).map(|p| p.0)).collect();
    let mut columns: Vec<ArrayRef> = vec![Arc::new(person)];
    columns.extend(batch.columns().iter().skip(1).cloned());
    RecordBatch::try_new(schema.clone(), columns)
}
