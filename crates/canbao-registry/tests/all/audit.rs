//! The chains: whatever was tampered with is found, and told where.

use std::path::Path;

use canbao_registry::Registry;
use canbao_registry::apply::{apply, undo};
use canbao_registry::audit::verify;
use canbao_registry::change::Procedure;
use canbao_registry::store::Value;

use crate::apply::{one, town};
use crate::change::done;
use crate::support::run::{number, write};
use crate::support::store::{Fresh, both};

async fn run(registry: &Registry, sql: &'static str) -> u64 {
    let mut transaction = registry.store().write().await.unwrap();
    let rows = transaction.execute(sql, &[]).await.unwrap();
    transaction.commit().await.unwrap();
    rows
}

/// Keeps a table as it was, to be put back.
async fn keep(registry: &Registry, table: &str) {
    let mut transaction = registry.store().write().await.unwrap();
    transaction.execute("DROP TABLE IF EXISTS as_it_was", &[]).await.unwrap();
    transaction.execute(format!("CREATE TABLE as_it_was AS SELECT * FROM {table}"), &[]).await.unwrap();
    transaction.commit().await.unwrap();
}

async fn put_back(registry: &Registry, table: &str) {
    let mut transaction = registry.store().write().await.unwrap();
    transaction.execute(format!("DELETE FROM {table}"), &[]).await.unwrap();
    transaction.execute(format!("INSERT INTO {table} SELECT * FROM as_it_was"), &[]).await.unwrap();
    transaction.commit().await.unwrap();
}

/// An apply, a change by hand, another apply, one that is undone.
pub(crate) async fn lived(registry: &Registry, folder: &Path) {
    apply(registry, &write(folder, "a", "2016-11-01", &town()), "test", false).await.unwrap();
    let somebody = one(registry, &number("1985-03-12", 10)).await;
    let procedure = Procedure::NameChanged { name: "王秀莹".to_owned() };
    done(registry, &somebody, procedure, "2016-11-05").await.unwrap();
    let mut later = town();
    later[1].schemes.clear();
    later.pop();
    apply(registry, &write(folder, "b", "2016-12-01", &later), "test", false).await.unwrap();
    later.pop();
    apply(registry, &write(folder, "c", "2017-01-01", &later), "test", false).await.unwrap();
    undo(registry, None, "test", false).await.unwrap();
}

both!(whatever_is_changed_in_the_database_itself_is_told_with_revision_and_table, |fresh: Fresh| async move {
    let (registry, folder) = (&fresh.registry, fresh.folder.path());
    lived(registry, folder).await;
    let whole = verify(registry).await.unwrap();
    assert_eq!(whole.faults, Vec::<String>::new());
    // the request is an entry too
    assert_eq!((whole.applies, whole.changes, whole.entries), (4, 1, 6));
    let mut transaction = registry.store().read().await.unwrap();
    let mut rows = 0;
    for table in ["person", "number", "enrolment", "finding", "unit"] {
        rows += transaction.int(format!("SELECT COUNT(*) FROM {table}"), &[]).await.unwrap();
    }
    drop(transaction);
    assert!(whole.rows == rows as u64 && rows > 20, "{} of {rows}", whole.rows);
    let (first, hand) = (1_i64 << 32, (1_i64 << 32) + 1);
    for (table, sql, revision) in [
        ("person", "UPDATE person SET area = '610999001001' WHERE person = 2 AND rev_from = 4294967296", first),
        ("person", "UPDATE person SET name = '王秀英' WHERE rev_from = 4294967297", hand),
        ("person", "UPDATE person SET rev_to = 9223372036854775807 WHERE rev_to = 4294967297", hand),
        ("enrolment", "DELETE FROM enrolment WHERE id = (SELECT MIN(id) FROM enrolment)", first),
        ("enrolment", "UPDATE enrolment SET status = 'normal' WHERE status = 'suspended'", first),
        ("number", "UPDATE number SET value = '610999199001010017' WHERE id = (SELECT MIN(id) FROM number)", first),
        ("finding", "UPDATE finding SET detail = '' WHERE kind = 'duplicate-medical' AND rev_from = 4294967296", first),
        (
            "number",
            "INSERT INTO number SELECT id + 900, person, rev_from, rev_to, kind, value, hash, evidence FROM number \
             WHERE id = (SELECT MIN(id) FROM number)",
            first,
        ),
        // a revision that the audit does not know
        ("number", "UPDATE number SET rev_to = 77 WHERE id = (SELECT MIN(id) FROM number)", 77),
        ("person", "UPDATE person SET rev_from = 9 WHERE rev_from = 4294967297", 9),
    ] {
        keep(registry, table).await;
        assert!(run(registry, sql).await > 0, "{sql}");
        let found = verify(registry).await.unwrap();
        let revision = format!("第 {revision} 版");
        let known = revision.len() > "第 100 版".len();
        let told = |fault: &String| fault.contains(&revision) && (!known || fault.contains(&format!("（{table}）")));
        assert!(found.faults.iter().any(told), "{sql}: {:?}", found.faults);
        // what was not touched is not accused
        for other in ["person", "number", "enrolment", "finding", "unit"].iter().filter(|other| **other != table) {
            assert!(!found.faults.iter().any(|fault| fault.contains(&format!("（{other}）"))), "{:?}", found.faults);
        }
        put_back(registry, table).await;
        assert!(verify(registry).await.unwrap().faults.is_empty(), "{sql}");
    }
    run(registry, "UPDATE state SET visible = visible - 1").await;
    assert!(verify(registry).await.unwrap().faults.iter().any(|fault| fault.contains("登记库显示的是")));
});

