//! The document: what it tells is valid, whole, and served to anybody.

use axum::http::StatusCode;
use canbao_web::api::{Amiss, Code, Shape, openapi};
use canbao_web::app::known_routes;
use canbao_web::right::Access;
use serde_json::Value;

use crate::support::Site;

pub(super) fn document() -> Value {
    serde_json::from_str(openapi()).unwrap()
}

/// Path, method, operation.
pub(super) fn operations(document: &Value) -> Vec<(&str, &str, &Value)> {
    let paths = document["paths"].as_object().unwrap().iter();
    paths
        .flat_map(|(path, item)| {
            item.as_object().unwrap().iter().map(|(method, told)| (path.as_str(), method.as_str(), told))
        })
        .collect()
}

#[test]
fn every_call_is_told_with_examples_that_are_right() {
    let document = document();
    assert_eq!(document["openapi"], "3.1.0");
    let operations = operations(&document);
    let calls = known_routes().into_iter().filter(|(_, _, access)| matches!(access, Access::Token(_)));
    let mut calls: Vec<(&str, String)> = calls.map(|(method, path, _)| (path, method.to_lowercase())).collect();
    let mut told: Vec<(&str, String)> =
        operations.iter().map(|(path, method, _)| (*path, (*method).to_owned())).collect();
    calls.sort();
    told.sort();
    assert_eq!(told, calls);
    let mut ids = Vec::new();
    for (path, method, told) in operations {
        let id = told["operationId"].as_str().unwrap();
        ids.push(id);
        assert!(!told["summary"].as_str().unwrap().is_empty() && !told["description"].as_str().unwrap().is_empty());
        assert_eq!(told["security"][0]["token"], serde_json::json!([]), "{id}");
        let right = |content: &Value, what: &str| {
            let shape = Shape::in_document(&document, &content["schema"]);
            assert!(!content["example"].is_null(), "{id} {what}");
            assert_eq!(shape.amiss(&content["example"]), Vec::<Amiss>::new(), "{id} {what}");
        };
        if method == "post" {
            let content = told["requestBody"]["content"].as_object().unwrap();
            let kinds: Vec<&str> = content.keys().map(String::as_str).collect();
            assert!(matches!(kinds[..], ["application/json"] | ["multipart/form-data"]), "{id}: {kinds:?}");
            right(content.values().next().unwrap(), "request");
        } else {
            assert!(told["requestBody"].is_null(), "{id}");
        }
        let answer = &told["responses"]["200"]["content"];
        if answer["application/json"].is_null() {
            let kinds: Vec<&str> = answer.as_object().unwrap().keys().map(String::as_str).collect();
            assert!(kinds.iter().all(|kind| kind.contains("spreadsheet") || kind.starts_with("text/csv")), "{id}");
            assert_eq!(kinds.len(), 2, "{id}: a file of either kind");
        } else {
            right(&answer["application/json"], "answer");
        }
        for (status, response) in told["responses"].as_object().unwrap() {
            if status != "200" {
                right(&response["content"]["application/problem+json"], status);
            }
        }
        for parameter in told["parameters"].as_array().into_iter().flatten() {
            let name = parameter["name"].as_str().unwrap();
            assert_eq!(parameter["in"] == "path", path.contains(&format!("{{{name}}}")), "{id} {name}");
            assert!(!parameter["schema"].to_string().contains("null"), "{id} {name}: {parameter}");
        }
    }
    ids.sort_unstable();
    let count = ids.len();
    ids.dedup();
    assert_eq!(ids.len(), count, "each has a name of its own");
}

#[test]
fn whatever_is_referred_to_is_there_and_bounded() {
    let document = document();
    let text = document.to_string();
    for (at, _) in text.match_indices("\"$ref\":\"#") {
        let rest = &text[at + "\"$ref\":\"#".len()..];
        let pointer = rest.split('"').next().unwrap();
        assert!(document.pointer(pointer).is_some(), "{pointer}");
    }
    // what is sent has bounds: no text without a length, no unknown members
    for (_, _, told) in operations(&document) {
        let content = told["requestBody"]["content"].as_object().into_iter().flatten().next();
        let Some(body) = content.and_then(|(_, content)| content["schema"]["$ref"].as_str()) else { continue };
        let schema = document.pointer(&body[1..]).unwrap();
        assert_eq!(schema["additionalProperties"], false, "{body}");
        for (name, member) in schema["properties"].as_object().into_iter().flatten() {
            let is_text = member["type"] == "string" || member["type"][0] == "string";
            assert!(!is_text || !member["maxLength"].is_null() || !member["enum"].is_null(), "{body} {name}: {member}");
        }
    }
}

#[tokio::test]
async fn the_document_and_its_page_are_served_to_anybody() {
    let site = Site::new().await;
    let browser = site.browser();
    let served = browser.get("/api/v1/openapi.json").await;
    assert_eq!(
        (served.status, &served.headers["content-type"]),
        (StatusCode::OK, &"application/json".parse().unwrap())
    );
    assert_eq!(served.text, openapi());
    let page = browser.get("/api/v1/docs").await;
    assert_eq!(page.status, StatusCode::OK);
    for (path, _, told) in operations(&document()) {
        assert!(page.text.contains(path) && page.text.contains(told["summary"].as_str().unwrap()), "{path}");
    }
    for said in ["enrolment-begun", "关系转移", "unit_code（可不写）", "birth_date"] {
        assert!(page.text.contains(said), "{said}");
    }
    for code in Code::ALL {
        assert!(page.text.contains(&format!("id=\"{}\"", code.as_str())) && page.text.contains(code.title()));
    }
    let scripts = page.text.matches("<script").count();
    assert_eq!(page.text.matches("\" defer></script>").count(), scripts, "nothing inline");
    assert!(!page.text.contains("style="), "nothing inline");
}
