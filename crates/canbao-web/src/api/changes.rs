//! Changes of the record: put forward, taken back, decided by somebody else, undone.

use canbao_registry::area::Areas;
use canbao_registry::change::{self, Decision, Procedure, Proposal, Request, RequestState, UndoRequest};
use canbao_registry::{Versioned, instant};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use utoipa::ToSchema;

use super::areas::Place;
use super::frame::Code;
use super::frame::call::{Ask, Call, Nothing};
use super::frame::caller::Caller;
use super::frame::problem::Problem;
use super::frame::seek::paged;
use super::frame::{Told, word};
use super::run::Decided;
use super::{Group, procedure};
use crate::App;
use crate::page::propose::told;
use crate::right::Right;
use crate::say;

pub(super) fn group() -> Group {
    let calls = vec![
        Call::act("proposeChange", "提出变更", "/api/v1/changes", Right::Propose, propose).about(
            "提出以后等待别人审核，记录还没有变。回执里的 request 是申请编号。登记库没有的人（迁入、出生）person 和 seen 都写 0。",
        ),
        Call::read("listChanges", "待复核的申请", "/api/v1/changes", Right::Check, list)
            .about("所负责区域内等待复核的申请，先提出的在前。"),
        Call::read("listOwnChanges", "自己提出的申请", "/api/v1/changes/own", Right::Propose, own)
            .about("本账号提出的申请和它们的结果，先新后旧；成批提出的不在内。"),
        Call::read("listDoneChanges", "已办理的变更", "/api/v1/changes/done", Right::Check, done)
            .about("所负责区域内已办理（和已撤销）的变更，先新后旧。"),
        Call::read("getChange", "一件申请", "/api/v1/changes/{id}", Right::Check, show).versioned().about(
            "申请的内容和现在的状态。回答里的 seen 是此人记录现在的版本，审核时原样写回。",
        ),
        Call::read("previewRequest", "同意后会怎样", "/api/v1/changes/{id}/preview", Right::Check, preview_of)
            .refusing()
            .about("这件申请同意后，哪些记录的哪些项目会变，按记录现在的样子试算；现在不能办的，回答 409 和原因。"),
        Call::ask("previewChange", "试算变更", "/api/v1/changes/preview", Right::Propose, preview)
            .refusing()
            .about("还没有提出的变更办了会怎样；什么都没有写。正文与提出变更的相同，现在不能提出的，回答 409 和原因。"),
        Call::act_on("decideChange", "审核申请", "/api/v1/changes/{id}/decision", Right::Check, Which::of, decide)
            .about("同意则记录随即改变；审核人不能是提出的人。此人的记录在 seen 之后变过的不办。"),
        Call::act_on("withdrawChange", "收回申请", "/api/v1/changes/{id}/withdrawal", Right::Propose, Which::of, withdraw)
            .about("只有提出的人能收回，审核之前。"),
        Call::act_on("askUndo", "申请撤销变更", "/api/v1/changes/{id}/undo", Right::Propose, Which::of, ask_undo)
            .about("已办理的变更，由另一人同意以后撤销。之后又有变动的，先撤销后来的。"),
        Call::act_on("decideUndo", "审核撤销", "/api/v1/changes/{id}/undo/decision", Right::Check, Which::of, decide_undo)
            .about("同意则记录恢复原样，作为新的一版。审核人不能是申请撤销的人。"),
        Call::act_on(
            "withdrawUndo",
            "收回撤销申请",
            "/api/v1/changes/{id}/undo/withdrawal",
            Right::Propose,
            Which::of,
            withdraw_undo,
        )
        .about("只有申请撤销的人能收回，审核之前。"),
    ];
    Group { name: "变更", about: "动态管理：一人提出，另一人审核，可以撤销。", calls }
}

/// 提出变更
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = Proposal)]
struct Proposed {
    /// 人员编号；登记库没有的人写 0
    #[schema(value_type = word::IdOrNone)]
    person: i64,
    /// 看到的是记录的哪一版（revision）；登记库没有的人写 0
    #[schema(value_type = word::Revision)]
    seen: i64,
    #[schema(value_type = procedure::Told)]
    procedure: Value,
    /// 从哪一天起算，不能晚于今天
    #[schema(value_type = word::Day)]
    effective: String,
    /// 证明材料文件的 SHA-256
    #[schema(value_type = Option<word::Sha256>)]
    evidence: Option<String>,
}

