//! The report's sentences and tables.

use canbao_paper::document::{Block, Column, Document, Table};

use super::chart;
use crate::Subject;
use crate::bulletin::day;
use crate::cube::Dimension;
use crate::figure::{Trend, decimal, thousands};
use crate::release::Told;
use crate::subject::dash;

pub(super) fn document(ask: &Subject<'_>) -> Document {
    let mut blocks = Vec::new();
    outline(ask, &mut blocks);
    insured(ask, &mut blocks);
    missing(ask, &mut blocks);
    quality(ask, &mut blocks);
    survey(ask, &mut blocks);
    employers(ask, &mut blocks);
    sources(ask, &mut blocks);
    definitions(ask, &mut blocks);
    ask.report("全民参保登记统计分析报告", blocks)
}

/// `参保率 89.1 %（比 2016-10-31 +0.8 个百分点）`; none where it is withheld.
fn said(ask: &Subject<'_>, code: &str) -> Option<String> {
    let told = ask.told(code, ask.area).filter(|told| told.value().is_some())?;
    let definition = told.indicator.definition();
    let change = ask.earlier(code, ask.area).and_then(|earlier| Trend::of(&told, &earlier));
    let change = match (change, ask.before) {
        (Some(change), Some(before)) => format!("（比 {} {}）", before.cube.as_of(), change.with_unit()),
        _ => String::new(),
    };
    Some(format!("{} {}{change}", definition.name, told.text()))
}

fn sentence(ask: &Subject<'_>, begin: &str, codes: &[&str]) -> Option<Block> {
    let parts: Vec<String> = codes.iter().filter_map(|code| said(ask, code)).collect();
    (!parts.is_empty()).then(|| Block::Text(format!("{begin}{}。", parts.join("，"))))
}

fn outline(ask: &Subject<'_>, blocks: &mut Vec<Block>) {
    let as_of = ask.now.cube.as_of();
    blocks.push(Block::Head(1, "一、概况".to_owned()));
    let begin = format!("截至{}，{}", day(as_of), ask.name());
    blocks.extend(sentence(ask, &begin, &["record", "population", "enrolled", "coverage"]));
    blocks.extend(sentence(ask, "按险种看，", &["pension-coverage", "medical-coverage"]));
    blocks.extend(sentence(ask, "还没有全部参保的人中，", &["uninsured", "partial", "interrupted", "unclear"]));
    blocks.extend(sentence(ask, "登记工作方面，", &["database-rate", "uninsured-registered", "survey-done"]));
    let rows: Vec<Vec<String>> = ask
        .plan
        .targets
        .iter()
        .filter(|target| target.area.as_deref().is_none_or(|area| area == ask.area))
        .filter_map(|target| {
            let told = ask.told(&target.indicator, ask.area)?;
            let expected = target.expected(as_of);
            let against = told.value().map_or_else(
                || "—".to_owned(),
                |value| match value - expected {
                    0 => "0.0".to_owned(),
                    more @ 1.. => format!("+{}", decimal(more)),
                    less => decimal(less),
                },
            );
            let goal = format!("{} %", decimal(target.value));
            Some(vec![
                told.indicator.definition().name.clone(),
                target.by.to_string(),
                goal,
                format!("{} %", decimal(expected)),
                told.text(),
                against,
            ])
        })
        .collect();
    if !rows.is_empty() {
        blocks.push(Block::Table(Table {
            caption: format!("与《{}》目标相比，截至 {as_of}", ask.plan.title),
            columns: vec![
                Column::words("指标", 2.2),
                Column::words("期限", 1.4),
                Column::figures("目标", 1.0),
                Column::figures("按日平摊应为", 1.4),
                Column::figures("实际", 1.2),
                Column::figures("差，百分点", 1.2),
            ],
            rows,
            totals: false,
            note: "应为 = 目标 × 已过的天数 ÷ 总天数。".to_owned(),
        }));
    }
}

/// What the columns of most tables are.
const COLUMNS: [&str; 7] = ["population", "enrolled", "uninsured", "partial", "interrupted", "unclear", "coverage"];

