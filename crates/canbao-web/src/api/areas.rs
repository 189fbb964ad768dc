//! Areas by the reporting tree of the day.

use canbao_registry::area::Areas;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use utoipa::ToSchema;

use super::Group;
use super::frame::call::{Ask, Call};
use super::frame::problem::Problem;
use super::frame::{Told, word};
use crate::right::Right;

pub(super) fn group() -> Group {
    let calls = vec![
        Call::read("listAreas", "下级区划", "/api/v1/areas", Right::Home, list)
            .about("一个区划直接管理的下级区划，按代码排列。"),
        Call::read("getArea", "一个区划", "/api/v1/areas/{code}", Right::Home, show)
            .about("区划的名称、级别，和从本人所负责的区域到它的各级。"),
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
