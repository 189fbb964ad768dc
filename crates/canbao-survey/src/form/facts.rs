//! What a form is held against besides its answers.

use std::borrow::Cow;
use std::collections::BTreeMap;

use canbao_domain::date::Date;

use super::format::is_date;
use super::{Answer, Answers};

/// What is known of somebody before the visit, and of the visit.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Facts {
    /// The registry's items, by their names.
    pub known: BTreeMap<String, String>,
    /// Facts by their names: `category`, `lacks`, `count.phone` …
    pub told: BTreeMap<String, Answer>,
    /// When each attempt to meet them was, one for each attempt.
    pub visits: Vec<Date>,
}

/// Where a name is looked up: an item, an explanation, what is known, a fact.
pub(crate) struct Lookup<'a> {
    answers: &'a Answers,
    /// Items of the form, all of them, and whether they are shown.
    shown: BTreeMap<&'a str, bool>,
    facts: &'a Facts,
    today: Date,
}

impl<'a> Lookup<'a> {
    pub(crate) fn new(
        answers: &'a Answers,
        items: impl Iterator<Item = &'a str>,
        facts: &'a Facts,
        today: Date,
    ) -> Self {
        Self { answers, shown: items.map(|item| (item, false)).collect(), facts, today }
    }

    pub(crate) fn show(&mut self, item: &'a str) {
        self.shown.insert(item, true);
    }

    pub(crate) const fn today(&self) -> Date {
        self.today
    }

    fn answer(&self, name: &str) -> &[String] {
        self.answers.get(name).map(Answer::texts).unwrap_or_default()
    }

    /// The texts of a name; none where it is blank.
    pub(crate) fn texts(&self, name: &str) -> Cow<'_, [String]> {
        match self.shown.get(name) {
            Some(true) => return self.answer(name).into(),
            Some(false) => return Cow::Borrowed(&[]),
            None => {}
        }
        if name.strip_suffix(".why").is_some_and(|item| self.shown.contains_key(item)) {
            return self.answer(name).into();
        }
        if let Some(known) = name.strip_prefix("known.") {
            let known = self.facts.known.get(known).filter(|known| !known.is_empty());
            return known.map(std::slice::from_ref).unwrap_or_default().into();
        }
        let one = |text: String| Cow::Owned(vec![text]);
        match name {
            "today" => one(self.today.to_string()),
            "age" => self.age().map_or(Cow::Borrowed(&[]), one),
            "visits" => one(self.facts.visits.len().to_string()),
            "days" => {
                let mut days = self.facts.visits.clone();
                days.sort_unstable();
                days.dedup();
                one(days.len().to_string())
            }
            _ => self.facts.told.get(name).map(Answer::texts).unwrap_or_default().into(),
        }
    }

    /// Full years: by the answer, else by what is known.
    fn age(&self) -> Option<String> {
        let told = |name: &str| self.facts.told.get(name).and_then(|answer| answer.texts().first()).cloned();
        // a day that is written in full, and not still to come
        let day = |text: &str| Date::parse(text).filter(|day| is_date(text) && *day <= self.today);
        let answered = match self.shown.get("birth_date") {
            Some(true) => self.answer("birth_date").first().and_then(|text| day(text)),
            _ => None,
        };
        let born = answered.or_else(|| told("born").and_then(|text| day(&text)));
        born.map(|born| born.age_on(self.today).to_string()).or_else(|| told("age"))
    }
}
