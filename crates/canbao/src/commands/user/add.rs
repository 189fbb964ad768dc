//! `canbao user add`.

use canbao_domain::role::Role;
use canbao_domain::source::SourceKind;
use canbao_registry::account::NewAccount;

use super::{Database, Password, actor, done, runtime, shown};
use crate::output::failure::Failure;
use crate::output::language::Language;

/// Add an account; its password is invented and printed once, or read from standard input
#[derive(clap::Args)]
pub(super) struct Arguments {
    /// The login: 2 to 32 of a-z, 0-9, dot, underscore, hyphen
    #[arg(value_name = "LOGIN")]
    login: String,
    /// The name that is shown, such as 陈慧
    #[arg(long, value_name = "NAME")]
    name: String,
    /// admin, city, county, town, collector, reporter, leader or auditor
    #[arg(long, value_name = "ROLE")]
    role: String,
    /// The code of the area that it answers for [default: the city, where the role may be the city's]
    #[arg(long, value_name = "CODE")]
    area: Option<String>,
    /// The department of a reporter, such as 区卫计局
    #[arg(long, value_name = "NAME")]
    department: Option<String>,
    /// A kind of extract that a reporter delivers, such as rural-medical; may be repeated
    #[arg(long = "source", value_name = "KIND")]
    sources: Vec<String>,
    #[command(flatten)]
    password: Password,
    #[command(flatten)]
    database: Database,
}

pub(super) fn added(arguments: &Arguments, language: Language) -> Result<String, Failure> {
    let role: Role = arguments.role.parse().map_err(|unknown: canbao_domain::role::UnknownRole| {
        let hint = unknown.hint();
        Failure::new(unknown).hint(hint)
    })?;
    let mut sources: Vec<SourceKind> = Vec::with_capacity(arguments.sources.len());
    for word in &arguments.sources {
        sources.push(word.parse().map_err(|unknown: canbao_domain::source::UnknownWord| {
            let hint = unknown.hint().to_owned();
            Failure::new(unknown).hint(hint)
        })?);
    }
    let new = NewAccount {
        login: arguments.login.clone(),
        name: arguments.name.clone(),
        role,
        area: arguments.area.clone().unwrap_or_default(),
        department: arguments.department.clone(),
        sources,
    };
    let (password, invented) = arguments.password.read()?;
    let (account, area) = runtime(async {
        let registry = arguments.database.open().await?;
        let added = match done(registry.add_account(&actor(), new, &password).await) {
            Ok(account) => done(registry.areas_on(None).await).map(|(_, _, areas)| {
                let name = areas.get(&account.area).map(|area| area.name.clone()).unwrap_or_default();
                (account, name)
            }),
            Err(failure) => Err(failure),
        };
        registry.close().await;
        added
    })?;
    let place = format!("{} {area}", account.area);
    let place = if account.area.is_empty() { language.pick("全市", "the whole city") } else { place.trim_end() };
    let (login, name) = (&account.login, &account.name);
    let text = language.pick(
        format!("已新增账号 {login}（{name}，{}，{place}）。\n", role.chinese()),
        format!("Account {login} ({name}, {}, {place}) was added.\n", role.as_str()),
    );
    Ok(text + &shown(&password, invented, language))
}
