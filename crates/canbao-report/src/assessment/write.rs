//! The assessment's sentences and tables.

use canbao_paper::document::{Block, Column, Document, Table};

use super::{Ask, At};
use crate::bulletin::day;
use crate::figure::{Trend, decimal};
use crate::indicator::Unit;
use crate::plan::{Standing, Target};
use crate::release::Told;
use crate::subject::dash;

/// What is told of each stage.
const TOLD: [&str; 6] =
    ["coverage", "uninsured", "database-rate", "survey-done", "survey-approved", "uninsured-registered"];
/// What is left to be done, as counts.
const LEFT: [&str; 6] = ["uninsured", "partial", "interrupted", "unclear", "gone-enrolled", "changes-pending"];

/// The number of a heading: 一、二、三、
fn numeral(at: usize) -> &'static str {
    ["一", "二", "三", "四", "五", "六", "七", "八", "九", "十"].get(at).copied().unwrap_or("其他")
}

pub(super) fn document(ask: &Ask<'_>) -> Document {
    let mut blocks = Vec::new();
    outline(ask, &mut blocks);
    stages(ask, &mut blocks);
    targets(ask, &mut blocks);
    areas(ask, &mut blocks);
    left(ask, &mut blocks);
    basis(ask, &mut blocks);
    ask.report("全民参保登记工作总结评估报告", blocks)
}

/// The targets of the area, each with what was reached.
fn reached<'a>(ask: &'a Ask<'_>) -> Vec<(&'a Target, Told)> {
    let as_of = ask.now.cube.as_of();
    let mut found: Vec<(&Target, Told)> = Vec::new();
    for target in &ask.plan.targets {
        let is_there = found.iter().any(|(known, _)| known.indicator == target.indicator);
        let next = ask.plan.target(&target.indicator, ask.area, as_of);
        if let (false, Some(next), Some(told)) = (is_there, next, ask.told(&target.indicator, ask.area)) {
            found.push((next, told));
        }
    }
    found
}

/// A target's value as its indicator's figures are written.
fn goal(told: &Told, value: i64) -> String {
    match &told.indicator.definition().unit {
        Unit::Percent => format!("{} %", decimal(value)),
        Unit::Count(unit) => format!("{} {unit}", decimal(value).trim_end_matches(".0")),
    }
}

/// What a target asks for in the unit of [`Told::value`].
fn wanted(told: &Told, value: i64) -> i64 {
    match told.indicator.definition().unit {
        Unit::Percent => value,
        Unit::Count(_) => value / 10,
    }
}

fn outline(ask: &Ask<'_>, blocks: &mut Vec<Block>) {
    let as_of = ask.now.cube.as_of();
    blocks.push(Block::Head(1, format!("{}、总体评价", numeral(0))));
    let over = ask.plan.stages.iter().filter(|stage| stage.on(as_of) == Standing::Over).count();
    let open: Vec<&str> = ask
        .plan
        .stages
        .iter()
        .filter(|stage| matches!(stage.on(as_of), Standing::Open(_)))
        .map(|stage| stage.name.as_str())
        .collect();
    let going = if open.is_empty() { String::new() } else { format!("，正在进行的是：{}", open.join("、")) };
    blocks.push(Block::Text(format!(
        "《{}》分 {} 个阶段。截至{}，{}已到期 {over} 个{going}。",
        ask.plan.title,
        ask.plan.stages.len(),
        day(as_of),
        ask.name(),
    )));
    let all = reached(ask);
    let (mut done, mut behind, mut unknown) = (Vec::new(), Vec::new(), Vec::new());
    for (target, told) in &all {
        let name = told.indicator.definition().name.clone();
        match told.value() {
            None => unknown.push(name),
            Some(value) if value >= wanted(told, target.value) => done.push(format!("{name}（{}）", told.text())),
            Some(_) => behind.push(format!("{name}（{}，目标 {}）", told.text(), goal(told, target.value))),
        }
    }
    let mut said = vec![format!("{} 项目标中，已经达到的 {} 项", all.len(), done.len())];
    if let (Some(last), false) = (said.last_mut(), done.is_empty()) {
        last.push_str(&format!("：{}", done.join("、")));
    }
    if !behind.is_empty() {
        said.push(format!("还没有达到的 {} 项：{}", behind.len(), behind.join("、")));
    }
    if !unknown.is_empty() {
        said.push(format!("没有可比数字的 {} 项：{}", unknown.len(), unknown.join("、")));
    }
    if !all.is_empty() {
        blocks.push(Block::Text(format!("{}。", said.join("；"))));
    }
}

