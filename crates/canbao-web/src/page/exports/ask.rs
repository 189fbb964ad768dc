//! Asking to take a list along: what for, which columns, masked or whole.

use askama::Template;
use axum::Form;
use axum::extract::{Query, State};
use axum::http::StatusCode;
use axum::response::{Html, IntoResponse, Redirect, Response};
use canbao_registry::export::NewExport;
use canbao_registry::query::Filter;

use super::column::{COLUMNS, told};
use crate::App;
use crate::fault::Fault;
use crate::page::field::{Choice, Errors, Field, plain};
use crate::page::filled;
use crate::page::given::Given;
use crate::page::people::Asked;
use crate::page::refusal::{again, or_refused};
use crate::page::shell::{Crumb, Shell};
use crate::right::visitor::Visitor;
use crate::say;

/// What lists are taken along for.
pub(crate) const PURPOSES: [&str; 6] =
    ["入户调查用名单", "发给镇（办）、村核实", "与部门核对数据", "上级要求报送", "检查、审计要求", "其他"];

/// A purpose as it is kept: one of [`PURPOSES`], and for whom.
pub(crate) fn purpose(purpose: &str, note: &str) -> String {
    format!("{purpose}：{}", note.trim())
}

#[derive(Template)]
#[template(path = "export_new.html")]
struct Page {
    shell: Shell,
    heading: String,
    sub: String,
    back: String,
    fields: Vec<Field>,
    /// Where the form goes.
    path: String,
    errors: Errors,
    notice: String,
    hint: String,
}

pub(crate) async fn form(
    State(app): State<App>,
    visitor: Visitor,
    Query(asked): Query<Asked>,
) -> Result<Html<String>, Fault> {
    let mut given = Given::default().or("whole", "no").or("format", "xlsx");
    for column in ["name", "number", "town", "village", "category", "reasons"] {
        given = given.or("fields", column);
    }
    filled(&page(&app, &visitor, &asked, &given, Errors::new(), (String::new(), String::new())).await?)
}

async fn page(
    app: &App,
    visitor: &Visitor,
    asked: &Asked,
    given: &Given,
    errors: Errors,
    (notice, hint): (String, String),
) -> Result<Page, Fault> {
    let filter = filter(visitor, asked);
    let rows = app.registry.count(&visitor.scope, &filter).await?;
    let heading = format!("导出 {} 人", say::count(rows));
    let choice = |value: &str, label: &str, note: &str| Choice { note: note.to_owned(), ..plain(value, label) };
    let purposes = PURPOSES.map(|purpose| plain(purpose, purpose)).to_vec();
    let columns = COLUMNS.iter().map(|column| {
        let note = if column.masked { "含个人信息" } else { "" };
        choice(column.word, column.head, note)
    });
    let whole = vec![
        choice("no", "遮盖", "号码、电话只留头尾，出生日期只留年份，住址不出现"),
        choice("yes", "完整", "要说明为什么必须完整，审批人会核对"),
    ];
    let formats = vec![choice("xlsx", "Excel 工作簿", ""), choice("csv", "CSV 文本", "给别的程序用")];
    let fields = vec![
        Field::choice("purpose", "用途", "select", purposes, given, &errors),
        Field {
            size: 48,
            ..Field::text(
                "note",
                "给谁、做什么用",
                "如：交江北街道，11 月 30 日前入户核实；不要写人的姓名和号码",
                given,
                &errors,
            )
        },
        Field::choice("fields", "哪些列", "checks", columns.collect(), given, &errors),
        Field::choice("whole", "个人信息", "radios", whole, given, &errors),
        Field::choice("format", "文件", "radios", formats, given, &errors),
    ];
    let back = asked.path(&[]);
    let crumbs = vec![Crumb::to("人员", back.clone()), Crumb::here("导出")];
    Ok(Page {
        shell: Shell::of(app, visitor, "/exports", heading.clone(), crumbs).await?,
        heading,
        sub: told(&filter, &visitor.areas),
        back,
        fields,
        path: asked.path(&[]).replacen("/people", "/export/new", 1),
        errors,
        notice,
        hint,
    })
}

fn filter(visitor: &Visitor, asked: &Asked) -> Filter {
    asked.filter(visitor.asked(asked.area(visitor)), say::today())
}

pub(crate) async fn ask(
    State(app): State<App>,
    visitor: Visitor,
    Query(asked): Query<Asked>,
    Form(pairs): Form<Vec<(String, String)>>,
) -> Result<Response, Fault> {
    let given = Given::of(pairs);
    let mut errors = Errors::new();
    let chosen = PURPOSES.into_iter().find(|purpose| *purpose == given.text("purpose"));
    if chosen.is_none() {
        errors.push(("purpose", "请选用途。".to_owned()));
    }
    if given.text("note").is_empty() || given.text("note").chars().count() > 100 {
        errors.push(("note", "请写明给谁、做什么用，不超过 100 个字。".to_owned()));
    }
    let fields: Vec<String> =
        COLUMNS.iter().filter(|column| given.has("fields", column.word)).map(|column| column.word.to_owned()).collect();
    if fields.is_empty() {
        errors.push(("fields", "请至少选一列。".to_owned()));
    }
    if !matches!(given.text("whole"), "yes" | "no") {
        errors.push(("whole", "请选遮盖还是完整。".to_owned()));
    }
    if !matches!(given.text("format"), "xlsx" | "csv") {
        errors.push(("format", "请选文件的格式。".to_owned()));
    }
    let none = (String::new(), String::new());
    let (Some(chosen), true) = (chosen, errors.is_empty()) else {
        let page = page(&app, &visitor, &asked, &given, errors, none).await?;
        return Ok((StatusCode::UNPROCESSABLE_ENTITY, filled(&page)?).into_response());
    };
    let wanted = NewExport {
        filter: filter(&visitor, &asked),
        area: visitor.own_area().to_owned(),
        fields,
        whole: given.text("whole") == "yes",
        purpose: purpose(chosen, given.text("note")),
        format: given.text("format").to_owned(),
    };
    match or_refused(app.registry.ask_export(&visitor.asker("申请导出"), &wanted).await)? {
        Ok(id) => Ok(Redirect::to(&format!("/export/{id}")).into_response()),
        Err(error) => {
            again(&page(&app, &visitor, &asked, &given, Errors::new(), (error.to_string(), error.hint())).await?)
        }
    }
}
