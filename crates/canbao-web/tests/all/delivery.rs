//! Extracts that come in by the page.

use std::io::Write as _;

use axum::http::{StatusCode, header};
use canbao_registry::delivery::{Checked, DeliveryState};

use crate::run::number;
use crate::support::{Browser, Got, Site};

const RURAL: &str = "/data/rural-medical";

/// A roster of the rural medical scheme: one row is sound, each other has one thing wrong.
pub(crate) fn roster() -> String {
    let number = |seed| number("1977-03-02", seed);
    let wrong = {
        let sound = number(28);
        // the check character is another than the right one
        let last = if sound.ends_with('0') { '1' } else { '0' };
        format!("{}{last}", &sound[..17])
    };
    let (old, cut) = (number(31), number(33));
    let old = format!("{}{}", &old[..6], &old[8..17]);
    let rows = [
        ("周小琴", number(22), "正常参保"),
        ("罗承志", wrong, "正常参保"),
        ("何玉珍", old, "正常参保"),
        ("黄永福", format!("{}000", &cut[..15]), "正常参保"),
        ("刘思雨", String::new(), "正常参保"),
        ("王?", number(35), "正常参保"),
        ("=HYPERLINK(1)", String::new(), "正常参保"),
    ];
    let mut text = "姓名,身份证号,参保状态\n".to_owned();
    for (name, number, state) in rows {
        text.push_str(&format!("{name},{number},{state}\n"));
    }
    text.push_str("多出,一个,逗,号\n");
    text
}

/// `n` sound rows from a seed on.
pub(crate) fn sound(from: u64, rows: u64) -> String {
    let mut text = "姓名,身份证号,参保状态\n".to_owned();
    for at in from..from + rows {
        text.push_str(&format!("周小琴,{},正常参保\n", number("1977-03-02", at)));
    }
    text
}

async fn uploaded(browser: &Browser<'_>, path: &str, files: &[(&str, &[u8])]) -> (String, Got) {
    let csrf = browser.get("/data").await.csrf();
    let got = browser.upload(path, &csrf, files).await;
    assert_eq!(got.status, StatusCode::SEE_OTHER, "{}", got.text);
    let to = got.location().to_owned();
    for _ in 0..400 {
        let page = browser.get(&to).await;
        if !page.text.contains("data-live") {
            return (to, page);
        }
        tokio::time::sleep(std::time::Duration::from_millis(25)).await;
    }
    panic!("{to} is never read");
}

async fn post(browser: &Browser<'_>, path: &str, fields: &[(&str, &str)]) -> Got {
    let csrf = browser.get("/data").await.csrf();
    let mut all = vec![("csrf", csrf)];
    all.extend(fields.iter().map(|(name, value)| (*name, (*value).to_owned())));
    browser.post(path, &all).await
}

fn row(page: &str, label: &str) -> String {
    let (_, rest) = page.split_once(label).unwrap_or_else(|| panic!("no {label} in {page}"));
    rest.split("</tr>").next().unwrap().to_owned()
}

