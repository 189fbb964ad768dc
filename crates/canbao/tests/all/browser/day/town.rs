//! 镇(办)经办 and 村(社区)采集员: their own people, what a village is asked and answers, and nobody beside or above them.

use super::county::stands;
use super::{Day, OFFICE, PHONE};
use crate::browser::drive::Browser;

const ENTER: char = '\u{e007}';

/// Somebody of one's own area is found; of the area beside only where they are is told, whatever is asked for.
async fn own_and_beside(day: &Day, browser: &Browser, own: &str, beside: &str) {
    let mine = day.somebody(own, "");
    let other = day.somebody(beside, "");
    browser.go("/").await;
    browser.write("#q", &format!("{}{ENTER}", mine.number)).await;
    browser.says("谁看过").await;
    assert_eq!(browser.at().await, format!("/person/{}", mine.person));
    browser.write("#q", &format!("{}{ENTER}", other.number)).await;
    browser.says("这个号码登记在").await;
    browser.says("您的这次查询已记入查看记录").await;
    browser.keeps_quiet_of(&other.name).await;
    assert_eq!(browser.count("main a[href^='/person']").await, 0);
    browser.write("#q", &format!("{}{ENTER}", other.name)).await;
    browser.says("没有叫这个姓名的人").await;
    let person = format!("/person/{}", other.person);
    for path in ["", "/reveal", "/change", "/change/death"] {
        day.none(browser, &format!("{person}{path}")).await;
    }
    let token = browser.token().await;
    let (status, said) = browser.post(&format!("{person}/reveal"), &[("csrf", &token), ("purpose", "核对身份")]).await;
    assert!(status == 404 && !said.contains(&other.number), "{said}");
    day.none(browser, &format!("/area/{beside}")).await;
}

/// `asked` is the village that the county has asked something.
pub(super) async fn day(day: &Day, asked: &str) {
    town(day).await;
    village(day).await;
    answer(day, asked).await;
}

async fn town(day: &Day) {
    let area = day.area_of("town");
    let browser = day.log_in("town", OFFICE).await;
    day.check(&browser, "town home").await;
    own_and_beside(day, &browser, &area, &day.beside(&area)).await;
    let person = day.somebody(&area, "");
    browser.go(&format!("/person/{}/change/death", person.person)).await;
    browser.fill("死亡日期", "2016-11-20").await;
    browser.fill("凭什么材料办理", "居民死亡医学证明书").await;
    browser.press("下一步：核对").await;
    browser.says("复核同意后会改变什么").await;
    browser.press("提交复核").await;
    browser.says("要由别人复核").await;
    let change = browser.at().await;
    let token = browser.token().await;
    let fields = [("csrf", token.as_str()), ("decision", "approve"), ("reason", "同意")];
    assert_eq!(browser.post(&change, &fields).await.0, 403, "a town approves nothing");
    browser.fill("理由", "登记错了人").await;
    browser.press("收回这件变更").await;
    browser.says("已收回").await;
    day.check(&browser, "town change taken back").await;
    day.refused(&browser, &["/changes", "/bulks", "/employers", "/areas", "/accounts", "/log", "/data", "/runs"]).await;
    day.log_out(browser, "the town's clerk").await;
}

async fn village(day: &Day) {
    let area = day.area_of("village");
    let browser = day.log_in("village", PHONE).await;
    day.check(&browser, "village home").await;
    own_and_beside(day, &browser, &area, &day.beside(&area)).await;
    browser.go("/people").await;
    day.check(&browser, "village people").await;
    assert_eq!(
        browser.count("table.people tbody tr").await as i64,
        day.site.json(&["registry", "list", "--count", "--area", &area])["count"].as_i64().unwrap().min(20)
    );
    browser.go("/asked").await;
    browser.says("没有要核实的疑点").await;
    day.check(&browser, "nothing asked").await;
    day.refused(&browser, &["/findings", "/exports", "/changes", "/figures", "/employers", "/areas", "/log"]).await;
    day.log_out(browser, "the collector").await;
}

/// The village that was asked answers; the county decides on it.
async fn answer(day: &Day, asked: &str) {
    let county = day.log_in("county", OFFICE).await;
    let before = stands(&county).await;
    let browser = day.hire("xu.cun", "徐春", "collector", asked, PHONE).await;
    browser.press("上级请核实的疑点").await;
    browser.says("请看身份证原件").await;
    day.check(&browser, "asked").await;
    assert_eq!(browser.count("section.card").await, 1);
    browser.press("核实不了").await;
    browser.says("没有写明为什么核实不了").await;
    browser.fill("说明", "看过身份证，就是他").await;
    browser.press_at("section.card button[value=same]").await;
    browser.says("没有要核实的疑点").await;
    day.log_out(browser, "the collector who was asked").await;

    let now = stands(&county).await;
    assert_eq!(now, [before[0], before[1] - 1, before[2] + 1, before[3]]);
    county.press("村里已答复").await;
    county.press_at("table.rows tbody th a").await;
    county.says("村里答复：是").await;
    county.says("看过身份证，就是他").await;
    day.check(&county, "finding answered").await;
    county.key('1').await;
    county.says("撤销上一件").await;
    assert_eq!(stands(&county).await, [before[0], before[1] - 1, before[2], before[3] + 1]);
    day.log_out(county, "the county's clerk").await;
}
