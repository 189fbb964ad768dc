//! From what was typed to a procedure; what is missing or cannot be so is told at its field, all of it at once.

use canbao_domain::date::Date;
use canbao_registry::change::{NewPerson, Procedure, Proposal};

use super::Case;
use crate::App;
use crate::fault::Fault;
use crate::page::field::Errors;
use crate::page::given::Given;
use crate::right::visitor::Visitor;
use crate::say;

/// A proposal of what was typed, or what is wrong with it.
pub(crate) async fn proposal(
    app: &App,
    visitor: &Visitor,
    case: &Case,
    given: &Given,
) -> Result<Result<Proposal, Errors>, Fault> {
    let mut errors = Errors::new();
    let mut need = |name: &'static str, sentence: &str| {
        let text = given.text(name).to_owned();
        if text.is_empty() {
            errors.push((name, sentence.to_owned()));
        }
        text
    };
    let scheme = |need: &mut dyn FnMut(&'static str, &str) -> String| need("scheme", "请选险种。");
    let new = |need: &mut dyn FnMut(&'static str, &str) -> String| {
        let name = need("name", "请填姓名。");
        let number = match case.kind {
            "arrival" => Some(need("number", "请填身份证号。")),
            _ => given.maybe("number"),
        };
        let sex = need("sex", "请选性别。");
        let birth_date = need("birth_date", "请填出生日期。");
        let area = need("area", "请选所在的村（社区）。");
        let registered = need("registered", "请选户口是否在这里。") == "yes";
        let [household, relation, ethnic, address, phone] =
            ["household", "relation", "ethnic", "address", "phone"].map(|name| given.maybe(name));
        NewPerson { name, number, sex, birth_date, area, household, relation, ethnic, address, phone, registered }
    };
    let [unit_code, unit_name, pooling_area] = ["unit_code", "unit_name", "pooling_area"].map(|name| given.maybe(name));
    let procedure = match case.kind {
        "death" => Procedure::Death,
        "move-out" => Procedure::MoveOut { to: given.maybe("to") },
        "move-in" => Procedure::MoveIn {
            area: need("area", "请选迁入的村（社区）。"),
            household: given.maybe("household"),
            address: given.maybe("address"),
            registered: need("registered", "请选户口是否迁入。") == "yes",
        },
        "left-country" => Procedure::LeftCountry,
        "enrolment-begun" => {
            Procedure::EnrolmentBegun { scheme: scheme(&mut need), unit_code, unit_name, pooling_area }
        }
        "enrolment-interrupted" => Procedure::EnrolmentInterrupted {
            scheme: scheme(&mut need),
            reason: need("reason", "请选中断的原因。"),
        },
        "enrolment-resumed" => Procedure::EnrolmentResumed { scheme: scheme(&mut need) },
        "enrolment-ended" => {
            Procedure::EnrolmentEnded { scheme: scheme(&mut need), reason: need("reason", "请选终止的原因。") }
        }
        "enrolment-transferred" => {
            Procedure::EnrolmentTransferred { scheme: scheme(&mut need), unit_code, unit_name, pooling_area }
        }
        "conscripted" => Procedure::Conscripted,
        "imprisoned" => Procedure::Imprisoned,
        "released" => Procedure::Released,
        "number-corrected" => Procedure::NumberCorrected { number: need("number", "请填正确的身份证号。") },
        "name-changed" => Procedure::NameChanged { name: need("name", "请填正确的姓名。") },
        "merged" => Procedure::Merged { into: given.text("into").parse().unwrap_or_default() },
        "split" => Procedure::Split {
            enrolments: given.numbers("enrolments"),
            numbers: given.numbers("numbers"),
            other: new(&mut need),
        },
        "birth" => Procedure::Birth(new(&mut need)),
        _ => Procedure::Arrival(new(&mut need)),
    };
    let effective = match case.kind {
        "birth" => given.text("birth_date").to_owned(),
        _ => need("effective", "请填日期。"),
    };
    let long_ago = Date::parse(&effective).is_some_and(|born| born.age_on(say::today()) > 18);
    let papers = need("papers", "请写明凭什么材料办理。");
    let evidence = match digest(given.text("evidence")) {
        Ok(Some(_)) if case.scan.is_some() => {
            errors.push(("evidence", "已经上传了扫描件，它的摘要由系统算出，这里不用填。".to_owned()));
            None
        }
        // of a file that was handed in the program works it out
        Ok(evidence) => case.scan.as_ref().map(|scan| scan.sha256.to_vec()).or(evidence),
        Err(sentence) => {
            errors.push(("evidence", sentence.to_owned()));
            None
        }
    };
    if case.kind == "birth" && long_ago {
        errors.push(("birth_date", "出生日期在十八年以前；成年人请办理新迁入。".to_owned()));
    }
    let procedure = match procedure {
        Procedure::Merged { into: 0 } => match other(app, visitor, given.text("into_number")).await? {
            Ok(into) => Procedure::Merged { into },
            Err(sentence) => {
                errors.push((
                    if given.text("into") == "other" || case.alike.is_empty() { "into_number" } else { "into" },
                    sentence,
                ));
                Procedure::Merged { into: 0 }
            }
        },
        other => other,
    };
    for name in LONG.iter().filter(|name| given.text(name).chars().count() > 200) {
        errors.push((name, "太长了，请写在 200 个字以内。".to_owned()));
    }
    if !errors.is_empty() {
        return Ok(Err(errors));
    }
    let (person, seen) = case.whole.as_ref().map_or((0, 0), |whole| (whole.person, whole.revision));
    Ok(Ok(Proposal { person, seen, procedure, effective, evidence, papers: Some(papers) }))
}

