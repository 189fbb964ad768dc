//! What everybody does in a day, and what each is refused: a file a role.
//!
//! Two cities are served at once. In one the data are renewed (delivered, compared, approved, applied, undone), in the other
//! the record is kept; so neither's figures move under the other. Whatever page is looked at on the way passes axe-core, and
//! nothing that it asks for has anything personal in its address.

mod admin;
mod auditor;
mod city;
mod county;
mod exports;
mod leader;
mod papers;
mod reporter;
mod session;
mod town;

use std::cell::RefCell;
use std::collections::BTreeSet;
use std::panic::AssertUnwindSafe;
use std::path::{Path, PathBuf};

use serde_json::Value;

use super::drive::{Browser, Driver};
use super::site::Site;
use super::walk;
use crate::support::folder::fresh;

/// An office computer.
pub(super) const OFFICE: (u32, u32) = (1366, 768);
/// A phone.
pub(super) const PHONE: (u32, u32) = (390, 844);

/// How many people a small city has.
const SMALL: u32 = 3_000;

/// A password that somebody chooses for themselves.
const OWN: &str = "清明-河畔-Liu7-桥头";

/// A served city and the browsers that work on it.
pub(super) struct Day {
    pub(super) site: Site,
    driver: Driver,
    axe: String,
    /// Where browsers put what they download: a folder for each.
    downloads: PathBuf,
    browsers: RefCell<usize>,
    /// What browsers and axe-core complained of.
    faults: RefCell<Vec<String>>,
    /// Whom nobody may find in an address: names and numbers.
    personal: RefCell<BTreeSet<String>>,
    /// Passwords of those who joined on that day.
    hired: RefCell<Vec<(String, String)>>,
    pictures: Option<PathBuf>,
}

/// Somebody of the record, as the command line tells of them.
#[derive(Clone, Debug)]
pub(super) struct Somebody {
    pub(super) person: i64,
    pub(super) name: String,
    pub(super) number: String,
    pub(super) birth: String,
}

impl Day {
    /// The city of that name; none where there is no browser.
    fn begin(name: &str, people: u32) -> Option<Self> {
        let driver = Driver::start()?;
        let axe = std::fs::read_to_string(std::env::var("CANBAO_TEST_AXE").unwrap()).unwrap();
        let pictures = std::env::var_os("CANBAO_TEST_PICTURES").map(PathBuf::from);
        Some(Self {
            site: Site::of(name, people),
            driver,
            axe,
            downloads: fresh(&format!("{name}-downloads")),
            browsers: RefCell::new(0),
            faults: RefCell::default(),
            personal: RefCell::default(),
            hired: RefCell::default(),
            pictures,
        })
    }

    /// A browser in which nobody is logged in.
    pub(super) async fn browser(&self, size: (u32, u32)) -> Browser {
        *self.browsers.borrow_mut() += 1;
        let downloads = self.downloads.join(self.browsers.borrow().to_string());
        std::fs::create_dir(&downloads).unwrap();
        self.driver.browser(&self.site.address, size, downloads).await
    }

    /// A phone that keeps what it has in a folder, and reaches the site by an address of its own.
    pub(super) async fn phone(&self, address: &str, profile: &Path) -> Browser {
        *self.browsers.borrow_mut() += 1;
        let downloads = self.downloads.join(self.browsers.borrow().to_string());
        std::fs::create_dir(&downloads).unwrap();
        self.driver.browser_of(address, PHONE, downloads, Some(profile)).await
    }

    pub(super) fn password(&self, login: &str) -> String {
        let hired = self.hired.borrow();
        let joined = hired.iter().find(|(known, _)| known == login).map(|(_, password)| password);
        joined.unwrap_or_else(|| &self.site.passwords[login]).clone()
    }

    /// Types a login and a password where they are asked for.
    pub(super) async fn enter(&self, browser: &Browser, login: &str, password: &str) {
        browser.fill("账号", login).await;
        browser.fill("密码", password).await;
        browser.press("登录").await;
    }

    /// A browser in which somebody is at work.
    pub(super) async fn log_in(&self, login: &str, size: (u32, u32)) -> Browser {
        let browser = self.browser(size).await;
        browser.go("/login").await;
        self.enter(&browser, login, &self.password(login)).await;
        browser.find("main .title h1").await;
        browser
    }

    /// Somebody joins, by the command line, and logs in for the first time.
    pub(super) async fn hire(&self, login: &str, name: &str, role: &str, area: &str, size: (u32, u32)) -> Browser {
        let said = self.site.canbao(&["user", "add", login, "--name", name, "--role", role, "--area", area]);
        let password = said.lines().find_map(|line| line.strip_prefix("密码：")).unwrap().to_owned();
        let browser = self.browser(size).await;
        browser.go("/login").await;
        self.enter(&browser, login, &password).await;
        self.own_password(&browser, login, &password).await;
        browser
    }

