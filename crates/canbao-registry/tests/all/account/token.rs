//! Tokens for programs.

use canbao_registry::account::{AccountChange, NewToken};

use super::{MINUTE, Time, audited, staffed, told};
use crate::support::store::{Fresh, both};

const DAY: i64 = 1440 * MINUTE;

fn new(scopes: &[&str], expires: i64) -> NewToken {
    NewToken {
        name: "数据推送".to_owned(), scopes: scopes.iter().map(|scope| (*scope).to_owned()).collect(), expires
    }
}

both!(a_token_holds_until_it_expires_is_revoked_or_its_account_disabled, |fresh: Fresh| async move {
    let (registry, time) = Time::of(&fresh.registry);
    let account = staffed(&registry, fresh.folder.path()).await;
    let wanted = new(&["uploads:write", "people:read"], time.now() + DAY);
    let (token, secret) = registry.add_token("chen.hui", &account, wanted.clone()).await.unwrap();
    let (other, another) = registry.add_token("chen.hui", &account, new(&["x"], time.now() + 366 * DAY)).await.unwrap();
    assert_ne!(secret, another);
    assert_eq!((token.scopes.as_slice(), token.expires), (wanted.scopes.as_slice(), wanted.expires));
    let (found, owner) = registry.token(&secret).await.unwrap().unwrap();
    assert_eq!((&found, &owner), (&token, &account));
    let mut used = None;
    for _ in 0..200 {
        used = registry.tokens_of(account.id).await.unwrap()[1].last_used;
        if used.is_some() {
            break;
        }
        tokio::time::sleep(std::time::Duration::from_millis(10)).await;
    }
    assert_eq!(used, Some(time.now()));
    for wrong in ["", "canbao_", &secret[7..], &secret.to_uppercase(), &format!("canbao_{}", "0".repeat(64))] {
        assert_eq!(registry.token(wrong).await.unwrap(), None);
    }
    // a token is no session, nor a session a token
    assert_eq!(registry.session(&secret[7..]).await.unwrap(), None);
    time.passes(DAY - 1);
    assert!(registry.token(&secret).await.unwrap().is_some());
    time.passes(1);
    assert_eq!(registry.token(&secret).await.unwrap(), None);
    let admin = registry.account("admin").await.unwrap().unwrap();
    assert!(told(registry.revoke_token("admin", admin.id, other.id).await).contains("没有这个令牌"));
    assert!(registry.token(&another).await.unwrap().is_some());
    let switch = |disabled| AccountChange { disabled: Some(disabled), ..AccountChange::default() };
    registry.change_account("admin", "chen.hui", switch(true)).await.unwrap();
    assert_eq!(registry.token(&another).await.unwrap(), None);
    assert!(told(registry.add_token("admin", &account, new(&["x"], time.now() + DAY)).await).contains("已经停用"));
    registry.change_account("admin", "chen.hui", switch(false)).await.unwrap();
    registry.revoke_token("admin", account.id, other.id).await.unwrap();
    registry.revoke_token("admin", account.id, other.id).await.unwrap();
    assert_eq!(registry.token(&another).await.unwrap(), None);
    let listed = registry.tokens_of(account.id).await.unwrap();
    assert_eq!((listed[0].id, listed[0].revoked, listed[1].revoked), (other.id, Some(time.now()), None));
    let said: Vec<String> = audited(&registry).await.into_iter().filter(|line| line.contains(" token-")).collect();
    assert_eq!(
        said,
        [
            "chen.hui token-add account 2 chen.hui: token 1, uploads:write people:read",
            "chen.hui token-add account 2 chen.hui: token 2, x",
            "admin token-revoke account 2 chen.hui: token 2",
        ]
    );
});

both!(a_token_without_scope_or_end_is_refused, |fresh: Fresh| async move {
    let (registry, time) = Time::of(&fresh.registry);
    let account = staffed(&registry, fresh.folder.path()).await;
    let soon = time.now() + DAY;
    for (wanted, sentence) in [
        (new(&[], soon), "没有写明令牌能做什么"),
        (new(&["people read"], soon), "没有写明令牌能做什么"),
        (new(&[""], soon), "没有写明令牌能做什么"),
        (new(&["人"], soon), "没有写明令牌能做什么"),
        (new(&["x"], time.now()), "一年以内"),
        (new(&["x"], time.now() + 367 * DAY), "一年以内"),
        (NewToken { name: String::new(), ..new(&["x"], soon) }, "令牌的用途应当是"),
    ] {
        let said = told(registry.add_token("chen.hui", &account, wanted).await);
        assert!(said.contains(sentence), "{said}");
    }
    assert_eq!(registry.tokens_of(account.id).await.unwrap(), []);
});
