//! Entering what a paper says: found by its code, all items on one page, the cursor in the first that is empty.

use askama::Template;
use axum::Form;
use axum::extract::{Path, State};
use axum::response::{Html, IntoResponse, Redirect, Response};
use canbao_registry::RegistryError;
use canbao_registry::survey::{Act, Bearer, Operation, Subject, TakenState};
use canbao_survey::form::{Answer, Form as SurveyForm, Item, Kind, Level, judge};
use canbao_survey::keeper::answers_of;
use canbao_survey::known::{Cover, facts_of, notes};
use serde_json::json;

use super::{Who, crumbs, keeper};
use crate::App;
use crate::asset;
use crate::fault::Fault;
use crate::page::filled;
use crate::page::given::Given;
use crate::page::refusal::{again, or_refused};
use crate::page::shell::{Crumb, Shell};
use crate::right::visitor::Visitor;
use crate::say;

/// A name for an operation that nothing else has.
pub(crate) fn name() -> Result<String, RegistryError> {
    let mut bytes = [0_u8; 16];
    getrandom::fill(&mut bytes).map_err(|_| RegistryError::Broken("系统没有给出随机数".to_owned()))?;
    Ok(bytes.iter().map(|byte| format!("{byte:02x}")).collect())
}

struct Field {
    id: String,
    label: String,
    kind: &'static str,
    value: String,
    options: Vec<super::Pick>,
    known: String,
    help: String,
    most: usize,
    required: bool,
    why: String,
    asks_why: bool,
    error: String,
    told: String,
    first: bool,
}

struct Section {
    title: String,
    fields: Vec<Field>,
}

#[derive(Template)]
#[template(path = "survey_enter.html")]
struct Page {
    shell: Shell,
    who: Who,
    notes: Vec<String>,
    sections: Vec<Section>,
    script: String,
    form_json: String,
    facts_json: String,
    today: String,
    version: String,
    missing: Vec<(String, String)>,
    error: String,
    hint: String,
}

/// What stands in the fields: as typed, else what was answered, else what is put in at first.
struct Typed<'a> {
    given: Option<&'a Given>,
    subject: &'a Subject,
}

impl Typed<'_> {
    fn value(&self, item: &Item, known: Option<&String>) -> String {
        if let Some(given) = self.given {
            return given.text(&item.id).to_owned();
        }
        let answered = self.subject.value(&item.id).and_then(canbao_survey::keeper::read).map(|answer| answer.told());
        let prefill = known.filter(|known| item.prefill && !known.contains('*')).cloned();
        answered.or(prefill).unwrap_or_default()
    }

    fn why(&self, item: &str) -> String {
        let name = format!("{item}.why");
        match self.given {
            Some(given) => given.text(&name).to_owned(),
            None => self.subject.value(&name).and_then(|value| value.as_str()).unwrap_or_default().to_owned(),
        }
    }
}

/// Whether a paper can say it.
const fn on_paper(kind: Kind) -> bool {
    !matches!(kind, Kind::Photo | Kind::Signature | Kind::Position)
}

fn word(kind: Kind) -> &'static str {
    match kind {
        Kind::Choice | Kind::Choices => "choice",
        Kind::Note => "note",
        Kind::Number => "number",
        Kind::Phone => "tel",
        Kind::Date => "date",
        Kind::Month => "month",
        _ => "text",
    }
}

