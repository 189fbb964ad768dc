//! The database gone in the middle of the day.

use axum::http::{StatusCode, header};

use crate::support::Site;

#[tokio::test]
async fn without_its_database_it_says_so_and_loses_nobody() {
    let site = Site::new().await;
    let browser = site.logged_in("county").await;
    assert_eq!(browser.get("/readyz").await.status, StatusCode::OK);
    site.registry.close().await;
    for path in ["/", "/people", "/readyz"] {
        let got = browser.get(path).await;
        assert_eq!(got.status, StatusCode::SERVICE_UNAVAILABLE, "{path}");
        assert!(!got.text.contains("sqlx") && !got.text.contains("pool"), "the database's words stay inside");
    }
    let page = browser.get("/people").await;
    assert!(page.text.contains("数据库暂时没有应答") && page.text.contains("没有生效"), "{}", page.text);
    assert!(page.headers.contains_key(header::RETRY_AFTER));
    assert_eq!(browser.get("/healthz").await.status, StatusCode::OK, "the process itself lives");
    assert_eq!(browser.get("/login").await.status, StatusCode::OK);
}
