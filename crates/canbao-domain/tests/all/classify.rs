//! The category, against contracts ("Insured or not", "category") told again row by row.

use canbao_domain::code::{Benefit, Status};
use canbao_domain::date::Date;
use canbao_domain::rules::{
    Category, Facts, InsuranceFacts, InsuranceState, Item, ItemSet, PersonLife, Population, Reason, Rules, SchemeSet,
    classify, must_visit,
};
use canbao_domain::source::SourceKind::{self, *};
use proptest::prelude::*;

fn as_of() -> Date {
    Date::from_ymd(2016, 11, 1).unwrap()
}

fn adult() -> Facts {
    let enrolled = |kind| InsuranceFacts { live: SchemeSet::of(kind), ..InsuranceFacts::default() };
    Facts {
        birth: Date::from_ymd(1985, 3, 12),
        population: Population::Registered,
        life: PersonLife::Alive,
        pension: enrolled(ResidentPension),
        medical: enrolled(RuralMedical),
        missing: ItemSet::EMPTY,
        wrong: ItemSet::EMPTY,
    }
}

fn told(facts: &Facts) -> (InsuranceState, InsuranceState, Category, Vec<&'static str>) {
    let verdict = classify(facts, Rules::embedded(), as_of());
    (verdict.pension, verdict.medical, verdict.category, verdict.reasons.iter().collect())
}

fn rows(insurance: &[(SourceKind, Status, Benefit)]) -> InsuranceFacts {
    let mut facts = InsuranceFacts::default();
    for (kind, status, benefit) in insurance {
        facts.add(*kind, Rules::embedded().row_state(*status, *benefit));
    }
    facts
}

#[test]
fn insured_or_not() {
    use InsuranceState as Is;
    let none = Benefit::Blank;
    for (written, state) in [
        // live: normal, or drawing the benefit
        (&[(EmployeePension, Status::Normal, none)][..], Is::Enrolled),
        (&[(InstitutionPension, Status::Normal, none)], Is::Enrolled),
        (&[(ResidentPension, Status::Normal, Benefit::Drawing)], Is::Enrolled),
        (&[(EmployeePension, Status::Ended, Benefit::Drawing)], Is::Enrolled), // 终止缴费 and drawing: a pensioner
        (&[(EmployeePension, Status::Suspended, Benefit::Drawing)], Is::Enrolled),
        (&[(EmployeePension, Status::Blank, Benefit::Drawing)], Is::Enrolled),
        (&[(EmployeePension, Status::Normal, Benefit::Suspended)], Is::Enrolled),
        // any row
        (&[(EmployeePension, Status::Ended, none), (ResidentPension, Status::Normal, none)], Is::Enrolled),
        (&[(EmployeePension, Status::Unknown, none), (ResidentPension, Status::Normal, none)], Is::Enrolled),
        (&[(Elsewhere, Status::Normal, none), (ResidentPension, Status::Normal, none)], Is::Enrolled),
        // else elsewhere
        (&[(Elsewhere, Status::Normal, none)], Is::Elsewhere),
        (&[(Elsewhere, Status::Ended, Benefit::Drawing)], Is::Elsewhere),
        (&[(Elsewhere, Status::Normal, none), (ResidentPension, Status::Suspended, none)], Is::Elsewhere),
        (&[(Elsewhere, Status::Normal, none), (ResidentPension, Status::Blank, none)], Is::Elsewhere),
        // else interrupted
        (&[(EmployeePension, Status::Suspended, none)], Is::Interrupted),
        (&[(EmployeePension, Status::Suspended, none), (ResidentPension, Status::Unknown, none)], Is::Interrupted),
        (&[(EmployeePension, Status::Suspended, none), (ResidentPension, Status::Ended, none)], Is::Interrupted),
        (&[(EmployeePension, Status::Blank, Benefit::Suspended)], Is::Interrupted),
        (&[(Elsewhere, Status::Suspended, none)], Is::Interrupted),
        // else unclear
        (&[(EmployeePension, Status::Blank, none)], Is::Unclear),
        (&[(EmployeePension, Status::Unknown, none)], Is::Unclear),
        (&[(EmployeePension, Status::Blank, Benefit::Unknown)], Is::Unclear),
        (&[(EmployeePension, Status::Unknown, none), (ResidentPension, Status::Ended, none)], Is::Unclear),
        (&[(Elsewhere, Status::Blank, none)], Is::Unclear),
        // else as if there were no row
        (&[(EmployeePension, Status::Ended, none)], Is::None),
        (&[(EmployeePension, Status::Ended, Benefit::Suspended)], Is::None),
        (&[(Elsewhere, Status::Ended, none)], Is::None),
        (&[], Is::None),
        // another insurance is none
        (&[(EmployeeMedical, Status::Normal, none)], Is::None),
        (&[(WorkInjury, Status::Normal, none)], Is::None),
    ] {
        let facts = Facts { pension: rows(written), ..adult() };
        assert_eq!(told(&facts).0, state, "{written:?}");
    }
}

