//! Documents: the same content as a PDF and as a DOCX, read back.

use std::io::{Cursor, Read as _};

use canbao_paper::About;
use canbao_paper::document::{Annex, Block, Column, Document, Kind, Table};
use canbao_paper::drawing::{Bar, Bars, bars};
use canbao_paper::print::Pdf;

use crate::printing::{letters, press, text};

const LONG: &str = "截至2016年11月30日，全市应登记人口三百零五万人，已参保二百七十二万人，参保率八十九点一，比上期提高零点八个百分点，其余的人正在入户调查，要求各县区按期完成，并逐户核对，不漏一户，不漏一人，不漏一项。";

fn chart() -> String {
    let bar = |name, value, text| Bar { name, value, text, plan: None };
    let all = [bar("汉滨区", 891.0, "89.1 %"), bar("汉阴县", 930.0, "93.0 %")];
    bars(&Bars { label: "参保率", width: 560.0, bars: &all, most: None, plan: "" }).unwrap()
}

fn table(rows: usize) -> Table {
    let row = |at: usize| vec![format!("第{at}镇"), format!("{}", 1000 + at), "89.1".to_owned()];
    let mut all: Vec<Vec<String>> = (0..rows).map(row).collect();
    all.push(vec!["合计".to_owned(), "12,345".to_owned(), "—".to_owned()]);
    Table {
        caption: "各镇(办)进展".to_owned(),
        columns: vec![Column::words("镇(办)", 2.0), Column::figures("应入户", 1.0), Column::figures("完成率，%", 1.0)],
        rows: all,
        totals: true,
        note: "“—”：不到 5 的数不对外公布。".to_owned(),
    }
}

fn document(kind: Kind) -> Document {
    let text = |text: &str| Block::Text(text.to_owned());
    Document {
        kind,
        organ: "安康市全民参保登记工作领导小组办公室".to_owned(),
        number: "安参保办〔2016〕11号".to_owned(),
        title: "关于全民参保登记工作进展情况的通报".to_owned(),
        under: "2016年第3期".to_owned(),
        to: "各县(市、区)全民参保登记工作领导小组".to_owned(),
        warnings: vec!["没有残疾人补助的数据，与它有关的数字不完整。".to_owned()],
        blocks: vec![
            Block::Head(1, "一、总体进展".to_owned()),
            text(LONG),
            text(LONG),
            Block::Table(table(60)),
            Block::Head(2, "（一）参保率".to_owned()),
            Block::Chart { svg: chart(), caption: "各县参保率".to_owned() },
        ],
        annexes: vec![
            Annex { title: "各镇(办)进展".to_owned(), blocks: vec![Block::Table(table(3))] },
            Annex { title: "说明".to_owned(), blocks: vec![Block::Note("𠅤家湾的数字另报。".to_owned())] },
        ],
        signed: "安康市全民参保登记工作领导小组办公室".to_owned(),
        copies: "市委办公室、市政府办公室".to_owned(),
        printed_by: "安康市人力资源和社会保障局".to_owned(),
        about: About { title: "通报".to_owned(), author: "经办机构".to_owned(), date: (2016, 12, 2) },
    }
}