fn stages(ask: &Ask<'_>, blocks: &mut Vec<Block>) {
    let as_of = ask.now.cube.as_of();
    blocks.push(Block::Head(1, format!("{}、各阶段完成情况", numeral(1))));
    let rows: Vec<Vec<String>> = ask
        .plan
        .stages
        .iter()
        .map(|stage| {
            let state = match stage.on(as_of) {
                Standing::Ahead => "未开始".to_owned(),
                Standing::Open(0) => "进行中，今天到期".to_owned(),
                Standing::Open(days) => format!("进行中，还有 {days} 天"),
                Standing::Over => "已到期".to_owned(),
            };
            vec![stage.name.clone(), stage.from.to_string(), stage.to.to_string(), state]
        })
        .collect();
    blocks.push(Block::Table(Table {
        caption: format!("各阶段起止，截至 {as_of}"),
        columns: vec![
            Column::words("阶段", 2.4),
            Column::words("开始", 1.2),
            Column::words("结束", 1.2),
            Column::words("状态", 1.6),
        ],
        rows,
        totals: false,
        note: String::new(),
    }));
    for ((at, stage), told) in ask.plan.stages.iter().enumerate().zip(&ask.stages) {
        if stage.on(as_of) == Standing::Ahead {
            continue;
        }
        blocks.push(Block::Head(2, format!("（{}）{}", numeral(at), stage.name)));
        blocks.push(of_stage(ask, told));
    }
}

/// What changed from the beginning of a stage to its end.
fn of_stage(ask: &Ask<'_>, at: &At<'_>) -> Block {
    let (Some(to), from) = (at.to, at.from) else {
        return Block::Text("这个阶段没有统计快照，没有可比的数字。".to_owned());
    };
    let same = from.is_some_and(|from| from.cube.snapshot().id == to.cube.snapshot().id);
    let from = from.filter(|_| !same);
    let rows: Vec<Vec<String>> = TOLD
        .iter()
        .filter_map(|code| {
            let told = ask.told_at(Some(to), code)?;
            let earlier = ask.told_at(from, code);
            let change = earlier.and_then(|earlier| Trend::of(&told, &earlier)).map(Trend::with_unit);
            let dashed = || "—".to_owned();
            Some(vec![
                told.indicator.definition().name.clone(),
                earlier.map_or_else(dashed, |earlier| earlier.text()),
                told.text(),
                change.unwrap_or_else(dashed),
            ])
        })
        .collect();
    let begin = from.map_or_else(|| "阶段开始前没有统计".to_owned(), |from| format!("开始（{}）", from.cube.as_of()));
    Block::Table(Table {
        caption: format!("截至 {} 的进展", to.cube.as_of()),
        columns: vec![
            Column::words("指标", 2.0),
            Column::figures(begin, 1.6),
            Column::figures(format!("结束（{}）", to.cube.as_of()), 1.6),
            Column::figures("变化", 1.6),
        ],
        rows,
        totals: false,
        note: "“—”：没有可比的数，或者不对外公布。".to_owned(),
    })
}

fn targets(ask: &Ask<'_>, blocks: &mut Vec<Block>) {
    let as_of = ask.now.cube.as_of();
    blocks.push(Block::Head(1, format!("{}、目标完成情况", numeral(2))));
    let all = reached(ask);
    if all.is_empty() {
        blocks.push(Block::Text("实施方案没有给这里定目标。".to_owned()));
        return;
    }
    let rows: Vec<Vec<String>> = all
        .iter()
        .map(|(target, told)| {
            let expected = target.expected(as_of);
            let judged = match told.value() {
                None => "—".to_owned(),
                Some(value) if value >= wanted(told, target.value) => "达到".to_owned(),
                Some(value) if value >= wanted(told, expected) => "未到期，跟上进度".to_owned(),
                Some(_) if target.by < as_of => "到期未达到".to_owned(),
                Some(_) => "落后于进度".to_owned(),
            };
            vec![
                told.indicator.definition().name.clone(),
                target.by.to_string(),
                goal(told, target.value),
                goal(told, expected),
                told.text(),
                judged,
            ]
        })
        .collect();
    blocks.push(Block::Table(Table {
        caption: format!("目标和实际，截至 {as_of}"),
        columns: vec![
            Column::words("指标", 2.0),
            Column::words("期限", 1.3),
            Column::figures("目标", 1.0),
            Column::figures("按日平摊应为", 1.3),
            Column::figures("实际", 1.3),
            Column::words("评价", 1.6),
        ],
        rows,
        totals: false,
        note: "应为 = 目标 × 已过的天数 ÷ 总天数。".to_owned(),
    }));
}

