//! Putting changes forward from a person's page, taking them back, undoing them by two people, and bulks.

use axum::http::StatusCode;
use canbao_domain::code::Life;
use canbao_domain::date::Date;
use canbao_domain::scope::Scope;
use canbao_registry::change::{BulkProposal, BulkRow, Procedure};
use canbao_registry::query::Asker;

use crate::support::{Browser, Got, Site, number_of};

type Fields<'a> = Vec<(&'a str, &'a str)>;

async fn send(browser: &Browser<'_>, path: &str, fields: &[(&str, &str)]) -> Got {
    let csrf = browser.get("/").await.csrf();
    let mut all = vec![("csrf", csrf)];
    all.extend(fields.iter().map(|(name, value)| (*name, (*value).to_owned())));
    browser.post(path, &all).await
}

fn hidden(page: &str, name: &str) -> String {
    let (_, rest) = page.split_once(&format!("name=\"{name}\" value=\"")).expect(name);
    rest.split('"').next().unwrap().to_owned()
}

/// Puts a change forward as somebody does: form, check, hand on; gives the path of the change.
async fn proposed(browser: &Browser<'_>, path: &str, fields: &[(&str, &str)]) -> String {
    let form = browser.get(path).await;
    assert_eq!(form.status, StatusCode::OK, "{path}: {}", form.text);
    let seen = hidden(&form.text, "seen");
    let mut all: Fields<'_> = fields.to_vec();
    all.push(("seen", &seen));
    let check = send(browser, path, &[all.clone(), vec![("step", "check")]].concat()).await;
    assert_eq!(check.status, StatusCode::OK, "{path}: {}", check.text);
    assert!(check.text.contains("复核同意后会改变什么"), "{path}: {}", check.text);
    for (name, value) in fields.iter().filter(|(name, _)| *name != "with") {
        assert!(check.text.contains(&format!("name=\"{name}\" value=\"{value}\"")), "{path}: {name} is kept");
    }
    let done = send(browser, path, &[all, vec![("step", "propose")]].concat()).await;
    assert!(done.location().starts_with("/change/"), "{path}: {} {}", done.status, done.text);
    done.location().to_owned()
}

async fn decide(browser: &Browser<'_>, change: &str) -> Got {
    let page = browser.get(change).await;
    let seen = hidden(&page.text, "seen");
    send(browser, change, &[("decision", "approve"), ("reason", "与材料一致"), ("seen", &seen)]).await
}

const PAPERS: (&str, &str) = ("papers", "单位证明");

#[tokio::test]
async fn only_what_makes_sense_is_offered_and_the_rest_says_why() {
    let site = Site::new().await;
    let browser = site.logged_in("town").await;
    let person = site.person("罗承志").await;
    let page = browser.get(&format!("/person/{person}")).await;
    assert!(page.text.contains(&format!("href=\"/person/{person}/change\"")), "the way to it");
    let offered = browser.get(&format!("/person/{person}/change")).await.text;
    let (can, cannot) = offered.split_once("现在不能办理的").unwrap();
    assert!(can.contains("/change/death\"") && can.contains("/change/enrolment-begun\""), "{can}");
    assert!(!can.contains("/change/enrolment-ended\""), "who is not insured ends nothing");
    assert!(cannot.contains("没有还未终止的参保记录") && cannot.contains("没有因参军或服刑中断"), "{cannot}");
    let dead = site.person("王德厚").await;
    let offered = browser.get(&format!("/person/{dead}/change")).await.text;
    assert!(!offered.contains("/change/death\"") && offered.contains("已经登记死亡"), "{offered}");
    // out of reach, unknown, none such
    let neighbour = site.logged_in("neighbour").await;
    for path in ["change", "change/death"] {
        assert_eq!(neighbour.get(&format!("/person/{person}/{path}")).await.status, StatusCode::NOT_FOUND);
    }
    for path in [
        format!("/person/{person}/change/lottery"),
        format!("/person/{person}/change/birth"),
        "/newcomer/death".to_owned(),
    ] {
        assert_eq!(browser.get(&path).await.status, StatusCode::NOT_FOUND, "{path}");
    }
}

