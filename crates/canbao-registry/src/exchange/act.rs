//! What two people do with another registry: the acts, and how they are kept.

use canbao_domain::rules::Category;
use canbao_domain::scope::Scope;
use canbao_domain::source::Insurance;
use serde_json::{Value as Json, json};

use super::choose::{Choice, Way};
use super::parcel::Digest;

/// Whom a question is to be about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Question {
    /// The registry that is asked, by its id.
    pub peer: String,
    /// In this area or under it.
    pub area: Option<String>,
    /// Of these categories.
    pub categories: Vec<Category>,
    /// Also those whom this registry said to be insured before.
    pub again: bool,
    /// Privately, about this insurance alone; else by number and name.
    pub private: Option<Insurance>,
}

impl Question {
    pub(super) fn choice(&self, scope: &Scope) -> Choice {
        let (area, categories, again) = (self.area.clone(), self.categories.clone(), self.again);
        Choice { scope: scope.clone(), area, categories, again }
    }

    pub(super) fn way(&self) -> Way {
        self.private.map_or(Way::PLAIN, Way::private)
    }
}

/// What is to be done.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Act {
    /// Ask about people.
    Ask(Question),
    /// Answer a question that came.
    Answer(Digest),
    /// Apply an answer that came.
    Import(Digest),
}

impl Act {
    pub(super) const fn as_str(&self) -> &'static str {
        match self {
            Self::Ask(_) => "ask",
            Self::Answer(_) => "answer",
            Self::Import(_) => "import",
        }
    }

    /// What a clerk calls it.
    pub const fn chinese(&self) -> &'static str {
        match self {
            Self::Ask(_) => "提出查询",
            Self::Answer(_) => "答复查询",
            Self::Import(_) => "导入答复",
        }
    }

    /// The parcel that it is about.
    pub const fn parcel(&self) -> Option<Digest> {
        match self {
            Self::Ask(_) => None,
            Self::Answer(digest) | Self::Import(digest) => Some(*digest),
        }
    }

    /// Whom a question is about, as JSON without personal data.
    pub(super) fn wanted(&self) -> String {
        let Self::Ask(question) = self else { return "{}".to_owned() };
        let Question { area, categories, again, private, .. } = question;
        let categories: Vec<&str> = categories.iter().map(|category| category.as_str()).collect();
        let private = private.map(Insurance::as_str);
        json!({ "area": area, "categories": categories, "again": again, "private": private }).to_string()
    }

    /// The same, read; none where it is of a program that knows others.
    pub(super) fn read(word: &str, peer: &str, parcel: Option<&str>, wanted: &str) -> Option<Self> {
        match word {
            "answer" => Some(Self::Answer(Digest::parse(parcel?)?)),
            "import" => Some(Self::Import(Digest::parse(parcel?)?)),
            "ask" => {
                let json: Json = serde_json::from_str(wanted).ok()?;
                let words = json.get("categories")?.as_array()?;
                let categories: Option<Vec<Category>> =
                    words.iter().map(|word| Category::from_word(word.as_str()?)).collect();
                // what is not understood is never taken for nothing: a private question would leave by name
                let private = match json.get("private")? {
                    Json::Null => None,
                    word => Some(word.as_str()?.parse().ok()?),
                };
                let area = match json.get("area")? {
                    Json::Null => None,
                    code => Some(code.as_str()?.to_owned()),
                };
                Some(Self::Ask(Question {
                    peer: peer.to_owned(),
                    area,
                    categories: categories?,
                    again: json.get("again")?.as_bool()?,
                    private,
                }))
            }
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_act_comes_back_as_it_was_written_and_no_other_in_its_place() {
        let question = |area: Option<&str>, categories: &[Category], again, private| {
            let (peer, area, categories) = ("west".to_owned(), area.map(str::to_owned), categories.to_vec());
            Act::Ask(Question { peer, area, categories, again, private })
        };
        for act in [
            question(None, &[Category::Uninsured, Category::Partial], false, None),
            question(Some("610902"), &[], true, Some(Insurance::Pension)),
            Act::Answer(Digest([7; 32])),
            Act::Import(Digest([8; 32])),
        ] {
            let parcel = act.parcel().map(|digest| digest.to_string());
            assert_eq!(Act::read(act.as_str(), "west", parcel.as_deref(), &act.wanted()), Some(act));
        }
        let whole = r#"{"area":null,"categories":["uninsured"],"again":false,"private":null}"#;
        for (word, wanted) in [
            ("ask", whole.replace("uninsured", "of-tomorrow")),
            ("ask", whole.replace("\"private\":null", "\"private\":\"of-tomorrow\"")),
            ("ask", whole.replace("\"private\":null", "\"private\":1")),
            ("ask", whole.replace("\"area\":null", "\"area\":1")),
            ("ask", "{}".to_owned()),
            ("answer", whole.to_owned()),
            ("of-tomorrow", whole.to_owned()),
        ] {
            assert_eq!(Act::read(word, "west", None, &wanted), None, "{word} {wanted}");
        }
    }
}
