//! Why people are not insured, as approved visits found it.

use ahash::AHashMap;
use canbao_domain::standard;

use crate::RegistryError;
use crate::store::Transaction;

/// Reasons that are told apart; those beyond are counted as others.
const KINDS: usize = 62;

/// People whose visit was approved, each with the number of their reason (0: none was said), and what the numbers mean.
pub(super) type Reasons = (AHashMap<i64, u8>, Vec<(String, String)>);

/// The reason that somebody gave; where nobody could be asked, what the visit ended with says why.
pub(super) async fn read(transaction: &mut Transaction) -> Result<Reasons, RegistryError> {
    let mut said: AHashMap<i64, String> = AHashMap::new();
    let sql = "SELECT person, outcome FROM survey_task WHERE form = 'person' AND state = 'approved' \
               AND person IS NOT NULL ORDER BY id";
    transaction
        .each(sql, &[], |row| {
            said.insert(row.int(0), row.text(1).to_owned());
            Ok(())
        })
        .await?;
    let met =
        |outcome: &str| standard::survey_outcomes().find(outcome).is_none_or(|entry| entry.group() == Some("met"));
    for outcome in said.values_mut() {
        *outcome = if met(outcome) { String::new() } else { format!("outcome-{outcome}") };
    }
    let sql = "SELECT person, value FROM survey_result WHERE item = 'reason' AND ended IS NULL AND lost = 0 AND value <> '' ORDER BY id";
    transaction
        .each(sql, &[], |row| {
            if let Some(said) = said.get_mut(&row.int(0)) {
                row.text(1).clone_into(said);
            }
            Ok(())
        })
        .await?;
    let mut codes: Vec<&String> = said.values().filter(|code| !code.is_empty()).collect();
    codes.sort_unstable();
    codes.dedup();
    let mut kinds = vec![(String::new(), "尚未查明原因".to_owned())];
    kinds.extend(codes.iter().take(KINDS - 1).map(|code| ((*code).clone(), name(code))));
    if codes.len() >= KINDS {
        kinds.push(("other".to_owned(), "其他".to_owned()));
    }
    let last = kinds.len() - 1;
    let number = |code: &str| {
        let at = kinds.iter().position(|(known, _)| known == code).unwrap_or(last);
        u8::try_from(at).unwrap_or_default()
    };
    let numbered = said.iter().map(|(person, code)| (*person, number(code))).collect();
    Ok((numbered, kinds))
}

/// What a reason is called.
fn name(code: &str) -> String {
    let (table, code) = match code.strip_prefix("outcome-") {
        Some(outcome) => (standard::survey_outcomes(), outcome),
        None => (standard::uninsured_reasons(), code),
    };
    table.find(code).map_or_else(|| format!("代码 {code}"), |entry| entry.name().to_owned())
}
