//! `canbao report bulletin`.

use canbao_report::bulletin::{Ask, bulletin};

use super::paper::Paper;
use crate::commands::Outcome;
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
    let (material, catalogue) = paper.load(async |_, _, _, material| Ok(material))?;
    let (year, month, _) = material.now.cube.as_of().ymd();
    let called = paper.called.clone().or_else(|| paper.issue.clone());
    let issue = called.unwrap_or_else(|| format!("{year}年{month}月"));
    paper.make("bulletin", &material, &catalogue, language, &|subject| bulletin(&Ask { subject, issue: &issue }))
}
