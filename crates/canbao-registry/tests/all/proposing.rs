//! What can be put forward, what it would do, and undoing by two people.

use canbao_domain::date::Date;
use canbao_domain::rules::{Category, PersonLife};
use canbao_domain::scope::Scope;
use canbao_domain::source::SourceKind;
use canbao_registry::apply::apply;
use canbao_registry::audit::verify;
use canbao_registry::change::{Decision, Procedure, Proposal, RequestState};
use canbao_registry::person::{Enrolment, Whole};
use canbao_registry::query::Asker;
use canbao_registry::{Registry, RegistryError};

use crate::apply::{asker, one, town};
use crate::change::done;
use crate::support::run::{number, write};
use crate::support::store::{Fresh, both};

fn today() -> Date {
    Date::parse("2017-06-30").unwrap()
}

fn by(actor: &str) -> Asker {
    Asker { actor: actor.to_owned(), scope: Scope::city(), purpose: "test".into() }
}

async fn loaded(fresh: &Fresh) -> Whole {
    let run = write(fresh.folder.path(), "a", "2016-11-01", &town());
    apply(&fresh.registry, &run, "test", false).await.unwrap();
    one(&fresh.registry, &number("1985-03-12", 10)).await
}

async fn again(registry: &Registry, whole: &Whole) -> Whole {
    registry.person(&asker(), whole.person).await.unwrap()
}

fn proposal(whole: &Whole, procedure: Procedure) -> Proposal {
    let papers = Some("居民死亡医学证明书".to_owned());
    let effective = "2016-12-05".to_owned();
    Proposal { person: whole.person, seen: whole.revision, procedure, effective, evidence: Some(vec![7; 32]), papers }
}

async fn offered(registry: &Registry, whole: &Whole) -> Vec<&'static str> {
    let areas = registry.areas().await.unwrap();
    let requests = registry.requests(&asker(), whole.person).await.unwrap();
    let offers = Procedure::offers(whole, &requests, &areas, today());
    assert_eq!(offers.len(), 16);
    assert!(offers.iter().all(|offer| offer.why_not.as_ref().is_none_or(|why| why.ends_with('。'))), "{offers:?}");
    offers.into_iter().filter(|offer| offer.why_not.is_none()).map(|offer| offer.kind).collect()
}

both!(what_makes_no_sense_for_a_record_is_not_offered, |fresh: Fresh| async move {
    let registry = &fresh.registry;
    let person = loaded(&fresh).await;
    let living = offered(registry, &person).await;
    for kind in ["death", "move-out", "move-in", "enrolment-interrupted", "name-changed", "merged"] {
        assert!(living.contains(&kind), "{kind}: {living:?}");
    }
    // nothing is suspended, and no employee's scheme could be
    for kind in ["enrolment-resumed", "released", "conscripted", "imprisoned"] {
        assert!(!living.contains(&kind), "{kind}: {living:?}");
    }
    assert!(Procedure::schemes("enrolment-interrupted", &person).contains(&SourceKind::ResidentPension));
    assert!(!Procedure::schemes("enrolment-begun", &person).contains(&SourceKind::ResidentPension));
    registry.propose(&by("maker"), &proposal(&person, Procedure::Death), today()).await.unwrap();
    assert!(!offered(registry, &person).await.contains(&"death"), "one waits already");
    let other = one(registry, &number("1980-05-02", 11)).await;
    done(registry, &other, Procedure::Death, "2016-12-05").await.unwrap();
    let dead = offered(registry, &again(registry, &other).await).await;
    for kind in ["death", "move-out", "move-in", "left-country", "enrolment-begun", "released"] {
        assert!(!dead.contains(&kind), "{kind}: {dead:?}");
    }
    assert!(dead.contains(&"enrolment-ended") && dead.contains(&"name-changed"), "{dead:?}");
});

