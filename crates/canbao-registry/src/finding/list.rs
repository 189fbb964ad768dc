//! Work-lists: findings of one kind, in the order of area and identifier.

use canbao_domain::date::Date;

use super::{Handling, Stand};
use crate::RegistryError;
use crate::audit::Look;
use crate::evidence::Clue;
use crate::person::visible;
use crate::private::{HANDLING, WORK, work_of};
use crate::query::{Asker, Filter, Seek};
use crate::registry::Registry;
use crate::store::{Transaction, Value, values};

/// Lines on a page, at most.
const MOST: i64 = 200;

/// Which findings.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WorkFilter {
    /// Of this kind.
    pub kind: String,
    /// In this area or under it, by who reports to whom.
    pub area: Option<String>,
    /// As far as this; all, where none is named.
    pub stand: Option<Stand>,
}

/// A line of a work-list. Without a person, name and number are the row's own.
#[derive(Clone)]
pub struct WorkLine {
    /// The finding's identifier.
    pub id: i64,
    /// The finest area that is known.
    pub area: String,
    /// Whom it is about.
    pub person: Option<i64>,
    /// Its kind.
    pub kind: String,
    /// What it says.
    pub detail: Option<String>,
    /// The source's name in the run.
    pub source: Option<String>,
    /// The row there.
    pub row: Option<i64>,
    /// The other row's source.
    pub other_source: Option<String>,
    /// The other row.
    pub other_row: Option<i64>,
    /// The revision with which it began.
    pub revision: i64,
    /// 姓名
    pub name: Option<String>,
    /// 出生日期
    pub birth: Option<Date>,
    /// GB/T 2261.1.
    pub sex: String,
    /// 社会保障号码
    pub number: Option<String>,
    /// What was made of it.
    pub handling: Option<Handling>,
}

impl WorkLine {
    /// How far it is.
    pub fn stand(&self) -> Stand {
        self.handling.as_ref().map_or(Stand::Open, Handling::stand)
    }
}

/// A page of a work-list.
#[derive(Clone)]
pub struct WorkPage {
    /// In the order of area and identifier.
    pub lines: Vec<WorkLine>,
    /// Behind which line the next page begins.
    pub next: Option<(String, i64)>,
    /// Before which line the page before ends.
    pub before: Option<(String, i64)>,
}

impl Registry {
    /// A page of a work-list; one look on the log.
    ///
    /// # Errors
    /// Where the database does not answer, or the look cannot be put on the log.
    pub async fn work_list(
        &self,
        asker: &Asker,
        filter: &WorkFilter,
        seek: &Seek,
        lines: i64,
    ) -> Result<WorkPage, RegistryError> {
        let mut statements = self.store.statements().await?;
        let mut page = self.work_page(&mut statements, asker, filter, seek, lines).await?;
        named(&mut statements, &mut page).await?;
        drop(statements);
        let persons = page.lines.iter().filter(|line| line.person.is_some()).count() as i64;
        let subject = format!("findings {} {}", filter.kind, filter.area.as_deref().unwrap_or_default());
        let look = Look {
            actor: asker.actor.clone(),
            purpose: asker.purpose.clone(),
            subject: subject.trim().to_owned(),
            persons,
        };
        self.looks.put(look).await?;
        Ok(page)
    }

    /// All findings of a filter, one after the other, as one state of the record has them: one look on the log. Gives how many
    /// there were.
    ///
    /// # Errors
    /// As [`Self::work_list`], and what `take` gives.
    pub async fn each_finding(
        &self,
        asker: &Asker,
        filter: &WorkFilter,
        mut take: impl FnMut(WorkLine) -> Result<(), RegistryError>,
    ) -> Result<i64, RegistryError> {
        let persons = self.work_count(asker, filter).await?;
        let stand = filter.stand.map_or("all", Stand::as_str);
        let subject = format!("all findings {} {stand} {}", filter.kind, filter.area.as_deref().unwrap_or_default());
        let subject = subject.trim().to_owned();
        self.looks.put(Look { actor: asker.actor.clone(), purpose: asker.purpose.clone(), subject, persons }).await?;
        let mut transaction = self.store.read().await?;
        let (mut seek, mut given) = (Seek::First, 0);
        loop {
            let mut page = self.work_page(&mut transaction, asker, filter, &seek, MOST).await?;
            named(&mut transaction, &mut page).await?;
            for line in page.lines {
                take(line)?;
                given += 1;
            }
            let Some(next) = page.next else { return Ok(given) };
            seek = Seek::After(next);
        }
    }

    /// How many findings a filter has.
    ///
    /// # Errors
    /// Where the database does not answer.
    pub async fn work_count(&self, asker: &Asker, filter: &WorkFilter) -> Result<i64, RegistryError> {
        let counts = self.work_counts(&asker.scope, filter.area.as_deref()).await?;
        Ok(counts.get(&filter.kind).copied().unwrap_or_default().of(filter.stand))
    }

