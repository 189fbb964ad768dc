//! A delivery: what was recognised, what is wrong with which rows, how it differs from the one before.

use askama::Template;
use axum::extract::{Path, Query, State};
use axum::response::{Html, Response};
use canbao_domain::code::{Benefit, Life, Status};
use canbao_domain::date::{Date, Month};
use canbao_domain::delivery::{Alarm, DeliveryPlan, Source};
use canbao_domain::source::{Field, SourceKind};
use canbao_registry::delivery::{Checked, Delivery, DeliveryState, Found};
use serde::Deserialize;

use super::filled;
use super::person::Names;
use super::shell::{Crumb, Shell};
use super::sources::state;
use super::word::Tag;
use crate::App;
use crate::delivery::look::listed;
use crate::delivery::problem::{Level, Problem, short};
use crate::delivery::report::Report;
use crate::delivery::settings::Settings;
use crate::delivery::turn::Turns;
use crate::delivery::{self, folder};
use crate::fault::Fault;
use crate::http::live::{Seen, live};
use crate::right::visitor::Visitor;
use crate::say;

/// Words that somebody is asked about, at most.
const ASKED: usize = 20;
/// Rows on a page.
const ROWS: usize = 100;

const ENCODINGS: [(&str, &str); 5] =
    [("", "自动"), ("gb18030", "GB18030（GBK）"), ("utf-8", "UTF-8"), ("utf-16le", "UTF-16"), ("big5", "BIG5")];
const SEPARATORS: [(&str, &str); 5] = [("", "自动"), (",", "逗号"), ("tab", "制表符"), (";", "分号"), ("|", "竖线")];

/// A delivery with its source, where it is the visitor's.
pub(super) async fn mine(app: &App, visitor: &Visitor, id: i64) -> Result<(Delivery, Source, DeliveryPlan), Fault> {
    let delivery = match app.registry.delivery(id).await {
        Err(error) if error.is_refusal() => return Err(Fault::NoSuchRecord),
        other => other?,
    };
    let (source, plan) = delivery::source(app, visitor, &delivery.source)?;
    Ok((delivery, source, plan))
}

/// What was typed and refused.
#[derive(Default)]
pub(super) struct Typed {
    pub(super) as_of: String,
    pub(super) note: String,
    /// The field that it is about; blank for none.
    pub(super) at: &'static str,
    pub(super) what: String,
    pub(super) hint: String,
}

struct Choice {
    word: &'static str,
    label: String,
    chosen: bool,
}

struct Column {
    at: usize,
    header: String,
    sample: String,
    known: bool,
    choices: Vec<Choice>,
    meaning: String,
    blank: String,
    invalid: String,
    asks: Vec<Ask>,
}

/// A word that nobody knows.
struct Ask {
    at: usize,
    word: String,
    rows: String,
    settled: bool,
    choices: Vec<Choice>,
}

struct Reason {
    what: String,
    path: String,
    rows: String,
    place: String,
    shown: String,
    mend: String,
    effect: Tag,
}

struct File {
    name: String,
    size: String,
    sha256: String,
}

