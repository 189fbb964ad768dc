//! Areas by the reporting tree of the day.

use canbao_domain::date::Date;
use canbao_registry::area::{AreaChange, Areas, Version};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use utoipa::ToSchema;

use super::Group;
use super::frame::call::{Ask, Call};
use super::frame::problem::Problem;
use super::frame::{Code, Told, word};
use crate::right::Right;

pub(super) fn group() -> Group {
    let calls = vec![
        Call::read("listAreas", "下级区划", "/api/v1/areas", Right::Home, list)
            .about("一个区划直接管理的下级区划，按代码排列。"),
        Call::read("getArea", "一个区划", "/api/v1/areas/{code}", Right::Home, show)
            .about("区划的名称、级别，和从本人所负责的区域到它的各级。"),
        Call::read("getAreaHistory", "区划的沿革", "/api/v1/areas/{code}/history", Right::Areas, history)
            .about("一个区划从哪天到哪天叫什么、统计上属于谁、由谁管理，先旧后新；已撤销的也能查。"),
        Call::act("changeArea", "变更区划", "/api/v1/areas/{code}/changes", Right::ChangeAreas, change)
            .about("新增、改名、撤销，或改由别的单位管理，从写明的那一天起。各人能看到的范围随管理关系改变。"),
    ];
    Group {
        name: "区划", about: "按管理关系的区划，截至今天。只有所负责的区域和它的下级。", calls
    }
}

/// 区划
#[derive(Clone, Serialize, ToSchema)]
pub(super) struct Area {
    /// 代码
    code: String,
    /// 名称
    name: String,
    /// 级别：city、county、town、village
    level: String,
}

impl Area {
    /// An area by its code; none for one that is not there today.
    pub(super) fn of(areas: &Areas, code: &str) -> Option<Self> {
        let area = areas.get(code)?;
        Some(Self { code: code.to_owned(), name: area.name.clone(), level: area.level.clone() })
    }
}

/// 户籍所在
#[derive(Clone, Serialize, ToSchema)]
pub(super) struct Place {
    /// 区划代码
    code: String,
    /// 县、镇、村的名称
    name: String,
}

impl Place {
    /// Where a record is of; none where it is not known.
    pub(super) fn of(areas: &Areas, code: &str) -> Option<Self> {
        (!code.is_empty()).then(|| Self { code: code.to_owned(), name: areas.full_name(code) })
    }
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct Under {
    /// 上级区划；不写是所负责的区域
    #[schema(value_type = Option<word::AreaCode>)]
    under: Option<String>,
}

/// 下级区划
#[derive(Serialize, ToSchema)]
#[schema(as = AreaList)]
struct List {
    areas: Vec<Area>,
}

impl Told for List {
    fn example() -> Value {
        json!({"areas": [{"code": "610902001", "name": "江北街道", "level": "town"}]})
    }
}

async fn list(ask: Ask<Under>) -> Result<List, Problem> {
    let top = ask.caller.area(ask.given.under.as_deref())?;
    let under = ask.caller.areas.reporting_right_to(top);
    Ok(List { areas: under.iter().filter_map(|(code, _)| Area::of(&ask.caller.areas, code)).collect() })
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = AreaInPath)]
struct Which {
    /// 区划代码
    #[schema(value_type = word::AreaCode)]
    code: String,
}

/// 一个区划
#[derive(Serialize, ToSchema)]
#[schema(as = AreaInFull)]
struct Whole {
    code: String,
    name: String,
    /// 级别：city、county、town、village
    level: String,
    /// 从所负责的区域到它的各级
    chain: Vec<Area>,
}

impl Told for Whole {
    fn example() -> Value {
        json!({
            "code": "610902001", "name": "江北街道", "level": "town",
            "chain": [
                {"code": "610902", "name": "汉滨区", "level": "county"},
                {"code": "610902001", "name": "江北街道", "level": "town"},
            ],
        })
    }
}

