//! A document as a DOCX, for those who go on writing in it.

use std::io::Cursor;
use std::sync::Arc;

use docx_rs::{
    AlignmentType, BorderType, Docx, Footer, LineSpacing, LineSpacingType, PageMargin, PageNum, Paragraph,
    ParagraphBorder, ParagraphBorderPosition, ParagraphBorders, Pic, Run, RunFonts, Shading, SpecialIndentType, Style,
    StyleType, TableAlignmentType, TableBorder, TableBorderPosition, TableBorders, TableCell, TableCellMargins,
    TableLayoutType, TableRow, VAlignType, WidthType,
};
use resvg::{tiny_skia, usvg};

use super::{Block, Column, Document, Kind, Table, chinese_date};
use crate::PaperError;
use crate::drawing::alone;
use crate::print::Press;

/// Twentieths of a point in a millimetre.
const MM: f64 = 1440.0 / 25.4;
/// English Metric Units in a millimetre.
const EMU: f64 = 36_000.0;
const RED: &str = "E60012";
/// Pixels of a picture for each of the drawing's.
const SHARP: f32 = 3.0;

fn twips(mm: f64) -> i32 {
    (mm * MM).round() as i32
}

/// Sizes and measures of a layout.
struct Look {
    /// Half points.
    size: usize,
    /// Twentieths of a point from line to line; none lets the reader's program decide.
    line: Option<i32>,
    /// Millimetres of the text's width.
    width: f64,
    margin: PageMargin,
}

impl Look {
    fn of(kind: Kind) -> Self {
        let margin = |top, right, bottom, left, footer| {
            PageMargin::new()
                .top(twips(top))
                .right(twips(right))
                .bottom(twips(bottom))
                .left(twips(left))
                .header(twips(15.0))
                .footer(twips(footer))
                .gutter(0)
        };
        match kind {
            // 3 号字，每页 22 行，版心 156 × 225 mm
            Kind::Official => {
                Self { size: 32, line: Some(579), width: 156.0, margin: margin(37.0, 26.0, 35.0, 28.0, 25.0) }
            }
            Kind::Report => {
                Self { size: 24, line: Some(400), width: 160.0, margin: margin(26.0, 24.0, 24.0, 26.0, 12.0) }
            }
        }
    }
}

fn fonts(chinese: &str) -> RunFonts {
    RunFonts::new().ascii("Times New Roman").hi_ansi("Times New Roman").east_asia(chinese)
}

fn run(text: &str, chinese: &str, size: usize) -> Run {
    Run::new().add_text(text).fonts(fonts(chinese)).size(size)
}

