//! What stands around every page: head, menu, crumbs, foot.

use canbao_domain::rules::Category;

use crate::App;
use crate::asset;
use crate::fault::Fault;
use crate::right::Right;
use crate::right::visitor::Visitor;
use crate::say;

/// Around a page.
pub(crate) struct Shell {
    pub(crate) title: String,
    pub(crate) area: String,
    /// Codes and names: the areas above the chosen one, itself, and those right under it.
    pub(crate) areas: Vec<Choice>,
    pub(crate) user: String,
    pub(crate) role: &'static str,
    pub(crate) menu: Vec<Group>,
    pub(crate) crumbs: Vec<Crumb>,
    pub(crate) csrf: String,
    pub(crate) finds: bool,
    pub(crate) foot: String,
    pub(crate) printed: String,
    pub(crate) style: String,
    pub(crate) script: String,
    pub(crate) icon: String,
}

pub(crate) struct Choice {
    pub(crate) code: String,
    pub(crate) name: String,
    pub(crate) chosen: bool,
}

/// Entries of the menu under one heading.
pub(crate) struct Group {
    pub(crate) title: &'static str,
    pub(crate) entries: Vec<Entry>,
}

pub(crate) struct Entry {
    pub(crate) label: &'static str,
    pub(crate) path: String,
    pub(crate) note: String,
    pub(crate) current: bool,
}

/// A step of where one is; the last has no path.
pub(crate) struct Crumb {
    pub(crate) label: String,
    pub(crate) path: String,
}

impl Crumb {
    pub(crate) fn here(label: impl Into<String>) -> Self {
        Self { label: label.into(), path: String::new() }
    }

    pub(crate) fn to(label: impl Into<String>, path: impl Into<String>) -> Self {
        Self { label: label.into(), path: path.into() }
    }
}

impl Shell {
    /// The shell of a page. `at` is its place in the menu, `title` what it holds.
    pub(crate) async fn of(
        app: &App,
        visitor: &Visitor,
        at: &str,
        title: impl Into<String>,
        crumbs: Vec<Crumb>,
    ) -> Result<Self, Fault> {
        let areas = &visitor.areas;
        let name = |code: &str| areas.get(code).map_or_else(|| "全市".to_owned(), |area| area.name.clone());
        let account = &visitor.account;
        let as_of = app.registry.as_of().await?;
        let data = if as_of.is_empty() { "还没有数据".to_owned() } else { format!("数据截至 {as_of}") };
        let role = account.role.chinese();
        Ok(Self {
            title: title.into(),
            area: name(&visitor.area),
            areas: choices(visitor),
            user: account.name.clone(),
            role,
            menu: menu(app, visitor, at).await?,
            crumbs,
            csrf: visitor.session.csrf.clone(),
            finds: visitor.may(Right::People),
            foot: format!("全民参保登记信息管理系统 · {} · {data}", app.office()),
            printed: format!("{}（{role}）打印于 {}，仅供经办使用", account.name, say::time(say::now_ms())),
            style: asset::path("style.css"),
            script: asset::path("app.js"),
            icon: asset::path("icon.svg"),
        })
    }
}

fn choices(visitor: &Visitor) -> Vec<Choice> {
    let (areas, own) = (&visitor.areas, visitor.own_area());
    let choice =
        |code: &str, name: &str| Choice { code: code.to_owned(), name: name.to_owned(), chosen: code == visitor.area };
    let above = areas.chain(&visitor.area).into_iter().filter(|(code, _)| areas.reports_to(code, own));
    let mut choices: Vec<Choice> = above.map(|(code, area)| choice(code, &area.name)).collect();
    choices.extend(areas.reporting_right_to(&visitor.area).into_iter().map(|(code, area)| choice(code, &area.name)));
    choices
}

