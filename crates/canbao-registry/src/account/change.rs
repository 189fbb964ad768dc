//! Accounts added, changed and reset. None is ever deleted: what somebody did stays theirs.

use canbao_domain::role::Role;
use canbao_domain::source::SourceKind;

use super::session::end_all;
use super::strength::weakness;
use super::{Account, by_login, known, note, place, strike};
use crate::RegistryError;
use crate::registry::Registry;
use crate::store::{Transaction, values};

/// Characters of a name.
const LONG: usize = 40;

/// An account to be added.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewAccount {
    /// What is typed at the log-in; kept in lower case.
    pub login: String,
    /// The name that is shown.
    pub name: String,
    /// What it is for.
    pub role: Role,
    /// The code of its area; blank for the city where the role may be the city's.
    pub area: String,
    /// The department of a reporter.
    pub department: Option<String>,
    /// The kinds of extract that a reporter delivers.
    pub sources: Vec<SourceKind>,
}

/// What is changed of an account; what is none stays.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct AccountChange {
    /// The name that is shown.
    pub name: Option<String>,
    /// What it is for. Whoever is no reporter any more has no department and no kinds of extract.
    pub role: Option<Role>,
    /// The code of its area.
    pub area: Option<String>,
    /// The department of a reporter.
    pub department: Option<Option<String>>,
    /// The kinds of extract that a reporter delivers.
    pub sources: Option<Vec<SourceKind>>,
    /// Whether it may not come in.
    pub disabled: Option<bool>,
}

/// What an account is for and where.
#[derive(Clone, PartialEq, Eq)]
struct Post {
    role: Role,
    area: String,
    department: Option<String>,
    sources: Vec<SourceKind>,
}

impl Post {
    fn of(account: &Account) -> Self {
        let Account { role, area, department, sources, .. } = account;
        Self { role: *role, area: area.clone(), department: department.clone(), sources: sources.clone() }
    }

    /// The post as it is kept, or why there can be none such.
    async fn checked(mut self, registry: &Registry, transaction: &mut Transaction) -> Result<Self, RegistryError> {
        self.area = place::suited(registry, transaction, self.role, &self.area).await?;
        self.department = match self.department.filter(|department| !department.trim().is_empty()) {
            Some(department) => Some(named(&department, "部门")?),
            None => None,
        };
        self.sources.sort_unstable_by_key(|kind| kind.code());
        self.sources.dedup();
        let reports = self.role == Role::Reporter;
        if reports && (self.department.is_none() || self.sources.is_empty()) {
            return Err(RegistryError::refused_at(
                "sources",
                "部门报送员要写明部门，和至少一种所报送的数据。",
                "例如部门写区卫计局，数据种类选 rural-medical（新型农村合作医疗）。",
            ));
        }
        if !reports && (self.department.is_some() || !self.sources.is_empty()) {
            return Err(RegistryError::refused_at(
                "sources",
                format!("只有部门报送员有部门和报送的数据，{}没有。", self.role.chinese()),
                "请去掉部门和数据种类，或把角色改为部门报送员。",
            ));
        }
        Ok(self)
    }

    fn sources(&self) -> String {
        self.sources.iter().map(|kind| kind.as_str()).collect::<Vec<_>>().join(" ")
    }

    /// Whether somebody in this post may do what somebody in the other may not.
    fn loses(&self, after: &Self) -> bool {
        self.role != after.role
            || self.area != after.area
            || self.department != after.department
            || !self.sources.iter().all(|kind| after.sources.contains(kind))
    }
}