#[tokio::test]
async fn an_extract_is_read_shown_with_what_is_wrong_and_handed_over() {
    let site = Site::new().await;
    let reporter = site.logged_in("reporter").await;
    let home = reporter.get("/").await;
    assert!(home.text.contains("区卫计局 · 1 个来源") && home.text.contains("新型农村合作医疗"), "{}", home.text);
    assert!(!home.text.contains("户籍人口"), "others' sources are none of theirs");
    let text = roster();
    let gbk = encoding_rs::GBK.encode(&text).0.into_owned();
    let (path, page) = uploaded(&reporter, RURAL, &[("2016年10月名册.csv", &gbk)]).await;
    assert!(page.text.contains("读到 8 行") && page.text.contains("GBK"), "{}", page.text);
    // 8 rows: 1 sound and 1 old number, 5 doubtful (one of them twice), 1 unreadable
    assert!(row(&page.text, ">完好<").contains(">2<"), "{}", page.text);
    assert!(row(&page.text, ">能读，有疑<").contains(">5<"), "{}", page.text);
    assert!(row(&page.text, ">读不出<").contains(">1<"), "{}", page.text);
    for (what, rows, effect) in [
        ("号码有错", "1", "有疑"),
        ("15 位旧号码", "1", "自动处理"),
        ("号码被表格软件截断", "1", "有疑"),
        ("号码空白", "2", "有疑"),
        ("姓名里有“?”", "1", "有疑"),
    ] {
        let row = row(&page.text, what);
        assert!(row.contains(&format!(">{rows}<")) && row.contains(effect), "{what}: {row}");
    }
    for (name, seed) in [("罗承志", 28), ("周小琴", 22)] {
        assert!(!page.text.contains(name) && !page.text.contains(&number("1977-03-02", seed)[..17]), "{name}");
    }
    assert!(page.text.contains("value=\"2016-10-31\""), "the day by the file's name");
    let rows = reporter.get(&format!("{path}/rows?problem=number-blank")).await;
    assert!(rows.text.contains("号码空白 · 2 行") && rows.text.contains("刘**"), "{}", rows.text);
    // the files are private, under no name that was given
    let mut stored: Vec<_> = std::fs::read_dir(site.data.join("extracts")).unwrap().flatten().collect();
    let file = stored.pop().unwrap();
    assert!(stored.is_empty() && !file.file_name().to_string_lossy().contains("名册"));
    assert_eq!(std::os::unix::fs::PermissionsExt::mode(&file.metadata().unwrap().permissions()) & 0o777, 0o600);
    let bad_day = post(&reporter, &format!("{path}/send"), &[("as_of", "去年")]).await;
    assert_eq!(bad_day.status, StatusCode::CONFLICT);
    assert!(bad_day.text.contains("数据截止日期看不懂") && bad_day.text.contains("value=\"去年\""), "{}", bad_day.text);
    let unexplained = post(&reporter, &format!("{path}/send"), &[("as_of", "2016-10-31")]).await;
    assert_eq!(unexplained.status, StatusCode::CONFLICT, "an eighth cannot be read");
    let sent =
        post(&reporter, &format!("{path}/send"), &[("as_of", "2016-10-31"), ("note", "系统导出有误，下月改正")]).await;
    assert_eq!((sent.status, sent.location()), (StatusCode::SEE_OTHER, path.as_str()), "{}", sent.text);
    let page = reporter.get(&path).await;
    assert!(page.text.contains("第 1 次，已报送") && page.text.contains("系统导出有误"), "{}", page.text);
    let again = post(&reporter, &format!("{path}/columns"), &[("encoding", "utf-8")]).await;
    assert_eq!(again.status, StatusCode::CONFLICT, "what is handed over stays as it is");
    let delivery = site.registry.delivery(1).await.unwrap();
    assert_eq!((delivery.state, delivery.found.rows, delivery.found.people), (DeliveryState::Sent, 8, 7));
    assert_eq!(delivery.files[0].sha256, sha256(&gbk));
}

fn sha256(bytes: &[u8]) -> String {
    use sha2::Digest as _;
    sha2::Sha256::digest(bytes).iter().map(|byte| format!("{byte:02x}")).collect()
}

#[tokio::test]
async fn what_is_to_be_mended_is_taken_out_whole_and_on_the_log() {
    let site = Site::new().await;
    let reporter = site.logged_in("reporter").await;
    let (path, _) = uploaded(&reporter, RURAL, &[("名册.csv", roster().as_bytes())]).await;
    let csv = post(&reporter, &format!("{path}/mend"), &[("form", "csv")]).await;
    assert_eq!(csv.status, StatusCode::OK);
    assert!(csv.headers[header::CONTENT_DISPOSITION].to_str().unwrap().starts_with("attachment; filename*=UTF-8''"));
    let lines: Vec<&str> = csv.text.trim_start_matches('\u{feff}').lines().collect();
    assert_eq!(lines.len(), 1 + 6, "{}", csv.text);
    assert!(
        lines.iter().any(|line| line.starts_with("名册.csv,3,号码有错") && line.contains("罗承志")),
        "{}",
        csv.text
    );
    assert!(csv.text.contains("\"'=HYPERLINK(1)\""), "no formula: {}", csv.text);
    assert!(csv.text.contains("\"多出,一个,逗,号\""), "word for word: {}", csv.text);
    let xlsx = post(&reporter, &format!("{path}/mend"), &[("form", "xlsx")]).await;
    assert_eq!(xlsx.status, StatusCode::OK);
    assert!(xlsx.text.starts_with("PK"));
    let log = site.logged_in("auditor").await.get("/log").await;
    assert_eq!(log.text.matches("下载待改的行").count(), 2, "{}", log.text);
    assert_eq!(std::fs::read_dir(site.data.join("outgoing")).unwrap().count(), 0, "nothing stays behind");
}

