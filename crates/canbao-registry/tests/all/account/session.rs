//! Who is logged in, for how long, and how it ends.

use std::time::Duration;

use canbao_domain::role::Role;
use canbao_registry::Registry;
use canbao_registry::account::{Limits, Needs, NotChanged};

use super::{MINUTE, OTHER, PASSWORD, Time, audited, enter, int, needs, new, staffed, told};
use crate::support::store::{Fresh, both};

/// Uses a session until that is written down, which nobody waits for otherwise.
async fn seen(registry: &Registry, token: &str, at: i64) {
    for _ in 0..500 {
        assert!(needs(registry, token).await.is_some());
        if int(registry, "SELECT MAX(seen) FROM session").await == at {
            return;
        }
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    panic!("not written down");
}

both!(a_session_ends_by_itself, |fresh: Fresh| async move {
    let (registry, time) = Time::of(&fresh.registry);
    staffed(&registry, fresh.folder.path()).await;
    registry.add_account("test", new("zhang", Role::Collector, "610902001001"), PASSWORD).await.unwrap();
    let (clerk, _) = enter(&registry, "chen.hui", PASSWORD).await;
    let (collector, _) = enter(&registry, "zhang", PASSWORD).await;
    // used within a minute, nothing is written
    time.passes(MINUTE - 1);
    assert!(needs(&registry, &clerk).await.is_some());
    tokio::time::sleep(Duration::from_millis(50)).await;
    assert_eq!(int(&registry, "SELECT MAX(seen) FROM session").await, time.now() - MINUTE + 1);
    time.passes(20 * MINUTE);
    seen(&registry, &clerk, time.now()).await;
    time.passes(30 * MINUTE - 1);
    seen(&registry, &clerk, time.now()).await;
    time.passes(30 * MINUTE);
    assert_eq!(needs(&registry, &clerk).await, None);
    // whose it was is known, and lets nobody in
    assert_eq!(registry.whose_session(&clerk).await.unwrap().as_deref(), Some("chen.hui"));
    // a collector's goes on for longer
    seen(&registry, &collector, time.now()).await;
    time.passes(120 * MINUTE);
    assert_eq!(needs(&registry, &collector).await, None);
    // and none for longer than twelve hours, however busy
    let (busy, _) = enter(&registry, "zhang", PASSWORD).await;
    for _ in 0..11 {
        time.passes(60 * MINUTE);
        seen(&registry, &busy, time.now()).await;
    }
    time.passes(60 * MINUTE - 1);
    assert!(needs(&registry, &busy).await.is_some());
    time.passes(1);
    assert_eq!(needs(&registry, &busy).await, None);
    // what has ended is taken away with the next log-in
    enter(&registry, "zhang", PASSWORD).await;
    assert_eq!(int(&registry, "SELECT COUNT(*) FROM session").await, 1);
    // other limits
    let short = Limits { idle_collector: Duration::from_secs(5), ..Limits::default() };
    let registry = registry.with_limits(short);
    let (token, _) = enter(&registry, "zhang", PASSWORD).await;
    time.passes(5000);
    assert_eq!(needs(&registry, &token).await, None);
});

both!(logging_out_ends_one_or_all, |fresh: Fresh| async move {
    let registry = &fresh.registry;
    let account = staffed(registry, fresh.folder.path()).await;
    let (one, _) = enter(registry, "chen.hui", PASSWORD).await;
    let (two, _) = enter(registry, "chen.hui", PASSWORD).await;
    let (admin, _) = enter(registry, "admin", OTHER).await;
    registry.end_session(&one).await.unwrap();
    registry.end_session(&one).await.unwrap();
    registry.end_session("nonsense").await.unwrap();
    assert_eq!((needs(registry, &one).await, needs(registry, &two).await), (None, Some(Needs::NewPassword)));
    let whose = async |token: &str| registry.whose_session(token).await.unwrap();
    assert_eq!(
        (whose(&one).await, whose("nonsense").await, whose(&two).await),
        (None, None, Some("chen.hui".to_owned()))
    );
    assert_eq!(registry.end_sessions_of(&account.login, account.id).await.unwrap(), 1);
    assert_eq!(registry.end_sessions_of(&account.login, account.id).await.unwrap(), 0);
    assert_eq!((needs(registry, &two).await, needs(registry, &admin).await.is_some()), (None, true));
    let out: Vec<String> = audited(registry).await.into_iter().filter(|line| line.contains("log-out")).collect();
    assert_eq!(
        out,
        ["chen.hui log-out account 2 chen.hui", "chen.hui log-out-everywhere account 2 chen.hui: 1 sessions",]
    );
    for token in ["", "x", &two[1..], &two.to_uppercase(), &"0".repeat(64)] {
        assert_eq!(needs(registry, token).await, None);
    }
});

both!(forms_carry_what_follows_from_the_session_alone, |fresh: Fresh| async move {
    let registry = &fresh.registry;
    staffed(registry, fresh.folder.path()).await;
    let csrf = async |token: &str| registry.session(token).await.unwrap().unwrap().0.csrf;
    let (one, _) = enter(registry, "chen.hui", PASSWORD).await;
    let (two, _) = enter(registry, "chen.hui", PASSWORD).await;
    let [first, again, other] = [csrf(&one).await, csrf(&one).await, csrf(&two).await];
    assert!(first == again && first != other && first.len() == 64);
    assert!(!first.contains(&one) && blake3::hash(one.as_bytes()).to_hex().as_str() != first);
});

both!(a_password_is_changed_by_whoever_knows_it, |fresh: Fresh| async move {
    let (registry, time) = Time::of(&fresh.registry);
    let account = staffed(&registry, fresh.folder.path()).await;
    let (token, _) = enter(&registry, "chen.hui", PASSWORD).await;
    let (admin, _) = enter(&registry, "admin", OTHER).await;
    let change = async |old: &str, new: &str, keep: &str| registry.change_password(&account, old, new, keep).await;
    let weak = change(PASSWORD, "Admin@123456", &token).await.unwrap().unwrap_err();
    assert!(matches!(&weak, NotChanged::Weak(sentence) if sentence.contains("太容易猜")), "{weak:?}");
    let weak = change(PASSWORD, PASSWORD, &token).await.unwrap().unwrap_err();
    assert_eq!(weak, NotChanged::Weak("新密码与原密码相同。".to_owned()));
    // in nobody else's session, and in none that has ended
    for keep in [admin.as_str(), "nonsense"] {
        assert!(told(change(PASSWORD, "Jn4!wPz8kd", keep).await).contains("登录已经结束"));
    }
    for _ in 0..4 {
        assert_eq!(change("wrong", "Jn4!wPz8kd", &token).await.unwrap(), Err(NotChanged::WrongOld));
    }
    let until = time.now() + 15 * MINUTE;
    assert_eq!(change("wrong", "Jn4!wPz8kd", &token).await.unwrap(), Err(NotChanged::Locked { until }));
    assert_eq!(change(PASSWORD, "Jn4!wPz8kd", &token).await.unwrap(), Err(NotChanged::Locked { until }));
    assert_eq!(needs(&registry, &token).await, Some(Needs::NewPassword));
    time.passes(15 * MINUTE);
    assert!(change(PASSWORD, "Jn4!wPz8kd", &token).await.unwrap().is_ok());
    assert_eq!(int(&registry, "SELECT COUNT(*) FROM strike").await, 0);
});
