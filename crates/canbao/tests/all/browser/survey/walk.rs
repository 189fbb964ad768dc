//! The survey's pages in the offices, after a day of visits: each role's, on an office computer and on a phone.

use canbao_registry::survey::State;
use serde_json::json;

use super::Books;
use crate::browser::day::{Day, OFFICE, PHONE};

pub(super) async fn offices(day: &Day, books: &Books) {
    let (village, town) = (day.area_of("village"), day.area_of("town"));
    let people = books.people(&village).await;
    let in_state =
        |state: State| people.iter().find(|subject| subject.task.state == state && subject.whole.is_some()).unwrap();
    let (open, handed_in) = (&in_state(State::Open).task.mark, &in_state(State::Submitted).task.mark);
    let task = |mark: &str| format!("/survey/task/{mark}");
    let common = ["/survey", "/survey/tasks", "/survey/scan", "/survey/complete"].map(str::to_owned);
    let offices =
        ["/survey/transfers", "/survey/devices", "/survey/samples", "/survey/tasks?state=unchecked"].map(str::to_owned);
    let round = ["/survey/round/new".to_owned()];
    let near = [
        format!("/survey/complete/{village}"),
        format!("/survey/complete/{town}"),
        format!("/survey/print/{village}"),
        task(open),
        task(handed_in),
        "/survey/tasks?form=unit".to_owned(),
    ];
    let door = [format!("/survey/enter/{open}"), task(handed_in), format!("/survey/complete/{village}")];
    let walks: [(&str, Vec<&String>); 4] = [
        ("city", common.iter().chain(&offices).chain(&round).collect()),
        ("county", common.iter().chain(&offices).chain(&round).chain(&near).collect()),
        ("town", common.iter().chain(&offices).chain(&near).collect()),
        ("village", common.iter().chain(&door).collect()),
    ];
    for (login, pages) in walks {
        for size in [OFFICE, PHONE] {
            let browser = day.log_in(login, size).await;
            for page in &pages {
                browser.go(page).await;
                browser.find("main .title h1").await;
                let name = page.replace(open.as_str(), "open").replace(handed_in.as_str(), "submitted");
                day.check(&browser, &format!("{login} {name}")).await;
                if page.starts_with("/survey/enter/") {
                    // what is not asked is not there, and comes as soon as it is
                    let shown =
                        "return ['f-outcome', 'f-gone_on'].map((id) => document.getElementById(id).checkVisibility())";
                    assert_eq!(browser.script(shown, Vec::new()).await, json!([true, false]));
                    browser.find("#i-outcome").await.select_by_value("31").await.unwrap();
                    assert_eq!(browser.script(shown, Vec::new()).await, json!([true, true]));
                }
            }
            day.log_out(browser, login).await;
        }
    }
    let browser = day.log_in("village", PHONE).await;
    day.refused(&browser, &["/survey/devices", "/survey/samples", "/survey/round/new"]).await;
    day.log_out(browser, "the collector").await;
    let browser = day.log_in("leader", OFFICE).await;
    day.refused(&browser, &["/survey", "/survey/tasks", "/survey/complete"]).await;
    day.log_out(browser, "the leader").await;
}
