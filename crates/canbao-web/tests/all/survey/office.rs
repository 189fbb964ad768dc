//! The office's side: transfers, exemptions that follow the record, papers, workbooks and phones that say the same, samples.

use axum::http::StatusCode;
use canbao_domain::date::Date;
use canbao_domain::scope::Scope;
use canbao_registry::change::{Decision, Procedure, Proposal};
use canbao_registry::query::Asker;
use canbao_registry::survey::State;
use canbao_survey::Keeper;
use canbao_survey::book::{self, Became};
use canbao_survey::form::Forms;
use serde_json::{Value, json};

use super::households_are_counted;
use super::phone::{Phone, filled, issued, prefilled, set, states, submit, task_of};
use crate::support::{Browser, Site};

fn asker() -> Asker {
    Asker { actor: "test".to_owned(), scope: Scope::city(), purpose: "test".into() }
}

/// The key of somebody's task.
async fn mark(site: &Site, name: &str) -> String {
    let filter = canbao_registry::survey::TaskFilter::default();
    let page = site.registry.survey_tasks(&asker(), &filter, None, 500).await.unwrap();
    let is = |subject: &&canbao_registry::survey::Subject| {
        subject.whole.as_ref().is_some_and(|whole| whole.record.name.as_deref() == Some(name))
    };
    page.lines.iter().find(is).unwrap().task.mark.clone()
}

async fn state(site: &Site, mark: &str) -> State {
    site.registry.survey_task(&asker(), mark).await.unwrap().0.task.state
}

async fn act(browser: &Browser<'_>, path: &str, fields: &[(&str, &str)]) -> crate::support::Got {
    let csrf = browser.get("/").await.csrf();
    let mut all = vec![("csrf", csrf)];
    all.extend(fields.iter().map(|(name, value)| (*name, (*value).to_owned())));
    browser.post(path, &all).await
}

#[tokio::test]
async fn a_task_goes_to_another_area_when_it_is_accepted() {
    let site = Site::new().await;
    issued(&site).await;
    let luo = mark(&site, "罗承志").await;
    let mut theirs = Phone::new(&site, "other-village", "theirs").await;
    assert!(task_of(&theirs.sync(&[]).await, "罗承志").is_null());
    let mut ours = Phone::new(&site, "village", "ours").await;
    assert!(!task_of(&ours.sync(&[]).await, "罗承志").is_null());
    let town = site.logged_in("town").await;
    let refused =
        act(&town, "/survey/tasks", &[("task", &luo), ("act", "hand"), ("to", "610902001002"), ("reason", "")]).await;
    assert_eq!(refused.status, StatusCode::CONFLICT);
    let asked =
        act(&town, "/survey/tasks", &[("task", &luo), ("act", "hand"), ("to", "610921001001"), ("reason", "人在邻县")])
            .await;
    assert_eq!(asked.status, StatusCode::SEE_OTHER, "{}", asked.text);
    // it lies where it was until the other side says so
    let neighbour = site.logged_in("neighbour").await;
    assert!(neighbour.get("/survey/transfers").await.text.contains("人在邻县"));
    assert_eq!(neighbour.get(&format!("/survey/task/{luo}")).await.status, StatusCode::NOT_FOUND);
    let returned = act(&neighbour, "/survey/transfer/1", &[("act", "return"), ("says", "")]).await;
    assert_eq!(returned.status, StatusCode::CONFLICT);
    let returned = act(&neighbour, "/survey/transfer/1", &[("act", "return"), ("says", "查无此人")]).await;
    assert_eq!(returned.status, StatusCode::SEE_OTHER);
    let asked = act(
        &town,
        "/survey/tasks",
        &[("task", &luo), ("act", "hand"), ("to", "610921001001"), ("reason", "再核过，确在邻县")],
    )
    .await;
    assert_eq!(asked.status, StatusCode::SEE_OTHER, "{}", asked.text);
    assert_eq!(act(&neighbour, "/survey/transfer/2", &[("act", "accept")]).await.status, StatusCode::SEE_OTHER);
    assert_eq!(neighbour.get(&format!("/survey/task/{luo}")).await.status, StatusCode::OK);
    assert_eq!(town.get(&format!("/survey/task/{luo}")).await.status, StatusCode::NOT_FOUND);
    // sent and received, and cancelled in what both are under
    let count =
        async |area: &str| site.registry.survey_progress(&Scope::city(), area, "person", None).await.unwrap().whole;
    let (here, there, city) = (count("610902").await, count("610921").await, count("610900").await);
    assert_eq!((here.sent, there.received, city.sent, city.received), (1, 1, 0, 0));
    assert!(here.closes() && there.closes() && city.closes());
    // the phone that had it is told, and what it wrote meanwhile is kept
    let late = [ours.op("late", set(&luo, "note", "已搬走", &[]))];
    let answer = ours.sync(&late).await;
    assert_eq!(states(&answer), ["kept"]);
    assert!(!answer["keys"].as_array().unwrap().contains(&json!(luo)));
    let seen = neighbour.get(&format!("/survey/task/{luo}")).await;
    assert!(seen.text.contains("已搬走"), "{}", seen.text);
    households_are_counted(&site).await;
}

