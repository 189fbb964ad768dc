//! What is masked, for a purpose; the household.

use canbao_registry::person::{NumberKind, Whole};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use utoipa::ToSchema;

use super::Which;
use crate::api::frame::call::Ask;
use crate::api::frame::problem::Problem;
use crate::api::frame::{Told, word};
use crate::api::people::Line;
use crate::say;

/// 用途
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = Reveal)]
pub(super) struct Purpose {
    #[schema(value_type = word::Purpose)]
    purpose: String,
}

impl Told for Purpose {
    fn example() -> Value {
        json!({"purpose": "约定上门"})
    }
}

/// 一个号码，完整
#[derive(Serialize, ToSchema)]
struct WholeNumber {
    /// current 现在的社会保障号码；former 曾登记为；certificate 其他证件
    kind: &'static str,
    value: String,
}

/// 平时遮盖的内容
#[derive(Serialize, ToSchema)]
pub(super) struct Revealed {
    id: i64,
    numbers: Vec<WholeNumber>,
    /// 出生日期
    #[schema(format = Date)]
    birth_date: Option<String>,
    /// 电话
    phone: Option<String>,
    /// 住址
    address: Option<String>,
}

impl Told for Revealed {
    fn example() -> Value {
        json!({
            "id": 30418, "numbers": [{"kind": "current", "value": "612401197505120037"}], "birth_date": "1975-05-12",
            "phone": "13912345207", "address": "张滩村一组",
        })
    }
}

pub(super) async fn reveal(ask: Ask<Which, Purpose>) -> Result<Revealed, Problem> {
    let purpose = format!("显示号码、出生日期、电话和住址：{}", ask.body.purpose);
    let whole = ask.registry.person(&ask.caller.asker(purpose), ask.given.id).await?;
    let number = |number: &canbao_registry::person::Number| WholeNumber {
        kind: NumberKind::as_str(number.kind),
        value: number.value.clone(),
    };
    Ok(Revealed {
        id: whole.person,
        numbers: whole.numbers.iter().map(number).collect(),
        birth_date: whole.record.birth.map(|day| day.to_string()),
        phone: whole.record.phone.clone(),
        address: whole.record.address.clone(),
    })
}

/// 同户的一个人
#[derive(Serialize, ToSchema)]
struct Member {
    #[serde(flatten)]
    line: Line,
    /// 与户主关系代码
    relation: Option<String>,
    /// 养老保险
    #[schema(value_type = word::InsuranceState)]
    pension: &'static str,
    /// 医疗保险
    #[schema(value_type = word::InsuranceState)]
    medical: &'static str,
}

/// 同户的人
#[derive(Serialize, ToSchema)]
pub(super) struct Household {
    members: Vec<Member>,
}

impl Told for Household {
    fn example() -> Value {
        let mut member = Line::sample();
        if let Some(member) = member.as_object_mut() {
            member.extend([("relation".into(), "02".into()), ("pension".into(), "none".into())]);
            member.insert("medical".into(), "none".into());
        }
        json!({"members": [member]})
    }
}

pub(super) async fn household(ask: Ask<Which>) -> Result<Household, Problem> {
    let (caller, today) = (&ask.caller, say::today());
    let dossier = ask.registry.dossier(&caller.asker("同户的人"), ask.given.id).await?;
    let member = |whole: &Whole| Member {
        line: Line::of_whole(whole, &caller.areas, today),
        relation: whole.record.relation.clone(),
        pension: whole.derived.pension.as_str(),
        medical: whole.derived.medical.as_str(),
    };
    Ok(Household { members: dossier.family.iter().map(member).collect() })
}
