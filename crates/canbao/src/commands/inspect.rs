//! `canbao inspect`: what is recognised in an extract.

use super::{Outcome, Telling};
use crate::output::failure::Failure;
use crate::output::language::Language;

/// Show what is recognised in an extract
#[derive(clap::Args)]
pub(super) struct Arguments {
    #[command(flatten)]
    pub(super) telling: Telling,
}

pub(super) fn run(_: &Arguments, _: Language) -> Result<Outcome, Failure> {
    Err(Failure::new("?"))
}
