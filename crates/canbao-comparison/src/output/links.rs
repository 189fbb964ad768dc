//! `links`: one line for every data row, in the order of the sources; and the findings that rows show by themselves.

use super::columns::{Places, Words, constant, push_number};
use super::findings::{Finding, Kind, batch};
use crate::error::CompareError;
use crate::link::decide::CERTAIN;
use crate::links::{HardLink, Links, Method, Standing};
use crate::plan::owners::{column, plain_method};
use crate::progress::Progress;
use crate::stage::scan::Batches;
use crate::stage::{Family, Place, RowId, Source, Stage};
use ahash::AHashMap;
use arrow::array::{Array, ArrayRef, Float64Builder, Int64Array, Int64Builder, StringBuilder, UInt8Array};
use arrow::datatypes::{UInt8Type, UInt64Type};
use canbao_domain::number::{CitizenNumber, NumberForm};
use canbao_domain::rules::{Item, ItemSet};
use canbao_intake::Rejected;
use canbao_linkage::explain;
use canbao_linkage::names::NameAgreement;
use canbao_run::{RunWriter, SourceCounts};
use std::collections::BTreeMap;
use std::sync::Arc;

/// What the pass brings besides the table.
#[derive(Debug, Default)]
pub(crate) struct Written {
    pub(crate) sources: BTreeMap<String, SourceCounts>,
    pub(crate) findings: Vec<Finding>,
}

/// All sentences of the table, each once: rows by the million share a few thousand.
struct Sentences<'a> {
    at: AHashMap<&'a str, usize>,
    /// Of the rows that number and name settled, by method: nearly all rows.
    plain: [Option<usize>; PLAIN.len()],
    words: Words,
}

/// Methods of rows that number and name settled.
const PLAIN: [Method; 3] = [Method::Exact, Method::Normalised, Method::Upgraded];

impl<'a> Sentences<'a> {
    fn new(links: &'a Links) -> Self {
        let plain = PLAIN.map(|m| explain::constant(m, NameAgreement::Equal));
        let mut texts: Vec<&'a str> =
            plain.into_iter().flatten().chain(links.hard.values().map(|h| h.evidence.as_str())).collect();
        texts.sort_unstable();
        texts.dedup();
        let words = Words::new(texts.iter().copied());
        let at: AHashMap<&'a str, usize> = texts.into_iter().zip(0..).collect();
        let plain = plain.map(|text| at.get(text?).copied());
        Self { at, plain, words }
    }

    fn push_plain(&mut self, method: Method) {
        match PLAIN.iter().position(|m| *m == method).and_then(|m| self.plain.get(m).copied().flatten()) {
            Some(at) => self.words.push(at),
            None => self.words.push_null(),
        }
    }

    fn push(&mut self, sentence: &str) {
        match self.at.get(sentence) {
            Some(at) => self.words.push(*at),
            None => self.words.push_null(),
        }
    }

    fn finish(&mut self) -> Result<ArrayRef, CompareError> {
        Ok(self.words.finish()?)
    }
}

/// Writes the table.
pub(crate) fn write(
    stage: &Stage,
    links: &Links,
    places: &Places,
    run: &RunWriter,
    progress: &dyn Progress,
) -> Result<Written, CompareError> {
    let schema = canbao_run::schema::links();
    let mut table = run.table("links", &schema)?;
    let mut sentences = Sentences::new(links);
    let mut written = Written::default();
    for source in &stage.sources {
        let mut counts = SourceCounts { rows: source.rows, ..SourceCounts::default() };
        let mut rejected = source.rejected.as_slice();
        let batches =
            Batches::open(source, &[(Family::Narrow, Some(&["rid", "num", "form"])), (Family::Block, Some(&["gaps"]))]);
        for (rows, place) in batches.zip(&source.places) {
            let rows = rows?;
            let ids = column::<UInt64Type>(&rows, "rid")?.values().to_vec();
            let mut from = 0;
            while let Some(head) = ids.get(from).map(|r| RowId(*r).row()) {
                // rejected rows stand where they stood among the others
                let (before, rest) = rejected.split_at(rejected.partition_point(|r| r.row < head));
                if !before.is_empty() {
                    table.write(&of_rejected(&schema, source, before, &mut counts, &mut written.findings)?)?;
                }
                rejected = rest;
                let stop = rejected.first().map_or(i64::MAX, |r| r.row);
                let length = ids.get(from..).unwrap_or_default().partition_point(|r| RowId(*r).row() < stop).max(1);
                table.write(&of_batch(
                    &schema,
                    source,
                    &rows.slice(from, length),
                    (place, from),
                    links,
                    places,
                    &mut sentences,
                    &mut counts,
                    &mut written.findings,
                )?)?;
                from += length;
            }
            progress.advance(rows.num_rows() as u64);
        }
        if !rejected.is_empty() {
            table.write(&of_rejected(&schema, source, rejected, &mut counts, &mut written.findings)?)?;
        }
        written.sources.insert(source.name.clone(), counts);
    }
    table.close()?;
    Ok(written)
}