#[tokio::test]
async fn a_code_that_nobody_knows_is_asked_about_and_columns_are_set_by_hand() {
    let site = Site::new().await;
    let reporter = site.logged_in("reporter").await;
    let text = sound(100, 3).replacen("正常参保", "9", 1).replacen("身份证号", "编码甲", 1);
    let (path, page) = uploaded(&reporter, RURAL, &[("a.csv", text.as_bytes())]).await;
    // without a number's column it cannot be read, or the column is found by what stands in it
    let page = if page.text.contains("读不出来") { panic!("{}", page.text) } else { page };
    assert!(page.text.contains("还有 1 处要您定") && page.text.contains("不认识的代码 9，1 行"), "{}", page.text);
    let early = post(&reporter, &format!("{path}/send"), &[("as_of", "2016-10-31")]).await;
    assert!(early.status == StatusCode::CONFLICT && early.text.contains("还有 1 处要您定"), "{}", early.text);
    let set = post(&reporter, &format!("{path}/columns"), &[("k0", "suspended"), ("c1", "number")]).await;
    assert_eq!(set.status, StatusCode::SEE_OTHER, "{}", set.text);
    let page = reporter.until(&path, "读到 3 行").await;
    assert!(!page.text.contains("要您定") && !page.text.contains("状态代码不认识"), "{}", page.text);
    let sent = post(&reporter, &format!("{path}/send"), &[("as_of", "2016-10-31")]).await;
    assert_eq!(sent.status, StatusCode::SEE_OTHER, "{}", sent.text);
    let kept = site.registry.delivery(1).await.unwrap().settings;
    assert!(kept.contains("\"9\":\"suspended\""), "{kept}");
}

#[tokio::test]
async fn several_files_are_one_extract_and_a_drop_must_be_explained() {
    let site = Site::new().await;
    let reporter = site.logged_in("reporter").await;
    let (one, other) = (sound(100, 30), sound(200, 30));
    let (path, page) = uploaded(&reporter, RURAL, &[("1.csv", one.as_bytes())]).await;
    assert!(page.text.contains("读到 30 行") && page.text.contains("这是第一份"), "{}", page.text);
    let csrf = page.csrf();
    let added = reporter.upload(&format!("{path}/files"), &csrf, &[("2.csv", other.as_bytes())]).await;
    assert_eq!(added.status, StatusCode::SEE_OTHER, "{}", added.text);
    reporter.until(&path, "读到 60 行").await;
    assert_eq!(
        post(&reporter, &format!("{path}/send"), &[("as_of", "2016-10-31")]).await.status,
        StatusCode::SEE_OTHER
    );
    // a third of the people are gone, ten are new
    let next = sound(100, 30) + sound(220, 20).split_once('\n').unwrap().1;
    let (second, page) = uploaded(&reporter, RURAL, &[("11.csv", next.as_bytes())]).await;
    assert!(page.text.contains("少 10 行，16.7 %"), "{}", page.text);
    assert!(page.text.contains("约 10 人") && page.text.contains("约 20 人"), "{}", page.text);
    let silent = post(&reporter, &format!("{second}/send"), &[("as_of", "2016-11-20")]).await;
    assert!(silent.status == StatusCode::CONFLICT && silent.text.contains("要写明原因"), "{}", silent.text);
    let earlier = post(&reporter, &format!("{second}/send"), &[("as_of", "2016-09-30"), ("note", "两镇划出")]).await;
    assert!(earlier.status == StatusCode::CONFLICT && earlier.text.contains("还早"), "{}", earlier.text);
    let sent = post(&reporter, &format!("{second}/send"), &[("as_of", "2016-11-20"), ("note", "两镇划出")]).await;
    assert_eq!(sent.status, StatusCode::SEE_OTHER, "{}", sent.text);
    let back = post(&reporter, &format!("{second}/withdraw"), &[("note", "少报一镇")]).await;
    assert_eq!(back.status, StatusCode::SEE_OTHER, "{}", back.text);
    let list = reporter.get("/data").await;
    assert!(list.text.contains("2016-10-31") && list.text.contains(">60<"), "the one before holds: {}", list.text);
    // what is given up leaves nothing on the disk
    let before = std::fs::read_dir(site.data.join("extracts")).unwrap().count();
    let (third, _) = uploaded(&reporter, RURAL, &[("x.csv", one.as_bytes())]).await;
    let gone = post(&reporter, &format!("{third}/discard"), &[]).await;
    assert_eq!((gone.status, gone.location()), (StatusCode::SEE_OTHER, RURAL));
    assert_eq!(std::fs::read_dir(site.data.join("extracts")).unwrap().count(), before);
}

