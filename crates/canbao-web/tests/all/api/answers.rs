//! Every call is answered as the document tells it.

use std::collections::BTreeSet;

use axum::http::StatusCode;
use canbao_web::api::{Amiss, Shape};
use serde_json::{Value, json};

use super::bulks::bulk;
use super::document::{document, operations};
use super::{Answer, Program};
use crate::compare::{quick, sent, with};
use crate::support::{Site, number_of};
use crate::survey::phone::{Phone, filled, prefilled, set, submit, task_of};

struct Check {
    document: Value,
    called: BTreeSet<String>,
}

impl Check {
    /// Holds an answer against the document.
    fn hold(&mut self, id: &str, got: Answer) -> Value {
        let operations = operations(&self.document);
        let (_, _, told) = operations.iter().find(|(_, _, told)| told["operationId"] == id).unwrap();
        let content = &told["responses"][got.status.as_str()]["content"];
        let kind = got.headers["content-type"].to_str().unwrap();
        assert_eq!(got.status, StatusCode::OK, "{id}: {}", got.text);
        let shape = Shape::in_document(&self.document, &content[kind]["schema"]);
        assert_eq!(shape.amiss(&got.json), Vec::<Amiss>::new(), "{id}: {}", got.text);
        self.called.insert(id.to_owned());
        got.json
    }
}

async fn cases(site: &Site, check: &mut Check) {
    let county = site.program("county").await;
    check.hold("countCases", county.get("/api/v1/cases/counts").await);
    let mut all = Vec::new();
    for kind in ["row-unresolved", "name-differs", "birth-differs"] {
        let list = check.hold("listCases", county.get(&format!("/api/v1/cases?kind={kind}")).await);
        all.extend(list["cases"].as_array().unwrap().iter().map(|case| case["id"].clone()));
    }
    for case in &all {
        check.hold("getCase", county.get(&format!("/api/v1/cases/{case}")).await);
    }
    let path = format!("/api/v1/cases/{}/decision", all[0]);
    let due = canbao_domain::date::Date(canbao_web::say::today().days() + 3).to_string();
    let ask = json!({"verdict": "ask", "asked": "610902001001", "due": due});
    let done = check.hold("decideCase", county.act(&path, "ask-it-1", ask).await);
    let village = site.program("village").await;
    let asked = check.hold("listAsked", village.get("/api/v1/asked").await);
    let answer = format!("/api/v1/asked/{}/answer", asked["questions"][0]["handling"]);
    check.hold("answerAsked", village.act(&answer, "answer-1", json!({"answer": "different"})).await);
    check.hold("getCase", county.get(&format!("/api/v1/cases/{}", all[0])).await);
    let undo = format!("/api/v1/handlings/{}/undo", done["handling"]);
    check.hold("undoHandling", county.act(&undo, "take-back", json!({})).await);
    let many = json!({"cases": all, "verdict": "different"});
    check.hold("decideCases", county.act("/api/v1/cases/decisions", "all-of-them", many).await);
    for case in &all {
        check.hold("getCase", county.get(&format!("/api/v1/cases/{case}")).await);
    }
}

async fn deliveries(site: &Site, check: &mut Check) {
    let reporter = site.program("reporter").await;
    check.hold("listSources", reporter.get("/api/v1/sources").await);
    let begin = "/api/v1/sources/rural-medical/deliveries";
    let file: [(&str, &[u8]); 1] = [("册.csv", "姓名,身份证号,参保状态\n周小琴,,9\n多,一,个,逗\n".as_bytes())];
    let begun = check.hold("beginDelivery", reporter.upload(begin, "upload-1", &[], &file).await);
    let path = format!("/api/v1/deliveries/{}", begun["delivery"]);
    let at = |act: &str| format!("{path}/{act}");
    check.hold("getDelivery", reporter.get(&path).await);
    check.hold("addFiles", reporter.upload(&at("files"), "add-one-1", &[], &file).await);
    let read = |one: &Value| one["checked"] == "sound" && one["reading"].is_null();
    check.hold("getDelivery", reporter.until(&path, read).await);
    check.hold("listBadRows", reporter.get(&at("rows")).await);
    let said = json!({"codes": [{"field": "status", "word": "9", "code": "normal"}]});
    check.hold("explainDelivery", reporter.act(&at("settings"), "explain-1", said).await);
    check.hold("getDelivery", reporter.until(&path, read).await);
    let file = reporter.ask(&at("rows/file"), json!({"format": "csv"})).await;
    assert_eq!(file.status, StatusCode::OK, "{}", file.text);
    check.called.insert("takeBadRows".to_owned());
    let confirmed = json!({"as_of": "2016-10-31", "note": "首次报送，有待核对"});
    check.hold("sendDelivery", reporter.act(&at("send"), "send-it-1", confirmed).await);
    check.hold("withdrawDelivery", reporter.act(&at("withdrawal"), "back-it-1", json!({"reason": "有误"})).await);
    let again = check.hold("beginDelivery", reporter.upload(begin, "upload-2", &[], &[("x.csv", b"")]).await);
    let path = format!("/api/v1/deliveries/{}", again["delivery"]);
    // one that cannot be read
    let refused = reporter.until(&path, |one| one["checked"] != "waiting" && one["reading"].is_null()).await;
    assert_eq!(check.hold("getDelivery", refused)["checked"], "refused");
    check.hold("discardDelivery", reporter.act(&format!("{path}/discard"), "give-up-1", json!({})).await);
    check.hold("getSource", reporter.get("/api/v1/sources/rural-medical").await);
}

