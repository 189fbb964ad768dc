//! `canbao user reset`.

use super::{Password, Who, actor, runtime, shown};
use crate::output::failure::Failure;
use crate::output::language::Language;

/// Give an account another password: it is locked no longer, its second factor, all its sessions and all its tokens end
#[derive(clap::Args)]
pub(super) struct Arguments {
    #[command(flatten)]
    password: Password,
    #[command(flatten)]
    who: Who,
}

pub(super) fn done(arguments: &Arguments, language: Language) -> Result<String, Failure> {
    let login = &arguments.who.login;
    let (password, invented) = arguments.password.read()?;
    let account = runtime(async {
        let registry = arguments.who.database.open().await?;
        let reset = match super::done(registry.reset_account(&actor(), login, &password).await) {
            Ok(()) => super::done(registry.account(login).await),
            Err(failure) => Err(failure),
        };
        registry.close().await;
        reset
    })?;
    let mut text = language.pick(
        format!("已重设账号 {login} 的密码：锁定已解除，动态口令已取消，已登录的都已退出，接口令牌都已撤销。\n"),
        format!("Account {login} has another password: no longer locked, no second factor, logged out everywhere, tokens revoked.\n"),
    );
    text += &shown(&password, invented, language);
    if account.is_some_and(|account| account.disabled) {
        text += &language.pick(
            format!("账号仍是停用的，要用请再运行 canbao user enable {login}。\n"),
            format!("It is still disabled: canbao user enable {login}.\n"),
        );
    }
    Ok(text)
}
