//! What all who come in share: how long they may stay, the clock, how many passwords are checked at once.

use std::collections::HashSet;
use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use canbao_domain::role::Role;
use tokio::sync::Semaphore;

use super::throttle::Throttle;
use crate::clock;
use crate::registry::Registry;

/// Passwords checked at once: each takes 19 MiB and a core.
const AT_ONCE: usize = 2;

/// Milliseconds since 1970 (UTC).
pub type Clock = Arc<dyn Fn() -> i64 + Send + Sync>;

/// How long somebody stays logged in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Without doing anything.
    pub idle: Duration,
    /// The same for collectors, who are on the way.
    pub idle_collector: Duration,
    /// Altogether.
    pub whole: Duration,
}

impl Default for Limits {
    fn default() -> Self {
        let minutes = |minutes: u64| Duration::from_secs(minutes * 60);
        Self { idle: minutes(30), idle_collector: minutes(120), whole: minutes(720) }
    }
}

impl Limits {
    /// Whether a session has ended that began and was last seen then.
    pub(super) fn ended(&self, role: Role, begun: i64, seen: i64, now: i64) -> bool {
        let idle = if role == Role::Collector { self.idle_collector } else { self.idle };
        let over = |since: i64, limit: Duration| now.saturating_sub(since) >= ms(limit);
        over(begun, self.whole) || over(seen, idle)
    }
}

pub(super) fn ms(time: Duration) -> i64 {
    i64::try_from(time.as_millis()).unwrap_or(i64::MAX)
}

/// Where everybody comes in; one for a registry and its clones.
#[derive(Clone)]
pub(crate) struct Door {
    pub(super) limits: Limits,
    clock: Clock,
    pub(super) shared: Arc<Shared>,
}

pub(super) struct Shared {
    pub(super) hashing: Arc<Semaphore>,
    pub(super) throttle: Throttle,
    /// Sessions and tokens whose last use is being written down.
    touching: Mutex<HashSet<[u8; 32]>>,
}

impl Default for Door {
    fn default() -> Self {
        let shared = Shared {
            hashing: Arc::new(Semaphore::new(AT_ONCE)),
            throttle: Throttle::default(),
            touching: Mutex::default(),
        };
        Self { limits: Limits::default(), clock: Arc::new(clock::now_ms), shared: Arc::new(shared) }
    }
}

impl fmt::Debug for Door {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Door").field("limits", &self.limits).finish_non_exhaustive()
    }
}

impl Door {
    pub(crate) fn now(&self) -> i64 {
        (self.clock)()
    }

    /// Writes down that something was used, without letting whoever uses it wait: a writer may be at work. What fails is
    /// made good at the next use.
    pub(super) fn touch(&self, registry: &Registry, sql: &'static str, hash: [u8; 32], now: i64) {
        let shared = Arc::clone(&self.shared);
        if !shared.touching.lock().unwrap_or_else(PoisonError::into_inner).insert(hash) {
            return;
        }
        let store = registry.store.clone();
        tokio::spawn(async move {
            let touched = async {
                let mut transaction = store.stage().await?;
                transaction.execute(sql, &[now.into(), hash.to_vec().into()]).await?;
                transaction.commit().await
            };
            let _ = touched.await;
            shared.touching.lock().unwrap_or_else(PoisonError::into_inner).remove(&hash);
        });
    }
}

impl Registry {
    /// The same registry with other limits for those who are logged in.
    #[must_use]
    pub fn with_limits(mut self, limits: Limits) -> Self {
        self.door.limits = limits;
        self
    }

    /// The same registry by another clock, which log-ins, sessions and codes follow; the audit keeps the machine's.
    #[must_use]
    pub fn with_clock(mut self, clock: Clock) -> Self {
        self.door.clock = clock;
        self
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_session_ends_idle_or_whole() {
        let limits = Limits::default();
        let minute = 60_000;
        assert!(!limits.ended(Role::Town, 0, 0, 30 * minute - 1));
        assert!(limits.ended(Role::Town, 0, 0, 30 * minute));
        assert!(!limits.ended(Role::Collector, 0, 0, 120 * minute - 1));
        assert!(limits.ended(Role::Collector, 0, 0, 120 * minute));
        assert!(!limits.ended(Role::Collector, 0, 719 * minute, 720 * minute - 1));
        assert!(limits.ended(Role::City, 0, 719 * minute, 720 * minute));
    }
}
