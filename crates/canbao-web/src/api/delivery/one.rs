//! One delivery: what was recognised, what is wrong with how many rows, how it differs from the one before.

use canbao_registry::Versioned;
use canbao_registry::delivery::{Checked, DeliveryState};
use serde::Serialize;
use serde_json::{Value, json};
use utoipa::ToSchema;

use super::source::Line;
use super::{Which, known};
use crate::api::frame::call::Ask;
use crate::api::frame::problem::Problem;
use crate::api::frame::{Told, word};
use crate::delivery::judge::{self, Unsettled};
use crate::delivery::problem::{Level, Problem as Wrong};
use crate::delivery::report::{self, Report};
use crate::delivery::settings::Settings;
use crate::delivery::turn::Turns;
use crate::page::delivery::meaning;

/// 一个文件
#[derive(Serialize, ToSchema)]
#[schema(as = DeliveryFile)]
struct File {
    /// 名称
    name: String,
    /// 多少字节
    bytes: i64,
    #[schema(value_type = word::Sha256)]
    sha256: String,
}

/// 文件里的一张表
#[derive(Serialize, ToSchema)]
#[schema(as = DeliveryTable)]
struct Table {
    /// 文件
    file: String,
    /// 工作表
    sheet: Option<String>,
    /// text、xls、xlsx、dbf 或 parquet
    format: String,
    /// 编码
    encoding: Option<String>,
    /// 分隔符
    separator: Option<String>,
    /// 表头在第几行；没有表头的为 0
    header_row: i64,
    /// 几行
    rows: i64,
    /// 空行
    blank: i64,
}

/// 一列
#[derive(Serialize, ToSchema)]
#[schema(as = DeliveryColumn)]
struct Column {
    /// 表头
    header: String,
    /// 认成了什么；没有认出、不使用的没有
    field: Option<String>,
    /// 它的名称
    meaning: Option<String>,
    /// 一个样子，已遮盖
    sample: String,
    /// 空白的行
    blank: i64,
    /// 不合规定的行
    invalid: i64,
}

/// 可以用的代码
#[derive(Serialize, ToSchema)]
#[schema(as = DeliveryCode)]
struct Known {
    code: &'static str,
    /// 名称
    name: &'static str,
}

/// 一个还要定的代码
#[derive(Serialize, ToSchema)]
#[schema(as = DeliveryUnsettled)]
struct Open {
    /// 哪一项
    field: String,
    /// 数据里写的
    word: String,
    /// 几行
    rows: i64,
    /// 可以定成什么
    codes: Vec<Known>,
}

/// 一种问题
#[derive(Serialize, ToSchema)]
#[schema(as = DeliveryReason)]
struct Reason {
    /// 什么问题；读不出的，是读不出的原因
    problem: String,
    /// 问题的说法
    said: String,
    /// 几行
    rows: i64,
    /// 头一行在哪张表
    table: String,
    /// 头一行是第几行
    line: i64,
    /// 那里写的，已遮盖
    shown: String,
    /// 怎么改
    mend: String,
    /// automatic 自动处理；doubtful 有疑，照样报送；unreadable 不报送
    effect: &'static str,
}

/// 与上一份的差别
#[derive(Serialize, ToSchema)]
#[schema(as = DeliveryBefore)]
struct Before {
    /// 上一份：报送编号
    delivery: i64,
    /// 上一份几行
    rows: i64,
    /// 上一份大约多少人
    people: i64,
    /// 这一份新出现的人，大约
    new: i64,
    /// 这一份里不见了的人，大约
    gone: i64,
}

/// 一次报送
#[derive(Serialize, ToSchema)]
#[schema(as = Delivery)]
pub(super) struct Delivery {
    #[serde(skip)]
    tag: String,
    #[serde(flatten)]
    delivery: Line,
    /// 来源的名称
    title: String,
    files: Vec<File>,
    /// 正在读的，已经读了几行
    reading: Option<i64>,
    /// 为什么读不出来，一句话；能读的为空
    error: String,
    /// 该怎么办，一句话
    hint: String,
    /// 像是别类数据的，一句话；不像的为空
    looks_like: String,
    tables: Vec<Table>,
    columns: Vec<Column>,
    /// 这类数据有哪些项
    #[schema(value_type = Vec<word::Field>)]
    fields: Vec<&'static str>,
    /// 各种问题，行数多的在前
    reasons: Vec<Reason>,
    /// 报送以前还要定的代码
    unsettled: Vec<Open>,
    /// 与上一份差别大、报送时要写明原因的，各一句话
    alarms: Vec<String>,
    /// 上一份；没有的没有
    before: Option<Before>,
    /// 数据大概截至哪一天，报送时可以用
    guessed_as_of: String,
}

