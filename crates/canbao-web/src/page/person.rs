//! One person: who is it, are they insured, what is wrong, what is to be done; below, how it came to be so.

use std::collections::BTreeMap;

use askama::Template;
use axum::extract::{Path, Query, State};
use axum::response::Html;
use canbao_domain::code::{Benefit, Status};
use canbao_domain::date::Date;
use canbao_domain::rules::InsuranceState;
use canbao_domain::source::{Insurance, SourceKind};
use canbao_domain::standard;
use canbao_paper::drawing::{Lane, Mark, Span, Strip};
use canbao_registry::RegistryError;
use canbao_registry::change::{Moment, RequestState};
use canbao_registry::person::{Enrolment, NumberKind, Origin, State as Known, Whole};
use canbao_registry::query::Dossier;
use serde::Deserialize;

use super::filled;
use super::line::{named, place};
use super::shell::{Crumb, Shell};
use super::word::Tag;
use crate::App;
use crate::fault::Fault;
use crate::right::Right;
use crate::right::visitor::Visitor;
use crate::say;

/// Looks that a page shows.
const LOOKS: i64 = 5;

/// A label and what stands beside it.
struct Item {
    label: &'static str,
    value: String,
    /// Its word in the address under which it is revealed; blank where nothing is masked.
    masked: &'static str,
    note: String,
}

/// An insurance row.
pub(crate) struct Insured {
    pub(crate) what: &'static str,
    pub(crate) now: Tag,
    pub(crate) scheme: String,
    pub(crate) place: String,
    pub(crate) since: String,
    pub(crate) said: String,
}

/// An insurance row with the days on which it held.
struct Held {
    row: Insured,
    from: String,
    until: String,
}

struct Problem {
    what: String,
    detail: String,
    path: String,
}

struct Todo {
    what: String,
    who: String,
    from: String,
    state: Tag,
    path: String,
}

struct Member {
    person: i64,
    name: String,
    relation: String,
    number: String,
    age: String,
    pension: &'static str,
    medical: &'static str,
    category: Tag,
    own: bool,
}

struct Past {
    at: String,
    what: String,
    who: String,
    undone: bool,
}

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
        moment_told = told;
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
        household: record.household.clone().unwrap_or_default(),
        past: dossier.events.iter().map(|event| past(event, who)).collect(),
        looks: looks
            .into_iter()
            .map(|look| Look { at: say::time(look.at), who: who(&look.actor), what: look.purpose })
            .collect(),
        all_looks: say::count(all),
    })
}

/// Names and roles by login, for who did what.
pub(crate) struct Names(BTreeMap<String, String>);

impl Names {
    pub(crate) async fn read(app: &App) -> Result<Self, Fault> {
        let accounts = app.registry.accounts().await?;
        let named = accounts.into_iter().map(|account| {
            let said = format!("{}，{}", account.name, account.role.chinese());
            (account.login, said)
        });
        Ok(Self(named.collect()))
    }

    /// Who a login is; whoever works at the server itself stands on the log as the machine's user.
    pub(crate) fn of(&self, login: &str) -> String {
        match (self.0.get(login), login.strip_prefix("os:")) {
            (Some(name), _) => name.clone(),
            (None, Some(user)) => format!("服务器命令行，{user}"),
            (None, None) => login.to_owned(),
        }
    }
}

/// How somebody stands, in the title.
fn stands(whole: &Whole) -> String {
    match whole.record.state {
        Known::Current => whole.derived.category.chinese().to_owned(),
        other => other.chinese().to_owned(),
    }
}

