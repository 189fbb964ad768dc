//! Areas by command: who sees whom from which day, what a run leaves alone, what is refused.

use std::collections::{BTreeMap, BTreeSet};

use canbao_domain::date::Date;
use canbao_domain::scope::Scope;
use canbao_registry::apply::{apply, undo};
use canbao_registry::area::AreaChange;
use canbao_registry::audit::verify;
use canbao_registry::query::{Asker, Filter};
use canbao_registry::{Registry, RegistryError};

use crate::apply::{asker, one, town};
use crate::support::run::{AREAS, AreaLine, Around, Somebody, number, somebody, write, write_in};
use crate::support::store::{Fresh, both};

fn day(text: &str) -> Date {
    Date::parse(text).unwrap()
}

fn of(area: &str) -> Asker {
    Asker { actor: "clerk".to_owned(), scope: Scope::under([area]), purpose: "test".into() }
}

fn add(name: &str) -> AreaChange {
    AreaChange::Add { name: name.to_owned(), parent: None }
}

fn rename(name: &str) -> AreaChange {
    AreaChange::Rename { name: name.to_owned() }
}

fn report_to(manager: &str) -> AreaChange {
    AreaChange::ReportTo { manager: manager.to_owned() }
}

async fn done(registry: &Registry, code: &str, change: AreaChange, from: &str) -> i64 {
    registry.change_area(&asker(), code, &change, day(from)).await.unwrap()
}

async fn refused(registry: &Registry, code: &str, change: AreaChange, from: &str, told: &str) {
    match registry.change_area(&asker(), code, &change, day(from)).await {
        Err(error @ RegistryError::Refused { .. }) => {
            assert!(error.to_string().contains(told), "{error}");
            assert!(!error.hint().is_empty());
        }
        other => panic!("{code} {change:?}: {other:?}"),
    }
}

/// 40 people over four villages.
fn people() -> Vec<Somebody> {
    let villages = ["610902001001", "610902001002", "610921001001", "610902001"];
    (0..40)
        .map(|at| {
            let mut person = somebody("周平", "1990-01-01", 100 + at);
            person.village = Some(villages[at as usize % 3]);
            person
        })
        .collect()
}

/// How many an area's people are: the counters' word, the list's and that of a walk over everybody by a tree of its own.
async fn counted(registry: &Registry, top: &str, reports: &BTreeMap<&str, &str>) -> i64 {
    let mut codes: BTreeSet<String> = BTreeSet::from([top.to_owned()]);
    let (_, versions, _) = registry.areas_on(None).await.unwrap();
    loop {
        let before = codes.len();
        for version in &versions {
            let above = reports.get(version.code.as_str()).copied().or(version.area.parent.as_deref());
            if above.is_some_and(|above| codes.contains(above)) {
                codes.insert(version.code.clone());
            }
        }
        if codes.len() == before {
            break;
        }
    }
    let mut walked = 0;
    let each = |whole: canbao_registry::person::Whole| {
        walked += i64::from(codes.contains(&whole.record.area));
        Ok(())
    };
    registry.each_person(&asker(), &Filter::default(), each).await.unwrap();
    let counted = registry.count(&of(top).scope, &Filter::default()).await.unwrap();
    let listed = registry.list(&of(top), &Filter::default(), None, 500).await.unwrap().lines.len() as i64;
    let filter = Filter { area: Some(top.to_owned()), ..Filter::default() };
    let filtered = registry.count(&Scope::city(), &filter).await.unwrap();
    assert_eq!((counted, listed, filtered), (walked, walked, walked), "{top}");
    counted
}

async fn names(registry: &Registry) -> BTreeMap<String, String> {
    let (_, versions, _) = registry.areas_on(None).await.unwrap();
    versions.into_iter().map(|version| (version.code, version.area.name)).collect()
}

