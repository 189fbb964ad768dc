//! The second factor: set, asked for, used once, guessed at, taken away.

use canbao_registry::account::{LogIn, Needs, Passed, second_factor_code};

use super::{MINUTE, OTHER, PASSWORD, Time, audited, enter, int, needs, staffed, told};
use crate::support::store::{Fresh, both};

const OWN: &str = "Jn4!wPz8kd";

/// chen.hui with a password of their own; the token.
async fn own(registry: &canbao_registry::Registry, folder: &std::path::Path) -> String {
    let account = staffed(registry, folder).await;
    let (token, _) = enter(registry, "chen.hui", PASSWORD).await;
    registry.change_password(&account, PASSWORD, OWN, &token).await.unwrap().unwrap()
}

fn token_of(passed: Passed) -> String {
    match passed {
        Passed::In { token } => token,
        other => panic!("{other:?}"),
    }
}

both!(a_code_is_asked_for_from_the_first_right_one_on, |fresh: Fresh| async move {
    let (registry, time) = Time::of(&fresh.registry);
    let token = own(&registry, fresh.folder.path()).await;
    let (other, _) = enter(&registry, "chen.hui", OWN).await;
    let account = registry.account("chen.hui").await.unwrap().unwrap();
    assert!(told(registry.confirm_second_factor(&account, "123456", &token).await).contains("没有等待确认"));
    let factor = registry.begin_second_factor(&account).await.unwrap();
    assert!(factor.uri.starts_with("otpauth://totp/") && factor.uri.contains(&format!("secret={}&", factor.secret)));
    let code = |time: &Time| second_factor_code(&factor.secret, time.now()).unwrap();
    // begun is not set
    assert_eq!(enter(&registry, "chen.hui", OWN).await.1, Needs::Nothing);
    let wrong = second_factor_code(&factor.secret, time.now() + 10 * MINUTE).unwrap();
    assert_eq!(registry.confirm_second_factor(&account, &wrong, &token).await.unwrap(), None);
    assert!(!registry.account("chen.hui").await.unwrap().unwrap().second_factor);
    let renewed = registry.confirm_second_factor(&account, &code(&time), &token).await.unwrap().unwrap();
    assert!(registry.account("chen.hui").await.unwrap().unwrap().second_factor);
    assert_eq!(needs(&registry, &token).await, None);
    assert_eq!(needs(&registry, &renewed).await, Some(Needs::Nothing));
    assert_eq!(needs(&registry, &other).await, Some(Needs::SecondFactor));
    // the code that set it is used
    assert_eq!(registry.pass_second_factor(&other, &code(&time)).await.unwrap(), Passed::Wrong);
    time.passes(30_000);
    let passed = token_of(registry.pass_second_factor(&other, &code(&time)).await.unwrap());
    assert_eq!((needs(&registry, &other).await, needs(&registry, &passed).await), (None, Some(Needs::Nothing)));
    assert_eq!(registry.pass_second_factor(&other, &code(&time)).await.unwrap(), Passed::Ended);
    // the next log-in asks for one, and allows nothing before it
    let (waiting, asked) = enter(&registry, "chen.hui", OWN).await;
    assert_eq!(asked, Needs::SecondFactor);
    assert!(told(registry.change_password(&account, OWN, OTHER, &waiting).await).contains("登录已经结束"));
    assert!(told(registry.confirm_second_factor(&account, &code(&time), &waiting).await).contains("登录已经结束"));
    let said = audited(&registry).await;
    let last: Vec<&str> = said.iter().rev().take(3).rev().map(String::as_str).collect();
    assert_eq!(
        last,
        [
            "chen.hui second-factor-set account 2 chen.hui",
            "chen.hui log-in account 2 chen.hui: with the second factor",
            "chen.hui log-in-password account 2 chen.hui: from 10.1.1.1",
        ]
    );
});

both!(a_code_is_right_once_even_for_two_at_once, |fresh: Fresh| async move {
    let (registry, time) = Time::of(&fresh.registry);
    let token = own(&registry, fresh.folder.path()).await;
    let account = registry.account("chen.hui").await.unwrap().unwrap();
    let factor = registry.begin_second_factor(&account).await.unwrap();
    let code = second_factor_code(&factor.secret, time.now()).unwrap();
    registry.confirm_second_factor(&account, &code, &token).await.unwrap().unwrap();
    let mut waiting = Vec::new();
    for _ in 0..4 {
        waiting.push(enter(&registry, "chen.hui", OWN).await.0);
    }
    time.passes(MINUTE);
    let code = second_factor_code(&factor.secret, time.now()).unwrap();
    let asked = waiting.iter().map(|token| registry.pass_second_factor(token, &code));
    let passed: Vec<Passed> = futures::future::join_all(asked).await.into_iter().map(Result::unwrap).collect();
    assert_eq!(passed.iter().filter(|passed| matches!(passed, Passed::In { .. })).count(), 1, "{passed:?}");
    assert_eq!(passed.iter().filter(|passed| **passed == Passed::Wrong).count(), 3);
});

