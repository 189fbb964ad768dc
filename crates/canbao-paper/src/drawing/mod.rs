//! Charts and maps as SVG, drawn where the page is made: no script, no `style=`, so that they stand under
//! `default-src 'self'`, print, and are read out.
//!
//! What is drawn are plain numbers and texts. Colours, fonts and strokes are classes of the page's stylesheet (`d0` to `d5`,
//! `on`, `grid`, `axis`, …); what it does not have is in `drawing.css` beside this file. Texts are 12 px: draw a chart as
//! wide as the box that it stands in. A function gives `None` where there is nothing to draw; the page then says why.

mod alone;
mod axis;
mod bar;
mod calendar;
mod fall;
pub mod geography;
mod line;
mod map;
mod measure;
mod scale;
mod stack;
mod strip;
mod svg;

pub use alone::alone;
pub use axis::Unit;
pub use bar::{Bar, Bars, bars, cell_bar};
pub use fall::Fall;
pub use geography::Geography;
pub use line::{Line, Plan, line};
pub use map::{Map, Region, map};
pub use scale::{Deeper, Scale};
pub use stack::{Part, key, stack};
pub use strip::{Lane, Mark, Span, Strip, strip};

/// Rules for these drawings that go behind the page's own stylesheet.
pub const STYLE: &str = include_str!("drawing.css");
