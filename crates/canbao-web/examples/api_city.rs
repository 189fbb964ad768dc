//! A small invented city served on a free port, with a token of each role: what `scripts/schemathesis` calls.
//!
//! Prints one line of JSON once it answers: `{"base": "http://127.0.0.1:PORT", "tokens": {"city": "canbao_…", …}}`. Ends with
//! its standard input.
#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "a tool of the tests")]

#[path = "../../canbao-registry/tests/all/support/run.rs"]
#[expect(dead_code, reason = "the registry's own tests need more of it")]
mod run;

use std::collections::BTreeMap;
use std::io::Read as _;

use canbao_domain::code::Life;
use canbao_domain::date::Date;
use canbao_domain::role::Role;
use canbao_domain::scope::Scope;
use canbao_domain::source::SourceKind;
use canbao_intake::SourceSpec;
use canbao_registry::account::{NewAccount, NewToken, invented_password};
use canbao_registry::apply::apply;
use canbao_registry::change::{BulkProposal, BulkRow, Decision, Procedure, Proposal};
use canbao_registry::delivery::DeliveryFile;
use canbao_registry::export::{List, NewExport};
use canbao_registry::finding::{Ask, Verdict, WorkFilter};
use canbao_registry::job::{Ended, JobState};
use canbao_registry::query::{Asker, Filter, Seek};
use canbao_registry::{Address, Registry};
use canbao_web::right::Right;
use canbao_web::serve::{Manner, serve};
use canbao_web::{App, Program, Settings};

use run::{Around, HardRow, Somebody, somebody, write_in};

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

/// Rows that are nobody's yet, and whom they may mean.
fn hard() -> Vec<HardRow> {
    let row = |at: i64| HardRow {
        source: SourceKind::RuralMedical,
        row: 100 + at,
        number: format!("61240119{}0515{:03}X", 50 + at, 100 + at),
        name: ["李常顺", "陈秀真", "王得厚", "马翠莺", "高祥", "罗承忠"][at as usize % 6],
        owner: None,
        finding: "row-unresolved",
        candidates: vec![(3 + at as usize % 6, 0.71), (at as usize % 3, 0.2)],
        village: Some(["610902001001", "610902001002"][at as usize % 2]),
    };
    (0..12).map(row).collect()
}

const ROSTER: &str = "姓名,身份证号,参保状态\n罗承志,612401197505120037,正常参保\n周小琴,61240119770302,怪词\n,,\n";

/// What a comparison came to.
const OUTCOME: &str = r#"{"as_of":"2016-10-31","sources":{"rural-medical":{"rows":10,"exact":9,"normalised":0,"upgraded":0,
"corrected":0,"matched":0,"decided":0,"unresolved":1,"rejected":0}},"areas":{"610900":{"population":8,"confirmed":5,
"uninsured":3,"partial":0,"interrupted":0,"information":0}},"findings":{"duplicate-pension":2},"units":{"confirmed":1},
"seconds":1.5,"trial":{"new":4,"changed":3,"ended":2,"untouched":1},"untried":""}"#;

