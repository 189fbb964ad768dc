//! Asking another registry: whom, about whom, how; then what that is in figures; then on to the second person.

use askama::Template;
use axum::Form;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{Html, IntoResponse as _, Redirect, Response};
use canbao_domain::rules::Category;
use canbao_domain::source::Insurance;
use canbao_registry::RegistryError;
use canbao_registry::exchange::{Act, Desk, Question, Would};

use super::{at_desk, inbox};
use crate::App;
use crate::fault::Fault;
use crate::page::field::{Choice, Errors, Field, plain};
use crate::page::filled;
use crate::page::given::Given;
use crate::page::refusal::{again, or_refused};
use crate::page::shell::{Crumb, Shell};
use crate::right::visitor::Visitor;
use crate::say;

/// Whom it makes sense to ask about.
const CATEGORIES: [Category; 3] = [Category::Uninsured, Category::Partial, Category::Interrupted];
/// How it is asked: the word, what it is called, what it means, the insurance of a private question.
const WAYS: [(&str, &str, &str, Option<Insurance>); 3] = [
    ("plain", "按姓名和号码", "号码和姓名加密后交给对方，只有对方能打开", None),
    ("pension", "隐私比对：养老", "对方只知道问了多少人，不知道是谁；只问养老", Some(Insurance::Pension)),
    ("medical", "隐私比对：医疗", "对方只知道问了多少人，不知道是谁；只问医疗", Some(Insurance::Medical)),
];

#[derive(Template)]
#[template(path = "exchange_new.html")]
struct Page {
    shell: Shell,
    fields: Vec<Field>,
    errors: Errors,
    notice: String,
    hint: String,
}

