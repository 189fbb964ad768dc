//! The rule file: read, checked as a whole, and made into [`Rules`].

use serde::Deserialize;

use super::population::COMBINATIONS;
use super::rule::{Required, UnitRules};
use super::{Item, ItemSet, PersonLife, Population, PopulationRows, PopulationState, Rules, SchemeSet};
use crate::code::{Benefit, Life, Status};
use crate::date::Date;
use crate::source::{Insurance, SourceKind};
use crate::standard;

/// What is wrong with a rule file. The message is a Chinese sentence; [`RulesError::hint`] says what to do.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum RulesError {
    /// Not TOML, a key missing, or a key that is none.
    #[error("规则文件第{line}行读不懂：{message}。")]
    Toml {
        /// 1-based line.
        line: usize,
        /// What the reader says, in English.
        message: String,
    },
    /// A word that names nothing.
    #[error("规则文件的{key}里有不认识的词“{word}”。")]
    Word {
        /// The key where it stands.
        key: &'static str,
        /// The word.
        word: String,
        /// The words that are known.
        known: String,
    },
    /// A date that is none.
    #[error("规则文件的{key}“{text}”不是日期。")]
    Date {
        /// The key where it stands.
        key: &'static str,
        /// What is written.
        text: String,
    },
    /// Rules that contradict each other, or leave a case open.
    #[error("规则文件自相矛盾或不完整：{what}。")]
    Unsound {
        /// What is wrong, in Chinese.
        what: String,
        /// What to do, in Chinese.
        hint: &'static str,
    },
}

