//! A transaction in either store, or statements of which each stands by itself.
//!
//! What speaks to the databases is boxed here: the body of an `async fn` is compiled anew in every crate that waits for it,
//! and with it all that it waits for.

use std::borrow::Cow;
use std::ops::{Deref, DerefMut};
use std::sync::Arc;

use futures::TryStreamExt as _;
use futures::future::BoxFuture;
use sqlx::pool::PoolConnection;
use sqlx::postgres::{PgArguments, PgRow};
use sqlx::sqlite::{SqliteArguments, SqliteRow};
use sqlx::{
    Arguments as _, AssertSqlSafe, Column as _, Database, PgConnection, PgPool, Postgres, Row as _, Sqlite, SqlitePool,
    TypeInfo as _, ValueRef as _,
};

use super::{Row, Value, dialect};
use crate::RegistryError;
use crate::receipt::Mark;

/// Rows that are inserted into PostgreSQL without a `COPY`.
const FEW: usize = 20;
/// Bytes that are handed to PostgreSQL at once.
const COPY_CHUNK: usize = 1 << 20;

/// A transaction. Dropped without [`Transaction::commit`], it is rolled back. What [`super::Store::statements`] gives has
/// nothing to commit: each of its statements stands by itself.
#[derive(Debug)]
pub struct Transaction {
    inner: Inner,
    /// What is written beside its first audit entry.
    pub(crate) mark: Option<Arc<Mark>>,
    /// Whether what is to be changed is another version than was looked at: then nothing gets onto the audit. It is told
    /// after all else that may be in the way, as a precondition is (RFC 9110, 13.2.1).
    pub(crate) is_stale: bool,
}

#[derive(Debug)]
enum Inner {
    Sqlite(Held<Sqlite>),
    Postgres(Held<Postgres>),
}

/// A connection, in a transaction or not.
#[derive(Debug)]
enum Held<D: Database> {
    Transaction(sqlx::Transaction<'static, D>),
    Connection(PoolConnection<D>),
}

impl<D: Database> Held<D> {
    async fn commit(self) -> Result<(), sqlx::Error> {
        match self {
            Self::Transaction(transaction) => transaction.commit().await,
            Self::Connection(_) => Ok(()),
        }
    }

    async fn rollback(self) -> Result<(), sqlx::Error> {
        match self {
            Self::Transaction(transaction) => transaction.rollback().await,
            Self::Connection(_) => Ok(()),
        }
    }
}

impl<D: Database> Deref for Held<D> {
    type Target = D::Connection;

    fn deref(&self) -> &Self::Target {
        match self {
            Self::Transaction(transaction) => transaction,
            Self::Connection(connection) => connection,
        }
    }
}

impl<D: Database> DerefMut for Held<D> {
    fn deref_mut(&mut self) -> &mut Self::Target {
        match self {
            Self::Transaction(transaction) => transaction,
            Self::Connection(connection) => connection,
        }
    }
}

/// A statement: written down, or put together from written parts; values never stand in it.
type Sql = Cow<'static, str>;

impl Transaction {
    pub(super) fn sqlite<'a>(pool: &'a SqlitePool, begin: &'static str) -> BoxFuture<'a, Result<Self, RegistryError>> {
        Box::pin(async move {
            let begun = pool.begin_with(begin).await.map_err(RegistryError::database("开始事务"))?;
            Ok(Self { inner: Inner::Sqlite(Held::Transaction(begun)), mark: None, is_stale: false })
        })
    }

    pub(super) fn postgres<'a>(pool: &'a PgPool, begin: &'static str) -> BoxFuture<'a, Result<Self, RegistryError>> {
        Box::pin(async move {
            let begun = pool.begin_with(begin).await.map_err(RegistryError::database("开始事务"))?;
            Ok(Self { inner: Inner::Postgres(Held::Transaction(begun)), mark: None, is_stale: false })
        })
    }

    pub(super) fn sqlite_statements(pool: &SqlitePool) -> BoxFuture<'_, Result<Self, RegistryError>> {
        Box::pin(async move {
            let connection = pool.acquire().await.map_err(RegistryError::database("连接"))?;
            Ok(Self { inner: Inner::Sqlite(Held::Connection(connection)), mark: None, is_stale: false })
        })
    }

