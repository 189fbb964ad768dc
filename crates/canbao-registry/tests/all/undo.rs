//! An apply undone: what it changed is as it was, and nothing else.

use std::collections::BTreeSet;
use std::time::Duration;

use canbao_domain::date::Date;
use canbao_domain::rules::{Category, PersonLife};
use canbao_domain::scope::Scope;
use canbao_domain::source::SourceKind;
use canbao_registry::apply::{Balance, apply, undo};
use canbao_registry::audit::verify;
use canbao_registry::change::{Procedure, Proposal};
use canbao_registry::person::{State, Whole};
use canbao_registry::query::Filter;
use canbao_registry::store::Value;
use canbao_registry::{Registry, RegistryError};

use crate::apply::{asker, counted, one, town};
use crate::change::done;
use crate::support::run::{AREAS, Around, Somebody, number, somebody, write, write_in};
use crate::support::store::{Fresh, both};

/// The next month: one insured now, one gone, one new, one with other findings and another village.
fn next(mut people: Vec<Somebody>) -> Vec<Somebody> {
    people[1].schemes = vec![(SourceKind::ResidentPension, "normal"), (SourceKind::RuralMedical, "normal")];
    people[3].village = Some("610902001002");
    people[3].findings = vec![("name-differs", "姓名不同")];
    people.remove(2);
    people.push(somebody("孙丽", "2001-02-03", 20));
    people
}

/// Everybody by number, as texts that say all but the rows' identifiers.
async fn everybody(registry: &Registry) -> Vec<String> {
    let mut all = Vec::new();
    let numbers = [("1985-03-12", 10), ("1980-05-02", 11), ("1991-07-08", 12)].map(|(day, at)| number(day, at));
    for number in numbers.iter().map(String::as_str).chain(["E1234567"]) {
        let found = registry.by_number(&asker(), number).await.unwrap();
        all.extend(found.iter().map(said));
    }
    all
}

fn said(whole: &Whole) -> String {
    let record = &whole.record;
    let mut numbers: Vec<_> = whole.numbers.iter().map(|number| (number.kind, number.value.clone())).collect();
    let mut rows: Vec<_> = whole.enrolments.iter().map(|row| (row.scheme.clone(), row.status.clone())).collect();
    let mut findings: Vec<_> = whole.findings.iter().map(|row| (row.kind.clone(), row.detail.clone())).collect();
    numbers.sort();
    rows.sort();
    findings.sort();
    let (state, area, effective) = (record.state, &record.area, &whole.effective);
    let (name, derived) = (&record.name, whole.derived);
    format!("{} {state:?} {area} {name:?} {effective} {derived:?} {numbers:?} {rows:?} {findings:?}", whole.person)
}

async fn count(registry: &Registry, table: &'static str) -> i64 {
    let mut transaction = registry.store().read().await.unwrap();
    transaction.int(format!("SELECT COUNT(*) FROM {table}"), &[]).await.unwrap()
}

both!(what_an_apply_changed_is_as_it_was, |fresh: Fresh| async move {
    let (registry, folder) = (&fresh.registry, fresh.folder.path());
    let (first, second) = (write(folder, "a", "2016-11-01", &town()), write(folder, "b", "2016-12-01", &next(town())));
    apply(registry, &first, "test", false).await.unwrap();
    let before = everybody(registry).await;
    let applied = apply(registry, &second, "test", false).await.unwrap();
    assert_ne!(everybody(registry).await, before);
    let versions = count(registry, "person").await;
    let dry = undo(registry, None, "test", true).await.unwrap();
    assert_eq!((dry.undone, dry.revision, dry.restored, dry.ended), (applied.revision, 0, 3, 1));
    assert_eq!(count(registry, "person").await, versions, "a trial wrote");
    let undone = undo(registry, Some(applied.revision), "test", false).await.unwrap();
    assert_eq!((undone.restored, undone.ended, undone.left.len()), (3, 1, 0));
    assert_eq!((undone.as_of.as_str(), undone.rows_written), ("2016-11-01", dry.rows_written));
    assert_eq!(everybody(registry).await, before);
    assert_eq!(registry.as_of().await.unwrap(), "2016-11-01");
    assert_eq!(one(registry, &number("2001-02-03", 20)).await.record.state, State::Ended);
    assert_eq!(registry.count(&Scope::city(), &Filter::default()).await.unwrap(), 4);
    counted(registry).await;
    // history is added to, never overwritten
    assert_eq!(count(registry, "person").await, versions + 4);
    // the run before brings nothing new, and the one that was undone can be applied again
    let again = apply(registry, &first, "test", false).await.unwrap();
    assert_eq!((again.revision, again.balance), (0, Balance { untouched: 4, ..Balance::default() }));
    let balance = apply(registry, &second, "test", false).await.unwrap().balance;
    assert_eq!((balance.new, balance.changed, balance.ended, balance.untouched), (0, 3, 1, 1));
    counted(registry).await;
    let proof = verify(registry).await.unwrap();
    assert_eq!((proof.entries, proof.faults.len()), (4, 0));
});

