//! What is withheld, against a solver that looks for every number that each withheld cell could be.

use canbao_domain::scope::Scope;
use canbao_report::cube::{Cube, Dimension, Filter, Tree};
use canbao_report::indicator::{Catalogue, Indicator};
use canbao_report::release::{BY, Node, Pattern, Release, Scene, Unit};

use crate::support::{One, cube_codes, cube_with, is_under, people, snapshot};

/// Numbers as they come, from a seed.
struct Random(u64);

impl Random {
    fn below(&mut self, most: u64) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 >> 11) % most
    }
}

/// A total and its parts, by the places of cells.
struct Sum {
    total: usize,
    parts: Vec<usize>,
}

/// A city of counties and towns by categories and sex: its scene, and the sums by which a reader reckons.
///
/// Narrow features are the categories and all of them; behind them the same of each sex, which towns have not. One town
/// belongs to another county by a second tree, where the seed says so.
fn city(random: &mut Random) -> (Scene, Vec<Sum>) {
    let (counties, categories) = (2 + random.below(2) as usize, 2 + random.below(2) as usize);
    let width = categories + 1;
    let towns: Vec<usize> = (0..counties).map(|_| 1 + random.below(3) as usize).collect();
    let places = towns.iter().sum::<usize>();
    let county_of: Vec<usize> = towns.iter().enumerate().flat_map(|(county, towns)| vec![county; *towns]).collect();
    // nodes: the city, the counties, the towns, and maybe a county as the second tree has it, with what it lacks
    let lent = (random.below(2) == 0 && towns[0] > 1).then_some(0);
    let mut nodes = vec![Node { is_wide: true, cost: 100 }];
    nodes.extend(vec![Node { is_wide: true, cost: 20 }; counties]);
    nodes.extend(vec![Node { is_wide: false, cost: 1 }; places]);
    let mut chains: Vec<Vec<usize>> =
        (0..places).map(|town| vec![0, 1 + county_of[town], 1 + counties + town]).collect();
    let second = nodes.len();
    if lent.is_some() {
        nodes.extend([Node { is_wide: true, cost: 20 }, Node { is_wide: true, cost: 0 }]);
        for (town, chain) in chains.iter_mut().enumerate().filter(|(town, _)| county_of[*town] == 0) {
            chain.push(if Some(town) == lent { second + 1 } else { second });
        }
    }
    let kinds = (0..categories * 2).map(|kind| {
        let (category, sex) = (kind / 2, kind % 2);
        let behind = width * (1 + sex);
        vec![(category, 1), (categories, 1), (behind + category, 1), (behind + categories, 1)]
    });
    let mut units = Vec::new();
    for place in 0..places {
        for kind in 0..categories * 2 {
            let most = [1, 4, 12, 40][random.below(4) as usize];
            units.push(Unit { place, kind, count: random.below(most) });
        }
    }
    let looks = (0..categories * 2).map(|kind| kind % 2).collect();
    let scene = Scene { chains, nodes, narrow: width, features: width * 3, kinds: kinds.collect(), looks, units };
    let starts = scene.starts();
    let at = |node: usize, feature: usize| starts[node] + feature;
    let mut sums = Vec::new();
    for (node, told) in scene.nodes.iter().enumerate() {
        for behind in 0..if told.is_wide { 3 } else { 1 } {
            let parts = (0..categories).map(|category| at(node, behind * width + category)).collect();
            sums.push(Sum { total: at(node, behind * width + categories), parts });
        }
        for feature in 0..if told.is_wide { width } else { 0 } {
            let parts = vec![at(node, width + feature), at(node, 2 * width + feature)];
            sums.push(Sum { total: at(node, feature), parts });
        }
    }
    for feature in 0..width {
        for county in 0..counties {
            let own = (0..places).filter(|town| county_of[*town] == county);
            let parts = own.map(|town| at(1 + counties + town, feature)).collect();
            sums.push(Sum { total: at(1 + county, feature), parts });
        }
    }
    for feature in 0..width * 3 {
        let parts = (0..counties).map(|county| at(1 + county, feature)).collect();
        sums.push(Sum { total: at(0, feature), parts });
        if lent.is_some() {
            sums.push(Sum { total: at(1, feature), parts: vec![at(second, feature), at(second + 1, feature)] });
        }
    }
    if let Some(lent) = lent {
        sums.extend(
            (0..width)
                .map(|feature| Sum { total: at(second + 1, feature), parts: vec![at(1 + counties + lent, feature)] }),
        );
    }
    (scene, sums)
}

