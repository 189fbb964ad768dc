//! Two people stand behind what leaves for another registry, and what its answers change.

use std::path::{Path, PathBuf};

use canbao_domain::rules::Category;
use canbao_domain::scope::Scope;
use canbao_domain::source::Insurance;
use canbao_registry::change::RequestState;
use canbao_registry::exchange::{Act, Desk, Direction, Done, Question, Standing, Would};
use canbao_registry::query::Asker;
use canbao_registry::{RegistryError, audit};

use super::registry::two;
use crate::support::store::{Fresh, both};

fn by(actor: &str) -> Asker {
    Asker { actor: actor.to_owned(), scope: Scope::city(), purpose: "test".into() }
}

fn question(private: Option<Insurance>) -> Act {
    let categories = vec![Category::Uninsured, Category::Partial];
    Act::Ask(Question { peer: "west".to_owned(), area: None, categories, again: false, private })
}

/// The folders of a side.
fn folders(root: &Path, side: &str) -> [PathBuf; 2] {
    ["in", "out"].map(|folder| {
        let folder = root.join(format!("{side}-{folder}"));
        std::fs::create_dir_all(&folder).unwrap();
        folder
    })
}

/// One asks, another approves.
async fn both_agree(desk: &Desk, act: &Act, [inbox, outbox]: &[PathBuf; 2]) -> Done {
    let id = desk.wish(&by("maker"), act, "与任务一致", inbox).await.unwrap();
    let own = desk.settle_wish(&by("maker"), id, true, "同意", [inbox, outbox]).await.unwrap_err();
    assert!(own.to_string().contains("不能是提出的人本人"), "{own}");
    let done = desk.settle_wish(&by("checker"), id, true, "同意", [inbox, outbox]).await.unwrap();
    let request = desk.request(id).await.unwrap();
    assert_eq!((request.state, request.checker.as_deref()), (RequestState::Done, Some("checker")));
    assert!(request.result.is_some() && request.act.as_ref() == Some(act));
    let again = desk.settle_wish(&by("other"), id, true, "再来", [inbox, outbox]).await.unwrap_err();
    assert!(again.to_string().contains("已经处理过"), "{again}");
    done
}

both!(a_question_its_answer_and_what_that_changes_are_two_peoples, |fresh: Fresh| async move {
    let two = two(fresh).await;
    let root = two.stick();
    let (east, west) = (&two.east, &two.west);
    let (easts, wests) = (folders(&root, "east"), folders(&root, "west"));
    let act = question(None);
    let Would::Ask { asked, left_out } = east.would(&by("maker"), &act, &easts[0]).await.unwrap() else { panic!() };
    assert_eq!((asked, left_out), (5, 0));
    assert!(east.parcels(10).await.unwrap().is_empty(), "what would be is not done");
    let Done::Asked(export) = both_agree(east, &act, &easts).await else { panic!("asked") };
    assert_eq!(export.asked, 5);
    let sent = &east.parcels(10).await.unwrap()[0];
    assert_eq!(
        (sent.direction, sent.rows, sent.answered, sent.peer.as_str()),
        (Direction::Sent, 5, false, "西区社会保险局")
    );
    assert_eq!(sent.name.as_deref(), export.sent.file.file_name().and_then(|name| name.to_str()));

    let came = root.join("came");
    std::fs::copy(&export.sent.file, &came).unwrap();
    assert!(east.arrive(&came, &easts[0]).await.unwrap_err().to_string().contains("不是发给本机构"));
    let arrived = west.arrive(&came, &wests[0]).await.unwrap();
    assert_eq!((arrived.standing, arrived.rows, arrived.peer.as_str()), (Standing::Next, 5, "east"));
    assert!(!came.exists(), "moved to where it waits");
    assert_eq!(west.inbox(&wests[0]).await.unwrap().len(), 1);
    let wrong = west.would(&by("maker"), &Act::Import(arrived.digest), &wests[0]).await.unwrap_err();
    assert!(wrong.is_refusal(), "a question is no answer: {wrong}");
    let Done::Answered(answered) = both_agree(west, &Act::Answer(arrived.digest), &wests).await else { panic!() };
    assert_eq!(answered.insured, 4);
    assert!(west.inbox(&wests[0]).await.unwrap().is_empty());
    assert!(matches!(west.arrived(&wests[0], arrived.digest).await, Err(RegistryError::Nobody)));
    std::fs::copy(&export.sent.file, &came).unwrap();
    assert_eq!(west.arrive(&came, &wests[0]).await.unwrap().standing, Standing::Taken);

    std::fs::copy(&answered.sent.file, &came).unwrap();
    let arrived = east.arrive(&came, &easts[0]).await.unwrap();
    let here = &two.east_fresh.registry;
    let before = here.revision().await.unwrap();
    let act = Act::Import(arrived.digest);
    let Would::Import(_, tried) = east.would(&by("maker"), &act, &easts[0]).await.unwrap() else { panic!() };
    assert_eq!((tried.changed, here.revision().await.unwrap()), (3, before), "tried, nothing is changed");
    assert!(!east.parcels(10).await.unwrap().iter().any(|parcel| parcel.direction == Direction::Received));
    let Done::Imported(done) = both_agree(east, &act, &easts).await else { panic!("imported") };
    assert_eq!((done.asked, done.insured, done.changed), (tried.asked, tried.insured, tried.changed));
    assert_eq!(here.revision().await.unwrap(), before + 1);
    assert!(east.parcels(10).await.unwrap().iter().any(|parcel| parcel.answered), "the question has its answer");
    for registry in [here, &two.west_fresh.registry] {
        assert!(audit::verify(registry).await.unwrap().faults.is_empty());
    }
});

