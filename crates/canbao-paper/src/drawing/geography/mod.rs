//! Shapes of areas, projected once.

mod place;
mod read;

use std::sync::LazyLock;

use super::measure::width;

/// Outlines of areas in px.
#[derive(Clone, Debug, Default)]
pub struct Geography {
    shapes: Vec<Shape>,
    size: (f64, f64),
}

/// An area's outline.
#[derive(Clone, Debug)]
pub struct Shape {
    code: String,
    path: String,
    label: (f64, f64),
    fits: bool,
}

impl Shape {
    /// The outline as an SVG path.
    pub fn path(&self) -> &str {
        &self.path
    }

    /// Where its name and figure stand: the middle of a box of two lines.
    pub const fn label(&self) -> (f64, f64) {
        self.label
    }

    /// Whether that box is wholly within the outline, and so meets no other.
    pub const fn label_fits(&self) -> bool {
        self.fits
    }
}

/// Width of the maps in px.
const WIDTH: f64 = 392.0;
/// Around the shapes.
const MARGIN: f64 = 8.0;
/// Height of two lines of text, and room for a figure such as `100.0`.
const TWO_LINES: f64 = 30.0;
const FIGURE: f64 = 34.0;

impl Geography {
    /// The counties (县区) of Ankang, 610900.
    pub fn ankang() -> &'static Self {
        static ANKANG: LazyLock<Geography> = LazyLock::new(|| {
            Geography::read(include_str!("../../../standard/ankang_counties.geojson")).unwrap_or_default()
        });
        &ANKANG
    }

    /// Shapes of a GeoJSON collection of polygons whose properties are `code` and `name`.
    ///
    /// # Errors
    /// A Chinese sentence, where it is anything else.
    pub fn read(geojson: &str) -> Result<Self, String> {
        let areas = read::areas(geojson)?;
        let points = || areas.iter().flat_map(|area| area.rings.iter().flatten());
        let least = |of: fn(&(f64, f64)) -> f64| points().map(of).fold(f64::MAX, f64::min);
        let most = |of: fn(&(f64, f64)) -> f64| points().map(of).fold(f64::MIN, f64::max);
        let (west, east, south, north) = (least(|p| p.0), most(|p| p.0), least(|p| p.1), most(|p| p.1));
        // a degree of longitude is shorter the further from the equator; over a city that is all there is to it
        let shrink = ((south + north) / 2.0).to_radians().cos();
        let times = (WIDTH - 2.0 * MARGIN) / ((east - west) * shrink);
        if !times.is_finite() || times <= 0.0 {
            return Err("地图里没有面积。".to_owned());
        }
        let onto = |(longitude, latitude): &(f64, f64)| {
            (MARGIN + (longitude - west) * shrink * times, MARGIN + (north - latitude) * times)
        };
        let shapes = areas
            .iter()
            .map(|area| {
                let rings: Vec<Vec<(f64, f64)>> =
                    area.rings.iter().map(|ring| ring.iter().map(onto).collect()).collect();
                let room = (width(&area.name).max(FIGURE) + 2.0, TWO_LINES);
                let (label, fits) = place::place(&rings, room);
                Shape { code: area.code.clone(), path: path(&rings), label, fits }
            })
            .collect();
        Ok(Self { shapes, size: (WIDTH, (MARGIN * 2.0 + (north - south) * times).ceil()) })
    }

    /// The shape of an area's code.
    pub fn shape(&self, code: &str) -> Option<&Shape> {
        self.shapes.iter().find(|shape| shape.code == code)
    }

    /// The codes that have no shape.
    pub fn lacks<'a>(&self, codes: impl IntoIterator<Item = &'a str>) -> Vec<&'a str> {
        codes.into_iter().filter(|code| self.shape(code).is_none()).collect()
    }

    /// Codes of all shapes.
    pub fn codes(&self) -> impl Iterator<Item = &str> {
        self.shapes.iter().map(|shape| shape.code.as_str())
    }

    /// Width and height in px.
    pub const fn size(&self) -> (f64, f64) {
        self.size
    }
}

/// Outlines on whole px; neighbours that share a border share its px.
fn path(rings: &[Vec<(f64, f64)>]) -> String {
    let mut d = String::new();
    for ring in rings {
        let mut at: Option<(i64, i64)> = None;
        for (x, y) in ring {
            let next = (x.round() as i64, y.round() as i64);
            match at {
                None => d.push_str(&format!("M{} {}l", next.0, next.1)),
                Some(before) if before == next => continue,
                Some((x, y)) => {
                    let separator = |value: i64| if value < 0 { "" } else { " " };
                    let (right, down) = (next.0 - x, next.1 - y);
                    let begins = if d.ends_with('l') { "" } else { separator(right) };
                    d.push_str(&format!("{begins}{right}{}{down}", separator(down)));
                }
            }
            at = Some(next);
        }
        if d.ends_with('l') {
            d.push_str("0 0");
        }
        d.push('z');
    }
    d
}
