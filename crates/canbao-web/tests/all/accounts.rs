//! Accounts, as who runs the system keeps them.

use axum::http::StatusCode;

use crate::support::{Browser, Got, PASSWORD, Site, own};

async fn send(browser: &Browser<'_>, path: &str, fields: &[(&str, &str)]) -> Got {
    let csrf = browser.get("/").await.csrf();
    let mut all = vec![("csrf", csrf)];
    all.extend(fields.iter().map(|(name, value)| (*name, (*value).to_owned())));
    browser.post(path, &all).await
}

async fn id_of(site: &Site, login: &str) -> i64 {
    site.registry.account(login).await.unwrap().unwrap().id
}

fn once(page: &str) -> String {
    let (_, rest) = page.split_once("class=\"once\">").expect(page);
    rest.split('<').next().unwrap().to_owned()
}

const NEW: [(&str, &str); 4] = [("login", "wang.fang"), ("name", "王芳"), ("role", "town"), ("area", "610902001")];

#[tokio::test]
async fn an_account_is_added_with_a_password_that_is_shown_once() {
    let site = Site::new().await;
    let admin = site.logged_in("admin").await;
    let made = send(&admin, "/accounts/new", &NEW).await;
    assert_eq!(made.status, StatusCode::OK, "{}", made.text);
    assert!(made.text.contains("已新增账号 wang.fang") && made.text.contains("江北街道"), "{}", made.text);
    let password = once(&made.text);
    let page = admin.get(&format!("/accounts/{}", id_of(&site, "wang.fang").await)).await.text;
    assert!(page.contains("王芳") && !page.contains(&password), "shown once");
    let browser = site.browser();
    assert_eq!(browser.log_in("wang.fang", &password).await.location(), "/password");
    assert_eq!(browser.get("/").await.location(), "/password", "and changed at once");
    let log = site.registry.audit_page(None, None, 100).await.unwrap();
    let log: String = log.iter().map(|done| format!("{} {} {}\n", done.actor, done.action, done.subject)).collect();
    assert!(log.contains("wang.fang") && !log.contains(&password) && !log.contains("王芳"), "{log}");
}

