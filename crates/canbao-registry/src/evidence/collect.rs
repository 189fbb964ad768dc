//! Reading what a run says of the rows that were not beyond doubt.

use ahash::AHashMap;
use arrow::array::{Array, AsArray, RecordBatch, StringArray};
use arrow::datatypes::{Float64Type, Int64Type};
use canbao_run::RunReader;
use canbao_run::schema::WRITTEN_FIELDS;

use super::{Candidate, Clue};
use crate::RegistryError;

/// Rows of a block, at most.
const A_BLOCK: usize = 200;

/// Rows of one source, in order.
#[derive(Default)]
pub(super) struct Block {
    pub(super) source: String,
    pub(super) clues: Vec<Clue>,
}

/// How a row was linked: texts by their number in [`Places::texts`].
struct Place {
    file: u32,
    sheet: u32,
    line: i64,
    method: u32,
    sentence: u32,
    confidence: Option<f64>,
}

/// How rows were linked.
#[derive(Default)]
struct Places {
    numbers: AHashMap<String, u32>,
    texts: Vec<String>,
    by_row: AHashMap<(u32, i64), Option<Place>>,
}

impl Places {
    /// The number of a text; 0 is blank.
    fn number(&mut self, text: &str) -> u32 {
        if text.is_empty() {
            return 0;
        }
        if let Some(number) = self.numbers.get(text) {
            return *number;
        }
        self.texts.push(text.to_owned());
        let number = self.texts.len() as u32;
        self.numbers.insert(text.to_owned(), number);
        number
    }

    fn text(&self, number: u32) -> &str {
        (number as usize).checked_sub(1).and_then(|at| self.texts.get(at)).map(String::as_str).unwrap_or_default()
    }
}

/// Hands on the rows of `rows`, as blocks; `person` gives the registry's identifier for the run's key. Candidates who are
/// nobody's are left out.
pub(super) fn collect(
    run: &RunReader,
    person: impl Fn(i64) -> Option<i64>,
    mut take: impl FnMut(Block) -> Result<(), RegistryError>,
) -> Result<(), RegistryError> {
    let mut places = Places::default();
    for batch in run.scan("rows", &["source", "row"])? {
        let batch = batch?;
        let (sources, rows) = (texts(&batch, 0)?, batch.column(1).as_primitive::<Int64Type>());
        for row in 0..batch.num_rows() {
            let source = places.number(sources.value(row));
            places.by_row.insert((source, rows.value(row)), None);
        }
    }
    let owners = links(run, &mut places)?;
    let mut candidates = candidates(run, &mut places, &person)?;
    let columns: Vec<&str> = ["source", "row"].into_iter().chain(WRITTEN_FIELDS).collect();
    let mut block = Block::default();
    for batch in run.scan("rows", &columns)? {
        let batch = batch?;
        let (sources, rows) = (texts(&batch, 0)?, batch.column(1).as_primitive::<Int64Type>());
        let fields: Vec<Option<&StringArray>> =
            (2..columns.len()).map(|at| batch.column(at).as_string_opt::<i32>()).collect();
        for row in 0..batch.num_rows() {
            let (source, line) = (sources.value(row), rows.value(row));
            let key = (places.number(source), line);
            let Some(Some(place)) = places.by_row.get(&key) else { continue };
            let written = WRITTEN_FIELDS.iter().zip(&fields).filter_map(|(name, texts)| {
                let texts = texts.filter(|texts| texts.is_valid(row))?;
                Some(((*name).to_owned(), texts.value(row).to_owned())).filter(|(_, text)| !text.is_empty())
            });
            let clue = Clue {
                row: line,
                file: places.text(place.file).to_owned(),
                sheet: Some(places.text(place.sheet)).filter(|text| !text.is_empty()).map(str::to_owned),
                line: place.line,
                method: places.text(place.method).to_owned(),
                confidence: place.confidence,
                sentence: places.text(place.sentence).to_owned(),
                person: owners.get(&key).and_then(|key| person(*key)),
                written: written.collect(),
                candidates: candidates.remove(&key).unwrap_or_default(),
                source: String::new(),
                kind: String::new(),
                people: 0,
            };
            let follows = block.source == source && block.clues.last().is_some_and(|last| last.row < line);
            if !follows || block.clues.len() >= A_BLOCK {
                let full = std::mem::take(&mut block);
                source.clone_into(&mut block.source);
                if !full.clues.is_empty() {
                    take(full)?;
                }
            }
            block.clues.push(clue);
        }
    }
    if block.clues.is_empty() { Ok(()) } else { take(block) }
}

