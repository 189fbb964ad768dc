//! Frozen counts: everybody once, the same for ever.

use std::collections::BTreeMap;

use canbao_domain::date::Date;
use canbao_domain::rules::{PersonLife, Population};
use canbao_domain::source::SourceKind;
use canbao_registry::Registry;
use canbao_registry::apply::{apply, undo};
use canbao_registry::area::AreaChange;
use canbao_registry::audit::verify;
use canbao_registry::change::Procedure;
use canbao_registry::person::Whole;
use canbao_registry::query::Filter;
use canbao_registry::snapshot::{AgeBand, Facts, Frozen, SexKind, Traits};

use crate::apply::{asker, one, town};
use crate::change::done;
use crate::support::run::{Somebody, number, somebody, write};
use crate::support::store::{Fresh, both};

/// Born on the days on which an age begins, and on the days about them.
const BIRTHS: [&str; 14] = [
    "2000-11-02",
    "2000-11-01",
    "2000-10-31",
    "1991-11-02",
    "1991-11-01",
    "1981-11-01",
    "1971-11-02",
    "1961-11-02",
    "1961-11-01",
    "1956-11-01",
    "1956-11-02",
    "1946-11-01",
    "1920-02-29",
    "2016-10-30",
];

/// People who differ in all that is counted.
fn many() -> Vec<Somebody> {
    let villages = [Some("610902001001"), Some("610902001002"), Some("610921001001"), None];
    (0..84_u64)
        .map(|at| {
            let pick = |from: usize| at as usize % from;
            let mut person = somebody("周平", BIRTHS[pick(14)], 100 + at);
            person.village = villages[pick(5).min(3)];
            person.population = [Population::Registered, Population::Resident, Population::Outside][pick(11) / 4];
            person.life = [PersonLife::Alive, PersonLife::Deceased, PersonLife::MovedOut][pick(9).saturating_sub(6)];
            let pension = (SourceKind::ResidentPension, ["normal", "suspended", "", "ended"][pick(4)]);
            let medical = (SourceKind::RuralMedical, ["normal", "normal", "suspended"][pick(3)]);
            person.schemes = [pension, medical, (SourceKind::EmployeePension, "normal")][..pick(4).min(3)].to_vec();
            if pick(17) == 3 {
                person.birth = None;
            }
            person
        })
        .collect()
}

const HUKOU: [Option<&str>; 6] = [Some("农业"), Some("20"), Some("非农业户口"), None, Some("  "), Some("某某路 3 号")];

async fn loaded(fresh: &Fresh) {
    let run = write(fresh.folder.path(), "a", "2016-11-01", &many());
    apply(&fresh.registry, &run, "test", false).await.unwrap();
    let mut transaction = fresh.registry.store().write().await.unwrap();
    for (at, hukou) in HUKOU.iter().enumerate() {
        let hukou = hukou.map_or("NULL".to_owned(), |hukou| format!("'{hukou}'"));
        let sql = format!(
            "UPDATE person SET hukou = {hukou}, subsistence = {}, disability = {} WHERE person % 6 = {at}",
            i32::from(at == 1 || at == 4),
            i32::from(at == 4)
        );
        transaction.execute(sql, &[]).await.unwrap();
    }
    transaction.commit().await.unwrap();
}

/// What is counted of somebody, worked out from their whole record; the hukou by what it is called.
fn counted(whole: &Whole, as_of: Date) -> (String, String, Facts) {
    let record = &whole.record;
    let hukou = match record.hukou.as_deref() {
        Some("农业" | "20") => "农业户口",
        Some("非农业户口") => "非农业户口",
        Some("某某路 3 号") => "其他",
        _ => "未填户口性质",
    };
    let age = match record.birth.map(|birth| birth.age_on(as_of)) {
        None => AgeBand::Unknown,
        Some(..16) => AgeBand::Under16,
        Some(16..25) => AgeBand::From16,
        Some(25..35) => AgeBand::From25,
        Some(35..45) => AgeBand::From35,
        Some(45..55) => AgeBand::From45,
        Some(55..60) => AgeBand::From55,
        Some(60..70) => AgeBand::From60,
        Some(70..) => AgeBand::From70,
    };
    assert_eq!(AgeBand::of(record.birth, as_of), age);
    let facts = Facts {
        category: whole.derived.category,
        pension: whole.derived.pension,
        medical: whole.derived.medical,
        population: record.population,
        sex: match record.sex.as_str() {
            "1" => SexKind::Male,
            "2" => SexKind::Female,
            _ => SexKind::Unknown,
        },
        age,
        subsistence: record.subsistence,
        disability: record.disability,
        schemes: whole.derived.schemes,
        hukou: 0,
        reason: 0,
        registered: false,
    };
    (record.area.clone(), hukou.to_owned(), facts)
}

