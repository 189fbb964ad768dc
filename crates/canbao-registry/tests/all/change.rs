//! The record is changed by procedure.

use canbao_domain::date::Date;
use canbao_domain::rules::{Category, InsuranceState, PersonLife};
use canbao_domain::scope::Scope;
use canbao_domain::source::SourceKind;
use canbao_registry::apply::apply;
use canbao_registry::audit::verify;
use canbao_registry::change::{Claim, Decision, Moment, NewPerson, Procedure, Proposal, RequestState};
use canbao_registry::person::{NumberKind, State, Whole};
use canbao_registry::query::{Asker, Filter};
use canbao_registry::{Registry, RegistryError};

use crate::apply::{asker, one, town};
use crate::support::run::{number, somebody, write};
use crate::support::store::{Fresh, both};

fn today() -> Date {
    Date::parse("2017-06-30").unwrap()
}

fn by(actor: &str) -> Asker {
    Asker { actor: actor.to_owned(), scope: Scope::city(), purpose: "test".into() }
}

fn proposal(whole: &Whole, procedure: Procedure, effective: &str) -> Proposal {
    Proposal {
        person: whole.person,
        seen: whole.revision,
        procedure,
        effective: effective.to_owned(),
        evidence: Some(vec![7; 32]),
        papers: None,
    }
}

fn yes(seen: i64) -> Decision {
    Decision { approve: true, reason: "材料齐全".to_owned(), seen }
}

/// Proposed by one and approved by another.
pub(crate) async fn done(
    registry: &Registry,
    whole: &Whole,
    procedure: Procedure,
    effective: &str,
) -> Result<i64, RegistryError> {
    let id = registry.propose(&by("maker"), &proposal(whole, procedure, effective), today()).await?;
    registry.decide(&by("checker"), id, &yes(whole.revision), today()).await?;
    Ok(id)
}

async fn loaded(fresh: &Fresh) -> Whole {
    let run = write(fresh.folder.path(), "a", "2016-11-01", &town());
    apply(&fresh.registry, &run, "test", false).await.unwrap();
    one(&fresh.registry, &number("1985-03-12", 10)).await
}

async fn again(registry: &Registry, whole: &Whole) -> Whole {
    registry.person(&asker(), whole.person).await.unwrap()
}

both!(a_death_is_told_checked_and_undone, |fresh: Fresh| async move {
    let registry = &fresh.registry;
    let person = loaded(&fresh).await;
    let id = registry.propose(&by("maker"), &proposal(&person, Procedure::Death, "2016-12-05"), today()).await.unwrap();
    // nothing changed yet
    assert_eq!(again(registry, &person).await.revision, person.revision);
    let refused = registry.decide(&by("maker"), id, &yes(person.revision), today()).await.unwrap_err();
    assert!(refused.to_string().contains("审核人不能是经办人"), "{refused}");
    registry.decide(&by("checker"), id, &yes(person.revision), today()).await.unwrap();
    let dead = again(registry, &person).await;
    assert_eq!((dead.record.life, dead.derived.category), (PersonLife::Deceased, Category::Deceased));
    assert_eq!(dead.record.life_date, Date::parse("2016-12-05"));
    assert!(dead.findings.iter().any(|finding| finding.kind == "deceased-enrolled"));
    // twice is refused, and so is a decision on what is decided
    let twice = done(registry, &dead, Procedure::Death, "2016-12-06").await.unwrap_err();
    assert!(twice.to_string().contains("不能重复登记"), "{twice}");
    assert!(registry.decide(&by("checker"), id, &yes(dead.revision), today()).await.is_err());
    assert_eq!(again(registry, &dead).await.revision, dead.revision);
    registry.undo_change(&by("checker"), id, "登记有误").await.unwrap();
    let back = again(registry, &person).await;
    assert_eq!((&back.record, back.derived), (&person.record, person.derived));
    assert!(back.findings.is_empty() && back.enrolments == person.enrolments);
    assert!(registry.undo_change(&by("checker"), id, "再撤").await.is_err());
    let events = registry.history(&asker(), person.person).await.unwrap();
    let kinds: Vec<&str> = events.iter().map(|event| event.kind.as_str()).collect();
    assert_eq!(kinds, ["apply", "death", "undo"]);
    assert_eq!(events[1].undone_by, Some(events[2].revision));
    assert!(events[1].what.contains("生存和迁移状态"), "{}", events[1].what);
    let requests = registry.requests(&asker(), person.person).await.unwrap();
    assert_eq!(requests.iter().find(|request| request.id == id).unwrap().state, RequestState::Undone);
    assert!(verify(registry).await.unwrap().faults.is_empty());
});

