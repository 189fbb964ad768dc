//! Progress as plain lines, for pipes and log files.

use std::time::Duration;

use canbao_comparison::Progress;

use super::stage::{Current, Stage};
use crate::output::figure;
use crate::output::language::Language;
use crate::output::say;

/// A stage that takes longer than this tells where it is.
const PAUSE: Duration = Duration::from_secs(10);

/// One line where a stage ends, and in long stages one now and then.
pub(super) struct Lines {
    current: Current,
    language: Language,
}

impl Lines {
    pub(super) fn new(language: Language) -> Self {
        Self { current: Current::default(), language }
    }

    fn tell(&self, stage: &Stage, text: &str) {
        let colon = self.language.pick("：", ": ");
        say(&format!("{}{colon}{text}\n", stage.title(self.language)));
    }

    fn ended(&self, stage: &Stage) {
        self.tell(stage, &stage.summary(self.language));
    }
}

impl Progress for Lines {
    fn stage(&self, name: &'static str, total: Option<u64>) {
        if let (_, Some(before)) = self.current.begin(name, total) {
            self.ended(&before);
        }
    }

    fn advance(&self, rows: u64) {
        if let Some(stage) = self.current.count(rows, PAUSE) {
            let share = match stage.total {
                Some(total) => format!(" / {}", figure::count(total)),
                None => String::new(),
            };
            let rows = figure::count(stage.rows);
            let text = self.language.pick(format!("{rows}{share} 行……"), format!("{rows}{share} rows …"));
            self.tell(&stage, &text);
        }
    }

    fn done(&self) {
        if let Some(stage) = self.current.end() {
            self.ended(&stage);
        }
    }
}
