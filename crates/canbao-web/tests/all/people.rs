//! Lists, searches and the page of a person.

use axum::http::StatusCode;

use crate::support::{Site, nobodys, number_of, people};

#[tokio::test]
async fn a_list_masks_counts_and_turns_pages() {
    let site = Site::new().await;
    let browser = site.logged_in("county").await;
    let list = browser.get("/people?category=uninsured").await;
    assert!(list.text.contains("汉滨区 · 未参保人员 2 人"), "{}", list.text);
    assert!(list.text.contains("罗承志") && list.text.contains("李长顺") && !list.text.contains("赵文斌"));
    for person in people() {
        assert!(!list.text.contains(person.number.as_deref().unwrap()), "a whole number");
    }
    assert!(list.text.contains("610902 **** **** "), "masked");
    let one = browser.get("/people?category=uninsured&town=610902001&village=610902001002").await;
    assert!(one.text.contains("符合条件 1 人") && one.text.contains("李长顺") && !one.text.contains("罗承志</a>"));
    let none = browser.get("/people?category=uninsured&age=child").await;
    assert!(none.text.contains("没有符合条件的人") && none.text.contains("去掉一个条件"));
    // an area that is not theirs is not listed, whatever the address says
    let theirs = browser.get("/people?town=610921001").await;
    assert!(!theirs.text.contains("赵文斌"));
    let men = browser.get("/people?category=uninsured&sex=1").await;
    let here = |code: &str| code.starts_with("610902");
    let all = people();
    let expected = all.iter().filter(|p| p.schemes.is_empty() && p.sex == "1" && p.village.is_some_and(here)).count();
    assert!(men.text.contains(&format!("符合条件 {expected} 人")), "{}", men.text);
}

#[tokio::test]
async fn what_is_written_in_the_record_is_text_on_the_page() {
    let site = Site::new().await;
    let browser = site.logged_in("county").await;
    let person = site.person("<script>alert(1)</script>").await;
    for path in ["/people".to_owned(), format!("/person/{person}")] {
        let page = browser.get(&path).await;
        assert_eq!(page.status, StatusCode::OK);
        assert!(!page.text.contains("<script>alert") && !page.text.contains("<i id=x>"), "{path}");
        assert!(page.text.contains("alert(1)"), "{path}");
    }
}

#[tokio::test]
async fn a_search_is_posted_and_its_address_tells_nothing() {
    let site = Site::new().await;
    let browser = site.logged_in("county").await;
    let csrf = browser.get("/").await.csrf();
    let find = async |text: &str| browser.post("/people/find", &[("csrf", csrf.clone()), ("q", text.to_owned())]).await;
    let luo = site.person("罗承志").await;
    let lower = number_of("罗承志").to_lowercase();
    for text in [number_of("罗承志").as_str(), lower.as_str(), "罗承志", " 罗 承 志 ", "13912345207"] {
        assert_eq!(find(text).await.location(), format!("/person/{luo}"), "{text}");
    }
    // three of one household
    let household = find("H1").await;
    assert!(household.location().starts_with("/people/found/"), "{}", household.location());
    let page = browser.get(household.location()).await;
    assert!(page.text.contains("按户号查到 3 人"), "{}", page.text);
    assert!(page.text.contains("罗承志") && page.text.contains("罗家豪"));
    // somebody else's search is nobody's business
    let other = site.logged_in("checker").await;
    assert_eq!(other.get(household.location()).await.status, StatusCode::GONE);
    // held elsewhere: the county is told, the name is not
    let elsewhere = find(&number_of("赵文斌")).await;
    let page = browser.get(elsewhere.location()).await;
    assert!(page.text.contains("汉阴县") && !page.text.contains("赵文斌"), "{}", page.text);
    let nobody = find(&nobodys()).await;
    let page = browser.get(nobody.location()).await;
    assert!(page.text.contains("没有这个号码") && !page.text.contains("汉阴县"));
    assert_eq!(find("   ").await.status, StatusCode::BAD_REQUEST);
    for text in ["' OR 1=1 --", "%", "\u{0}", "../../etc/passwd", &"九".repeat(60)] {
        let got = find(text).await;
        assert!(got.status == StatusCode::SEE_OTHER && got.location().starts_with("/people/found/"), "{text:?}");
        assert!(browser.get(got.location()).await.text.contains("没有"), "{text:?}");
    }
}

