//! Which insurance held from when until when: on a line of time, and as a table.

use canbao_domain::date::Date;
use canbao_paper::drawing::{Lane, Mark, Span, Strip};
use canbao_registry::area::Areas;
use canbao_registry::person::Enrolment;
use canbao_registry::query::Dossier;

use super::insured::{Insured, row_of, scheme};

/// An insurance row with the days on which it held.
pub(super) struct Held {
    pub(super) row: Insured,
    pub(super) from: String,
    pub(super) until: String,
}

/// Months since January of the year 0, with the day as a fraction.
fn month(day: Date) -> f64 {
    let (year, month, of_month) = day.ymd();
    f64::from(year) * 12.0 + f64::from(month) - 1.0 + (f64::from(of_month) - 1.0) / 31.0
}

/// From, until, what stands on it, how it is drawn.
type Drawn = (f64, f64, String, Mark);

/// The insurance rows of all versions on a line of time: what is live dark, what was live at an unknown time light, what is
/// suspended dashed. Blank where nothing is known.
pub(super) fn strip(dossier: &Dossier, today: Date) -> String {
    let unit = |row: &Enrolment| row.unit_name.clone().unwrap_or_default();
    let mut lanes: Vec<(&'static str, String, Vec<Drawn>)> = Vec::new();
    for stay in &dossier.stays {
        let status = stay.row.status.as_deref();
        if status == Some("ended") {
            continue;
        }
        // beside a bar there is room for the short word alone
        let (what, scheme) = (stay.row.insurance.chinese().trim_end_matches("保险"), scheme(&stay.row));
        let scheme = scheme.trim_end_matches("保险").to_owned();
        let at = lanes.iter().position(|(_, known, _)| *known == scheme);
        let at = at.unwrap_or_else(|| {
            lanes.push((what, scheme.clone(), Vec::new()));
            lanes.len() - 1
        });
        let Some((_, _, spans)) = lanes.get_mut(at) else { continue };
        let until = month(stay.until.unwrap_or(today));
        let (mark, text) = match status {
            Some("normal") => (Mark::Strong, unit(&stay.row)),
            Some("suspended") => (Mark::Gap, "暂停".to_owned()),
            _ => (Mark::Soft, "状态不明".to_owned()),
        };
        if stay.known_from > stay.from {
            spans.push((month(stay.from), month(stay.known_from), "何时起中断不详".to_owned(), Mark::Soft));
        }
        spans.push((month(stay.known_from), until, text, mark));
    }
    let spans: Vec<Vec<Span<'_>>> = lanes
        .iter()
        .map(|(_, _, spans)| {
            spans
                .iter()
                .map(|(from, until, text, mark)| Span { from: *from, until: *until, text, mark: *mark })
                .collect()
        })
        .collect();
    let lanes: Vec<Lane<'_>> =
        lanes.iter().zip(&spans).map(|((name, detail, _), spans)| Lane { name, detail, spans }).collect();
    let until = (month(today), "今天");
    let drawn =
        canbao_paper::drawing::strip(&Strip {
            label: "参保经历，数字见下表", width: 1080.0, until, lanes: &lanes
        });
    drawn.unwrap_or_default()
}

pub(super) fn stays(dossier: &Dossier, areas: &Areas) -> Vec<Held> {
    dossier
        .stays
        .iter()
        .map(|stay| Held {
            row: row_of(&stay.row, areas),
            from: if stay.known_from > stay.from {
                format!("{}，最迟 {} 已如此", stay.from, stay.known_from)
            } else {
                stay.from.to_string()
            },
            until: stay.until.map_or_else(|| "至今".to_owned(), |day| day.to_string()),
        })
        .collect()
}
