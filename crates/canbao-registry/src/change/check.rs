//! What a procedure may not be: each wrong use is refused in a sentence, and changes nothing.

use canbao_domain::date::Date;
use canbao_domain::number::{CitizenNumber, read_number};
use canbao_domain::rules::PersonLife;
use canbao_domain::source::SourceKind;
use canbao_domain::standard;

use super::procedure::{NewPerson, Procedure};
use crate::RegistryError;
use crate::area::Areas;
use crate::person::{Enrolment, State, Whole};
use crate::private::normalised;

/// Refuses in a sentence.
fn refuse<T>(sentence: impl Into<String>, hint: &'static str) -> Result<T, RegistryError> {
    Err(RegistryError::refused(sentence, hint))
}

/// Refuses what was told of one item.
fn refuse_at<T>(item: &'static str, sentence: impl Into<String>, hint: &'static str) -> Result<T, RegistryError> {
    Err(RegistryError::refused_at(item, sentence, hint))
}

const LOOK: &str = "请重新查看此人的记录。";

/// Whoever decides says why.
pub(super) fn reason(reason: &str) -> Result<(), RegistryError> {
    if reason.trim().is_empty() {
        return Err(RegistryError::refused_at("reason", "没有写理由。", "请写明理由，再提交一次。"));
    }
    Ok(())
}

/// The day from which something holds: a day, and not to come.
pub(super) fn day(text: &str, today: Date) -> Result<Date, RegistryError> {
    match Date::parse(text) {
        None => refuse_at("effective", format!("生效日期“{text}”不是日期。"), "请写成 2016-12-01 的样子。"),
        Some(day) if day > today => {
            refuse_at("effective", format!("生效日期 {day} 还没有到。"), "请在当天或之后办理。")
        }
        Some(day) => Ok(day),
    }
}

/// Somebody's record on which a procedure may be done at all.
pub(super) fn open(whole: &Whole) -> Result<(), RegistryError> {
    match whole.record.state {
        State::Merged => refuse(
            format!("这条记录已合并到 {} 号记录。", whole.record.merged_into.unwrap_or_default()),
            "请在合并后的记录上办理，或先撤销合并。",
        ),
        State::Current | State::Ended => Ok(()),
    }
}

