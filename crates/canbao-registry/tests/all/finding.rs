//! Findings as work: what stands behind them, what clerks make of them, what goes to the next comparison.

use canbao_domain::date::Date;
use canbao_domain::scope::Scope;
use canbao_domain::source::SourceKind;
use canbao_registry::RegistryError;
use canbao_registry::apply::{apply, undo};
use canbao_registry::audit::verify;
use canbao_registry::decision::Ruling;
use canbao_registry::finding::{Ask, Stand, Verdict, WorkFilter, WorkLine};
use canbao_registry::query::{Asker, Seek};

use crate::support::run::{Around, HardRow, Somebody, number, somebody, write_in};
use crate::support::store::{Fresh, both};

fn asker(area: Option<&str>) -> Asker {
    let scope = area.map_or_else(Scope::city, |area| Scope::under([area]));
    Asker { actor: "clerk".to_owned(), scope, purpose: "test".into() }
}

fn people() -> Vec<Somebody> {
    let mut far = somebody("张桂英", "1968-07-07", 25);
    far.village = Some("610921001001");
    vec![somebody("张桂瑛", "1968-06-08", 21), somebody("李长顺", "1969-09-09", 23), far]
}

/// Rows of the rural medical scheme: one linked to the first person, one that may be two of them, one that is nobody's.
fn hard(line: i64) -> Vec<HardRow> {
    let row = |row, name, owner, finding, candidates, village| HardRow {
        source: SourceKind::RuralMedical,
        row,
        number: format!("61090219680608{row:04}"),
        name,
        owner,
        finding,
        candidates,
        village,
    };
    let mut rows = vec![
        row(7, "张桂英", Some(0), "name-differs", vec![(0, 0.995)], None),
        row(12, "张桂英", None, "row-unresolved", vec![(0, 0.777), (2, 0.129)], Some("610902001002")),
        row(13, "王某", None, "row-unresolved", Vec::new(), None),
    ];
    for row in &mut rows {
        row.row += line;
    }
    rows
}

async fn load(fresh: &Fresh, name: &str, day: &str, line: i64) {
    let (people, hard) = (people(), hard(line));
    let around = Around { hard: &hard, ..Around::default() };
    let run = write_in(fresh.folder.path(), name, day, &people, &around);
    apply(&fresh.registry, &run, "test", false).await.unwrap();
}

async fn list(fresh: &Fresh, asker: &Asker, kind: &str, stand: Option<Stand>) -> Vec<WorkLine> {
    let filter = WorkFilter { kind: kind.to_owned(), area: None, stand };
    let page = fresh.registry.work_list(asker, &filter, &Seek::First, 50).await.unwrap();
    assert_eq!(page.lines.len() as i64, fresh.registry.work_count(asker, &filter).await.unwrap());
    page.lines
}

fn today() -> Date {
    Date::parse("2016-11-22").unwrap()
}

fn refused(done: Result<i64, RegistryError>) -> String {
    match done {
        Err(error) if error.is_refusal() => error.to_string(),
        other => panic!("not refused: {other:?}"),
    }
}

