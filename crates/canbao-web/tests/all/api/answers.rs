//! Every call is answered as the document tells it.

use std::collections::BTreeSet;

use axum::http::StatusCode;
use canbao_web::api::{Amiss, Shape};
use serde_json::{Value, json};

use super::document::{document, operations};
use super::{Answer, Program};
use crate::support::{Site, number_of};

struct Check {
    document: Value,
    called: BTreeSet<String>,
}

impl Check {
    /// Holds an answer against the document.
    fn hold(&mut self, id: &str, got: Answer) -> Value {
        let operations = operations(&self.document);
        let (_, _, told) = operations.iter().find(|(_, _, told)| told["operationId"] == id).unwrap();
        let content = &told["responses"][got.status.as_str()]["content"];
        let kind = got.headers["content-type"].to_str().unwrap();
        assert_eq!(got.status, StatusCode::OK, "{id}: {}", got.text);
        let shape = Shape::in_document(&self.document, &content[kind]["schema"]);
        assert_eq!(shape.amiss(&got.json), Vec::<Amiss>::new(), "{id}: {}", got.text);
        self.called.insert(id.to_owned());
        got.json
    }
}

#[tokio::test]
async fn every_answer_is_as_the_document_tells() {
    let site = Site::new().await;
    site.registry.take_snapshot("test").await.unwrap();
    let mut check = Check { document: document(), called: BTreeSet::new() };
    let (city, county): (Program<'_>, Program<'_>) = (site.program("city").await, site.program("county").await);
    let person = site.person("罗承志").await;
    let at = |path: &str| format!("/api/v1/people/{person}{path}");
    for (id, path) in [
        ("getMe", "/api/v1/me".to_owned()),
        ("listAreas", "/api/v1/areas".to_owned()),
        ("listAreas", "/api/v1/areas?under=610902001".to_owned()),
        ("getArea", "/api/v1/areas/610902001001".to_owned()),
        ("listPeople", "/api/v1/people?limit=3".to_owned()),
        ("getHousehold", at("/household")),
        ("getHistory", at("/history")),
        ("getLooks", at("/looks?limit=2")),
        ("listChangesOfPerson", at("/changes")),
        ("listClaims", at("/claims")),
        ("getCounts", "/api/v1/counts?area=610902".to_owned()),
        ("listFindings", "/api/v1/findings".to_owned()),
        ("listIndicators", "/api/v1/indicators".to_owned()),
        ("listSnapshots", "/api/v1/snapshots".to_owned()),
        ("getFigures", "/api/v1/figures?area=610902&snapshot=1".to_owned()),
        ("listChanges", "/api/v1/changes".to_owned()),
    ] {
        check.hold(id, city.get(&path).await);
    }
    for dimension in canbao_report::cube::Dimension::ALL {
        check.hold("getFiguresBy", city.get(&format!("/api/v1/figures/by/{}", dimension.as_str())).await);
    }
    // everybody, whatever stands in their record
    let everybody = check.hold("listPeople", city.get("/api/v1/people?limit=200").await);
    for line in everybody["people"].as_array().unwrap() {
        check.hold("getPerson", city.get(&format!("/api/v1/people/{}", line["id"])).await);
    }
    for (id, path, body) in [
        ("findPeople", "/api/v1/people/search".to_owned(), json!({"by": "name", "text": "罗承志"})),
        ("revealPerson", at("/reveal"), json!({"purpose": "核对身份"})),
        (
            "batch",
            "/api/v1/batch".to_owned(),
            json!({"rows": [{"number": number_of("陈秀珍")}, {"number": "x", "name": null}]}),
        ),
        ("findEmployers", "/api/v1/employers/search".to_owned(), json!({"text": "某某商行"})),
        ("listEmployees", "/api/v1/employers/people".to_owned(), json!({"text": "某某商行", "limit": 5})),
    ] {
        check.hold(id, city.ask(&path, body).await);
    }
    let said = json!({"item": "medical", "said": "none", "said_on": "2016-11-20", "source": "窗口"});
    check.hold("addClaim", city.act(&at("/claims"), "a-claim-1", said).await);
    let seen = check.hold("getPerson", city.get(&at("")).await)["revision"].clone();
    let proposal =
        |day: &str| json!({"person": person, "seen": seen, "procedure": {"procedure": "death"}, "effective": day});
    let made = check.hold("proposeChange", county.act("/api/v1/changes", "propose-1", proposal("2016-11-01")).await);
    check.hold("listChanges", city.get("/api/v1/changes?limit=1").await);
    let of = |made: &Value, path: &str| format!("/api/v1/changes/{}{path}", made["request"]);
    check.hold("getChange", city.get(&of(&made, "")).await);
    let withdrawal = json!({"reason": "日期有误"});
    check.hold("withdrawChange", county.act(&of(&made, "/withdrawal"), "withdraw-1", withdrawal).await);
    let made = check.hold("proposeChange", county.act("/api/v1/changes", "propose-2", proposal("2016-11-02")).await);
    let decision = json!({"approve": true, "reason": "与公安注销一致", "seen": seen});
    check.hold("decideChange", city.act(&of(&made, "/decision"), "decide-1", decision).await);
    check.hold("getChange", city.get(&of(&made, "")).await);
    check.hold("undoChange", city.act(&of(&made, "/undo"), "undo-it-1", json!({"reason": "办错了人"})).await);
    check.hold("listChangesOfPerson", city.get(&at("/changes")).await);
    check.hold("getHistory", city.get(&at("/history")).await);
    check.hold("getPerson", city.get(&at("?as_of=2016-11-02")).await);
    let admin = site.program("admin").await;
    check.hold("listAccounts", admin.get("/api/v1/accounts").await);
    let new = json!({
        "login": "wj", "name": "李敏", "role": "reporter", "area": "610902", "department": "区卫计局",
        "sources": ["rural-medical"], "password": "清明-河畔-Liu7",
    });
    check.hold("addAccount", admin.act("/api/v1/accounts", "an-account", new).await);
    let renamed = json!({"name": "李敏敏"});
    check.hold("changeAccount", admin.act("/api/v1/accounts/wj/change", "a-change-1", renamed).await);
    let password = json!({"password": "另一条-河畔-Liu8"});
    check.hold("resetAccount", admin.act("/api/v1/accounts/wj/reset", "a-reset-1", password).await);
    let auditor = site.program("auditor").await;
    check.hold("listAudit", auditor.get("/api/v1/audit?limit=5").await);
    check.hold("listLooks", auditor.get("/api/v1/looks?before=9").await);
    let all: BTreeSet<String> = operations(&check.document)
        .iter()
        .map(|(_, _, told)| told["operationId"].as_str().unwrap().to_owned())
        .collect();
    let missing: Vec<_> = all.difference(&check.called).collect();
    assert!(missing.is_empty(), "not called: {missing:?}");
}
