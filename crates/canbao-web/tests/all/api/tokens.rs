//! Tokens on one's own page: made, shown once, used, revoked.

use axum::http::StatusCode;

use super::Program;
use crate::support::Site;

fn secret(page: &str) -> Option<String> {
    let at = page.find("canbao_")?;
    page.get(at..at + 71).map(str::to_owned)
}

#[tokio::test]
async fn a_token_is_made_shown_once_and_revoked() {
    let site = Site::new().await;
    let browser = site.logged_in("town").await;
    let page = browser.get("/account").await;
    assert!(page.text.contains("还没有令牌") && page.text.contains("value=\"people\""), "{}", page.text);
    assert!(!page.text.contains("value=\"check\"") && !page.text.contains("value=\"accounts\""), "not a town's");
    let fields = |name: &str, scopes: &[&str], until: &str| {
        let mut fields = vec![("csrf", page.csrf()), ("name", name.to_owned()), ("until", until.to_owned())];
        fields.extend(scopes.iter().map(|scope| ("scope", (*scope).to_owned())));
        fields
    };
    let until = canbao_domain::date::Date(canbao_web::say::today().days() + 30).to_string();
    for (name, scopes, day, told) in [
        ("同步", vec!["people"], "昨天", "到期日不是日期"),
        ("同步", vec!["people"], "2016-01-01", "有效期要在今天以后"),
        ("同步", vec![], until.as_str(), "没有写明令牌能做什么"),
        ("", vec!["people"], until.as_str(), "令牌的用途应当是"),
        ("同步", vec!["people", "check"], until.as_str(), "您的角色没有所选的权限"),
    ] {
        let refused = browser.post("/account/tokens", &fields(name, &scopes, day)).await;
        assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY, "{told}");
        assert!(refused.text.contains(told) && secret(&refused.text).is_none(), "{told}: {}", refused.text);
        assert!(name.is_empty() || refused.text.contains(&format!("value=\"{name}\"")), "what was typed stays");
    }
    let made = browser.post("/account/tokens", &fields("镇级平台同步", &["people", "figures"], &until)).await;
    assert_eq!(made.status, StatusCode::OK);
    let secret = secret(&made.text).expect("shown");
    let program = Program { site: &site, secret: secret.clone() };
    let me = program.get("/api/v1/me").await.json;
    assert_eq!(me["rights"], serde_json::json!(["people", "figures"]));
    assert!(me["token"]["expires"].as_str().unwrap().starts_with(&format!("{until}T23:59:59")));
    let again = browser.get("/account").await;
    assert!(again.text.contains("镇级平台同步") && !again.text.contains(&secret), "shown once");
    // somebody else's token is not theirs to revoke
    let other = site.logged_in("county").await;
    let theirs = [("csrf", other.get("/account").await.csrf()), ("token", me["token"]["id"].to_string())];
    assert_eq!(other.post("/account/tokens/revoke", &theirs).await.status, StatusCode::CONFLICT);
    assert_eq!(program.get("/api/v1/me").await.status, StatusCode::OK);
    let own = [("csrf", again.csrf()), ("token", me["token"]["id"].to_string())];
    assert_eq!(browser.post("/account/tokens/revoke", &own).await.location(), "/account#tokens");
    assert_eq!(program.get("/api/v1/me").await.status, StatusCode::UNAUTHORIZED);
    assert!(browser.get("/account").await.text.contains("已撤销"));
    let reporter = site.logged_in("reporter").await.get("/account").await;
    assert!(reporter.text.contains("value=\"deliver\"") && !reporter.text.contains("value=\"people\""));
}
