//! Who says which version they looked at is refused where it is another by then, and only then.

use axum::http::{Method, StatusCode};
use serde_json::{Value, json};

use super::{Answer, Program};
use crate::compare::{quick, sent, with};
use crate::support::Site;

fn stale(got: &Answer) {
    assert_eq!((got.status, got.code()), (StatusCode::PRECONDITION_FAILED, "version-differs"), "{}", got.text);
    assert!(got.json["hint"].as_str().unwrap().contains("重新查看"), "{}", got.text);
}

/// Does something with the tag of an earlier look, which is refused, and then with that of now.
async fn first_stale_then_done(program: &Program<'_>, path: &str, act: &str, before: &str, body: Value) {
    let there = format!("{path}/{act}");
    stale(&program.act_seen(&there, &format!("{act}-stale").replace('/', "-"), before, body.clone()).await);
    let now = program.get(path).await.tag();
    assert_ne!(now, before, "{path}");
    // one of several tags is enough
    let tags = format!("{before}, {now}");
    let done = program.act_seen(&there, &format!("{act}-now").replace('/', "-"), &tags, body).await;
    assert_eq!(done.status, StatusCode::OK, "{there}: {}", done.text);
}

#[tokio::test]
async fn a_change_is_decided_as_it_was_looked_at() {
    let site = Site::new().await;
    let (maker, checker) = (site.program("county").await, site.program("checker").await);
    let person = site.person("罗承志").await;
    let record = maker.get(&format!("/api/v1/people/{person}")).await;
    assert_eq!(record.tag(), format!("\"{}\"", record.json["revision"]));
    let body = json!({
        "person": person, "seen": record.json["revision"], "procedure": {"procedure": "death"}, "effective": "2016-11-01",
    });
    let made = maker.act("/api/v1/changes", "a-death-1", body).await;
    let path = format!("/api/v1/changes/{}", made.json["request"]);
    let before = checker.get(&path).await.tag();
    assert_eq!(checker.get(&path).await.tag(), before, "looking changes nothing");
    // the record changes meanwhile
    let said = json!({"item": "medical", "said": "enrolled", "said_on": "2016-11-20", "source": "窗口"});
    let claims = format!("/api/v1/people/{person}/claims");
    assert_eq!(maker.act_seen(&claims, "a-claim-1", &record.tag(), said.clone()).await.status, StatusCode::OK);
    let withdraw = json!({"reason": "报错了"});
    stale(&maker.act_seen(&format!("{path}/withdrawal"), "withdraw-1", &before, withdraw.clone()).await);
    assert_eq!(checker.get(&path).await.json["state"], "pending", "nothing was done");
    // a refusal for another reason comes first: it is not the version that is in the way
    let other = checker.act_seen(&format!("{path}/withdrawal"), "withdraw-2", &before, withdraw.clone()).await;
    assert_eq!((other.status, other.code()), (StatusCode::CONFLICT, "refused"), "{}", other.text);
    let far = site.program("neighbour").await;
    let got = far.act_seen(&format!("{path}/withdrawal"), "withdraw-3", "\"x\"", withdraw.clone()).await;
    assert_eq!(got.status, StatusCode::NOT_FOUND, "out of reach it is not there: {}", got.text);
    let now = checker.get(&path).await.tag();
    let done = maker.act_seen(&format!("{path}/withdrawal"), "withdraw-4", &now, withdraw.clone()).await;
    assert_eq!(done.status, StatusCode::OK, "{}", done.text);
    // done once under its name, it is answered whatever has become of it since
    let again = maker.act_seen(&format!("{path}/withdrawal"), "withdraw-4", &now, withdraw).await;
    assert_eq!((again.status, &again.json), (StatusCode::OK, &done.json));
    assert!(canbao_registry::audit::verify(&site.registry).await.unwrap().faults.is_empty());
}