    /// Changes the password that was given for one of their own.
    pub(super) async fn own_password(&self, browser: &Browser, login: &str, given: &str) {
        let own = format!("{OWN}-{login}");
        browser.fill("现在的密码", given).await;
        browser.write("#new", &own).await;
        browser.write("#again", &own).await;
        browser.press("换密码").await;
        browser.find("main .title h1").await;
        let mut hired = self.hired.borrow_mut();
        hired.retain(|(known, _)| known != login);
        hired.push((login.to_owned(), own));
    }

    /// Nothing on the page is out of reach, broken, or refused by the content policy.
    pub(super) async fn check(&self, browser: &Browser, page: &str) {
        let barriers = browser.barriers(&self.axe).await.unwrap();
        self.look(browser, page, barriers).await;
    }

    /// The same of a page that is drawn anew as soon as something ends, perhaps while it is looked at.
    pub(super) async fn check_at_work(&self, browser: &Browser, page: &str) {
        if let Ok(barriers) = browser.barriers(&self.axe).await {
            self.look(browser, page, barriers).await;
        }
    }

    async fn look(&self, browser: &Browser, page: &str, barriers: Vec<String>) {
        let mut faults = barriers;
        faults.extend(browser.complaints().await);
        let wide = "return document.documentElement.scrollWidth > window.innerWidth + 1";
        if browser.glance(wide).await == true {
            faults.push("wider than the screen".to_owned());
        }
        let primary =
            "return [...document.querySelectorAll('main .btn.primary')].filter((at) => at.checkVisibility()).length";
        if browser.glance(primary).await.as_i64() > Some(1) {
            faults.push("more than one main act".to_owned());
        }
        self.faults.borrow_mut().extend(faults.into_iter().map(|fault| format!("{page}: {fault}")));
        if let Some(folder) = &self.pictures {
            let wide = browser.glance("return window.innerWidth").await;
            let name = page.replace(['/', ' ', '?'], "-");
            browser.picture(&folder.join(format!("{name}-{wide}.png"))).await;
        }
    }

    /// Something personal, which must stand in no address.
    pub(super) fn personal(&self, what: &str) {
        self.personal.borrow_mut().insert(what.to_owned());
    }

    /// Nothing that this browser asked for since it was looked at last has anything personal in its address.
    pub(super) async fn addresses(&self, browser: &Browser, whose: &str) {
        let asked = browser.asked_for().await;
        let personal = self.personal.borrow();
        assert!(!asked.is_empty(), "{whose} asked for nothing");
        for address in asked {
            let plain = decoded(&address);
            let told = personal.iter().any(|what| plain.contains(what.as_str())) || holds_a_number(&plain);
            assert!(!told, "{whose} asked for {plain}");
        }
    }

    /// Leaves as one leaves at night: nothing is to be seen any more, by the way back neither.
    pub(super) async fn log_out(&self, browser: Browser, whose: &str) {
        let complaints = browser.complaints().await;
        self.faults.borrow_mut().extend(complaints.into_iter().map(|said| format!("{whose}: {said}")));
        self.addresses(&browser, whose).await;
        browser.go("/").await;
        browser.press_at(".top .pop.end > summary").await;
        browser.press("退出").await;
        browser.find("#password").await;
        browser.client.back().await.unwrap();
        browser.find("#password").await;
        browser.go("/").await;
        browser.find("#password").await;
        browser.close().await;
    }

    /// The role may not, and is told so.
    pub(super) async fn refused(&self, browser: &Browser, paths: &[&str]) {
        for path in paths {
            let (status, said) = browser.ask(path).await;
            assert_eq!(status, 403, "{path}: {said}");
            assert!(said.contains("您的角色不能办理这一项"), "{path}: {said}");
        }
    }

    /// There is no such thing for whoever asks, whether there is one or not.
    pub(super) async fn none(&self, browser: &Browser, path: &str) {
        let (status, said) = browser.ask(path).await;
        assert_eq!(status, 404, "{path}: {said}");
    }

    /// People of an area and category, by the command line, each with a number.
    pub(super) fn somebodies(&self, area: &str, category: &str) -> Vec<Somebody> {
        let mut arguments = vec!["registry", "list", "--full", "--limit", "500", "--area", area];
        if !category.is_empty() {
            arguments.extend(["--category", category]);
        }
        let told = self.site.json(&arguments);
        let text = |one: &Value, name: &str| one[name].as_str().unwrap_or_default().to_owned();
        let people = told["persons"].as_array().unwrap().iter().map(|one| Somebody {
            person: one["person"].as_i64().unwrap(),
            name: text(one, "name"),
            number: text(one, "number"),
            birth: text(one, "birth_date"),
        });
        people.filter(|one| one.number.len() == 18 && one.name.chars().count() > 1).collect()
    }

