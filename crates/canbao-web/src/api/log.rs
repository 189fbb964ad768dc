//! What an auditor reads. Nobody's name or number stands in either log.

use canbao_registry::instant;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use utoipa::ToSchema;

use super::Group;
use super::frame::call::{Ask, Call};
use super::frame::problem::Problem;
use super::frame::{Told, word};
use super::person::Look;
use crate::right::Right;

pub(super) fn group() -> Group {
    let calls = vec![
        Call::read("listAudit", "办理记录", "/api/v1/audit", Right::Log, done)
            .about("办了什么，先新后旧。每一条都与前一条相连；用 canbao audit verify 验证。"),
        Call::read("listLooks", "查看记录", "/api/v1/looks", Right::Log, looks)
            .about("谁、什么时候、为什么看了哪条记录，先新后旧。"),
    ];
    Group { name: "审计", about: "办理记录和查看记录；不含姓名和号码。", calls }
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct Asked {
    /// 只看第几条以前的：上一次回答中的 next
    #[schema(value_type = Option<word::After>)]
    before: Option<i64>,
    /// 只看这个账号的
    #[schema(value_type = Option<word::Short>)]
    actor: Option<String>,
    #[schema(value_type = Option<word::Limit>)]
    limit: Option<i64>,
}

/// 一条办理记录
#[derive(Serialize, ToSchema)]
struct Entry {
    /// 第几条
    seq: i64,
    #[schema(value_type = word::Instant)]
    at: String,
    /// 谁：账号，或 os:服务器用户
    actor: String,
    /// 办了什么
    action: String,
    /// 对象
    subject: String,
    /// 登记库的版本
    revision: Option<i64>,
}

/// 办理记录
#[derive(Serialize, ToSchema)]
struct Audit {
    entries: Vec<Entry>,
    /// 更早的从哪一条之前开始；没有更早的没有
    next: Option<i64>,
}

impl Told for Audit {
    fn example() -> Value {
        json!({"entries": [{
            "seq": 20417, "at": "2016-11-22T09:12:31+08:00", "actor": "chen.hui", "action": "propose",
            "subject": "request 318", "revision": null,
        }], "next": 20417})
    }
}

async fn done(ask: Ask<Asked>) -> Result<Audit, Problem> {
    let Asked { before, actor, limit } = &ask.given;
    let limit = limit.unwrap_or(50);
    let found = ask.registry.audit_page(*before, actor.as_deref(), limit).await?;
    let next = found.last().filter(|last| found.len() as i64 == limit && last.seq > 1).map(|last| last.seq);
    let entry = |done: canbao_registry::audit::Done| Entry {
        seq: done.seq,
        at: instant(done.at),
        actor: done.actor,
        action: done.action,
        subject: done.subject,
        revision: done.revision,
    };
    Ok(Audit { entries: found.into_iter().map(entry).collect(), next })
}

/// 查看记录
#[derive(Serialize, ToSchema)]
struct Looks {
    looks: Vec<Look>,
    /// 更早的从哪一条之前开始；没有更早的没有
    next: Option<i64>,
}

impl Told for Looks {
    fn example() -> Value {
        json!({"looks": [Look::sample()], "next": 90112})
    }
}

async fn looks(ask: Ask<Asked>) -> Result<Looks, Problem> {
    let Asked { before, actor, limit } = &ask.given;
    let limit = limit.unwrap_or(50);
    let found = ask.registry.looks_page(*before, actor.as_deref(), limit).await?;
    let next = found.last().filter(|last| found.len() as i64 == limit && last.seq > 1).map(|last| last.seq);
    Ok(Looks { looks: found.into_iter().map(Look::of).collect(), next })
}
