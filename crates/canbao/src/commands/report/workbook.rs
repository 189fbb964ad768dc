//! `canbao report workbook`.

use std::path::PathBuf;

use canbao_domain::scope::Scope;
use canbao_report::cube::{Cubes, Filter, Tree};
use canbao_report::table::area_book;

use super::{catalogue, failure};
use crate::commands::Outcome;
use crate::commands::registry::{Database, runtime};
use crate::output::failure::Failure;
use crate::output::language::Language;
use crate::output::print;

/// A workbook of an area: all indicators by the areas below and by each dimension, with formulas for totals
///
/// For use inside the office: nothing is withheld, and totals close. What leaves the office are bulletins and reports.
#[derive(clap::Args)]
pub(super) struct Arguments {
    /// Of this area [default: the city]
    #[arg(long, value_name = "CODE")]
    area: Option<String>,
    /// The file (.xlsx); what stands there is replaced
    #[arg(long, value_name = "FILE")]
    out: PathBuf,
    /// Sum areas up by who reports to whom (reporting) or by the codes (codes)
    #[arg(long, value_name = "TREE", default_value = "reporting", value_parser = ["reporting", "codes"])]
    tree: String,
    /// Of this snapshot [default: the last one]
    #[arg(long, value_name = "ID")]
    snapshot: Option<i64>,
    /// The city's own indicators, over the program's
    #[arg(long, value_name = "FILE")]
    indicators: Option<PathBuf>,
    #[command(flatten)]
    database: Database,
}

pub(super) fn run(arguments: &Arguments, language: Language) -> Result<Outcome, Failure> {
    let catalogue = catalogue(arguments.indicators.as_deref())?;
    let cube = runtime(async {
        let registry = arguments.database.open().await?;
        let cubes = Cubes::default();
        let cube = match arguments.snapshot {
            Some(id) => cubes.get(&registry, id).await,
            None => cubes.latest(&registry).await,
        };
        registry.close().await;
        cube.map_err(failure)
    })?;
    let tree = Tree::from_word(&arguments.tree).unwrap_or_default();
    let filter = Filter { area: arguments.area.clone(), tree, ..Filter::default() };
    let rows = area_book(&cube, &catalogue, &filter, &Scope::city(), &arguments.out).map_err(failure)?;
    let (file, id, as_of) = (arguments.out.display(), cube.snapshot().id, cube.as_of());
    let said = language.pick(
        format!("已写 {file}：{rows} 行，依据第 {id} 号统计快照（截至 {as_of}）。\n"),
        format!("{file}: {rows} rows, from snapshot {id}, as of {as_of}.\n"),
    );
    print(&said, language)?;
    Ok(Outcome::Done)
}
