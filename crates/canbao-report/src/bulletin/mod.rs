//! The bulletin (工作进展情况通报): who is how far, who is ahead, who is behind, by rules that are printed with it.

mod rank;
mod write;

use std::ops::Deref;

use canbao_paper::document::Document;

use crate::cube::Cube;
use crate::release::Release;
use crate::{ReportError, Subject};

pub use rank::{Outlook, Ranked, rank};
pub(crate) use write::{about, day};

/// A snapshot as it may be told outside the office.
#[derive(Clone, Copy, Debug)]
pub struct Period<'a> {
    /// Its counts.
    pub cube: &'a Cube,
    /// What may leave of them.
    pub release: &'a Release,
}

/// What stands on a paper besides its figures.
#[derive(Clone, Debug, Default)]
pub struct Heading {
    /// The red head.
    pub organ: String,
    /// 发文字号; blank leaves it out.
    pub number: String,
    /// 主送机关.
    pub to: String,
    /// Who signs.
    pub signed: String,
    /// 抄送.
    pub copies: String,
    /// Who prints.
    pub printed_by: String,
}

/// What a bulletin is made of.
#[derive(Clone, Debug)]
pub struct Ask<'a> {
    /// What it is about.
    pub subject: Subject<'a>,
    /// Its number, as it is called: 2016年第3期.
    pub issue: &'a str,
}

impl<'a> Deref for Ask<'a> {
    type Target = Subject<'a>;

    fn deref(&self) -> &Subject<'a> {
        &self.subject
    }
}

impl Ask<'_> {
    /// How a figure has changed, in its unit: people, or tenths of a percentage point; none where either is withheld.
    fn change(&self, code: &str, area: &str) -> Option<i64> {
        self.told(code, area)?.value()?.checked_sub(self.earlier(code, area)?.value()?)
    }
}

/// Makes a bulletin of an area.
///
/// # Errors
/// Where the snapshot has no such area, or nothing lies below it that could be compared.
pub fn bulletin(ask: &Ask<'_>) -> Result<Document, ReportError> {
    ask.check()?;
    Ok(write::document(ask))
}
