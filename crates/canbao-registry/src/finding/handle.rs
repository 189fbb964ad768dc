//! What clerks make of findings, and taking it back.

use canbao_domain::date::Date;
use canbao_domain::number::CitizenNumber;

use super::{Case, Handling, Question, Stand, Verdict};
use crate::RegistryError;
use crate::audit::{self, Entry};
use crate::clock::now_ms;
use crate::decision::{self, Decision, Ruling};
use crate::person::{Whole, visible};
use crate::private::{HANDLING, Kind, handling_of};
use crate::query::Asker;
use crate::registry::Registry;
use crate::store::{Transaction, Value, values};

/// Characters of a note, at most.
const NOTE: usize = 500;

/// What became of findings that were decided at once.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Handled {
    /// How many were decided.
    pub done: i64,
    /// Those that were not: decided meanwhile, out of reach, or to be looked at one by one.
    pub refused: Vec<i64>,
}

/// Of whom to ask, and until when.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ask {
    /// The area: as a rule the village.
    pub area: String,
    /// The day by which they should answer.
    pub due: Date,
}

impl Registry {
    /// Records what a clerk makes of a finding; gives the handling's identifier. `candidate`: whom the verdict is about,
    /// where the row may mean several or nobody is named. `ask`: needed where a village is asked. `today`: for the
    /// deadline.
    ///
    /// # Errors
    /// [`RegistryError::Nobody`] where there is no such finding in the scope; a refusal where it was decided already, what is
    /// needed is missing, or it contradicts an earlier decision; where the database does not answer.
    #[expect(clippy::too_many_arguments, reason = "what a clerk says of a finding, in one place")]
    pub async fn handle(
        &self,
        asker: &Asker,
        finding: i64,
        verdict: Verdict,
        candidate: Option<i64>,
        note: &str,
        ask: Option<&Ask>,
        today: Date,
    ) -> Result<i64, RegistryError> {
        let note = noted(note)?;
        let mut transaction = self.store.write().await?;
        let case = self.read_case(&mut transaction, asker, finding).await?;
        let id = self
            .handle_in(&mut transaction, asker, &case, Made { verdict, candidate, note, ..Made::default() }, ask, today)
            .await?;
        transaction.commit().await?;
        Ok(id)
    }

    /// Records the same of several findings, in one transaction; of each its own village is asked, where `due` says until
    /// when. What cannot be decided so is left as it is, and told.
    ///
    /// # Errors
    /// Where the note will not do, or the database does not answer.
    pub async fn handle_many(
        &self,
        asker: &Asker,
        findings: &[i64],
        verdict: Verdict,
        note: &str,
        due: Date,
        today: Date,
    ) -> Result<Handled, RegistryError> {
        let note = noted(note)?;
        let mut transaction = self.store.write().await?;
        // what is answered to a program is the entry that tells of all of them
        let mark = transaction.mark.take();
        let mut handled = Handled::default();
        for finding in findings {
            let case = match self.read_case(&mut transaction, asker, *finding).await {
                Err(RegistryError::Nobody) => {
                    handled.refused.push(*finding);
                    continue;
                }
                other => other?,
            };
            let ask = (verdict == Verdict::Ask).then(|| Ask { area: case.line.area.clone(), due });
            let made = Made { verdict, note: note.clone(), ..Made::default() };
            // a refusal comes before anything is written
            match self.handle_in(&mut transaction, asker, &case, made, ask.as_ref(), today).await {
                Ok(_) => handled.done += 1,
                Err(error) if error.is_refusal() || matches!(error, RegistryError::Nobody) => {
                    handled.refused.push(*finding);
                }
                Err(error) => return Err(error),
            }
        }
        if handled.done == 0 {
            transaction.rollback().await?;
            return Ok(handled);
        }
        transaction.mark = mark;
        let Handled { done, refused } = &handled;
        let left: Vec<String> = refused.iter().map(i64::to_string).collect();
        let subject = format!("{} findings: done {done}, left {}; {}", verdict.as_str(), refused.len(), left.join(" "));
        let entry =
            Entry { actor: &asker.actor, action: "handle-many", subject: &subject, revision: None, digest: &[] };
        audit::append(&mut transaction, entry).await?;
        transaction.commit().await?;
        Ok(handled)
    }

