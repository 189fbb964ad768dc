//! Comparison with another registry by the pages: two systems that know each other, and what each of them refuses.

use axum::http::{StatusCode, header};
use canbao_domain::date::Date;
use canbao_domain::scope::Scope;
use canbao_registry::change::{Decision, Procedure, Proposal};
use canbao_registry::query::Asker;

use crate::support::{Browser, Got, Site};

async fn send(browser: &Browser<'_>, path: &str, fields: &[(&str, &str)]) -> Got {
    let csrf = browser.get("/").await.csrf();
    let mut all = vec![("csrf", csrf)];
    all.extend(fields.iter().map(|(name, value)| (*name, (*value).to_owned())));
    browser.post(path, &all).await
}

async fn drop_in(browser: &Browser<'_>, file: &[u8]) -> Got {
    let csrf = browser.get("/").await.csrf();
    browser.upload_form("/exchange/in", &[("csrf", &csrf)], "parcel", &[("来的.parcel", file)]).await
}

async fn add(browser: &Browser<'_>, card: &[u8], fingerprint: &str) -> Got {
    let csrf = browser.get("/").await.csrf();
    let fields = [("csrf", csrf.as_str()), ("fingerprint", fingerprint)];
    browser.upload_form("/partners", &fields, "card", &[("对方.card", card)]).await
}

/// Keys of a system, its card and what is read of it over the telephone.
async fn founded(site: &Site, id: &str, name: &str, area: &str) -> (Vec<u8>, String) {
    let admin = site.logged_in("admin").await;
    assert!(admin.get("/partners").await.text.contains("生成本机构的密钥"));
    let wrong = send(&admin, "/partners/keys", &[("id", "安康"), ("name", name), ("area", area)]).await;
    assert!(wrong.status == StatusCode::UNPROCESSABLE_ENTITY && wrong.text.contains("id=\"e-id\""), "{}", wrong.text);
    let made = send(&admin, "/partners/keys", &[("id", id), ("name", name), ("area", area)]).await;
    assert_eq!(made.location(), "/partners", "{}", made.text);
    let again = send(&admin, "/partners/keys", &[("id", "other"), ("name", name), ("area", area)]).await;
    assert!(again.status == StatusCode::UNPROCESSABLE_ENTITY && again.text.contains("不会换掉"), "{}", again.text);
    let page = admin.get("/partners").await.text;
    let (_, spoken) = page.split_once("<p class=\"print\">").unwrap();
    let card = admin.get("/partners/card").await;
    let disposition = card.headers[header::CONTENT_DISPOSITION].to_str().unwrap();
    assert_eq!(disposition, format!("attachment; filename=\"{id}.card\""));
    (card.bytes, spoken.split('<').next().unwrap().to_owned())
}

/// Two systems with the same people; at the second, 罗承志 has a pension.
async fn two() -> (Site, Site) {
    let (here, there) = (Site::new().await, Site::new().await);
    let person = there.person("罗承志").await;
    let by = |actor: &str| Asker { actor: actor.to_owned(), scope: Scope::city(), purpose: "test".into() };
    let whole = there.registry.person(&by("maker"), person).await.unwrap();
    let procedure = Procedure::EnrolmentBegun {
        scheme: "resident-pension".to_owned(),
        unit_code: None,
        unit_name: None,
        pooling_area: Some("610902".to_owned()),
    };
    let (effective, papers) = ("2016-11-01".to_owned(), Some("参保登记表".to_owned()));
    let proposal = Proposal { person, seen: whole.revision, procedure, effective, evidence: None, papers };
    let today = Date::parse("2016-11-30").unwrap();
    let id = there.registry.propose(&by("maker"), &proposal, today).await.unwrap();
    let yes = Decision { approve: true, reason: "一致".to_owned(), seen: whole.revision };
    there.registry.decide(&by("checker"), id, &yes, today).await.unwrap();
    let ours = founded(&here, "ankang", "安康市社会保险局", "610900").await;
    let theirs = founded(&there, "hanzhong", "汉中市社会保险局", "610700").await;
    for (site, (card, spoken)) in [(&here, &theirs), (&there, &ours)] {
        let admin = site.logged_in("admin").await;
        let wrong = add(&admin, card, "00000 00000 00000 00000 00000 00000").await;
        assert!(
            wrong.status == StatusCode::UNPROCESSABLE_ENTITY && wrong.text.contains("与名片不符"),
            "{}",
            wrong.text
        );
        let none = add(&admin, b"<html><script>alert(1)</script>", spoken).await;
        assert!(
            none.status == StatusCode::UNPROCESSABLE_ENTITY && none.text.contains("id=\"e-card\""),
            "{}",
            none.text
        );
        let added = add(&admin, card, spoken).await;
        assert_eq!(added.location(), "/partners", "{}", added.text);
    }
    (here, there)
}

const QUESTION: [(&str, &str); 3] = [("peer", "hanzhong"), ("categories", "uninsured"), ("way", "plain")];

