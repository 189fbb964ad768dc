//! Who asks.

use std::sync::Arc;

use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use canbao_domain::scope::Scope;
use canbao_registry::account::{Account, Session};
use canbao_registry::area::Areas;
use canbao_registry::query::Asker;

use super::{Right, asked, may, own_area, reaches, scope};
use crate::fault::Fault;

/// Somebody who is logged in, as the gate found them out.
#[derive(Clone, Debug)]
pub(crate) struct Visitor {
    /// The account.
    pub(crate) account: Arc<Account>,
    /// The session.
    pub(crate) session: Arc<Session>,
    /// The session's token, for what renews or ends it.
    pub(crate) token: Arc<str>,
    /// Whose records they reach.
    pub(crate) scope: Scope,
    /// The areas of the day.
    pub(crate) areas: Arc<Areas>,
    /// The area chosen in the head: their own, or one under it.
    pub(crate) area: String,
}

impl Visitor {
    pub(super) fn new(
        account: Account,
        session: Session,
        token: &str,
        areas: Arc<Areas>,
        chosen: Option<&str>,
    ) -> Self {
        let own = own_area(&account, &areas);
        let area = chosen.filter(|code| areas.reports_to(code, own)).unwrap_or(own).to_owned();
        let scope = scope(&account, &areas);
        Self { account: Arc::new(account), session: Arc::new(session), token: token.into(), scope, areas, area }
    }

    /// Whether their role may.
    pub(crate) fn may(&self, right: Right) -> bool {
        may(self.account.role, right)
    }

    /// As whom the registry is asked, and what for.
    pub(crate) fn asker(&self, purpose: &'static str) -> Asker {
        Asker { actor: self.account.login.clone(), scope: self.scope.clone(), purpose: purpose.into() }
    }

    /// Whether their records are of an area.
    pub(crate) fn reaches(&self, area: &str) -> bool {
        reaches(&self.scope, &self.areas, area)
    }

    /// An area as the registry is asked for it. For whoever reaches the whole city, the city is everybody: those of no known
    /// area too.
    pub(crate) fn asked<'a>(&self, area: &'a str) -> Option<&'a str> {
        asked(&self.scope, &self.areas, area)
    }

    /// Their own area.
    pub(crate) fn own_area(&self) -> &str {
        own_area(&self.account, &self.areas)
    }
}

impl<S: Sync> FromRequestParts<S> for Visitor {
    type Rejection = Fault;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Fault> {
        // the gate puts it there; a route that lets anybody in has none
        parts.extensions.get::<Self>().cloned().ok_or(Fault::MayNot)
    }
}
