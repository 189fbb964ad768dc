//! `canbao standard`: the data standard as a page, as workbooks and as tables that a city edits.

mod compare;
mod csv;
mod dictionary;
mod export;
mod folder;
mod import;
mod list;
mod page;
mod sheet;
mod unknown;
mod workbook;
mod write;

use std::path::PathBuf;

use canbao_domain::standard::{Standard, StandardError, Table};
use clap::Subcommand;

use super::Outcome;
use crate::output::failure::Failure;
use crate::output::language::Language;

const EXAMPLES: &str = "\
Examples:
  canbao standard list                              code tables, and which a city has changed
  canbao standard dictionary --out 数据字典.html    items and code tables as a page to print
  canbao standard export hukou --out 户口性质.csv   a table to edit in a spreadsheet
  canbao standard import 户口性质.csv --table hukou --into standard
  canbao standard compare builtin standard          what the city has changed
  canbao standard unknown run-2016-11               values that stand in no table";

/// Show, edit and compare the data standard: items and code tables
///
/// Items and code tables are TOML files that the program comes with. A city puts edited ones into a folder, as a rule
/// `standard` beside its city.toml; each takes the place of the built-in file of its name, and the others stay.
///
/// Memory: a few MB.
///
/// Exit codes: 0 done; 2 nothing was written, and the message says what to do.
#[derive(clap::Args)]
#[command(before_help = EXAMPLES)]
pub(super) struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    List(list::Arguments),
    Dictionary(dictionary::Arguments),
    Export(export::Arguments),
    Import(import::Arguments),
    Compare(compare::Arguments),
    Unknown(unknown::Arguments),
}

/// Whose standard: the built-in one, or a city's over it.
#[derive(clap::Args)]
struct Whose {
    /// Folder of edited files, over the built-in ones
    #[arg(long, value_name = "DIR")]
    standard: Option<PathBuf>,
    /// City file: its folder `standard`, where it has one
    #[arg(long, value_name = "CITY.toml", conflicts_with = "standard")]
    city: Option<PathBuf>,
}

impl Whose {
    /// The standard that was asked for.
    fn load(&self, language: Language) -> Result<Standard, Failure> {
        match (&self.standard, &self.city) {
            (Some(folder), _) => folder::load(folder, language),
            (None, Some(city)) => {
                if !city.is_file() {
                    return Err(Failure::new(language.pick(
                        format!("找不到城市文件 {}。", city.display()),
                        format!("There is no city file {}.", city.display()),
                    )));
                }
                let folder = city.with_file_name("standard");
                if folder.is_dir() { folder::load(&folder, language) } else { Ok(Standard::embedded().clone()) }
            }
            (None, None) => Ok(Standard::embedded().clone()),
        }
    }
}

pub(super) fn run(arguments: &Arguments, language: Language) -> Result<Outcome, Failure> {
    match &arguments.command {
        Command::List(arguments) => list::run(arguments, language),
        Command::Dictionary(arguments) => dictionary::run(arguments, language),
        Command::Export(arguments) => export::run(arguments, language),
        Command::Import(arguments) => import::run(arguments, language),
        Command::Compare(arguments) => compare::run(arguments, language),
        Command::Unknown(arguments) => unknown::run(arguments, language),
    }?;
    Ok(Outcome::Done)
}

/// What is wrong with a file of the standard.
fn refused(error: &StandardError) -> Failure {
    Failure::new(error).hint(error.hint())
}

/// The table of a name, or the names that there are.
fn named<'a>(standard: &'a Standard, name: &str, language: Language) -> Result<&'a Table, Failure> {
    standard.table(name).ok_or_else(|| {
        let known: Vec<String> =
            standard.tables().map(|table| format!("{}（{}）", table.name(), table.title())).collect();
        Failure::new(language.pick(format!("没有“{name}”这个代码表。"), format!("There is no code table “{name}”.")))
            .hint(language.pick(format!("可用的：{}。", known.join("、")), format!("Known: {}.", known.join(", "))))
    })
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]

    use std::collections::BTreeSet;

    use canbao_domain::standard::{Record, Standard, finding_kinds, items, tables};

    #[test]
    fn every_column_of_a_run_has_its_item() {
        for (record, schema) in [
            (Record::Person, canbao_run::schema::persons()),
            (Record::Enrolment, canbao_run::schema::enrolments()),
            (Record::Employer, canbao_run::schema::units()),
            (Record::Finding, canbao_run::schema::findings()),
        ] {
            for column in schema.fields() {
                assert!(items().get(record, column.name()).is_some(), "{}.{}", record.as_str(), column.name());
            }
        }
    }

    #[test]
    fn kinds_of_findings_are_called_as_in_the_lists() {
        let listed: BTreeSet<_> = crate::workbooks::words::findings().collect();
        // what somebody claims stands in the record alone, never in a run
        let held = finding_kinds().entries().iter().filter(|entry| entry.code() != "claim-differs");
        assert_eq!(listed, held.map(|entry| (entry.code(), entry.name())).collect());
    }

    #[test]
    fn titles_are_names_of_sheets() {
        let titles: BTreeSet<_> = tables().iter().map(|table| table.title()).collect();
        assert_eq!(titles.len(), tables().len());
        assert!(
            titles
                .iter()
                .all(|title| title.chars().count() <= 28 && !title.contains(['/', '\\', '?', '*', '[', ']', ':']))
        );
        let page = super::page::render(Standard::embedded());
        assert!(titles.iter().all(|title| page.contains(title)));
        assert!(super::page::render(&Standard::with([]).unwrap()) == page);
    }
}
