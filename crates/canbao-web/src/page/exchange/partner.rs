//! Who we are to other registries, and which of them are known (交换机构): the administrator's.

use askama::Template;
use axum::Form;
use axum::extract::{Path, State};
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{Html, IntoResponse as _, Redirect, Response};
use canbao_registry::RegistryError;
use canbao_registry::exchange::Desk;
use canbao_registry::exchange::identity::{Card, Registry as Office};

use super::{at_desk, desk};
use crate::App;
use crate::aside::on_a_thread;
use crate::fault::Fault;
use crate::http::upload::Sent;
use crate::page::field::{Errors, Field};
use crate::page::filled;
use crate::page::given::Given;
use crate::page::person::Names;
use crate::page::refusal::{again, or_refused};
use crate::page::shell::{Crumb, Shell};
use crate::right::visitor::Visitor;
use crate::say;

/// A card is a short text.
const CARD: u64 = 8 << 10;

struct Row {
    id: String,
    name: String,
    area: String,
    spoken: String,
    by: String,
    at: String,
}

#[derive(Template)]
#[template(path = "partners.html")]
struct Page {
    shell: Shell,
    heading: String,
    /// Of our own card; blank where there are no keys.
    own: Vec<(&'static str, String)>,
    spoken: String,
    /// Whether keys can be made here.
    able: bool,
    rows: Vec<Row>,
    /// Of the keys' form, or of a partner's, whichever is shown.
    fields: Vec<Field>,
    errors: Errors,
    notice: String,
    hint: String,
}

fn office_fields(app: &App, area: &str, given: &Given, errors: &Errors) -> Vec<Field> {
    let mut given = given.clone();
    for (field, usual) in [("name", app.settings.office.as_str()), ("area", area)] {
        if given.text(field).is_empty() {
            given = given.or(field, usual);
        }
    }
    vec![
        Field::text("id", "标识", "别人在命令里这样称呼本机构：小写字母、数字和 -，如 ankang", &given, errors),
        Field { size: 40, ..Field::text("name", "机构名称", "", &given, errors) },
        Field {
            mode: "numeric", size: 14, ..Field::text("area", "区划代码", "6、9 或 12 位数字", &given, errors)
        },
    ]
}

fn partner_fields(given: &Given, errors: &Errors) -> Vec<Field> {
    let hint = "请按自己掌握的号码给对方打电话，请对方读出指纹，再填在这里；不要照抄名片里的那一行";
    vec![
        Field::file("card", "对方的名片", "对方系统里下载的 .card 文件", ".card,.txt", errors),
        Field {
            size: 44, mode: "numeric", ..Field::text("fingerprint", "电话里读出的指纹", hint, given, errors)
        },
    ]
}

async fn page(
    app: &App,
    visitor: &Visitor,
    given: &Given,
    errors: Errors,
    (notice, hint): (String, String),
) -> Result<Page, Fault> {
    let desk = desk(app)?;
    let names = Names::read(app).await?;
    let (mut own, mut spoken, mut rows) = (Vec::new(), String::new(), Vec::new());
    if let Some(desk) = &desk {
        let card = desk.card();
        let registry = card.registry();
        own = vec![
            ("机构", registry.name().to_owned()),
            ("标识", registry.id().to_owned()),
            ("区划", registry.area().to_owned()),
        ];
        spoken = card.fingerprint().spoken();
        rows = desk.peers().await?.iter().map(|peer| row(peer, &names)).collect();
    }
    let heading = format!("交换机构 · {} 个", rows.len());
    let fields = if desk.is_some() {
        partner_fields(given, &errors)
    } else {
        office_fields(app, visitor.own_area(), given, &errors)
    };
    let crumbs = vec![Crumb::here("交换机构")];
    Ok(Page {
        shell: Shell::of(app, visitor, "/partners", heading.clone(), crumbs).await?,
        heading,
        own,
        spoken,
        able: app.settings.identity.is_some(),
        rows,
        fields,
        errors,
        notice,
        hint,
    })
}

fn row(peer: &canbao_registry::exchange::Peer, names: &Names) -> Row {
    let registry = peer.card.registry();
    Row {
        id: registry.id().to_owned(),
        name: registry.name().to_owned(),
        area: registry.area().to_owned(),
        spoken: peer.card.fingerprint().spoken(),
        by: names.of(&peer.added_by),
        at: say::time(peer.added_at),
    }
}

pub(crate) async fn list(State(app): State<App>, visitor: Visitor) -> Result<Html<String>, Fault> {
    filled(&page(&app, &visitor, &Given::default(), Errors::new(), (String::new(), String::new())).await?)
}

/// Makes our keys, once.
pub(crate) async fn found(
    State(app): State<App>,
    visitor: Visitor,
    Form(pairs): Form<Vec<(String, String)>>,
) -> Result<Response, Fault> {
    let given = Given::of(pairs);
    let Some(file) = app.settings.identity.clone() else {
        let what = "这台服务器没有写明密钥放在哪里。".to_owned();
        return Err(Fault::Said(what, "请在配置文件里写 identity_file。".to_owned()));
    };
    let office = Office::new(given.text("id"), given.text("name"), given.text("area"));
    let (errors, refused) = match office {
        Ok(office) => match Desk::found(app.registry.clone(), office, &file, &visitor.account.login).await {
            Ok(_) => return Ok(Redirect::to("/partners").into_response()),
            Err(error) if error.is_refusal() && file.exists() => {
                let what = "本机构的密钥已经有了，不会换掉。".to_owned();
                (Errors::new(), (what, "请刷新这一页。".to_owned()))
            }
            Err(error) if error.is_refusal() => {
                let hint = "请系统管理员检查密钥文件所在的文件夹。".to_owned();
                (Errors::new(), ("密钥没有写成。".to_owned(), hint))
            }
            Err(error) => return Err(error.into()),
        },
        Err(error) => {
            // which of the three it is, its own sentence says
            let sentence = error.to_string();
            let at = [("标识", "id"), ("名称", "name"), ("区划代码", "area")];
            let at = at.into_iter().find(|(word, _)| sentence.contains(word)).map_or("id", |(_, at)| at);
            (vec![(at, format!("{sentence}{}", error.hint().unwrap_or_default()))], (String::new(), String::new()))
        }
    };
    let page = page(&app, &visitor, &given, errors, refused).await?;
    Ok((StatusCode::UNPROCESSABLE_ENTITY, filled(&page)?).into_response())
}

/// Our card, to be given to others.
pub(crate) async fn card(State(app): State<App>) -> Result<Response, Fault> {
    let desk = at_desk(&app)?;
    let name = format!("attachment; filename=\"{}.card\"", desk.card().registry().id());
    let mut response = desk.card().to_text().into_response();
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("text/plain; charset=utf-8"));
    headers.insert(
        header::CONTENT_DISPOSITION,
        HeaderValue::from_str(&name).unwrap_or(HeaderValue::from_static("attachment")),
    );
    Ok(response)
}

