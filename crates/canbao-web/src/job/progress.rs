//! How far a job is.

use std::time::Instant;

use serde::{Deserialize, Serialize};

use super::child::Event;

/// The stages of a job so far.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub(crate) struct Progress {
    pub(crate) stages: Vec<Stage>,
    /// When the stage under way began.
    #[serde(skip)]
    since: Option<Instant>,
}

/// A stage.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub(crate) struct Stage {
    pub(crate) name: String,
    pub(crate) rows: u64,
    pub(crate) total: Option<u64>,
    pub(crate) seconds: f64,
    pub(crate) over: bool,
}

impl Stage {
    /// What a clerk calls it.
    pub(crate) fn chinese(&self) -> &str {
        match self.name.as_str() {
            "prepare" => "准备数据",
            "decisions" => "取出经办核定",
            "read" => "读取数据",
            "identify" => "识别号码",
            "link" => "关联人员",
            "classify" => "比对分类",
            "write" => "写出结果",
            "trial" => "试算载入",
            "apply" => "载入登记库",
            "undo" => "撤销载入",
            "snapshot" => "保存统计快照",
            other => other,
        }
    }

    /// Rows a second.
    pub(crate) fn rate(&self) -> u64 {
        if self.seconds > 0.0 { (self.rows as f64 / self.seconds) as u64 } else { 0 }
    }

    /// Seconds that are left, where that can be told.
    pub(crate) fn left(&self) -> Option<u64> {
        let total = self.total.filter(|total| self.rows > 0 && *total >= self.rows)?;
        let left = (total - self.rows) as f64 * self.seconds / self.rows as f64;
        (!self.over).then_some(left.ceil() as u64)
    }
}

impl Progress {
    /// From what was written down.
    pub(crate) fn read(text: &str) -> Self {
        serde_json::from_str(text).unwrap_or_default()
    }

    pub(crate) fn json(&self) -> String {
        serde_json::to_string(self).unwrap_or_default()
    }

    /// Begins a stage; ends the one before.
    pub(crate) fn begin(&mut self, name: &str, total: Option<u64>) {
        self.end();
        self.stages.push(Stage { name: name.to_owned(), total, ..Stage::default() });
        self.since = Some(Instant::now());
    }

    /// Ends the stage under way.
    pub(crate) fn end(&mut self) {
        let since = self.since.take();
        if let Some(stage) = self.stages.last_mut().filter(|stage| !stage.over) {
            stage.over = true;
            stage.seconds = since.map_or(stage.seconds, |since| since.elapsed().as_secs_f64());
        }
    }

    /// Follows a child.
    pub(super) fn follow(&mut self, event: &Event) {
        match event {
            Event::Begin { stage, total } => self.begin(stage, *total),
            Event::Rows { stage, rows, total, seconds } => {
                if let Some(last) = self.stages.last_mut().filter(|last| last.name == *stage) {
                    (last.rows, last.seconds) = (*rows, *seconds);
                    last.total = total.or(last.total);
                }
            }
            Event::End { stage, rows, seconds } => {
                if let Some(last) = self.stages.last_mut().filter(|last| last.name == *stage) {
                    (last.rows, last.seconds, last.over) = (*rows, *seconds, true);
                }
            }
            Event::Failed { .. } => {}
        }
    }

    /// As it is at this moment: a stage that tells no rows has its time.
    pub(crate) fn now(&self) -> Self {
        let mut now = self.clone();
        if let (Some(stage), Some(since)) =
            (now.stages.last_mut().filter(|stage| !stage.over && stage.rows == 0), self.since)
        {
            stage.seconds = since.elapsed().as_secs_f64();
        }
        now
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests")]
mod tests {
    use super::*;

    #[test]
    fn lines_of_a_child_are_followed() {
        let mut progress = Progress::default();
        progress.begin("prepare", None);
        for line in [
            r#"{"event":"begin","stage":"read","total":1000}"#,
            r#"{"event":"rows","stage":"read","rows":250,"total":1000,"seconds":0.5}"#,
        ] {
            progress.follow(&serde_json::from_str(line).unwrap());
        }
        let stage = &progress.stages[1];
        assert!(progress.stages[0].over);
        assert_eq!((stage.chinese(), stage.rate(), stage.left()), ("读取数据", 500, Some(2)));
        let end = r#"{"event":"end","stage":"read","rows":1000,"seconds":2.0}"#;
        progress.follow(&serde_json::from_str(end).unwrap());
        assert_eq!((progress.stages[1].over, progress.stages[1].left()), (true, None));
        assert_eq!(Progress::read(&progress.json()).stages, progress.stages);
    }
}