both!(what_was_not_approved_leaves_nothing_behind, |fresh: Fresh| async move {
    let two = two(fresh).await;
    let (east, root) = (&two.east, two.stick());
    let easts = folders(&root, "east");
    let [inbox, outbox] = &easts;
    let files = || std::fs::read_dir(outbox).unwrap().count();
    let private = question(Some(Insurance::Pension));
    let id = east.wish(&by("maker"), &private, "隐私比对", inbox).await.unwrap();
    let twice = east.wish(&by("other"), &private, "又一件", inbox).await.unwrap_err();
    assert!(twice.to_string().contains("正等待审批"), "{twice}");
    for reason in ["", "  ", &"长".repeat(201)] {
        let refused = east.settle_wish(&by("checker"), id, true, reason, [inbox, outbox]).await.unwrap_err();
        assert_eq!(refused.item(), "reason");
    }
    assert!(matches!(
        east.settle_wish(&by("checker"), id, false, "这个月问过", [inbox, outbox]).await.unwrap(),
        Done::Refused
    ));
    let second = east.wish(&by("maker"), &private, "再提", inbox).await.unwrap();
    assert!(east.withdraw_wish(&by("checker"), second, "代收").await.unwrap_err().is_refusal());
    east.withdraw_wish(&by("maker"), second, "不查了").await.unwrap();
    let late = east.settle_wish(&by("checker"), second, true, "同意", [inbox, outbox]).await.unwrap_err();
    assert!(late.to_string().contains("已经处理过"), "{late}");
    assert_eq!((files(), east.parcels(10).await.unwrap().len()), (0, 0));
    // the partner went meanwhile: what cannot be done is not decided
    let third = east.wish(&by("maker"), &private, "第三次", inbox).await.unwrap();
    east.remove_peer("west", "admin").await.unwrap();
    assert!(east.settle_wish(&by("checker"), third, true, "同意", [inbox, outbox]).await.unwrap_err().is_refusal());
    assert_eq!(east.request(third).await.unwrap().state, RequestState::Pending);
    assert_eq!(files(), 0);
    let none =
        Act::Ask(Question { peer: "west".to_owned(), area: None, categories: Vec::new(), again: false, private: None });
    assert!(east.would(&by("maker"), &none, inbox).await.unwrap_err().is_refusal());
    assert!(matches!(east.request(99).await, Err(RegistryError::Nobody)));
    assert_eq!(east.requests(10).await.unwrap().len(), 3);
});
