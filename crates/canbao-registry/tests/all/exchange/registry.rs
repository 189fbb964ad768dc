//! Two registries that ask each other, and what one of them refuses.

use std::fs;
use std::path::{Path, PathBuf};

use canbao_domain::rules::{Category, InsuranceState};
use canbao_domain::scope::Scope;
use canbao_domain::source::{Insurance, SourceKind};
use canbao_registry::apply::apply;
use canbao_registry::exchange::identity::{Card, Identity, Registry as Office};
use canbao_registry::exchange::parcel::{Content, Digest, Heading, Kind, Position, seal, verify};
use canbao_registry::exchange::psi::Limits;
use canbao_registry::exchange::rows::{AnswerRow, Outcome, RowWriter};
use canbao_registry::exchange::{Choice, Desk};
use canbao_registry::person::Whole;
use canbao_registry::query::Filter;
use canbao_registry::store::Value;
use canbao_registry::{Registry, RegistryError, audit};

use crate::apply::one;
use crate::support::run::{Somebody, number, somebody, write};
use crate::support::store::{Fresh, both, postgres, sqlite};

/// Two desks that know each other, each with its people, and the folder in which the stick lies.
pub(super) struct Two {
    pub(super) east: Desk,
    pub(super) west: Desk,
    east_keys: PathBuf,
    pub(super) east_fresh: Fresh,
    pub(super) west_fresh: Fresh,
}

impl Two {
    pub(super) fn stick(&self) -> PathBuf {
        self.east_fresh.folder.path().join("stick")
    }
}

pub(super) fn with(name: &'static str, birth: &'static str, sequence: u64, schemes: &[SourceKind]) -> Somebody {
    let mut person = somebody(name, birth, sequence);
    person.schemes = schemes.iter().map(|kind| (*kind, "normal")).collect();
    person
}

const PENSION: SourceKind = SourceKind::EmployeePension;
const MEDICAL: SourceKind = SourceKind::EmployeeMedical;

/// East: 李明 lacks a pension, 钱伟, 孙丽 and 周平 lack everything, 王秀英 lacks nothing.
fn easts() -> Vec<Somebody> {
    vec![
        somebody("王秀英", "1985-03-12", 10),
        with("李明", "1980-05-02", 11, &[MEDICAL]),
        with("钱伟", "1979-01-01", 12, &[]),
        with("孙丽", "2000-02-02", 13, &[]),
        with("周平", "1990-04-04", 14, &[]),
        with("吴刚", "1970-06-06", 15, &[PENSION]),
    ]
}

/// West: 李明 and 钱伟 are insured there; 周平's number is another's there; 吴刚 lacks a pension there.
fn wests() -> Vec<Somebody> {
    vec![
        with("李明", "1980-05-02", 11, &[PENSION]),
        with("钱 伟", "1979-01-01", 12, &[PENSION, MEDICAL]),
        with("周萍", "1990-04-04", 14, &[PENSION, MEDICAL]),
        with("吴刚", "1970-06-06", 15, &[MEDICAL]),
    ]
}

pub(super) async fn two(east_fresh: Fresh) -> Two {
    let west_fresh = if east_fresh.registry.store().is_postgres() { postgres().await.unwrap() } else { sqlite().await };
    for (fresh, people) in [(&east_fresh, easts()), (&west_fresh, wests())] {
        let run = write(fresh.folder.path(), "run", "2016-11-01", &people);
        apply(&fresh.registry, &run, "test", false).await.unwrap();
    }
    let office = |id, name, area| Identity::create(Office::new(id, name, area).unwrap()).unwrap();
    let (east, west) = (office("east", "东区社会保险局", "999901"), office("west", "西区社会保险局", "999902"));
    let east_keys = east_fresh.folder.path().join("east.keys");
    east.write(&east_keys).unwrap();
    let east = Desk::new(east_fresh.registry.clone(), east);
    let west = Desk::new(west_fresh.registry.clone(), west);
    east.add_peer(west.card(), "test").await.unwrap();
    west.add_peer(east.card(), "test").await.unwrap();
    let two = Two { east, west, east_keys, east_fresh, west_fresh };
    fs::create_dir(two.stick()).unwrap();
    two
}

