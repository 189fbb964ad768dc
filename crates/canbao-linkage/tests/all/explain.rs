use canbao_linkage::dates::DateAgreement;
use canbao_linkage::explain::{self, AreaLevel, Explanation, KnownFrom, Method, Notes, Rival, Why};
use canbao_linkage::names::NameAgreement;
use canbao_linkage::numbers::NumberAgreement;

fn corrected() -> Explanation {
    Explanation {
        number: NumberAgreement::CheckOnly,
        name: NameAgreement::Equal,
        birth: DateAgreement::Equal,
        area: AreaLevel::Village,
        confidence: 0.9999,
        ..Explanation::new(Method::Corrected)
    }
}

#[test]
fn sentences_read_as_a_clerk_says_them() {
    let e = corrected();
    for (explanation, wanted) in [
        (e, "号码末位校验码不符，更正后即为户籍库中此人；姓名、出生日期、村（社区）均一致，未见第二人相符。"),
        (
            Explanation { number: NumberAgreement::OneDigit, name: NameAgreement::Homophone, sex: Some(true), ..e },
            "号码有一位数字不符，更正后即为户籍库中此人；性别、出生日期、村（社区）均一致，姓名音同或形近、用字不同，未见第二人相符。",
        ),
        (
            Explanation {
                method: Method::Matched,
                number: NumberAgreement::Missing,
                birth: DateAgreement::Lunar,
                household: Some(true),
                phone: Some(true),
                known: KnownFrom::Residents,
                rival: Rival::Behind,
                ..e
            },
            "号码空缺或无效，按其他项目查得非户籍常住人口库中此人；姓名、村（社区）、户号、联系电话均一致，出生日期似以农历填写；另有相近者，但依据明显较弱。",
        ),
        (
            Explanation {
                number: NumberAgreement::Truncated,
                sex: Some(false),
                area: AreaLevel::Missing,
                birth: DateAgreement::Missing,
                known: KnownFrom::Extracts,
                notes: Notes::OTHER_SOURCES,
                ..e
            },
            "号码尾部被表格软件截去，据保留的前段查得其他部门数据中此人；姓名一致，性别不同，其他部门数据可以印证，未见第二人相符。",
        ),
        (
            Explanation { method: Method::Matched, number: NumberAgreement::Unrelated, notes: Notes::RELATIVE, ..e },
            "所填号码有效但属同户家属，按其他项目查得户籍库中此人；姓名、出生日期、村（社区）均一致，未见第二人相符。",
        ),
        (
            Explanation { method: Method::Exact, number: NumberAgreement::Equal, ..e },
            "号码校验无误，号码、姓名均一致。",
        ),
        (
            Explanation { method: Method::Exact, notes: Notes::FORMER_NUMBER.with(Notes::ALREADY_LISTED), ..e },
            "号码校验无误，号码、姓名均一致，此人在该数据中另有记录，该号码为此人曾用号码或第二个号码。",
        ),
        (
            Explanation { method: Method::Unresolved, why: Some(Why::NoCandidate), ..e },
            "号码无法更正，按姓名、出生日期和住址也未找到相符的人，须入户或调档核实。",
        ),
        (
            Explanation { method: Method::Unresolved, rival: Rival::Close, number: NumberAgreement::Missing, ..e },
            "号码空缺或无效，有两人以上同样相符；姓名、出生日期、村（社区）均一致，无法确定是谁，须入户或调档核实。",
        ),
        (
            Explanation {
                method: Method::Unresolved,
                number: NumberAgreement::Unrelated,
                birth: DateAgreement::Different,
                area: AreaLevel::Differs,
                why: Some(Why::NameOnly),
                ..e
            },
            "号码无法更正，最接近的人仅姓名一致，出生日期不同，所在县（区）不同，不能认定，须入户或调档核实。",
        ),
        (
            Explanation {
                method: Method::Unresolved,
                number: NumberAgreement::OneDigit,
                name: NameAgreement::Different,
                why: Some(Why::NumberOnly),
                ..e
            },
            "号码有误，最接近的人号码仅有一位数字不同；出生日期、村（社区）均一致，姓名不同，不能认定，须入户或调档核实。",
        ),
    ] {
        assert_eq!(explain::sentence(&explanation), wanted);
    }
}

/// Every combination of the coarse fields: one sentence, whole, without values, and always the same.
#[test]
fn every_explanation_is_one_sentence() {
    const METHODS: [Method; 8] = [
        Method::Exact,
        Method::Normalised,
        Method::Upgraded,
        Method::Corrected,
        Method::Matched,
        Method::Decided,
        Method::Unresolved,
        Method::Rejected,
    ];
    let whys = [
        None,
        Some(Why::NoCandidate),
        Some(Why::Alike),
        Some(Why::NameOnly),
        Some(Why::NumberOnly),
        Some(Why::Weak),
        Some(Why::Empty),
        Some(Why::OtherCertificate),
    ];
    let notes = [
        Notes::NONE,
        Notes::RELATIVE,
        Notes::ANOTHERS,
        Notes::FORMER_NUMBER,
        Notes::OTHER_SOURCES.with(Notes::FILLS_GAP),
    ];
    let mut out = String::new();
    for method in METHODS {
        for number in NumberAgreement::ALL {
            for name in NameAgreement::ALL {
                for birth in DateAgreement::ALL {
                    for (k, why) in whys.into_iter().enumerate() {
                        for area in [AreaLevel::Village, AreaLevel::Differs, AreaLevel::Missing] {
                            let e = Explanation {
                                number,
                                name,
                                birth,
                                area,
                                why,
                                notes: notes[k % notes.len()],
                                sex: [None, Some(true), Some(false)][k % 3],
                                rival: [Rival::None, Rival::Behind, Rival::Close, Rival::Several][k % 4],
                                ..Explanation::new(method)
                            };
                            out.clear();
                            explain::write_sentence(&e, &mut out);
                            assert!(out.ends_with('。') && out.matches('。').count() == 1, "{out}");
                            assert!(
                                !out.contains("，，")
                                    && !out.contains("；；")
                                    && !out.contains("，；")
                                    && !out.contains("；，"),
                                "{out}"
                            );
                            assert!(!out.contains(|c: char| c.is_ascii()), "{out}");
                            assert!(out.matches('；').count() <= 2, "{out}");
                            assert!((8..=160).contains(&out.chars().count()), "{out}");
                            assert_eq!(out, explain::sentence(&e));
                        }
                    }
                }
            }
        }
    }
}

#[test]
fn constants_are_there_for_the_common_ways() {
    for name in NameAgreement::ALL {
        for method in [Method::Exact, Method::Normalised, Method::Upgraded, Method::Decided, Method::Rejected] {
            let words = explain::constant(method, name).unwrap();
            assert_eq!(words, explain::sentence(&Explanation { name, ..Explanation::new(method) }));
        }
        for method in [Method::Corrected, Method::Matched, Method::Unresolved] {
            assert_eq!(explain::constant(method, name), None);
        }
    }
}
