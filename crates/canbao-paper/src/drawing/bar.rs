//! Bars.

use super::measure::{cut, width};
use super::svg::Svg;

/// A bar beside its figure in a table's cell: `most` is the longest of the column, `plan` where the mark stands. Long ones
/// are 220 px, others 110.
pub fn cell_bar(value: f64, most: f64, plan: Option<f64>, long: bool) -> String {
    let (class, width) = if long { ("cellbar long", 220.0) } else { ("cellbar", 110.0) };
    let mut svg = Svg::beside(class, (width, 8.0));
    svg.rect("d4", (0.0, 0.0), (length(value, most, width), 8.0), "");
    if let Some(plan) = plan {
        svg.rect("d5", (length(plan, most, width).min(width - 1.0), 0.0), (1.0, 8.0), "");
    }
    svg.finish()
}

/// A bar of a chart.
#[derive(Clone, Copy, Debug, Default)]
pub struct Bar<'a> {
    /// Whose.
    pub name: &'a str,
    /// How long.
    pub value: f64,
    /// The figure as it is written.
    pub text: &'a str,
    /// Where it should be.
    pub plan: Option<f64>,
}

/// Horizontal bars under each other.
#[derive(Clone, Copy, Debug, Default)]
pub struct Bars<'a> {
    /// What they show, with date and denominator.
    pub label: &'a str,
    /// Width of the chart in px.
    pub width: f64,
    /// In their order.
    pub bars: &'a [Bar<'a>],
    /// The value at the bars' end; else the highest value or plan.
    pub most: Option<f64>,
    /// What the marks of the plan are called, where there are any.
    pub plan: &'a str,
}

/// Height of a row.
const ROW: f64 = 26.0;
const THICK: f64 = 12.0;
const GAP: f64 = 10.0;

/// Draws bars; `None` where there are none.
pub fn bars(chart: &Bars<'_>) -> Option<String> {
    let Bars { label, width: whole, bars, .. } = *chart;
    if bars.is_empty() {
        return None;
    }
    let widest = |texts: &dyn Fn(&Bar<'_>) -> f64| bars.iter().map(texts).fold(0.0, f64::max);
    let names = widest(&|bar| width(bar.name)).min(whole * 0.4);
    let figures = widest(&|bar| width(bar.text) * 1.06);
    let (from, room) = (names + GAP, (whole - names - figures - 2.0 * GAP).max(40.0));
    let planned = bars.iter().any(|bar| bar.plan.is_some()) && !chart.plan.is_empty();
    let head = if planned { 18.0 } else { 0.0 };
    let most = chart.most.unwrap_or_else(|| widest(&|bar| bar.value.max(bar.plan.unwrap_or_default())));
    let mut svg = Svg::new("chart bars", (whole, head + ROW * bars.len() as f64), label);
    for (at, bar) in bars.iter().enumerate() {
        let middle = head + ROW * (at as f64 + 0.5);
        let top = middle - THICK / 2.0;
        let long = length(bar.value, most, room);
        svg.text("name", (0.0, middle + 4.0), &cut(bar.name, names + 1.0));
        svg.rect("d0", (from, top), (room, THICK), "");
        svg.rect("d4", (from, top), (long, THICK), &format!("{} {}", bar.name, bar.text));
        if let Some(plan) = bar.plan {
            let at = from + length(plan, most, room);
            svg.rect("over", (at - 1.0, top - 3.0), (2.0, THICK + 6.0), chart.plan);
        }
        svg.text("end strong", (whole, middle + 4.0), bar.text);
    }
    if let Some(plan) = bars.first().and_then(|bar| bar.plan).filter(|_| planned) {
        let at = from + length(plan, most, room);
        let half = width(chart.plan) / 2.0;
        svg.text("mid", (at.clamp(from + half, (whole - half).max(from + half)), 11.0), chart.plan);
    }
    Some(svg.finish())
}

/// The length of a value where `most` is `whole`.
pub(super) fn length(value: f64, most: f64, whole: f64) -> f64 {
    if value.is_finite() && most > 0.0 { (value / most * whole).clamp(0.0, whole) } else { 0.0 }
}