/// Makes another registry known, once its fingerprint was read over the telephone.
pub(crate) async fn add(State(app): State<App>, visitor: Visitor, mut sent: Sent) -> Result<Response, Fault> {
    let desk = at_desk(&app)?;
    let file = sent.files_of("card").pop();
    let given = Given::sent(&sent);
    let none = (String::new(), String::new());
    let mut errors = Errors::new();
    let mut card = None;
    match file {
        None => errors.push(("card", "请选对方的名片。".to_owned())),
        Some(file) if file.size > CARD => errors.push(("card", "这个文件太大，不是名片。".to_owned())),
        Some(file) => {
            let read = on_a_thread(move || std::fs::read(file.path())).await;
            let bytes = read.and_then(Result::ok).ok_or(Fault::Broken)?;
            match Card::parse(&String::from_utf8_lossy(&bytes)) {
                Ok(read) => card = Some(read),
                Err(error) => {
                    errors.push(("card", format!("这张名片不能使用：{error}{}", error.hint().unwrap_or_default())));
                }
            }
        }
    }
    let read = given.text("fingerprint");
    if read.is_empty() {
        errors.push(("fingerprint", "请填电话里读出的指纹。".to_owned()));
    } else if card.as_ref().is_some_and(|card| !card.fingerprint().is_read_as(read)) {
        let sentence = "读出的指纹与名片不符，名片没有登记。请再核对一遍；仍不相符的，这张名片不是对方的，不要使用。";
        errors.push(("fingerprint", sentence.to_owned()));
    }
    let (Some(card), true) = (card, errors.is_empty()) else {
        let page = page(&app, &visitor, &given, errors, none).await?;
        return Ok((StatusCode::UNPROCESSABLE_ENTITY, filled(&page)?).into_response());
    };
    match or_refused(desk.add_peer(&card, &visitor.account.login).await)? {
        Ok(()) => Ok(Redirect::to("/partners").into_response()),
        Err(error) => again(&page(&app, &visitor, &given, Errors::new(), (error.to_string(), error.hint())).await?),
    }
}

#[derive(Template)]
#[template(path = "partner.html")]
struct One {
    shell: Shell,
    heading: String,
    id: String,
    items: Vec<(&'static str, String)>,
    spoken: String,
}

/// One that is known, and what taking it off means.
pub(crate) async fn one(
    State(app): State<App>,
    visitor: Visitor,
    Path(id): Path<String>,
) -> Result<Html<String>, Fault> {
    let names = Names::read(&app).await?;
    let peers = at_desk(&app)?.peers().await?;
    let peer = peers.iter().find(|peer| peer.card.registry().id() == id).ok_or(Fault::NoSuchRecord)?;
    let Row { id, name, area, spoken, by, at } = row(peer, &names);
    let items = vec![
        ("机构", name.clone()),
        ("标识", id.clone()),
        ("区划", area),
        ("登记", format!("{by}，{at}")),
        ("指纹全文", peer.card.fingerprint().to_string()),
    ];
    let crumbs = vec![Crumb::to("交换机构", "/partners"), Crumb::here(name.clone())];
    let shell = Shell::of(&app, &visitor, "/partners", name.clone(), crumbs).await?;
    filled(&One { shell, heading: name, id, items, spoken })
}

/// Takes one off: its parcels are refused from then on.
pub(crate) async fn remove(
    State(app): State<App>,
    visitor: Visitor,
    Path(id): Path<String>,
) -> Result<Response, Fault> {
    match at_desk(&app)?.remove_peer(&id, &visitor.account.login).await {
        Ok(()) => Ok(Redirect::to("/partners").into_response()),
        Err(RegistryError::Refused { .. }) => Err(Fault::NoSuchRecord),
        Err(error) => Err(error.into()),
    }
}
