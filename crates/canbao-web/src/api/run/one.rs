//! One job: how far it is, what came of it, what may be done with it.

use canbao_registry::Versioned;
use canbao_registry::job::{Job, JobKind, JobState};
use serde::Serialize;
use serde_json::{Value, json};
use utoipa::ToSchema;

use super::list::Line;
use super::outcome::{Change, Told as Outcome};
use super::{Which, known};
use crate::api::frame::call::Ask;
use crate::api::frame::problem::Problem;
use crate::api::frame::{Told, word};
use crate::job::city::Asked;
use crate::job::follow::{Following, conspicuous};
use crate::job::outcome::{self, Trial};
use crate::job::progress::{self, Progress};

/// 走到的一步
#[derive(Serialize, ToSchema)]
#[schema(as = RunStage)]
struct Stage {
    /// 步骤
    name: String,
    /// 步骤的名称
    title: String,
    /// 做了几行；不数行的为 0
    rows: i64,
    /// 一共几行；不知道的没有
    total: Option<i64>,
    /// 用了几秒
    seconds: f64,
    /// 每秒几行
    rate: i64,
    /// 约剩几秒；不知道的没有
    left: Option<i64>,
    /// 这一步是否完成
    over: bool,
}

impl Stage {
    fn of(stage: &progress::Stage) -> Self {
        let number = |number: u64| i64::try_from(number).unwrap_or(i64::MAX);
        Self {
            name: stage.name.clone(),
            title: stage.chinese().to_owned(),
            rows: number(stage.rows),
            total: stage.total.map(number),
            seconds: stage.seconds,
            rate: number(stage.rate()),
            left: stage.left().map(number),
            over: stage.over,
        }
    }
}

/// 比对用的一份报送
#[derive(Serialize, ToSchema)]
#[schema(as = RunDelivery)]
struct Taken {
    /// 报送编号
    delivery: i64,
    /// 来源
    source: String,
    /// 来源的名称
    title: String,
    /// 数据截至哪一天
    as_of: String,
}

/// 由它而来的任务
#[derive(Serialize, ToSchema)]
#[schema(as = RunAfter)]
struct After {
    /// 任务编号
    id: i64,
    #[schema(value_type = word::JobKind)]
    kind: &'static str,
    #[schema(value_type = word::JobState)]
    state: &'static str,
}

/// 一个任务
#[derive(Serialize, ToSchema)]
pub(super) struct Run {
    #[serde(skip)]
    tag: String,
    #[serde(flatten)]
    run: Line,
    /// 为什么（撤销载入的原因）
    reason: String,
    /// 另一人写的理由
    decision: String,
    /// 为什么没有完成，一句话；完成的为空
    error: String,
    /// 该怎么办，一句话
    hint: String,
    /// 比对日期；不是比对的没有
    as_of: Option<String>,
    /// 比对用的报送
    deliveries: Vec<Taken>,
    /// 比对时逾期的来源
    stale: Vec<String>,
    /// 比对时没有数据、或没有选的来源
    missing: Vec<String>,
    /// 走过的各步
    stages: Vec<Stage>,
    /// 比对的结果；没有完成的没有
    outcome: Option<Outcome>,
    /// 载入会怎样（比对），做了什么（载入）；不知道的没有
    trial: Option<Change>,
    /// 由它而来的任务，先新后旧
    after: Vec<After>,
    /// 现在可以办什么：apply 同意载入、undo 申请撤销、decide 决定、cancel 取消；两个人办的，由另一个人
    can: Vec<&'static str>,
}

impl Told for Run {
    fn example() -> Value {
        let mut run = Line::sample();
        let more = json!({
            "reason": "", "decision": "", "error": "", "hint": "", "as_of": "2016-10-31",
            "deliveries": [{"delivery": 12, "source": "rural-medical", "title": "新型农村合作医疗", "as_of": "2016-10-31"}],
            "stale": [], "missing": [],
            "stages": [{
                "name": "read", "title": "读取数据", "rows": 3120442, "total": 3120442, "seconds": 41.5, "rate": 75191,
                "left": null, "over": true,
            }],
            "outcome": Outcome::sample(),
            "trial": {
                "new": 120, "changed": 4210, "ended": 33, "untouched": 2998211, "contested": 2, "rules_changed": false,
                "revision": null,
            },
            "after": [], "can": ["apply"],
        });
        if let (Some(run), Value::Object(more)) = (run.as_object_mut(), more) {
            run.extend(more);
        }
        run
    }

    fn version(&self) -> Option<&str> {
        Some(&self.tag)
    }
}

/// What a comparison was asked for; nothing of another job.
fn asked_of(job: &Job) -> Asked {
    if job.kind == JobKind::Compare { serde_json::from_str(&job.asked).unwrap_or_default() } else { Asked::default() }
}

pub(super) async fn show(ask: Ask<Which>) -> Result<Run, Problem> {
    let tag = ask.version(Versioned::Job(ask.given.id)).await?;
    let job = known(&ask).await?;
    let (areas, registry) = (&ask.caller.areas, &ask.registry);
    let asked = asked_of(&job);
    let progress = ask.app.runner.progress(job.id).unwrap_or_else(|| Progress::read(&job.progress));
    let done = job.state == JobState::Done;
    let (mut outcome, mut trial) = (None, None);
    if job.kind == JobKind::Compare && done {
        let read = outcome::Outcome::read(&job.result);
        let (told, first) = conspicuous(registry, areas, &job, &asked, &read).await?;
        outcome = Some(Outcome::of(&asked, &read, areas, told, first));
        trial = read.trial.as_ref().map(Change::of);
    }
    if job.kind == JobKind::Apply && done {
        trial = Some(Change::of(&Trial::read(&job.result)));
    }
    let following = Following::read(registry, &job).await?;
    let can = [
        ("apply", following.can_apply),
        ("undo", following.can_undo),
        ("decide", following.can_decide),
        ("cancel", following.can_cancel),
    ];
    let taken = |taken: &crate::job::city::Taken| Taken {
        delivery: taken.delivery,
        source: taken.source.clone(),
        title: taken.title.clone(),
        as_of: taken.as_of.clone(),
    };
    let after = |other: &Job| After { id: other.id, kind: other.kind.as_str(), state: other.state.as_str() };
    Ok(Run {
        tag,
        run: Line::of(&job),
        reason: job.reason.clone(),
        decision: job.decision.clone(),
        error: job.error.clone(),
        hint: job.hint.clone(),
        as_of: Some(asked.as_of.clone()).filter(|as_of| !as_of.is_empty()),
        deliveries: asked.deliveries.iter().map(taken).collect(),
        stages: progress.stages.iter().map(Stage::of).collect(),
        outcome,
        trial,
        after: following.after.iter().map(after).collect(),
        can: can.into_iter().filter(|(_, can)| *can).map(|(word, _)| word).collect(),
        stale: asked.stale,
        missing: asked.missing,
    })
}
