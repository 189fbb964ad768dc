//! Lists and counts by area, category, scheme and finding.

use std::collections::BTreeMap;
use std::sync::Arc;

use ahash::AHashMap;
use canbao_domain::date::Date;
use canbao_domain::rules::{Category, ReasonSet};
use canbao_domain::scope::Scope;
use canbao_domain::source::SourceKind;

use super::Asker;
use super::filter::{Filter, reached};
use super::roster::Roster;
use crate::RegistryError;
use crate::audit::Look;
use crate::person::{Whole, people};
use crate::private::{LINE, line_of};
use crate::registry::Registry;
use crate::store::{Transaction, Value};

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
    /// Why.
    pub reasons: ReasonSet,
    /// GB/T 2261.1.
    pub sex: String,
    /// 低保、五保
    pub subsistence: bool,
    /// 残疾人补助
    pub disability: bool,
}

/// A page of a list.
#[derive(Clone)]
pub struct Page {
    /// In the order of area and identifier.
    pub lines: Vec<Line>,
    /// Where the next page begins; none where this is the last.
    pub next: Option<(String, i64)>,
}

/// How many people there are, by what they count for.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    /// By category.
    pub categories: BTreeMap<String, i64>,
    /// By the kind of a finding about them.
    pub findings: BTreeMap<String, i64>,
}

impl Counts {
    /// People of a category.
    pub fn of(&self, category: Category) -> i64 {
        self.categories.get(category.as_str()).copied().unwrap_or_default()
    }
}

/// Where a page of a list begins or ends, by area and identifier.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Seek {
    /// With the first line.
    First,
    /// It begins behind this line.
    After((String, i64)),
    /// It ends before this line.
    Before((String, i64)),
    /// It begins with the first line of this area, or of the next that has one.
    From(String),
}

/// A page of a list, with the way back.
#[derive(Clone)]
pub struct Listed {
    /// The page.
    pub page: Page,
    /// Before which line the page before ends; none where this is the first.
    pub before: Option<(String, i64)>,
}

/// Lines on a page, at most.
const MOST: i64 = 500;

impl Registry {
    /// How many current people there are: by the counters, and counted one by one where the filter asks for what no counter
    /// tells.
    ///
    /// # Errors
    /// Where the database does not answer.
    pub async fn count(&self, scope: &Scope, filter: &Filter) -> Result<i64, RegistryError> {
        let mut statements = self.store.statements().await?;
        if !filter.is_counted() {
            let visible = crate::person::visible(&mut statements).await?;
            if let Some(roster) = self.roster(visible).await? {
                let areas = self.areas.get(&mut statements).await?;
                return Ok(roster.count(filter, &reached(&areas, scope, filter)));
            }
            let mut values: Vec<Value> = vec![visible.into()];
            let from = self.listed(&mut statements, scope, filter, &mut values).await?;
            return statements.int(format!("SELECT COUNT(*) {from}"), &values).await;
        }
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
        for condition in self.conditions(&mut statements, scope, filter, "area", &mut values).await? {
            sql.push_str(" AND ");
            sql.push_str(&condition);
        }
        statements.int(sql, &values).await
    }

    /// How many current people there are of each category and with each finding, in a scope and an area, by the counters.
    ///
    /// # Errors
    /// Where the database does not answer.
    pub async fn counts(&self, scope: &Scope, area: Option<&str>) -> Result<Counts, RegistryError> {
        let mut statements = self.store.statements().await?;
        let mut values = Vec::new();
        let mut sql =
            String::from("SELECT category, finding, CAST(SUM(people) AS BIGINT) FROM counter WHERE scheme = ''");
        let filter = Filter { area: area.map(str::to_owned), ..Filter::default() };
        for condition in self.conditions(&mut statements, scope, &filter, "area", &mut values).await? {
            sql.push_str(" AND ");
            sql.push_str(&condition);
        }
        sql.push_str(" GROUP BY category, finding");
        let mut counts = Counts::default();
        for row in statements.all(sql, &values).await? {
            match row.text(1) {
                "" => *counts.categories.entry(row.text(0).to_owned()).or_default() += row.int(2),
                finding => *counts.findings.entry(finding.to_owned()).or_default() += row.int(2),
            }
        }
        Ok(counts)
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
        let seek = after.map_or(Seek::First, |after| Seek::After(after.clone()));
        Ok(self.list_from(asker, filter, &seek, lines).await?.page)
    }

