//! Cubes that were read, shared by all who ask.

use std::sync::{Arc, Mutex, PoisonError};

use canbao_registry::Registry;

use super::Cube;
use crate::ReportError;

/// Cubes kept at once: some 10 MB each of a city of three million, and a year's trend asks for thirteen.
const KEPT: usize = 13;

/// The cubes of a registry, read once each: a snapshot never changes. The one that was not asked for longest goes first.
#[derive(Debug, Default)]
pub struct Cubes(Mutex<Vec<Arc<Cube>>>);

impl Cubes {
    /// The cube of a snapshot.
    ///
    /// # Errors
    /// Where there is none of that number, or the database does not answer.
    pub async fn get(&self, registry: &Registry, id: i64) -> Result<Arc<Cube>, ReportError> {
        if let Some(known) = self.known(id) {
            return Ok(known);
        }
        let (snapshot, frozen) = registry.snapshot(id).await?;
        let cube = Arc::new(Cube::new(snapshot, frozen));
        let mut kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        kept.retain(|known| known.snapshot().id != id);
        if kept.len() >= KEPT {
            kept.remove(0);
        }
        kept.push(Arc::clone(&cube));
        Ok(cube)
    }

    /// The cube of the snapshot that was taken last.
    ///
    /// # Errors
    /// Where there is none yet, or the database does not answer.
    pub async fn latest(&self, registry: &Registry) -> Result<Arc<Cube>, ReportError> {
        let last = registry.latest_snapshot().await?.ok_or(ReportError::NoSnapshot)?;
        self.get(registry, last.id).await
    }

    fn known(&self, id: i64) -> Option<Arc<Cube>> {
        let mut kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let at = kept.iter().position(|cube| cube.snapshot().id == id)?;
        let cube = kept.remove(at);
        kept.push(Arc::clone(&cube));
        Some(cube)
    }
}
