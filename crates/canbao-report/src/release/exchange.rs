//! Another city that prints the same: the proof that a withheld cell is open.
//!
//! Two that differ change their places, or, where nobody can be found to change with, one is thought of as another. All figures
//! of that city fit all sums, for they are figures of a city; they differ from the printed ones only in the cells that the
//! exchange changes. Where these are withheld, nobody can tell the two cities apart.

use std::cmp::Reverse;
use std::collections::HashMap;

use super::Scene;
use super::distance::Distance;

/// Exchanges that are weighed for one cell and one giver, at most, and with one kind.
const WEIGHED: u32 = 64;
const OF_A_KIND: usize = 8;
/// Kinds, the most frequent ones, among which those that differ least are looked for.
const FREQUENT: usize = 1_000;

/// One that is thought of as another, and maybe the other as the one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Exchange {
    /// Where one is.
    pub(super) place: usize,
    /// What it is.
    pub(super) kind: usize,
    /// Where the other is; none where there is no other.
    pub(super) with: Option<usize>,
    /// What the other is; none is nobody: the one has moved there, or is not there at all.
    pub(super) for_kind: Option<usize>,
}

/// What exchanges are looked for in.
pub(super) struct Search<'a> {
    scene: &'a Scene,
    starts: Vec<usize>,
    /// Of each place the kinds that are there.
    at: Vec<Vec<usize>>,
    /// Of each kind its places.
    of: Vec<Vec<usize>>,
    /// Of each look its kinds.
    alike: Vec<Vec<usize>>,
    /// The most frequent kinds.
    frequent: Vec<usize>,
    /// Of kinds that were asked for: those of the same look, and the frequent ones, that differ least.
    near: HashMap<usize, [Vec<usize>; 2]>,
    /// Of each node its places.
    pub(super) places: Vec<Vec<usize>>,
    /// What not printing a cell costs.
    costs: Vec<u32>,
    /// How much kinds differ.
    distance: Distance,
    /// By kind and feature, whether it has it.
    has: Vec<bool>,
}

/// What is there of one node.
pub(super) struct Inside {
    node: usize,
    holds: Vec<bool>,
    /// Kinds and where they are, in order.
    units: Vec<(usize, usize)>,
}

/// The best exchange so far.
struct Best {
    cost: u64,
    exchange: Option<Exchange>,
    left: u32,
}

impl<'a> Search<'a> {
    /// Of a scene and its counts. `remembered`: of each cell whether it is what it was the time before; whoever remembers it
    /// fills it in.
    pub(super) fn new(scene: &'a Scene, counts: &[i64], remembered: &[bool]) -> Self {
        let mut at = vec![Vec::new(); scene.chains.len()];
        let mut of = vec![Vec::new(); scene.kinds.len()];
        let mut frequency = vec![0_u64; scene.kinds.len()];
        for unit in scene.units.iter().filter(|unit| unit.count > 0) {
            at.get_mut(unit.place).into_iter().for_each(|at| at.push(unit.kind));
            of.get_mut(unit.kind).into_iter().for_each(|of| of.push(unit.place));
            frequency.get_mut(unit.kind).into_iter().for_each(|all| *all += unit.count);
        }
        let mut alike = vec![Vec::new(); scene.looks.iter().max().map_or(0, |most| most + 1)];
        for (kind, look) in scene.looks.iter().enumerate() {
            alike.get_mut(*look).into_iter().for_each(|alike: &mut Vec<usize>| alike.push(kind));
        }
        let mut frequent: Vec<usize> = (0..scene.kinds.len()).collect();
        frequent.sort_by_key(|kind| (Reverse(frequency.get(*kind).copied()), *kind));
        frequent.truncate(FREQUENT);
        let mut places = vec![Vec::new(); scene.nodes.len()];
        for (place, chain) in scene.chains.iter().enumerate() {
            for node in chain {
                places.get_mut(*node).into_iter().for_each(|places: &mut Vec<usize>| places.push(place));
            }
        }
        // figures of all are missed more than those of some, and large ones more than small ones
        let worth = |feature: usize, count: i64| {
            let all = if feature < scene.narrow { 8 } else { 1 };
            all * u64::from(1 + count.unsigned_abs().checked_ilog2().unwrap_or_default())
        };
        let starts = scene.starts();
        let mut costs = Vec::with_capacity(counts.len());
        let mut most = vec![0; scene.features];
        for (node, range) in scene.nodes.iter().zip(starts.windows(2)) {
            let [from, to] = range else { continue };
            costs.extend((*from..*to).map(|cell| {
                let (feature, count) = (cell - from, counts.get(cell).copied().unwrap_or_default());
                if let Some(most) = most.get_mut(feature) {
                    *most = count.max(*most);
                }
                let known = remembered.get(cell).copied().unwrap_or_default();
                u32::try_from(node.cost * worth(feature, count) * if known { 3 } else { 1 }).unwrap_or(u32::MAX)
            }));
        }
        // roughly what not printing a feature costs
        let weights = most.iter().enumerate().map(|(feature, most)| worth(feature, *most)).collect();
        let distance = Distance::new(scene, weights);
        let mut has = vec![false; scene.kinds.len() * scene.features];
        for (kind, features) in scene.kinds.iter().enumerate() {
            for (feature, _) in features {
                if let Some(has) = has.get_mut(kind * scene.features + feature) {
                    *has = true;
                }
            }
        }
        Self { scene, starts, at, of, alike, frequent, near: HashMap::new(), places, costs, distance, has }
    }

