//! Amazon SageMaker: Studio domains, user profiles, spaces, apps, notebook instances and the URLs that open them.
//!
//! Inputs and outputs are JSON values shaped as in AWS's service model; what a resource was created with is what
//! `Describe` answers, and the rules (states, what blocks what, tags, authorization) are here.

pub(crate) mod access;
mod app;
mod domain;
pub(crate) mod home;
pub(crate) mod hosting;
mod jobs;
mod lifecycle_config;
mod notebook_instance;
mod presign;
mod space;
mod state;
mod tags;
mod update;
mod user_profile;

use chrono::{DateTime, Utc};
use serde_json::Value;

pub use app::used;
pub use state::{Quotas, Resource, State};

use crate::context::Ctx;
use crate::error::AwsError;
use crate::world::World;

/// One operation.
pub fn handle(world: &mut World, ctx: &Ctx, operation: &str, body: &Value) -> Result<Value, AwsError> {
    match operation {
        "CreateDomain" => domain::create(world, ctx, body),
        "DescribeDomain" => domain::describe(world, ctx, body),
        "ListDomains" => domain::list(world, ctx, body),
        "DeleteDomain" => domain::delete(world, ctx, body),
        "CreateUserProfile" => user_profile::create(world, ctx, body),
        "DescribeUserProfile" => user_profile::describe(world, ctx, body),
        "ListUserProfiles" => user_profile::list(world, ctx, body),
        "UpdateUserProfile" => update::user_profile(world, ctx, body),
        "DeleteUserProfile" => user_profile::delete(world, ctx, body),
        "CreateSpace" => space::create(world, ctx, body),
        "DescribeSpace" => space::describe(world, ctx, body),
        "ListSpaces" => space::list(world, ctx, body),
        "UpdateSpace" => update::space(world, ctx, body),
        "DeleteSpace" => space::delete(world, ctx, body),
        "CreateApp" => app::create(world, ctx, body),
        "DescribeApp" => app::describe(world, ctx, body),
        "ListApps" => app::list(world, ctx, body),
        "DeleteApp" => app::delete(world, ctx, body),
        "CreateNotebookInstance" => notebook_instance::create(world, ctx, body),
        "DescribeNotebookInstance" => notebook_instance::describe(world, ctx, body),
        "ListNotebookInstances" => notebook_instance::list(world, ctx, body),
        "StartNotebookInstance" => notebook_instance::start(world, ctx, body),
        "StopNotebookInstance" => notebook_instance::stop(world, ctx, body),
        "DeleteNotebookInstance" => notebook_instance::delete(world, ctx, body),
        "CreateNotebookInstanceLifecycleConfig" => lifecycle_config::create(world, ctx, body),
        "DescribeNotebookInstanceLifecycleConfig" => lifecycle_config::describe(world, ctx, body),
        "ListNotebookInstanceLifecycleConfigs" => lifecycle_config::list(world, ctx, body),
        "DeleteNotebookInstanceLifecycleConfig" => lifecycle_config::delete(world, ctx, body),
        "ListTags" => tags::list(world, ctx, body),
        "AddTags" => tags::add(world, ctx, body),
        "DeleteTags" => tags::delete(world, ctx, body),
        "CreatePresignedDomainUrl" => presign::domain_url(world, ctx, body),
        "CreatePresignedNotebookInstanceUrl" => presign::notebook_url(world, ctx, body),
        "ListEndpoints" | "ListEndpointConfigs" | "ListModels" => hosting::list(world, ctx, operation),
        "ListTrainingJobs" => jobs::list_training(world, ctx),
        "CreateEndpoint" => hosting::create_endpoint(world, ctx, body),
        "CreateEndpointConfig" => hosting::create_config(world, ctx, body),
        "CreateModel" => hosting::create_model(world, ctx, body),
        "DescribeEndpoint" | "UpdateEndpoint" | "UpdateEndpointWeightsAndCapacities" | "DeleteEndpoint" => {
            hosting::on_endpoint(world, ctx, operation, body)
        }
        "DescribeEndpointConfig" | "DeleteEndpointConfig" => hosting::on_config(world, ctx, operation, body),
        "DescribeModel" | "DeleteModel" => hosting::on_model(world, ctx, operation, body),
        "DescribeTrainingJob" => jobs::describe_training(world, ctx, body),
        "CreateTrainingJob" => jobs::create_training(world, ctx, body),
        "CreateProcessingJob" => jobs::create_processing(world, ctx, body),
        _ => Err(AwsError::unknown_operation(operation)),
    }
}

/// Applies every change of status that is due at `now`.
pub fn settle(world: &mut World, now: DateTime<Utc>) {
    for state in world.sagemaker.values_mut() {
        state.settle(now);
    }
}
