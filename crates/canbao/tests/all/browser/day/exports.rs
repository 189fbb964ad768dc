//! A list leaves: asked for by one, approved by somebody above, taken; a neighbour sees nothing of it.

use std::io::Cursor;

use calamine::{Data, Reader as _, open_workbook_auto_from_rs};

use super::{Day, OFFICE, holds_a_number};

pub(super) async fn day(day: &Day) {
    let county = day.area_of("county");
    let people = day.site.people(&county, "uninsured");
    let browser = day.log_in("county", OFFICE).await;
    browser.press("未参保").await;
    assert!(browser.heading().await.contains(&format!("未参保人员 {} 人", super::thousands(people))));
    day.check(&browser, "people").await;
    browser.press("导出这").await;
    browser.press("提交审批").await;
    browser.says("处要改").await;
    day.check(&browser, "export refused").await;
    browser.choose("用途", "入户调查用名单").await;
    browser.fill("给谁、做什么用", "交各镇入户核实").await;
    browser.press("提交审批").await;
    browser.says("等待本级或上级的另一人审批").await;
    day.check(&browser, "export waits").await;
    let export = browser.at().await;
    let token = browser.token().await;
    let fields = [("csrf", token.as_str()), ("decision", "approve"), ("reason", "自己同意")];
    let (status, said) = browser.post(&export, &fields).await;
    assert_eq!(status, 409, "{said}");
    let (status, _) = browser.post(&format!("{export}/file"), &[("csrf", &token)]).await;
    assert_eq!(status, 409, "nothing leaves before it is approved");

    // neither the county beside nor a town decides
    let neighbour = day.hire("zhou.pingli", "周平", "county", &day.beside(&county), OFFICE).await;
    let person = day.somebody(&county, "uninsured");
    for path in [export.as_str(), &format!("/person/{}", person.person), "/change/1"] {
        day.none(&neighbour, path).await;
    }
    let (kind, list) = ("/findings/name-differs", day.log_in("county2", OFFICE).await);
    list.go(kind).await;
    let finding = list.find("table.rows tbody th a").await.attr("href").await.unwrap().unwrap();
    day.none(&neighbour, &finding).await;
    let token = neighbour.token().await;
    let (status, _) = neighbour.post(&finding, &[("csrf", &token), ("verdict", "same")]).await;
    assert_eq!(status, 404);
    day.log_out(list, "the county's other clerk").await;
    day.log_out(neighbour, "the county beside").await;
    let town = day.log_in("town", OFFICE).await;
    let token = town.token().await;
    assert_eq!(town.post(&export, &[("csrf", &token), ("decision", "approve"), ("reason", "好")]).await.0, 403);
    day.log_out(town, "the town's clerk").await;

    let city = day.log_in("city", OFFICE).await;
    city.press("导出申请").await;
    assert!(city.heading().await.contains("1 件等您审批"));
    day.check(&city, "exports").await;
    city.press_at("table.rows tbody th a").await;
    day.check(&city, "export to decide").await;
    city.fill("理由", "入户需要").await;
    city.press("申请人 3 天内可以下载").await;
    city.says("可以下载").await;
    day.log_out(city, "the city's clerk").await;

    browser.go(&export).await;
    day.check(&browser, "export approved").await;
    browser.press("下载文件").await;
    let mut book = open_workbook_auto_from_rs(Cursor::new(browser.downloaded().await)).unwrap();
    let sheet = book.worksheet_range_at(0).unwrap().unwrap();
    let rows: Vec<Vec<String>> = sheet.rows().map(|row| row.iter().map(Data::to_string).collect()).collect();
    assert_eq!(rows.len() as i64, people + 3, "who took it, the heads, a row for each, how many");
    for said in ["陈慧（county）", "何静", "下载", "入户调查用名单：交各镇入户核实", "用后销毁"]
    {
        assert!(rows[0][0].contains(said), "{said} is not in {}", rows[0][0]);
    }
    assert_eq!(rows[1][..2], ["姓名", "身份证号"]);
    assert_eq!(rows[rows.len() - 1][0], format!("共 {} 人", super::thousands(people)));
    let listed = &rows[2..rows.len() - 1];
    assert!(listed.iter().any(|row| row[0] == person.name), "whoever is on the list");
    assert!(listed.iter().flatten().all(|cell| !holds_a_number(cell)), "masked");
    browser.go(&export).await;
    browser.says("1 次").await;
    browser.fill("理由", "名单已交").await;
    browser.press("收回申请").await;
    browser.says("已收回").await;
    assert!(!browser.offers("下载文件").await);
    day.log_out(browser, "the county's clerk").await;
}
