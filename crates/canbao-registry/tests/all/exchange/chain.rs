//! Folders of parcels.

use std::fs;
use std::path::Path;

use canbao_registry::exchange::parcel::{
    ChainFault, Digest, Finding, FolderReport, Link, ParcelError, Position, check_chain, file_name, seal, verify_folder,
};

use super::{Offices, offices, send};

/// Five parcels from east to west under their proper names, and one back.
fn conversation(offices: &Offices, folder: &Path) -> Vec<String> {
    let mut last = Position::START;
    let mut names = Vec::new();
    for at in 0..5 {
        let draft = folder.join("draft");
        let sealed = send(offices, &draft, last, format!("row {at}").as_bytes()).unwrap();
        last = sealed.position;
        names.push(file_name(&sealed.manifest));
        fs::rename(draft, folder.join(names.last().unwrap())).unwrap();
    }
    let mut write = |output: &mut dyn std::io::Write| output.write_all(b"x").map(|()| 1);
    let content = canbao_registry::exchange::parcel::Content { name: "a", write: &mut write };
    let back = super::heading(Position::START);
    seal(&folder.join("z.parcel"), &back, &offices.west, offices.east.card(), &mut [content]).unwrap();
    fs::write(folder.join("note.txt"), "not a parcel").unwrap();
    fs::write(folder.join(".half.parcel"), "unfinished").unwrap();
    names
}

fn checked(change: impl FnOnce(&Path, &Offices, &[String])) -> (FolderReport, Vec<String>) {
    let (folder, offices) = (tempfile::tempdir().unwrap(), offices());
    let names = conversation(&offices, folder.path());
    change(folder.path(), &offices, &names);
    (verify_folder(folder.path(), &offices.cards).unwrap(), names)
}

#[test]
fn a_whole_conversation_holds() {
    let (report, _) = checked(|_, _, _| ());
    assert_eq!(report.sound.len(), 6);
    assert!(report.findings.is_empty(), "{:?}", report.findings);
}

#[test]
fn a_lost_parcel_is_a_gap() {
    let (report, names) = checked(|folder, _, names| {
        fs::remove_file(folder.join(&names[1])).unwrap();
        fs::remove_file(folder.join(&names[2])).unwrap();
    });
    let [finding] = &report.findings[..] else { panic!("{:?}", report.findings) };
    assert!(matches!(finding, Finding::Missing { first: 2, last: 3, before, .. } if *before == names[3]));
    let told = finding.to_string();
    assert!(told.contains("第2号至第3号") && told.contains("东区社会保险局") && finding.hint().is_some(), "{told}");
}

#[test]
fn a_lost_beginning_is_a_gap() {
    let (report, _) = checked(|folder, _, names| fs::remove_file(folder.join(&names[0])).unwrap());
    assert!(matches!(&report.findings[..], [Finding::Missing { first: 1, last: 1, .. }]), "{:?}", report.findings);
}

#[test]
fn a_copy_is_a_repeat() {
    let (report, names) = checked(|folder, _, names| {
        fs::copy(folder.join(&names[1]), folder.join("y.parcel")).unwrap();
    });
    let [Finding::Repeated { file, first }] = &report.findings[..] else { panic!("{:?}", report.findings) };
    assert_eq!((file.as_str(), first), ("y.parcel", &names[1]));
}

#[test]
fn exchanged_names_are_a_reorder() {
    let (report, names) = checked(|folder, _, names| {
        fs::rename(folder.join(&names[1]), folder.join("t")).unwrap();
        fs::rename(folder.join(&names[2]), folder.join(&names[1])).unwrap();
        fs::rename(folder.join("t"), folder.join(&names[2])).unwrap();
    });
    let [Finding::Reordered { file, sequence: 2, after }] = &report.findings[..] else {
        panic!("{:?}", report.findings)
    };
    assert_eq!((file, after), (&names[2], &names[1]));
}

#[test]
fn an_altered_parcel_is_told_with_its_name() {
    let (report, names) = checked(|folder, _, names| {
        let path = folder.join(&names[4]);
        let mut bytes = fs::read(&path).unwrap();
        let at = bytes.len() - 70;
        bytes[at] ^= 1;
        fs::write(&path, bytes).unwrap();
    });
    let [finding] = &report.findings[..] else { panic!("{:?}", report.findings) };
    assert!(matches!(finding, Finding::Refused { why: ParcelError::Altered(_), .. }));
    assert!(finding.to_string().contains(&names[4]));
}

#[test]
fn an_unknown_sender_is_told() {
    let (report, _) = checked(|folder, offices, _| {
        let mut write = |output: &mut dyn std::io::Write| output.write_all(b"x").map(|()| 1);
        let content = canbao_registry::exchange::parcel::Content { name: "a", write: &mut write };
        let heading = super::heading(Position::START);
        seal(&folder.join("u.parcel"), &heading, &offices.stranger, offices.west.card(), &mut [content]).unwrap();
    });
    let [finding] = &report.findings[..] else { panic!("{:?}", report.findings) };
    assert!(matches!(finding, Finding::Refused { file, why: ParcelError::UnknownSender(_) } if file == "u.parcel"));
}

#[test]
fn a_replaced_parcel_is_told_even_when_its_sender_signed_it() {
    let (report, names) = checked(|folder, offices, names| {
        // the sender rewrites its third parcel on top of the true second
        let second = verify_folder(folder, &offices.cards).unwrap().sound[1].1.position();
        fs::remove_file(folder.join(&names[2])).unwrap();
        send(offices, &folder.join(&names[2]), second, b"another third").unwrap();
    });
    let [Finding::Unchained { file, sequence: 4, before }] = &report.findings[..] else {
        panic!("{:?}", report.findings)
    };
    assert_eq!((file, before), (&names[3], &names[2]));
}

#[test]
fn one_number_for_two_parcels_is_told() {
    let (report, names) = checked(|folder, offices, _| {
        send(offices, &folder.join("y.parcel"), Position::START, b"another first").unwrap();
    });
    let [Finding::Forked { file, first, sequence: 1 }] = &report.findings[..] else { panic!("{:?}", report.findings) };
    assert_eq!((file.as_str(), first), ("y.parcel", &names[0]));
}

#[test]
fn both_ways_are_counted_apart() {
    let offices = offices();
    let (east, west) = (offices.east.card().fingerprint(), offices.west.card().fingerprint());
    let link = |from, to, sequence, previous: Option<u8>, digest| Link {
        from,
        to,
        sequence,
        previous: previous.map(|byte| Digest([byte; 32])),
        digest: Digest([digest; 32]),
    };
    let good = [link(east, west, 1, None, 1), link(west, east, 1, None, 9), link(east, west, 2, Some(1), 2)];
    assert_eq!(check_chain(&good), []);
    let mut wrong = good;
    wrong[2].previous = Some(Digest([9; 32]));
    assert_eq!(check_chain(&wrong), [ChainFault::Unchained { at: 2, before: 0 }]);
    let mut end = good;
    end[2].sequence = u64::MAX;
    assert_eq!(check_chain(&end), [ChainFault::Missing { at: 2, first: 2, last: u64::MAX - 1 }]);
    assert!(verify_folder("/nonexistent".as_ref(), &offices.cards).is_err());
}
