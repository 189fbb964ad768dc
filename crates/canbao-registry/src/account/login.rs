//! Coming in with login and password.

use std::fmt;

use super::password::NOBODY;
use super::{Account, Needs, by_login, note, session, strike};
use crate::RegistryError;
use crate::registry::Registry;
use crate::store::{Transaction, values};

/// Characters of an address that are put on the audit.
const LONG: usize = 64;

/// How an attempt to come in ended. `Debug` shows no token.
#[derive(Clone, PartialEq, Eq)]
pub enum LogIn {
    /// In.
    In {
        /// What the browser shows from now on; 64 hexadecimal digits, to be kept nowhere else.
        token: String,
        /// Who came in; `last_login` is the time before.
        account: Account,
        /// What is to be done before anything else.
        needs: Needs,
    },
    /// No such account, or another password: nothing tells which.
    Wrong,
    /// Too many wrong passwords; whether this one is right is not looked at.
    Locked {
        /// Until when, in milliseconds since 1970.
        until: i64,
    },
    /// Too many wrong passwords from this address.
    Slow {
        /// Seconds to wait.
        retry_after_s: i64,
    },
    /// The password is right, but the account is not in use.
    Disabled,
}

impl fmt::Debug for LogIn {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::In { account, needs, .. } => {
                f.debug_struct("In").field("account", &account.id).field("needs", needs).finish_non_exhaustive()
            }
            Self::Wrong => f.write_str("Wrong"),
            Self::Locked { until } => f.debug_struct("Locked").field("until", until).finish(),
            Self::Slow { retry_after_s } => f.debug_struct("Slow").field("retry_after_s", retry_after_s).finish(),
            Self::Disabled => f.write_str("Disabled"),
        }
    }
}

impl Registry {
    /// Lets somebody in, or not. `from` is the address of the machine that asks. Each wrong password counts on the login
    /// and on the address; a right one begins the login's count anew, the address's not.
    ///
    /// # Errors
    /// Where the database does not answer.
    pub async fn log_in(&self, login: &str, password: &str, from: &str) -> Result<LogIn, RegistryError> {
        let begun = self.door.now();
        if let Err(retry_after_s) = self.door.shared.throttle.begin(from, begun) {
            return Ok(LogIn::Slow { retry_after_s });
        }
        let entered = self.enter(&login.to_ascii_lowercase(), password, from).await;
        if !matches!(entered, Ok(LogIn::Wrong | LogIn::Locked { .. })) {
            self.door.shared.throttle.succeeded(from, begun);
        }
        entered
    }

    async fn enter(&self, login: &str, password: &str, from: &str) -> Result<LogIn, RegistryError> {
        let place = strike::place(&self.key, login);
        loop {
            let mut statements = self.store.statements().await?;
            let stored = stored(&mut statements, login).await?;
            if let Some(until) = strike::locked(&mut statements, &place, self.door.now()).await? {
                return Ok(LogIn::Locked { until });
            }
            drop(statements);
            let checked = self.password_checked(password, stored.as_deref().unwrap_or(NOBODY)).await?;
            let now = self.door.now();
            let mut transaction = self.store.write().await?;
            // others may have failed meanwhile
            if let Some(until) = strike::locked(&mut transaction, &place, now).await? {
                transaction.rollback().await?;
                return Ok(LogIn::Locked { until });
            }
            if self::stored(&mut transaction, login).await? != stored {
                // or the password has become another
                transaction.rollback().await?;
                continue;
            }
            let account = by_login(&mut transaction, login, now).await?;
            let Some(account) = account.as_ref().filter(|_| checked.right) else {
                let locked = strike::count(&mut transaction, &place, account.as_ref(), now).await?;
                transaction.commit().await?;
                return Ok(locked.map_or(LogIn::Wrong, |until| LogIn::Locked { until }));
            };
            if account.disabled {
                transaction.rollback().await?;
                return Ok(LogIn::Disabled);
            }
            let needs = Needs::of(account, false);
            let action = if needs == Needs::SecondFactor { "log-in-password" } else { "log-in" };
            if needs != Needs::SecondFactor {
                strike::forget(&mut transaction, &place).await?;
            }
            let sql = "UPDATE account SET last_login = $2, password = COALESCE($3, password) WHERE id = $1";
            transaction.execute(sql, values![account.id, now, checked.renewed]).await?;
            let token = session::open(&mut transaction, account.id, now, self.door.limits).await?;
            let from: String = from.chars().filter(|c| !c.is_control()).take(LONG).collect();
            note(&mut transaction, &account.login, action, account, &format!("from {from}")).await?;
            transaction.commit().await?;
            return Ok(LogIn::In { token, account: account.clone(), needs });
        }
    }
}

async fn stored(transaction: &mut Transaction, login: &str) -> Result<Option<String>, RegistryError> {
    let row = transaction.first("SELECT password FROM account WHERE login = $1", values![login]).await?;
    Ok(row.map(|row| row.text(0).to_owned()))
}
