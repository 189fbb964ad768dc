//! Random schedules of several devices: a thousand in one page against the reference, and as many as the machine has time for
//! (`CANBAO_SCHEDULES`) against the server that is served.

use std::io::Write as _;
use std::process::Stdio;
use std::time::Duration;

use serde_json::json;

use super::line::Line;
use super::{Books, FILES};
use crate::browser::day::Day;
use crate::support::folder::fresh;
use crate::support::program::command;

pub(super) async fn random(day: &Day, line: &Line, books: &Books) {
    let browser = day.phone(&line.address, &fresh("browser-survey-schedules")).await;
    browser.patience(Duration::from_secs(600)).await;
    browser.go("/survey/app").await;
    browser.find(".brand-alone").await;
    let reference = "const { runSchedules } = await import('/test/schedules.js'); const { connector } = await import('/test/reference.js'); \
        const [{ Sync }, { Store, MemoryBacking }] = await Promise.all(['sync.js', 'store.js'].map((name) => import(`${files}/${name}`))); \
        const digest = async (bytes) => String(bytes.length); \
        return await runSchedules({ Sync, Store, MemoryBacking, digest }, { from: given[0], count: given[1], connect: connector() });";
    let done = browser.hand(FILES, reference, vec![json!(1), json!(1000)]).await;
    assert_eq!(done["schedules"], 1000, "{done}");

    let count = std::env::var("CANBAO_SCHEDULES").ok().and_then(|count| count.parse().ok()).unwrap_or(8_usize);
    let villages = quiet_villages(day, books, count).await;
    for (at, village) in villages.iter().enumerate() {
        let login = format!("seed{at}");
        let password = format!("清明-河畔-Liu7-{login}");
        joined(day, &login, &password, village);
        let act = "const { runReal } = await import('/test/real.js'); return await runReal(files, given[0]);";
        let given = json!({ "seed": at + 1, "login": login, "given": password, "steps": 60 });
        let done = browser.hand(FILES, act, vec![given]).await;
        assert!(done["ops"].as_i64() > Some(0), "schedule {}: {done}", at + 1);
        // leaves, so that the next can log in
        browser.hand(FILES, "await (await fetch('/survey/me')).json().then((me) => fetch('/logout', { method: 'POST', body: new URLSearchParams({ csrf: me.token }) }));", vec![]).await;
    }
    browser.close().await;
}

/// Villages in which nobody is to be visited.
async fn quiet_villages(day: &Day, books: &Books, count: usize) -> Vec<String> {
    let listed = day.site.json(&["registry", "area", "list"]);
    let areas = listed["areas"].as_array().unwrap();
    let mut villages = Vec::new();
    for area in areas.iter().filter(|area| area["level"] == "village") {
        let code = area["code"].as_str().unwrap();
        if villages.len() < count && books.people(code).await.is_empty() {
            villages.push(code.to_owned());
        }
    }
    assert_eq!(villages.len(), count, "so many quiet villages");
    villages
}

/// A collector of a village, whose password is their own already.
fn joined(day: &Day, login: &str, password: &str, village: &str) {
    let database = "sqlite://canbao-demo/registry/registry.db";
    let arguments = [
        "user",
        "add",
        login,
        "--name",
        "采集员",
        "--role",
        "collector",
        "--area",
        village,
        "--password-stdin",
        "--database",
        database,
    ];
    let mut child = command(&day.site.folder, &arguments).stdin(Stdio::piped()).spawn().unwrap();
    child.stdin.take().unwrap().write_all(password.as_bytes()).unwrap();
    assert!(child.wait().unwrap().success());
}
