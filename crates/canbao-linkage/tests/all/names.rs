use canbao_linkage::names::NameAgreement::*;
use canbao_linkage::names::{self, NameAgreement};
use proptest::prelude::*;

fn normal(raw: &str) -> String {
    let mut out = String::from("left over");
    names::normalise(raw, &mut out);
    out
}

fn agree(a: &str, b: &str) -> NameAgreement {
    names::compare(&normal(a), &normal(b))
}

#[test]
fn normalise_removes_form_only() {
    for (raw, wanted) in [
        ("张伟", "张伟"),
        ("", ""),
        (" 张 伟　", "张伟"),
        ("\u{FEFF}张\u{200B}伟\u{200D}", "张伟"),
        ("“张伟”", "张伟"),
        ("'张伟", "张伟"),
        ("张\t伟\r\n", "张伟"),
        ("张\u{A0}伟", "张伟"),
        ("ｓｍｉｔｈ", "SMITH"),
        ("José Núñez", "JOSENUNEZ"),
        ("买买提・艾力", "买买提·艾力"),
        ("买买提.艾力", "买买提·艾力"),
        ("买买提．艾力", "买买提·艾力"),
        ("买买提•艾力", "买买提·艾力"),
        ("买买提‧艾力", "买买提·艾力"),
        ("买买提 ∙ 艾力", "买买提·艾力"),
        ("买买提･艾力", "买买提·艾力"),
        ("买买提··艾力.", "买买提·艾力"),
        ("·买买提·艾力·", "买买提·艾力"),
        ("张伟（大）", "张伟(大)"),
        ("张伟【小】", "张伟(小)"),
        ("张伟１", "张伟1"),
        ("张？华", "张?华"),
        ("张＊华", "张?华"),
        ("张□华", "张?华"),
        ("张\u{E863}华", "张\u{E863}华"),
        ("張偉", "張偉"),
        ("\u{2F24}", "大"),
        ("𠅤明", "𠅤明"),
        ("王／文", "王/文"),
    ] {
        assert_eq!(normal(raw), wanted, "{raw:?}");
    }
}

#[test]
fn placeholders_are_no_names() {
    for name in [
        "",
        " ",
        "无名",
        "无名氏",
        "未知",
        "?",
        "***",
        "待定",
        "不详",
        "—",
        "…",
        "123",
        "null",
        "N/A",
        "XXX",
        "王芳之子",
        "王芳之长女",
        "某某",
    ] {
        assert!(names::is_placeholder(&normal(name)), "{name}");
        assert_eq!(agree(name, name), Missing, "{name}");
        assert_eq!(agree(name, "张伟"), Missing, "{name}");
        assert_eq!(names::sound(&normal(name)), 0, "{name}");
        assert_eq!(names::exact_key(&normal(name)), 0, "{name}");
    }
    for name in ["张伟", "吴名", "张?华", "孔之子路", "John", "𠅤明", "\u{E863}华"] {
        assert!(!names::is_placeholder(&normal(name)), "{name}");
    }
}

