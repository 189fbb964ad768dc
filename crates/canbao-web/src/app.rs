//! What all pages share, and the one table of routes.

use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use axum::Router;
use axum::handler::Handler;
use axum::middleware::{from_fn, from_fn_with_state};
use axum::routing::{MethodFilter, MethodRouter, on};
use canbao_domain::date::Date;
use canbao_intake::SourceSpec;
use canbao_registry::{Registry, RegistryError};
use canbao_report::cube::Cubes;
use canbao_report::indicator::Catalogue;
use canbao_survey::form::Forms;
use tokio::sync::Semaphore;

use crate::delivery as delivery_of;
use crate::delivery::turn::Turns;
use crate::http::upload::{self, FileLimit, UploadLimits};
use crate::http::{head, origin, plain};
use crate::job::Program;
use crate::job::runner::{self, Runner};
use crate::page::batch::Batches;
use crate::page::kept::Kept;
use crate::page::survey as office;
use crate::page::{
    account, accounts, area, areas, batch, bulk, ca, change, compose, deliver, delivery, employers, exchange, exports,
    figures, find, finding, home, log, login, papers, people, person, propose, request, reveal, run, runs, sources,
    statistics, token,
};
use crate::right::gate::{Gate, gate};
use crate::right::{Access, Right};
use crate::tls::CityAuthority;
use crate::watch::{Log, Metrics, Watch, layer};
use crate::{api, asset, fault, survey};

/// The largest message of a page's own script that says little, in bytes.
const SMALL: usize = 16 << 10;
/// The largest message of a device, in bytes: two hundred operations, or a piece of a picture.
const MESSAGE: usize = 1 << 20;

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
    /// Whether everybody in it is invented: then every page says so.
    pub demo: bool,
    /// Whether a proxy on this machine stands before it, whose word on where somebody comes from is taken.
    pub proxied: bool,
    /// The city's own authority, where it has one: its page tells how to install it.
    pub authority: Option<CityAuthority>,
    /// How comparisons are run; without it none are.
    pub program: Option<Program>,
    /// Where the keys stand with which other registries are dealt with; without it they are not.
    pub identity: Option<PathBuf>,
    /// How the house-to-house survey goes.
    pub survey: SurveySettings,
    /// What is counted, and what of it leaves the office.
    pub report: ReportSettings,
}

/// What a city sets of its figures.
#[derive(Clone, Debug)]
pub struct ReportSettings {
    /// Its indicators.
    pub catalogue: Arc<Catalogue>,
    /// Counts under this are withheld in what leaves the office; 0 withholds none.
    pub threshold: u64,
}

impl Default for ReportSettings {
    fn default() -> Self {
        Self { catalogue: Arc::new(Catalogue::embedded().clone()), threshold: 5 }
    }
}

/// What a city sets of the house-to-house survey.
#[derive(Clone, Debug)]
pub struct SurveySettings {
    /// Its forms.
    pub forms: Arc<Forms>,
    /// How many hours a device opens without a line after its owner's password was last proved.
    pub hours: u32,
    /// After how many days without a line a device deletes what it holds, where nothing of it is unsent.
    pub keep_days: u32,
}

impl Default for SurveySettings {
    fn default() -> Self {
        Self { forms: Arc::new(Forms::embedded().clone()), hours: 72, keep_days: 14 }
    }
}

