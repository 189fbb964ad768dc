//! Which procedure: those that make sense for the person, and why the others do not.

use askama::Template;
use axum::extract::{Path, State};
use axum::response::Html;
use canbao_registry::change::{Offer, Procedure};

use super::PROCEDURES;
use crate::App;
use crate::fault::Fault;
use crate::page::filled;
use crate::page::line::{named, place};
use crate::page::shell::{Crumb, Shell};
use crate::right::visitor::Visitor;
use crate::say;

struct Choice {
    kind: &'static str,
    name: &'static str,
    note: &'static str,
    why_not: String,
}

struct Group {
    title: &'static str,
    choices: Vec<Choice>,
}

#[derive(Template)]
#[template(path = "choose.html")]
struct Page {
    shell: Shell,
    heading: String,
    sub: String,
    person: i64,
    /// Those that can be done.
    groups: Vec<Group>,
    /// Those that cannot, each with why.
    not: Vec<Choice>,
}

pub(crate) async fn choose(
    State(app): State<App>,
    visitor: Visitor,
    Path(person): Path<i64>,
) -> Result<Html<String>, Fault> {
    let asker = visitor.asker("办理变更");
    let whole = app.registry.person(&asker, person).await?;
    let requests = app.registry.requests(&asker, person).await?;
    let offers = Procedure::offers(&whole, &requests, &visitor.areas, say::today());
    let why_not = |kind: &str| {
        let offer = offers.iter().find(|offer: &&Offer| offer.kind == kind);
        offer.map_or_else(|| Some("这里不能办理。".to_owned()), |offer| offer.why_not.clone())
    };
    let (mut groups, mut not) = (Vec::new(), Vec::new());
    for (title, kinds) in PROCEDURES {
        let mut choices = Vec::new();
        for (kind, note) in kinds {
            let name = Procedure::chinese_of(kind).unwrap_or(kind);
            match why_not(kind) {
                None => choices.push(Choice { kind, name, note, why_not: String::new() }),
                Some(why_not) => not.push(Choice { kind, name, note, why_not }),
            }
        }
        if !choices.is_empty() {
            groups.push(Group { title, choices });
        }
    }
    let name = named(whole.record.name.as_deref());
    let heading = format!("{name} · 办理哪一项变更");
    let sub = format!(
        "{}，{}，现在{}",
        whole.number().or(whole.certificate()).map(say::number).unwrap_or_else(|| "没有身份证号".to_owned()),
        place(&whole.record.area, &visitor.areas),
        whole.derived.category.chinese()
    );
    let crumbs = vec![Crumb::to(name, format!("/person/{person}")), Crumb::here("办理变更")];
    let shell = Shell::of(&app, &visitor, "/person", heading.clone(), crumbs).await?;
    filled(&Page { shell, heading, sub, person, groups, not })
}
