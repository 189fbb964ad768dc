//! The truth's files about people: `rows`, `persons`, `findings`, `survey`.

use std::collections::HashMap;
use std::path::Path;
use std::sync::Arc;

use arrow::array::{ArrayRef, BooleanArray, Int64Array, RecordBatch, StringBuilder};
use arrow::datatypes::{DataType, Field, Schema};
use arrow::error::ArrowError;
use canbao_domain::source::SourceKind;

use super::employer::Employers;
use super::finding::{Finding, Kind};
use super::judge::Verdicts;
use super::{label, table};
use crate::SynthError;
use crate::city::City;
use crate::city::number::text;
use crate::city::person::{Life, NONE, Person, Register, traits};
use crate::row::order::Extract;
use crate::row::{Row, number};

const BATCH: usize = 1 << 17;

fn schema(fields: &[(&str, DataType)]) -> Arc<Schema> {
    Arc::new(Schema::new(fields.iter().map(|(name, kind)| Field::new(*name, kind.clone(), true)).collect::<Vec<_>>()))
}

fn dictionary() -> DataType {
    DataType::Dictionary(Box::new(DataType::Int32), Box::new(DataType::Utf8))
}

/// The person's 18 characters; `None` of those who have no citizen number that anybody could read.
fn person_id(person: &Person) -> Option<[u8; 18]> {
    let known = person.body != 0 && !person.is(traits::NUMBERLESS);
    known.then(|| text(person.body))
}

fn append(builder: &mut StringBuilder, id: Option<[u8; 18]>) {
    builder.append_option(id.as_ref().and_then(|id| std::str::from_utf8(id).ok()));
}

/// `rows.parquet`: `source, row, person_id, damage`, and beside them `person` (the generator's key of the
/// person, where it can be known) and `detail` (all that is wrong with the row).
pub(crate) fn rows(
    city: &City,
    all: &[Row],
    extracts: &[Extract],
    verdicts: &Verdicts,
    out: &Path,
) -> Result<(), SynthError> {
    let schema = schema(&[
        ("source", dictionary()),
        ("row", DataType::Int64),
        ("person_id", DataType::Utf8),
        ("damage", dictionary()),
        ("person", DataType::Int64),
        ("detail", dictionary()),
    ]);
    let mut details: HashMap<(u8, u8, u8, u16), String> = HashMap::new();
    let batches = extracts.iter().flat_map(|extract| extract.rows.chunks(BATCH).map(|chunk| (extract.kind, chunk)));
    let batches = batches.map(|(kind, chunk)| {
        let mut lines = Vec::with_capacity(chunk.len());
        let mut ids = StringBuilder::with_capacity(chunk.len(), chunk.len() * 18);
        let mut people = Vec::with_capacity(chunk.len());
        let mut damages = Words::default();
        let mut words = Words::default();
        for &index in chunk {
            let Some(row) = all.get(index as usize) else { continue };
            let person = city.person(row.person);
            let known = verdicts.known.get(index as usize).copied().unwrap_or(false);
            lines.push(Some(i64::from(row.number)));
            append(&mut ids, person_id(person).filter(|_| known));
            let identified = known || (person.is(traits::NUMBERLESS) && !row.is_ragged());
            people.push(identified.then_some(i64::from(row.person)));
            damages.push(label::damage(person, row));
            let key = (row.form as u8, row.name as u8, row.birth as u8, row.flags);
            if key == (0, 0, 0, 0) {
                words.skip();
            } else {
                words.push(details.entry(key).or_insert_with(|| label::detail(city, row)));
            }
        }
        let columns: Vec<ArrayRef> = vec![
            table::words(vec![Some(0); chunk.len()], &[kind.as_str()])?,
            Arc::new(Int64Array::from(lines)),
            Arc::new(ids.finish()),
            damages.finish()?,
            Arc::new(Int64Array::from(people)),
            words.finish()?,
        ];
        RecordBatch::try_new(schema.clone(), columns)
    });
    table::write(&out.join("rows.parquet"), batches, &schema)
}

/// A column of few different words.
#[derive(Default)]
struct Words {
    indices: Vec<Option<i32>>,
    words: Vec<String>,
    places: HashMap<String, i32>,
}

