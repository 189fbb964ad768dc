//! 部门报送员: comes for the first time, hands an extract over, mends what is wrong with it, takes it back.

use std::io::Cursor;
use std::path::{Path, PathBuf};

use calamine::{Reader as _, open_workbook_auto_from_rs};
use canbao_domain::number::{NumberForm, read_number};

use super::{Day, OFFICE};
use crate::browser::drive::{Browser, count};
use crate::support::extract::{Extract, path_of};

const SOURCE: &str = "/data/employee-pension";
const LOGIN: &str = "yanglao.liu";

/// The month's extract, as it is drawn from the system and after it was mended.
struct Month {
    damaged: PathBuf,
    mended: PathBuf,
    /// Rows of the mended one; the damaged one has two more.
    rows: usize,
    /// Names of those whose number is wrong in the damaged one.
    wrong: Vec<String>,
}

/// A line that is none.
const BROKEN: [&str; 2] = ["多出,一个,逗,号", "第二行,也读不出"];

impl Month {
    /// The city's extract of the month before without its last rows, and once with some things wrong.
    fn of(city: &Path, folder: &Path) -> Self {
        let config = std::fs::read_to_string(city.join("city.toml")).unwrap();
        let mut extract = Extract::read(&city.join(path_of(&config, "employee-pension")));
        let column = |name: &str| extract.header.iter().position(|head| head == name).unwrap();
        let (name, number, birth) = (column("姓名"), column("证件号码"), column("出生日期"));
        let (sex, kind) = (column("性别"), column("证件类型"));
        // one in twenty is gone, of which nobody need give an account
        extract.rows.truncate(extract.rows.len() * 19 / 20);
        let sound = |row: &Vec<String>| {
            let read = read_number(&row[number], None);
            let Some(is) = read.number.filter(|_| read.form == NumberForm::Exact) else { return false };
            let says = |sex: &str| sex == if is.body() % 10 % 2 == 1 { "男" } else { "女" };
            let plain = !row[name].contains(['?', '？']) && row[name].chars().count() > 1;
            plain && row[birth] == is.birth().to_string() && says(&row[sex]) && row[kind].contains("身份证")
        };
        let sound: Vec<usize> = (0..extract.rows.len()).filter(|at| sound(&extract.rows[*at])).take(2).collect();
        let mended = folder.join("2016年11月企业职工养老保险.csv");
        extract.write_csv(&mended, &extract.rows.iter().collect::<Vec<_>>());
        let mut wrong = Vec::new();
        for at in sound {
            let cell = &mut extract.rows[at][number];
            let last = if cell.pop() == Some('1') { '2' } else { '1' };
            cell.push(last);
            wrong.push(extract.rows[at][name].clone());
        }
        assert_eq!(wrong.len(), 2);
        std::fs::create_dir(folder.join("damaged")).unwrap();
        let damaged = folder.join("damaged/2016年11月企业职工养老保险.csv");
        extract.write_csv(&damaged, &extract.rows.iter().collect::<Vec<_>>());
        let mut text = std::fs::read_to_string(&damaged).unwrap();
        text.push_str(&format!("{}\r\n{}\r\n", BROKEN[0], BROKEN[1]));
        std::fs::write(&damaged, text).unwrap();
        Self { damaged, mended, rows: extract.rows.len(), wrong }
    }
}

/// The number in `有问题的行 17 行`.
async fn wrong_rows(browser: &Browser) -> i64 {
    let said = browser.find("#bad").await.text().await.unwrap();
    count(said.trim_start_matches("有问题的行").trim())
}

/// Sends a file, and waits until it was read.
async fn upload(browser: &Browser, file: &Path, rows: usize) {
    browser.field("文件，可以一次选几个").await.send_keys(file.to_str().unwrap()).await.unwrap();
    browser.press("上传并识别").await;
    let rows = super::thousands(rows as i64);
    browser.says(&format!("读到 {rows} 行")).await;
    browser.find("#confirm").await;
}

