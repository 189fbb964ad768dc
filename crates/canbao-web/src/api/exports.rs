//! Lists that leave as files: asked for with purpose and columns, decided by a second person, then taken.

use axum::response::Response;
use canbao_domain::standard;
use canbao_registry::export::{self, List as Wished, NewExport};
use canbao_registry::finding::{Stand, WorkFilter};
use canbao_registry::query::UnitFilter;
use canbao_registry::{Versioned, instant};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use utoipa::ToSchema;

use super::Group;
use super::areas::Place;
use super::changes::Why;
use super::frame::call::{Ask, Call, Nothing};
use super::frame::caller::Caller;
use super::frame::problem::{At, Problem};
use super::frame::{Code, Told, word};
use super::people::PeopleFilter;
use super::run::Decided;
use crate::page::exports::{KINDS, answer, chosen, is_open, masks, purpose, reach, told};
use crate::right::Right;
use crate::say;

pub(super) fn group() -> Group {
    let calls = vec![
        Call::act("askExport", "申请导出", "/api/v1/exports", Right::Export, ask)
            .about("写明名单、列、用途和给谁用，由同区域或上级的另一人审批。号码、电话、住址要完整的，写 whole。"),
        Call::read("listExports", "导出申请", "/api/v1/exports", Right::Export, list)
            .about("自己的申请；有审批权限的，还有所负责区域内的。先新后旧。"),
        Call::read("getExport", "一件导出申请", "/api/v1/exports/{id}", Right::Export, show)
            .versioned()
            .about("申请的内容和现在的状态；open 是现在可以下载。"),
        Call::act_on(
            "decideExport",
            "审批导出",
            "/api/v1/exports/{id}/decision",
            Right::ApproveExport,
            Which::of,
            decide,
        )
        .about("审批人不能是申请人。同意以后三天内可以下载。"),
        Call::act_on(
            "withdrawExport",
            "收回导出申请",
            "/api/v1/exports/{id}/withdrawal",
            Right::Export,
            Which::of,
            withdraw,
        )
        .about("只有申请人能收回，同意以后也可以。"),
        Call::file("takeExport", "下载导出文件", "/api/v1/exports/{id}/file", Right::Export, &KINDS, take)
            .about("只有申请人能下载。文件在下载时生成，首行写明谁、什么时候、做什么用。每次下载都记入审计。"),
    ];
    Group {
        name: "导出", about: "名单以文件带走：一人申请，另一人审批，三天内下载。", calls
    }
}

/// 申请导出
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = NewExport)]
struct Wanted {
    /// 带走人员名单：哪些人
    filter: Option<PeopleFilter>,
    /// 带走疑点名单：哪些疑点
    findings: Option<Findings>,
    /// 带走单位名单：哪些单位
    employers: Option<Employers>,
    /// 哪些列
    #[schema(value_type = Vec<word::ExportColumn>, min_items = 1, max_items = 40)]
    columns: Vec<String>,
    /// 号码、电话、住址、出生日期是否完整；否则遮盖
    #[serde(default)]
    whole: bool,
    #[schema(value_type = word::ExportPurpose)]
    purpose: String,
    /// 给谁、做什么用；不要写人的姓名和号码
    #[schema(min_length = 1, max_length = 100, pattern = r"^[^\x00-\x1f\x7f]+$")]
    note: String,
    #[schema(value_type = word::FileFormat)]
    format: String,
}

/// 哪些疑点
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = FindingsFilter)]
struct Findings {
    #[schema(value_type = word::FindingKind)]
    kind: String,
    /// 核对到哪一步；不写是全部
    #[schema(value_type = Option<word::Stand>)]
    stand: Option<String>,
    /// 区划；不写是所负责的区域
    #[schema(value_type = Option<word::AreaCode>)]
    area: Option<String>,
}

/// 哪些单位
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = EmployersFilter)]
struct Employers {
    /// 所在县的代码；不写是全部
    #[schema(value_type = Option<word::AreaCode>)]
    county: Option<String>,
    /// closed、unregistered、information、not-required、uninsured、confirmed；不写是全部
    #[schema(max_length = 20, pattern = "^[a-z-]*$")]
    category: Option<String>,
}

