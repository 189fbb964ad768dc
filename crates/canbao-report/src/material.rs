//! What papers are made of: snapshots, what of them may leave, the plan.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex, PoisonError};

use canbao_domain::date::Date;
use canbao_registry::Registry;
use canbao_registry::snapshot::Snapshot;

use crate::ReportError;
use crate::assessment::At;
use crate::bulletin::Period;
use crate::cube::{Cube, Cubes};
use crate::indicator::Catalogue;
use crate::plan::{Plan, Stage};
use crate::release::Release;

/// Which snapshots a paper rests on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Wanted {
    /// The snapshot; none is the last.
    pub snapshot: Option<i64>,
    /// What it is compared with.
    pub before: Before,
    /// Counts under this are withheld, where no paper of the snapshot was issued yet.
    pub threshold: u64,
}

/// With which snapshot one is compared.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Before {
    /// The last one of an earlier day.
    Earlier,
    /// This one.
    Snapshot(i64),
    /// None.
    Nothing,
}

/// A snapshot and what of it may leave.
#[derive(Clone, Debug)]
pub struct Released {
    /// Its counts.
    pub cube: Arc<Cube>,
    /// What may leave.
    pub release: Arc<Release>,
}

/// What papers are made of.
#[derive(Debug)]
pub struct Material {
    /// The snapshot.
    pub now: Released,
    /// What it is compared with.
    pub before: Option<Released>,
    /// The plan.
    pub plan: Plan,
}

impl Released {
    /// As papers take it.
    pub fn period(&self) -> Period<'_> {
        Period { cube: &self.cube, release: &self.release }
    }
}

/// What a snapshot's release is made of.
struct Read {
    cube: Arc<Cube>,
    prior: Option<Arc<Cube>>,
    threshold: u64,
}

impl Read {
    async fn of(
        registry: &Registry,
        cubes: &Cubes,
        all: &[Snapshot],
        id: i64,
        threshold: u64,
    ) -> Result<Self, ReportError> {
        let cube = cubes.get(registry, id).await?;
        let wanted = i64::try_from(threshold).unwrap_or(i64::MAX);
        let threshold = u64::try_from(registry.release_threshold(id, wanted).await?).unwrap_or_default();
        let prior = match earlier(all, cube.snapshot()) {
            Some(prior) => Some(cubes.get(registry, prior.id).await?),
            None => None,
        };
        Ok(Self { cube, prior, threshold })
    }
}

/// What may leave of each snapshot, which takes most of the time of a paper: on all cores.
fn release(reads: BTreeMap<i64, Read>, catalogue: &Catalogue) -> BTreeMap<i64, Released> {
    let workers = std::thread::available_parallelism().map_or(1, usize::from).min(reads.len());
    let (waiting, done) = (Mutex::new(reads), Mutex::new(BTreeMap::new()));
    let work = || {
        loop {
            let next = waiting.lock().unwrap_or_else(PoisonError::into_inner).pop_first();
            let Some((id, Read { cube, prior, threshold })) = next else { return };
            let release = Arc::new(Release::of(&cube, catalogue, threshold, prior.as_deref()));
            done.lock().unwrap_or_else(PoisonError::into_inner).insert(id, Released { cube, release });
        }
    };
    std::thread::scope(|scope| (0..workers).for_each(|_| drop(scope.spawn(work))));
    done.into_inner().unwrap_or_else(PoisonError::into_inner)
}

/// The last snapshot of an earlier day that was there when another was taken.
fn earlier<'a>(all: &'a [Snapshot], of: &Snapshot) -> Option<&'a Snapshot> {
    let before = all.iter().filter(|other| other.id < of.id && other.as_of < of.as_of);
    before.max_by_key(|other| (other.as_of, other.id))
}

impl Material {
    /// Reads what the assessment needs besides: of each stage of the plan what was counted before it began and when it ended, or
    /// last, where it has not; none where nothing was counted by then.
    ///
    /// # Errors
    /// As [`Material::load`].
    pub async fn stages(
        &self,
        registry: &Registry,
        cubes: &Cubes,
        catalogue: &Catalogue,
        wanted: Wanted,
    ) -> Result<Vec<(Option<Released>, Option<Released>)>, ReportError> {
        let all = registry.snapshots().await?;
        let now = self.now.cube.snapshot();
        let known = |day: Date| {
            let until = all.iter().filter(|one| one.as_of <= day && one.as_of <= now.as_of && one.id <= now.id);
            until.max_by_key(|one| (one.as_of, one.id)).map(|one| one.id)
        };
        let begun = self.plan.stages.iter().filter(|stage| stage.from <= now.as_of);
        let wanted_ids = begun.flat_map(|stage| [known(stage.from), known(stage.to)]).flatten();
        let known_ones = [Some(&self.now), self.before.as_ref()].into_iter().flatten();
        let mut released: BTreeMap<i64, Released> =
            known_ones.map(|one| (one.cube.snapshot().id, one.clone())).collect();
        let mut reads = BTreeMap::new();
        for id in wanted_ids.filter(|id| !released.contains_key(id)).collect::<BTreeSet<i64>>() {
            reads.insert(id, Read::of(registry, cubes, &all, id, wanted.threshold).await?);
        }
        released.extend(release(reads, catalogue));
        let ends = |stage: &Stage| {
            let end = |day| known(day).filter(|_| stage.from <= now.as_of).and_then(|id| released.get(&id).cloned());
            (end(stage.from), end(stage.to))
        };
        Ok(self.plan.stages.iter().map(ends).collect())
    }

    /// The stages as the assessment takes them.
    pub fn at<'a>(stages: &'a [(Option<Released>, Option<Released>)]) -> Vec<At<'a>> {
        let period = |one: &'a Option<Released>| one.as_ref().map(Released::period);
        stages.iter().map(|(from, to)| At { from: period(from), to: period(to) }).collect()
    }

    /// Reads what papers are made of.
    ///
    /// # Errors
    /// Where there is no such snapshot, the plan is none, or the database does not answer.
    pub async fn load(
        registry: &Registry,
        cubes: &Cubes,
        catalogue: &Catalogue,
        wanted: Wanted,
    ) -> Result<Self, ReportError> {
        let all = registry.snapshots().await?;
        let last = all.last().ok_or(ReportError::NoSnapshot)?;
        let id = wanted.snapshot.unwrap_or(last.id);
        let now = all.iter().find(|one| one.id == id);
        let before = match wanted.before {
            Before::Nothing => None,
            Before::Snapshot(id) => Some(id),
            Before::Earlier => now.and_then(|now| earlier(&all, now)).map(|before| before.id),
        };
        let mut reads = BTreeMap::new();
        for id in [Some(id), before].into_iter().flatten() {
            reads.insert(id, Read::of(registry, cubes, &all, id, wanted.threshold).await?);
        }
        let mut released = release(reads, catalogue);
        let before = before.and_then(|before| released.get(&before).cloned());
        let now = released.remove(&id).ok_or(ReportError::NoSnapshot)?;
        let plan = match registry.plan().await? {
            Some(text) => Plan::parse(&text)?,
            None => Plan::embedded()?,
        };
        Ok(Self { now, before, plan })
    }
}
