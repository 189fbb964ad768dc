//! The canonical texts of the rows: what the keys tell already is not kept twice.
//!
//! A number that is written as the standard writes it, a name that is its own normal form and an area's plain code
//! are null among the texts, and stand in the keys; the text of such a row is made from them when it is asked for.

use super::keys::{area_digits, area_text};
use arrow::array::{
    Array, ArrayRef, AsArray, BinaryArray, BinaryBuilder, RecordBatch, StringArray, StringBuilder, UInt64Array,
};
use arrow::compute::cast;
use arrow::datatypes::{DataType, Field as ArrowField, UInt8Type, UInt64Type};
use arrow::error::ArrowError;
use canbao_domain::number::{CitizenNumber, NumberForm};
use canbao_domain::source::Field;
use std::str::FromStr;
use std::sync::Arc;

/// A column of bytes.
pub(crate) fn bytes<'a>(rows: &'a RecordBatch, name: &str) -> Option<&'a BinaryArray> {
    rows.column_by_name(name).and_then(|c| c.as_binary_opt::<i32>())
}

fn words<'a>(rows: &'a RecordBatch, name: &str) -> Option<&'a UInt64Array> {
    rows.column_by_name(name).and_then(|c| c.as_primitive_opt::<UInt64Type>())
}

/// The texts of a batch as they are staged beside its keys.
pub(crate) fn staged(rows: &RecordBatch, keys: &[&RecordBatch]) -> Vec<(Arc<ArrowField>, ArrayRef)> {
    let key = |name: &str| keys.iter().find_map(|k| k.column_by_name(name));
    let mut staged = Vec::new();
    for (field, column) in rows.schema_ref().fields().iter().zip(rows.columns()) {
        let (Some(text), Ok(canonical)) = (column.as_string_opt::<i32>(), Field::from_str(field.name())) else {
            continue;
        };
        let texts = match canonical {
            Field::Number => key("form").and_then(|c| c.as_primitive_opt::<UInt8Type>()).map(|forms| {
                // the number may have stood in the name's column: then no digit stands here
                let digit = |text: &str| text.as_bytes().first().is_some_and(u8::is_ascii_digit);
                without(text, |i, text| forms.value(i) == NumberForm::Exact as u8 && digit(text))
            }),
            Field::Name => key("name_text")
                .and_then(|c| c.as_binary_opt::<i32>())
                .map(|names| without(text, |i, text| names.value(i) == text.as_bytes())),
            Field::AreaCode => key("area").and_then(|c| c.as_primitive_opt::<UInt64Type>()).map(|areas| {
                without(text, |i, text| match areas.value(i) {
                    0 => false,
                    code => text.len() == area_digits(code) && text.as_bytes().iter().all(u8::is_ascii_digit),
                })
            }),
            _ => None,
        };
        let texts = texts.unwrap_or_else(|| BinaryArray::from(text.clone()));
        staged.push((Arc::new(ArrowField::new(field.name(), DataType::Binary, true)), Arc::new(texts) as ArrayRef));
    }
    staged
}

/// The texts without those that the keys tell.
fn without(texts: &StringArray, told: impl Fn(usize, &str) -> bool) -> BinaryArray {
    let mut rest = BinaryBuilder::with_capacity(texts.len(), 0);
    for (i, text) in texts.iter().enumerate() {
        rest.append_option(text.filter(|t| !told(i, t)));
    }
    rest.finish()
}

/// A column of canonical text as kept: null where the keys tell it, or where nothing was written; a dictionary where
/// its words are few. The texts come last in a batch, so one that keys have the name of too is found from behind.
pub(crate) fn kept(rows: &RecordBatch, field: Field) -> Option<ArrayRef> {
    let is_text = |f: &ArrowField| matches!(f.data_type(), DataType::Binary | DataType::Dictionary(..));
    let at = rows.schema_ref().fields().iter().rposition(|f| f.name() == field.as_str() && is_text(f))?;
    let column = rows.columns().get(at)?;
    match column.as_binary_opt::<i32>() {
        Some(texts) => Some(Arc::new(StringArray::try_from_binary(texts.clone()).ok()?)),
        None => Some(Arc::clone(column)),
    }
}

/// A column of canonical text as kept, each row's text by itself.
pub(crate) fn kept_texts(rows: &RecordBatch, field: Field) -> Option<StringArray> {
    cast(&kept(rows, field)?, &DataType::Utf8).ok()?.as_string_opt::<i32>().cloned()
}

