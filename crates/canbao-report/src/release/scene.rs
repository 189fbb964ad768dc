//! Who is counted where: what a pattern of withheld cells is found by.

/// Somebody or something that is counted: all of one place that are alike.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Unit {
    /// Where, as a place in [`Scene::chains`].
    pub place: usize,
    /// What they are, as a place in [`Scene::kinds`].
    pub kind: usize,
    /// How many.
    pub count: u64,
}

/// Whose figures are told: all of some places together.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Node {
    /// Whether all features are told of it; else the first [`Scene::narrow`] only.
    pub is_wide: bool,
    /// What a cell of it that is not printed costs; 0 of a node that is printed nowhere, but that can be worked out.
    pub cost: u64,
}

/// Nodes by features: each cell is the sum over its node's units of what their kind has of the feature.
#[derive(Clone, Debug, Default)]
pub struct Scene {
    /// Of each place the nodes that count it, in order.
    pub chains: Vec<Vec<usize>>,
    /// Of each node what is told of it.
    pub nodes: Vec<Node>,
    /// Features that are told of every node.
    pub narrow: usize,
    /// All features.
    pub features: usize,
    /// Of each kind the features that it has, in order, and by how much it adds to each.
    pub kinds: Vec<Vec<(usize, i64)>>,
    /// Of each kind a number: kinds with the same differ in narrow features alone, and in what follows from them.
    pub looks: Vec<usize>,
    /// Who is there: by place, then kind.
    pub units: Vec<Unit>,
}

impl Scene {
    /// Of each node the place of its first cell, and behind the last one how many cells there are.
    pub fn starts(&self) -> Vec<usize> {
        let mut starts = vec![0];
        let mut next = 0;
        for node in &self.nodes {
            next += if node.is_wide { self.features } else { self.narrow };
            starts.push(next);
        }
        starts
    }

    /// What each cell counts, node by node.
    pub fn counts(&self) -> Vec<i64> {
        let starts = self.starts();
        let mut counts = vec![0; starts.last().copied().unwrap_or_default()];
        // of each place first, and then of what it is part of: far fewer sums than units have
        let mut own = vec![0; self.features];
        for units in self.units.chunk_by(|one, other| one.place == other.place) {
            own.fill(0);
            for unit in units {
                let count = i64::try_from(unit.count).unwrap_or(i64::MAX);
                for (feature, by) in self.kinds.get(unit.kind).into_iter().flatten() {
                    if let Some(own) = own.get_mut(*feature) {
                        *own += by * count;
                    }
                }
            }
            let place = units.first().map_or(usize::MAX, |unit| unit.place);
            for node in self.chains.get(place).into_iter().flatten() {
                let range =
                    starts.get(*node).copied().unwrap_or_default()..starts.get(node + 1).copied().unwrap_or_default();
                for (count, own) in counts.get_mut(range).into_iter().flatten().zip(&own) {
                    *count += own;
                }
            }
        }
        counts
    }
}