impl Wanted {
    /// The list that is to leave: one of the three.
    fn list(&self, caller: &Caller) -> Result<Wished, Problem> {
        match (&self.filter, &self.findings, &self.employers) {
            (Some(people), None, None) => Ok(Wished::People(people.read(caller, say::today())?)),
            (None, Some(Findings { kind, stand, area }), None) => {
                standard::finding_kinds().get(kind).ok_or_else(Problem::nothing)?;
                let area = caller.asked(caller.area(area.as_deref())?);
                let stand = stand.as_deref().and_then(Stand::from_word);
                Ok(Wished::Findings(WorkFilter { kind: kind.clone(), area, stand }))
            }
            (None, None, Some(Employers { county, category })) => {
                let text = |text: &Option<String>| text.clone().unwrap_or_default();
                Ok(Wished::Employers(UnitFilter { county: text(county), category: text(category) }))
            }
            _ => {
                let detail = "filter、findings、employers 要写其中的一项，也只写一项。".to_owned();
                let at = At { pointer: Some("/filter".to_owned()), parameter: None, detail };
                Err(Problem::new(Code::Refused)
                    .said("不知道要导出哪份名单。", "请按 errors 改后再申请。")
                    .with(vec![at]))
            }
        }
    }
}

impl Told for Wanted {
    fn example() -> Value {
        json!({
            "filter": {"area": "610902001", "category": "uninsured"}, "columns": ["name", "number", "village"],
            "whole": false, "purpose": "入户调查用名单", "note": "交江北街道，11 月 30 日前入户核实", "format": "xlsx",
        })
    }
}

async fn ask(ask: Ask<Nothing, Wanted>) -> Result<(), Problem> {
    let (caller, body) = (&ask.caller, &ask.body);
    let list = body.list(caller)?;
    // each once, in their own order
    let fields: Vec<String> = chosen(&list, &body.columns).into_iter().map(|column| column.word.to_owned()).collect();
    if fields.is_empty() {
        let detail = "这份名单没有所写的列。".to_owned();
        let at = At { pointer: Some("/columns".to_owned()), parameter: None, detail };
        return Err(Problem::new(Code::Refused)
            .said("没有可以导出的列。", "各份名单有哪些列，见文档。")
            .with(vec![at]));
    }
    let wanted = NewExport {
        whole: masks(&list) && body.whole,
        list,
        area: caller.own_area().to_owned(),
        fields,
        purpose: purpose(&body.purpose, &body.note),
        format: body.format.clone(),
    };
    ask.registry.ask_export(&caller.asker("申请导出"), &wanted).await?;
    Ok(())
}

/// 一件导出申请
#[derive(Serialize, ToSchema)]
struct Export {
    #[serde(skip)]
    tag: String,
    /// 申请编号
    id: i64,
    /// pending 等待审批；done 已同意；refused 没有同意；withdrawn 已收回
    state: &'static str,
    /// 名单的条件，一句话
    list: String,
    /// 申请时有多少行
    rows: i64,
    #[schema(value_type = Vec<word::ExportColumn>)]
    columns: Vec<String>,
    /// 个人信息是否完整
    whole: bool,
    /// 用途
    purpose: String,
    #[schema(value_type = word::FileFormat)]
    format: String,
    /// 申请人负责的区域
    area: Option<Place>,
    /// 申请人：账号
    maker: String,
    #[schema(value_type = word::Instant)]
    made_at: String,
    /// 审批人：账号
    checker: Option<String>,
    #[schema(value_type = Option<word::Instant>)]
    decided_at: Option<String>,
    /// 审批或收回的理由
    answer: Option<String>,
    /// 什么时候以前可以下载
    #[schema(value_type = Option<word::Instant>)]
    until: Option<String>,
    /// 现在是否可以下载
    open: bool,
    /// 下载过几次
    taken: i64,
}