both!(applies_are_undone_one_after_the_other_down_to_nobody, |fresh: Fresh| async move {
    let (registry, folder) = (&fresh.registry, fresh.folder.path());
    let first = apply(registry, &write(folder, "a", "2016-11-01", &town()), "test", false).await.unwrap();
    apply(registry, &write(folder, "b", "2016-12-01", &next(town())), "test", false).await.unwrap();
    // one on which another stands, and one that is none
    for (wanted, told) in [(first.revision, "之后还有"), (7, "不是一次")] {
        let refused = undo(registry, Some(wanted), "test", false).await.unwrap_err();
        assert!(matches!(&refused, RegistryError::Refused { sentence, .. } if sentence.contains(told)), "{refused}");
    }
    undo(registry, None, "test", false).await.unwrap();
    let undone = undo(registry, None, "test", false).await.unwrap();
    assert_eq!((undone.undone, undone.restored, undone.ended, undone.left.len()), (first.revision, 0, 4, 0));
    assert_eq!(registry.as_of().await.unwrap(), "");
    assert_eq!(registry.count(&Scope::city(), &Filter::default()).await.unwrap(), 0);
    let mut transaction = registry.store().read().await.unwrap();
    let sql = "SELECT COUNT(*) FROM unit, state WHERE rev_from <= visible AND rev_to > visible";
    assert_eq!(transaction.int(sql, &[]).await.unwrap(), 0);
    drop(transaction);
    assert!(matches!(undo(registry, None, "test", false).await, Err(RegistryError::Refused { .. })));
    // the same people, and no second record of anybody
    let balance = apply(registry, &folder.join("a"), "test", false).await.unwrap().balance;
    assert_eq!((balance.new, balance.changed), (0, 4));
    assert_eq!(one(registry, &number("1980-05-02", 11)).await.derived.category, Category::Partial);
    counted(registry).await;
});

both!(people_with_a_request_or_confirmation_since_are_left, |fresh: Fresh| async move {
    let (registry, folder) = (&fresh.registry, fresh.folder.path());
    apply(registry, &write(folder, "a", "2016-11-01", &town()), "test", false).await.unwrap();
    let applied = apply(registry, &write(folder, "b", "2016-12-01", &next(town())), "test", false).await.unwrap();
    let asked = one(registry, &number("1980-05-02", 11)).await;
    let gone = one(registry, &number("1991-07-08", 12)).await;
    let sql = "INSERT INTO change_request (id, kind, person, state, effective, content, base, maker, made_at) \
               VALUES (1, 'item', $1, 'pending', '2016-12-02', '{}', $2, 'test', 0)";
    let mut transaction = registry.store().write().await.unwrap();
    transaction.execute(sql, &[Value::from(asked.person), Value::from(applied.revision)]).await.unwrap();
    // one from before the apply holds nobody back
    let sql = sql.replace("(1,", "(2,");
    transaction.execute(sql, &[Value::from(gone.person), Value::from(applied.revision - 1)]).await.unwrap();
    transaction.commit().await.unwrap();
    let undone = undo(registry, None, "test", false).await.unwrap();
    assert_eq!((undone.left, undone.restored, undone.ended), (vec![asked.person], 2, 1));
    assert_eq!(said(&one(registry, &number("1980-05-02", 11)).await), said(&asked));
    assert_eq!(one(registry, &number("1991-07-08", 12)).await.record.state, State::Current);
    counted(registry).await;
});

