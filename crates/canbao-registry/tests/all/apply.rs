//! A run becomes the record.

use std::path::Path;

use canbao_domain::rules::{Category, PersonLife, Population};
use canbao_domain::scope::Scope;
use canbao_domain::source::SourceKind;
use canbao_registry::apply::{Balance, apply};
use canbao_registry::audit::verify;
use canbao_registry::person::{NumberKind, State, Whole};
use canbao_registry::query::{Asker, Filter};
use canbao_registry::{Registry, RegistryError};

use crate::support::run::{Somebody, number, somebody, write};
use crate::support::store::{Fresh, both};

pub(crate) fn asker() -> Asker {
    Asker { actor: "test".to_owned(), scope: Scope::city(), purpose: "test".into() }
}

async fn applied(registry: &Registry, run: &Path) -> Balance {
    apply(registry, run, "test", false).await.unwrap().balance
}

pub(crate) async fn one(registry: &Registry, number: &str) -> Whole {
    let mut found = registry.by_number(&asker(), number).await.unwrap();
    assert_eq!(found.len(), 1, "{} people have the number", found.len());
    found.remove(0)
}

pub(crate) fn town() -> Vec<Somebody> {
    let mut lacking = somebody("李明", "1980-05-02", 11);
    lacking.schemes = vec![(SourceKind::RuralMedical, "suspended")];
    lacking.household = Some("H2");
    let mut elsewhere = somebody("赵英", "1991-07-08", 12);
    elsewhere.village = Some("610921001001");
    elsewhere.findings = vec![("duplicate-medical", "两个险种")];
    elsewhere.schemes.push((SourceKind::EmployeeMedical, "normal"));
    let mut passport = somebody("JOHN SMITH", "1975-01-01", 13);
    passport.number = None;
    passport.certificate = Some("E1234567".to_owned());
    passport.population = Population::Resident;
    vec![somebody("王秀英", "1985-03-12", 10), lacking, elsewhere, passport]
}

both!(the_same_run_twice_changes_nothing, |fresh: Fresh| async move {
    let (registry, folder) = (&fresh.registry, fresh.folder.path());
    let run = write(folder, "a", "2016-11-01", &town());
    let dry = apply(registry, &run, "test", true).await.unwrap();
    assert_eq!((dry.revision, dry.balance.new), (0, 4));
    assert_eq!(registry.count(&Scope::city(), &Filter::default()).await.unwrap(), 0);
    let balance = applied(registry, &run).await;
    assert_eq!((balance.new, balance.changed, balance.ended, balance.untouched), (4, 0, 0, 0));
    let again = apply(registry, &run, "test", false).await.unwrap();
    assert_eq!(again.revision, 0);
    assert_eq!(again.balance, Balance { untouched: 4, ..Balance::default() });
    let proof = verify(registry).await.unwrap();
    assert_eq!((proof.entries, proof.faults.len()), (1, 0));
});

both!(what_changed_is_written_and_nothing_else, |fresh: Fresh| async move {
    let (registry, folder) = (&fresh.registry, fresh.folder.path());
    let mut people = town();
    applied(registry, &write(folder, "a", "2016-11-01", &people)).await;
    let before = one(registry, &number("1980-05-02", 11)).await;
    assert_eq!(before.derived.category, Category::Partial);
    // insured now; a new neighbour; somebody gone
    people[1].schemes = vec![(SourceKind::ResidentPension, "normal"), (SourceKind::RuralMedical, "normal")];
    people.remove(2);
    people.push(somebody("孙丽", "2001-02-03", 20));
    let run = write(folder, "b", "2016-12-01", &people);
    let dry = apply(registry, &run, "test", true).await.unwrap().balance;
    let balance = applied(registry, &run).await;
    assert_eq!((balance.new, balance.changed, balance.ended, balance.untouched), (1, 1, 1, 2));
    assert_eq!((dry.new, dry.changed, dry.ended, dry.untouched), (1, 1, 1, 2));
    let after = one(registry, &number("1980-05-02", 11)).await;
    assert_eq!(after.person, before.person, "somebody else's record");
    assert_eq!(after.derived.category, Category::Confirmed);
    assert_eq!(after.enrolments.len(), 2);
    let gone = one(registry, &number("1991-07-08", 12)).await;
    assert_eq!(gone.record.state, State::Ended);
    assert!(gone.enrolments.is_empty() && gone.findings.is_empty());
    assert_eq!(registry.count(&Scope::city(), &Filter::default()).await.unwrap(), 4);
    // back again
    people.push(town().remove(2));
    let balance = applied(registry, &write(folder, "c", "2017-01-01", &people)).await;
    assert_eq!((balance.new, balance.changed), (0, 1));
    let back = one(registry, &number("1991-07-08", 12)).await;
    assert_eq!((back.person, back.record.state), (gone.person, State::Current));
    assert_eq!(back.enrolments.len(), 3);
});

both!(an_earlier_run_is_refused, |fresh: Fresh| async move {
    let (registry, folder) = (&fresh.registry, fresh.folder.path());
    applied(registry, &write(folder, "a", "2016-12-01", &town())).await;
    let earlier = write(folder, "b", "2016-11-01", &town());
    let refused = apply(registry, &earlier, "test", false).await.unwrap_err();
    assert!(matches!(refused, RegistryError::Earlier { .. }), "{refused}");
    assert_eq!(registry.as_of().await.unwrap(), "2016-12-01");
});

