//! Figures as plain rows: a workbook whose totals are formulas, CSV, and the rows of an open format. Inside the office: nothing
//! is withheld, and totals close.

use std::fmt::Write as _;
use std::path::Path;

use canbao_domain::scope::Scope;
use canbao_paper::{Book, Cell, Figure as Sum, PaperError, SumsPlan};

use crate::ReportError;
use crate::bulletin::about;
use crate::cube::{Cube, Dimension, Filter, Grid};
use crate::figure::{Figure, Share};
use crate::indicator::{Catalogue, Indicator, Table, Unit};
use crate::release::BY;

/// Of whom a workbook says it is.
const AUTHOR: &str = "全民参保登记信息管理系统";

/// What stands over a table: whose, and by what it was put together.
#[derive(Clone, Debug)]
pub struct Heading {
    /// The title: 汉滨区参保情况.
    pub title: String,
    /// The conditions under which people are counted; blank where there are none.
    pub conditions: String,
}

fn rate(figure: &Figure) -> Option<f64> {
    let Share { part, whole } = figure.share();
    (figure.known && whole > 0).then(|| part as f64 / whole as f64)
}

fn label(key: &str, label: &str) -> String {
    if key.is_empty() && label.is_empty() { "其他".to_owned() } else { label.to_owned() }
}

/// A column of a workbook.
enum Column {
    /// The numerator of the figure in this place.
    Part(usize),
    /// Its denominator.
    Whole(usize),
    /// A rate, by the places of two columns before it.
    Rate(usize, u16, u16),
}

/// Indicators as columns: of a rate its numerator and denominator before it.
fn columns(indicators: &[Indicator]) -> (Vec<String>, Vec<Column>) {
    let (mut heads, mut columns) = (Vec::new(), Vec::new());
    for (at, indicator) in indicators.iter().enumerate() {
        let told = indicator.definition();
        match &told.unit {
            Unit::Count(unit) => {
                heads.push(format!("{}（{unit}）", told.name));
                columns.push(Column::Part(at));
            }
            Unit::Percent => {
                let before = u16::try_from(columns.len()).unwrap_or(u16::MAX);
                heads.extend([format!("{}：分子", told.name), format!("{}：分母", told.name), told.name.clone()]);
                columns.extend([Column::Part(at), Column::Whole(at), Column::Rate(at, before, before + 1)]);
            }
        }
    }
    (heads, columns)
}

fn cells(figures: &[Figure], columns: &[Column], sums: bool) -> Vec<Sum<'static>> {
    let count = |count: u64| if sums { Sum::Down(count) } else { Sum::Count(count) };
    columns
        .iter()
        .map(|column| {
            let (Column::Part(at) | Column::Whole(at) | Column::Rate(at, ..)) = column;
            match (figures.get(*at).filter(|figure| figure.known), column) {
                (None, _) => Sum::Blank,
                (Some(figure), Column::Part(_)) => count(figure.part),
                (Some(figure), Column::Whole(_)) => count(figure.whole),
                (Some(figure), Column::Rate(_, part, whole)) => {
                    Sum::Rate { part: *part, whole: *whole, value: rate(figure) }
                }
            }
        })
        .collect()
}

/// Writes a sheet of indicators by rows.
fn sheet(book: &mut Book, name: &str, heading: &Heading, first: &str, table: &Table) -> Result<u64, PaperError> {
    let (heads, columns) = columns(&table.indicators);
    let mut head = vec![first];
    head.extend(heads.iter().map(String::as_str));
    let note = note(heading, table.as_of.to_string().as_str(), &table.indicators);
    let mut sums = book.sums(&SumsPlan { name, title: &heading.title, note: &note, head })?;
    for row in &table.rows {
        sums.row(&label(&row.value.key, &row.value.label), &cells(&row.figures, &columns, false), false)?;
    }
    sums.row("合计", &cells(&table.total, &columns, table.adds_up), true)?;
    if !table.adds_up {
        sums.line("一人可以在几行里，合计是单独计算的人数，不是各行之和。")?;
    }
    let rows = u64::try_from(table.rows.len()).unwrap_or(u64::MAX);
    sums.line(&format!("共 {rows} 行，与查询结果的行数相同。内部使用；对外请用已经隐去小数的简报、报告。"))?;
    sums.end()
}

