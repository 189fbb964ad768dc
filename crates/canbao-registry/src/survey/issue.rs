//! Issuing (下发): a list of people becomes tasks, grouped by household.

use ahash::AHashMap;
use canbao_domain::date::Date;
use canbao_domain::rules::Category;
use canbao_domain::scope::Scope;
use serde::{Deserialize, Serialize};

use super::book::Book;
use super::row::{Household, State, Task};
use crate::RegistryError;
use crate::area::Areas;
use crate::audit::{self, Entry};
use crate::clock::now_ms;
use crate::private::{Key, Kind, address_hash};
use crate::query::Asker;
use crate::registry::Registry;
use crate::store::{Row, Transaction, Value, values};

/// People read at once.
const A_PAGE: i64 = 20_000;

/// Whose place counts (按户籍地或常住地).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Populations {
    /// All who are known here: the registered by their household register, others by where they live.
    All,
    /// 户籍人口 alone, where they are registered.
    Registered,
    /// 非户籍常住人口 alone, where they live.
    Resident,
}

/// How far a round is passed on at once.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Reach {
    /// To the counties, which pass it on.
    County,
    /// To the towns.
    Town,
    /// To the villages: collectors see it at once.
    Village,
}

/// What is to be issued.
#[derive(Clone, Debug)]
pub struct Issue {
    /// What it is called: 2016 年第一批.
    pub name: String,
    /// For which area; the asker's whole scope where none is named.
    pub area: Option<String>,
    /// People of which categories; none for employers.
    pub categories: Vec<Category>,
    /// Whose place counts.
    pub people: Populations,
    /// Rows that are nobody's, too.
    pub rows: bool,
    /// Employers that are not confirmed, too.
    pub units: bool,
    /// Until when, `yyyy-mm-dd`.
    pub due: Option<String>,
    /// How far it is passed on.
    pub reach: Reach,
    /// The versions of the forms of people and of employers.
    pub versions: (i64, i64),
}

/// What was issued.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Issued {
    /// The round's number; 0 where nobody was to be issued, and none was made.
    pub round: i64,
    /// Its tasks.
    pub tasks: i64,
    /// Households that are new with it.
    pub households: i64,
}

/// A round (批次).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Round {
    /// Its number.
    pub id: i64,
    /// What it is called.
    pub name: String,
    /// `people`, `units`, `supplement`, `spot`.
    pub kind: String,
    /// For which area.
    pub area: String,
    /// Until when.
    pub due: Option<String>,
    /// Its tasks when it was made.
    pub tasks: i64,
    /// Who made it.
    pub made_by: String,
    /// When, milliseconds since 1970.
    pub made_at: i64,
}

pub(super) const ROUND: &str = "id, name, kind, area, due, tasks, made_by, made_at";

pub(super) fn round_of(row: &Row) -> Round {
    Round {
        id: row.int(0),
        name: row.text(1).to_owned(),
        kind: row.text(2).to_owned(),
        area: row.text(3).to_owned(),
        due: row.maybe_text(4).map(str::to_owned),
        tasks: row.int(5),
        made_by: row.text(6).to_owned(),
        made_at: row.int(7),
    }
}

/// Who is to be visited, as the record shows them.
pub(super) struct Wanted {
    pub(super) person: i64,
    pub(super) area: String,
    household_hash: Option<i64>,
    address: Option<String>,
    category: String,
}

/// What a person is read from, `p`.
pub(super) const WANTED: &str = "p.person, p.area, p.household_hash, p.address, p.category";

pub(super) fn wanted_of(row: &Row) -> Wanted {
    Wanted {
        person: row.int(0),
        area: row.text(1).to_owned(),
        household_hash: row.maybe_int(2),
        address: row.maybe_text(3).map(str::to_owned),
        category: row.text(4).to_owned(),
    }
}

/// Makes tasks of people, area by area, each with its household.
pub(super) struct Maker<'a> {
    registry: &'a Registry,
    pub(super) round: i64,
    pub(super) due: Option<String>,
    version: i64,
    rev: i64,
    next_task: i64,
    next_household: i64,
    /// The area at hand, and its households by hash.
    at: String,
    known: AHashMap<i64, i64>,
    pub(super) tasks: i64,
    pub(super) households: i64,
}

