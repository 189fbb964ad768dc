//! Samples (抽查、双录): forms drawn by a seed and asked or entered again by somebody else, and how far both agree.

use canbao_domain::scope::Scope;
use serde_json::Value as Json;

use super::note;
use super::row::task_columns;
use super::row::{TASK, Task, task_of};
use crate::RegistryError;
use crate::clock::now_ms;
use crate::query::Asker;
use crate::registry::Registry;
use crate::store::{Row, Value, values};

/// A sample.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sample {
    /// Its number.
    pub id: i64,
    /// The area that it was drawn from.
    pub area: String,
    /// `visit`: asked again at the door; `paper`: entered again from the paper.
    pub kind: String,
    /// By which it was drawn: the same draws the same.
    pub seed: String,
    /// Its share, in hundredths of a per cent.
    pub share: i64,
    /// How many forms it was drawn from.
    pub of: i64,
    /// How many were drawn.
    pub drawn: i64,
    /// How many of these were done.
    pub done: i64,
    /// Items compared, and equal.
    pub compared: i64,
    /// Items that were equal.
    pub equal: i64,
    /// Who drew it.
    pub made_by: String,
    /// When, milliseconds since 1970.
    pub made_at: i64,
}

/// One form of a sample.
#[derive(Clone, Debug)]
pub struct Recheck {
    /// Its number.
    pub id: i64,
    /// The task.
    pub task: Task,
    /// What was found the second time, by item; none before. Personal.
    pub answers: Option<Json>,
    /// Items compared.
    pub compared: i64,
    /// Items that were equal.
    pub equal: i64,
    /// Who did it again.
    pub actor: Option<String>,
}

const SAMPLE: &str = "s.id, s.area, s.kind, s.seed, s.share, s.of_tasks, \
     (SELECT COUNT(*) FROM survey_recheck r WHERE r.sample = s.id), \
     (SELECT COUNT(*) FROM survey_recheck r WHERE r.sample = s.id AND r.at IS NOT NULL), \
     CAST((SELECT COALESCE(SUM(r.compared), 0) FROM survey_recheck r WHERE r.sample = s.id) AS BIGINT), \
     CAST((SELECT COALESCE(SUM(r.equal), 0) FROM survey_recheck r WHERE r.sample = s.id) AS BIGINT), s.made_by, s.made_at";

fn sample_of(row: &Row) -> Sample {
    Sample {
        id: row.int(0),
        area: row.text(1).to_owned(),
        kind: row.text(2).to_owned(),
        seed: row.text(3).to_owned(),
        share: row.int(4),
        of: row.int(5),
        drawn: row.int(6),
        done: row.int(7),
        compared: row.int(8),
        equal: row.int(9),
        made_by: row.text(10).to_owned(),
        made_at: row.int(11),
    }
}

impl Registry {
    /// Draws a sample of an area's forms that were handed in: the share with the lowest digests of seed and key, so whoever has
    /// the seed draws the same.
    ///
    /// # Errors
    /// Where the area is out of reach, the share is none, or no form was handed in.
    pub async fn survey_draw(
        &self,
        asker: &Asker,
        area: &str,
        kind: &str,
        seed: &str,
        share: i64,
    ) -> Result<i64, RegistryError> {
        let seed = seed.trim();
        if seed.is_empty() || seed.chars().count() > 40 {
            return Err(RegistryError::refused_at(
                "seed",
                "没有写抽样的种子。",
                "写任意一段文字，例如抽查日期；同样的种子抽出同样的人。",
            ));
        }
        if !(1..=10_000).contains(&share) || !matches!(kind, "visit" | "paper") {
            return Err(RegistryError::refused_at("share", "抽查比例要在 0.01% 到 100% 之间。", "请重新填写。"));
        }
        let mut transaction = self.store.write().await?;
        let areas = self.areas.get(&mut transaction).await?;
        if areas.get(area).is_none() || !areas.reached(&asker.scope, area) {
            return Err(RegistryError::Nobody);
        }
        let mut values: Vec<Value> = Vec::new();
        let whom = areas.condition("area", &areas.reporting_to(area), &mut values);
        let sql = format!(
            "SELECT id, mark FROM survey_task WHERE {whom} AND state IN ('submitted', 'approved') ORDER BY mark"
        );
        let mut drawn: Vec<(blake3::Hash, i64)> = Vec::new();
        for row in transaction.all(sql, &values).await? {
            let mut hasher = blake3::Hasher::new();
            hasher.update(seed.as_bytes()).update(b"\0").update(row.text(1).as_bytes());
            drawn.push((hasher.finalize(), row.int(0)));
        }
        if drawn.is_empty() {
            return Err(RegistryError::refused("这里还没有提交的表，不能抽查。", "请等采集员提交后再抽。"));
        }
        let of = drawn.len() as i64;
        drawn.sort_by(|one, other| one.0.as_bytes().cmp(other.0.as_bytes()));
        let count = (of * share + 9_999) / 10_000;
        drawn.truncate(usize::try_from(count).unwrap_or_default());
        let id = transaction.int("SELECT COALESCE(MAX(id), 0) + 1 FROM survey_sample", &[]).await?;
        let sql = "INSERT INTO survey_sample (id, area, kind, seed, share, of_tasks, made_by, made_at) \
                   VALUES ($1, $2, $3, $4, $5, $6, $7, $8)";
        let row: &[Value] = values![id, area, kind, seed, share, of, asker.actor.as_str(), now_ms()];
        transaction.execute(sql, row).await?;
        let next = transaction.int("SELECT COALESCE(MAX(id), 0) + 1 FROM survey_recheck", &[]).await?;
        let rows = drawn
            .iter()
            .zip(next..)
            .map(|((_, task), number)| vec![number.into(), id.into(), (*task).into(), 0_i64.into(), 0_i64.into()]);
        let columns = ["id", "sample", "task", "compared", "equal"];
        transaction.insert("survey_recheck", &columns, rows.collect()).await?;
        note(&mut transaction, asker, "survey-draw", &format!("survey sample {id} area {area} of {of}")).await?;
        transaction.commit().await?;
        Ok(id)
    }

