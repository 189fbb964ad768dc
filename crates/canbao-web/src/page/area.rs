//! Choosing the area in the head: kept until another is chosen.

use axum::extract::{Path, State};
use axum::http::{HeaderMap, header};
use axum::response::{IntoResponse, Redirect, Response};

use crate::App;
use crate::fault::Fault;
use crate::http::{cookie, origin};
use crate::right::visitor::Visitor;

pub(crate) async fn choose(
    State(app): State<App>,
    visitor: Visitor,
    Path(code): Path<String>,
    headers: HeaderMap,
) -> Result<Response, Fault> {
    if !visitor.areas.reports_to(&code, visitor.own_area()) {
        return Err(Fault::NoSuchRecord);
    }
    // back to the list they were on, from its beginning; a person's page is of no area
    let from = origin::came_from(&headers);
    let on_list = from
        .as_deref()
        .filter(|path| path.starts_with("/people?") || *path == "/people" || matches!(*path, "/changes" | "/figures"));
    let category = on_list.and_then(|path| path.split(['?', '&']).find(|pair| pair.starts_with("category=")));
    let to = match (on_list, category) {
        (Some(path), None) => path.split('?').next().unwrap_or("/").to_owned(),
        (Some(_), Some(category)) => format!("/people?{category}"),
        (None, _) => "/".to_owned(),
    };
    let mut response = Redirect::to(&to).into_response();
    if let Some(cookie) = cookie::keep_area(&code, app.settings.secure) {
        response.headers_mut().insert(header::SET_COOKIE, cookie);
    }
    Ok(response)
}