async fn person(registry: &Registry, birth: &str, sequence: u64) -> Whole {
    one(registry, &number(birth, sequence)).await
}

async fn category(registry: &Registry, birth: &str, sequence: u64) -> Category {
    person(registry, birth, sequence).await.derived.category
}

async fn count(registry: &Registry, category: Category) -> i64 {
    let filter = Filter { category: Some(category), ..Filter::default() };
    registry.count(&Scope::city(), &filter).await.unwrap()
}

fn all() -> Choice {
    Choice::new(Scope::city())
}

fn files(folder: &Path) -> Vec<String> {
    let mut names: Vec<String> =
        fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
    names.sort();
    names
}

both!(both_ask_and_answer_and_who_is_insured_elsewhere_leaves_the_list, |fresh: Fresh| async move {
    let two = two(fresh).await;
    let (east, west, stick) = (&two.east, &two.west, two.stick());
    let (here, there) = (&two.east_fresh.registry, &two.west_fresh.registry);
    assert_eq!(count(here, Category::Uninsured).await, 3);
    assert_eq!(count(here, Category::Partial).await, 2);

    let asked = east.ask("west", &all(), &stick, "clerk").await.unwrap();
    assert_eq!((asked.asked, asked.left_out, asked.sent.sequence), (5, 0, 1));
    let answered = west.answer(&asked.sent.file, &stick, "clerk").await.unwrap();
    // 李明's pension and 钱伟's both; 吴刚's medical; 周平 bears another's number; nobody knows 孙丽
    assert_eq!((answered.asked, answered.insured, answered.name_differs, answered.unknown), (5, 4, 2, 2));
    let done = east.import(&answered.sent.file, "clerk").await.unwrap();
    assert_eq!((done.asked, done.insured, done.changed, done.left_out, done.unanswered), (5, 4, 3, 0, 0));
    assert_eq!(done.to_look_at, [person(here, "1990-04-04", 14).await.person]);

    assert_eq!(category(here, "1980-05-02", 11).await, Category::Confirmed);
    let both = person(here, "1979-01-01", 12).await;
    assert_eq!(both.derived.category, Category::Confirmed);
    assert_eq!((both.derived.pension, both.derived.medical), (InsuranceState::Elsewhere, InsuranceState::Elsewhere));
    assert!(both.enrolments.iter().all(|row| row.answerer() == Some("west")));
    assert_eq!(both.enrolments[0].pooling_area.as_deref(), Some("610902"));
    assert_eq!(category(here, "2000-02-02", 13).await, Category::Uninsured);
    assert_eq!(category(here, "1990-04-04", 14).await, Category::Uninsured);
    assert_eq!(count(here, Category::Uninsured).await, 2, "the counters follow");
    assert_eq!(count(here, Category::Confirmed).await, 4);

    // the other way
    let asked = west.ask("east", &all(), &stick, "clerk").await.unwrap();
    assert_eq!(asked.asked, 2);
    let answered = east.answer(&asked.sent.file, &stick, "clerk").await.unwrap();
    let done = west.import(&answered.sent.file, "clerk").await.unwrap();
    assert_eq!((done.insured, done.changed), (2, 2));
    assert_eq!(category(there, "1970-06-06", 15).await, Category::Confirmed);

    // what others told us is not told on: east knows 钱伟 from west alone
    for desk in [east, west] {
        let report = desk.verify(&stick).await.unwrap();
        assert_eq!((report.sound.len(), report.findings.len()), (4, 0), "{:?}", report.findings);
    }
    assert!(audit::verify(here).await.unwrap().faults.is_empty());
    assert!(audit::verify(there).await.unwrap().faults.is_empty());
});