#[tokio::test]
async fn a_persons_page_says_who_what_and_what_is_wrong() {
    let site = Site::new().await;
    let browser = site.logged_in("county").await;
    let person = site.person("罗承志").await;
    let page = browser.get(&format!("/person/{person}")).await;
    for said in [
        "罗承志 · 未参保",
        "139 **** 5207",
        "1975-**-**",
        "同户 3 人",
        "周小琴",
        "各险种的册子里都没有记录",
        "比对结果",
    ] {
        assert!(page.text.contains(said), "{said}: {}", page.text);
    }
    for hidden in [number_of("罗承志").as_str(), "1975-05-12", "13912345207", "某村一组"] {
        assert!(!page.text.contains(hidden), "{hidden}");
    }
    assert!(page.text.contains("姓名不一致") || page.text.contains("罗承忠"), "the finding");
    let of_a_day = browser.get(&format!("/person/{person}?asof=2016-10-31")).await;
    assert!(of_a_day.text.contains("这是 2016-10-31 当天的记录"), "{}", of_a_day.text);
    let before = browser.get(&format!("/person/{person}?asof=2016-10-30")).await;
    let said = "登记库里最早的记录（2016-10-31 起）；2016-10-30 当天的情况，登记库里没有";
    assert!(before.text.contains(said), "{}", before.text);
    assert_eq!(browser.get(&format!("/person/{person}?asof=昨天")).await.status, StatusCode::BAD_REQUEST);
    for path in ["/person/999999", "/person/0", "/person/-1"] {
        assert_eq!(browser.get(path).await.status, StatusCode::NOT_FOUND, "{path}");
    }
}

#[tokio::test]
async fn what_is_masked_is_shown_for_a_purpose_and_the_look_is_on_the_log() {
    let site = Site::new().await;
    let browser = site.logged_in("county").await;
    let person = site.person("罗承志").await;
    let path = format!("/person/{person}/reveal");
    let form = browser.get(&path).await;
    assert!(!form.text.contains(&number_of("罗承志")));
    let csrf = form.csrf();
    for purpose in ["", "好奇"] {
        let refused = browser.post(&path, &[("csrf", csrf.clone()), ("purpose", purpose.to_owned())]).await;
        assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY, "{purpose}");
        assert!(refused.text.contains("请选一个用途") && !refused.text.contains(&number_of("罗承志")));
    }
    let shown = browser.post(&path, &[("csrf", csrf), ("purpose", "约定上门".to_owned())]).await;
    for said in [number_of("罗承志").as_str(), "1975-05-12", "13912345207", "某村一组"] {
        assert!(shown.text.contains(said), "{said}");
    }
    let page = browser.get(&format!("/person/{person}")).await;
    assert!(page.text.contains("显示号码、出生日期、电话和住址：约定上门"), "{}", page.text);
    let log = site.logged_in("auditor").await.get("/looks").await;
    assert!(log.text.contains("约定上门") && log.text.contains("县级经办甲"), "{}", log.text);
    for hidden in ["罗承志", number_of("罗承志").as_str()] {
        assert!(!log.text.contains(hidden), "nothing personal on the log");
    }
}

#[tokio::test]
async fn the_area_is_chosen_in_the_head_and_kept() {
    let site = Site::new().await;
    let browser = site.logged_in("county").await;
    assert_eq!(browser.get("/area/610902001").await.status, StatusCode::SEE_OTHER);
    assert!(browser.get("/people?category=uninsured").await.text.contains("江北街道 · 未参保人员 2 人"));
    for beyond in ["610900", "610921", "999999", "x"] {
        assert_eq!(browser.get(&format!("/area/{beyond}")).await.status, StatusCode::NOT_FOUND, "{beyond}");
    }
    // whoever writes another area into their cookie stays in their own
    browser.cookies.lock().unwrap().push(("area".to_owned(), "610921".to_owned()));
    assert!(!browser.get("/people").await.text.contains("赵文斌"));
}

#[tokio::test]
async fn where_somebody_was_insured_stands_on_a_line_of_time_with_its_table() {
    let site = Site::new().await;
    let browser = site.logged_in("county").await;
    let person = site.person("陈秀珍").await;
    let page = browser.get(&format!("/person/{person}")).await.text;
    let (_, stays) = page.split_once("参保经历").unwrap();
    assert!(stays.contains("<svg class=\"chart\"") && stays.contains("看成表格，2 段"), "{stays}");
    assert!(stays.contains("新型农村合作医疗") && stays.contains("至今"), "{stays}");
    assert!(page.contains(&format!("/person/{person}/change\">办理变更")), "the way to changes");
    let uninsured = browser.get(&format!("/person/{}", site.person("罗承志").await)).await.text;
    assert!(!uninsured.contains("参保经历"));
    // the record of a day, as known on a day: before anything was known there is none
    let known = browser.get(&format!("/person/{person}?known=2099-01-01")).await.text;
    assert!(known.contains("2099-01-01 时所知的记录") && !known.contains("/change\">办理变更"), "{known}");
    let both = browser.get(&format!("/person/{person}?asof=2016-10-31&known=2099-01-01")).await.text;
    assert!(both.contains("2016-10-31 当天的记录，按 2099-01-01 所知"), "{both}");
    let before = browser.get(&format!("/person/{person}?known=2015-01-01")).await;
    assert_eq!(before.status, StatusCode::NOT_FOUND);
    assert!(before.text.contains("登记库里还没有这个人"), "{}", before.text);
    assert_eq!(browser.get(&format!("/person/{person}?known=x")).await.status, StatusCode::BAD_REQUEST);
}
