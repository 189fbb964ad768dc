//! A change under a name is done once.

use canbao_domain::date::Date;
use canbao_domain::scope::Scope;
use canbao_domain::source::SourceKind;
use canbao_registry::apply::apply;
use canbao_registry::audit::verify;
use canbao_registry::change::{Claim, Procedure, Proposal};
use canbao_registry::delivery::{DeliveryFile, DeliveryState};
use canbao_registry::query::Asker;
use canbao_registry::{Once, Registry, RegistryError, Versioned};

use crate::support::run::{somebody, write};
use crate::support::store::{Fresh, both};

fn once<'a>(name: &'a str, asked: &'a [u8]) -> Once<'a> {
    Once { account: 1, name, asked }
}

fn asker() -> Asker {
    Asker { actor: "chen.hui".to_owned(), scope: Scope::city(), purpose: "test".into() }
}

async fn city(fresh: &Fresh) -> Proposal {
    let people = [somebody("罗承志", "1975-05-12", 3), somebody("周小琴", "1977-03-02", 28)];
    let run = write(fresh.folder.path(), "run", "2016-10-31", &people);
    apply(&fresh.registry, &run, "test", false).await.unwrap();
    let whole = fresh.registry.by_name(&asker(), "罗承志", None).await.unwrap().remove(0);
    let (procedure, effective) = (Procedure::Death, "2016-11-01".to_owned());
    Proposal { person: whole.person, seen: whole.revision, procedure, effective, evidence: None, papers: None }
}

async fn propose(registry: &Registry, proposal: &Proposal) -> Result<i64, RegistryError> {
    registry.propose(&asker(), proposal, Date::parse("2016-11-20").unwrap()).await
}

both!(a_named_change_is_done_once_and_answers_by_its_audit_entry, |fresh: Fresh| async move {
    let proposal = city(&fresh).await;
    let registry = &fresh.registry;
    let first = once("a-request", b"all of it");
    assert!(registry.receipt(first).await.unwrap().is_none());
    let id = propose(&registry.once(first), &proposal).await.unwrap();
    let done = registry.receipt(first).await.unwrap().unwrap();
    assert_eq!((done.action.as_str(), done.subject), ("propose", format!("request {id}")));
    assert_eq!(registry.audit_page(None, None, 1).await.unwrap()[0].seq, done.seq, "the last entry");
    let again = propose(&registry.once(first), &proposal).await;
    assert!(matches!(again, Err(RegistryError::DoneAlready)), "{again:?}");
    assert_eq!(registry.pending_in(&Scope::city(), 9).await.unwrap().1, 1);
    // another content, another account, another name
    let other = once("a-request", b"something else");
    assert!(matches!(registry.receipt(other).await, Err(RegistryError::NameUsed)));
    assert!(matches!(propose(&registry.once(other), &proposal).await, Err(RegistryError::NameUsed)));
    assert!(registry.receipt(Once { account: 2, ..first }).await.unwrap().is_none());
    // what is refused leaves no name behind
    let refused = once("another", b"all of it");
    assert!(matches!(propose(&registry.once(refused), &proposal).await, Err(RegistryError::Refused { .. })));
    assert!(registry.receipt(refused).await.unwrap().is_none());
    // nothing of what was asked or of the name is readable in the table
    let mut transaction = registry.store().read().await.unwrap();
    let rows = transaction.all("SELECT hash, digest FROM receipt", &[]).await.unwrap();
    assert_eq!(rows.len(), 1);
    assert!(rows[0].bytes(0).len() == 32 && rows[0].bytes(1).len() == 32);
});

both!(of_many_at_once_one_is_done, |fresh: Fresh| async move {
    let proposal = city(&fresh).await;
    let mut tasks = Vec::new();
    for _ in 0..8 {
        let (registry, proposal) = (fresh.registry.clone(), proposal.clone());
        tasks.push(tokio::spawn(async move { propose(&registry.once(once("k", b"x")), &proposal).await }));
    }
    let mut done = 0;
    for task in tasks {
        match task.await.unwrap() {
            Ok(_) => done += 1,
            Err(RegistryError::DoneAlready) => {}
            Err(error) => panic!("{error}"),
        }
    }
    assert_eq!(done, 1);
    assert!(fresh.registry.receipt(once("k", b"x")).await.unwrap().is_some());
    assert!(canbao_registry::audit::verify(&fresh.registry).await.unwrap().faults.is_empty());
});

