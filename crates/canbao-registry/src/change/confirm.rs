//! What a hand confirmed: kept with the day, so that later extracts know whether they are later.

use super::effect::Confirmed;
use crate::RegistryError;
use crate::apply::FOREVER;
use crate::hand::Hand;
use crate::store::values;

/// Notes values that a procedure confirmed; an earlier confirmation of the same item ends.
pub(crate) async fn confirm(
    hand: &mut Hand<'_>,
    person: i64,
    confirmed: &[Confirmed],
    day: &str,
) -> Result<(), RegistryError> {
    let revision = hand.revision;
    for (item, value) in confirmed {
        end(hand, person, item).await?;
        let id = hand.new_row();
        let sql = "INSERT INTO confirmation (id, person, item, value, confirmed_on, rev_from, rev_to) \
                   VALUES ($1, $2, $3, $4, $5, $6, $7)";
        let row = values![id, person, *item, value.as_deref(), day, revision, FOREVER];
        hand.transaction.execute(sql, row).await?;
    }
    Ok(())
}

/// An item is no longer confirmed.
pub(super) async fn end(hand: &mut Hand<'_>, person: i64, item: &str) -> Result<(), RegistryError> {
    let sql = "UPDATE confirmation SET rev_to = $1 WHERE person = $2 AND item = $3 AND rev_to = $4";
    hand.transaction.execute(sql, values![hand.revision, person, item, FOREVER]).await?;
    Ok(())
}

/// Confirmations of a change that is undone end, and those that it ended hold again.
pub(super) async fn undo(hand: &mut Hand<'_>, person: i64, undone: i64) -> Result<(), RegistryError> {
    let now = hand.revision;
    let sql = "UPDATE confirmation SET rev_to = $1 WHERE person = $2 AND rev_from = $3 AND rev_to = $4";
    hand.transaction.execute(sql, values![now, person, undone, FOREVER]).await?;
    let sql = "SELECT item, value, confirmed_on FROM confirmation WHERE person = $1 AND rev_to = $2";
    for row in hand.transaction.all(sql, values![person, undone]).await? {
        let id = hand.new_row();
        let sql = "INSERT INTO confirmation (id, person, item, value, confirmed_on, rev_from, rev_to) \
                   VALUES ($1, $2, $3, $4, $5, $6, $7)";
        let row = values![id, person, row.text(0), row.maybe_text(1), row.text(2), now, FOREVER];
        hand.transaction.execute(sql, row).await?;
    }
    Ok(())
}
