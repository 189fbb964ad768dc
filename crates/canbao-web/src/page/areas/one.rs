//! One area: all that it ever was and will be, and what may be changed.

use askama::Template;
use axum::extract::{Path, Query, State};
use axum::response::Html;
use canbao_registry::query::Filter;
use serde::Deserialize;

use super::level;
use crate::App;
use crate::fault::Fault;
use crate::page::filled;
use crate::page::shell::{Crumb, Shell};
use crate::right::Right;
use crate::right::visitor::Visitor;
use crate::say;

struct Past {
    since: String,
    until: String,
    name: String,
    parent: String,
    manager: String,
    hand: &'static str,
    now: bool,
}

#[derive(Template)]
#[template(path = "area.html")]
pub(super) struct Page {
    pub(super) shell: Shell,
    heading: String,
    pub(super) code: String,
    items: Vec<(&'static str, String)>,
    past: Vec<Past>,
    /// Whether it is there today, so that something may be changed.
    changes: bool,
    told: &'static str,
    pub(super) error: String,
    pub(super) hint: String,
    /// Which form the error belongs to, and which field.
    pub(super) act: String,
    pub(super) at: &'static str,
    pub(super) typed_name: String,
    pub(super) typed_manager: String,
    pub(super) typed_from: String,
}

#[derive(Deserialize)]
pub(crate) struct Done {
    #[serde(default)]
    done: String,
}

pub(crate) async fn show(
    State(app): State<App>,
    visitor: Visitor,
    Path(code): Path<String>,
    Query(done): Query<Done>,
) -> Result<Html<String>, Fault> {
    let mut shown = page(&app, &visitor, &code).await?;
    shown.told = match done.done.as_str() {
        "add" => "已新增。要取消，在下面从同一天起撤销它之后的日期；当天的，请改名更正。",
        "rename" => "已登记改名。要改回，再改一次。",
        "report-to" => "已登记由新的单位管理，从那一天起各人看到的范围随之改变。要改回，填它上级区划的代码。",
        "close" => "已登记撤销。要恢复，用原来的代码新增。",
        _ => "",
    };
    filled(&shown)
}

pub(super) async fn page(app: &App, visitor: &Visitor, code: &str) -> Result<Page, Fault> {
    let history = app.registry.area_history(code).await.map_err(|error| match error {
        canbao_registry::RegistryError::Refused { .. } => {
            Fault::Said("没有这个代码的区划。".to_owned(), "请从区划的列表进入。".to_owned())
        }
        error => error.into(),
    })?;
    let areas = &visitor.areas;
    let name = |code: &str| areas.get(code).map_or_else(|| code.to_owned(), |area| format!("{}（{code}）", area.name));
    let today = say::today().to_string();
    let past: Vec<Past> = history
        .iter()
        .rev()
        .map(|version| Past {
            since: version.since.clone(),
            until: version.until.clone().unwrap_or_else(|| "至今".to_owned()),
            name: version.area.name.clone(),
            parent: version.area.parent.as_deref().map(name).unwrap_or_default(),
            manager: version.area.reporting.as_deref().map(name).unwrap_or_default(),
            hand: if version.by_hand { "经办登记" } else { "比对结果" },
            now: version.since <= today && version.until.as_ref().is_none_or(|until| *until > today),
        })
        .collect();
    let last = history.last().map(|version| &version.area).ok_or(Fault::NoSuchRecord)?;
    let mut items = vec![
        ("代码", code.to_owned()),
        ("层级", level(&last.level).to_owned()),
        ("统计上级", last.parent.as_deref().map(name).unwrap_or_else(|| "没有".to_owned())),
        ("管理单位", last.manager().map(name).unwrap_or_else(|| "没有".to_owned())),
    ];
    if visitor.may(Right::People) && visitor.reaches(code) {
        let filter = Filter { area: Some(code.to_owned()), ..Filter::default() };
        let people = app.registry.count(&visitor.scope, &filter).await?;
        items.push(("在册人员", format!("{} 人", say::count(people))));
    }
    let heading = format!("{} · {}", last.name, level(&last.level));
    let mut crumbs: Vec<Crumb> = vec![Crumb::to("区划", "/areas")];
    let above = areas.chain(code).into_iter().filter(|(above, _)| *above != code);
    crumbs.extend(above.map(|(code, area)| Crumb::to(area.name.clone(), format!("/areas?top={code}"))));
    crumbs.push(Crumb::here(last.name.clone()));
    Ok(Page {
        shell: Shell::of(app, visitor, "/areas", heading.clone(), crumbs).await?,
        heading,
        code: code.to_owned(),
        items,
        changes: visitor.may(Right::ChangeAreas) && history.last().is_some_and(|version| version.until.is_none()),
        past,
        told: "",
        error: String::new(),
        hint: String::new(),
        act: String::new(),
        at: "",
        typed_name: last.name.clone(),
        typed_manager: String::new(),
        typed_from: String::new(),
    })
}
