//! 统计分析: tables that are put together, what is kept of them, gaps, reasons, the plan, papers that another issues.

use axum::http::StatusCode;
use canbao_domain::scope::Scope;
use canbao_registry::paper::{Issue, Which};

use crate::support::Site;

/// Links to lists of people with the figure that stands on each.
fn links(page: &str) -> Vec<(String, String)> {
    let link = |part: &str| {
        let (path, rest) = part.split_once("\">")?;
        let figure = rest.split('<').next()?.trim().to_owned();
        let path = path.replace("&amp;", "&").replace("&#38;", "&");
        figure.chars().all(|c| c.is_ascii_digit() || c == ',').then(|| (format!("/people?{path}"), figure))
    };
    let (_, main) = page.split_once("<main").unwrap_or_default();
    main.split("<a href=\"/people?").skip(1).filter_map(link).collect()
}

/// The cells of the first table's body, a row after the other.
fn rows(page: &str) -> Vec<Vec<String>> {
    let body =
        page.split_once("<tbody>").and_then(|(_, rest)| rest.split_once("</tbody>")).map_or("", |(body, _)| body);
    let text = |html: &str| {
        let mut text = String::new();
        let mut inside = false;
        for c in html.chars() {
            match c {
                '<' => inside = true,
                '>' => inside = false,
                c if !inside => text.push(c),
                _ => {}
            }
        }
        text.trim().to_owned()
    };
    let cells = |row: &str| {
        let cells = row.split("<t").skip(1).filter(|cell| cell.starts_with('h') || cell.starts_with('d'));
        cells.map(|cell| text(&format!("<t{cell}"))).collect()
    };
    body.split("<tr").skip(1).map(cells).collect()
}

#[tokio::test]
async fn without_a_snapshot_every_page_says_so() {
    let site = Site::new().await;
    let leader = site.logged_in("leader").await;
    for path in ["pivot", "trend", "gap", "reasons", "catalogue"] {
        let page = leader.get(&format!("/figures/{path}")).await;
        assert_eq!(page.status, StatusCode::OK, "{path}");
        assert!(
            page.text.contains("还没有统计快照") && !page.text.contains("<svg class=\"chart"),
            "{path}: {}",
            page.text
        );
    }
    assert!(leader.get("/plan").await.text.contains("还没有统计快照"));
    assert!(leader.get("/papers").await.text.contains("还没有通报和报告"));
}

#[tokio::test]
async fn a_cell_leads_to_a_list_of_as_many() {
    let site = Site::new().await;
    site.registry.take_snapshot("test").await.unwrap();
    let mut followed = 0;
    for (login, query) in [
        ("city", "measure=uninsured&rows=county&cols=sex"),
        ("city", "measure=uninsured&rows=age"),
        ("county", "measure=partial&rows=town&cols=age"),
        ("county", "measure=record&rows=category&cols=sex"),
        ("town", "measure=uninsured&rows=village&sex=male"),
        ("city", "measure=uninsured&rows=scheme&subsistence=yes"),
    ] {
        let browser = site.logged_in(login).await;
        let page = browser.get(&format!("/figures/pivot?{query}")).await;
        assert_eq!(page.status, StatusCode::OK, "{query}: {}", page.text);
        for (path, figure) in links(&page.text) {
            followed += 1;
            let list = browser.get(&path).await.text;
            assert!(list.contains(&format!("符合条件 {figure} 人")), "{query} {path}: {figure}");
        }
    }
    assert!(followed > 8, "{followed}");
    // a leader sees figures and no way to anybody
    let leader = site.logged_in("leader").await.get("/figures/pivot?measure=uninsured&rows=county").await;
    assert!(links(&leader.text).is_empty() && leader.text.contains("汉滨区"), "{}", leader.text);
    // ages of years ago are not today's
    let page = site.logged_in("city").await.get("/figures/pivot?measure=uninsured&rows=age").await;
    assert!(links(&page.text).iter().all(|(path, _)| !path.contains("age=")), "{:?}", links(&page.text));
    // what a list cannot say has no link
    let page = site.logged_in("city").await.get("/figures/pivot?measure=uninsured&rows=hukou").await;
    assert!(links(&page.text).iter().all(|(path, _)| path == "/people?category=uninsured"), "{:?}", links(&page.text));
}