both!(what_an_apply_has_not_made_visible_is_nobodys_fault, |fresh: Fresh| async move {
    let (registry, folder) = (&fresh.registry, fresh.folder.path());
    lived(registry, folder).await;
    // as an apply that was killed leaves it
    run(
        registry,
        "INSERT INTO apply (revision, state, base, as_of, run_digest, balance) \
         SELECT 21474836480, 'staging', visible, as_of, registry, '' FROM (SELECT visible, as_of, \
         (SELECT run_digest FROM apply ORDER BY revision LIMIT 1) AS registry FROM state) AS s",
    )
    .await;
    run(registry, "UPDATE enrolment SET rev_to = 21474836480 WHERE rev_to = 9223372036854775807 AND person = 1").await;
    run(
        registry,
        "INSERT INTO number SELECT id + 900, person, 21474836480, rev_to, kind, value, hash, evidence FROM number \
         WHERE id = (SELECT MIN(id) FROM number)",
    )
    .await;
    assert_eq!(verify(registry).await.unwrap().faults, Vec::<String>::new());
    run(registry, "DELETE FROM apply WHERE state = 'staging'").await;
    assert!(verify(registry).await.unwrap().faults.iter().any(|fault| fault.contains("第 21474836480 版")));
});

both!(a_changed_missing_or_swapped_entry_is_found, |fresh: Fresh| async move {
    let (registry, folder) = (&fresh.registry, fresh.folder.path());
    for (name, day) in [("a", "2016-11-01"), ("b", "2016-12-01"), ("c", "2017-01-01"), ("d", "2017-02-01")] {
        apply(registry, &write(folder, name, day, &town()), "test", false).await.unwrap();
    }
    let whole = verify(registry).await.unwrap();
    assert_eq!((whole.entries, whole.faults.len()), (4, 0));
    keep(registry, "audit").await;
    let tampered = [
        ("UPDATE audit SET actor = 'other' WHERE seq = 2", "第 2 条"),
        ("UPDATE audit SET at = at + 1 WHERE seq = 3", "第 3 条"),
        ("UPDATE audit SET digest = hash WHERE seq = 4", "第 4 条"),
        ("DELETE FROM audit WHERE seq = 3", "第 3 条到第 3 条缺失"),
        ("UPDATE audit SET seq = 9 WHERE seq = 4", "第 4 条到第 8 条缺失"),
    ];
    for (sql, told) in tampered {
        assert_eq!(run(registry, sql).await, 1, "{sql}");
        let found = verify(registry).await.unwrap();
        assert!(found.faults.iter().any(|fault| fault.contains(told)), "{sql}: {:?}", found.faults);
        put_back(registry, "audit").await;
        assert!(verify(registry).await.unwrap().faults.is_empty());
    }
});

both!(a_cut_end_shows_by_the_head, |fresh: Fresh| async move {
    let (registry, folder) = (&fresh.registry, fresh.folder.path());
    apply(registry, &write(folder, "a", "2016-11-01", &town()), "test", false).await.unwrap();
    one(registry, &number("1985-03-12", 10)).await;
    one(registry, &number("1980-05-02", 11)).await;
    let before = verify(registry).await.unwrap();
    assert_eq!(before.looks, 2);
    if registry.store().is_postgres() {
        let mut transaction = registry.store().write().await.unwrap();
        transaction.execute("DELETE FROM look WHERE seq = $1", &[Value::from(2_i64)]).await.unwrap();
        transaction.commit().await.unwrap();
        let after = verify(registry).await.unwrap();
        assert!(after.faults.is_empty() && after.looks_head != before.looks_head);
    }
});
