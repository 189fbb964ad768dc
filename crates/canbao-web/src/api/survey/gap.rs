//! What is missing: by area, and in a village entry by entry.

use canbao_registry::survey::{Completeness, Gaps, Subject};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use utoipa::ToSchema;

use super::Village;
use crate::api::areas::Area;
use crate::api::counts::In;
use crate::api::frame::call::Ask;
use crate::api::frame::problem::Problem;
use crate::api::frame::{Told, word};
use crate::page::line::named;
use crate::page::survey::{Who, keeper};
use crate::say;

/// 一个区域的查漏
#[derive(Serialize, ToSchema)]
#[schema(as = SurveyComplete)]
struct Line {
    area: Option<Area>,
    /// 有人要入户的户
    households: i64,
    /// 其中没有上门记录的：漏户
    unvisited: i64,
    /// 没有结果的任务
    open: i64,
    /// 有任务的村（社区）
    villages: i64,
    /// 其中已办结的
    closed: i64,
}

impl Line {
    fn of(area: Option<Area>, one: &Completeness) -> Self {
        let Completeness { households, unvisited, open, villages, closed } = *one;
        Self { area, households, unvisited, open, villages, closed }
    }

    fn sample() -> Value {
        json!({
            "area": {"code": "610902", "name": "汉滨区", "level": "county"}, "households": 1204, "unvisited": 31, "open": 96,
            "villages": 214, "closed": 60,
        })
    }
}

/// 查漏
#[derive(Serialize, ToSchema)]
#[schema(as = SurveyCompleteness)]
pub(super) struct Counts {
    whole: Line,
    /// 直接管理的下级
    parts: Vec<Line>,
}

impl Told for Counts {
    fn example() -> Value {
        json!({"whole": Line::sample(), "parts": []})
    }
}

pub(super) async fn counts(ask: Ask<In>) -> Result<Counts, Problem> {
    ask.registry.survey_reconcile("system", say::today()).await?;
    let caller = &ask.caller;
    let area = caller.area(ask.given.area.as_deref())?;
    let (whole, parts) = ask.registry.survey_completeness(&caller.scope, area).await?;
    let part = |(code, one): &(String, Completeness)| Line::of(Area::of(&caller.areas, code), one);
    Ok(Counts { whole: Line::of(Area::of(&caller.areas, area), &whole), parts: parts.iter().map(part).collect() })
}

/// 清单里的一条
#[derive(Serialize, ToSchema)]
#[schema(as = SurveyGap)]
struct Gap {
    /// 户或任务的标识，写明原因时用
    mark: String,
    /// 户主或本人的姓名
    name: String,
    /// 缺什么
    lacks: String,
    /// 写明的原因；还没有写的没有
    explained: Option<String>,
}

/// 一个村的漏户、漏人、漏项
#[derive(Serialize, ToSchema)]
#[schema(as = SurveyGaps)]
pub(super) struct Shown {
    /// 看过的任务数
    tasks: i64,
    /// 还没有补齐、也没有写明的条数
    missing: usize,
    /// 漏户
    households: Vec<Gap>,
    /// 漏人
    people: Vec<Gap>,
    /// 漏项
    items: Vec<Gap>,
}

impl Told for Shown {
    fn example() -> Value {
        let gap =
            json!({"mark": "q0Jm3l8sQ2e1Tn5yB7uXaw", "name": "罗承志", "lacks": "待入户，没有结果", "explained": null});
        json!({"tasks": 214, "missing": 1, "households": [], "people": [gap], "items": []})
    }
}

pub(super) async fn show(ask: Ask<Village>) -> Result<Shown, Problem> {
    let (app, caller) = (&ask.app, &ask.caller);
    let code = caller.area(Some(&ask.given.code))?;
    let gaps = ask.registry.survey_gaps(&caller.asker("查漏和办结"), code, &keeper(app)).await?;
    Ok(told(&gaps, |subject| Who::of(app, subject, &caller.areas)))
}

fn told(gaps: &Gaps, who: impl Fn(&Subject) -> Who) -> Shown {
    let explained = |mark: &str| gaps.explained.get(mark).cloned();
    let of = |subject: &Subject, lacks: Option<&str>| {
        let who = who(subject);
        Gap {
            explained: explained(&who.mark),
            lacks: lacks.map_or_else(|| format!("{}，没有结果", who.state.word), str::to_owned),
            mark: who.mark,
            name: who.name,
        }
    };
    let households = gaps.households.iter().map(|sheet| {
        let mark = sheet.household.mark.clone();
        Gap {
            name: named(sheet.members.first().and_then(|head| head.record.name.as_deref())),
            lacks: format!("{} 人要入户，没有上门记录", say::count(sheet.household.live)),
            explained: explained(&mark),
            mark,
        }
    });
    Shown {
        tasks: gaps.tasks,
        missing: gaps.unexplained().len(),
        households: households.collect(),
        people: gaps.people.iter().map(|subject| of(subject, None)).collect(),
        items: gaps.items.iter().map(|(subject, says)| of(subject, Some(says))).collect(),
    }
}

/// 写明一条为什么查不到
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = SurveyExplanation)]
pub(super) struct Said {
    #[schema(value_type = word::TaskMark)]
    mark: String,
    /// 原因
    #[schema(value_type = word::Long)]
    says: String,
}

impl Told for Said {
    fn example() -> Value {
        json!({"mark": "q0Jm3l8sQ2e1Tn5yB7uXaw", "says": "名册写错，村里没有此人"})
    }
}

pub(super) async fn explain(ask: Ask<Village, Said>) -> Result<(), Problem> {
    let code = ask.caller.area(Some(&ask.given.code))?;
    ask.registry.survey_explain(&ask.caller.asker("查漏和办结"), code, &ask.body.mark, &ask.body.says).await?;
    Ok(())
}