both!(who_manages_a_village_sees_its_people_from_that_day_on, |fresh: Fresh| async move {
    let (registry, folder) = (&fresh.registry, fresh.folder.path());
    apply(registry, &write(folder, "a", "2016-11-01", &people()), "test", false).await.unwrap();
    // another process, which has read the areas already
    let other = Registry::open(&fresh.address).await.unwrap();
    let mut reports = BTreeMap::new();
    let before = counted(&other, "610921", &reports).await;
    assert_eq!((before, counted(&other, "610902", &reports).await), (13, 27));
    done(registry, "610999", add("高新技术产业开发区"), "2016-11-15").await;
    done(registry, "610902001002", report_to("610999"), "2016-12-01").await;
    reports.insert("610902001002", "610999");
    for registry in [registry, &other] {
        assert_eq!(counted(registry, "610999", &reports).await, 13);
        assert_eq!(counted(registry, "610902", &reports).await, 14);
        assert_eq!(counted(registry, "610902001", &reports).await, 14);
        assert_eq!(counted(registry, "610900", &reports).await, 40);
    }
    let somebody = one(registry, &number("1990-01-01", 101)).await;
    assert_eq!(somebody.record.area, "610902001002");
    assert!(other.person(&of("610999"), somebody.person).await.is_ok());
    assert!(matches!(other.person(&of("610902"), somebody.person).await, Err(RegistryError::Nobody)));
    // what was before that day stays so
    let (_, _, then) = registry.areas_on(Some(day("2016-11-30"))).await.unwrap();
    assert_eq!(then.get("610902001002").unwrap().manager(), Some("610902001"));
    assert!(then.get("610999").is_some());
    let (_, _, earlier) = registry.areas_on(Some(day("2016-11-14"))).await.unwrap();
    assert!(earlier.get("610999").is_none());
    // and from a later day its own town has it again
    done(registry, "610902001002", report_to("610902001"), "2017-01-01").await;
    assert_eq!(counted(&other, "610999", &BTreeMap::new()).await, 0);
    assert_eq!(counted(&other, "610902", &BTreeMap::new()).await, 27);
    assert_eq!(registry.area_history("610902001002").await.unwrap().len(), 3);
    let proof = verify(registry).await.unwrap();
    assert_eq!((proof.changes, proof.faults), (3, Vec::new()));
});

both!(a_change_of_a_day_to_come_holds_from_that_day, |fresh: Fresh| async move {
    let (registry, folder) = (&fresh.registry, fresh.folder.path());
    apply(registry, &write(folder, "a", "2016-11-01", &people()), "test", false).await.unwrap();
    let today = {
        let since = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap();
        Date(i32::try_from((since.as_secs() + 8 * 3600) / 86_400).unwrap())
    };
    let ahead = |days: i32| Date(today.days() + days).to_string();
    done(registry, "610902001002", report_to("610921"), &ahead(2)).await;
    assert_eq!(counted(registry, "610921", &BTreeMap::new()).await, 13);
    let (_, _, then) = registry.areas_on(Some(day(&ahead(2)))).await.unwrap();
    assert_eq!(then.reporting_to("610921").len(), 4);
    refused(registry, "610902001002", rename("黄沟新村"), &ahead(1), "两段时间会重叠").await;
    refused(registry, "610902001002", rename("黄沟新村"), &ahead(400), "最多提前一年").await;
    // a run of before that day calls it otherwise: so it is called then and later, whoever manages it
    let mut areas = AREAS;
    areas[4].1 = "黄沟社区";
    let run = write_in(folder, "b", "2016-12-01", &people(), &Around { areas: &areas, ..Around::default() });
    apply(registry, &run, "test", false).await.unwrap();
    let history = registry.area_history("610902001002").await.unwrap();
    let told: Vec<_> = history.iter().map(|v| (v.area.name.as_str(), v.area.reporting.as_deref())).collect();
    assert_eq!(told, [("黄沟村", None), ("黄沟社区", None), ("黄沟社区", Some("610921"))]);
    assert!(history.windows(2).all(|pair| pair[0].until.as_ref() == Some(&pair[1].since)));
    // taken back, it has its name and its manager to come
    undo(registry, None, "test", false).await.unwrap();
    let history = registry.area_history("610902001002").await.unwrap();
    let told: Vec<_> = history.iter().map(|v| (v.area.name.as_str(), v.area.reporting.as_deref())).collect();
    assert_eq!(told, [("黄沟村", None), ("黄沟村", Some("610921"))]);
    assert!(history.windows(2).all(|pair| pair[0].until.as_ref() == Some(&pair[1].since)));
});

