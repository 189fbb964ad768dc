//! A small city served from memory, and somebody who asks it for pages.

use std::collections::BTreeSet;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex};

use axum::Router;
use axum::body::Body;
use axum::extract::ConnectInfo;
use axum::http::{HeaderMap, Request, StatusCode, header};
use canbao_domain::role::Role;
use canbao_domain::rules::{PersonLife, Population};
use canbao_domain::scope::Scope;
use canbao_domain::source::SourceKind;
use canbao_registry::account::NewAccount;
use canbao_registry::apply::apply;
use canbao_registry::query::Asker;
use canbao_registry::{Address, Registry};
use canbao_web::watch::{Format, Level, Log, Watch};
use canbao_web::{App, Settings};
use http_body_util::BodyExt as _;
use tempfile::TempDir;
use tower::ServiceExt as _;

use crate::run::{Around, HardRow, Somebody, number, somebody, write_in};

/// The password of every account.
pub(crate) const PASSWORD: &str = "清明-河畔-Liu7-桥头";

/// The password that somebody chose.
pub(crate) fn own(login: &str) -> String {
    format!("{PASSWORD}之{login}")
}

/// A registry with people in two counties, and an account of each role.
pub(crate) struct Site {
    pub(crate) registry: Registry,
    /// Who has a password of their own.
    settled: Mutex<BTreeSet<String>>,
    router: Router,
    /// All that was logged.
    log: Kept,
    watch: Arc<Watch>,
    /// The server's data folder.
    pub(crate) data: std::path::PathBuf,
    app: App,
    _folder: TempDir,
}

/// Login, role, area.
pub(crate) const ACCOUNTS: [(&str, Role, &str); 12] = [
    ("admin", Role::Admin, "610900"),
    ("city", Role::City, "610900"),
    ("city-too", Role::City, "610900"),
    ("county", Role::County, "610902"),
    ("checker", Role::County, "610902"),
    ("neighbour", Role::County, "610921"),
    ("town", Role::Town, "610902001"),
    ("village", Role::Collector, "610902001001"),
    ("other-village", Role::Collector, "610902001002"),
    ("reporter", Role::Reporter, "610902"),
    ("leader", Role::Leader, "610900"),
    ("auditor", Role::Auditor, "610900"),
];

/// The people of the city: six in 张滩村, one in 黄沟村, one in another county, one of no known area.
pub(crate) fn people() -> Vec<Somebody> {
    let mut uninsured = somebody("罗承志", "1975-05-12", 3);
    uninsured.schemes.clear();
    uninsured.phone = Some("13912345207");
    uninsured.findings = vec![("name-differs", "名册第 3 行写作“罗承忠”")];
    let mut partial = somebody("周小琴", "1977-03-02", 28);
    partial.schemes = vec![(SourceKind::RuralMedical, "normal")];
    let mut child = somebody("罗家豪", "2010-06-01", 117);
    child.schemes = vec![(SourceKind::RuralMedical, "normal")];
    let mut old = somebody("陈秀珍", "1948-01-20", 44);
    old.household = Some("H2");
    let mut dead = somebody("王德厚", "1940-07-01", 51);
    dead.life = PersonLife::Deceased;
    dead.household = None;
    let mut script = somebody("<script>alert(1)</script>", "1980-01-01", 61);
    script.household = Some("H\"><i id=x>");
    let mut huanggou = somebody("李长顺", "1969-09-09", 75);
    huanggou.village = Some("610902001002");
    huanggou.household = Some("H3");
    huanggou.schemes.clear();
    let mut far = somebody("赵文斌", "1991-04-04", 87);
    far.village = Some("610921001001");
    far.household = Some("H4");
    far.population = Population::Resident;
    let mut nowhere = somebody("沈无涯", "1988-08-08", 93);
    nowhere.village = None;
    nowhere.household = None;
    nowhere.schemes.clear();
    vec![uninsured, partial, child, old, dead, script, huanggou, far, nowhere]
}

/// Rows of the rural medical scheme that were not beyond doubt: one linked to 罗承志, one that may be 李长顺 or 赵文斌, one
/// that is like nobody.
pub(crate) fn hard() -> Vec<HardRow> {
    let row = |row, number: String, name, owner, finding, candidates, village| HardRow {
        source: SourceKind::RuralMedical,
        row,
        number,
        name,
        owner,
        finding,
        candidates,
        village,
    };
    let swapped = number_of("李长顺").replacen("1969", "1996", 1);
    vec![
        row(3, number_of("罗承志"), "罗承忠", Some(0), "birth-differs", vec![(0, 0.998)], None),
        row(61_507, swapped, "李常顺", None, "row-unresolved", vec![(6, 0.777), (7, 0.129)], Some("610902001002")),
        row(
            61_508,
            "=HYPERLINK(1)".to_owned(),
            "<i>某某</i>",
            None,
            "row-unresolved",
            Vec::new(),
            Some("610902001001"),
        ),
    ]
}

