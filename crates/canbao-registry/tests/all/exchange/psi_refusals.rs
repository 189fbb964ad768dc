//! What a private comparison refuses.

use canbao_domain::source::Insurance;
use canbao_registry::exchange::psi::{Asking, Limits, PsiError, Reply, Request, Roles, Session, answer};
use curve25519_dalek::RistrettoPoint;
use proptest::prelude::*;

use super::psi::{LIMITS, bytes, people, roles};

/// Where points begin.
const REQUEST_HEAD: usize = 89;
const REPLY_HEAD: usize = 129;

fn asked() -> (Asking, Request) {
    Asking::begin(Session::begin(roles()).unwrap(), &people(0..20), &LIMITS).unwrap()
}

/// Reads and answers a request whose bytes were changed.
fn answered(change: impl FnOnce(&mut Vec<u8>)) -> Result<(), PsiError> {
    let mut sent = bytes(|output| asked().1.write(output));
    change(&mut sent);
    let request = Request::read(&mut sent.as_slice(), &LIMITS)?;
    answer(roles(), &request, &people(0..20), &LIMITS).map(|_| ())
}

/// Reads and uses a reply whose bytes were changed.
fn finished(change: impl FnOnce(&mut Vec<u8>)) -> Result<usize, PsiError> {
    let (asking, request) = asked();
    let (reply, _) = answer(roles(), &request, &people(10..30), &LIMITS).unwrap();
    let mut sent = bytes(|output| reply.write(output));
    change(&mut sent);
    let reply = Reply::read(&mut sent.as_slice(), &LIMITS)?;
    asking.finish(&reply, &LIMITS).map(|found| found.numbers.len())
}

/// Puts a point in its place among ascending ones.
fn put(sent: &mut Vec<u8>, point: [u8; 32]) {
    let mut points: Vec<[u8; 32]> = sent[REQUEST_HEAD..].as_chunks().0.to_vec();
    points.pop();
    points.push(point);
    points.sort_unstable();
    sent.truncate(REQUEST_HEAD);
    sent.extend(points.concat());
}

/// Encodings that no honest side sends.
fn bad_points() -> Vec<[u8; 32]> {
    // the field's prime, above which encodings are not canonical: 2^255 - 19, and 2 more (an even value is needed)
    let mut prime = [0xff; 32];
    (prime[0], prime[31]) = (0xed, 0x7f);
    let mut beyond = prime;
    beyond[0] = 0xef;
    // negative (odd), not a square, all ones
    let mut negative = [0; 32];
    negative[0] = 1;
    let garbage = (2..=255_u8).map(|first| {
        let mut point = [0; 32];
        point[0] = first;
        point
    });
    let garbage =
        garbage.filter(|point| curve25519_dalek::ristretto::CompressedRistretto(*point).decompress().is_none());
    [[0; 32], prime, beyond, negative, [0xff; 32]].into_iter().chain(garbage.take(20)).collect()
}

#[test]
fn untouched_messages_are_taken() {
    assert!(answered(|_| ()).is_ok());
    assert_eq!(finished(|_| ()).unwrap(), 10);
    // an honest point in another's place is a point
    assert!(answered(|sent| put(sent, RistrettoPoint::from_uniform_bytes(&[7; 64]).compress().0)).is_ok());
}

#[test]
fn points_that_are_none_are_refused() {
    for point in bad_points() {
        assert!(matches!(answered(|sent| put(sent, point)), Err(PsiError::Point { .. })), "{point:?}");
        for at in [0, 19] {
            let begin = REPLY_HEAD + at * 32;
            let refused = finished(|sent| sent[begin..begin + 32].copy_from_slice(&point));
            assert!(matches!(refused, Err(PsiError::Point { at: place, .. }) if place == at as u64 + 1), "{point:?}");
        }
    }
}

#[test]
fn the_first_bad_point_is_told_with_any_number_of_threads() {
    let limits = Limits { threads: 4, ..LIMITS };
    let (asking, request) = Asking::begin(Session::begin(roles()).unwrap(), &people(0..2000), &limits).unwrap();
    let mut sent = bytes(|output| answer(roles(), &request, &[], &limits).unwrap().0.write(output));
    let held = asking.remember();
    for (at, byte) in [(1999, 1), (1100, 3), (700, 5)] {
        sent[REPLY_HEAD + at * 32..][..32].copy_from_slice(&[[byte], [0]].concat().repeat(16));
        let reply = Reply::read(&mut sent.as_slice(), &limits).unwrap();
        let refused = Asking::recall(&held, &limits).unwrap().finish(&reply, &limits);
        assert!(matches!(refused, Err(PsiError::Point { at: place, .. }) if place == at as u64 + 1), "{refused:?}");
    }
}

