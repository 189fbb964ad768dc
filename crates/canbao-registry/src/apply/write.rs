//! Rows on their way into the database, with a digest over all of them.

use crate::RegistryError;
use crate::private::{DIGEST, NUMBER, PERSON};
use crate::store::{Transaction, Value};

/// Until when a version holds that still holds.
pub(crate) const FOREVER: i64 = i64::MAX;

/// Tables that hold versions.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Table {
    Person,
    Number,
    Enrolment,
    Finding,
    Unit,
}

pub(crate) const ENROLMENT: [&str; 17] = [
    "id",
    "person",
    "rev_from",
    "rev_to",
    "effective",
    "scheme",
    "insurance",
    "status",
    "benefit",
    "unit_code",
    "unit_name",
    "pooling_area",
    "since",
    "reason",
    "origin",
    "source",
    "line",
];

pub(crate) const FINDING: [&str; 13] = [
    "id",
    "person",
    "rev_from",
    "rev_to",
    "kind",
    "subject",
    "area",
    "detail",
    "origin",
    "source",
    "line",
    "other_source",
    "other_line",
];

pub(crate) const UNIT: [&str; 15] = [
    "id",
    "rev_from",
    "rev_to",
    "credit_code",
    "registration_number",
    "name",
    "type",
    "address",
    "county",
    "registered",
    "insured",
    "insured_people",
    "category",
    "identity",
    "digest",
];

impl Table {
    pub(crate) const ALL: [Self; 5] = [Self::Person, Self::Number, Self::Enrolment, Self::Finding, Self::Unit];

    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Person => "person",
            Self::Number => "number",
            Self::Enrolment => "enrolment",
            Self::Finding => "finding",
            Self::Unit => "unit",
        }
    }

    /// The column that names the row of a version.
    pub(crate) const fn id(self) -> &'static str {
        match self {
            Self::Person => "person",
            _ => "id",
        }
    }

    pub(crate) fn columns(self) -> Vec<&'static str> {
        match self {
            Self::Person => PERSON.into_iter().chain([DIGEST]).collect(),
            Self::Number => NUMBER.to_vec(),
            Self::Enrolment => ENROLMENT.to_vec(),
            Self::Finding => FINDING.to_vec(),
            Self::Unit => UNIT.to_vec(),
        }
    }
}

/// A digest over rows in any order: the sum of their BLAKE3 hashes, and a word of it for each table. What was written under
/// a revision can be counted and summed up again at any time.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Digest {
    sum: [u64; 4],
    rows: u64,
    /// 32 bits of the sum of each table's own rows: the whole sum proves, these say where.
    tables: [u32; 5],
}

impl Digest {
    /// Bytes of [`Digest::bytes`].
    const LENGTH: usize = 60;

    /// Adds a row that begins to hold. When it ends is no part of it.
    pub(crate) fn begin(&mut self, table: Table, row: &[Value]) {
        // hashed at once: bit by bit takes three times as long, of a first load's ten million rows
        let mut bytes = Vec::with_capacity(512);
        bytes.push(table as u8);
        // when it ends, and by what the last run knew it, are no part of what it says
        let left_out = match table {
            Table::Person => [2, 32, 33],
            Table::Unit => [2, 13, 14],
            _ => [3, usize::MAX, usize::MAX],
        };
        for (at, value) in row.iter().enumerate() {
            if left_out.contains(&at) {
                continue;
            }
            let mut text = |kind: u8, text: &[u8]| {
                bytes.push(kind);
                bytes.extend_from_slice(&(text.len() as u64).to_le_bytes());
                bytes.extend_from_slice(text);
            };
            match value {
                Value::Text(Some(value)) => text(2, value.as_bytes()),
                Value::Bytes(Some(value)) => text(3, value),
                Value::Int(Some(value)) => {
                    bytes.push(1);
                    bytes.extend_from_slice(&value.to_le_bytes());
                }
                Value::Int(None) | Value::Text(None) | Value::Bytes(None) => bytes.push(0),
            }
        }
        self.add(table, blake3::hash(&bytes).as_bytes());
    }

    /// Adds a row that ceases to hold.
    pub(crate) fn end(&mut self, table: Table, id: i64) {
        let mut hasher = blake3::Hasher::new();
        hasher.update(&[128 | table as u8]).update(&id.to_le_bytes());
        self.add(table, hasher.finalize().as_bytes());
    }

    fn add(&mut self, table: Table, hash: &[u8; 32]) {
        for (sum, eight) in self.sum.iter_mut().zip(hash.chunks_exact(8)) {
            *sum = sum.wrapping_add(eight.try_into().map_or(0, u64::from_le_bytes));
        }
        if let (Some(word), Some(four)) = (self.tables.get_mut(table as usize), hash.first_chunk()) {
            *word = word.wrapping_add(u32::from_le_bytes(*four));
        }
        self.rows += 1;
    }