/// Ranges that cells can be in, narrowed by the sums until nothing changes; none where nothing fits.
fn narrowed(mut ranges: Vec<(i64, i64)>, sums: &[Sum]) -> Option<Vec<(i64, i64)>> {
    loop {
        let mut changed = false;
        for sum in sums {
            let (low, high) =
                sum.parts.iter().fold((0, 0), |(low, high), part| (low + ranges[*part].0, high + ranges[*part].1));
            let total = ranges[sum.total];
            let new = (total.0.max(low), total.1.min(high));
            if new.0 > new.1 {
                return None;
            }
            let mut moved = new != total;
            ranges[sum.total] = new;
            for part in &sum.parts {
                let (a, b) = ranges[*part];
                let narrower = (a.max(new.0 - (high - b)), b.min(new.1 - (low - a)));
                if narrower.0 > narrower.1 {
                    return None;
                }
                moved |= narrower != (a, b);
                ranges[*part] = narrower;
                if narrower != (a, b) {
                    break;
                }
            }
            changed |= moved;
        }
        if !changed {
            return Some(ranges);
        }
    }
}

/// Whether whole numbers in these ranges fit all sums; none where that took too long to find out.
fn fits(ranges: Vec<(i64, i64)>, sums: &[Sum], steps: &mut u32) -> Option<bool> {
    *steps = steps.checked_sub(1)?;
    let Some(ranges) = narrowed(ranges, sums) else { return Some(false) };
    let widest =
        (0..ranges.len()).filter(|at| ranges[*at].0 < ranges[*at].1).min_by_key(|at| ranges[*at].1 - ranges[*at].0);
    let Some(at) = widest else { return Some(true) };
    for value in ranges[at].0..=ranges[at].1 {
        let mut tried = ranges.clone();
        tried[at] = (value, value);
        if fits(tried, sums, steps)? {
            return Some(true);
        }
    }
    Some(false)
}

#[test]
fn no_withheld_cell_can_be_worked_out() {
    let (mut tried, mut unknown, mut withheld_in_all, mut few_in_all) = (0, 0, 0, 0);
    for seed in 1..=150_u64 {
        let mut random = Random(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1);
        let (scene, sums) = city(&mut random);
        let cells = scene.counts();
        for sum in &sums {
            assert_eq!(cells[sum.total], sum.parts.iter().map(|part| cells[*part]).sum::<i64>(), "seed {seed}");
        }
        let threshold = 3 + random.below(4);
        let pattern = Pattern::of(&scene, threshold, &[]);
        let features = |node: &Node| if node.is_wide { scene.features } else { scene.narrow };
        let withheld: Vec<bool> = scene
            .nodes
            .iter()
            .enumerate()
            .flat_map(|(node, told)| (0..features(told)).map(move |feature| (node, feature)))
            .map(|(node, feature)| pattern.withholds(node, feature))
            .collect();
        let few = |at: usize| (1..threshold as i64).contains(&cells[at]);
        for at in 0..cells.len() {
            assert!(withheld[at] || !few(at), "seed {seed}: {} is printed", cells[at]);
        }
        withheld_in_all += pattern.count();
        few_in_all += (0..cells.len()).filter(|at| few(*at)).count();
        // a reader knows what is printed, the sums, and that nothing is less than none
        let most = 400;
        let known: Vec<(i64, i64)> =
            (0..cells.len()).map(|at| if withheld[at] { (0, most) } else { (cells[at], cells[at]) }).collect();
        for at in (0..cells.len()).filter(|at| few(*at)) {
            let own = cells[at];
            let other = (1..=12).flat_map(|by| [own - by, own + by]).filter(|value| *value >= 0);
            let mut steps = 4_000;
            let mut open = Some(false);
            for value in other {
                let mut ranges = known.clone();
                ranges[at] = (value, value);
                open = fits(ranges, &sums, &mut steps);
                if open != Some(false) {
                    break;
                }
            }
            tried += 1;
            match open {
                Some(open) => assert!(open, "seed {seed}: cell {at} of {own} can be worked out"),
                None => unknown += 1,
            }
        }
    }
    assert!(tried > 1_000 && few_in_all == tried, "{tried} of {few_in_all}");
    assert!(unknown * 50 < tried, "{unknown} of {tried} were too long to look at");
    // not more than is needed: each takes fewer than two others with it
    assert!(withheld_in_all < few_in_all * 3, "{withheld_in_all} for {few_in_all}");
}