fn heads(ask: &Subject<'_>, first: &str, codes: &[&str]) -> Vec<Column> {
    let named = |code: &&str| {
        let definition = ask.indicator(code)?.definition();
        let percent = definition.unit.chinese() == "%";
        Some(Column::figures(if percent { format!("{}，%", definition.name) } else { definition.name.clone() }, 1.2))
    };
    std::iter::once(Column::words(first, 1.9)).chain(codes.iter().filter_map(named)).collect()
}

/// Why a dash stands in a table, where one does.
fn why(ask: &Subject<'_>, rows: &[Vec<String>]) -> String {
    let threshold = ask.now.release.threshold();
    let any = rows.iter().flatten().any(|cell| cell == "—");
    match (any, threshold > 1) {
        (true, true) => format!("“—”：不到 {threshold} 的数和能推算出它的数不对外公布，或者没有这个数。"),
        (true, false) => "“—”：没有这个数。".to_owned(),
        _ => String::new(),
    }
}

/// A table of the areas below.
fn by_area(ask: &Subject<'_>, caption: &str, codes: &[&str]) -> Block {
    let row = |label: &str, area: &str| {
        let cells = codes.iter().map(|code| dash(ask.told(code, area)));
        std::iter::once(label.to_owned()).chain(cells).collect::<Vec<String>>()
    };
    let mut rows: Vec<Vec<String>> = ask.below().iter().map(|(code, name)| row(name, code)).collect();
    rows.push(row("合计", ask.area));
    let first = ask.level_below(ask.area);
    let note = format!("合计含没有落到下级区划的。{}", why(ask, &rows));
    let caption = format!("{caption}，截至 {}", ask.now.cube.as_of());
    Block::Table(Table { caption, columns: heads(ask, first, codes), rows, totals: true, note })
}

/// A table by the values of a dimension.
fn by(ask: &Subject<'_>, caption: &str, dimension: Dimension, codes: &[&str]) -> Option<Block> {
    let values = ask.now.release.values(dimension);
    let rows = values.iter().map(|value| {
        let cells = codes.iter().map(|code| dash(ask.told_of(code, dimension, &value.key)));
        std::iter::once(value.label.clone()).chain(cells).collect::<Vec<String>>()
    });
    // values that nobody here has say nothing
    let mut rows: Vec<Vec<String>> =
        rows.filter(|row| row.iter().skip(1).any(|cell| cell != "0" && cell != "—")).collect();
    if rows.is_empty() {
        return None;
    }
    let total = codes.iter().map(|code| dash(ask.told(code, ask.area)));
    rows.push(std::iter::once("合计".to_owned()).chain(total).collect());
    let adds = if dimension.adds_up() { "" } else { "一人可以在几行里，各行之和大于合计。" };
    let note = format!("{adds}{}", why(ask, &rows));
    let caption = format!("{caption}，截至 {}", ask.now.cube.as_of());
    Some(Block::Table(Table { caption, columns: heads(ask, dimension.chinese(), codes), rows, totals: true, note }))
}

fn values(ask: &Subject<'_>, dimension: Dimension, code: &str) -> Vec<(String, Option<Told>)> {
    let values = ask.now.release.values(dimension).iter();
    values.map(|value| (value.label.clone(), ask.told_of(code, dimension, &value.key))).collect()
}

