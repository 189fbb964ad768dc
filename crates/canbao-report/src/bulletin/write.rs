//! The bulletin's sentences and tables.

use canbao_domain::date::Date;
use canbao_paper::About;
use canbao_paper::document::{Annex, Block, Column, Document, Kind, Table};

use super::{Ask, Outlook, Ranked, rank};
use crate::figure::{decimal, thousands};
use crate::indicator::Unit;
use crate::plan::Rules;
use crate::release::Told;

/// `2016年11月30日`.
pub(crate) fn day(date: Date) -> String {
    let (year, month, day) = date.ymd();
    format!("{year}年{month}月{day}日")
}

/// What a document says of itself.
pub(crate) fn about(title: &str, author: &str, date: Date) -> About {
    let (year, month, day) = date.ymd();
    let small = |number: u32| u8::try_from(number).unwrap_or(1);
    let date = (u16::try_from(year).unwrap_or(1970), small(month), small(day));
    About { title: title.to_owned(), author: author.to_owned(), date }
}

/// `提高 1.4 个百分点`, `减少 12 人`, `持平`.
fn moved(change: i64, unit: &Unit) -> String {
    let size = change.unsigned_abs();
    match (unit, change) {
        (_, 0) => "持平".to_owned(),
        (Unit::Percent, 1..) => format!("提高 {} 个百分点", decimal(change)),
        (Unit::Percent, _) => format!("下降 {} 个百分点", decimal(-change)),
        (Unit::Count(unit), 1..) => format!("增加 {} {unit}", thousands(size)),
        (Unit::Count(unit), _) => format!("减少 {} {unit}", thousands(size)),
    }
}

fn or_dash(value: Option<String>) -> String {
    value.unwrap_or_else(|| "—".to_owned())
}

/// A change as it stands in a table: `+1.4`, `−12`, `0.0`.
fn signed(change: Option<i64>) -> String {
    or_dash(change.map(|change| match change {
        1.. => format!("+{}", decimal(change)),
        _ => decimal(change),
    }))
}

fn outlook(outlook: Outlook) -> String {
    match outlook {
        Outlook::Done => "已完成".to_owned(),
        Outlook::On(day) => day.to_string(),
        Outlook::Never => "不能完成".to_owned(),
        Outlook::Unknown => "—".to_owned(),
    }
}

pub(super) fn document(ask: &Ask<'_>) -> Document {
    let name = ask.name_of(ask.area);
    let title = format!("关于{name}全民参保登记工作进展情况的通报");
    let as_of = ask.now.cube.as_of();
    let period = match ask.before {
        Some(before) => format!("{}　{}至{}", ask.issue, day(before.cube.as_of()), day(as_of)),
        None => format!("{}　截至{}", ask.issue, day(as_of)),
    };
    let (rules, fallback) = rules(ask);
    let ranked = rank(ask, ask.area, &rules);
    let mut blocks = Vec::new();
    whole(ask, &mut blocks);
    blocks.push(Block::Head(1, format!("二、各{}进展", ask.level_below(ask.area))));
    blocks.extend(fallback.map(Block::Text));
    blocks.push(Block::Table(table(ask, &name, &ranked, &rules, ask.area)));
    judged(ask, &ranked, &rules, &mut blocks);
    ahead(ask, &ranked, &rules, &mut blocks);
    let annexes = further(ask, &rules).into_iter().chain([definitions(ask, &rules)]).collect();
    let heading = ask.heading.clone();
    Document {
        kind: Kind::Official,
        about: about(&title, &heading.organ, ask.day),
        organ: heading.organ,
        number: heading.number,
        title,
        under: period,
        to: heading.to,
        warnings: ask.warnings.clone(),
        blocks,
        annexes,
        signed: heading.signed,
        copies: heading.copies,
        printed_by: heading.printed_by,
    }
}

