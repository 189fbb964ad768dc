//! Looking up many rows by a key at once.
//!
//! A row that crosses from the database costs several times what it takes to find it (SQLite's rows pass a channel
//! between threads, each value by itself). So the rows of some hundred keys come as one text.

use super::{Row, Transaction, Value};
use crate::RegistryError;

/// Stands between fields, and between rows: marks that no text needs. A text that holds one nevertheless is noticed.
const FIELD: char = '\u{1f}';
const ROW: char = '\u{1e}';
/// Keys a statement looks for.
const KEYS: usize = 500;

/// What is looked up: the rows of a table of versions that hold one of the keys.
pub(crate) struct Lookup {
    pub(crate) table: &'static str,
    /// The column of keys, which has an index.
    pub(crate) key: &'static str,
    /// What is wanted of a row.
    pub(crate) columns: &'static [&'static str],
}

impl Lookup {
    /// One text for all rows: `$1` the revision, `$2` and `$3` the marks, `$4` the keys.
    fn packed(&self, among: &str) -> String {
        let fields: Vec<String> =
            self.columns.iter().map(|column| format!("COALESCE(CAST({column} AS TEXT), '')")).collect();
        format!("SELECT string_agg({}, $3) {}", fields.join(" || $2 || "), self.from(among))
    }

    /// A row a row, the keys in `$2`.
    fn plain(&self, among: &str) -> String {
        format!("SELECT {} {}", self.columns.join(", "), self.from(among))
    }

    fn from(&self, among: &str) -> String {
        format!("FROM {} WHERE {} {among} AND rev_from <= $1 AND rev_to > $1", self.table, self.key)
    }
}

/// The fields of a row, by the places of the lookup's columns.
pub(crate) enum Fields<'a> {
    Packed(Vec<&'a str>),
    Row(&'a Row),
}

impl Fields<'_> {
    /// An integer; 0 for null.
    pub(crate) fn int(&self, at: usize) -> i64 {
        match self {
            Self::Packed(fields) => fields.get(at).and_then(|text| text.parse().ok()).unwrap_or_default(),
            Self::Row(row) => row.int(at),
        }
    }

    /// A text; blank for null.
    pub(crate) fn text(&self, at: usize) -> &str {
        match self {
            Self::Packed(fields) => fields.get(at).copied().unwrap_or_default(),
            Self::Row(row) => row.text(at),
        }
    }
}

impl Transaction {
    /// What `make` keeps of the rows that were valid at revision `at` and have one of `keys`; in no order.
    ///
    /// # Errors
    /// Where the database fails.
    pub(crate) async fn lookup<T: Send>(
        &mut self,
        lookup: &Lookup,
        keys: &[i64],
        at: i64,
        make: impl Fn(&Fields<'_>) -> Option<T> + Sync,
    ) -> Result<Vec<T>, RegistryError> {
        let (packed, plain) = (lookup.packed(&self.among(4)), lookup.plain(&self.among(2)));
        let mut made = Vec::with_capacity(keys.len());
        for keys in keys.chunks(KEYS) {
            let keys = self.integers(keys);
            let marks = [FIELD, ROW].map(|mark| Value::from(mark.to_string()));
            let [field, row] = marks;
            let rows = self.first(packed.clone(), &[at.into(), field, row, keys.clone()]).await?;
            let text = rows.as_ref().map_or("", |row| row.text(0));
            let before = made.len();
            let width = lookup.columns.len();
            let whole = text.is_empty()
                || text.split(ROW).all(|row| {
                    let fields: Vec<&str> = row.split(FIELD).collect();
                    let whole = fields.len() == width;
                    made.extend(make(&Fields::Packed(fields)));
                    whole
                });
            if !whole {
                made.truncate(before);
                let take = |row| {
                    made.extend(make(&Fields::Row(&row)));
                    Ok(())
                };
                self.each(plain.clone(), &[at.into(), keys], take).await?;
            }
        }
        Ok(made)
    }
}
