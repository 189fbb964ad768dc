//! How many people of what there are.

use canbao_domain::standard;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use utoipa::ToSchema;

use super::Group;
use super::areas::Area;
use super::frame::call::{Ask, Call};
use super::frame::problem::Problem;
use super::frame::{Told, word};
use crate::right::Right;

pub(super) fn group() -> Group {
    let calls = vec![
        Call::read("getCounts", "各类人数", "/api/v1/counts", Right::People, counts)
            .about("一个区域里在册的人按类别各有多少，与首页和人员列表的数一致。"),
        Call::read("listFindings", "各类待核问题", "/api/v1/findings", Right::People, findings)
            .about("一个区域里各类待核问题涉及多少人；名单用 listPeople 的 finding 参数。"),
    ];
    Group { name: "人数", about: "随登记库变化的人数；按月的统计见“统计”。", calls }
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = InArea)]
pub(super) struct In {
    /// 区划；不写是所负责的区域
    #[schema(value_type = Option<word::AreaCode>)]
    pub(super) area: Option<String>,
}

/// 各类人数
#[derive(Serialize, ToSchema)]
struct Counts {
    area: Option<Area>,
    /// 登记库的版本：同一版本的数不变
    revision: i64,
    categories: Vec<OfCategory>,
}

/// 一类的人数
#[derive(Serialize, ToSchema)]
struct OfCategory {
    #[schema(value_type = word::Category)]
    category: &'static str,
    /// 类别的名称
    name: &'static str,
    people: i64,
}

impl Told for Counts {
    fn example() -> Value {
        json!({
            "area": {"code": "610902", "name": "汉滨区", "level": "county"}, "revision": 41,
            "categories": [{"category": "uninsured", "name": "未参保", "people": 12304}],
        })
    }
}

async fn counts(ask: Ask<In>) -> Result<Counts, Problem> {
    let caller = &ask.caller;
    let area = caller.area(ask.given.area.as_deref())?;
    let revision = ask.registry.revision().await?;
    let counts = ask.registry.counts(&caller.scope, caller.asked(area).as_deref()).await?;
    let of = |category: &canbao_domain::rules::Category| OfCategory {
        category: category.as_str(),
        name: category.chinese(),
        people: counts.of(*category),
    };
    let categories = canbao_domain::rules::Category::ALL.iter().map(of).collect();
    Ok(Counts { area: Area::of(&caller.areas, area), revision, categories })
}

/// 各类待核问题
#[derive(Serialize, ToSchema)]
#[schema(as = FindingCounts)]
struct Findings {
    area: Option<Area>,
    findings: Vec<OfKind>,
}

/// 一类问题涉及的人数
#[derive(Serialize, ToSchema)]
struct OfKind {
    /// 问题种类
    kind: String,
    /// 种类的名称
    name: String,
    people: i64,
}

impl Told for Findings {
    fn example() -> Value {
        json!({
            "area": {"code": "610902", "name": "汉滨区", "level": "county"},
            "findings": [{"kind": "duplicate-medical", "name": "重复参加医疗保险", "people": 214}],
        })
    }
}

async fn findings(ask: Ask<In>) -> Result<Findings, Problem> {
    let caller = &ask.caller;
    let area = caller.area(ask.given.area.as_deref())?;
    let counts = ask.registry.counts(&caller.scope, caller.asked(area).as_deref()).await?;
    let kinds = standard::finding_kinds();
    let of = |(kind, people): (&String, &i64)| OfKind {
        name: kinds.find(kind).map_or_else(|| kind.clone(), |entry| entry.name().to_owned()),
        kind: kind.clone(),
        people: *people,
    };
    Ok(Findings { area: Area::of(&caller.areas, area), findings: counts.findings.iter().map(of).collect() })
}
