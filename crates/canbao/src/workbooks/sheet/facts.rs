//! 说明: what the workbook is, and its figures beside the summary's.

use canbao_domain::area::Level;
use canbao_domain::rules::Category;
use canbao_paper::{Book, Cell};
use canbao_run::AreaCounts;

use super::super::control::{area, count, visited};
use super::super::words::{KINDS, Sheet, kind_name};
use super::{Context, WorkbookError};

pub(super) fn write(book: &mut Book, context: &Context<'_>) -> Result<(), WorkbookError> {
    let (job, material, county) = (context.job, context.material, context.county);
    let is_city = county == material.counties.city();
    let (people, rows) = material.survey.counts(county);
    let mut page = book.page("说明", &format!("{} 全民参保登记比对结果", context.name))?;
    page.line(if is_city {
        "全市汇总，以及不知属于哪个县区的名单。各县区的名单在各自的工作簿中。"
    } else {
        "本县区需要入户核实的人员、重复参保、数据有误和未参保单位的名单。"
    })?;
    page.line("名单含个人信息，只用于参保登记工作，用后妥善保管，不得外传。")?;
    page.space();
    page.fact("基准日", Cell::Date(job.as_of.days()))?;
    page.fact("区划代码", Cell::Text(context.code))?;
    page.fact("所属市", Cell::Text(job.city_name))?;
    page.fact("程序版本", Cell::Text(&job.summary.version))?;
    page.space();

    let figures = area(job, material, county);
    page.line("一、人员：汇总数与本工作簿名单逐项核对")?;
    let mut table: Vec<Vec<Cell<'_>>> = Vec::new();
    let confirmed = Category::Confirmed;
    table.push(vec![
        Cell::Text(confirmed.chinese()),
        Cell::Count(figures.confirmed),
        Cell::Text("不列名单"),
        Cell::Blank,
    ]);
    for category in visited() {
        let listed = people.get(category.as_str()).copied().unwrap_or_default();
        let said = count(&figures, category);
        table.push(vec![Cell::Text(category.chinese()), Cell::Count(said), Cell::Count(listed), same(said, listed)]);
    }
    let listed = people.values().sum();
    let said = figures.must_visit();
    table.push(vec![Cell::Text("需入户合计"), Cell::Count(said), Cell::Count(listed), same(said, listed)]);
    let whole = Cell::Count(figures.population);
    table.push(vec![Cell::Text("人口合计"), whole, Cell::Blank, same(figures.population, figures.confirmed + said)]);
    page.table(&["类别", "汇总人数", "名单人数", "核对"], &table, true)?;
    page.space();

    page.line("二、各工作表")?;
    let kinds = material.findings.kinds(county);
    let mut sheets = vec![
        vec![Cell::Text("入户调查名单"), Cell::Text("需入户人员"), Cell::Count(listed)],
        vec![Cell::Text("入户调查名单"), Cell::Text("无法确认是谁的参保记录"), Cell::Count(rows)],
    ];
    for (sheet, name) in [(Sheet::Duplicates, "重复参保"), (Sheet::WrongData, "数据有误"), (Sheet::Doubts, "其他疑点")]
    {
        let of_sheet = (0..=KINDS.len()).filter(|kind| super::super::words::sheet(*kind) == sheet);
        for kind in of_sheet.filter(|kind| *kind < KINDS.len() || kinds.contains_key(kind)) {
            let count = kinds.get(&kind).copied().unwrap_or_default();
            sheets.push(vec![Cell::Text(name), Cell::Text(kind_name(kind)), Cell::Count(count)]);
        }
    }
    for (category, count) in super::super::units::LISTED.iter().zip(material.units.categories(county)) {
        sheets.push(vec![Cell::Text("未参保单位"), Cell::Text(category.chinese()), Cell::Count(count)]);
    }
    page.table(&["工作表", "内容", "条数"], &sheets, false)?;
    page.space();

    page.line(if is_city { "三、各县区" } else { "三、各镇（街道）" })?;
    let level = if is_city { Level::County } else { Level::Town };
    let below: Vec<&str> =
        job.areas.children(context.code).filter(|code| job.areas.level(code) == Some(level)).collect();
    let total = job.summary.areas.get(context.code).copied().unwrap_or_default();
    let of = |code: &str| job.summary.areas.get(code).copied().unwrap_or_default();
    let mut lines: Vec<(&str, AreaCounts)> =
        below.iter().map(|code| (job.areas.name(code).unwrap_or(code), of(code))).collect();
    let rest = lines.iter().fold(total, |rest, (_, one)| AreaCounts {
        population: rest.population - one.population,
        confirmed: rest.confirmed - one.confirmed,
        uninsured: rest.uninsured - one.uninsured,
        partial: rest.partial - one.partial,
        interrupted: rest.interrupted - one.interrupted,
        information: rest.information - one.information,
    });
    if rest != AreaCounts::default() {
        lines.push(("不明", rest));
    }
    lines.push(("合计", total));
    let lines: Vec<Vec<Cell<'_>>> = lines.iter().map(|(name, counts)| line(name, counts)).collect();
    let words =
        [Category::Confirmed, Category::Uninsured, Category::Partial, Category::Interrupted, Category::Information];
    let head: Vec<&str> =
        ["区域", "人口", "需入户"].into_iter().chain(words.iter().map(|word| word.chinese())).collect();
    page.table(&head, &lines, true)?;

    if is_city {
        page.space();
        page.line("四、全市问题：各工作簿名单之和与汇总逐项核对")?;
        let mut all = Vec::new();
        for (kind, (code, sheet, name)) in KINDS.iter().enumerate() {
            let said = job.summary.findings.get(*code).copied().unwrap_or_default();
            let listed = if *sheet == Sheet::Units {
                material.findings.counts.get(*code).copied().unwrap_or_default()
            } else {
                (0..material.counties.len()).filter_map(|at| material.findings.kinds(at).get(&kind).copied()).sum()
            };
            all.push(vec![Cell::Text(name), Cell::Count(said), Cell::Count(listed), same(said, listed)]);
        }
        page.table(&["问题", "汇总条数", "名单条数", "核对"], &all, false)?;
    }
    Ok(page.end()?)
}

fn same(a: i64, b: i64) -> Cell<'static> {
    Cell::Text(if a == b { "相符" } else { "不符" })
}

fn line<'a>(name: &'a str, counts: &AreaCounts) -> Vec<Cell<'a>> {
    let visits = counts.must_visit();
    let mut cells = vec![Cell::Text(name), Cell::Count(counts.population), Cell::Count(visits)];
    let parts = [counts.confirmed, counts.uninsured, counts.partial, counts.interrupted, counts.information];
    cells.extend(parts.map(Cell::Count));
    cells
}