impl Registry {
    /// Adds an account, whose password its owner must change at the first log-in.
    ///
    /// # Errors
    /// Where the login is taken, a value will not do (each with a Chinese sentence), or the database does not answer.
    pub async fn add_account(&self, by: &str, new: NewAccount, password: &str) -> Result<Account, RegistryError> {
        let NewAccount { login, name, role, area, department, sources } = new;
        let login = login.trim().to_ascii_lowercase();
        let allowed = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || b"._-".contains(&byte);
        if !(2..=32).contains(&login.len()) || !login.bytes().all(allowed) {
            return Err(RegistryError::refused_at(
                "login",
                "登录名应当是 2 到 32 个小写字母、数字、点、下划线或短横。",
                "例如 chen.hui、shebao-01。",
            ));
        }
        let name = named(&name, "姓名")?;
        strong(password, &login, &name)?;
        let hash = self.password_hashed(password).await?;
        let now = self.door.now();
        let mut transaction = self.store.write().await?;
        if by_login(&mut transaction, &login, now).await?.is_some() {
            return Err(RegistryError::refused_at(
                "login",
                format!("登录名 {login} 已经有了。"),
                "请换一个登录名；要重设原来账号的密码，请用 canbao user reset。",
            ));
        }
        let post = Post { role, area, department, sources }.checked(self, &mut transaction).await?;
        let id = transaction.int("SELECT COALESCE(MAX(id), 0) + 1 FROM account", &[]).await?;
        let place = strike::place(&self.key, &login);
        // what was tried before there was an account is not its owner's doing
        strike::forget(&mut transaction, &place).await?;
        let sql = "INSERT INTO account (id, login, name, role, area, department, sources, password, must_change, \
                   factor_step, second_factor, disabled, strike, made_at, made_by) \
                   VALUES ($1, $2, $3, $4, $5, $6, $7, $8, 1, 0, 0, 0, $9, $10, $11)";
        let (role, area, department) = (post.role.as_str(), post.area.as_str(), post.department.as_deref());
        let row =
            values![id, login.as_str(), name, role, area, department, post.sources(), hash, place.clone(), now, by];
        transaction.execute(sql, row).await?;
        let account = known(&mut transaction, &login, now).await?;
        note(&mut transaction, by, "account-add", &account, &told(&post)).await?;
        transaction.commit().await?;
        Ok(account)
    }

    /// Changes an account. Its sessions end where it may do less than before or something else, and where it is disabled.
    ///
    /// # Errors
    /// Where there is no such account, a value will not do, it is the last administrator who is to be one no longer, or the
    /// database does not answer.
    pub async fn change_account(&self, by: &str, login: &str, change: AccountChange) -> Result<Account, RegistryError> {
        let now = self.door.now();
        let mut transaction = self.store.write().await?;
        let account = known(&mut transaction, login, now).await?;
        let before = Post::of(&account);
        let mut after = before.clone();
        after.role = change.role.unwrap_or(before.role);
        if after.role != Role::Reporter {
            (after.department, after.sources) = (None, Vec::new());
        }
        after.area = change.area.unwrap_or(after.area);
        after.department = change.department.unwrap_or(after.department);
        after.sources = change.sources.unwrap_or(after.sources);
        // an account whose area has gone can still be renamed and disabled
        if after != before {
            after = after.checked(self, &mut transaction).await?;
        }
        let name = change.name.map(|name| named(&name, "姓名")).transpose()?;
        let name = name.filter(|name| *name != account.name);
        let disabled = change.disabled.filter(|disabled| *disabled != account.disabled);
        let mut parts = Vec::new();
        if name.is_some() {
            parts.push("another name".to_owned());
        }
        if told(&after) != told(&before) {
            parts.push(format!("{} -> {}", told(&before), told(&after)));
        }
        if after.department != before.department {
            parts.push("another department".to_owned());
        }
        if parts.is_empty() && disabled.is_none() {
            transaction.rollback().await?;
            return Ok(account);
        }
        let is_disabled = disabled.unwrap_or(account.disabled);
        if account.role == Role::Admin && !account.disabled && (after.role != Role::Admin || is_disabled) {
            another_admin(&mut transaction, account.id).await?;
        }
        let sql = "UPDATE account SET name = $2, role = $3, area = $4, department = $5, sources = $6, disabled = $7 \
                   WHERE id = $1";
        let shown = name.as_deref().unwrap_or(&account.name);
        let (role, area, department) = (after.role.as_str(), after.area.as_str(), after.department.as_deref());
        let row = values![account.id, shown, role, area, department, after.sources(), is_disabled];
        transaction.execute(sql, row).await?;
        if is_disabled || before.loses(&after) {
            end_all(&mut transaction, account.id).await?;
        }
        let action = match disabled {
            Some(true) => "account-disable",
            Some(false) => "account-enable",
            None => "account-change",
        };
        note(&mut transaction, by, action, &account, &parts.join("; ")).await?;
        let account = known(&mut transaction, login, now).await?;
        transaction.commit().await?;
        Ok(account)
    }

