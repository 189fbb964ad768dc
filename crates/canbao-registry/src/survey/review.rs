//! Review (审核): the town checks, the county approves; what is approved becomes the record. Whoever handed a form in does not
//! check it, and whoever checked it does not approve it.

use canbao_domain::date::Date;
use canbao_domain::rules::{InsuranceState, Item, ItemSet};
use canbao_domain::standard;

use super::book::Book;
use super::row::{State, Task};
use super::stage::own_tasks;
use super::subject::{Subject, subjects, task_by};
use crate::RegistryError;
use crate::apply::{item as item_of, set_item};
use crate::change::{Confirmed, NewPerson, Procedure, check_new, confirm, effect, wishes};
use crate::clock::{day_of, now_ms};
use crate::hand::Hand;
use crate::person::{Finding, Origin, State as RecordState, Whole, people};
use crate::private::{Kind, normalised};
use crate::query::Asker;
use crate::registry::Registry;
use crate::store::{Transaction, Value, values};

/// What becomes of an approved form. Personal.
#[derive(Clone, Default)]
pub struct Outcome {
    /// Items of the record with what was answered.
    pub items: Vec<(String, String)>,
    /// Whether they died, and on which day.
    pub died: Option<Option<Date>>,
    /// Whether they moved out, when and where to.
    pub moved: Option<(Option<Date>, String)>,
    /// What was said of insurances.
    pub claims: Vec<(String, InsuranceState)>,
    /// What is kept beside the record: item, code, and what is read.
    pub results: Vec<(String, String, String)>,
    /// Somebody who is on no list.
    pub new: Option<NewPerson>,
}

/// Who knows what becomes of a form.
pub trait Approver: Send + Sync {
    /// What becomes of a task's form.
    fn outcome(&self, subject: &Subject) -> Outcome;
}

/// A task that was not approved.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refusal {
    /// Its key.
    pub mark: String,
    /// Why.
    pub says: String,
}

/// What was approved.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Approved {
    /// The revision that shows it; 0 where nothing was.
    pub revision: i64,
    /// Tasks that were.
    pub done: Vec<String>,
    /// Tasks that were not.
    pub refused: Vec<Refusal>,
    /// Answers that were kept and not taken over, because the record knew something later: task and item.
    pub lost: Vec<(String, String)>,
}

impl Registry {
    /// Checks forms in the town.
    ///
    /// # Errors
    /// Where one is out of reach. Those that were not handed in, were checked or are the asker's own are refused one by one.
    pub async fn survey_check(&self, asker: &Asker, marks: &[String]) -> Result<Vec<Refusal>, RegistryError> {
        let mut transaction = self.store.write().await?;
        let tasks = own_tasks(self, &mut transaction, asker, marks).await?;
        let mut book = Book::open(&mut transaction).await?;
        let mut refused = Vec::new();
        for task in &tasks {
            let says = match task {
                Task { state, .. } if *state != State::Submitted => "这份表现在不是已提交。",
                Task { checker: Some(_), .. } => "这份表已经核对过。",
                Task { submitted_by: Some(by), .. } if *by == asker.actor => "自己提交的表要由别人核对。",
                _ => "",
            };
            if !says.is_empty() {
                refused.push(Refusal { mark: task.mark.clone(), says: says.to_owned() });
                continue;
            }
            book.note(task.id, "check", &asker.actor, "", "");
            let after = Task { checker: Some(asker.actor.clone()), ..task.clone() };
            book.change(&mut transaction, task, after).await?;
        }
        book.close(&mut transaction).await?;
        super::note(&mut transaction, asker, "survey-check", &format!("survey tasks {}", tasks.len() - refused.len()))
            .await?;
        transaction.commit().await?;
        Ok(refused)
    }