    pub(super) fn postgres_statements(pool: &PgPool) -> BoxFuture<'_, Result<Self, RegistryError>> {
        Box::pin(async move {
            let connection = pool.acquire().await.map_err(RegistryError::database("连接"))?;
            Ok(Self { inner: Inner::Postgres(Held::Connection(connection)), mark: None, is_stale: false })
        })
    }

    /// The condition that a column is one of the integers in place `$at`, see [`Self::integers`].
    pub(crate) fn among(&self, at: usize) -> String {
        match &self.inner {
            Inner::Sqlite(_) => dialect::sqlite_among(at),
            Inner::Postgres(_) => dialect::postgres_among(at),
        }
    }

    /// Many integers as one value.
    pub(crate) fn integers(&self, integers: &[i64]) -> Value {
        let brackets = match &self.inner {
            Inner::Sqlite(_) => dialect::SQLITE_INTEGERS,
            Inner::Postgres(_) => dialect::POSTGRES_INTEGERS,
        };
        dialect::integers(integers, brackets).into()
    }

    /// Makes what was written last, on the disk.
    ///
    /// # Errors
    /// Where the database fails; then nothing was written.
    pub fn commit(self) -> BoxFuture<'static, Result<(), RegistryError>> {
        Box::pin(async move {
            match self.inner {
                Inner::Sqlite(transaction) => transaction.commit().await,
                Inner::Postgres(transaction) => transaction.commit().await,
            }
            .map_err(RegistryError::database("提交"))
        })
    }

    /// Gives up what was written; its locks are free afterwards. Dropping does the same, but only some time later.
    ///
    /// # Errors
    /// Where the database does not answer.
    pub fn rollback(self) -> BoxFuture<'static, Result<(), RegistryError>> {
        Box::pin(async move {
            match self.inner {
                Inner::Sqlite(transaction) => transaction.rollback().await,
                Inner::Postgres(transaction) => transaction.rollback().await,
            }
            .map_err(RegistryError::database("撤回"))
        })
    }

    /// Runs a statement; gives the number of rows that it changed.
    ///
    /// # Errors
    /// Where the database fails or refuses.
    pub async fn execute(&mut self, sql: impl Into<Sql>, values: &[Value]) -> Result<u64, RegistryError> {
        self.run(sql.into(), values).await
    }

    fn run<'a>(&'a mut self, sql: Sql, values: &'a [Value]) -> BoxFuture<'a, Result<u64, RegistryError>> {
        Box::pin(async move {
            let sql = AssertSqlSafe(sql);
            match &mut self.inner {
                Inner::Sqlite(transaction) => sqlx::query_with(sql, sqlite_arguments(values.iter().cloned())?)
                    .execute(&mut **transaction)
                    .await
                    .map(|done| done.rows_affected()),
                Inner::Postgres(transaction) => sqlx::query_with(sql, postgres_arguments(values)?)
                    .execute(&mut **transaction)
                    .await
                    .map(|done| done.rows_affected()),
            }
            .map_err(RegistryError::database("写入"))
        })
    }

    /// Runs several statements that have no values, separated by semicolons.
    ///
    /// # Errors
    /// Where the database fails or refuses.
    pub fn script(&mut self, sql: String) -> BoxFuture<'_, Result<(), RegistryError>> {
        Box::pin(async move {
            let sql = AssertSqlSafe(sql);
            match &mut self.inner {
                Inner::Sqlite(transaction) => sqlx::raw_sql(sql).execute(&mut **transaction).await.map(|_| ()),
                Inner::Postgres(transaction) => sqlx::raw_sql(sql).execute(&mut **transaction).await.map(|_| ()),
            }
            .map_err(RegistryError::database("执行脚本"))
        })
    }

    /// The rows of a statement, one after the other; `take` may refuse one and so end it.
    ///
    /// # Errors
    /// Where the database fails, or `take` does.
    pub async fn each(
        &mut self,
        sql: impl Into<Sql>,
        values: &[Value],
        mut take: impl FnMut(Row) -> Result<(), RegistryError> + Send,
    ) -> Result<(), RegistryError> {
        self.fetch(sql.into(), values, &mut take).await
    }

    fn fetch<'a>(
        &'a mut self,
        sql: Sql,
        values: &'a [Value],
        take: &'a mut (dyn FnMut(Row) -> Result<(), RegistryError> + Send),
    ) -> BoxFuture<'a, Result<(), RegistryError>> {
        Box::pin(async move {
            let sql = AssertSqlSafe(sql);
            let failed = || RegistryError::database("读取");
            match &mut self.inner {
                Inner::Sqlite(transaction) => {
                    let query = sqlx::query_with(sql, sqlite_arguments(values.iter().cloned())?);
                    let mut rows = query.fetch(&mut **transaction);
                    while let Some(row) = rows.try_next().await.map_err(failed())? {
                        take(sqlite_row(&row).map_err(failed())?)?;
                    }
                }
                Inner::Postgres(transaction) => {
                    let query = sqlx::query_with(sql, postgres_arguments(values)?);
                    let mut rows = query.fetch(&mut **transaction);
                    while let Some(row) = rows.try_next().await.map_err(failed())? {
                        take(postgres_row(&row).map_err(failed())?)?;
                    }
                }
            }
            Ok(())
        })
    }

    /// All rows of a statement.
    ///
    /// # Errors
    /// Where the database fails.
    pub async fn all(&mut self, sql: impl Into<Sql>, values: &[Value]) -> Result<Vec<Row>, RegistryError> {
        let mut rows = Vec::new();
        self.each(sql, values, |row| {
            rows.push(row);
            Ok(())
        })
        .await?;
        Ok(rows)
    }

    /// The first row of a statement.
    ///
    /// # Errors
    /// Where the database fails.
    pub async fn first(&mut self, sql: impl Into<Sql>, values: &[Value]) -> Result<Option<Row>, RegistryError> {
        Ok(self.all(sql, values).await?.into_iter().next())
    }

    /// The one integer that a statement gives; 0 where it gives none.
    ///
    /// # Errors
    /// Where the database fails.
    pub async fn int(&mut self, sql: impl Into<Sql>, values: &[Value]) -> Result<i64, RegistryError> {
        Ok(self.first(sql, values).await?.map_or(0, |row| row.int(0)))
    }

    /// Hands rows in PostgreSQL's own text form to a `COPY … FROM stdin`, piece by piece until `next` has no more or fails.
    ///
    /// # Errors
    /// Where the database fails or refuses, is SQLite, or `next` fails.
    pub(crate) async fn copy_text(
        &mut self,
        statement: &str,
        mut next: impl AsyncFnMut() -> Result<Option<Vec<u8>>, RegistryError>,
    ) -> Result<(), RegistryError> {
        let failed = || RegistryError::database("写入");
        let Inner::Postgres(transaction) = &mut self.inner else {
            return Err(RegistryError::Broken("SQLite 没有 COPY".to_owned()));
        };
        let mut target = transaction.copy_in_raw(statement).await.map_err(failed())?;
        loop {
            match next().await {
                Ok(Some(rows)) => target.send(rows).await.map(drop).map_err(failed())?,
                Ok(None) => return target.finish().await.map(drop).map_err(failed()),
                Err(error) => {
                    target.abort("the rows ended early").await.map_err(failed())?;
                    return Err(error);
                }
            }
        }
    }

    /// Inserts many rows, each with a value for each column. SQLite takes many a statement, PostgreSQL a `COPY`.
    ///
    /// # Errors
    /// Where the database fails or refuses.
    pub fn insert<'a>(
        &'a mut self,
        table: &'a str,
        columns: &'a [&'a str],
        rows: Vec<Vec<Value>>,
    ) -> BoxFuture<'a, Result<(), RegistryError>> {
        Box::pin(async move {
            match &mut self.inner {
                Inner::Sqlite(transaction) => {
                    let chunk = dialect::rows_a_statement(columns.len());
                    let whole = dialect::insert(table, columns, chunk);
                    let mut rows = rows.into_iter().peekable();
                    while rows.peek().is_some() {
                        let mut arguments = SqliteArguments::default();
                        let mut taken = 0;
                        for row in rows.by_ref().take(chunk) {
                            taken += 1;
                            for value in row {
                                add_sqlite(&mut arguments, value)?;
                            }
                        }
                        let sql = if taken == chunk { whole.clone() } else { dialect::insert(table, columns, taken) };
                        sqlx::query_with(AssertSqlSafe(sql), arguments)
                            .persistent(taken == chunk)
                            .execute(&mut **transaction)
                            .await
                            .map_err(RegistryError::database("写入"))?;
                    }
                    Ok(())
                }
                Inner::Postgres(transaction) => {
                    if rows.is_empty() {
                        return Ok(());
                    }
                    // a few rows go faster without the back and forth of a COPY
                    if rows.len() <= FEW {
                        let sql = dialect::insert_few(table, columns, rows.len());
                        let values: Vec<Value> = rows.into_iter().flatten().collect();
                        return sqlx::query_with(AssertSqlSafe(sql), postgres_arguments(&values)?)
                            .execute(&mut **transaction)
                            .await
                            .map(drop)
                            .map_err(RegistryError::database("写入"));
                    }
                    copy(transaction, &dialect::copy(table, columns), rows)
                        .await
                        .map_err(RegistryError::database("写入"))
                }
            }
        })
    }
}