both!(an_undo_that_was_killed_leaves_nothing, |fresh: Fresh| async move {
    let (registry, folder) = (&fresh.registry, fresh.folder.path());
    apply(registry, &write(folder, "a", "2016-11-01", &town()), "test", false).await.unwrap();
    let applied = apply(registry, &write(folder, "b", "2016-12-01", &next(town())), "test", false).await.unwrap();
    let before = everybody(registry).await;
    // what an undo had written when it died
    let staged = applied.revision + (1 << 32);
    let person = one(registry, &number("1980-05-02", 11)).await.person;
    let mut transaction = registry.store().write().await.unwrap();
    let sql = "INSERT INTO apply (revision, state, base, as_of, run_digest, balance) \
               SELECT $1, 'staging', base, as_of, run_digest, '' FROM apply WHERE revision = $2";
    transaction.execute(sql, &[staged.into(), applied.revision.into()]).await.unwrap();
    for table in ["enrolment", "number"] {
        let sql = format!("UPDATE {table} SET rev_to = $1 WHERE person = $2 AND rev_to > $1");
        transaction.execute(sql, &[staged.into(), person.into()]).await.unwrap();
    }
    transaction.commit().await.unwrap();
    assert_eq!(everybody(registry).await, before);
    let undone = undo(registry, None, "test", false).await.unwrap();
    assert_eq!((undone.undone, undone.restored, undone.ended), (applied.revision, 3, 1));
    let balance = apply(registry, &folder.join("b"), "test", false).await.unwrap().balance;
    assert_eq!((balance.changed, balance.ended), (3, 1));
    counted(registry).await;
});

both!(whom_a_hand_changed_since_is_left_and_listed, |fresh: Fresh| async move {
    let (registry, folder) = (&fresh.registry, fresh.folder.path());
    apply(registry, &write(folder, "a", "2016-11-01", &town()), "test", false).await.unwrap();
    let second = write(folder, "b", "2016-12-01", &next(town()));
    apply(registry, &second, "test", false).await.unwrap();
    let [insured, new] =
        [one(registry, &number("1980-05-02", 11)).await, one(registry, &number("2001-02-03", 20)).await];
    let death = done(registry, &insured, Procedure::Death, "2016-12-05").await.unwrap();
    done(registry, &new, Procedure::Death, "2016-12-06").await.unwrap();
    let dry = undo(registry, None, "test", true).await.unwrap();
    let undone = undo(registry, None, "test", false).await.unwrap();
    assert_eq!((&undone.left, undone.restored, undone.ended), (&vec![insured.person, new.person], 2, 0));
    assert_eq!((dry.left, dry.restored, dry.ended), (undone.left, 2, 0));
    for (left, day) in [(&insured, "2016-12-05"), (&new, "2016-12-06")] {
        let now = registry.person(&asker(), left.person).await.unwrap();
        assert_eq!((now.record.life, now.record.life_date), (PersonLife::Deceased, Date::parse(day)));
        // what the apply had brought is under the hand's change still
        assert_eq!((now.record.state, now.enrolments.len()), (State::Current, left.enrolments.len()));
    }
    assert_eq!(one(registry, &number("1991-07-08", 12)).await.record.state, State::Current);
    counted(registry).await;
    // the hand's change can be undone by itself, and the run applied again
    registry.undo_change(&asker(), death, "登记有误").await.unwrap();
    let back = one(registry, &number("1980-05-02", 11)).await;
    assert_eq!((&back.record, back.derived, &back.enrolments), (&insured.record, insured.derived, &insured.enrolments));
    apply(registry, &second, "test", false).await.unwrap();
    counted(registry).await;
    assert_eq!(verify(registry).await.unwrap().faults, Vec::<String>::new());
});

