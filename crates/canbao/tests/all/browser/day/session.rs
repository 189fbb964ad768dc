//! What the browser itself does: a session ends while somebody types, two tabs, the keyboard alone, the way back.

use super::county::{focus_is_seen, stands};
use super::{Day, OFFICE, PHONE};
use crate::browser::drive::Browser;

const ENTER: char = '\u{e007}';
const TAB: char = '\u{e004}';
const ESCAPE: char = '\u{e00c}';

pub(super) async fn day(day: &Day) {
    ended(day).await;
    tabs(day).await;
    keyboard(day).await;
    there_and_back(day).await;
}

/// Another tab of the same browser; gives the windows' handles.
async fn another_tab(browser: &Browser) -> [fantoccini::wd::WindowHandle; 2] {
    let first = browser.client.window().await.unwrap();
    let second = browser.client.new_window(true).await.unwrap().handle;
    browser.client.switch_to_window(second.clone()).await.unwrap();
    [first, second]
}

/// Logs out in one tab while something is typed in another: it is not lost.
async fn ended(day: &Day) {
    let person = day.somebody(&day.area_of("county"), "confirmed");
    let form = format!("/person/{}/change/name-changed", person.person);
    let name = format!("{}改", person.name);
    day.personal(&name);
    for size in [OFFICE, PHONE] {
        let browser = day.log_in("county", size).await;
        browser.go(&form).await;
        browser.fill("正确的姓名", &name).await;
        browser.fill("从哪天起", "2016-12-15").await;
        browser.fill("凭什么材料办理", "户口簿第三页").await;
        let [first, _] = another_tab(&browser).await;
        browser.go("/").await;
        browser.press_at(".top .pop.end > summary").await;
        browser.press("退出").await;
        browser.find("#password").await;
        browser.client.close_window().await.unwrap();
        browser.client.switch_to_window(first).await.unwrap();
        browser.press("下一步：核对").await;
        browser.says("您填写的还在").await;
        day.check(&browser, "log in again").await;
        day.enter(&browser, "county", &day.password("county")).await;
        browser.says("刚才填写的还在，还没有提交").await;
        browser.says(&name).await;
        day.check(&browser, "go on").await;
        browser.press("接着提交").await;
        browser.says("复核同意后会改变什么").await;
        assert_eq!(browser.cell("姓名", "办理后").await, name);
        browser.press("返回修改").await;
        browser.find("#f-papers").await;
        assert_eq!(browser.value("#f-papers").await, "户口簿第三页");
        day.log_out(browser, "the clerk who was logged out").await;
    }
}

/// Two tabs on two findings: each decides its own. After another log-in, the older tab's form is asked about.
async fn tabs(day: &Day) {
    let browser = day.log_in("county2", OFFICE).await;
    let stranger = day.log_in("county", OFFICE).await;
    let token = stranger.token().await;
    let before = stands(&browser).await;
    let finding = browser.find("table.rows tbody th a").await.attr("href").await.unwrap().unwrap();
    let fields = [("csrf", token.as_str()), ("verdict", "different"), ("note", "别处的表单")];
    let (status, said) = browser.post(&finding, &fields).await;
    assert!(status == 403 && said.contains("还没有提交"), "another session's token does nothing: {said}");
    assert_eq!(stands(&browser).await, before);
    day.log_out(stranger, "somebody else").await;

    browser.go("/findings/name-differs").await;
    let hrefs = "return [...document.querySelectorAll('table.rows tbody th a')].slice(0, 2).map((at) => at.pathname)";
    let hrefs = browser.script(hrefs, Vec::new()).await;
    let [one, other] = [0, 1].map(|at| hrefs[at].as_str().unwrap().to_owned());
    browser.go(&one).await;
    let [first, second] = another_tab(&browser).await;
    browser.go(&other).await;
    browser.fill("原因", "第二页看到的").await;
    browser.press_at(".decide button[value=different]").await;
    browser.says("撤销上一件").await;
    browser.client.switch_to_window(first.clone()).await.unwrap();
    browser.fill("原因", "第一页看到的").await;
    browser.press_at(".decide button[value=same]").await;
    browser.says("撤销上一件").await;
    for (path, said, not) in [(&one, "第一页看到的", "第二页看到的"), (&other, "第二页看到的", "第一页看到的")]
    {
        browser.go(path).await;
        browser.says(said).await;
        browser.keeps_quiet_of(not).await;
        browser.press_at("ol.past button").await;
        browser.says("已撤销或被取代").await;
    }
    // the same decision from a page that is older than another's
    browser.go(&one).await;
    browser.client.switch_to_window(second.clone()).await.unwrap();
    browser.go(&one).await;
    browser.press_at(".decide button[value=different]").await;
    browser.says("撤销上一件").await;
    browser.client.switch_to_window(first).await.unwrap();
    browser.fill("原因", "我看是同一人").await;
    browser.press_at(".decide button[value=same]").await;
    browser.says("这条疑点已经核对过了").await;
    assert_eq!(browser.count("#undo").await, 1);
    browser.client.switch_to_window(second.clone()).await.unwrap();
    browser.client.close_window().await.unwrap();
    let left = browser.client.windows().await.unwrap().remove(0);
    browser.client.switch_to_window(left).await.unwrap();
    browser.go(&one).await;
    browser.press_at("ol.past button").await;
    browser.says("已撤销或被取代").await;
    day.log_out(browser, "the clerk with two tabs").await;
}