fn areas(ask: &Ask<'_>, blocks: &mut Vec<Block>) {
    let as_of = ask.now.cube.as_of();
    let first = ask.level_below(ask.area);
    blocks.push(Block::Head(1, format!("{}、各{first}完成情况", numeral(3))));
    let indicators: Vec<String> = reached(ask).iter().map(|(target, _)| target.indicator.clone()).collect();
    let mut columns = vec![Column::words(first, 1.8)];
    for code in &indicators {
        let Some(indicator) = ask.indicator(code) else { continue };
        let told = indicator.definition();
        let head = if told.unit == Unit::Percent { format!("{}，%", told.name) } else { told.name.clone() };
        columns.push(Column::figures(head, 1.2));
    }
    columns.push(Column::figures("达到目标", 1.0));
    let row = |name: &str, area: &str| {
        let mut cells = vec![name.to_owned()];
        let (mut reached, mut of) = (0, 0);
        for code in &indicators {
            let told = ask.told(code, area);
            if let (Some(told), Some(target)) = (told, ask.plan.target(code, area, as_of))
                && let Some(value) = told.value()
            {
                of += 1;
                reached += u32::from(value >= wanted(&told, target.value));
            }
            cells.push(dash(told));
        }
        cells.push(format!("{reached} / {of}"));
        cells
    };
    let mut rows: Vec<Vec<String>> = ask.below().iter().map(|(code, name)| row(name, code)).collect();
    rows.push(row("合计", ask.area));
    let threshold = ask.now.release.threshold();
    let note = if threshold > 1 {
        format!("“—”：不到 {threshold} 的数和能推算出它的数不对外公布，或者没有这个数；“达到目标”只数有数字的项。")
    } else {
        "“—”：没有这个数；“达到目标”只数有数字的项。".to_owned()
    };
    let caption = format!("各{first}目标完成情况，截至 {as_of}");
    blocks.push(Block::Table(Table { caption, columns, rows, totals: true, note }));
}

fn left(ask: &Ask<'_>, blocks: &mut Vec<Block>) {
    blocks.push(Block::Head(1, format!("{}、还要做的", numeral(4))));
    let parts: Vec<String> = LEFT
        .iter()
        .filter_map(|code| ask.told(code, ask.area))
        .filter(|told| told.value().is_some_and(|value| value > 0))
        .map(|told| format!("{} {}", told.indicator.definition().name, told.text()))
        .collect();
    blocks.push(Block::Text(if parts.is_empty() {
        "没有可以公布的余量。".to_owned()
    } else {
        format!("还有{}。转入动态管理后逐一核实、登记，数字以以后的统计为准。", parts.join("，"))
    }));
}

fn basis(ask: &Ask<'_>, blocks: &mut Vec<Block>) {
    blocks.push(Block::Head(1, "附录、数据来源和指标口径".to_owned()));
    let mut ids: Vec<String> = Vec::new();
    let stages = ask.stages.iter().flat_map(|at| [at.from, at.to]).flatten();
    for period in stages.chain([ask.now]) {
        let snapshot = period.cube.snapshot();
        let said = format!("第 {} 号（截至 {}）", snapshot.id, snapshot.as_of);
        if !ids.contains(&said) {
            ids.push(said);
        }
    }
    blocks.push(Block::Text(format!(
        "本报告依据统计快照：{}。各阶段取开始那天和结束那天以前最近的一份。",
        ids.join("、")
    )));
    let mut codes: Vec<String> = TOLD.map(str::to_owned).to_vec();
    for code in reached(ask).iter().map(|(target, _)| target.indicator.clone()).chain(LEFT.map(str::to_owned)) {
        if !codes.contains(&code) {
            codes.push(code);
        }
    }
    let rows = codes.iter().filter_map(|code| ask.indicator(code)).map(|indicator| {
        let told = indicator.definition();
        vec![told.name.clone(), told.formula.clone(), told.meaning.clone()]
    });
    blocks.push(Block::Table(Table {
        caption: "指标口径".to_owned(),
        columns: vec![Column::words("指标", 1.1), Column::words("公式", 1.6), Column::words("口径", 3.6)],
        rows: rows.collect(),
        totals: false,
        note: String::new(),
    }));
}
