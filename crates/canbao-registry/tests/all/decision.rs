//! What clerks decide: kept, contradicted by nobody, withdrawn, listed.

use canbao_domain::scope::Scope;
use canbao_domain::source::SourceKind;
use canbao_registry::RegistryError;
use canbao_registry::audit::verify;
use canbao_registry::decision::{Decision, Ruling};
use canbao_registry::query::Asker;

use crate::apply::asker;
use crate::support::run::number;
use crate::support::store::{Fresh, both};

fn decision(ruling: Ruling, person: u64) -> Decision {
    Decision {
        ruling,
        kind: SourceKind::RuralMedical,
        number: "61090219850312".to_owned(),
        name: "王秀英".to_owned(),
        person_id: number("1985-03-12", person),
    }
}

both!(a_decided_pair_is_not_decided_otherwise, |fresh: Fresh| async move {
    let registry = &fresh.registry;
    let id = registry.record_decision(&decision(Ruling::Same, 10), "clerk", Some("checker")).await.unwrap();
    let mut spaced = decision(Ruling::Same, 11);
    spaced.name = "王　秀英".to_owned();
    let mut nobody = decision(Ruling::Same, 10);
    nobody.person_id = "610902198503120000".to_owned();
    let mut blank = decision(Ruling::Same, 10);
    (blank.number, blank.name) = (String::new(), " ".to_owned());
    let mut employer = decision(Ruling::Same, 10);
    employer.kind = SourceKind::BusinessRegister;
    for (wrong, told) in [
        (&decision(Ruling::Same, 10), "结论相同"),
        (&decision(Ruling::Different, 10), "结论相反"),
        (&spaced, "另一个人"),
        (&nobody, "没有有效的社会保障号码"),
        (&blank, "认不出"),
        (&employer, "没有人员"),
    ] {
        let refused = registry.record_decision(wrong, "clerk", None).await.unwrap_err();
        assert!(matches!(&refused, RegistryError::Refused { sentence, .. } if sentence.contains(told)), "{refused}");
    }
    assert!(registry.record_decision(&decision(Ruling::Different, 12), "clerk", Some("clerk")).await.is_err());
    registry.record_decision(&decision(Ruling::Different, 12), "clerk", None).await.unwrap();
    registry.withdraw_decision(id, "clerk").await.unwrap();
    assert!(registry.withdraw_decision(id, "clerk").await.is_err());
    registry.record_decision(&spaced, "clerk", None).await.unwrap();
    let held = registry.decisions(&asker(), false).await.unwrap();
    assert_eq!(
        held.iter().map(|decided| decided.decision.clone()).collect::<Vec<_>>(),
        [decision(Ruling::Different, 12), spaced]
    );
    let all = registry.decisions(&asker(), true).await.unwrap();
    assert_eq!((all.len(), all[0].withdrawn.is_some(), all[0].checker.as_deref()), (3, true, Some("checker")));
    let town = Asker { scope: Scope::under(["610902"]), ..asker() };
    assert!(matches!(registry.decisions(&town, false).await, Err(RegistryError::Nobody)));
    let proof = verify(registry).await.unwrap();
    assert_eq!((proof.entries, proof.looks, proof.faults.len()), (4, 2, 0));
});
