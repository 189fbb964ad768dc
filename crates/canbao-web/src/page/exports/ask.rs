//! Asking to take a list along: what for, which columns, masked or whole.

use askama::Template;
use axum::Form;
use axum::extract::{Path, Query, State};
use axum::http::StatusCode;
use axum::response::{Html, IntoResponse, Redirect, Response};
use canbao_registry::export::{List, NewExport};

use super::column::{columns, masks, told};
use crate::App;
use crate::fault::Fault;
use crate::page::field::{Choice, Errors, Field, plain};
use crate::page::given::Given;
use crate::page::refusal::{again, or_refused};
use crate::page::shell::{Crumb, Shell};
use crate::page::{employers, filled, finding, people};
use crate::right::Right;
use crate::right::visitor::Visitor;
use crate::{say, sheet};

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

/// A list to be taken along, and where it stands.
struct Wanted {
    list: List,
    /// Where the form goes.
    path: String,
    /// The list's own page.
    back: String,
    crumb: &'static str,
}

fn of_people(visitor: &Visitor, asked: &people::Asked) -> Wanted {
    let back = asked.path(&[]);
    let filter = asked.filter(visitor.asked(asked.area(visitor)), say::today());
    Wanted { list: List::People(filter), path: back.replacen("/people", "/export/new", 1), back, crumb: "人员" }
}

fn of_findings(visitor: &Visitor, kind: &str, asked: &finding::list::Asked) -> Result<Wanted, Fault> {
    let list = List::Findings(asked.filter(visitor, kind).ok_or(Fault::NoSuchRecord)?);
    let back = asked.path(kind);
    Ok(Wanted { list, path: back.replacen("/findings", "/export/new/findings", 1), back, crumb: "疑点核对" })
}

fn of_employers(visitor: &Visitor, asked: &employers::Asked) -> Result<Wanted, Fault> {
    // the way there asks whether somebody may see employers, not whether they may take them along
    if !visitor.may(Right::Export) {
        return Err(Fault::MayNot);
    }
    let list = List::Employers(asked.filter()?);
    let back = asked.path();
    Ok(Wanted { list, path: back.replacen("/employers", "/export/new/employers", 1), back, crumb: "单位" })
}

/// What is usually taken along.
fn usual(list: &List) -> Given {
    let fields: &[&str] = match list {
        List::People(_) => &["name", "number", "town", "village", "category", "reasons"],
        List::Findings(_) => &["id", "name", "number", "town", "village", "what", "stand"],
        List::Employers(_) => &["name", "code", "county", "category", "people"],
    };
    let given = Given::default().or("whole", "no").or("format", "xlsx");
    fields.iter().fold(given, |given, field| given.or("fields", field))
}

pub(crate) async fn form(
    State(app): State<App>,
    visitor: Visitor,
    Query(asked): Query<people::Asked>,
) -> Result<Html<String>, Fault> {
    first(&app, &visitor, &of_people(&visitor, &asked)).await
}

pub(crate) async fn form_of_findings(
    State(app): State<App>,
    visitor: Visitor,
    Path(kind): Path<String>,
    Query(asked): Query<finding::list::Asked>,
) -> Result<Html<String>, Fault> {
    first(&app, &visitor, &of_findings(&visitor, &kind, &asked)?).await
}

pub(crate) async fn form_of_employers(
    State(app): State<App>,
    visitor: Visitor,
    Query(asked): Query<employers::Asked>,
) -> Result<Html<String>, Fault> {
    first(&app, &visitor, &of_employers(&visitor, &asked)?).await
}

pub(crate) async fn ask(
    State(app): State<App>,
    visitor: Visitor,
    Query(asked): Query<people::Asked>,
    Form(pairs): Form<Vec<(String, String)>>,
) -> Result<Response, Fault> {
    go_on(&app, &visitor, of_people(&visitor, &asked), &Given::of(pairs)).await
}

pub(crate) async fn ask_for_findings(
    State(app): State<App>,
    visitor: Visitor,
    Path(kind): Path<String>,
    Query(asked): Query<finding::list::Asked>,
    Form(pairs): Form<Vec<(String, String)>>,
) -> Result<Response, Fault> {
    go_on(&app, &visitor, of_findings(&visitor, &kind, &asked)?, &Given::of(pairs)).await
}

