use canbao_domain::area::{AreaError, AreaTree, Level};

const CSV: &str = "\u{feff}code,name,level,parent\r\n\
610900,安康市,city,610000\r\n\
610902,汉滨区,county,610900\r\n\
610922,石泉县,county,610900\r\n\
610981,旬阳市,county,610900\r\n\
610902006,江北街道,town,610902\r\n\
610902101,张滩镇,town,610902\r\n\
610922100,城关镇,town,610922\r\n\
610981100,城关镇,town,610981\r\n\
610981107,蜀河镇,town,610981\r\n\
\r\n\
610902006001,张滩社区居委会,village,610902006\r\n\
610902101001,张滩社区居委会,village,610902101\r\n\
610902101200,余家湾村委会,village,610902101\r\n\
610902101201,王湾村村民委员会,village,610902101\r\n\
610922100001,西关社区居委会,village,610922100\r\n";

fn tree() -> AreaTree {
    AreaTree::parse(CSV).unwrap()
}

#[test]
fn names_and_levels() {
    let tree = tree();
    assert_eq!(tree.name("610902006"), Some("江北街道"));
    assert_eq!(tree.level("610900"), Some(Level::City));
    assert_eq!(tree.level("610981"), Some(Level::County));
    assert_eq!(tree.level("610902006001"), Some(Level::Village));
    assert_eq!(tree.full_name("610902006001"), "汉滨区江北街道张滩社区");
    assert_eq!(tree.full_name("610902101200"), "汉滨区张滩镇余家湾村");
    assert_eq!(tree.full_name("610902101201"), "汉滨区张滩镇王湾村");
    assert_eq!(tree.full_name("610902"), "汉滨区");
    assert_eq!(tree.full_name("610900"), "安康市");
    assert_eq!(tree.full_name("110101"), "");
    assert!(tree.contains("610902101"));
    for code in ["", "61090", "6109020", "610902999", "abc", "六一〇九〇二", "999999999999", "61090200600100"] {
        assert!(!tree.contains(code), "{code}");
        assert_eq!(tree.level(code), None);
    }
}

#[test]
fn up_and_down() {
    let tree = tree();
    assert_eq!(tree.county_of("610902006001"), Some("610902"));
    assert_eq!(tree.county_of("610902"), Some("610902"));
    assert_eq!(tree.county_of("610902999999"), Some("610902"), "a village that the tree lacks");
    assert_eq!(tree.county_of("610900"), None);
    assert_eq!(tree.county_of("110101001001"), None);
    assert_eq!(tree.county_of(""), None);
    assert_eq!(tree.town_of("610902006001"), Some("610902006"));
    assert_eq!(tree.town_of("610902006999"), Some("610902006"));
    assert_eq!(tree.town_of("610902"), None);
    assert_eq!(tree.village_of("610902006001"), Some("610902006001"));
    assert_eq!(tree.village_of("610902006999"), None);
    assert_eq!(tree.parent("610902006"), Some("610902"));
    assert_eq!(tree.parent("610900"), None);
    assert_eq!(tree.children("610900").collect::<Vec<_>>(), ["610902", "610922", "610981"]);
    assert_eq!(tree.children("610902101").collect::<Vec<_>>(), ["610902101001", "610902101200", "610902101201"]);
    assert_eq!(tree.children("nothing").count(), 0);
    assert_eq!(
        tree.codes_of(Level::Town).collect::<Vec<_>>(),
        ["610902006", "610902101", "610922100", "610981100", "610981107"]
    );
    let codes: Vec<_> = tree.codes().collect();
    assert_eq!(codes.len(), 14);
    assert!(codes.is_sorted());
}

#[test]
fn codes_as_departments_write_them() {
    let tree = tree();
    for (written, code) in [
        ("610902000000", "610902"),
        ("610902006000", "610902006"),
        ("610902006001", "610902006001"),
        (" 610902 ", "610902"),
    ] {
        assert_eq!(tree.find(written), Some(code), "{written}");
    }
    for written in ["610902007000", "110101000000", "61090200", "", "汉滨区"] {
        assert_eq!(tree.find(written), None, "{written}");
    }
}

