//! A collector's phone: thirty visits without a line, killed on the way; two phones in one house; what runs out.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use canbao_registry::survey::{State, Subject};
use serde_json::{Value, json};

use super::line::Line;
use super::{Books, HAND};
use crate::browser::day::{Day, holds_a_number};
use crate::browser::drive::Browser;
use crate::support::folder::fresh;

/// A phone and whose it is.
struct Phone<'a> {
    day: &'a Day,
    line: &'a Line,
    login: String,
    profile: PathBuf,
    browser: Browser,
}

impl<'a> Phone<'a> {
    /// A new phone: its owner logs in and sets it up.
    async fn new(day: &'a Day, line: &'a Line, login: &str, name: &str) -> Self {
        let profile = fresh(&format!("browser-survey-{name}"));
        let browser = opened(day, line, &profile).await;
        let phone = Self { day, line, login: login.to_owned(), profile, browser };
        phone.log_in().await;
        phone.unlock("在这台手机上启用").await;
        phone.browser.find(".homes a").await;
        let worker = "await until(() => navigator.serviceWorker.controller, 'the worker'); await nap(1500);";
        phone.hand(worker, vec![]).await;
        phone
    }

    async fn hand(&self, act: &str, arguments: Vec<Value>) -> Value {
        self.browser.hand(HAND, act, arguments).await
    }

    /// Logs in, where the session is over.
    async fn log_in(&self) {
        self.browser.go("/login?next=/survey/app").await;
        self.browser.find("input[type=password]").await;
        if self.browser.count("input[name=login]").await > 0 {
            self.day.enter(&self.browser, &self.login, &self.day.password(&self.login)).await;
            self.browser.find("main#main .brand-alone").await;
            self.browser.find("input[type=password]").await;
        }
    }

    /// Types the password on the app's own page.
    async fn unlock(&self, button: &str) {
        self.browser.write("#password", &self.day.password(&self.login)).await;
        self.browser.press(button).await;
        self.browser.find("body.phone").await;
    }

    /// The page is loaded anew, and its password typed.
    async fn enter(&self) {
        self.browser.go("/survey/app").await;
        self.unlock("打开").await;
    }

    /// The line is there again: logs in where that is needed, and talks until both sides have the same.
    async fn talk(&self) -> String {
        let text = self.hand("return await synced();", vec![]).await;
        text.as_str().unwrap().to_owned()
    }

    /// Ends it in the middle of everything, and opens it again.
    async fn killed(&mut self) {
        kill(&self.profile);
        self.browser = opened(self.day, self.line, &self.profile).await;
    }

    /// Closes it, and opens it when so many hours have passed.
    async fn later(self, hours: i64) -> Self {
        let Self { day, line, login, profile, browser } = self;
        browser.close().await;
        let browser = opened(day, line, &profile).await;
        let clock = format!(
            "{{ const Real = Date; const passed = {hours} * 3600000; const now = () => Real.now() + passed; \
             if (passed) globalThis.Date = class extends Real {{ \
                 constructor(...given) {{ if (given.length) super(...given); else super(now()); }} \
                 static now() {{ return now(); }} }}; }}"
        );
        browser.devtools("Page.addScriptToEvaluateOnNewDocument", json!({ "source": clock })).await;
        Self { day, line, login, profile, browser }
    }

    /// How many databases lie on it.
    async fn databases(&self) -> i64 {
        self.hand("return (await indexedDB.databases()).length;", vec![]).await.as_i64().unwrap()
    }

    /// What the page shows, for those who look at pictures.
    async fn look(&self, name: &str) {
        // a line that is cut or lossy is told of in the console, and nothing else
        for said in self.browser.complaints().await {
            assert!(said.contains("Failed to load resource"), "app {name}: {said}");
        }
        self.day.check(&self.browser, &format!("app {name}")).await;
    }
}

async fn opened(day: &Day, line: &Line, profile: &Path) -> Browser {
    let browser = day.phone(&line.address, profile).await;
    browser.patience(Duration::from_secs(180)).await;
    browser
}