both!(wrong_uses_are_refused_and_change_nothing, |fresh: Fresh| async move {
    let registry = &fresh.registry;
    let person = loaded(&fresh).await;
    let other = one(registry, &number("1980-05-02", 11)).await;
    let begun = |scheme: &str| Procedure::EnrolmentBegun {
        scheme: scheme.to_owned(),
        unit_code: None,
        unit_name: None,
        pooling_area: None,
    };
    let newborn = |change: &dyn Fn(&mut NewPerson)| {
        let mut newborn = NewPerson {
            name: "王小宝".to_owned(),
            number: None,
            sex: "1".to_owned(),
            birth_date: "2016-12-01".to_owned(),
            area: "610902001001".to_owned(),
            registered: true,
            ..NewPerson::default()
        };
        change(&mut newborn);
        Procedure::Birth(newborn)
    };
    let text = |text: &str| text.to_owned();
    let wrong: Vec<(Procedure, &str, &str)> = vec![
        (Procedure::Death, "2030-01-01", "还没有到"),
        (Procedure::Death, "不知道", "不是日期"),
        (Procedure::Death, "1970-01-01", "早于此人的出生日期"),
        (Procedure::Merged { into: person.person }, "2016-12-01", "不能把一条记录合并到它自己"),
        (Procedure::Merged { into: 999_999 }, "2016-12-01", "要合并到的记录不存在"),
        (
            Procedure::MoveIn { area: text("610999001001"), household: None, address: None, registered: true },
            "2016-12-01",
            "没有代码为 610999001001 的区划",
        ),
        (
            Procedure::MoveIn { area: text("610902001"), household: None, address: None, registered: true },
            "2016-12-01",
            "不是村或社区",
        ),
        (begun("resident-pension"), "2016-12-01", "已是正常参保"),
        (begun("lottery"), "2016-12-01", "没有“lottery”这个险种"),
        (Procedure::EnrolmentResumed { scheme: text("resident-pension") }, "2016-12-01", "没有暂停"),
        (
            Procedure::EnrolmentInterrupted { scheme: text("employee-pension"), reason: text("6301") },
            "2016-12-01",
            "没有正常的参保记录",
        ),
        (
            Procedure::EnrolmentInterrupted { scheme: text("resident-pension"), reason: text("1") },
            "2016-12-01",
            "没有“1”这个中断或终止原因",
        ),
        (Procedure::NumberCorrected { number: text("610902198503120001") }, "2016-12-01", "不是有效的公民身份号码"),
        (Procedure::NumberCorrected { number: number("1985-03-12", 10) }, "2016-12-01", "相同"),
        (Procedure::NumberCorrected { number: number("1980-05-02", 11) }, "2016-12-01", "已经是"),
        (Procedure::NameChanged { name: text("王 秀英") }, "2016-12-01", "相同"),
        (Procedure::NameChanged { name: text("  ") }, "2016-12-01", "没有写新的姓名"),
        (Procedure::Released, "2016-12-01", "没有因参军或服刑中断"),
        (newborn(&|person| person.area = "1".to_owned()), "2016-12-01", "没有代码为 1 的区划"),
        (newborn(&|person| person.birth_date = "2016-12-09".to_owned()), "2016-12-01", "晚于生效日期"),
        (newborn(&|person| person.birth_date = "1980-05-02".to_owned()), "2016-12-01", "十八年以前"),
        (newborn(&|person| person.name.clear()), "2016-12-01", "没有写姓名"),
        (newborn(&|person| person.sex = "9".to_owned()), "2016-12-01", "性别"),
        (newborn(&|person| person.number = Some(number("2015-01-01", 9))), "2016-12-01", "出生日期不同"),
    ];
    let before = verify(registry).await.unwrap().entries;
    for (procedure, effective, told) in wrong {
        let mut proposal = proposal(&person, procedure.clone(), effective);
        if procedure.is_new() {
            (proposal.person, proposal.seen) = (0, 0);
        }
        let refused = registry.propose(&by("maker"), &proposal, today()).await.unwrap_err();
        assert!(refused.to_string().contains(told), "{procedure:?}: {refused}");
        assert!(!refused.hint().is_empty());
    }
    assert_eq!(verify(registry).await.unwrap().entries, before);
    for whole in [&person, &other] {
        assert_eq!(again(registry, whole).await.revision, whole.revision);
    }
    assert!(registry.pending_requests(0, 100).await.unwrap().is_empty());
});