#[tokio::test]
async fn what_is_wrong_stands_at_its_field_and_what_was_typed_stays() {
    let site = Site::new().await;
    let browser = site.logged_in("town").await;
    let person = site.person("周小琴").await;
    let path = format!("/person/{person}/change/death");
    let empty = send(&browser, &path, &[("step", "check")]).await;
    assert_eq!(empty.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(empty.text.contains("有 2 处要改") && empty.text.contains("href=\"#f-effective\""), "{}", empty.text);
    assert!(empty.text.contains("id=\"e-papers\"") && empty.text.contains("请写明凭什么材料办理"));
    let seen = hidden(&browser.get(&path).await.text, "seen");
    for (fields, at, said) in [
        (vec![("effective", "2099-01-01"), PAPERS], "effective", "还没有到"),
        (vec![("effective", "昨天"), PAPERS], "effective", "不是日期"),
        (vec![("effective", "1960-01-01"), PAPERS], "effective", "早于此人的出生日期"),
        (vec![("effective", "2016-11-01"), PAPERS, ("evidence", "xyz")], "evidence", "64 位十六进制数"),
        (vec![("effective", "2016-11-01"), PAPERS, ("evidence", "üü")], "evidence", "64 位十六进制数"),
    ] {
        let fields = [fields, vec![("seen", seen.as_str())]].concat();
        let got = send(&browser, &path, &fields).await;
        assert!(
            matches!(got.status, StatusCode::CONFLICT | StatusCode::UNPROCESSABLE_ENTITY),
            "{said}: {}",
            got.status
        );
        assert!(got.text.contains(&format!("id=\"e-{at}\"")) && got.text.contains(said), "{said}: {}", got.text);
        assert!(got.text.contains("value=\"单位证明\"") && got.text.contains(fields[0].1), "{said}: what was typed");
    }
    let number = format!("/person/{person}/change/number-corrected");
    let taken = number_of("罗承志");
    for (typed, said) in [("6109021977030200", "不是有效的公民身份号码"), (taken.as_str(), "已经是")] {
        let fields = [("number", typed), ("effective", "2016-11-01"), PAPERS, ("seen", seen.as_str())];
        let got = send(&browser, &number, &fields).await;
        assert_eq!(got.status, StatusCode::CONFLICT);
        assert!(got.text.contains("id=\"e-number\"") && got.text.contains(said), "{}", got.text);
        assert!(got.text.contains(&format!("value=\"{typed}\"")), "what was typed");
    }
    // somebody else was on the record meanwhile
    let stale = send(&browser, &path, &[("effective", "2016-11-01"), PAPERS, ("seen", "0")]).await;
    assert_eq!(stale.status, StatusCode::CONFLICT);
    assert!(stale.text.contains("已被修改") && stale.text.contains("value=\"2016-11-01\""), "{}", stale.text);
    let script = "\"><script>alert(1)</script>";
    let fields = [("papers", script), ("effective", "2016-11-01"), ("seen", seen.as_str())];
    let got = send(&browser, &path, &fields).await;
    assert!(got.status == StatusCode::OK && !got.text.contains("<script>alert"), "{}", got.text);
    assert!(site.registry.pending_in(&Scope::city(), 10).await.unwrap().0.is_empty(), "nothing was put forward");
}

#[tokio::test]
async fn a_change_goes_from_the_form_to_the_record_by_two_people() {
    let site = Site::new().await;
    let town = site.logged_in("town").await;
    let person = site.person("周小琴").await;
    let path = format!("/person/{person}/change/death");
    let digest = "ab".repeat(32);
    let fields = [("effective", "2016-11-01"), ("papers", "死亡医学证明书"), ("evidence", digest.as_str())];
    let seen = hidden(&town.get(&path).await.text, "seen");
    let check = send(&town, &path, &[fields.to_vec(), vec![("seen", seen.as_str())]].concat()).await;
    for said in ["改变 1 条记录", "部分参保", "死亡", "死亡医学证明书", "提交复核", "待核问题"]
    {
        assert!(check.text.contains(said), "{said}: {}", check.text);
    }
    let back = send(&town, &path, &[fields.to_vec(), vec![("step", "change")]].concat()).await;
    assert!(back.status == StatusCode::OK && back.text.contains("value=\"死亡医学证明书\""), "{}", back.text);
    let change = proposed(&town, &path, &fields).await;
    let own = town.get(&change).await.text;
    assert!(own.contains("要由别人复核") && own.contains("收回这件变更") && !own.contains("data-key"), "{own}");
    assert!(town.get("/changes/mine").await.text.contains(&format!("href=\"{change}\"")));
    let person_page = town.get(&format!("/person/{person}")).await.text;
    assert!(person_page.contains("周小琴 · 部分参保") && person_page.contains("等待复核"), "not yet done");
    assert!(!town.get(&format!("/person/{person}/change")).await.text.contains("/change/death\""), "one waits");
    let twice =
        send(&town, &path, &[fields.to_vec(), vec![("seen", seen.as_str()), ("step", "propose")]].concat()).await;
    assert_eq!(twice.status, StatusCode::CONFLICT);
    // the town may not decide; the checker sees what it would do, and the papers
    assert_eq!(decide(&site.logged_in("county").await, &change).await.status, StatusCode::SEE_OTHER);
    assert!(town.get(&format!("/person/{person}")).await.text.contains("周小琴 · 死亡"));
    assert!(site.logged_in("checker").await.get("/changes/done").await.text.contains(&change));
}

#[tokio::test]
async fn every_procedure_has_a_form_that_works() {
    let site = Site::new().await;
    let (maker, checker) = (site.logged_in("county").await, site.logged_in("checker").await);
    let zhou = site.person("周小琴").await;
    let chen = site.person("陈秀珍").await;
    let (day, village) = (("effective", "2016-11-05"), ("area", "610902001002"));
    let new_number = crate::run::number("1977-03-02", 33);
    let steps: Vec<(i64, &str, Fields<'_>)> = vec![
        (zhou, "enrolment-begun", vec![("scheme", "employee-pension"), ("unit_name", "某某商行"), day]),
        (zhou, "enrolment-transferred", vec![("scheme", "employee-pension"), ("unit_name", "某某超市"), day]),
        (zhou, "conscripted", vec![day]),
        (zhou, "released", vec![day]),
        (zhou, "imprisoned", vec![day]),
        (zhou, "enrolment-resumed", vec![("scheme", "employee-pension"), day]),
        (zhou, "enrolment-interrupted", vec![("scheme", "rural-medical"), ("reason", "6304"), day]),
        (zhou, "enrolment-ended", vec![("scheme", "rural-medical"), ("reason", "6402"), day]),
        (zhou, "number-corrected", vec![("number", new_number.as_str()), day]),
        (zhou, "name-changed", vec![("name", "周晓琴"), day]),
        (zhou, "move-out", vec![("to", "西安市"), day]),
        (zhou, "move-in", vec![village, ("registered", "yes"), day]),
        (chen, "left-country", vec![day]),
        (chen, "merged", vec![("into_number", new_number.as_str()), day]),
    ];
    for (person, kind, fields) in steps {
        let fields = [fields, vec![PAPERS]].concat();
        let change = proposed(&maker, &format!("/person/{person}/change/{kind}"), &fields).await;
        let done = decide(&checker, &change).await;
        assert_eq!(done.status, StatusCode::SEE_OTHER, "{kind}: {}", done.text);
    }
    let asker = Asker { actor: "test".to_owned(), scope: Scope::city(), purpose: "test".into() };
    let whole = site.registry.person(&asker, zhou).await.unwrap();
    assert_eq!(whole.record.name.as_deref(), Some("周晓琴"));
    assert_eq!((whole.record.area.as_str(), whole.number()), ("610902001002", Some(new_number.as_str())));
    // what was merged into it can be split off again
    let theirs = whole.enrolments.iter().find(|row| row.scheme == "resident-pension").unwrap().id.to_string();
    let split = vec![
        ("enrolments", theirs.as_str()),
        ("name", "陈秀珍"),
        ("sex", "2"),
        ("birth_date", "1948-01-20"),
        village,
        ("registered", "yes"),
        day,
        PAPERS,
    ];
    let change = proposed(&maker, &format!("/person/{zhou}/change/split"), &split).await;
    assert!(maker.get(&change).await.text.contains("新建 1 条记录"));
    assert_eq!(decide(&checker, &change).await.status, StatusCode::SEE_OTHER);
    let rows = site.registry.person(&asker, zhou).await.unwrap().enrolments;
    assert!(rows.iter().all(|row| row.scheme != "resident-pension"));
}

#[tokio::test]
async fn a_newborn_comes_into_a_household_and_an_arrival_into_a_village() {
    let site = Site::new().await;
    let (maker, checker) = (site.logged_in("village").await, site.logged_in("checker").await);
    let luo = site.person("罗承志").await;
    let form = maker.get(&format!("/newcomer/birth?with={luo}")).await.text;
    assert!(form.contains("与罗承志同户") && form.contains("name=\"household\" value=\"H1\""), "{form}");
    assert!(form.contains("<option value=\"610902001001\" selected>"), "{form}");
    let born = [
        ("name", "罗小宝"),
        ("sex", "1"),
        ("birth_date", "2016-11-02"),
        ("area", "610902001001"),
        ("household", "H1"),
        ("registered", "yes"),
        ("papers", "出生医学证明"),
    ];
    let change = proposed(&maker, "/newcomer/birth", &born).await;
    assert!(maker.get(&change).await.text.contains("罗小宝"));
    assert_eq!(decide(&checker, &change).await.status, StatusCode::SEE_OTHER);
    assert!(maker.get(&format!("/person/{luo}")).await.text.contains("同户 4 人"));
    // a village that is not theirs, a birth long ago, an arrival without a number
    let mut elsewhere = born;
    elsewhere[3].1 = "610921001001";
    let refused = send(&maker, "/newcomer/birth", &elsewhere).await;
    assert_eq!(refused.status, StatusCode::CONFLICT, "{}", refused.text);
    let mut old = born;
    old[2].1 = "1990-01-01";
    let refused = send(&maker, "/newcomer/birth", &old).await;
    assert!(refused.text.contains("id=\"e-birth_date\"") && refused.text.contains("十八年以前"), "{}", refused.text);
    let refused = send(&maker, "/newcomer/arrival", &born).await;
    assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(
        refused.text.contains("id=\"e-number\"") && refused.text.contains("id=\"e-effective\""),
        "{}",
        refused.text
    );
    let number = crate::run::number("1990-01-01", 77);
    let mut arrival = old.to_vec();
    arrival.extend([("number", number.as_str()), ("effective", "2016-11-03")]);
    let change = proposed(&maker, "/newcomer/arrival", &arrival).await;
    assert_eq!(decide(&checker, &change).await.status, StatusCode::SEE_OTHER);
    assert_eq!(
        maker.get(&format!("/newcomer/birth?with={}", site.person("赵文斌").await)).await.status,
        StatusCode::NOT_FOUND
    );
}

#[tokio::test]
async fn its_maker_takes_a_change_back_and_nobody_else() {
    let site = Site::new().await;
    let (town, county) = (site.logged_in("town").await, site.logged_in("county").await);
    let person = site.person("罗承志").await;
    let fields = [("effective", "2016-11-01"), PAPERS];
    let change = proposed(&town, &format!("/person/{person}/change/death"), &fields).await;
    let path = format!("{change}/withdraw");
    let other = send(&county, &path, &[("reason", "代他收回")]).await;
    assert_eq!(other.status, StatusCode::CONFLICT);
    assert!(other.text.contains("只有经办人本人能撤回"), "{}", other.text);
    assert_eq!(send(&site.logged_in("neighbour").await, &path, &[("reason", "x")]).await.status, StatusCode::NOT_FOUND);
    assert_eq!(send(&town, &path, &[("reason", "")]).await.status, StatusCode::CONFLICT);
    assert_eq!(send(&town, &path, &[("reason", "填错了")]).await.location(), change);
    let page = town.get(&change).await.text;
    assert!(page.contains("已收回") && page.contains("填错了"), "{page}");
    assert_eq!(send(&town, &path, &[("reason", "再收")]).await.status, StatusCode::CONFLICT);
}

#[tokio::test]
async fn what_was_done_is_undone_by_two_people_unless_something_rests_on_it() {
    let site = Site::new().await;
    let (town, county, checker) =
        (site.logged_in("town").await, site.logged_in("county").await, site.logged_in("checker").await);
    let person = site.person("罗承志").await;
    let fields = [("effective", "2016-11-01"), PAPERS];
    let death = proposed(&town, &format!("/person/{person}/change/death"), &fields).await;
    decide(&county, &death).await;
    let name = [("name", "罗承之"), ("effective", "2016-11-02"), PAPERS];
    let renamed = proposed(&town, &format!("/person/{person}/change/name-changed"), &name).await;
    decide(&county, &renamed).await;
    let page = town.get(&death).await.text;
    assert!(page.contains("在它之后的变动 1 次") && page.contains(&format!("href=\"{renamed}\"")), "{page}");
    assert!(!page.contains("申请撤销</button>"), "it cannot be undone yet");
    let refused = send(&town, &format!("{death}/undo"), &[("reason", "误")]).await;
    assert!(refused.status == StatusCode::CONFLICT && refused.text.contains("又有 1 次变动"), "{}", refused.text);
    for change in [&renamed, &death] {
        let asked = send(&county, &format!("{change}/undo"), &[("reason", "与本人核实")]).await;
        assert_eq!(asked.location(), change, "{}", asked.text);
        let own = send(&county, &format!("{change}/undo/decide"), &[("decision", "approve"), ("reason", "同意")]).await;
        assert_eq!(own.status, StatusCode::CONFLICT);
        assert!(own.text.contains("不能是提出撤销的人"), "{}", own.text);
        let inbox = checker.get("/changes").await.text;
        assert!(inbox.contains("申请撤销的 1 件") && inbox.contains("与本人核实"), "{inbox}");
        let path = format!("{change}/undo/decide");
        assert_eq!(send(&town, &path, &[("decision", "approve"), ("reason", "x")]).await.status, StatusCode::FORBIDDEN);
        let done = send(&checker, &path, &[("decision", "approve"), ("reason", "属实")]).await;
        assert_eq!(done.location(), change, "{}", done.text);
        let page = checker.get(change).await.text;
        assert!(page.contains("已撤销") && page.contains("属实"), "{page}");
    }
    assert!(town.get(&format!("/person/{person}")).await.text.contains("罗承志 · 未参保"));
}

#[tokio::test]
async fn a_bulk_is_decided_by_another_as_far_as_they_reach() {
    let site = Site::new().await;
    let row = |name: &str| BulkRow {
        number: number_of(name),
        name: name.to_owned(),
        date: "2016-11-01".to_owned(),
        life: Life::Deceased,
        place: "第 1 行".to_owned(),
    };
    let mut rows: Vec<BulkRow> = ["罗承志", "周小琴", "赵文斌", "王德厚"].map(row).to_vec();
    rows[1].name = "周大琴".to_owned();
    rows.push(row("陈秀珍"));
    let proposal = BulkProposal { procedure: Procedure::Death, rows, digest: vec![1; 32], evidence: None };
    let maker = Asker { actor: "city".to_owned(), scope: Scope::city(), purpose: "test".into() };
    let today = Date::parse("2016-11-20").unwrap();
    let bulk = site.registry.propose_bulk(&maker, &proposal, today).await.unwrap().bulk.unwrap();
    let path = format!("/bulk/{bulk}");
    let county = site.logged_in("county").await;
    assert!(county.get("/bulks").await.text.contains(&format!("href=\"{path}\"")));
    let page = county.get(&path).await.text;
    for said in ["姓名不符", "记录中已是这样", "您负责的区域里有 2 件等待复核"] {
        assert!(page.contains(said), "{said}: {page}");
    }
    assert_eq!(county.get("/bulk/99").await.status, StatusCode::NOT_FOUND);
    let own = send(&site.logged_in("city").await, &path, &[("decision", "approve"), ("reason", "同意")]).await;
    assert!(own.status == StatusCode::CONFLICT && own.text.contains("审核人不能是经办人本人"), "{}", own.text);
    let refused = send(&county, &path, &[("decision", "approve"), ("reason", " ")]).await;
    assert_eq!(refused.status, StatusCode::CONFLICT);
    let done = send(&county, &path, &[("decision", "approve"), ("reason", "名册一致")]).await;
    assert!(done.text.contains("已办理 2 件") && done.text.contains("不在可查看的区域内 1 件"), "{}", done.text);
    let neighbour = site.logged_in("neighbour").await.get(&path).await.text;
    assert!(neighbour.contains("您负责的区域里有 1 件等待复核"), "{neighbour}");
    let again = send(&county, &path, &[("decision", "approve"), ("reason", "再来")]).await;
    assert!(again.text.contains("以前已处理 2 件"), "{}", again.text);
}

const SCAN: &[u8] = b"%PDF-1.4\n% the death certificate of somebody\n%%EOF\n";

/// Sends the form with a file in it.
async fn with_scan(browser: &Browser<'_>, path: &str, fields: &[(&str, &str)], file: (&str, &[u8])) -> Got {
    let csrf = browser.get("/").await.csrf();
    let all = [&[("csrf", csrf.as_str())], fields].concat();
    browser.upload_form(path, &all, "scan", &[file]).await
}

#[tokio::test]
async fn papers_are_handed_in_kept_encrypted_and_opened_by_who_decides() {
    use sha2::Digest as _;

    let site = Site::new().await;
    let (town, county) = (site.logged_in("town").await, site.logged_in("county").await);
    let person = site.person("周小琴").await;
    let path = format!("/person/{person}/change/death");
    let seen = hidden(&town.get(&path).await.text, "seen");
    let fields = [("effective", "2016-11-01"), ("papers", "死亡医学证明书"), ("seen", seen.as_str())];
    let check = with_scan(&town, &path, &[&fields[..], &[("step", "check")]].concat(), ("周小琴.pdf", SCAN)).await;
    assert_eq!(check.status, StatusCode::OK, "{}", check.text);
    let digest: String = sha2::Sha256::digest(SCAN).iter().map(|byte| format!("{byte:02x}")).collect();
    let shown = check.text.replace(' ', "");
    assert!(
        shown.contains(&digest) && check.text.contains("PDF，"),
        "the program works the digest out: {}",
        check.text
    );
    let ticket = hidden(&check.text, "scan");
    // back to the form, the file need not be chosen again
    let back = [&fields[..], &[("scan", ticket.as_str()), ("step", "change")]].concat();
    let form = send(&town, &path, &back).await;
    assert!(form.text.contains("已上传：PDF") && hidden(&form.text, "scan") == ticket, "{}", form.text);
    let done = send(&town, &path, &[&fields[..], &[("scan", ticket.as_str()), ("step", "propose")]].concat()).await;
    let change = done.location().to_owned();
    assert!(change.starts_with("/change/"), "{}", done.text);
    let page = county.get(&change).await;
    let open = format!("{change}/scan");
    assert!(page.text.contains(&format!("href=\"{open}\"")) && page.text.replace(' ', "").contains(&digest));
    let got = county.get(&open).await;
    assert_eq!((got.status, got.bytes.as_slice()), (StatusCode::OK, SCAN));
    let header = |name: &str| got.headers[name].to_str().unwrap().to_owned();
    assert_eq!(header("content-disposition"), format!("attachment; filename=\"canbao-change-{}.pdf\"", &change[8..]));
    assert_eq!(
        (header("content-type"), header("x-content-type-options")),
        ("application/pdf".into(), "nosniff".into())
    );
    assert!(header("content-security-policy").contains("sandbox") && header("cache-control") == "no-store");
    let looks = site.logged_in("auditor").await.get("/looks").await.text;
    assert!(looks.contains("打开变更材料"), "{looks}");
    // whoever does not see the change does not see its papers
    let neighbour = site.logged_in("neighbour").await;
    assert_eq!(neighbour.get(&open).await.status, StatusCode::NOT_FOUND);
    assert_eq!(county.get("/change/99/scan").await.status, StatusCode::NOT_FOUND);
    // on the disk nobody reads it, nor finds it by what it is
    let mut files = Vec::new();
    let mut folders = vec![site.data.join("scans")];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).unwrap().map(Result::unwrap) {
            if entry.file_type().unwrap().is_dir() { folders.push(entry.path()) } else { files.push(entry.path()) }
        }
    }
    let [file] = files.as_slice() else { panic!("{files:?}") };
    let sealed = std::fs::read(file).unwrap();
    assert!(!sealed.windows(8).any(|window| window == &SCAN[..8]), "encrypted");
    assert!(!file.to_string_lossy().contains(&digest[..12]));
    assert_eq!(std::os::unix::fs::PermissionsExt::mode(&file.metadata().unwrap().permissions()) & 0o777, 0o600);
    let mut changed = sealed;
    changed[0] ^= 1;
    std::fs::write(file, changed).unwrap();
    assert_eq!(county.get(&open).await.status, StatusCode::SERVICE_UNAVAILABLE, "what was changed is not shown");
}