both!(guessing_codes_locks_and_a_right_password_does_not_begin_anew, |fresh: Fresh| async move {
    let (registry, time) = Time::of(&fresh.registry);
    let token = own(&registry, fresh.folder.path()).await;
    let account = registry.account("chen.hui").await.unwrap().unwrap();
    let factor = registry.begin_second_factor(&account).await.unwrap();
    let code = second_factor_code(&factor.secret, time.now()).unwrap();
    registry.confirm_second_factor(&account, &code, &token).await.unwrap().unwrap();
    let wrong = second_factor_code(&factor.secret, time.now() + 60 * MINUTE).unwrap();
    let mut waiting = enter(&registry, "chen.hui", OWN).await.0;
    for _ in 0..4 {
        assert_eq!(registry.pass_second_factor(&waiting, &wrong).await.unwrap(), Passed::Wrong);
        waiting = enter(&registry, "chen.hui", OWN).await.0;
    }
    let until = time.now() + 15 * MINUTE;
    assert_eq!(registry.pass_second_factor(&waiting, &wrong).await.unwrap(), Passed::Locked { until });
    time.passes(MINUTE);
    let right = second_factor_code(&factor.secret, time.now()).unwrap();
    assert_eq!(registry.pass_second_factor(&waiting, &right).await.unwrap(), Passed::Locked { until });
    assert_eq!(registry.log_in("chen.hui", OWN, "a").await.unwrap(), LogIn::Locked { until });
    time.passes(14 * MINUTE);
    let right = second_factor_code(&factor.secret, time.now()).unwrap();
    token_of(registry.pass_second_factor(&waiting, &right).await.unwrap());
    assert_eq!(int(&registry, "SELECT COUNT(*) FROM strike").await, 0);
});

both!(who_has_lost_the_telephone_comes_in_without, |fresh: Fresh| async move {
    let (registry, time) = Time::of(&fresh.registry);
    let token = own(&registry, fresh.folder.path()).await;
    let account = registry.account("chen.hui").await.unwrap().unwrap();
    let factor = registry.begin_second_factor(&account).await.unwrap();
    let code = second_factor_code(&factor.secret, time.now()).unwrap();
    let token = registry.confirm_second_factor(&account, &code, &token).await.unwrap().unwrap();
    // another telephone, set in a session that passed: others must pass again, with the new one
    let second = registry.begin_second_factor(&account).await.unwrap();
    time.passes(MINUTE);
    let (other, _) = enter(&registry, "chen.hui", OWN).await;
    let code = second_factor_code(&factor.secret, time.now()).unwrap();
    let other = token_of(registry.pass_second_factor(&other, &code).await.unwrap());
    let code = second_factor_code(&second.secret, time.now()).unwrap();
    registry.confirm_second_factor(&account, &code, &token).await.unwrap().unwrap();
    assert_eq!(needs(&registry, &other).await, Some(Needs::SecondFactor));
    let factor = second;
    // one that waits: the one before holds until it is confirmed
    let second = registry.begin_second_factor(&account).await.unwrap();
    assert_ne!(second, factor);
    time.passes(MINUTE);
    let (waiting, _) = enter(&registry, "chen.hui", OWN).await;
    let code = second_factor_code(&second.secret, time.now()).unwrap();
    assert_eq!(registry.pass_second_factor(&waiting, &code).await.unwrap(), Passed::Wrong);
    registry.remove_second_factor("admin", "chen.hui").await.unwrap();
    // who waits for the code is not let in by that
    assert_eq!(needs(&registry, &waiting).await, None);
    assert_eq!(enter(&registry, "chen.hui", OWN).await.1, Needs::Nothing);
    let before = audited(&registry).await;
    assert!(before.contains(&"admin second-factor-remove account 2 chen.hui".to_owned()));
    registry.remove_second_factor("admin", "chen.hui").await.unwrap();
    assert_eq!(audited(&registry).await, before);
    assert!(told(registry.remove_second_factor("admin", "nobody").await).contains("没有这个账号"));
});