both!(of_two_who_change_one_person_one_wins_and_the_other_is_told, |fresh: Fresh| async move {
    let registry = &fresh.registry;
    let person = loaded(&fresh).await;
    let rename = |name: &str| Procedure::NameChanged { name: name.to_owned() };
    // both looked at the same version; both are proposed, one is decided
    let correct = Procedure::NumberCorrected { number: number("1985-03-12", 50) };
    let first =
        registry.propose(&by("maker"), &proposal(&person, rename("王秀莹"), "2016-12-01"), today()).await.unwrap();
    let second = registry.propose(&by("other"), &proposal(&person, correct, "2016-12-01"), today()).await.unwrap();
    let (one, two) = (registry.clone(), registry.clone());
    let seen = person.revision;
    let decided = tokio::join!(
        tokio::spawn(async move { one.decide(&by("checker"), first, &yes(seen), today()).await }),
        tokio::spawn(async move { two.decide(&by("second checker"), second, &yes(seen), today()).await }),
    );
    let decided = [decided.0.unwrap(), decided.1.unwrap()];
    let won = decided.iter().filter(|result| result.is_ok()).count();
    assert_eq!(won, 1);
    let lost = decided.into_iter().find_map(Result::err).unwrap();
    let RegistryError::Changed { what } = &lost else { panic!("{lost}") };
    assert!(what == "姓名" || what == "号码", "{what}");
    // who looks again can go on, and what the first did stays
    let now = again(registry, &person).await;
    let open = registry.pending_requests(0, 10).await.unwrap();
    assert_eq!(open.len(), 1);
    registry.decide(&by("third checker"), open[0].id, &yes(now.revision), today()).await.unwrap();
    let both = again(registry, &person).await;
    assert_eq!(both.record.name.as_deref(), Some("王秀莹"));
    assert_eq!(both.number(), Some(number("1985-03-12", 50).as_str()));
    // a maker with an old version is told at once
    let late = registry.propose(&by("late"), &proposal(&person, Procedure::Death, "2016-12-02"), today()).await;
    assert!(matches!(late, Err(RegistryError::Changed { .. })));
});

both!(a_merge_carries_everything_and_can_be_undone, |fresh: Fresh| async move {
    let registry = &fresh.registry;
    let stays = loaded(&fresh).await;
    let gone = one(registry, &number("1991-07-08", 12)).await;
    let id = done(registry, &gone, Procedure::Merged { into: stays.person }, "2016-12-01").await.unwrap();
    let merged = again(registry, &stays).await;
    assert_eq!(merged.enrolments.len(), 3, "an insurance row was lost or doubled");
    assert!(merged.numbers.iter().any(|n| n.kind == NumberKind::Former && n.value == number("1991-07-08", 12)));
    assert_eq!(one(registry, &number("1991-07-08", 12)).await.person, stays.person);
    let away = again(registry, &gone).await;
    assert_eq!((away.record.state, away.record.merged_into), (State::Merged, Some(stays.person)));
    let refused = done(registry, &away, Procedure::Death, "2016-12-02").await.unwrap_err();
    assert!(refused.to_string().contains("已合并到"), "{refused}");
    assert_eq!(registry.count(&Scope::city(), &Filter::default()).await.unwrap(), 3);
    // the next run still has both: they stay one
    let run = write(fresh.folder.path(), "b", "2016-12-31", &town());
    let balance = apply(registry, &run, "test", false).await.unwrap().balance;
    assert_eq!((balance.new, balance.ended), (0, 0), "{balance:?}");
    assert_eq!(registry.count(&Scope::city(), &Filter::default()).await.unwrap(), 3);
    let still = again(registry, &stays).await;
    assert_eq!(still.enrolments.len(), merged.enrolments.len() + 2, "the run's rows of both");
    // something later rests on it now
    let refused = registry.undo_change(&by("checker"), id, "不是同一人").await.unwrap_err();
    assert!(refused.to_string().contains("不能撤销"), "{refused}");
});

