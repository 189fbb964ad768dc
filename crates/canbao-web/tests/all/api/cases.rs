//! Findings by program: beside their evidence, masked as a page masks them; decided, asked about, answered, taken back.

use axum::http::StatusCode;
use canbao_domain::scope::Scope;
use canbao_registry::query::Asker;
use serde_json::{Value, json};

use super::{Answer, Program};
use crate::support::{Site, number_of};

async fn found(program: &Program<'_>, kind: &str, name: &str) -> i64 {
    let list = program.get(&format!("/api/v1/cases?kind={kind}")).await;
    let all = list.json["cases"].as_array().unwrap_or_else(|| panic!("{}", list.text)).clone();
    all.iter().find(|case| case["name"] == name).unwrap()["id"].as_i64().unwrap()
}

/// A side as a text, what differs in brackets.
fn side(pieces: &Value) -> String {
    let told = |piece: &Value| {
        let text = piece["text"].as_str().unwrap();
        if piece["differs"] == true { format!("[{text}]") } else { text.to_owned() }
    };
    pieces.as_array().unwrap().iter().map(told).collect()
}

fn line<'a>(case: &'a Value, field: &str) -> &'a Value {
    case["lines"].as_array().unwrap().iter().find(|line| line["field"] == field).unwrap()
}

fn decisions() -> Asker {
    Asker { actor: "test".to_owned(), scope: Scope::city(), purpose: "test".into() }
}

fn refused(got: &Answer, told: &str) {
    assert_eq!((got.status, got.code()), (StatusCode::CONFLICT, "refused"), "{}", got.text);
    assert!(got.json["detail"].as_str().unwrap().contains(told), "{}", got.text);
}

#[tokio::test]
async fn a_case_shows_both_sides_and_what_each_says_for_them() {
    let site = Site::new().await;
    let county = site.program("county").await;
    let counts = county.get("/api/v1/cases/counts").await.json;
    let of = |kind: &str| counts["kinds"].as_array().unwrap().iter().find(|one| one["kind"] == kind).unwrap().clone();
    assert_eq!((&of("row-unresolved")["open"], &of("row-unresolved")["total"]), (&json!(2), &json!(2)), "{counts}");
    let list = county.get("/api/v1/cases?kind=row-unresolved&limit=1").await.json;
    assert_eq!((list["total"].as_i64(), list["cases"].as_array().unwrap().len()), (Some(2), 1));
    let next =
        county.get(&format!("/api/v1/cases?kind=row-unresolved&cursor={}", list["next"].as_str().unwrap())).await;
    assert_ne!(next.json["cases"][0]["id"], list["cases"][0]["id"], "{}", next.text);
    let id = found(&county, "row-unresolved", "李常顺").await;
    let got = county.get(&format!("/api/v1/cases/{id}")).await;
    let case = &got.json;
    assert_eq!(case["question"], "这一行是不是李长顺？把握 77.7 %，不到自动认定的 99 %");
    // masked as the page masks: what differs shows, and is marked
    let number = line(case, "number");
    assert!(side(&number["row"]).starts_with("610902 **[96] **** "), "{number}");
    assert!(side(&number["record"]).starts_with("610902 **[69] **** "), "{number}");
    assert_eq!(side(&line(case, "name")["row"]), "李[常]顺");
    assert!(!got.text.contains(&number_of("李长顺")));
    // the steps come to the sum: 77.7 % are 1.8 bits
    let weights: f64 = case["lines"].as_array().unwrap().iter().map(|line| line["weight"].as_f64().unwrap()).sum();
    let sum = case["sum"].as_f64().unwrap();
    assert!((weights - sum).abs() < 1e-9 && (sum - (0.777_f64 / 0.223).log2()).abs() < 1e-9, "{weights} {sum}");
    // who is out of reach is an area's name and no more
    assert!(!got.text.contains("赵文斌"));
    assert_eq!((&case["elsewhere"], &case["people"][0]["name"]), (&json!(["汉阴县"]), &json!("李长顺")));
    let city = site.program("city").await;
    let whole = city.get(&format!("/api/v1/cases/{id}")).await.json;
    let far = whole["people"].as_array().unwrap().iter().find(|one| one["name"] == "赵文斌").unwrap();
    let beside = city.get(&format!("/api/v1/cases/{id}?with={}", far["id"])).await.json;
    assert!(beside["question"].as_str().unwrap().contains("赵文斌"), "{beside}");
    let nobody = found(&county, "row-unresolved", "<i>某某</i>").await;
    let nobody = county.get(&format!("/api/v1/cases/{nobody}")).await.json;
    let possible: Vec<&str> =
        nobody["possible"].as_array().unwrap().iter().map(|one| one["verdict"].as_str().unwrap()).collect();
    assert_eq!((possible, &nobody["sum"]), (vec!["different", "ask"], &Value::Null), "{nobody}");
    let looks = site.program("auditor").await.get("/api/v1/looks?actor=county").await.json;
    assert!(looks["looks"][0]["purpose"].as_str().unwrap().starts_with("接口令牌 "), "{looks}");
}

