//! 县级经办: decides findings by the keyboard and many at once, finds somebody, reveals for a purpose, puts a change forward
//! that another returns and then approves.

use super::{Day, OFFICE};
use crate::browser::drive::{Browser, count};

const ENTER: char = '\u{e007}';
const LIST: &str = "/findings/name-differs";

/// How many findings a tab of the list tells.
pub(super) async fn tab(browser: &Browser, label: &str) -> i64 {
    let read = "const said = [...document.querySelectorAll('nav.tabs a')].map((at) => at.textContent.trim()); \
                return said.find((at) => at.startsWith(arguments[0])) || null";
    let said = browser.script(read, vec![label.into()]).await;
    let said = said.as_str().unwrap_or_else(|| unreachable!("no tab {label}"));
    count(said.trim_start_matches(label).trim())
}

/// How far the findings of the list are: open, asked, answered, done.
pub(super) async fn stands(browser: &Browser) -> [i64; 4] {
    browser.go(LIST).await;
    let mut stands = [0; 4];
    for (at, label) in ["待核对", "请村里核实", "村里已答复", "已核对"].into_iter().enumerate() {
        stands[at] = tab(browser, label).await;
    }
    stands
}

/// Where the focus is, one sees it.
pub(super) async fn focus_is_seen(browser: &Browser) {
    let seen = "const at = document.activeElement; \
                const drawn = (part) => getComputedStyle(at, part).outlineStyle !== 'none'; \
                return at !== document.body && (drawn(null) || drawn('::after'))";
    let text = browser.script("return document.activeElement.outerHTML.slice(0, 200)", Vec::new()).await;
    assert!(browser.script(seen, Vec::new()).await == true, "the focus is not to be seen: {text}");
}

/// The work-list: by keys, in bulk, taken back; asks a village. Gives the village's code.
pub(super) async fn findings(day: &Day) -> String {
    let browser = day.log_in("county", OFFICE).await;
    day.check(&browser, "county home").await;
    browser.press("疑点核对").await;
    day.check(&browser, "findings").await;
    let before = stands(&browser).await;
    assert!(before[0] >= 5, "too few findings to work on: {before:?}");
    day.check(&browser, "finding list").await;

    browser.key('j').await;
    focus_is_seen(&browser).await;
    browser.key('j').await;
    browser.key('k').await;
    browser.key(ENTER).await;
    browser.says("这一行是不是").await;
    day.check(&browser, "finding").await;
    let first = browser.at().await;
    browser.key('1').await;
    browser.says("撤销上一件").await;
    assert_ne!(browser.at().await, first, "on to the next");
    browser.key('u').await;
    browser.says("已撤销或被取代").await;
    assert_eq!(browser.at().await, first);
    browser.key('2').await;
    browser.says("撤销上一件").await;
    assert_eq!(stands(&browser).await, [before[0] - 1, before[1], before[2], before[3] + 1]);

    // a village is asked
    browser.press_at("table.rows tbody th a").await;
    let villages = "return [...document.querySelectorAll('#asked option')].map((at) => at.value).find((code) => code.length === 12) || null";
    let village = browser.script(villages, Vec::new()).await;
    let village = village.as_str().unwrap_or_else(|| unreachable!("no village can be asked")).to_owned();
    browser.find("#asked").await.select_by_value(&village).await.unwrap();
    browser.fill("原因", "请看身份证原件").await;
    browser.fill("答复期限", "上周").await;
    browser.press("发给村(社区)").await;
    browser.says("答复期限不是日期").await;
    assert_eq!(browser.value("#note").await, "请看身份证原件", "what was typed stays");
    browser.find("#asked").await.select_by_value(&village).await.unwrap();
    browser.press("发给村(社区)").await;
    browser.says("撤销上一件").await;
    assert_eq!(stands(&browser).await, [before[0] - 2, before[1] + 1, before[2], before[3] + 1]);

    // two at once
    browser.key('j').await;
    browser.key('x').await;
    browser.key('j').await;
    browser.key('x').await;
    assert_eq!(browser.count("tbody input[name=id]:checked").await, 2);
    browser.press_at(".bar button[value=different]").await;
    browser.says("已核对 2 条").await;
    day.check(&browser, "bulk decided").await;
    let now = stands(&browser).await;
    assert_eq!(now, [before[0] - 4, before[1] + 1, before[2], before[3] + 3]);
    browser.press("已核对").await;
    browser.press_at("table.rows tbody th a").await;
    day.check(&browser, "finding done").await;
    browser.press_at("ol.past button").await;
    browser.says("已撤销或被取代").await;
    let now = stands(&browser).await;
    assert_eq!(now, [before[0] - 3, before[1] + 1, before[2], before[3] + 2]);

    // loading the page again decides nothing again, nor does going back and forth
    browser.client.refresh().await.unwrap();
    browser.client.back().await.unwrap();
    browser.client.forward().await.unwrap();
    assert_eq!(stands(&browser).await, now);
    day.log_out(browser, "the county's clerk").await;
    village
}

