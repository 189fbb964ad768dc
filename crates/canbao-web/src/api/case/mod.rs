//! Findings as work: how many, a list of one kind, one with all that stands behind it, what is said of them, what villages
//! answer.

mod asked;
mod decide;
mod list;
mod one;

use canbao_registry::Versioned;
use canbao_registry::finding::{Handling, Question, Verdict};
use canbao_registry::{area, instant};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use utoipa::ToSchema;

use super::Group;
use super::areas::Place;
use super::frame::call::Call;
use super::frame::word;
use crate::right::Right;

pub(super) fn group() -> Group {
    let calls = vec![
        Call::read("countCases", "各类疑点的条数", "/api/v1/cases/counts", Right::Findings, list::counts)
            .about("一个区域里各类疑点有多少条、核对到哪一步，与“疑点核对”页的数一致。"),
        Call::read("listCases", "疑点列表", "/api/v1/cases", Right::Findings, list::list)
            .about("一类疑点，按区划和编号排列。号码是遮盖的。"),
        Call::read("getCase", "一条疑点", "/api/v1/cases/{id}", Right::Findings, one::show).versioned().about(
            "有疑的那一行与登记库里可能的人逐项对照，每一项的分量，比对的理由，可以下的结论，和核对的经过。\
             与页面一样遮盖：相同的数字不显示，不同的显示并标出。写 with 与另一位候选人对照。",
        ),
        Call::act_on(
            "decideCase",
            "核对一条疑点",
            "/api/v1/cases/{id}/decision",
            Right::Findings,
            Which::of,
            decide::one,
        )
        .about(
            "结论记下后，这一行归谁由下一次比对照办。行属于谁还不确定的，写明 candidate 或 number。\
                 回执里的 handling 是这次核对的编号，撤销时用。",
        ),
        Call::act("decideCases", "成批核对疑点", "/api/v1/cases/decisions", Right::Findings, decide::many).about(
            "一次最多 200 条，同一个结论。请村里核实的，各问各的村，七天内答复。已由别人核对、或要逐条选候选人的不办，\
             条数在回执的 left 里。一条也不能办的，是 409。",
        ),
        Call::act_on(
            "undoHandling",
            "撤销核对",
            "/api/v1/handlings/{id}/undo",
            Right::Findings,
            HandlingId::of,
            decide::undo,
        )
        .about("疑点回到这次核对以前的样子，记给下一次比对的结论也收回。"),
        Call::read("listAsked", "请核实的疑点", "/api/v1/asked", Right::Answer, asked::list)
            .about("请所负责的区域核实、还没有答复的疑点，期限近的在前。"),
        Call::act_on(
            "answerAsked",
            "答复请核实的疑点",
            "/api/v1/asked/{id}/answer",
            Right::Answer,
            HandlingId::of,
            asked::answer,
        )
        .about("id 是 listAsked 里的 handling。核实不了的，写明原因。"),
    ];
    Group {
        name: "疑点核对", about: "比对没有把握、或发现不对的地方，由人逐条核对；拿不准的请村里核实。", calls
    }
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = CaseId)]
struct Which {
    /// 疑点编号
    #[schema(value_type = word::Id)]
    id: i64,
}

impl Which {
    fn of(&self) -> Versioned {
        Versioned::Finding(self.id)
    }
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct HandlingId {
    /// 核对的编号
    #[schema(value_type = word::Id)]
    id: i64,
}

impl HandlingId {
    fn of(&self) -> Versioned {
        Versioned::Handling(self.id)
    }
}

/// 一次核对
#[derive(Serialize, ToSchema)]
#[schema(as = CaseHandling)]
struct Handled {
    /// 编号
    id: i64,
    /// same、different、ask，或 not-this：几位候选人里排除了一位
    verdict: &'static str,
    /// 结论的说法
    said: &'static str,
    /// 关于哪个人：人员编号
    candidate: Option<i64>,
    /// 说明
    note: Option<String>,
    /// 谁核对的：账号
    maker: String,
    #[schema(value_type = word::Instant)]
    made_at: String,
    /// 请哪里核实
    asked: Option<Place>,
    /// 答复期限
    due: Option<String>,
    #[schema(value_type = Option<word::AskedAnswer>)]
    answer: Option<&'static str>,
    /// 答复的说明
    answer_note: Option<String>,
    /// 谁答复的：账号
    answered_by: Option<String>,
    #[schema(value_type = Option<word::Instant>)]
    answered_at: Option<String>,
    /// 撤销或被取代的时间；仍有效的没有
    #[schema(value_type = Option<word::Instant>)]
    ended_at: Option<String>,
}

impl Handled {
    fn of(one: &Handling, question: Question, areas: &area::Areas) -> Self {
        Self {
            id: one.id,
            verdict: one.verdict.as_str(),
            said: question.said(one.verdict),
            candidate: one.candidate,
            note: one.note.clone(),
            maker: one.maker.clone(),
            made_at: instant(one.made_at),
            asked: one.asked.as_deref().and_then(|code| Place::of(areas, code)),
            due: one.due.clone(),
            answer: one.answer.map(|answer| match answer {
                Some(true) => Verdict::Same.as_str(),
                Some(false) => Verdict::Different.as_str(),
                None => "unknown",
            }),
            answer_note: one.answer_note.clone(),
            answered_by: one.answered_by.clone(),
            answered_at: one.answered_at.map(instant),
            ended_at: one.ended.map(instant),
        }
    }

    fn sample() -> Value {
        json!({
            "id": 41, "verdict": "ask", "said": "请村里核实", "candidate": null, "note": "问问户主", "maker": "chen.hui",
            "made_at": "2016-11-22T09:12:31+08:00", "asked": {"code": "610902001002", "name": "汉滨区 江北街道 黄沟村"},
            "due": "2016-11-29", "answer": null, "answer_note": null, "answered_by": null, "answered_at": null,
            "ended_at": null,
        })
    }
}
