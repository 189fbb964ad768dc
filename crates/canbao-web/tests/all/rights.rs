//! Every way in × every role, against a table written down here once more; and whose records each reaches.

use axum::http::StatusCode;
use canbao_domain::role::Role;
use canbao_web::app::known_routes;
use canbao_web::right::{Right, may};

use crate::support::{ACCOUNTS, Site, number_of};

/// Who may, by the path: letters of the roles (see [`letter`]); `*` everybody logged in, `-` anybody at all.
const TABLE: &[(&str, &str, &str)] = &[
    ("GET", "/healthz", "-"),
    ("GET", "/readyz", "-"),
    ("GET", "/static/{name}", "-"),
    ("GET", "/ca", "-"),
    ("GET", "/ca/city-ca.crt", "-"),
    ("GET", "/login", "-"),
    ("POST", "/login", "-"),
    ("POST", "/logout", "*"),
    ("GET", "/password", "*"),
    ("POST", "/password", "*"),
    ("GET", "/factor", "*"),
    ("POST", "/factor", "*"),
    ("GET", "/", "*"),
    ("GET", "/account", "*"),
    ("POST", "/account/factor", "*"),
    ("POST", "/account/factor/confirm", "*"),
    ("GET", "/area/{code}", "*"),
    ("GET", "/keys", "*"),
    ("GET", "/people", "市县镇村"),
    ("POST", "/people/find", "市县镇村"),
    ("GET", "/people/found/{key}", "市县镇村"),
    ("GET", "/batch", "市县镇村"),
    ("POST", "/batch", "市县镇村"),
    ("GET", "/batch/{key}", "市县镇村"),
    ("GET", "/batch/{key}/{form}", "市县镇村"),
    ("GET", "/exports", "市县镇"),
    ("GET", "/export/new", "市县镇"),
    ("POST", "/export/new", "市县镇"),
    ("GET", "/export/new/findings/{kind}", "市县镇"),
    ("POST", "/export/new/findings/{kind}", "市县镇"),
    ("GET", "/export/new/employers", "市县"),
    ("POST", "/export/new/employers", "市县"),
    ("GET", "/export/{id}", "市县镇"),
    ("POST", "/export/{id}", "市县"),
    ("POST", "/export/{id}/withdraw", "市县镇"),
    ("POST", "/export/{id}/file", "市县镇"),
    ("GET", "/person/{id}", "市县镇村"),
    ("GET", "/person/{id}/reveal", "市县镇村"),
    ("POST", "/person/{id}/reveal", "市县镇村"),
    ("GET", "/findings", "市县镇"),
    ("GET", "/findings/{kind}", "市县镇"),
    ("POST", "/findings/{kind}", "市县镇"),
    ("GET", "/finding/{id}", "市县镇"),
    ("POST", "/finding/{id}", "市县镇"),
    ("POST", "/handling/{id}/undo", "市县镇"),
    ("GET", "/asked", "市县镇村"),
    ("POST", "/asked/{id}", "市县镇村"),
    ("GET", "/person/{id}/change", "市县镇村"),
    ("GET", "/person/{id}/change/{kind}", "市县镇村"),
    ("POST", "/person/{id}/change/{kind}", "市县镇村"),
    ("GET", "/newcomer/{kind}", "市县镇村"),
    ("POST", "/newcomer/{kind}", "市县镇村"),
    ("GET", "/changes", "市县"),
    ("GET", "/changes/mine", "市县镇村"),
    ("GET", "/changes/done", "市县"),
    ("GET", "/change/{id}", "市县镇村"),
    ("GET", "/change/{id}/scan", "市县镇村"),
    ("POST", "/change/{id}", "市县"),
    ("POST", "/change/{id}/withdraw", "市县镇村"),
    ("POST", "/change/{id}/undo", "市县镇村"),
    ("POST", "/change/{id}/undo/decide", "市县"),
    ("POST", "/change/{id}/undo/withdraw", "市县镇村"),
    ("GET", "/bulks", "市县"),
    ("GET", "/bulk/{id}", "市县"),
    ("POST", "/bulk/{id}", "市县"),
    ("GET", "/employers", "市县"),
    ("POST", "/employers/find", "市县"),
    ("GET", "/employers/found/{key}", "市县"),
    ("GET", "/employer/{id}", "市县"),
    ("GET", "/areas", "管市县"),
    ("GET", "/areas/new", "市"),
    ("POST", "/areas/new", "市"),
    ("GET", "/areas/{code}", "管市县"),
    ("POST", "/areas/{code}", "市"),
    ("GET", "/figures", "市县镇领"),
    ("GET", "/figures/pivot", "市县镇领"),
    ("POST", "/figures/pivot", "市县镇领"),
    ("POST", "/figures/pivot/{id}/drop", "市县镇领"),
    ("GET", "/figures/pivot/file/{form}", "市县镇领"),
    ("GET", "/figures/book", "市县镇领"),
    ("GET", "/figures/trend", "市县镇领"),
    ("GET", "/figures/gap", "市县镇领"),
    ("GET", "/figures/reasons", "市县镇领"),
    ("GET", "/figures/catalogue", "市县镇领"),
    ("GET", "/plan", "市县镇领"),
    ("GET", "/plan/edit", "市"),
    ("POST", "/plan/edit", "市"),
    ("GET", "/papers", "市县镇领"),
    ("GET", "/papers/new", "市县"),
    ("POST", "/papers/new", "市县"),
    ("GET", "/paper/{id}", "市县镇领"),
    ("GET", "/paper/{id}/file", "市县镇领"),
    ("POST", "/paper/{id}", "市县"),
    ("POST", "/paper/{id}/withdraw", "市县"),
    ("GET", "/data", "市部"),
    ("GET", "/data/{source}", "市部"),
    ("POST", "/data/{source}", "市部"),
    ("GET", "/delivery/{id}", "市部"),
    ("GET", "/delivery/{id}/live", "市部"),
    ("GET", "/delivery/{id}/rows", "市部"),
    ("POST", "/delivery/{id}/files", "市部"),
    ("POST", "/delivery/{id}/columns", "市部"),
    ("POST", "/delivery/{id}/send", "市部"),
    ("POST", "/delivery/{id}/withdraw", "市部"),
    ("POST", "/delivery/{id}/discard", "市部"),
    ("POST", "/delivery/{id}/mend", "市部"),
    ("GET", "/exchange", "市"),
    ("GET", "/exchange/new", "市"),
    ("POST", "/exchange/new", "市"),
    ("POST", "/exchange/in", "市"),
    ("GET", "/exchange/in/{digest}", "市"),
    ("POST", "/exchange/in/{digest}", "市"),
    ("GET", "/exchange/parcel/{digest}", "市"),
    ("GET", "/exchange/request/{id}", "市"),
    ("POST", "/exchange/request/{id}", "市"),
    ("POST", "/exchange/request/{id}/withdraw", "市"),
    ("GET", "/partners", "管"),
    ("POST", "/partners", "管"),
    ("GET", "/partners/card", "管"),
    ("POST", "/partners/keys", "管"),
    ("GET", "/partner/{name}", "管"),
    ("POST", "/partner/{name}/remove", "管"),
    ("GET", "/runs", "市"),
    ("GET", "/runs/new", "市"),
    ("POST", "/runs", "市"),
    ("GET", "/run/{id}", "市"),
    ("GET", "/run/{id}/live", "市"),
    ("POST", "/run/{id}/cancel", "市"),
    ("POST", "/run/{id}/apply", "市"),
    ("POST", "/run/{id}/undo", "市"),
    ("POST", "/run/{id}/decide", "市"),
    ("GET", "/survey", "市县镇村"),
    ("GET", "/survey/round/new", "市县"),
    ("POST", "/survey/round/new", "市县"),
    ("POST", "/survey/round/{id}/pass", "市县镇"),
    ("GET", "/survey/tasks", "市县镇村"),
    ("POST", "/survey/tasks", "市县镇"),
    ("GET", "/survey/task/{mark}", "市县镇村"),
    ("POST", "/survey/task/{mark}", "市县镇"),
    ("GET", "/survey/scan", "市县镇村"),
    ("POST", "/survey/scan", "市县镇村"),
    ("GET", "/survey/enter/{mark}", "市县镇村"),
    ("POST", "/survey/enter/{mark}", "市县镇村"),
    ("GET", "/survey/complete", "市县镇村"),
    ("GET", "/survey/complete/{code}", "市县镇村"),
    ("POST", "/survey/complete/{code}", "市县镇"),
    ("GET", "/survey/print/{code}", "市县镇"),
    ("GET", "/survey/print/{code}/{kind}", "市县镇"),
    ("POST", "/survey/print/{code}", "市县镇"),
    ("GET", "/survey/transfers", "市县镇"),
    ("POST", "/survey/transfer/{id}", "市县镇"),
    ("GET", "/survey/devices", "市县镇"),
    ("POST", "/survey/device/{id}/lost", "市县镇"),
    ("GET", "/survey/samples", "市县镇"),
    ("POST", "/survey/samples", "市县镇"),
    ("GET", "/survey/sample/{id}", "市县镇"),
    ("GET", "/survey/sample/{sample}/{id}", "市县镇"),
    ("POST", "/survey/sample/{sample}/{id}", "市县镇"),
    ("GET", "/survey/app", "-"),
    ("GET", "/survey/sw.js", "-"),
    ("GET", "/survey/files/{version}/{name}", "-"),
    ("GET", "/survey/me", "镇村"),
    ("POST", "/survey/device", "镇村"),
    ("POST", "/survey/sync", "镇村"),
    ("POST", "/survey/photo/{id}", "镇村"),
    ("GET", "/survey/photo/{id}", "市县镇村"),
    ("GET", "/accounts", "管"),
    ("GET", "/accounts/new", "管"),
    ("POST", "/accounts/new", "管"),
    ("GET", "/accounts/{id}", "管"),
    ("POST", "/accounts/{id}", "管"),
    ("POST", "/accounts/{id}/act", "管"),
    ("GET", "/log", "审"),
    ("POST", "/log/prove", "审"),
    ("GET", "/looks", "审"),
    ("POST", "/account/tokens", "*"),
    ("POST", "/account/tokens/revoke", "*"),
];

