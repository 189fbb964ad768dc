//! Progress as JSON lines, for the program that started this one.
//!
//! `{"event":"begin","stage":"read","total":8300000}`, then
//! `{"event":"rows","stage":"read","rows":65536,"total":8300000,"seconds":0.2}` at most five times a second, then
//! `{"event":"end","stage":"read","rows":8300000,"seconds":3.2}`. `total` is null where it is not known.

use std::time::Duration;

use canbao_comparison::Progress;
use serde_json::json;

use super::stage::{Current, Stage};
use crate::output::say;

const PAUSE: Duration = Duration::from_millis(200);

/// One JSON object a line.
pub(super) struct Lines {
    current: Current,
}

impl Lines {
    pub(super) fn new() -> Self {
        Self { current: Current::default() }
    }
}

fn seconds(stage: &Stage) -> f64 {
    (stage.elapsed().as_secs_f64() * 1000.0).round() / 1000.0
}

fn tell(line: &serde_json::Value) {
    say(&format!("{line}\n"));
}

fn ended(stage: &Stage) {
    tell(&json!({
        "event": "end", "stage": stage.name, "rows": stage.rows, "seconds": seconds(stage),
    }));
}

impl Progress for Lines {
    fn stage(&self, name: &'static str, total: Option<u64>) {
        let (stage, before) = self.current.begin(name, total);
        if let Some(before) = before {
            ended(&before);
        }
        tell(&json!({ "event": "begin", "stage": stage.name, "total": stage.total }));
    }

    fn advance(&self, rows: u64) {
        if let Some(stage) = self.current.count(rows, PAUSE) {
            tell(&json!({
                "event": "rows", "stage": stage.name, "rows": stage.rows, "total": stage.total,
                "seconds": seconds(&stage),
            }));
        }
    }

    fn done(&self) {
        if let Some(stage) = self.current.end() {
            ended(&stage);
        }
    }
}
