//! How a record came to be so, who looked at it, what was put forward.

use canbao_registry::change::Procedure;
use canbao_registry::{audit, change, instant};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use utoipa::ToSchema;

use super::Which;
use crate::api::changes::Summary;
use crate::api::frame::call::Ask;
use crate::api::frame::problem::Problem;
use crate::api::frame::{Told, word};

/// 记录的一版
#[derive(Serialize, ToSchema)]
struct Event {
    revision: i64,
    /// 什么时候知道的
    #[schema(value_type = word::Instant)]
    at: String,
    /// 从哪一天起算
    effective: String,
    /// 怎么来的：apply、办理种类、claim、undo、exchange
    kind: String,
    /// 它的名称；没有名称的没有
    name: Option<&'static str>,
    /// 谁办的：账号，或 os:服务器用户
    actor: String,
    /// 改了哪些项目
    what: String,
    /// 撤销了它的版本
    undone_by: Option<i64>,
}

impl Event {
    fn of(event: change::Event) -> Self {
        Self {
            revision: event.revision,
            at: instant(event.at),
            effective: event.effective,
            name: Procedure::chinese_of(&event.kind),
            kind: event.kind,
            actor: event.actor,
            what: event.what,
            undone_by: event.undone_by,
        }
    }
}

/// 变动经过
#[derive(Serialize, ToSchema)]
pub(super) struct History {
    events: Vec<Event>,
}

impl Told for History {
    fn example() -> Value {
        json!({"events": [{
            "revision": 37, "at": "2016-11-03T08:00:00+08:00", "effective": "2016-10-31", "kind": "apply", "name": null,
            "actor": "os:canbao", "what": "首次登记", "undone_by": null,
        }]})
    }
}

pub(super) async fn history(ask: Ask<Which>) -> Result<History, Problem> {
    let events = ask.registry.history(&ask.caller.asker("变动经过"), ask.given.id).await?;
    Ok(History { events: events.into_iter().map(Event::of).collect() })
}

/// 一次查看
#[derive(Serialize, ToSchema)]
pub(in crate::api) struct Look {
    /// 查看记录的第几条
    seq: i64,
    #[schema(value_type = word::Instant)]
    at: String,
    /// 谁：账号，或 os:服务器用户
    actor: String,
    /// 用途
    purpose: String,
    /// 看了哪些记录：登记库自己的编号，或列表的条件
    subject: String,
    /// 看到几个人
    people: i64,
}

impl Look {
    pub(in crate::api) fn of(look: audit::Looked) -> Self {
        let audit::Looked { seq, at, actor, purpose, subject, persons } = look;
        Self { seq, at: instant(at), actor, purpose, subject, people: persons }
    }

    pub(in crate::api) fn sample() -> Value {
        json!({
            "seq": 90112, "at": "2016-11-22T09:12:31+08:00", "actor": "chen.hui", "purpose": "人员页", "subject": "30418",
            "people": 1,
        })
    }
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct First {
    /// 人员编号
    #[schema(value_type = word::Id)]
    id: i64,
    #[schema(value_type = Option<word::Limit>)]
    limit: Option<i64>,
}

/// 谁看过
#[derive(Serialize, ToSchema)]
#[schema(as = LooksAtPerson)]
pub(super) struct Looks {
    /// 一共几次
    total: i64,
    looks: Vec<Look>,
}

impl Told for Looks {
    fn example() -> Value {
        json!({"total": 1, "looks": [Look::sample()]})
    }
}

pub(super) async fn looks(ask: Ask<First>) -> Result<Looks, Problem> {
    // in reach, or there is nobody
    ask.registry.person(&ask.caller.asker("谁看过"), ask.given.id).await?;
    let (looks, total) = ask.registry.looks_at(ask.given.id, ask.given.limit.unwrap_or(50)).await?;
    Ok(Looks { total, looks: looks.into_iter().map(Look::of).collect() })
}

/// 此人的申请
#[derive(Serialize, ToSchema)]
#[schema(as = ChangesOfPerson)]
pub(super) struct Changes {
    changes: Vec<Summary>,
}

impl Told for Changes {
    fn example() -> Value {
        json!({"changes": [Summary::sample()]})
    }
}

pub(super) async fn changes(ask: Ask<Which>) -> Result<Changes, Problem> {
    let requests = ask.registry.requests(&ask.caller.asker("此人的申请"), ask.given.id).await?;
    Ok(Changes { changes: requests.into_iter().map(Summary::of).collect() })
}
