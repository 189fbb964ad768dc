//! A change that one puts forward and another decides.

use axum::http::StatusCode;
use canbao_domain::date::Date;
use canbao_domain::scope::Scope;
use canbao_registry::change::{Procedure, Proposal};
use canbao_registry::query::Asker;

use crate::support::Site;

async fn proposed(site: &Site, maker: &str, name: &str) -> (i64, i64) {
    let asker = Asker { actor: maker.to_owned(), scope: Scope::city(), purpose: "test".into() };
    let whole = site.registry.by_name(&asker, name, None).await.unwrap().remove(0);
    let proposal = Proposal {
        person: whole.person,
        seen: whole.revision,
        procedure: Procedure::Death,
        effective: "2016-11-01".to_owned(),
        evidence: None,
        papers: None,
    };
    let today = Date::parse("2016-11-20").unwrap();
    (site.registry.propose(&asker, &proposal, today).await.unwrap(), whole.person)
}

fn hidden(page: &str, name: &str) -> String {
    let (_, rest) = page.split_once(&format!("name=\"{name}\" value=\"")).unwrap();
    rest.split('"').next().unwrap().to_owned()
}

#[tokio::test]
async fn another_decides_and_the_record_follows() {
    let site = Site::new().await;
    let (id, person) = proposed(&site, "county", "罗承志").await;
    let maker = site.logged_in("county").await;
    let own = maker.get(&format!("/change/{id}")).await;
    assert!(own.text.contains("要由别人复核") && !own.text.contains("data-key"), "{}", own.text);
    let checker = site.logged_in("checker").await;
    let inbox = checker.get("/changes").await;
    assert!(inbox.text.contains("变更复核 · 1 件等待复核") && inbox.text.contains("张滩村"), "{}", inbox.text);
    // the neighbouring county neither sees nor decides it
    let neighbour = site.logged_in("neighbour").await;
    assert!(neighbour.get("/changes").await.text.contains("0 件等待复核"));
    assert_eq!(neighbour.get(&format!("/change/{id}")).await.status, StatusCode::NOT_FOUND);
    let csrf = neighbour.get("/").await.csrf();
    let fields = [("csrf", csrf), ("decision", "approve".into()), ("reason", "同意".into()), ("seen", "1".into())];
    assert_eq!(neighbour.post(&format!("/change/{id}"), &fields).await.status, StatusCode::NOT_FOUND);
    let page = checker.get(&format!("/change/{id}")).await;
    assert!(page.text.contains("罗承志 · 死亡") && page.text.contains("610902 **** ****"), "{}", page.text);
    let decide = async |browser: &crate::support::Browser<'_>, reason: &str, seen: String| {
        let csrf = browser.get("/").await.csrf();
        let fields =
            [("csrf", csrf), ("decision", "approve".to_owned()), ("reason", reason.to_owned()), ("seen", seen)];
        browser.post(&format!("/change/{id}"), &fields).await
    };
    let seen = hidden(&page.text, "seen");
    let no_reason = decide(&checker, "", seen.clone()).await;
    assert_eq!(no_reason.status, StatusCode::CONFLICT, "{}", no_reason.text);
    let stale = decide(&checker, "同意", "0".to_owned()).await;
    assert_eq!(stale.status, StatusCode::CONFLICT);
    assert!(stale.text.contains("role=\"alert\"") && stale.text.contains("value=\"同意\""), "what was typed stays");
    let by_maker = decide(&maker, "同意", seen.clone()).await;
    assert_eq!(by_maker.status, StatusCode::CONFLICT);
    assert!(by_maker.text.contains("审核人不能是经办人本人"), "{}", by_maker.text);
    let done = decide(&checker, "与公安注销一致", seen.clone()).await;
    assert_eq!(
        (done.status, done.location()),
        (StatusCode::SEE_OTHER, format!("/change/{id}").as_str()),
        "{}",
        done.text
    );
    let after = checker.get(&format!("/change/{id}")).await;
    assert!(after.text.contains("已办理") && after.text.contains("与公安注销一致"), "{}", after.text);
    assert!(checker.get(&format!("/person/{person}")).await.text.contains("罗承志 · 死亡"));
    assert!(checker.get("/changes").await.text.contains("0 件等待复核"));
    let twice = decide(&checker, "再来一次", seen).await;
    assert_eq!(twice.status, StatusCode::CONFLICT);
}

#[tokio::test]
async fn two_who_decide_at_once_decide_once() {
    let site = Site::new().await;
    let (id, _) = proposed(&site, "town", "罗承志").await;
    let (one, other) = (site.logged_in("county").await, site.logged_in("checker").await);
    let page = one.get(&format!("/change/{id}")).await;
    let seen = hidden(&page.text, "seen");
    let decide = async |browser: &crate::support::Browser<'_>, decision: &str| {
        let csrf = browser.get("/").await.csrf();
        let fields =
            [("csrf", csrf), ("decision", decision.to_owned()), ("reason", "核对过".into()), ("seen", seen.clone())];
        browser.post(&format!("/change/{id}"), &fields).await.status
    };
    let (first, second) = tokio::join!(decide(&one, "approve"), decide(&other, "refuse"));
    let mut both = [first, second];
    both.sort();
    assert_eq!(both, [StatusCode::SEE_OTHER, StatusCode::CONFLICT]);
}
