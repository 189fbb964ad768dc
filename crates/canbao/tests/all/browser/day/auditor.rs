//! 审计员: what was done and who looked, of whom no name and no number; whether the logs are whole.

use super::{Day, OFFICE, holds_a_number};
use crate::browser::drive::Browser;

/// The words of a column.
async fn column(browser: &Browser, title: &str) -> Vec<String> {
    let read = "const heads = [...document.querySelectorAll('main thead th')].map((head) => head.textContent); \
                const at = heads.indexOf(arguments[0]); \
                return [...document.querySelectorAll('main tbody tr')].map((row) => row.cells[at].textContent)";
    let read = browser.script(read, vec![title.into()]).await;
    read.as_array().unwrap().iter().map(|one| one.as_str().unwrap().to_owned()).collect()
}

/// Nothing of whom it is about.
async fn nobody(day: &Day, browser: &Browser) {
    let text = browser.text().await;
    assert!(!holds_a_number(&text), "{text}");
    let stands = day.personal.borrow().iter().find(|one| text.contains(one.as_str())).cloned();
    if let Some(one) = stands {
        panic!("{one} stands on {}", browser.at().await);
    }
}

pub(super) async fn day(day: &Day) {
    let browser = day.log_in("auditor", OFFICE).await;
    day.check(&browser, "auditor home").await;
    nobody(day, &browser).await;
    for (path, what) in [("/log", "办了什么"), ("/looks", "用途")] {
        browser.go(path).await;
        day.check(&browser, &format!("auditor {path}")).await;
        nobody(day, &browser).await;
        let first = column(&browser, "第几条").await;
        browser.press("更早的").await;
        let older = column(&browser, "第几条").await;
        assert!(!older.is_empty() && older.iter().all(|one| !first.contains(one)), "{first:?} {older:?}");
        let latin = |said: &&String| said.contains(|c: char| c.is_ascii_alphabetic());
        let deeds = column(&browser, what).await;
        assert_eq!(deeds.iter().filter(latin).filter(|_| path == "/log").collect::<Vec<_>>(), Vec::<&String>::new());
        browser.go(path).await;
        browser.fill("账号", "county").await;
        browser.press("筛选").await;
        browser.says("去掉").await;
        let who = column(&browser, "谁").await;
        assert!(!who.is_empty() && who.iter().all(|one| one.contains("陈慧")), "{who:?}");
        browser.press("去掉").await;
        browser.falls_quiet_of("去掉").await;
        assert!(column(&browser, "谁").await.iter().any(|one| !one.contains("陈慧")));
    }
    // whoever revealed something stands there with what for
    browser.go("/looks?actor=county").await;
    let mut purposes = column(&browser, "用途").await;
    while browser.offers("更早的").await && !purposes.iter().any(|one| one.contains("核对身份")) {
        browser.press("更早的").await;
        purposes = column(&browser, "用途").await;
    }
    assert!(purposes.iter().any(|one| one.contains("显示号码") && one.contains("核对身份")), "{purposes:?}");

    browser.go("/log").await;
    browser.press("核验").await;
    browser.says("都连得上").await;
    day.check(&browser, "auditor verified").await;
    let proved: serde_json::Value = day.site.json(&["audit", "verify"]);
    let head = proved["head"].as_str().unwrap();
    browser.says(&super::thousands(proved["entries"].as_i64().unwrap())).await;
    browser.says(&head[..8]).await;

    day.refused(
        &browser,
        &["/people", "/person/1", "/findings", "/figures", "/accounts", "/exports", "/data", "/runs"],
    )
    .await;
    day.log_out(browser, "the auditor").await;
}
