//! One parcel: what comes back, and what is refused.

use std::fs;
use std::io::{Read as _, Write as _};
use std::os::unix::fs::PermissionsExt as _;

use canbao_registry::exchange::parcel::{
    Content, Digest, Heading, Kind, MAX_CONTENTS, ParcelError, Position, file_name, open, reread, seal, verify,
};
use proptest::prelude::*;

use super::{heading, offices, receive, send};

#[test]
fn what_was_sealed_comes_back() {
    let (folder, offices) = (tempfile::tempdir().unwrap(), offices());
    // nothing, less than a block, exactly blocks of age, more
    for (at, size) in [0, 1, 65_536 - 32, 65_536, 200_000].into_iter().enumerate() {
        let path = folder.path().join(format!("{at}.parcel"));
        let text: Vec<u8> = (0..size).map(|n: u32| (n % 251) as u8).collect();
        let mut write = |output: &mut dyn std::io::Write| output.write_all(&text).map(|()| 0);
        let content = Content { name: "rows.jsonl", write: &mut write };
        let sealed =
            seal(&path, &heading(Position::START), &offices.east, offices.west.card(), &mut [content]).unwrap();
        assert_eq!(sealed.manifest.contents[0].bytes, u64::from(size));
        assert_eq!(receive(&offices, &path, Position::START).unwrap(), text);
        assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
    }
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 5, "nothing is left beside them");
}

#[test]
fn several_contents_in_any_order() {
    let (folder, offices) = (tempfile::tempdir().unwrap(), offices());
    let path = folder.path().join("p.parcel");
    let mut first = |output: &mut dyn std::io::Write| output.write_all(b"one\n").map(|()| 1);
    let mut second =
        |output: &mut dyn std::io::Write| (0..100_000).try_for_each(|_| output.write_all(b"two\n")).map(|()| 100_000);
    let mut contents = [Content { name: "a", write: &mut first }, Content { name: "b", write: &mut second }];
    let sealed = seal(&path, &heading(Position::START), &offices.east, offices.west.card(), &mut contents).unwrap();
    assert_eq!(sealed.manifest.entry("b").unwrap().rows, 100_000);
    let mut opened = open(&path, &offices.west, &offices.cards, Position::START).unwrap();
    assert_eq!(
        (opened.manifest(), opened.digest(), opened.position()),
        (&sealed.manifest, sealed.digest, sealed.position)
    );
    for (name, text) in [("b", b"two\n".repeat(100_000)), ("a", b"one\n".to_vec()), ("b", b"two\n".repeat(100_000))] {
        let mut read = Vec::new();
        opened.content(name).unwrap().read_to_end(&mut read).unwrap();
        assert!(read == text, "{name}");
    }
    assert!(matches!(opened.content("c"), Err(ParcelError::NoContent(_))));
}

#[test]
fn the_file_tells_offices_and_counts_and_nothing_of_the_rows() {
    let (folder, offices) = (tempfile::tempdir().unwrap(), offices());
    let (one, two) = (folder.path().join("1.parcel"), folder.path().join("2.parcel"));
    let sealed = send(&offices, &one, Position::START, b"the secret row").unwrap();
    let again = send(&offices, &two, Position::START, b"the secret row").unwrap();
    let bytes = fs::read(&one).unwrap();
    let holds = |text: &[u8]| bytes.windows(text.len()).any(|window| window == text);
    assert!(holds("东区社会保险局".as_bytes()) && holds(b"\"question\""));
    assert!(!holds(b"secret"));
    // the same rows have other digests each time: nobody can try rows against the manifest
    assert_ne!(sealed.manifest.contents[0].sha256, again.manifest.contents[0].sha256);
    assert_ne!(sealed.manifest.id, again.manifest.id);
    assert!(file_name(&sealed.manifest).ends_with("-00000001-question.parcel"));
}

#[test]
fn only_the_receiver_opens_it() {
    let (folder, offices) = (tempfile::tempdir().unwrap(), offices());
    let path = folder.path().join("p.parcel");
    send(&offices, &path, Position::START, b"row\n").unwrap();
    for other in [&offices.east, &offices.stranger] {
        let refused = open(&path, other, &offices.cards, Position::START).unwrap_err();
        assert!(matches!(&refused, ParcelError::NotForUs(name) if name == "西区社会保险局"), "{refused}");
    }
    // the sender may look, but did not seal to itself
    let mut opened = reread(&path, &offices.east, &offices.cards).unwrap();
    assert!(matches!(opened.content("rows.jsonl"), Err(ParcelError::Locked(_))));
    assert!(matches!(reread(&path, &offices.stranger, &offices.cards), Err(ParcelError::NotForUs(_))));
}

