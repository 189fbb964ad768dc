//! Employers, and who is insured through them. What names one is posted: who employs himself is named by it.

use std::collections::BTreeMap;

use canbao_registry::query;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use utoipa::ToSchema;

use super::Group;
use super::frame::call::{Ask, Call, Nothing};
use super::frame::problem::Problem;
use super::frame::{Told, word};
use super::people::Line;
use crate::right::Right;
use crate::say;

pub(super) fn group() -> Group {
    let calls = vec![
        Call::ask("findEmployers", "查用人单位", "/api/v1/employers/search", Right::People, find)
            .about("按统一社会信用代码、注册号、经办机构的单位编码或名称查；同名的有几家列几家。"),
        Call::ask("listEmployees", "单位的参保人", "/api/v1/employers/people", Right::People, members)
            .about("通过查到的单位在保的人，只有所负责区域内的，按编号排列。"),
    ];
    Group { name: "用人单位", about: "用人单位和通过它参保的人。", calls }
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
