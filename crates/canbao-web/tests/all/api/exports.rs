//! Lists that leave by program: asked, decided by another, taken by who asked.

use axum::http::StatusCode;
use serde_json::{Value, json};

use super::Program;
use crate::support::{Site, number_of};

fn wanted(whole: bool, format: &str) -> Value {
    json!({
        "filter": {"category": "uninsured"}, "columns": ["phone", "name", "number"], "whole": whole,
        "purpose": "入户调查用名单", "note": "交江北街道核实", "format": format,
    })
}

async fn asked(program: &Program<'_>, name: &str, body: Value) -> String {
    let made = program.act("/api/v1/exports", name, body).await;
    assert_eq!((made.status, &made.json["act"]), (StatusCode::OK, &json!("ask-export")), "{}", made.text);
    format!("/api/v1/exports/{}", made.json["export"])
}

#[tokio::test]
async fn a_list_leaves_by_two_people() {
    let site = Site::new().await;
    let (county, checker) = (site.program("county").await, site.program("checker").await);
    let export = asked(&county, "ask-list", wanted(false, "csv")).await;
    let (decision, file) = (format!("{export}/decision"), format!("{export}/file"));
    let yes = json!({"approve": true, "reason": "列和人数与任务一致"});
    for (who, path, name, body, told) in [
        (&county, &decision, "own-decision", yes.clone(), "不能是申请人本人"),
        (&county, &file, "too-early", json!({}), "还没有同意"),
    ] {
        let got = who.act(path, name, body).await;
        assert_eq!((got.status, got.code()), (StatusCode::CONFLICT, "refused"), "{}", got.text);
        assert!(got.text.contains(told), "{}", got.text);
    }
    let shown = checker.get(&export).await.json;
    assert_eq!(
        (&shown["state"], &shown["rows"], &shown["list"]),
        (&json!("pending"), &json!(2), &json!("汉滨区，未参保"))
    );
    assert_eq!(shown["columns"], json!(["name", "number", "phone"]), "in their own order");
    let done = checker.act(&decision, "approve-it", yes).await;
    assert_eq!((done.status, &done.json["act"]), (StatusCode::OK, &json!("approve-export")), "{}", done.text);
    assert_eq!(checker.ask(&file, json!({})).await.status, StatusCode::CONFLICT, "not theirs to take");
    let got = county.ask(&file, json!({})).await;
    assert_eq!(
        (got.status, got.headers["content-type"].to_str().unwrap()),
        (StatusCode::OK, "text/csv; charset=utf-8")
    );
    let lines: Vec<&str> = got.text.trim_start_matches('\u{feff}').trim_end().split("\r\n").collect();
    assert_eq!((lines[1], lines[lines.len() - 1]), ("姓名,身份证号,电话", "共 2 人"));
    assert!(lines[0].contains("交江北街道核实") && !got.text.contains(&number_of("罗承志")), "{}", got.text);
    assert_eq!(county.get(&export).await.json["taken"], 1);
    let looks = site.program("auditor").await.get("/api/v1/looks?actor=county").await;
    assert!(looks.text.contains("接口令牌") && looks.text.contains("导出第 1 件"), "{}", looks.text);
    let back = county.act(&format!("{export}/withdrawal"), "withdraw-it", json!({"reason": "不用了"})).await;
    assert_eq!(back.status, StatusCode::OK, "{}", back.text);
    assert_eq!(county.ask(&file, json!({})).await.status, StatusCode::CONFLICT);
}

#[tokio::test]
async fn who_may_not_decide_sees_their_own_alone() {
    let site = Site::new().await;
    let (town, county) = (site.program("town").await, site.program("county").await);
    let own = asked(&town, "own-list", wanted(true, "xlsx")).await;
    let theirs = asked(&county, "county-list", wanted(false, "csv")).await;
    assert_eq!(town.get("/api/v1/exports").await.json["exports"].as_array().unwrap().len(), 1);
    assert_eq!(town.get(&theirs).await.status, StatusCode::NOT_FOUND);
    let neighbour = site.program("neighbour").await;
    let yes = json!({"approve": true, "reason": "同意"});
    assert_eq!(neighbour.get(&own).await.status, StatusCode::NOT_FOUND);
    assert_eq!(
        neighbour.act(&format!("{own}/decision"), "not-theirs", yes.clone()).await.status,
        StatusCode::NOT_FOUND
    );
    // a token without the right to decide is as one who may not
    let narrow = site.program_with("county", &["export"]).await;
    assert_eq!(narrow.get(&own).await.status, StatusCode::NOT_FOUND);
    assert_eq!(county.act(&format!("{own}/decision"), "approve-it", yes).await.status, StatusCode::OK);
    let got = town.ask(&format!("{own}/file"), json!({})).await;
    assert!(got.status == StatusCode::OK && got.text.starts_with("PK"), "{}", got.status);
    let json_only = [("content-type", "application/json"), ("accept", "application/json")];
    let got = town.send(axum::http::Method::POST, &format!("{own}/file"), &json_only, "{}".to_owned()).await;
    assert_eq!((got.status, got.code()), (StatusCode::NOT_ACCEPTABLE, "not-acceptable"), "a file is no JSON");
    for (name, body) in [
        ("no-columns", json!({"filter": {}, "columns": [], "purpose": "其他", "note": "试", "format": "csv"})),
        ("no-purpose", json!({"filter": {}, "columns": ["name"], "purpose": "好奇", "note": "试", "format": "csv"})),
        (
            "more-filters",
            json!({"filter": {"q": "罗"}, "columns": ["name"], "purpose": "其他", "note": "试", "format": "csv"}),
        ),
    ] {
        let got = county.act("/api/v1/exports", name, body).await;
        assert_eq!((got.status, got.code()), (StatusCode::UNPROCESSABLE_ENTITY, "invalid"), "{name}: {}", got.text);
    }
    let nobody =
        json!({"filter": {"aid": "disability"}, "columns": ["name"], "purpose": "其他", "note": "试", "format": "csv"});
    let got = county.act("/api/v1/exports", "nobody-in-it", nobody).await;
    assert!(got.status == StatusCode::CONFLICT && got.text.contains("没有人"), "{}", got.text);
    let far =
        json!({"filter": {"area": "610921"}, "columns": ["name"], "purpose": "其他", "note": "试", "format": "csv"});
    assert_eq!(county.act("/api/v1/exports", "not-in-reach", far).await.status, StatusCode::NOT_FOUND);
}
