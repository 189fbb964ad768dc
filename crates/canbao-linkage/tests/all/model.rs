//! The model on people whose damage is known: it finds the shares that were put in, and its probabilities are kept.

use canbao_domain::Sex;
use canbao_domain::date::Date;
use canbao_domain::number::{CitizenNumber, NumberText};
use canbao_linkage::hash;
use canbao_linkage::model::agreement::NumberClass;
use canbao_linkage::model::coverage::{Coverage, pattern};
use canbao_linkage::model::judge::{Model, by_record};
use canbao_linkage::model::record::{Claim, Owner, Profile, ProfileRow, Record};
use canbao_linkage::names;

/// A generator of numbers that needs no crate: the same in every run.
struct Dice(u64);

impl Dice {
    fn below(&mut self, bound: u64) -> u64 {
        self.0 = hash::mix(self.0, 0x5DEE_CE66);
        (self.0 >> 16) % bound
    }
}

const SURNAMES: [char; 6] = ['王', '李', '张', '刘', '陈', '杨'];
const GIVEN: [char; 12] = ['伟', '芳', '娜', '强', '敏', '静', '军', '磊', '洋', '艳', '勇', '杰'];

fn person(dice: &mut Dice) -> (CitizenNumber, String) {
    let number = loop {
        let (year, month, day) = (1930 + dice.below(80), 1 + dice.below(12), 1 + dice.below(28));
        let birth = year * 10_000 + month * 100 + day;
        let body = (612_400 + dice.below(10)) * 100_000_000_000 + birth * 1_000 + dice.below(1_000);
        if let Some(number) = CitizenNumber::from_body(body) {
            break number;
        }
    };
    let mut name = String::new();
    name.push(SURNAMES[dice.below(6) as usize]);
    name.push(GIVEN[dice.below(12) as usize]);
    name.push(GIVEN[dice.below(12) as usize]);
    (number, name)
}

fn profile((number, name): &(CitizenNumber, String)) -> Profile {
    let row = ProfileRow {
        kind: 9,
        name: name.as_str().into(),
        name_hash: hash::text(name),
        sound: names::sound(name),
        birth: Some(number.birth()),
        sex: number.sex(),
        area: 0,
        household: 0,
        unit: 0,
        phone: 0,
    };
    Profile { number: Some(*number), text: None, rows: vec![row], pattern: pattern(1 << 9, 2, 0) }
}

/// One wrong digit in six of ten, two neighbours swapped in three, a wrong check character in one.
fn damaged(number: CitizenNumber, dice: &mut Dice) -> (NumberClass, [u8; 18]) {
    loop {
        let mut text = number.bytes();
        let class = match dice.below(10) {
            0..6 => {
                let at = dice.below(17) as usize;
                text[at] = b'0' + (text[at] - b'0' + 1 + dice.below(9) as u8) % 10;
                NumberClass::OneDigit
            }
            6..9 => {
                let at = dice.below(16) as usize;
                text.swap(at, at + 1);
                NumberClass::Swap
            }
            _ => {
                text[17] = b'0' + dice.below(10) as u8;
                NumberClass::CheckOnly
            }
        };
        if text != number.bytes() && CitizenNumber::parse(&text).is_none() {
            return (class, text);
        }
    }
}

fn record(text: &[u8], name: &str, birth: Option<Date>, sex: Sex) -> Record {
    Record {
        kind: 1,
        claim: Claim::Damaged,
        number: None,
        text: NumberText::new(text),
        name: name.into(),
        name_hash: hash::text(name),
        sound: names::sound(name),
        birth,
        sex,
        area: 0,
        household: 0,
        unit: 0,
        phone: 0,
        owner: Owner::default(),
    }
}

struct World {
    model: Model,
    records: Vec<Record>,
    truth: Vec<usize>,
    profiles: Vec<Profile>,
    classes: [usize; 3],
}