/// The plan's rules; where nothing is ranked by them yet (no task was issued), coverage ranks, and a sentence says so.
fn rules(ask: &Ask<'_>) -> (Rules, Option<String>) {
    let rules = ask.plan.rules.clone();
    let any = ask
        .below_of(ask.area)
        .iter()
        .any(|(code, _)| ask.told(&rules.rank, code).is_some_and(|told| told.value().is_some()));
    if any {
        return (rules, None);
    }
    let named = |code: &str| {
        ask.indicator(code).map_or_else(|| code.to_owned(), |indicator| indicator.definition().name.clone())
    };
    let said = format!("还没有可比的{}，本期按{}排名，不作表扬和批评。", named(&rules.rank), named("coverage"));
    let rules = Rules { rank: "coverage".to_owned(), praise_first: 0, criticise_last: 0, ..rules };
    (rules, Some(said))
}

/// One figure in a sentence: `完成率 63.1 %，比上期提高 4.0 个百分点`.
fn said(ask: &Ask<'_>, code: &str) -> Option<String> {
    let told = ask.told(code, ask.area)?;
    let definition = told.indicator.definition();
    let change = ask.change(code, ask.area).map(|change| match moved(change, &definition.unit) {
        same if same == "持平" => "，与上期持平".to_owned(),
        moved => format!("，比上期{moved}"),
    });
    match told.bare() {
        bare if bare == "—" => None,
        _ => Some(format!("{} {}{}", definition.name, told.text(), change.unwrap_or_default())),
    }
}

/// 一、总体进展.
fn whole(ask: &Ask<'_>, blocks: &mut Vec<Block>) {
    let as_of = ask.now.cube.as_of();
    let name = ask.name_of(ask.area);
    blocks.push(Block::Head(1, "一、总体进展".to_owned()));
    let people: Vec<String> =
        ["population", "coverage", "uninsured", "partial"].iter().filter_map(|code| said(ask, code)).collect();
    if !people.is_empty() {
        blocks.push(Block::Text(format!("截至{}，{name}{}。", day(as_of), people.join("；"))));
    }
    let issued = ask.told("survey-to-visit", ask.area).is_some_and(|told| told.part != Some(0));
    if !issued {
        blocks.push(Block::Text(format!("{name}还没有下发入户调查任务。")));
        return;
    }
    let survey: Vec<String> =
        ["survey-to-visit", "survey-done", "survey-approved", "uninsured-registered", "survey-timely"]
            .iter()
            .filter_map(|code| said(ask, code))
            .collect();
    blocks.push(Block::Text(format!("入户调查方面，{}。", survey.join("；"))));
    let rank = ask.plan.rules.rank.as_str();
    let target = ask.plan.target(rank, ask.area, as_of);
    let rate = ask.told(rank, ask.area).and_then(|told| told.value());
    if let (Some(target), Some(rate), Some(indicator)) = (target, rate, ask.indicator(rank)) {
        let expected = target.expected(as_of);
        let against = match rate - expected {
            0 => "与计划持平".to_owned(),
            ahead @ 1.. => format!("超前 {} 个百分点", decimal(ahead)),
            behind => format!("落后 {} 个百分点", decimal(-behind)),
        };
        blocks.push(Block::Text(format!(
            "按《{}》，{}到{}应达到 {} %，按日平摊到{}应为 {} %，实际{against}。",
            ask.plan.title,
            indicator.definition().name,
            day(target.by),
            decimal(target.value),
            day(as_of),
            decimal(expected),
        )));
    }
}