fn count(counts: &mut SourceCounts, method: Method) {
    let slot = match method {
        Method::Exact => &mut counts.exact,
        Method::Normalised => &mut counts.normalised,
        Method::Upgraded => &mut counts.upgraded,
        Method::Corrected => &mut counts.corrected,
        Method::Matched => &mut counts.matched,
        Method::Decided => &mut counts.decided,
        Method::Unresolved => &mut counts.unresolved,
        Method::Rejected => &mut counts.rejected,
    };
    *slot += 1;
}

fn part_columns(source: &Source, parts: impl Iterator<Item = usize>) -> Result<(ArrayRef, ArrayRef), CompareError> {
    let mut file = Words::new(source.parts.iter().map(|p| p.file.as_str()));
    let mut sheet = Words::new(source.parts.iter().map(|p| p.sheet.as_deref().unwrap_or_default()));
    for part in parts {
        file.push(part);
        match source.parts.get(part).and_then(|p| p.sheet.as_ref()) {
            Some(_) => sheet.push(part),
            None => sheet.push_null(),
        }
    }
    Ok((file.finish()?, sheet.finish()?))
}

fn methods() -> Words {
    Words::new(
        [
            Method::Exact,
            Method::Normalised,
            Method::Upgraded,
            Method::Corrected,
            Method::Matched,
            Method::Decided,
            Method::Unresolved,
            Method::Rejected,
        ]
        .map(Method::as_str),
    )
}

fn of_rejected(
    schema: &arrow::datatypes::SchemaRef,
    source: &Source,
    rejected: &[Rejected],
    counts: &mut SourceCounts,
    findings: &mut Vec<Finding>,
) -> Result<arrow::record_batch::RecordBatch, CompareError> {
    let n = rejected.len();
    let (file, sheet) = part_columns(source, rejected.iter().map(|r| r.part as usize))?;
    let mut method = methods();
    for r in rejected {
        method.push(Method::Rejected as usize);
        count(counts, Method::Rejected);
        findings.push(Finding::row(Kind::RowRejected, RowId::new(source.index, r.row), None, None, r.reason.clone()));
    }
    let evidence = explain::constant(explain::Method::Rejected, NameAgreement::Missing).unwrap_or_default();
    batch(
        schema,
        vec![
            constant(&source.name, n)?,
            Arc::new(rejected.iter().map(|r| r.row).collect::<Int64Array>()),
            file,
            sheet,
            Arc::new(rejected.iter().map(|r| r.line).collect::<Int64Array>()),
            arrow::array::new_null_array(&arrow::datatypes::DataType::Int64, n),
            arrow::array::new_null_array(&arrow::datatypes::DataType::Utf8, n),
            method.finish()?,
            arrow::array::new_null_array(&arrow::datatypes::DataType::Float64, n),
            constant(evidence, n)?,
        ],
    )
}

