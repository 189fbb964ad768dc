//! The data dictionary as one page that needs nothing beside it.

use std::fmt::{self, Write};

use canbao_domain::standard::{Form, Item, Record, Standard, Table, Wins};

use super::workbook::{checks, from};

const STYLE: &str = include_str!("page.css");

/// The page. Equal standards give equal bytes.
pub(super) fn render(standard: &Standard) -> String {
    let mut out = String::new();
    // writing to a string cannot fail
    let _ = page(&mut out, standard);
    out
}

/// A text in HTML.
struct Text<'a>(&'a str);

impl fmt::Display for Text<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.chars().try_for_each(|c| match c {
            '&' => f.write_str("&amp;"),
            '<' => f.write_str("&lt;"),
            '>' => f.write_str("&gt;"),
            '"' => f.write_str("&quot;"),
            _ => f.write_char(c),
        })
    }
}

fn page(out: &mut String, standard: &Standard) -> fmt::Result {
    let items = standard.items();
    let title = Text(items.title());
    writeln!(
        out,
        "<!DOCTYPE html>\n<html lang=\"zh-CN\">\n<head>\n<meta charset=\"utf-8\">\n\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n\
         <title>{title} · 数据字典</title>\n<style>\n{STYLE}</style>\n</head>\n<body>"
    )?;
    contents(out, standard)?;
    writeln!(out, "<main>\n<header>\n<p class=\"kind\">数据字典</p>\n<h1>{title}</h1>\n<dl class=\"facts\">")?;
    let (tables, codes) = standard.tables().fold((0, 0), |(n, m), table| (n + 1, m + table.entries().len()));
    for (label, value) in [
        ("版本", items.version().to_owned()),
        ("适用日期", format!("{} 起", items.valid_from())),
        ("指标项目", format!("{} 个", items.all().len())),
        ("代码表", format!("{tables} 个，{codes} 个代码")),
    ] {
        writeln!(out, "<div><dt>{label}</dt><dd>{}</dd></div>", Text(&value))?;
    }
    writeln!(out, "</dl>")?;
    if !standard.overridden().is_empty() || !standard.added().is_empty() {
        let names: Vec<&str> = standard.overridden().iter().chain(standard.added()).map(String::as_str).collect();
        writeln!(out, "<p class=\"local\">本地文件：{}</p>", Text(&names.join("、")))?;
    }
    writeln!(out, "</header>")?;
    rules(out, standard)?;
    for record in Record::ALL {
        record_items(out, standard, *record)?;
    }
    checks_of_values(out, standard)?;
    writeln!(out, "<section id=\"tables\">\n<h2>代码表</h2>")?;
    writeln!(
        out,
        "<p>来源写的代码、名称或别名都能认出，大小写、全角半角、空格不计。表外的值照原样保留、显示、计数，不自动换成别的代码。</p>"
    )?;
    standard.tables().try_for_each(|table| code_table(out, table))?;
    writeln!(out, "</section>\n</main>\n</body>\n</html>")
}

fn contents(out: &mut String, standard: &Standard) -> fmt::Result {
    let (title, version) = (Text(standard.items().title()), Text(standard.items().version()));
    let from = standard.items().valid_from();
    writeln!(out, "<nav>\n<p class=\"cover\">{title}<small>数据字典 · 版本 {version} · {from} 起适用</small></p>")?;
    writeln!(out, "<h2>目录</h2>\n<ol>\n<li><a href=\"#rules\">归口部门与取值规则</a></li>")?;
    for record in Record::ALL {
        let count = standard.items().of(*record).count();
        let (word, name) = (record.as_str(), record.chinese());
        writeln!(out, "<li><a href=\"#{word}\">{name}</a> <span>{count}</span>\n<ol>")?;
        for group in standard.items().groups().iter().filter(|group| group.record() == *record) {
            writeln!(out, "<li><a href=\"#group-{}\">{}</a></li>", Text(group.code()), Text(group.name()))?;
        }
        writeln!(out, "</ol></li>")?;
    }
    writeln!(out, "<li><a href=\"#checks\">校验</a></li>\n<li><a href=\"#tables\">代码表</a>\n<ol>")?;
    for table in standard.tables() {
        let count = table.entries().len();
        writeln!(
            out,
            "<li><a href=\"#table-{}\">{}</a> <span>{count}</span></li>",
            Text(table.name()),
            Text(table.title())
        )?;
    }
    writeln!(out, "</ol></li>\n</ol>\n</nav>")
}

