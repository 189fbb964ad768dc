//! `canbao report assessment`.

use canbao_report::Material;
use canbao_report::assessment::{Ask, assessment};

use super::paper::Paper;
use crate::commands::Outcome;
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
    let ((material, stages), catalogue) = paper.load(async |registry, cubes, catalogue, material| {
        let stages = material.stages(registry, cubes, catalogue, paper.wanted()).await?;
        Ok((material, stages))
    })?;
    let stages = Material::at(&stages);
    paper.make("assessment", &material, &catalogue, language, &|subject| {
        assessment(&Ask { subject, stages: stages.clone() })
    })
}