pub(super) async fn day(day: &Day) {
    let given = hired(day).await;
    let folder = day.site.folder.join("month");
    std::fs::create_dir(&folder).unwrap();
    let month = Month::of(&day.site.folder.join("canbao-demo/city"), &folder);
    for name in &month.wrong {
        day.personal(name);
    }

    // the first time: nothing else before a password of their own
    let browser = day.browser(OFFICE).await;
    browser.go("/data").await;
    day.check(&browser, "log-in").await;
    day.enter(&browser, LOGIN, "不是这个密码").await;
    browser.says("账号或密码不对").await;
    assert_eq!(browser.value("#login").await, LOGIN, "what was typed stays");
    browser.fill("密码", &given).await;
    browser.press("登录").await;
    browser.says("首次登录或重设后").await;
    day.check(&browser, "first password").await;
    browser.go("/data").await;
    assert_eq!(browser.at().await, "/password");
    browser.fill("现在的密码", &given).await;
    browser.write("#new", "liu2016").await;
    browser.write("#again", "liu2016").await;
    browser.press("换密码").await;
    let refusal = browser.find("[role=alert]").await.text().await.unwrap();
    assert!(!refusal.is_empty(), "a weak password is refused with a sentence");
    day.own_password(&browser, LOGIN, &given).await;
    assert!(browser.heading().await.starts_with("市养老经办中心 · 1 个来源"), "{}", browser.heading().await);
    day.check(&browser, "reporter home").await;

    // what came from the system
    browser.press("企业职工养老保险").await;
    day.check(&browser, "source").await;
    upload(&browser, &month.damaged, month.rows + BROKEN.len()).await;
    day.check(&browser, "delivery open").await;
    for said in ["UTF-8", "逗号分隔", "表头在第 1 行"] {
        browser.says(said).await;
    }
    let columns = "return Object.fromEntries([...document.querySelectorAll('tbody tr')].flatMap((row) => { \
                       const field = row.querySelector('select[name^=c]'); \
                       return field ? [[row.cells[0].textContent, field.value]] : []; }))";
    let columns = browser.script(columns, Vec::new()).await;
    for (header, field) in [("姓名", "name"), ("证件号码", "number"), ("参保状态", "status"), ("单位编号", "unit_code")]
    {
        assert_eq!(columns[header], field, "{columns}");
    }
    assert_eq!(browser.counted("号码有错", "行数").await, numbers_wrong(&month), "{}", browser.text().await);
    for name in &month.wrong {
        browser.keeps_quiet_of(name).await;
    }
    let wrong = wrong_rows(&browser).await;
    let unreadable = "return [...document.querySelectorAll('#balance ~ * tr, .scroll tr')].find((row) => \
                      row.cells[0].textContent === '读不出').cells[1].textContent";
    assert_eq!(browser.script(unreadable, Vec::new()).await, BROKEN.len().to_string());
    browser.press("号码有错").await;
    browser.says("对照文件和行号").await;
    day.check(&browser, "delivery rows").await;
    assert_eq!(browser.count("main tbody tr").await as i64, numbers_wrong(&month));
    browser.client.back().await.unwrap();

    // taken out to be mended: all of them, word for word
    browser.press("CSV").await;
    let csv = String::from_utf8(browser.downloaded().await).unwrap();
    assert_eq!(csv.lines().count() as i64, 1 + wrong);
    for said in month.wrong.iter().map(String::as_str).chain(BROKEN) {
        assert!(csv.contains(said), "{said} is not among the rows to be mended");
    }
    browser.press("下载这些行（XLSX）").await;
    let mut book = open_workbook_auto_from_rs(Cursor::new(browser.downloaded().await)).unwrap();
    let sheet = book.worksheet_range_at(0).unwrap().unwrap();
    let rows: Vec<String> = sheet.rows().map(|row| row.iter().map(|cell| format!("{cell}|")).collect()).collect();
    let head = rows.iter().position(|row| row.starts_with("文件|")).unwrap();
    assert_eq!((rows.len() - head - 1) as i64, wrong);
    assert!(rows.iter().any(|row| row.contains(BROKEN[0])));

    // mended, sent, taken back, sent again
    browser.press("换一份文件").await;
    browser.says("现在再上传，那一份就丢弃").await;
    upload(&browser, &month.mended, month.rows).await;
    assert_eq!(wrong_rows(&browser).await, wrong - 4, "two numbers and two lines");
    assert_eq!(browser.value("#as_of").await, "2016-11-30", "by the file's name");
    send(&browser, month.rows).await;
    day.check(&browser, "delivery sent").await;
    browser.go("/data").await;
    assert_eq!(browser.cell("城镇企业职工养老保险", "数据截至").await, "2016-11-30");
    browser.press("企业职工养老保险").await;
    browser.press_at("table.rows tbody th a").await;
    browser.fill("为什么撤回", "月份选错了").await;
    browser.press("撤回").await;
    browser.says("月份选错了").await;
    day.check(&browser, "delivery taken back").await;
    browser.go("/data").await;
    assert_ne!(browser.cell("城镇企业职工养老保险", "数据截至").await, "2016-11-30", "the one before holds again");
    browser.go(SOURCE).await;
    upload(&browser, &month.mended, month.rows).await;
    send(&browser, month.rows).await;

    // nothing of others
    browser.go("/").await;
    day.none(&browser, "/data/household-register").await;
    let mut seen = 0;
    for id in 1..=16 {
        let (status, said) = browser.ask(&format!("/delivery/{id}")).await;
        assert!(matches!(status, 200 | 404), "{id}: {status}");
        assert_eq!(status == 200, said.contains("企业职工养老保险 ·"), "{id}: {said}");
        seen += usize::from(status == 200);
    }
    assert_eq!(seen, 1, "of the deliveries that the city began with, one is theirs");
    day.refused(&browser, &["/people", "/person/1", "/findings", "/finding/1", "/figures", "/runs", "/run/1", "/log"])
        .await;
    day.log_out(browser, "the reporter").await;
}