impl RulesError {
    /// What to do.
    pub fn hint(&self) -> String {
        match self {
            Self::Toml { .. } => "请对照随程序提供的 rules.toml 改正这一行。".to_owned(),
            Self::Word { known, .. } => format!("可用的词：{known}。"),
            Self::Date { .. } => "请写成 \"2016-01-01\" 的样子。".to_owned(),
            Self::Unsound { hint, .. } => (*hint).to_owned(),
        }
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    title: String,
    valid_from: String,
    valid_to: Option<String>,
    required: Vec<RequiredFile>,
    states: StatesFile,
    schemes: SchemesFile,
    exclusive: Vec<ExclusiveFile>,
    items: ItemsFile,
    population: Vec<PopulationFile>,
    fill: FillFile,
    assisted: AssistedFile,
    units: UnitsFile,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RequiredFile {
    insurance: String,
    from_age: u8,
    below_age: Option<u8>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct StatesFile {
    live: Vec<String>,
    live_benefit: Vec<String>,
    suspended: Vec<String>,
    suspended_benefit: Vec<String>,
    ended: Vec<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct SchemesFile {
    pension: Vec<String>,
    medical: Vec<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ExclusiveFile {
    schemes: Vec<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ItemsFile {
    population: Vec<String>,
    insurance: Vec<String>,
    elsewhere: Vec<String>,
    aid: Vec<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct PopulationFile {
    of: Vec<String>,
    state: Vec<String>,
    life: String,
    population: Option<String>,
    #[serde(default)]
    unclear: bool,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct FillFile {
    order: Vec<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct AssistedFile {
    kinds: Vec<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct UnitsFile {
    register_kinds: Vec<u8>,
    registration_numbers: bool,
    exempt_types: Vec<String>,
}

impl Rules {
    /// Reads a rule file (TOML text, laid out as `standard/rules.toml`).
    ///
    /// # Errors
    /// Where the text is no such file, a word is unknown, or the rules contradict each other or leave a case open.
    pub fn parse(toml: &str) -> Result<Self, RulesError> {
        let file: File = toml::from_str(toml).map_err(|error| RulesError::Toml {
            line: error.span().map_or(1, |span| 1 + toml.get(..span.start).unwrap_or_default().matches('\n').count()),
            message: error.message().trim_end_matches('.').to_owned(),
        })?;
        let (pension, medical) =
            (kinds("schemes.pension", &file.schemes.pension)?, kinds("schemes.medical", &file.schemes.medical)?);
        let rules = Self {
            title: file.title,
            valid_from: date("valid_from", &file.valid_from)?,
            valid_to: file.valid_to.as_deref().map(|text| date("valid_to", text)).transpose()?,
            required: file.required.iter().map(required).collect::<Result<_, _>>()?,
            live: statuses("states.live", &file.states.live)?,
            live_benefit: benefits("states.live_benefit", &file.states.live_benefit)?,
            suspended: statuses("states.suspended", &file.states.suspended)?,
            suspended_benefit: benefits("states.suspended_benefit", &file.states.suspended_benefit)?,
            ended: statuses("states.ended", &file.states.ended)?,
            pension_set: pension.iter().copied().collect(),
            medical_set: medical.iter().copied().collect(),
            pension,
            medical,
            exclusive: file
                .exclusive
                .iter()
                .map(|set| Ok(kinds("exclusive.schemes", &set.schemes)?.into_iter().collect()))
                .collect::<Result<_, RulesError>>()?,
            items: items_by_kind(&file.items)?,
            items_of_person: items("items.population", &file.items.population)?
                | items("items.insurance", &file.items.insurance)?,
            population: population(&file.population)?,
            fill_order: kinds("fill.order", &file.fill.order)?,
            assisted: kinds("assisted.kinds", &file.assisted.kinds)?.into_iter().collect(),
            units: UnitRules {
                register_kinds: file.units.register_kinds,
                registration_numbers: file.units.registration_numbers,
                exempt_types: file.units.exempt_types.iter().map(|text| standard::fold(text)).collect(),
            },
        };
        rules.check()?;
        Ok(rules)
    }

    /// What must hold between the rules.
    fn check(&self) -> Result<(), RulesError> {
        let unsound = |what: String, hint| Err(RulesError::Unsound { what, hint });
        if self.valid_to.is_some_and(|last| last < self.valid_from) {
            return unsound("valid_to 早于 valid_from".to_owned(), "请改正其中一个日期。");
        }
        for (set, insurance) in [(&self.pension, Insurance::Pension), (&self.medical, Insurance::Medical)] {
            if let Some(kind) = set.iter().find(|kind| kind.insurance() != Some(insurance)) {
                let what = format!("schemes.{} 里的 {kind} 不是{}", insurance.as_str(), insurance.chinese());
                return unsound(what, "每个险种只能列在自己的保险下面。");
            }
        }
        for exclusive in &self.exclusive {
            let insurances: Vec<_> = exclusive.iter().map(SourceKind::insurance).collect();
            if insurances.iter().any(|insurance| insurance.is_none() || Some(insurance) != insurances.first()) {
                let what = "互斥的险种不属于同一种保险".to_owned();
                return unsound(what, "exclusive.schemes 只能列同一种保险的险种，养老和医疗同时参加不是重复。");
            }
        }
        if self.live.contains(&Status::Unknown) || self.live_benefit.contains(&Benefit::Unknown) {
            return unsound("不认识的状态被当作参保".to_owned(), "从 live 和 live_benefit 里删去 \"unknown\"。");
        }
        let states = [&self.live, &self.suspended, &self.ended];
        if let Some(twice) =
            Status::ALL.iter().find(|status| states.iter().filter(|set| set.contains(status)).count() > 1)
        {
            let what = format!("状态“{}”列在两处", word_of(*twice));
            return unsound(what, "live、suspended、ended 三处，每个状态只能列一次。");
        }
        for (at, rule) in self.required.iter().enumerate() {
            if rule.below_age.is_some_and(|below| below <= rule.from_age) {
                return unsound("below_age 不大于 from_age".to_owned(), "请改正年龄。");
            }
            if self.required.iter().skip(at + 1).any(|other| other.insurance == rule.insurance) {
                let what = format!("{}的参保年龄规定了两次", rule.insurance.chinese());
                return unsound(what, "每种保险只写一个 [[required]]。");
            }
        }
        Ok(())
    }
}

/// A state's word in a rule file: a blank has a word there.
fn word_of(status: Status) -> &'static str {
    if status == Status::Blank { "blank" } else { status.as_str() }
}

fn date(key: &'static str, text: &str) -> Result<Date, RulesError> {
    Date::parse(text).ok_or_else(|| RulesError::Date { key, text: text.to_owned() })
}

/// Reads words by a function; `known` are all that it knows.
fn words<T>(
    key: &'static str,
    texts: &[String],
    all: &[T],
    word: impl Fn(T) -> &'static str,
) -> Result<Vec<T>, RulesError>
where
    T: Copy,
{
    let find = |text: &String| {
        all.iter().copied().find(|value| word(*value) == text).ok_or_else(|| RulesError::Word {
            key,
            word: text.clone(),
            known: all.iter().map(|value| word(*value)).collect::<Vec<_>>().join("、"),
        })
    };
    texts.iter().map(find).collect()
}

fn kinds(key: &'static str, texts: &[String]) -> Result<Vec<SourceKind>, RulesError> {
    words(key, texts, &SourceKind::ALL, SourceKind::as_str)
}

fn statuses(key: &'static str, texts: &[String]) -> Result<Vec<Status>, RulesError> {
    words(key, texts, Status::ALL, word_of)
}

fn benefits(key: &'static str, texts: &[String]) -> Result<Vec<Benefit>, RulesError> {
    words(key, texts, Benefit::ALL, |benefit| if benefit == Benefit::Blank { "blank" } else { benefit.as_str() })
}

fn items(key: &'static str, texts: &[String]) -> Result<ItemSet, RulesError> {
    Ok(words(key, texts, &Item::ALL, Item::as_str)?.into_iter().collect())
}

fn one<T: Copy>(key: &'static str, text: &str, all: &[T], word: impl Fn(T) -> &'static str) -> Result<T, RulesError> {
    let found = words(key, &[text.to_owned()], all, word)?;
    found.first().copied().ok_or(RulesError::Word { key, word: text.to_owned(), known: String::new() })
}

fn required(file: &RequiredFile) -> Result<Required, RulesError> {
    Ok(Required {
        insurance: one(
            "required.insurance",
            &file.insurance,
            &[Insurance::Pension, Insurance::Medical],
            Insurance::as_str,
        )?,
        from_age: file.from_age.into(),
        below_age: file.below_age.map(Into::into),
    })
}

fn items_by_kind(file: &ItemsFile) -> Result<[ItemSet; SourceKind::ALL.len()], RulesError> {
    let population = items("items.population", &file.population)?;
    let insurance = items("items.insurance", &file.insurance)?;
    let elsewhere = items("items.elsewhere", &file.elsewhere)?;
    let aid = items("items.aid", &file.aid)?;
    Ok(SourceKind::ALL.map(|kind| match kind {
        SourceKind::HouseholdRegister | SourceKind::NonlocalResidents => population,
        SourceKind::Subsistence | SourceKind::Disability => aid,
        SourceKind::Elsewhere => elsewhere,
        SourceKind::BusinessRegister | SourceKind::InsuredUnits => ItemSet::EMPTY,
        _ => insurance,
    }))
}

/// The answer to every combination of rows, worked out once.
fn population(rules: &[PopulationFile]) -> Result<Vec<PopulationState>, RulesError> {
    let mut read = Vec::new();
    for rule in rules {
        let of: SchemeSet = kinds("population.of", &rule.of)?.into_iter().collect();
        let word = |life: Life| if life == Life::Blank { "blank" } else { life.as_str() };
        let states = words("population.state", &rule.state, Life::ALL, word)?;
        let mut rows = PopulationRows::EMPTY;
        for kind in of.iter() {
            for state in &states {
                rows.add(kind, *state);
            }
        }
        let life = one("population.life", &rule.life, PersonLife::ALL, PersonLife::as_str)?;
        let population = rule.population.as_deref();
        let population = population.map(|text| one("population.population", text, Population::ALL, Population::as_str));
        read.push((rows, life, population.transpose()?, rule.unclear));
    }
    let mut answers = vec![PopulationState::OUTSIDE];
    for combination in (1..COMBINATIONS).map(PopulationRows) {
        let Some((_, life, population, unclear)) = read.iter().find(|(rows, ..)| rows.meets(combination)) else {
            return Err(RulesError::Unsound {
                what: "有的人口记录没有一条 [[population]] 规则适用".to_owned(),
                hint: "两个人口库的每种状态（blank、normal、deceased、moved-out、unknown）都要有规则。",
            });
        };
        let by_file = if combination.is_registered() { Population::Registered } else { Population::Resident };
        answers.push(PopulationState { population: population.unwrap_or(by_file), life: *life, unclear: *unclear });
    }
    Ok(answers)
}
