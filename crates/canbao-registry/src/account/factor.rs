//! The second factor: a code from a telephone besides the password.

use std::fmt;
use std::fmt::Write as _;

use chacha20poly1305::aead::{Aead as _, Payload};
use chacha20poly1305::{ChaCha20Poly1305, KeyInit as _, Nonce};
use zeroize::Zeroizing;

use super::session::{self, Needs, end_all, ended, find, renew};
use super::{Account, known, note, secret, strike, totp};
use crate::RegistryError;
use crate::private::Key;
use crate::registry::Registry;
use crate::store::values;

const CONTEXT: &str = "canbao registry second factor at rest 1";
/// Bytes of a secret, as RFC 4226 recommends.
const SECRET: usize = 20;
const NONCE: usize = 12;
/// What a telephone shows above the code.
const ISSUER: &str = "全民参保登记";

/// A secret that waits to be confirmed by a first code. `Debug` does not show it.
#[derive(Clone, PartialEq, Eq)]
pub struct SecondFactor {
    /// Base32, to be typed where no picture can be taken.
    pub secret: String,
    /// `otpauth://totp/…`, for a QR code.
    pub uri: String,
}

impl fmt::Debug for SecondFactor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SecondFactor(…)")
    }
}

/// How the question for the second factor ended. `Debug` shows no token.
#[derive(Clone, PartialEq, Eq)]
pub enum Passed {
    /// In; the session goes on under this token.
    In {
        /// The new one; the one before is none any more.
        token: String,
    },
    /// Another code, or one that was used.
    Wrong,
    /// Too many wrong ones.
    Locked {
        /// Until when, in milliseconds since 1970.
        until: i64,
    },
    /// The session has ended.
    Ended,
}

impl fmt::Debug for Passed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::In { .. } => f.write_str("In { … }"),
            Self::Wrong => f.write_str("Wrong"),
            Self::Locked { until } => f.debug_struct("Locked").field("until", until).finish(),
            Self::Ended => f.write_str("Ended"),
        }
    }
}

fn cipher(key: &Key, account: i64) -> ChaCha20Poly1305 {
    let key = key.derived(CONTEXT, &account.to_le_bytes());
    ChaCha20Poly1305::new(chacha20poly1305::Key::from_slice(key.as_slice()))
}

fn seal(key: &Key, account: i64, secret: &[u8]) -> Result<Vec<u8>, RegistryError> {
    let nonce = secret::random::<NONCE>()?;
    let payload = Payload { msg: secret, aad: &account.to_le_bytes() };
    let sealed = cipher(key, account).encrypt(Nonce::from_slice(&nonce), payload);
    let sealed = sealed.map_err(|_| RegistryError::Broken("第二因素没有加密成".to_owned()))?;
    Ok([nonce.as_slice(), &sealed].concat())
}

fn open(key: &Key, account: i64, sealed: &[u8]) -> Result<Zeroizing<Vec<u8>>, RegistryError> {
    let broken = || RegistryError::Broken("保存的第二因素被改动过".to_owned());
    let (nonce, sealed) = sealed.split_at_checked(NONCE).ok_or_else(broken)?;
    let payload = Payload { msg: sealed, aad: &account.to_le_bytes() };
    let secret = cipher(key, account).decrypt(Nonce::from_slice(nonce), payload);
    secret.map(Zeroizing::new).map_err(|_| broken())
}

/// The URI that authenticators read (Google's Key Uri Format).
fn uri(login: &str, secret: &str) -> String {
    let mut issuer = String::new();
    for byte in ISSUER.bytes() {
        let _ = write!(issuer, "%{byte:02X}");
    }
    format!("otpauth://totp/{issuer}:{login}?secret={secret}&issuer={issuer}&algorithm=SHA1&digits=6&period=30")
}

impl Registry {
    /// Makes a secret for an account's second factor. Nothing is asked for until it is confirmed, and one that was
    /// confirmed before holds until then.
    ///
    /// # Errors
    /// Where the database does not answer.
    pub async fn begin_second_factor(&self, account: &Account) -> Result<SecondFactor, RegistryError> {
        let bytes = Zeroizing::new(secret::random::<SECRET>()?);
        let sealed = seal(&self.key, account.id, bytes.as_slice())?;
        let mut transaction = self.store.write().await?;
        let sql = "UPDATE account SET factor_new = $2 WHERE id = $1";
        transaction.execute(sql, values![account.id, sealed]).await?;
        transaction.commit().await?;
        let secret = totp::base32(bytes.as_slice());
        let uri = uri(&account.login, &secret);
        Ok(SecondFactor { secret, uri })
    }

