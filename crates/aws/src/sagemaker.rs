//! SageMaker: opening Studio and notebook instances, and clearing the way for a termination.

mod activity;
mod counts;

pub use activity::AppActivity;

use std::collections::BTreeMap;

use aws_sdk_sagemaker::Client;
use aws_sdk_sagemaker::config::{Builder, Config};
use aws_sdk_sagemaker::types::{
    AppDetails, AppType, ExecutionRoleIdentityConfig, SpaceDetails, Tag, UserProfileStatus,
};
use aws_smithy_types::retry::RetryConfig;
use aws_types::SdkConfig;
use chrono::{DateTime, Utc};
use domain::studio::{PresignedUrl, PresignedUrlTtl, StudioSessionDuration};

use crate::Result;
use crate::answer::{optional_time, required, text};
use crate::call::{call, collect};

/// Calls SageMaker; see the module.
#[derive(Clone, Debug)]
pub struct SageMaker(Client);

/// What `CreatePresignedDomainUrl` is asked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PresignDomainCall {
    pub domain_id: String,
    pub user_profile_name: String,
    /// How long the URL itself can be used.
    pub ttl: PresignedUrlTtl,
    /// How long the Studio session lasts that it opens.
    pub session: StudioSessionDuration,
    pub space: Option<String>,
    /// `studio::...` or `app:JupyterLab:...`; Studio's own start page without it.
    pub landing_uri: Option<String>,
}

/// A running or past app. It belongs to a user profile or to a space.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StudioApp {
    pub domain_id: String,
    pub user_profile: Option<String>,
    pub space: Option<String>,
    /// `JupyterServer`, `JupyterLab`, `KernelGateway`, ...
    pub app_type: String,
    pub name: String,
    /// What it runs on; empty where SageMaker does not say.
    pub instance_type: String,
    pub created_at: Option<DateTime<Utc>>,
    pub status: Status,
}

/// Which app.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct StudioAppRef<'a> {
    pub domain_id: &'a str,
    pub user_profile: Option<&'a str>,
    pub space: Option<&'a str>,
    pub app_type: &'a str,
    pub name: &'a str,
}

impl StudioApp {
    pub fn reference(&self) -> StudioAppRef<'_> {
        StudioAppRef {
            domain_id: &self.domain_id,
            user_profile: self.user_profile.as_deref(),
            space: self.space.as_deref(),
            app_type: &self.app_type,
            name: &self.name,
        }
    }
}

/// A space: storage and settings that an app of a private or shared kind runs with.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Space {
    pub domain_id: String,
    pub name: String,
    /// The user profile that owns it.
    pub owner: Option<String>,
    /// The kind of app that runs in it; empty where SageMaker does not say.
    pub app_type: String,
    pub status: Status,
}

/// A Studio domain.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StudioDomain {
    pub id: String,
    pub arn: String,
    pub name: String,
    /// `IAM` or `SSO`; a presigned URL opens a domain in `IAM` mode only.
    pub auth_mode: String,
    /// The execution role of profiles without one of their own.
    pub execution_role: Option<String>,
    /// Sessions of the execution role carry the profile's name as source identity
    /// (`ExecutionRoleIdentityConfig` is `USER_PROFILE_NAME`).
    pub names_profiles: bool,
    /// The file system of all home directories, which SageMaker makes with the domain.
    pub home_file_system: Option<String>,
    pub status: Status,
    pub failure: Option<String>,
}

/// A person's profile in a domain.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UserProfile {
    pub domain_id: String,
    pub name: String,
    pub arn: String,
    /// Its own execution role, where it does not have the domain's.
    pub execution_role: Option<String>,
    pub status: Status,
    pub failure: Option<String>,
}

/// A notebook instance.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NotebookInstance {
    pub name: String,
    pub arn: String,
    pub instance_type: String,
    /// The ARN of the role that runs on it.
    pub role: Option<String>,
    /// When it was last started, stopped or changed.
    pub modified_at: Option<DateTime<Utc>>,
    pub status: Status,
    pub failure: Option<String>,
}