    /// Returns a form with reasons, as a whole and by items.
    ///
    /// # Errors
    /// Where it is out of reach or not handed in, or no reason is given.
    pub async fn survey_return(
        &self,
        asker: &Asker,
        mark: &str,
        says: &str,
        items: &[(String, String)],
    ) -> Result<(), RegistryError> {
        let says = says.trim();
        let items: Vec<&(String, String)> = items.iter().filter(|(_, says)| !says.trim().is_empty()).collect();
        if says.is_empty() && items.is_empty() {
            return Err(RegistryError::refused_at("says", "没有写退回的理由。", "请写明哪一项要改、为什么。"));
        }
        let mut transaction = self.store.write().await?;
        let tasks = own_tasks(self, &mut transaction, asker, &[mark.to_owned()]).await?;
        let Some(task) = tasks.first().filter(|task| task.state == State::Submitted) else {
            return Err(RegistryError::refused("这份表现在不是已提交，不能退回。", "请刷新页面查看。"));
        };
        let told: Vec<serde_json::Value> =
            items.iter().map(|(item, says)| serde_json::json!({ "item": item, "says": says })).collect();
        let mut book = Book::open(&mut transaction).await?;
        book.note(task.id, "return", &asker.actor, says, &serde_json::Value::from(told).to_string());
        let after = Task {
            state: State::Returned,
            outcome: String::new(),
            checker: None,
            submitted_at: None,
            submitted_by: None,
            ..task.clone()
        };
        book.change(&mut transaction, task, after).await?;
        book.close(&mut transaction).await?;
        super::note(&mut transaction, asker, "survey-return", &format!("survey task {}", task.id)).await?;
        transaction.commit().await
    }

    /// Takes tasks off the lists by hand with a reason (免访), or puts them back.
    ///
    /// # Errors
    /// Where one is out of reach or in another state, or no reason is given.
    pub async fn survey_exempt(
        &self,
        asker: &Asker,
        marks: &[String],
        exempt: bool,
        reason: &str,
    ) -> Result<(), RegistryError> {
        let reason = reason.trim();
        if reason.is_empty() {
            return Err(RegistryError::refused_at("reason", "没有写理由。", "请写明为什么不必入户，或为什么要恢复。"));
        }
        let mut transaction = self.store.write().await?;
        let tasks = own_tasks(self, &mut transaction, asker, marks).await?;
        let mut book = Book::open(&mut transaction).await?;
        for task in &tasks {
            let after = match (exempt, task.state) {
                (true, State::Open | State::Returned) => Task {
                    state: State::Exempt,
                    before: task.state.as_str().to_owned(),
                    reason: reason.chars().take(100).collect(),
                    ..task.clone()
                },
                (false, State::Exempt) => Task {
                    state: State::from_word(&task.before).unwrap_or(State::Open),
                    before: String::new(),
                    reason: String::new(),
                    ..task.clone()
                },
                _ => return Err(RegistryError::refused("所选的任务中有的状态已经变了。", "请刷新页面，重新选择。")),
            };
            book.note(task.id, if exempt { "exempt" } else { "resume" }, &asker.actor, reason, "");
            book.change(&mut transaction, task, after).await?;
        }
        book.close(&mut transaction).await?;
        let action = if exempt { "survey-exempt" } else { "survey-resume" };
        super::note(&mut transaction, asker, action, &format!("survey tasks {}", tasks.len())).await?;
        transaction.commit().await
    }

    /// Approves forms: the record follows in the same transaction. Those that cannot be are refused one by one.
    ///
    /// Items are taken over where the record still says what it said when they were answered; where it has learnt something
    /// later meanwhile, the answer is kept beside it, and nothing is overwritten. What is said of insurances is a claim: where
    /// the agency's data differ it becomes a finding, to be verified by the agency.
    ///
    /// # Errors
    /// Where one is out of reach, or the database does not answer.
    pub async fn survey_approve(
        &self,
        asker: &Asker,
        marks: &[String],
        approver: &dyn Approver,
        today: Date,
    ) -> Result<Approved, RegistryError> {
        let mut hand = Hand::begin(self).await?;
        let tasks = own_tasks(self, &mut hand.transaction, asker, marks).await?;
        let found = subjects(self, &mut hand.transaction, tasks).await?;
        let mut book = Book::open(&mut hand.transaction).await?;
        let mut approved = Approved::default();
        let mut next = hand.transaction.int("SELECT COALESCE(MAX(id), 0) + 1 FROM survey_result", &[]).await?;
        for subject in &found {
            let refusal = match refusal(subject, asker) {
                None => {
                    self.approve(&mut hand, &mut book, asker, subject, approver, today, &mut next, &mut approved)
                        .await?
                }
                refusal => refusal,
            };
            match refusal {
                Some(says) => approved.refused.push(Refusal { mark: subject.task.mark.clone(), says }),
                None => approved.done.push(subject.task.mark.clone()),
            }
        }
        if approved.done.is_empty() {
            hand.transaction.rollback().await?;
            return Ok(approved);
        }
        book.close(&mut hand.transaction).await?;
        let subject = format!("survey tasks {}", approved.done.len());
        approved.revision = hand.finish("survey", &asker.actor, &subject, &today.to_string()).await?;
        Ok(approved)
    }

