//! The first page of each role: what waits, how far their area is, and each figure leads to its list.

use canbao_domain::scope::Scope;
use canbao_registry::change::{Procedure, Proposal};
use canbao_registry::query::Asker;

use crate::support::Site;

/// Links of a page's main part that lead to lists of people, with the figure that stands on them.
fn figures(page: &str) -> Vec<(String, String)> {
    let parts = page.split("<a href=\"/people?").skip(1);
    let link = |part: &str| {
        let (path, rest) = part.split_once("\">")?;
        let figure = rest.split('<').next()?.trim().to_owned();
        figure.chars().all(|c| c.is_ascii_digit() || c == ',').then(|| (format!("/people?{path}"), figure))
    };
    parts.filter_map(link).collect()
}

#[tokio::test]
async fn every_figure_leads_to_a_list_of_as_many() {
    let site = Site::new().await;
    for login in ["city", "county", "town", "village"] {
        let browser = site.logged_in(login).await;
        let home = browser.get("/").await.text;
        let (_, main) = home.split_once("<main").unwrap();
        let figures = figures(main);
        assert!(!figures.is_empty(), "{login}: {home}");
        for (path, figure) in figures {
            let list = browser.get(&path.replace("&amp;", "&").replace("&#38;", "&")).await.text;
            assert!(list.contains(&format!("符合条件 {figure} 人")), "{login} {path}: {figure}");
        }
    }
}

#[tokio::test]
async fn each_role_sees_what_is_its_own() {
    let site = Site::new().await;
    let asker = Asker { actor: "town".to_owned(), scope: Scope::city(), purpose: "test".into() };
    let whole = site.registry.by_name(&asker, "罗承志", None).await.unwrap().remove(0);
    let proposal = Proposal {
        person: whole.person,
        seen: whole.revision,
        procedure: Procedure::Death,
        effective: "2016-11-01".to_owned(),
        evidence: None,
        papers: None,
    };
    let today = canbao_web::say::today();
    let id = site.registry.propose(&asker, &proposal, today).await.unwrap();
    let home = async |login: &str| site.logged_in(login).await.get("/").await.text;
    let county = home("county").await;
    assert!(county.contains("汉滨区 · 待办 3 件") && county.contains(&today.to_string()), "{county}");
    assert!(home("neighbour").await.contains("汉阴县 · 待办 0 件"));
    assert!(home("town").await.contains("待办 2 件"), "two rows wait for them, their own change for somebody else");
    let refuse =
        canbao_registry::change::Decision { approve: false, reason: "材料不齐".to_owned(), seen: whole.revision };
    let checker = Asker { actor: "checker".to_owned(), ..asker.clone() };
    site.registry.decide(&checker, id, &refuse, today).await.unwrap();
    let town = home("town").await;
    assert!(town.contains("待办 3 件") && town.contains("退回给我的变更"), "{town}");
    let leader = home("leader").await;
    assert!(leader.contains("安康市 · 参保登记进展") && leader.contains("汉滨区") && leader.contains("%"), "{leader}");
    assert!(!leader.contains("href=\"/people"), "a leader has no lists");
    let auditor = home("auditor").await;
    assert!(
        auditor.contains("最近的办理") && auditor.contains("最近的查看") && !auditor.contains("罗承志"),
        "{auditor}"
    );
    let admin = home("admin").await;
    assert!(admin.contains("还没有换初始密码的账号") && admin.contains("/accounts?state=waits"), "{admin}");
    assert!(!admin.contains("参保登记情况") && !admin.contains("最近的办理"), "{admin}");
}