    /// Sets the second factor by its first code, given in the session whose token is `keep`: that session goes on under a
    /// new token, which is given, and all others of the account are asked for a code. None where it is another code.
    ///
    /// # Errors
    /// Where the session has ended, or no secret waits; where the database does not answer.
    pub async fn confirm_second_factor(
        &self,
        account: &Account,
        code: &str,
        keep: &str,
    ) -> Result<Option<String>, RegistryError> {
        let now = self.door.now();
        let mut transaction = self.store.write().await?;
        let found = find(&mut transaction, keep, self.door.limits, now).await?;
        let own = |found: &session::Found| found.account.id == account.id && found.needs() != Needs::SecondFactor;
        let account = found.filter(own).ok_or_else(ended)?.account;
        let row = transaction.first("SELECT factor_new FROM account WHERE id = $1", values![account.id]).await?;
        let sealed = row.map(|row| row.bytes(0).to_vec()).filter(|sealed| !sealed.is_empty()).ok_or_else(|| {
            RegistryError::refused(
                "没有等待确认的动态口令密钥。",
                "请重新打开“设置动态口令”页面，扫码后再输入动态口令。",
            )
        })?;
        let secret = open(&self.key, account.id, &sealed)?;
        let Some(step) = totp::accepted(&secret, code, 0, now) else {
            transaction.rollback().await?;
            return Ok(None);
        };
        let sql = "UPDATE account SET factor = factor_new, factor_new = NULL, factor_step = $2, second_factor = 1 \
                   WHERE id = $1";
        transaction.execute(sql, values![account.id, step]).await?;
        transaction.execute("UPDATE session SET passed = 0 WHERE account = $1", values![account.id]).await?;
        let token = renew(&mut transaction, account.id, keep, true, now).await?.ok_or_else(ended)?;
        note(&mut transaction, &account.login, "second-factor-set", &account, "").await?;
        transaction.commit().await?;
        Ok(Some(token))
    }

    /// Asks for the second factor's code. Wrong ones count as wrong passwords do, and a code is right once.
    ///
    /// # Errors
    /// Where the database does not answer.
    pub async fn pass_second_factor(&self, token: &str, code: &str) -> Result<Passed, RegistryError> {
        let now = self.door.now();
        let mut transaction = self.store.write().await?;
        let Some(found) = find(&mut transaction, token, self.door.limits, now).await? else {
            transaction.rollback().await?;
            return Ok(Passed::Ended);
        };
        let account = found.account;
        let place = strike::place(&self.key, &account.login);
        if let Some(until) = account.locked_until {
            transaction.rollback().await?;
            return Ok(Passed::Locked { until });
        }
        if account.second_factor {
            let sql = "SELECT factor, factor_step FROM account WHERE id = $1";
            let row = transaction.first(sql, values![account.id]).await?.ok_or_else(ended)?;
            let secret = open(&self.key, account.id, row.bytes(0))?;
            let Some(step) = totp::accepted(&secret, code, row.int(1), now) else {
                let locked = strike::count(&mut transaction, &place, Some(&account), now).await?;
                transaction.commit().await?;
                return Ok(locked.map_or(Passed::Wrong, |until| Passed::Locked { until }));
            };
            let sql = "UPDATE account SET factor_step = $2 WHERE id = $1";
            transaction.execute(sql, values![account.id, step]).await?;
            strike::forget(&mut transaction, &place).await?;
        }
        let token = renew(&mut transaction, account.id, token, true, now).await?.ok_or_else(ended)?;
        note(&mut transaction, &account.login, "log-in", &account, "with the second factor").await?;
        transaction.commit().await?;
        Ok(Passed::In { token })
    }

    /// Takes the second factor away, as who has lost the telephone asks for; all sessions of the account end.
    ///
    /// # Errors
    /// Where there is no such account, or the database does not answer.
    pub async fn remove_second_factor(&self, by: &str, login: &str) -> Result<(), RegistryError> {
        let mut transaction = self.store.write().await?;
        let account = known(&mut transaction, login, self.door.now()).await?;
        let sql =
            "UPDATE account SET factor = NULL, factor_new = NULL, factor_step = 0, second_factor = 0 WHERE id = $1";
        transaction.execute(sql, values![account.id]).await?;
        if account.second_factor {
            end_all(&mut transaction, account.id).await?;
            note(&mut transaction, by, "second-factor-remove", &account, "").await?;
        }
        transaction.commit().await
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests")]
mod tests {
    use super::*;

    #[test]
    fn a_sealed_secret_opens_for_its_account_alone() {
        let folder = tempfile::tempdir().unwrap();
        let [one, other] = ["a", "b"].map(|name| Key::make(&folder.path().join(name)).unwrap());
        let sealed = seal(&one, 7, b"12345678901234567890").unwrap();
        assert_eq!(open(&one, 7, &sealed).unwrap().as_slice(), b"12345678901234567890");
        assert_ne!(seal(&one, 7, b"12345678901234567890").unwrap(), sealed);
        assert!(open(&one, 8, &sealed).is_err() && open(&other, 7, &sealed).is_err());
        assert!(open(&one, 7, &sealed[..11]).is_err() && open(&one, 7, &sealed[..30]).is_err());
        assert!(!sealed.windows(4).any(|four| four == b"1234"));
    }

    #[test]
    fn the_uri_is_one_that_authenticators_read() {
        let uri = uri("chen.hui", "MZXW6");
        assert!(uri.is_ascii());
        assert!(uri.starts_with(
            "otpauth://totp/%E5%85%A8%E6%B0%91%E5%8F%82%E4%BF%9D%E7%99%BB%E8%AE%B0:chen.hui?secret=MZXW6&"
        ));
    }
}
