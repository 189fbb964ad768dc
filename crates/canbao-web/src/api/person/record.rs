//! The record, masked.

use canbao_domain::date::Date;
use canbao_domain::standard;
use canbao_registry::change::Moment;
use canbao_registry::person::Whole;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use utoipa::ToSchema;

use crate::api::areas::Place;
use crate::api::frame::call::Ask;
use crate::api::frame::caller::Caller;
use crate::api::frame::problem::Problem;
use crate::api::frame::{Told, word};
use crate::api::people::sex;
use crate::page::person::covered;
use crate::say;

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct OnDay {
    /// 人员编号
    #[schema(value_type = word::Id)]
    id: i64,
    /// 看哪一天的记录；不写是现在
    #[schema(value_type = Option<word::Day>)]
    as_of: Option<String>,
}

/// 一个号码，已遮盖
#[derive(Serialize, ToSchema)]
#[schema(as = MaskedNumber)]
struct Number {
    /// 号码这一条的编号，拆分时用
    id: i64,
    /// current 现在的社会保障号码；former 曾登记为；certificate 其他证件
    kind: &'static str,
    /// 号码，已遮盖
    masked: String,
    /// 怎么知道的
    evidence: String,
}

/// 一条参保记录
#[derive(Serialize, ToSchema)]
struct Enrolment {
    /// 这一条的编号，拆分时用
    id: i64,
    /// 险种
    scheme: String,
    /// pension、medical 或 other
    insurance: &'static str,
    /// normal 正常；suspended 暂停；ended 终止；或部门的原代码
    status: Option<String>,
    /// drawing 领取待遇；suspended 暂停
    benefit: Option<String>,
    /// 单位名称
    unit_name: Option<String>,
    /// 统筹区
    pooling_area: Option<String>,
    /// 参保日期
    #[schema(format = Date)]
    since: Option<String>,
    /// 中断或终止的原因
    reason: Option<String>,
    /// extract 部门数据；hand 经办登记
    origin: &'static str,
    /// 数据来源的名称
    source: Option<String>,
    /// 在来源中的第几行
    line: Option<i64>,
}

/// 一个待核问题
#[derive(Serialize, ToSchema)]
struct Finding {
    /// 编号
    id: i64,
    /// 问题种类
    kind: String,
    /// 种类的名称
    name: String,
    /// 说明，其中的号码已遮盖
    detail: Option<String>,
}

/// 一个人的记录，已遮盖
#[derive(Serialize, ToSchema)]
pub(super) struct Person {
    #[serde(skip)]
    tag: String,
    id: i64,
    /// 记录的版本；提出和审核变更时写在 seen 里
    revision: i64,
    /// 这一版从哪一天起算
    effective: String,
    /// current 在册；ended 已不在册；merged 已合并
    state: &'static str,
    /// 合并到的人员编号
    merged_into: Option<i64>,
    /// 姓名
    name: Option<String>,
    numbers: Vec<Number>,
    #[schema(value_type = word::Sex)]
    sex: String,
    /// 出生的年份；月日是遮盖的
    birth_year: Option<i32>,
    /// 周岁
    age: Option<i32>,
    /// 民族代码
    ethnic: Option<String>,
    /// 户口性质代码
    hukou: Option<String>,
    /// 户号
    household: Option<String>,
    /// 与户主关系代码
    relation: Option<String>,
    /// 户籍地
    area: Option<Place>,
    /// 电话，已遮盖
    phone: Option<String>,
    /// 是否登记了住址
    has_address: bool,
    #[schema(value_type = word::Population)]
    population: &'static str,
    /// alive、deceased、moved-out
    life: &'static str,
    /// 死亡或迁出的日期
    #[schema(format = Date)]
    life_date: Option<String>,
    /// 低保、五保
    subsistence: bool,
    /// 残疾人补助
    disability: bool,
    #[schema(value_type = word::Category)]
    category: &'static str,
    /// 依据
    reasons: Vec<&'static str>,
    /// 养老保险
    #[schema(value_type = word::InsuranceState)]
    pension: &'static str,
    /// 医疗保险
    #[schema(value_type = word::InsuranceState)]
    medical: &'static str,
    enrolments: Vec<Enrolment>,
    findings: Vec<Finding>,
}