fn rules(out: &mut String, standard: &Standard) -> fmt::Result {
    writeln!(out, "<section id=\"rules\">\n<h2>归口部门与取值规则</h2>")?;
    writeln!(
        out,
        "<table class=\"owners\">\n<thead><tr><th>归口部门</th><th>提供的数据</th><th>说明</th></tr></thead>\n<tbody>"
    )?;
    for owner in standard.items().owners() {
        let sources: Vec<&str> = owner.sources().iter().map(|kind| kind.chinese()).collect();
        let (name, remark) = (Text(owner.name()), Text(owner.remark().unwrap_or_default()));
        writeln!(
            out,
            "<tr><td class=\"name\">{name}</td><td>{}</td><td>{remark}</td></tr>",
            Text(&sources.join("、"))
        )?;
    }
    writeln!(out, "</tbody>\n</table>\n<dl class=\"wins\">")?;
    for wins in Wins::ALL {
        let text = match wins {
            Wins::Agency => "归口部门的数据总是为准；入户所得与之相反的，作为问题交经办机构处理，不直接更改。",
            Wins::Confirmed => {
                "入户或审批确认过的值，只有数据日期晚于确认日期的归口数据可以提出变更，经审批后更改；没有确认过的，以归口数据为准。"
            }
            Wins::Derived => "由程序算出，不填写、不更改。",
        };
        writeln!(out, "<dt>{}</dt><dd>{text}</dd>", wins.chinese())?;
    }
    writeln!(
        out,
        "<dt><b class=\"mark private\">个人</b></dt><dd>个人信息，只经登记库的个人信息模块存取，不出现在日志、网址和统计里。</dd>\n\
         <dt><b class=\"mark\">必填</b></dt><dd>计入完整性：缺失或有误、又没有别的来源可以补上的，要入户核实。</dd>\n</dl>\n</section>"
    )
}

fn record_items(out: &mut String, standard: &Standard, record: Record) -> fmt::Result {
    let items = standard.items();
    writeln!(out, "<section id=\"{}\">\n<h2>{}</h2>", record.as_str(), record.chinese())?;
    for group in items.groups().iter().filter(|group| group.record() == record) {
        writeln!(
            out,
            "<h3 id=\"group-{}\">{}</h3>\n<table class=\"items\">\n<thead><tr><th>项目</th><th>指标代码</th><th>类型</th>\
             <th>定义</th><th>归口部门</th><th>以谁为准</th></tr></thead>\n<tbody>",
            Text(group.code()),
            Text(group.name())
        )?;
        items.in_group(group.code()).try_for_each(|item| row(out, standard, item))?;
        writeln!(out, "</tbody>\n</table>")?;
    }
    writeln!(out, "</section>")
}

