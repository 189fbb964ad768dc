//! Employers, and who is insured through them.

use canbao_domain::scope::Scope;
use canbao_domain::source::SourceKind;
use canbao_registry::Registry;
use canbao_registry::apply::apply;
use canbao_registry::audit::verify;
use canbao_registry::query::{Asker, Employer, Filter};

use crate::apply::asker;
use crate::support::run::{Around, Somebody, UnitLine, somebody, write_in};
use crate::support::store::{Fresh, both};

const TRADE: &str = "安康（汉滨）商贸有限公司";
const CREDIT: &str = "91610902MA70EXQ44G";
const UNITS: [UnitLine; 3] = [
    (Some(CREDIT), None, TRADE),
    (None, Some("6109021000123"), "汉滨区富禾茶业经营部"),
    (Some("91610902MA70EXQA3K"), None, "安康市秦盛商贸有限公司"),
];

fn works(sequence: u64, status: &'static str, code: Option<&'static str>, name: Option<&'static str>) -> Somebody {
    let mut person = somebody("周平", "1990-01-01", sequence);
    person.schemes = vec![(SourceKind::EmployeePension, status), (SourceKind::EmployeeMedical, status)];
    person.unit = (code, name);
    person
}

/// Who works where: by credit code, by the agency's code, by name alone; some no longer.
fn people() -> Vec<Somebody> {
    let mut all: Vec<Somebody> = (0..30).map(|at| works(100 + at, "normal", Some("100082"), Some(TRADE))).collect();
    all.extend((0..5).map(|at| works(200 + at, "normal", Some(CREDIT), Some("安康(汉滨)商贸 有限公司"))));
    all.extend((0..3).map(|at| works(300 + at, "normal", None, Some(TRADE))));
    all.push(works(310, "suspended", Some("100082"), Some(TRADE)));
    // the agency's code without the name, and another's code with it, written by mistake
    all.push(works(320, "normal", Some("100082"), None));
    all.extend((0..4).map(|at| works(400 + at, "normal", Some("100083"), Some("安康市秦盛商贸有限公司"))));
    all.push(works(410, "normal", Some("100083"), Some(TRADE)));
    // nobody's register has it
    all.extend((0..2).map(|at| works(500 + at, "normal", Some("100099"), Some("无名工坊"))));
    for (at, person) in all.iter_mut().enumerate().filter(|(at, _)| at % 3 == 0) {
        person.village = Some(if at % 2 == 0 { "610921001001" } else { "610902001002" });
    }
    all
}

async fn found(registry: &Registry, asker: &Asker, value: &str) -> Employer {
    let mut found = registry.by_unit(asker, value).await.unwrap();
    assert_eq!(found.len(), 1, "{value}");
    found.remove(0)
}

/// Who of everybody has a live row with one of the codes, or without a code and with the name.
async fn walked(registry: &Registry, asker: &Asker, codes: &[&str], name: &str) -> Vec<i64> {
    let mut people = Vec::new();
    let each = |whole: canbao_registry::person::Whole| {
        let is = whole.enrolments.iter().any(|row| {
            let own = match row.unit_code.as_deref() {
                Some(code) => codes.contains(&code),
                None => row.unit_name.as_deref() == Some(name),
            };
            own && row.status.as_deref() == Some("normal")
        });
        people.extend(is.then_some(whole.person));
        Ok(())
    };
    registry.each_person(asker, &Filter::default(), each).await.unwrap();
    people.sort_unstable();
    people
}

both!(an_employer_is_found_by_any_code_and_by_name, |fresh: Fresh| async move {
    let (registry, folder) = (&fresh.registry, fresh.folder.path());
    let run = write_in(folder, "a", "2016-11-01", &people(), &Around { units: &UNITS, ..Around::default() });
    apply(registry, &run, "test", false).await.unwrap();
    let everybody = walked(registry, &asker(), &[CREDIT, "100082"], TRADE).await;
    assert_eq!(everybody.len(), 39);
    for value in [CREDIT, &CREDIT.to_lowercase(), "100082", TRADE, " 安康(汉滨)商贸有限公司 "] {
        let employer = found(registry, &asker(), value).await;
        assert_eq!(employer.credit_code.as_deref(), Some(CREDIT), "{value}");
        assert_eq!((employer.people, employer.county.as_deref()), (39, Some("610902")), "{value}");
        let live: Vec<(&str, i64)> = employer.live.iter().map(|(scheme, rows)| (scheme.as_str(), *rows)).collect();
        assert_eq!(live, [("employee-medical", 39), ("employee-pension", 39)], "{value}");
        assert_eq!((employer.category.as_deref(), employer.insured_people), (Some("uninsured"), Some(0)));
    }
    assert_eq!(found(registry, &asker(), "100083").await.people, 5);
    assert_eq!(found(registry, &asker(), "6109021000123").await.people, 0);
    let unknown = found(registry, &asker(), "无名工坊").await;
    assert_eq!((unknown.unit, unknown.people, unknown.category), (None, 2, None));
    assert_eq!(found(registry, &asker(), "100099").await.name.as_deref(), Some("无名工坊"));
    for nobody in ["没有这家公司", "91610902MA70000000", "0", ""] {
        assert!(registry.by_unit(&asker(), nobody).await.unwrap().is_empty(), "{nobody}");
    }
});

both!(members_come_page_by_page_each_once_and_within_the_scope, |fresh: Fresh| async move {
    let (registry, folder) = (&fresh.registry, fresh.folder.path());
    let run = write_in(folder, "a", "2016-11-01", &people(), &Around { units: &UNITS, ..Around::default() });
    apply(registry, &run, "test", false).await.unwrap();
    let of = |area: &str| Asker { actor: "clerk".to_owned(), scope: Scope::under([area]), purpose: "test".into() };
    for asker in [asker(), of("610902"), of("610921"), of("610902001002")] {
        let wanted = walked(registry, &asker, &[CREDIT, "100082"], TRADE).await;
        assert!(wanted.len() > 5);
        let looks = verify(registry).await.unwrap().looks;
        let (mut seen, mut after, mut pages) = (Vec::new(), None, 0);
        loop {
            let page = registry.unit_members(&asker, "100082", after, 4).await.unwrap();
            assert!(page.lines.len() <= 4);
            assert_eq!(page.people, wanted.len() as i64);
            seen.extend(page.lines.iter().map(|line| line.person));
            pages += 1;
            after = page.next;
            if after.is_none() {
                break;
            }
        }
        assert_eq!(seen, wanted);
        assert_eq!(verify(registry).await.unwrap().looks - looks, pages);
        assert_eq!(found(registry, &asker, TRADE).await.people, wanted.len() as i64);
    }
    // an employer of another county, through which nobody here is insured
    assert!(registry.by_unit(&of("610921001001"), "6109021000123").await.unwrap().is_empty());
    assert_eq!(registry.unit_members(&asker(), "没有这家公司", None, 10).await.unwrap().people, 0);
    assert_eq!(registry.unit_members(&asker(), "6109021000123", None, 10).await.unwrap().lines.len(), 0);
});
