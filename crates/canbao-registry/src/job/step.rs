//! What is done with a job. Each change of where it stands is one transaction with its entry on the audit.

use super::record::{COLUMNS, job_of, read};
use super::{Ended, Job, JobKind, JobState};
use crate::RegistryError;
use crate::audit::{self, Entry};
use crate::clock::now_ms;
use crate::registry::Registry;
use crate::store::{Transaction, values};

/// What a job is begun with.
struct New<'a> {
    kind: JobKind,
    state: JobState,
    made_by: &'a str,
    reason: &'a str,
    of: Option<i64>,
    asked: &'a str,
}

impl Registry {
    /// Asks for a comparison (`asked`: JSON) of some deliveries, which from now on stay as they are.
    ///
    /// # Errors
    /// Where a delivery is not handed over any more, or the database does not answer.
    pub async fn ask_comparison(&self, actor: &str, asked: &str, deliveries: &[i64]) -> Result<i64, RegistryError> {
        let mut transaction = self.store.write().await?;
        let new = New { kind: JobKind::Compare, state: JobState::Queued, made_by: actor, reason: "", of: None, asked };
        let id = insert(&mut transaction, actor, &new).await?;
        for delivery in deliveries {
            let sql = "UPDATE delivery SET used_by = COALESCE(used_by, $2) WHERE id = $1 AND state = 'sent'";
            if transaction.execute(sql, values![*delivery, id]).await? != 1 {
                return Err(RegistryError::refused(
                    format!("第 {delivery} 次报送已被撤回，不能用于比对。"),
                    "请刷新页面，重新选择数据。",
                ));
            }
        }
        transaction.commit().await?;
        Ok(id)
    }

    /// Approves that a comparison becomes the record: another person than the one who began it. Gives the apply's number.
    ///
    /// # Errors
    /// Where the comparison is not done, is the approver's own, is not the last one that was done, is applied or about to be;
    /// where no reason is given; or the database does not answer.
    pub async fn approve_apply(&self, actor: &str, comparison: i64, reason: &str) -> Result<i64, RegistryError> {
        let mut transaction = self.store.write().await?;
        let job = read(&mut transaction, comparison).await?;
        if job.kind != JobKind::Compare || job.state != JobState::Done {
            return Err(RegistryError::refused(
                format!("第 {comparison} 个任务不是已经完成的比对，不能载入。"),
                "请等比对完成。",
            ));
        }
        other(&job.made_by, actor, reason)?;
        let sql = "SELECT MAX(id) FROM job WHERE kind = 'compare' AND state = 'done'";
        let last = transaction.int(sql, &[]).await?;
        if last != comparison {
            return Err(RegistryError::refused(
                format!("之后已经有第 {last} 个任务的比对，不能再载入这一次的。"),
                "请载入最近一次比对。",
            ));
        }
        let sql = format!("SELECT {COLUMNS} FROM job WHERE kind = 'apply' AND of_job = $1 ORDER BY id DESC LIMIT 1");
        let before = transaction.first(sql, values![comparison]).await?.as_ref().map(job_of).transpose()?;
        if let Some(before) = before {
            let undone = undone(&mut transaction, before.id).await?;
            let stands = matches!(before.state, JobState::Queued | JobState::Running | JobState::Done);
            if stands && !undone {
                return Err(RegistryError::refused(
                    format!("这次比对的载入已经办了（第 {} 个任务，{}）。", before.id, before.state.chinese()),
                    "请查看那个任务。",
                ));
            }
        }
        let new = New {
            kind: JobKind::Apply,
            state: JobState::Queued,
            made_by: &job.made_by,
            reason: "",
            of: Some(comparison),
            asked: "",
        };
        let id = insert(&mut transaction, actor, &new).await?;
        decided(&mut transaction, actor, id, reason).await?;
        transaction.commit().await?;
        Ok(id)
    }

    /// Asks that the last apply be taken back; a second person decides.
    ///
    /// # Errors
    /// Where it is not an apply that stands, a later one does, one has been asked for already, no reason is given; or the
    /// database does not answer.
    pub async fn ask_undo_of_apply(&self, actor: &str, apply: i64, reason: &str) -> Result<i64, RegistryError> {
        let mut transaction = self.store.write().await?;
        let job = read(&mut transaction, apply).await?;
        if job.kind != JobKind::Apply || job.state != JobState::Done || undone(&mut transaction, apply).await? {
            return Err(RegistryError::refused(
                format!("第 {apply} 个任务不是现在有效的载入，不能撤销。"),
                "请从“比对”页查看最近一次载入。",
            ));
        }
        let reason = reason.trim();
        if reason.is_empty() {
            return Err(RegistryError::refused("没有写撤销的原因。", "请写明为什么撤销。"));
        }
        let sql = "SELECT COUNT(*) FROM job WHERE kind = 'undo' AND of_job = $1 AND state IN ('waiting', 'queued', 'running')";
        if transaction.int(sql, values![apply]).await? > 0 {
            return Err(RegistryError::refused("已经有人申请撤销这次载入。", "请等另一人同意。"));
        }
        let new = New {
            kind: JobKind::Undo,
            state: JobState::Waiting,
            made_by: actor,
            reason,
            of: Some(apply),
            asked: &job.result,
        };
        let id = insert(&mut transaction, actor, &new).await?;
        transaction.commit().await?;
        Ok(id)
    }

