//! Which parcels of a folder wait to be taken in.

use std::path::{Path, PathBuf};

use super::desk::{Desk, blocking};
use super::parcel::{Verified, verify_folder};
use crate::RegistryError;
use crate::store::values;

impl Desk {
    /// The parcels of a folder that are for us, hold by themselves, and were not taken in yet: by sender and number.
    /// What is wrong with the others, [`Desk::verify`] tells.
    ///
    /// # Errors
    /// Where the folder cannot be read, or the database does not answer.
    pub async fn waiting(&self, folder: &Path) -> Result<Vec<(PathBuf, Verified)>, RegistryError> {
        let (place, cards, ours) = (folder.to_owned(), self.cards().await?, self.ours());
        let report = blocking(move || Ok(verify_folder(&place, &cards)?)).await?;
        let mut waiting = Vec::new();
        let mut transaction = self.registry.store.read().await?;
        for (name, verified) in report.sound {
            if verified.manifest.to.fingerprint != ours {
                continue;
            }
            let sql = "SELECT COUNT(*) FROM parcel WHERE digest = $1";
            if transaction.int(sql, values![verified.digest.to_string()]).await? == 0 {
                waiting.push((folder.join(name), verified));
            }
        }
        waiting.sort_by_key(|(_, parcel)| (parcel.manifest.from.fingerprint, parcel.manifest.sequence));
        Ok(waiting)
    }
}
