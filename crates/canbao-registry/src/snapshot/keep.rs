//! Taking a snapshot, and having it back.

use std::io::Read as _;

use canbao_domain::date::Date;

use super::{Frozen, Snapshot, gather, scan};
use crate::RegistryError;
use crate::audit::{self, Entry, hex};
use crate::clock::now_ms;
use crate::person::visible;
use crate::registry::{Registry, as_of};
use crate::store::{Row, Transaction, Value, values};

/// How hard the content is compressed: a month's is some hundred thousand counts, written once.
const LEVEL: i32 = 9;
/// Bytes that a content may have, at most.
const MOST: u64 = 1 << 30;

const COLUMNS: &str = "id, as_of, revision, taken_at, taken_by, people, digest";

fn snapshot_of(row: &Row) -> Option<Snapshot> {
    Some(Snapshot {
        id: row.int(0),
        as_of: Date::parse(row.text(1))?,
        revision: row.int(2),
        taken_at: row.int(3),
        taken_by: row.text(4).to_owned(),
        people: row.int(5),
        digest: hex(row.bytes(6)),
    })
}

async fn last(transaction: &mut Transaction) -> Result<Option<Snapshot>, RegistryError> {
    let sql = format!("SELECT {COLUMNS} FROM snapshot ORDER BY id DESC LIMIT 1");
    Ok(transaction.first(sql, &[]).await?.as_ref().and_then(snapshot_of))
}

impl Registry {
    /// Counts the record as it is now and keeps it, with an audit entry; nobody waits for it meanwhile. Where nothing has
    /// changed since the last snapshot, that one is given and nothing is written. `by`: on whose word.
    ///
    /// # Errors
    /// Where the registry holds nobody yet, or the database does not answer.
    pub async fn take_snapshot(&self, by: &str) -> Result<Snapshot, RegistryError> {
        let mut reading = self.store.read().await?;
        let revision = visible(&mut reading).await?;
        let day = Date::parse(&as_of(&mut reading).await?).ok_or_else(|| {
            RegistryError::refused(
                "登记库还没有数据，没有可以统计的。",
                "请先用 canbao registry apply 载入一次比对结果。",
            )
        })?;
        let areas = self.areas.get(&mut reading).await?;
        let mut frozen = scan::scan(&mut reading, revision, day, &areas).await?;
        gather::gather(&mut reading, &mut frozen, revision).await?;
        drop(reading);
        let content = frozen.encode();
        let digest = blake3::hash(&content).as_bytes().to_vec();
        let packed = zstd::stream::encode_all(content.as_slice(), LEVEL)
            .map_err(|error| RegistryError::Broken(format!("统计快照不能压缩：{error}")))?;
        let people = i64::try_from(frozen.people()).unwrap_or(i64::MAX);
        let mut transaction = self.store.write().await?;
        let before = last(&mut transaction).await?;
        let id = before.as_ref().map_or(1, |before| before.id + 1);
        if let Some(same) = before.filter(|before| before.revision == revision && before.digest == hex(&digest)) {
            return Ok(same);
        }
        let subject = format!("snapshot {id} as of {day} at revision {revision}");
        let entry = Entry { actor: by, action: "snapshot", subject: &subject, revision: None, digest: &digest };
        let seq = audit::append(&mut transaction, entry).await?;
        let taken_at = now_ms();
        let snapshot =
            Snapshot { id, as_of: day, revision, taken_at, taken_by: by.to_owned(), people, digest: hex(&digest) };
        let row: &[Value] = values![id, day.to_string(), revision, taken_at, by, people, seq, digest, packed];
        let sql = "INSERT INTO snapshot (id, as_of, revision, taken_at, taken_by, people, seq, digest, content) \
                   VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)";
        transaction.execute(sql, row).await?;
        transaction.commit().await?;
        Ok(snapshot)
    }

    /// All snapshots, the oldest first.
    ///
    /// # Errors
    /// Where the database does not answer.
    pub async fn snapshots(&self) -> Result<Vec<Snapshot>, RegistryError> {
        let sql = format!("SELECT {COLUMNS} FROM snapshot ORDER BY id");
        let rows = self.store.statements().await?.all(sql, &[]).await?;
        Ok(rows.iter().filter_map(snapshot_of).collect())
    }

    /// The snapshot that was taken last; none before the first.
    ///
    /// # Errors
    /// Where the database does not answer.
    pub async fn latest_snapshot(&self) -> Result<Option<Snapshot>, RegistryError> {
        last(&mut self.store.statements().await?).await
    }

    /// What a snapshot counts.
    ///
    /// # Errors
    /// Where there is none of that number, it is not what the audit says was kept, or the database does not answer.
    pub async fn snapshot(&self, id: i64) -> Result<(Snapshot, Frozen), RegistryError> {
        let sql = format!(
            "SELECT {COLUMNS}, content, (SELECT digest FROM audit WHERE audit.seq = snapshot.seq) FROM snapshot \
             WHERE id = $1"
        );
        let row = self.store.statements().await?.first(sql, values![id]).await?;
        let row = row.ok_or_else(|| {
            RegistryError::refused(
                format!("没有第 {id} 号统计快照。"),
                "请用 canbao report list 查看有哪些，或用 canbao report snapshot 生成一份。",
            )
        })?;
        let changed = || RegistryError::Broken(format!("第 {id} 号统计快照与审计记录不符：有人绕过系统改过它"));
        let snapshot = snapshot_of(&row).ok_or_else(changed)?;
        let mut content = Vec::new();
        let decoder = zstd::stream::Decoder::new(row.bytes(7)).map_err(|_| changed())?;
        decoder.take(MOST).read_to_end(&mut content).map_err(|_| changed())?;
        let digest = blake3::hash(&content);
        if digest.as_bytes() != row.bytes(6) || digest.as_bytes() != row.bytes(8) {
            return Err(changed());
        }
        let told = |frozen: &Frozen| (frozen.as_of, i64::try_from(frozen.people()).ok());
        let frozen = Frozen::decode(&content).filter(|frozen| told(frozen) == (snapshot.as_of, Some(snapshot.people)));
        Ok((snapshot, frozen.ok_or_else(changed)?))
    }
}
