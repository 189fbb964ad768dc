//! Every call × every role, with the token's scope and without, against a table written down here once more.

use axum::http::{Method, StatusCode};
use canbao_domain::role::Role;
use canbao_registry::account::AccountChange;
use canbao_web::app::known_routes;
use canbao_web::right::{Access, Right, may};
use serde_json::json;

use super::{ALL, Program, token};
use crate::support::{ACCOUNTS, Site};

/// Who may, by letters of the roles; `*` everybody with a token. The scope that the token needs; blank for none.
const TABLE: &[(&str, &str, &str, &str)] = &[
    ("GET", "/api/v1/me", "*", ""),
    ("GET", "/api/v1/areas", "*", ""),
    ("GET", "/api/v1/areas/{code}", "*", ""),
    ("GET", "/api/v1/areas/{code}/history", "管市县", "areas"),
    ("POST", "/api/v1/areas/{code}/changes", "市", "change-areas"),
    ("GET", "/api/v1/people", "市县镇村", "people"),
    ("POST", "/api/v1/people/search", "市县镇村", "people"),
    ("GET", "/api/v1/people/{id}", "市县镇村", "people"),
    ("POST", "/api/v1/people/{id}/reveal", "市县镇村", "reveal"),
    ("GET", "/api/v1/people/{id}/household", "市县镇村", "people"),
    ("GET", "/api/v1/people/{id}/history", "市县镇村", "people"),
    ("GET", "/api/v1/people/{id}/looks", "市县镇村", "people"),
    ("GET", "/api/v1/people/{id}/changes", "市县镇村", "people"),
    ("GET", "/api/v1/people/{id}/claims", "市县镇村", "people"),
    ("POST", "/api/v1/people/{id}/claims", "市县镇村", "propose"),
    ("POST", "/api/v1/batch", "市县镇村", "people"),
    ("POST", "/api/v1/changes", "市县镇村", "propose"),
    ("GET", "/api/v1/changes", "市县", "check"),
    ("GET", "/api/v1/changes/own", "市县镇村", "propose"),
    ("GET", "/api/v1/changes/done", "市县", "check"),
    ("GET", "/api/v1/changes/{id}", "市县", "check"),
    ("GET", "/api/v1/changes/{id}/preview", "市县", "check"),
    ("POST", "/api/v1/changes/preview", "市县镇村", "propose"),
    ("POST", "/api/v1/changes/{id}/decision", "市县", "check"),
    ("POST", "/api/v1/changes/{id}/withdrawal", "市县镇村", "propose"),
    ("POST", "/api/v1/changes/{id}/undo", "市县镇村", "propose"),
    ("POST", "/api/v1/changes/{id}/undo/decision", "市县", "check"),
    ("POST", "/api/v1/changes/{id}/undo/withdrawal", "市县镇村", "propose"),
    ("GET", "/api/v1/bulks", "市县", "check"),
    ("GET", "/api/v1/bulks/{id}", "市县", "check"),
    ("POST", "/api/v1/bulks/{id}/decision", "市县", "check"),
    ("GET", "/api/v1/cases/counts", "市县镇", "findings"),
    ("GET", "/api/v1/cases", "市县镇", "findings"),
    ("GET", "/api/v1/cases/{id}", "市县镇", "findings"),
    ("POST", "/api/v1/cases/{id}/decision", "市县镇", "findings"),
    ("POST", "/api/v1/cases/decisions", "市县镇", "findings"),
    ("POST", "/api/v1/handlings/{id}/undo", "市县镇", "findings"),
    ("GET", "/api/v1/asked", "市县镇村", "answer"),
    ("POST", "/api/v1/asked/{id}/answer", "市县镇村", "answer"),
    ("GET", "/api/v1/sources", "市部", "deliver"),
    ("GET", "/api/v1/sources/{source}", "市部", "deliver"),
    ("POST", "/api/v1/sources/{source}/deliveries", "市部", "deliver"),
    ("POST", "/api/v1/deliveries/{id}/files", "市部", "deliver"),
    ("GET", "/api/v1/deliveries/{id}", "市部", "deliver"),
    ("POST", "/api/v1/deliveries/{id}/settings", "市部", "deliver"),
    ("GET", "/api/v1/deliveries/{id}/rows", "市部", "deliver"),
    ("POST", "/api/v1/deliveries/{id}/rows/file", "市部", "deliver"),
    ("POST", "/api/v1/deliveries/{id}/send", "市部", "deliver"),
    ("POST", "/api/v1/deliveries/{id}/withdrawal", "市部", "deliver"),
    ("POST", "/api/v1/deliveries/{id}/discard", "市部", "deliver"),
    ("GET", "/api/v1/runs/inputs", "市", "compare"),
    ("POST", "/api/v1/runs", "市", "compare"),
    ("GET", "/api/v1/runs", "市", "compare"),
    ("GET", "/api/v1/runs/{id}", "市", "compare"),
    ("POST", "/api/v1/runs/{id}/apply", "市", "compare"),
    ("POST", "/api/v1/runs/{id}/undo", "市", "compare"),
    ("POST", "/api/v1/runs/{id}/decision", "市", "compare"),
    ("POST", "/api/v1/runs/{id}/cancel", "市", "compare"),
    ("GET", "/api/v1/survey/progress", "市县镇村", "survey"),
    ("GET", "/api/v1/survey/rounds", "市县镇村", "survey"),
    ("POST", "/api/v1/survey/rounds", "市县", "approve-survey"),
    ("GET", "/api/v1/survey/completeness", "市县镇村", "survey"),
    ("GET", "/api/v1/survey/villages/{code}/gaps", "市县镇村", "survey"),
    ("POST", "/api/v1/survey/villages/{code}/explanations", "市县镇", "run-survey"),
    ("GET", "/api/v1/survey/tasks", "市县镇村", "survey"),
    ("GET", "/api/v1/survey/tasks/{mark}", "市县镇村", "survey"),
    ("POST", "/api/v1/survey/tasks/{mark}/return", "市县镇", "run-survey"),
    ("POST", "/api/v1/survey/checks", "市县镇", "run-survey"),
    ("POST", "/api/v1/survey/approvals", "市县", "approve-survey"),
    ("POST", "/api/v1/survey/exemptions", "市县镇", "run-survey"),
    ("POST", "/api/v1/survey/placements", "市县镇", "run-survey"),
    ("POST", "/api/v1/survey/transfers", "市县镇", "run-survey"),
    ("GET", "/api/v1/survey/transfers", "市县镇", "run-survey"),
    ("POST", "/api/v1/survey/transfers/{id}/decision", "市县镇", "run-survey"),
    ("POST", "/api/v1/exports", "市县镇", "export"),
    ("GET", "/api/v1/exports", "市县镇", "export"),
    ("GET", "/api/v1/exports/{id}", "市县镇", "export"),
    ("POST", "/api/v1/exports/{id}/decision", "市县", "approve-export"),
    ("POST", "/api/v1/exports/{id}/withdrawal", "市县镇", "export"),
    ("POST", "/api/v1/exports/{id}/file", "市县镇", "export"),
    ("GET", "/api/v1/employers", "市县", "employers"),
    ("POST", "/api/v1/employers/search", "市县镇村", "people"),
    ("POST", "/api/v1/employers/people", "市县镇村", "people"),
    ("GET", "/api/v1/counts", "市县镇村", "people"),
    ("GET", "/api/v1/findings", "市县镇村", "people"),
    ("GET", "/api/v1/indicators", "市县镇领", "figures"),
    ("GET", "/api/v1/snapshots", "市县镇领", "figures"),
    ("GET", "/api/v1/figures", "市县镇领", "figures"),
    ("GET", "/api/v1/figures/by/{dimension}", "市县镇领", "figures"),
    ("GET", "/api/v1/figures/pivot", "市县镇领", "figures"),
    ("GET", "/api/v1/plan", "市县镇领", "figures"),
    ("GET", "/api/v1/papers", "市县镇领", "figures"),
    ("GET", "/api/v1/accounts", "管", "accounts"),
    ("POST", "/api/v1/accounts", "管", "accounts"),
    ("GET", "/api/v1/accounts/{login}", "管", "accounts"),
    ("POST", "/api/v1/accounts/{login}/reset", "管", "accounts"),
    ("POST", "/api/v1/accounts/{login}/change", "管", "accounts"),
    ("GET", "/api/v1/audit", "审", "log"),
    ("GET", "/api/v1/looks", "审", "log"),
    ("GET", "/api/v1/openapi.json", "-", ""),
    ("GET", "/api/v1/docs", "-", ""),
];

