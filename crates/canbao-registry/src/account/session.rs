//! Who is logged in.

use std::fmt;

use super::door::{Limits, ms};
use super::strength::weakness;
use super::{ACCOUNT, Account, STRIKES, WIDTH, account_of, note, secret, strike};
use crate::RegistryError;
use crate::audit::hex;
use crate::registry::Registry;
use crate::store::{Transaction, values};

/// A session's last use is written down once in so many milliseconds.
const TOUCHED: i64 = 60_000;

const CSRF: &str = "canbao registry token of forms 1";

/// What is to be done before anything else.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Needs {
    /// Nothing.
    Nothing,
    /// A password of one's own.
    NewPassword,
    /// The second factor's code; it comes before a new password.
    SecondFactor,
}

impl Needs {
    /// What somebody needs who has passed the second factor, or not.
    pub(super) fn of(account: &Account, passed: bool) -> Self {
        match account {
            Account { second_factor: true, .. } if !passed => Self::SecondFactor,
            Account { must_change: true, .. } => Self::NewPassword,
            _ => Self::Nothing,
        }
    }
}

/// A session that has not ended. `Debug` shows no token.
#[derive(Clone, PartialEq, Eq)]
pub struct Session {
    /// What each of its forms carries; it follows from the session's token and the registry's key, and is stored nowhere.
    pub csrf: String,
    /// What is to be done before anything else.
    pub needs: Needs,
    /// When it began, in milliseconds since 1970.
    pub begun: i64,
}

impl fmt::Debug for Session {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Session").field("needs", &self.needs).field("begun", &self.begun).finish_non_exhaustive()
    }
}

/// Why a password was not changed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum NotChanged {
    /// The new one will not do: a Chinese sentence.
    Weak(String),
    /// The old one is another.
    WrongOld,
    /// Too many wrong ones; until when, in milliseconds since 1970.
    Locked {
        /// Until when, in milliseconds since 1970.
        until: i64,
    },
}

/// Begins a session, and takes away those that have ended; gives its token.
pub(super) async fn open(
    transaction: &mut Transaction,
    account: i64,
    now: i64,
    limits: Limits,
) -> Result<String, RegistryError> {
    transaction.execute("DELETE FROM session WHERE begun <= $1", values![now - ms(limits.whole)]).await?;
    let token = secret::token()?;
    let sql = "INSERT INTO session (hash, account, begun, seen, passed) VALUES ($1, $2, $3, $3, 0)";
    transaction.execute(sql, values![secret::hash(&token).to_vec(), account, now]).await?;
    Ok(token)
}

/// Gives a session of an account another token, where it is still there.
pub(super) async fn renew(
    transaction: &mut Transaction,
    account: i64,
    token: &str,
    passed: bool,
    now: i64,
) -> Result<Option<String>, RegistryError> {
    let renewed = secret::token()?;
    let sql = "UPDATE session SET hash = $1, seen = $2, passed = $3 WHERE hash = $4 AND account = $5";
    let [new, old] = [&renewed, token].map(|token| secret::hash(token).to_vec());
    let rows = transaction.execute(sql, values![new, now, passed, old, account]).await?;
    Ok((rows == 1).then_some(renewed))
}

/// Ends all sessions of an account; gives how many.
pub(super) async fn end_all(transaction: &mut Transaction, account: i64) -> Result<u64, RegistryError> {
    transaction.execute("DELETE FROM session WHERE account = $1", values![account]).await
}

/// Whose session a token is, and whether the second factor was passed; none where it has ended.
pub(super) async fn find(
    transaction: &mut Transaction,
    token: &str,
    limits: Limits,
    now: i64,
) -> Result<Option<Found>, RegistryError> {
    // anything else than a token is not worth a question
    if token.len() != 64 {
        return Ok(None);
    }
    let sql = format!(
        "SELECT {ACCOUNT}, s.begun, s.seen, s.passed FROM session s JOIN account a ON a.id = s.account {STRIKES} \
         WHERE s.hash = $1"
    );
    let Some(row) = transaction.first(sql, values![secret::hash(token).to_vec()]).await? else { return Ok(None) };
    let account = account_of(&row, now)?;
    let (begun, seen, passed) = (row.int(WIDTH), row.int(WIDTH + 1), row.flag(WIDTH + 2));
    let ended = account.disabled || limits.ended(account.role, begun, seen, now);
    Ok((!ended).then_some(Found { account, begun, seen, passed }))
}

