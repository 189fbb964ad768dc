//! Prints a page with every drawing, to be looked at: `drawings STYLESHEET > page.html`. All figures are invented.

use canbao_paper::drawing::{
    Bar, Bars, Deeper, Geography, Lane, Line, Map, Mark, Part, Plan, Region, Scale, Span, Strip, Unit, bars, cell_bar,
    key, line, map, stack, strip,
};

const COUNTIES: [(&str, &str, i64); 10] = [
    ("610902", "汉滨区", 891),
    ("610921", "汉阴县", 912),
    ("610922", "石泉县", 920),
    ("610923", "宁陕县", 877),
    ("610924", "紫阳县", 851),
    ("610925", "岚皋县", 866),
    ("610926", "平利县", 900),
    ("610927", "镇坪县", 927),
    ("610929", "白河县", 881),
    ("610981", "旬阳市", 899),
];

/// 2016-10-09, in days since 1970-01-01.
const BEGINNING: i32 = 17_083;
const DEADLINE: i32 = 17_256;

fn main() {
    let stylesheet = std::env::args().nth(1).unwrap_or_else(|| "style.css".to_owned());
    let parts = [
        ("图：各县(市、区)参保率，%", counties(false)),
        ("图：没有连接，几个县没有数字", counties(true)),
        ("入户办结，累计人数", visits()),
        ("参保率，按月", months()),
        ("只有一个月", one_month()),
        ("为什么没有参保", reasons()),
        ("各县参保率与计划", planned()),
        ("应入户人员的去向", progress()),
        ("参保经历", history()),
        ("参保经历，同时几处参保，年份很多", long_history()),
    ];
    println!("<!doctype html><html lang=\"zh-CN\"><meta charset=\"utf-8\"><title>drawings</title>");
    println!("<link rel=\"stylesheet\" href=\"{stylesheet}\"><link rel=\"stylesheet\" href=\"drawing.css\">");
    println!(
        "<body><header class=\"top\"></header><nav class=\"side\"></nav><main id=\"main\"><div class=\"split half\">"
    );
    for (at, (title, drawing)) in parts.into_iter().enumerate() {
        if at == 8 {
            println!("</div>");
        }
        println!("<section><div class=\"sec\"><h2>{title}</h2></div>{drawing}</section>");
    }
    println!("</main></body></html>");
}

fn counties(bare: bool) -> String {
    let texts: Vec<String> = COUNTIES.iter().map(|(_, _, tenths)| format!("{}.{}", tenths / 10, tenths % 10)).collect();
    let links: Vec<String> = COUNTIES.iter().map(|(code, _, _)| format!("#{code}")).collect();
    let tenths: Vec<i64> = COUNTIES.iter().map(|(_, _, tenths)| *tenths).collect();
    let scale = Scale::of(&tenths, Deeper::Low);
    let regions: Vec<Region<'_>> = COUNTIES
        .iter()
        .zip(texts.iter().zip(&links))
        .map(|((code, name, tenths), (text, link))| Region {
            code,
            name,
            tenths: Some(*tenths).filter(|tenths| !bare || tenths % 2 == 1),
            text,
            href: (!bare).then_some(link),
        })
        .collect();
    let drawn = map(&Map {
        label: "各县(市、区)参保率地图，截至 2016-10-31，数字与右表相同",
        what: "参保率",
        unit: " %",
        geography: Geography::ankang(),
        scale: &scale,
        regions: &regions,
    });
    format!("<div class=\"over-map\">{}{}</div>", drawn.unwrap_or_default(), scale.key(" %", "越深，缺口越大"))
}

fn visits() -> String {
    let weeks = [0.0, 13_014.0, 35_263.0, 63_809.0, 94_874.0, 127_618.0, 160_782.0];
    let points: Vec<(i32, f64)> = (0..).map(|week| BEGINNING + 7 * week).zip(weeks).collect();
    let chart = Line {
        label: "入户办结累计人数，截至 2016-11-20 为 160,782 人",
        size: (541.0, 330.0),
        points: &points,
        from_zero: true,
        end: &["160,782 人", "11-20"],
        until: Some((DEADLINE, "31 日期限")),
        plan: Some(Plan { from: (BEGINNING, 0.0), to: (DEADLINE, 388_312.0), text: "计划" }),
        target: Some((388_312.0, "应办 388,312 人：应入户减去免访和转出")),
        forecast: Some((BEGINNING + 93, "照近四周的进度，2017-01-10")),
        ..Line::default()
    };
    line(&chart).unwrap_or_default()
}

fn months() -> String {
    let rates = [84.2, 85.0, 85.9, 86.1, 87.7, 88.3, 89.1];
    let days = [16_952, 16_982, 17_013, 17_044, 17_074, 17_105, 17_135];
    let points: Vec<(i32, f64)> = days.into_iter().zip(rates).collect();
    let chart = Line {
        label: "参保率，2016-05-31 至 2016-11-30，从 84.2 % 到 89.1 %",
        size: (541.0, 260.0),
        points: &points,
        unit: Unit::Percent,
        end: &["89.1 %"],
        ..Line::default()
    };
    line(&chart).unwrap_or_default()
}