#[test]
fn what_stands_twice_is_refused() {
    let repeat = |begin: usize| move |sent: &mut Vec<u8>| sent.copy_within(begin..begin + 32, begin + 32);
    let exchange = |begin: usize| move |sent: &mut Vec<u8>| sent[begin..begin + 64].rotate_left(32);
    assert!(matches!(answered(repeat(REQUEST_HEAD)), Err(PsiError::Order { at: 2, .. })));
    assert!(matches!(answered(exchange(REQUEST_HEAD + 32)), Err(PsiError::Order { at: 3, .. })));
    let tags = REPLY_HEAD + 20 * 32;
    assert!(matches!(finished(repeat(REPLY_HEAD)), Err(PsiError::Order { at: 2, .. })));
    assert!(matches!(finished(repeat(tags)), Err(PsiError::Order { at: 2, .. })));
    assert!(matches!(finished(exchange(tags)), Err(PsiError::Order { at: 2, .. })));
    // far apart, too
    let far = finished(|sent| sent.copy_within(REPLY_HEAD..REPLY_HEAD + 32, REPLY_HEAD + 17 * 32));
    assert!(matches!(far, Err(PsiError::Order { at: 18, .. })), "{far:?}");
}

#[test]
fn sets_beyond_their_caps_are_refused() {
    let (small, begin) = (Limits { asked: 19, ..LIMITS }, || Session::begin(roles()).unwrap());
    assert!(matches!(
        Asking::begin(begin(), &people(0..20), &small),
        Err(PsiError::TooMany { count: 20, cap: 19, .. })
    ));
    assert!(Asking::begin(begin(), &people((0..19).chain(0..19)), &small).is_ok(), "each counts once");
    assert!(matches!(Asking::begin(begin(), &[], &small), Err(PsiError::Nobody)));
    let (asking, request) = asked();
    let sent = bytes(|output| request.write(output));
    assert!(matches!(Request::read(&mut sent.as_slice(), &small), Err(PsiError::TooMany { .. })));
    assert!(matches!(answer(roles(), &request, &people(0..1), &small), Err(PsiError::TooMany { .. })));
    let few = Limits { held: 9, ..LIMITS };
    assert!(matches!(answer(roles(), &request, &people(0..10), &few), Err(PsiError::TooMany { count: 10, .. })));
    let (reply, _) = answer(roles(), &request, &people(0..10), &LIMITS).unwrap();
    let sent = bytes(|output| reply.write(output));
    assert!(matches!(Reply::read(&mut sent.as_slice(), &few), Err(PsiError::TooMany { .. })));
    assert!(matches!(asking.finish(&reply, &few), Err(PsiError::TooMany { .. })));
    // a count alone asks for no memory
    let huge = Limits { asked: usize::MAX, ..LIMITS };
    let lies = |sent: &mut Vec<u8>| sent[81..89].copy_from_slice(&(u64::MAX / 64).to_le_bytes());
    let mut sent = bytes(|output| asked().1.write(output));
    lies(&mut sent);
    assert!(matches!(Request::read(&mut sent.as_slice(), &huge), Err(PsiError::Length(_))));
}

