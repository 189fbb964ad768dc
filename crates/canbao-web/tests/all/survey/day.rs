//! From the round to the closed village.

use axum::http::StatusCode;
use canbao_domain::date::Date;
use canbao_domain::scope::Scope;
use canbao_registry::query::Asker;
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};

use super::households_are_counted;
use super::phone::{Phone, filled, issued, prefilled, set, states, submit, task_of};
use crate::support::{Site, number_of, own};

async fn whole(site: &Site, name: &str) -> canbao_registry::person::Whole {
    let asker = Asker { actor: "test".to_owned(), scope: Scope::city(), purpose: "test".into() };
    site.registry.by_name(&asker, name, None).await.unwrap().remove(0)
}

/// What a phone does to fill a form, and to hand it in.
fn fill(phone: &mut Phone<'_>, task: &str, answers: &[(&str, String)]) -> Vec<Value> {
    let mut ops: Vec<Value> =
        answers.iter().map(|(item, value)| phone.op(&format!("{task}-{item}"), set(task, item, value, &[]))).collect();
    ops.push(phone.op(&format!("{task}-visit"), json!({ "kind": "visit", "task": task, "found": "met", "note": "" })));
    ops.push(phone.op(&format!("{task}-submit"), submit(task)));
    ops
}

#[tokio::test]
async fn a_village_is_visited_checked_approved_and_closed() {
    let site = Site::new().await;
    issued(&site).await;
    let mut phone = Phone::new(&site, "village", "one").await;
    let answer = phone.sync(&[]).await;
    let told = answer.to_string();
    // nothing that a collector may not see: of the own village alone, numbers and telephones masked
    for hidden in ["李长顺", "赵文斌", "沈无涯", "13912345207"] {
        assert!(!told.contains(hidden), "{hidden}");
    }
    for name in ["罗承志", "周小琴"] {
        assert!(!told.contains(&number_of(name)), "{name}");
    }
    let luo = task_of(&answer, "罗承志");
    assert_eq!(luo["mark"], "未参保");
    assert_eq!(luo["known"]["phone"], "139 **** 5207");
    assert_eq!(luo["facts"]["lacks"], json!(["pension", "medical"]));
    let (of_luo, of_zhou) = (prefilled(luo), prefilled(task_of(&answer, "周小琴")));
    let (luo, zhou) =
        (luo["key"].as_str().unwrap().to_owned(), task_of(&answer, "周小琴")["key"].as_str().unwrap().to_owned());
    assert!(answer["forms"].as_array().unwrap().len() == 3 && !answer["more"].as_bool().unwrap());
    assert!(answer["keys"].as_array().unwrap().contains(&json!(luo)));

    // half a form cannot be handed in, and is kept
    let early = [phone.op("early", set(&luo, "outcome", "11", &[])), phone.op("early-submit", submit(&luo))];
    let answer = phone.sync(&early).await;
    assert_eq!(states(&answer), ["done", "refused"]);
    assert!(answer["results"][1]["says"].as_str().unwrap().contains("没有填"), "{answer}");
    let outcome = format!("{}-early", phone.device);
    let mut answers = filled("30");
    answers.remove(0);
    answers.extend(of_luo);
    let mut ops = fill(&mut phone, &luo, &answers);
    ops.insert(0, phone.op("again", set(&luo, "outcome", "12", &[&outcome])));
    ops.insert(1, phone.op("proxy", set(&luo, "proxy", "妻子", &[])));
    let answer = phone.sync(&ops).await;
    assert!(states(&answer).iter().all(|state| *state == "done"), "{answer}");
    // the line dropped the answer: sent again, nothing is done twice
    let again = phone.sync(&ops).await;
    assert_eq!(states(&again), states(&answer));
    assert_eq!(again["counts"]["ops"], answer["counts"]["ops"]);

    // a picture, told of, then sent in pieces, one of them twice
    let picture: Vec<u8> = (0..300_000_u32).map(|at| (at * 7 % 251) as u8).collect();
    let sha256: String = Sha256::digest(&picture).iter().map(|byte| format!("{byte:02x}")).collect();
    let photo = json!({ "kind": "photo", "task": zhou, "item": "photo.card", "photo": "photo-0001", "sha256": sha256,
        "bytes": picture.len(), "media": "image/jpeg" });
    let none =
        phone.browser.call("/survey/photo/photo-0001?at=0&device=device-one", &phone.token, &picture[..10]).await;
    assert_eq!(none.status, StatusCode::NOT_FOUND);
    let op = phone.op("photo", photo);
    assert_eq!(states(&phone.sync(&[op]).await), ["done"]);
    let piece = async |at: usize, to: usize| {
        let path = format!("/survey/photo/photo-0001?at={at}&device=device-one");
        let got = phone.browser.call(&path, &phone.token, &picture[at..to]).await;
        (got.status, serde_json::from_str::<Value>(&got.text).unwrap())
    };
    assert_eq!(piece(0, 100_000).await, (StatusCode::OK, json!({ "have": 100_000, "whole": false })));
    assert_eq!(piece(0, 100_000).await, (StatusCode::CONFLICT, json!({ "have": 100_000 })));
    assert_eq!(piece(200_000, 300_000).await.0, StatusCode::CONFLICT);
    assert_eq!(piece(100_000, 300_000).await, (StatusCode::OK, json!({ "have": 300_000, "whole": true })));
    let ops = fill(&mut phone, &zhou, &[filled("30"), of_zhou].concat());
    assert!(states(&phone.sync(&ops).await).iter().all(|state| *state == "done"));
    let seen = phone.browser.get("/survey/photo/photo-0001").await;
    assert_eq!((seen.status, seen.bytes), (StatusCode::OK, picture));
    let stranger = site.logged_in("neighbour").await;
    assert_eq!(stranger.get("/survey/photo/photo-0001").await.status, StatusCode::NOT_FOUND);

    // the town checks one and returns the other with a reason
    let town = site.logged_in("town").await;
    let list = town.get("/survey/tasks?state=unchecked").await;
    assert!(list.text.contains("罗承志") && list.text.contains("周小琴"), "{}", list.text);
    let page = town.get(&format!("/survey/task/{luo}")).await;
    assert!(page.text.contains("家人代答") && page.text.contains("核对无误"), "{}", page.text);
    let csrf = page.csrf();
    let act = async |browser: &crate::support::Browser<'_>,
                     csrf: &str,
                     mark: &str,
                     act: &str,
                     says: &str,
                     item: &str| {
        let fields =
            [("csrf", csrf.to_owned()), ("act", act.to_owned()), ("says", says.to_owned()), ("item", item.to_owned())];
        browser.post(&format!("/survey/task/{mark}"), &fields).await
    };
    assert_eq!(act(&town, &csrf, &luo, "check", "", "").await.status, StatusCode::SEE_OTHER);
    let refused = act(&town, &csrf, &luo, "approve", "", "").await;
    assert_eq!(refused.status, StatusCode::FORBIDDEN);
    assert_eq!(act(&town, &csrf, &zhou, "return", "", "").await.status, StatusCode::CONFLICT);
    assert_eq!(act(&town, &csrf, &zhou, "return", "电话要本人的", "phone").await.status, StatusCode::SEE_OTHER);
    let answer = phone.sync(&[]).await;
    let back = task_of(&answer, "周小琴");
    assert_eq!(
        (back["state"].as_str(), back["returned"]["items"][0]["item"].as_str()),
        (Some("returned"), Some("phone"))
    );

    // the county approves: the record follows, and the agency is asked about what differs
    let before = whole(&site, "罗承志").await;
    assert!(before.record.phone.as_deref() == Some("13912345207"));
    let county = site.logged_in("county").await;
    let csrf = county.get(&format!("/survey/task/{luo}")).await.csrf();
    let done = act(&county, &csrf, &luo, "approve", "", "").await;
    assert_eq!(done.status, StatusCode::SEE_OTHER, "{}", done.text);
    let after = whole(&site, "罗承志").await;
    assert_eq!(after.record.phone.as_deref(), Some("13900005207"));
    assert!(after.findings.iter().any(|finding| finding.kind == "claim-differs"), "medical care is claimed");
    assert_eq!(after.derived.category, before.derived.category, "a claim is not taken over");
    let asker = Asker { actor: "test".to_owned(), scope: Scope::city(), purpose: "test".into() };
    let results = site.registry.survey_results(&asker, after.person).await.unwrap();
    assert!(results.iter().any(|(item, _, told, _)| item == "reason" && told == "经济困难"), "{results:?}");
    // and figures count it
    site.registry.take_snapshot("test").await.unwrap();
    let reasons = county.get("/figures/reasons").await.text;
    assert!(reasons.contains("经济困难"), "{reasons}");

    // what is missing is told, and closing is refused until it is not
    let village = town.get("/survey/complete/610902001001").await;
    assert!(village.text.contains("周小琴") && !village.text.contains("签名办结"), "{}", village.text);
    let close = async |password: &str| {
        let fields =
            [("csrf", town.get("/").await.csrf()), ("act", "close".to_owned()), ("password", password.to_owned())];
        town.post("/survey/complete/610902001001", &fields).await
    };
    assert_eq!(close(&own("town")).await.status, StatusCode::CONFLICT);
    let mut ops =
        vec![phone.op("mended", set(&zhou, "phone", "13900005208", &[&format!("{}-{zhou}-phone", phone.device)]))];
    ops.push(phone.op("handed-in", submit(&zhou)));
    assert_eq!(states(&phone.sync(&ops).await), ["done", "done"]);
    // the row that is nobody's stays: it is explained
    let village = town.get("/survey/complete/610902001001").await;
    for part in village.text.split("name=\"mark\" value=\"").skip(1) {
        let mark = part.split('"').next().unwrap().to_owned();
        let fields = [
            ("csrf", village.csrf()),
            ("act", "explain".to_owned()),
            ("mark", mark),
            ("says", "名册写错，村里没有此人".to_owned()),
        ];
        assert_eq!(town.post("/survey/complete/610902001001", &fields).await.status, StatusCode::SEE_OTHER);
    }
    assert_eq!(close("不对的密码").await.status, StatusCode::CONFLICT);
    let closed = close(&own("town")).await;
    assert_eq!(closed.status, StatusCode::SEE_OTHER, "{}", closed.text);
    assert!(town.get("/survey/complete/610902001001").await.text.contains("签名办结"));
    let fields = [("csrf", town.get("/").await.csrf()), ("act", "open".to_owned()), ("says", "漏了一户".to_owned())];
    assert_eq!(town.post("/survey/complete/610902001001", &fields).await.status, StatusCode::FORBIDDEN);
    let fields = [("csrf", county.get("/").await.csrf()), ("act", "open".to_owned()), ("says", "漏了一户".to_owned())];
    assert_eq!(county.post("/survey/complete/610902001001", &fields).await.status, StatusCode::SEE_OTHER);

    households_are_counted(&site).await;
    // the numbers add up on every level
    for (login, area) in [("city", "610900"), ("county", "610902"), ("town", "610902001"), ("village", "610902001001")]
    {
        let scope = Scope::under([area]);
        let scope = if login == "city" { Scope::city() } else { scope };
        let progress = site.registry.survey_progress(&scope, area, "person", None).await.unwrap();
        assert!(progress.whole.closes(), "{area}: {:?}", progress.whole);
        assert!(progress.parts.iter().all(|(_, count)| count.closes()), "{area}");
        let sum: i64 = progress.parts.iter().map(|(_, count)| count.lying()).sum();
        assert!(progress.parts.is_empty() || sum == progress.whole.lying(), "{area}: {progress:?}");
        let page = site.logged_in(login).await.get("/survey").await;
        assert_eq!(page.status, StatusCode::OK, "{login}: {}", page.text);
    }
}

