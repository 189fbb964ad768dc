//! A backup is one state of a registry, and a restore brings exactly that back.

use std::collections::BTreeMap;
use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;
use std::time::{Duration, Instant};

use canbao_domain::scope::Scope;
use canbao_registry::apply::apply;
use canbao_registry::audit::{Verified, verify};
use canbao_registry::backup::{Backup, Checked, KeyState, Options, backup, restore};
use canbao_registry::query::Filter;
use canbao_registry::store::Store;
use canbao_registry::{Address, Registry, RegistryError};
use sqlx::{Connection as _, PgConnection};

use crate::apply::{one, town};
use crate::audit::lived;
use crate::support::run::{number, write};
use crate::support::store::{Fresh, both, empty_database};

const ANEW: Options = Options { replace: false, with_faults: false };
const REPLACE: Options = Options { replace: true, with_faults: false };

async fn made(fresh: &Fresh, name: &str) -> Backup {
    backup(&fresh.address, &fresh.folder.path().join(name), false, "test").await.unwrap()
}

/// An empty place of the same kind of store, with the same key.
async fn elsewhere(fresh: &Fresh) -> Address {
    let key_file = Some(fresh.folder.path().join("registry.key"));
    if fresh.registry.store().is_postgres() {
        return Address { url: empty_database().await.unwrap(), key_file };
    }
    let folder = fresh.folder.path().join("elsewhere");
    fs::create_dir_all(&folder).unwrap();
    Address { url: format!("sqlite://{}", folder.join("registry.db").display()), key_file }
}

/// All rows of all tables as text, made in the test's own way; the looks show by their chain's head.
async fn everything(store: &Store) -> BTreeMap<String, Vec<String>> {
    let mut all = BTreeMap::new();
    let tables = "person number enrolment finding unit counter state revision apply area audit change_request \
                  confirmation decision peer parcel migration";
    for table in tables.split(' ') {
        let mut transaction = store.read().await.unwrap();
        let mut rows: Vec<String> = Vec::new();
        let columns = columns(store, table).await;
        for row in transaction.all(format!("SELECT {columns} FROM {table}"), &[]).await.unwrap() {
            let cells = 0..columns.split(", ").count();
            rows.push(
                cells
                    .map(|at| format!("{:?} {:?} {:?} ", row.maybe_int(at), row.maybe_text(at), row.bytes(at)))
                    .collect(),
            );
        }
        rows.sort();
        all.insert(table.to_owned(), rows);
        transaction.rollback().await.unwrap();
    }
    all
}

async fn columns(store: &Store, table: &str) -> String {
    let mut transaction = store.read().await.unwrap();
    let sql = if store.is_postgres() {
        format!(
            "SELECT column_name::TEXT FROM information_schema.columns WHERE table_name = '{table}' \
             AND table_schema = current_schema() ORDER BY ordinal_position"
        )
    } else {
        format!("SELECT name FROM pragma_table_info('{table}') ORDER BY cid")
    };
    let names = transaction.all(sql, &[]).await.unwrap();
    transaction.rollback().await.unwrap();
    names.iter().map(|row| row.text(0)).collect::<Vec<_>>().join(", ")
}

/// What stands in a folder besides what a registry and the tests keep there.
fn litter(folder: &Path) -> Vec<String> {
    let names = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap());
    names.filter(|name| name.starts_with('.')).collect()
}

async fn proof(address: &Address) -> Verified {
    let registry = Registry::open(address).await.unwrap();
    let proof = verify(&registry).await.unwrap();
    registry.close().await;
    proof
}

