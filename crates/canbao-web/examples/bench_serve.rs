//! temporary: serves a run's record with accounts
#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "temporary")]
use canbao_domain::role::Role;
use canbao_registry::account::NewAccount;
use canbao_registry::apply::apply;
use canbao_registry::{Address, Registry};
use canbao_web::serve::{Manner, serve};
use canbao_web::{App, Settings};

#[tokio::main]
async fn main() {
    let a: Vec<String> = std::env::args().collect();
    let address = Address { url: a[1].clone(), key_file: Some(a[2].clone().into()) };
    Registry::migrate(&address).await.unwrap();
    let registry = Registry::open(&address).await.unwrap();
    let t = std::time::Instant::now();
    let done = apply(&registry, std::path::Path::new(&a[3]), "bench", false).await.unwrap();
    eprintln!("apply {:?} {:?}", done.balance, t.elapsed());
    if a.len() == 4 {
        registry.close().await;
        return;
    }
    let t = std::time::Instant::now();
    registry.take_snapshot("bench").await.unwrap();
    eprintln!("snapshot {:?}", t.elapsed());
    let areas = registry.areas().await.unwrap();
    let of = |level: &str, n: usize| -> Vec<String> {
        areas.iter().filter(|(_, x)| x.level == level).map(|(c, _)| c.to_owned()).take(n).collect()
    };
    let city = of("city", 1)[0].clone();
    let mut staff: Vec<(Role, String)> = vec![
        (Role::City, city.clone()),
        (Role::City, city.clone()),
        (Role::City, city.clone()),
        (Role::Leader, city.clone()),
        (Role::Leader, city),
    ];
    staff.extend(of("county", 10).into_iter().map(|c| (Role::County, c)));
    staff.extend(of("town", 20).into_iter().map(|c| (Role::Town, c)));
    staff.extend(of("village", 15).into_iter().map(|c| (Role::Collector, c)));
    let mut out = Vec::new();
    for (at, (role, area)) in staff.into_iter().enumerate() {
        let login = format!("u{at}");
        let password = format!("河畔-{login}-清明Liu7");
        let new = NewAccount {
            login: login.clone(),
            name: format!("用户{at}"),
            role,
            area,
            department: None,
            sources: Vec::new(),
        };
        registry.add_account("bench", new, &password).await.unwrap();
        out.push(serde_json::json!({"login": login, "password": password, "role": role.as_str()}));
    }
    std::fs::write(&a[5], serde_json::to_string(&out).unwrap()).unwrap();
    let listener = tokio::net::TcpListener::bind(("127.0.0.1", a[4].parse::<u16>().unwrap())).await.unwrap();
    let app = App::new(registry.clone(), Settings::new("x", "/tmp/w/benchweb/data"));
    let watch = app.watch();
    app.begin();
    eprintln!("serving");
    serve(listener, app.router(), Manner::default(), watch, std::future::pending()).await.unwrap();
}
