//! Printed documents, read back by another library: its text with where it stands, and its pictures.

use std::collections::BTreeSet;
use std::sync::OnceLock;
use std::{fs, thread};

use canbao_paper::print::{Pdf, Press, qr};
use canbao_paper::{About, PaperError};
use hayro::hayro_interpret::font::Glyph;
use hayro::hayro_interpret::hayro_cmap::BfString;
use hayro::hayro_interpret::{
    BlendMode, ClipPath, Context, Device, GlyphDrawMode, Image, InterpreterCache, InterpreterSettings, Paint,
    PathDrawMode, SoftMask, TransformExt as _, interpret_page,
};
use hayro::hayro_syntax;
use hayro::vello_cpu::color::palette::css::WHITE;
use hayro::vello_cpu::kurbo::{Affine, BezPath, Rect};
use hayro::{RenderCache, RenderSettings, render};
use serde_json::{Value, json};

/// One for all tests: unpacking the fonts takes the most time.
pub(crate) fn press() -> &'static Press {
    static PRESS: OnceLock<Press> = OnceLock::new();
    PRESS.get_or_init(|| Press::new(&[]).unwrap())
}

fn about() -> About {
    About { title: "新兴村 登记表".to_owned(), author: "全民参保登记".to_owned(), date: (2016, 11, 20) }
}

fn print(template: &str, data: &Value) -> Pdf {
    press().print(template, data, &[], &about()).unwrap()
}

fn refused(template: &str, data: &Value, files: &[(&str, &[u8])]) -> String {
    press().print(template, data, files, &about()).unwrap_err().to_string()
}

/// The characters of a page with where they stand, in points from top left.
struct Letters(Vec<(char, f64, f64)>);

