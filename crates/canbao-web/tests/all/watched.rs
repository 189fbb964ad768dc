//! What is told of a day of requests: by whom, what, how long; nothing of anybody.

use axum::body::Body;
use axum::extract::ConnectInfo;
use axum::http::{Request, StatusCode};
use canbao_web::app::known_routes;
use canbao_web::watch::Format;
use canbao_web::{App, Settings};
use serde_json::Value;
use tower::ServiceExt as _;

use crate::support::{ACCOUNTS, Kept, PASSWORD, Site, number_of, own, people};

#[tokio::test]
async fn a_day_of_requests_leaves_no_name_and_no_number() {
    let site = Site::new().await;
    let person = site.person("罗承志").await;
    let number = number_of("罗承志");
    site.browser().log_in("罗承志", &number).await;
    for (login, ..) in ACCOUNTS {
        let browser = site.logged_in(login).await;
        let csrf = browser.get("/").await.csrf();
        for (method, path, _) in known_routes() {
            if path == "/logout" {
                continue;
            }
            let path = path.replace("{id}", &person.to_string()).replace("{code}", "610902").replace("{key}", "none");
            if method == "GET" {
                browser.get(&path).await;
            } else {
                let fields =
                    [("q", "罗承志"), ("purpose", "核对身份"), ("login", "罗承志"), ("password", number.as_str())];
                let mut fields = fields.map(|(name, value)| (name, value.to_owned())).to_vec();
                fields.push(("csrf", csrf.clone()));
                browser.post(&path, &fields).await;
            }
        }
        browser.post("/people/find", &[("csrf", csrf.clone()), ("q", number.clone())]).await;
        // what nobody should type into an address, and somebody will
        let typed: String = url::form_urlencoded::byte_serialize("罗承志".as_bytes()).collect();
        browser.get(&format!("/people/{number}?q={typed}")).await;
        browser.get(&format!("/people?name={typed}&number={number}")).await;
    }
    let (log, metrics) = site.told();
    for told in [&log, &metrics] {
        for somebody in people() {
            let typed: String = url::form_urlencoded::byte_serialize(somebody.name.as_bytes()).collect();
            let number = somebody.number.unwrap_or_default();
            for personal in [somebody.name, &typed, &number, somebody.phone.unwrap_or("13912345207")] {
                assert!(!told.contains(personal), "{personal}");
            }
        }
        for (login, role, _) in ACCOUNTS {
            for word in [format!("\"{login}\""), format!("{}甲", role.chinese()), own(login), PASSWORD.to_owned()] {
                assert!(!told.contains(&word), "{word}");
            }
        }
        assert!(!told.contains("核对身份") && !told.contains(&format!("/person/{person}")));
    }
    let lines: Vec<Value> = log.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert!(lines.len() > 300, "a line each: {}", lines.len());
    let county = site.registry.account("county").await.unwrap().unwrap().id;
    let is = |line: &&Value, route: &str, status: u64| line["route"] == route && line["status"] == status;
    let shown: Vec<&Value> = lines.iter().filter(|line| is(line, "/person/{id}", 200)).collect();
    assert!(shown.iter().any(|line| line["account"] == county && line["method"] == "GET"), "{shown:?}");
    assert!(shown.iter().all(|line| line["ms"].as_f64().is_some_and(|ms| ms > 0.0)));
    assert!(lines.iter().any(|line| is(&line, "-", 404)), "an address that is none has no template");
    assert!(lines.iter().any(|line| is(&line, "/login", 401) && line.get("account").is_none()));
    let mut ids: Vec<&str> = lines.iter().map(|line| line["request"].as_str().unwrap()).collect();
    ids.sort_unstable();
    ids.dedup();
    assert_eq!(ids.len(), lines.len(), "each request is called something else");
    assert!(metrics.contains("canbao_http_requests_total{method=\"GET\",route=\"/person/{id}\",status=\"2xx\"} "));
    assert!(
        metrics.contains("canbao_logins_total{outcome=\"wrong\"} ")
            && metrics.contains("process_resident_memory_bytes ")
    );
    assert!(metrics.contains("canbao_http_requests_in_flight 0"), "{metrics}");
}

