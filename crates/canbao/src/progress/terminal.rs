//! Progress as bars on a terminal, each stage a line that stays when it is done.

use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use canbao_comparison::Progress;
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

use super::stage::Current;
use crate::output::language::Language;
use crate::output::say;
use crate::output::width::push_left;

/// Columns that the titles take, so that the bars stand under one another.
const TITLE: usize = 20;

/// A bar with row rate and remaining time for the stage under way.
pub(super) struct Bars {
    current: Current,
    bar: Mutex<Option<ProgressBar>>,
    language: Language,
}

impl Bars {
    pub(super) fn new(language: Language) -> Self {
        Self { current: Current::default(), bar: Mutex::new(None), language }
    }

    fn lock(&self) -> MutexGuard<'_, Option<ProgressBar>> {
        self.bar.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn style(&self, known: bool) -> ProgressStyle {
        let template = template(self.language, known);
        let unit = self.language.pick("行/秒", "rows/s");
        ProgressStyle::with_template(template)
            .unwrap_or_else(|_| ProgressStyle::default_bar())
            .with_key("per_sec", move |state: &indicatif::ProgressState, out: &mut dyn std::fmt::Write| {
                // the bar is drawn without its rate where writing fails
                let _ = write!(out, "{} {unit}", crate::output::figure::count(state.per_sec() as u64));
            })
            .progress_chars("█▓░")
    }

    /// Takes the bar away and leaves a line of what the stage came to.
    fn end(&self, stage: Option<super::stage::Stage>) {
        if let Some(bar) = self.lock().take() {
            bar.finish_and_clear();
        }
        if let Some(stage) = stage {
            let mut line = "  ".to_owned();
            push_left(&mut line, stage.title(self.language), TITLE);
            say(&format!("{line} {}\n", stage.summary(self.language)));
        }
    }
}

/// How a bar is drawn, with a known number of rows or without.
fn template(language: Language, known: bool) -> &'static str {
    match (language, known) {
        (Language::Zh, true) => "  {msg} {bar:24} {percent:>3}%  {human_pos} / {human_len} 行  {per_sec}  剩余 {eta}",
        (Language::Zh, false) => "  {msg} {spinner} {human_pos} 行  {per_sec}  已用 {elapsed}",
        (Language::En, true) => "  {msg} {bar:24} {percent:>3}%  {human_pos} / {human_len} rows  {per_sec}  {eta} left",
        (Language::En, false) => "  {msg} {spinner} {human_pos} rows  {per_sec}  {elapsed}",
    }
}

impl Progress for Bars {
    fn stage(&self, name: &'static str, total: Option<u64>) {
        let (stage, before) = self.current.begin(name, total);
        self.end(before);
        let target = ProgressDrawTarget::stderr_with_hz(10);
        let bar = ProgressBar::with_draw_target(total, target).with_style(self.style(total.is_some()));
        let mut title = String::new();
        push_left(&mut title, stage.title(self.language), TITLE);
        bar.set_message(title);
        bar.enable_steady_tick(Duration::from_millis(200));
        *self.lock() = Some(bar);
    }

    fn advance(&self, rows: u64) {
        self.current.count(rows, Duration::MAX);
        if let Some(bar) = self.lock().as_ref() {
            bar.inc(rows);
        }
    }

    fn done(&self) {
        let stage = self.current.end();
        self.end(stage);
    }
}

impl Drop for Bars {
    /// A job that failed leaves no half-drawn bar above its error.
    fn drop(&mut self) {
        self.end(None);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_template_is_one() {
        for language in [Language::Zh, Language::En] {
            for known in [true, false] {
                assert!(ProgressStyle::with_template(template(language, known)).is_ok());
            }
        }
    }
}
