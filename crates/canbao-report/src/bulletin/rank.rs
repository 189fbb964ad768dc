//! Ranks, praise and criticism, and when an area will be done.

use canbao_domain::date::Date;

use super::Ask;
use crate::plan::Rules;

/// When an area will be done if it goes on as it has since the time before.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outlook {
    /// All is done.
    Done,
    /// On this day.
    On(Date),
    /// Nothing was done since, so never.
    Never,
    /// Something is withheld, or there is nothing to compare with.
    Unknown,
}

/// An area and how it stands among those beside it.
#[derive(Clone, Debug)]
pub struct Ranked {
    /// Its code.
    pub code: String,
    /// What it is called.
    pub name: String,
    /// Its place, 1 for the best; equals share it. None where its rate is not told.
    pub place: Option<usize>,
    /// The rate, in tenths of a percent.
    pub rate: Option<i64>,
    /// How far it is behind the plan, in tenths of a percentage point; less than nothing where it is ahead.
    pub behind: Option<i64>,
    /// When it will be done.
    pub outlook: Outlook,
    /// Whether it is praised.
    pub praised: bool,
    /// Whether it is criticised by name.
    pub criticised: bool,
}

/// Days until which an outlook is worth telling: two years.
const FAR: i64 = 730;

/// Gives those of an order their places: equals share one, and the next is as many further.
fn places(rates: &[Option<i64>]) -> Vec<Option<usize>> {
    let better = |rate: i64| rates.iter().flatten().filter(|other| **other > rate).count() + 1;
    rates.iter().map(|rate| rate.map(better)).collect()
}

impl Ask<'_> {
    fn outlook(&self, code: &str, area: &str) -> Outlook {
        let told = |told: Option<crate::release::Told>| told.and_then(|told| told.share());
        let (Some(now), Some(before)) = (told(self.told(code, area)), self.before) else { return Outlook::Unknown };
        let left = now.whole.saturating_sub(now.part);
        if left == 0 && now.whole > 0 {
            return Outlook::Done;
        }
        let Some(earlier) = told(self.earlier(code, area)) else { return Outlook::Unknown };
        let days = i64::from(self.now.cube.as_of().0 - before.cube.as_of().0);
        let done = i64::try_from(now.part).unwrap_or(i64::MAX) - i64::try_from(earlier.part).unwrap_or(i64::MAX);
        if days <= 0 || now.whole == 0 {
            return Outlook::Unknown;
        }
        if done <= 0 {
            return Outlook::Never;
        }
        // the day on which the last of them would be done, at so many in so many days
        let left = i64::try_from(left).unwrap_or(i64::MAX);
        match left.checked_mul(days).map(|product| (product + done - 1) / done) {
            Some(more @ ..=FAR) => Outlook::On(Date(self.now.cube.as_of().0 + i32::try_from(more).unwrap_or(i32::MAX))),
            _ => Outlook::Never,
        }
    }
}

/// The areas right below one by their rank, the best first; by code where they are equal, and last those without a rate.
pub fn rank(ask: &Ask<'_>, top: &str, rules: &Rules) -> Vec<Ranked> {
    let code = rules.rank.as_str();
    let as_of = ask.now.cube.as_of();
    let mut all: Vec<Ranked> = ask
        .below_of(top)
        .into_iter()
        .map(|(area, name)| {
            let rate = ask.told(code, &area).and_then(|told| told.value());
            let expected = ask.plan.target(code, &area, as_of).map(|target| target.expected(as_of));
            let behind = expected.zip(rate).map(|(expected, rate)| expected - rate);
            let outlook = ask.outlook(code, &area);
            Ranked { code: area, name, place: None, rate, behind, outlook, praised: false, criticised: false }
        })
        .collect();
    let rates: Vec<Option<i64>> = all.iter().map(|one| one.rate).collect();
    for (one, place) in all.iter_mut().zip(places(&rates)) {
        one.place = place;
        one.praised = place.is_some_and(|place| place <= rules.praise_first)
            && one.rate.is_some_and(|rate| rate >= rules.praise_at_least);
    }
    // those far enough behind, the furthest first; whoever is as far as the last one who is named is named too
    let mut behind: Vec<i64> =
        all.iter().filter_map(|one| one.behind).filter(|by| *by >= rules.criticise_behind).collect();
    behind.sort_unstable_by(|one, other| other.cmp(one));
    let least = behind.get(rules.criticise_last.saturating_sub(1)).or(behind.last()).copied();
    if let Some(least) = least.filter(|_| rules.criticise_last > 0) {
        for one in &mut all {
            one.criticised = one.behind.is_some_and(|by| by >= least && by >= rules.criticise_behind);
        }
    }
    all.sort_by(|one, other| {
        let key = |one: &Ranked| (one.place.unwrap_or(usize::MAX), one.code.clone());
        key(one).cmp(&key(other))
    });
    all
}

#[cfg(test)]
mod tests {
    use super::places;

    #[test]
    fn equals_share_a_place() {
        assert_eq!(
            places(&[Some(900), None, Some(950), Some(900), Some(10)]),
            [Some(2), None, Some(1), Some(2), Some(4)]
        );
    }
}
