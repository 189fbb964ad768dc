//! Extracts by program: uploaded as they come, looked at, mended, handed over once.

use axum::http::{Method, StatusCode};
use canbao_registry::delivery::DeliveryState;
use serde_json::json;

use super::{Answer, Program};
use crate::delivery::{roster, sound};
use crate::support::Site;

const RURAL: &str = "/api/v1/sources/rural-medical/deliveries";

fn refused(got: &Answer, told: &str) {
    assert_eq!((got.status, got.code()), (StatusCode::CONFLICT, "refused"), "{}", got.text);
    assert!(got.json["detail"].as_str().unwrap().contains(told), "{}", got.text);
}

/// Uploads a file and waits until it was read; gives its address.
async fn uploaded(program: &Program<'_>, name: &str, text: &str) -> (String, Answer) {
    let got = program.upload(RURAL, name, &[("as_of", "2016-10-31")], &[("2016年10月册.csv", text.as_bytes())]).await;
    assert_eq!((got.status, &got.json["act"]), (StatusCode::OK, &json!("deliver-begin")), "{}", got.text);
    let path = format!("/api/v1/deliveries/{}", got.json["delivery"]);
    let read = program.until(&path, |one| one["checked"] != "waiting" && one["reading"].is_null()).await;
    (path, read)
}

fn stored(site: &Site) -> usize {
    std::fs::read_dir(site.data.join("extracts")).map_or(0, |entries| entries.count())
}

#[tokio::test]
async fn an_extract_is_uploaded_once_looked_at_and_handed_over() {
    let site = Site::new().await;
    let reporter = site.program("reporter").await;
    let sources = reporter.get("/api/v1/sources").await.json;
    let names: Vec<&str> =
        sources["sources"].as_array().unwrap().iter().map(|one| one["source"].as_str().unwrap()).collect();
    assert_eq!((names, &sources["sources"][0]["late"]), (vec!["rural-medical"], &json!(true)), "{sources}");
    let (path, read) = uploaded(&reporter, "upload-1", &roster()).await;
    let one = &read.json;
    assert_eq!((&one["rows"], &one["unreadable"]), (&json!(8), &json!(1)), "{one}");
    assert_eq!(
        (&one["tables"][0]["encoding"], &one["guessed_as_of"]),
        (&json!("UTF-8"), &json!("2016-10-31")),
        "{one}"
    );
    assert_eq!(one["columns"][1]["field"], "number");
    let reasons: Vec<&str> =
        one["reasons"].as_array().unwrap().iter().map(|one| one["problem"].as_str().unwrap()).collect();
    for problem in ["number-wrong", "number-old", "number-cut", "number-blank", "name-question"] {
        assert!(reasons.contains(&problem), "{problem}: {reasons:?}");
    }
    // the same once more under the same name: one delivery, and the files that came again are gone
    let again = reporter
        .upload(RURAL, "upload-1", &[("as_of", "2016-10-31")], &[("2016年10月册.csv", roster().as_bytes())])
        .await;
    assert_eq!((again.status, &again.json["delivery"]), (StatusCode::OK, &one["id"]), "{}", again.text);
    assert_eq!((stored(&site), std::fs::read_dir(site.data.join("incoming")).unwrap().count()), (1, 0));
    let other = reporter.upload(RURAL, "upload-1", &[], &[("a.csv", b"x")]).await;
    assert_eq!(other.code(), "idempotency-key-reused", "{}", other.text);
    // the rows with something wrong, covered; page by page they are all there
    let (mut lines, mut after) = (Vec::new(), 0);
    loop {
        let page = reporter.get(&format!("{path}/rows?limit=3&after={after}")).await.json;
        lines.extend(page["rows"].as_array().unwrap().clone());
        assert!(page["total"].as_u64().unwrap() >= lines.len() as u64, "{page}");
        let Some(next) = page["next"].as_i64() else { break };
        after = next;
    }
    // a number that no page can have is not the first page
    for beyond in ["26420541425442095104", "-1", "1.5", "x"] {
        let got = reporter.get(&format!("{path}/rows?after={beyond}")).await;
        assert_eq!((got.status, got.code()), (StatusCode::BAD_REQUEST, "bad-parameter"), "{beyond}: {}", got.text);
    }
    let whole = reporter.get(&format!("{path}/rows?limit=200")).await;
    assert_eq!(whole.json["rows"].as_array().unwrap(), &lines);
    let wrong = reporter.get(&format!("{path}/rows?problem=number-wrong")).await.json;
    assert_eq!((wrong["total"].as_i64(), wrong["rows"][0]["line"].as_i64()), (Some(1), Some(3)), "{wrong}");
    let text = roster();
    for number in text.lines().filter_map(|line| line.split(',').nth(1)).filter(|number| number.len() == 18) {
        assert!(!whole.text.contains(number) && !read.text.contains(number), "a whole number is shown");
    }
    // as they are, for who delivers them, and on the audit
    let file = reporter.ask(&format!("{path}/rows/file"), json!({"format": "csv"})).await;
    assert_eq!(file.headers["content-type"], "text/csv; charset=utf-8");
    assert!(file.text.contains("'=HYPERLINK(1)") && file.text.contains("罗承志"), "{}", file.text);
    let book = reporter.ask(&format!("{path}/rows/file"), json!({"format": "xlsx"})).await;
    assert!(book.text.starts_with("PK"));
    let sent = reporter.act(&format!("{path}/send"), "the-send-1-one", json!({"as_of": "2016-10-31"})).await;
    assert_eq!(sent.code(), "refused", "an eighth is unreadable: {}", sent.text);
    assert!(sent.text.contains("要写明原因"), "{}", sent.text);
    let explained = json!({"as_of": "2016-10-31", "note": "首次报送，正在核对"});
    let sent = reporter.act(&format!("{path}/send"), "the-send-2-one", explained.clone()).await;
    assert_eq!((sent.status, &sent.json["act"]), (StatusCode::OK, &json!("deliver-send")), "{}", sent.text);
    assert_eq!(reporter.act(&format!("{path}/send"), "the-send-2-one", explained).await.json, sent.json);
    let audit = site.program("auditor").await.get("/api/v1/audit?actor=reporter").await.json;
    let acts: Vec<&str> =
        audit["entries"].as_array().unwrap().iter().map(|entry| entry["action"].as_str().unwrap()).collect();
    assert_eq!(acts, ["deliver-send", "deliver-export", "deliver-export", "deliver-settings", "deliver-begin"]);
    let back = reporter.act(&format!("{path}/withdrawal"), "the-back-1-one", json!({"reason": "少了一个镇"})).await;
    assert_eq!(back.status, StatusCode::OK, "{}", back.text);
    let source = reporter.get("/api/v1/sources/rural-medical").await.json;
    assert_eq!((&source["source"]["current"], &source["deliveries"][0]["state"]), (&json!(null), &json!("withdrawn")));
}

