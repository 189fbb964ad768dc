//! A person's history as a strip of time: lanes, bars, dashed gaps.

use super::measure::{cut, width};
use super::svg::{Svg, number};

/// How a span is drawn.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Mark {
    /// Dark: insured.
    #[default]
    Strong,
    /// Light: what goes with it.
    Soft,
    /// Dashed: what should have been there.
    Gap,
}

/// Something that lasted. Times are months since January of the year 0, as fractions where a day is meant.
#[derive(Clone, Copy, Debug, Default)]
pub struct Span<'a> {
    /// Its beginning.
    pub from: f64,
    /// Its end.
    pub until: f64,
    /// What stands on it.
    pub text: &'a str,
    /// How it is drawn.
    pub mark: Mark,
}

/// What belongs to one insurance.
#[derive(Clone, Copy, Debug, Default)]
pub struct Lane<'a> {
    /// The insurance: 养老.
    pub name: &'a str,
    /// The scheme: 企业职工养老.
    pub detail: &'a str,
    /// What happened.
    pub spans: &'a [Span<'a>],
}

/// A strip.
#[derive(Clone, Copy, Debug, Default)]
pub struct Strip<'a> {
    /// What it shows.
    pub label: &'a str,
    /// Width in px.
    pub width: f64,
    /// Up to when, and what that is called: 今天.
    pub until: (f64, &'a str),
    /// From the top.
    pub lanes: &'a [Lane<'a>],
}

/// Where the names of lanes end.
const LEFT: f64 = 150.0;
const RIGHT: f64 = 16.0;
const HEAD: f64 = 22.0;
const BAR: f64 = 22.0;
/// From bar to bar of one lane, and from lane to lane.
const NEXT: f64 = 26.0;
const LANE: f64 = 40.0;

/// Draws a strip; `None` where nothing happened.
pub fn strip(strip: &Strip<'_>) -> Option<String> {
    let spans = || strip.lanes.iter().flat_map(|lane| lane.spans);
    let fits = |span: &&Span<'_>| span.from.is_finite() && span.until.is_finite() && span.until > span.from;
    let first = spans().filter(fits).map(|span| span.from).fold(f64::MAX, f64::min);
    if first == f64::MAX || !strip.until.0.is_finite() {
        return None;
    }
    let (today, named) = strip.until;
    let (first, last) = ((first / 12.0).floor() * 12.0, ((today / 12.0).floor() + 1.0) * 12.0);
    let last = last.max(first + 12.0);
    let room = strip.width.max(400.0) - LEFT - RIGHT;
    let x = |month: f64| LEFT + ((month - first) / (last - first) * room).clamp(0.0, room);
    let rows: Vec<Vec<(usize, &Span<'_>)>> = strip.lanes.iter().map(|lane| stacked(lane.spans)).collect();
    let heights: Vec<f64> = rows
        .iter()
        .map(|rows| LANE + NEXT * rows.iter().map(|(row, _)| *row).max().unwrap_or_default() as f64)
        .collect();
    let bottom = HEAD + heights.iter().sum::<f64>() + 12.0;
    let mut svg = Svg::new("chart", (LEFT + room + RIGHT, bottom + 4.0), strip.label);
    let today_x = x(today);
    let words = today_x - 5.0 - width(named) * 1.06;
    let years = ((last - first) / 12.0).round() as usize;
    let each = room / years as f64;
    let step = [1, 2, 5, 10, 20].into_iter().find(|step| *step as f64 * each >= 36.0).unwrap_or(50);
    let begins = (first / 12.0).round() as i64;
    for at in 0..=years {
        let year = begins + at as i64;
        if year.rem_euclid(step) != 0 && step > 1 {
            continue;
        }
        let at = x(year as f64 * 12.0);
        svg.path("grid", &format!("M{} {}V{}", number(at), number(HEAD), number(bottom)));
        let text = year.to_string();
        let right = at + 4.0 + width(&text);
        let clear = right + 4.0 < words || at > today_x + 2.0 && right < LEFT + room + RIGHT;
        if clear {
            svg.text("", (at + 4.0, 14.0), &text);
        }
    }
    let mut top = HEAD + 12.0;
    for ((lane, rows), height) in strip.lanes.iter().zip(&rows).zip(&heights) {
        svg.text("strong", (0.0, top + 15.0), &cut(lane.name, 34.0));
        let detail = width(lane.name).min(34.0) * 1.06 + 10.0;
        let detail = detail.max(36.0);
        svg.text("", (detail, top + 15.0), &cut(lane.detail, LEFT - 8.0 - detail));
        for (row, span) in rows {
            let y = top + NEXT * *row as f64;
            let others = || rows.iter().filter(|(other, _)| other == row).map(|(_, other)| other);
            let after = others().filter(|next| next.from >= span.until).map(|next| x(next.from));
            let before = others().filter(|last| last.until <= span.from).map(|last| x(last.until));
            let free = (before.fold(LEFT, f64::max), after.fold(LEFT + room, f64::min));
            drawn(&mut svg, span, (x(span.from), x(span.until)), y, free);
        }
        top += height;
    }
    svg.path("axis", &format!("M{} 4V{}", number(today_x), number(bottom)));
    svg.text("end strong", (today_x - 5.0, 14.0), named);
    Some(svg.finish())
}

/// A span between two x; what is free about it may take words that do not fit into it.
fn drawn(svg: &mut Svg, span: &Span<'_>, (from, until): (f64, f64), y: f64, free: (f64, f64)) {
    let wide = (until - from).max(2.0);
    let baseline = y + 15.0;
    let (class, on) = match span.mark {
        Mark::Strong => ("d4", "on"),
        Mark::Soft => ("d2", ""),
        Mark::Gap => ("gap", "mid"),
    };
    if span.mark == Mark::Gap {
        // the dashes lie between the bars
        svg.rect(class, (from + 0.5, y + 0.5), (wide - 1.0, BAR - 1.0), span.text);
        if width(span.text) + 4.0 <= wide {
            svg.text(on, (from + wide / 2.0, baseline), span.text);
        }
        return;
    }
    svg.rect(class, (from, y), (wide, BAR), span.text);
    let inside = cut(span.text, wide - 14.0);
    if inside == span.text || width(&inside) > 60.0 {
        if !inside.is_empty() {
            svg.text(on, (from + 8.0, baseline), &inside);
        }
    } else if width(span.text) + 12.0 <= free.1 - until {
        svg.text("", (until + 6.0, baseline), span.text);
    } else if width(span.text) + 12.0 <= from - free.0 {
        svg.text("end", (from - 6.0, baseline), span.text);
    }
}

/// The row in which each span stands: those at the same time are under each other.
fn stacked<'a>(spans: &'a [Span<'a>]) -> Vec<(usize, &'a Span<'a>)> {
    let mut order: Vec<&Span<'_>> = spans.iter().filter(|span| span.until > span.from).collect();
    order.sort_by(|one, other| one.from.total_cmp(&other.from));
    let mut ends: Vec<f64> = Vec::new();
    let mut placed = Vec::with_capacity(order.len());
    for span in order {
        let row = ends.iter().position(|end| *end <= span.from).unwrap_or(ends.len());
        match ends.get_mut(row) {
            Some(end) => *end = span.until,
            None => ends.push(span.until),
        }
        placed.push((row, span));
    }
    placed
}
