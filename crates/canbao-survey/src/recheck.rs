//! Two answers of one person compared (一致率): what was found the first time, and by somebody else later.

use serde_json::{Map, Value as Json};

use crate::form::{Answers, Form, Item, Kind, Verdict};

/// Whether an item is compared: what can be asked again, and not how the visit went.
pub fn compares(item: &Item) -> bool {
    let asked = matches!(item.kind, Kind::Choice | Kind::Number | Kind::Phone | Kind::Date | Kind::Month);
    asked && !matches!(item.id.as_str(), "outcome" | "certificate" | "no_phone")
}

/// How many items were compared, and how many are equal. An item is compared where it was asked for the first time and either
/// side says something.
pub fn compare(form: &Form, verdict: &Verdict, first: &Answers, second: &Map<String, Json>) -> (i64, i64) {
    let bare =
        |text: &str| text.chars().filter(|c| !c.is_whitespace() && *c != '-').collect::<String>().to_ascii_uppercase();
    let (mut compared, mut equal) = (0, 0);
    for item in form.items.iter().filter(|item| compares(item) && verdict.shown.contains(&item.id)) {
        let one = first.get(&item.id).map(|answer| bare(&answer.told())).unwrap_or_default();
        let other = second.get(&item.id).and_then(Json::as_str).map(bare).unwrap_or_default();
        if one.is_empty() && other.is_empty() {
            continue;
        }
        compared += 1;
        equal += i64::from(one == other);
    }
    (compared, equal)
}
