//! Accounts, for who runs the system.

use canbao_domain::role::Role;
use canbao_registry::account::{self, AccountChange, NewAccount};
use canbao_registry::area::Areas;
use canbao_registry::{Versioned, instant};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use utoipa::ToSchema;

use super::Group;
use super::areas::Place;
use super::frame::call::{Ask, Call, Nothing};
use super::frame::problem::Problem;
use super::frame::{Told, word};
use crate::right::Right;

pub(super) fn group() -> Group {
    let calls = vec![
        Call::read("listAccounts", "账号", "/api/v1/accounts", Right::Accounts, list).about("全部账号，按登录名排列。"),
        Call::act("addAccount", "增加账号", "/api/v1/accounts", Right::Accounts, add)
            .about("密码由请求给出，本人首次登录时要换掉。密码太弱的不办。"),
        Call::read("getAccount", "一个账号", "/api/v1/accounts/{login}", Right::Accounts, show)
            .versioned()
            .about("按登录名查看一个账号。"),
        Call::act_on("resetAccount", "重设密码", "/api/v1/accounts/{login}/reset", Right::Accounts, Whose::of, reset)
            .about("解除锁定，取消动态口令，已登录的全部退出，接口令牌全部撤销；本人下次登录时要换密码。"),
        Call::act_on(
            "changeAccount",
            "修改账号",
            "/api/v1/accounts/{login}/change",
            Right::Accounts,
            Whose::of,
            change,
        )
        .about("改姓名、角色、区划、部门，停用或启用；不写的不改。权限变小或停用的，已登录的全部退出。"),
    ];
    Group {
        name: "账号", about: "谁能进系统。账号不能删除，只能停用。令牌只能由本人在页面上或在服务器上建。", calls
    }
}

/// 账号
#[derive(Serialize, ToSchema)]
struct Account {
    #[serde(skip)]
    tag: String,
    /// 登录名
    login: String,
    /// 姓名
    name: String,
    #[schema(value_type = word::Role)]
    role: &'static str,
    /// 所负责的区域；全市的可能没有
    area: Option<Place>,
    /// 部门
    department: Option<String>,
    /// 报送哪些数据
    sources: Vec<&'static str>,
    /// 是否等待换密码
    must_change: bool,
    /// 是否启用了动态口令
    second_factor: bool,
    /// 是否停用
    disabled: bool,
    /// 连续输错密码，锁定到什么时候
    #[schema(value_type = Option<word::Instant>)]
    locked_until: Option<String>,
    /// 上次登录
    #[schema(value_type = Option<word::Instant>)]
    last_login: Option<String>,
}

impl Account {
    fn of(account: account::Account, areas: &Areas) -> Self {
        Self {
            tag: String::new(),
            login: account.login,
            name: account.name,
            role: account.role.as_str(),
            area: Place::of(areas, &account.area),
            department: account.department,
            sources: account.sources.iter().map(|kind| kind.as_str()).collect(),
            must_change: account.must_change,
            second_factor: account.second_factor,
            disabled: account.disabled,
            locked_until: account.locked_until.map(instant),
            last_login: account.last_login.map(instant),
        }
    }
}

impl Told for Account {
    fn example() -> Value {
        json!({
            "login": "chen.hui", "name": "陈慧", "role": "county", "area": {"code": "610902", "name": "汉滨区"},
            "department": null, "sources": [], "must_change": false, "second_factor": true, "disabled": false,
            "locked_until": null, "last_login": "2016-11-22T08:01:00+08:00",
        })
    }

    fn version(&self) -> Option<&str> {
        Some(&self.tag)
    }
}

/// 全部账号
#[derive(Serialize, ToSchema)]
struct Accounts {
    accounts: Vec<Account>,
}

impl Told for Accounts {
    fn example() -> Value {
        json!({"accounts": [Account::example()]})
    }
}

async fn list(ask: Ask) -> Result<Accounts, Problem> {
    let accounts = ask.registry.accounts().await?.into_iter();
    Ok(Accounts { accounts: accounts.map(|account| Account::of(account, &ask.caller.areas)).collect() })
}

async fn show(ask: Ask<Whose>) -> Result<Account, Problem> {
    let tag = ask.version(ask.given.of()).await?;
    let account = known(&ask).await?;
    Ok(Account { tag, ..Account::of(account, &ask.caller.areas) })
}

