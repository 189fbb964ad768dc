//! `canbao standard export`: code tables to edit in a spreadsheet.

use std::path::{Path, PathBuf};

use canbao_domain::standard::Table;

use super::{Whose, csv, named, workbook, write};
use crate::output::failure::Failure;
use crate::output::language::Language;
use crate::output::print;

const EXAMPLES: &str = "\
Examples:
  canbao standard export uninsured_reasons --out 未参保原因.csv
  canbao standard export --all --out 代码表.xlsx        a sheet for each table
  canbao standard export --all --out 代码表             a CSV file for each table";

/// Export code tables to edit in a spreadsheet
///
/// The columns are 代码 (code), 名称 (name), 别名 (other ways of writing, parted by ；), 分组 (group), 备注 (remark). Edit
/// the rows, leave the head, and bring the table back with `canbao standard import`. CSV has a BOM, so that office
/// programs take it for UTF-8; a workbook keeps leading zeros by itself.
///
/// Memory: a few MB.
#[derive(clap::Args)]
#[command(before_help = EXAMPLES)]
pub(super) struct Arguments {
    /// The table, as `canbao standard list` names it
    #[arg(value_name = "TABLE", required_unless_present = "all", conflicts_with = "all")]
    table: Option<String>,
    /// All tables: into a workbook, or as CSV files into a folder
    #[arg(long)]
    all: bool,
    /// File (.csv or .xlsx), or with --all a folder
    #[arg(long, value_name = "OUT")]
    out: PathBuf,
    #[command(flatten)]
    whose: Whose,
}

pub(super) fn run(arguments: &Arguments, language: Language) -> Result<(), Failure> {
    let standard = arguments.whose.load(language)?;
    let tables: Vec<&Table> = match &arguments.table {
        Some(name) => vec![named(&standard, name, language)?],
        None => standard.tables().collect(),
    };
    let out = &arguments.out;
    match (extension(out).as_str(), tables.as_slice()) {
        ("xlsx", _) => {
            let date = standard.items().valid_from();
            write::through(out, language, |aside| workbook::tables(aside, &tables, date).map_err(workbook::failed))?;
        }
        ("csv", [table]) if !arguments.all => write::whole(out, csv::write(table).as_bytes(), language)?,
        ("", _) if arguments.all => {
            for table in &tables {
                let path = out.join(format!("{}.csv", table.name()));
                write::whole(&path, csv::write(table).as_bytes(), language)?;
            }
        }
        _ => return Err(unfit(out, arguments.all, language)),
    }
    let (count, place) = (tables.len(), out.display());
    let text = language.pick(
        format!("已导出 {count} 个代码表到 {place}。\n"),
        format!("{count} code tables are exported to {place}.\n"),
    );
    print(&text, language)
}

/// The ending of a file's name in lower case.
pub(super) fn extension(path: &Path) -> String {
    path.extension().map(|kind| kind.to_string_lossy().to_lowercase()).unwrap_or_default()
}

fn unfit(out: &Path, all: bool, language: Language) -> Failure {
    let place = out.display();
    let failure = Failure::new(
        language.pick(format!("不能导出成 {place} 这种文件。"), format!("{place} is no kind of file to export into.")),
    );
    if all {
        failure.hint(language.pick("--out 请写 .xlsx 文件，或一个文件夹。", "Name an .xlsx file or a folder by --out."))
    } else {
        failure.hint(language.pick("--out 请写 .csv 或 .xlsx 文件。", "Name a .csv or an .xlsx file by --out."))
    }
}
