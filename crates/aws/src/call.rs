//! Sends one call, or all pages of one, counts it and sorts its failure.

use std::ops::ControlFlow;

use aws_smithy_async::future::pagination_stream::PaginationStream;
use aws_smithy_runtime_api::client::orchestrator::HttpResponse;
use aws_smithy_runtime_api::client::result::SdkError;
use aws_smithy_types::error::metadata::ProvideErrorMetadata;

use crate::{Error, Result};

/// Pages that are read of one list. AWS's quotas end every list that the portal reads far below this; a service that
/// never stops is a fault.
pub(crate) const MAX_PAGES: usize = 1_000;

/// Counter of every call, by `operation` and `result` (`ok` or the kind of error).
const CALLS: &str = "studiogate_aws_calls_total";

pub(crate) async fn call<T, E>(
    operation: &'static str,
    send: impl Future<Output = Result<T, SdkError<E, HttpResponse>>>,
) -> Result<T>
where
    E: ProvideErrorMetadata + std::error::Error + 'static,
{
    counted(operation, send.await)
}

/// Reads every page; `take` may end the reading early.
pub(crate) async fn pages<T, E>(
    operation: &'static str,
    mut stream: PaginationStream<Result<T, SdkError<E, HttpResponse>>>,
    mut take: impl FnMut(T) -> ControlFlow<()>,
) -> Result<()>
where
    E: ProvideErrorMetadata + std::error::Error + 'static,
{
    for _ in 0..MAX_PAGES {
        match stream.next().await {
            None => return Ok(()),
            Some(page) => {
                if take(counted(operation, page)?).is_break() {
                    return Ok(());
                }
            }
        }
    }
    Err(endless(operation))
}

/// Reads every page into one list, each item by `convert`.
pub(crate) async fn collect<T, E, I, O>(
    operation: &'static str,
    stream: PaginationStream<Result<T, SdkError<E, HttpResponse>>>,
    items: impl Fn(T) -> Option<Vec<I>>,
    convert: impl Fn(I) -> Result<O>,
) -> Result<Vec<O>>
where
    E: ProvideErrorMetadata + std::error::Error + 'static,
{
    let mut all = Vec::new();
    pages(operation, stream, |page| {
        all.extend(items(page).unwrap_or_default());
        ControlFlow::Continue(())
    })
    .await?;
    all.into_iter().map(convert).collect()
}

/// Reads every page for the number of its items.
pub(crate) async fn count<T, E>(
    operation: &'static str,
    stream: PaginationStream<Result<T, SdkError<E, HttpResponse>>>,
    items: impl Fn(T) -> Option<usize>,
) -> Result<u64>
where
    E: ProvideErrorMetadata + std::error::Error + 'static,
{
    let mut all = 0;
    pages(operation, stream, |page| {
        all += items(page).unwrap_or_default() as u64;
        ControlFlow::Continue(())
    })
    .await?;
    Ok(all)
}

pub(crate) fn endless(operation: &'static str) -> Error {
    Error::incomplete(operation, "last page: the list did not end")
}

/// Sends one call of a probe, whose failures are what it is for: they are counted, and no warning.
pub(crate) async fn ask<T, E>(
    operation: &'static str,
    send: impl Future<Output = Result<T, SdkError<E, HttpResponse>>>,
) -> Result<()>
where
    E: ProvideErrorMetadata + std::error::Error + 'static,
{
    let result = send.await.map(drop).map_err(|error| Error::from_sdk(operation, &error));
    tally(operation, &result);
    result
}

fn counted<T, E>(operation: &'static str, result: Result<T, SdkError<E, HttpResponse>>) -> Result<T>
where
    E: ProvideErrorMetadata + std::error::Error + 'static,
{
    let result = result.map_err(|error| Error::from_sdk(operation, &error));
    // Only this crate's own words: the SDK's would hold what was sent and what came back.
    match &result {
        Ok(_) => {}
        // Asked for all the time, to learn whether something is there.
        Err(error @ Error::NotFound(_)) => tracing::debug!(%error, "AWS call failed"),
        Err(error) => tracing::warn!(%error, "AWS call failed"),
    }
    tally(operation, &result);
    result
}

fn tally<T>(operation: &'static str, result: &Result<T>) {
    let outcome = result.as_ref().map_or_else(Error::kind, |_| "ok");
    metrics::counter!(CALLS, "operation" => operation, "result" => outcome).increment(1);
}
