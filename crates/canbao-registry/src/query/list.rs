//! Lists and counts by area, category, scheme and finding.

use ahash::AHashMap;
use canbao_domain::date::Date;
use canbao_domain::rules::{Category, SchemeSet};
use canbao_domain::scope::Scope;
use canbao_domain::source::SourceKind;

use super::Asker;
use crate::RegistryError;
use crate::audit::Look;
use crate::person::{Whole, people};
use crate::private::{LINE, line_of};
use crate::registry::Registry;
use crate::store::{Transaction, Value};

/// Which people: all that is set must hold.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Filter {
    /// In this area or under it, by who reports to whom.
    pub area: Option<String>,
    /// Of this category.
    pub category: Option<Category>,
    /// With a live row of this scheme.
    pub scheme: Option<SourceKind>,
    /// With a finding of this kind.
    pub finding: Option<String>,
}

/// A line of a list.
#[derive(Clone, PartialEq, Eq)]
pub struct Line {
    /// The registry's identifier.
    pub person: i64,
    /// The finest area that is known.
    pub area: String,
    /// 姓名
    pub name: Option<String>,
    /// 社会保障号码
    pub number: Option<String>,
    /// 出生日期
    pub birth: Option<Date>,
    /// What is to be done.
    pub category: String,
}

/// A page of a list.
#[derive(Clone)]
pub struct Page {
    /// In the order of area and identifier.
    pub lines: Vec<Line>,
    /// Where the next page begins; none where this is the last.
    pub next: Option<(String, i64)>,
}

/// Lines on a page, at most.
const MOST: i64 = 500;

impl Registry {
    /// How many current people there are, by the counters.
    ///
    /// # Errors
    /// Where the database does not answer.
    pub async fn count(&self, scope: &Scope, filter: &Filter) -> Result<i64, RegistryError> {
        let mut transaction = self.store.read().await?;
        let mut values: Vec<Value> = vec![
            filter.scheme.map_or("", SourceKind::as_str).into(),
            filter.finding.clone().unwrap_or_default().into(),
        ];
        let mut sql = String::from(
            "SELECT CAST(COALESCE(SUM(people), 0) AS BIGINT) FROM counter WHERE scheme = $1 AND finding = $2",
        );
        if let Some(category) = filter.category {
            values.push(category.as_str().into());
            sql.push_str(&format!(" AND category = ${}", values.len()));
        }
        for condition in self.conditions(&mut transaction, scope, filter, "area", &mut values).await? {
            sql.push_str(" AND ");
            sql.push_str(&condition);
        }
        transaction.int(sql, &values).await
    }

    /// A page of a list, from `after` (the `next` of the page before) on.
    ///
    /// # Errors
    /// Where the database does not answer, or the look cannot be put on the log.
    pub async fn list(
        &self,
        asker: &Asker,
        filter: &Filter,
        after: Option<&(String, i64)>,
        lines: i64,
    ) -> Result<Page, RegistryError> {
        let mut transaction = self.store.read().await?;
        let page = self.page(&mut transaction, asker, filter, after, lines).await?;
        drop(transaction);
        let subject = format!("list {}", filter.told());
        let persons = page.lines.len() as i64;
        self.looks.put(Look { actor: asker.actor.clone(), purpose: asker.purpose, subject, persons }).await?;
        Ok(page)
    }