/// One asks, another decides; gives the request's page.
async fn approved(site: &Site, asked: &Got) -> String {
    let request = asked.location().to_owned();
    assert!(request.starts_with("/exchange/request/"), "{} {}", asked.status, asked.text);
    let maker = site.logged_in("city").await;
    let own = send(&maker, &request, &[("decision", "approve"), ("reason", "同意")]).await;
    assert!(own.status == StatusCode::CONFLICT && own.text.contains("不能是提出的人本人"), "{}", own.text);
    let checker = site.logged_in("city-too").await;
    assert!(checker.get("/exchange").await.text.contains("等您审批的 1 件"));
    let silent = send(&checker, &request, &[("decision", "approve"), ("reason", " ")]).await;
    assert!(silent.status == StatusCode::CONFLICT && silent.text.contains("没有写理由"), "{}", silent.text);
    let done = send(&checker, &request, &[("decision", "approve"), ("reason", "范围与任务一致")]).await;
    assert_eq!(done.location(), request, "{}", done.text);
    let again = send(&checker, &request, &[("decision", "approve"), ("reason", "再来")]).await;
    assert!(again.status == StatusCode::CONFLICT && again.text.contains("已经处理过"), "{}", again.text);
    request
}

/// The parcel that a request made.
async fn parcel(site: &Site, request: &str) -> Vec<u8> {
    let page = site.logged_in("city").await.get(request).await.text;
    let (_, rest) = page.split_once("href=\"/exchange/parcel/").unwrap_or_else(|| panic!("no parcel in {page}"));
    let path = format!("/exchange/parcel/{}", rest.split('"').next().unwrap());
    let got = site.logged_in("city").await.get(&path).await;
    assert!(got.status == StatusCode::OK && got.bytes.starts_with(b"CANBAO-PARCEL-1"), "{}", got.text);
    assert!(!got.text.contains("罗承志"), "sealed");
    got.bytes
}

#[tokio::test]
async fn two_systems_ask_answer_and_take_in_by_two_people_each() {
    let (here, there) = two().await;
    let city = here.logged_in("city").await;
    assert!(city.get("/runs").await.text.contains("href=\"/exchange\""), "the menu leads there");
    let form = city.get("/exchange/new").await.text;
    assert!(form.contains("汉中市社会保险局"), "{form}");
    let check = send(&city, "/exchange/new", &[&QUESTION[..], &[("step", "check")]].concat()).await;
    assert!(check.text.contains("问 <b>3</b> 人") && check.text.contains("另有 0 人不能问"), "{}", check.text);
    let wish = [&QUESTION[..], &[("step", "wish"), ("reason", "入户前核对")]].concat();
    let asked = send(&city, "/exchange/new", &wish).await;
    let twice = send(&city, "/exchange/new", &wish).await;
    assert!(twice.status == StatusCode::CONFLICT && twice.text.contains("正等待审批"), "{}", twice.text);
    let request = approved(&here, &asked).await;
    let question = parcel(&here, &request).await;
    assert!(city.get("/exchange").await.text.contains("等待答复"));

    // on the stick, changed, cut off, something else, and as it is
    let far = there.logged_in("city").await;
    let mut changed = question.clone();
    let middle = changed.len() - 100;
    changed[middle] ^= 1;
    for (file, told) in [
        (changed.as_slice(), "被改动过"),
        (&question[..question.len() - 1], "长度不符"),
        (b"<html>".as_slice(), "不是数据包"),
        (b"".as_slice(), "不是数据包"),
    ] {
        let got = drop_in(&far, file).await;
        assert!(got.status == StatusCode::CONFLICT && got.text.contains(told), "{told}: {} {}", got.status, got.text);
    }
    let own = drop_in(&city, &question).await;
    assert_eq!(own.status, StatusCode::CONFLICT, "not for us: {}", own.text);
    let came = drop_in(&far, &question).await;
    assert!(came.location().starts_with("/exchange/in/"), "{} {}", came.status, came.text);
    let page = far.get(came.location()).await.text;
    for said in ["安康市社会保险局", "查询", "3 人", "签名", "成立", "第 1 号，接得上"] {
        assert!(page.contains(said), "{said}: {page}");
    }
    assert!(far.get("/exchange").await.text.contains("等待办理的 1 个"));
    let asked = send(&far, came.location(), &[("reason", "两地约定互查")]).await;
    let request = approved(&there, &asked).await;
    let answer = parcel(&there, &request).await;
    assert_eq!(far.get(came.location()).await.status, StatusCode::NOT_FOUND, "it waits no more");
    let again = drop_in(&far, &question).await;
    assert!(again.status == StatusCode::CONFLICT && again.text.contains("已经处理过"), "{}", again.text);

    // the answer, tried before it is applied
    let before = here.registry.revision().await.unwrap();
    let came = drop_in(&city, &answer).await;
    let page = city.get(came.location()).await.text;
    assert!(page.contains("所问 3 人，更新 1 人的记录"), "{page}");
    assert_eq!(here.registry.revision().await.unwrap(), before, "looked at, nothing is changed");
    let asked = send(&city, came.location(), &[("reason", "与所问一致")]).await;
    assert_eq!(here.registry.revision().await.unwrap(), before, "asked for, nothing is changed");
    approved(&here, &asked).await;
    assert_eq!(here.registry.revision().await.unwrap(), before + 1);
    let person = here.person("罗承志").await;
    let page = city.get(&format!("/person/{person}")).await.text;
    assert!(page.contains("异地"), "insured elsewhere: {page}");
    let list = city.get("/exchange").await.text;
    assert!(list.contains("已有答复") && list.contains("已导入") && list.contains("收到答复"), "{list}");
    let log = here.logged_in("auditor").await.get("/log").await.text;
    for said in ["建立联网密钥", "登记联网对方", "申请联网比对", "同意联网比对", "收入联网比对"]
    {
        assert!(log.contains(said), "{said}: {log}");
    }
}