fn note(heading: &Heading, as_of: &str, indicators: &[Indicator]) -> String {
    let mut bases: Vec<&str> = indicators
        .iter()
        .filter(|indicator| indicator.definition().unit == Unit::Percent)
        .map(|indicator| indicator.definition().base.as_str())
        .collect();
    bases.sort_unstable();
    bases.dedup();
    let mut note = format!("截至 {as_of}");
    if let [base] = bases.as_slice() {
        let _ = write!(note, "，分母为{base}");
    } else if !bases.is_empty() {
        note.push_str("，分母见各列和“口径”");
    }
    if !heading.conditions.is_empty() {
        let _ = write!(note, "；{}", heading.conditions);
    }
    note
}

fn meanings(book: &mut Book, cube: &Cube, indicators: &[Indicator]) -> Result<(), PaperError> {
    let snapshot = cube.snapshot();
    let mut page = book.page("口径", "指标口径和数据来源")?;
    page.fact("统计快照", Cell::Text(&format!("第 {} 号，截至 {}", snapshot.id, snapshot.as_of)))?;
    page.fact("校验码", Cell::Text(&snapshot.digest))?;
    page.space();
    let rows: Vec<Vec<Cell<'_>>> = indicators
        .iter()
        .map(|indicator| {
            let told = indicator.definition();
            vec![Cell::Text(&told.name), Cell::Text(&told.formula), Cell::Text(&told.meaning)]
        })
        .collect();
    page.table(&["指标", "公式", "口径"], &rows, false)?;
    page.end()
}

fn about_of(cube: &Cube, title: &str) -> canbao_paper::About {
    about(title, AUTHOR, cube.as_of())
}

/// Writes the workbook of an area: all indicators by the areas right under it, and by each dimension those that it tells. Gives
/// how many rows its tables have in all.
///
/// # Errors
/// Where the filter names what is not there or lies out of the scope, or the file cannot be written.
pub fn area_book(
    cube: &Cube,
    catalogue: &Catalogue,
    filter: &Filter,
    scope: &Scope,
    path: &Path,
) -> Result<u64, ReportError> {
    let area = filter.area.as_deref().or_else(|| cube.city()).and_then(|code| cube.area(code));
    let name = area.map_or("全市", |area| area.name.as_str());
    let heading = |what: &str| Heading { title: format!("{name}{what}"), conditions: String::new() };
    let mut book = Book::create(path, about_of(cube, &heading("统计表").title)).map_err(ReportError::Paper)?;
    let mut rows = 0;
    let below = cube.table(Dimension::Area(crate::cube::Depth::Below), catalogue.all(), filter, scope)?;
    rows += sheet(&mut book, "分区划", &heading("各项指标，分区划"), "区划", &below).map_err(ReportError::Paper)?;
    for dimension in BY {
        let told = catalogue.all().iter().filter(|indicator| dimension.tells(**indicator));
        let told: Vec<Indicator> = told.copied().collect();
        let table = cube.table(dimension, &told, filter, scope)?;
        let (what, named) = (format!("各项指标，分{}", dimension.chinese()), format!("分{}", dimension.chinese()));
        rows += sheet(&mut book, &named, &heading(&what), dimension.chinese(), &table).map_err(ReportError::Paper)?;
    }
    meanings(&mut book, cube, catalogue.all()).map_err(ReportError::Paper)?;
    book.save().map_err(ReportError::Paper)?;
    Ok(rows)
}

/// Writes a pivot as a workbook: of a count one sheet, of a rate its numerators, its denominators, and the rates as formulas over
/// both. Gives how many rows the table has.
///
/// # Errors
/// Where the file cannot be written.
pub fn grid_book(cube: &Cube, grid: &Grid, heading: &Heading, first: &str, path: &Path) -> Result<u64, ReportError> {
    let book = Book::create(path, about_of(cube, &heading.title)).map_err(ReportError::Paper)?;
    let written = |mut book: Book| -> Result<u64, PaperError> {
        let rows = match grid.indicator.definition().unit {
            Unit::Count(_) => grid_sheet(&mut book, "交叉表", grid, heading, first, &|figure| figure.part)?,
            Unit::Percent => {
                rates_sheet(&mut book, grid, heading, first)?;
                grid_sheet(&mut book, "分子", grid, heading, first, &|figure| figure.part)?;
                grid_sheet(&mut book, "分母", grid, heading, first, &|figure| figure.whole)?
            }
        };
        meanings(&mut book, cube, &[grid.indicator])?;
        book.save()?;
        Ok(rows)
    };
    written(book).map_err(ReportError::Paper)
}

/// Whether a pivot has columns besides the total of each row.
fn is_wide(grid: &Grid) -> bool {
    grid.columns.len() > 1 || grid.columns.iter().any(|column| !column.key.is_empty())
}

