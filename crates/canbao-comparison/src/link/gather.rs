//! Brings the hard rows together, with the population rows whose numbers they bear.

use crate::error::CompareError;
use crate::links::{Links, Standing};
use crate::plan::context::Engine;
use crate::plan::filter::{self, rows_where};
use crate::plan::owners::{column, date_at};
use crate::stage::texts::{bytes, names};
use crate::stage::{RowId, RowSet, Stage, scan};
use ahash::AHashMap;
use arrow::array::Array;
use arrow::datatypes::{Int32Type, UInt8Type, UInt32Type, UInt64Type};
use arrow::record_batch::RecordBatch;
use canbao_domain::Sex;
use canbao_domain::number::{CitizenNumber, NumberForm, read_number};
use canbao_domain::source::SourceKind;
use canbao_linkage::block::RowValues;
use canbao_linkage::model::record::{Claim, Owner, Record};
use std::sync::Arc;

/// Columns from which a row can be rebuilt for linking.
pub(crate) const COLUMNS: [&str; 14] = [
    "rid",
    "num",
    "name",
    "birth",
    "sex",
    "form",
    "surname",
    "sound",
    "area",
    "household",
    "unit",
    "phone",
    "status",
    "name_text",
];

/// A row that linking looks at.
#[derive(Debug, Clone)]
pub(crate) struct HardRow {
    pub(crate) id: RowId,
    pub(crate) kind: SourceKind,
    pub(crate) form: NumberForm,
    pub(crate) standing: Standing,
    /// `Life` of a population row.
    pub(crate) life: u8,
    pub(crate) record: Record,
}

/// What [`gather`] brings.
#[derive(Debug, Default)]
pub(crate) struct Gathered {
    /// In ascending order.
    pub(crate) hard: Vec<HardRow>,
    /// Population rows whose numbers hard rows bear under another name.
    pub(crate) owners: AHashMap<RowId, HardRow>,
}

/// Reads all hard rows.
pub(crate) fn gather(engine: &Engine, stage: &Arc<Stage>, links: &Arc<Links>) -> Result<Gathered, CompareError> {
    let mut owners: Vec<RowId> = Vec::new();
    links.each(|_, person, slot| {
        if slot.standing() == Standing::Contested {
            owners.push(RowId(person));
        }
    });
    let owners = Arc::new(RowSet::new(stage, owners.into_iter()));
    let wanted = {
        let (links, owners) = (Arc::clone(links), Arc::clone(&owners));
        rows_where("wanted_for_linking", move |rid| {
            links.slot(RowId(rid)).standing() != Standing::Settled || owners.contains(RowId(rid))
        })
    };
    let mut columns = COLUMNS.to_vec();
    columns.push("number_text");
    let plan = engine.read(scan::table(stage, |_| true, &columns)?)?.filter(filter::call(&wanted, &["rid"]))?;
    let read = {
        let (stage, links) = (Arc::clone(stage), Arc::clone(links));
        engine.fold::<Vec<HardRow>>(plan, move |rows, batch| {
            rows.extend(read_rows(batch, &stage, &links)?);
            Ok(())
        })?
    };
    let mut gathered = Gathered::default();
    gathered.hard.reserve_exact(read.iter().map(Vec::len).sum());
    // a partition's rows come in order, and rows are large: they are moved once
    let mut parts: Vec<_> = read.into_iter().map(in_order).collect();
    while let Some(part) = parts.iter_mut().filter(|p| p.len() > 0).min_by_key(|p| p.as_slice().first().map(|r| r.id)) {
        let Some(row) = part.next() else { break };
        if row.standing == Standing::Settled {
            gathered.owners.insert(row.id, row);
        } else {
            gathered.hard.push(row);
        }
    }
    Ok(gathered)
}

fn in_order(mut rows: Vec<HardRow>) -> std::vec::IntoIter<HardRow> {
    rows.sort_unstable_by_key(|r| r.id);
    rows.into_iter()
}