impl Told for Person {
    fn example() -> Value {
        json!({
            "id": 30418, "revision": 37, "effective": "2016-10-31", "state": "current", "merged_into": null,
            "name": "罗承志",
            "numbers": [{"id": 91, "kind": "current", "masked": "612401 **** **** 0037", "evidence": "户籍人口册第 3 行"}],
            "sex": "1", "birth_year": 1975, "age": 41, "ethnic": "01", "hukou": "1", "household": "610902107201-0416",
            "relation": "02", "area": {"code": "610902001001", "name": "汉滨区 江北街道 张滩村"},
            "phone": "139 **** 5207", "has_address": true, "population": "registered", "life": "alive", "life_date": null,
            "subsistence": false, "disability": false, "category": "partial", "reasons": ["没有参加养老保险"],
            "pension": "none", "medical": "enrolled",
            "enrolments": [{
                "id": 512, "scheme": "rural-medical", "insurance": "medical", "status": "normal", "benefit": null,
                "unit_name": null, "pooling_area": "610902", "since": "2009-01-01", "reason": null, "origin": "extract",
                "source": "rural-medical", "line": 48210,
            }],
            "findings": [{"id": 77, "kind": "name-differs", "name": "姓名不一致", "detail": "名册第 3 行写作“罗承忠”"}],
        })
    }

    fn version(&self) -> Option<&str> {
        Some(&self.tag)
    }
}

impl Person {
    fn of(whole: &Whole, caller: &Caller, today: Date) -> Self {
        let (record, kinds) = (&whole.record, standard::finding_kinds());
        let number = |number: &canbao_registry::person::Number| Number {
            id: number.id,
            kind: number.kind.as_str(),
            masked: say::number(&number.value),
            evidence: covered(&number.evidence),
        };
        let enrolment = |row: &canbao_registry::person::Enrolment| Enrolment {
            id: row.id,
            scheme: row.scheme.clone(),
            insurance: row.insurance.as_str(),
            status: row.status.clone(),
            benefit: row.benefit.clone(),
            unit_name: row.unit_name.clone(),
            pooling_area: row.pooling_area.clone(),
            since: row.since.map(|day| day.to_string()),
            reason: row.reason.clone(),
            origin: row.origin.as_str(),
            source: row.source.clone(),
            line: row.line,
        };
        let finding = |finding: &canbao_registry::person::Finding| Finding {
            id: finding.id,
            name: kinds.find(&finding.kind).map_or_else(|| finding.kind.clone(), |kind| kind.name().to_owned()),
            kind: finding.kind.clone(),
            detail: finding.detail.as_deref().map(covered),
        };
        Self {
            tag: whole.revision.to_string(),
            id: whole.person,
            revision: whole.revision,
            effective: whole.effective.clone(),
            state: record.state.as_str(),
            merged_into: record.merged_into,
            name: record.name.clone(),
            numbers: whole.numbers.iter().map(number).collect(),
            sex: sex(&record.sex),
            birth_year: record.birth.map(|birth| birth.ymd().0),
            age: record.birth.map(|birth| birth.age_on(today).max(0)),
            ethnic: record.ethnic.clone(),
            hukou: record.hukou.clone(),
            household: record.household.clone(),
            relation: record.relation.clone(),
            area: Place::of(&caller.areas, &record.area),
            phone: record.phone.as_deref().map(say::phone),
            has_address: record.address.is_some(),
            population: record.population.as_str(),
            life: record.life.as_str(),
            life_date: record.life_date.map(|day| day.to_string()),
            subsistence: record.subsistence,
            disability: record.disability,
            category: whole.derived.category.as_str(),
            reasons: whole.derived.reasons.chinese().collect(),
            pension: whole.derived.pension.as_str(),
            medical: whole.derived.medical.as_str(),
            enrolments: whole.enrolments.iter().map(enrolment).collect(),
            findings: whole.findings.iter().map(finding).collect(),
        }
    }
}

pub(super) async fn show(ask: Ask<OnDay>) -> Result<Person, Problem> {
    let (caller, OnDay { id, as_of }) = (&ask.caller, &ask.given);
    let whole = match as_of.as_deref().and_then(Date::parse) {
        None => ask.registry.person(&caller.asker("人员记录"), *id).await?,
        Some(day) => {
            let moment = Moment { effective: Some(day), known_at: None };
            ask.registry.as_of_moment(&caller.asker("人员记录（历史）"), *id, moment).await?
        }
    };
    Ok(Person::of(&whole, caller, say::today()))
}