both!(a_preview_says_what_then_happens_and_writes_nothing, |fresh: Fresh| async move {
    let registry = &fresh.registry;
    let person = loaded(&fresh).await;
    let other = one(registry, &number("1980-05-02", 11)).await;
    for procedure in [
        Procedure::Death,
        Procedure::LeftCountry,
        Procedure::Merged { into: other.person },
        Procedure::EnrolmentEnded { scheme: "resident-pension".to_owned(), reason: "6401".to_owned() },
    ] {
        let person = again(registry, &person).await;
        let before = registry.revision().await.unwrap();
        let put = proposal(&person, procedure.clone());
        let told = registry.preview(&by("maker"), &put, today()).await.unwrap();
        assert_eq!(registry.revision().await.unwrap(), before, "{procedure:?}");
        assert_eq!(again(registry, &person).await.record, person.record);
        assert!(told.iter().all(|one| one.before.is_some()));
        // done on a copy of the same registry it is the same: here, done and undone
        let id = registry.propose(&by("maker"), &put, today()).await.unwrap();
        let waiting = registry.preview_of(&by("checker"), id, today()).await.unwrap();
        let yes = Decision { approve: true, reason: "齐全".to_owned(), seen: person.revision };
        registry.decide(&by("checker"), id, &yes, today()).await.unwrap();
        for one in told.iter().chain(&waiting) {
            let now = again(registry, &one.after).await;
            assert_eq!((&now.record, now.derived), (&one.after.record, one.after.derived), "{procedure:?}");
            // a row that is not written yet has no identifier, by which rows are read
            let sorted = |rows: &[Enrolment]| {
                let mut rows = rows.to_vec();
                rows.sort_by(|a, b| (&a.scheme, &a.effective).cmp(&(&b.scheme, &b.effective)));
                rows
            };
            assert_eq!(sorted(&now.enrolments), sorted(&one.after.enrolments), "{procedure:?}");
        }
        registry.undo_change(&by("checker"), id, "试").await.unwrap();
    }
    wrong_ones(registry, &person).await;
});

/// Wrong ones are refused at the item that is wrong, and a stale one is told what changed.
async fn wrong_ones(registry: &Registry, person: &Whole) {
    let now = again(registry, person).await;
    let mut late = proposal(&now, Procedure::Death);
    late.effective = "2018-01-01".to_owned();
    assert_eq!(registry.preview(&by("maker"), &late, today()).await.unwrap_err().item(), "effective");
    let number = Procedure::NumberCorrected { number: "123".to_owned() };
    assert_eq!(registry.preview(&by("maker"), &proposal(&now, number), today()).await.unwrap_err().item(), "number");
    let nobody = Procedure::Merged { into: 999_999 };
    assert_eq!(registry.preview(&by("maker"), &proposal(&now, nobody), today()).await.unwrap_err().item(), "into");
    let stale = registry.preview(&by("maker"), &proposal(person, Procedure::Death), today()).await.unwrap_err();
    assert!(matches!(stale, RegistryError::Changed { .. }), "{stale}");
    let elsewhere = Asker { scope: Scope::under(["610921"]), ..by("neighbour") };
    let refused = registry.preview(&elsewhere, &proposal(&now, Procedure::Death), today()).await.unwrap_err();
    assert!(matches!(refused, RegistryError::Nobody));
}

both!(papers_are_kept_with_the_request_and_in_no_debug_output, |fresh: Fresh| async move {
    let registry = &fresh.registry;
    let person = loaded(&fresh).await;
    let put = proposal(&person, Procedure::Death);
    assert!(!format!("{put:?}").contains("死亡医学"));
    let id = registry.propose(&by("maker"), &put, today()).await.unwrap();
    let kept = registry.request(id).await.unwrap();
    assert_eq!(
        (kept.papers.as_deref(), kept.evidence.as_deref()),
        (Some("居民死亡医学证明书"), Some([7; 32].as_slice()))
    );
    assert!(!format!("{kept:?}").contains("死亡医学"));
    let mine = registry.made_by("maker", i64::MAX, 10).await.unwrap();
    assert_eq!(mine.iter().map(|(request, _)| request.id).collect::<Vec<_>>(), [id]);
    assert!(registry.made_by("checker", i64::MAX, 10).await.unwrap().is_empty());
});

