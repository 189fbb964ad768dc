//! Collectors' devices, and what to do when one is lost.

use askama::Template;
use axum::extract::{Path, State};
use axum::response::{Html, IntoResponse, Redirect, Response};

use super::crumbs;
use crate::App;
use crate::fault::Fault;
use crate::page::filled;
use crate::page::line::place;
use crate::page::person::Names;
use crate::page::shell::Shell;
use crate::page::word::Tag;
use crate::right::visitor::Visitor;
use crate::say;

struct Row {
    id: String,
    who: String,
    name: String,
    area: String,
    made: String,
    seen: String,
    operations: String,
    state: Tag,
    loses: bool,
}

#[derive(Template)]
#[template(path = "survey_devices.html")]
struct Page {
    shell: Shell,
    heading: String,
    hours: u32,
    keep: u32,
    rows: Vec<Row>,
}

pub(crate) async fn show(State(app): State<App>, visitor: Visitor) -> Result<Html<String>, Fault> {
    let devices = app.registry.survey_devices(&visitor.asker("采集设备")).await?;
    let names = Names::read(&app).await?;
    let rows = devices.iter().map(|device| Row {
        id: device.id.clone(),
        who: names.of(&device.login),
        name: if device.name.is_empty() { "没有名称".to_owned() } else { device.name.clone() },
        area: place(&device.area, &visitor.areas),
        made: say::time(device.made_at),
        seen: say::time(device.seen_at),
        operations: say::count(device.operations),
        state: match device.lost_at {
            Some(at) => Tag::new(format!("{} 挂失", say::time(at)), "red"),
            None => Tag::new("在用", "green"),
        },
        loses: device.lost_at.is_none(),
    });
    let rows: Vec<Row> = rows.collect();
    let heading = format!("采集设备 {} 台", rows.len());
    let shell = Shell::of(&app, &visitor, "/survey", heading.clone(), crumbs("设备")).await?;
    let survey = &app.settings.survey;
    filled(&Page { shell, heading, hours: survey.hours, keep: survey.keep_days, rows })
}

pub(crate) async fn lost(State(app): State<App>, visitor: Visitor, Path(id): Path<String>) -> Result<Response, Fault> {
    app.registry.survey_device_lost(&visitor.asker("采集设备"), &id).await?;
    Ok(Redirect::to("/survey/devices").into_response())
}
