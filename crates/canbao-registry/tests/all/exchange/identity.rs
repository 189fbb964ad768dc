//! Keys and cards.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;

use canbao_registry::exchange::identity::{Card, Cards, Identity, IdentityError, Registry};

use super::offices;

#[test]
fn a_card_says_the_same_after_the_mail() {
    let card = offices().east.card().clone();
    let text = card.to_text();
    assert_eq!(Card::parse(&text).unwrap(), card);
    // a mail program adds a mark and other line ends, and empty lines
    let mailed = format!("\u{feff}{}\r\n\r\n", text.replace('\n', "\r\n"));
    assert_eq!(Card::parse(&mailed).unwrap(), card);
}

#[test]
fn fingerprints_are_read_aloud_in_six_groups() {
    let offices = offices();
    let (east, west) = (offices.east.card().fingerprint(), offices.west.card().fingerprint());
    let spoken = east.spoken();
    let groups: Vec<_> = spoken.split(' ').collect();
    assert_eq!(groups.len(), 6, "{spoken}");
    assert!(groups.iter().all(|group| group.len() == 5 && group.bytes().all(|byte| byte.is_ascii_digit())));
    assert_ne!(spoken, west.spoken());
    assert!(offices.east.card().to_text().contains(&spoken));
}

#[test]
fn a_card_with_anything_changed_is_refused() {
    let text = offices().east.card().to_text();
    let other = offices().west.card().to_text();
    for (at, (line, foreign)) in text.lines().zip(other.lines()).enumerate().skip(3) {
        let replaced = text.replace(line, foreign);
        assert!(Card::parse(&replaced).is_err(), "line {at} of another card");
        let missing = text.replace(&format!("{line}\n"), "");
        assert!(matches!(Card::parse(&missing), Err(IdentityError::Missing { .. })), "line {at} missing");
        let twice = format!("{text}{line}\n");
        assert!(matches!(Card::parse(&twice), Err(IdentityError::Twice { .. })), "line {at} twice");
    }
    assert!(matches!(Card::parse(&text.replace("东区", "南区")), Err(IdentityError::Signature)));
    assert!(matches!(Card::parse(&format!("{text}note = \"x\"\n")), Err(IdentityError::Line { line: 10, .. })));
    assert!(matches!(Card::parse(&text.replace("card-1", "card-2")), Err(IdentityError::Value { key: "format", .. })));
    assert!(matches!(Card::parse(&"#\n".repeat(5000)), Err(IdentityError::TooLong(_))));
    assert!(Card::parse("").is_err());
}

#[test]
fn a_recipient_of_small_order_is_refused() {
    // age1 of 32 zero bytes, with the right checksum: sealing to it would end the program
    let zero = "age1qqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqkwlxew";
    let text = offices().east.card().to_text();
    let line = text.lines().find(|line| line.starts_with("age-recipient")).unwrap();
    let checksums = zero.parse::<age::x25519::Recipient>();
    let zero = checksums.map_or_else(|_| zero_recipient(), |recipient| recipient.to_string());
    let refused = Card::parse(&text.replace(line, &format!("age-recipient = \"{zero}\"")));
    assert!(matches!(refused, Err(IdentityError::Value { key: "age-recipient", .. })), "{refused:?}");
}

/// Bech32 (BIP 173) of 32 zero bytes, its checksum computed here.
fn zero_recipient() -> String {
    let letters = "qpzry9x8gf2tvdw0s3jn54khce6mua7l".as_bytes();
    let step = |sum: u32, value: u32| {
        let top = sum >> 25;
        let generators = [0x3b6a_57b2, 0x2650_8e6d, 0x1ea1_19fa, 0x3d42_33dd, 0x2a14_62b3_u32];
        let mixed = (sum & 0x01ff_ffff) << 5 ^ value;
        (0..5).filter(|bit| top >> bit & 1 == 1).fold(mixed, |sum, bit| sum ^ generators[bit])
    };
    let prefix = "age".bytes().map(|c| u32::from(c >> 5)).chain([0]).chain("age".bytes().map(|c| u32::from(c & 31)));
    let sum = prefix.chain([0; 52]).chain([0; 6]).fold(1, step) ^ 1;
    let checksum: String = (0..6).map(|at| char::from(letters[(sum >> (5 * (5 - at)) & 31) as usize])).collect();
    let text = format!("age1{}{checksum}", "q".repeat(52));
    assert!(text.parse::<age::x25519::Recipient>().is_ok(), "the checksum is right, so only the point is wrong");
    text
}