#[test]
fn who_must_have_a_pension() {
    for (born, state) in [
        (Date::from_ymd(2000, 11, 1), InsuranceState::None), // 16 today
        (Date::from_ymd(2000, 11, 2), InsuranceState::NotRequired),
        (Date::from_ymd(2016, 10, 31), InsuranceState::NotRequired),
        (Date::from_ymd(2017, 1, 1), InsuranceState::NotRequired), // born after the day of the comparison
        (Date::from_ymd(1900, 1, 1), InsuranceState::None),
        (None, InsuranceState::None),
    ] {
        let facts =
            Facts { birth: born, pension: InsuranceFacts::default(), medical: InsuranceFacts::default(), ..adult() };
        let (pension, medical, ..) = told(&facts);
        assert_eq!((pension, medical), (state, InsuranceState::None), "{born:?}");
    }
    // A child with ended rows alone is not required; with a live or suspended row it is what the row says.
    let child = Facts { birth: Date::from_ymd(2010, 1, 1), ..adult() };
    let none = Benefit::Blank;
    let of = |status| told(&Facts { pension: rows(&[(ResidentPension, status, none)]), ..child }).0;
    assert_eq!(of(Status::Ended), InsuranceState::NotRequired);
    assert_eq!(of(Status::Normal), InsuranceState::Enrolled);
    assert_eq!(of(Status::Suspended), InsuranceState::Interrupted);
    assert_eq!(of(Status::Unknown), InsuranceState::Unclear);
}