fn insured(ask: &Subject<'_>, blocks: &mut Vec<Block>) {
    blocks.push(Block::Head(1, "二、参保情况".to_owned()));
    blocks.push(Block::Head(2, "（一）分区域".to_owned()));
    let areas: Vec<(String, Option<Told>)> =
        ask.below().into_iter().map(|(code, name)| (name, ask.told("coverage", &code))).collect();
    let mut ordered: Vec<(&str, i64, String)> = areas
        .iter()
        .filter_map(|(name, told)| Some((name.as_str(), told.as_ref()?.value()?, told.as_ref()?.text())))
        .collect();
    ordered.sort_by_key(|(_, value, _)| std::cmp::Reverse(*value));
    if let (Some(best), Some(worst), true) = (ordered.first(), ordered.last(), ordered.len() > 1) {
        blocks.push(Block::Text(format!(
            "参保率最高的是{}（{}），最低的是{}（{}），相差 {} 个百分点。",
            best.0,
            best.2,
            worst.0,
            worst.2,
            decimal(best.1 - worst.1)
        )));
    }
    let as_of = ask.now.cube.as_of();
    let map = if ask.level() == "city" {
        chart::counties(ask, "coverage", &format!("各县(市、区)参保率，截至 {as_of}"))
    } else {
        None
    };
    // bars of many areas take a page, which the table fills up to
    let bars = if map.is_some() { None } else { chart::ranked(&format!("参保率，截至 {as_of}"), &areas) };
    blocks.extend(map);
    blocks.push(by_area(ask, "参保情况", &COLUMNS));
    blocks.extend(bars);
    blocks.push(Block::Head(2, "（二）分险种".to_owned()));
    blocks.extend(by(ask, "在保险种", Dimension::Scheme, &["population", "enrolled", "coverage"]));
    blocks.extend(chart::in_order(
        &format!("各险种在保人数，截至 {as_of}"),
        &values(ask, Dimension::Scheme, "population"),
    ));
    blocks.push(Block::Head(2, "（三）分年龄、性别、户口性质".to_owned()));
    blocks.extend(by(ask, "分年龄", Dimension::Age, &COLUMNS));
    blocks.extend(chart::in_order(&format!("各年龄段参保率，截至 {as_of}"), &values(ask, Dimension::Age, "coverage")));
    blocks.extend(by(ask, "分性别", Dimension::Sex, &COLUMNS));
    blocks.extend(by(ask, "分户口性质", Dimension::Hukou, &COLUMNS));
    blocks.push(Block::Head(2, "（四）困难群体".to_owned()));
    blocks.extend(by(ask, "低保五保对象", Dimension::Subsistence, &COLUMNS));
    blocks.extend(by(ask, "残疾人补助对象", Dimension::Disability, &COLUMNS));
}

fn missing(ask: &Subject<'_>, blocks: &mut Vec<Block>) {
    let as_of = ask.now.cube.as_of();
    blocks.push(Block::Head(1, "三、未参保人员情况和原因".to_owned()));
    blocks.extend(sentence(ask, "", &["uninsured", "partial", "reason-known"]));
    let gap = |told: Option<Told>| told.and_then(|told| told.part);
    let mut areas: Vec<(String, u64)> = ask
        .below()
        .into_iter()
        .filter_map(|(code, name)| Some((name, gap(ask.told("uninsured", &code))? + gap(ask.told("partial", &code))?)))
        .collect();
    areas.sort_by_key(|(_, people)| std::cmp::Reverse(*people));
    let whole =
        gap(ask.told("uninsured", ask.area)).zip(gap(ask.told("partial", ask.area))).map(|(one, other)| one + other);
    if let Some(whole) = whole.filter(|whole| *whole > 0) {
        let most: Vec<String> = areas
            .iter()
            .take(3)
            .map(|(name, people)| {
                let share = crate::figure::Share { part: *people, whole }.percent().unwrap_or_default();
                format!("{name} {} 人（占 {share}）", thousands(*people))
            })
            .collect();
        if !most.is_empty() {
            blocks.push(Block::Text(format!("缺口最大的是{}。", most.join("、"))));
        }
    }
    let reasons = ask.now.release.values(Dimension::Reason);
    let known = reasons.iter().any(|value| value.key != "none");
    if known {
        blocks.extend(by(ask, "未参保、部分参保人员的原因", Dimension::Reason, &["uninsured", "partial"]));
        let mut all = values(ask, Dimension::Reason, "uninsured");
        all.retain(|(_, told)| told.is_some_and(|told| told.part != Some(0)));
        blocks.extend(chart::ranked(&format!("未参保人员的原因，截至 {as_of}"), &all));
    } else {
        blocks.push(Block::Text("入户登记表还没有核准的，未参保的原因尚未查明。".to_owned()));
    }
}

fn quality(ask: &Subject<'_>, blocks: &mut Vec<Block>) {
    blocks.push(Block::Head(1, "四、数据质量".to_owned()));
    let codes = ["duplicates-found", "duplicates-settled", "wrong-found", "wrong-settled", "gone-enrolled"];
    blocks.extend(sentence(ask, "历次比对中，", &codes));
    blocks.push(by_area(ask, "疑点和处理", &codes));
}

