//! Drawings are read back as XML: whole, without style or script, and as long as the figures say.

use std::collections::BTreeMap;

use canbao_paper::drawing::{
    Bar, Bars, Deeper, Geography, Lane, Line, Map, Mark, Part, Plan, Region, Scale, Span, Strip, Unit, bars, cell_bar,
    key, line, map, stack, strip,
};
use quick_xml::events::{BytesStart, Event};
use quick_xml::{Reader, XmlVersion};

/// An element with its attributes and the text right in it.
struct Element {
    name: String,
    attributes: BTreeMap<String, String>,
    text: String,
}

impl Element {
    fn class(&self) -> &str {
        self.attributes.get("class").map_or("", String::as_str)
    }

    fn at(&self, attribute: &str) -> f64 {
        self.attributes[attribute].parse().unwrap()
    }
}

/// All elements, in order; whatever a page may not hold fails the test.
fn read(drawing: &str) -> Vec<Element> {
    let mut reader = Reader::from_str(drawing);
    let (mut elements, mut open) = (Vec::new(), Vec::new());
    let element = |start: &BytesStart<'_>| {
        let attributes = start.attributes().map(|attribute| {
            let attribute = attribute.unwrap();
            let value = attribute.normalized_value(XmlVersion::Implicit1_0).unwrap().into_owned();
            (attribute.key.as_ref().to_owned(), value)
        });
        let attributes: BTreeMap<String, String> = attributes.collect();
        let name = start.name().as_ref().to_owned();
        assert!(!["script", "style", "foreignObject"].contains(&name.as_str()), "{name}");
        for attribute in attributes.keys() {
            assert!(attribute != "style" && !attribute.starts_with("on"), "{name} has {attribute}");
        }
        Element { name, attributes, text: String::new() }
    };
    loop {
        match reader.read_event().unwrap() {
            Event::Start(start) => {
                open.push(elements.len());
                elements.push(element(&start));
            }
            Event::Empty(start) => elements.push(element(&start)),
            Event::End(_) => drop(open.pop().unwrap()),
            Event::Text(text) => {
                let at = *open.last().expect("text outside");
                elements[at].text.push_str(&text.xml_content(XmlVersion::Implicit1_0));
            }
            Event::GeneralRef(reference) => {
                let at = *open.last().unwrap();
                elements[at].text.push_str(&format!("&{};", &*reference));
            }
            Event::Eof => break,
            other => panic!("{other:?}"),
        }
    }
    assert!(open.is_empty());
    elements
}

fn of<'a>(elements: &'a [Element], name: &str) -> Vec<&'a Element> {
    elements.iter().filter(|element| element.name == name).collect()
}

/// What somebody who cannot see a drawing is told.
fn told(elements: &[Element]) -> (&str, &str, &str) {
    let svg = &elements[0];
    assert_eq!((svg.name.as_str(), elements[1].name.as_str()), ("svg", "title"));
    (&svg.attributes["role"], &svg.attributes["aria-label"], &elements[1].text)
}

#[test]
fn bars_are_as_long_as_their_figures() {
    let cell = read(&cell_bar(50.0, 200.0, Some(100.0), false));
    assert_eq!(cell[0].class(), "cellbar");
    assert_eq!(cell[0].attributes["aria-hidden"], "true");
    assert_eq!((cell[1].at("width"), cell[2].at("x"), cell[2].at("width")), (27.5, 55.0, 1.0));
    for odd in [cell_bar(5.0, 0.0, None, true), cell_bar(f64::NAN, 3.0, None, true), cell_bar(-2.0, 3.0, None, true)] {
        assert_eq!(read(&odd)[1].at("width"), 0.0);
    }
    assert_eq!(read(&cell_bar(9.0, 3.0, None, true))[1].at("width"), 220.0);

    let all = [(400.0, "甲"), (100.0, "乙"), (0.0, "丙 <&\"'>")];
    let all = all.map(|(value, name)| Bar { name, value, text: "1", plan: Some(200.0) });
    let chart = Bars { label: "长短", width: 500.0, bars: &all, most: None, plan: "计划" };
    let elements = read(&bars(&chart).unwrap());
    assert_eq!(told(&elements), ("img", "长短", "长短"));
    let rects = of(&elements, "rect");
    let of_class = |class| rects.iter().filter(|rect| rect.class() == class).collect::<Vec<_>>();
    let (tracks, bars_drawn, marks) = (of_class("d0"), of_class("d4"), of_class("over"));
    assert_eq!((tracks.len(), bars_drawn.len(), marks.len()), (3, 3, 3));
    let whole = tracks[0].at("width");
    let share = |at: usize| bars_drawn[at].at("width") / whole;
    assert!((share(0) - 1.0).abs() < 1e-3 && (share(1) - 0.25).abs() < 1e-3 && share(2) == 0.0);
    assert!((marks[0].at("x") + 1.0 - tracks[0].at("x") - whole / 2.0).abs() < 0.2);
    assert!(of(&elements, "text").iter().any(|text| text.text == "丙 &lt;&amp;&quot;&#39;&gt;"));
    assert_eq!(bars(&Bars { bars: &[], ..chart }), None);
}

