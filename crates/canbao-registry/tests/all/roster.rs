//! The roster counts and lists as the database does.

use canbao_domain::date::Date;
use canbao_domain::rules::{Category, PersonLife};
use canbao_domain::scope::Scope;
use canbao_domain::source::SourceKind;
use canbao_registry::Registry;
use canbao_registry::apply::apply;
use canbao_registry::change::{Decision, Procedure, Proposal};
use canbao_registry::query::{Asker, Filter, Seek};

use crate::support::run::{Somebody, somebody, write};
use crate::support::store::{Fresh, both};

const VILLAGES: [&str; 3] = ["610902001001", "610902001002", "610921001001"];

/// Sixty people, of many sorts.
fn people(month: usize) -> Vec<Somebody> {
    let births = ["1948-01-20", "1975-05-12", "1990-02-28", "2012-12-31", "1956-11-20"];
    let one = |at: usize| {
        let mut one = somebody("某某", births[at % births.len()], 100 + at as u64);
        one.village = Some(VILLAGES[at / 2 % 3]).filter(|_| !at.is_multiple_of(11));
        if at.is_multiple_of(4) {
            one.schemes.clear();
        }
        if (at + month).is_multiple_of(7) {
            one.schemes = vec![(SourceKind::RuralMedical, "suspended")];
        }
        if (at + month).is_multiple_of(5) {
            one.findings = vec![("birth-differs", "不同"), ("name-differs", "不同")];
        }
        if at.is_multiple_of(13) {
            one.life = PersonLife::Deceased;
        }
        one
    };
    (month..60).map(one).collect()
}

fn filters() -> Vec<Filter> {
    let day = |text| Date::parse(text);
    let mut filters = vec![Filter::default()];
    for area in [None, Some("610902"), Some("610902001002"), Some("610921")] {
        for sex in [None, Some("2")] {
            for (from, until) in [(None, None), (day("1956-11-20"), None), (day("1950-01-01"), day("1990-02-28"))] {
                for scheme in [None, Some(SourceKind::RuralMedical)] {
                    for finding in [None, Some("birth-differs"), Some("no-such-kind")] {
                        filters.push(Filter {
                            area: area.map(str::to_owned),
                            category: if sex.is_some() { Some(Category::Uninsured) } else { None },
                            scheme,
                            finding: finding.map(str::to_owned),
                            sex: sex.map(str::to_owned),
                            born_from: from,
                            born_until: until,
                            subsistence: false,
                            disability: false,
                        });
                    }
                }
            }
        }
    }
    filters
}

/// Everything that can be asked, from `seek` to `seek`, forwards and back.
async fn told(registry: &Registry, asker: &Asker) -> Vec<(i64, Vec<i64>, Vec<i64>)> {
    let mut told = Vec::new();
    for filter in filters() {
        let count = registry.count(&asker.scope, &filter).await.unwrap();
        let (mut all, mut back) = (Vec::new(), Vec::new());
        let mut seek = Seek::First;
        let mut last = None;
        loop {
            let page = registry.list_from(asker, &filter, &seek, 7).await.unwrap();
            all.extend(page.page.lines.iter().map(|line| line.person));
            last = page.page.lines.last().map(|line| (line.area.clone(), line.person)).or(last);
            match page.page.next {
                Some(next) => seek = Seek::After(next),
                None => break,
            }
        }
        assert_eq!(all.len() as i64, count, "{filter:?}");
        if let Some(last) = last {
            let page = registry.list_from(asker, &filter, &Seek::Before(last), 5).await.unwrap();
            back.extend(page.page.lines.iter().map(|line| line.person));
        }
        let from = registry.list_from(asker, &filter, &Seek::From("610902001002".to_owned()), 3).await.unwrap();
        back.extend(from.page.lines.iter().map(|line| line.person));
        told.push((count, all, back));
    }
    told
}

both!(the_roster_tells_what_the_database_tells, |fresh: Fresh| async move {
    let run = write(fresh.folder.path(), "a", "2016-11-01", &people(0));
    apply(&fresh.registry, &run, "test", false).await.unwrap();
    // one has a roster, the other has none
    let (with, without) = (&fresh.registry, &Registry::open(&fresh.address).await.unwrap());
    with.warm().await.unwrap();
    for scope in
        [Scope::city(), Scope::under(["610902"]), Scope::under(["610902001002", "610921"]), Scope::under(["x"])]
    {
        let asker = Asker { actor: "test".to_owned(), scope, purpose: "test".into() };
        assert_eq!(told(with, &asker).await, told(without, &asker).await);
        for area in [None, Some("610902"), Some("610902001002"), Some("610921"), Some("y")] {
            let counts = with.finding_counts(&asker.scope, area).await.unwrap();
            assert_eq!(counts, without.finding_counts(&asker.scope, area).await.unwrap(), "{area:?}");
        }
    }
    let all = with.finding_counts(&Scope::city(), None).await.unwrap();
    assert!(all.values().sum::<i64>() > 0, "{all:?}");
    // a hand
    let city = Asker { actor: "maker".to_owned(), scope: Scope::city(), purpose: "test".into() };
    let alive = Filter { category: Some(Category::Uninsured), ..Filter::default() };
    let line = with.list(&city, &alive, None, 1).await.unwrap();
    let whole = with.person(&city, line.lines[0].person).await.unwrap();
    let today = Date::parse("2016-11-20").unwrap();
    let proposal = Proposal {
        person: whole.person,
        seen: whole.revision,
        procedure: Procedure::Death,
        effective: "2016-11-02".to_owned(),
        evidence: None,
        papers: None,
    };
    let before = with.finding_counts(&city.scope, None).await.unwrap();
    let id = without.propose(&city, &proposal, today).await.unwrap();
    let checker = Asker { actor: "checker".to_owned(), ..city.clone() };
    let decision = Decision { approve: true, reason: "同意".to_owned(), seen: whole.revision };
    without.decide(&checker, id, &decision, today).await.unwrap();
    assert_eq!(told(with, &city).await, told(without, &city).await);
    // what was counted before is not told of what is shown now
    let now = without.finding_counts(&city.scope, None).await.unwrap();
    assert_eq!(with.finding_counts(&city.scope, None).await.unwrap(), now);
    with.warm().await.unwrap();
    assert_eq!(with.finding_counts(&city.scope, None).await.unwrap(), now);
    assert!(before.values().sum::<i64>() <= now.values().sum::<i64>());
    // an apply, with people who are new and people who are gone
    let run = write(fresh.folder.path(), "b", "2016-12-01", &people(3));
    apply(without, &run, "test", false).await.unwrap();
    assert_eq!(told(with, &city).await, told(without, &city).await);
    without.close().await;
});
