//! One person: the record, masked; what is masked, for a purpose; the household; how it came to be so; who looked.

mod around;
mod claim;
mod past;
mod record;

use canbao_registry::Versioned;
use serde::Deserialize;
use utoipa::ToSchema;

use super::Group;
use super::frame::call::Call;
use super::frame::word;
use crate::right::Right;

pub(super) use past::Look;

pub(super) fn group() -> Group {
    let calls = vec![
        Call::read("getPerson", "一个人的记录", "/api/v1/people/{id}", Right::People, record::show).versioned().about(
            "号码、出生日期、电话、住址是遮盖的。写 as_of 看那一天的记录。回答里的 revision 用于提出和审核变更。",
        ),
        Call::ask("revealPerson", "显示遮盖的内容", "/api/v1/people/{id}/reveal", Right::Reveal, around::reveal)
            .about("写明用途，看号码、出生日期、电话和住址。用途记入查看记录。"),
        Call::read("getHousehold", "同户的人", "/api/v1/people/{id}/household", Right::People, around::household)
            .about("同户号的人，户主在前；只有所负责区域内的。没有户号的人没有同户。"),
        Call::read("getHistory", "变动经过", "/api/v1/people/{id}/history", Right::People, past::history)
            .about("记录的各版本，先旧后新：什么时候、谁、改了哪些项目；不含内容。"),
        Call::read("getLooks", "谁看过", "/api/v1/people/{id}/looks", Right::People, past::looks)
            .about("单独看过此人记录的账号、时间和用途，先新后旧。"),
        Call::read("listChangesOfPerson", "此人的申请", "/api/v1/people/{id}/changes", Right::People, past::changes)
            .about("对此人记录提出的全部申请，先旧后新。"),
        Call::read("listClaims", "本人的说法", "/api/v1/people/{id}/claims", Right::People, claim::claims)
            .about("入户或来人时本人对参保情况的说法，先旧后新。"),
        Call::act_on(
            "addClaim",
            "登记本人的说法",
            "/api/v1/people/{id}/claims",
            Right::Propose,
            Which::of,
            claim::claim,
        )
        .about("说法与经办机构的数据不同的，成为待核问题；不改参保记录，也不必审核。"),
    ];
    Group {
        name: "个人记录", about: "一个人的记录和它的经过。区域以外的人一律是 404。", calls
    }
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = PersonId)]
struct Which {
    /// 人员编号
    #[schema(value_type = word::Id)]
    pub(super) id: i64,
}

impl Which {
    fn of(&self) -> Versioned {
        Versioned::Person(self.id)
    }
}
