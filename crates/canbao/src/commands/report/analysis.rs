//! `canbao report analysis`.

use canbao_report::analysis::{Ask, analysis};
use canbao_report::cube::Cubes;
use canbao_report::{Material, Released, warnings};

use super::paper::Paper;
use super::{catalogue, failure};
use crate::commands::Outcome;
use crate::commands::registry::runtime;
use crate::output::failure::Failure;
use crate::output::language::Language;

/// The report (统计分析报告) of the city, a county or a town: text made of the figures, tables, charts, the map
///
/// A .docx can be written on. Data that are old, missing or half-loaded are told on its face.
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
    let warnings = warnings(material.now.cube.sources(), &deliveries, material.now.cube.as_of());
    paper.make("analysis", &material, language, &|area, heading| {
        analysis(&Ask {
            now: material.now.period(),
            before,
            catalogue: &catalogue,
            plan: &material.plan,
            area,
            made_on: day,
            heading,
            warnings: warnings.clone(),
        })
    })
}
