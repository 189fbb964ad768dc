//! What devices did, taken in once each however often and in whatever order it comes.
//!
//! An operation is applied by what it says alone: answers are versions, attempts and pictures are sets, and a task's state
//! goes by its own rules. So of two devices none undoes the other, and a line that drops or repeats changes nothing. What
//! comes for a task that is over, or has gone elsewhere, is kept and shown, and never thrown away.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value as Json;

use super::act::{Act, Bearer, Operation, Taken, TakenState};
use super::book::Book;
use super::issue::{Maker, Round, write_round};
use super::item::{ITEM, Version, version_row};
use super::reconcile::reason_chinese;
use super::row::{HOUSEHOLD, Household, State, Task, household_of, is_id, is_mark};
use super::subject::{Judge, subjects, task_by};
use crate::RegistryError;
use crate::area::Areas;
use crate::audit::{self, Entry};
use crate::clock::now_ms;
use crate::registry::Registry;
use crate::store::{Transaction, Value, values};

/// The longest value, in bytes of JSON.
const LONGEST: usize = 4_000;
/// How far a device's clock may be ahead, in milliseconds: five minutes.
const AHEAD: i64 = 300_000;

fn done() -> (TakenState, String) {
    (TakenState::Done, String::new())
}

fn refused(says: &str) -> (TakenState, String) {
    (TakenState::Refused, says.to_owned())
}

fn later() -> (TakenState, String) {
    (TakenState::Later, String::new())
}

/// What an operation is about.
enum About {
    Task(Box<Task>),
    Household(Household),
}

/// The work on one batch.
struct Work<'a> {
    registry: &'a Registry,
    bearer: &'a Bearer<'a>,
    areas: &'a Areas,
    judge: &'a dyn Judge,
    book: Book,
    visible: i64,
    now: i64,
    rows: Vec<Vec<Value>>,
    /// Versions that came with this batch.
    fresh: BTreeSet<String>,
}

impl Registry {
    /// Takes operations in, in their order, in one transaction. What is answered holds for ever.
    ///
    /// # Errors
    /// [`RegistryError::Lost`] where the device is shut out; a refusal where it is not the account's; where the database does
    /// not answer. Nothing was taken in then.
    pub async fn survey_operations(
        &self,
        bearer: &Bearer<'_>,
        operations: &[Operation],
        judge: &dyn Judge,
    ) -> Result<Vec<Taken>, RegistryError> {
        let mut transaction = self.store.write().await?;
        let areas = self.areas.get(&mut transaction).await?;
        if !bearer.device.is_empty() {
            super::device::known(&mut transaction, bearer.account, bearer.device).await?;
        }
        let known = known(&mut transaction, operations).await?;
        let book = Book::open(&mut transaction).await?;
        let visible = crate::person::visible(&mut transaction).await?;
        let mut work = Work {
            registry: self,
            bearer,
            areas: &areas,
            judge,
            book,
            visible,
            now: now_ms(),
            rows: Vec::new(),
            fresh: BTreeSet::new(),
        };
        let mut taken: Vec<Taken> = Vec::with_capacity(operations.len());
        let mut new: BTreeMap<&str, (TakenState, String)> = BTreeMap::new();
        for operation in operations {
            let (state, says) = match known.get(&operation.id).or_else(|| new.get(operation.id.as_str())) {
                Some(known) => known.clone(),
                None => {
                    let (state, says) = work.take(&mut transaction, operation).await?;
                    if state != TakenState::Later {
                        work.log(operation, state, &says);
                        new.insert(&operation.id, (state, says.clone()));
                    }
                    (state, says)
                }
            };
            taken.push(Taken { id: operation.id.clone(), state, says });
        }
        let Work { book, rows, .. } = work;
        let count = rows.len();
        transaction.insert("survey_operation", &OPERATION, rows).await?;
        book.close(&mut transaction).await?;
        if !bearer.device.is_empty() {
            let sql = "UPDATE survey_device SET seen_at = $1 WHERE id = $2";
            transaction.execute(sql, values![now_ms(), bearer.device]).await?;
        }
        if count > 0 {
            let digest =
                blake3::hash(operations.iter().map(|one| one.id.as_str()).collect::<Vec<_>>().join(" ").as_bytes());
            let subject = format!("survey operations {count} device {}", bearer.device);
            let entry = Entry {
                actor: &bearer.asker.actor,
                action: "survey-operations",
                subject: &subject,
                revision: None,
                digest: digest.as_bytes(),
            };
            audit::append(&mut transaction, entry).await?;
        }
        transaction.commit().await?;
        Ok(taken)
    }