impl<'a> Maker<'a> {
    pub(super) async fn new(
        registry: &'a Registry,
        transaction: &mut Transaction,
        round: i64,
        due: Option<String>,
        version: i64,
    ) -> Result<Self, RegistryError> {
        Ok(Self {
            registry,
            round,
            due,
            version,
            rev: crate::person::visible(transaction).await?,
            next_task: transaction.int("SELECT COALESCE(MAX(id), 0) + 1 FROM survey_task", &[]).await?,
            next_household: transaction.int("SELECT COALESCE(MAX(id), 0) + 1 FROM survey_household", &[]).await?,
            at: String::new(),
            known: AHashMap::new(),
            tasks: 0,
            households: 0,
        })
    }

    /// The task of one person; they come in the order of areas.
    pub(super) async fn person(
        &mut self,
        transaction: &mut Transaction,
        book: &mut Book,
        wanted: &Wanted,
    ) -> Result<(), RegistryError> {
        let hash = hash_of(&self.registry.key, wanted);
        let household = self.household(transaction, book, &wanted.area, hash).await?;
        let task = self.task(book, "person", &wanted.area, &wanted.category)?;
        self.put(transaction, book, Task { household: Some(household), person: Some(wanted.person), ..task }).await
    }

    /// A household by its hash, which is made where it is not there; 0 makes one that stands alone.
    pub(super) async fn household(
        &mut self,
        transaction: &mut Transaction,
        book: &mut Book,
        area: &str,
        hash: i64,
    ) -> Result<i64, RegistryError> {
        if self.at != area {
            area.clone_into(&mut self.at);
            self.known.clear();
            let sql = "SELECT hash, id FROM survey_household WHERE village = $1 AND hash <> 0";
            for row in transaction.all(sql, values![area]).await? {
                self.known.insert(row.int(0), row.int(1));
            }
        }
        if let Some(known) = self.known.get(&hash).filter(|_| hash != 0) {
            book.touch(Some(*known));
            return Ok(*known);
        }
        let id = self.next_household;
        self.next_household += 1;
        self.households += 1;
        let mark = book.mark()?;
        let village = area.to_owned();
        book.add_household(Household { id, mark, village, hash, added: false, live: 0, visited: false, seq: 0 });
        book.touch(Some(id));
        if hash != 0 {
            self.known.insert(hash, id);
        }
        Ok(id)
    }

    /// A task about nobody yet.
    pub(super) fn task(
        &mut self,
        book: &mut Book,
        form: &str,
        area: &str,
        category: &str,
    ) -> Result<Task, RegistryError> {
        let id = self.next_task;
        self.next_task += 1;
        Ok(Task {
            id,
            mark: book.mark()?,
            round: self.round,
            household: None,
            form: form.to_owned(),
            person: None,
            unit: None,
            finding: None,
            issued: area.to_owned(),
            area: area.to_owned(),
            collector: None,
            state: State::Open,
            outcome: String::new(),
            category: category.to_owned(),
            due: self.due.clone(),
            version: self.version,
            reason: String::new(),
            before: String::new(),
            late: false,
            checker: None,
            added: false,
            submitted_at: None,
            submitted_by: None,
            rev: self.rev,
            seq: 0,
        })
    }

    pub(super) async fn put(
        &mut self,
        transaction: &mut Transaction,
        book: &mut Book,
        task: Task,
    ) -> Result<(), RegistryError> {
        book.add(transaction, task).await?;
        self.tasks += 1;
        Ok(())
    }
}

/// By what a household is known: its number, else its address; 0 where there is neither (no 户号: same address, else alone).
fn hash_of(key: &Key, wanted: &Wanted) -> i64 {
    let by_address = || wanted.address.as_deref().and_then(|address| address_hash(key, &wanted.area, address));
    wanted.household_hash.or_else(by_address).unwrap_or_default()
}

