//! `canbao standard compare`: what two tables or two folders say differently.

use std::path::{Path, PathBuf};

use canbao_domain::standard::{Change, Difference, Entry, Item, Move, Standard, Table as Codes};
use serde_json::{Value, json};

use super::{export, folder, import, named, refused, sheet};
use crate::output::failure::Failure;
use crate::output::language::Language;
use crate::output::print;
use crate::output::table::{Side, Table};
use crate::output::width::cut;

const EXAMPLES: &str = "\
Examples:
  canbao standard compare builtin standard                 what a city has changed
  canbao standard compare standard-2016 standard-2017
  canbao standard compare standard/hukou.toml 户口性质.csv --table hukou";

/// The word for what the program comes with.
const BUILTIN: &str = "builtin";

/// Columns of the terminal that a text may take.
const WIDE: usize = 48;

/// Compare two code tables, or two folders of them
///
/// Tells codes that are new, gone or renamed, and other ways of writing, groups and remarks that changed; of folders
/// items too. A is the older one. The order of codes and of other ways of writing does not count.
///
/// Memory: a few MB.
#[derive(clap::Args)]
#[command(before_help = EXAMPLES)]
pub(super) struct Arguments {
    /// Folder, table (.toml, .csv, .xlsx), or `builtin`
    #[arg(value_name = "A")]
    a: PathBuf,
    /// The same, to be held against it
    #[arg(value_name = "B")]
    b: PathBuf,
    /// The table, where a file is not called as it
    #[arg(long, value_name = "TABLE")]
    table: Option<String>,
    /// Print one JSON object to standard output, and nothing else there
    #[arg(long)]
    json: bool,
}

pub(super) fn run(arguments: &Arguments, language: Language) -> Result<(), Failure> {
    let table = arguments.table.as_deref();
    let found = match (side(&arguments.a, table, language)?, side(&arguments.b, table, language)?) {
        (Operand::Whole(a), Operand::Whole(b)) => match table {
            Some(name) => Found::of_tables(named(&a, name, language)?, named(&b, name, language)?),
            None => Found::of_standards(&a, &b),
        },
        (Operand::One(a), Operand::Whole(b)) => Found::of_tables(&a, named(&b, a.name(), language)?),
        (Operand::Whole(a), Operand::One(b)) => Found::of_tables(named(&a, b.name(), language)?, &b),
        (Operand::One(a), Operand::One(b)) => Found::of_tables(&a, &b),
    };
    let text = if arguments.json { format!("{}\n", found.json()) } else { found.text(language) };
    print(&text, language)
}

/// One of the two that are compared.
enum Operand {
    Whole(Box<Standard>),
    One(Box<Codes>),
}

fn side(path: &Path, table: Option<&str>, language: Language) -> Result<Operand, Failure> {
    if path.is_dir() {
        return Ok(Operand::Whole(Box::new(folder::load(path, language)?)));
    }
    if path.as_os_str() == BUILTIN {
        return Ok(Operand::Whole(Box::new(Standard::embedded().clone())));
    }
    let stem = path.file_stem().map(|stem| stem.to_string_lossy().into_owned()).unwrap_or_default();
    let name = table.unwrap_or(&stem);
    if export::extension(path) == "toml" {
        let text = folder::text(path, language)?;
        return Ok(Operand::One(Box::new(Codes::parse(name, &text).map_err(|error| refused(&error))?)));
    }
    // a file that is not there is said so before its name is taken for a table's
    folder::bytes(path, language)?;
    let known = named(Standard::embedded(), name, language).map_err(|failure| {
        failure.hint(language.pick("文件不叫代码表的名字时，请用 --table 指明。", "Name the table by --table."))
    })?;
    let lines = sheet::lines(path, known, language)?;
    let read = known.edited(&lines, known.version(), known.valid_from());
    Ok(Operand::One(Box::new(read.map_err(|errors| import::spoiled(path, &errors, language))?)))
}

/// What was found to differ.
#[derive(Default)]
pub(super) struct Found {
    tables: Vec<(String, String, Difference)>,
    tables_added: Vec<String>,
    tables_removed: Vec<String>,
    items: Vec<(&'static str, String, String)>,
}

impl Found {
    /// What differs between two tables.
    pub(super) fn of_tables(a: &Codes, b: &Codes) -> Self {
        let mut found = Self::default();
        found.table(a, b);
        found
    }

    fn of_standards(a: &Standard, b: &Standard) -> Self {
        let mut found = Self::default();
        for table in a.tables() {
            match b.table(table.name()) {
                Some(other) => found.table(table, other),
                None => found.tables_removed.push(table.name().to_owned()),
            }
        }
        let added = b.tables().filter(|table| a.table(table.name()).is_none());
        found.tables_added = added.map(|table| table.name().to_owned()).collect();
        let of = |standard: &Standard, item: &Item| standard.items().get(item.record(), item.field()).cloned();
        let told = |item: &Item| (format!("{}.{}", item.record().as_str(), item.field()), item.name().to_owned());
        for item in a.items().all() {
            let word = match of(b, item) {
                None => "removed",
                Some(other) if other != *item => "changed",
                Some(_) => continue,
            };
            let (place, name) = told(item);
            found.items.push((word, place, name));
        }
        for item in b.items().all().iter().filter(|item| of(a, item).is_none()) {
            let (place, name) = told(item);
            found.items.push(("added", place, name));
        }
        found
    }