    #[expect(clippy::too_many_arguments, reason = "one step of one function")]
    async fn approve(
        &self,
        hand: &mut Hand<'_>,
        book: &mut Book,
        asker: &Asker,
        subject: &Subject,
        approver: &dyn Approver,
        today: Date,
        next: &mut i64,
        approved: &mut Approved,
    ) -> Result<Option<String>, RegistryError> {
        let task = &subject.task;
        let outcome = approver.outcome(subject);
        let day = task.submitted_at.map_or(today, day_of).min(today);
        let mut person = task.person;
        let mut category = task.category.clone();
        if let Some(new) = outcome.new.as_ref().filter(|_| person.is_none() && task.unit.is_none()) {
            match self.newcomer(hand, new, day).await? {
                Ok((id, made)) => {
                    person = Some(id);
                    made.clone_into(&mut category);
                }
                Err(says) => return Ok(Some(says)),
            }
        } else if let Some(person) = person {
            let before = hand.person(person).await?;
            if before.record.state != RecordState::Current {
                return Ok(Some("登记记录已合并或结束，请先核对登记。".to_owned()));
            }
            let taken = take_over(hand, subject, &before, &outcome, day).await?;
            let Taken { wish, confirmed, lost, mut claims } = match taken {
                Ok(taken) => taken,
                Err(says) => return Ok(Some(says)),
            };
            approved.lost.extend(lost.iter().map(|item| (task.mark.clone(), item.clone())));
            for item in &lost {
                result(&mut hand.transaction, next, person, task.id, (item, &value_of(&outcome, item), ""), day, true)
                    .await?;
            }
            let day_text = day.to_string();
            let source = format!("入户调查 {}", task.id);
            for (item, said) in claims.drain(..) {
                let (id, revision) = (hand.new_row(), hand.revision);
                let sql = "INSERT INTO claim (id, person, item, said, said_on, source, revision) \
                           VALUES ($1, $2, $3, $4, $5, $6, $7)";
                let row: &[Value] = values![id, person, item, said, day_text.as_str(), source.as_str(), revision];
                hand.transaction.execute(sql, row).await?;
            }
            let wish = hand.put(Some(&before), wish, &day_text);
            wish.derived.category.as_str().clone_into(&mut category);
            confirm(hand, person, &confirmed, &day_text).await?;
        }
        if let Some(person) = person {
            for (item, code, told) in &outcome.results {
                result(&mut hand.transaction, next, person, task.id, (item, code, told), day, false).await?;
            }
        }
        book.note(task.id, "approve", &asker.actor, "", "");
        let after = Task { state: State::Approved, person, category, rev: hand.revision, ..task.clone() };
        book.change(&mut hand.transaction, task, after).await?;
        Ok(None)
    }

    /// Somebody who is on no list: known already by their number and name, or new.
    async fn newcomer(
        &self,
        hand: &mut Hand<'_>,
        new: &NewPerson,
        day: Date,
    ) -> Result<Result<(i64, String), String>, RegistryError> {
        if let Some(number) = &new.number {
            let hash = self.key.hash(Kind::Number, &number.to_ascii_uppercase());
            let sql = "SELECT DISTINCT person FROM number WHERE hash = $1 AND rev_from <= $2 AND rev_to > $2";
            let ids: Vec<i64> =
                hand.transaction.all(sql, values![hash, hand.seen]).await?.iter().map(|row| row.int(0)).collect();
            for known in hand.people(&ids).await? {
                let has = known.numbers.iter().any(|known| known.value.eq_ignore_ascii_case(number));
                if !has || known.record.state != RecordState::Current {
                    continue;
                }
                let same = known.record.name.as_deref().map(normalised) == Some(normalised(&new.name));
                return Ok(if same {
                    Ok((known.person, known.derived.category.as_str().to_owned()))
                } else {
                    Err("这个号码登记库里是另一个姓名，请先核对号码和姓名。".to_owned())
                });
            }
        }
        let newborn = new.number.is_none();
        let procedure = if newborn { Procedure::Birth(new.clone()) } else { Procedure::Arrival(new.clone()) };
        let areas = self.areas.get(&mut hand.transaction).await?;
        if let Err(error) = check_new(&procedure, new, day, &areas) {
            return Ok(Err(format!("{error}{}", error.hint())));
        }
        let id = hand.new_person();
        let (wished, _) = wishes(&procedure, None, None, id, day)?;
        let mut category = String::new();
        for (before, wish) in wished {
            hand.put(before, wish, &day.to_string()).derived.category.as_str().clone_into(&mut category);
        }
        Ok(Ok((id, category)))
    }