/// A status as SageMaker writes it: `InService`, `Deleting`, `Failed`, `Update_Failed`, ...
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Status(String);

impl Status {
    pub fn as_str(&self) -> &str {
        &self.0
    }

    pub fn is_in_service(&self) -> bool {
        self.0 == "InService"
    }

    /// An app keeps its entry for a day after it is gone.
    pub fn is_deleted(&self) -> bool {
        self.0 == "Deleted"
    }

    pub fn is_deleting(&self) -> bool {
        self.0 == "Deleting"
    }

    /// `Failed`, `Update_Failed` and `Delete_Failed`.
    pub fn is_failed(&self) -> bool {
        self.0.ends_with("Failed")
    }
}

impl SageMaker {
    pub(crate) fn new(sdk: &SdkConfig) -> Self {
        Self(Client::new(sdk))
    }

    /// A URL that opens Studio as the user profile, within `ttl`.
    pub async fn presign_domain(&self, wanted: &PresignDomainCall) -> Result<PresignedUrl> {
        const OPERATION: &str = "sagemaker:CreatePresignedDomainUrl";
        let request = self
            .0
            .create_presigned_domain_url()
            .domain_id(&wanted.domain_id)
            .user_profile_name(&wanted.user_profile_name)
            .expires_in_seconds(seconds(wanted.ttl.seconds()))
            .session_expiration_duration_in_seconds(seconds(wanted.session.seconds()))
            .set_space_name(wanted.space.clone())
            .set_landing_uri(wanted.landing_uri.clone());
        let answer = call(OPERATION, request.send()).await?;
        required(OPERATION, "AuthorizedUrl", answer.authorized_url).map(PresignedUrl::new)
    }

    /// A URL that opens a notebook instance. AWS gives it five minutes of its own; only the session's length is ours.
    pub async fn presign_notebook_instance(&self, name: &str, session: StudioSessionDuration) -> Result<PresignedUrl> {
        const OPERATION: &str = "sagemaker:CreatePresignedNotebookInstanceUrl";
        let request = self
            .0
            .create_presigned_notebook_instance_url()
            .notebook_instance_name(name)
            .session_expiration_duration_in_seconds(seconds(session.seconds()));
        let answer = call(OPERATION, request.send()).await?;
        required(OPERATION, "AuthorizedUrl", answer.authorized_url).map(PresignedUrl::new)
    }

    /// All apps of a domain, or of one user profile or space in it.
    pub async fn list_apps(
        &self,
        domain_id: &str,
        user_profile: Option<&str>,
        space: Option<&str>,
    ) -> Result<Vec<StudioApp>> {
        const OPERATION: &str = "sagemaker:ListApps";
        let stream = self
            .0
            .list_apps()
            .domain_id_equals(domain_id)
            .set_user_profile_name_equals(user_profile.map(str::to_owned))
            .set_space_name_equals(space.map(str::to_owned))
            .into_paginator()
            .page_size(100)
            .send();
        collect(OPERATION, stream, |page| page.apps, |app| studio_app(OPERATION, app)).await
    }

    /// Starts the deletion of an app. An app that is gone or going already is [`crate::Error::NotFound`] or
    /// [`crate::Error::Conflict`].
    pub async fn delete_app(&self, app: StudioAppRef<'_>) -> Result<()> {
        let request = self
            .0
            .delete_app()
            .domain_id(app.domain_id)
            .app_type(AppType::from(app.app_type))
            .app_name(app.name)
            .set_user_profile_name(app.user_profile.map(str::to_owned))
            .set_space_name(app.space.map(str::to_owned));
        call("sagemaker:DeleteApp", request.customize().config_override(once()).send()).await.map(drop)
    }

