//! Papers of a change that are handed in as a file.

use canbao_domain::date::Date;
use canbao_domain::scope::Scope;
use canbao_registry::RegistryError;
use canbao_registry::apply::apply;
use canbao_registry::audit::verify;
use canbao_registry::change::{Procedure, Proposal};
use canbao_registry::query::Asker;

use crate::apply::{one, town};
use crate::support::run::{number, write};
use crate::support::store::{Fresh, both};

fn by(actor: &str) -> Asker {
    Asker { actor: actor.to_owned(), scope: Scope::city(), purpose: "test".into() }
}

fn today() -> Date {
    Date::parse("2017-06-30").unwrap()
}

both!(a_file_goes_with_its_request_and_is_read_by_who_reaches_the_person, |fresh: Fresh| async move {
    let (registry, folder) = (&fresh.registry, fresh.folder.path().join("scans"));
    apply(registry, &write(fresh.folder.path(), "a", "2016-11-01", &town()), "test", false).await.unwrap();
    let person = one(registry, &number("1985-03-12", 10)).await;
    let content = b"%PDF-1.7 a certificate".to_vec();
    let scan = registry.take_scan(&folder, content.clone().into(), "pdf").await.unwrap();
    let ticket = registry.scan_ticket("maker", &scan);
    assert_eq!(registry.scan_of_ticket("maker", &ticket).as_ref(), Some(&scan));
    for (actor, ticket) in
        [("other", ticket.clone()), ("maker", ticket.replace("pdf", "jpg")), ("maker", String::new())]
    {
        assert_eq!(registry.scan_of_ticket(actor, &ticket), None, "{actor}");
    }
    let proposal = |procedure| Proposal {
        person: person.person,
        seen: person.revision,
        procedure,
        effective: "2016-12-05".to_owned(),
        evidence: None,
        papers: Some("居民死亡医学证明书".to_owned()),
    };
    let request =
        registry.propose_with_scan(&by("maker"), &proposal(Procedure::Death), &folder, &scan, today()).await.unwrap();
    assert_eq!(registry.request(request).await.unwrap().evidence.as_deref(), Some(scan.sha256.as_slice()));
    assert_eq!(registry.scan_of(request).await.unwrap().as_ref(), Some(&scan));
    let looks = verify(registry).await.unwrap().looks;
    let (opened, read) = registry.open_scan(&by("checker"), &folder, request).await.unwrap();
    assert_eq!((opened, read.to_vec()), (scan.clone(), content));
    assert_eq!(verify(registry).await.unwrap().looks, looks + 1, "opening it is a look");
    let elsewhere = Asker { scope: Scope::under(["610921"]), ..by("neighbour") };
    for (asker, request) in [(&elsewhere, request), (&by("checker"), 999)] {
        let refused = registry.open_scan(asker, &folder, request).await.unwrap_err();
        assert!(matches!(refused, RegistryError::Nobody), "{refused}");
    }
    // the same content for another request: kept once
    let again = registry.take_scan(&folder, b"%PDF-1.7 a certificate".to_vec().into(), "pdf").await.unwrap();
    let other = proposal(Procedure::LeftCountry);
    let second = registry.propose_with_scan(&by("maker"), &other, &folder, &again, today()).await.unwrap();
    assert!(registry.open_scan(&by("checker"), &folder, second).await.is_ok());
    assert_eq!(std::fs::read_dir(folder.join("waiting")).unwrap().count(), 0);
    // one that is there no more, one that is none
    let gone = registry.take_scan(&folder, b"%PDF another".to_vec().into(), "pdf").await.unwrap();
    std::fs::remove_dir_all(folder.join("waiting")).unwrap();
    let wish = proposal(Procedure::MoveOut { to: None });
    let refused = registry.propose_with_scan(&by("maker"), &wish, &folder, &gone, today()).await.unwrap_err();
    assert!(refused.is_refusal() && refused.item() == "scan", "{refused}");
    assert!(registry.take_scan(&folder, Vec::new().into(), "pdf").await.unwrap_err().is_refusal());
    assert!(registry.scan_of(999).await.unwrap().is_none());
    assert!(verify(registry).await.unwrap().faults.is_empty());
});