#[test]
fn counties_of_former_codes() {
    let tree = tree();
    assert_eq!(tree.county_of_registrar(610_902), Some("610902"));
    assert_eq!(tree.county_of_registrar(612_401), Some("610902"), "安康市 until 2000");
    assert_eq!(tree.county_of_registrar(610_928), Some("610981"), "旬阳县 until 2021");
    assert_eq!(tree.county_of_registrar(612_422), None, "汉阴县 is not in this tree");
    assert_eq!(tree.county_of_registrar(610_900), None, "a city is no county");
    assert_eq!(tree.county_of_registrar(110_105), None);
}

#[test]
fn addresses() {
    let tree = tree();
    for (address, code) in [
        ("陕西省安康市汉滨区江北街道张滩社区3组", Some("610902006001")),
        ("汉滨区张滩镇王湾村", Some("610902101201")),
        ("安康市汉滨区石泉路8号", Some("610902")), // a street named for another county
        ("汉滨江北", Some("610902006")),
        ("旬阳县城关镇", Some("610981100")),
        ("蜀河镇河街", Some("610981107")), // no county, but no other town of that name
        ("城关镇西关", None),              // two towns of that name
        ("西安市莲湖区", None),
        ("", None),
    ] {
        assert_eq!(tree.locate(address), code, "{address}");
    }
}

#[test]
fn the_tree_is_that_of_the_parents_not_of_the_digits() {
    let csv = "code,name,level,parent\n610900,安康市,city,\n610902,汉滨区,county,610900\n610990,高新区,county,610900\n610902110,关庙镇,town,610990\n";
    let tree = AreaTree::parse(csv).unwrap();
    assert_eq!(tree.county_of("610902110"), Some("610990"), "托管");
    assert_eq!(tree.full_name("610902110"), "高新区关庙镇");
}

#[test]
fn columns_in_any_order() {
    let tree = AreaTree::parse("name,level,extra,parent,code\n安康市,city,,,610900\n\"汉滨区\",county,,610900,610902")
        .unwrap();
    assert_eq!(tree.name("610902"), Some("汉滨区"));
}

#[test]
fn refused() {
    let refused = |csv: &str| AreaTree::parse(csv).unwrap_err();
    let head = "code,name,level,parent\n610900,安康市,city,\n";
    assert_eq!(refused(""), AreaError::Header("code"));
    assert_eq!(refused("code,name,level\n"), AreaError::Header("parent"));
    assert_eq!(refused("code,name,level,parent\n610900,安康市\n"), AreaError::Short(2));
    assert_eq!(refused(&format!("{head}61090,汉滨区,county,610900\n")), AreaError::Code(3, "61090".into()));
    assert_eq!(refused(&format!("{head}010902,汉滨区,county,610900\n")), AreaError::Code(3, "010902".into()));
    assert_eq!(refused(&format!("{head}61090２,汉滨区,county,610900\n")), AreaError::Code(3, "61090２".into()));
    assert_eq!(refused(&format!("{head}610902,汉滨区,district,610900\n")), AreaError::Level(3, "district".into()));
    let county = "610902,汉滨区,county,610900\n";
    assert_eq!(refused(&format!("{head}{county}{county}")), AreaError::Twice(4, "610902".into()));
    assert_eq!(refused(&format!("{head}{county}610902001,镇,town,610903\n")), AreaError::Parent(4, "610903".into()));
    assert_eq!(refused(&format!("{head}{county}610921,汉阴县,county,610902\n")), AreaError::Parent(4, "610902".into()));
    assert_eq!(refused(head), AreaError::Empty);
    for error in [refused(""), refused(head), AreaError::Short(2)] {
        assert!(error.to_string().ends_with('。') && error.hint().ends_with('。'));
    }
}