#[test]
fn keys_come_back_from_their_file() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("identity");
    let east = offices().east;
    east.write(&path).unwrap();
    assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
    assert_eq!(Identity::read(&path).unwrap().card(), east.card());
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1, "nothing is left beside it");
    // keys are never written over
    let before = fs::read(&path).unwrap();
    assert!(matches!(offices().west.write(&path), Err(IdentityError::Exists(_))));
    assert_eq!(fs::read(&path).unwrap(), before);
}

#[test]
fn a_file_that_others_may_read_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("identity");
    offices().east.write(&path).unwrap();
    for mode in [0o644, 0o640, 0o604, 0o620, 0o601] {
        fs::set_permissions(&path, fs::Permissions::from_mode(mode)).unwrap();
        let refused = Identity::read(&path).unwrap_err();
        assert!(matches!(refused, IdentityError::Exposed(_)), "{mode:o}");
        assert!(refused.hint().unwrap().contains("chmod 600"));
    }
    fs::set_permissions(&path, fs::Permissions::from_mode(0o400)).unwrap();
    assert!(Identity::read(&path).is_ok());
    assert!(matches!(Identity::read(folder.path()), Err(IdentityError::NotAFile(_))));
    assert!(matches!(Identity::read(&folder.path().join("none")), Err(IdentityError::Io { .. })));
}

#[test]
fn damaged_keys_are_refused_without_being_shown() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("identity");
    offices().east.write(&path).unwrap();
    let text = fs::read_to_string(&path).unwrap();
    let secrets: Vec<&str> = text.lines().filter(|line| line.contains("-key") || line.contains("AGE")).collect();
    let secret = |line: &str| line.split('"').nth(1).unwrap().to_owned();
    for (line, keep) in [(secrets[0], 20), (secrets[1], 30)] {
        let value = secret(line);
        fs::write(&path, text.replace(&value, &value[..keep])).unwrap();
        let refused = Identity::read(&path).unwrap_err();
        let shown = format!("{refused} {refused:?}");
        assert!(matches!(refused, IdentityError::Value { .. }));
        assert!(!shown.contains(&value[..keep]), "{shown}");
    }
    fs::write(&path, vec![b'#'; 100_000]).unwrap();
    assert!(matches!(Identity::read(&path), Err(IdentityError::TooLong(_))));
    fs::write(&path, [0xff, 0xfe]).unwrap();
    assert!(matches!(Identity::read(&path), Err(IdentityError::NotText(_))));
    fs::write(&path, &text).unwrap();
    let east = Identity::read(&path).unwrap();
    let shown = format!("{east:?}");
    assert!(secrets.iter().all(|line| !shown.contains(&secret(line))), "{shown}");
}

#[test]
fn registries_have_plain_names() {
    assert!(Registry::new("a-1", "某局", "999901").is_ok());
    let long = "长".repeat(101);
    let bad = [
        ("", "某局", "999901"),
        ("A", "某局", "999901"),
        ("a/b", "某局", "999901"),
        ("a", "", "999901"),
        ("a", " 某局", "999901"),
        ("a", "某\"局", "999901"),
        ("a", "某\n局", "999901"),
        ("a", "某\u{202e}局", "999901"),
        ("a", &long, "999901"),
        ("a", "某局", "9999"),
        ("a", "某局", "99990x"),
    ];
    for (id, name, area) in bad {
        assert!(Registry::new(id, name, area).is_err(), "{id:?} {name:?} {area:?}");
    }
}

#[test]
fn a_second_card_of_one_registry_does_not_slip_in() {
    let (mut cards, first, second) = (Cards::new(), offices().east, offices().east);
    cards.add(first.card().clone()).unwrap();
    cards.add(first.card().clone()).unwrap();
    assert!(matches!(cards.add(second.card().clone()), Err(IdentityError::Known(_))));
    assert!(cards.find(second.card().fingerprint()).is_none());
    assert!(cards.remove(first.card().fingerprint()).is_some());
    cards.add(second.card().clone()).unwrap();
    assert_eq!(cards.iter().count(), 1);
}
