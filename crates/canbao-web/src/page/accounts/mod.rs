//! Accounts, for who runs the system: who may come in, as what, for which area.

pub(crate) mod add;
pub(crate) mod list;
pub(crate) mod one;

use canbao_domain::role::Role;
use canbao_domain::source::SourceKind;
use canbao_registry::RegistryError;
use canbao_registry::account::Account;

use super::field::{Errors, Field, plain};
use super::given::Given;
use super::word::Tag;
use crate::right::visitor::Visitor;
use crate::say;

/// Areas that a field proposes, at most; villages are left out first.
const AREAS: usize = 1_500;

/// How an account stands.
fn state(account: &Account) -> Tag {
    match account {
        account if account.disabled => Tag::new("已停用", ""),
        Account { locked_until: Some(until), .. } => {
            Tag::new(format!("锁定到 {}", say::time(*until).get(11..).unwrap_or_default()), "red")
        }
        account if account.must_change => Tag::new("等待换密码", "amber"),
        _ => Tag::new("在用", "green"),
    }
}

/// The fields of what an account is for.
fn fields(visitor: &Visitor, given: &Given, errors: &Errors, new: bool) -> Vec<Field> {
    let mut fields = Vec::new();
    if new {
        let hint = "2 到 32 个小写字母、数字、点、下划线或短横，如 chen.hui；以后不能改";
        fields.push(Field::text("login", "登录名", hint, given, errors));
    }
    fields.push(Field::text("name", "姓名", "显示在每一件办理的事旁边", given, errors));
    let roles = Role::ALL.map(|role| {
        let mut choice = plain(role.as_str(), role.chinese());
        what_for(role).clone_into(&mut choice.note);
        choice
    });
    fields.push(Field::choice("role", "角色", "radios", roles.to_vec(), given, errors));
    let areas = &visitor.areas;
    let all = areas.iter().count() <= AREAS;
    let offered = areas.iter().filter(|(_, area)| all || area.level != "village");
    let choices = offered.map(|(code, area)| {
        let name = areas.full_name(code);
        plain(code, if name.is_empty() { &area.name } else { &name })
    });
    let mut area = Field::choice("area", "区域", "list", choices.collect(), given, errors);
    (area.mode, area.size) = ("numeric", 14);
    area.hint = "区划代码：市、县 6 位，镇 9 位，村 12 位；市级的角色可以不填".to_owned();
    fields.push(area);
    fields.push(Field::text("department", "部门（只有部门报送员填）", "如：区卫计局", given, errors));
    let sources = SourceKind::ALL.into_iter().map(|kind| plain(kind.as_str(), kind.chinese())).collect();
    fields.push(Field::choice("sources", "报送哪些数据（只有部门报送员选）", "checks", sources, given, errors));
    fields
}

const fn what_for(role: Role) -> &'static str {
    match role {
        Role::Admin => "管账号和设置，看不到人员记录",
        Role::City => "全市的记录，复核变更",
        Role::County => "一个县（市、区）的记录，复核变更",
        Role::Town => "一个镇（办）的记录，提出变更",
        Role::Collector => "一个村（社区）的记录，入户采集",
        Role::Reporter => "报送一个部门的数据，看不到人员记录",
        Role::Leader => "只看统计数字",
        Role::Auditor => "只看办理记录和查看记录",
    }
}

/// What was typed of an account's post, or which field is blank.
fn post_of(given: &Given) -> Result<(Role, Vec<SourceKind>), Errors> {
    let mut errors = Errors::new();
    if given.text("name").is_empty() {
        errors.push(("name", "请填姓名。".to_owned()));
    }
    let role = Role::from_word(given.text("role"));
    if role.is_none() {
        errors.push(("role", "请选角色。".to_owned()));
    }
    let sources = SourceKind::ALL.into_iter().filter(|kind| given.has("sources", kind.as_str())).collect();
    match role {
        Some(role) if errors.is_empty() => Ok((role, sources)),
        _ => Err(errors),
    }
}

/// What the registry refuses, at its field; what speaks of commands is for who works at the server.
fn refused(error: &RegistryError) -> (&'static str, String) {
    let hint = error.hint();
    let hint = if hint.contains("canbao ") { String::new() } else { hint };
    (error.item(), format!("{error}{hint}"))
}
