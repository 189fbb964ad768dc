//! Where SQLite and PostgreSQL differ.

use std::fmt::Write as _;

/// Words that stand in migrations for what each store calls differently.
pub(super) struct Words {
    /// A key that is an integer.
    pub(super) key: &'static str,
    /// A text, compared byte by byte.
    pub(super) text: &'static str,
    /// Bytes.
    pub(super) bytes: &'static str,
}

pub(super) const SQLITE: Words = Words { key: "INTEGER PRIMARY KEY", text: "TEXT", bytes: "BLOB" };
pub(super) const POSTGRES: Words = Words { key: "BIGINT PRIMARY KEY", text: "TEXT COLLATE \"C\"", bytes: "BYTEA" };

impl Words {
    /// A migration's text in the words of the store.
    pub(super) fn fill(&self, text: &str) -> String {
        text.replace("{key}", self.key)
            .replace("{text}", self.text)
            .replace("{bytes}", self.bytes)
            .replace("{int}", "BIGINT")
    }
}

pub(super) const SQLITE_READ: &str = "BEGIN";
/// The write lock is taken at once: a transaction that reads first and writes later could be refused in the middle.
pub(super) const SQLITE_WRITE: &str = "BEGIN IMMEDIATE";
pub(super) const POSTGRES_READ: &str = "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY";
pub(super) const POSTGRES_WRITE: &str = "BEGIN";

/// Writers take turns, as SQLite's do: one lock of the database, let go at the transaction's end.
pub(super) const POSTGRES_TURN: &str = "SELECT pg_advisory_xact_lock(7212016001)";
/// Whoever takes tables from their readers, or indexes from under them, stands alone until the transaction's end.
pub(super) const POSTGRES_STRUCTURE: &str = "SELECT pg_advisory_xact_lock(7212016004)";
/// Nobody does so until the transaction's end.
pub(super) const POSTGRES_STRUCTURE_KEPT: &str = "SELECT pg_advisory_xact_lock_shared(7212016004)";
/// Who applies a run, as long as the transaction lives.
pub(crate) const POSTGRES_APPLY: &str =
    "SELECT CASE WHEN pg_try_advisory_xact_lock(7212016003) THEN 1 ELSE 0 END::BIGINT";

/// The names of all tables.
pub(super) const SQLITE_TABLES: &str = "SELECT name FROM sqlite_master WHERE type = 'table' ORDER BY name";
pub(super) const POSTGRES_TABLES: &str =
    "SELECT tablename::TEXT FROM pg_tables WHERE schemaname = current_schema() ORDER BY 1";
/// What `pg_dump` is told, so that it sees what the transaction sees.
pub(crate) const POSTGRES_SNAPSHOT: &str = "SELECT pg_export_snapshot()";
/// A restore does not wait for ever for those who read.
pub(crate) const POSTGRES_PATIENCE: &str = "SET LOCAL lock_timeout = '60s'";

/// Values in one statement: SQLite allows 32,766.
const SQLITE_VALUES: usize = 8_192;

/// How many rows of so many columns one SQLite statement inserts.
pub(super) fn rows_a_statement(columns: usize) -> usize {
    (SQLITE_VALUES / columns.max(1)).max(1)
}

/// `INSERT INTO table (a, b) VALUES (?,?), (?,?)` for SQLite. Places without a number: SQLite keeps the names of numbered
/// ones in a list that it walks for each value, so thousands of them take minutes.
pub(super) fn insert(table: &str, columns: &[&str], rows: usize) -> String {
    let row = format!("({})", vec!["?"; columns.len()].join(","));
    format!("INSERT INTO {table} ({}) VALUES {}", columns.join(", "), vec![row.as_str(); rows].join(", "))
}

/// The same for PostgreSQL, which knows places by number alone.
pub(super) fn insert_few(table: &str, columns: &[&str], rows: usize) -> String {
    let width = columns.len();
    let rows: Vec<String> = (0..rows).map(|row| format!("({})", super::list(1 + row * width, width))).collect();
    format!("INSERT INTO {table} ({}) VALUES {}", columns.join(", "), rows.join(", "))
}

/// A column's value is one of many integers, which place `$at` holds as one text.
pub(super) fn sqlite_among(at: usize) -> String {
    format!("IN (SELECT value FROM json_each(${at}))")
}

/// The same for PostgreSQL.
pub(super) fn postgres_among(at: usize) -> String {
    format!("= ANY (CAST(${at} AS BIGINT[]))")
}

/// The text that holds integers: JSON for SQLite, an array for PostgreSQL.
pub(super) fn integers(integers: &[i64], brackets: [char; 2]) -> String {
    let [open, close] = brackets;
    let mut text = String::with_capacity(integers.len() * 21 + 2);
    text.push(open);
    for (at, integer) in integers.iter().enumerate() {
        let _ = write!(text, "{}{integer}", if at == 0 { "" } else { "," });
    }
    text.push(close);
    text
}

pub(super) const SQLITE_INTEGERS: [char; 2] = ['[', ']'];
pub(super) const POSTGRES_INTEGERS: [char; 2] = ['{', '}'];

/// PostgreSQL's way to take many rows, in binary.
pub(super) fn copy(table: &str, columns: &[&str]) -> String {
    format!("COPY {table} ({}) FROM STDIN (FORMAT binary)", columns.join(", "))
}
