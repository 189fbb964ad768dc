//! Employers as lists, by county and category.

use canbao_domain::scope::Scope;

use super::Asker;
use crate::RegistryError;
use crate::audit::Look;
use crate::registry::Registry;
use crate::store::{Transaction, Value};

/// Lines on a page, at most.
const LINES: i64 = 500;

/// An employer in a list. No `Debug`: one who employs himself stands here by name.
#[derive(Clone, PartialEq, Eq)]
pub struct UnitLine {
    /// The registry's identifier.
    pub unit: i64,
    /// 统一社会信用代码, else 工商注册号.
    pub code: Option<String>,
    /// 单位名称
    pub name: Option<String>,
    /// 单位类型
    pub kind: Option<String>,
    /// Its county's code; none where it is not known.
    pub county: Option<String>,
    /// As [`super::Employer::category`].
    pub category: String,
    /// People insured through it, as the last comparison counted them.
    pub insured_people: i64,
}

/// Which employers; blank asks for all.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct UnitFilter {
    /// Of the county with this code.
    pub county: String,
    /// As [`super::Employer::category`].
    pub category: String,
}

impl Registry {
    /// How many employers there are by county (blank for none known) and category, in a scope.
    ///
    /// # Errors
    /// Where the database does not answer.
    pub async fn unit_counts(&self, scope: &Scope) -> Result<Vec<(String, String, i64)>, RegistryError> {
        let mut statements = self.store.statements().await?;
        let mut values = Vec::new();
        let from = self.units(&mut statements, scope, &mut values).await?;
        let sql = format!("SELECT COALESCE(county, ''), category, COUNT(*) {from} GROUP BY county, category");
        let rows = statements.all(sql, &values).await?;
        Ok(rows.iter().map(|row| (row.text(0).to_owned(), row.text(1).to_owned(), row.int(2))).collect())
    }

    /// How many employers a filter has, in a scope.
    ///
    /// # Errors
    /// Where the database does not answer.
    pub async fn unit_count(&self, scope: &Scope, filter: &UnitFilter) -> Result<i64, RegistryError> {
        let mut statements = self.store.statements().await?;
        let mut values = Vec::new();
        let from = self.filtered(&mut statements, scope, filter, &mut values).await?;
        statements.int(format!("SELECT COUNT(*) {from}"), &values).await
    }

    /// Employers of a county and a category, in the order of identifiers, after the one with identifier `after`.
    ///
    /// # Errors
    /// Where the database does not answer, or the look cannot be put on the log.
    pub async fn list_units(
        &self,
        asker: &Asker,
        filter: &UnitFilter,
        after: i64,
        lines: i64,
    ) -> Result<Vec<UnitLine>, RegistryError> {
        let mut statements = self.store.statements().await?;
        let lines = self.unit_page(&mut statements, asker, filter, after, lines).await?;
        drop(statements);
        let subject = format!("units {} {} after {after}", filter.county, filter.category);
        self.looks
            .put(Look { actor: asker.actor.clone(), purpose: asker.purpose.clone(), subject, persons: 0 })
            .await?;
        Ok(lines)
    }

    /// All employers of a filter, one after the other, as one state of the record has them: one look on the log. Gives how
    /// many there were.
    ///
    /// # Errors
    /// As [`Self::list_units`], and what `take` gives.
    pub async fn each_unit(
        &self,
        asker: &Asker,
        filter: &UnitFilter,
        mut take: impl FnMut(UnitLine) -> Result<(), RegistryError>,
    ) -> Result<i64, RegistryError> {
        let subject = format!("all units {} {}", filter.county, filter.category);
        self.looks
            .put(Look { actor: asker.actor.clone(), purpose: asker.purpose.clone(), subject, persons: 0 })
            .await?;
        let mut transaction = self.store.read().await?;
        let (mut after, mut given) = (0, 0);
        loop {
            let lines = self.unit_page(&mut transaction, asker, filter, after, LINES).await?;
            let Some(last) = lines.last().map(|line| line.unit) else { return Ok(given) };
            for line in lines {
                take(line)?;
                given += 1;
            }
            after = last;
        }
    }

    async fn unit_page(
        &self,
        transaction: &mut Transaction,
        asker: &Asker,
        filter: &UnitFilter,
        after: i64,
        lines: i64,
    ) -> Result<Vec<UnitLine>, RegistryError> {
        let mut values = Vec::new();
        let from = self.filtered(transaction, &asker.scope, filter, &mut values).await?;
        values.extend([Value::from(after), Value::from(lines.clamp(1, LINES))]);
        let at = values.len();
        let sql = format!(
            "SELECT id, COALESCE(credit_code, registration_number), name, type, county, category, insured_people {from} \
             AND id > ${} ORDER BY id LIMIT ${at}",
            at - 1
        );
        let rows = transaction.all(sql, &values).await?;
        let text = |row: &crate::store::Row, at| row.maybe_text(at).map(str::to_owned);
        let lines = rows.iter().map(|row| UnitLine {
            unit: row.int(0),
            code: text(row, 1),
            name: text(row, 2),
            kind: text(row, 3),
            county: text(row, 4),
            category: row.text(5).to_owned(),
            insured_people: row.int(6),
        });
        Ok(lines.collect())
    }

    /// `FROM` and `WHERE` of the employers of a filter.
    async fn filtered(
        &self,
        transaction: &mut Transaction,
        scope: &Scope,
        filter: &UnitFilter,
        values: &mut Vec<Value>,
    ) -> Result<String, RegistryError> {
        let mut from = self.units(transaction, scope, values).await?;
        for (column, value) in [("county", &filter.county), ("category", &filter.category)] {
            if !value.is_empty() {
                values.push(value.as_str().into());
                from.push_str(&format!(" AND {column} = ${}", values.len()));
            }
        }
        Ok(from)
    }

    /// `FROM` and `WHERE` of the employers of a scope: those of its counties, and for the whole city those of no known one.
    async fn units(
        &self,
        transaction: &mut Transaction,
        scope: &Scope,
        values: &mut Vec<Value>,
    ) -> Result<String, RegistryError> {
        values.push(crate::person::visible(transaction).await?.into());
        let mut from = String::from("FROM unit WHERE rev_from <= $1 AND rev_to > $1");
        let areas = self.areas.get(transaction).await?;
        if let Some(codes) = areas.of_scope(scope) {
            from.push_str(&format!(" AND {}", areas.condition("county", &codes, values)));
        }
        Ok(from)
    }
}
