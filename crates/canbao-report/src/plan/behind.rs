//! Who is behind the plan (进度提醒).

use canbao_domain::scope::Scope;

use super::{Plan, Target};
use crate::ReportError;
use crate::cube::{Cube, Filter};
use crate::figure::Figure;
use crate::indicator::{Catalogue, Unit};

/// How an area stands against a target.
#[derive(Clone, Debug)]
pub struct Progress {
    /// What is to be reached.
    pub target: Target,
    /// What was reached.
    pub figure: Figure,
    /// What should be by now, in the unit of the target.
    pub expected: i64,
    /// How much is lacking now, in the same unit: tenths of a percentage point of a rate; less than nothing where it is ahead.
    /// None where there is no figure.
    pub behind: Option<i64>,
}

impl Plan {
    /// How an area stands against each of its targets on the day of a snapshot; a target whose indicator the catalogue does not
    /// have is left out.
    ///
    /// # Errors
    /// Where the area is not there or not in the scope.
    pub fn progress(
        &self,
        cube: &Cube,
        catalogue: &Catalogue,
        area: &str,
        scope: &Scope,
    ) -> Result<Vec<Progress>, ReportError> {
        let day = cube.as_of();
        let mut codes: Vec<&str> = Vec::new();
        for target in &self.targets {
            if !codes.contains(&target.indicator.as_str()) {
                codes.push(&target.indicator);
            }
        }
        let found: Vec<_> =
            codes.into_iter().filter_map(|code| Some((self.target(code, area, day)?, catalogue.find(code)?))).collect();
        let indicators: Vec<_> = found.iter().map(|(_, indicator)| *indicator).collect();
        let filter = Filter { area: Some(area.to_owned()), ..Filter::default() };
        let figures = cube.figures(&indicators, &filter, scope)?;
        let progress = found.into_iter().zip(figures).map(|((target, _), figure)| {
            let expected = match figure.indicator.unit {
                Unit::Percent => target.expected(day),
                Unit::Count(_) => target.expected(day) / 10,
            };
            let behind = figure.value().map(|value| expected - value);
            Progress { target: target.clone(), figure, expected, behind }
        });
        Ok(progress.collect())
    }
}
