//! How many findings there are, by kind and by how far they are.

use askama::Template;
use axum::extract::State;
use axum::response::Html;
use canbao_domain::standard;
use canbao_registry::finding::WorkCounts;

use crate::App;
use crate::fault::Fault;
use crate::page::filled;
use crate::page::shell::{Crumb, Shell};
use crate::right::visitor::Visitor;
use crate::say;

struct Row {
    kind: String,
    name: String,
    remark: String,
    cells: [String; 5],
}

struct Group {
    title: String,
    rows: Vec<Row>,
}

#[derive(Template)]
#[template(path = "findings.html")]
struct Page {
    shell: Shell,
    heading: String,
    groups: Vec<Group>,
    total: [String; 5],
}

pub(crate) async fn show(State(app): State<App>, visitor: Visitor) -> Result<Html<String>, Fault> {
    let counts = app.kept.work(&app, &visitor, &visitor.area).await?;
    let table = standard::finding_kinds();
    let mut groups: Vec<Group> = Vec::new();
    let mut sum = WorkCounts::default();
    // employers have lists of their own
    for entry in table.entries().iter().filter(|entry| !entry.code().starts_with("unit-")) {
        let one = counts.get(entry.code()).copied().unwrap_or_default();
        sum.all += one.all;
        sum.asked += one.asked;
        sum.answered += one.answered;
        sum.done += one.done;
        let title = entry.group().map_or("", |group| table.group_name(group));
        if groups.last().is_none_or(|group| group.title != title) {
            groups.push(Group { title: title.to_owned(), rows: Vec::new() });
        }
        if let Some(group) = groups.last_mut() {
            group.rows.push(Row {
                kind: entry.code().to_owned(),
                name: entry.name().to_owned(),
                remark: entry.remark().unwrap_or_default().to_owned(),
                cells: cells(one),
            });
        }
    }
    let place = visitor.areas.get(&visitor.area).map_or("全市", |area| area.name.as_str());
    let heading = format!("{place} · 待核对 {} 条", say::count(sum.open() + sum.answered));
    let crumbs = vec![Crumb::to(place, "/"), Crumb::here("疑点核对")];
    let shell = Shell::of(&app, &visitor, "/findings", heading.clone(), crumbs).await?;
    filled(&Page { shell, heading, groups, total: cells(sum) })
}

fn cells(counts: WorkCounts) -> [String; 5] {
    [counts.open(), counts.asked, counts.answered, counts.done, counts.all].map(say::count)
}
