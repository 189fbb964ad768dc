//! Records by program: masked, revealed for a purpose, on the log, page by page.

use axum::http::StatusCode;
use serde_json::{Value, json};

use crate::support::{Site, nobodys, number_of, people};

#[tokio::test]
async fn lists_and_records_are_masked() {
    let site = Site::new().await;
    let program = site.program("city").await;
    let person = site.person("罗承志").await;
    let mut texts = vec![program.get("/api/v1/people").await.text];
    for path in ["", "/household", "/history", "/looks", "/changes", "/claims"] {
        texts.push(program.get(&format!("/api/v1/people/{person}{path}")).await.text);
    }
    texts.push(program.ask("/api/v1/people/search", json!({"by": "household", "text": "H1"})).await.text);
    for text in &texts {
        for somebody in people() {
            assert!(!text.contains(somebody.number.as_deref().unwrap()), "a whole number: {text}");
        }
        for hidden in ["1975-05-12", "13912345207", "某村一组"] {
            assert!(!text.contains(hidden), "{hidden}: {text}");
        }
    }
    let shown = program.get(&format!("/api/v1/people/{person}")).await;
    assert_eq!(shown.json["name"], "罗承志");
    assert_eq!((shown.json["birth_year"].clone(), shown.json["phone"].clone()), (json!(1975), json!("139 **** 5207")));
    assert_eq!(shown.headers["etag"].to_str().unwrap(), format!("\"{}\"", shown.json["revision"]));
    assert_eq!(shown.headers["cache-control"], "no-store");
    assert_eq!(shown.json["findings"][0]["kind"], "name-differs");
    let before = program.get(&format!("/api/v1/people/{person}?as_of=2016-10-31")).await;
    assert_eq!(before.json["name"], "罗承志");
}

#[tokio::test]
async fn what_is_masked_is_shown_for_a_purpose_and_the_log_says_by_which_token() {
    let site = Site::new().await;
    let program = site.program("county").await;
    let person = site.person("罗承志").await;
    let path = format!("/api/v1/people/{person}/reveal");
    let refused = program.ask(&path, json!({"purpose": "好奇"})).await;
    assert_eq!((refused.status, refused.code()), (StatusCode::UNPROCESSABLE_ENTITY, "invalid"));
    assert_eq!(refused.json["errors"][0]["pointer"], "/purpose");
    let shown = program.ask(&path, json!({"purpose": "约定上门"})).await;
    assert_eq!(shown.json["numbers"][0]["value"], number_of("罗承志"));
    assert_eq!(
        (shown.json["birth_date"].clone(), shown.json["phone"].clone()),
        (json!("1975-05-12"), json!("13912345207"))
    );
    let looks = site.program("auditor").await.get("/api/v1/looks?actor=county").await;
    let look = &looks.json["looks"][0];
    let purpose = look["purpose"].as_str().unwrap();
    assert!(purpose.starts_with("接口令牌 ") && purpose.ends_with("：约定上门"), "{purpose}");
    assert_eq!((look["subject"].clone(), look["people"].clone()), (json!(person.to_string()), json!(1)));
    assert!(!looks.text.contains("罗承志") && !looks.text.contains(&number_of("罗承志")));
}

#[tokio::test]
async fn pages_follow_each_other_and_come_back() {
    let site = Site::new().await;
    let program = site.program("county").await;
    let whole = program.get("/api/v1/people").await;
    let ids = |page: &Value| -> Vec<i64> {
        page["people"].as_array().unwrap().iter().map(|line| line["id"].as_i64().unwrap()).collect()
    };
    let all = ids(&whole.json);
    assert_eq!(whole.json["total"].as_i64().unwrap(), all.len() as i64);
    assert!(all.len() >= 6 && whole.json["next"].is_null() && whole.json["previous"].is_null());
    let (mut found, mut cursor) = (Vec::new(), String::new());
    let last = loop {
        let page = program.get(&format!("/api/v1/people?limit=2{cursor}")).await.json;
        found.extend(ids(&page));
        let Some(next) = page["next"].as_str() else { break page };
        cursor = format!("&cursor={next}");
    };
    assert_eq!(found, all);
    let back = last["previous"].as_str().unwrap();
    let page = program.get(&format!("/api/v1/people?limit=2&cursor={back}")).await.json;
    assert!(all.windows(2).any(|pair| pair == ids(&page)), "{page}");
    for (query, count) in [
        ("category=uninsured", 2),
        ("category=uninsured&area=610902001002", 1),
        ("age=old", 2),
        ("finding=name-differs", 1),
        ("aid=disability", 0),
    ] {
        let page = program.get(&format!("/api/v1/people?{query}")).await.json;
        assert_eq!((page["total"].as_i64(), ids(&page).len()), (Some(count), count as usize), "{query}: {page}");
    }
    let counts = program.get("/api/v1/counts").await.json;
    let uninsured = counts["categories"].as_array().unwrap().iter().find(|one| one["category"] == "uninsured");
    assert_eq!(uninsured.unwrap()["people"], 2);
    let findings = program.get("/api/v1/findings").await.json;
    assert_eq!(findings["findings"][0]["people"], 1);
}

#[tokio::test]
async fn a_search_says_who_holds_a_number_elsewhere_and_a_batch_answers_in_order() {
    let site = Site::new().await;
    let program = site.program("county").await;
    let find =
        async |by: &str, text: &str| program.ask("/api/v1/people/search", json!({"by": by, "text": text})).await.json;
    for (by, text) in [("number", number_of("罗承志")), ("name", "罗 承 志".into()), ("phone", "13912345207".into())]
    {
        assert_eq!(find(by, &text).await["people"][0]["name"], "罗承志", "{by}");
    }
    assert_eq!(find("household", "H1").await["people"].as_array().unwrap().len(), 3);
    let elsewhere = find("number", &number_of("赵文斌")).await;
    assert_eq!(elsewhere, json!({"people": [], "elsewhere": ["汉阴县"]}));
    let rows = json!({"rows": [
        {"number": number_of("周小琴"), "name": "周小琴"},
        {"number": number_of("赵文斌")},
        {"number": number_of("罗承志"), "name": "别人"},
        {"number": nobodys()},
        {"number": "123"},
        {"number": ""},
        {"number": number_of("罗承志")},
    ]});
    let answers = program.ask("/api/v1/batch", rows).await;
    let verdicts: Vec<&str> =
        answers.json["answers"].as_array().unwrap().iter().map(|one| one["verdict"].as_str().unwrap()).collect();
    let wanted =
        ["insured", "held-elsewhere", "name-differs", "unknown", "invalid-number", "invalid-number", "uninsured"];
    assert_eq!(verdicts, wanted, "{}", answers.text);
    assert_eq!(answers.json["answers"][0]["places"][0]["scheme"], "rural-medical");
    let elsewhere = &answers.json["answers"][1];
    assert_eq!(elsewhere["area"], json!({"code": "610921", "name": "汉阴县"}), "the county, and nothing else");
    assert!(elsewhere["person"].is_null() && elsewhere["category"].is_null(), "{elsewhere}");
}
