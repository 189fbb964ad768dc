//! What the database has, and what is shown, of secrets: nothing that could be used.

use canbao_registry::Registry;
use canbao_registry::account::{LogIn, NewToken, second_factor_code};

use super::{MINUTE, OTHER, PASSWORD, Time, enter, staffed};
use crate::support::store::{Fresh, both};

/// All texts and bytes of all tables, those of another kind in hexadecimal too.
async fn everything(registry: &Registry) -> String {
    let sql = if registry.store().is_postgres() {
        "SELECT tablename::TEXT FROM pg_tables WHERE schemaname = current_schema()"
    } else {
        "SELECT name FROM sqlite_master WHERE type = 'table'"
    };
    let mut transaction = registry.store().read().await.unwrap();
    let tables = transaction.all(sql, &[]).await.unwrap();
    assert!(tables.len() > 20);
    let mut all = String::new();
    for table in tables {
        for row in transaction.all(format!("SELECT * FROM {}", table.text(0)), &[]).await.unwrap() {
            for at in 0..60 {
                all.push_str(row.text(at));
                all.push('\n');
                all.push_str(&String::from_utf8_lossy(row.bytes(at)));
                all.extend(row.bytes(at).iter().map(|byte| format!("{byte:02x}")));
                all.push('\n');
            }
        }
    }
    all
}

fn from_base32(text: &str) -> String {
    let letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
    let bits: String = text.chars().map(|c| format!("{:05b}", letters.find(c).unwrap())).collect();
    bits.as_bytes()
        .chunks(4)
        .map(|four| format!("{:x}", u8::from_str_radix(std::str::from_utf8(four).unwrap(), 2).unwrap()))
        .collect()
}

both!(nothing_in_the_database_lets_anybody_in, |fresh: Fresh| async move {
    let (registry, time) = Time::of(&fresh.registry);
    let account = staffed(&registry, fresh.folder.path()).await;
    let entered = registry.log_in("chen.hui", PASSWORD, "a").await.unwrap();
    let LogIn::In { token: first, .. } = &entered else { panic!("{entered:?}") };
    let token = registry.change_password(&account, PASSWORD, "Jn4!wPz8kd", first).await.unwrap().unwrap();
    let factor = registry.begin_second_factor(&account).await.unwrap();
    let waiting = everything(&registry).await;
    let code = second_factor_code(&factor.secret, time.now()).unwrap();
    let last = registry.confirm_second_factor(&account, &code, &token).await.unwrap().unwrap();
    let another = registry.begin_second_factor(&account).await.unwrap();
    let wanted = NewToken { name: "x".to_owned(), scopes: vec!["x".to_owned()], expires: time.now() + MINUTE };
    let (made, api) = registry.add_token("test", &account, wanted).await.unwrap();
    let (admin, _) = enter(&registry, "admin", OTHER).await;
    let session = registry.session(&last).await.unwrap().unwrap().0;
    let secrets = [
        first.clone(),
        token,
        last.clone(),
        admin,
        api.clone(),
        api[7..].to_owned(),
        session.csrf.clone(),
        PASSWORD.to_owned(),
        OTHER.to_owned(),
        "Jn4!wPz8kd".to_owned(),
        factor.secret.clone(),
        another.secret.clone(),
        from_base32(&factor.secret),
        from_base32(&another.secret),
    ];
    assert_eq!(from_base32(&factor.secret).len(), 40);
    let all = everything(&registry).await;
    // what is there is found in this way
    assert!(all.contains("chen.hui") && all.contains(blake3::hash(last.as_bytes()).to_hex().as_str()));
    let shown = format!("{entered:?} {session:?} {factor:?} {made:?} {account:?} {registry:?}");
    for secret in &secrets {
        let hex: String = secret.bytes().map(|byte| format!("{byte:02x}")).collect();
        for text in [&all, &waiting, &shown] {
            assert!(!text.contains(secret.as_str()) && !text.contains(&hex));
        }
    }
    // nor do the files, where there are any
    if let Some(path) = registry.store().path() {
        for file in [path.to_owned(), path.with_extension("db-wal")] {
            let bytes = std::fs::read(file).unwrap();
            for secret in &secrets {
                assert!(!bytes.windows(secret.len()).any(|window| window == secret.as_bytes()));
            }
        }
    }
});
