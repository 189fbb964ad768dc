//! Papers stay as they were issued.

use canbao_domain::scope::Scope;
use canbao_registry::RegistryError;
use canbao_registry::apply::apply;
use canbao_registry::audit::verify;
use canbao_registry::paper::{Issue, State, Which};
use canbao_registry::snapshot::{FigureName, FigureRow};

use crate::apply::town;
use crate::support::run::write;
use crate::support::store::{Fresh, both};

fn issue<'a>(area: &'a str, number: &'a str, content: &'a [u8]) -> Issue<'a> {
    Issue {
        kind: "bulletin",
        area,
        issue: number,
        title: "关于工作进展情况的通报",
        issued_on: "2016-12-02",
        snapshot: 1,
        before: None,
        threshold: 5,
        media: "application/pdf",
        content,
    }
}

both!(a_paper_stays_as_it_was_issued, |fresh: Fresh| async move {
    let registry = &fresh.registry;
    apply(registry, &write(fresh.folder.path(), "a", "2016-11-01", &town()), "test", false).await.unwrap();
    registry.take_snapshot("test").await.unwrap();
    assert_eq!(registry.release_threshold(1, 3).await.unwrap(), 3);
    let first = registry.issue_paper(&issue("610902", "2016年第3期", b"first"), "os:test").await.unwrap();
    assert_eq!((first.id, first.bytes, first.before), (1, 5, None));
    // the same number again is refused; of another area or another kind it is another paper
    let again = registry.issue_paper(&issue("610902", "2016年第3期", b"other"), "os:test").await.unwrap_err();
    assert!(again.to_string().contains("已经印发过"), "{again}");
    registry.issue_paper(&issue("610921", "2016年第3期", b"second"), "os:test").await.unwrap();
    let analysis = Issue { kind: "analysis", ..issue("610902", "2016年第3期", b"third") };
    registry.issue_paper(&analysis, "os:test").await.unwrap();
    for wrong in [issue("610902", " ", b"x"), issue("610902", "2016年第4期", b"")] {
        assert!(registry.issue_paper(&wrong, "os:test").await.unwrap_err().is_refusal());
    }
    // of one snapshot everything is withheld alike
    assert_eq!(registry.release_threshold(1, 3).await.unwrap(), 5);
    let other = Issue { threshold: 3, ..issue("610902", "2016年第4期", b"fourth") };
    let refused = registry.issue_paper(&other, "os:test").await.unwrap_err();
    assert!(refused.to_string().contains("不到 5 的数"), "{refused}");
    // whoever sees the area sees its papers
    let titles = |scope: Scope| async move {
        let all = registry.papers(&scope, Which::All, None, 100).await.unwrap();
        all.iter().map(|paper| (paper.id, paper.area.clone())).collect::<Vec<_>>()
    };
    assert_eq!(titles(Scope::city()).await.len(), 3);
    assert_eq!(titles(Scope::under(["610921"])).await, [(2, "610921".to_owned())]);
    let (paper, content) = registry.paper(&Scope::under(["610902"]), 1).await.unwrap();
    assert_eq!((paper, content.as_slice()), (first, b"first".as_slice()));
    for (scope, id) in [(Scope::under(["610921"]), 1), (Scope::city(), 9)] {
        assert!(matches!(registry.paper(&scope, id).await, Err(RegistryError::Nobody)));
    }
    assert_eq!(verify(registry).await.unwrap().faults, Vec::<String>::new());
    // changed behind the system's back it is not handed out
    let mut transaction = registry.store().write().await.unwrap();
    let sql = "UPDATE paper SET content = (SELECT p.content FROM paper p WHERE p.id = 2) WHERE id = 1";
    transaction.execute(sql, &[]).await.unwrap();
    transaction.commit().await.unwrap();
    let refused = registry.paper(&Scope::city(), 1).await.unwrap_err();
    assert!(refused.to_string().contains("审计记录不符"), "{refused}");
});

