//! Making a registry, and opening it again.

use canbao_registry::audit::verify;
use canbao_registry::private::Key;
use canbao_registry::{Address, Registry, RegistryError};

use crate::support::store::{Fresh, both};

both!(migrating_again_changes_nothing, |fresh: Fresh| async move {
    // held whole: the folder goes with it
    let fresh = &fresh;
    let again = Registry::migrate(&fresh.address).await.unwrap();
    assert_eq!((again.steps, again.key_made), (0, None));
    Registry::open(&fresh.address).await.unwrap();
});

both!(a_registry_opens_with_its_own_key_alone, |fresh: Fresh| async move {
    // held whole: the folder goes with it
    let fresh = &fresh;
    let other = fresh.folder.path().join("other.key");
    Key::make(&other).unwrap();
    let missing = fresh.folder.path().join("missing.key");
    for (key_file, told) in [(other, "不是这个登记库的密钥"), (missing, "找不到登记库的密钥文件")]
    {
        let address = Address { key_file: Some(key_file), ..fresh.address.clone() };
        for refused in [Registry::open(&address).await.map(drop), Registry::migrate(&address).await.map(drop)] {
            let refused = refused.unwrap_err();
            assert!(refused.to_string().contains(told) && !refused.hint().is_empty(), "{refused}");
        }
    }
    Registry::open(&fresh.address).await.unwrap();
});

both!(a_database_of_a_newer_program_is_refused, |fresh: Fresh| async move {
    // held whole: the folder goes with it
    let fresh = &fresh;
    let mut transaction = fresh.registry.store().write().await.unwrap();
    transaction.execute("INSERT INTO migration (version, made_at) VALUES (999, 0)", &[]).await.unwrap();
    transaction.commit().await.unwrap();
    assert!(matches!(Registry::open(&fresh.address).await, Err(RegistryError::Newer { found: 999, .. })));
    assert!(matches!(Registry::migrate(&fresh.address).await, Err(RegistryError::Newer { found: 999, .. })));
});

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_no_registry_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let at = |url: &str| Address { url: url.to_owned(), key_file: None };
    for url in ["", "registry.db", "mysql://host/name", "sqlite://"] {
        assert!(matches!(Registry::open(&at(url)).await, Err(RegistryError::Url(_))), "{url}");
    }
    let missing = format!("sqlite://{}", folder.path().join("none.db").display());
    assert!(matches!(Registry::open(&at(&missing)).await, Err(RegistryError::Schema { found: 0, .. })));
    assert!(!folder.path().join("none.db").exists(), "asking made a file");
    let text = folder.path().join("text.db");
    std::fs::write(&text, "这不是数据库".repeat(2000)).unwrap();
    let url = format!("sqlite://{}", text.display());
    assert!(matches!(Registry::open(&at(&url)).await, Err(RegistryError::Database { .. })));
}

both!(a_demonstration_is_marked_once_and_stays_one, |fresh: Fresh| async move {
    // held whole: the folder goes with it
    let fresh = &fresh;
    assert!(!fresh.registry.is_demo().await.unwrap());
    fresh.registry.mark_demo("test").await.unwrap();
    fresh.registry.mark_demo("test").await.unwrap();
    let again = Registry::open(&fresh.address).await.unwrap();
    assert!(again.is_demo().await.unwrap());
    let marks = again.audit_page(None, None, 100).await.unwrap();
    assert_eq!(marks.iter().filter(|done| done.action == "mark" && done.subject == "demo").count(), 1);
    assert_eq!(verify(&again).await.unwrap().faults, Vec::<String>::new());
});