#[test]
fn an_official_paper_is_laid_out_as_the_standard_says() {
    let document = document(Kind::Official);
    let pdf = document.pdf(press()).unwrap();
    assert!(pdf.pages >= 3 && pdf.missing.is_empty(), "{} pages, missing {}", pdf.pages, pdf.missing);
    let said = text(&pdf);
    for wanted in [
        "安康市全民参保登记工作领导小组办公室",
        "安参保办〔2016〕11号",
        "数据提示",
        "表1",
        "第59镇",
        "各县参保率",
        "2016年12月2日",
        "抄送：市委办公室、市政府办公室。",
        "2016年12月2日印发",
        "𠅤家湾",
    ] {
        let plain: String = said.split_whitespace().collect();
        assert!(plain.contains(&wanted.split_whitespace().collect::<String>()), "no {wanted} in {plain}");
    }
    let mm = |mm: f64| mm / 25.4 * 72.0;
    let pages = letters(&pdf);
    for page in &pages {
        for (letter, x, y) in page.iter().filter(|(letter, ..)| !letter.is_whitespace() && !"“（《〔".contains(*letter))
        {
            assert!(*x >= mm(28.0) - 1.0 && *x <= mm(210.0 - 26.0) + 1.0, "{letter} at {x}, {y}");
            assert!(*y >= mm(37.0) - 1.0 && *y <= mm(297.0 - 22.0), "{letter} at {x}, {y}");
        }
    }
    // 22 lines in 225 mm, 28 characters in one
    let body: Vec<(f64, f64)> =
        pages[0].iter().chain(&pages[1]).filter(|(letter, ..)| *letter == '截').map(|(_, x, y)| (*x, *y)).collect();
    assert!(!body.is_empty());
    let first = &pages.iter().find(|page| page.iter().any(|(letter, ..)| *letter == '截')).unwrap();
    let mut lines: Vec<f64> = first
        .iter()
        .filter(|(letter, ..)| LONG.contains(*letter) && !"一、总体进展 —1".contains(*letter))
        .map(|(_, _, y)| (y * 10.0).round() / 10.0)
        .collect();
    lines.sort_by(f64::total_cmp);
    lines.dedup();
    let steps: Vec<f64> = lines.windows(2).map(|two| two[1] - two[0]).collect();
    assert!(steps.iter().any(|step| (step - mm(225.0) / 22.0).abs() < 0.6), "{steps:?}");
    // equal content, equal bytes
    assert_eq!(document.pdf(press()).unwrap().bytes, pdf.bytes);
}

#[test]
fn a_signature_stands_on_the_page_of_the_last_words_and_annexes_on_their_own() {
    // so many lines before it that at some length the signature would be pushed over
    for lines in 1..26 {
        let mut document = document(Kind::Official);
        document.blocks = vec![Block::Text("逐户核对。".to_owned()); lines];
        document.blocks.push(Block::Text("终了一段".to_owned()));
        let pdf = document.pdf(press()).unwrap();
        let page_of = |wanted: &str| pages_of(&pdf, wanted);
        let signed = page_of("2016年12月2日")[0];
        assert_eq!(page_of("终了一段"), [signed], "{lines}");
        assert_eq!(page_of("附件：1.各镇(办)进展"), [signed], "{lines}");
        let (one, two, end) = (page_of("附件1"), page_of("附件2"), page_of("2016年12月2日印发"));
        assert_eq!((one, two, end), (vec![signed + 1], vec![signed + 2], vec![signed + 2]), "{lines}");
    }
}

/// The pages that words stand on.
fn pages_of(pdf: &Pdf, wanted: &str) -> Vec<usize> {
    let plain = |page: &Vec<(char, f64, f64)>| {
        page.iter().map(|(letter, ..)| *letter).filter(|letter| !letter.is_whitespace()).collect::<String>()
    };
    let pages = letters(pdf);
    let on = pages.iter().enumerate().filter(|(_, page)| plain(page).contains(wanted));
    on.map(|(at, _)| at).collect()
}

#[test]
fn a_note_stands_on_the_page_of_its_tables_last_row() {
    for kind in [Kind::Official, Kind::Report] {
        let mut ends = std::collections::BTreeSet::new();
        // so many rows that at some length the note would be pushed over
        for rows in 24..60 {
            let mut document = document(kind);
            document.blocks = vec![Block::Table(table(rows)), Block::Text("终了一段".to_owned())];
            document.annexes = Vec::new();
            let pdf = document.pdf(press()).unwrap();
            let note = pages_of(&pdf, "“—”：不到5的数不对外公布。");
            assert_eq!((note.len(), pages_of(&pdf, "合计")), (1, note.clone()), "{kind:?}, {rows} rows");
            assert_eq!(pages_of(&pdf, "第0镇").len(), 1);
            ends.extend(note);
        }
        assert!(ends.len() > 1, "all on one page");
    }
}