#[tokio::test]
async fn whoever_is_on_no_list_is_added_and_becomes_a_record() {
    let site = Site::new().await;
    issued(&site).await;
    let mut phone = Phone::new(&site, "village", "spot").await;
    phone.sync(&[]).await;
    let (home, child, twin) = ("A".repeat(22), "B".repeat(22), "C".repeat(22));
    let person = json!({ "kind": "person", "task": child, "household": home });
    // before its household has come it waits
    let op = phone.op("person", person);
    assert_eq!(states(&phone.sync(std::slice::from_ref(&op)).await), ["later"]);
    let elsewhere =
        phone.op("elsewhere", json!({ "kind": "household", "household": "D".repeat(22), "village": "610902001002" }));
    let here = phone.op("household", json!({ "kind": "household", "household": home, "village": "610902001001" }));
    assert_eq!(states(&phone.sync(&[elsewhere, here, op]).await), ["refused", "done", "done"]);
    let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap().as_millis();
    let born = Date(canbao_registry::day_of(now as i64).days() - 80);
    let mut answers = filled("70");
    answers.retain(|(item, _)| !matches!(*item, "education" | "pension" | "certificate" | "reason" | "wish"));
    answers.extend([
        ("certificate", "4".to_owned()),
        ("name", "罗新生".to_owned()),
        ("sex", "1".to_owned()),
        ("birth_date", born.to_string()),
    ]);
    let photo = json!({ "kind": "photo", "task": child, "item": "photo.book", "photo": "photo-book-1", "sha256": "0".repeat(64),
        "bytes": 10, "media": "image/jpeg" });
    let mut ops = vec![phone.op("photo", photo)];
    ops.extend(fill(&mut phone, &child, &answers));
    let answer = phone.sync(&ops).await;
    assert!(states(&answer).iter().all(|state| *state == "done"), "{answer}");
    // the picture is still on its way: not approved until it is there
    let town = site.logged_in("town").await;
    let check = [("csrf", town.get("/").await.csrf()), ("act", "check".to_owned()), ("task", child.clone())];
    assert_eq!(town.post("/survey/tasks", &check).await.status, StatusCode::SEE_OTHER);
    let county = site.logged_in("county").await;
    let approve = [("csrf", county.get("/").await.csrf()), ("act", "approve".to_owned()), ("task", child.clone())];
    let refused = county.post("/survey/tasks", &approve).await;
    assert!(refused.status == StatusCode::CONFLICT && refused.text.contains("照片还没有传完"), "{}", refused.text);
    let gone = phone.op("gone", json!({ "kind": "unphoto", "task": child, "photo": "photo-book-1" }));
    let other = phone.op("other", json!({ "kind": "photo", "task": child, "item": "photo.book", "photo": "photo-book-2",
        "sha256": Sha256::digest(b"picture").iter().map(|byte| format!("{byte:02x}")).collect::<String>(), "bytes": 7, "media": "image/png" }));
    phone.sync(&[gone, other]).await;
    let sent = phone.browser.call("/survey/photo/photo-book-2?at=0&device=device-spot", &phone.token, b"picture").await;
    assert!(sent.text.contains("\"whole\":true"), "{}", sent.text);
    let done = county.post("/survey/tasks", &approve).await;
    assert_eq!(done.status, StatusCode::SEE_OTHER, "{}", done.text);
    let made = whole(&site, "罗新生").await;
    assert_eq!((made.record.area.as_str(), made.number()), ("610902001001", None));
    // a key that is somebody's is nobody else's
    let op = phone.op("twice", json!({ "kind": "person", "task": child, "household": home }));
    assert_eq!(states(&phone.sync(&[op]).await), ["refused"]);
    let op = phone.op("twin", json!({ "kind": "person", "task": twin, "household": home }));
    assert_eq!(states(&phone.sync(&[op]).await), ["done"]);
}

