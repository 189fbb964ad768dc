//! The forms as a workbook (Excel 采集表): a village's rows, known columns locked, choices as lists; read back row by row, all
//! of a row or nothing, and safe to send twice.

use std::collections::BTreeMap;
use std::path::Path;

use calamine::{Data, Reader as _, Xlsx, open_workbook};
use canbao_domain::date::Date;
use canbao_paper::fill::{FillColumn, FillSheet, NAMES, write_fill};
use canbao_paper::{About, PaperError};
use canbao_registry::area::Areas;
use canbao_registry::query::Asker;
use canbao_registry::survey::{Act, Bearer, HouseholdSheet, Operation, State, Subject, TakenState};
use canbao_registry::{Registry, RegistryError, day_of};
use serde_json::json;
use sha2::{Digest as _, Sha256};

use crate::Keeper;
use crate::form::{Answer, Form, Forms, Item, Kind, Level, judge, why};
use crate::keeper::answers_of;
use crate::known::{Cover, facts_of, notes, of_person, tag};

/// Columns that are no items.
const KEY: &str = "#key";
const HEADS: &str = "#heads";
const VISITED: [&str; 3] = ["#visited1", "#visited2", "#visited3"];
const WHY: &str = "#why";

/// Whether a cell can say it.
const fn in_cell(kind: Kind) -> bool {
    !matches!(kind, Kind::Photo | Kind::Signature | Kind::Position)
}

/// `11 见到本人`: how a choice stands in a list.
fn choice(item: &Item, code: &str) -> String {
    let option = item.options.iter().find(|option| option.code == code);
    option.map_or_else(|| code.to_owned(), |option| format!("{} {}", option.code, option.name))
}

fn columns(form: &Form, known: &[(&str, &str, u16)]) -> Vec<FillColumn> {
    let fixed = |name: &str, head: &str, width: u16| FillColumn {
        name: name.to_owned(),
        head: head.to_owned(),
        width,
        locked: true,
        ..FillColumn::default()
    };
    let mut columns = vec![
        FillColumn { hidden: true, ..fixed(KEY, "任务", 4) },
        FillColumn { hidden: true, ..fixed(HEADS, "版本", 4) },
    ];
    columns.extend(known.iter().map(|(name, head, width)| fixed(name, head, *width)));
    let open = |name: &str, head: String, width: u16, choices: Vec<String>| FillColumn {
        name: name.to_owned(),
        head,
        width,
        choices,
        ..FillColumn::default()
    };
    columns.extend(
        VISITED
            .iter()
            .zip(["第一次上门日期", "第二次上门日期", "第三次上门日期"])
            .map(|(name, head)| open(name, head.to_owned(), 12, Vec::new())),
    );
    for item in form.items.iter().filter(|item| in_cell(item.kind)) {
        let choices: Vec<String> = item.options.iter().map(|option| choice(item, &option.code)).collect();
        let width = match item.kind {
            Kind::Number => 20,
            Kind::Note => 24,
            Kind::Text if item.most.unwrap_or_default() > 60 => 28,
            _ => 14,
        };
        columns.push(open(&item.id, item.label.clone(), width, choices));
    }
    columns.push(open(WHY, "核实说明".to_owned(), 24, Vec::new()));
    columns
}

