//! A registry's desk for the exchange: its keys, and the registries that it knows.

use std::path::Path;
use std::sync::Arc;

use super::identity::{Card, Cards, Fingerprint, Identity, Registry as Office};
use super::parcel::{FolderReport, verify_folder};
use super::psi::Limits;
use super::request::Settles;
use crate::RegistryError;
use crate::audit::{self, Entry};
use crate::clock::now_ms;
use crate::registry::Registry;
use crate::store::{Transaction, values};

/// Where a registry's parcels come from and go to. What must be remembered between two parcels stands in its database.
#[derive(Clone, Debug)]
pub struct Desk {
    pub(super) registry: Registry,
    pub(super) keys: Arc<Identity>,
    pub(super) limits: Limits,
    /// The request that the next parcel settles.
    pub(super) settles: Option<Settles>,
}

/// A registry that was made known.
#[derive(Clone, Debug)]
pub struct Peer {
    /// Its card.
    pub card: Card,
    /// When it was made known, in milliseconds since 1970 (UTC).
    pub added_at: i64,
    /// By whom.
    pub added_by: String,
}

impl Desk {
    /// The desk of a registry with its keys, and the usual caps.
    pub fn new(registry: Registry, keys: Identity) -> Self {
        Self { registry, keys: Arc::new(keys), limits: Limits::default(), settles: None }
    }

    /// A desk with new keys, which are written to a file of their own; on the audit.
    ///
    /// # Errors
    /// Where keys stand there already, which are never replaced, or the file cannot be written.
    pub async fn found(registry: Registry, office: Office, file: &Path, actor: &str) -> Result<Self, RegistryError> {
        let path = file.to_owned();
        let keys = blocking(move || {
            let keys = Identity::create(office)?;
            keys.write(&path)?;
            Ok(keys)
        })
        .await?;
        let desk = Self::new(registry, keys);
        let (id, fingerprint) = (desk.card().registry().id().to_owned(), desk.ours());
        let mut transaction = desk.registry.store.write().await?;
        let subject = format!("registry {id} {fingerprint}");
        append(&mut transaction, actor, "exchange-identity", &subject, fingerprint.as_bytes()).await?;
        transaction.commit().await?;
        Ok(desk)
    }

    /// The same desk with other caps.
    #[must_use]
    pub fn with_limits(mut self, limits: Limits) -> Self {
        self.limits = limits;
        self
    }

    /// Our own card.
    pub fn card(&self) -> &Card {
        self.keys.card()
    }

    /// Makes another registry known. That the card is theirs was settled before, by reading its fingerprint over the
    /// telephone.
    ///
    /// # Errors
    /// Where it is our own, or another card of the same id is known.
    pub async fn add_peer(&self, card: &Card, actor: &str) -> Result<(), RegistryError> {
        if card.registry().id() == self.card().registry().id() {
            return Err(RegistryError::refused(
                "这是本机构自己的标识，不能登记为对方。",
                "请核对是否选错了名片；标识与本机构相同的，请对方换一个标识。",
            ));
        }
        let mut transaction = self.registry.store.write().await?;
        let mut cards = peers_in(&mut transaction).await?;
        cards.add(card.clone())?;
        let (fingerprint, id) = (card.fingerprint().to_string(), card.registry().id());
        let sql = "INSERT INTO peer (fingerprint, registry, card, added_at, added_by) VALUES ($1, $2, $3, $4, $5) \
                   ON CONFLICT (fingerprint) DO UPDATE SET added_at = excluded.added_at, \
                   added_by = excluded.added_by, removed_at = NULL";
        transaction.execute(sql, values![fingerprint.as_str(), id, card.to_text(), now_ms(), actor]).await?;
        let subject = format!("peer {id} {fingerprint}");
        append(&mut transaction, actor, "exchange-peer-add", &subject, card.fingerprint().as_bytes()).await?;
        transaction.commit().await
    }

    /// Takes a registry off: its parcels are refused from then on. What its answers said stays.
    ///
    /// # Errors
    /// Where it is not known.
    pub async fn remove_peer(&self, id: &str, actor: &str) -> Result<(), RegistryError> {
        let mut transaction = self.registry.store.write().await?;
        let card = find(&peers_in(&mut transaction).await?, id)?;
        let fingerprint = card.fingerprint().to_string();
        let sql = "UPDATE peer SET removed_at = $1 WHERE fingerprint = $2";
        transaction.execute(sql, values![now_ms(), fingerprint.as_str()]).await?;
        let subject = format!("peer {id} {fingerprint}");
        append(&mut transaction, actor, "exchange-peer-remove", &subject, card.fingerprint().as_bytes()).await?;
        transaction.commit().await
    }

    /// The registries that are known, by their ids.
    ///
    /// # Errors
    /// Where the database does not answer.
    pub async fn peers(&self) -> Result<Vec<Peer>, RegistryError> {
        let mut transaction = self.registry.store.read().await?;
        let sql = "SELECT card, added_at, added_by FROM peer WHERE removed_at IS NULL ORDER BY registry";
        let rows = transaction.all(sql, &[]).await?;
        let peer = |row: &crate::store::Row| {
            Ok(Peer { card: Card::parse(row.text(0))?, added_at: row.int(1), added_by: row.text(2).to_owned() })
        };
        rows.iter().map(peer).collect()
    }

    /// Verifies a folder of parcels, ours and theirs: signatures, digests, and the chains that they form.
    ///
    /// # Errors
    /// Where the folder cannot be read; what is wrong with a parcel is a finding.
    pub async fn verify(&self, folder: &Path) -> Result<FolderReport, RegistryError> {
        let mut cards = self.cards().await?;
        cards.add(self.card().clone())?;
        let folder = folder.to_owned();
        blocking(move || Ok(verify_folder(&folder, &cards)?)).await
    }

    /// The cards of those who are known.
    pub(super) async fn cards(&self) -> Result<Cards, RegistryError> {
        peers_in(&mut self.registry.store.read().await?).await
    }

    /// The card of somebody known.
    pub(super) async fn peer(&self, id: &str) -> Result<Card, RegistryError> {
        find(&self.cards().await?, id)
    }

    pub(super) fn ours(&self) -> Fingerprint {
        self.card().fingerprint()
    }
}

async fn peers_in(transaction: &mut Transaction) -> Result<Cards, RegistryError> {
    let mut cards = Cards::new();
    for row in transaction.all("SELECT card FROM peer WHERE removed_at IS NULL ORDER BY registry", &[]).await? {
        cards.add(Card::parse(row.text(0))?)?;
    }
    Ok(cards)
}

fn find(cards: &Cards, id: &str) -> Result<Card, RegistryError> {
    cards.iter().find(|card| card.registry().id() == id).cloned().ok_or_else(|| {
        RegistryError::refused(
            format!("没有登记过标识为“{id}”的机构。"),
            "请先取得对方名片，用电话核对指纹并登记；已登记的机构见名单。",
        )
    })
}

/// Puts on the audit what changes no record of a person.
pub(super) async fn append(
    transaction: &mut Transaction,
    actor: &str,
    action: &str,
    subject: &str,
    digest: &[u8],
) -> Result<(), RegistryError> {
    audit::append(transaction, Entry { actor, action, subject, revision: None, digest }).await.map(|_| ())
}

/// Runs what reads files or computes for long on a thread of its own.
pub(super) async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, RegistryError> + Send + 'static,
) -> Result<T, RegistryError> {
    tokio::task::spawn_blocking(work).await.map_err(|_| RegistryError::Broken("联网比对的工作线程中断".to_owned()))?
}
