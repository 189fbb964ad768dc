//! A new round: whom it is about, what it would issue, and passing it on.

use askama::Template;
use axum::Form;
use axum::extract::{Path, State};
use axum::response::{Html, IntoResponse, Redirect, Response};
use canbao_domain::rules::Category;
use canbao_registry::survey::{Issue, Populations, Reach};

use super::{Pick, area_name, crumbs};
use crate::App;
use crate::fault::Fault;
use crate::page::filled;
use crate::page::given::Given;
use crate::page::refusal::{again, or_refused};
use crate::page::shell::Shell;
use crate::right::visitor::Visitor;
use crate::say;

struct Kind {
    value: &'static str,
    label: &'static str,
    count: String,
    chosen: bool,
}

#[derive(Template)]
#[template(path = "survey_round.html")]
struct Page {
    shell: Shell,
    heading: String,
    name: String,
    boxes: Vec<Kind>,
    people: Vec<Pick>,
    reaches: Vec<Pick>,
    rows: bool,
    units: bool,
    due: String,
    error: String,
    hint: String,
    item: &'static str,
    /// What it would issue, where that was asked for: people and employers without a task.
    would: Option<(String, String)>,
    kept: Vec<(String, String)>,
}

async fn page(app: &App, visitor: &Visitor, given: &Given) -> Result<Page, Fault> {
    let name = area_name(visitor);
    let heading = format!("{name} · 新建入户批次");
    let counts = app.registry.counts(&visitor.scope, visitor.asked(&visitor.area)).await?;
    let first = given.kept().is_empty();
    let boxes = Category::VISITED.map(|category| Kind {
        value: category.as_str(),
        label: category.chinese(),
        count: say::count(counts.of(category)),
        chosen: first || given.has("category", category.as_str()),
    });
    let people = [
        ("all", "户籍人口和非户籍常住人口"),
        ("registered", "只下发户籍人口，到户籍地"),
        ("resident", "只下发非户籍常住人口，到居住地"),
    ];
    let reach = [
        ("village", "直接到村（社区），采集员马上能看到"),
        ("town", "先到镇（办），由镇下发到村"),
        ("county", "先到县（区），由县逐级下发"),
    ];
    let chosen = |name: &str, default: &str| {
        if given.text(name).is_empty() { default.to_owned() } else { given.text(name).to_owned() }
    };
    let shell = Shell::of(app, visitor, "/survey", heading.clone(), crumbs("新建批次")).await?;
    Ok(Page {
        shell,
        heading,
        name: given.text("name").to_owned(),
        boxes: boxes.into_iter().collect(),
        people: people.map(|(value, label)| Pick::new(value, label, &chosen("people", "all"))).into_iter().collect(),
        reaches: reach.map(|(value, label)| Pick::new(value, label, &chosen("reach", "village"))).into_iter().collect(),
        rows: first || given.has("rows", "1"),
        units: first || given.has("units", "1"),
        due: given.text("due").to_owned(),
        error: String::new(),
        hint: String::new(),
        item: "",
        would: None,
        kept: given.kept(),
    })
}

pub(crate) async fn form(State(app): State<App>, visitor: Visitor) -> Result<Html<String>, Fault> {
    filled(&page(&app, &visitor, &Given::default()).await?)
}

fn issue(app: &App, visitor: &Visitor, given: &Given) -> Issue {
    let people = match given.text("people") {
        "registered" => Populations::Registered,
        "resident" => Populations::Resident,
        _ => Populations::All,
    };
    let reach = match given.text("reach") {
        "county" => Reach::County,
        "town" => Reach::Town,
        _ => Reach::Village,
    };
    let version = |form: &str| app.settings.survey.forms.get(form).map_or(1, |form| form.version);
    Issue {
        name: given.text("name").to_owned(),
        area: Some(visitor.area.clone()).filter(|area| !area.is_empty()),
        categories: Category::VISITED.into_iter().filter(|category| given.has("category", category.as_str())).collect(),
        people,
        rows: given.has("rows", "1"),
        units: given.has("units", "1"),
        due: given.maybe("due"),
        reach,
        versions: (version("person"), version("unit")),
    }
}

pub(crate) async fn make(
    State(app): State<App>,
    visitor: Visitor,
    Form(pairs): Form<Vec<(String, String)>>,
) -> Result<Response, Fault> {
    let given = Given::of(pairs);
    let wanted = issue(&app, &visitor, &given);
    let asker = visitor.asker("下发入户任务");
    let done = if given.text("step") == "do" {
        app.registry.survey_issue(&asker, &wanted, say::today()).await.map(|issued| (Some(issued), 0, 0))
    } else {
        app.registry
            .survey_would_issue(&asker, &wanted, say::today())
            .await
            .map(|(people, units)| (None, people, units))
    };
    match or_refused(done)? {
        Ok((Some(issued), ..)) if issued.round > 0 => {
            Ok(Redirect::to(&format!("/survey?round={}", issued.round)).into_response())
        }
        Ok((issued, people, units)) => {
            let mut page = page(&app, &visitor, &given).await?;
            if issued.is_some() || people + units == 0 {
                page.error = "没有要下发的人：符合条件的都已有任务。".to_owned();
                page.hint = "请换一类对象，或看现有批次的进度。".to_owned();
            } else {
                page.would = Some((say::count(people), say::count(units)));
            }
            Ok(filled(&page)?.into_response())
        }
        Err(error) => {
            let mut page = page(&app, &visitor, &given).await?;
            (page.error, page.hint, page.item) = (error.to_string(), error.hint(), error.item());
            again(&page)
        }
    }
}

pub(crate) async fn pass(
    State(app): State<App>,
    visitor: Visitor,
    Path(round): Path<i64>,
    Form(pairs): Form<Vec<(String, String)>>,
) -> Result<Response, Fault> {
    let given = Given::of(pairs);
    let until = given.maybe("due");
    let asker = visitor.asker("下发入户任务");
    let tasks = app.registry.survey_pass_on(&asker, round, &visitor.area, until.as_deref(), say::today()).await?;
    Ok(Redirect::to(&format!("/survey?passed={tasks}")).into_response())
}