#[tokio::test]
async fn one_is_decided_and_taken_back() {
    let site = Site::new().await;
    let county = site.program("county").await;
    let id = found(&county, "row-unresolved", "李常顺").await;
    let (path, decide) = (format!("/api/v1/cases/{id}"), format!("/api/v1/cases/{id}/decision"));
    let whose = county.get(&path).await.json["people"][0]["id"].clone();
    refused(&county.act(&decide, "no-candidate", json!({"verdict": "same"})).await, "没有选这一行是谁的");
    refused(
        &county.act(&decide, "far-number", json!({"verdict": "same", "number": number_of("赵文斌")})).await,
        "没有这个身份证号",
    );
    refused(
        &county.act(&decide, "no-due-day", json!({"verdict": "ask", "asked": "610902001002"})).await,
        "答复期限不是日期",
    );
    let noted = json!({"verdict": "same", "candidate": whose, "note": format!("号码 {}", number_of("罗承志"))});
    refused(&county.act(&decide, "number-noted", noted).await, "说明里有身份证号");
    let body = json!({"verdict": "same", "candidate": whose, "note": "来过"});
    let done = county.act(&decide, "decide-it", body.clone()).await;
    assert_eq!(
        (done.status, &done.json["act"], &done.json["finding"]),
        (StatusCode::OK, &json!("handle"), &json!(id)),
        "{}",
        done.text
    );
    // once more under the same name: the same receipt, nothing more is done
    assert_eq!(county.act(&decide, "decide-it", body.clone()).await.json, done.json);
    let recorded = site.registry.decisions(&decisions(), false).await.unwrap();
    assert_eq!(recorded.iter().map(|one| one.decision.person_id.clone()).collect::<Vec<_>>(), [number_of("李长顺")]);
    refused(&county.act(&decide, "decide-twice", body).await, "已经核对过了");
    let case = county.get(&path).await.json;
    assert_eq!((&case["stand"], &case["possible"]), (&json!("done"), &json!([])), "{case}");
    assert_eq!((&case["past"][0]["id"], &case["past"][0]["note"]), (&done.json["handling"], &json!("来过")));
    let undo = format!("/api/v1/handlings/{}/undo", done.json["handling"]);
    let neighbour = site.program("neighbour").await;
    for (there, body) in [(&undo, json!({})), (&decide, json!({"verdict": "different"}))] {
        let got = neighbour.act(there, "not-theirs", body).await;
        assert_eq!((got.status, got.code()), (StatusCode::NOT_FOUND, "not-found"), "{}", got.text);
    }
    assert_eq!(neighbour.get(&path).await.status, StatusCode::NOT_FOUND);
    let undone = county.act(&undo, "undo-once", json!({})).await;
    assert_eq!((undone.status, &undone.json["act"]), (StatusCode::OK, &json!("take-back")), "{}", undone.text);
    assert!(site.registry.decisions(&decisions(), false).await.unwrap().is_empty());
    refused(&county.act(&undo, "undo-twice", json!({})).await, "已经撤销");
    assert!(canbao_registry::audit::verify(&site.registry).await.unwrap().faults.is_empty());
}

#[tokio::test]
async fn several_are_decided_in_one_request_and_a_village_answers() {
    let site = Site::new().await;
    let county = site.program("county").await;
    let (one, other) =
        (found(&county, "row-unresolved", "李常顺").await, found(&county, "row-unresolved", "<i>某某</i>").await);
    let far = site.program("neighbour").await;
    let theirs = far.get("/api/v1/cases?kind=name-differs").await.json["total"].clone();
    assert_eq!(theirs, json!(0));
    let ask = json!({"cases": [one, other, 999_999], "verdict": "ask", "note": "问问户主"});
    let done = county.act("/api/v1/cases/decisions", "ask-both", ask.clone()).await;
    assert_eq!((&done.json["done"], &done.json["left"]), (&json!(2), &json!(1)), "{}", done.text);
    assert_eq!(county.act("/api/v1/cases/decisions", "ask-both", ask).await.json, done.json);
    let counts = county.get("/api/v1/cases?kind=row-unresolved&stand=asked").await.json;
    assert_eq!((counts["total"].as_i64(), counts["cases"].as_array().unwrap().len()), (Some(2), 2));
    refused(
        &far.act("/api/v1/cases/decisions", "not-theirs", json!({"cases": [one], "verdict": "same"})).await,
        "没有办",
    );
    // each village its own
    let village = site.program("other-village").await;
    let asked = village.get("/api/v1/asked").await.json;
    assert_eq!((asked["total"].as_i64(), &asked["questions"][0]["case"]["id"]), (Some(1), &json!(one)), "{asked}");
    let answer = format!("/api/v1/asked/{}/answer", asked["questions"][0]["handling"]);
    refused(&village.act(&answer, "no-reason", json!({"answer": "unknown"})).await, "没有写明为什么核实不了");
    let other_village = site.program("village").await;
    let got = other_village.act(&answer, "not-asked", json!({"answer": "same"})).await;
    assert_eq!(got.status, StatusCode::NOT_FOUND, "{}", got.text);
    let done = village.act(&answer, "answer-1", json!({"answer": "same", "note": "是他本人"})).await;
    assert_eq!((done.status, &done.json["act"]), (StatusCode::OK, &json!("answer-ask")), "{}", done.text);
    let case = county.get(&format!("/api/v1/cases/{one}")).await.json;
    assert_eq!((&case["stand"], &case["past"][0]["answer"]), (&json!("answered"), &json!("same")), "{case}");
}