both!(a_row_is_shown_as_it_was_written_beside_those_whom_it_may_mean, |fresh: Fresh| async move {
    load(&fresh, "a", "2016-11-01", 0).await;
    let city = asker(None);
    let open = list(&fresh, &city, "row-unresolved", Some(Stand::Open)).await;
    assert_eq!(open.len(), 2);
    assert_eq!(open.iter().map(|line| line.area.as_str()).collect::<Vec<_>>(), ["", "610902001002"]);
    assert_eq!(open[1].name.as_deref(), Some("张桂英"));
    let case = fresh.registry.case(&city, open[1].id).await.unwrap();
    let row = case.row.unwrap();
    assert_eq!(
        (row.row, row.line, row.file.as_str(), row.kind.as_str()),
        (12, 13, "rural-medical.csv", "rural-medical")
    );
    assert_eq!((row.field("name"), row.field("number")), (Some("张桂英"), Some("610902196806080012")));
    assert_eq!((row.method.as_str(), row.people), ("unresolved", 3));
    assert_eq!(row.sentence, "号码有一位数字不符；姓名一致。");
    let names = |case: &[canbao_registry::person::Whole]| -> Vec<String> {
        case.iter().map(|whole| whole.record.name.clone().unwrap()).collect()
    };
    assert_eq!(names(&case.people), ["张桂瑛", "张桂英"]);
    assert_eq!(row.candidates.iter().map(|one| one.confidence).collect::<Vec<_>>(), [0.777, 0.129]);
    assert_eq!(row.candidates[0].weights[1], ("name".to_owned(), 2.6));
    // who is in another county stays unseen there
    let county = asker(Some("610902"));
    let case = fresh.registry.case(&county, open[1].id).await.unwrap();
    assert_eq!(names(&case.people), ["张桂瑛"]);
    assert_eq!(case.elsewhere, ["610921001001"]);
    assert!(matches!(fresh.registry.case(&asker(Some("610921")), open[1].id).await, Err(RegistryError::Nobody)));
    assert!(matches!(fresh.registry.case(&county, open[0].id).await, Err(RegistryError::Nobody)));
    // a row that was linked has its person and its reason
    let differs = list(&fresh, &city, "name-differs", None).await;
    let case = fresh.registry.case(&city, differs[0].id).await.unwrap();
    assert_eq!(case.row.unwrap().person, case.line.person);
    assert_eq!(verify(&fresh.registry).await.unwrap().faults, Vec::<String>::new());
});

both!(what_is_said_goes_to_the_next_comparison_and_can_be_taken_back, |fresh: Fresh| async move {
    load(&fresh, "a", "2016-11-01", 0).await;
    let (city, registry) = (asker(None), &fresh.registry);
    let finding = list(&fresh, &city, "row-unresolved", None).await[1].id;
    let ids: Vec<i64> = registry.case(&city, finding).await.unwrap().people.iter().map(|whole| whole.person).collect();
    // not the first: the question stands, and the second is left
    registry.handle(&city, finding, Verdict::Different, Some(ids[0]), "", None, today()).await.unwrap();
    let case = registry.case(&city, finding).await.unwrap();
    assert_eq!((case.line.stand(), case.is_out(ids[0]), case.is_out(ids[1])), (Stand::Open, true, false));
    let same = registry.handle(&city, finding, Verdict::Same, Some(ids[1]), "本人来过", None, today()).await.unwrap();
    assert_eq!(list(&fresh, &city, "row-unresolved", Some(Stand::Open)).await.len(), 1);
    assert_eq!(list(&fresh, &city, "row-unresolved", Some(Stand::Done)).await[0].id, finding);
    let decided = registry.decisions(&city, false).await.unwrap();
    let said: Vec<_> = decided.iter().map(|one| (one.decision.ruling, one.decision.person_id.clone())).collect();
    assert_eq!(said, [(Ruling::Different, number("1968-06-08", 21)), (Ruling::Same, number("1968-07-07", 25))]);
    assert!(decided.iter().all(|one| one.decision.kind == SourceKind::RuralMedical && one.decision.name == "张桂英"));
    // decided is decided, until it is taken back
    let again = registry.handle(&city, finding, Verdict::Different, None, "", None, today()).await;
    assert!(refused(again).contains("已经核对过"));
    assert_eq!(registry.last_handling("clerk").await.unwrap().unwrap().id, same);
    assert_eq!(registry.handled_since("clerk", 0).await.unwrap(), [1, 1, 0]);
    let first = registry.case(&city, finding).await.unwrap().past.last().unwrap().id;
    assert!(refused(registry.take_back(&city, first).await).contains("前提"));
    registry.take_back(&city, same).await.unwrap();
    registry.take_back(&city, first).await.unwrap();
    assert!(refused(registry.take_back(&city, first).await).contains("已经撤销"));
    assert_eq!(registry.decisions(&city, false).await.unwrap(), []);
    assert_eq!(list(&fresh, &city, "row-unresolved", Some(Stand::Open)).await.len(), 2);
    assert_eq!(verify(registry).await.unwrap().faults, Vec::<String>::new());
});