both!(what_a_hand_said_of_an_area_no_run_undoes, |fresh: Fresh| async move {
    let (registry, folder) = (&fresh.registry, fresh.folder.path());
    let mut people = people();
    people.iter_mut().filter(|person| person.village == Some("610902001002")).for_each(|person| {
        person.village = Some("610902001001");
    });
    apply(registry, &write(folder, "a", "2016-11-01", &people), "test", false).await.unwrap();
    done(registry, "610902001001", rename("张滩社区"), "2016-11-05").await;
    done(registry, "610902001003", add("新立村"), "2016-11-05").await;
    done(registry, "610902001002", AreaChange::Close, "2016-11-05").await;
    done(registry, "610921001001", report_to("610902001"), "2016-11-05").await;
    let wanted: BTreeMap<String, String> = {
        let mut names: BTreeMap<_, _> = AREAS.iter().map(|a| (a.0.to_owned(), a.1.to_owned())).collect();
        names.insert("610902001001".to_owned(), "张滩社区".to_owned());
        names.insert("610902001003".to_owned(), "新立村".to_owned());
        names.remove("610902001002");
        names
    };
    assert_eq!(names(registry).await, wanted);
    // the same areas again, and other names for some
    people[0].phone = Some("13800000000");
    apply(registry, &write(folder, "b", "2016-12-01", &people), "test", false).await.unwrap();
    assert_eq!(names(registry).await, wanted);
    let mut areas = AREAS;
    (areas[3].1, areas[7].1) = ("张滩新村", "新街社区");
    people[0].phone = Some("13800000001");
    let run = write_in(folder, "c", "2017-01-01", &people, &Around { areas: &areas, ..Around::default() });
    apply(registry, &run, "test", false).await.unwrap();
    let mut renamed = wanted.clone();
    renamed.insert("610921001001".to_owned(), "新街社区".to_owned());
    assert_eq!(names(registry).await, renamed);
    let (_, _, trees) = registry.areas_on(None).await.unwrap();
    assert_eq!(trees.get("610921001001").unwrap().manager(), Some("610902001"));
    undo(registry, None, "test", false).await.unwrap();
    assert_eq!(names(registry).await, wanted);
    let (_, _, trees) = registry.areas_on(None).await.unwrap();
    assert_eq!(trees.get("610921001001").unwrap().manager(), Some("610902001"));
    // a run without the town under which a hand put a village leaves the town; one that is nobody's goes
    let few: Vec<AreaLine> = AREAS.into_iter().filter(|area| !area.0.starts_with("610902001")).collect();
    let nobody = [somebody("周平", "1990-01-01", 102)].map(|mut person| {
        person.village = Some("610921001001");
        person
    });
    let run = write_in(folder, "d", "2017-02-01", &nobody, &Around { areas: &few, ..Around::default() });
    apply(registry, &run, "test", false).await.unwrap();
    assert_eq!(names(registry).await, wanted);
    assert!(verify(registry).await.unwrap().faults.is_empty());
});