impl Told for Proposed {
    fn example() -> Value {
        json!({
            "person": 30418, "seen": 37, "effective": "2016-11-01",
            "procedure": {"procedure": "enrolment-begun", "scheme": "resident-pension", "pooling_area": "610902"},
        })
    }
}

/// What is proposed, about somebody in reach.
async fn proposal(app: &App, caller: &Caller, body: Proposed) -> Result<Proposal, Problem> {
    let Proposed { person, seen, procedure, effective, evidence } = body;
    let procedure = procedure::read(procedure).ok_or_else(|| Problem::new(Code::Invalid))?;
    let evidence = evidence.as_deref().map(bytes);
    if !procedure.is_new() {
        // in reach, or there is nobody
        app.registry.person(&caller.asker("提出变更"), person).await?;
    }
    Ok(Proposal { person, seen, procedure, effective, evidence, papers: None })
}

async fn propose(ask: Ask<Nothing, Proposed>) -> Result<(), Problem> {
    let proposal = proposal(&ask.app, &ask.caller, ask.body).await?;
    ask.registry.propose(&ask.caller.asker("提出变更"), &proposal, say::today()).await?;
    ask.app.kept.forget_pending();
    Ok(())
}

/// 会变的一项
#[derive(Serialize, ToSchema)]
#[schema(as = PreviewedItem)]
struct Item {
    /// 项目
    what: String,
    /// 现在；新建的记录是空的
    before: String,
    /// 办理后；号码遮盖，住址和电话只说有没有
    after: String,
}

/// 会变的一条记录
#[derive(Serialize, ToSchema)]
#[schema(as = PreviewedRecord)]
struct Touched {
    /// 谁的记录
    title: String,
    items: Vec<Item>,
}

/// 办了会怎样
#[derive(Serialize, ToSchema)]
struct Preview {
    /// 一句话：改变几条记录，各类别的人数怎样变
    told: String,
    records: Vec<Touched>,
}

impl Preview {
    fn of(touched: &[change::Touched], areas: &Areas) -> Self {
        let item = |line: told::Line| Item { what: line.what, before: line.before, after: line.after };
        let record =
            |record: told::Record| Touched { title: record.title, items: record.lines.into_iter().map(item).collect() };
        let records = told::records(touched, areas).into_iter().map(record).collect();
        Self { told: told::sentence(touched), records }
    }
}

impl Told for Preview {
    fn example() -> Value {
        let item = json!({"what": "养老", "before": "未参保", "after": "已参保"});
        json!({
            "told": "改变 1 条记录，改变 1 条参保记录，未参保 −1 人、直接确认参保登记 +1 人。",
            "records": [{"title": "罗承志（第 30418 号记录）", "items": [item]}],
        })
    }
}

async fn preview(ask: Ask<Nothing, Proposed>) -> Result<Preview, Problem> {
    let proposal = proposal(&ask.app, &ask.caller, ask.body).await?;
    let touched = ask.registry.preview(&ask.caller.asker("提出变更"), &proposal, say::today()).await?;
    Ok(Preview::of(&touched, &ask.caller.areas))
}

async fn preview_of(ask: Ask<Which>) -> Result<Preview, Problem> {
    let (request, ..) = reached(&ask, "复核变更").await?;
    if request.state != RequestState::Pending {
        let hint = "办理的结果见此人的变更历史。";
        return Err(Problem::new(Code::Refused).said("这件申请已经办结，没有什么要试算的。", hint));
    }
    let touched = ask.registry.preview_of(&ask.caller.asker("复核变更"), ask.given.id, say::today()).await?;
    Ok(Preview::of(&touched, &ask.caller.areas))
}

/// The bytes of hexadecimal digits, of which there are as many as the schema wants.
fn bytes(hex: &str) -> Vec<u8> {
    let digit = |byte: u8| char::from(byte).to_digit(16).and_then(|digit| u8::try_from(digit).ok()).unwrap_or_default();
    let pair = |pair: &[u8]| pair.iter().fold(0, |sum: u8, byte| (sum << 4) | digit(*byte));
    hex.as_bytes().chunks(2).map(pair).collect()
}

