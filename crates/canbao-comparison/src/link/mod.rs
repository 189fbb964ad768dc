//! Linking (归户): whose is a row that the great join did not settle?

pub(crate) mod decide;
pub(crate) mod evidence;
pub(crate) mod gather;
pub(crate) mod group;
pub(crate) mod profile;
mod reasons;
pub(crate) mod search;

use crate::decisions::Decisions;
use crate::error::CompareError;
use crate::links::Links;
use crate::plan::context::Engine;
use crate::progress::Progress;
use crate::stage::Stage;
use canbao_domain::date::Date;
use canbao_domain::rules::Rules;
use std::sync::Arc;

/// Links every row that is not settled yet; afterwards each row's person stands in `links`.
#[expect(clippy::too_many_arguments, reason = "one step of the job, called in one place")]
pub(crate) fn link(
    engine: &Engine,
    stage: &Arc<Stage>,
    links: Arc<Links>,
    rules: &Rules,
    decisions: &Decisions,
    as_of: Date,
    workers: usize,
    progress: &dyn Progress,
) -> Result<Links, CompareError> {
    let tell = |what: &str| crate::times::tell(what);
    if !decisions.is_empty() {
        decisions.unsettle(stage, &links)?;
    }
    let gathered = gather::gather(engine, stage, &links)?;
    progress.advance(gathered.hard.len() as u64);
    tell("gathered");
    let mut groups = group::group(gathered, &links, rules);
    tell("grouped");
    let found = search::search(engine, stage, &links, &groups, decisions, workers)?;
    tell("searched");
    let profiles = profile::collect(engine, stage, &links, &groups, &found, as_of, workers)?;
    tell(&format!(
        "profiled: {} subjects, {} pairs, {} candidates, {} learners",
        groups.subjects.len(),
        found.pairs.len(),
        profiles.profiles.len(),
        profiles.learners.len()
    ));
    let outcome = decide::decide(&mut groups, &found, profiles, decisions, workers);
    tell("decided");
    let links = Arc::into_inner(links).ok_or_else(|| CompareError::internal("归户表仍被占用"))?;
    Ok(decide::settle(links, outcome))
}
