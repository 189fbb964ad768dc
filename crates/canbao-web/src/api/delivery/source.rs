//! What a city expects, what came last, who is late.

use canbao_domain::delivery::{Due, Source as Expected};
use canbao_registry::area::Areas;
use canbao_registry::delivery::{Delivery, DeliveryState};
use canbao_registry::instant;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use utoipa::ToSchema;

use crate::api::areas::Place;
use crate::api::frame::call::Ask;
use crate::api::frame::problem::Problem;
use crate::api::frame::{Told, word};
use crate::delivery::{plan, source};
use crate::right::delivers;
use crate::say;

/// 一个来源
#[derive(Serialize, ToSchema)]
#[schema(as = Source)]
struct Source {
    /// 来源
    source: String,
    #[schema(value_type = word::SourceKind)]
    kind: &'static str,
    /// 名称
    title: String,
    /// 部门
    department: String,
    /// 各县分别报送的，是哪个县
    area: Option<Place>,
    /// 几个月一次
    months: i32,
    /// 期满后次月几日前报
    due_day: u32,
    /// 是否必报
    required: bool,
    /// 有效的一份；从未报送的没有
    current: Option<Line>,
    /// 数据多少天以前的
    age_days: Option<i32>,
    /// 到期日：已报的是下一次的
    due: String,
    /// done 已报、open 还没有到期、late 逾期
    standing: &'static str,
    /// 必报而逾期
    late: bool,
    /// 上传了还没有报送的一份：报送编号
    open: Option<i64>,
}

impl Source {
    fn of(source: &Expected, last: Option<&Delivery>, open: Option<i64>, areas: &Areas) -> Self {
        let today = say::today();
        let as_of = last.and_then(|last| last.as_of);
        let (due, standing) = match source.due(as_of, today) {
            Due::Done(next) => (next, "done"),
            Due::Open(by) => (by, "open"),
            Due::Late(by) => (by, "late"),
        };
        Self {
            source: source.name.clone(),
            kind: source.kind.as_str(),
            title: source.title.clone(),
            department: source.department.clone(),
            area: source.area.as_deref().and_then(|code| Place::of(areas, code)),
            months: source.months,
            due_day: source.due_day,
            required: source.required,
            current: last.map(Line::of),
            age_days: as_of.map(|as_of| today.0 - as_of.0),
            due: due.to_string(),
            standing,
            late: source.required && standing == "late",
            open,
        }
    }

    fn sample() -> Value {
        json!({
            "source": "rural-medical", "kind": "rural-medical", "title": "新型农村合作医疗", "department": "卫计部门",
            "area": null, "months": 1, "due_day": 5, "required": true, "current": Line::sample(), "age_days": 22,
            "due": "2016-12-05", "standing": "done", "late": false, "open": null,
        })
    }
}

/// 一次报送
#[derive(Serialize, ToSchema)]
#[schema(as = DeliveryInList)]
pub(super) struct Line {
    /// 报送编号
    id: i64,
    /// 来源
    source: String,
    #[schema(value_type = word::DeliveryState)]
    state: &'static str,
    #[schema(value_type = word::Checked)]
    checked: &'static str,
    /// 数据截至哪一天；还没有报送的没有
    as_of: Option<String>,
    /// 谁上传的：账号
    maker: String,
    #[schema(value_type = word::Instant)]
    made_at: String,
    /// 谁报送、撤回或放弃的：账号
    ended_by: Option<String>,
    #[schema(value_type = Option<word::Instant>)]
    ended_at: Option<String>,
    /// 说明
    note: String,
    /// 几行，读不出的也算
    rows: i64,
    /// 读不出的行
    unreadable: i64,
    /// 能读、有疑的行
    doubtful: i64,
    /// 大约多少人
    people: i64,
    /// 先用它的比对：任务编号
    used_by: Option<i64>,
}

impl Line {
    pub(super) fn of(delivery: &Delivery) -> Self {
        Self {
            id: delivery.id,
            source: delivery.source.clone(),
            state: delivery.state.as_str(),
            checked: delivery.checked.as_str(),
            as_of: delivery.as_of.map(|as_of| as_of.to_string()),
            maker: delivery.maker.clone(),
            made_at: instant(delivery.made_at),
            ended_by: delivery.ended_by.clone(),
            ended_at: delivery.ended_at.map(instant),
            note: delivery.note.clone(),
            rows: delivery.found.rows,
            unreadable: delivery.found.unreadable,
            doubtful: delivery.found.doubtful,
            people: delivery.found.people,
            used_by: delivery.used_by,
        }
    }

    pub(super) fn sample() -> Value {
        json!({
            "id": 12, "source": "rural-medical", "state": "sent", "checked": "sound", "as_of": "2016-10-31",
            "maker": "liu.fang", "made_at": "2016-11-03T10:02:11+08:00", "ended_by": "liu.fang",
            "ended_at": "2016-11-03T10:20:00+08:00", "note": "", "rows": 1204331, "unreadable": 87, "doubtful": 4120,
            "people": 1199871, "used_by": 5,
        })
    }
}

/// 数据来源
#[derive(Serialize, ToSchema)]
#[schema(as = Sources)]
pub(super) struct List {
    /// 几个逾期
    late: i64,
    sources: Vec<Source>,
}

impl Told for List {
    fn example() -> Value {
        json!({"late": 0, "sources": [Source::sample()]})
    }
}

pub(super) async fn list(ask: Ask) -> Result<List, Problem> {
    let (caller, registry) = (&ask.caller, &ask.registry);
    let plan = plan(&ask.app.settings.data)?;
    let current = registry.current_deliveries().await?;
    let recent = registry.deliveries(None, 1000).await?;
    let mut sources = Vec::new();
    for source in plan.sources.iter().filter(|source| delivers(&caller.account, &caller.areas, source)) {
        let last = current.iter().find(|other| other.source == source.name);
        let open = recent.iter().find(|other| other.source == source.name && other.state == DeliveryState::Open);
        sources.push(Source::of(source, last, open.map(|open| open.id), &caller.areas));
    }
    sources.sort_by_key(|source| !source.late);
    let late = sources.iter().filter(|source| source.late).count() as i64;
    Ok(List { late, sources })
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = SourceAsked)]
pub(super) struct Asked {
    /// 来源在报送计划里的名称
    #[schema(value_type = word::SourceName)]
    source: String,
    #[schema(value_type = Option<word::Limit>)]
    limit: Option<i64>,
}

/// 一个来源和它的各次报送
#[derive(Serialize, ToSchema)]
#[schema(as = SourceDeliveries)]
pub(super) struct One {
    source: Source,
    deliveries: Vec<Line>,
}

impl Told for One {
    fn example() -> Value {
        json!({"source": Source::sample(), "deliveries": [Line::sample()]})
    }
}

pub(super) async fn show(ask: Ask<Asked>) -> Result<One, Problem> {
    let Asked { source: name, limit } = &ask.given;
    let (source, _) = source(&ask.app, &ask.caller, name)?;
    let all = ask.registry.deliveries(Some(&source.name), limit.unwrap_or(50)).await?;
    let current = ask.registry.current_deliveries().await?;
    let last = current.iter().find(|delivery| delivery.source == source.name);
    let open = all.iter().find(|delivery| delivery.state == DeliveryState::Open).map(|open| open.id);
    let told = Source::of(&source, last, open, &ask.caller.areas);
    Ok(One { source: told, deliveries: all.iter().map(Line::of).collect() })
}