    /// Records what is made of a finding; all that may be in the way is looked at first.
    async fn handle_in(
        &self,
        transaction: &mut Transaction,
        asker: &Asker,
        case: &Case,
        mut made: Made,
        ask: Option<&Ask>,
        today: Date,
    ) -> Result<i64, RegistryError> {
        let before = self.standing(case)?;
        match made.verdict {
            Verdict::Ask => self.check_ask(transaction, asker, ask, today, &mut made).await?,
            Verdict::Same | Verdict::Different | Verdict::NotThis => {
                if case.question() == Question::Whose {
                    self.whose(transaction, asker, case, &mut made).await?;
                } else if made.verdict == Verdict::NotThis {
                    return Err(RegistryError::refused("这条疑点没有候选人可以排除。", "请选“属实”或“不属实”。"));
                }
            }
        }
        self.write(transaction, asker, case, made, before).await
    }

    /// Which handling stands before this one; only a question to a village may.
    fn standing(&self, case: &Case) -> Result<Option<i64>, RegistryError> {
        match &case.line.handling {
            None => Ok(None),
            Some(handling) if handling.verdict == Verdict::Ask => Ok(Some(handling.id)),
            Some(handling) => Err(RegistryError::refused(
                format!("这条疑点已经核对过了：{}。", case.question().said(handling.verdict)),
                "请刷新页面；要改变结论，请先撤销原来的。",
            )),
        }
    }

    async fn check_ask(
        &self,
        transaction: &mut Transaction,
        asker: &Asker,
        ask: Option<&Ask>,
        today: Date,
        made: &mut Made,
    ) -> Result<(), RegistryError> {
        let ask = ask.ok_or_else(|| RegistryError::refused("没有选请哪里核实。", "请选一个村(社区)或镇(办)。"))?;
        let areas = self.areas.get(transaction).await?;
        if areas.get(&ask.area).is_none() || !areas.reached(&asker.scope, &ask.area) {
            return Err(RegistryError::refused(
                "不能请这个区划核实：它不存在，或不归您管。",
                "请选本区域内的村(社区)。",
            ));
        }
        if ask.due < today {
            return Err(RegistryError::refused("答复期限已经过了。", "请填今天或以后的日期。"));
        }
        (made.asked, made.due) = (Some(ask.area.clone()), Some(ask.due.to_string()));
        Ok(())
    }

    /// Records for the next comparison whose the row is, or is not.
    async fn whose(
        &self,
        transaction: &mut Transaction,
        asker: &Asker,
        case: &Case,
        made: &mut Made,
    ) -> Result<(), RegistryError> {
        let clue = case.row.as_ref().ok_or_else(|| {
            RegistryError::refused(
                "这一行的原始内容没有保存在登记库里，现在不能核定。",
                "下一次更新之后再核对，或请村里核实。",
            )
        })?;
        let mut left: Vec<i64> =
            clue.candidates.iter().map(|candidate| candidate.person).filter(|person| !case.is_out(*person)).collect();
        if left.is_empty() {
            left.extend(case.line.person.filter(|person| !case.is_out(*person)));
        }
        let target = made.candidate.or(case.line.person);
        if made.verdict == Verdict::Different && made.candidate.is_none() && case.line.person.is_none() {
            // nobody's: nothing to record, for the next comparison will find the same people no likelier
            return Ok(());
        }
        let target = target
            .ok_or_else(|| RegistryError::refused("没有选这一行是谁的。", "请在候选人中选一个，或填写身份证号。"))?;
        let person = self.target(transaction, asker, target).await?;
        made.candidate = Some(target);
        let ruling = if made.verdict == Verdict::Same { Ruling::Same } else { Ruling::Different };
        let text = |field: &str| clue.field(field).unwrap_or_default().to_owned();
        let decision = Decision {
            ruling,
            kind: clue.kind.parse().map_err(|_| {
                RegistryError::refused("不知道这一行来自哪类数据，不能核定。", "下一次更新之后再核对。")
            })?,
            number: text("number"),
            name: text("name"),
            person_id: person.number().unwrap_or_default().to_owned(),
        };
        // what a program is answered is the entry of what was made of the finding
        let mark = transaction.mark.take();
        made.decision = Some(self.decide_row(transaction, &decision, &asker.actor, None).await?);
        transaction.mark = mark;
        left.retain(|other| *other != target);
        if made.verdict == Verdict::Different && !left.is_empty() {
            made.verdict = Verdict::NotThis;
        }
        Ok(())
    }