/// A workbook in which one tag unfolds to many megabytes.
pub(crate) fn bomb() -> Vec<u8> {
    let mut zip = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
    let options = zip::write::SimpleFileOptions::default();
    let part = |name: &str, text: &[u8], zip: &mut zip::ZipWriter<std::io::Cursor<Vec<u8>>>| {
        zip.start_file(name, options).unwrap();
        zip.write_all(text).unwrap();
    };
    let main = "http://schemas.openxmlformats.org/spreadsheetml/2006/main";
    let office = "http://schemas.openxmlformats.org/officeDocument/2006/relationships";
    let book = format!(
        "<workbook xmlns=\"{main}\" xmlns:r=\"{office}\"><sheets><sheet name=\"a\" sheetId=\"1\" r:id=\"r1\"/></sheets></workbook>"
    );
    part("xl/workbook.xml", book.as_bytes(), &mut zip);
    let links = format!(
        "<Relationships xmlns=\"http://schemas.openxmlformats.org/package/2006/relationships\"><Relationship Id=\"r1\" \
         Type=\"{office}/worksheet\" Target=\"worksheets/sheet1.xml\"/></Relationships>"
    );
    part("xl/_rels/workbook.xml.rels", links.as_bytes(), &mut zip);
    let mut sheet =
        format!("<worksheet xmlns=\"{main}\"><sheetData><row r=\"1\"><c r=\"A1\" t=\"inlineStr\"><is><t>").into_bytes();
    sheet.resize(sheet.len() + (32 << 20), b'a');
    sheet.extend_from_slice(b"</t></is></c></row></sheetData></worksheet>");
    part("xl/worksheets/sheet1.xml", &sheet, &mut zip);
    zip.finish().unwrap().into_inner()
}

#[tokio::test]
async fn what_cannot_be_read_is_refused_with_a_sentence_and_can_be_replaced() {
    let site = Site::new().await;
    let reporter = site.logged_in("reporter").await;
    let locked = [&b"\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1"[..], &[0; 600]].concat();
    for (name, bytes, told) in [
        ("空.csv", Vec::new(), "文件是空的"),
        ("名册.csv", b"%PDF-1.4 ...".to_vec(), "是PDF文件"),
        ("名册.xlsx", b"PK\x03\x04 broken".to_vec(), "不是完整的xlsx文件"),
        ("炸弹.xlsx", bomb(), "大得不合理"),
        ("加密.xls", locked, "xls"),
        ("名册.rar", b"Rar!\x1a\x07".to_vec(), "是RAR压缩包"),
        ("信.csv", "今天天气很好\n没有别的\n".into(), "信.csv"),
    ] {
        let (path, page) = uploaded(&reporter, RURAL, &[(name, &bytes)]).await;
        assert!(page.text.contains("这份数据读不出来") && page.text.contains(told), "{name}: {}", page.text);
        assert!(page.text.contains("role=\"alert\""), "{name}");
        let sent = post(&reporter, &format!("{path}/send"), &[("as_of", "2016-10-31")]).await;
        assert_eq!(sent.status, StatusCode::CONFLICT, "{name}");
        let mended = post(&reporter, &format!("{path}/mend"), &[("form", "csv")]).await;
        assert_eq!(mended.status, StatusCode::NOT_FOUND, "{name}");
    }
    let people =
        "公民身份号码,姓名,户号,与户主关系,户籍地址,村居代码\n610902197703020022,周小琴,H1,户主,张滩村,610902001001\n";
    let (_, page) = uploaded(&reporter, RURAL, &[("户籍.csv", people.as_bytes())]).await;
    assert!(page.text.contains("没有一列是参保状态"), "{}", page.text);
    // each took the place of the one before: one is open, the others are discarded, and so are their files
    assert_eq!(std::fs::read_dir(site.data.join("extracts")).unwrap().count(), 1);
}

#[tokio::test]
async fn nobody_delivers_for_others() {
    let site = Site::new().await;
    let (reporter, city) = (site.logged_in("reporter").await, site.logged_in("city").await);
    let (path, _) = uploaded(&city, "/data/household-register", &[("a.csv", sound(1, 2).as_bytes())]).await;
    for path in ["/data/household-register".to_owned(), path.clone(), format!("{path}/rows")] {
        assert_eq!(reporter.get(&path).await.status, StatusCode::NOT_FOUND, "{path}");
    }
    for act in ["columns", "send", "withdraw", "discard", "mend"] {
        let got = post(&reporter, &format!("{path}/{act}"), &[("as_of", "2016-10-31"), ("note", "x")]).await;
        assert_eq!(got.status, StatusCode::NOT_FOUND, "{act}");
    }
    let csrf = reporter.get("/").await.csrf();
    for to in ["/data/household-register".to_owned(), format!("{path}/files")] {
        assert_eq!(reporter.upload(&to, &csrf, &[("b.csv", b"x")]).await.status, StatusCode::NOT_FOUND, "{to}");
    }
    let without = reporter.upload(RURAL, "0000", &[("b.csv", b"x")]).await;
    assert_eq!(without.status, StatusCode::FORBIDDEN, "not from a page of ours");
    assert_eq!(reporter.upload(RURAL, &csrf, &[]).await.status, StatusCode::BAD_REQUEST, "no file");
    assert_eq!(city.get("/data").await.text.matches("/data/").count(), 16, "the city sees all sources");
    assert_eq!(reporter.get("/delivery/999").await.status, StatusCode::NOT_FOUND);
    assert_eq!(std::fs::read_dir(site.data.join("incoming")).unwrap().count(), 0, "what was refused is gone");
}