fn row(
    columns: &[FillColumn],
    subject: &Subject,
    form: &Form,
    known: &BTreeMap<String, String>,
    told: &BTreeMap<&str, String>,
) -> Vec<String> {
    let heads: Vec<String> = subject
        .heads
        .iter()
        .map(|(item, heads)| {
            format!("{item}={}", heads.iter().map(|head| head.op.as_str()).collect::<Vec<_>>().join(","))
        })
        .collect();
    let answers = answers_of(subject);
    let mut days: Vec<Date> = subject.visits.iter().map(|visit| day_of(visit.at)).collect();
    days.dedup();
    let cell = |column: &FillColumn| -> String {
        match column.name.as_str() {
            KEY => subject.task.mark.clone(),
            HEADS => heads.join(";"),
            WHY => String::new(),
            name if name.starts_with("#visited") => {
                let at = VISITED.iter().position(|visited| *visited == name).unwrap_or_default();
                days.get(at).map(Date::to_string).unwrap_or_default()
            }
            name => match form.item(name) {
                None => told.get(name).cloned().unwrap_or_default(),
                Some(item) => {
                    let answered = answers.get(name).map(Answer::told);
                    let prefill = item.known.as_deref().filter(|_| item.prefill).and_then(|of| known.get(of)).cloned();
                    let value = answered.or(prefill).unwrap_or_default();
                    if item.options.is_empty() || value.is_empty() { value } else { choice(item, &value) }
                }
            },
        }
    };
    columns.iter().map(cell).collect()
}

/// Writes a village's workbook.
///
/// # Errors
/// Where the file cannot be written.
pub fn write(
    path: &Path,
    forms: &Forms,
    areas: &Areas,
    village: &str,
    today: Date,
    households: &[(HouseholdSheet, Vec<Subject>)],
    units: &[Subject],
) -> Result<(), PaperError> {
    let mut sheets = Vec::new();
    let note = "灰色的是已知的，不用改。白色的照实填写，有下拉列表的从列表中选；没有入户的整行不填。填好后交镇上导入，可以反复交。";
    if let Some(form) = forms.get("person") {
        let columns = columns(
            form,
            &[
                ("#no", "户号", 12),
                ("#name", "姓名", 10),
                ("#number", "身份证号", 21),
                ("#sex", "性别", 6),
                ("#age", "年龄", 6),
                ("#tag", "原因", 12),
                ("#notes", "已知情况", 30),
                ("#state", "办到哪里", 10),
            ],
        );
        let mut rows = Vec::new();
        for (sheet, subjects) in households {
            let no = sheet.members.first().and_then(|head| head.record.household.clone()).unwrap_or_default();
            for subject in subjects {
                let known = subject.whole.as_ref().map(|whole| of_person(whole, Cover::Whole)).unwrap_or_default();
                let facts = facts_of(subject, Cover::Whole, today);
                let sex = match known.get("sex").map(String::as_str) {
                    Some("1") => "男",
                    Some("2") => "女",
                    _ => "",
                };
                let told = BTreeMap::from([
                    ("#no", no.clone()),
                    ("#name", known.get("name").cloned().unwrap_or_default()),
                    ("#number", known.get("number").cloned().unwrap_or_default()),
                    ("#sex", sex.to_owned()),
                    ("#age", facts.told.get("age").map(Answer::told).unwrap_or_default()),
                    ("#tag", tag(subject)),
                    ("#notes", notes(subject).join("\n")),
                    ("#state", subject.task.state.chinese().to_owned()),
                ]);
                rows.push(row(&columns, subject, form, &known, &told));
            }
        }
        sheets.push(FillSheet { name: "人员".to_owned(), note: note.to_owned(), columns, rows });
    }
    if let Some(form) = forms.get("unit").filter(|_| !units.is_empty()) {
        let columns = columns(
            form,
            &[("#name", "单位名称", 28), ("#code", "代码", 21), ("#tag", "原因", 12), ("#state", "办到哪里", 10)],
        );
        let rows = units.iter().map(|subject| {
            let known = subject.unit.as_ref().map(crate::known::of_unit).unwrap_or_default();
            let code =
                known.get("credit_code").or_else(|| known.get("registration_number")).cloned().unwrap_or_default();
            let told = BTreeMap::from([
                ("#name", known.get("name").cloned().unwrap_or_default()),
                ("#code", code),
                ("#tag", tag(subject)),
                ("#state", subject.task.state.chinese().to_owned()),
            ]);
            row(&columns, subject, form, &known, &told)
        });
        sheets.push(FillSheet { name: "单位".to_owned(), note: note.to_owned(), rows: rows.collect(), columns });
    }
    let (year, month, day) = today.ymd();
    let about = About {
        title: format!("入户采集表 {}", areas.full_name(village)),
        author: "全民参保登记".to_owned(),
        date: (u16::try_from(year).unwrap_or(1900), u8::try_from(month).unwrap_or(1), u8::try_from(day).unwrap_or(1)),
    };
    write_fill(path, &sheets, &about)
}

