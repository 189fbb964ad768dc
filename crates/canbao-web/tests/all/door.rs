//! Coming in and going out.

use axum::http::{StatusCode, header};

use crate::support::{PASSWORD, Site, own};

#[tokio::test]
async fn in_by_password_then_a_password_of_ones_own() {
    let site = Site::new().await;
    let browser = site.browser();
    let page = browser.get("/people?category=uninsured").await;
    assert_eq!((page.status, page.location()), (StatusCode::SEE_OTHER, "/login?next=%2Fpeople%3Fcategory%3Duninsured"));
    let wrong = browser.log_in("county", "不是这个密码").await;
    assert_eq!(wrong.status, StatusCode::UNAUTHORIZED);
    assert!(wrong.text.contains("账号或密码不对") && wrong.text.contains("value=\"county\""));
    let unknown = browser.log_in("nobody", "不是这个密码").await;
    assert_eq!(unknown.status, StatusCode::UNAUTHORIZED);
    assert_eq!(wrong.text.replace("county", "nobody"), unknown.text, "nothing tells whether an account exists");
    let inside = browser.log_in("county", PASSWORD).await;
    assert_eq!(inside.location(), "/password");
    // before that, nothing else
    for path in ["/", "/people", "/account"] {
        assert_eq!(browser.get(path).await.location(), "/password", "{path}");
    }
    let csrf = browser.get("/password").await.csrf();
    let change = async |old: &str, new: &str, again: &str| {
        let fields = [("csrf", csrf.clone()), ("old", old.into()), ("new", new.into()), ("again", again.into())];
        browser.post("/password", &fields).await
    };
    for (old, new, again, said) in [
        ("错的", "长江-黄河-9981-x", "长江-黄河-9981-x", "现在的密码不对"),
        (PASSWORD, "长江-黄河-9981-x", "长江-黄河-9981-y", "两次输入的新密码不一样"),
        (PASSWORD, "12345", "12345", "密码"),
        (PASSWORD, PASSWORD, PASSWORD, "密码"),
    ] {
        let refused = change(old, new, again).await;
        assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY, "{new}");
        assert!(refused.text.contains(said) && refused.text.contains("role=\"alert\""), "{said}: {}", refused.text);
    }
    let done = change(PASSWORD, "长江-黄河-9981-x", "长江-黄河-9981-x").await;
    assert_eq!((done.status, done.location()), (StatusCode::SEE_OTHER, "/"));
    assert_eq!(browser.get("/").await.status, StatusCode::OK);
    assert_eq!(site.browser().log_in("county", PASSWORD).await.status, StatusCode::UNAUTHORIZED);
}

#[tokio::test]
async fn where_one_wanted_to_go_is_never_elsewhere() {
    let site = Site::new().await;
    drop(site.logged_in("county").await);
    for (next, to) in [
        ("/people?category=partial", "/people?category=partial"),
        ("//evil.example/", "/"),
        ("https://evil.example/", "/"),
        ("/\\evil.example", "/"),
        ("javascript:alert(1)", "/"),
        ("", "/"),
    ] {
        let fields = [("login", "county".to_owned()), ("password", own("county")), ("next", next.to_owned())];
        assert_eq!(site.browser().post("/login", &fields).await.location(), to, "{next}");
    }
}

#[tokio::test]
async fn a_session_that_somebody_planted_is_not_taken_over() {
    let site = Site::new().await;
    drop(site.logged_in("county").await);
    let browser = site.browser();
    let planted = "a".repeat(64);
    browser.cookies.lock().unwrap().push(("canbao".to_owned(), planted.clone()));
    assert!(browser.get("/").await.location().starts_with("/login"));
    browser.log_in("county", &own("county")).await;
    let given = browser.cookies.lock().unwrap().iter().find(|(name, _)| name == "canbao").unwrap().1.clone();
    assert_ne!(given, planted);
    assert_eq!(browser.get("/").await.status, StatusCode::OK);
    let thief = site.browser();
    thief.cookies.lock().unwrap().push(("canbao".to_owned(), planted));
    assert!(thief.get("/").await.location().starts_with("/login"));
}

#[tokio::test]
async fn out_is_out() {
    let site = Site::new().await;
    let browser = site.logged_in("county").await;
    let kept = browser.cookies.lock().unwrap().clone();
    let csrf = browser.get("/").await.csrf();
    let out = browser.post("/logout", &[("csrf", csrf)]).await;
    assert_eq!(out.location(), "/login");
    *browser.cookies.lock().unwrap() = kept;
    assert!(browser.get("/").await.location().starts_with("/login"), "the token is dead, not only the cookie gone");
}

#[tokio::test]
async fn five_wrong_passwords_lock() {
    let site = Site::new().await;
    let browser = site.browser();
    for _ in 0..4 {
        assert_eq!(browser.log_in("town", "猜猜看-1234").await.status, StatusCode::UNAUTHORIZED);
    }
    assert_eq!(browser.log_in("town", "猜猜看-1234").await.status, StatusCode::TOO_MANY_REQUESTS);
    let locked = browser.log_in("town", PASSWORD).await;
    assert_eq!(locked.status, StatusCode::TOO_MANY_REQUESTS);
    assert!(locked.text.contains("锁定到"), "{}", locked.text);
}

#[tokio::test]
async fn what_every_answer_carries() {
    let site = Site::new().await;
    let browser = site.logged_in("county").await;
    for path in ["/", "/people", "/nowhere", "/login", "/healthz"] {
        let got = browser.get(path).await;
        let policy = got.headers[header::CONTENT_SECURITY_POLICY].to_str().unwrap();
        assert!(policy.contains("default-src 'none'") && policy.contains("frame-ancestors 'none'"), "{path}");
        assert!(!policy.contains("unsafe"), "{path}");
        assert_eq!(got.headers[header::X_CONTENT_TYPE_OPTIONS], "nosniff", "{path}");
        assert_eq!(got.headers[header::CACHE_CONTROL], "no-store", "{path}");
        assert!(!got.text.contains(" style=") && !got.text.contains("<script>"), "{path}: nothing inline");
    }
    let page = browser.get("/").await;
    let style = page.text.split("rel=\"stylesheet\" href=\"").nth(1).unwrap().split('"').next().unwrap();
    let style = browser.get(style).await;
    assert_eq!(style.status, StatusCode::OK);
    assert!(style.headers[header::CACHE_CONTROL].to_str().unwrap().contains("immutable"));
}
