//! What is done with a delivery.

use std::collections::{BTreeMap, BTreeSet};

use serde::Deserialize;
use serde_json::{Value, json};
use utoipa::ToSchema;

use super::{Which, known};
use crate::api::changes::Why;
use crate::api::frame::call::{Ask, Nothing};
use crate::api::frame::problem::{At, Problem};
use crate::api::frame::{Code, Told, word};
use crate::delivery::settings::Settings;
use crate::delivery::{judge, source, take};

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = SourceInPath)]
pub(super) struct Of {
    /// 来源在报送计划里的名称
    #[schema(value_type = word::SourceName)]
    source: String,
}

/// 上传的数据
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = Upload)]
pub(super) struct Sent {
    /// 文件：CSV、TXT、XLS、XLSX、DBF 或 Parquet
    #[schema(value_type = Vec<word::File>, min_items = 1, max_items = 100)]
    #[expect(dead_code, reason = "what files are called; they come beside")]
    files: Vec<String>,
    /// 数据截至哪一天；不写的，报送时再写
    // a form has no null: what is not written is left out
    #[schema(value_type = word::Day, required = false)]
    as_of: Option<String>,
}

impl Told for Sent {
    fn example() -> Value {
        json!({"files": ["姓名,身份证号,参保状态\n"], "as_of": "2016-10-31"})
    }
}

pub(super) async fn begin(ask: Ask<Of, Sent>) -> Result<(), Problem> {
    let (source, _) = source(&ask.app, &ask.caller, &ask.given.source)?;
    let as_of = ask.body.as_of.unwrap_or_default();
    let login = &ask.caller.account.login;
    take::begin(&ask.app, &ask.registry, login, &source, ask.files, &as_of).await?;
    Ok(())
}

/// 再加的文件
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = MoreFiles)]
pub(super) struct More {
    /// 文件
    #[schema(value_type = Vec<word::File>, min_items = 1, max_items = 100)]
    #[expect(dead_code, reason = "what files are called; they come beside")]
    files: Vec<String>,
}

impl Told for More {
    fn example() -> Value {
        json!({"files": ["姓名,身份证号,参保状态\n"]})
    }
}

pub(super) async fn add(ask: Ask<Which, More>) -> Result<(), Problem> {
    known(&ask).await?;
    take::add(&ask.app, &ask.registry, &ask.caller.account.login, ask.given.id, ask.files).await?;
    Ok(())
}

/// 一列是什么
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = ColumnMeaning)]
struct Column {
    /// 表头，照原样写
    #[schema(value_type = word::Short)]
    header: String,
    #[schema(value_type = word::Field)]
    field: String,
}

/// 一个代码是什么意思
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = WordMeaning)]
struct Meaning {
    #[schema(value_type = word::Field)]
    field: String,
    /// 数据里写的，照原样
    #[schema(value_type = word::Short)]
    word: String,
    /// 意思：getDelivery 的 unsettled 里列出的代码；不知道的写 unclear
    #[schema(value_type = word::Short)]
    code: String,
}

/// 由人指明的，取代以前指明的全部；不写的由程序认
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = DeliverySettings)]
pub(super) struct Explained {
    #[schema(value_type = Option<word::Encoding>)]
    encoding: Option<String>,
    #[schema(value_type = Option<word::Separator>)]
    separator: Option<String>,
    /// 表头在第几行
    #[schema(minimum = 1, maximum = 100)]
    header_row: Option<u32>,
    /// 工作表
    #[schema(value_type = Option<word::Short>)]
    sheet: Option<String>,
    #[serde(default)]
    #[schema(max_items = 200)]
    columns: Vec<Column>,
    #[serde(default)]
    #[schema(max_items = 200)]
    codes: Vec<Meaning>,
}

impl Told for Explained {
    fn example() -> Value {
        json!({
            "encoding": "gb18030", "columns": [{"header": "参合人", "field": "name"}],
            "codes": [{"field": "status", "word": "09", "code": "unclear"}],
        })
    }
}

pub(super) async fn explain(ask: Ask<Which, Explained>) -> Result<(), Problem> {
    let (delivery, ..) = known(&ask).await?;
    let Explained { encoding, separator, header_row, sheet, columns, codes } = ask.body;
    let kind = delivery.kind;
    let mut settings = Settings {
        as_of: Settings::read(&delivery.settings).as_of,
        encoding,
        separator,
        header_row,
        sheet: sheet.into_iter().collect(),
        ..Settings::default()
    };
    let mut wrong = Vec::new();
    let mut amiss = |pointer: String, detail: &str| {
        wrong.push(At { pointer: Some(pointer), parameter: None, detail: detail.to_owned() });
    };
    for (at, Column { header, field }) in columns.into_iter().enumerate() {
        if !kind.fields().iter().any(|known| known.as_str() == field) {
            amiss(format!("/columns/{at}/field"), "这类数据没有这一项；可用的见 getDelivery 的 fields。");
        }
        settings.columns.insert(header, field);
    }
    for (at, Meaning { field, word, code }) in codes.into_iter().enumerate() {
        if !judge::codes(kind, &field).iter().any(|(known, _)| *known == code) {
            amiss(format!("/codes/{at}/code"), "没有这个代码；可用的见 getDelivery 的 unsettled。");
        }
        if code == judge::UNCLEAR {
            let words: &mut BTreeSet<String> = settings.unclear.entry(field).or_default();
            words.insert(word);
        } else {
            let words: &mut BTreeMap<String, String> = settings.codes.entry(field).or_default();
            words.insert(word, code);
        }
    }
    if !wrong.is_empty() {
        let problem = Problem::new(Code::Refused).with(wrong);
        return Err(problem.said("有的列或代码，这类数据没有。", "请按 errors 逐项更正；可用的见 getDelivery。"));
    }
    take::explain(&ask.app, &ask.registry, &ask.caller.account.login, delivery.id, &settings).await?;
    Ok(())
}

/// 报送
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = Sending)]
pub(super) struct Confirmed {
    /// 数据截至哪一天
    #[schema(value_type = word::Day)]
    as_of: String,
    /// 与上一份差别大的，写明差别从哪里来
    #[schema(value_type = Option<word::Note>)]
    note: Option<String>,
}

impl Told for Confirmed {
    fn example() -> Value {
        json!({"as_of": "2016-10-31", "note": "两个镇已划归高新区"})
    }
}

pub(super) async fn send(ask: Ask<Which, Confirmed>) -> Result<(), Problem> {
    let (delivery, _, plan) = known(&ask).await?;
    let Confirmed { as_of, note } = &ask.body;
    let note = note.as_deref().unwrap_or_default();
    judge::send(&ask.registry, &ask.caller.account.login, &delivery, &plan, as_of, note).await?;
    Ok(())
}

pub(super) async fn withdraw(ask: Ask<Which, Why>) -> Result<(), Problem> {
    known(&ask).await?;
    ask.registry.withdraw_delivery(&ask.caller.account.login, ask.given.id, &ask.body.reason).await?;
    Ok(())
}

pub(super) async fn discard(ask: Ask<Which, Nothing>) -> Result<(), Problem> {
    let (delivery, ..) = known(&ask).await?;
    take::discard(&ask.app, &ask.registry, &ask.caller.account.login, &delivery).await?;
    Ok(())
}
