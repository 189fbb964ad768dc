//! Lists that leave as files: asked, approved by another, taken by who asked.

use axum::http::{StatusCode, header};

use crate::support::{Browser, Got, Site, number_of};

async fn send(browser: &Browser<'_>, path: &str, fields: &[(&str, &str)]) -> Got {
    let csrf = browser.get("/").await.csrf();
    let mut all = vec![("csrf", csrf)];
    all.extend(fields.iter().map(|(name, value)| (*name, (*value).to_owned())));
    browser.post(path, &all).await
}

const WANTED: [(&str, &str); 7] = [
    ("purpose", "入户调查用名单"),
    ("note", "交江北街道核实"),
    ("fields", "name"),
    ("fields", "number"),
    ("fields", "phone"),
    ("whole", "no"),
    ("format", "csv"),
];

const LIST: &str = "/export/new?category=uninsured";

async fn approve(browser: &Browser<'_>, export: &str) -> Got {
    send(browser, export, &[("decision", "approve"), ("reason", "列和人数与任务一致")]).await
}

#[tokio::test]
async fn a_list_leaves_by_two_people_with_its_mark_and_its_count() {
    let site = Site::new().await;
    let (county, checker) = (site.logged_in("county").await, site.logged_in("checker").await);
    let list = county.get("/people?category=uninsured").await.text;
    assert!(list.contains("导出这 2 人") && list.contains("/export/new?category=uninsured"), "{list}");
    let form = county.get(LIST).await.text;
    assert!(form.contains("导出 2 人") && form.contains("汉滨区，未参保"), "{form}");
    let export = send(&county, LIST, &WANTED).await.location().to_owned();
    assert!(export.starts_with("/export/"), "{export}");
    let file = format!("{export}/file");
    let early = send(&county, &file, &[]).await;
    assert!(early.status == StatusCode::CONFLICT && early.text.contains("还没有同意"), "{}", early.text);
    let own = approve(&county, &export).await;
    assert!(own.status == StatusCode::CONFLICT && own.text.contains("不能是申请人本人"), "{}", own.text);
    assert!(checker.get("/exports").await.text.contains("1 件等您审批"));
    assert_eq!(send(&checker, &export, &[("decision", "approve"), ("reason", "")]).await.status, StatusCode::CONFLICT);
    assert_eq!(approve(&checker, &export).await.location(), export);
    let others = send(&checker, &file, &[]).await;
    assert!(others.status == StatusCode::CONFLICT && others.text.contains("只有申请人"), "{}", others.text);
    let got = send(&county, &file, &[]).await;
    assert_eq!(got.status, StatusCode::OK);
    let name = got.headers.get(header::CONTENT_DISPOSITION).unwrap().to_str().unwrap();
    assert!(name.starts_with("attachment") && !name.contains("罗"), "{name}");
    assert_eq!(got.headers.get(header::CACHE_CONTROL).unwrap(), "no-store");
    let lines: Vec<&str> = got.text.trim_start_matches('\u{feff}').trim_end().split("\r\n").collect();
    assert!(
        lines[0].contains("导出") && lines[0].contains("交江北街道核实") && lines[0].contains("county"),
        "{}",
        lines[0]
    );
    assert_eq!((lines[1], lines[lines.len() - 1], lines.len()), ("姓名,身份证号,电话", "共 2 人", 5));
    assert!(lines.iter().any(|line| line.starts_with("罗承志,610902 **** **** ") && line.ends_with("139 **** 5207")));
    assert!(!got.text.contains(&number_of("罗承志")) && !got.text.contains("13912345207"), "masked");
    let auditor = site.logged_in("auditor").await;
    let (log, looks) = (auditor.get("/log").await.text, auditor.get("/looks").await.text);
    for said in ["申请导出", "同意导出", "下载导出文件"] {
        assert!(log.contains(said), "{said}: {log}");
    }
    assert!(looks.contains("导出第 1 件"), "{looks}");
    assert!(county.get(&export).await.text.contains("1 次"), "how often it was taken");
    // taken back, it can be taken no more
    assert_eq!(send(&county, &format!("{export}/withdraw"), &[("reason", "不用了")]).await.location(), export);
    assert_eq!(send(&county, &file, &[]).await.status, StatusCode::CONFLICT);
}