both!(papers_are_listed_a_page_after_the_other, |fresh: Fresh| async move {
    let registry = &fresh.registry;
    apply(registry, &write(fresh.folder.path(), "a", "2016-11-01", &town()), "test", false).await.unwrap();
    registry.take_snapshot("test").await.unwrap();
    // more than are read at once, of two counties, drafts between them
    for at in 0..620 {
        let area = if at % 3 == 0 { "610921" } else { "610902" };
        let number = format!("2016年第{at}期");
        if at % 5 == 0 {
            registry.draft_paper(&issue(area, &number, b"draft"), "chen").await.unwrap();
        } else {
            registry.issue_paper(&issue(area, &number, b"paper"), "os:test").await.unwrap();
        }
    }
    let all = |scope: Scope, which: Which, most: usize| async move {
        let (mut found, mut before) = (Vec::new(), None);
        loop {
            let page = registry.papers(&scope, which, before, most).await.unwrap();
            assert!(page.len() <= most && page.iter().all(|paper| before.is_none_or(|before| paper.id < before)));
            let Some(last) = page.last() else { return found };
            before = Some(last.id);
            found.extend(page.into_iter().map(|paper| paper.id));
        }
    };
    for most in [7, 100, 1_000] {
        assert_eq!(all(Scope::city(), Which::All, most).await, (1..=620).rev().collect::<Vec<i64>>(), "{most}");
        let own = all(Scope::under(["610921"]), Which::Issued, most).await;
        let expected: Vec<i64> = (0..620_i64).rev().filter(|at| at % 3 == 0 && at % 5 != 0).map(|at| at + 1).collect();
        assert_eq!(own, expected, "{most}");
    }
    let counted = registry.papers_counted(&Scope::under(["610921"]), "chen").await.unwrap();
    assert_eq!((counted.issued, counted.drafts, counted.for_this_one), (165, 42, 0));
    assert_eq!(registry.papers_counted(&Scope::city(), "wang").await.unwrap().for_this_one, 124);
});

both!(a_draft_is_issued_by_another, |fresh: Fresh| async move {
    let registry = &fresh.registry;
    apply(registry, &write(fresh.folder.path(), "a", "2016-11-01", &town()), "test", false).await.unwrap();
    registry.take_snapshot("test").await.unwrap();
    let (own, sister) = (Scope::under(["610902"]), Scope::under(["610921"]));
    let draft = registry.draft_paper(&issue("610902", "2016年第3期", b"first"), "chen").await.unwrap();
    assert_eq!((draft.state, draft.decided_by.as_str(), draft.decided()), (State::Draft, "", None));
    // the number is taken, and nothing is fixed yet by what may never leave
    let again = registry.draft_paper(&issue("610902", "2016年第3期", b"other"), "wang").await.unwrap_err();
    assert!(again.to_string().contains("等着印发"), "{again}");
    assert_eq!(registry.release_threshold(1, 3).await.unwrap(), 3);
    let waiting = |scope: Scope, login: &'static str| async move {
        registry.papers_counted(&scope, login).await.unwrap().for_this_one
    };
    assert_eq!((waiting(own.clone(), "chen").await, waiting(own.clone(), "wang").await), (0, 1));
    assert_eq!(waiting(sister.clone(), "wang").await, 0);
    let refused = registry.decide_paper(&own, draft.id, None, "chen").await.unwrap_err();
    assert!(refused.to_string().contains("自己拟的"), "{refused}");
    assert!(matches!(registry.decide_paper(&sister, draft.id, None, "wang").await, Err(RegistryError::Nobody)));
    assert!(registry.decide_paper(&own, draft.id, Some("  "), "wang").await.unwrap_err().is_refusal());
    // refused with a reason, nothing of it stays, and the number is free
    let refused = registry.decide_paper(&own, draft.id, Some("第二页的数不对"), "wang").await.unwrap();
    assert_eq!((refused.state, refused.note.as_str()), (State::Refused, "第二页的数不对"));
    assert_eq!(registry.paper(&own, draft.id).await.unwrap().1, b"");
    assert!(registry.decide_paper(&own, draft.id, None, "wang").await.unwrap_err().is_refusal());
    let second = registry.draft_paper(&issue("610902", "2016年第3期", b"second"), "chen").await.unwrap();
    let other = Issue { threshold: 3, ..issue("610902", "2016年第4期", b"fourth") };
    let other = registry.draft_paper(&other, "chen").await.unwrap();
    let issued = registry.decide_paper(&own, second.id, None, "wang").await.unwrap();
    assert_eq!((issued.state, issued.made_by.as_str(), issued.decided_by.as_str()), (State::Issued, "chen", "wang"));
    assert_eq!(registry.paper(&own, second.id).await.unwrap().1, b"second");
    // what was issued is neither refused nor taken back; what withholds less than it does not follow it
    assert!(registry.decide_paper(&own, second.id, Some("晚了"), "wang").await.unwrap_err().is_refusal());
    assert!(registry.withdraw_paper(second.id, "chen").await.unwrap_err().is_refusal());
    let refused = registry.decide_paper(&own, other.id, None, "wang").await.unwrap_err();
    assert!(refused.to_string().contains("不到 5 的数"), "{refused}");
    assert!(matches!(registry.withdraw_paper(other.id, "wang").await, Err(RegistryError::Nobody)));
    assert_eq!(registry.withdraw_paper(other.id, "chen").await.unwrap().state, State::Withdrawn);
    assert_eq!(verify(registry).await.unwrap().faults, Vec::<String>::new());
});

