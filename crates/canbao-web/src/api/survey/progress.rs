//! How far the survey is, and its rounds.

use std::collections::BTreeMap;

use canbao_registry::instant;
use canbao_registry::survey::{Count, Round, State};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use utoipa::ToSchema;

use crate::api::areas::Area;
use crate::api::frame::call::{Ask, Nothing};
use crate::api::frame::problem::Problem;
use crate::api::frame::{Told, word};
use crate::say;

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = SurveyProgressAsked)]
pub(super) struct Asked {
    /// 区划；不写是所负责的区域
    #[schema(value_type = Option<word::AreaCode>)]
    area: Option<String>,
    /// 人还是单位；不写是人
    #[schema(value_type = Option<word::TaskForm>)]
    form: Option<String>,
    /// 批次；不写是全部
    #[schema(value_type = Option<word::Id>)]
    round: Option<i64>,
}

/// 一个区域的任务数
#[derive(Serialize, ToSchema)]
#[schema(as = SurveyCount)]
pub(super) struct Counted {
    /// 区划；还没有分到下级的没有
    area: Option<Area>,
    /// 下发
    issued: i64,
    /// 转入
    received: i64,
    /// 转出
    sent: i64,
    /// 各状态的任务数：open、returned、submitted、approved、exempt
    states: BTreeMap<&'static str, i64>,
}

impl Counted {
    fn of(area: Option<Area>, count: &Count) -> Self {
        Self {
            area,
            issued: count.issued,
            received: count.received,
            sent: count.sent,
            states: State::ALL.iter().map(|state| (state.as_str(), count.of(*state))).collect(),
        }
    }

    fn sample() -> Value {
        json!({
            "area": {"code": "610902", "name": "汉滨区", "level": "county"}, "issued": 3210, "received": 4, "sent": 9,
            "states": {"open": 2100, "returned": 12, "submitted": 693, "approved": 380, "exempt": 20},
        })
    }
}

/// 入户进度
#[derive(Serialize, ToSchema)]
#[schema(as = SurveyProgress)]
pub(super) struct Shown {
    whole: Counted,
    /// 直接管理的下级
    parts: Vec<Counted>,
    /// 已提交和核准的，按结果的代码
    outcomes: BTreeMap<String, i64>,
}

impl Told for Shown {
    fn example() -> Value {
        json!({"whole": Counted::sample(), "parts": [], "outcomes": {"11": 820, "32": 41}})
    }
}

pub(super) async fn show(ask: Ask<Asked>) -> Result<Shown, Problem> {
    ask.registry.survey_reconcile("system", say::today()).await?;
    let (caller, Asked { area, form, round }) = (&ask.caller, &ask.given);
    let area = caller.area(area.as_deref())?;
    let form = form.as_deref().unwrap_or("person");
    let progress = ask.registry.survey_progress(&caller.scope, area, form, *round).await?;
    let part = |(code, count): &(String, Count)| Counted::of(Area::of(&caller.areas, code), count);
    Ok(Shown {
        whole: Counted::of(Area::of(&caller.areas, area), &progress.whole),
        parts: progress.parts.iter().map(part).collect(),
        outcomes: progress.whole.outcomes,
    })
}

/// 批次
#[derive(Serialize, ToSchema)]
#[schema(as = SurveyRound)]
struct Line {
    /// 批次的编号
    id: i64,
    /// 名称
    name: String,
    /// people 人员，units 单位，supplement 补充，spot 入户时新增的
    kind: String,
    area: Option<Area>,
    /// 期限
    #[schema(value_type = Option<word::Day>)]
    due: Option<String>,
    /// 下发时的任务数
    tasks: i64,
    #[schema(value_type = word::Instant)]
    made_at: String,
}

/// 批次列表
#[derive(Serialize, ToSchema)]
#[schema(as = SurveyRounds)]
pub(super) struct Rounds {
    rounds: Vec<Line>,
}

impl Told for Rounds {
    fn example() -> Value {
        json!({"rounds": [{
            "id": 1, "name": "2016 年第一批", "kind": "people", "area": {"code": "610900", "name": "安康市", "level": "city"},
            "due": "2016-12-10", "tasks": 61204, "made_at": "2016-11-20T09:12:00+08:00",
        }]})
    }
}

pub(super) async fn rounds(ask: Ask<Nothing>) -> Result<Rounds, Problem> {
    let found = ask.registry.survey_rounds(&ask.caller.scope).await?;
    let line = |round: Round| Line {
        area: Area::of(&ask.caller.areas, &round.area),
        made_at: instant(round.made_at),
        id: round.id,
        name: round.name,
        kind: round.kind,
        due: round.due,
        tasks: round.tasks,
    };
    Ok(Rounds { rounds: found.into_iter().map(line).collect() })
}