both!(a_name_is_kept_for_a_day, |fresh: Fresh| async move {
    let proposal = city(&fresh).await;
    let first = once("k", b"x");
    propose(&fresh.registry.once(first), &proposal).await.unwrap();
    let later = fresh.registry.receipt(first).await.unwrap().unwrap().at;
    let at = |hours: i64| fresh.registry.clone().with_clock(std::sync::Arc::new(move || later + hours * 3_600_000));
    assert!(at(23).receipt(first).await.unwrap().is_some());
    assert!(at(25).receipt(first).await.unwrap().is_none());
    // the name is free again, and the old row gone
    fresh.registry.withdraw(&asker(), 1, "另报").await.unwrap();
    let again = once("k", b"y");
    assert_eq!(propose(&at(25).once(again), &proposal).await.unwrap(), 2);
    assert_eq!(at(25).receipt(again).await.unwrap().unwrap().subject, "request 2");
});

both!(who_looked_at_another_version_changes_nothing, |fresh: Fresh| async move {
    let proposal = city(&fresh).await;
    let (registry, person) = (&fresh.registry, proposal.person);
    let of = Versioned::Person(person);
    let looked_at = registry.version(&of).await.unwrap().unwrap();
    assert_eq!(looked_at, proposal.seen.to_string(), "of a record it is its revision");
    assert_eq!(registry.version(&Versioned::Person(999)).await.unwrap(), None);
    let day = Date::parse("2016-11-20").unwrap();
    let claim = |said: &str| Claim {
        item: "medical".to_owned(),
        said: said.to_owned(),
        said_on: "2016-11-02".to_owned(),
        source: "入户".to_owned(),
    };
    let seen = |version: &str| registry.having_seen(of.clone(), vec!["x".to_owned(), version.to_owned()]);
    seen(&looked_at).record_claim(&asker(), person, &claim("none"), day).await.unwrap();
    let now = registry.version(&of).await.unwrap().unwrap();
    assert_ne!(now, looked_at);
    let entries = registry.audit_page(None, None, 99).await.unwrap().len();
    let late = seen(&looked_at).record_claim(&asker(), person, &claim("elsewhere"), day).await;
    assert!(matches!(late, Err(RegistryError::Stale)), "{late:?}");
    assert_eq!(registry.claims(&asker(), person).await.unwrap().len(), 1, "nothing is written");
    assert_eq!(registry.audit_page(None, None, 99).await.unwrap().len(), entries);
    // what is in the way of everybody is told first, and nobody is told of what they do not reach
    let nonsense = Claim { item: "x".to_owned(), ..claim("none") };
    let refused = seen(&looked_at).record_claim(&asker(), person, &nonsense, day).await;
    assert!(matches!(refused, Err(RegistryError::Refused { .. })));
    let elsewhere = Asker { scope: Scope::under(["610921"]), ..asker() };
    let out_of_reach = seen(&looked_at).record_claim(&elsewhere, person, &claim("none"), day).await;
    assert!(matches!(out_of_reach, Err(RegistryError::Nobody)), "{out_of_reach:?}");
    // a request has a version of its own, in which its person's is too
    let seen_now = Proposal { seen: now.parse().unwrap(), ..proposal.clone() };
    let id = propose(registry, &seen_now).await.unwrap();
    let request = Versioned::Change(id);
    let before = registry.version(&request).await.unwrap().unwrap();
    assert!(before.len() == 16 && before.bytes().all(|byte| byte.is_ascii_hexdigit()), "{before}");
    let other = Claim { item: "pension".to_owned(), ..claim("none") };
    registry.record_claim(&asker(), person, &other, day).await.unwrap();
    let after = registry.version(&request).await.unwrap().unwrap();
    assert_ne!(after, before);
    let withdraw = |version: &str| registry.having_seen(request.clone(), vec![version.to_owned()]);
    assert!(matches!(withdraw(&before).withdraw(&asker(), id, "有误").await, Err(RegistryError::Stale)));
    withdraw(&after).withdraw(&asker(), id, "有误").await.unwrap();
    assert!(verify(registry).await.unwrap().faults.is_empty());
});

both!(a_receipt_is_of_what_was_asked_for, |fresh: Fresh| async move {
    let registry = &fresh.registry;
    let file = |name: &str| DeliveryFile {
        name: name.to_owned(),
        stored: format!("extracts/{name}"),
        bytes: 1,
        sha256: "0".repeat(64),
    };
    let begin = async |name: &str| {
        let named = registry.once(once(name, name.as_bytes()));
        let kind = SourceKind::RuralMedical;
        let (id, _) = named.begin_delivery("liu", "rural-medical", kind, &[file(name)]).await.unwrap();
        (id, registry.receipt(once(name, name.as_bytes())).await.unwrap().unwrap())
    };
    begin("first-one").await;
    // the one before is given up in the same transaction: the receipt is of the new one
    let (id, done) = begin("second-one").await;
    assert_eq!(
        (done.action.as_str(), done.subject),
        ("deliver-begin", format!("delivery {id} of rural-medical, 1 files"))
    );
    assert_eq!(registry.delivery(1).await.unwrap().state, DeliveryState::Discarded);
});