both!(a_village_is_asked_and_answers, |fresh: Fresh| async move {
    load(&fresh, "a", "2016-11-01", 0).await;
    let registry = &fresh.registry;
    let (county, village, other) = (asker(Some("610902")), asker(Some("610902001002")), asker(Some("610902001001")));
    let finding = list(&fresh, &county, "row-unresolved", None).await[0].id;
    let ask = |area: &str, due: &str| Ask { area: area.to_owned(), due: Date::parse(due).unwrap() };
    for (ask, why) in [
        (None, "没有选请哪里"),
        (Some(ask("610921001001", "2016-11-29")), "不归您管"),
        (Some(ask("610902001002", "2016-11-21")), "已经过了"),
    ] {
        let done = registry.handle(&county, finding, Verdict::Ask, None, "", ask.as_ref(), today()).await;
        assert!(refused(done).contains(why), "{why}");
    }
    let good = ask("610902001002", "2016-11-29");
    let asked = registry.handle(&county, finding, Verdict::Ask, None, "问户主", Some(&good), today()).await.unwrap();
    assert_eq!(registry.asked_count(&village.scope).await.unwrap(), 1);
    assert_eq!(registry.waiting_for(&village, 10).await.unwrap().0[0].name.as_deref(), Some("张桂英"));
    assert_eq!(registry.asked_count(&other.scope).await.unwrap(), 0);
    assert!(matches!(registry.answer_ask(&other, asked, Some(true), "").await, Err(RegistryError::Nobody)));
    assert!(registry.answer_ask(&village, asked, None, " ").await.unwrap_err().is_refusal());
    registry.answer_ask(&village, asked, Some(true), "是本人").await.unwrap();
    assert!(registry.answer_ask(&village, asked, Some(false), "").await.unwrap_err().is_refusal());
    assert_eq!(registry.asked_count(&village.scope).await.unwrap(), 0);
    let line = list(&fresh, &county, "row-unresolved", Some(Stand::Answered)).await.remove(0);
    assert_eq!(line.handling.unwrap().answer, Some(Some(true)));
    // the clerk decides; taken back, the answer is there again
    let person = registry.case(&county, finding).await.unwrap().people[0].person;
    let same = registry.handle(&county, finding, Verdict::Same, Some(person), "", None, today()).await.unwrap();
    assert_eq!(list(&fresh, &county, "row-unresolved", None).await[0].stand(), Stand::Done);
    registry.take_back(&county, same).await.unwrap();
    assert_eq!(list(&fresh, &county, "row-unresolved", None).await[0].stand(), Stand::Answered);
});

both!(a_finding_stays_what_it_is_while_lines_move, |fresh: Fresh| async move {
    load(&fresh, "a", "2016-11-01", 0).await;
    let (city, registry) = (asker(None), &fresh.registry);
    let before = list(&fresh, &city, "row-unresolved", None).await;
    registry.handle(&city, before[0].id, Verdict::Different, None, "无此人", None, today()).await.unwrap();
    // the same rows, elsewhere in next month's file
    load(&fresh, "b", "2016-12-01", 100).await;
    let after = list(&fresh, &city, "row-unresolved", None).await;
    assert_eq!(
        after.iter().map(|line| line.id).collect::<Vec<_>>(),
        before.iter().map(|line| line.id).collect::<Vec<_>>()
    );
    assert_eq!(after[0].stand(), Stand::Done);
    assert_eq!(registry.case(&city, after[1].id).await.unwrap().row.unwrap().row, 12);
    // a row that says something else is another finding
    let (people, mut hard) = (people(), hard(0));
    hard[2].name = "王某某";
    let around = Around { hard: &hard, ..Around::default() };
    let run = write_in(fresh.folder.path(), "c", "2017-01-01", &people, &around);
    apply(registry, &run, "test", false).await.unwrap();
    let changed = list(&fresh, &city, "row-unresolved", None).await;
    assert_eq!(changed[0].stand(), Stand::Open);
    assert_eq!(changed[0].name.as_deref(), Some("王某某"));
    // undone, what was is there again with what stands behind it
    undo(registry, None, "test", false).await.unwrap();
    let back = list(&fresh, &city, "row-unresolved", None).await;
    assert_eq!(back[0].name.as_deref(), Some("王某"));
    assert_eq!(verify(registry).await.unwrap().faults, Vec::<String>::new());
});