#[test]
fn a_stack_is_its_parts() {
    let parts = [(600, 5), (0, 4), (300, 2), (100, 0)];
    let parts = parts.map(|(value, shade)| Part { name: "部分", value, text: "数", shade });
    let elements = read(&stack("去向", &parts).unwrap());
    assert_eq!(told(&elements).0, "img");
    assert_eq!(elements[0].attributes["preserveAspectRatio"], "none");
    let rects = of(&elements, "rect");
    let spans: Vec<_> = rects.iter().map(|rect| (rect.class(), rect.at("x"), rect.at("width"))).collect();
    assert_eq!(spans, [("d5", 0.0, 478.8), ("d2", 480.0, 238.8), ("d0", 720.0, 80.0)]);
    assert_eq!(of(&read(&key(&parts)), "li").len(), 4);
    assert_eq!(stack("无", &[]), None);
    // one in a million still shows
    let few = [Part { value: 1, ..parts[0] }, Part { value: 999_999, ..parts[0] }];
    let elements = read(&stack("少", &few).unwrap());
    assert!(of(&elements, "rect")[0].at("width") >= 0.6);
}

#[test]
fn classes_follow_the_rounded_figures() {
    let rates = [891, 912, 920, 877, 851, 866, 900, 927, 881, 899];
    let scale = Scale::of(&rates, Deeper::Low);
    let list = scale.key(" %", "越深，缺口越大");
    let words: Vec<String> = read(&list).iter().filter(|e| e.name == "li").map(|e| e.text.clone()).collect();
    assert_eq!(words, ["92 % 及以上", "90 – 92 %", "89 – 90 %", "87 – 89 %", "不到 87 %", "越深，缺口越大"]);
    assert_eq!(rates.map(|rate| scale.step(rate)), [3, 2, 1, 4, 5, 5, 2, 1, 4, 3]);
    // whoever reads a label finds its class in the key
    for (tenths, step) in [(1000, 1), (920, 1), (919, 2), (900, 2), (899, 3), (870, 4), (869, 5), (0, 5)] {
        assert_eq!(scale.step(tenths), step, "{tenths}");
    }
    assert_eq!(Scale::of(&rates, Deeper::High).step(927), 5);
    for few in [&[][..], &[891], &[891, 891, 891]] {
        let scale = Scale::of(few, Deeper::Low);
        assert_eq!((scale.step(891), scale.key(" %", "")), (3, "<ul class=\"key\"></ul>".to_owned()));
    }
    let two = Scale::of(&[500, 900], Deeper::Low);
    assert_eq!((two.step(900), two.step(500)), (1, 5));
    let close = Scale::of(&[891, 892, 893, 894, 895], Deeper::Low);
    let mut steps: Vec<u8> = [891, 892, 893, 894, 895].map(|rate| close.step(rate)).to_vec();
    steps.dedup();
    assert_eq!(steps.len(), 5);
}