both!(a_merge_undone_at_once_leaves_both_as_they_were, |fresh: Fresh| async move {
    let registry = &fresh.registry;
    let stays = loaded(&fresh).await;
    let gone = one(registry, &number("1991-07-08", 12)).await;
    let id = done(registry, &gone, Procedure::Merged { into: stays.person }, "2016-12-01").await.unwrap();
    registry.undo_change(&by("checker"), id, "不是同一人").await.unwrap();
    for before in [&stays, &gone] {
        let after = again(registry, before).await;
        assert_eq!((&after.record, after.derived), (&before.record, before.derived));
        assert_eq!((after.numbers, after.enrolments), (before.numbers.clone(), before.enrolments.clone()));
        assert_eq!(after.findings, before.findings);
    }
    assert_eq!(registry.count(&Scope::city(), &Filter::default()).await.unwrap(), 4);
});

both!(what_a_hand_confirmed_yields_only_to_a_later_extract_and_then_by_decision, |fresh: Fresh| async move {
    let (registry, folder) = (&fresh.registry, fresh.folder.path());
    let person = loaded(&fresh).await;
    done(registry, &person, Procedure::NameChanged { name: "王秀莹".to_owned() }, "2016-12-10").await.unwrap();
    // an extract of an earlier day is silent, one of a later day is a change to be approved; the name stays
    let earlier = apply(registry, &write(folder, "b", "2016-12-05", &town()), "test", false).await.unwrap().balance;
    assert_eq!((earlier.contested, again(registry, &person).await.record.name.as_deref()), (0, Some("王秀莹")));
    for (name, day) in [("c", "2016-12-31"), ("d", "2017-01-31")] {
        let later = apply(registry, &write(folder, name, day, &town()), "test", false).await.unwrap().balance;
        assert_eq!((later.contested, again(registry, &person).await.record.name.as_deref()), (1, Some("王秀莹")));
    }
    let open = registry.pending_requests(0, 10).await.unwrap();
    assert_eq!(open.len(), 1, "asked once, not every month");
    assert_eq!(open[0].procedure.as_ref().unwrap().kind(), "extract-differs");
    let now = again(registry, &person).await;
    registry.decide(&by("checker"), open[0].id, &yes(now.revision), today()).await.unwrap();
    assert_eq!(again(registry, &person).await.record.name.as_deref(), Some("王秀英"));
    let quiet = apply(registry, &write(folder, "e", "2017-02-28", &town()), "test", false).await.unwrap().balance;
    assert_eq!(quiet.contested, 0);
});