    /// What approved forms say of a person beside their record: item, code, what is read, since when; newest first.
    ///
    /// # Errors
    /// [`RegistryError::Nobody`] where they are out of reach.
    pub async fn survey_results(
        &self,
        asker: &Asker,
        person: i64,
    ) -> Result<Vec<(String, String, String, String)>, RegistryError> {
        self.person(asker, person).await?;
        results_of(&mut self.store.statements().await?, person).await
    }

    /// A task's steps and answers as they stand, for its page.
    pub(super) async fn one_task(
        &self,
        transaction: &mut Transaction,
        asker: &Asker,
        mark: &str,
    ) -> Result<Task, RegistryError> {
        let areas = self.areas.get(transaction).await?;
        let task = task_by(transaction, mark).await?;
        task.filter(|task| areas.reached(&asker.scope, &task.area)).ok_or(RegistryError::Nobody)
    }
}

/// As [`Registry::survey_results`], of somebody who is in reach.
pub(crate) async fn results_of(
    statements: &mut Transaction,
    person: i64,
) -> Result<Vec<(String, String, String, String)>, RegistryError> {
    let sql = "SELECT item, value, told, said_on FROM survey_result WHERE person = $1 AND ended IS NULL AND lost = 0 \
               ORDER BY said_on DESC, id";
    let rows = statements.all(sql, values![person]).await?;
    let text = |text: &str| text.to_owned();
    Ok(rows.iter().map(|row| (text(row.text(0)), text(row.text(1)), text(row.text(2)), text(row.text(3)))).collect())
}

/// Why a form cannot be approved as it stands.
fn refusal(subject: &Subject, asker: &Asker) -> Option<String> {
    let task = &subject.task;
    let says = match task {
        Task { state, .. } if *state != State::Submitted => "这份表现在不是已提交。",
        Task { checker: None, .. } => "镇上还没有核对这份表。",
        Task { checker: Some(by), .. } if *by == asker.actor => "自己核对的表要由别人核准。",
        Task { submitted_by: Some(by), .. } if *by == asker.actor => "自己提交的表要由别人核准。",
        _ if !subject.disputed().is_empty() => "有的项目有两种说法，请先定下来。",
        _ if subject.photos.iter().any(|photo| !photo.whole) => "照片还没有传完。",
        _ => return None,
    };
    Some(says.to_owned())
}

/// What is taken over of a form.
struct Taken {
    wish: Whole,
    confirmed: Vec<Confirmed>,
    /// Items of which the record knew something later.
    lost: Vec<String>,
    claims: Vec<(String, String)>,
}

fn value_of(outcome: &Outcome, item: &str) -> String {
    outcome.items.iter().find(|(known, _)| known == item).map(|(_, value)| value.clone()).unwrap_or_default()
}

/// The static word of an item, for its confirmation.
fn word(item: &str) -> Option<&'static str> {
    const WORDS: [&str; 10] =
        ["name", "number", "sex", "birth_date", "ethnic", "hukou", "relation", "address", "phone", "household"];
    WORDS.into_iter().find(|word| *word == item)
}

/// Whether two values of an item say the same: a department may have written the word for a code.
fn alike(item: &str, one: &str, other: &str) -> bool {
    let table = match item {
        "ethnic" => standard::ethnic_groups(),
        "hukou" => standard::hukou(),
        "relation" => standard::relations(),
        _ => return one.eq_ignore_ascii_case(other),
    };
    let code = |text: &str| table.find(text).map_or_else(|| text.to_owned(), |entry| entry.code().to_owned());
    code(one) == code(other)
}