async fn by_hand(registry: &Registry, as_of: Date) -> BTreeMap<(String, String, Traits), u32> {
    let mut counts = BTreeMap::new();
    registry
        .each_person(&asker(), &Filter::default(), |whole| {
            let (area, hukou, facts) = counted(&whole, as_of);
            *counts.entry((area, hukou, Traits::of(&facts))).or_default() += 1;
            Ok(())
        })
        .await
        .unwrap();
    counts
}

fn of(frozen: &Frozen) -> BTreeMap<(String, String, Traits), u32> {
    let mut counts = BTreeMap::new();
    for cell in &frozen.cells {
        let area = cell.area.map_or(String::new(), |at| frozen.areas[at as usize].0.clone());
        let traits = cell.traits;
        let facts = Facts {
            category: traits.category(),
            pension: traits.pension(),
            medical: traits.medical(),
            population: traits.population(),
            sex: traits.sex(),
            age: traits.age(),
            subsistence: traits.subsistence(),
            disability: traits.disability(),
            schemes: traits.schemes(),
            hukou: 0,
            reason: u8::try_from(traits.reason()).unwrap(),
            registered: traits.registered(),
        };
        let hukou = frozen.hukou[traits.hukou()].1.clone();
        let twice = counts.insert((area, hukou, Traits::of(&facts)), cell.people);
        assert_eq!(twice, None, "two cells of the same people");
    }
    counts
}

both!(a_snapshot_counts_everybody_as_their_record_says, |fresh: Fresh| async move {
    loaded(&fresh).await;
    let registry = &fresh.registry;
    let snapshot = registry.take_snapshot("os:test").await.unwrap();
    assert_eq!((snapshot.id, snapshot.people, snapshot.as_of.to_string()), (1, 84, "2016-11-01".to_owned()));
    let (again, frozen) = registry.snapshot(1).await.unwrap();
    assert_eq!(again, snapshot);
    let expected = by_hand(registry, snapshot.as_of).await;
    assert!(expected.len() > 40, "hardly anybody differs");
    assert_eq!(of(&frozen), expected);
    assert!(frozen.cells.is_sorted());
    let kinds: Vec<&str> = frozen.hukou.iter().map(|(_, name)| name.as_str()).collect();
    assert_eq!(kinds, ["未填户口性质", "非农业户口", "农业户口", "其他"]);
    let areas: Vec<&str> = frozen.areas.iter().map(|(code, _)| code.as_str()).collect();
    assert_eq!(areas.len(), crate::support::run::AREAS.len());
});

both!(a_snapshot_stays_what_it_was, |fresh: Fresh| async move {
    let registry = &fresh.registry;
    let refused = registry.take_snapshot("test").await.unwrap_err();
    assert!(refused.to_string().contains("还没有数据") && refused.hint().contains("apply"), "{refused}");
    assert_eq!(registry.latest_snapshot().await.unwrap(), None);
    let run = write(fresh.folder.path(), "a", "2016-11-01", &town());
    apply(registry, &run, "test", false).await.unwrap();
    let first = registry.take_snapshot("test").await.unwrap();
    // nothing changed: nothing is written
    assert_eq!(registry.take_snapshot("other").await.unwrap(), first);
    assert_eq!(verify(registry).await.unwrap().entries, 2);
    let before = registry.snapshot(first.id).await.unwrap();
    // a death by hand is another snapshot
    let person = one(registry, &number("1985-03-12", 10)).await;
    done(registry, &person, Procedure::Death, "2016-12-05").await.unwrap();
    let second = registry.take_snapshot("test").await.unwrap();
    assert!(second.id == 2 && second.digest != first.digest && second.revision > first.revision);
    assert_eq!(registry.snapshots().await.unwrap(), [first.clone(), second.clone()]);
    assert_eq!(registry.latest_snapshot().await.unwrap(), Some(second.clone()));
    assert_eq!(registry.snapshot(first.id).await.unwrap(), before);
    // the same people again, beside a change that was undone
    registry.undo_change(&asker(), 1, "登记有误").await.unwrap();
    let third = registry.take_snapshot("test").await.unwrap();
    let (_, again) = registry.snapshot(third.id).await.unwrap();
    assert_eq!((third.id, &again.cells), (3, &before.1.cells));
    assert_eq!((tally(&before.1, "change/"), tally(&again, "change/death/undone")), (0, 1));
    // a zone takes a village over
    let report_to = AreaChange::ReportTo { manager: "610921".to_owned() };
    let from = Date::parse("2016-11-02").unwrap();
    registry.change_area(&asker(), "610902001002", &report_to, from).await.unwrap();
    let fourth = registry.take_snapshot("test").await.unwrap();
    let manager = |frozen: &Frozen| {
        let (_, area) = frozen.areas.iter().find(|(code, _)| code == "610902001002").unwrap();
        (area.parent.clone().unwrap(), area.manager().unwrap().to_owned())
    };
    let (_, frozen) = registry.snapshot(fourth.id).await.unwrap();
    assert_eq!(manager(&frozen), ("610902001".to_owned(), "610921".to_owned()));
    assert_eq!(manager(&before.1), ("610902001".to_owned(), "610902001".to_owned()));
    assert_eq!(verify(registry).await.unwrap().faults, Vec::<String>::new());
    let missing = registry.snapshot(9).await.unwrap_err();
    assert!(missing.to_string().contains("第 9 号"), "{missing}");
});

