//! Wrong passwords in a row: after five a login is locked, each time for longer.

use super::{Account, note};
use crate::RegistryError;
use crate::audit::{self, Entry};
use crate::clock::instant;
use crate::private::Key;
use crate::store::{Transaction, values};

/// Wrong ones in a row that lock.
const FAILURES: i64 = 5;
const MINUTE: i64 = 60_000;
const DAY: i64 = 1440 * MINUTE;
/// What nobody tried for so long is forgotten.
const KEPT: i64 = 30 * DAY;

/// Who is on the audit where nobody is; no login has a colon.
const STRANGER: &str = "web:unknown";

const CONTEXT: &str = "canbao registry wrong passwords by login 1";

/// Where a login's wrong passwords are counted. What is typed there may be a password: its keyed hash tells nothing.
pub(super) fn place(key: &Key, login: &str) -> Vec<u8> {
    key.derived(CONTEXT, login.as_bytes()).to_vec()
}

/// For how long the next lock holds, after so many before it.
fn span(lockings: i64) -> i64 {
    let doubled = 1_i64.checked_shl(u32::try_from(lockings).unwrap_or(u32::MAX).min(30)).unwrap_or(i64::MAX);
    (15 * MINUTE).saturating_mul(doubled).min(DAY)
}

/// Until when it is locked, where it is.
pub(super) async fn locked(
    transaction: &mut Transaction,
    place: &[u8],
    now: i64,
) -> Result<Option<i64>, RegistryError> {
    let sql = "SELECT locked_until FROM strike WHERE hash = $1";
    let row = transaction.first(sql, values![place.to_vec()]).await?;
    Ok(row.and_then(|row| row.maybe_int(0)).filter(|until| *until > now))
}

/// Counts one more; until when that has locked it, where it has. `account` is whose login it is, where it is anybody's:
/// all are counted alike.
pub(super) async fn count(
    transaction: &mut Transaction,
    place: &[u8],
    account: Option<&Account>,
    now: i64,
) -> Result<Option<i64>, RegistryError> {
    transaction.execute("DELETE FROM strike WHERE last_at < $1", values![now - KEPT]).await?;
    let sql = "SELECT failures, lockings FROM strike WHERE hash = $1";
    let row = transaction.first(sql, values![place.to_vec()]).await?;
    let (failures, lockings) = row.map_or((1, 0), |row| (row.int(0) + 1, row.int(1)));
    let until = (failures >= FAILURES).then(|| now + span(lockings));
    let (failures, lockings) = if until.is_some() { (0, lockings + 1) } else { (failures, lockings) };
    let sql = "INSERT INTO strike (hash, failures, lockings, locked_until, last_at) VALUES ($1, $2, $3, $4, $5) \
               ON CONFLICT (hash) DO UPDATE SET failures = excluded.failures, lockings = excluded.lockings, \
               locked_until = excluded.locked_until, last_at = excluded.last_at";
    transaction.execute(sql, values![place.to_vec(), failures, lockings, until, now]).await?;
    if let Some(until) = until {
        let told = format!("until {}", instant(until));
        match account {
            Some(account) => note(transaction, &account.login, "account-lock", account, &told).await?,
            None => {
                let subject = format!("no such account: {told}");
                let entry =
                    Entry { actor: STRANGER, action: "account-lock", subject: &subject, revision: None, digest: &[] };
                audit::append(transaction, entry).await?;
            }
        }
    }
    Ok(until)
}

/// Begins anew: somebody came in, or was let in again.
pub(super) async fn forget(transaction: &mut Transaction, place: &[u8]) -> Result<(), RegistryError> {
    transaction.execute("DELETE FROM strike WHERE hash = $1", values![place.to_vec()]).await.map(drop)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn locks_double_up_to_a_day() {
        let minutes: Vec<i64> = (0..9).map(|lockings| span(lockings) / MINUTE).collect();
        assert_eq!(minutes, [15, 30, 60, 120, 240, 480, 960, 1440, 1440]);
        assert_eq!(span(i64::MAX), DAY);
    }
}
