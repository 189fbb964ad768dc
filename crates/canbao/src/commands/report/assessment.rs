//! `canbao report assessment`.

use canbao_report::assessment::{Ask, assessment};
use canbao_report::cube::Cubes;
use canbao_report::{Material, warnings};

use super::paper::Paper;
use super::{catalogue, failure};
use crate::commands::Outcome;
use crate::commands::registry::runtime;
use crate::output::failure::Failure;
use crate::output::language::Language;

/// The assessment (总结评估报告) of the city, a county or a town: each stage of the plan by what was counted before and after it,
/// each target by what was reached
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
    let (material, stages) = runtime(async {
        let registry = paper.database.open().await?;
        let cubes = Cubes::default();
        let loaded = async {
            let material = Material::load(&registry, &cubes, &catalogue, paper.wanted()).await?;
            let stages = material.stages(&registry, &cubes, &catalogue, paper.wanted()).await?;
            Ok((material, stages))
        };
        let loaded = loaded.await;
        registry.close().await;
        loaded.map_err(failure)
    })?;
    let stages = Material::at(&stages);
    let warnings = warnings(material.now.cube.sources(), &deliveries, material.now.cube.as_of());
    paper.make("assessment", &material, language, &|area, heading| {
        assessment(&Ask {
            now: material.now.period(),
            stages: stages.clone(),
            catalogue: &catalogue,
            plan: &material.plan,
            area,
            made_on: day,
            heading,
            warnings: warnings.clone(),
        })
    })
}
