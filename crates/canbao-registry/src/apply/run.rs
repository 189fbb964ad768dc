//! Reading a run: who is in it, by what they are known, and a digest of all that is said of each.

use std::collections::BTreeSet;
use std::str::FromStr as _;

use ahash::AHashMap;
use arrow::array::{Array, AsArray, RecordBatch, StringArray};
use arrow::datatypes::{Date32Type, Int64Type};
use canbao_domain::date::Date;
use canbao_domain::rules::{InsuranceFacts, Item, ItemSet, PersonLife, Population, Reason, Rules};
use canbao_domain::source::Insurance;
use canbao_run::RunReader;

use crate::RegistryError;
use crate::person::{Enrolment, Finding, Origin, Record, State, add_row};
use crate::private::{Key, Kind};

/// Columns of `persons`, in the order of [`Persons`].
const PERSONS: [&str; 25] = [
    "person_key",
    "person_id",
    "certificate_type",
    "certificate",
    "name",
    "sex",
    "birth_date",
    "ethnic",
    "hukou",
    "household",
    "relation",
    "county",
    "town",
    "village",
    "address",
    "phone",
    "population",
    "life",
    "pension",
    "medical",
    "subsistence",
    "disability",
    "category",
    "reasons",
    "person_key",
];

/// What a run says of a person's own items.
#[derive(Clone, Debug)]
pub(super) struct RunPerson {
    pub(super) key: i64,
    pub(super) number: Option<String>,
    pub(super) certificate: Option<String>,
    pub(super) record: Record,
    /// The category that the run decided.
    pub(super) category: String,
}

/// A batch of `persons`.
struct Persons<'a> {
    texts: Vec<Option<&'a StringArray>>,
    batch: &'a RecordBatch,
}

impl<'a> Persons<'a> {
    fn new(batch: &'a RecordBatch) -> Self {
        Self { texts: batch.columns().iter().map(|column| column.as_string_opt::<i32>()).collect(), batch }
    }

    fn text(&self, column: usize, row: usize) -> Option<&'a str> {
        let texts = self.texts.get(column).copied().flatten()?;
        texts.is_valid(row).then(|| texts.value(row))
    }

    fn key(&self, row: usize) -> i64 {
        self.batch.column(0).as_primitive::<Int64Type>().value(row)
    }

    fn birth(&self, row: usize) -> Option<Date> {
        let dates = self.batch.column(6).as_primitive::<Date32Type>();
        dates.is_valid(row).then(|| Date(dates.value(row)))
    }

    fn flag(&self, column: usize, row: usize) -> bool {
        self.batch.column(column).as_boolean().value(row)
    }

    fn reasons(&self, row: usize) -> impl Iterator<Item = Reason> {
        let reasons = self.batch.column(23).as_list::<i32>().value(row);
        let texts: Vec<Reason> = reasons
            .as_string_opt::<i32>()
            .map(|texts| texts.iter().flatten().filter_map(Reason::from_code).collect())
            .unwrap_or_default();
        texts.into_iter()
    }

    /// The finest area that is known.
    fn area(&self, row: usize) -> &'a str {
        [13, 12, 11].into_iter().find_map(|column| self.text(column, row)).unwrap_or_default()
    }

    fn person(&self, row: usize) -> RunPerson {
        let owned = |column| self.text(column, row).map(str::to_owned);
        let mut wrong = ItemSet::default();
        for reason in self.reasons(row) {
            if let Some(item) = Item::ALL.into_iter().find(|item| Reason::wrong(*item) == reason) {
                wrong.insert(item);
            }
        }
        RunPerson {
            key: self.key(row),
            number: owned(1),
            certificate: owned(3),
            record: Record {
                state: State::Current,
                merged_into: None,
                area: self.area(row).to_owned(),
                name: owned(4),
                sex: self.text(5, row).unwrap_or("0").to_owned(),
                birth: self.birth(row),
                ethnic: owned(7),
                hukou: owned(8),
                household: owned(9),
                relation: owned(10),
                address: owned(14),
                phone: owned(15),
                certificate_type: owned(2),
                population: self.text(16, row).and_then(Population::from_word).unwrap_or(Population::Outside),
                life: self.text(17, row).and_then(PersonLife::from_word).unwrap_or(PersonLife::Alive),
                life_date: None,
                subsistence: self.flag(20, row),
                disability: self.flag(21, row),
                wrong,
            },
            category: self.text(22, row).unwrap_or_default().to_owned(),
        }
    }

    /// A hash of all that the row says but its key, which is the run's own.
    fn digest(&self, row: usize, key: &Key) -> i64 {
        let mut all = String::with_capacity(256);
        for column in 1..24 {
            match self.text(column, row) {
                Some(text) => all.push_str(text),
                None => all.push('\u{1}'),
            }
            all.push('\u{0}');
        }
        all.push_str(&self.birth(row).map_or(0, Date::days).to_string());
        all.push(if self.flag(20, row) { 's' } else { ' ' });
        all.push(if self.flag(21, row) { 'd' } else { ' ' });
        for reason in self.reasons(row) {
            all.push(char::from(b'A' + reason as u8));
        }
        key.hash(Kind::Identity, &all)
    }

    /// What a person is known by, should they alone be known by it.
    fn identity(&self, row: usize, key: &Key) -> i64 {
        match (self.text(1, row), self.text(3, row)) {
            (Some(number), _) => key.hash(Kind::Identity, number),
            (None, Some(certificate)) => {
                key.hash(Kind::Identity, &format!("c\u{0}{certificate}\u{0}{}", self.text(4, row).unwrap_or_default()))
            }
            (None, None) => self.long_identity(row, key, 0),
        }
    }

    /// What a person is known by where another has the same number: the `nth` of those who are alike in all of it.
    fn long_identity(&self, row: usize, key: &Key, nth: usize) -> i64 {
        let mut all = String::from("l\u{0}");
        for column in [1, 3, 4, 5, 9, 10, 13] {
            all.push_str(self.text(column, row).unwrap_or_default());
            all.push('\u{0}');
        }
        all.push_str(&format!("{}\u{0}{nth}", self.birth(row).map_or(0, Date::days)));
        key.hash(Kind::Identity, &all)
    }
}