/// People, and a damaged row of every third; of every twentieth row the person is not known.
fn world() -> World {
    let mut dice = Dice(7);
    let people: Vec<_> = (0..6_000).map(|_| person(&mut dice)).collect();
    let profiles: Vec<Profile> = people.iter().map(profile).collect();
    let mut model = Model::default();
    for (number, name) in &people {
        model.frequencies.count_person(Some(number.birth()), 0, number.area());
        *model.frequencies.names.entry(hash::text(name)).or_insert(0) += 1;
        *model.frequencies.sounds.entry(names::sound(name)).or_insert(0) += 1;
    }
    let mut coverage = Coverage::default();
    coverage.count(pattern(1 << 9, 2, 0), 6_000);
    coverage.count(pattern(1 << 9 | 1 << 1, 2, 0), 30_000);
    coverage.count_rows(1, 30_000, 2_000);
    coverage.settle();
    model.coverage = coverage;
    let (mut records, mut truth, mut classes) = (Vec::new(), Vec::new(), [0; 3]);
    for (at, (number, name)) in people.iter().enumerate().step_by(3) {
        let stranger = at % 60 == 0;
        let (number, name) = if stranger { person(&mut dice) } else { (*number, name.clone()) };
        let (class, text) = damaged(number, &mut dice);
        if !stranger {
            classes[match class {
                NumberClass::OneDigit => 0,
                NumberClass::Swap => 1,
                _ => 2,
            }] += 1;
        }
        records.push(record(&text, &name, Some(number.birth()), number.sex()));
        truth.push(if stranger { usize::MAX } else { at });
    }
    World { model, records, truth, profiles, classes }
}

/// Everybody of the same name, and everybody born on the same day, is a candidate.
fn fitted() -> (World, Vec<canbao_linkage::model::judge::Pair>) {
    let mut w = world();
    let mut pairs = Vec::new();
    for (r, record) in (0u32..).zip(&w.records) {
        for (p, profile) in (0u32..).zip(&w.profiles) {
            let row = &profile.rows[0];
            if row.name_hash == record.name_hash || row.birth == record.birth {
                pairs.push(w.model.pair((r, record), (p, profile)));
            }
        }
    }
    w.model.fit(&w.records, &pairs, 6, 0.0);
    (w, pairs)
}

#[test]
fn shares_of_damage_are_found_again() {
    let (w, _) = fitted();
    let total: usize = w.classes.iter().sum();
    for (class, count) in [NumberClass::OneDigit, NumberClass::Swap, NumberClass::CheckOnly].into_iter().zip(w.classes)
    {
        let (found, put_in) = (w.model.parameters.number(Claim::Damaged as u8, class), count as f64 / total as f64);
        assert!((found - put_in).abs() < 0.02, "{class:?}: found {found:.3}, put in {put_in:.3}");
    }
    let strangers = w.truth.iter().filter(|t| **t == usize::MAX).count() as f64 / w.truth.len() as f64;
    let odds = w.model.parameters.none_odds(Claim::Damaged as u8, 1);
    assert!((odds / (1.0 + odds) - strangers).abs() < 0.02, "unknown people: odds {odds:.4}, share {strangers:.4}");
}

#[test]
fn accepted_links_are_right_and_strangers_stay_strangers() {
    let (w, pairs) = fitted();
    let (mut right, mut wrong, mut missed, mut known) = (0, 0, 0, 0);
    for ((record, group), truth) in by_record(&w.records, &pairs).zip(&w.truth) {
        let verdict = w.model.verdict(record, group);
        let sum: f64 = verdict.candidates.iter().sum::<f64>() + verdict.other;
        assert!((sum - 1.0).abs() < 1e-9);
        let best = group.iter().zip(&verdict.candidates).max_by(|a, b| a.1.total_cmp(b.1)).filter(|(_, p)| **p >= 0.99);
        known += usize::from(*truth != usize::MAX);
        match best {
            Some((pair, _)) if pair.profile as usize == *truth => right += 1,
            Some(_) => wrong += 1,
            None => missed += usize::from(*truth != usize::MAX),
        }
    }
    assert!(wrong * 500 <= right, "{right} right, {wrong} wrong");
    assert!(missed * 200 <= known, "{missed} of {known} missed");
}
