//! Lists and counts by area, category, scheme and finding.

use std::collections::BTreeMap;
use std::sync::Arc;

use ahash::AHashMap;
use canbao_domain::date::Date;
use canbao_domain::rules::{Category, ReasonSet, SchemeSet};
use canbao_domain::scope::Scope;
use canbao_domain::source::SourceKind;

use super::Asker;
use super::roster::Roster;
use crate::RegistryError;
use crate::area::Areas;
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
    /// Of this sex (GB/T 2261.1).
    pub sex: Option<String>,
    /// Born on this day or later.
    pub born_from: Option<Date>,
    /// Born on this day or earlier.
    pub born_until: Option<Date>,
    /// With 低保、五保.
    pub subsistence: bool,
    /// With 残疾人补助.
    pub disability: bool,
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
                let condition = format!("(p.area {is} ${} OR (p.area = ${} AND p.person {is} ${at}))", at - 1, at - 1);
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

    /// `FROM` and `WHERE` of the people of a filter: `p` is the person, `$1` the revision, which is there already.
    async fn listed(
        &self,
        transaction: &mut Transaction,
        scope: &Scope,
        filter: &Filter,
        values: &mut Vec<Value>,
    ) -> Result<String, RegistryError> {
        let mut from = String::from("FROM person p WHERE p.rev_from <= $1 AND p.rev_to > $1 AND p.state = 'current'");
        for condition in self.conditions(transaction, scope, filter, "p.area", values).await? {
            from.push_str(" AND ");
            from.push_str(&condition);
        }
        let mut and = |condition: &str, value: Value| {
            values.push(value);
            from.push_str(" AND ");
            from.push_str(&condition.replace('?', &format!("${}", values.len())));
        };
        if let Some(category) = filter.category {
            and("p.category = ?", category.as_str().into());
        }
        if let Some(scheme) = filter.scheme {
            and("(p.schemes & ?) <> 0", i64::from(SchemeSet::of(scheme).bits()).into());
        }
        if let Some(sex) = &filter.sex {
            and("p.sex = ?", sex.as_str().into());
        }
        if let Some(day) = filter.born_from {
            and("p.birth >= ?", day.to_string().into());
        }
        if let Some(day) = filter.born_until {
            and("p.birth <= ?", day.to_string().into());
        }
        if filter.subsistence {
            and("p.subsistence = ?", 1_i64.into());
        }
        if filter.disability {
            and("p.disability = ?", 1_i64.into());
        }
        if let Some(finding) = &filter.finding {
            let people = "SELECT f.person FROM finding f WHERE f.kind = ? AND f.rev_from <= $1 AND f.rev_to > $1";
            and(&format!("p.person IN ({people})"), finding.as_str().into());
        }
        Ok(from)
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

/// Codes of the areas that a scope and a filter reach, ascending; a person's must be in each of the lists.
fn reached<'a>(areas: &'a Areas, scope: &Scope, filter: &Filter) -> Vec<Vec<&'a str>> {
    // in the order of the codes
    let of_filter = filter.area.as_deref().map(|area| areas.reporting_to(area));
    areas.of_scope(scope).into_iter().chain(of_filter).collect()
}

impl Filter {
    /// Whether the counters tell how many these are: at most one of scheme and finding, and nothing of the person.
    fn is_counted(&self) -> bool {
        let Self { sex, born_from, born_until, subsistence, disability, .. } = self;
        let person = sex.is_some() || born_from.is_some() || born_until.is_some() || *subsistence || *disability;
        !person && (self.scheme.is_none() || self.finding.is_none())
    }

    /// What it asks for, for the log.
    fn told(&self) -> String {
        let parts = [
            self.area.clone(),
            self.category.map(|category| category.as_str().to_owned()),
            self.scheme.map(|scheme| scheme.as_str().to_owned()),
            self.finding.clone(),
            self.sex.as_ref().map(|sex| format!("sex={sex}")),
            self.born_from.map(|day| format!("born>={day}")),
            self.born_until.map(|day| format!("born<={day}")),
            self.subsistence.then(|| "subsistence".to_owned()),
            self.disability.then(|| "disability".to_owned()),
        ];
        parts.into_iter().flatten().collect::<Vec<_>>().join(" ")
    }
}
