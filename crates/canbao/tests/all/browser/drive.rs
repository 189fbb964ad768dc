//! A browser of one's own, and what it complains of.

use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use fantoccini::elements::Element;
use fantoccini::wd::{Capabilities, WebDriverCompatibleCommand};
use fantoccini::{Client, ClientBuilder, Locator};
use hyper_util::client::legacy::connect::HttpConnector;
use serde_json::{Value, json};

/// How long something may take to appear.
const PATIENCE: Duration = Duration::from_secs(20);

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

    /// A browser of that many pixels, with nothing kept from before.
    pub(super) async fn browser(&self, wide: u32, high: u32) -> Browser {
        let arguments = [
            "--headless".to_owned(),
            "--no-sandbox".to_owned(),
            "--disable-gpu".to_owned(),
            "--no-first-run".to_owned(),
            "--disable-background-networking".to_owned(),
            "--disable-component-update".to_owned(),
            "--disable-dev-shm-usage".to_owned(),
            format!("--window-size={wide},{high}"),
        ];
        let mut wanted = Capabilities::new();
        wanted.insert("goog:chromeOptions".to_owned(), json!({ "args": arguments }));
        wanted.insert("goog:loggingPrefs".to_owned(), json!({ "browser": "ALL" }));
        let begun = Instant::now();
        loop {
            let address = format!("http://127.0.0.1:{}", self.port);
            match ClientBuilder::new(HttpConnector::new()).capabilities(wanted.clone()).connect(&address).await {
                Ok(client) => return Browser { client },
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

/// A browser at work.
pub(super) struct Browser {
    pub(super) client: Client,
}

impl Browser {
    pub(super) async fn go(&self, address: &str) {
        self.client.goto(address).await.unwrap();
    }

    /// The first element of a selector, as soon as it is there.
    pub(super) async fn find(&self, selector: &str) -> Element {
        let waited = self.client.wait().at_most(PATIENCE).for_element(Locator::Css(selector)).await;
        match waited {
            Ok(element) => element,
            Err(error) => {
                let text = self.text().await;
                unreachable!("no {selector}: {error}\n{text}")
            }
        }
    }

    pub(super) async fn write(&self, selector: &str, text: &str) {
        let field = self.find(selector).await;
        field.clear().await.unwrap();
        field.send_keys(text).await.unwrap();
    }

    pub(super) async fn press(&self, selector: &str) {
        self.find(selector).await.click().await.unwrap();
    }

    /// Presses a key on the page itself.
    pub(super) async fn key(&self, key: &str) {
        self.find("body").await.send_keys(key).await.unwrap();
    }

    /// All that is read on the page.
    pub(super) async fn text(&self) -> String {
        self.client.find(Locator::Css("body")).await.unwrap().text().await.unwrap()
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
                let at = self.client.current_url().await.unwrap();
                unreachable!("{at} does not say “{words}”:\n{}", self.text().await);
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    }

    /// What the console complained of since it was asked last: errors, and what the content policy refused.
    pub(super) async fn complaints(&self) -> Vec<String> {
        let log = self.client.issue_cmd(BrowserLog).await.unwrap();
        let entries = log.as_array().cloned().unwrap_or_default();
        let severe = |entry: &Value| {
            entry["level"] == "SEVERE" || entry["message"].as_str().unwrap().contains("Content Security")
        };
        // a page that refuses is answered with its status, which the console tells too
        let told = |text: &str| {
            text.contains("Failed to load resource") && text.contains("the server responded with a status of 4")
        };
        entries
            .iter()
            .filter(|entry| severe(entry))
            .map(|entry| entry["message"].as_str().unwrap().to_owned())
            .filter(|text| !told(text))
            .collect()
    }

    /// Where the page falls short of WCAG 2.2 AA, by axe-core.
    pub(super) async fn barriers(&self, axe: &str) -> Vec<String> {
        self.client.execute(axe, Vec::new()).await.unwrap();
        let run = "const done = arguments[arguments.length - 1]; \
                   axe.run(document, { runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa'] }) \
                      .then((found) => done(found.violations.map((one) => \
                          one.id + ': ' + one.help + ' — ' + one.nodes.slice(0, 3).map((node) => node.html.slice(0, 160)).join(' | '))), \
                          (error) => done(['axe failed: ' + error]));";
        let found = self.client.execute_async(run, Vec::new()).await.unwrap();
        found.as_array().unwrap().iter().map(|one| one.as_str().unwrap().to_owned()).collect()
    }

    pub(super) async fn close(self) {
        self.client.close().await.unwrap();
    }
}

/// Chromium's own command: the console's entries.
#[derive(Debug)]
struct BrowserLog;

impl WebDriverCompatibleCommand for BrowserLog {
    fn endpoint(&self, base: &url::Url, session: Option<&str>) -> Result<url::Url, url::ParseError> {
        base.join(&format!("session/{}/se/log", session.unwrap_or_default()))
    }

    fn method_and_body(&self, _: &url::Url) -> (http::Method, Option<String>) {
        (http::Method::POST, Some(json!({ "type": "browser" }).to_string()))
    }
}
