//! What somebody typed while their session ended: it travels in the log-in's own forms, from page to page, and is shown once
//! more before it is handed on. The server keeps nothing of it, and it stands in no address.

use askama::Template;
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse as _, Response};
use serde::Deserialize;

use super::filled;
use crate::App;
use crate::asset;
use crate::fault::Fault;
use crate::http::origin;

/// Texts that are shown of what was typed, at most, and how much of each.
const SHOWN: usize = 8;
const LONG: usize = 200;
/// Digits of a form's token.
const TOKEN: usize = 64;

/// Where somebody was going when they were asked to log in, and what they had typed. Fields of the log-in's forms; a field
/// that is not there is blank.
#[derive(Clone, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Onward {
    /// The page that they wanted to see.
    pub(crate) next: String,
    /// Where the form was going that they had filled; blank where they had filled none.
    pub(crate) to: String,
    /// The login of whoever filled it, where it is still known: nobody else is shown it.
    pub(crate) who: String,
    /// What was in it, without its token, as forms are sent.
    pub(crate) typed: String,
    /// How it was sent: `files` where it may bring files; `file` where it did, which was not taken.
    pub(crate) kind: String,
}

/// A form that came when nobody was logged in any more, or with another session's token.
pub(crate) struct Came {
    /// Its fields, the token among them.
    pub(crate) fields: Vec<(String, String)>,
    /// As [`Onward::kind`].
    pub(crate) kind: &'static str,
}

impl Came {
    /// One that is sent as most are.
    pub(crate) fn plain(headers: &HeaderMap, body: &[u8]) -> Option<Self> {
        let kind = headers.get(header::CONTENT_TYPE)?.as_bytes();
        let plain = kind.starts_with(b"application/x-www-form-urlencoded");
        plain.then(|| Self { fields: url::form_urlencoded::parse(body).into_owned().collect(), kind: "" })
    }
}

impl Onward {
    /// To a page.
    pub(crate) fn page(next: &str) -> Self {
        Self { next: origin::own_path(next).to_owned(), ..Self::default() }
    }

    /// Of a form that was not done. None where nothing was typed, or it is no form of ours.
    pub(crate) fn of(path: &str, headers: &HeaderMap, came: Came, who: Option<String>) -> Option<Self> {
        let (token, fields): (Vec<_>, Vec<_>) = came.fields.into_iter().partition(|(name, _)| name == "csrf");
        let hex = |token: &str| token.len() == TOKEN && token.bytes().all(|byte| byte.is_ascii_hexdigit());
        let ours = token.first().is_some_and(|(_, token)| hex(token));
        if !ours || !origin::says_own(headers) || fields.iter().all(|(_, value)| value.is_empty()) {
            return None;
        }
        let typed = url::form_urlencoded::Serializer::new(String::new()).extend_pairs(fields).finish();
        let next = origin::came_from(headers).unwrap_or_else(|| "/".to_owned());
        Some(Self { next, to: path.to_owned(), who: who.unwrap_or_default(), typed, kind: came.kind.to_owned() })
    }

    /// Whether something was typed that is not lost.
    pub(crate) fn has_typed(&self) -> bool {
        !self.typed.is_empty() && self.to.len() > 1 && origin::own_path(&self.to) == self.to
    }

    /// The page that they wanted to see: one of this host's own.
    pub(crate) fn next(&self) -> &str {
        origin::own_path(&self.next)
    }

    /// The same for whoever logged in: what somebody else typed is nobody else's.
    pub(crate) fn of_login(self, login: &str) -> Self {
        let theirs = self.who.is_empty() || self.who == login;
        if theirs { self } else { Self::page(&self.next) }
    }

    fn pairs(&self) -> Vec<(String, String)> {
        url::form_urlencoded::parse(self.typed.as_bytes()).into_owned().collect()
    }
}

#[derive(Template)]
#[template(path = "resume.html")]
struct Page {
    /// Whether they have just logged in again; else they had done so elsewhere.
    again: bool,
    to: String,
    files: bool,
    /// A file was chosen, and is to be chosen again.
    file: bool,
    back: String,
    csrf: String,
    fields: Vec<(String, String)>,
    /// Of what was typed, what somebody knows it by: texts in Chinese.
    texts: Vec<String>,
    office: String,
    style: String,
    icon: String,
}

/// What was typed once more, to be handed on by a form that carries the session's own token.
pub(crate) fn page(app: &App, onward: &Onward, csrf: &str, again: bool) -> Result<Response, Fault> {
    let fields = onward.pairs();
    let chinese = |text: &&str| text.chars().any(|c| c >= '\u{2e80}');
    let texts = fields.iter().map(|(_, value)| value.as_str()).filter(chinese).take(SHOWN);
    let page = Page {
        again,
        to: onward.to.clone(),
        files: !onward.kind.is_empty(),
        file: onward.kind == "file",
        back: onward.next().to_owned(),
        csrf: csrf.to_owned(),
        texts: texts.map(|text| text.chars().take(LONG).collect()).collect(),
        fields,
        office: app.office(),
        style: asset::path("style.css"),
        icon: asset::path("icon.svg"),
    };
    // what came with another session's token was not done
    let status = if again { StatusCode::OK } else { StatusCode::FORBIDDEN };
    Ok((status, filled(&page)?).into_response())
}