/// SIGKILL to every process of the browser that keeps its things in a folder.
fn kill(profile: &Path) {
    let sign = format!("--user-data-dir={}", profile.display());
    let mut killed = 0;
    for entry in std::fs::read_dir("/proc").unwrap().flatten() {
        let Ok(pid) = entry.file_name().to_string_lossy().parse::<u32>() else { continue };
        let command = std::fs::read(entry.path().join("cmdline")).unwrap_or_default();
        if String::from_utf8_lossy(&command).split('\0').any(|argument| argument == sign) {
            // one that went with another is gone already
            let _ = Command::new("kill").args(["-KILL", &pid.to_string()]).output().unwrap();
            killed += 1;
        }
    }
    assert!(killed > 0, "nothing was killed");
    std::thread::sleep(Duration::from_millis(500));
}

/// People who are to be visited and are on the record.
fn open(people: &[Subject]) -> Vec<&Subject> {
    let open = |subject: &&Subject| subject.task.state == State::Open && subject.whole.is_some();
    people.iter().filter(open).collect()
}

/// The values of an item that no other replaces.
fn values(subject: &Subject, item: &str) -> Vec<Value> {
    subject.heads.get(item).into_iter().flatten().map(|version| version.value.clone()).collect()
}

/// What is said at the door of the one of that number.
fn said(at: usize) -> BTreeMap<&'static str, String> {
    BTreeMap::from([
        ("outcome", "12".to_owned()),
        ("proxy", "儿子".to_owned()),
        ("phone", format!("1391000{at:04}")),
        ("note", format!("第 {at} 家的备注")),
    ])
}

const PICTURES: [&str; 2] = ["photo.card", "photo.book"];

