//! Deliveries and jobs: what holds, who may, what is on the audit.

use canbao_domain::date::Date;
use canbao_domain::source::SourceKind;
use canbao_registry::audit::verify;
use canbao_registry::delivery::{Checked, DeliveryFile, DeliveryState, Found};
use canbao_registry::job::{Ended, JobKind, JobState};
use canbao_registry::{Registry, RegistryError};

use crate::support::store::{Fresh, both};

fn file(name: &str) -> DeliveryFile {
    DeliveryFile { name: name.to_owned(), stored: format!("x/{name}"), bytes: 3, sha256: "ab".repeat(32) }
}

fn day(text: &str) -> Date {
    Date::parse(text).unwrap()
}

fn told<T: std::fmt::Debug>(refused: Result<T, RegistryError>) -> String {
    let error = refused.unwrap_err();
    assert!(error.is_refusal() && !error.hint().is_empty(), "{error:?}");
    error.to_string()
}

const RURAL: &str = "rural-medical";

async fn begun(registry: &Registry, source: &str) -> i64 {
    registry.begin_delivery("liu", source, SourceKind::RuralMedical, &[file("a.csv")]).await.unwrap().0
}

/// A delivery that was looked at and handed over.
async fn sent(registry: &Registry, source: &str, as_of: &str) -> i64 {
    let id = begun(registry, source).await;
    let found = Found { rows: 10, unreadable: 1, doubtful: 2, people: 9 };
    registry.delivery_found(id, Checked::Sound, found, "{}").await.unwrap();
    registry.send_delivery("liu", id, day(as_of), "", day("2016-11-22")).await.unwrap();
    id
}

both!(a_delivery_goes_its_way_and_each_step_is_on_the_audit, |fresh: Fresh| async move {
    let registry = &fresh.registry;
    let none = registry.begin_delivery("liu", RURAL, SourceKind::RuralMedical, &[]).await;
    assert!(told(none).contains("没有选文件"));
    let id = begun(registry, RURAL).await;
    registry.add_to_delivery("liu", id, &[file("b.csv")]).await.unwrap();
    let early = registry.send_delivery("liu", id, day("2016-10-31"), "", day("2016-11-22")).await;
    assert!(told(early).contains("还没有读完"));
    let found = Found { rows: 10, unreadable: 1, doubtful: 2, people: 9 };
    registry.delivery_found(id, Checked::Sound, found, "{\"a\":1}").await.unwrap();
    let future = registry.send_delivery("liu", id, day("2016-11-23"), "", day("2016-11-22")).await;
    assert!(told(future).contains("还没有到"));
    registry.send_delivery("liu", id, day("2016-10-31"), "", day("2016-11-22")).await.unwrap();
    let kept = registry.delivery(id).await.unwrap();
    assert_eq!((kept.state, kept.as_of, kept.found), (DeliveryState::Sent, Some(day("2016-10-31")), found));
    assert_eq!(kept.files.iter().map(|file| file.name.as_str()).collect::<Vec<_>>(), ["a.csv", "b.csv"]);
    assert_eq!(registry.delivery_report(id).await.unwrap(), "{\"a\":1}");
    // what is handed over stays as it is
    assert!(told(registry.add_to_delivery("liu", id, &[file("c.csv")]).await).contains("不能再改"));
    assert!(told(registry.set_delivery("liu", id, "{}").await).contains("不能再改"));
    assert!(told(registry.discard_delivery("liu", id).await).contains("不能再改"));
    registry.delivery_found(id, Checked::Refused, Found::default(), "").await.unwrap();
    assert_eq!(registry.delivery(id).await.unwrap().checked, Checked::Sound);
    // an earlier one does not take the place of a later one
    let older = begun(registry, RURAL).await;
    registry.delivery_found(older, Checked::Sound, found, "").await.unwrap();
    let earlier = registry.send_delivery("liu", older, day("2016-09-30"), "", day("2016-11-22")).await;
    assert!(told(earlier).contains("还早"));
    // beginning anew discards what is open
    let (newer, gone) =
        registry.begin_delivery("liu", RURAL, SourceKind::RuralMedical, &[file("d.csv")]).await.unwrap();
    assert_eq!((gone, registry.delivery(older).await.unwrap().state), (Some(older), DeliveryState::Discarded));
    registry.delivery_found(newer, Checked::Sound, found, "").await.unwrap();
    registry.send_delivery("liu", newer, day("2016-10-31"), "", day("2016-11-22")).await.unwrap();
    let current = async || registry.current_deliveries().await.unwrap().iter().map(|it| it.id).collect::<Vec<_>>();
    assert_eq!(current().await, [newer]);
    assert_eq!(registry.delivery_before(RURAL, newer).await.unwrap().map(|it| it.id), Some(id));
    assert!(told(registry.withdraw_delivery("liu", newer, " ").await).contains("原因"));
    registry.withdraw_delivery("liu", newer, "少了一个县").await.unwrap();
    assert_eq!(current().await, [id], "the one before holds again");
    assert!(told(registry.withdraw_delivery("liu", newer, "再撤").await).contains("已撤回"));
    let proof = verify(registry).await.unwrap();
    assert_eq!((proof.entries, proof.faults.len()), (8, 0));
});

