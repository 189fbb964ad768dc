//! `canbao user`: who may come into the web system.

mod add;
mod list;
mod reset;
mod token;

use std::io::Read as _;

use canbao_registry::account::{Account, AccountChange, invented_password};
use clap::Subcommand;

use super::Outcome;
use super::registry::{Database, actor, done, runtime};
use crate::output::failure::Failure;
use crate::output::language::Language;
use crate::output::print;

const EXAMPLES: &str = "\
Examples:
  canbao user add admin --name 王建国 --role admin     the first one; its password is shown once
  canbao user add chen.hui --name 陈慧 --role county --area 610902
  canbao user add wj --name 李敏 --role reporter --area 610902 --department 区卫计局 \\
      --source rural-medical
  canbao user reset chen.hui                           another password; no longer locked
  canbao user disable chen.hui                         logged out at once, and stays out
  canbao user list                                     everybody, with state and last log-in
  canbao user token list chen.hui                      what programs call the API with, in her name";

/// Accounts of the web system: added, given another password, disabled, listed
///
/// Roles are admin (系统管理员), city (市级经办), county (县级经办), town (镇办经办), collector (村采集员), reporter
/// (部门报送员), leader (领导) and auditor (审计员). A password is invented and printed once, or read from standard input;
/// its owner must change it at the first log-in. Accounts are never deleted, and each change is on the audit.
///
/// Memory: some 30 MB.
#[derive(clap::Args)]
#[command(before_help = EXAMPLES)]
pub(super) struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    Add(add::Arguments),
    Reset(reset::Arguments),
    Disable(Disable),
    Enable(Enable),
    List(list::Arguments),
    Token(token::Arguments),
}

/// Let an account in no longer; its sessions end at once
#[derive(clap::Args)]
struct Disable {
    #[command(flatten)]
    who: Who,
}

/// Let a disabled account in again
#[derive(clap::Args)]
struct Enable {
    #[command(flatten)]
    who: Who,
}

/// Whose account.
#[derive(clap::Args)]
struct Who {
    /// The login
    #[arg(value_name = "LOGIN")]
    login: String,
    #[command(flatten)]
    database: Database,
}

/// Where a password comes from.
#[derive(clap::Args)]
struct Password {
    /// Read the password from standard input, one line, instead of inventing one
    #[arg(long)]
    password_stdin: bool,
}

/// More than any password.
const LONG: u64 = 4_096;

impl Password {
    /// The password, and whether it was invented and so must be shown.
    ///
    /// # Errors
    /// Where standard input holds no line of text.
    fn read(&self) -> Result<(String, bool), Failure> {
        if !self.password_stdin {
            return done(invented_password()).map(|password| (password, true));
        }
        let mut text = String::new();
        let read = std::io::stdin().lock().take(LONG).read_to_string(&mut text);
        let line = text.strip_suffix('\n').unwrap_or(&text);
        let line = line.strip_suffix('\r').unwrap_or(line);
        if read.is_err() || line.is_empty() || line.contains(['\n', '\r']) {
            return Err(Failure::new("标准输入里没有密码。").hint("请从标准输入给出一行文字作为密码。"));
        }
        Ok((line.to_owned(), false))
    }
}

pub(super) fn run(arguments: &Arguments, language: Language) -> Result<Outcome, Failure> {
    let text = match &arguments.command {
        Command::Add(arguments) => add::added(arguments, language)?,
        Command::Reset(arguments) => reset::done(arguments, language)?,
        Command::Disable(arguments) => switched(&arguments.who, true, language)?,
        Command::Enable(arguments) => switched(&arguments.who, false, language)?,
        Command::List(arguments) => list::listed(arguments, language)?,
        Command::Token(arguments) => token::done_with(arguments, language)?,
    };
    print(&text, language)?;
    Ok(Outcome::Done)
}

fn switched(who: &Who, disabled: bool, language: Language) -> Result<String, Failure> {
    let change = AccountChange { disabled: Some(disabled), ..AccountChange::default() };
    let account = runtime(async {
        let registry = who.database.open().await?;
        let changed = done(registry.change_account(&actor(), &who.login, change).await);
        registry.close().await;
        changed
    })?;
    let Account { login, name, .. } = account;
    Ok(if disabled {
        language.pick(
            format!("已停用账号 {login}（{name}），已登录的也已退出。\n"),
            format!("Account {login} ({name}) is disabled, and logged out.\n"),
        )
    } else {
        language.pick(format!("已启用账号 {login}（{name}）。\n"), format!("Account {login} ({name}) is enabled.\n"))
    })
}

/// The invented password and what to do with it; blank where it was given.
fn shown(password: &str, invented: bool, l: Language) -> String {
    if !invented {
        return l.pick("首次登录时要改成自己的密码。\n", "It is to be changed at the first log-in.\n").to_owned();
    }
    l.pick(
        format!("密码：{password}\n请当面或打电话告诉本人，首次登录时要改成自己的密码。密码只显示这一次。\n"),
        format!(
            "password: {password}\nTell its owner, who must change it at the first log-in. It is shown only once.\n"
        ),
    )
}
