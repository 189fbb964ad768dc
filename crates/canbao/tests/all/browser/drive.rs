//! A browser of one's own, and what it complains of.

use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use fantoccini::actions::{InputSource as _, KeyAction, KeyActions};
use fantoccini::elements::Element;
use fantoccini::error::CmdError;
use fantoccini::wd::{Capabilities, TimeoutConfiguration, WebDriverCompatibleCommand};
use fantoccini::{Client, ClientBuilder, Locator};
use hyper_util::client::legacy::connect::HttpConnector;
use serde_json::{Value, json};

/// How long something may take to appear.
const PATIENCE: Duration = Duration::from_secs(30);

/// Chromium's driver on a free port; ended with the value.
pub(super) struct Driver {
    child: Child,
    port: u16,
}

impl Driver {
    /// Starts it; none where the machine has none.
    pub(super) fn start() -> Option<Self> {
        let program = std::env::var("CANBAO_TEST_CHROMEDRIVER").ok().filter(|path| !path.is_empty())?;
        let port = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
        let child = Command::new(program)
            .arg(format!("--port={port}"))
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        Some(Self { child, port })
    }

    /// A browser of that many pixels, with nothing kept from before; what it downloads goes to a folder.
    pub(super) async fn browser(&self, site: &str, size: (u32, u32), downloads: PathBuf) -> Browser {
        self.browser_of(site, size, downloads, None).await
    }

    /// The same, with what it kept in a folder of its own when it was there last.
    pub(super) async fn browser_of(
        &self,
        site: &str,
        (wide, high): (u32, u32),
        downloads: PathBuf,
        profile: Option<&Path>,
    ) -> Browser {
        let mut arguments = vec![
            "--headless".to_owned(),
            "--no-sandbox".to_owned(),
            "--disable-gpu".to_owned(),
            "--no-first-run".to_owned(),
            "--disable-background-networking".to_owned(),
            "--disable-component-update".to_owned(),
            "--disable-dev-shm-usage".to_owned(),
            format!("--window-size={wide},{high}"),
        ];
        arguments.extend(profile.map(|folder| format!("--user-data-dir={}", folder.display())));
        let prefs = json!({ "download.default_directory": downloads, "download.prompt_for_download": false });
        let mut options = json!({ "args": arguments, "prefs": prefs });
        // no window is that narrow; a phone's screen is
        if wide < 500 {
            let metrics = json!({ "width": wide, "height": high, "pixelRatio": 1.0, "mobile": false, "touch": true });
            options["mobileEmulation"] = json!({ "deviceMetrics": metrics });
        }
        let mut wanted = Capabilities::new();
        wanted.insert("goog:chromeOptions".to_owned(), options);
        wanted.insert("goog:loggingPrefs".to_owned(), json!({ "browser": "ALL", "performance": "ALL" }));
        let begun = Instant::now();
        loop {
            let address = format!("http://127.0.0.1:{}", self.port);
            match ClientBuilder::new(HttpConnector::new()).capabilities(wanted.clone()).connect(&address).await {
                Ok(client) => return Browser { client, site: site.to_owned(), downloads },
                Err(error) => assert!(begun.elapsed() < PATIENCE, "the driver does not answer: {error}"),
            }
            tokio::time::sleep(Duration::from_millis(200)).await;
        }
    }
}

impl Drop for Driver {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Finds by what it says: of those that are shown the one that says least besides, marked and in the middle of the window,
/// where nothing that sticks to its edges lies over it.
const POINT: &str = "\
    const [which, words] = arguments; \
    const said = (at) => at.innerText.replace(/\\s+/g, ' ').trim(); \
    const all = [...document.querySelectorAll(which)].filter((at) => at.checkVisibility() && said(at).includes(words)); \
    all.sort((a, b) => said(a).length - said(b).length); \
    document.querySelectorAll('[data-pointed]').forEach((at) => at.removeAttribute('data-pointed')); \
    if (!all.length) return false; \
    const at = all[0].tagName === 'LABEL' && all[0].control && arguments[2] ? all[0].control : all[0]; \
    at.setAttribute('data-pointed', ''); \
    at.scrollIntoView({ block: 'center' }); \
    return true;";

/// What stands in a table where a row and a column meet, by what begins them.
const CELL: &str = "\
    const [row, column] = arguments; \
    const said = (at) => at.textContent.replace(/\\s+/g, ' ').trim(); \
    for (const table of document.querySelectorAll('main table')) { \
        const at = [...table.querySelectorAll('thead th')].findIndex((head) => said(head) === column); \
        if (at < 0) continue; \
        for (const line of table.querySelectorAll('tbody tr, tfoot tr')) \
            if (line.cells.length && said(line.cells[0]).startsWith(row)) return said(line.cells[at]); \
    } \
    return null;";

/// A browser at work on a site.
pub(super) struct Browser {
    pub(super) client: Client,
    site: String,
    downloads: PathBuf,
}

impl Browser {
    /// Goes to a page of the site.
    pub(super) async fn go(&self, path: &str) {
        self.client.goto(&format!("{}{path}", self.site)).await.unwrap();
    }

