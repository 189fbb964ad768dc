//! Reading a plan.

use canbao_domain::date::Date;
use serde::Deserialize;

use super::{Plan, Rules, Stage, Target};

/// What is wrong with a plan, a Chinese sentence.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct PlanError(String);

impl PlanError {
    pub(super) fn of(said: String) -> Self {
        Self(said)
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    title: String,
    #[serde(default)]
    stage: Vec<WrittenStage>,
    #[serde(default)]
    target: Vec<WrittenTarget>,
    bulletin: WrittenRules,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct WrittenStage {
    name: String,
    from: String,
    to: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct WrittenTarget {
    indicator: String,
    from: String,
    by: String,
    value: f64,
    area: Option<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct WrittenRules {
    rank: String,
    praise_first: usize,
    praise_at_least: f64,
    criticise_last: usize,
    criticise_behind: f64,
}

/// A number with at most one decimal, in tenths.
fn tenths(value: f64) -> Option<i64> {
    let tenths = (value * 10.0).round();
    (value.is_finite() && (0.0..=1e12).contains(&value) && (value * 10.0 - tenths).abs() < 1e-6)
        .then_some(tenths as i64)
}

impl Plan {
    /// Reads a plan.
    ///
    /// # Errors
    /// A sentence that names the line, the stage or the target: not TOML, a day that is none, an end before its beginning.
    pub fn parse(text: &str) -> Result<Self, PlanError> {
        let file: File = toml::from_str(text).map_err(|error| {
            let before = error.span().and_then(|span| text.get(..span.start)).unwrap_or_default();
            let line = before.matches('\n').count() + 1;
            PlanError(format!("实施方案第 {line} 行写法不对：{}", error.message()))
        })?;
        let title = file.title.trim().to_owned();
        if title.is_empty() {
            return Err(PlanError("实施方案没有名称（title）".to_owned()));
        }
        let days = |what: &str, from: &str, to: &str| {
            let day = |text: &str| {
                Date::parse(text)
                    .ok_or_else(|| PlanError(format!("{what}：“{text}”不是日期，请写成 2017-03-31 的样子")))
            };
            let (from, to) = (day(from)?, day(to)?);
            if to <= from {
                Err(PlanError(format!("{what}：结束日期 {to} 不在开始日期 {from} 之后")))
            } else {
                Ok((from, to))
            }
        };
        let mut stages = Vec::new();
        for stage in file.stage {
            let name = stage.name.trim().to_owned();
            if name.is_empty() {
                return Err(PlanError("有一个阶段没有名称".to_owned()));
            }
            let (from, to) = days(&format!("阶段“{name}”"), &stage.from, &stage.to)?;
            stages.push(Stage { name, from, to });
        }
        let mut targets: Vec<Target> = Vec::new();
        for (at, target) in file.target.into_iter().enumerate() {
            let what = format!("第 {} 个目标（{}）", at + 1, target.indicator);
            let (from, by) = days(&what, &target.from, &target.by)?;
            let value = tenths(target.value)
                .ok_or_else(|| PlanError(format!("{what}：value 要是不小于 0、最多一位小数的数")))?;
            let area = target.area.filter(|area| !area.is_empty());
            if targets.iter().any(|known| known.indicator == target.indicator && known.by == by && known.area == area) {
                return Err(PlanError(format!("{what}：同一区划、同一指标、同一天已经有一个目标")));
            }
            targets.push(Target { indicator: target.indicator, from, by, value, area });
        }
        let rules = file.bulletin;
        let wrong = || PlanError("通报规则的百分数要是 0 到 100、最多一位小数的数".to_owned());
        let share = |value: f64| tenths(value).filter(|tenths| *tenths <= 1_000).ok_or_else(wrong);
        let rules = Rules {
            praise_at_least: share(rules.praise_at_least)?,
            criticise_behind: share(rules.criticise_behind)?,
            rank: rules.rank,
            praise_first: rules.praise_first,
            criticise_last: rules.criticise_last,
        };
        Ok(Self { title, stages, targets, rules })
    }
}
