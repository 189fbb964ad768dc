//! 市级经办: begins a comparison, watches it, may not approve it; another does, applies it; one asks to undo, the other does.

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use serde_json::Value;

use super::{Day, OFFICE};
use crate::browser::drive::{Browser, count};
use crate::support::table::Table;

/// Categories in the order of the home page's columns, with what these are called.
const CATEGORIES: [(&str, &str); 4] =
    [("uninsured", "未参保"), ("partial", "部分参保"), ("interrupted", "中断参保"), ("information", "信息不全")];

/// How many people of each category there are by area, the city being blank.
type Figures = BTreeMap<(String, String), i64>;

/// The figures of a run, counted from its people one by one.
fn figures_of(persons: &Table) -> Figures {
    let mut figures = Figures::new();
    for row in persons.rows() {
        let category = row.text("category");
        if !CATEGORIES.iter().any(|(word, _)| *word == category) && category != "confirmed" {
            continue;
        }
        for area in ["", row.get("county").unwrap_or("?")] {
            *figures.entry((area.to_owned(), category.to_owned())).or_default() += 1;
            *figures.entry((area.to_owned(), "population".to_owned())).or_default() += 1;
        }
    }
    figures
}

/// The figures of the home page.
async fn figures_at_home(browser: &Browser) -> Figures {
    browser.go("/").await;
    browser.find("#areas").await;
    let read = "return [...document.querySelectorAll('section[aria-labelledby=areas] tbody tr, section[aria-labelledby=areas] tfoot tr')] \
                    .map((row) => [(row.cells[0].querySelector('a') || { pathname: '/area/' }).pathname.split('/')[2], \
                                   ...[...row.cells].slice(1, 6).map((cell) => cell.textContent)])";
    let mut figures = Figures::new();
    for row in browser.script(read, Vec::new()).await.as_array().unwrap() {
        let area = row[0].as_str().unwrap();
        let words = ["population"].into_iter().chain(CATEGORIES.iter().map(|(word, _)| *word));
        for (at, word) in words.enumerate() {
            let people = count(row[at + 1].as_str().unwrap());
            figures.insert((area.to_owned(), word.to_owned()), people);
        }
    }
    figures
}

/// Both tell the same, wherever the page tells something.
fn agree(page: &Figures, counted: &Figures) {
    assert!(page.len() > 5 * 5, "{page:?}");
    for (key, people) in page {
        assert_eq!(*people, counted.get(key).copied().unwrap_or_default(), "{key:?}");
    }
}

