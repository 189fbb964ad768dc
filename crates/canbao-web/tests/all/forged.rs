//! Forms that do not come from a page of ours.

use axum::body::Body;
use axum::http::{Request, StatusCode, header};

use crate::support::Site;

const FORM: &str = "application/x-www-form-urlencoded";

#[tokio::test]
async fn a_form_without_its_token_or_from_elsewhere_does_nothing() {
    let site = Site::new().await;
    let browser = site.logged_in("county").await;
    let csrf = browser.get("/").await.csrf();
    let other = site.logged_in("town").await.get("/").await.csrf();
    let attempt = async |origin: Option<(&'static str, &'static str)>, kind: &'static str, body: String| {
        let mut request = Request::post("/logout").header(header::CONTENT_TYPE, kind);
        if let Some((name, value)) = origin {
            request = request.header(name, value);
        }
        browser.send(request.body(Body::from(body)).unwrap()).await.status
    };
    let own = Some(("sec-fetch-site", "same-origin"));
    for (what, origin, kind, body) in [
        ("no token", own, FORM, String::new()),
        ("a wrong token", own, FORM, "csrf=0000".to_owned()),
        ("somebody else's token", own, FORM, format!("csrf={other}")),
        ("from another site", Some(("sec-fetch-site", "cross-site")), FORM, format!("csrf={csrf}")),
        ("from a sister site", Some(("sec-fetch-site", "same-site")), FORM, format!("csrf={csrf}")),
        ("another origin", Some(("origin", "http://evil.example")), FORM, format!("csrf={csrf}")),
        ("no origin at all", Some(("origin", "null")), FORM, format!("csrf={csrf}")),
        ("another port", Some(("origin", "http://127.0.0.1:9999")), FORM, format!("csrf={csrf}")),
        ("as plain text", own, "text/plain", format!("csrf={csrf}")),
        ("as JSON", own, "application/json", format!("{{\"csrf\":\"{csrf}\"}}")),
    ] {
        assert_eq!(attempt(origin, kind, body).await, StatusCode::FORBIDDEN, "{what}");
        assert_eq!(browser.get("/").await.status, StatusCode::OK, "{what}: still logged in");
    }
    let much = format!("csrf={csrf}&more={}", "x".repeat(300_000));
    assert_eq!(attempt(own, FORM, much).await, StatusCode::PAYLOAD_TOO_LARGE);
    let done = attempt(Some(("origin", "http://127.0.0.1:8080")), FORM, format!("csrf={csrf}")).await;
    assert_eq!(done, StatusCode::SEE_OTHER, "and the real one does it");
}

#[tokio::test]
async fn logging_somebody_in_from_elsewhere_is_refused_too() {
    let site = Site::new().await;
    let request = Request::post("/login").header(header::CONTENT_TYPE, FORM).header("sec-fetch-site", "cross-site");
    let body = Body::from(format!("login=county&password={}", crate::support::PASSWORD));
    assert_eq!(site.browser().send(request.body(body).unwrap()).await.status, StatusCode::FORBIDDEN);
}