/// The table of areas below one.
fn table(ask: &Ask<'_>, name: &str, ranked: &[Ranked], rules: &Rules, top: &str) -> Table {
    let survey = rules.rank != "coverage";
    let rate_name =
        ask.indicator(&rules.rank).map_or_else(String::new, |indicator| indicator.definition().name.clone());
    let columns = if survey {
        vec![
            Column::figures("名次", 0.7),
            Column::words(ask.level_below(top), 1.9),
            Column::figures("应入户", 1.2),
            Column::figures("已完成", 1.2),
            Column::figures(format!("{rate_name}，%"), 1.1),
            Column::figures("比上期", 1.0),
            Column::figures("比计划", 1.0),
            Column::figures("已核准", 1.2),
            Column::figures("预计完成", 1.5),
        ]
    } else {
        vec![
            Column::figures("名次", 0.7),
            Column::words(ask.level_below(top), 2.2),
            Column::figures("应登记人口", 1.4),
            Column::figures("已参保", 1.4),
            Column::figures("未参保", 1.2),
            Column::figures(format!("{rate_name}，%"), 1.1),
            Column::figures("比上期", 1.0),
        ]
    };
    let part = |code: &str, area: &str| or_dash(ask.told(code, area).and_then(|told| told.part).map(thousands));
    let rate = |area: &str| ask.told(&rules.rank, area).map_or_else(|| "—".to_owned(), |told: Told| told.bare());
    let cells = |place: String, label: String, area: &str, behind: Option<i64>, ends: String| {
        let change = signed(ask.change(&rules.rank, area));
        if survey {
            let behind = signed(behind.map(|behind| -behind));
            vec![
                place,
                label,
                part("survey-to-visit", area),
                part("survey-done", area),
                rate(area),
                change,
                behind,
                part("survey-approved", area),
                ends,
            ]
        } else {
            vec![
                place,
                label,
                part("population", area),
                part("enrolled", area),
                part("uninsured", area),
                rate(area),
                change,
            ]
        }
    };
    let mut rows: Vec<Vec<String>> = ranked
        .iter()
        .map(|one| {
            let place = or_dash(one.place.map(|place| place.to_string()));
            cells(place, one.name.clone(), &one.code, one.behind, outlook(one.outlook))
        })
        .collect();
    let as_of = ask.now.cube.as_of();
    let expected = ask.plan.target(&rules.rank, top, as_of).map(|target| target.expected(as_of));
    let behind =
        expected.zip(ask.told(&rules.rank, top).and_then(|told| told.value())).map(|(expected, rate)| expected - rate);
    rows.push(cells(String::new(), "合计".to_owned(), top, behind, String::new()));
    let withheld = rows.iter().flatten().any(|cell| cell == "—");
    let threshold = ask.now.release.threshold();
    let why = if withheld && threshold > 1 {
        format!("“—”：不到 {threshold} 的数和能推算出它的数不对外公布，或者没有可比的数。")
    } else {
        String::new()
    };
    let units = if survey {
        "“比上期”“比计划”的单位是百分点；“预计完成”按上期以来的速度推算。"
    } else {
        "“比上期”的单位是百分点。"
    };
    Table {
        caption: format!("{name}各{}进展，截至 {as_of}", ask.level_below(top)),
        columns,
        rows,
        totals: true,
        note: format!("{units}合计含没有落到下级区划的。{why}"),
    }
}

/// 三、表扬和批评.
fn judged(ask: &Ask<'_>, ranked: &[Ranked], rules: &Rules, blocks: &mut Vec<Block>) {
    if rules.praise_first == 0 && rules.criticise_last == 0 {
        return;
    }
    let name = ask.indicator(&rules.rank).map_or_else(String::new, |indicator| indicator.definition().name.clone());
    let [praise, criticise] = rules.chinese(&name);
    let rate = |one: &Ranked| or_dash(one.rate.map(|rate| format!("{} %", decimal(rate))));
    blocks.push(Block::Head(1, "三、表扬和通报批评".to_owned()));
    let praised: Vec<String> =
        ranked.iter().filter(|one| one.praised).map(|one| format!("{}（{}）", one.name, rate(one))).collect();
    blocks.push(Block::Text(if praised.is_empty() {
        format!("表扬规则：{praise}本期没有达到的。")
    } else {
        format!("表扬规则：{praise}本期予以表扬的是：{}。", praised.join("、"))
    }));
    let named = |one: &Ranked| {
        format!("{}（{}，落后 {} 个百分点）", one.name, rate(one), decimal(one.behind.unwrap_or_default()))
    };
    let mut behind: Vec<&Ranked> = ranked.iter().filter(|one| one.criticised).collect();
    behind.sort_by_key(|one| std::cmp::Reverse(one.behind));
    let criticised: Vec<String> = behind.into_iter().map(named).collect();
    blocks.push(Block::Text(if criticised.is_empty() {
        format!("批评规则：{criticise}本期没有。")
    } else {
        format!("批评规则：{criticise}本期予以通报批评的是：{}。请分析原因，限期赶上。", criticised.join("、"))
    }));
}

