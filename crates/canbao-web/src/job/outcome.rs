//! What came of a comparison, as it is kept (JSON), and what is conspicuous in it against the one before.

use std::collections::BTreeMap;

use canbao_domain::standard::Standard;
use canbao_registry::apply::{Applied, Balance};
use canbao_run::{AreaCounts, SourceCounts, Summary};
use serde::{Deserialize, Serialize};

use crate::say;

/// What came of a comparison.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub(crate) struct Outcome {
    pub(crate) as_of: String,
    /// By the source's name.
    pub(crate) sources: BTreeMap<String, SourceCounts>,
    /// The city and its counties, by code.
    pub(crate) areas: BTreeMap<String, AreaCounts>,
    /// By kind.
    pub(crate) findings: BTreeMap<String, i64>,
    /// By category.
    pub(crate) units: BTreeMap<String, i64>,
    pub(crate) seconds: f64,
    /// What the record would become.
    pub(crate) trial: Option<Trial>,
    /// Why that cannot be told.
    pub(crate) untried: String,
}

/// What an apply does or would do, in people.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub(crate) struct Trial {
    pub(crate) as_of: String,
    /// Of an apply that was made: the revision; 0 where nothing changed.
    pub(crate) revision: i64,
    pub(crate) new: i64,
    pub(crate) changed: i64,
    pub(crate) ended: i64,
    pub(crate) untouched: i64,
    pub(crate) contested: i64,
    pub(crate) rules_changed: bool,
}

impl Trial {
    /// Of an apply that the record shows.
    pub(super) fn of(applied: &Applied) -> Self {
        let Balance { new, changed, ended, untouched, contested, .. } = applied.balance;
        let count = |people: u64| i64::try_from(people).unwrap_or(i64::MAX);
        Self {
            as_of: applied.as_of.clone(),
            revision: applied.revision,
            new: count(new),
            changed: count(changed),
            ended: count(ended),
            untouched: count(untouched),
            contested: count(contested),
            rules_changed: false,
        }
    }

    pub(super) fn json(&self) -> String {
        serde_json::to_string(self).unwrap_or_default()
    }

    /// Of what a child told; nothing where it told nothing.
    pub(crate) fn read(text: &str) -> Self {
        serde_json::from_str(text).unwrap_or_default()
    }
}

/// What a kind of finding is called.
pub(crate) fn finding_name(kind: &str) -> String {
    named("finding_kinds", kind)
}

/// What a category of employers is called.
pub(crate) fn unit_name(word: &str) -> String {
    named("unit_categories", word)
}

fn named(table: &str, code: &str) -> String {
    let entry = Standard::embedded().table(table).and_then(|table| table.get(code));
    entry.map_or_else(|| code.to_owned(), |entry| entry.name().to_owned())
}

impl Outcome {
    pub(crate) fn read(text: &str) -> Self {
        serde_json::from_str(text).unwrap_or_default()
    }

    pub(crate) fn json(&self) -> String {
        serde_json::to_string(self).unwrap_or_default()
    }

    pub(super) fn of(summary: Summary) -> Self {
        let seconds = summary.stages.iter().map(|stage| stage.seconds).sum();
        let areas = summary.areas.into_iter().filter(|(code, _)| code.len() <= 6).collect();
        Self {
            as_of: summary.as_of,
            sources: summary.sources,
            areas,
            findings: summary.findings,
            units: summary.units,
            seconds,
            ..Self::default()
        }
    }

    /// What differs from the comparison before by more than a month explains: sentences. `title` names sources, `finding`
    /// kinds of findings, `area` areas.
    pub(crate) fn conspicuous(
        &self,
        before: Option<&Self>,
        title: impl Fn(&str) -> String,
        finding: impl Fn(&str) -> String,
        area: impl Fn(&str) -> String,
    ) -> Vec<String> {
        let mut told = Vec::new();
        for (name, counts) in &self.sources {
            if counts.rejected > 0 && counts.rejected * 100 >= counts.rows {
                told.push(format!(
                    "{}有 {} 行读不出（{}）",
                    title(name),
                    say::count(counts.rejected),
                    say::share(counts.rejected, counts.rows)
                ));
            }
            if counts.unresolved * 20 >= counts.rows && counts.unresolved > 0 {
                told.push(format!(
                    "{}有 {} 行认不出是谁（{}）",
                    title(name),
                    say::count(counts.unresolved),
                    say::share(counts.unresolved, counts.rows)
                ));
            }
        }
        let Some(before) = before else { return told };
        for (name, counts) in &self.sources {
            let Some(then) = before.sources.get(name) else {
                told.push(format!("{}上次没有，这次有", title(name)));
                continue;
            };
            told.extend(change(&title(name), "行", then.rows, counts.rows, 10, 1));
        }
        for name in before.sources.keys().filter(|name| !self.sources.contains_key(*name)) {
            told.push(format!("{}上次有，这次没有", title(name)));
        }
        for (code, counts) in &self.areas {
            let Some(then) = before.areas.get(code) else { continue };
            told.extend(change(&format!("{}应登记人口", area(code)), "人", then.population, counts.population, 2, 50));
            told.extend(change(&format!("{}未参保", area(code)), "人", then.uninsured, counts.uninsured, 20, 50));
            told.extend(change(&format!("{}信息不全", area(code)), "人", then.information, counts.information, 20, 50));
        }
        for (kind, lines) in &self.findings {
            let then = before.findings.get(kind).copied().unwrap_or(0);
            told.extend(change(&format!("问题“{}”", finding(kind)), "条", then, *lines, 20, 50));
        }
        told
    }
}

/// A sentence where something changed by so many percent and so many at least.
fn change(what: &str, unit: &str, then: i64, now: i64, percent: i64, least: i64) -> Option<String> {
    let by = now - then;
    if by.abs() < least || by.abs() * 100 < then * percent || by == 0 {
        return None;
    }
    let word = if by > 0 { "多" } else { "少" };
    Some(format!(
        "{what}{word}了 {} {unit}（上次 {}，这次 {}）",
        say::count(by.abs()),
        say::count(then),
        say::count(now)
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_differs_much_is_told_and_what_differs_little_is_not() {
        let mut before = Outcome::default();
        let rows =
            |rows, unresolved| SourceCounts { rows, exact: rows - unresolved, unresolved, ..SourceCounts::default() };
        before.sources = [("a".to_owned(), rows(1000, 0)), ("gone".to_owned(), rows(5, 0))].into();
        before.areas =
            [("610902".to_owned(), AreaCounts { population: 10_000, uninsured: 100, ..AreaCounts::default() })].into();
        before.findings = [("duplicate-pension".to_owned(), 500)].into();
        let mut now = before.clone();
        assert!(now.conspicuous(Some(&before), str::to_owned, str::to_owned, str::to_owned).is_empty());
        now.sources = [("a".to_owned(), rows(890, 100)), ("new".to_owned(), rows(5, 0))].into();
        now.areas =
            [("610902".to_owned(), AreaCounts { population: 9_900, uninsured: 149, ..AreaCounts::default() })].into();
        now.findings = [("duplicate-pension".to_owned(), 650)].into();
        let told = now.conspicuous(Some(&before), str::to_owned, str::to_owned, str::to_owned);
        let expected = [
            "a有 100 行认不出是谁（11.2 %）",
            "a少了 110 行（上次 1,000，这次 890）",
            "new上次没有，这次有",
            "gone上次有，这次没有",
            "问题“duplicate-pension”多了 150 条（上次 500，这次 650）",
        ];
        assert_eq!(told, expected);
    }
}
