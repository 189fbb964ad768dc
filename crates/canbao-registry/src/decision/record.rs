//! Recording decisions, withdrawing and listing them.

use canbao_domain::number::{CitizenNumber, read_number};

use super::{Decided, Decision, Ruling};
use crate::RegistryError;
use crate::audit::{self, Entry, Look};
use crate::clock::now_ms;
use crate::person::visible;
use crate::private::{DECISION, Key, Kind, decided_of, decision_row, normalised};
use crate::query::Asker;
use crate::registry::Registry;
use crate::store::{Transaction, values};

impl Registry {
    /// Records what was decided; gives its identifier. `checker` is another than the maker.
    ///
    /// # Errors
    /// Where the decision is none, was made already, or contradicts one that holds; or the database does not answer.
    pub async fn record_decision(
        &self,
        decision: &Decision,
        maker: &str,
        checker: Option<&str>,
    ) -> Result<i64, RegistryError> {
        let mut transaction = self.store.write().await?;
        let id = self.decide_row(&mut transaction, decision, maker, checker).await?;
        transaction.commit().await?;
        Ok(id)
    }

    /// Records what was decided, in a transaction of the caller's; gives its identifier.
    pub(crate) async fn decide_row(
        &self,
        transaction: &mut Transaction,
        decision: &Decision,
        maker: &str,
        checker: Option<&str>,
    ) -> Result<i64, RegistryError> {
        check(decision, maker, checker)?;
        let hash = row_hash(&self.key, decision);
        let columns = DECISION.join(", ");
        let sql = format!("SELECT {columns} FROM decision WHERE hash = $1 AND withdrawn IS NULL");
        for row in transaction.all(sql, values![hash]).await? {
            if let Some(known) = decided_of(&row)
                && row_hash(&self.key, &known.decision) == hash
            {
                contradicts(&known, decision)?;
            }
        }
        let id = transaction.int("SELECT COALESCE(MAX(id), 0) + 1 FROM decision", &[]).await?;
        let revision = visible(transaction).await?;
        let decided = Decided {
            id,
            decision: decision.clone(),
            maker: maker.to_owned(),
            checker: checker.map(str::to_owned),
            made_at: now_ms(),
            withdrawn: None,
        };
        let row = decision_row(&decided, hash, revision);
        let digest = self.key.hash(Kind::Identity, &format!("{hash} {}", decision.person_id)).to_le_bytes();
        transaction.insert("decision", &DECISION, vec![row]).await?;
        let subject = format!("decision {id} {}", decision.ruling.as_str());
        let entry = Entry { actor: maker, action: "decide", subject: &subject, revision: None, digest: &digest };
        audit::append(transaction, entry).await?;
        Ok(id)
    }

    /// Withdraws a decision: the next comparison decides without it.
    ///
    /// # Errors
    /// Where there is none, or it was withdrawn already; or the database does not answer.
    pub async fn withdraw_decision(&self, id: i64, actor: &str) -> Result<(), RegistryError> {
        let mut transaction = self.store.write().await?;
        withdraw(&mut transaction, id, actor).await?;
        transaction.commit().await
    }

    /// All decisions that hold, in order; those that were withdrawn too, where `all` is set. The whole list is one look on
    /// the log. It is the city's: who asks for less than the city gets none.
    ///
    /// # Errors
    /// Where the database does not answer, or the look cannot be put on the log.
    pub async fn decisions(&self, asker: &Asker, all: bool) -> Result<Vec<Decided>, RegistryError> {
        if asker.scope.areas().is_some() {
            return Err(RegistryError::Nobody);
        }
        let mut transaction = self.store.read().await?;
        let columns = DECISION.join(", ");
        let rows = transaction.all(format!("SELECT {columns} FROM decision ORDER BY id"), &[]).await?;
        drop(transaction);
        let decided: Vec<Decided> =
            rows.iter().filter_map(decided_of).filter(|decided| all || decided.withdrawn.is_none()).collect();
        let persons = decided.len() as i64;
        let look = Look {
            actor: asker.actor.clone(),
            purpose: asker.purpose.clone(),
            subject: "decisions".to_owned(),
            persons,
        };
        self.looks.put(look).await?;
        Ok(decided)
    }
}

/// Withdraws a decision, in a transaction of the caller's.
pub(crate) async fn withdraw(transaction: &mut Transaction, id: i64, actor: &str) -> Result<(), RegistryError> {
    let sql = "UPDATE decision SET withdrawn = $1 WHERE id = $2 AND withdrawn IS NULL";
    if transaction.execute(sql, values![now_ms(), id]).await? != 1 {
        return Err(RegistryError::refused(
            format!("没有编号为 {id} 的有效核定，不能撤回。"),
            "请核对核定的编号；已撤回的不必再撤回。",
        ));
    }
    let subject = format!("decision {id}");
    let entry = Entry { actor, action: "withdraw-decision", subject: &subject, revision: None, digest: &[] };
    audit::append(transaction, entry).await?;
    Ok(())
}

fn check(decision: &Decision, maker: &str, checker: Option<&str>) -> Result<(), RegistryError> {
    let hint = "请核对所核定的数据行和人员，然后重新提交。";
    if !decision.kind.is_person() {
        return Err(RegistryError::refused(format!("“{}”里没有人员，不能核定。", decision.kind.chinese()), hint));
    }
    if CitizenNumber::parse(decision.person_id.as_bytes()).is_none() {
        return Err(RegistryError::refused("核定所指的人没有有效的社会保障号码。", hint));
    }
    if decision.number.trim().is_empty() && normalised(&decision.name).is_empty() {
        return Err(RegistryError::refused("所核定的数据行既没有号码也没有姓名，下次比对认不出它。", hint));
    }
    if checker == Some(maker) {
        return Err(RegistryError::refused("经办人和复核人不能是同一个人。", "请由另一个人复核。"));
    }
    Ok(())
}

/// A decided pair is never decided otherwise: what holds must be withdrawn first.
fn contradicts(known: &Decided, decision: &Decision) -> Result<(), RegistryError> {
    let same_person = known.decision.person_id == decision.person_id;
    let both_same = known.decision.ruling == Ruling::Same && decision.ruling == Ruling::Same;
    let id = known.id;
    match (same_person, known.decision.ruling == decision.ruling) {
        (true, true) => {
            Err(RegistryError::refused(format!("这一行和这个人已经核定过（编号 {id}），结论相同。"), "不必重复核定。"))
        }
        (true, false) => Err(RegistryError::refused(
            format!("这一行和这个人已经核定过（编号 {id}），结论相反。"),
            "确要改变结论，请先撤回原来的核定。",
        )),
        (false, _) if both_same => Err(RegistryError::refused(
            format!("这一行已经核定为另一个人的（编号 {id}）。"),
            "一行只能是一个人的；确要改变，请先撤回原来的核定。",
        )),
        (false, _) => Ok(()),
    }
}

/// By what a row is known: as the comparison reads it.
fn row_hash(key: &Key, decision: &Decision) -> i64 {
    let number = read_number(&decision.number, None);
    let (kind, name) = (decision.kind.as_str(), normalised(&decision.name));
    key.hash(Kind::Identity, &format!("d\u{0}{kind}\u{0}{}\u{0}{name}", number.text.as_str()))
}