    pub(super) async fn work_page(
        &self,
        statements: &mut Transaction,
        asker: &Asker,
        filter: &WorkFilter,
        seek: &Seek,
        lines: i64,
    ) -> Result<WorkPage, RegistryError> {
        let lines = lines.clamp(1, MOST);
        let now = visible(statements).await?;
        let mut values: Vec<Value> = vec![now.into(), filter.kind.as_str().into()];
        let columns = HANDLING.map(|column| format!("h.{column}")).join(", ");
        let current = "h.finding = f.id AND h.ended IS NULL AND h.verdict <> 'not-this'";
        // few were handled: lists of those begin with what was said of them
        let from = match filter.stand {
            None | Some(Stand::Open) => format!("finding f LEFT JOIN handling h ON {current}"),
            Some(_) => format!("handling h JOIN finding f ON {current}"),
        };
        let mut sql = format!(
            "SELECT {WORK}, {columns} FROM {from} \
             LEFT JOIN person p ON p.person = f.person AND p.rev_from <= $1 AND p.rev_to > $1 \
             WHERE f.kind = $2 AND f.rev_from <= $1 AND f.rev_to > $1"
        );
        sql.push_str(match filter.stand {
            None => "",
            // by the joined column: PostgreSQL knows then that hardly any is left out, and takes the first of the index
            Some(Stand::Open) => " AND h.finding IS NULL",
            Some(Stand::Asked) => " AND h.verdict = 'ask' AND h.answer IS NULL",
            Some(Stand::Answered) => " AND h.verdict = 'ask' AND h.answer IS NOT NULL",
            Some(Stand::Done) => " AND h.verdict <> 'ask'",
        });
        let areas = Filter { area: filter.area.clone(), ..Filter::default() };
        for condition in self.conditions(statements, &asker.scope, &areas, "f.area", &mut values).await? {
            sql.push_str(" AND ");
            sql.push_str(&condition);
        }
        match seek {
            Seek::First => {}
            Seek::After((area, id)) | Seek::Before((area, id)) => {
                values.extend([Value::from(area.as_str()), Value::from(*id)]);
                let (at, is) = (values.len(), if matches!(seek, Seek::Before(_)) { '<' } else { '>' });
                sql.push_str(&format!(" AND (f.area, f.id) {is} (${}, ${at})", at - 1));
            }
            Seek::From(area) => {
                values.push(area.as_str().into());
                sql.push_str(&format!(" AND f.area >= ${}", values.len()));
            }
        }
        let back = matches!(seek, Seek::Before(_));
        let order = if back { "f.area DESC, f.id DESC" } else { "f.area, f.id" };
        values.push((lines + 1).into());
        sql.push_str(&format!(" ORDER BY {order} LIMIT ${}", values.len()));
        let mut found: Vec<WorkLine> = statements.all(sql, &values).await?.iter().map(work_of).collect();
        let more = found.len() as i64 > lines;
        found.truncate(lines as usize);
        if back {
            found.reverse();
        }
        let key = |line: &WorkLine| (line.area.clone(), line.id);
        let next = found.last().filter(|_| more || back).map(key);
        let before = found.first().filter(|_| if back { more } else { *seek != Seek::First }).map(key);
        Ok(WorkPage { lines: found, next, before })
    }
}

/// Gives the lines about nobody name and number as their rows write them.
async fn named(statements: &mut Transaction, page: &mut WorkPage) -> Result<(), RegistryError> {
    let nobody = |line: &WorkLine| line.person.is_none() && line.source.is_some() && line.row.is_some();
    let wanted: Vec<(i64, String, i64)> = page
        .lines
        .iter()
        .filter(|line| nobody(line))
        .filter_map(|line| Some((line.revision, line.source.clone()?, line.row?)))
        .collect();
    let found = crate::evidence::clues(statements, &wanted).await?;
    for (line, clue) in page.lines.iter_mut().filter(|line| nobody(line)).zip(found) {
        // one that an undo brought back is of an earlier run
        let clue = if clue.is_some() { clue } else { line.clue(statements).await? };
        if let Some(clue) = clue {
            line.name = clue.field("name").map(str::to_owned);
            line.number = clue.field("number").map(str::to_owned);
        }
    }
    Ok(())
}

impl WorkLine {
    /// The row in question, as it was written; none where it was not kept.
    pub(super) async fn clue(&self, statements: &mut Transaction) -> Result<Option<Clue>, RegistryError> {
        self.clue_at(statements, self.source.as_deref(), self.row).await
    }

    /// The other row, likewise.
    pub(super) async fn other_clue(&self, statements: &mut Transaction) -> Result<Option<Clue>, RegistryError> {
        self.clue_at(statements, self.other_source.as_deref(), self.other_row).await
    }

    async fn clue_at(
        &self,
        statements: &mut Transaction,
        source: Option<&str>,
        row: Option<i64>,
    ) -> Result<Option<Clue>, RegistryError> {
        let (Some(source), Some(row)) = (source, row) else { return Ok(None) };
        let mut revision = self.revision;
        while revision > 0 {
            if let Some(clue) = crate::evidence::clue(statements, revision, source, row).await? {
                return Ok(Some(clue));
            }
            // an undo brings findings back under its own revision: their lines are of the run that brought them first
            let sql = "SELECT COALESCE(MAX(b.rev_from), 0) FROM finding a JOIN finding b \
                       ON b.kind = a.kind AND b.area = a.area AND b.source = a.source AND b.line = a.line \
                       AND COALESCE(b.person, 0) = COALESCE(a.person, 0) \
                       AND COALESCE(b.subject, '') = COALESCE(a.subject, '') \
                       AND COALESCE(b.detail, '') = COALESCE(a.detail, '') \
                       WHERE a.id = $1 AND b.rev_from < $2";
            revision = statements.int(sql, values![self.id, revision]).await?;
        }
        Ok(None)
    }
}
