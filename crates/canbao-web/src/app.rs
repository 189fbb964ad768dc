//! What all pages share, and the one table of routes.

use std::path::PathBuf;
use std::sync::Arc;

use axum::Router;
use axum::handler::Handler;
use axum::middleware::{from_fn, from_fn_with_state};
use axum::routing::{MethodFilter, MethodRouter, on};
use canbao_domain::date::Date;
use canbao_intake::SourceSpec;
use canbao_registry::{Registry, RegistryError};
use canbao_report::cube::Cubes;
use tokio::sync::Semaphore;

use crate::delivery as delivery_of;
use crate::delivery::turn::Turns;
use crate::http::head;
use crate::http::upload::{self, FileLimit, UploadLimits};
use crate::job::Program;
use crate::job::runner::{self, Runner};
use crate::page::kept::Kept;
use crate::page::{
    account, area, change, compose, deliver, delivery, figures, find, home, log, login, people, person, reveal, run,
    runs, sources,
};
use crate::right::gate::{Gate, gate};
use crate::right::{Access, Right};
use crate::{asset, fault};

/// What a city sets.
#[derive(Clone, Debug)]
pub struct Settings {
    /// Whose system it is, at the foot of each page: 安康市社会保险经办机构.
    pub office: String,
    /// Whether browsers reach it by HTTPS: then cookies travel by nothing else.
    pub secure: bool,
    /// Where files stand that come in by the page: extracts, runs, papers. One server's alone.
    pub data: PathBuf,
    /// How large and how slow files may come.
    pub upload: UploadLimits,
    /// How comparisons are run; without it none are.
    pub program: Option<Program>,
}

impl Settings {
    /// The settings of an office, all others as they are unless a city sets them.
    pub fn new(office: impl Into<String>, data: impl Into<PathBuf>) -> Self {
        Self { office: office.into(), secure: false, data: data.into(), upload: UploadLimits::default(), program: None }
    }

    /// Where the data folder is unless a city sets it: `registry-data` beside the SQLite file `registry.db`; of a server's
    /// database, `canbao-data` in the working folder.
    pub fn data_beside(database: &str) -> PathBuf {
        let Some(file) = database.strip_prefix("sqlite://").map(PathBuf::from) else { return "canbao-data".into() };
        let stem = file.file_stem().map_or_else(|| "canbao".into(), |stem| stem.to_string_lossy().into_owned());
        file.with_file_name(format!("{stem}-data"))
    }
}

/// The system, as pages reach it. Cheap to clone.
#[derive(Clone, Debug)]
pub struct App {
    pub(crate) registry: Registry,
    pub(crate) settings: Arc<Settings>,
    pub(crate) kept: Arc<Kept>,
    pub(crate) cubes: Arc<Cubes>,
    /// Who may send files just now.
    pub(crate) sending: Arc<Semaphore>,
    /// Which deliveries are looked at.
    pub(crate) turns: Arc<Turns>,
    /// The job at work.
    pub(crate) runner: Arc<Runner>,
}

/// A way in: what the browser asks for, who may, and who answers.
struct Route {
    method: MethodFilter,
    path: &'static str,
    access: Access,
    /// What files its form sends along; most send none.
    files: Option<FileLimit>,
    answer: MethodRouter<App>,
}

