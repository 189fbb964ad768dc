use canbao_domain::credit::{CreditCode, RegistrationNumber};
use canbao_domain::rules::{Rules, UnitCategory, UnitFacts};

fn code(kind: &str) -> Option<CreditCode> {
    CreditCode::from_body(format!("{kind}610902ABCDEFGH9").as_bytes().try_into().unwrap())
}

#[test]
fn first_category_that_holds() {
    use UnitCategory::*;
    let number = RegistrationNumber::read("110108000000016");
    let registered = UnitFacts { registered: true, credit_code: code("91"), ..UnitFacts::default() };
    let insured = UnitFacts { insured: true, ..registered };
    let only_insured = UnitFacts { registered: false, ..insured };
    let exempt = Some("无雇工 个体工商户");
    for (facts, category) in [
        (insured, Confirmed),
        (registered, Uninsured),
        // cancelled goes before everything
        (UnitFacts { cancelled: true, ..insured }, Closed),
        (UnitFacts { cancelled: true, credit_code: None, ..registered }, Closed),
        // insured, of a kind that the register holds, and not in it
        (only_insured, Unregistered),
        (UnitFacts { credit_code: code("92"), ..only_insured }, Unregistered),
        (UnitFacts { credit_code: code("93"), ..only_insured }, Unregistered),
        (UnitFacts { credit_code: None, registration_number: number, ..only_insured }, Unregistered),
        (UnitFacts { unit_type: exempt, ..only_insured }, Unregistered),
        // neither insured nor registered: known from somewhere else
        (UnitFacts { insured: false, ..only_insured }, Uninsured),
        // of a kind that registers elsewhere
        (UnitFacts { credit_code: code("12"), ..only_insured }, Confirmed),
        (UnitFacts { credit_code: code("11"), ..only_insured }, Confirmed),
        (UnitFacts { credit_code: code("N1"), ..only_insured }, Confirmed),
        (UnitFacts { credit_code: code("52"), registration_number: number, ..only_insured }, Confirmed),
        // no valid code or number
        (UnitFacts { credit_code: None, ..only_insured }, Information),
        (UnitFacts { credit_code: None, ..registered }, Information),
        (UnitFacts { credit_code: None, unit_type: exempt, ..insured }, Information),
        (UnitFacts { credit_code: None, registration_number: number, ..registered }, Uninsured),
        (UnitFacts { credit_code: None, registration_number: number, ..insured }, Confirmed),
        // exempt
        (UnitFacts { unit_type: exempt, ..registered }, NotRequired),
        (UnitFacts { unit_type: exempt, ..insured }, NotRequired),
        (UnitFacts { unit_type: Some("个体工商户（无雇工）"), ..registered }, NotRequired),
        (UnitFacts { unit_type: Some("个体工商户"), ..registered }, Uninsured),
    ] {
        assert_eq!(Rules::embedded().classify_unit(&facts), category, "{facts:?}");
    }
}
