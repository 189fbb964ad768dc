//! `canbao report indicators`.

use std::path::PathBuf;
use std::sync::Arc;

use canbao_domain::scope::Scope;
use canbao_registry::Registry;
use canbao_registry::snapshot::Snapshot;
use canbao_report::ReportError;
use canbao_report::cube::{Cube, Cubes, Dimension, Filter, Tree};
use canbao_report::figure::{Figure, Trend, month_before};
use canbao_report::indicator::{Catalogue, Indicator, Row, Table as Figures, Unit};
use serde_json::{Map, Value, json};

use super::{catalogue, failure, told};
use crate::commands::Outcome;
use crate::commands::registry::{Database, runtime};
use crate::output::failure::Failure;
use crate::output::language::Language;
use crate::output::print;
use crate::output::table::{Side, Table};

/// Indicators of the city or an area, by areas or by another dimension
///
/// By: area (those right below), county, town, village, category, pension, medical, scheme, sex, age, hukou, subsistence,
/// disability, population, reason, registered; of employers alone: employer. All indicators, each with its definition, are in
/// --json.
#[derive(clap::Args)]
pub(super) struct Arguments {
    /// Of this area and those under it [default: the city]
    #[arg(long, value_name = "CODE")]
    area: Option<String>,
    /// Rows of the table
    #[arg(long, value_name = "DIMENSION", default_value = "area")]
    by: String,
    /// Sum areas up by who reports to whom (reporting) or by the codes (codes)
    #[arg(long, value_name = "TREE", default_value = "reporting", value_parser = ["reporting", "codes"])]
    tree: String,
    /// Of this snapshot [default: the last one]
    #[arg(long, value_name = "ID")]
    snapshot: Option<i64>,
    /// The city's own indicators, over the program's
    #[arg(long, value_name = "FILE")]
    indicators: Option<PathBuf>,
    /// Print one JSON object to standard output, and nothing else there
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    database: Database,
}

/// What a terminal has room for.
const SHOWN: [&str; 8] =
    ["population", "enrolled", "coverage", "uninsured", "partial", "interrupted", "unclear", "information"];

/// Figures, and those of the month before or why there are none.
struct Found {
    snapshot: Snapshot,
    now: Figures,
    before: Result<Figures, String>,
}

pub(super) fn run(arguments: &Arguments, language: Language) -> Result<Outcome, Failure> {
    let by = Dimension::from_word(&arguments.by).map_err(failure)?;
    let tree = Tree::from_word(&arguments.tree).unwrap_or_default();
    let filter = Filter { area: arguments.area.clone(), tree, ..Filter::default() };
    let catalogue = catalogue(arguments.indicators.as_deref())?;
    let found = runtime(async {
        let registry = arguments.database.open().await?;
        let found = look(&registry, &catalogue, arguments.snapshot, by, &filter).await.map_err(failure);
        registry.close().await;
        found
    })?;
    let text =
        if arguments.json { as_json(arguments, &found, &catalogue) } else { shown(&found, &catalogue, by, language) };
    print(&text, language)?;
    Ok(Outcome::Done)
}

async fn look(
    registry: &Registry,
    catalogue: &Catalogue,
    id: Option<i64>,
    by: Dimension,
    filter: &Filter,
) -> Result<Found, ReportError> {
    let cubes = Cubes::default();
    let cube: Arc<Cube> = match id {
        Some(id) => cubes.get(registry, id).await?,
        None => cubes.latest(registry).await?,
    };
    let now = cube.table(by, catalogue.all(), filter, &Scope::city())?;
    let snapshots = registry.snapshots().await?;
    let before = match month_before(&snapshots, cube.snapshot()) {
        Ok(before) => {
            let earlier = cubes.get(registry, before.id).await?;
            // an area that was not there then has nothing to be compared with
            earlier.table(by, catalogue.all(), filter, &Scope::city()).map_err(|error| error.to_string())
        }
        Err(why) => Err(why),
    };
    Ok(Found { snapshot: cube.snapshot().clone(), now, before })
}

/// The figures of the month before of a row, none of the total's row being the total's.
fn earlier<'a>(before: &'a Result<Figures, String>, row: Option<&Row>) -> Option<&'a [Figure]> {
    let before = before.as_ref().ok()?;
    match row {
        None => Some(&before.total),
        Some(row) => before.rows.iter().find(|known| known.value.key == row.value.key).map(|known| &*known.figures),
    }
}

fn trend(figure: &Figure, before: Option<&[Figure]>) -> Option<Trend> {
    let before = before?.iter().find(|known| known.indicator == figure.indicator)?;
    Trend::between(figure, before)
}