#[test]
fn messages_of_another_run_are_refused() {
    let (asking, request) = asked();
    let (other, other_request) = asked();
    let (reply, _) = answer(roles(), &other_request, &people(0..20), &LIMITS).unwrap();
    assert!(matches!(asking.finish(&reply, &LIMITS), Err(PsiError::WrongSession(_))));
    assert!(other.finish(&reply, &LIMITS).is_ok());
    // the same session, another request
    let session = Session::begin(roles()).unwrap();
    let (first, _) = Asking::begin(session, &people(0..20), &LIMITS).unwrap();
    let (_, second) = Asking::begin(session, &people(0..20), &LIMITS).unwrap();
    let (reply, _) = answer(roles(), &second, &people(0..20), &LIMITS).unwrap();
    assert!(matches!(first.finish(&reply, &LIMITS), Err(PsiError::WrongSession(_))));
    // between other registries, or the other way round
    let back = Roles { asker: roles().answerer, answerer: roles().asker, ..roles() };
    assert!(matches!(answer(back, &request, &people(0..20), &LIMITS), Err(PsiError::WrongSession(_))));
    let medical = Roles { insurance: Insurance::Medical, ..roles() };
    assert!(matches!(answer(medical, &request, &people(0..20), &LIMITS), Err(PsiError::WrongInsurance)));
    assert!(matches!(answered(|sent| sent[80] = 2), Err(PsiError::WrongInsurance)));
    assert!(matches!(answered(|sent| sent[80] = 3), Err(PsiError::NoInsurance)));
    assert!(matches!(finished(|sent| sent[80] = 2), Err(PsiError::WrongInsurance)));
    assert!(matches!(answered(|sent| sent[16] ^= 1), Err(PsiError::WrongSession(_))));
    assert!(matches!(finished(|sent| sent[16] ^= 1), Err(PsiError::WrongSession(_))));
    assert!(matches!(finished(|sent| sent[81] ^= 1), Err(PsiError::WrongSession(_))));
    assert!(matches!(Session::begin(Roles { insurance: Insurance::Other, ..roles() }), Err(PsiError::NoInsurance)));
    assert!(matches!(answered(|sent| sent[0] ^= 1), Err(PsiError::NotAMessage(_))));
}

#[test]
fn lengths_must_fit() {
    assert!(matches!(answered(|sent| sent.push(0)), Err(PsiError::Length(_))));
    assert!(matches!(finished(|sent| sent.push(0)), Err(PsiError::Length(_))));
    let whole = bytes(|output| asked().1.write(output));
    for length in 0..whole.len() {
        assert!(Request::read(&mut &whole[..length], &LIMITS).is_err(), "{length}");
    }
    let one_less = finished(|sent| {
        sent[113..121].copy_from_slice(&19_u64.to_le_bytes());
        sent.drain(REPLY_HEAD..REPLY_HEAD + 32);
    });
    assert!(matches!(one_less, Err(PsiError::Count { expected: 20, actual: 19 })), "{one_less:?}");
    let none = answered(|sent| {
        sent[81..89].fill(0);
        sent.truncate(REQUEST_HEAD);
    });
    assert!(matches!(none, Err(PsiError::Nobody)));
}

#[test]
fn a_remembered_question_that_was_damaged_is_refused() {
    let held = asked().0.remember();
    assert!(Asking::recall(&held, &LIMITS).is_ok());
    for length in (0..held.len()).filter(|length| *length < 177 + 8 || length % 8 != 177 % 8) {
        assert!(Asking::recall(&held[..length], &LIMITS).is_err(), "{length}");
    }
    for (at, value) in [(0, b'x'), (112, 9), (144, 0xff), (held.len() - 1, 0xff)] {
        let mut changed = held.to_vec();
        changed[at] = value;
        assert!(Asking::recall(&changed, &LIMITS).is_err(), "{at}");
    }
    let small = Limits { asked: 19, ..LIMITS };
    assert!(matches!(Asking::recall(&held, &small), Err(PsiError::TooMany { .. })));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    /// A changed byte is refused, or changes nothing but who is found: a tag cannot be told from another.
    #[test]
    fn nothing_that_is_read_ends_the_program(at in 0_usize..1500, flip in 1_u8..=255) {
        let before_tags = at % (REPLY_HEAD + 40 * 32);
        match finished(|sent| sent[before_tags] ^= flip) {
            Ok(found) => prop_assert!(before_tags >= REPLY_HEAD && (9..=10).contains(&found)),
            Err(error) => prop_assert!(error.to_string().ends_with('。')),
        }
    }

    #[test]
    fn garbage_is_refused(sent in prop::collection::vec(any::<u8>(), 0..400)) {
        prop_assert!(Request::read(&mut sent.as_slice(), &LIMITS).is_err());
        prop_assert!(Reply::read(&mut sent.as_slice(), &LIMITS).is_err());
        prop_assert!(Asking::recall(&sent, &LIMITS).is_err());
    }
}