impl Document {
    /// Writes it as a DOCX; charts are pictures in it, drawn with the press's fonts. Equal content gives equal bytes.
    ///
    /// # Errors
    /// Where it cannot be written.
    pub fn docx(&self, press: &Press) -> Result<Vec<u8>, PaperError> {
        let look = Look::of(self.kind);
        let (year, month, day) = self.about.date;
        let made = format!("{year:04}-{month:02}-{day:02}T00:00:00Z");
        let numbers = Paragraph::new()
            .align(AlignmentType::Center)
            .add_run(run("— ", "宋体", 28))
            .add_page_num(PageNum::new())
            .add_run(run(" —", "宋体", 28));
        let mut docx = Docx::new()
            .page_size(twips(210.0) as u32, twips(297.0) as u32)
            .page_margin(look.margin)
            .default_fonts(fonts("仿宋"))
            .default_size(look.size)
            .created_at(&made)
            .updated_at(&made)
            .footer(Footer::new().add_paragraph(numbers));
        for (level, (font, size)) in
            [("黑体", look.size), ("楷体", look.size), ("仿宋", look.size)].into_iter().enumerate()
        {
            let style = Style::new(format!("Heading{}", level + 1), StyleType::Paragraph)
                .name(format!("heading {}", level + 1))
                .based_on("Normal")
                .next("Normal")
                .outline_lvl(level)
                .fonts(fonts(font))
                .size(size + if self.kind == Kind::Report { 8 - 4 * level.min(2) } else { 0 });
            docx = docx.add_style(if level > 0 || self.kind == Kind::Report { style.bold() } else { style });
        }
        let mut writer = Writer { docx, look: Look::of(self.kind), kind: self.kind, tables: 0, pictures: 0, press };
        match self.kind {
            Kind::Official => writer.official_head(self),
            Kind::Report => writer.cover(self),
        }
        for (at, block) in self.blocks.iter().enumerate() {
            match block {
                // the signature never stands alone on a page
                Block::Text(text) if self.kind == Kind::Official && at + 1 == self.blocks.len() => {
                    writer.text(text, true, true);
                }
                block => writer.block(block)?,
            }
        }
        if self.kind == Kind::Official {
            writer.signature(self);
        }
        for (at, annex) in self.annexes.iter().enumerate() {
            writer.annex(&self.annex_label(at), &annex.title);
            for block in &annex.blocks {
                writer.block(block)?;
            }
        }
        if self.kind == Kind::Official {
            writer.print_record(self);
        }
        let broken = |problem: &str| PaperError::print(None, problem);
        let mut built = writer.docx.build();
        // rows that may not be split are the heads of tables here: they come again on each page
        let text = unmarked(built.document).ok_or_else(|| broken("DOCX 的文字不是 UTF-8"))?;
        let text = text.replace("<w:cantSplit />", "<w:cantSplit /><w:tblHeader />");
        // the other rows are not cut by a page's end either
        built.document = text.replace("<w:trPr />", "<w:trPr><w:cantSplit /></w:trPr>").into_bytes();
        for footer in &mut built.footers {
            let text = unmarked(std::mem::take(footer)).ok_or_else(|| broken("DOCX 的页脚不是 UTF-8"))?;
            *footer = text.into_bytes();
        }
        let mut out = Cursor::new(Vec::new());
        built.pack(&mut out).map_err(|error| broken(&format!("DOCX 写不成（{error}）")))?;
        Ok(out.into_inner())
    }
}

/// Without the marks of paragraphs (`w14:paraId`), which nothing refers to: the library counts them through all documents that a
/// process makes, and equal content has equal bytes.
fn unmarked(xml: Vec<u8>) -> Option<String> {
    const MARK: &str = " w14:paraId=\"";
    let xml = String::from_utf8(xml).ok()?;
    let mut parts = xml.split(MARK);
    let mut text = parts.next()?.to_owned();
    for part in parts {
        text.push_str(part.split_once('"')?.1);
    }
    Some(text)
}

struct Writer<'a> {
    docx: Docx,
    look: Look,
    kind: Kind,
    tables: usize,
    pictures: usize,
    press: &'a Press,
}

