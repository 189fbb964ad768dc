//! Documents (公文、报告): one content, printed as a PDF and written as a DOCX.
//!
//! A [`Document`] is a head and blocks: headings, paragraphs, tables, charts. An official paper (公文) is laid out after
//! GB/T 9704-2012: red head, number, title, signature, print record; a report has a cover and a table of contents.

mod docx;
mod pdf;

use crate::About;

/// Which layout.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// 公文, GB/T 9704-2012.
    Official,
    /// 报告: a cover, contents, numbered tables.
    Report,
}

/// A document. Texts that are blank are left out.
#[derive(Clone, Debug)]
pub struct Document {
    /// Which layout.
    pub kind: Kind,
    /// Whose it is; of an official paper the red head (发文机关标志): 安康市全民参保登记工作领导小组办公室文件.
    pub organ: String,
    /// 发文字号: 安参保办〔2016〕11号.
    pub number: String,
    /// The title.
    pub title: String,
    /// What stands under it: the period, the area.
    pub under: String,
    /// 主送机关.
    pub to: String,
    /// What its figures lack, each a sentence: it stands in front of everything.
    pub warnings: Vec<String>,
    /// The content.
    pub blocks: Vec<Block>,
    /// What stands behind the signature (附件).
    pub annexes: Vec<Block>,
    /// Who signs (发文机关署名).
    pub signed: String,
    /// 抄送机关.
    pub copies: String,
    /// Who printed it (印发机关).
    pub printed_by: String,
    /// Title, author and the day of the document.
    pub about: About,
}

/// A piece of content.
#[derive(Clone, Debug)]
pub enum Block {
    /// A heading: level 1 (一、), 2 (（一）) or 3 (1.), with its number.
    Head(u8, String),
    /// A paragraph.
    Text(String),
    /// A note in small type.
    Note(String),
    /// A table.
    Table(Table),
    /// A chart or map, as `drawing` draws it, and what it shows.
    Chart {
        /// The drawing.
        svg: String,
        /// What stands under it.
        caption: String,
    },
    /// What follows begins a page.
    Break,
}

/// A table.
#[derive(Clone, Debug, Default)]
pub struct Table {
    /// What it shows, with date and denominator.
    pub caption: String,
    /// Its columns.
    pub columns: Vec<Column>,
    /// Rows of as many cells.
    pub rows: Vec<Vec<String>>,
    /// Whether the last row is the total.
    pub totals: bool,
    /// What stands under it.
    pub note: String,
}

/// A column of a table.
#[derive(Clone, Debug)]
pub struct Column {
    /// Its head.
    pub head: String,
    /// Whether it holds figures, which stand to the right.
    pub figures: bool,
    /// Its share of the width.
    pub share: f64,
}

impl Column {
    /// A column of words.
    pub fn words(head: impl Into<String>, share: f64) -> Self {
        Self { head: head.into(), figures: false, share }
    }

    /// A column of figures.
    pub fn figures(head: impl Into<String>, share: f64) -> Self {
        Self { head: head.into(), figures: true, share }
    }
}

/// `2016年12月1日`.
fn chinese_date((year, month, day): (u16, u8, u8)) -> String {
    format!("{year}年{month}月{day}日")
}
