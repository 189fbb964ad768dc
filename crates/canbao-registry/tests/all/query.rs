//! Asking: what is found, by whom, and what is not.

use canbao_domain::date::Date;
use canbao_domain::scope::Scope;
use canbao_registry::RegistryError;
use canbao_registry::apply::apply;
use canbao_registry::audit::verify;
use canbao_registry::change::{Decision, NewPerson, Procedure, Proposal};
use canbao_registry::query::{Asker, Filter};

use crate::apply::{asker, one, town};
use crate::support::run::{number, somebody, write};
use crate::support::store::{Fresh, both};

both!(people_are_found_by_what_is_written_in_any_usual_way, |fresh: Fresh| async move {
    let (registry, folder) = (&fresh.registry, fresh.folder.path());
    let mut people = town();
    people[0].phone = Some("13800000000");
    apply(registry, &write(folder, "a", "2016-11-01", &people), "test", false).await.unwrap();
    let wanted = one(registry, &number("1985-03-12", 10)).await.person;
    let wide: String = number("1985-03-12", 10).chars().map(|c| char::from_u32(c as u32 + 0xFEE0).unwrap()).collect();
    assert_eq!(one(registry, &wide).await.person, wanted);
    assert_eq!(one(registry, &format!(" {} ", number("1985-03-12", 10).to_lowercase())).await.person, wanted);
    let asker = asker();
    let found = registry.by_name(&asker, "王　秀英", None).await.unwrap();
    assert_eq!(found.iter().map(|whole| whole.person).collect::<Vec<_>>(), [wanted]);
    assert_eq!(registry.by_name(&asker, "王秀英", Some("610921")).await.unwrap().len(), 0);
    assert_eq!(registry.by_name(&asker, "王秀英", Some("610902")).await.unwrap().len(), 1);
    assert_eq!(registry.by_name(&asker, "", None).await.unwrap().len(), 0);
    assert_eq!(registry.by_household(&asker, "H1").await.unwrap().len(), 3);
    assert_eq!(registry.by_phone(&asker, "138-0000-0000").await.unwrap().len(), 1);
    assert_eq!(registry.by_number(&asker, "e1234567").await.unwrap().len(), 0);
    assert_eq!(registry.by_number(&asker, "E1234567").await.unwrap().len(), 1);
    assert_eq!(registry.by_number(&asker, &number("1985-03-12", 99)).await.unwrap().len(), 0);
});

both!(a_household_begins_with_its_head, |fresh: Fresh| async move {
    let (registry, folder) = (&fresh.registry, fresh.folder.path());
    apply(registry, &write(folder, "a", "2016-11-01", &town()), "test", false).await.unwrap();
    let today = Date::parse("2016-12-31").unwrap();
    let by = |actor: &str| Asker { actor: actor.to_owned(), ..asker() };
    for (sequence, relation) in [(51, "子"), (53, "户主"), (55, "其他")] {
        let arrived = NewPerson {
            name: "钱国庆".to_owned(),
            number: Some(number("1950-01-01", sequence)),
            sex: "1".to_owned(),
            birth_date: "1950-01-01".to_owned(),
            area: "610902001001".to_owned(),
            household: Some("H1".to_owned()),
            relation: Some(relation.to_owned()),
            ..NewPerson::default()
        };
        let effective = "2016-12-01".to_owned();
        let proposal = Proposal {
            person: 0,
            seen: 0,
            procedure: Procedure::Arrival(arrived),
            effective,
            evidence: None,
            papers: None,
        };
        let id = registry.propose(&by("maker"), &proposal, today).await.unwrap();
        let decision = Decision { approve: true, reason: "齐全".to_owned(), seen: 0 };
        registry.decide(&by("checker"), id, &decision, today).await.unwrap();
    }
    let members = registry.by_household(&asker(), "H1").await.unwrap();
    assert_eq!(members.len(), 6);
    assert_eq!(members[0].record.relation.as_deref(), Some("户主"));
    assert!(members[1..].is_sorted_by_key(|whole| whole.person) && members[1..].iter().all(|w| !w.record.is_head()));
});

both!(nobody_sees_beyond_their_area, |fresh: Fresh| async move {
    let (registry, folder) = (&fresh.registry, fresh.folder.path());
    apply(registry, &write(folder, "a", "2016-11-01", &town()), "test", false).await.unwrap();
    let person = one(registry, &number("1991-07-08", 12)).await.person;
    let of = |areas: &[&str]| Asker {
        actor: "town".to_owned(),
        scope: Scope::under(areas.iter().copied()),
        purpose: "test".into(),
    };
    let (own, other, none) = (of(&["610921"]), of(&["610902"]), of(&[]));
    assert_eq!(registry.by_number(&own, &number("1991-07-08", 12)).await.unwrap().len(), 1);
    assert_eq!(registry.person(&own, person).await.unwrap().person, person);
    for asker in [&other, &none] {
        assert_eq!(registry.by_number(asker, &number("1991-07-08", 12)).await.unwrap().len(), 0);
        assert!(matches!(registry.person(asker, person).await, Err(RegistryError::Nobody)));
    }
    let all = Filter::default();
    assert_eq!(registry.count(&own.scope, &all).await.unwrap(), 1);
    assert_eq!(registry.count(&other.scope, &all).await.unwrap(), 3);
    assert_eq!(registry.count(&none.scope, &all).await.unwrap(), 0);
    let beyond = Filter { area: Some("610921".to_owned()), ..Filter::default() };
    assert_eq!(registry.count(&other.scope, &beyond).await.unwrap(), 0);
    assert!(registry.list(&other, &beyond, None, 10).await.unwrap().lines.is_empty());
});

both!(pages_follow_each_other_without_gap_or_repeat, |fresh: Fresh| async move {
    let (registry, folder) = (&fresh.registry, fresh.folder.path());
    let mut people = Vec::new();
    for at in 0..57 {
        let mut person = somebody("周平", "1990-01-01", 100 + at);
        person.village = Some(["610902001001", "610902001002", "610921001001"][at as usize % 3]);
        people.push(person);
    }
    apply(registry, &write(folder, "a", "2016-11-01", &people), "test", false).await.unwrap();
    let (asker, all) = (asker(), Filter::default());
    let (mut seen, mut after) = (Vec::new(), None);
    loop {
        let page = registry.list(&asker, &all, after.as_ref(), 10).await.unwrap();
        assert!(page.lines.len() <= 10);
        seen.extend(page.lines.iter().map(|line| (line.area.clone(), line.person)));
        after = page.next;
        if after.is_none() {
            break;
        }
    }
    assert_eq!(seen.len(), 57);
    assert!(seen.is_sorted_by(|one, next| one < next));
});

both!(looks_at_the_same_time_are_each_on_the_log, |fresh: Fresh| async move {
    let (registry, folder) = (&fresh.registry, fresh.folder.path());
    apply(registry, &write(folder, "a", "2016-11-01", &town()), "test", false).await.unwrap();
    let before = verify(registry).await.unwrap().looks;
    let mut tasks = Vec::new();
    for _ in 0..8 {
        let registry = registry.clone();
        tasks.push(tokio::spawn(async move {
            for _ in 0..25 {
                one(&registry, &number("1985-03-12", 10)).await;
            }
        }));
    }
    for task in tasks {
        task.await.unwrap();
    }
    let proof = verify(registry).await.unwrap();
    assert_eq!((proof.looks - before, proof.faults.len()), (200, 0));
});
