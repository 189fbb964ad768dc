//! Asking: the list and what for; its rows read, answered and written down.

use std::io;
use std::sync::Arc;

use askama::Template;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{Html, IntoResponse as _, Redirect, Response};
use canbao_domain::source::Field as Known;
use canbao_intake::{Profiles, Roll, RollContent, RollError, SourceFile, read_roll};
use canbao_registry::query::{Question, Verdict};

use super::answer::{COLUMNS, place, rows};
use super::kept::{Batch, KEPT};
use crate::App;
use crate::aside::on_a_thread;
use crate::fault::Fault;
use crate::http::download::Passing;
use crate::http::upload::{FileLimit, Sent, SentFile};
use crate::page::field::{Errors, Field, plain};
use crate::page::filled;
use crate::page::given::Given;
use crate::page::shell::{Crumb, Shell};
use crate::right::visitor::Visitor;
use crate::say;
use crate::sheet::{self, Form, Frame};

/// Rows of a list, at most.
const MOST: usize = 200_000;
/// Rows that could not be read and are told on the page, at most; all are in the file.
const BAD: usize = 50;
/// What lists are looked up for. What is none of these is written.
const PURPOSES: [&str; 5] = ["入户调查前核对", "核对部门移交的名单", "办理待遇、补助前核对", "上级要求核查", OTHER];
const OTHER: &str = "其他";

#[derive(Template)]
#[template(path = "batch.html")]
struct Page {
    shell: Shell,
    fields: Vec<Field>,
    errors: Errors,
    notice: String,
    hint: String,
    /// The largest file, and how many rows.
    most: String,
    rows: String,
    minutes: u64,
}

pub(crate) async fn form(State(app): State<App>, visitor: Visitor) -> Result<Html<String>, Fault> {
    filled(&page(&app, &visitor, &Given::default(), Errors::new(), (String::new(), String::new())).await?)
}

async fn page(
    app: &App,
    visitor: &Visitor,
    given: &Given,
    errors: Errors,
    (notice, hint): (String, String),
) -> Result<Page, Fault> {
    let crumbs = vec![Crumb::to("人员", "/people"), Crumb::here("批量查询")];
    let purposes = PURPOSES.map(|purpose| plain(purpose, purpose)).to_vec();
    let fields = vec![
        Field::file(
            "list",
            "名单",
            "有“身份证号码”和“姓名”两列即可，别的列不看；列名在哪一行、叫什么，由系统识别",
            ".xlsx,.xls,.csv,.txt,.dbf",
            &errors,
        ),
        Field::choice("purpose", "用途", "select", purposes, given, &errors),
        Field {
            size: 40,
            ..Field::text(
                "note",
                "说明（用途选“其他”的必填）",
                "如：民政局 11 月低保名单；不要写人的姓名和号码",
                given,
                &errors,
            )
        },
    ];
    Ok(Page {
        shell: Shell::of(app, visitor, "/batch", "批量查询", crumbs).await?,
        fields,
        errors,
        notice,
        hint,
        most: say::bytes(FileLimit::Paper.bytes(&app.settings.upload)),
        rows: say::count(MOST as i64),
        minutes: KEPT.as_secs() / 60,
    })
}

pub(crate) async fn ask(State(app): State<App>, visitor: Visitor, mut sent: Sent) -> Result<Response, Fault> {
    let files = sent.files_of("list");
    let given = Given::sent(&sent);
    let mut errors = Errors::new();
    let [file] = match <[SentFile; 1]>::try_from(files) {
        Ok(one) => one.map(Some),
        Err(files) => {
            let what =
                if files.is_empty() { "请选名单文件。" } else { "一次查一个文件，请只选一个。" };
            errors.push(("list", what.to_owned()));
            [None]
        }
    };
    let note = given.text("note");
    let purpose = PURPOSES.into_iter().find(|purpose| *purpose == given.text("purpose"));
    match purpose {
        None => errors.push(("purpose", "请选用途。".to_owned())),
        Some(OTHER) if note.is_empty() => errors.push(("note", "请写明做什么用。".to_owned())),
        Some(_) => {}
    }
    if note.chars().count() > 60 {
        errors.push(("note", "太长了，请写在 60 个字以内。".to_owned()));
    }
    let none = (String::new(), String::new());
    let (Some(file), Some(purpose), true) = (file, purpose, errors.is_empty()) else {
        let page = page(&app, &visitor, &given, errors, none.clone()).await?;
        return Ok((StatusCode::UNPROCESSABLE_ENTITY, filled(&page)?).into_response());
    };
    let purpose = if note.is_empty() { purpose.to_owned() } else { format!("{purpose}：{note}") };
    let _turn = app.batches.turn().await?;
    let (name, sha256) = (file.name.clone(), file.sha256.clone());
    let source = SourceFile { path: file.path().to_owned(), shown: name.clone() };
    let read = on_a_thread(move || read_roll(source, &Profiles::embedded().map_err(RollError::Unreadable)?, MOST));
    let read = read.await.ok_or(Fault::Broken)?;
    // the list itself is needed no more
    drop(file);
    let roll = match read {
        Ok(roll) if roll.lines.is_empty() => Err(("名单里没有数据行。".to_owned(), BY_HEADER.to_owned())),
        Ok(roll) => Ok(roll),
        Err(error) => Err(refused(&error)),
    };
    let roll = match roll {
        Ok(roll) => roll,
        Err((what, hint)) => {
            errors.push(("list", format!("{what}{hint}")));
            let page = page(&app, &visitor, &given, errors, none).await?;
            return Ok((StatusCode::UNPROCESSABLE_ENTITY, filled(&page)?).into_response());
        }
    };
    let batch = answered(&app, &visitor, roll, name, &sha256, purpose).await?;
    let key = app.batches.keep(&visitor, batch)?;
    Ok(Redirect::to(&format!("/batch/{key}")).into_response())
}

