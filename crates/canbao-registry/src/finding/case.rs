//! One finding, with all that stands behind it.

use canbao_domain::scope::Scope;

use super::list::{WorkFilter, WorkLine};
use super::{Handling, Question, Stand, Verdict};
use crate::RegistryError;
use crate::audit::Look;
use crate::evidence::Clue;
use crate::person::{Whole, people, visible};
use crate::private::{HANDLING, Kind, WORK, handling_of, work_of};
use crate::query::{Asker, Filter, Seek};
use crate::registry::Registry;
use crate::store::{Transaction, Value, values};

/// People who are shown beside a finding, at most.
const MOST: usize = 12;

/// A finding, the rows that it is about, and whom they may mean.
#[derive(Clone)]
pub struct Case {
    /// The finding.
    pub line: WorkLine,
    /// The row in question, as it was written; none where the finding names none or it was not kept.
    pub row: Option<Clue>,
    /// The other row, likewise.
    pub other: Option<Clue>,
    /// Whom it is about: the finding's person first, then those whom the row may mean, or who share the number. Those out
    /// of reach are left out.
    pub people: Vec<Whole>,
    /// Areas of those who are out of reach.
    pub elsewhere: Vec<String>,
    /// All that was made of it, the newest first.
    pub past: Vec<Handling>,
}

impl Case {
    /// What it asks.
    pub fn question(&self) -> Question {
        Question::of(&self.line.kind)
    }

    /// Of those whom the row may mean, who was said not to be it.
    pub fn is_out(&self, person: i64) -> bool {
        self.past.iter().any(|handling| {
            handling.ended.is_none() && handling.verdict == Verdict::NotThis && handling.candidate == Some(person)
        })
    }
}

impl Registry {
    /// A finding with all that stands behind it; one look on the log.
    ///
    /// # Errors
    /// [`RegistryError::Nobody`] where there is none any more, or not in the scope; where the database does not answer, or
    /// the look cannot be put on the log.
    pub async fn case(&self, asker: &Asker, finding: i64) -> Result<Case, RegistryError> {
        let mut statements = self.store.statements().await?;
        let case = self.read_case(&mut statements, asker, finding).await?;
        drop(statements);
        let subject = match case.people.first() {
            Some(_) => case.people.iter().map(|whole| whole.person.to_string()).collect::<Vec<_>>().join(","),
            None => format!("finding {finding}"),
        };
        let persons = case.people.len() as i64;
        self.looks.put(Look { actor: asker.actor.clone(), purpose: asker.purpose.clone(), subject, persons }).await?;
        Ok(case)
    }

    pub(super) async fn read_case(
        &self,
        statements: &mut Transaction,
        asker: &Asker,
        finding: i64,
    ) -> Result<Case, RegistryError> {
        let line = self.work_line(statements, asker, finding).await?;
        let row = line.clue(statements).await?;
        let other = line.other_clue(statements).await?;
        let now = visible(statements).await?;
        let mut ids: Vec<i64> = line.person.into_iter().collect();
        for candidate in row.iter().flat_map(|clue| &clue.candidates) {
            ids.push(candidate.person);
        }
        if line.kind == "shared-number" {
            ids.extend(self.sharing(statements, &line, now).await?);
        }
        let mut seen = std::collections::BTreeSet::new();
        ids.retain(|id| seen.insert(*id));
        ids.truncate(MOST);
        let areas = self.areas.get(statements).await?;
        let mut found = people(statements, &ids, now).await?;
        found.sort_by_key(|whole| ids.iter().position(|id| *id == whole.person));
        let (reached, others): (Vec<Whole>, Vec<Whole>) =
            found.into_iter().partition(|whole| areas.reached(&asker.scope, &whole.record.area));
        let past = self.past(statements, finding).await?;
        let elsewhere = others.into_iter().map(|whole| whole.record.area).collect();
        Ok(Case { line, row, other, people: reached, elsewhere, past })
    }

    /// The finding's line.
    pub(super) async fn work_line(
        &self,
        statements: &mut Transaction,
        asker: &Asker,
        finding: i64,
    ) -> Result<WorkLine, RegistryError> {
        let now = visible(statements).await?;
        let mut values: Vec<Value> = vec![now.into(), finding.into()];
        let columns = HANDLING.map(|column| format!("h.{column}")).join(", ");
        let mut sql = format!(
            "SELECT {WORK}, {columns} FROM finding f \
             LEFT JOIN handling h ON h.finding = f.id AND h.ended IS NULL AND h.verdict <> 'not-this' \
             LEFT JOIN person p ON p.person = f.person AND p.rev_from <= $1 AND p.rev_to > $1 \
             WHERE f.id = $2 AND f.rev_from <= $1 AND f.rev_to > $1"
        );
        for condition in self.conditions(statements, &asker.scope, &Filter::default(), "f.area", &mut values).await? {
            sql.push_str(" AND ");
            sql.push_str(&condition);
        }
        statements.first(sql, &values).await?.as_ref().map(work_of).ok_or(RegistryError::Nobody)
    }

    /// Everybody who has the number that a person shares.
    async fn sharing(
        &self,
        statements: &mut Transaction,
        line: &WorkLine,
        now: i64,
    ) -> Result<Vec<i64>, RegistryError> {
        let Some(number) = &line.number else { return Ok(Vec::new()) };
        let sql = "SELECT person, value FROM number WHERE hash = $1 AND rev_from <= $2 AND rev_to > $2 ORDER BY person";
        let rows = statements.all(sql, values![self.key.hash(Kind::Number, number), now]).await?;
        Ok(rows.iter().filter(|row| row.text(1) == number).map(|row| row.int(0)).collect())
    }

