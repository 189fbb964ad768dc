//! What is done with tasks: issuing, checking, approving, returning, placing, handing over.

use canbao_domain::rules::Category;
use canbao_registry::instant;
use canbao_registry::survey::{Issue, Populations, Reach, Refusal, Transfer};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use utoipa::ToSchema;

use super::Which;
use crate::api::areas::Place;
use crate::api::frame::call::{Ask, Nothing};
use crate::api::frame::problem::Problem;
use crate::api::frame::{Code, Told, word};
use crate::page::survey::keeper;
use crate::say;

/// 下发一个批次
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = RoundIssue)]
pub(super) struct Round {
    /// 名称
    #[schema(value_type = word::Short)]
    name: String,
    /// 区划；不写是所负责的区域
    #[schema(value_type = Option<word::AreaCode>)]
    area: Option<String>,
    /// 人员类别；不写是四类都要
    #[schema(value_type = Option<Vec<word::Visited>>, max_items = 4)]
    categories: Option<Vec<String>>,
    /// 不归任何人的行也要
    rows: bool,
    /// 没有确认的单位也要
    units: bool,
    /// 期限
    #[schema(value_type = Option<word::Day>)]
    due: Option<String>,
}

impl Told for Round {
    fn example() -> Value {
        json!({"name": "2016 年第一批", "area": "610902", "categories": ["uninsured", "partial"], "rows": true, "units": false, "due": "2016-12-10"})
    }
}

pub(super) async fn issue(ask: Ask<Nothing, Round>) -> Result<(), Problem> {
    let Round { name, area, categories, rows, units, due } = &ask.body;
    let forms = &ask.app.settings.survey.forms;
    let version = |form: &str| forms.get(form).map_or(1, |form| form.version);
    let named = |words: &Vec<String>| words.iter().filter_map(|word| Category::from_word(word)).collect();
    let issue = Issue {
        name: name.clone(),
        area: Some(ask.caller.area(area.as_deref())?.to_owned()),
        categories: categories.as_ref().map_or_else(|| Category::VISITED.to_vec(), named),
        people: Populations::All,
        rows: *rows,
        units: *units,
        due: due.clone(),
        reach: Reach::Village,
        versions: (version("person"), version("unit")),
    };
    let issued = ask.registry.survey_issue(&ask.caller.asker("下发批次"), &issue, say::today()).await?;
    if issued.round == 0 {
        return Err(Problem::new(Code::Refused).said("没有要下发的：符合条件的都已有任务。", "请换一个区划或类别。"));
    }
    Ok(())
}

/// 一些任务
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = TaskMarks)]
pub(super) struct Marks {
    /// 任务的标识
    #[schema(value_type = Vec<word::TaskMark>, min_items = 1, max_items = 200)]
    tasks: Vec<String>,
}

impl Told for Marks {
    fn example() -> Value {
        json!({"tasks": ["q0Jm3l8sQ2e1Tn5yB7uXaw"]})
    }
}

/// Nothing was done: why not of the first.
fn none(refused: &[Refusal]) -> Problem {
    let detail = refused.first().map_or("没有可以办的任务。", |first| first.says.as_str());
    Problem::new(Code::Refused).said(detail, "请逐个查看它们现在的情况。")
}

pub(super) async fn check(ask: Ask<Nothing, Marks>) -> Result<(), Problem> {
    let marks = &ask.body.tasks;
    let refused = ask.registry.survey_check(&ask.caller.asker("核对登记表"), marks).await?;
    if refused.len() < marks.len() { Ok(()) } else { Err(none(&refused)) }
}

pub(super) async fn approve(ask: Ask<Nothing, Marks>) -> Result<(), Problem> {
    let (keeper, asker) = (keeper(&ask.app), ask.caller.asker("核准登记表"));
    let approved = ask.registry.survey_approve(&asker, &ask.body.tasks, &keeper, say::today()).await?;
    if approved.done.is_empty() { Err(none(&approved.refused)) } else { Ok(()) }
}

/// 一项要改的
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = ReturnedItem)]
struct Returned {
    /// 项目
    #[schema(min_length = 1, max_length = 40, pattern = "^[a-z0-9_.]{1,40}$")]
    item: String,
    #[schema(value_type = word::Long)]
    says: String,
}

/// 退回
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = TaskReturn)]
pub(super) struct Back {
    /// 为什么退回
    #[schema(value_type = word::Long)]
    says: String,
    /// 要改哪几项
    #[schema(max_items = 40)]
    items: Option<Vec<Returned>>,
}

impl Told for Back {
    fn example() -> Value {
        json!({"says": "电话要本人的", "items": [{"item": "phone", "says": "这是村长的电话"}]})
    }
}

pub(super) async fn give_back(ask: Ask<Which, Back>) -> Result<(), Problem> {
    let items = ask.body.items.as_deref().unwrap_or_default();
    let items: Vec<(String, String)> = items.iter().map(|one| (one.item.clone(), one.says.clone())).collect();
    ask.registry.survey_return(&ask.caller.asker("退回登记表"), &ask.given.mark, &ask.body.says, &items).await?;
    Ok(())
}

/// 免访或恢复
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = TaskExemption)]
pub(super) struct Exemption {
    /// 任务的标识
    #[schema(value_type = Vec<word::TaskMark>, min_items = 1, max_items = 200)]
    tasks: Vec<String>,
    /// true 免访，false 恢复
    exempt: bool,
    /// 为什么
    #[schema(value_type = word::Long)]
    reason: String,
}

