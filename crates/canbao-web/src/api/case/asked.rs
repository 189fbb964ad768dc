//! What villages are asked to find out, and their answers.

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use utoipa::ToSchema;

use super::list::Line;
use super::{Handled, HandlingId};
use crate::api::frame::call::Ask;
use crate::api::frame::problem::Problem;
use crate::api::frame::{Told, word};

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = AskedLimit)]
pub(super) struct Most {
    #[schema(value_type = Option<word::Limit>)]
    limit: Option<i64>,
}

/// 请核实的一条疑点
#[derive(Serialize, ToSchema)]
#[schema(as = AskedCase)]
struct Question {
    /// 答复时写的编号
    handling: i64,
    case: Line,
    /// 怎么问的
    asked: Option<Handled>,
}

/// 请核实的疑点
#[derive(Serialize, ToSchema)]
#[schema(as = AskedCases)]
pub(super) struct List {
    /// 一共几条
    total: i64,
    questions: Vec<Question>,
}

impl Told for List {
    fn example() -> Value {
        json!({"total": 1, "questions": [{"handling": 41, "case": Line::sample(), "asked": Handled::sample()}]})
    }
}

pub(super) async fn list(ask: Ask<Most>) -> Result<List, Problem> {
    let caller = &ask.caller;
    let asker = caller.asker("请核实的疑点");
    let (lines, total) = ask.registry.waiting_for(&asker, ask.given.limit.unwrap_or(50)).await?;
    let question = |line: &canbao_registry::finding::WorkLine| Question {
        handling: line.handling.as_ref().map_or(0, |one| one.id),
        asked: line
            .handling
            .as_ref()
            .map(|one| Handled::of(one, canbao_registry::finding::Question::of(&line.kind), &caller.areas)),
        case: Line::of(line, caller),
    };
    Ok(List { total, questions: lines.iter().map(question).collect() })
}

/// 答复
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = AskedReply)]
pub(super) struct Answer {
    #[schema(value_type = word::AskedAnswer)]
    answer: String,
    #[schema(value_type = Option<word::Note>)]
    note: Option<String>,
}

impl Told for Answer {
    fn example() -> Value {
        json!({"answer": "same", "note": "户主说是他本人"})
    }
}

pub(super) async fn answer(ask: Ask<HandlingId, Answer>) -> Result<(), Problem> {
    let answer = match ask.body.answer.as_str() {
        "same" => Some(true),
        "different" => Some(false),
        _ => None,
    };
    let note = ask.body.note.as_deref().unwrap_or_default();
    ask.registry.answer_ask(&ask.caller.asker("答复核实"), ask.given.id, answer, note).await?;
    ask.app.kept.forget_work();
    Ok(())
}