    /// All spaces of a domain, or those with a name that contains `name_contains`.
    pub async fn list_spaces(&self, domain_id: &str, name_contains: Option<&str>) -> Result<Vec<Space>> {
        const OPERATION: &str = "sagemaker:ListSpaces";
        let stream = self
            .0
            .list_spaces()
            .domain_id_equals(domain_id)
            .set_space_name_contains(name_contains.map(str::to_owned))
            .into_paginator()
            .page_size(100)
            .send();
        collect(OPERATION, stream, |page| page.spaces, |space| studio_space(OPERATION, space)).await
    }

    /// Starts the deletion of a space; its apps have to be gone.
    pub async fn delete_space(&self, domain_id: &str, name: &str) -> Result<()> {
        let request = self.0.delete_space().domain_id(domain_id).space_name(name);
        call("sagemaker:DeleteSpace", request.customize().config_override(once()).send()).await.map(drop)
    }

    pub async fn describe_domain(&self, domain_id: &str) -> Result<StudioDomain> {
        const OPERATION: &str = "sagemaker:DescribeDomain";
        let answer = call(OPERATION, self.0.describe_domain().domain_id(domain_id).send()).await?;
        Ok(StudioDomain {
            id: required(OPERATION, "DomainId", answer.domain_id)?,
            arn: required(OPERATION, "DomainArn", answer.domain_arn)?,
            name: text(answer.domain_name),
            auth_mode: answer.auth_mode.map(|mode| mode.as_str().to_owned()).unwrap_or_default(),
            execution_role: answer.default_user_settings.and_then(|settings| settings.execution_role),
            names_profiles: answer.domain_settings.and_then(|settings| settings.execution_role_identity_config)
                == Some(ExecutionRoleIdentityConfig::UserProfileName),
            home_file_system: answer.home_efs_file_system_id,
            status: status(OPERATION, answer.status)?,
            failure: answer.failure_reason,
        })
    }

    pub async fn describe_user_profile(&self, domain_id: &str, name: &str) -> Result<UserProfile> {
        const OPERATION: &str = "sagemaker:DescribeUserProfile";
        let request = self.0.describe_user_profile().domain_id(domain_id).user_profile_name(name);
        let answer = call(OPERATION, request.send()).await?;
        Ok(UserProfile {
            domain_id: required(OPERATION, "DomainId", answer.domain_id)?,
            name: required(OPERATION, "UserProfileName", answer.user_profile_name)?,
            arn: required(OPERATION, "UserProfileArn", answer.user_profile_arn)?,
            execution_role: answer.user_settings.and_then(|settings| settings.execution_role),
            status: status(OPERATION, answer.status)?,
            failure: answer.failure_reason,
        })
    }

    /// The names of all user profiles of a domain, with whether their deletion was asked for.
    pub async fn list_user_profiles(&self, domain_id: &str) -> Result<Vec<(String, bool)>> {
        const OPERATION: &str = "sagemaker:ListUserProfiles";
        let stream = self.0.list_user_profiles().domain_id_equals(domain_id).into_paginator().page_size(100).send();
        collect(
            OPERATION,
            stream,
            |page| page.user_profiles,
            |profile| {
                let name = required(OPERATION, "UserProfileName", profile.user_profile_name)?;
                Ok((name, profile.status == Some(UserProfileStatus::Deleting)))
            },
        )
        .await
    }

    /// Starts the deletion of a user profile; its apps and spaces have to be gone.
    pub async fn delete_user_profile(&self, domain_id: &str, name: &str) -> Result<()> {
        let request = self.0.delete_user_profile().domain_id(domain_id).user_profile_name(name);
        call("sagemaker:DeleteUserProfile", request.customize().config_override(once()).send()).await.map(drop)
    }

