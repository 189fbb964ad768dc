//! What the registry asks of who knows the forms: whether one can be handed in, and what becomes of an approved one.

use canbao_domain::date::Date;
use canbao_registry::change::NewPerson;
use canbao_registry::survey::{Approver, Judge, Judged, Outcome, Subject};
use serde_json::Value as Json;

use crate::form::{Answer, Answers, Fate, Form, Forms, Level, Verdict, judge};
use crate::known::{Cover, facts_of};

/// The forms, and the day.
#[derive(Clone, Copy, Debug)]
pub struct Keeper<'a> {
    /// The forms of the survey.
    pub forms: &'a Forms,
    /// The day by which ages and dates are judged.
    pub today: Date,
}

/// The answers of a task that count; pictures by their identifiers.
pub fn answers_of(subject: &Subject) -> Answers {
    let mut answers: Answers =
        subject.heads.iter().filter_map(|(item, heads)| Some((item.clone(), read(&heads.first()?.value)?))).collect();
    for photo in &subject.photos {
        let one = answers.entry(photo.item.clone()).or_insert_with(|| Answer::Several(Vec::new()));
        if let Answer::Several(photos) = one {
            photos.push(photo.id.clone());
        }
    }
    answers
}

/// A value as it is kept.
pub fn read(value: &Json) -> Option<Answer> {
    match value {
        Json::String(text) => Some(Answer::One(text.clone())),
        Json::Array(values) => {
            Some(Answer::Several(values.iter().filter_map(Json::as_str).map(str::to_owned).collect()))
        }
        _ => None,
    }
}

impl Keeper<'_> {
    /// The form of a task.
    pub fn form_of(&self, subject: &Subject) -> Option<&Form> {
        self.forms.get(&subject.task.form)
    }

    /// What is to be said of a task's answers.
    pub fn verdict(&self, subject: &Subject) -> Verdict {
        let Some(form) = self.form_of(subject) else { return Verdict::default() };
        judge(form, &answers_of(subject), &facts_of(subject, Cover::Whole, self.today), self.today)
    }

    /// What is lacking, in one sentence.
    pub fn lacking(&self, form: &Form, verdict: &Verdict) -> String {
        let label = |item: &str| form.item(item).map_or_else(|| item.to_owned(), |item| item.label.clone());
        let mut says = Vec::new();
        if !verdict.missing.is_empty() {
            let missing: Vec<String> = verdict.missing.iter().map(|item| label(item)).collect();
            says.push(format!("没有填：{}。", missing.join("、")));
        }
        for fault in &verdict.faults {
            match fault.level {
                Level::Must => says.push(format!("{}：{}", label(&fault.item), fault.says)),
                Level::Verify if !fault.why => {
                    says.push(format!("{}：{}（要写明情况）", label(&fault.item), fault.says))
                }
                Level::Verify | Level::Inform => {}
            }
        }
        says.join("")
    }
}

impl Judge for Keeper<'_> {
    fn judge(&self, subject: &Subject) -> Judged {
        let verdict = self.verdict(subject);
        let says =
            self.form_of(subject).map_or_else(|| "没有这种登记表。".to_owned(), |form| self.lacking(form, &verdict));
        let outcome = subject.value("outcome").and_then(Json::as_str).unwrap_or_default().to_owned();
        let known = self.form_of(subject).is_some();
        Judged { complete: verdict.complete && known && !outcome.is_empty(), says, outcome }
    }
}

impl Approver for Keeper<'_> {
    fn outcome(&self, subject: &Subject) -> Outcome {
        let Some(form) = self.form_of(subject) else { return Outcome::default() };
        let verdict = self.verdict(subject);
        let answers = answers_of(subject);
        let given = |id: &str| {
            let shown = verdict.shown.iter().any(|shown| shown == id);
            answers.get(id).filter(|answer| shown && !answer.is_blank()).map(Answer::told)
        };
        let mut outcome = Outcome::default();
        for item in &form.items {
            let Some(value) = given(&item.id) else { continue };
            if let Some(record) = &item.becomes.record {
                let value = if record == "number" { value.to_ascii_uppercase() } else { value.clone() };
                outcome.items.push((record.clone(), value));
            }
            if let Some(claim) = &item.becomes.claim
                && let Some(said) = claim.says.get(&value)
            {
                outcome.claims.push((claim.insurance.clone(), *said));
            }
            if item.becomes.result {
                let told = form.named(&item.id, &value);
                outcome.results.push((item.id.clone(), value, told));
            }
        }
        let facts = facts_of(subject, Cover::Whole, self.today);
        match crate::form::fate(form, &answers, &facts, self.today) {
            Some((Fate::Deceased, on)) => outcome.died = Some(on),
            Some((Fate::MovedOut, on)) => outcome.moved = Some((on, given("gone_to").unwrap_or_default())),
            Some((Fate::Untraced, _)) | None => {}
        }
        if subject.task.person.is_none() && form.id == "person" {
            outcome.new = newcomer(subject, &given);
        }
        outcome
    }
}

/// Somebody on no list, as they were met; none where nobody was.
fn newcomer(subject: &Subject, given: &dyn Fn(&str) -> Option<String>) -> Option<NewPerson> {
    let name = given("name")?;
    Some(NewPerson {
        name,
        number: given("number").map(|number| number.to_ascii_uppercase()),
        sex: given("sex").unwrap_or_default(),
        birth_date: given("birth_date").unwrap_or_default(),
        area: subject.task.area.clone(),
        household: None,
        relation: given("relation"),
        ethnic: given("ethnic"),
        address: given("address"),
        phone: given("phone"),
        registered: given("home").as_deref() == Some("1"),
    })
}
