//! What everybody does in a day, and what each is refused.

use super::drive::{Browser, Driver};
use super::site::Site;

/// An office computer, and a phone.
const SIZES: [(u32, u32); 2] = [(1366, 768), (390, 844)];

/// A role's pages, and some that are not theirs.
const ROLES: [(&str, &[&str], &[&str]); 8] = [
    ("admin", &["/", "/accounts", "/account", "/partners"], &["/people", "/findings", "/changes", "/log", "/figures"]),
    (
        "city",
        &[
            "/",
            "/people?category=uninsured",
            "/batch",
            "/findings",
            "/changes",
            "/figures",
            "/export/new/employers",
            "/exchange",
        ],
        &["/accounts", "/log", "/partners"],
    ),
    (
        "county",
        &[
            "/",
            "/people",
            "/batch",
            "/findings/row-unresolved",
            "/export/new/findings/row-unresolved?stand=all",
            "/changes",
            "/figures",
        ],
        &["/accounts", "/looks", "/exchange"],
    ),
    (
        "town",
        &["/", "/people?category=partial", "/batch", "/findings", "/asked", "/figures"],
        &["/changes", "/exchange"],
    ),
    ("village", &["/", "/people", "/batch", "/asked", "/keys"], &["/changes", "/findings", "/figures", "/log"]),
    ("reporter", &["/", "/account"], &["/people", "/findings", "/figures", "/log", "/accounts"]),
    ("leader", &["/", "/figures"], &["/people", "/batch", "/findings", "/changes", "/asked", "/log"]),
    ("auditor", &["/", "/log", "/looks"], &["/people", "/figures", "/findings", "/accounts"]),
];

struct Day {
    site: Site,
    driver: Driver,
    axe: String,
    /// What browsers and axe-core complained of.
    faults: Vec<String>,
}

impl Day {
    async fn log_in(&self, login: &str, (wide, high): (u32, u32)) -> Browser {
        let browser = self.driver.browser(wide, high).await;
        browser.go(&format!("{}/login", self.site.address)).await;
        browser.write("#login", login).await;
        browser.write("#password", &self.site.passwords[login]).await;
        browser.press("form.one button.primary").await;
        browser.find("main .title h1").await;
        browser
    }

    /// Nothing on the page is out of reach, broken, or refused by the content policy.
    async fn check(&mut self, browser: &Browser, page: &str) {
        let barriers = browser.barriers(&self.axe).await;
        self.faults.extend(barriers.into_iter().map(|barrier| format!("{page}: {barrier}")));
        self.faults.extend(browser.complaints().await.into_iter().map(|said| format!("{page}: {said}")));
        let wide = "return document.documentElement.scrollWidth > window.innerWidth + 1";
        if browser.client.execute(wide, Vec::new()).await.unwrap() == true {
            self.faults.push(format!("{page}: wider than the screen"));
        }
    }

    async fn log_out(&self, browser: Browser) {
        browser.go(&format!("{}/", self.site.address)).await;
        browser
            .client
            .execute("document.querySelector('form[action=\"/logout\"]').requestSubmit()", Vec::new())
            .await
            .unwrap();
        browser.find("#login").await;
        browser.go(&format!("{}/", self.site.address)).await;
        browser.find("#login").await;
        browser.close().await;
    }

    /// Every page of every role at both sizes; those of others are refused.
    async fn everybody(&mut self) {
        for (login, pages, refused) in ROLES {
            for size in SIZES {
                let browser = self.log_in(login, size).await;
                for page in pages {
                    browser.go(&format!("{}{page}", self.site.address)).await;
                    browser.find("main .title h1").await;
                    self.check(&browser, &format!("{login} {page} at {}", size.0)).await;
                }
                if size == SIZES[0] {
                    for page in refused {
                        browser.go(&format!("{}{page}", self.site.address)).await;
                        browser.says("您的角色不能").await;
                    }
                }
                self.log_out(browser).await;
            }
        }
    }

    /// A county's clerk: finds somebody by keyboard, reveals a number for a purpose, decides a finding, asks a village.
    async fn a_clerk(&mut self) {
        let browser = self.log_in("county", SIZES[0]).await;
        browser.go(&format!("{}/people", self.site.address)).await;
        browser.key("j").await;
        let first = browser.client.execute("return document.activeElement.textContent", Vec::new()).await.unwrap();
        let name = first.as_str().unwrap().to_owned();
        browser.key("/").await;
        browser.write("#q", &format!("{name}\u{e007}")).await;
        browser.says(&name).await;
        browser.go(&format!("{}/people", self.site.address)).await;
        browser.press("table.rows tbody th a").await;
        browser.says("谁看过").await;
        self.check(&browser, "a person").await;
        let at = browser.client.current_url().await.unwrap();
        browser.go(&format!("{at}/reveal")).await;
        self.check(&browser, "purposes").await;
        browser.press("main form button").await;
        browser.says("请选一个用途").await;
        browser.press("main form input[type=radio]").await;
        browser.press("main form button").await;
        browser.says("身份证号").await;
        // a row that the comparison could not tell
        browser.go(&format!("{}/findings/name-differs", self.site.address)).await;
        browser.press("table.rows tbody th a").await;
        browser.says("这一行是不是").await;
        self.check(&browser, "a finding").await;
        browser.key("1").await;
        browser.says("撤销上一件").await;
        browser.key("u").await;
        browser.says("已撤销").await;
        browser.key("3").await;
        browser.says("请村里核实").await;
        self.log_out(browser).await;
    }

    /// Two who must not be one: what the first puts forward, the second decides.
    async fn somebody_else_decides(&mut self) {
        let browser = self.log_in("county2", SIZES[0]).await;
        browser.go(&format!("{}/changes", self.site.address)).await;
        browser.says("变更复核").await;
        self.check(&browser, "the inbox").await;
        self.log_out(browser).await;
    }
}

#[test]
fn everybody_does_a_days_work() {
    let Some(driver) = Driver::start() else { return };
    let axe = std::fs::read_to_string(std::env::var("CANBAO_TEST_AXE").unwrap()).unwrap();
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(async {
        let mut day = Day { site: Site::start(), driver, axe, faults: Vec::new() };
        day.everybody().await;
        day.a_clerk().await;
        day.somebody_else_decides().await;
        assert!(day.faults.is_empty(), "{} faults:\n{}", day.faults.len(), day.faults.join("\n"));
    });
}