both!(a_closed_area_is_open_again_where_people_are_in_it, |fresh: Fresh| async move {
    let (registry, folder) = (&fresh.registry, fresh.folder.path());
    apply(registry, &write(folder, "a", "2016-11-01", &town()[..2]), "test", false).await.unwrap();
    for code in ["610921001001", "610921001", "610921"] {
        done(registry, code, AreaChange::Close, "2016-11-05").await;
    }
    // nobody is there: it stays closed
    let mut people = town();
    people[2].village = Some("610902001002");
    apply(registry, &write(folder, "b", "2016-12-01", &people), "test", false).await.unwrap();
    assert!(!names(registry).await.contains_key("610921"));
    // somebody is: they are in their county's scope, as all others are
    apply(registry, &write(folder, "c", "2017-01-01", &town()), "test", false).await.unwrap();
    assert_eq!(names(registry).await.len(), 8);
    assert_eq!(counted(registry, "610921", &BTreeMap::new()).await, 1);
    assert_eq!(counted(registry, "610900", &BTreeMap::new()).await, 4);
});

both!(what_does_not_fit_is_refused_and_leaves_nothing, |fresh: Fresh| async move {
    let (registry, folder) = (&fresh.registry, fresh.folder.path());
    refused(registry, "610999", add("开发区"), "2016-11-05", "登记库还没有数据").await;
    apply(registry, &write(folder, "a", "2016-11-01", &people()), "test", false).await.unwrap();
    done(registry, "610999", add("开发区"), "2016-11-05").await;
    let entries = verify(registry).await.unwrap().entries;
    let parent = |parent: &str| AreaChange::Add { name: "新村".to_owned(), parent: Some(parent.to_owned()) };
    let on = "2016-11-06";
    refused(registry, "6109020010", add("新村"), on, "不是区划代码").await;
    refused(registry, "61090200100x", add("新村"), on, "不是区划代码").await;
    refused(registry, "610902001001", add("新村"), on, "已是“张滩村”").await;
    refused(registry, "610902009001", add("新村"), on, "没有代码为“610902009”").await;
    refused(registry, "610902001009", parent("610902009"), on, "没有代码为“610902009”").await;
    refused(registry, "610902001009", parent("610902"), on, "不能直接放在").await;
    refused(registry, "610902001009", parent("610902001001"), on, "不能直接放在").await;
    refused(registry, "610902001009", parent("610921001"), on, "不能直接放在").await;
    refused(registry, "610902001009", add(" "), on, "区划名称应当是").await;
    refused(registry, "610902001009", add("新\n村"), on, "区划名称应当是").await;
    refused(registry, "610999001", add("新镇"), "2016-11-04", "2016-11-04 时还没有").await;
    refused(registry, "610902001009", rename("新村"), on, "没有代码为").await;
    refused(registry, "610999", rename("新区"), "2016-11-04", "两段时间会重叠").await;
    refused(registry, "610999", rename("开发区"), on, "本来就是").await;
    refused(registry, "610902001001", AreaChange::Close, on, "还有 14 人在册").await;
    refused(registry, "610902001", AreaChange::Close, on, "还有 2 个下级").await;
    refused(registry, "610999", AreaChange::Close, "2016-11-05", "必须晚于这一天").await;
    refused(registry, "610900", report_to("610999"), on, "没有管理单位").await;
    refused(registry, "610902001001", report_to("610902001001"), on, "不能由它自己管理").await;
    refused(registry, "610902001001", report_to("610902001"), on, "本来就由").await;
    refused(registry, "610902001001", report_to("610998"), on, "没有代码为“610998”").await;
    refused(registry, "610902001001", report_to("610999"), "2016-11-04", "2016-11-04 时还没有").await;
    refused(registry, "610902001001", report_to("610902001002"), on, "不能由村（社区）").await;
    refused(registry, "610902", report_to("610921001"), on, "不能由乡镇（街道）").await;
    let error = registry.change_area(&of("610902"), "610902001001", &report_to("610999"), day(on)).await.unwrap_err();
    assert!(error.to_string().contains("不含全市"), "{error}");
    assert_eq!(verify(registry).await.unwrap().entries, entries);
    assert_eq!(registry.area_history("610902001001").await.unwrap().len(), 1);
    // a ring, also one that holds for some days alone
    done(registry, "610902", report_to("610921"), "2016-12-01").await;
    refused(registry, "610921", report_to("610902"), "2016-12-05", "绕成一圈").await;
    done(registry, "610902", report_to("610900"), "2017-01-01").await;
    refused(registry, "610921", report_to("610902"), "2016-12-05", "绕成一圈").await;
    done(registry, "610921", report_to("610902"), "2017-01-01").await;
    // who manages others is not closed, and what is closed is not changed
    done(registry, "610902001002", report_to("610999"), "2017-01-01").await;
    refused(registry, "610999", AreaChange::Close, "2017-02-01", "还有 1 个管理的区划").await;
    done(registry, "610902001002", report_to("610902001"), "2017-02-01").await;
    done(registry, "610999", AreaChange::Close, "2017-02-01").await;
    refused(registry, "610999", rename("新区"), "2017-03-01", "已经撤销").await;
    refused(registry, "610902001002", report_to("610999"), "2017-03-01", "已经撤销").await;
    refused(registry, "610999", add("新区"), "2017-01-15", "会与它重叠").await;
    done(registry, "610999", add("新区"), "2017-03-01").await;
    // a slip of the same day is written over
    done(registry, "610999", rename("高新区"), "2017-03-01").await;
    let history = registry.area_history("610999").await.unwrap();
    let told: Vec<_> = history.iter().map(|v| (v.area.name.as_str(), v.since.as_str(), v.until.as_deref())).collect();
    assert_eq!(told, [("开发区", "2016-11-05", Some("2017-02-01")), ("高新区", "2017-03-01", None)]);
    assert!(verify(registry).await.unwrap().faults.is_empty());
});