impl Words {
    fn push(&mut self, word: &str) {
        // mostly the first or the last word again
        let repeated = [Some(0), self.indices.last().copied().flatten()].into_iter().flatten();
        for place in repeated {
            if self.words.get(place as usize).is_some_and(|known| known == word) {
                self.indices.push(Some(place));
                return;
            }
        }
        let place = match self.places.get(word) {
            Some(&place) => place,
            None => {
                let place = i32::try_from(self.words.len()).unwrap_or(0);
                self.words.push(word.to_owned());
                self.places.insert(word.to_owned(), place);
                place
            }
        };
        self.indices.push(Some(place));
    }

    fn skip(&mut self) {
        self.indices.push(None);
    }

    fn finish(self) -> Result<ArrayRef, ArrowError> {
        let words: Vec<&str> = self.words.iter().map(String::as_str).collect();
        table::words(self.indices, &words)
    }
}

/// `persons.parquet`: the scoring tool's columns, and beside them `person`, `certificate`, `category`
/// and `duplicate_benefit`.
pub(crate) fn persons(city: &City, verdicts: &Verdicts, out: &Path) -> Result<(), SynthError> {
    let schema = schema(&[
        ("person_id", DataType::Utf8),
        ("alive", DataType::Boolean),
        ("in_population", DataType::Boolean),
        ("county", dictionary()),
        ("town", dictionary()),
        ("village", dictionary()),
        ("age", DataType::Int64),
        ("pension", dictionary()),
        ("medical", dictionary()),
        ("duplicate_pension", DataType::Boolean),
        ("duplicate_medical", DataType::Boolean),
        ("duplicate_benefit", DataType::Boolean),
        ("category", dictionary()),
        ("person", DataType::Int64),
        ("certificate", DataType::Utf8),
    ]);
    let people: Vec<(u32, &Person)> = (0..).zip(&city.people).collect();
    let batches = people.chunks(BATCH).map(|chunk| {
        let places = &city.setting.places;
        let facts = || chunk.iter().filter_map(|(index, _)| verdicts.facts.get(*index as usize));
        let mut ids = StringBuilder::with_capacity(chunk.len(), chunk.len() * 18);
        let mut certificates = StringBuilder::new();
        let [mut county, mut town, mut village] = [Words::default(), Words::default(), Words::default()];
        for (index, person) in chunk {
            append(&mut ids, person_id(person));
            certificates.append_option(person.is_foreign().then(|| number::certificate(person.certificate, *index)));
            let code = places.village(person.village).code.as_str();
            county.push(code.get(..6).unwrap_or_default());
            town.push(code.get(..9).unwrap_or_default());
            village.push(code);
        }
        let [mut pension, mut medical, mut category] = [Words::default(), Words::default(), Words::default()];
        for fact in facts() {
            pension.push(fact.pension);
            medical.push(fact.medical);
            category.push(fact.category);
        }
        let flag = |of: &dyn Fn(&Person) -> bool| -> ArrayRef {
            Arc::new(BooleanArray::from(chunk.iter().map(|(_, person)| of(person)).collect::<Vec<_>>()))
        };
        let numbers = |values: Vec<i64>| -> ArrayRef { Arc::new(Int64Array::from(values)) };
        let ages = chunk.iter().map(|(_, person)| i64::from(person.birth.age_on(city.setting.as_of))).collect();
        let columns: Vec<ArrayRef> = vec![
            Arc::new(ids.finish()),
            flag(&|person| person.life != Life::Dead),
            flag(&|person| person.life == Life::Alive && person.register != Register::Neither),
            county.finish()?,
            town.finish()?,
            village.finish()?,
            numbers(ages),
            pension.finish()?,
            medical.finish()?,
            Arc::new(BooleanArray::from(facts().map(|fact| fact.duplicate_pension).collect::<Vec<_>>())),
            Arc::new(BooleanArray::from(facts().map(|fact| fact.duplicate_medical).collect::<Vec<_>>())),
            Arc::new(BooleanArray::from(facts().map(|fact| fact.duplicate_benefit).collect::<Vec<_>>())),
            category.finish()?,
            numbers(chunk.iter().map(|(index, _)| i64::from(*index)).collect()),
            Arc::new(certificates.finish()),
        ];
        RecordBatch::try_new(schema.clone(), columns)
    });
    table::write(&out.join("persons.parquet"), batches, &schema)
}

