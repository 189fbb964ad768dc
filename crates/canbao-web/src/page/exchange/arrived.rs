//! A parcel that came: who sent it, what it is, whether signature and chain hold, and what is done with it.

use askama::Template;
use axum::Form;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::{Html, IntoResponse as _, Redirect, Response};
use canbao_registry::exchange::parcel::{Digest, Kind};
use canbao_registry::exchange::{Act, Arrived, Import, Standing, Would};
use serde::Deserialize;

use super::list::standing;
use super::{at_desk, inbox, measure};
use crate::App;
use crate::fault::Fault;
use crate::http::upload::Sent;
use crate::page::filled;
use crate::page::refusal::{again, or_refused};
use crate::page::shell::{Crumb, Shell};
use crate::page::word::Tag;
use crate::right::visitor::Visitor;
use crate::say;

#[derive(Template)]
#[template(path = "exchange_in.html")]
struct Page {
    shell: Shell,
    heading: String,
    digest: String,
    standing: Tag,
    items: Vec<(&'static str, String)>,
    /// Whether it can be acted upon: `answer`, `import`; blank for neither.
    act: &'static str,
    /// What would be done, in a sentence.
    sentence: String,
    /// An answer's outcomes, by insurance.
    outcomes: Vec<(&'static str, String)>,
    /// Why nothing can be done with it.
    against: String,
    against_hint: String,
    error: String,
    hint: String,
    reason: String,
}

fn count(count: u64) -> String {
    say::count(i64::try_from(count).unwrap_or(i64::MAX))
}

/// What an answer says, by insurance: a person asked about both counts twice.
pub(super) fn outcomes(import: &Import) -> Vec<(&'static str, String)> {
    let Import { insured, uninsured, unknown, name_differs, unanswered, .. } = *import;
    vec![
        ("在对方参保", count(insured)),
        ("在对方未参保", count(uninsured)),
        ("对方查无此人", count(unknown)),
        ("对方姓名不符", count(name_differs)),
        ("没有答复", count(unanswered)),
        ("合计", count(insured + uninsured + unknown + name_differs + unanswered)),
    ]
}

/// What an answer changes, in a sentence.
pub(super) fn changes(import: &Import) -> String {
    let mut sentence = format!("所问 {} 人，更新 {} 人的记录", count(import.asked), count(import.changed));
    if import.left_out > 0 {
        sentence.push_str(&format!("；{} 人在查询以后换了号码或不在册，不作改动", count(import.left_out)));
    }
    if !import.to_look_at.is_empty() {
        let people = import.to_look_at.len() as u64;
        sentence.push_str(&format!("；{} 人的号码在对方是另一个姓名，要核对", count(people)));
    }
    sentence.push('。');
    sentence
}

pub(super) fn items(arrived: &Arrived) -> Vec<(&'static str, String)> {
    let manifest = &arrived.manifest;
    let follows = match arrived.standing {
        Standing::Next => "接得上，轮到它".to_owned(),
        Standing::Early { expected } => format!("来得早，还缺第 {expected} 号"),
        Standing::Taken => "已经处理过".to_owned(),
        Standing::Broken => "接不上已收到的数据包，不能使用；请与对方逐个核对摘要".to_owned(),
    };
    vec![
        ("发来的机构", format!("{}（{}）", manifest.from.name, manifest.from.area)),
        ("种类", manifest.kind.chinese().to_owned()),
        ("数量", format!("{} {}", count(arrived.rows), measure(manifest.kind))),
        ("对方生成", manifest.created.replace('T', " ").chars().take(16).collect()),
        ("签名", "成立，内容没有被改动".to_owned()),
        ("往来顺序", format!("第 {} 号，{follows}", manifest.sequence)),
        ("摘要", arrived.digest.to_string()),
    ]
}

async fn page(app: &App, visitor: &Visitor, digest: Digest) -> Result<Page, Fault> {
    let desk = at_desk(app)?;
    let folder = inbox(&app.settings.data);
    let arrived = desk.arrived(&folder, digest).await?;
    let act = match arrived.manifest.kind {
        Kind::Question | Kind::PsiRequest => Some((Act::Answer(digest), "answer")),
        Kind::Answer | Kind::PsiReply => Some((Act::Import(digest), "import")),
        Kind::PsiResult | Kind::Receipt => None,
    };
    let (mut sentence, mut told) = (String::new(), Vec::new());
    let (mut against, mut against_hint) = (String::new(), String::new());
    let mut can = "";
    match act {
        None => {
            against = "这一种数据包不用办理。".to_owned();
        }
        Some((act, word)) => match desk.would(&visitor.asker("联网比对"), &act, &folder).await {
            Ok(Would::Import(_, import)) => {
                (can, sentence, told) = (word, changes(&import), outcomes(&import));
            }
            Ok(_) => {
                can = word;
                sentence = format!(
                    "按本登记库逐人答复这 {} 人是否参保，加密成一个数据包，只有{}能打开。",
                    count(arrived.rows),
                    arrived.manifest.from.name
                );
            }
            Err(error) if error.is_refusal() => (against, against_hint) = (error.to_string(), error.hint()),
            Err(error) => return Err(error.into()),
        },
    }
    let heading = format!("{}发来的{}", arrived.manifest.from.name, arrived.manifest.kind.chinese());
    let crumbs = vec![Crumb::to("联网比对", "/exchange"), Crumb::here("收到的数据包")];
    Ok(Page {
        shell: Shell::of(app, visitor, "/exchange", heading.clone(), crumbs).await?,
        heading,
        digest: digest.to_string(),
        standing: standing(arrived.standing),
        items: items(&arrived),
        act: can,
        sentence,
        outcomes: told,
        against,
        against_hint,
        error: String::new(),
        hint: String::new(),
        reason: String::new(),
    })
}

/// Takes a file that came: verified at once, and kept only where it is for us and holds.
pub(crate) async fn receive(State(app): State<App>, mut sent: Sent) -> Result<Response, Fault> {
    let desk = at_desk(&app)?;
    let mut files = sent.files_of("parcel");
    let (Some(file), true) = (files.pop(), files.is_empty()) else {
        return Err(Fault::Nonsense("没有收到数据包，或一次选了几个。", "请返回上一页，选一个 .parcel 文件再上传。"));
    };
    let arrived = desk.arrive(file.path(), &inbox(&app.settings.data)).await?;
    if arrived.standing == Standing::Taken {
        let what = format!("{}的第 {} 号数据包已经处理过。", arrived.manifest.from.name, arrived.manifest.sequence);
        return Err(Fault::Refused(StatusCode::CONFLICT, what, "不用再办；结果在“往来”里。".to_owned()));
    }
    Ok(Redirect::to(&format!("/exchange/in/{}", arrived.digest)).into_response())
}

pub(crate) async fn show(
    State(app): State<App>,
    visitor: Visitor,
    Path(digest): Path<String>,
) -> Result<Html<String>, Fault> {
    let digest = Digest::parse(&digest).ok_or(Fault::NoSuchPage)?;
    filled(&page(&app, &visitor, digest).await?)
}

#[derive(Deserialize)]
pub(crate) struct Given {
    #[serde(default)]
    reason: String,
}

/// Asks the second person to answer it, or to apply it.
pub(crate) async fn wish(
    State(app): State<App>,
    visitor: Visitor,
    Path(digest): Path<String>,
    Form(given): Form<Given>,
) -> Result<Response, Fault> {
    let digest = Digest::parse(&digest).ok_or(Fault::NoSuchPage)?;
    let mut shown = page(&app, &visitor, digest).await?;
    let act = if shown.act == "answer" { Act::Answer(digest) } else { Act::Import(digest) };
    let folder = inbox(&app.settings.data);
    match or_refused(at_desk(&app)?.wish(&visitor.asker("联网比对"), &act, &given.reason, &folder).await)? {
        Ok(id) => Ok(Redirect::to(&format!("/exchange/request/{id}")).into_response()),
        Err(error) => {
            (shown.error, shown.hint, shown.reason) = (error.to_string(), error.hint(), given.reason);
            again(&shown)
        }
    }
}
