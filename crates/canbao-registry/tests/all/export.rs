//! Lists that leave as files, employers as lists, areas tried.

use canbao_domain::date::Date;
use canbao_domain::rules::Category;
use canbao_domain::scope::Scope;
use canbao_registry::RegistryError;
use canbao_registry::apply::apply;
use canbao_registry::area::AreaChange;
use canbao_registry::audit::verify;
use canbao_registry::change::RequestState;
use canbao_registry::export::{List, NewExport};
use canbao_registry::finding::WorkFilter;
use canbao_registry::query::{Asker, Filter, UnitFilter};

use crate::apply::town;
use crate::support::run::write;
use crate::support::store::{Fresh, both};

fn by(actor: &str) -> Asker {
    Asker { actor: actor.to_owned(), scope: Scope::city(), purpose: "test".into() }
}

fn county() -> Filter {
    Filter { area: Some("610902".to_owned()), ..Filter::default() }
}

fn wanted() -> NewExport {
    NewExport {
        list: List::People(county()),
        area: "610902".to_owned(),
        fields: vec!["name".to_owned(), "number".to_owned()],
        whole: false,
        purpose: "入户调查用名单".to_owned(),
        format: "csv".to_owned(),
    }
}

both!(a_list_leaves_by_two_people, |fresh: Fresh| async move {
    let registry = &fresh.registry;
    apply(registry, &write(fresh.folder.path(), "a", "2016-11-01", &town()), "test", false).await.unwrap();
    let rows = registry.count(&Scope::city(), &county()).await.unwrap();
    let id = registry.ask_export(&by("maker"), &wanted()).await.unwrap();
    let kept = registry.export(&by("maker"), "", id).await.unwrap();
    assert_eq!((kept.wanted.clone(), kept.rows, kept.state), (wanted(), rows, RequestState::Pending));
    for (wrong, item) in [
        (NewExport { purpose: " ".to_owned(), ..wanted() }, "purpose"),
        (NewExport { fields: Vec::new(), ..wanted() }, "fields"),
        (
            NewExport {
                list: List::People(Filter { category: Some(Category::Outside), ..Filter::default() }),
                ..wanted()
            },
            "",
        ),
    ] {
        let refused = registry.ask_export(&by("maker"), &wrong).await.unwrap_err();
        assert!(refused.is_refusal() && refused.item() == item, "{refused}");
    }
    let told = |error: RegistryError| error.to_string();
    assert!(told(registry.take_export(&by("maker"), id).await.unwrap_err()).contains("还没有同意"));
    let own = registry.decide_export(&by("maker"), "610900", id, true, "同意").await.unwrap_err();
    assert!(told(own).contains("不能是申请人本人"));
    // another county, a town under it: neither of the same nor of a higher area
    for area in ["610921", "610902001"] {
        let refused = registry.decide_export(&by("checker"), area, id, true, "同意").await.unwrap_err();
        assert!(matches!(refused, RegistryError::Nobody), "{area}: {refused}");
        assert!(matches!(registry.export(&by("checker"), area, id).await, Err(RegistryError::Nobody)));
    }
    registry.decide_export(&by("checker"), "610902", id, true, "齐全").await.unwrap();
    assert!(told(registry.take_export(&by("checker"), id).await.unwrap_err()).contains("只有申请人"));
    let taken = registry.take_export(&by("maker"), id).await.unwrap();
    assert_eq!((taken.checker.as_deref(), taken.rows), (Some("checker"), rows));
    assert_eq!(registry.export(&by("maker"), "", id).await.unwrap().taken, 1);
    assert!(registry.decide_export(&by("other"), "610900", id, false, "不").await.is_err(), "decided already");
    assert!(registry.withdraw_export(&by("checker"), id, "代收").await.is_err());
    registry.withdraw_export(&by("maker"), id, "不用了").await.unwrap();
    assert!(registry.take_export(&by("maker"), id).await.is_err());
    let refused = registry.ask_export(&by("maker"), &wanted()).await.unwrap();
    registry.decide_export(&by("city"), "610900", refused, false, "人太多").await.unwrap();
    assert!(registry.take_export(&by("maker"), refused).await.is_err());
    assert_eq!(registry.exports(&by("someone"), "610902", 10).await.unwrap().len(), 2);
    assert!(registry.exports(&by("someone"), "610921", 10).await.unwrap().is_empty());
    assert!(verify(registry).await.unwrap().faults.is_empty());
});