/// A row that came back.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Filled {
    /// The sheet.
    pub sheet: String,
    /// The row as Excel counts it.
    pub line: u32,
    /// The task's key.
    pub key: String,
    /// Which versions were seen when the workbook was written, by item.
    heads: BTreeMap<String, Vec<String>>,
    /// What stands in each column, by its name.
    cells: BTreeMap<String, String>,
}

impl Filled {
    /// Writes something into a column, by its name.
    pub fn write(&mut self, column: &str, text: &str) {
        self.cells.insert(column.to_owned(), text.to_owned());
    }
}

/// A file that is no workbook of this system.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct NotOurs(String);

impl NotOurs {
    /// What to do.
    pub const fn hint(&self) -> &'static str {
        "请用本系统导出的采集表填写，不要另存为别的格式，也不要增删列。"
    }
}

/// Reads a workbook that was filled in.
///
/// # Errors
/// Where it is none, or its hidden row is gone.
pub fn read(path: &Path) -> Result<Vec<Filled>, NotOurs> {
    // the library's own words help no clerk
    let failed =
        |_: calamine::XlsxError| NotOurs("工作簿读不出来：不是 .xlsx 文件，或没有传完整、已经损坏。".to_owned());
    let mut book: Xlsx<_> = open_workbook(path).map_err(failed)?;
    let mut rows = Vec::new();
    let mut ours = false;
    for name in book.sheet_names() {
        let range = book.worksheet_range(&name).map_err(failed)?;
        let top = range.start().map_or(0, |start| start.0);
        let text = |cell: &Data| match cell {
            Data::Empty => String::new(),
            // a date that Excel took for one
            Data::DateTime(_) | Data::DateTimeIso(_) => cell.to_string().chars().take(10).collect(),
            Data::Float(number) if number.fract() == 0.0 && number.abs() < 1e15 => format!("{number:.0}"),
            cell => cell.to_string().trim().to_owned(),
        };
        let mut names: Option<Vec<String>> = None;
        for (at, cells) in range.rows().enumerate() {
            let row = top + u32::try_from(at).unwrap_or(u32::MAX);
            if row == NAMES {
                let found: Vec<String> = cells.iter().map(text).collect();
                names = Some(found).filter(|found| found.iter().any(|name| name == KEY));
            }
            let Some(names) = names.as_ref().filter(|_| row > NAMES + 1) else { continue };
            ours = true;
            let mut cells: BTreeMap<String, String> =
                names.iter().cloned().zip(cells.iter().map(text)).filter(|(name, _)| !name.is_empty()).collect();
            let key = cells.remove(KEY).unwrap_or_default();
            if key.is_empty() {
                continue;
            }
            let heads = cells.remove(HEADS).unwrap_or_default();
            let heads = heads
                .split(';')
                .filter_map(|pair| pair.split_once('='))
                .map(|(item, ops)| (item.to_owned(), ops.split(',').map(str::to_owned).collect()));
            rows.push(Filled { sheet: name.clone(), line: row + 1, key, heads: heads.collect(), cells });
        }
    }
    if ours { Ok(rows) } else { Err(NotOurs("这不是本系统导出的采集表。".to_owned())) }
}

/// What became of a row.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Became {
    /// It was taken in and handed in.
    Submitted,
    /// It says nothing new: it was sent before, or was not filled.
    Unchanged,
    /// Nothing of it was taken in: what is wrong in which cell, sentences.
    Refused(Vec<String>),
}

