//! Settles the outcome in the links.

use super::{ACCEPTED, CERTAIN, Outcome};
use crate::links::{HardLink, Links, Method};
use crate::stage::RowId;
use canbao_domain::number::CitizenNumber;
use canbao_linkage::names::NameAgreement;

/// Writes the outcome into the links.
pub(crate) fn settle(mut links: Links, outcome: Outcome) -> Links {
    for (id, link) in &outcome.links {
        links.assign(*id, link.person);
    }
    links.hard = outcome.links.into_iter().collect();
    // first rows that number and name had settled, of which more is known now
    for (person, number) in outcome.mended {
        let sentence =
            "号码尾数为表格软件截去后的零，恰好合于校验；其他部门数据载有截去前的号码，其余项目一致，予以更正。";
        retell(&mut links, person, Some(number), (Method::Corrected, ACCEPTED), sentence, false);
    }
    for person in outcome.broken {
        let number = outcome.first_numbers.get(&person).copied().flatten();
        let sentence = canbao_linkage::explain::constant(Method::Exact, NameAgreement::Dropped).unwrap_or_default();
        retell(&mut links, person, number, (Method::Exact, CERTAIN), sentence, true);
    }
    links.numbers = outcome.numbers;
    links.names = outcome.names;
    links.sharers = outcome.sharers;
    links
}

/// Tells the story of a person's first row anew, unless it is told already.
fn retell(
    links: &mut Links,
    person: RowId,
    number: Option<CitizenNumber>,
    (method, confidence): (Method, f64),
    sentence: &str,
    name_differs: bool,
) {
    if links.hard.contains_key(&person) || links.person(person) != Some(person) {
        return;
    }
    links.unsettle(person);
    links.hard.insert(
        person,
        HardLink {
            person: Some(person),
            number,
            method,
            confidence,
            evidence: sentence.to_owned(),
            name_differs,
            birth_differs: false,
            sex_differs: false,
            number_of_another: false,
            other_number: false,
            candidates: Vec::new(),
        },
    );
}