/// The condition of who is to be visited among people `p`, `$1` the revision.
pub(super) fn whom(categories: &[Category], people: Populations, values: &mut Vec<Value>) -> String {
    let from = values.len() + 1;
    values.extend(categories.iter().map(|category| Value::from(category.as_str())));
    let categories = crate::store::list(from, categories.len());
    let people = match people {
        Populations::All => "p.population IN ('registered', 'resident')",
        Populations::Registered => "p.population = 'registered'",
        Populations::Resident => "p.population = 'resident'",
    };
    format!(
        "p.rev_from <= $1 AND p.rev_to > $1 AND p.state = 'current' AND p.category IN ({categories}) AND {people} \
         AND NOT EXISTS (SELECT 1 FROM survey_task t WHERE t.person = p.person \
         AND (t.state <> 'exempt' OR t.area = p.area))"
    )
}

impl Registry {
    /// Issues a round: everybody of its categories who has no task yet gets one, where they are registered or live; households
    /// are kept together. Nobody is issued twice. With units, employers that are not confirmed lie with their county.
    ///
    /// # Errors
    /// Where its name is blank, its day past or none, its area out of reach, nothing is wanted, or the database does not
    /// answer.
    pub async fn survey_issue(&self, asker: &Asker, issue: &Issue, today: Date) -> Result<Issued, RegistryError> {
        let name = sound(issue)?;
        let due = super::stage::due(issue.due.as_deref(), today)?;
        let mut reader = self.store.read().await?;
        let mut transaction = self.store.write().await?;
        let visible = crate::person::visible(&mut transaction).await?;
        let areas = self.areas.get(&mut transaction).await?;
        let (area, everywhere) = place_of(asker, issue, &areas)?;
        let round = transaction.int("SELECT COALESCE(MAX(id), 0) + 1 FROM survey_round", &[]).await?;
        let mut book = Book::open(&mut transaction).await?;
        let mut maker = Maker::new(self, &mut transaction, round, due.clone(), issue.versions.0).await?;
        let codes = areas.reporting_to(&area);
        if !issue.categories.is_empty() {
            let mut fixed: Vec<Value> = vec![visible.into()];
            let mut whom = whom(&issue.categories, issue.people, &mut fixed);
            if !everywhere {
                whom = format!("{whom} AND {}", areas.condition("p.area", &codes, &mut fixed));
            }
            let (mut from_area, mut from_person) = (String::new(), -1_i64);
            loop {
                let mut values = fixed.clone();
                values.extend([Value::from(from_area.as_str()), from_person.into(), A_PAGE.into()]);
                let at = values.len();
                let sql = format!(
                    "SELECT {WANTED} FROM person p WHERE {whom} AND (p.area, p.person) > (${}, ${}) \
                     ORDER BY p.area, p.person LIMIT ${at}",
                    at - 2,
                    at - 1
                );
                let page: Vec<Wanted> = reader.all(sql, &values).await?.iter().map(wanted_of).collect();
                let Some(last) = page.last() else { break };
                (from_area, from_person) = (last.area.clone(), last.person);
                let more = page.len() as i64 == A_PAGE;
                for wanted in &page {
                    maker.person(&mut transaction, &mut book, wanted).await?;
                }
                if !more {
                    break;
                }
            }
        }
        if issue.rows {
            self.issue_rows(&mut transaction, &mut book, &mut maker, &areas, &codes, everywhere).await?;
        }
        if issue.units {
            maker.version = issue.versions.1;
            self.issue_units(&mut transaction, &mut book, &mut maker, &areas, &codes, everywhere).await?;
        }
        let Maker { tasks, households, .. } = maker;
        if tasks == 0 {
            transaction.rollback().await?;
            return Ok(Issued { round: 0, tasks: 0, households: 0 });
        }
        let wanted = serde_json::json!({
            "categories": issue.categories.iter().map(|category| category.as_str()).collect::<Vec<_>>(),
            "people": issue.people, "rows": issue.rows, "units": issue.units, "reach": issue.reach,
        });
        let kind = if issue.categories.is_empty() && !issue.rows { "units" } else { "people" };
        write_round(
            &mut transaction,
            &Round {
                id: round,
                name: name.to_owned(),
                kind: kind.to_owned(),
                area: area.clone(),
                due: due.clone(),
                tasks,
                made_by: asker.actor.clone(),
                made_at: now_ms(),
            },
            &wanted.to_string(),
            households,
            visible,
        )
        .await?;
        super::stage::pass_from(&mut transaction, &areas, &asker.actor, round, &area, due.as_deref(), issue.reach)
            .await?;
        book.close(&mut transaction).await?;
        let subject = format!("survey round {round} area {area} tasks {tasks}");
        let entry =
            Entry { actor: &asker.actor, action: "survey-issue", subject: &subject, revision: None, digest: &[] };
        audit::append(&mut transaction, entry).await?;
        transaction.commit().await?;
        Ok(Issued { round, tasks, households })
    }