/// Nothing needs a mouse, and where one is, one sees.
async fn keyboard(day: &Day) {
    let person = day.somebody(&day.area_of("county"), "partial");
    let browser = day.browser(OFFICE).await;
    browser.go("/login").await;
    for c in "county".chars().chain([TAB]).chain(day.password("county").chars()).chain([ENTER]) {
        browser.key(c).await;
    }
    browser.find("main .title h1").await;
    browser.key(TAB).await;
    let focused = "return document.activeElement.textContent.trim()";
    assert_eq!(browser.script(focused, Vec::new()).await, "跳到正文");
    let mut order = Vec::new();
    for _ in 0..40 {
        focus_is_seen(&browser).await;
        let at = "const at = document.activeElement; \
                  const all = [...document.querySelectorAll('a, button, input, select, summary')]; return all.indexOf(at)";
        // a table that scrolls by itself is none of these
        order.extend(browser.script(at, Vec::new()).await.as_i64().filter(|at| *at >= 0));
        browser.key(TAB).await;
    }
    assert!(order.is_sorted(), "the focus jumps: {order:?}");
    // what opens closes again
    browser.script("document.querySelector('.top .pop.areas > summary').focus()", Vec::new()).await;
    browser.key(ENTER).await;
    assert_eq!(browser.count("details.pop[open]").await, 1);
    browser.key(ESCAPE).await;
    assert_eq!(browser.count("details.pop[open]").await, 0);
    // from anywhere to somebody, and from a list into a record
    browser.key('/').await;
    for c in person.name.chars().chain([ENTER]) {
        browser.key(c).await;
    }
    browser.says("谁看过").await;
    browser.go("/people").await;
    browser.key('k').await;
    focus_is_seen(&browser).await;
    let last = browser.script("return document.activeElement.pathname", Vec::new()).await;
    browser.key(ENTER).await;
    browser.says("谁看过").await;
    assert_eq!(browser.at().await, last.as_str().unwrap());
    // in a field, the keys are letters
    browser.key('/').await;
    browser.key('j').await;
    assert_eq!(browser.value("#q").await, "j");
    browser.write("#q", "").await;
    day.log_out(browser, "the clerk without a mouse").await;
}

/// A list's page is where one left it.
async fn there_and_back(day: &Day) {
    let browser = day.log_in("city", OFFICE).await;
    browser.go("/people").await;
    browser.press("下一页").await;
    browser.says("上一页").await;
    let (list, first) = (browser.at().await, browser.find("table.rows tbody th a").await.text().await.unwrap());
    browser.press_at("table.rows tbody th a").await;
    browser.says("谁看过").await;
    browser.client.refresh().await.unwrap();
    browser.client.back().await.unwrap();
    assert_eq!(browser.at().await, list);
    assert_eq!(browser.find("table.rows tbody th a").await.text().await.unwrap(), first);
    browser.press("上一页").await;
    browser.client.forward().await.unwrap();
    browser.client.back().await.unwrap();
    browser.find("table.rows tbody th a").await;
    // the area in the head is kept, and its list begins anew
    browser.press_at(".top .pop.areas > summary").await;
    let county = day.area_of("county");
    browser.press_at(&format!(".top .pop.areas a[href='/area/{county}']")).await;
    browser.find("table.rows tbody th a").await;
    let people = day.site.json(&["registry", "list", "--count", "--area", &county])["count"].as_i64().unwrap();
    assert!(browser.heading().await.contains(&format!("{} 人", super::thousands(people))));
    browser.go("/").await;
    browser.go("/people").await;
    assert!(browser.heading().await.contains(&format!("{} 人", super::thousands(people))), "kept");
    day.log_out(browser, "the city's clerk").await;
}