fn calls() -> impl Iterator<Item = (Method, String, &'static str, &'static str)> {
    let closed = TABLE.iter().filter(|(_, _, who, _)| *who != "-");
    closed.map(|(method, path, who, scope)| {
        let path = path.replace("{id}", "1").replace("{code}", "610902").replace("{dimension}", "sex");
        let path = path.replace("villages/610902", "villages/610902001001").replace("{mark}", "no-such-task");
        let path = path.replace("{source}", "rural-medical");
        (method.parse().unwrap(), path.replace("{login}", "nobody"), *who, *scope)
    })
}

#[test]
fn every_call_is_in_the_table() {
    let ours = |path: &str| path.starts_with("/api/");
    let mut known: Vec<_> = known_routes().into_iter().filter(|(_, path, _)| ours(path)).collect();
    let mut written = TABLE.to_vec();
    known.sort_by_key(|(method, path, _)| (*path, *method));
    written.sort_by_key(|(method, path, ..)| (*path, *method));
    assert_eq!(known.len(), written.len());
    for ((method, path, access), (wanted_method, wanted_path, who, scope)) in known.into_iter().zip(written) {
        assert_eq!((method, path), (wanted_method, wanted_path));
        let needed = match access {
            Access::Token(right) => right.scope().unwrap_or_default(),
            _ => "",
        };
        assert_eq!((needed, access == Access::Anybody), (scope, who == "-"), "{path}");
        assert!(matches!(access, Access::Anybody | Access::Token(_)), "{path}: no session opens it");
    }
}

