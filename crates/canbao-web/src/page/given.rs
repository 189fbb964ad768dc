//! What a form brought.

use crate::fault::Fault;
use crate::http::upload::Sent;

/// Whether a second person approves: the word of the button that was pressed.
pub(crate) fn approves(decision: &str) -> Result<bool, Fault> {
    match decision {
        "approve" => Ok(true),
        "refuse" => Ok(false),
        _ => Err(Fault::Nonsense("没有选同意还是不同意。", "请返回上一页选一个。")),
    }
}

/// Names and values as they were typed, spaces at the ends taken off.
#[derive(Clone, Default)]
pub(crate) struct Given(Vec<(String, String)>);

/// What says how a form goes on; no part of what is told.
const MOVES: [&str; 3] = ["csrf", "step", "seen"];

impl Given {
    /// Of what was posted.
    pub(crate) fn of(pairs: Vec<(String, String)>) -> Self {
        Self(pairs.into_iter().map(|(name, value)| (name, value.trim().to_owned())).collect())
    }

    /// Of a form that may have brought files.
    pub(crate) fn sent(sent: &Sent) -> Self {
        Self::of(sent.fields().map(|(name, value)| (name.to_owned(), value.to_owned())).collect())
    }

    /// The first value of a name; blank where there is none.
    pub(crate) fn text(&self, name: &str) -> &str {
        self.0.iter().find(|(known, _)| known == name).map_or("", |(_, value)| value)
    }

    /// The first value of a name, where there is one that is not blank.
    pub(crate) fn maybe(&self, name: &str) -> Option<String> {
        Some(self.text(name)).filter(|text| !text.is_empty()).map(str::to_owned)
    }

    /// All values of a name that are whole numbers.
    pub(crate) fn numbers(&self, name: &str) -> Vec<i64> {
        self.0.iter().filter(|(known, _)| known == name).filter_map(|(_, value)| value.parse().ok()).collect()
    }

    /// All values of a name that are not blank.
    pub(crate) fn all(&self, name: &str) -> Vec<&str> {
        let of_name = self.0.iter().filter(|(known, value)| known == name && !value.is_empty());
        of_name.map(|(_, value)| value.as_str()).collect()
    }

    /// Whether one of a name's values is this.
    pub(crate) fn has(&self, name: &str, value: &str) -> bool {
        self.0.iter().any(|(known, given)| known == name && given == value)
    }

    /// A value where the form brings none.
    pub(crate) fn or(mut self, name: &str, value: &str) -> Self {
        self.0.push((name.to_owned(), value.to_owned()));
        self
    }

    /// Without a name's values.
    pub(crate) fn without(mut self, name: &str) -> Self {
        self.0.retain(|(known, _)| known != name);
        self
    }

    /// All that is told, for the page that shows it once more.
    pub(crate) fn kept(&self) -> Vec<(String, String)> {
        let told = |(name, value): &&(String, String)| !MOVES.contains(&name.as_str()) && !value.is_empty();
        self.0.iter().filter(told).cloned().collect()
    }
}
