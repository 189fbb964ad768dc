//! `canbao registry area`: the areas, and who manages them from which day on.

mod list;

use canbao_domain::date::Date;
use canbao_domain::scope::Scope;
use canbao_registry::area::AreaChange;
use canbao_registry::query::Asker;
use clap::Subcommand;

use super::{Database, actor, done, runtime};
use crate::commands::Outcome;
use crate::output::failure::Failure;
use crate::output::language::Language;
use crate::output::print;

const EXAMPLES: &str = "\
Examples:
  canbao registry area list --under 610902001                 a town, its villages, who manages them
  canbao registry area add 610902001099 新立村 --from 2016-12-01
  canbao registry area rename 610902001099 新立社区 --from 2017-01-01
  canbao registry area report-to 610902001099 610999 --from 2017-01-01    a zone manages it
  canbao registry area close 610902001099 --from 2017-06-01   nobody may be in it";

/// The areas: listed, added, renamed, closed, put under another's management
///
/// Each change holds from a day on, and is a revision of its own on the audit. Who sees whom follows who manages an area on
/// the day; statistics follow the codes. A name given by hand, and an area added or closed by hand, stay so whatever later
/// runs say, but an area in which a run puts people is open again. Changes may be written down a year ahead.
#[derive(clap::Args)]
#[command(before_help = EXAMPLES)]
pub(super) struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    List(list::Arguments),
    Add(Add),
    Rename(Rename),
    Close(Close),
    ReportTo(ReportTo),
}

/// From which day, and where.
#[derive(clap::Args)]
struct From {
    /// The first day on which it holds, such as 2016-12-01
    #[arg(long, value_name = "DATE")]
    from: String,
    #[command(flatten)]
    database: Database,
}

/// Add an area: a county (6 digits), a town (9) or a village (12)
#[derive(clap::Args)]
struct Add {
    /// Its code
    #[arg(value_name = "CODE")]
    code: String,
    /// Its name
    #[arg(value_name = "NAME")]
    name: String,
    /// The area above [default: the one that its code names; a county's is the city]
    #[arg(long, value_name = "CODE")]
    parent: Option<String>,
    #[command(flatten)]
    from: From,
}

/// Give an area another name
#[derive(clap::Args)]
struct Rename {
    /// Its code
    #[arg(value_name = "CODE")]
    code: String,
    /// Its new name
    #[arg(value_name = "NAME")]
    name: String,
    #[command(flatten)]
    from: From,
}

/// Close an area in which nobody is, and which has no other under it
#[derive(clap::Args)]
struct Close {
    /// Its code
    #[arg(value_name = "CODE")]
    code: String,
    #[command(flatten)]
    from: From,
}

/// Put an area under another's management; the area above by its code takes it back
#[derive(clap::Args)]
struct ReportTo {
    /// Its code
    #[arg(value_name = "CODE")]
    code: String,
    /// The code of the area that manages it from then on
    #[arg(value_name = "MANAGER")]
    manager: String,
    #[command(flatten)]
    from: From,
}

pub(super) fn run(arguments: &Arguments, language: Language) -> Result<Outcome, Failure> {
    let text = match &arguments.command {
        Command::List(arguments) => list::listed(arguments, language)?,
        Command::Add(add) => {
            let change = AreaChange::Add { name: add.name.clone(), parent: add.parent.clone() };
            changed(&add.code, &change, &add.from, language)?
        }
        Command::Rename(rename) => {
            let change = AreaChange::Rename { name: rename.name.clone() };
            changed(&rename.code, &change, &rename.from, language)?
        }
        Command::Close(close) => changed(&close.code, &AreaChange::Close, &close.from, language)?,
        Command::ReportTo(report) => {
            let change = AreaChange::ReportTo { manager: report.manager.clone() };
            changed(&report.code, &change, &report.from, language)?
        }
    };
    print(&text, language)?;
    Ok(Outcome::Done)
}

fn changed(code: &str, change: &AreaChange, from: &From, language: Language) -> Result<String, Failure> {
    let day = day(&from.from)?;
    let asker = Asker { actor: actor(), scope: Scope::city(), purpose: "registry area".into() };
    let revision = runtime(async {
        let registry = from.database.open().await?;
        let revision = done(registry.change_area(&asker, code, change, day).await);
        registry.close().await;
        revision
    })?;
    let what = match change {
        AreaChange::Add { name, .. } => {
            language.pick(format!("新增区划 {code} {name}"), format!("area {code} {name} added"))
        }
        AreaChange::Rename { name } => {
            language.pick(format!("区划 {code} 改名为{name}"), format!("area {code} is called {name}"))
        }
        AreaChange::Close => language.pick(format!("撤销区划 {code}"), format!("area {code} closed")),
        AreaChange::ReportTo { manager } => {
            language.pick(format!("区划 {code} 由 {manager} 管理"), format!("area {code} reports to {manager}"))
        }
    };
    Ok(language.pick(
        format!("已登记：从 {day} 起，{what}（版本 {revision}）。\n"),
        format!("Done: from {day}, {what} (revision {revision}).\n"),
    ))
}

fn day(text: &str) -> Result<Date, Failure> {
    Date::parse(text).ok_or_else(|| Failure::new(format!("“{text}”不是日期。")).hint("请写成 2016-12-01 的样子。"))
}
