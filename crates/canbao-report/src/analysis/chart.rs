//! The report's charts, each beside the table that says the same.

use canbao_paper::document::Block;
use canbao_paper::drawing::{Bar, Bars, Deeper, Geography, Map, Region, Scale, bars, map};

use crate::Subject;
use crate::release::Told;

/// Bars of a rate or a count, the highest first; those that are withheld are left out.
pub(super) fn ranked(caption: &str, told: &[(String, Option<Told>)]) -> Option<Block> {
    let mut all: Vec<(&str, i64, String)> = told
        .iter()
        .filter_map(|(name, told)| told.map(|told| (name.as_str(), told.value(), told.text())))
        .filter_map(|(name, value, text)| Some((name, value?, text)))
        .collect();
    all.sort_by_key(|(_, value, _)| std::cmp::Reverse(*value));
    drawn(caption, &all)
}

/// The same in their own order.
pub(super) fn in_order(caption: &str, told: &[(String, Option<Told>)]) -> Option<Block> {
    let all: Vec<(&str, i64, String)> = told
        .iter()
        .filter_map(|(name, told)| told.and_then(|told| Some((name.as_str(), told.value()?, told.text()))))
        .collect();
    drawn(caption, &all)
}

fn drawn(caption: &str, all: &[(&str, i64, String)]) -> Option<Block> {
    let shown: Vec<Bar<'_>> =
        all.iter().map(|(name, value, text)| Bar { name, value: *value as f64, text, plan: None }).collect();
    let svg = bars(&Bars { label: caption, width: 560.0, bars: &shown, most: None, plan: "" })?;
    Some(Block::Chart { svg, caption: caption.to_owned() })
}

/// The counties coloured by a rate: where it is low the colour is deep.
pub(super) fn counties(ask: &Subject<'_>, code: &str, caption: &str) -> Option<Block> {
    let rows: Vec<(String, String, Option<i64>, String)> = ask
        .below()
        .into_iter()
        .map(|(area, name)| {
            let told = ask.told(code, &area);
            let value = told.and_then(|told| told.value());
            (area, name, value, told.map_or_else(|| "—".to_owned(), |told| told.bare()))
        })
        .collect();
    let tenths: Vec<i64> = rows.iter().filter_map(|(_, _, value, _)| *value).collect();
    let scale = Scale::of(&tenths, Deeper::Low);
    let regions: Vec<Region<'_>> = rows
        .iter()
        .map(|(code, name, tenths, text)| Region { code, name, tenths: *tenths, text, href: None })
        .collect();
    let name = ask.indicator(code)?.definition().name.as_str();
    let svg = map(&Map {
        label: caption,
        what: name,
        unit: " %",
        geography: Geography::ankang(),
        scale: &scale,
        regions: &regions,
    })?;
    Some(Block::Chart { svg, caption: format!("{caption}（颜色越深，{name}越低）") })
}