    /// Where a cell stands among all; none where that is not told of the node.
    pub(super) fn cell(&self, node: usize, feature: usize) -> Option<usize> {
        let (from, to) = (self.starts.get(node)?, self.starts.get(node + 1)?);
        Some(from + feature).filter(|cell| cell < to)
    }

    pub(super) fn inside(&self, node: usize) -> Inside {
        let mut holds = vec![false; self.scene.chains.len()];
        let mut units = Vec::new();
        for place in self.places.get(node).into_iter().flatten() {
            if let Some(holds) = holds.get_mut(*place) {
                *holds = true;
            }
            units.extend(self.at.get(*place).into_iter().flatten().map(|kind| (*kind, *place)));
        }
        units.sort_unstable();
        Inside { node, holds, units }
    }

    /// The exchange that changes a cell and costs least, of those that were weighed.
    pub(super) fn best(&mut self, inside: &Inside, feature: usize, withheld: &[bool]) -> Option<Exchange> {
        let kinds = inside.units.chunk_by(|one, other| one.0 == other.0);
        let givers = kinds.filter(|of_kind| of_kind.first().is_some_and(|(kind, _)| self.has(*kind, feature)));
        let givers: Vec<(usize, usize)> = givers.flatten().take(8).copied().collect();
        let mut best = Best { cost: u64::MAX, exchange: None, left: 0 };
        for (kind, _) in &givers {
            self.find_near(*kind);
        }
        for (kind, place) in &givers {
            self.with_others(inside, (*kind, *place), feature, withheld, &mut best);
        }
        if best.exchange.is_none() {
            for (kind, place) in givers {
                self.alone((kind, place), feature, withheld, &mut best);
            }
        }
        best.exchange
    }

    /// Calls for each cell that an exchange changes.
    pub(super) fn changed(&self, exchange: Exchange, mut call: impl FnMut(usize)) {
        let nodes = self.nodes(exchange);
        for feature in self.differing(exchange.kind, exchange.for_kind) {
            nodes.iter().filter_map(|node| self.cell(*node, feature)).for_each(&mut call);
        }
    }

    fn has(&self, kind: usize, feature: usize) -> bool {
        self.has.get(kind * self.scene.features + feature).copied().unwrap_or_default()
    }

    fn features(&self, kind: Option<usize>) -> &[(usize, i64)] {
        kind.and_then(|kind| self.scene.kinds.get(kind)).map_or(&[], Vec::as_slice)
    }

    /// Finds the kinds that differ least from one.
    fn find_near(&mut self, kind: usize) {
        if self.near.contains_key(&kind) {
            return;
        }
        let mut from = self.distance.from(kind);
        let mut nearest = |kinds: &[usize]| -> Vec<usize> {
            let others = kinds.iter().filter(|other| **other != kind);
            let mut others: Vec<(u64, usize)> = others.map(|other| (from.to(*other), *other)).collect();
            others.sort_unstable();
            others.into_iter().map(|(_, other)| other).collect()
        };
        let alike = self.scene.looks.get(kind).and_then(|look| self.alike.get(*look)).map_or(&[][..], Vec::as_slice);
        let near = [nearest(alike), nearest(&self.frequent)];
        self.near.insert(kind, near);
    }

