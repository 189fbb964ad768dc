//! A batch of questions: each answered in its place, by number and name, within the asker's areas.

use canbao_domain::rules::{Category, InsuranceState};
use canbao_domain::scope::Scope;
use canbao_domain::source::SourceKind;
use canbao_registry::apply::apply;
use canbao_registry::audit::verify;
use canbao_registry::query::{Asker, Place, Question, Verdict};

use crate::apply::{asker, town};
use crate::support::run::{number, somebody, write};
use crate::support::store::{Fresh, both};

fn ask(number: impl Into<String>, name: &str) -> Question {
    Question { number: number.into(), name: name.to_owned() }
}

both!(each_row_is_answered_in_its_place, |fresh: Fresh| async move {
    let (registry, folder) = (&fresh.registry, fresh.folder.path());
    let mut people = town();
    let mut nobody = somebody("钱国庆", "1970-06-06", 21);
    nobody.schemes.clear();
    let mut sharer = somebody("周平", "1985-03-12", 10);
    sharer.household = Some("H7");
    sharer.schemes = vec![(SourceKind::ResidentPension, "suspended")];
    people.extend([nobody, sharer]);
    apply(registry, &write(folder, "a", "2016-11-01", &people), "test", false).await.unwrap();
    let wide: String = number("1991-07-08", 12).chars().map(|c| char::from_u32(c as u32 + 0xFEE0).unwrap()).collect();
    let wrong = format!("{}0", &number("1970-06-06", 21)[..17]);
    let wrong = if wrong == number("1970-06-06", 21) { format!("{}1", &wrong[..17]) } else { wrong };
    let shared = number("1985-03-12", 10);
    let (questions, wanted): (Vec<Question>, Vec<Verdict>) = [
        (ask(&shared, "王　秀英"), Verdict::Insured),
        (ask(&shared, "周平"), Verdict::Uninsured),
        (ask(&shared, "李四"), Verdict::NameDiffers),
        (ask(&shared, ""), Verdict::Shared),
        (ask(wide, "赵英"), Verdict::Insured),
        (ask(number("1991-07-08", 12), ""), Verdict::Insured),
        (ask(number("1991-07-08", 12), "赵瑛"), Verdict::NameDiffers),
        (ask(number("1970-06-06", 21), "钱国庆"), Verdict::Uninsured),
        (ask(number("1970-06-06", 22), "钱国庆"), Verdict::Unknown),
        (ask(wrong, "钱国庆"), Verdict::InvalidNumber),
        (ask("", "王秀英"), Verdict::InvalidNumber),
        (ask("不详", "王秀英"), Verdict::InvalidNumber),
        (ask("E1234567", "JOHN SMITH"), Verdict::Insured),
        (ask("E7654321", "JOHN SMITH"), Verdict::Unknown),
        (ask(&shared, "王秀英"), Verdict::Insured),
    ]
    .into_iter()
    .unzip();
    let before = verify(registry).await.unwrap().looks;
    let answers = registry.batch(&asker(), "digest", questions).await.unwrap();
    assert_eq!(answers.iter().map(|answer| answer.verdict).collect::<Vec<_>>(), wanted);
    let place = |scheme| Place { scheme, pooling_area: "610902".to_owned() };
    let medical = [SourceKind::EmployeeMedical, SourceKind::ResidentPension, SourceKind::RuralMedical];
    let mut places = medical.map(place).to_vec();
    places.sort();
    assert_eq!(answers[4].places, places);
    assert_eq!(answers[4].area, "610921001001");
    assert_eq!(answers[1].pension, Some(InsuranceState::Interrupted));
    assert_eq!(answers[7].category, Some(Category::Uninsured));
    assert!(answers[7].places.is_empty() && answers[1].places.is_empty());
    for at in [2, 3, 6, 8, 9] {
        let told = &answers[at];
        assert!(told.person.is_none() && told.pension.is_none() && told.area.is_empty(), "answer {at} shows somebody");
    }
    assert_eq!(answers[0], answers[14]);
    let proof = verify(registry).await.unwrap();
    assert_eq!((proof.looks - before, proof.faults.len()), (1, 0), "one look for the whole batch");
});

both!(a_batch_sees_no_further_than_its_asker, |fresh: Fresh| async move {
    let (registry, folder) = (&fresh.registry, fresh.folder.path());
    let mut people = town();
    apply(registry, &write(folder, "a", "2016-11-01", &people), "test", false).await.unwrap();
    let of = |areas: &[&str]| Asker {
        actor: "town".to_owned(),
        scope: Scope::under(areas.iter().copied()),
        purpose: "test".into(),
    };
    let both = || vec![ask(number("1991-07-08", 12), ""), ask(number("1985-03-12", 10), "")];
    let verdicts = async |asker: &Asker| {
        let answers = registry.batch(asker, "digest", both()).await.unwrap();
        for answer in answers.iter().filter(|answer| answer.verdict == Verdict::Elsewhere) {
            let nothing = answer.person.is_none() && answer.pension.is_none() && answer.places.is_empty();
            assert!(nothing && answer.category.is_none(), "more than the county is told: {answer:?}");
            assert!(["610902", "610921"].contains(&answer.area.as_str()), "{}", answer.area);
        }
        answers.into_iter().map(|answer| answer.verdict).collect::<Vec<_>>()
    };
    assert_eq!(verdicts(&asker()).await, [Verdict::Insured, Verdict::Insured]);
    assert_eq!(verdicts(&of(&["610921"])).await, [Verdict::Insured, Verdict::Elsewhere]);
    assert_eq!(verdicts(&of(&["610902"])).await, [Verdict::Elsewhere, Verdict::Insured]);
    assert_eq!(verdicts(&of(&[])).await, [Verdict::Elsewhere, Verdict::Elsewhere]);
    // who is in no extract any more is not in the registry, as of today
    people.remove(2);
    apply(registry, &write(folder, "b", "2016-12-01", &people), "test", false).await.unwrap();
    assert_eq!(verdicts(&asker()).await, [Verdict::Unknown, Verdict::Insured]);
});

both!(a_long_batch_is_answered_whole, |fresh: Fresh| async move {
    let (registry, folder) = (&fresh.registry, fresh.folder.path());
    let mut people = Vec::new();
    for at in 0..900 {
        let mut person = somebody("周平", "1990-01-01", at + 1);
        if at % 3 == 0 {
            person.schemes.clear();
        }
        people.push(person);
    }
    apply(registry, &write(folder, "a", "2016-11-01", &people), "test", false).await.unwrap();
    // every other one twice, those between unknown; in no order of hashes
    let asked =
        |at: u64| ask(number(if at.is_multiple_of(2) { "1990-01-01" } else { "1990-01-02" }, at % 900 + 1), "周平");
    let answers = registry.batch(&asker(), "digest", (0..1800).map(asked).collect()).await.unwrap();
    for (at, answer) in answers.iter().enumerate() {
        let wanted = match (at % 2, (at % 900) % 3) {
            (1, _) => Verdict::Unknown,
            (_, 0) => Verdict::Uninsured,
            _ => Verdict::Insured,
        };
        assert_eq!(answer.verdict, wanted, "row {at}");
    }
    assert!(registry.batch(&asker(), "digest", Vec::new()).await.unwrap().is_empty());
});
