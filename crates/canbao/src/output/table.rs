//! Tables for a terminal, aligned by what the characters really take.

use super::width::{push_left, push_right, width};

/// Where a column's cells stand.
#[derive(Clone, Copy)]
pub(crate) enum Side {
    /// Words.
    Left,
    /// Figures.
    Right,
}

/// A table: headed columns, rows, perhaps a row of totals under a line.
pub(crate) struct Table {
    head: Vec<(String, Side)>,
    rows: Vec<Vec<String>>,
    total: Option<Vec<String>>,
}

const GAP: &str = "  ";

impl Table {
    /// A table with these columns.
    pub(crate) fn new<const N: usize>(head: [(&str, Side); N]) -> Self {
        Self::of(head)
    }

    /// A table with as many columns as there are.
    pub(crate) fn of<'a>(head: impl IntoIterator<Item = (&'a str, Side)>) -> Self {
        let head = head.into_iter().map(|(text, side)| (text.to_owned(), side)).collect();
        Self { head, rows: Vec::new(), total: None }
    }

    /// Adds a row; missing cells are blank.
    pub(crate) fn row(&mut self, cells: impl IntoIterator<Item = String>) {
        self.rows.push(cells.into_iter().collect());
    }

    /// Sets the row that stands under the line.
    pub(crate) fn total(&mut self, cells: impl IntoIterator<Item = String>) {
        self.total = Some(cells.into_iter().collect());
    }

    /// The table as text, each line indented by two and ended with a newline.
    pub(crate) fn render(&self) -> String {
        let widths: Vec<usize> = self
            .head
            .iter()
            .enumerate()
            .map(|(at, (head, _))| {
                let cells = self.rows.iter().chain(&self.total);
                let widest = cells.filter_map(|row| row.get(at)).map(|cell| width(cell));
                widest.max().unwrap_or(0).max(width(head))
            })
            .collect();
        let mut out = String::new();
        let head: Vec<String> = self.head.iter().map(|(text, _)| text.clone()).collect();
        self.line(&mut out, &widths, &head);
        rule(&mut out, &widths);
        for row in &self.rows {
            self.line(&mut out, &widths, row);
        }
        if let Some(total) = &self.total {
            rule(&mut out, &widths);
            self.line(&mut out, &widths, total);
        }
        out
    }

    fn line(&self, out: &mut String, widths: &[usize], cells: &[String]) {
        let mut line = String::new();
        for (at, ((_, side), columns)) in self.head.iter().zip(widths).enumerate() {
            line.push_str(GAP);
            let cell = cells.get(at).map_or("", String::as_str);
            match side {
                Side::Left => push_left(&mut line, cell, *columns),
                Side::Right => push_right(&mut line, cell, *columns),
            }
        }
        out.push_str(line.trim_end());
        out.push('\n');
    }
}

fn rule(out: &mut String, widths: &[usize]) {
    let columns = widths.iter().sum::<usize>() + GAP.len() * widths.len().saturating_sub(1);
    out.push_str(GAP);
    out.extend(std::iter::repeat_n('─', columns));
    out.push('\n');
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_line_up_under_chinese_heads() {
        let mut table = Table::new([("类别", Side::Left), ("人数", Side::Right)]);
        table.row(["未参保".to_owned(), "12,304".to_owned()]);
        table.row(["a".to_owned(), "7".to_owned()]);
        table.total(["合计".to_owned(), "12,311".to_owned()]);
        let text = table.render();
        assert_eq!(
            text,
            "  类别      人数\n  ──────────────\n  未参保  12,304\n  a            7\n  ──────────────\n  合计    12,311\n"
        );
    }

    #[test]
    fn a_short_row_is_filled_with_blanks() {
        let mut table = Table::new([("甲", Side::Left), ("乙", Side::Right)]);
        table.row(["x".to_owned()]);
        assert!(table.render().ends_with("  x\n"));
    }
}
