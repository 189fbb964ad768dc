//! One employer: the register, the agency, who is insured through it.

use askama::Template;
use axum::extract::{Path, Query, State};
use axum::response::Html;
use canbao_domain::source::SourceKind;
use serde::Deserialize;

use super::{category, county};
use crate::App;
use crate::fault::Fault;
use crate::page::filled;
use crate::page::line::{Head, Line};
use crate::page::shell::{Crumb, Shell};
use crate::page::word::Tag;
use crate::right::visitor::Visitor;
use crate::say;

/// People on a page.
const LINES: i64 = 50;

struct Scheme {
    name: String,
    count: String,
    path: String,
    here: bool,
}

#[derive(Template)]
#[template(path = "employer.html")]
struct Page {
    shell: Shell,
    heading: String,
    sub: String,
    state: Tag,
    /// What is wrong, and what to do.
    problem: (&'static str, &'static str),
    items: Vec<(&'static str, String)>,
    schemes: Vec<Scheme>,
    all: Scheme,
    of: String,
    head: Head,
    lines: Vec<Line>,
    next: String,
}

#[derive(Deserialize)]
pub(crate) struct Asked {
    #[serde(default)]
    scheme: String,
    after: Option<i64>,
}

/// What an employer's category says is wrong.
fn problem(category: &str) -> (&'static str, &'static str) {
    match category {
        "uninsured" => ("在工商登记中，没有参保", "请通知单位办理参保登记，或核实是否已停业"),
        "unregistered" => ("在参保册里，工商登记中没有", "请与工商核对代码和名称，或核实是否已注销"),
        "information" => ("没有有效的统一社会信用代码或注册号", "请与工商核对代码后在来源里更正"),
        _ => ("", ""),
    }
}

pub(crate) async fn show(
    State(app): State<App>,
    visitor: Visitor,
    Path(id): Path<i64>,
    Query(asked): Query<Asked>,
) -> Result<Html<String>, Fault> {
    let scheme = match asked.scheme.as_str() {
        "" => None,
        word => {
            Some(word.parse::<SourceKind>().map_err(|_| Fault::Nonsense("没有这个险种。", "请从单位的页面重新选。"))?)
        }
    };
    let word = scheme.map_or("", SourceKind::as_str);
    let members = app.registry.members_of_unit(&visitor.asker("单位页"), id, word, asked.after, LINES).await?;
    let unit = members.units.first().ok_or(Fault::NoSuchRecord)?;
    let name = unit.name.clone().filter(|name| !name.is_empty()).unwrap_or_else(|| "（无名称）".to_owned());
    let state = unit.category.as_deref().map_or_else(|| Tag::new("只在参保册里", "amber"), category);
    let path = format!("/employer/{id}");
    let schemes = unit.live.iter().map(|(word, count)| {
        let name = word.parse::<SourceKind>().map_or_else(|_| word.clone(), |kind| kind.chinese().to_owned());
        Scheme { name, count: say::count(*count), path: format!("{path}?scheme={word}"), here: *word == asked.scheme }
    });
    let all =
        Scheme {
            name: "全部".to_owned(), count: say::count(unit.people), path: path.clone(), here: scheme.is_none()
        };
    let yes = |is: bool| if is { "有" } else { "没有" }.to_owned();
    let or_none = |text: &Option<String>| text.clone().unwrap_or_else(|| "没有登记".to_owned());
    let others: Vec<&String> = unit
        .codes
        .iter()
        .filter(|code| Some(*code) != unit.credit_code.as_ref() && Some(*code) != unit.registration_number.as_ref())
        .collect();
    let mut items = vec![
        ("信用代码", or_none(&unit.credit_code)),
        ("注册号", or_none(&unit.registration_number)),
        ("类型", or_none(&unit.kind)),
        ("住所", or_none(&unit.address)),
        ("所在县", county(unit.county.as_deref(), &visitor.areas)),
        ("工商登记", yes(unit.registered)),
        ("参保登记", yes(unit.insured)),
        ("参保人数", format!("{}（上次比对时全市）", say::count(unit.insured_people.unwrap_or_default()))),
    ];
    if !others.is_empty() {
        let codes: Vec<&str> = others.iter().map(|code| code.as_str()).collect();
        items.push(("参保册中的编码", codes.join("、")));
    }
    let schemes: Vec<Scheme> = schemes.collect();
    let next = members.next.map_or_else(String::new, |after| {
        let scheme = scheme.map_or_else(String::new, |scheme| format!("scheme={}&", scheme.as_str()));
        format!("{path}?{scheme}after={after}")
    });
    let heading = format!("{name} · {}", state.word);
    let crumbs = vec![Crumb::to("单位", "/employers"), Crumb::here(name)];
    let today = say::today();
    filled(&Page {
        shell: Shell::of(&app, &visitor, "/employers", heading.clone(), crumbs).await?,
        heading,
        sub: format!("您负责的区域里，通过这个单位参保 {} 人", say::count(unit.people)),
        state,
        problem: problem(unit.category.as_deref().unwrap_or("unregistered")),
        items,
        schemes,
        all,
        of: scheme.map_or_else(String::new, |scheme| scheme.chinese().to_owned()),
        head: Head { total: format!("{} 人", say::count(members.people)), ..Head::found() },
        lines: members.lines.iter().map(|line| Line::of_line(line, &visitor.areas, today)).collect(),
        next,
    })
}