fn items(dossier: &Dossier, areas: &canbao_registry::area::Areas) -> Vec<Vec<Item>> {
    let whole = &dossier.whole;
    let record = &whole.record;
    let plain = |label, value: String| Item { label, value, masked: "", note: String::new() };
    let or_none = |value: Option<&str>| value.filter(|value| !value.is_empty()).unwrap_or("没有登记").to_owned();
    let mut who = Vec::new();
    let current: Vec<_> = whole.numbers.iter().filter(|number| number.kind == NumberKind::Current).collect();
    for number in &current {
        who.push(Item {
            label: "身份证号", value: say::number(&number.value), masked: "number", note: String::new()
        });
    }
    for number in whole.numbers.iter().filter(|number| number.kind == NumberKind::Certificate) {
        who.push(Item {
            label: "其他证件", value: say::number(&number.value), masked: "number", note: String::new()
        });
    }
    if who.is_empty() {
        who.push(plain("身份证号", "没有登记".to_owned()));
    }
    for number in whole.numbers.iter().filter(|number| number.kind == NumberKind::Former) {
        let note = covered(&number.evidence);
        who.push(Item { label: "曾登记为", value: say::number(&number.value), masked: "", note });
    }
    match record.birth {
        Some(birth) => {
            who.push(Item { label: "出生日期", value: say::birth(birth), masked: "birth", note: String::new() })
        }
        None => who.push(plain("出生日期", "没有登记".to_owned())),
    }
    let table = |table: &'static standard::Table, code: Option<&str>| {
        let entry = code.and_then(|code| table.find(code));
        entry.map_or_else(|| or_none(code), |entry| entry.name().to_owned())
    };
    who.push(plain("民族", table(standard::ethnic_groups(), record.ethnic.as_deref())));
    match record.phone.as_deref().filter(|phone| !phone.is_empty()) {
        Some(phone) => {
            who.push(Item { label: "电话", value: say::phone(phone), masked: "phone", note: String::new() })
        }
        None => who.push(plain("电话", "没有登记".to_owned())),
    }
    let life = record.life_date.map_or_else(String::new, |day| format!("，{day}"));
    let lives = vec![
        plain("户籍地", place(&record.area, areas)),
        match record.address.as_deref().filter(|address| !address.is_empty()) {
            Some(_) => Item { label: "住址", value: "已登记".to_owned(), masked: "address", note: String::new() },
            None => plain("住址", "没有登记".to_owned()),
        },
        plain(
            "户口",
            match dossier.family.len() {
                0 => or_none(None),
                members => {
                    format!("{}，同户 {members} 人", table(standard::relations(), record.relation.as_deref()))
                }
            },
        ),
        plain("户口性质", table(standard::hukou(), record.hukou.as_deref())),
        plain("人口", format!("{}，{}{life}", record.population.chinese(), record.life.chinese())),
    ];
    let aid = super::word::assistance(record.subsistence, record.disability);
    let more = vec![
        plain("救助", if aid.is_empty() { "没有".to_owned() } else { aid.to_owned() }),
        plain("依据", {
            let reasons: Vec<&str> = whole.derived.reasons.chinese().collect();
            if reasons.is_empty() { "各项都已确认".to_owned() } else { reasons.join("；") }
        }),
    ];
    vec![who, lives, more]
}

/// A sentence of evidence with the numbers in it covered.
pub(crate) fn covered(evidence: &str) -> String {
    let mut said = String::with_capacity(evidence.len());
    let mut run = String::new();
    let flush = |run: &mut String, said: &mut String| {
        if run.chars().count() >= 15 {
            said.push_str(&say::number(run));
        } else {
            said.push_str(run);
        }
        run.clear();
    };
    for c in evidence.chars() {
        if c.is_ascii_alphanumeric() {
            run.push(c);
        } else {
            flush(&mut run, &mut said);
            said.push(c);
        }
    }
    flush(&mut run, &mut said);
    said
}

/// The last row of each insurance, with what follows from all of them.
fn insured(whole: &Whole, areas: &canbao_registry::area::Areas) -> Vec<Insured> {
    let derived = &whole.derived;
    let line = |what, state: InsuranceState, insurance: Insurance| {
        let mut rows: Vec<&Enrolment> = whole.enrolments.iter().filter(|row| row.insurance == insurance).collect();
        // what is live says most, then what is newest
        rows.sort_by_key(|row| (row.status.as_deref() != Some("normal"), std::cmp::Reverse(row.since)));
        let shown = rows.first().map(|row| row_of(row, areas));
        let (scheme, place, since, said) =
            shown.map_or_else(Default::default, |row| (row.scheme, row.place, row.since, row.said));
        Insured { what, now: Tag::insurance(state), scheme, place, since, said }
    };
    vec![line("养老", derived.pension, Insurance::Pension), line("医疗", derived.medical, Insurance::Medical)]
}

