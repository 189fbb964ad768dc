//! One job after the other, by the one server that holds the data folder.

use std::fs::{File, OpenOptions};
use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use canbao_registry::RegistryError;
use canbao_registry::job::{Ended, Job, JobKind, JobState};
use tokio::sync::Notify;
use tokio::time::{sleep, timeout};

use super::child::Event;
use super::progress::Progress;
use super::{Program, apply, compare};
use crate::App;
use crate::aside::on_a_thread;
use crate::http::upload::private_folder;

/// How often it is looked for work that another process left.
const PAUSE: Duration = Duration::from_secs(5);
/// Who says that a job was broken off.
const SERVER: &str = "os:server";

/// The job at work, as pages see it.
#[derive(Debug, Default)]
pub(crate) struct Runner {
    current: Mutex<Option<(i64, Follow)>>,
    wake: Notify,
}

/// What follows a job at work.
#[derive(Clone, Debug, Default)]
pub(crate) struct Follow {
    pub(super) stop: Arc<AtomicBool>,
    /// Who asked it to end.
    by: Arc<Mutex<Option<String>>>,
    progress: Arc<Mutex<Progress>>,
}

/// Why a job was not done.
#[derive(Debug)]
pub(super) enum Stop {
    /// A sentence, and what to do.
    Failed(String, String),
    /// Somebody asked.
    Asked,
}

impl Stop {
    pub(super) fn nonsense() -> Self {
        Self::Failed("任务的内容看不懂。".to_owned(), "请重新发起；再出现时请联系系统维护人员。".to_owned())
    }

    pub(super) fn disk() -> Self {
        Self::Failed("服务器的数据文件夹不能写入。".to_owned(), "请系统管理员检查磁盘空间和权限，再办一次。".to_owned())
    }
}

impl From<RegistryError> for Stop {
    fn from(error: RegistryError) -> Self {
        Self::Failed(error.to_string(), error.hint())
    }
}

impl Follow {
    fn lock(&self) -> MutexGuard<'_, Progress> {
        self.progress.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn begin(&self, stage: &str) {
        self.lock().begin(stage, None);
    }

    pub(super) fn event(&self, event: &Event) {
        self.lock().follow(event);
    }
}

impl Runner {
    fn lock(&self) -> MutexGuard<'_, Option<(i64, Follow)>> {
        self.current.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// How far a job is; none where it is not at work here.
    pub(crate) fn progress(&self, id: i64) -> Option<Progress> {
        let current = self.lock();
        current.as_ref().filter(|(at, _)| *at == id).map(|(_, follow)| follow.lock().now())
    }

    /// Asks the job at work to end, on somebody's word; false where it is another.
    pub(crate) fn stop(&self, id: i64, by: &str) -> bool {
        let current = self.lock();
        let Some((_, follow)) = current.as_ref().filter(|(at, _)| *at == id) else { return false };
        *follow.by.lock().unwrap_or_else(PoisonError::into_inner) = Some(by.to_owned());
        follow.stop.store(true, Ordering::Relaxed);
        true
    }

    /// There is work.
    pub(crate) fn wake(&self) {
        self.wake.notify_one();
    }
}

/// Takes the jobs that wait, for as long as the server lives. Where another server holds the data folder, that one does.
pub(crate) async fn work(app: App) {
    let Some(program) = app.settings.program.clone() else { return };
    let _held = loop {
        match hold(&app.settings.data) {
            Some(held) => break held,
            None => sleep(PAUSE).await,
        }
    };
    while app.registry.break_off_jobs(SERVER).await.is_err() {
        sleep(PAUSE).await;
    }
    loop {
        match app.registry.next_job().await {
            Ok(Some(job)) => one(&app, &program, &job).await,
            // woken, or after a while
            Ok(None) => drop(timeout(PAUSE, app.runner.wake.notified()).await),
            Err(_) => sleep(PAUSE).await,
        }
    }
}

/// The lock of the data folder; let go when the process ends, however it ends.
fn hold(data: &Path) -> Option<File> {
    private_folder(data).ok()?;
    let file = OpenOptions::new().write(true).create(true).truncate(false).open(data.join("server.lock")).ok()?;
    file.try_lock().is_ok().then_some(file)
}

async fn one(app: &App, program: &Program, job: &Job) {
    let follow = Follow::default();
    *app.runner.lock() = Some((job.id, follow.clone()));
    let keeper = tokio::spawn(keep(app.clone(), job.id, follow.clone()));
    let result = match job.kind {
        JobKind::Compare => compare::run(app, program, job, &follow).await,
        JobKind::Apply | JobKind::Undo => apply::run(app, program, job, &follow).await,
    };
    keeper.abort();
    follow.lock().end();
    let progress = follow.lock().json();
    let ended = |state, result, error, hint| Ended { state, result, error, hint };
    let ended = match result {
        Ok(result) => ended(JobState::Done, result, String::new(), String::new()),
        Err(Stop::Failed(error, hint)) => ended(JobState::Failed, String::new(), error, hint),
        Err(Stop::Asked) => ended(JobState::Cancelled, String::new(), String::new(), String::new()),
    };
    let stopped = follow.by.lock().unwrap_or_else(PoisonError::into_inner).clone();
    let stopped = stopped.filter(|_| ended.state == JobState::Cancelled);
    let actor = stopped.as_ref().or(job.decided_by.as_ref()).unwrap_or(&job.made_by);
    // what is done is done: it is written down as soon as the database answers
    loop {
        let _ = app.registry.job_progress(job.id, &progress).await;
        match app.registry.end_job(actor, job.id, &ended).await {
            Err(RegistryError::Database { .. }) => sleep(PAUSE).await,
            _ => break,
        }
    }
    if ended.state != JobState::Done && job.kind == JobKind::Compare {
        // nothing of it is of use; what cannot be cleared away is at the next
        let _ = std::fs::remove_dir_all(super::city::folder(&app.settings.data, job.id));
    }
    if ended.state == JobState::Done && job.kind == JobKind::Compare {
        let data = app.settings.data.clone();
        let id = job.id;
        on_a_thread(move || super::city::clear(&data, id)).await;
    }
    *app.runner.lock() = None;
}

/// Writes down how far a job is, for those who ask after the server has ended.
async fn keep(app: App, id: i64, follow: Follow) {
    loop {
        sleep(PAUSE).await;
        let progress = follow.lock().now().json();
        let _ = app.registry.job_progress(id, &progress).await;
    }
}
