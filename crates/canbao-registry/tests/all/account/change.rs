//! Accounts added, changed, reset, disabled.

use argon2::{Argon2, PasswordHash, PasswordVerifier as _};
use canbao_domain::role::Role;
use canbao_domain::source::SourceKind;
use canbao_registry::Registry;
use canbao_registry::account::{AccountChange, LogIn, Needs, NewAccount, NewToken};
use canbao_registry::audit::verify;
use canbao_registry::backup::{Options, backup, restore};

use super::{OTHER, PASSWORD, audited, enter, int, needs, new, staffed, told};
use crate::support::store::{Fresh, both, empty_database};

fn reporter(login: &str) -> NewAccount {
    NewAccount {
        department: Some("区卫计局".to_owned()),
        sources: vec![SourceKind::RuralMedical, SourceKind::Disability, SourceKind::RuralMedical],
        ..new(login, Role::Reporter, "610902")
    }
}

fn change() -> AccountChange {
    AccountChange::default()
}

both!(an_account_is_there_as_it_was_added_and_its_password_is_argon2id, |fresh: Fresh| async move {
    let registry = &fresh.registry;
    let added = staffed(registry, fresh.folder.path()).await;
    assert_eq!((added.id, added.login.as_str(), added.area.as_str()), (2, "chen.hui", "610902001"));
    assert!(added.must_change && !added.disabled && !added.second_factor && added.last_login.is_none());
    let reporter = registry.add_account("test", reporter("WJ.Li"), PASSWORD).await.unwrap();
    assert_eq!(reporter.sources, [SourceKind::RuralMedical, SourceKind::Disability]);
    assert_eq!(registry.account("wj.LI").await.unwrap(), Some(reporter.clone()));
    assert_eq!(registry.account("wj.l").await.unwrap(), None);
    let admin = registry.account("admin").await.unwrap().unwrap();
    assert_eq!(admin.area, "610900");
    assert_eq!(registry.accounts().await.unwrap(), [admin, added, reporter]);
    let sql = "SELECT password FROM account WHERE login = 'chen.hui'";
    let row = registry.store().read().await.unwrap().first(sql, &[]).await.unwrap().unwrap();
    assert!(row.text(0).starts_with("$argon2id$v=19$m=19456,t=2,p=1$"), "{}", row.text(0));
    let hash = PasswordHash::new(row.text(0)).unwrap();
    assert!(Argon2::default().verify_password(PASSWORD.as_bytes(), &hash).is_ok());
    assert!(Argon2::default().verify_password(OTHER.as_bytes(), &hash).is_err());
    assert_eq!(
        audited(registry).await,
        [
            "test account-add account 1 admin: admin in 610900",
            "test account-add account 2 chen.hui: town in 610902001",
            "test account-add account 3 wj.li: reporter in 610902, rural-medical disability",
        ]
    );
    assert_eq!(verify(registry).await.unwrap().faults, Vec::<String>::new());
});

