//! Tokens by which programs call the interface in one's own name: made, shown once, revoked.

use axum::Form;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use canbao_domain::date::Date;
use canbao_registry::account::{NewToken, Token};
use serde::Deserialize;

use super::account::{Shown, own_page};
use super::refusal::or_refused;
use super::word::Tag;
use crate::App;
use crate::api;
use crate::fault::Fault;
use crate::right::Right;
use crate::right::visitor::Visitor;
use crate::say;

/// How long a token holds unless another day is named.
const USUAL: i32 = 90;

/// A token in the list.
pub(super) struct Row {
    pub(super) id: i64,
    pub(super) name: String,
    pub(super) scopes: String,
    pub(super) until: String,
    pub(super) used: String,
    pub(super) state: Tag,
    pub(super) holds: bool,
}

/// A right that a token may carry.
pub(super) struct Choice {
    pub(super) word: &'static str,
    pub(super) label: &'static str,
    pub(super) chosen: bool,
}

/// What stands on one's own page about tokens.
#[derive(Default)]
pub(super) struct Part {
    pub(super) rows: Vec<Row>,
    pub(super) choices: Vec<Choice>,
    pub(super) name: String,
    pub(super) until: String,
    pub(super) error: String,
    pub(super) hint: String,
    /// One that was made just now.
    pub(super) secret: String,
}

/// What was typed to make one.
#[derive(Clone, Default)]
pub(super) struct Typed {
    name: String,
    scopes: Vec<String>,
    until: String,
    error: String,
    hint: String,
    secret: String,
}

impl Part {
    pub(super) async fn read(app: &App, visitor: &Visitor, typed: Typed) -> Result<Self, Fault> {
        let now = say::now_ms();
        let tokens = app.registry.tokens_of(visitor.account.id).await?;
        let carried = Right::ALL.into_iter().filter(|right| visitor.may(*right) && api::needs(*right));
        let choices = carried.filter_map(|right| {
            let word = right.scope()?;
            let chosen = typed.scopes.iter().any(|scope| scope == word);
            Some(Choice { word, label: right.chinese(), chosen })
        });
        let usual = Date(say::today().days() + USUAL).to_string();
        Ok(Self {
            rows: tokens.iter().map(|token| row(token, now)).collect(),
            choices: choices.collect(),
            name: typed.name,
            until: Some(typed.until).filter(|until| !until.is_empty()).unwrap_or(usual),
            error: typed.error,
            hint: typed.hint,
            secret: typed.secret,
        })
    }
}

fn row(token: &Token, now: i64) -> Row {
    let (state, holds) = match token {
        Token { revoked: Some(_), .. } => (Tag::new("已撤销", ""), false),
        Token { expires, .. } if *expires <= now => (Tag::new("已到期", ""), false),
        _ => (Tag::new("有效", "green"), true),
    };
    let label = |scope: &String| {
        let right = Right::ALL.into_iter().find(|right| right.scope() == Some(scope));
        right.map_or_else(|| scope.clone(), |right| right.chinese().to_owned())
    };
    Row {
        id: token.id,
        name: token.name.clone(),
        scopes: token.scopes.iter().map(label).collect::<Vec<_>>().join("；"),
        until: say::time(token.expires),
        used: token.last_used.map_or_else(|| "没有用过".to_owned(), say::time),
        state,
        holds,
    }
}

/// The end of a day in China's one zone.
fn end_of(day: Date) -> i64 {
    (i64::from(day.days()) + 1) * 86_400_000 - 8 * 3_600_000 - 1
}

pub(crate) async fn add(
    State(app): State<App>,
    visitor: Visitor,
    Form(fields): Form<Vec<(String, String)>>,
) -> Result<Response, Fault> {
    let one = |name: &str| {
        let found = fields.iter().find(|(known, _)| known == name);
        found.map(|(_, value)| value.trim().to_owned()).unwrap_or_default()
    };
    let scopes = fields.iter().filter(|(name, _)| name == "scope").map(|(_, value)| value.clone()).collect();
    let mut typed = Typed { name: one("name"), scopes, until: one("until"), ..Typed::default() };
    // a token carries no more than its owner may
    let may = |scope: &String| {
        Right::ALL.into_iter().any(|right| right.scope() == Some(scope.as_str()) && visitor.may(right))
    };
    let day = Date::parse(&typed.until);
    let refused = match day {
        None => Some(("到期日不是日期。".to_owned(), "请写成 2016-12-31 的样子。".to_owned())),
        Some(_) if !typed.scopes.iter().all(may) => {
            Some(("您的角色没有所选的权限。".to_owned(), "请只选列出的权限。".to_owned()))
        }
        Some(day) => {
            let new = NewToken { name: typed.name.clone(), scopes: typed.scopes.clone(), expires: end_of(day) };
            match or_refused(app.registry.add_token(&visitor.account.login, &visitor.account, new).await)? {
                Ok((_, secret)) => {
                    let made = Typed { secret, ..Typed::default() };
                    return Ok(own_page(&app, &visitor, Shown::Tokens(made)).await?.into_response());
                }
                Err(error) => Some((error.to_string(), error.hint())),
            }
        }
    };
    (typed.error, typed.hint) = refused.unwrap_or_default();
    let page = own_page(&app, &visitor, Shown::Tokens(typed)).await?;
    Ok((StatusCode::UNPROCESSABLE_ENTITY, page).into_response())
}

#[derive(Deserialize)]
pub(crate) struct Which {
    #[serde(default)]
    token: i64,
}

pub(crate) async fn revoke(
    State(app): State<App>,
    visitor: Visitor,
    Form(which): Form<Which>,
) -> Result<Response, Fault> {
    app.registry.revoke_token(&visitor.account.login, visitor.account.id, which.token).await?;
    Ok(Redirect::to("/account#tokens").into_response())
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;

    #[test]
    fn a_token_holds_to_the_end_of_its_day() {
        let end = end_of(Date::parse("2016-12-31").unwrap());
        assert_eq!(
            (say::time(end), say::time(end + 1)),
            ("2016-12-31 23:59".to_owned(), "2017-01-01 00:00".to_owned())
        );
    }
}