#[tokio::test]
async fn open_tasks_follow_the_record_and_forms_that_were_filled_stay() {
    let site = Site::new().await;
    issued(&site).await;
    let (luo, zhou) = (mark(&site, "罗承志").await, mark(&site, "周小琴").await);
    let mut phone = Phone::new(&site, "village", "follows").await;
    let first = phone.sync(&[]).await;
    let of_zhou = prefilled(task_of(&first, "周小琴"));
    let person = site.person("罗承志").await;
    let today = Date::parse("2016-12-01").unwrap();
    let change = async |person: i64, procedure: Procedure| {
        let seen = site.registry.person(&asker(), person).await.unwrap().revision;
        let proposal =
            Proposal { person, seen, procedure, effective: "2016-11-20".to_owned(), evidence: None, papers: None };
        let id = site.registry.propose(&asker(), &proposal, today).await.unwrap();
        let checker = Asker { actor: "checker".to_owned(), ..asker() };
        let decision = Decision { approve: true, reason: "属实".to_owned(), seen };
        site.registry.decide(&checker, id, &decision, today).await.unwrap();
        site.registry.survey_reconcile("system", today).await.unwrap()
    };
    let done = change(person, Procedure::Death).await;
    assert_eq!(done.exempt.get("deceased"), Some(&1), "{done:?}");
    assert_eq!(site.registry.survey_reconcile("system", today).await.unwrap().exempt.len(), 0);
    let answer = phone.sync(&[]).await;
    let told = task_of(&answer, "罗承志");
    assert_eq!((told["state"].as_str(), told["why"].as_str()), (Some("exempt"), Some("登记库里已死亡。")));
    // what was written at the door meanwhile is kept and shown
    let ops = [phone.op("wrote", set(&luo, "outcome", "31", &[])), phone.op("hands", submit(&luo))];
    let answer = phone.sync(&ops).await;
    assert_eq!(states(&answer), ["kept", "kept"]);
    let town = site.logged_in("town").await;
    assert!(town.get("/survey/tasks?state=late").await.text.contains("罗承志"));
    assert!(town.get(&format!("/survey/task/{luo}")).await.text.contains("已死亡"));
    // a form that was handed in stays, whatever becomes of its person
    let mut ops: Vec<Value> = [filled("30"), of_zhou]
        .concat()
        .iter()
        .map(|(item, value)| phone.op(item, set(&zhou, item, value, &[])))
        .collect();
    ops.push(phone.op("submitted", submit(&zhou)));
    phone.sync(&ops).await;
    assert_eq!(state(&site, &zhou).await, State::Submitted);
    change(site.person("周小琴").await, Procedure::MoveOut { to: None }).await;
    assert_eq!(state(&site, &zhou).await, State::Submitted);
    // by hand, with a reason, and back
    let li = mark(&site, "李长顺").await;
    assert_eq!(
        act(&town, &format!("/survey/task/{li}"), &[("act", "exempt"), ("says", "")]).await.status,
        StatusCode::CONFLICT
    );
    assert_eq!(
        act(&town, &format!("/survey/task/{li}"), &[("act", "exempt"), ("says", "常年在外，已电话核实")]).await.status,
        StatusCode::SEE_OTHER
    );
    assert_eq!(state(&site, &li).await, State::Exempt);
    assert_eq!(
        act(&town, &format!("/survey/task/{li}"), &[("act", "resume"), ("says", "回来了")]).await.status,
        StatusCode::SEE_OTHER
    );
    assert_eq!(state(&site, &li).await, State::Open);
    let progress = site.registry.survey_progress(&Scope::city(), "610900", "person", None).await.unwrap();
    assert!(progress.whole.closes(), "{progress:?}");
    households_are_counted(&site).await;
}