/// Everybody in a run, in the order of `persons`.
#[derive(Debug, Default)]
pub(super) struct Everybody {
    pub(super) identities: Vec<i64>,
    /// Of all that the run says of each.
    pub(super) digests: Vec<i64>,
    /// Facts of pension and medical rows.
    pub(super) facts: Vec<[InsuranceFacts; 2]>,
    /// The place of a person by the run's key, plus one.
    places: Vec<u32>,
    /// The areas that people are in.
    pub(super) areas: BTreeSet<String>,
}

impl Everybody {
    pub(super) fn len(&self) -> usize {
        self.identities.len()
    }

    pub(super) fn place(&self, key: i64) -> Option<usize> {
        let place = self.places.get(usize::try_from(key).ok()?).copied()?;
        place.checked_sub(1).map(|place| place as usize)
    }

    /// Adds numbers under which rows of people were found.
    pub(super) fn add_former(&mut self, former: &AHashMap<i64, Vec<String>>, key: &Key) {
        for (person_key, numbers) in former {
            let Some(place) = self.place(*person_key) else { continue };
            for number in numbers {
                if let Some(digest) = self.digests.get_mut(place) {
                    *digest = digest.wrapping_add(key.hash(Kind::Number, number));
                }
            }
        }
    }

    /// A digest of all that the run says of everybody, in any order.
    pub(super) fn digest(&self) -> Vec<u8> {
        let sum = self.digests.iter().fold(0_i64, |sum, digest| sum.wrapping_add(*digest));
        [sum, self.digests.len() as i64].iter().flat_map(|word| word.to_le_bytes()).collect()
    }

