//! Where a label stands in a shape: as far from its border as can be.

type Point = (f64, f64);

/// From try to try, in px: first over the whole shape, then about the best.
const COARSE: f64 = 6.0;
const FINE: f64 = 1.5;

/// The middle of a box of the given size, and whether the box is wholly within the outline.
pub(super) fn place(rings: &[Vec<Point>], room: (f64, f64)) -> (Point, bool) {
    let points = || rings.iter().flatten();
    let least = |of: fn(&Point) -> f64| points().map(of).fold(f64::MAX, f64::min);
    let most = |of: fn(&Point) -> f64| points().map(of).fold(f64::MIN, f64::max);
    let (left, right, top, bottom) = (least(|p| p.0), most(|p| p.0), least(|p| p.1), most(|p| p.1));
    let mut best = (((left + right) / 2.0, (top + bottom) / 2.0), f64::MIN);
    let mut look = |from: Point, until: Point, step: f64| {
        let mut y = from.1;
        while y <= until.1 {
            let mut x = from.0;
            while x <= until.0 {
                let clear = clearance(rings, (x, y), room);
                if clear > best.1 {
                    best = ((x, y), clear);
                }
                x += step;
            }
            y += step;
        }
        best.0
    };
    let (x, y) = look((left, top), (right, bottom), COARSE);
    look((x - COARSE, y - COARSE), (x + COARSE, y + COARSE), FINE);
    let ((x, y), clear) = best;
    ((x.round(), y.round()), clear > 0.5)
}

/// How far a box about a point is from the border; below 0 where it is not wholly inside.
fn clearance(rings: &[Vec<Point>], (x, y): Point, (width, height): (f64, f64)) -> f64 {
    let (w, h) = (width / 2.0, height / 2.0);
    let around = [(-1.0, -1.0), (0.0, -1.0), (1.0, -1.0), (1.0, 0.0), (1.0, 1.0), (0.0, 1.0), (-1.0, 1.0), (-1.0, 0.0)];
    let corners = around.iter().map(|(right, down)| distance(rings, (x + right * w, y + down * h)));
    corners.fold(f64::MAX, f64::min)
}

/// From a point to the nearest border; below 0 outside.
fn distance(rings: &[Vec<Point>], (x, y): Point) -> f64 {
    let (mut inside, mut nearest) = (false, f64::MAX);
    for ring in rings {
        let ends = ring.iter().zip(ring.iter().cycle().skip(1)).take(ring.len());
        for ((x0, y0), (x1, y1)) in ends {
            if (*y0 > y) != (*y1 > y) && x < (x1 - x0) * (y - y0) / (y1 - y0) + x0 {
                inside = !inside;
            }
            let (right, down) = (x1 - x0, y1 - y0);
            let length = right * right + down * down;
            let along =
                if length > 0.0 { (((x - x0) * right + (y - y0) * down) / length).clamp(0.0, 1.0) } else { 0.0 };
            let (dx, dy) = (x - x0 - along * right, y - y0 - along * down);
            nearest = nearest.min(dx * dx + dy * dy);
        }
    }
    let nearest = nearest.sqrt();
    if inside { nearest } else { -nearest }
}
