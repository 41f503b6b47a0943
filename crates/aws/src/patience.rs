//! Long readings: thousands of calls, which AWS throttles.

use std::time::Duration;

use aws_smithy_runtime::client::retries::{MAXIMUM_CAPACITY, RetryPartition, TokenBucket};
use aws_smithy_types::retry::RetryConfig;
use aws_smithy_types::timeout::TimeoutConfig;

/// Attempts of one call. Throttling slows the calls after it down, so that hardly one needs more than a few.
const ATTEMPTS: u32 = 10;

/// What the calls of one reading share: how fast AWS takes them, as the SDK's adaptive mode learns it. Calls that somebody waits for
/// do not share it.
///
/// <https://docs.aws.amazon.com/sdkref/latest/guide/feature-retry-behavior.html>
#[derive(Clone, Debug)]
pub struct Patience {
    partition: RetryPartition,
    limit: Duration,
}

impl Patience {
    /// `limit`: for all attempts of a call together; without one a call is sent as any other.
    pub(crate) fn of(limit: Duration) -> Self {
        // The SDK's quota of retries keeps those short who cannot wait.
        let quota = TokenBucket::builder().capacity(MAXIMUM_CAPACITY).build();
        Self { partition: RetryPartition::custom("reading").token_bucket(quota).build(), limit }
    }

    pub(crate) fn is_none(&self) -> bool {
        self.limit.is_zero()
    }

    pub(crate) fn partition(&self) -> RetryPartition {
        self.partition.clone()
    }

    pub(crate) fn retries() -> RetryConfig {
        RetryConfig::adaptive().with_max_attempts(ATTEMPTS)
    }

    pub(crate) fn timeouts(&self, usual: Option<&TimeoutConfig>) -> TimeoutConfig {
        let builder = usual.map_or_else(TimeoutConfig::builder, TimeoutConfig::to_builder);
        builder.operation_timeout(self.limit).build()
    }
}
