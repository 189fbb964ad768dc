//! How many findings there are, and lists of one kind.

use canbao_domain::standard;
use canbao_registry::finding::{Question, Stand, WorkFilter, WorkLine};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use utoipa::ToSchema;

use crate::api::areas::{Area, Place};
use crate::api::counts::In;
use crate::api::frame::call::Ask;
use crate::api::frame::caller::Caller;
use crate::api::frame::problem::Problem;
use crate::api::frame::seek::{next, previous, seek};
use crate::api::frame::{Told, word};
use crate::page::finding::{kind_name, source_name};
use crate::page::person::covered;
use crate::say;

/// 一类疑点的条数
#[derive(Serialize, ToSchema)]
#[schema(as = CaseCount)]
struct Count {
    #[schema(value_type = word::FindingKind)]
    kind: String,
    /// 种类的名称
    name: String,
    /// 问的是什么
    question: &'static str,
    /// 待核对
    open: i64,
    /// 请村里核实，还没有答复
    asked: i64,
    /// 村里已答复，等着下结论
    answered: i64,
    /// 已核对
    done: i64,
    /// 一共
    total: i64,
}

/// 各类疑点的条数
#[derive(Serialize, ToSchema)]
#[schema(as = CaseCounts)]
pub(super) struct Counts {
    area: Option<Area>,
    kinds: Vec<Count>,
}

impl Told for Counts {
    fn example() -> Value {
        json!({
            "area": {"code": "610902", "name": "汉滨区", "level": "county"},
            "kinds": [{
                "kind": "row-unresolved", "name": "无法确认是谁", "question": "这一行是不是此人的？",
                "open": 212, "asked": 3, "answered": 1, "done": 40, "total": 256,
            }],
        })
    }
}

pub(super) async fn counts(ask: Ask<In>) -> Result<Counts, Problem> {
    let caller = &ask.caller;
    let area = caller.area(ask.given.area.as_deref())?;
    let counts = ask.app.kept.work(&ask.app, caller, area).await?;
    // employers have lists of their own
    let entries = standard::finding_kinds().entries().iter().filter(|entry| !entry.code().starts_with("unit-"));
    let count = |entry: &standard::Entry| {
        let one = counts.get(entry.code()).copied().unwrap_or_default();
        Count {
            kind: entry.code().to_owned(),
            name: entry.name().to_owned(),
            question: Question::of(entry.code()).chinese(),
            open: one.open(),
            asked: one.asked,
            answered: one.answered,
            done: one.done,
            total: one.all,
        }
    };
    Ok(Counts { area: Area::of(&caller.areas, area), kinds: entries.map(count).collect() })
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = CasesAsked)]
pub(super) struct Asked {
    #[schema(value_type = word::FindingKind)]
    kind: String,
    /// 核对到哪一步；不写是全部
    #[schema(value_type = Option<word::Stand>)]
    stand: Option<String>,
    /// 区划；不写是所负责的区域
    #[schema(value_type = Option<word::AreaCode>)]
    area: Option<String>,
    #[schema(value_type = Option<word::Cursor>)]
    cursor: Option<String>,
    #[schema(value_type = Option<word::Limit>)]
    limit: Option<i64>,
}

/// 有疑的一行在哪里
#[derive(Serialize, ToSchema)]
#[schema(as = CaseSource)]
pub(super) struct Origin {
    /// 来源
    source: String,
    /// 来源的名称
    name: String,
    /// 第几行数据
    row: i64,
}

impl Origin {
    pub(super) fn of(source: Option<&str>, row: Option<i64>) -> Option<Self> {
        let (source, row) = (source?, row?);
        Some(Self { source: source.to_owned(), name: source_name(source), row })
    }
}

/// 列表中的一条疑点，号码已遮盖
#[derive(Serialize, ToSchema)]
#[schema(as = CaseInList)]
pub(super) struct Line {
    /// 疑点编号
    id: i64,
    #[schema(value_type = word::FindingKind)]
    kind: String,
    /// 种类的名称
    kind_name: String,
    #[schema(value_type = word::Stand)]
    stand: &'static str,
    /// 关于哪个人：人员编号；还不知道是谁的没有
    person: Option<i64>,
    /// 姓名；还不知道是谁的，是那一行里写的
    name: Option<String>,
    /// 号码，已遮盖；同上
    number: Option<String>,
    /// 区划
    area: Option<Place>,
    /// 说明，其中的号码已遮盖
    detail: Option<String>,
    /// 有疑的一行
    row: Option<Origin>,
}

impl Line {
    pub(super) fn of(line: &WorkLine, caller: &Caller) -> Self {
        Self {
            id: line.id,
            kind_name: kind_name(&line.kind),
            kind: line.kind.clone(),
            stand: line.stand().as_str(),
            person: line.person,
            name: line.name.clone(),
            number: line.number.as_deref().map(say::number),
            area: Place::of(&caller.areas, &line.area),
            detail: line.detail.as_deref().map(covered),
            row: Origin::of(line.source.as_deref(), line.row),
        }
    }

    pub(super) fn sample() -> Value {
        json!({
            "id": 1207, "kind": "row-unresolved", "kind_name": "无法确认是谁", "stand": "open", "person": null,
            "name": "李常顺", "number": "610902 **** **** 4523",
            "area": {"code": "610902001002", "name": "汉滨区 江北街道 黄沟村"}, "detail": null,
            "row": {"source": "rural-medical", "name": "新型农村合作医疗", "row": 61507},
        })
    }
}

/// 一页疑点
#[derive(Serialize, ToSchema)]
#[schema(as = CasesPage)]
pub(super) struct List {
    /// 一共几条，所有页
    total: i64,
    cases: Vec<Line>,
    /// 下一页的位置；最后一页没有
    next: Option<String>,
    /// 上一页的位置；第一页没有
    previous: Option<String>,
}

impl Told for List {
    fn example() -> Value {
        json!({"total": 212, "cases": [Line::sample()], "next": "a:610902001002.1207", "previous": null})
    }
}

pub(super) async fn list(ask: Ask<Asked>) -> Result<List, Problem> {
    let (caller, Asked { kind, stand, area, cursor, limit }) = (&ask.caller, &ask.given);
    let area = caller.area(area.as_deref())?;
    let counts = ask.app.kept.work(&ask.app, caller, area).await?.get(kind).copied().unwrap_or_default();
    let stand = stand.as_deref().and_then(Stand::from_word);
    let filter = WorkFilter { kind: kind.clone(), area: caller.asked(area), stand };
    let asker = caller.asker("疑点核对列表");
    let page = ask.registry.work_list(&asker, &filter, &seek(cursor.as_deref()), limit.unwrap_or(50)).await?;
    Ok(List {
        total: counts.of(stand),
        cases: page.lines.iter().map(|line| Line::of(line, caller)).collect(),
        next: next(page.next.as_ref()),
        previous: previous(page.before.as_ref()),
    })
}
