//! Lays a snapshot out as a scene: areas of both trees, all people of them and those with one value of a dimension.

use std::collections::{BTreeMap, HashMap};

use canbao_registry::snapshot::Traits;

use super::{Node, Scene, Unit};
use crate::cube::{Cube, Dimension, Tree, Value};
use crate::indicator::{Counter, Indicator};

/// What a feature adds up: of an indicator part (0), whole (1), or what of the whole is left (2).
pub(super) type Column = (usize, usize);

/// The node of an area by each tree.
pub(super) type Nodes = HashMap<(Tree, String), usize>;

/// A snapshot as a scene.
pub(super) struct Laid {
    pub(super) scene: Scene,
    pub(super) nodes: Nodes,
    /// Of each indicator the narrow features of part, whole and rest.
    pub(super) columns: Vec<[usize; 3]>,
    /// Of each narrow feature what it adds up.
    pub(super) kept: Vec<Column>,
    /// The values of each dimension that somebody has, in the order of the features behind the narrow ones.
    pub(super) slices: Vec<(Dimension, Vec<Value>)>,
}

impl Laid {
    /// Of indicators, and of dimensions by which people of the city, of counties and towns are told apart.
    pub(super) fn of(cube: &Cube, indicators: &[Indicator], by: &[Dimension]) -> Self {
        let (chains, nodes, told) = areas(cube);
        let counters: Vec<Counter> = indicators.iter().map(|indicator| Counter::new(cube, *indicator)).collect();
        let of_kinds: Vec<Vec<i8>> =
            (0..cube.kinds.len()).map(|kind| values(&counters, |counter| counter.of_kind(kind))).collect();
        let of_words: Vec<Vec<i8>> =
            (0..cube.words.len()).map(|word| values(&counters, |counter| counter.of_word(word))).collect();
        let (columns, kept) = columns(indicators.len(), &of_kinds, &of_words);
        let width = kept.len();
        // which values of the dimensions somebody has, and where the features of each begin
        let mut seen = vec![0_u64; by.len()];
        for (seen, dimension) in seen.iter_mut().zip(by) {
            let people = cube.kinds.iter().map(|traits| dimension.places(*traits));
            *seen =
                people.chain(cube.words.iter().map(|word| dimension.of_word(cube, word))).fold(0, |all, one| all | one);
        }
        let mut slices = Vec::new();
        let mut begins: Vec<Vec<Option<usize>>> = Vec::new();
        let mut next = width;
        for (dimension, seen) in by.iter().zip(&seen) {
            let (mut had, mut begin) = (Vec::new(), Vec::new());
            for (at, value) in dimension.values(cube).into_iter().enumerate() {
                let somebody = seen >> at & 1 == 1;
                begin.push(somebody.then_some(next));
                if somebody {
                    next += width;
                    had.push(value);
                }
            }
            slices.push((*dimension, had));
            begins.push(begin);
        }
        // kinds that are counted alike are one
        let mut known: BTreeMap<Vec<(usize, i64)>, usize> = BTreeMap::new();
        let mut looks: HashMap<Vec<u64>, usize> = HashMap::new();
        let mut scene = Scene { chains, nodes: told, narrow: width, features: next, ..Scene::default() };
        let mut put = |features: Vec<(usize, i64)>, bits: Vec<u64>| {
            if let Some(kind) = known.get(&features) {
                return *kind;
            }
            let number = looks.len();
            scene.looks.push(*looks.entry(bits).or_insert(number));
            scene.kinds.push(features.clone());
            known.insert(features, scene.kinds.len() - 1);
            scene.kinds.len() - 1
        };
        let narrow = |values: &[i8], begin: usize| {
            let value = |(indicator, which): &Column| values.get(indicator * 3 + which).copied().unwrap_or_default();
            let some: Vec<(usize, i64)> =
                kept.iter().enumerate().map(|(at, column)| (begin + at, i64::from(value(column)))).collect();
            some.into_iter().filter(|(_, by)| *by != 0)
        };
        let mut kind = |values: &[i8], bits: Vec<u64>| {
            let mut features: Vec<(usize, i64)> = narrow(values, 0).collect();
            for (begin, bits) in begins.iter().zip(&bits) {
                for begin in
                    begin.iter().enumerate().filter(|(at, _)| bits >> at & 1 == 1).filter_map(|(_, begin)| *begin)
                {
                    features.extend(narrow(values, begin));
                }
            }
            put(features, bits)
        };
        let of_people = |traits: Traits| by.iter().map(|dimension| dimension.places(traits)).collect();
        let kinds: Vec<usize> =
            cube.kinds.iter().zip(&of_kinds).map(|(traits, values)| kind(values, of_people(*traits))).collect();
        let of_word = |word: &str| by.iter().map(|dimension| dimension.of_word(cube, word)).collect();
        let words: Vec<usize> =
            cube.words.iter().zip(&of_words).map(|(word, values)| kind(values, of_word(word))).collect();
        let nowhere = cube.place_count();
        let mut units: Vec<Unit> = Vec::with_capacity(cube.cells.len());
        let at = |area: Option<u32>| area.map_or(nowhere, |area| area as usize);
        units.extend(cube.cells.iter().filter_map(|cell| {
            Some(Unit { place: at(cell.area), kind: *kinds.get(cell.kind as usize)?, count: cell.people.into() })
        }));
        units.extend(cube.tallies.iter().filter_map(|tally| {
            Some(Unit { place: at(tally.area), kind: *words.get(tally.word as usize)?, count: tally.count })
        }));
        // what no indicator counts hides nothing
        units.retain(|unit| unit.count > 0 && scene.kinds.get(unit.kind).is_some_and(|features| !features.is_empty()));
        units.sort_unstable();
        units.dedup_by(|next, kept| {
            let same = (next.place, next.kind) == (kept.place, kept.kind);
            if same {
                kept.count += next.count;
            }
            same
        });
        scene.units = units;
        Self { scene, nodes, columns, kept, slices }
    }