    /// Gives an account another password, which its owner must change. It is locked no longer, has no second factor any
    /// more, all its sessions end and all its tokens are revoked: whoever had got hold of it has nothing left. Whether it is
    /// disabled stays.
    ///
    /// # Errors
    /// Where there is no such account, the password will not do, or the database does not answer.
    pub async fn reset_account(&self, by: &str, login: &str, password: &str) -> Result<(), RegistryError> {
        let now = self.door.now();
        let account = known(&mut self.store.statements().await?, login, now).await?;
        strong(password, &account.login, &account.name)?;
        let hash = self.password_hashed(password).await?;
        let mut transaction = self.store.write().await?;
        let sql = "UPDATE account SET password = $2, must_change = 1, factor = NULL, factor_new = NULL, factor_step = 0, \
                   second_factor = 0 WHERE id = $1";
        transaction.execute(sql, values![account.id, hash]).await?;
        strike::forget(&mut transaction, &strike::place(&self.key, &account.login)).await?;
        end_all(&mut transaction, account.id).await?;
        let sql = "UPDATE api_token SET revoked = $2 WHERE account = $1 AND revoked IS NULL";
        let tokens = transaction.execute(sql, values![account.id, now]).await?;
        let more = if tokens == 0 { String::new() } else { format!("{tokens} tokens revoked") };
        note(&mut transaction, by, "account-reset", &account, &more).await?;
        transaction.commit().await
    }
}

/// A name as it is kept.
pub(super) fn named(name: &str, what: &'static str) -> Result<String, RegistryError> {
    let name = name.trim();
    if name.is_empty() || name.chars().count() > LONG || name.chars().any(char::is_control) {
        return Err(RegistryError::refused_at(
            if what == "部门" { "department" } else { "name" },
            format!("{what}应当是 1 到 {LONG} 个字，不含换行等控制符。"),
            "请核对后重新填写。",
        ));
    }
    Ok(name.to_owned())
}

fn strong(password: &str, login: &str, name: &str) -> Result<(), RegistryError> {
    match weakness(password, login, name) {
        Some(sentence) => Err(RegistryError::refused(sentence, "请换一个密码。")),
        None => Ok(()),
    }
}

/// A post on the audit: no names.
fn told(post: &Post) -> String {
    let sources = post.sources();
    let sources = if sources.is_empty() { sources } else { format!(", {sources}") };
    format!("{} in {}{sources}", post.role.as_str(), if post.area.is_empty() { "the city" } else { &post.area })
}

async fn another_admin(transaction: &mut Transaction, besides: i64) -> Result<(), RegistryError> {
    let sql = "SELECT COUNT(*) FROM account WHERE role = $1 AND disabled = 0 AND id <> $2";
    match transaction.int(sql, values![Role::Admin.as_str(), besides]).await? {
        0 => Err(RegistryError::refused(
            "这是最后一个在用的系统管理员，不能停用，也不能改成别的角色。",
            "请先建好或启用另一个系统管理员的账号。",
        )),
        _ => Ok(()),
    }
}