    /// What was taken from a device, ever: operations (those that were refused stay with it), pictures told of, and whole ones.
    ///
    /// # Errors
    /// Where the database does not answer.
    pub async fn survey_counts_of(&self, device: &str) -> Result<[i64; 3], RegistryError> {
        let mut statements = self.store.statements().await?;
        let sql = "SELECT COUNT(*) FROM survey_operation WHERE device = $1 AND state <> 'refused'";
        let operations = statements.int(sql, values![device]).await?;
        let sql = "SELECT COUNT(*), COALESCE(SUM(whole), 0) FROM survey_photo WHERE device = $1";
        // PostgreSQL sums integers as decimals
        let sql = sql.replace("COALESCE(SUM(whole), 0)", "CAST(COALESCE(SUM(whole), 0) AS BIGINT)");
        let photos = statements.first(sql, values![device]).await?;
        Ok([operations, photos.as_ref().map_or(0, |row| row.int(0)), photos.as_ref().map_or(0, |row| row.int(1))])
    }
}

const OPERATION: [&str; 9] = ["id", "device", "number", "kind", "subject", "at", "came_at", "state", "says"];

/// What was answered before.
async fn known(
    transaction: &mut Transaction,
    operations: &[Operation],
) -> Result<BTreeMap<String, (TakenState, String)>, RegistryError> {
    let mut known = BTreeMap::new();
    for chunk in operations.chunks(500) {
        let sql = format!(
            "SELECT id, state, says FROM survey_operation WHERE id IN ({})",
            crate::store::list(1, chunk.len())
        );
        let ids: Vec<Value> = chunk.iter().map(|operation| operation.id.as_str().into()).collect();
        for row in transaction.all(sql, &ids).await? {
            known.insert(row.text(0).to_owned(), (TakenState::from_word(row.text(1)), row.text(2).to_owned()));
        }
    }
    Ok(known)
}

