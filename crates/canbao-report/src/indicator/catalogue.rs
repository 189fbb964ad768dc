//! The catalogue of indicators (指标目录): a file that is read once, and stands as long as the program runs.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use serde::Deserialize;

use super::Indicator;
use super::condition::{Condition, is_pattern};
use crate::cube::Dimension;

/// The catalogue that the program carries, as TOML.
pub const EMBEDDED: &str = include_str!("../../standard/indicators.toml");

/// In what an indicator is measured.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Unit {
    /// Counted: 人, 条, 件, 个.
    Count(String),
    /// A share of the denominator.
    Percent,
}

impl Unit {
    /// As it stands behind a figure.
    pub fn chinese(&self) -> &str {
        match self {
            Self::Count(unit) => unit,
            Self::Percent => "%",
        }
    }
}

/// Which way is better; what ranks, praise and reminders follow.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Better {
    /// 越高越好
    High,
    /// 越低越好
    Low,
}

/// What is counted: all its conditions together.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Measure {
    /// People for whom one of these holds.
    pub(crate) people: Vec<Condition>,
    /// Patterns of a snapshot's words.
    pub(crate) tallies: Vec<String>,
}

/// An indicator in words, and what it counts.
#[derive(Debug, PartialEq, Eq)]
pub struct Definition {
    /// The word in addresses and files.
    pub code: String,
    /// The part of the catalogue in which it stands.
    pub group: String,
    /// What a clerk calls it.
    pub name: String,
    /// In what it is measured.
    pub unit: Unit,
    /// The formula, by the names of what it is made of.
    pub formula: String,
    /// Who or what is in the numerator.
    pub numerator: String,
    /// Who or what is in the denominator.
    pub denominator: String,
    /// What the denominator is called beside a figure.
    pub base: String,
    /// The whole of it in sentences, for the page.
    pub meaning: String,
    /// Which way is better; none where neither is.
    pub better: Option<Better>,
    /// Whether it counts nothing that could tell of a person, so that it may be told outside however small it is.
    pub is_public: bool,
    /// The numerator.
    pub(crate) count: Measure,
    /// The denominator.
    pub(crate) of: Measure,
}

impl Definition {
    /// Whether it counts people alone, so that it can be told by any dimension; else by areas only.
    pub fn is_of_people(&self) -> bool {
        self.count.tallies.is_empty() && self.of.tallies.is_empty()
    }

    /// Whether it counts employers alone, so that it can be told by their types.
    pub fn is_of_employers(&self) -> bool {
        let mut tallies = self.count.tallies.iter().chain(&self.of.tallies);
        let is_plain = self.count.people.is_empty() && self.of.people.is_empty() && !self.is_of_people();
        is_plain && tallies.all(|word| word.starts_with("unit/") || word.starts_with("unit-people/"))
    }
}

/// Indicators, in the order in which they are shown.
#[derive(Clone, Debug)]
pub struct Catalogue {
    all: Vec<Indicator>,
}

