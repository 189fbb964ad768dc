//! `survey` (入户调查名单): whom a collector must visit, village by village, household by household.

use super::columns::{Growing, Places, Words, push_number};
use super::findings::batch;
use crate::error::CompareError;
use crate::stage::RowId;
use crate::stage::keys::area_text;
use ahash::AHashMap;
use arrow::array::{Array, ArrayRef, AsArray, Int64Builder, ListBuilder, StringArray, StringBuilder, UInt32Array};
use arrow::compute::{cast, take};
use arrow::datatypes::{DataType, SchemaRef};
use arrow::record_batch::RecordBatch;
use canbao_domain::number::CitizenNumber;
use canbao_domain::rules::{Category, Reason, ReasonSet, Verdict};
use canbao_linkage::hash::text as hash;
use canbao_linkage::model::agreement::{county, town, village};
use canbao_run::RunWriter;
use std::sync::Arc;

/// Rows of a written batch.
const BATCH: usize = 8192;

/// One line to come.
#[derive(Debug)]
struct Entry {
    area: u64,
    household: u64,
    id: RowId,
    number: Option<CitizenNumber>,
    /// A person, else a row whose person is unknown.
    person: bool,
    category: Category,
    reasons: ReasonSet,
    known: u32,
    piece: u32,
    index: u32,
}

/// The list as it grows: small entries, and the texts of each batch.
#[derive(Debug, Default)]
pub(crate) struct Survey {
    entries: Vec<Entry>,
    /// Name, household, address, phone.
    pieces: Vec<[StringArray; 4]>,
    known: Vec<String>,
    known_at: AHashMap<String, u32>,
}

fn household_key(text: &str) -> u64 {
    if text.is_empty() {
        return u64::MAX;
    }
    text.parse::<u64>().unwrap_or_else(|_| hash(text) | 1 << 63)
}

impl Survey {
    fn know(&mut self, known: &str) -> u32 {
        if let Some(at) = self.known_at.get(known) {
            return *at;
        }
        let at = self.known.len() as u32;
        self.known.push(known.to_owned());
        self.known_at.insert(known.to_owned(), at);
        at
    }

    /// Adds people: place in the written batch, first row, area, verdict, what is known.
    pub(crate) fn people<'a>(
        &mut self,
        written: &RecordBatch,
        visits: impl Iterator<Item = (usize, RowId, u64, Verdict, &'a str)>,
        _: &Places,
    ) -> Result<(), CompareError> {
        let numbers = written.column_by_name("person_id").and_then(|c| c.as_string_opt::<i32>().cloned());
        let mut indices: Vec<u32> = Vec::new();
        let piece = self.pieces.len() as u32;
        let from = self.entries.len();
        for (i, id, area, verdict, known) in visits {
            let number =
                numbers.as_ref().filter(|c| c.is_valid(i)).and_then(|c| CitizenNumber::parse(c.value(i).as_bytes()));
            let known = self.know(known);
            let index = indices.len() as u32;
            indices.push(i as u32);
            self.entries.push(Entry {
                area,
                household: 0,
                id,
                number,
                person: true,
                category: verdict.category,
                reasons: verdict.reasons,
                known,
                piece,
                index,
            });
        }
        if indices.is_empty() {
            return Ok(());
        }
        let indices = UInt32Array::from(indices);
        let mut texts = Vec::with_capacity(4);
        for name in ["name", "household", "address", "phone"] {
            let column = written.column_by_name(name).ok_or_else(|| CompareError::internal("缺少名单列"))?;
            texts.push(cast(&take(column, &indices, None)?, &DataType::Utf8)?.as_string::<i32>().clone());
        }
        self.add_piece(texts, from)
    }

    fn add_piece(&mut self, texts: Vec<StringArray>, from: usize) -> Result<(), CompareError> {
        let texts: [StringArray; 4] = texts.try_into().map_err(|_| CompareError::internal("名单列数不符"))?;
        let [_, households, _, _] = &texts;
        for entry in self.entries.iter_mut().skip(from) {
            let at = entry.index as usize;
            entry.household = household_key(if households.is_valid(at) { households.value(at).trim() } else { "" });
        }
        self.pieces.push(texts);
        Ok(())
    }

    /// Adds insurance rows that belong to nobody known: row, area, and its texts (name, household, address, phone).
    pub(crate) fn rows(&mut self, rows: &[(RowId, u64)], texts: Vec<StringArray>) -> Result<(), CompareError> {
        let (piece, from) = (self.pieces.len() as u32, self.entries.len());
        let known = self.know("号码无法确认，请核对证件后更正");
        for (index, (id, area)) in (0u32..).zip(rows) {
            self.entries.push(Entry {
                area: *area,
                household: 0,
                id: *id,
                number: None,
                person: false,
                category: Category::Information,
                reasons: ReasonSet::of(Reason::RowUnresolved),
                known,
                piece,
                index,
            });
        }
        self.add_piece(texts, from)
    }

