//! Whose each row is.

use std::collections::{BTreeMap, BTreeSet};

use super::{POPULATION, READABLE};
use crate::support::city::{Compared, big};
use crate::support::score::Score;

#[test]
fn every_row_is_in_the_links_once() {
    let city = big();
    let (truth, links) = (city.truth("rows"), city.table("links"));
    let truth: BTreeSet<_> = truth.by_source_row().into_keys().collect();
    let people = links.by_source_row();
    let missing = truth.iter().filter(|key| !people.contains_key(*key)).count();
    assert_eq!(missing, 0, "rows lost");
    assert_eq!(people.len(), truth.len(), "rows invented");
}

#[test]
fn rows_count_on_over_the_lines_of_their_file() {
    let links = big().table("links");
    let mut last = BTreeMap::new();
    for ((source, row), link) in links.by_source_row() {
        let place = (link.text("file"), link.get("sheet"), link.int("line"));
        if let Some((before, line)) = last.insert(source, (row, place)) {
            assert_eq!(row, before + 1, "{source} skips a row");
            let same_part = (line.0, line.1) == (place.0, place.1);
            assert!(!same_part || line.2 < place.2, "{source} row {row} stands before the row before it");
        } else {
            assert_eq!(row, 1, "{source} does not begin with row 1");
        }
    }
}

#[test]
fn links_are_right_and_found() {
    let (all, damaged) = links_score(big());
    assert!(all.precision() >= 0.9999 && all.recall() >= 0.9998, "links: {all}");
    assert!(damaged.precision() >= 0.998 && damaged.recall() >= 0.996, "damaged: {damaged}");
}

/// Of the rows that are not a population file's: all of them, and those whose number cannot be read.
fn links_score(city: &Compared) -> (Score, Score) {
    let (truth, links) = (city.truth("rows"), city.table("links"));
    let links = links.by_source_row();
    let (mut all, mut damaged) = (Score::default(), Score::default());
    for ((source, row), truth) in truth.by_source_row() {
        if POPULATION.contains(&source) {
            continue;
        }
        let (wanted, got) = (truth.get("person_id"), links[&(source, row)].get("person_id"));
        let mut scores = vec![&mut all];
        if !READABLE.contains(&truth.text("damage")) {
            scores.push(&mut damaged);
        }
        for score in scores {
            let right = got.is_some() && got == wanted;
            score.right += usize::from(right);
            score.wrong += usize::from(got.is_some() && !right);
            score.missed += usize::from(wanted.is_some() && !right);
        }
    }
    (all, damaged)
}

#[test]
fn what_is_linked_says_how_surely_and_why() {
    let links = big().table("links");
    for link in links.rows() {
        let method = link.text("method");
        let known = link.get("person_key").is_some();
        let unknown = matches!(method, "unresolved" | "rejected");
        // a row of a population file that nobody can link is a person all the same, without a number
        let own = method == "unresolved" && POPULATION.contains(&link.text("source"));
        assert_eq!(known, !unknown || own, "{method}");
        assert!(!own || link.get("person_id").is_none(), "an unresolved row has a number");
        if let Some(confidence) = link.get("confidence") {
            let confidence: f64 = confidence.parse().unwrap();
            assert!((0.0..=1.0).contains(&confidence), "{method} {confidence}");
            assert!(unknown || confidence >= 0.99, "{method} {confidence}");
        } else {
            assert!(unknown, "{method} without a confidence");
        }
        assert!(unknown || !link.text("evidence").is_empty(), "{method} without evidence");
    }
}

#[test]
fn confidence_is_no_higher_than_it_deserves() {
    let city = big();
    let (truth, links) = (city.truth("rows"), city.table("links"));
    let links = links.by_source_row();
    let mut bands = [(0.99, 0.995), (0.995, 0.999), (0.999, 0.9999), (0.9999, 1.01)].map(|band| (band, 0.0, 0.0));
    for ((source, row), truth) in truth.by_source_row() {
        let link = links[&(source, row)];
        let (Some(found), Some(confidence)) = (link.get("person_id"), link.get("confidence")) else {
            continue;
        };
        let confidence: f64 = confidence.parse().unwrap();
        for ((low, high), given, right) in &mut bands {
            if (*low..*high).contains(&confidence) {
                *given += 1.0;
                *right += f64::from(truth.get("person_id") == Some(found));
            }
        }
    }
    for ((low, _), given, right) in bands {
        // three standard deviations of what the band's lower end lets expect, and one row
        let slack = 3.0 * f64::sqrt(given * low * (1.0 - low)) + 1.0;
        assert!(right >= given * low - slack, "of {given} links given {low} or more, {right} are right");
    }
}
