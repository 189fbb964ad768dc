//! A department's file becomes many requests, each row with its outcome, and is decided in one step.

use std::time::Duration;

use canbao_domain::code::Life;
use canbao_domain::date::Date;
use canbao_domain::rules::{Category, PersonLife};
use canbao_domain::scope::Scope;
use canbao_domain::source::SourceKind;
use canbao_registry::apply::apply;
use canbao_registry::audit::verify;
use canbao_registry::change::{BulkProposal, BulkProposed, BulkRow, Decision, Outcome, Procedure, Proposal, Settled};
use canbao_registry::query::{Asker, Filter};
use canbao_registry::{Registry, RegistryError};

use crate::apply::{asker, one, town};
use crate::support::run::{Somebody, number, somebody, write};
use crate::support::store::{Fresh, both};

fn today() -> Date {
    Date::parse("2017-06-30").unwrap()
}

fn by(actor: &str) -> Asker {
    Asker { actor: actor.to_owned(), scope: Scope::city(), purpose: "test".into() }
}

fn row(number: impl Into<String>, name: &str, date: &str) -> BulkRow {
    let place = "第 2 行".to_owned();
    BulkRow { number: number.into(), name: name.to_owned(), date: date.to_owned(), life: Life::Blank, place }
}

async fn propose(registry: &Registry, rows: &[BulkRow]) -> BulkProposed {
    let proposal =
        BulkProposal { procedure: Procedure::Death, rows: rows.to_vec(), digest: vec![9; 32], evidence: None };
    registry.propose_bulk(&by("maker"), &proposal, today()).await.unwrap()
}

fn outcomes(proposed: &BulkProposed) -> Vec<Outcome> {
    proposed.answers.iter().map(|answer| answer.outcome).collect()
}

/// A street of people who are all insured.
fn street(people: u64) -> Vec<Somebody> {
    (0..people).map(|at| somebody("周平", "1950-01-01", at + 1)).collect()
}

async fn dead(registry: &Registry) -> i64 {
    let filter = Filter { category: Some(Category::Deceased), ..Filter::default() };
    let counted = registry.count(&Scope::city(), &filter).await.unwrap();
    let mut found = 0;
    let each = |whole: canbao_registry::person::Whole| {
        found += i64::from(whole.record.life == PersonLife::Deceased);
        Ok(())
    };
    registry.each_person(&asker(), &Filter::default(), each).await.unwrap();
    assert_eq!(counted, found, "the counters are not what the records are");
    counted
}

