//! An error as programs read it (RFC 9457): nothing personal stands in it, and nothing of what was sent.

use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use canbao_registry::RegistryError;
use canbao_report::ReportError;
use serde::Serialize;
use serde_json::{Value, json};
use utoipa::ToSchema;

use super::code::Code;
use super::word;
use super::{DOCS, Told};
use crate::fault::Fault;

/// The type of an error's body.
pub(crate) const KIND: &str = "application/problem+json";

/// 一处不对的地方。
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub(crate) struct At {
    /// 正文里的位置（JSON Pointer，RFC 6901）；不在正文里的没有
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) pointer: Option<String>,
    /// 参数名；不在参数里的没有
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) parameter: Option<String>,
    /// 哪里不对，一句话
    pub(crate) detail: String,
}

/// 出错时的回答（RFC 9457）。
#[derive(Serialize, ToSchema)]
#[schema(as = Problem)]
pub(crate) struct Body {
    /// 错误种类的说明所在的地址
    r#type: String,
    /// 错误种类，一句话
    title: String,
    /// HTTP 状态码
    #[schema(minimum = 400, maximum = 599)]
    status: u16,
    /// 这一次为什么不行，一句话
    detail: String,
    /// 错误代码，不会改变，程序按它判断
    #[schema(value_type = word::Code)]
    code: &'static str,
    /// 该怎么办，一句话
    hint: String,
    /// 逐项的错误；没有的为空
    errors: Vec<At>,
}

impl Told for Body {
    fn example() -> Value {
        Problem::new(Code::Invalid)
            .with(vec![At {
                pointer: Some("/reason".to_owned()), parameter: None, detail: "没有填写。".to_owned()
            }])
            .json()
    }
}

/// Why a call was not answered.
#[derive(Clone, Debug)]
pub(crate) struct Problem {
    pub(crate) code: Code,
    detail: String,
    hint: String,
    errors: Vec<At>,
    /// Seconds after which it may be tried again.
    retry: Option<u64>,
}

impl Problem {
    pub(crate) fn new(code: Code) -> Self {
        let retry = (code == Code::Unavailable).then_some(5);
        Self { code, detail: code.title().to_owned(), hint: code.hint().to_owned(), errors: Vec::new(), retry }
    }

    /// The same with a sentence and a hint of this very case.
    pub(crate) fn said(mut self, detail: impl Into<String>, hint: impl Into<String>) -> Self {
        (self.detail, self.hint) = (detail.into(), hint.into());
        self
    }

    /// The same with what is wrong, place by place.
    pub(crate) fn with(mut self, errors: Vec<At>) -> Self {
        self.errors = errors;
        self
    }

    /// The same with the seconds after which it may be tried again.
    pub(crate) const fn after(mut self, seconds: u64) -> Self {
        self.retry = Some(seconds);
        self
    }

    /// There is no such record, or it is out of reach.
    pub(crate) fn nothing() -> Self {
        Self::new(Code::NotFound)
    }

    pub(crate) fn json(&self) -> Value {
        let body = Body {
            r#type: format!("{DOCS}#{}", self.code.as_str()),
            title: self.code.title().to_owned(),
            status: self.code.status().as_u16(),
            detail: self.detail.clone(),
            code: self.code.as_str(),
            hint: self.hint.clone(),
            errors: self.errors.clone(),
        };
        serde_json::to_value(body).unwrap_or_else(|_| json!({}))
    }
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let mut response = (self.code.status(), self.json().to_string()).into_response();
        let headers = response.headers_mut();
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(KIND));
        if self.code == Code::NoToken {
            headers.insert(header::WWW_AUTHENTICATE, HeaderValue::from_static("Bearer realm=\"canbao\""));
        }
        if let Some(seconds) = self.retry {
            headers.insert(header::RETRY_AFTER, HeaderValue::from(seconds));
        }
        response
    }
}

