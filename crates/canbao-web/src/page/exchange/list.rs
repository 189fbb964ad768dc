//! All of it on one page: what waits, what is to be decided, what went out and came in.

use askama::Template;
use axum::extract::{Path, State};
use axum::response::{Html, Response};
use canbao_registry::change::RequestState;
use canbao_registry::exchange::parcel::{Digest, Kind};
use canbao_registry::exchange::{Arrived, Desk, Direction, ExchangeRequest, Parcel, Standing};

use super::{at_desk, desk, inbox, measure, outbox, short};
use crate::App;
use crate::fault::Fault;
use crate::http::download;
use crate::http::upload::FileLimit;
use crate::page::filled;
use crate::page::person::Names;
use crate::page::shell::{Crumb, Shell};
use crate::page::word::Tag;
use crate::right::visitor::Visitor;
use crate::say;

/// Parcels and requests on the page, at most.
const MOST: i64 = 200;

struct Waiting {
    digest: String,
    from: String,
    kind: &'static str,
    rows: String,
    created: String,
    standing: Tag,
}

struct Wish {
    id: i64,
    what: String,
    peer: String,
    people: String,
    maker: String,
    made: String,
    state: Tag,
}

struct Row {
    what: String,
    peer: String,
    sequence: String,
    rows: String,
    state: Tag,
    digest: String,
    at: String,
    who: String,
    /// Where its file is taken; blank where it is not here.
    file: String,
}

#[derive(Template)]
#[template(path = "exchange.html")]
struct Page {
    shell: Shell,
    heading: String,
    /// Whether this registry has keys.
    able: bool,
    peers: usize,
    own: String,
    waiting: Vec<Waiting>,
    for_me: Vec<Wish>,
    others: Vec<Wish>,
    rows: Vec<Row>,
    most: String,
}

/// Where a parcel stands in its chain, as a tag.
pub(super) fn standing(standing: Standing) -> Tag {
    match standing {
        Standing::Next => Tag::new("可以办理", "green"),
        Standing::Early { expected } => Tag::new(format!("先办第 {expected} 号"), "amber"),
        Standing::Taken => Tag::new("已处理", ""),
        Standing::Broken => Tag::new("接不上", "red"),
    }
}

/// Where a request is, as a tag.
pub(super) fn state(state: RequestState) -> Tag {
    match state {
        RequestState::Pending => Tag::new("等待审批", "amber"),
        RequestState::Done => Tag::new("已办理", "green"),
        RequestState::Refused => Tag::new("没有同意", "red"),
        RequestState::Withdrawn | RequestState::Undone => Tag::new("已收回", ""),
    }
}

fn way(parcel: &Parcel) -> Tag {
    let asks = matches!(parcel.kind, Kind::Question | Kind::PsiRequest);
    match (parcel.direction, asks) {
        (Direction::Sent, true) if parcel.answered => Tag::new("已有答复", "green"),
        (Direction::Sent, true) => Tag::new("等待答复", "amber"),
        (Direction::Received, true) if parcel.answered => Tag::new("已答复", "green"),
        (Direction::Received, true) => Tag::new("没有答复", "amber"),
        (Direction::Sent, false) => Tag::new("已生成", "green"),
        (Direction::Received, false) => Tag::new("已导入", "green"),
    }
}

pub(crate) async fn list(State(app): State<App>, visitor: Visitor) -> Result<Html<String>, Fault> {
    filled(&match desk(&app)? {
        Some(desk) => page(&app, &visitor, &desk).await?,
        None => Page {
            shell: shell(&app, &visitor, "联网比对").await?,
            heading: "联网比对".to_owned(),
            able: false,
            peers: 0,
            own: String::new(),
            waiting: Vec::new(),
            for_me: Vec::new(),
            others: Vec::new(),
            rows: Vec::new(),
            most: String::new(),
        },
    })
}

async fn shell(app: &App, visitor: &Visitor, heading: &str) -> Result<Shell, Fault> {
    Shell::of(app, visitor, "/exchange", heading, vec![Crumb::here("联网比对")]).await
}