    /// Everybody of a filter, whole, in the order of area and identifier, as one state of the registry; one look on the
    /// log for all of them. For files that leave the house and for figures, not for pages.
    ///
    /// # Errors
    /// Where the database does not answer, the look cannot be put on the log, or `take` fails.
    pub async fn each_person(
        &self,
        asker: &Asker,
        filter: &Filter,
        mut take: impl FnMut(Whole) -> Result<(), RegistryError>,
    ) -> Result<i64, RegistryError> {
        let persons = self.count(&asker.scope, filter).await?;
        let subject = format!("all {}", filter.told());
        self.looks.put(Look { actor: asker.actor.clone(), purpose: asker.purpose, subject, persons }).await?;
        let mut transaction = self.store.read().await?;
        let visible = crate::person::visible(&mut transaction).await?;
        let (mut after, mut given) = (None, 0);
        loop {
            let page = self.page(&mut transaction, asker, filter, after.as_ref(), MOST).await?;
            let ids: Vec<i64> = page.lines.iter().map(|line| line.person).collect();
            let mut wholes: AHashMap<i64, Whole> =
                people(&mut transaction, &ids, visible).await?.into_iter().map(|whole| (whole.person, whole)).collect();
            for whole in ids.iter().filter_map(|id| wholes.remove(id)) {
                take(whole)?;
                given += 1;
            }
            after = page.next;
            if after.is_none() {
                return Ok(given);
            }
        }
    }

    async fn page(
        &self,
        transaction: &mut Transaction,
        asker: &Asker,
        filter: &Filter,
        after: Option<&(String, i64)>,
        lines: i64,
    ) -> Result<Page, RegistryError> {
        let lines = lines.clamp(1, MOST);
        let visible = crate::person::visible(transaction).await?;
        let mut values: Vec<Value> = vec![visible.into(), (lines + 1).into()];
        let mut sql =
            format!("SELECT {LINE} FROM person p WHERE p.rev_from <= $1 AND p.rev_to > $1 AND p.state = 'current'");
        let mut and = |condition: String| {
            sql.push_str(" AND ");
            sql.push_str(&condition);
        };
        for condition in self.conditions(transaction, &asker.scope, filter, "p.area", &mut values).await? {
            and(condition);
        }
        if let Some(category) = filter.category {
            values.push(category.as_str().into());
            and(format!("p.category = ${}", values.len()));
        }
        if let Some(scheme) = filter.scheme {
            values.push(i64::from(SchemeSet::of(scheme).bits()).into());
            and(format!("(p.schemes & ${}) <> 0", values.len()));
        }
        if let Some(finding) = &filter.finding {
            values.push(finding.as_str().into());
            let kind = values.len();
            and(format!(
                "p.person IN (SELECT f.person FROM finding f WHERE f.kind = ${kind} AND f.rev_from <= $1 AND f.rev_to > $1)"
            ));
        }
        if let Some((area, person)) = after {
            values.extend([Value::from(area.as_str()), Value::from(*person)]);
            let at = values.len();
            and(format!("(p.area > ${} OR (p.area = ${} AND p.person > ${at}))", at - 1, at - 1));
        }
        sql.push_str(" ORDER BY p.area, p.person LIMIT $2");
        let rows = transaction.all(sql, &values).await?;
        let mut found: Vec<Line> = rows.iter().map(line_of).collect();
        let more = found.len() as i64 > lines;
        found.truncate(lines as usize);
        let next = found.last().filter(|_| more).map(|line| (line.area.clone(), line.person));
        Ok(Page { lines: found, next })
    }

    /// What holds of a column of area codes for those of a scope and a filter.
    pub(crate) async fn conditions(
        &self,
        transaction: &mut Transaction,
        scope: &Scope,
        filter: &Filter,
        column: &str,
        values: &mut Vec<Value>,
    ) -> Result<Vec<String>, RegistryError> {
        let mut conditions = Vec::new();
        if scope.areas().is_none() && filter.area.is_none() {
            return Ok(conditions);
        }
        let areas = self.areas.get(transaction).await?;
        if let Some(codes) = areas.of_scope(scope) {
            conditions.push(areas.condition(column, &codes, values));
        }
        if let Some(area) = &filter.area {
            conditions.push(areas.condition(column, &areas.reporting_to(area), values));
        }
        Ok(conditions)
    }
}

impl Filter {
    /// What it asks for, for the log.
    fn told(&self) -> String {
        let parts = [
            self.area.clone(),
            self.category.map(|category| category.as_str().to_owned()),
            self.scheme.map(|scheme| scheme.as_str().to_owned()),
            self.finding.clone(),
        ];
        parts.into_iter().flatten().collect::<Vec<_>>().join(" ")
    }
}