both!(what_will_not_do_is_refused_with_the_reason, |fresh: Fresh| async move {
    let registry = &fresh.registry;
    staffed(registry, fresh.folder.path()).await;
    let of = |login: &str| new(login, Role::Town, "610902001");
    let named = |name: &str| NewAccount { name: name.to_owned(), ..of("wang") };
    let none = Vec::new;
    for (account, password, sentence) in [
        (of("c"), PASSWORD, "登录名应当是 2 到 32 个"),
        (of("陈慧"), PASSWORD, "登录名应当是"),
        (of("chen hui"), PASSWORD, "登录名应当是"),
        (of(&"x".repeat(33)), PASSWORD, "登录名应当是"),
        (of("Chen.Hui"), PASSWORD, "登录名 chen.hui 已经有了"),
        (named(" "), PASSWORD, "姓名应当是 1 到 40 个字"),
        (named("陈\n慧"), PASSWORD, "姓名应当是"),
        (of("wang"), "Wang@2016", "至少要 10 个字符"),
        (of("wang.ping"), "Wang.Ping@2016", "太容易猜"),
        (new("wang", Role::City, "610902"), PASSWORD, "市级经办的区划应当是市，610902 汉滨区 是县（区）"),
        (new("wang", Role::Admin, "610902001"), PASSWORD, "应当是市"),
        (new("wang", Role::County, "610900"), PASSWORD, "应当是县（区）"),
        (new("wang", Role::County, ""), PASSWORD, "没有写明县级经办的区划"),
        (new("wang", Role::Town, "610902001001"), PASSWORD, "应当是乡镇（街道）"),
        (new("wang", Role::Collector, "610902"), PASSWORD, "应当是村（社区）或乡镇（街道）"),
        (new("wang", Role::Auditor, "610902001"), PASSWORD, "应当是市或县（区）"),
        (new("wang", Role::Leader, "610902001001"), PASSWORD, "应当是市或县（区）或乡镇（街道）"),
        (new("wang", Role::Town, "610999001"), PASSWORD, "今天没有代码为“610999001”的区划"),
        (NewAccount { department: None, ..reporter("wang") }, PASSWORD, "要写明部门"),
        (NewAccount { department: Some(" ".to_owned()), ..reporter("wang") }, PASSWORD, "要写明部门"),
        (NewAccount { sources: none(), ..reporter("wang") }, PASSWORD, "至少一种所报送的数据"),
        (NewAccount { role: Role::County, ..reporter("wang") }, PASSWORD, "只有部门报送员有部门"),
    ] {
        let login = account.login.clone();
        let said = told(registry.add_account("test", account, password).await);
        assert!(said.contains(sentence), "{login}: {said}");
        assert!(!said.contains(password));
    }
    assert_eq!((int(registry, "SELECT COUNT(*) FROM account").await, audited(registry).await.len()), (2, 2));
    // and what suits is not
    for (at, (role, area)) in [
        (Role::City, "610900"),
        (Role::County, "610921"),
        (Role::Collector, "610902001"),
        (Role::Collector, "610902001001"),
        (Role::Leader, "610902001"),
        (Role::Leader, ""),
        (Role::Auditor, "610902"),
    ]
    .into_iter()
    .enumerate()
    {
        let account = registry.add_account("test", new(&format!("ok{at}"), role, area), PASSWORD).await.unwrap();
        assert_eq!(account.area, if area.is_empty() { "610900" } else { area });
    }
});

both!(before_the_record_has_areas_only_the_citys_can_be_there, |fresh: Fresh| async move {
    let registry = &fresh.registry;
    let said = told(registry.add_account("test", new("wang", Role::County, "610902"), PASSWORD).await);
    assert!(said.contains("登记库里还没有区划"), "{said}");
    assert!(
        told(registry.add_account("test", new("wang", Role::Admin, "6109"), PASSWORD).await).contains("还没有区划")
    );
    assert!(told(registry.add_account("test", new("a1", Role::Auditor, "610902"), PASSWORD).await).contains("还没有"));
    assert_eq!(registry.add_account("test", new("admin", Role::Admin, ""), PASSWORD).await.unwrap().area, "");
    assert_eq!(registry.add_account("test", new("ma", Role::City, "610900"), PASSWORD).await.unwrap().area, "610900");
    enter(registry, "admin", PASSWORD).await;
});

