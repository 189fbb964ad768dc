//! The private comparison against one that is not private.

use std::collections::BTreeSet;

use canbao_domain::number::CitizenNumber;
use canbao_domain::source::Insurance;
use canbao_registry::exchange::identity::Fingerprint;
use canbao_registry::exchange::parcel::{Content, Heading, Kind, Position, open, seal};
use canbao_registry::exchange::psi::{Asking, Found, Limits, Reply, Request, Roles, Session, answer};
use proptest::prelude::*;

use super::{number, offices};

pub(super) const LIMITS: Limits = Limits { asked: 2000, held: 2000, threads: 2 };

pub(super) fn roles() -> Roles {
    Roles {
        asker: Fingerprint::from_bytes([1; 32]),
        answerer: Fingerprint::from_bytes([2; 32]),
        insurance: Insurance::Pension,
    }
}

pub(super) fn people(counters: impl IntoIterator<Item = u64>) -> Vec<CitizenNumber> {
    counters.into_iter().map(number).collect()
}

pub(super) fn bytes(write: impl FnOnce(&mut Vec<u8>) -> std::io::Result<u64>) -> Vec<u8> {
    let mut bytes = Vec::new();
    write(&mut bytes).unwrap();
    bytes
}

/// A whole run, the messages as bytes in between.
fn run(roles: Roles, asked: &[CitizenNumber], insured: &[CitizenNumber], threads: usize) -> (Found, Vec<u8>, Vec<u8>) {
    let limits = Limits { threads, ..LIMITS };
    let (asking, request) = Asking::begin(Session::begin(roles).unwrap(), asked, &limits).unwrap();
    let request_bytes = bytes(|output| request.write(output));
    let request = Request::read(&mut request_bytes.as_slice(), &limits).unwrap();
    let (reply, told) = answer(roles, &request, insured, &limits).unwrap();
    let reply_bytes = bytes(|output| reply.write(output));
    let reply = Reply::read(&mut reply_bytes.as_slice(), &limits).unwrap();
    let found = asking.finish(&reply, &limits).unwrap();
    assert_eq!((told.asked, told.held), (found.asked, found.held));
    (found, request_bytes, reply_bytes)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    /// Any sets, with people who stand twice, both ways, one thread or several.
    #[test]
    fn finds_what_both_have(
        one in prop::collection::vec(0_u64..120, 1..80),
        other in prop::collection::vec(0_u64..120, 0..80),
        threads in 1_usize..4,
    ) {
        let common = |asked: &[u64], held: &[u64]| {
            let held: BTreeSet<_> = held.iter().collect();
            let common: BTreeSet<_> = asked.iter().filter(|counter| held.contains(counter)).map(|counter| number(*counter)).collect();
            common.into_iter().collect::<Vec<_>>()
        };
        let (found, ..) = run(roles(), &people(one.clone()), &people(other.clone()), threads);
        prop_assert_eq!(&found.numbers, &common(&one, &other));
        prop_assert_eq!(found.asked, one.iter().collect::<BTreeSet<_>>().len());
        prop_assert_eq!(found.held, other.iter().collect::<BTreeSet<_>>().len());
        if !other.is_empty() {
            let back = Roles { asker: roles().answerer, answerer: roles().asker, ..roles() };
            let (found, ..) = run(back, &people(other.clone()), &people(one.clone()), threads);
            prop_assert_eq!(&found.numbers, &common(&other, &one));
        }
    }
}

#[test]
fn more_than_a_block_of_each() {
    let (found, ..) = run(roles(), &people(0..1500), &people((0..2000).filter(|n| n % 3 == 0)), 3);
    assert_eq!(found.numbers, people((0..1500).filter(|n| n % 3 == 0)));
    let (none, ..) = run(roles(), &people(0..10), &people(10..600), 2);
    assert!(none.numbers.is_empty());
    assert!(!format!("{found:?}").contains("9999"), "{found:?}");
}

#[test]
fn two_runs_have_no_point_in_common() {
    let points =
        |bytes: &[u8], head: usize| -> BTreeSet<[u8; 32]> { bytes[head..].as_chunks().0.iter().copied().collect() };
    let (asked, insured) = (people(0..100), people(50..150));
    let (first, request, reply) = run(roles(), &asked, &insured, 2);
    let (second, other_request, other_reply) = run(roles(), &asked, &insured, 2);
    assert_eq!(first, second);
    let requests = (points(&request, 89), points(&other_request, 89));
    let replies = (points(&reply, 129), points(&other_reply, 129));
    assert_eq!((requests.0.len(), replies.0.len()), (100, 200));
    assert!(requests.0.is_disjoint(&requests.1) && replies.0.is_disjoint(&replies.1));
    // nor does the answerer's own tag of a person tell what the asker's point of it was
    assert!(requests.0.is_disjoint(&replies.0));
}

