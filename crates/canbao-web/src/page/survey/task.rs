//! One task: what is known, what was said, what became of it, and what is to be decided.

use askama::Template;
use axum::Form;
use axum::extract::{Path, State};
use axum::response::{Html, IntoResponse, Redirect, Response};
use canbao_registry::survey::{Act, Bearer, Event, Operation, State as TaskState, Subject, TakenState};
use canbao_survey::form::{Form as SurveyForm, Kind, Level};
use canbao_survey::keeper::read;
use canbao_survey::known::{Cover, facts_of, notes};
use serde_json::Value as Json;

use super::{Who, keeper};
use crate::App;
use crate::fault::Fault;
use crate::page::filled;
use crate::page::given::Given;
use crate::page::person::Names;
use crate::page::refusal::{again, or_refused};
use crate::page::shell::{Crumb, Shell};
use crate::right::Right;
use crate::right::visitor::Visitor;
use crate::say;

struct Answer {
    item: String,
    label: String,
    value: String,
    known: String,
    differs: bool,
    why: String,
    fault: String,
    /// What others said, each with its version and who.
    others: Vec<(String, String)>,
    photos: Vec<(String, bool)>,
}

struct Section {
    title: String,
    answers: Vec<Answer>,
}

struct Member {
    path: String,
    name: String,
    state: crate::page::word::Tag,
    here: bool,
}

