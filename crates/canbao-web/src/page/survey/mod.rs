//! The house-to-house survey in the office: rounds, progress, tasks, review, completeness, devices, samples.

pub(crate) mod complete;
pub(crate) mod devices;
pub(crate) mod enter;
pub(crate) mod overview;
pub(crate) mod paper;
pub(crate) mod round;
pub(crate) mod sample;
pub(crate) mod task;
pub(crate) mod tasks;
pub(crate) mod transfers;

use canbao_registry::area::Areas;
use canbao_registry::survey::{State, Subject, Task};
use canbao_survey::Keeper;
use canbao_survey::known::tag;
use serde_json::Value as Json;

use super::word::Tag;
use crate::App;
use crate::right::visitor::Visitor;
use crate::say;

/// Who knows the forms, on the day.
pub(crate) fn keeper(app: &App) -> Keeper<'_> {
    Keeper { forms: &app.settings.survey.forms, today: say::today() }
}

/// The tag of a task's state.
pub(crate) fn state_tag(task: &Task) -> Tag {
    let (word, colour) = match task.state {
        State::Open => ("待入户", ""),
        State::Returned => ("已退回", "red"),
        State::Submitted if task.checker.is_some() => ("已核对，待核准", "amber"),
        State::Submitted => ("已提交，待核对", "amber"),
        State::Approved => ("已核准", "green"),
        State::Exempt => ("免访", ""),
    };
    Tag::new(word, colour)
}

/// How somebody to be visited stands in a list: name, number masked, what they are to be visited for.
pub(crate) struct Who {
    pub(crate) mark: String,
    pub(crate) name: String,
    pub(crate) number: String,
    pub(crate) sex: &'static str,
    pub(crate) age: String,
    pub(crate) tag: String,
    pub(crate) place: String,
    pub(crate) household: String,
    pub(crate) outcome: String,
    pub(crate) state: Tag,
    pub(crate) due: Tag,
    pub(crate) warn: String,
}

impl Who {
    pub(crate) fn of(app: &App, subject: &Subject, areas: &Areas) -> Self {
        let task = &subject.task;
        let record = subject.whole.as_ref().map(|whole| &whole.record);
        let answered = |item: &str| subject.value(item).and_then(Json::as_str).map(str::to_owned);
        let unit = subject.unit.as_ref();
        let name = record
            .and_then(|record| record.name.clone())
            .or_else(|| unit.and_then(|unit| unit.name.clone()))
            .or_else(|| answered("name"));
        let number =
            subject.whole.as_ref().and_then(|whole| whole.number().or_else(|| whole.certificate()).map(say::number));
        let code = unit.and_then(|unit| unit.credit_code.clone().or_else(|| unit.registration_number.clone()));
        let today = say::today();
        let form = app.settings.survey.forms.get(&task.form);
        let outcome = if task.outcome.is_empty() {
            String::new()
        } else {
            form.map_or_else(|| task.outcome.clone(), |form| form.named("outcome", &task.outcome))
        };
        let mut warns = Vec::new();
        if !subject.disputed().is_empty() {
            warns.push("有两种说法");
        }
        if subject.photos.iter().any(|photo| !photo.whole) {
            warns.push("照片没有传完");
        }
        if task.late {
            warns.push("办结后又有交来的内容");
        }
        Self {
            mark: task.mark.clone(),
            name: super::line::named(name.as_deref()),
            number: number.or(code).unwrap_or_default(),
            sex: record.map_or("", |record| say::sex(&record.sex)),
            age: record
                .and_then(|record| record.birth)
                .map_or_else(String::new, |birth| birth.age_on(today).max(0).to_string()),
            tag: tag(subject),
            place: super::line::place(&task.area, areas),
            household: record.and_then(|record| record.household.clone()).unwrap_or_default(),
            outcome,
            state: state_tag(task),
            due: due_tag(task.due.as_deref(), task.state),
            warn: warns.join("；"),
        }
    }
}

/// The tag of a day until when something is to be done.
pub(crate) fn due_tag(due: Option<&str>, state: State) -> Tag {
    let today = say::today().to_string();
    match due {
        None => Tag::new("", ""),
        Some(day) if state.is_open() && day < today.as_str() => Tag::new(format!("{day} 已过期"), "red"),
        Some(day) => Tag::new(day, ""),
    }
}

/// Where the crumbs of the survey begin.
pub(crate) fn crumbs(rest: impl Into<String>) -> Vec<super::shell::Crumb> {
    use super::shell::Crumb;
    vec![Crumb::to("入户调查", "/survey"), Crumb::here(rest)]
}

/// The name of the area that was chosen in the head.
pub(crate) fn area_name(visitor: &Visitor) -> String {
    visitor.areas.get(&visitor.area).map_or_else(|| "全市".to_owned(), |area| area.name.clone())
}

/// A choice in a list to choose from.
pub(crate) struct Pick {
    pub(crate) value: String,
    pub(crate) label: String,
    pub(crate) chosen: bool,
}

impl Pick {
    pub(crate) fn new(value: impl Into<String>, label: impl Into<String>, chosen: &str) -> Self {
        let value = value.into();
        Self { chosen: value == chosen, value, label: label.into() }
    }
}