#[tokio::test]
async fn what_will_not_do_is_said_at_its_field() {
    let site = Site::new().await;
    let admin = site.logged_in("admin").await;
    let but = |name: &'static str, value: &'static str| {
        let mut fields = NEW.to_vec();
        fields.retain(|(known, _)| *known != name);
        fields.push((name, value));
        fields
    };
    for (fields, at, said) in [
        (but("login", ""), "login", "请填登录名"),
        (but("login", "王 芳"), "login", "小写字母、数字"),
        (but("login", "county"), "login", "已经有了"),
        (but("name", ""), "name", "请填姓名"),
        (but("role", "king"), "role", "请选角色"),
        (but("area", ""), "area", "没有写明"),
        (but("area", "999999"), "area", "今天没有代码为"),
        (but("area", "610902"), "area", "区划应当是"),
        (but("role", "reporter"), "area", "区划应当是"),
        (vec![("login", "li.na"), ("name", "李娜"), ("role", "reporter"), ("area", "610902")], "sources", "要写明部门"),
        (but("department", "区卫计局"), "sources", "只有部门报送员有部门"),
    ] {
        let got = send(&admin, "/accounts/new", &fields).await;
        assert!(
            matches!(got.status, StatusCode::CONFLICT | StatusCode::UNPROCESSABLE_ENTITY),
            "{said}: {}",
            got.status
        );
        assert!(got.text.contains(&format!("id=\"e-{at}\"")) && got.text.contains(said), "{said}: {}", got.text);
        assert!(!got.text.contains("canbao "), "no commands on a page");
        let kept = fields.iter().find(|(name, value)| *name == "name" && !value.is_empty());
        assert!(kept.is_none_or(|(_, name)| got.text.contains(&format!("value=\"{name}\""))), "{said}: what was typed");
    }
    assert_eq!(site.registry.accounts().await.unwrap().len(), crate::support::ACCOUNTS.len());
    assert_eq!(admin.get("/accounts/999").await.status, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn accounts_are_listed_by_area_role_and_state() {
    let site = Site::new().await;
    let admin = site.logged_in("admin").await;
    site.logged_in("county").await;
    let all = admin.get("/accounts").await.text;
    assert!(
        all.contains(&format!("账号 {} 个", crate::support::ACCOUNTS.len()))
            && all.contains("没有登录过")
            && all.contains("等待换密码"),
        "{all}"
    );
    let here = admin.get("/accounts?area=610921").await.text;
    assert!(here.contains("符合条件 1 个") && here.contains(">neighbour<") && !here.contains(">county<"), "{here}");
    let role = admin.get("/accounts?role=county&state=use").await.text;
    assert!(role.contains("符合条件 1 个") && role.contains(">county<") && !role.contains(">checker<"), "{role}");
    for _ in 0..5 {
        site.browser().log_in("village", "wrong").await;
    }
    let locked = admin.get("/accounts?state=locked").await.text;
    assert!(locked.contains("符合条件 1 个") && locked.contains("锁定到"), "{locked}");
    assert!(admin.get("/accounts?area=610921&role=town").await.text.contains("没有符合条件的账号"));
}

#[tokio::test]
async fn disabling_resetting_and_ending_take_effect_at_once() {
    let site = Site::new().await;
    let admin = site.logged_in("admin").await;
    let county = site.logged_in("county").await;
    let path = format!("/accounts/{}", id_of(&site, "county").await);
    let act = format!("{path}/act");
    assert_eq!(send(&admin, &act, &[("act", "end")]).await.location(), format!("{path}?done=end"));
    assert!(county.get("/").await.location().starts_with("/login"));
    let county = site.logged_in("county").await;
    assert!(send(&admin, &act, &[("act", "disable")]).await.location().ends_with("done=disable"));
    assert!(county.get("/").await.location().starts_with("/login"));
    assert_ne!(site.browser().log_in("county", &own("county")).await.location(), "/");
    assert!(admin.get(&format!("{path}?done=disable")).await.text.contains("要恢复，按“启用”"));
    assert!(send(&admin, &act, &[("act", "enable")]).await.location().ends_with("done=enable"));
    let again = site.browser();
    assert_eq!(again.log_in("county", &own("county")).await.location(), "/");
    let reset = send(&admin, &act, &[("act", "reset")]).await;
    let password = once(&reset.text);
    assert!(again.get("/").await.location().starts_with("/login"));
    assert_ne!(site.browser().log_in("county", &own("county")).await.location(), "/");
    assert_ne!(site.browser().log_in("county", PASSWORD).await.location(), "/");
    assert_eq!(site.browser().log_in("county", &password).await.location(), "/password");
    assert_eq!(send(&admin, &act, &[("act", "fly")]).await.status, StatusCode::BAD_REQUEST);
    // the audit says who did it
    let log = site.logged_in("auditor").await.get("/log?actor=admin").await.text;
    for action in ["退出所有登录", "停用账号", "重设密码"] {
        assert!(log.contains(action), "{action}: {log}");
    }
}

#[tokio::test]
async fn a_second_factor_is_taken_off_and_a_post_changed() {
    let site = Site::new().await;
    let admin = site.logged_in("admin").await;
    let county = site.logged_in("county").await;
    let account = site.registry.account("county").await.unwrap().unwrap();
    let path = format!("/accounts/{}", account.id);
    assert!(!admin.get(&path).await.text.contains("value=\"factor\""), "there is none to take off");
    let post = [("name", "陈慧"), ("role", "county"), ("area", "610921")];
    assert!(send(&admin, &path, &post).await.location().ends_with("done=change"));
    assert!(county.get("/").await.location().starts_with("/login"), "another area ends the session");
    let after = site.registry.account("county").await.unwrap().unwrap();
    assert_eq!((after.name.as_str(), after.area.as_str()), ("陈慧", "610921"));
    let wrong = send(&admin, &path, &[("name", "陈慧"), ("role", "county"), ("area", "610902001")]).await;
    assert!(wrong.status == StatusCode::CONFLICT && wrong.text.contains("id=\"e-area\""), "{}", wrong.text);
}

#[tokio::test]
async fn nobody_locks_themselves_or_the_last_administrator_out() {
    let site = Site::new().await;
    let admin = site.logged_in("admin").await;
    let path = format!("/accounts/{}", id_of(&site, "admin").await);
    for act in ["disable", "reset", "factor"] {
        let got = send(&admin, &format!("{path}/act"), &[("act", act)]).await;
        assert!(got.status == StatusCode::CONFLICT && got.text.contains("不能对自己的账号"), "{act}: {}", got.text);
    }
    let got = send(&admin, &path, &[("name", "甲"), ("role", "auditor"), ("area", "610900")]).await;
    assert!(got.status == StatusCode::CONFLICT && got.text.contains("最后一个在用的系统管理员"), "{}", got.text);
    assert_eq!(admin.get("/accounts").await.status, StatusCode::OK, "still in");
}
