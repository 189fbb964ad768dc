//! `canbao survey status`.

use canbao_domain::scope::Scope;
use canbao_registry::survey::{Completeness, Count, Progress, State};
use serde_json::{Value, json};

use super::today;
use crate::commands::Outcome;
use crate::commands::registry::{Database, actor, done, runtime};
use crate::output::failure::Failure;
use crate::output::language::Language;
use crate::output::table::{Side, Table};
use crate::output::{figure, print};

/// How far the survey is: the city's counties, or an area and those right under it
///
/// Issued + received − sent = open + returned + submitted + approved + exempt, on every level.
#[derive(clap::Args)]
pub(super) struct Arguments {
    /// Of this area [default: the city]
    #[arg(long, value_name = "CODE")]
    area: Option<String>,
    /// Employers instead of people
    #[arg(long)]
    units: bool,
    /// Of this round [default: all]
    #[arg(long, value_name = "ROUND")]
    round: Option<i64>,
    /// Print one JSON object to standard output, and nothing else there
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    database: Database,
}

struct Found {
    area: String,
    progress: Progress,
    complete: (Completeness, Vec<(String, Completeness)>),
    names: Vec<(String, String)>,
}

pub(super) fn run(arguments: &Arguments, language: Language) -> Result<Outcome, Failure> {
    let form = if arguments.units { "unit" } else { "person" };
    let found = runtime(async {
        let registry = arguments.database.open().await?;
        done(registry.survey_reconcile(&actor(), today()).await)?;
        let areas = done(registry.areas().await)?;
        let area = arguments.area.clone().or_else(|| areas.city().map(str::to_owned)).unwrap_or_default();
        if areas.get(&area).is_none() {
            return Err(
                Failure::new(format!("没有代码为 {area} 的区划。")).hint("请用 canbao registry area list 查看区划。")
            );
        }
        let progress = done(registry.survey_progress(&Scope::city(), &area, form, arguments.round).await)?;
        let complete = done(registry.survey_completeness(&Scope::city(), &area).await)?;
        let names = progress.parts.iter().map(|(code, _)| {
            (code.clone(), areas.get(code).map_or_else(|| "未分到下级".to_owned(), |area| area.name.clone()))
        });
        let names = names.collect();
        registry.close().await;
        Ok(Found { area, progress, complete, names })
    })?;
    let text = if arguments.json { as_json(&found) } else { shown(&found, language) };
    print(&text, language)?;
    Ok(Outcome::Done)
}

fn told(count: &Count) -> Value {
    let states: serde_json::Map<String, Value> =
        State::ALL.iter().map(|state| (state.as_str().to_owned(), count.of(*state).into())).collect();
    json!({
        "issued": count.issued, "received": count.received, "sent": count.sent, "states": states,
        "outcomes": count.outcomes, "closes": count.closes(),
    })
}

fn as_json(found: &Found) -> String {
    let complete = |one: &Completeness| {
        json!({
            "households": one.households, "unvisited": one.unvisited, "open": one.open,
            "villages": one.villages, "closed": one.closed,
        })
    };
    let parts: Vec<Value> =
        found.progress.parts.iter().map(|(code, count)| json!({ "area": code, "count": told(count) })).collect();
    let completeness: Vec<Value> =
        found.complete.1.iter().map(|(code, one)| json!({ "area": code, "complete": complete(one) })).collect();
    let told = json!({
        "area": found.area, "count": told(&found.progress.whole), "parts": parts,
        "complete": complete(&found.complete.0), "completeness": completeness,
    });
    format!("{told}\n")
}

fn shown(found: &Found, l: Language) -> String {
    let mut head = vec![(l.pick("区划", "area"), Side::Left)];
    for (chinese, english) in [
        ("下发", "issued"),
        ("转入", "received"),
        ("转出", "sent"),
        ("待入户", "open"),
        ("已退回", "returned"),
        ("已提交", "submitted"),
        ("已核准", "approved"),
        ("免访", "exempt"),
    ] {
        head.push((l.pick(chinese, english), Side::Right));
    }
    let mut table = Table::of(head);
    let cells = |name: &str, count: &Count| {
        let figures =
            [count.issued, count.received, count.sent].into_iter().chain(State::ALL.map(|state| count.of(state)));
        let figures = figures.map(|figure| figure::count(u64::try_from(figure).unwrap_or_default()));
        std::iter::once(name.to_owned()).chain(figures).collect::<Vec<String>>()
    };
    for ((_, count), (_, name)) in found.progress.parts.iter().zip(&found.names) {
        table.row(cells(name, count));
    }
    table.total(cells(l.pick("合计", "all"), &found.progress.whole));
    let whole = &found.complete.0;
    let mut out = table.render();
    let [households, unvisited, open, villages, closed] =
        [whole.households, whole.unvisited, whole.open, whole.villages, whole.closed]
            .map(|figure| figure::count(u64::try_from(figure).unwrap_or_default()));
    out += &l.pick(
        format!("要入户的 {households} 户中漏 {unvisited} 户；没有结果 {open}；{villages} 个村（社区）中已办结 {closed} 个。\n"),
        format!("{unvisited} of {households} households not visited; {open} without an outcome; {closed} of {villages} villages closed.\n"),
    );
    out
}
