//! What can be compared today, and beginning it.

use std::collections::HashMap;

use canbao_domain::date::Date;
use canbao_domain::delivery::{Due, Source};
use canbao_registry::delivery::Delivery;
use canbao_registry::{Registry, RegistryError};

use super::city::{Asked, Taken};
use crate::fault::Fault;
use crate::{App, delivery, say};

/// A source with the delivery of it that holds.
pub(crate) struct Offer {
    pub(crate) source: Source,
    pub(crate) last: Option<Delivery>,
}

impl Offer {
    /// The day that its data stand for; none where there are none.
    pub(crate) fn as_of(&self) -> Option<Date> {
        self.last.as_ref().and_then(|last| last.as_of)
    }

    fn is_stale(&self) -> bool {
        self.source.required
            && self.as_of().is_some()
            && matches!(self.source.due(self.as_of(), say::today()), Due::Late(_))
    }

    fn taken(&self) -> Option<Taken> {
        let (last, as_of) = (self.last.as_ref()?, self.as_of()?);
        let (source, title) = (self.source.name.clone(), self.source.title.clone());
        Some(Taken { delivery: last.id, source, title, as_of: as_of.to_string() })
    }
}

/// All sources of the plan, in its order.
pub(crate) struct Ready(pub(crate) Vec<Offer>);

impl Ready {
    pub(crate) async fn read(app: &App) -> Result<Self, Fault> {
        let plan = delivery::plan(&app.settings.data)?;
        let mut current: HashMap<String, Delivery> =
            app.registry.current_deliveries().await?.into_iter().map(|it| (it.source.clone(), it)).collect();
        let offer = |source: Source| Offer { last: current.remove(&source.name), source };
        Ok(Self(plan.sources.into_iter().map(offer).collect()))
    }

    /// The latest day of any data.
    pub(crate) fn latest(&self) -> Option<Date> {
        self.0.iter().filter_map(Offer::as_of).max()
    }

    /// Sources that are older than they should be.
    pub(crate) fn stale(&self) -> Vec<String> {
        let told = |offer: &Offer| Some(format!("{}（截至 {}）", offer.source.title, offer.as_of()?));
        self.0.iter().filter(|offer| offer.is_stale()).filter_map(told).collect()
    }

    /// Sources that are needed and have nothing.
    pub(crate) fn missing(&self) -> Vec<String> {
        let lacks = |offer: &&Offer| offer.source.required && offer.as_of().is_none();
        self.0.iter().filter(lacks).map(|offer| offer.source.title.clone()).collect()
    }

    /// Asks for a comparison of some deliveries, in the plan's order; gives the job's number. `as_of` as it was typed.
    ///
    /// # Errors
    /// A refusal that names the item that it is about: no day, one to come, nothing chosen, something that was replaced
    /// meanwhile; where no comparisons are made here; as [`Registry::ask_comparison`].
    pub(crate) async fn begin(
        &self,
        app: &App,
        registry: &Registry,
        login: &str,
        as_of: &str,
        chosen: &[i64],
    ) -> Result<i64, RegistryError> {
        let refused = |item, sentence: &str, hint| RegistryError::Refused { sentence: sentence.to_owned(), hint, item };
        if app.settings.program.is_none() {
            return Err(refused("", "这台服务器没有开通比对。", "请系统管理员用 canbao serve 启动。"));
        }
        let as_of =
            Date::parse(as_of).ok_or_else(|| refused("as_of", "比对日期看不懂。", "请写成 2016-10-31 的样子。"))?;
        if as_of > say::today() {
            return Err(refused("as_of", "比对日期还没有到。", "请填数据截止的日期。"));
        }
        let is_chosen = |taken: &Taken| chosen.contains(&taken.delivery);
        let taken: Vec<Taken> = self.0.iter().filter_map(Offer::taken).filter(is_chosen).collect();
        if taken.is_empty() && chosen.is_empty() {
            let hint = "请至少选一个来源；户籍人口和各险种都选上，结果才完整。";
            return Err(refused("", "没有选数据。", hint));
        }
        // what was replaced since it was looked at is told as such
        if taken.len() < chosen.len() {
            let hint = "请重新查看现在的数据，核对后再发起。";
            return Err(refused("", "有的数据刚才被撤回，或被新报送的代替。", hint));
        }
        let ids: Vec<i64> = taken.iter().map(|taken| taken.delivery).collect();
        let unused = self.0.iter().filter(|offer| offer.last.as_ref().is_some_and(|last| !chosen.contains(&last.id)));
        let mut missing = self.missing();
        missing.extend(unused.map(|offer| format!("{}（没有选）", offer.source.title)));
        let asked = Asked { as_of: as_of.to_string(), deliveries: taken, stale: self.stale(), missing };
        let asked = serde_json::to_string(&asked).unwrap_or_default();
        let id = registry.ask_comparison(login, &asked, &ids).await?;
        app.runner.wake();
        Ok(id)
    }
}