/// 一件申请，不含内容
#[derive(Serialize, ToSchema)]
#[schema(as = ChangeInList)]
pub(super) struct Summary {
    /// 申请编号
    id: i64,
    /// 人员编号；登记库还没有的人是 0
    person: i64,
    /// pending 等待复核；done 已办理；refused 已退回；withdrawn 已收回；undone 已撤销
    state: &'static str,
    /// 办理种类；这一版程序不认识的没有
    procedure: Option<&'static str>,
    /// 种类的名称
    name: Option<&'static str>,
    /// 从哪一天起算
    effective: String,
    /// 谁提出的
    maker: String,
    /// 谁审核的
    checker: Option<String>,
    /// 审核、收回或撤销的理由
    reason: Option<String>,
    /// 办理以后记录的版本
    revision: Option<i64>,
    /// 属于哪一批
    bulk: Option<i64>,
    /// 什么时候提出的
    #[schema(value_type = word::Instant)]
    made_at: String,
}

impl Summary {
    pub(super) fn of(request: Request) -> Self {
        Self {
            id: request.id,
            person: request.person,
            state: request.state.as_str(),
            procedure: request.procedure.as_ref().map(Procedure::kind),
            name: request.procedure.as_ref().map(Procedure::chinese),
            effective: request.effective,
            maker: request.maker,
            checker: request.checker,
            reason: request.reason,
            revision: request.revision,
            bulk: request.bulk,
            made_at: instant(request.made_at),
        }
    }

    pub(super) fn sample() -> Value {
        json!({
            "id": 318, "person": 30418, "state": "pending", "procedure": "enrolment-begun", "name": "新参保",
            "effective": "2016-11-01", "maker": "chen.hui", "checker": null, "reason": null, "revision": null,
            "bulk": null, "made_at": "2016-11-22T09:12:31+08:00",
        })
    }
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct Page {
    /// 从哪件申请之后看起：上一次回答中的 next
    #[schema(value_type = Option<word::After>)]
    after: Option<i64>,
    #[schema(value_type = Option<word::Limit>)]
    limit: Option<i64>,
}

/// 待复核的一件申请
#[derive(Serialize, ToSchema)]
struct Waiting {
    #[serde(flatten)]
    change: Summary,
    /// 户籍地
    area: Option<Place>,
}

/// 待复核的申请
#[derive(Serialize, ToSchema)]
#[schema(as = ChangesPage)]
struct List {
    /// 一共几件，所有页
    total: i64,
    changes: Vec<Waiting>,
    /// 下一页从哪件之后开始；最后一页没有
    next: Option<i64>,
}

impl Told for List {
    fn example() -> Value {
        let mut change = Summary::sample();
        if let Some(change) = change.as_object_mut() {
            let place = json!({"code": "610902001001", "name": "汉滨区 江北街道 张滩村"});
            change.insert("area".to_owned(), place);
        }
        json!({"total": 1, "changes": [change], "next": null})
    }
}

async fn list(ask: Ask<Page>) -> Result<List, Problem> {
    let (caller, Page { after, limit }) = (&ask.caller, &ask.given);
    let limit = limit.unwrap_or(50);
    let most = usize::try_from(limit + 1).unwrap_or_default();
    let (found, total) = ask.registry.pending_after(&caller.scope, after.unwrap_or_default(), most).await?;
    let (found, next) = paged(found, limit, |(request, _)| request.id);
    let waiting = |(request, area): (Request, String)| Waiting {
        change: Summary::of(request),
        area: Place::of(&caller.areas, &area),
    };
    Ok(List { total, changes: found.into_iter().map(waiting).collect(), next })
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = ChangesBefore)]
struct Older {
    /// 只看第几件以前的：上一次回答中的 next
    #[schema(value_type = Option<word::After>)]
    before: Option<i64>,
    #[schema(value_type = Option<word::Limit>)]
    limit: Option<i64>,
}

