//! Fields of a form, each with its error.

use super::given::Given;

/// Something to be told.
pub(crate) struct Field {
    pub(crate) name: &'static str,
    pub(crate) label: &'static str,
    pub(crate) hint: String,
    pub(crate) error: String,
    pub(crate) value: String,
    /// `text`, `select`, `radios`, `checks`, `list` (a text with proposals), `digest`, `file`.
    pub(crate) how: &'static str,
    /// Of a text: the keyboard of a phone.
    pub(crate) mode: &'static str,
    /// Of a text: characters shown.
    pub(crate) size: u8,
    /// Of a file: which ones a browser offers.
    pub(crate) accept: &'static str,
    /// Of a file: what was handed in already, whose ticket is the value.
    pub(crate) held: String,
    /// Of a choice.
    pub(crate) groups: Vec<Group>,
}

/// Choices under one heading; a blank heading for those that have none.
pub(crate) struct Group {
    pub(crate) title: String,
    pub(crate) choices: Vec<Choice>,
}

#[derive(Clone)]
pub(crate) struct Choice {
    pub(crate) value: String,
    pub(crate) label: String,
    pub(crate) note: String,
    pub(crate) chosen: bool,
}

/// Errors by the field that they stand at.
pub(crate) type Errors = Vec<(&'static str, String)>;

/// A choice that is not made yet.
pub(crate) fn plain(value: &str, label: &str) -> Choice {
    Choice { value: value.to_owned(), label: label.to_owned(), note: String::new(), chosen: false }
}

impl Field {
    /// A text, with what was typed.
    pub(crate) fn text(name: &'static str, label: &'static str, hint: &str, given: &Given, errors: &Errors) -> Self {
        let of_field = errors.iter().filter(|(at, _)| *at == name).map(|(_, sentence)| sentence.as_str());
        Self {
            name,
            label,
            hint: hint.to_owned(),
            error: of_field.collect(),
            value: given.text(name).to_owned(),
            how: "text",
            mode: "text",
            size: 24,
            accept: "",
            held: String::new(),
            groups: Vec::new(),
        }
    }

    /// A file. What was chosen cannot be filled in again: no browser takes it.
    pub(crate) fn file(
        name: &'static str,
        label: &'static str,
        hint: &str,
        accept: &'static str,
        errors: &Errors,
    ) -> Self {
        Self { how: "file", accept, ..Self::text(name, label, hint, &Given::default(), errors) }
    }

    /// A choice, with what was chosen.
    pub(crate) fn choice(
        name: &'static str,
        label: &'static str,
        how: &'static str,
        mut choices: Vec<Choice>,
        given: &Given,
        errors: &Errors,
    ) -> Self {
        for choice in &mut choices {
            choice.chosen = given.has(name, &choice.value);
        }
        let groups = vec![Group { title: String::new(), choices }];
        Self { how, groups, ..Self::text(name, label, "", given, errors) }
    }
}