/// Thirty visits without a line, each with pictures, and three households that are on no list; killed twice.
pub(super) async fn without_a_line(day: &Day, line: &Line, books: &Books) {
    let village = day.area_of("village");
    let before = books.people(&village).await;
    let visits: Vec<String> = open(&before).iter().take(30).map(|subject| subject.task.mark.clone()).collect();
    assert_eq!(visits.len(), 30, "the village is too small");
    let mut phone = Phone::new(day, line, "village", "first").await;
    phone.look("list").await;
    line.cut();
    for (at, mark) in visits.iter().enumerate() {
        if at == 10 || at == 20 {
            phone.killed().await;
            phone.enter().await;
        }
        let visit = vec![json!(mark), json!(said(at)), json!(PICTURES)];
        phone.hand("return await visit(given[0], given[1], given[2]);", visit).await;
        if at == 0 {
            phone.look("visited").await;
        }
    }
    let mut added = Vec::new();
    for at in 0..3 {
        let home = json!({ "head": format!("新户主{at}"), "address": format!("新村 {at} 组") });
        let person =
            json!({ "outcome": "11", "name": format!("新来的{at}"), "phone": format!("1392000{at:04}"), "work": "30" });
        let keys = phone.hand("return await addHome(given[0], given[1]);", vec![home, person]).await;
        added.push((keys["home"].as_str().unwrap().to_owned(), keys["person"].as_str().unwrap().to_owned()));
    }
    phone.hand("await open('#/'); await nap(1200);", vec![]).await;
    phone.browser.says("36 人待同步").await;
    phone.look("without a line").await;
    // nothing has arrived, and nothing lies on the phone that somebody else could read
    assert!(open(&books.people(&village).await).len() == open(&before).len());
    let lies = phone.hand("return await readable();", vec![]).await;
    let lies = lies.as_str().unwrap();
    for told in ["的备注", "13910000", "新户主", "新来的"] {
        assert!(!lies.contains(told), "{told} lies open on the phone");
    }
    for subject in &before {
        let name = subject.whole.as_ref().and_then(|whole| whole.record.name.clone()).unwrap_or_default();
        assert!(name.chars().count() < 2 || !lies.contains(&name), "a name lies open on the phone");
    }

    line.mend(true);
    phone.log_in().await;
    phone.unlock("打开").await;
    let told = phone.talk().await;
    line.mend(false);
    assert!(line.calls() > 30, "the line lost nothing");
    phone.look("in sync").await;

    // exactly those visits, once, with their pictures
    let after = books.people(&village).await;
    let handed_in: BTreeSet<&str> = after
        .iter()
        .filter(|subject| subject.task.state == State::Submitted)
        .map(|subject| subject.task.mark.as_str())
        .collect();
    let wanted: BTreeSet<&str> =
        visits.iter().map(String::as_str).chain(added.iter().map(|(_, person)| person.as_str())).collect();
    assert_eq!(handed_in, wanted);
    let mut contents = BTreeSet::new();
    for (at, mark) in visits.iter().enumerate() {
        let subject = books.task(mark).await;
        for (item, value) in said(at) {
            assert_eq!(values(&subject, item), [json!(value)], "{item} of visit {at}");
        }
        let pictures: Vec<&str> = subject.photos.iter().map(|photo| photo.item.as_str()).collect();
        assert_eq!(pictures.iter().copied().collect::<BTreeSet<_>>(), BTreeSet::from(PICTURES), "visit {at}");
        assert_eq!(pictures.len(), PICTURES.len(), "visit {at}");
        for photo in &subject.photos {
            assert!(photo.whole && photo.bytes < 230_000, "visit {at}: {} bytes", photo.bytes);
            let folder = day.site.folder.join("canbao-demo/registry/registry-data/survey");
            let (_, content) = books.registry.survey_photo(&books.asker, &folder, &photo.id).await.unwrap();
            assert!(content.len() as i64 == photo.bytes && content.starts_with(&[0xff, 0xd8]), "visit {at}");
            assert!(contents.insert(content.to_vec()), "a picture is there twice");
        }
    }
    for (at, (home, person)) in added.iter().enumerate() {
        let subject = books.task(person).await;
        assert!(subject.task.added);
        assert_eq!(values(&subject, "name"), [json!(format!("新来的{at}"))]);
        let household = subject.task.household.unwrap();
        let homes = books.registry.survey_village(&books.asker, &village, false).await.unwrap().0;
        let sheet = homes.iter().find(|(sheet, _)| sheet.household.id == household).unwrap();
        assert_eq!(&sheet.0.household.mark, home);
        assert_eq!(sheet.1.len(), 1);
    }
    // both sides count the same
    let figures: Vec<&str> =
        told.lines().filter(|line| line.contains("填写和走访") || line.contains("照片和签名")).collect();
    for line in &figures {
        let counts: Vec<&str> = line.split_whitespace().rev().take(2).collect();
        assert_eq!(counts[0], counts[1], "{line}");
    }
    assert!(figures.iter().any(|line| line.contains("60")), "{told}");

    // nothing that a collector may not see went over the wire
    let wire = line.wire();
    assert!(wire.contains("\"tasks\"") && !holds_a_number(&wire), "a whole number went over the wire");
    let own: BTreeSet<String> = day.somebodies(&village, "").into_iter().map(|one| one.name).collect();
    let beside = day.beside(&village);
    for other in day.somebodies(&beside, "").iter().filter(|other| !own.contains(&other.name)) {
        assert!(!wire.contains(&other.name), "somebody of another village went over the wire");
    }
    phone.browser.close().await;
}