/// 以前的申请
#[derive(Serialize, ToSchema)]
#[schema(as = PastChanges)]
struct Past {
    changes: Vec<Waiting>,
    /// 更早的从哪件之前开始；没有更早的没有
    next: Option<i64>,
}

impl Past {
    fn of(found: Vec<(Request, String)>, limit: usize, areas: &Areas) -> Self {
        let (found, next) = paged(found, limit as i64, |(request, _)| request.id);
        let one = |(request, area): (Request, String)| Waiting {
            change: Summary::of(request),
            area: Place::of(areas, &area),
        };
        Self { changes: found.into_iter().map(one).collect(), next }
    }
}

impl Told for Past {
    fn example() -> Value {
        let mut change = Summary::sample();
        if let Some(change) = change.as_object_mut() {
            let place = json!({"code": "610902001001", "name": "汉滨区 江北街道 张滩村"});
            change.extend([("area".to_owned(), place), ("state".to_owned(), "done".into())]);
        }
        json!({"changes": [change], "next": null})
    }
}

/// From which one on, and how many.
fn asked(older: &Older) -> (i64, usize) {
    let limit = usize::try_from(older.limit.unwrap_or(50)).unwrap_or(50);
    (older.before.unwrap_or(i64::MAX), limit)
}

async fn own(ask: Ask<Older>) -> Result<Past, Problem> {
    let (before, limit) = asked(&ask.given);
    let found = ask.registry.made_by(&ask.caller.account.login, before, limit as i64 + 1).await?;
    Ok(Past::of(found, limit, &ask.caller.areas))
}

async fn done(ask: Ask<Older>) -> Result<Past, Problem> {
    let (before, limit) = asked(&ask.given);
    let found = ask.registry.done_in(&ask.caller.scope, before, limit + 1).await?;
    Ok(Past::of(found, limit, &ask.caller.areas))
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct Which {
    /// 申请编号
    #[schema(value_type = word::Id)]
    id: i64,
}

impl Which {
    fn of(&self) -> Versioned {
        Versioned::Change(self.id)
    }
}

/// 申请中的一项
#[derive(Serialize, ToSchema)]
struct Particular {
    /// 项目
    label: &'static str,
    /// 内容；审核人要核对，不遮盖
    value: String,
}

/// 一件申请，含内容
#[derive(Serialize, ToSchema)]
struct Change {
    #[serde(skip)]
    tag: String,
    #[serde(flatten)]
    change: Summary,
    particulars: Vec<Particular>,
    /// 户籍地
    area: Option<Place>,
    /// 此人记录现在的版本，审核时写在 seen 里；登记库没有的人是 0
    seen: i64,
    /// 撤销的申请，最近的一次；没有人申请过的没有
    undo: Option<Undo>,
}

/// 撤销一件变更的申请
#[derive(Serialize, ToSchema)]
#[schema(as = UndoRequest)]
struct Undo {
    /// pending 等待审核；done 已撤销；refused 没有同意；withdrawn 已收回
    state: &'static str,
    /// 为什么撤销
    reason: String,
    /// 谁申请的：账号
    maker: String,
    #[schema(value_type = word::Instant)]
    made_at: String,
    /// 谁审核的：账号
    checker: Option<String>,
    /// 审核或收回的理由
    answer: Option<String>,
}

impl Undo {
    fn of(wish: UndoRequest) -> Self {
        let UndoRequest { state, reason, maker, made_at, checker, answer, .. } = wish;
        Self { state: state.as_str(), reason, maker, made_at: instant(made_at), checker, answer }
    }
}

impl Told for Change {
    fn example() -> Value {
        let mut change = Summary::sample();
        if let Some(change) = change.as_object_mut() {
            let place = json!({"code": "610902001001", "name": "汉滨区 江北街道 张滩村"});
            change.insert("particulars".to_owned(), json!([{"label": "险种", "value": "城乡居民养老保险"}]));
            change.extend([
                ("area".to_owned(), place),
                ("seen".to_owned(), json!(37)),
                ("undo".to_owned(), Value::Null),
            ]);
        }
        change
    }

    fn version(&self) -> Option<&str> {
        Some(&self.tag)
    }
}

/// A request whose person is in reach, with the area and the version of the record; else there is none.
async fn reached<B>(ask: &Ask<Which, B>, purpose: &'static str) -> Result<(Request, String, i64), Problem> {
    let found = ask.app.registry.request(ask.given.id).await;
    let request = found.map_err(|error| if error.is_refusal() { Problem::nothing() } else { error.into() })?;
    if request.person == 0 {
        let area = request.procedure.as_ref().and_then(Procedure::new_area).unwrap_or_default().to_owned();
        return if ask.caller.reaches(&area) { Ok((request, area, 0)) } else { Err(Problem::nothing()) };
    }
    let whole = ask.app.registry.person(&ask.caller.asker(purpose), request.person).await?;
    Ok((request, whole.record.area, whole.revision))
}

async fn show(ask: Ask<Which>) -> Result<Change, Problem> {
    let tag = ask.version(Versioned::Change(ask.given.id)).await?;
    let (request, area, seen) = reached(&ask, "复核变更").await?;
    let told = request.procedure.as_ref().map(Procedure::told).unwrap_or_default();
    let particulars = told.into_iter().map(|(label, value)| Particular { label, value }).collect();
    let undo = ask.app.registry.undo_of(ask.given.id).await?.map(Undo::of);
    let area = Place::of(&ask.caller.areas, &area);
    Ok(Change { tag, change: Summary::of(request), particulars, area, seen, undo })
}

/// 审核
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = Decision)]
struct Verdict {
    /// 是否同意
    approve: bool,
    /// 理由
    #[schema(value_type = word::Long)]
    reason: String,
    /// 看到的是此人记录的哪一版；登记库没有的人写 0
    #[schema(value_type = word::Revision)]
    seen: i64,
}