/// Checks a procedure on somebody's record. `other`: the record that it is to be merged into.
pub(super) fn check(
    procedure: &Procedure,
    whole: &Whole,
    other: Option<&Whole>,
    on: Date,
    areas: &Areas,
) -> Result<(), RegistryError> {
    open(whole)?;
    if whole.record.birth.is_some_and(|birth| on < birth) {
        return refuse_at("effective", "生效日期早于此人的出生日期。", "请核对生效日期。");
    }
    let life = whole.record.life;
    let dead = life == PersonLife::Deceased;
    if dead && let Some(since) = whole.record.life_date.filter(|since| on > *since) {
        let about_living = !matches!(
            procedure,
            Procedure::Death
                | Procedure::EnrolmentEnded { .. }
                | Procedure::NumberCorrected { .. }
                | Procedure::NameChanged { .. }
                | Procedure::Merged { .. }
                | Procedure::Split { .. }
                | Procedure::ExtractDiffers { .. }
        );
        if about_living {
            return refuse(
                format!("此人已于 {since} 登记死亡，不能再办理{}。", procedure.chinese()),
                "如果死亡登记有误，请先撤销它。",
            );
        }
    }
    match procedure {
        Procedure::Death if dead => refuse("此人已经登记死亡，不能重复登记。", LOOK),
        Procedure::MoveOut { .. } if life == PersonLife::MovedOut => refuse("此人已经登记迁出，不能重复登记。", LOOK),
        Procedure::MoveOut { .. } | Procedure::LeftCountry if dead => {
            refuse("此人已经登记死亡，不能登记迁出。", "如果死亡登记有误，请先撤销它。")
        }
        Procedure::MoveIn { .. } if dead => {
            refuse("此人已经登记死亡，不能登记迁入。", "如果死亡登记有误，请先撤销它。")
        }
        Procedure::MoveIn { area, .. } => village(area, areas),
        Procedure::Arrival(person) | Procedure::Birth(person) => new_person(procedure, person, on, areas),
        Procedure::Split { other, enrolments, numbers } => {
            new_person(procedure, other, on, areas)?;
            let has_row = |id: &i64| whole.enrolments.iter().any(|row| row.id == *id);
            let has_number = |id: &i64| whole.numbers.iter().any(|number| number.id == *id);
            if !enrolments.iter().all(has_row) || !numbers.iter().all(has_number) {
                return refuse_at("enrolments", "要拆出去的参保记录或号码已经不在这条记录里。", LOOK);
            }
            if enrolments.is_empty() && numbers.is_empty() {
                return refuse_at("enrolments", "没有指明要拆出去的参保记录或号码。", "请至少选一项。");
            }
            Ok(())
        }
        Procedure::EnrolmentBegun { scheme, .. } => {
            scheme_of(scheme)?;
            if rows(whole, scheme).any(is_live) {
                return refuse_at(
                    "scheme",
                    format!("此人在{}中已是正常参保。", name(scheme)),
                    "调动单位或统筹区请办理关系转移。",
                );
            }
            if dead {
                return refuse("此人已经登记死亡，不能办理新参保。", "如果死亡登记有误，请先撤销它。");
            }
            Ok(())
        }
        Procedure::EnrolmentInterrupted { scheme, reason } => {
            scheme_of(scheme)?;
            reason_of(reason)?;
            if rows(whole, scheme).any(is_live) {
                Ok(())
            } else {
                refuse_at("scheme", format!("此人在{}中没有正常的参保记录，不能中断。", name(scheme)), LOOK)
            }
        }
        Procedure::EnrolmentResumed { scheme } => {
            scheme_of(scheme)?;
            if rows(whole, scheme).any(|row| row.status.as_deref() == Some("suspended")) {
                Ok(())
            } else {
                refuse_at(
                    "scheme",
                    format!("此人在{}中没有暂停的参保记录，不能恢复。", name(scheme)),
                    "没有参保记录的请办理新参保。",
                )
            }
        }
        Procedure::EnrolmentEnded { scheme, reason } => {
            scheme_of(scheme)?;
            reason_of(reason)?;
            if rows(whole, scheme).any(|row| row.status.as_deref() != Some("ended")) {
                Ok(())
            } else {
                refuse_at("scheme", format!("此人在{}中没有未终止的参保记录。", name(scheme)), LOOK)
            }
        }
        Procedure::EnrolmentTransferred { scheme, unit_code, unit_name, pooling_area } => {
            scheme_of(scheme)?;
            if unit_code.is_none() && unit_name.is_none() && pooling_area.is_none() {
                return refuse_at("unit_name", "没有写转到哪个单位或统筹区。", "请填写单位编码、单位名称或统筹区。");
            }
            if rows(whole, scheme).any(|row| row.status.as_deref() != Some("ended")) {
                Ok(())
            } else {
                refuse_at("scheme", format!("此人在{}中没有可以转移的参保记录。", name(scheme)), LOOK)
            }
        }
        Procedure::NumberCorrected { number } => {
            let number = citizen(number)?;
            if whole.number() == Some(number.as_str()) {
                return refuse_at("number", "新号码与现在的号码相同。", LOOK);
            }
            Ok(())
        }
        Procedure::NameChanged { name } => {
            let new = normalised(name);
            if new.is_empty() {
                return refuse_at("name", "没有写新的姓名。", "请填写姓名。");
            }
            if whole.record.name.as_deref().map(normalised) == Some(new) {
                return refuse_at("name", "新姓名与现在的姓名相同。", LOOK);
            }
            Ok(())
        }
        Procedure::Merged { into } if *into == whole.person => {
            refuse_at("into", "不能把一条记录合并到它自己。", "请选择另一条记录。")
        }
        Procedure::Merged { .. } => match other {
            None => refuse_at("into", "要合并到的记录不存在。", LOOK),
            Some(other) => open(other),
        },
        Procedure::Released if !whole.enrolments.iter().any(is_held) && life != PersonLife::MovedOut => {
            refuse("此人没有因参军或服刑中断的参保记录。", LOOK)
        }
        Procedure::Death
        | Procedure::MoveOut { .. }
        | Procedure::LeftCountry
        | Procedure::Conscripted
        | Procedure::Imprisoned
        | Procedure::Released
        | Procedure::ExtractDiffers { .. } => Ok(()),
    }
}

