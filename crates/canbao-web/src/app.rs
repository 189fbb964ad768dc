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
use crate::page::{account, area, change, figures, find, home, log, login, people, person, reveal, token};
use crate::right::gate::{Gate, gate};
use crate::right::{Access, Right};
use crate::{api, asset, fault};

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
    pub(crate) rate: Arc<api::Rate>,
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
    let mut routes = vec![
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
        get("/accounts", May(Right::Accounts), account::list),
        get("/log", May(Right::Log), log::audit),
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
        let (kept, cubes, rate) = (Arc::default(), Arc::default(), Arc::default());
        Self { registry, settings: Arc::new(settings), kept, cubes, rate }
    }

    /// The same, where a program's token may call so many times a minute.
    #[must_use]
    pub fn with_calls_a_minute(mut self, calls: u32) -> Self {
        self.rate = Arc::new(api::Rate::new(calls));
        self
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
            .method_not_allowed_fallback(fault::no_such_method)
            .layer(from_fn(move |request, next| head::secure(secure, request, next)))
            .with_state(self)
    }
}
