//! What SageMaker says of the use of an app.

use aws_sdk_sagemaker::types::AppType;
use chrono::{DateTime, Utc};

use super::{SageMaker, StudioAppRef};
use crate::Result;
use crate::answer::{optional_time, required};
use crate::call::call;

/// An app's times, as SageMaker has them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AppActivity {
    pub arn: String,
    /// Health checks move this too, by AWS's documentation, and then it is the same as `last_health_check`.
    pub last_user_activity: Option<DateTime<Utc>>,
    pub last_health_check: Option<DateTime<Utc>>,
}

impl SageMaker {
    /// When an app was used last (`DescribeApp`).
    pub async fn app_activity(&self, app: StudioAppRef<'_>) -> Result<AppActivity> {
        const OPERATION: &str = "sagemaker:DescribeApp";
        let request = self
            .0
            .describe_app()
            .domain_id(app.domain_id)
            .app_type(AppType::from(app.app_type))
            .app_name(app.name)
            .set_user_profile_name(app.user_profile.map(str::to_owned))
            .set_space_name(app.space.map(str::to_owned));
        let answer = call(OPERATION, request.send()).await?;
        Ok(AppActivity {
            arn: required(OPERATION, "AppArn", answer.app_arn)?,
            last_user_activity: answer.last_user_activity_timestamp.and_then(optional_time),
            last_health_check: answer.last_health_check_timestamp.and_then(optional_time),
        })
    }
}