both!(what_is_restored_is_what_was_backed_up, |fresh: Fresh| async move {
    let fresh = &fresh;
    let (registry, folder) = (&fresh.registry, fresh.folder.path());
    lived(registry, folder).await;
    let (state, proved) = (everything(registry.store()).await, verify(registry).await.unwrap());
    let backup = made(fresh, "a.canbao").await;
    assert_eq!((backup.checked, backup.faults.len()), (Checked::Restored, 0));
    let file = folder.join("a.canbao");
    assert_eq!(fs::metadata(&file).unwrap().permissions().mode() & 0o777, 0o600);
    let sum = std::process::Command::new("sha256sum").arg(&file).output().unwrap();
    assert!(String::from_utf8(sum.stdout).unwrap().starts_with(&backup.sha256));
    // the audit tells of it, with the digest
    let mut transaction = registry.store().read().await.unwrap();
    let entry = transaction.first("SELECT action, actor, digest, seq FROM audit ORDER BY seq DESC", &[]).await.unwrap();
    drop(transaction);
    let entry = entry.unwrap();
    let digest: String = entry.bytes(2).iter().map(|byte| format!("{byte:02x}")).collect();
    assert_eq!(
        (entry.text(0), entry.text(1), digest, Some(entry.int(3))),
        ("backup", "test", backup.sha256, backup.entry)
    );
    // what happens afterwards is not in it
    apply(registry, &write(folder, "later", "2017-03-01", &town()), "test", false).await.unwrap();
    one(registry, &number("1980-05-02", 11)).await;

    let place = elsewhere(fresh).await;
    let restored = restore(&place, &file, ANEW).await.unwrap();
    assert_eq!((restored.key, restored.migrate, restored.kept.len()), (KeyState::Right, false, 0));
    let other = Registry::open(&place).await.unwrap();
    assert!(everything(other.store()).await == state);
    assert_eq!(verify(&other).await.unwrap(), proved);
    // and it works on
    one(&other, &number("1980-05-02", 11)).await;
    apply(&other, &folder.join("later"), "test", false).await.unwrap();
    assert!(verify(&other).await.unwrap().faults.is_empty());
    other.close().await;
    assert_eq!(litter(folder), Vec::<String>::new());
    // what is there is left as it is, unless told otherwise
    let before = proof(&place).await;
    let refused = restore(&place, &file, ANEW).await.unwrap_err();
    assert!(refused.to_string().contains("已经有登记库") && refused.hint().contains("--replace"), "{refused}");
    assert_eq!(proof(&place).await, before);
    let restored = restore(&place, &file, REPLACE).await.unwrap();
    assert_eq!(proof(&place).await, proved);
    if let Some(kept) = restored.kept.first() {
        let kept = Address { url: format!("sqlite://{}", kept.display()), ..place.clone() };
        assert_eq!(proof(&kept).await, before);
        assert_eq!(litter(&folder.join("elsewhere")), Vec::<String>::new());
    }
});

both!(a_file_that_is_there_stands_unless_it_is_to_be_replaced, |fresh: Fresh| async move {
    let fresh = &fresh;
    let file = fresh.folder.path().join("a.canbao");
    fs::write(&file, "mine").unwrap();
    let refused = backup(&fresh.address, &file, false, "test").await.unwrap_err();
    assert!(refused.to_string().contains("已经存在") && refused.hint().contains("--replace"), "{refused}");
    assert_eq!(fs::read_to_string(&file).unwrap(), "mine");
    backup(&fresh.address, &file, true, "test").await.unwrap();
    assert!(fs::metadata(&file).unwrap().len() > 1000);
    let nowhere = fresh.folder.path().join("none/a.canbao");
    assert!(matches!(backup(&fresh.address, &nowhere, false, "test").await, Err(RegistryError::File { .. })));
    assert_eq!(litter(fresh.folder.path()), Vec::<String>::new());
});

both!(a_missing_or_wrong_key_is_told, |fresh: Fresh| async move {
    let fresh = &fresh;
    made(fresh, "a.canbao").await;
    let file = fresh.folder.path().join("a.canbao");
    let archive = fs::read(&file).unwrap();
    let key = fs::read_to_string(fresh.folder.path().join("registry.key")).unwrap();
    let key = key.split_whitespace().last().unwrap().as_bytes().to_vec();
    assert!(!archive.windows(key.len()).any(|bytes| bytes == key), "the key is in the backup");
    for (name, text, expected) in [
        ("none.key", None, KeyState::Missing),
        ("other.key", Some(format!("canbao-registry-key-1 {}\n", "07".repeat(32))), KeyState::Other),
        ("text.key", Some("text".to_owned()), KeyState::Unusable),
    ] {
        let key_file = fresh.folder.path().join(name);
        if let Some(text) = text {
            fs::write(&key_file, text).unwrap();
            fs::set_permissions(&key_file, fs::Permissions::from_mode(0o600)).unwrap();
        }
        let place = Address { key_file: Some(key_file.clone()), ..elsewhere(fresh).await };
        let restored = restore(&place, &file, REPLACE).await.unwrap();
        assert_eq!((restored.key, restored.key_file), (expected, key_file));
        // it is restored all the same
        assert!(
            proof(&Address { key_file: Some(fresh.folder.path().join("registry.key")), ..place })
                .await
                .faults
                .is_empty()
        );
    }
});

