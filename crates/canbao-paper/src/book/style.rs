//! The one style of all workbooks: dark ink, grey-blue grounds, no colour that says nothing.

use rust_xlsxwriter::{Color, Format, FormatAlign, FormatBorder};

/// The paper's number in a workbook.
pub(super) const A4: u8 = 9;
/// A row of the body, in pixels, at the body's size.
pub(super) const ROW_PIXELS: u32 = 22;
/// A column that nobody sized, in pixels.
pub(super) const COLUMN_PIXELS: u32 = 64;
/// The row of a sheet's title, in pixels.
pub(super) const TITLE_PIXELS: u32 = 36;
/// The row of column titles, in pixels.
pub(super) const HEAD_PIXELS: u32 = 28;

const INK: Color = Color::RGB(0x1a_2230);
const INK_QUIET: Color = Color::RGB(0x46_5164);
const LINE: Color = Color::RGB(0xcc_d3dd);
const LINE_STRONG: Color = Color::RGB(0x84_98b0);
const GROUND: Color = Color::RGB(0xd9_e0e9);
const GROUND_SOFT: Color = Color::RGB(0xee_f1f5);

/// Every office computer in question has it; others take a Chinese face of their own.
const FONT: &str = "微软雅黑";

/// The formats of a workbook.
pub(super) struct Style {
    pub(super) body: Format,
    pub(super) text: Format,
    pub(super) wrapped: Format,
    pub(super) count: Format,
    pub(super) date: Format,
    pub(super) title: Format,
    pub(super) note: Format,
    pub(super) head: Format,
    pub(super) head_right: Format,
    pub(super) label: Format,
    pub(super) total: Format,
    pub(super) total_count: Format,
    pub(super) first_of_group: Format,
}

impl Style {
    /// A share, to a tenth of a percent.
    pub(super) fn rate(&self) -> Format {
        self.count.clone().set_num_format("0.0%")
    }

    /// The same in a row of totals.
    pub(super) fn total_rate(&self) -> Format {
        self.total_count.clone().set_num_format("0.0%")
    }

    pub(super) fn new() -> Self {
        let body = Format::new()
            .set_font_name(FONT)
            .set_font_size(10)
            .set_font_color(INK)
            .set_align(FormatAlign::VerticalCenter);
        let text = body.clone().set_num_format("@");
        let count = body.clone().set_num_format("#,##0").set_align(FormatAlign::Right);
        let head = body
            .clone()
            .set_bold()
            .set_background_color(GROUND)
            .set_border_bottom(FormatBorder::Thin)
            .set_border_bottom_color(LINE_STRONG)
            .set_border_right(FormatBorder::Thin)
            .set_border_right_color(LINE);
        let total = body
            .clone()
            .set_bold()
            .set_background_color(GROUND_SOFT)
            .set_border_top(FormatBorder::Thin)
            .set_border_top_color(LINE_STRONG);
        Self {
            wrapped: text.clone().set_text_wrap(),
            date: body.clone().set_num_format("yyyy-mm-dd").set_align(FormatAlign::Center),
            title: body.clone().set_bold().set_font_size(16),
            note: body.clone().set_font_color(INK_QUIET),
            head_right: head.clone().set_align(FormatAlign::Right),
            label: body.clone().set_font_color(INK_QUIET),
            total_count: total.clone().set_num_format("#,##0").set_align(FormatAlign::Right),
            // a format of a condition may only say what differs
            first_of_group: Format::new().set_border_top(FormatBorder::Thin).set_border_top_color(LINE_STRONG),
            body,
            text,
            count,
            head,
            total,
        }
    }
}
