//! Samples: drawn by a seed, asked or entered again by somebody else; how far both agree, by collector; what is implausible.

use std::collections::BTreeMap;

use askama::Template;
use axum::Form;
use axum::extract::{Path, State};
use axum::response::{Html, IntoResponse, Redirect, Response};
use canbao_survey::keeper::answers_of;
use canbao_survey::pattern;
use canbao_survey::recheck::compare;
use serde_json::{Map, Value as Json};

use super::{Pick, Who, area_name, crumbs, keeper};
use crate::App;
use crate::fault::Fault;
use crate::page::filled;
use crate::page::given::Given;
use crate::page::person::Names;
use crate::page::refusal::{again, or_refused};
use crate::page::shell::{Crumb, Shell};
use crate::right::visitor::Visitor;
use crate::say;

/// Forms that are looked at for what is implausible, at most.
const MOST: i64 = 20_000;

struct Row {
    id: i64,
    kind: &'static str,
    area: String,
    seed: String,
    share: String,
    drawn: String,
    done: String,
    agrees: String,
    made: String,
}

struct Odd {
    collector: String,
    what: String,
    count: String,
    marks: Vec<String>,
}

#[derive(Template)]
#[template(path = "survey_samples.html")]
struct Page {
    shell: Shell,
    heading: String,
    rows: Vec<Row>,
    odds: Vec<Odd>,
    looked: String,
    seed: String,
    error: String,
    hint: String,
}

async fn page(app: &App, visitor: &Visitor) -> Result<Page, Fault> {
    let samples = app.registry.survey_samples(&visitor.scope).await?;
    let rows = samples.iter().map(|one| Row {
        id: one.id,
        kind: if one.kind == "paper" { "双录" } else { "回访" },
        area: crate::page::line::place(&one.area, &visitor.areas),
        seed: one.seed.clone(),
        share: say::share(one.share, 10_000),
        drawn: format!("{} / {}", say::count(one.drawn), say::count(one.of)),
        done: say::count(one.done),
        agrees: say::share(one.equal, one.compared),
        made: say::time(one.made_at),
    });
    let rows: Vec<Row> = rows.collect();
    let area = if visitor.area.is_empty() { visitor.areas.city().unwrap_or_default() } else { &visitor.area };
    let handed_in = app.registry.survey_handed_in(&visitor.asker("抽查"), area, MOST).await?;
    let names = Names::read(app).await?;
    let odds = pattern::find(&handed_in, &keeper(app)).into_iter().map(|one| Odd {
        collector: names.of(&one.collector),
        what: one.says,
        count: say::count(one.marks.len() as i64),
        marks: one.marks.into_iter().take(5).collect(),
    });
    let heading = format!("{} · 抽查", area_name(visitor));
    let shell = Shell::of(app, visitor, "/survey", heading.clone(), crumbs("抽查")).await?;
    Ok(Page {
        shell,
        heading,
        rows,
        odds: odds.collect(),
        looked: say::count(handed_in.len() as i64),
        seed: say::today().to_string(),
        error: String::new(),
        hint: String::new(),
    })
}

pub(crate) async fn list(State(app): State<App>, visitor: Visitor) -> Result<Html<String>, Fault> {
    filled(&page(&app, &visitor).await?)
}

/// A share in percent, as hundredths of a per cent.
fn hundredths(text: &str) -> i64 {
    let text = text.trim().trim_end_matches('%').trim();
    let (whole, part) = text.split_once('.').unwrap_or((text, ""));
    let part: String = part.chars().chain("00".chars()).take(2).collect();
    whole.parse::<i64>().ok().zip(part.parse::<i64>().ok()).map_or(0, |(whole, part)| whole.saturating_mul(100) + part)
}

pub(crate) async fn draw(
    State(app): State<App>,
    visitor: Visitor,
    Form(pairs): Form<Vec<(String, String)>>,
) -> Result<Response, Fault> {
    let given = Given::of(pairs);
    let area = if visitor.area.is_empty() {
        visitor.areas.city().unwrap_or_default().to_owned()
    } else {
        visitor.area.clone()
    };
    let kind = if given.text("kind") == "paper" { "paper" } else { "visit" };
    let asker = visitor.asker("抽查");
    let drawn =
        app.registry.survey_draw(&asker, &area, kind, given.text("seed"), hundredths(given.text("share"))).await;
    match or_refused(drawn)? {
        Ok(id) => Ok(Redirect::to(&format!("/survey/sample/{id}")).into_response()),
        Err(error) => {
            let mut page = page(&app, &visitor).await?;
            (page.error, page.hint) = (error.to_string(), error.hint());
            again(&page)
        }
    }
}

struct Drawn {
    id: i64,
    who: Who,
    by: String,
    again_by: String,
    agrees: String,
}

#[derive(Template)]
#[template(path = "survey_sample.html")]
struct One {
    shell: Shell,
    id: i64,
    heading: String,
    sub: String,
    forms: Vec<Drawn>,
    collectors: Vec<(String, String, String, String)>,
}