both!(a_damaged_backup_is_refused_before_anything_is_written, |fresh: Fresh| async move {
    let fresh = &fresh;
    lived(&fresh.registry, fresh.folder.path()).await;
    made(fresh, "a.canbao").await;
    let whole = fs::read(fresh.folder.path().join("a.canbao")).unwrap();
    let place = elsewhere(fresh).await;
    let broken = fresh.folder.path().join("broken.canbao");
    let mut cases = vec![whole[..whole.len() / 2].to_vec(), b"text".to_vec(), Vec::new()];
    for at in [100, whole.len() / 3, whole.len() / 2] {
        let mut bytes = whole.clone();
        bytes[at] ^= 1;
        cases.push(bytes);
    }
    for bytes in cases {
        fs::write(&broken, &bytes).unwrap();
        let refused = restore(&place, &broken, ANEW).await.unwrap_err();
        let said = refused.to_string();
        assert!(said.contains("已损坏") || said.contains("不是 canbao backup 做的备份"), "{said}");
        let empty = match place.url.strip_prefix("sqlite://") {
            Some(path) => !Path::new(path).exists(),
            None => matches!(Registry::open(&place).await, Err(RegistryError::Schema { found: 0, .. })),
        };
        assert!(empty, "something was written");
    }
    // the database is of no other kind
    let other = if fresh.registry.store().is_postgres() {
        "sqlite:///tmp/none.db"
    } else {
        "postgresql://nobody@127.0.0.1:1/none"
    };
    let other = Address { url: other.to_owned(), key_file: None };
    let refused = restore(&other, &fresh.folder.path().join("a.canbao"), ANEW).await.unwrap_err();
    assert!(refused.to_string().contains("不能恢复到") && !refused.hint().is_empty(), "{refused}");
});

both!(a_registry_that_contradicts_its_audit_is_backed_up_and_told, |fresh: Fresh| async move {
    let fresh = &fresh;
    lived(&fresh.registry, fresh.folder.path()).await;
    let mut transaction = fresh.registry.store().write().await.unwrap();
    transaction.execute("UPDATE person SET sex = '9' WHERE person = 1", &[]).await.unwrap();
    transaction.commit().await.unwrap();
    let backup = made(fresh, "a.canbao").await;
    assert!(!backup.faults.is_empty());
    let (place, file) = (elsewhere(fresh).await, fresh.folder.path().join("a.canbao"));
    let refused = restore(&place, &file, ANEW).await.unwrap_err();
    assert!(refused.to_string().contains("人员（person）") && refused.hint().contains("--with-faults"), "{refused}");
    let restored = restore(&place, &file, Options { with_faults: true, ..ANEW }).await.unwrap();
    assert_eq!(restored.faults, backup.faults);
});

both!(what_a_killed_apply_left_is_cleared_in_the_restored_registry_too, |fresh: Fresh| async move {
    let (fresh, folder) = (&fresh, fresh.folder.path());
    lived(&fresh.registry, folder).await;
    let mut transaction = fresh.registry.store().write().await.unwrap();
    for sql in [
        "INSERT INTO apply (revision, state, base, as_of, run_digest, balance) SELECT 21474836480, 'staging', base, \
         as_of, run_digest, '' FROM apply WHERE revision = 4294967296",
        "INSERT INTO number SELECT id + 900, person, 21474836480, rev_to, kind, value, hash, evidence FROM number",
        "UPDATE enrolment SET rev_to = 21474836480 WHERE rev_to = 9223372036854775807",
    ] {
        assert!(transaction.execute(sql, &[]).await.unwrap() > 0, "{sql}");
    }
    transaction.commit().await.unwrap();
    made(fresh, "a.canbao").await;
    let place = elsewhere(fresh).await;
    restore(&place, &folder.join("a.canbao"), ANEW).await.unwrap();
    let other = Registry::open(&place).await.unwrap();
    let run = write(folder, "later", "2017-03-01", &town());
    let [here, there] = [&fresh.registry, &other].map(|registry| apply(registry, &run, "test", false));
    assert_eq!(here.await.unwrap(), there.await.unwrap());
    assert!(verify(&other).await.unwrap().faults.is_empty());
    let left = |sql: &'static str| {
        let store = other.store().clone();
        async move { store.read().await.unwrap().int(sql, &[]).await.unwrap() }
    };
    assert_eq!(left("SELECT COUNT(*) FROM number WHERE id > 900").await, 0);
    other.close().await;
});

