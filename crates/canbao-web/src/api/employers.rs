//! Employers, and who is insured through them. What names one is posted: who employs himself is named by it.

use std::collections::BTreeMap;

use canbao_registry::query::{self, UnitFilter, UnitLine};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use utoipa::ToSchema;

use super::Group;
use super::frame::call::{Ask, Call, Nothing};
use super::frame::problem::Problem;
use super::frame::seek::paged;
use super::frame::{Told, word};
use super::people::Line;
use crate::right::Right;
use crate::say;

pub(super) fn group() -> Group {
    let calls = vec![
        Call::read("listEmployers", "单位列表", "/api/v1/employers", Right::Employers, list)
            .about("所负责区域内的用人单位，可按县和类别筛选，按单位编号排列。"),
        Call::ask("findEmployers", "查用人单位", "/api/v1/employers/search", Right::People, find)
            .about("按统一社会信用代码、注册号、经办机构的单位编码或名称查；同名的有几家列几家。"),
        Call::ask("listEmployees", "单位的参保人", "/api/v1/employers/people", Right::People, members)
            .about("通过查到的单位在保的人，只有所负责区域内的，按编号排列。"),
    ];
    Group { name: "用人单位", about: "用人单位和通过它参保的人。", calls }
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = EmployersAsked)]
struct Asked {
    /// 只看这个县的：6 位代码；不写是全部
    #[schema(value_type = Option<word::CountyCode>)]
    county: Option<String>,
    /// 只看这一类的；不写是全部
    #[schema(value_type = Option<word::UnitCategory>)]
    category: Option<String>,
    /// 从哪个单位编号之后看起：上一次回答中的 next
    #[schema(value_type = Option<word::After>)]
    after: Option<i64>,
    #[schema(value_type = Option<word::Limit>)]
    limit: Option<i64>,
}

/// 列表里的单位
#[derive(Serialize, ToSchema)]
#[schema(as = EmployerInList)]
struct Unit {
    /// 登记库自己的编号
    id: i64,
    /// 统一社会信用代码，没有的是工商注册号
    code: Option<String>,
    /// 名称
    name: Option<String>,
    /// 单位类型
    kind: Option<String>,
    /// 所在县的代码
    county: Option<String>,
    /// 类别
    #[schema(value_type = word::UnitCategory)]
    category: String,
    /// 上次比对时通过它参保的人数
    insured_people: i64,
}

/// 单位列表
#[derive(Serialize, ToSchema)]
#[schema(as = EmployersPage)]
struct List {
    /// 一共几个，所有页
    total: i64,
    employers: Vec<Unit>,
    /// 下一页从哪个编号之后开始；最后一页没有
    next: Option<i64>,
}

impl Told for List {
    fn example() -> Value {
        let unit = json!({
            "id": 12, "code": "91610902MA6YABCD0X", "name": "安康市第一建筑公司", "kind": "企业", "county": "610902",
            "category": "confirmed", "insured_people": 318,
        });
        json!({"total": 1, "employers": [unit], "next": null})
    }
}

async fn list(ask: Ask<Asked>) -> Result<List, Problem> {
    let (caller, Asked { county, category, after, limit }) = (&ask.caller, ask.given);
    let filter = UnitFilter { county: county.unwrap_or_default(), category: category.unwrap_or_default() };
    let limit = limit.unwrap_or(50);
    let total = ask.registry.unit_count(&caller.scope, &filter).await?;
    let asker = caller.asker("单位列表");
    let units = ask.registry.list_units(&asker, &filter, after.unwrap_or_default(), limit + 1).await?;
    let (units, next) = paged(units, limit, |unit| unit.unit);
    let unit = |unit: UnitLine| Unit {
        id: unit.unit,
        code: unit.code,
        name: unit.name,
        kind: unit.kind,
        county: unit.county,
        category: unit.category,
        insured_people: unit.insured_people,
    };
    Ok(List { total, employers: units.into_iter().map(unit).collect(), next })
}