pub(crate) fn row_of(row: &Enrolment, areas: &canbao_registry::area::Areas) -> Insured {
    let scheme = scheme(row);
    let status = row.status.as_deref().map_or(Status::Blank, |word| Status::from_word(word).unwrap_or(Status::Unknown));
    let benefit =
        row.benefit.as_deref().map_or(Benefit::Blank, |word| Benefit::from_word(word).unwrap_or(Benefit::Unknown));
    let colour = match status {
        Status::Normal => "green",
        Status::Suspended => "amber",
        _ => "",
    };
    let state = match benefit {
        Benefit::Drawing => "领取待遇",
        _ => status.chinese(),
    };
    let pooling = row.pooling_area.as_deref().map(|code| {
        let name = areas.full_name(code);
        if name.is_empty() { code.to_owned() } else { name }
    });
    let place = [row.unit_name.clone(), pooling].into_iter().flatten().collect::<Vec<_>>().join("，");
    let said = match (row.origin, &row.source) {
        (Origin::Hand, _) => "经办登记".to_owned(),
        (Origin::Extract, Some(source)) => {
            let name = source.parse::<SourceKind>().map_or_else(|_| source.clone(), |kind| kind.chinese().to_owned());
            row.line.map_or_else(|| name.clone(), |line| format!("{name}册第 {} 行", say::count(line)))
        }
        (Origin::Extract, None) => String::new(),
    };
    Insured {
        what: row.insurance.chinese(),
        now: Tag::new(state, if benefit == Benefit::Drawing { "green" } else { colour }),
        scheme,
        place,
        since: row.since.map_or_else(String::new, |day| format!("{day} 起")),
        said: row.reason.as_deref().map_or(said.clone(), |code| {
            let reason = standard::interruptions().find(code).map_or(code, |entry| entry.name());
            format!("{reason}，{said}")
        }),
    }
}

/// Months since January of the year 0, with the day as a fraction.
fn month(day: Date) -> f64 {
    let (year, month, of_month) = day.ymd();
    f64::from(year) * 12.0 + f64::from(month) - 1.0 + (f64::from(of_month) - 1.0) / 31.0
}

/// From, until, what stands on it, how it is drawn.
type Drawn = (f64, f64, String, Mark);