/// The values of a batch's rows from which blocking keys are made.
pub(crate) struct ValueColumns<'a> {
    pub(crate) rid: &'a arrow::array::UInt64Array,
    num: &'a arrow::array::UInt64Array,
    name: &'a arrow::array::UInt64Array,
    birth: &'a arrow::array::Int32Array,
    surname: &'a arrow::array::UInt32Array,
    sound: &'a arrow::array::UInt64Array,
    area: &'a arrow::array::UInt64Array,
    household: &'a arrow::array::UInt64Array,
    unit: &'a arrow::array::UInt64Array,
    phone: &'a arrow::array::UInt64Array,
}

/// Columns of [`ValueColumns`].
pub(crate) const VALUES: [&str; 10] =
    ["rid", "num", "name", "birth", "surname", "sound", "area", "household", "unit", "phone"];

impl<'a> ValueColumns<'a> {
    pub(crate) fn of(batch: &'a RecordBatch) -> Result<Self, CompareError> {
        Ok(Self {
            rid: column::<UInt64Type>(batch, "rid")?,
            num: column::<UInt64Type>(batch, "num")?,
            name: column::<UInt64Type>(batch, "name")?,
            birth: column::<Int32Type>(batch, "birth")?,
            surname: column::<UInt32Type>(batch, "surname")?,
            sound: column::<UInt64Type>(batch, "sound")?,
            area: column::<UInt64Type>(batch, "area")?,
            household: column::<UInt64Type>(batch, "household")?,
            unit: column::<UInt64Type>(batch, "unit")?,
            phone: column::<UInt64Type>(batch, "phone")?,
        })
    }

    pub(crate) fn row(&self, i: usize) -> RowValues {
        RowValues {
            number: if self.num.is_valid(i) { CitizenNumber::from_body(self.num.value(i)) } else { None },
            name: self.name.value(i),
            surname: self.surname.value(i),
            sound: self.sound.value(i),
            birth: date_at(self.birth, i),
            area: self.area.value(i),
            household: self.household.value(i),
            unit: self.unit.value(i),
            phone: self.phone.value(i),
        }
    }
}

pub(crate) fn read_rows(batch: &RecordBatch, stage: &Stage, links: &Links) -> Result<Vec<HardRow>, CompareError> {
    let values = ValueColumns::of(batch)?;
    let (sex, form, status) = (
        column::<UInt8Type>(batch, "sex")?,
        column::<UInt8Type>(batch, "form")?,
        column::<UInt8Type>(batch, "status")?,
    );
    let names = names(batch)?;
    let numbers = bytes(batch, "number_text").ok_or_else(|| CompareError::internal("缺少文字列"))?;
    let mut out = Vec::with_capacity(batch.num_rows());
    for i in 0..batch.num_rows() {
        let id = RowId(values.rid.value(i));
        let Some(source) = stage.source(id.source()) else { continue };
        let row = values.row(i);
        let form = NumberForm::from_code(form.value(i)).unwrap_or(NumberForm::Damaged);
        let reading = match row.number {
            Some(number) => canbao_domain::number::NumberText::new(&number.bytes()),
            None if numbers.is_valid(i) => {
                read_number(std::str::from_utf8(numbers.value(i)).unwrap_or_default(), None).text
            }
            None => canbao_domain::number::NumberText::new(b""),
        };
        let standing = links.slot(id).standing();
        let claim = match (standing, form) {
            (Standing::Contested | Standing::Shared | Standing::Settled, _) => Claim::Owned,
            (Standing::Orphan, _) => Claim::Orphan,
            (_, NumberForm::Truncated) => Claim::Truncated,
            (_, NumberForm::Blank | NumberForm::Placeholder | NumberForm::OtherCertificate) => Claim::Missing,
            _ => Claim::Damaged,
        };
        out.push(HardRow {
            id,
            kind: source.kind,
            form,
            standing,
            life: status.value(i),
            record: Record {
                kind: source.kind as u8,
                claim,
                number: row.number,
                text: reading,
                name: names.value(i).into(),
                name_hash: row.name,
                sound: row.sound,
                birth: row.birth,
                sex: match sex.value(i) {
                    1 => Sex::Male,
                    2 => Sex::Female,
                    _ => Sex::Unknown,
                },
                area: row.area,
                household: row.household,
                unit: row.unit,
                phone: row.phone,
                owner: Owner::default(),
            },
        });
    }
    Ok(out)
}