async fn runs(site: &Site, check: &mut Check) {
    let delivery = sent(site).await;
    let (city, other) = (site.program("city").await, site.program("city-too").await);
    check.hold("getInputs", city.get("/api/v1/runs/inputs").await);
    let begin = json!({"as_of": "2016-10-31", "deliveries": [delivery]});
    let cancelled = check.hold("beginRun", city.act("/api/v1/runs", "the-begin-1-one", begin.clone()).await);
    let at = |job: &Value, act: &str| format!("/api/v1/runs/{}{act}", job["job"]);
    check.hold("getRun", city.get(&at(&cancelled, "")).await);
    check.hold("cancelRun", city.act(&at(&cancelled, "/cancel"), "cancel-1", json!({})).await);
    let work = site.work();
    let done = |run: &Value| run["state"] == "done";
    let run = check.hold("beginRun", city.act("/api/v1/runs", "the-begin-2-one", begin).await);
    check.hold("getRun", city.until(&at(&run, ""), done).await);
    let why = json!({"reason": "相符"});
    let apply = check.hold("applyRun", other.act(&at(&run, "/apply"), "the-apply-1-one", why.clone()).await);
    check.hold("getRun", city.until(&at(&apply, ""), done).await);
    let undo = check.hold("askUndoRun", city.act(&at(&apply, "/undo"), "undo-1-1", why).await);
    let agree = json!({"approve": false, "reason": "不必撤销"});
    check.hold("decideRun", other.act(&at(&undo, "/decision"), "decide-no", agree).await);
    check.hold("getRun", city.get(&at(&undo, "")).await);
    check.hold("listRuns", city.get("/api/v1/runs").await);
    work.abort();
}

async fn exports(site: &Site, check: &mut Check) {
    let (county, checker) = (site.program("county").await, site.program("checker").await);
    let wanted = json!({"filter": {}, "columns": ["name"], "purpose": "其他", "note": "试", "format": "xlsx"});
    let made = check.hold("askExport", county.act("/api/v1/exports", "ask-list", wanted).await);
    let at = |act: &str| format!("/api/v1/exports/{}{act}", made["export"]);
    let agree = json!({"approve": true, "reason": "相符"});
    check.hold("decideExport", checker.act(&at("/decision"), "decide-1", agree).await);
    check.hold("getExport", county.get(&at("")).await);
    let file = county.ask(&at("/file"), json!({})).await;
    assert_eq!(file.status, StatusCode::OK, "{}", file.text);
    check.called.insert("takeExport".to_owned());
    check.hold("withdrawExport", county.act(&at("/withdrawal"), "back-1-1", json!({"reason": "不用了"})).await);
    check.hold("listExports", county.get("/api/v1/exports").await);
}

async fn bulks(site: &Site, check: &mut Check) {
    let bulk = bulk(site, "city", &["王德厚", "陈秀珍"]).await;
    let county = site.program("county").await;
    check.hold("listBulks", county.get("/api/v1/bulks?limit=1").await);
    let path = format!("/api/v1/bulks/{bulk}");
    let whole = check.hold("getBulk", county.get(&path).await);
    let preview = format!("/api/v1/changes/{}/preview", whole["changes"][0]["change"]);
    check.hold("previewRequest", county.get(&preview).await);
    let agree = json!({"approve": true, "reason": "名册一致"});
    check.hold("decideBulk", county.ask(&format!("{path}/decision"), agree).await);
}