    /// Adds another's rows.
    pub(crate) fn and(&mut self, other: &Self) {
        for (sum, more) in self.sum.iter_mut().zip(other.sum) {
            *sum = sum.wrapping_add(more);
        }
        for (word, more) in self.tables.iter_mut().zip(other.tables) {
            *word = word.wrapping_add(more);
        }
        self.rows += other.rows;
    }

    /// Takes another's rows out, which went in before.
    pub(crate) fn without(&mut self, other: &Self) {
        for (sum, less) in self.sum.iter_mut().zip(other.sum) {
            *sum = sum.wrapping_sub(less);
        }
        for (word, less) in self.tables.iter_mut().zip(other.tables) {
            *word = word.wrapping_sub(less);
        }
        self.rows = self.rows.saturating_sub(other.rows);
    }

    /// Rows that went in.
    pub(crate) const fn rows(&self) -> u64 {
        self.rows
    }

    /// 60 bytes: the sum, the number of rows, and a word for each table.
    pub(crate) fn bytes(&self) -> Vec<u8> {
        let sum = self.sum.iter().chain([&self.rows]).flat_map(|word| word.to_le_bytes());
        sum.chain(self.tables.iter().flat_map(|word| word.to_le_bytes())).collect()
    }

    /// What an apply wrote down behind its digest: that of the rows which its run's links rest on.
    pub(crate) fn beside(written: &[u8]) -> Option<&[u8]> {
        written.get(Self::LENGTH..).filter(|rest| !rest.is_empty())
    }

    /// How many rows went into a digest that was written down as bytes.
    pub(crate) fn rows_of(written: &[u8]) -> u64 {
        written.get(32..40).and_then(|eight| eight.try_into().ok()).map_or(0, u64::from_le_bytes)
    }

    /// Where this digest is another than the one that was `written` down as bytes: `None` where it is the same, else the
    /// tables that differ, as far as they can be told.
    pub(crate) fn differs(&self, written: &[u8]) -> Option<Vec<Table>> {
        let own = self.bytes();
        let written = written.get(..Self::LENGTH).unwrap_or(written);
        if own == written {
            return None;
        }
        let words = |bytes: &[u8]| bytes.get(40..).map(|tail| tail.chunks(4).map(<[u8]>::to_vec).collect::<Vec<_>>());
        let (own, written) = (words(&own).unwrap_or_default(), words(written).unwrap_or_default());
        let pairs = Table::ALL.into_iter().zip(own.iter().zip(&written));
        Some(pairs.filter(|(_, (own, written))| own != written).map(|(table, _)| table).collect())
    }
}

/// Rows that wait to be written in one transaction.
#[derive(Debug, Default)]
pub(crate) struct Writer {
    begun: [Vec<Vec<Value>>; 5],
    ended: [Vec<i64>; 5],
    /// Over all rows that went through.
    pub(crate) digest: Digest,
}

/// Rows a statement ends.
const A_STATEMENT: usize = 500;

impl Writer {
    /// A row that begins to hold.
    pub(crate) fn begin(&mut self, table: Table, row: Vec<Value>) {
        self.digest.begin(table, &row);
        if let Some(rows) = self.begun.get_mut(table as usize) {
            rows.push(row);
        }
    }

    /// A row that ceases to hold, by its identifier.
    pub(crate) fn end(&mut self, table: Table, id: i64) {
        self.digest.end(table, id);
        if let Some(rows) = self.ended.get_mut(table as usize) {
            rows.push(id);
        }
    }

    /// Rows that wait.
    pub(crate) fn waiting(&self) -> usize {
        self.begun.iter().map(Vec::len).sum::<usize>() + self.ended.iter().map(Vec::len).sum::<usize>()
    }

    /// Writes what waits: what ends holds until before `revision`, which must be the revision that begins. A row that an
    /// apply under way means to end later ends now. Gives how many rows that were to end had ended before: somebody else
    /// was on them since they were read.
    pub(crate) async fn flush(&mut self, transaction: &mut Transaction, revision: i64) -> Result<u64, RegistryError> {
        let mut missed = 0;
        for table in Table::ALL {
            let ended = self.ended.get_mut(table as usize).map(std::mem::take).unwrap_or_default();
            for ids in ended.chunks(A_STATEMENT) {
                let (name, id, among) = (table.name(), table.id(), transaction.among(2));
                let sql = format!("UPDATE {name} SET rev_to = $1 WHERE {id} {among} AND rev_from < $1 AND rev_to > $1");
                let done = transaction.execute(sql, &[revision.into(), transaction.integers(ids)]).await?;
                missed += ids.len() as u64 - done.min(ids.len() as u64);
                if done > ids.len() as u64 {
                    return Err(RegistryError::Broken(format!("{name} 有 {} 行应当结束，却有 {done} 行", ids.len())));
                }
            }
            let begun = self.begun.get_mut(table as usize).map(std::mem::take).unwrap_or_default();
            transaction.insert(table.name(), &table.columns(), begun).await?;
        }
        Ok(missed)
    }
}