both!(each_row_has_its_outcome_and_the_same_file_again_proposes_nothing, |fresh: Fresh| async move {
    let (registry, folder) = (&fresh.registry, fresh.folder.path());
    let mut people = town();
    let mut gone = somebody("钱国庆", "1940-06-06", 21);
    gone.life = PersonLife::Deceased;
    let mut sharer = somebody("周平", "1985-03-12", 10);
    sharer.household = Some("H7");
    people.extend([gone, sharer, somebody("孙丽", "1966-01-02", 14), somebody("吴强", "1977-03-04", 15)]);
    apply(registry, &write(folder, "a", "2016-11-01", &people), "test", false).await.unwrap();
    let waiting = one(registry, &number("1977-03-04", 15)).await;
    let single = Proposal {
        person: waiting.person,
        seen: waiting.revision,
        procedure: Procedure::Death,
        effective: "2016-12-05".to_owned(),
        evidence: None,
        papers: None,
    };
    let single = registry.propose(&by("maker"), &single, today()).await.unwrap();
    let valid = number("1980-05-02", 11);
    let broken = format!("{}{}", &valid[..17], if valid.ends_with('0') { '1' } else { '0' });
    let mut moved = row(number("1966-01-02", 14), "孙丽", "2016-12-05");
    moved.life = Life::MovedOut;
    let wide: String = number("1991-07-08", 12).chars().map(|c| char::from_u32(c as u32 + 0xFEE0).unwrap()).collect();
    let (rows, wanted): (Vec<BulkRow>, Vec<Outcome>) = [
        (row(number("1980-05-02", 11), "李　明", "2016年12月5日"), Outcome::Proposed),
        (row(wide, "赵英", "20161206"), Outcome::Proposed),
        (row(number("1985-03-12", 10), "周平", "2016-12-05"), Outcome::Proposed),
        (row(number("1980-05-02", 11), "李明", "2016-12-05"), Outcome::Doubled),
        (row(number("1940-06-06", 21), "钱国庆", "2016-12-05"), Outcome::AlreadySo),
        (row(number("1977-03-04", 15), "吴强", "2016-12-05"), Outcome::Pending),
        (row(number("1985-03-12", 10), "李四", "2016-12-05"), Outcome::NameDiffers),
        (row(number("1985-03-12", 10), "", "2016-12-05"), Outcome::Shared),
        (row(number("1966-01-02", 14), " ", "2016-12-05"), Outcome::NoName),
        (row(number("1966-01-02", 99), "孙丽", "2016-12-05"), Outcome::Unknown),
        (row(broken, "李明", "2016-12-05"), Outcome::InvalidNumber),
        (row("不详", "李明", "2016-12-05"), Outcome::InvalidNumber),
        (moved, Outcome::StateDiffers),
        (row(number("1966-01-02", 14), "孙丽", ""), Outcome::NoDate),
        (row(number("1966-01-02", 14), "孙丽", "2016-12"), Outcome::NoDate),
        (row(number("1966-01-02", 14), "孙丽", "2017-07-01"), Outcome::FutureDate),
        (row(number("1966-01-02", 14), "孙丽", "1966-01-01"), Outcome::BeforeBirth),
    ]
    .into_iter()
    .unzip();
    let proposed = propose(registry, &rows).await;
    assert_eq!(outcomes(&proposed), wanted);
    assert_eq!(proposed.answers[5].request, Some(single));
    let bulk = proposed.bulk.unwrap();
    let requests = registry.requests_of_bulk(bulk, 0, 100).await.unwrap();
    let asked: Vec<_> = proposed.answers[..3].iter().map(|answer| answer.request.unwrap()).collect();
    assert_eq!(requests.iter().map(|request| request.id).collect::<Vec<_>>(), asked);
    assert!(requests.iter().all(|request| request.bulk == Some(bulk) && request.maker == "maker"));
    assert_eq!(requests[1].effective, "2016-12-06");
    assert_eq!(dead(registry).await, 1, "proposing changes nothing");

    let again = propose(registry, &rows).await;
    assert_eq!(again.bulk, None);
    let wanted: Vec<Outcome> = wanted
        .into_iter()
        .map(|outcome| if outcome == Outcome::Proposed { Outcome::Pending } else { outcome })
        .collect();
    assert_eq!(outcomes(&again), wanted);
    // one is done, one refused, one done and undone: the same file brings none of them up again
    let seen = |person| async move { registry.person(&asker(), person).await.unwrap().revision };
    for (request, approve) in requests.iter().zip([true, false, true]) {
        let decision = Decision { approve, reason: "核对".to_owned(), seen: seen(request.person).await };
        registry.decide(&by("checker"), request.id, &decision, today()).await.unwrap();
    }
    registry.undo_change(&by("checker"), asked[2], "有误").await.unwrap();
    let third = propose(registry, &rows).await;
    assert_eq!(third.bulk, None);
    assert_eq!(outcomes(&third)[..3], [Outcome::AlreadySo, Outcome::DecidedBefore, Outcome::DecidedBefore]);
    // another file can bring them up
    let other = BulkProposal { procedure: Procedure::Death, rows, digest: vec![8; 32], evidence: Some(vec![1; 32]) };
    let other = registry.propose_bulk(&by("maker"), &other, today()).await.unwrap();
    assert_eq!(outcomes(&other)[..3], [Outcome::AlreadySo, Outcome::Proposed, Outcome::Proposed]);
    assert!(verify(registry).await.unwrap().faults.is_empty());
});