both!(the_agency_wins_and_what_was_said_is_kept, |fresh: Fresh| async move {
    let (registry, folder) = (&fresh.registry, fresh.folder.path());
    let mut people = town();
    people[0].schemes = vec![(SourceKind::RuralMedical, "normal")];
    apply(registry, &write(folder, "a", "2016-11-30", &people), "test", false).await.unwrap();
    let person = one(registry, &number("1985-03-12", 10)).await;
    assert_eq!(person.derived.pension, InsuranceState::None);
    let said = Claim {
        item: "pension".to_owned(),
        said: "none".to_owned(),
        said_on: "2016-12-15".to_owned(),
        source: "visit".to_owned(),
    };
    registry.record_claim(&asker(), person.person, &said, today()).await.unwrap();
    assert!(again(registry, &person).await.findings.is_empty(), "both say not insured");
    // surveyed as not insured in December, insured by the extract of February
    people[0].schemes = vec![(SourceKind::RuralMedical, "normal"), (SourceKind::ResidentPension, "normal")];
    apply(registry, &write(folder, "b", "2017-02-28", &people), "test", false).await.unwrap();
    let insured = again(registry, &person).await;
    assert_eq!((insured.derived.pension, insured.derived.category), (InsuranceState::Enrolled, Category::Confirmed));
    assert_eq!(registry.claims(&asker(), person.person).await.unwrap(), std::slice::from_ref(&said));
    assert!(registry.history(&asker(), person.person).await.unwrap().iter().all(|event| event.kind != "claim"));
    // said against the agency's data: a finding, and the record stays
    let against = Claim { said_on: "2017-03-01".to_owned(), ..said };
    registry.record_claim(&asker(), person.person, &against, today()).await.unwrap();
    let told = again(registry, &person).await;
    assert_eq!(told.derived.pension, InsuranceState::Enrolled);
    assert!(told.findings.iter().any(|finding| finding.kind == "claim-differs"));
    let wrong = Claim { item: "lottery".to_owned(), ..against };
    assert!(registry.record_claim(&asker(), person.person, &wrong, today()).await.is_err());
});

both!(an_enrolment_by_hand_lasts_until_the_agency_says_otherwise, |fresh: Fresh| async move {
    let (registry, folder) = (&fresh.registry, fresh.folder.path());
    let mut people = town();
    people[0].schemes = vec![(SourceKind::RuralMedical, "normal")];
    apply(registry, &write(folder, "a", "2016-11-30", &people), "test", false).await.unwrap();
    let person = one(registry, &number("1985-03-12", 10)).await;
    let begun = Procedure::EnrolmentBegun {
        scheme: "resident-pension".to_owned(),
        unit_code: None,
        unit_name: None,
        pooling_area: Some("610902".to_owned()),
    };
    done(registry, &person, begun, "2017-01-10").await.unwrap();
    assert_eq!(again(registry, &person).await.derived.pension, InsuranceState::Enrolled);
    // an extract of an earlier day cannot know it
    apply(registry, &write(folder, "b", "2016-12-31", &people), "test", false).await.unwrap();
    assert_eq!(again(registry, &person).await.derived.pension, InsuranceState::Enrolled);
    // one of a later day could, and does not
    apply(registry, &write(folder, "c", "2017-01-31", &people), "test", false).await.unwrap();
    let ended = again(registry, &person).await;
    assert_eq!(ended.derived.pension, InsuranceState::None);
    assert!(ended.findings.iter().any(|finding| finding.kind == "claim-differs"));
});

both!(the_record_as_of_a_day_and_as_known_at_a_time, |fresh: Fresh| async move {
    let registry = &fresh.registry;
    let person = loaded(&fresh).await;
    let at = |day: &str| Moment { effective: Date::parse(day), known_at: None };
    // told in this order: a new name from May on, then a suspension from March on
    done(registry, &person, Procedure::NameChanged { name: "王秀莹".to_owned() }, "2017-05-01").await.unwrap();
    let known_then = registry.history(&asker(), person.person).await.unwrap().last().unwrap().at;
    tokio::time::sleep(std::time::Duration::from_millis(5)).await;
    let now = again(registry, &person).await;
    let stop = Procedure::EnrolmentInterrupted { scheme: "resident-pension".to_owned(), reason: "6399".to_owned() };
    done(registry, &now, stop, "2017-03-01").await.unwrap();
    let status = |whole: &Whole| {
        whole.enrolments.iter().find(|row| row.scheme == "resident-pension").unwrap().status.clone().unwrap()
    };
    let shown = |moment| registry.as_of_moment(&*Box::leak(Box::new(asker())), person.person, moment);
    let winter = shown(at("2017-01-15")).await.unwrap();
    assert_eq!((winter.record.name.as_deref(), status(&winter).as_str()), (Some("王秀英"), "normal"));
    let april = shown(at("2017-04-01")).await.unwrap();
    assert_eq!((april.record.name.as_deref(), status(&april).as_str()), (Some("王秀英"), "suspended"));
    assert_eq!(april.enrolments.len(), 2);
    let june = shown(at("2017-06-01")).await.unwrap();
    assert_eq!((june.record.name.as_deref(), status(&june).as_str()), (Some("王秀莹"), "suspended"));
    // before the suspension was known
    let unknown = Moment { effective: Date::parse("2017-04-01"), known_at: Some(known_then) };
    assert_eq!(status(&shown(unknown).await.unwrap()), "normal");
    let never = Moment { effective: None, known_at: Some(0) };
    assert!(matches!(shown(never).await, Err(RegistryError::Nobody)));
});

