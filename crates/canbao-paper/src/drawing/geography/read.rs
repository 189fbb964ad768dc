//! Reading GeoJSON.

use serde_json::Value;

/// An area as the file has it.
pub(super) struct Area {
    pub(super) code: String,
    pub(super) name: String,
    /// Longitude and latitude of each outline.
    pub(super) rings: Vec<Vec<(f64, f64)>>,
}

/// The areas of a collection.
pub(super) fn areas(geojson: &str) -> Result<Vec<Area>, String> {
    let read: Value = serde_json::from_str(geojson).map_err(|_| "地图不是 GeoJSON。".to_owned())?;
    let features = read.get("features").and_then(Value::as_array).ok_or("地图里没有 features。")?;
    let mut areas = Vec::with_capacity(features.len());
    for (at, feature) in features.iter().enumerate() {
        let area = area(feature).ok_or_else(|| format!("地图的第 {} 个区域缺少代码、名称或边界。", at + 1))?;
        areas.push(area);
    }
    if areas.is_empty() { Err("地图里没有区域。".to_owned()) } else { Ok(areas) }
}

fn area(feature: &Value) -> Option<Area> {
    let property = |name| feature.get("properties")?.get(name)?.as_str().map(str::to_owned);
    let geometry = feature.get("geometry")?;
    let coordinates = geometry.get("coordinates")?.as_array()?;
    let rings: Vec<Vec<(f64, f64)>> = match geometry.get("type")?.as_str()? {
        "Polygon" => coordinates.iter().map(ring).collect::<Option<_>>()?,
        "MultiPolygon" => {
            let polygons: Option<Vec<&Vec<Value>>> = coordinates.iter().map(Value::as_array).collect();
            polygons?.into_iter().flatten().map(ring).collect::<Option<_>>()?
        }
        _ => return None,
    };
    let whole = !rings.is_empty() && rings.iter().all(|ring| ring.len() > 3);
    whole.then_some(Area { code: property("code")?, name: property("name")?, rings })
}

fn ring(points: &Value) -> Option<Vec<(f64, f64)>> {
    let points = points.as_array()?.iter();
    points
        .map(|point| match point.as_array()?.as_slice() {
            [longitude, latitude, ..] => Some((longitude.as_f64()?, latitude.as_f64()?)),
            _ => None,
        })
        .collect()
}
