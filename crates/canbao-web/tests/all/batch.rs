//! Batch query by file: each row's answer, in figures and as a file, for the session that asked.

use std::io::Cursor;

use axum::http::{StatusCode, header};
use calamine::Reader as _;

use crate::delivery::bomb;
use crate::support::{Browser, Got, Site, nobodys, number_of};

/// Rows whose answers are known, for a clerk of the county 610902.
fn list() -> (String, Vec<&'static str>) {
    let rows = [
        (number_of("周小琴"), "周小琴", "已参保"),
        (number_of("罗承志"), "罗承志", "未参保"),
        (number_of("罗承志"), "别人", "姓名不符"),
        (number_of("赵文斌"), "赵文斌", "由别的区域登记"),
        (nobodys(), "某某", "登记库中没有"),
        ("123".to_owned(), "=1+1", "号码无效"),
        ("=HYPERLINK(1)".to_owned(), "", "号码无效"),
    ];
    let mut text = "身份证号码,姓名\n".to_owned();
    for (number, name, _) in &rows {
        text.push_str(&format!("{number},{name}\n"));
    }
    text.push_str("多出,一,列\n");
    let mut answers: Vec<&str> = rows.iter().map(|(_, _, answer)| *answer).collect();
    answers.push("无法读取");
    (text, answers)
}

async fn asked(browser: &Browser<'_>, name: &str, list: &[u8]) -> Got {
    let csrf = browser.get("/batch").await.csrf();
    let fields = [("csrf", csrf.as_str()), ("purpose", "核对部门移交的名单"), ("note", "11 月低保名单")];
    browser.upload_form("/batch", &fields, "list", &[(name, list)]).await
}

fn row(page: &str, label: &str) -> String {
    let (_, rest) = page.split_once(&format!(">{label}</span>")).unwrap_or_else(|| panic!("no {label} in {page}"));
    rest.split("</tr>").next().unwrap().to_owned()
}

#[tokio::test]
async fn each_row_is_answered_in_figures_and_in_a_file() {
    let site = Site::new().await;
    let county = site.logged_in("county").await;
    assert!(county.get("/people").await.text.contains("href=\"/batch\""), "the menu leads there");
    let form = county.get("/batch").await.text;
    assert!(form.contains("保留 60 分钟") && form.contains("200,000 行"), "{form}");
    let (text, answers) = list();
    let gbk = encoding_rs::GBK.encode(&text).0.into_owned();
    let got = asked(&county, "移交.csv", &gbk).await;
    assert_eq!(got.status, StatusCode::SEE_OTHER, "{}", got.text);
    let path = got.location().to_owned();
    let key = path.strip_prefix("/batch/").unwrap();
    assert!(key.len() == 24 && key.bytes().all(|byte| byte.is_ascii_hexdigit()), "{path}");
    let page = county.get(&path).await.text;
    assert!(page.contains("批量查询答复 · 8 行") && page.contains("移交.csv"), "{page}");
    assert!(page.contains("号码是“身份证号码”列，姓名是“姓名”列"), "{page}");
    for answer in ["已参保", "未参保", "姓名不符", "由别的区域登记", "登记库中没有", "号码无效", "一号多人", "无法读取"]
    {
        let rows = answers.iter().filter(|one| **one == answer).count();
        assert!(row(&page, answer).contains(&format!("<td class=\"n\">{rows}</td>")), "{answer}: {page}");
    }
    assert!(page.contains("第 9 行") && page.contains("读不出的 1 行"), "where the bad row stands: {page}");
    for personal in ["罗承志", "赵文斌", &number_of("周小琴")] {
        assert!(!page.contains(personal), "figures alone: {personal}");
    }

    let csv = county.get(&format!("{path}/csv")).await;
    assert_eq!(csv.status, StatusCode::OK);
    let disposition = csv.headers[header::CONTENT_DISPOSITION].to_str().unwrap();
    assert!(disposition.starts_with("attachment") && csv.headers[header::CACHE_CONTROL] == "no-store");
    let lines: Vec<&str> = csv.text.trim_start_matches('\u{feff}').trim_end().split("\r\n").collect();
    assert_eq!(lines.len(), 2 + answers.len() + 1, "{}", csv.text);
    for said in ["县级经办甲", "county", "核对部门移交的名单：11 月低保名单", "用后销毁"] {
        assert!(lines[0].contains(said), "{said}: {}", lines[0]);
    }
    assert_eq!(lines[lines.len() - 1], "共 8 行");
    for (at, answer) in answers.iter().enumerate() {
        let line = lines[2 + at];
        assert!(line.starts_with(&format!(",{},", at + 2)) && line.contains(&format!(",{answer},")), "{line}");
    }
    assert!(lines[2].contains("汉滨区 江北街道 张滩村") && lines[2].contains("新型农村合作医疗"), "{}", lines[2]);
    assert!(lines[5].contains(",汉阴县,") && !lines[5].contains("620921001001"), "the county alone: {}", lines[5]);
    assert!(lines[7].contains("'=1+1") && lines[8].contains("'=HYPERLINK(1)"), "{} {}", lines[7], lines[8]);
    assert!(lines[9].contains("多出"), "the row as it was written: {}", lines[9]);

    let xlsx = county.get(&format!("{path}/xlsx")).await;
    let mut book: calamine::Xlsx<_> = calamine::open_workbook_from_rs(Cursor::new(xlsx.bytes)).unwrap();
    let sheet = book.worksheet_range("答复").unwrap();
    assert_eq!(sheet.height(), lines.len());
    let cell = |row, column| sheet.get_value((row, column)).map(ToString::to_string).unwrap_or_default();
    assert_eq!((cell(2, 2), cell(2, 4)), (number_of("周小琴"), "已参保".to_owned()));
    assert_eq!(cell(10, 0), "共 8 行");
    assert_eq!(county.get(&format!("{path}/html")).await.status, StatusCode::NOT_FOUND);

    let looks = site.logged_in("auditor").await.get("/looks").await.text;
    assert_eq!(looks.matches("批量查询：核对部门移交的名单：11 月低保名单").count(), 1, "one look: {looks}");
    let (log, metrics) = site.told();
    for personal in ["罗承志".to_owned(), number_of("周小琴"), key.to_owned()] {
        assert!(!log.contains(&personal) && !metrics.contains(&personal), "{personal} on the log");
    }
}