/// `$from, $from+1, …`: the places of a list of so many values.
pub(crate) fn list(from: usize, count: usize) -> String {
    (from..from + count).map(|at| format!("${at}")).collect::<Vec<_>>().join(", ")
}

async fn copy(connection: &mut PgConnection, statement: &str, rows: Vec<Vec<Value>>) -> Result<(), sqlx::Error> {
    let mut target = connection.copy_in_raw(statement).await?;
    let mut buffer = b"PGCOPY\n\xff\r\n\0\0\0\0\0\0\0\0\0".to_vec();
    for row in rows {
        buffer.extend_from_slice(&i16::try_from(row.len()).unwrap_or(i16::MAX).to_be_bytes());
        for value in row {
            let bytes: &[u8] = match &value {
                Value::Int(Some(value)) => &value.to_be_bytes(),
                Value::Text(Some(value)) => value.as_bytes(),
                Value::Bytes(Some(value)) => value,
                Value::Int(None) | Value::Text(None) | Value::Bytes(None) => {
                    buffer.extend_from_slice(&(-1_i32).to_be_bytes());
                    continue;
                }
            };
            buffer.extend_from_slice(&i32::try_from(bytes.len()).unwrap_or(i32::MAX).to_be_bytes());
            buffer.extend_from_slice(bytes);
        }
        if buffer.len() >= COPY_CHUNK {
            target.send(std::mem::take(&mut buffer)).await?;
        }
    }
    buffer.extend_from_slice(&(-1_i16).to_be_bytes());
    target.send(buffer).await?;
    target.finish().await?;
    Ok(())
}

