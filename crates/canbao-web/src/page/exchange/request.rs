//! One request about the exchange: what it is, what it would do as things are, the decision, what came of it.

use askama::Template;
use axum::Form;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::{Html, IntoResponse as _, Redirect, Response};
use canbao_registry::RegistryError;
use canbao_registry::change::RequestState;
use canbao_registry::exchange::{Act, Would};
use serde::Deserialize;

use super::arrived::{changes, items, outcomes};
use super::ask::told;
use super::list::state;
use super::{at_desk, inbox, outbox, short};
use crate::App;
use crate::fault::Fault;
use crate::http::upload::private_folder;
use crate::page::filled;
use crate::page::given::approves;
use crate::page::person::Names;
use crate::page::refusal::{again, or_refused};
use crate::page::shell::{Crumb, Shell};
use crate::page::word::Tag;
use crate::right::visitor::Visitor;
use crate::say;

#[derive(Template)]
#[template(path = "exchange_request.html")]
struct Page {
    shell: Shell,
    heading: String,
    id: i64,
    state: Tag,
    items: Vec<(&'static str, String)>,
    about: Vec<(&'static str, String)>,
    sentence: String,
    outcomes: Vec<(&'static str, String)>,
    against: String,
    own: bool,
    pending: bool,
    consequence: &'static str,
    /// Where the parcel that it made is taken; blank for none.
    file: String,
    error: String,
    hint: String,
    reason: String,
}

async fn page(app: &App, visitor: &Visitor, id: i64) -> Result<Page, Fault> {
    let desk = at_desk(app)?;
    let request = desk.request(id).await?;
    let names = Names::read(app).await?;
    let pending = request.state == RequestState::Pending;
    let (mut about, mut sentence, mut figures, mut against) = (Vec::new(), String::new(), Vec::new(), String::new());
    if let Some(Act::Ask(question)) = &request.act {
        about = told(&desk, visitor, question).await?;
    }
    if let Some(act) = request.act.as_ref().filter(|_| pending) {
        match desk.would(&visitor.asker("联网比对"), act, &inbox(&app.settings.data)).await {
            Ok(Would::Ask { asked, left_out }) => {
                let count = |count: u64| say::count(i64::try_from(count).unwrap_or(i64::MAX));
                sentence = format!("问 {} 人；另有 {} 人没有有效号码等，不能问。", count(asked), count(left_out));
            }
            Ok(Would::Answer(arrived)) => {
                about = items(&arrived);
                sentence = format!("按本登记库逐人答复，加密成一个数据包，只有{}能打开。", arrived.manifest.from.name);
            }
            Ok(Would::Import(arrived, import)) => {
                (about, sentence, figures) = (items(&arrived), changes(&import), outcomes(&import));
            }
            Err(error) if error.is_refusal() || matches!(error, RegistryError::Nobody) => {
                against = format!("{error}{}", error.hint());
            }
            Err(error) => return Err(error.into()),
        }
    }
    let what = request.act.as_ref().map_or("不认识的申请", Act::chinese);
    let mut told = vec![
        ("申请", what.to_owned()),
        ("对方机构", request.peer.clone()),
        ("人数", format!("{}（提出时）", say::count(request.people))),
        ("理由", request.reason.clone()),
        ("提出", format!("{}，{}", names.of(&request.maker), say::time(request.made_at))),
    ];
    if let (Some(checker), Some(answer), Some(at)) = (&request.checker, &request.answer, request.decided_at) {
        told.push(("审批", format!("{}，{}：{answer}", names.of(checker), say::time(at))));
    }
    let mut file = String::new();
    if let Some(result) = request.result {
        told.push(("数据包", format!("摘要 {}", short(&result))));
        let made = !matches!(request.act, Some(Act::Import(_)));
        let name = desk.parcel(result).await?.name.filter(|_| made);
        let place = name.map(|name| outbox(&app.settings.data).join(name));
        // a crash may have left it without its name
        if place.as_ref().is_some_and(|place| !place.is_file()) {
            desk.resume().await?;
        }
        if place.is_some_and(|place| place.is_file()) {
            file = format!("/exchange/parcel/{result}");
        }
    }
    let heading = format!("第 {id} 件联网比对申请 · {what}");
    let crumbs = vec![Crumb::to("联网比对", "/exchange"), Crumb::here(format!("第 {id} 件"))];
    Ok(Page {
        shell: Shell::of(app, visitor, "/exchange", heading.clone(), crumbs).await?,
        heading,
        id,
        state: state(request.state),
        items: told,
        about,
        sentence,
        outcomes: figures,
        against,
        own: request.maker == visitor.account.login,
        pending,
        consequence: match request.act {
            Some(Act::Import(_)) => "马上更新这些人的记录，历史都保留",
            _ => "马上生成加密的数据包，可以下载带走",
        },
        file,
        error: String::new(),
        hint: String::new(),
        reason: String::new(),
    })
}

pub(crate) async fn show(State(app): State<App>, visitor: Visitor, Path(id): Path<i64>) -> Result<Html<String>, Fault> {
    filled(&page(&app, &visitor, id).await?)
}

#[derive(Deserialize)]
pub(crate) struct Given {
    #[serde(default)]
    decision: String,
    #[serde(default)]
    reason: String,
}

fn answered<T>(mut shown: Page, done: Result<T, RegistryError>, reason: &str) -> Result<Response, Fault> {
    let done = match done {
        // what it was about may be gone by now
        Err(error @ RegistryError::Nobody) => Err(error),
        done => or_refused(done)?,
    };
    match done {
        Ok(_) => Ok(Redirect::to(&format!("/exchange/request/{}", shown.id)).into_response()),
        Err(error) => {
            (shown.error, shown.hint, shown.reason) = (error.to_string(), error.hint(), reason.to_owned());
            again(&shown)
        }
    }
}

pub(crate) async fn decide(
    State(app): State<App>,
    visitor: Visitor,
    Path(id): Path<i64>,
    Form(given): Form<Given>,
) -> Result<Response, Fault> {
    let shown = page(&app, &visitor, id).await?;
    let approve = approves(&given.decision)?;
    let [inbox, outbox] = [inbox(&app.settings.data), outbox(&app.settings.data)];
    private_folder(&outbox).map_err(|_| {
        Fault::Refused(
            StatusCode::SERVICE_UNAVAILABLE,
            "服务器的数据文件夹不能写入，没有办理。".to_owned(),
            "请系统管理员检查磁盘空间和权限，然后再试。".to_owned(),
        )
    })?;
    let asker = visitor.asker("联网比对");
    let desk = at_desk(&app)?;
    let done = desk.settle_wish(&asker, id, approve, &given.reason, [&inbox, &outbox]).await;
    app.kept.forget_work();
    answered(shown, done, &given.reason)
}

pub(crate) async fn withdraw(
    State(app): State<App>,
    visitor: Visitor,
    Path(id): Path<i64>,
    Form(given): Form<Given>,
) -> Result<Response, Fault> {
    let shown = page(&app, &visitor, id).await?;
    let done = at_desk(&app)?.withdraw_wish(&visitor.asker("联网比对"), id, &given.reason).await;
    answered(shown, done, &given.reason)
}
