//! What can be compared, and beginning it.

use canbao_registry::instant;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use utoipa::ToSchema;

use crate::api::frame::call::{Ask, Nothing};
use crate::api::frame::problem::Problem;
use crate::api::frame::{Told, word};
use crate::job::ready::{Offer, Ready};

/// 一个来源现在有效的报送
#[derive(Serialize, ToSchema)]
#[schema(as = RunInput)]
struct Input {
    /// 来源
    source: String,
    /// 来源的名称
    title: String,
    /// 部门
    department: String,
    /// 报送编号；从未报送的没有
    delivery: Option<i64>,
    /// 数据截至哪一天
    as_of: Option<String>,
    /// 几行
    rows: Option<i64>,
    /// 什么时候报送的
    #[schema(value_type = Option<word::Instant>)]
    sent_at: Option<String>,
}

impl Input {
    fn of(offer: &Offer) -> Self {
        Self {
            source: offer.source.name.clone(),
            title: offer.source.title.clone(),
            department: offer.source.department.clone(),
            delivery: offer.last.as_ref().map(|last| last.id),
            as_of: offer.as_of().map(|as_of| as_of.to_string()),
            rows: offer.last.as_ref().map(|last| last.found.rows),
            sent_at: offer.last.as_ref().and_then(|last| last.ended_at).map(instant),
        }
    }
}

/// 可以比对的数据
#[derive(Serialize, ToSchema)]
#[schema(as = RunInputs)]
pub(super) struct Inputs {
    /// 这台服务器是否开通了比对
    able: bool,
    /// 各来源，按报送计划的次序
    inputs: Vec<Input>,
    /// 最近的数据截至哪一天：通常就是比对日期
    latest: Option<String>,
    /// 逾期的来源
    stale: Vec<String>,
    /// 没有数据的来源
    missing: Vec<String>,
}

impl Told for Inputs {
    fn example() -> Value {
        json!({
            "able": true,
            "inputs": [{
                "source": "rural-medical", "title": "新型农村合作医疗", "department": "卫计部门", "delivery": 12,
                "as_of": "2016-10-31", "rows": 1204331, "sent_at": "2016-11-03T10:20:00+08:00",
            }],
            "latest": "2016-10-31", "stale": [], "missing": ["户籍人口"],
        })
    }
}

pub(super) async fn show(ask: Ask) -> Result<Inputs, Problem> {
    let ready = Ready::read(&ask.app).await?;
    Ok(Inputs {
        able: ask.app.settings.program.is_some(),
        inputs: ready.0.iter().map(Input::of).collect(),
        latest: ready.latest().map(|as_of| as_of.to_string()),
        stale: ready.stale(),
        missing: ready.missing(),
    })
}

/// 发起比对
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = NewRun)]
pub(super) struct New {
    /// 比对日期：数据截至的那一天
    #[schema(value_type = word::Day)]
    as_of: String,
    /// 用哪些报送；每个来源最多一份，见 getInputs
    #[schema(value_type = Vec<word::Id>, min_items = 1, max_items = 200)]
    deliveries: Vec<i64>,
}

impl Told for New {
    fn example() -> Value {
        json!({"as_of": "2016-10-31", "deliveries": [11, 12, 14]})
    }
}

pub(super) async fn begin(ask: Ask<Nothing, New>) -> Result<(), Problem> {
    let New { as_of, deliveries } = &ask.body;
    let ready = Ready::read(&ask.app).await?;
    ready.begin(&ask.app, &ask.registry, &ask.caller.account.login, as_of, deliveries).await?;
    Ok(())
}