#[tokio::test]
async fn a_county_has_a_source_of_its_own_where_the_citys_plan_says_so() {
    let site = Site::new().await;
    std::fs::create_dir_all(&site.data).unwrap();
    let source = |area| {
        format!(
            "[[source]]\nkind = \"rural-medical\"\nname = \"rural-{area}\"\ntitle = \"新农合 {area}\"\narea = \"{area}\"\n\
             months = 1\ndue_day = 5\n"
        )
    };
    let alarm = "[alarm]\nrows_fewer = 10\npeople_gone = 10\nunreadable = 5\n";
    let plan = site.data.join("deliveries.toml");
    std::fs::write(&plan, format!("{alarm}{}{}", source("610902"), source("610921"))).unwrap();
    let reporter = site.logged_in("reporter").await;
    let page = reporter.get("/data").await;
    assert!(page.text.contains("新农合 610902") && !page.text.contains("新农合 610921"), "{}", page.text);
    assert_eq!(reporter.get("/data/rural-610921").await.status, StatusCode::NOT_FOUND);
    std::fs::write(&plan, "[[source]]").unwrap();
    let broken = reporter.get("/data").await;
    assert_eq!(broken.status, StatusCode::SERVICE_UNAVAILABLE);
    assert!(broken.text.contains("报送计划第"), "{}", broken.text);
}

#[tokio::test]
async fn too_much_is_refused_before_it_fills_the_disk() {
    let site = Site::with(|settings| settings.upload.extract_bytes = 10_000).await;
    let reporter = site.logged_in("reporter").await;
    let csrf = reporter.get("/").await.csrf();
    let much = vec![b'x'; 1 << 20];
    let got = reporter.upload(RURAL, &csrf, &[("a.csv", &much)]).await;
    assert_eq!(got.status, StatusCode::PAYLOAD_TOO_LARGE);
    assert!(got.text.contains("超过 9.8 KB"), "{}", got.text);
    let site = Site::with(|settings| settings.upload.free_bytes = u64::MAX).await;
    let reporter = site.logged_in("reporter").await;
    let csrf = reporter.get("/").await.csrf();
    let got = reporter.upload(RURAL, &csrf, &[("a.csv", b"x")]).await;
    assert_eq!(got.status, StatusCode::INSUFFICIENT_STORAGE);
    assert!(got.text.contains("磁盘快满了"), "{}", got.text);
}

#[tokio::test]
async fn who_waits_is_told_and_what_was_left_unread_is_read_when_somebody_comes() {
    let site = Site::new().await;
    // as a server that ended between upload and reading leaves it
    let stored = site.data.join("extracts/x");
    std::fs::create_dir_all(stored.parent().unwrap()).unwrap();
    std::fs::write(&stored, sound(1, 5)).unwrap();
    let file = canbao_registry::delivery::DeliveryFile {
        name: "a.csv".to_owned(),
        stored: "extracts/x".to_owned(),
        bytes: 1,
        sha256: "0".repeat(64),
    };
    let kind = canbao_domain::source::SourceKind::RuralMedical;
    site.registry.begin_delivery("reporter", "rural-medical", kind, &[file]).await.unwrap();
    assert_eq!(site.registry.delivery(1).await.unwrap().checked, Checked::Waiting);
    let reporter = site.logged_in("reporter").await;
    let first = reporter.get("/delivery/1").await;
    assert!(first.text.contains("data-live=\"/delivery/1/live\""), "{}", first.text);
    let live = reporter.get("/delivery/1/live").await;
    assert_eq!(live.headers[header::CONTENT_TYPE], "text/event-stream");
    assert!(live.text.ends_with("event: done\ndata: 1\n\n"), "{}", live.text);
    assert!(reporter.get("/delivery/1").await.text.contains("读到 5 行"));
}
