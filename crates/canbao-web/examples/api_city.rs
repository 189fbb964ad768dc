//! A small invented city served on a free port, with a token of each role: what `scripts/schemathesis` calls.
//!
//! Prints one line of JSON once it answers: `{"base": "http://127.0.0.1:PORT", "tokens": {"city": "canbao_…", …}}`. Ends with
//! its standard input.
#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "a tool of the tests")]

#[path = "../../canbao-registry/tests/all/support/run.rs"]
mod run;

use std::collections::BTreeMap;
use std::io::Read as _;

use canbao_domain::date::Date;
use canbao_domain::role::Role;
use canbao_domain::scope::Scope;
use canbao_domain::source::SourceKind;
use canbao_registry::account::{NewAccount, NewToken, invented_password};
use canbao_registry::apply::apply;
use canbao_registry::change::{Decision, Procedure, Proposal};
use canbao_registry::query::Asker;
use canbao_registry::{Address, Registry};
use canbao_web::right::Right;
use canbao_web::serve::{Manner, serve};
use canbao_web::{App, Settings};

use run::{Somebody, somebody, write};

/// Login, role, area.
const STAFF: [(&str, Role, &str); 8] = [
    ("admin", Role::Admin, "610900"),
    ("spare", Role::Admin, "610900"),
    ("city", Role::City, "610900"),
    ("county", Role::County, "610902"),
    ("town", Role::Town, "610902001"),
    ("village", Role::Collector, "610902001001"),
    ("leader", Role::Leader, "610900"),
    ("auditor", Role::Auditor, "610900"),
];

fn people() -> Vec<Somebody> {
    let mut people = vec![somebody("罗承志", "1975-05-12", 3), somebody("周小琴", "1977-03-02", 28)];
    people.push(somebody("罗家豪", "2010-06-01", 117));
    for (at, name) in ["陈秀珍", "王德厚", "李长顺", "赵文斌", "沈无涯", "高翔", "马翠英"].into_iter().enumerate()
    {
        let mut one = somebody(name, "1969-09-09", 200 + at as u64);
        if at % 2 == 0 {
            one.schemes = vec![(SourceKind::RuralMedical, "normal")];
            one.findings = vec![("name-differs", "名册第 3 行写作别的名字")];
        }
        one.village = [Some("610902001002"), Some("610921001001"), None].get(at % 3).copied().flatten();
        one.unit = (Some("91610902MA70000000"), Some("某某商行"));
        people.push(one);
    }
    people
}

#[tokio::main(flavor = "multi_thread")]
async fn main() {
    let folder = tempfile::tempdir().unwrap();
    let url = format!("sqlite://{}", folder.path().join("registry.db").display());
    let address = Address { url, key_file: None };
    Registry::migrate(&address).await.unwrap();
    let registry = Registry::open(&address).await.unwrap();
    let run = write(folder.path(), "run", "2016-10-31", &people());
    apply(&registry, &run, "city", false).await.unwrap();
    registry.take_snapshot("city").await.unwrap();
    let scopes: Vec<String> = Right::ALL.into_iter().filter_map(Right::scope).map(str::to_owned).collect();
    let expires = canbao_web::say::now_ms() + 86_400_000;
    let mut tokens = BTreeMap::new();
    for (login, role, area) in STAFF {
        let (login, area) = (login.to_owned(), area.to_owned());
        let new = NewAccount {
            login: login.clone(),
            name: role.chinese().to_owned(),
            role,
            area,
            department: None,
            sources: Vec::new(),
        };
        let account = registry.add_account("test", new, &invented_password().unwrap()).await.unwrap();
        let new = NewToken { name: "试验".to_owned(), scopes: scopes.clone(), expires };
        tokens.insert(login, registry.add_token("test", &account, new).await.unwrap().1);
    }
    // something to decide on
    let asker = Asker { actor: "county".to_owned(), scope: Scope::city(), purpose: "试验".into() };
    for name in ["罗承志", "周小琴", "陈秀珍"] {
        let whole = registry.by_name(&asker, name, None).await.unwrap().remove(0);
        let (procedure, effective) = (Procedure::Death, "2016-11-01".to_owned());
        let proposal =
            Proposal { person: whole.person, seen: whole.revision, procedure, effective, evidence: None, papers: None };
        registry.propose(&asker, &proposal, Date::parse("2016-11-20").unwrap()).await.unwrap();
    }
    // and something done, to be undone
    let checker = Asker { actor: "checker".to_owned(), ..asker.clone() };
    for name in ["王德厚", "李长顺"] {
        let whole = registry.by_name(&asker, name, None).await.unwrap().remove(0);
        let (procedure, effective) = (Procedure::LeftCountry, "2016-11-01".to_owned());
        let proposal =
            Proposal { person: whole.person, seen: whole.revision, procedure, effective, evidence: None, papers: None };
        let today = Date::parse("2016-11-20").unwrap();
        let id = registry.propose(&asker, &proposal, today).await.unwrap();
        let decision = Decision { approve: true, reason: "材料齐全".to_owned(), seen: whole.revision };
        registry.decide(&checker, id, &decision, today).await.unwrap();
    }
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let base = format!("http://{}", listener.local_addr().unwrap());
    println!("{}", serde_json::json!({ "base": base, "tokens": tokens }));
    let settings = Settings::new("演示市社会保险经办机构（数据均为虚构）", folder.path().join("data"));
    // whoever tries everything calls more often than anybody at work
    let app = App::new(registry.clone(), settings).with_calls_a_minute(u32::MAX);
    let (ended, end) = tokio::sync::oneshot::channel();
    std::thread::spawn(move || {
        let _ = std::io::stdin().read_to_end(&mut Vec::new());
        let _ = ended.send(());
    });
    let watch = app.watch();
    serve(listener, app.router(), Manner::default(), watch, async move { drop(end.await) }).await.unwrap();
    registry.close().await;
}
