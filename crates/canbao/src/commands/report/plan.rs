//! `canbao report plan`.

use std::path::PathBuf;

use canbao_report::plan::{EMBEDDED, Plan};

use super::{catalogue, failure};
use crate::commands::Outcome;
use crate::commands::registry::{Database, actor, done, runtime};
use crate::output::failure::Failure;
use crate::output::language::Language;
use crate::output::print;

/// The plan (实施方案) that figures are held against, as TOML: stages, dates, targets, the bulletin's rules
///
/// Prints the one that holds. With --set, puts another in its place, with an audit entry; the ones before are kept.
#[derive(clap::Args)]
pub(super) struct Arguments {
    /// Put this file in its place
    #[arg(long, value_name = "FILE")]
    set: Option<PathBuf>,
    /// The city's own indicators, over the program's
    #[arg(long, value_name = "FILE")]
    indicators: Option<PathBuf>,
    #[command(flatten)]
    database: Database,
}

pub(super) fn run(arguments: &Arguments, language: Language) -> Result<Outcome, Failure> {
    let Some(path) = &arguments.set else {
        let plan = runtime(async {
            let registry = arguments.database.open().await?;
            let plan = done(registry.plan().await);
            registry.close().await;
            plan
        })?;
        print(plan.as_deref().unwrap_or(EMBEDDED), language)?;
        return Ok(Outcome::Done);
    };
    let text = std::fs::read_to_string(path)
        .map_err(|error| Failure::new(format!("实施方案 {} 读不出来：{error}。", path.display())))?;
    let plan = Plan::parse(&text).map_err(|error| failure(error.into()))?;
    plan.check(&catalogue(arguments.indicators.as_deref())?).map_err(|error| failure(error.into()))?;
    runtime(async {
        let registry = arguments.database.open().await?;
        let set = done(registry.set_plan(&text, &actor()).await);
        registry.close().await;
        set
    })?;
    let (stages, targets) = (plan.stages.len(), plan.targets.len());
    let said = language.pick(
        format!("已换成《{}》：{stages} 个阶段，{targets} 个目标。\n", plan.title),
        format!("The plan holds now: {stages} stages, {targets} targets.\n"),
    );
    print(&said, language)?;
    Ok(Outcome::Done)
}