fn one_month() -> String {
    let chart = Line {
        label: "参保率，只有 2016-11",
        size: (541.0, 200.0),
        points: &[(17_135, 89.1)],
        unit: Unit::Percent,
        end: &["89.1 %", "2016-11-30"],
        ..Line::default()
    };
    line(&chart).unwrap_or_default()
}

fn reasons() -> String {
    let reasons = [("外出务工，参保地不明", 4763), ("无参保意愿", 3828), ("经济困难", 2804), ("出国（境）", 423)];
    let rows: String = reasons
        .iter()
        .map(|(name, people)| {
            let bar = cell_bar(f64::from(*people), 4763.0, None, true);
            format!("<tr><th scope=\"row\">{name}</th><td class=\"n\">{people}</td><td class=\"wide\">{bar}</td></tr>")
        })
        .collect();
    let plan = cell_bar(20.6, 100.0, Some(43.0), false);
    format!("<table><tbody>{rows}<tr><th>叶坪镇</th><td class=\"n\">20.6 %</td><td>{plan}</td></tr></tbody></table>")
}

fn planned() -> String {
    let bar = |name, value, text| Bar { name, value, text, plan: Some(90.0) };
    let all = [
        bar("镇坪县", 92.7, "92.7 %"),
        bar("汉滨区", 89.1, "89.1 %"),
        bar("紫阳县", 85.1, "85.1 %"),
        bar("一个名字很长很长很长很长很长的开发区管委会", 12.0, "12.0 %"),
    ];
    let chart = Bars {
        label: "各县参保率与计划 90 %", width: 541.0, bars: &all, most: Some(100.0), plan: "计划 90 %"
    };
    bars(&chart).unwrap_or_default()
}

fn progress() -> String {
    let part = |name, value, text, shade| Part { name, value, text, shade };
    let parts = [
        part("已办结", 61_377, "61,377", 5),
        part("免访", 9_567, "9,567", 2),
        part("已转出", 3_105, "3,105", 4),
        part("已退回", 4_286, "4,286", 3),
        part("待采集", 62_710, "62,710", 1),
        part("未下发", 1_204, "1,204", 0),
    ];
    let drawn = stack("应入户 142,249 人的去向，数字见下", &parts).unwrap_or_default();
    format!("{drawn}{}", key(&parts))
}

/// Months since the year 0.
fn month(year: i32, month: i32) -> f64 {
    f64::from(year * 12 + month - 1)
}

fn history() -> String {
    let span = |from, until, text, mark| Span { from, until, text, mark };
    let today = month(2016, 11) + 0.7;
    let pension = [
        span(month(2006, 3), month(2014, 7), "青石岭水泥制品厂，100 个月", Mark::Strong),
        span(month(2014, 7), today, "空档 29 个月", Mark::Gap),
    ];
    let medical = [
        span(month(2007, 1), month(2016, 1), "恒口镇新兴村，9 个年度", Mark::Strong),
        span(month(2016, 1), today, "11 个月", Mark::Gap),
    ];
    let assistance = [span(month(2015, 7), today, "", Mark::Soft)];
    let lanes = [
        Lane { name: "养老", detail: "企业职工养老", spans: &pension },
        Lane { name: "医疗", detail: "新农合", spans: &medical },
        Lane { name: "救助", detail: "城乡低保", spans: &assistance },
    ];
    let chart =
        Strip { label: "参保经历，2006-03 至今", width: 1126.0, until: (today, "今天"), lanes: &lanes };
    strip(&chart).unwrap_or_default()
}

fn long_history() -> String {
    let span = |from, until, text, mark| Span { from, until, text, mark };
    let today = month(2017, 2);
    let pension = [
        span(month(1986, 5), month(1999, 2), "国营第二印染厂", Mark::Strong),
        span(month(1999, 2), month(2003, 9), "空档 55 个月", Mark::Gap),
        span(month(2003, 9), month(2004, 3), "个体参保，6 个月", Mark::Strong),
        span(month(2011, 1), today, "江北街道", Mark::Strong),
        span(month(2012, 6), today, "某某劳务公司", Mark::Strong),
    ];
    let medical = [span(month(2016, 8), today, "恒口镇新兴村", Mark::Strong)];
    let lanes = [
        Lane { name: "养老", detail: "机关事业单位养老保险", spans: &pension },
        Lane { name: "医疗", detail: "新农合", spans: &medical },
    ];
    let chart =
        Strip { label: "参保经历，1986-05 至今", width: 1126.0, until: (today, "今天"), lanes: &lanes };
    strip(&chart).unwrap_or_default()
}