both!(a_comparison_takes_deliveries_and_two_people_make_it_the_record, |fresh: Fresh| async move {
    let registry = &fresh.registry;
    let (one, other) = (sent(registry, RURAL, "2016-10-31").await, sent(registry, "disability", "2016-09-30").await);
    registry.withdraw_delivery("liu", other, "错了").await.unwrap();
    let refused = registry.ask_comparison("he", "{}", &[one, other]).await;
    assert!(told(refused).contains("已被撤回"));
    assert_eq!(registry.delivery(one).await.unwrap().used_by, None, "all or nothing");
    let job = registry.ask_comparison("he", "{}", &[one]).await.unwrap();
    assert_eq!(registry.delivery(one).await.unwrap().used_by, Some(job));
    assert!(told(registry.withdraw_delivery("liu", one, "晚了").await).contains("已用于"));
    assert!(told(registry.approve_apply("zhou", job, "相符").await).contains("不是已经完成的比对"));
    let second = registry.ask_comparison("he", "{}", &[one]).await.unwrap();
    let running = registry.next_job().await.unwrap().unwrap();
    assert_eq!((running.id, running.state), (job, JobState::Running));
    assert!(registry.next_job().await.unwrap().is_none(), "one at a time");
    assert!(told(registry.cancel_job("he", job).await).contains("不能取消"));
    registry.cancel_job("he", second).await.unwrap();
    let done = |result: &str| Ended {
        state: JobState::Done,
        result: result.to_owned(),
        error: String::new(),
        hint: String::new(),
    };
    registry.end_job("he", job, &done("{\"n\":1}")).await.unwrap();
    assert!(registry.end_job("he", job, &done("")).await.is_err(), "ended once");
    // the one who began it may not, and nobody without a reason
    assert!(told(registry.approve_apply("he", job, "相符").await).contains("另一人"));
    assert!(told(registry.approve_apply("zhou", job, "  ").await).contains("理由"));
    let apply = registry.approve_apply("zhou", job, "行数相符").await.unwrap();
    assert!(told(registry.approve_apply("zhou", job, "再来").await).contains("已经办了"));
    let kept = registry.job(apply).await.unwrap();
    assert_eq!((kept.kind, kept.made_by.as_str(), kept.decided_by.as_deref()), (JobKind::Apply, "he", Some("zhou")));
    assert_eq!(registry.next_job().await.unwrap().map(|job| job.id), Some(apply));
    // the server is gone and comes back
    assert_eq!(registry.break_off_jobs("server").await.unwrap(), [apply]);
    let broken = registry.job(apply).await.unwrap();
    assert!(broken.state == JobState::Broken && broken.error.contains("服务器") && !broken.hint.is_empty());
    let again = registry.approve_apply("zhou", job, "再办").await.unwrap();
    registry.next_job().await.unwrap().unwrap();
    registry.job_progress(again, "{\"stage\":\"apply\"}").await.unwrap();
    registry.end_job("zhou", again, &done("{\"revision\":7}")).await.unwrap();
    // taking it back
    assert!(told(registry.ask_undo_of_apply("he", job, "错").await).contains("不是现在有效的载入"));
    assert!(told(registry.ask_undo_of_apply("he", again, "").await).contains("原因"));
    let undo = registry.ask_undo_of_apply("he", again, "规则有误").await.unwrap();
    assert!(told(registry.ask_undo_of_apply("zhou", again, "规则有误").await).contains("已经有人申请"));
    assert_eq!(registry.jobs_waiting().await.unwrap(), 1);
    assert!(registry.next_job().await.unwrap().is_none(), "not before somebody else agrees");
    assert!(told(registry.decide_job("he", undo, true, "同意").await).contains("另一人"));
    registry.decide_job("zhou", undo, false, "先查").await.unwrap();
    assert!(told(registry.decide_job("zhou", undo, true, "同意").await).contains("没有同意"));
    let undo = registry.ask_undo_of_apply("he", again, "查过了").await.unwrap();
    registry.decide_job("zhou", undo, true, "同意").await.unwrap();
    let running = registry.next_job().await.unwrap().unwrap();
    assert_eq!((running.id, running.asked.as_str()), (undo, "{\"revision\":7}"));
    registry.end_job("zhou", undo, &done("{}")).await.unwrap();
    assert!(told(registry.ask_undo_of_apply("he", again, "再撤").await).contains("不是现在有效的载入"));
    let proof = verify(registry).await.unwrap();
    assert_eq!(proof.faults.len(), 0);
    let jobs = registry.jobs(100).await.unwrap();
    assert_eq!(jobs.iter().map(|job| job.id).collect::<Vec<_>>(), [6, 5, 4, 3, 2, 1]);
});

both!(of_two_runners_one_gets_the_job, |fresh: Fresh| async move {
    let registry = &fresh.registry;
    let delivery = sent(registry, RURAL, "2016-10-31").await;
    registry.ask_comparison("he", "{}", &[delivery]).await.unwrap();
    let (one, other) = tokio::join!(registry.next_job(), registry.next_job());
    let got = [one.unwrap(), other.unwrap()];
    assert_eq!(got.iter().flatten().count(), 1);
});
