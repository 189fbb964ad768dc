//! Comparisons by the page: who begins, who decides, what is told. The program is a script that says what the program says;
//! the program itself is tested as a process where it is.

use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;

use axum::http::StatusCode;
use canbao_domain::date::Date;
use canbao_domain::source::SourceKind;
use canbao_registry::delivery::{Checked, DeliveryFile, Found};
use canbao_registry::job::JobState;
use canbao_web::{Program, Settings};

use crate::support::{Browser, Got, Site};

/// What a comparison prints.
const SUMMARY: &str = r#"{"version":"0","as_of":"2016-10-31","inputs":[],"sources":{"rural-medical":{"rows":10,"exact":9,
"normalised":0,"upgraded":0,"corrected":0,"matched":0,"decided":0,"unresolved":1,"rejected":0}},
"areas":{"610900":{"population":8,"confirmed":5,"uninsured":3,"partial":0,"interrupted":0,"information":0}},
"findings":{"duplicate-pension":2},"units":{"confirmed":1},"stages":[{"name":"read","rows":10,"seconds":1.5}]}"#;

const APPLIED: &str = r#"{"as_of":"2016-10-31","revision":7,"new":4,"changed":3,"ended":2,"untouched":1,"contested":0,"rows_written":9,"rules_changed":false}"#;

/// A program that does nothing, and writes down how it was called.
fn script(folder: &Path, compare: &str) -> Program {
    std::fs::create_dir_all(folder).unwrap();
    let path = folder.join("canbao.sh");
    let text = format!(
        "#!/bin/sh\necho \"$@\" >> '{log}'\ncase \"$1 $2\" in\n\
         'registry apply') echo '{APPLIED}';;\n'registry undo') echo '{{}}';;\n\
         *) {compare};;\nesac\n",
        log = folder.join("calls").display()
    );
    std::fs::write(&path, text).unwrap();
    std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o700)).unwrap();
    let database = "sqlite:///nowhere?secret=x".to_owned();
    Program { file: path, database, key_file: None, memory_limit: "1GB".to_owned() }
}

pub(crate) fn quick() -> String {
    let begin = r#"{"event":"begin","stage":"read","total":10}"#;
    let end = r#"{"event":"end","stage":"read","rows":10,"seconds":0.5}"#;
    format!("echo '{begin}' >&2; echo '{end}' >&2; echo '{SUMMARY}'")
}

pub(crate) fn with(compare: String) -> impl FnOnce(&mut Settings) {
    move |settings| settings.program = Some(script(&settings.data, &compare))
}

/// A delivery that was handed over.
pub(crate) async fn sent(site: &Site) -> i64 {
    std::fs::create_dir_all(site.data.join("extracts")).unwrap();
    std::fs::write(site.data.join("extracts/a"), "姓名,身份证号\n").unwrap();
    let file =
        DeliveryFile {
            name: "名册.csv".to_owned(), stored: "extracts/a".to_owned(), bytes: 1, sha256: "0".repeat(64)
        };
    let registry = &site.registry;
    let (id, _) =
        registry.begin_delivery("reporter", "rural-medical", SourceKind::RuralMedical, &[file]).await.unwrap();
    let found = Found { rows: 10, unreadable: 0, doubtful: 0, people: 10 };
    registry.delivery_found(id, Checked::Sound, found, "{}").await.unwrap();
    let as_of = Date::parse("2016-10-31").unwrap();
    registry.send_delivery("reporter", id, as_of, "", as_of).await.unwrap();
    id
}

async fn post(browser: &Browser<'_>, path: &str, fields: &[(&str, &str)]) -> Got {
    let csrf = browser.get("/").await.csrf();
    let mut all = vec![("csrf", csrf)];
    all.extend(fields.iter().map(|(name, value)| (*name, (*value).to_owned())));
    browser.post(path, &all).await
}

async fn begun(browser: &Browser<'_>, delivery: i64) -> String {
    let field = format!("d{delivery}");
    let got = post(browser, "/runs", &[("as_of", "2016-10-31"), (&field, "1")]).await;
    assert_eq!(got.status, StatusCode::SEE_OTHER, "{}", got.text);
    got.location().to_owned()
}

