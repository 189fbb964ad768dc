//! Taking a parcel in.

use std::io::BufReader;
use std::path::Path;
use std::sync::Arc;

use super::desk::{Desk, blocking};
use super::identity::Card;
use super::parcel::{Digest, Kind, Manifest, Opened, Position, open, verify};
use super::rows::{Row, RowReader};
use super::send::{Direction, to_int};
use crate::RegistryError;
use crate::clock::now_ms;
use crate::store::{Transaction, values};

/// A parcel that was read to its end and is next in its chain. Nothing is noted yet.
pub(super) struct Received<T> {
    pub(super) card: Card,
    pub(super) manifest: Manifest,
    pub(super) digest: Digest,
    pub(super) content: T,
    last: Position,
}

/// What a parcel is and whom it is from, before its place in the chain is asked.
pub(super) struct Looked {
    pub(super) digest: Digest,
    pub(super) kind: Kind,
}

impl Desk {
    /// Verifies a parcel, and says what it is.
    pub(super) async fn look(&self, path: &Path) -> Result<Looked, RegistryError> {
        let (path, cards) = (path.to_owned(), self.cards().await?);
        let verified = blocking(move || Ok(verify(&path, &cards)?)).await?;
        Ok(Looked { digest: verified.digest, kind: verified.manifest.kind })
    }

    /// Opens a parcel that comes next from a registry that is known, and reads it to its end.
    pub(super) async fn open<T: Send + 'static>(
        &self,
        path: &Path,
        read: impl FnOnce(&mut Opened<'_>) -> Result<T, RegistryError> + Send + 'static,
    ) -> Result<Received<T>, RegistryError> {
        let (file, cards) = (path.to_owned(), self.cards().await?);
        let known = cards.clone();
        let verified = blocking(move || Ok(verify(&file, &known)?)).await?;
        let from = verified.manifest.from.fingerprint;
        let mut transaction = self.registry.store.read().await?;
        let last = self.position(&mut transaction, from, Direction::Received).await?;
        drop(transaction);
        let card = cards.find(from).cloned().ok_or(super::parcel::ParcelError::UnknownSender(from))?;
        let (file, keys) = (path.to_owned(), Arc::clone(&self.keys));
        let (manifest, digest, content) = blocking(move || {
            let mut opened = open(&file, &keys, &cards, last)?;
            let content = read(&mut opened)?;
            Ok((opened.manifest().clone(), opened.digest(), content))
        })
        .await?;
        Ok(Received { card, manifest, digest, content, last })
    }

    /// Notes a parcel in the transaction that takes its content in: it is next still, and whose card it bears is known
    /// still.
    pub(super) async fn note<T>(
        &self,
        transaction: &mut Transaction,
        received: &Received<T>,
        actor: &str,
    ) -> Result<(), RegistryError> {
        let peer = received.card.fingerprint();
        let sql = "SELECT COUNT(*) FROM peer WHERE fingerprint = $1 AND removed_at IS NULL";
        let known = transaction.int(sql, values![peer.to_string()]).await? == 1;
        if !known || self.position(transaction, peer, Direction::Received).await? != received.last {
            return Err(RegistryError::refused(
                "读取期间，该机构的另一个数据包已被接收，或者该机构已被停用。",
                "请重新运行。",
            ));
        }
        let sql = "INSERT INTO parcel (digest, ours, peer, direction, sequence, kind, lines, answers, made_at, actor, \
                   placed) VALUES ($1, $2, $3, 'received', $4, $5, $6, $7, $8, $9, 1)";
        let manifest = &received.manifest;
        let row = values![
            received.digest.to_string(),
            self.ours().to_string(),
            peer.to_string(),
            to_int(manifest.sequence)?,
            manifest.kind.as_str(),
            to_int(manifest.contents.iter().map(|entry| entry.rows).sum())?,
            manifest.answers.map(|digest| digest.to_string()),
            now_ms(),
            actor,
        ];
        transaction.execute(sql, row).await.map(|_| ())
    }
}

/// All rows of a content, none kept before its end was read.
pub(super) fn rows<T: Row>(opened: &mut Opened<'_>, content: &str) -> Result<Vec<T>, RegistryError> {
    let reader = opened.content(content)?;
    let expected = reader.entry().rows;
    let all: Result<Vec<T>, _> = RowReader::new(BufReader::new(reader), expected)?.collect();
    Ok(all?)
}
