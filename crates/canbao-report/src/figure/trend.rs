//! What changed since the month before (比上月).

use canbao_domain::date::Month;
use canbao_registry::snapshot::Snapshot;

use super::{Figure, share::decimal, thousands};
use crate::indicator::Unit;
use crate::release::Told;

/// How a figure stands against an earlier one, in the unit in which both are shown: people, or tenths of a percentage point
/// (百分点) of the rounded rates, so that whoever subtracts what the page shows gets what the page says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Trend {
    change: i64,
    unit: &'static Unit,
}

impl Trend {
    /// Of a figure against an earlier one of the same indicator; none where either is missing, or they are not comparable.
    pub fn between(now: &Figure, before: &Figure) -> Option<Self> {
        if now.indicator.code != before.indicator.code {
            return None;
        }
        let change = now.value()?.checked_sub(before.value()?)?;
        Some(Self { change, unit: &now.indicator.definition().unit })
    }

    /// Of two figures as they may be told outside the office; none where either is withheld.
    pub fn of(now: &Told, before: &Told) -> Option<Self> {
        if now.indicator.code != before.indicator.code {
            return None;
        }
        let change = now.value()?.checked_sub(before.value()?)?;
        Some(Self { change, unit: &now.indicator.definition().unit })
    }

    /// With its unit: `+0.8 个百分点`, `−12 人`.
    pub fn with_unit(self) -> String {
        match self.unit {
            Unit::Percent => format!("{} 个百分点", self.text()),
            Unit::Count(unit) => format!("{} {unit}", self.text()),
        }
    }

    /// The change: people, or tenths of a percentage point.
    pub const fn change(self) -> i64 {
        self.change
    }

    /// `+1.0`, `−0.2`, `0.0`; `+1,204`.
    pub fn text(self) -> String {
        let sign = match self.change {
            1.. => "+",
            0 => "",
            _ => "−",
        };
        match self.unit {
            Unit::Percent => {
                format!("{sign}{}", decimal(i64::try_from(self.change.unsigned_abs()).unwrap_or(i64::MAX)))
            }
            Unit::Count(_) => format!("{sign}{}", thousands(self.change.unsigned_abs())),
        }
    }
}

/// The snapshot that stands for the month before another's: the last day of that month that was counted, as it was counted
/// last.
///
/// # Errors
/// A Chinese sentence, where that month has none.
pub fn month_before<'a>(snapshots: &'a [Snapshot], of: &Snapshot) -> Result<&'a Snapshot, String> {
    let month = Month(Month::of(of.as_of).0 - 1);
    let in_it = snapshots.iter().filter(|snapshot| Month::of(snapshot.as_of) == month);
    in_it
        .max_by_key(|snapshot| (snapshot.as_of, snapshot.id))
        .ok_or_else(|| format!("{month} 没有统计快照，不能比上月"))
}
