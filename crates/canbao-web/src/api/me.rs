//! Who calls.

use canbao_registry::instant;
use serde::Serialize;
use serde_json::{Value, json};
use utoipa::ToSchema;

use super::Group;
use super::areas::Area;
use super::frame::call::{Ask, Call};
use super::frame::problem::Problem;
use super::frame::{Told, word};
use crate::right::Right;

pub(super) fn group() -> Group {
    let calls = vec![
        Call::read("getMe", "当前令牌", "/api/v1/me", Right::Home, show)
            .about("令牌属于谁、能做什么、到什么时候。先调用它，可以核对令牌是否有效。"),
    ];
    Group { name: "令牌", about: "令牌属于谁，能做什么。", calls }
}

/// 令牌和它的账号
#[derive(Serialize, ToSchema)]
struct Me {
    /// 账号
    login: String,
    /// 姓名
    name: String,
    #[schema(value_type = word::Role)]
    role: &'static str,
    /// 所负责的区域；登记库还没有区划时没有
    area: Option<Area>,
    /// 能做什么：账号和令牌都有的权限
    rights: Vec<&'static str>,
    /// 令牌
    token: Token,
}

/// 令牌
#[derive(Serialize, ToSchema)]
#[schema(as = CurrentToken)]
struct Token {
    /// 编号
    id: i64,
    /// 用途
    name: String,
    /// 令牌的权限
    scopes: Vec<String>,
    /// 到什么时候为止
    #[schema(value_type = word::Instant)]
    expires: String,
}

impl Told for Me {
    fn example() -> Value {
        json!({
            "login": "chen.hui", "name": "陈慧", "role": "county",
            "area": {"code": "610902", "name": "汉滨区", "level": "county"},
            "rights": ["people", "figures"],
            "token": {"id": 7, "name": "镇级平台同步", "scopes": ["people", "figures"], "expires": "2017-06-30T23:59:59+08:00"},
        })
    }
}

async fn show(ask: Ask) -> Result<Me, Problem> {
    let caller = &ask.caller;
    let (account, token) = (&caller.account, &caller.token);
    Ok(Me {
        login: account.login.clone(),
        name: account.name.clone(),
        role: account.role.as_str(),
        area: Area::of(&caller.areas, caller.own_area()),
        rights: caller.rights().into_iter().filter_map(Right::scope).collect(),
        token: Token {
            id: token.id,
            name: token.name.clone(),
            scopes: token.scopes.clone(),
            expires: instant(token.expires),
        },
    })
}