#[tokio::test]
async fn each_role_calls_what_the_table_says_and_nothing_else() {
    let site = Site::new().await;
    for (login, role, _) in ACCOUNTS {
        let whole = site.program(login).await;
        for (method, path, who, scope) in calls() {
            let got = whole.send(method.clone(), &path, &[], String::new()).await;
            let allowed = who == "*" || who.contains(crate::rights::letter(role));
            assert_eq!(got.code() != "role-may-not", allowed, "{login} {method} {path}: {}", got.text);
            assert!(allowed || got.status == StatusCode::FORBIDDEN, "{login} {method} {path}");
            assert!(!got.status.is_server_error() && got.code() != "token-may-not", "{login} {path}: {}", got.text);
            if !allowed || scope.is_empty() {
                continue;
            }
            // all but the one scope that it needs
            let others: Vec<&str> = ALL.into_iter().filter(|other| *other != scope).collect();
            let without = site.program_with(login, &others).await;
            let got = without.send(method.clone(), &path, &[], String::new()).await;
            assert_eq!((got.status, got.code()), (StatusCode::FORBIDDEN, "token-may-not"), "{login} {method} {path}");
        }
    }
}

#[tokio::test]
async fn without_a_token_that_holds_nothing_is_answered() {
    let site = Site::new().await;
    let (revoked, secret) = token(&site, "county", &ALL).await;
    let account = site.registry.account("county").await.unwrap().unwrap();
    site.registry.revoke_token("test", account.id, revoked).await.unwrap();
    let (_, expired) = token(&site, "county", &ALL).await;
    let (_, disabled) = token(&site, "town", &ALL).await;
    let off = AccountChange { disabled: Some(true), ..AccountChange::default() };
    site.registry.change_account("test", "town", off).await.unwrap();
    let later = site.registry.clone().with_clock(std::sync::Arc::new(|| canbao_web::say::now_ms() + 86_400_001));
    let router = canbao_web::App::new(later, crate::support::settings(site.folder())).router();
    let session = site.logged_in("checker").await;
    for (method, path, ..) in calls() {
        for secret in ["", "x", "canbao_0000", &secret, &disabled] {
            let program = Program { site: &site, secret: (*secret).to_owned() };
            let got = program.send(method.clone(), &path, &[], String::new()).await;
            assert_eq!((got.status, got.code()), (StatusCode::UNAUTHORIZED, "not-authenticated"), "{method} {path}");
            assert!(got.headers["www-authenticate"].to_str().unwrap().starts_with("Bearer"));
        }
        let request = axum::http::Request::builder().method(method.clone()).uri(&path);
        let request = request.header("authorization", format!("Bearer {expired}"));
        let request = request.body(axum::body::Body::empty()).unwrap();
        let got = tower::ServiceExt::oneshot(router.clone(), request).await.unwrap();
        assert_eq!(got.status(), StatusCode::UNAUTHORIZED, "expired: {method} {path}");
        // a browser that is logged in opens nothing here
        let request = axum::http::Request::builder().method(method.clone()).uri(&path);
        let got = session.send(request.body(axum::body::Body::empty()).unwrap()).await;
        assert_eq!(got.status, StatusCode::UNAUTHORIZED, "by cookie: {method} {path}");
    }
    // nor does a token open a page
    let program = site.program("city").await;
    let page = program.get("/people").await;
    assert_eq!(page.headers["location"], "/login?next=%2Fpeople");
}