/// What pages' own scripts call: told by a status, and not sent to the log-in.
const CALLED: [(&str, &str); 4] =
    [("GET", "/survey/me"), ("POST", "/survey/device"), ("POST", "/survey/sync"), ("POST", "/survey/photo/{id}")];

pub(crate) const fn letter(role: Role) -> char {
    match role {
        Role::Admin => '管',
        Role::City => '市',
        Role::County => '县',
        Role::Town => '镇',
        Role::Collector => '村',
        Role::Reporter => '部',
        Role::Leader => '领',
        Role::Auditor => '审',
    }
}

#[test]
fn every_way_in_is_in_the_table() {
    // the interface has a table of its own
    let pages = known_routes().into_iter().filter(|(_, path, _)| !path.starts_with("/api/"));
    let known: Vec<(&str, &str)> = pages.map(|(method, path, _)| (method, path)).collect();
    let written: Vec<(&str, &str)> = TABLE.iter().map(|(method, path, _)| (*method, *path)).collect();
    assert_eq!(known, written);
}

#[tokio::test]
async fn each_role_gets_where_the_table_says_and_nowhere_else() {
    let site = Site::new().await;
    let person = site.person("罗承志").await;
    let nobody = site.browser();
    for &(method, path, who) in TABLE {
        let called = CALLED.contains(&(method, path));
        let path = path.replace("{id}", &person.to_string()).replace("{name}", "style.css").replace("{code}", "610902");
        let path = path.replace("{sample}", "1");
        let got = if method == "GET" { nobody.get(&path).await } else { nobody.post(&path, &[]).await };
        if called {
            assert_eq!(got.status, StatusCode::UNAUTHORIZED, "{method} {path}");
        } else if who == "-" {
            assert!(!got.location().starts_with("/login"), "{method} {path}: {}", got.status);
        } else {
            assert!(got.location().starts_with("/login"), "{method} {path} without login: {}", got.status);
        }
    }
    for (login, role, _) in ACCOUNTS {
        let browser = site.logged_in(login).await;
        let csrf = browser.get("/").await.csrf();
        for &(method, path, who) in TABLE {
            if path == "/logout" {
                continue;
            }
            let called = CALLED.contains(&(method, path));
            let path = path.replace("{sample}", "1");
            let path = path.replace("{id}", &person.to_string()).replace("{code}", "610902").replace("{key}", "none");
            let path = path.replace("{kind}", if path.starts_with("/newcomer") { "birth" } else { "death" });
            let got = if method == "GET" {
                browser.get(&path).await
            } else if called {
                // a piece of a picture says where it belongs
                browser.call(&format!("{path}?at=0&device=none"), &csrf, b"{}").await
            } else {
                browser.post(&path, &[("csrf", csrf.clone())]).await
            };
            let allowed = matches!(who, "-" | "*") || who.contains(letter(role));
            assert_eq!(got.status != StatusCode::FORBIDDEN, allowed, "{login} {method} {path}: {}", got.status);
            assert!(!got.status.is_server_error(), "{login} {method} {path}: {}", got.text);
        }
    }
}

