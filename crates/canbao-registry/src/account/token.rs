//! Tokens by which programs speak to the API in an account's name.

use std::time::Duration;

use super::door::ms;
use super::{ACCOUNT, Account, STRIKES, WIDTH, account_of, note, secret};
use crate::RegistryError;
use crate::registry::Registry;
use crate::store::{Row, values};

/// What each begins with, so that one which got into the wrong place is recognised.
const HEAD: &str = "canbao_";
/// How long one may hold.
const LONGEST: Duration = Duration::from_secs(366 * 86_400);
/// Its last use is written down once in so many milliseconds.
const TOUCHED: i64 = 600_000;
const SCOPES: usize = 50;
const LONG: usize = 40;

/// A token that was made; of the secret nobody has more than whoever it was shown to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Token {
    /// The registry's own identifier.
    pub id: i64,
    /// Whose it is.
    pub account: i64,
    /// What it is for.
    pub name: String,
    /// What may be done with it, as far as the account may.
    pub scopes: Vec<String>,
    /// When it was made, in milliseconds since 1970.
    pub made_at: i64,
    /// Until when it holds.
    pub expires: i64,
    /// When it was last used, to ten minutes.
    pub last_used: Option<i64>,
    /// When it was revoked.
    pub revoked: Option<i64>,
}

/// A token to be made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewToken {
    /// What it is for, such as 卫计局数据推送.
    pub name: String,
    /// Words of `a`–`z`, `0`–`9`, `:`, `.`, `_`, `-`.
    pub scopes: Vec<String>,
    /// Until when it holds, in milliseconds since 1970; a year at most.
    pub expires: i64,
}

const TOKEN: &str = "t.id, t.account, t.name, t.scopes, t.made_at, t.expires, t.used, t.revoked";

fn token_of(row: &Row, at: usize) -> Token {
    Token {
        id: row.int(at),
        account: row.int(at + 1),
        name: row.text(at + 2).to_owned(),
        scopes: row.text(at + 3).split_whitespace().map(str::to_owned).collect(),
        made_at: row.int(at + 4),
        expires: row.int(at + 5),
        last_used: row.maybe_int(at + 6),
        revoked: row.maybe_int(at + 7),
    }
}

fn is_scope(scope: &str) -> bool {
    let known = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || b":._-".contains(&byte);
    !scope.is_empty() && scope.len() <= LONG && scope.bytes().all(known)
}

impl Registry {
    /// Makes a token for an account; gives it with its secret, which is shown once and kept nowhere.
    ///
    /// # Errors
    /// Where the name, a scope or the time will not do, the account is disabled, or the database does not answer.
    pub async fn add_token(
        &self,
        by: &str,
        account: &Account,
        new: NewToken,
    ) -> Result<(Token, String), RegistryError> {
        let now = self.door.now();
        let name = super::change::named(&new.name, "令牌的用途")?;
        if new.scopes.is_empty() || new.scopes.len() > SCOPES || !new.scopes.iter().all(|scope| is_scope(scope)) {
            return Err(RegistryError::refused("没有写明令牌能做什么，或者写法不对。", "请至少选一项权限。"));
        }
        if new.expires <= now || new.expires > now + ms(LONGEST) {
            return Err(RegistryError::refused("令牌的有效期要在今天以后、一年以内。", "请另选一个到期日。"));
        }
        let secret = format!("{HEAD}{}", secret::token()?);
        let scopes = new.scopes.join(" ");
        let mut transaction = self.store.write().await?;
        let account = super::known(&mut transaction, &account.login, now).await?;
        if account.disabled {
            return Err(RegistryError::refused("这个账号已经停用，不能再发令牌。", "请先启用账号。"));
        }
        let id = transaction.int("SELECT COALESCE(MAX(id), 0) + 1 FROM api_token", &[]).await?;
        let sql = "INSERT INTO api_token (id, account, name, hash, scopes, made_at, made_by, expires) \
                   VALUES ($1, $2, $3, $4, $5, $6, $7, $8)";
        let hash = secret::hash(&secret).to_vec();
        let row = values![id, account.id, name.as_str(), hash, scopes.as_str(), now, by, new.expires];
        transaction.execute(sql, row).await?;
        note(&mut transaction, by, "token-add", &account, &format!("token {id}, {scopes}")).await?;
        transaction.commit().await?;
        let token = Token {
            id,
            account: account.id,
            name,
            scopes: new.scopes,
            made_at: now,
            expires: new.expires,
            last_used: None,
            revoked: None,
        };
        Ok((token, secret))
    }

    /// All tokens of an account, those that no longer hold too, the newest first.
    ///
    /// # Errors
    /// Where the database does not answer.
    pub async fn tokens_of(&self, account: i64) -> Result<Vec<Token>, RegistryError> {
        let sql = format!("SELECT {TOKEN} FROM api_token t WHERE t.account = $1 ORDER BY t.id DESC");
        let rows = self.store.statements().await?.all(sql, values![account]).await?;
        Ok(rows.iter().map(|row| token_of(row, 0)).collect())
    }

    /// Revokes a token of an account, for good.
    ///
    /// # Errors
    /// Where the account has no such token, or the database does not answer.
    pub async fn revoke_token(&self, by: &str, account: i64, id: i64) -> Result<(), RegistryError> {
        let now = self.door.now();
        let mut transaction = self.store.write().await?;
        let sql = format!(
            "SELECT {ACCOUNT}, t.revoked FROM api_token t JOIN account a ON a.id = t.account {STRIKES} \
             WHERE t.id = $1 AND t.account = $2"
        );
        let row = transaction.first(sql, values![id, account]).await?;
        let row = row.ok_or_else(|| RegistryError::refused("这个账号没有这个令牌。", "请刷新令牌列表后再选。"))?;
        if row.maybe_int(WIDTH).is_none() {
            transaction.execute("UPDATE api_token SET revoked = $2 WHERE id = $1", values![id, now]).await?;
            note(&mut transaction, by, "token-revoke", &account_of(&row, now)?, &format!("token {id}")).await?;
        }
        transaction.commit().await
    }

    /// Whose token a secret is; none where it is none, has expired or was revoked, or its account is disabled. One
    /// statement.
    ///
    /// # Errors
    /// Where the database does not answer.
    pub async fn token(&self, secret: &str) -> Result<Option<(Token, Account)>, RegistryError> {
        if secret.len() != HEAD.len() + 64 || !secret.starts_with(HEAD) {
            return Ok(None);
        }
        let (now, hash) = (self.door.now(), secret::hash(secret));
        let sql = format!(
            "SELECT {ACCOUNT}, {TOKEN} FROM api_token t JOIN account a ON a.id = t.account {STRIKES} WHERE t.hash = $1"
        );
        let row = self.store.statements().await?.first(sql, values![hash.to_vec()]).await?;
        let Some(row) = row else { return Ok(None) };
        let (account, token) = (account_of(&row, now)?, token_of(&row, WIDTH));
        if account.disabled || token.revoked.is_some() || token.expires <= now {
            return Ok(None);
        }
        if token.last_used.is_none_or(|used| now - used >= TOUCHED) {
            self.door.touch(self, "UPDATE api_token SET used = $1 WHERE hash = $2", hash, now);
        }
        Ok(Some((token, account)))
    }
}
