//! A waterfall (瀑布图) whose steps stand in the rows of a table: how evidence adds up to a probability.

use std::fmt::Write as _;

/// Width and height of a row's drawing.
const WIDTH: f64 = 300.0;
const HEIGHT: f64 = 35.0;
/// Room left and right of the axis.
const EDGE: f64 = 10.0;

/// The axis of a waterfall, in bits (log₂ of odds).
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Fall {
    low: f64,
    high: f64,
    /// The line above which a link is made by itself.
    line: f64,
}

impl Fall {
    /// An axis that holds all that is added up in turn, its end, and `line`: the odds above which a link is made.
    pub fn new(weights: &[f64], line: f64) -> Self {
        let (mut low, mut high, mut sum) = (0.0_f64, line, 0.0);
        for weight in weights {
            sum += weight;
            (low, high) = (low.min(sum), high.max(sum));
        }
        let margin = (high - low) * 0.04;
        Self { low: low - margin, high: high + margin, line }
    }

    fn x(&self, bits: f64) -> f64 {
        EDGE + (bits - self.low) / (self.high - self.low) * (WIDTH - 2.0 * EDGE)
    }

    /// The head of the column: half and half, and the line.
    pub fn head(&self, line_said: &str) -> String {
        let (half, line) = (self.x(0.0), self.x(self.line));
        let mut out = format!(
            "<svg viewBox=\"0 0 300 35\" role=\"img\" aria-label=\"横轴：累计分。0 分一半对一半，{:.1} 分为自动认定线 {line_said}\">",
            self.line
        );
        for (x, upper, lower) in [(half, "各半", "0".to_owned()), (line, line_said, format!("{:.1}", self.line))] {
            let _ = write!(out, "<text x=\"{x:.1}\" y=\"30\" class=\"mid\">{lower}</text>");
            let _ = write!(out, "<text x=\"{x:.1}\" y=\"14\" class=\"mid\">{upper}</text>");
        }
        out.push_str("</svg>");
        out
    }

    /// A step from one sum to the next.
    pub fn step(&self, from: f64, to: f64) -> String {
        let (a, b) = (self.x(from), self.x(to));
        let (left, width) = (a.min(b), (a - b).abs());
        let class = if to >= from { "d4" } else { "against" };
        let mut out = self.ground();
        let _ = write!(out, "<path class=\"axis\" d=\"M{a:.1} 0V12\"/>");
        if width >= 0.1 {
            let _ =
                write!(out, "<rect class=\"{class}\" x=\"{left:.1}\" y=\"12\" width=\"{width:.1}\" height=\"12\"/>");
        } else {
            let _ = write!(out, "<path class=\"axis\" d=\"M{a:.1} 12V24\"/>");
        }
        let _ = write!(out, "<path class=\"axis\" d=\"M{b:.1} 24V36\"/></svg>");
        out
    }

    /// The end: the whole sum, with what it says.
    pub fn end(&self, sum: f64, said: &str) -> String {
        let x = self.x(sum);
        let (class, text) = if x > WIDTH / 2.0 { ("strong end", x - 10.0) } else { ("strong", x + 10.0) };
        let mut out = self.ground();
        let _ = write!(
            out,
            "<path class=\"axis\" d=\"M{x:.1} 0V12\"/><circle class=\"d5\" cx=\"{x:.1}\" cy=\"17.5\" r=\"5\"/>"
        );
        let _ = write!(out, "<text class=\"{class}\" x=\"{text:.1}\" y=\"22\">{said}</text></svg>");
        out
    }

    fn ground(&self) -> String {
        format!(
            "<svg viewBox=\"0 0 {WIDTH} {HEIGHT}\" aria-hidden=\"true\"><path class=\"grid\" d=\"M{:.1} 0V35\"/><path class=\"gap\" d=\"M{:.1} 0V36\"/>",
            self.x(0.0),
            self.x(self.line)
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn steps_join_and_stay_on_the_axis() {
        let weights = [-19.9, 9.4, 2.6, 1.0, 8.3, 3.1, -2.7, 0.0];
        let fall = Fall::new(&weights, 6.6);
        let mut sum = 0.0;
        for weight in weights {
            for bits in [sum, sum + weight] {
                assert!((EDGE..=WIDTH - EDGE).contains(&fall.x(bits)), "{bits}");
            }
            let next = fall.step(sum, sum + weight);
            assert!(next.contains(&format!("M{:.1} 0V12", fall.x(sum))));
            assert!(next.contains(&format!("M{:.1} 24V36", fall.x(sum + weight))));
            assert_eq!(next.contains("against"), weight < 0.0);
            sum += weight;
        }
        assert!(fall.head("99 %").contains("99 %"));
        assert!(fall.end(sum, "77.7 %").contains("77.7 %"));
    }
}
