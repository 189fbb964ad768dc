//! One person: the record, masked; what is masked, for a purpose; the household; how it came to be so; who looked.

use canbao_domain::date::Date;
use canbao_domain::standard;
use canbao_registry::change::{Claim, Moment, Procedure};
use canbao_registry::person::{NumberKind, Whole};
use canbao_registry::{audit, change, instant};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use utoipa::ToSchema;

use super::Group;
use super::areas::Place;
use super::changes::Summary;
use super::frame::call::{Ask, Call};
use super::frame::caller::Caller;
use super::frame::problem::Problem;
use super::frame::{Told, word};
use super::people::{Line, sex};
use crate::page::person::covered;
use crate::right::Right;
use crate::say;

pub(super) fn group() -> Group {
    let calls = vec![
        Call::read("getPerson", "一个人的记录", "/api/v1/people/{id}", Right::People, show).versioned().about(
            "号码、出生日期、电话、住址是遮盖的。写 as_of 看那一天的记录。回答里的 revision 用于提出和审核变更。",
        ),
        Call::ask("revealPerson", "显示遮盖的内容", "/api/v1/people/{id}/reveal", Right::Reveal, reveal)
            .about("写明用途，看号码、出生日期、电话和住址。用途记入查看记录。"),
        Call::read("getHousehold", "同户的人", "/api/v1/people/{id}/household", Right::People, household)
            .about("同户号的人，户主在前；只有所负责区域内的。没有户号的人没有同户。"),
        Call::read("getHistory", "变动经过", "/api/v1/people/{id}/history", Right::People, history)
            .about("记录的各版本，先旧后新：什么时候、谁、改了哪些项目；不含内容。"),
        Call::read("getLooks", "谁看过", "/api/v1/people/{id}/looks", Right::People, looks)
            .about("单独看过此人记录的账号、时间和用途，先新后旧。"),
        Call::read("listChangesOfPerson", "此人的申请", "/api/v1/people/{id}/changes", Right::People, changes)
            .about("对此人记录提出的全部申请，先旧后新。"),
        Call::read("listClaims", "本人的说法", "/api/v1/people/{id}/claims", Right::People, claims)
            .about("入户或来人时本人对参保情况的说法，先旧后新。"),
        Call::act("addClaim", "登记本人的说法", "/api/v1/people/{id}/claims", Right::Propose, claim)
            .about("说法与经办机构的数据不同的，成为待核问题；不改参保记录，也不必审核。"),
    ];
    Group {
        name: "个人记录", about: "一个人的记录和它的经过。区域以外的人一律是 404。", calls
    }
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = PersonId)]
pub(super) struct Which {
    /// 人员编号
    #[schema(value_type = word::Id)]
    id: i64,
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct OnDay {
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
struct Person {
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

    fn version(&self) -> Option<i64> {
        Some(self.revision)
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

async fn show(ask: Ask<OnDay>) -> Result<Person, Problem> {
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

/// 用途
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = Reveal)]
struct Purpose {
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
struct Revealed {
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

async fn reveal(ask: Ask<Which, Purpose>) -> Result<Revealed, Problem> {
    let purpose = format!("显示号码、出生日期、电话和住址：{}", ask.body.purpose);
    let whole = ask.registry.person(&ask.caller.asker(&purpose), ask.given.id).await?;
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
struct Household {
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

async fn household(ask: Ask<Which>) -> Result<Household, Problem> {
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

/// 记录的一版
#[derive(Serialize, ToSchema)]
struct Event {
    revision: i64,
    /// 什么时候知道的
    #[schema(value_type = word::Instant)]
    at: String,
    /// 从哪一天起算
    effective: String,
    /// 怎么来的：apply、办理种类、claim、undo、exchange
    kind: String,
    /// 它的名称；没有名称的没有
    name: Option<&'static str>,
    /// 谁办的：账号，或 os:服务器用户
    actor: String,
    /// 改了哪些项目
    what: String,
    /// 撤销了它的版本
    undone_by: Option<i64>,
}

impl Event {
    fn of(event: change::Event) -> Self {
        Self {
            revision: event.revision,
            at: instant(event.at),
            effective: event.effective,
            name: Procedure::chinese_of(&event.kind),
            kind: event.kind,
            actor: event.actor,
            what: event.what,
            undone_by: event.undone_by,
        }
    }
}

/// 变动经过
#[derive(Serialize, ToSchema)]
struct History {
    events: Vec<Event>,
}

impl Told for History {
    fn example() -> Value {
        json!({"events": [{
            "revision": 37, "at": "2016-11-03T08:00:00+08:00", "effective": "2016-10-31", "kind": "apply", "name": null,
            "actor": "os:canbao", "what": "首次登记", "undone_by": null,
        }]})
    }
}

async fn history(ask: Ask<Which>) -> Result<History, Problem> {
    let events = ask.registry.history(&ask.caller.asker("变动经过"), ask.given.id).await?;
    Ok(History { events: events.into_iter().map(Event::of).collect() })
}

/// 一次查看
#[derive(Serialize, ToSchema)]
pub(super) struct Look {
    /// 查看记录的第几条
    seq: i64,
    #[schema(value_type = word::Instant)]
    at: String,
    /// 谁：账号，或 os:服务器用户
    actor: String,
    /// 用途
    purpose: String,
    /// 看了哪些记录：登记库自己的编号，或列表的条件
    subject: String,
    /// 看到几个人
    people: i64,
}

impl Look {
    pub(super) fn of(look: audit::Looked) -> Self {
        let audit::Looked { seq, at, actor, purpose, subject, persons } = look;
        Self { seq, at: instant(at), actor, purpose, subject, people: persons }
    }

    pub(super) fn sample() -> Value {
        json!({
            "seq": 90112, "at": "2016-11-22T09:12:31+08:00", "actor": "chen.hui", "purpose": "人员页", "subject": "30418",
            "people": 1,
        })
    }
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct First {
    /// 人员编号
    #[schema(value_type = word::Id)]
    id: i64,
    #[schema(value_type = Option<word::Limit>)]
    limit: Option<i64>,
}

/// 谁看过
#[derive(Serialize, ToSchema)]
#[schema(as = LooksAtPerson)]
struct Looks {
    /// 一共几次
    total: i64,
    looks: Vec<Look>,
}

impl Told for Looks {
    fn example() -> Value {
        json!({"total": 1, "looks": [Look::sample()]})
    }
}

async fn looks(ask: Ask<First>) -> Result<Looks, Problem> {
    // in reach, or there is nobody
    ask.registry.person(&ask.caller.asker("谁看过"), ask.given.id).await?;
    let (looks, total) = ask.registry.looks_at(ask.given.id, ask.given.limit.unwrap_or(50)).await?;
    Ok(Looks { total, looks: looks.into_iter().map(Look::of).collect() })
}

/// 此人的申请
#[derive(Serialize, ToSchema)]
#[schema(as = ChangesOfPerson)]
struct Changes {
    changes: Vec<Summary>,
}

impl Told for Changes {
    fn example() -> Value {
        json!({"changes": [Summary::sample()]})
    }
}

async fn changes(ask: Ask<Which>) -> Result<Changes, Problem> {
    let requests = ask.registry.requests(&ask.caller.asker("此人的申请"), ask.given.id).await?;
    Ok(Changes { changes: requests.into_iter().map(Summary::of).collect() })
}

/// 本人对参保情况的说法
#[derive(Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = Claim)]
struct Said {
    /// 哪项保险
    item: Item,
    /// 说的是什么
    #[schema(value_type = word::InsuranceState)]
    said: String,
    /// 哪一天说的，不能晚于今天
    #[schema(value_type = word::Day)]
    said_on: String,
    /// 在哪里说的，如入户、窗口
    #[schema(value_type = word::Short)]
    source: String,
}

/// 保险
#[derive(Clone, Copy, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
#[schema(as = ClaimItem)]
enum Item {
    /// 养老保险
    Pension,
    /// 医疗保险
    Medical,
}

impl Told for Said {
    fn example() -> Value {
        json!({"item": "medical", "said": "elsewhere", "said_on": "2016-11-20", "source": "入户"})
    }
}

async fn claim(ask: Ask<Which, Said>) -> Result<(), Problem> {
    let Said { item, said, said_on, source } = ask.body;
    let item = match item {
        Item::Pension => "pension",
        Item::Medical => "medical",
    };
    let claim = Claim { item: item.to_owned(), said, said_on, source };
    ask.registry.record_claim(&ask.caller.asker("登记本人的说法"), ask.given.id, &claim, say::today()).await?;
    Ok(())
}

/// 一条说法，如登记的样子
#[derive(Serialize, ToSchema)]
struct ClaimMade {
    /// pension 或 medical
    item: String,
    said: String,
    said_on: String,
    source: String,
}

/// 本人的说法
#[derive(Serialize, ToSchema)]
struct Claims {
    claims: Vec<ClaimMade>,
}

impl Told for Claims {
    fn example() -> Value {
        json!({"claims": [Said::example()]})
    }
}

async fn claims(ask: Ask<Which>) -> Result<Claims, Problem> {
    let claims = ask.registry.claims(&ask.caller.asker("本人的说法"), ask.given.id).await?;
    let made = |Claim { item, said, said_on, source }| ClaimMade { item, said, said_on, source };
    Ok(Claims { claims: claims.into_iter().map(made).collect() })
}