both!(who_may_do_less_or_something_else_is_logged_out, |fresh: Fresh| async move {
    let registry = &fresh.registry;
    staffed(registry, fresh.folder.path()).await;
    registry.add_account("test", reporter("li"), PASSWORD).await.unwrap();
    let unlike = |change: AccountChange, login: &'static str, stays: bool| async move {
        let (token, _) = enter(registry, login, PASSWORD).await;
        let (admin, _) = enter(registry, "admin", OTHER).await;
        let changed = registry.change_account("admin", login, change).await.unwrap();
        assert_eq!(needs(registry, &token).await.is_some(), stays);
        assert!(needs(registry, &admin).await.is_some());
        assert_eq!(registry.account(login).await.unwrap(), Some(changed.clone()));
        changed
    };
    let change = || change();
    let renamed = unlike(AccountChange { name: Some("陈惠".to_owned()), ..change() }, "chen.hui", true).await;
    assert_eq!(renamed.name, "陈惠");
    unlike(AccountChange { area: Some("610921001".to_owned()), ..change() }, "chen.hui", false).await;
    let (role, area) = (Some(Role::County), Some("610921".to_owned()));
    unlike(AccountChange { role, area, ..change() }, "chen.hui", false).await;
    let more = vec![SourceKind::RuralMedical, SourceKind::Disability, SourceKind::Subsistence];
    unlike(AccountChange { sources: Some(more), ..change() }, "li", true).await;
    unlike(AccountChange { sources: Some(vec![SourceKind::Subsistence]), ..change() }, "li", false).await;
    unlike(AccountChange { department: Some(Some("区民政局".to_owned())), ..change() }, "li", false).await;
    let role = Some(Role::County);
    let clerk = unlike(AccountChange { role, ..change() }, "li", false).await;
    assert!(clerk.department.is_none() && clerk.sources.is_empty());
    assert!(unlike(AccountChange { disabled: Some(true), ..change() }, "li", false).await.disabled);
    // nothing is changed and nothing said where it is so already
    let before = audited(registry).await.len();
    registry.change_account("admin", "li", AccountChange { disabled: Some(true), ..change() }).await.unwrap();
    assert_eq!(audited(registry).await.len(), before);
    assert_eq!(registry.log_in("li", PASSWORD, "a").await.unwrap(), LogIn::Disabled);
    registry.change_account("admin", "LI", AccountChange { disabled: Some(false), ..change() }).await.unwrap();
    enter(registry, "li", PASSWORD).await;
    let said: Vec<String> = audited(registry).await.into_iter().filter(|line| line.starts_with("admin ")).collect();
    let said: Vec<&str> = said.iter().filter_map(|line| line.strip_prefix("admin ")).collect();
    let said: Vec<&str> = said.into_iter().filter(|line| !line.starts_with("log-in")).collect();
    assert_eq!(
        said,
        [
            "account-change account 2 chen.hui: another name",
            "account-change account 2 chen.hui: town in 610902001 -> town in 610921001",
            "account-change account 2 chen.hui: town in 610921001 -> county in 610921",
            "account-change account 3 li: reporter in 610902, rural-medical disability -> \
         reporter in 610902, rural-medical subsistence disability",
            "account-change account 3 li: reporter in 610902, rural-medical subsistence disability -> \
         reporter in 610902, subsistence",
            "account-change account 3 li: another department",
            "account-change account 3 li: reporter in 610902, subsistence -> county in 610902; another department",
            "account-disable account 3 li",
            "account-enable account 3 li",
        ]
    );
    for (login, change, sentence) in [
        ("nobody", AccountChange::default(), "没有这个账号"),
        ("li", AccountChange { role: Some(Role::Reporter), ..change() }, "要写明部门"),
        ("li", AccountChange { area: Some("610902001".to_owned()), ..change() }, "应当是县（区）"),
        ("li", AccountChange { name: Some(String::new()), ..change() }, "姓名应当是"),
        ("li", AccountChange { department: Some(Some("局".to_owned())), ..change() }, "只有部门报送员"),
    ] {
        let said = told(registry.change_account("admin", login, change).await);
        assert!(said.contains(sentence), "{said}");
    }
});

both!(the_last_administrator_stays, |fresh: Fresh| async move {
    let registry = &fresh.registry;
    staffed(registry, fresh.folder.path()).await;
    let disable = || AccountChange { disabled: Some(true), ..change() };
    let other = || AccountChange { role: Some(Role::City), ..change() };
    for change in [disable(), other()] {
        assert!(told(registry.change_account("test", "admin", change).await).contains("最后一个在用的系统管理员"));
    }
    registry.add_account("test", new("second", Role::Admin, ""), PASSWORD).await.unwrap();
    // of two who disable each other at once, one stays
    let (one, two) = tokio::join!(
        registry.change_account("second", "admin", disable()),
        registry.change_account("admin", "second", disable())
    );
    assert!(one.is_ok() != two.is_ok());
    let left = int(registry, "SELECT COUNT(*) FROM account WHERE role = 'admin' AND disabled = 0").await;
    assert_eq!(left, 1);
    // one that is disabled may lose the role
    let disabled = if one.is_ok() { "admin" } else { "second" };
    assert!(registry.change_account("test", disabled, other()).await.is_ok());
});