#[tokio::test]
async fn what_is_not_known_is_said_by_hand_and_more_files_are_added() {
    let site = Site::new().await;
    let reporter = site.program("reporter").await;
    let text = sound(1, 20).replace("姓名", "参合人姓甚名谁") + "周小琴,,9\n";
    let (path, read) = uploaded(&reporter, "upload-1", &text).await;
    assert_eq!(read.json["checked"], "sound", "{}", read.text);
    let settings = format!("{path}/settings");
    let got = reporter
        .act(
            &settings,
            "unknown-field",
            json!({"columns": [{"header": "参合人姓甚名谁", "field": "unit_name"}],
        "codes": [{"field": "status", "word": "9", "code": "gold"}]}),
        )
        .await;
    let places: Vec<&str> =
        got.json["errors"].as_array().unwrap().iter().map(|one| one["pointer"].as_str().unwrap()).collect();
    assert!(got.code() == "refused" && places.contains(&"/codes/0/code"), "{}", got.text);
    let said = json!({"columns": [{"header": "参合人姓甚名谁", "field": "name"}]});
    let done = reporter.act(&settings, "say-name", said).await;
    assert_eq!((done.status, &done.json["act"]), (StatusCode::OK, &json!("deliver-settings")), "{}", done.text);
    let read = reporter.until(&path, |one| one["checked"] == "sound" && one["reading"].is_null()).await;
    assert_eq!(read.json["columns"][0]["field"], "name", "{}", read.text);
    let open = &read.json["unsettled"][0];
    assert_eq!(
        (&open["field"], &open["word"], &open["rows"]),
        (&json!("status"), &json!("9"), &json!(1)),
        "{}",
        read.text
    );
    let early =
        reporter.act(&format!("{path}/send"), "send-early", json!({"as_of": "2016-10-31", "note": "说明原因"})).await;
    refused(&early, "还有 1 处要您定");
    let said = json!({
        "columns": [{"header": "参合人姓甚名谁", "field": "name"}],
        "codes": [{"field": "status", "word": "9", "code": "unclear"}],
    });
    reporter.act(&settings, "say-code", said).await;
    let read = reporter.until(&path, |one| one["checked"] == "sound" && one["reading"].is_null()).await;
    assert_eq!(read.json["unsettled"], json!([]), "{}", read.text);
    let text = sound(40, 5).replace("姓名", "参合人姓甚名谁");
    let more = reporter.upload(&format!("{path}/files"), "add-one-1", &[], &[("补.csv", text.as_bytes())]).await;
    assert_eq!((more.status, &more.json["act"]), (StatusCode::OK, &json!("deliver-add")), "{}", more.text);
    let read = reporter.until(&path, |one| one["rows"] == 26 && one["reading"].is_null()).await;
    assert_eq!(read.json["files"].as_array().unwrap().len(), 2, "{}", read.text);
    let gone = reporter.act(&format!("{path}/discard"), "give-it-up-1", json!({})).await;
    assert_eq!(gone.status, StatusCode::OK, "{}", gone.text);
    assert_eq!(stored(&site), 0, "its files are gone");
    assert_eq!(site.registry.delivery(1).await.unwrap().state, DeliveryState::Discarded);
}