/// Merges answers into a record: three ways, by what the record said when they were given.
async fn take_over(
    hand: &mut Hand<'_>,
    subject: &Subject,
    before: &Whole,
    outcome: &Outcome,
    day: Date,
) -> Result<Result<Taken, String>, RegistryError> {
    let mut taken = Taken { wish: before.clone(), confirmed: Vec::new(), lost: Vec::new(), claims: Vec::new() };
    for (item, value) in &outcome.items {
        let Some(word) = word(item) else { continue };
        let value = if word == "name" { normalised(value) } else { value.clone() };
        let rev = subject.heads.get(item).and_then(|heads| heads.first()).map_or(hand.seen, |head| head.rev);
        let then = if rev == hand.seen {
            None
        } else {
            people(&mut hand.transaction, &[before.person], rev).await?.into_iter().next()
        };
        let read = |whole: &Whole| {
            if word == "number" { whole.number().map(str::to_owned) } else { item_of(&whole.record, word) }
        };
        let now = read(before);
        let same = |one: Option<&str>| one.is_some_and(|one| alike(word, one, &value));
        if !same(now.as_deref()) {
            if then.is_some_and(|then| read(&then) != now && then.record.name.is_some()) {
                taken.lost.push(item.clone());
                continue;
            }
            if word == "number" {
                let corrected = Procedure::NumberCorrected { number: value.clone() };
                match effect(&corrected, &taken.wish, day) {
                    Ok((wish, _)) => taken.wish = wish,
                    Err(error) => return Ok(Err(format!("{error}{}", error.hint()))),
                }
            } else {
                set_item(&mut taken.wish.record, word, Some(value.clone()));
            }
        }
        let counts = |item: &&Item| item.as_str().replace('-', "_") == word;
        if let Some(item) = Item::ALL.iter().find(counts).copied() {
            taken.wish.record.wrong = taken.wish.record.wrong.without(ItemSet::of(item));
        }
        // what says the same stays as it is written
        let stands = read(&taken.wish).filter(|stands| alike(word, stands, &value));
        taken.confirmed.push((word, Some(stands.unwrap_or(value))));
    }
    let fate = match (&outcome.died, &outcome.moved) {
        (Some(on), _) => Some((Procedure::Death, on.unwrap_or(day))),
        (None, Some((on, to))) => {
            Some((Procedure::MoveOut { to: Some(to.clone()).filter(|to| !to.is_empty()) }, on.unwrap_or(day)))
        }
        _ => None,
    };
    if let Some((procedure, on)) = fate
        && before.record.life == canbao_domain::rules::PersonLife::Alive
    {
        match effect(&procedure, &taken.wish, on.min(day)) {
            Ok((wish, confirmed)) => {
                taken.wish = wish;
                taken.confirmed.extend(confirmed);
            }
            Err(error) => return Ok(Err(format!("{error}{}", error.hint()))),
        }
    }
    let insured = |state| matches!(state, InsuranceState::Enrolled | InsuranceState::Elsewhere);
    for (insurance, said) in &outcome.claims {
        taken.claims.push((insurance.clone(), said.as_str().to_owned()));
        let (state, name) = if insurance == "pension" {
            (before.derived.pension, "养老保险")
        } else {
            (before.derived.medical, "医疗保险")
        };
        if insured(*said) == insured(state) {
            continue;
        }
        let finding = Finding {
            id: 0,
            kind: "claim-differs".to_owned(),
            detail: Some(format!(
                "{name}：入户时称{}，经办机构的数据为{}，请经办机构核实",
                said.chinese(),
                state.chinese()
            )),
            origin: Origin::Hand,
            source: Some("入户调查".to_owned()),
            line: None,
            other_source: None,
            other_line: None,
        };
        if !taken.wish.findings.contains(&finding) {
            taken.wish.findings.push(finding);
        }
    }
    Ok(Ok(taken))
}

/// Keeps what an approved form says beside the record; what was said before of the same ends.
async fn result(
    transaction: &mut Transaction,
    next: &mut i64,
    person: i64,
    task: i64,
    (item, value, told): (&str, &str, &str),
    day: Date,
    lost: bool,
) -> Result<(), RegistryError> {
    if !lost {
        let sql = "UPDATE survey_result SET ended = $1 WHERE person = $2 AND item = $3 AND ended IS NULL AND lost = 0";
        transaction.execute(sql, values![now_ms(), person, item]).await?;
    }
    let id = *next;
    *next += 1;
    let sql = "INSERT INTO survey_result (id, person, task, item, value, told, said_on, lost) \
               VALUES ($1, $2, $3, $4, $5, $6, $7, $8)";
    let row: &[Value] = values![id, person, task, item, value, told, day.to_string(), i64::from(lost)];
    transaction.execute(sql, row).await.map(drop)
}
