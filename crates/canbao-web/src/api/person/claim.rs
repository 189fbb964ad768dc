//! What somebody said of their insurances.

use canbao_registry::change::Claim;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use utoipa::ToSchema;

use super::Which;
use crate::api::frame::call::Ask;
use crate::api::frame::problem::Problem;
use crate::api::frame::{Told, word};
use crate::say;

/// 本人对参保情况的说法
#[derive(Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = Claim)]
pub(super) struct Said {
    /// 哪项保险
    item: Item,
    /// 说的是什么
    #[schema(value_type = word::InsuranceState)]
    said: String,
    /// 哪一天说的，不能晚于今天
    #[schema(value_type = word::Day)]
    said_on: String,
    /// 在哪里说的，如入户、窗口
    #[schema(value_type = word::Short)]
    source: String,
}

/// 保险
#[derive(Clone, Copy, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
#[schema(as = ClaimItem)]
enum Item {
    /// 养老保险
    Pension,
    /// 医疗保险
    Medical,
}

impl Told for Said {
    fn example() -> Value {
        json!({"item": "medical", "said": "elsewhere", "said_on": "2016-11-20", "source": "入户"})
    }
}

pub(super) async fn claim(ask: Ask<Which, Said>) -> Result<(), Problem> {
    let Said { item, said, said_on, source } = ask.body;
    let item = match item {
        Item::Pension => "pension",
        Item::Medical => "medical",
    };
    let claim = Claim { item: item.to_owned(), said, said_on, source };
    ask.registry.record_claim(&ask.caller.asker("登记本人的说法"), ask.given.id, &claim, say::today()).await?;
    Ok(())
}

/// 一条说法，如登记的样子
#[derive(Serialize, ToSchema)]
struct ClaimMade {
    /// pension 或 medical
    item: String,
    said: String,
    said_on: String,
    source: String,
}

/// 本人的说法
#[derive(Serialize, ToSchema)]
pub(super) struct Claims {
    claims: Vec<ClaimMade>,
}

impl Told for Claims {
    fn example() -> Value {
        json!({"claims": [Said::example()]})
    }
}

pub(super) async fn claims(ask: Ask<Which>) -> Result<Claims, Problem> {
    let claims = ask.registry.claims(&ask.caller.asker("本人的说法"), ask.given.id).await?;
    let made = |Claim { item, said, said_on, source }| ClaimMade { item, said, said_on, source };
    Ok(Claims { claims: claims.into_iter().map(made).collect() })
}