#[tokio::test]
async fn papers_that_are_none_are_refused_and_a_digest_opens_nothing() {
    let site = Site::new().await;
    let town = site.logged_in("town").await;
    let person = site.person("周小琴").await;
    let path = format!("/person/{person}/change/death");
    let seen = hidden(&town.get(&path).await.text, "seen");
    let fields =
        [("effective", "2016-11-01"), ("papers", "死亡医学证明书"), ("seen", seen.as_str()), ("step", "check")];
    let large = [SCAN, &vec![b' '; 60_000][..]].concat();
    for (name, bytes, told) in [
        ("a.pdf", &b"<html><script>alert(1)</script>"[..], "不是 PDF"),
        ("a.png", b"MZ\x90\0".as_slice(), "不是 PDF"),
        ("a.pdf", b"".as_slice(), "是空的"),
    ] {
        let got = with_scan(&town, &path, &fields, (name, bytes)).await;
        assert_eq!(got.status, StatusCode::UNPROCESSABLE_ENTITY, "{name}");
        assert!(got.text.contains("id=\"e-scan\"") && got.text.contains(told), "{told}: {}", got.text);
        assert!(got.text.contains("value=\"死亡医学证明书\""), "what was typed");
    }
    let typed = "ab".repeat(32);
    let both = [&fields[..], &[("evidence", typed.as_str())]].concat();
    let got = with_scan(&town, &path, &both, ("a.pdf", SCAN)).await;
    assert!(got.text.contains("id=\"e-evidence\"") && got.text.contains("由系统算出"), "{}", got.text);
    // somebody else's ticket, an invented one, a digest that is typed: none leads to a file
    let check = with_scan(&town, &path, &fields, ("a.pdf", SCAN)).await;
    let ticket = hidden(&check.text, "scan");
    let county = site.logged_in("county").await;
    let invented = ticket.replace(".pdf.", ".png.");
    for (browser, ticket) in [(&county, ticket.as_str()), (&town, invented.as_str()), (&town, "x")] {
        let got = send(browser, &path, &[&fields[..], &[("scan", ticket)]].concat()).await;
        assert_eq!(got.status, StatusCode::UNPROCESSABLE_ENTITY, "{}", got.text);
        assert!(got.text.contains("认不出来"), "{}", got.text);
    }
    let digest = ticket.split('.').next().unwrap().to_owned();
    let typed = [("effective", "2016-11-01"), ("papers", "死亡医学证明书"), ("evidence", digest.as_str())];
    let change = proposed(&town, &path, &typed).await;
    assert!(!town.get(&change).await.text.contains(&format!("{change}/scan\"")), "a digest alone shows no file");
    assert_eq!(town.get(&format!("{change}/scan")).await.status, StatusCode::NOT_FOUND);
    let site = Site::with(|settings| settings.upload.paper_bytes = 50_000).await;
    let town = site.logged_in("town").await;
    let person = site.person("周小琴").await;
    let got = with_scan(&town, &format!("/person/{person}/change/death"), &fields, ("a.pdf", &large)).await;
    assert!(
        matches!(got.status, StatusCode::UNPROCESSABLE_ENTITY | StatusCode::PAYLOAD_TOO_LARGE),
        "{}: {}",
        got.status,
        got.text
    );
}
