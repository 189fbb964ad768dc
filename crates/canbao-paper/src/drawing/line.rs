//! A line over time.

use super::axis::{Ticks, Unit, months};
use super::measure::width;
use super::svg::{Svg, number};

/// What should be reached by when.
#[derive(Clone, Copy, Debug)]
pub struct Plan<'a> {
    /// Day and value at the beginning.
    pub from: (i32, f64),
    /// Day and value at the end.
    pub to: (i32, f64),
    /// What it is called.
    pub text: &'a str,
}

/// A line over time. Days are counted since 1970-01-01.
#[derive(Clone, Copy, Debug, Default)]
pub struct Line<'a> {
    /// What it shows, with date and denominator.
    pub label: &'a str,
    /// Width and height in px; the height of 0 is 330.
    pub size: (f64, f64),
    /// Days and values, in the order of the days.
    pub points: &'a [(i32, f64)],
    /// How values are written along the axis.
    pub unit: Unit,
    /// Whether the axis begins at 0, as sums must; else near the lowest value.
    pub from_zero: bool,
    /// Lines of text at the last point, the lowest last: `["160,782 人", "11-20"]`.
    pub end: &'a [&'a str],
    /// The last day of the axis and what it is called: `期限`; else the last point's.
    pub until: Option<(i32, &'a str)>,
    /// What should be reached by when.
    pub plan: Option<Plan<'a>>,
    /// A value to be reached, with its words.
    pub target: Option<(f64, &'a str)>,
    /// The day on which the target will be reached at this pace, with its words.
    pub forecast: Option<(i32, &'a str)>,
}

const LEFT: f64 = 52.0;
const RIGHT: f64 = 8.0;
const TOP: f64 = 14.0;
const BOTTOM: f64 = 34.0;

struct Frame {
    from: i32,
    days: f64,
    ticks: Ticks,
    size: (f64, f64),
}

impl Frame {
    fn x(&self, day: i32) -> f64 {
        LEFT + f64::from(day - self.from) / self.days * (self.size.0 - LEFT - RIGHT)
    }

    fn y(&self, value: f64) -> f64 {
        let (low, high) = (self.ticks.low, self.ticks.high);
        let value = if value.is_finite() { value.clamp(low, high) } else { low };
        self.floor() - (value - low) / (high - low) * (self.floor() - TOP)
    }

    fn floor(&self) -> f64 {
        self.size.1 - BOTTOM
    }
}

/// Draws a line; `None` where there is no point.
pub fn line(chart: &Line<'_>) -> Option<String> {
    let (first, last) = (chart.points.first()?, chart.points.last()?);
    let width_and_height = (chart.size.0.max(240.0), if chart.size.1 > 0.0 { chart.size.1.max(120.0) } else { 330.0 });
    let days = [chart.plan.map(|plan| plan.to.0), chart.until.map(|until| until.0), Some(last.0)];
    let forecast = chart.forecast.filter(|(day, _)| chart.target.is_some() && *day > last.0);
    let until = days.into_iter().flatten().chain(forecast.map(|(day, _)| day)).max()?;
    let from = chart.plan.map_or(first.0, |plan| plan.from.0.min(first.0));
    // a single day stands in the middle of its month
    let (from, until) = if from == until { (from - 15, until + 15) } else { (from, until) };
    let planned = chart.plan.iter().flat_map(|plan| [plan.from.1, plan.to.1]);
    let values: Vec<f64> = chart.points.iter().map(|(_, value)| *value).collect();
    let values = values.into_iter().chain(planned).chain(chart.target.map(|(value, _)| value));
    let values: Vec<f64> = values.filter(|value| value.is_finite()).collect();
    let high = values.iter().copied().fold(f64::MIN, f64::max);
    let low = values.iter().copied().fold(f64::MAX, f64::min);
    let (low, high) = if values.is_empty() { (0.0, 1.0) } else { (low, high) };
    let low = if chart.from_zero { low.min(0.0) } else { low };
    let ticks = Ticks::new(low, high, chart.target.is_some() || !chart.end.is_empty(), chart.unit);
    let frame = Frame { from, days: f64::from(until - from), ticks, size: width_and_height };
    let mut svg = Svg::new("chart", frame.size, chart.label);
    grid(&mut svg, &frame, chart.until, until);
    if let Some((value, text)) = chart.target {
        let y = frame.y(value);
        svg.path("axis", &format!("M{} {}H{}", number(LEFT), number(y), number(frame.size.0 - RIGHT)));
        svg.text("", (LEFT + 6.0, y - 7.0), text);
    }
    if let Some(plan) = chart.plan {
        let ((from, start), (to, goal)) = (plan.from, plan.to);
        let ends = [(frame.x(from), frame.y(start)), (frame.x(to), frame.y(goal))];
        svg.path("plan", &track(&ends));
        // under the line, where three quarters of it are done
        let [(x0, y0), (x1, y1)] = ends;
        svg.text("", (x0 + 0.8 * (x1 - x0), y0 + 0.8 * (y1 - y0) + 20.0), plan.text);
    }
    points(&mut svg, &frame, chart);
    if let (Some((day, text)), Some((value, _))) = (forecast, chart.target) {
        let (x, y) = (frame.x(day), frame.y(value));
        let (from_x, from_y) = (frame.x(last.0), frame.y(last.1));
        svg.path("gap", &track(&[(from_x, from_y), (x, y)]));
        svg.dot("against", (x, y), text);
        let room = frame.size.0 - x - 8.0;
        let (class, at) = if width(text) > room { ("end", x - 8.0) } else { ("", x + 8.0) };
        svg.text(class, (at, y + 18.0), text);
    }
    Some(svg.finish())
}

fn grid(svg: &mut Svg, frame: &Frame, named: Option<(i32, &str)>, until: i32) {
    let (right, floor) = (frame.size.0 - RIGHT, frame.floor());
    for (value, text) in frame.ticks.each() {
        let y = frame.y(value);
        svg.path("grid", &format!("M{} {}H{}", number(LEFT), number(y), number(right)));
        svg.text("end", (LEFT - 8.0, y + 4.0), &text);
    }
    let end = named.map(|(_, text)| right - width(text) - 8.0).filter(|_| named.is_some_and(|(day, _)| day == until));
    let mut free = 0.0;
    for (day, text) in months(frame.from, until, right - LEFT, 46.0) {
        let (x, half) = (frame.x(day), width(&text) / 2.0);
        svg.path("axis", &format!("M{} {}v4", number(x), number(floor)));
        if x - half >= free && x + half <= end.unwrap_or(frame.size.0) {
            svg.text("mid", (x, floor + 18.0), &text);
            free = x + half + 8.0;
        }
    }
    svg.path("axis", &format!("M{} {}H{}", number(LEFT), number(floor), number(right)));
    if let Some((day, text)) = named {
        svg.text("end", (frame.x(day).min(right), floor + 18.0), text);
    }
}

fn points(svg: &mut Svg, frame: &Frame, chart: &Line<'_>) {
    let at: Vec<(f64, f64)> = chart.points.iter().map(|(day, value)| (frame.x(*day), frame.y(*value))).collect();
    if at.len() > 1 {
        svg.path("line", &track(&at));
    }
    let Some((x, y)) = at.last().copied() else { return };
    svg.dot("d5", (x, y), &chart.end.join("，"));
    let widest = chart.end.iter().map(|text| width(text) * 1.06).fold(0.0, f64::max);
    // the line comes from the left below, as a rule; where it falls, the words stand above it too
    let (class, text_x) = if x - 9.0 - widest < LEFT { ("strong", x + 9.0) } else { ("strong end", x - 9.0) };
    // over what the line does beside them
    let beside = |px: f64| if class == "strong" { px >= x } else { px >= x - 9.0 - widest };
    let highest = at.iter().filter(|(px, _)| beside(*px)).map(|(_, py)| *py).fold(y, f64::min);
    for (up, text) in chart.end.iter().rev().enumerate() {
        svg.text(class, (text_x, (highest - 8.0 - 16.0 * up as f64).max(11.0)), text);
    }
}

/// A line through points.
fn track(points: &[(f64, f64)]) -> String {
    let mut d = String::new();
    for (at, (x, y)) in points.iter().enumerate() {
        d.push_str(&format!("{}{} {}", if at == 0 { "M" } else { "L" }, number(*x), number(*y)));
    }
    d
}
