//! Accounts by command: passwords shown once and right, refusals with their hints, the list.

use std::io::Write as _;
use std::path::Path;
use std::process::{Output, Stdio};

use canbao_registry::account::LogIn;
use canbao_registry::{Address, Registry};
use serde_json::Value;

use crate::registry_areas::filled;
use crate::support::folder::fresh;
use crate::support::program::{command, run, run_well};

const DATABASE: [&str; 2] = ["--database", "sqlite://registry.db"];

fn user(folder: &Path, arguments: &[&str]) -> String {
    run_well(folder, &[&["user"], arguments, &DATABASE].concat())
}

fn refused(folder: &Path, arguments: &[&str], told: &str) {
    let output = run(folder, &[&["user"], arguments, &DATABASE].concat());
    let said = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(2), "{arguments:?}: {said}");
    assert!(said.contains(told) && said.contains("提示："), "{arguments:?}: {said}");
    assert!(output.stdout.is_empty(), "{arguments:?}");
}

/// With a password on standard input.
fn given(folder: &Path, arguments: &[&str], password: &str) -> Output {
    let mut command = command(folder, &[&["user"], arguments, &["--password-stdin"], &DATABASE].concat());
    let piped = command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = piped.spawn().unwrap();
    child.stdin.take().unwrap().write_all(password.as_bytes()).unwrap();
    child.wait_with_output().unwrap()
}

/// The invented password in what the program said.
fn shown(said: &str) -> String {
    let line = said.lines().find_map(|line| line.strip_prefix("密码：")).unwrap();
    assert_eq!((line.len(), line.split('-').count()), (19, 4), "{line}");
    line.to_owned()
}

fn log_in(folder: &Path, login: &str, password: &str) -> LogIn {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build().unwrap();
    runtime.block_on(async {
        let url = format!("sqlite://{}", folder.join("registry.db").display());
        let registry = Registry::open(&Address { url, key_file: None }).await.unwrap();
        let entered = registry.log_in(login, password, "10.1.1.1").await.unwrap();
        registry.close().await;
        entered
    })
}

fn listed(folder: &Path) -> Vec<Value> {
    let told: Value = serde_json::from_str(&user(folder, &["list", "--json"])).unwrap();
    told["accounts"].as_array().unwrap().clone()
}

#[test]
fn an_account_is_added_reset_disabled_and_listed() {
    let folder = filled("user");
    assert!(user(&folder, &["list"]).contains("还没有账号"));
    let said = user(&folder, &["add", "admin", "--name", "王建国", "--role", "admin"]);
    assert!(said.starts_with("已新增账号 admin（王建国，系统管理员，610900 安康市）。\n"), "{said}");
    let said = user(&folder, &["add", "Chen.Hui", "--name", "陈慧", "--role", "county", "--area", "610902"]);
    assert!(said.starts_with("已新增账号 chen.hui（陈慧，县级经办，610902 汉滨区）。\n"), "{said}");
    let first = shown(&said);
    assert!(matches!(log_in(&folder, "chen.hui", &first), LogIn::In { .. }));
    let reporter = ["--role", "reporter", "--area", "610902", "--department", "区卫计局", "--source", "rural-medical"];
    let output = given(&folder, &[&["add", "wj", "--name", "李敏"], &reporter[..]].concat(), "Jn4!wPz8kd\r\n");
    let said = String::from_utf8(output.stdout).unwrap();
    assert_eq!((output.status.code(), output.stderr.is_empty()), (Some(0), true));
    assert!(said.contains("已新增账号 wj（李敏，部门报送员，610902 汉滨区）") && !said.contains("Jn4"), "{said}");
    assert!(matches!(log_in(&folder, "wj", "Jn4!wPz8kd"), LogIn::In { .. }));
    let said = user(&folder, &["reset", "chen.hui"]);
    let second = shown(&said);
    assert_ne!(first, second);
    assert_eq!(log_in(&folder, "chen.hui", &first), LogIn::Wrong);
    assert!(matches!(log_in(&folder, "chen.hui", &second), LogIn::In { .. }));
    assert!(user(&folder, &["disable", "wj"]).contains("已停用账号 wj（李敏）"));
    assert_eq!(log_in(&folder, "wj", "Jn4!wPz8kd"), LogIn::Disabled);
    let output = given(&folder, &["reset", "wj"], "Qd7?hTb2xm");
    assert!(String::from_utf8(output.stdout).unwrap().contains("仍是停用的"));
    let accounts = listed(&folder);
    let logins: Vec<&str> = accounts.iter().map(|account| account["login"].as_str().unwrap()).collect();
    assert_eq!(logins, ["admin", "chen.hui", "wj"]);
    assert_eq!((&accounts[2]["sources"][0], &accounts[2]["disabled"]), (&"rural-medical".into(), &true.into()));
    assert_eq!((&accounts[0]["last_login"], &accounts[1]["must_change"]), (&Value::Null, &true.into()));
    assert!(accounts[1]["last_login"].as_str().unwrap().ends_with("+08:00"));
    let table = user(&folder, &["list"]);
    assert!(table.contains("已停用") && table.contains("待改初始密码") && table.contains("共 3 个账号"), "{table}");
    assert!(user(&folder, &["enable", "wj"]).contains("已启用账号 wj"));
    assert!(matches!(log_in(&folder, "wj", "Qd7?hTb2xm"), LogIn::In { .. }));
    for _ in 0..4 {
        assert_eq!(log_in(&folder, "wj", "wrong"), LogIn::Wrong);
    }
    assert!(matches!(log_in(&folder, "wj", "wrong"), LogIn::Locked { .. }));
    assert!(user(&folder, &["list"]).contains("锁定到 20"));
    let proof = run_well(&folder, &[&["audit", "verify"], DATABASE.as_slice()].concat());
    assert!(proof.contains("都连得上"), "{proof}");
    // no password is in any file
    for file in ["registry.db", "registry.looks.db"] {
        let bytes = std::fs::read(folder.join(file)).unwrap();
        assert!(!bytes.windows(19).any(|window| window == first.as_bytes() || window == second.as_bytes()));
    }
}

