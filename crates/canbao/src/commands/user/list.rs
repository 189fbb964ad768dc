//! `canbao user list`.

use canbao_registry::account::Account;
use canbao_registry::area::Areas;
use canbao_registry::instant;
use serde_json::json;

use super::{Database, done, runtime};
use crate::output::failure::Failure;
use crate::output::figure;
use crate::output::language::Language;
use crate::output::table::{Side, Table};

/// List all accounts, with state and last log-in
#[derive(clap::Args)]
pub(super) struct Arguments {
    /// Print one JSON object to standard output, and nothing else there
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    database: Database,
}

pub(super) fn listed(arguments: &Arguments, language: Language) -> Result<String, Failure> {
    let (accounts, areas) = runtime(async {
        let registry = arguments.database.open().await?;
        let found = match done(registry.accounts().await) {
            Ok(accounts) => done(registry.areas_on(None).await).map(|(_, _, areas)| (accounts, areas)),
            Err(failure) => Err(failure),
        };
        registry.close().await;
        found
    })?;
    if arguments.json {
        let told: Vec<_> = accounts.iter().map(told).collect();
        return Ok(format!("{}\n", json!({ "accounts": told })));
    }
    if accounts.is_empty() {
        return Ok(language
            .pick(
                "还没有账号。第一个请用 canbao user add LOGIN --name 姓名 --role admin 新增。\n",
                "There are no accounts. Add the first: canbao user add LOGIN --name NAME --role admin\n",
            )
            .to_owned());
    }
    Ok(shown(&accounts, &areas, language))
}

fn told(account: &Account) -> serde_json::Value {
    json!({
        "login": account.login, "name": account.name, "role": account.role.as_str(), "area": account.area,
        "department": account.department, "sources": account.sources.iter().map(|kind| kind.as_str()).collect::<Vec<_>>(),
        "must_change": account.must_change, "second_factor": account.second_factor, "disabled": account.disabled,
        "locked_until": account.locked_until.map(instant), "last_login": account.last_login.map(instant),
    })
}

fn shown(accounts: &[Account], areas: &Areas, l: Language) -> String {
    let mut table = Table::new([
        (l.pick("登录名", "login"), Side::Left),
        (l.pick("姓名", "name"), Side::Left),
        (l.pick("角色", "role"), Side::Left),
        (l.pick("区划", "area"), Side::Left),
        (l.pick("部门", "department"), Side::Left),
        (l.pick("状态", "state"), Side::Left),
        (l.pick("上次登录", "last log-in"), Side::Left),
    ]);
    for account in accounts {
        let area = match areas.get(&account.area) {
            Some(area) => format!("{} {}", account.area, area.name),
            None if account.area.is_empty() => l.pick("全市", "the city").to_owned(),
            None => account.area.clone(),
        };
        table.row([
            account.login.clone(),
            account.name.clone(),
            l.pick(account.role.chinese(), account.role.as_str()).to_owned(),
            area,
            account.department.clone().unwrap_or_default(),
            state(account, l),
            account.last_login.map(minute).unwrap_or_else(|| l.pick("从未", "never").to_owned()),
        ]);
    }
    let count = figure::count(accounts.len() as u64);
    table.render() + &l.pick(format!("共 {count} 个账号。\n"), format!("{count} accounts.\n"))
}

fn state(account: &Account, l: Language) -> String {
    if account.disabled {
        return l.pick("已停用", "disabled").to_owned();
    }
    if let Some(until) = account.locked_until.map(minute) {
        return l.pick(format!("锁定到 {until}"), format!("locked until {until}"));
    }
    let state = match (account.must_change, account.second_factor) {
        (true, _) => l.pick("待改初始密码", "to change password"),
        (false, true) => l.pick("在用，有动态口令", "in use, second factor"),
        (false, false) => l.pick("在用", "in use"),
    };
    state.to_owned()
}

/// `2016-11-01 08:00`.
pub(super) fn minute(at: i64) -> String {
    instant(at).chars().take(16).map(|c| if c == 'T' { ' ' } else { c }).collect()
}