both!(to_whom_a_hand_comes_while_the_undo_runs_is_left, |fresh: Fresh| async move {
    let (registry, folder) = (&fresh.registry, fresh.folder.path());
    apply(registry, &write(folder, "a", "2016-11-01", &town()), "test", false).await.unwrap();
    let second = write(folder, "b", "2016-12-01", &next(town()));
    apply(registry, &second, "test", false).await.unwrap();
    let [insured, moved] = [one(registry, &number("1980-05-02", 11)).await, one(registry, "E1234567").await];
    // the writer's turn is held until the undo has looked at everybody, and the hands wait behind it: they come between
    // its beginning and its end
    let turn = registry.store().write().await.unwrap();
    let (here, there, elsewhere) = (registry.clone(), registry.clone(), registry.clone());
    let undoing = tokio::spawn(async move { undo(&here, None, "test", false).await });
    tokio::time::sleep(Duration::from_millis(400)).await;
    let changed = insured.clone();
    let hand = tokio::spawn(async move { done(&there, &changed, Procedure::Death, "2016-12-05").await });
    let proposal = Proposal {
        person: moved.person,
        seen: moved.revision,
        procedure: Procedure::Death,
        effective: "2016-12-05".to_owned(),
        evidence: None,
        papers: None,
    };
    let today = Date::parse("2017-06-30").unwrap();
    let request = tokio::spawn(async move { elsewhere.propose(&asker(), &proposal, today).await });
    tokio::time::sleep(Duration::from_millis(300)).await;
    turn.rollback().await.unwrap();
    let undone = undoing.await.unwrap().unwrap();
    hand.await.unwrap().unwrap();
    request.await.unwrap().unwrap();
    let mut left = vec![insured.person, moved.person];
    left.sort_unstable();
    assert_eq!((undone.left, undone.restored, undone.ended), (left, 1, 1));
    let dead = registry.person(&asker(), insured.person).await.unwrap();
    assert_eq!((dead.record.life, dead.enrolments.len()), (PersonLife::Deceased, insured.enrolments.len()));
    assert_eq!(said(&one(registry, "E1234567").await), said(&moved));
    assert_eq!(one(registry, &number("1991-07-08", 12)).await.record.state, State::Current);
    counted(registry).await;
    apply(registry, &second, "test", false).await.unwrap();
    counted(registry).await;
    assert_eq!(verify(registry).await.unwrap().faults, Vec::<String>::new());
});

/// Areas that hold, as texts.
async fn areas(registry: &Registry) -> BTreeSet<String> {
    let areas = registry.current_areas().await.unwrap();
    let mut all: BTreeSet<String> = areas.iter().map(|(code, _)| format!("{code} {}", areas.full_name(code))).collect();
    let mut transaction = registry.store().read().await.unwrap();
    let sql = "SELECT code, valid_from, name, level, parent, reporting FROM area WHERE valid_to = '9999-12-31'";
    for row in transaction.all(sql, &[]).await.unwrap() {
        let texts: Vec<&str> = (0..6).map(|at| row.maybe_text(at).unwrap_or("-")).collect();
        all.insert(texts.join(" "));
    }
    all
}

both!(areas_that_an_apply_changed_are_as_they_were, |fresh: Fresh| async move {
    let (registry, folder) = (&fresh.registry, fresh.folder.path());
    apply(registry, &write(folder, "a", "2016-11-01", &town()), "test", false).await.unwrap();
    // who manages a village is not the run's to say
    let mut transaction = registry.store().write().await.unwrap();
    transaction.execute("UPDATE area SET reporting = '610921001' WHERE code = '610902001001'", &[]).await.unwrap();
    transaction.commit().await.unwrap();
    let (before, people) = (areas(registry).await, everybody(registry).await);
    // renamed, gone, under another town, and new
    let mut changed = AREAS.to_vec();
    changed[3].1 = "张滩社区";
    changed[7].3 = Some("610902001");
    changed.remove(4);
    changed.push(("610902001003", "新村", "village", Some("610902001")));
    let mut moved = next(town());
    moved[2].village = Some("610902001003");
    let second = write_in(folder, "b", "2016-12-01", &moved, &Around { areas: &changed, ..Around::default() });
    apply(registry, &second, "test", false).await.unwrap();
    let after = areas(registry).await;
    assert!(after.iter().any(|area| area.contains("张滩社区")) && !after.iter().any(|area| area.contains("黄沟村")));
    undo(registry, None, "test", false).await.unwrap();
    let undone = areas(registry).await;
    // the one that it brought stays: somebody may have been put there by hand
    let stays = |area: &&String| area.starts_with("610902001003");
    assert_eq!(undone.iter().filter(|area| !stays(area)).collect::<Vec<_>>(), before.iter().collect::<Vec<_>>());
    assert_eq!(undone.iter().filter(stays).count(), 2);
    assert_eq!(everybody(registry).await, people);
    // and the same again
    apply(registry, &second, "test", false).await.unwrap();
    assert_eq!(areas(registry).await, after);
    undo(registry, None, "test", false).await.unwrap();
    assert_eq!(areas(registry).await, undone);
    counted(registry).await;
    assert_eq!(verify(registry).await.unwrap().faults, Vec::<String>::new());
});