/// Takes one row in, all of it or nothing.
///
/// # Errors
/// Where the database does not answer.
pub async fn take(
    registry: &Registry,
    asker: &Asker,
    account: i64,
    keeper: &Keeper<'_>,
    filled: &Filled,
) -> Result<Became, RegistryError> {
    let subject = match registry.survey_task(asker, &filled.key).await {
        Ok((subject, _)) => subject,
        Err(RegistryError::Nobody) => return Ok(Became::Refused(vec!["没有这个任务，或不在您的范围内。".to_owned()])),
        Err(error) => return Err(error),
    };
    let Some(form) = keeper.form_of(&subject) else {
        return Ok(Became::Refused(vec!["没有这种登记表。".to_owned()]));
    };
    let outcome = filled.cells.get("outcome").map(String::as_str).unwrap_or_default();
    if outcome.is_empty() {
        return Ok(Became::Unchanged);
    }
    let (answers, mut wrong) = read_cells(form, filled);
    let days = visited(filled, keeper.today, &mut wrong);
    if !wrong.is_empty() {
        return Ok(Became::Refused(wrong));
    }
    // judged with what is there already: pictures, answers of other ways
    let mut whole = answers_of(&subject);
    for (item, value) in &answers {
        whole.insert(item.clone(), Answer::One(value.clone()));
    }
    let mut facts = facts_of(&subject, Cover::Whole, keeper.today);
    facts.visits.extend(&days);
    let explained = filled.cells.get(WHY).cloned().unwrap_or_default();
    let mut verdict = judge(form, &whole, &facts, keeper.today);
    let mut whys: Vec<String> = Vec::new();
    if !explained.is_empty() {
        for fault in verdict.faults.iter().filter(|fault| fault.level == Level::Verify && !fault.why) {
            whole.insert(why(&fault.item), Answer::One(explained.clone()));
            whys.push(fault.item.clone());
        }
        verdict = judge(form, &whole, &facts, keeper.today);
    }
    if !verdict.complete {
        let mut says: Vec<String> =
            verdict.missing.iter().map(|item| format!("“{}”没有填。", label(form, item))).collect();
        let stops = verdict
            .faults
            .iter()
            .filter(|fault| fault.level == Level::Must || fault.level == Level::Verify && !fault.why);
        says.extend(stops.map(|fault| {
            format!(
                "“{}”：{}{}",
                label(form, &fault.item),
                fault.says,
                if fault.level == Level::Verify { "（请在“核实说明”里写明）" } else { "" }
            )
        }));
        return Ok(Became::Refused(says));
    }
    let mut operations = operations(&subject, filled, &answers, &whys, &explained);
    for day in days {
        let known = subject.visits.iter().any(|visit| day_of(visit.at) == day);
        if !known {
            let found = match code(outcome) {
                "13" => "phone",
                "11" | "12" => "met",
                _ => "absent",
            };
            let at = i64::from(day.days()) * 86_400_000 + 2 * 3_600_000;
            operations.push(named(
                filled,
                &format!("visit {day}"),
                at,
                Act::Visit { task: filled.key.clone(), found: found.to_owned(), note: String::new() },
            ));
        }
    }
    if operations.is_empty() && !subject.task.state.is_open() {
        return Ok(Became::Unchanged);
    }
    if !matches!(subject.task.state, State::Open | State::Returned) {
        return Ok(Became::Refused(vec![format!(
            "这份表现在是“{}”，没有导入；要改请先由镇上退回。",
            subject.task.state.chinese()
        )]));
    }
    operations.push(named(
        filled,
        &format!("submit {}", subject.task.seq),
        now_ms(),
        Act::Submit { task: filled.key.clone() },
    ));
    let bearer = Bearer { asker, account, device: "" };
    let taken = registry.survey_operations(&bearer, &operations, keeper).await?;
    let refused: Vec<String> =
        taken.into_iter().filter(|one| one.state != TakenState::Done).map(|one| one.says).collect();
    Ok(if refused.is_empty() { Became::Submitted } else { Became::Refused(refused) })
}