#[test]
fn real_life_pairs() {
    for (a, b, wanted) in [
        ("张伟", "张伟", Equal),
        ("张 伟", "张伟", Equal),
        // variants
        ("張偉", "张伟", Variant),
        ("李喆", "李哲", Variant),
        ("王堃", "王坤", Variant),
        ("陈峯", "陈峰", Variant),
        ("刘昇", "刘升", Variant),
        ("萧红", "肖红", Variant),
        ("傅强", "付强", Variant),
        ("閆妮", "闫妮", Variant),
        ("閻妮", "闫妮", Variant),
        ("龔琳娜", "龚琳娜", Variant),
        ("买买提·艾力", "买买提艾力", Variant),
        ("张伟1", "张伟", Variant),
        ("张伟(小)", "张伟", Variant),
        ("张伟（大）", "张伟", Variant),
        ("张伟A", "张伟", Variant),
        ("张伟(曾用名：李伟)", "李伟", Variant),
        ("张伟/张玮民", "张玮民", Variant),
        // sound and looks
        ("张伟", "张玮", Homophone),
        ("张晓明", "张小明", Homophone),
        ("章伟", "张伟", Homophone),
        ("陈静", "程静", Homophone),
        ("李欣", "李星", Homophone),
        ("阿布都热合曼", "阿不都热合曼", Homophone),
        ("曾祥", "增祥", Homophone),
        ("王祎", "王袆", Homophone),
        ("任妤", "任好", Homophone),
        ("ZHANGWEI", "张伟", Homophone),
        ("张yan", "张YAN", Equal),
        // one missing or hidden
        ("张华", "张小华", Dropped),
        ("张小", "张小华", Dropped),
        ("小华", "张小华", Dropped),
        ("张?华", "张小华", Dropped),
        ("张??华", "张小华", Dropped),
        ("张？", "张伟", Dropped),
        ("张\u{E863}", "张喆", Dropped),
        ("张\u{F0000}", "张喆", Dropped),
        ("张YAN", "张燕", Dropped),
        ("张yan华", "张艳华", Dropped),
        ("李lv", "李绿", Dropped),
        ("张艹/问", "张蔄", Dropped),
        ("张王+文", "张玟", Dropped),
        ("张(王+文)华", "张玟华", Dropped),
        ("张⿰王文华", "张玟华", Dropped),
        ("张〇华", "张小华", Dropped),
        ("张*华", "张小华", Dropped),
        ("张某华", "张小华", Dropped),
        ("阿不都热合曼", "阿布都热曼", Dropped),
        // order
        ("买买提·艾力", "艾力·买买提", Reordered),
        ("买买提艾力", "艾力·买买提", Reordered),
        ("张明华", "张华明", Reordered),
        ("小明张", "张小明", Reordered),
        ("John Smith", "Smith, John", Reordered),
        // one other
        ("张小明", "张大明", OneOther),
        ("欧阳小明", "欧阳大明", OneOther),
        ("张伟1", "张伟2", OneOther),
        // surname, given name
        ("张伟", "张强", SurnameOnly),
        ("张", "张伟", SurnameOnly),
        ("欧阳", "欧阳修", SurnameOnly),
        ("欧阳修", "欧阳德华", SurnameOnly),
        ("张yan", "张伟", SurnameOnly),
        ("张?华", "张小伟", SurnameOnly),
        ("张小明", "李小明", GivenOnly),
        ("张伟", "李伟", GivenOnly),
        ("欧阳小明", "张小明", GivenOnly),
        ("明", "张明", GivenOnly),
        ("买买提·艾力", "买买提·吐尔逊", GivenOnly),
        ("张伟", "李强", Different),
        ("欧阳修", "欧冶子", Different),
        ("John", "张伟", Different),
        ("张伟", "", Missing),
        ("无名", "张伟", Missing),
    ] {
        assert_eq!(agree(a, b), wanted, "{a} / {b}");
        assert_eq!(agree(b, a), wanted, "{b} / {a}");
    }
}

#[test]
fn variants_are_folded_once() {
    let mut folded = 0;
    for c in ('\u{3400}'..='\u{9FFF}').chain('\u{20000}'..='\u{323AF}') {
        let standard = names::fold(c);
        assert_eq!(names::fold(standard), standard, "{c}");
        folded += usize::from(standard != c);
    }
    assert!(folded > 3000, "{folded}");
    for (variant, standard) in "張张峯峰喆哲堃坤昇升劉刘龍龙國国後后餘余鍾钟锺钟蕭萧閻阎闫阎"
        .chars()
        .collect::<Vec<_>>()
        .chunks(2)
        .map(|pair| (pair[0], pair[1]))
    {
        assert_eq!(names::fold(variant), standard);
    }
    // characters of their own are left alone
    for c in "乾沈范叶万云仝氾".chars() {
        assert_eq!(names::fold(c), c);
    }
}

#[test]
fn keys_meet() {
    let sound = |name: &str| names::sound(&normal(name));
    for (a, b) in [
        ("张伟", "張偉"),
        ("张伟", "章玮"),
        ("张YAN", "张燕"),
        ("张伟1", "张伟"),
        ("买买提·艾力", "买买提艾力"),
        ("程静", "陈静"),
    ] {
        assert_eq!(sound(a), sound(b), "{a} {b}");
    }
    assert_ne!(sound("张伟"), sound("张强"));
    assert_ne!(sound("张伟"), sound("伟张"));
    let exact = |name: &str| names::exact_key(&normal(name));
    assert_eq!(exact("張偉"), exact("张 伟"));
    assert_ne!(exact("张伟"), exact("张玮"));
    let skeleton = |name: &str| names::skeleton(&normal(name));
    assert_eq!(skeleton("张?"), skeleton("章伟"));
    assert_eq!(skeleton("张艹/问"), skeleton("张蔄"));
    assert_ne!(skeleton("张伟"), skeleton("张小伟"));
    assert_eq!(names::first_char(&normal("張偉")), Some('张'));
    assert_eq!(names::first_char(&normal("?伟")), None);
    assert_eq!(names::surname_chars("歐陽修"), 2);
    assert_eq!(names::surname_chars("张"), 1);
    assert_eq!(names::surname_chars(""), 0);
}

