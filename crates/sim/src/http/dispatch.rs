//! From a request to the operation of a service.

use http::request::Parts;

use super::ConnectionSwitch;
use super::wire::{Input, Output, Request, Service};
use crate::context::{Ctx, Origin};
use crate::error::AwsError;
use crate::local::LocalAws;
use crate::signature::{self, Signed};
use crate::world::World;
use crate::{cloudformation, ec2, efs, iam, organizations, ram, s3, sagemaker, servicecatalog, servicequotas, sts};

/// A result, and the switch of the connection it goes out on.
pub(super) struct Done {
    pub(super) output: Output,
    pub(super) switch: Option<ConnectionSwitch>,
}

/// Identifies the caller, brings the world up to now, runs the operation and keeps what changed.
pub(super) fn call(
    aws: &LocalAws,
    parts: &Parts,
    body: &[u8],
    request: &Request,
    request_id: &str,
) -> Result<Done, (AwsError, Option<ConnectionSwitch>)> {
    let switch = parts.extensions.get::<axum::extract::ConnectInfo<ConnectionSwitch>>().map(|info| info.0.clone());
    let result = aws.change(reads_only(request), |world, now| {
        let signed = Signed::read(&parts.headers)?;
        let covered = signature::Request {
            method: parts.method.as_str(),
            path: parts.uri.path(),
            query: parts.uri.query().unwrap_or_default(),
            headers: &parts.headers,
            body,
        };
        let caller = sts::identify(world, &signed, &covered, now)?;
        let agent = parts.headers.get(http::header::USER_AGENT).and_then(|agent| agent.to_str().ok());
        let origin = Origin { user_agent: agent.map(str::to_owned), via: None };
        let ctx = Ctx { caller, region: signed.region, now, request_id: request_id.to_owned(), origin };
        if let Some(limits) = aws.call_limits() {
            limits.take(&ctx, &request.name())?;
        }
        run(world, &ctx, request)
    });
    match result {
        Ok(output) => Ok(Done { output, switch }),
        Err(error) => Err((error, switch)),
    }
}

fn run(world: &mut World, ctx: &Ctx, request: &Request) -> Result<Output, AwsError> {
    let operation = request.operation.as_str();
    match (request.service, &request.input) {
        (Service::Catalog, Input::Json(body)) => servicecatalog::handle(world, ctx, operation, body).map(Output::Json),
        (Service::SageMaker, Input::Json(body)) => sagemaker::handle(world, ctx, operation, body).map(Output::Json),
        (Service::Runtime, Input::Json(body)) => {
            let endpoint = body["EndpointName"].as_str().unwrap_or_default();
            sagemaker::hosting::invoke(world, ctx, operation, endpoint).map(Output::Json)
        }
        (Service::Efs, Input::Json(body)) => efs::handle(world, ctx, operation, body).map(Output::Json),
        (Service::Ram, Input::Json(body)) => ram::handle(world, ctx, operation, body).map(Output::Json),
        (Service::Quotas, Input::Json(body)) => servicequotas::handle(world, ctx, operation, body).map(Output::Json),
        (Service::Organizations, Input::Json(body)) => {
            organizations::handle(world, ctx, operation, body).map(Output::Json)
        }
        (Service::S3, Input::Object(call)) => s3::handle(world, ctx, operation, call).map(Output::Object),
        (Service::Sts, Input::Form(fields)) => sts::handle(world, ctx, operation, fields).map(Output::Xml),
        (Service::Iam, Input::Form(fields)) => iam::handle(world, ctx, operation, fields).map(Output::Xml),
        (Service::Ec2, Input::Form(fields)) => ec2::handle(world, ctx, operation, fields).map(Output::Xml),
        (Service::CloudFormation, Input::Form(fields)) => {
            cloudformation::handle(world, ctx, operation, fields).map(Output::Xml)
        }
        _ => Err(AwsError::unknown_operation(operation)),
    }
}

/// Operations that leave the kept state as it is: the reading ones, and those whose result carries its own state.
fn reads_only(request: &Request) -> bool {
    let starts = ["Describe", "List", "Get", "Search", "Scan", "CreatePresigned", "Head"];
    request.service == Service::Sts || starts.iter().any(|start| request.operation.starts_with(start))
}