#[derive(Template)]
#[template(path = "exchange_check.html")]
struct Check {
    shell: Shell,
    told: Vec<(&'static str, String)>,
    asked: String,
    left_out: String,
    private: bool,
    kept: Vec<(String, String)>,
    error: String,
    hint: String,
    reason: String,
}

fn crumbs(last: &'static str) -> Vec<Crumb> {
    vec![Crumb::to("联网比对", "/exchange"), Crumb::here(last)]
}

pub(crate) async fn form(State(app): State<App>, visitor: Visitor) -> Result<Html<String>, Fault> {
    let mut given = Given::default().or("way", "plain");
    for category in CATEGORIES {
        given = given.or("categories", category.as_str());
    }
    let desk = at_desk(&app)?;
    filled(&page(&app, &visitor, &desk, &given, Errors::new(), (String::new(), String::new())).await?)
}

async fn page(
    app: &App,
    visitor: &Visitor,
    desk: &Desk,
    given: &Given,
    errors: Errors,
    (notice, hint): (String, String),
) -> Result<Page, Fault> {
    let choice = |value: &str, label: &str, note: &str| Choice { note: note.to_owned(), ..plain(value, label) };
    let peers = desk.peers().await?;
    let peers = peers.iter().map(|peer| peer.card.registry()).map(|registry| plain(registry.id(), registry.name()));
    let counties = visitor.areas.iter().filter(|(code, area)| area.level == "county" && visitor.reaches(code));
    let counties = counties.map(|(code, area)| plain(code, &area.name));
    let area = Field::choice("area", "哪个县（市、区）", "select", counties.collect(), given, &errors);
    let fields = vec![
        Field::choice("peer", "问哪个机构", "select", peers.collect(), given, &errors),
        Field { hint: "不选就是全市".to_owned(), ..area },
        Field::choice(
            "categories",
            "哪些人",
            "checks",
            CATEGORIES.map(|category| plain(category.as_str(), category.chinese())).to_vec(),
            given,
            &errors,
        ),
        Field::choice(
            "again",
            "以前答复在对方参保的",
            "checks",
            vec![choice("yes", "再问一次", "看他们是不是还在对方参保")],
            given,
            &errors,
        ),
        Field::choice(
            "way",
            "怎么问",
            "radios",
            WAYS.iter().map(|(word, label, note, _)| choice(word, label, note)).collect(),
            given,
            &errors,
        ),
    ];
    let shell = Shell::of(app, visitor, "/exchange", "提出查询", crumbs("提出查询")).await?;
    Ok(Page { shell, fields, errors, notice, hint })
}

/// A question of what was given, or what is wrong with it.
fn question(visitor: &Visitor, given: &Given) -> Result<Question, Errors> {
    let mut errors = Errors::new();
    let peer = given.text("peer").to_owned();
    if peer.is_empty() {
        errors.push(("peer", "请选问哪个机构。".to_owned()));
    }
    let area = given.maybe("area");
    if area.as_deref().is_some_and(|area| visitor.areas.get(area).is_none() || !visitor.reaches(area)) {
        errors.push(("area", "没有这个县（市、区）。".to_owned()));
    }
    let categories: Vec<Category> =
        CATEGORIES.into_iter().filter(|category| given.has("categories", category.as_str())).collect();
    let again = given.has("again", "yes");
    if categories.is_empty() && !again {
        errors.push(("categories", "请至少选一类人。".to_owned()));
    }
    let way = WAYS.into_iter().find(|(word, ..)| *word == given.text("way"));
    let Some((_, _, _, private)) = way else {
        errors.push(("way", "请选怎么问。".to_owned()));
        return Err(errors);
    };
    if errors.is_empty() { Ok(Question { peer, area, categories, again, private }) } else { Err(errors) }
}

/// A question in words.
pub(super) async fn told(
    desk: &Desk,
    visitor: &Visitor,
    question: &Question,
) -> Result<Vec<(&'static str, String)>, RegistryError> {
    let peers = desk.peers().await?;
    let registry = peers.iter().map(|peer| peer.card.registry()).find(|registry| registry.id() == question.peer);
    let area = question.area.as_deref().and_then(|code| visitor.areas.get(code));
    let mut people: Vec<&str> = question.categories.iter().map(|category| category.chinese()).collect();
    if question.again {
        people.push("以前答复在对方参保的");
    }
    let way = WAYS.iter().find(|(.., private)| *private == question.private);
    Ok(vec![
        ("问哪个机构", registry.map_or_else(|| question.peer.clone(), |registry| registry.name().to_owned())),
        ("区域", area.map_or("全市", |area| area.name.as_str()).to_owned()),
        ("哪些人", people.join("、")),
        ("怎么问", way.map_or_else(String::new, |(_, label, note, _)| format!("{label}：{note}"))),
    ])
}

pub(crate) async fn ask(
    State(app): State<App>,
    visitor: Visitor,
    Form(pairs): Form<Vec<(String, String)>>,
) -> Result<Response, Fault> {
    let given = Given::of(pairs);
    let desk = at_desk(&app)?;
    let none = (String::new(), String::new());
    let step = given.text("step");
    let question = match question(&visitor, &given) {
        Ok(question) if step != "change" => question,
        asked => {
            let errors = asked.err().filter(|_| step != "change").unwrap_or_default();
            let status = if errors.is_empty() { StatusCode::OK } else { StatusCode::UNPROCESSABLE_ENTITY };
            let page = page(&app, &visitor, &desk, &given, errors, none).await?;
            return Ok((status, filled(&page)?).into_response());
        }
    };
    let (asker, folder) = (visitor.asker("联网比对"), inbox(&app.settings.data));
    let act = Act::Ask(question.clone());
    let would = match or_refused(desk.would(&asker, &act, &folder).await)? {
        Ok(would) => would,
        Err(error) => {
            let (errors, notice) = match error.item() {
                "" => (Errors::new(), (error.to_string(), error.hint())),
                item => (vec![(item, format!("{error}{}", error.hint()))], none),
            };
            return again(&page(&app, &visitor, &desk, &given, errors, notice).await?);
        }
    };
    let (status, error, hint) = if step == "wish" {
        match or_refused(desk.wish(&asker, &act, given.text("reason"), &folder).await)? {
            Ok(id) => return Ok(Redirect::to(&format!("/exchange/request/{id}")).into_response()),
            Err(error) => (StatusCode::CONFLICT, error.to_string(), error.hint()),
        }
    } else {
        (StatusCode::OK, String::new(), String::new())
    };
    let (asked, left_out) = match would {
        Would::Ask { asked, left_out } => (asked, left_out),
        Would::Answer(_) | Would::Import(..) => (0, 0),
    };
    let count = |count: u64| say::count(i64::try_from(count).unwrap_or(i64::MAX));
    let page = Check {
        shell: Shell::of(&app, &visitor, "/exchange", "提出查询 · 核对", crumbs("核对")).await?,
        told: told(&desk, &visitor, &question).await?,
        asked: count(asked),
        left_out: count(left_out),
        private: question.private.is_some(),
        reason: given.text("reason").to_owned(),
        kept: given.without("reason").kept(),
        error,
        hint,
    };
    Ok((status, filled(&page)?).into_response())
}
