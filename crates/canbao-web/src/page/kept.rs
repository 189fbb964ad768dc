//! What the server keeps for a while: what a search found, so that no address holds a name or a number; the counts of menus.

use std::collections::{HashMap, VecDeque};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use canbao_registry::query::Counts;

use crate::App;
use crate::fault::Fault;
use crate::right::Right;
use crate::right::visitor::Visitor;

/// Searches that are kept at most; the oldest go first.
const SEARCHES: usize = 20_000;
/// How long one can be looked at again.
const A_DAY: Duration = Duration::from_secs(12 * 3600);
/// How old the counts in a menu may be.
const FRESH: Duration = Duration::from_secs(5);

/// What a search found.
#[derive(Clone, Debug)]
pub(crate) struct Search {
    /// Whose it is: nobody else sees it.
    pub(crate) account: i64,
    /// By what it was searched: 姓名, 号码.
    pub(crate) by: &'static str,
    /// The registry's identifiers.
    pub(crate) people: Vec<i64>,
    /// Names of the areas that hold the number, where the asker's own does not.
    pub(crate) elsewhere: Vec<String>,
    at: Instant,
}

impl Search {
    pub(crate) fn new(account: i64, by: &'static str, people: Vec<i64>, elsewhere: Vec<String>) -> Self {
        Self { account, by, people, elsewhere, at: Instant::now() }
    }
}

/// What a menu tells.
#[derive(Debug, Default)]
pub(crate) struct Shown {
    pub(crate) counts: Counts,
    /// Changes that wait for a checker.
    pub(crate) pending: i64,
}

/// What is kept.
#[derive(Debug, Default)]
pub(crate) struct Kept {
    searches: Mutex<(HashMap<String, Arc<Search>>, VecDeque<String>)>,
    counts: Mutex<HashMap<(i64, String), (Instant, Arc<Shown>)>>,
}

impl Kept {
    /// Keeps what was found, under a key that cannot be guessed.
    pub(crate) fn keep(&self, search: Search) -> Result<String, Fault> {
        let mut bytes = [0; 12];
        getrandom::fill(&mut bytes).map_err(|_| Fault::Nonsense("系统没有随机数可用。", "请联系系统管理员。"))?;
        let key: String = bytes.iter().map(|byte| format!("{byte:02x}")).collect();
        let mut searches = self.searches.lock().unwrap_or_else(PoisonError::into_inner);
        let (by_key, order) = &mut *searches;
        by_key.insert(key.clone(), Arc::new(search));
        order.push_back(key.clone());
        while order.len() > SEARCHES {
            if let Some(oldest) = order.pop_front() {
                by_key.remove(&oldest);
            }
        }
        Ok(key)
    }

    /// What was found, where it is the account's own.
    pub(crate) fn search(&self, key: &str, account: i64) -> Option<Arc<Search>> {
        let searches = self.searches.lock().unwrap_or_else(PoisonError::into_inner);
        let found = searches.0.get(key)?;
        (found.account == account && found.at.elapsed() < A_DAY).then(|| Arc::clone(found))
    }

    /// How many people of what there are in the chosen area, and how much waits; at most some seconds old.
    pub(crate) async fn shown(&self, app: &App, visitor: &Visitor) -> Result<Arc<Shown>, Fault> {
        let key = (visitor.account.id, visitor.area.clone());
        let known = self.counts.lock().unwrap_or_else(PoisonError::into_inner).get(&key).cloned();
        if let Some((at, shown)) = known
            && at.elapsed() < FRESH
        {
            return Ok(shown);
        }
        let mut shown = Shown::default();
        if visitor.may(Right::People) {
            let area = Some(visitor.area.as_str()).filter(|area| !area.is_empty());
            shown.counts = app.registry.counts(&visitor.scope, area).await?;
        }
        if visitor.may(Right::Check) {
            shown.pending = app.registry.pending_in(&visitor.scope, 0).await?.1;
        }
        let shown = Arc::new(shown);
        let mut all = self.counts.lock().unwrap_or_else(PoisonError::into_inner);
        all.retain(|_, (at, _)| at.elapsed() < FRESH);
        all.insert(key, (Instant::now(), Arc::clone(&shown)));
        Ok(shown)
    }

    /// After somebody changed something they see it at once.
    pub(crate) fn forget_counts(&self) {
        self.counts.lock().unwrap_or_else(PoisonError::into_inner).clear();
    }
}