#[tokio::test]
async fn a_table_closes_and_its_files_have_as_many_rows() {
    let site = Site::new().await;
    site.registry.take_snapshot("test").await.unwrap();
    let city = site.logged_in("city").await;
    let query = "measure=population&rows=village&cols=category";
    let page = city.get(&format!("/figures/pivot?{query}")).await;
    let shown = rows(&page.text);
    assert!(shown.len() > 2, "{}", page.text);
    for row in &shown {
        let number = |text: &String| text.replace(',', "").parse::<u64>().unwrap();
        let (total, cells) = row[1..].split_last().unwrap();
        assert_eq!(cells.iter().map(number).sum::<u64>(), number(total), "{row:?}");
    }
    let csv = city.get(&format!("/figures/pivot/file/csv?{query}")).await.text;
    let lines: Vec<&str> = csv.trim_start_matches('\u{feff}').lines().collect();
    let own = lines.iter().filter(|line| line.split(',').nth(4) == Some("total"));
    // each row's total, and everybody
    assert_eq!(own.count(), shown.len() + 1, "{csv}");
    let book = city.get(&format!("/figures/pivot/file/xlsx?{query}")).await;
    assert_eq!(book.status, StatusCode::OK);
    assert_eq!(city.get("/figures/book").await.status, StatusCode::OK);
    assert_eq!(city.get(&format!("/figures/pivot/file/exe?{query}")).await.status, StatusCode::NOT_FOUND);
    // what is no count of people cannot be told by their ages, and the form says it with the choice still there
    let refused = city.get("/figures/pivot?measure=units&rows=age").await;
    assert_eq!(refused.status, StatusCode::CONFLICT);
    assert!(
        refused.text.contains("不是按人统计的") && refused.text.contains("value=\"units\" selected"),
        "{}",
        refused.text
    );
    assert_eq!(city.get("/figures/pivot?measure=nothing").await.status, StatusCode::NOT_FOUND);
    assert_eq!(city.get("/figures/pivot?rows=colour").await.status, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn tables_are_kept_shared_and_removed_by_their_owner() {
    let site = Site::new().await;
    site.registry.take_snapshot("test").await.unwrap();
    let city = site.logged_in("city").await;
    let csrf = city.get("/figures/pivot").await.csrf();
    let asked = "measure=uninsured&rows=town&sex=male&evil=1";
    let kept = |name: &str, shared: &str| {
        vec![
            ("csrf", csrf.clone()),
            ("asked", asked.to_owned()),
            ("name", name.to_owned()),
            ("shared", shared.to_owned()),
        ]
    };
    let done = city.post("/figures/pivot", &kept("各镇男性未参保", "yes")).await;
    assert_eq!(done.location(), "/figures/pivot?measure=uninsured&rows=town&sex=male&done=kept");
    city.post("/figures/pivot", &kept("自己看的", "")).await;
    let refused = city.post("/figures/pivot", &kept(" ", "")).await;
    assert_eq!(refused.status, StatusCode::CONFLICT);
    assert!(refused.text.contains("没有写名称"), "{}", refused.text);
    let leader = site.logged_in("leader").await;
    let page = leader.get("/figures/pivot").await;
    assert!(page.text.contains("各镇男性未参保") && !page.text.contains("自己看的"), "{}", page.text);
    let id = site.registry.kept_tables("city").await.unwrap().into_iter().find(|kept| kept.shared).unwrap().id;
    let drop = |csrf: String| vec![("csrf", csrf)];
    let others = leader.post(&format!("/figures/pivot/{id}/drop"), &drop(page.csrf())).await;
    assert_eq!(others.status, StatusCode::NOT_FOUND);
    city.post(&format!("/figures/pivot/{id}/drop"), &drop(csrf.clone())).await;
    assert!(!leader.get("/figures/pivot").await.text.contains("各镇男性未参保"));
}

#[tokio::test]
async fn trend_gap_reasons_and_meanings_say_what_the_figures_do() {
    let site = Site::new().await;
    site.registry.take_snapshot("test").await.unwrap();
    let city = site.logged_in("city").await;
    let overview = city.get("/figures/pivot?measure=uninsured&rows=county").await;
    let trend = city.get("/figures/trend?measure=uninsured").await;
    assert!(trend.text.contains("只有一次统计") && trend.text.contains("2016-10-31"), "{}", trend.text);
    let gap = city.get("/figures/gap").await;
    assert!(gap.text.contains("差距在哪里") && gap.text.contains("100.0 %"), "{}", gap.text);
    for (path, figure) in links(&gap.text) {
        assert!(city.get(&path).await.text.contains(&format!("符合条件 {figure} 人")), "{path}: {figure}");
    }
    // the areas' gaps are those of the table
    let table: Vec<(String, String)> =
        rows(&overview.text).into_iter().map(|row| (row[0].clone(), row[1].clone())).collect();
    for row in rows(&gap.text) {
        assert!(table.contains(&(row[0].clone(), row[1].clone())), "{row:?} in {table:?}");
    }
    assert_eq!(city.get("/figures/gap?measure=coverage").await.status, StatusCode::NOT_FOUND);
    let reasons = city.get("/figures/reasons").await;
    assert!(reasons.text.contains("尚未查明原因"), "{}", reasons.text);
    let meanings = city.get("/figures/catalogue").await;
    for indicator in canbao_report::indicator::Catalogue::embedded().all() {
        assert!(meanings.text.contains(&indicator.definition().name), "{}", indicator.definition().name);
    }
}

#[tokio::test]
async fn the_city_changes_the_plan_and_everybody_is_held_against_it() {
    let site = Site::new().await;
    site.registry.take_snapshot("test").await.unwrap();
    let city = site.logged_in("city").await;
    let form = city.get("/plan/edit").await;
    assert!(form.text.contains("入户调查、录入核对") && form.text.contains("2017-03-31"), "{}", form.text);
    let fields = |value: &str, from: &str| -> Vec<(&'static str, String)> {
        [
            ("csrf", form.csrf().as_str()),
            ("title", "某市方案"),
            ("stage0", "第一阶段"),
            ("stage-from0", "2016-10-01"),
            ("stage-to0", "2016-12-31"),
            ("indicator0", "coverage"),
            ("from0", from),
            ("by0", "2016-12-30"),
            ("value0", value),
            ("rank", "coverage"),
            ("praise_first", "3"),
            ("praise_at_least", "60"),
            ("criticise_last", "3"),
            ("criticise_behind", "10.5"),
        ]
        .map(|(name, value)| (name, value.to_owned()))
        .to_vec()
    };
    for (value, from, says) in
        [("一百", "2016-10-01", "目标值"), ("99", "十月", "不是日期"), ("99", "2017-10-01", "不在开始日期")]
    {
        let refused = city.post("/plan/edit", &fields(value, from)).await;
        assert_eq!(refused.status, StatusCode::CONFLICT, "{value} {from}");
        assert!(refused.text.contains(says) && refused.text.contains("某市方案"), "{says}: {}", refused.text);
    }
    let mut wrong = fields("99", "2016-10-01");
    wrong.iter_mut().filter(|(name, _)| *name == "indicator0").for_each(|(_, value)| *value = "uninsured".to_owned());
    let refused = city.post("/plan/edit", &wrong).await;
    assert!(refused.text.contains("不是越高越好的指标"), "{}", refused.text);
    assert_eq!(site.registry.plan().await.unwrap(), None, "nothing wrong is put in place");
    let done = city.post("/plan/edit", &fields("99.5", "2016-10-01")).await;
    assert_eq!(done.location(), "/plan?done=yes");
    // 30 of 90 days are gone: a third of 99.5
    let town = site.logged_in("town").await.get("/plan").await;
    assert!(
        town.text.contains("某市方案") && town.text.contains("33.1 %") && town.text.contains("99.5 %"),
        "{}",
        town.text
    );
    let home = site.logged_in("county").await.get("/").await;
    let behind = site.logged_in("county").await.get("/plan").await.text.contains("tag red");
    assert_eq!(home.text.contains("进度提醒"), behind, "{}", home.text);
}

#[tokio::test]
async fn a_paper_is_issued_by_another_and_seen_by_those_below() {
    let site = Site::new().await;
    let snapshot = site.registry.take_snapshot("test").await.unwrap();
    let draft = Issue {
        kind: "bulletin",
        area: "610902",
        issue: "2016年第1期",
        title: "关于汉滨区全民参保登记工作进展情况的通报",
        issued_on: "2016-11-02",
        snapshot: snapshot.id,
        before: None,
        threshold: 5,
        media: "application/pdf",
        content: b"%PDF-1.7 draft",
    };
    let id = site.registry.draft_paper(&draft, "county").await.unwrap().id;
    let path = format!("/paper/{id}");
    let (county, checker, town) =
        (site.logged_in("county").await, site.logged_in("checker").await, site.logged_in("town").await);
    let own = county.get(&path).await;
    assert!(own.text.contains("请另一位") && !own.text.contains("印发并归档"), "{}", own.text);
    assert_eq!(town.get(&path).await.status, StatusCode::NOT_FOUND, "a draft is nobody's below");
    assert_eq!(site.logged_in("neighbour").await.get(&path).await.status, StatusCode::NOT_FOUND);
    let page = checker.get(&path).await;
    assert!(page.text.contains("印发并归档"), "{}", page.text);
    assert!(checker.get("/").await.text.contains("别人拟的通报和报告"));
    let decide = |csrf: String, decision: &str| vec![("csrf", csrf), ("decision", decision.to_owned())];
    let refused = county.post(&path, &decide(own.csrf(), "approve")).await;
    assert_eq!(refused.status, StatusCode::CONFLICT);
    assert!(refused.text.contains("自己拟的"), "{}", refused.text);
    let refused = checker.post(&path, &decide(page.csrf(), "refuse")).await;
    assert!(refused.text.contains("没有写退回的理由"), "{}", refused.text);
    let done = checker.post(&path, &decide(page.csrf(), "approve")).await;
    assert_eq!(done.location(), "/papers?done=issued");
    // from now on it is the town's to read too, and nobody changes it
    assert_eq!(town.get(&format!("{path}/file")).await.text, "%PDF-1.7 draft");
    assert!(town.get("/papers").await.text.contains("2016年第1期"));
    assert_eq!(site.logged_in("neighbour").await.get(&format!("{path}/file")).await.status, StatusCode::NOT_FOUND);
    let again = checker.post(&path, &decide(page.csrf(), "approve")).await;
    assert_eq!(again.status, StatusCode::CONFLICT);
    assert_eq!(site.registry.papers(&Scope::city(), Which::All, None, 10).await.unwrap().len(), 1);
    // without the program that prints, the form says so
    let form = county.get("/papers/new").await;
    let fields = [("csrf", form.csrf()), ("kind", "bulletin".to_owned()), ("act", "pdf".to_owned())];
    let unmade = county.post("/papers/new", &fields).await;
    assert!(unmade.text.contains("没有设置打印"), "{}", unmade.text);
    let fields = [("csrf", form.csrf()), ("kind", "bulletin".to_owned()), ("act", "draft".to_owned())];
    assert!(county.post("/papers/new", &fields).await.text.contains("送审要写期号"));
}