#[tokio::test]
async fn what_is_out_of_reach_is_not_there() {
    let site = Site::new().await;
    let person = site.person("赵文斌").await;
    let theirs = site.program("neighbour").await;
    let (seen, day) = (theirs.get(&format!("/api/v1/people/{person}")).await.json["revision"].clone(), "2016-11-01");
    let proposal = json!({"person": person, "seen": seen, "procedure": {"procedure": "death"}, "effective": day});
    let made = theirs.act("/api/v1/changes", "in-their-county", proposal.clone()).await;
    let change = made.json["request"].as_i64().unwrap();
    for login in ["county", "town", "village"] {
        let program = site.program(login).await;
        for path in ["", "/household", "/history", "/looks", "/changes", "/claims"] {
            let got = program.get(&format!("/api/v1/people/{person}{path}")).await;
            assert_eq!((got.status, got.code()), (StatusCode::NOT_FOUND, "not-found"), "{login} {path}");
        }
        let purpose = json!({"purpose": "核对身份"});
        let got = program.ask(&format!("/api/v1/people/{person}/reveal"), purpose).await;
        assert_eq!(got.status, StatusCode::NOT_FOUND, "{login}");
        let got = program.act("/api/v1/changes", "not-in-reach", proposal.clone()).await;
        assert_eq!(got.status, StatusCode::NOT_FOUND, "{login}: {}", got.text);
        for path in ["/api/v1/areas?under=610921", "/api/v1/areas/610921", "/api/v1/people?area=610921"] {
            let got = program.get(path).await;
            assert!(matches!(got.status.as_u16(), 404), "{login} {path}: {}", got.text);
        }
        let by = json!({"by": "name", "text": "赵文斌"});
        assert_eq!(program.ask("/api/v1/people/search", by).await.json["people"], json!([]), "{login}");
        if may(if login == "county" { Role::County } else { Role::Town }, Right::Check) && login == "county" {
            for (path, body) in [
                ("decision", json!({"approve": true, "reason": "同意", "seen": seen})),
                ("undo", json!({"reason": "有误"})),
                ("undo/decision", json!({"approve": true, "reason": "同意"})),
                ("undo/withdrawal", json!({"reason": "有误"})),
                ("withdrawal", json!({"reason": "有误"})),
            ] {
                let got = program.act(&format!("/api/v1/changes/{change}/{path}"), "not-in-reach", body).await;
                assert_eq!(got.status, StatusCode::NOT_FOUND, "{login} {path}: {}", got.text);
            }
            assert_eq!(program.get(&format!("/api/v1/changes/{change}")).await.status, StatusCode::NOT_FOUND);
            assert_eq!(program.get("/api/v1/changes").await.json["total"], 0);
        }
    }
}