#[tokio::test]
async fn one_begins_another_decides_and_two_take_it_back() {
    let site = Site::with(with(quick())).await;
    let delivery = sent(&site).await;
    let (city, other) = (site.logged_in("city").await, site.logged_in("city-too").await);
    let form = city.get("/runs/new").await;
    assert!(
        form.text.contains("没有数据：户籍人口") && form.text.contains("数据逾期：新型农村合作医疗"),
        "{}",
        form.text
    );
    for (fields, told) in [
        (vec![("as_of", "昨天"), ("d1", "1")], "比对日期看不懂"),
        (vec![("as_of", "2999-01-01"), ("d1", "1")], "还没有到"),
        (vec![("as_of", "2016-10-31")], "没有选数据"),
        (vec![("as_of", "2016-10-31"), ("d1", "1"), ("d77", "1")], "刚才被撤回"),
    ] {
        let refused = post(&city, "/runs", &fields).await;
        assert!(refused.status == StatusCode::CONFLICT && refused.text.contains(told), "{told}: {}", refused.text);
    }
    let path = begun(&city, delivery).await;
    let waiting = city.get(&path).await;
    assert!(waiting.text.contains("排队等待") && waiting.text.contains("data-live"), "{}", waiting.text);
    let work = site.work();
    let page = city.until(&path, "载入登记库会怎样").await;
    for told in [
        "合计",
        "认不出",
        "重复参加养老保险",
        "<dd>4 人</dd>",
        "有 1 行认不出是谁（10.0 %）",
        "没有的数据",
        "逾期的数据",
    ] {
        assert!(page.text.contains(told), "{told}: {}", page.text);
    }
    let city_file = std::fs::read_to_string(site.data.join("jobs/1/city.toml")).unwrap();
    assert!(
        city_file.contains("kind = \"rural-medical\"") && city_file.contains("as_of = \"2016-10-31\""),
        "{city_file}"
    );
    assert!(site.data.join("jobs/1/data/rural-medical/新型农村合作医疗-001.csv").is_file());
    let regions = std::fs::read_to_string(site.data.join("jobs/1/regions.csv")).unwrap();
    assert!(canbao_domain::area::AreaTree::parse(&regions).is_ok_and(|tree| tree.contains("610902001001")));
    let calls = std::fs::read_to_string(site.data.join("calls")).unwrap();
    assert!(
        calls.contains("--memory-limit 1GB") && calls.contains("--progress json") && calls.contains("--serving=city")
    );
    assert!(!calls.contains("secret"), "the database goes by the environment");
    // the one who began it does not decide
    assert!(page.text.contains("要由另一位市级经办") && !page.text.contains("同意载入</button>"), "{}", page.text);
    let own = post(&city, &format!("{path}/apply"), &[("reason", "相符")]).await;
    assert!(own.status == StatusCode::CONFLICT && own.text.contains("另一人"), "{}", own.text);
    let silent = post(&other, &format!("{path}/apply"), &[("reason", " ")]).await;
    assert!(silent.status == StatusCode::CONFLICT && silent.text.contains("没有写理由"), "{}", silent.text);
    let applied = post(&other, &format!("{path}/apply"), &[("reason", "行数相符")]).await;
    assert_eq!(applied.status, StatusCode::SEE_OTHER, "{}", applied.text);
    let apply = applied.location().to_owned();
    let page = other.until(&apply, "载入的结果").await;
    assert!(page.text.contains("行数相符") && page.text.contains("申请撤销"), "{}", page.text);
    assert!(site.registry.latest_snapshot().await.unwrap().is_some(), "figures have their trend");
    let twice = post(&other, &format!("{path}/apply"), &[("reason", "再来")]).await;
    assert!(twice.status == StatusCode::CONFLICT && twice.text.contains("已经办了"), "{}", twice.text);
    let undo = post(&city, &format!("{apply}/undo"), &[("reason", "规则有误")]).await;
    let undo = undo.location().to_owned();
    assert!(other.get("/runs").await.text.contains("1 个等待另一人同意"));
    let own = post(&city, &format!("{undo}/decide"), &[("decision", "approve"), ("reason", "同意")]).await;
    assert_eq!(own.status, StatusCode::CONFLICT, "{}", own.text);
    let done = post(&other, &format!("{undo}/decide"), &[("decision", "approve"), ("reason", "核对过")]).await;
    assert_eq!(done.status, StatusCode::SEE_OTHER, "{}", done.text);
    other.until(&undo, "撤销载入 · 完成").await;
    let calls = std::fs::read_to_string(site.data.join("calls")).unwrap();
    assert!(calls.contains("registry undo --revision 7 --json") && calls.contains("--serving=city-too"), "{calls}");
    let log = site.logged_in("auditor").await.get("/log").await;
    assert!(log.text.contains("任务 2 载入 完成") && log.text.contains("任务 3 撤销 完成"), "{}", log.text);
    let withdrawn = post(&city, &format!("/delivery/{delivery}/withdraw"), &[("note", "晚了")]).await;
    assert!(withdrawn.status == StatusCode::CONFLICT && withdrawn.text.contains("已用于"), "{}", withdrawn.text);
    work.abort();
}

