//! `canbao report bulletin`.

use canbao_report::bulletin::{Ask, bulletin};
use canbao_report::cube::Cubes;
use canbao_report::{Material, Released, warnings};

use super::paper::Paper;
use super::{catalogue, failure};
use crate::commands::Outcome;
use crate::commands::registry::runtime;
use crate::output::failure::Failure;
use crate::output::language::Language;

/// A bulletin (工作进展情况通报) of an area: who is how far, who is ahead and behind, by rules that are printed with it
///
/// An official paper after GB/T 9704. Of a city the counties are ranked, and per county its towns; of a county its towns; of a
/// town its villages. Data that are old, missing or half-loaded are told on its face.
#[derive(clap::Args)]
pub(super) struct Arguments {
    #[command(flatten)]
    paper: Paper,
}

pub(super) fn run(arguments: &Arguments, language: Language) -> Result<Outcome, Failure> {
    let paper = &arguments.paper;
    let catalogue = catalogue(paper.indicators.as_deref())?;
    let (deliveries, day) = (paper.deliveries()?, paper.day()?);
    let material = runtime(async {
        let registry = paper.database.open().await?;
        let cubes = Cubes::default();
        let loaded = Material::load(&registry, &cubes, &catalogue, paper.wanted()).await;
        registry.close().await;
        loaded.map_err(failure)
    })?;
    let before = material.before.as_ref().map(Released::period);
    let (year, month, _) = material.now.cube.as_of().ymd();
    let called = paper.called.clone().or_else(|| paper.issue.clone());
    let issue = called.unwrap_or_else(|| format!("{year}年{month}月"));
    let warnings = warnings(material.now.cube.sources(), &deliveries, material.now.cube.as_of());
    paper.make("bulletin", &material, language, &|area, heading| {
        bulletin(&Ask {
            now: material.now.period(),
            before,
            catalogue: &catalogue,
            plan: &material.plan,
            area,
            issue: &issue,
            issued_on: day,
            heading,
            warnings: warnings.clone(),
        })
    })
}