impl Export {
    fn of(export: &export::Export, areas: &canbao_registry::area::Areas) -> Self {
        let wanted = &export.wanted;
        Self {
            tag: String::new(),
            id: export.id,
            state: export.state.as_str(),
            list: told(&wanted.list, areas),
            rows: export.rows,
            columns: wanted.fields.clone(),
            whole: wanted.whole,
            purpose: wanted.purpose.clone(),
            format: wanted.format.clone(),
            area: Place::of(areas, &wanted.area),
            maker: export.maker.clone(),
            made_at: instant(export.made_at),
            checker: export.checker.clone(),
            decided_at: export.decided_at.map(instant),
            answer: export.answer.clone(),
            until: export.until.map(instant),
            open: is_open(export),
            taken: export.taken,
        }
    }
}

impl Told for Export {
    fn example() -> Value {
        json!({
            "id": 4, "state": "done", "list": "汉滨区，未参保", "rows": 12304, "columns": ["name", "number", "village"],
            "whole": false, "purpose": "入户调查用名单：交江北街道", "format": "xlsx",
            "area": {"code": "610902", "name": "汉滨区"}, "maker": "chen.hui", "made_at": "2016-11-22T09:12:31+08:00",
            "checker": "zhou.min", "decided_at": "2016-11-22T10:00:00+08:00", "answer": "列和人数与任务一致",
            "until": "2016-11-25T10:00:00+08:00", "open": true, "taken": 0,
        })
    }

    fn version(&self) -> Option<&str> {
        Some(&self.tag)
    }
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = ExportsAsked)]
struct Most {
    #[schema(value_type = Option<word::Limit>)]
    limit: Option<i64>,
}

/// 导出申请
#[derive(Serialize, ToSchema)]
#[schema(as = Exports)]
struct List {
    exports: Vec<Export>,
}

impl Told for List {
    fn example() -> Value {
        json!({"exports": [Export::example()]})
    }
}

async fn list(ask: Ask<Most>) -> Result<List, Problem> {
    let caller = &ask.caller;
    let most = usize::try_from(ask.given.limit.unwrap_or(50)).unwrap_or(50);
    let exports = ask.registry.exports(&caller.asker("导出申请"), reach(caller), most).await?;
    Ok(List { exports: exports.iter().map(|export| Export::of(export, &caller.areas)).collect() })
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = ExportId)]
struct Which {
    /// 申请编号
    #[schema(value_type = word::Id)]
    id: i64,
}

impl Which {
    fn of(&self) -> Versioned {
        Versioned::Export(self.id)
    }
}

/// The request, or there is none in reach.
async fn known<B>(ask: &Ask<Which, B>) -> Result<export::Export, Problem> {
    Ok(ask.app.registry.export(&ask.caller.asker("导出申请"), reach(&ask.caller), ask.given.id).await?)
}

async fn show(ask: Ask<Which>) -> Result<Export, Problem> {
    let tag = ask.version(Versioned::Export(ask.given.id)).await?;
    let export = known(&ask).await?;
    Ok(Export { tag, ..Export::of(&export, &ask.caller.areas) })
}

async fn decide(ask: Ask<Which, Decided>) -> Result<(), Problem> {
    let export = known(&ask).await?;
    let (caller, Decided { approve, reason }) = (&ask.caller, &ask.body);
    let asker = caller.asker("审批导出");
    ask.registry.decide_export(&asker, caller.own_area(), export.id, *approve, reason).await?;
    Ok(())
}

async fn withdraw(ask: Ask<Which, Why>) -> Result<(), Problem> {
    let export = known(&ask).await?;
    ask.registry.withdraw_export(&ask.caller.asker("收回导出"), export.id, &ask.body.reason).await?;
    Ok(())
}

async fn take(ask: Ask<Which, Nothing>) -> Result<Response, Problem> {
    let export = known(&ask).await?;
    let export = ask.registry.take_export(&ask.caller.asker("下载导出文件"), export.id).await?;
    Ok(answer(&ask.app, &ask.caller, &export).await?)
}
