//! Changing an area by command: added, renamed, closed, put under another's management, each from a day on.

use canbao_domain::date::Date;

use super::{Area, Areas, DEEP, Version, Versions};
use crate::RegistryError;
use crate::clock;
use crate::hand::Hand;
use crate::query::Asker;
use crate::registry::Registry;
use crate::store::{Transaction, values};

/// What is done to an area.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum AreaChange {
    /// It comes into being, under the parent that its code names; a county under the city.
    Add {
        /// The area's name.
        name: String,
        /// The area above, where it is not the one that follows from the code.
        parent: Option<String>,
    },
    /// It has another name.
    Rename {
        /// The new one.
        name: String,
    },
    /// It ceases to be.
    Close,
    /// Another area manages it; its parent's code gives it back.
    ReportTo {
        /// The area that manages it.
        manager: String,
    },
}

/// Levels from the city down, with the digits of their codes.
const LEVELS: [(&str, &str, usize); 4] =
    [("city", "市", 6), ("county", "县（区）", 6), ("town", "乡镇（街道）", 9), ("village", "村（社区）", 12)];
/// How far ahead a change may be written down, in days: a slip of the pen would lock the area for years.
const AHEAD: i32 = 366;
/// Areas that a refusal names.
const NAMED: usize = 3;
/// Characters of a name.
const LONG: usize = 60;

impl AreaChange {
    /// The word on the audit.
    pub const fn kind(&self) -> &'static str {
        match self {
            Self::Add { .. } => "area-add",
            Self::Rename { .. } => "area-rename",
            Self::Close => "area-close",
            Self::ReportTo { .. } => "area-report-to",
        }
    }
}

impl Registry {
    /// Changes an area from a day on, in one transaction with its audit entry; gives the revision. What is changed so no
    /// run undoes, and every scope follows from that day.
    ///
    /// # Errors
    /// Where the asker does not answer for the whole city; where the area, its parent or its manager is unknown on that
    /// day, levels do not fit, the area would report to itself, its periods would overlap; where an area is closed in
    /// which people are, or that others stand under or report to.
    pub async fn change_area(
        &self,
        asker: &Asker,
        code: &str,
        change: &AreaChange,
        from: Date,
    ) -> Result<i64, RegistryError> {
        let mut hand = Hand::begin(self).await?;
        let told = change_in(&mut hand, asker, code, change, from).await?;
        let subject = format!("area {code} from {from}: {told}");
        hand.finish(change.kind(), &asker.actor, &subject, &from.to_string()).await
    }

    /// Whether an area could be changed so. It is, and is taken back; nothing stays.
    ///
    /// # Errors
    /// As [`Self::change_area`].
    pub async fn try_area(
        &self,
        asker: &Asker,
        code: &str,
        change: &AreaChange,
        from: Date,
    ) -> Result<(), RegistryError> {
        let mut hand = Hand::begin(self).await?;
        change_in(&mut hand, asker, code, change, from).await?;
        hand.transaction.rollback().await
    }
}