/// Reads how the rows were linked; gives the run's keys of their people.
fn links(run: &RunReader, places: &mut Places) -> Result<AHashMap<(u32, i64), i64>, RegistryError> {
    let mut owners = AHashMap::new();
    let columns = ["source", "file", "sheet", "method", "evidence", "row", "line", "person_key", "confidence"];
    for batch in run.scan("links", &columns)? {
        let batch = batch?;
        let [sources, files, sheets, methods, sentences] =
            [texts(&batch, 0)?, texts(&batch, 1)?, texts(&batch, 2)?, texts(&batch, 3)?, texts(&batch, 4)?];
        let [rows, lines, people] = [5, 6, 7].map(|at| batch.column(at).as_primitive::<Int64Type>());
        let confidences = batch.column(8).as_primitive::<Float64Type>();
        let mut known: (&str, u32) = ("", 0);
        for row in 0..batch.num_rows() {
            if known.0 != sources.value(row) {
                known = (sources.value(row), places.number(sources.value(row)));
            }
            let key = (known.1, rows.value(row));
            if !places.by_row.contains_key(&key) {
                continue;
            }
            let sheet = if sheets.is_valid(row) { places.number(sheets.value(row)) } else { 0 };
            let place = Place {
                file: places.number(files.value(row)),
                sheet,
                line: lines.value(row),
                method: places.number(methods.value(row)),
                sentence: places.number(sentences.value(row)),
                confidence: confidences.is_valid(row).then(|| confidences.value(row)),
            };
            places.by_row.insert(key, Some(place));
            if people.is_valid(row) {
                owners.insert(key, people.value(row));
            }
        }
    }
    Ok(owners)
}

fn candidates(
    run: &RunReader,
    places: &mut Places,
    person: &impl Fn(i64) -> Option<i64>,
) -> Result<AHashMap<(u32, i64), Vec<Candidate>>, RegistryError> {
    let mut found: AHashMap<(u32, i64), Vec<Candidate>> = AHashMap::new();
    for batch in run.scan("candidates", &["source", "row", "person_key", "confidence", "weights"])? {
        let batch = batch?;
        let sources = texts(&batch, 0)?;
        let [rows, keys] = [1, 2].map(|at| batch.column(at).as_primitive::<Int64Type>());
        let confidences = batch.column(3).as_primitive::<Float64Type>();
        let lists = batch.column(4).as_list::<i32>();
        let items = lists.values().as_struct();
        let (names, weights) = (items.column(0).as_string_opt::<i32>(), items.column(1).as_primitive::<Float64Type>());
        let names = names.ok_or_else(unfit)?;
        for row in 0..batch.num_rows() {
            let Some(person) = person(keys.value(row)) else { continue };
            let offsets = lists.value_offsets();
            let [from, to] = [row, row + 1].map(|at| offsets.get(at).map_or(0, |offset| *offset as usize));
            let weights = (from..to).map(|at| (names.value(at).to_owned(), weights.value(at))).collect();
            let key = (places.number(sources.value(row)), rows.value(row));
            found.entry(key).or_default().push(Candidate { person, confidence: confidences.value(row), weights });
        }
    }
    for list in found.values_mut() {
        list.sort_by(|one, other| other.confidence.total_cmp(&one.confidence));
    }
    Ok(found)
}

fn texts(batch: &RecordBatch, at: usize) -> Result<&StringArray, RegistryError> {
    batch.column(at).as_string_opt::<i32>().ok_or_else(unfit)
}

fn unfit() -> RegistryError {
    RegistryError::Content { table: "rows", what: "列的类型不符".to_owned() }
}