#[expect(clippy::too_many_arguments, reason = "one batch of one table, made in one place")]
fn of_batch(
    schema: &arrow::datatypes::SchemaRef,
    source: &Source,
    rows: &arrow::record_batch::RecordBatch,
    (place, offset): (&Place, usize),
    links: &Links,
    places: &Places,
    sentences: &mut Sentences,
    counts: &mut SourceCounts,
    findings: &mut Vec<Finding>,
) -> Result<arrow::record_batch::RecordBatch, CompareError> {
    let n = rows.num_rows();
    let (rid, num, form) =
        (column::<UInt64Type>(rows, "rid")?, column::<UInt64Type>(rows, "num")?, column::<UInt8Type>(rows, "form")?);
    let gaps: &UInt8Array = column::<UInt8Type>(rows, "gaps")?;
    let (file, sheet) = part_columns(source, std::iter::repeat_n(place.part as usize, n))?;
    let (mut row, mut key) = (Int64Builder::with_capacity(n), Int64Builder::with_capacity(n));
    let mut number_column = StringBuilder::with_capacity(n, 18 * n);
    let (mut method_column, mut confidence) = (methods(), Float64Builder::with_capacity(n));
    let hard: Vec<Option<&HardLink>> = rid
        .values()
        .iter()
        .map(|r| if links.slot(RowId(*r)).standing() == Standing::Settled { None } else { links.hard.get(&RowId(*r)) })
        .collect();
    for (i, hard) in hard.iter().enumerate() {
        let id = RowId(rid.value(i));
        row.append_value(id.row());
        let own = if num.is_valid(i) { CitizenNumber::from_body(num.value(i)) } else { None };
        let person = links.person(id);
        key.append_option(person.map(|p| places.key(p)));
        let number = match hard {
            Some(h) => h.number,
            None => person.and_then(|p| links.number(p, own)),
        };
        push_number(&mut number_column, number);
        let slot = links.slot(id);
        let (method, sure) = match hard {
            Some(h) => {
                sentences.push(&h.evidence);
                let method = match h.method {
                    Method::Exact | Method::Normalised | Method::Upgraded => {
                        plain_method(NumberForm::from_code(form.value(i)).unwrap_or(NumberForm::Exact))
                    }
                    other => other,
                };
                (method, Some(h.confidence).filter(|_| h.person.is_some()))
            }
            None => {
                let method = plain_method(NumberForm::from_code(form.value(i)).unwrap_or(NumberForm::Exact));
                sentences.push_plain(method);
                (method, Some(CERTAIN))
            }
        };
        count(counts, method);
        method_column.push(method as usize);
        confidence.append_option(sure);
        let mut find = |kind, detail: &'static str| findings.push(Finding::row(kind, id, person, number, detail));
        if let Some(h) = hard {
            if h.name_differs {
                find(Kind::NameDiffers, "姓名与本人登记不同");
            }
            if h.number_of_another {
                find(Kind::NumberOfAnother, "号码有效，但属于他人");
            }
            if h.method == Method::Unresolved {
                find(Kind::RowUnresolved, "无法确定是何人");
            }
        }
        if hard.map_or(slot.birth_differs(), |h| h.birth_differs) {
            find(Kind::BirthDiffers, "出生日期与本人登记不同");
        }
        if hard.map_or(slot.sex_differs(), |h| h.sex_differs) {
            find(Kind::SexDiffers, "性别与本人登记不同");
        }
        if gaps.value(i) != 0 {
            find(Kind::FieldMissing, missing_text(ItemSet(gaps.value(i))));
        }
    }
    batch(
        schema,
        vec![
            constant(&source.name, n)?,
            Arc::new(row.finish()),
            file,
            sheet,
            Arc::new((offset..offset + n).map(|i| place.lines.line(i)).collect::<Int64Array>()),
            Arc::new(key.finish()),
            Arc::new(number_column.finish()),
            method_column.finish()?,
            Arc::new(confidence.finish()),
            sentences.finish()?,
        ],
    )
}

/// What is missing, in words: one sentence for each set of items, made once.
fn missing_text(items: ItemSet) -> &'static str {
    static TEXTS: std::sync::LazyLock<Vec<String>> = std::sync::LazyLock::new(|| {
        (0..=u8::MAX)
            .map(|bits| {
                let names: Vec<&str> = ItemSet(bits & 0x3F).iter().map(Item::chinese).collect();
                format!("缺{}", names.join("、"))
            })
            .collect()
    });
    TEXTS.get(usize::from(items.0)).map_or("", String::as_str)
}
