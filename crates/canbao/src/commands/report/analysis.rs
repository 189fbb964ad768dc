//! `canbao report analysis`.

use canbao_report::analysis::analysis;

use super::paper::Paper;
use crate::commands::Outcome;
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
    let (material, catalogue) = arguments.paper.load(async |_, _, _, material| Ok(material))?;
    arguments.paper.make("analysis", &material, &catalogue, language, &|subject| analysis(&subject))
}