async fn send(browser: &Browser, rows: usize) {
    browser.press(&format!("确认报送 {} 行", super::thousands(rows as i64))).await;
    browser.says("这一份留在报送记录里").await;
}

/// How many numbers in the damaged file are wrong, by the rule itself.
fn numbers_wrong(month: &Month) -> i64 {
    let extract = Extract::read(&month.damaged);
    let column = |name: &str| extract.header.iter().position(|head| head == name).unwrap();
    let (number, kind) = (column("证件号码"), column("证件类型"));
    let form = |row: &&Vec<String>| read_number(&row[number], Some(&row[kind])).form == NumberForm::Damaged;
    extract.rows.iter().filter(form).count() as i64
}

/// The administrator adds the account; gives the password that is shown once.
async fn hired(day: &Day) -> String {
    let browser = day.log_in("admin", OFFICE).await;
    browser.press("账号").await;
    browser.press("新增账号").await;
    browser.fill("登录名", LOGIN).await;
    browser.press_at("form.asks button.primary").await;
    browser.says("处要改").await;
    day.check(&browser, "account refused").await;
    assert_eq!(browser.value("#f-login").await, LOGIN, "what was typed stays");
    browser.fill("姓名", "刘芳").await;
    browser.tick("报送一个部门的数据").await;
    browser.fill("区域", "610900").await;
    browser.fill("部门（只有部门报送员填）", "市养老经办中心").await;
    browser.tick("企业职工养老保险").await;
    day.check(&browser, "account new").await;
    browser.press_at("form.asks button.primary").await;
    browser.says("初始密码只显示这一次").await;
    day.check(&browser, "account made").await;
    let password = browser.find(".once").await.text().await.unwrap();
    browser.press("看这个账号").await;
    browser.keeps_quiet_of(&password).await;
    day.log_out(browser, "the administrator").await;
    password
}
