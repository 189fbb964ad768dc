//! Accounts of the web system: who comes in, who does not, and what the database has of it.

mod change;
mod factor;
mod login;
mod secret;
mod session;
mod token;

use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use canbao_domain::role::Role;
use canbao_registry::account::{Account, LogIn, Needs, NewAccount};
use canbao_registry::apply::apply;
use canbao_registry::{Registry, RegistryError};

use crate::apply::town;
use crate::support::run::write;

pub(crate) const PASSWORD: &str = "k7mq-x3vd-9hpt-w2ca";
pub(crate) const OTHER: &str = "h4nb-v8wz-2qkd-m6ty";
pub(crate) const MINUTE: i64 = 60_000;
/// Some day in 2016.
pub(crate) const START: i64 = 1_477_958_400_000;

/// A clock that a test turns.
#[derive(Clone)]
pub(crate) struct Time(Arc<AtomicI64>);

impl Time {
    pub(crate) fn of(registry: &Registry) -> (Registry, Self) {
        let time = Self(Arc::new(AtomicI64::new(START)));
        let clock = Arc::clone(&time.0);
        (registry.clone().with_clock(Arc::new(move || clock.load(Ordering::SeqCst))), time)
    }

    pub(crate) fn now(&self) -> i64 {
        self.0.load(Ordering::SeqCst)
    }

    pub(crate) fn passes(&self, ms: i64) {
        self.0.fetch_add(ms, Ordering::SeqCst);
    }
}

pub(crate) fn new(login: &str, role: Role, area: &str) -> NewAccount {
    let (login, area) = (login.to_owned(), area.to_owned());
    NewAccount { login, name: "陈慧".to_owned(), role, area, department: None, sources: Vec::new() }
}

/// An administrator and chen.hui, a collector's account among a record's areas.
pub(crate) async fn staffed(registry: &Registry, folder: &Path) -> Account {
    apply(registry, &write(folder, "a", "2016-11-01", &town()), "test", false).await.unwrap();
    registry.add_account("test", new("admin", Role::Admin, ""), OTHER).await.unwrap();
    registry.add_account("test", new("chen.hui", Role::Town, "610902001"), PASSWORD).await.unwrap()
}

/// Comes in; the token.
pub(crate) async fn enter(registry: &Registry, login: &str, password: &str) -> (String, Needs) {
    match registry.log_in(login, password, "10.1.1.1").await.unwrap() {
        LogIn::In { token, needs, .. } => (token, needs),
        other => panic!("{login}: {other:?}"),
    }
}

pub(crate) async fn needs(registry: &Registry, token: &str) -> Option<Needs> {
    registry.session(token).await.unwrap().map(|(session, _)| session.needs)
}

pub(crate) fn told<T: std::fmt::Debug>(result: Result<T, RegistryError>) -> String {
    match result {
        Err(error @ RegistryError::Refused { .. }) => {
            assert!(!error.hint().is_empty());
            error.to_string()
        }
        other => panic!("{other:?}"),
    }
}

pub(crate) async fn int(registry: &Registry, sql: &'static str) -> i64 {
    registry.store().read().await.unwrap().int(sql, &[]).await.unwrap()
}

/// What the audit says of accounts, an action and a subject a line.
pub(crate) async fn audited(registry: &Registry) -> Vec<String> {
    let sql = "SELECT actor, action, subject FROM audit WHERE subject LIKE '%account%' ORDER BY seq";
    let rows = registry.store().read().await.unwrap().all(sql, &[]).await.unwrap();
    rows.iter().map(|row| format!("{} {} {}", row.text(0), row.text(1), row.text(2))).collect()
}
