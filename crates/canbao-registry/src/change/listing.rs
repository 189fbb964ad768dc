//! Requests as lists: one maker's own, those that were decided, the bulks.

use canbao_domain::scope::Scope;

use super::bulk::{BULK, Bulk, bulk_of};
use super::request::{COLUMNS, Request, WIDTH, request_of};
use crate::RegistryError;
use crate::person::NOW;
use crate::registry::Registry;
use crate::store::{Row, Transaction, Value, values};

/// Requests read at once to find those of a scope.
const A_STEP: i64 = 500;

/// A request with the area of whom it is about.
pub type Placed = (Request, String);

/// Requests that wait, in figures.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Waiting {
    /// How many.
    pub count: i64,
    /// When the oldest was put forward, milliseconds since 1970 (UTC).
    pub oldest: Option<i64>,
    /// How many were put forward before the time that was asked about.
    pub late: i64,
}

impl Registry {
    /// Requests that wait for a checker in a scope, those that `checker` put forward themselves left out.
    ///
    /// # Errors
    /// Where the database does not answer.
    pub async fn waiting(&self, scope: &Scope, checker: &str, late_before: i64) -> Result<Waiting, RegistryError> {
        let mut statements = self.store.statements().await?;
        let areas = self.areas.get(&mut statements).await?;
        let codes = areas.of_scope(scope);
        let columns: Vec<String> = COLUMNS.split(", ").map(|column| format!("r.{column}")).collect();
        let sql = format!(
            "SELECT {}, COALESCE((SELECT p.area FROM person p WHERE p.person = r.person \
             AND p.rev_from <= {NOW} AND p.rev_to > {NOW}), '') FROM change_request r \
             WHERE r.state = 'pending' AND r.maker <> $1 ORDER BY r.id",
            columns.join(", ")
        );
        let mut waiting = Waiting::default();
        statements
            .each(sql, &[checker.into()], |row| {
                let (request, area) = placed(&row);
                if codes.as_ref().is_none_or(|codes| codes.binary_search(&area.as_str()).is_ok()) {
                    waiting.count += 1;
                    waiting.late += i64::from(request.made_at < late_before);
                    waiting.oldest = Some(waiting.oldest.map_or(request.made_at, |oldest| oldest.min(request.made_at)));
                }
                Ok(())
            })
            .await?;
        Ok(waiting)
    }

    /// What somebody put forward by themselves: how many wait, and how many came back since a time.
    ///
    /// # Errors
    /// Where the database does not answer.
    pub async fn own_requests(&self, maker: &str, since: i64) -> Result<(Waiting, i64), RegistryError> {
        let mut statements = self.store.statements().await?;
        let sql = "SELECT COUNT(*), MIN(made_at) FROM change_request \
                   WHERE maker = $1 AND bulk IS NULL AND state = 'pending'";
        let waiting = statements.first(sql, values![maker]).await?;
        let waiting = waiting.map_or_else(Waiting::default, |row| Waiting {
            count: row.int(0),
            oldest: row.maybe_int(1),
            late: 0,
        });
        let sql = "SELECT COUNT(*) FROM change_request \
                   WHERE maker = $1 AND bulk IS NULL AND state = 'refused' AND decided_at >= $2";
        Ok((waiting, statements.int(sql, values![maker, since]).await?))
    }

    /// What somebody put forward, the newest first, before the one with number `before`.
    ///
    /// # Errors
    /// Where the database does not answer.
    pub async fn made_by(&self, maker: &str, before: i64, most: i64) -> Result<Vec<Placed>, RegistryError> {
        let which = "r.maker = $3 AND r.bulk IS NULL";
        self.placed(which, &[before.into(), most.clamp(1, A_STEP).into(), maker.into()]).await
    }

    /// Requests that are done or undone, in a scope, the newest first, before the one with number `before`.
    ///
    /// # Errors
    /// Where the database does not answer.
    pub async fn done_in(&self, scope: &Scope, before: i64, most: usize) -> Result<Vec<Placed>, RegistryError> {
        let areas = self.areas.get(&mut self.store.statements().await?).await?;
        let codes = areas.of_scope(scope);
        let (mut found, mut before) = (Vec::new(), before);
        loop {
            let page = self.placed("r.state IN ('done', 'undone')", &[before.into(), A_STEP.into()]).await?;
            let Some((last, _)) = page.last() else { return Ok(found) };
            before = last.id;
            for (request, area) in page {
                if codes.as_ref().is_none_or(|codes| codes.binary_search(&area.as_str()).is_ok()) {
                    found.push((request, area));
                }
                if found.len() == most {
                    return Ok(found);
                }
            }
        }
    }

    /// Requests of which `which` holds, before `$1`, at most `$2`, with their areas. What an undo or a claim notes of
    /// itself is no request.
    async fn placed(&self, which: &str, values: &[Value]) -> Result<Vec<Placed>, RegistryError> {
        let mut statements = self.store.statements().await?;
        let columns: Vec<String> = COLUMNS.split(", ").map(|column| format!("r.{column}")).collect();
        let sql = format!(
            "SELECT {}, COALESCE((SELECT p.area FROM person p WHERE p.person = r.person \
             AND p.rev_from <= {NOW} AND p.rev_to > {NOW}), '') FROM change_request r \
             WHERE r.id < $1 AND {which} AND r.kind NOT IN ('undo', 'claim', 'exchange') ORDER BY r.id DESC LIMIT $2",
            columns.join(", ")
        );
        Ok(statements.all(sql, values).await?.iter().map(placed).collect())
    }