#[tokio::test]
async fn an_answer_is_of_its_session_and_goes_with_it() {
    let site = Site::new().await;
    let county = site.logged_in("county").await;
    let path = asked(&county, "a.csv", list().0.as_bytes()).await.location().to_owned();
    let again = site.logged_in("county").await;
    let checker = site.logged_in("checker").await;
    for other in [&again, &checker] {
        for end in ["", "/csv", "/xlsx"] {
            assert_eq!(other.get(&format!("{path}{end}")).await.status, StatusCode::GONE);
        }
    }
    let held = || std::fs::read_dir(site.data.join("outgoing")).unwrap().count();
    assert_eq!(held(), 2);
    for folder in ["outgoing", "incoming"] {
        for entry in std::fs::read_dir(site.data.join(folder)).unwrap() {
            let about = entry.unwrap().metadata().unwrap();
            assert_eq!(std::os::unix::fs::PermissionsExt::mode(&about.permissions()) & 0o777, 0o600);
        }
    }
    assert_eq!(std::fs::read_dir(site.data.join("incoming")).unwrap().count(), 0, "the list itself is gone");
    let csrf = county.get("/").await.csrf();
    county.post("/logout", &[("csrf", csrf)]).await;
    assert_eq!(held(), 0, "gone with the session");
}

#[tokio::test]
async fn everybody_is_answered_in_their_own_scope() {
    let site = Site::new().await;
    // the same list, as each sees it: 周小琴 and 罗承志 are of 610902, 赵文斌 of 610921
    for (login, insured, elsewhere) in [("city", 2, 0), ("county", 1, 1), ("neighbour", 1, 3), ("other-village", 0, 4)]
    {
        let browser = site.logged_in(login).await;
        let path = asked(&browser, "a.csv", list().0.as_bytes()).await.location().to_owned();
        let page = browser.get(&path).await.text;
        for (answer, rows) in [("已参保", insured), ("由别的区域登记", elsewhere)] {
            assert!(row(&page, answer).contains(&format!("<td class=\"n\">{rows}</td>")), "{login} {answer}: {page}");
        }
    }
}

#[tokio::test]
async fn what_cannot_be_answered_is_refused_with_a_sentence() {
    let site = Site::new().await;
    let county = site.logged_in("county").await;
    let long = format!("身份证号码,姓名\n{}", "123,甲\n".repeat(200_001));
    for (name, bytes, told) in [
        ("空.csv", Vec::new(), "空"),
        ("页.html", b"<html><script>alert(1)</script></html>".to_vec(), "页.html"),
        ("信.csv", "今天天气很好\n没有别的\n".into(), "信.csv"),
        ("坏.xlsx", b"PK\x03\x04 broken".to_vec(), "不是完整的xlsx文件"),
        ("炸弹.xlsx", bomb(), "大得不合理"),
        ("长.csv", long.into_bytes(), "名单超过 200000 行"),
        ("只有表头.csv", "身份证号码,姓名\n".into(), "只有表头.csv"),
    ] {
        let got = asked(&county, name, &bytes).await;
        assert_eq!(got.status, StatusCode::UNPROCESSABLE_ENTITY, "{name}: {}", got.text);
        assert!(got.text.contains("id=\"e-list\""), "{name}: {}", got.text);
        assert!(got.text.contains(told) || got.text.contains("没有数据行"), "{name}: {}", got.text);
        assert!(got.text.contains("value=\"11 月低保名单\""), "what was typed stays: {}", got.text);
        assert!(!got.text.contains("<script>alert"), "{name}");
    }
    let csrf = county.get("/batch").await.csrf();
    let sound = list().0;
    let fields = |purpose, note| [("csrf", csrf.as_str()), ("purpose", purpose), ("note", note)];
    for (fields, files, at) in [
        (fields("上级要求核查", ""), vec![], "list"),
        (fields("上级要求核查", ""), vec![("a.csv", sound.as_bytes()), ("b.csv", sound.as_bytes())], "list"),
        (fields("好奇", ""), vec![("a.csv", sound.as_bytes())], "purpose"),
        (fields("其他", ""), vec![("a.csv", sound.as_bytes())], "note"),
    ] {
        let got = county.upload_form("/batch", &fields, "list", &files).await;
        assert_eq!(got.status, StatusCode::UNPROCESSABLE_ENTITY, "{}", got.text);
        assert!(got.text.contains(&format!("id=\"e-{at}\"")), "{at}: {}", got.text);
    }
    let forged = [("csrf", "0000"), ("purpose", "上级要求核查")];
    let got = county.upload_form("/batch", &forged, "list", &[("a.csv", sound.as_bytes())]).await;
    assert_eq!(got.status, StatusCode::FORBIDDEN);
    let looks = site.logged_in("auditor").await.get("/looks").await.text;
    assert!(!looks.contains("批量查询"), "nobody was looked up: {looks}");
    let site = Site::with(|settings| settings.upload.paper_bytes = 1_000).await;
    let county = site.logged_in("county").await;
    let much = vec![b'x'; 1 << 20];
    assert_eq!(asked(&county, "a.csv", &much).await.status, StatusCode::PAYLOAD_TOO_LARGE);
}
