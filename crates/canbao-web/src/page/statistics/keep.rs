//! 常用表: tables that somebody keeps, and shares.

use axum::Form;
use axum::extract::{Path, State};
use axum::response::{IntoResponse as _, Redirect, Response};

use super::asked::Asked;
use super::pivot;
use crate::App;
use crate::fault::Fault;
use crate::page::given::Given;
use crate::page::refusal::or_refused;
use crate::right::visitor::Visitor;

/// What the form carries besides the table's own words.
const OWN: [&str; 3] = ["name", "shared", "csrf"];

pub(crate) async fn keep(
    State(app): State<App>,
    visitor: Visitor,
    Form(pairs): Form<Vec<(String, String)>>,
) -> Result<Response, Fault> {
    let given = Given::of(pairs);
    // what stands in the address is read and written anew: words of ours, and nothing else
    let asked = url::form_urlencoded::parse(given.text("asked").as_bytes()).into_owned().collect();
    let asked = Asked::read(&Given::of(asked)).map_err(|error| Fault::Said(error.to_string(), error.hint()))?;
    let query = asked.query();
    let shared = given.text("shared") == "yes";
    let kept = app.registry.keep_table(&visitor.account.login, given.text("name"), &query, shared).await;
    match or_refused(kept)? {
        Ok(_) => Ok(Redirect::to(&format!("/figures/pivot?{query}&done=kept")).into_response()),
        Err(refusal) => {
            let pairs = url::form_urlencoded::parse(query.as_bytes()).into_owned();
            let pairs = pairs.filter(|(name, _)| !OWN.contains(&name.as_str())).collect();
            pivot::answer(&app, &visitor, &Given::of(pairs), Some((refusal.to_string(), refusal.hint()))).await
        }
    }
}

pub(crate) async fn drop(State(app): State<App>, visitor: Visitor, Path(id): Path<i64>) -> Result<Redirect, Fault> {
    app.registry.drop_table(&visitor.account.login, id).await?;
    Ok(Redirect::to("/figures/pivot?done=dropped"))
}