/// A column of canonical text as written.
pub(crate) fn written(rows: &RecordBatch, field: Field) -> Option<StringArray> {
    let kept = kept_texts(rows, field)?;
    let mut made = String::new();
    match field {
        Field::Number => {
            let num = words(rows, "num")?;
            Some(filled(
                &kept,
                |i, text| {
                    if let Some(number) = num.is_valid(i).then(|| CitizenNumber::from_body(num.value(i))).flatten() {
                        text.push_str(std::str::from_utf8(&number.bytes()).unwrap_or_default());
                    }
                },
                &mut made,
            ))
        }
        Field::Name => {
            let names = bytes(rows, "name_text")?;
            Some(filled(
                &kept,
                |i, text| text.push_str(std::str::from_utf8(names.value(i)).unwrap_or_default()),
                &mut made,
            ))
        }
        Field::AreaCode => {
            let areas = words(rows, "area")?;
            Some(filled(
                &kept,
                |i, text| {
                    if areas.value(i) != 0 {
                        text.push_str(&area_text(areas.value(i)));
                    }
                },
                &mut made,
            ))
        }
        _ => Some(kept),
    }
}

/// The texts, and where there is none what `make` writes, if it writes anything.
fn filled(texts: &StringArray, mut make: impl FnMut(usize, &mut String), made: &mut String) -> StringArray {
    let mut filled = StringBuilder::with_capacity(texts.len(), texts.len() * 12);
    for (i, text) in texts.iter().enumerate() {
        made.clear();
        match text {
            Some(text) => filled.append_value(text),
            None => {
                make(i, made);
                filled.append_option((!made.is_empty()).then_some(made.as_str()));
            }
        }
    }
    filled.finish()
}

/// Names as text, those of `rows` alone.
pub(crate) fn names(rows: &RecordBatch) -> Result<StringArray, ArrowError> {
    let names = bytes(rows, "name_text").ok_or_else(|| ArrowError::SchemaError("name_text".to_owned()))?;
    StringArray::try_from_binary(names.clone())
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;
    use crate::stage::keys::KeyMaker;
    use crate::units::UnitIndex;
    use arrow::array::{Int64Array, UInt32Array};
    use canbao_domain::rules::Rules;
    use canbao_domain::source::SourceKind;

    /// Whatever is written, in any form, is told again as written.
    #[test]
    fn what_is_not_kept_is_told_by_the_keys() {
        let valid = CitizenNumber::from_body(61_240_119_850_312_001).unwrap();
        let number = String::from_utf8(valid.bytes().to_vec()).unwrap();
        let numbers = [
            Some(number.clone()),
            Some(format!(" {number}")),
            Some(number.to_lowercase()),
            Some("612401850312001".to_owned()),
            Some("6.12401E+17".to_owned()),
            Some("无".to_owned()),
            Some("张三丰".to_owned()),
            None,
        ];
        let names = [
            Some("张三"),
            Some("张 三"),
            Some("买买提·艾山"),
            Some("買買提.艾山"),
            Some("无"),
            Some("ｚｈａｎｇ"),
            Some(number.as_str()),
            None,
        ];
        let areas = [
            Some("610902101201"),
            Some("610902101000"),
            Some("610902000000"),
            Some("610902"),
            Some(" 610902101201"),
            Some("610902101"),
            Some("汉滨区"),
            None,
        ];
        let kind = SourceKind::HouseholdRegister;
        let schema = canbao_intake::schema(kind);
        let n = numbers.len();
        let columns: Vec<ArrayRef> = schema
            .fields()
            .iter()
            .map(|f| match f.name().as_str() {
                "row" | "line" => Arc::new(Int64Array::from_iter_values(1..=n as i64)) as ArrayRef,
                "part" => Arc::new(UInt32Array::from(vec![0; n])),
                "number" => Arc::new(numbers.iter().collect::<StringArray>()),
                "name" => Arc::new(names.iter().collect::<StringArray>()),
                "area_code" => Arc::new(areas.iter().collect::<StringArray>()),
                _ if *f.data_type() == DataType::UInt8 => Arc::new(arrow::array::UInt8Array::from(vec![0; n])),
                _ => arrow::array::new_null_array(f.data_type(), n),
            })
            .collect();
        let rows = RecordBatch::try_new(schema, columns).unwrap();
        let units = UnitIndex::new(std::iter::empty());
        let (narrow, block) = KeyMaker::new(0, kind, Rules::embedded(), &units).make(&rows).unwrap();
        let staged = staged(&rows, &[&narrow, &block]);
        let (mut fields, mut all) = (Vec::new(), Vec::new());
        for keys in [&narrow, &block] {
            fields.extend(keys.schema_ref().fields().iter().cloned());
            all.extend(keys.columns().iter().cloned());
        }
        for (field, column) in staged {
            fields.push(field);
            all.push(column);
        }
        let together = RecordBatch::try_new(Arc::new(arrow::datatypes::Schema::new(fields)), all).unwrap();
        for field in [Field::Number, Field::Name, Field::AreaCode] {
            let (told, was) = (written(&together, field).unwrap(), rows.column_by_name(field.as_str()).unwrap());
            assert_eq!(&told, was.as_string::<i32>(), "{field}");
            assert!(kept_texts(&together, field).unwrap().null_count() > 1, "{field} is kept twice");
        }
    }
}