/// Two collectors in one house, both without a line: both are kept, and where they differ it is settled by one of them.
pub(super) async fn two_in_one_house(day: &Day, line: &Line, books: &Books) {
    let village = day.area_of("village");
    day.hire("zhao.cun", "赵春", "collector", &village, crate::browser::day::PHONE).await.close().await;
    let people = books.people(&village).await;
    let mut homes: BTreeMap<i64, Vec<&Subject>> = BTreeMap::new();
    for subject in open(&people) {
        homes.entry(subject.task.household.unwrap_or_default()).or_default().push(subject);
    }
    let home = homes.values().find(|home| home.len() >= 2).unwrap();
    let [one, other] = [&home[0].task.mark, &home[1].task.mark];
    let first = Phone::new(day, line, "village", "one").await;
    let second = Phone::new(day, line, "zhao.cun", "other").await;
    line.cut();
    let half = "await open('#/visit/' + given[0]); await until(() => byId('item-outcome'), 'the form'); await nap(100); \
                for (const [item, value] of given[1]) { await until(() => shown(byId('item-' + item)), item); answer(item, value); await nap(60); } \
                await nap(400);";
    let answers = |home: &str, note: &str| json!([["outcome", "11"], ["home", home], ["note", note]]);
    first.hand(half, vec![json!(one), answers("1", "甲写的")]).await;
    second.hand(half, vec![json!(one), json!([["outcome", "11"], ["home", "4"]])]).await;
    second.hand("return await visit(given[0], given[1], []);", vec![json!(other), json!(said(77))]).await;
    first.hand(half, vec![json!(other), json!([["note", "甲也来过"]])]).await;
    line.mend(false);
    for phone in [&first, &second, &first] {
        phone.talk().await;
    }
    let both = books.task(one).await;
    let lived: BTreeSet<String> =
        values(&both, "home").iter().map(|value| value.as_str().unwrap().to_owned()).collect();
    assert_eq!(lived, BTreeSet::from(["1".to_owned(), "4".to_owned()]), "neither is lost");
    assert_eq!(values(&both, "note"), [json!("甲写的")]);
    let other_task = books.task(other).await;
    assert!(values(&other_task, "note").contains(&json!("甲也来过")));
    assert_eq!(values(&other_task, "phone"), [json!("13910000077")]);
    // each sees the other's, and settles it
    first
        .hand(
            "await open('#/visit/' + given[0]); await until(() => one('.other'), 'the other answer');",
            vec![json!(one)],
        )
        .await;
    first.look("two answers").await;
    first
        .hand("one('.other .btn').click(); await until(() => !one('.other'), 'settled'); await nap(300);", vec![])
        .await;
    first.talk().await;
    assert_eq!(values(&books.task(one).await, "home").len(), 1);
    second.talk().await;
    let quiet = "await open('#/visit/' + given[0]); await until(() => byId('item-home'), 'the form'); await nap(300); return !one('.other');";
    assert_eq!(second.hand(quiet, vec![json!(one)]).await, json!(true));
    first.browser.close().await;
    runs_out(second, books, one).await;
}

/// After 72 hours the password alone does not open it; what was not sent is kept. Leaving keeps it too. A lost one is emptied.
async fn runs_out(phone: Phone<'_>, books: &Books, mark: &str) {
    let line = phone.line;
    let write = "await open('#/visit/' + given[0]); await until(() => byId('f-note'), 'the form'); await nap(100); \
                 type(byId('f-note'), given[1]); await nap(500);";
    line.cut();
    phone.hand(write, vec![json!(mark), json!("没有交的备注")]).await;
    let phone = phone.later(71).await;
    phone.enter().await;
    let phone = phone.later(73).await;
    phone.browser.go("/survey/app").await;
    phone.browser.says("数据锁上了").await;
    phone.browser.says("项没有交").await;
    phone.look("run out").await;
    // turned back, the clock opens nothing
    let phone = phone.later(0).await;
    phone.browser.go("/survey/app").await;
    phone.browser.says("数据锁上了").await;
    line.mend(false);
    let phone = phone.later(74).await;
    phone.log_in().await;
    phone.browser.says("要联网验证一次密码").await;
    phone.unlock("打开").await;
    phone.talk().await;
    assert!(values(&books.task(mark).await, "note").contains(&json!("没有交的备注")));

    line.cut();
    phone.hand(write, vec![json!(mark), json!("退出前写的")]).await;
    phone.hand("await open('#/out');", vec![]).await;
    phone.browser.says("没有交").await;
    phone.look("leaving").await;
    phone.browser.press("锁上并退出").await;
    phone.browser.says("已退出").await;
    assert_eq!(phone.databases().await, 1);
    line.mend(false);
    phone.log_in().await;
    phone.browser.find("#password").await;
    let button = if phone.browser.offers("打开").await { "打开" } else { "在这台手机上启用" };
    phone.unlock(button).await;
    phone.talk().await;
    assert!(values(&books.task(mark).await, "note").contains(&json!("退出前写的")));

    let devices = books.registry.survey_devices(&books.asker).await.unwrap();
    for device in devices.iter().filter(|device| device.login == phone.login) {
        books.registry.survey_device_lost(&books.asker, &device.id).await.unwrap();
    }
    phone.hand("await open('#/sync'); await nap(300); primary().click();", vec![]).await;
    phone.browser.says("已报失").await;
    assert_eq!(phone.databases().await, 0);
    phone.look("lost").await;
    phone.browser.close().await;
}