    /// The first whose name nobody else has whom that command would tell of, so that it finds them alone.
    pub(super) fn somebody(&self, area: &str, category: &str) -> Somebody {
        let all = self.somebodies(area, category);
        let alone = |one: &&Somebody| {
            let by_name = self.site.json(&["registry", "query", "--name", &one.name]);
            let by_number = self.site.json(&["registry", "query", "--number", &one.number]);
            [by_name, by_number].iter().all(|found| found["persons"].as_array().unwrap().len() == 1)
        };
        let one = all.iter().find(alone).unwrap_or_else(|| unreachable!("nobody in {area} stands alone"));
        self.personal(&one.name);
        self.personal(&one.number);
        one.clone()
    }

    /// The area of an account, as its own page's first crumb is.
    pub(super) fn area_of(&self, login: &str) -> String {
        let told = self.site.json(&["user", "list"]);
        let accounts = told["accounts"].as_array().unwrap();
        let account = accounts.iter().find(|account| account["login"] == login).unwrap();
        account["area"].as_str().unwrap().to_owned()
    }

    /// An area beside one: of the same level, and with people in it.
    pub(super) fn beside(&self, area: &str) -> String {
        let table = self.site.table("persons");
        let column = match area.len() {
            6 => "county",
            9 => "town",
            _ => "village",
        };
        let above = &area[..if area.len() == 6 { 4 } else { area.len() - 3 }];
        let areas = table.distinct(column);
        let other = areas.into_iter().find(|other| *other != area && other.starts_with(above));
        other.unwrap_or_else(|| unreachable!("nothing beside {area}")).to_owned()
    }
}

/// A count as pages write it: `12,304`.
fn thousands(count: i64) -> String {
    let digits = count.to_string();
    let groups: Vec<&str> =
        digits.as_bytes().rchunks(3).rev().map(|three| std::str::from_utf8(three).unwrap()).collect();
    groups.join(",")
}

/// An address as it is meant.
fn decoded(address: &str) -> String {
    let address = address.replace('+', " ");
    let (mut bytes, mut rest) = (Vec::new(), address.as_bytes());
    while let [first, after @ ..] = rest {
        let pair = after.get(..2).and_then(|pair| u8::from_str_radix(std::str::from_utf8(pair).ok()?, 16).ok());
        match pair.filter(|_| *first == b'%') {
            Some(byte) => (bytes.push(byte), rest = &after[2..]),
            None => (bytes.push(*first), rest = after),
        };
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

/// Whether something in it has the form of a citizen's number.
pub(super) fn holds_a_number(text: &str) -> bool {
    let words = text.split(|c: char| !c.is_ascii_alphanumeric());
    words.filter(|word| matches!(word.len(), 15 | 18)).any(|word| {
        let (last, body) = word.as_bytes().split_last().unwrap();
        body.iter().all(u8::is_ascii_digit) && (last.is_ascii_digit() || matches!(last, b'X' | b'x'))
    })
}

/// Does the parts of a day in turn on one served city of so many people; all that failed is told in the end.
pub(super) fn on(name: &str, people: u32, parts: impl AsyncFnOnce(&Day)) {
    let Some(day) = Day::begin(name, people) else { return };
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    // what was complained of before is told, too
    let done = std::panic::catch_unwind(AssertUnwindSafe(|| runtime.block_on(parts(&day))));
    let faults = day.faults.take();
    drop(day);
    let told = format!("{} faults:\n{}", faults.len(), faults.join("\n"));
    if let Err(panic) = done {
        eprintln!("{told}");
        std::panic::resume_unwind(panic);
    }
    assert!(faults.is_empty(), "{told}");
}

#[test]
fn data_are_delivered_compared_approved_applied_and_undone() {
    on("browser-renewed", SMALL, async |day| {
        reporter::day(day).await;
        city::day(day).await;
        papers::day(day).await;
        walk::everybody(day).await;
    });
}

#[test]
fn the_record_is_searched_decided_changed_and_taken_along() {
    on("browser-kept", SMALL, async |day| {
        let asked = county::findings(day).await;
        county::changes(day).await;
        town::day(day, &asked).await;
        exports::day(day).await;
        leader::day(day).await;
        session::day(day).await;
        admin::day(day).await;
        // last, so that there is something on the logs
        auditor::day(day).await;
    });
}

#[test]
fn a_number_in_an_address_is_seen() {
    for (address, seen) in [
        ("http://127.0.0.1:8080/person/17?asof=2016-11-01", false),
        ("http://127.0.0.1:8080/people/found/0123456789abcdef01234567", false),
        ("http://127.0.0.1:8080/people?q=61090219850312123X", true),
        ("http://127.0.0.1:8080/people?village=610902001001", false),
        ("http://127.0.0.1:8080/people?q=610902850312123", true),
    ] {
        assert_eq!(holds_a_number(&decoded(address)), seen, "{address}");
    }
    assert_eq!(decoded("/a?b=%E7%8E%8B+c%2"), "/a?b=王 c%2");
}