#[derive(Template)]
#[template(path = "delivery.html")]
pub(super) struct Page {
    shell: Shell,
    heading: String,
    sub: String,
    id: i64,
    source: String,
    state: Tag,
    waiting: bool,
    refused: bool,
    sound: bool,
    open: bool,
    sent: bool,
    used: i64,
    progress: String,
    error: String,
    hint: String,
    looks_like: String,
    todo: Vec<(String, String)>,
    columns: Vec<Column>,
    used_columns: usize,
    files: Vec<File>,
    tables: Vec<(String, String)>,
    encodings: Vec<Choice>,
    separators: Vec<Choice>,
    header_row: String,
    sheet: String,
    balance: Vec<(&'static str, String)>,
    total: String,
    before: Vec<(&'static str, String)>,
    reasons: Vec<Reason>,
    wrong: String,
    doubtful: String,
    unreadable: String,
    into: String,
    alarms: Vec<String>,
    as_of: String,
    note: String,
    typed: Typed,
    past: Vec<(&'static str, String)>,
}

/// The words that somebody must be asked about before it is handed over: place in the report, field, word, rows.
pub(super) fn unsettled(report: &Report, settings: &Settings) -> Vec<(usize, String, String, u64)> {
    let asked = report.unknown.iter().enumerate().filter(|(_, (field, word, _))| {
        // a word that may be somebody's number is nobody's code
        is_asked(field) && short(word) == *word && !settings.knows(field, word)
    });
    asked.take(ASKED).map(|(at, (field, word, rows))| (at, field.clone(), word.clone(), *rows)).collect()
}

fn is_asked(field: &str) -> bool {
    [Field::Status, Field::Benefit].iter().any(|asked| asked.as_str() == field)
}

/// What differs so much from the delivery before that it must be explained.
pub(super) fn alarms(report: &Report, found: &Found, alarm: &Alarm) -> Vec<String> {
    let mut told = Vec::new();
    let much = |part: i64, whole: i64, percent: u32| part > 0 && whole > 0 && part * 100 >= whole * i64::from(percent);
    if found.rows == 0 {
        told.push("没有一行数据".to_owned());
    }
    if let Some(before) = report.before {
        let fewer = before.rows - found.rows;
        if much(fewer, before.rows, alarm.rows_fewer) {
            told.push(format!("比上一份少 {} 行（{}）", say::count(fewer), say::share(fewer, before.rows)));
        }
        if much(before.gone, before.people, alarm.people_gone) {
            let share = say::share(before.gone, before.people);
            told.push(format!("上一份里约 {} 人不见了（{share}）", say::count(before.gone)));
        }
    }
    if much(found.unreadable, found.rows, alarm.unreadable) {
        let share = say::share(found.unreadable, found.rows);
        told.push(format!("{} 行读不出（{share}）", say::count(found.unreadable)));
    }
    told
}

pub(crate) async fn show(State(app): State<App>, visitor: Visitor, Path(id): Path<i64>) -> Result<Html<String>, Fault> {
    let (delivery, source, plan) = mine(&app, &visitor, id).await?;
    filled(&page(&app, &visitor, &delivery, &source, &plan, Typed::default()).await?)
}

pub(super) async fn page(
    app: &App,
    visitor: &Visitor,
    delivery: &Delivery,
    source: &Source,
    plan: &DeliveryPlan,
    typed: Typed,
) -> Result<Page, Fault> {
    let id = delivery.id;
    let open = delivery.state == DeliveryState::Open;
    let waiting = open && delivery.checked == Checked::Waiting;
    if waiting {
        // nobody looks at it where the server has ended meanwhile
        Turns::begin(app, id);
    }
    let report = Report::read(&app.registry.delivery_report(id).await?);
    let settings = Settings::read(&delivery.settings);
    let names = Names::read(app).await?;
    let found = delivery.found;
    let sound = delivery.checked == Checked::Sound;
    let into = found.rows - found.unreadable;
    let todo: Vec<(String, String)> = if open && sound {
        let told = |(at, field, word, rows): (usize, String, String, u64)| {
            let field = field.parse::<Field>().map_or("代码", Field::chinese);
            (format!("k{at}"), format!("{field}里有不认识的代码 {word}，{} 行：请选它是什么意思", count(rows)))
        };
        unsettled(&report, &settings).into_iter().map(told).collect()
    } else {
        Vec::new()
    };
    let rows = say::count(found.rows);
    let heading = match (delivery.state, delivery.checked) {
        (DeliveryState::Open, Checked::Waiting) => format!("{} · 正在读", source.title),
        (DeliveryState::Open, Checked::Refused) => format!("{} · 这份数据读不出来", source.title),
        (DeliveryState::Open, Checked::Sound) if todo.is_empty() => format!("{} · 读到 {rows} 行", source.title),
        (DeliveryState::Open, Checked::Sound) => {
            format!("{} · 读到 {rows} 行，还有 {} 处要您定", source.title, todo.len())
        }
        (state, _) => format!("{} · 第 {id} 次，{}", source.title, state.chinese()),
    };
    let made = format!("{} {} 上传", names.of(&delivery.maker), say::time(delivery.made_at));
    let sub =
        if open { format!("第 {id} 次报送 · {made} · 还没有报送，离开本页不会丢") } else { made };
    let crumbs = vec![
        Crumb::to("数据报送", "/data"),
        Crumb::to(source.title.clone(), format!("/data/{}", source.name)),
        Crumb::here(format!("第 {id} 次")),
    ];
    let columns: Vec<Column> = columns(delivery.kind, &report, &settings);
    let alarms = if sound { alarms(&report, &found, &plan.alarm) } else { Vec::new() };
    let as_of = if typed.at.is_empty() && typed.as_of.is_empty() {
        guessed(delivery, &settings).to_string()
    } else {
        typed.as_of.clone()
    };
    Ok(Page {
        shell: Shell::of(app, visitor, "/data", heading.clone(), crumbs).await?,
        heading,
        sub,
        id,
        source: source.name.clone(),
        state: state(delivery),
        waiting,
        refused: delivery.checked == Checked::Refused,
        sound,
        open,
        sent: delivery.state == DeliveryState::Sent,
        used: delivery.used_by.unwrap_or(0),
        progress: progress(app, id),
        looks_like: looks_like(&report, delivery.kind),
        todo,
        used_columns: columns.iter().filter(|column| column.known).count(),
        columns,
        files: files(delivery),
        tables: tables(&report),
        balance: vec![
            ("完好", say::count(found.rows - found.unreadable - found.doubtful)),
            ("能读，有疑", say::count(found.doubtful)),
            ("读不出", say::count(found.unreadable)),
        ],
        total: rows,
        before: before(&report, &found),
        reasons: reasons(id, &report),
        wrong: say::count(found.doubtful + found.unreadable),
        doubtful: say::count(found.doubtful),
        unreadable: say::count(found.unreadable),
        into: say::count(into),
        alarms,
        as_of,
        note: typed.note.clone(),
        past: past(delivery, &names),
        error: report.error,
        hint: report.hint,
        encodings: choices(&ENCODINGS, settings.encoding.as_deref()),
        separators: choices(&SEPARATORS, settings.separator.as_deref()),
        header_row: settings.header_row.map_or_else(String::new, |row| row.to_string()),
        sheet: settings.sheet.join(""),
        typed,
    })
}

fn choices(all: &[(&'static str, &str)], chosen: Option<&str>) -> Vec<Choice> {
    let choice = |(word, label): &(&'static str, &str)| Choice {
        word,
        label: (*label).to_owned(),
        chosen: *word == chosen.unwrap_or_default(),
    };
    all.iter().map(choice).collect()
}

fn count(rows: u64) -> String {
    say::count(i64::try_from(rows).unwrap_or(i64::MAX))
}

fn columns(kind: SourceKind, report: &Report, settings: &Settings) -> Vec<Column> {
    let open = unsettled(report, settings);
    let column = |(at, column): (usize, &crate::delivery::report::Column)| {
        let chosen = column.field.as_deref();
        let choices = kind.fields().iter().map(|field| Choice {
            word: field.as_str(),
            label: meaning(kind, *field).to_owned(),
            chosen: chosen == Some(field.as_str()),
        });
        let asks =
            report.unknown.iter().enumerate().filter(|(_, (field, word, _))| {
                chosen == Some(field.as_str()) && is_asked(field) && short(word) == *word
            });
        let asks = asks.take(ASKED).map(|(at, (field, word, rows))| Ask {
            at,
            word: word.clone(),
            rows: count(*rows),
            settled: !open.iter().any(|(other, ..)| *other == at),
            choices: codes(kind, field, word, settings),
        });
        Column {
            at,
            header: column.header.clone(),
            sample: column.sample.clone(),
            known: chosen.is_some(),
            choices: choices.collect(),
            meaning: chosen
                .and_then(|field| field.parse().ok())
                .map_or("不使用", |field| meaning(kind, field))
                .to_owned(),
            blank: count(column.blank),
            invalid: if chosen.is_some() { count(column.invalid) } else { String::new() },
            asks: asks.collect(),
        }
    };
    report.columns.iter().enumerate().map(column).collect()
}

fn meaning(kind: SourceKind, field: Field) -> &'static str {
    if field == Field::Name && !kind.is_person() { "名称" } else { field.chinese() }
}

/// The codes that a word may mean.
fn codes(kind: SourceKind, field: &str, word: &str, settings: &Settings) -> Vec<Choice> {
    let all: Vec<(&'static str, &'static str)> = if field == Field::Benefit.as_str() {
        Benefit::ALL.iter().map(|code| (code.as_str(), code.chinese())).collect()
    } else if kind.is_population() {
        Life::ALL.iter().map(|code| (code.as_str(), code.chinese())).collect()
    } else {
        Status::ALL.iter().map(|code| (code.as_str(), code.chinese())).collect()
    };
    let said = settings.codes.get(field).and_then(|codes| codes.get(word)).map(String::as_str);
    let unclear = settings.unclear.get(field).is_some_and(|words| words.contains(word));
    let known = all.into_iter().filter(|(code, _)| !matches!(*code, "" | "unknown"));
    let mut choices: Vec<Choice> =
        known.map(|(code, label)| Choice { word: code, label: label.to_owned(), chosen: said == Some(code) }).collect();
    choices.push(Choice { word: "unclear", label: "不清楚，按有疑处理".to_owned(), chosen: unclear });
    choices
}

fn files(delivery: &Delivery) -> Vec<File> {
    let size = |bytes| say::bytes(u64::try_from(bytes).unwrap_or_default());
    let file = |file: &canbao_registry::delivery::DeliveryFile| File {
        name: file.name.clone(),
        size: size(file.bytes),
        sha256: format!("{} {}", file.sha256.get(..4).unwrap_or_default(), file.sha256.get(4..8).unwrap_or_default()),
    };
    delivery.files.iter().map(file).collect()
}

fn tables(report: &Report) -> Vec<(String, String)> {
    let told = |(at, table): (usize, &crate::delivery::report::Table)| {
        let mut words = vec![match table.format.as_str() {
            "text" => "文本".to_owned(),
            other => other.to_uppercase(),
        }];
        words.extend(table.encoding.clone());
        words.extend(table.separator.map(|mark| match mark {
            ',' => "逗号分隔".to_owned(),
            '\t' => "制表符分隔".to_owned(),
            ';' => "分号分隔".to_owned(),
            '|' => "竖线分隔".to_owned(),
            other => format!("“{other}”分隔"),
        }));
        if table.header_row > 0 {
            words.push(format!("表头在第 {} 行", table.header_row));
        }
        words.push(format!("{} 行", count(table.rows)));
        if table.blank > 0 {
            words.push(format!("另有空行 {}", count(table.blank)));
        }
        (report.table_shown(at), words.join("，"))
    };
    report.tables.iter().enumerate().map(told).collect()
}

fn before(report: &Report, found: &Found) -> Vec<(&'static str, String)> {
    let Some(before) = report.before else { return vec![("上一份", "没有，这是第一份".to_owned())] };
    let by = found.rows - before.rows;
    let word = if by < 0 { "少" } else { "多" };
    vec![
        ("比上一份", format!("{word} {} 行，{}", say::count(by.abs()), say::share(by.abs(), before.rows))),
        ("新出现", format!("约 {} 人", say::count(before.new))),
        ("不见了", format!("约 {} 人", say::count(before.gone))),
    ]
}

fn reasons(id: i64, report: &Report) -> Vec<Reason> {
    let told = |reason: &crate::delivery::report::Reason| {
        let problem = Problem::from_word(&reason.problem);
        let place = if report.tables.len() > 1 {
            format!("{}，第 {} 行", report.table_shown(reason.table), say::count(reason.line))
        } else {
            say::count(reason.line)
        };
        let effect = match problem.map(Problem::level) {
            Some(Level::Automatic) => Tag::new("自动处理", "green"),
            Some(Level::Doubtful) => Tag::new("有疑", "amber"),
            None => Tag::new("不报送", "red"),
        };
        Reason {
            what: problem.map_or_else(|| reason.why.clone(), |problem| problem.chinese().to_owned()),
            path: rows_path(id, problem.map_or(reason.why.as_str(), |problem| problem.as_str()), 0),
            rows: count(reason.rows),
            place,
            shown: reason.shown.clone(),
            mend: problem.map_or("对照行号在原文件里改好，重新导出", Problem::mend).to_owned(),
            effect,
        }
    };
    report.reasons.iter().map(told).collect()
}

fn looks_like(report: &Report, kind: SourceKind) -> String {
    let other = report.looks_like.as_deref().and_then(|word| word.parse::<SourceKind>().ok());
    let status = |column: &crate::delivery::report::Column| column.field.as_deref() == Some(Field::Status.as_str());
    if other.is_none() && kind.is_scheme() && !report.columns.is_empty() && !report.columns.iter().any(status) {
        return "没有一列是参保状态，比对时不能确定这些人是否参保。请核对是不是选错了文件，或在下面指明是哪一列。"
            .to_owned();
    }
    other.map_or_else(String::new, |other| {
        format!("各列看上去更像“{}”，不像“{}”。请核对是不是选错了文件。", other.chinese(), kind.chinese())
    })
}

fn past(delivery: &Delivery, names: &Names) -> Vec<(&'static str, String)> {
    let mut past = Vec::new();
    if let Some(as_of) = delivery.as_of {
        past.push(("数据截至", as_of.to_string()));
    }
    if let (Some(who), Some(at)) = (&delivery.ended_by, delivery.ended_at) {
        past.push((delivery.state.chinese(), format!("{} {}", say::time(at), names.of(who))));
    }
    if !delivery.note.is_empty() {
        past.push(("说明", delivery.note.clone()));
    }
    past
}

/// The day that the data stand for: as typed, else by the names of the files, else the last day of the month before.
fn guessed(delivery: &Delivery, settings: &Settings) -> Date {
    if let Some(typed) = settings.as_of.as_deref().and_then(Date::parse) {
        return typed;
    }
    let named = delivery.files.iter().find_map(|file| month_in(&file.name));
    let today = say::today();
    let last = |month: Month| Month(month.0 + 1).first_day().map(|day| Date(day.0 - 1));
    let said = named.and_then(last).filter(|day| *day <= today);
    said.or_else(|| last(Month(Month::of(today).0 - 1))).unwrap_or(today)
}

/// `2016年10月参合名册.csv`, `201610.xls`, `2016-10-31.csv`: the month.
fn month_in(name: &str) -> Option<Month> {
    let digits: Vec<char> = name.chars().collect();
    (0..digits.len()).find_map(|at| {
        let number = |from: usize, to: usize| {
            let part: String = digits.get(from..to)?.iter().collect();
            part.parse::<u32>().ok().filter(|_| part.chars().all(|c| c.is_ascii_digit()))
        };
        let year = number(at, at + 4).filter(|year| (2000..2100).contains(year))?;
        let after = at + 4 + usize::from(matches!(digits.get(at + 4), Some('年' | '-' | '.' | '_')));
        let month = number(after, after + 2).or_else(|| number(after, after + 1))?;
        Month::from_ym(i32::try_from(year).ok()?, month)
    })
}

fn progress(app: &App, id: i64) -> String {
    match app.turns.rows(id) {
        Some(0) | None => "正在识别格式和各列……".to_owned(),
        Some(rows) => format!("已读 {} 行……", count(rows)),
    }
}

/// What those who wait are shown.
pub(crate) async fn follow(State(app): State<App>, visitor: Visitor, Path(id): Path<i64>) -> Result<Response, Fault> {
    mine(&app, &visitor, id).await?;
    Ok(live(move || {
        let app = app.clone();
        async move { if app.turns.rows(id).is_none() { Seen::Done } else { Seen::Piece(progress(&app, id)) } }
    }))
}

#[derive(Deserialize)]
pub(crate) struct Asked {
    #[serde(default)]
    problem: String,
    #[serde(default)]
    page: usize,
}

struct Line {
    place: String,
    line: String,
    what: String,
    shown: String,
}

#[derive(Template)]
#[template(path = "delivery_rows.html")]
struct Rows {
    shell: Shell,
    heading: String,
    id: i64,
    lines: Vec<Line>,
    cut: bool,
    back: String,
    next: String,
}

fn rows_path(id: i64, problem: &str, page: usize) -> String {
    let mut query = url::form_urlencoded::Serializer::new(String::new());
    query.append_pair("problem", problem).append_pair("page", &page.to_string());
    format!("/delivery/{id}/rows?{}", query.finish())
}

/// The rows with something wrong, one by one.
pub(crate) async fn rows(
    State(app): State<App>,
    visitor: Visitor,
    Path(id): Path<i64>,
    Query(asked): Query<Asked>,
) -> Result<Html<String>, Fault> {
    let (_, source, _) = mine(&app, &visitor, id).await?;
    let report = Report::read(&app.registry.delivery_report(id).await?);
    let skip = asked.page.saturating_mul(ROWS);
    let (found, all) = listed(&folder(&app.settings.data, id), &asked.problem, skip, ROWS)
        .map_err(|_| Fault::Said("这份数据还没有读完，或已经丢弃。".to_owned(), "请返回上一页刷新。".to_owned()))?;
    let lines = found
        .into_iter()
        .map(|line| Line {
            place: report.table_shown(line.t),
            line: say::count(line.l),
            what: Problem::from_word(&line.p).map_or_else(|| line.p.clone(), |problem| problem.chinese().to_owned()),
            shown: line.s,
        })
        .collect();
    let what = match Problem::from_word(&asked.problem) {
        _ if asked.problem.is_empty() => "有问题的行",
        Some(problem) => problem.chinese(),
        None => asked.problem.as_str(),
    };
    let heading = format!("{what} · {} 行", count(all as u64));
    let path = |page: usize| rows_path(id, &asked.problem, page);
    let crumbs = vec![
        Crumb::to(source.title.clone(), format!("/data/{}", source.name)),
        Crumb::to(format!("第 {id} 次"), format!("/delivery/{id}")),
        Crumb::here("有问题的行"),
    ];
    filled(&Rows {
        shell: Shell::of(&app, &visitor, "/data", heading.clone(), crumbs).await?,
        heading,
        id,
        lines,
        cut: report.cut,
        back: if asked.page > 0 { path(asked.page - 1) } else { String::new() },
        next: if skip + ROWS < all { path(asked.page + 1) } else { String::new() },
    })
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;

    #[test]
    fn the_month_of_a_file_is_read_from_its_name() {
        for (name, told) in [
            ("2016年10月参合名册.csv", Some((2016, 10))),
            ("参合201609.xls", Some((2016, 9))),
            ("2016-10-31.csv", Some((2016, 10))),
            ("2016年9月.csv", Some((2016, 9))),
            ("名册.csv", None),
            ("201613.csv", None),
            ("610902.csv", None),
        ] {
            assert_eq!(month_in(name), told.map(|(year, month)| Month::from_ym(year, month).unwrap()), "{name}");
        }
    }
}