#[tokio::test]
async fn a_comparison_that_fails_says_why_and_one_that_is_cancelled_ends() {
    let failed = r#"{"event":"failed","message":"户籍.csv：文件是空的","hints":["请重新导出"]}"#;
    let site = Site::with(with(format!("echo '{failed}' >&2; exit 2"))).await;
    let delivery = sent(&site).await;
    let city = site.logged_in("city").await;
    let work = site.work();
    let path = begun(&city, delivery).await;
    let page = city.until(&path, "没有完成").await;
    assert!(page.text.contains("户籍.csv：文件是空的") && page.text.contains("请重新导出"), "{}", page.text);
    assert!(page.text.contains("再办一次") && !page.text.contains("同意载入"), "{}", page.text);
    assert!(!site.data.join("jobs/1").exists(), "nothing stays behind");
    work.abort();
    // one that works until its standard input closes
    let site = Site::with(with(
        r#"echo '{"event":"begin","stage":"link","total":5}' >&2; cat > /dev/null; exit 2"#.to_owned(),
    ))
    .await;
    let delivery = sent(&site).await;
    let city = site.logged_in("city").await;
    let work = site.work();
    let path = begun(&city, delivery).await;
    let page = city.until(&path, "关联人员").await;
    assert!(page.text.contains("进行中"), "{}", page.text);
    let second = begun(&city, delivery).await;
    assert!(city.get(&second).await.text.contains("排队等待"), "one at a time");
    assert_eq!(post(&city, &format!("{second}/cancel"), &[]).await.status, StatusCode::SEE_OTHER);
    assert!(city.get(&second).await.text.contains("已取消"));
    assert_eq!(post(&city, &format!("{path}/cancel"), &[]).await.status, StatusCode::SEE_OTHER);
    city.until(&path, "比对 · 截至 2016-10-31 · 已取消").await;
    let again = post(&city, &format!("{path}/cancel"), &[]).await;
    assert!(again.status == StatusCode::CONFLICT && again.text.contains("不能取消"), "{}", again.text);
    work.abort();
}

#[tokio::test]
async fn what_ran_when_the_server_ended_is_told_as_broken_off() {
    let site = Site::with(with(quick())).await;
    let delivery = sent(&site).await;
    let city = site.logged_in("city").await;
    let path = begun(&city, delivery).await;
    // as a server leaves it that was killed
    assert!(site.registry.next_job().await.unwrap().is_some());
    site.registry
        .job_progress(1, r#"{"stages":[{"name":"link","rows":5,"total":10,"seconds":1.0,"over":false}]}"#)
        .await
        .unwrap();
    assert!(city.get(&path).await.text.contains("关联人员"));
    let work = site.work();
    let page = city.until(&path, "服务器在办理途中停止").await;
    assert!(page.text.contains("中断") && page.text.contains("再办一次"), "{}", page.text);
    assert_eq!(site.registry.job(1).await.unwrap().state, JobState::Broken);
    let path = begun(&city, delivery).await;
    city.until(&path, "载入登记库会怎样").await;
    work.abort();
}

#[tokio::test]
async fn an_apply_that_was_broken_off_after_it_was_done_is_known_by_its_revision() {
    let site = Site::with(with(quick())).await;
    let delivery = sent(&site).await;
    let (city, other) = (site.logged_in("city").await, site.logged_in("city-too").await);
    let work = site.work();
    let path = begun(&city, delivery).await;
    city.until(&path, "载入登记库会怎样").await;
    work.abort();
    drop(work.await);
    // the server was killed between the apply and the end of its job: the record shows it, the job does not
    post(&other, &format!("{path}/apply"), &[("reason", "相符")]).await;
    assert!(site.registry.next_job().await.unwrap().is_some());
    let run = crate::run::write(site.folder(), "later", "2016-11-30", &crate::support::people());
    let applied = canbao_registry::apply::apply(&site.registry, &run, "test", false).await.unwrap();
    assert!(applied.revision > 0);
    site.registry.break_off_jobs("os:server").await.unwrap();
    // from now on the program finds nothing to do
    let nothing = APPLIED.replace("\"revision\":7", "\"revision\":0");
    let script = site.data.join("canbao.sh");
    let text = std::fs::read_to_string(&script).unwrap().replace(APPLIED, &nothing);
    std::fs::write(&script, text).unwrap();
    let again = post(&other, &format!("{path}/apply"), &[("reason", "再办一次")]).await;
    let apply = again.location().to_owned();
    let work = site.work();
    let page = other.until(&apply, "载入的结果").await;
    assert!(page.text.contains("申请撤销"), "what was reached can be taken back: {}", page.text);
    let told = site.registry.job(3).await.unwrap().result;
    assert!(told.contains(&format!("\"revision\":{}", applied.revision)), "{told}");
    work.abort();
}

#[tokio::test]
async fn without_a_program_nothing_is_begun() {
    let site = Site::new().await;
    let delivery = sent(&site).await;
    let city = site.logged_in("city").await;
    assert!(city.get("/runs").await.text.contains("还没有比对过"));
    let refused = post(&city, "/runs", &[("as_of", "2016-10-31"), (&format!("d{delivery}"), "1")]).await;
    assert!(refused.status == StatusCode::CONFLICT && refused.text.contains("没有开通比对"), "{}", refused.text);
    assert_eq!(site.registry.jobs(10).await.unwrap().len(), 0);
}