    /// The second person's decision on a job that waits for one.
    ///
    /// # Errors
    /// Where it does not wait, is the decider's own, no reason is given; or the database does not answer.
    pub async fn decide_job(&self, actor: &str, id: i64, approve: bool, reason: &str) -> Result<(), RegistryError> {
        let mut transaction = self.store.write().await?;
        let job = read(&mut transaction, id).await?;
        if job.state != JobState::Waiting {
            return Err(RegistryError::refused(
                format!("第 {id} 个任务{}，不用再决定。", job.state.chinese()),
                "请刷新页面查看。",
            ));
        }
        other(&job.made_by, actor, reason)?;
        decided(&mut transaction, actor, id, reason).await?;
        let state = if approve { JobState::Queued } else { JobState::Refused };
        put(&mut transaction, actor, &job, state).await?;
        transaction.commit().await
    }

    /// The job whose turn it is, running from now on; none where another runs or none waits.
    ///
    /// # Errors
    /// Where the database does not answer.
    pub async fn next_job(&self) -> Result<Option<Job>, RegistryError> {
        // most looks find nothing, and need no turn at writing
        if self.store.statements().await?.int("SELECT COUNT(*) FROM job WHERE state = 'queued'", &[]).await? == 0 {
            return Ok(None);
        }
        let mut transaction = self.store.write().await?;
        if transaction.int("SELECT COUNT(*) FROM job WHERE state = 'running'", &[]).await? > 0 {
            return Ok(None);
        }
        let sql = format!("SELECT {COLUMNS} FROM job WHERE state = 'queued' ORDER BY id LIMIT 1");
        let Some(row) = transaction.first(sql, &[]).await? else { return Ok(None) };
        let job = job_of(&row)?;
        let begun = now_ms();
        transaction.execute("UPDATE job SET begun_at = $2 WHERE id = $1", values![job.id, begun]).await?;
        let actor = job.decided_by.as_ref().unwrap_or(&job.made_by).clone();
        put(&mut transaction, &actor, &job, JobState::Running).await?;
        transaction.commit().await?;
        Ok(Some(Job { state: JobState::Running, begun_at: Some(begun), ..job }))
    }

    /// Writes down how far it is, for those who come back after the server has ended.
    ///
    /// # Errors
    /// Where the database does not answer.
    pub async fn job_progress(&self, id: i64, progress: &str) -> Result<(), RegistryError> {
        let mut transaction = self.store.write().await?;
        let sql = "UPDATE job SET progress = $2 WHERE id = $1 AND state = 'running'";
        transaction.execute(sql, values![id, progress]).await?;
        transaction.commit().await
    }

    /// Ends a job that runs.
    ///
    /// # Errors
    /// Where it does not run, or the database does not answer.
    pub async fn end_job(&self, actor: &str, id: i64, ended: &Ended) -> Result<(), RegistryError> {
        let mut transaction = self.store.write().await?;
        let job = read(&mut transaction, id).await?;
        if job.state != JobState::Running {
            return Err(RegistryError::Broken(format!("第 {id} 个任务没有在进行，却结束了")));
        }
        let sql = "UPDATE job SET result = $2, error = $3, hint = $4, ended_at = $5 WHERE id = $1";
        let Ended { state, result, error, hint } = ended;
        let values = values![id, result.as_str(), error.as_str(), hint.as_str(), now_ms()];
        transaction.execute(sql, values).await?;
        put(&mut transaction, actor, &job, *state).await?;
        transaction.commit().await
    }

    /// Gives up a job that has not begun. One that runs is its runner's to end.
    ///
    /// # Errors
    /// Where it has begun or is over, or the database does not answer.
    pub async fn cancel_job(&self, actor: &str, id: i64) -> Result<(), RegistryError> {
        let mut transaction = self.store.write().await?;
        let job = read(&mut transaction, id).await?;
        if !matches!(job.state, JobState::Waiting | JobState::Queued) {
            return Err(RegistryError::refused(
                format!("第 {id} 个任务{}，不能取消。", job.state.chinese()),
                "请刷新页面查看。",
            ));
        }
        transaction.execute("UPDATE job SET ended_at = $2 WHERE id = $1", values![id, now_ms()]).await?;
        put(&mut transaction, actor, &job, JobState::Cancelled).await?;
        transaction.commit().await
    }

