//! What went out and came in.

use canbao_domain::source::Insurance;

use super::desk::Desk;
use super::identity::Card;
use super::parcel::{Digest, Kind};
use super::send::{Direction, kind_of};
use crate::RegistryError;
use crate::store::{Row, values};

/// A parcel that was sent or taken in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Parcel {
    /// Its digest.
    pub digest: Digest,
    /// Which way it went.
    pub direction: Direction,
    /// The other registry's name.
    pub peer: String,
    /// Its number in the chain.
    pub sequence: u64,
    /// What it is.
    pub kind: Kind,
    /// Privately, about which insurance.
    pub insurance: Option<Insurance>,
    /// Its rows.
    pub rows: u64,
    /// Whether what answers it was sent or taken in.
    pub answered: bool,
    /// What its file is called, of one that was sent.
    pub name: Option<String>,
    /// When, milliseconds since 1970 (UTC).
    pub at: i64,
    /// By whom.
    pub actor: String,
}

const COLUMNS: &str = "p.digest, p.direction, q.card, p.peer, p.sequence, p.kind, p.insurance, p.lines, \
                       (SELECT COUNT(*) FROM parcel a WHERE a.answers = p.digest), p.name, p.made_at, p.actor";

/// A row of these columns; none where it is of a program that knows other parcels.
fn parcel_of(row: &Row) -> Option<Parcel> {
    let card = row.maybe_text(2).and_then(|text| Card::parse(text).ok());
    // of a registry whose row was lost the fingerprint is left
    let peer = card.map_or_else(|| row.text(3).chars().take(12).collect(), |card| card.registry().name().to_owned());
    let count = |at| u64::try_from(row.int(at)).unwrap_or_default();
    Some(Parcel {
        digest: Digest::parse(row.text(0))?,
        direction: if row.text(1) == Direction::Sent.as_str() { Direction::Sent } else { Direction::Received },
        peer,
        sequence: count(4),
        kind: kind_of(row.text(5))?,
        insurance: row.maybe_text(6).and_then(|word| word.parse().ok()),
        rows: count(7),
        answered: row.int(8) > 0,
        name: row.maybe_text(9).map(str::to_owned),
        at: row.int(10),
        actor: row.text(11).to_owned(),
    })
}

impl Desk {
    /// The last parcels that were sent or taken in, the newest first.
    ///
    /// # Errors
    /// Where the database does not answer.
    pub async fn parcels(&self, most: i64) -> Result<Vec<Parcel>, RegistryError> {
        let mut transaction = self.registry.store.read().await?;
        let sql = format!(
            "SELECT {COLUMNS} FROM parcel p LEFT JOIN peer q ON q.fingerprint = p.peer \
             ORDER BY p.made_at DESC, p.sequence DESC, p.digest LIMIT $1"
        );
        Ok(transaction.all(sql, values![most]).await?.iter().filter_map(parcel_of).collect())
    }

    /// One of them.
    ///
    /// # Errors
    /// [`RegistryError::Nobody`] where there is none.
    pub async fn parcel(&self, digest: Digest) -> Result<Parcel, RegistryError> {
        let mut transaction = self.registry.store.read().await?;
        let sql =
            format!("SELECT {COLUMNS} FROM parcel p LEFT JOIN peer q ON q.fingerprint = p.peer WHERE p.digest = $1");
        let row = transaction.first(sql, values![digest.to_string()]).await?;
        row.as_ref().and_then(parcel_of).ok_or(RegistryError::Nobody)
    }
}