    /// All that was made of a finding, the newest first.
    async fn past(&self, statements: &mut Transaction, finding: i64) -> Result<Vec<Handling>, RegistryError> {
        let columns = HANDLING.join(", ");
        let sql = format!("SELECT {columns} FROM handling WHERE finding = $1 ORDER BY id DESC");
        let rows = statements.all(sql, values![finding]).await?;
        Ok(rows.iter().filter_map(|row| handling_of(row, 0)).collect())
    }

    /// The open findings of a kind around one, in the list's order: the one before and the one after.
    ///
    /// # Errors
    /// Where the database does not answer.
    pub async fn beside(
        &self,
        asker: &Asker,
        filter: &WorkFilter,
        at: (&str, i64),
    ) -> Result<(Option<i64>, Option<i64>), RegistryError> {
        let filter = WorkFilter { stand: Some(Stand::Open), ..filter.clone() };
        let mut statements = self.store.statements().await?;
        let key = (at.0.to_owned(), at.1);
        let before = self.work_page(&mut statements, asker, &filter, &Seek::Before(key.clone()), 1).await?;
        let after = self.work_page(&mut statements, asker, &filter, &Seek::After(key), 1).await?;
        let first = |lines: Vec<WorkLine>| lines.first().map(|line| line.id);
        Ok((first(before.lines), first(after.lines)))
    }

    /// The last thing that somebody made of any finding and that still holds: what "undo" takes back.
    ///
    /// # Errors
    /// Where the database does not answer.
    pub async fn last_handling(&self, maker: &str) -> Result<Option<Handling>, RegistryError> {
        let columns = HANDLING.join(", ");
        let sql = format!("SELECT {columns} FROM handling WHERE maker = $1 AND ended IS NULL ORDER BY id DESC LIMIT 1");
        let row = self.store.statements().await?.first(sql, values![maker]).await?;
        Ok(row.and_then(|row| handling_of(&row, 0)))
    }

    /// What somebody made of findings since a time (milliseconds since 1970, UTC), by verdict: same, different, asked.
    ///
    /// # Errors
    /// Where the database does not answer.
    pub async fn handled_since(&self, maker: &str, since: i64) -> Result<[i64; 3], RegistryError> {
        let sql = "SELECT verdict, COUNT(*) FROM handling WHERE maker = $1 AND made_at >= $2 AND ended IS NULL \
                   GROUP BY verdict";
        let mut counts = [0; 3];
        for row in self.store.statements().await?.all(sql, values![maker, since]).await? {
            let at = match row.text(0) {
                "same" => 0,
                "ask" => 2,
                _ => 1,
            };
            if let Some(count) = counts.get_mut(at) {
                *count += row.int(1);
            }
        }
        Ok(counts)
    }

    /// Findings about which an area was asked and that wait for its answer, the most urgent first; with how many there are.
    ///
    /// # Errors
    /// Where the database does not answer, or the look cannot be put on the log.
    pub async fn waiting_for(&self, asker: &Asker, most: i64) -> Result<(Vec<WorkLine>, i64), RegistryError> {
        let mut statements = self.store.statements().await?;
        let count = self.asked_count_with(&mut statements, &asker.scope).await?;
        let now = visible(&mut statements).await?;
        let mut values: Vec<Value> = vec![now.into()];
        let columns = HANDLING.map(|column| format!("h.{column}")).join(", ");
        let mut sql = format!(
            "SELECT {WORK}, {columns} FROM handling h JOIN finding f ON f.id = h.finding \
             LEFT JOIN person p ON p.person = f.person AND p.rev_from <= $1 AND p.rev_to > $1 \
             WHERE h.ended IS NULL AND h.verdict = 'ask' AND h.answer IS NULL AND f.rev_from <= $1 AND f.rev_to > $1"
        );
        for condition in
            self.conditions(&mut statements, &asker.scope, &Filter::default(), "h.asked", &mut values).await?
        {
            sql.push_str(" AND ");
            sql.push_str(&condition);
        }
        values.push(most.clamp(1, 500).into());
        sql.push_str(&format!(" ORDER BY h.due, h.id LIMIT ${}", values.len()));
        let mut lines: Vec<WorkLine> = statements.all(sql, &values).await?.iter().map(work_of).collect();
        for line in lines.iter_mut().filter(|line| line.person.is_none()) {
            if let Some(clue) = line.clue(&mut statements).await? {
                line.name = clue.field("name").map(str::to_owned);
                line.number = clue.field("number").map(str::to_owned);
            }
        }
        drop(statements);
        let persons = lines.iter().filter(|line| line.person.is_some()).count() as i64;
        let (actor, purpose) = (asker.actor.clone(), asker.purpose.clone());
        self.looks.put(Look { actor, purpose, subject: "asked".to_owned(), persons }).await?;
        Ok((lines, count))
    }

    /// How many findings wait for the answer of an area in the scope.
    ///
    /// # Errors
    /// Where the database does not answer.
    pub async fn asked_count(&self, scope: &Scope) -> Result<i64, RegistryError> {
        let mut statements = self.store.statements().await?;
        self.asked_count_with(&mut statements, scope).await
    }

    async fn asked_count_with(&self, statements: &mut Transaction, scope: &Scope) -> Result<i64, RegistryError> {
        let now = visible(statements).await?;
        let mut values: Vec<Value> = vec![now.into()];
        let mut sql = String::from(
            "SELECT COUNT(*) FROM handling h JOIN finding f ON f.id = h.finding \
             WHERE h.ended IS NULL AND h.verdict = 'ask' AND h.answer IS NULL AND f.rev_from <= $1 AND f.rev_to > $1",
        );
        for condition in self.conditions(statements, scope, &Filter::default(), "h.asked", &mut values).await? {
            sql.push_str(" AND ");
            sql.push_str(&condition);
        }
        statements.int(sql, &values).await
    }
}