/// Somebody is found, seen, changed by two, and changed back by two.
pub(super) async fn changes(day: &Day) {
    let county = day.area_of("county");
    let person = day.somebody(&county, "partial");
    let page = format!("/person/{}", person.person);
    let new_name = format!("{}新", person.name);
    day.personal(&new_name);
    let browser = day.log_in("county", OFFICE).await;
    found(day, &browser, &person, &page).await;
    revealed(day, &browser, &person).await;

    // put forward; returned
    browser.go(&page).await;
    browser.press("办理变更").await;
    day.check(&browser, "choose a change").await;
    browser.press_at("a[href$='/change/name-changed']").await;
    browser.press("下一步：核对").await;
    browser.says("有 3 处要改").await;
    day.check(&browser, "change refused").await;
    browser.fill("正确的姓名", &new_name).await;
    browser.fill("从哪天起", "2016-12-15").await;
    browser.fill("凭什么材料办理", "户口簿变更页").await;
    browser.press("下一步：核对").await;
    browser.says("复核同意后会改变什么").await;
    day.check(&browser, "change to be handed on").await;
    assert_eq!(browser.cell("姓名", "现在").await, person.name);
    assert_eq!(browser.cell("姓名", "办理后").await, new_name);
    browser.press("返回修改").await;
    browser.find("#f-name").await;
    assert_eq!(browser.value("#f-name").await, new_name, "what was typed stays");
    browser.press("下一步：核对").await;
    browser.press("提交复核").await;
    browser.says("要由别人复核").await;
    day.check(&browser, "change waits").await;
    let change = browser.at().await;
    assert!(!browser.offers("同意").await, "not by oneself");
    let token = browser.token().await;
    let fields = [("csrf", token.as_str()), ("decision", "approve"), ("reason", "我自己同意"), ("seen", "1")];
    let (status, said) = browser.post(&change, &fields).await;
    assert_eq!(status, 409, "{said}");

    let checker = day.log_in("county2", OFFICE).await;
    checker.press("变更复核").await;
    day.check(&checker, "inbox").await;
    checker.press("姓名变更").await;
    day.check(&checker, "change to decide").await;
    checker.fill("理由", "户口簿上不是这个字").await;
    checker.press("记录不变，提出人看到理由").await;
    checker.says("已退回").await;
    browser.go("/").await;
    assert_eq!(browser.counted("30 天内退回给我的变更", "件数").await, 1);
    browser.press("30 天内退回给我的变更").await;
    day.check(&browser, "my changes").await;
    browser.press_at("table.rows tbody th a").await;
    browser.says("户口簿上不是这个字").await;

    // once more, and approved
    propose(&browser, &page, &new_name).await;
    let change = browser.at().await;
    checker.go(&change).await;
    checker.fill("理由", "与户口簿一致").await;
    checker.press("可以撤销").await;
    checker.says("已办理").await;
    day.check(&checker, "decided change").await;
    browser.go(&page).await;
    assert!(browser.heading().await.starts_with(&new_name));
    day.check(&browser, "person changed").await;
    browser.fill("看某天的记录", "2016-12-01").await;
    browser.press_at("section[aria-labelledby=history] form button").await;
    browser.says("当天的记录，按今天所知").await;
    assert!(browser.heading().await.starts_with(&format!("{} ·", person.name)), "as it was");
    day.check(&browser, "person as of a day").await;
    browser.fill("看某天的记录", "1999-01-01").await;
    browser.press_at("section[aria-labelledby=history] form button").await;
    browser.says("1999-01-01 当天的情况，登记库里没有").await;
    browser.fill("按哪天所知", "1999-01-01").await;
    browser.press_at("section[aria-labelledby=history] form button").await;
    browser.says("登记库里还没有这个人").await;

    // undone by two
    browser.go(&change).await;
    browser.fill("理由", "与本人核实，没有改名").await;
    browser.press("申请撤销").await;
    browser.says("要由别人复核").await;
    checker.go("/changes").await;
    checker.says("申请撤销的 1 件").await;
    day.check(&checker, "inbox with an undo").await;
    checker.go(&change).await;
    checker.fill("理由", "核实过").await;
    checker.press("记录回到这件变更之前的样子，历史都保留").await;
    checker.says("已撤销").await;
    browser.go(&page).await;
    assert!(browser.heading().await.starts_with(&format!("{} ·", person.name)));
    browser.says("已撤销").await;
    day.refused(&browser, &["/accounts", "/log", "/looks", "/data", "/runs", "/areas/new"]).await;
    day.log_out(checker, "the county's checker").await;
    day.log_out(browser, "the county's clerk").await;
}

