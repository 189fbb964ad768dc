//! `canbao standard dictionary`: items and code tables as a page or a workbook.

use std::path::PathBuf;

use super::{Whose, export, page, workbook, write};
use crate::output::failure::Failure;
use crate::output::language::Language;
use crate::output::print;

const EXAMPLES: &str = "\
Examples:
  canbao standard dictionary --out 数据字典.html
  canbao standard dictionary --out 数据字典.xlsx --city city.toml";

/// Write the data dictionary: every item and every code table
///
/// A page (.html) needs nothing beside it and prints; a workbook (.xlsx) has a sheet of items, an index, and a sheet for
/// each code table. Both are in Chinese. The same standard gives the same bytes.
///
/// Memory: a few MB.
#[derive(clap::Args)]
#[command(before_help = EXAMPLES)]
pub(super) struct Arguments {
    /// The file to write: .html or .xlsx
    #[arg(long, value_name = "FILE")]
    out: PathBuf,
    #[command(flatten)]
    whose: Whose,
}

pub(super) fn run(arguments: &Arguments, language: Language) -> Result<(), Failure> {
    let standard = arguments.whose.load(language)?;
    let out = &arguments.out;
    match export::extension(out).as_str() {
        "html" | "htm" => write::whole(out, page::render(&standard).as_bytes(), language)?,
        "xlsx" => {
            write::through(out, language, |aside| workbook::dictionary(aside, &standard).map_err(workbook::failed))?
        }
        _ => {
            let failure = Failure::new(language.pick(
                format!("不能写成 {} 这种文件。", out.display()),
                format!("{} is no kind of file for a dictionary.", out.display()),
            ));
            return Err(
                failure.hint(language.pick("--out 请写 .html 或 .xlsx 文件。", "Name an .html or an .xlsx file."))
            );
        }
    }
    let (items, tables, place) = (standard.items().all().len(), standard.tables().count(), out.display());
    let text = language.pick(
        format!("数据字典已写到 {place}：{items} 个项目，{tables} 个代码表。\n"),
        format!("The dictionary is in {place}: {items} items, {tables} code tables.\n"),
    );
    print(&text, language)
}