/// Waits for what takes longer than a page.
async fn until(browser: &Browser, words: &str) {
    let begun = Instant::now();
    while !browser.heading().await.contains(words) {
        assert!(begun.elapsed() < Duration::from_secs(240), "never {words}: {}", browser.text().await);
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
}

pub(super) async fn day(day: &Day) {
    let browser = day.log_in("city", OFFICE).await;
    let before = figures_at_home(&browser).await;
    agree(&before, &figures_of(&day.site.table("persons")));
    day.check(&browser, "city home").await;

    // begun, and watched without touching the page
    browser.press("比对").await;
    browser.says("还没有比对过").await;
    day.check(&browser, "runs, none yet").await;
    browser.press("发起比对").await;
    assert_eq!(browser.value("#as_of").await, "2016-11-30", "the newest delivery's");
    day.check(&browser, "compose").await;
    browser.fill("比对日期", "去年").await;
    browser.press("开始比对").await;
    browser.says("比对日期看不懂").await;
    assert_eq!(browser.value("#as_of").await, "去年", "what was typed stays");
    browser.fill("比对日期", "2016-11-30").await;
    browser.press("开始比对").await;
    browser.says("可以离开本页").await;
    let job = browser.at().await.rsplit('/').next().unwrap().to_owned();
    watched(day, &browser).await;
    until(&browser, "· 完成").await;
    day.check(&browser, "run done").await;

    // the balance, held against the run's own files
    let run = day.site.run_of(&job);
    let summary: Value = serde_json::from_slice(&std::fs::read(run.join("summary.json")).unwrap()).unwrap();
    let (mut rows, mut unresolved) = (0, 0);
    for counts in summary["sources"].as_object().unwrap().values() {
        rows += counts["rows"].as_i64().unwrap();
        unresolved += counts["unresolved"].as_i64().unwrap();
    }
    assert_eq!(browser.counted("合计", "行数").await, rows);
    assert_eq!(browser.counted("合计", "认不出").await, unresolved);
    let links = Table::read(&run.join("links.parquet"));
    // employers are nobody's: their rows are linked to no person
    let of_employers = ["business-register", "insured-units"];
    let employers = of_employers.map(|source| summary["sources"][source]["rows"].as_i64().unwrap());
    assert!(of_employers.iter().all(|source| !links.distinct("source").contains(source)));
    assert_eq!(links.len() as i64, rows - employers.iter().sum::<i64>(), "each row once");
    let after = figures_of(&Table::read(&run.join("persons.parquet")));
    for (word, title) in CATEGORIES {
        assert_eq!(browser.counted("安康市", title).await, after[&(String::new(), word.to_owned())], "{title}");
    }
    assert_ne!(after, before, "people are gone from the delivery");

    // not by oneself, neither by the page nor past it
    browser.says("要由另一位市级经办核对后同意载入").await;
    assert!(!browser.offers("同意载入").await);
    let token = browser.token().await;
    let (status, said) =
        browser.post(&format!("/run/{job}/apply"), &[("csrf", &token), ("reason", "我自己看过了")]).await;
    assert_eq!(status, 409, "{said}");
    assert_eq!(figures_at_home(&browser).await, before, "nothing has changed yet");
    day.log_out(browser, "the city's clerk").await;

    let browser = day.log_in("city2", OFFICE).await;
    browser.go(&format!("/run/{job}")).await;
    let changed = browser.text().await.contains("有变化");
    assert!(changed, "it says beforehand what it will do to how many");
    browser.press("同意载入").await;
    assert_eq!(browser.at().await, format!("/run/{job}"), "not without a reason");
    browser.fill("核对了什么", "各来源行数与报送相符").await;
    browser.press("同意载入").await;
    until(&browser, "载入登记库 · 完成").await;
    day.check(&browser, "apply done").await;
    let apply = browser.at().await;
    let now = figures_at_home(&browser).await;
    agree(&now, &after);
    assert_ne!(now, before);
    figures_agree(day, &browser, &after).await;

    // undone: one asks, the other does
    browser.go(&apply).await;
    browser.fill("为什么撤销", "十一月的数据还不全").await;
    browser.press("申请撤销").await;
    browser.says("要由另一位市级经办决定").await;
    day.check(&browser, "undo asked").await;
    let undo = browser.at().await;
    let token = browser.token().await;
    let fields = [("csrf", token.as_str()), ("decision", "approve"), ("reason", "我同意我自己")];
    let (status, said) = browser.post(&format!("{undo}/decide"), &fields).await;
    assert_eq!(status, 409, "{said}");
    day.log_out(browser, "the city's other clerk").await;

    let browser = day.log_in("city", OFFICE).await;
    browser.press("比对").await;
    assert!(browser.heading().await.contains("1 个等待另一人同意"));
    day.check(&browser, "runs").await;
    browser.go(&undo).await;
    day.check(&browser, "undo to decide").await;
    browser.fill("理由", "核实过，确实不全").await;
    browser.press("登记库回到那次载入以前").await;
    until(&browser, "撤销载入 · 完成").await;
    let now = figures_at_home(&browser).await;
    assert_eq!(now, before, "as it was");
    figures_agree(day, &browser, &figures_of(&day.site.table("persons"))).await;
    day.refused(&browser, &["/accounts", "/log", "/looks"]).await;
    day.log_out(browser, "the city's clerk").await;
}

/// The page goes on by itself, piece by piece, and is not drawn anew until all is over.
async fn watched(day: &Day, browser: &Browser) {
    browser.script("window.stays = true", Vec::new()).await;
    let seen =
        "return window.stays === true && (document.querySelector('[data-live]') || { textContent: '' }).textContent";
    let begun = Instant::now();
    let (mut first, mut live) = (None, false);
    while browser.heading().await.contains("进行中") || browser.heading().await.contains("排队") {
        if let Value::String(text) = browser.glance(seen).await
            && first.get_or_insert_with(|| text.clone()) != &text
            && text.contains("完成")
            && !live
        {
            live = true;
            day.check_at_work(browser, "run at work").await;
        }
        assert!(begun.elapsed() < Duration::from_secs(240), "the comparison never ends");
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    assert!(live, "a stage's end was never seen on the page that waited for it");
}

/// The figures' page tells what the home page does.
async fn figures_agree(day: &Day, browser: &Browser, figures: &Figures) {
    browser.go("/figures").await;
    day.check(browser, "figures").await;
    let city = |word: &str| figures[&(String::new(), word.to_owned())];
    assert_eq!(browser.counted("合计", "应登记人口").await, city("population"));
    for (word, title) in &CATEGORIES[..3] {
        assert_eq!(browser.counted("合计", title).await, city(word), "{title}");
    }
}