both!(an_answer_lasts_until_the_next_or_until_a_run_says_so, |fresh: Fresh| async move {
    let two = two(fresh).await;
    let (east, west, stick) = (&two.east, &two.west, two.stick());
    let here = &two.east_fresh.registry;
    let asked = east.ask("west", &all(), &stick, "clerk").await.unwrap();
    let answered = west.answer(&asked.sent.file, &stick, "clerk").await.unwrap();
    east.import(&answered.sent.file, "clerk").await.unwrap();

    // later runs than the answer, with and without a change of theirs
    let folder = two.east_fresh.folder.path();
    for (name, day) in [("b", "2016-12-01"), ("c", "2027-12-01"), ("d", "2028-01-01")] {
        let mut people = easts();
        if name == "d" {
            people[2].phone = Some("13900000000");
        }
        apply(here, &write(folder, name, day, &people), "test", false).await.unwrap();
        let after = person(here, "1979-01-01", 12).await;
        assert_eq!((after.derived.category, after.findings.len()), (Category::Confirmed, 0), "{name}");
    }
    // the run's own word takes the place of the answer, of that insurance alone
    let mut people = easts();
    people[2].schemes = vec![(PENSION, "normal")];
    apply(here, &write(folder, "e", "2028-02-01", &people), "test", false).await.unwrap();
    assert_eq!(person(here, "1979-01-01", 12).await.derived.pension, InsuranceState::Enrolled);

    // 李明 is no longer insured there
    let mut people = wests();
    people.remove(0);
    let run = write(two.west_fresh.folder.path(), "b", "2028-02-01", &people);
    apply(&two.west_fresh.registry, &run, "test", false).await.unwrap();
    let again = Choice { again: true, ..all() };
    let asked = east.ask("west", &again, &stick, "clerk").await.unwrap();
    assert_eq!(asked.asked, 5);
    let answered = west.answer(&asked.sent.file, &stick, "clerk").await.unwrap();
    let done = east.import(&answered.sent.file, "clerk").await.unwrap();
    assert_eq!(done.changed, 1, "who is still insured there keeps the row");
    assert_eq!(category(here, "1980-05-02", 11).await, Category::Partial);
    assert_eq!(category(here, "1970-06-06", 15).await, Category::Confirmed);
});

both!(a_private_comparison_in_both_directions, |fresh: Fresh| async move {
    let two = two(fresh).await;
    let stick = two.stick();
    let (here, there) = (&two.east_fresh.registry, &two.west_fresh.registry);
    for (asker, answerer, peer) in [(&two.east, &two.west, "west"), (&two.west, &two.east, "east")] {
        for insurance in [Insurance::Pension, Insurance::Medical] {
            let asked = asker.ask_privately(peer, &all(), insurance, &stick, "clerk").await.unwrap();
            let answered = answerer.answer(&asked.sent.file, &stick, "clerk").await.unwrap();
            assert_eq!(answered.asked, asked.asked);
            assert!(answered.held > 0);
            let done = asker.import(&answered.sent.file, "clerk").await.unwrap();
            assert_eq!((done.asked, done.insured + done.uninsured), (asked.asked, asked.asked));
        }
    }
    assert_eq!(category(here, "1980-05-02", 11).await, Category::Confirmed);
    assert_eq!(category(here, "1979-01-01", 12).await, Category::Confirmed);
    assert_eq!(category(here, "2000-02-02", 13).await, Category::Uninsured);
    assert_eq!(person(here, "1979-01-01", 12).await.enrolments[0].pooling_area.as_deref(), Some("999902"));
    assert_eq!(category(there, "1970-06-06", 15).await, Category::Confirmed);
    // nothing of the secrets is left
    for registry in [here, there] {
        let mut transaction = registry.store().read().await.unwrap();
        assert_eq!(transaction.int("SELECT COUNT(*) FROM private_question", &[]).await.unwrap(), 0);
    }
    let report = two.east.verify(&stick).await.unwrap();
    assert_eq!((report.sound.len(), report.findings.len()), (8, 0));
});

both!(a_private_question_beyond_the_cap_is_refused, |fresh: Fresh| async move {
    let two = two(fresh).await;
    let stick = two.stick();
    let small = |asked, held| Limits { asked, held, threads: 1 };
    let east = two.east.clone().with_limits(small(3, 100));
    let refused = east.ask_privately("west", &all(), Insurance::Pension, &stick, "clerk").await;
    assert_refused(refused, "被查询人员");
    let asked = two.east.ask_privately("west", &all(), Insurance::Pension, &stick, "clerk").await.unwrap();
    let west = two.west.clone().with_limits(small(3, 100));
    assert_refused(west.answer(&asked.sent.file, &stick, "clerk").await, "被查询人员");
    let west = two.west.clone().with_limits(small(100, 1));
    assert_refused(west.answer(&asked.sent.file, &stick, "clerk").await, "参保人员");
    assert_eq!(files(&stick).len(), 1, "nothing is left of what was refused");
    two.west.answer(&asked.sent.file, &stick, "clerk").await.unwrap();
});