#[test]
fn whoever_reveals_or_decides_may_see_the_record_first() {
    for role in Role::ALL {
        for right in [Right::Reveal, Right::Propose, Right::Check] {
            assert!(!may(role, right) || may(role, Right::People), "{role:?} {right:?}");
        }
        assert!(Right::ALL.iter().any(|right| may(role, *right)), "{role:?} may nothing");
    }
}

/// Own area, one beside it, one above it: the record, its masked items, its changes.
#[tokio::test]
async fn a_record_is_seen_by_those_whose_area_it_is_of() {
    let site = Site::new().await;
    for (name, seen_by) in [
        ("罗承志", vec!["city", "county", "checker", "town", "village"]),
        ("李长顺", vec!["city", "county", "checker", "town", "other-village"]),
        ("赵文斌", vec!["city", "neighbour"]),
    ] {
        let person = site.person(name).await;
        for login in ["city", "county", "checker", "neighbour", "town", "village", "other-village"] {
            let browser = site.logged_in(login).await;
            let csrf = browser.get("/").await.csrf();
            let allowed = seen_by.contains(&login);
            let expected = if allowed { StatusCode::OK } else { StatusCode::NOT_FOUND };
            let page = browser.get(&format!("/person/{person}")).await;
            assert_eq!(page.status, expected, "{login} {name}");
            assert_eq!(page.text.contains(name), allowed, "{login} {name}");
            let purpose = [("csrf", csrf.clone()), ("purpose", "核对身份".to_owned())];
            let shown = browser.post(&format!("/person/{person}/reveal"), &purpose).await;
            assert_eq!(shown.status, expected, "{login} {name} reveal");
            assert_eq!(shown.text.contains(&number_of(name)), allowed, "{login} {name} reveal");
            let list = browser.get("/people").await;
            assert_eq!(list.text.contains(name), allowed, "{login} {name} in the list");
            let found = browser.post("/people/find", &[("csrf", csrf.clone()), ("q", name.to_owned())]).await;
            assert_eq!(found.location() == format!("/person/{person}"), allowed, "{login} finds {name}");
        }
    }
}