#[test]
fn the_same_request_is_never_answered_alike() {
    let (_, request) = Asking::begin(Session::begin(roles()).unwrap(), &people(0..20), &LIMITS).unwrap();
    let reply = || bytes(|output| answer(roles(), &request, &people(0..20), &LIMITS).unwrap().0.write(output));
    let (one, other) = (reply(), reply());
    assert_eq!(one[..129], other[..129]);
    assert_ne!(one[129..161], other[129..161]);
}

#[test]
fn the_order_that_people_came_in_does_not_show() {
    let session = Session::begin(roles()).unwrap();
    let (forth, back) = (people(0..300), people((0..300).rev()));
    for numbers in [&forth, &back] {
        let (asking, request) = Asking::begin(session, numbers, &LIMITS).unwrap();
        let sent = bytes(|output| request.write(output));
        assert!(sent[89..].as_chunks::<32>().0.is_sorted());
        let (reply, _) = answer(roles(), &request, numbers, &LIMITS).unwrap();
        let sent = bytes(|output| reply.write(output));
        let (doubled, tags) = sent[129..].as_chunks::<32>().0.split_at(300);
        assert!(tags.is_sorted() && !doubled.is_sorted(), "the doubled points keep the request's order");
        // the places of the numbers differ from their order, and from run to run
        let held = asking.remember();
        let order = held[held.len() - 300 * 8..].to_vec();
        let (again, _) = Asking::begin(session, numbers, &LIMITS).unwrap();
        let held = again.remember();
        assert_ne!(order, held[held.len() - 300 * 8..]);
        assert!(!order.as_chunks::<8>().0.iter().map(|body| u64::from_le_bytes(*body)).is_sorted());
    }
}

#[test]
fn a_question_is_remembered_while_a_stick_travels() {
    let (asking, request) = Asking::begin(Session::begin(roles()).unwrap(), &people(0..30), &LIMITS).unwrap();
    let held = asking.remember();
    let debug = format!("{asking:?}");
    drop(asking);
    let (reply, _) = answer(roles(), &request, &people(20..40), &LIMITS).unwrap();
    let asking = Asking::recall(&held, &LIMITS).unwrap();
    assert_eq!(debug, format!("{asking:?}"));
    assert_eq!(asking.finish(&reply, &LIMITS).unwrap().numbers, people(20..30));
}

#[test]
fn a_run_by_parcels() {
    let (folder, offices) = (tempfile::tempdir().unwrap(), offices());
    let (there, back) = (folder.path().join("1.parcel"), folder.path().join("2.parcel"));
    let (east, west) = (offices.east.card(), offices.west.card());
    let roles = Roles { asker: east.fingerprint(), answerer: west.fingerprint(), insurance: Insurance::Medical };
    let (asking, request) = Asking::begin(Session::begin(roles).unwrap(), &people(0..50), &LIMITS).unwrap();
    let heading = Heading { kind: Kind::PsiRequest, ..super::heading(Position::START) };
    let mut write = |mut output: &mut dyn std::io::Write| request.write(&mut output);
    let sent =
        seal(&there, &heading, &offices.east, west, &mut [Content { name: "request", write: &mut write }]).unwrap();
    assert_eq!(sent.manifest.contents[0].rows, 50);

    let mut opened = open(&there, &offices.west, &offices.cards, Position::START).unwrap();
    let (from, to) = (opened.manifest().from.fingerprint, opened.manifest().to.fingerprint);
    let request = Request::read(&mut opened.content("request").unwrap(), &LIMITS).unwrap();
    let expected = Roles { asker: from, answerer: to, insurance: Insurance::Medical };
    let (reply, _) = answer(expected, &request, &people(40..90), &LIMITS).unwrap();
    let heading = Heading { kind: Kind::PsiReply, answers: Some(opened.digest()), ..super::heading(Position::START) };
    let mut write = |mut output: &mut dyn std::io::Write| reply.write(&mut output);
    seal(&back, &heading, &offices.west, east, &mut [Content { name: "reply", write: &mut write }]).unwrap();

    let mut opened = open(&back, &offices.east, &offices.cards, Position::START).unwrap();
    assert_eq!(opened.manifest().answers, Some(sent.digest));
    let reply = Reply::read(&mut opened.content("reply").unwrap(), &LIMITS).unwrap();
    assert_eq!(asking.finish(&reply, &LIMITS).unwrap().numbers, people(40..50));
}