fn survey(ask: &Subject<'_>, blocks: &mut Vec<Block>) {
    blocks.push(Block::Head(1, "五、入户调查".to_owned()));
    let issued = ask.told("survey-to-visit", ask.area).is_some_and(|told| told.part != Some(0));
    if !issued {
        blocks.push(Block::Text("还没有下发入户调查任务。".to_owned()));
        return;
    }
    let codes = [
        "survey-to-visit",
        "survey-done",
        "survey-approved",
        "survey-timely",
        "households-visited",
        "villages-closed",
        "recheck-agreement",
    ];
    blocks.extend(sentence(ask, "", &codes));
    blocks.push(by_area(ask, "入户调查进度", &codes));
}

fn employers(ask: &Subject<'_>, blocks: &mut Vec<Block>) {
    // employers have no finer place than a county
    if ask.level() == "town" || ask.told("units", ask.area).is_none_or(|told| told.whole == Some(0)) {
        return;
    }
    blocks.push(Block::Head(1, "六、用人单位".to_owned()));
    let codes = ["units", "unit-coverage"];
    blocks.extend(sentence(ask, "", &codes));
    if ask.level() == "city" {
        blocks.push(by_area(ask, "用人单位参保", &codes));
    }
    blocks.extend(by(ask, "分单位类型", Dimension::Employer, &codes));
}

fn sources(ask: &Subject<'_>, blocks: &mut Vec<Block>) {
    blocks.push(Block::Head(1, "附录一、数据来源".to_owned()));
    let snapshot = ask.now.cube.snapshot();
    blocks.push(Block::Text(format!(
        "本报告依据第 {} 号统计快照：截至 {}，在册 {} 人，校验码 {}。",
        snapshot.id,
        ask.now.cube.as_of(),
        thousands(u64::try_from(snapshot.people).unwrap_or_default()),
        snapshot.digest.get(..16).unwrap_or_default()
    )));
    let all = ask.now.cube.sources();
    if all.is_empty() {
        blocks.push(Block::Text("登记库没有记下最近一次比对用了哪些数据。".to_owned()));
        return;
    }
    let title = |kind: &str, name: &str| {
        let known = canbao_domain::source::SourceKind::ALL.into_iter().find(|known| known.as_str() == kind);
        known.map_or_else(|| name.to_owned(), |known| known.chinese().to_owned())
    };
    let rows = all
        .iter()
        .map(|source| {
            let before = source.before.map_or_else(|| "—".to_owned(), thousands);
            vec![
                title(&source.kind, &source.name),
                source.as_of.to_string(),
                thousands(source.rows),
                before,
                thousands(source.unresolved),
                thousands(source.rejected),
            ]
        })
        .collect();
    blocks.push(Block::Table(Table {
        caption: "最近一次比对用到的数据".to_owned(),
        columns: vec![
            Column::words("来源", 2.4),
            Column::words("数据时点", 1.3),
            Column::figures("行数", 1.2),
            Column::figures("上一次行数", 1.2),
            Column::figures("找不到人", 1.1),
            Column::figures("读不出来", 1.1),
        ],
        rows,
        totals: false,
        note: "这里的行数是全市数据的行数。".to_owned(),
    }));
}

fn definitions(ask: &Subject<'_>, blocks: &mut Vec<Block>) {
    blocks.push(Block::Head(1, "附录二、指标口径".to_owned()));
    let rows: Vec<Vec<String>> = super::INDICATORS
        .iter()
        .filter_map(|code| ask.indicator(code))
        .map(|indicator| {
            let definition = indicator.definition();
            vec![definition.name.clone(), definition.formula.clone(), definition.meaning.clone()]
        })
        .collect();
    blocks.push(Block::Table(Table {
        caption: "指标口径".to_owned(),
        columns: vec![Column::words("指标", 1.0), Column::words("公式", 1.6), Column::words("口径", 3.4)],
        rows,
        totals: false,
        note: "区域按管理关系汇总：开发区托管的村算在开发区。".to_owned(),
    }));
}