fn assert_refused<T: std::fmt::Debug>(done: Result<T, RegistryError>, word: &str) {
    let refused = done.unwrap_err();
    assert!(matches!(refused, RegistryError::Refused { .. } | RegistryError::NobodyToAsk), "{refused:?}");
    assert!(refused.to_string().contains(word), "{refused}");
    assert!(!refused.hint().is_empty());
}

both!(what_is_not_in_the_conversation_is_refused, |fresh: Fresh| async move {
    let two = two(fresh).await;
    let (east, west, stick) = (&two.east, &two.west, two.stick());
    let here = &two.east_fresh.registry;
    assert_refused(east.ask("south", &all(), &stick, "clerk").await, "south");
    let nowhere = Choice { scope: Scope::under(["610921"]), ..all() };
    assert_refused(east.ask("west", &nowhere, &stick, "clerk").await, "没有需要查询的人员");
    assert_refused(east.add_peer(east.card(), "clerk").await, "自己");

    // a third registry that nobody knows
    let south = Identity::create(Office::new("south", "南区社会保险局", "999903").unwrap()).unwrap();
    let strange = stick.join("strange.parcel");
    seal_rows(&strange, &south, east.card(), Position::START, Digest([7; 32]), &[]);
    assert_refused(east.import(&strange, "clerk").await, "");
    fs::remove_file(&strange).unwrap();

    let asked = east.ask("west", &all(), &stick, "clerk").await.unwrap();
    assert_refused(east.answer(&asked.sent.file, &stick, "clerk").await, "");
    assert_refused(west.import(&asked.sent.file, "clerk").await, "不是答复");
    let answered = west.answer(&asked.sent.file, &stick, "clerk").await.unwrap();
    assert_refused(west.answer(&asked.sent.file, &stick, "clerk").await, "");
    assert_refused(east.answer(&answered.sent.file, &stick, "clerk").await, "不是查询");
    let before = here.as_of().await.unwrap();
    east.import(&answered.sent.file, "clerk").await.unwrap();
    let entries = audit::verify(here).await.unwrap().entries;
    assert_refused(east.import(&answered.sent.file, "clerk").await, "");
    assert_eq!(audit::verify(here).await.unwrap().entries, entries, "nothing was done");
    assert_eq!(here.as_of().await.unwrap(), before);

    // a registry that was taken off is heard no more
    east.remove_peer("west", "clerk").await.unwrap();
    assert!(east.peers().await.unwrap().is_empty());
    let asked = west.ask("east", &all(), &stick, "clerk").await.unwrap();
    assert_refused(east.answer(&asked.sent.file, &stick, "clerk").await, "");
    east.add_peer(west.card(), "clerk").await.unwrap();
    east.answer(&asked.sent.file, &stick, "clerk").await.unwrap();
});

/// An answer that its sender signed, whatever it says.
fn seal_rows(to: &Path, sender: &Identity, receiver: &Card, last: Position, answers: Digest, rows: &[AnswerRow]) {
    let mut write = |mut output: &mut dyn std::io::Write| {
        let mut writer = RowWriter::<_, AnswerRow>::new(&mut output).unwrap();
        rows.iter().for_each(|row| writer.write(row).unwrap());
        Ok(writer.finish())
    };
    let heading = Heading {
        kind: Kind::Answer,
        created: "2026-03-01T08:00:00+08:00",
        last,
        answers: Some(answers),
        reread: false,
    };
    seal(to, &heading, sender, receiver, &mut [Content { name: "rows", write: &mut write }]).unwrap();
}

