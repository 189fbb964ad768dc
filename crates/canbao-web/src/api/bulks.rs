//! Bulk procedures (批量办理): what became of a department's file, and the decision on all of it in one step.

use std::collections::BTreeMap;

use canbao_registry::change::{Bulk, BulkDecided, Procedure, RequestState, Settled};
use canbao_registry::instant;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use utoipa::ToSchema;

use super::Group;
use super::areas::Place;
use super::frame::call::{Ask, Call};
use super::frame::problem::Problem;
use super::frame::seek::paged;
use super::frame::{Told, word};
use super::run::Decided;
use crate::right::Right;
use crate::say;

pub(super) fn group() -> Group {
    let calls = vec![
        Call::read("listBulks", "批次", "/api/v1/bulks", Right::Check, list)
            .about("部门的一份文件成为一批申请。列出所负责区域内有申请的批次，和本账号提出的批次，先新后旧。"),
        Call::read("getBulk", "一批申请", "/api/v1/bulks/{id}", Right::Check, show)
            .about("文件各行的处理结果，和所负责区域内的申请，按申请编号排列。"),
        Call::ask("decideBulk", "审核一批", "/api/v1/bulks/{id}/decision", Right::Check, decide).refusing().about(
            "一次审核这一批里所负责区域内等待复核的全部申请，审核人不能是提出的人。提出以后变过的记录不办，留待逐件审核。\
             已经审核的不再变，所以不用幂等键：中断了再审核一次，只办剩下的。",
        ),
    ];
    Group {
        name: "批量办理", about: "一份文件、一种业务、许多人：一人提出，另一人一次审核。", calls
    }
}

/// 一批申请
#[derive(Serialize, ToSchema)]
#[schema(as = BulkInList)]
struct Summary {
    /// 批次编号
    id: i64,
    /// 业务种类
    procedure: String,
    /// 种类的名称
    name: Option<&'static str>,
    /// 谁提出的：账号
    maker: String,
    /// 什么时候提出的
    #[schema(value_type = word::Instant)]
    made_at: String,
    /// 文件有多少行
    lines: i64,
    /// 文件的行数，按处理结果
    outcomes: BTreeMap<&'static str, i64>,
    /// 申请的件数，按状态；只有所负责区域内的
    requests: BTreeMap<String, i64>,
}

impl Summary {
    fn of(bulk: Bulk) -> Self {
        Self {
            id: bulk.id,
            name: Procedure::chinese_of(&bulk.kind),
            procedure: bulk.kind,
            maker: bulk.maker,
            made_at: instant(bulk.made_at),
            lines: bulk.lines,
            outcomes: bulk.outcomes.iter().map(|(outcome, lines)| (outcome.as_str(), *lines)).collect(),
            requests: bulk.requests.into_iter().collect(),
        }
    }

    fn sample() -> Value {
        json!({
            "id": 3, "procedure": "death", "name": "死亡", "maker": "he.jing", "made_at": "2016-11-22T09:12:31+08:00",
            "lines": 214, "outcomes": {"proposed": 209, "name-differs": 5}, "requests": {"pending": 209},
        })
    }
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = BulksBefore)]
struct Older {
    /// 只看第几批以前的：上一次回答中的 next
    #[schema(value_type = Option<word::After>)]
    before: Option<i64>,
    #[schema(value_type = Option<word::Limit>)]
    limit: Option<i64>,
}

/// 批次
#[derive(Serialize, ToSchema)]
#[schema(as = Bulks)]
struct List {
    bulks: Vec<Summary>,
    /// 更早的从哪一批之前开始；没有更早的没有
    next: Option<i64>,
}

impl Told for List {
    fn example() -> Value {
        json!({"bulks": [Summary::sample()], "next": null})
    }
}

async fn list(ask: Ask<Older>) -> Result<List, Problem> {
    let (caller, Older { before, limit }) = (&ask.caller, &ask.given);
    let limit = limit.unwrap_or(50);
    let (before, login) = (before.unwrap_or(i64::MAX), &caller.account.login);
    let bulks = ask.registry.bulks_in(&caller.scope, login, before, limit + 1).await?;
    let (bulks, next) = paged(bulks, limit, |bulk| bulk.id);
    Ok(List { bulks: bulks.into_iter().map(Summary::of).collect(), next })
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = BulkAsked)]
struct Asked {
    /// 批次编号
    #[schema(value_type = word::Id)]
    id: i64,
    /// 从哪件申请之后看起：上一次回答中的 next
    #[schema(value_type = Option<word::After>)]
    after: Option<i64>,
    #[schema(value_type = Option<word::Limit>)]
    limit: Option<i64>,
}

