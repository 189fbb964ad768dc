//! A village's forms on paper and as a workbook, and the workbook that comes back.

use std::sync::Arc;
use std::sync::atomic::AtomicBool;

use askama::Template;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::{Html, IntoResponse as _, Response};
use canbao_survey::book::{self, Became};

use super::keeper;
use crate::App;
use crate::fault::Fault;
use crate::http::download::{self, Passing};
use crate::http::upload::Sent;
use crate::job::{Program, paper};
use crate::page::filled;
use crate::page::shell::{Crumb, Shell};
use crate::right::visitor::Visitor;
use crate::say;

const PDF: &str = "application/pdf";
const XLSX: &str = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet";

#[derive(Template)]
#[template(path = "survey_print.html")]
struct Page {
    shell: Shell,
    heading: String,
    code: String,
    error: String,
    hint: String,
    /// What became of a workbook: rows in all, taken in, unchanged; and each that was refused.
    taken: Option<(String, String, String)>,
    refused: Vec<(String, String)>,
}

async fn page(app: &App, visitor: &Visitor, code: &str) -> Result<Page, Fault> {
    let area = visitor.areas.get(code).filter(|_| visitor.reaches(code)).ok_or(Fault::NoSuchRecord)?;
    let heading = format!("{} · 登记表", area.name);
    let crumbs = vec![
        Crumb::to("入户调查", "/survey"),
        Crumb::to(area.name.clone(), format!("/survey/complete/{code}")),
        Crumb::here("登记表"),
    ];
    let shell = Shell::of(app, visitor, "/survey", heading.clone(), crumbs).await?;
    let (error, hint) = (String::new(), String::new());
    Ok(Page { shell, heading, code: code.to_owned(), error, hint, taken: None, refused: Vec::new() })
}

pub(crate) async fn form(
    State(app): State<App>,
    visitor: Visitor,
    Path(code): Path<String>,
) -> Result<Html<String>, Fault> {
    filled(&page(&app, &visitor, &code).await?)
}

pub(crate) async fn make(
    State(app): State<App>,
    visitor: Visitor,
    Path((code, kind)): Path<(String, String)>,
) -> Result<Response, Fault> {
    let area = visitor.areas.get(&code).filter(|_| visitor.reaches(&code)).ok_or(Fault::NoSuchRecord)?;
    let (ending, media) = match kind.as_str() {
        "pdf" => ("pdf", PDF),
        "open.pdf" => ("pdf", PDF),
        "xlsx" => ("xlsx", XLSX),
        _ => return Err(Fault::NoSuchPage),
    };
    let unwritten = || {
        Fault::Refused(
            StatusCode::SERVICE_UNAVAILABLE,
            "登记表没有做成。".to_owned(),
            "请稍候重试；持续出现时请联系系统管理员。".to_owned(),
        )
    };
    let passing = Arc::new(Passing::new(&app.settings.data).map_err(|_| unwritten())?);
    let program: Program = app.settings.program.clone().ok_or_else(|| {
        Fault::Said("这台服务器没有设置打印。".to_owned(), "请在服务器上运行 canbao survey forms。".to_owned())
    })?;
    // the child tells by the file's ending what is wanted
    let beside = passing.path().with_extension(ending);
    let (actor, office) = (visitor.account.login.clone(), app.settings.office.clone());
    let (village, open) = (code.clone(), kind == "open.pdf");
    let (place, file) = (Arc::clone(&passing), beside.clone());
    let made = tokio::task::spawn_blocking(move || {
        let made = paper::make(&program, &actor, &village, &file, &office, open, &AtomicBool::new(false));
        let moved = made.and_then(|said| match said {
            None => std::fs::rename(&file, place.path()).map(|()| None),
            said => Ok(said),
        });
        // nothing of it stays beside
        let _ = std::fs::remove_file(&file);
        moved
    });
    match made.await {
        Ok(Ok(None)) => {
            let what = if ending == "pdf" { "登记表" } else { "采集表" };
            let name = format!("{}{what}-{}.{ending}", area.name, say::today());
            Ok(download::send(passing, media, &name).map_err(|_| unwritten())?)
        }
        Ok(Ok(Some((sentence, hint)))) => {
            let mut page = page(&app, &visitor, &code).await?;
            (page.error, page.hint) = (sentence, hint);
            Ok((StatusCode::CONFLICT, filled(&page)?).into_response())
        }
        _ => Err(unwritten()),
    }
}

pub(crate) async fn take(
    State(app): State<App>,
    visitor: Visitor,
    Path(code): Path<String>,
    mut sent: Sent,
) -> Result<Response, Fault> {
    let mut page = page(&app, &visitor, &code).await?;
    let Some(file) = sent.files_of("file").into_iter().next() else {
        (page.error, page.hint) = ("没有选文件。".to_owned(), "请选填好的采集表。".to_owned());
        return Ok((StatusCode::CONFLICT, filled(&page)?).into_response());
    };
    let path = file.path().to_owned();
    let read = tokio::task::spawn_blocking(move || book::read(&path)).await;
    let rows = match read {
        Ok(Ok(rows)) => rows,
        Ok(Err(error)) => {
            (page.error, page.hint) = (error.to_string(), error.hint().to_owned());
            return Ok((StatusCode::CONFLICT, filled(&page)?).into_response());
        }
        Err(_) => return Err(Fault::Broken),
    };
    let asker = visitor.asker("导入采集表");
    let keeper = keeper(&app);
    let (mut submitted, mut unchanged) = (0_i64, 0_i64);
    for row in &rows {
        match book::take(&app.registry, &asker, visitor.account.id, &keeper, row).await? {
            Became::Submitted => submitted += 1,
            Became::Unchanged => unchanged += 1,
            Became::Refused(says) => page.refused.push((format!("{}表第 {} 行", row.sheet, row.line), says.join(""))),
        }
    }
    page.taken = Some((say::count(rows.len() as i64), say::count(submitted), say::count(unchanged)));
    Ok(filled(&page)?.into_response())
}
