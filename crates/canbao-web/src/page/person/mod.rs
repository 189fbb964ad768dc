//! One person: who is it, are they insured, what is wrong, what is to be done; below, how it came to be so.

mod around;
mod insured;
mod item;
mod past;
mod stay;

use askama::Template;
use axum::extract::{Path, Query, State};
use axum::response::Html;
use canbao_domain::date::Date;
use canbao_registry::RegistryError;
use canbao_registry::change::Moment;
use canbao_registry::person::{State as Known, Whole};
use canbao_registry::query::Dossier;
use serde::Deserialize;

use super::filled;
use super::line::{named, place};
use super::shell::{Crumb, Shell};
use crate::App;
use crate::fault::Fault;
use crate::right::Right;
use crate::right::visitor::Visitor;
use crate::say;
use around::{Heard, Member, Problem, Todo, family, heard, problems, todos};
use insured::insured;
use item::{Item, items};
use past::{Past, past};
use stay::{Held, stays, strip};

pub(crate) use insured::{Insured, row_of};
pub(crate) use item::covered;
pub(crate) use past::{Names, how};

/// Looks that a page shows.
const LOOKS: i64 = 5;

struct Look {
    at: String,
    who: String,
    what: String,
}

#[derive(Template)]
#[template(path = "person.html")]
struct Page {
    shell: Shell,
    heading: String,
    sub: String,
    person: i64,
    /// Of which moment the record is shown; blank for now.
    moment: String,
    asof: String,
    known: String,
    /// The insurance rows on a line of time, as SVG.
    strip: String,
    /// The same as a table.
    stays: Vec<Held>,
    groups: Vec<Vec<Item>>,
    reveals: bool,
    /// Whether changes can be put forward: on the record as it is now.
    proposes: bool,
    insured: Vec<Insured>,
    rows: Vec<Insured>,
    problems: Vec<Problem>,
    todos: Vec<Todo>,
    family: Vec<Member>,
    heard: Vec<Heard>,
    household: String,
    past: Vec<Past>,
    looks: Vec<Look>,
    all_looks: String,
}

#[derive(Deserialize)]
pub(crate) struct Asked {
    /// As the record was on this day.
    #[serde(default)]
    asof: String,
    /// As it was known at the end of this day.
    #[serde(default)]
    known: String,
}

impl Asked {
    fn day(text: &str) -> Result<Option<Date>, Fault> {
        match text.trim() {
            "" => Ok(None),
            text => Date::parse(text).map(Some).ok_or(Fault::Nonsense("日期不对。", "请写成 2016-11-22 的样子。")),
        }
    }

    /// Of which moment the record is asked for; none for now.
    fn moment(&self) -> Result<Option<(Moment, String)>, Fault> {
        let (effective, known) = (Self::day(&self.asof)?, Self::day(&self.known)?);
        let known_at = known.map(|day| (i64::from(day.days()) + 1) * 86_400_000 - 8 * 3_600_000 - 1);
        let moment = Moment { effective, known_at };
        Ok(match (effective, known) {
            (None, None) => None,
            (Some(day), None) => Some((moment, format!("{day} 当天的记录，按今天所知"))),
            (Some(day), Some(known)) => Some((moment, format!("{day} 当天的记录，按 {known} 所知"))),
            (None, Some(known)) => Some((moment, format!("{known} 时所知的记录"))),
        })
    }
}

pub(crate) async fn show(
    State(app): State<App>,
    visitor: Visitor,
    Path(person): Path<i64>,
    Query(asked): Query<Asked>,
) -> Result<Html<String>, Fault> {
    let moment = asked.moment()?;
    let mut dossier = app.registry.dossier(&visitor.asker("人员页"), person).await?;
    let mut moment_told = String::new();
    if let Some((moment, told)) = moment {
        dossier.whole = match app.registry.as_of_moment(&visitor.asker("人员页（历史）"), person, moment).await {
            Err(RegistryError::Nobody) => {
                let known = "这个日期之前，登记库里还没有这个人。".to_owned();
                return Err(Fault::Said(known, "请返回人员页，换一个较晚的日期。".to_owned()));
            }
            other => other?,
        };
        // before the first that is known, the first stands; that is said
        let first = dossier.whole.effective.as_str();
        moment_told = match moment.effective.map(|day| day.to_string()).filter(|day| day.as_str() < first) {
            Some(day) => format!("登记库里最早的记录（{first} 起）；{day} 当天的情况，登记库里没有"),
            None => told,
        };
    }
    let (looks, all) = app.registry.looks_at(person, LOOKS).await?;
    let names = Names::read(&app).await?;
    let who = |login: &str| names.of(login);
    let today = say::today();
    let Dossier { whole, .. } = &dossier;
    let record = &whole.record;
    let name = named(record.name.as_deref());
    let of_now = moment_told.is_empty();
    let heading = format!("{name} · {}", stands(whole));
    let areas = &visitor.areas;
    let mut crumbs: Vec<Crumb> = areas
        .chain(&record.area)
        .into_iter()
        .filter(|(code, _)| areas.reports_to(code, visitor.own_area()))
        .map(|(code, area)| Crumb::to(area.name.clone(), format!("/area/{code}")))
        .collect();
    crumbs.push(Crumb::here(name));
    let as_of = app.registry.as_of().await?;
    let aid = super::word::assistance(record.subsistence, record.disability);
    let parts = [
        record.birth.map_or_else(
            || say::sex(&record.sex).to_owned(),
            |birth| format!("{}，{} 岁", say::sex(&record.sex), birth.age_on(today).max(0)),
        ),
        format!("户籍在{}", place(&record.area, areas).replace(' ', "")),
        if aid.is_empty() { String::new() } else { format!("{aid}对象") },
        format!("截至 {as_of}"),
    ];
    let sub = parts.into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join(" · ");
    filled(&Page {
        shell: Shell::of(&app, &visitor, "/person", heading.clone(), crumbs).await?,
        heading,
        sub,
        person,
        moment: moment_told,
        asof: if asked.asof.trim().is_empty() { today.to_string() } else { asked.asof.trim().to_owned() },
        known: asked.known.trim().to_owned(),
        strip: if of_now { strip(&dossier, today) } else { String::new() },
        stays: if of_now { stays(&dossier, areas) } else { Vec::new() },
        groups: items(&dossier, areas),
        reveals: visitor.may(Right::Reveal),
        proposes: visitor.may(Right::Propose) && of_now,
        insured: insured(whole, areas),
        rows: whole.enrolments.iter().map(|row| row_of(row, areas)).collect(),
        problems: problems(whole, visitor.may(Right::Findings)),
        todos: todos(&dossier, &visitor, who),
        family: family(&dossier, today),
        heard: if of_now { heard(&dossier, &app.settings.survey.forms) } else { Vec::new() },
        household: record.household.clone().unwrap_or_default(),
        past: dossier.events.iter().map(|event| past(event, who)).collect(),
        looks: looks
            .into_iter()
            .map(|look| Look { at: say::time(look.at), who: who(&look.actor), what: look.purpose })
            .collect(),
        all_looks: say::count(all),
    })
}

/// How somebody stands, in the title.
fn stands(whole: &Whole) -> String {
    match whole.record.state {
        Known::Current => whole.derived.category.chinese().to_owned(),
        other => other.chinese().to_owned(),
    }
}