/// `findings.parquet`: `kind, person_id, credit_code, source, row`, and beside them `person` and
/// `registration_number`. Of an employer, `source` and `row` say where it stands.
pub(crate) fn findings(city: &City, verdicts: &Verdicts, employers: &Employers, out: &Path) -> Result<(), SynthError> {
    let schema = schema(&[
        ("kind", dictionary()),
        ("person_id", DataType::Utf8),
        ("credit_code", DataType::Utf8),
        ("source", dictionary()),
        ("row", DataType::Int64),
        ("person", DataType::Int64),
        ("registration_number", DataType::Utf8),
    ]);
    let mut all: Vec<Finding> = verdicts.findings.iter().chain(&employers.findings).copied().collect();
    all.sort_unstable_by_key(|finding| (finding.kind, finding.source, finding.row, finding.person, finding.unit));
    let batches = all.chunks(BATCH).map(|chunk| {
        let mut ids = StringBuilder::new();
        let [mut codes, mut registrations] = [StringBuilder::new(), StringBuilder::new()];
        let [mut kinds, mut sources] = [Words::default(), Words::default()];
        for finding in chunk {
            kinds.push(finding.kind.as_str());
            append(
                &mut ids,
                Some(finding.person).filter(|&index| index != NONE).and_then(|index| person_id(city.person(index))),
            );
            push_source(&mut sources, finding.source);
            let unit = city.units.get(finding.unit);
            codes.append_option(Some(&unit.code).filter(|code| !code.is_empty()));
            let registered = Some(&unit.registration).filter(|number| !number.is_empty());
            registrations.append_option(registered);
        }
        let columns: Vec<ArrayRef> = vec![
            kinds.finish()?,
            Arc::new(ids.finish()),
            Arc::new(codes.finish()),
            sources.finish()?,
            row_column(chunk.iter().map(|finding| finding.row)),
            person_column(chunk.iter().map(|finding| finding.person)),
            Arc::new(registrations.finish()),
        ];
        RecordBatch::try_new(schema.clone(), columns)
    });
    table::write(&out.join("findings.parquet"), batches, &schema)
}

/// `survey.parquet`: `person_id, category, source, row`, and beside them `person`.
pub(crate) fn survey(city: &City, verdicts: &Verdicts, out: &Path) -> Result<(), SynthError> {
    let schema = schema(&[
        ("person_id", DataType::Utf8),
        ("category", dictionary()),
        ("source", dictionary()),
        ("row", DataType::Int64),
        ("person", DataType::Int64),
    ]);
    let batches = verdicts.visits.chunks(BATCH).map(|chunk| {
        let mut ids = StringBuilder::new();
        let [mut categories, mut sources] = [Words::default(), Words::default()];
        for visit in chunk {
            append(
                &mut ids,
                Some(visit.person).filter(|&index| index != NONE).and_then(|index| person_id(city.person(index))),
            );
            categories.push(visit.category);
            push_source(&mut sources, visit.source);
        }
        let columns: Vec<ArrayRef> = vec![
            Arc::new(ids.finish()),
            categories.finish()?,
            sources.finish()?,
            row_column(chunk.iter().map(|visit| visit.row)),
            person_column(chunk.iter().map(|visit| visit.person)),
        ];
        RecordBatch::try_new(schema.clone(), columns)
    });
    table::write(&out.join("survey.parquet"), batches, &schema)
}

fn push_source(sources: &mut Words, source: Option<SourceKind>) {
    match source {
        Some(kind) => sources.push(kind.as_str()),
        None => sources.skip(),
    }
}

fn row_column(rows: impl Iterator<Item = u32>) -> ArrayRef {
    Arc::new(rows.map(|row| (row != 0).then_some(i64::from(row))).collect::<Int64Array>())
}

fn person_column(people: impl Iterator<Item = u32>) -> ArrayRef {
    Arc::new(people.map(|person| (person != NONE).then_some(i64::from(person))).collect::<Int64Array>())
}

/// How many findings there are of each kind, in the kinds' order.
pub(crate) fn count(verdicts: &Verdicts, employers: &Employers) -> Vec<(&'static str, u64)> {
    let mut counts: Vec<(Kind, u64)> = Vec::new();
    for finding in verdicts.findings.iter().chain(&employers.findings) {
        match counts.iter_mut().find(|(kind, _)| *kind == finding.kind) {
            Some((_, count)) => *count += 1,
            None => counts.push((finding.kind, 1)),
        }
    }
    counts.sort_unstable_by_key(|(kind, _)| *kind);
    counts.into_iter().map(|(kind, count)| (kind.as_str(), count)).collect()
}
