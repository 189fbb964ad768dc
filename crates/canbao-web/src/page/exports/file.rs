//! The file itself: made when it is taken, whole before anything of it leaves, and nowhere kept.

use std::path::{Path, PathBuf};

use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse as _, Response};
use canbao_paper::{About, Grid, PaperError};
use canbao_registry::export::Export;

use super::column::{COLUMNS, Column, cell, told};
use crate::App;
use crate::fault::Fault;
use crate::page::person::Names;
use crate::right::who::Who;
use crate::say;

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

/// What goes into a file.
struct Content {
    /// Who, when, what for, which request.
    mark: String,
    title: String,
    columns: Vec<&'static Column>,
    rows: Vec<Vec<String>>,
    /// The last row: how many there are.
    count: String,
}

/// The file of a request that may be taken, as an answer. The taking stands on the audit already.
pub(crate) async fn answer(app: &App, who: &Who, export: &Export) -> Result<Response, Fault> {
    let bytes = made(app, who, export).await?;
    let kind = if export.wanted.format == "csv" { CSV } else { XLSX };
    // the name says the request and nothing of whom it is about
    let name = format!("attachment; filename=\"canbao-export-{}.{}\"", export.id, export.wanted.format);
    let mut response = (StatusCode::OK, bytes).into_response();
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(kind));
    if let Ok(name) = HeaderValue::from_str(&name) {
        headers.insert(header::CONTENT_DISPOSITION, name);
    }
    Ok(response)
}

async fn made(app: &App, who: &Who, export: &Export) -> Result<Vec<u8>, Fault> {
    let wanted = &export.wanted;
    let columns: Vec<&Column> =
        COLUMNS.iter().filter(|column| wanted.fields.iter().any(|word| word == column.word)).collect();
    let asker = who.asker(format!("导出第 {} 件：{}", export.id, if wanted.whole { "完整" } else { "遮盖" }));
    let counted = app.registry.count(&who.scope, &wanted.filter).await?;
    let mut rows: Vec<Vec<String>> = Vec::new();
    let given = app
        .registry
        .each_person(&asker, &wanted.filter, |whole| {
            rows.push(columns.iter().map(|column| cell(column, &whole, &who.areas, wanted.whole)).collect());
            Ok(())
        })
        .await?;
    // somebody may have been written meanwhile: then the count is of another state, and is made anew
    if given != counted && app.registry.count(&who.scope, &wanted.filter).await? != given {
        return Err(Fault::Said("名单的人数在生成文件时变了，没有下载。".to_owned(), "请再下载一次。".to_owned()));
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
    let count = format!("共 {} 人", say::count(given));
    let content = Content { mark, title: told(&wanted.filter, &who.areas), columns, rows, count };
    if wanted.format == "csv" {
        return Ok(csv(&content));
    }
    let work = tokio::task::spawn_blocking(move || workbook(&content));
    work.await.ok().flatten().ok_or_else(failed)
}

/// What a spreadsheet would take for a formula stands there as text.
fn harmless(text: &str) -> String {
    if text.starts_with(['=', '+', '-', '@', '\t', '\r', '\n']) { format!("'{text}") } else { text.to_owned() }
}

fn csv(content: &Content) -> Vec<u8> {
    let mut text = String::from('\u{feff}');
    let mut line = |cells: &mut dyn Iterator<Item = &str>| {
        for (at, cell) in cells.enumerate() {
            if at > 0 {
                text.push(',');
            }
            let cell = harmless(cell);
            if cell.contains(['"', ',', '\n', '\r']) {
                text.push('"');
                text.push_str(&cell.replace('"', "\"\""));
                text.push('"');
            } else {
                text.push_str(&cell);
            }
        }
        text.push_str("\r\n");
    };
    line(&mut [content.mark.as_str()].into_iter());
    line(&mut content.columns.iter().map(|column| column.head));
    for row in &content.rows {
        line(&mut row.iter().map(String::as_str));
    }
    line(&mut [content.count.as_str()].into_iter());
    text.into_bytes()
}

/// A folder that nobody else may enter, gone with all that is in it.
struct Folder(PathBuf);

impl Folder {
    fn make() -> std::io::Result<Self> {
        let mut bytes = [0; 12];
        getrandom::fill(&mut bytes).map_err(|_| std::io::Error::other("no random bytes"))?;
        let name: String = bytes.iter().map(|byte| format!("{byte:02x}")).collect();
        let path = std::env::temp_dir().join(format!("canbao-export-{name}"));
        let mut builder = std::fs::DirBuilder::new();
        #[cfg(unix)]
        std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
        builder.create(&path)?;
        Ok(Self(path))
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        // what cannot be removed is nobody else's to read
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

/// The same as a workbook; none where the disk does not take it.
fn workbook(content: &Content) -> Option<Vec<u8>> {
    let folder = Folder::make().ok()?;
    let path = folder.0.join("export.xlsx");
    let (year, month, day) = say::today().ymd();
    let date = (u16::try_from(year).ok()?, u8::try_from(month).ok()?, u8::try_from(day).ok()?);
    let about = About { title: content.title.clone(), author: "全民参保登记信息管理系统".to_owned(), date };
    filled(content, &path, &about).ok()?;
    std::fs::read(&path).ok()
}

fn filled(content: &Content, path: &Path, about: &About) -> Result<(), PaperError> {
    let widths: Vec<f64> = content.columns.iter().map(|column| column.width).collect();
    let mut grid = Grid::create(path, about, "名单", &widths)?;
    grid.printed(&content.mark, 2)?;
    grid.row(&[content.mark.as_str()])?;
    let heads: Vec<&str> = content.columns.iter().map(|column| column.head).collect();
    grid.row(&heads)?;
    for row in &content.rows {
        let cells: Vec<String> = row.iter().map(|cell| harmless(cell)).collect();
        grid.row(&cells.iter().map(String::as_str).collect::<Vec<_>>())?;
    }
    grid.row(&[content.count.as_str()])?;
    grid.save()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_in_a_file_is_a_formula() {
        let name: &Column = &COLUMNS[0];
        let evil = ["=1+1", "+86", "-2", "@SUM(A1)", "\tx", "a\"b,c\nd", "王秀英"];
        let content = Content {
            mark: "第 1 件".to_owned(),
            title: String::new(),
            columns: vec![name],
            rows: evil.iter().map(|text| vec![(*text).to_owned()]).collect(),
            count: "共 7 人".to_owned(),
        };
        let text = String::from_utf8(csv(&content)).unwrap_or_default();
        let lines: Vec<&str> = text.trim_start_matches('\u{feff}').split("\r\n").collect();
        assert_eq!(
            lines,
            [
                "第 1 件",
                "姓名",
                "'=1+1",
                "'+86",
                "'-2",
                "'@SUM(A1)",
                "'\tx",
                "\"a\"\"b,c\nd\"",
                "王秀英",
                "共 7 人",
                ""
            ]
        );
        let bytes = workbook(&content).unwrap_or_default();
        assert!(bytes.starts_with(b"PK"));
    }
}