    /// Puts on the audit that somebody asked a comparison at work to end; its runner ends it. Nothing of the record hangs on
    /// it, as it does on an apply: of that nobody could say whether it was done before it was broken off.
    ///
    /// # Errors
    /// Where it is no comparison or does not run, or the database does not answer.
    pub async fn ask_stop(&self, actor: &str, id: i64) -> Result<(), RegistryError> {
        let mut transaction = self.store.write().await?;
        let job = read(&mut transaction, id).await?;
        if job.kind != JobKind::Compare || job.state != JobState::Running {
            return Err(RegistryError::refused(
                format!("第 {id} 个任务{}，不能取消。", job.state.chinese()),
                "请刷新页面查看。",
            ));
        }
        let subject = format!("job {id} compare stop");
        let entry = Entry { actor, action: "job", subject: &subject, revision: None, digest: &[] };
        audit::append(&mut transaction, entry).await?;
        transaction.commit().await
    }

    /// Says of the jobs that ran when the server ended that they were broken off; gives their numbers. `actor`: who says so.
    ///
    /// # Errors
    /// Where the database does not answer.
    pub async fn break_off_jobs(&self, actor: &str) -> Result<Vec<i64>, RegistryError> {
        let mut transaction = self.store.write().await?;
        let sql = format!("SELECT {COLUMNS} FROM job WHERE state = 'running' ORDER BY id");
        let mut broken = Vec::new();
        for row in transaction.all(sql, &[]).await? {
            let job = job_of(&row)?;
            let sql = "UPDATE job SET ended_at = $2, error = $3, hint = $4 WHERE id = $1";
            let error = "服务器在办理途中停止，这个任务中断了。";
            let hint = "登记库没有半截的改动；请再办一次，已经做完的不会重做。";
            transaction.execute(sql, values![job.id, now_ms(), error, hint]).await?;
            put(&mut transaction, actor, &job, JobState::Broken).await?;
            broken.push(job.id);
        }
        transaction.commit().await?;
        Ok(broken)
    }
}

/// Two people: another than the first, who says why.
fn other(first: &str, second: &str, reason: &str) -> Result<(), RegistryError> {
    if first == second {
        return Err(RegistryError::refused("这一项是您自己发起的，要由另一人决定。", "请另一位市级经办办理。"));
    }
    if reason.trim().is_empty() {
        return Err(RegistryError::refused("没有写理由。", "请写明核对了什么、为什么这样决定。"));
    }
    Ok(())
}

/// Whether an apply was taken back.
async fn undone(transaction: &mut Transaction, apply: i64) -> Result<bool, RegistryError> {
    let sql = "SELECT COUNT(*) FROM job WHERE kind = 'undo' AND of_job = $1 AND state = 'done'";
    Ok(transaction.int(sql, values![apply]).await? > 0)
}

async fn insert(transaction: &mut Transaction, actor: &str, new: &New<'_>) -> Result<i64, RegistryError> {
    let id = transaction.int("SELECT COALESCE(MAX(id), 0) + 1 FROM job", &[]).await?;
    let sql = "INSERT INTO job (id, kind, state, made_by, made_at, reason, decision, of_job, asked, progress, result, error, \
               hint) VALUES ($1, $2, $3, $4, $5, $6, '', $7, $8, '', '', '', '')";
    let New { kind, state, made_by, reason, of, asked } = new;
    let row = values![id, kind.as_str(), state.as_str(), *made_by, now_ms(), *reason, *of, *asked];
    transaction.execute(sql, row).await?;
    tell(transaction, actor, id, *kind, *state, asked).await?;
    Ok(id)
}

async fn decided(transaction: &mut Transaction, actor: &str, id: i64, reason: &str) -> Result<(), RegistryError> {
    let sql = "UPDATE job SET decided_by = $2, decided_at = $3, decision = $4 WHERE id = $1";
    transaction.execute(sql, values![id, actor, now_ms(), reason.trim()]).await.map(|_| ())
}

async fn put(transaction: &mut Transaction, actor: &str, job: &Job, state: JobState) -> Result<(), RegistryError> {
    transaction.execute("UPDATE job SET state = $2 WHERE id = $1", values![job.id, state.as_str()]).await?;
    tell(transaction, actor, job.id, job.kind, state, &job.asked).await
}

async fn tell(
    transaction: &mut Transaction,
    actor: &str,
    id: i64,
    kind: JobKind,
    state: JobState,
    asked: &str,
) -> Result<(), RegistryError> {
    let subject = format!("job {id} {} {}", kind.as_str(), state.as_str());
    let digest = blake3::hash(asked.as_bytes());
    let entry = Entry { actor, action: "job", subject: &subject, revision: None, digest: digest.as_bytes() };
    audit::append(transaction, entry).await.map(|_| ())
}
