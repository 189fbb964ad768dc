//! From canonical text to keys: the one pass in which every number, name, date and code is read.

use crate::units::UnitIndex;
use arrow::array::{
    Array, ArrayRef, AsArray, BinaryBuilder, Int32Builder, RecordBatch, StringArray, UInt8Array, UInt32Array,
    UInt64Array, UInt64Builder,
};
use arrow::datatypes::{DataType, Field as ArrowField, Schema, SchemaRef, UInt8Type};
use arrow::error::ArrowError;
use canbao_domain::date::Date;
use canbao_domain::number::{NumberForm, read_number};
use canbao_domain::rules::{Item, ItemSet, Rules};
use canbao_domain::source::{Field, Insurance, SourceKind};
use canbao_domain::standard;
use canbao_linkage::hash::text as hash;
use canbao_linkage::names;
use std::sync::{Arc, LazyLock};

/// Columns that the great join needs: `rid`, `num` (the valid number's 17 digits), `name` (hash, 0 blank),
/// `birth` (days), `sex`, `form` (how the number was written).
pub(crate) static NARROW: LazyLock<SchemaRef> = LazyLock::new(|| {
    schema(&[
        ("rid", DataType::UInt64, false),
        ("num", DataType::UInt64, true),
        ("name", DataType::UInt64, false),
        ("birth", DataType::Int32, true),
        ("sex", DataType::UInt8, false),
        ("form", DataType::UInt8, false),
    ])
});

/// Columns that linking and counting need besides.
pub(crate) static BLOCK: LazyLock<SchemaRef> = LazyLock::new(|| {
    schema(&[
        ("surname", DataType::UInt32, false),
        ("sound", DataType::UInt64, false),
        ("area", DataType::UInt64, false),
        ("household", DataType::UInt64, false),
        ("unit", DataType::UInt64, false),
        ("phone", DataType::UInt64, false),
        ("pool", DataType::UInt32, false),
        ("status", DataType::UInt8, false),
        ("benefit", DataType::UInt8, false),
        ("gaps", DataType::UInt8, false),
        ("scheme", DataType::UInt8, false),
        ("name_text", DataType::Binary, false),
        ("number_text", DataType::Binary, true),
    ])
});

fn schema(fields: &[(&str, DataType, bool)]) -> SchemaRef {
    Arc::new(Schema::new(fields.iter().map(|(n, t, null)| ArrowField::new(*n, t.clone(), *null)).collect::<Vec<_>>()))
}

/// Makes the keys of one source's batches; holds what is reused from batch to batch.
pub(crate) struct KeyMaker<'a> {
    kind: SourceKind,
    source: usize,
    rules: &'a Rules,
    units: &'a UnitIndex,
    name: String,
}

/// What a row of an extract from elsewhere counts for: its insurance's code above this, [`Insurance`] as a number.
pub(crate) const ELSEWHERE: u8 = 32;

/// The insurance that a scheme from elsewhere belongs to.
fn elsewhere(scheme: &str) -> u8 {
    let insurance = match standard::schemes().find(scheme).and_then(|entry| entry.group()) {
        Some("pension") => Insurance::Pension,
        Some("medical") => Insurance::Medical,
        _ => Insurance::Other,
    };
    ELSEWHERE + insurance as u8
}

impl<'a> KeyMaker<'a> {
    pub(crate) fn new(source: usize, kind: SourceKind, rules: &'a Rules, units: &'a UnitIndex) -> Self {
        Self { kind, source, rules, units, name: String::new() }
    }