impl Told for Delivery {
    fn example() -> Value {
        let mut delivery = Line::sample();
        let more = json!({
            "title": "新型农村合作医疗",
            "files": [{"name": "参合名册.csv", "bytes": 96420311, "sha256": "0".repeat(64)}],
            "reading": null, "error": "", "hint": "", "looks_like": "",
            "tables": [{
                "file": "参合名册.csv", "sheet": null, "format": "text", "encoding": "gb18030", "separator": ",",
                "header_row": 1, "rows": 1204331, "blank": 0,
            }],
            "columns": [{
                "header": "XM", "field": "name", "meaning": "姓名", "sample": "周**", "blank": 3, "invalid": 0,
            }],
            "fields": ["number", "name"],
            "reasons": [{
                "problem": "number-wrong", "said": "号码有错（校验码、位数或日期不对）", "rows": 4120,
                "table": "参合名册.csv", "line": 318, "shown": "612401 **** **** 0038", "mend": "核对户口簿或身份证",
                "effect": "doubtful",
            }],
            "unsettled": [{
                "field": "status", "word": "09", "rows": 12, "codes": [{"code": "unclear", "name": "不清楚，按有疑处理"}],
            }],
            "alarms": [],
            "before": {"delivery": 11, "rows": 1204420, "people": 1199960, "new": 210, "gone": 299},
            "guessed_as_of": "2016-10-31",
        });
        if let (Some(delivery), Value::Object(more)) = (delivery.as_object_mut(), more) {
            delivery.extend(more);
        }
        delivery
    }

    fn version(&self) -> Option<&str> {
        Some(&self.tag)
    }
}

fn number(rows: u64) -> i64 {
    i64::try_from(rows).unwrap_or(i64::MAX)
}

fn reason(reason: &report::Reason, report: &Report) -> Reason {
    let problem = Wrong::from_word(&reason.problem);
    Reason {
        problem: problem.map_or_else(|| reason.why.clone(), |problem| problem.as_str().to_owned()),
        said: problem.map_or_else(|| reason.why.clone(), |problem| problem.chinese().to_owned()),
        rows: number(reason.rows),
        table: report.table_shown(reason.table),
        line: reason.line,
        shown: reason.shown.clone(),
        mend: problem.map_or("对照行号在原文件里改好，重新导出", Wrong::mend).to_owned(),
        effect: match problem.map(Wrong::level) {
            Some(Level::Automatic) => "automatic",
            Some(Level::Doubtful) => "doubtful",
            None => "unreadable",
        },
    }
}

pub(super) async fn show(ask: Ask<Which>) -> Result<Delivery, Problem> {
    let tag = ask.version(Versioned::Delivery(ask.given.id)).await?;
    let (delivery, source, plan) = known(&ask).await?;
    let kind = delivery.kind;
    let is_open = delivery.state == DeliveryState::Open;
    if is_open && delivery.checked == Checked::Waiting {
        // nobody looks at it where the server has ended meanwhile
        Turns::begin(&ask.app, delivery.id);
    }
    let report = Report::read(&ask.registry.delivery_report(delivery.id).await?);
    let settings = Settings::read(&delivery.settings);
    let is_sound = delivery.checked == Checked::Sound;
    let column = |column: &report::Column| Column {
        header: column.header.clone(),
        meaning: column
            .field
            .as_deref()
            .and_then(|field| field.parse().ok())
            .map(|field| meaning(kind, field).to_owned()),
        field: column.field.clone(),
        sample: column.sample.clone(),
        blank: number(column.blank),
        invalid: number(column.invalid),
    };
    let table = |table: &report::Table| Table {
        file: table.file.clone(),
        sheet: table.sheet.clone(),
        format: table.format.clone(),
        encoding: table.encoding.clone(),
        separator: table.separator.map(String::from),
        header_row: table.header_row,
        rows: number(table.rows),
        blank: number(table.blank),
    };
    let open = |Unsettled { field, word, rows, .. }: Unsettled| Open {
        codes: judge::codes(kind, &field).into_iter().map(|(code, name)| Known { code, name }).collect(),
        field,
        word,
        rows: number(rows),
    };
    let before = report.before.map(|before| {
        let report::Before { delivery, rows, people, new, gone } = before;
        Before { delivery, rows, people, new, gone }
    });
    let unsettled = if is_open && is_sound { judge::unsettled(&report, &settings) } else { Vec::new() };
    Ok(Delivery {
        tag,
        title: source.title,
        files: delivery
            .files
            .iter()
            .map(|file| File { name: file.name.clone(), bytes: file.bytes, sha256: file.sha256.clone() })
            .collect(),
        reading: ask.app.turns.rows(delivery.id).map(number),
        looks_like: judge::looks_like(&report, kind),
        tables: report.tables.iter().map(table).collect(),
        columns: report.columns.iter().map(column).collect(),
        fields: kind.fields().iter().map(|field| field.as_str()).collect(),
        reasons: report.reasons.iter().map(|one| reason(one, &report)).collect(),
        unsettled: unsettled.into_iter().map(open).collect(),
        alarms: if is_sound { judge::alarms(&report, &delivery.found, &plan.alarm) } else { Vec::new() },
        before,
        guessed_as_of: judge::guessed(&delivery, &settings).to_string(),
        error: report.error.clone(),
        hint: report.hint.clone(),
        delivery: Line::of(&delivery),
    })
}
