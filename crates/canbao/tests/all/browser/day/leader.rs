//! 领导: figures, from the map to a village, and nobody's record.

use super::{Day, OFFICE, PHONE};
use crate::browser::drive::Browser;

/// The page tells figures, and leads to nobody.
async fn figures_alone(day: &Day, browser: &Browser, page: &str) {
    day.check(browser, page).await;
    for nobody in ["a[href^='/person']", "a[href^='/people']", "a[href^='/finding']", "#q"] {
        assert_eq!(browser.count(nobody).await, 0, "{page} has {nobody}");
    }
}

/// Into an area by its line in the table; its figures are those of the record.
async fn into(day: &Day, browser: &Browser, area: &str) {
    browser.press_at(&format!("main table a[href='/area/{area}']")).await;
    browser.find("main .figs").await;
    assert_eq!(browser.counted("合计", "未参保").await, day.site.people(area, "uninsured"), "{area}");
    figures_alone(day, browser, &format!("figures of {} digits", area.len())).await;
}

pub(super) async fn day(day: &Day) {
    let village = day.area_of("village");
    let (county, town) = (&village[..6], &village[..9]);
    for size in [OFFICE, PHONE] {
        let browser = day.log_in("leader", size).await;
        figures_alone(day, &browser, "leader home").await;
        browser.press("看参保情况").await;
        figures_alone(day, &browser, "leader figures").await;
        // the map leads where the table does
        let county_of_the_map = "document.querySelector(`.map a[href='/area/${arguments[0]}']`).focus()";
        browser.script(county_of_the_map, vec![county.into()]).await;
        browser.key('\u{e007}').await;
        browser.says("镇(办)").await;
        browser.find("main .figs").await;
        assert_eq!(browser.counted("合计", "未参保").await, day.site.people(county, "uninsured"));
        into(day, &browser, town).await;
        into(day, &browser, &village).await;
        browser.says("下面没有更细的区划").await;
        // back as one came
        browser.client.back().await.unwrap();
        browser.client.refresh().await.unwrap();
        browser.find("main .figs").await;
        if size == OFFICE {
            let person = day.somebody(county, "uninsured");
            let person = format!("/person/{}", person.person);
            day.refused(&browser, &["/people", &person, "/findings", "/changes", "/exports", "/employers", "/log"])
                .await;
            let (token, reveal) = (browser.token().await, format!("{person}/reveal"));
            for (path, more) in [("/people/find", ("q", "王")), (reveal.as_str(), ("purpose", "核对身份"))] {
                let (status, said) = browser.post(path, &[("csrf", &token), more]).await;
                assert_eq!(status, 403, "{path}: {said}");
            }
        }
        day.log_out(browser, "the leader").await;
    }
}