impl Work<'_> {
    fn log(&mut self, operation: &Operation, state: TakenState, says: &str) {
        self.rows.push(vec![
            operation.id.as_str().into(),
            self.bearer.device.into(),
            operation.n.into(),
            operation.act.kind().into(),
            operation.act.subject().into(),
            operation.at.into(),
            self.now.into(),
            state.as_str().into(),
            says.into(),
        ]);
    }

    /// When it was done: a clock that is far ahead would win every dispute.
    fn time(&self, at: i64) -> i64 {
        if at > self.now + AHEAD { self.now } else { at }
    }

    async fn take(
        &mut self,
        transaction: &mut Transaction,
        operation: &Operation,
    ) -> Result<(TakenState, String), RegistryError> {
        let subject = operation.act.subject();
        if !is_id(&operation.id) || !is_mark(subject) {
            return Ok(refused("这项操作的标识不合规定。"));
        }
        let at = self.time(operation.at);
        match &operation.act {
            Act::Household { household, village } => return self.household(transaction, household, village).await,
            Act::Person { task, household } => return self.person(transaction, task, household).await,
            _ => {}
        }
        let Some(about) = self.about(transaction, subject).await? else { return Ok(later()) };
        let area = match &about {
            About::Task(task) => task.area.as_str(),
            About::Household(household) => household.village.as_str(),
        };
        let ours = self.areas.reached(&self.bearer.asker.scope, area);
        if !ours && !self.was_ours(transaction, &about).await? {
            return Ok(refused("这个人或这户不在您的范围内。"));
        }
        let state = match &operation.act {
            Act::Set { item, value, bases, .. } => {
                let version = Version {
                    op: operation.id.clone(),
                    subject: subject.to_owned(),
                    item: item.clone(),
                    value: value.clone(),
                    bases: bases.clone(),
                    at,
                    actor: self.bearer.asker.actor.clone(),
                    device: self.bearer.device.to_owned(),
                    rev: self.visible,
                };
                self.set(transaction, &version).await?
            }
            Act::Visit { found, note, .. } => self.visit(transaction, operation, &about, found, note, at).await?,
            Act::Photo { item, photo, sha256, bytes, media, .. } => {
                self.photo(transaction, subject, item, photo, sha256, *bytes, media, at).await?
            }
            Act::Unphoto { photo, .. } => {
                let sql = "UPDATE survey_photo SET gone = $1 WHERE id = $2 AND subject = $3 AND gone IS NULL";
                let row = values![operation.id.as_str(), photo.as_str(), subject];
                let changed = transaction.execute(sql, row).await?;
                let sql = "SELECT COUNT(*) FROM survey_photo WHERE id = $1 AND subject = $2";
                let there = changed > 0 || transaction.int(sql, values![photo.as_str(), subject]).await? > 0;
                if there { done() } else { later() }
            }
            Act::Submit { .. } | Act::Reopen { .. } => match &about {
                About::Household(_) => refused("家庭封面页不用提交，随各人的表一起交。"),
                About::Task(task) if !ours => {
                    self.keep(transaction, task, "任务已转到别处，表已存下，由那里核对。").await?
                }
                About::Task(task) if matches!(operation.act, Act::Submit { .. }) => {
                    self.submit(transaction, task, at).await?
                }
                About::Task(task) => self.reopen(transaction, task).await?,
            },
            Act::Household { .. } | Act::Person { .. } => done(),
        };
        if state.0 != TakenState::Done {
            return Ok(state);
        }
        match about {
            About::Task(task) => self.touched(transaction, &task, ours, &operation.act).await,
            About::Household(household) => {
                self.book.touch(Some(household.id));
                Ok(done())
            }
        }
    }

    /// What a key is of.
    async fn about(&self, transaction: &mut Transaction, subject: &str) -> Result<Option<About>, RegistryError> {
        if let Some(task) = task_by(transaction, subject).await? {
            return Ok(Some(About::Task(Box::new(task))));
        }
        let sql = format!("SELECT {} FROM survey_household WHERE mark = $1", HOUSEHOLD.join(", "));
        Ok(transaction.first(sql, values![subject]).await?.map(|row| About::Household(household_of(&row, 0))))
    }

    /// Whether something that lies elsewhere now was the bearer's to visit: then what they did there is not lost.
    async fn was_ours(&self, transaction: &mut Transaction, about: &About) -> Result<bool, RegistryError> {
        let About::Task(task) = about else { return Ok(false) };
        let scope = &self.bearer.asker.scope;
        if self.areas.reached(scope, &task.issued) {
            return Ok(true);
        }
        let sql = "SELECT from_area FROM survey_transfer WHERE task = $1 AND state = 'accepted'";
        let rows = transaction.all(sql, values![task.id]).await?;
        Ok(rows.iter().any(|row| self.areas.reached(scope, row.text(0))))
    }

    async fn set(
        &mut self,
        transaction: &mut Transaction,
        version: &Version,
    ) -> Result<(TakenState, String), RegistryError> {
        let text = version.value.to_string();
        let texts = match &version.value {
            Json::String(_) => true,
            Json::Array(values) => values.iter().all(Json::is_string),
            _ => false,
        };
        let named = !version.item.is_empty()
            && version.item.len() <= 60
            && version
                .item
                .bytes()
                .all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || matches!(byte, b'_' | b'.'));
        if !texts || text.len() > LONGEST || !named || version.bases.len() > 50 {
            return Ok(refused("这个答案太长，或写法不合规定。"));
        }
        // a version rests on versions that are there: so none can rest on itself
        let bases: Vec<&String> = version.bases.iter().filter(|base| !self.fresh.contains(*base)).collect();
        if version.bases.contains(&version.op) || !bases.iter().all(|base| is_id(base)) {
            return Ok(refused("这个答案所依据的版本不合规定。"));
        }
        if !bases.is_empty() {
            let mut values: Vec<Value> = vec![version.subject.as_str().into(), version.item.as_str().into()];
            values.extend(bases.iter().map(|base| Value::from(base.as_str())));
            let sql = format!(
                "SELECT COUNT(*) FROM survey_item WHERE subject = $1 AND item = $2 AND op IN ({})",
                crate::store::list(3, bases.len())
            );
            if transaction.int(sql, &values).await? < bases.len() as i64 {
                return Ok(later());
            }
        }
        transaction.insert("survey_item", &ITEM, vec![version_row(version)]).await?;
        self.fresh.insert(version.op.clone());
        Ok(done())
    }

    async fn visit(
        &mut self,
        transaction: &mut Transaction,
        operation: &Operation,
        about: &About,
        found: &str,
        note: &str,
        at: i64,
    ) -> Result<(TakenState, String), RegistryError> {
        if !matches!(found, "met" | "absent" | "phone") || note.chars().count() > 200 {
            return Ok(refused("上门记录不合规定：说明最多 200 个字。"));
        }
        let (subject, household) = match about {
            About::Task(task) => (&task.mark, task.household),
            About::Household(household) => (&household.mark, Some(household.id)),
        };
        let sql = "INSERT INTO survey_visit (op, subject, found, note, at, actor, device) \
                   VALUES ($1, $2, $3, $4, $5, $6, $7)";
        let (actor, device) = (self.bearer.asker.actor.as_str(), self.bearer.device);
        let row: &[Value] = values![operation.id.as_str(), subject.as_str(), found, note, at, actor, device];
        transaction.execute(sql, row).await?;
        self.book.touch(household);
        Ok(done())
    }

    #[expect(clippy::too_many_arguments, reason = "the particulars of an operation")]
    async fn photo(
        &mut self,
        transaction: &mut Transaction,
        subject: &str,
        item: &str,
        photo: &str,
        sha256: &str,
        bytes: i64,
        media: &str,
        at: i64,
    ) -> Result<(TakenState, String), RegistryError> {
        let digest: Option<Vec<u8>> =
            (0..32).map(|at| sha256.get(2 * at..2 * at + 2).and_then(|two| u8::from_str_radix(two, 16).ok())).collect();
        let Some(digest) = digest.filter(|_| sha256.len() == 64) else {
            return Ok(refused("照片的摘要不合规定。"));
        };
        let named = item.starts_with("photo.") || item.starts_with("signature");
        if !is_id(photo) || !named || item.len() > 60 || !(1..=super::photo::MOST).contains(&bytes) {
            return Ok(refused("照片是空的，或超过 8 MB。"));
        }
        if !matches!(media, "image/jpeg" | "image/png" | "image/webp") {
            return Ok(refused("照片的格式不认识，请用 JPEG 或 PNG。"));
        }
        let (actor, device) = (self.bearer.asker.actor.clone(), self.bearer.device.to_owned());
        super::photo::note(transaction, photo, subject, item, &digest, bytes, media, at, &actor, &device).await?;
        let sql = "SELECT subject FROM survey_photo WHERE id = $1";
        let owner = transaction.first(sql, values![photo]).await?;
        Ok(if owner.is_some_and(|row| row.text(0) == subject) {
            done()
        } else {
            refused("照片的标识已被使用。")
        })
    }

    async fn household(
        &mut self,
        transaction: &mut Transaction,
        mark: &str,
        village: &str,
    ) -> Result<(TakenState, String), RegistryError> {
        let is_village = self.areas.get(village).is_some_and(|area| area.level == "village");
        if !is_village || !self.areas.reached(&self.bearer.asker.scope, village) {
            return Ok(refused("新增的户要在您负责的村（社区）。"));
        }
        if self.about(transaction, mark).await?.is_some() {
            return Ok(refused("户的标识已被使用。"));
        }
        let id = transaction.int("SELECT COALESCE(MAX(id), 0) + 1 FROM survey_household", &[]).await?;
        let household = Household {
            id,
            mark: mark.to_owned(),
            village: village.to_owned(),
            hash: 0,
            added: true,
            live: 0,
            visited: false,
            seq: 0,
        };
        self.book.put_household(transaction, household).await?;
        Ok(done())
    }

    async fn person(
        &mut self,
        transaction: &mut Transaction,
        mark: &str,
        household: &str,
    ) -> Result<(TakenState, String), RegistryError> {
        let Some(About::Household(household)) = self.about(transaction, household).await? else { return Ok(later()) };
        if !self.areas.reached(&self.bearer.asker.scope, &household.village) {
            return Ok(refused("这户不在您的范围内。"));
        }
        if self.about(transaction, mark).await?.is_some() {
            return Ok(refused("人的标识已被使用。"));
        }
        let round = self.spot(transaction, &household.village).await?;
        let sql = "SELECT COALESCE(MAX(version), 1) FROM survey_task WHERE form = 'person'";
        let version = transaction.int(sql, &[]).await?;
        let mut maker = Maker::new(self.registry, transaction, round, None, version).await?;
        let task = maker.task(&mut self.book, "person", &household.village, "added")?;
        let task = Task { mark: mark.to_owned(), household: Some(household.id), added: true, ..task };
        self.book.add_now(transaction, task).await?;
        self.book.touch(Some(household.id));
        Ok(done())
    }

    /// The round of those who are found on the spot; it is made with the first of them.
    async fn spot(&self, transaction: &mut Transaction, village: &str) -> Result<i64, RegistryError> {
        let sql = "SELECT id FROM survey_round WHERE kind = 'spot' ORDER BY id LIMIT 1";
        let id = match transaction.first(sql, &[]).await? {
            Some(row) => row.int(0),
            None => {
                let id = transaction.int("SELECT COALESCE(MAX(id), 0) + 1 FROM survey_round", &[]).await?;
                let area = self.areas.city().unwrap_or_default().to_owned();
                let (name, kind) = ("入户时新增的人".to_owned(), "spot".to_owned());
                let made_by = self.bearer.asker.actor.clone();
                let round = Round { id, name, kind, area, due: None, tasks: 0, made_by, made_at: self.now };
                write_round(transaction, &round, "{}", 0, self.visible).await?;
                id
            }
        };
        super::stage::reach(transaction, &self.bearer.asker.actor, id, village).await?;
        Ok(id)
    }

    async fn submit(
        &mut self,
        transaction: &mut Transaction,
        task: &Task,
        at: i64,
    ) -> Result<(TakenState, String), RegistryError> {
        match task.state {
            State::Open | State::Returned => {}
            State::Submitted => return Ok(done()),
            State::Approved => {
                return self.keep(transaction, task, "此人的表已经核准，您写的内容已存下，由镇上核对。").await;
            }
            State::Exempt => {
                let says = format!("{}；您写的内容已存下，由镇上核对。", reason_chinese(&task.reason));
                return self.keep(transaction, task, says.trim_start_matches('；')).await;
            }
        }
        let found = subjects(self.registry, transaction, vec![task.clone()]).await?;
        let Some(subject) = found.first() else { return Ok(later()) };
        let judged = self.judge.judge(subject);
        if !judged.complete {
            return Ok(refused(&judged.says));
        }
        let after = Task {
            state: State::Submitted,
            outcome: judged.outcome,
            submitted_at: Some(at.min(self.now)),
            submitted_by: Some(self.bearer.asker.actor.clone()),
            checker: None,
            ..task.clone()
        };
        self.book.note(task.id, "submit", &self.bearer.asker.actor, "", "");
        self.book.change(transaction, task, after).await?;
        Ok(done())
    }

    async fn reopen(
        &mut self,
        transaction: &mut Transaction,
        task: &Task,
    ) -> Result<(TakenState, String), RegistryError> {
        if task.state.is_open() {
            return Ok(done());
        }
        if task.state != State::Submitted || task.checker.is_some() {
            return Ok(refused("镇上已经核对，不能再收回；要改请联系镇上退回。"));
        }
        let after =
            Task { state: State::Open, outcome: String::new(), submitted_at: None, submitted_by: None, ..task.clone() };
        self.book.note(task.id, "reopen", &self.bearer.asker.actor, "", "");
        self.book.change(transaction, task, after).await?;
        Ok(done())
    }

    /// What came for a task that is over or has gone elsewhere: kept, and shown to whoever decides.
    async fn keep(
        &mut self,
        transaction: &mut Transaction,
        task: &Task,
        says: &str,
    ) -> Result<(TakenState, String), RegistryError> {
        if !task.late {
            self.book.note(task.id, "late", &self.bearer.asker.actor, says, "");
            self.book.change(transaction, task, Task { late: true, ..task.clone() }).await?;
        }
        Ok((TakenState::Kept, says.to_owned()))
    }

    /// After an answer, an attempt or a picture: the task has changed for other devices; over, it is marked.
    async fn touched(
        &mut self,
        transaction: &mut Transaction,
        task: &Task,
        ours: bool,
        act: &Act,
    ) -> Result<(TakenState, String), RegistryError> {
        if matches!(act, Act::Submit { .. } | Act::Reopen { .. }) {
            return Ok(done());
        }
        match task.state {
            _ if !ours => self.keep(transaction, task, "任务已转到别处，写的内容已存下，由那里核对。").await,
            State::Approved => self.keep(transaction, task, "此人的表已经核准，写的内容已存下，由镇上核对。").await,
            State::Exempt => {
                let says = format!("{}；写的内容已存下，由镇上核对。", reason_chinese(&task.reason));
                self.keep(transaction, task, says.trim_start_matches('；')).await
            }
            State::Open | State::Returned | State::Submitted => {
                self.book.change(transaction, task, task.clone()).await?;
                Ok(done())
            }
        }
    }
}