impl Told for Exemption {
    fn example() -> Value {
        json!({"tasks": ["q0Jm3l8sQ2e1Tn5yB7uXaw"], "exempt": true, "reason": "常年在外，已电话核实"})
    }
}

pub(super) async fn exempt(ask: Ask<Nothing, Exemption>) -> Result<(), Problem> {
    let Exemption { tasks, exempt, reason } = &ask.body;
    ask.registry.survey_exempt(&ask.caller.asker("免访"), tasks, *exempt, reason).await?;
    Ok(())
}

/// 分派
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = TaskPlacement)]
pub(super) struct Placement {
    /// 任务的标识
    #[schema(value_type = Vec<word::TaskMark>, min_items = 1, max_items = 200)]
    tasks: Vec<String>,
    /// 采集员的账号编号；不写是村里都能办
    #[schema(value_type = Option<word::Id>)]
    collector: Option<i64>,
    /// 分到哪个区划；不写是留在原处
    #[schema(value_type = Option<word::AreaCode>)]
    area: Option<String>,
}

impl Told for Placement {
    fn example() -> Value {
        json!({"tasks": ["q0Jm3l8sQ2e1Tn5yB7uXaw"], "collector": 17})
    }
}

pub(super) async fn place(ask: Ask<Nothing, Placement>) -> Result<(), Problem> {
    let Placement { tasks, collector, area } = &ask.body;
    ask.registry.survey_place(&ask.caller.asker("分派任务"), tasks, area.as_deref(), *collector).await?;
    Ok(())
}

/// 转出
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = TaskHandOver)]
pub(super) struct HandOver {
    /// 任务的标识
    #[schema(value_type = Vec<word::TaskMark>, min_items = 1, max_items = 200)]
    tasks: Vec<String>,
    /// 转到哪个区划
    #[schema(value_type = word::AreaCode)]
    to: String,
    /// 为什么
    #[schema(value_type = word::Long)]
    reason: String,
}

impl Told for HandOver {
    fn example() -> Value {
        json!({"tasks": ["q0Jm3l8sQ2e1Tn5yB7uXaw"], "to": "610921001001", "reason": "人在邻县"})
    }
}

pub(super) async fn hand_over(ask: Ask<Nothing, HandOver>) -> Result<(), Problem> {
    let HandOver { tasks, to, reason } = &ask.body;
    ask.registry.survey_hand_over(&ask.caller.asker("转出任务"), tasks, to, reason).await?;
    Ok(())
}

/// 一次转交
#[derive(Serialize, ToSchema)]
#[schema(as = TaskTransfer)]
struct Line {
    /// 编号
    id: i64,
    /// 任务的标识
    mark: String,
    from: Option<Place>,
    to: Option<Place>,
    /// 为什么
    reason: String,
    /// pending 等接收，accepted 已接收，returned 已退回，withdrawn 已撤回
    state: String,
    /// 谁转的：账号
    by: String,
    #[schema(value_type = word::Instant)]
    at: String,
    /// 对方的说明
    answer: Option<String>,
}

/// 转出和转入
#[derive(Serialize, ToSchema)]
#[schema(as = TaskTransfers)]
pub(super) struct Transfers {
    transfers: Vec<Line>,
}

impl Told for Transfers {
    fn example() -> Value {
        json!({"transfers": [{
            "id": 3, "mark": "q0Jm3l8sQ2e1Tn5yB7uXaw", "from": {"code": "610902001001", "name": "汉滨区 江北街道 张滩村"},
            "to": {"code": "610921001001", "name": "汉阴县 城关镇 东关村"}, "reason": "人在邻县", "state": "pending", "by": "town",
            "at": "2016-11-25T10:42:00+08:00", "answer": null,
        }]})
    }
}

pub(super) async fn transfers(ask: Ask<Nothing>) -> Result<Transfers, Problem> {
    let areas = &ask.caller.areas;
    let line = |one: Transfer| Line {
        from: Place::of(areas, &one.from),
        to: Place::of(areas, &one.to),
        at: instant(one.made_at),
        id: one.id,
        mark: one.mark,
        reason: one.reason,
        state: one.state,
        by: one.maker,
        answer: one.answer,
    };
    let found = ask.registry.survey_transfers(&ask.caller.asker("转出转入"), 200).await?;
    Ok(Transfers { transfers: found.into_iter().map(line).collect() })
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = TransferId)]
pub(super) struct Number {
    /// 转交的编号
    #[schema(value_type = word::Id)]
    id: i64,
}

/// 接收、退回或撤回
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = TransferDecision)]
pub(super) struct Decision {
    #[schema(value_type = word::TransferAct)]
    decision: String,
    /// 退回的原因
    #[schema(value_type = Option<word::Long>)]
    says: Option<String>,
}

impl Told for Decision {
    fn example() -> Value {
        json!({"decision": "accept"})
    }
}

pub(super) async fn decide(ask: Ask<Number, Decision>) -> Result<(), Problem> {
    let accept = match ask.body.decision.as_str() {
        "accept" => Some(true),
        "return" => Some(false),
        _ => None,
    };
    let says = ask.body.says.as_deref().unwrap_or_default();
    ask.registry.survey_take_over(&ask.caller.asker("转出转入"), ask.given.id, accept, says).await?;
    Ok(())
}