#[tokio::test]
async fn a_whole_workbook_is_what_was_asked_and_only_of_their_area() {
    let site = Site::new().await;
    let (town, county, city) =
        (site.logged_in("town").await, site.logged_in("county").await, site.logged_in("city").await);
    let mut wanted = WANTED.to_vec();
    wanted[5].1 = "yes";
    wanted[6].1 = "xlsx";
    let export = send(&town, "/export/new", &wanted).await.location().to_owned();
    // the neighbouring county neither sees nor decides it, nor does another of the town's own rank
    let neighbour = site.logged_in("neighbour").await;
    assert_eq!(neighbour.get(&export).await.status, StatusCode::NOT_FOUND);
    assert_eq!(approve(&neighbour, &export).await.status, StatusCode::NOT_FOUND);
    assert!(county.get(&export).await.text.contains("完整的号码"), "who decides is told");
    assert_eq!(approve(&county, &export).await.location(), export);
    let got = send(&town, &format!("{export}/file"), &[]).await;
    assert!(got.status == StatusCode::OK && got.text.starts_with("PK"), "{}", got.status);
    assert_eq!(approve(&city, &export).await.status, StatusCode::CONFLICT, "decided already");
    // a county's request is not a town's to see
    let countys = send(&county, LIST, &WANTED).await.location().to_owned();
    assert_eq!(town.get(&countys).await.status, StatusCode::NOT_FOUND);
    assert_eq!(approve(&city, &countys).await.location(), countys, "whoever is above may");
}

#[tokio::test]
async fn what_is_missing_is_said_at_its_field_and_nobody_is_no_list() {
    let site = Site::new().await;
    let county = site.logged_in("county").await;
    let empty = send(&county, LIST, &[]).await;
    assert_eq!(empty.status, StatusCode::UNPROCESSABLE_ENTITY);
    for field in ["purpose", "note", "fields", "whole", "format"] {
        assert!(empty.text.contains(&format!("id=\"e-{field}\"")), "{field}: {}", empty.text);
    }
    let nobody = send(&county, "/export/new?category=outside&sex=1", &WANTED).await;
    assert!(nobody.status == StatusCode::CONFLICT && nobody.text.contains("没有人"), "{}", nobody.text);
    assert!(nobody.text.contains("value=\"交江北街道核实\""), "what was typed");
    assert!(county.get("/exports").await.text.contains("还没有导出申请"));
    assert_eq!(county.get("/export/99").await.status, StatusCode::NOT_FOUND);
}

async fn taken(maker: &Browser<'_>, checker: &Browser<'_>, list: &str, fields: &[(&str, &str)]) -> (String, Got) {
    let asked = send(maker, list, fields).await;
    let export = asked.location().to_owned();
    assert!(export.starts_with("/export/"), "{list}: {} {}", asked.status, asked.text);
    assert_eq!(approve(checker, &export).await.location(), export);
    let got = send(maker, &format!("{export}/file"), &[]).await;
    assert_eq!(got.status, StatusCode::OK, "{}", got.text);
    (export, got)
}

