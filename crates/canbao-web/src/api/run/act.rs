//! What is done with a job.

use serde::Deserialize;
use serde_json::{Value, json};
use utoipa::ToSchema;

use super::{Which, known};
use crate::api::changes::Why;
use crate::api::frame::call::{Ask, Nothing};
use crate::api::frame::problem::Problem;
use crate::api::frame::{Told, word};
use crate::job::follow;

pub(super) async fn apply(ask: Ask<Which, Why>) -> Result<(), Problem> {
    let job = known(&ask).await?;
    ask.registry.approve_apply(&ask.caller.account.login, job.id, &ask.body.reason).await?;
    ask.app.runner.wake();
    Ok(())
}

pub(super) async fn undo(ask: Ask<Which, Why>) -> Result<(), Problem> {
    let job = known(&ask).await?;
    ask.registry.ask_undo_of_apply(&ask.caller.account.login, job.id, &ask.body.reason).await?;
    Ok(())
}

/// 另一人的决定
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = SecondDecision)]
pub(in crate::api) struct Decided {
    /// 是否同意
    pub(in crate::api) approve: bool,
    /// 理由
    #[schema(value_type = word::Long)]
    pub(in crate::api) reason: String,
}

impl Told for Decided {
    fn example() -> Value {
        json!({"approve": true, "reason": "核对过，确有错误"})
    }
}

pub(super) async fn decide(ask: Ask<Which, Decided>) -> Result<(), Problem> {
    let job = known(&ask).await?;
    ask.registry.decide_job(&ask.caller.account.login, job.id, ask.body.approve, &ask.body.reason).await?;
    ask.app.runner.wake();
    Ok(())
}

pub(super) async fn cancel(ask: Ask<Which, Nothing>) -> Result<(), Problem> {
    let job = known(&ask).await?;
    follow::cancel(&ask.app, &ask.registry, &ask.caller.account.login, &job).await?;
    Ok(())
}