#[test]
fn the_map_has_every_county_in_its_colour_and_no_label_over_another() {
    let geography = Geography::ankang();
    let codes: Vec<&str> = geography.codes().collect();
    assert_eq!(codes.len(), 10);
    assert_eq!(geography.lacks(["610902", "610999"]), ["610999"]);
    let scale = Scale::of(&[880, 900], Deeper::Low);
    let regions: Vec<Region<'_>> = codes
        .iter()
        .enumerate()
        .map(|(at, code)| Region {
            code,
            name: "三字县",
            tenths: (at != 3).then_some(if at % 2 == 0 { 900 } else { 880 }),
            text: "90.0",
            href: (at != 4).then_some("/areas?code=1&tree=2"),
        })
        .collect();
    let chart = Map { label: "地图", what: "参保率", unit: " %", geography, scale: &scale, regions: &regions };
    let elements = read(&map(&chart).unwrap());
    assert_eq!(told(&elements), ("group", "地图", "地图"));
    let classes: Vec<&str> = of(&elements, "path").iter().map(|path| path.class()).collect();
    assert_eq!(classes, ["d1", "d5", "d1", "none", "d1", "d5", "d1", "d5", "d1", "d5"]);
    let links = of(&elements, "a");
    assert_eq!(links.len(), 9);
    assert_eq!(links[0].attributes["aria-label"], "三字县，参保率 90.0 %");
    assert_eq!(links[3].attributes["aria-label"], "三字县，没有参保率");
    assert_eq!(links[0].attributes["href"], "/areas?code=1&tree=2");
    // ten boxes of two lines, none over another
    let texts = of(&elements, "text");
    assert_eq!(texts.len(), 20);
    let boxes: Vec<(f64, f64)> = texts.chunks(2).map(|pair| (pair[0].at("x"), pair[0].at("y"))).collect();
    for (at, one) in boxes.iter().enumerate() {
        assert!(geography.shape(codes[at]).unwrap().label_fits(), "{}", codes[at]);
        for other in boxes.iter().skip(at + 1) {
            assert!((one.0 - other.0).abs() > 36.0 || (one.1 - other.1).abs() > 30.0, "{one:?} over {other:?}");
        }
    }
    assert!(texts.iter().any(|text| text.class() == "mid strong on"));
    // a plain picture where nothing can be pressed; nothing at all where no area has a shape
    let plain: Vec<Region<'_>> = regions.iter().map(|region| Region { href: None, ..*region }).collect();
    assert_eq!(told(&read(&map(&Map { regions: &plain, ..chart }).unwrap())).0, "img");
    let foreign = [Region { code: "110101", ..regions[0] }];
    assert_eq!(map(&Map { regions: &foreign, ..chart }), None);
}

#[test]
fn a_broken_map_is_a_sentence() {
    let feature = |coordinates: &str, properties: &str| {
        format!(
            "{{\"features\":[{{\"properties\":{properties},\"geometry\":{{\"type\":\"Polygon\",\"coordinates\":{coordinates}}}}}]}}"
        )
    };
    let named = "{\"code\":\"1\",\"name\":\"x\"}";
    assert!(Geography::read(&feature("[[[0,0],[0,1],[1,1],[0,0]]]", named)).is_ok());
    for (text, says) in [
        ("{", "不是 GeoJSON"),
        ("{}", "features"),
        ("{\"features\":[]}", "没有区域"),
        (&feature("[[[0,0],[0,1],[1,1],[0,0]]]", "{\"code\":\"1\"}"), "第 1 个区域"),
        (&feature("[[[0,0],[0,\"1\"],[1,1],[0,0]]]", named), "第 1 个区域"),
        (&feature("[[[0,0],[0,0],[0,0],[0,0]]]", named), "没有面积"),
        (&feature("[]", named), "第 1 个区域"),
    ] {
        let refused = Geography::read(text).unwrap_err();
        assert!(refused.contains(says), "{text}: {refused}");
    }
}

/// The corners of a path of `M` and `L`.
fn corners(path: &Element) -> Vec<(f64, f64)> {
    let number = |text: &str| text.parse::<f64>().unwrap();
    let pairs = path.attributes["d"].trim_start_matches('M').split('L');
    pairs.map(|pair| pair.split_once(' ').map(|(x, y)| (number(x), number(y))).unwrap()).collect()
}