    fn table(&mut self, a: &Codes, b: &Codes) {
        let difference = a.compare(b);
        if !difference.is_none() {
            self.tables.push((b.name().to_owned(), b.title().to_owned(), difference));
        }
    }

    fn is_none(&self) -> bool {
        self.tables.is_empty()
            && self.tables_added.is_empty()
            && self.tables_removed.is_empty()
            && self.items.is_empty()
    }

    /// One JSON object.
    pub(super) fn json(&self) -> Value {
        let entry = |entry: &Entry| {
            json!({
                "code": entry.code(), "name": entry.name(), "aliases": entry.aliases(), "group": entry.group(),
                "remark": entry.remark(),
            })
        };
        let moved = |moved: &Option<Move>| moved.as_ref().map(|moved| json!({ "from": moved.from, "to": moved.to }));
        let change = |change: &Change| {
            json!({
                "code": change.code, "name": change.name, "renamed": moved(&change.renamed),
                "aliases_added": change.aliases_added, "aliases_removed": change.aliases_removed,
                "group": moved(&change.group), "remark": moved(&change.remark),
            })
        };
        let table = |(name, _, found): &(String, String, Difference)| {
            json!({
                "table": name, "added": found.added.iter().map(entry).collect::<Vec<_>>(),
                "removed": found.removed.iter().map(entry).collect::<Vec<_>>(),
                "changed": found.changed.iter().map(change).collect::<Vec<_>>(),
            })
        };
        let items = self.items.iter().map(|(word, item, name)| json!({ "item": item, "name": name, "change": word }));
        json!({
            "same": self.is_none(), "tables": self.tables.iter().map(table).collect::<Vec<_>>(),
            "tables_added": self.tables_added, "tables_removed": self.tables_removed,
            "items": items.collect::<Vec<_>>(),
        })
    }

    /// A table for a terminal.
    pub(super) fn text(&self, l: Language) -> String {
        if self.is_none() {
            return l.pick("没有不同。\n", "No difference.\n").to_owned();
        }
        let mut table = Table::new([
            (l.pick("代码表", "table"), Side::Left),
            (l.pick("变化", "change"), Side::Left),
            (l.pick("代码", "code"), Side::Left),
            (l.pick("名称", "name"), Side::Left),
            (l.pick("说明", "what"), Side::Left),
        ]);
        let word = |word: &str| {
            let zh = match word {
                "added" => "新增",
                "removed" => "删除",
                "renamed" => "改名",
                "aliases" => "别名",
                "group" => "分组",
                "remark" => "备注",
                _ => "修改",
            };
            l.pick(zh, word).to_owned()
        };
        let (mut added, mut removed, mut changed) = (0, 0, 0);
        for (name, title, found) in &self.tables {
            let title = l.pick(title, name);
            let mut row = |change: &str, code: &str, name: &str, what: &str| {
                table.row([title.clone(), word(change), code.to_owned(), cut(name, WIDE), cut(what, WIDE)]);
            };
            (added, removed, changed) =
                (added + found.added.len(), removed + found.removed.len(), changed + found.changed.len());
            found.added.iter().for_each(|entry| row("added", entry.code(), entry.name(), ""));
            found.removed.iter().for_each(|entry| row("removed", entry.code(), entry.name(), ""));
            for change in &found.changed {
                for (kind, moved) in
                    [("renamed", &change.renamed), ("group", &change.group), ("remark", &change.remark)]
                {
                    if let Some(moved) = moved {
                        row(kind, &change.code, &change.name, &arrow(moved));
                    }
                }
                let aliases: Vec<String> = (change.aliases_added.iter().map(|alias| format!("+{alias}")))
                    .chain(change.aliases_removed.iter().map(|alias| format!("−{alias}")))
                    .collect();
                if !aliases.is_empty() {
                    row("aliases", &change.code, &change.name, &aliases.join(" "));
                }
            }
        }
        for (change, names) in [("added", &self.tables_added), ("removed", &self.tables_removed)] {
            for name in names {
                table.row([
                    name.clone(),
                    word(change),
                    String::new(),
                    String::new(),
                    l.pick("整个代码表", "the whole table").to_owned(),
                ]);
            }
        }
        for (change, item, name) in &self.items {
            table.row([
                l.pick("指标项目", "items").to_owned(),
                word(change),
                item.clone(),
                name.clone(),
                String::new(),
            ]);
        }
        table.render()
            + &l.pick(
                format!("代码新增 {added} 个，删除 {removed} 个，改动 {changed} 个。\n"),
                format!("Codes: {added} added, {removed} removed, {changed} changed.\n"),
            )
    }
}

fn arrow(moved: &Move) -> String {
    let shown = |text: &str| if text.is_empty() { "（空）".to_owned() } else { text.to_owned() };
    format!("{} → {}", shown(&moved.from), shown(&moved.to))
}
