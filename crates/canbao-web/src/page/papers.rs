//! 通报和报告: made from a snapshot, issued by a second person, kept as they were.

use std::sync::Arc;
use std::sync::atomic::AtomicBool;

use askama::Template;
use axum::Form;
use axum::extract::{Path, Query, State};
use axum::http::StatusCode;
use axum::http::header;
use axum::response::{Html, IntoResponse as _, Redirect, Response};
use canbao_domain::date::Date;
use canbao_registry::paper::{Issue, Paper, State as PaperState, Which};
use serde::Deserialize;

use super::field::{Choice, Errors, Field, plain};
use super::filled;
use super::given::{Given, approves};
use super::person::Names;
use super::refusal::{again, or_refused};
use super::shell::{Crumb, Shell};
use crate::App;
use crate::fault::Fault;
use crate::http::download::{self, Passing};
use crate::job::paper::{self, Made, Wanted};
use crate::right::Right;
use crate::right::visitor::Visitor;
use crate::say;

const PDF: &str = "application/pdf";
const DOCX: &str = "application/vnd.openxmlformats-officedocument.wordprocessingml.document";

/// Papers on a page.
const ON_A_PAGE: usize = 100;

/// Kinds of papers: the command that makes each, and what it is called.
const KINDS: [(&str, &str); 3] =
    [("bulletin", "工作进展情况通报"), ("analysis", "统计分析报告"), ("assessment", "总结评估报告")];

fn kind(word: &str) -> Option<(&'static str, &'static str)> {
    KINDS.into_iter().find(|(known, _)| *known == word)
}

pub(crate) struct Line {
    id: i64,
    title: String,
    kind: &'static str,
    area: String,
    issue: String,
    day: String,
    as_of: String,
    who: String,
    tag: (&'static str, &'static str),
}

#[derive(Template)]
#[template(path = "papers.html")]
struct Page {
    shell: Shell,
    heading: String,
    lines: Vec<Line>,
    older: String,
    issues: bool,
    done: &'static str,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Asked {
    done: String,
    before: String,
}

fn tag(state: PaperState) -> (&'static str, &'static str) {
    let colour = match state {
        PaperState::Draft => "amber",
        PaperState::Issued => "green",
        PaperState::Refused => "red",
        PaperState::Withdrawn => "",
    };
    (colour, state.chinese())
}

/// Whether somebody may see a paper: what was issued, or, for whoever issues, drafts too.
fn shown(visitor: &Visitor, paper: &Paper) -> bool {
    paper.state == PaperState::Issued || visitor.may(Right::Issue)
}

async fn days(app: &App) -> Result<Vec<(i64, String)>, Fault> {
    Ok(app.registry.snapshots().await?.iter().map(|one| (one.id, one.as_of.to_string())).collect())
}

fn area_name(visitor: &Visitor, code: &str) -> String {
    visitor.areas.get(code).map_or_else(|| code.to_owned(), |area| area.name.clone())
}

pub(crate) async fn list(
    State(app): State<App>,
    visitor: Visitor,
    Query(asked): Query<Asked>,
) -> Result<Html<String>, Fault> {
    let (names, days) = (Names::read(&app).await?, days(&app).await?);
    let issues = visitor.may(Right::Issue);
    // what was issued, or, for whoever issues, drafts too
    let which = if issues { Which::All } else { Which::Issued };
    let before = asked.before.parse().ok();
    let mut papers = app.registry.papers(&visitor.scope, which, before, ON_A_PAGE + 1).await?;
    let more = papers.len() > ON_A_PAGE;
    papers.truncate(ON_A_PAGE);
    let older = papers.last().filter(|_| more).map_or_else(String::new, |last| format!("/papers?before={}", last.id));
    let line = |paper: &Paper| Line {
        id: paper.id,
        title: paper.title.clone(),
        kind: kind(&paper.kind).map_or("", |(_, said)| said),
        area: area_name(&visitor, &paper.area),
        issue: paper.issue.clone(),
        day: paper.issued_on.clone(),
        as_of: days.iter().find(|(id, _)| *id == paper.snapshot).map_or_else(String::new, |(_, day)| day.clone()),
        who: names.of(if paper.decided_by.is_empty() { &paper.made_by } else { &paper.decided_by }),
        tag: tag(paper.state),
    };
    let lines: Vec<Line> = papers.iter().map(line).collect();
    let counted = app.registry.papers_counted(&visitor.scope, &visitor.account.login).await?;
    let drafts = if issues { format!("，待印发 {} 份", say::count(counted.drafts)) } else { String::new() };
    let heading = format!("通报和报告 · 已印发 {} 份{drafts}", say::count(counted.issued));
    let crumbs = vec![Crumb::to("统计", "/figures"), Crumb::here("通报和报告")];
    filled(&Page {
        shell: Shell::of(&app, &visitor, "/papers", heading.clone(), crumbs).await?,
        heading,
        lines,
        older,
        issues,
        done: match asked.done.as_str() {
            "draft" => "已送审；请另一位有印发权限的同事印发。",
            "issued" => "已印发并归档，从现在起不再改变。",
            "refused" => "已退回。",
            "withdrawn" => "已收回。",
            _ => "",
        },
    })
}