#[tokio::test]
async fn a_lost_device_is_shut_out_and_told_so() {
    let site = Site::new().await;
    issued(&site).await;
    let mut phone = Phone::new(&site, "village", "lost").await;
    phone.sync(&[]).await;
    let wrong = json!({ "device": "device-other", "name": "", "password": "不是这个" });
    assert_eq!(phone.post("/survey/device", &wrong).await.status, StatusCode::FORBIDDEN);
    // another's device, and one that nobody made known
    let other = Phone::new(&site, "other-village", "theirs").await;
    let message = json!({ "device": other.device, "since": 0, "ops": [] });
    assert_eq!(phone.post("/survey/sync", &message).await.status, StatusCode::CONFLICT);
    let message = json!({ "device": "device-unknown", "since": 0, "ops": [] });
    assert_eq!(phone.post("/survey/sync", &message).await.status, StatusCode::CONFLICT);
    let forged = phone.browser.call("/survey/sync", "not-the-token", b"{}").await;
    assert_eq!(forged.status, StatusCode::FORBIDDEN);
    let town = site.logged_in("town").await;
    let page = town.get("/survey/devices").await;
    assert!(page.text.contains("红米"), "{}", page.text);
    let lost = town.post("/survey/device/device-lost/lost", &[("csrf", page.csrf())]).await;
    assert_eq!(lost.status, StatusCode::SEE_OTHER);
    let message = json!({ "device": phone.device, "since": 0, "ops": [] });
    let got = phone.post("/survey/sync", &message).await;
    assert_eq!((got.status, got.text.as_str()), (StatusCode::GONE, "{\"lost\":true}"));
    let proof = json!({ "device": phone.device, "name": "", "password": own("village") });
    assert_eq!(phone.post("/survey/device", &proof).await.status, StatusCode::GONE);
}
