//! `canbao registry area list`.

use canbao_registry::area::{Areas, Version};
use serde_json::json;

use super::{Database, day, done, runtime};
use crate::output::failure::Failure;
use crate::output::figure;
use crate::output::language::Language;
use crate::output::table::{Side, Table};

/// List the areas of a day, or all that one area ever was
#[derive(clap::Args)]
pub(super) struct Arguments {
    /// As of this day [default: today]
    #[arg(long, value_name = "DATE")]
    on: Option<String>,
    /// Only this area and those under it, by the codes and by who manages them
    #[arg(long, value_name = "CODE")]
    under: Option<String>,
    /// All that this area ever was, and will be
    #[arg(long, value_name = "CODE", conflicts_with_all = ["on", "under"])]
    history: Option<String>,
    /// Print one JSON object to standard output, and nothing else there
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    database: Database,
}

pub(super) fn listed(arguments: &Arguments, language: Language) -> Result<String, Failure> {
    let on = arguments.on.as_deref().map(day).transpose()?;
    let (on, mut versions, areas) = runtime(async {
        let registry = arguments.database.open().await?;
        let found = match &arguments.history {
            Some(code) => match done(registry.area_history(code).await) {
                Ok(versions) => done(registry.areas_on(None).await).map(|(on, _, areas)| (on, versions, areas)),
                Err(failure) => Err(failure),
            },
            None => done(registry.areas_on(on).await),
        };
        registry.close().await;
        found
    })?;
    if let Some(top) = &arguments.under {
        if areas.get(top).is_none() {
            return Err(Failure::new(format!("{on} 没有代码为“{top}”的区划。"))
                .hint("请用 canbao registry area list 查看当日区划的代码。"));
        }
        let mut codes = areas.under(top);
        codes.extend(areas.reporting_to(top));
        versions.retain(|version| codes.contains(&version.code.as_str()));
    }
    if arguments.json {
        let told: Vec<_> = versions.iter().map(told).collect();
        let on = arguments.history.is_none().then_some(on);
        return Ok(format!("{}\n", json!({ "on": on, "areas": told })));
    }
    if versions.is_empty() {
        return Ok(language.pick("没有区划。\n", "There are no areas.\n").to_owned());
    }
    Ok(shown(&versions, &areas, &on, arguments.history.is_some(), language))
}

fn told(version: &Version) -> serde_json::Value {
    let area = &version.area;
    json!({
        "code": version.code, "name": area.name, "level": area.level, "parent": area.parent,
        "reports_to": area.manager(), "valid_from": version.since, "valid_to": version.until,
        "origin": if version.by_hand { "hand" } else { "extract" }, "revision": version.revision,
    })
}

fn shown(versions: &[Version], areas: &Areas, on: &str, history: bool, l: Language) -> String {
    let name = |code: &str| match areas.get(code) {
        Some(area) => format!("{code} {}", area.name),
        None => code.to_owned(),
    };
    let mut table = Table::new([
        (l.pick("代码", "code"), Side::Left),
        (l.pick("名称", "name"), Side::Left),
        (l.pick("级别", "level"), Side::Left),
        (l.pick("起", "from"), Side::Left),
        (l.pick("止", "until"), Side::Left),
        (l.pick("来源", "by"), Side::Left),
        (l.pick("另由何处管理", "managed by"), Side::Left),
    ]);
    for version in versions {
        let area = &version.area;
        let level = match area.level.as_str() {
            "city" => l.pick("市", "city"),
            "county" => l.pick("县（区）", "county"),
            "town" => l.pick("乡镇（街道）", "town"),
            _ => l.pick("村（社区）", "village"),
        };
        let by = if version.by_hand { l.pick("人工", "hand") } else { l.pick("数据", "extract") };
        table.row([
            version.code.clone(),
            area.name.clone(),
            level.to_owned(),
            version.since.clone(),
            version.until.clone().unwrap_or_default(),
            by.to_owned(),
            area.reporting.as_deref().map(name).unwrap_or_default(),
        ]);
    }
    let count = figure::count(versions.len() as u64);
    let end = if history {
        l.pick(
            format!("共 {count} 段，不含止日当天。\n"),
            format!("{count} periods; each ends before its last date.\n"),
        )
    } else {
        l.pick(format!("{on}，共 {count} 个区划。\n"), format!("{count} areas on {on}.\n"))
    };
    table.render() + &end
}