/// The same answers by phone, by paper and by workbook.
#[tokio::test]
async fn paper_workbook_and_phone_make_the_same_record() {
    let mut records = Vec::new();
    for way in ["phone", "paper", "workbook"] {
        let site = Site::new().await;
        issued(&site).await;
        let luo = mark(&site, "罗承志").await;
        let answers = filled("30");
        match way {
            "phone" => {
                let mut phone = Phone::new(&site, "village", "one").await;
                phone.sync(&[]).await;
                let mut ops: Vec<Value> = vec![
                    phone.op("name", set(&luo, "name", "罗承志", &[])),
                    phone.op("sex", set(&luo, "sex", "1", &[])),
                ];
                ops.extend(answers.iter().map(|(item, value)| phone.op(item, set(&luo, item, value, &[]))));
                ops.push(phone.op("submit", submit(&luo)));
                let answer = phone.sync(&ops).await;
                assert!(states(&answer).iter().all(|state| *state == "done"), "{answer}");
            }
            "paper" => {
                let village = site.logged_in("village").await;
                let scanned = act(&village, "/survey/scan", &[("code", &luo)]).await;
                assert_eq!(scanned.location(), format!("/survey/enter/{luo}"));
                assert_eq!(
                    act(&village, "/survey/scan", &[("code", "no-such-code")]).await.status,
                    StatusCode::CONFLICT
                );
                let page = village.get(&format!("/survey/enter/{luo}")).await;
                assert!(page.text.contains("id=\"i-outcome\" name=\"outcome\" autofocus"), "{}", page.text);
                let mut fields: Vec<(&str, &str)> =
                    answers.iter().map(|(item, value)| (*item, value.as_str())).collect();
                fields.extend([("name", "罗承志"), ("sex", "1"), ("step", "submit")]);
                let half: Vec<(&str, &str)> = fields.iter().copied().filter(|(name, _)| *name != "reason").collect();
                let refused = act(&village, &format!("/survey/enter/{luo}"), &half).await;
                assert!(
                    refused.status == StatusCode::CONFLICT && refused.text.contains("没有参保的原因"),
                    "{}",
                    refused.text
                );
                let done = act(&village, &format!("/survey/enter/{luo}"), &fields).await;
                assert_eq!(done.status, StatusCode::SEE_OTHER, "{}", done.text);
            }
            _ => workbook(&site, &luo, &answers).await,
        }
        assert_eq!(state(&site, &luo).await, State::Submitted, "{way}");
        let town = site.logged_in("town").await;
        assert_eq!(
            act(&town, &format!("/survey/task/{luo}"), &[("act", "check")]).await.status,
            StatusCode::SEE_OTHER,
            "{way}"
        );
        let county = site.logged_in("county").await;
        let done = act(&county, &format!("/survey/task/{luo}"), &[("act", "approve")]).await;
        assert_eq!(done.status, StatusCode::SEE_OTHER, "{way}: {}", done.text);
        let whole = site.registry.by_name(&asker(), "罗承志", None).await.unwrap().remove(0);
        let mut results = site.registry.survey_results(&asker(), whole.person).await.unwrap();
        results.sort();
        let results: Vec<(String, String, String)> =
            results.into_iter().map(|(item, code, told, _)| (item, code, told)).collect();
        let findings: Vec<String> = whole.findings.iter().map(|finding| finding.kind.clone()).collect();
        let claims = site.registry.claims(&asker(), whole.person).await.unwrap();
        let claims: Vec<(String, String)> = claims.into_iter().map(|claim| (claim.item, claim.said)).collect();
        records.push((whole.record, whole.derived.category, results, findings, claims));
    }
    assert_eq!(records[0], records[1]);
    assert_eq!(records[0], records[2]);
    assert_eq!(records[0].0.phone.as_deref(), Some("13900005207"));
}

