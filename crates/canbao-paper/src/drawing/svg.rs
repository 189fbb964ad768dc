//! Writing SVG: elements with classes and attributes, texts escaped.

use std::fmt::Write as _;

/// An SVG that is being written.
pub(super) struct Svg(String);

impl Svg {
    /// Begins a drawing: its class, its size in px, and what it shows, for those who cannot see it.
    pub(super) fn new(class: &str, size: (f64, f64), label: &str) -> Self {
        Self::begin(class, size, "img", label)
    }

    /// Begins a drawing whose parts can be pressed.
    pub(super) fn group(class: &str, size: (f64, f64), label: &str) -> Self {
        Self::begin(class, size, "group", label)
    }

    fn begin(class: &str, (width, height): (f64, f64), role: &str, label: &str) -> Self {
        let mut svg = Self(String::with_capacity(4096));
        let (width, height) = (number(width), number(height));
        let label = escape(label);
        svg.push(&format!(
            "<svg class=\"{class}\" viewBox=\"0 0 {width} {height}\" role=\"{role}\" aria-label=\"{label}\"><title>{label}</title>"
        ));
        svg
    }

    /// Begins a drawing that stands beside its figure and says nothing more than it does.
    pub(super) fn beside(class: &str, (width, height): (f64, f64)) -> Self {
        let (width, height) = (number(width), number(height));
        Self(format!("<svg class=\"{class}\" viewBox=\"0 0 {width} {height}\" aria-hidden=\"true\">"))
    }

    /// Adds written markup.
    pub(super) fn push(&mut self, markup: &str) {
        self.0.push_str(markup);
    }

    /// A rectangle; `title` shows when it is pointed at.
    pub(super) fn rect(&mut self, class: &str, (x, y): (f64, f64), (width, height): (f64, f64), title: &str) {
        let (x, y, width, height) = (number(x), number(y), number(width.max(0.0)), number(height));
        let _ = write!(self.0, "<rect class=\"{class}\" x=\"{x}\" y=\"{y}\" width=\"{width}\" height=\"{height}\"");
        self.close("rect", title);
    }

    /// A path.
    pub(super) fn path(&mut self, class: &str, d: &str) {
        let _ = write!(self.0, "<path class=\"{class}\" d=\"{d}\"/>");
    }

    /// A dot; `title` shows when it is pointed at.
    pub(super) fn dot(&mut self, class: &str, (x, y): (f64, f64), title: &str) {
        let (x, y) = (number(x), number(y));
        let _ = write!(self.0, "<circle class=\"{class}\" cx=\"{x}\" cy=\"{y}\" r=\"4\"");
        self.close("circle", title);
    }

    /// A text; its class may anchor it (`mid`, `end`).
    pub(super) fn text(&mut self, class: &str, (x, y): (f64, f64), text: &str) {
        let class = if class.is_empty() { String::new() } else { format!(" class=\"{class}\"") };
        let _ = write!(self.0, "<text{class} x=\"{}\" y=\"{}\">{}</text>", number(x), number(y), escape(text));
    }

    fn close(&mut self, element: &str, title: &str) {
        if title.is_empty() {
            self.push("/>");
        } else {
            let _ = write!(self.0, "><title>{}</title></{element}>", escape(title));
        }
    }

    /// The drawing.
    pub(super) fn finish(mut self) -> String {
        self.push("</svg>");
        self.0
    }
}

/// A coordinate with at most one decimal.
pub(super) fn number(value: f64) -> String {
    let value = if value.is_finite() { (value * 10.0).round() / 10.0 } else { 0.0 };
    // no "-0"
    let value = if value == 0.0 { 0.0 } else { value };
    format!("{value}")
}

/// A text between tags or in an attribute. Characters that XML does not have are left out.
pub(super) fn escape(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&#39;"),
            '\u{0}'..='\u{8}' | '\u{b}' | '\u{c}' | '\u{e}'..='\u{1f}' | '\u{fffe}' | '\u{ffff}' => {}
            _ => out.push(character),
        }
    }
    out
}