    /// Keys of a batch of canonical rows: the narrow family and the block family.
    pub(crate) fn make(&mut self, batch: &RecordBatch) -> Result<(RecordBatch, RecordBatch), ArrowError> {
        let n = batch.num_rows();
        let text = |field: Field| batch.column_by_name(field.as_str()).and_then(|c| c.as_string_opt::<i32>());
        let codes = |name: &str| batch.column_by_name(name).and_then(|c| c.as_primitive_opt::<UInt8Type>());
        let rows = batch.column_by_name("row").and_then(|c| c.as_primitive_opt::<arrow::datatypes::Int64Type>());
        let (numbers, certificates, names_) = (text(Field::Number), text(Field::CertificateType), text(Field::Name));
        let (births, areas, households) = (text(Field::BirthDate), text(Field::AreaCode), text(Field::Household));
        let (unit_codes, unit_names, phones, pools) =
            (text(Field::UnitCode), text(Field::UnitName), text(Field::Phone), text(Field::PoolingArea));
        let schemes = text(Field::Scheme);
        let (statuses, benefits, sexes) = (codes("status_code"), codes("benefit_code"), codes("sex_code"));
        let counts = self.rules.counts(self.kind);

        let mut rid = Vec::with_capacity(n);
        let mut num = UInt64Builder::with_capacity(n);
        let mut name_hash = Vec::with_capacity(n);
        let mut birth = Int32Builder::with_capacity(n);
        let mut form = Vec::with_capacity(n);
        let mut surname = Vec::with_capacity(n);
        let mut sound = Vec::with_capacity(n);
        let mut area = Vec::with_capacity(n);
        let mut household = Vec::with_capacity(n);
        let mut unit = Vec::with_capacity(n);
        let mut phone = Vec::with_capacity(n);
        let mut pool = Vec::with_capacity(n);
        let mut gaps = Vec::with_capacity(n);
        let mut name_text = BinaryBuilder::with_capacity(n, n * 10);
        let mut number_text = BinaryBuilder::with_capacity(n, 0);

        for i in 0..n {
            let row = rows.map_or(0, |r| r.value(i));
            rid.push(super::RowId::new(self.source, row).0);
            let (mut number_field, mut name_field) = (at(numbers, i), at(names_, i));
            if swapped(number_field, name_field) {
                std::mem::swap(&mut number_field, &mut name_field);
            }
            let reading =
                read_number(number_field, certificates.map(|_| at(certificates, i)).filter(|t| !t.is_empty()));
            match reading.number {
                Some(number) => {
                    num.append_value(number.body());
                    number_text.append_null();
                }
                None => {
                    num.append_null();
                    number_text.append_value(reading.text.as_str());
                }
            }
            form.push(reading.form as u8);

            names::normalise(name_field, &mut self.name);
            if names::is_placeholder(&self.name) {
                self.name.clear();
            }
            let blank_name = self.name.is_empty();
            name_hash.push(if blank_name { 0 } else { hash(&self.name) });
            surname.push(self.name.chars().next().map_or(0, u32::from));
            sound.push(if blank_name { 0 } else { names::sound_of_name(&self.name) });
            name_text.append_value(&self.name);

            let date = Date::parse(at(births, i));
            birth.append_option(date.map(Date::days));
            let code = area_code(at(areas, i));
            area.push(code);
            household.push(identifier(at(households, i)));
            unit.push(self.units.find(at(unit_codes, i), at(unit_names, i)));
            phone.push(phone_digits(at(phones, i)));
            pool.push(match pool_code(at(pools, i)) {
                0 => canbao_linkage::model::agreement::county(code) as u32,
                own => own,
            });

            let mut missing = ItemSet::default();
            let mut lacks = |item: Item, is: bool| {
                if is {
                    missing.insert(item);
                }
            };
            lacks(Item::Number, matches!(reading.form, NumberForm::Blank | NumberForm::Placeholder));
            lacks(Item::Name, blank_name);
            lacks(Item::Sex, code_at(sexes, i) == 0);
            lacks(Item::BirthDate, at(births, i).trim().is_empty());
            lacks(Item::Village, code < 1_000_000_000);
            lacks(Item::Status, code_at(statuses, i) == 0);
            gaps.push((missing & counts).0);
        }
        let column = |codes: Option<&UInt8Array>| -> ArrayRef {
            codes.map_or_else(|| Arc::new(UInt8Array::from(vec![0; n])) as ArrayRef, |c| Arc::new(c.clone()))
        };
        let scheme: ArrayRef = if self.kind == SourceKind::Elsewhere {
            Arc::new((0..n).map(|i| Some(elsewhere(at(schemes, i)))).collect::<UInt8Array>())
        } else {
            Arc::new(UInt8Array::from(vec![self.kind as u8; n]))
        };
        let narrow = RecordBatch::try_new(
            NARROW.clone(),
            vec![
                Arc::new(UInt64Array::from(rid)),
                Arc::new(num.finish()),
                Arc::new(UInt64Array::from(name_hash)),
                Arc::new(birth.finish()),
                column(sexes),
                Arc::new(UInt8Array::from(form)),
            ],
        )?;
        let block = RecordBatch::try_new(
            BLOCK.clone(),
            vec![
                Arc::new(UInt32Array::from(surname)),
                Arc::new(UInt64Array::from(sound)),
                Arc::new(UInt64Array::from(area)),
                Arc::new(UInt64Array::from(household)),
                Arc::new(UInt64Array::from(unit)),
                Arc::new(UInt64Array::from(phone)),
                Arc::new(UInt32Array::from(pool)),
                column(statuses),
                column(benefits),
                Arc::new(UInt8Array::from(gaps)),
                scheme,
                Arc::new(name_text.finish()),
                Arc::new(number_text.finish()),
            ],
        )?;
        Ok((narrow, block))
    }
}