both!(a_corrected_number_is_the_same_person, |fresh: Fresh| async move {
    let (registry, folder) = (&fresh.registry, fresh.folder.path());
    let mut people = town();
    applied(registry, &write(folder, "a", "2016-11-01", &people)).await;
    let before = one(registry, &number("1985-03-12", 10)).await;
    // the police gave another number; nothing but name, birth date, sex and household tells
    people[0].number = Some(number("1985-03-12", 30));
    let balance = applied(registry, &write(folder, "b", "2016-12-01", &people)).await;
    assert_eq!((balance.new, balance.changed, balance.ended), (0, 1, 0));
    let after = one(registry, &number("1985-03-12", 30)).await;
    assert_eq!(after.person, before.person);
    assert!(after.numbers.iter().any(|n| n.kind == NumberKind::Former && n.value == number("1985-03-12", 10)));
    // found by the former number too
    assert_eq!(one(registry, &number("1985-03-12", 10)).await.person, before.person);
});

both!(rows_under_another_number_tell_who_it_is, |fresh: Fresh| async move {
    let (registry, folder) = (&fresh.registry, fresh.folder.path());
    let mut people = town();
    applied(registry, &write(folder, "a", "2016-11-01", &people)).await;
    let before = one(registry, &number("1985-03-12", 10)).await;
    // moved to another household under another number; the rural insurance still has the old one
    people[0].number = Some(number("1985-03-12", 30));
    people[0].household = Some("H9");
    people[0].other_numbers = vec![number("1985-03-12", 10)];
    let balance = applied(registry, &write(folder, "b", "2016-12-01", &people)).await;
    assert_eq!((balance.new, balance.changed, balance.ended), (0, 1, 0));
    assert_eq!(one(registry, &number("1985-03-12", 30)).await.person, before.person);
});

both!(people_who_share_a_number_have_a_record_each, |fresh: Fresh| async move {
    let (registry, folder) = (&fresh.registry, fresh.folder.path());
    let mut people = town();
    let mut sharer = somebody("钱国庆", "1985-03-12", 10);
    sharer.household = Some("H7");
    people.push(sharer);
    applied(registry, &write(folder, "a", "2016-11-01", &people)).await;
    let shared = registry.by_number(&asker(), &number("1985-03-12", 10)).await.unwrap();
    assert_eq!(shared.len(), 2);
    // the same again, in another order
    people.rotate_left(3);
    let again = apply(registry, &write(folder, "b", "2016-11-01", &people), "test", false).await.unwrap();
    assert_eq!(again.revision, 0, "{:?}", again.balance);
    // one of them gets a number of their own
    people.iter_mut().find(|person| person.name == "钱国庆").unwrap().number = Some(number("1985-03-12", 40));
    let balance = applied(registry, &write(folder, "c", "2016-12-01", &people)).await;
    assert_eq!((balance.new, balance.ended), (0, 0));
    let other = one(registry, &number("1985-03-12", 40)).await;
    assert!(shared.iter().any(|whole| whole.person == other.person));
    assert_eq!(other.record.name.as_deref(), Some("钱国庆"));
});

both!(the_counters_are_exact, |fresh: Fresh| async move {
    let (registry, folder) = (&fresh.registry, fresh.folder.path());
    let mut people = town();
    applied(registry, &write(folder, "a", "2016-11-01", &people)).await;
    counted(registry).await;
    people[0].life = PersonLife::Deceased;
    people[0].findings = vec![("deceased-enrolled", "已死亡仍参保"), ("name-differs", "姓名不同")];
    people[2].findings.clear();
    people[3].village = Some("610902001002");
    people.remove(1);
    applied(registry, &write(folder, "b", "2016-12-01", &people)).await;
    counted(registry).await;
    applied(registry, &write(folder, "c", "2017-01-01", &town())).await;
    counted(registry).await;
});

/// Each count by the counters is what the list of the same filter has, line by line.
pub(crate) async fn counted(registry: &Registry) {
    let areas = [None, Some("610900"), Some("610902"), Some("610902001002"), Some("610921001")];
    let categories = [None, Some(Category::Confirmed), Some(Category::Partial), Some(Category::Deceased)];
    let mut seen = 0;
    for area in areas {
        for category in &categories {
            for scheme in [None, Some(SourceKind::ResidentPension), Some(SourceKind::EmployeeMedical)] {
                for finding in [None, Some("duplicate-medical"), Some("name-differs")] {
                    let filter = Filter {
                        area: area.map(str::to_owned),
                        category: *category,
                        scheme,
                        finding: finding.map(str::to_owned),
                        ..Filter::default()
                    };
                    let page = registry.list(&asker(), &filter, None, 100).await.unwrap();
                    let count = registry.count(&Scope::city(), &filter).await.unwrap();
                    assert_eq!(count, page.lines.len() as i64, "{filter:?}");
                    seen += count;
                }
            }
        }
    }
    assert!(seen > 20, "hardly anybody was counted");
}
