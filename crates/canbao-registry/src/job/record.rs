//! Reading jobs.

use super::{Job, JobKind, JobState};
use crate::RegistryError;
use crate::registry::Registry;
use crate::store::{Row, Transaction, values};

pub(super) const COLUMNS: &str = "id, kind, state, made_by, made_at, reason, decided_by, decided_at, decision, begun_at, \
                                  ended_at, of_job, asked, progress, result, error, hint";

pub(super) fn job_of(row: &Row) -> Result<Job, RegistryError> {
    let broken = || RegistryError::Broken(format!("第 {} 个任务的内容看不懂", row.int(0)));
    let text = |at| row.text(at).to_owned();
    Ok(Job {
        id: row.int(0),
        kind: JobKind::from_word(row.text(1)).ok_or_else(broken)?,
        state: JobState::from_word(row.text(2)).ok_or_else(broken)?,
        made_by: text(3),
        made_at: row.int(4),
        reason: text(5),
        decided_by: row.maybe_text(6).map(str::to_owned),
        decided_at: row.maybe_int(7),
        decision: text(8),
        begun_at: row.maybe_int(9),
        ended_at: row.maybe_int(10),
        of: row.maybe_int(11),
        asked: text(12),
        progress: text(13),
        result: text(14),
        error: text(15),
        hint: text(16),
    })
}

pub(super) async fn read(transaction: &mut Transaction, id: i64) -> Result<Job, RegistryError> {
    let sql = format!("SELECT {COLUMNS} FROM job WHERE id = $1");
    let row = transaction.first(sql, values![id]).await?;
    let row = row.ok_or_else(|| RegistryError::refused(format!("没有第 {id} 个任务。"), "请从“比对”页重新进入。"))?;
    job_of(&row)
}

impl Registry {
    /// A job.
    ///
    /// # Errors
    /// Where there is none of that number, or the database does not answer.
    pub async fn job(&self, id: i64) -> Result<Job, RegistryError> {
        read(&mut self.store.statements().await?, id).await
    }

    /// Jobs, the newest first.
    ///
    /// # Errors
    /// Where the database does not answer.
    pub async fn jobs(&self, most: i64) -> Result<Vec<Job>, RegistryError> {
        self.jobs_before(None, most).await
    }

    /// Jobs before one, the newest first.
    ///
    /// # Errors
    /// Where the database does not answer.
    pub async fn jobs_before(&self, before: Option<i64>, most: i64) -> Result<Vec<Job>, RegistryError> {
        let sql = format!("SELECT {COLUMNS} FROM job WHERE id < $1 ORDER BY id DESC LIMIT $2");
        let values = values![before.unwrap_or(i64::MAX), most];
        self.store.statements().await?.all(sql, values).await?.iter().map(job_of).collect()
    }

    /// The jobs that came of another, the newest first: the applies of a comparison, the undos of an apply.
    ///
    /// # Errors
    /// Where the database does not answer.
    pub async fn jobs_of(&self, of: i64) -> Result<Vec<Job>, RegistryError> {
        let sql = format!("SELECT {COLUMNS} FROM job WHERE of_job = $1 ORDER BY id DESC");
        self.store.statements().await?.all(sql, values![of]).await?.iter().map(job_of).collect()
    }

    /// The last comparison that was done before another.
    ///
    /// # Errors
    /// Where the database does not answer.
    pub async fn comparison_before(&self, id: i64) -> Result<Option<Job>, RegistryError> {
        let sql = format!(
            "SELECT {COLUMNS} FROM job WHERE kind = 'compare' AND state = 'done' AND id < $1 ORDER BY id DESC LIMIT 1"
        );
        self.store.statements().await?.first(sql, values![id]).await?.as_ref().map(job_of).transpose()
    }

    /// How many jobs wait for a second person.
    ///
    /// # Errors
    /// Where the database does not answer.
    pub async fn jobs_waiting(&self) -> Result<i64, RegistryError> {
        self.store.statements().await?.int("SELECT COUNT(*) FROM job WHERE state = 'waiting'", &[]).await
    }
}