#[derive(Template)]
#[template(path = "paper_new.html")]
struct New {
    shell: Shell,
    heading: String,
    fields: Vec<Field>,
    errors: Errors,
    notice: String,
    hint: String,
    threshold: u64,
}

async fn form(
    app: &App,
    visitor: &Visitor,
    given: &Given,
    errors: Errors,
    (notice, hint): (String, String),
) -> Result<New, Fault> {
    let name = area_name(visitor, &visitor.area);
    let kinds: Vec<Choice> = KINDS.iter().map(|(word, said)| plain(word, said)).collect();
    let all = app.registry.snapshots().await?;
    let snapshots: Vec<Choice> =
        all.iter().rev().map(|one| plain(&one.id.to_string(), &format!("{}（第 {} 号）", one.as_of, one.id))).collect();
    let text = |name, label, hint: &str| Field::text(name, label, hint, given, &errors);
    let fields = vec![
        Field::choice("kind", "要做什么", "radios", kinds, given, &errors),
        Field::choice("snapshot", "依据哪次统计", "select", snapshots.clone(), given, &errors),
        Field::choice("before", "与哪次比较（可不选，默认是更早的最近一次）", "select", snapshots, given, &errors),
        text("issue", "期号", "例如 2016年第3期；送审时要写，同一区域同一种材料不能重复"),
        text("number", "发文字号", "例如 安参保办〔2016〕11号；可不填"),
        text("date", "成文日期", "不填是今天，例如 2016-12-02"),
        text("organ", "发文机关", &format!("不填是 {name}全民参保登记工作领导小组办公室")),
        text("to", "主送", "不填按区域层级写"),
        text("copies", "抄送", "可不填"),
    ];
    let heading = format!("{name} · 新做通报或报告");
    let crumbs = vec![Crumb::to("统计", "/figures"), Crumb::to("通报和报告", "/papers"), Crumb::here("新做")];
    Ok(New {
        shell: Shell::of(app, visitor, "/papers", heading.clone(), crumbs).await?,
        heading,
        fields,
        errors,
        notice,
        hint,
        threshold: app.settings.report.threshold,
    })
}

pub(crate) async fn new(State(app): State<App>, visitor: Visitor) -> Result<Html<String>, Fault> {
    let last = app.registry.latest_snapshot().await?.map_or_else(String::new, |one| one.id.to_string());
    let given = Given::default().or("kind", "bulletin").or("snapshot", &last);
    filled(&form(&app, &visitor, &given, Errors::new(), Default::default()).await?)
}

