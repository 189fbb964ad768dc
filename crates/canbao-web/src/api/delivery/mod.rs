//! The extracts that departments hand over: what is due, uploading one, what was recognised in it, the rows with something
//! wrong, handing it over.

mod act;
mod one;
mod rows;
mod source;

use canbao_domain::delivery::{DeliveryPlan, Source};
use canbao_registry::Versioned;
use canbao_registry::delivery::Delivery;
use serde::Deserialize;
use utoipa::ToSchema;

use super::Group;
use super::frame::call::{Ask, Call};
use super::frame::problem::Problem;
use super::frame::word;
use crate::delivery::{mine, take};
use crate::http::upload::FileLimit;
use crate::right::Right;

pub(super) fn group() -> Group {
    let calls = vec![
        Call::read("listSources", "数据来源", "/api/v1/sources", Right::Deliver, source::list)
            .about("由本账号报送的各来源：数据截至哪一天、多旧了、什么时候到期、谁逾期了。逾期的在前。"),
        Call::read("getSource", "一个来源的报送", "/api/v1/sources/{source}", Right::Deliver, source::show)
            .about("一个来源的各次报送，先新后旧。"),
        Call::upload(
            "beginDelivery",
            "上传数据",
            "/api/v1/sources/{source}/deliveries",
            Right::Deliver,
            FileLimit::Extract,
            None,
            act::begin,
        )
        .about(
            "以 multipart/form-data 上传一个或几个文件，边收边存。收完就开始读，回执里的 delivery 是报送编号；\
             用 getDelivery 看认出了什么，再用 sendDelivery 报送。同一来源还没有报送的那一份作废。",
        ),
        Call::upload(
            "addFiles",
            "再加文件",
            "/api/v1/deliveries/{id}/files",
            Right::Deliver,
            FileLimit::Extract,
            Some(Which::of),
            act::add,
        )
        .about("给还没有报送的一份再加文件，重新读。"),
        Call::read("getDelivery", "一次报送", "/api/v1/deliveries/{id}", Right::Deliver, one::show).versioned().about(
            "格式、编码、各列认成了什么，几行完好、几行有疑、几行读不出，与上一份的差别，还有什么要定。\
             checked 是 waiting 时还没有读完，过几秒再查看。内容都是遮盖的。",
        ),
        Call::act_on(
            "explainDelivery",
            "指明列和代码",
            "/api/v1/deliveries/{id}/settings",
            Right::Deliver,
            Which::of,
            act::explain,
        )
        .about("认错的列、编码、表头和不认识的代码由人指明，取代以前指明的全部，然后重新读。"),
        Call::read("listBadRows", "有问题的行", "/api/v1/deliveries/{id}/rows", Right::Deliver, rows::list)
            .about("一行一行列出：在哪个文件第几行，什么问题，内容遮盖。最多列五万行。"),
        Call::file(
            "takeBadRows",
            "下载待改的行",
            "/api/v1/deliveries/{id}/rows/file",
            Right::Deliver,
            &take::MENDED,
            rows::take,
        )
        .about("有问题的行的原文，完整，交报送的人对照改正。每次下载都记入审计。"),
        Call::act_on("sendDelivery", "报送", "/api/v1/deliveries/{id}/send", Right::Deliver, Which::of, act::send)
            .about("确认报送，从此不能再改。还有不认识的代码没有定的不办；与上一份差别大的，要写明原因。"),
        Call::act_on(
            "withdrawDelivery",
            "撤回报送",
            "/api/v1/deliveries/{id}/withdrawal",
            Right::Deliver,
            Which::of,
            act::withdraw,
        )
        .about("比对还没有用过的可以撤回，以前的那一份重新有效。"),
        Call::act_on(
            "discardDelivery",
            "放弃",
            "/api/v1/deliveries/{id}/discard",
            Right::Deliver,
            Which::of,
            act::discard,
        )
        .about("放弃还没有报送的一份，文件随即删除。"),
    ];
    Group {
        name: "数据报送", about: "部门按期报送的数据：上传、核对、报送、撤回。部门报送员只办自己的来源。", calls
    }
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = DeliveryId)]
struct Which {
    /// 报送编号
    #[schema(value_type = word::Id)]
    id: i64,
}

impl Which {
    fn of(&self) -> Versioned {
        Versioned::Delivery(self.id)
    }
}

/// The delivery with its source, or there is none.
async fn known<B>(ask: &Ask<Which, B>) -> Result<(Delivery, Source, DeliveryPlan), Problem> {
    Ok(mine(&ask.app, &ask.caller, ask.given.id).await?)
}
