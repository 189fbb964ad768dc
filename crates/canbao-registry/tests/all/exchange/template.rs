//! Questions and answers by workbooks, at the record.

use canbao_domain::number::CitizenNumber;
use canbao_domain::rules::{Category, InsuranceState};
use canbao_domain::scope::Scope;
use canbao_domain::source::{Insurance, SourceKind};
use canbao_registry::apply::apply;
use canbao_registry::exchange::template::{AnswerFile, AnswerLine, Plan, TemplateImport, Unusable};
use canbao_registry::exchange::{Choice, LeftOutWhy};
use canbao_registry::person::Whole;
use canbao_registry::store::Value;
use canbao_registry::{Registry, RegistryError, audit};

use super::registry::with;
use crate::apply::one;
use crate::support::run::{Somebody, number, somebody, write};
use crate::support::store::{Fresh, both};

const MEDICAL: SourceKind = SourceKind::EmployeeMedical;

/// 李明 and 张玮 lack a pension, 钱伟 and 周平 both, 无号 has no number, 王秀英 lacks nothing.
fn people() -> Vec<Somebody> {
    let mut nameless = with("无号", "1991-01-01", 30, &[]);
    nameless.number = None;
    vec![
        somebody("王秀英", "1985-03-12", 10),
        with("李明", "1980-05-02", 11, &[MEDICAL]),
        with("钱伟", "1979-01-01", 12, &[]),
        with("周平", "1990-04-04", 14, &[]),
        with("张玮", "1970-06-06", 15, &[MEDICAL]),
        nameless,
    ]
}

fn plan(only: Option<Insurance>, rows_per_file: usize) -> Plan<'static> {
    Plan { template: "test", answerer: "province", only, row_per_insurance: only.is_none(), rows_per_file }
}

fn line(birth: &str, sequence: u64, name: &str, insurance: Insurance) -> AnswerLine {
    AnswerLine {
        number: CitizenNumber::parse(number(birth, sequence).as_bytes()).unwrap(),
        name: name.to_owned(),
        insurance,
        insured: true,
        area: Some("430300".to_owned()),
        since: None,
    }
}

async fn loaded(fresh: &Fresh) -> &Registry {
    let run = write(fresh.folder.path(), "run", "2016-11-01", &people());
    apply(&fresh.registry, &run, "test", false).await.unwrap();
    &fresh.registry
}

async fn ask(registry: &Registry, only: Option<Insurance>, rows: usize) -> Vec<(i64, Vec<String>)> {
    let draft =
        registry.draft(&plan(only, rows), &Choice::new(Scope::city()), |name| name != "周平", "clerk").await.unwrap();
    let names = |rows: &[canbao_registry::exchange::template::AskedRow]| {
        rows.iter().map(|row| row.name.clone()).collect::<Vec<_>>()
    };
    let files = draft.files.iter().map(|file| (file.sequence, names(&file.rows))).collect();
    draft.keep().await.unwrap();
    files
}

async fn import(registry: &Registry, digest: &str, lines: &[AnswerLine]) -> Result<TemplateImport, RegistryError> {
    registry.draft_answer(&AnswerFile { answerer: "province", digest, lines }, "clerk").await?.keep().await
}

async fn person(registry: &Registry, birth: &str, sequence: u64) -> Whole {
    one(registry, &number(birth, sequence)).await
}

async fn count(registry: &Registry, sql: &'static str) -> i64 {
    registry.store().read().await.unwrap().int(sql, &[] as &[Value]).await.unwrap()
}

both!(files_have_numbers_that_never_come_again, |fresh: Fresh| async move {
    let registry = loaded(&fresh).await;
    let choice = Choice::new(Scope::city());
    let draft =
        registry.draft(&plan(Some(Insurance::Pension), 2), &choice, |name| name != "周平", "clerk").await.unwrap();
    assert_eq!(draft.people(), 3);
    let why: Vec<_> = draft.left_out.iter().map(|who| (who.name.as_str(), who.why)).collect();
    assert!(why.contains(&("无号", LeftOutWhy::NoNumber)) && why.contains(&("周平", LeftOutWhy::Encoding)), "{why:?}");
    assert_eq!(why.len(), 2);
    let sequences: Vec<i64> = draft.files.iter().map(|file| file.sequence).collect();
    assert_eq!(sequences, [1, 2]);
    assert_eq!(draft.files[0].rows[0].number, number("1980-05-02", 11));
    // what was not kept was not asked, and its numbers are free
    drop(draft);
    assert_eq!(count(registry, "SELECT COUNT(*) FROM question").await, 0);
    let files = ask(registry, Some(Insurance::Pension), 2).await;
    assert_eq!(files, [(1, vec!["李明".to_owned(), "钱伟".to_owned()]), (2, vec!["张玮".to_owned()])]);
    // the next go on; a row for each insurance
    let files = ask(registry, None, 10).await;
    assert_eq!(files.len(), 1);
    assert_eq!((files[0].0, files[0].1.len()), (3, 4));
    assert_eq!(count(registry, "SELECT COUNT(*) FROM question").await, 7);
    let mut nobody = choice;
    nobody.categories = vec![Category::Deceased];
    let refused = registry.draft(&plan(None, 10), &nobody, |_| true, "clerk").await.unwrap_err();
    assert!(matches!(refused, RegistryError::NobodyToAsk), "{refused:?}");
    assert!(audit::verify(registry).await.unwrap().faults.is_empty());
});