impl From<RegistryError> for Problem {
    fn from(error: RegistryError) -> Self {
        let code = match &error {
            RegistryError::Nobody => return Self::nothing(),
            RegistryError::Changed { .. } => Code::RecordChanged,
            RegistryError::Busy => Code::Busy,
            RegistryError::Stale => return Self::new(Code::VersionDiffers),
            RegistryError::NameUsed => Code::KeyReused,
            RegistryError::Database { .. } => return Self::new(Code::Unavailable),
            error if error.is_refusal() => Code::Refused,
            _ => return Self::new(Code::Internal),
        };
        Self::new(code).said(error.to_string(), error.hint())
    }
}

/// What a page would be told, for what page and program do by the same functions.
impl From<Fault> for Problem {
    fn from(fault: Fault) -> Self {
        let code = match &fault {
            Fault::Registry(_) => Code::Internal,
            Fault::NoSuchRecord => return Self::nothing(),
            Fault::Said(..) => Code::NotFound,
            Fault::MayNot => Code::RoleMayNot,
            Fault::TooMuch => Code::TooLarge,
            Fault::TooSlow => Code::TooSlow,
            Fault::Nonsense(..) => Code::BrokenOff,
            Fault::Refused(status, ..) => match *status {
                StatusCode::REQUEST_TIMEOUT => Code::TooSlow,
                StatusCode::PAYLOAD_TOO_LARGE => Code::TooLarge,
                StatusCode::INSUFFICIENT_STORAGE => Code::NoRoom,
                StatusCode::SERVICE_UNAVAILABLE => Code::Unavailable,
                _ => Code::Refused,
            },
            Fault::NoSuchPage | Fault::Forged | Fault::Gone | Fault::Broken => return Self::new(Code::Internal),
        };
        if let Fault::Registry(error) = fault {
            return error.into();
        }
        let (what, hint) = fault.told();
        Self::new(code).said(what, hint)
    }
}

impl From<ReportError> for Problem {
    fn from(error: ReportError) -> Self {
        match error {
            ReportError::Registry(error) => error.into(),
            error => Self::nothing().said(error.to_string(), error.hint()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_the_registry_says_has_its_code_and_tells_nothing_inside() {
        let told = |error: RegistryError| Problem::from(error).code;
        assert_eq!(told(RegistryError::Busy), Code::Busy);
        assert_eq!(told(RegistryError::Nobody), Code::NotFound);
        assert_eq!(told(RegistryError::NameUsed), Code::KeyReused);
        assert_eq!(told(RegistryError::DoneAlready), Code::Refused);
        assert_eq!(told(RegistryError::Changed { what: "电话".to_owned() }), Code::RecordChanged);
        let broken = Problem::from(RegistryError::Broken("第 7 号申请".to_owned()));
        assert_eq!(broken.code, Code::Internal);
        assert!(!broken.json().to_string().contains("第 7 号"));
    }

    #[test]
    fn what_a_page_would_say_has_its_code() {
        let refused = |status| Problem::from(Fault::Refused(status, "没有接收。".to_owned(), "请重试。".to_owned()));
        for (status, code) in [
            (StatusCode::REQUEST_TIMEOUT, Code::TooSlow),
            (StatusCode::PAYLOAD_TOO_LARGE, Code::TooLarge),
            (StatusCode::INSUFFICIENT_STORAGE, Code::NoRoom),
            (StatusCode::SERVICE_UNAVAILABLE, Code::Unavailable),
        ] {
            let problem = refused(status);
            assert_eq!((problem.code, problem.detail.as_str()), (code, "没有接收。"));
            assert_eq!(problem.code.status(), status);
        }
        assert_eq!(Problem::from(Fault::NoSuchRecord).code, Code::NotFound);
        assert_eq!(Problem::from(Fault::Registry(RegistryError::Stale)).code, Code::VersionDiffers);
    }

    #[test]
    fn a_code_has_a_word_a_sentence_and_a_hint_of_its_own() {
        for code in Code::ALL {
            assert_eq!(Code::ALL.iter().filter(|other| other.as_str() == code.as_str()).count(), 1);
            assert!(code.title().ends_with('。') && code.hint().ends_with('。'), "{}", code.as_str());
            assert!(code.status().is_client_error() || code.status().is_server_error());
        }
    }
}
