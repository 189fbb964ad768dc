//! The interface, called as a program calls it.

mod answers;
mod bulks;
mod cases;
mod changes;
mod deliveries;
mod document;
mod errors;
mod exports;
mod people;
mod rights;
mod runs;
mod tokens;
mod versions;

use axum::body::Body;
use axum::http::{HeaderMap, Method, Request, StatusCode, header};
use canbao_registry::account::NewToken;
use serde_json::Value;

use crate::support::Site;

/// All that a token can carry.
pub(crate) const ALL: [&str; 19] = [
    "survey",
    "run-survey",
    "approve-survey",
    "people",
    "reveal",
    "propose",
    "check",
    "findings",
    "answer",
    "figures",
    "deliver",
    "compare",
    "employers",
    "areas",
    "change-areas",
    "export",
    "approve-export",
    "accounts",
    "log",
];

/// What came back.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    pub(crate) text: String,
    pub(crate) json: Value,
}

impl Answer {
    /// The version of what it shows, as it is sent back.
    pub(crate) fn tag(&self) -> String {
        self.headers["etag"].to_str().unwrap().to_owned()
    }

    /// The code of an error; blank where there is none.
    pub(crate) fn code(&self) -> &str {
        self.json["code"].as_str().unwrap_or_default()
    }
}

/// A program with a token.
pub(crate) struct Program<'a> {
    pub(crate) site: &'a Site,
    pub(crate) secret: String,
}

/// A token of an account, for a day.
pub(crate) async fn token(site: &Site, login: &str, scopes: &[&str]) -> (i64, String) {
    let account = site.registry.account(login).await.unwrap().unwrap();
    let scopes = scopes.iter().map(|scope| (*scope).to_owned()).collect();
    let expires = canbao_web::say::now_ms() + 86_400_000;
    let new = NewToken { name: "试验".to_owned(), scopes, expires };
    let (token, secret) = site.registry.add_token("test", &account, new).await.unwrap();
    (token.id, secret)
}

impl Site {
    /// A program in an account's name, with a token that carries everything.
    pub(crate) async fn program(&self, login: &str) -> Program<'_> {
        self.program_with(login, &ALL).await
    }

    pub(crate) async fn program_with(&self, login: &str, scopes: &[&str]) -> Program<'_> {
        Program { site: self, secret: token(self, login, scopes).await.1 }
    }
}

impl Program<'_> {
    pub(crate) async fn get(&self, path: &str) -> Answer {
        self.send(Method::GET, path, &[], String::new()).await
    }

    /// Posts what changes nothing.
    pub(crate) async fn ask(&self, path: &str, body: Value) -> Answer {
        self.send(Method::POST, path, &[("content-type", "application/json")], body.to_string()).await
    }

    /// Posts what changes something, under a name.
    pub(crate) async fn act(&self, path: &str, name: &str, body: Value) -> Answer {
        let headers = [("content-type", "application/json"), ("idempotency-key", name)];
        self.send(Method::POST, path, &headers, body.to_string()).await
    }

    /// The same, of what was looked at as a version.
    pub(crate) async fn act_seen(&self, path: &str, name: &str, tag: &str, body: Value) -> Answer {
        let headers = [("content-type", "application/json"), ("idempotency-key", name), ("if-match", tag)];
        self.send(Method::POST, path, &headers, body.to_string()).await
    }

    /// Sends a form with files.
    pub(crate) async fn upload(
        &self,
        path: &str,
        name: &str,
        fields: &[(&str, &str)],
        files: &[(&str, &[u8])],
    ) -> Answer {
        let mut body = Vec::new();
        for (field, text) in fields {
            let part = format!("--b\r\nContent-Disposition: form-data; name=\"{field}\"\r\n\r\n{text}\r\n");
            body.extend_from_slice(part.as_bytes());
        }
        for (file, bytes) in files {
            let head = format!("--b\r\nContent-Disposition: form-data; name=\"files\"; filename=\"{file}\"\r\n\r\n");
            body.extend_from_slice(head.as_bytes());
            body.extend_from_slice(bytes);
            body.extend_from_slice(b"\r\n");
        }
        body.extend_from_slice(b"--b--\r\n");
        let headers = [("content-type", "multipart/form-data; boundary=b"), ("idempotency-key", name)];
        self.send_bytes(Method::POST, path, &headers, body).await
    }

    /// Asks for something until it is so; what it is in the end.
    pub(crate) async fn until(&self, path: &str, is_so: impl Fn(&Value) -> bool) -> Answer {
        for _ in 0..400 {
            let got = self.get(path).await;
            if is_so(&got.json) {
                return got;
            }
            tokio::time::sleep(std::time::Duration::from_millis(25)).await;
        }
        panic!("{path}: never so: {}", self.get(path).await.text);
    }

    pub(crate) async fn send(&self, method: Method, path: &str, headers: &[(&str, &str)], body: String) -> Answer {
        self.send_bytes(method, path, headers, body.into_bytes()).await
    }

    async fn send_bytes(&self, method: Method, path: &str, headers: &[(&str, &str)], body: Vec<u8>) -> Answer {
        let mut request = Request::builder().method(method).uri(path);
        if !self.secret.is_empty() {
            request = request.header(header::AUTHORIZATION, format!("Bearer {}", self.secret));
        }
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let got = self.site.browser().send(request.body(Body::from(body)).unwrap()).await;
        let json = serde_json::from_str(&got.text).unwrap_or_default();
        Answer { status: got.status, headers: got.headers, text: got.text, json }
    }
}
