//! A comparison becomes the record, or is taken back; a snapshot follows, so that figures have their trend.

use canbao_registry::job::{Job, JobKind, JobState};

use super::Program;
use super::city;
use super::compare::{done, start};
use super::outcome::Trial;
use super::runner::{Follow, Stop};
use crate::App;

/// Applies the comparison, or takes the apply back; gives what the child told.
pub(super) async fn run(app: &App, program: &Program, job: &Job, follow: &Follow) -> Result<String, Stop> {
    let arguments: Vec<String> = if job.kind == JobKind::Undo {
        follow.begin("undo");
        let applied: Trial = serde_json::from_str(&job.asked).map_err(|_| Stop::nonsense())?;
        let revision = applied.revision.to_string();
        ["registry", "undo", "--revision", &revision, "--json"].map(str::to_owned).to_vec()
    } else {
        follow.begin("apply");
        let comparison = job.of.ok_or_else(Stop::nonsense)?;
        let run = city::folder(&app.settings.data, comparison).join("run").to_string_lossy().into_owned();
        ["registry", "apply", &run, "--json"].map(str::to_owned).to_vec()
    };
    let mut printed = done(start(program, arguments, job, follow).await?)?;
    if job.kind == JobKind::Apply
        && Trial::read(&printed).revision == 0
        && let Some(reached) = reached(app, job).await?
    {
        printed = reached.json();
    }
    follow.begin("snapshot");
    let mut arguments = vec!["report".to_owned(), "snapshot".to_owned(), "--json".to_owned()];
    let own = app.settings.data.join("indicators.toml");
    if own.is_file() {
        arguments.push(format!("--indicators={}", own.to_string_lossy()));
    }
    // the record is what it is; a snapshot that could not be taken is taken by the next
    let actor = job.decided_by.as_ref().unwrap_or(&job.made_by);
    let _ = app.registry.take_snapshot(actor).await;
    // the child finds it taken, and writes its figures a row each: they need the memory of all of them at once
    let _ = start(program, arguments, job, follow).await;
    Ok(printed.trim().to_owned())
}

/// What an earlier apply of the same comparison had reached, which was broken off after all of it was there: nothing was left
/// to be done, and this one stands for it.
async fn reached(app: &App, job: &Job) -> Result<Option<Trial>, Stop> {
    let Some(comparison) = job.of else { return Ok(None) };
    let earlier = app.registry.jobs_of(comparison).await?;
    let broken = earlier.iter().find(|other| other.kind == JobKind::Apply && other.id < job.id);
    let begun = broken.filter(|other| other.state == JobState::Broken).and_then(|other| other.begun_at);
    let Some(begun) = begun else { return Ok(None) };
    let last = app.registry.last_apply().await?;
    Ok(last.filter(|applied| applied.at >= begun).as_ref().map(Trial::of))
}
