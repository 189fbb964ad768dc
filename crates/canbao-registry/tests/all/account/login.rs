//! Coming in: wrong passwords, locks, one machine that tries many, two at once.

use std::time::{Duration, Instant};

use argon2::{Algorithm, Argon2, Params, PasswordHasher as _, Version};
use canbao_domain::role::Role;
use canbao_registry::Registry;
use canbao_registry::account::{AccountChange, LogIn, Needs};
use canbao_registry::audit::verify;

use super::{MINUTE, OTHER, PASSWORD, START, Time, audited, enter, int, needs, new, staffed};
use crate::support::store::{Fresh, both};

/// A wrong password from an address of its own.
async fn wrong(registry: &Registry, login: &str, from: &str) -> LogIn {
    registry.log_in(login, "wrong", from).await.unwrap()
}

both!(whoever_knows_the_password_comes_in_and_must_change_it, |fresh: Fresh| async move {
    let (registry, time) = Time::of(&fresh.registry);
    staffed(&registry, fresh.folder.path()).await;
    let before = audited(&registry).await.len();
    let entered = registry.log_in("CHEN.hui", PASSWORD, "10.2.3.4\n").await.unwrap();
    let LogIn::In { token, account, needs: asked } = entered else { panic!("{entered:?}") };
    assert_eq!((asked, account.last_login, token.len()), (Needs::NewPassword, None, 64));
    let (session, same) = registry.session(&token).await.unwrap().unwrap();
    assert_eq!((session.needs, session.begun, same.last_login), (Needs::NewPassword, START, Some(START)));
    let (other, _) = enter(&registry, "chen.hui", PASSWORD).await;
    assert_ne!(token, other);
    time.passes(1000);
    let changed = registry.change_password(&same, PASSWORD, "Jn4!wPz8kd", &token).await.unwrap().unwrap();
    // a new token for the session that goes on, and no other session
    assert_eq!(needs(&registry, &token).await, None);
    assert_eq!(needs(&registry, &other).await, None);
    let (session, account) = registry.session(&changed).await.unwrap().unwrap();
    assert_eq!((session.needs, session.begun, account.must_change), (Needs::Nothing, START, false));
    assert_eq!(wrong(&registry, "chen.hui", "a").await, LogIn::Wrong);
    assert_eq!(registry.log_in("chen.hui", PASSWORD, "a").await.unwrap(), LogIn::Wrong);
    assert_eq!(enter(&registry, "chen.hui", "Jn4!wPz8kd").await.1, Needs::Nothing);
    assert_eq!(
        audited(&registry).await[before..],
        [
            "chen.hui log-in account 2 chen.hui: from 10.2.3.4",
            "chen.hui log-in account 2 chen.hui: from 10.1.1.1",
            "chen.hui password-change account 2 chen.hui",
            "chen.hui log-in account 2 chen.hui: from 10.1.1.1",
        ]
    );
    assert_eq!(verify(&registry).await.unwrap().faults, Vec::<String>::new());
});

both!(five_wrong_ones_lock_and_each_lock_is_longer, |fresh: Fresh| async move {
    let (registry, time) = Time::of(&fresh.registry);
    staffed(&registry, fresh.folder.path()).await;
    let mut expected = 15 * MINUTE;
    for round in 0..9 {
        for attempt in 0..4 {
            assert_eq!(wrong(&registry, "chen.hui", &format!("{round} {attempt}")).await, LogIn::Wrong);
        }
        let until = time.now() + expected;
        assert_eq!(wrong(&registry, "chen.hui", "x").await, LogIn::Locked { until });
        time.passes(expected - 1);
        // the right one neither
        assert_eq!(registry.log_in("chen.hui", PASSWORD, "y").await.unwrap(), LogIn::Locked { until });
        assert_eq!(registry.account("chen.hui").await.unwrap().unwrap().locked_until, Some(until));
        time.passes(1);
        assert_eq!(registry.account("chen.hui").await.unwrap().unwrap().locked_until, None);
        expected = (expected * 2).min(24 * 60 * MINUTE);
    }
    let locks = audited(&registry).await;
    assert_eq!(
        locks.iter().filter(|line| line.starts_with("chen.hui account-lock account 2 chen.hui: until 201")).count(),
        9
    );
    // a success begins anew
    wrong(&registry, "chen.hui", "z").await;
    enter(&registry, "chen.hui", PASSWORD).await;
    for attempt in 0..4 {
        assert_eq!(wrong(&registry, "chen.hui", &format!("{attempt}")).await, LogIn::Wrong);
    }
    let until = time.now() + 15 * MINUTE;
    assert_eq!(wrong(&registry, "chen.hui", "x").await, LogIn::Locked { until });
    // and others are not locked
    enter(&registry, "admin", OTHER).await;
});

