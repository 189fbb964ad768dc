//! Who calls.

use std::sync::Arc;

use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use canbao_domain::scope::Scope;
use canbao_registry::account::{Account, Token};
use canbao_registry::area::Areas;
use canbao_registry::query::Asker;

use super::code::Code;
use super::problem::Problem;
use crate::right::{self, Right, may, own_area, reaches};

/// A program, in the name of an account, with a token.
#[derive(Clone, Debug)]
pub(crate) struct Caller {
    pub(crate) account: Arc<Account>,
    pub(crate) token: Arc<Token>,
    /// Whose records they reach.
    pub(crate) scope: Scope,
    /// The areas of the day.
    pub(crate) areas: Arc<Areas>,
}

impl Caller {
    pub(super) fn new(token: Token, account: Account, areas: Arc<Areas>) -> Self {
        let scope = right::scope(&account, &areas);
        Self { account: Arc::new(account), token: Arc::new(token), scope, areas }
    }

    /// Why they may not, where role or token is in the way.
    pub(super) fn refused(&self, right: Right) -> Option<Code> {
        let has = right.scope().is_none_or(|scope| self.token.scopes.iter().any(|own| own == scope));
        match (may(self.account.role, right), has) {
            (false, _) => Some(Code::RoleMayNot),
            (true, false) => Some(Code::TokenMayNot),
            (true, true) => None,
        }
    }

    /// What they may, by role and token.
    pub(crate) fn rights(&self) -> Vec<Right> {
        Right::ALL.into_iter().filter(|right| self.refused(*right).is_none()).collect()
    }

    /// As whom the registry is asked, and what for: the log tells which token it was.
    pub(crate) fn asker(&self, purpose: &str) -> Asker {
        Asker {
            actor: self.account.login.clone(),
            scope: self.scope.clone(),
            purpose: format!("接口令牌 {}：{purpose}", self.token.id).into(),
        }
    }

    /// Their own area.
    pub(crate) fn own_area(&self) -> &str {
        own_area(&self.account, &self.areas)
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
        right::asked(&self.scope, &self.areas, area).map(str::to_owned)
    }

    /// Whether their records are of an area.
    pub(crate) fn reaches(&self, area: &str) -> bool {
        reaches(&self.scope, &self.areas, area)
    }
}

impl<S: Sync> FromRequestParts<S> for Caller {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Problem> {
        // the gate puts it there
        parts.extensions.get::<Self>().cloned().ok_or_else(|| Problem::new(Code::NoToken))
    }
}