#[test]
fn a_line_rises_as_its_figures_do() {
    let points = [(17_083, 0.0), (17_093, 100_000.0), (17_103, 150_000.0)];
    let chart = Line {
        label: "办结",
        size: (541.0, 330.0),
        points: &points,
        from_zero: true,
        end: &["150,000 人", "10-29"],
        until: Some((17_256, "期限")),
        plan: Some(Plan { from: (17_083, 0.0), to: (17_256, 400_000.0), text: "计划" }),
        target: Some((400_000.0, "应办")),
        forecast: Some((17_200, "届时")),
        ..Line::default()
    };
    let elements = read(&line(&chart).unwrap());
    assert_eq!(told(&elements).0, "img");
    let path = |class: &str| of(&elements, "path").into_iter().find(|path| path.class() == class).unwrap();
    let drawn = corners(path("line"));
    assert_eq!(drawn.len(), 3);
    let rise = |from: usize, to: usize| drawn[from].1 - drawn[to].1;
    assert!((rise(0, 1) / rise(0, 2) - 2.0 / 3.0).abs() < 0.01);
    assert!(((drawn[1].0 - drawn[0].0) - (drawn[2].0 - drawn[1].0)).abs() < 0.2);
    let plan = corners(path("plan"));
    assert!((rise(0, 2) / (plan[0].1 - plan[1].1) - 0.375).abs() < 0.01);
    assert_eq!(corners(path("gap"))[0], drawn[2]);
    let texts: Vec<&str> = of(&elements, "text").iter().map(|text| text.text.as_str()).collect();
    for text in ["0", "10 万", "40 万", "11 月", "2017 年 1 月", "期限", "计划", "应办", "届时", "150,000 人"]
    {
        assert!(texts.contains(&text), "no {text} in {texts:?}");
    }
    let inside = |x: f64, y: f64| (0.0..=541.0).contains(&x) && (0.0..=330.0).contains(&y);
    assert!(of(&elements, "text").iter().all(|text| inside(text.at("x"), text.at("y"))));

    let rates = [(17_044, 84.2), (17_074, 86.0), (17_105, 89.1)];
    let chart = Line { unit: Unit::Percent, points: &rates, size: (541.0, 240.0), ..Line::default() };
    let texts: Vec<String> = read(&line(&chart).unwrap()).into_iter().map(|element| element.text).collect();
    assert!(texts.contains(&"2016 年 9 月".to_owned()) && texts.contains(&"10 月".to_owned()), "{texts:?}");
    assert!(texts.contains(&"84 %".to_owned()) && !texts.contains(&"0 %".to_owned()), "{texts:?}");
    // one day, equal days, odd values: a drawing; none: nothing
    for points in [&[(17_044, 84.2)][..], &[(17_044, 50.0), (17_074, 50.0)], &[(17_044, f64::NAN)], &[(0, 100.0)]] {
        read(&line(&Line { points, ..chart }).unwrap());
    }
    assert_eq!(line(&Line { points: &[], ..chart }), None);
}

#[test]
fn a_strip_has_a_bar_for_each_span() {
    let month = |year: i32, month: i32| f64::from(year * 12 + month - 1);
    let span = |from, until, text, mark| Span { from, until, text, mark };
    let pension = [
        span(month(2006, 1), month(2010, 1), "某厂，48 个月", Mark::Strong),
        span(month(2010, 1), month(2012, 1), "空档 24 个月", Mark::Gap),
        span(month(2015, 1), month(2015, 2), "某某工程劳务有限公司", Mark::Strong),
        span(month(2014, 1), month(2016, 1), "同时", Mark::Strong),
    ];
    let aid =
        [span(month(2015, 1), month(2016, 7), "", Mark::Soft), span(month(2016, 1), month(2015, 1), "", Mark::Soft)];
    let lanes = [
        Lane { name: "养老", detail: "企业职工", spans: &pension },
        Lane { name: "救助", detail: "低保", spans: &aid },
    ];
    let chart = Strip { label: "经历", width: 1126.0, until: (month(2016, 7), "今天"), lanes: &lanes };
    let elements = read(&strip(&chart).unwrap());
    assert_eq!(told(&elements), ("img", "经历", "经历"));
    let rects = of(&elements, "rect");
    let drawn: Vec<&str> = rects.iter().map(|rect| rect.class()).collect();
    assert_eq!(drawn, ["d4", "gap", "d4", "d4", "d2"]);
    assert!((rects[0].at("width") / (rects[1].at("width") + 1.0) - 2.0).abs() < 0.02);
    // two at once are under each other, and the next lane is below both
    assert!(rects[3].at("y") >= rects[2].at("y") + 22.0 && rects[4].at("y") >= rects[3].at("y") + 22.0);
    let texts = of(&elements, "text");
    let text = |wanted: &str| texts.iter().find(|text| text.text == wanted);
    assert_eq!(text("某厂，48 个月").unwrap().class(), "on");
    assert_eq!(text("空档 24 个月").unwrap().class(), "mid");
    // too long for its bar: beside it, where there is room
    assert_eq!(text("某某工程劳务有限公司").unwrap().class(), "");
    assert!(text("2006").is_some() && text("今天").unwrap().class().contains("end"));
    let nothing = [Lane { name: "养老", detail: "", spans: &[] }];
    assert_eq!(strip(&Strip { lanes: &nothing, ..chart }), None);
    assert_eq!(strip(&Strip { lanes: &[], ..chart }), None);
}
