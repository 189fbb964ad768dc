//! The same people as one file, as ten, and as a workbook of three sheets.

use rust_xlsxwriter::Workbook;

use crate::common::{Case, Row, file_in, list};

/// The rows without the places where they stand.
fn cells(rows: &[Row]) -> Vec<Row> {
    rows.iter().map(|row| Row { part: 0, line: 0, ..row.clone() }).collect()
}

#[test]
fn one_file_ten_files_three_sheets() {
    let whole = list(1000, ",", "\n");
    let lines: Vec<_> = whole.lines().collect();
    let (header, rows) = lines.split_first().unwrap();
    let one = Case::text(&whole).read();

    let mut ten = Case::text("");
    let folder = ten.dir.path().to_path_buf();
    ten.spec.files = rows
        .chunks(100)
        .enumerate()
        .map(|(k, part)| {
            // Each county by its own program.
            let (separator, line_end) = [(",", "\n"), ("\t", "\r\n"), ("|", "\n")][k % 3];
            let text = [&[*header], part].concat().join(line_end).replace(',', separator);
            file_in(&folder, &format!("县{k}.csv"), text.as_bytes())
        })
        .collect();
    let ten = ten.read();

    let mut book = Workbook::new();
    for (k, part) in rows.chunks(334).enumerate() {
        let sheet = book.add_worksheet();
        // Only the first sheet has the header.
        let part = if k == 0 { [&[*header], part].concat() } else { part.to_vec() };
        for (r, line) in part.iter().enumerate() {
            for (c, cell) in line.split(',').enumerate() {
                sheet.write_string(r as u32, c as u16, cell).unwrap();
            }
        }
    }
    let mut sheets = Case::text("");
    sheets.spec.files = vec![file_in(sheets.dir.path(), "名单.xlsx", &book.save_to_buffer().unwrap())];
    let sheets = sheets.read();

    assert_eq!(cells(&one.rows), cells(&ten.rows));
    assert_eq!(cells(&one.rows), cells(&sheets.rows));
    assert_eq!((ten.parts.len(), sheets.parts.len()), (10, 3));
    assert_eq!(ten.totals.parts.iter().map(|part| part.rows).collect::<Vec<_>>(), [100; 10]);
}

#[test]
fn an_extract_can_be_read_on_another_thread() {
    fn sendable<T: Send>(value: T) -> T {
        value
    }
    let case = Case::text(list(10, ",", "\n"));
    let extract = sendable(canbao_intake::open(&case.spec, &canbao_intake::Profiles::embedded().unwrap()).unwrap());
    let totals = std::thread::spawn(|| extract.read(&mut |_| Ok(())).unwrap()).join().unwrap();
    assert_eq!(totals.rows, 10);
}

#[test]
fn the_receiver_can_end_the_reading() {
    let case = Case::text(list(100_000, ",", "\n"));
    let extract = canbao_intake::open(&case.spec, &canbao_intake::Profiles::embedded().unwrap()).unwrap();
    let mut chunks = 0;
    let error = extract.read(&mut |_| {
        chunks += 1;
        if chunks < 3 { Ok(()) } else { Err(canbao_intake::Stop) }
    });
    assert!(error.is_err_and(|error| error.is_stopped()) && chunks == 3);
}
