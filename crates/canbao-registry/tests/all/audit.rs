//! The chains: whatever was tampered with is found, and told where.

use canbao_registry::apply::apply;
use canbao_registry::audit::verify;
use canbao_registry::store::Value;

use crate::apply::{one, town};
use crate::support::run::{number, write};
use crate::support::store::{Fresh, both};

both!(a_changed_missing_or_swapped_entry_is_found, |fresh: Fresh| async move {
    let (registry, folder) = (&fresh.registry, fresh.folder.path());
    for (name, day) in [("a", "2016-11-01"), ("b", "2016-12-01"), ("c", "2017-01-01"), ("d", "2017-02-01")] {
        apply(registry, &write(folder, name, day, &town()), "test", false).await.unwrap();
    }
    let whole = verify(registry).await.unwrap();
    assert_eq!((whole.entries, whole.faults.len()), (4, 0));
    let tampered = [
        ("UPDATE audit SET actor = 'other' WHERE seq = 2", "第 2 条"),
        ("UPDATE audit SET at = at + 1 WHERE seq = 3", "第 3 条"),
        ("UPDATE audit SET digest = hash WHERE seq = 4", "第 4 条"),
        ("DELETE FROM audit WHERE seq = 3", "第 3 条到第 3 条缺失"),
        ("UPDATE audit SET seq = 9 WHERE seq = 4", "第 4 条到第 8 条缺失"),
    ];
    for (sql, told) in tampered {
        let mut transaction = registry.store().write().await.unwrap();
        assert_eq!(transaction.execute(sql, &[]).await.unwrap(), 1, "{sql}");
        transaction.commit().await.unwrap();
        let found = verify(registry).await.unwrap();
        assert!(found.faults.iter().any(|fault| fault.contains(told)), "{sql}: {:?}", found.faults);
        // back to what it was, by making it anew
        let mut transaction = registry.store().write().await.unwrap();
        transaction.execute("DELETE FROM audit", &[]).await.unwrap();
        transaction.execute("DELETE FROM apply", &[]).await.unwrap();
        transaction.execute("DELETE FROM revision", &[]).await.unwrap();
        transaction.execute("UPDATE state SET as_of = ''", &[]).await.unwrap();
        transaction.commit().await.unwrap();
        for (name, day) in [("a", "2016-11-01"), ("b", "2016-12-01"), ("c", "2017-01-01"), ("d", "2017-02-01")] {
            apply(registry, &folder.join(name), "test", false).await.unwrap();
            assert!(registry.as_of().await.unwrap() == day);
        }
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