pub(crate) async fn ask_for_employers(
    State(app): State<App>,
    visitor: Visitor,
    Query(asked): Query<employers::Asked>,
    Form(pairs): Form<Vec<(String, String)>>,
) -> Result<Response, Fault> {
    go_on(&app, &visitor, of_employers(&visitor, &asked)?, &Given::of(pairs)).await
}

async fn first(app: &App, visitor: &Visitor, wanted: &Wanted) -> Result<Html<String>, Fault> {
    let given = usual(&wanted.list);
    filled(&page(app, visitor, wanted, &given, Errors::new(), (String::new(), String::new())).await?)
}

async fn page(
    app: &App,
    visitor: &Visitor,
    wanted: &Wanted,
    given: &Given,
    errors: Errors,
    (notice, hint): (String, String),
) -> Result<Page, Fault> {
    let list = &wanted.list;
    let rows = app.registry.list_rows(&visitor.asker("申请导出"), list).await?;
    let heading = format!("导出 {} {}", say::count(rows), list.measure());
    let choice = |value: &str, label: &str, note: &str| Choice { note: note.to_owned(), ..plain(value, label) };
    let purposes = PURPOSES.map(|purpose| plain(purpose, purpose)).to_vec();
    let of_column = columns(list).iter().map(|column| {
        let note = if column.masked { "含个人信息" } else { "" };
        choice(column.word, column.head, note)
    });
    let whole = vec![
        choice("no", "遮盖", "号码、电话只留头尾，出生日期只留年份，住址不出现"),
        choice("yes", "完整", "要说明为什么必须完整，审批人会核对"),
    ];
    let formats = vec![choice("xlsx", "Excel 工作簿", ""), choice("csv", "CSV 文本", "给别的程序用")];
    let mut fields = vec![
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
        Field::choice("fields", "哪些列", "checks", of_column.collect(), given, &errors),
    ];
    if masks(list) {
        fields.push(Field::choice("whole", "个人信息", "radios", whole, given, &errors));
    }
    fields.push(Field::choice("format", "文件", "radios", formats, given, &errors));
    let crumbs = vec![Crumb::to(wanted.crumb, wanted.back.clone()), Crumb::here("导出")];
    Ok(Page {
        shell: Shell::of(app, visitor, "/exports", heading.clone(), crumbs).await?,
        heading,
        sub: told(list, &visitor.areas),
        back: wanted.back.clone(),
        fields,
        path: wanted.path.clone(),
        errors,
        notice,
        hint,
    })
}

async fn go_on(app: &App, visitor: &Visitor, wanted: Wanted, given: &Given) -> Result<Response, Fault> {
    let mut errors = Errors::new();
    let chosen = PURPOSES.into_iter().find(|purpose| *purpose == given.text("purpose"));
    if chosen.is_none() {
        errors.push(("purpose", "请选用途。".to_owned()));
    }
    if given.text("note").is_empty() || given.text("note").chars().count() > 100 {
        errors.push(("note", "请写明给谁、做什么用，不超过 100 个字。".to_owned()));
    }
    let known = columns(&wanted.list).iter().map(|column| column.word);
    let fields: Vec<String> = known.filter(|word| given.has("fields", word)).map(str::to_owned).collect();
    if fields.is_empty() {
        errors.push(("fields", "请至少选一列。".to_owned()));
    }
    if masks(&wanted.list) && !matches!(given.text("whole"), "yes" | "no") {
        errors.push(("whole", "请选遮盖还是完整。".to_owned()));
    }
    let format = sheet::Form::from_word(given.text("format"));
    if format.is_none() {
        errors.push(("format", "请选文件的格式。".to_owned()));
    }
    let none = (String::new(), String::new());
    let (Some(chosen), Some(format), true) = (chosen, format, errors.is_empty()) else {
        let page = page(app, visitor, &wanted, given, errors, none).await?;
        return Ok((StatusCode::UNPROCESSABLE_ENTITY, filled(&page)?).into_response());
    };
    let new = NewExport {
        list: wanted.list.clone(),
        area: visitor.own_area().to_owned(),
        fields,
        whole: masks(&wanted.list) && given.text("whole") == "yes",
        purpose: purpose(chosen, given.text("note")),
        format: format.as_str().to_owned(),
    };
    match or_refused(app.registry.ask_export(&visitor.asker("申请导出"), &new).await)? {
        Ok(id) => Ok(Redirect::to(&format!("/export/{id}")).into_response()),
        Err(error) => {
            again(&page(app, visitor, &wanted, given, Errors::new(), (error.to_string(), error.hint())).await?)
        }
    }
}