both!(rows_of_one_person_with_two_days_are_left_to_a_clerk, |fresh: Fresh| async move {
    let (registry, folder) = (&fresh.registry, fresh.folder.path());
    apply(registry, &write(folder, "a", "2016-11-01", &town()), "test", false).await.unwrap();
    let li = |date| row(number("1980-05-02", 11), "李明", date);
    let proposed = propose(registry, &[li("2016-12-05"), li("2016-12-06"), li("2016-12-05")]).await;
    assert_eq!(outcomes(&proposed), [Outcome::Doubled; 3]);
    assert!(proposed.answers[1].told.contains("日期不同"), "{}", proposed.answers[1].told);
    assert_eq!(proposed.bulk, None);
});

both!(only_procedures_without_particulars_go_in_bulk, |fresh: Fresh| async move {
    let (registry, folder) = (&fresh.registry, fresh.folder.path());
    let mut people = town();
    people[1].schemes = vec![(SourceKind::EmployeePension, "normal")];
    apply(registry, &write(folder, "a", "2016-11-01", &people), "test", false).await.unwrap();
    let mut digest = 0;
    let mut tried = async |procedure: Procedure| {
        digest += 1;
        let rows = vec![row(number("1980-05-02", 11), "李明", "2016-12-05")];
        let proposal = BulkProposal { procedure, rows, digest: vec![digest; 32], evidence: None };
        registry.propose_bulk(&by("maker"), &proposal, today()).await
    };
    let refused = tried(Procedure::NameChanged { name: "李民".to_owned() }).await.unwrap_err();
    assert!(refused.to_string().contains("不能批量办理") && refused.hint().contains("death"), "{refused}");
    assert!(Procedure::in_bulk("birth").is_err());
    for kind in Procedure::IN_BULK {
        assert_eq!(Procedure::in_bulk(kind).unwrap().kind(), kind);
    }
    let released = tried(Procedure::Released).await.unwrap();
    assert_eq!((outcomes(&released), released.bulk), (vec![Outcome::NotAllowed], None));
    assert!(released.answers[0].told.contains("没有因参军或服刑"), "{}", released.answers[0].told);
    let imprisoned = tried(Procedure::Imprisoned).await.unwrap();
    assert_eq!(outcomes(&imprisoned), [Outcome::Proposed]);
    registry.decide_bulk(&by("checker"), imprisoned.bulk.unwrap(), true, "判决书", today()).await.unwrap();
    assert_eq!(one(registry, &number("1980-05-02", 11)).await.enrolments[0].reason.as_deref(), Some("6305"));
    // nothing is left to interrupt, so that nothing is asked
    assert_eq!(outcomes(&tried(Procedure::Conscripted).await.unwrap()), [Outcome::AlreadySo]);
    assert_eq!(outcomes(&tried(Procedure::Released).await.unwrap()), [Outcome::Proposed]);
});

