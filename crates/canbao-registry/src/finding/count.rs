//! How much work there is.

use std::collections::BTreeMap;

use canbao_domain::scope::Scope;
use canbao_domain::standard::finding_kinds;

use super::Stand;
use crate::RegistryError;
use crate::person::visible;
use crate::query::Filter;
use crate::registry::Registry;
use crate::store::{Transaction, Value};

/// Findings of a kind, by how far they are.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct WorkCounts {
    /// All that the record shows.
    pub all: i64,
    /// Villages were asked.
    pub asked: i64,
    /// Villages have answered.
    pub answered: i64,
    /// Decided.
    pub done: i64,
}

impl WorkCounts {
    /// Nobody was on them.
    pub const fn open(&self) -> i64 {
        self.all - self.asked - self.answered - self.done
    }

    /// Those that are so far; all, where nothing is said.
    pub const fn of(&self, stand: Option<Stand>) -> i64 {
        match stand {
            None => self.all,
            Some(Stand::Open) => self.open(),
            Some(Stand::Asked) => self.asked,
            Some(Stand::Answered) => self.answered,
            Some(Stand::Done) => self.done,
        }
    }
}

impl Registry {
    /// How many findings the visible revision shows, by kind, in a scope and an area. What a revision shows never changes.
    ///
    /// # Errors
    /// Where the database does not answer.
    pub async fn finding_counts(
        &self,
        scope: &Scope,
        area: Option<&str>,
    ) -> Result<BTreeMap<String, i64>, RegistryError> {
        let mut statements = self.store.statements().await?;
        let known = self.rosters.findings(visible(&mut statements).await?);
        if let Some(known) = known {
            let areas = self.areas.get(&mut statements).await?;
            let filter = Filter { area: area.map(str::to_owned), ..Filter::default() };
            let reached = crate::query::reached(&areas, scope, &filter);
            let within = |code: &str| reached.iter().all(|codes| codes.binary_search(&code).is_ok());
            let mut counts = BTreeMap::new();
            for (_, kind, count) in known.iter().filter(|(code, ..)| within(code)) {
                *counts.entry(kind.clone()).or_default() += count;
            }
            return Ok(counts);
        }
        let (holds, values) = self.holding(&mut statements, scope, area).await?;
        // by kind, an area's findings stand together in the index
        let kinds: Vec<String> = finding_kinds().entries().iter().map(|kind| format!("'{}'", kind.code())).collect();
        let sql = format!(
            "SELECT f.kind, COUNT(*) FROM finding f WHERE f.kind IN ({}) AND {holds} GROUP BY f.kind",
            kinds.join(", ")
        );
        let rows = statements.all(sql, &values).await?;
        Ok(rows.iter().map(|row| (row.text(0).to_owned(), row.int(1))).collect())
    }

    /// How many findings there are of each kind, in a scope and an area, and how far they are.
    ///
    /// # Errors
    /// Where the database does not answer.
    pub async fn work_counts(
        &self,
        scope: &Scope,
        area: Option<&str>,
    ) -> Result<BTreeMap<String, WorkCounts>, RegistryError> {
        let all = self.finding_counts(scope, area).await?;
        self.with_handled(scope, area, &all).await
    }

    /// How far findings are, of which there are so many of each kind.
    ///
    /// # Errors
    /// Where the database does not answer.
    pub async fn with_handled(
        &self,
        scope: &Scope,
        area: Option<&str>,
        all: &BTreeMap<String, i64>,
    ) -> Result<BTreeMap<String, WorkCounts>, RegistryError> {
        let whole = |(kind, all): (&String, &i64)| (kind.clone(), WorkCounts { all: *all, ..WorkCounts::default() });
        let mut counts: BTreeMap<String, WorkCounts> = all.iter().map(whole).collect();
        let mut statements = self.store.statements().await?;
        let (holds, values) = self.holding(&mut statements, scope, area).await?;
        let sql = format!(
            "SELECT h.kind, h.verdict, CASE WHEN h.answer IS NULL THEN 0 ELSE 1 END, COUNT(*) FROM handling h \
             JOIN finding f ON f.id = h.finding \
             WHERE h.ended IS NULL AND h.verdict <> 'not-this' AND {holds} GROUP BY 1, 2, 3"
        );
        for row in statements.all(sql, &values).await? {
            let Some(counts) = counts.get_mut(row.text(0)) else { continue };
            match (row.text(1), row.int(2)) {
                ("ask", 0) => counts.asked += row.int(3),
                ("ask", _) => counts.answered += row.int(3),
                _ => counts.done += row.int(3),
            }
        }
        Ok(counts)
    }

    /// What holds of a finding `f` that is visible in a scope and an area, with its values.
    async fn holding(
        &self,
        statements: &mut Transaction,
        scope: &Scope,
        area: Option<&str>,
    ) -> Result<(String, Vec<Value>), RegistryError> {
        let filter = Filter { area: area.map(str::to_owned), ..Filter::default() };
        let mut values: Vec<Value> = vec![visible(statements).await?.into()];
        let mut holds = String::from("f.rev_from <= $1 AND f.rev_to > $1");
        for condition in self.conditions(statements, scope, &filter, "f.area", &mut values).await? {
            holds.push_str(" AND ");
            holds.push_str(&condition);
        }
        Ok((holds, values))
    }
}