    /// Reads who is in the run: one scan of people, enrolments and findings.
    pub(super) fn read(run: &RunReader, key: &Key, rules: &Rules) -> Result<Self, RegistryError> {
        let mut all = Self::default();
        let mut first: AHashMap<i64, u32> = AHashMap::new();
        let mut alike: AHashMap<i64, usize> = AHashMap::new();
        let mut twice: Vec<u32> = Vec::new();
        for batch in run.scan("persons", &PERSONS[..24])? {
            let batch = batch?;
            let persons = Persons::new(&batch);
            for row in 0..batch.num_rows() {
                let place = all.identities.len() as u32;
                let person_key =
                    usize::try_from(persons.key(row)).map_err(|_| content("persons", "person_key 为负"))?;
                if all.places.len() <= person_key {
                    all.places.resize(person_key + 1, 0);
                }
                if let Some(at) = all.places.get_mut(person_key) {
                    *at = place + 1;
                }
                let identity = persons.identity(row, key);
                all.identities.push(identity);
                all.digests.push(persons.digest(row, key));
                let area = persons.area(row);
                if !area.is_empty() && !all.areas.contains(area) {
                    all.areas.insert(area.to_owned());
                }
                match first.entry(identity) {
                    std::collections::hash_map::Entry::Occupied(other) => twice.extend([*other.get(), place]),
                    std::collections::hash_map::Entry::Vacant(free) => {
                        free.insert(place);
                    }
                }
            }
        }
        drop(first);
        // those who share a number are known by more than the number; read again for them alone
        twice.sort_unstable();
        twice.dedup();
        if !twice.is_empty() {
            let mut place = 0;
            for batch in run.scan("persons", &PERSONS[..24])? {
                let batch = batch?;
                let persons = Persons::new(&batch);
                for row in 0..batch.num_rows() {
                    if twice.binary_search(&place).is_ok() {
                        let nth = alike.entry(persons.long_identity(row, key, 0)).or_default();
                        let identity = persons.long_identity(row, key, *nth);
                        *nth += 1;
                        if let Some(known) = all.identities.get_mut(place as usize) {
                            *known = identity;
                        }
                    }
                    place += 1;
                }
            }
        }
        all.facts = vec![<[InsuranceFacts; 2]>::default(); all.identities.len()];
        each_enrolment(run, |person_key, row| {
            let place = all.place(person_key).ok_or_else(|| content("enrolments", "person_key 不在 persons 中"))?;
            if let (Some(facts), Some(digest)) = (all.facts.get_mut(place), all.digests.get_mut(place)) {
                add_row(facts, row.insurance, row.scheme, row.status, row.benefit, rules);
                *digest = digest.wrapping_add(key.hash(Kind::Identity, &row.all()));
            }
            Ok(())
        })?;
        each_finding(run, |person_key, finding| {
            if let Some(digest) = person_key.and_then(|key| all.place(key)).and_then(|at| all.digests.get_mut(at)) {
                let all = format!("f\u{0}{}\u{0}{}", finding.kind, finding.detail.as_deref().unwrap_or_default());
                *digest = digest.wrapping_add(key.hash(Kind::Identity, &all));
            }
            Ok(())
        })?;
        Ok(all)
    }
}

/// Each person of the run, in order.
pub(super) fn each_person(
    run: &RunReader,
    mut take: impl FnMut(RunPerson) -> Result<(), RegistryError>,
) -> Result<(), RegistryError> {
    for batch in run.scan("persons", &PERSONS[..24])? {
        let batch = batch?;
        let persons = Persons::new(&batch);
        for row in 0..batch.num_rows() {
            take(persons.person(row))?;
        }
    }
    Ok(())
}

/// Those people of the run whose places are `wanted`, in order.
pub(super) fn some_people(
    run: &RunReader,
    wanted: impl Fn(usize) -> bool,
    mut take: impl FnMut(usize, RunPerson) -> Result<(), RegistryError>,
) -> Result<(), RegistryError> {
    let mut place = 0;
    for batch in run.scan("persons", &PERSONS[..24])? {
        let batch = batch?;
        let persons = Persons::new(&batch);
        for row in 0..batch.num_rows() {
            if wanted(place) {
                take(place, persons.person(row))?;
            }
            place += 1;
        }
    }
    Ok(())
}

/// A row of `enrolments`, borrowed.
pub(super) struct EnrolmentRow<'a> {
    source: &'a str,
    line: i64,
    pub(super) scheme: &'a str,
    pub(super) insurance: Insurance,
    pub(super) status: Option<&'a str>,
    pub(super) benefit: Option<&'a str>,
    unit_code: Option<&'a str>,
    unit_name: Option<&'a str>,
    pooling_area: Option<&'a str>,
    since: Option<Date>,
}

