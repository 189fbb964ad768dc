//! The office of the invented city: its record, an account for each role, and the pages.

use std::io::ErrorKind;
use std::path::Path;

use canbao_domain::date::Date;
use canbao_domain::role::Role;
use canbao_domain::rules::Category;
use canbao_domain::scope::Scope;
use canbao_domain::source::SourceKind;
use canbao_registry::account::{LogIn, NewAccount, invented_password};
use canbao_registry::apply::apply;
use canbao_registry::area::Areas;
use canbao_registry::query::Asker;
use canbao_registry::survey::{Issue, Populations, Reach};
use canbao_registry::{Address, Registry};
use canbao_report::cube::Cubes;
use canbao_report::indicator::Catalogue;
use canbao_survey::form::Forms;
use canbao_web::{App, Program, Settings};
use tokio::net::TcpListener;

use crate::commands::compare::refused;
use crate::commands::registry::{actor, beside, done};
use crate::commands::serve::run_until_asked;
use crate::commands::survey;
use crate::output::failure::Failure;
use crate::output::language::Language;
use crate::output::print;
use crate::output::table::{Side, Table};

/// Where it is served, unless somebody else is there already.
const USUAL: &str = "127.0.0.1:8080";
const ANY: &str = "127.0.0.1:0";

/// The files of a registry in SQLite: what a demo may replace.
const DATA: &str = "registry-data";
const FILES: [&str; 9] = [
    "registry.db",
    "registry.db-wal",
    "registry.db-shm",
    "registry.looks.db",
    "registry.looks.db-wal",
    "registry.looks.db-shm",
    "registry.key",
    "registry.identity",
    "registry.apply.lock",
];

/// Who works there: login, name, role, how deep in the tree of areas.
const STAFF: [(&str, &str, Role, usize); 10] = [
    ("admin", "赵国庆", Role::Admin, 0),
    ("city", "何静", Role::City, 0),
    ("city2", "梁敏", Role::City, 0),
    ("county", "陈慧", Role::County, 1),
    ("county2", "周明", Role::County, 1),
    ("town", "高翔", Role::Town, 2),
    ("village", "王秀兰", Role::Collector, 3),
    ("reporter", "刘静", Role::Reporter, 1),
    ("leader", "李建国", Role::Leader, 0),
    ("auditor", "马翠英", Role::Auditor, 0),
];

/// Makes the record of a run in `folder`, with accounts, and serves it until it is asked to end.
///
/// # Errors
/// Where the folder holds anything else, the run cannot be applied, or nothing can be listened to.
pub(super) async fn serve(folder: &Path, run: &Path, language: Language) -> Result<(), Failure> {
    let address = fresh(folder, language)?;
    done(Registry::migrate(&address).await)?;
    let registry = done(Registry::open(&address).await)?;
    // before anybody is in it: killed at any moment, it is never taken for a real one
    done(registry.mark_demo(&actor()).await)?;
    done(apply(&registry, run, &actor(), false).await)?;
    assign(&registry).await?;
    let taken = canbao_report::take(&registry, &Cubes::default(), Catalogue::embedded(), &actor()).await;
    taken.map_err(|error| Failure::new(error.to_string()))?;
    let areas = done(registry.areas().await)?;
    let chain = chain(&registry, &areas).await?;
    let mut accounts = Table::new([
        (language.pick("账号", "account"), Side::Left),
        (language.pick("密码", "password"), Side::Left),
        (language.pick("角色", "role"), Side::Left),
        (language.pick("姓名和区域", "name and area"), Side::Left),
    ]);
    for (login, name, role, deep) in STAFF {
        let area = chain.get(deep.min(chain.len().saturating_sub(1))).cloned().unwrap_or_default();
        let password = hire(&registry, login, name, role, &area).await?;
        let place = areas.get(&area).map_or("", |area| area.name.as_str());
        accounts.row([login.to_owned(), password, role.chinese().to_owned(), format!("{name}，{place}")]);
    }
    let listener = match TcpListener::bind(USUAL).await {
        Err(error) if error.kind() == ErrorKind::AddrInUse => TcpListener::bind(ANY).await,
        other => other,
    };
    let failed = |error: std::io::Error| Failure::new(format!("不能在本机上监听：{error}。"));
    let listener = listener.map_err(failed)?;
    let at = listener.local_addr().map_err(failed)?;
    let text = language.pick(
        format!("\n{}\n在浏览器中打开 http://{at} ，用上面的账号登录；按 Ctrl-C 结束。\n", accounts.render()),
        format!("\n{}\nOpen http://{at} in a browser and log in as one of these; Ctrl-C ends it.\n", accounts.render()),
    );
    print(&text, language)?;
    let settings = Settings {
        demo: true,
        program: Program::of_this(&address.url, address.key_file.clone()).ok(),
        identity: Some(beside(&address, "identity")),
        ..Settings::new("演示市社会保险经办机构", Settings::data_beside(&address.url))
    };
    let app = App::new(registry.clone(), settings);
    deliver(&app, &run.with_file_name("city").join("city.toml")).await?;
    let served = run_until_asked(listener, app).await;
    registry.close().await;
    served
}

