//! `canbao standard list`: which tables there are, and which a city has changed.

use canbao_domain::standard::{Standard, Table as Codes};
use serde_json::json;

use super::Whose;
use crate::output::failure::Failure;
use crate::output::language::Language;
use crate::output::print;
use crate::output::table::{Side, Table};

const EXAMPLES: &str = "\
Examples:
  canbao standard list
  canbao standard list --city city.toml --json";

/// List the code tables, and which of them a city has changed
///
/// Memory: a few MB.
#[derive(clap::Args)]
#[command(before_help = EXAMPLES)]
pub(super) struct Arguments {
    #[command(flatten)]
    whose: Whose,
    /// Print one JSON object to standard output, and nothing else there
    #[arg(long)]
    json: bool,
}

pub(super) fn run(arguments: &Arguments, language: Language) -> Result<(), Failure> {
    let standard = arguments.whose.load(language)?;
    let text = if arguments.json { told(&standard) } else { shown(&standard, language) };
    print(&text, language)
}

/// Whether a table is the program's, the city's in its place, or the city's alone.
fn place(standard: &Standard, name: &str) -> &'static str {
    let among = |names: &[String]| names.iter().any(|known| known == name);
    match (among(standard.overridden()), among(standard.added())) {
        (true, _) => "overridden",
        (_, true) => "added",
        _ => "builtin",
    }
}

fn told(standard: &Standard) -> String {
    let table = |table: &Codes| {
        json!({
            "name": table.name(), "title": table.title(), "standard": table.standard(), "version": table.version(),
            "valid_from": table.valid_from().to_string(), "codes": table.codes().as_str(),
            "entries": table.entries().len(), "from": place(standard, table.name()),
        })
    };
    let items = standard.items();
    let told = json!({
        "items": {
            "title": items.title(), "version": items.version(), "valid_from": items.valid_from().to_string(),
            "entries": items.all().len(), "from": place(standard, "items"),
        },
        "tables": standard.tables().map(table).collect::<Vec<_>>(),
        "overridden": standard.overridden(), "added": standard.added(),
    });
    format!("{told}\n")
}

fn shown(standard: &Standard, l: Language) -> String {
    let items = standard.items();
    let count = items.all().len();
    let mut out = l.pick(
        format!("{}，版本 {}，{} 起适用，共 {count} 个项目。\n", items.title(), items.version(), items.valid_from()),
        format!("{}, edition {}, from {}: {count} items.\n", items.title(), items.version(), items.valid_from()),
    );
    let mut table = Table::new([
        (l.pick("代码表", "table"), Side::Left),
        (l.pick("内容", "title"), Side::Left),
        (l.pick("依据", "standard"), Side::Left),
        (l.pick("代码", "codes"), Side::Left),
        (l.pick("个数", "count"), Side::Right),
        (l.pick("版本", "edition"), Side::Left),
        (l.pick("来自", "from"), Side::Left),
    ]);
    for codes in standard.tables() {
        let from = place(standard, codes.name());
        let from_zh = match from {
            "overridden" => "本地替换",
            "added" => "本地新增",
            _ => "内置",
        };
        table.row([
            codes.name().to_owned(),
            codes.title().to_owned(),
            crate::output::width::cut(codes.standard(), 24),
            l.pick(codes.codes().chinese(), codes.codes().as_str()).to_owned(),
            codes.entries().len().to_string(),
            codes.version().to_owned(),
            l.pick(from_zh, from).to_owned(),
        ]);
    }
    out.push_str(&table.render());
    let changed: Vec<&str> = standard.overridden().iter().chain(standard.added()).map(String::as_str).collect();
    if !changed.is_empty() {
        out.push_str(&l.pick(
            format!("本地文件：{}。\n", changed.join("、")),
            format!("The city's own: {}.\n", changed.join(", ")),
        ));
    }
    out
}
