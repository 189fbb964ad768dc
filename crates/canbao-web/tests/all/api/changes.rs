//! Changes by program: one puts forward, another decides; each is done once however often it is asked for.

use axum::http::StatusCode;
use serde_json::{Value, json};

use super::Program;
use crate::support::Site;

async fn proposal(program: &Program<'_>, name: &str, procedure: Value) -> Value {
    let person = program.site.person(name).await;
    let seen = program.get(&format!("/api/v1/people/{person}")).await.json["revision"].clone();
    json!({"person": person, "seen": seen, "procedure": procedure, "effective": "2016-11-01"})
}

#[tokio::test]
async fn one_puts_forward_another_decides_and_it_can_be_undone() {
    let site = Site::new().await;
    let (maker, checker) = (site.program("county").await, site.program("checker").await);
    let begun = json!({"procedure": "enrolment-begun", "scheme": "resident-pension", "pooling_area": "610902"});
    let proposed = proposal(&maker, "罗承志", begun).await;
    let person = proposed["person"].clone();
    let made = maker.act("/api/v1/changes", "propose-1", proposed.clone()).await;
    assert_eq!((made.status, made.json["act"].as_str()), (StatusCode::OK, Some("propose")), "{}", made.text);
    let id = made.json["request"].as_i64().unwrap();
    let listed = checker.get("/api/v1/changes").await.json;
    assert_eq!((listed["total"].as_i64(), listed["changes"][0]["id"].as_i64()), (Some(1), Some(id)), "{listed}");
    assert_eq!(listed["changes"][0]["area"]["code"], "610902001001");
    let shown = checker.get(&format!("/api/v1/changes/{id}")).await;
    assert_eq!(shown.json["particulars"][0], json!({"label": "险种", "value": "城乡居民养老保险"}));
    let decide = format!("/api/v1/changes/{id}/decision");
    let yes = |seen: &Value| json!({"approve": true, "reason": "与材料一致", "seen": seen});
    let own = maker.act(&decide, "decide-by-maker", yes(&shown.json["seen"])).await;
    assert_eq!((own.status, own.code()), (StatusCode::CONFLICT, "refused"), "{}", own.text);
    assert!(own.json["detail"].as_str().unwrap().contains("审核人不能是经办人本人"));
    let stale = checker.act(&decide, "decide-stale", yes(&json!(0))).await;
    assert_eq!((stale.status, stale.code()), (StatusCode::CONFLICT, "record-changed"), "{}", stale.text);
    let done = checker.act(&decide, "decide-once", yes(&shown.json["seen"])).await;
    assert_eq!(done.status, StatusCode::OK, "{}", done.text);
    assert_eq!((&done.json["request"], &done.json["person"]), (&json!(id), &person));
    assert!(done.json["revision"].as_i64().unwrap() > shown.json["seen"].as_i64().unwrap());
    let after = checker.get(&format!("/api/v1/people/{person}")).await.json;
    assert_eq!((&after["pension"], &after["category"]), (&json!("enrolled"), &json!("partial")), "{after}");
    // once more under the same name: the same receipt, and nothing more is done
    let again = checker.act(&decide, "decide-once", yes(&shown.json["seen"])).await;
    assert_eq!((again.status, &again.json), (StatusCode::OK, &done.json));
    let twice = checker.act(&decide, "decide-twice", yes(&after["revision"])).await;
    assert_eq!((twice.status, twice.code()), (StatusCode::CONFLICT, "refused"));
    let undo = format!("/api/v1/changes/{id}/undo");
    let asked = checker.act(&undo, "undo-once", json!({"reason": "办错了人"})).await;
    assert_eq!((asked.status, asked.json["act"].as_str()), (StatusCode::OK, Some("ask-undo")), "{}", asked.text);
    assert_eq!(checker.get(&format!("/api/v1/changes/{id}")).await.json["undo"]["state"], "pending");
    let agree = json!({"approve": true, "reason": "确实办错"});
    let own = checker.act(&format!("{undo}/decision"), "undo-own", agree.clone()).await;
    assert_eq!((own.status, own.code()), (StatusCode::CONFLICT, "refused"), "two people: {}", own.text);
    let undone = maker.act(&format!("{undo}/decision"), "undo-by-two", agree).await;
    assert_eq!((undone.status, undone.json["act"].as_str()), (StatusCode::OK, Some("undo")), "{}", undone.text);
    let back = checker.get(&format!("/api/v1/people/{person}")).await.json;
    assert_eq!((&back["pension"], &back["category"]), (&json!("none"), &json!("uninsured")));
    let of_person = maker.get(&format!("/api/v1/people/{person}/changes")).await.json;
    assert_eq!(of_person["changes"][0]["state"], "undone");
    let history = maker.get(&format!("/api/v1/people/{person}/history")).await.json;
    let kinds: Vec<&str> =
        history["events"].as_array().unwrap().iter().map(|event| event["kind"].as_str().unwrap()).collect();
    assert_eq!(kinds, ["apply", "enrolment-begun", "undo"]);
}