/// Everybody who must be visited has a task that is due in a month, so that collectors have somebody to visit.
async fn assign(registry: &Registry) -> Result<(), Failure> {
    let forms = Forms::embedded();
    let version = |form: &str| forms.get(form).map_or(1, |form| form.version);
    let today = survey::today();
    let due = Date(today.days() + 30);
    let issue = Issue {
        name: "第一批入户调查".to_owned(),
        area: None,
        categories: Category::VISITED.to_vec(),
        people: Populations::All,
        rows: true,
        units: true,
        due: Some(due.to_string()),
        reach: Reach::Village,
        versions: (version("person"), version("unit")),
    };
    let asker = Asker { actor: actor(), scope: Scope::city(), purpose: "demo".into() };
    done(registry.survey_issue(&asker, &issue, today).await).map(drop)
}

/// Hands the city's extracts over, so that the pages of deliveries have something to show and a comparison can be begun.
async fn deliver(app: &App, city: &Path) -> Result<(), Failure> {
    let city = canbao_intake::load_city(city).map_err(|error| refused(&error))?;
    for spec in &city.sources {
        done(app.hand_over("city", spec, city.as_of).await)?;
    }
    Ok(())
}

/// A folder for the registry, without the one that was there.
fn fresh(folder: &Path, language: Language) -> Result<Address, Failure> {
    let failed = |error: std::io::Error| {
        Failure::new(format!("文件夹 {} 不能写入：{error}。", folder.display())).hint("请换一个 --dir。")
    };
    std::fs::create_dir_all(folder).map_err(failed)?;
    for entry in std::fs::read_dir(folder).map_err(failed)? {
        let name = entry.map_err(failed)?.file_name();
        if name != DATA && !FILES.iter().any(|file| name == **file) {
            let said = language.pick(
                format!("文件夹 {} 里有别的文件，没有动它。", folder.display()),
                format!("The folder {} holds other files and was left alone.", folder.display()),
            );
            return Err(Failure::new(said).hint(language.pick("请换一个 --dir。", "Choose another --dir.")));
        }
    }
    match std::fs::remove_dir_all(folder.join(DATA)) {
        Err(error) if error.kind() != ErrorKind::NotFound => return Err(failed(error)),
        _ => {}
    }
    for file in FILES {
        match std::fs::remove_file(folder.join(file)) {
            Err(error) if error.kind() != ErrorKind::NotFound => return Err(failed(error)),
            _ => {}
        }
    }
    let whole = std::path::absolute(folder.join("registry.db")).map_err(failed)?;
    Ok(Address { url: format!("sqlite://{}", whole.display()), key_file: None })
}

/// The city, and under it a county, a town and a village: those where most people are to be visited, so that everybody has
/// work.
async fn chain(registry: &Registry, areas: &Areas) -> Result<Vec<String>, Failure> {
    let Some(city) = areas.city() else { return Ok(Vec::new()) };
    let (mut most, mut chain) = (-1, vec![city.to_owned()]);
    for (county, _) in areas.reporting_right_to(city) {
        for (town, _) in areas.reporting_right_to(county) {
            let progress = done(registry.survey_progress(&Scope::city(), town, "person", None).await)?;
            for (village, count) in progress.parts.iter().filter(|(village, _)| !village.is_empty()) {
                if count.lying() > most {
                    most = count.lying();
                    chain = [city, county, town, village].map(str::to_owned).to_vec();
                }
            }
        }
    }
    Ok(chain)
}

/// Makes an account whose password is already its own, as if its holder had been in before.
async fn hire(registry: &Registry, login: &str, name: &str, role: Role, area: &str) -> Result<String, Failure> {
    let reporter = role == Role::Reporter;
    let new = NewAccount {
        login: login.to_owned(),
        name: name.to_owned(),
        role,
        area: area.to_owned(),
        department: reporter.then(|| "卫计局".to_owned()),
        sources: if reporter { vec![SourceKind::RuralMedical] } else { Vec::new() },
    };
    let (given, own) = (done(invented_password())?, done(invented_password())?);
    done(registry.add_account(&actor(), new, &given).await)?;
    let begun = done(registry.log_in(login, &given, "demo").await)?;
    let LogIn::In { token, account, .. } = begun else {
        return Err(Failure::new(format!("演示账号 {login} 没有建成。")));
    };
    match done(registry.change_password(&account, &given, &own, &token).await)? {
        Ok(token) => done(registry.end_session(&token).await)?,
        Err(_) => return Err(Failure::new(format!("演示账号 {login} 没有建成。"))),
    }
    Ok(own)
}