async fn survey(site: &Site, check: &mut Check) {
    let (city, county) = (site.program("city").await, site.program("county").await);
    let (checker, town) = (site.program("checker").await, site.program("town").await);
    let neighbour = site.program("neighbour").await;
    let issue = json!({"name": "第一批", "rows": true, "units": true});
    check.hold("issueRound", city.act("/api/v1/survey/rounds", "issue-it-1", issue).await);
    check.hold("listRounds", county.get("/api/v1/survey/rounds").await);
    let progress = check.hold("surveyProgress", city.get("/api/v1/survey/progress").await);
    let issued = progress["whole"]["issued"].as_i64().unwrap();
    check.hold("surveyProgress", town.get("/api/v1/survey/progress?form=unit").await);
    check.hold("surveyCompleteness", county.get("/api/v1/survey/completeness").await);
    let first = check.hold("listTasks", city.get("/api/v1/survey/tasks?limit=2").await);
    assert_eq!(first["total"], issued);
    let mut all = first["tasks"].as_array().unwrap().clone();
    let mut next = first["next"].clone();
    while let Some(cursor) = next.as_str() {
        let page = check.hold("listTasks", city.get(&format!("/api/v1/survey/tasks?limit=2&cursor={cursor}")).await);
        all.extend(page["tasks"].as_array().unwrap().iter().cloned());
        next = page["next"].clone();
    }
    assert_eq!(all.len() as i64, issued, "each once");
    for one in &all {
        check.hold("getTask", city.get(&format!("/api/v1/survey/tasks/{}", one["mark"].as_str().unwrap())).await);
    }
    let gaps = check.hold("surveyGaps", town.get("/api/v1/survey/villages/610902001001/gaps").await);
    let explained = json!({"mark": gaps["people"][0]["mark"], "says": "名册写错"});
    let path = "/api/v1/survey/villages/610902001001/explanations";
    check.hold("explainGap", town.act(path, "explain-1", explained).await);
    let luo = all.iter().find(|one| one["name"] == "罗承志").unwrap()["mark"].as_str().unwrap();
    let zhou = all.iter().find(|one| one["name"] == "周小琴").unwrap()["mark"].as_str().unwrap();
    let exempt = |exempt: bool| json!({"tasks": [zhou], "exempt": exempt, "reason": "常年在外"});
    check.hold("exemptTasks", town.act("/api/v1/survey/exemptions", "exempt-1", exempt(true)).await);
    check.hold("exemptTasks", town.act("/api/v1/survey/exemptions", "resume-1", exempt(false)).await);
    let place = json!({"tasks": [zhou], "area": "610902001002"});
    check.hold("placeTasks", town.act("/api/v1/survey/placements", "place-it", place).await);
    let over = json!({"tasks": [zhou], "to": "610921001001", "reason": "人在邻县"});
    check.hold("handOverTasks", town.act("/api/v1/survey/transfers", "over-it-1", over).await);
    let moved = check.hold("listTransfers", neighbour.get("/api/v1/survey/transfers").await);
    let path = format!("/api/v1/survey/transfers/{}/decision", moved["transfers"][0]["id"]);
    check.hold("decideTransfer", neighbour.act(&path, "accept-1", json!({"decision": "accept"})).await);
    assert_eq!(town.get(&format!("/api/v1/survey/tasks/{zhou}")).await.status, StatusCode::NOT_FOUND);
    // one form that was filled: returned, handed in again, checked, approved
    let mut phone = Phone::new(site, "village", "api").await;
    let known = prefilled(task_of(&phone.sync(&[]).await, "罗承志"));
    let answers = [filled("30"), known].concat();
    let mut ops: Vec<Value> = answers.iter().map(|(item, value)| phone.op(item, set(luo, item, value, &[]))).collect();
    ops.push(phone.op("submit", submit(luo)));
    phone.sync(&ops).await;
    let marks = json!({"tasks": [luo]});
    let early = checker.act("/api/v1/survey/approvals", "approve-early", marks.clone()).await;
    assert_eq!((early.status, early.json["code"].as_str()), (StatusCode::CONFLICT, Some("refused")));
    let back = json!({"says": "电话要本人的", "items": [{"item": "phone", "says": "这是村长的"}]});
    check.hold("returnTask", town.act(&format!("/api/v1/survey/tasks/{luo}/return"), "return-1", back).await);
    let again = phone.op("again", submit(luo));
    phone.sync(&[again]).await;
    check.hold("checkTasks", town.act("/api/v1/survey/checks", "check-it-1", marks.clone()).await);
    check.hold("approveTasks", county.act("/api/v1/survey/approvals", "approve-it", marks).await);
    let done = check.hold("getTask", county.get(&format!("/api/v1/survey/tasks/{luo}")).await);
    assert_eq!(done["task"]["state"], "approved");
    let whole = check.hold("surveyProgress", city.get("/api/v1/survey/progress").await)["whole"].clone();
    let states: i64 = whole["states"].as_object().unwrap().values().map(|count| count.as_i64().unwrap()).sum();
    assert_eq!(states, issued);
}

