//! What the extracts behind figures lack (数据来源): too old, missing, half of what they were.

use canbao_domain::date::Date;
use canbao_domain::delivery::{DeliveryPlan, Due};
use canbao_registry::snapshot::Source;

use crate::figure::{Share, thousands};

/// What is wrong with the extracts that a snapshot rests on, each a Chinese sentence; none where all is as expected.
///
/// An extract is too old where its plan says that a later one was due by the snapshot's day; it is half-loaded where it has
/// fewer rows than the time before by as much as must be explained, or as many rows that cannot be read.
pub fn warnings(sources: &[Source], plan: &DeliveryPlan, as_of: Date) -> Vec<String> {
    let mut said = Vec::new();
    for expected in plan.sources.iter().filter(|expected| expected.required) {
        // a city may have one extract of a kind for each county, under names of their own
        let is_there =
            sources.iter().any(|source| source.name == expected.name || source.kind == expected.kind.as_str());
        if !is_there {
            said.push(format!("没有{}的数据，与它有关的数字不完整。", expected.title));
        }
    }
    for source in sources {
        let planned = plan.sources.iter().find(|planned| planned.name == source.name);
        let planned = planned.or_else(|| plan.sources.iter().find(|planned| planned.kind.as_str() == source.kind));
        let title = planned.map_or(source.name.as_str(), |planned| planned.title.as_str());
        if let Some(Due::Late(due)) = planned.map(|planned| planned.due(Some(source.as_of), as_of)) {
            said.push(format!("{title}的数据截至 {}，{due} 前应报的新数据还没有用上。", source.as_of));
        }
        let alarm = plan.alarm;
        let few = |before: u64| {
            u128::from(source.rows) * 100 <= u128::from(before) * u128::from(100 - alarm.rows_fewer.min(100))
        };
        if let Some(before) = source.before.filter(|before| *before > source.rows && few(*before)) {
            let less = Share { part: before - source.rows, whole: before }.percent().unwrap_or_default();
            said.push(format!(
                "{title}的数据只有 {} 行，比上一次的 {} 行少了 {less}，可能没有报全。",
                thousands(source.rows),
                thousands(before)
            ));
        }
        let unread = u128::from(source.rejected) * 100 >= u128::from(source.rows) * u128::from(alarm.unreadable);
        if source.rejected > 0 && unread {
            let share = Share { part: source.rejected, whole: source.rows }.percent().unwrap_or_default();
            said.push(format!("{title}的数据有 {} 行（{share}）读不出来。", thousands(source.rejected)));
        }
    }
    said
}
