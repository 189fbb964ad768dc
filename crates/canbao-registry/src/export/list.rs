//! The lists that may leave: how each is kept in a request, what a row of it is called, how many it holds.

use canbao_domain::date::Date;
use canbao_domain::rules::Category;
use serde_json::{Value as Json, json};

use crate::RegistryError;
use crate::finding::{Stand, WorkFilter};
use crate::query::{Asker, Filter, UnitFilter};
use crate::registry::Registry;

/// A list of one of the pages.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum List {
    /// People.
    People(Filter),
    /// Findings of one kind, as work.
    Findings(WorkFilter),
    /// Employers.
    Employers(UnitFilter),
}

impl List {
    /// The word that is kept.
    pub const fn kind(&self) -> &'static str {
        match self {
            Self::People(_) => "people",
            Self::Findings(_) => "findings",
            Self::Employers(_) => "employers",
        }
    }

    /// So many rows as a clerk says it: 人, 条, 个.
    pub const fn measure(&self) -> &'static str {
        match self {
            Self::People(_) => "人",
            Self::Findings(_) => "条",
            Self::Employers(_) => "个单位",
        }
    }

    /// What it holds, as JSON without personal data.
    pub(super) fn written(&self) -> String {
        match self {
            Self::People(filter) => {
                let Filter { area, category, scheme, finding, sex, born_from, born_until, subsistence, disability } =
                    filter;
                json!({
                    "area": area, "category": category.map(Category::as_str),
                    "scheme": scheme.map(|scheme| scheme.as_str()), "finding": finding, "sex": sex,
                    "born_from": born_from.map(|day| day.to_string()),
                    "born_until": born_until.map(|day| day.to_string()),
                    "subsistence": subsistence, "disability": disability,
                })
            }
            Self::Findings(WorkFilter { kind, area, stand }) => {
                json!({ "kind": kind, "area": area, "stand": stand.map(Stand::as_str) })
            }
            Self::Employers(UnitFilter { county, category }) => json!({ "county": county, "category": category }),
        }
        .to_string()
    }

    /// The same, read.
    ///
    /// # Errors
    /// Where it is of a program that knows other lists: another list is never taken in its place.
    pub(super) fn read(kind: &str, text: &str) -> Result<Self, RegistryError> {
        let broken = || RegistryError::Broken("导出申请里的名单读不出来".to_owned());
        let json: Json = serde_json::from_str(text).map_err(|_| broken())?;
        let text = |name: &str| json.get(name).and_then(Json::as_str).map(str::to_owned);
        let flag = |name: &str| json.get(name).and_then(Json::as_bool).unwrap_or_default();
        let day = |name: &str| text(name).and_then(|day| Date::parse(&day));
        // a word that is known no more must not widen the list
        let word = |name: &str, known: bool| if text(name).is_some() && !known { Err(broken()) } else { Ok(()) };
        Ok(match kind {
            "people" => {
                let category = text("category").and_then(|word| Category::from_word(&word));
                let scheme = text("scheme").and_then(|word| word.parse().ok());
                word("category", category.is_some())?;
                word("scheme", scheme.is_some())?;
                Self::People(Filter {
                    area: text("area"),
                    category,
                    scheme,
                    finding: text("finding"),
                    sex: text("sex"),
                    born_from: day("born_from"),
                    born_until: day("born_until"),
                    subsistence: flag("subsistence"),
                    disability: flag("disability"),
                })
            }
            "findings" => {
                let stand = text("stand").and_then(|word| Stand::from_word(&word));
                word("stand", stand.is_some())?;
                Self::Findings(WorkFilter { kind: text("kind").ok_or_else(broken)?, area: text("area"), stand })
            }
            "employers" => Self::Employers(UnitFilter {
                county: text("county").unwrap_or_default(),
                category: text("category").unwrap_or_default(),
            }),
            _ => return Err(broken()),
        })
    }
}

impl Registry {
    /// How many rows a list holds for somebody.
    ///
    /// # Errors
    /// Where the database does not answer.
    pub async fn list_rows(&self, asker: &Asker, list: &List) -> Result<i64, RegistryError> {
        match list {
            List::People(filter) => self.count(&asker.scope, filter).await,
            List::Findings(filter) => self.work_count(asker, filter).await,
            List::Employers(filter) => self.unit_count(&asker.scope, filter).await,
        }
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use canbao_domain::source::SourceKind;

    use super::*;

    #[test]
    fn a_list_comes_back_as_it_was_written() {
        let area = || Some("610902".to_owned());
        let people = Filter {
            area: area(),
            category: Some(Category::Uninsured),
            scheme: Some(SourceKind::RuralMedical),
            finding: Some("name-differs".to_owned()),
            sex: Some("1".to_owned()),
            born_from: Date::parse("1950-01-01"),
            born_until: Date::parse("1999-12-31"),
            subsistence: true,
            disability: true,
        };
        let findings = |stand| List::Findings(WorkFilter { kind: "name-differs".to_owned(), area: area(), stand });
        for list in [
            List::People(Filter::default()),
            List::People(people),
            findings(None),
            findings(Some(Stand::Answered)),
            List::Employers(UnitFilter::default()),
            List::Employers(UnitFilter { county: "610902".to_owned(), category: "uninsured".to_owned() }),
        ] {
            assert_eq!(List::read(list.kind(), &list.written()).unwrap(), list);
        }
    }

    #[test]
    fn what_is_not_understood_is_no_wider_list() {
        for (kind, text) in [
            ("people", "not JSON"),
            ("people", r#"{"category":"of-tomorrow"}"#),
            ("findings", r#"{"area":"610902"}"#),
            ("findings", r#"{"kind":"name-differs","stand":"of-tomorrow"}"#),
            ("of-tomorrow", "{}"),
        ] {
            assert!(List::read(kind, text).is_err(), "{kind} {text}");
        }
    }
}
