//! Axes: round values and months.

use super::calendar::{first_day, month_of};

/// How values are written along an axis.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Unit {
    /// `800`, `1.5 万`, `20 万`
    #[default]
    People,
    /// `89 %`, `89.5 %`
    Percent,
}

/// Round values of an axis.
pub(super) struct Ticks {
    pub(super) low: f64,
    pub(super) high: f64,
    step: f64,
    unit: Unit,
}

impl Ticks {
    /// Of values between two; `headroom` leaves space above the highest.
    pub(super) fn new(low: f64, high: f64, headroom: bool, unit: Unit) -> Self {
        // what hardly changes is a flat line
        let least = if unit == Unit::Percent { 2.0 } else { 4.0 };
        let wider = (least - (high - low)).max(0.0) / 2.0;
        let most = if unit == Unit::Percent && high <= 100.0 { 100.0 } else { f64::MAX };
        let (low, high) = ((low - wider).max(low.min(0.0)), (high + wider).min(most));
        let raw = (high - low) / 5.0;
        let power = 10_f64.powf(raw.log10().floor());
        let step = [1.0, 2.0, 5.0, 10.0].into_iter().map(|round| round * power).find(|step| *step >= raw * 0.999);
        let step = step.unwrap_or(10.0 * power);
        let low = (low / step).floor() * step;
        let mut top = (high / step).ceil() * step;
        if headroom && high > top - 0.3 * step || top <= low {
            top += step;
        }
        // a share has no more than the whole
        if most < f64::MAX {
            top = top.min((most / step).ceil() * step);
        }
        Self { low, high: top, step, unit }
    }

    /// Values and how they are written.
    pub(super) fn each(&self) -> impl Iterator<Item = (f64, String)> {
        let count = ((self.high - self.low) / self.step).round() as usize;
        (0..=count).map(|at| {
            let value = self.low + self.step * at as f64;
            (value, self.text(value))
        })
    }

    fn text(&self, value: f64) -> String {
        match self.unit {
            Unit::Percent if self.step < 1.0 => format!("{value:.1} %"),
            Unit::Percent => format!("{value:.0} %"),
            Unit::People if value.abs() < 0.5 => "0".to_owned(),
            Unit::People if self.high >= 10_000.0 => {
                let ten_thousands = (value / 1000.0).round() / 10.0;
                format!("{ten_thousands} 万")
            }
            Unit::People => format!("{value:.0}"),
        }
    }
}

/// The first days of months within a time, so many that a label every `apart` px fits, with what stands under them.
pub(super) fn months(from: i32, until: i32, width: f64, apart: f64) -> Vec<(i32, String)> {
    let (first, last) = (month_of(from), month_of(until));
    let each = width / f64::from((last - first).max(1));
    let step = [1, 2, 3, 6, 12, 24, 60].into_iter().find(|step| f64::from(*step) * each >= apart).unwrap_or(120);
    let found = (first..=last).filter(|month| month % step == 0).map(|month| (first_day(month), month));
    let found: Vec<(i32, i32)> = found.filter(|(day, _)| (from..=until).contains(day)).collect();
    let named = found.iter().find(|(_, month)| month.rem_euclid(12) == 0).or(found.first()).copied();
    found
        .into_iter()
        .map(|(day, month)| {
            // the first says the year where no January does
            let is_named = named == Some((day, month));
            let (year, month) = (month.div_euclid(12), month.rem_euclid(12) + 1);
            let text = match (step, month) {
                (12.., _) => format!("{year} 年"),
                (_, month) if month == 1 || is_named => format!("{year} 年 {month} 月"),
                _ => format!("{month} 月"),
            };
            (day, text)
        })
        .collect()
}