async fn menu(app: &App, visitor: &Visitor, at: &str) -> Result<Vec<Group>, Fault> {
    let counts = app.kept.counts(app, visitor, &visitor.area).await?;
    let pending = app.kept.pending(app, visitor).await?;
    let entry = |label, path: &str, note: String| Entry { label, current: path == at, path: path.to_owned(), note };
    let plain = |label, path: &str| entry(label, path, String::new());
    let mut groups = vec![Group { title: "", entries: vec![plain("首页", "/")] }];
    let mut group = |title, entries: Vec<Entry>| {
        if !entries.is_empty() {
            groups.push(Group { title, entries });
        }
    };
    if visitor.may(Right::People) {
        let worked = Category::VISITED.into_iter().map(|category| {
            let path = format!("/people?category={}", category.as_str());
            entry(category.chinese(), &path, say::count(counts.of(category)))
        });
        let mut entries = vec![plain("全部人员", "/people")];
        entries.extend(worked);
        entries.push(plain("批量查询", "/batch"));
        if visitor.may(Right::Export) {
            entries.push(plain("导出申请", "/exports"));
        }
        group("人员", entries);
    }
    if visitor.may(Right::Employers) {
        group("单位", vec![plain("全部单位", "/employers")]);
    }
    let mut checks = Vec::new();
    if visitor.may(Right::Findings) {
        let work = app.kept.work(app, visitor, &visitor.area).await?;
        let open = |kind: &str| work.get(kind).map_or(0, |counts| counts.open() + counts.answered);
        let all: i64 =
            work.iter().filter(|(kind, _)| !kind.starts_with("unit-")).map(|(_, of)| of.open() + of.answered).sum();
        checks.push(entry("关联待定", "/findings/row-unresolved", say::count(open("row-unresolved"))));
        checks.push(entry("疑点核对", "/findings", say::count(all)));
    }
    if visitor.may(Right::Answer) {
        let asked = app.kept.asked(app, visitor).await?;
        checks.push(entry("请核实的疑点", "/asked", say::count(asked)));
    }
    if visitor.may(Right::Check) {
        checks.push(entry("变更复核", "/changes", say::count(pending)));
    }
    if visitor.may(Right::Propose) {
        checks.push(plain("我提出的变更", "/changes/mine"));
    }
    group("核对", checks);
    if visitor.may(Right::Survey) {
        let mut entries = Vec::new();
        if visitor.may(Right::Visit) {
            entries.push(plain("手机采集", "/survey/app"));
        }
        entries.extend([
            plain("入户进度", "/survey"),
            plain("入户任务", "/survey/tasks"),
            plain("扫码录入", "/survey/scan"),
        ]);
        entries.push(plain("查漏和办结", "/survey/complete"));
        group("入户调查", entries);
    }
    if visitor.may(Right::Deliver) {
        let mut entries = vec![plain("数据报送", "/data")];
        if visitor.may(Right::Compare) {
            entries.push(plain("比对", "/runs"));
        }
        if visitor.may(Right::Exchange) {
            entries.push(plain("联网比对", "/exchange"));
        }
        group("数据", entries);
    }
    if visitor.may(Right::Figures) {
        let mut entries =
            vec![plain("参保情况", "/figures"), plain("统计分析", "/figures/pivot"), plain("实施方案", "/plan")];
        let waiting = if visitor.may(Right::Issue) {
            app.registry.papers_counted(&visitor.scope, &visitor.account.login).await?.for_this_one
        } else {
            0
        };
        entries.push(entry("通报和报告", "/papers", if waiting > 0 { say::count(waiting) } else { String::new() }));
        group("统计", entries);
    }
    let mut system = Vec::new();
    if visitor.may(Right::Accounts) {
        system.push(plain("账号", "/accounts"));
    }
    if visitor.may(Right::Partners) {
        system.push(plain("交换机构", "/partners"));
    }
    if visitor.may(Right::Areas) {
        system.push(plain("区划", "/areas"));
    }
    group("系统", system);
    if visitor.may(Right::Log) {
        group("审计", vec![plain("办理记录", "/log"), plain("查看记录", "/looks")]);
    }
    Ok(groups)
}
