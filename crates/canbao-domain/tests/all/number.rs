use canbao_domain::number::{CitizenNumber, NumberForm, read_number};

#[test]
fn first() {
    let n = CitizenNumber::from_body(61090219850312123).unwrap();
    let text = String::from_utf8(n.bytes().to_vec()).unwrap();
    for (raw, form) in [
        (text.as_str(), NumberForm::Exact),
        (" 610902 19850312 1238", NumberForm::Damaged),
        ("", NumberForm::Blank),
        ("无", NumberForm::Placeholder),
        ("-", NumberForm::Placeholder),
        ("0", NumberForm::Placeholder),
        ("111111111111111", NumberForm::Placeholder),
        ("111111111111111111", NumberForm::Placeholder),
        ("610902850312123", NumberForm::Upgraded),
        ("612401198503120000", NumberForm::Truncated),
        ("6.12401E+17", NumberForm::Truncated),
        ("E12345678", NumberForm::OtherCertificate),
        ("01234568", NumberForm::OtherCertificate),
        ("19850312", NumberForm::Damaged),
        ("ABC123456789012", NumberForm::OtherCertificate),
    ] {
        assert_eq!(read_number(raw, None).form, form, "{raw}");
    }
}