    /// Adds the entries of another list.
    pub(crate) fn absorb(&mut self, other: Self) {
        let pieces = self.pieces.len() as u32;
        let known: Vec<u32> = other.known.iter().map(|text| self.know(text)).collect();
        self.entries.extend(other.entries.into_iter().map(|e| Entry {
            known: known.get(e.known as usize).copied().unwrap_or(0),
            piece: e.piece + pieces,
            ..e
        }));
        self.pieces.extend(other.pieces);
    }

    /// Sorts and writes the table; returns its rows.
    pub(crate) fn write(mut self, places: &Places, run: &RunWriter, workers: usize) -> Result<u64, CompareError> {
        let order = |e: &Entry| {
            let place = |code: u64| if code == 0 { u64::MAX } else { code };
            (place(county(e.area)), place(town(e.area)), place(village(e.area)), e.household, !e.person, e.id)
        };
        self.entries.sort_unstable_by_key(order);
        let schema = canbao_run::schema::survey();
        let mut table = run.table("survey", &schema)?;
        // lines are made by several threads, a stretch each, and written in order
        let stretch = self.entries.len().div_ceil(BATCH).div_ceil(workers.max(1)).max(1) * BATCH;
        let (survey, schema) = (&self, &schema);
        let made = std::thread::scope(|scope| {
            let threads: Vec<_> = survey
                .entries
                .chunks(stretch)
                .map(|entries| scope.spawn(move || survey.lines(entries, schema, places)))
                .collect();
            threads.into_iter().map(|t| t.join()).collect::<Vec<_>>()
        });
        for batches in made {
            for batch in batches.map_err(|_| CompareError::internal("名单写出中断"))?? {
                table.write(&batch)?;
            }
        }
        Ok(table.close()?)
    }

    /// The lines of some entries.
    fn lines(&self, entries: &[Entry], schema: &SchemaRef, places: &Places) -> Result<Vec<RecordBatch>, CompareError> {
        let (mut counties, mut towns, mut villages) = (Growing::default(), Growing::default(), Growing::default());
        let mut batches = Vec::new();
        for chunk in entries.chunks(BATCH) {
            let (mut key, mut number) = (Int64Builder::new(), StringBuilder::new());
            let (mut source, mut row) = (Words::new(places.names()), Int64Builder::new());
            let mut texts = [StringBuilder::new(), StringBuilder::new(), StringBuilder::new(), StringBuilder::new()];
            let mut category = StringBuilder::new();
            let mut reasons = ListBuilder::new(StringBuilder::new());
            let mut known = Words::new(self.known.iter().map(String::as_str));
            for e in chunk {
                push_number(&mut number, e.number);
                if e.person {
                    key.append_value(places.key(e.id));
                    source.push_null();
                    row.append_null();
                } else {
                    key.append_null();
                    source.push(e.id.source());
                    row.append_value(e.id.row());
                }
                for (column, code) in
                    [(&mut counties, county(e.area)), (&mut towns, town(e.area)), (&mut villages, village(e.area))]
                {
                    if code == 0 { column.push_null() } else { column.push(code, area_text) }
                }
                if let Some(piece) = self.pieces.get(e.piece as usize) {
                    for (builder, texts) in texts.iter_mut().zip(piece) {
                        let at = e.index as usize;
                        builder.append_option(texts.is_valid(at).then(|| texts.value(at)));
                    }
                }
                category.append_value(e.category.as_str());
                for reason in e.reasons.iter() {
                    reasons.values().append_value(reason);
                }
                reasons.append(true);
                known.push(e.known as usize);
            }
            let [mut name, mut household, mut address, mut phone] = texts;
            let columns: Vec<ArrayRef> = vec![
                Arc::new(key.finish()),
                Arc::new(number.finish()),
                source.finish()?,
                Arc::new(row.finish()),
                Arc::new(name.finish()),
                counties.finish()?,
                towns.finish()?,
                villages.finish()?,
                Arc::new(household.finish()),
                Arc::new(address.finish()),
                Arc::new(phone.finish()),
                Arc::new(category.finish()),
                Arc::new(reasons.finish()),
                known.finish()?,
            ];
            batches.push(batch(schema, columns)?);
        }
        Ok(batches)
    }
}
