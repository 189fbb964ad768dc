//! A drawing by itself: without the page's stylesheet, as a document needs it.

/// Colours and fonts of the page's stylesheet, written out: what lays documents out knows no variables of CSS.
const STYLE: &str = include_str!("alone.css");

/// A drawing that stands by itself, and its width and height in px; `None` where it is none of ours.
pub fn alone(svg: &str) -> Option<(String, (f64, f64))> {
    let (head, body) = svg.split_once('>')?;
    let (_, size) = head.split_once("viewBox=\"0 0 ")?;
    let (size, _) = size.split_once('"')?;
    let (width, height) = size.split_once(' ')?;
    let size = (width.parse().ok()?, height.parse().ok()?);
    let begin = format!("{head} xmlns=\"http://www.w3.org/2000/svg\" width=\"{width}\" height=\"{height}\">");
    Some((format!("{begin}<style>{STYLE}</style>{body}"), size))
}