#[test]
fn a_sender_may_seal_to_itself_too() {
    let (folder, offices) = (tempfile::tempdir().unwrap(), offices());
    let path = folder.path().join("p.parcel");
    let mut write = |output: &mut dyn std::io::Write| output.write_all(b"row\n").map(|()| 1);
    let heading = Heading { reread: true, ..heading(Position::START) };
    let content = Content { name: "rows.jsonl", write: &mut write };
    seal(&path, &heading, &offices.east, offices.west.card(), &mut [content]).unwrap();
    for keys in [&offices.east, &offices.west] {
        let mut opened = reread(&path, keys, &offices.cards).unwrap();
        let mut text = String::new();
        opened.content("rows.jsonl").unwrap().read_to_string(&mut text).unwrap();
        assert_eq!(text, "row\n");
    }
    assert_eq!(receive(&offices, &path, Position::START).unwrap(), b"row\n");
}

#[test]
fn an_unknown_sender_is_refused() {
    let (folder, mut offices) = (tempfile::tempdir().unwrap(), offices());
    let path = folder.path().join("p.parcel");
    std::mem::swap(&mut offices.east, &mut offices.stranger);
    send(&offices, &path, Position::START, b"row\n").unwrap();
    assert!(matches!(verify(&path, &offices.cards), Err(ParcelError::UnknownSender(_))));
    assert!(
        receive(&offices, &path, Position::START).unwrap_err().contains(&offices.east.card().fingerprint().spoken())
    );
    offices.cards.add(offices.east.card().clone()).unwrap();
    assert!(verify(&path, &offices.cards).is_ok());
}

#[test]
fn a_parcel_that_a_known_sender_did_not_sign_is_refused() {
    // the stranger writes the east's fingerprint and name over its own
    let (folder, mut offices) = (tempfile::tempdir().unwrap(), offices());
    let path = folder.path().join("p.parcel");
    let east = offices.east.card().clone();
    std::mem::swap(&mut offices.east, &mut offices.stranger);
    send(&offices, &path, Position::START, b"row\n").unwrap();
    let mut bytes = fs::read(&path).unwrap();
    let stranger = offices.east.card();
    let pairs = [
        (stranger.fingerprint().to_string(), east.fingerprint().to_string()),
        (stranger.registry().name().to_owned(), east.registry().name().to_owned()),
        (stranger.registry().area().to_owned(), east.registry().area().to_owned()),
    ];
    for (at, (theirs, ours)) in pairs.iter().enumerate() {
        let place = bytes.windows(theirs.len()).position(|window| window == theirs.as_bytes()).unwrap();
        bytes[place..place + theirs.len()].copy_from_slice(ours.as_bytes());
        fs::write(&path, &bytes).unwrap();
        match verify(&path, &offices.cards) {
            Err(ParcelError::SenderDiffers) if at < 2 => {}
            Err(ParcelError::Signature) if at == 2 => {}
            other => panic!("{at}: {other:?}"),
        }
    }
}

#[test]
fn a_parcel_is_received_once_and_in_order() {
    let (folder, offices) = (tempfile::tempdir().unwrap(), offices());
    let path = |n| folder.path().join(format!("{n}.parcel"));
    let first = send(&offices, &path(1), Position::START, b"1").unwrap().position;
    let second = send(&offices, &path(2), first, b"2").unwrap().position;
    let other = send(&offices, &path(3), Position::START, b"other first").unwrap().position;
    let received = |n, last| open(&path(n), &offices.west, &offices.cards, last).map(|opened| opened.position());
    assert_eq!(received(1, Position::START).unwrap(), first);
    assert_eq!(received(2, first).unwrap(), second);
    assert!(matches!(received(1, first), Err(ParcelError::Replayed { sequence: 1, last: 1 })));
    assert!(matches!(received(1, second), Err(ParcelError::Replayed { sequence: 1, last: 2 })));
    assert!(matches!(received(2, Position::START), Err(ParcelError::Gap { sequence: 2, expected: 1 })));
    assert!(matches!(received(2, other), Err(ParcelError::Unchained(2))));
}