#[tokio::test]
async fn what_is_refused_or_taken_back_changes_nothing() {
    let (here, _) = two().await;
    let (city, too) = (here.logged_in("city").await, here.logged_in("city-too").await);
    let empty = send(&city, "/exchange/new", &[("step", "check")]).await;
    assert_eq!(empty.status, StatusCode::UNPROCESSABLE_ENTITY);
    for field in ["peer", "categories", "way"] {
        assert!(empty.text.contains(&format!("id=\"e-{field}\"")), "{field}: {}", empty.text);
    }
    let nobody = [("peer", "hanzhong"), ("categories", "interrupted"), ("way", "pension"), ("step", "check")];
    let nobody = send(&city, "/exchange/new", &nobody).await;
    assert!(nobody.status == StatusCode::CONFLICT && nobody.text.contains("没有可以查询的人"), "{}", nobody.text);
    let unknown = [("peer", "mars"), ("categories", "uninsured"), ("way", "plain"), ("step", "check")];
    let unknown = send(&city, "/exchange/new", &unknown).await;
    assert!(unknown.status == StatusCode::CONFLICT && unknown.text.contains("没有登记过"), "{}", unknown.text);
    let wish = [&QUESTION[..], &[("step", "wish"), ("reason", "试试")]].concat();
    let first = send(&city, "/exchange/new", &wish).await.location().to_owned();
    let refused = send(&too, &first, &[("decision", "refuse"), ("reason", "这个月问过了")]).await;
    assert_eq!(refused.location(), first);
    let page = city.get(&first).await.text;
    assert!(
        page.contains("没有同意") && page.contains("这个月问过了") && !page.contains("/exchange/parcel/"),
        "{page}"
    );
    let second = send(&city, "/exchange/new", &wish).await.location().to_owned();
    let others = send(&too, &format!("{second}/withdraw"), &[("reason", "代收")]).await;
    assert!(others.status == StatusCode::CONFLICT && others.text.contains("只有提出的人"), "{}", others.text);
    assert_eq!(send(&city, &format!("{second}/withdraw"), &[("reason", "不查了")]).await.location(), second);
    let late = send(&too, &second, &[("decision", "approve"), ("reason", "同意")]).await;
    assert!(late.status == StatusCode::CONFLICT && late.text.contains("已经处理过"), "{}", late.text);
    assert!(city.get("/exchange").await.text.contains("还没有发出或收到过"), "no parcel was made");
    for path in ["/exchange/request/99", "/exchange/in/00", "/exchange/parcel/..%2F..%2Fregistry.key"] {
        assert_eq!(city.get(path).await.status, StatusCode::NOT_FOUND, "{path}");
    }
    // taken off, it is neither asked nor heard
    let admin = here.logged_in("admin").await;
    assert!(admin.get("/partner/hanzhong").await.text.contains("一律拒收"));
    assert_eq!(send(&admin, "/partner/hanzhong/remove", &[]).await.location(), "/partners");
    assert_eq!(admin.get("/partner/hanzhong").await.status, StatusCode::NOT_FOUND);
    let gone = send(&city, "/exchange/new", &[&QUESTION[..], &[("step", "check")]].concat()).await;
    assert_eq!(gone.status, StatusCode::CONFLICT, "{}", gone.text);
}

#[tokio::test]
async fn without_keys_the_page_says_what_to_do() {
    let site = Site::new().await;
    let city = site.logged_in("city").await;
    assert!(city.get("/exchange").await.text.contains("还没有联网比对的密钥"));
    assert_eq!(city.get("/exchange/new").await.status, StatusCode::NOT_FOUND);
    assert_eq!(drop_in(&city, b"x").await.status, StatusCode::NOT_FOUND);
    let other = Site::with(|settings| settings.identity = None).await;
    let admin = other.logged_in("admin").await;
    assert!(admin.get("/partners").await.text.contains("没有写明密钥放在哪里"));
}
