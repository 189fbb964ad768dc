//! What the server keeps for a while: what a search found, so that no address holds a name or a number; the counts of menus.

use std::collections::{BTreeMap, HashMap, VecDeque};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use canbao_registry::finding::WorkCounts;
use canbao_registry::query::Counts;

use crate::App;
use crate::fault::Fault;
use crate::right::Right;
use crate::right::visitor::Visitor;
use crate::right::who::Who;

/// Searches that are kept at most; the oldest go first.
const SEARCHES: usize = 20_000;
/// How long one can be looked at again.
const A_DAY: Duration = Duration::from_secs(12 * 3600);
/// How old the count of what waits may be.
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

/// A short key that cannot be guessed.
pub(crate) fn key() -> Result<String, Fault> {
    let mut bytes = [0; 12];
    getrandom::fill(&mut bytes).map_err(|_| Fault::Nonsense("系统没有随机数可用。", "请联系系统管理员。"))?;
    Ok(bytes.iter().map(|byte| format!("{byte:02x}")).collect())
}

/// Searches by their keys, and the keys in the order in which they came.
type Searches = (HashMap<String, Arc<Search>>, VecDeque<String>);

/// Findings by kind.
type Kinds = Arc<BTreeMap<String, i64>>;
/// Findings by kind, and how far they are.
pub(crate) type Work = Arc<BTreeMap<String, WorkCounts>>;

/// What is kept.
#[derive(Debug, Default)]
pub(crate) struct Kept {
    searches: Mutex<Searches>,
    /// By area, of one revision: what a revision counts never changes.
    counts: Mutex<(i64, HashMap<String, Arc<Counts>>)>,
    /// Findings by kind, by area, of one revision.
    findings: Mutex<(i64, HashMap<String, Kinds>)>,
    /// How far findings are, by area.
    work: Mutex<HashMap<String, (Instant, Work)>>,
    /// Questions that wait for a village's answer, by account.
    asked: Mutex<HashMap<i64, (Instant, i64)>>,
    /// Changes that wait for a checker, by account.
    pending: Mutex<HashMap<i64, (Instant, i64)>>,
}

impl Kept {
    /// Keeps what was found, under a key that cannot be guessed.
    pub(crate) fn keep(&self, search: Search) -> Result<String, Fault> {
        let key = key()?;
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

    /// How many people of what there are in an area that somebody reaches.
    pub(crate) async fn counts(&self, app: &App, visitor: &Visitor, area: &str) -> Result<Arc<Counts>, Fault> {
        // figures of their area are shown to whoever leads it, too
        let may = visitor.may(Right::People) || visitor.may(Right::Figures);
        if !may || !visitor.reaches(area) {
            return Ok(Arc::default());
        }
        let revision = app.registry.revision().await?;
        {
            let kept = self.counts.lock().unwrap_or_else(PoisonError::into_inner);
            if let Some(counts) = kept.1.get(area).filter(|_| kept.0 == revision) {
                return Ok(Arc::clone(counts));
            }
        }
        let counts = Arc::new(app.registry.counts(&visitor.scope, visitor.asked(area)).await?);
        let mut kept = self.counts.lock().unwrap_or_else(PoisonError::into_inner);
        if kept.0 < revision {
            *kept = (revision, HashMap::new());
        }
        if kept.0 == revision {
            kept.1.insert(area.to_owned(), Arc::clone(&counts));
        }
        Ok(counts)
    }

    /// How many changes wait for a checker; at most some seconds old.
    pub(crate) async fn pending(&self, app: &App, visitor: &Visitor) -> Result<i64, Fault> {
        if !visitor.may(Right::Check) {
            return Ok(0);
        }
        let account = visitor.account.id;
        let known = self.pending.lock().unwrap_or_else(PoisonError::into_inner).get(&account).copied();
        if let Some((_, pending)) = known.filter(|(at, _)| at.elapsed() < FRESH) {
            return Ok(pending);
        }
        let pending = app.registry.pending_in(&visitor.scope, 0).await?.1;
        let mut all = self.pending.lock().unwrap_or_else(PoisonError::into_inner);
        all.retain(|_, (at, _)| at.elapsed() < FRESH);
        all.insert(account, (Instant::now(), pending));
        Ok(pending)
    }

    /// After somebody decided, all see it at once.
    pub(crate) fn forget_pending(&self) {
        self.pending.lock().unwrap_or_else(PoisonError::into_inner).clear();
    }

    /// How many findings of each kind there are in an area that somebody reaches, and how far they are; the latter at most
    /// some seconds old.
    pub(crate) async fn work(&self, app: &App, who: &Who, area: &str) -> Result<Work, Fault> {
        if !who.may(Right::Findings) || !who.reaches(area) {
            return Ok(Arc::default());
        }
        {
            let kept = self.work.lock().unwrap_or_else(PoisonError::into_inner);
            if let Some((_, work)) = kept.get(area).filter(|(at, _)| at.elapsed() < FRESH) {
                return Ok(Arc::clone(work));
            }
        }
        let revision = app.registry.revision().await?;
        let known = {
            let kept = self.findings.lock().unwrap_or_else(PoisonError::into_inner);
            kept.1.get(area).filter(|_| kept.0 == revision).map(Arc::clone)
        };
        let asked = who.asked(area);
        let all = match known {
            Some(all) => all,
            None => {
                let all = Arc::new(app.registry.finding_counts(&who.scope, asked).await?);
                let mut kept = self.findings.lock().unwrap_or_else(PoisonError::into_inner);
                if kept.0 < revision {
                    *kept = (revision, HashMap::new());
                }
                if kept.0 == revision {
                    kept.1.insert(area.to_owned(), Arc::clone(&all));
                }
                all
            }
        };
        let work = Arc::new(app.registry.with_handled(&who.scope, asked, &all).await?);
        let mut kept = self.work.lock().unwrap_or_else(PoisonError::into_inner);
        kept.retain(|_, (at, _)| at.elapsed() < FRESH);
        kept.insert(area.to_owned(), (Instant::now(), Arc::clone(&work)));
        Ok(work)
    }

    /// How many questions wait for the answer of somebody's villages; at most some seconds old.
    pub(crate) async fn asked(&self, app: &App, visitor: &Visitor) -> Result<i64, Fault> {
        if !visitor.may(Right::Answer) {
            return Ok(0);
        }
        let account = visitor.account.id;
        let known = self.asked.lock().unwrap_or_else(PoisonError::into_inner).get(&account).copied();
        if let Some((_, asked)) = known.filter(|(at, _)| at.elapsed() < FRESH) {
            return Ok(asked);
        }
        let asked = app.registry.asked_count(&visitor.scope).await?;
        let mut all = self.asked.lock().unwrap_or_else(PoisonError::into_inner);
        all.retain(|_, (at, _)| at.elapsed() < FRESH);
        all.insert(account, (Instant::now(), asked));
        Ok(asked)
    }

    /// After somebody decided or answered, all see it at once.
    pub(crate) fn forget_work(&self) {
        self.work.lock().unwrap_or_else(PoisonError::into_inner).clear();
        self.asked.lock().unwrap_or_else(PoisonError::into_inner).clear();
    }
}
