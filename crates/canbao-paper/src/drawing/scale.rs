//! Classes of a map: which figures share a colour.

use super::stack::{shade, square};
use super::svg::escape;

/// Which end of the figures is drawn dark.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Deeper {
    /// The low ones: what is missing shows.
    Low,
    /// The high ones.
    High,
}

/// Classes of figures, which are in tenths as they are rounded for the page, so that label, colour and key agree.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Scale {
    /// Where classes begin, the highest first.
    breaks: Vec<i64>,
    deeper: Deeper,
}

/// Classes, at most: as many as there are colours.
const CLASSES: usize = 5;
/// Steps on which classes may begin, in tenths; the roundest that lies between two neighbours is taken.
const ROUND: [i64; 9] = [10_000, 5_000, 1_000, 500, 100, 50, 10, 5, 1];

impl Scale {
    /// Classes with about as many figures each, that begin at round ones.
    pub fn of(tenths: &[i64], deeper: Deeper) -> Self {
        let mut sorted = tenths.to_vec();
        sorted.sort_unstable_by(|one, other| other.cmp(one));
        let mut breaks = Vec::new();
        for class in 1..CLASSES {
            let at = (sorted.len() * class).div_ceil(CLASSES);
            let (Some(low), Some(high)) = (sorted.get(at), at.checked_sub(1).and_then(|at| sorted.get(at))) else {
                continue;
            };
            let between = |step: &i64| {
                let first = (low.div_euclid(*step) + 1) * step;
                (first <= *high).then_some(first)
            };
            if let Some(begins) = ROUND.iter().find_map(between).filter(|begins| !breaks.contains(begins)) {
                breaks.push(begins);
            }
        }
        Self { breaks, deeper }
    }

    /// The class of a figure, 0 for the highest.
    fn class(&self, tenths: i64) -> usize {
        self.breaks.iter().take_while(|begins| tenths < **begins).count()
    }

    /// The step of the data colours of a figure, 1 to 5.
    pub fn step(&self, tenths: i64) -> u8 {
        self.step_of(self.class(tenths))
    }

    /// The steps are spread over the colours, whatever their number; one class alone is in the middle.
    fn step_of(&self, class: usize) -> u8 {
        let last = self.breaks.len();
        if last == 0 {
            return 3;
        }
        let at = (class * (CLASSES - 1) + last / 2) / last;
        let at = u8::try_from(at).unwrap_or_default();
        match self.deeper {
            Deeper::Low => 1 + at,
            Deeper::High => 5 - at,
        }
    }

    /// The key: what each colour stands for, and which way it grows. `unit` follows each figure (` %`).
    pub fn key(&self, unit: &str, grows: &str) -> String {
        let text = |tenths: i64| match tenths % 10 {
            0 => format!("{}", tenths / 10),
            _ => format!("{}.{}", tenths / 10, (tenths % 10).abs()),
        };
        let mut out = String::from("<ul class=\"key\">");
        for class in 0..=self.breaks.len() {
            let above = class.checked_sub(1).and_then(|above| self.breaks.get(above)).map(|begins| text(*begins));
            let begins = self.breaks.get(class).map(|begins| text(*begins));
            let words = match (begins, above) {
                (Some(begins), None) => format!("{begins}{unit} 及以上"),
                (Some(begins), Some(above)) => format!("{begins} – {above}{unit}"),
                (None, Some(above)) => format!("不到 {above}{unit}"),
                (None, None) => continue,
            };
            out.push_str(&format!("<li>{}{}</li>", square(shade(self.step_of(class))), escape(&words)));
        }
        if !grows.is_empty() {
            out.push_str(&format!("<li>{}</li>", escape(grows)));
        }
        out.push_str("</ul>");
        out
    }
}