both!(employers_are_counted_and_listed_by_county, |fresh: Fresh| async move {
    let registry = &fresh.registry;
    apply(registry, &write(fresh.folder.path(), "a", "2016-11-01", &town()), "test", false).await.unwrap();
    let counts = registry.unit_counts(&Scope::city()).await.unwrap();
    let list = async |asker: &Asker, county: &str, category: &str, after| {
        let filter = UnitFilter { county: county.to_owned(), category: category.to_owned() };
        let lines = registry.list_units(asker, &filter, after, 100).await.unwrap();
        if after == 0 {
            assert_eq!(registry.unit_count(&asker.scope, &filter).await.unwrap(), lines.len() as i64);
            let mut each = Vec::new();
            let take = |line: canbao_registry::query::UnitLine| {
                each.push(line.unit);
                Ok(())
            };
            assert_eq!(registry.each_unit(asker, &filter, take).await.unwrap(), lines.len() as i64);
            assert_eq!(each, lines.iter().map(|line| line.unit).collect::<Vec<_>>());
        }
        lines
    };
    let all = list(&by("city"), "", "", 0).await;
    assert_eq!(counts.iter().map(|(_, _, count)| count).sum::<i64>(), all.len() as i64);
    let (county, category, count) = counts.first().unwrap().clone();
    let some = list(&by("city"), &county, &category, 0).await;
    assert_eq!(some.len() as i64, count);
    assert!(list(&by("city"), "", "", all.last().unwrap().unit).await.is_empty());
    let elsewhere = Asker { scope: Scope::under(["610921"]), ..by("neighbour") };
    let own: i64 = counts.iter().filter(|(county, ..)| county == "610921").map(|(_, _, count)| count).sum();
    assert_eq!(list(&elsewhere, "", "", 0).await.len() as i64, own);
    let unit = all.first().unwrap();
    let members = registry.members_of_unit(&by("city"), unit.unit, "", None, 10).await.unwrap();
    assert_eq!(members.units.first().unwrap().name, unit.name);
    assert!(matches!(registry.members_of_unit(&by("city"), 999, "", None, 10).await, Err(RegistryError::Nobody)));
});

both!(trying_an_area_changes_nothing, |fresh: Fresh| async move {
    let registry = &fresh.registry;
    apply(registry, &write(fresh.folder.path(), "a", "2016-11-01", &town()), "test", false).await.unwrap();
    let (code, from) = ("610902001002", Date::parse("2017-01-01").unwrap());
    let before = (registry.revision().await.unwrap(), registry.area_history(code).await.unwrap());
    let rename = AreaChange::Rename { name: "黄沟社区".to_owned() };
    registry.try_area(&by("city"), code, &rename, from).await.unwrap();
    assert_eq!((registry.revision().await.unwrap(), registry.area_history(code).await.unwrap()), before);
    let blank = AreaChange::Rename { name: String::new() };
    assert_eq!(registry.try_area(&by("city"), code, &blank, from).await.unwrap_err().item(), "name");
    let county = Asker { scope: Scope::under(["610902"]), ..by("county") };
    assert!(registry.try_area(&county, code, &rename, from).await.unwrap_err().to_string().contains("全市统一维护"));
    registry.change_area(&by("city"), code, &rename, from).await.unwrap();
    assert_eq!(registry.area_history(code).await.unwrap().last().unwrap().area.name, "黄沟社区");
});

both!(other_lists_leave_by_two_people_too, |fresh: Fresh| async move {
    let registry = &fresh.registry;
    apply(registry, &write(fresh.folder.path(), "a", "2016-11-01", &town()), "test", false).await.unwrap();
    let counts = registry.finding_counts(&Scope::city(), None).await.unwrap();
    let (kind, found) = counts.first_key_value().unwrap();
    let findings = WorkFilter { kind: kind.clone(), area: None, stand: None };
    let units = registry.unit_count(&Scope::city(), &UnitFilter::default()).await.unwrap();
    for (list, rows) in [(List::Findings(findings.clone()), *found), (List::Employers(UnitFilter::default()), units)] {
        let wanted = NewExport { list, ..wanted() };
        let id = registry.ask_export(&by("maker"), &wanted).await.unwrap();
        registry.decide_export(&by("checker"), "610900", id, true, "齐全").await.unwrap();
        let taken = registry.take_export(&by("maker"), id).await.unwrap();
        assert_eq!((taken.wanted, taken.rows), (wanted, rows));
    }
    let mut lines = 0;
    let given = registry
        .each_finding(&by("maker"), &findings, |line| {
            assert!(line.kind == *kind);
            lines += 1;
            Ok(())
        })
        .await
        .unwrap();
    assert_eq!((given, lines), (*found, *found));
    // out of reach there is nothing to take along
    let elsewhere = Asker { scope: Scope::under(Vec::<String>::new()), ..by("nobody") };
    for list in [List::Findings(findings), List::Employers(UnitFilter::default())] {
        let refused = registry.ask_export(&elsewhere, &NewExport { list, ..wanted() }).await.unwrap_err();
        assert!(refused.is_refusal(), "{refused}");
    }
    assert!(verify(registry).await.unwrap().faults.is_empty());
});