#[test]
fn first_category_that_holds() {
    let none = InsuranceFacts::default();
    let suspended = |kind| InsuranceFacts { suspended: SchemeSet::of(kind), ..none };
    let unclear = |kind| InsuranceFacts { unclear: SchemeSet::of(kind), ..none };
    let elsewhere = InsuranceFacts { elsewhere: true, ..none };
    let (a, child) = (adult(), Date::from_ymd(2010, 1, 1));
    let number = ItemSet::of(Item::Number);
    for (facts, category, reasons) in [
        (a, Category::Confirmed, &[][..]),
        (Facts { population: Population::Resident, ..a }, Category::Confirmed, &[]),
        (Facts { pension: elsewhere, medical: elsewhere, ..a }, Category::Confirmed, &[]),
        // dead, moved out, outside go before everything
        (Facts { life: PersonLife::Deceased, pension: none, missing: number, ..a }, Category::Deceased, &["deceased"]),
        (Facts { life: PersonLife::Deceased, population: Population::Outside, ..a }, Category::Deceased, &["deceased"]),
        (Facts { life: PersonLife::MovedOut, pension: none, ..a }, Category::MovedOut, &["moved-out"]),
        (
            Facts { population: Population::Outside, pension: none, wrong: number, ..a },
            Category::Outside,
            &["not-in-population"],
        ),
        // lacks all, lacks one
        (Facts { pension: none, medical: none, ..a }, Category::Uninsured, &["no-pension", "no-medical"]),
        (Facts { pension: none, ..a }, Category::Partial, &["no-pension"]),
        (Facts { medical: none, ..a }, Category::Partial, &["no-medical"]),
        (Facts { pension: none, medical: elsewhere, ..a }, Category::Partial, &["no-pension"]),
        (
            Facts { pension: none, medical: suspended(RuralMedical), ..a },
            Category::Partial,
            &["no-pension", "medical-interrupted"],
        ),
        (
            Facts { pension: unclear(ResidentPension), medical: none, ..a },
            Category::Partial,
            &["no-medical", "pension-unclear"],
        ),
        (
            Facts { pension: none, medical: none, missing: number, ..a },
            Category::Uninsured,
            &["no-pension", "no-medical", "missing-number"],
        ),
        // a child needs the medical insurance alone
        (Facts { birth: child, pension: none, ..a }, Category::Confirmed, &[]),
        (Facts { birth: child, pension: none, medical: none, ..a }, Category::Uninsured, &["no-medical"]),
        (Facts { birth: child, medical: none, ..a }, Category::Partial, &["no-medical"]),
        (
            Facts { birth: child, pension: none, medical: suspended(RuralMedical), ..a },
            Category::Interrupted,
            &["medical-interrupted"],
        ),
        // interrupted goes before information
        (Facts { pension: suspended(ResidentPension), ..a }, Category::Interrupted, &["pension-interrupted"]),
        (
            Facts { pension: suspended(ResidentPension), medical: unclear(RuralMedical), ..a },
            Category::Interrupted,
            &["pension-interrupted", "medical-unclear"],
        ),
        (
            Facts { medical: suspended(RuralMedical), wrong: number, ..a },
            Category::Interrupted,
            &["medical-interrupted", "wrong-number"],
        ),
        // information
        (Facts { pension: unclear(ResidentPension), ..a }, Category::Information, &["pension-unclear"]),
        (Facts { medical: unclear(RuralMedical), ..a }, Category::Information, &["medical-unclear"]),
        (Facts { missing: number, ..a }, Category::Information, &["missing-number"]),
        (Facts { missing: ItemSet::of(Item::Name), ..a }, Category::Information, &["missing-name"]),
        (Facts { missing: ItemSet::of(Item::Sex), ..a }, Category::Information, &["missing-sex"]),
        (Facts { missing: ItemSet::of(Item::BirthDate), ..a }, Category::Information, &["missing-birth-date"]),
        (Facts { missing: ItemSet::of(Item::Village), ..a }, Category::Information, &["missing-village"]),
        (Facts { missing: ItemSet::of(Item::Status), ..a }, Category::Information, &["missing-status"]),
        (Facts { wrong: ItemSet::of(Item::Village), ..a }, Category::Information, &["wrong-village"]),
        (
            Facts { missing: number, wrong: ItemSet::of(Item::Name), ..a },
            Category::Information,
            &["missing-number", "wrong-name"],
        ),
    ] {
        let (_, _, told, why) = told(&facts);
        assert_eq!((told, why.as_slice()), (category, reasons), "{facts:?}");
    }
}

#[test]
fn who_is_visited() {
    let visited: Vec<_> =
        Category::ALL.iter().filter(|category| must_visit(**category)).map(|category| category.as_str()).collect();
    assert_eq!(visited, ["uninsured", "partial", "interrupted", "information"]);
    let population: Vec<_> =
        Category::ALL.iter().filter(|category| category.is_population()).map(|category| category.as_str()).collect();
    assert_eq!(population, ["uninsured", "partial", "interrupted", "information", "confirmed"]);
}

#[test]
fn duplicates() {
    let set = |kinds: &[SourceKind]| kinds.iter().copied().collect::<SchemeSet>();
    for (live, pools_differ, duplicate) in [
        (&[EmployeePension, ResidentPension][..], false, true),
        (&[EmployeePension, InstitutionPension, ResidentPension], false, true),
        (&[EmployeeMedical, RuralMedical], false, true),
        (&[EmployeePension], false, false),
        (&[EmployeePension], true, true),
        (&[RuralMedical], true, true),
        (&[EmployeePension, EmployeeMedical], false, false), // two insurances
        (&[EmployeePension, WorkInjury, Unemployment], false, false),
        (&[WorkInjury], true, false),
        (&[EmployeePension, Elsewhere], false, false),
        (&[], true, false),
    ] {
        assert_eq!(Rules::embedded().duplicate(set(live), pools_differ), duplicate, "{live:?} {pools_differ}");
    }
}