    /// Bulks of which a request is in a scope, or that `maker` proposed, the newest first, before the one with number
    /// `before`; their requests are counted as far as they are in the scope.
    ///
    /// # Errors
    /// Where the database does not answer.
    pub async fn bulks_in(
        &self,
        scope: &Scope,
        maker: &str,
        before: i64,
        most: i64,
    ) -> Result<Vec<Bulk>, RegistryError> {
        let most = usize::try_from(most).unwrap_or_default();
        let mut statements = self.store.statements().await?;
        let sql = format!("SELECT {BULK} FROM bulk WHERE id < $1 ORDER BY id DESC LIMIT $2");
        let (mut bulks, mut before) = (Vec::new(), before);
        // those about nobody of theirs are passed over, however many
        while bulks.len() < most {
            let rows = statements.all(sql.clone(), values![before, A_STEP]).await?;
            let Some(last) = rows.last() else { break };
            before = last.int(0);
            for row in &rows {
                bulks.extend(self.counted_bulk(&mut statements, scope, maker, row).await?);
                if bulks.len() == most {
                    break;
                }
            }
        }
        Ok(bulks)
    }

    /// A bulk as [`Registry::bulks_in`] tells it; none where it would not.
    ///
    /// # Errors
    /// Where the database does not answer.
    pub async fn find_bulk(&self, scope: &Scope, maker: &str, bulk: i64) -> Result<Option<Bulk>, RegistryError> {
        let mut statements = self.store.statements().await?;
        let Some(row) = statements.first(format!("SELECT {BULK} FROM bulk WHERE id = $1"), values![bulk]).await? else {
            return Ok(None);
        };
        self.counted_bulk(&mut statements, scope, maker, &row).await
    }

    /// A bulk with its requests in a scope; none where none is and another proposed it.
    async fn counted_bulk(
        &self,
        transaction: &mut Transaction,
        scope: &Scope,
        maker: &str,
        row: &Row,
    ) -> Result<Option<Bulk>, RegistryError> {
        let mut values: Vec<Value> = vec![row.int(0).into()];
        let whom = self.of_bulk_in(transaction, scope, &mut values).await?;
        let sql = format!("SELECT r.state, COUNT(*) {whom} GROUP BY r.state ORDER BY r.state");
        let counts = transaction.all(sql, &values).await?;
        let bulk = bulk_of(row, counts.iter().map(|row| (row.text(0).to_owned(), row.int(1))).collect());
        Ok((!bulk.requests.is_empty() || bulk.maker == maker).then_some(bulk))
    }

    /// Requests of a bulk that are in a scope, in their order, after the one with number `after`, each with its area.
    ///
    /// # Errors
    /// Where the database does not answer.
    pub async fn bulk_in(&self, scope: &Scope, bulk: i64, after: i64, most: i64) -> Result<Vec<Placed>, RegistryError> {
        let mut statements = self.store.statements().await?;
        let mut values: Vec<Value> = vec![bulk.into()];
        let whom = self.of_bulk_in(&mut statements, scope, &mut values).await?;
        values.extend([Value::from(after), Value::from(most.clamp(1, A_STEP))]);
        let columns: Vec<String> = COLUMNS.split(", ").map(|column| format!("r.{column}")).collect();
        let (after, most) = (values.len() - 1, values.len());
        let sql =
            format!("SELECT {}, p.area {whom} AND r.id > ${after} ORDER BY r.id LIMIT ${most}", columns.join(", "));
        let rows = statements.all(sql, &values).await?;
        Ok(rows.iter().map(|row| (request_of(row), row.text(WIDTH).to_owned())).collect())
    }

    /// `FROM` and `WHERE` of the requests `r` of bulk `$1` about people `p` of a scope.
    async fn of_bulk_in(
        &self,
        transaction: &mut Transaction,
        scope: &Scope,
        values: &mut Vec<Value>,
    ) -> Result<String, RegistryError> {
        let mut from = format!(
            "FROM change_request r JOIN person p ON p.person = r.person AND p.rev_from <= {NOW} AND p.rev_to > {NOW} \
             WHERE r.bulk = $1"
        );
        let areas = self.areas.get(transaction).await?;
        if let Some(codes) = areas.of_scope(scope) {
            from.push_str(&format!(" AND {}", areas.condition("p.area", &codes, values)));
        }
        Ok(from)
    }
}

/// A request of a row that ends with the area of whom it is about; somebody new stands in that of the request.
fn placed(row: &Row) -> Placed {
    let request = request_of(row);
    let new = request.procedure.as_ref().and_then(super::Procedure::new_area).unwrap_or_default();
    let area = if request.person == 0 { new } else { row.text(WIDTH) }.to_owned();
    (request, area)
}
