//! How often an account may call: token buckets, as AWS throttles. Off unless asked for; `cargo xtask soak` does.

use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};

use chrono::{DateTime, Utc};

use crate::context::Ctx;
use crate::error::AwsError;

/// So many calls a second, and so many at once after a rest.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Limit {
    /// The operations that it is for: one, those that begin so, or all of a service. Each has a bucket of its own.
    operations: &'static str,
    per_second: f64,
    burst: f64,
    source: Source,
}

/// Where the figures are from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Source {
    /// AWS says so on this page.
    Documented(&'static str),
    /// AWS publishes none: what is reckoned with, on the low side.
    Assumed,
}

const fn limit(operations: &'static str, per_second: f64, burst: f64, source: Source) -> Limit {
    Limit { operations, per_second, burst, source }
}

const STS: Source = Source::Documented("https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html");
const EC2: Source = Source::Documented("https://docs.aws.amazon.com/ec2/latest/devguide/ec2-api-throttling.html");

/// The first that fits holds, for each account and region. Service Catalog, SageMaker, CloudFormation and IAM publish no rates;
/// what changes something is taken to be the scarcer.
const LIMITS: [Limit; 12] = [
    limit("sts:", 600.0, 600.0, STS),
    limit("ec2:Describe", 20.0, 100.0, EC2),
    limit("ec2:", 5.0, 50.0, EC2),
    limit("servicecatalog:ProvisionProduct", 5.0, 10.0, Source::Assumed),
    limit("servicecatalog:UpdateProvisionedProduct", 5.0, 10.0, Source::Assumed),
    limit("servicecatalog:TerminateProvisionedProduct", 5.0, 10.0, Source::Assumed),
    limit("servicecatalog:", 10.0, 20.0, Source::Assumed),
    limit("sagemaker:", 10.0, 20.0, Source::Assumed),
    limit("cloudformation:", 10.0, 20.0, Source::Assumed),
    limit("iam:", 10.0, 20.0, Source::Assumed),
    limit("organizations:", 10.0, 20.0, Source::Assumed),
    limit("", 10.0, 20.0, Source::Assumed),
];

/// Account, region, operation.
type Key = (String, String, String);

#[derive(Debug)]
struct Bucket {
    tokens: f64,
    at: DateTime<Utc>,
}

/// The buckets of one local AWS.
#[derive(Debug, Default)]
pub struct CallLimits {
    buckets: Mutex<BTreeMap<Key, Bucket>>,
    throttled: Mutex<BTreeMap<String, u64>>,
}

impl CallLimits {
    /// Counts a call of `operation` (`servicecatalog:ProvisionProduct`), or refuses it as AWS does.
    pub(crate) fn take(&self, ctx: &Ctx, operation: &str) -> Result<(), AwsError> {
        let Some(limit) = limit_of(operation) else { return Ok(()) };
        let key = (ctx.account().to_string(), ctx.region.clone(), operation.to_owned());
        let mut buckets = self.buckets.lock().unwrap_or_else(PoisonError::into_inner);
        let bucket = buckets.entry(key).or_insert(Bucket { tokens: limit.burst, at: ctx.now });
        bucket.refill(limit, ctx.now);
        if bucket.tokens >= 1.0 {
            bucket.tokens -= 1.0;
            return Ok(());
        }
        drop(buckets);
        *self.throttled.lock().unwrap_or_else(PoisonError::into_inner).entry(operation.to_owned()).or_default() += 1;
        Err(AwsError::throttled(operation))
    }

    /// How many calls were refused, by operation.
    pub fn throttled(&self) -> BTreeMap<String, u64> {
        self.throttled.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

impl Bucket {
    fn refill(&mut self, limit: &Limit, now: DateTime<Utc>) {
        // A clock that goes back fills nothing.
        let passed = (now - self.at).to_std().map_or(0.0, |passed| passed.as_secs_f64());
        self.tokens = (self.tokens + passed * limit.per_second).min(limit.burst);
        self.at = self.at.max(now);
    }
}

fn limit_of(operation: &str) -> Option<&'static Limit> {
    LIMITS.iter().find(|limit| operation.starts_with(limit.operations))
}

#[cfg(test)]
mod tests {
    use chrono::TimeDelta;

    use super::*;
    use crate::context::{Caller, Origin};

    fn ctx(account: &str, now: DateTime<Utc>) -> Ctx {
        Ctx {
            caller: Caller::Administrator(account.parse().unwrap()),
            region: "eu-west-1".into(),
            now,
            request_id: String::new(),
            origin: Origin::default(),
        }
    }

    #[test]
    fn a_bucket_gives_its_burst_at_once_and_then_its_rate() {
        let limits = CallLimits::default();
        let begin = DateTime::<Utc>::UNIX_EPOCH;
        let granted = |at: DateTime<Utc>, account: &str| {
            let calls = (0..100).map(|_| limits.take(&ctx(account, at), "servicecatalog:ProvisionProduct"));
            calls.flatten().count()
        };
        assert_eq!(granted(begin, "601000000001"), 10);
        assert_eq!(granted(begin, "601000000002"), 10, "each account has its own");
        assert_eq!(granted(begin + TimeDelta::seconds(1), "601000000001"), 5);
        assert_eq!(granted(begin, "601000000001"), 0, "a clock that goes back fills nothing");
        assert_eq!(granted(begin + TimeDelta::hours(1), "601000000001"), 10, "no more than the burst");
        assert_eq!(limits.throttled()["servicecatalog:ProvisionProduct"], 90 + 90 + 95 + 100 + 90);
        assert!(
            limits.take(&ctx("601000000001", begin), "servicecatalog:DescribeRecord").is_ok(),
            "each operation too"
        );
    }

    #[test]
    fn every_operation_has_a_limit_and_every_documented_one_a_page_of_aws() {
        for operation in ["sts:AssumeRole", "ec2:DescribeNetworkInterfaces", "elasticfilesystem:DeleteFileSystem"] {
            assert!(limit_of(operation).is_some(), "{operation}");
        }
        for limit in LIMITS {
            assert!(limit.per_second > 0.0 && limit.burst >= limit.per_second, "{}", limit.operations);
            if let Source::Documented(page) = limit.source {
                assert!(page.starts_with("https://docs.aws.amazon.com/"), "{page}");
            }
        }
        assert_eq!(limit_of("ec2:DescribeSubnets").map(|limit| limit.source), Some(EC2));
    }
}