/// 四、进度预测.
fn ahead(ask: &Ask<'_>, ranked: &[Ranked], rules: &Rules, blocks: &mut Vec<Block>) {
    let as_of = ask.now.cube.as_of();
    let Some(target) = ask.plan.target(&rules.rank, ask.area, as_of).filter(|_| ask.before.is_some()) else { return };
    let (mut on_time, mut late, mut never, mut done, mut unknown) = (0, Vec::new(), Vec::new(), 0, 0);
    for one in ranked {
        match one.outlook {
            Outlook::Done => done += 1,
            Outlook::On(day) if day <= target.by => on_time += 1,
            Outlook::On(day) => late.push(format!("{}（{day}）", one.name)),
            Outlook::Never => never.push(one.name.clone()),
            Outlook::Unknown => unknown += 1,
        }
    }
    blocks.push(Block::Head(1, "四、进度预测".to_owned()));
    let mut parts = vec![format!(
        "期限是{}。按上期以来的速度推算：已经完成的 {done} 个，能按期完成的 {on_time} 个",
        day(target.by)
    )];
    if !late.is_empty() {
        parts.push(format!("要逾期的 {} 个：{}", late.len(), late.join("、")));
    }
    if !never.is_empty() {
        parts.push(format!("照这样不能完成的 {} 个：{}", never.len(), never.join("、")));
    }
    if unknown > 0 {
        parts.push(format!("不能推算的 {unknown} 个"));
    }
    blocks.push(Block::Text(format!("{}。", parts.join("；"))));
}

/// The tables of each area below: of a city's bulletin the towns of each county.
fn further(ask: &Ask<'_>, rules: &Rules) -> Option<Annex> {
    let is_city = ask.now.cube.area(ask.area).is_some_and(|area| area.level == "city");
    let parts = ask.below_of(ask.area).into_iter().filter(|(code, _)| is_city && !ask.below_of(code).is_empty());
    let tables = parts.map(|(code, name)| Block::Table(table(ask, &name, &rank(ask, &code, rules), rules, &code)));
    let blocks: Vec<Block> = tables.collect();
    (!blocks.is_empty()).then(|| Annex { title: "各县(市、区)所辖镇(办)进展".to_owned(), blocks })
}

/// What the figures mean, and what they rest on.
fn definitions(ask: &Ask<'_>, rules: &Rules) -> Annex {
    let told = [
        rules.rank.as_str(),
        "survey-to-visit",
        "survey-approved",
        "coverage",
        "population",
        "uninsured",
        "partial",
        "uninsured-registered",
        "survey-timely",
    ];
    let mut seen = Vec::new();
    let mut rows = Vec::new();
    for code in told {
        let Some(indicator) = ask.indicator(code).filter(|_| !seen.contains(&code)) else { continue };
        seen.push(code);
        rows.push(vec![indicator.definition().name.clone(), indicator.definition().meaning.clone()]);
    }
    let table = Block::Table(Table {
        caption: "指标口径".to_owned(),
        columns: vec![Column::words("指标", 1.0), Column::words("口径", 4.0)],
        rows,
        totals: false,
        note: String::new(),
    });
    let snapshot = ask.now.cube.snapshot();
    let before = ask.before.map_or_else(String::new, |before| {
        format!("，上期为第 {} 号（截至 {}）", before.cube.snapshot().id, before.cube.as_of())
    });
    let note = Block::Note(format!(
        "本通报依据第 {} 号统计快照（截至 {}，在册 {} 人，校验码 {}）{before}。",
        snapshot.id,
        ask.now.cube.as_of(),
        thousands(u64::try_from(snapshot.people).unwrap_or_default()),
        snapshot.digest.get(..16).unwrap_or_default(),
    ));
    Annex { title: "指标口径和数据来源".to_owned(), blocks: vec![table, note] }
}
