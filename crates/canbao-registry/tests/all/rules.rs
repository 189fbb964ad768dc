//! A city's own rule file: the record decides as the run that was applied last.

use std::path::{Path, PathBuf};

use canbao_domain::rules::{Category, InsuranceState, Rules};
use canbao_domain::source::SourceKind;
use canbao_registry::apply::{apply, undo};
use canbao_registry::audit::verify;
use canbao_registry::change::Procedure;
use canbao_registry::{Registry, RegistryError};

use crate::apply::asker;
use crate::change::done;
use crate::support::run::{Around, Somebody, number, somebody, write, write_in};
use crate::support::store::{Fresh, both};

/// Pension insurance from 18 on.
fn later() -> String {
    let text = Rules::EMBEDDED.replace("from_age = 16", "from_age = 18");
    assert_ne!(text, Rules::EMBEDDED);
    text
}

/// Two of 17 years and one of 30, none with a pension insurance.
fn town() -> Vec<Somebody> {
    let medical = |mut person: Somebody| {
        person.schemes = vec![(SourceKind::RuralMedical, "normal")];
        person
    };
    vec![
        medical(somebody("周敏", "1999-05-06", 31)),
        medical(somebody("吴刚", "1999-07-08", 33)),
        medical(somebody("郑洁", "1986-07-08", 35)),
    ]
}

/// A run that says by which rules it decided.
fn write_ruled(folder: &Path, name: &str, day: &str, people: &[Somebody], rules: &str) -> PathBuf {
    let parsed = Rules::parse(rules).unwrap();
    let out = write_in(folder, name, day, people, &Around { rules: &parsed, ..Around::default() });
    std::fs::write(out.join("rules.toml"), rules).unwrap();
    out
}

async fn categories(registry: &Registry) -> Vec<Category> {
    let mut all = Vec::new();
    for number in [number("1999-05-06", 31), number("1999-07-08", 33), number("1986-07-08", 35)] {
        all.extend(registry.by_number(&asker(), &number).await.unwrap().iter().map(|whole| whole.derived.category));
    }
    all
}

both!(another_rule_file_decides_from_its_run_on, |fresh: Fresh| async move {
    use Category::{Confirmed, Partial};
    let (registry, folder) = (&fresh.registry, fresh.folder.path());
    let first = write(folder, "a", "2016-11-01", &town());
    let second = write_ruled(folder, "b", "2016-12-01", &town(), &later());
    assert!(!apply(registry, &first, "test", false).await.unwrap().rules_changed);
    assert_eq!(categories(registry).await, [Partial, Partial, Partial]);

    let trial = apply(registry, &second, "test", true).await.unwrap();
    assert!(trial.rules_changed);
    assert_eq!(categories(registry).await, [Partial, Partial, Partial]);
    let applied = apply(registry, &second, "test", false).await.unwrap();
    assert!(applied.rules_changed);
    assert_eq!((applied.balance.changed, applied.balance.untouched), (2, 1));
    assert_eq!(categories(registry).await, [Confirmed, Confirmed, Partial]);
    assert!(!apply(registry, &second, "test", false).await.unwrap().rules_changed, "twice the same");

    // a change by hand, and a registry that is opened anew, decide by it too
    let reopened = Registry::open(&fresh.address).await.unwrap();
    let person = reopened.by_number(&asker(), &number("1999-05-06", 31)).await.unwrap()[0].clone();
    assert_eq!(person.derived.pension, InsuranceState::NotRequired);
    let renamed = Procedure::NameChanged { name: "周慧敏".to_owned() };
    done(&reopened, &person, renamed, "2016-12-05").await.unwrap();
    assert_eq!(categories(registry).await, [Confirmed, Confirmed, Partial]);

    // undone, the rules of before decide again
    undo(registry, Some(applied.revision), "test", false).await.unwrap();
    assert_eq!(categories(registry).await[1..], [Partial, Partial]);
    assert_eq!(verify(registry).await.unwrap().faults, Vec::<String>::new());
    let again = apply(registry, &second, "test", false).await.unwrap();
    assert!(again.rules_changed);
    assert_eq!(categories(registry).await, [Confirmed, Confirmed, Partial]);
});

both!(a_run_that_names_other_rules_than_it_used_is_refused, |fresh: Fresh| async move {
    let (registry, folder) = (&fresh.registry, fresh.folder.path());
    let run = write(folder, "a", "2016-11-01", &town());
    std::fs::write(run.join("rules.toml"), later()).unwrap();
    let refused = apply(registry, &run, "test", false).await;
    assert!(matches!(refused, Err(RegistryError::Content { table: "persons", .. })), "{refused:?}");
    std::fs::write(run.join("rules.toml"), "from_age = ").unwrap();
    let refused = apply(registry, &run, "test", false).await;
    assert!(matches!(refused, Err(RegistryError::Content { table: "rules.toml", .. })), "{refused:?}");
    assert_eq!(categories(registry).await, []);
});