    /// How many people (with rows that are nobody's) and employers a round would issue.
    ///
    /// # Errors
    /// As [`Registry::survey_issue`].
    pub async fn survey_would_issue(
        &self,
        asker: &Asker,
        issue: &Issue,
        today: Date,
    ) -> Result<(i64, i64), RegistryError> {
        sound(issue)?;
        super::stage::due(issue.due.as_deref(), today)?;
        let mut statements = self.store.statements().await?;
        let areas = self.areas.get(&mut statements).await?;
        let (area, everywhere) = place_of(asker, issue, &areas)?;
        let codes = areas.reporting_to(&area);
        let visible = crate::person::visible(&mut statements).await?;
        let (mut people, mut units) = (0, 0);
        let within = |column: &str, values: &mut Vec<Value>| {
            if everywhere { "1 = 1".to_owned() } else { areas.condition(column, &codes, values) }
        };
        if !issue.categories.is_empty() {
            let mut values: Vec<Value> = vec![visible.into()];
            let whom = whom(&issue.categories, issue.people, &mut values);
            let lies = within("p.area", &mut values);
            people += statements.int(format!("SELECT COUNT(*) FROM person p WHERE {whom} AND {lies}"), &values).await?;
        }
        if issue.rows {
            let mut values: Vec<Value> = vec![visible.into()];
            let lies = within("f.area", &mut values);
            people +=
                statements.int(format!("SELECT COUNT(*) FROM finding f WHERE {ROWS} AND {lies}"), &values).await?;
        }
        if issue.units {
            let mut values: Vec<Value> = vec![visible.into()];
            let lies = within("u.county", &mut values);
            units = statements.int(format!("SELECT COUNT(*) FROM unit u WHERE {UNITS} AND {lies}"), &values).await?;
        }
        Ok((people, units))
    }

    /// Rows that are nobody's, where they are not known to belong.
    async fn issue_rows(
        &self,
        transaction: &mut Transaction,
        book: &mut Book,
        maker: &mut Maker<'_>,
        areas: &Areas,
        codes: &[&str],
        everywhere: bool,
    ) -> Result<(), RegistryError> {
        let visible = crate::person::visible(transaction).await?;
        let mut values: Vec<Value> = vec![visible.into()];
        let mut sql = format!("SELECT f.id, f.area FROM finding f WHERE {ROWS}");
        if !everywhere {
            sql = format!("{sql} AND {}", areas.condition("f.area", codes, &mut values));
        }
        for row in transaction.all(format!("{sql} ORDER BY f.area, f.id"), &values).await? {
            let area = place(row.text(1), areas);
            let household = maker.household(transaction, book, &area, 0).await?;
            let task = maker.task(book, "person", &area, "row-unresolved")?;
            maker
                .put(transaction, book, Task { household: Some(household), finding: Some(row.int(0)), ..task })
                .await?;
        }
        Ok(())
    }

    /// Employers that are not confirmed, with the county that they are of.
    async fn issue_units(
        &self,
        transaction: &mut Transaction,
        book: &mut Book,
        maker: &mut Maker<'_>,
        areas: &Areas,
        codes: &[&str],
        everywhere: bool,
    ) -> Result<(), RegistryError> {
        let visible = crate::person::visible(transaction).await?;
        let sql = format!("SELECT u.id, u.county, u.category FROM unit u WHERE {UNITS} ORDER BY u.county, u.id");
        for row in transaction.all(sql, values![visible]).await? {
            let area = place(row.text(1), areas);
            if !everywhere && codes.binary_search(&area.as_str()).is_err() {
                continue;
            }
            let task = maker.task(book, "unit", &area, row.text(2))?;
            maker.put(transaction, book, Task { unit: Some(row.int(0)), ..task }).await?;
        }
        Ok(())
    }

