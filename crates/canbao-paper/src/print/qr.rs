//! QR codes (GB/T 18284), as a matrix and as a drawing.

use std::fmt::Write as _;

use qrcode::{Color, EcLevel, QrCode};

use crate::PaperError;

/// A QR code with error correction M: up to 15 % of it may be soiled or torn.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Qr {
    rows: Vec<Vec<bool>>,
}

/// The QR code of a text, in UTF-8. 22 characters of base64url make 25 modules a side.
///
/// # Errors
/// Where the text is too long for any QR code: more than 2,331 bytes.
pub fn qr(text: &str) -> Result<Qr, PaperError> {
    let code = QrCode::with_error_correction_level(text, EcLevel::M)
        .map_err(|_| PaperError::print(None, &format!("二维码装不下 {} 个字节", text.len())))?;
    let width = code.width();
    let dark: Vec<bool> = code.into_colors().into_iter().map(|color| color == Color::Dark).collect();
    Ok(Qr { rows: dark.chunks(width.max(1)).map(<[bool]>::to_vec).collect() })
}

impl Qr {
    /// Modules a side, without the quiet zone of four modules that must be left around it.
    #[must_use]
    pub fn width(&self) -> usize {
        self.rows.len()
    }

    /// The modules from top left, row by row: true is dark.
    #[must_use]
    pub fn rows(&self) -> &[Vec<bool>] {
        &self.rows
    }

    /// One black path in units of a module, without a quiet zone; for a template, `image(bytes(svg), width: 22mm)`.
    #[must_use]
    pub fn svg(&self) -> String {
        let width = self.width();
        let mut svg = format!("<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {width} {width}\"><path d=\"");
        for (y, row) in self.rows.iter().enumerate() {
            let mut x = 0;
            for run in row.chunk_by(|a, b| a == b) {
                let length = run.len();
                if run.first() == Some(&true) {
                    // writing into a string does not fail
                    let _ = write!(svg, "M{x} {y}h{length}v1h-{length}z");
                }
                x += length;
            }
        }
        svg.push_str("\"/></svg>");
        svg
    }
}