async fn page(
    app: &App,
    visitor: &Visitor,
    subject: &Subject,
    given: Option<&Given>,
    judged: bool,
) -> Result<Page, Fault> {
    let keeper = keeper(app);
    let form = keeper.form_of(subject).ok_or(Fault::NoSuchRecord)?;
    let facts = facts_of(subject, Cover::Masked, keeper.today);
    let typed = Typed { given, subject };
    let mut answers = answers_of(subject);
    for item in form.items.iter().filter(|item| on_paper(item.kind)) {
        let known = item.known.as_deref().and_then(|known| facts.known.get(known));
        answers.insert(item.id.clone(), Answer::One(typed.value(item, known)));
        answers.insert(format!("{}.why", item.id), Answer::One(typed.why(&item.id)));
    }
    let whole = facts_of(subject, Cover::Whole, keeper.today);
    let verdict = judge(form, &answers, &whole, keeper.today);
    let mut first = true;
    let mut sections = Vec::new();
    for section in &form.sections {
        let mut fields = Vec::new();
        for item in form.items.iter().filter(|item| item.section == section.id && on_paper(item.kind)) {
            let known = item.known.as_deref().and_then(|known| facts.known.get(known));
            let value = typed.value(item, known);
            let shown = verdict.shown.contains(&item.id);
            let fault = verdict.faults.iter().find(|fault| fault.item == item.id);
            let is_first = first && value.is_empty() && shown;
            first &= !is_first;
            let missing = judged && verdict.missing.contains(&item.id);
            let wrong = fault.filter(|fault| judged && fault.level != Level::Inform && !fault.why);
            fields.push(Field {
                label: item.label.clone(),
                kind: word(item.kind),
                options: item
                    .options
                    .iter()
                    .map(|option| super::Pick::new(option.code.clone(), option.name.clone(), &value))
                    .collect(),
                known: known
                    .map(|known| if item.options.is_empty() { known.clone() } else { form.named(&item.id, known) })
                    .unwrap_or_default(),
                help: item.help.clone(),
                most: item.most.unwrap_or(200),
                required: item.required.is_some(),
                why: typed.why(&item.id),
                asks_why: fault.is_some_and(|fault| fault.level == Level::Verify),
                error: if missing {
                    "没有填。".to_owned()
                } else {
                    wrong.map(|fault| fault.says.clone()).unwrap_or_default()
                },
                told: fault
                    .filter(|fault| fault.level == Level::Inform)
                    .map(|fault| fault.says.clone())
                    .unwrap_or_default(),
                first: is_first,
                value,
                id: item.id.clone(),
            });
        }
        if !fields.is_empty() {
            sections.push(Section { title: section.title.clone(), fields });
        }
    }
    let missing = if judged {
        let named = |id: &String| (id.clone(), form.item(id).map(|item| item.label.clone()).unwrap_or_default());
        verdict.missing.iter().map(named).collect()
    } else {
        Vec::new()
    };
    let who = Who::of(app, subject, &visitor.areas);
    let crumbs = vec![
        Crumb::to("入户调查", "/survey"),
        Crumb::to(who.name.clone(), format!("/survey/task/{}", who.mark)),
        Crumb::here("录入登记表"),
    ];
    let title = format!("{} · 录入登记表", who.name);
    let shell = Shell::of(app, visitor, "/survey/scan", title, crumbs).await?;
    let told: serde_json::Map<String, serde_json::Value> = facts
        .told
        .iter()
        .map(|(name, answer)| (name.clone(), json!(answer)))
        .chain(facts.known.iter().map(|(name, value)| (format!("known.{name}"), json!(value))))
        .collect();
    Ok(Page {
        shell,
        notes: notes(subject),
        sections,
        script: asset::path("enter.js"),
        form_json: json!(form).to_string(),
        facts_json: serde_json::Value::Object(told).to_string(),
        today: keeper.today.to_string(),
        version: form.version.to_string(),
        missing,
        who,
        error: String::new(),
        hint: String::new(),
    })
}

pub(crate) async fn show(
    State(app): State<App>,
    visitor: Visitor,
    Path(mark): Path<String>,
) -> Result<Html<String>, Fault> {
    let (subject, _) = app.registry.survey_task(&visitor.asker("录入登记表"), &mark).await?;
    filled(&page(&app, &visitor, &subject, None, false).await?)
}

/// What was typed, as operations: one for each item that says something else than before.
pub(crate) fn operations(form: &SurveyForm, subject: &Subject, given: &Given) -> Result<Vec<Operation>, RegistryError> {
    let mut operations = Vec::new();
    let mut set = |item: String, value: String| -> Result<(), RegistryError> {
        let heads = subject.heads.get(&item).map(Vec::as_slice).unwrap_or_default();
        let value = json!(value);
        let stands = heads.len() == 1 && heads.first().is_some_and(|head| head.value == value);
        if stands || heads.is_empty() && value == json!("") {
            return Ok(());
        }
        let bases = heads.iter().map(|head| head.op.clone()).collect();
        let act = Act::Set { task: subject.task.mark.clone(), item, value, bases };
        operations.push(Operation { id: name()?, n: 0, at: say::now_ms(), act });
        Ok(())
    };
    for item in form.items.iter().filter(|item| on_paper(item.kind)) {
        set(item.id.clone(), given.text(&item.id).to_owned())?;
        set(format!("{}.why", item.id), given.text(&format!("{}.why", item.id)).to_owned())?;
    }
    Ok(operations)
}