/// The insurance rows of all versions on a line of time: what is live dark, what was live at an unknown time light, what is
/// suspended dashed. Blank where nothing is known.
fn strip(dossier: &Dossier, today: Date) -> String {
    let unit = |row: &Enrolment| row.unit_name.clone().unwrap_or_default();
    let mut lanes: Vec<(&'static str, String, Vec<Drawn>)> = Vec::new();
    for stay in &dossier.stays {
        let status = stay.row.status.as_deref();
        if status == Some("ended") {
            continue;
        }
        // beside a bar there is room for the short word alone
        let (what, scheme) = (stay.row.insurance.chinese().trim_end_matches("保险"), scheme(&stay.row));
        let scheme = scheme.trim_end_matches("保险").to_owned();
        let at = lanes.iter().position(|(_, known, _)| *known == scheme);
        let at = at.unwrap_or_else(|| {
            lanes.push((what, scheme.clone(), Vec::new()));
            lanes.len() - 1
        });
        let Some((_, _, spans)) = lanes.get_mut(at) else { continue };
        let until = month(stay.until.unwrap_or(today));
        let (mark, text) = match status {
            Some("normal") => (Mark::Strong, unit(&stay.row)),
            Some("suspended") => (Mark::Gap, "暂停".to_owned()),
            _ => (Mark::Soft, "状态不明".to_owned()),
        };
        if stay.known_from > stay.from {
            spans.push((month(stay.from), month(stay.known_from), "何时起中断不详".to_owned(), Mark::Soft));
        }
        spans.push((month(stay.known_from), until, text, mark));
    }
    let spans: Vec<Vec<Span<'_>>> = lanes
        .iter()
        .map(|(_, _, spans)| {
            spans
                .iter()
                .map(|(from, until, text, mark)| Span { from: *from, until: *until, text, mark: *mark })
                .collect()
        })
        .collect();
    let lanes: Vec<Lane<'_>> =
        lanes.iter().zip(&spans).map(|((name, detail, _), spans)| Lane { name, detail, spans }).collect();
    let until = (month(today), "今天");
    let drawn =
        canbao_paper::drawing::strip(&Strip {
            label: "参保经历，数字见下表", width: 1080.0, until, lanes: &lanes
        });
    drawn.unwrap_or_default()
}

fn stays(dossier: &Dossier, areas: &canbao_registry::area::Areas) -> Vec<Held> {
    dossier
        .stays
        .iter()
        .map(|stay| Held {
            row: row_of(&stay.row, areas),
            from: if stay.known_from > stay.from {
                format!("{}，最迟 {} 已如此", stay.from, stay.known_from)
            } else {
                stay.from.to_string()
            },
            until: stay.until.map_or_else(|| "至今".to_owned(), |day| day.to_string()),
        })
        .collect()
}

fn scheme(row: &Enrolment) -> String {
    row.scheme.parse::<SourceKind>().map_or_else(|_| row.scheme.clone(), |kind| kind.chinese().to_owned())
}

fn problems(whole: &Whole, leads: bool) -> Vec<Problem> {
    let kinds = standard::finding_kinds();
    whole
        .findings
        .iter()
        .map(|finding| Problem {
            what: kinds.find(&finding.kind).map_or_else(|| finding.kind.clone(), |kind| kind.name().to_owned()),
            detail: finding.detail.as_deref().map(covered).unwrap_or_default(),
            path: if leads { format!("/finding/{}", finding.id) } else { String::new() },
        })
        .collect()
}

fn todos(dossier: &Dossier, visitor: &Visitor, who: impl Fn(&str) -> String) -> Vec<Todo> {
    let pending = dossier.requests.iter().filter(|request| request.state == RequestState::Pending);
    pending
        .map(|request| {
            let what = request.procedure.as_ref().map_or("变更", |procedure| procedure.chinese());
            Todo {
                what: format!("{what}，{} 起", request.effective),
                who: format!("{} 提出", who(&request.maker)),
                from: say::time(request.made_at),
                state: Tag::new("等待复核", "amber"),
                path: if visitor.may(Right::Propose) { format!("/change/{}", request.id) } else { String::new() },
            }
        })
        .collect()
}

fn family(dossier: &Dossier, today: Date) -> Vec<Member> {
    let relations = standard::relations();
    let member = |whole: &Whole| {
        let record = &whole.record;
        let relation = record.relation.as_deref().unwrap_or_default();
        Member {
            person: whole.person,
            name: named(record.name.as_deref()),
            relation: relations.find(relation).map_or_else(|| relation.to_owned(), |entry| entry.name().to_owned()),
            number: whole.number().or(whole.certificate()).map(say::number).unwrap_or_default(),
            age: record.birth.map_or_else(String::new, |birth| birth.age_on(today).max(0).to_string()),
            pension: whole.derived.pension.chinese(),
            medical: whole.derived.medical.chinese(),
            category: Tag::category(whole.derived.category),
            own: whole.person == dossier.whole.person,
        }
    };
    if dossier.family.len() > 1 { dossier.family.iter().map(member).collect() } else { Vec::new() }
}

/// By what a version of a record came about, as a clerk calls it.
pub(crate) fn how(kind: &str) -> &str {
    match kind {
        "apply" => "比对结果",
        "claim" => "入户核实",
        "undo" => "撤销",
        "exchange" => "联网比对答复",
        kind => canbao_registry::change::Procedure::chinese_of(kind).unwrap_or(kind),
    }
}

fn past(event: &canbao_registry::change::Event, who: impl Fn(&str) -> String) -> Past {
    let how = how(&event.kind);
    Past {
        at: say::time(event.at),
        what: format!("{how}（{} 起）：{}", event.effective, event.what),
        who: who(&event.actor),
        undone: event.undone_by.is_some(),
    }
}
