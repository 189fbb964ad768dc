//! The insurance rows of somebody, as a table.

use canbao_domain::code::{Benefit, Status};
use canbao_domain::rules::InsuranceState;
use canbao_domain::source::{Insurance, SourceKind};
use canbao_domain::standard;
use canbao_registry::area::Areas;
use canbao_registry::person::{Enrolment, Origin, Whole};

use crate::page::word::Tag;
use crate::say;

/// An insurance row.
pub(crate) struct Insured {
    pub(crate) what: &'static str,
    pub(crate) now: Tag,
    pub(crate) scheme: String,
    pub(crate) place: String,
    pub(crate) since: String,
    pub(crate) said: String,
}

/// The last row of each insurance, with what follows from all of them.
pub(super) fn insured(whole: &Whole, areas: &Areas) -> Vec<Insured> {
    let derived = &whole.derived;
    let line = |what, state: InsuranceState, insurance: Insurance| {
        let mut rows: Vec<&Enrolment> = whole.enrolments.iter().filter(|row| row.insurance == insurance).collect();
        // what is live says most, then what is newest
        rows.sort_by_key(|row| (row.status.as_deref() != Some("normal"), std::cmp::Reverse(row.since)));
        let shown = rows.first().map(|row| row_of(row, areas));
        let (scheme, place, since, said) =
            shown.map_or_else(Default::default, |row| (row.scheme, row.place, row.since, row.said));
        Insured { what, now: Tag::insurance(state), scheme, place, since, said }
    };
    vec![line("养老", derived.pension, Insurance::Pension), line("医疗", derived.medical, Insurance::Medical)]
}

pub(crate) fn row_of(row: &Enrolment, areas: &Areas) -> Insured {
    let scheme = scheme(row);
    let status = row.status.as_deref().map_or(Status::Blank, |word| Status::from_word(word).unwrap_or(Status::Unknown));
    let benefit =
        row.benefit.as_deref().map_or(Benefit::Blank, |word| Benefit::from_word(word).unwrap_or(Benefit::Unknown));
    let colour = match status {
        Status::Normal => "green",
        Status::Suspended => "amber",
        _ => "",
    };
    let state = match benefit {
        Benefit::Drawing => "领取待遇",
        _ => status.chinese(),
    };
    let pooling = row.pooling_area.as_deref().map(|code| {
        let name = areas.full_name(code);
        if name.is_empty() { code.to_owned() } else { name }
    });
    let place = [row.unit_name.clone(), pooling].into_iter().flatten().collect::<Vec<_>>().join("，");
    let said = match (row.origin, &row.source) {
        (Origin::Hand, _) => "经办登记".to_owned(),
        (Origin::Extract, Some(source)) => {
            let name = source.parse::<SourceKind>().map_or_else(|_| source.clone(), |kind| kind.chinese().to_owned());
            row.line.map_or_else(|| name.clone(), |line| format!("{name}册第 {} 行", say::count(line)))
        }
        (Origin::Extract, None) => String::new(),
    };
    Insured {
        what: row.insurance.chinese(),
        now: Tag::new(state, if benefit == Benefit::Drawing { "green" } else { colour }),
        scheme,
        place,
        since: row.since.map_or_else(String::new, |day| format!("{day} 起")),
        said: row.reason.as_deref().map_or(said.clone(), |code| {
            let reason = standard::interruptions().find(code).map_or(code, |entry| entry.name());
            format!("{reason}，{said}")
        }),
    }
}

pub(super) fn scheme(row: &Enrolment) -> String {
    row.scheme.parse::<SourceKind>().map_or_else(|_| row.scheme.clone(), |kind| kind.chinese().to_owned())
}