impl Writer<'_> {
    fn put(&mut self, paragraph: Paragraph) {
        let docx = std::mem::take(&mut self.docx);
        self.docx = docx.add_paragraph(paragraph);
    }

    fn spaced(&self, paragraph: Paragraph) -> Paragraph {
        let spacing = LineSpacing::new();
        paragraph.line_spacing(match self.look.line {
            Some(line) => spacing.line(line).line_rule(LineSpacingType::Exact),
            None => spacing,
        })
    }

    /// A paragraph; `kept` on the page of what follows.
    fn text(&mut self, text: &str, indented: bool, kept: bool) {
        let paragraph = Paragraph::new().add_run(run(text, "仿宋", self.look.size)).align(AlignmentType::Both);
        let paragraph = if kept { paragraph.keep_next(true).keep_lines(true) } else { paragraph };
        let first = if indented { self.look.size as i32 * 20 } else { 0 };
        let paragraph = paragraph.indent(None, Some(SpecialIndentType::FirstLine(first)), None, None);
        let paragraph = self.spaced(paragraph);
        self.put(paragraph);
    }

    fn blank(&mut self, lines: usize) {
        for _ in 0..lines {
            let paragraph = self.spaced(Paragraph::new());
            self.put(paragraph);
        }
    }

    fn centred(&mut self, text: &str, font: &str, size: usize, colour: Option<&str>) {
        let mut run = run(text, font, size);
        if size > self.look.size {
            run = run.bold();
        }
        if let Some(colour) = colour {
            run = run.color(colour);
        }
        self.put(Paragraph::new().add_run(run).align(AlignmentType::Center));
    }

    fn ruled(&mut self, position: ParagraphBorderPosition, colour: &str, eighths: usize, paragraph: Paragraph) {
        let border = ParagraphBorder::new(position).val(BorderType::Single).size(eighths).space(1).color(colour);
        let mut paragraph = paragraph;
        paragraph.property = paragraph.property.set_borders(ParagraphBorders::with_empty().set(border));
        self.put(paragraph);
    }

    fn warnings(&mut self, document: &Document) {
        if document.warnings.is_empty() {
            return;
        }
        let said = |text: &str, bold: bool| {
            let run = run(text, if bold { "黑体" } else { "仿宋" }, 24).color("A3251B");
            Paragraph::new().add_run(run)
        };
        self.put(said("数据提示：本材料依据的数据不完整或不够新", true));
        for warning in &document.warnings {
            self.put(said(&format!("· {warning}"), false));
        }
    }

    fn official_head(&mut self, document: &Document) {
        self.blank(2);
        let room = document.organ.chars().count().max(8);
        self.centred(&document.organ, "方正小标宋简体", (860 / room).min(80), Some(RED));
        self.blank(1);
        let number =
            Paragraph::new().add_run(run(&document.number, "仿宋", self.look.size)).align(AlignmentType::Center);
        self.ruled(ParagraphBorderPosition::Bottom, RED, 16, number);
        self.blank(1);
        for line in document.title_lines() {
            self.centred(&line, "方正小标宋简体", 44, None);
        }
        if !document.under.is_empty() {
            self.centred(&document.under, "楷体", 28, None);
        }
        self.blank(1);
        self.warnings(document);
        if !document.to.is_empty() {
            self.text(&format!("{}：", document.to), false, false);
        }
    }

    /// What is added (附件说明), who signs, and the day: all on one page.
    fn signature(&mut self, document: &Document) {
        let size = self.look.size as i32 * 10;
        let kept = |paragraph: Paragraph| paragraph.keep_next(true);
        let mut lines: Vec<Paragraph> = Vec::new();
        for (at, annex) in document.annexes.iter().enumerate() {
            let number = if document.annexes.len() > 1 { format!("{}. ", at + 1) } else { String::new() };
            // 左空二字，以后的与第一个的序号对齐
            let (before, indent) = if at == 0 { ("附件：", 2) } else { ("", 5) };
            if at == 0 {
                lines.push(Paragraph::new());
            }
            let line =
                Paragraph::new().add_run(run(&format!("{before}{number}{}", annex.title), "仿宋", self.look.size));
            lines.push(line.indent(Some(size * indent), None, None, None));
        }
        lines.extend([Paragraph::new(), Paragraph::new()]);
        let date = chinese_date(document.about.date);
        for text in [&document.signed, &date] {
            let line = Paragraph::new().add_run(run(text, "仿宋", self.look.size)).align(AlignmentType::Right);
            lines.push(line.indent(None, None, Some(size * 4), None));
        }
        let last = lines.pop();
        let lines: Vec<Paragraph> = lines.into_iter().map(kept).chain(last).map(|line| self.spaced(line)).collect();
        lines.into_iter().for_each(|line| self.put(line));
    }

    /// The beginning of an annex, on a page of its own.
    fn annex(&mut self, label: &str, title: &str) {
        let heading = |text: &str| {
            Paragraph::new()
                .style("Heading1")
                .page_break_before(true)
                .keep_next(true)
                .add_run(Run::new().add_text(text))
        };
        if self.kind == Kind::Report {
            return self.put(heading(title));
        }
        self.put(heading(label));
        self.centred(title, "方正小标宋简体", 36, None);
    }

    /// 版记.
    fn print_record(&mut self, document: &Document) {
        let date = chinese_date(document.about.date);
        self.blank(1);
        let line = |text: &str| Paragraph::new().add_run(run(text, "仿宋", 28));
        if !document.copies.is_empty() {
            self.ruled(ParagraphBorderPosition::Top, "000000", 8, line(&format!("抄送：{}。", document.copies)));
        }
        self.ruled(ParagraphBorderPosition::Top, "000000", 6, line(&format!("{}　　{date}印发", document.printed_by)));
    }

    fn cover(&mut self, document: &Document) {
        self.blank(7);
        for line in document.title_lines() {
            self.centred(&line, "方正小标宋简体", 56, None);
        }
        if !document.under.is_empty() {
            self.centred(&document.under, "楷体", 32, None);
        }
        self.blank(if document.warnings.is_empty() { 14 } else { 8 });
        self.warnings(document);
        self.centred(&document.organ, "仿宋", 30, None);
        self.centred(&chinese_date(document.about.date), "仿宋", 30, None);
        self.put(Paragraph::new().page_break_before(true));
    }

    fn block(&mut self, block: &Block) -> Result<(), PaperError> {
        match block {
            Block::Head(level, text) => {
                let paragraph = Paragraph::new()
                    .style(&format!("Heading{level}"))
                    .keep_next(true)
                    .add_run(Run::new().add_text(text));
                let indent = if self.kind == Kind::Official { self.look.size as i32 * 20 } else { 0 };
                let paragraph = paragraph.indent(None, Some(SpecialIndentType::FirstLine(indent)), None, None);
                self.put(paragraph.line_spacing(LineSpacing::new().before(160).after(80)));
            }
            Block::Text(text) => self.text(text, true, false),
            Block::Note(text) => self.put(Paragraph::new().add_run(run(text, "仿宋", 18))),
            Block::Table(table) => self.table(table),
            Block::Chart { svg, caption } => self.chart(svg, caption)?,
            Block::Break => self.put(Paragraph::new().page_break_before(true)),
        }
        Ok(())
    }

    fn table(&mut self, table: &Table) {
        self.tables += 1;
        let caption = format!("表 {}　{}", self.tables, table.caption);
        let caption = Paragraph::new().keep_next(true).align(AlignmentType::Center).add_run(run(&caption, "黑体", 21));
        self.put(caption.line_spacing(LineSpacing::new().before(160).after(60)));
        let shares: f64 = table.columns.iter().map(|column| column.share).sum();
        let width = |column: &Column| twips(self.look.width * column.share / shares.max(0.01)).unsigned_abs() as usize;
        let widths: Vec<usize> = table.columns.iter().map(width).collect();
        let size = match table.columns.len() {
            12.. => 15,
            9..=11 => 17,
            7..=8 => 19,
            _ => 21,
        };
        let cell = |at: usize, text: &str, font: &str, bold: bool, head: bool, kept: bool| {
            let figures = table.columns.get(at).is_some_and(|column| column.figures);
            let align = match (head, figures) {
                (true, _) => AlignmentType::Center,
                (_, true) => AlignmentType::Right,
                _ => AlignmentType::Left,
            };
            let written = run(text, font, size);
            let written = if bold { written.bold() } else { written };
            let paragraph = Paragraph::new().align(align).add_run(written);
            let cell = TableCell::new()
                .width(widths.get(at).copied().unwrap_or_default(), WidthType::Dxa)
                .vertical_align(VAlignType::Center)
                .add_paragraph(if kept { paragraph.keep_next(true) } else { paragraph });
            if head { cell.shading(Shading::new().fill("F0F0F0")) } else { cell }
        };
        let head =
            table.columns.iter().enumerate().map(|(at, column)| cell(at, &column.head, "黑体", false, true, true));
        let mut rows = vec![TableRow::new(head.collect()).cant_split()];
        for (number, row) in table.rows.iter().enumerate() {
            let last = number + 1 == table.rows.len();
            // 表注总与最后一行同页
            let (total, kept) = (table.totals && last, last && !table.note.is_empty());
            let cells = row.iter().enumerate().map(|(at, text)| cell(at, text, "仿宋", total, false, kept));
            rows.push(TableRow::new(cells.collect()));
        }
        let border = |position, eighths| {
            TableBorder::new(position).border_type(BorderType::Single).size(eighths).color("999999")
        };
        let borders = TableBorders::with_empty()
            .set(border(TableBorderPosition::Top, 8))
            .set(border(TableBorderPosition::Bottom, 8))
            .set(border(TableBorderPosition::InsideH, 4));
        let laid = docx_rs::Table::new(rows)
            .set_grid(widths.clone())
            .layout(TableLayoutType::Fixed)
            .align(TableAlignmentType::Center)
            .width(widths.iter().sum(), WidthType::Dxa)
            .margins(TableCellMargins::new().margin(40, 60, 40, 60))
            .set_borders(borders);
        let docx = std::mem::take(&mut self.docx);
        self.docx = docx.add_table(laid);
        let note = Paragraph::new().add_run(run(&table.note, "仿宋", 18));
        self.put(note.line_spacing(LineSpacing::new().before(60).after(160)));
    }

    fn chart(&mut self, svg: &str, caption: &str) -> Result<(), PaperError> {
        if let Some((svg, (wide, high))) = alone(svg) {
            let (png, (across, down)) = png(&svg, self.press)?;
            let width = (wide * 0.26).min(self.look.width - 4.0);
            let emu = |mm: f64| (mm * EMU).round() as u32;
            // the library's own numbers go on from document to document
            self.pictures += 1;
            let pic = Pic::new_with_dimensions(png, across, down).id(format!("rIdImage{}", self.pictures));
            let pic = pic.size(emu(width), emu(width * high / wide.max(1.0)));
            self.put(Paragraph::new().keep_next(true).align(AlignmentType::Center).add_run(Run::new().add_image(pic)));
        }
        let caption = Paragraph::new().align(AlignmentType::Center).add_run(run(caption, "黑体", 19));
        self.put(caption.line_spacing(LineSpacing::new().before(60).after(160)));
        Ok(())
    }
}

/// A drawing as a picture, and its width and height in its own pixels.
fn png(svg: &str, press: &Press) -> Result<(Vec<u8>, (u32, u32)), PaperError> {
    let broken = |problem: String| PaperError::print(None, &format!("图画不出来（{problem}）"));
    let mut options = usvg::Options { font_family: "Noto Sans CJK SC".to_owned(), ..usvg::Options::default() };
    for data in press.font_data() {
        options.fontdb_mut().load_font_source(usvg::fontdb::Source::Binary(Arc::new(data)));
    }
    let tree = usvg::Tree::from_str(svg, &options).map_err(|error| broken(error.to_string()))?;
    let size = tree.size();
    let pixels = |length: f32| (length * SHARP).ceil() as u32;
    let (across, down) = (pixels(size.width()), pixels(size.height()));
    let mut picture = tiny_skia::Pixmap::new(across, down).ok_or_else(|| broken("没有大小".to_owned()))?;
    resvg::render(&tree, tiny_skia::Transform::from_scale(SHARP, SHARP), &mut picture.as_mut());
    let png = picture.encode_png().map_err(|error| broken(error.to_string()))?;
    Ok((png, (across, down)))
}
