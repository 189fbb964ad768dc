//! The server's long work (任务): comparisons, applies, undos. One at a time; what changes the record needs two people.

mod record;
mod step;

use crate::delivery::words;

/// What is done.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum JobKind {
    /// A comparison of the deliveries that hold (比对).
    Compare,
    /// A comparison becomes the record (载入).
    Apply,
    /// The last apply is taken back (撤销载入).
    Undo,
}

/// Where it stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum JobState {
    /// For a second person.
    Waiting,
    /// For its turn.
    Queued,
    /// At work.
    Running,
    /// Done.
    Done,
    /// Not done, with the reason.
    Failed,
    /// Given up by somebody.
    Cancelled,
    /// The server ended meanwhile.
    Broken,
    /// By the second person.
    Refused,
}

words!(JobKind { Compare = "compare", Apply = "apply", Undo = "undo" });
words!(JobState {
    Waiting = "waiting",
    Queued = "queued",
    Running = "running",
    Done = "done",
    Failed = "failed",
    Cancelled = "cancelled",
    Broken = "broken",
    Refused = "refused",
});

impl JobKind {
    /// What a clerk calls it.
    pub const fn chinese(self) -> &'static str {
        match self {
            Self::Compare => "比对",
            Self::Apply => "载入登记库",
            Self::Undo => "撤销载入",
        }
    }
}

impl JobState {
    /// What a clerk calls it.
    pub const fn chinese(self) -> &'static str {
        match self {
            Self::Waiting => "等待另一人同意",
            Self::Queued => "排队",
            Self::Running => "进行中",
            Self::Done => "完成",
            Self::Failed => "没有完成",
            Self::Cancelled => "已取消",
            Self::Broken => "中断",
            Self::Refused => "没有同意",
        }
    }

    /// Whether nothing follows any more.
    pub const fn is_over(self) -> bool {
        !matches!(self, Self::Waiting | Self::Queued | Self::Running)
    }
}

/// A job.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Job {
    /// Its identifier.
    pub id: i64,
    /// What is done.
    pub kind: JobKind,
    /// Where it stands.
    pub state: JobState,
    /// Who asked for it; of an apply, who began the comparison.
    pub made_by: String,
    /// When, in milliseconds since 1970 (UTC).
    pub made_at: i64,
    /// Why, where that was asked.
    pub reason: String,
    /// The second person, where it needs one.
    pub decided_by: Option<String>,
    /// When.
    pub decided_at: Option<i64>,
    /// What the second person wrote.
    pub decision: String,
    /// When it began.
    pub begun_at: Option<i64>,
    /// When it ended.
    pub ended_at: Option<i64>,
    /// The comparison that an apply makes the record; the apply that an undo takes back.
    pub of: Option<i64>,
    /// What was asked for: JSON.
    pub asked: String,
    /// How far it is: JSON.
    pub progress: String,
    /// What came of it: JSON.
    pub result: String,
    /// Why it was not done, a Chinese sentence.
    pub error: String,
    /// What to do about it.
    pub hint: String,
}

/// How a job ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ended {
    /// `Done`, `Failed` or `Cancelled`.
    pub state: JobState,
    /// What came of it: JSON.
    pub result: String,
    /// Why it was not done.
    pub error: String,
    /// What to do about it.
    pub hint: String,
}