/// Makes what a form asks for: shows it as a file, or keeps it for another to issue.
pub(crate) async fn make(
    State(app): State<App>,
    visitor: Visitor,
    Form(pairs): Form<Vec<(String, String)>>,
) -> Result<Response, Fault> {
    let given = Given::of(pairs);
    let mut errors = Errors::new();
    let Some((word, said)) = kind(given.text("kind")) else {
        errors.push(("kind", "没有选要做什么。".to_owned()));
        return again(&form(&app, &visitor, &given, errors, Default::default()).await?);
    };
    let date = given.maybe("date");
    if date.as_deref().is_some_and(|date| Date::parse(date).is_none()) {
        errors.push(("date", "成文日期不是日期，请写成 2016-12-02 的样子。".to_owned()));
    }
    let keeps = given.text("act") == "draft";
    if keeps && given.text("issue").is_empty() {
        errors.push(("issue", "送审要写期号，例如 2016年第3期。".to_owned()));
    }
    for (name, said) in
        [("issue", "期号"), ("number", "发文字号"), ("organ", "发文机关"), ("to", "主送"), ("copies", "抄送")]
    {
        if given.text(name).chars().count() > 100 {
            errors.push((name, format!("{said}太长，请在 100 字以内。")));
        }
    }
    if !errors.is_empty() {
        return again(&form(&app, &visitor, &given, errors, Default::default()).await?);
    }
    let area = if visitor.area.is_empty() {
        visitor.areas.city().unwrap_or_default().to_owned()
    } else {
        visitor.area.clone()
    };
    let docx = given.text("act") == "docx";
    let unmade = || {
        Fault::Refused(
            StatusCode::SERVICE_UNAVAILABLE,
            "材料没有做成。".to_owned(),
            "请稍候重试；持续出现时请联系系统管理员。".to_owned(),
        )
    };
    let program = app.settings.program.clone().ok_or_else(|| {
        Fault::Said("这台服务器没有设置打印。".to_owned(), "请在服务器上运行 canbao report。".to_owned())
    })?;
    let passing = Arc::new(Passing::new(&app.settings.data).map_err(|_| unmade())?);
    let own = app.settings.data.join("indicators.toml");
    let wanted = Wanted {
        kind: word,
        area: area.clone(),
        file: passing.path().with_extension(if docx { "docx" } else { "pdf" }),
        threshold: app.settings.report.threshold,
        indicators: own.is_file().then_some(own),
        given: ["snapshot", "before", "number", "date", "organ", "to", "copies"]
            .into_iter()
            .filter_map(|name| Some((name, given.maybe(name)?)))
            .collect(),
        title: given.maybe("issue"),
    };
    let (login, place) = (visitor.account.login.clone(), Arc::clone(&passing));
    let made = tokio::task::spawn_blocking(move || {
        let made = paper::report(&program, &login, &wanted, &AtomicBool::new(false));
        let moved = made.and_then(|made| match &made {
            Ok(_) => std::fs::rename(&wanted.file, place.path()).map(|()| made),
            Err(_) => Ok(made),
        });
        // nothing of it stays beside
        let _ = std::fs::remove_file(&wanted.file);
        moved
    });
    let made: Made = match made.await {
        Ok(Ok(Ok(made))) => made,
        Ok(Ok(Err(refusal))) => return again(&form(&app, &visitor, &given, Errors::new(), refusal).await?),
        _ => return Err(unmade()),
    };
    if !keeps {
        let (media, ending) = if docx { (DOCX, "docx") } else { (PDF, "pdf") };
        let name = format!("{}{said}-{}.{ending}", area_name(&visitor, &area), made.as_of);
        return download::send(passing, media, &name).map_err(|_| unmade());
    }
    let content = std::fs::read(passing.path()).map_err(|_| unmade())?;
    let day = date.unwrap_or_else(|| say::today().to_string());
    let issue = Issue {
        kind: word,
        area: &area,
        issue: given.text("issue"),
        title: &made.title,
        issued_on: &day,
        snapshot: made.snapshot,
        before: made.before,
        threshold: made.threshold,
        media: PDF,
        content: &content,
    };
    match or_refused(app.registry.draft_paper(&issue, &visitor.account.login).await)? {
        Ok(_) => Ok(Redirect::to("/papers?done=draft").into_response()),
        Err(refusal) => {
            let said = (refusal.to_string(), refusal.hint());
            again(&form(&app, &visitor, &given, Errors::new(), said).await?)
        }
    }
}

