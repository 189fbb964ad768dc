//! What is implausible in forms that were handed in (异常情况): the same telephone for many, visits faster than can be, one
//! outcome for all, ages that don't fit.

use std::collections::{BTreeMap, BTreeSet};

use canbao_registry::day_of;
use canbao_registry::survey::Subject;
use serde_json::Value as Json;

use crate::Keeper;
use crate::form::Level;

/// Something implausible of one collector.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Odd {
    /// The collector's login.
    pub collector: String,
    /// What is implausible, a sentence without personal data.
    pub says: String,
    /// The keys of the tasks, in the order in which they were handed in.
    pub marks: Vec<String>,
}

/// People with one telephone number, from which on it is told.
const SHARED: usize = 5;
/// Forms within [`QUICK_MS`], from which on it is told.
const QUICK: usize = 10;
/// Ten minutes.
const QUICK_MS: i64 = 600_000;
/// Forms of one collector, from which on one outcome for (nearly) all of them is told.
const MANY: usize = 30;

/// Looks through forms that were handed in.
pub fn find(subjects: &[Subject], keeper: &Keeper<'_>) -> Vec<Odd> {
    let mut by_collector: BTreeMap<&str, Vec<&Subject>> = BTreeMap::new();
    for subject in subjects {
        if let Some(collector) = subject.task.submitted_by.as_deref() {
            by_collector.entry(collector).or_default().push(subject);
        }
    }
    let mut odds = Vec::new();
    for (collector, mut subjects) in by_collector {
        subjects.sort_by_key(|subject| (began(subject), subject.task.id));
        let mut tell = |says: String, of: &[&Subject]| {
            let marks = of.iter().map(|subject| subject.task.mark.clone()).collect();
            odds.push(Odd { collector: collector.to_owned(), says, marks });
        };
        for of in phones(&subjects) {
            tell(format!("同一个电话填给了 {} 个人", of.len()), &of);
        }
        for of in quick(&subjects) {
            tell(
                format!(
                    "{} 一次 10 分钟里做了 {} 份",
                    of.first().map(|one| day_of(began(one)).to_string()).unwrap_or_default(),
                    of.len()
                ),
                &of,
            );
        }
        if let Some((code, of)) = one_outcome(&subjects) {
            let name = keeper.forms.get("person").map_or_else(|| code.clone(), |form| form.named("outcome", &code));
            tell(format!("{} 份里 {} 份的结果都是“{name}”", subjects.len(), of.len()), &of);
        }
        let aged: Vec<&Subject> = subjects.iter().copied().filter(|subject| is_aged(subject, keeper)).collect();
        if aged.len() >= 3 {
            tell(format!("{} 份的年龄与“现在做什么”不合", aged.len()), &aged);
        }
    }
    odds
}

/// When a form was begun: the first answer or attempt, by the clock of whoever did it.
fn began(subject: &Subject) -> i64 {
    let answered =
        subject.value("outcome").is_some().then(|| subject.heads.get("outcome")?.first().map(|head| head.at)).flatten();
    let visited = subject.visits.last().map(|visit| visit.at);
    visited.or(answered).or(subject.task.submitted_at).unwrap_or_default()
}

/// People to whom one telephone was given.
fn phones<'a>(subjects: &[&'a Subject]) -> Vec<Vec<&'a Subject>> {
    let mut by_phone: BTreeMap<String, Vec<&Subject>> = BTreeMap::new();
    for subject in subjects {
        let phone = subject.value("phone").and_then(Json::as_str).unwrap_or_default();
        let digits: String = phone.chars().filter(char::is_ascii_digit).collect();
        if !digits.is_empty() {
            by_phone.entry(digits).or_default().push(subject);
        }
    }
    // a family shares a telephone
    let families = |of: &Vec<&Subject>| of.iter().map(|one| one.task.household).collect::<BTreeSet<_>>().len();
    by_phone.into_values().filter(|of| of.len() >= SHARED && families(of) > 1).collect()
}

/// Stretches in which more was done than can be.
fn quick<'a>(subjects: &[&'a Subject]) -> Vec<Vec<&'a Subject>> {
    let mut found = Vec::new();
    let mut from = 0;
    while let Some(first) = subjects.get(from) {
        let until = began(first) + QUICK_MS;
        let within: Vec<&Subject> = subjects.iter().skip(from).copied().take_while(|one| began(one) < until).collect();
        let homes = within.iter().map(|one| one.task.household).collect::<BTreeSet<_>>().len();
        if within.len() >= QUICK
            && homes > QUICK / 2
            && first.heads.values().flatten().any(|head| !head.device.is_empty())
        {
            from += within.len();
            found.push(within);
        } else {
            from += 1;
        }
    }
    found
}

/// One outcome for nineteen of twenty.
fn one_outcome<'a>(subjects: &[&'a Subject]) -> Option<(String, Vec<&'a Subject>)> {
    if subjects.len() < MANY {
        return None;
    }
    let mut by_outcome: BTreeMap<&str, Vec<&Subject>> = BTreeMap::new();
    for subject in subjects {
        by_outcome.entry(&subject.task.outcome).or_default().push(subject);
    }
    let (code, of) = by_outcome.into_iter().max_by_key(|(_, of)| of.len())?;
    // to have met everybody is what is wished
    (of.len() * 20 >= subjects.len() * 19 && code != "11").then(|| (code.to_owned(), of))
}

/// Whether what somebody does is not of their age.
fn is_aged(subject: &Subject, keeper: &Keeper<'_>) -> bool {
    keeper.verdict(subject).faults.iter().any(|fault| fault.item == "work" && fault.level == Level::Verify)
}