/// What is wrong with a catalogue, a Chinese sentence.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct CatalogueError(String);

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    #[serde(default)]
    indicator: Vec<Written>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Written {
    code: String,
    group: String,
    name: String,
    unit: String,
    formula: String,
    numerator: String,
    denominator: String,
    base: String,
    meaning: String,
    better: Option<Better>,
    #[serde(default)]
    public: bool,
    count: Vec<Part>,
    of: Vec<Part>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Part {
    people: Option<BTreeMap<String, Vec<String>>>,
    #[serde(default)]
    without: BTreeMap<String, Vec<String>>,
    #[serde(default)]
    everybody: bool,
    tally: Option<Vec<String>>,
}

impl Catalogue {
    /// The catalogue that the program carries.
    pub fn embedded() -> &'static Self {
        static CATALOGUE: LazyLock<Catalogue> = LazyLock::new(|| Catalogue { all: read(EMBEDDED).unwrap_or_default() });
        &CATALOGUE
    }

    /// The program's catalogue with a city's own over it: the same code takes the other's place, a new one comes last. What is
    /// read stays in memory as long as the program runs, for figures point to it: read once.
    ///
    /// # Errors
    /// A sentence that names the indicator: not TOML, a dimension or value that is none, a code twice.
    pub fn with(text: &str) -> Result<Self, CatalogueError> {
        let mut all = Self::embedded().all.clone();
        for indicator in read(text)? {
            match all.iter().position(|known| known.code == indicator.code) {
                Some(at) => {
                    all.splice(at..=at, [indicator]);
                }
                None => all.push(indicator),
            }
        }
        Ok(Self { all })
    }

    /// All of them.
    pub fn all(&self) -> &[Indicator] {
        &self.all
    }

    /// The indicator of a word in addresses.
    pub fn find(&self, code: &str) -> Option<Indicator> {
        self.all.iter().find(|indicator| indicator.code == code).copied()
    }

    /// Several, in the order in which they are named; a code that is none is left out, and the program's own are always there.
    pub fn some<const N: usize>(&self, codes: [&str; N]) -> Vec<Indicator> {
        codes.iter().filter_map(|code| self.find(code)).collect()
    }

    /// The parts of the catalogue with their indicators, in order.
    pub fn groups(&self) -> Vec<(&'static str, Vec<Indicator>)> {
        let mut groups: Vec<(&'static str, Vec<Indicator>)> = Vec::new();
        for indicator in &self.all {
            let name = indicator.0.group.as_str();
            match groups.iter_mut().find(|(known, _)| *known == name) {
                Some((_, all)) => all.push(*indicator),
                None => groups.push((name, vec![*indicator])),
            }
        }
        groups
    }
}

fn read(text: &str) -> Result<Vec<Indicator>, CatalogueError> {
    let file: File = toml::from_str(text).map_err(|error| {
        let before = error.span().and_then(|span| text.get(..span.start)).unwrap_or_default();
        let line = before.matches('\n').count() + 1;
        CatalogueError(format!("指标目录第 {line} 行写法不对：{}", error.message()))
    })?;
    let mut all: Vec<Indicator> = Vec::new();
    for written in file.indicator {
        let wrong = |what: &str| CatalogueError(format!("指标目录里的“{}”：{what}", written.code));
        let plain = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
        if written.code.is_empty() || written.code.len() > 40 || !written.code.chars().all(plain) {
            return Err(wrong("code 只能用小写字母、数字和 -，最多 40 个"));
        }
        if all.iter().any(|known| known.code == written.code) {
            return Err(wrong("code 与前面的重复"));
        }
        let words = [&written.group, &written.name, &written.unit, &written.formula, &written.numerator];
        let more = [&written.denominator, &written.base, &written.meaning];
        if words.into_iter().chain(more).any(|text| text.trim().is_empty()) {
            return Err(wrong("group、name、unit、formula、numerator、denominator、base、meaning 都要写"));
        }
        let (count, of) = (measure(written.count, &wrong)?, measure(written.of, &wrong)?);
        if written.public && !(count.people.is_empty() && of.people.is_empty()) {
            return Err(wrong("数人的指标不能写 public = true"));
        }
        // it stands as long as the program runs
        all.push(Indicator(Box::leak(Box::new(Definition {
            unit: if written.unit == "%" { Unit::Percent } else { Unit::Count(written.unit) },
            code: written.code,
            group: written.group,
            name: written.name,
            formula: written.formula,
            numerator: written.numerator,
            denominator: written.denominator,
            base: written.base,
            meaning: written.meaning,
            better: written.better,
            is_public: written.public,
            count,
            of,
        }))));
    }
    Ok(all)
}

fn measure(parts: Vec<Part>, wrong: &dyn Fn(&str) -> CatalogueError) -> Result<Measure, CatalogueError> {
    let mut measure = Measure::default();
    if parts.is_empty() {
        return Err(wrong("count 和 of 都要有条件"));
    }
    for part in parts {
        match part {
            Part { people: Some(people), tally: None, without, everybody } => {
                let (only, without) = (keys(people, wrong)?, keys(without, wrong)?);
                measure.people.push(Condition { only, without, everybody });
            }
            Part { people: None, tally: Some(patterns), without, everybody: false } if without.is_empty() => {
                if let Some(pattern) = patterns.iter().find(|pattern| !is_pattern(pattern)) {
                    return Err(wrong(&format!("没有叫“{pattern}”的计数")));
                }
                measure.tallies.extend(patterns);
            }
            _ => return Err(wrong("一个条件写 people 或者 tally，不能都写或都不写")),
        }
    }
    Ok(measure)
}

/// Dimensions with values that they can have.
fn keys(
    written: BTreeMap<String, Vec<String>>,
    wrong: &dyn Fn(&str) -> CatalogueError,
) -> Result<Vec<(Dimension, Vec<String>)>, CatalogueError> {
    let mut found = Vec::new();
    for (word, keys) in written {
        let dimension = Dimension::from_word(&word).ok().filter(|dimension| dimension.is_of_people());
        let dimension = dimension.ok_or_else(|| wrong(&format!("没有叫“{word}”的分类")))?;
        if let Some(key) = keys.iter().find(|key| dimension.knows(key) == Some(false)) {
            return Err(wrong(&format!("“{word}”里没有“{key}”这一项")));
        }
        found.push((dimension, keys));
    }
    Ok(found)
}