/// Changes an area within a hand; gives what the audit says of it.
async fn change_in(
    hand: &mut Hand<'_>,
    asker: &Asker,
    code: &str,
    change: &AreaChange,
    from: Date,
) -> Result<String, RegistryError> {
    if asker.scope.areas().is_some() {
        return Err(RegistryError::refused("区划由全市统一维护，您的权限不含全市。", "请交给市级经办机构办理。"));
    }
    let last = clock::today().max(hand.as_of);
    if from.days() > last.days() + AHEAD {
        return Err(RegistryError::refused_at("from", format!("{from} 太远，最多提前一年登记。"), "请核对生效日期。"));
    }
    let (day, revision) = (from.to_string(), hand.revision);
    let versions = Versions::read(&mut hand.transaction).await?;
    let told = match change {
        AreaChange::Add { name, parent } => {
            let version = added(&versions, code, name, parent.as_deref(), &day, revision)?;
            version.insert(&mut hand.transaction).await?;
            format!("{} parent {}", version.area.name, version.area.parent.as_deref().unwrap_or_default())
        }
        AreaChange::Rename { name } => {
            let before = changeable(&versions, code, &day)?;
            let name = named(name)?;
            if before.area.name == name {
                return Err(RegistryError::refused_at(
                    "name",
                    format!("{code} 的名称本来就是“{name}”。"),
                    "名称没有变化，不需要登记。",
                ));
            }
            let area = Area { name: name.clone(), ..before.area.clone() };
            put(&mut hand.transaction, before, area, true, &day, revision).await?;
            format!("{} -> {name}", before.area.name)
        }
        AreaChange::Close => {
            let before = changeable(&versions, code, &day)?;
            closable(&mut hand.transaction, &versions, before, &day).await?;
            let ended = Version { until: Some(day.clone()), by_hand: true, revision, ..before.clone() };
            ended.update(&mut hand.transaction).await?;
            before.area.name.clone()
        }
        AreaChange::ReportTo { manager } => {
            let before = changeable(&versions, code, &day)?;
            let area = managed(&versions, before, manager, &day)?;
            put(&mut hand.transaction, before, area, before.by_hand, &day, revision).await?;
            let after = Versions::read(&mut hand.transaction).await?;
            ends(&after, code, &day)?;
            format!("{} -> {manager}", before.area.manager().unwrap_or_default())
        }
    };
    Ok(told)
}

pub(super) fn unknown(code: &str) -> RegistryError {
    RegistryError::refused(format!("没有代码为“{code}”的区划。"), "请用 canbao registry area list 查看现有区划的代码。")
}

fn place(level: &str) -> Option<usize> {
    LEVELS.iter().position(|(name, _, _)| *name == level)
}

/// What a level is called.
pub(crate) fn chinese(level: &str) -> &'static str {
    place(level).and_then(|at| LEVELS.get(at)).map_or("区划", |(_, chinese, _)| chinese)
}

/// A name as it is kept.
fn named(name: &str) -> Result<String, RegistryError> {
    let name = name.trim();
    if name.is_empty() || name.chars().count() > LONG || name.chars().any(char::is_control) {
        return Err(RegistryError::refused_at(
            "name",
            format!("区划名称应当是 1 到 {LONG} 个字，不含换行等控制符。"),
            "请核对名称。",
        ));
    }
    Ok(name.to_owned())
}

/// The version that a change from `day` on follows.
fn changeable<'a>(versions: &'a Versions, code: &str, day: &str) -> Result<&'a Version, RegistryError> {
    let last = versions.last(code).ok_or_else(|| unknown(code))?;
    if let Some(until) = &last.until {
        return Err(RegistryError::refused(
            format!("区划 {code} {} 从 {until} 起已经撤销。", last.area.name),
            "撤销了的区划不能再变更；恢复使用请用 canbao registry area add 重新登记。",
        ));
    }
    if last.since.as_str() > day {
        return Err(RegistryError::refused_at(
            "from",
            format!("区划 {code} {} 从 {} 起已有登记，{day} 在它之前，两段时间会重叠。", last.area.name, last.since),
            "生效日期不能早于这个区划最近一次变更的日期。",
        ));
    }
    Ok(last)
}

/// An area that is there from `day` on: a parent, a manager.
fn standing<'a>(versions: &'a Versions, code: &str, day: &str) -> Result<&'a Version, RegistryError> {
    let last = versions.last(code).ok_or_else(|| unknown(code))?;
    let first = versions.0.get(code).and_then(|versions| versions.first()).map_or("", |version| version.since.as_str());
    match &last.until {
        Some(until) => Err(RegistryError::refused(
            format!("区划 {code} {} 从 {until} 起已经撤销，不能作为上级或管理单位。", last.area.name),
            "请换用仍在使用的区划。",
        )),
        None if first > day => Err(RegistryError::refused(
            format!("区划 {code} {} 从 {first} 起才有，{day} 时还没有。", last.area.name),
            "请核对生效日期。",
        )),
        None => Ok(last),
    }
}