both!(who_is_in_an_area_that_no_table_lists_is_seen_by_the_town_above_it, |fresh: Fresh| async move {
    let (registry, folder) = (&fresh.registry, fresh.folder.path());
    let mut people = people();
    let before = people.len() as i64;
    let mut lost = somebody("钱多", "1975-03-04", 41);
    lost.village = Some("610902001099");
    people.push(lost);
    let run = write(folder, "unlisted", "2016-11-01", &people);
    apply(registry, &run, "test", false).await.unwrap();
    let town = Asker { scope: Scope::under(vec!["610902001".to_owned()]), ..asker() };
    assert_eq!(registry.by_name(&town, "钱多", None).await.unwrap().len(), 1);
    assert_eq!(registry.by_name(&asker(), "钱多", Some("610902")).await.unwrap().len(), 1);
    assert_eq!(registry.by_name(&asker(), "钱多", Some("610921")).await.unwrap().len(), 0);
    let all = registry.count(&Scope::city(), &Filter::default()).await.unwrap();
    assert_eq!(all, before + 1);
    let counties = ["610902", "610921"].map(|code| Filter { area: Some(code.to_owned()), ..Filter::default() });
    let mut counted = 0;
    for county in &counties {
        counted += registry.count(&Scope::city(), county).await.unwrap();
    }
    assert_eq!(counted, all, "somebody is in no county");
    // a later table names it
    let mut areas = AREAS.to_vec();
    areas.push(("610902001099", "新村", "village", Some("610902001")));
    let run = write_in(folder, "listed", "2016-12-01", &people, &Around { areas: &areas, ..Around::default() });
    apply(registry, &run, "test", false).await.unwrap();
    let name = |areas: &BTreeMap<String, String>| areas.get("610902001099").cloned();
    assert_eq!(name(&names(registry).await), Some("新村".to_owned()));
    // one without it again: its name is not lost, nobody is put out of it
    let run = write(folder, "again", "2017-01-01", &people);
    apply(registry, &run, "test", false).await.unwrap();
    assert_eq!(name(&names(registry).await), Some("新村".to_owned()));
    assert_eq!(registry.by_name(&town, "钱多", None).await.unwrap().len(), 1);
});