/// The number of somebody of [`people`].
pub(crate) fn number_of(name: &str) -> String {
    people().into_iter().find(|person| person.name == name).unwrap().number.unwrap()
}

/// The settings of every site; files may stand in a folder.
pub(crate) fn settings(folder: &std::path::Path) -> Settings {
    Settings {
        identity: Some(folder.join("registry.identity")),
        ..Settings::new("安康市社会保险经办机构", folder.join("data"))
    }
}

impl Site {
    pub(crate) async fn new() -> Self {
        Self::with(|_| ()).await
    }

    /// With other settings than the usual ones.
    pub(crate) async fn with(set: impl FnOnce(&mut Settings)) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let url = format!("sqlite://{}", folder.path().join("registry.db").display());
        let address = Address { url, key_file: None };
        Registry::migrate(&address).await.unwrap();
        let registry = Registry::open(&address).await.unwrap();
        let hard = hard();
        let around = Around { hard: &hard, ..Around::default() };
        let run = write_in(folder.path(), "run", "2016-10-31", &people(), &around);
        apply(&registry, &run, "test", false).await.unwrap();
        for (login, role, area) in ACCOUNTS {
            let reporter = role == Role::Reporter;
            let new = NewAccount {
                login: login.to_owned(),
                name: format!("{}甲", role.chinese()),
                role,
                area: area.to_owned(),
                department: reporter.then(|| "区卫计局".to_owned()),
                sources: if reporter { vec![SourceKind::RuralMedical] } else { Vec::new() },
            };
            registry.add_account("test", new, PASSWORD).await.unwrap();
        }
        let data = folder.path().join("data");
        let mut settings = settings(folder.path());
        settings.upload.free_bytes = 0;
        set(&mut settings);
        let log = Kept::default();
        let app = App::new(registry.clone(), settings).logged(log.log(Format::Json));
        let watch = app.watch();
        let router = app.clone().router();
        Self { registry, settled: Mutex::default(), router, log, watch, data, app, _folder: folder }
    }

    /// Where files may stand.
    pub(crate) fn folder(&self) -> &std::path::Path {
        self._folder.path()
    }

    /// What was logged, and what a monitoring system is told.
    pub(crate) fn told(&self) -> (String, String) {
        (self.log.text(), self.watch.metrics.text())
    }

    /// Does the server's long work from now on.
    pub(crate) fn work(&self) -> tokio::task::JoinHandle<()> {
        tokio::spawn(self.app.clone().work())
    }

    /// A browser that nobody has logged in with.
    pub(crate) fn browser(&self) -> Browser<'_> {
        Browser { site: self, cookies: Mutex::default(), port: 40_000 }
    }

    /// A browser in which somebody logged in and has a password of their own.
    pub(crate) async fn logged_in(&self, login: &str) -> Browser<'_> {
        let browser = self.browser();
        if !self.settled.lock().unwrap().insert(login.to_owned()) {
            assert_eq!(browser.log_in(login, &own(login)).await.location(), "/", "{login}");
            return browser;
        }
        browser.log_in(login, PASSWORD).await;
        let page = browser.get("/password").await;
        let own = own(login);
        let fields = [("csrf", page.csrf()), ("old", PASSWORD.to_owned()), ("new", own.clone()), ("again", own)];
        let done = browser.post("/password", &fields).await;
        assert_eq!((done.status, done.location()), (StatusCode::SEE_OTHER, "/"), "{login}: {}", done.text);
        browser
    }

    /// The registry's identifier of somebody.
    pub(crate) async fn person(&self, name: &str) -> i64 {
        let asker = Asker { actor: "test".to_owned(), scope: Scope::city(), purpose: "test".into() };
        self.registry.by_name(&asker, name, None).await.unwrap()[0].person
    }
}

/// Lines of a log, kept.
#[derive(Clone, Default)]
pub(crate) struct Kept(Arc<Mutex<Vec<u8>>>);

impl Kept {
    pub(crate) fn log(&self, format: Format) -> Log {
        Log::new(Box::new(self.clone()), format, Level::Info)
    }

    pub(crate) fn text(&self) -> String {
        String::from_utf8(self.0.lock().unwrap().clone()).unwrap()
    }
}

impl std::io::Write for Kept {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.lock().unwrap().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

/// Who asks for pages: keeps cookies, sends what a browser sends.
pub(crate) struct Browser<'a> {
    site: &'a Site,
    pub(crate) cookies: Mutex<Vec<(String, String)>>,
    port: u16,
}

/// What came back.
#[derive(Debug)]
pub(crate) struct Got {
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    pub(crate) text: String,
    pub(crate) bytes: Vec<u8>,
}

