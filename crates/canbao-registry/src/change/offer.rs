//! Which procedures make sense for a record as it is, and why the others do not.

use canbao_domain::date::Date;
use canbao_domain::source::SourceKind;

use super::check;
use super::effect::effect;
use super::procedure::Procedure;
use super::request::{Request, RequestState};
use crate::area::Areas;
use crate::person::{Enrolment, Whole};

/// The procedures on a record that is there, in the order in which a clerk looks for them.
const KINDS: [&str; 16] = [
    "death",
    "move-out",
    "move-in",
    "left-country",
    "enrolment-begun",
    "enrolment-interrupted",
    "enrolment-resumed",
    "enrolment-ended",
    "enrolment-transferred",
    "conscripted",
    "imprisoned",
    "released",
    "number-corrected",
    "name-changed",
    "merged",
    "split",
];

/// A procedure, and whether it can be done on a record.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Offer {
    /// The procedure's word.
    pub kind: &'static str,
    /// Why not, a Chinese sentence; none where it can.
    pub why_not: Option<String>,
}

impl Procedure {
    /// Each procedure on a record that is there, with why it cannot be done where it cannot. `requests` are those about
    /// the record.
    pub fn offers(whole: &Whole, requests: &[Request], areas: &Areas, today: Date) -> Vec<Offer> {
        let waiting = |kind: &str| {
            let same = |request: &&Request| {
                request.state == RequestState::Pending
                    && request.person == whole.person
                    && request.procedure.as_ref().is_some_and(|procedure| procedure.kind() == kind)
            };
            requests.iter().find(same).map(|request| format!("第 {} 件申请在等待复核，先处理那一件。", request.id))
        };
        KINDS
            .into_iter()
            .map(|kind| Offer { kind, why_not: why_not(kind, whole, areas, today).or_else(|| waiting(kind)) })
            .collect()
    }

    /// The schemes in which a procedure on an enrolment makes sense for a record; none for other procedures.
    pub fn schemes(kind: &str, whole: &Whole) -> Vec<SourceKind> {
        let any = |scheme: SourceKind, fits: &dyn Fn(&Enrolment) -> bool| {
            whole.enrolments.iter().any(|row| row.scheme == scheme.as_str() && fits(row))
        };
        let ended = |row: &Enrolment| row.status.as_deref() == Some("ended");
        let suspended = |row: &Enrolment| row.status.as_deref() == Some("suspended");
        let fits = |scheme: SourceKind| match kind {
            "enrolment-begun" => scheme != SourceKind::Elsewhere && !any(scheme, &check::is_live),
            "enrolment-interrupted" => any(scheme, &check::is_live),
            "enrolment-resumed" => any(scheme, &suspended),
            "enrolment-ended" | "enrolment-transferred" => any(scheme, &|row| !ended(row)),
            _ => false,
        };
        SourceKind::ALL.into_iter().filter(|scheme| scheme.is_scheme() && fits(*scheme)).collect()
    }
}

fn why_not(kind: &str, whole: &Whole, areas: &Areas, today: Date) -> Option<String> {
    if let Err(refused) = check::open(whole) {
        return Some(refused.to_string());
    }
    let trial = match kind {
        "move-in" => {
            // any village but their own tells whether they may move at all
            let other =
                |(code, area): &(&str, &crate::area::Area)| area.level == "village" && *code != whole.record.area;
            let area = areas.iter().find(other).map_or("", |(code, _)| code).to_owned();
            Some(Procedure::MoveIn { area, household: None, address: None, registered: true })
        }
        kind => Procedure::in_bulk(kind).ok(),
    };
    if let Some(trial) = trial {
        if let Err(refused) = check::check(&trial, whole, None, today, areas) {
            return Some(refused.to_string());
        }
        let same = |(wish, _): &(Whole, _)| wish.record == whole.record && wish.enrolments == whole.enrolments;
        let nothing = effect(&trial, whole, today).is_ok_and(|done| same(&done));
        return nothing.then(|| match kind {
            "conscripted" | "imprisoned" => "此人没有正常的职工参保记录，没有可以中断的。".to_owned(),
            _ => "办理后记录不会有变化。".to_owned(),
        });
    }
    let schemes = || Procedure::schemes(kind, whole).is_empty();
    let dead = whole.record.life == canbao_domain::rules::PersonLife::Deceased;
    let sentence = match kind {
        "enrolment-begun" if dead => "此人已经登记死亡。",
        "enrolment-begun" if schemes() => "各险种都已是正常参保。",
        "enrolment-interrupted" if schemes() => "没有正常的参保记录。",
        "enrolment-resumed" if dead => "此人已经登记死亡。",
        "enrolment-resumed" if schemes() => "没有暂停的参保记录。",
        "enrolment-ended" | "enrolment-transferred" if schemes() => "没有还未终止的参保记录。",
        "enrolment-transferred" if dead => "此人已经登记死亡。",
        "split" if whole.enrolments.is_empty() && whole.numbers.len() < 2 => {
            "没有可以拆出去的：没有参保记录，号码也不多于一个。"
        }
        _ => return None,
    };
    Some(sentence.to_owned())
}