#[tokio::test]
async fn each_kind_of_record_has_versions() {
    let site = Site::with(with(quick())).await;
    // an account
    let admin = site.program("admin").await;
    let path = "/api/v1/accounts/town";
    let before = admin.get(path).await.tag();
    admin.act(&format!("{path}/change"), "rename-1", json!({"name": "高翔"})).await;
    first_stale_then_done(&admin, path, "change", &before, json!({"name": "高翔翔"})).await;
    // a delivery, which is somebody's to send and to withdraw
    let delivery = sent(&site).await;
    let city = site.program("city").await;
    let path = format!("/api/v1/deliveries/{delivery}");
    let before = city.get(&path).await.tag();
    let begun =
        city.act("/api/v1/runs", "the-begin-1-one", json!({"as_of": "2016-10-31", "deliveries": [delivery]})).await;
    assert_ne!(city.get(&path).await.tag(), before, "a comparison has used it");
    // a job
    let path = format!("/api/v1/runs/{}", begun.json["job"]);
    let before = city.get(&path).await.tag();
    site.registry.next_job().await.unwrap().unwrap();
    assert_ne!(city.get(&path).await.tag(), before);
    let ended = canbao_registry::job::Ended {
        state: canbao_registry::job::JobState::Done,
        result: "{}".to_owned(),
        error: String::new(),
        hint: String::new(),
    };
    site.registry.end_job("city", 1, &ended).await.unwrap();
    let other = site.program("city-too").await;
    first_stale_then_done(&other, &path, "apply", &before, json!({"reason": "相符"})).await;
    // a finding, and what was made of it
    let county = site.program("county").await;
    let case = county.get("/api/v1/cases?kind=row-unresolved").await.json["cases"][0]["id"].clone();
    let path = format!("/api/v1/cases/{case}");
    let before = county.get(&path).await.tag();
    let due = canbao_domain::date::Date(canbao_web::say::today().days() + 3).to_string();
    let ask = json!({"verdict": "ask", "asked": "610902001", "due": due});
    let asked = county.act_seen(&format!("{path}/decision"), "ask-it-1", &before, ask).await;
    assert_eq!(asked.status, StatusCode::OK, "{}", asked.text);
    let undo = format!("/api/v1/handlings/{}/undo", asked.json["handling"]);
    stale(&county.act_seen(&undo, "undo-stale", &before, json!({})).await);
    first_stale_then_done(&county, &path, "decision", &before, json!({"verdict": "different"})).await;
    // a list that leaves
    let wanted = json!({"filter": {}, "columns": ["name"], "purpose": "其他", "note": "试", "format": "csv"});
    let made = county.act("/api/v1/exports", "ask-list", wanted).await;
    let path = format!("/api/v1/exports/{}", made.json["export"]);
    let before = county.get(&path).await.tag();
    let checker = site.program("checker").await;
    checker.act(&format!("{path}/decision"), "approve-1", json!({"approve": true, "reason": "相符"})).await;
    first_stale_then_done(&county, &path, "withdrawal", &before, json!({"reason": "不用了"})).await;
}

#[tokio::test]
async fn of_two_at_once_who_saw_the_same_one_is_done() {
    let site = Site::new().await;
    let (county, checker) = (site.program("county").await, site.program("checker").await);
    let case = county.get("/api/v1/cases?kind=name-differs").await.json["cases"][0]["id"].clone();
    let path = format!("/api/v1/cases/{case}");
    let tag = county.get(&path).await.tag();
    let due = canbao_domain::date::Date(canbao_web::say::today().days() + 3).to_string();
    let there = format!("{path}/decision");
    let ask = |place: &str| json!({"verdict": "ask", "asked": place, "due": due});
    let (one, other) = tokio::join!(
        county.act_seen(&there, "ask-one-1", &tag, ask("610902001001")),
        checker.act_seen(&there, "ask-two-1", &tag, ask("610902001002")),
    );
    // a second question would replace the first: only the version is in the way
    let (done, late) = if one.status == StatusCode::OK { (one, other) } else { (other, one) };
    assert_eq!(done.status, StatusCode::OK, "{}", done.text);
    stale(&late);
    let past = county.get(&path).await.json["past"].clone();
    assert_eq!(past.as_array().unwrap().len(), 1, "{past}");
}

#[tokio::test]
async fn a_tag_is_written_as_it_was_given() {
    let site = Site::new().await;
    let admin = site.program("admin").await;
    let there = "/api/v1/accounts/town/change";
    for (at, tag) in
        ["x", "\"", "\"\"", "W/\"1\"", "\"a\" \"b\"", "\"a\",", "*, \"a\"", "\"a b\""].into_iter().enumerate()
    {
        let got = admin.act_seen(there, &format!("no-tag-{at}"), tag, json!({"name": "高翔"})).await;
        assert_eq!((got.status, got.code()), (StatusCode::BAD_REQUEST, "bad-version"), "{tag}: {}", got.text);
    }
    let got = admin.act_seen(there, "any-version", "*", json!({"name": "高翔"})).await;
    assert_eq!(got.status, StatusCode::OK, "{}", got.text);
    // two lines are one list
    let tag = admin.get("/api/v1/accounts/town").await.tag();
    let headers = [
        ("content-type", "application/json"),
        ("idempotency-key", "two-lines"),
        ("if-match", "\"x\""),
        ("if-match", &tag),
    ];
    let got = admin.send(Method::POST, there, &headers, json!({"name": "高翔翔"}).to_string()).await;
    assert_eq!(got.status, StatusCode::OK, "{}", got.text);
}