    /// Where the features of people with a value of a dimension begin.
    pub(super) fn slice(&self, dimension: Dimension, key: &str) -> Option<usize> {
        let mut before = 1;
        for (known, values) in &self.slices {
            if *known == dimension {
                let at = values.iter().position(|value| value.key == key)?;
                return Some((before + at) * self.scene.narrow);
            }
            before += values.len();
        }
        None
    }
}

/// Part, whole and rest of each indicator.
fn values(counters: &[Counter], of: impl Fn(&Counter) -> (bool, bool)) -> Vec<i8> {
    let three = |counter| {
        let (part, whole) = of(counter);
        [i8::from(part), i8::from(whole), i8::from(whole) - i8::from(part)]
    };
    counters.iter().flat_map(three).collect()
}

/// Columns that add up the same are one: of each indicator its three, and what the kept ones add up.
fn columns(indicators: usize, of_kinds: &[Vec<i8>], of_words: &[Vec<i8>]) -> (Vec<[usize; 3]>, Vec<Column>) {
    let mut kept: Vec<Column> = Vec::new();
    let mut known: HashMap<Vec<i8>, usize> = HashMap::new();
    let mut find = |column: Column| {
        let at = column.0 * 3 + column.1;
        let all = of_kinds.iter().chain(of_words).map(|values| values.get(at).copied().unwrap_or_default()).collect();
        *known.entry(all).or_insert_with(|| {
            kept.push(column);
            kept.len() - 1
        })
    };
    let columns = (0..indicators).map(|at| [find((at, 0)), find((at, 1)), find((at, 2))]).collect();
    (columns, kept)
}

/// What a cell of a node costs that is not printed: figures of many are read by many.
fn cost(level: &str) -> u64 {
    match level {
        "village" => 1,
        "town" => 4,
        "county" => 20,
        _ => 100,
    }
}

/// Of each place, and of no known area, the nodes that count it; the nodes of both trees; and what is told of each node.
fn areas(cube: &Cube) -> (Vec<Vec<usize>>, Nodes, Vec<Node>) {
    let nowhere = cube.place_count();
    let mut told: Vec<Node> = Vec::new();
    let mut known: HashMap<Vec<usize>, usize> = HashMap::new();
    let mut members: Vec<Vec<usize>> = Vec::new();
    // nodes that count the same places are one
    let mut node = |places: Vec<usize>, is_wide: bool, cost: u64| -> usize {
        let at = *known.entry(places.clone()).or_insert_with(|| {
            told.push(Node { is_wide, cost });
            members.push(places);
            told.len() - 1
        });
        if let Some(node) = told.get_mut(at) {
            node.is_wide |= is_wide;
            node.cost = node.cost.max(cost);
        }
        at
    };
    let under = |tree: Tree| -> Vec<Vec<usize>> {
        let mut under = vec![Vec::new(); nowhere];
        for place in 0..nowhere {
            for above in cube.way_up(place, tree) {
                under.get_mut(above).into_iter().for_each(|under: &mut Vec<usize>| under.push(place));
            }
        }
        if let Some(city) = cube.city_place().and_then(|city| under.get_mut(city)) {
            city.push(nowhere);
        }
        under
    };
    let trees = [Tree::Codes, Tree::Reporting].map(|tree| (tree, under(tree)));
    let mut nodes = HashMap::new();
    for (tree, under) in &trees {
        for (place, places) in under.iter().enumerate() {
            let level = cube.level_of(place);
            let at = node(places.clone(), level != "village", cost(level));
            nodes.insert((*tree, cube.place_code(place).unwrap_or_default().to_owned()), at);
            // who is of an area and of none below it is what is left of it
            if places.len() > 1 {
                node(vec![place], level != "village", 0);
            }
        }
    }
    node(vec![nowhere], true, 0);
    // an area's figures by one tree less those by the other
    let [(_, codes), (_, reporting)] = &trees;
    for (codes, reporting) in codes.iter().zip(reporting) {
        for (one, other) in [(codes, reporting), (reporting, codes)] {
            let only: Vec<usize> = one.iter().filter(|place| other.binary_search(place).is_err()).copied().collect();
            if !only.is_empty() && only.len() < one.len() {
                node(only, true, 0);
            }
        }
    }
    let mut chains = vec![Vec::new(); nowhere + 1];
    for (node, places) in members.iter().enumerate() {
        for place in places {
            chains.get_mut(*place).into_iter().for_each(|chain: &mut Vec<usize>| chain.push(node));
        }
    }
    (chains, nodes, told)
}
