//! Whoever comes by plain HTTP where pages are served by HTTPS is sent there, and told nothing else.

use axum::extract::Request;
use axum::http::header;
use axum::response::{IntoResponse as _, Redirect, Response};

/// Where HTTPS is.
#[derive(Clone, Debug)]
pub(crate) struct To {
    /// The server's names; none where any will do.
    pub(crate) names: Vec<String>,
    pub(crate) port: u16,
}

pub(crate) async fn elsewhere(to: To, request: Request) -> Response {
    let host = request.headers().get(header::HOST).and_then(|host| host.to_str().ok()).unwrap_or_default();
    let path = request.uri().path_and_query().map_or("/", |path| path.as_str());
    to.address(host, path).map_or_else(
        || axum::http::StatusCode::BAD_REQUEST.into_response(),
        |to| Redirect::permanent(&to).into_response(),
    )
}

impl To {
    /// The same page by HTTPS, under the name that was asked for where it is the server's, else under its first.
    fn address(&self, host: &str, path: &str) -> Option<String> {
        let asked = without_port(host);
        let is_host = !asked.is_empty() && asked.bytes().all(|b| b.is_ascii_alphanumeric() || b".-:[]".contains(&b));
        let known = self.names.iter().any(|name| name.eq_ignore_ascii_case(asked.trim_matches(['[', ']'])));
        let name = if is_host && (known || self.names.is_empty()) {
            asked.to_owned()
        } else {
            let first = self.names.first()?;
            if first.contains(':') { format!("[{first}]") } else { first.clone() }
        };
        let port = if self.port == 443 { String::new() } else { format!(":{}", self.port) };
        Some(format!("https://{name}{port}{path}"))
    }
}

fn without_port(host: &str) -> &str {
    match host.rsplit_once(':') {
        Some((name, port))
            if !port.is_empty() && port.bytes().all(|byte| byte.is_ascii_digit()) && name.ends_with(']') =>
        {
            name
        }
        Some((name, port)) if port.bytes().all(|byte| byte.is_ascii_digit()) && !name.contains(':') => name,
        _ => host,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_way_leads_to_a_name_of_the_server_alone() {
        let to = |names: &[&str], port| To { names: names.iter().map(|name| (*name).to_owned()).collect(), port };
        let named = to(&["canbao.ankang.gov.cn", "10.20.0.5", "fd00::5"], 443);
        for (host, led) in [
            ("canbao.ankang.gov.cn", "https://canbao.ankang.gov.cn/people?after=3"),
            ("CANBAO.ankang.gov.cn:80", "https://CANBAO.ankang.gov.cn/people?after=3"),
            ("10.20.0.5:8080", "https://10.20.0.5/people?after=3"),
            ("[fd00::5]:80", "https://[fd00::5]/people?after=3"),
            ("evil.example", "https://canbao.ankang.gov.cn/people?after=3"),
            ("a@evil.example/", "https://canbao.ankang.gov.cn/people?after=3"),
            ("", "https://canbao.ankang.gov.cn/people?after=3"),
        ] {
            assert_eq!(named.address(host, "/people?after=3").as_deref(), Some(led), "{host}");
        }
        assert_eq!(to(&["fd00::5"], 8443).address("x", "/").as_deref(), Some("https://[fd00::5]:8443/"));
        assert_eq!(to(&[], 8443).address("any.example:80", "/").as_deref(), Some("https://any.example:8443/"));
        assert_eq!(to(&[], 8443).address("an\"y", "/"), None);
    }
}