fn label(form: &Form, item: &str) -> String {
    form.item(item).map_or_else(|| item.to_owned(), |item| item.label.clone())
}

/// `11 见到本人` → `11`.
fn code(text: &str) -> &str {
    text.split_whitespace().next().unwrap_or_default()
}

/// The answers of a row, and what is wrong in its cells.
fn read_cells(form: &Form, filled: &Filled) -> (BTreeMap<String, String>, Vec<String>) {
    let (mut answers, mut wrong) = (BTreeMap::new(), Vec::new());
    for item in form.items.iter().filter(|item| in_cell(item.kind)) {
        let Some(cell) = filled.cells.get(&item.id) else { continue };
        if item.options.is_empty() {
            answers.insert(item.id.clone(), cell.clone());
            continue;
        }
        let found = item.options.iter().find(|option| option.code == code(cell) || option.name == *cell);
        match found {
            Some(option) => drop(answers.insert(item.id.clone(), option.code.clone())),
            None if cell.is_empty() => drop(answers.insert(item.id.clone(), String::new())),
            None => wrong.push(format!("“{}”写的是“{cell}”，不在列表里。", item.label)),
        }
    }
    (answers, wrong)
}

/// The days of the attempts.
fn visited(filled: &Filled, today: Date, wrong: &mut Vec<String>) -> Vec<Date> {
    let mut days = Vec::new();
    for (name, word) in VISITED.iter().zip(["第一次", "第二次", "第三次"]) {
        let Some(text) = filled.cells.get(*name).filter(|text| !text.is_empty()) else { continue };
        match Date::parse(text) {
            Some(day) if day <= today => days.push(day),
            Some(_) => wrong.push(format!("“{word}上门日期”还没有到。")),
            None => wrong.push(format!("“{word}上门日期”写的是“{text}”，请写成 2016-11-20。")),
        }
    }
    days
}

/// One operation for each item that says something else than what stood there, under a name that follows from what is said:
/// sent twice, it is done once.
fn operations(
    subject: &Subject,
    filled: &Filled,
    answers: &BTreeMap<String, String>,
    whys: &[String],
    explained: &str,
) -> Vec<Operation> {
    let mut operations = Vec::new();
    let explained = whys.iter().map(|item| (why(item), explained.to_owned()));
    for (item, value) in answers.iter().map(|(item, value)| (item.clone(), value.clone())).chain(explained) {
        let value = json!(value);
        let heads = subject.heads.get(&item).map(Vec::as_slice).unwrap_or_default();
        let stands = heads.first().is_some_and(|head| head.value == value) && heads.len() == 1;
        if stands || heads.is_empty() && value == json!("") {
            continue;
        }
        // what the workbook had seen, as far as it is a version still known
        let mut bases = filled.heads.get(&item).cloned().unwrap_or_default();
        if bases.is_empty() && heads.iter().all(|head| head.device.is_empty()) {
            bases = heads.iter().map(|head| head.op.clone()).collect();
        }
        let act = Act::Set { task: filled.key.clone(), item: item.clone(), value: value.clone(), bases: bases.clone() };
        operations.push(named(filled, &format!("set {item} {value} {}", bases.join(",")), 0, act));
    }
    let at = now_ms();
    for operation in &mut operations {
        operation.at = at;
    }
    operations
}

fn named(filled: &Filled, says: &str, at: i64, act: Act) -> Operation {
    let digest = Sha256::digest(format!("workbook {} {says}", filled.key).as_bytes());
    let id = digest.iter().take(16).map(|byte| format!("{byte:02x}")).collect();
    Operation { id, n: 0, at, act }
}

fn now_ms() -> i64 {
    let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH);
    now.map_or(0, |since| i64::try_from(since.as_millis()).unwrap_or(i64::MAX))
}