/// 查用人单位
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = EmployerSearch)]
struct Sought {
    /// 信用代码、注册号、单位编码或名称
    #[schema(value_type = word::Short)]
    text: String,
}

impl Told for Sought {
    fn example() -> Value {
        json!({"text": "安康市第一建筑公司"})
    }
}

/// 用人单位
#[derive(Serialize, ToSchema)]
struct Employer {
    /// 登记库自己的编号；只在参保数据里出现的没有
    id: Option<i64>,
    /// 统一社会信用代码
    credit_code: Option<String>,
    /// 工商注册号
    registration_number: Option<String>,
    /// 名称
    name: Option<String>,
    /// 单位类型
    kind: Option<String>,
    /// 所在县的代码
    county: Option<String>,
    /// closed、unregistered、information、not-required、uninsured、confirmed
    category: Option<String>,
    /// 上次比对时通过它参保的人数
    insured_people: Option<i64>,
    /// 在保的记录数，按险种；只有所负责区域内的
    live: BTreeMap<String, i64>,
    /// 这些记录是多少人的
    people: i64,
}

impl Employer {
    fn of(employer: query::Employer) -> Self {
        Self {
            id: employer.unit,
            credit_code: employer.credit_code,
            registration_number: employer.registration_number,
            name: employer.name,
            kind: employer.kind,
            county: employer.county,
            category: employer.category,
            insured_people: employer.insured_people,
            live: employer.live,
            people: employer.people,
        }
    }

    fn sample() -> Value {
        json!({
            "id": 12, "credit_code": "91610902MA6YABCD0X", "registration_number": null, "name": "安康市第一建筑公司",
            "kind": "企业", "county": "610902", "category": "confirmed", "insured_people": 318,
            "live": {"employee-medical": 310, "employee-pension": 318}, "people": 318,
        })
    }
}

/// 查到的用人单位
#[derive(Serialize, ToSchema)]
#[schema(as = Employers)]
struct Found {
    employers: Vec<Employer>,
}

impl Told for Found {
    fn example() -> Value {
        json!({"employers": [Employer::sample()]})
    }
}

async fn find(ask: Ask<Nothing, Sought>) -> Result<Found, Problem> {
    let found = ask.registry.by_unit(&ask.caller.asker("查用人单位"), &ask.body.text).await?;
    Ok(Found { employers: found.into_iter().map(Employer::of).collect() })
}

/// 单位的参保人
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = EmployeesAsked)]
struct Whose {
    /// 信用代码、注册号、单位编码或名称
    #[schema(value_type = word::Short)]
    text: String,
    /// 从哪个人员编号之后看起：上一次回答中的 next
    #[schema(value_type = Option<word::After>)]
    after: Option<i64>,
    #[schema(value_type = Option<word::Limit>)]
    limit: Option<i64>,
}

impl Told for Whose {
    fn example() -> Value {
        json!({"text": "安康市第一建筑公司", "limit": 50})
    }
}

/// 单位的参保人
#[derive(Serialize, ToSchema)]
struct Employees {
    employers: Vec<Employer>,
    /// 一共多少人
    total: i64,
    people: Vec<Line>,
    /// 下一页从哪个人员编号之后开始；最后一页没有
    next: Option<i64>,
}

impl Told for Employees {
    fn example() -> Value {
        json!({"employers": [Employer::sample()], "total": 318, "people": [Line::sample()], "next": 30418})
    }
}

async fn members(ask: Ask<Nothing, Whose>) -> Result<Employees, Problem> {
    let (caller, Whose { text, after, limit }, today) = (&ask.caller, &ask.body, say::today());
    let limit = limit.unwrap_or(50);
    let found = ask.registry.unit_members(&caller.asker("单位的参保人"), text, *after, limit).await?;
    Ok(Employees {
        employers: found.units.into_iter().map(Employer::of).collect(),
        total: found.people,
        people: found.lines.iter().map(|line| Line::of_line(line, &caller.areas, today)).collect(),
        next: found.next,
    })
}