#[test]
fn what_was_cut_off_or_lengthened_is_refused() {
    let (folder, offices) = (tempfile::tempdir().unwrap(), offices());
    let path = folder.path().join("p.parcel");
    send(&offices, &path, Position::START, b"row\n").unwrap();
    let whole = fs::read(&path).unwrap();
    for length in 0..whole.len() {
        fs::write(&path, &whole[..length]).unwrap();
        assert!(verify(&path, &offices.cards).is_err(), "{length} bytes");
    }
    fs::write(&path, [whole.as_slice(), b"\0"].concat()).unwrap();
    assert!(matches!(verify(&path, &offices.cards), Err(ParcelError::Length { .. })));
    fs::write(&path, b"CANBAO-PARCEL-1\n\xff\xff\xff\xff").unwrap();
    assert!(matches!(verify(&path, &offices.cards), Err(ParcelError::Manifest(_))));
    assert!(matches!(verify(folder.path(), &offices.cards), Err(ParcelError::NotAParcel(_))));
    fs::write(&path, &whole).unwrap();
    assert!(verify(&path, &offices.cards).is_ok());
}

#[test]
fn every_byte_counts() {
    let (folder, offices) = (tempfile::tempdir().unwrap(), offices());
    let path = folder.path().join("p.parcel");
    send(&offices, &path, Position::START, b"row\n").unwrap();
    let whole = fs::read(&path).unwrap();
    for at in 0..whole.len() {
        let mut bytes = whole.clone();
        bytes[at] ^= 1 << (at % 8);
        fs::write(&path, &bytes).unwrap();
        assert!(verify(&path, &offices.cards).is_err(), "byte {at}");
        assert!(receive(&offices, &path, Position::START).is_err(), "byte {at}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    /// Any other byte at any place, in a parcel of more than one block of age.
    #[test]
    fn any_other_byte_is_refused(place in 0_usize..1_000_000, flip in 1_u8..=255, size in 0_usize..150_000) {
        let (folder, offices) = (tempfile::tempdir().unwrap(), offices());
        let path = folder.path().join("p.parcel");
        send(&offices, &path, Position::START, &vec![b'x'; size.max(1)]).unwrap();
        let mut bytes = fs::read(&path).unwrap();
        let at = place % bytes.len();
        bytes[at] ^= flip;
        fs::write(&path, &bytes).unwrap();
        prop_assert!(verify(&path, &offices.cards).is_err());
        prop_assert!(receive(&offices, &path, Position::START).is_err());
        bytes[at] ^= flip;
        fs::write(&path, &bytes).unwrap();
        prop_assert!(receive(&offices, &path, Position::START).is_ok());
    }

    /// Nothing that is read ends the program.
    #[test]
    fn garbage_is_refused(manifest in ".{0,300}", rest in prop::collection::vec(any::<u8>(), 0..200)) {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("p.parcel");
        let length = u32::try_from(manifest.len()).unwrap().to_le_bytes();
        fs::write(&path, [b"CANBAO-PARCEL-1\n".as_slice(), &length, manifest.as_bytes(), &rest].concat()).unwrap();
        prop_assert!(verify(&path, &offices().cards).is_err());
    }
}

#[test]
fn a_file_that_changes_after_it_was_verified_is_noticed() {
    let (folder, offices) = (tempfile::tempdir().unwrap(), offices());
    let path = folder.path().join("p.parcel");
    let sealed = send(&offices, &path, Position::START, &[b'x'; 1000]).unwrap();
    let mut opened = open(&path, &offices.west, &offices.cards, Position::START).unwrap();
    // another age file for the same receiver, of the same length: age's headers differ in length by chance
    let entry = &sealed.manifest.contents[0];
    let card = offices.west.card().to_text();
    let recipient =
        card.lines().find_map(|line| line.strip_prefix("age-recipient = \"")).unwrap().trim_end_matches('"');
    let recipient: age::x25519::Recipient = recipient.parse().unwrap();
    let forged = (0..100_000).find_map(|_| {
        let encryptor = age::Encryptor::with_recipients(std::iter::once(&recipient as &dyn age::Recipient)).unwrap();
        let mut seal = encryptor.wrap_output(Vec::new()).unwrap();
        seal.write_all(&[b'y'; 32 + 1000]).unwrap();
        Some(seal.finish().unwrap()).filter(|forged| forged.len() as u64 == entry.sealed_bytes)
    });
    let whole = fs::read(&path).unwrap();
    let begin = whole.len() - 64 - entry.sealed_bytes as usize;
    let mut file = fs::OpenOptions::new().write(true).open(&path).unwrap();
    file.write_all(&[&whole[..begin], &forged.unwrap(), &whole[whole.len() - 64..]].concat()).unwrap();
    let mut text = Vec::new();
    let mut reader = opened.content("rows.jsonl").unwrap();
    assert!(reader.read_to_end(&mut text).is_err(), "the end is never told");
    assert_eq!(text, [b'y'; 1000], "it opened, so that only the digest could tell");
    assert!(reader.read(&mut [0; 8]).is_err(), "nor later");
}

#[test]
fn nothing_stands_where_sealing_failed() {
    let (folder, offices) = (tempfile::tempdir().unwrap(), offices());
    let path = folder.path().join("p.parcel");
    let mut fails = |output: &mut dyn std::io::Write| {
        output.write_all(&[0; 300_000])?;
        Err(std::io::Error::other("no more rows"))
    };
    let content = Content { name: "rows.jsonl", write: &mut fails };
    let refused = seal(&path, &heading(Position::START), &offices.east, offices.west.card(), &mut [content]);
    assert!(matches!(refused, Err(ParcelError::Io { .. })));
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 0);
    // what stands is never replaced
    fs::write(&path, "other").unwrap();
    assert!(matches!(send(&offices, &path, Position::START, b"row"), Err(ParcelError::Exists(_))));
    assert_eq!(fs::read(&path).unwrap(), b"other");
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
}

#[test]
fn headings_are_checked_before_anything_is_written() {
    let (folder, offices) = (tempfile::tempdir().unwrap(), offices());
    let path = folder.path().join("p.parcel");
    let attempt = |heading: &Heading<'_>, names: &[&str]| {
        let mut writes: Vec<_> =
            names.iter().map(|_| |output: &mut dyn std::io::Write| output.write_all(b"x").map(|()| 1)).collect();
        let mut contents: Vec<_> = names.iter().zip(&mut writes).map(|(name, write)| Content { name, write }).collect();
        let sealed = seal(&path, heading, &offices.east, offices.west.card(), &mut contents);
        let _ = fs::remove_file(&path);
        sealed
    };
    let good = heading(Position::START);
    assert!(attempt(&good, &["a.b-1"]).is_ok());
    assert!(attempt(&Heading { kind: Kind::Answer, answers: Some(Digest([7; 32])), ..good.clone() }, &["a"]).is_ok());
    let many: Vec<String> = (0..=MAX_CONTENTS).map(|n| n.to_string()).collect();
    let many: Vec<&str> = many.iter().map(String::as_str).collect();
    assert!(attempt(&good, &many[1..]).is_ok());
    let long = "a".repeat(65);
    for names in [&[][..], &["../a"], &["A"], &[".a"], &[""], &["a", "a"], &[&long], &many] {
        assert!(matches!(attempt(&good, names), Err(ParcelError::Heading(_))), "{names:?}");
    }
    for created in [
        "",
        "2026-03-01",
        "2026-02-30T08:00:00Z",
        "2026-03-01T24:00:00Z",
        "2026-03-01T08:00:00",
        "2026-03-01T08:00:00Z ",
        "2026-03-01T+8:00:00Z",
    ] {
        assert!(attempt(&Heading { created, ..good.clone() }, &["a"]).is_err(), "{created}");
    }
    for created in ["2026-03-01T08:00:00Z", "2026-03-01T23:59:59-11:30"] {
        assert!(attempt(&Heading { created, ..good.clone() }, &["a"]).is_ok(), "{created}");
    }
    assert!(attempt(&Heading { kind: Kind::Answer, ..good.clone() }, &["a"]).is_err(), "answers nothing");
    assert!(
        attempt(&Heading { answers: Some(Digest([7; 32])), ..good.clone() }, &["a"]).is_err(),
        "a question answers"
    );
    assert!(attempt(&Heading { last: Position { sequence: 1, digest: None }, ..good.clone() }, &["a"]).is_err());
    assert!(
        attempt(
            &Heading { last: Position { sequence: u64::MAX, digest: Some(Digest([7; 32])) }, ..good.clone() },
            &["a"]
        )
        .is_err()
    );
    let mut write = |output: &mut dyn std::io::Write| output.write_all(b"x").map(|()| 1);
    let own = Content { name: "a", write: &mut write };
    assert!(seal(&path, &good, &offices.east, offices.east.card(), &mut [own]).is_err(), "to itself");
}
