//! What all pages share, and the one table of routes.

use std::sync::Arc;

use axum::Router;
use axum::handler::Handler;
use axum::middleware::{from_fn, from_fn_with_state};
use axum::routing::{MethodFilter, MethodRouter, on};
use canbao_registry::Registry;
use canbao_report::cube::Cubes;

use crate::http::head;
use crate::page::kept::Kept;
use crate::page::{
    account, accounts, area, areas, bulk, change, employers, exports, figures, find, home, log, login, people, person,
    propose, request, reveal,
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
}

/// The system, as pages reach it. Cheap to clone.
#[derive(Clone, Debug)]
pub struct App {
    pub(crate) registry: Registry,
    pub(crate) settings: Arc<Settings>,
    pub(crate) kept: Arc<Kept>,
    pub(crate) cubes: Arc<Cubes>,
}

/// A way in: what the browser asks for, who may, and who answers.
struct Route {
    method: MethodFilter,
    path: &'static str,
    access: Access,
    answer: MethodRouter<App>,
}

fn get<H, T>(path: &'static str, access: Access, handler: H) -> Route
where
    H: Handler<T, App>,
    T: 'static,
{
    Route { method: MethodFilter::GET, path, access, answer: on(MethodFilter::GET, handler) }
}

fn post<H, T>(path: &'static str, access: Access, handler: H) -> Route
where
    H: Handler<T, App>,
    T: 'static,
{
    Route { method: MethodFilter::POST, path, access, answer: on(MethodFilter::POST, handler) }
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
        get("/exports", May(Right::Export), exports::list),
        get("/export/new", May(Right::Export), exports::form),
        post("/export/new", May(Right::Export), exports::ask),
        get("/export/{id}", May(Right::Export), exports::show),
        post("/export/{id}", May(Right::ApproveExport), exports::decide),
        post("/export/{id}/withdraw", May(Right::Export), exports::withdraw),
        post("/export/{id}/file", May(Right::Export), exports::take),
        get("/person/{id}", May(Right::People), person::show),
        get("/person/{id}/reveal", May(Right::Reveal), reveal::choose_purpose),
        post("/person/{id}/reveal", May(Right::Reveal), reveal::reveal),
        get("/person/{id}/change", May(Right::Propose), propose::choose),
        get("/person/{id}/change/{kind}", May(Right::Propose), propose::form),
        post("/person/{id}/change/{kind}", May(Right::Propose), propose::propose),
        get("/newcomer/{kind}", May(Right::Propose), propose::newcomer),
        post("/newcomer/{kind}", May(Right::Propose), propose::propose_newcomer),
        get("/changes", May(Right::Check), change::inbox),
        get("/changes/mine", May(Right::Propose), change::mine),
        get("/changes/done", May(Right::Check), change::done),
        get("/change/{id}", May(Right::Propose), request::show),
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
        get("/accounts", May(Right::Accounts), accounts::list::list),
        get("/accounts/new", May(Right::Accounts), accounts::add::form),
        post("/accounts/new", May(Right::Accounts), accounts::add::add),
        get("/accounts/{id}", May(Right::Accounts), accounts::one::show),
        post("/accounts/{id}", May(Right::Accounts), accounts::one::change),
        post("/accounts/{id}/act", May(Right::Accounts), accounts::one::act),
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
        Self { registry, settings: Arc::new(settings), kept: Arc::default(), cubes: Arc::default() }
    }

    /// What answers requests.
    pub fn router(self) -> Router {
        let mut router = Router::new();
        for route in routes() {
            let guard = Gate { app: self.clone(), access: route.access };
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