#[tokio::test]
async fn what_is_no_form_too_much_or_somebody_elses_is_refused() {
    let site = Site::with(|settings| settings.upload.extract_bytes = 10_000).await;
    let reporter = site.program("reporter").await;
    let json_body = [("content-type", "application/json"), ("idempotency-key", "no-form-1")];
    let got = reporter.send(Method::POST, RURAL, &json_body, "{}".to_owned()).await;
    assert_eq!((got.status, got.code()), (StatusCode::UNSUPPORTED_MEDIA_TYPE, "not-multipart"), "{}", got.text);
    let got = reporter.upload(RURAL, "no-files-1", &[("as_of", "2016-10-31")], &[]).await;
    assert_eq!((got.status, &got.json["errors"][0]["pointer"]), (StatusCode::UNPROCESSABLE_ENTITY, &json!("/files")));
    let got = reporter.upload(RURAL, "more-fields-1", &[("csrf", "x")], &[("a.csv", b"x")]).await;
    assert_eq!(got.code(), "invalid", "{}", got.text);
    // a file has a name; what has none is a text that was typed
    let got = reporter.upload(RURAL, "no-name-1", &[("files", "{}")], &[]).await;
    assert_eq!((got.status, &got.json["errors"][0]["pointer"]), (StatusCode::UNPROCESSABLE_ENTITY, &json!("/files")));
    let got = reporter.upload(RURAL, "too-much-1", &[], &[("a.csv", &vec![b'x'; 1 << 20])]).await;
    assert_eq!((got.status, got.code()), (StatusCode::PAYLOAD_TOO_LARGE, "too-large"), "{}", got.text);
    let form = [("content-type", "multipart/form-data; boundary=b"), ("idempotency-key", "broken-1")];
    let cut = "--b\r\nContent-Disposition: form-data; name=\"files\"; filename=\"a.csv\"\r\n\r\nabc";
    let got = reporter.send(Method::POST, RURAL, &form, cut.to_owned()).await;
    assert_eq!((got.status, got.code()), (StatusCode::BAD_REQUEST, "broken-off"), "{}", got.text);
    let other = "/api/v1/sources/employee-pension/deliveries";
    let got = reporter.upload(other, "not-theirs", &[], &[("a.csv", b"x")]).await;
    assert_eq!((got.status, got.code()), (StatusCode::NOT_FOUND, "not-found"), "{}", got.text);
    // what was refused is nowhere kept
    assert_eq!((stored(&site), std::fs::read_dir(site.data.join("incoming")).unwrap().count()), (0, 0));
    let city = site.program("city").await;
    let made = city.upload(other, "citys-own", &[], &[("a.csv", sound(1, 3).as_bytes())]).await;
    let theirs = format!("/api/v1/deliveries/{}", made.json["delivery"]);
    for (method, path) in [("GET", ""), ("GET", "/rows"), ("POST", "/discard")] {
        let headers = [("content-type", "application/json"), ("idempotency-key", "not-theirs")];
        let body = if method == "GET" { "" } else { "{}" };
        let got = reporter.send(method.parse().unwrap(), &format!("{theirs}{path}"), &headers, body.to_owned()).await;
        assert_eq!(got.status, StatusCode::NOT_FOUND, "{path}: {}", got.text);
    }
    let full = Site::with(|settings| settings.upload.free_bytes = u64::MAX).await;
    let got = full.program("reporter").await.upload(RURAL, "no-room-1", &[], &[("a.csv", b"x")]).await;
    assert_eq!((got.status, got.code()), (StatusCode::INSUFFICIENT_STORAGE, "no-room"), "{}", got.text);
}