both!(nothing_tells_a_login_that_nobody_has_from_one_with_another_password, |fresh: Fresh| async move {
    let (registry, time) = Time::of(&fresh.registry);
    staffed(&registry, fresh.folder.path()).await;
    let strange = "我的密码是Kx7";
    let (mut known, mut unknown) = (Vec::new(), Vec::new());
    for round in 0..12 {
        let from = format!("{round}");
        known.push(wrong(&registry, "chen.hui", &from).await);
        unknown.push(wrong(&registry, strange, &from).await);
        if round == 6 {
            time.passes(15 * MINUTE);
        }
    }
    assert_eq!(known, unknown);
    assert!(known.iter().filter(|answer| matches!(answer, LogIn::Locked { .. })).count() > 2);
    // it takes as long: more than half of it is argon2
    let mut times = [Vec::new(), Vec::new()];
    for round in 0..7 {
        for (at, login) in ["admin", "nobody"].into_iter().enumerate() {
            time.passes(24 * 60 * MINUTE);
            let begun = Instant::now();
            assert!(!matches!(wrong(&registry, login, &format!("t{round}")).await, LogIn::In { .. }));
            times[at].push(begun.elapsed());
        }
    }
    let [known, unknown] = times.map(|mut times| {
        times.sort_unstable();
        times[3]
    });
    assert!(unknown * 2 > known && unknown > Duration::from_millis(5), "{known:?} {unknown:?}");
    // what was typed is nowhere
    let sql = "SELECT COUNT(*) FROM audit WHERE subject LIKE '%Kx7%' OR actor LIKE '%Kx7%'";
    assert_eq!(int(&registry, sql).await, 0);
    assert!(audited(&registry).await.iter().any(|line| line.starts_with("web:unknown account-lock no such account")));
});

both!(failures_at_once_are_counted_exactly, |fresh: Fresh| async move {
    let registry = &fresh.registry;
    staffed(registry, fresh.folder.path()).await;
    let four =
        futures::future::join_all((0..4).map(|at| async move { wrong(registry, "chen.hui", &format!("{at}")).await }));
    assert_eq!(four.await, vec![LogIn::Wrong; 4]);
    assert_eq!(int(registry, "SELECT failures FROM strike").await, 4);
    // of twelve more at once one is counted, and locks: whether the others are right is not told
    let guesses = (0..12).map(|at| async move { wrong(registry, "chen.hui", &format!("{at}")).await });
    let answers = futures::future::join_all(guesses).await;
    assert!(answers.iter().all(|answer| *answer == answers[0]), "{answers:?}");
    assert!(matches!(answers[0], LogIn::Locked { .. }));
    assert_eq!(registry.log_in("chen.hui", PASSWORD, "a").await.unwrap(), answers[0]);
    let sql = "SELECT failures + lockings * 100 FROM strike";
    assert_eq!(int(registry, sql).await, 100);
    assert_eq!(int(registry, "SELECT COUNT(*) FROM audit WHERE action = 'account-lock'").await, 1);
});

both!(two_who_come_in_at_once_are_both_in_and_old_parameters_are_renewed, |fresh: Fresh| async move {
    let registry = &fresh.registry;
    staffed(registry, fresh.folder.path()).await;
    let old = Argon2::new(Algorithm::Argon2id, Version::V0x13, Params::new(64, 1, 1, None).unwrap());
    let old = old.hash_password_with_salt(PASSWORD.as_bytes(), b"saltsaltsaltsalt").unwrap().to_string();
    let mut transaction = registry.store().write().await.unwrap();
    let sql = "UPDATE account SET password = $1 WHERE login = 'chen.hui'";
    transaction.execute(sql, &[old.as_str().into()]).await.unwrap();
    transaction.commit().await.unwrap();
    assert_eq!(wrong(registry, "chen.hui", "a").await, LogIn::Wrong);
    assert_eq!(int(registry, "SELECT COUNT(*) FROM account WHERE password LIKE '%m=64,%'").await, 1);
    let entered = futures::future::join_all((0..4).map(|_| enter(registry, "chen.hui", PASSWORD))).await;
    for (token, _) in &entered {
        assert!(needs(registry, token).await.is_some());
    }
    assert_eq!(int(registry, "SELECT COUNT(*) FROM account WHERE password LIKE '%m=19456,t=2,p=1$%'").await, 2);
    enter(registry, "chen.hui", PASSWORD).await;
});

both!(one_machine_cannot_try_many_accounts, |fresh: Fresh| async move {
    let (registry, time) = Time::of(&fresh.registry);
    staffed(&registry, fresh.folder.path()).await;
    for at in 0..20 {
        // one that comes in does not make its failures forgotten
        if at == 10 {
            let entered = registry.log_in("admin", OTHER, "10.9.9.9").await.unwrap();
            assert!(matches!(entered, LogIn::In { .. }));
        }
        assert_eq!(wrong(&registry, &format!("user{at}"), "10.9.9.9").await, LogIn::Wrong);
    }
    let slow = LogIn::Slow { retry_after_s: 601 };
    assert_eq!(wrong(&registry, "user20", "10.9.9.9").await, slow);
    assert_eq!(registry.log_in("admin", OTHER, "10.9.9.9").await.unwrap(), slow);
    // clones are the same door
    assert_eq!(wrong(&registry.clone(), "user20", "10.9.9.9").await, slow);
    enter(&registry, "admin", OTHER).await;
    time.passes(10 * MINUTE);
    assert!(matches!(registry.log_in("admin", OTHER, "10.9.9.9").await.unwrap(), LogIn::In { .. }));
});

both!(who_is_disabled_learns_it_by_the_right_password_alone, |fresh: Fresh| async move {
    let registry = &fresh.registry;
    staffed(registry, fresh.folder.path()).await;
    registry.add_account("test", new("second", Role::Admin, ""), OTHER).await.unwrap();
    let (token, _) = enter(registry, "second", OTHER).await;
    let change = AccountChange { disabled: Some(true), ..AccountChange::default() };
    registry.change_account("admin", "second", change).await.unwrap();
    assert_eq!(needs(registry, &token).await, None);
    assert_eq!(registry.log_in("second", OTHER, "a").await.unwrap(), LogIn::Disabled);
    assert_eq!(wrong(registry, "second", "a").await, LogIn::Wrong);
});
