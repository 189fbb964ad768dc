//! Errors: each code is reached, none tells anything personal or anything of what was sent.

use std::collections::BTreeSet;

use axum::http::{Method, StatusCode};
use canbao_web::App;
use canbao_web::api::Code;
use serde_json::json;

use super::{Answer, Program, token};
use crate::support::{Site, number_of, settings};

const JSON: (&str, &str) = ("content-type", "application/json");
const FORM: (&str, &str) = ("content-type", "multipart/form-data; boundary=b");
const EXTRACTS: &str = "/api/v1/sources/rural-medical/deliveries";
const KEY: (&str, &str) = ("idempotency-key", "a-name-of-a-request");

fn sound(got: &Answer) {
    assert_eq!(got.headers["content-type"], "application/problem+json", "{}", got.text);
    for member in ["type", "title", "status", "detail", "code", "hint", "errors"] {
        assert!(!got.json[member].is_null(), "{member}: {}", got.text);
    }
    assert_eq!(got.json["status"], got.status.as_u16());
    let code = Code::ALL.iter().find(|code| code.as_str() == got.code()).expect("a code of the table");
    assert_eq!(code.status(), got.status);
    assert_eq!(got.json["type"], format!("/api/v1/docs#{}", code.as_str()));
    assert!(got.json["detail"].as_str().unwrap().ends_with('。'), "{}", got.text);
    for hidden in ["罗承志", &number_of("罗承志"), "王秀英", "sqlx", "SELECT"] {
        assert!(!got.text.contains(hidden), "{hidden}: {}", got.text);
    }
}

#[tokio::test]
async fn each_code_is_reached() {
    let site = Site::new().await;
    let city = site.program("city").await;
    let leader = site.program("leader").await;
    let narrow = site.program_with("city", &["people"]).await;
    let nobody = Program { site: &site, secret: String::new() };
    let person = site.person("罗承志").await;
    let seen = city.get(&format!("/api/v1/people/{person}")).await.json["revision"].clone();
    let of_person = format!("/api/v1/people/{person}");
    let changes = "/api/v1/changes";
    let death = json!({"person": person, "seen": seen, "procedure": {"procedure": "death"}, "effective": "2016-11-01"});
    let changed = json!({"person": person, "seen": 0, "procedure": {"procedure": "death"}, "effective": "2016-11-01"});
    let future =
        json!({"person": person, "seen": seen, "procedure": {"procedure": "death"}, "effective": "2099-11-01"});
    let other = json!({"person": person, "seen": seen, "procedure": {"procedure": "death"}, "effective": "2016-11-02"});
    let claim = json!({"item": "medical", "said": "none", "said_on": "2016-11-20", "source": "窗口"});
    let post = async |headers: &[(&str, &str)], body: String| city.send(Method::POST, changes, headers, body).await;
    let mut reached = vec![
        post(&[JSON, KEY], "{".to_owned()).await,
        post(&[JSON, KEY], "\u{feff}{}".to_owned()).await,
        city.get("/api/v1/people?limit=0").await,
        city.get("/api/v1/people?sex=1&sex=2").await,
        city.get("/api/v1/people?q=罗承志").await,
        city.get("/api/v1/people?cursor=x").await,
        post(&[JSON], death.to_string()).await,
        post(&[JSON, ("idempotency-key", "short")], death.to_string()).await,
        nobody.get(&of_person).await,
        leader.get(&of_person).await,
        narrow.get("/api/v1/figures").await,
        city.get("/api/v1/people/999999").await,
        city.get("/api/v1/people/abc").await,
        city.get("/api/v1/people/%ff").await,
        city.get("/api/v1/figures").await,
        city.get("/api/v2/people").await,
        city.send(Method::DELETE, &of_person, &[], String::new()).await,
        city.send(Method::PUT, "/api/v1/me", &[], String::new()).await,
        city.send(Method::GET, &of_person, &[("accept", "text/html")], String::new()).await,
        post(&[JSON, KEY], future.to_string()).await,
        post(&[JSON, KEY], changed.to_string()).await,
        post(&[JSON, KEY], " ".repeat(600 * 1024)).await,
        post(&[("content-type", "text/plain"), KEY], death.to_string()).await,
        post(&[KEY], death.to_string()).await,
        post(&[JSON, KEY], json!({"王秀英": 1}).to_string()).await,
        city.send(Method::POST, "/api/v1/changes/1/undo", &[JSON, KEY, ("if-match", "x")], String::new()).await,
        city.send(Method::POST, EXTRACTS, &[JSON, KEY], "{}".to_owned()).await,
        city.send(Method::POST, EXTRACTS, &[FORM, KEY], "--b\r\nContent-Disposition: form-data; na".to_owned()).await,
        city.act_seen(&format!("{of_person}/claims"), "a-claim-1", "\"0\"", claim).await,
    ];
    let full = Site::with(|settings| settings.upload.free_bytes = u64::MAX).await;
    reached.push(full.program("city").await.upload(EXTRACTS, "no-room-1", &[], &[("王秀英.csv", b"x")]).await);
    let done = post(&[JSON, KEY], death.to_string()).await;
    assert_eq!(done.status, StatusCode::OK, "{}", done.text);
    reached.push(post(&[JSON, KEY], other.to_string()).await);
    // a busy registry and defects are told by the same table
    let slow = App::new(site.registry.clone(), settings(site.folder())).with_calls_a_minute(1).router();
    let (_, secret) = token(&site, "city", &["people"]).await;
    let call = async || {
        let request = axum::http::Request::get("/api/v1/me").header("authorization", format!("Bearer {secret}"));
        let request = request.body(axum::body::Body::empty()).unwrap();
        tower::ServiceExt::oneshot(slow.clone(), request).await.unwrap()
    };
    assert_eq!(call().await.status(), StatusCode::OK);
    let much = call().await;
    assert_eq!(much.status(), StatusCode::TOO_MANY_REQUESTS);
    assert!((1..=60).contains(&much.headers()["retry-after"].to_str().unwrap().parse::<i64>().unwrap()));
    site.registry.close().await;
    let gone = city.get(&of_person).await;
    assert!(gone.headers.contains_key("retry-after"));
    reached.push(gone);
    let mut codes: BTreeSet<Code> = BTreeSet::from([Code::TooMany]);
    for got in &reached {
        sound(got);
        codes.extend(Code::ALL.iter().filter(|code| code.as_str() == got.code()));
    }
    // these need an apply at work, a sender that stalls, and a defect
    codes.extend([Code::Busy, Code::TooSlow, Code::Internal]);
    let all: BTreeSet<Code> = Code::ALL.iter().copied().collect();
    let missing: Vec<_> = all.difference(&codes).collect();
    assert!(missing.is_empty(), "{missing:?}");
}