    /// Somebody in reach.
    async fn target(&self, transaction: &mut Transaction, asker: &Asker, person: i64) -> Result<Whole, RegistryError> {
        let now = visible(transaction).await?;
        let found = crate::person::people(transaction, &[person], now).await?.into_iter().next();
        let areas = self.areas.get(transaction).await?;
        found.filter(|whole| areas.reached(&asker.scope, &whole.record.area)).ok_or(RegistryError::Nobody)
    }

    async fn write(
        &self,
        transaction: &mut Transaction,
        asker: &Asker,
        case: &Case,
        made: Made,
        before: Option<i64>,
    ) -> Result<i64, RegistryError> {
        let Made { verdict, candidate, note, decision, asked, due } = made;
        let id = transaction.int("SELECT COALESCE(MAX(id), 0) + 1 FROM handling", &[]).await?;
        let now = now_ms();
        if let Some(before) = before.filter(|_| verdict != Verdict::NotThis) {
            let sql = "UPDATE handling SET ended = $1, ended_by = $2, next = $3 WHERE id = $4";
            transaction.execute(sql, values![now, asker.actor.as_str(), id, before]).await?;
        }
        let digest = self.key.hash(Kind::Identity, note.as_deref().unwrap_or_default()).to_le_bytes();
        let none = Value::Text(None);
        let row: Vec<Value> = vec![
            id.into(),
            case.line.id.into(),
            case.line.kind.as_str().into(),
            case.line.area.as_str().into(),
            verdict.as_str().into(),
            candidate.into(),
            note.into(),
            decision.into(),
            asker.actor.as_str().into(),
            now.into(),
            asked.into(),
            due.into(),
            none.clone(),
            none.clone(),
            none.clone(),
            Value::Int(None),
            Value::Int(None),
            none,
            Value::Int(None),
        ];
        transaction.insert("handling", &HANDLING, vec![row]).await?;
        let subject = format!("finding {} {} handling {id}", case.line.id, verdict.as_str());
        let entry = Entry { actor: &asker.actor, action: "handle", subject: &subject, revision: None, digest: &digest };
        audit::append(transaction, entry).await?;
        Ok(id)
    }

    /// Records what a village found out. `answer`: it is so, it is not, or none where it cannot be known.
    ///
    /// # Errors
    /// [`RegistryError::Nobody`] where nobody in the scope was asked that; a refusal where it was answered or taken back;
    /// where the database does not answer.
    pub async fn answer_ask(
        &self,
        asker: &Asker,
        handling: i64,
        answer: Option<bool>,
        note: &str,
    ) -> Result<(), RegistryError> {
        let note = noted(note)?;
        if answer.is_none() && note.is_none() {
            return Err(RegistryError::refused("没有写明为什么核实不了。", "请在说明里写清楚。"));
        }
        let mut transaction = self.store.write().await?;
        let known = self.one_handling(&mut transaction, handling).await?.ok_or(RegistryError::Nobody)?;
        let areas = self.areas.get(&mut transaction).await?;
        let asked = known.asked.as_deref().unwrap_or_default();
        if !areas.reached(&asker.scope, asked) {
            return Err(RegistryError::Nobody);
        }
        if known.ended.is_some() || known.stand() != Stand::Asked {
            return Err(RegistryError::refused("这件核实已经答复，或已被收回。", "请刷新页面查看。"));
        }
        let word = match answer {
            Some(true) => "same",
            Some(false) => "different",
            None => "unknown",
        };
        let sql = "UPDATE handling SET answer = $1, answer_note = $2, answered_by = $3, answered_at = $4 WHERE id = $5";
        let digest = self.key.hash(Kind::Identity, note.as_deref().unwrap_or_default()).to_le_bytes();
        transaction.execute(sql, values![word, note, asker.actor.as_str(), now_ms(), handling]).await?;
        let subject = format!("finding {} answered {word}", known.finding);
        let entry =
            Entry { actor: &asker.actor, action: "answer-ask", subject: &subject, revision: None, digest: &digest };
        audit::append(&mut transaction, entry).await?;
        transaction.commit().await
    }

