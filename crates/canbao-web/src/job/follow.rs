//! What may be done with a job just now, and what is conspicuous in what came of it.

use std::collections::BTreeMap;

use canbao_registry::area::Areas;
use canbao_registry::job::{Job, JobKind, JobState};
use canbao_registry::{Registry, RegistryError};

use super::city::Asked;
use super::outcome::{Outcome, Trial, finding_name};
use crate::App;

/// A job with what came of it.
pub(crate) struct Following {
    /// The jobs that came of it, the newest first.
    pub(crate) after: Vec<Job>,
    /// A comparison that may become the record.
    pub(crate) can_apply: bool,
    /// An apply that may be taken back.
    pub(crate) can_undo: bool,
    /// It waits for a second person.
    pub(crate) can_decide: bool,
    pub(crate) can_cancel: bool,
}

impl Following {
    pub(crate) async fn read(registry: &Registry, job: &Job) -> Result<Self, RegistryError> {
        let after = registry.jobs_of(job.id).await?;
        let stands = |other: &&Job| {
            other.kind == JobKind::Apply && matches!(other.state, JobState::Queued | JobState::Running | JobState::Done)
        };
        // an apply that was taken back may be made again
        let taken_back = match after.iter().find(stands) {
            Some(apply) => registry.jobs_of(apply.id).await?.iter().any(|undo| undo.state == JobState::Done),
            None => true,
        };
        let undo = |is: fn(JobState) -> bool| after.iter().any(|other| other.kind == JobKind::Undo && is(other.state));
        let (undone, waits) = (undo(|state| state == JobState::Done), undo(|state| !state.is_over()));
        let done = job.state == JobState::Done;
        let revision = Trial::read(&job.result).revision;
        Ok(Self {
            can_apply: job.kind == JobKind::Compare && done && taken_back,
            can_undo: job.kind == JobKind::Apply && done && revision > 0 && !undone && !waits,
            can_decide: job.state == JobState::Waiting,
            can_cancel: job.state == JobState::Queued
                || (job.state == JobState::Running && job.kind == JobKind::Compare),
            after,
        })
    }
}

/// Ends a job that has not begun, or a comparison at work. Of what changes the record nobody could say whether it was done
/// before it was broken off.
///
/// # Errors
/// As [`Registry::cancel_job`] and [`Registry::ask_stop`].
pub(crate) async fn cancel(app: &App, registry: &Registry, login: &str, job: &Job) -> Result<(), RegistryError> {
    let at_work = job.state == JobState::Running && job.kind == JobKind::Compare;
    if !at_work || app.runner.progress(job.id).is_none() {
        return registry.cancel_job(login, job.id).await;
    }
    registry.ask_stop(login, job.id).await?;
    app.runner.stop(job.id, login);
    Ok(())
}

/// What a source of a comparison is called; its name where it was not asked for by the plan.
pub(crate) fn titles(asked: &Asked) -> BTreeMap<&str, &str> {
    asked.deliveries.iter().map(|taken| (taken.source.as_str(), taken.title.as_str())).collect()
}

/// What is conspicuous in a comparison, as sentences; and whether it is the first.
///
/// # Errors
/// Where the database does not answer.
pub(crate) async fn conspicuous(
    registry: &Registry,
    areas: &Areas,
    job: &Job,
    asked: &Asked,
    outcome: &Outcome,
) -> Result<(Vec<String>, bool), RegistryError> {
    let before = registry.comparison_before(job.id).await?.map(|before| Outcome::read(&before.result));
    let titles = titles(asked);
    let title = |name: &str| titles.get(name).map_or(name, |title| *title).to_owned();
    let area = |code: &str| areas.get(code).map_or(code, |area| area.name.as_str()).to_owned();
    Ok((outcome.conspicuous(before.as_ref(), title, finding_name, area), before.is_none()))
}
