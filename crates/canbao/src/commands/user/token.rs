//! `canbao user token`: tokens by which programs call the API.

use canbao_domain::date::Date;
use canbao_registry::account::{Account, NewToken, Token};
use canbao_registry::{Registry, instant};
use canbao_web::right::{Right, may};
use clap::Subcommand;
use serde_json::json;

use super::{Who, actor, done, runtime};
use crate::output::failure::Failure;
use crate::output::figure;
use crate::output::language::Language;
use crate::output::table::{Side, Table};

const EXAMPLES: &str = "\
Examples:
  canbao user token add chen.hui --name 镇级平台同步 --scope people --scope figures --until 2017-06-30
  canbao user token list chen.hui
  canbao user token revoke chen.hui 7";

/// Tokens by which programs call the API in an account's name
///
/// A token may do what its scopes say, as far as the account's role and area allow. Its secret is printed once and kept
/// nowhere. Owners make their own in the browser, too.
///
/// Memory: some 30 MB.
#[derive(clap::Args)]
#[command(before_help = EXAMPLES)]
pub(super) struct Arguments {
    #[command(subcommand)]
    command: Command,
}

/// The help on scopes: every right that a token can carry.
fn scopes() -> String {
    let all: Vec<&str> = Right::ALL.into_iter().filter_map(Right::scope).collect();
    format!("What it may do: one of {}; may be repeated", all.join(", "))
}

#[derive(Subcommand)]
enum Command {
    Add(Add),
    List(List),
    Revoke(Revoke),
}

/// Make a token; its secret is printed once
#[derive(clap::Args)]
struct Add {
    /// What it is for, such as 镇级平台同步
    #[arg(long, value_name = "NAME")]
    name: String,
    #[arg(long = "scope", value_name = "SCOPE", required = true, help = scopes())]
    scopes: Vec<String>,
    /// The last day on which it holds, a year from today at most
    #[arg(long, value_name = "DATE")]
    until: String,
    /// Print one JSON object to standard output, and nothing else there
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    who: Who,
}

/// List an account's tokens, those that no longer hold too
#[derive(clap::Args)]
struct List {
    /// Print one JSON object to standard output, and nothing else there
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    who: Who,
}

/// Revoke a token, for good
#[derive(clap::Args)]
struct Revoke {
    #[command(flatten)]
    who: Who,
    /// The token's number, as listed
    #[arg(value_name = "TOKEN")]
    token: i64,
}

pub(super) fn done_with(arguments: &Arguments, language: Language) -> Result<String, Failure> {
    match &arguments.command {
        Command::Add(arguments) => added(arguments, language),
        Command::List(arguments) => listed(arguments, language),
        Command::Revoke(arguments) => revoked(arguments, language),
    }
}

/// The account, or that there is none.
async fn account(registry: &Registry, login: &str) -> Result<Account, Failure> {
    let found = done(registry.account(login).await)?;
    found.ok_or_else(|| Failure::new("没有这个账号。").hint("请核对登录名；canbao user list 列出全部账号。"))
}

fn added(arguments: &Add, language: Language) -> Result<String, Failure> {
    let Add { name, scopes, until, .. } = arguments;
    let day = Date::parse(until)
        .ok_or_else(|| Failure::new(format!("“{until}”不是日期。")).hint("请写成 2016-12-31 的样子。"))?;
    // to the end of the day in China
    let expires = (i64::from(day.days()) + 1) * 86_400_000 - 8 * 3_600_000 - 1;
    let (token, secret) = runtime(async {
        let registry = arguments.who.database.open().await?;
        let made = async {
            let account = account(&registry, &arguments.who.login).await?;
            for scope in scopes {
                carried(scope, &account)?;
            }
            let new = NewToken { name: name.clone(), scopes: scopes.clone(), expires };
            done(registry.add_token(&actor(), &account, new).await)
        };
        let made = made.await;
        registry.close().await;
        made
    })?;
    if arguments.json {
        return Ok(format!("{}\n", json!({ "token": token.id, "secret": secret, "expires": instant(token.expires) })));
    }
    let login = &arguments.who.login;
    Ok(language.pick(
        format!(
            "已为账号 {login} 建令牌 {}，用到 {day}。\n令牌：{secret}\n只显示这一次，请现在就交给程序保存。\n",
            token.id
        ),
        format!("Token {} of account {login} holds to {day}.\ntoken: {secret}\nIt is shown only once.\n", token.id),
    ))
}