fn added(
    versions: &Versions,
    code: &str,
    name: &str,
    parent: Option<&str>,
    day: &str,
    revision: i64,
) -> Result<Version, RegistryError> {
    let level = LEVELS.iter().skip(1).find(|(_, _, digits)| code.len() == *digits);
    let Some((level, digits)) = level.filter(|_| code.bytes().all(|byte| byte.is_ascii_digit())).map(|l| (l.0, l.2))
    else {
        return Err(RegistryError::refused_at(
            "code",
            format!("“{code}”不是区划代码。"),
            "县（区）的代码是 6 位数字，乡镇（街道）9 位，村（社区）12 位。",
        ));
    };
    if let Some(known) = versions.last(code) {
        let name = &known.area.name;
        match &known.until {
            None => {
                return Err(RegistryError::refused_at(
                    "code",
                    format!("代码 {code} 已是“{name}”，从 {} 起。", known.since),
                    "请核对代码；改名请用 canbao registry area rename。",
                ));
            }
            Some(until) if until.as_str() > day => {
                return Err(RegistryError::refused_at(
                    "from",
                    format!("代码 {code} 到 {until} 之前仍是“{name}”，从 {day} 起会与它重叠。"),
                    "请把生效日期写在它撤销的当日或以后。",
                ));
            }
            Some(_) => {}
        }
    }
    let name = named(name)?;
    let above = match (parent, level) {
        (Some(parent), _) => parent,
        (None, "county") => {
            let city = versions.0.keys().find(|code| versions.open(code).is_some_and(|v| v.area.level == "city"));
            city.map(String::as_str).ok_or_else(|| {
                RegistryError::refused("登记库里没有市一级的区划。", "请用 --parent 写明上级区划的代码。")
            })?
        }
        (None, _) => code.get(..digits - 3).unwrap_or_default(),
    };
    let above = standing(versions, above, day)?;
    let fits = place(&above.area.level).map(|at| at + 1) == place(level);
    let follows = level == "county" || code.starts_with(&above.code);
    if !fits || !follows {
        let (own, other) = (chinese(level), chinese(&above.area.level));
        return Err(RegistryError::refused_at(
            "parent",
            format!("{code} 按代码是{own}，不能直接放在{other} {} {} 之下。", above.code, above.area.name),
            "村（社区）的上级是代码前 9 位的乡镇（街道），乡镇（街道）的上级是前 6 位的县（区），县（区）的上级是市；由别处管理的，登记以后用 report-to。",
        ));
    }
    let area = Area { name, level: level.to_owned(), parent: Some(above.code.clone()), reporting: None };
    Ok(Version { code: code.to_owned(), since: day.to_owned(), until: None, area, by_hand: true, revision })
}

/// From `day` on an area is another; what was written for the same day was a slip.
async fn put(
    transaction: &mut Transaction,
    before: &Version,
    area: Area,
    by_hand: bool,
    day: &str,
    revision: i64,
) -> Result<(), RegistryError> {
    let after = Version { since: day.to_owned(), area, by_hand, revision, ..before.clone() };
    if before.since == day {
        return after.update(transaction).await;
    }
    let ended = Version { until: Some(day.to_owned()), ..before.clone() };
    ended.update(transaction).await?;
    after.insert(transaction).await
}

/// What an area is when `manager` manages it.
fn managed(versions: &Versions, before: &Version, manager: &str, day: &str) -> Result<Area, RegistryError> {
    let (code, area) = (before.code.as_str(), &before.area);
    let above = standing(versions, manager, day)?;
    if area.parent.is_none() {
        return Err(RegistryError::refused(format!("{code} {} 是最上一级，没有管理单位。", area.name), "请核对代码。"));
    }
    if manager == code {
        return Err(RegistryError::refused_at(
            "manager",
            format!("{code} {} 不能由它自己管理。", area.name),
            "要恢复由本级管理，请写它上级区划的代码。",
        ));
    }
    if area.manager() == Some(manager) {
        return Err(RegistryError::refused_at(
            "manager",
            format!("{code} {} 本来就由 {manager} {} 管理。", area.name, above.area.name),
            "管理关系没有变化，不需要登记。",
        ));
    }
    let own = area.parent.as_deref() == Some(manager);
    let fits = above.area.level != "village" && place(&above.area.level) <= place(&area.level);
    if !own && !fits {
        let (level, other) = (chinese(&area.level), chinese(&above.area.level));
        return Err(RegistryError::refused_at(
            "manager",
            format!("{code} {} 是{level}，不能由{other} {manager} {} 管理。", area.name, above.area.name),
            "管理单位应当是同级或上级的乡镇（街道）、县（区）、开发区或市。",
        ));
    }
    Ok(Area { reporting: (!own).then(|| manager.to_owned()), ..area.clone() })
}