    /// Samples of a scope, the newest first.
    ///
    /// # Errors
    /// Where the database does not answer.
    pub async fn survey_samples(&self, scope: &Scope) -> Result<Vec<Sample>, RegistryError> {
        let mut statements = self.store.statements().await?;
        let areas = self.areas.get(&mut statements).await?;
        let sql = format!("SELECT {SAMPLE} FROM survey_sample s ORDER BY s.id DESC LIMIT 200");
        let rows = statements.all(sql, &[]).await?;
        Ok(rows.iter().map(sample_of).filter(|sample| areas.reached(scope, &sample.area)).collect())
    }

    /// The forms of a sample, in the order in which they were drawn.
    ///
    /// # Errors
    /// [`RegistryError::Nobody`] where it is out of reach.
    pub async fn survey_sample(&self, asker: &Asker, sample: i64) -> Result<(Sample, Vec<Recheck>), RegistryError> {
        let mut statements = self.store.statements().await?;
        let areas = self.areas.get(&mut statements).await?;
        let sql = format!("SELECT {SAMPLE} FROM survey_sample s WHERE s.id = $1");
        let known = statements.first(sql, values![sample]).await?.map(|row| sample_of(&row));
        let known = known.filter(|known| areas.reached(&asker.scope, &known.area)).ok_or(RegistryError::Nobody)?;
        let sql = format!(
            "SELECT {}, r.id, r.answers, r.compared, r.equal, r.actor FROM survey_recheck r \
             JOIN survey_task t ON t.id = r.task WHERE r.sample = $1 ORDER BY r.id",
            task_columns("t")
        );
        let at = TASK.len();
        let rows = statements.all(sql, values![sample]).await?;
        let rechecks = rows.iter().map(|row| Recheck {
            id: row.int(at),
            task: task_of(row),
            answers: row.maybe_text(at + 1).and_then(|text| serde_json::from_str(text).ok()),
            compared: row.int(at + 2),
            equal: row.int(at + 3),
            actor: row.maybe_text(at + 4).map(str::to_owned),
        });
        Ok((known, rechecks.collect()))
    }

    /// Records what was found the second time.
    ///
    /// # Errors
    /// [`RegistryError::Nobody`] where it is out of reach; a refusal where it was done already, or by who did it first.
    pub async fn survey_recheck(
        &self,
        asker: &Asker,
        recheck: i64,
        answers: &Json,
        compared: i64,
        equal: i64,
    ) -> Result<(), RegistryError> {
        let mut transaction = self.store.write().await?;
        let sql = "SELECT t.mark, r.at, t.submitted_by FROM survey_recheck r JOIN survey_task t ON t.id = r.task WHERE r.id = $1";
        let row = transaction.first(sql, values![recheck]).await?.ok_or(RegistryError::Nobody)?;
        self.one_task(&mut transaction, asker, row.text(0)).await?;
        if row.maybe_int(1).is_some() {
            return Err(RegistryError::refused("这份表已经复查过。", "请刷新页面查看。"));
        }
        if row.maybe_text(2) == Some(asker.actor.as_str()) {
            return Err(RegistryError::refused("自己做的表要由别人复查。", "请换一个人。"));
        }
        let sql =
            "UPDATE survey_recheck SET answers = $1, compared = $2, equal = $3, actor = $4, at = $5 WHERE id = $6";
        let row: &[Value] = values![answers.to_string(), compared, equal, asker.actor.as_str(), now_ms(), recheck];
        transaction.execute(sql, row).await?;
        note(&mut transaction, asker, "survey-recheck", &format!("survey recheck {recheck}: {equal} of {compared}"))
            .await?;
        transaction.commit().await
    }
}
