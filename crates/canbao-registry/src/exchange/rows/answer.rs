//! What is known of a person who was asked about.

use std::fmt;

use canbao_domain::date::Date;
use canbao_domain::source::Insurance;
use serde::{Deserialize, Serialize};

use super::line::{Line, is_area, is_code};

/// Whether a person is insured with the answering registry.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Outcome {
    /// 已参保
    Insured,
    /// 未参保: known, and not insured now
    Uninsured,
    /// 查无此人
    Unknown,
    /// 姓名不符: the number is known under another name, which is not told
    NameDiffers,
}

/// What is known of a person about one insurance. `Debug` shows the row's number, insurance and outcome.
#[derive(Clone, PartialEq, Eq)]
pub struct AnswerRow {
    /// The row of the question; rows ascend by it, and within it by insurance.
    pub row: u64,
    /// 养老保险 or 医疗保险.
    pub insurance: Insurance,
    /// Whether insured.
    pub outcome: Outcome,
    /// The scheme's code. This and all below: only of who is insured or uninsured.
    pub scheme: Option<String>,
    /// The code of the area of insurance: 6, 9 or 12 digits.
    pub area: Option<String>,
    /// The status's code.
    pub status: Option<String>,
    /// Since when.
    pub since: Option<Date>,
}

impl fmt::Debug for AnswerRow {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("AnswerRow")
            .field("row", &self.row)
            .field("insurance", &self.insurance)
            .field("outcome", &self.outcome)
            .finish_non_exhaustive()
    }
}

#[derive(Deserialize, Serialize)]
struct Raw {
    row: u64,
    insurance: String,
    outcome: Outcome,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    scheme: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    area: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    status: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    since: Option<String>,
}

impl AnswerRow {
    fn check(&self) -> Result<(), &'static str> {
        if self.insurance == Insurance::Other {
            return Err("险种");
        }
        let known = matches!(self.outcome, Outcome::Insured | Outcome::Uninsured);
        let told = self.scheme.is_some() || self.area.is_some() || self.status.is_some() || self.since.is_some();
        // of whom the answerer does not know, or not by that name, nothing may be told
        if told && !known {
            return Err("结果与参保信息矛盾");
        }
        if self.scheme.as_deref().is_some_and(|code| !is_code(code)) {
            return Err("险种类别代码");
        }
        if self.area.as_deref().is_some_and(|code| !is_area(code)) {
            return Err("区划代码");
        }
        if self.status.as_deref().is_some_and(|code| !is_code(code)) {
            return Err("参保状态代码");
        }
        Ok(())
    }
}

impl Line for AnswerRow {
    const KIND: &'static str = "answer";

    fn read(line: &[u8]) -> Result<Self, &'static str> {
        let raw: Raw = serde_json::from_slice(line).map_err(|_| "缺少必有的项，或项的类型不对")?;
        let day = |text: String| Date::parse(&text).filter(|date| date.to_string() == text).ok_or("日期");
        let row = Self {
            row: raw.row,
            insurance: raw.insurance.parse().map_err(|_| "险种")?,
            outcome: raw.outcome,
            scheme: raw.scheme,
            area: raw.area,
            status: raw.status,
            since: raw.since.map(day).transpose()?,
        };
        row.check()?;
        Ok(row)
    }

    fn write(&self) -> Result<Vec<u8>, &'static str> {
        self.check()?;
        let raw = Raw {
            row: self.row,
            insurance: self.insurance.as_str().to_owned(),
            outcome: self.outcome,
            scheme: self.scheme.clone(),
            area: self.area.clone(),
            status: self.status.clone(),
            since: self.since.map(|date| date.to_string()),
        };
        serde_json::to_vec(&raw).map_err(|_| "不能写成文本")
    }

    fn place(&self) -> (u64, u8) {
        (self.row, self.insurance as u8)
    }
}
