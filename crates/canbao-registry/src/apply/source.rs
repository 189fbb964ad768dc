//! The extracts that an apply brought: what figures that follow from it can rest on.

use canbao_run::Summary;

use crate::RegistryError;
use crate::store::{Row, Transaction, Value, values};

/// An extract, in rows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Source {
    /// Its name in the city file.
    pub(crate) name: String,
    /// The kind of extract.
    pub(crate) kind: String,
    pub(crate) rows: i64,
    pub(crate) unresolved: i64,
    pub(crate) rejected: i64,
}

impl Source {
    /// Those of a run, in the order of their names.
    pub(super) fn all(summary: &Summary) -> Vec<Self> {
        let of = |(name, counts): (&String, &canbao_run::SourceCounts)| Self {
            name: name.clone(),
            kind: summary.kinds.get(name).cloned().unwrap_or_else(|| name.clone()),
            rows: counts.rows,
            unresolved: counts.unresolved,
            rejected: counts.rejected,
        };
        summary.sources.iter().map(of).collect()
    }

    pub(super) async fn write(&self, transaction: &mut Transaction, revision: i64) -> Result<(), RegistryError> {
        let row: &[Value] =
            values![revision, self.name.as_str(), self.kind.as_str(), self.rows, self.unresolved, self.rejected];
        let sql = "INSERT INTO apply_source (revision, source, kind, line_count, unresolved, rejected) \
                   VALUES ($1, $2, $3, $4, $5, $6)";
        transaction.execute(sql, row).await.map(drop)
    }

    /// Those of an apply, in the order of their names.
    pub(crate) async fn of(transaction: &mut Transaction, revision: i64) -> Result<Vec<Self>, RegistryError> {
        let sql = "SELECT source, kind, line_count, unresolved, rejected FROM apply_source WHERE revision = $1 \
                   ORDER BY source";
        let of = |row: &Row| Self {
            name: row.text(0).to_owned(),
            kind: row.text(1).to_owned(),
            rows: row.int(2),
            unresolved: row.int(3),
            rejected: row.int(4),
        };
        Ok(transaction.all(sql, values![revision]).await?.iter().map(of).collect())
    }
}