pub(super) struct Found {
    pub(super) account: Account,
    begun: i64,
    seen: i64,
    passed: bool,
}

impl Found {
    pub(super) fn needs(&self) -> Needs {
        Needs::of(&self.account, self.passed)
    }
}

impl Registry {
    /// Whose session a token is; none where it is no token, or the session has ended. One statement; that it was seen is
    /// written down once a minute, and nobody waits for it.
    ///
    /// # Errors
    /// Where the database does not answer.
    pub async fn session(&self, token: &str) -> Result<Option<(Session, Account)>, RegistryError> {
        let now = self.door.now();
        let found = find(&mut self.store.statements().await?, token, self.door.limits, now).await?;
        let Some(found) = found else { return Ok(None) };
        let needs = found.needs();
        let Found { account, begun, seen, .. } = found;
        if now - seen >= TOUCHED {
            let sql = "UPDATE session SET seen = $1 WHERE hash = $2 AND seen < $1";
            self.door.touch(self, sql, secret::hash(token), now);
        }
        let csrf = hex(blake3::keyed_hash(&self.key.derived(CSRF, &[]), token.as_bytes()).as_bytes());
        Ok(Some((Session { csrf, needs, begun }, account)))
    }

    /// The login whose session a token is or was; none where it was logged out or is no token. It lets nobody in.
    ///
    /// # Errors
    /// Where the database does not answer.
    pub async fn whose_session(&self, token: &str) -> Result<Option<String>, RegistryError> {
        let sql = "SELECT a.login FROM session s JOIN account a ON a.id = s.account WHERE s.hash = $1";
        let row = self.store.statements().await?.first(sql, values![secret::hash(token).to_vec()]).await?;
        Ok(row.map(|row| row.text(0).to_owned()))
    }

    /// Logs out. A token that is none any more ends nothing.
    ///
    /// # Errors
    /// Where the database does not answer.
    pub async fn end_session(&self, token: &str) -> Result<(), RegistryError> {
        let mut transaction = self.store.write().await?;
        let found = find(&mut transaction, token, self.door.limits, self.door.now()).await?;
        let hash = secret::hash(token).to_vec();
        transaction.execute("DELETE FROM session WHERE hash = $1", values![hash]).await?;
        if let Some(Found { account, .. }) = found {
            note(&mut transaction, &account.login, "log-out", &account, "").await?;
        }
        transaction.commit().await
    }

    /// Logs an account out everywhere, by its owner or an administrator; gives how many sessions that ended.
    ///
    /// # Errors
    /// Where the database does not answer.
    pub async fn end_sessions_of(&self, by: &str, account: i64) -> Result<u64, RegistryError> {
        let mut transaction = self.store.write().await?;
        let ended = end_all(&mut transaction, account).await?;
        let sql = format!("SELECT {ACCOUNT} FROM account a {STRIKES} WHERE a.id = $1");
        if let Some(row) = transaction.first(sql, values![account]).await?.filter(|_| ended > 0) {
            let account = account_of(&row, self.door.now())?;
            note(&mut transaction, by, "log-out-everywhere", &account, &format!("{ended} sessions")).await?;
        }
        transaction.commit().await?;
        Ok(ended)
    }

