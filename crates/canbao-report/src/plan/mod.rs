//! The plan (实施方案): stages, dates, targets for each area, and the rules of a bulletin.

mod behind;
mod read;
mod write;

use canbao_domain::date::Date;

pub use behind::Progress;
pub use read::PlanError;

use crate::figure::decimal;
use crate::indicator::{Better, Catalogue, Unit};

/// The plan that the program starts with.
pub const EMBEDDED: &str = include_str!("../../standard/plan.toml");

/// A plan.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Plan {
    /// What it is called.
    pub title: String,
    /// Its stages, in their order.
    pub stages: Vec<Stage>,
    /// What is to be reached.
    pub targets: Vec<Target>,
    /// By which rules a bulletin ranks.
    pub rules: Rules,
}

/// A stage.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Stage {
    /// What it is called.
    pub name: String,
    /// Its first day.
    pub from: Date,
    /// Its last day.
    pub to: Date,
}

/// What is to be reached, and until when.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Target {
    /// The indicator's code.
    pub indicator: String,
    /// The first day of the work.
    pub from: Date,
    /// The last.
    pub by: Date,
    /// In tenths: of a percent of a rate, of one of a count.
    pub value: i64,
    /// The area that it is for; none where it is for all.
    pub area: Option<String>,
}

/// By which rules a bulletin ranks, praises and criticises.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rules {
    /// The indicator by which areas are ranked: a rate.
    pub rank: String,
    /// How many are praised, at most.
    pub praise_first: usize,
    /// From which rate on, in tenths of a percent.
    pub praise_at_least: i64,
    /// How many are criticised by name, at most.
    pub criticise_last: usize,
    /// From how far behind the plan on, in tenths of a percentage point.
    pub criticise_behind: i64,
}

/// Where a stage is on a day.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Standing {
    /// 未开始
    Ahead,
    /// 进行中: so many days are left.
    Open(i32),
    /// 已到期
    Over,
}

impl Stage {
    /// Where it is on a day.
    pub fn on(&self, day: Date) -> Standing {
        if day < self.from {
            Standing::Ahead
        } else if day > self.to {
            Standing::Over
        } else {
            Standing::Open(self.to.0 - day.0)
        }
    }
}

impl Target {
    /// What should be reached on a day, going on evenly: nothing before the first day, all of it from the last.
    pub fn expected(&self, day: Date) -> i64 {
        let (gone, days) = (i64::from(day.0 - self.from.0), i64::from(self.by.0 - self.from.0));
        if gone <= 0 {
            0
        } else if gone >= days {
            self.value
        } else {
            self.value * gone / days
        }
    }
}

impl Plan {
    /// Whether each of its indicators is in a catalogue and can be a target: more of it is better.
    ///
    /// # Errors
    /// A sentence that names the target.
    pub fn check(&self, catalogue: &Catalogue) -> Result<(), PlanError> {
        let known = |code: &str, what: &str| match catalogue.find(code) {
            None => Err(PlanError::of(format!("{what}：指标目录里没有“{code}”"))),
            Some(indicator) if indicator.better != Some(Better::High) => {
                Err(PlanError::of(format!("{what}：“{}”不是越高越好的指标，不能作目标", indicator.name)))
            }
            Some(indicator) => Ok(indicator),
        };
        for (at, target) in self.targets.iter().enumerate() {
            known(&target.indicator, &format!("第 {} 个目标", at + 1))?;
        }
        let rank = known(&self.rules.rank, "通报的排名指标")?;
        if rank.unit != Unit::Percent {
            return Err(PlanError::of(format!("通报的排名指标：“{}”不是百分率，不能排名", rank.name)));
        }
        Ok(())
    }

    /// The plan that the program starts with.
    ///
    /// # Errors
    /// Never in a program that passed its tests.
    pub fn embedded() -> Result<Self, PlanError> {
        Self::parse(EMBEDDED)
    }

    /// What an area is to reach of an indicator next, seen from a day: the first that is not past, else the last; one for the
    /// area itself goes before one for all.
    pub fn target(&self, indicator: &str, area: &str, day: Date) -> Option<&Target> {
        let of = |own: bool| {
            let those = self.targets.iter().filter(move |target| {
                target.indicator == indicator
                    && if own { target.area.as_deref() == Some(area) } else { target.area.is_none() }
            });
            let mut those: Vec<&Target> = those.collect();
            those.sort_by_key(|target| target.by);
            those.iter().find(|target| target.by >= day).or(those.last()).copied()
        };
        of(true).or_else(|| of(false))
    }
}

impl Rules {
    /// The rules in sentences, as they are printed with what follows from them.
    pub fn chinese(&self, rank: &str) -> [String; 2] {
        [
            format!(
                "{rank}排在前 {} 名、且不低于 {} % 的，予以表扬；并列的一并列入。",
                self.praise_first,
                decimal(self.praise_at_least)
            ),
            format!(
                "{rank}落后于计划进度 {} 个百分点以上的，从最落后的起最多 {} 个，予以通报批评；并列的一并列入。",
                decimal(self.criticise_behind),
                self.criticise_last
            ),
        ]
    }
}
