//! The rows with something wrong: listed, covered; and as they are, as a file.

use axum::response::Response;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use utoipa::ToSchema;

use super::{Which, known};
use crate::api::frame::call::Ask;
use crate::api::frame::problem::Problem;
use crate::api::frame::{Told, word};
use crate::aside::on_a_thread;
use crate::delivery::look::listed;
use crate::delivery::problem::Problem as Wrong;
use crate::delivery::report::Report;
use crate::delivery::{folder, mend, mine, take as taking};

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = BadRowsAsked)]
pub(super) struct Asked {
    /// 报送编号
    #[schema(value_type = word::Id)]
    id: i64,
    /// 只看这一种问题：getDelivery 的 reasons 里的 problem；不写是全部
    #[schema(value_type = Option<word::Long>)]
    problem: Option<String>,
    /// 跳过多少行：上一次回答中的 next
    #[schema(value_type = Option<word::After>)]
    after: Option<i64>,
    #[schema(value_type = Option<word::Limit>)]
    limit: Option<i64>,
}

/// 有问题的一行
#[derive(Serialize, ToSchema)]
#[schema(as = BadRow)]
struct Row {
    /// 文件和工作表
    table: String,
    /// 第几行
    line: i64,
    /// 什么问题；读不出的，是读不出的原因
    problem: String,
    /// 问题的说法
    said: String,
    /// 那里写的，已遮盖
    shown: String,
}

/// 有问题的行
#[derive(Serialize, ToSchema)]
#[schema(as = BadRows)]
pub(super) struct List {
    /// 列出的一共几行
    total: i64,
    /// 有问题的行太多，没有全部列出
    cut: bool,
    rows: Vec<Row>,
    /// 下一页跳过多少行；最后一页没有
    next: Option<i64>,
}

impl Told for List {
    fn example() -> Value {
        json!({
            "total": 4207, "cut": false, "next": 50,
            "rows": [{
                "table": "参合名册.csv", "line": 318, "problem": "number-wrong", "said": "号码有错（校验码、位数或日期不对）",
                "shown": "612401 **** **** 0038",
            }],
        })
    }
}

pub(super) async fn list(ask: Ask<Asked>) -> Result<List, Problem> {
    let Asked { id, problem, after, limit } = ask.given;
    mine(&ask.app, &ask.caller, id).await?;
    let report = Report::read(&ask.registry.delivery_report(id).await?);
    let (skip, most) = (count(after.unwrap_or_default()), count(limit.unwrap_or(50)));
    let folder = folder(&ask.app.settings.data, id);
    let problem = problem.unwrap_or_default();
    let found = on_a_thread(move || listed(&folder, &problem, skip, most)).await.and_then(Result::ok);
    let (lines, total) = found.ok_or_else(|| {
        Problem::nothing().said("这份数据还没有读完，或已经放弃。", "请过几秒再试，或重新查看这次报送。")
    })?;
    let row = |line: crate::delivery::report::Line| Row {
        table: report.table_shown(line.t),
        line: line.l,
        said: Wrong::from_word(&line.p).map_or_else(|| line.p.clone(), |problem| problem.chinese().to_owned()),
        problem: line.p,
        shown: line.s,
    };
    let end = skip.saturating_add(lines.len());
    let next = (end < total && !lines.is_empty()).then_some(number(end));
    Ok(List { total: number(total), cut: report.cut, rows: lines.into_iter().map(row).collect(), next })
}

fn count(number: i64) -> usize {
    usize::try_from(number).unwrap_or_default()
}

fn number(count: usize) -> i64 {
    i64::try_from(count).unwrap_or(i64::MAX)
}

/// 待改的行的文件
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = BadRowsFile)]
pub(super) struct Wanted {
    #[schema(value_type = word::FileFormat)]
    format: String,
}

impl Told for Wanted {
    fn example() -> Value {
        json!({"format": "xlsx"})
    }
}

pub(super) async fn take(ask: Ask<Which, Wanted>) -> Result<Response, Problem> {
    let (delivery, source, _) = known(&ask).await?;
    let form = if ask.body.format == "csv" { mend::Form::Csv } else { mend::Form::Xlsx };
    Ok(taking::mended(&ask.app, &ask.caller.account.login, &delivery, &source, form).await?)
}