#[tokio::test]
async fn a_refused_request_says_by_what_it_is_found_in_the_log() {
    let site = Site::new().await;
    let browser = site.logged_in("county").await;
    let got = browser.get("/nowhere").await;
    let id = got.headers["x-request-id"].to_str().unwrap();
    assert_eq!((id.len(), got.status), (9, StatusCode::NOT_FOUND));
    assert!(got.text.contains(id), "{}", got.text);
    assert!(browser.get("/").await.headers.contains_key("x-request-id"));
    site.registry.close().await;
    let got = browser.get("/people").await;
    let id = got.headers["x-request-id"].to_str().unwrap();
    assert_eq!(got.status, StatusCode::SERVICE_UNAVAILABLE);
    assert!(got.text.contains(id));
    assert_eq!(browser.get("/readyz").await.status, StatusCode::SERVICE_UNAVAILABLE);
    let (log, metrics) = site.told();
    let line = log.lines().find(|line| line.contains(id)).unwrap();
    let line: Value = serde_json::from_str(line).unwrap();
    assert_eq!((&line["level"], &line["status"], &line["route"]), (&"error".into(), &503.into(), &"/people".into()));
    assert!(line["error"].as_str().unwrap().contains("连接已关闭"), "{line}");
    assert!(metrics.contains("canbao_database_errors_total 2"), "{metrics}");
}

#[tokio::test]
async fn a_demonstration_says_so_on_every_page() {
    let site = Site::new().await;
    let browser = site.logged_in("county").await;
    for path in ["/", "/people", "/login", "/figures"] {
        assert!(!browser.get(path).await.text.contains("演示数据"), "{path}");
    }
    let settings = Settings { demo: true, ..Settings::new("经办机构", site.folder().join("data")) };
    let router = App::new(site.registry.clone(), settings).router();
    let cookie = browser.cookies.lock().unwrap()[0].clone();
    for path in ["/", "/people", "/login", "/keys"] {
        let request = Request::get(path).header("cookie", format!("{}={}", cookie.0, cookie.1));
        let response = router.clone().oneshot(request.body(Body::empty()).unwrap()).await.unwrap();
        let page = http_body_util::BodyExt::collect(response.into_body()).await.unwrap().to_bytes();
        assert!(String::from_utf8_lossy(&page).contains("演示数据，人员均为虚构"), "{path}");
    }
}

/// Behind a proxy, twenty wrong passwords from one desk do not lock out the next one.
#[tokio::test]
async fn a_proxys_word_is_taken_from_this_machine_alone() {
    let site = Site::new().await;
    let settings = Settings { proxied: true, ..Settings::new("经办机构", site.folder().join("data")) };
    let log = Kept::default();
    let router = App::new(site.registry.clone(), settings).logged(log.log(Format::Plain)).router();
    let guess = async |peer: &str, said: &str| {
        let request = Request::post("/login")
            .header("content-type", "application/x-www-form-urlencoded")
            .header("x-forwarded-for", said)
            .extension(ConnectInfo(std::net::SocketAddr::new(peer.parse().unwrap(), 4_000)));
        let body = Body::from("login=nobody-at-all&password=x");
        router.clone().oneshot(request.body(body).unwrap()).await.unwrap().status()
    };
    let mut last = StatusCode::OK;
    for _ in 0..21 {
        last = guess("127.0.0.1", "8.8.8.8, 10.0.0.1").await;
    }
    assert_eq!(last, StatusCode::TOO_MANY_REQUESTS);
    let log_of_slow = |text: String| text.lines().filter(|line| line.contains("status=429")).count();
    assert!(log_of_slow(log.text()) > 0);
    // the same desk, by another invented address before its own
    assert_eq!(guess("127.0.0.1", "9.9.9.9, 10.0.0.1").await, StatusCode::TOO_MANY_REQUESTS);
    assert!(!log.text().contains("10.0.0.1"));
}