    /// The features in which two kinds differ.
    fn differing(&self, one: usize, other: Option<usize>) -> impl Iterator<Item = usize> + '_ {
        let (mut one, mut other) = (self.features(Some(one)).iter().peekable(), self.features(other).iter().peekable());
        std::iter::from_fn(move || {
            loop {
                match (one.peek(), other.peek()) {
                    (None, None) => return None,
                    (Some((at, _)), None) => {
                        one.next();
                        return Some(*at);
                    }
                    (None, Some((at, _))) => {
                        other.next();
                        return Some(*at);
                    }
                    (Some((a, by)), Some((b, other_by))) => match a.cmp(b) {
                        std::cmp::Ordering::Less => {
                            one.next();
                            return Some(*a);
                        }
                        std::cmp::Ordering::Greater => {
                            other.next();
                            return Some(*b);
                        }
                        std::cmp::Ordering::Equal => {
                            one.next();
                            other.next();
                            if by != other_by {
                                return Some(*a);
                            }
                        }
                    },
                }
            }
        })
    }

    /// The nodes that count one of the two places, and not both.
    fn nodes(&self, exchange: Exchange) -> Vec<usize> {
        let chain = |place: usize| self.scene.chains.get(place).map_or(&[][..], Vec::as_slice);
        let one = chain(exchange.place);
        let Some(other) = exchange.with.map(chain) else { return one.to_vec() };
        let only = |one: &[usize], other: &[usize]| -> Vec<usize> {
            one.iter().filter(|node| !other.contains(node)).copied().collect()
        };
        [only(one, other), only(other, one)].concat()
    }

    /// With somebody of the smallest part of the city around that has anybody to change with.
    fn with_others(&self, inside: &Inside, giver: (usize, usize), feature: usize, withheld: &[bool], best: &mut Best) {
        let (kind, place) = giver;
        let size = |node: &usize| self.places.get(*node).map_or(0, Vec::len);
        let mut circles: Vec<usize> = self.scene.chains.get(place).cloned().unwrap_or_default();
        circles.retain(|node| size(node) > size(&inside.node));
        circles.sort_by_key(|node| (size(node), *node));
        for circle in circles {
            let around = || {
                let places = self.places.get(circle).into_iter().flatten().copied();
                places.filter(|other| !inside.holds.get(*other).copied().unwrap_or_default())
            };
            if around().next().is_none() {
                continue;
            }
            let weigh = |with: usize, other: Option<usize>, best: &mut Best| {
                self.weigh(Exchange { place, kind, with: Some(with), for_kind: other }, withheld, best);
            };
            let is_around = |other: &usize| {
                !inside.holds.get(*other).copied().unwrap_or_default()
                    && self.scene.chains.get(*other).is_some_and(|chain| chain.contains(&circle))
            };
            // who looks the same changes less; where there is nobody, whoever differs least
            for near in self.near.get(&kind).into_iter().flatten() {
                best.left = if best.exchange.is_none() { WEIGHED } else { WEIGHED / 4 };
                for other_kind in near.iter().filter(|other| !self.has(**other, feature)) {
                    let places = self.of.get(*other_kind).into_iter().flatten().filter(|other| is_around(other));
                    for other in places.take(OF_A_KIND) {
                        weigh(*other, Some(*other_kind), best);
                    }
                    if best.left == 0 {
                        break;
                    }
                }
            }
            for other in around().take(OF_A_KIND) {
                weigh(other, None, best);
            }
            if best.exchange.is_some() {
                return;
            }
        }
    }

    /// As another, or not there at all: the figures above it change as well.
    fn alone(&self, (kind, place): (usize, usize), feature: usize, withheld: &[bool], best: &mut Best) {
        best.left = u32::MAX;
        let one = Exchange { place, kind, with: None, for_kind: None };
        self.weigh(one, withheld, best);
        for other in (0..self.scene.kinds.len()).filter(|other| !self.has(*other, feature)) {
            self.weigh(Exchange { for_kind: Some(other), ..one }, withheld, best);
        }
    }

    fn weigh(&self, exchange: Exchange, withheld: &[bool], best: &mut Best) {
        best.left = best.left.saturating_sub(1);
        let nodes = self.nodes(exchange);
        let mut cost = 0_u64;
        for feature in self.differing(exchange.kind, exchange.for_kind) {
            for node in &nodes {
                let Some(cell) = self.cell(*node, feature) else { continue };
                if !withheld.get(cell).copied().unwrap_or_default() {
                    cost += u64::from(self.costs.get(cell).copied().unwrap_or_default());
                }
            }
            if cost >= best.cost {
                return;
            }
        }
        *best = Best { cost, exchange: Some(exchange), left: best.left };
    }
}