/// All that words with this beginning count, everywhere.
fn tally(frozen: &Frozen, begins: &str) -> u64 {
    let of = |word: u32| frozen.words[word as usize].starts_with(begins);
    frozen.tallies.iter().filter(|tally| of(tally.word)).map(|tally| tally.count).sum()
}

/// The same in one place.
fn tally_in(frozen: &Frozen, area: &str, word: &str) -> u64 {
    let here = |at: Option<u32>| at.map_or("", |at| frozen.areas[at as usize].0.as_str()) == area;
    let those = frozen.tallies.iter().filter(|tally| here(tally.area) && frozen.words[tally.word as usize] == word);
    those.map(|tally| tally.count).sum()
}

both!(findings_extracts_and_employers_are_counted_beside_people, |fresh: Fresh| async move {
    let registry = &fresh.registry;
    let run = write(fresh.folder.path(), "a", "2016-11-01", &town());
    apply(registry, &run, "test", false).await.unwrap();
    let first = registry.take_snapshot("test").await.unwrap();
    let (_, first) = registry.snapshot(first.id).await.unwrap();
    assert_eq!(tally_in(&first, "610921001001", "finding/duplicate-medical/found"), 1);
    assert_eq!(tally_in(&first, "610921001001", "finding/duplicate-medical/open"), 1);
    assert_eq!(tally(&first, "finding/duplicate-medical/settled"), 0);
    assert_eq!(tally(&first, "unit/"), crate::support::run::UNITS.len() as u64);
    // an extract of the run, and nothing to compare it with
    assert!(!first.sources.is_empty());
    assert!(first.sources.iter().all(|source| source.before.is_none() && source.as_of.to_string() == "2016-11-01"));
    let rows: u64 = first.sources.iter().map(|source| source.rows).sum();
    assert_eq!(tally(&first, "source/all"), first.sources.len() as u64);
    assert_eq!(tally(&first, "source/fresh"), first.sources.len() as u64);
    // the next run has half of the people, and not the finding any more
    apply(registry, &write(fresh.folder.path(), "b", "2016-12-01", &town()[..2]), "test", false).await.unwrap();
    let second = registry.take_snapshot("test").await.unwrap();
    let (_, second) = registry.snapshot(second.id).await.unwrap();
    assert_eq!(tally(&second, "finding/duplicate-medical/found"), 1);
    assert_eq!(tally(&second, "finding/duplicate-medical/settled"), 1);
    assert_eq!(tally(&second, "finding/duplicate-medical/open"), 0);
    let before: u64 = second.sources.iter().filter_map(|source| source.before).sum();
    assert!(before <= rows && before > 0);
    assert!(second.sources.iter().any(|source| source.before.is_some_and(|before| before > source.rows)));
    // what was brought by a run that was taken back was never found
    undo(registry, None, "test", false).await.unwrap();
    let third = registry.take_snapshot("test").await.unwrap();
    let (_, third) = registry.snapshot(third.id).await.unwrap();
    assert_eq!(tally(&third, "finding/duplicate-medical/open"), 1);
    assert!(third.sources.iter().all(|source| source.before.is_none()), "{:?}", third.sources);
});

both!(a_snapshot_that_somebody_changed_is_refused, |fresh: Fresh| async move {
    let registry = &fresh.registry;
    let run = write(fresh.folder.path(), "a", "2016-11-01", &town());
    apply(registry, &run, "test", false).await.unwrap();
    registry.take_snapshot("test").await.unwrap();
    apply(registry, &write(fresh.folder.path(), "b", "2016-12-01", &town()[..3]), "test", false).await.unwrap();
    registry.take_snapshot("test").await.unwrap();
    assert!(registry.snapshot(1).await.is_ok());
    for sql in [
        // another's content, with its digest too
        "UPDATE snapshot SET content = (SELECT s.content FROM snapshot s WHERE s.id = 2) WHERE id = 1",
        "UPDATE snapshot SET digest = (SELECT s.digest FROM snapshot s WHERE s.id = 2) WHERE id = 1",
        "UPDATE snapshot SET people = 5 WHERE id = 2",
    ] {
        let mut transaction = registry.store().write().await.unwrap();
        transaction.execute(sql, &[]).await.unwrap();
        transaction.commit().await.unwrap();
        let id = if sql.ends_with('1') { 1 } else { 2 };
        let refused = registry.snapshot(id).await.unwrap_err();
        assert!(refused.to_string().contains("审计记录不符"), "{sql}: {refused}");
    }
});
