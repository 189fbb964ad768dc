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
    /// What stands behind the signature (附件), each on pages of its own; an official paper names them before it (附件说明).
    pub annexes: Vec<Annex>,
    /// Who signs (发文机关署名).
    pub signed: String,
    /// 抄送机关.
    pub copies: String,
    /// Who printed it (印发机关).
    pub printed_by: String,
    /// Title, author and the day of the document.
    pub about: About,
}

/// What is added to a paper (附件).
#[derive(Clone, Debug)]
pub struct Annex {
    /// What it is called.
    pub title: String,
    /// Its content.
    pub blocks: Vec<Block>,
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

impl Document {
    /// Its title in lines, as the layout's size of it allows.
    fn title_lines(&self) -> Vec<String> {
        lines(
            &self.title,
            match self.kind {
                // 2 号字 in 156 mm, 28 points in 160 mm
                Kind::Official => 20.0,
                Kind::Report => 16.0,
            },
        )
    }

    /// What stands on an annex of that place, from 0: `附件 2`, `附件` where there is one alone.
    fn annex_label(&self, at: usize) -> String {
        if self.annexes.len() > 1 { format!("附件 {}", at + 1) } else { "附件".to_owned() }
    }

    /// All its blocks, the annexes' too.
    pub fn all_blocks(&self) -> impl Iterator<Item = &Block> {
        self.blocks.iter().chain(self.annexes.iter().flat_map(|annex| &annex.blocks))
    }
}

/// Words before which a title may be cut.
const CUTS: [&str; 12] = [
    "全民参保",
    "参保登记",
    "登记工作",
    "工作进展",
    "进展情况",
    "统计分析",
    "分析报告",
    "总结评估",
    "评估报告",
    "情况的",
    "的通报",
    "的报告",
];

/// A title in as few lines as hold it, each at most so many characters wide, cut before words and about equally long: a title
/// goes on in whole words and evenly (GB/T 9704-2012 7.3.1).
fn lines(title: &str, most: f64) -> Vec<String> {
    let wide = |text: &str| text.chars().map(|c| if c.is_ascii() { 0.5 } else { 1.0 }).sum::<f64>();
    let whole = wide(title);
    let count = (whole / most).ceil();
    if count <= 1.0 {
        return vec![title.to_owned()];
    }
    let even = whole / count;
    let ends = title.char_indices().map(|(at, _)| at).skip(1).filter(|at| {
        let first = wide(title.get(..*at).unwrap_or_default());
        first <= most && whole - first <= most * (count - 1.0)
    });
    let word = |at: usize| CUTS.iter().any(|cut| title.get(at..).is_some_and(|rest| rest.starts_with(cut)));
    let off = |at: usize| {
        let first = wide(title.get(..at).unwrap_or_default());
        // within a word only where there is no other place
        ((first - even).abs() + if word(at) { 0.0 } else { most }, at)
    };
    let best = ends.map(off).min_by(|one, other| one.0.total_cmp(&other.0));
    let Some((first, rest)) = best.and_then(|(_, at)| title.split_at_checked(at)) else {
        return vec![title.to_owned()];
    };
    let mut all = vec![first.to_owned()];
    all.extend(lines(rest, most));
    all
}

/// `2016年12月1日`.
fn chinese_date((year, month, day): (u16, u8, u8)) -> String {
    format!("{year}年{month}月{day}日")
}

#[cfg(test)]
mod tests {
    use super::lines;

    #[test]
    fn titles_are_cut_before_words_and_evenly() {
        for (title, cut) in [
            ("关于安康市全民参保登记工作进展情况的通报", &["关于安康市全民参保登记工作进展情况的通报"][..]),
            ("关于安康市汉滨区全民参保登记工作进展情况的通报", &["关于安康市汉滨区全民参保", "登记工作进展情况的通报"]),
            (
                "没有一个认得的词而又超过二十个字的一个标题在这里",
                &["没有一个认得的词而又超过", "二十个字的一个标题在这里"],
            ),
        ] {
            assert_eq!(lines(title, 20.0), cut, "{title}");
        }
        let long = "关于恒口示范区（试验区）河口街道办事处全民参保登记工作进展情况和下一阶段工作进展情况的通报";
        let all = lines(long, 20.0);
        assert_eq!((all.len(), all.concat().as_str()), (3, long));
        assert!(all.iter().all(|line| (8..=20).contains(&line.chars().count())), "{all:?}");
    }
}