/// Texts that somebody types.
const LONG: [&str; 8] = ["name", "to", "household", "address", "phone", "unit_code", "unit_name", "papers"];

/// A SHA-256 as it is typed or was worked out in the browser.
fn digest(text: &str) -> Result<Option<Vec<u8>>, &'static str> {
    let digits: Vec<u8> = text.bytes().filter(|byte| !byte.is_ascii_whitespace()).collect();
    if digits.is_empty() {
        return Ok(None);
    }
    let pairs = digits.chunks(2).map(|pair| {
        let pair = std::str::from_utf8(pair).ok().filter(|pair| pair.bytes().all(|byte| byte.is_ascii_hexdigit()))?;
        u8::from_str_radix(pair, 16).ok()
    });
    match pairs.collect::<Option<Vec<u8>>>() {
        Some(bytes) if bytes.len() == 32 => Ok(Some(bytes)),
        _ => Err("摘要应当是 64 位十六进制数（0–9、a–f）；不清楚的可以不填。"),
    }
}

/// The record that a number or a record's identifier means, where it is one and within reach.
async fn other(app: &App, visitor: &Visitor, text: &str) -> Result<Result<i64, String>, Fault> {
    if text.is_empty() {
        return Ok(Err("请选一条记录，或填它的号码。".to_owned()));
    }
    let asker = visitor.asker("办理变更（合并）");
    let identifier = text.parse::<i64>().ok().filter(|_| text.len() < 12);
    let found = match identifier {
        Some(person) => match app.registry.person(&asker, person).await {
            Ok(whole) => vec![whole],
            Err(canbao_registry::RegistryError::Nobody) => Vec::new(),
            Err(error) => return Err(error.into()),
        },
        None => app.registry.by_number(&asker, text).await?,
    };
    Ok(match found.as_slice() {
        [] => Err("您负责的区域里没有这条记录；记录在别处的，请由市级办理。".to_owned()),
        [only] => Ok(only.person),
        several => Err(format!("有 {} 条记录用这个号码，请填记录编号。", several.len())),
    })
}
