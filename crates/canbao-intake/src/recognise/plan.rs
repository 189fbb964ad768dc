//! From what was seen of a table to how its rows are read.

use std::path::PathBuf;

use super::Layout;
use super::content::{by_content, complete, holds_people};
use super::layout::{Wish, assign, by_header};
use super::look::{Seen, Way};
use super::sample::common_width;
use crate::error::IntakeError;
use crate::extract::How;
use crate::page::is_blank;
use crate::profile::Profile;
use canbao_domain::source::Field;

/// How a part is read.
#[derive(Debug, Clone)]
pub(crate) struct Plan {
    pub(crate) path: PathBuf,
    pub(crate) shown: String,
    pub(crate) how: How,
    pub(crate) layout: Layout,
}

/// Recognises a table's columns. `before` is the plan of the part before it in the same source, whose
/// columns hold on where a table goes on without a header of its own (an export cut into sheets or files).
/// `None`: a sheet that is no data.
pub(crate) fn plan(
    profile: &Profile,
    wish: Wish<'_>,
    seen: &Seen,
    before: Option<&Plan>,
) -> Result<Option<Plan>, IntakeError> {
    let made = |way: &Way, mut layout: Layout| {
        layout.serials = seen.sheet().is_some() && has_serials(&layout, way);
        Ok(Some(Plan { path: seen.path.clone(), shown: seen.shown.clone(), how: way.how.clone(), layout }))
    };
    // Under which way are most columns known, and most rows of one width?
    let found = seen.ways.iter().filter_map(|way| Some((way, named(profile, wish, way)?)));
    if let Some((way, mut layout)) = best(found) {
        complete(profile, wish, &mut layout, &way.sample);
        return made(way, layout);
    }
    if wish.header_row.is_some_and(|row| row > 0) {
        return Err(wrong_row(seen, wish));
    }
    if let Some(before) = before {
        let goes_on = |way: &&Way| way.names.is_none() && continues(&before.layout, way);
        if let Some(way) = seen.ways.iter().find(goes_on) {
            let layout = Layout { header_row: 0, ..before.layout.clone() };
            return made(way, layout);
        }
    }
    let found = seen.ways.iter().filter_map(|way| Some((way, by_content(profile, wish, &way.sample)?)));
    if let Some((way, mut layout)) = best(found) {
        if let Some(names) = &way.names {
            (layout.header_row, layout.headers) = (0, names.clone());
        }
        return made(way, layout);
    }
    let is_data = seen.ways.iter().any(|way| holds_people(&way.sample));
    if seen.optional && !is_data { Ok(None) } else { Err(unknown(seen)) }
}

/// Whether birth dates stand as serial numbers: a worksheet's dates whose format was lost.
fn has_serials(layout: &Layout, way: &Way) -> bool {
    let Some(column) = layout.column_of(Field::BirthDate) else { return false };
    let rows = way.sample.iter().filter(|row| row.line > layout.header_row);
    let cells: Vec<_> = rows.filter_map(|row| row.cells.get(column)).filter(|cell| !is_blank(cell)).collect();
    let serials = cells.iter().filter(|cell| serial(cell).is_some()).count();
    serials > 0 && serials * 10 >= cells.len() * 8
}

/// A date's serial number, from 1909 (four digits would be a year) to 2064.
pub(crate) fn serial(cell: &str) -> Option<f64> {
    let days: u32 = (cell.len() == 5).then(|| cell.parse().ok())??;
    (days <= 60_000 && cell.bytes().all(|byte| byte.is_ascii_digit())).then(|| f64::from(days))
}

/// The layout by names or header, if it is one.
fn named(profile: &Profile, wish: Wish<'_>, way: &Way) -> Option<Layout> {
    let Some(names) = &way.names else { return by_header(profile, wish, &way.sample) };
    let fields = assign(profile, wish, names);
    let layout = Layout { header_row: 0, headers: names.clone(), fields, serials: false };
    layout.is_usable().then_some(layout)
}

fn best<'a>(found: impl Iterator<Item = (&'a Way, Layout)>) -> Option<(&'a Way, Layout)> {
    let mut best: Option<((usize, usize), &Way, Layout)> = None;
    for (way, layout) in found {
        let rank = (layout.known(), common_width(&way.sample).1);
        if best.as_ref().is_none_or(|(most, _, _)| rank > *most) {
            best = Some((rank, way, layout));
        }
    }
    best.map(|(_, way, layout)| (way, layout))
}

/// Whether rows without a header are more of the table before: as wide, and with numbers or names where it has them.
fn continues(before: &Layout, way: &Way) -> bool {
    let wide = before.headers.len();
    let fits = |row: &&super::sample::SampleRow| row.cells.len() <= wide && row.cells.len() * 2 > wide;
    let rows: Vec<_> = way.sample.iter().filter(fits).collect();
    if rows.is_empty() || rows.len() * 10 < way.sample.len() * 9 {
        return false;
    }
    let share = |field: Field, like: fn(&str) -> bool| {
        let column = before.column_of(field)?;
        let filled: Vec<_> =
            rows.iter().filter_map(|row| row.cells.get(column)).filter(|cell| !cell.trim().is_empty()).collect();
        Some(filled.len() * 2 >= rows.len() && filled.iter().filter(|cell| like(cell)).count() * 10 >= filled.len() * 7)
    };
    let long = |cell: &str| cell.chars().filter(char::is_ascii_digit).count() >= 14;
    let worded = |cell: &str| cell.chars().any(|c| c.is_alphabetic()) && !cell.chars().any(|c| c.is_ascii_digit());
    let number = share(Field::Number, long).or_else(|| share(Field::CreditCode, long));
    let name = share(Field::Name, worded);
    number.or(name) == Some(true) && name != Some(false)
}

fn unknown(seen: &Seen) -> IntakeError {
    let error = IntakeError::new(&seen.shown, "没有认出各列：找不到表头，也无法从内容判断").on_sheet(seen.sheet());
    error.hinted(
        "请在城市文件里用header_row指明表头所在行；没有表头的写header_row = 0并用columns = { \"第1列\" = \"number\", \"第2列\" = \"name\" }指明各列；列名特殊的用columns = { \"列名\" = \"number\" }",
    )
}

fn wrong_row(seen: &Seen, wish: Wish<'_>) -> IntakeError {
    let row = i64::from(wish.header_row.unwrap_or(0));
    IntakeError::new(&seen.shown, "header_row指明的这一行不是表头：没有姓名或证件号码这样的列名")
        .on_sheet(seen.sheet())
        .at_row(row)
        .hinted("请核对header_row（从1数起，空行也算），或用columns指明各列")
}
