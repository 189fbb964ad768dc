//! One finding: the row beside whom it may mean, the evidence as a waterfall and as a sentence, and what can be said of it.

use askama::Template;
use axum::extract::{Path, Query, State};
use axum::response::Html;
use canbao_domain::date::Date;
use canbao_paper::drawing::Fall;
use canbao_registry::finding::{Case, Handling, Question, Stand, Verdict, WorkFilter};
use canbao_registry::person::Whole;
use serde::Deserialize;

use super::side::Piece;
use super::view::{self, SURE, View, bits, candidate_of, say_sure};
use super::{DAYS, kind_name, source_name, stand_tag};
use crate::App;
use crate::fault::Fault;
use crate::page::filled;
use crate::page::line::{named, place};
use crate::page::person::{Insured, Names, row_of};
use crate::page::shell::{Crumb, Shell};
use crate::page::word::Tag;
use crate::right::Right;
use crate::right::visitor::Visitor;
use crate::say;

/// The keys of the verdicts.
const KEYS: [&str; 3] = ["1", "2", "3"];

/// A field of the two sides, drawn.
struct Line {
    label: &'static str,
    row: Vec<Piece>,
    record: Vec<Piece>,
    said: String,
    weight: String,
    fall: String,
}

/// Somebody whom it is about or may be.
struct Person {
    id: i64,
    name: String,
    number: String,
    sex: &'static str,
    place: String,
    household: String,
    insured: String,
    sure: String,
    chosen: bool,
    out: bool,
    path: String,
}

struct Past {
    at: String,
    what: String,
    who: String,
    note: String,
    ended: bool,
    /// What undoes it; blank where it cannot be.
    undo: String,
}

struct Choice {
    code: String,
    name: String,
    chosen: bool,
}