async fn show(ask: Ask<Which>) -> Result<Whole, Problem> {
    let (caller, code) = (&ask.caller, ask.given.code.as_str());
    let Area { code, name, level } = Area::of(&caller.areas, caller.area(Some(code))?).ok_or_else(Problem::nothing)?;
    let chain = caller.areas.chain(&code).into_iter();
    let chain = chain.filter(|(code, _)| caller.areas.reports_to(code, caller.own_area()));
    let chain = chain.filter_map(|(code, _)| Area::of(&caller.areas, code)).collect();
    Ok(Whole { code, name, level, chain })
}

/// 区划的一段
#[derive(Serialize, ToSchema)]
#[schema(as = AreaVersion)]
struct Period {
    /// 从哪一天起
    since: String,
    /// 到哪一天以前；仍有效的没有
    until: Option<String>,
    name: String,
    /// 级别：city、county、town、village
    level: String,
    /// 统计上的上级：代码
    parent: Option<String>,
    /// 由谁管理：代码；由统计上的上级管理的没有
    reporting: Option<String>,
    /// hand 经办登记；extract 比对结果
    origin: &'static str,
}

impl Period {
    fn of(version: Version) -> Self {
        let Version { since, until, area, by_hand, .. } = version;
        let canbao_registry::area::Area { name, level, parent, reporting } = area;
        Self { since, until, name, level, parent, reporting, origin: if by_hand { "hand" } else { "extract" } }
    }
}

/// 区划的沿革
#[derive(Serialize, ToSchema)]
#[schema(as = AreaHistory)]
struct History {
    periods: Vec<Period>,
}

impl Told for History {
    fn example() -> Value {
        json!({"periods": [{
            "since": "2016-11-01", "until": null, "name": "江北街道", "level": "town", "parent": "610902",
            "reporting": null, "origin": "extract",
        }]})
    }
}

async fn history(ask: Ask<Which>) -> Result<History, Problem> {
    let found = ask.registry.area_history(&ask.given.code).await;
    let periods = found.map_err(|error| if error.is_refusal() { Problem::nothing() } else { error.into() })?;
    Ok(History { periods: periods.into_iter().map(Period::of).collect() })
}

/// 办什么
#[derive(Clone, Copy, Deserialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
#[schema(as = AreaAct)]
enum Act {
    /// 新增：写 name，上级不能由代码看出的写 other
    Add,
    /// 改名：写 name
    Rename,
    /// 撤销
    Close,
    /// 改由别的单位管理：写 other；写统计上的上级就是改回
    ReportTo,
}

/// 变更区划
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = AreaChange)]
struct Wanted {
    act: Act,
    /// 从哪一天起，最多提前一年
    #[schema(value_type = word::Day)]
    from: String,
    #[schema(value_type = Option<word::Short>)]
    name: Option<String>,
    /// 上级或管理单位的代码
    #[schema(value_type = Option<word::AreaCode>)]
    other: Option<String>,
}

impl Told for Wanted {
    fn example() -> Value {
        json!({"act": "rename", "from": "2016-12-01", "name": "江北办事处"})
    }
}

async fn change(ask: Ask<Which, Wanted>) -> Result<(), Problem> {
    let Wanted { act, from, name, other } = ask.body;
    let lacks = |member: &str| {
        let detail = "没有填写。".to_owned();
        let at = super::frame::problem::At { pointer: Some(format!("/{member}")), parameter: None, detail };
        Problem::new(Code::Refused).said("没有写全。", "请按 errors 补上；各种变更要写什么见文档。").with(vec![at])
    };
    let change = match act {
        Act::Add => AreaChange::Add { name: name.ok_or_else(|| lacks("name"))?, parent: other },
        Act::Rename => AreaChange::Rename { name: name.ok_or_else(|| lacks("name"))? },
        Act::Close => AreaChange::Close,
        Act::ReportTo => AreaChange::ReportTo { manager: other.ok_or_else(|| lacks("other"))? },
    };
    let from = Date::parse(&from).ok_or_else(|| lacks("from"))?;
    ask.registry.change_area(&ask.caller.asker("变更区划"), &ask.given.code, &change, from).await?;
    Ok(())
}