pub(crate) async fn enter(
    State(app): State<App>,
    visitor: Visitor,
    Path(mark): Path<String>,
    Form(pairs): Form<Vec<(String, String)>>,
) -> Result<Response, Fault> {
    let given = Given::of(pairs);
    let asker = visitor.asker("录入登记表");
    let (subject, _) = app.registry.survey_task(&asker, &mark).await?;
    let keeper = keeper(&app);
    let form = keeper.form_of(&subject).ok_or(Fault::NoSuchRecord)?;
    let mut operations = operations(form, &subject, &given)?;
    let found = match given.text("outcome") {
        "13" => "phone",
        "11" | "12" => "met",
        _ => "absent",
    };
    let submits = given.text("step") == "submit";
    // days on which somebody was sought, as the paper's lines tell them
    for day in given.all("visited").into_iter().filter_map(canbao_domain::date::Date::parse) {
        let at = i64::from(day.days()) * 86_400_000 + 2 * 3_600_000;
        let known = subject.visits.iter().any(|visit| canbao_registry::day_of(visit.at) == day);
        if !known && at < say::now_ms() {
            let act = Act::Visit { task: mark.clone(), found: found.to_owned(), note: String::new() };
            operations.push(Operation { id: name()?, n: 0, at, act });
        }
    }
    if submits {
        operations.push(Operation { id: name()?, n: 0, at: say::now_ms(), act: Act::Submit { task: mark.clone() } });
    }
    let bearer = Bearer { asker: &asker, account: visitor.account.id, device: "" };
    let taken = app.registry.survey_operations(&bearer, &operations, &keeper).await;
    let (error, hint) = match or_refused(taken)? {
        Ok(taken) => {
            let says: Vec<String> =
                taken.into_iter().filter(|one| one.state != TakenState::Done).map(|one| one.says).collect();
            if says.is_empty() {
                let on = if submits { "/survey/scan?done=1".to_owned() } else { format!("/survey/task/{mark}") };
                return Ok(Redirect::to(&on).into_response());
            }
            ("登记表还不能提交，填的内容已存下。".to_owned(), says.join(""))
        }
        Err(error) => (error.to_string(), error.hint()),
    };
    let (subject, _) = app.registry.survey_task(&asker, &mark).await?;
    let mut page = page(&app, &visitor, &subject, Some(&given), true).await?;
    (page.error, page.hint) = (error, hint);
    again(&page)
}

#[derive(Template)]
#[template(path = "survey_scan.html")]
struct Scan {
    shell: Shell,
    heading: &'static str,
    error: String,
    done: bool,
}

#[derive(Debug, Default, serde::Deserialize)]
#[serde(default)]
pub(crate) struct Scanned {
    done: String,
}

pub(crate) async fn scan_form(
    State(app): State<App>,
    visitor: Visitor,
    axum::extract::Query(asked): axum::extract::Query<Scanned>,
) -> Result<Html<String>, Fault> {
    let shell = Shell::of(&app, &visitor, "/survey/scan", "扫码录入", crumbs("扫码录入")).await?;
    filled(&Scan { shell, heading: "扫码录入", error: String::new(), done: asked.done == "1" })
}

pub(crate) async fn scan(
    State(app): State<App>,
    visitor: Visitor,
    Form(pairs): Form<Vec<(String, String)>>,
) -> Result<Response, Fault> {
    let given = Given::of(pairs);
    let mark = given.text("code");
    match app.registry.survey_task(&visitor.asker("扫码录入"), mark).await {
        Ok((subject, _)) if subject.task.state.is_open() => {
            Ok(Redirect::to(&format!("/survey/enter/{mark}")).into_response())
        }
        Ok(_) => Ok(Redirect::to(&format!("/survey/task/{mark}")).into_response()),
        Err(RegistryError::Nobody) => {
            let shell = Shell::of(&app, &visitor, "/survey/scan", "扫码录入", crumbs("扫码录入")).await?;
            let error = "没有这个二维码对应的任务，或它不在您的范围内。".to_owned();
            again(&Scan { shell, heading: "扫码录入", error, done: false })
        }
        Err(error) => Err(error.into()),
    }
}