#[derive(Template)]
#[template(path = "finding.html")]
pub(super) struct Page {
    shell: Shell,
    heading: String,
    sub: String,
    id: i64,
    stand: Tag,
    question: String,
    sentence: String,
    missing: bool,
    heads: (String, String),
    head: String,
    lines: Vec<Line>,
    end: Option<(String, String, String)>,
    weighed: bool,
    people: Vec<Person>,
    rest: String,
    elsewhere: String,
    insured: Vec<Insured>,
    buttons: Vec<(&'static str, &'static str, &'static str, &'static str)>,
    decides: bool,
    candidate: i64,
    names_nobody: bool,
    /// Who has no number that is certain; 0 where nobody is meant so.
    nameless: i64,
    places: Vec<Choice>,
    due: String,
    undo: Option<(i64, String)>,
    answer: Option<Past>,
    past: Vec<Past>,
    before: String,
    after: String,
    /// The next open one; 0 for none.
    next: i64,
    pub(super) note: String,
    pub(super) error: String,
    pub(super) hint: String,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Asked {
    /// Which of those whom it may mean is compared.
    with: i64,
}

pub(crate) async fn show(
    State(app): State<App>,
    visitor: Visitor,
    Path(id): Path<i64>,
    Query(asked): Query<Asked>,
) -> Result<Html<String>, Fault> {
    filled(&page(&app, &visitor, id, asked.with).await?)
}

pub(super) async fn page(app: &App, visitor: &Visitor, id: i64, with: i64) -> Result<Page, Fault> {
    let case = app.registry.case(&visitor.asker("核对疑点"), id).await?;
    let question = case.question();
    let kind = case.line.kind.clone();
    let names = Names::read(app).await?;
    let filter = WorkFilter { kind: kind.clone(), area: visitor.asked(&visitor.area).map(str::to_owned), stand: None };
    let (before, after) =
        app.registry.beside(&visitor.asker("核对疑点"), &filter, (&case.line.area, case.line.id)).await?;
    let to = |id: Option<i64>| id.map(|id| format!("/finding/{id}")).unwrap_or_default();
    let view = View::new(&case, with);
    let whose = view.whose;
    let drawn = drawn(&view, visitor);
    let nameless = view.is_nameless();
    let today = say::today();
    let sub = sub(&case, visitor);
    let heading = format!("{} · 第 {id} 号", kind_name(&kind));
    let crumbs = vec![
        Crumb::to("疑点核对", "/findings"),
        Crumb::to(kind_name(&kind), format!("/findings/{kind}")),
        Crumb::here(format!("第 {id} 号")),
    ];
    let stand = case.line.stand();
    let decides = visitor.may(Right::Findings) && stand != Stand::Done;
    let button = |(at, verdict): (usize, &Verdict)| {
        (
            KEYS.get(at).copied().unwrap_or_default(),
            verdict.as_str(),
            question.said(*verdict),
            question.follows(*verdict),
        )
    };
    let all = [Verdict::Same, Verdict::Different, Verdict::Ask];
    let possible = view.possible();
    let buttons = all.iter().enumerate().filter(|(_, verdict)| possible.contains(verdict)).map(button).collect();
    let undo = app.registry.last_handling(&visitor.account.login).await?.filter(|_| visitor.may(Right::Findings));
    let undo = undo.map(|last| {
        let said = if last.finding == id { "本条".to_owned() } else { format!("第 {} 号", last.finding) };
        (last.id, format!("{said}，{}，{}", question.said(last.verdict), say::time(last.made_at)))
    });
    let past: Vec<Past> = case.past.iter().map(|one| told(one, question, &names, visitor)).collect();
    let answered = case.line.handling.as_ref().filter(|one| one.answer.is_some()).map(|one| answer(one, &names));
    let rest = view.rest().map(say_sure).unwrap_or_default();
    let elsewhere: Vec<String> = case.elsewhere.iter().map(|area| county(area, visitor)).collect();
    Ok(Page {
        shell: Shell::of(app, visitor, &format!("/findings/{kind}"), heading.clone(), crumbs).await?,
        heading,
        sub,
        id,
        stand: stand_tag(stand),
        question: view.question(),
        sentence: view.sentence(),
        missing: case.row.is_none() && case.line.row.is_some(),
        heads: heads(&case, whose),
        head: drawn.head,
        weighed: drawn.end.is_some(),
        lines: drawn.lines,
        end: drawn.end,
        people: case.people.iter().map(|whole| person(whole, &case, whose, visitor)).collect(),
        rest,
        elsewhere: elsewhere.join("、"),
        insured: whose
            .filter(|_| question == Question::Fact)
            .map(|whole| whole.enrolments.iter().map(|row| row_of(row, &visitor.areas)).collect())
            .unwrap_or_default(),
        buttons,
        decides,
        candidate: whose.filter(|_| question == Question::Whose).map_or(0, |whole| whole.person),
        names_nobody: question == Question::Whose && case.line.person.is_none(),
        nameless: if nameless { case.line.person.unwrap_or_default() } else { 0 },
        places: places(&case, visitor),
        due: Date(today.days() + DAYS).to_string(),
        undo,
        answer: answered,
        past,
        before: to(before),
        after: to(after),
        next: after.unwrap_or_default(),
        note: String::new(),
        error: String::new(),
        hint: String::new(),
    })
}

fn sub(case: &Case, visitor: &Visitor) -> String {
    let mut parts = vec![place(&case.line.area, &visitor.areas)];
    if let Some(clue) = &case.row {
        let sheet = clue.sheet.as_ref().map_or_else(String::new, |sheet| format!("，工作表“{sheet}”"));
        parts.push(format!("来源：{}{sheet}，第 {} 行", clue.file, say::count(clue.line)));
    } else if let (Some(source), Some(row)) = (&case.line.source, case.line.row) {
        parts.push(format!("来源：{}第 {} 行", source_name(source), say::count(row)));
    }
    parts.join(" · ")
}

fn heads(case: &Case, whose: Option<&Whole>) -> (String, String) {
    let row =
        |clue: &canbao_registry::evidence::Clue| format!("{}第 {} 行", source_name(&clue.kind), say::count(clue.row));
    let left = case.row.as_ref().map(row).unwrap_or_default();
    let right = match (case.question(), &case.other, whose) {
        (Question::Twice, Some(other), _) => row(other),
        (_, _, Some(_)) => "登记库".to_owned(),
        _ => String::new(),
    };
    (left, right)
}

/// The two sides as they are drawn; where they were weighed, each is a step of the waterfall.
struct Drawn {
    lines: Vec<Line>,
    end: Option<(String, String, String)>,
    head: String,
}

fn drawn(view: &View<'_>, visitor: &Visitor) -> Drawn {
    let lines = view.lines(&visitor.areas);
    let draw = |line: view::Line, weight: String, fall: String| {
        let view::Line { label, row, record, said, .. } = line;
        Line { label, row, record, said, weight, fall }
    };
    let Some(candidate) = view.weighed() else {
        let lines = lines.into_iter().map(|line| draw(line, String::new(), String::new())).collect();
        return Drawn { lines, end: None, head: String::new() };
    };
    let weights: Vec<f64> = lines.iter().filter_map(|line| line.weight).collect();
    let axis = Fall::new(&weights, SURE.1);
    let mut sum = 0.0;
    let mut steps = Vec::new();
    for line in lines {
        let weight = line.weight.unwrap_or_default();
        steps.push(draw(line, signed(weight), axis.step(sum, sum + weight)));
        sum += weight;
    }
    let whole_sum = bits(candidate);
    let odds = 2_f64.powf(whole_sum.abs());
    let times = if odds < 10.0 { format!("{odds:.1}") } else { say::count(odds.round() as i64) };
    let said = if whole_sum >= 0.0 {
        format!("是同一人的可能约为不是的 {times} 倍，即 {}", say_sure(candidate.confidence))
    } else {
        format!("不是同一人的可能约为是的 {times} 倍，把握 {}", say_sure(candidate.confidence))
    };
    let end = Some((said, signed(whole_sum), axis.end(whole_sum, &say_sure(candidate.confidence))));
    Drawn { lines: steps, end, head: axis.head(SURE.0) }
}

/// A weight with its sign: `+2.6`, `−14.0`.
fn signed(weight: f64) -> String {
    let rounded = (weight * 10.0).round() / 10.0;
    if rounded < 0.0 {
        format!("−{:.1}", -rounded)
    } else if rounded > 0.0 {
        format!("+{rounded:.1}")
    } else {
        "0.0".to_owned()
    }
}

fn person(whole: &Whole, case: &Case, whose: Option<&Whole>, visitor: &Visitor) -> Person {
    let record = &whole.record;
    Person {
        id: whole.person,
        name: named(record.name.as_deref()),
        number: whole.number().or(whole.certificate()).map(say::number).unwrap_or_default(),
        sex: say::sex(&record.sex),
        place: place(&record.area, &visitor.areas),
        household: record.household.clone().unwrap_or_default(),
        insured: format!("养老{}，医疗{}", whole.derived.pension.chinese(), whole.derived.medical.chinese()),
        sure: candidate_of(case, whole.person).map(|one| say_sure(one.confidence)).unwrap_or_default(),
        chosen: whose.is_some_and(|chosen| chosen.person == whole.person),
        out: case.is_out(whole.person),
        path: format!("/finding/{}?with={}", case.line.id, whole.person),
    }
}

/// Which village or town may be asked: the finding's own first.
fn places(case: &Case, visitor: &Visitor) -> Vec<Choice> {
    let areas = &visitor.areas;
    let own = case.line.area.as_str();
    let chain = areas.chain(own);
    let town = chain.iter().rev().find(|(_, area)| area.level == "town").map(|(code, _)| *code);
    let mut codes: Vec<&str> = Vec::new();
    match town {
        Some(town) => {
            codes.extend(areas.reporting_right_to(town).into_iter().map(|(code, _)| code));
            codes.push(town);
        }
        None => codes.extend(areas.reporting_right_to(&visitor.area).into_iter().map(|(code, _)| code)),
    }
    codes.retain(|code| visitor.reaches(code));
    codes.truncate(200);
    let choice = |code: &str| Choice {
        name: areas.get(code).map_or_else(|| code.to_owned(), |area| area.name.clone()),
        chosen: code == own,
        code: code.to_owned(),
    };
    codes.into_iter().map(choice).collect()
}

fn county(area: &str, visitor: &Visitor) -> String {
    let chain = visitor.areas.chain(area);
    let county = chain.iter().find(|(_, area)| area.level == "county").or_else(|| chain.last());
    county.map_or_else(|| "区划不明".to_owned(), |(_, area)| area.name.clone())
}

fn told(one: &Handling, question: Question, names: &Names, visitor: &Visitor) -> Past {
    let asked = one.asked.as_deref().and_then(|code| visitor.areas.get(code)).map(|area| area.name.as_str());
    let what = match (one.verdict, asked, &one.due) {
        (Verdict::Ask, Some(place), Some(due)) => format!("请{place}核实，{due} 前答复"),
        _ => question.said(one.verdict).to_owned(),
    };
    let undo = if one.ended.is_none() && visitor.may(Right::Findings) { one.id.to_string() } else { String::new() };
    Past {
        at: say::time(one.made_at),
        what,
        who: names.of(&one.maker),
        note: one.note.clone().unwrap_or_default(),
        ended: one.ended.is_some(),
        undo,
    }
}

fn answer(one: &Handling, names: &Names) -> Past {
    let what = match one.answer.flatten() {
        Some(true) => "村里答复：是",
        Some(false) => "村里答复：不是",
        None => "村里答复：核实不了",
    };
    Past {
        at: one.answered_at.map(say::time).unwrap_or_default(),
        what: what.to_owned(),
        who: one.answered_by.as_deref().map(|login| names.of(login)).unwrap_or_default(),
        note: one.answer_note.clone().unwrap_or_default(),
        ended: false,
        undo: String::new(),
    }
}
