//! What came about with a record, and through whom.

use std::collections::BTreeMap;

use canbao_registry::change::{Event, Procedure};

use crate::App;
use crate::fault::Fault;
use crate::say;

pub(super) struct Past {
    pub(super) at: String,
    pub(super) what: String,
    pub(super) who: String,
    pub(super) undone: bool,
}

/// Names and roles by login, for who did what.
pub(crate) struct Names(BTreeMap<String, String>);

impl Names {
    pub(crate) async fn read(app: &App) -> Result<Self, Fault> {
        let accounts = app.registry.accounts().await?;
        let named = accounts.into_iter().map(|account| {
            let said = format!("{}，{}", account.name, account.role.chinese());
            (account.login, said)
        });
        Ok(Self(named.collect()))
    }

    /// Who a login is; whoever works at the server itself stands on the log as the machine's user.
    pub(crate) fn of(&self, login: &str) -> String {
        match (self.0.get(login), login.strip_prefix("os:")) {
            (Some(name), _) => name.clone(),
            (None, Some(user)) => format!("服务器命令行，用户 {user}"),
            (None, None) => login.to_owned(),
        }
    }
}

/// By what a version of a record came about, as a clerk calls it.
pub(crate) fn how(kind: &str) -> &str {
    match kind {
        "apply" => "比对结果",
        "claim" => "入户核实",
        "undo" => "撤销",
        "exchange" => "联网比对答复",
        kind => Procedure::chinese_of(kind).unwrap_or(kind),
    }
}

pub(super) fn past(event: &Event, who: impl Fn(&str) -> String) -> Past {
    let how = how(&event.kind);
    Past {
        at: say::time(event.at),
        what: format!("{how}（{} 起）：{}", event.effective, event.what),
        who: who(&event.actor),
        undone: event.undone_by.is_some(),
    }
}
