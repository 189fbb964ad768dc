//! `canbao standard import`: an edited table into a city's folder.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use canbao_domain::date::Date;
use canbao_domain::standard::{EditError, Table};
use serde_json::json;

use super::{compare, folder, named, refused, sheet, write};
use crate::output::failure::Failure;
use crate::output::language::Language;
use crate::output::print;

const EXAMPLES: &str = "\
Examples:
  canbao standard import 未参保原因.csv --table uninsured_reasons --into standard
  canbao standard import 代码表.xlsx --table hukou --into standard --edition 2017.1 --valid-from 2017-01-01
  canbao standard import 未参保原因.csv --table uninsured_reasons --into standard --dry-run";

/// What is wrong is told up to so many places.
const MOST_TOLD: usize = 10;

/// Bring an edited code table back, into a city's folder
///
/// Reads a file that `canbao standard export` wrote and somebody edited, and writes DIR/TABLE.toml. Refused as a whole,
/// with the rows: codes that stand twice or lost their leading zeros, blank codes or names, formulas, a way of writing
/// that means two codes, and in tables whose codes the program uses any code that is new or gone. The file appears
/// whole or not at all; what it changes is shown.
///
/// Memory: a few MB.
#[derive(clap::Args)]
#[command(before_help = EXAMPLES)]
pub(super) struct Arguments {
    /// The edited file: .csv or .xlsx
    #[arg(value_name = "FILE")]
    file: PathBuf,
    /// The table, as `canbao standard list` names it
    #[arg(long, value_name = "TABLE")]
    table: String,
    /// The city's folder of edited files
    #[arg(long, value_name = "DIR")]
    into: PathBuf,
    /// What this edition is called [default: as before, with -local where something changed]
    #[arg(long, value_name = "TEXT")]
    edition: Option<String>,
    /// First day on which it holds [default: as before]
    #[arg(long, value_name = "DATE", value_parser = day)]
    valid_from: Option<Date>,
    /// Show what would change, and write nothing
    #[arg(long)]
    dry_run: bool,
    /// Print one JSON object to standard output, and nothing else there
    #[arg(long)]
    json: bool,
}

pub(super) fn run(arguments: &Arguments, language: Language) -> Result<(), Failure> {
    let (name, into) = (&arguments.table, &arguments.into);
    let mut files = if into.exists() { folder::files(into, language)? } else { Vec::new() };
    let standard = folder::combine(&files)?;
    let old = named(&standard, name, language)?;
    let new = edited(&arguments.file, old, arguments, language)?;
    let text = format!("# 由 canbao standard import 写入，可以直接修改。\n{}", new.to_toml());
    let file = format!("{name}.toml");
    files.retain(|(known, _)| *known != file);
    files.push((file.clone(), text.clone()));
    // what stands in the folder afterwards must hold together
    folder::combine(&files)?;
    let path = into.join(&file);
    if !arguments.dry_run {
        write::whole(&path, text.as_bytes(), language)?;
    }
    let found = compare::Found::of_tables(old, &new);
    let text = if arguments.json {
        let told = json!({
            "table": name, "file": path, "written": !arguments.dry_run, "version": new.version(),
            "valid_from": new.valid_from().to_string(), "entries": new.entries().len(), "changes": found.json(),
        });
        format!("{told}\n")
    } else {
        let (count, place) = (new.entries().len(), path.display());
        let done = if arguments.dry_run {
            language.pick(
                format!("{}：{count} 个代码，未写入。\n", new.title()),
                format!("{name}: {count} codes, nothing written.\n"),
            )
        } else {
            language.pick(
                format!("{}：{count} 个代码，已写入 {place}。\n", new.title()),
                format!("{name}: {count} codes, written to {place}.\n"),
            )
        };
        done + &found.text(language)
    };
    print(&text, language)
}

/// The table as the file has it.
fn edited(file: &Path, old: &Table, arguments: &Arguments, language: Language) -> Result<Table, Failure> {
    let lines = sheet::lines(file, old, language)?;
    let valid_from = arguments.valid_from.unwrap_or(old.valid_from());
    let as_new =
        |version: &str| old.edited(&lines, version, valid_from).map_err(|errors| spoiled(file, &errors, language));
    match &arguments.edition {
        Some(edition) => as_new(edition),
        None => {
            let new = as_new(old.version())?;
            let local = old.version().ends_with("-local") || old.compare(&new).is_none();
            if local { Ok(new) } else { as_new(&format!("{}-local", old.version())) }
        }
    }
}

/// Everything that is wrong with an edited file, in one refusal.
pub(super) fn spoiled(file: &Path, errors: &[EditError], language: Language) -> Failure {
    if let [EditError::Table(error)] = errors {
        return refused(error);
    }
    let told: Vec<String> =
        errors.iter().take(MOST_TOLD).map(|error| error.to_string().trim_end_matches('。').to_owned()).collect();
    let (told, shown, count) = (told.join("；"), file.display(), errors.len());
    let more = if count > MOST_TOLD { language.pick("；等等", " …") } else { "" };
    let sentence = language.pick(
        format!("{shown} 有 {count} 处要改，没有写入：{told}{more}。"),
        format!("{shown} is refused for {count} reasons: {told}{more}."),
    );
    let hints: BTreeSet<String> = errors.iter().map(EditError::hint).collect();
    Failure::new(sentence).hints(hints)
}

fn day(text: &str) -> Result<Date, String> {
    Date::parse(text).ok_or_else(|| "it must be a date such as 2017-01-01".to_owned())
}