both!(a_bulk_is_decided_once_by_another_and_each_person_is_a_change_of_its_own, |fresh: Fresh| async move {
    let (registry, folder) = (&fresh.registry, fresh.folder.path());
    apply(registry, &write(folder, "a", "2016-11-01", &town()), "test", false).await.unwrap();
    let rows = [
        row(number("1985-03-12", 10), "王秀英", "2016-12-05"),
        row(number("1980-05-02", 11), "李明", "2016-12-06"),
        row(number("1991-07-08", 12), "赵英", "2016-12-07"),
    ];
    let bulk = propose(registry, &rows).await.bulk.unwrap();
    let refused = registry.decide_bulk(&by("maker"), bulk, true, "齐全", today()).await.unwrap_err();
    assert!(refused.to_string().contains("审核人不能是经办人"), "{refused}");
    assert!(registry.decide_bulk(&by("checker"), bulk + 1, true, "齐全", today()).await.is_err());
    assert_eq!(dead(registry).await, 0);
    // somebody is on one of the records meanwhile
    let changed = one(registry, &number("1980-05-02", 11)).await;
    let rename = Proposal {
        person: changed.person,
        seen: changed.revision,
        procedure: Procedure::NameChanged { name: "李民".to_owned() },
        effective: "2016-12-01".to_owned(),
        evidence: None,
        papers: None,
    };
    let rename = registry.propose(&by("maker"), &rename, today()).await.unwrap();
    let decision = Decision { approve: true, reason: "更名".to_owned(), seen: changed.revision };
    registry.decide(&by("checker"), rename, &decision, today()).await.unwrap();

    let village = Asker { actor: "village".to_owned(), scope: Scope::under(["610902"]), purpose: "test".into() };
    let decided = registry.decide_bulk(&village, bulk, true, "齐全", today()).await.unwrap();
    let settled = |decided: &[canbao_registry::change::BulkDecided]| -> Vec<Settled> {
        decided.iter().map(|decided| decided.outcome).collect()
    };
    assert_eq!(settled(&decided), [Settled::Done, Settled::Changed, Settled::OutOfReach]);
    assert!(decided[1].told.contains("姓名"), "{}", decided[1].told);
    assert_eq!(dead(registry).await, 1);
    let again = registry.decide_bulk(&by("checker"), bulk, true, "齐全", today()).await.unwrap();
    assert_eq!(settled(&again), [Settled::Before, Settled::Changed, Settled::Done]);
    assert_eq!(dead(registry).await, 2);
    let refused = registry.decide_bulk(&by("checker"), bulk, false, "另案处理", today()).await.unwrap();
    assert_eq!(settled(&refused), [Settled::Before, Settled::Refused, Settled::Before]);
    assert_eq!(dead(registry).await, 2);
    // one is undone; the other stays dead
    registry.undo_change(&by("checker"), decided[0].request, "登记有误").await.unwrap();
    assert_eq!(dead(registry).await, 1);
    assert_eq!(one(registry, &number("1985-03-12", 10)).await.record.life, PersonLife::Alive);
    let shown = registry.bulk(bulk).await.unwrap();
    let states: Vec<(&str, i64)> = shown.requests.iter().map(|(state, many)| (state.as_str(), *many)).collect();
    assert_eq!((states, shown.lines), (vec![("done", 1), ("refused", 1), ("undone", 1)], 3));
    assert!(verify(registry).await.unwrap().faults.is_empty());
});

both!(a_decision_that_was_stopped_goes_on_where_it_was, |fresh: Fresh| async move {
    let (registry, folder) = (&fresh.registry, fresh.folder.path());
    let people = 900;
    apply(registry, &write(folder, "a", "2016-11-01", &street(people)), "test", false).await.unwrap();
    let rows: Vec<BulkRow> = (0..people).map(|at| row(number("1950-01-01", at + 1), "周平", "2016-12-05")).collect();
    let proposed = propose(registry, &rows).await;
    assert!(outcomes(&proposed).iter().all(|outcome| *outcome == Outcome::Proposed));
    let bulk = proposed.bulk.unwrap();
    let checker = by("checker");
    // stopped somewhere on the way, again and again
    let mut stopped = 0;
    for patience in [5, 40, 160, 320] {
        let deciding = registry.decide_bulk(&checker, bulk, true, "齐全", today());
        stopped += i32::from(tokio::time::timeout(Duration::from_millis(patience), deciding).await.is_err());
    }
    assert!(stopped > 0, "it was never stopped");
    let decided = registry.decide_bulk(&checker, bulk, true, "齐全", today()).await.unwrap();
    assert_eq!(decided.len() as u64, people);
    assert!(decided.iter().all(|decided| matches!(decided.outcome, Settled::Done | Settled::Before)));
    let mut revisions: Vec<i64> = decided.iter().map(|decided| decided.revision.unwrap()).collect();
    revisions.sort_unstable();
    revisions.dedup();
    assert_eq!(revisions.len() as u64, people, "each person is a change of its own");
    assert_eq!(dead(registry).await as u64, people);
    // once each: the propose's entry, the apply's, and one for each person
    let proof = verify(registry).await.unwrap();
    assert_eq!((proof.entries, proof.faults.len()), (people + 2, 0));
});

#[test]
fn what_is_shown_of_a_row_is_not_personal() {
    let shown = format!("{:?}", row(number("1980-05-02", 11), "李明", "2016-12-05"));
    assert!(!shown.contains("李明") && !shown.contains("6109"), "{shown}");
    assert!(RegistryError::Nobody.to_string().contains("没有这个人"));
}