/// The contract's text once more, over rows instead of sets, age counted in another way.
fn retold(rows: &[(SourceKind, Status, Benefit)], schemes: &[SourceKind], optional: bool) -> &'static str {
    let ours: Vec<_> = rows.iter().filter(|(kind, ..)| schemes.contains(kind) || *kind == Elsewhere).collect();
    let live = |row: &&&(SourceKind, Status, Benefit)| row.1 == Status::Normal || row.2 == Benefit::Drawing;
    if ours.iter().filter(live).any(|row| row.0 != Elsewhere) {
        return "enrolled";
    }
    if ours.iter().filter(live).count() > 0 {
        return "elsewhere";
    }
    let there: Vec<_> = ours.iter().filter(|row| row.1 != Status::Ended).collect();
    if there.iter().any(|row| row.1 == Status::Suspended || row.2 == Benefit::Suspended) {
        "interrupted"
    } else if !there.is_empty() {
        "unclear"
    } else if optional {
        "not-required"
    } else {
        "none"
    }
}

fn any_row() -> impl Strategy<Value = (SourceKind, Status, Benefit)> {
    (0_usize..16, 0_usize..5, 0_usize..4)
        .prop_map(|(kind, status, benefit)| (SourceKind::ALL[kind], Status::ALL[status], Benefit::ALL[benefit]))
}

fn any_set() -> impl Strategy<Value = ItemSet> {
    prop_oneof![3 => Just(0), 1 => 0_u8..64].prop_map(ItemSet)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(4000))]

    #[test]
    fn the_contract_retold(
        pension in proptest::collection::vec(any_row(), 0..4), medical in proptest::collection::vec(any_row(), 0..4), days in 0_i32..40_000, known in any::<bool>(),
        population in 0_usize..3, life in 0_usize..3, missing in any_set(), wrong in any_set(),
    ) {
        let birth = Date(as_of().days() - days);
        let (year, month, day) = birth.ymd();
        // Under 16 until the day of the sixteenth birthday; 29 February comes on 1 March.
        let sixteenth = Date::from_ymd(year + 16, month, day).or(Date::from_ymd(year + 16, 3, 1)).unwrap();
        let optional = known && sixteenth > as_of();
        let facts = Facts {
            birth: known.then_some(birth), population: Population::ALL[population], life: PersonLife::ALL[life],
            pension: rows(&pension), medical: rows(&medical), missing, wrong,
        };
        let verdict = classify(&facts, Rules::embedded(), as_of());

        let p = retold(&pension, &[EmployeePension, ResidentPension, InstitutionPension], optional);
        let m = retold(&medical, &[EmployeeMedical, ResidentMedical, RuralMedical], false);
        prop_assert_eq!((verdict.pension.as_str(), verdict.medical.as_str()), (p, m));

        let required: Vec<_> = [p, m].into_iter().filter(|state| *state != "not-required").collect();
        let lacked = required.iter().filter(|state| **state == "none").count();
        let category = if life == 1 { "deceased" }
            else if life == 2 { "moved-out" }
            else if population == 2 { "outside" }
            else if lacked == required.len() { "uninsured" }
            else if lacked == 1 { "partial" }
            else if p == "interrupted" || m == "interrupted" { "interrupted" }
            else if p == "unclear" || m == "unclear" || missing.bits() != 0 || wrong.bits() != 0 { "information" }
            else { "confirmed" };
        prop_assert_eq!(verdict.category.as_str(), category);

        // Everybody but the confirmed has a reason, and the texts are Chinese.
        prop_assert_eq!(verdict.reasons.is_empty(), category == "confirmed");
        prop_assert_eq!(verdict.reasons.iter().count(), verdict.reasons.chinese().count());
        prop_assert!(verdict.reasons.chinese().all(|text| !text.is_ascii()));
        prop_assert!(!verdict.reasons.contains(Reason::RowUnresolved));
        for (item, reason) in Item::ALL.into_iter().map(|item| (item, Reason::missing(item))) {
            prop_assert_eq!(verdict.reasons.contains(reason), missing.contains(item) && life == 0 && population < 2);
        }
    }

    /// The order of rows, and the lots they come in, do not count.
    #[test]
    fn facts_join(rows_of in proptest::collection::vec(any_row(), 0..6), at in 0_usize..6) {
        let (first, second) = rows_of.split_at(at.min(rows_of.len()));
        prop_assert_eq!(rows(first).and(rows(second)), rows(&rows_of));
        prop_assert_eq!(rows(second).and(rows(first)), rows(&rows_of));
    }
}