    /// A page of a list.
    ///
    /// # Errors
    /// As [`Registry::list`].
    pub async fn list_from(
        &self,
        asker: &Asker,
        filter: &Filter,
        seek: &Seek,
        lines: i64,
    ) -> Result<Listed, RegistryError> {
        let mut statements = self.store.statements().await?;
        let listed = self.page(&mut statements, asker, filter, seek, lines).await?;
        drop(statements);
        let subject = format!("list {}", filter.told());
        let persons = listed.page.lines.len() as i64;
        self.looks.put(Look { actor: asker.actor.clone(), purpose: asker.purpose.clone(), subject, persons }).await?;
        Ok(listed)
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
        self.looks.put(Look { actor: asker.actor.clone(), purpose: asker.purpose.clone(), subject, persons }).await?;
        let mut transaction = self.store.read().await?;
        let visible = crate::person::visible(&mut transaction).await?;
        let (mut seek, mut given) = (Seek::First, 0);
        loop {
            let page = self.page(&mut transaction, asker, filter, &seek, MOST).await?.page;
            let ids: Vec<i64> = page.lines.iter().map(|line| line.person).collect();
            let mut wholes: AHashMap<i64, Whole> =
                people(&mut transaction, &ids, visible).await?.into_iter().map(|whole| (whole.person, whole)).collect();
            for whole in ids.iter().filter_map(|id| wholes.remove(id)) {
                take(whole)?;
                given += 1;
            }
            let Some(next) = page.next else { return Ok(given) };
            seek = Seek::After(next);
        }
    }

    async fn page(
        &self,
        transaction: &mut Transaction,
        asker: &Asker,
        filter: &Filter,
        seek: &Seek,
        lines: i64,
    ) -> Result<Listed, RegistryError> {
        let lines = lines.clamp(1, MOST);
        let visible = crate::person::visible(transaction).await?;
        let back = matches!(seek, Seek::Before(_));
        let mut found: Vec<Line> = match self.roster_for(filter, visible).await? {
            Some(roster) => {
                let areas = self.areas.get(transaction).await?;
                let reached = reached(&areas, &asker.scope, filter);
                let ids = roster.list(filter, &reached, seek, lines as usize + 1);
                self.lines(transaction, visible, &ids).await?
            }
            None => self.read_lines(transaction, asker, filter, seek, lines, visible).await?,
        };
        let more = found.len() as i64 > lines;
        found.truncate(lines as usize);
        if back {
            found.reverse();
        }
        let key = |line: &Line| (line.area.clone(), line.person);
        // whoever turned a page knows that there is one on the other side
        let next = found.last().filter(|_| more || back).map(key);
        let before = found.first().filter(|_| if back { more } else { *seek != Seek::First }).map(key);
        Ok(Listed { page: Page { lines: found, next }, before })
    }

    /// The roster, for filters that no index serves.
    async fn roster_for(&self, filter: &Filter, visible: i64) -> Result<Option<Arc<Roster>>, RegistryError> {
        let Filter { scheme, finding, sex, born_from, born_until, subsistence, disability, .. } = filter;
        let dated = born_from.is_some() || born_until.is_some();
        if scheme.is_some() || finding.is_some() || sex.is_some() || dated || *subsistence || *disability {
            self.roster(visible).await
        } else {
            Ok(None)
        }
    }

    /// Lines of some people, in their order.
    async fn lines(
        &self,
        transaction: &mut Transaction,
        visible: i64,
        ids: &[i64],
    ) -> Result<Vec<Line>, RegistryError> {
        let (people, among) = (transaction.integers(ids), transaction.among(2));
        let sql = format!("SELECT {LINE} FROM person p WHERE p.rev_from <= $1 AND p.rev_to > $1 AND p.person {among}");
        let rows = transaction.all(sql, &[visible.into(), people]).await?;
        let mut lines: Vec<Line> = rows.iter().map(line_of).collect();
        lines.sort_by_key(|line| ids.iter().position(|id| *id == line.person));
        Ok(lines)
    }

    /// Lines from the database, one more than asked for where there is one; from the end where the list is turned back.
    async fn read_lines(
        &self,
        transaction: &mut Transaction,
        asker: &Asker,
        filter: &Filter,
        seek: &Seek,
        lines: i64,
        visible: i64,
    ) -> Result<Vec<Line>, RegistryError> {
        let mut values: Vec<Value> = vec![visible.into()];
        let from = self.listed(transaction, &asker.scope, filter, &mut values).await?;
        let mut sql = format!("SELECT {LINE} {from}");
        match seek {
            Seek::First => {}
            Seek::After((area, person)) | Seek::Before((area, person)) => {
                values.extend([Value::from(area.as_str()), Value::from(*person)]);
                let (at, is) = (values.len(), if matches!(seek, Seek::Before(_)) { '<' } else { '>' });
                let condition = format!("(p.area, p.person) {is} (${}, ${at})", at - 1);
                sql.push_str(" AND ");
                sql.push_str(&condition);
            }
            Seek::From(area) => {
                values.push(area.as_str().into());
                sql.push_str(&format!(" AND p.area >= ${}", values.len()));
            }
        }
        let back = matches!(seek, Seek::Before(_));
        let order = if back { "p.area DESC, p.person DESC" } else { "p.area, p.person" };
        values.push((lines + 1).into());
        sql.push_str(&format!(" ORDER BY {order} LIMIT ${}", values.len()));
        Ok(transaction.all(sql, &values).await?.iter().map(line_of).collect())
    }
}
