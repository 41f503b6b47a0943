//! Runs statements: where the two databases meet.

use sqlx::postgres::{PgArguments, PgRow};
use sqlx::sqlite::{SqliteArguments, SqliteRow};
use sqlx::{Arguments as _, AssertSqlSafe, FromRow, PgConnection, PgPool, SqliteConnection, SqlitePool};

use crate::error::{Error, Result};
use crate::sql::{Sql, Value};

/// What a statement runs on: any connection of a pool, or a transaction's.
#[derive(Debug)]
pub(crate) enum On<'a> {
    Sqlite(&'a SqlitePool),
    Postgres(&'a PgPool),
    SqliteTx(&'a mut SqliteConnection),
    PostgresTx(&'a mut PgConnection),
}

impl On<'_> {
    pub(crate) fn is_postgres(&self) -> bool {
        matches!(self, On::Postgres(_) | On::PostgresTx(_))
    }
}

/// A row of both databases.
pub(crate) trait Row:
    for<'r> FromRow<'r, SqliteRow> + for<'r> FromRow<'r, PgRow> + Send + Unpin + 'static
{
}

impl<T> Row for T where T: for<'r> FromRow<'r, SqliteRow> + for<'r> FromRow<'r, PgRow> + Send + Unpin + 'static {}

macro_rules! bound {
    ($name:ident, $arguments:ty) => {
        fn $name(values: Vec<Value>) -> Result<$arguments> {
            let mut arguments = <$arguments>::default();
            for value in values {
                match value {
                    Value::Text(text) => arguments.add(text),
                    Value::Number(number) => arguments.add(number),
                    Value::Bytes(bytes) => arguments.add(bytes),
                }
                .map_err(|e| Error::Refused(sqlx::Error::Encode(e)))?;
            }
            Ok(arguments)
        }
    };
}

bound!(sqlite, SqliteArguments);
bound!(postgres, PgArguments);

/// Compiles one expression for both databases.
macro_rules! on_db {
    ($on:expr, $values:expr, |$executor:ident, $arguments:ident| $run:expr) => {
        match $on {
            On::Sqlite($executor) => {
                let $arguments = sqlite($values)?;
                $run
            }
            On::SqliteTx($executor) => {
                let $arguments = sqlite($values)?;
                $run
            }
            On::Postgres($executor) => {
                let $arguments = postgres($values)?;
                $run
            }
            On::PostgresTx($executor) => {
                let $arguments = postgres($values)?;
                $run
            }
        }
    };
}

/// Texts are written in this crate and hold no value from outside, see `sql`.
fn text(text: String) -> AssertSqlSafe<String> {
    #[cfg(test)]
    crate::plans::record(&text);
    AssertSqlSafe(text)
}

/// All rows.
pub(crate) async fn all<R: Row>(on: On<'_>, sql: Sql) -> Result<Vec<R>> {
    let text = text(sql.text);
    Ok(on_db!(on, sql.values, |executor, arguments| sqlx::query_as_with::<_, R, _>(text, arguments)
        .fetch_all(executor)
        .await?))
}

/// The row, if there is one.
pub(crate) async fn optional<R: Row>(on: On<'_>, sql: Sql) -> Result<Option<R>> {
    let text = text(sql.text);
    Ok(on_db!(on, sql.values, |executor, arguments| sqlx::query_as_with::<_, R, _>(text, arguments)
        .fetch_optional(executor)
        .await?))
}

/// How many rows were changed.
pub(crate) async fn execute(on: On<'_>, sql: Sql) -> Result<u64> {
    let text = text(sql.text);
    Ok(on_db!(on, sql.values, |executor, arguments| sqlx::query_with(text, arguments)
        .execute(executor)
        .await?
        .rows_affected()))
}

/// A statement with one number as its answer.
pub(crate) async fn number(on: On<'_>, sql: Sql) -> Result<i64> {
    Ok(optional::<(i64,)>(on, sql).await?.map_or(0, |(n,)| n))
}
