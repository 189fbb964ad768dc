//! A person who is asked about.

use std::borrow::Cow;
use std::fmt;

use canbao_domain::number::CitizenNumber;
use serde::{Deserialize, Serialize};

use super::line::Line;

/// Which insurances are asked about: at least one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Asked {
    /// 养老保险
    pub pension: bool,
    /// 医疗保险
    pub medical: bool,
}

/// A person who is asked about. `Debug` shows the row's number and what is asked, never who it is.
#[derive(Clone, PartialEq, Eq)]
pub struct QuestionRow {
    /// The asker's number of the row; rows ascend by it.
    pub row: u64,
    /// The citizen number.
    pub number: CitizenNumber,
    /// The name, 1 to 60 characters.
    pub name: String,
    /// What is asked.
    pub asked: Asked,
}

impl fmt::Debug for QuestionRow {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("QuestionRow").field("row", &self.row).field("asked", &self.asked).finish_non_exhaustive()
    }
}

#[derive(Deserialize, Serialize)]
struct Raw<'a> {
    row: u64,
    #[serde(borrow)]
    number: Cow<'a, str>,
    #[serde(borrow)]
    name: Cow<'a, str>,
    ask: Vec<Insurance>,
}

#[derive(Clone, Copy, Deserialize, Serialize, PartialEq)]
#[serde(rename_all = "lowercase")]
enum Insurance {
    Pension,
    Medical,
}

impl Line for QuestionRow {
    const KIND: &'static str = "question";

    fn read(line: &[u8]) -> Result<Self, &'static str> {
        let raw: Raw<'_> = serde_json::from_slice(line).map_err(|_| "缺少必有的项，或项的类型不对")?;
        let number = CitizenNumber::parse(raw.number.as_bytes()).ok_or("公民身份号码")?;
        if !is_name(&raw.name) {
            return Err("姓名");
        }
        let asked = match *raw.ask {
            [Insurance::Pension] => Asked { pension: true, medical: false },
            [Insurance::Medical] => Asked { pension: false, medical: true },
            [Insurance::Pension, Insurance::Medical] | [Insurance::Medical, Insurance::Pension] => {
                Asked { pension: true, medical: true }
            }
            _ => return Err("所查询的险种"),
        };
        Ok(Self { row: raw.row, number, name: raw.name.into_owned(), asked })
    }

    fn write(&self) -> Result<Vec<u8>, &'static str> {
        if !is_name(&self.name) {
            return Err("姓名");
        }
        let wanted = [(self.asked.pension, Insurance::Pension), (self.asked.medical, Insurance::Medical)];
        let ask: Vec<_> = wanted.into_iter().filter_map(|(wanted, insurance)| wanted.then_some(insurance)).collect();
        if ask.is_empty() {
            return Err("所查询的险种");
        }
        let number = self.number.bytes();
        let number = String::from_utf8_lossy(&number);
        let raw = Raw { row: self.row, number, name: Cow::Borrowed(&self.name), ask };
        serde_json::to_vec(&raw).map_err(|_| "不能写成文本")
    }

    fn place(&self) -> (u64, u8) {
        (self.row, 0)
    }
}

fn is_name(name: &str) -> bool {
    (1..=60).contains(&name.chars().count()) && name.trim() == name && !name.chars().any(char::is_control)
}