/// A scope that there is, and that the account's role may use.
fn carried(scope: &str, account: &Account) -> Result<(), Failure> {
    let known = || Right::ALL.into_iter().filter(|right| may(account.role, *right));
    if known().any(|right| right.scope() == Some(scope)) {
        return Ok(());
    }
    let words: Vec<&str> = known().filter_map(Right::scope).collect();
    let role = account.role.chinese();
    let hint = if words.is_empty() {
        format!("{role}没有可以交给程序的权限。")
    } else {
        format!("{role}可用的权限：{}。", words.join("、"))
    };
    Err(Failure::new(format!("令牌不能带权限“{scope}”。")).hint(hint))
}

fn listed(arguments: &List, language: Language) -> Result<String, Failure> {
    let tokens = runtime(async {
        let registry = arguments.who.database.open().await?;
        let found = match account(&registry, &arguments.who.login).await {
            Ok(account) => done(registry.tokens_of(account.id).await),
            Err(failure) => Err(failure),
        };
        registry.close().await;
        found
    })?;
    if arguments.json {
        let told: Vec<_> = tokens.iter().map(told).collect();
        return Ok(format!("{}\n", json!({ "tokens": told })));
    }
    if tokens.is_empty() {
        return Ok(language.pick("这个账号没有令牌。\n", "The account has no tokens.\n").to_owned());
    }
    Ok(shown(&tokens, language))
}

fn told(token: &Token) -> serde_json::Value {
    json!({
        "token": token.id, "name": token.name, "scopes": token.scopes, "made_at": instant(token.made_at),
        "expires": instant(token.expires), "last_used": token.last_used.map(instant),
        "revoked": token.revoked.map(instant),
    })
}

fn shown(tokens: &[Token], l: Language) -> String {
    let mut table = Table::new([
        (l.pick("编号", "token"), Side::Right),
        (l.pick("用途", "name"), Side::Left),
        (l.pick("权限", "scopes"), Side::Left),
        (l.pick("到期", "holds to"), Side::Left),
        (l.pick("上次使用", "last used"), Side::Left),
        (l.pick("状态", "state"), Side::Left),
    ]);
    let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap_or_default();
    let now = i64::try_from(now.as_millis()).unwrap_or(i64::MAX);
    for token in tokens {
        let state = match token {
            Token { revoked: Some(_), .. } => l.pick("已撤销", "revoked"),
            Token { expires, .. } if *expires <= now => l.pick("已到期", "expired"),
            _ => l.pick("有效", "holds"),
        };
        table.row([
            token.id.to_string(),
            token.name.clone(),
            token.scopes.join(" "),
            super::list::minute(token.expires),
            token.last_used.map_or_else(|| l.pick("从未", "never").to_owned(), super::list::minute),
            state.to_owned(),
        ]);
    }
    let count = figure::count(tokens.len() as u64);
    table.render() + &l.pick(format!("共 {count} 个令牌。\n"), format!("{count} tokens.\n"))
}

fn revoked(arguments: &Revoke, language: Language) -> Result<String, Failure> {
    let Revoke { who, token } = arguments;
    runtime(async {
        let registry = who.database.open().await?;
        let revoked = match account(&registry, &who.login).await {
            Ok(account) => done(registry.revoke_token(&actor(), account.id, *token).await),
            Err(failure) => Err(failure),
        };
        registry.close().await;
        revoked
    })?;
    Ok(language.pick(
        format!("已撤销账号 {} 的令牌 {token}，用它的程序再也进不来。\n", who.login),
        format!("Token {token} of account {} is revoked.\n", who.login),
    ))
}
