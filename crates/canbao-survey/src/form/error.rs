//! What can be wrong with a form's definition.

/// A definition that will not do: a Chinese sentence for whoever edits it.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum FormError {
    /// It is no TOML, or has other keys.
    #[error("登记表的定义 {form} 读不懂：{what}")]
    Toml {
        /// Which form.
        form: String,
        /// What the reader says, with the line.
        what: String,
    },
    /// Something in it does not fit.
    #[error("登记表的定义 {form} 有一处不合规定：{what}。")]
    Content {
        /// Which form.
        form: String,
        /// What.
        what: String,
    },
}

impl FormError {
    /// What to do.
    pub const fn hint(&self) -> &'static str {
        "请按自带定义的写法改正；每次改动请把 version 加一。"
    }
}
