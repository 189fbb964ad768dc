//! 通报和报告: put together by one, issued by another, read by those below; the plan is changed.

use super::{Day, OFFICE, PHONE};

pub(super) async fn day(day: &Day) {
    // everybody, those of no known area too
    let told = day.site.json(&["registry", "list", "--count", "--category", "uninsured"]);
    let uninsured = told["count"].as_i64().unwrap();
    let browser = day.log_in("city", OFFICE).await;
    // a table by two dimensions, whose total is the record's; kept, and taken as a file
    browser.go("/figures/pivot?measure=uninsured&rows=county&cols=sex").await;
    assert_eq!(browser.counted("合计", "合计").await, uninsured);
    browser.choose("列", "年龄段").await;
    browser.press("做表").await;
    browser.says("70 岁及以上").await;
    assert_eq!(browser.counted("合计", "合计").await, uninsured);
    browser.fill("名称", "未参保人员按年龄").await;
    browser.press("保存").await;
    browser.says("未参保人员按年龄").await;
    day.check(&browser, "pivot kept").await;
    // a bulletin: looked at first, sent without a number of its own, then with one
    browser.go("/papers").await;
    browser.says("还没有通报和报告").await;
    browser.press("新做").await;
    browser.press("送审").await;
    browser.says("送审要写期号").await;
    day.check(&browser, "paper refused").await;
    browser.fill("期号", "2016年第1期").await;
    browser.fill("成文日期", "2016-12-02").await;
    browser.press("送审").await;
    browser.says("请另一位有印发权限的同事印发").await;
    day.check(&browser, "papers").await;
    browser.press_at("table.rows tbody th a").await;
    assert!(!browser.offers("印发并归档").await);
    day.check(&browser, "paper of one's own").await;
    let paper = browser.at().await;
    let token = browser.token().await;
    assert_eq!(browser.post(&paper, &[("csrf", &token), ("decision", "approve")]).await.0, 409);
    day.log_out(browser, "the city's clerk").await;

    let county = day.log_in("county", OFFICE).await;
    day.none(&county, &paper).await;
    day.log_out(county, "the county's clerk").await;
    let second = day.log_in("city2", OFFICE).await;
    second.go(&paper).await;
    day.check(&second, "paper to decide").await;
    second.press("下载 PDF").await;
    let draft = second.downloaded().await;
    assert!(draft.starts_with(b"%PDF-") && draft.len() > 20_000);
    second.press("印发并归档").await;
    second.says("已印发并归档").await;
    second.go(&paper).await;
    second.press("下载 PDF").await;
    assert!(second.downloaded().await == draft, "what is issued is what was looked at");
    // the plan: a stage of one's own, by the page
    second.go("/plan").await;
    day.check(&second, "plan").await;
    second.press("修改").await;
    second.write("[name=stage-to0]", "明年").await;
    second.press("保存").await;
    second.find("#wrong").await;
    day.check(&second, "plan refused").await;
    // the last day of its first month
    let last = format!("{}-28", &second.value("[name=stage-from0]").await[..7]);
    second.write("[name=stage-to0]", &last).await;
    second.press("保存").await;
    second.says("实施方案已改").await;
    second.says(&last).await;
    day.log_out(second, "the city's second clerk").await;

    let leader = day.log_in("leader", PHONE).await;
    leader.go("/papers").await;
    assert!(leader.heading().await.contains("已印发 1 份"));
    leader.press_at("table.rows tbody th a").await;
    leader.press("下载 PDF").await;
    assert!(leader.downloaded().await == draft);
    day.log_out(leader, "the leader").await;
}