both!(an_answer_to_what_was_not_asked_changes_nothing, |fresh: Fresh| async move {
    let two = two(fresh).await;
    let (east, west, stick) = (&two.east, &two.west, two.stick());
    let asked = west.ask("east", &all(), &stick, "clerk").await.unwrap();
    let keys = Identity::read(&two.east_keys).unwrap();
    let row = |row, insurance| AnswerRow {
        row,
        insurance,
        outcome: Outcome::Insured,
        scheme: None,
        area: None,
        status: None,
        since: None,
    };
    // line 1 is 李明, who lacks the medical insurance there; the others lack nothing or are lines that there are not
    let good = row(1, Insurance::Medical);
    let there = &two.west_fresh.registry;
    let wrong = [
        (Digest([7; 32]), vec![good.clone()]),
        (asked.sent.digest, vec![row(1, Insurance::Pension)]),
        (asked.sent.digest, vec![good.clone(), row(3, Insurance::Medical)]),
        (asked.sent.digest, vec![row(0, Insurance::Medical)]),
    ];
    for (at, (answers, rows)) in wrong.into_iter().enumerate() {
        let path = stick.join(format!("wrong{at}.parcel"));
        seal_rows(&path, &keys, west.card(), Position::START, answers, &rows);
        assert_refused(west.import(&path, "clerk").await, "没有");
        assert_eq!(category(there, "1980-05-02", 11).await, Category::Partial, "half applied");
    }
    let path = stick.join("good.parcel");
    seal_rows(&path, &keys, west.card(), Position::START, asked.sent.digest, std::slice::from_ref(&good));
    let done = west.import(&path, "clerk").await.unwrap();
    assert_eq!((done.insured, done.unanswered, done.changed), (1, 1, 1));
    // a second answer to the same question, rightly next in the chain
    let cards = {
        let mut cards = canbao_registry::exchange::identity::Cards::new();
        cards.add(east.card().clone()).unwrap();
        cards
    };
    let last = verify(&path, &cards).unwrap().position();
    let second = stick.join("second.parcel");
    seal_rows(&second, &keys, west.card(), last, asked.sent.digest, &[good]);
    assert_refused(west.import(&second, "clerk").await, "已经有过答复");
});

both!(a_parcel_without_its_name_gets_it, |fresh: Fresh| async move {
    let two = two(fresh).await;
    let (east, west, stick) = (&two.east, &two.west, two.stick());
    let asked = east.ask("west", &all(), &stick, "clerk").await.unwrap();
    let answered = west.answer(&asked.sent.file, &stick, "clerk").await.unwrap();
    // as if killed between the commit and the name
    let aside = stick.join(".parcel-0123");
    fs::rename(&answered.sent.file, &aside).unwrap();
    let bytes = |path: &Path| Value::from(path.to_str().unwrap().as_bytes().to_vec());
    let mut transaction = two.west_fresh.registry.store().write().await.unwrap();
    let sql = "UPDATE parcel SET placed = 0, aside = $1, file = $2 WHERE digest = $3";
    let of = [bytes(&aside), bytes(&answered.sent.file), answered.sent.digest.to_string().into()];
    assert_eq!(transaction.execute(sql, &of).await.unwrap(), 1);
    transaction.commit().await.unwrap();
    // the stick is away: nothing more goes to that registry
    let away = two.east_fresh.folder.path().join("away");
    fs::rename(&stick, &away).unwrap();
    let elsewhere = two.west_fresh.folder.path();
    assert_refused(west.ask("east", &all(), elsewhere, "clerk").await, "还没有写到位");
    fs::rename(&away, &stick).unwrap();
    let again = west.answer(&asked.sent.file, &stick, "clerk").await.unwrap();
    assert_eq!(again.sent, answered.sent);
    east.import(&answered.sent.file, "clerk").await.unwrap();
    assert!(west.resume().await.unwrap().is_empty());
});

both!(a_number_that_changed_meanwhile_is_left_as_it_is, |fresh: Fresh| async move {
    let two = two(fresh).await;
    let (east, west, stick) = (&two.east, &two.west, two.stick());
    let here = &two.east_fresh.registry;
    let asked = east.ask("west", &all(), &stick, "clerk").await.unwrap();
    let answered = west.answer(&asked.sent.file, &stick, "clerk").await.unwrap();
    let mut people = easts();
    people.remove(2);
    apply(here, &write(two.east_fresh.folder.path(), "b", "2016-12-01", &people), "test", false).await.unwrap();
    let done = east.import(&answered.sent.file, "clerk").await.unwrap();
    assert_eq!((done.left_out, done.changed), (1, 2));
    assert!(person(here, "1979-01-01", 12).await.enrolments.is_empty());
});
