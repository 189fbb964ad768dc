//! Whether an area suits a role.

use canbao_domain::role::Role;

use crate::RegistryError;
use crate::area::level_name;
use crate::registry::Registry;
use crate::store::Transaction;

/// The levels of areas that somebody in a role may answer for.
const fn levels(role: Role) -> &'static [&'static str] {
    match role {
        Role::Admin | Role::City => &["city"],
        Role::County => &["county"],
        Role::Town => &["town"],
        Role::Collector => &["village", "town"],
        Role::Reporter | Role::Auditor => &["city", "county"],
        Role::Leader => &["city", "county", "town"],
    }
}

/// The code of the area as it is kept: one that is there today and suits the role. Roles that may be the city's get its
/// code where none is named; before the record has areas, they alone can be, and their area may stay blank.
pub(super) async fn suited(
    registry: &Registry,
    transaction: &mut Transaction,
    role: Role,
    area: &str,
) -> Result<String, RegistryError> {
    let (areas, levels, area) = (registry.areas.get(transaction).await?, levels(role), area.trim());
    let citys = levels.contains(&"city");
    let city = areas.iter().find(|(_, area)| area.level == "city").map(|(code, _)| code);
    let role = role.chinese();
    if city.is_none() && areas.get(area).is_none() {
        if citys && (area.is_empty() || is_city(area)) {
            return Ok(area.to_owned());
        }
        return Err(RegistryError::refused_at(
            "area",
            format!("登记库里还没有区划，不能给{role}的账号定区划。"),
            "请先用 canbao registry apply 载入一次比对结果；市级的账号现在就可以建，区划留空或写市的 6 位代码。",
        ));
    }
    let area = match city {
        Some(city) if citys && area.is_empty() => city,
        _ if area.is_empty() => {
            return Err(RegistryError::refused_at(
                "area",
                format!("没有写明{role}的区划。"),
                "请写所在区划的代码；canbao registry area list 列出全部区划。",
            ));
        }
        _ => area,
    };
    let Some(found) = areas.get(area) else {
        return Err(RegistryError::refused_at(
            "area",
            format!("今天没有代码为“{area}”的区划。"),
            "请用 canbao registry area list 查看现有区划的代码。",
        ));
    };
    if !levels.contains(&found.level.as_str()) {
        let wanted = levels.iter().map(|level| level_name(level)).collect::<Vec<_>>().join("或");
        return Err(RegistryError::refused_at(
            "area",
            format!("{role}的区划应当是{wanted}，{area} {} 是{}。", found.name, level_name(&found.level)),
            "请换一个区划，或换一个角色。",
        ));
    }
    Ok(area.to_owned())
}

/// Whether it is a city's code (GB/T 2260).
fn is_city(code: &str) -> bool {
    code.len() == 6 && code.ends_with("00") && code.bytes().all(|byte| byte.is_ascii_digit())
}