/// Deliveries, jobs, findings asked about, exports: something of each state, so that calls have something to do.
async fn work(app: &App, registry: &Registry, folder: &std::path::Path) {
    let day = Date::parse("2016-10-31").unwrap();
    let today = canbao_web::say::today();
    let roster = folder.join("2016年10月名册.csv");
    std::fs::write(&roster, ROSTER).unwrap();
    for kind in [SourceKind::RuralMedical, SourceKind::ResidentPension, SourceKind::EmployeePension] {
        app.hand_over("city", &SourceSpec::of_file(kind, roster.clone()), day).await.unwrap();
    }
    // and two that are open, of which one is looked at when somebody comes
    for (kind, name) in [(SourceKind::Disability, "a"), (SourceKind::Subsistence, "b")] {
        let stored = format!("extracts/{name}");
        std::fs::copy(&roster, folder.join("data").join(&stored)).unwrap();
        let file = DeliveryFile { name: "名册.csv".to_owned(), stored, bytes: 1, sha256: "0".repeat(64) };
        registry.begin_delivery("city", kind.as_str(), kind, &[file]).await.unwrap();
    }
    let ended = |result: &str| Ended {
        state: JobState::Done,
        result: result.to_owned(),
        error: String::new(),
        hint: String::new(),
    };
    let asked = r#"{"as_of":"2016-10-31","deliveries":[{"delivery":1,"source":"rural-medical","title":"新型农村合作医疗",
        "as_of":"2016-10-31"}],"stale":[],"missing":["户籍人口"]}"#;
    let compare = async || {
        let id = registry.ask_comparison("he", asked, &[1]).await.unwrap();
        registry.next_job().await.unwrap().unwrap();
        registry.end_job("he", id, &ended(OUTCOME)).await.unwrap();
        id
    };
    let apply = registry.approve_apply("zhou", compare().await, "相符").await.unwrap();
    registry.next_job().await.unwrap().unwrap();
    registry.end_job("zhou", apply, &ended(r#"{"as_of":"2016-10-31","revision":4294967296,"new":4}"#)).await.unwrap();
    registry.ask_undo_of_apply("he", apply, "规则有误").await.unwrap();
    compare().await;
    let clerk = Asker { actor: "county".to_owned(), scope: Scope::city(), purpose: "试验".into() };
    let filter = WorkFilter { kind: "row-unresolved".to_owned(), area: None, stand: None };
    let found = registry.work_list(&clerk, &filter, &Seek::First, 4).await.unwrap();
    for (at, line) in found.lines.iter().enumerate() {
        let ask = Ask { area: "610902001001".to_owned(), due: Date(today.days() + 7) };
        let (verdict, ask) = if at < 2 { (Verdict::Ask, Some(&ask)) } else { (Verdict::Different, None) };
        registry.handle(&clerk, line.id, verdict, None, "问问户主", ask, today).await.unwrap();
    }
    // a bulk that waits, of which one row is nobody's
    let rows = [("马翠英", 206), ("高翔", 205), ("查无此人", 999)].map(|(name, number)| BulkRow {
        number: run::number("1969-09-09", number),
        name: name.to_owned(),
        date: "2016-10-20".to_owned(),
        life: Life::Deceased,
        place: "第 2 行".to_owned(),
    });
    let bulk = BulkProposal { procedure: Procedure::Death, rows: rows.into(), digest: vec![7; 32], evidence: None };
    let maker = Asker { actor: "he".to_owned(), ..clerk.clone() };
    registry.propose_bulk(&maker, &bulk, today).await.unwrap();
    for (maker, approved) in [("county", false), ("county", false), ("city", true), ("city", true)] {
        let asker = Asker { actor: maker.to_owned(), ..clerk.clone() };
        let wanted = NewExport {
            list: List::People(Filter::default()),
            area: if approved { "610900" } else { "610902" }.to_owned(),
            fields: vec!["name".to_owned(), "number".to_owned()],
            whole: false,
            purpose: "入户调查用名单：试验".to_owned(),
            format: if approved { "csv" } else { "xlsx" }.to_owned(),
        };
        let id = registry.ask_export(&asker, &wanted).await.unwrap();
        if approved {
            let other = Asker { actor: "zhou".to_owned(), ..clerk.clone() };
            registry.decide_export(&other, "610900", id, true, "相符").await.unwrap();
        }
    }
}

#[tokio::main(flavor = "multi_thread")]
async fn main() {
    let folder = tempfile::tempdir().unwrap();
    let url = format!("sqlite://{}", folder.path().join("registry.db").display());
    let address = Address { url, key_file: None };
    Registry::migrate(&address).await.unwrap();
    let registry = Registry::open(&address).await.unwrap();
    let hard = hard();
    let around = Around { hard: &hard, ..Around::default() };
    let run = write_in(folder.path(), "run", "2016-10-31", &people(), &around);
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
    let mut settings = Settings::new("演示市社会保险经办机构（数据均为虚构）", folder.path().join("data"));
    // comparisons are begun and wait for their turn, which never comes
    settings.program = Program::of_this("sqlite://nowhere", None).ok();
    settings.upload.free_bytes = 0;
    // whoever tries everything calls more often than anybody at work
    let app = App::new(registry.clone(), settings).with_calls_a_minute(u32::MAX);
    work(&app, &registry, folder.path()).await;
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let base = format!("http://{}", listener.local_addr().unwrap());
    println!("{}", serde_json::json!({ "base": base, "tokens": tokens }));
    let (ended, end) = tokio::sync::oneshot::channel();
    std::thread::spawn(move || {
        let _ = std::io::stdin().read_to_end(&mut Vec::new());
        let _ = ended.send(());
    });
    let watch = app.watch();
    serve(listener, app.router(), Manner::default(), watch, async move { drop(end.await) }).await.unwrap();
    registry.close().await;
}