both!(tables_are_kept_by_their_owner_and_found_by_all_where_shared, |fresh: Fresh| async move {
    let registry = &fresh.registry;
    let own = registry.keep_table("chen", "各县未参保", "rows=county&measure=uninsured", false).await.unwrap();
    let shared = registry.keep_table("chen", "分年龄", "rows=age", true).await.unwrap();
    let names = |login: &'static str| async move {
        let all = registry.kept_tables(login).await.unwrap();
        all.into_iter().map(|kept| (kept.name, kept.shared)).collect::<Vec<_>>()
    };
    assert_eq!(names("chen").await, [("分年龄".to_owned(), true), ("各县未参保".to_owned(), false)]);
    assert_eq!(names("wang").await, [("分年龄".to_owned(), true)]);
    // the same name again replaces it
    let again = registry.keep_table("chen", "各县未参保", "rows=town", false).await.unwrap();
    let all = registry.kept_tables("chen").await.unwrap();
    assert_eq!(
        all.iter().filter(|kept| kept.id == again).map(|kept| kept.asked.as_str()).collect::<Vec<_>>(),
        ["rows=town"]
    );
    assert_eq!(all.len(), 2);
    assert!(matches!(registry.drop_table("wang", shared).await, Err(RegistryError::Nobody)));
    assert!(own != shared && registry.drop_table("chen", shared).await.is_ok());
    assert_eq!(names("wang").await, []);
    assert!(registry.keep_table("chen", " ", "rows=age", false).await.unwrap_err().is_refusal());
    assert!(registry.keep_table("chen", "长", &"x".repeat(2_001), false).await.unwrap_err().is_refusal());
});

both!(figures_stand_a_row_each_in_views, |fresh: Fresh| async move {
    let registry = &fresh.registry;
    apply(registry, &write(fresh.folder.path(), "a", "2016-11-01", &town()), "test", false).await.unwrap();
    let snapshot = registry.take_snapshot("test").await.unwrap();
    assert!(!registry.has_figures(snapshot.id).await.unwrap());
    let areas = vec![["610902", "汉滨区", "county", "610900", "610900"].map(str::to_owned)];
    let names =
        [FigureName { code: "coverage", name: "参保率", unit: "%", formula: "甲 ÷ 乙", meaning: "口径" }];
    let row = |numerator| FigureRow {
        tree: "reporting",
        area: "610902".to_owned(),
        dimension: "",
        item: String::new(),
        indicator: "coverage",
        numerator,
        denominator: 8,
    };
    registry.keep_figures(&snapshot, areas.clone(), &names, vec![row(6)]).await.unwrap();
    // what is kept is not written over
    registry.keep_figures(&snapshot, areas, &names, vec![row(7)]).await.unwrap();
    assert!(registry.has_figures(snapshot.id).await.unwrap());
    let mut read = registry.store().read().await.unwrap();
    let sql = "SELECT area_name, indicator_name, as_of, numerator, denominator, CAST(percent AS BIGINT) FROM bi_latest";
    let rows = read.all(sql, &[]).await.unwrap();
    let told: Vec<_> = rows
        .iter()
        .map(|row| {
            (row.text(0).to_owned(), row.text(1).to_owned(), row.text(2).to_owned(), row.int(3), row.int(4), row.int(5))
        })
        .collect();
    assert_eq!(told, [("汉滨区".to_owned(), "参保率".to_owned(), "2016-11-01".to_owned(), 6, 8, 75)]);
});

both!(the_last_plan_holds, |fresh: Fresh| async move {
    let registry = &fresh.registry;
    assert_eq!(registry.plan().await.unwrap(), None);
    registry.set_plan("title = \"一\"", "os:test").await.unwrap();
    registry.set_plan("title = \"二\"", "os:test").await.unwrap();
    assert_eq!(registry.plan().await.unwrap().as_deref(), Some("title = \"二\""));
    assert_eq!(verify(registry).await.unwrap().entries, 2);
});