pub(crate) async fn show(State(app): State<App>, visitor: Visitor, Path(id): Path<i64>) -> Result<Html<String>, Fault> {
    let asker = visitor.asker("抽查");
    let (sample, rechecks) = app.registry.survey_sample(&asker, id).await?;
    let names = Names::read(&app).await?;
    let mut forms = Vec::new();
    let mut by_collector: BTreeMap<String, [i64; 3]> = BTreeMap::new();
    for one in &rechecks {
        let (subject, _) = app.registry.survey_task(&asker, &one.task.mark).await?;
        let by = one.task.submitted_by.clone().unwrap_or_default();
        if one.actor.is_some() {
            let entry = by_collector.entry(by.clone()).or_default();
            entry[0] += 1;
            entry[1] += one.compared;
            entry[2] += one.equal;
        }
        forms.push(Drawn {
            id: one.id,
            who: Who::of(&app, &subject, &visitor.areas),
            by: names.of(&by),
            again_by: one.actor.as_deref().map(|actor| names.of(actor)).unwrap_or_default(),
            agrees: if one.actor.is_some() { say::share(one.equal, one.compared) } else { String::new() },
        });
    }
    let collectors = by_collector.into_iter().map(|(by, [done, compared, equal])| {
        (names.of(&by), say::count(done), say::count(compared), say::share(equal, compared))
    });
    let kind = if sample.kind == "paper" { "双录" } else { "回访" };
    let heading = format!("{kind} {} 份，已做 {} 份", say::count(sample.drawn), say::count(sample.done));
    let sub = format!(
        "从 {} 份中按种子“{}”抽 {}；同样的种子抽出同样的人。一致率 {}",
        say::count(sample.of),
        sample.seed,
        say::share(sample.share, 10_000),
        say::share(sample.equal, sample.compared)
    );
    let crumbs = vec![
        Crumb::to("入户调查", "/survey"),
        Crumb::to("抽查", "/survey/samples"),
        Crumb::here(format!("第 {id} 次")),
    ];
    let shell = Shell::of(&app, &visitor, "/survey", heading.clone(), crumbs).await?;
    filled(&One { shell, id, heading, sub, forms, collectors: collectors.collect() })
}

struct Field {
    id: String,
    label: String,
    options: Vec<Pick>,
}

#[derive(Template)]
#[template(path = "survey_recheck.html")]
struct Again {
    shell: Shell,
    id: i64,
    sample: i64,
    who: Who,
    fields: Vec<Field>,
    error: String,
    hint: String,
}

async fn again_page(app: &App, visitor: &Visitor, sample: i64, id: i64, given: Option<&Given>) -> Result<Again, Fault> {
    let asker = visitor.asker("抽查");
    let (_, rechecks) = app.registry.survey_sample(&asker, sample).await?;
    let one = rechecks.iter().find(|one| one.id == id).ok_or(Fault::NoSuchRecord)?;
    let (subject, _) = app.registry.survey_task(&asker, &one.task.mark).await?;
    let keeper = keeper(app);
    let form = keeper.form_of(&subject).ok_or(Fault::NoSuchRecord)?;
    let verdict = keeper.verdict(&subject);
    // what was answered the first time is not shown: it is to be found out anew
    let asked =
        form.items.iter().filter(|item| verdict.shown.contains(&item.id) && canbao_survey::recheck::compares(item));
    let fields = asked.map(|item| {
        let typed = given.map(|given| given.text(&item.id)).unwrap_or_default();
        Field {
            id: item.id.clone(),
            label: item.label.clone(),
            options: item
                .options
                .iter()
                .map(|option| Pick::new(option.code.clone(), option.name.clone(), typed))
                .collect(),
        }
    });
    let fields = fields.collect();
    let who = Who::of(app, &subject, &visitor.areas);
    let crumbs = vec![
        Crumb::to("入户调查", "/survey"),
        Crumb::to(format!("第 {sample} 次抽查"), format!("/survey/sample/{sample}")),
        Crumb::here(who.name.clone()),
    ];
    let shell = Shell::of(app, visitor, "/survey", who.name.clone(), crumbs).await?;
    Ok(Again { shell, id, sample, who, fields, error: String::new(), hint: String::new() })
}

pub(crate) async fn recheck_form(
    State(app): State<App>,
    visitor: Visitor,
    Path((sample, id)): Path<(i64, i64)>,
) -> Result<Html<String>, Fault> {
    filled(&again_page(&app, &visitor, sample, id, None).await?)
}

pub(crate) async fn recheck(
    State(app): State<App>,
    visitor: Visitor,
    Path((sample, id)): Path<(i64, i64)>,
    Form(pairs): Form<Vec<(String, String)>>,
) -> Result<Response, Fault> {
    let given = Given::of(pairs);
    let asker = visitor.asker("抽查");
    let (_, rechecks) = app.registry.survey_sample(&asker, sample).await?;
    let one = rechecks.iter().find(|one| one.id == id).ok_or(Fault::NoSuchRecord)?;
    let (subject, _) = app.registry.survey_task(&asker, &one.task.mark).await?;
    let keeper = keeper(&app);
    let form = keeper.form_of(&subject).ok_or(Fault::NoSuchRecord)?;
    let answers: Map<String, Json> = given.kept().into_iter().map(|(item, value)| (item, Json::from(value))).collect();
    let verdict = keeper.verdict(&subject);
    let (compared, equal) = compare(form, &verdict, &answers_of(&subject), &answers);
    let done = app.registry.survey_recheck(&asker, id, &Json::Object(answers), compared, equal).await;
    match or_refused(done)? {
        Ok(()) => Ok(Redirect::to(&format!("/survey/sample/{sample}")).into_response()),
        Err(error) => {
            let mut page = again_page(&app, &visitor, sample, id, Some(&given)).await?;
            (page.error, page.hint) = (error.to_string(), error.hint());
            again(&page)
        }
    }
}
