//! Comparisons, and what becomes the record: one begins, another approves, each step to be followed.

mod act;
mod list;
mod one;
mod outcome;
mod ready;

use canbao_registry::Versioned;
use canbao_registry::job::Job;
use serde::Deserialize;
use utoipa::ToSchema;

use super::Group;
use super::frame::call::{Ask, Call};
use super::frame::problem::Problem;
use super::frame::word;
use crate::right::Right;

pub(super) use act::Decided;

pub(super) fn group() -> Group {
    let calls = vec![
        Call::read("getInputs", "可以比对的数据", "/api/v1/runs/inputs", Right::Compare, ready::show)
            .about("各来源现在有效的报送；哪些逾期，哪些没有。"),
        Call::act("beginRun", "发起比对", "/api/v1/runs", Right::Compare, ready::begin).about(
            "写明比对日期和用哪些报送。比对在服务器上排队，一次一个；回执里的 job 是任务编号，用 getRun 看它走到哪一步。\
             用过的报送不能再撤回。",
        ),
        Call::read("listRuns", "任务", "/api/v1/runs", Right::Compare, list::list)
            .about("比对、载入和撤销载入，先新后旧。"),
        Call::read("getRun", "一个任务", "/api/v1/runs/{id}", Right::Compare, one::show).versioned().about(
            "走到哪一步、多快、还要多久；比对完成的，各来源和各县的结果、与上一次比有什么特别、载入登记库会怎样。\
             等结果的，过几秒再查看一次。can 列出现在可以办什么。",
        ),
        Call::act_on("applyRun", "同意载入", "/api/v1/runs/{id}/apply", Right::Compare, Which::of, act::apply)
            .about("把一次完成的比对载入登记库。同意的人不能是发起比对的人；要写明核对了什么。回执里的 job 是载入任务的编号。"),
        Call::act_on("askUndoRun", "申请撤销载入", "/api/v1/runs/{id}/undo", Right::Compare, Which::of, act::undo)
            .about("最近一次载入可以撤销，由另一人同意以后进行。回执里的 job 是撤销任务的编号。"),
        Call::act_on("decideRun", "同意或不同意", "/api/v1/runs/{id}/decision", Right::Compare, Which::of, act::decide)
            .about("等另一人同意的任务（撤销载入），由申请人以外的人决定。"),
        Call::act_on("cancelRun", "取消任务", "/api/v1/runs/{id}/cancel", Right::Compare, Which::of, act::cancel).about(
            "还没有开始的任务，和进行中的比对可以取消。进行中的载入不能取消：没有人能说清它做到了哪里。",
        ),
    ];
    Group {
        name: "比对和载入", about: "用报送的数据比对，核对结果，由另一人同意后载入登记库；载入可以撤销。", calls
    }
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = RunId)]
struct Which {
    /// 任务编号
    #[schema(value_type = word::Id)]
    id: i64,
}

impl Which {
    fn of(&self) -> Versioned {
        Versioned::Job(self.id)
    }
}

/// The job, or there is none.
async fn known<B>(ask: &Ask<Which, B>) -> Result<Job, Problem> {
    let found = ask.app.registry.job(ask.given.id).await;
    found.map_err(|error| if error.is_refusal() { Problem::nothing() } else { error.into() })
}
