//! Many changes at once by program, what a change would do, and employers as a list: held against the registry.

use std::collections::BTreeSet;

use axum::http::StatusCode;
use canbao_domain::code::Life;
use canbao_domain::date::Date;
use canbao_domain::scope::Scope;
use canbao_registry::change::{BulkProposal, BulkRow, Procedure};
use canbao_registry::query::{Asker, UnitFilter};
use serde_json::json;

use crate::support::{Site, number_of};

/// Somebody puts forward that these died.
pub(super) async fn bulk(site: &Site, maker: &str, names: &[&str]) -> i64 {
    let row = |(at, name): (usize, &&str)| BulkRow {
        number: number_of(name),
        name: (*name).to_owned(),
        date: "2016-11-01".to_owned(),
        life: Life::Deceased,
        place: format!("第 {} 行", at + 1),
    };
    let rows = names.iter().enumerate().map(row).collect();
    let digest = vec![names.len() as u8; 32];
    let proposal = BulkProposal { procedure: Procedure::Death, rows, digest, evidence: None };
    let maker = Asker { actor: maker.to_owned(), scope: Scope::city(), purpose: "test".into() };
    let today = Date::parse("2016-11-20").unwrap();
    site.registry.propose_bulk(&maker, &proposal, today).await.unwrap().bulk.unwrap()
}

#[tokio::test]
async fn a_bulk_is_looked_at_and_decided_as_far_as_one_reaches() {
    let site = Site::new().await;
    let first = bulk(&site, "city", &["罗承志"]).await;
    // about nobody of the county's
    let theirs = bulk(&site, "city", &["赵文斌", "沈无涯"]).await;
    let both = bulk(&site, "city", &["周小琴", "陈秀珍", "王德厚"]).await;
    let county = site.program("county").await;
    let ids = |list: &serde_json::Value| -> Vec<i64> {
        list["bulks"].as_array().unwrap().iter().map(|one| one["id"].as_i64().unwrap()).collect()
    };
    let reach = |list: &[i64]| !list.contains(&theirs);
    // page by page, and what is out of reach takes no place
    let newest = county.get("/api/v1/bulks?limit=1").await.json;
    assert_eq!((ids(&newest), &newest["next"]), (vec![both], &json!(both)), "{newest}");
    let older = county.get(&format!("/api/v1/bulks?limit=1&before={both}")).await.json;
    assert_eq!((ids(&older), older["next"].is_null()), (vec![first], true), "{older}");
    assert!(reach(&ids(&county.get("/api/v1/bulks").await.json)));
    assert_eq!(county.get(&format!("/api/v1/bulks/{theirs}")).await.status, StatusCode::NOT_FOUND);
    let path = format!("/api/v1/bulks/{both}");
    let whole = county.get(&path).await.json;
    let waiting = whole["waiting"].as_i64().unwrap();
    assert_eq!(whole["changes"].as_array().unwrap().len() as i64, waiting, "{whole}");
    assert_eq!((&whole["lines"], &whole["procedure"]), (&json!(3), &json!("death")), "{whole}");
    // one after the other they are the same
    let (mut seen, mut after) = (Vec::new(), 0);
    loop {
        let page = county.get(&format!("{path}?limit=1&after={after}")).await.json;
        seen.extend(page["changes"].as_array().unwrap().clone());
        let Some(next) = page["next"].as_i64() else { break };
        after = next;
    }
    assert_eq!(&seen, whole["changes"].as_array().unwrap());
    // what it would do, before it is done
    let change = format!("/api/v1/changes/{}", seen[0]["change"]);
    let preview = county.get(&format!("{change}/preview")).await.json;
    assert!(preview["told"].as_str().unwrap().starts_with("改变 1 条记录"), "{preview}");
    let items = preview["records"][0]["items"].as_array().unwrap();
    assert!(items.iter().any(|item| item["what"] == "生存和迁移" && item["after"] == "死亡，2016-11-01"), "{preview}");
    // not by its maker, not without a reason
    let agree = json!({"approve": true, "reason": "名册一致"});
    let decision = format!("{path}/decision");
    let own = site.program("city").await.ask(&decision, agree.clone()).await;
    assert_eq!((own.status, own.code()), (StatusCode::CONFLICT, "refused"), "{}", own.text);
    let blank = county.ask(&decision, json!({"approve": true, "reason": " "})).await;
    assert!(blank.status.is_client_error(), "{}", blank.text);
    assert_eq!(county.get(&path).await.json["waiting"], json!(waiting), "nothing was done");
    let done = county.ask(&decision, agree.clone()).await.json;
    assert_eq!((&done["outcomes"]["done"], &done["left"]), (&json!(waiting), &json!([])), "{done}");
    let again = county.ask(&decision, agree).await.json;
    assert_eq!((&again["outcomes"]["decided-before"], &again["outcomes"]["done"]), (&json!(waiting), &json!(null)));
    let over = county.get(&format!("{change}/preview")).await;
    assert_eq!((over.status, over.code()), (StatusCode::CONFLICT, "refused"), "{}", over.text);
}

#[tokio::test]
async fn a_change_is_tried_before_it_is_put_forward_and_nothing_is_written() {
    let site = Site::new().await;
    let county = site.program("county").await;
    let person = site.person("周小琴").await;
    let at = format!("/api/v1/people/{person}");
    let before = county.get(&at).await.json;
    let wish = |day: &str| json!({"person": person, "seen": before["revision"], "procedure": {"procedure": "death"}, "effective": day});
    let tried = county.ask("/api/v1/changes/preview", wish("2016-11-01")).await.json;
    assert!(tried["told"].as_str().unwrap().contains("改变 1 条记录"), "{tried}");
    assert_eq!(county.get(&at).await.json["revision"], before["revision"]);
    assert_eq!(county.get("/api/v1/changes/own").await.json["changes"], json!([]));
    // what could not be put forward is said here already, by the same words
    let future = county.ask("/api/v1/changes/preview", wish("2099-01-01")).await;
    let put = county.act("/api/v1/changes", "the-same-1", wish("2099-01-01")).await;
    assert_eq!((future.status, future.json["detail"].clone()), (put.status, put.json["detail"].clone()));
    assert_eq!(future.code(), "refused", "{}", future.text);
    // nobody out of reach is tried on
    let elsewhere = json!({
        "person": site.person("赵文斌").await, "seen": 1, "procedure": {"procedure": "death"}, "effective": "2016-11-01",
    });
    assert_eq!(county.ask("/api/v1/changes/preview", elsewhere).await.status, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn employers_are_listed_page_by_page_as_they_are_counted() {
    let site = Site::new().await;
    let city = site.program("city").await;
    let (mut seen, mut after) = (BTreeSet::new(), 0);
    let total = loop {
        let page = city.get(&format!("/api/v1/employers?limit=1&after={after}")).await.json;
        for unit in page["employers"].as_array().unwrap() {
            assert!(seen.insert(unit["id"].as_i64().unwrap()), "twice: {unit}");
        }
        let Some(next) = page["next"].as_i64() else { break page["total"].as_i64().unwrap() };
        after = next;
    };
    let counted = site.registry.unit_count(&Scope::city(), &UnitFilter::default()).await.unwrap();
    assert_eq!((seen.len() as i64, total), (counted, counted));
    for wrong in ["county=61090", "county=x", "category=nothing"] {
        let got = city.get(&format!("/api/v1/employers?{wrong}")).await;
        assert_eq!(got.code(), "bad-parameter", "{wrong}: {}", got.text);
    }
}
