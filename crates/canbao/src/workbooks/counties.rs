//! Which workbook a line belongs to.

use std::collections::HashMap;

use canbao_domain::area::Level;

use super::Job;

/// The counties of the city in the order of their codes, and behind them the city itself, which has what belongs to
/// no known county.
#[derive(Debug)]
pub(super) struct Counties {
    codes: Vec<String>,
    at: HashMap<String, usize>,
}

impl Counties {
    pub(super) fn of(job: &Job<'_>) -> Self {
        let mut codes: Vec<String> =
            job.areas.codes_of(Level::County).filter(|code| *code != job.city).map(str::to_owned).collect();
        codes.sort();
        let at = codes.iter().enumerate().map(|(at, code)| (code.clone(), at)).collect();
        codes.push(job.city.to_owned());
        Self { codes, at }
    }

    /// How many workbooks there are.
    pub(super) fn len(&self) -> usize {
        self.codes.len()
    }

    /// The city's place.
    pub(super) fn city(&self) -> usize {
        self.codes.len().saturating_sub(1)
    }

    /// The code of a place.
    pub(super) fn code(&self, at: usize) -> &str {
        self.codes.get(at).map_or("", String::as_str)
    }

    /// The place of a county's code; the city's where it is none of the tree.
    pub(super) fn of_code(&self, county: Option<&str>) -> usize {
        county.and_then(|code| self.at.get(code).copied()).unwrap_or_else(|| self.city())
    }

    /// Sorts things by the workbook that they belong to.
    pub(super) fn deal<T>(&self, things: impl Iterator<Item = (usize, T)>) -> Vec<Vec<T>> {
        let mut dealt: Vec<Vec<T>> = (0..self.len()).map(|_| Vec::new()).collect();
        for (county, thing) in things {
            if let Some(pile) = dealt.get_mut(county) {
                pile.push(thing);
            }
        }
        dealt
    }
}