#[test]
fn a_report_has_a_cover_contents_and_numbered_tables() {
    let pdf = document(Kind::Report).pdf(press()).unwrap();
    let plain: String = text(&pdf).split_whitespace().collect();
    for wanted in ["目录", "一、总体进展", "（一）参保率", "表1", "数据提示"] {
        assert!(plain.contains(wanted), "no {wanted}");
    }
    // a long table has its head on each of its pages
    assert!(plain.matches("应入户").count() >= 2);
    assert!(pdf.missing.is_empty());
}

/// The parts of a DOCX: name and bytes.
fn parts(docx: &[u8]) -> Vec<(String, Vec<u8>)> {
    let mut archive = zip::ZipArchive::new(Cursor::new(docx.to_vec())).unwrap();
    (0..archive.len())
        .map(|at| {
            let mut part = archive.by_index(at).unwrap();
            let mut bytes = Vec::new();
            part.read_to_end(&mut bytes).unwrap();
            (part.name().to_owned(), bytes)
        })
        .collect()
}

#[test]
fn a_docx_holds_the_same_text_and_its_charts_as_pictures() {
    for kind in [Kind::Official, Kind::Report] {
        let document = document(kind);
        let docx = document.docx(press()).unwrap();
        let parts = parts(&docx);
        let of = |name: &str| parts.iter().find(|(known, _)| known == name).map(|(_, bytes)| bytes.clone()).unwrap();
        for (name, bytes) in parts.iter().filter(|(name, _)| name.ends_with(".xml") || name.ends_with(".rels")) {
            let mut reader = quick_xml::Reader::from_reader(bytes.as_slice());
            let mut inside = Vec::new();
            loop {
                match reader.read_event_into(&mut inside) {
                    Ok(quick_xml::events::Event::Eof) => break,
                    Ok(_) => {}
                    Err(error) => panic!("{name}: {error}"),
                }
            }
        }
        let body = String::from_utf8(of("word/document.xml")).unwrap();
        for wanted in [LONG, "第59镇", "12,345", "各县参保率", "数据提示", "𠅤家湾的数字另报。", "2016年12月2日"]
        {
            assert!(body.contains(wanted), "{kind:?}: no {wanted}");
        }
        let tables = document.all_blocks().filter(|block| matches!(block, Block::Table(_))).count();
        assert_eq!(body.matches("<w:tblHeader").count(), tables, "each head comes again on each page");
        // a head is not parted from its first row, nor the last row from the note
        let rows: Vec<&str> = body.split("<w:tr>").skip(1).map(|row| row.split("</w:tr>").next().unwrap()).collect();
        for row in rows {
            let kept = row.contains("<w:tblHeader") || row.contains("合计");
            assert_eq!(row.contains("<w:keepNext"), kept, "{row}");
            assert!(row.contains("<w:cantSplit"), "{row}");
        }
        let pictures: Vec<_> =
            parts.iter().filter(|(name, _)| name.starts_with("word/media/") && !name.ends_with('/')).collect();
        assert_eq!(pictures.len(), 1);
        assert!(pictures[0].1.starts_with(b"\x89PNG"));
        assert!(body.matches("第0镇").count() == 2 && body.contains("w:tbl>"));
        let again = document.docx(press()).unwrap();
        for ((name, one), (_, other)) in parts.iter().zip(self::parts(&again)) {
            let differs = one.iter().zip(&other).position(|(one, other)| one != other);
            assert!(*one == other, "{kind:?}: {name} differs from byte {differs:?} on");
        }
        assert!(again == docx, "{kind:?}: equal content, other bytes");
    }
}
