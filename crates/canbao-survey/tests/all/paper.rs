//! The printed forms, read back by another library: what stands where, and the codes.

use std::collections::BTreeSet;

use canbao_paper::About;
use canbao_paper::print::{Press, qr};
use canbao_survey::form::Forms;
use canbao_survey::paper::TEMPLATE;
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
use serde_json::{Map, Value, json};

/// Longer than any cell.
const ADDRESS: &str = "陕西省安康市汉滨区老城街道办事处新兴村民委员会三组原机械配件厂家属院二期东区第十二栋三单元二十七层二七〇一室由北门保安室旁边小路进左手第二个楼梯口上楼";
/// A name of characters that no office font has.
const RARE: &str = "𠅤䶮𬀩";

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

fn letters(page: &hayro_syntax::page::Page<'_>) -> Vec<(char, f64, f64)> {
    let cache = InterpreterCache::new();
    let (width, height) = page.render_dimensions();
    let area = Rect::new(0.0, 0.0, width.into(), height.into());
    let turned = page.initial_transform(true).to_kurbo();
    let mut state = Context::new(turned, area, &cache, page.xref(), InterpreterSettings::default());
    let mut letters = Letters(Vec::new());
    interpret_page(page, &mut state, &mut letters);
    letters.0
}

/// The codes at the top right of a page, at 150 dots an inch: less than any scanner's.
fn codes(page: &hayro_syntax::page::Page<'_>) -> Vec<String> {
    let scale = 150.0 / 72.0;
    let settings = RenderSettings { x_scale: scale, y_scale: scale, bg_color: WHITE, ..RenderSettings::default() };
    let picture = render(page, &RenderCache::new(), &InterpreterSettings::default(), &settings);
    let (width, height) = (usize::from(picture.width()), usize::from(picture.height()));
    let (left, below) = (width * 3 / 4, height / 8);
    let light = |x: usize, y: usize| picture.data()[y * width + left + x].r;
    let mut grey = rqrr::PreparedImage::prepare_from_greyscale(width - left, below, light);
    grey.detect_grids().iter().filter_map(|grid| grid.decode().ok()).map(|(_, content)| content).collect()
}

/// A village of two households, as the server tells the template of it, with the program's own forms.
fn village() -> Value {
    let mut village: Value = serde_json::from_str(include_str!("../data/village.json")).unwrap();
    let forms: Map<String, Value> = Forms::embedded().iter().map(|form| (form.id.clone(), json!(form))).collect();
    village["forms"] = forms.into();
    let households = village["households"].as_array_mut().unwrap();
    households.truncate(2);
    for household in households {
        household["qr"] = qr(household["key"].as_str().unwrap()).unwrap().svg().into();
        let members = household["members"].as_array_mut().unwrap();
        members.truncate(2);
        for member in members {
            member["qr"] = qr(member["key"].as_str().unwrap()).unwrap().svg().into();
        }
    }
    // as many are that nobody registered together
    village["households"][1]["no"] = Value::Null;
    let first = &mut village["households"][0];
    first["address"] = ADDRESS.into();
    first["members"][0]["name"] = RARE.into();
    first["members"][0]["known"]["name"] = RARE.into();
    first["members"][0]["known"]["address"] = ADDRESS.into();
    village
}

#[test]
fn printed_forms_are_whole_and_their_codes_are_read_again() {
    let village = village();
    let about = About { title: "新兴村 登记表".to_owned(), author: "办公室".to_owned(), date: (2016, 11, 20) };
    let pdf = Press::new(&[]).unwrap().print(TEMPLATE, &village, &[], &about).unwrap();
    assert_eq!(pdf.missing, "", "a character that no font has");
    let file = hayro_syntax::Pdf::new(pdf.bytes).unwrap();
    assert_eq!(file.pages().len(), pdf.pages);
    let (mut text, mut found) = (String::new(), BTreeSet::new());
    for (number, page) in file.pages().iter().enumerate() {
        let (width, height) = page.render_dimensions();
        assert!((f64::from(width) - 595.3).abs() < 1.0 && (f64::from(height) - 841.9).abs() < 1.0, "A4");
        for (letter, x, y) in letters(page) {
            assert!((25.0..=575.0).contains(&x) && (15.0..=830.0).contains(&y), "page {number}: {letter} at {x}, {y}");
            assert_ne!(letter, '\u{FFFD}', "page {number}");
            text.push(letter);
        }
        found.extend(codes(page));
    }
    let plain: String = text.chars().filter(|c| !c.is_whitespace() && *c != '\u{200b}').collect();
    assert!(plain.contains("没有户号") && plain.contains("户号"), "{plain}");
    assert!(plain.contains(RARE) && plain.matches(ADDRESS).count() >= 2, "{plain}");
    let mut keys = BTreeSet::new();
    for household in village["households"].as_array().unwrap() {
        keys.insert(household["key"].as_str().unwrap().to_owned());
        for member in household["members"].as_array().unwrap() {
            keys.insert(member["key"].as_str().unwrap().to_owned());
            let name: String = member["name"].as_str().unwrap().chars().filter(|c| !c.is_whitespace()).collect();
            assert!(plain.contains(&name), "{name}");
        }
    }
    assert_eq!(found, keys, "one code for each, and nothing else in it");
    // every item of the form is on the paper
    let items = village["forms"]["person"]["items"].as_array().unwrap();
    for item in items.iter().filter(|item| item["kind"] != "position") {
        let label = item["label"].as_str().unwrap();
        assert!(plain.contains(label), "{label} is not printed");
    }
}
