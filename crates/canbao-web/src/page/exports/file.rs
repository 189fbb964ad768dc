//! The file itself: made when it is taken, whole before anything of it leaves, and nowhere kept.

use std::borrow::Cow;

use axum::http::StatusCode;
use axum::response::Response;
use canbao_registry::export::{Export, List};

use super::column::{chosen, employers, findings, people, told};
use crate::App;
use crate::aside::on_a_thread;
use crate::fault::Fault;
use crate::http::download::{self, Passing};
use crate::page::person::Names;
use crate::right::who::Who;
use crate::say;
use crate::sheet::{self, Form, Frame};

/// The kinds of file.
pub(crate) const KINDS: [&str; 2] = [XLSX, CSV];
const XLSX: &str = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet";
const CSV: &str = "text/csv; charset=utf-8";

fn failed() -> Fault {
    Fault::Refused(
        StatusCode::SERVICE_UNAVAILABLE,
        "文件没有做成，没有下载。".to_owned(),
        "请稍候重试；持续出现时请联系系统管理员。".to_owned(),
    )
}

/// The file of a request that may be taken, as an answer. The taking stands on the audit already.
pub(crate) async fn answer(app: &App, who: &Who, export: &Export) -> Result<Response, Fault> {
    let wanted = &export.wanted;
    let form = Form::from_word(&wanted.format).unwrap_or(Form::Xlsx);
    let columns = chosen(&wanted.list, &wanted.fields);
    let asker = who.asker(format!("导出第 {} 件：{}", export.id, if wanted.whole { "完整" } else { "遮盖" }));
    let counted = app.registry.list_rows(&asker, &wanted.list).await?;
    let (areas, mut rows) = (&who.areas, Vec::<Vec<String>>::new());
    let given = match &wanted.list {
        List::People(filter) => {
            let take = |line| {
                rows.push(columns.iter().map(|column| people::cell(column, &line, areas, wanted.whole)).collect());
                Ok(())
            };
            app.registry.each_person(&asker, filter, take).await?
        }
        List::Findings(filter) => {
            let take = |line| {
                rows.push(columns.iter().map(|column| findings::cell(column, &line, areas, wanted.whole)).collect());
                Ok(())
            };
            app.registry.each_finding(&asker, filter, take).await?
        }
        List::Employers(filter) => {
            let take = |line| {
                rows.push(columns.iter().map(|column| employers::cell(column, &line, areas)).collect());
                Ok(())
            };
            app.registry.each_unit(&asker, filter, take).await?
        }
    };
    // somebody may have been written meanwhile: then the count is of another state, and is made anew
    if given != counted && app.registry.list_rows(&asker, &wanted.list).await? != given {
        return Err(Fault::Said("名单的行数在生成文件时变了，没有下载。".to_owned(), "请再下载一次。".to_owned()));
    }
    let names = Names::read(app).await?;
    let checker = export.checker.as_deref().map(|checker| names.of(checker)).unwrap_or_default();
    let mark = format!(
        "第 {} 件导出 · {}（{}）{} 下载 · {checker} 审批 · 用途：{} · 含个人信息，只用于此用途，用后销毁",
        export.id,
        who.account.name,
        who.account.login,
        say::time(say::now_ms()),
        wanted.purpose
    );
    let frame = Frame {
        mark,
        title: told(&wanted.list, areas),
        sheet: "名单",
        columns: columns.iter().map(|column| (column.head, column.width)).collect(),
        count: format!("共 {} {}", say::count(given), wanted.list.measure()),
    };
    let passing = Passing::new(&app.settings.data).map_err(|_| failed())?;
    let path = passing.path().to_owned();
    let written = on_a_thread(move || {
        let rows = rows.into_iter().map(|row| row.into_iter().map(Cow::Owned).collect());
        sheet::write(&path, form, &frame, rows)
    });
    written.await.and_then(Result::ok).ok_or_else(failed)?;
    // the name says the request and nothing of whom it is about
    let name = format!("canbao-export-{}.{}", export.id, form.as_str());
    download::send(passing, form.media(), &name).map_err(|_| failed())
}
