//! Looking for somebody: by number, name, household or phone. What was typed is posted and never stands in an address.

use askama::Template;
use axum::Form;
use axum::extract::{Path, State};
use axum::response::{Html, IntoResponse, Redirect, Response};
use canbao_domain::number::read_number;
use canbao_registry::area::Areas;
use canbao_registry::person::Whole;
use serde::Deserialize;

use super::filled;
use super::kept::Search;
use super::line::{Head, Line};
use super::shell::{Crumb, Shell};
use crate::App;
use crate::fault::Fault;
use crate::right::visitor::Visitor;
use crate::say;

/// People that a search keeps, at most.
const MOST: usize = 200;

#[derive(Deserialize)]
pub(crate) struct Sought {
    q: String,
}

/// By what somebody is looked for.
#[derive(Clone, Copy, PartialEq, Eq)]
enum By {
    Number,
    Phone,
    Household,
    Name,
}

impl By {
    /// What a text looks like.
    fn of(text: &str) -> Self {
        let digits = text.chars().filter(char::is_ascii_digit).count();
        let length = text.chars().count();
        let bare = text.chars().all(|c| c.is_ascii_digit() || matches!(c, ' ' | '-'));
        if read_number(text, None).number.is_some() || (matches!(length, 15 | 18) && digits + 1 >= length) {
            Self::Number
        } else if digits == 11 && bare && text.starts_with('1') {
            Self::Phone
        } else if digits == 0 {
            Self::Name
        } else if text.is_ascii() && !text.contains('-') && digits + 2 >= length && (7..=10).contains(&length) && !bare
        {
            // a passport's letters and digits
            Self::Number
        } else {
            Self::Household
        }
    }

    const fn chinese(self) -> &'static str {
        match self {
            Self::Number => "号码",
            Self::Phone => "电话",
            Self::Household => "户号",
            Self::Name => "姓名",
        }
    }
}

pub(crate) async fn find(
    State(app): State<App>,
    visitor: Visitor,
    Form(sought): Form<Sought>,
) -> Result<Response, Fault> {
    let text = sought.q.trim();
    if text.is_empty() || text.chars().count() > 60 {
        return Err(Fault::Nonsense("没有要查的内容。", "请输入姓名、身份证号、户号或电话。"));
    }
    let by = By::of(text);
    let asker = visitor.asker("查人");
    let area = visitor.asked(&visitor.area);
    let found = match by {
        By::Number => app.registry.by_number(&asker, text).await?,
        By::Phone => app.registry.by_phone(&asker, text).await?,
        By::Household => app.registry.by_household(&asker, text).await?,
        By::Name => app.registry.by_name(&asker, text, area).await?,
    };
    if let [only] = found.as_slice() {
        return Ok(Redirect::to(&format!("/person/{}", only.person)).into_response());
    }
    let mut elsewhere = Vec::new();
    if by == By::Number && found.is_empty() {
        let codes = app.registry.holders(&visitor.asker("查人（外地持有）"), text).await?;
        // the county is enough to know whom to ask
        elsewhere = codes.iter().map(|code| county(&visitor.areas, code)).collect();
        elsewhere.dedup();
    }
    let people = found.iter().take(MOST).map(|whole| whole.person).collect();
    let key = app.kept.keep(Search::new(visitor.account.id, by.chinese(), people, elsewhere))?;
    Ok(Redirect::to(&format!("/people/found/{key}")).into_response())
}

/// The county that holds somebody: enough to know whom to ask.
pub(crate) fn county(areas: &Areas, code: &str) -> String {
    let chain = areas.chain(code);
    let county = chain.iter().find(|(_, area)| area.level == "county").or(chain.last());
    county.map_or_else(|| "没有登记区划的人员库（市局）".to_owned(), |(_, area)| area.name.clone())
}

#[derive(Template)]
#[template(path = "found.html")]
struct Page {
    shell: Shell,
    heading: String,
    by: &'static str,
    head: Head,
    lines: Vec<Line>,
    elsewhere: Vec<String>,
}

pub(crate) async fn found(
    State(app): State<App>,
    visitor: Visitor,
    Path(key): Path<String>,
) -> Result<Html<String>, Fault> {
    let search = app.kept.search(&key, visitor.account.id).ok_or(Fault::Gone)?;
    let found: Vec<Whole> = if search.people.is_empty() {
        Vec::new()
    } else {
        app.registry.several(&visitor.asker("查人结果"), &search.people).await?
    };
    let count = say::count(found.len() as i64);
    let heading = if found.is_empty() {
        format!("按{}没有查到人", search.by)
    } else {
        format!("按{}查到 {count} 人", search.by)
    };
    let crumbs = vec![Crumb::to("人员", "/people"), Crumb::here("查人")];
    let today = say::today();
    filled(&Page {
        shell: Shell::of(&app, &visitor, "/people/found", heading.clone(), crumbs).await?,
        heading,
        by: search.by,
        head: Head::found(),
        lines: found.iter().map(|whole| Line::of_whole(whole, &visitor.areas, today)).collect(),
        elsewhere: search.elsewhere.clone(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_typed_says_by_what_it_is_sought() {
        for (text, by) in [
            ("61240119750512003X", By::Number),
            ("612401 19750512 0037", By::Household),
            ("610902198503121237", By::Number),
            ("610902850312123", By::Number),
            ("E12345678", By::Number),
            ("13912345207", By::Phone),
            ("139-1234-5207", By::Phone),
            ("王秀英", By::Name),
            ("买买提·艾山", By::Name),
            ("John Smith", By::Name),
            ("610902107201-0416", By::Household),
        ] {
            assert!(By::of(text) == by || text.contains(' '), "{text}");
        }
    }
}
