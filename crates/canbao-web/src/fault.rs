//! What is said where something cannot be done: a page with a sentence and what to do, never the database's words.

use askama::Template;
use axum::extract::Request;
use axum::http::{StatusCode, header};
use axum::response::{Html, IntoResponse, Response};
use canbao_registry::RegistryError;

use crate::api::problem::Problem;
use crate::api::{self, Code};
use crate::{asset, watch};

/// Why there is no page.
#[derive(Debug)]
pub enum Fault {
    /// Nothing is served under this address. 404
    NoSuchPage,
    /// There is no such record, or it is none of the asker's. 404: which of both is not told.
    NoSuchRecord,
    /// The role may not do this. 403
    MayNot,
    /// The form does not come from a page of this system, or that page is too old. 403
    Forged,
    /// What was kept of a search is gone. 410
    Gone,
    /// What was sent makes no sense: a sentence, and what to do. 400
    Nonsense(&'static str, &'static str),
    /// What was asked for cannot be had: a sentence, and what to do. 404
    Said(String, String),
    /// More than the server takes. 413
    TooMuch,
    /// Refused for a reason of its own: a sentence, and what to do.
    Refused(StatusCode, String, String),
    /// What was sent came too slowly. 408
    TooSlow,
    /// The program is at fault. 500
    Broken,
    /// The registry refuses or fails. 409, 404 or 503
    Registry(RegistryError),
}

impl From<RegistryError> for Fault {
    fn from(error: RegistryError) -> Self {
        Self::Registry(error)
    }
}

/// What is said.
struct Said {
    status: StatusCode,
    what: String,
    hint: String,
}

impl Fault {
    fn said(&self) -> Said {
        let said = |status, what: &str, hint: &str| Said { status, what: what.to_owned(), hint: hint.to_owned() };
        match self {
            Self::NoSuchPage => said(StatusCode::NOT_FOUND, "没有这个页面。", "请核对地址，或从首页进入。"),
            Self::NoSuchRecord | Self::Registry(RegistryError::Nobody) => {
                said(StatusCode::NOT_FOUND, "没有这条记录，或者不在您负责的区域内。", "请按号码或姓名查找。")
            }
            Self::MayNot => said(
                StatusCode::FORBIDDEN,
                "您的角色不能办理这一项。",
                "需要办理的，请找系统管理员调整角色，或请有权办理的同事办理。",
            ),
            Self::Forged => said(
                StatusCode::FORBIDDEN,
                "没有办理：这张表单已失效，或不是从本系统的页面提交的。",
                "请返回上一页，刷新后重新提交。",
            ),
            Self::Gone => said(StatusCode::GONE, "这次查询的结果已过期。", "请重新查询。"),
            Self::Nonsense(what, hint) => said(StatusCode::BAD_REQUEST, what, hint),
            Self::Said(what, hint) => said(StatusCode::NOT_FOUND, what, hint),
            Self::Refused(status, what, hint) => said(*status, what, hint),
            Self::TooMuch => {
                said(StatusCode::PAYLOAD_TOO_LARGE, "提交的内容太大，没有接收。", "请减少内容后重新提交。")
            }
            Self::TooSlow => said(
                StatusCode::REQUEST_TIMEOUT,
                "提交的内容没有在规定的时间内收完，没有办理。",
                "请检查网络后重新提交。",
            ),
            Self::Broken => said(
                StatusCode::INTERNAL_SERVER_ERROR,
                "程序出错，这一步没有办成。",
                "请返回上一页重试；仍然出错，请把下面的编号告诉系统管理员。",
            ),
            Self::Registry(RegistryError::Database { .. }) => said(
                StatusCode::SERVICE_UNAVAILABLE,
                "数据库暂时没有应答，刚才的操作没有生效。",
                "请稍候重试；持续出现时请联系系统管理员。",
            ),
            Self::Registry(error) if error.is_refusal() => {
                Said { status: StatusCode::CONFLICT, what: error.to_string(), hint: error.hint() }
            }
            Self::Registry(_) => said(
                StatusCode::SERVICE_UNAVAILABLE,
                "登记库现在不能办理这一项，刚才的操作没有生效。",
                "请稍候重试；持续出现时请联系系统管理员。",
            ),
        }
    }
}

impl Fault {
    /// What is said, and what to do.
    pub(crate) fn told(&self) -> (String, String) {
        let Said { what, hint, .. } = self.said();
        (what, hint)
    }
}

#[derive(Template)]
#[template(path = "fault.html")]
struct Page<'a> {
    what: &'a str,
    hint: &'a str,
    /// By which it is found in the log; blank where there is none.
    request: &'a str,
    style: String,
    icon: String,
}

impl IntoResponse for Fault {
    fn into_response(self) -> Response {
        let Said { status, what, hint } = self.said();
        if let Self::Registry(error) = &self
            && status == StatusCode::SERVICE_UNAVAILABLE
        {
            watch::trouble(error);
        }
        let request = watch::request();
        let page = Page {
            what: &what,
            hint: &hint,
            request: &request,
            style: asset::path("style.css"),
            icon: asset::path("icon.svg"),
        };
        // a page without anything to fill in fails only where memory does
        let html = page.render().unwrap_or_else(|_| what.clone());
        let mut response = (status, Html(html)).into_response();
        if status == StatusCode::SERVICE_UNAVAILABLE {
            response.headers_mut().insert(header::RETRY_AFTER, header::HeaderValue::from_static("5"));
        }
        response
    }
}

/// Programs are told in their own form.
pub(crate) async fn no_such_page(request: Request) -> Response {
    if api::is_ours(request.uri().path()) {
        return Problem::new(Code::NoSuchCall).into_response();
    }
    Fault::NoSuchPage.into_response()
}

/// The address is known, the method is not.
pub(crate) async fn no_such_method(request: Request) -> Response {
    if api::is_ours(request.uri().path()) {
        return Problem::new(Code::NoSuchMethod).into_response();
    }
    Fault::NoSuchPage.into_response()
}