both!(a_change_is_undone_by_two_people, |fresh: Fresh| async move {
    let registry = &fresh.registry;
    let person = loaded(&fresh).await;
    let id = done(registry, &person, Procedure::Death, "2016-12-05").await.unwrap();
    let elsewhere = Asker { scope: Scope::under(["610921"]), ..by("neighbour") };
    assert!(matches!(registry.ask_undo(&elsewhere, id, "误").await, Err(RegistryError::Nobody)));
    assert_eq!(registry.ask_undo(&by("maker"), id, " ").await.unwrap_err().item(), "reason");
    assert!(registry.ask_undo(&by("maker"), 999, "误").await.unwrap_err().to_string().contains("没有办理过"));
    let wish = registry.ask_undo(&by("maker"), id, "与本人核实").await.unwrap();
    assert_eq!(again(registry, &person).await.record.life, PersonLife::Deceased, "nothing changed yet");
    assert!(registry.ask_undo(&by("other"), id, "再问").await.unwrap_err().to_string().contains("已有撤销申请"));
    assert_eq!(registry.undos_in(&Scope::city()).await.unwrap().len(), 1);
    assert!(registry.undos_in(&Scope::under(["610921"])).await.unwrap().is_empty());
    let own = registry.decide_undo(&by("maker"), wish, true, "同意").await.unwrap_err();
    assert!(own.to_string().contains("不能是提出撤销的人"), "{own}");
    assert!(matches!(registry.decide_undo(&elsewhere, wish, true, "同意").await, Err(RegistryError::Nobody)));
    assert!(matches!(registry.decide_undo(&elsewhere, wish, false, "不").await, Err(RegistryError::Nobody)));
    // refused, taken back, and at last agreed to
    registry.decide_undo(&by("checker"), wish, false, "证明齐全").await.unwrap();
    assert_eq!(registry.undo_of(id).await.unwrap().unwrap().state, RequestState::Refused);
    let wish = registry.ask_undo(&by("maker"), id, "再核实").await.unwrap();
    assert!(registry.withdraw_undo(&by("checker"), wish, "代收").await.is_err());
    registry.withdraw_undo(&by("maker"), wish, "先不撤").await.unwrap();
    let wish = registry.ask_undo(&by("maker"), id, "确实有误").await.unwrap();
    // something rests on it meanwhile
    let renamed = again(registry, &person).await;
    let name = Procedure::NameChanged { name: "周平安".to_owned() };
    let later = done(registry, &renamed, name, "2016-12-06").await.unwrap();
    let resting = registry.resting_on(id).await.unwrap();
    assert_eq!(resting.iter().map(|one| (one.person, one.request)).collect::<Vec<_>>(), [(person.person, Some(later))]);
    assert!(
        registry.decide_undo(&by("checker"), wish, true, "同意").await.unwrap_err().to_string().contains("又有变动")
    );
    registry.withdraw_undo(&by("maker"), wish, "先撤后来的").await.unwrap();
    assert!(registry.ask_undo(&by("maker"), id, "误").await.unwrap_err().to_string().contains("又有 1 次变动"));
    let wish = registry.ask_undo(&by("maker"), later, "先撤它").await.unwrap();
    registry.decide_undo(&by("checker"), wish, true, "同意").await.unwrap();
    assert_eq!(registry.request(later).await.unwrap().state, RequestState::Undone);
    assert_eq!(again(registry, &person).await.record.name, person.record.name);
    assert!(registry.decide_undo(&by("checker"), wish, true, "再来").await.is_err());
    // what was undone meanwhile stands on nothing
    assert!(registry.resting_on(id).await.unwrap().is_empty());
    let wish = registry.ask_undo(&by("maker"), id, "确实有误").await.unwrap();
    registry.decide_undo(&by("checker"), wish, true, "同意").await.unwrap();
    let back = again(registry, &person).await;
    assert_eq!((&back.record, &back.enrolments), (&person.record, &person.enrolments));
    assert!(verify(registry).await.unwrap().faults.is_empty());
});

both!(an_undo_agreed_to_brings_back_what_was, |fresh: Fresh| async move {
    let registry = &fresh.registry;
    let person = loaded(&fresh).await;
    let id = done(registry, &person, Procedure::Death, "2016-12-05").await.unwrap();
    assert_eq!(registry.done_in(&Scope::city(), i64::MAX, 10).await.unwrap().len(), 1);
    assert!(registry.done_in(&Scope::under(["610921"]), i64::MAX, 10).await.unwrap().is_empty());
    let wish = registry.ask_undo(&by("maker"), id, "人还在").await.unwrap();
    registry.decide_undo(&by("checker"), wish, true, "已核实").await.unwrap();
    let back = again(registry, &person).await;
    assert_eq!((&back.record, back.derived.category), (&person.record, person.derived.category));
    assert_ne!(back.derived.category, Category::Deceased);
    let wish = registry.undo_of(id).await.unwrap().unwrap();
    assert_eq!((wish.state, wish.checker.as_deref()), (RequestState::Done, Some("checker")));
    assert!(verify(registry).await.unwrap().faults.is_empty());
});
