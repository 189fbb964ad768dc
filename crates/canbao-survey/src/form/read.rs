//! Reading definitions.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::LazyLock;

use canbao_domain::rules::InsuranceState;
use canbao_domain::standard::Standard;
use serde::Deserialize;

use super::{Becomes, Check, Choice, Claim, Clause, Condition, Effect, Form, FormError, Item, Kind, Section, Test};

/// The forms that the program comes with.
const EMBEDDED: [&str; 3] = [
    include_str!("../../forms/person.toml"),
    include_str!("../../forms/household.toml"),
    include_str!("../../forms/unit.toml"),
];

/// Items of the registry that an answer can become.
const RECORD: [&str; 10] =
    ["name", "number", "sex", "birth_date", "ethnic", "hukou", "relation", "address", "phone", "household"];

/// Facts that a condition may ask about; those with a dot are counted by the server.
const FACTS: [&str; 11] = [
    "today",
    "age",
    "visits",
    "days",
    "category",
    "lacks",
    "subsistence",
    "disability",
    "population",
    "count.phone",
    "count.number",
];

/// The forms of a survey.
#[derive(Clone, Debug, PartialEq)]
pub struct Forms {
    forms: Vec<Form>,
}

impl Forms {
    /// Those that the program comes with.
    pub fn embedded() -> &'static Self {
        static FORMS: LazyLock<Forms> = LazyLock::new(|| {
            // a test reads each of them
            Forms { forms: EMBEDDED.iter().filter_map(|text| read(text, Standard::embedded()).ok()).collect() }
        });
        &FORMS
    }

    /// A city's definitions over those that the program comes with; a form is replaced as a whole.
    ///
    /// # Errors
    /// Where one will not do.
    pub fn with<'a>(texts: impl IntoIterator<Item = &'a str>, standard: &Standard) -> Result<Self, FormError> {
        let mut forms = Self::embedded().forms.clone();
        for text in texts {
            let form = read(text, standard)?;
            match forms.iter_mut().find(|known| known.id == form.id) {
                Some(known) => *known = form,
                None => return Err(content(&form.id, "没有这种登记表，可以写 person、household、unit")),
            }
        }
        Ok(Self { forms })
    }

    /// A form by its word.
    pub fn get(&self, id: &str) -> Option<&Form> {
        self.forms.iter().find(|form| form.id == id)
    }

    /// All of them.
    pub fn iter(&self) -> impl Iterator<Item = &Form> {
        self.forms.iter()
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Definition {
    form: String,
    version: i64,
    title: String,
    section: Vec<Section>,
    item: Vec<Entry>,
    #[serde(default)]
    check: Vec<Check>,
    #[serde(default)]
    effect: Vec<Effect>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Entry {
    id: String,
    section: String,
    label: String,
    kind: Kind,
    #[serde(default)]
    table: Option<String>,
    #[serde(default)]
    only: Vec<String>,
    #[serde(default)]
    options: Vec<Choice>,
    #[serde(default)]
    help: String,
    #[serde(default)]
    most: Option<usize>,
    #[serde(default)]
    known: Option<String>,
    #[serde(default)]
    prefill: bool,
    #[serde(default)]
    show: Option<Condition>,
    #[serde(default)]
    required: Required,
    #[serde(default)]
    record: Option<String>,
    #[serde(default)]
    claim: Option<ClaimEntry>,
    #[serde(default)]
    result: bool,
}

/// `true`, or when.
#[derive(Deserialize)]
#[serde(untagged)]
enum Required {
    Always(bool),
    When(Condition),
}

impl Default for Required {
    fn default() -> Self {
        Self::Always(false)
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ClaimEntry {
    insurance: String,
    says: BTreeMap<String, String>,
}

fn content(form: &str, what: impl Into<String>) -> FormError {
    FormError::Content { form: form.to_owned(), what: what.into() }
}

/// Reads a definition and checks it whole.
pub(super) fn read(text: &str, standard: &Standard) -> Result<Form, FormError> {
    let definition: Definition = toml::from_str(text)
        .map_err(|error| FormError::Toml { form: name(text), what: error.to_string().trim().to_owned() })?;
    let Definition { form: id, version, title, section, item, check, effect } = definition;
    let mut items = Vec::with_capacity(item.len());
    for entry in item {
        items.push(built(&id, entry, standard)?);
    }
    let form = Form { id, version, title, sections: section, items, checks: check, effects: effect };
    whole(&form)?;
    Ok(form)
}

/// What a definition that cannot be read calls itself.
fn name(text: &str) -> String {
    let line = text.lines().find_map(|line| line.strip_prefix("form = "));
    line.map_or_else(|| "（没有写 form）".to_owned(), |line| line.trim_matches('"').to_owned())
}

fn built(form: &str, entry: Entry, standard: &Standard) -> Result<Item, FormError> {
    let Entry { id, section, label, kind, table, only, mut options, help, most, known, prefill, .. } = entry;
    if let Some(table) = table {
        let table = standard.table(&table).ok_or_else(|| content(form, format!("{id} 的代码表 {table} 不存在")))?;
        let wanted = |code: &str| only.is_empty() || only.iter().any(|only| only == code);
        let entries = table.entries().iter().filter(|entry| wanted(entry.code()));
        options.extend(entries.map(|entry| Choice { code: entry.code().to_owned(), name: entry.name().to_owned() }));
    }
    let claim = match entry.claim {
        None => None,
        Some(ClaimEntry { insurance, says }) => {
            let mut states = BTreeMap::new();
            for (code, word) in says {
                let state = InsuranceState::from_word(&word);
                let state = state.ok_or_else(|| content(form, format!("{id} 的参保状态 {word} 不认识")))?;
                states.insert(code, state);
            }
            Some(Claim { insurance, says: states })
        }
    };
    let required = match entry.required {
        Required::Always(false) => None,
        Required::Always(true) => Some(Condition::default()),
        Required::When(condition) => Some(condition),
    };
    let becomes = Becomes { record: entry.record, claim, result: entry.result };
    Ok(Item { id, section, label, kind, options, help, most, known, prefill, show: entry.show, required, becomes })
}

/// Whether all of a form fits together.
fn whole(form: &Form) -> Result<(), FormError> {
    let wrong = |what: String| Err(content(&form.id, what));
    let items: BTreeSet<&str> = form.items.iter().map(|item| item.id.as_str()).collect();
    let mut before = BTreeSet::new();
    for item in &form.items {
        let id = &item.id;
        if !before.insert(id.as_str()) {
            return wrong(format!("项目 {id} 写了两次"));
        }
        if id.is_empty()
            || id.contains(|c: char| !(c.is_ascii_lowercase() || c.is_ascii_digit() || matches!(c, '_' | '.')))
            || id.ends_with(".why")
        {
            return wrong(format!("项目的代号 {id} 只能用小写字母、数字、下划线和点，且不能以 .why 结尾"));
        }
        if !form.sections.iter().any(|section| section.id == item.section) {
            return wrong(format!("{id} 所在的部分 {} 不存在", item.section));
        }
        let chooses = matches!(item.kind, Kind::Choice | Kind::Choices);
        if chooses == item.options.is_empty() {
            return wrong(format!("{id} 是选择项才能、也必须有选项"));
        }
        for show in item.show.iter().flat_map(Condition::names) {
            if show == id || items.contains(show) && !before.contains(show) {
                return wrong(format!("{id} 的显示条件用到了排在它后面的 {show}"));
            }
        }
        if let Some(record) = item.becomes.record.as_deref().filter(|record| !RECORD.contains(record)) {
            return wrong(format!("{id} 要写入的登记项目 {record} 不能由调查写入"));
        }
        if let Some(claim) = &item.becomes.claim {
            if !matches!(claim.insurance.as_str(), "pension" | "medical") {
                return wrong(format!("{id} 的保险只能写 pension 或 medical"));
            }
            if let Some(code) = claim.says.keys().find(|code| !item.options.iter().any(|option| option.code == **code))
            {
                return wrong(format!("{id} 没有代码为 {code} 的选项"));
            }
        }
        for condition in item.show.iter().chain(&item.required) {
            known(form, &items, condition)?;
        }
    }
    for check in &form.checks {
        if !items.contains(check.item.as_str()) {
            return wrong(format!("校验所在的项目 {} 不存在", check.item));
        }
        known(form, &items, &check.when)?;
    }
    for effect in &form.effects {
        known(form, &items, &effect.when)?;
        if let Some(on) = effect.on.as_deref().filter(|on| !items.contains(on)) {
            return wrong(format!("写日期的项目 {on} 不存在"));
        }
    }
    Ok(())
}

/// Whether all that a condition asks about is there, and codes are codes.
fn known(form: &Form, items: &BTreeSet<&str>, condition: &Condition) -> Result<(), FormError> {
    for name in condition.names() {
        let of_item = items.contains(name) || name.strip_suffix(".why").is_some_and(|item| items.contains(item));
        if !of_item && !name.starts_with("known.") && !FACTS.contains(&name) {
            return Err(content(&form.id, format!("条件里的 {name} 不是项目，也不是已知的事实")));
        }
    }
    for clause in &condition.0 {
        match clause {
            Clause::Any(any) => any.iter().try_for_each(|condition| known(form, items, condition))?,
            Clause::Of { item, test: Test::In(codes) | Test::NotIn(codes) } => {
                let Some(item) = form.item(item).filter(|item| !item.options.is_empty()) else { continue };
                if let Some(code) = codes.iter().find(|code| !item.options.iter().any(|option| option.code == **code)) {
                    return Err(content(&form.id, format!("{} 没有代码为 {code} 的选项", item.id)));
                }
            }
            Clause::Of { .. } => {}
        }
    }
    Ok(())
}