both!(wrong_uses_change_nothing, |fresh: Fresh| async move {
    load(&fresh, "a", "2016-11-01", 0).await;
    let (city, county, registry) = (asker(None), asker(Some("610902")), &fresh.registry);
    let finding = list(&fresh, &county, "row-unresolved", None).await[0].id;
    let far = registry.case(&city, finding).await.unwrap().people[1].person;
    let done = registry.handle(&county, finding, Verdict::Same, Some(far), "", None, today()).await;
    assert!(matches!(done, Err(RegistryError::Nobody)));
    let done = registry.handle(&county, finding, Verdict::Same, None, "", None, today()).await;
    assert!(refused(done).contains("没有选"));
    let note = format!("是 {} 的", number("1968-06-08", 21));
    assert!(
        refused(registry.handle(&county, finding, Verdict::Different, None, &note, None, today()).await)
            .contains("身份证号")
    );
    let long = "长".repeat(501);
    assert!(
        refused(registry.handle(&county, finding, Verdict::Different, None, &long, None, today()).await)
            .contains("500")
    );
    assert!(matches!(
        registry.handle(&county, 999_999, Verdict::Different, None, "", None, today()).await,
        Err(RegistryError::Nobody)
    ));
    assert_eq!(list(&fresh, &county, "row-unresolved", Some(Stand::Open)).await.len(), 1);
    assert_eq!(registry.decisions(&city, true).await.unwrap(), []);
});

#[tokio::test]
async fn rows_that_were_changed_past_the_program_show() {
    let fresh = crate::support::store::sqlite().await;
    load(&fresh, "a", "2016-11-01", 0).await;
    let path = fresh.folder.path().join("registry.db");
    let pool = sqlx::SqlitePool::connect(&format!("sqlite://{}", path.display())).await.unwrap();
    sqlx::query("UPDATE evidence SET content = x'00'").execute(&pool).await.unwrap();
    let faults = verify(&fresh.registry).await.unwrap().faults;
    assert!(faults.len() == 1 && faults[0].contains("关联依据"), "{faults:?}");
    sqlx::query("DELETE FROM evidence").execute(&pool).await.unwrap();
    assert_eq!(verify(&fresh.registry).await.unwrap().faults.len(), 1);
}

both!(several_are_decided_in_one_transaction_and_told_in_one_entry, |fresh: Fresh| async move {
    load(&fresh, "a", "2016-11-01", 0).await;
    let (city, registry) = (asker(None), &fresh.registry);
    let ids: Vec<i64> = list(&fresh, &city, "row-unresolved", None).await.iter().map(|line| line.id).collect();
    let due = Date(today().days() + 7);
    let many = async |asker: &Asker, ids: &[i64], verdict: Verdict, note: &str| {
        registry.handle_many(asker, ids, verdict, note, due, today()).await
    };
    // the first is of no known area: nobody can be asked about it
    let handled = many(&city, &[ids[0], ids[1], 999], Verdict::Ask, "问户主").await.unwrap();
    assert_eq!((handled.done, handled.refused), (1, vec![ids[0], 999]));
    let last = registry.audit_page(None, None, 1).await.unwrap().remove(0);
    let told = format!("ask findings: done 1, left 2; {} 999", ids[0]);
    assert_eq!((last.action.as_str(), last.subject), ("handle-many", told));
    let county = asker(Some("610921"));
    let none = many(&county, &ids, Verdict::Different, "").await.unwrap();
    assert_eq!((none.done, none.refused.len()), (0, 2));
    assert_eq!(registry.audit_page(None, None, 1).await.unwrap()[0].seq, last.seq, "nothing was done, nothing is told");
    let long = "长".repeat(501);
    assert!(many(&city, &ids, Verdict::Different, &long).await.unwrap_err().is_refusal());
    let handled = many(&city, &ids, Verdict::Different, "").await.unwrap();
    assert_eq!((handled.done, handled.refused), (2, Vec::new()), "what was asked may be decided");
    assert_eq!(list(&fresh, &city, "row-unresolved", Some(Stand::Done)).await.len(), 2);
    assert_eq!(verify(registry).await.unwrap().faults, Vec::<String>::new());
});
