use canbao_domain::code::{Benefit, Life, Status};
use canbao_domain::rules::SchemeSet;
use canbao_domain::source::{Field, Insurance, SourceKind};

#[test]
fn words_and_codes_come_back() {
    for (at, kind) in SourceKind::ALL.into_iter().enumerate() {
        assert_eq!(usize::from(kind.code()), at);
        assert_eq!(SourceKind::from_code(kind.code()), Some(kind));
        assert_eq!(kind.as_str().parse(), Ok(kind));
        assert_eq!(SchemeSet::of(kind).bits(), 1 << at);
        assert!(kind.is_person() == kind.has(Field::Number) && kind.is_person() != kind.has(Field::CreditCode));
        assert!(kind.has(Field::Name) && kind.has(Field::Status));
    }
    assert_eq!(SourceKind::from_code(16), None);
    for (at, field) in Field::ALL.into_iter().enumerate() {
        assert_eq!(field as usize, at);
        assert_eq!(field.as_str().parse(), Ok(field));
    }
    let error = "pension".parse::<SourceKind>().unwrap_err();
    assert_eq!(error.to_string(), "“pension”不是数据种类。");
    assert!(error.hint().contains("employee-pension"));
    assert!("Number".parse::<Field>().is_err());
    for status in Status::ALL {
        assert_eq!((Status::from_code(status.code()), Status::from_word(status.as_str())), (*status, Some(*status)));
    }
    for life in Life::ALL {
        assert_eq!((Life::from_code(life.code()), Life::from_word(life.as_str())), (*life, Some(*life)));
    }
    for benefit in Benefit::ALL {
        assert_eq!(
            (Benefit::from_code(benefit.code()), Benefit::from_word(benefit.as_str())),
            (*benefit, Some(*benefit))
        );
    }
    assert_eq!((Status::from_code(7), Status::from_word("正常")), (Status::Unknown, None));
}

/// The table of kinds in the contract.
#[test]
fn kinds_are_those_of_the_contract() {
    let told: Vec<_> = SourceKind::ALL
        .map(|kind| format!("{kind} {} {:?} {}", kind.supplier(), kind.insurance(), kind.is_population()))
        .into();
    assert_eq!(
        told,
        [
            "employee-pension 人社 Some(Pension) false",
            "resident-pension 人社 Some(Pension) false",
            "institution-pension 人社 Some(Pension) false",
            "employee-medical 人社 Some(Medical) false",
            "resident-medical 人社 Some(Medical) false",
            "rural-medical 卫计 Some(Medical) false",
            "unemployment 人社 Some(Other) false",
            "work-injury 人社 Some(Other) false",
            "maternity 人社 Some(Other) false",
            "household-register 公安 None true",
            "nonlocal-residents 公安 None true",
            "subsistence 民政 None false",
            "disability 残联 None false",
            "business-register 工商 None false",
            "insured-units 人社 None false",
            "elsewhere 上级 None false",
        ]
    );
}

/// "Canonical fields of a person's row" and "of an employer's", as the contract lists them.
#[test]
fn fields_are_those_of_the_contract() {
    let person = "number certificate_type name sex birth_date ethnic hukou household relation area_code address phone status benefit unit_code unit_name pooling_area since";
    let employer = "credit_code registration_number name type address status unit_code";
    let names = |kind: SourceKind| kind.fields().iter().map(|field| field.as_str()).collect::<Vec<_>>().join(" ");
    assert_eq!(names(SourceKind::RuralMedical), person);
    assert_eq!(names(SourceKind::BusinessRegister), employer);
    assert_eq!(names(SourceKind::InsuredUnits), employer);
    assert!(names(SourceKind::Elsewhere).ends_with(" scheme"));
    for kind in SourceKind::ALL.into_iter().filter(|kind| kind.is_person()) {
        assert!(
            names(kind).split(' ').all(|field| person.split(' ').any(|known| known == field) || field == "scheme"),
            "{kind}"
        );
    }
}

#[test]
fn insurance_of_a_scheme_as_written() {
    for (text, insurance) in [
        ("110", Some(Insurance::Pension)),
        ("城镇企业职工基本养老保险", Some(Insurance::Pension)),
        ("机关事业单位养老保险", Some(Insurance::Pension)),
        ("城乡居民社会养老保险", Some(Insurance::Pension)),
        ("新型农村社会养老保险", Some(Insurance::Pension)),
        ("某市征地农民养老保险", Some(Insurance::Pension)),
        ("391", Some(Insurance::Medical)),
        (" 城镇 居民基本医疗保险", Some(Insurance::Medical)),
        ("新农合", Some(Insurance::Medical)),
        ("外省职工医保", Some(Insurance::Medical)),
        ("企业补充医疗保险", Some(Insurance::Other)),
        ("公务员医疗补助", Some(Insurance::Other)),
        ("城乡居民大病保险", Some(Insurance::Other)),
        ("失业保险", Some(Insurance::Other)),
        ("medical", Some(Insurance::Medical)),
        ("", None),
        ("其他", None),
    ] {
        assert_eq!(Insurance::read(text), insurance, "{text}");
    }
}
