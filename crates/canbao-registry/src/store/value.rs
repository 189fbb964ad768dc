//! What goes into a statement and what comes out of it.

use std::fmt;

/// A value of a column: the two stores share 64-bit integers, texts and bytes. A null has a type too, for PostgreSQL asks.
/// `Debug` shows the type alone: a value may be personal.
#[derive(Clone, PartialEq, Eq)]
pub enum Value {
    /// A 64-bit integer; flags are 0 and 1, times milliseconds since 1970 (UTC).
    Int(Option<i64>),
    /// A text; dates are `yyyy-mm-dd`.
    Text(Option<String>),
    /// Bytes.
    Bytes(Option<Vec<u8>>),
}

impl fmt::Debug for Value {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Int(_) => "Int",
            Self::Text(_) => "Text",
            Self::Bytes(_) => "Bytes",
        })
    }
}

impl From<i64> for Value {
    fn from(value: i64) -> Self {
        Self::Int(Some(value))
    }
}

impl From<Option<i64>> for Value {
    fn from(value: Option<i64>) -> Self {
        Self::Int(value)
    }
}

impl From<bool> for Value {
    fn from(value: bool) -> Self {
        Self::Int(Some(value.into()))
    }
}

impl From<&str> for Value {
    fn from(value: &str) -> Self {
        Self::Text(Some(value.to_owned()))
    }
}

impl From<String> for Value {
    fn from(value: String) -> Self {
        Self::Text(Some(value))
    }
}

impl From<Option<String>> for Value {
    fn from(value: Option<String>) -> Self {
        Self::Text(value)
    }
}

impl From<Option<&str>> for Value {
    fn from(value: Option<&str>) -> Self {
        Self::Text(value.map(str::to_owned))
    }
}

impl From<Vec<u8>> for Value {
    fn from(value: Vec<u8>) -> Self {
        Self::Bytes(Some(value))
    }
}

/// A row that came out of a statement, by the places of its columns. A place that does not exist, or a value of another
/// type, reads as null: statements and their readers stand side by side.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Row(pub(super) Vec<Value>);

impl Row {
    /// Of values.
    pub(crate) fn of(values: &[Value]) -> Self {
        Self(values.to_vec())
    }

    /// All its values, in order.
    pub(crate) fn values(&self) -> &[Value] {
        &self.0
    }

    /// An integer; 0 for null.
    pub fn int(&self, at: usize) -> i64 {
        self.maybe_int(at).unwrap_or_default()
    }

    /// An integer, or null.
    pub fn maybe_int(&self, at: usize) -> Option<i64> {
        match self.0.get(at) {
            Some(Value::Int(value)) => *value,
            _ => None,
        }
    }

    /// A flag; false for null.
    pub fn flag(&self, at: usize) -> bool {
        self.int(at) != 0
    }

    /// A text; blank for null.
    pub fn text(&self, at: usize) -> &str {
        self.maybe_text(at).unwrap_or_default()
    }

    /// A text, or null.
    pub fn maybe_text(&self, at: usize) -> Option<&str> {
        match self.0.get(at) {
            Some(Value::Text(Some(value))) => Some(value),
            _ => None,
        }
    }

    /// Bytes, or null.
    pub fn maybe_bytes(&self, at: usize) -> Option<&[u8]> {
        match self.0.get(at) {
            Some(Value::Bytes(Some(value))) => Some(value),
            _ => None,
        }
    }

    /// Bytes; none for null.
    pub fn bytes(&self, at: usize) -> &[u8] {
        match self.0.get(at) {
            Some(Value::Bytes(Some(value))) => value,
            _ => &[],
        }
    }
}

/// Values for a statement: `values![1_i64, "text", maybe]`.
macro_rules! values {
    ($($value:expr),* $(,)?) => {
        &[$($crate::store::Value::from($value)),*]
    };
}

pub(crate) use values;