async fn page(app: &App, visitor: &Visitor, desk: &Desk) -> Result<Page, Fault> {
    let data = &app.settings.data;
    let names = Names::read(app).await?;
    let peers = desk.peers().await?;
    let known = |id: &str| {
        let found = peers.iter().map(|peer| peer.card.registry()).find(|registry| registry.id() == id);
        found.map_or_else(|| id.to_owned(), |registry| registry.name().to_owned())
    };
    let waiting: Vec<Waiting> = desk.inbox(&inbox(data)).await?.iter().map(waits).collect();
    let requests = desk.requests(MOST).await?;
    let wish = |request: &ExchangeRequest| Wish {
        id: request.id,
        what: request.act.as_ref().map_or("不认识的申请", |act| act.chinese()).to_owned(),
        peer: known(&request.peer),
        people: say::count(request.people),
        maker: names.of(&request.maker),
        made: say::time(request.made_at),
        state: state(request.state),
    };
    let is_mine =
        |request: &&ExchangeRequest| request.state == RequestState::Pending && request.maker != visitor.account.login;
    let (for_me, others): (Vec<&ExchangeRequest>, Vec<&ExchangeRequest>) = requests.iter().partition(is_mine);
    let folder = outbox(data);
    let rows = desk.parcels(MOST).await?.into_iter().map(|parcel| {
        let here = parcel.name.as_ref().is_some_and(|name| folder.join(name).is_file());
        let sent = if parcel.direction == Direction::Sent { "发出" } else { "收到" };
        Row {
            what: format!("{sent}{}", parcel.kind.chinese()),
            sequence: format!("第 {} 号", parcel.sequence),
            rows: format!("{} {}", say::count(i64::try_from(parcel.rows).unwrap_or(i64::MAX)), measure(parcel.kind)),
            state: way(&parcel),
            digest: short(&parcel.digest),
            at: say::time(parcel.at),
            who: names.of(&parcel.actor),
            file: if here { format!("/exchange/parcel/{}", parcel.digest) } else { String::new() },
            peer: parcel.peer,
        }
    });
    let rows = rows.collect();
    let heading = format!("联网比对 · {} 件待办", waiting.len() + for_me.len());
    Ok(Page {
        shell: shell(app, visitor, &heading).await?,
        heading,
        able: true,
        peers: peers.len(),
        own: desk.card().registry().name().to_owned(),
        waiting,
        for_me: for_me.into_iter().map(wish).collect(),
        others: others.into_iter().map(wish).collect(),
        rows,
        most: say::bytes(FileLimit::Extract.bytes(&app.settings.upload)),
    })
}

fn waits(arrived: &Arrived) -> Waiting {
    let manifest = &arrived.manifest;
    let rows = i64::try_from(arrived.rows).unwrap_or(i64::MAX);
    Waiting {
        digest: arrived.digest.to_string(),
        from: manifest.from.name.clone(),
        kind: manifest.kind.chinese(),
        rows: format!("{} {}", say::count(rows), measure(manifest.kind)),
        created: manifest.created.replace('T', " ").chars().take(16).collect(),
        standing: standing(arrived.standing),
    }
}

/// The file of a parcel that was made here: sealed, so that its receiver alone can open it.
pub(crate) async fn file(State(app): State<App>, Path(digest): Path<String>) -> Result<Response, Fault> {
    let digest = Digest::parse(&digest).ok_or(Fault::NoSuchPage)?;
    let parcel = at_desk(&app)?.parcel(digest).await?;
    let gone = || {
        let what = "这个数据包的文件不在服务器上。".to_owned();
        Fault::Said(what, "由命令行生成的，文件在当时写的地方；需要的，请重新提出。".to_owned())
    };
    let name = parcel.name.filter(|_| parcel.direction == Direction::Sent).ok_or_else(gone)?;
    download::send_kept(&outbox(&app.settings.data).join(&name), "application/octet-stream", &name).map_err(|_| gone())
}
