//! A collector's phone, as the server sees one.

use axum::http::StatusCode;
use serde_json::{Value, json};

use crate::support::{Browser, Got, PASSWORD, Site, own};

/// A device that is known, and what it was told.
pub(crate) struct Phone<'a> {
    pub(crate) browser: Browser<'a>,
    pub(crate) token: String,
    pub(crate) device: String,
    pub(crate) cursor: i64,
    n: i64,
}

impl<'a> Phone<'a> {
    pub(crate) async fn new(site: &'a Site, login: &str, device: &str) -> Self {
        let browser = site.logged_in(login).await;
        let me: Value = serde_json::from_str(&browser.get("/survey/me").await.text).unwrap();
        let token = me["token"].as_str().unwrap().to_owned();
        let phone = Self { browser, token, device: format!("device-{device}"), cursor: 0, n: 0 };
        let proof = json!({ "device": phone.device, "name": "红米", "password": own(login) });
        let got = phone.post("/survey/device", &proof).await;
        assert_eq!(got.status, StatusCode::OK, "{}", got.text);
        phone
    }

    pub(crate) async fn post(&self, path: &str, body: &Value) -> Got {
        self.browser.call(path, &self.token, body.to_string().as_bytes()).await
    }

    /// Sends operations and takes what changed.
    pub(crate) async fn sync(&mut self, ops: &[Value]) -> Value {
        let message = json!({ "device": self.device, "since": self.cursor, "ops": ops, "forms": {} });
        let got = self.post("/survey/sync", &message).await;
        assert_eq!(got.status, StatusCode::OK, "{}", got.text);
        let answer: Value = serde_json::from_str(&got.text).unwrap();
        self.cursor = answer["cursor"].as_i64().unwrap();
        answer
    }

    /// An operation under a name of its own.
    pub(crate) fn op(&mut self, name: &str, mut act: Value) -> Value {
        self.n += 1;
        act["id"] = format!("{}-{name}", self.device).into();
        act["n"] = self.n.into();
        act["at"] = (canbao_web::say::now_ms() - 600_000 + self.n * 1000).into();
        act
    }
}

pub(crate) fn set(task: &str, item: &str, value: &str, bases: &[&str]) -> Value {
    json!({ "kind": "set", "task": task, "item": item, "value": value, "bases": bases })
}

pub(crate) fn submit(task: &str) -> Value {
    json!({ "kind": "submit", "task": task })
}

/// The task of somebody in an answer.
pub(crate) fn task_of<'v>(answer: &'v Value, name: &str) -> &'v Value {
    answer["tasks"].as_array().unwrap().iter().find(|task| task["name"] == name).unwrap_or(&Value::Null)
}

/// The states of an answer's results.
pub(crate) fn states(answer: &Value) -> Vec<&str> {
    answer["results"].as_array().unwrap().iter().map(|result| result["state"].as_str().unwrap()).collect()
}

/// All answers that make a form of somebody grown up complete.
pub(crate) fn filled(work: &str) -> Vec<(&'static str, String)> {
    [
        ("outcome", "11"),
        ("certificate", "1"),
        ("relation", "02"),
        ("hukou", "20"),
        ("home", "1"),
        ("address", "张滩村三组"),
        ("phone", "13900005207"),
        ("work", work),
        ("education", "71"),
        ("pension", "00"),
        ("medical", "38"),
        ("reason", "302"),
        ("wish", "1"),
    ]
    .into_iter()
    .map(|(item, value)| (item, value.to_owned()))
    .collect()
}

/// What a phone puts in at first, of a task that it was sent: name and sex.
pub(crate) fn prefilled(task: &Value) -> Vec<(&'static str, String)> {
    ["name", "sex"].into_iter().map(|item| (item, task["known"][item].as_str().unwrap().to_owned())).collect()
}

/// Issues everybody, by the page, as the city does.
pub(crate) async fn issued(site: &Site) {
    let city = site.logged_in("city").await;
    let csrf = city.get("/survey/round/new").await.csrf();
    let mut fields = vec![
        ("csrf", csrf),
        ("name", "2016 年第一批".to_owned()),
        ("people", "all".to_owned()),
        ("reach", "village".to_owned()),
    ];
    for category in ["uninsured", "partial", "interrupted", "information"] {
        fields.push(("category", category.to_owned()));
    }
    fields.extend([("rows", "1".to_owned()), ("units", "1".to_owned())]);
    let asked = city.post("/survey/round/new", &fields).await;
    assert!(asked.text.contains("请核对"), "{}", asked.text);
    fields.push(("step", "do".to_owned()));
    let done = city.post("/survey/round/new", &fields).await;
    assert_eq!(done.status, StatusCode::SEE_OTHER, "{}", done.text);
    let _ = PASSWORD;
}
