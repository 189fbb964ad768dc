//! A clerk's work-list: what they see, what they say, what a village answers, and how it is taken back.

use axum::http::StatusCode;
use canbao_domain::scope::Scope;
use canbao_registry::decision::Ruling;
use canbao_registry::query::Asker;

use crate::support::{Browser, Got, Site, number_of};

fn hidden(page: &str, name: &str) -> String {
    let (_, rest) = page.split_once(&format!("name=\"{name}\" value=\"")).unwrap();
    rest.split('"').next().unwrap().to_owned()
}

/// The address of the finding about somebody in a list.
fn led_to(page: &str, name: &str) -> String {
    let (before, _) = page.split_once(&format!("\">{name}</a>")).unwrap_or_else(|| panic_with(page));
    before.rsplit("href=\"").next().unwrap().to_owned()
}

fn panic_with(page: &str) -> ! {
    unreachable!("not in the list: {page}")
}

async fn say(browser: &Browser<'_>, path: &str, fields: &[(&str, &str)]) -> Got {
    let csrf = browser.get("/").await.csrf();
    let mut all = vec![("csrf", csrf)];
    all.extend(fields.iter().map(|(name, value)| (*name, (*value).to_owned())));
    browser.post(path, &all).await
}

fn city() -> Asker {
    Asker { actor: "test".to_owned(), scope: Scope::city(), purpose: "test".into() }
}

#[tokio::test]
async fn a_row_stands_beside_whom_it_may_mean_with_its_evidence() {
    let site = Site::new().await;
    let county = site.logged_in("county").await;
    let home = county.get("/").await.text;
    assert!(home.contains("关联待定 <span>2</span>"), "{home}");
    let overview = county.get("/findings").await.text;
    assert!(overview.contains("汉滨区 · 待核对 4 条"), "{overview}");
    let list = county.get("/findings/row-unresolved").await.text;
    assert!(list.contains("汉滨区 · 无法确认是谁 2 条") && list.contains("第 61,507 行"), "{list}");
    // what the row says is drawn as text
    assert!(list.contains("某某") && !list.contains("<i>某某"), "{list}");
    let page = county.get(&led_to(&list, "李常顺")).await.text;
    assert!(page.contains("这一行是不是李长顺？把握 77.7 %"), "{page}");
    assert!(
        page.contains("610902 **<mark>96</mark> **** ") && page.contains("610902 **<mark>69</mark> **** "),
        "{page}"
    );
    assert!(page.contains("李<mark>常</mark>顺") && page.contains("李<mark>长</mark>顺"), "{page}");
    assert!(!page.contains(&number_of("李长顺")) && !page.contains("style=\""));
    assert!(page.contains("号码有一位数字不符；姓名一致。") && page.contains("来源：rural-medical.csv，第 61,508 行"));
    // each step of the waterfall, and their sum
    for step in ["−14.0", "+9.4", "+2.6", "+1.8", "3.5 倍"] {
        assert!(page.contains(step), "{step}: {page}");
    }
    // the second candidate is another county's
    assert!(!page.contains("赵文斌") && page.contains("另有候选人在汉阴县"), "{page}");
    assert!(page.contains("都不是，或还有别人"));
    let city = site.logged_in("city").await;
    assert!(city.get(&led_to(&list, "李常顺")).await.text.contains("赵文斌"));
    let nobody = county.get(&led_to(&list, "&#60;i&#62;某某&#60;/i&#62;")).await.text;
    assert!(nobody.contains("没有找到相近的人") && !nobody.contains("value=\"same\""), "{nobody}");
}

#[tokio::test]
async fn a_clerk_decides_goes_on_and_takes_it_back() {
    let site = Site::new().await;
    let county = site.logged_in("county").await;
    let list = county.get("/findings/row-unresolved").await.text;
    let path = led_to(&list, "李常顺");
    let page = county.get(&path).await.text;
    let (candidate, next) = (hidden(&page, "candidate"), hidden(&page, "next"));
    let bad = say(&county, &path, &[("verdict", "ask"), ("due", "明天")]).await;
    assert_eq!(bad.status, StatusCode::CONFLICT);
    assert!(bad.text.contains("答复期限不是日期"), "{}", bad.text);
    let note = format!("号码 {}", number_of("罗承志"));
    let bad = say(&county, &path, &[("verdict", "same"), ("candidate", &candidate), ("note", &note)]).await;
    assert!(bad.status == StatusCode::CONFLICT && bad.text.contains("说明里有身份证号"), "{}", bad.text);
    let fields = [("verdict", "same"), ("candidate", candidate.as_str()), ("next", next.as_str())];
    let done = say(&county, &path, &fields).await;
    let on = if next == "0" { path.clone() } else { format!("/finding/{next}") };
    assert_eq!((done.status, done.location()), (StatusCode::SEE_OTHER, on.as_str()));
    let decided = site.registry.decisions(&city(), false).await.unwrap();
    assert_eq!(decided.len(), 1);
    assert_eq!(
        (decided[0].decision.ruling, decided[0].decision.person_id.as_str()),
        (Ruling::Same, number_of("李长顺").as_str())
    );
    assert!(county.get("/").await.text.contains("关联待定 <span>1</span>"));
    let again = say(&county, &path, &fields).await;
    assert!(again.status == StatusCode::CONFLICT && again.text.contains("已经核对过了"), "{}", again.text);
    // the last act is undone from wherever one is
    let page = county.get(&path).await.text;
    assert!(page.contains("已核对") && page.contains("撤销上一件（本条，是同一人"), "{page}");
    let undo =
        page.split("id=\"undo\" method=\"post\" action=\"").nth(1).unwrap().split('"').next().unwrap().to_owned();
    // somebody of another county cannot
    let neighbour = site.logged_in("neighbour").await;
    assert_eq!(say(&neighbour, &undo, &[]).await.status, StatusCode::NOT_FOUND);
    assert_eq!(neighbour.get(&path).await.status, StatusCode::NOT_FOUND);
    assert_eq!(say(&neighbour, &path, &fields).await.status, StatusCode::NOT_FOUND);
    assert_eq!(say(&county, &undo, &[("back", "1")]).await.status, StatusCode::SEE_OTHER);
    assert!(site.registry.decisions(&city(), false).await.unwrap().is_empty());
    // whom no comparison found is named by number; another county's number is not told
    let far = say(&county, &path, &[("verdict", "same"), ("number", &number_of("赵文斌"))]).await;
    assert!(far.status == StatusCode::CONFLICT && far.text.contains("没有这个身份证号"), "{}", far.text);
    let named = say(&county, &path, &[("verdict", "same"), ("number", &number_of("周小琴"))]).await;
    assert_eq!(named.status, StatusCode::SEE_OTHER, "{}", named.text);
    let decided = site.registry.decisions(&city(), false).await.unwrap();
    assert_eq!(decided[0].decision.person_id, number_of("周小琴"));
}