#[tokio::test]
async fn a_request_is_withdrawn_and_somebody_new_arrives() {
    let site = Site::new().await;
    let (maker, checker) = (site.program("village").await, site.program("county").await);
    let death = proposal(&maker, "陈秀珍", json!({"procedure": "death"})).await;
    let made = maker.act("/api/v1/changes", "a-death-1", death.clone()).await;
    let path = format!("/api/v1/changes/{}/withdrawal", made.json["request"]);
    let other = checker.act(&path, "not-theirs", json!({"reason": "有误"})).await;
    assert_eq!((other.status, other.code()), (StatusCode::CONFLICT, "refused"));
    let gone = maker.act(&path, "withdraw-1", json!({"reason": "报错了"})).await;
    assert_eq!((gone.status, gone.json["act"].as_str()), (StatusCode::OK, Some("withdraw")), "{}", gone.text);
    let newborn = json!({
        "procedure": "birth", "name": "罗新宝", "sex": "2", "birth_date": "2016-10-30", "area": "610902001001",
        "household": "H1", "registered": true,
    });
    let body = json!({"person": 0, "seen": 0, "procedure": newborn, "effective": "2016-10-30"});
    let made = maker.act("/api/v1/changes", "a-birth-1", body).await;
    assert_eq!(made.status, StatusCode::OK, "{}", made.text);
    let shown = checker.get(&format!("/api/v1/changes/{}", made.json["request"])).await;
    assert_eq!((shown.json["seen"].as_i64(), shown.json["person"].as_i64()), (Some(0), Some(0)), "{}", shown.text);
    let decision = json!({"approve": true, "reason": "有出生证", "seen": 0});
    let path = format!("/api/v1/changes/{}/decision", made.json["request"]);
    let done = checker.act(&path, "decide-birth", decision).await;
    assert_eq!(done.status, StatusCode::OK, "{}", done.text);
    let person = &done.json["person"];
    assert_eq!(checker.get(&format!("/api/v1/people/{person}")).await.json["name"], "罗新宝");
}