    pub async fn describe_notebook_instance(&self, name: &str) -> Result<NotebookInstance> {
        const OPERATION: &str = "sagemaker:DescribeNotebookInstance";
        let answer = call(OPERATION, self.0.describe_notebook_instance().notebook_instance_name(name).send()).await?;
        Ok(NotebookInstance {
            name: required(OPERATION, "NotebookInstanceName", answer.notebook_instance_name)?,
            arn: required(OPERATION, "NotebookInstanceArn", answer.notebook_instance_arn)?,
            instance_type: answer.instance_type.map(|kind| kind.as_str().to_owned()).unwrap_or_default(),
            role: answer.role_arn,
            modified_at: answer.last_modified_time.and_then(optional_time),
            status: status(OPERATION, answer.notebook_instance_status)?,
            failure: answer.failure_reason,
        })
    }

    /// Starts a notebook instance that is stopped.
    pub async fn start_notebook_instance(&self, name: &str) -> Result<()> {
        let request = self.0.start_notebook_instance().notebook_instance_name(name);
        call("sagemaker:StartNotebookInstance", request.customize().config_override(once()).send()).await.map(drop)
    }

    /// Starts the stop of a notebook instance that is in service.
    pub async fn stop_notebook_instance(&self, name: &str) -> Result<()> {
        let request = self.0.stop_notebook_instance().notebook_instance_name(name);
        call("sagemaker:StopNotebookInstance", request.customize().config_override(once()).send()).await.map(drop)
    }

    /// The tags of a domain, user profile, space, app or notebook instance.
    pub async fn list_tags(&self, arn: &str) -> Result<BTreeMap<String, String>> {
        const OPERATION: &str = "sagemaker:ListTags";
        let stream = self.0.list_tags().resource_arn(arn).into_paginator().page_size(50).send();
        let pairs = collect(
            OPERATION,
            stream,
            |page| page.tags,
            |tag| Ok((required(OPERATION, "Key", tag.key)?, text(tag.value))),
        )
        .await?;
        Ok(pairs.into_iter().collect())
    }

    /// Sets tags; those that are there under other keys stay. Repeated, it changes nothing.
    pub async fn add_tags(&self, arn: &str, tags: &BTreeMap<String, String>) -> Result<()> {
        const OPERATION: &str = "sagemaker:AddTags";
        let tags = tags.iter().map(|(key, value)| Tag::builder().key(key).value(value).build()).collect();
        let request = self.0.add_tags().resource_arn(arn).set_tags(Some(tags));
        call(OPERATION, request.customize().config_override(once()).send()).await.map(drop)
    }
}

/// An act is sent once: its repetition is the workflow's, which looks first.
fn once() -> Builder {
    Config::builder().retry_config(RetryConfig::disabled())
}

fn seconds(value: u32) -> i32 {
    i32::try_from(value).unwrap_or(i32::MAX)
}

fn status<T: AsRef<str>>(operation: &'static str, value: Option<T>) -> Result<Status> {
    required(operation, "Status", value).map(|status| Status(status.as_ref().to_owned()))
}

fn studio_app(operation: &'static str, app: AppDetails) -> Result<StudioApp> {
    Ok(StudioApp {
        domain_id: required(operation, "DomainId", app.domain_id)?,
        user_profile: app.user_profile_name,
        space: app.space_name,
        app_type: required(operation, "AppType", app.app_type)?.as_str().to_owned(),
        name: required(operation, "AppName", app.app_name)?,
        instance_type: app
            .resource_spec
            .and_then(|spec| spec.instance_type)
            .map(|kind| kind.as_str().to_owned())
            .unwrap_or_default(),
        created_at: app.creation_time.and_then(optional_time),
        status: status(operation, app.status)?,
    })
}

fn studio_space(operation: &'static str, space: SpaceDetails) -> Result<Space> {
    Ok(Space {
        domain_id: required(operation, "DomainId", space.domain_id)?,
        name: required(operation, "SpaceName", space.space_name)?,
        owner: space.ownership_settings_summary.and_then(|owner| owner.owner_user_profile_name),
        app_type: space
            .space_settings_summary
            .and_then(|settings| settings.app_type)
            .map(|kind| kind.as_str().to_owned())
            .unwrap_or_default(),
        status: status(operation, space.status)?,
    })
}
