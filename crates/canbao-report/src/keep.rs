//! Taking a snapshot, with its figures a row each for a city's own tools.

use canbao_registry::Registry;
use canbao_registry::snapshot::{FigureArea, FigureName, FigureRow, Snapshot};

use crate::ReportError;
use crate::cube::{Cube, Cubes, Tree};
use crate::indicator::Catalogue;
use crate::release::{BY, Release};

/// Counts the record as it is now and keeps the counts, and all figures that follow a row each. Where nothing has changed since
/// the last snapshot, that one is given. `by`: on whose word.
///
/// # Errors
/// As [`Registry::take_snapshot`].
pub async fn take(
    registry: &Registry,
    cubes: &Cubes,
    catalogue: &Catalogue,
    by: &str,
) -> Result<Snapshot, ReportError> {
    let snapshot = registry.take_snapshot(by).await?;
    if !registry.has_figures(snapshot.id).await? {
        let cube = cubes.get(registry, snapshot.id).await?;
        let rows = figure_rows(&cube, catalogue);
        registry.keep_figures(&snapshot, areas(&cube), &names(catalogue), rows).await?;
    }
    Ok(snapshot)
}

/// Every figure of a snapshot: of each area by both trees; of the city and its counties by the dimensions of [`BY`] too.
pub fn figure_rows(cube: &Cube, catalogue: &Catalogue) -> Vec<FigureRow> {
    let all = Release::of(cube, catalogue, 0, None);
    let mut rows = Vec::new();
    let put = |rows: &mut Vec<FigureRow>,
               tree: Tree,
               area: &str,
               slice: Option<(&'static str, &str)>,
               told: crate::release::Told| {
        let (dimension, item) = slice.unwrap_or_default();
        rows.push(FigureRow {
            tree: tree.as_str(),
            area: area.to_owned(),
            dimension,
            item: item.to_owned(),
            indicator: &told.indicator.definition().code,
            numerator: told.part.unwrap_or_default(),
            denominator: told.whole.unwrap_or_default(),
        });
    };
    for place in 0..cube.place_count() {
        let Some(area) = cube.place_code(place) else { continue };
        for tree in [Tree::Reporting, Tree::Codes] {
            for indicator in catalogue.all() {
                if let Some(told) = all.told(*indicator, area, tree) {
                    put(&mut rows, tree, area, None, told);
                }
                if !matches!(cube.level_of(place), "city" | "county") {
                    continue;
                }
                for dimension in BY.into_iter().filter(|dimension| dimension.tells(*indicator)) {
                    for value in all.values(dimension) {
                        if let Some(told) = all.told_of(*indicator, area, tree, dimension, &value.key) {
                            put(&mut rows, tree, area, Some((dimension.as_str(), &value.key)), told);
                        }
                    }
                }
            }
        }
    }
    rows
}

fn areas(cube: &Cube) -> Vec<FigureArea> {
    let of = |place: usize| {
        let code = cube.place_code(place)?.to_owned();
        let area = cube.area(&code)?;
        let parent = area.parent.clone().unwrap_or_default();
        let manager = area.reporting.clone().unwrap_or_else(|| parent.clone());
        Some([code, area.name.clone(), area.level.clone(), parent, manager])
    };
    (0..cube.place_count()).filter_map(of).collect()
}

fn names(catalogue: &Catalogue) -> Vec<FigureName> {
    let name = |indicator: &crate::indicator::Indicator| {
        let told = indicator.definition();
        FigureName {
            code: &told.code,
            name: &told.name,
            unit: told.unit.chinese(),
            formula: &told.formula,
            meaning: &told.meaning,
        }
    };
    catalogue.all().iter().map(name).collect()
}
