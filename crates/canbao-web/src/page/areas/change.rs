//! Changing an area: what it would concern in figures first, then done; the audit says who.

use askama::Template;
use axum::Form;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::{Html, IntoResponse, Redirect, Response};
use canbao_domain::date::Date;
use canbao_registry::RegistryError;
use canbao_registry::area::AreaChange;
use canbao_registry::query::Filter;
use serde::Deserialize;

use super::one;
use crate::App;
use crate::fault::Fault;
use crate::page::field::{Errors, Field};
use crate::page::filled;
use crate::page::given::Given;
use crate::page::refusal::{again, or_refused};
use crate::page::shell::{Crumb, Shell};
use crate::right::visitor::Visitor;
use crate::say;

#[derive(Clone, Deserialize)]
pub(crate) struct Asked {
    #[serde(default)]
    act: String,
    #[serde(default)]
    name: String,
    #[serde(default)]
    manager: String,
    #[serde(default)]
    from: String,
    #[serde(default)]
    step: String,
}

/// What an area's change concerns, before it is made.
#[derive(Template)]
#[template(path = "area_check.html")]
struct Check {
    shell: Shell,
    heading: String,
    path: String,
    back: String,
    told: Vec<(&'static str, String)>,
    /// What follows, each a sentence with its figures.
    follows: Vec<String>,
    kept: Vec<(String, String)>,
    verb: &'static str,
}

pub(crate) async fn change(
    State(app): State<App>,
    visitor: Visitor,
    Path(code): Path<String>,
    Form(asked): Form<Asked>,
) -> Result<Response, Fault> {
    let mut shown = one::page(&app, &visitor, &code).await?;
    let change = match asked.act.as_str() {
        "rename" => AreaChange::Rename { name: asked.name.trim().to_owned() },
        "report-to" => AreaChange::ReportTo { manager: asked.manager.trim().to_owned() },
        "close" => AreaChange::Close,
        _ => return Err(Fault::Nonsense("没有选要做什么。", "请返回上一页选一项。")),
    };
    let asker = visitor.asker("变更区划");
    let (error, hint, at) = match Date::parse(asked.from.trim()) {
        None => ("生效日期不是日期。".to_owned(), "请写成 2016-12-01 的样子。".to_owned(), "from"),
        Some(from) => {
            let done = if asked.step == "do" {
                app.registry.change_area(&asker, &code, &change, from).await.map(|_| true)
            } else {
                app.registry.try_area(&asker, &code, &change, from).await.map(|()| false)
            };
            match or_refused(done)? {
                Ok(true) => return Ok(Redirect::to(&format!("/areas/{code}?done={}", asked.act)).into_response()),
                Ok(false) => return Ok(filled(&check(&app, &visitor, &code, &change, &asked).await?)?.into_response()),
                Err(error) => (error.to_string(), hint_of(&error), error.item()),
            }
        }
    };
    (shown.error, shown.hint, shown.at, shown.act) = (error, hint, at, asked.act);
    if !asked.name.is_empty() {
        shown.typed_name = asked.name;
    }
    (shown.typed_manager, shown.typed_from) = (asked.manager, asked.from);
    again(&shown)
}

/// What to do; what speaks of commands is for who works at the server.
fn hint_of(error: &RegistryError) -> String {
    Some(error.hint()).filter(|hint| !hint.contains("canbao ")).unwrap_or_default()
}

async fn check(app: &App, visitor: &Visitor, code: &str, change: &AreaChange, asked: &Asked) -> Result<Check, Fault> {
    let areas = &visitor.areas;
    let name = |code: &str| areas.get(code).map_or_else(|| code.to_owned(), |area| format!("{}（{code}）", area.name));
    let filter = Filter { area: Some(code.to_owned()), ..Filter::default() };
    let people = say::count(app.registry.count(&visitor.scope, &filter).await?);
    let accounts = app.registry.accounts().await?;
    let within = |area: &str| areas.reports_to(area, code);
    let accounts =
        say::count(accounts.iter().filter(|account| !account.disabled && within(&account.area)).count() as i64);
    let below = say::count(areas.reporting_to(code).len().saturating_sub(1) as i64);
    let from = asked.from.trim().to_owned();
    let (verb, told, follows) = match change {
        AreaChange::Rename { name: new } => (
            "改名",
            vec![("现在的名称", name(code)), ("新的名称", new.clone())],
            vec![format!("从 {from} 起，{people} 人的户籍地显示新的名称；之前的统计仍用旧名。")],
        ),
        AreaChange::ReportTo { manager } => {
            let before = areas.get(code).and_then(|area| area.manager().map(str::to_owned)).unwrap_or_default();
            (
                "改由它管理",
                vec![("区划", name(code)), ("现在由", name(&before)), ("改由", name(manager))],
                vec![
                    format!("从 {from} 起，{people} 人（含下级区划 {below} 个）归 {} 的经办人员办理。", name(manager)),
                    format!("{} 的经办人员从那一天起看不到这些人的记录。", name(&before)),
                    "统计仍按代码计在原来的上级里。".to_owned(),
                ],
            )
        }
        AreaChange::Close => (
            "撤销",
            vec![("区划", name(code))],
            vec![
                format!("从 {from} 起不再有这个区划；现在没有人在册，也没有下级区划。"),
                format!("属于它的账号 {accounts} 个要另定区域。"),
            ],
        ),
        AreaChange::Add { name: new, .. } => ("新增", vec![("名称", new.clone())], Vec::new()),
    };
    let mut told = told;
    told.push(("从哪天起", from.clone()));
    let heading = format!("{} · 核对", name(code));
    let path = format!("/areas/{code}");
    let crumbs = vec![Crumb::to("区划", "/areas"), Crumb::to(name(code), path.clone()), Crumb::here("核对")];
    let kept = [("act", &asked.act), ("name", &asked.name), ("manager", &asked.manager), ("from", &asked.from)];
    Ok(Check {
        shell: Shell::of(app, visitor, "/areas", heading.clone(), crumbs).await?,
        heading,
        back: path.clone(),
        path,
        told,
        follows,
        kept: kept.map(|(name, value)| (name.to_owned(), value.clone())).to_vec(),
        verb,
    })
}

#[derive(Template)]
#[template(path = "area_new.html")]
struct New {
    shell: Shell,
    fields: Vec<Field>,
    errors: Errors,
    notice: String,
    hint: String,
}

fn fields(given: &Given, errors: &Errors) -> Vec<Field> {
    let text = |name, label, hint, mode| Field { mode, ..Field::text(name, label, hint, given, errors) };
    vec![
        text("code", "代码", "县（区）6 位，镇（街道）9 位，村（社区）12 位；上级由代码前几位定", "numeric"),
        text("name", "名称", "", "text"),
        text("parent", "上级的代码（可不填）", "只有县（区）要填不同的上级时才填", "numeric"),
        text("from", "从哪天起", "如 2016-12-01；可以是今天以后，最多提前一年", "numeric"),
    ]
}

pub(crate) async fn add_form(State(app): State<App>, visitor: Visitor) -> Result<Html<String>, Fault> {
    filled(&new(&app, &visitor, &Given::default(), Errors::new(), None).await?)
}

async fn new(
    app: &App,
    visitor: &Visitor,
    given: &Given,
    errors: Errors,
    refused: Option<RegistryError>,
) -> Result<New, Fault> {
    let crumbs = vec![Crumb::to("区划", "/areas"), Crumb::here("新增")];
    let fields = fields(given, &errors);
    let notice = refused.as_ref().filter(|error| error.item().is_empty());
    let (notice, hint) = notice.map_or_else(Default::default, |error| (error.to_string(), hint_of(error)));
    Ok(New { shell: Shell::of(app, visitor, "/areas", "新增区划", crumbs).await?, fields, errors, notice, hint })
}

pub(crate) async fn add(
    State(app): State<App>,
    visitor: Visitor,
    Form(pairs): Form<Vec<(String, String)>>,
) -> Result<Response, Fault> {
    let given = Given::of(pairs);
    let mut errors = Errors::new();
    for (name, sentence) in [("code", "请填代码。"), ("name", "请填名称。")] {
        if given.text(name).is_empty() {
            errors.push((name, sentence.to_owned()));
        }
    }
    let from = Date::parse(given.text("from"));
    if from.is_none() {
        errors.push(("from", "请填日期，写成 2016-12-01 的样子。".to_owned()));
    }
    let (Some(from), true) = (from, errors.is_empty()) else {
        let page = new(&app, &visitor, &given, errors, None).await?;
        return Ok((StatusCode::UNPROCESSABLE_ENTITY, filled(&page)?).into_response());
    };
    let change = AreaChange::Add { name: given.text("name").to_owned(), parent: given.maybe("parent") };
    let code = given.text("code");
    match or_refused(app.registry.change_area(&visitor.asker("变更区划"), code, &change, from).await)? {
        Ok(_) => Ok(Redirect::to(&format!("/areas/{code}?done=add")).into_response()),
        Err(error) => {
            let errors = match error.item() {
                "" => Errors::new(),
                item => vec![(item, format!("{error}{}", hint_of(&error)))],
            };
            again(&new(&app, &visitor, &given, errors, Some(error)).await?)
        }
    }
}