impl Told for Verdict {
    fn example() -> Value {
        json!({"approve": true, "reason": "与材料一致", "seen": 37})
    }
}

async fn decide(ask: Ask<Which, Verdict>) -> Result<(), Problem> {
    reached(&ask, "复核变更").await?;
    let Verdict { approve, reason, seen } = ask.body;
    let decision = Decision { approve, reason, seen };
    ask.registry.decide(&ask.caller.asker("复核变更"), ask.given.id, &decision, say::today()).await?;
    ask.app.kept.forget_pending();
    Ok(())
}

/// 理由
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = Reason)]
pub(super) struct Why {
    /// 理由
    #[schema(value_type = word::Long)]
    pub(super) reason: String,
}

impl Told for Why {
    fn example() -> Value {
        json!({"reason": "材料有误，另报"})
    }
}

async fn withdraw(ask: Ask<Which, Why>) -> Result<(), Problem> {
    reached(&ask, "收回申请").await?;
    ask.registry.withdraw(&ask.caller.asker("收回申请"), ask.given.id, &ask.body.reason).await?;
    ask.app.kept.forget_pending();
    Ok(())
}

async fn ask_undo(ask: Ask<Which, Why>) -> Result<(), Problem> {
    reached(&ask, "申请撤销变更").await?;
    ask.registry.ask_undo(&ask.caller.asker("申请撤销变更"), ask.given.id, &ask.body.reason).await?;
    ask.app.kept.forget_pending();
    Ok(())
}

/// The wish to undo a change; 0 where nobody has it.
async fn wish<B>(ask: &Ask<Which, B>) -> Result<i64, Problem> {
    Ok(ask.app.registry.undo_of(ask.given.id).await?.map_or(0, |wish| wish.id))
}

async fn decide_undo(ask: Ask<Which, Decided>) -> Result<(), Problem> {
    reached(&ask, "复核撤销").await?;
    let (wish, Decided { approve, reason }) = (wish(&ask).await?, &ask.body);
    ask.registry.decide_undo(&ask.caller.asker("复核撤销"), wish, *approve, reason).await?;
    ask.app.kept.forget_pending();
    Ok(())
}

async fn withdraw_undo(ask: Ask<Which, Why>) -> Result<(), Problem> {
    reached(&ask, "收回撤销申请").await?;
    let wish = wish(&ask).await?;
    ask.registry.withdraw_undo(&ask.caller.asker("收回撤销申请"), wish, &ask.body.reason).await?;
    ask.app.kept.forget_pending();
    Ok(())
}