    /// The rounds that concern a scope, the newest first.
    ///
    /// # Errors
    /// Where the database does not answer.
    pub async fn survey_rounds(&self, scope: &Scope) -> Result<Vec<Round>, RegistryError> {
        let mut statements = self.store.statements().await?;
        let areas = self.areas.get(&mut statements).await?;
        let rows = statements.all(format!("SELECT {ROUND} FROM survey_round ORDER BY id DESC"), &[]).await?;
        let rounds = rows.iter().map(round_of);
        // a round of an area above concerns them as one below does
        let own: Option<Vec<&str>> = scope.areas().map(|areas| areas.iter().map(String::as_str).collect());
        let concerns = |round: &Round| {
            let above = |own: &&str| areas.reports_to(own, &round.area) || areas.reports_to(&round.area, own);
            own.as_ref().is_none_or(|own| own.iter().any(above))
        };
        Ok(rounds.filter(concerns).collect())
    }
}

/// Rows `f` that are nobody's and have no task, at revision `$1`.
const ROWS: &str = "f.kind = 'row-unresolved' AND f.person IS NULL AND f.rev_from <= $1 AND f.rev_to > $1 \
                    AND NOT EXISTS (SELECT 1 FROM survey_task t WHERE t.finding = f.id)";
/// Employers `u` that are not confirmed and have no task, at revision `$1`.
const UNITS: &str = "u.rev_from <= $1 AND u.rev_to > $1 AND u.category IN ('uninsured', 'unregistered', 'information') \
                     AND NOT EXISTS (SELECT 1 FROM survey_task t WHERE t.unit = u.id AND t.state <> 'exempt')";

/// The name of what is to be issued, where it says enough.
fn sound(issue: &Issue) -> Result<&str, RegistryError> {
    let name = issue.name.trim();
    if name.is_empty() || name.chars().count() > 40 {
        return Err(RegistryError::refused_at("name", "批次要有名称，最多 40 个字。", "例如：2016 年第一批。"));
    }
    if issue.categories.is_empty() && !issue.units && !issue.rows {
        return Err(RegistryError::refused_at("categories", "没有选要入户的对象。", "请至少选一类人员或单位。"));
    }
    Ok(name)
}

/// The area that a round is for, and whether that is everybody.
fn place_of(asker: &Asker, issue: &Issue, areas: &Areas) -> Result<(String, bool), RegistryError> {
    let own = asker.scope.areas().and_then(|areas| areas.first().cloned());
    let area = issue.area.clone().or(own).or_else(|| areas.city().map(str::to_owned)).unwrap_or_default();
    if areas.get(&area).is_none() || !areas.reached(&asker.scope, &area) {
        return Err(RegistryError::refused_at("area", "没有这个区划，或不在您的范围内。", "请从您管理的区划中选择。"));
    }
    let everywhere = asker.scope.areas().is_none() && areas.city() == Some(area.as_str());
    Ok((area, everywhere))
}

/// The area itself where it is open; else the city's.
fn place(area: &str, areas: &Areas) -> String {
    let known = areas.get(area).map(|_| area).or_else(|| areas.city());
    known.unwrap_or_default().to_owned()
}

pub(super) async fn write_round(
    transaction: &mut Transaction,
    round: &Round,
    wanted: &str,
    households: i64,
    revision: i64,
) -> Result<(), RegistryError> {
    let sql = "INSERT INTO survey_round (id, name, kind, area, wanted, due, tasks, households, revision, made_by, made_at) \
               VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)";
    let row: &[Value] = values![
        round.id,
        round.name.as_str(),
        round.kind.as_str(),
        round.area.as_str(),
        wanted,
        round.due.clone(),
        round.tasks,
        households,
        revision,
        round.made_by.as_str(),
        round.made_at
    ];
    transaction.execute(sql, row).await.map(drop)
}

/// The hash of a household by its number.
pub(super) fn household_hash(key: &Key, number: &str) -> i64 {
    key.hash(Kind::Household, number)
}