both!(an_answer_changes_those_alone_whom_it_may, |fresh: Fresh| async move {
    let registry = loaded(&fresh).await;
    ask(registry, Some(Insurance::Pension), 10).await;
    let lines = [
        line("1980-05-02", 11, "李 明", Insurance::Pension),
        line("1980-05-02", 11, "李明", Insurance::Pension),
        line("1970-06-06", 15, "张伟", Insurance::Pension),
        line("1979-01-01", 12, "赵大海", Insurance::Pension),
        line("1979-01-01", 12, "钱伟", Insurance::Medical),
        line("1990-04-04", 14, "周平", Insurance::Pension),
        line("1985-03-12", 10, "王秀英", Insurance::Pension),
    ];
    let told = import(registry, "aa", &lines).await.unwrap();
    let unusable =
        [(3, Unusable::NameDiffers), (4, Unusable::OtherInsurance), (5, Unusable::NotAsked), (6, Unusable::NotAsked)];
    assert_eq!(told.unusable, unusable);
    assert_eq!((told.used, told.repeated, told.insured, told.changed, told.names_noted), (2, 1, 2, 2, 1));
    assert_eq!(told.used + told.repeated + told.unusable.len() as u64, lines.len() as u64);

    let li = person(registry, "1980-05-02", 11).await;
    assert_eq!((li.derived.pension, li.derived.category), (InsuranceState::Elsewhere, Category::Confirmed));
    let row = li.enrolments.iter().find(|row| row.answerer() == Some("province")).unwrap();
    assert_eq!(row.pooling_area.as_deref(), Some("430300"));
    assert!(li.findings.is_empty(), "a space is no other name");
    let zhang = person(registry, "1970-06-06", 15).await;
    assert_eq!(zhang.record.name.as_deref(), Some("张玮"), "the name stays ours");
    assert_eq!(zhang.findings.len(), 1);
    assert_eq!(zhang.findings[0].kind, "name-differs");
    assert!(zhang.findings[0].detail.as_deref().unwrap().contains("张伟"));
    assert_eq!(person(registry, "1979-01-01", 12).await.derived.category, Category::Uninsured);

    // the same file again is refused and changes nothing; the same words in another file change nobody
    let before = count(registry, "SELECT visible FROM state").await;
    assert_eq!(registry.answered_before("aa").await.unwrap(), Some(told.revision));
    let refused = import(registry, "aa", &lines).await.unwrap_err();
    assert!(refused.to_string().contains("已经导入过"), "{refused}");
    assert_eq!(count(registry, "SELECT visible FROM state").await, before);
    assert_eq!(import(registry, "bb", &lines).await.unwrap().changed, 0);
    // another's answer to what was asked of the province is nobody's
    let file = AnswerFile { answerer: "ministry", digest: "cc", lines: &lines };
    let told = registry.draft_answer(&file, "clerk").await.unwrap().keep().await.unwrap();
    assert_eq!((told.used, told.unusable.len()), (0, lines.len()));
    // no longer insured there
    let mut gone = line("1980-05-02", 11, "李明", Insurance::Pension);
    gone.insured = false;
    let told = import(registry, "dd", &[gone]).await.unwrap();
    assert_eq!((told.uninsured, told.changed), (1, 1));
    assert_eq!(person(registry, "1980-05-02", 11).await.derived.category, Category::Partial);
    assert_eq!(count(registry, "SELECT COUNT(*) FROM audit WHERE action = 'exchange-import'").await, 4);
    assert!(audit::verify(registry).await.unwrap().faults.is_empty());
});