#[tokio::test]
async fn every_answer_is_as_the_document_tells() {
    let site = Site::with(with(quick())).await;
    site.registry.take_snapshot("test").await.unwrap();
    let mut check = Check { document: document(), called: BTreeSet::new() };
    let (city, county): (Program<'_>, Program<'_>) = (site.program("city").await, site.program("county").await);
    let person = site.person("罗承志").await;
    let at = |path: &str| format!("/api/v1/people/{person}{path}");
    for (id, path) in [
        ("getMe", "/api/v1/me".to_owned()),
        ("listAreas", "/api/v1/areas".to_owned()),
        ("listAreas", "/api/v1/areas?under=610902001".to_owned()),
        ("getArea", "/api/v1/areas/610902001001".to_owned()),
        ("listPeople", "/api/v1/people?limit=3".to_owned()),
        ("getHousehold", at("/household")),
        ("getHistory", at("/history")),
        ("getLooks", at("/looks?limit=2")),
        ("listChangesOfPerson", at("/changes")),
        ("listClaims", at("/claims")),
        ("getCounts", "/api/v1/counts?area=610902".to_owned()),
        ("listFindings", "/api/v1/findings".to_owned()),
        ("listIndicators", "/api/v1/indicators".to_owned()),
        ("listSnapshots", "/api/v1/snapshots".to_owned()),
        ("getFigures", "/api/v1/figures?area=610902&snapshot=1".to_owned()),
        ("getPivot", "/api/v1/figures/pivot?indicator=uninsured&rows=county&columns=sex".to_owned()),
        ("getPivot", "/api/v1/figures/pivot?indicator=coverage&rows=age&area=610902".to_owned()),
        ("getPlan", "/api/v1/plan?area=610902".to_owned()),
        ("listPapers", "/api/v1/papers".to_owned()),
        ("listChanges", "/api/v1/changes".to_owned()),
        ("listEmployers", "/api/v1/employers?county=610902&category=confirmed&limit=2".to_owned()),
    ] {
        check.hold(id, city.get(&path).await);
    }
    for dimension in canbao_report::cube::Dimension::ALL {
        check.hold("getFiguresBy", city.get(&format!("/api/v1/figures/by/{}", dimension.as_str())).await);
    }
    // everybody, whatever stands in their record
    let everybody = check.hold("listPeople", city.get("/api/v1/people?limit=200").await);
    for line in everybody["people"].as_array().unwrap() {
        check.hold("getPerson", city.get(&format!("/api/v1/people/{}", line["id"])).await);
    }
    for (id, path, body) in [
        ("findPeople", "/api/v1/people/search".to_owned(), json!({"by": "name", "text": "罗承志"})),
        ("revealPerson", at("/reveal"), json!({"purpose": "核对身份"})),
        (
            "batch",
            "/api/v1/batch".to_owned(),
            json!({"rows": [{"number": number_of("陈秀珍")}, {"number": "x", "name": null}]}),
        ),
        ("findEmployers", "/api/v1/employers/search".to_owned(), json!({"text": "某某商行"})),
        ("listEmployees", "/api/v1/employers/people".to_owned(), json!({"text": "某某商行", "limit": 5})),
    ] {
        check.hold(id, city.ask(&path, body).await);
    }
    let said = json!({"item": "medical", "said": "none", "said_on": "2016-11-20", "source": "窗口"});
    check.hold("addClaim", city.act(&at("/claims"), "a-claim-1", said).await);
    let seen = check.hold("getPerson", city.get(&at("")).await)["revision"].clone();
    let proposal =
        |day: &str| json!({"person": person, "seen": seen, "procedure": {"procedure": "death"}, "effective": day});
    check.hold("previewChange", county.ask("/api/v1/changes/preview", proposal("2016-11-01")).await);
    let made = check.hold("proposeChange", county.act("/api/v1/changes", "propose-1", proposal("2016-11-01")).await);
    check.hold("listChanges", city.get("/api/v1/changes?limit=1").await);
    let of = |made: &Value, path: &str| format!("/api/v1/changes/{}{path}", made["request"]);
    check.hold("getChange", city.get(&of(&made, "")).await);
    let withdrawal = json!({"reason": "日期有误"});
    check.hold("withdrawChange", county.act(&of(&made, "/withdrawal"), "withdraw-1", withdrawal).await);
    let made = check.hold("proposeChange", county.act("/api/v1/changes", "propose-2", proposal("2016-11-02")).await);
    let decision = json!({"approve": true, "reason": "与公安注销一致", "seen": seen});
    check.hold("decideChange", city.act(&of(&made, "/decision"), "decide-1", decision).await);
    check.hold("getChange", city.get(&of(&made, "")).await);
    let wrong = json!({"reason": "办错了人"});
    check.hold("askUndo", city.act(&of(&made, "/undo"), "undo-it-1", wrong.clone()).await);
    check.hold("getChange", city.get(&of(&made, "")).await);
    check.hold("withdrawUndo", city.act(&of(&made, "/undo/withdrawal"), "undo-back-1", wrong.clone()).await);
    check.hold("askUndo", city.act(&of(&made, "/undo"), "undo-it-2", wrong).await);
    let agree = json!({"approve": true, "reason": "确实办错"});
    check.hold("decideUndo", county.act(&of(&made, "/undo/decision"), "undo-by-two", agree.clone()).await);
    check.hold("listOwnChanges", county.get("/api/v1/changes/own?limit=1").await);
    check.hold("listDoneChanges", city.get("/api/v1/changes/done").await);
    check.hold("getAreaHistory", county.get("/api/v1/areas/610902001002/history").await);
    let renamed = json!({"act": "rename", "from": canbao_web::say::today().to_string(), "name": "黄沟新村"});
    check.hold("changeArea", city.act("/api/v1/areas/610902001002/changes", "rename-1", renamed).await);
    let history = check.hold("getAreaHistory", county.get("/api/v1/areas/610902001002/history").await);
    assert_eq!(history["periods"].as_array().unwrap().last().unwrap()["name"], "黄沟新村");
    cases(&site, &mut check).await;
    deliveries(&site, &mut check).await;
    runs(&site, &mut check).await;
    exports(&site, &mut check).await;
    bulks(&site, &mut check).await;
    survey(&Site::new().await, &mut check).await;
    check.hold("listChangesOfPerson", city.get(&at("/changes")).await);
    check.hold("getHistory", city.get(&at("/history")).await);
    check.hold("getPerson", city.get(&at("?as_of=2016-11-02")).await);
    let admin = site.program("admin").await;
    check.hold("listAccounts", admin.get("/api/v1/accounts").await);
    let new = json!({
        "login": "wj", "name": "李敏", "role": "reporter", "area": "610902", "department": "区卫计局",
        "sources": ["rural-medical"], "password": "清明-河畔-Liu7",
    });
    check.hold("addAccount", admin.act("/api/v1/accounts", "an-account", new).await);
    let renamed = json!({"name": "李敏敏"});
    check.hold("getAccount", admin.get("/api/v1/accounts/wj").await);
    check.hold("changeAccount", admin.act("/api/v1/accounts/wj/change", "a-change-1", renamed).await);
    let password = json!({"password": "另一条-河畔-Liu8"});
    check.hold("resetAccount", admin.act("/api/v1/accounts/wj/reset", "a-reset-1", password).await);
    let auditor = site.program("auditor").await;
    check.hold("listAudit", auditor.get("/api/v1/audit?limit=5").await);
    check.hold("listLooks", auditor.get("/api/v1/looks?before=9").await);
    let all: BTreeSet<String> = operations(&check.document)
        .iter()
        .map(|(_, _, told)| told["operationId"].as_str().unwrap().to_owned())
        .collect();
    let missing: Vec<_> = all.difference(&check.called).collect();
    assert!(missing.is_empty(), "not called: {missing:?}");
}