/// Walks up from every area on each day on which something changes: each way must end, and soon.
fn ends(versions: &Versions, code: &str, day: &str) -> Result<(), RegistryError> {
    let later = versions.0.values().flatten().map(|version| version.since.as_str()).filter(|since| *since > day);
    let mut days: Vec<&str> = later.chain([day]).collect();
    days.sort_unstable();
    days.dedup();
    for on in days {
        let areas = versions.on(on);
        if let Some(way) = areas.iter().map(|(from, _)| way_up(&areas, from)).find(|way| way.len() > DEEP) {
            if !way.contains(&code) {
                continue;
            }
            let names: Vec<String> =
                way.iter().skip_while(|at| **at != code).take(4).map(|at| told(&areas, at)).collect();
            return Err(RegistryError::refused(
                format!("这样会绕成一圈，或者层级太多：从 {on} 起，{}……", names.join(" → ")),
                "请先变更另一个区划的管理关系。",
            ));
        }
    }
    Ok(())
}

/// The codes from one up, itself first; one more than [`DEEP`] where it does not end.
fn way_up<'a>(areas: &'a Areas, from: &'a str) -> Vec<&'a str> {
    let mut way = vec![from];
    let mut at = from;
    while let Some(above) = areas.get(at).and_then(Area::manager).filter(|_| way.len() <= DEEP) {
        way.push(above);
        at = above;
    }
    way
}

fn told(areas: &Areas, code: &str) -> String {
    let name = areas.get(code).map_or("", |area| area.name.as_str());
    format!("{code} {name}")
}

/// Makes sure that nobody and nothing is in an area from `day` on.
async fn closable(
    transaction: &mut Transaction,
    versions: &Versions,
    area: &Version,
    day: &str,
) -> Result<(), RegistryError> {
    let (code, name) = (area.code.as_str(), area.area.name.as_str());
    if area.since == day {
        return Err(RegistryError::refused(
            format!("区划 {code} {name} 从 {day} 起才是现在的样子，撤销的日期必须晚于这一天。"),
            "请把撤销日期写在它之后。",
        ));
    }
    let holds = |version: &&Version| version.code != code && version.end() > day;
    for (what, hint) in [
        ("下级", "请先撤销它的下级区划。"),
        ("管理的区划", "请先用 canbao registry area report-to 把它们交给别的单位管理。"),
    ] {
        let above = |version: &&Version| {
            let area = &version.area;
            (if what == "下级" { &area.parent } else { &area.reporting }).as_deref() == Some(code)
        };
        let under = versions.0.values().filter_map(|all| all.iter().filter(holds).find(above));
        let under: Vec<String> = under.map(|version| format!("{} {}", version.code, version.area.name)).collect();
        if !under.is_empty() {
            let named = under.iter().take(NAMED).cloned().collect::<Vec<_>>().join("、");
            return Err(RegistryError::refused(
                format!(
                    "{code} {name} 还有 {} 个{what}：{named}{}。",
                    under.len(),
                    if under.len() > NAMED { "等" } else { "" }
                ),
                hint,
            ));
        }
    }
    let sql = "SELECT CAST(COALESCE(SUM(people), 0) AS BIGINT) FROM counter \
               WHERE area = $1 AND scheme = '' AND finding = ''";
    match transaction.int(sql, values![code]).await? {
        0 => Ok(()),
        people => Err(RegistryError::refused(
            format!("{code} {name} 还有 {people} 人在册。"),
            "请先在人口数据里把他们改到新的区划，比对并更新登记库之后再撤销。",
        )),
    }
}