/// Whether number and name stand in each other's column: a name of Han characters where the number belongs,
/// and a name with fifteen digits or more.
fn swapped(number: &str, name: &str) -> bool {
    name.len() >= 15
        && name.bytes().filter(u8::is_ascii_digit).count() >= 15
        && !number.is_ascii()
        && !number.bytes().any(|b| b.is_ascii_digit())
}

fn at(column: Option<&StringArray>, i: usize) -> &str {
    match column {
        Some(c) if c.is_valid(i) => c.value(i),
        _ => "",
    }
}

fn code_at(column: Option<&UInt8Array>, i: usize) -> u8 {
    match column {
        Some(c) if c.is_valid(i) => c.value(i),
        _ => 0,
    }
}

/// An area code of 6, 9 or 12 digits as a number; trailing zero groups are cut off; 0 otherwise.
pub(crate) fn area_code(text: &str) -> u64 {
    let digits = text.trim();
    if !matches!(digits.len(), 6 | 9 | 12) || !digits.bytes().all(|b| b.is_ascii_digit()) {
        return 0;
    }
    let mut code: u64 = digits.parse().unwrap_or(0);
    while code >= 1_000_000 && code.is_multiple_of(1_000) {
        code /= 1_000;
    }
    code
}

/// Digits of an area code that is held as a number.
pub(crate) fn area_digits(code: u64) -> usize {
    match code {
        c if c < 1_000_000 => 6,
        c if c < 1_000_000_000 => 9,
        _ => 12,
    }
}

/// The text of an area code that is held as a number.
pub(crate) fn area_text(code: u64) -> String {
    format!("{code:0width$}", width = area_digits(code))
}

/// A pooling area's code of six digits or more as a number, another text as a hash beyond all codes; 0 blank.
pub(crate) fn pool_code(text: &str) -> u32 {
    let text = text.trim();
    if text.is_empty() {
        return 0;
    }
    if let Some(code) = text.get(..6).and_then(|t| t.parse::<u32>().ok()) {
        return code;
    }
    (hash(text) as u32) | 1 << 31
}

/// A household number or the like; 0 where it says nothing.
fn identifier(text: &str) -> u64 {
    let text = text.trim();
    if text.is_empty() || text.bytes().all(|b| b == b'0' || b == b'-') || text == "无" { 0 } else { hash(text) }
}

/// The digits of a phone number; 0 where it can't be one.
fn phone_digits(text: &str) -> u64 {
    let (mut value, mut count, mut distinct) = (0u64, 0, [false; 10]);
    for b in text.bytes().filter(u8::is_ascii_digit) {
        value = value.wrapping_mul(10) + u64::from(b - b'0');
        count += 1;
        if let Some(slot) = distinct.get_mut(usize::from(b - b'0')) {
            *slot = true;
        }
    }
    let varied = distinct.iter().filter(|d| **d).count() > 2;
    match count {
        13 if value / 100_000_000_000 == 86 => value % 100_000_000_000,
        7..=12 if varied => value,
        _ => 0,
    }
}