#[tokio::test]
async fn asked_for_many_times_at_once_it_is_done_once() {
    let site = Site::new().await;
    let program = site.program("county").await;
    let body = proposal(&program, "罗承志", json!({"procedure": "death"})).await;
    let send = || program.act("/api/v1/changes", "same-name", body.clone());
    let (a, b, c, d, e) = tokio::join!(send(), send(), send(), send(), send());
    for got in [&b, &c, &d, &e] {
        assert_eq!((got.status, &got.json), (StatusCode::OK, &a.json), "{}", got.text);
    }
    assert_eq!(program.get("/api/v1/changes").await.json["total"], 1);
    // the name is the account's, whichever token it calls with; another account has names of its own
    let other_token = site.program("county").await;
    assert_eq!(other_token.act("/api/v1/changes", "same-name", body.clone()).await.json, a.json);
    let checker = site.program("checker").await;
    let got = checker.act("/api/v1/changes", "same-name", body.clone()).await;
    assert_eq!((got.status, got.code()), (StatusCode::CONFLICT, "refused"), "{}", got.text);
    // the same name for something else
    let mut other = body.clone();
    other["effective"] = json!("2016-11-02");
    let got = program.act("/api/v1/changes", "same-name", other).await;
    assert_eq!((got.status, got.code()), (StatusCode::UNPROCESSABLE_ENTITY, "idempotency-key-reused"));
    // what was refused may be asked for again under its name, once it can be done
    let refused = program.act("/api/v1/changes", "after-that", body.clone()).await;
    assert_eq!(refused.code(), "refused", "{}", refused.text);
    let path = format!("/api/v1/changes/{}/withdrawal", a.json["request"]);
    program.act(&path, "withdraw-it", json!({"reason": "另报"})).await;
    let now = program.act("/api/v1/changes", "after-that", body).await;
    assert_eq!((now.status, now.json["request"].as_i64()), (StatusCode::OK, Some(2)), "{}", now.text);
    assert!(canbao_registry::audit::verify(&site.registry).await.unwrap().faults.is_empty());
}

#[tokio::test]
async fn what_somebody_said_and_accounts_leave_receipts_too() {
    let site = Site::new().await;
    let program = site.program("county").await;
    let person = site.person("周小琴").await;
    let path = format!("/api/v1/people/{person}/claims");
    let said = json!({"item": "pension", "said": "enrolled", "said_on": "2016-11-20", "source": "入户"});
    let first = program.act(&path, "a-claim-1", said.clone()).await;
    assert_eq!((first.status, first.json["act"].as_str()), (StatusCode::OK, Some("claim")), "{}", first.text);
    assert_eq!(program.act(&path, "a-claim-1", said.clone()).await.json, first.json);
    assert_eq!(program.get(&path).await.json["claims"], json!([said]));
    let admin = site.program("admin").await;
    let new = json!({"login": "gao.xiang", "name": "高翔", "role": "town", "area": "610902001", "password": "清明-河畔-Liu7"});
    let made = admin.act("/api/v1/accounts", "an-account-1", new.clone()).await;
    assert_eq!((made.status, made.json["act"].as_str()), (StatusCode::OK, Some("account-add")), "{}", made.text);
    assert_eq!(admin.act("/api/v1/accounts", "an-account-1", new.clone()).await.json, made.json);
    let taken = admin.act("/api/v1/accounts", "an-account-2", new).await;
    assert_eq!((taken.status, taken.code()), (StatusCode::CONFLICT, "refused"));
    let off = json!({"disabled": true});
    let done = admin.act("/api/v1/accounts/gao.xiang/change", "disable-1", off.clone()).await;
    assert_eq!(done.status, StatusCode::OK, "{}", done.text);
    let nothing = admin.act("/api/v1/accounts/gao.xiang/change", "disable-2", off).await;
    assert_eq!((nothing.status, nothing.code()), (StatusCode::CONFLICT, "refused"), "nothing to change");
    let weak = admin.act("/api/v1/accounts/gao.xiang/reset", "reset-weak", json!({"password": "12345678"})).await;
    assert_eq!(weak.code(), "refused", "{}", weak.text);
    let reset =
        admin.act("/api/v1/accounts/gao.xiang/reset", "a-reset-1", json!({"password": "另一条-河畔-Liu8"})).await;
    assert_eq!(reset.status, StatusCode::OK, "{}", reset.text);
    let listed = admin.get("/api/v1/accounts").await.json;
    let own = listed["accounts"].as_array().unwrap().iter().find(|one| one["login"] == "gao.xiang").unwrap().clone();
    assert_eq!((&own["disabled"], &own["must_change"]), (&json!(true), &json!(true)));
    let audit = site.program("auditor").await.get("/api/v1/audit?actor=admin").await;
    let acts: Vec<&str> =
        audit.json["entries"].as_array().unwrap().iter().map(|entry| entry["action"].as_str().unwrap()).collect();
    assert_eq!(acts, ["account-reset", "account-disable", "account-add"]);
}
