//! A map of areas coloured by their figures (choropleth).

use super::geography::{Geography, Shape};
use super::scale::Scale;
use super::stack::shade;
use super::svg::{Svg, escape};

/// An area on the map.
#[derive(Clone, Copy, Debug, Default)]
pub struct Region<'a> {
    /// By it the area finds its shape.
    pub code: &'a str,
    /// What it is called on the day.
    pub name: &'a str,
    /// Its figure in tenths, as it is rounded for the page; none where it has none.
    pub tenths: Option<i64>,
    /// The figure as it is written, without its unit.
    pub text: &'a str,
    /// Where pressing it leads.
    pub href: Option<&'a str>,
}

/// A map.
#[derive(Clone, Copy, Debug)]
pub struct Map<'a> {
    /// What it shows, with date and denominator.
    pub label: &'a str,
    /// What the figures are: 参保率.
    pub what: &'a str,
    /// What follows each figure when it is read out: ` %`.
    pub unit: &'a str,
    /// The shapes.
    pub geography: &'a Geography,
    /// The colours.
    pub scale: &'a Scale,
    /// The areas.
    pub regions: &'a [Region<'a>],
}

/// Draws a map; `None` where no area has a shape. Areas without a shape are not drawn: [`Geography::lacks`] names them.
pub fn map(map: &Map<'_>) -> Option<String> {
    let found: Vec<(&Region<'_>, &Shape)> =
        map.regions.iter().filter_map(|region| Some((region, map.geography.shape(region.code)?))).collect();
    if found.is_empty() {
        return None;
    }
    let pressed = found.iter().any(|(region, _)| region.href.is_some());
    let begin = if pressed { Svg::group } else { Svg::new };
    let mut svg = begin("map", map.geography.size(), map.label);
    for (region, shape) in &found {
        let says = match region.tenths {
            Some(_) => format!("{}，{} {}{}", region.name, map.what, region.text, map.unit),
            None => format!("{}，没有{}", region.name, map.what),
        };
        let says = escape(&says);
        let class = region.tenths.map_or("none", |tenths| shade(map.scale.step(tenths)));
        let path = format!("<path class=\"{class}\" d=\"{}\"/>", shape.path());
        match region.href {
            Some(href) => {
                svg.push(&format!("<a href=\"{}\" aria-label=\"{says}\"><title>{says}</title>{path}</a>", escape(href)))
            }
            None => svg.push(&format!("<g><title>{says}</title>{path}</g>")),
        }
    }
    for (region, shape) in &found {
        // on the two dark colours words are white
        let on = region.tenths.is_some_and(|tenths| map.scale.step(tenths) >= 4);
        let (x, y) = shape.label();
        let text = if region.tenths.is_some() { region.text } else { "—" };
        svg.text(if on { "mid on" } else { "mid" }, (x, y - 4.0), region.name);
        svg.text(if on { "mid strong on" } else { "mid strong" }, (x, y + 12.0), text);
    }
    Some(svg.finish())
}
