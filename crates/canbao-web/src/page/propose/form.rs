//! The form of a procedure, its answers once more with what they would change, and handing on.

use askama::Template;
use axum::extract::{Path, Query, State};
use axum::http::StatusCode;
use axum::response::{Html, IntoResponse, Redirect, Response};
use canbao_registry::RegistryError;
use canbao_registry::change::{Procedure, Proposal};
use serde::Deserialize;

use super::field::fields;
use super::told::{Record, records, sentence};
use super::{Case, known, known_new, read, scan};
use crate::App;
use crate::fault::Fault;
use crate::http::upload::Sent;
use crate::page::field::{Errors, Field};
use crate::page::filled;
use crate::page::given::Given;
use crate::page::line::named;
use crate::page::shell::{Crumb, Shell};
use crate::right::visitor::Visitor;
use crate::say;

/// Others of the same name that a merge offers, at most.
const ALIKE: usize = 12;

#[derive(Template)]
#[template(path = "propose.html")]
struct Page {
    shell: Shell,
    heading: String,
    sub: String,
    path: String,
    back: String,
    seen: i64,
    fields: Vec<Field>,
    /// What is wrong: where, and a sentence.
    errors: Vec<(&'static str, String)>,
    /// What is wrong with no field of its own, and what to do.
    notice: String,
    hint: String,
}

#[derive(Template)]
#[template(path = "answers.html")]
struct Answers {
    shell: Shell,
    heading: String,
    sub: String,
    path: String,
    seen: i64,
    kept: Vec<(String, String)>,
    told: Vec<(&'static str, String)>,
    sentence: String,
    records: Vec<Record>,
}

#[derive(Deserialize)]
pub(crate) struct With {
    /// Into whose household.
    #[serde(default)]
    with: i64,
}

pub(crate) async fn form(
    State(app): State<App>,
    visitor: Visitor,
    Path((person, kind)): Path<(i64, String)>,
) -> Result<Html<String>, Fault> {
    let case = case(&app, &visitor, person, &kind).await?;
    filled(&page(&app, &visitor, &case, &Given::default(), Errors::new(), None).await?)
}

pub(crate) async fn newcomer(
    State(app): State<App>,
    visitor: Visitor,
    Path(kind): Path<String>,
    Query(with): Query<With>,
) -> Result<Html<String>, Fault> {
    let case = case_of_new(&app, &visitor, &kind, with.with).await?;
    let mut given = Given::default();
    if let Some(with) = &case.with {
        let record = &with.record;
        given = given.or("with", &with.person.to_string()).or("area", &record.area);
        for (name, value) in [("household", &record.household), ("ethnic", &record.ethnic)] {
            given = given.or(name, value.as_deref().unwrap_or_default());
        }
    }
    filled(&page(&app, &visitor, &case, &given, Errors::new(), None).await?)
}

pub(crate) async fn propose(
    State(app): State<App>,
    visitor: Visitor,
    Path((person, kind)): Path<(i64, String)>,
    mut sent: Sent,
) -> Result<Response, Fault> {
    let case = case(&app, &visitor, person, &kind).await?;
    go_on(&app, &visitor, case, &mut sent).await
}

pub(crate) async fn propose_newcomer(
    State(app): State<App>,
    visitor: Visitor,
    Path(kind): Path<String>,
    mut sent: Sent,
) -> Result<Response, Fault> {
    let with = sent.text("with").trim().parse().unwrap_or_default();
    let case = case_of_new(&app, &visitor, &kind, with).await?;
    go_on(&app, &visitor, case, &mut sent).await
}

async fn case(app: &App, visitor: &Visitor, person: i64, kind: &str) -> Result<Case, Fault> {
    let kind = known(kind).ok_or(Fault::NoSuchPage)?;
    let asker = visitor.asker("办理变更");
    let whole = app.registry.person(&asker, person).await?;
    let mut alike = Vec::new();
    if kind == "merged"
        && let Some(name) = whole.record.name.as_deref()
    {
        alike = app.registry.by_name(&visitor.asker("办理变更（同名的人）"), name, None).await?;
        alike.retain(|other| other.person != person && other.record.state == whole.record.state);
        alike.truncate(ALIKE);
    }
    Ok(Case {
        kind,
        name: Procedure::chinese_of(kind).unwrap_or(kind),
        whole: Some(whole),
        alike,
        with: None,
        scan: None,
    })
}

async fn case_of_new(app: &App, visitor: &Visitor, kind: &str, with: i64) -> Result<Case, Fault> {
    let kind = known_new(kind).ok_or(Fault::NoSuchPage)?;
    let with = match with {
        0 => None,
        with => Some(app.registry.person(&visitor.asker("办理变更（同户）"), with).await?),
    };
    let name = if kind == "birth" { "出生" } else { "新迁入" };
    Ok(Case { kind, name, whole: None, alike: Vec::new(), with, scan: None })
}

/// What a posted form leads to.
async fn go_on(app: &App, visitor: &Visitor, mut case: Case, sent: &mut Sent) -> Result<Response, Fault> {
    let (given, scanned) = scan::taken(app, visitor, sent).await?;
    let unfit = match scanned {
        Ok(scan) => {
            case.scan = scan;
            None
        }
        Err(sentence) => Some(("scan", sentence)),
    };
    if given.text("step") == "change" {
        return Ok(filled(&page(app, visitor, &case, &given, Errors::new(), None).await?)?.into_response());
    }
    let mut proposal = match (read::proposal(app, visitor, &case, &given).await?, unfit) {
        (Ok(proposal), None) => proposal,
        (proposal, unfit) => {
            let errors = proposal.err().unwrap_or_default().into_iter().chain(unfit).collect();
            let page = page(app, visitor, &case, &given, errors, None).await?;
            return Ok((StatusCode::UNPROCESSABLE_ENTITY, filled(&page)?).into_response());
        }
    };
    // the version that the maker looked at, when the form was drawn
    proposal.seen = given.text("seen").parse().unwrap_or_default();
    let asker = visitor.asker("办理变更");
    let today = say::today();
    let done = match (given.text("step") == "propose", &case.scan) {
        (true, Some(scan)) => {
            let folder = scan::folder(&app.settings.data);
            app.registry.propose_with_scan(&asker, &proposal, &folder, scan, today).await.map(Err)
        }
        (true, None) => app.registry.propose(&asker, &proposal, today).await.map(Err),
        (false, _) => app.registry.preview(&asker, &proposal, today).await.map(Ok),
    };
    match done {
        Ok(Ok(touched)) => {
            let page = answers(app, visitor, &case, &given, &proposal, &touched).await?;
            Ok(filled(&page)?.into_response())
        }
        Ok(Err(id)) => {
            app.kept.forget_pending();
            Ok(Redirect::to(&format!("/change/{id}")).into_response())
        }
        Err(error) if error.is_refusal() || matches!(error, RegistryError::Nobody) => {
            let mut errors = Errors::new();
            let item = match error.item() {
                "effective" if case.kind == "birth" => "birth_date",
                "into" if case.alike.is_empty() => "into_number",
                item => item,
            };
            if item == "scan" {
                // it is there no more
                case.scan = None;
            }
            if !item.is_empty() {
                errors.push((item, format!("{error}{}", error.hint())));
            }
            let page = page(app, visitor, &case, &given, errors, Some(error)).await?;
            Ok((StatusCode::CONFLICT, filled(&page)?).into_response())
        }
        Err(error) => Err(error.into()),
    }
}

fn place_of(case: &Case) -> (String, String, Vec<Crumb>) {
    match &case.whole {
        Some(whole) => {
            let (person, name) = (whole.person, named(whole.record.name.as_deref()));
            let crumbs = vec![
                Crumb::to(name, format!("/person/{person}")),
                Crumb::to("办理变更", format!("/person/{person}/change")),
                Crumb::here(case.name),
            ];
            (format!("/person/{person}/change/{}", case.kind), format!("/person/{person}/change"), crumbs)
        }
        None => {
            let back =
                case.with.as_ref().map_or_else(|| "/people".to_owned(), |with| format!("/person/{}", with.person));
            let mut crumbs = vec![Crumb::to("人员", "/people")];
            crumbs.extend(
                case.with
                    .as_ref()
                    .map(|with| Crumb::to(format!("{}一户", named(with.record.name.as_deref())), back.clone())),
            );
            crumbs.push(Crumb::here(case.name));
            (format!("/newcomer/{}", case.kind), back, crumbs)
        }
    }
}

fn titled(case: &Case) -> (String, String) {
    match (&case.whole, &case.with) {
        (Some(whole), _) => {
            let number = whole.number().or(whole.certificate()).map(say::number);
            let number = number.unwrap_or_else(|| "没有身份证号".to_owned());
            let heading = format!("{} · {}", named(whole.record.name.as_deref()), case.name);
            (heading, format!("{number}，现在{}", whole.derived.category.chinese()))
        }
        (None, Some(with)) => (
            format!("登记{}", case.name),
            format!(
                "与{}同户，户号 {}",
                named(with.record.name.as_deref()),
                with.record.household.as_deref().unwrap_or("没有登记")
            ),
        ),
        (None, None) => (format!("登记{}", case.name), "登记库里还没有这个人".to_owned()),
    }
}

async fn page(
    app: &App,
    visitor: &Visitor,
    case: &Case,
    given: &Given,
    errors: Errors,
    refused: Option<RegistryError>,
) -> Result<Page, Fault> {
    let (path, back, crumbs) = place_of(case);
    let (heading, sub) = titled(case);
    let shown = fields(case, visitor, given, &errors, scan::most(app));
    // a sentence whose field this form does not have stands on top
    let (at, elsewhere): (Errors, Errors) =
        errors.into_iter().partition(|(name, _)| shown.iter().any(|field| field.name == *name));
    let notice = match (&refused, elsewhere.first()) {
        (Some(error), _) if error.item().is_empty() || at.is_empty() => error.to_string(),
        (None, Some((_, sentence))) => sentence.clone(),
        _ => String::new(),
    };
    let hint = refused.filter(|_| !notice.is_empty()).map(|error| error.hint()).unwrap_or_default();
    Ok(Page {
        shell: Shell::of(app, visitor, "/person", heading.clone(), crumbs).await?,
        heading,
        sub,
        path,
        back,
        seen: case.whole.as_ref().map_or(0, |whole| whole.revision),
        fields: shown,
        errors: at,
        notice,
        hint,
    })
}

async fn answers(
    app: &App,
    visitor: &Visitor,
    case: &Case,
    given: &Given,
    proposal: &Proposal,
    touched: &[canbao_registry::change::Touched],
) -> Result<Answers, Fault> {
    let (path, _, crumbs) = place_of(case);
    let (heading, sub) = titled(case);
    let heading = format!("{heading} · 核对");
    let mut told = vec![("业务", case.name.to_owned())];
    told.extend(told_of(&proposal.procedure, visitor));
    told.push(("从哪天起", proposal.effective.clone()));
    told.extend(proposal.papers.clone().map(|papers| ("材料", papers)));
    told.extend(case.scan.as_ref().map(|scan| ("材料扫描件", scan::told_of_scan(scan))));
    told.extend(proposal.evidence.as_deref().map(|digest| ("材料摘要", say::digest(digest))));
    Ok(Answers {
        shell: Shell::of(app, visitor, "/person", heading.clone(), crumbs).await?,
        heading,
        sub,
        path,
        seen: proposal.seen,
        kept: given.kept(),
        told,
        sentence: sentence(touched),
        records: records(touched, &visitor.areas),
    })
}

/// What a procedure was told, areas by their names.
pub(crate) fn told_of(procedure: &Procedure, visitor: &Visitor) -> Vec<(&'static str, String)> {
    let mut told = procedure.told();
    for (label, value) in &mut told {
        if matches!(*label, "迁入" | "所在区划" | "统筹区") {
            let name = visitor.areas.full_name(value);
            if !name.is_empty() {
                *value = name;
            }
        }
    }
    told
}