    /// The path where it is now, with what stands behind the question mark.
    pub(super) async fn at(&self) -> String {
        let at = self.client.current_url().await.unwrap();
        at.as_str().strip_prefix(&self.site).unwrap_or(at.as_str()).to_owned()
    }

    /// Runs a script on the page, for what only a script can see.
    pub(super) async fn script(&self, script: &str, arguments: Vec<Value>) -> Value {
        self.client.execute(script, arguments).await.unwrap()
    }

    /// The first element of a selector, as soon as it is there.
    pub(super) async fn find(&self, selector: &str) -> Element {
        let waited = self.client.wait().at_most(PATIENCE).for_element(Locator::Css(selector)).await;
        match waited {
            Ok(element) => element,
            Err(error) => {
                let (at, text) = (self.at().await, self.text().await);
                unreachable!("no {selector} on {at}: {error}\n{text}")
            }
        }
    }

    /// How many elements of a selector there are.
    pub(super) async fn count(&self, selector: &str) -> usize {
        self.client.find_all(Locator::Css(selector)).await.unwrap().len()
    }

    /// Points at what says something, as soon as it is there; `control` at what a label is of.
    async fn point(&self, which: &str, words: &str, control: bool) -> Element {
        let begun = Instant::now();
        loop {
            if self.script(POINT, vec![which.into(), words.into(), control.into()]).await == true {
                return self.find("[data-pointed]").await;
            }
            if begun.elapsed() > PATIENCE {
                let (at, text) = (self.at().await, self.text().await);
                unreachable!("nothing to be pressed or filled says “{words}” on {at}:\n{text}");
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    }

    /// Presses a link, a button or what opens a list, by its words.
    pub(super) async fn press(&self, words: &str) {
        self.point("a, button, summary", words, false).await.click().await.unwrap();
    }

    /// Whether something that says so can be pressed.
    pub(super) async fn offers(&self, words: &str) -> bool {
        self.script(POINT, vec!["a, button, summary".into(), words.into(), false.into()]).await == true
    }

    /// Presses the first element of a selector.
    pub(super) async fn press_at(&self, selector: &str) {
        let element = self.find(selector).await;
        self.script("document.querySelector(arguments[0]).scrollIntoView({ block: 'center' })", vec![selector.into()])
            .await;
        element.click().await.unwrap();
    }

    /// Ticks a choice by its label.
    pub(super) async fn tick(&self, label: &str) {
        self.point("label", label, false).await.click().await.unwrap();
    }

    /// The field that a label is of.
    pub(super) async fn field(&self, label: &str) -> Element {
        self.point("label", label, true).await
    }

    /// Fills the field of a label.
    pub(super) async fn fill(&self, label: &str, text: &str) {
        let field = self.field(label).await;
        field.clear().await.unwrap();
        field.send_keys(text).await.unwrap();
    }

    /// Chooses one of a list, by the label of the list and its own words.
    pub(super) async fn choose(&self, label: &str, option: &str) {
        self.field(label).await.select_by_label(option).await.unwrap();
    }

    /// Fills a field by its selector, where it stands alone.
    pub(super) async fn write(&self, selector: &str, text: &str) {
        let field = self.find(selector).await;
        field.clear().await.unwrap();
        field.send_keys(text).await.unwrap();
    }

    /// What stands in a field.
    pub(super) async fn value(&self, selector: &str) -> String {
        self.find(selector).await.prop("value").await.unwrap().unwrap_or_default()
    }

    /// Presses a key, wherever the focus is.
    pub(super) async fn key(&self, key: char) {
        let keys = KeyActions::new("keyboard".to_owned());
        let keys = keys.then(KeyAction::Down { value: key }).then(KeyAction::Up { value: key });
        self.client.perform_actions(keys).await.unwrap();
    }

    /// All that is read on the page.
    pub(super) async fn text(&self) -> String {
        self.client.find(Locator::Css("body")).await.unwrap().text().await.unwrap()
    }

    /// Its title, as soon as there is one.
    pub(super) async fn heading(&self) -> String {
        let begun = Instant::now();
        loop {
            let read = "const at = document.querySelector('main h1'); return at && at.innerText";
            if let Value::String(heading) = self.glance(read).await {
                return heading;
            }
            assert!(begun.elapsed() < PATIENCE, "no heading");
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    }

    /// What a script sees on a page that may be drawn anew by itself at this very moment; null where it just is.
    pub(super) async fn glance(&self, script: &str) -> Value {
        self.client.execute(script, Vec::new()).await.unwrap_or_default()
    }

    /// Waits until the page says something.
    pub(super) async fn says(&self, words: &str) {
        let begun = Instant::now();
        loop {
            if let Ok(body) = self.client.find(Locator::Css("body")).await
                && let Ok(text) = body.text().await
                && text.contains(words)
            {
                return;
            }
            if begun.elapsed() > PATIENCE {
                let at = self.at().await;
                unreachable!("{at} does not say “{words}”:\n{}", self.text().await);
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    }

    /// Waits until the page says no longer what it said.
    pub(super) async fn falls_quiet_of(&self, words: &str) {
        let begun = Instant::now();
        loop {
            if let Ok(body) = self.client.find(Locator::Css("body")).await
                && let Ok(text) = body.text().await
                && !text.contains(words)
            {
                return;
            }
            assert!(begun.elapsed() < PATIENCE, "{} still says “{words}”", self.at().await);
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    }

    /// The page, which is there already, says nothing of that.
    pub(super) async fn keeps_quiet_of(&self, words: &str) {
        let text = self.text().await;
        assert!(!text.contains(words), "{} says “{words}”:\n{text}", self.at().await);
    }

    /// What stands in the page's tables where a row and a column meet, by what begins them.
    pub(super) async fn cell(&self, row: &str, column: &str) -> String {
        match self.script(CELL, vec![row.into(), column.into()]).await {
            Value::String(cell) => cell,
            _ => unreachable!("no cell {row} × {column} on {}:\n{}", self.at().await, self.text().await),
        }
    }

    /// What stands there as a count.
    pub(super) async fn counted(&self, row: &str, column: &str) -> i64 {
        count(&self.cell(row, column).await)
    }

    /// What answers when the page asks for a path of its own site: how, and what it says.
    pub(super) async fn ask(&self, path: &str) -> (u16, String) {
        let ask = "const done = arguments[arguments.length - 1]; \
                   fetch(arguments[0]).then((got) => got.text().then((text) => done([got.status, text])), \
                                            (error) => done([0, String(error)]));";
        let got = self.client.execute_async(ask, vec![path.into()]).await.unwrap();
        (got[0].as_u64().unwrap() as u16, got[1].as_str().unwrap().to_owned())
    }

    /// What answers when the page posts a form that it never drew.
    pub(super) async fn post(&self, path: &str, fields: &[(&str, &str)]) -> (u16, String) {
        let post = "const done = arguments[arguments.length - 1]; \
                    fetch(arguments[0], { method: 'POST', body: new URLSearchParams(arguments[1]) }) \
                        .then((got) => got.text().then((text) => done([got.status, text])), (error) => done([0, String(error)]));";
        let got = self.client.execute_async(post, vec![path.into(), json!(fields)]).await.unwrap();
        (got[0].as_u64().unwrap() as u16, got[1].as_str().unwrap().to_owned())
    }

    /// The token that the page's forms carry.
    pub(super) async fn token(&self) -> String {
        self.value("input[name=csrf]").await
    }

    /// The file that it downloads, as soon as it is there whole: its bytes. Taken away, so that the next is known.
    pub(super) async fn downloaded(&self) -> Vec<u8> {
        let begun = Instant::now();
        loop {
            let whole = |path: &PathBuf| {
                let name = path.file_name().unwrap().to_string_lossy();
                !name.ends_with(".crdownload") && !name.starts_with('.')
            };
            let mut files = std::fs::read_dir(&self.downloads).unwrap().map(|entry| entry.unwrap().path());
            if let Some(path) = files.find(whole) {
                let bytes = std::fs::read(&path).unwrap();
                std::fs::remove_file(path).unwrap();
                return bytes;
            }
            assert!(begun.elapsed() < PATIENCE, "nothing was downloaded");
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    }

    /// Writes down how the page looks, in a folder.
    pub(super) async fn picture(&self, path: &Path) {
        std::fs::write(path, self.client.screenshot().await.unwrap()).unwrap();
    }

    /// What the console complained of since it was asked last: errors, and what the content policy refused.
    pub(super) async fn complaints(&self) -> Vec<String> {
        let severe = |entry: &Value| {
            entry["level"] == "SEVERE" || entry["message"].as_str().unwrap().contains("Content Security")
        };
        // a page that refuses is answered with its status, which the console tells too
        let told = |text: &str| {
            text.contains("Failed to load resource") && text.contains("the server responded with a status of 4")
        };
        self.log("browser")
            .await
            .iter()
            .filter(|entry| severe(entry))
            .map(|entry| entry["message"].as_str().unwrap().to_owned())
            .filter(|text| !told(text))
            .collect()
    }

    /// All addresses that it asked for since it was asked last: pages, where they lead on to, what scripts fetched.
    pub(super) async fn asked_for(&self) -> Vec<String> {
        let events = self.log("performance").await;
        let sent = events.iter().filter_map(|entry| {
            let event: Value = serde_json::from_str(entry["message"].as_str()?).ok()?;
            let sent = event["message"]["method"] == "Network.requestWillBeSent";
            sent.then(|| event["message"]["params"]["request"]["url"].as_str().map(str::to_owned))?
        });
        sent.collect()
    }

    async fn log(&self, kind: &'static str) -> Vec<Value> {
        let log = self.client.issue_cmd(BrowserLog(kind)).await.unwrap();
        log.as_array().cloned().unwrap_or_default()
    }

    /// Runs a script that awaits; an error of its own is told whole.
    pub(super) async fn hand(&self, script: &str, act: &str, arguments: Vec<Value>) -> Value {
        let whole = format!(
            "const done = arguments[arguments.length - 1]; const given = [...arguments].slice(0, -1);\n{script}\n\
             (async () => {{ {act} }})().then((got) => done({{ got }}), (fault) => done({{ fault: String(fault && fault.message) }}));"
        );
        let answer = self.client.execute_async(&whole, arguments).await.unwrap();
        assert!(answer["fault"].is_null(), "{act}: {}", answer["fault"].as_str().unwrap_or_default());
        answer["got"].clone()
    }

    /// A command of Chromium's own protocol.
    pub(super) async fn devtools(&self, command: &'static str, parameters: Value) -> Value {
        self.client.issue_cmd(DevTools(command, parameters)).await.unwrap()
    }

    /// How long one script may take.
    pub(super) async fn patience(&self, patience: Duration) {
        let timeouts = TimeoutConfiguration::new(Some(patience), None, None);
        self.client.update_timeouts(timeouts).await.unwrap();
    }

    /// Where the page falls short of WCAG 2.2 AA, by axe-core.
    pub(super) async fn barriers(&self, axe: &str) -> Result<Vec<String>, CmdError> {
        self.client.execute(axe, Vec::new()).await?;
        let run = "const done = arguments[arguments.length - 1]; \
                   axe.run(document, { runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa'] }) \
                      .then((found) => done(found.violations.map((one) => \
                          one.id + ': ' + one.help + ' — ' + one.nodes.slice(0, 3).map((node) => node.html.slice(0, 160)).join(' | '))), \
                          (error) => done(['axe failed: ' + error]));";
        let found = self.client.execute_async(run, Vec::new()).await?;
        Ok(found.as_array().unwrap().iter().map(|one| one.as_str().unwrap().to_owned()).collect())
    }

    pub(super) async fn close(self) {
        self.client.close().await.unwrap();
    }
}

/// A count as pages write it: `12,304`.
pub(super) fn count(text: &str) -> i64 {
    let digits: String = text.chars().filter(|c| !matches!(c, ',' | ' ')).collect();
    let digits = digits.trim_end_matches(['人', '行', '条', '件', '个']);
    digits.parse().unwrap_or_else(|_| unreachable!("“{text}” is no count"))
}

/// Chromium's own command: the entries of one of its logs.
#[derive(Debug)]
struct BrowserLog(&'static str);

impl WebDriverCompatibleCommand for BrowserLog {
    fn endpoint(&self, base: &url::Url, session: Option<&str>) -> Result<url::Url, url::ParseError> {
        base.join(&format!("session/{}/se/log", session.unwrap_or_default()))
    }

    fn method_and_body(&self, _: &url::Url) -> (http::Method, Option<String>) {
        (http::Method::POST, Some(json!({ "type": self.0 }).to_string()))
    }
}

/// Chromium's own command: one of its developer tools' protocol.
#[derive(Debug)]
struct DevTools(&'static str, Value);

impl WebDriverCompatibleCommand for DevTools {
    fn endpoint(&self, base: &url::Url, session: Option<&str>) -> Result<url::Url, url::ParseError> {
        base.join(&format!("session/{}/goog/cdp/execute", session.unwrap_or_default()))
    }

    fn method_and_body(&self, _: &url::Url) -> (http::Method, Option<String>) {
        (http::Method::POST, Some(json!({ "cmd": self.0, "params": self.1 }).to_string()))
    }
}
