//! What somebody said about what is an agency's to say: kept with its day, compared, never taken over.

use canbao_domain::date::Date;
use canbao_domain::rules::InsuranceState;

use super::check;
use crate::RegistryError;
use crate::hand::Hand;
use crate::person::{Finding, Origin};
use crate::query::Asker;
use crate::registry::Registry;
use crate::store::values;

/// What was said.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Claim {
    /// About `pension` or `medical`.
    pub item: String,
    /// What: `enrolled`, `none`, `elsewhere` …
    pub said: String,
    /// When.
    pub said_on: String,
    /// Where: a visit, a counter.
    pub source: String,
}

impl Registry {
    /// Keeps what somebody said of a person's insurance. Where the agency's extract of the same day or before says
    /// otherwise, that becomes a finding; the record stays the agency's.
    ///
    /// # Errors
    /// Where the person is unknown or out of reach, the item is none, or the day is to come.
    pub async fn record_claim(
        &self,
        asker: &Asker,
        person: i64,
        claim: &Claim,
        today: Date,
    ) -> Result<i64, RegistryError> {
        let known = self.person(asker, person).await?;
        check::open(&known)?;
        check::day(&claim.said_on, today)?;
        let said = InsuranceState::from_word(&claim.said);
        let (Some(said), true) = (said, matches!(claim.item.as_str(), "pension" | "medical")) else {
            return Err(RegistryError::refused(
                "说法的项目或内容不认识。",
                "项目写 pension 或 medical，内容写参保状态的代码。",
            ));
        };
        let mut hand = Hand::begin(self).await?;
        let whole = hand.person(person).await?;
        let state = if claim.item == "pension" { whole.derived.pension } else { whole.derived.medical };
        let insured = |state| matches!(state, InsuranceState::Enrolled | InsuranceState::Elsewhere);
        if insured(said) != insured(state) {
            let mut wish = whole.clone();
            let finding = Finding {
                id: 0,
                kind: "claim-differs".to_owned(),
                detail: Some(format!(
                    "{}：本人称{}，经办机构的数据为{}",
                    if claim.item == "pension" { "养老保险" } else { "医疗保险" },
                    said.chinese(),
                    state.chinese()
                )),
                origin: Origin::Hand,
                source: Some(claim.source.clone()),
                line: None,
                other_source: None,
                other_line: None,
            };
            if !wish.findings.contains(&finding) {
                wish.findings.push(finding);
                hand.put(Some(&whole), wish, &claim.said_on);
            }
        }
        let (id, revision) = (hand.new_row(), hand.revision);
        let sql = "INSERT INTO claim (id, person, item, said, said_on, source, revision) \
                   VALUES ($1, $2, $3, $4, $5, $6, $7)";
        let (item, said, said_on, source) =
            (claim.item.as_str(), claim.said.as_str(), claim.said_on.as_str(), claim.source.as_str());
        hand.transaction.execute(sql, values![id, person, item, said, said_on, source, revision]).await?;
        super::request::note(&mut hand, "claim", person, &claim.said_on, asker, &claim.source).await?;
        hand.finish("claim", &asker.actor, &format!("person {person}"), &claim.said_on).await
    }

    /// All that was said of a person, in the order in which it became known.
    ///
    /// # Errors
    /// Where the person is unknown or out of reach.
    pub async fn claims(&self, asker: &Asker, person: i64) -> Result<Vec<Claim>, RegistryError> {
        self.person(asker, person).await?;
        let mut transaction = self.store.read().await?;
        let sql = "SELECT item, said, said_on, source FROM claim WHERE person = $1 \
                   AND revision <= (SELECT visible FROM state) ORDER BY id";
        let rows = transaction.all(sql, values![person]).await?;
        let text = |text: &str| text.to_owned();
        Ok(rows
            .iter()
            .map(|row| Claim {
                item: text(row.text(0)),
                said: text(row.text(1)),
                said_on: text(row.text(2)),
                source: text(row.text(3)),
            })
            .collect())
    }
}
