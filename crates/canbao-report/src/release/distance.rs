//! How much kinds differ: what all features together weigh that one has and the other has not.
//!
//! The features of a kind are the narrow ones, and the same again for each value of a dimension that it has: parts of equal width,
//! of which most kinds share most. Parts are compared once, not features each time.

use std::collections::HashMap;

use super::Scene;

/// A part's features, counted from its first.
type Part = Vec<(usize, i64)>;

/// What kinds are made of.
pub(super) struct Distance {
    /// Of each kind its parts: where each stands, and which it is, by place.
    kinds: Vec<Vec<(usize, usize)>>,
    parts: Vec<Part>,
    /// Features in a part.
    width: usize,
    /// What a feature weighs.
    weights: Vec<u64>,
    /// By place and part, what all of it weighs there.
    whole: HashMap<(usize, usize), u64>,
}

/// Distances from one kind.
pub(super) struct From<'a> {
    of: &'a Distance,
    parts: &'a [(usize, usize)],
    /// Of each of its parts what differs from every other part in its place, where that was asked for.
    known: Vec<Vec<Option<u64>>>,
}

impl Distance {
    pub(super) fn new(scene: &Scene, weights: Vec<u64>) -> Self {
        let width = scene.narrow.max(1);
        let mut known: HashMap<Part, usize> = HashMap::new();
        let mut of = Self {
            kinds: Vec::with_capacity(scene.kinds.len()),
            parts: Vec::new(),
            width,
            weights,
            whole: HashMap::new(),
        };
        for features in &scene.kinds {
            let mut parts = Vec::new();
            for part in features.chunk_by(|one, other| one.0 / width == other.0 / width) {
                let place = part.first().map_or(0, |(feature, _)| feature / width);
                let part: Part = part.iter().map(|(feature, by)| (feature - place * width, *by)).collect();
                let number = known.get(&part).copied().unwrap_or_else(|| {
                    known.insert(part.clone(), of.parts.len());
                    of.parts.push(part);
                    of.parts.len() - 1
                });
                parts.push((place, number));
                if !of.whole.contains_key(&(place, number)) {
                    let whole = of.weigh(place, of.part(number), &[]);
                    of.whole.insert((place, number), whole);
                }
            }
            of.kinds.push(parts);
        }
        of
    }

    pub(super) fn from(&self, kind: usize) -> From<'_> {
        let parts = self.kinds.get(kind).map_or(&[][..], Vec::as_slice);
        From { of: self, parts, known: vec![vec![None; self.parts.len()]; parts.len()] }
    }

    fn part(&self, number: usize) -> &[(usize, i64)] {
        self.parts.get(number).map_or(&[], Vec::as_slice)
    }

    /// What the features weigh in which two parts differ in a place.
    fn weigh(&self, place: usize, one: &[(usize, i64)], other: &[(usize, i64)]) -> u64 {
        let weight = |feature: &usize| self.weights.get(place * self.width + feature).copied().unwrap_or_default();
        let only = |one: &[(usize, i64)], other: &[(usize, i64)], twice: bool| -> u64 {
            let lacks =
                |(feature, by): &(usize, i64)| match other.binary_search_by_key(feature, |(feature, _)| *feature) {
                    Ok(at) => twice && other.get(at).is_some_and(|(_, other_by)| other_by != by),
                    Err(_) => true,
                };
            one.iter().filter(|feature| lacks(feature)).map(|(feature, _)| weight(feature)).sum()
        };
        // what both have by different amounts counts once
        only(one, other, true) + only(other, one, false)
    }

    fn whole(&self, part: (usize, usize)) -> u64 {
        self.whole.get(&part).copied().unwrap_or_default()
    }
}

impl From<'_> {
    /// How far another kind is.
    pub(super) fn to(&mut self, other: usize) -> u64 {
        let others = self.of.kinds.get(other).map_or(&[][..], Vec::as_slice);
        let (mut sum, mut rest) = (0, others.iter().peekable());
        for (at, (place, part)) in self.parts.iter().enumerate() {
            while let Some(before) = rest.next_if(|(other, _)| other < place) {
                sum += self.of.whole(*before);
            }
            match rest.next_if(|(other, _)| other == place) {
                None => sum += self.of.whole((*place, *part)),
                Some((_, same)) if same == part => {}
                Some((_, different)) => {
                    let Some(known) = self.known.get_mut(at).and_then(|known| known.get_mut(*different)) else {
                        continue;
                    };
                    let weigh = || self.of.weigh(*place, self.of.part(*part), self.of.part(*different));
                    sum += *known.get_or_insert_with(weigh);
                }
            }
        }
        sum + rest.map(|part| self.of.whole(*part)).sum::<u64>()
    }
}

#[cfg(test)]
#[expect(clippy::indexing_slicing, reason = "tests")]
mod tests {
    use std::collections::BTreeMap;

    use super::Distance;
    use crate::release::Scene;

    #[test]
    fn distances_are_those_of_the_features_one_by_one() {
        let mut seed = 7_u64;
        let mut draw = |below: u64| {
            seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            (seed >> 33) % below
        };
        let (narrow, features) = (5, 23);
        let kinds: Vec<Vec<(usize, i64)>> = (0..60)
            .map(|_| {
                (0..features)
                    .filter_map(|at| Some((at, [0, 0, 1, 1, -1, 2][draw(6) as usize])).filter(|(_, by)| *by != 0))
                    .collect()
            })
            .collect();
        let weights: Vec<u64> = (0..features).map(|_| draw(100)).collect();
        let scene = Scene { narrow, features, kinds: kinds.clone(), ..Scene::default() };
        let distance = Distance::new(&scene, weights.clone());
        for (one, has) in kinds.iter().enumerate() {
            let has: BTreeMap<usize, i64> = has.iter().copied().collect();
            let mut from = distance.from(one);
            for (other, had) in kinds.iter().enumerate() {
                let had: BTreeMap<usize, i64> = had.iter().copied().collect();
                let differing = (0..features).filter(|at| has.get(at) != had.get(at));
                assert_eq!(from.to(other), differing.map(|at| weights[at]).sum::<u64>(), "{one} {other}");
            }
        }
    }
}
