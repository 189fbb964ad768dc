//! Jobs, the newest first.

use canbao_registry::instant;
use canbao_registry::job::Job;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use utoipa::ToSchema;

use crate::api::frame::call::Ask;
use crate::api::frame::problem::Problem;
use crate::api::frame::{Told, word};

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = RunsAsked)]
pub(super) struct Asked {
    /// 只看第几个任务以前的：上一次回答中的 next
    #[schema(value_type = Option<word::After>)]
    before: Option<i64>,
    #[schema(value_type = Option<word::Limit>)]
    limit: Option<i64>,
}

/// 一个任务
#[derive(Serialize, ToSchema)]
#[schema(as = RunInList)]
pub(super) struct Line {
    /// 任务编号
    id: i64,
    #[schema(value_type = word::JobKind)]
    kind: &'static str,
    #[schema(value_type = word::JobState)]
    state: &'static str,
    /// 谁发起的：账号
    made_by: String,
    #[schema(value_type = word::Instant)]
    made_at: String,
    /// 另一人：谁决定的
    decided_by: Option<String>,
    #[schema(value_type = Option<word::Instant>)]
    decided_at: Option<String>,
    #[schema(value_type = Option<word::Instant>)]
    begun_at: Option<String>,
    #[schema(value_type = Option<word::Instant>)]
    ended_at: Option<String>,
    /// 载入的是哪次比对，撤销的是哪次载入：任务编号
    of: Option<i64>,
}

impl Line {
    pub(super) fn of(job: &Job) -> Self {
        Self {
            id: job.id,
            kind: job.kind.as_str(),
            state: job.state.as_str(),
            made_by: job.made_by.clone(),
            made_at: instant(job.made_at),
            decided_by: job.decided_by.clone(),
            decided_at: job.decided_at.map(instant),
            begun_at: job.begun_at.map(instant),
            ended_at: job.ended_at.map(instant),
            of: job.of,
        }
    }

    pub(super) fn sample() -> Value {
        json!({
            "id": 5, "kind": "compare", "state": "done", "made_by": "he.yong", "made_at": "2016-11-05T09:00:00+08:00",
            "decided_by": null, "decided_at": null, "begun_at": "2016-11-05T09:00:01+08:00",
            "ended_at": "2016-11-05T09:12:44+08:00", "of": null,
        })
    }
}

/// 任务
#[derive(Serialize, ToSchema)]
#[schema(as = RunsPage)]
pub(super) struct List {
    runs: Vec<Line>,
    /// 更早的从哪个任务之前开始；没有更早的没有
    next: Option<i64>,
}

impl Told for List {
    fn example() -> Value {
        json!({"runs": [Line::sample()], "next": null})
    }
}

pub(super) async fn list(ask: Ask<Asked>) -> Result<List, Problem> {
    let limit = ask.given.limit.unwrap_or(50);
    let found = ask.registry.jobs_before(ask.given.before, limit).await?;
    let next = found.last().filter(|last| found.len() as i64 == limit && last.id > 1).map(|last| last.id);
    Ok(List { runs: found.iter().map(Line::of).collect(), next })
}
