//! Who asks for pages.

use std::ops::Deref;
use std::sync::Arc;

use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use canbao_registry::account::{Account, Session};
use canbao_registry::area::Areas;

use super::own_area;
use super::who::Who;
use crate::fault::Fault;

/// Somebody who is logged in, as the gate found them out.
#[derive(Clone, Debug)]
pub(crate) struct Visitor {
    who: Who,
    /// The session.
    pub(crate) session: Arc<Session>,
    /// The session's token, for what renews or ends it.
    pub(crate) token: Arc<str>,
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
        Self { who: Who::new(account, areas, None), session: Arc::new(session), token: token.into(), area }
    }
}

/// A visitor is somebody.
impl Deref for Visitor {
    type Target = Who;

    fn deref(&self) -> &Who {
        &self.who
    }
}

impl<S: Sync> FromRequestParts<S> for Visitor {
    type Rejection = Fault;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Fault> {
        // the gate puts it there; a route that lets anybody in has none
        parts.extensions.get::<Self>().cloned().ok_or(Fault::MayNot)
    }
}