    /// Takes back what was made of a finding: it is as far as it was before, and what was recorded for the next comparison
    /// is withdrawn.
    ///
    /// # Errors
    /// [`RegistryError::Nobody`] where there is none in the scope; a refusal where it holds no longer, something later rests
    /// on it, or somebody else's is to be taken back by who may not; where the database does not answer.
    pub async fn take_back(&self, asker: &Asker, handling: i64) -> Result<i64, RegistryError> {
        let mut transaction = self.store.write().await?;
        let known = self.one_handling(&mut transaction, handling).await?.ok_or(RegistryError::Nobody)?;
        let case = self.read_case(&mut transaction, asker, known.finding).await?;
        if known.ended.is_some() {
            return Err(RegistryError::refused("这条结论已经撤销，或已被后来的结论取代。", "请刷新页面查看。"));
        }
        if known.verdict == Verdict::NotThis && case.line.handling.is_some() {
            return Err(RegistryError::refused("后来的结论以它为前提，不能先撤销它。", "请先撤销最后的结论。"));
        }
        let now = now_ms();
        let sql = "UPDATE handling SET ended = $1, ended_by = $2 WHERE id = $3";
        transaction.execute(sql, values![now, asker.actor.as_str(), handling]).await?;
        let sql = "UPDATE handling SET ended = $1, ended_by = NULL, next = $2 WHERE next = $3";
        transaction.execute(sql, &[Value::Int(None), Value::Int(None), handling.into()]).await?;
        if let Some(id) = known.decision {
            let mark = transaction.mark.take();
            // somebody may have withdrawn it by command before
            match decision::withdraw(&mut transaction, id, &asker.actor).await {
                Err(error) if !error.is_refusal() || matches!(error, RegistryError::Stale) => return Err(error),
                _ => {}
            }
            transaction.mark = mark;
        }
        let subject = format!("finding {} handling {handling}", known.finding);
        let entry = Entry { actor: &asker.actor, action: "take-back", subject: &subject, revision: None, digest: &[] };
        audit::append(&mut transaction, entry).await?;
        transaction.commit().await?;
        Ok(known.finding)
    }

    async fn one_handling(
        &self,
        transaction: &mut Transaction,
        handling: i64,
    ) -> Result<Option<Handling>, RegistryError> {
        let columns = HANDLING.join(", ");
        let row = transaction.first(format!("SELECT {columns} FROM handling WHERE id = $1"), values![handling]).await?;
        Ok(row.and_then(|row| handling_of(&row, 0)))
    }
}

/// What is about to be recorded.
struct Made {
    verdict: Verdict,
    candidate: Option<i64>,
    note: Option<String>,
    decision: Option<i64>,
    asked: Option<String>,
    due: Option<String>,
}

impl Default for Made {
    fn default() -> Self {
        Self { verdict: Verdict::Ask, candidate: None, note: None, decision: None, asked: None, due: None }
    }
}

fn noted(note: &str) -> Result<Option<String>, RegistryError> {
    let note = note.trim();
    if note.chars().count() > NOTE {
        return Err(RegistryError::refused(format!("说明超过 {NOTE} 个字。"), "请写得短一些。"));
    }
    // a number in a note would be seen by whoever sees the list
    let is_number = |text: &str| CitizenNumber::parse(text.as_bytes()).is_some();
    if note.split(|c: char| !c.is_ascii_alphanumeric()).any(is_number) {
        return Err(RegistryError::refused("说明里有身份证号。", "号码请不要写在说明里，它会显示给看到这条疑点的人。"));
    }
    Ok(Some(note.to_owned()).filter(|note| !note.is_empty()))
}