fn row(out: &mut String, standard: &Standard, item: &Item) -> fmt::Result {
    write!(out, "<tr><td><span class=\"name\">{}</span>", Text(item.name()))?;
    if item.counts() {
        write!(out, " <b class=\"mark\">必填</b>")?;
    }
    if item.personal() {
        write!(out, " <b class=\"mark private\">个人</b>")?;
    }
    write!(out, "<br><code>{}</code></td>", Text(item.field()))?;
    write!(out, "<td><code>{}</code></td><td>", Text(item.element().unwrap_or("—")))?;
    match item.table().and_then(|name| standard.table(name)) {
        Some(table) => write!(out, "代码：<a href=\"#table-{}\">{}</a>", Text(table.name()), Text(table.title()))?,
        None => write!(out, "{}", item.form().chinese())?,
    }
    match item.width() {
        Some(width) if item.form() == Form::Text => write!(out, "，{width} 字以内")?,
        _ if item.many() => write!(out, "，可多个")?,
        _ => {}
    }
    write!(out, "</td><td>{}", Text(item.definition()))?;
    let (checks, from) = (checks(standard, item), from(item));
    if item.table().is_none() && !checks.is_empty() {
        write!(out, "<br><small>校验：{}</small>", Text(&checks))?;
    }
    let itself = item.from().len() == 1 && item.from().iter().all(|field| field.as_str() == item.field());
    if !from.is_empty() && !itself {
        write!(out, "<br><small>来自：{}</small>", Text(&from))?;
    }
    let owner = standard.items().owner(item.owner()).map_or(item.owner(), |owner| owner.name());
    writeln!(out, "</td><td>{}</td><td>{}</td></tr>", Text(owner), item.wins().chinese())
}

fn checks_of_values(out: &mut String, standard: &Standard) -> fmt::Result {
    writeln!(
        out,
        "<section id=\"checks\">\n<h2>校验</h2>\n<table>\n<thead><tr><th>名称</th><th>值应是</th><th>用于</th></tr></thead>\n<tbody>"
    )?;
    for check in standard.items().checks() {
        let uses = standard.items().all().iter().filter(|item| item.checks().iter().any(|code| code == check.code()));
        let uses: Vec<String> = uses.map(|item| format!("{}·{}", item.record().chinese(), item.name())).collect();
        let (code, name, uses) = (Text(check.code()), Text(check.name()), uses.join("、"));
        writeln!(out, "<tr><td><code>{code}</code></td><td>{name}</td><td>{}</td></tr>", Text(&uses))?;
    }
    writeln!(out, "</tbody>\n</table>\n</section>")
}

fn code_table(out: &mut String, table: &Table) -> fmt::Result {
    let entries = table.entries();
    let aliases = entries.iter().any(|entry| !entry.aliases().is_empty());
    let groups = entries.iter().any(|entry| entry.group().is_some());
    let remarks = entries.iter().any(|entry| entry.remark().is_some());
    writeln!(
        out,
        "<article id=\"table-{}\">\n<h3>{} <code>{}</code></h3>\n<p class=\"about\">依据 {} · {} · 版本 {} · {} 起适用 · {} 个代码</p>",
        Text(table.name()),
        Text(table.title()),
        Text(table.name()),
        Text(table.standard()),
        table.codes().chinese(),
        Text(table.version()),
        table.valid_from(),
        entries.len()
    )?;
    if let Some(remark) = table.remark() {
        writeln!(out, "<p class=\"about\">{}</p>", Text(remark))?;
    }
    write!(out, "<table class=\"codes\">\n<thead><tr><th>代码</th><th>名称</th>")?;
    for (has, title) in [(groups, "分组"), (aliases, "别名"), (remarks, "备注")] {
        if has {
            write!(out, "<th>{title}</th>")?;
        }
    }
    writeln!(out, "</tr></thead>\n<tbody>")?;
    for entry in entries {
        write!(out, "<tr><td><code>{}</code></td><td class=\"name\">{}</td>", Text(entry.code()), Text(entry.name()))?;
        if groups {
            let group = entry.group().map(|group| table.group_name(group)).unwrap_or_default();
            write!(out, "<td class=\"group\">{}</td>", Text(group))?;
        }
        if aliases {
            write!(out, "<td class=\"aliases\">{}</td>", Text(&entry.aliases().join("、")))?;
        }
        if remarks {
            write!(out, "<td>{}</td>", Text(entry.remark().unwrap_or_default()))?;
        }
        writeln!(out, "</tr>")?;
    }
    writeln!(out, "</tbody>\n</table>\n</article>")
}