#[derive(Template)]
#[template(path = "survey_task.html")]
struct Page {
    shell: Shell,
    who: Who,
    person: Option<i64>,
    notes: Vec<String>,
    sections: Vec<Section>,
    members: Vec<Member>,
    visits: Vec<(String, &'static str, String, String)>,
    steps: Vec<(String, String, &'static str, String)>,
    why: String,
    lacking: String,
    items: Vec<(String, String)>,
    can_check: bool,
    can_approve: bool,
    can_return: bool,
    can_exempt: bool,
    can_resume: bool,
    can_enter: bool,
    error: String,
    hint: String,
}

/// What a value is called.
pub(crate) fn told(form: &SurveyForm, item: &str, value: &Json) -> String {
    let Some(answer) = read(value) else { return String::new() };
    let named: Vec<String> = answer.texts().iter().map(|text| form.named(item, text)).collect();
    let kind = form.item(item).map(|item| item.kind);
    match kind {
        Some(Kind::Number) => named.iter().map(|number| say::number(number)).collect::<Vec<_>>().join("、"),
        Some(Kind::Phone) => named.iter().map(|phone| say::phone(phone)).collect::<Vec<_>>().join("、"),
        _ => named.join("、"),
    }
}

fn sections(form: &SurveyForm, subject: &Subject, keeper: &canbao_survey::Keeper<'_>, names: &Names) -> Vec<Section> {
    let verdict = keeper.verdict(subject);
    let facts = facts_of(subject, Cover::Masked, keeper.today);
    let mut sections = Vec::new();
    for section in &form.sections {
        let mut answers = Vec::new();
        for item in form.items.iter().filter(|item| item.section == section.id) {
            let heads = subject.heads.get(&item.id).map(Vec::as_slice).unwrap_or_default();
            let photos: Vec<(String, bool)> = subject
                .photos
                .iter()
                .filter(|photo| photo.item == item.id)
                .map(|photo| (photo.id.clone(), photo.whole))
                .collect();
            let shown = verdict.shown.contains(&item.id);
            if heads.is_empty() && photos.is_empty() && !(shown && verdict.missing.contains(&item.id)) {
                continue;
            }
            let known = item.known.as_deref().and_then(|known| facts.known.get(known)).cloned().unwrap_or_default();
            let known = if item.options.is_empty() { known } else { form.named(&item.id, &known) };
            let value = heads.first().map(|head| told(form, &item.id, &head.value)).unwrap_or_default();
            let masked = matches!(item.kind, Kind::Number | Kind::Phone);
            let fault = verdict.faults.iter().find(|fault| fault.item == item.id && fault.level != Level::Inform);
            let missing = verdict.missing.contains(&item.id);
            answers.push(Answer {
                label: item.label.clone(),
                differs: !known.is_empty() && !value.is_empty() && known != value && !masked,
                known,
                value: if shown || value.is_empty() { value } else { format!("{value}（不适用）") },
                why: subject.value(&format!("{}.why", item.id)).and_then(Json::as_str).unwrap_or_default().to_owned(),
                fault: if missing {
                    "没有填".to_owned()
                } else {
                    fault.filter(|fault| !fault.why).map(|fault| fault.says.clone()).unwrap_or_default()
                },
                others: heads
                    .iter()
                    .skip(1)
                    .filter(|head| Some(&head.value) != heads.first().map(|first| &first.value))
                    .map(|head| {
                        (
                            head.op.clone(),
                            format!("{} 写的是：{}", names.of(&head.actor), told(form, &item.id, &head.value)),
                        )
                    })
                    .collect(),
                photos,
                item: item.id.clone(),
            });
        }
        if !answers.is_empty() {
            sections.push(Section { title: section.title.clone(), answers });
        }
    }
    sections
}

const STEPS: [(&str, &str); 13] = [
    ("submit", "提交"),
    ("reopen", "收回"),
    ("check", "核对"),
    ("return", "退回"),
    ("approve", "核准"),
    ("exempt", "免访"),
    ("resume", "恢复"),
    ("place", "分派"),
    ("transfer", "申请转出"),
    ("accepted", "接收"),
    ("returned", "对方退回"),
    ("withdrawn", "撤回转出"),
    ("late", "又有交来的内容"),
];

fn step(event: &Event, form: Option<&SurveyForm>, names: &Names) -> (String, String, &'static str, String) {
    let what = STEPS.iter().find(|(word, _)| *word == event.kind).map_or("办理", |(_, name)| *name);
    let mut says = event.says.clone();
    let items: Vec<Json> = serde_json::from_str(&event.items).unwrap_or_default();
    for item in items {
        let label = form
            .and_then(|form| form.item(item.get("item")?.as_str()?))
            .map(|item| item.label.clone())
            .unwrap_or_default();
        says.push_str(&format!("　{label}：{}", item.get("says").and_then(Json::as_str).unwrap_or_default()));
    }
    let actor = if event.actor == "system" { "系统".to_owned() } else { names.of(&event.actor) };
    (say::time(event.at), actor, what, says)
}

async fn page(app: &App, visitor: &Visitor, mark: &str) -> Result<Page, Fault> {
    let asker = visitor.asker("入户任务");
    let (subject, events) = app.registry.survey_task(&asker, mark).await?;
    let household = app.registry.survey_household_of(&asker, mark).await?;
    let names = Names::read(app).await?;
    let keeper = keeper(app);
    let form = keeper.form_of(&subject);
    let who = Who::of(app, &subject, &visitor.areas);
    let task = &subject.task;
    let members = household.map(|(_, subjects)| subjects).unwrap_or_default();
    let members = members.iter().map(|one| {
        let who = Who::of(app, one, &visitor.areas);
        Member {
            path: format!("/survey/task/{}", one.task.mark),
            name: who.name,
            state: who.state,
            here: one.task.mark == mark,
        }
    });
    let members: Vec<Member> = members.collect();
    let visits = subject.visits.iter().map(|visit| {
        let found = match visit.found.as_str() {
            "met" => "见到了",
            "phone" => "打了电话",
            _ => "没见到",
        };
        (say::time(visit.at), found, names.of(&visit.actor), visit.note.clone())
    });
    let login = &visitor.account.login;
    let own = task.submitted_by.as_deref() == Some(login);
    let (runs, approves) = (visitor.may(Right::RunSurvey), visitor.may(Right::ApproveSurvey));
    let submitted = task.state == TaskState::Submitted;
    let lacking = form.map(|form| keeper.lacking(form, &keeper.verdict(&subject))).unwrap_or_default();
    let crumbs =
        vec![Crumb::to("入户调查", "/survey"), Crumb::to("任务", "/survey/tasks"), Crumb::here(who.name.clone())];
    let shell = Shell::of(app, visitor, "/survey/tasks", who.name.clone(), crumbs).await?;
    Ok(Page {
        shell,
        person: task.person,
        notes: notes(&subject),
        sections: form.map(|form| sections(form, &subject, &keeper, &names)).unwrap_or_default(),
        members,
        visits: visits.collect(),
        steps: events.iter().rev().map(|event| step(event, form, &names)).collect(),
        why: canbao_survey::device::why(&subject).unwrap_or_default(),
        lacking: if task.state.is_open() || submitted { lacking } else { String::new() },
        items: form
            .map(|form| form.items.iter().map(|item| (item.id.clone(), item.label.clone())).collect())
            .unwrap_or_default(),
        can_check: runs && submitted && task.checker.is_none() && !own,
        can_approve: approves && submitted && task.checker.is_some() && task.checker.as_ref() != Some(login) && !own,
        can_return: runs && submitted,
        can_exempt: runs && task.state.is_open(),
        can_resume: runs && task.state == TaskState::Exempt,
        can_enter: task.state.is_open(),
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
    filled(&page(&app, &visitor, &mark).await?)
}

pub(crate) async fn act(
    State(app): State<App>,
    visitor: Visitor,
    Path(mark): Path<String>,
    Form(pairs): Form<Vec<(String, String)>>,
) -> Result<Response, Fault> {
    let given = Given::of(pairs);
    let asker = visitor.asker("入户任务");
    let registry = &app.registry;
    let marks = [mark.clone()];
    let done: Result<Vec<String>, _> = match given.text("act") {
        "check" => {
            registry.survey_check(&asker, &marks).await.map(|refused| refused.into_iter().map(|one| one.says).collect())
        }
        "approve" => {
            if !visitor.may(Right::ApproveSurvey) {
                return Err(Fault::MayNot);
            }
            let approved = registry.survey_approve(&asker, &marks, &keeper(&app), say::today()).await;
            approved.map(|approved| approved.refused.into_iter().map(|one| one.says).collect())
        }
        "return" => {
            let item = given.text("item");
            let items: Vec<(String, String)> =
                if item.is_empty() { Vec::new() } else { vec![(item.to_owned(), given.text("says").to_owned())] };
            registry.survey_return(&asker, &mark, given.text("says"), &items).await.map(|()| Vec::new())
        }
        "exempt" => registry.survey_exempt(&asker, &marks, true, given.text("says")).await.map(|()| Vec::new()),
        "resume" => registry.survey_exempt(&asker, &marks, false, given.text("says")).await.map(|()| Vec::new()),
        "settle" => settle(&app, &visitor, &mark, given.text("item"), given.text("op")).await,
        _ => return Err(Fault::Nonsense("没有选要办的事。", "请返回上一页选一个。")),
    };
    let (error, hint) = match or_refused(done)? {
        Ok(refused) if refused.is_empty() => {
            return Ok(Redirect::to(&format!("/survey/task/{mark}")).into_response());
        }
        Ok(refused) => (refused.join(""), String::new()),
        Err(error) => (error.to_string(), error.hint()),
    };
    let mut page = page(&app, &visitor, &mark).await?;
    (page.error, page.hint) = (error, hint);
    again(&page)
}

/// One of several things that were said holds: a version that names all of them.
async fn settle(
    app: &App,
    visitor: &Visitor,
    mark: &str,
    item: &str,
    op: &str,
) -> Result<Vec<String>, canbao_registry::RegistryError> {
    let asker = visitor.asker("入户任务");
    let (subject, _) = app.registry.survey_task(&asker, mark).await?;
    let heads = subject.heads.get(item).map(Vec::as_slice).unwrap_or_default();
    let Some(chosen) = heads.iter().find(|head| head.op == op) else {
        return Ok(vec!["这两种说法已经有人定过。".to_owned()]);
    };
    let bases = heads.iter().map(|head| head.op.clone()).collect();
    let value = chosen.value.clone();
    let operation = Operation {
        id: super::enter::name()?,
        n: 0,
        at: say::now_ms(),
        act: Act::Set { task: mark.to_owned(), item: item.to_owned(), value, bases },
    };
    let bearer = Bearer { asker: &asker, account: visitor.account.id, device: "" };
    let taken = app.registry.survey_operations(&bearer, &[operation], &keeper(app)).await?;
    Ok(taken.into_iter().filter(|one| one.state == TakenState::Refused).map(|one| one.says).collect())
}
