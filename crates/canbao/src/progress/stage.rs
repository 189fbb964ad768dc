//! The stage that a job is in: its name, its rows so far, since when.

use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use crate::output::figure;
use crate::output::language::Language;

/// A stage under way.
#[derive(Clone, Copy)]
pub(super) struct Stage {
    pub(super) name: &'static str,
    pub(super) total: Option<u64>,
    pub(super) rows: u64,
    since: Instant,
    told: Instant,
}

impl Stage {
    /// Time since the stage began.
    pub(super) fn elapsed(&self) -> Duration {
        self.since.elapsed()
    }

    /// What to call the stage.
    pub(super) fn title(&self, language: Language) -> &'static str {
        title(self.name, language)
    }

    /// `8,300,000 行，3.2 秒（2,593,750 行/秒）`; of a stage without rows the time alone.
    pub(super) fn summary(&self, language: Language) -> String {
        let time = figure::seconds(self.elapsed());
        if self.rows == 0 {
            return language.pick(format!("{time} 秒"), format!("{time} s"));
        }
        let rows = figure::count(self.rows);
        let rate = figure::count(figure::rate(self.rows, self.elapsed()));
        language.pick(format!("{rows} 行，{time} 秒（{rate} 行/秒）"), format!("{rows} rows, {time} s ({rate} rows/s)"))
    }
}

/// What to call a stage.
pub(super) fn title(name: &'static str, language: Language) -> &'static str {
    let (zh, en) = match name {
        "people" => ("虚构人口", "Inventing people"),
        "rows" => ("写出数据文件", "Writing extracts"),
        "read" => ("读取数据", "Reading"),
        "identify" => ("识别号码", "Identifying numbers"),
        "link" => ("关联人员", "Linking people"),
        "classify" => ("比对分类", "Classifying"),
        "write" => ("写出结果", "Writing"),
        "workbooks" => ("生成工作簿", "Workbooks"),
        other => (other, other),
    };
    language.pick(zh, en)
}

/// The stage that a reporter is in; shared between the threads of a job.
#[derive(Default)]
pub(super) struct Current(Mutex<Option<Stage>>);

impl Current {
    /// Begins a stage; gives back the one that it ends.
    pub(super) fn begin(&self, name: &'static str, total: Option<u64>) -> (Stage, Option<Stage>) {
        let now = Instant::now();
        let stage = Stage { name, total, rows: 0, since: now, told: now };
        (stage, self.lock().replace(stage))
    }

    /// Counts rows; gives the stage to tell of, at most once in `pause`.
    pub(super) fn count(&self, rows: u64, pause: Duration) -> Option<Stage> {
        let mut current = self.lock();
        let stage = current.as_mut()?;
        stage.rows += rows;
        if stage.told.elapsed() < pause {
            return None;
        }
        stage.told = Instant::now();
        Some(*stage)
    }

    /// Ends the stage.
    pub(super) fn end(&self) -> Option<Stage> {
        self.lock().take()
    }

    /// A thread that died while it counted leaves a count that is still good enough to show.
    fn lock(&self) -> MutexGuard<'_, Option<Stage>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_are_counted_and_told_of_no_more_often_than_asked() {
        let current = Current::default();
        assert!(current.count(5, Duration::ZERO).is_none());
        assert!(current.begin("read", Some(10)).1.is_none());
        assert!(current.count(3, Duration::from_secs(3600)).is_none());
        let told = current.count(4, Duration::ZERO);
        assert_eq!(told.map(|stage| stage.rows), Some(7));
        let (_, ended) = current.begin("link", None);
        assert_eq!(ended.map(|stage| (stage.name, stage.rows)), Some(("read", 7)));
        assert_eq!(current.end().map(|stage| stage.name), Some("link"));
        assert!(current.end().is_none());
    }

    #[test]
    fn a_stage_without_rows_tells_its_time_alone() {
        let current = Current::default();
        let (stage, _) = current.begin("write", None);
        assert!(stage.summary(Language::Zh).ends_with(" 秒"));
        assert!(!stage.summary(Language::En).contains("rows"));
    }
}
