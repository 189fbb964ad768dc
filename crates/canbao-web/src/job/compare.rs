//! A comparison: its folder, the child, and what the record would become.

use std::sync::atomic::AtomicBool;

use canbao_domain::date::Date;
use canbao_domain::scope::Scope;
use canbao_registry::job::Job;
use canbao_registry::query::Asker;
use canbao_run::Summary;

use super::Program;
use super::child::{self, Ending};
use super::city::{self, Asked, DECISIONS, Missing};
use super::outcome::{Outcome, Trial};
use super::runner::{Follow, Stop};
use crate::App;
use crate::aside::on_a_thread;

/// Compares; gives what came of it.
pub(super) async fn run(app: &App, program: &Program, job: &Job, follow: &Follow) -> Result<String, Stop> {
    let asked: Asked = serde_json::from_str(&job.asked).map_err(|_| Stop::nonsense())?;
    let as_of = Date::parse(&asked.as_of).ok_or_else(Stop::nonsense)?;
    follow.begin("prepare");
    let mut titled = Vec::new();
    for taken in &asked.deliveries {
        titled.push((taken.title.clone(), app.registry.delivery(taken.delivery).await?));
    }
    let areas = app.registry.areas().await?;
    let asker = Asker { actor: job.made_by.clone(), scope: Scope::city(), purpose: "比对采用经办核定".into() };
    let decisions = !app.registry.decisions(&asker, false).await?.is_empty();
    let (data, id) = (app.settings.data.clone(), job.id);
    let folder = city::folder(&data, id);
    let laid = on_a_thread(move || city::lay(&data, id, as_of, &areas, &titled, decisions)).await;
    let city_file = match laid {
        Some(Ok(path)) => path,
        Some(Err(Missing::Said(what, hint))) => return Err(Stop::Failed(what.to_owned(), hint.to_owned())),
        Some(Err(Missing::Disk(_))) | None => return Err(Stop::disk()),
    };
    let text = |path: &std::path::Path| path.to_string_lossy().into_owned();
    if decisions {
        follow.begin("decisions");
        let out = text(&folder.join(DECISIONS));
        let arguments = ["registry", "export-decisions", "--out", &out].map(str::to_owned);
        done(start(program, arguments.to_vec(), job, follow).await?)?;
    }
    let run = text(&folder.join("run"));
    let arguments = [
        "compare",
        &text(&city_file),
        "--out",
        &run,
        "--memory-limit",
        &program.memory_limit,
        "--no-workbooks",
        "--json",
        "--progress",
        "json",
    ]
    .map(str::to_owned);
    let printed = done(start(program, arguments.to_vec(), job, follow).await?)?;
    let summary: Summary = serde_json::from_str(&printed).map_err(|_| Stop::nonsense())?;
    summary.check().map_err(|error| Stop::Failed(format!("{error}。"), "请联系系统维护人员。".to_owned()))?;
    let mut outcome = Outcome::of(summary);
    follow.begin("trial");
    let arguments = ["registry", "apply", &run, "--dry-run", "--json"].map(str::to_owned);
    match start(program, arguments.to_vec(), job, follow).await? {
        Ending::Done(printed) => outcome.trial = serde_json::from_str::<Trial>(&printed).ok(),
        // the comparison stands; what is in the way of its becoming the record is said beside it
        Ending::Failed(sentence, hint) => outcome.untried = format!("{sentence}{hint}"),
        Ending::Stopped => return Err(Stop::Asked),
    }
    Ok(outcome.json())
}

/// Runs a child on a thread of its own.
pub(super) async fn start(
    program: &Program,
    arguments: Vec<String>,
    job: &Job,
    follow: &Follow,
) -> Result<Ending, Stop> {
    let (program, follow) = (program.clone(), follow.clone());
    let actor = job.decided_by.as_ref().unwrap_or(&job.made_by).clone();
    let ended = on_a_thread(move || {
        let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
        let stop: &AtomicBool = &follow.stop;
        child::run(&program, &arguments, &actor, stop, &mut |event| follow.event(event))
    });
    match ended.await {
        Some(Ok(ending)) => Ok(ending),
        Some(Err(_)) | None => {
            Err(Stop::Failed("不能启动子进程。".to_owned(), "请系统管理员检查服务器的内存和程序文件。".to_owned()))
        }
    }
}

/// What a child printed.
pub(super) fn done(ending: Ending) -> Result<String, Stop> {
    match ending {
        Ending::Done(printed) => Ok(printed),
        Ending::Failed(sentence, hint) => Err(Stop::Failed(sentence, hint)),
        Ending::Stopped => Err(Stop::Asked),
    }
}
