//! Comparisons by program: one begins, another approves, and it is taken back by two.

use axum::http::StatusCode;
use serde_json::json;

use super::Answer;
use crate::compare::{quick, sent, with};
use crate::support::Site;

fn refused(got: &Answer, told: &str) {
    assert_eq!((got.status, got.code()), (StatusCode::CONFLICT, "refused"), "{}", got.text);
    assert!(got.json["detail"].as_str().unwrap().contains(told), "{}", got.text);
}

fn job(got: &Answer) -> String {
    assert_eq!((got.status, &got.json["act"]), (StatusCode::OK, &json!("job")), "{}", got.text);
    format!("/api/v1/runs/{}", got.json["job"])
}

#[tokio::test]
async fn one_begins_another_approves_and_two_take_it_back() {
    let site = Site::with(with(quick())).await;
    let delivery = sent(&site).await;
    let (city, other) = (site.program("city").await, site.program("city-too").await);
    let inputs = city.get("/api/v1/runs/inputs").await.json;
    let rural = inputs["inputs"].as_array().unwrap().iter().find(|one| one["source"] == "rural-medical").unwrap();
    assert_eq!(
        (&rural["delivery"], &inputs["latest"], &inputs["able"]),
        (&json!(delivery), &json!("2016-10-31"), &json!(true))
    );
    assert!(
        inputs["missing"].as_array().unwrap().iter().any(|title| title.as_str().unwrap().contains("户籍")),
        "{inputs}"
    );
    let begin = json!({"as_of": "2016-10-31", "deliveries": [delivery]});
    for (name, body, told) in [
        ("in-future", json!({"as_of": "2099-01-01", "deliveries": [delivery]}), "还没有到"),
        ("replaced", json!({"as_of": "2016-10-31", "deliveries": [delivery, 77]}), "刚才被撤回"),
    ] {
        refused(&city.act("/api/v1/runs", name, body).await, told);
    }
    let begun = city.act("/api/v1/runs", "the-begin-1-one", begin.clone()).await;
    let run = job(&begun);
    assert_eq!(city.act("/api/v1/runs", "the-begin-1-one", begin).await.json, begun.json, "begun once");
    assert_eq!(site.registry.jobs(10).await.unwrap().len(), 1);
    let waiting = city.get(&run).await.json;
    assert_eq!((&waiting["state"], &waiting["can"]), (&json!("queued"), &json!(["cancel"])), "{waiting}");
    let work = site.work();
    let done = city.until(&run, |run| run["state"] == "done").await.json;
    let source = &done["outcome"]["sources"][0];
    assert_eq!(
        (&source["source"], &source["rows"], &source["unresolved"]),
        (&json!("rural-medical"), &json!(10), &json!(1))
    );
    let parts = ["exact", "normalised", "upgraded", "corrected", "matched", "decided", "unresolved", "rejected"];
    assert_eq!(parts.iter().map(|part| source[part].as_i64().unwrap()).sum::<i64>(), 10, "its balance closes");
    assert_eq!((&done["trial"]["new"], &done["trial"]["revision"]), (&json!(4), &json!(7)), "{done}");
    let stages: Vec<&str> =
        done["stages"].as_array().unwrap().iter().map(|one| one["name"].as_str().unwrap()).collect();
    assert_eq!(stages, ["prepare", "read", "trial"]);
    assert_eq!((&done["can"], &done["outcome"]["first"]), (&json!(["apply"]), &json!(true)));
    let reason = json!({"reason": "行数相符"});
    refused(&city.act(&format!("{run}/apply"), "apply-own", reason.clone()).await, "另一人");
    let apply = job(&other.act(&format!("{run}/apply"), "the-apply-1-one", reason.clone()).await);
    let applied = other.until(&apply, |run| run["state"] == "done").await.json;
    assert_eq!(
        (&applied["trial"]["revision"], &applied["of"], &applied["can"]),
        (&json!(7), &json!(1), &json!(["undo"]))
    );
    refused(&other.act(&format!("{run}/apply"), "the-apply-2-one", reason).await, "已经办了");
    let undo = job(&city.act(&format!("{apply}/undo"), "the-undo-1-one", json!({"reason": "规则有误"})).await);
    assert_eq!(other.get(&undo).await.json["can"], json!(["decide"]));
    let agree = json!({"approve": true, "reason": "核对过"});
    refused(&city.act(&format!("{undo}/decision"), "decide-own", agree.clone()).await, "另一人");
    job(&other.act(&format!("{undo}/decision"), "decide-1", agree).await);
    other.until(&undo, |run| run["state"] == "done").await;
    let list = city.get("/api/v1/runs?limit=2").await.json;
    assert_eq!((&list["runs"][0]["kind"], &list["next"]), (&json!("undo"), &json!(2)), "{list}");
    assert_eq!(city.get("/api/v1/runs?before=2").await.json["runs"][0]["id"], 1);
    assert_eq!(city.get("/api/v1/runs/99").await.status, StatusCode::NOT_FOUND);
    work.abort();
}

#[tokio::test]
async fn a_comparison_at_work_is_stopped_once_and_the_audit_says_who_asked() {
    let waits = r#"echo '{"event":"begin","stage":"link","total":5}' >&2; cat > /dev/null; exit 2"#;
    let site = Site::with(with(waits.to_owned())).await;
    let delivery = sent(&site).await;
    let city = site.program("city").await;
    let work = site.work();
    let begin = json!({"as_of": "2016-10-31", "deliveries": [delivery]});
    let run = job(&city.act("/api/v1/runs", "the-begin-1-one", begin.clone()).await);
    let at_work = city.until(&run, |run| run["stages"][1]["name"] == "link").await.json;
    assert_eq!(
        (&at_work["stages"][1]["over"], &at_work["stages"][1]["total"]),
        (&json!(false), &json!(5)),
        "{at_work}"
    );
    let second = job(&city.act("/api/v1/runs", "the-begin-2-one", begin).await);
    job(&city.act(&format!("{second}/cancel"), "cancel-2", json!({})).await);
    let stopped = city.act(&format!("{run}/cancel"), "cancel-1", json!({})).await;
    job(&stopped);
    city.until(&run, |run| run["state"] == "cancelled").await;
    assert_eq!(city.act(&format!("{run}/cancel"), "cancel-1", json!({})).await.json, stopped.json);
    refused(&city.act(&format!("{run}/cancel"), "cancel-3", json!({})).await, "不能取消");
    let audit = site.program("auditor").await.get("/api/v1/audit?actor=city").await.text;
    assert!(audit.contains("job 1 compare stop") && audit.contains("job 1 compare cancelled"), "{audit}");
    work.abort();
}

#[tokio::test]
async fn without_a_program_nothing_is_begun() {
    let site = Site::new().await;
    let delivery = sent(&site).await;
    let city = site.program("city").await;
    let begin = json!({"as_of": "2016-10-31", "deliveries": [delivery]});
    refused(&city.act("/api/v1/runs", "the-begin-1-one", begin).await, "没有开通比对");
    assert_eq!(city.get("/api/v1/runs/inputs").await.json["able"], false);
}
