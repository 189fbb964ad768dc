//! In whose name something is asked and done, by a page or by a program.

use std::borrow::Cow;
use std::sync::Arc;

use canbao_domain::scope::Scope;
use canbao_registry::account::{Account, Token};
use canbao_registry::area::Areas;
use canbao_registry::query::Asker;

use super::{Right, asked, may, own_area, reaches, scope};

/// An account, with what follows for it from the areas of the day.
#[derive(Clone, Debug)]
pub(crate) struct Who {
    /// The account.
    pub(crate) account: Arc<Account>,
    /// Whose records they reach.
    pub(crate) scope: Scope,
    /// The areas of the day.
    pub(crate) areas: Arc<Areas>,
    /// The token by which a program speaks for it; none of somebody who is logged in.
    by: Option<Arc<Token>>,
}

impl Who {
    pub(crate) fn new(account: Account, areas: Arc<Areas>, by: Option<Arc<Token>>) -> Self {
        let scope = scope(&account, &areas);
        Self { account: Arc::new(account), scope, areas, by }
    }

    /// Whether the role may, and the token where it is a program.
    pub(crate) fn may(&self, right: Right) -> bool {
        may(self.account.role, right) && self.by.as_ref().is_none_or(|token| carries(token, right))
    }

    /// As whom the registry is asked, and what for. The log tells which token it was.
    pub(crate) fn asker(&self, purpose: impl Into<Cow<'static, str>>) -> Asker {
        let purpose = purpose.into();
        let purpose = match &self.by {
            None => purpose,
            Some(token) => format!("接口令牌 {}：{purpose}", token.id).into(),
        };
        Asker { actor: self.account.login.clone(), scope: self.scope.clone(), purpose }
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

/// Whether a token carries what a right needs.
pub(crate) fn carries(token: &Token, right: Right) -> bool {
    right.scope().is_none_or(|scope| token.scopes.iter().any(|own| own == scope))
}
