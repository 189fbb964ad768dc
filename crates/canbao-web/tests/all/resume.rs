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
    let carried = ["next", "to", "who", "typed"].map(|name| (name, field(page, name)));
    let mut fields = vec![("login", login), ("password", password.as_str())];
    fields.extend(carried.iter().map(|(name, value)| (*name, value.as_str())));
    post(browser, "/login", "/login", &fields).await
}

const TYPED: [(&str, &str); 4] =
    [("step", "check"), ("name", "罗承智"), ("effective", "2016-12-01"), ("papers", "户口簿&“变更”页")];

#[tokio::test]
async fn what_was_typed_goes_through_the_log_in_and_is_handed_on_when_somebody_says_so() {
    let site = Site::new().await;
    let (county, form) = (site.logged_in("county").await, site.person("罗承志").await);
    let form = format!("/person/{form}/change/name-changed");
    let csrf = county.get(&form).await.csrf();
    let fields = [&[("csrf", csrf.as_str())], TYPED.as_slice()].concat();
    ended(&site).await;
    let asked = post(&county, &form, &form, &fields).await;
    assert_eq!(asked.status, StatusCode::UNAUTHORIZED, "{}", asked.text);
    assert!(asked.text.contains("您填写的还在"), "{}", asked.text);
    assert_eq!((field(&asked, "login"), field(&asked, "who")), ("county".to_owned(), "county".to_owned()));
    // a wrong password loses nothing either
    let wrong = post(
        &county,
        "/login",
        "/login",
        &[("login", "county"), ("password", "x"), ("to", &form), ("typed", &field(&asked, "typed"))],
    )
    .await;
    assert_eq!(field(&wrong, "typed"), field(&asked, "typed"));
    let again = log_in(&county, &asked, "county").await;
    assert_eq!(again.status, StatusCode::OK, "{}", again.text);
    assert!(again.text.contains("罗承智") && again.text.contains(&format!("action=\"{form}\"")), "{}", again.text);
    assert!(again.text.contains(&format!("href=\"{form}\"")), "the way back: {}", again.text);
    let names = ["csrf", "step", "name", "effective", "papers"];
    let kept = names.map(|name| (name, field(&again, name)));
    assert_ne!(kept[0].1, csrf, "by the new session's own token");
    for (name, value) in TYPED {
        assert!(kept.contains(&(name, value.to_owned())), "{name}: {kept:?}");
    }
    let sent = kept.each_ref().map(|(name, value)| (*name, value.as_str()));
    let done = post(&county, &form, "/login", &sent).await;
    assert_eq!(done.status, StatusCode::OK);
    assert!(done.text.contains("复核同意后会改变什么") && done.text.contains("罗承智"), "{}", done.text);
}

#[tokio::test]
async fn what_somebody_typed_is_shown_to_nobody_else() {
    let site = Site::new().await;
    let (county, form) = (site.logged_in("county").await, site.person("罗承志").await);
    let _ = site.logged_in("checker").await;
    let form = format!("/person/{form}/change/name-changed");
    let csrf = county.get(&form).await.csrf();
    let fields = [&[("csrf", csrf.as_str())], TYPED.as_slice()].concat();
    ended(&site).await;
    let asked = post(&county, &form, "/people", &fields).await;
    let other = log_in(&county, &asked, "checker").await;
    assert_eq!((other.status, other.location()), (StatusCode::SEE_OTHER, "/people"), "{}", other.text);
    // nor is anything taken along that is no form of ours, or that holds a password
    for (path, fields) in [
        (form.as_str(), vec![("csrf", "0000"), ("name", "罗承智")]),
        (form.as_str(), vec![("name", "罗承智")]),
        ("/password", vec![("csrf", csrf.as_str()), ("old", "secret"), ("new", "secret"), ("again", "secret")]),
    ] {
        ended(&site).await;
        let got = post(&county, path, "/people", &fields).await;
        assert_eq!((got.status, got.location()), (StatusCode::SEE_OTHER, "/login?next=%2Fpeople"), "{path}");
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
    let (county, form) = (site.logged_in("county").await, site.person("罗承志").await);
    let form = format!("/person/{form}/change/name-changed");
    let csrf = county.get(&form).await.csrf();
    assert_eq!(county.log_in("county", &own("county")).await.status, StatusCode::SEE_OTHER, "in another tab");
    let mut fields = [&[("csrf", csrf.as_str())], TYPED.as_slice()].concat();
    fields[1] = ("step", "propose");
    let asked = post(&county, &form, &form, &fields).await;
    assert_eq!(asked.status, StatusCode::FORBIDDEN);
    assert!(asked.text.contains("接着提交") && asked.text.contains("罗承智"), "{}", asked.text);
    assert!(!county.get("/changes/mine").await.text.contains("姓名变更，第"), "nothing was done");
    // whoever does not say that they come from a page of ours is asked nothing
    let body = format!("csrf={csrf}&name=%E7%BD%97");
    let request = Request::post(&form).header(header::CONTENT_TYPE, "application/x-www-form-urlencoded");
    let got = county.send(request.body(Body::from(body)).unwrap()).await;
    assert!(got.status == StatusCode::FORBIDDEN && !got.text.contains("接着提交"), "{}", got.text);
}
