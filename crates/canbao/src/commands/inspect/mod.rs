//! `canbao inspect`: what is recognised in an extract.

mod show;

use std::path::{Path, PathBuf};

use canbao_domain::source::SourceKind;
use canbao_intake::{Profiles, SourceSpec};

use super::Outcome;
use super::compare::refused;
use crate::output::failure::Failure;
use crate::output::language::Language;
use crate::output::print;

const EXAMPLES: &str = "\
Examples:
  canbao inspect 人社/城乡居民养老保险.csv
  canbao inspect 导出1.xls --kind rural-medical
  canbao inspect 人社/职工医保.csv --city city.toml     with what the city file says of it";

/// Show what is recognised in an extract
///
/// Tells the format, encoding, separator and header; which column is which field; how much is blank; which numbers are
/// invalid and which codes are unknown; and ten rows with everything personal masked. Writes nothing.
///
/// Memory: a few MB, whatever the size of the file (of a workbook its texts).
///
/// Exit codes: 0 done; 1 done, but some rows could not be read; 2 the file cannot be read.
#[derive(clap::Args)]
#[command(before_help = EXAMPLES)]
pub(super) struct Arguments {
    /// The extract
    #[arg(value_name = "FILE")]
    file: PathBuf,
    /// What it is an extract of, where that is not recognised
    #[arg(long, value_name = "KIND")]
    kind: Option<SourceKind>,
    /// Take encoding, sheets, columns and codes from the city file that names this file
    #[arg(long, value_name = "CITY.toml", conflicts_with = "kind")]
    city: Option<PathBuf>,
    /// Print one JSON object to standard output, and nothing else there
    #[arg(long)]
    json: bool,
}

pub(super) fn run(arguments: &Arguments, language: Language) -> Result<Outcome, Failure> {
    let file = &arguments.file;
    let found = match &arguments.city {
        Some(city) => {
            let (spec, profiles) = named(city, file, language)?;
            canbao_intake::inspect_source(&spec, &profiles)
        }
        None => {
            let profiles = Profiles::embedded().map_err(|error| refused(&error))?;
            canbao_intake::inspect(file, arguments.kind, &profiles)
        }
    };
    let found = found.map_err(|error| refused(&error))?;
    let text = if arguments.json { show::json(&found, file) } else { show::text(&found, file, language) };
    print(&text, language)?;
    let rejected = found.parts.iter().any(|part| part.totals.rejected > 0);
    Ok(if rejected { Outcome::SomeRejected } else { Outcome::Done })
}

/// What the city file says of this file.
fn named(city: &Path, file: &Path, language: Language) -> Result<(SourceSpec, Profiles), Failure> {
    let config = canbao_intake::load_city(city).map_err(|error| refused(&error))?;
    let profiles = config.profiles.as_deref().map_or_else(Profiles::embedded, Profiles::load);
    let profiles = profiles.map_err(|error| refused(&error))?;
    let wanted = file.canonicalize().ok();
    for mut spec in config.sources {
        spec.files.retain(|named| wanted.is_some() && named.path.canonicalize().ok() == wanted);
        if !spec.files.is_empty() {
            return Ok((spec, profiles));
        }
    }
    let (file, city) = (file.display(), city.display());
    Err(Failure::new(language.pick(
        format!("城市文件 {city} 没有列出文件 {file}。"),
        format!("The city file {city} does not name the file {file}."),
    ))
    .hint(language.pick(
        "请核对文件路径，或去掉 --city、用 --kind 指明数据种类。",
        "Check the path, or leave --city out and name the kind by --kind.",
    )))
}
