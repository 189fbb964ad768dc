//! Figures a row each, for a city's own tools.

use super::Snapshot;
use crate::RegistryError;
use crate::registry::Registry;
use crate::store::{Value, values};

/// A figure of an area.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FigureRow {
    /// `reporting` or `codes`.
    pub tree: &'static str,
    /// The area's code.
    pub area: String,
    /// A dimension's word, and one of its values; both blank of everybody.
    pub dimension: &'static str,
    /// The value.
    pub item: String,
    /// The indicator's code.
    pub indicator: &'static str,
    /// The numerator.
    pub numerator: u64,
    /// The denominator.
    pub denominator: u64,
}

/// What an indicator is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FigureName {
    /// Its code.
    pub code: &'static str,
    /// Its name.
    pub name: &'static str,
    /// Its unit.
    pub unit: &'static str,
    /// Its formula.
    pub formula: &'static str,
    /// What it means.
    pub meaning: &'static str,
}

/// An area of the day: code, name, level, parent, whom it reports to.
pub type FigureArea = [String; 5];

impl Registry {
    /// Whether a snapshot's figures are kept a row each.
    ///
    /// # Errors
    /// Where the database does not answer.
    pub async fn has_figures(&self, snapshot: i64) -> Result<bool, RegistryError> {
        let sql = "SELECT 1 FROM figure_indicator WHERE snapshot = $1 LIMIT 1";
        Ok(self.store.statements().await?.first(sql, values![snapshot]).await?.is_some())
    }

    /// Keeps a snapshot's figures a row each; where they are kept already, nothing is written.
    ///
    /// # Errors
    /// Where the database does not answer.
    pub async fn keep_figures(
        &self,
        snapshot: &Snapshot,
        areas: Vec<FigureArea>,
        names: &[FigureName],
        rows: Vec<FigureRow>,
    ) -> Result<(), RegistryError> {
        let id = snapshot.id;
        let mut transaction = self.store.write().await?;
        let sql = "SELECT 1 FROM figure_indicator WHERE snapshot = $1 LIMIT 1";
        if transaction.first(sql, values![id]).await?.is_some() {
            return Ok(());
        }
        let areas = areas.into_iter().map(|area| {
            let mut row: Vec<Value> = vec![Value::from(id)];
            row.extend(area.into_iter().map(Value::from));
            row
        });
        let columns = ["snapshot", "area", "name", "level", "parent", "manager"];
        transaction.insert("figure_area", &columns, areas.collect()).await?;
        let names = names.iter().map(|name| {
            let mut row: Vec<Value> = vec![Value::from(id)];
            row.extend([name.code, name.name, name.unit, name.formula, name.meaning].map(Value::from));
            row
        });
        let columns = ["snapshot", "indicator", "name", "unit", "formula", "meaning"];
        transaction.insert("figure_indicator", &columns, names.collect()).await?;
        let count = |count: u64| Value::from(i64::try_from(count).unwrap_or(i64::MAX));
        let rows = rows.into_iter().map(|row| {
            vec![
                Value::from(id),
                Value::from(row.tree),
                Value::from(row.area),
                Value::from(row.dimension),
                Value::from(row.item),
                Value::from(row.indicator),
                count(row.numerator),
                count(row.denominator),
            ]
        });
        let columns = ["snapshot", "tree", "area", "dimension", "item", "indicator", "numerator", "denominator"];
        transaction.insert("figure", &columns, rows.collect()).await?;
        transaction.commit().await
    }
}