/// 增加账号
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = NewAccount)]
struct New {
    #[schema(value_type = word::Login)]
    login: String,
    /// 姓名
    #[schema(min_length = 1, max_length = 40, pattern = r"^[^\x00-\x1f\x7f]+$")]
    name: String,
    #[schema(value_type = word::Role)]
    role: String,
    /// 所负责的区域；市级的可以不写
    #[schema(value_type = Option<word::AreaCode>)]
    area: Option<String>,
    /// 部门；部门报送员要写，别的角色不写
    #[schema(min_length = 1, max_length = 40, pattern = r"^[^\x00-\x1f\x7f]+$")]
    department: Option<String>,
    /// 报送哪些数据；部门报送员至少一种，别的角色不写
    #[serde(default)]
    #[schema(value_type = Vec<word::SourceKind>, max_items = 16)]
    sources: Vec<String>,
    /// 首次登录用的密码
    #[schema(min_length = 8, max_length = 200, pattern = r"^[^\x00-\x1f\x7f]+$")]
    password: String,
}

impl Told for New {
    fn example() -> Value {
        json!({"login": "gao.xiang", "name": "高翔", "role": "town", "area": "610902001", "password": "k7mq-x3vd-9hpt-w2ca"})
    }
}

async fn add(ask: Ask<Nothing, New>) -> Result<(), Problem> {
    let New { login, name, role, area, department, sources, password } = ask.body;
    let role = Role::from_word(&role).ok_or_else(Problem::nothing)?;
    let sources = sources.iter().filter_map(|word| word.parse().ok()).collect();
    let new = NewAccount { login, name, role, area: area.unwrap_or_default(), department, sources };
    ask.registry.add_account(&ask.caller.account.login, new, &password).await?;
    Ok(())
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = LoginInPath)]
struct Whose {
    /// 登录名
    #[schema(value_type = word::Login)]
    login: String,
}

impl Whose {
    fn of(&self) -> Versioned {
        Versioned::Account(self.login.clone())
    }
}

/// The account, or there is none.
async fn known<B>(ask: &Ask<Whose, B>) -> Result<account::Account, Problem> {
    let found = ask.app.registry.account(&ask.given.login).await?;
    found.ok_or_else(|| Problem::nothing().said("没有这个账号。", "请核对登录名；listAccounts 列出全部账号。"))
}

/// 重设密码
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = NewPassword)]
struct Password {
    /// 下次登录用的密码
    #[schema(min_length = 8, max_length = 200, pattern = r"^[^\x00-\x1f\x7f]+$")]
    password: String,
}

impl Told for Password {
    fn example() -> Value {
        json!({"password": "k7mq-x3vd-9hpt-w2ca"})
    }
}

async fn reset(ask: Ask<Whose, Password>) -> Result<(), Problem> {
    known(&ask).await?;
    ask.registry.reset_account(&ask.caller.account.login, &ask.given.login, &ask.body.password).await?;
    Ok(())
}

/// 修改账号；不写的不改
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = AccountChange)]
struct Changed {
    /// 姓名
    #[schema(min_length = 1, max_length = 40, pattern = r"^[^\x00-\x1f\x7f]+$")]
    name: Option<String>,
    #[schema(value_type = Option<word::Role>)]
    role: Option<String>,
    #[schema(value_type = Option<word::AreaCode>)]
    area: Option<String>,
    /// 部门
    #[schema(min_length = 1, max_length = 40, pattern = r"^[^\x00-\x1f\x7f]+$")]
    department: Option<String>,
    /// 报送哪些数据
    #[schema(value_type = Option<Vec<word::SourceKind>>, max_items = 16)]
    sources: Option<Vec<String>>,
    /// 是否停用
    disabled: Option<bool>,
}

impl Told for Changed {
    fn example() -> Value {
        json!({"disabled": true})
    }
}

async fn change(ask: Ask<Whose, Changed>) -> Result<(), Problem> {
    known(&ask).await?;
    let Changed { name, role, area, department, sources, disabled } = ask.body;
    let change = AccountChange {
        name,
        role: role.as_deref().and_then(Role::from_word),
        area,
        department: department.map(Some),
        sources: sources.map(|sources| sources.iter().filter_map(|word| word.parse().ok()).collect()),
        disabled,
    };
    ask.registry.change_account(&ask.caller.account.login, &ask.given.login, change).await?;
    Ok(())
}