#[tokio::test]
async fn a_work_list_of_findings_leaves_by_two_people() {
    let site = Site::new().await;
    let (town, county) = (site.logged_in("town").await, site.logged_in("county").await);
    let list = "/export/new/findings/name-differs?stand=all";
    let page = town.get("/findings/name-differs?stand=all").await.text;
    assert!(page.contains(&format!("href=\"{list}\"")) && page.contains("导出这 1 条"), "{page}");
    assert!(town.get(list).await.text.contains("疑点：") && town.get(list).await.text.contains("导出 1 条"));
    let wanted = |whole| {
        let fields = ["id", "name", "number", "town", "what", "stand"].map(|field| ("fields", field));
        [vec![("purpose", "与部门核对数据"), ("note", "农合办"), ("whole", whole), ("format", "csv")], fields.to_vec()]
            .concat()
    };
    let (export, got) = taken(&town, &county, list, &wanted("no")).await;
    let lines: Vec<&str> = got.text.trim_start_matches('\u{feff}').trim_end().split("\r\n").collect();
    assert_eq!(
        (lines.len(), lines[1], lines[3]),
        (4, "疑点编号,姓名,号码,镇（街道）,情况,进展", "共 1 条"),
        "{}",
        got.text
    );
    assert!(lines[2].contains("罗承志,610902 **** **** ") && lines[2].contains("罗承忠"), "{}", lines[2]);
    assert!(lines[2].ends_with(",待核对") && !got.text.contains(&number_of("罗承志")), "{}", lines[2]);
    assert!(county.get(&export).await.text.contains("1 条"));
    let (_, whole) = taken(&town, &county, list, &wanted("yes")).await;
    assert!(whole.text.contains(&number_of("罗承志")), "whole, where that was approved");
    let looks = site.logged_in("auditor").await.get("/looks").await.text;
    assert!(looks.contains("导出第 1 件：遮盖") && looks.contains("导出第 2 件：完整"), "{looks}");
    // the sister area has none of them
    let neighbour = site.logged_in("neighbour").await;
    assert!(!neighbour.get("/findings/name-differs?stand=all").await.text.contains("/export/new"));
    let none = send(&neighbour, list, &wanted("no")).await;
    assert!(none.status == StatusCode::CONFLICT && none.text.contains("没有疑点"), "{}", none.text);
    assert_eq!(neighbour.get(&export).await.status, StatusCode::NOT_FOUND);
    assert_eq!(town.get("/export/new/findings/lottery").await.status, StatusCode::NOT_FOUND);
    // what is nobody's stands there as its row writes it, and is no formula
    let rows = "/export/new/findings/row-unresolved";
    let (_, got) = taken(&town, &county, rows, &wanted("yes")).await;
    assert!(got.text.contains("'=HYPERLINK(1)") && got.text.trim_end().ends_with("共 2 条"), "{}", got.text);
}

#[tokio::test]
async fn employers_leave_by_two_people() {
    let site = Site::new().await;
    let (city, too) = (site.logged_in("city").await, site.logged_in("city-too").await);
    let page = city.get("/employers").await.text;
    assert!(page.contains("href=\"/export/new/employers\"") && page.contains("导出这 1 个"), "{page}");
    let form = city.get("/export/new/employers").await.text;
    assert!(form.contains("导出 1 个单位") && !form.contains("name=\"whole\""), "nothing of it is masked: {form}");
    let fields = [
        ("purpose", "上级要求报送"),
        ("note", "省局"),
        ("fields", "name"),
        ("fields", "code"),
        ("fields", "people"),
        ("format", "csv"),
    ];
    let (_, got) = taken(&city, &too, "/export/new/employers", &fields).await;
    let lines: Vec<&str> = got.text.trim_start_matches('\u{feff}').trim_end().split("\r\n").collect();
    assert_eq!(lines[1], "单位名称,统一社会信用代码、注册号,参保人数");
    assert!(lines[2].starts_with("某某商行,91610902MA70000000,") && lines[3] == "共 1 个单位", "{}", got.text);
    let neighbour = site.logged_in("neighbour").await;
    let none = send(&neighbour, "/export/new/employers", &fields).await;
    assert!(none.status == StatusCode::CONFLICT && none.text.contains("没有单位"), "{}", none.text);
    let wrong = city.get("/export/new/employers?county=%22%3E").await;
    assert_eq!(wrong.status, StatusCode::BAD_REQUEST);
}
