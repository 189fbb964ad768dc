//! What was typed when a session ended is not lost, not done by itself, and nobody else's.

use axum::body::Body;
use axum::http::{Request, StatusCode, header};

use crate::support::{Browser, Got, Site, own};

/// Posts a form as its page does, which says where it comes from.
async fn post(browser: &Browser<'_>, path: &str, from: &str, fields: &[(&str, &str)]) -> Got {
    let mut body = url::form_urlencoded::Serializer::new(String::new());
    body.extend_pairs(fields);
    let request = Request::post(path)
        .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded")
        .header("sec-fetch-site", "same-origin")
        .header(header::REFERER, format!("http://127.0.0.1:8080{from}"));
    browser.send(request.body(Body::from(body.finish())).unwrap()).await
}

/// A field of a page's form, as it would be sent; blank where there is none.
fn field(page: &Got, name: &str) -> String {
    let Some((_, rest)) = page.text.split_once(&format!("name=\"{name}\" value=\"")) else { return String::new() };
    let value = rest.split('"').next().unwrap();
    [("&#34;", "\""), ("&#39;", "'"), ("&#60;", "<"), ("&#62;", ">"), ("&#38;", "&")]
        .iter()
        .fold(value.to_owned(), |text, (written, meant)| text.replace(written, meant))
}

/// All sessions are as old as can be.
async fn ended(site: &Site) {
    let mut transaction = site.registry.store().write().await.unwrap();
    assert!(transaction.execute("UPDATE session SET seen = 0", &[]).await.unwrap() > 0);
    transaction.commit().await.unwrap();
}

/// Logs in by the page that a form was answered with.
async fn log_in(browser: &Browser<'_>, page: &Got, login: &str) -> Got {
    let password = own(login);
    let carried = ["next", "to", "who", "typed", "kind"].map(|name| (name, field(page, name)));
    let mut fields = vec![("login", login), ("password", password.as_str())];
    fields.extend(carried.iter().map(|(name, value)| (*name, value.as_str())));
    post(browser, "/login", "/login", &fields).await
}

const FORM: &str = "/export/new?category=uninsured";
const TYPED: [(&str, &str); 5] = [
    ("purpose", "入户调查用名单"),
    ("note", "交江北街道&“入户”=核实"),
    ("fields", "name"),
    ("whole", "no"),
    ("format", "csv"),
];

fn with(csrf: &str) -> Vec<(&str, &str)> {
    [&[("csrf", csrf)], TYPED.as_slice()].concat()
}

#[tokio::test]
async fn what_was_typed_goes_through_the_log_in_and_is_handed_on_when_somebody_says_so() {
    let site = Site::new().await;
    let county = site.logged_in("county").await;
    let csrf = county.get(FORM).await.csrf();
    ended(&site).await;
    let asked = post(&county, FORM, FORM, &with(&csrf)).await;
    assert_eq!(asked.status, StatusCode::UNAUTHORIZED, "{}", asked.text);
    assert!(asked.text.contains("您填写的还在"), "{}", asked.text);
    assert_eq!((field(&asked, "login"), field(&asked, "who")), ("county".to_owned(), "county".to_owned()));
    // a wrong password loses nothing either
    let typed = field(&asked, "typed");
    let wrong = [("login", "county"), ("password", "x"), ("to", FORM), ("typed", typed.as_str())];
    let wrong = post(&county, "/login", "/login", &wrong).await;
    assert_eq!(field(&wrong, "typed"), typed);
    let again = log_in(&county, &asked, "county").await;
    assert_eq!(again.status, StatusCode::OK, "{}", again.text);
    assert!(again.text.contains("交江北街道") && field(&again, "csrf") != csrf, "{}", again.text);
    assert!(again.text.contains(&format!("action=\"{FORM}\"")), "{}", again.text);
    assert!(again.text.contains(&format!("href=\"{FORM}\"")), "the way back: {}", again.text);
    let names = ["csrf", "purpose", "note", "fields", "whole", "format"];
    let kept = names.map(|name| (name, field(&again, name)));
    for (name, value) in TYPED {
        assert!(kept.contains(&(name, value.to_owned())), "{name}: {kept:?}");
    }
    assert_eq!(
        site.registry.audit_page(None, Some("county"), 1).await.unwrap()[0].action,
        "log-in",
        "not done by itself"
    );
    let sent = kept.each_ref().map(|(name, value)| (*name, value.as_str()));
    let done = post(&county, FORM, "/login", &sent).await;
    assert_eq!((done.status, done.location()), (StatusCode::SEE_OTHER, "/export/1"), "{}", done.text);
    assert!(county.get("/export/1").await.text.contains("交江北街道"));
}