impl EnrolmentRow<'_> {
    /// All that it says.
    fn all(&self) -> String {
        let mut all = String::with_capacity(96);
        all.push_str("e\u{0}");
        let words = [self.status, self.benefit, self.unit_code, self.unit_name, self.pooling_area];
        for text in [Some(self.scheme), Some(self.insurance.as_str())].into_iter().chain(words) {
            all.push_str(text.unwrap_or("\u{1}"));
            all.push('\u{0}');
        }
        all.push_str(&self.since.map_or(0, Date::days).to_string());
        all
    }

    /// The row, on its own.
    pub(super) fn owned(&self, effective: &str) -> Enrolment {
        let text = |text: Option<&str>| text.map(str::to_owned);
        Enrolment {
            id: 0,
            effective: effective.to_owned(),
            scheme: self.scheme.to_owned(),
            insurance: self.insurance,
            status: text(self.status),
            benefit: text(self.benefit),
            unit_code: text(self.unit_code),
            unit_name: text(self.unit_name),
            pooling_area: text(self.pooling_area),
            since: self.since,
            reason: None,
            origin: Origin::Extract,
            source: Some(self.source.to_owned()),
            line: Some(self.line),
        }
    }
}

/// Each insurance row of the run, with the run's key of its person.
pub(super) fn each_enrolment(
    run: &RunReader,
    mut take: impl FnMut(i64, EnrolmentRow) -> Result<(), RegistryError>,
) -> Result<(), RegistryError> {
    let columns = [
        "person_key",
        "row",
        "since",
        "source",
        "scheme",
        "insurance",
        "status",
        "benefit",
        "unit_code",
        "unit_name",
        "pooling_area",
    ];
    for batch in run.scan("enrolments", &columns)? {
        let batch = batch?;
        let (keys, rows) = (batch.column(0).as_primitive::<Int64Type>(), batch.column(1).as_primitive::<Int64Type>());
        let since = batch.column(2).as_primitive::<Date32Type>();
        let texts: Vec<&StringArray> =
            batch.columns().iter().skip(3).filter_map(|column| column.as_string_opt::<i32>()).collect();
        let [source, scheme, insurance, status, benefit, unit_code, unit_name, pooling_area] = texts.as_slice() else {
            return Err(content("enrolments", "列的类型不符"));
        };
        let text = |column: &'_ &StringArray, row: usize| column.is_valid(row).then_some(());
        for row in 0..batch.num_rows() {
            let maybe = |column| text(column, row).map(|()| column.value(row));
            take(
                keys.value(row),
                EnrolmentRow {
                    source: source.value(row),
                    line: rows.value(row),
                    scheme: scheme.value(row),
                    insurance: Insurance::from_str(insurance.value(row))
                        .map_err(|_| content("enrolments", "insurance 不认识"))?,
                    status: maybe(status),
                    benefit: maybe(benefit),
                    unit_code: maybe(unit_code),
                    unit_name: maybe(unit_name),
                    pooling_area: maybe(pooling_area),
                    since: since.is_valid(row).then(|| Date(since.value(row))),
                },
            )?;
        }
    }
    Ok(())
}

/// Each finding of the run about people and their rows, with the run's key of the person.
pub(super) fn each_finding(
    run: &RunReader,
    mut take: impl FnMut(Option<i64>, Finding) -> Result<(), RegistryError>,
) -> Result<(), RegistryError> {
    let columns = ["person_key", "row", "other_row", "kind", "source", "other_source", "detail", "credit_code"];
    for batch in run.scan("findings", &columns)? {
        let batch = batch?;
        let int = |column: usize, row: usize| {
            let ints = batch.column(column).as_primitive::<Int64Type>();
            ints.is_valid(row).then(|| ints.value(row))
        };
        let text = |column: usize, row: usize| {
            let texts = batch.column(column).as_string_opt::<i32>()?;
            texts.is_valid(row).then(|| texts.value(row).to_owned())
        };
        for row in 0..batch.num_rows() {
            let kind = text(3, row).unwrap_or_default();
            // employers have records of their own
            if kind.starts_with("unit-") {
                continue;
            }
            let finding = Finding {
                id: 0,
                kind,
                detail: text(6, row),
                origin: Origin::Extract,
                source: text(4, row),
                line: int(1, row),
                other_source: text(5, row),
                other_line: int(2, row),
            };
            take(int(0, row), finding)?;
        }
    }
    Ok(())
}

pub(super) fn content(table: &'static str, what: &str) -> RegistryError {
    RegistryError::Content { table, what: what.to_owned() }
}