#[derive(Template)]
#[template(path = "paper.html")]
struct One {
    shell: Shell,
    heading: String,
    id: i64,
    facts: Vec<(&'static str, String)>,
    tag: (&'static str, &'static str),
    kept: bool,
    /// Whether this visitor may issue or refuse it, and take it back.
    decides: bool,
    withdraws: bool,
    waits: bool,
    error: String,
    hint: String,
}

async fn one(app: &App, visitor: &Visitor, id: i64, refusal: (String, String)) -> Result<One, Fault> {
    let (paper, content) = app.registry.paper(&visitor.scope, id).await?;
    if !shown(visitor, &paper) {
        return Err(Fault::NoSuchRecord);
    }
    let (names, days) = (Names::read(app).await?, days(app).await?);
    let day = |id: i64| days.iter().find(|(known, _)| *known == id).map_or_else(String::new, |(_, day)| day.clone());
    let draft = paper.state == PaperState::Draft;
    let own = paper.made_by == visitor.account.login;
    let within = visitor.reaches(&paper.area);
    let mut facts = vec![
        ("种类", kind(&paper.kind).map_or_else(|| paper.kind.clone(), |(_, said)| said.to_owned())),
        ("区域", area_name(visitor, &paper.area)),
        ("期号", paper.issue.clone()),
        ("成文日期", paper.issued_on.clone()),
        ("依据", format!("第 {} 号统计快照，截至 {}", paper.snapshot, day(paper.snapshot))),
        ("比较", paper.before.map_or_else(|| "没有".to_owned(), |id| format!("第 {id} 号统计快照，截至 {}", day(id)))),
        (
            "小数",
            if paper.threshold > 1 {
                format!("不到 {} 的数和能推算出它的数不公布", paper.threshold)
            } else {
                "没有隐去".to_owned()
            },
        ),
        ("拟稿", format!("{}，{}", names.of(&paper.made_by), say::time(paper.made_at))),
    ];
    if paper.decided_at > 0 {
        let what = match paper.state {
            PaperState::Issued => "印发",
            PaperState::Refused => "退回",
            _ => "收回",
        };
        facts.push((what, format!("{}，{}", names.of(&paper.decided_by), say::time(paper.decided_at))));
    }
    if !paper.note.is_empty() {
        facts.push(("退回的理由", paper.note.clone()));
    }
    facts.push(("大小", say::bytes(u64::try_from(paper.bytes).unwrap_or_default())));
    facts.push(("校验码", paper.digest.clone()));
    let crumbs =
        vec![Crumb::to("统计", "/figures"), Crumb::to("通报和报告", "/papers"), Crumb::here(paper.issue.clone())];
    Ok(One {
        shell: Shell::of(app, visitor, "/papers", paper.title.clone(), crumbs).await?,
        heading: paper.title.clone(),
        id,
        facts,
        tag: tag(paper.state),
        kept: !content.is_empty(),
        decides: draft && !own && within && visitor.may(Right::Issue),
        withdraws: draft && own,
        waits: draft && own,
        error: refusal.0,
        hint: refusal.1,
    })
}

pub(crate) async fn show(State(app): State<App>, visitor: Visitor, Path(id): Path<i64>) -> Result<Html<String>, Fault> {
    filled(&one(&app, &visitor, id, Default::default()).await?)
}

pub(crate) async fn file(State(app): State<App>, visitor: Visitor, Path(id): Path<i64>) -> Result<Response, Fault> {
    let (paper, content) = app.registry.paper(&visitor.scope, id).await?;
    if !shown(&visitor, &paper) || content.is_empty() {
        return Err(Fault::NoSuchRecord);
    }
    let ending = if paper.media == PDF { "pdf" } else { "docx" };
    let draft = if paper.state == PaperState::Draft { "（送审稿）" } else { "" };
    let name = format!("{}{draft}.{ending}", paper.title.replace(['/', '\\'], ""));
    let named: String = url::form_urlencoded::byte_serialize(name.as_bytes()).collect();
    let disposition = format!("attachment; filename*=UTF-8''{}", named.replace('+', "%20"));
    let media = if paper.media == PDF { PDF } else { DOCX };
    Ok(([(header::CONTENT_TYPE, media.to_owned()), (header::CONTENT_DISPOSITION, disposition)], content)
        .into_response())
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Decision {
    decision: String,
    note: String,
}

pub(crate) async fn decide(
    State(app): State<App>,
    visitor: Visitor,
    Path(id): Path<i64>,
    Form(given): Form<Decision>,
) -> Result<Response, Fault> {
    let issues = approves(&given.decision)?;
    let refused = (!issues).then_some(given.note.as_str());
    match or_refused(app.registry.decide_paper(&visitor.scope, id, refused, &visitor.account.login).await)? {
        Ok(_) => {
            let done = if issues { "issued" } else { "refused" };
            Ok(Redirect::to(&format!("/papers?done={done}")).into_response())
        }
        Err(refusal) => again(&one(&app, &visitor, id, (refusal.to_string(), refusal.hint())).await?),
    }
}

pub(crate) async fn withdraw(State(app): State<App>, visitor: Visitor, Path(id): Path<i64>) -> Result<Response, Fault> {
    match or_refused(app.registry.withdraw_paper(id, &visitor.account.login).await)? {
        Ok(_) => Ok(Redirect::to("/papers?done=withdrawn").into_response()),
        Err(refusal) => again(&one(&app, &visitor, id, (refusal.to_string(), refusal.hint())).await?),
    }
}