/// 一批里的一件申请
#[derive(Serialize, ToSchema)]
#[schema(as = BulkRequest)]
struct Line {
    /// 申请编号
    change: i64,
    /// 人员编号
    person: i64,
    /// 从哪一天起算
    effective: String,
    /// pending 等待复核；done 已办理；refused 已退回；withdrawn 已收回；undone 已撤销
    state: &'static str,
    /// 户籍地
    area: Option<Place>,
}

/// 一批申请，含各件
#[derive(Serialize, ToSchema)]
#[schema(as = Bulk)]
struct Whole {
    #[serde(flatten)]
    bulk: Summary,
    /// 等待复核的件数，所负责区域内
    waiting: i64,
    changes: Vec<Line>,
    /// 下一页从哪件申请之后开始；最后一页没有
    next: Option<i64>,
}

impl Told for Whole {
    fn example() -> Value {
        let mut bulk = Summary::sample();
        if let Some(bulk) = bulk.as_object_mut() {
            let place = json!({"code": "610902001001", "name": "汉滨区 江北街道 张滩村"});
            let line =
                json!({"change": 318, "person": 30418, "effective": "2016-11-01", "state": "pending", "area": place});
            bulk.extend([
                ("waiting".to_owned(), json!(209)),
                ("changes".to_owned(), json!([line])),
                ("next".to_owned(), json!(318)),
            ]);
        }
        bulk
    }
}

/// A bulk of which something is in reach; else there is none.
async fn reached<P, B>(ask: &Ask<P, B>, id: i64) -> Result<Bulk, Problem> {
    let (scope, login) = (&ask.caller.scope, &ask.caller.account.login);
    ask.app.registry.find_bulk(scope, login, id).await?.ok_or_else(Problem::nothing)
}

async fn show(ask: Ask<Asked>) -> Result<Whole, Problem> {
    let Asked { id, after, limit } = ask.given;
    let bulk = reached(&ask, id).await?;
    let limit = limit.unwrap_or(50);
    let found = ask.registry.bulk_in(&ask.caller.scope, id, after.unwrap_or_default(), limit + 1).await?;
    let (found, next) = paged(found, limit, |(request, _)| request.id);
    let bulk = Summary::of(bulk);
    let waiting = bulk.requests.get(RequestState::Pending.as_str()).copied().unwrap_or_default();
    let line = |(request, area): (canbao_registry::change::Request, String)| Line {
        change: request.id,
        person: request.person,
        state: request.state.as_str(),
        effective: request.effective,
        area: Place::of(&ask.caller.areas, &area),
    };
    Ok(Whole { bulk, waiting, changes: found.into_iter().map(line).collect(), next })
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = BulkWhich)]
struct Which {
    /// 批次编号
    #[schema(value_type = word::Id)]
    id: i64,
}

/// 没有办的一件
#[derive(Serialize, ToSchema)]
#[schema(as = BulkLeft)]
struct Left {
    /// 申请编号
    change: i64,
    /// changed 记录在提出以后变过；not-allowed 现在不能办
    outcome: &'static str,
    /// 为什么
    told: String,
}

/// 一批审核的结果
#[derive(Serialize, ToSchema)]
#[schema(as = BulkDecided)]
struct Done {
    /// 件数，按结果：done 已办理，refused 已退回，decided-before 以前已处理，changed 记录变过，not-allowed 不能办，out-of-reach 不在所负责的区域内
    outcomes: BTreeMap<&'static str, i64>,
    /// 没有办的，和原因
    left: Vec<Left>,
}

impl Told for Done {
    fn example() -> Value {
        let left = json!({"change": 320, "outcome": "changed", "told": "这条记录在查看以后已被改动。"});
        json!({"outcomes": {"done": 208, "changed": 1}, "left": [left]})
    }
}

async fn decide(ask: Ask<Which, Decided>) -> Result<Done, Problem> {
    let id = ask.given.id;
    reached(&ask, id).await?;
    let Decided { approve, reason } = &ask.body;
    let asker = ask.caller.asker("批量复核变更");
    let decided = ask.registry.decide_bulk(&asker, id, *approve, reason, say::today()).await;
    // stopped in the middle, some of them are decided
    ask.app.kept.forget_pending();
    let decided = decided?;
    let mut outcomes = BTreeMap::new();
    for one in &decided {
        *outcomes.entry(one.outcome.as_str()).or_default() += 1;
    }
    let is_left = |one: &BulkDecided| matches!(one.outcome, Settled::Changed | Settled::NotAllowed);
    let left = decided.into_iter().filter(is_left);
    let left = left.map(|one| Left { change: one.request, outcome: one.outcome.as_str(), told: one.told });
    Ok(Done { outcomes, left: left.collect() })
}
