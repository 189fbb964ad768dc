//! Lists that leave as files, employers as lists, areas tried.

use canbao_domain::date::Date;
use canbao_domain::rules::Category;
use canbao_domain::scope::Scope;
use canbao_registry::RegistryError;
use canbao_registry::apply::apply;
use canbao_registry::area::AreaChange;
use canbao_registry::audit::verify;
use canbao_registry::change::RequestState;
use canbao_registry::export::NewExport;
use canbao_registry::query::{Asker, Filter};

use crate::apply::town;
use crate::support::run::write;
use crate::support::store::{Fresh, both};

fn by(actor: &str) -> Asker {
    Asker { actor: actor.to_owned(), scope: Scope::city(), purpose: "test".into() }
}

fn wanted() -> NewExport {
    NewExport {
        filter: Filter { area: Some("610902".to_owned()), ..Filter::default() },
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
    let rows = registry.count(&Scope::city(), &wanted().filter).await.unwrap();
    let id = registry.ask_export(&by("maker"), &wanted()).await.unwrap();
    let kept = registry.export(&by("maker"), "", id).await.unwrap();
    assert_eq!((kept.wanted.clone(), kept.rows, kept.state), (wanted(), rows, RequestState::Pending));
    for (wrong, item) in [
        (NewExport { purpose: " ".to_owned(), ..wanted() }, "purpose"),
        (NewExport { fields: Vec::new(), ..wanted() }, "fields"),
        (NewExport { filter: Filter { category: Some(Category::Outside), ..Filter::default() }, ..wanted() }, ""),
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
    let all = registry.list_units(&by("city"), "", "", 0, 100).await.unwrap();
    assert_eq!(counts.iter().map(|(_, _, count)| count).sum::<i64>(), all.len() as i64);
    let (county, category, count) = counts.first().unwrap().clone();
    let some = registry.list_units(&by("city"), &county, &category, 0, 100).await.unwrap();
    assert_eq!(some.len() as i64, count);
    assert!(registry.list_units(&by("city"), "", "", all.last().unwrap().unit, 100).await.unwrap().is_empty());
    let elsewhere = Asker { scope: Scope::under(["610921"]), ..by("neighbour") };
    let own: i64 = counts.iter().filter(|(county, ..)| county == "610921").map(|(_, _, count)| count).sum();
    assert_eq!(registry.list_units(&elsewhere, "", "", 0, 100).await.unwrap().len() as i64, own);
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
