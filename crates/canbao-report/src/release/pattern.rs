//! Which cells are withheld (小数隐去).
//!
//! Cells that count few are withheld. Then, for each of them, another city is found in which it is another number (see
//! [`super::exchange`]), and what else differs in that city is withheld too. So nothing withheld can be worked out from what is
//! printed, by whatever sums and differences; each cell is looked at once.

use super::Scene;
use super::exchange::Search;

/// Which cells are withheld.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Pattern {
    threshold: u64,
    starts: Vec<usize>,
    withheld: Vec<bool>,
}

impl Pattern {
    /// Of who is counted where, and the count under which a cell is withheld (0 or 1: none is). `remembered`: of each cell,
    /// node by node, whether it is what it was the time before: whoever remembers it fills it in, so that it hides little.
    pub fn of(scene: &Scene, threshold: u64, remembered: &[bool]) -> Self {
        let starts = scene.starts();
        if threshold <= 1 {
            return Self { threshold, withheld: vec![false; starts.last().copied().unwrap_or_default()], starts };
        }
        let few = |count: &i64| u64::try_from(*count).is_ok_and(|count| (1..threshold).contains(&count));
        let counts = scene.counts();
        let mut withheld: Vec<bool> = counts.iter().map(few).collect();
        let mut open = vec![false; counts.len()];
        let mut search = Search::new(scene, &counts, remembered);
        // from the top: what a town's figure is hidden by hides its villages' as well
        let mut nodes: Vec<usize> = (0..scene.nodes.len()).collect();
        nodes.sort_by_key(|node| (std::cmp::Reverse(search.places.get(*node).map_or(0, Vec::len)), *node));
        for node in nodes {
            let mut inside = None;
            for feature in 0..scene.features {
                let Some(cell) = search.cell(node, feature) else { break };
                let known = open.get(cell).copied().unwrap_or_default();
                if known || !counts.get(cell).is_some_and(few) {
                    continue;
                }
                let inside = inside.get_or_insert_with(|| search.inside(node));
                let Some(exchange) = search.best(inside, feature, &withheld) else { continue };
                search.changed(exchange, |changed| {
                    for cells in [&mut withheld, &mut open] {
                        if let Some(cell) = cells.get_mut(changed) {
                            *cell = true;
                        }
                    }
                });
            }
        }
        Self { threshold, starts, withheld }
    }

    /// Whether a node's cell is withheld.
    pub fn withholds(&self, node: usize, feature: usize) -> bool {
        let cell = self.starts.get(node).map(|from| from + feature);
        cell.and_then(|cell| self.withheld.get(cell)).copied().unwrap_or(false)
    }

    /// How many are.
    pub fn count(&self) -> usize {
        self.withheld.iter().filter(|withheld| **withheld).count()
    }

    /// The count under which a cell is withheld.
    pub const fn threshold(&self) -> u64 {
        self.threshold
    }
}
