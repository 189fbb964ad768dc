//! The work-list (待核实名单): rows that could not be used, each with where it stands and why.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use canbao_paper::{About, Book, Cell, Column, Kind, ListPlan, PaperError};

use crate::output::failure::Failure;
use crate::output::figure;
use crate::output::language::Language;
use crate::output::private::Aside;
use crate::output::table::{Side, Table};

/// Its usual name.
const NAME: &str = "待核实名单.xlsx";

/// Its place in a folder: an earlier list, which somebody may be at work on, is never replaced.
pub(super) fn place(folder: &Path) -> PathBuf {
    let mut path = folder.join(NAME);
    let mut next = 2;
    while path.exists() {
        path = folder.join(format!("待核实名单-{next}.xlsx"));
        next += 1;
    }
    path
}

/// A row that could not be used; what is not known is blank.
#[derive(Default)]
pub(super) struct Entry {
    pub(super) file: String,
    pub(super) sheet: String,
    pub(super) line: i64,
    pub(super) why: String,
    pub(super) number: String,
    pub(super) name: String,
    pub(super) scheme: String,
    pub(super) area: String,
    /// The row as written, where it could not be taken apart.
    pub(super) text: String,
}

/// Writes the list beside its place, readable by its owner alone; `line`: what the figure of a row is called.
pub(super) fn write(
    path: &Path,
    title: &str,
    line: &str,
    entries: &[Entry],
    language: Language,
) -> Result<Aside, Failure> {
    let made = Aside::make(path, language, |aside| {
        book(aside, title, line, entries).map_err(|error| Failure::new(&error).hints(error.hint().map(str::to_owned)))
    });
    made.map(|(file, ())| file)
}

fn book(path: &Path, title: &str, line: &str, entries: &[Entry]) -> Result<(), PaperError> {
    // the file stands for the rows in it, not for a day
    let about = About { title: title.to_owned(), author: "全民参保登记".to_owned(), date: (2016, 1, 1) };
    let mut book = Book::create(path, about)?;
    let text = ["文件", "工作表"].map(|title| Column::new(title, Kind::Text));
    // columns have names for the whole of a program's life
    let line =
        if line == "行" { Column::new("行", Kind::Count) } else { Column::new("登记库编号", Kind::Count) };
    let rest = [("原因", Kind::Long), ("身份证号", Kind::Text), ("姓名", Kind::Text), ("险种", Kind::Text)];
    let last = [("区划或参保地", Kind::Text), ("原文", Kind::Long)];
    let mut columns = text.to_vec();
    columns.push(line);
    columns.extend(rest.into_iter().chain(last).map(|(title, kind)| Column::new(title, kind)));
    let mut list = book.list(ListPlan {
        name: "待核实".to_owned(),
        title: title.to_owned(),
        note: format!("共 {} 行，没有使用；请逐行核实。", entries.len()),
        columns,
        group: None,
        empty: "没有。".to_owned(),
    })?;
    for entry in entries {
        list.row(&[
            Cell::Text(&entry.file),
            Cell::Text(&entry.sheet),
            Cell::Count(entry.line),
            Cell::Text(&entry.why),
            Cell::Text(&entry.number),
            Cell::Text(&entry.name),
            Cell::Text(&entry.scheme),
            Cell::Text(&entry.area),
            Cell::Text(&entry.text),
        ])?;
    }
    list.end()?;
    book.save()
}

/// How many rows there are of each reason.
pub(super) fn reasons(entries: &[Entry]) -> BTreeMap<&str, u64> {
    let mut reasons = BTreeMap::new();
    for entry in entries {
        *reasons.entry(entry.why.as_str()).or_default() += 1;
    }
    reasons
}

/// The reasons with their counts, and where the list is.
pub(super) fn told(reasons: &BTreeMap<&str, u64>, list: Option<&Path>, language: Language) -> String {
    let Some(list) = list else { return String::new() };
    let mut table = Table::new([
        (language.pick("退回核实的原因", "why not used"), Side::Left),
        (language.pick("行数", "rows"), Side::Right),
    ]);
    for (why, count) in reasons {
        table.row([(*why).to_owned(), figure::count(*count)]);
    }
    let total = reasons.values().sum();
    table.total([language.pick("合计", "all").to_owned(), figure::count(total)]);
    let list = list.display();
    table.render() + &language.pick(format!("名单在 {list}。\n"), format!("The list is in {list}.\n"))
}
