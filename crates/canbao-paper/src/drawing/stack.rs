//! One bar made of parts, and its key.

use super::svg::{Svg, escape};

/// A part of a whole.
#[derive(Clone, Copy, Debug)]
pub struct Part<'a> {
    /// What it is called.
    pub name: &'a str,
    /// How much of the whole.
    pub value: u64,
    /// The figure as it is written.
    pub text: &'a str,
    /// Its step of the data colours, 0 (light) to 5.
    pub shade: u8,
}

const WIDTH: f64 = 800.0;
const HEIGHT: f64 = 14.0;
/// Between parts.
const GAP: f64 = 1.2;

/// Draws parts side by side as wide as their box; `None` where all are 0.
pub fn stack(label: &str, parts: &[Part<'_>]) -> Option<String> {
    let whole: u64 = parts.iter().map(|part| part.value).sum();
    if whole == 0 {
        return None;
    }
    let mut svg = Svg::new("stack", (WIDTH, HEIGHT), label);
    let mut before = 0;
    for part in parts.iter().filter(|part| part.value > 0) {
        let at = |value: u64| value as f64 / whole as f64 * WIDTH;
        let (from, mut until) = (at(before), at(before + part.value));
        before += part.value;
        // the last part reaches the end; a part that is hardly there still shows
        if before < whole {
            until = (until - GAP).max(from + 0.6);
        }
        let class = shade(part.shade);
        svg.rect(class, (from, 0.0), (until - from, HEIGHT), &format!("{} {}", part.name, part.text));
    }
    // drawn over its whole box, whatever its shape
    Some(svg.finish().replacen("<svg ", "<svg preserveAspectRatio=\"none\" ", 1))
}

/// The key of a stacked bar: a list of colours, names and figures.
pub fn key(parts: &[Part<'_>]) -> String {
    let mut out = String::from("<ul class=\"key\">");
    for part in parts {
        out.push_str("<li>");
        out.push_str(&square(shade(part.shade)));
        out.push_str(&escape(part.name));
        out.push_str(&format!("<b>{}</b></li>", escape(part.text)));
    }
    out.push_str("</ul>");
    out
}

/// A square of a colour.
pub(super) fn square(class: &str) -> String {
    let mut svg = Svg::beside("", (10.0, 10.0));
    svg.rect(class, (0.0, 0.0), (10.0, 10.0), "");
    svg.finish().replacen(" class=\"\"", "", 1)
}

/// The class of a step of the data colours.
pub(super) const fn shade(step: u8) -> &'static str {
    match step {
        0 => "d0",
        1 => "d1",
        2 => "d2",
        3 => "d3",
        4 => "d4",
        _ => "d5",
    }
}