#[tokio::test]
async fn what_is_wrong_is_told_place_by_place() {
    let site = Site::new().await;
    let city = site.program("city").await;
    let body = json!({
        "person": -1, "seen": "x", "effective": "2016-02-30", "evidence": "abc", "more": 1,
        "procedure": {"procedure": "enrolment-begun", "scheme": "gold", "unit_name": "", "secret": 1},
    });
    let got = city.act("/api/v1/changes", "a-name-of-a-request", body).await;
    sound(&got);
    let mut places: Vec<&str> =
        got.json["errors"].as_array().unwrap().iter().map(|one| one["pointer"].as_str().unwrap()).collect();
    places.sort_unstable();
    let wanted =
        ["", "/effective", "/evidence", "/person", "/procedure", "/procedure/scheme", "/procedure/unit_name", "/seen"];
    assert_eq!(places, wanted, "{}", got.text);
    let none = city.act("/api/v1/changes", "a-name-of-a-request", json!({})).await;
    assert_eq!(none.json["errors"].as_array().unwrap().len(), 4, "{}", none.text);
    let extract = json!({
        "person": 1, "seen": 1, "effective": "2016-11-01",
        "procedure": {"procedure": "extract-differs", "item": "phone"},
    });
    let got = city.act("/api/v1/changes", "a-name-of-a-request", extract).await;
    assert_eq!(got.json["errors"][0]["pointer"], "/procedure", "{}", got.text);
    let got = city.get("/api/v1/people?limit=1000&category=nobody").await;
    let names: Vec<&str> =
        got.json["errors"].as_array().unwrap().iter().map(|one| one["parameter"].as_str().unwrap()).collect();
    assert_eq!(names, ["category", "limit"], "{}", got.text);
}

#[tokio::test]
async fn methods_and_kinds_are_told_in_headers() {
    let site = Site::new().await;
    let city = site.program("city").await;
    let got = city.send(Method::DELETE, "/api/v1/changes", &[], String::new()).await;
    assert_eq!((got.status, got.code()), (StatusCode::METHOD_NOT_ALLOWED, "method-not-allowed"));
    let allowed = got.headers["allow"].to_str().unwrap();
    assert!(allowed.contains("GET") && allowed.contains("POST"), "{allowed}");
    for accept in ["*/*", "application/json", "application/*;q=0.5", "text/html, application/problem+json"] {
        let got = city.send(Method::GET, "/api/v1/me", &[("accept", accept)], String::new()).await;
        assert_eq!((got.status, &got.headers["content-type"]), (StatusCode::OK, &"application/json".parse().unwrap()));
    }
    let kind = [("content-type", "Application/JSON; charset=utf-8")];
    let got = city.send(Method::POST, "/api/v1/batch", &kind, json!({"rows": [{"number": "1"}]}).to_string()).await;
    assert_eq!(got.status, StatusCode::OK, "{}", got.text);
    // pages keep their own words
    let page = site.browser().get("/no-such-page").await;
    assert!(page.text.contains("没有这个页面"));
}