impl Settings {
    /// The settings of an office, all others as they are unless a city sets them.
    pub fn new(office: impl Into<String>, data: impl Into<PathBuf>) -> Self {
        Self {
            office: office.into(),
            secure: false,
            data: data.into(),
            upload: UploadLimits::default(),
            demo: false,
            proxied: false,
            authority: None,
            program: None,
            identity: None,
            survey: SurveySettings::default(),
            report: ReportSettings::default(),
        }
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
    /// Batches that were answered, for a while.
    pub(crate) batches: Arc<Batches>,
    pub(crate) cubes: Arc<Cubes>,
    /// Who may send files just now.
    pub(crate) sending: Arc<Semaphore>,
    /// Whether the logs may be proved just now: one proof at a time, for it reads all of the record.
    pub(crate) proving: Arc<Semaphore>,
    pub(crate) watch: Arc<Watch>,
    pub(crate) rate: Arc<api::Rate>,
    /// Whether the record is still being read for the first time: pages are right, and slow.
    pub(crate) warming: Arc<AtomicBool>,
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
    /// Whether it is a call of a page's own script, and how many bytes it sends at most.
    data: Option<usize>,
    answer: MethodRouter<App>,
}

fn get<H, T>(path: &'static str, access: Access, handler: H) -> Route
where
    H: Handler<T, App>,
    T: 'static,
{
    Route { method: MethodFilter::GET, path, access, files: None, data: None, answer: on(MethodFilter::GET, handler) }
}

fn post<H, T>(path: &'static str, access: Access, handler: H) -> Route
where
    H: Handler<T, App>,
    T: 'static,
{
    Route { method: MethodFilter::POST, path, access, files: None, data: None, answer: on(MethodFilter::POST, handler) }
}

/// A form that sends files: its handler takes a [`upload::Sent`].
fn sent<H, T>(path: &'static str, access: Access, limit: FileLimit, handler: H) -> Route
where
    H: Handler<T, App>,
    T: 'static,
{
    Route { files: Some(limit), ..post(path, access, handler) }
}

/// What a page's own script calls: its token stands in a header, and it is answered in JSON.
fn called(limit: usize, route: Route) -> Route {
    Route { data: Some(limit), ..route }
}

/// All ways in. The test of rights walks this table.
fn routes() -> Vec<Route> {
    use Access::{Anybody, Holder, May};
    let mut routes = vec![
        get("/healthz", Anybody, home::health),
        get("/readyz", Anybody, home::ready),
        get("/static/{name}", Anybody, asset::serve),
        get("/ca", Anybody, ca::show),
        get("/ca/city-ca.crt", Anybody, ca::certificate),
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
        get("/batch", May(Right::People), batch::form),
        sent("/batch", May(Right::People), FileLimit::Paper, batch::ask),
        get("/batch/{key}", May(Right::People), batch::show),
        get("/batch/{key}/{form}", May(Right::People), batch::take),
        get("/exports", May(Right::Export), exports::list),
        get("/export/new", May(Right::Export), exports::form),
        post("/export/new", May(Right::Export), exports::ask),
        get("/export/new/findings/{kind}", May(Right::Export), exports::form_of_findings),
        post("/export/new/findings/{kind}", May(Right::Export), exports::ask_for_findings),
        get("/export/new/employers", May(Right::Employers), exports::form_of_employers),
        post("/export/new/employers", May(Right::Employers), exports::ask_for_employers),
        get("/export/{id}", May(Right::Export), exports::show),
        post("/export/{id}", May(Right::ApproveExport), exports::decide),
        post("/export/{id}/withdraw", May(Right::Export), exports::withdraw),
        post("/export/{id}/file", May(Right::Export), exports::take),
        get("/person/{id}", May(Right::People), person::show),
        get("/person/{id}/reveal", May(Right::Reveal), reveal::choose_purpose),
        post("/person/{id}/reveal", May(Right::Reveal), reveal::reveal),
        get("/findings", May(Right::Findings), finding::overview::show),
        get("/findings/{kind}", May(Right::Findings), finding::list::show),
        post("/findings/{kind}", May(Right::Findings), finding::decide::decide_many),
        get("/finding/{id}", May(Right::Findings), finding::case::show),
        post("/finding/{id}", May(Right::Findings), finding::decide::decide),
        post("/handling/{id}/undo", May(Right::Findings), finding::decide::take_back),
        get("/asked", May(Right::Answer), finding::asked::show),
        post("/asked/{id}", May(Right::Answer), finding::asked::answer),
        get("/person/{id}/change", May(Right::Propose), propose::choose),
        get("/person/{id}/change/{kind}", May(Right::Propose), propose::form),
        sent("/person/{id}/change/{kind}", May(Right::Propose), FileLimit::Paper, propose::propose),
        get("/newcomer/{kind}", May(Right::Propose), propose::newcomer),
        sent("/newcomer/{kind}", May(Right::Propose), FileLimit::Paper, propose::propose_newcomer),
        get("/changes", May(Right::Check), change::inbox),
        get("/changes/mine", May(Right::Propose), change::mine),
        get("/changes/done", May(Right::Check), change::done),
        get("/change/{id}", May(Right::Propose), request::show),
        get("/change/{id}/scan", May(Right::Propose), request::open_scan),
        post("/change/{id}", May(Right::Check), request::decide),
        post("/change/{id}/withdraw", May(Right::Propose), request::withdraw),
        post("/change/{id}/undo", May(Right::Propose), request::ask_undo),
        post("/change/{id}/undo/decide", May(Right::Check), request::decide_undo),
        post("/change/{id}/undo/withdraw", May(Right::Propose), request::withdraw_undo),
        get("/bulks", May(Right::Check), bulk::list),
        get("/bulk/{id}", May(Right::Check), bulk::show),
        post("/bulk/{id}", May(Right::Check), bulk::decide),
        get("/employers", May(Right::Employers), employers::list),
        post("/employers/find", May(Right::Employers), employers::find),
        get("/employers/found/{key}", May(Right::Employers), employers::found),
        get("/employer/{id}", May(Right::Employers), employers::show),
        get("/areas", May(Right::Areas), areas::list),
        get("/areas/new", May(Right::ChangeAreas), areas::add_form),
        post("/areas/new", May(Right::ChangeAreas), areas::add),
        get("/areas/{code}", May(Right::Areas), areas::show),
        post("/areas/{code}", May(Right::ChangeAreas), areas::change),
        get("/figures", May(Right::Figures), figures::show),
        get("/figures/pivot", May(Right::Figures), statistics::pivot::show),
        post("/figures/pivot", May(Right::Figures), statistics::keep::keep),
        post("/figures/pivot/{id}/drop", May(Right::Figures), statistics::keep::drop),
        get("/figures/pivot/file/{form}", May(Right::Figures), statistics::take::pivot),
        get("/figures/book", May(Right::Figures), statistics::take::book),
        get("/figures/trend", May(Right::Figures), statistics::trend::show),
        get("/figures/gap", May(Right::Figures), statistics::gap::show),
        get("/figures/reasons", May(Right::Figures), statistics::reasons::show),
        get("/figures/catalogue", May(Right::Figures), statistics::catalogue::show),
        get("/plan", May(Right::Figures), statistics::plan::show),
        get("/plan/edit", May(Right::Plan), statistics::plan::edit),
        post("/plan/edit", May(Right::Plan), statistics::plan::set),
        get("/papers", May(Right::Figures), papers::list),
        get("/papers/new", May(Right::Issue), papers::new),
        post("/papers/new", May(Right::Issue), papers::make),
        get("/paper/{id}", May(Right::Figures), papers::show),
        get("/paper/{id}/file", May(Right::Figures), papers::file),
        post("/paper/{id}", May(Right::Issue), papers::decide),
        post("/paper/{id}/withdraw", May(Right::Issue), papers::withdraw),
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
        get("/exchange", May(Right::Exchange), exchange::list),
        get("/exchange/new", May(Right::Exchange), exchange::form),
        post("/exchange/new", May(Right::Exchange), exchange::ask),
        sent("/exchange/in", May(Right::Exchange), FileLimit::Extract, exchange::receive),
        get("/exchange/in/{digest}", May(Right::Exchange), exchange::show_arrived),
        post("/exchange/in/{digest}", May(Right::Exchange), exchange::wish_about),
        get("/exchange/parcel/{digest}", May(Right::Exchange), exchange::file),
        get("/exchange/request/{id}", May(Right::Exchange), exchange::show_request),
        post("/exchange/request/{id}", May(Right::Exchange), exchange::decide),
        post("/exchange/request/{id}/withdraw", May(Right::Exchange), exchange::withdraw),
        get("/partners", May(Right::Partners), exchange::partners),
        sent("/partners", May(Right::Partners), FileLimit::Paper, exchange::add),
        get("/partners/card", May(Right::Partners), exchange::card),
        post("/partners/keys", May(Right::Partners), exchange::found),
        get("/partner/{name}", May(Right::Partners), exchange::partner),
        post("/partner/{name}/remove", May(Right::Partners), exchange::remove),
        get("/runs", May(Right::Compare), runs::list),
        get("/runs/new", May(Right::Compare), compose::form),
        post("/runs", May(Right::Compare), compose::begin),
        get("/run/{id}", May(Right::Compare), run::show),
        get("/run/{id}/live", May(Right::Compare), run::follow),
        post("/run/{id}/cancel", May(Right::Compare), run::cancel),
        post("/run/{id}/apply", May(Right::Compare), run::apply),
        post("/run/{id}/undo", May(Right::Compare), run::undo),
        post("/run/{id}/decide", May(Right::Compare), run::decide),
        get("/survey", May(Right::Survey), office::overview::show),
        get("/survey/round/new", May(Right::ApproveSurvey), office::round::form),
        post("/survey/round/new", May(Right::ApproveSurvey), office::round::make),
        post("/survey/round/{id}/pass", May(Right::RunSurvey), office::round::pass),
        get("/survey/tasks", May(Right::Survey), office::tasks::show),
        post("/survey/tasks", May(Right::RunSurvey), office::tasks::act),
        get("/survey/task/{mark}", May(Right::Survey), office::task::show),
        post("/survey/task/{mark}", May(Right::RunSurvey), office::task::act),
        get("/survey/scan", May(Right::Survey), office::enter::scan_form),
        post("/survey/scan", May(Right::Survey), office::enter::scan),
        get("/survey/enter/{mark}", May(Right::Survey), office::enter::show),
        post("/survey/enter/{mark}", May(Right::Survey), office::enter::enter),
        get("/survey/complete", May(Right::Survey), office::complete::show),
        get("/survey/complete/{code}", May(Right::Survey), office::complete::village),
        post("/survey/complete/{code}", May(Right::RunSurvey), office::complete::act),
        get("/survey/print/{code}", May(Right::RunSurvey), office::paper::form),
        get("/survey/print/{code}/{kind}", May(Right::RunSurvey), office::paper::make),
        sent("/survey/print/{code}", May(Right::RunSurvey), FileLimit::Paper, office::paper::take),
        get("/survey/transfers", May(Right::RunSurvey), office::transfers::show),
        post("/survey/transfer/{id}", May(Right::RunSurvey), office::transfers::act),
        get("/survey/devices", May(Right::RunSurvey), office::devices::show),
        post("/survey/device/{id}/lost", May(Right::RunSurvey), office::devices::lost),
        get("/survey/samples", May(Right::RunSurvey), office::sample::list),
        post("/survey/samples", May(Right::RunSurvey), office::sample::draw),
        get("/survey/sample/{id}", May(Right::RunSurvey), office::sample::show),
        get("/survey/sample/{sample}/{id}", May(Right::RunSurvey), office::sample::recheck_form),
        post("/survey/sample/{sample}/{id}", May(Right::RunSurvey), office::sample::recheck),
        get("/survey/app", Anybody, survey::shell),
        get("/survey/sw.js", Anybody, survey::worker),
        get("/survey/files/{version}/{name}", Anybody, survey::file),
        called(0, get("/survey/me", May(Right::Visit), survey::me)),
        called(SMALL, post("/survey/device", May(Right::Visit), survey::device)),
        called(MESSAGE, post("/survey/sync", May(Right::Visit), survey::sync)),
        called(MESSAGE, post("/survey/photo/{id}", May(Right::Visit), survey::piece)),
        get("/survey/photo/{id}", May(Right::Survey), survey::photo),
        get("/accounts", May(Right::Accounts), accounts::list::list),
        get("/accounts/new", May(Right::Accounts), accounts::add::form),
        post("/accounts/new", May(Right::Accounts), accounts::add::add),
        get("/accounts/{id}", May(Right::Accounts), accounts::one::show),
        post("/accounts/{id}", May(Right::Accounts), accounts::one::change),
        post("/accounts/{id}/act", May(Right::Accounts), accounts::one::act),
        get("/log", May(Right::Log), log::audit),
        post("/log/prove", May(Right::Log), log::prove),
        get("/looks", May(Right::Log), log::looks),
        post("/account/tokens", May(Right::Home), token::add),
        post("/account/tokens/revoke", May(Right::Home), token::revoke),
        get(api::DOCUMENT, Anybody, api::document::serve),
        get(api::DOCS, Anybody, api::docs::show),
    ];
    routes.extend(api::calls().map(|call| Route {
        method: call.method(),
        path: call.path,
        access: Access::Token(call.right),
        files: None,
        data: None,
        answer: call.serve,
    }));
    routes
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
        let (kept, batches, cubes, watch, rate, warming, turns, runner) = Default::default();
        let proving = Arc::new(Semaphore::new(1));
        let settings = Arc::new(settings);
        Self { registry, settings, kept, batches, cubes, sending, proving, watch, rate, warming, turns, runner }
    }

    /// The same, with a log.
    #[must_use]
    pub fn logged(self, log: Log) -> Self {
        Self { watch: Arc::new(Watch { log, metrics: Metrics::default() }), ..self }
    }

    /// Whose system it is, as the foot of each page says it; of a demonstration, that it is one.
    pub(crate) fn office(&self) -> String {
        let office = &self.settings.office;
        if self.settings.demo { format!("{office} · 演示数据，人员均为虚构") } else { office.clone() }
    }

    /// Its log and its figures.
    pub fn watch(&self) -> Arc<Watch> {
        Arc::clone(&self.watch)
    }

    /// Begins what a server does besides answering: it keeps the roster, by which filters are quick, and does the long work
    /// that waits. A child at work ends with this process, and the next one says that it was broken off.
    pub fn begin(&self) {
        let (registry, warming) = (self.registry.clone(), Arc::clone(&self.warming));
        warming.store(true, Ordering::Relaxed);
        tokio::spawn(async move {
            // a database that does not answer is told of by whoever asks whether this is ready
            let _ = registry.warm().await;
            warming.store(false, Ordering::Relaxed);
            registry.keep_warm().await;
        });
        let registry = self.registry.clone();
        tokio::spawn(async move { survey::follow(registry).await });
        tokio::spawn(self.clone().work());
    }

    /// The same, where a program's token may call so many times a minute.
    #[must_use]
    pub fn with_calls_a_minute(mut self, calls: u32) -> Self {
        self.rate = Arc::new(api::Rate::new(calls));
        self
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
            let guard = Gate { app: self.clone(), access: route.access, files: route.files, data: route.data };
            router = router.route(route.path, route.answer.layer(from_fn_with_state(guard, gate)));
        }
        if self.settings.proxied {
            router = router.layer(from_fn(origin::forwarded));
        }
        self.around(router.method_not_allowed_fallback(fault::no_such_method).fallback(fault::no_such_page))
    }

    /// What answers those who come by plain HTTP where pages are served by HTTPS: the page of the city's certificate, and
    /// for all else the way to HTTPS. `names` are those of the server, the first of which is taken where somebody asks for
    /// another; `port` is where HTTPS is.
    pub fn plain_router(self, names: Vec<String>, port: u16) -> Router {
        let mut router = Router::new().route("/static/{name}", on(MethodFilter::GET, asset::serve));
        if self.settings.authority.is_some() {
            router = router.route("/ca", on(MethodFilter::GET, ca::show));
            router = router.route("/ca/city-ca.crt", on(MethodFilter::GET, ca::certificate));
        }
        let to = plain::To { names, port };
        self.around(router.fallback(move |request| plain::elsewhere(to, request)))
    }

    fn around(self, router: Router<Self>) -> Router {
        let secure = self.settings.secure;
        let watch = self.watch();
        router
            .layer(from_fn(move |request, next| layer::watched(Arc::clone(&watch), request, next)))
            .layer(from_fn(move |request, next| head::secure(secure, request, next)))
            .with_state(self)
    }
}
