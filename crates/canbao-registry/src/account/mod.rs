//! Accounts of the web system: who may come in, and how. What they may do once inside is not decided here.
//!
//! | part | holds |
//! |---|---|
//! | `change` | accounts added, changed, reset |
//! | `password` | argon2id; `strength`: which passwords will do |
//! | `login` | coming in; `strike`: wrong passwords in a row; `throttle`: one machine that tries many |
//! | `session` | who is logged in |
//! | `factor` | the second factor; `totp`: its codes (RFC 6238) |
//! | `token` | programs that speak to the API |
//!
//! Of passwords, tokens and codes the database has nothing that could be used: argon2id, hashes of random bytes, and the
//! second factor's secret encrypted under a key that follows from the key file. Nothing of them is in a `Debug` output.

mod change;
mod door;
mod factor;
mod login;
mod password;
mod place;
mod secret;
mod session;
mod strength;
mod strike;
mod throttle;
mod token;
mod totp;

use canbao_domain::role::Role;
use canbao_domain::source::SourceKind;

pub use change::{AccountChange, NewAccount};
pub use door::{Clock, Limits};
pub use factor::{Passed, SecondFactor};
pub use login::LogIn;
pub use secret::invented_password;
pub use session::{Needs, NotChanged, Session};
pub use strength::weakness;
pub use token::{NewToken, Token};
pub use totp::code as second_factor_code;

pub(crate) use door::Door;

use crate::RegistryError;
use crate::audit::{self, Entry};
use crate::registry::Registry;
use crate::store::{Row, Transaction, values};

/// Who may come in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Account {
    /// The registry's own identifier; never used twice.
    pub id: i64,
    /// What is typed at the log-in: 2 to 32 of `a`–`z`, `0`–`9`, `.`, `_`, `-`.
    pub login: String,
    /// The name that is shown, such as 陈慧.
    pub name: String,
    /// What it is for.
    pub role: Role,
    /// The code of the area that it answers for; the city's for city-wide roles, and blank where it was made before the
    /// record had any areas.
    pub area: String,
    /// The department, such as 区卫计局; reporters have one.
    pub department: Option<String>,
    /// The kinds of extract that a reporter delivers.
    pub sources: Vec<SourceKind>,
    /// Whether the password is one that somebody else set.
    pub must_change: bool,
    /// Whether a code is asked for besides the password.
    pub second_factor: bool,
    /// Whether it may not come in.
    pub disabled: bool,
    /// Until when too many wrong passwords have locked it, in milliseconds since 1970.
    pub locked_until: Option<i64>,
    /// When it last came in, in milliseconds since 1970.
    pub last_login: Option<i64>,
}

/// What an [`Account`] is read from, `account a` with [`STRIKES`].
const ACCOUNT: &str = "a.id, a.login, a.name, a.role, a.area, a.department, a.sources, a.must_change, a.second_factor, \
                       a.disabled, k.locked_until, a.last_login";
/// How many columns these are.
const WIDTH: usize = 12;
const STRIKES: &str = "LEFT JOIN strike k ON k.hash = a.strike";

/// An account of a row that begins with [`ACCOUNT`].
fn account_of(row: &Row, now: i64) -> Result<Account, RegistryError> {
    let broken = || RegistryError::Broken(format!("账号 {} 的角色或数据种类不认识", row.int(0)));
    let sources: Result<Vec<SourceKind>, _> = row.text(6).split_whitespace().map(str::parse).collect();
    Ok(Account {
        id: row.int(0),
        login: row.text(1).to_owned(),
        name: row.text(2).to_owned(),
        role: Role::from_word(row.text(3)).ok_or_else(broken)?,
        area: row.text(4).to_owned(),
        department: row.maybe_text(5).map(str::to_owned),
        sources: sources.map_err(|_| broken())?,
        must_change: row.flag(7),
        second_factor: row.flag(8),
        disabled: row.flag(9),
        locked_until: row.maybe_int(10).filter(|until| *until > now),
        last_login: row.maybe_int(11),
    })
}

impl Registry {
    /// All accounts, in the order of their logins.
    ///
    /// # Errors
    /// Where the database does not answer.
    pub async fn accounts(&self) -> Result<Vec<Account>, RegistryError> {
        let sql = format!("SELECT {ACCOUNT} FROM account a {STRIKES} ORDER BY a.login");
        let rows = self.store.statements().await?.all(sql, &[]).await?;
        let now = self.door.now();
        rows.iter().map(|row| account_of(row, now)).collect()
    }

    /// An account by its login, in whatever case.
    ///
    /// # Errors
    /// Where the database does not answer.
    pub async fn account(&self, login: &str) -> Result<Option<Account>, RegistryError> {
        let mut statements = self.store.statements().await?;
        by_login(&mut statements, &login.to_ascii_lowercase(), self.door.now()).await
    }
}

async fn by_login(transaction: &mut Transaction, login: &str, now: i64) -> Result<Option<Account>, RegistryError> {
    let sql = format!("SELECT {ACCOUNT} FROM account a {STRIKES} WHERE a.login = $1");
    transaction.first(sql, values![login]).await?.map(|row| account_of(&row, now)).transpose()
}

/// The account, or a refusal that says that there is none.
async fn known(transaction: &mut Transaction, login: &str, now: i64) -> Result<Account, RegistryError> {
    let found = by_login(transaction, &login.to_ascii_lowercase(), now).await?;
    found.ok_or_else(|| RegistryError::refused("没有这个账号。", "请核对登录名；canbao user list 列出全部账号。"))
}

/// Puts on the audit what happened to an account; `told` holds words, codes and identifiers, no names.
async fn note(
    transaction: &mut Transaction,
    by: &str,
    action: &str,
    account: &Account,
    told: &str,
) -> Result<(), RegistryError> {
    let subject = format!("account {} {}{}{told}", account.id, account.login, if told.is_empty() { "" } else { ": " });
    let entry = Entry { actor: by, action, subject: &subject, revision: None, digest: &[] };
    audit::append(transaction, entry).await.map(drop)
}