both!(a_reset_opens_the_lock_and_ends_everything_before_it, |fresh: Fresh| async move {
    let registry = &fresh.registry;
    staffed(registry, fresh.folder.path()).await;
    let (token, _) = enter(registry, "chen.hui", PASSWORD).await;
    let account = registry.account("chen.hui").await.unwrap().unwrap();
    let token = registry.change_password(&account, PASSWORD, "Jn4!wPz8kd", &token).await.unwrap().unwrap();
    for _ in 0..5 {
        registry.log_in("chen.hui", "wrong", "b").await.unwrap();
    }
    assert!(matches!(registry.log_in("chen.hui", "Jn4!wPz8kd", "c").await.unwrap(), LogIn::Locked { .. }));
    assert!(registry.account("chen.hui").await.unwrap().unwrap().locked_until.is_some());
    assert!(told(registry.reset_account("admin", "chen.hui", "chen.hui12").await).contains("太容易猜"));
    assert!(told(registry.reset_account("admin", "nobody", OTHER).await).contains("没有这个账号"));
    let account = registry.account("chen.hui").await.unwrap().unwrap();
    let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap().as_millis() as i64;
    let expires = now + 86_400_000;
    let token_for = |name: &str| NewToken { name: name.to_owned(), scopes: vec!["people".to_owned()], expires };
    let (_, secret) = registry.add_token("chen.hui", &account, token_for("同步")).await.unwrap();
    let (gone, _) = registry.add_token("chen.hui", &account, token_for("旧的")).await.unwrap();
    registry.revoke_token("chen.hui", account.id, gone.id).await.unwrap();
    let revoked = registry.tokens_of(account.id).await.unwrap()[0].revoked;
    assert!(registry.token(&secret).await.unwrap().is_some());
    registry.reset_account("admin", "Chen.Hui", OTHER).await.unwrap();
    assert_eq!(needs(registry, &token).await, None);
    assert!(registry.token(&secret).await.unwrap().is_none(), "whoever had it has nothing left");
    let tokens = registry.tokens_of(account.id).await.unwrap();
    assert!(tokens.iter().all(|token| token.revoked.is_some()) && tokens[0].revoked == revoked, "once, for good");
    let account = registry.account("chen.hui").await.unwrap().unwrap();
    assert!(account.must_change && account.locked_until.is_none());
    assert_eq!(registry.log_in("chen.hui", "Jn4!wPz8kd", "c").await.unwrap(), LogIn::Wrong);
    assert_eq!(enter(registry, "chen.hui", OTHER).await.1, Needs::NewPassword);
    assert!(audited(registry).await.contains(&"admin account-reset account 2 chen.hui: 1 tokens revoked".to_owned()));
});

both!(a_restored_backup_lets_the_same_people_in, |fresh: Fresh| async move {
    let registry = &fresh.registry;
    staffed(registry, fresh.folder.path()).await;
    let file = fresh.folder.path().join("b.canbao");
    let made = backup(&fresh.address, &file, false, "test").await.unwrap();
    assert_eq!((made.manifest.facts.rows["account"], made.faults), (2, Vec::new()));
    let mut address = fresh.address.clone();
    address.key_file = Some(fresh.folder.path().join("registry.key"));
    address.url = if registry.store().is_postgres() {
        empty_database().await.unwrap()
    } else {
        format!("sqlite://{}", fresh.folder.path().join("other.db").display())
    };
    restore(&address, &file, Options { replace: false, with_faults: false }).await.unwrap();
    let restored = Registry::open(&address).await.unwrap();
    enter(&restored, "chen.hui", PASSWORD).await;
    assert_eq!(restored.log_in("chen.hui", OTHER, "b").await.unwrap(), LogIn::Wrong);
    assert_eq!(verify(&restored).await.unwrap().faults, Vec::<String>::new());
});