both!(an_older_structure_is_restored_and_told_and_a_newer_one_refused, |fresh: Fresh| async move {
    let fresh = &fresh;
    let (file, place) = (fresh.folder.path().join("a.canbao"), elsewhere(fresh).await);
    let mut transaction = fresh.registry.store().write().await.unwrap();
    transaction
        .script("DELETE FROM migration WHERE version >= 10; DROP TABLE private_question".to_owned())
        .await
        .unwrap();
    transaction.commit().await.unwrap();
    made(fresh, "a.canbao").await;
    let restored = restore(&place, &file, ANEW).await.unwrap();
    assert!(restored.migrate && restored.manifest.facts.schema < 10);
    let mut transaction = fresh.registry.store().write().await.unwrap();
    transaction.execute("INSERT INTO migration (version, made_at) VALUES (999, 0)", &[]).await.unwrap();
    transaction.commit().await.unwrap();
    // a program that is too old does not know what it copies
    let refused = backup(&fresh.address, &file, true, "test").await.unwrap_err();
    assert!(matches!(refused, RegistryError::Newer { found: 999, .. }), "{refused}");
});

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_sqlite_registry_in_use_is_not_replaced_and_a_broken_one_is_kept() {
    let fresh = crate::support::store::sqlite().await;
    let folder = fresh.folder.path();
    made(&fresh, "a.canbao").await;
    let refused = restore(&fresh.address, &folder.join("a.canbao"), REPLACE).await.unwrap_err();
    assert!(refused.to_string().contains("正在使用中"), "{refused}");
    fresh.registry.close().await;
    let path = folder.join("registry.db");
    fs::write(&path, "这不是数据库".repeat(2000)).unwrap();
    fs::write(folder.join("registry.db-wal"), "journal").unwrap();
    let restored = restore(&fresh.address, &folder.join("a.canbao"), REPLACE).await.unwrap();
    assert!(fs::read(&restored.kept[0]).unwrap().starts_with("这不是".as_bytes()));
    let names = fs::read_dir(folder)
        .unwrap()
        .flatten()
        .filter(|entry| entry.file_name().to_string_lossy().ends_with(".db-wal"));
    assert_eq!(names.count(), 1);
    assert!(proof(&fresh.address).await.faults.is_empty());
}

/// How many of a database's sessions wait for a lock.
async fn waiting(store: &Store) -> i64 {
    let sql = "SELECT COUNT(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'";
    store.read().await.unwrap().int(sql, &[]).await.unwrap()
}

async fn until_waiting(store: &Store, sessions: i64) {
    let begun = Instant::now();
    while waiting(store).await < sessions {
        assert!(begun.elapsed().as_secs() < 60, "{} of {sessions} wait", waiting(store).await);
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

/// A first load takes indexes away, for which it must have their tables to itself for a moment. Where it asked for them
/// in the midst of a backup, `pg_dump` waited behind it, it for the backup, and every page for both.
#[test]
fn a_load_in_the_midst_of_a_backup_waits_and_keeps_nobody_waiting() {
    crate::support::store::on_postgres(|fresh: Fresh| {
        Box::pin(async move {
            let (registry, folder) = (fresh.registry.clone(), fresh.folder.path().to_owned());
            let mut gate = PgConnection::connect(&fresh.address.url).await.unwrap();
            // the backup comes as far as this table, which is among the last that it counts, and no further
            let closed = "BEGIN; LOCK TABLE template_file IN ACCESS EXCLUSIVE MODE";
            sqlx::raw_sql(closed).execute(&mut gate).await.unwrap();
            let file = folder.join("a.canbao");
            let saving = backup(&fresh.address, &file, false, "test");
            let loading = async {
                until_waiting(registry.store(), 1).await;
                apply(&registry, &write(&folder, "a", "2016-11-01", &town()), "test", false).await
            };
            let opening = async {
                until_waiting(registry.store(), 2).await;
                let (city, everybody) = (Scope::city(), Filter::default());
                let page = tokio::time::timeout(Duration::from_secs(10), registry.count(&city, &everybody)).await;
                assert_eq!(page.unwrap().unwrap(), 0);
                sqlx::raw_sql("ROLLBACK").execute(&mut gate).await.unwrap();
            };
            let all = async { tokio::join!(saving, loading, opening) };
            let (saved, loaded, ()) = tokio::time::timeout(Duration::from_secs(50), all).await.unwrap();
            assert_eq!(saved.unwrap().manifest.facts.rows["person"], 0);
            assert_eq!(loaded.unwrap().balance.new, 4);
        })
    });
}
