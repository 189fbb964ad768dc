//! The list of comparisons, applies and undos.

use askama::Template;
use axum::extract::State;
use axum::response::Html;
use canbao_registry::job::{Job, JobKind, JobState};

use super::filled;
use super::person::Names;
use super::shell::{Crumb, Shell};
use super::word::Tag;
use crate::App;
use crate::fault::Fault;
use crate::job::city::Asked;
use crate::job::outcome::{Outcome, Trial};
use crate::right::visitor::Visitor;
use crate::say;

/// Jobs that are shown.
const SHOWN: i64 = 100;

struct Line {
    id: i64,
    what: &'static str,
    about: String,
    who: String,
    made: String,
    took: String,
    state: Tag,
}

#[derive(Template)]
#[template(path = "runs.html")]
struct List {
    shell: Shell,
    heading: String,
    lines: Vec<Line>,
}

/// A job's state as a tag.
pub(super) fn state(job: &Job) -> Tag {
    let colour = match job.state {
        JobState::Done => "green",
        JobState::Waiting | JobState::Queued | JobState::Running => "amber",
        JobState::Failed | JobState::Broken => "red",
        JobState::Cancelled | JobState::Refused => "",
    };
    Tag::new(job.state.chinese(), colour)
}

/// How long it took: `42 秒`, `7 分 5 秒`.
pub(super) fn took(job: &Job) -> String {
    match (job.begun_at, job.ended_at) {
        (Some(begun), Some(ended)) => duration((ended - begun).max(0) / 1000),
        _ => String::new(),
    }
}

pub(super) fn duration(seconds: i64) -> String {
    match (seconds / 60, seconds % 60) {
        (0, seconds) => format!("{seconds} 秒"),
        (minutes, seconds) if minutes < 60 => format!("{minutes} 分 {seconds} 秒"),
        (minutes, _) => format!("{} 小时 {} 分", minutes / 60, minutes % 60),
    }
}

/// What a job is about, in a line.
fn about(job: &Job) -> String {
    match job.kind {
        JobKind::Compare => {
            let asked: Asked = serde_json::from_str(&job.asked).unwrap_or_default();
            let done = match job.state {
                JobState::Done => {
                    let outcome = Outcome::read(&job.result);
                    let rows: i64 = outcome.sources.values().map(|counts| counts.rows).sum();
                    format!("，{} 行", say::count(rows))
                }
                _ => String::new(),
            };
            format!("截至 {}，{} 个来源{done}", asked.as_of, asked.deliveries.len())
        }
        JobKind::Apply => {
            let trial = Trial::read(&job.result);
            let of = job.of.unwrap_or(0);
            match job.state {
                JobState::Done => format!(
                    "第 {of} 个任务的比对：新增 {}，变化 {}，转历史 {}",
                    say::count(trial.new),
                    say::count(trial.changed),
                    say::count(trial.ended)
                ),
                _ => format!("第 {of} 个任务的比对"),
            }
        }
        JobKind::Undo => format!("第 {} 个任务的载入：{}", job.of.unwrap_or(0), job.reason),
    }
}

pub(crate) async fn list(State(app): State<App>, visitor: Visitor) -> Result<Html<String>, Fault> {
    let jobs = app.registry.jobs(SHOWN).await?;
    let names = Names::read(&app).await?;
    let waiting = jobs.iter().filter(|job| job.state == JobState::Waiting).count();
    let at_work = jobs.iter().filter(|job| matches!(job.state, JobState::Queued | JobState::Running)).count();
    let lines = jobs
        .iter()
        .map(|job| Line {
            id: job.id,
            what: job.kind.chinese(),
            about: about(job),
            who: names.of(&job.made_by),
            made: say::time(job.made_at),
            took: took(job),
            state: state(job),
        })
        .collect();
    let heading = match (at_work, waiting) {
        (0, 0) => "比对 · 没有进行中的任务".to_owned(),
        (0, waiting) => format!("比对 · {waiting} 个等待另一人同意"),
        (at_work, 0) => format!("比对 · {at_work} 个进行中或排队"),
        (at_work, waiting) => format!("比对 · {at_work} 个进行中或排队，{waiting} 个等待另一人同意"),
    };
    let crumbs = vec![Crumb::to("数据", "/data"), Crumb::here("比对")];
    filled(&List { shell: Shell::of(&app, &visitor, "/runs", heading.clone(), crumbs).await?, heading, lines })
}