#[test]
fn what_will_not_do_is_refused_with_a_hint() {
    let folder = filled("user-refusals");
    user(&folder, &["add", "admin", "--name", "王建国", "--role", "admin"]);
    let add = |more: &[&'static str]| [&["add", "li", "--name", "李敏"], more].concat();
    for (arguments, told) in [
        (add(&["--role", "clerk"]), "“clerk”不是角色"),
        (add(&["--role", "county"]), "没有写明县级经办的区划"),
        (add(&["--role", "county", "--area", "610900"]), "应当是县（区）"),
        (add(&["--role", "town", "--area", "610902999"]), "今天没有代码为“610902999”的区划"),
        (add(&["--role", "reporter", "--area", "610902"]), "要写明部门"),
        (add(&["--role", "city", "--department", "局"]), "只有部门报送员"),
        (add(&["--role", "city", "--source", "taxes"]), "“taxes”不是"),
        (["add", "Admin", "--name", "某", "--role", "city"].to_vec(), "登录名 admin 已经有了"),
        (["add", "a", "--name", "某", "--role", "city"].to_vec(), "登录名应当是"),
        (["disable", "admin"].to_vec(), "最后一个在用的系统管理员"),
        (["disable", "li"].to_vec(), "没有这个账号"),
        (["enable", "li"].to_vec(), "没有这个账号"),
        (["reset", "li"].to_vec(), "没有这个账号"),
    ] {
        refused(&folder, &arguments, told);
    }
    for (password, told) in
        [("", "标准输入里没有密码"), ("one\ntwo\n", "标准输入里没有密码"), ("Admin@2016\n", "太容易猜")]
    {
        let output = given(&folder, &["reset", "admin"], password);
        let said = String::from_utf8_lossy(&output.stderr);
        assert_eq!((output.status.code(), output.stdout.len()), (Some(2), 0));
        assert!(said.contains(told) && said.contains("提示：") && !said.contains("@2016"), "{said}");
    }
    assert_eq!(listed(&folder).len(), 1);
    let nowhere = fresh("user-nowhere");
    let output = run(&nowhere, &["user", "list", "--database", "sqlite://registry.db"]);
    assert_eq!(output.status.code(), Some(2));
}

#[test]
fn tokens_are_made_shown_once_listed_and_revoked() {
    let folder = filled("user-token");
    user(&folder, &["add", "chen.hui", "--name", "陈慧", "--role", "city"]);
    let until = canbao_domain::date::Date(today() + 30).to_string();
    let token = |arguments: &[&str]| user(&folder, &[&["token"], arguments].concat());
    assert_eq!(token(&["list", "chen.hui"]), "这个账号没有令牌。\n");
    let add = ["add", "chen.hui", "--name", "平台同步", "--scope", "people", "--scope", "figures", "--until", &until];
    let said = token(&add);
    let secret = said.lines().find_map(|line| line.strip_prefix("令牌：")).unwrap().to_owned();
    assert!(secret.starts_with("canbao_") && secret.len() == 71, "{said}");
    let listed = token(&["list", "chen.hui"]);
    assert!(listed.contains("平台同步") && listed.contains("people figures") && listed.contains("有效"), "{listed}");
    assert!(!listed.contains(&secret));
    let json: Value = serde_json::from_str(&token(&["list", "chen.hui", "--json"])).unwrap();
    assert_eq!(json["tokens"][0]["scopes"], serde_json::json!(["people", "figures"]));
    let refuse = |arguments: &[&str], told: &str| refused(&folder, &[&["token"], arguments].concat(), told);
    refuse(&["list", "nobody"], "没有这个账号");
    let with = |scope: &'static str, until: &'static str| {
        ["add", "chen.hui", "--name", "x", "--scope", scope, "--until", until]
    };
    refuse(&with("accounts", "2099-01-01"), "令牌不能带权限“accounts”");
    refuse(&with("people", "2099-01-01"), "有效期要在今天以后、一年以内");
    refuse(&with("people", "明天"), "不是日期");
    refuse(&["revoke", "chen.hui", "9"], "没有这个令牌");
    assert!(token(&["revoke", "chen.hui", "1"]).contains("已撤销账号 chen.hui 的令牌 1"));
    assert!(token(&["list", "chen.hui"]).contains("已撤销"));
}

/// Days since 1970.
fn today() -> i32 {
    let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap();
    i32::try_from(now.as_secs() / 86_400).unwrap()
}
