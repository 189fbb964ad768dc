//! What is made of findings.

use canbao_registry::finding::Verdict;
use serde::Deserialize;
use serde_json::{Value, json};
use utoipa::ToSchema;

use super::{HandlingId, Which};
use crate::api::frame::call::{Ask, Nothing};
use crate::api::frame::problem::Problem;
use crate::api::frame::{Code, Told, word};
use crate::page::finding::decide::{self, Said};

/// 核对一条疑点
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = CaseDecision)]
pub(super) struct Decided {
    #[schema(value_type = word::Ruling)]
    verdict: String,
    /// 关于哪位候选人：人员编号
    #[schema(value_type = Option<word::Id>)]
    candidate: Option<i64>,
    /// 知道是谁的，写他的身份证号；只在结论是 same 时用
    #[schema(min_length = 1, max_length = 40, pattern = r"^[^\x00-\x1f\x7f]+$")]
    number: Option<String>,
    #[schema(value_type = Option<word::Note>)]
    note: Option<String>,
    /// 结论是 ask 时：请哪个村（社区）或镇（办）核实
    #[schema(value_type = Option<word::AreaCode>)]
    asked: Option<String>,
    /// 结论是 ask 时：答复期限
    #[schema(value_type = Option<word::Day>)]
    due: Option<String>,
}

impl Told for Decided {
    fn example() -> Value {
        json!({"verdict": "same", "candidate": 30418, "note": "本人带户口簿来过"})
    }
}

/// A verdict that the schema let through.
fn verdict(word: &str) -> Result<Verdict, Problem> {
    Verdict::from_word(word).ok_or_else(|| Problem::new(Code::Invalid))
}

pub(super) async fn one(ask: Ask<Which, Decided>) -> Result<(), Problem> {
    let Decided { verdict: word, candidate, number, note, asked, due } = &ask.body;
    let said = Said {
        verdict: verdict(word)?,
        candidate: *candidate,
        number: number.as_deref().unwrap_or_default(),
        note: note.as_deref().unwrap_or_default(),
        asked: asked.as_deref().unwrap_or_default(),
        due: due.as_deref().unwrap_or_default(),
    };
    decide::say(&ask.app, &ask.registry, &ask.caller.asker("核对疑点"), ask.given.id, &said).await?;
    Ok(())
}

/// 成批核对疑点
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = CaseDecisions)]
pub(super) struct Many {
    /// 疑点编号
    #[schema(value_type = Vec<word::Id>, min_items = 1, max_items = 200)]
    cases: Vec<i64>,
    #[schema(value_type = word::Ruling)]
    verdict: String,
    #[schema(value_type = Option<word::Note>)]
    note: Option<String>,
}

impl Told for Many {
    fn example() -> Value {
        json!({"cases": [1207, 1208], "verdict": "different", "note": "名册重复抄写"})
    }
}

pub(super) async fn many(ask: Ask<Nothing, Many>) -> Result<(), Problem> {
    let Many { cases, verdict: word, note } = &ask.body;
    let note = note.as_deref().unwrap_or_default();
    let asker = ask.caller.asker("批量核对疑点");
    let handled = decide::say_of_many(&ask.app, &ask.registry, &asker, cases, verdict(word)?, note).await?;
    if handled.done == 0 {
        let detail = "没有办：这些疑点已由别人核对，不在您负责的区域内，或要逐条选候选人。";
        return Err(Problem::new(Code::Refused).said(detail, "请逐条查看它们现在的情况。"));
    }
    Ok(())
}

pub(super) async fn undo(ask: Ask<HandlingId, Nothing>) -> Result<(), Problem> {
    ask.registry.take_back(&ask.caller.asker("撤销核对"), ask.given.id).await?;
    ask.app.kept.forget_work();
    Ok(())
}