const BY_HEADER: &str = "请把列名写成“身份证号码”和“姓名”，列名下面每人一行，再上传一次。";

/// Why there is no list, and what to do.
fn refused(error: &RollError) -> (String, String) {
    let hint = match error {
        RollError::TooLong(most) => format!("请分成几个文件，每个不超过 {} 行，分几次查询。", say::count(*most as i64)),
        RollError::Unrecognised(_) => BY_HEADER.to_owned(),
        RollError::Unreadable(error) => format!("{}。", error.hint().unwrap_or("请核对文件，或另存为 XLSX 后再上传")),
    };
    (format!("{error}。"), hint)
}

/// Asks the registry, and writes the answers down.
async fn answered(
    app: &App,
    visitor: &Visitor,
    roll: Roll,
    name: String,
    sha256: &str,
    purpose: String,
) -> Result<Batch, Fault> {
    let questions = roll.lines.iter().filter_map(|line| match &line.content {
        RollContent::Asked { number, name } => Some(Question { number: number.clone(), name: name.clone() }),
        RollContent::Unreadable { .. } => None,
    });
    let mut asker = visitor.asker("");
    asker.purpose = format!("批量查询：{purpose}").into();
    let answers = app.registry.batch(&asker, &format!("sha256:{sha256}"), questions.collect()).await?;
    let as_of = app.registry.as_of().await?;
    let at = say::now_ms();
    let count = |verdict| answers.iter().filter(|answer| answer.verdict == verdict).count() as i64;
    let verdicts = Verdict::ALL.map(|verdict| (verdict, count(verdict))).to_vec();
    let bad = roll.lines.iter().filter_map(|line| match &line.content {
        RollContent::Asked { .. } => None,
        RollContent::Unreadable { reason, .. } => Some((place(&roll, line), reason.clone())),
    });
    let bad = bad.take(BAD).collect();
    let headers = [Known::Number, Known::Name].map(|field| roll.headers(field).join("、"));
    let (total, unreadable) = (roll.lines.len() as i64, roll.unreadable() as i64);
    let account = &visitor.account;
    let day =
        if as_of.is_empty() { "登记库还没有数据".to_owned() } else { format!("登记库 {as_of} 的数据") };
    let frame = Frame {
        mark: format!(
            "批量查询答复 · {}（{}）{} 查询 · {day} · 用途：{purpose} · 含个人信息，只用于此用途，用后销毁",
            account.name,
            account.login,
            say::time(at)
        ),
        title: "批量查询答复".to_owned(),
        sheet: "答复",
        columns: COLUMNS.to_vec(),
        count: format!("共 {} 行", say::count(total)),
    };
    let unwritten = || {
        Fault::Refused(
            StatusCode::SERVICE_UNAVAILABLE,
            "服务器的数据文件夹不能写入，答复没有做成。".to_owned(),
            "请系统管理员检查磁盘空间和权限，然后再查一次。".to_owned(),
        )
    };
    let (data, areas) = (app.settings.data.clone(), visitor.areas.clone());
    let written = on_a_thread(move || {
        let file = |form| {
            let passing = Passing::new(&data)?;
            sheet::write(passing.path(), form, &frame, rows(&roll, &answers, &areas))?;
            Ok::<Arc<Passing>, io::Error>(passing.into())
        };
        Ok::<_, io::Error>((file(Form::Csv)?, file(Form::Xlsx)?))
    });
    let (csv, xlsx) = written.await.and_then(Result::ok).ok_or_else(unwritten)?;
    Ok(Batch { name, purpose, at, as_of, rows: total, verdicts, unreadable, bad, headers, csv, xlsx })
}
