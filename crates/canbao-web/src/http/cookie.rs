//! The two cookies: who is logged in, and which area was chosen.

use axum::http::{HeaderMap, HeaderValue, header};

/// Of the session. `__Host-`: sent to this host alone, by HTTPS alone.
const fn session_name(secure: bool) -> &'static str {
    if secure { "__Host-canbao" } else { "canbao" }
}

/// The area that was chosen in the head; nothing secret.
const AREA: &str = "area";

fn value<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    let all = headers.get_all(header::COOKIE).iter().filter_map(|line| line.to_str().ok());
    let mut pairs = all.flat_map(|line| line.split(';')).filter_map(|pair| pair.trim().split_once('='));
    pairs.find(|(key, _)| *key == name).map(|(_, value)| value)
}

/// The session's token.
pub(crate) fn session(headers: &HeaderMap, secure: bool) -> Option<&str> {
    value(headers, session_name(secure)).filter(|token| !token.is_empty())
}

/// The chosen area's code.
pub(crate) fn area(headers: &HeaderMap) -> Option<&str> {
    value(headers, AREA).filter(|code| !code.is_empty() && code.bytes().all(|byte| byte.is_ascii_digit()))
}

fn set(name: &str, value: &str, secure: bool, rest: &str) -> Option<HeaderValue> {
    let only = if secure { "; Secure" } else { "" };
    HeaderValue::from_str(&format!("{name}={value}; Path=/; HttpOnly; SameSite=Lax{only}{rest}")).ok()
}

/// Gives a browser its session.
pub(crate) fn begin(token: &str, secure: bool) -> Option<HeaderValue> {
    set(session_name(secure), token, secure, "")
}

/// Takes it away.
pub(crate) fn end(secure: bool) -> Option<HeaderValue> {
    set(session_name(secure), "", secure, "; Max-Age=0")
}

/// Keeps the chosen area for a year.
pub(crate) fn keep_area(code: &str, secure: bool) -> Option<HeaderValue> {
    set(AREA, code, secure, "; Max-Age=31536000")
}
