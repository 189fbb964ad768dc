//! 指标口径: what each indicator means, with its figure.

use askama::Template;
use axum::extract::State;
use axum::response::{IntoResponse as _, Response};
use canbao_report::figure::Figure;

use super::{Tab, basis, crumbs, cube, filter, nothing, place, tabs};
use crate::App;
use crate::fault::Fault;
use crate::page::filled;
use crate::page::shell::Shell;
use crate::right::visitor::Visitor;

struct One {
    code: &'static str,
    name: &'static str,
    value: String,
    basis: String,
    formula: &'static str,
    numerator: &'static str,
    denominator: &'static str,
    meaning: &'static str,
    by_people: bool,
}

struct Group {
    title: &'static str,
    all: Vec<One>,
}

#[derive(Template)]
#[template(path = "catalogue.html")]
struct Page {
    shell: Shell,
    tabs: Vec<Tab>,
    heading: String,
    sub: String,
    groups: Vec<Group>,
}

pub(crate) async fn show(State(app): State<App>, visitor: Visitor) -> Result<Response, Fault> {
    let cube = match cube(&app, "").await {
        Ok(cube) => cube,
        Err(error) => return nothing(&app, &visitor, "/figures/catalogue", "指标口径", error).await,
    };
    let catalogue = &app.settings.report.catalogue;
    let figures = match cube.figures(catalogue.all(), &filter(&visitor), &visitor.scope) {
        Ok(figures) => figures,
        Err(error) => return nothing(&app, &visitor, "/figures/catalogue", "指标口径", error).await,
    };
    let one = |figure: &Figure| {
        let told = figure.indicator.definition();
        One {
            code: &told.code,
            name: &told.name,
            value: figure.text(),
            basis: figure.basis(),
            formula: &told.formula,
            numerator: &told.numerator,
            denominator: &told.denominator,
            meaning: &told.meaning,
            by_people: told.is_of_people(),
        }
    };
    let of = |code: &str| figures.iter().find(|figure| figure.indicator.code == code).map(one);
    let groups = catalogue
        .groups()
        .into_iter()
        .map(|(title, all)| Group { title, all: all.iter().filter_map(|indicator| of(&indicator.code)).collect() });
    let heading = format!("{} · {} 个指标", place(&visitor), figures.len());
    let groups = groups.collect();
    let page = Page {
        shell: Shell::of(&app, &visitor, "/figures/pivot", heading.clone(), crumbs("指标口径")).await?,
        tabs: tabs("/figures/catalogue"),
        sub: basis(&cube),
        groups,
        heading,
    };
    Ok(filled(&page)?.into_response())
}
