//! A delivery: what was recognised, what is wrong with which rows, how it differs from the one before.

use askama::Template;
use axum::extract::{Path, Query, State};
use axum::response::{Html, Response};
use canbao_domain::delivery::{DeliveryPlan, Source};
use canbao_domain::source::{Field, SourceKind};
use canbao_registry::delivery::{Checked, Delivery, DeliveryState, Found};
use serde::Deserialize;

use super::filled;
use super::person::Names;
use super::shell::{Crumb, Shell};
use super::sources::state;
use super::word::Tag;
use crate::App;
use crate::delivery::judge::{ASKED, UNCLEAR, Unsettled, alarms, codes, guessed, is_asked, looks_like, unsettled};
use crate::delivery::look::listed;
use crate::delivery::problem::{Level, Problem};
use crate::delivery::report::Report;
use crate::delivery::settings::Settings;
use crate::delivery::turn::Turns;
use crate::delivery::{folder, mine};
use crate::fault::Fault;
use crate::http::live::{Seen, live};
use crate::right::visitor::Visitor;
use crate::say;

/// Rows on a page.
const ROWS: usize = 100;

pub(crate) const ENCODINGS: [(&str, &str); 5] =
    [("", "自动"), ("gb18030", "GB18030（GBK）"), ("utf-8", "UTF-8"), ("utf-16le", "UTF-16"), ("big5", "BIG5")];
pub(crate) const SEPARATORS: [(&str, &str); 5] =
    [("", "自动"), (",", "逗号"), ("tab", "制表符"), (";", "分号"), ("|", "竖线")];

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
        let told = |Unsettled { at, field, word, rows }: Unsettled| {
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
        let asks = report
            .unknown
            .iter()
            .enumerate()
            .filter(|(_, (field, word, _))| chosen == Some(field.as_str()) && is_asked(field, word));
        let asks = asks.take(ASKED).map(|(at, (field, word, rows))| Ask {
            at,
            word: word.clone(),
            rows: count(*rows),
            settled: !open.iter().any(|other| other.at == at),
            choices: choices_of(kind, field, word, settings),
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

pub(crate) fn meaning(kind: SourceKind, field: Field) -> &'static str {
    if field == Field::Name && !kind.is_person() { "名称" } else { field.chinese() }
}

/// The codes that a word may mean.
fn choices_of(kind: SourceKind, field: &str, word: &str, settings: &Settings) -> Vec<Choice> {
    let said = settings.codes.get(field).and_then(|codes| codes.get(word)).map(String::as_str);
    let unclear = settings.unclear.get(field).is_some_and(|words| words.contains(word));
    let is_chosen = |code: &str| if code == UNCLEAR { unclear } else { said == Some(code) };
    let choice =
        |(word, label): (&'static str, &str)| Choice { word, label: label.to_owned(), chosen: is_chosen(word) };
    codes(kind, field).into_iter().map(choice).collect()
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