/// By name and by number, typed into the head of any page; both are posted.
async fn found(day: &Day, browser: &Browser, person: &super::Somebody, page: &str) {
    for what in [&person.name, &person.number] {
        browser.go("/").await;
        browser.key('/').await;
        focus_is_seen(browser).await;
        browser.write("#q", &format!("{what}{ENTER}")).await;
        browser.says("谁看过").await;
        assert_eq!(browser.at().await, page);
    }
    day.check(browser, "person").await;
    browser.keeps_quiet_of(&person.number).await;
    browser.keeps_quiet_of(&person.birth).await;
    browser.write("#q", &format!("查无此人某某{ENTER}")).await;
    browser.says("没有叫这个姓名的人").await;
    day.check(browser, "nobody found").await;
}

async fn revealed(day: &Day, browser: &Browser, person: &super::Somebody) {
    browser.go(&format!("/person/{}", person.person)).await;
    browser.press_at("a[href$='/reveal']").await;
    day.check(browser, "purposes").await;
    browser.press_at("main form button").await;
    browser.says("请选一个用途").await;
    browser.tick("核对身份").await;
    browser.press_at("main form button").await;
    browser.says(&person.number).await;
    day.check(browser, "revealed").await;
    browser.press("回人员页").await;
    browser.keeps_quiet_of(&person.number).await;
    let looks = browser.find("section[aria-labelledby=seen]").await.text().await.unwrap();
    assert!(looks.contains("核对身份") && looks.contains("陈慧"), "{looks}");
}

async fn propose(browser: &Browser, page: &str, name: &str) {
    browser.go(&format!("{page}/change/name-changed")).await;
    browser.fill("正确的姓名", name).await;
    browser.fill("从哪天起", "2016-12-15").await;
    browser.fill("凭什么材料办理", "户口簿变更页，已补盖章").await;
    browser.press("下一步：核对").await;
    browser.press("提交复核").await;
    browser.says("要由别人复核").await;
}