#[tokio::test]
async fn a_village_is_asked_and_answers() {
    let site = Site::new().await;
    let county = site.logged_in("county").await;
    let list = county.get("/findings/row-unresolved").await.text;
    let path = led_to(&list, "李常顺");
    let due = hidden(&county.get(&path).await.text.replace("id=\"due\" ", ""), "due");
    let fields = [("verdict", "ask"), ("asked", "610902001002"), ("due", due.as_str()), ("note", "问问户主")];
    assert_eq!(say(&county, &path, &fields).await.status, StatusCode::SEE_OTHER);
    let village = site.logged_in("other-village").await;
    let page = village.get("/asked").await.text;
    assert!(page.contains("请核实的疑点 1 条") && page.contains("李常顺") && page.contains("问问户主"), "{page}");
    let answer = page.split("method=\"post\" action=\"/asked/").nth(1).unwrap().split('"').next().unwrap();
    let answer = format!("/asked/{answer}");
    let other = site.logged_in("village").await;
    assert!(other.get("/asked").await.text.contains("没有要核实的疑点"));
    assert_eq!(say(&other, &answer, &[("answer", "same")]).await.status, StatusCode::NOT_FOUND);
    let bare = say(&village, &answer, &[("answer", "unknown"), ("note", "")]).await;
    assert!(bare.status == StatusCode::CONFLICT && bare.text.contains("没有写明为什么核实不了"), "{}", bare.text);
    let done = say(&village, &answer, &[("answer", "same"), ("note", "是他本人")]).await;
    assert_eq!((done.status, done.location()), (StatusCode::SEE_OTHER, "/asked"));
    let page = county.get(&path).await.text;
    assert!(page.contains("村里答复：是") && page.contains("是他本人") && page.contains("村里已答复"), "{page}");
    let answered = county.get("/findings/row-unresolved?stand=answered").await.text;
    assert!(answered.contains("李常顺") && !answered.contains("某某"), "{answered}");
}

#[tokio::test]
async fn several_are_decided_at_once() {
    let site = Site::new().await;
    let county = site.logged_in("county").await;
    let list = county.get("/findings/row-unresolved").await.text;
    let ids: Vec<&str> = ["李常顺", "&#60;i&#62;某某&#60;/i&#62;"]
        .map(|name| list.split_once(&format!("\">{name}</a>")).unwrap().0.rsplit("/finding/").next().unwrap())
        .to_vec();
    let none = say(&county, "/findings/row-unresolved", &[("verdict", "different")]).await;
    assert_eq!(none.status, StatusCode::BAD_REQUEST, "{}", none.text);
    let done =
        say(&county, "/findings/row-unresolved", &[("verdict", "different"), ("id", ids[0]), ("id", ids[1])]).await;
    assert_eq!(done.location(), "/findings/row-unresolved?done=2&refused=0");
    assert!(county.get(done.location()).await.text.contains("已核对 2 条"));
    let again = say(&county, "/findings/row-unresolved", &[("verdict", "different"), ("id", ids[0])]).await;
    assert_eq!(again.location(), "/findings/row-unresolved?done=0&refused=1");
    // a fact that is not so
    let list = county.get("/findings/name-differs").await.text;
    assert!(list.contains("罗承志"), "{list}");
    let page = county.get(&led_to(&list, "罗承志")).await.text;
    assert!(page.contains("姓名不一致"), "{page}");
    let neighbour = site.logged_in("neighbour").await;
    let none = say(&neighbour, "/findings/name-differs", &[("verdict", "same"), ("id", ids[0])]).await;
    assert_eq!(none.location(), "/findings/name-differs?done=0&refused=1");
}