#[test]
fn deletion_keys_find_a_dropped_character() {
    let keys = |name: &str| {
        let mut out = Vec::new();
        names::deletion_keys(&normal(name), &mut out);
        out
    };
    for (a, b) in [
        ("张华", "张小华"),
        ("张小", "张小华"),
        ("小华", "张晓华"),
        ("张?华", "张小华"),
        ("张\u{E863}华", "张喆华"),
        ("张王+文华", "张玟华"),
        ("买买提艾力", "买提·艾力"),
        ("张大明", "张小明"),
    ] {
        let (x, y) = (keys(a), keys(b));
        assert!(x.iter().any(|key| y.contains(key)), "{a} {b}");
    }
    assert_eq!(keys("张伟").len(), 1);
    assert_eq!(keys("张小伟").len(), 4);
    assert!(keys("").is_empty());
    assert!(keys("张伟").contains(&names::sound("张伟")));
    assert!(!keys("张小华").iter().any(|key| keys("李大强").contains(key)));
}

#[test]
fn many_unknown_characters_are_no_name_and_take_no_time() {
    let (a, b) = (format!("{}张", "?".repeat(30)), format!("{}王", "?".repeat(30)));
    assert_eq!(names::compare(&a, &b), Different);
    assert_eq!(names::compare(&"AN".repeat(15), "张伟"), Different);
    assert_eq!(names::compare(&"张".repeat(1000), &"王".repeat(999)), Different);
    assert_eq!(names::compare(&"张".repeat(1000), &"张".repeat(1000)), Equal);
    for unknown in ["王+文", "⿰王文", "(王+文)"] {
        assert_eq!((names::sound(unknown), names::exact_key(unknown), names::skeleton(unknown)), (0, 0, 0));
    }
}

/// Characters of all the sorts that occur in names, and some that should not.
fn any_name() -> impl Strategy<Value = String> {
    let han = prop::sample::select(
        "张王李赵伟小晓明华强丽静程陈喆哲峯峰買买提艾力阿布不都欧阳某〇之子無无名".chars().collect::<Vec<_>>(),
    );
    let odd = prop::sample::select(" 　\u{200B}\u{FEFF}·•・．.‧∙･()（）【】+/／⿰⿱?？*□×'\"“”-\u{E863}\u{F0001}ABXYZabyuanｚｈ019１２①㈱éßǅﬁ\u{301}\u{3099}がハ한\u{1112}\u{1161}\u{FFFD}𠅤𬭎㐀ﷺ".chars().collect::<Vec<_>>());
    prop::collection::vec(prop_oneof![6 => han, 3 => odd, 1 => any::<char>()], 0..9).prop_map(String::from_iter)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(6_000))]

    #[test]
    fn normalise_is_idempotent(raw in any_name()) {
        let once = normal(&raw);
        prop_assert_eq!(normal(&once), once);
    }

    #[test]
    fn normalised_names_hold_no_form(raw in any_name()) {
        let name = normal(&raw);
        prop_assert!(!name.contains(|c: char| c.is_whitespace() || c.is_control() || c.is_ascii_lowercase()));
        prop_assert!(!name.contains("··") && !name.starts_with('·') && !name.ends_with('·'));
    }

    #[test]
    fn compare_is_reflexive(raw in any_name()) {
        let name = normal(&raw);
        let wanted = if names::is_placeholder(&name) { Missing } else { Equal };
        prop_assert_eq!(names::compare(&name, &name), wanted);
    }

    #[test]
    fn compare_is_symmetric(a in any_name(), b in any_name()) {
        let (a, b) = (normal(&a), normal(&b));
        prop_assert_eq!(names::compare(&a, &b), names::compare(&b, &a));
    }

    #[test]
    fn every_text_has_keys(raw in ".{0,60}") {
        let name = normal(&raw);
        let mut keys = Vec::new();
        names::deletion_keys(&name, &mut keys);
        prop_assert!(keys.is_empty() || keys.contains(&names::sound(&name)));
        prop_assert_eq!(names::exact_key(&name) == 0, names::sound(&name) == 0);
        names::compare(&name, "张伟");
    }

    #[test]
    fn one_dropped_character_is_dropped(
        name in prop::collection::vec(prop::sample::select("张王李赵伟明华强丽静".chars().collect::<Vec<_>>()), 3..5),
        at in 0usize..5,
    ) {
        let whole: String = name.iter().collect();
        let at = at % name.len();
        let short: String = name.iter().enumerate().filter(|&(k, _)| k != at).map(|(_, c)| c).collect();
        let hidden: String = name.iter().enumerate().map(|(k, &c)| if k == at { '?' } else { c }).collect();
        prop_assert_eq!(names::compare(&whole, &short), Dropped);
        prop_assert_eq!(names::compare(&whole, &hidden), Dropped);
        let keys = |name: &str| { let mut out = Vec::new(); names::deletion_keys(name, &mut out); out };
        prop_assert!(keys(&whole).iter().any(|key| keys(&short).contains(key)));
        prop_assert!(keys(&whole).iter().any(|key| keys(&hidden).contains(key)));
    }
}
