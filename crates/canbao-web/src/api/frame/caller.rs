//! Who calls.

use std::ops::Deref;
use std::sync::Arc;

use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use canbao_registry::account::{Account, Token};
use canbao_registry::area::Areas;

use super::code::Code;
use super::problem::Problem;
use crate::right::who::{Who, carries};
use crate::right::{Right, may};

/// A program, in the name of an account, with a token.
#[derive(Clone, Debug)]
pub(crate) struct Caller {
    who: Who,
    pub(crate) token: Arc<Token>,
}

impl Caller {
    pub(super) fn new(token: Token, account: Account, areas: Arc<Areas>) -> Self {
        let token = Arc::new(token);
        Self { who: Who::new(account, areas, Some(Arc::clone(&token))), token }
    }

    /// Why they may not, where role or token is in the way.
    pub(super) fn refused(&self, right: Right) -> Option<Code> {
        match (may(self.account.role, right), carries(&self.token, right)) {
            (false, _) => Some(Code::RoleMayNot),
            (true, false) => Some(Code::TokenMayNot),
            (true, true) => None,
        }
    }

    /// What they may, by role and token.
    pub(crate) fn rights(&self) -> Vec<Right> {
        Right::ALL.into_iter().filter(|right| self.refused(*right).is_none()).collect()
    }

    /// An area that was asked for, their own where none was.
    ///
    /// # Errors
    /// Where it is none of theirs.
    pub(crate) fn area<'a>(&'a self, asked: Option<&'a str>) -> Result<&'a str, Problem> {
        match asked {
            None => Ok(self.own_area()),
            Some(code) if self.areas.reports_to(code, self.own_area()) => Ok(code),
            Some(_) => Err(Problem::nothing()),
        }
    }

    /// An area as the registry is asked for it: the whole city is everybody.
    pub(crate) fn asked(&self, area: &str) -> Option<String> {
        self.who.asked(area).map(str::to_owned)
    }
}

/// A caller is somebody.
impl Deref for Caller {
    type Target = Who;

    fn deref(&self) -> &Who {
        &self.who
    }
}

impl<S: Sync> FromRequestParts<S> for Caller {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Problem> {
        // the gate puts it there
        parts.extensions.get::<Self>().cloned().ok_or_else(|| Problem::new(Code::NoToken))
    }
}