/// Checks what is told of somebody new.
pub(crate) fn new_person(
    procedure: &Procedure,
    person: &NewPerson,
    on: Date,
    areas: &Areas,
) -> Result<(), RegistryError> {
    if normalised(&person.name).is_empty() {
        return refuse_at("name", "没有写姓名。", "请填写姓名。");
    }
    if !matches!(person.sex.as_str(), "1" | "2") {
        return refuse_at("sex", "性别要写 1（男）或 2（女）。", "请填写性别代码。");
    }
    let Some(birth) = Date::parse(&person.birth_date) else {
        return refuse_at("birth_date", "出生日期不是日期。", "请写成 2016-12-01 的样子。");
    };
    if birth > on {
        return refuse_at("birth_date", "出生日期晚于生效日期。", "请核对两个日期。");
    }
    if matches!(procedure, Procedure::Birth(_)) && birth.age_on(on) > 18 {
        return refuse_at("birth_date", "出生登记的出生日期在十八年以前。", "成年人请办理迁入。");
    }
    if let Some(number) = &person.number {
        let number = citizen(number)?;
        let read = CitizenNumber::parse(number.as_bytes());
        if read.is_some_and(|read| read.birth() != birth) {
            return refuse_at("number", "号码中的出生日期与填写的出生日期不同。", "请核对号码和出生日期。");
        }
    } else if matches!(procedure, Procedure::Arrival(_)) {
        return refuse_at("number", "迁入的人要有社会保障号码。", "请填写号码；新生儿请办理出生登记。");
    }
    village(&person.area, areas)
}

fn village(code: &str, areas: &Areas) -> Result<(), RegistryError> {
    match areas.get(code) {
        None => refuse_at("area", format!("没有代码为 {code} 的区划。"), "请从区划表中选择村（社区）。"),
        Some(area) if area.level != "village" => {
            refuse_at("area", format!("{code}（{}）不是村或社区。", area.name), "请选择到村（社区）一级。")
        }
        Some(_) => Ok(()),
    }
}

/// A valid citizen number, as the standard writes it.
pub(super) fn citizen(text: &str) -> Result<String, RegistryError> {
    match read_number(text, None).number {
        Some(number) => Ok(String::from_utf8_lossy(&number.bytes()).into_owned()),
        None => refuse_at("number", "号码不是有效的公民身份号码。", "请核对十八位号码，末位是校验码。"),
    }
}

fn scheme_of(scheme: &str) -> Result<SourceKind, RegistryError> {
    match scheme.parse::<SourceKind>() {
        Ok(kind) if kind.is_scheme() => Ok(kind),
        _ => refuse_at("scheme", format!("没有“{scheme}”这个险种。"), "请从险种表中选择。"),
    }
}

fn reason_of(reason: &str) -> Result<(), RegistryError> {
    if standard::interruptions().get(reason).is_some() {
        Ok(())
    } else {
        refuse_at("reason", format!("没有“{reason}”这个中断或终止原因。"), "请从参保中断原因表中选择代码。")
    }
}

fn name(scheme: &str) -> String {
    scheme.parse::<SourceKind>().map_or_else(|_| scheme.to_owned(), |kind| kind.chinese().to_owned())
}

/// The rows of a scheme.
pub(super) fn rows<'a>(whole: &'a Whole, scheme: &'a str) -> impl Iterator<Item = &'a Enrolment> {
    whole.enrolments.iter().filter(move |row| row.scheme == scheme)
}

pub(super) fn is_live(row: &Enrolment) -> bool {
    row.status.as_deref() == Some("normal") || row.benefit.as_deref() == Some("drawing")
}

/// Suspended for service or prison, by a procedure.
pub(super) fn is_held(row: &Enrolment) -> bool {
    row.status.as_deref() == Some("suspended") && matches!(row.reason.as_deref(), Some("6303" | "6305"))
}