impl Got {
    pub(crate) fn location(&self) -> &str {
        self.headers.get(header::LOCATION).map_or("", |to| to.to_str().unwrap())
    }

    /// The token that its forms carry.
    pub(crate) fn csrf(&self) -> String {
        let (_, rest) = self.text.split_once("name=\"csrf\" value=\"").expect("a form");
        rest.split('"').next().unwrap().to_owned()
    }
}

impl Browser<'_> {
    pub(crate) async fn get(&self, path: &str) -> Got {
        self.send(Request::get(path).body(Body::empty()).unwrap()).await
    }

    /// Sends a form as a page of the site does.
    pub(crate) async fn post(&self, path: &str, fields: &[(&str, String)]) -> Got {
        let mut body = url::form_urlencoded::Serializer::new(String::new());
        for (name, value) in fields {
            body.append_pair(name, value);
        }
        let request = Request::post(path)
            .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded")
            .header("sec-fetch-site", "same-origin");
        self.send(request.body(Body::from(body.finish())).unwrap()).await
    }

    /// Sends a form with files, its token first.
    pub(crate) async fn upload(&self, path: &str, csrf: &str, files: &[(&str, &[u8])]) -> Got {
        self.upload_form(path, &[("csrf", csrf)], "files", files).await
    }

    /// The same with other fields, and the field of the files.
    pub(crate) async fn upload_form(
        &self,
        path: &str,
        fields: &[(&str, &str)],
        field: &str,
        files: &[(&str, &[u8])],
    ) -> Got {
        let mut body = Vec::new();
        for (name, value) in fields {
            let part = format!("--b\r\nContent-Disposition: form-data; name=\"{name}\"\r\n\r\n{value}\r\n");
            body.extend_from_slice(part.as_bytes());
        }
        for (name, bytes) in files {
            let head = format!("--b\r\nContent-Disposition: form-data; name=\"{field}\"; filename=\"{name}\"\r\n\r\n");
            body.extend_from_slice(head.as_bytes());
            body.extend_from_slice(bytes);
            body.extend_from_slice(b"\r\n");
        }
        body.extend_from_slice(b"--b--\r\n");
        let request = Request::post(path)
            .header(header::CONTENT_TYPE, "multipart/form-data; boundary=b")
            .header("sec-fetch-site", "same-origin");
        self.send(request.body(Body::from(body)).unwrap()).await
    }

    /// Asks for a page until it says something; what it says in the end.
    pub(crate) async fn until(&self, path: &str, says: &str) -> Got {
        for _ in 0..400 {
            let got = self.get(path).await;
            if got.text.contains(says) {
                return got;
            }
            tokio::time::sleep(std::time::Duration::from_millis(25)).await;
        }
        panic!("{path} never says {says}: {}", self.get(path).await.text);
    }

    /// Calls as a page's own script does: the token in a header.
    pub(crate) async fn call(&self, path: &str, token: &str, body: &[u8]) -> Got {
        let request = Request::post(path)
            .header(header::CONTENT_TYPE, "application/json")
            .header("x-canbao-token", token)
            .header("sec-fetch-site", "same-origin");
        self.send(request.body(Body::from(body.to_vec())).unwrap()).await
    }

    pub(crate) async fn log_in(&self, login: &str, password: &str) -> Got {
        self.post("/login", &[("login", login.to_owned()), ("password", password.to_owned())]).await
    }

    /// Sends anything, with the cookies.
    pub(crate) async fn send(&self, mut request: Request<Body>) -> Got {
        let cookies: Vec<String> =
            self.cookies.lock().unwrap().iter().map(|(name, value)| format!("{name}={value}")).collect();
        if !cookies.is_empty() {
            request.headers_mut().insert(header::COOKIE, cookies.join("; ").parse().unwrap());
        }
        request.headers_mut().entry(header::HOST).or_insert("127.0.0.1:8080".parse().unwrap());
        request.extensions_mut().insert(ConnectInfo(SocketAddr::from(([127, 0, 0, 1], self.port))));
        let response = self.site.router.clone().oneshot(request).await.unwrap();
        let (parts, body) = response.into_parts();
        let bytes = body.collect().await.unwrap().to_bytes().to_vec();
        let text = String::from_utf8_lossy(&bytes).into_owned();
        for line in parts.headers.get_all(header::SET_COOKIE) {
            let (name, rest) = line.to_str().unwrap().split_once('=').unwrap();
            let value = rest.split(';').next().unwrap();
            let mut cookies = self.cookies.lock().unwrap();
            cookies.retain(|(kept, _)| kept != name);
            if !value.is_empty() {
                cookies.push((name.to_owned(), value.to_owned()));
            }
        }
        Got { status: parts.status, headers: parts.headers, text, bytes }
    }
}

/// A number as nobody has it.
pub(crate) fn nobodys() -> String {
    number("1999-09-09", 999)
}