/// One county of towns that have a number of people each, in one feature.
fn county(towns: &[u64]) -> Scene {
    let nodes = std::iter::once(Node { is_wide: true, cost: 20 });
    Scene {
        chains: (0..towns.len()).map(|town| vec![0, town + 1]).collect(),
        nodes: nodes.chain(vec![Node { is_wide: true, cost: 1 }; towns.len()]).collect(),
        narrow: 1,
        features: 1,
        kinds: vec![vec![(0, 1)]],
        looks: vec![0],
        units: towns.iter().enumerate().map(|(place, count)| Unit { place, kind: 0, count: *count }).collect(),
    }
}

#[test]
fn enough_is_withheld_and_no_more_than_is_needed() {
    let withheld = |towns: &[u64], threshold, remembered: &[bool]| -> Vec<bool> {
        let pattern = Pattern::of(&county(towns), threshold, remembered);
        (0..=towns.len()).map(|node| pattern.withholds(node, 0)).collect()
    };
    // one town has few; one more is withheld
    assert_eq!(withheld(&[3, 60, 80], 5, &[]), [false, true, true, false]);
    // the one that a reader remembers from the month before would not hide it
    assert_eq!(withheld(&[3, 60, 80], 5, &[false, false, true, false]), [false, true, false, true]);
    // two of few hide each other: nobody knows which has how many
    assert_eq!(withheld(&[1, 1, 140], 5, &[]), [false, true, true, false]);
    // nobody else there: the total is as small, and has to go
    assert!(withheld(&[3, 0, 0], 5, &[])[..2].iter().all(|one| *one));
    // nothing is small, nothing is withheld; nor where the city withholds nothing
    assert_eq!(Pattern::of(&county(&[10, 10, 10]), 5, &[]).count(), 0);
    assert_eq!(Pattern::of(&county(&[3, 60, 80]), 0, &[]).count(), 0);
}

/// What is known of a city without its people: sums of units by whole coefficients, kept as echelons modulo a prime.
struct Known {
    rows: Vec<Vec<u64>>,
}

const PRIME: u64 = 2_147_483_647;

impl Known {
    /// What is left of a row after all that is known; whether it said anything new.
    fn reduced(&self, mut row: Vec<u64>) -> Option<Vec<u64>> {
        for known in &self.rows {
            let lead = known.iter().position(|value| *value != 0).unwrap();
            let times = row[lead];
            if times != 0 {
                for (value, known) in row.iter_mut().zip(known).skip(lead) {
                    *value = (*value + (PRIME - times) * known) % PRIME;
                }
            }
        }
        let lead = row.iter().position(|value| *value != 0)?;
        let inverse = power(row[lead], PRIME - 2);
        row.iter_mut().for_each(|value| *value = *value * inverse % PRIME);
        Some(row)
    }

    fn learn(&mut self, row: Vec<u64>) {
        if let Some(row) = self.reduced(row) {
            self.rows.push(row);
        }
    }
}

fn power(base: u64, mut by: u64) -> u64 {
    let (mut base, mut power) = (base % PRIME, 1);
    while by > 0 {
        if by & 1 == 1 {
            power = power * base % PRIME;
        }
        base = base * base % PRIME;
        by >>= 1;
    }
    power
}