fn sqlite_arguments(values: impl Iterator<Item = Value>) -> Result<SqliteArguments, RegistryError> {
    let mut arguments = SqliteArguments::default();
    for value in values {
        add_sqlite(&mut arguments, value)?;
    }
    Ok(arguments)
}

fn add_sqlite(arguments: &mut SqliteArguments, value: Value) -> Result<(), RegistryError> {
    match value {
        Value::Int(value) => sqlx::Arguments::add(arguments, value),
        Value::Text(value) => sqlx::Arguments::add(arguments, value),
        Value::Bytes(value) => sqlx::Arguments::add(arguments, value),
    }
    .map_err(unfit)
}

fn postgres_arguments(values: &[Value]) -> Result<PgArguments, RegistryError> {
    let mut arguments = PgArguments::default();
    for value in values {
        match value {
            Value::Int(value) => arguments.add(*value),
            Value::Text(value) => arguments.add(value.as_deref()),
            Value::Bytes(value) => arguments.add(value.as_deref()),
        }
        .map_err(unfit)?;
    }
    Ok(arguments)
}

fn unfit(error: Box<dyn std::error::Error + Send + Sync>) -> RegistryError {
    RegistryError::Database { doing: "写入", source: sqlx::Error::Encode(error) }
}

fn sqlite_row(row: &SqliteRow) -> Result<Row, sqlx::Error> {
    let mut values = Vec::with_capacity(row.len());
    for at in 0..row.len() {
        let raw = row.try_get_raw(at)?;
        values.push(match raw.type_info().name() {
            _ if raw.is_null() => null(row.column(at).type_info().name()),
            "TEXT" => Value::Text(Some(row.try_get_unchecked(at)?)),
            "BLOB" => Value::Bytes(Some(row.try_get_unchecked(at)?)),
            _ => Value::Int(Some(row.try_get_unchecked(at)?)),
        });
    }
    Ok(Row(values))
}

fn postgres_row(row: &PgRow) -> Result<Row, sqlx::Error> {
    let mut values = Vec::with_capacity(row.len());
    for at in 0..row.len() {
        values.push(match row.column(at).type_info().name() {
            "INT8" => Value::Int(row.try_get(at)?),
            "INT4" => Value::Int(row.try_get::<Option<i32>, _>(at)?.map(Into::into)),
            "BYTEA" => Value::Bytes(row.try_get(at)?),
            "VOID" => Value::Int(None),
            _ => Value::Text(row.try_get(at)?),
        });
    }
    Ok(Row(values))
}

fn null(declared: &str) -> Value {
    match declared {
        "TEXT" => Value::Text(None),
        "BLOB" => Value::Bytes(None),
        _ => Value::Int(None),
    }
}