fn get<H, T>(path: &'static str, access: Access, handler: H) -> Route
where
    H: Handler<T, App>,
    T: 'static,
{
    Route { method: MethodFilter::GET, path, access, files: None, answer: on(MethodFilter::GET, handler) }
}

fn post<H, T>(path: &'static str, access: Access, handler: H) -> Route
where
    H: Handler<T, App>,
    T: 'static,
{
    Route { method: MethodFilter::POST, path, access, files: None, answer: on(MethodFilter::POST, handler) }
}

/// A form that sends files: its handler takes a [`upload::Sent`].
fn sent<H, T>(path: &'static str, access: Access, limit: FileLimit, handler: H) -> Route
where
    H: Handler<T, App>,
    T: 'static,
{
    Route { files: Some(limit), ..post(path, access, handler) }
}

/// All ways in. The test of rights walks this table.
fn routes() -> Vec<Route> {
    use Access::{Anybody, Holder, May};
    vec![
        get("/healthz", Anybody, home::health),
        get("/readyz", Anybody, home::ready),
        get("/static/{name}", Anybody, asset::serve),
        get("/login", Anybody, login::form),
        post("/login", Anybody, login::log_in),
        post("/logout", Holder, login::log_out),
        get("/password", Holder, login::password_form),
        post("/password", Holder, login::change_password),
        get("/factor", Holder, login::factor_form),
        post("/factor", Holder, login::pass_factor),
        get("/", May(Right::Home), home::show),
        get("/account", May(Right::Home), account::own),
        post("/account/factor", May(Right::Home), account::begin_factor),
        post("/account/factor/confirm", May(Right::Home), account::confirm_factor),
        get("/area/{code}", May(Right::Home), area::choose),
        get("/keys", May(Right::Home), home::keys),
        get("/people", May(Right::People), people::list),
        post("/people/find", May(Right::People), find::find),
        get("/people/found/{key}", May(Right::People), find::found),
        get("/person/{id}", May(Right::People), person::show),
        get("/person/{id}/reveal", May(Right::Reveal), reveal::choose_purpose),
        post("/person/{id}/reveal", May(Right::Reveal), reveal::reveal),
        get("/changes", May(Right::Check), change::inbox),
        get("/change/{id}", May(Right::Check), change::show),
        post("/change/{id}", May(Right::Check), change::decide),
        get("/figures", May(Right::Figures), figures::show),
        get("/data", May(Right::Deliver), sources::list),
        get("/data/{source}", May(Right::Deliver), sources::one),
        sent("/data/{source}", May(Right::Deliver), FileLimit::Extract, deliver::begin),
        get("/delivery/{id}", May(Right::Deliver), delivery::show),
        get("/delivery/{id}/live", May(Right::Deliver), delivery::follow),
        get("/delivery/{id}/rows", May(Right::Deliver), delivery::rows),
        sent("/delivery/{id}/files", May(Right::Deliver), FileLimit::Extract, deliver::add),
        post("/delivery/{id}/columns", May(Right::Deliver), deliver::columns),
        post("/delivery/{id}/send", May(Right::Deliver), deliver::send),
        post("/delivery/{id}/withdraw", May(Right::Deliver), deliver::withdraw),
        post("/delivery/{id}/discard", May(Right::Deliver), deliver::discard),
        post("/delivery/{id}/mend", May(Right::Deliver), deliver::mend),
        get("/runs", May(Right::Compare), runs::list),
        get("/runs/new", May(Right::Compare), compose::form),
        post("/runs", May(Right::Compare), compose::begin),
        get("/run/{id}", May(Right::Compare), run::show),
        get("/run/{id}/live", May(Right::Compare), run::follow),
        post("/run/{id}/cancel", May(Right::Compare), run::cancel),
        post("/run/{id}/apply", May(Right::Compare), run::apply),
        post("/run/{id}/undo", May(Right::Compare), run::undo),
        post("/run/{id}/decide", May(Right::Compare), run::decide),
        get("/accounts", May(Right::Accounts), account::list),
        get("/log", May(Right::Log), log::audit),
        get("/looks", May(Right::Log), log::looks),
    ]
}

/// The routes as they are known to tests: method, path, who may.
pub fn known_routes() -> Vec<(&'static str, &'static str, Access)> {
    let method = |route: &Route| if route.method == MethodFilter::POST { "POST" } else { "GET" };
    routes().iter().map(|route| (method(route), route.path, route.access)).collect()
}

impl App {
    /// The system on a registry.
    pub fn new(registry: Registry, settings: Settings) -> Self {
        upload::sweep(&settings.data);
        let sending = Arc::new(Semaphore::new(settings.upload.at_once));
        Self {
            registry,
            settings: Arc::new(settings),
            kept: Arc::default(),
            cubes: Arc::default(),
            sending,
            turns: Arc::default(),
            runner: Arc::default(),
        }
    }

    /// Hands over a source of a city file, as its reporter does by the page. For a demo, which begins with data.
    ///
    /// # Errors
    /// Where the files cannot be read or the data folder written, they cannot be understood, or the database does not answer.
    pub async fn hand_over(&self, login: &str, spec: &SourceSpec, as_of: Date) -> Result<(), RegistryError> {
        delivery_of::hand_over(self, login, spec, as_of).await
    }

    /// Does the long work that waits, for as long as it is polled.
    pub async fn work(self) {
        runner::work(self).await;
    }

    /// What answers requests.
    pub fn router(self) -> Router {
        let mut router = Router::new();
        for route in routes() {
            let guard = Gate { app: self.clone(), access: route.access, files: route.files };
            router = router.route(route.path, route.answer.layer(from_fn_with_state(guard, gate)));
        }
        let secure = self.settings.secure;
        router
            .fallback(fault::no_such_page)
            .method_not_allowed_fallback(fault::no_such_page)
            .layer(from_fn(move |request, next| head::secure(secure, request, next)))
            .with_state(self)
    }
}
