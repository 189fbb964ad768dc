//! 参保情况: what the figures say, to whom, and what is said where there are none.

use axum::http::StatusCode;
use canbao_domain::rules::{PersonLife, Population};

use crate::support::{Site, people};

#[tokio::test]
async fn without_a_snapshot_the_page_says_so() {
    let site = Site::new().await;
    let page = site.logged_in("leader").await.get("/figures").await;
    assert_eq!(page.status, StatusCode::OK);
    assert!(page.text.contains("还没有统计快照") && page.text.contains("canbao report snapshot"), "{}", page.text);
    assert!(!page.text.contains("<svg class=\"chart"), "no empty chart");
}

#[tokio::test]
async fn figures_are_those_of_the_people_and_of_ones_own_area() {
    let site = Site::new().await;
    site.registry.take_snapshot("test").await.unwrap();
    let of = |village: &str| {
        let all = people();
        // whoever is of no known area is the city's
        let within = |code: Option<&str>| code.map_or(village == "6109", |code| code.starts_with(village));
        let here = all.into_iter().filter(|person| within(person.village));
        let alive = here.filter(|person| person.life == PersonLife::Alive && person.population != Population::Outside);
        let alive: Vec<_> = alive.collect();
        let uninsured = alive.iter().filter(|person| person.schemes.is_empty()).count();
        (alive.len(), uninsured)
    };
    for (login, area, name) in [
        ("leader", "6109", "安康市"),
        ("city", "6109", "安康市"),
        ("county", "610902", "汉滨区"),
        ("town", "610902001", "江北街道"),
    ] {
        let page = site.logged_in(login).await.get("/figures").await;
        let (population, uninsured) = of(area);
        assert!(page.text.contains(&format!("{name} · 参保率 ")), "{login}: {}", page.text);
        assert!(page.text.contains(&format!("{uninsured} 人养老和医疗都没有")), "{login}: {}", page.text);
        assert!(page.text.contains(&format!("÷ {population} 人")), "{login}: {}", page.text);
        assert_eq!(page.text.contains("汉阴县"), area == "6109", "{login} sees its own");
        assert_eq!(page.text.contains("svg class=\"map\""), area == "6109", "{login}: the map is the city's");
        if login == "city" {
            let list = site.logged_in(login).await.get("/people?category=uninsured").await;
            assert!(list.text.contains(&format!("未参保人员 {uninsured} 人")), "no two pages disagree: {}", list.text);
        }
        assert!(page.text.contains("口径") && page.text.contains("截至 2016-10-31"), "{login}");
    }
    // a leader sees figures and nobody's record
    let leader = site.logged_in("leader").await;
    assert_eq!(leader.get("/people").await.status, StatusCode::FORBIDDEN);
    let village = site.logged_in("village").await;
    assert_eq!(village.get("/figures").await.status, StatusCode::FORBIDDEN);
}