    /// Whether a password is an account's, for what is opened by it once more; a sentence where it is not. Wrong ones count as
    /// they do at the log-in.
    ///
    /// # Errors
    /// Where the database does not answer.
    pub async fn prove_password(&self, account: &Account, password: &str) -> Result<Option<String>, RegistryError> {
        let locked = || Some("密码错的次数太多，账号暂时锁定，请过一会儿再试。".to_owned());
        let place = strike::place(&self.key, &account.login);
        let sql = "SELECT password FROM account WHERE id = $1";
        let mut statements = self.store.statements().await?;
        let stored = statements.first(sql, values![account.id]).await?.ok_or_else(ended)?;
        if strike::locked(&mut statements, &place, self.door.now()).await?.is_some() {
            return Ok(locked());
        }
        drop(statements);
        let right = self.password_checked(password, stored.text(0)).await?.right;
        let now = self.door.now();
        let mut transaction = self.store.write().await?;
        // others may have failed meanwhile
        if strike::locked(&mut transaction, &place, now).await?.is_some() {
            transaction.rollback().await?;
            return Ok(locked());
        }
        let said = if right {
            strike::forget(&mut transaction, &place).await?;
            None
        } else {
            let until = strike::count(&mut transaction, &place, Some(account), now).await?;
            until.map_or_else(|| Some("密码不对。".to_owned()), |_| locked())
        };
        transaction.commit().await?;
        Ok(said)
    }

    /// Changes a password, by whoever knows the old one. All other sessions of the account end; the one whose token is
    /// `keep` goes on under a new token, which is given. Wrong old passwords count as they do at the log-in.
    ///
    /// # Errors
    /// Where the session has ended meanwhile, or the database does not answer.
    pub async fn change_password(
        &self,
        account: &Account,
        old: &str,
        new: &str,
        keep: &str,
    ) -> Result<Result<String, NotChanged>, RegistryError> {
        let place = strike::place(&self.key, &account.login);
        let sql = "SELECT password FROM account WHERE id = $1";
        let mut statements = self.store.statements().await?;
        let stored = statements.first(sql, values![account.id]).await?.ok_or_else(ended)?;
        if let Some(until) = strike::locked(&mut statements, &place, self.door.now()).await? {
            return Ok(Err(NotChanged::Locked { until }));
        }
        drop(statements);
        let weak = if old == new {
            Some("新密码与原密码相同。".to_owned())
        } else {
            weakness(new, &account.login, &account.name)
        };
        let right = self.password_checked(old, stored.text(0)).await?.right;
        let hash = if right && weak.is_none() { Some(self.password_hashed(new).await?) } else { None };
        let now = self.door.now();
        let mut transaction = self.store.write().await?;
        if let Some(until) = strike::locked(&mut transaction, &place, now).await? {
            transaction.rollback().await?;
            return Ok(Err(NotChanged::Locked { until }));
        }
        let found = find(&mut transaction, keep, self.door.limits, now).await?;
        let own = |found: &Found| found.account.id == account.id && found.needs() != Needs::SecondFactor;
        let Some(Found { account, passed, .. }) = found.filter(own) else { return Err(ended()) };
        if !right || transaction.first(sql, values![account.id]).await?.as_ref() != Some(&stored) {
            let locked = strike::count(&mut transaction, &place, Some(&account), now).await?;
            transaction.commit().await?;
            return Ok(Err(locked.map_or(NotChanged::WrongOld, |until| NotChanged::Locked { until })));
        }
        let Some(hash) = hash else {
            transaction.rollback().await?;
            return Ok(Err(NotChanged::Weak(weak.unwrap_or_default())));
        };
        let sql = "UPDATE account SET password = $2, must_change = 0 WHERE id = $1";
        transaction.execute(sql, values![account.id, hash]).await?;
        strike::forget(&mut transaction, &place).await?;
        let token = renew(&mut transaction, account.id, keep, passed, now).await?.ok_or_else(ended)?;
        let sql = "DELETE FROM session WHERE account = $1 AND hash <> $2";
        transaction.execute(sql, values![account.id, secret::hash(&token).to_vec()]).await?;
        note(&mut transaction, &account.login, "password-change", &account, "").await?;
        transaction.commit().await?;
        Ok(Ok(token))
    }
}

pub(super) fn ended() -> RegistryError {
    RegistryError::refused("登录已经结束。", "请重新登录。")
}