fn grid_heads<'a>(grid: &'a Grid, first: &'a str) -> Vec<&'a str> {
    let mut head = vec![first];
    if is_wide(grid) {
        head.extend(grid.columns.iter().map(|column| column.label.as_str()));
    }
    head.push("合计");
    head
}

fn grid_sheet(
    book: &mut Book,
    name: &str,
    grid: &Grid,
    heading: &Heading,
    first: &str,
    of: &dyn Fn(&Figure) -> u64,
) -> Result<u64, PaperError> {
    let note = note(heading, grid.as_of.to_string().as_str(), &[grid.indicator]);
    let mut sums = book.sums(&SumsPlan { name, title: &heading.title, note: &note, head: grid_heads(grid, first) })?;
    let wide = is_wide(grid);
    let line = |cells: &[Figure], total: &Figure, down: bool| -> Vec<Sum<'static>> {
        let cell = |figure: &Figure| match of(figure) {
            count if down => Sum::Down(count),
            count => Sum::Count(count),
        };
        let mut line: Vec<Sum<'static>> = if wide { cells.iter().map(cell).collect() } else { Vec::new() };
        line.push(if wide && grid.columns_add_up { Sum::Across(of(total)) } else { cell(total) });
        line
    };
    for ((row, cells), total) in grid.rows.iter().zip(&grid.cells).zip(&grid.row_totals) {
        sums.row(&label(&row.key, &row.label), &line(cells, total, false), false)?;
    }
    sums.row("合计", &line(&grid.column_totals, &grid.total, grid.rows_add_up), true)?;
    if !(grid.rows_add_up && grid.columns_add_up) {
        sums.line("一人可以在几行或几列里，合计是单独计算的人数。")?;
    }
    sums.line(&format!(
        "共 {} 行，与查询结果的行数相同。内部使用；对外请用已经隐去小数的简报、报告。",
        grid.rows.len()
    ))?;
    sums.end()
}

fn rates_sheet(book: &mut Book, grid: &Grid, heading: &Heading, first: &str) -> Result<(), PaperError> {
    let note = note(heading, grid.as_of.to_string().as_str(), &[grid.indicator]);
    let head = grid_heads(grid, first);
    let mut sums = book.sums(&SumsPlan { name: "比率", title: &heading.title, note: &note, head })?;
    let wide = is_wide(grid);
    let line = |cells: &[Figure], total: &Figure| -> Vec<Sum<'static>> {
        let cell = |figure: &Figure| Sum::RateOf { part: "分子", whole: "分母", value: rate(figure) };
        cells.iter().filter(|_| wide).chain([total]).map(cell).collect()
    };
    for ((row, cells), total) in grid.rows.iter().zip(&grid.cells).zip(&grid.row_totals) {
        sums.row(&label(&row.key, &row.label), &line(cells, total), false)?;
    }
    sums.row("合计", &line(&grid.column_totals, &grid.total), true)?;
    sums.end().map(drop)
}

/// A pivot as CSV: with a byte order mark, by which office programs take it for UTF-8; a row a cell, so that other programs
/// need not take a table apart.
pub fn grid_csv(grid: &Grid) -> String {
    let mut out = String::from("\u{feff}截至,指标,行代码,行,列代码,列,分子,分母\r\n");
    let name = &grid.indicator.definition().name;
    let total = crate::cube::Value { key: "total".to_owned(), label: "合计".to_owned() };
    let mut put = |row: &crate::cube::Value, column: &crate::cube::Value, figure: &Figure| {
        let texts = [&row.key, &row.label, &column.key, &column.label].map(|text| quoted(text));
        let _ = write!(out, "{},{},{},{},{}\r\n", grid.as_of, quoted(name), texts.join(","), figure.part, figure.whole);
    };
    for ((row, cells), own) in grid.rows.iter().zip(&grid.cells).zip(&grid.row_totals) {
        if is_wide(grid) {
            grid.columns.iter().zip(cells).for_each(|(column, figure)| put(row, column, figure));
        }
        put(row, &total, own);
    }
    if is_wide(grid) {
        grid.columns.iter().zip(&grid.column_totals).for_each(|(column, figure)| put(&total, column, figure));
    }
    put(&total, &total, &grid.total);
    out
}

/// A text as it stands in CSV; what a spreadsheet would take for a formula stands there as text.
pub fn quoted(text: &str) -> String {
    let text =
        if text.starts_with(['=', '+', '-', '@', '\t', '\r', '\n']) { format!("'{text}") } else { text.to_owned() };
    if text.contains(['"', ',', '\n', '\r']) { format!("\"{}\"", text.replace('"', "\"\"")) } else { text }
}
