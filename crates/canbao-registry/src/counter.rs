//! Exact counts of current people, kept in the transactions that change them.

use std::collections::BTreeMap;

use ahash::AHashMap;
use canbao_domain::rules::{Category, SchemeSet};
use canbao_domain::source::SourceKind;

use crate::RegistryError;
use crate::person::{State, Whole};
use crate::store::{Transaction, Value};

/// What a person counts for: area and kinds of finding by their places in a [`Tally`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Share {
    area: u32,
    category: Category,
    schemes: SchemeSet,
    /// Bits: the kinds of finding.
    kinds: u64,
}

/// What changes in the counters. A blank scheme or finding stands for everybody.
#[derive(Clone, Debug, Default)]
pub(crate) struct Tally {
    areas: Names,
    kinds: Names,
    shares: AHashMap<Share, i64>,
}

/// Texts by number.
#[derive(Clone, Debug, Default)]
struct Names {
    numbers: AHashMap<String, u32>,
    texts: Vec<String>,
}

impl Names {
    fn number(&mut self, text: &str) -> u32 {
        if let Some(number) = self.numbers.get(text) {
            return *number;
        }
        let number = self.texts.len() as u32;
        self.numbers.insert(text.to_owned(), number);
        self.texts.push(text.to_owned());
        number
    }

    fn text(&self, number: u32) -> &str {
        self.texts.get(number as usize).map(String::as_str).unwrap_or_default()
    }
}

/// Cells a statement changes.
const A_STATEMENT: usize = 200;
/// Kinds of finding that are told apart; there are some twenty.
const KINDS: u32 = 64;

impl Tally {
    /// What a person counts for; `None` for those who are not current.
    pub(crate) fn share(&mut self, whole: &Whole) -> Option<Share> {
        if whole.record.state != State::Current {
            return None;
        }
        let kinds = whole.findings.iter().map(|finding| self.kinds.number(&finding.kind));
        let kinds = kinds.filter(|number| *number < KINDS).fold(0, |bits, number| bits | 1 << number);
        let (category, schemes) = (whole.derived.category, whole.derived.schemes);
        Some(Share { area: self.areas.number(&whole.record.area), category, schemes, kinds })
    }

    /// Counts people of a share, or (below 0) no longer.
    pub(crate) fn add(&mut self, share: Option<Share>, people: i64) {
        if let Some(share) = share {
            *self.shares.entry(share).or_default() += people;
        }
    }

    /// Changes of the counters' cells.
    fn cells(&self) -> BTreeMap<(&str, &'static str, &'static str, &str), i64> {
        let mut cells = BTreeMap::new();
        for (share, people) in self.shares.iter().filter(|(_, people)| **people != 0) {
            let schemes = std::iter::once("").chain(share.schemes.iter().map(SourceKind::as_str));
            for scheme in schemes {
                let kinds = (0..KINDS).filter(|kind| share.kinds & (1 << kind) != 0).map(|kind| self.kinds.text(kind));
                for kind in std::iter::once("").chain(kinds) {
                    let cell = (self.areas.text(share.area), share.category.as_str(), scheme, kind);
                    *cells.entry(cell).or_default() += people;
                }
            }
        }
        cells
    }

    /// Writes the changes, in the order of the cells.
    pub(crate) async fn write(&self, transaction: &mut Transaction) -> Result<(), RegistryError> {
        let cells: Vec<_> = self.cells().into_iter().filter(|(_, people)| *people != 0).collect();
        for chunk in cells.chunks(A_STATEMENT) {
            let mut sql = String::from("INSERT INTO counter (area, category, scheme, finding, people) VALUES ");
            let mut values: Vec<Value> = Vec::with_capacity(5 * chunk.len());
            for (at, ((area, category, scheme, finding), people)) in chunk.iter().enumerate() {
                sql.push_str(if at == 0 { "(" } else { ", (" });
                sql.push_str(&crate::store::list(1 + 5 * at, 5));
                sql.push(')');
                values.extend([
                    Value::from(*area),
                    Value::from(*category),
                    Value::from(*scheme),
                    Value::from(*finding),
                    Value::from(*people),
                ]);
            }
            sql.push_str(
                " ON CONFLICT (area, category, scheme, finding) DO UPDATE SET people = counter.people + excluded.people",
            );
            transaction.execute(sql, &values).await?;
        }
        Ok(())
    }
}