both!(newborns_and_newcomers_get_records_and_an_extract_finds_them, |fresh: Fresh| async move {
    let (registry, folder) = (&fresh.registry, fresh.folder.path());
    loaded(&fresh).await;
    let born = NewPerson {
        name: "王小宝".to_owned(),
        number: Some(number("2016-12-01", 5)),
        sex: "1".to_owned(),
        birth_date: "2016-12-01".to_owned(),
        area: "610902001001".to_owned(),
        household: Some("H1".to_owned()),
        registered: true,
        ..NewPerson::default()
    };
    let proposal = Proposal {
        person: 0,
        seen: 0,
        procedure: Procedure::Birth(born),
        effective: "2016-12-03".to_owned(),
        evidence: None,
        papers: None,
    };
    let id = registry.propose(&by("maker"), &proposal, today()).await.unwrap();
    let from_elsewhere = Asker { scope: Scope::under(["610921"]), ..by("checker") };
    assert!(matches!(registry.decide(&from_elsewhere, id, &yes(0), today()).await, Err(RegistryError::Nobody)));
    registry.decide(&by("checker"), id, &yes(0), today()).await.unwrap();
    let baby = one(registry, &number("2016-12-01", 5)).await;
    assert_eq!((baby.derived.pension, baby.derived.medical), (InsuranceState::NotRequired, InsuranceState::None));
    assert_eq!(registry.count(&Scope::city(), &Filter::default()).await.unwrap(), 5);
    assert!(registry.propose(&by("maker"), &proposal, today()).await.is_err(), "born twice");
    // a run that does not know them yet leaves them; one that does, knows them for the same
    apply(registry, &write(folder, "b", "2016-12-31", &town()), "test", false).await.unwrap();
    assert_eq!(again(registry, &baby).await.record.state, State::Current);
    let mut people = town();
    people.push(somebody("王小宝", "2016-12-01", 5));
    let balance = apply(registry, &write(folder, "c", "2017-01-31", &people), "test", false).await.unwrap().balance;
    assert_eq!((balance.new, balance.changed), (0, 1), "{balance:?}");
    assert_eq!(again(registry, &baby).await.derived.category, Category::Confirmed);
    // and a later one that has lost them ends them
    let balance = apply(registry, &write(folder, "d", "2017-02-28", &town()), "test", false).await.unwrap().balance;
    assert_eq!(balance.ended, 1);
});

both!(service_and_prison_suspend_and_release_resumes, |fresh: Fresh| async move {
    let (registry, folder) = (&fresh.registry, fresh.folder.path());
    let mut people = town();
    people[0].schemes = vec![(SourceKind::EmployeePension, "normal"), (SourceKind::RuralMedical, "normal")];
    apply(registry, &write(folder, "a", "2016-11-30", &people), "test", false).await.unwrap();
    let person = one(registry, &number("1985-03-12", 10)).await;
    for procedure in [Procedure::Conscripted, Procedure::Imprisoned] {
        let now = again(registry, &person).await;
        done(registry, &now, procedure, "2017-01-05").await.unwrap();
        let held = again(registry, &person).await;
        assert_eq!(held.derived.pension, InsuranceState::Interrupted);
        assert_eq!(held.derived.medical, InsuranceState::Enrolled);
        done(registry, &held, Procedure::Released, "2017-05-05").await.unwrap();
        assert_eq!(again(registry, &person).await.derived.pension, InsuranceState::Enrolled);
    }
});

