//! What is masked on a person's page, shown for a purpose that stands on the log.

use askama::Template;
use axum::Form;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::{Html, IntoResponse, Response};
use canbao_registry::person::{NumberKind, Whole};
use serde::Deserialize;

use super::filled;
use super::line::named;
use super::shell::{Crumb, Shell};
use crate::App;
use crate::fault::Fault;
use crate::right::visitor::Visitor;

/// What for somebody may see what is masked.
pub(crate) const PURPOSES: [&str; 5] = ["约定上门", "核对身份", "核对关联", "办理变更", "答复本人来询"];

#[derive(Template)]
#[template(path = "reveal.html")]
struct Reveal {
    shell: Shell,
    heading: String,
    person: i64,
    purposes: [&'static str; 5],
    error: &'static str,
}

pub(crate) async fn choose_purpose(
    State(app): State<App>,
    visitor: Visitor,
    Path(person): Path<i64>,
) -> Result<Html<String>, Fault> {
    let whole = app.registry.person(&visitor.asker("选择用途"), person).await?;
    filled(&purpose_page(&app, &visitor, &whole, "").await?)
}

async fn purpose_page(app: &App, visitor: &Visitor, whole: &Whole, error: &'static str) -> Result<Reveal, Fault> {
    let name = named(whole.record.name.as_deref());
    let crumbs = vec![Crumb::to(name.clone(), format!("/person/{}", whole.person)), Crumb::here("显示")];
    let heading = format!("{name} · 显示号码、出生日期、电话和住址");
    let shell = Shell::of(app, visitor, "/person", heading.clone(), crumbs).await?;
    Ok(Reveal { shell, heading, person: whole.person, purposes: PURPOSES, error })
}

#[derive(Deserialize)]
pub(crate) struct Purpose {
    #[serde(default)]
    purpose: String,
}

#[derive(Template)]
#[template(path = "revealed.html")]
struct Revealed {
    shell: Shell,
    heading: String,
    person: i64,
    purpose: &'static str,
    items: Vec<(&'static str, String)>,
}

pub(crate) async fn reveal(
    State(app): State<App>,
    visitor: Visitor,
    Path(person): Path<i64>,
    Form(given): Form<Purpose>,
) -> Result<Response, Fault> {
    let Some(purpose) = PURPOSES.into_iter().find(|purpose| *purpose == given.purpose) else {
        let whole = app.registry.person(&visitor.asker("选择用途"), person).await?;
        let page = purpose_page(&app, &visitor, &whole, "请选一个用途。").await?;
        return Ok((StatusCode::UNPROCESSABLE_ENTITY, filled(&page)?).into_response());
    };
    let mut asker = visitor.asker("");
    asker.purpose = format!("显示号码、出生日期、电话和住址：{purpose}").into();
    let whole = app.registry.person(&asker, person).await?;
    let record = &whole.record;
    let mut items = Vec::new();
    for number in &whole.numbers {
        let label = match number.kind {
            NumberKind::Current => "身份证号",
            NumberKind::Former => "曾登记为",
            NumberKind::Certificate => "其他证件",
        };
        items.push((label, number.value.clone()));
    }
    items.extend(record.birth.map(|birth| ("出生日期", birth.to_string())));
    items.extend(record.phone.clone().map(|phone| ("电话", phone)));
    items.extend(record.address.clone().map(|address| ("住址", address)));
    let name = named(record.name.as_deref());
    let crumbs = vec![Crumb::to(name.clone(), format!("/person/{person}")), Crumb::here("显示")];
    let page = Revealed {
        shell: Shell::of(&app, &visitor, "/person", name.clone(), crumbs).await?,
        heading: name,
        person,
        purpose,
        items,
    };
    Ok(filled(&page)?.into_response())
}