fn shown(found: &Found, catalogue: &Catalogue, by: Dimension, l: Language) -> String {
    let shown: Vec<Indicator> = match by {
        Dimension::Employer => catalogue.all().iter().filter(|indicator| by.tells(**indicator)).copied().collect(),
        _ => catalogue.some(SHOWN),
    };
    let percent = |bare: String| if bare == "—" { bare } else { format!("{bare} %") };
    let is_coverage = |indicator: Indicator| indicator.code == "coverage";
    let label = |indicator: Indicator| {
        let definition = indicator.definition();
        l.pick(definition.name.as_str(), definition.code.as_str())
    };
    let change = l.pick("比上月", "change");
    let mut head = vec![(l.pick(by.chinese(), by.as_str()), Side::Left)];
    for indicator in shown.iter().copied() {
        head.push((label(indicator), Side::Right));
        if is_coverage(indicator) {
            head.push((change, Side::Right));
        }
    }
    let mut table = Table::of(head);
    let cells = |name: &str, figures: &[Figure], before: Option<&[Figure]>| {
        let mut cells = vec![name.to_owned()];
        for indicator in shown.iter().copied() {
            let figure = figures.iter().find(|figure| figure.indicator == indicator);
            let bare = figure.and_then(Figure::bare).unwrap_or_else(|| "—".to_owned());
            if is_coverage(indicator) {
                let change = figure.and_then(|figure| trend(figure, before)).map(Trend::text);
                cells.extend([percent(bare), change.unwrap_or_else(|| "—".to_owned())]);
            } else if indicator.definition().unit == Unit::Percent {
                cells.push(percent(bare));
            } else {
                cells.push(bare);
            }
        }
        cells
    };
    for row in &found.now.rows {
        let name = l.pick(row.value.label.as_str(), name_of(row));
        table.row(cells(name, &row.figures, earlier(&found.before, Some(row))));
    }
    table.total(cells(l.pick("合计", "all"), &found.now.total, earlier(&found.before, None)));
    let mut out = table.render();
    let (day, id) = (found.now.as_of, found.snapshot.id);
    out += &l.pick(
        format!("截至 {day}，第 {id} 号统计快照。参保率的分母是应登记人口，比上月为百分点。\n"),
        format!("As of {day}, snapshot {id}. Coverage is of the population; its change in percentage points.\n"),
    );
    if let Err(why) = &found.before {
        out += &l.pick(format!("{why}。\n"), "There is no snapshot of the month before.\n".to_owned());
    }
    if !found.now.adds_up {
        out += l.pick("一人可以在几行里，各行之和大于合计。\n", "One person can be in several rows.\n");
    }
    out
}

/// What a row is called in English: an area by its name, the rest by their words.
fn name_of(row: &Row) -> &str {
    match row.value.key.as_str() {
        "" => "elsewhere",
        key if key.bytes().all(|byte| byte.is_ascii_digit()) && key.len() >= 6 => &row.value.label,
        key => key,
    }
}

fn as_json(arguments: &Arguments, found: &Found, catalogue: &Catalogue) -> String {
    let figures = |figures: &[Figure], before: Option<&[Figure]>| -> Value {
        let told = figures.iter().map(|figure| {
            let told = json!({
                "value": figure.value(), "known": figure.known, "numerator": figure.part, "denominator": figure.whole,
                "text": figure.text(), "basis": figure.basis(),
                "change": trend(figure, before).map(Trend::change),
            });
            (figure.indicator.definition().code.clone(), told)
        });
        Value::Object(told.collect::<Map<_, _>>())
    };
    let rows: Vec<Value> = found
        .now
        .rows
        .iter()
        .map(|row| {
            let before = earlier(&found.before, Some(row));
            json!({ "key": row.value.key, "label": row.value.label, "figures": figures(&row.figures, before) })
        })
        .collect();
    let definitions: Map<String, Value> = catalogue
        .all()
        .iter()
        .map(|indicator| {
            let definition = indicator.definition();
            let told = json!({
                "name": definition.name, "unit": definition.unit.chinese(), "formula": definition.formula,
                "numerator": definition.numerator, "denominator": definition.denominator,
                "meaning": definition.meaning,
            });
            (definition.code.clone(), told)
        })
        .collect();
    let told = json!({
        "snapshot": told(&found.snapshot), "area": arguments.area, "tree": arguments.tree, "by": arguments.by,
        "rows": rows, "total": figures(&found.now.total, earlier(&found.before, None)),
        "adds_up": found.now.adds_up, "no_change_because": found.before.as_ref().err(), "definitions": definitions,
    });
    format!("{told}\n")
}
