//! Who is looked at just now. One at a time, on a thread of its own: the pages stay quick, and the memory bounded.

use std::collections::HashMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use canbao_registry::RegistryError;
use canbao_registry::delivery::{Checked, Delivery, DeliveryState, Found};
use tokio::sync::Semaphore;

use super::folder;
use super::look::{Input, Looked, look};
use super::report::Report;
use super::settings::Settings;
use crate::App;
use crate::aside::on_a_thread;

/// The deliveries that are looked at or wait for it, with the rows that were read so far.
#[derive(Debug)]
pub(crate) struct Turns {
    running: Mutex<HashMap<i64, Arc<AtomicU64>>>,
    turn: Semaphore,
}

impl Default for Turns {
    fn default() -> Self {
        Self { running: Mutex::default(), turn: Semaphore::new(1) }
    }
}

impl Turns {
    fn lock(&self) -> std::sync::MutexGuard<'_, HashMap<i64, Arc<AtomicU64>>> {
        self.running.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// How many rows of a delivery were read; none where nobody looks at it.
    pub(crate) fn rows(&self, id: i64) -> Option<u64> {
        self.lock().get(&id).map(|rows| rows.load(Ordering::Relaxed))
    }

    /// Begins to look at a delivery, unless somebody does already.
    pub(crate) fn begin(app: &App, id: i64) {
        let rows = Arc::new(AtomicU64::new(0));
        if app.turns.lock().contains_key(&id) {
            return;
        }
        app.turns.lock().insert(id, Arc::clone(&rows));
        let app = app.clone();
        tokio::spawn(async move {
            // where the database does not answer, the page begins it anew
            let _ = app.turns.look(&app, id, &rows).await;
            app.turns.lock().remove(&id);
        });
    }

    /// Looks at a delivery and waits for what is found.
    pub(crate) async fn now(app: &App, id: i64) -> Result<(), RegistryError> {
        app.turns.look(app, id, &Arc::default()).await
    }

    async fn look(&self, app: &App, id: i64, rows: &Arc<AtomicU64>) -> Result<(), RegistryError> {
        let Ok(_turn) = self.turn.acquire().await else { return Ok(()) };
        loop {
            let delivery = app.registry.delivery(id).await?;
            if delivery.state != DeliveryState::Open || delivery.checked != Checked::Waiting {
                return Ok(());
            }
            rows.store(0, Ordering::Relaxed);
            let input = input(app, &delivery).await?;
            let counted = Arc::clone(rows);
            let looked = on_a_thread(move || look(&input, &counted)).await.unwrap_or_else(broken);
            let now = app.registry.delivery(id).await?;
            // what changed meanwhile is looked at again
            if now.files == delivery.files && now.settings == delivery.settings {
                let (checked, found) = match looked.found {
                    Some(found) => (Checked::Sound, found),
                    None => (Checked::Refused, Found::default()),
                };
                return app.registry.delivery_found(id, checked, found, &looked.report.json()).await;
            }
        }
    }
}

fn broken() -> Looked {
    let report = Report {
        error: "程序读这份数据时出错，没有读完。".to_owned(),
        hint: "请保留这份文件，联系系统维护人员。".to_owned(),
        ..Report::default()
    };
    Looked { report, found: None }
}

/// What is to be looked at.
pub(crate) async fn input(app: &App, delivery: &Delivery) -> Result<Input, RegistryError> {
    let data = &app.settings.data;
    let before = app.registry.delivery_before(&delivery.source, delivery.id).await?;
    Ok(Input {
        kind: delivery.kind,
        name: delivery.source.clone(),
        files: delivery.files.iter().map(|file| (file.name.clone(), data.join(&file.stored))).collect(),
        settings: Settings::read(&delivery.settings),
        folder: folder(data, delivery.id),
        before: before.map(|before| (before.id, before.found.rows, folder(data, before.id))),
    })
}
