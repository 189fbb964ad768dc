//! Employers and areas.

use axum::http::StatusCode;

use crate::support::{Browser, Got, Site};

async fn send(browser: &Browser<'_>, path: &str, fields: &[(&str, &str)]) -> Got {
    let csrf = browser.get("/").await.csrf();
    let mut all = vec![("csrf", csrf)];
    all.extend(fields.iter().map(|(name, value)| (*name, (*value).to_owned())));
    browser.post(path, &all).await
}

#[tokio::test]
async fn employers_are_listed_counted_and_found() {
    let site = Site::new().await;
    let city = site.logged_in("city").await;
    let list = city.get("/employers").await.text;
    assert!(list.contains("单位 1 个") && list.contains("某某商行"), "{list}");
    let (_, rest) = list.split_once("href=\"/employer/").unwrap();
    let path = format!("/employer/{}", rest.split('"').next().unwrap());
    let page = city.get(&path).await.text;
    assert!(page.contains("91610902MA70000000") && page.contains("没有人通过这个单位参保"), "{page}");
    for typed in ["某某商行", " 某某 商行"] {
        let got = send(&city, "/employers/find", &[("q", typed)]).await;
        let to = got.location().to_owned();
        assert!(to == path || to.starts_with("/employers/found/"), "{typed}: {to}");
        assert!(city.get(&to).await.text.contains("某某商行"), "{typed}");
    }
    let none = send(&city, "/employers/find", &[("q", "没有的公司")]).await;
    assert!(!none.location().contains("%E6"), "nothing typed in the address");
    assert!(city.get(none.location()).await.text.contains("没有查到这个单位"));
    // somebody else's search is nobody's business
    assert_eq!(site.logged_in("county").await.get(none.location()).await.status, StatusCode::GONE);
    assert_eq!(send(&city, "/employers/find", &[("q", " ")]).await.status, StatusCode::BAD_REQUEST);
    assert_eq!(city.get("/employer/999").await.status, StatusCode::NOT_FOUND);
    assert_eq!(city.get(&format!("{path}?scheme=lottery")).await.status, StatusCode::BAD_REQUEST);
    assert_eq!(city.get("/employers?county=%22%3E").await.status, StatusCode::BAD_REQUEST);
    // of a county that has none of it
    let neighbour = site.logged_in("neighbour").await;
    assert_eq!(neighbour.get(&path).await.status, StatusCode::NOT_FOUND);
    assert!(!neighbour.get("/employers").await.text.contains("某某商行"));
}

#[tokio::test]
async fn areas_are_shown_as_of_a_day_and_changed_by_the_city_alone() {
    let site = Site::new().await;
    let city = site.logged_in("city").await;
    let list = city.get("/areas").await.text;
    assert!(list.contains("安康市 · 下级区划 2 个") && list.contains("汉滨区"), "{list}");
    let villages = city.get("/areas?top=610902001").await.text;
    assert!(villages.contains("张滩村") && villages.contains("黄沟村"), "{villages}");
    assert_eq!(city.get("/areas?on=x").await.status, StatusCode::BAD_REQUEST);
    assert_eq!(city.get("/areas?top=999").await.status, StatusCode::NOT_FOUND);
    assert_eq!(city.get("/areas/999").await.status, StatusCode::NOT_FOUND);
    let path = "/areas/610902001002";
    let rename = [("act", "rename"), ("name", "黄沟社区"), ("from", "2026-12-01")];
    let check = send(&city, path, &rename).await;
    assert_eq!(check.status, StatusCode::OK, "{}", check.text);
    assert!(check.text.contains("1 人的户籍地显示新的名称"), "{}", check.text);
    assert!(!city.get(path).await.text.contains("黄沟社区"), "nothing is done yet");
    let done = send(&city, path, &[rename.to_vec(), vec![("step", "do")]].concat()).await;
    assert_eq!(done.location(), format!("{path}?done=rename"));
    assert!(city.get(path).await.text.contains("黄沟社区"));
    assert!(city.get("/areas?top=610902001&on=2027-01-01").await.text.contains("黄沟社区"));
    for (fields, said) in [
        (vec![("act", "rename"), ("name", ""), ("from", "2026-12-02")], "区划名称应当是"),
        (vec![("act", "rename"), ("name", "黄沟"), ("from", "x")], "不是日期"),
        (vec![("act", "rename"), ("name", "黄沟"), ("from", "2010-01-01")], "重叠"),
        (vec![("act", "report-to"), ("manager", "610902001002"), ("from", "2026-12-02")], "不能由它自己管理"),
        (vec![("act", "close"), ("from", "2026-12-02")], "还有 1 人在册"),
    ] {
        let got = send(&city, path, &fields).await;
        assert_eq!(got.status, StatusCode::CONFLICT, "{said}");
        assert!(got.text.contains(said) && got.text.contains("role=\"alert\""), "{said}: {}", got.text);
    }
    // moved to another county: from today its people are the other's
    let today = canbao_web::say::today().to_string();
    let (kept, moved) =
        ("/areas/610902001001", [("act", "report-to"), ("manager", "610921"), ("from", today.as_str())]);
    let check = send(&city, kept, &moved).await;
    assert!(check.text.contains("改由") && check.text.contains("看不到这些人的记录"), "{}", check.text);
    assert!(
        send(&city, kept, &[moved.to_vec(), vec![("step", "do")]].concat()).await.location().ends_with("report-to")
    );
    assert!(!site.logged_in("county").await.get("/people").await.text.contains("罗承志"));
    assert!(site.logged_in("neighbour").await.get("/people").await.text.contains("罗承志"));
    // a new one
    let new = [("code", "610902001003"), ("name", "新沟村"), ("from", "2026-12-01")];
    assert_eq!(send(&city, "/areas/new", &new).await.location(), "/areas/610902001003?done=add");
    let twice = send(&city, "/areas/new", &new).await;
    assert!(twice.status == StatusCode::CONFLICT && twice.text.contains("id=\"e-code\""), "{}", twice.text);
    let blank = send(&city, "/areas/new", &[]).await;
    assert!(blank.status == StatusCode::UNPROCESSABLE_ENTITY && blank.text.contains("有 3 处要改"), "{}", blank.text);
    let log = site.logged_in("auditor").await.get("/log").await.text;
    assert!(log.contains("610902001003"), "{log}");
}
