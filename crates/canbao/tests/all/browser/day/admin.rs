//! 系统管理员: who may come in, and nobody's record; the second factor.

use std::time::{SystemTime, UNIX_EPOCH};

use canbao_registry::account::second_factor_code;

use super::{Day, OFFICE};
use crate::browser::drive::Browser;

/// The six digits that a phone shows, so many steps of 30 seconds from now.
fn code(secret: &str, steps: i64) -> String {
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_millis() as i64;
    second_factor_code(secret, now + steps * 30_000).unwrap()
}

/// The page of an account, by its login.
async fn account(browser: &Browser, login: &str) {
    browser.go("/accounts").await;
    browser.press(login).await;
    browser.says(&format!("· {login}")).await;
}

pub(super) async fn day(day: &Day) {
    let browser = day.log_in("admin", OFFICE).await;
    day.check(&browser, "admin home").await;
    browser.go("/accounts").await;
    day.check(&browser, "accounts").await;
    browser.choose("角色", "县级经办").await;
    browser.press("筛选").await;
    let told = day.site.json(&["user", "list"]);
    let counties = told["accounts"].as_array().unwrap().iter().filter(|account| account["role"] == "county").count();
    assert_eq!(browser.count("main tbody tr").await, counties);
    browser.press("看全部").await;

    // somebody guesses a password until the account is locked; the administrator sees it, and gives another
    let stranger = day.browser(OFFICE).await;
    stranger.go("/login").await;
    for attempt in 1..=5 {
        day.enter(&stranger, "reporter", &format!("guess-{attempt}")).await;
        stranger.says(if attempt < 5 { "账号或密码不对" } else { "账号已锁定到" }).await;
    }
    day.check(&stranger, "locked").await;
    browser.go("/accounts?state=locked").await;
    browser.press("reporter").await;
    browser.says("锁定到").await;
    day.check(&browser, "account locked").await;
    browser.press("重设密码").await;
    browser.says("原来的密码作废").await;
    let given = browser.find(".once").await.text().await.unwrap();
    day.enter(&stranger, "reporter", &day.password("reporter")).await;
    stranger.says("账号或密码不对").await;
    day.enter(&stranger, "reporter", &given).await;
    day.own_password(&stranger, "reporter", &given).await;

    // logged out everywhere
    account(&browser, "reporter").await;
    browser.press("退出所有登录").await;
    browser.says("此人已登录的都已退出").await;
    stranger.go("/data").await;
    stranger.find("#password").await;
    stranger.close().await;
    account(&browser, "admin").await;
    let token = browser.token().await;
    let own = browser.at().await;
    let (status, said) = browser.post(&format!("{own}/act"), &[("csrf", &token), ("act", "disable")]).await;
    assert_eq!(status, 409, "nobody locks themselves out: {said}");

    // the second factor
    browser.go("/account").await;
    day.check(&browser, "own account").await;
    browser.press("启用动态口令").await;
    browser.says("密钥只显示这一次").await;
    day.check(&browser, "second factor begun").await;
    let secret = browser.find("dd.id b").await.text().await.unwrap();
    browser.write("#code", &code(&secret, 0)).await;
    browser.press("启用").await;
    browser.says("已启用。登录时除密码外还要输入动态口令").await;
    day.log_out(browser, "the administrator").await;

    let browser = day.browser(OFFICE).await;
    browser.go("/accounts").await;
    day.enter(&browser, "admin", &day.password("admin")).await;
    browser.says("输入本系统的 6 位数字").await;
    day.check(&browser, "second factor asked").await;
    browser.go("/accounts").await;
    assert_eq!(browser.at().await, "/factor", "a password alone opens nothing");
    browser.write("#code", "000000").await;
    browser.press("确定").await;
    browser.says("动态口令不对").await;
    browser.write("#code", &code(&secret, 1)).await;
    browser.press("确定").await;
    browser.find("main .title h1").await;

    // a program in their name
    browser.go("/account").await;
    browser.fill("用途", "镇级平台同步").await;
    browser.press_at("fieldset.checks input").await;
    browser.press("建令牌").await;
    browser.says("只显示这一次").await;
    day.check(&browser, "account tokens").await;
    let token = browser.find(".secret b").await.text().await.unwrap();
    browser.go("/account").await;
    browser.keeps_quiet_of(&token).await;
    browser.press_at("main table form button").await;
    browser.says("已撤销").await;

    // whoever runs the system reaches nobody
    let person = day.somebody(&day.area_of("county"), "");
    let person = format!("/person/{}", person.person);
    let beyond =
        ["/people", &person, "/findings", "/changes", "/exports", "/figures", "/log", "/looks", "/data", "/runs"];
    day.refused(&browser, &beyond).await;
    assert_eq!(browser.count("#q").await, 0);
    day.log_out(browser, "the administrator").await;
}