#[tokio::test]
async fn what_somebody_typed_is_shown_to_nobody_else() {
    let site = Site::new().await;
    let county = site.logged_in("county").await;
    let _ = site.logged_in("checker").await;
    let csrf = county.get(FORM).await.csrf();
    ended(&site).await;
    let asked = post(&county, FORM, "/people", &with(&csrf)).await;
    let other = log_in(&county, &asked, "checker").await;
    assert_eq!((other.status, other.location()), (StatusCode::SEE_OTHER, "/people"), "{}", other.text);
    // nor is anything taken along that is no form of ours, or that holds a password
    for (path, fields) in [
        (FORM, vec![("csrf", "0000"), ("note", "某某")]),
        (FORM, vec![("note", "某某")]),
        (FORM, vec![("csrf", csrf.as_str()), ("note", "")]),
        ("/password", vec![("csrf", csrf.as_str()), ("old", "secret"), ("new", "secret"), ("again", "secret")]),
    ] {
        ended(&site).await;
        let got = post(&county, path, "/people", &fields).await;
        assert_eq!((got.status, got.location()), (StatusCode::SEE_OTHER, "/login?next=%2Fpeople"), "{path} {fields:?}");
    }
    // and nobody is sent elsewhere by it
    let password = own("county");
    for to in ["//evil.example/", "https://evil.example/", "\\evil"] {
        let fields = [("login", "county"), ("password", &password), ("to", to), ("next", to), ("typed", "a=b")];
        let got = post(&county, "/login", "/login", &fields).await;
        assert_eq!((got.status, got.location()), (StatusCode::SEE_OTHER, "/"), "{to}: {}", got.text);
    }
}

#[tokio::test]
async fn a_form_of_an_earlier_session_is_asked_about_and_not_done() {
    let site = Site::new().await;
    let county = site.logged_in("county").await;
    let csrf = county.get(FORM).await.csrf();
    assert_eq!(county.log_in("county", &own("county")).await.status, StatusCode::SEE_OTHER, "in another tab");
    let asked = post(&county, FORM, FORM, &with(&csrf)).await;
    assert_eq!(asked.status, StatusCode::FORBIDDEN);
    assert!(asked.text.contains("接着提交") && asked.text.contains("交江北街道"), "{}", asked.text);
    assert_eq!(county.get("/export/1").await.status, StatusCode::NOT_FOUND, "nothing was done");
    // whoever does not say that they come from a page of ours is asked nothing
    let body = format!("csrf={csrf}&note=%E7%BD%97");
    let request = Request::post(FORM).header(header::CONTENT_TYPE, "application/x-www-form-urlencoded");
    let got = county.send(request.body(Body::from(body)).unwrap()).await;
    assert!(got.status == StatusCode::FORBIDDEN && !got.text.contains("接着提交"), "{}", got.text);
}

#[tokio::test]
async fn of_a_form_with_a_file_the_words_stay_and_the_file_is_not_taken() {
    let site = Site::new().await;
    let reporter = site.logged_in("reporter").await;
    let csrf = reporter.get("/data").await.csrf();
    ended(&site).await;
    let part = |name: &str, more: &str, value: &str| {
        format!("--b\r\nContent-Disposition: form-data; name=\"{name}\"{more}\r\n\r\n{value}\r\n")
    };
    let send = async |as_of: &str| {
        let file = part("files", "; filename=\"名册.csv\"", "姓名,身份证号\n");
        let body = format!("{}{}{file}--b--\r\n", part("csrf", "", &csrf), part("as_of", "", as_of));
        let request = Request::post("/data/rural-medical")
            .header(header::CONTENT_TYPE, "multipart/form-data; boundary=b")
            .header("sec-fetch-site", "same-origin");
        reporter.send(request.body(Body::from(body)).unwrap()).await
    };
    let asked = send("2016-10-31").await;
    assert_eq!((asked.status, field(&asked, "typed")), (StatusCode::UNAUTHORIZED, "as_of=2016-10-31".to_owned()));
    let incoming = std::fs::read_dir(site.data.join("incoming")).map_or(0, Iterator::count);
    assert_eq!(incoming, 0, "nothing of whoever is not let in stands on the disk");
    let again = log_in(&reporter, &asked, "reporter").await;
    assert!(
        again.text.contains("请重新选") && again.text.contains("enctype=\"multipart/form-data\""),
        "{}",
        again.text
    );
    ended(&site).await;
    assert_eq!(send("").await.location(), "/login", "where nothing was typed, nothing is asked");
}