/// Fills a village's workbook in with another program's eyes, and sends it twice.
async fn workbook(site: &Site, luo: &str, answers: &[(&'static str, String)]) {
    let forms = Forms::embedded();
    let (areas, today) = (site.registry.areas().await.unwrap(), Date::parse("2016-11-25").unwrap());
    let (households, units) = site.registry.survey_village(&asker(), "610902001001", false).await.unwrap();
    let path = site.folder().join("village.xlsx");
    book::write(&path, forms, &areas, "610902001001", today, &households, &units).unwrap();
    let empty = book::read(&path).unwrap();
    assert!(empty.iter().any(|row| row.key == luo));
    let keeper = Keeper { forms, today };
    for row in &empty {
        assert_eq!(book::take(&site.registry, &asker(), 0, &keeper, row).await.unwrap(), Became::Unchanged);
    }
    // as a clerk does: a code, or what the list says
    let mut row = empty.iter().find(|row| row.key == luo).unwrap().clone();
    for (item, value) in answers {
        row.write(item, value);
    }
    row.write("outcome", "11 见到本人");
    row.write("reason", "经济困难啊");
    let refused = book::take(&site.registry, &asker(), 0, &keeper, &row).await.unwrap();
    assert!(matches!(&refused, Became::Refused(says) if says[0].contains("不在列表里")), "{refused:?}");
    row.write("reason", "");
    let refused = book::take(&site.registry, &asker(), 0, &keeper, &row).await.unwrap();
    assert!(matches!(&refused, Became::Refused(says) if says[0].contains("没有参保的原因")), "{refused:?}");
    assert!(site.registry.survey_task(&asker(), luo).await.unwrap().0.heads.is_empty(), "all of a row or nothing");
    row.write("reason", "经济困难");
    assert_eq!(book::take(&site.registry, &asker(), 0, &keeper, &row).await.unwrap(), Became::Submitted);
    let before = site.registry.survey_task(&asker(), luo).await.unwrap().0;
    assert_eq!(book::take(&site.registry, &asker(), 0, &keeper, &row).await.unwrap(), Became::Unchanged);
    let after = site.registry.survey_task(&asker(), luo).await.unwrap().0;
    assert_eq!((before.task.seq, before.heads), (after.task.seq, after.heads));
}

#[tokio::test]
async fn a_sample_is_drawn_by_its_seed_and_asked_again_by_another() {
    let site = Site::new().await;
    issued(&site).await;
    let luo = mark(&site, "罗承志").await;
    let town = site.logged_in("town").await;
    let none = act(&town, "/survey/samples", &[("kind", "visit"), ("share", "50"), ("seed", "2016-12")]).await;
    assert_eq!(none.status, StatusCode::CONFLICT);
    let mut phone = Phone::new(&site, "village", "one").await;
    let of_luo = prefilled(task_of(&phone.sync(&[]).await, "罗承志"));
    let mut ops: Vec<Value> = [filled("30"), of_luo]
        .concat()
        .iter()
        .map(|(item, value)| phone.op(item, set(&luo, item, value, &[])))
        .collect();
    ops.push(phone.op("submit", submit(&luo)));
    phone.sync(&ops).await;
    for share in ["0", "百分之五", "101"] {
        let refused = act(&town, "/survey/samples", &[("kind", "visit"), ("share", share), ("seed", "2016-12")]).await;
        assert_eq!(refused.status, StatusCode::CONFLICT, "{share}");
    }
    let drawn = act(&town, "/survey/samples", &[("kind", "visit"), ("share", "12.5 %"), ("seed", "2016-12")]).await;
    assert_eq!(drawn.location(), "/survey/sample/1", "{}", drawn.text);
    let page = town.get("/survey/sample/1/1").await;
    // what was said the first time is not shown
    assert!(page.status == StatusCode::OK && !page.text.contains("13900005207"), "{}", page.text);
    let mut fields: Vec<(&str, &str)> =
        vec![("phone", "139 0000 5207"), ("sex", "1"), ("work", "10"), ("pension", "00"), ("medical", "38")];
    fields.extend([
        ("relation", "02"),
        ("hukou", "20"),
        ("home", "1"),
        ("education", "71"),
        ("reason", "302"),
        ("wish", "1"),
    ]);
    assert_eq!(act(&town, "/survey/sample/1/1", &fields).await.status, StatusCode::SEE_OTHER);
    assert_eq!(act(&town, "/survey/sample/1/1", &fields).await.status, StatusCode::CONFLICT);
    let (sample, _) = site.registry.survey_sample(&asker(), 1).await.unwrap();
    // the work differs, all else that was asked agrees
    assert_eq!(sample.compared - sample.equal, 1, "{sample:?}");
    assert!(town.get("/survey/sample/1").await.text.contains("一致率"));
    assert_eq!(town.get("/survey/samples").await.status, StatusCode::OK);
}
