//! What a kind of finding asks, and how it is answered.

/// What a clerk says.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Verdict {
    /// It is the same person, the same entry; the fact is so.
    Same,
    /// It is not.
    Different,
    /// The village is to find out.
    Ask,
    /// Of several whom a row may mean, it is not this one; the question stands.
    NotThis,
}

impl Verdict {
    /// The word in the database and in forms.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Same => "same",
            Self::Different => "different",
            Self::Ask => "ask",
            Self::NotThis => "not-this",
        }
    }

    /// By its word.
    pub fn from_word(word: &str) -> Option<Self> {
        [Self::Same, Self::Different, Self::Ask, Self::NotThis].into_iter().find(|verdict| verdict.as_str() == word)
    }
}

/// What a finding asks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Question {
    /// Whose is this row? The answer goes to the next comparison.
    Whose,
    /// Are these two rows one entry?
    Twice,
    /// Are these people, who share a number, one?
    Shared,
    /// Is it so?
    Fact,
}

impl Question {
    /// What a kind of finding asks.
    pub fn of(kind: &str) -> Self {
        match kind {
            "row-unresolved" | "number-of-another" | "name-differs" | "birth-differs" | "sex-differs"
            | "several-numbers" => Self::Whose,
            "duplicate-row" => Self::Twice,
            "shared-number" => Self::Shared,
            _ => Self::Fact,
        }
    }

    /// The question, as a clerk reads it.
    pub const fn chinese(self) -> &'static str {
        match self {
            Self::Whose => "这一行是不是此人的？",
            Self::Twice => "这两行是不是同一条记录？",
            Self::Shared => "共用这个号码的是不是同一个人？",
            Self::Fact => "情况是否属实？",
        }
    }

    /// What a verdict is called on its button.
    pub const fn said(self, verdict: Verdict) -> &'static str {
        match (self, verdict) {
            (Self::Whose | Self::Shared, Verdict::Same) => "是同一人",
            (Self::Whose, Verdict::Different | Verdict::NotThis) => "不是此人",
            (Self::Shared, Verdict::Different | Verdict::NotThis) => "不是同一人",
            (Self::Twice, Verdict::Same) => "是重复记录",
            (Self::Twice, Verdict::Different | Verdict::NotThis) => "两条都要",
            (Self::Fact, Verdict::Same) => "属实",
            (Self::Fact, Verdict::Different | Verdict::NotThis) => "不属实",
            (_, Verdict::Ask) => "请村里核实",
        }
    }

    /// What follows from a verdict.
    pub const fn follows(self, verdict: Verdict) -> &'static str {
        match (self, verdict) {
            (Self::Whose, Verdict::Same) => "下次比对起固定归入此人，本条办结",
            (Self::Whose, Verdict::Different | Verdict::NotThis) => "下次比对起不再归入此人",
            (Self::Shared, Verdict::Same) => "本条办结；合并档案请到其中一人的页面提变更",
            (Self::Shared, Verdict::Different | Verdict::NotThis) => "本条办结；用错号码的人请提号码更正",
            (Self::Twice, Verdict::Same) => "转经办机构删去一条，本条办结",
            (Self::Twice, Verdict::Different | Verdict::NotThis) => "两条都保留，本条办结",
            (Self::Fact, Verdict::Same) => "转经办机构处理，本条办结",
            (Self::Fact, Verdict::Different | Verdict::NotThis) => "记下原因，本条办结",
            (_, Verdict::Ask) => "发给村(社区)，答复后再定",
        }
    }
}