#[test]
fn no_sum_or_difference_of_what_a_release_tells_is_a_withheld_figure() {
    let everybody = people(7, 40);
    let tallies = [("610902001001", "survey/person/open", 9), ("610902002001", "survey/person/open", 2)];
    let cube = cube_with(snapshot(1, "2016-10-31"), &everybody, &tallies);
    let release = Release::of(&cube, Catalogue::embedded(), 5, None);
    // who could be where: everybody that there is, and each task, in each place
    let codes: Vec<String> = cube_codes().into_iter().chain([String::new()]).collect();
    let indicators: Vec<Indicator> =
        Catalogue::embedded().all().iter().filter(|indicator| !indicator.is_public).copied().collect();
    // of somebody alone the indicators' own definitions say what they add to
    let alone: Vec<Cube> = everybody
        .iter()
        .map(|one| cube_with(snapshot(1, "2016-10-31"), &[One { area: "610900".to_owned(), ..one.clone() }], &[]))
        .chain([cube_with(snapshot(1, "2016-10-31"), &[], &[("610900", "survey/person/open", 1)])])
        .collect();
    let width = alone.len();
    let figure = |cube: &Cube, indicator: Indicator, only: Option<(Dimension, &str)>| {
        let only = only.map(|(dimension, key)| (dimension, vec![key.to_owned()]));
        if only.is_some() && !indicator.is_of_people() {
            return (0, 0);
        }
        // a value that nobody of this one has is none of its snapshot's
        let filter = Filter { only: only.into_iter().collect(), ..Filter::default() };
        let figure = cube.figure(indicator, &filter, &Scope::city()).unwrap();
        (figure.part as i64, figure.whole as i64)
    };
    let mut known = Known { rows: Vec::new() };
    let (mut hidden, mut told_of) = (Vec::new(), 0);
    let mut slices: Vec<Option<(Dimension, String)>> = vec![None];
    for dimension in BY {
        slices.extend(release.values(dimension).iter().map(|value| Some((dimension, value.key.clone()))));
    }
    for slice in &slices {
        let only = slice.as_ref().map(|(dimension, key)| (*dimension, key.as_str()));
        for indicator in &indicators {
            let adds: Vec<(i64, i64)> = alone.iter().map(|cube| figure(cube, *indicator, only)).collect();
            for area in codes.iter().filter(|code| !code.is_empty()) {
                for tree in [Tree::Codes, Tree::Reporting] {
                    let told = match only {
                        None => release.told(*indicator, area, tree),
                        Some((dimension, key)) => release.told_of(*indicator, area, tree, dimension, key),
                    };
                    let Some(told) = told else { continue };
                    let row = |of: fn(&(i64, i64)) -> i64| -> Vec<u64> {
                        let mut row = vec![0; codes.len() * width];
                        for (place, code) in codes.iter().enumerate() {
                            let inside = if code.is_empty() {
                                area == "610900"
                            } else {
                                is_under(code, area, tree == Tree::Codes)
                            };
                            for (at, adds) in adds.iter().enumerate().filter(|_| inside) {
                                row[place * width + at] = of(adds).rem_euclid(PRIME as i64) as u64;
                            }
                        }
                        row
                    };
                    for (value, row) in [(told.part, row(|adds| adds.0)), (told.whole, row(|adds| adds.1))] {
                        told_of += 1;
                        match value {
                            Some(_) => known.learn(row),
                            None => hidden.push((*indicator, area.clone(), slice.clone(), row)),
                        }
                    }
                }
            }
        }
    }
    assert!(hidden.len() > 300 && told_of > hidden.len() + 300, "{} of {told_of}", hidden.len());
    for (indicator, area, slice, row) in hidden {
        if row.iter().all(|value| *value == 0) {
            continue;
        }
        assert!(known.reduced(row).is_some(), "{} of {area}, {slice:?}, can be worked out", indicator.code);
    }
}
