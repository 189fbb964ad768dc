//! Every page of every role, on an office computer and on a phone.

use super::day::{Day, OFFICE, PHONE};

/// A role's pages, and some that are not theirs.
const ROLES: [(&str, &[&str], &[&str]); 8] = [
    (
        "admin",
        &["/", "/accounts", "/accounts/new", "/accounts/1", "/areas", "/account", "/keys", "/partners"],
        &["/people", "/findings", "/changes", "/log", "/figures", "/data", "/runs"],
    ),
    (
        "city",
        &[
            "/",
            "/people?category=uninsured",
            "/batch",
            "/findings",
            "/changes",
            "/changes/done",
            "/bulks",
            "/employers",
            "/areas",
            "/areas/new",
            "/areas/610902",
            "/data",
            "/data/rural-medical",
            "/delivery/1",
            "/runs",
            "/runs/new",
            "/run/1",
            "/exports",
            "/export/new/employers",
            "/exchange",
            "/figures",
            "/figures/pivot?measure=coverage&rows=age&cols=sex",
            "/figures/trend",
            "/figures/gap",
            "/figures/reasons",
            "/figures/catalogue",
            "/plan",
            "/plan/edit",
            "/papers",
            "/papers/new",
            "/paper/1",
            "/account",
        ],
        &["/accounts", "/log", "/partners"],
    ),
    (
        "county",
        &[
            "/",
            "/people",
            "/export/new?category=uninsured",
            "/batch",
            "/findings/row-unresolved",
            "/export/new/findings/row-unresolved?stand=all",
            "/changes",
            "/changes/mine",
            "first of /employers",
            "/figures",
            "/figures/pivot?measure=uninsured&rows=town&cols=age",
            "/figures/gap",
            "/plan",
            "/papers/new",
        ],
        &["/accounts", "/looks", "/runs", "/data", "/exchange", "/plan/edit"],
    ),
    (
        "town",
        &[
            "/",
            "/people?category=partial",
            "/batch",
            "/findings",
            "/asked",
            "/figures",
            "/figures/gap",
            "/papers",
            "/plan",
        ],
        &["/changes", "/accounts", "/employers", "/exchange", "/papers/new"],
    ),
    (
        "village",
        &["/", "/people", "/batch", "/asked", "/changes/mine"],
        &["/changes", "/findings", "/figures", "/figures/pivot", "/papers", "/log", "/exports"],
    ),
    ("reporter", &["/", "/data", "/account"], &["/people", "/findings", "/figures", "/log", "/accounts", "/runs"]),
    (
        "leader",
        &["/", "/figures", "/figures/pivot", "/figures/trend", "/figures/reasons", "/plan", "/papers"],
        &["/people", "/batch", "/findings", "/changes", "/asked", "/log", "/data", "/papers/new"],
    ),
    ("auditor", &["/", "/log", "/looks"], &["/people", "/figures", "/findings", "/accounts", "/data"]),
];

/// Every page of every role at both sizes; those of others are refused.
pub(super) async fn everybody(day: &Day) {
    for size in [OFFICE, PHONE] {
        let browser = day.browser(size).await;
        for page in ["/login", "/api/v1/docs"] {
            browser.go(page).await;
            browser.find("main h1").await;
            day.check(&browser, &format!("nobody {page}")).await;
        }
        browser.close().await;
    }
    for (login, pages, refused) in ROLES {
        for size in [OFFICE, PHONE] {
            let browser = day.log_in(login, size).await;
            for page in pages {
                browser.go(page.strip_prefix("first of ").unwrap_or(page)).await;
                if page.starts_with("first of ") {
                    browser.press_at("table.rows tbody th a").await;
                }
                browser.find("main .title h1").await;
                day.check(&browser, &format!("{login} {page}")).await;
            }
            if size == OFFICE {
                browser.go(refused[0]).await;
                browser.says("您的角色不能").await;
                day.check(&browser, &format!("{login} refused")).await;
                browser.go("/").await;
                day.refused(&browser, refused).await;
            }
            day.log_out(browser, login).await;
        }
    }
}
