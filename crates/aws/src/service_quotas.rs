//! Service Quotas: how many of a kind an account may have in a region.

use aws_sdk_servicequotas::Client;
use aws_types::SdkConfig;

use crate::answer::required;
use crate::call::call;
use crate::{Error, Result};

/// Calls Service Quotas; see the module.
#[derive(Clone, Debug)]
pub struct ServiceQuotas(Client);

impl ServiceQuotas {
    pub(crate) fn new(sdk: &SdkConfig) -> Self {
        Self(Client::new(sdk))
    }

    /// The value of one of SageMaker's quotas that holds in the account: its own, or else AWS's for everybody.
    pub async fn of_sagemaker(&self, code: &str) -> Result<u64> {
        const OPERATION: &str = "servicequotas:GetServiceQuota";
        const DEFAULT: &str = "servicequotas:GetAWSDefaultServiceQuota";
        const SERVICE: &str = "sagemaker";
        let own = self.0.get_service_quota().service_code(SERVICE).quota_code(code);
        let quota = match call(OPERATION, own.send()).await {
            Ok(answer) => answer.quota,
            // "For some quotas, only the default values are available."
            Err(Error::NotFound(_)) => {
                let default = self.0.get_aws_default_service_quota().service_code(SERVICE).quota_code(code);
                call(DEFAULT, default.send()).await?.quota
            }
            Err(error) => return Err(error),
        };
        required(OPERATION, "Value", quota.and_then(|quota| quota.value).and_then(whole))
    }
}

/// Service Quotas writes numbers of things as numbers with a fraction.
#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "checked before")]
fn whole(value: f64) -> Option<u64> {
    (0.0..1e15).contains(&value).then_some(value as u64)
}

#[cfg(test)]
mod tests {
    use super::whole;

    #[test]
    fn a_number_of_things_is_read_and_nonsense_is_not() {
        assert_eq!((whole(0.0), whole(100.0)), (Some(0), Some(100)));
        assert_eq!((whole(-1.0), whole(f64::NAN), whole(f64::INFINITY)), (None, None, None));
    }
}