impl<'a> Device<'a> for Letters {
    fn draw_glyph(&mut self, glyph: &Glyph<'a>, at: Affine, within: Affine, _: &Paint<'a>, _: &GlyphDrawMode) {
        let place = (at * within).translation();
        match glyph.as_unicode() {
            Some(BfString::Char(letter)) => self.0.push((letter, place.x, place.y)),
            Some(BfString::String(letters)) => self.0.extend(letters.chars().map(|letter| (letter, place.x, place.y))),
            None => self.0.push(('\u{FFFD}', place.x, place.y)),
        }
    }
    fn set_soft_mask(&mut self, _: Option<SoftMask<'a>>) {}
    fn set_blend_mode(&mut self, _: BlendMode) {}
    fn draw_path(&mut self, _: &BezPath, _: Affine, _: &Paint<'a>, _: &PathDrawMode) {}
    fn push_clip_path(&mut self, _: &ClipPath) {}
    fn push_transparency_group(&mut self, _: f32, _: Option<SoftMask<'a>>, _: BlendMode) {}
    fn draw_image(&mut self, _: Image<'a, '_>, _: Affine) {}
    fn pop_clip_path(&mut self) {}
    fn pop_transparency_group(&mut self) {}
}

pub(crate) fn letters(pdf: &Pdf) -> Vec<Vec<(char, f64, f64)>> {
    let file = hayro_syntax::Pdf::new(pdf.bytes.clone()).unwrap();
    let read = |page: &hayro_syntax::page::Page<'_>| {
        let cache = InterpreterCache::new();
        let (width, height) = page.render_dimensions();
        let area = Rect::new(0.0, 0.0, width.into(), height.into());
        let turned = page.initial_transform(true).to_kurbo();
        let mut state = Context::new(turned, area, &cache, page.xref(), InterpreterSettings::default());
        let mut letters = Letters(Vec::new());
        interpret_page(page, &mut state, &mut letters);
        letters.0
    };
    file.pages().iter().map(read).collect()
}

pub(crate) fn text(pdf: &Pdf) -> String {
    letters(pdf).iter().flatten().map(|&(letter, ..)| letter).collect()
}

#[test]
fn equal_input_gives_equal_bytes() {
    let template = "#let d = json(\"data.json\")\n= #d.title\n#datetime.today().display()\n#pagebreak()\n#d.text";
    let data = json!({ "title": "通告", "text": "自二〇一六年十二月一日起。" });
    let first = print(template, &data);
    assert_eq!(first.pages, 2);
    assert!(first.bytes.starts_with(b"%PDF-1.7"));
    assert_eq!(first, print(template, &data));
    let same = thread::scope(|scope| {
        let prints: Vec<_> = (0..3).map(|_| scope.spawn(|| print(template, &data))).collect();
        prints.into_iter().all(|print| print.join().unwrap() == first)
    });
    assert!(same, "several at once");
    assert!(text(&first).contains("2016-11-20"), "the day is the document's own");
    let other = About { date: (2016, 11, 21), ..about() };
    assert_ne!(press().print(template, &data, &[], &other).unwrap(), first);
}

#[test]
fn parts_stand_one_after_the_other_and_the_first_fault_is_told() {
    let template = "#set page(footer: context [#counter(page).display() / #counter(page).final().first()])\n#let d = json(\"data.json\")\n#for n in range(d.pages) [#d.name #pagebreak(weak: true)]";
    let part = |name: &str, pages: usize| json!({ "name": name, "pages": pages });
    let parts: Vec<Value> = "甲乙丙丁戊己".chars().zip(1..).map(|(c, n)| part(&c.to_string(), n % 3 + 1)).collect();
    let all = press().print_parts(template, &parts, &[], &about()).unwrap();
    let pages: Vec<String> =
        letters(&all).iter().map(|page| page.iter().map(|&(letter, ..)| letter).collect()).collect();
    let first = ["甲1 / 2", "甲2 / 2", "乙1 / 3", "乙2 / 3", "乙3 / 3", "丙1 / 1", "丁1 / 2"];
    assert_eq!(pages.iter().take(7).map(|page| page.replace('\u{a0}', " ")).collect::<Vec<_>>(), first);
    assert_eq!(all, press().print_parts(template, &parts, &[], &about()).unwrap());
    assert_eq!(press().print_parts(template, &parts[..1], &[], &about()).unwrap(), print(template, &parts[0]));
    let template =
        "#assert(json(\"data.json\") != 3, message: \"三\")\n#assert(json(\"data.json\") != 5, message: \"五\")";
    let parts: Vec<Value> = (1..9).map(Value::from).collect();
    let fault = press().print_parts(template, &parts, &[], &about()).unwrap_err().to_string();
    assert!(fault.starts_with("模板 main.typ 第 1 行") && fault.contains('三'), "{fault}");
    assert!(press().print_parts(template, &[], &[], &about()).is_err());
}

#[test]
fn every_character_that_may_come_is_drawn() {
    let families = press().families();
    for family in ["Noto Sans CJK SC", "Noto Serif CJK SC", "Canbao Rare"] {
        assert!(families.iter().any(|name| name == family), "{family} of {families:?}");
    }
    // GB 2312's Han
    let cells = (0xB0_u8..=0xF7).flat_map(|row| (0xA1_u8..=0xFE).map(move |cell| [row, cell]));
    let gb2312: Vec<char> = cells
        .filter(|&[row, cell]| row != 0xD7 || cell < 0xFA)
        .filter_map(|pair| encoding_rs::GBK.decode(&pair).0.chars().next())
        .collect();
    assert_eq!(gb2312.len(), 6763);
    let signs = "ABCxyz0189，。、；：？！“”‘’（）【】《》〈〉—…·￥％＊+-±×÷≤≥□☐☑☒√✓○●◎◇◆■△▲▽▼☆★①⑳㈠㈩ⅠⅫ→←↑↓┌┬┐├┼┤└┴┘─│℃㎡㎏〇㊣※§№āáǎàüêΑΩαωДжぁん";
    let rare = "𠅤𬀩㐂䶮𡈽𫞩㑇䅟𠀀𪛖𪜁𫝈𬐵𭯗";
    for letter in ('\u{4E00}'..='\u{9FA5}').chain(gb2312).chain(signs.chars()).chain(rare.chars()) {
        assert!(press().has(letter), "{letter} U+{:X}", u32::from(letter));
    }
    let template = "#set page(width: 200mm)\n#let t = json(\"data.json\")\n#text(font: \"Noto Sans CJK SC\", t)\n\n#text(font: \"Noto Serif CJK SC\", t)\n\n#text(font: \"Noto Serif CJK SC\", weight: \"bold\", t)\n\n#t";
    let printed = print(template, &json!(format!("{signs}{rare}")));
    assert_eq!(printed.missing, "");
    let drawn = text(&printed);
    for letter in rare.chars() {
        assert_eq!(drawn.chars().filter(|&other| other == letter).count(), 4, "{letter}");
    }
    // what no font has is told, not kept silent
    assert_eq!(print(template, &json!("罗\u{10FFFD}\u{E000}")).missing, "\u{E000}\u{10FFFD}");
}

#[test]
fn a_template_that_cannot_be_laid_out_is_a_sentence_with_its_line() {
    let fault = refused("#let d = json(\"data.json\")\n\n#d.name", &json!({}), &[]);
    assert!(fault.starts_with("模板 main.typ 第 3 行不能打印：") && fault.ends_with('。'), "{fault}");
    let fault = refused("一\n#if {", &json!({}), &[]);
    assert!(fault.starts_with("模板 main.typ 第 2 行不能打印："), "{fault}");
    // a fault in a further file is told by that file's line
    let part: &[u8] = b"// first\n#let f(x) = x + none.y";
    let fault = refused("#import \"part.typ\": f\n#f(1)", &json!({}), &[("part.typ", part)]);
    assert!(fault.starts_with("模板 part.typ 第 2 行不能打印："), "{fault}");
    // nothing but what was handed over is there
    for template in ["#read(\"/etc/passwd\")", "#image(\"x.png\")", "#import \"@preview/a:0.1.0\": b"] {
        let fault = refused(template, &json!({}), &[]);
        assert!(fault.starts_with("模板 main.typ 第 1 行不能打印："), "{fault}");
    }
    assert!(refused("", &json!({}), &[("../x", b"")]).contains("不能作文件名"));
    assert!(refused("", &json!({}), &[("x", b""), ("x", b"")]).contains("用了两次"));
    assert!(refused("", &json!({}), &[("data.json", b"")]).contains("用了两次"));
    // without end
    let fault = refused("#let f(x) = f(x + 1)\n#f(0)", &json!({}), &[]);
    assert!(fault.contains("行不能打印"), "{fault}");
    let never = About { date: (2016, 2, 30), ..about() };
    let fault = press().print("", &json!({}), &[], &never).unwrap_err();
    assert_eq!(fault.to_string(), "这份文件不能打印：没有 2016 年 2 月 30 日这一天。");
    assert!(fault.hint().is_some());
}

#[test]
fn a_long_address_wraps_within_its_cell() {
    let address = "陕西省安康市汉滨区老城街道办事处新兴村民委员会三组原机械配件厂家属院二期东区第十二栋三单元二十七层二七〇一室由北门保安室旁边小路进左手第二个楼梯口上楼";
    let template = "#set page(paper: \"a4\", margin: 20mm)\n#set text(font: \"Noto Serif CJK SC\", size: 10.5pt)\n#table(columns: (30mm, 60mm, 1fr), [住址], json(\"data.json\"), [])";
    let page = letters(&print(template, &json!(address))).remove(0);
    let cell: Vec<_> = page.iter().skip(2).collect();
    assert_eq!(cell.iter().map(|(letter, ..)| letter).collect::<String>(), address);
    let millimetre = 72.0 / 25.4;
    let (left, right) = (50.0 * millimetre, 110.0 * millimetre);
    assert!(cell.iter().all(|&&(_, x, _)| x > left && x + 10.5 < right));
    let lines: BTreeSet<_> = cell.iter().map(|&&(.., y)| y.round() as i64).collect();
    assert!(lines.len() >= 4, "{lines:?}");
}

#[test]
fn a_printed_code_is_read_again() {
    let key = "7qK_-x0ZbW3mTtN2fLr8Yg";
    let code = qr(key).unwrap();
    assert_eq!(code.width(), 25);
    assert!(code.rows().iter().all(|row| row.len() == 25));
    let template = "#set page(paper: \"a6\", margin: 10mm)\n#place(top + right, image(bytes(json(\"data.json\")), format: \"svg\", width: 22mm))\n#v(40mm)\n#lorem(30)";
    let pdf = print(template, &json!(code.svg()));
    let file = hayro_syntax::Pdf::new(pdf.bytes).unwrap();
    // 110 dots an inch, less than any scanner
    let scale = 110.0 / 72.0;
    let settings = RenderSettings { x_scale: scale, y_scale: scale, bg_color: WHITE, ..RenderSettings::default() };
    let page = file.pages().first().unwrap();
    let picture = render(page, &RenderCache::new(), &InterpreterSettings::default(), &settings);
    let (width, height) = (usize::from(picture.width()), usize::from(picture.height()));
    let mut grey = rqrr::PreparedImage::prepare_from_greyscale(width, height, |x, y| picture.data()[y * width + x].r);
    let found = grey.detect_grids();
    assert_eq!(found.len(), 1);
    let (meta, content) = found[0].decode().unwrap();
    assert_eq!(content, key);
    assert_eq!(meta.ecc_level, 0, "M");
    let across = found[0].bounds[1].x - found[0].bounds[0].x;
    assert!((91..=99).contains(&across), "22 mm are 95 dots, found to a module: {across}");
    assert!(qr(&"码".repeat(1000)).is_err());
}

#[test]
fn a_folders_fonts_come_first() {
    let folder = tempfile::tempdir().unwrap();
    let packed = fs::read(concat!(env!("CARGO_MANIFEST_DIR"), "/font/sans-bold.otf.zst")).unwrap();
    fs::write(folder.path().join("a.OTF"), zstd::decode_all(&packed[..]).unwrap()).unwrap();
    fs::write(folder.path().join("readme.txt"), "no font").unwrap();
    let press = Press::new(&[folder.path().to_owned()]).unwrap();
    assert!(press.has('罗'));
    fs::write(folder.path().join("b.ttf"), "no font").unwrap();
    let fault = Press::new(&[folder.path().to_owned()]).unwrap_err();
    assert!(matches!(fault, PaperError::Font { .. }));
    assert!(fault.to_string().contains("b.ttf") && fault.hint().is_some(), "{fault}");
    assert!(Press::new(&[folder.path().join("none")]).unwrap_err().to_string().starts_with("字体 "));
}
