//! A document printed.

use serde_json::{Value as Json, json};

use super::{Block, Column, Document, Kind, Table, chinese_date};
use crate::PaperError;
use crate::drawing::alone;
use crate::print::{Pdf, Press};

/// The layout.
const TEMPLATE: &str = include_str!("../../paper/document.typ");

impl Document {
    /// Prints it.
    ///
    /// # Errors
    /// Where it cannot be laid out.
    pub fn pdf(&self, press: &Press) -> Result<Pdf, PaperError> {
        press.print(TEMPLATE, &self.data(), &[], &self.about)
    }

    fn data(&self) -> Json {
        let (year, month, day) = self.about.date;
        json!({
            "kind": match self.kind { Kind::Official => "official", Kind::Report => "report" },
            "organ": self.organ, "number": self.number, "title": self.title, "under": self.under, "to": self.to,
            "warnings": self.warnings, "signed": self.signed, "copies": self.copies, "printed_by": self.printed_by,
            "date": chinese_date((year, month, day)), "blocks": self.blocks.iter().map(block).collect::<Vec<_>>(),
            "title_lines": self.title_lines(), "annexes": self.annexes.iter().enumerate().map(|(at, annex)| json!({
                "label": self.annex_label(at), "title": annex.title, "blocks": annex.blocks.iter().map(block).collect::<Vec<_>>(),
            })).collect::<Vec<_>>(),
        })
    }
}

fn block(block: &Block) -> Json {
    match block {
        Block::Head(level, text) => json!({ "is": "head", "level": level, "text": text }),
        Block::Text(text) => json!({ "is": "text", "text": text }),
        Block::Note(text) => json!({ "is": "note", "text": text }),
        Block::Table(table) => told(table),
        Block::Chart { svg, caption } => match alone(svg) {
            Some((svg, (width, _))) => json!({ "is": "chart", "svg": svg, "width": width, "caption": caption }),
            // without a drawing the caption says what was to be shown, and the table beside it all of it
            None => json!({ "is": "note", "text": caption }),
        },
        Block::Break => json!({ "is": "break" }),
    }
}

fn told(table: &Table) -> Json {
    let column = |column: &Column| json!({ "head": column.head, "figures": column.figures, "share": column.share });
    json!({
        "is": "table", "caption": table.caption, "note": table.note, "totals": table.totals, "rows": table.rows,
        "columns": table.columns.iter().map(column).collect::<Vec<_>>(),
    })
}