both!(one_record_of_two_people_is_split, |fresh: Fresh| async move {
    let registry = &fresh.registry;
    loaded(&fresh).await;
    let mixed = one(registry, &number("1991-07-08", 12)).await;
    let row = mixed.enrolments.iter().find(|row| row.scheme == "employee-medical").unwrap();
    let other = NewPerson {
        name: "赵瑛".to_owned(),
        number: Some(number("1991-07-08", 14)),
        sex: "2".to_owned(),
        birth_date: "1991-07-08".to_owned(),
        area: "610902001002".to_owned(),
        ..NewPerson::default()
    };
    let nothing = Procedure::Split { other: other.clone(), enrolments: vec![], numbers: vec![] };
    assert!(done(registry, &mixed, nothing, "2016-12-01").await.is_err());
    let foreign = Procedure::Split { other: other.clone(), enrolments: vec![1], numbers: vec![] };
    assert!(
        mixed.enrolments.iter().all(|row| row.id != 1) && done(registry, &mixed, foreign, "2016-12-01").await.is_err()
    );
    let split = Procedure::Split { other, enrolments: vec![row.id], numbers: vec![] };
    let id = done(registry, &mixed, split, "2016-12-01").await.unwrap();
    let (one_of, new) = (again(registry, &mixed).await, one(registry, &number("1991-07-08", 14)).await);
    assert_eq!((one_of.enrolments.len(), new.enrolments.len()), (2, 1));
    assert_eq!(new.derived.medical, InsuranceState::Enrolled);
    registry.undo_change(&by("checker"), id, "是同一人").await.unwrap();
    assert_eq!(again(registry, &mixed).await.enrolments.len(), 3);
    assert_eq!(again(registry, &new).await.record.state, State::Ended);
});

both!(hands_that_are_on_the_record_while_a_run_is_applied_lose_nothing, |fresh: Fresh| async move {
    let (registry, folder) = (&fresh.registry, fresh.folder.path());
    let mut people: Vec<_> = (0..2500).map(|_| somebody("周平", "1990-01-01", 10)).collect();
    for (at, person) in people.iter_mut().enumerate() {
        let birth = Date((8_000 + at) as i32).to_string();
        person.birth = Some(Box::leak(birth.clone().into_boxed_str()));
        person.number = Some(number(&birth, 10));
        person.sex = "2";
    }
    apply(registry, &write(folder, "a", "2016-11-30", &people), "test", false).await.unwrap();
    // everybody has another phone, some another state
    for (at, person) in people.iter_mut().enumerate() {
        person.phone = Some("13900000000");
        if at % 3 == 0 {
            person.schemes.pop();
        }
    }
    let run = write(folder, "b", "2016-12-31", &people);
    let applying = {
        let registry = registry.clone();
        tokio::spawn(async move { apply(&registry, &run, "test", false).await })
    };
    let mut renamed = Vec::new();
    for person in people.iter().step_by(97) {
        let whole = one(registry, person.number.as_ref().unwrap()).await;
        let rename = Procedure::NameChanged { name: "周萍".to_owned() };
        match done(registry, &whole, rename, "2017-02-01").await {
            Ok(_) => renamed.push(whole.person),
            // the flip came between the look and the deed
            Err(RegistryError::Changed { .. }) => {}
            Err(other) => panic!("{other}"),
        }
    }
    let balance = applying.await.unwrap().unwrap().balance;
    assert_eq!((balance.new, balance.ended), (0, 0));
    assert_eq!(balance.changed + balance.untouched, 2500, "{balance:?}");
    assert!(renamed.len() > 10);
    let mut seen = 0;
    registry
        .each_person(&asker(), &Filter::default(), |whole| {
            assert_eq!(whole.record.phone.as_deref(), Some("13900000000"));
            let name = if renamed.contains(&whole.person) { "周萍" } else { "周平" };
            assert_eq!(whole.record.name.as_deref(), Some(name), "person {}", whole.person);
            seen += 1;
            Ok(())
        })
        .await
        .unwrap();
    assert_eq!(seen, 2500);
    let lacking = Filter { category: Some(Category::Partial), ..Filter::default() };
    assert_eq!(registry.count(&Scope::city(), &lacking).await.unwrap(), 834);
    assert!(verify(registry).await.unwrap().faults.is_empty());
});
