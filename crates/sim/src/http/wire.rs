//! Requests and answers in AWS's two protocols.

use std::collections::BTreeMap;

use axum::body::Body;
use axum::response::Response;
use http::request::Parts;
use http::{HeaderValue, Method, StatusCode, header};
use serde_json::Value;

use crate::error::AwsError;
use crate::value::xml;

/// The services that are offered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Service {
    Catalog,
    SageMaker,
    /// SageMaker's runtime, where endpoints are called.
    Runtime,
    Organizations,
    /// Service Quotas.
    Quotas,
    Sts,
    Iam,
    Ec2,
    Efs,
    Ram,
    CloudFormation,
    S3,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Protocol {
    Json,
    /// Methods and paths; errors as in the other JSON protocol, with statuses that mean something.
    Rest,
    /// Reads as Query does, and has answers of its own shape.
    Ec2,
    /// Methods and paths; contents as they are, errors in XML.
    S3,
    Query(&'static str),
}

impl Service {
    /// As in IAM actions.
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Catalog => "servicecatalog",
            Self::SageMaker | Self::Runtime => "sagemaker",
            Self::Organizations => "organizations",
            Self::Quotas => "servicequotas",
            Self::Sts => "sts",
            Self::Iam => "iam",
            Self::Ec2 => "ec2",
            Self::Efs => "elasticfilesystem",
            Self::Ram => "ram",
            Self::CloudFormation => "cloudformation",
            Self::S3 => "s3",
        }
    }

    pub(super) fn protocol(self) -> Protocol {
        match self {
            Self::Sts => Protocol::Query("https://sts.amazonaws.com/doc/2011-06-15/"),
            Self::Iam => Protocol::Query("https://iam.amazonaws.com/doc/2010-05-08/"),
            Self::CloudFormation => Protocol::Query("http://cloudformation.amazonaws.com/doc/2010-05-15/"),
            Self::Catalog | Self::SageMaker | Self::Organizations | Self::Quotas => Protocol::Json,
            Self::Ec2 => Protocol::Ec2,
            Self::S3 => Protocol::S3,
            Self::Runtime | Self::Efs | Self::Ram => Protocol::Rest,
        }
    }
}

#[derive(Debug)]
pub(super) enum Input {
    Json(Value),
    Form(BTreeMap<String, String>),
    Object(crate::s3::Call),
}

#[derive(Debug)]
pub(super) enum Output {
    Json(Value),
    /// What goes inside `<ActionResult>`.
    Xml(String),
    Object(crate::s3::Answer),
}

#[derive(Debug)]
pub(super) struct Request {
    pub(super) service: Service,
    pub(super) operation: String,
    pub(super) input: Input,
}

impl Request {
    /// `servicecatalog:ProvisionProduct`.
    pub(super) fn name(&self) -> String {
        format!("{}:{}", self.service.name(), self.operation)
    }
}

/// Tells service, operation and input of a request.
pub(super) fn read(parts: &Parts, body: &[u8]) -> Result<Request, (Protocol, AwsError)> {
    if let Some(target) = parts.headers.get("x-amz-target") {
        return read_json(target.to_str().unwrap_or_default(), body).map_err(|error| (Protocol::Json, error));
    }
    if let Some(read) = crate::s3::read(parts, body) {
        let (operation, call) = read.map_err(|error| (Protocol::S3, error))?;
        return Ok(Request { service: Service::S3, operation: operation.to_owned(), input: Input::Object(call) });
    }
    if let Some(request) = invocation(parts) {
        return Ok(request);
    }
    let query = parts.uri.query().unwrap_or_default();
    match crate::efs::read(&parts.method, parts.uri.path(), query, body) {
        Some(Ok((operation, input))) => {
            return Ok(Request { service: Service::Efs, operation: operation.to_owned(), input: Input::Json(input) });
        }
        Some(Err(what)) => return Err((Protocol::Rest, AwsError::unknown_operation(&what))),
        None => {}
    }
    // What the portal calls of Resource Access Manager is one path.
    if parts.uri.path() == "/acceptresourceshareinvitation" {
        let input = serde_json::from_slice(body).map_err(|e| {
            let message = format!("The input is no JSON: {e}");
            (Protocol::Rest, AwsError::new("SerializationException", message))
        })?;
        let operation = "AcceptResourceShareInvitation".to_owned();
        return Ok(Request { service: Service::Ram, operation, input: Input::Json(input) });
    }
    let text = if parts.method == Method::POST { body } else { parts.uri.query().unwrap_or_default().as_bytes() };
    let mut fields: BTreeMap<String, String> =
        url::form_urlencoded::parse(text).map(|(k, v)| (k.into_owned(), v.into_owned())).collect();
    let version = fields.remove("Version").unwrap_or_default();
    let service = match version.as_str() {
        "2010-05-15" => Service::CloudFormation,
        "2011-06-15" => Service::Sts,
        "2010-05-08" => Service::Iam,
        "2016-11-15" => Service::Ec2,
        _ => {
            let message = "The request names no service that the local AWS offers: Service Catalog, SageMaker, Organizations, Service Quotas, STS, IAM, EC2, EFS, RAM, S3 and CloudFormation.";
            return Err((Service::Sts.protocol(), AwsError::new("InvalidAction", message)));
        }
    };
    let Some(operation) = fields.remove("Action") else {
        let error = AwsError::new("MissingAction", "The request must contain the parameter Action.");
        return Err((service.protocol(), error));
    };
    Ok(Request { service, operation, input: Input::Form(fields) })
}

/// `POST /endpoints/{name}/invocations`, and the like for answers that come later or in pieces.
fn invocation(parts: &Parts) -> Option<Request> {
    let (endpoint, what) = parts.uri.path().strip_prefix("/endpoints/")?.split_once('/')?;
    let operation = match what {
        "invocations" => "InvokeEndpoint",
        "async-invocations" => "InvokeEndpointAsync",
        "invocations-response-stream" => "InvokeEndpointWithResponseStream",
        _ => return None,
    };
    let input = Input::Json(serde_json::json!({ "EndpointName": endpoint }));
    Some(Request { service: Service::Runtime, operation: operation.to_owned(), input })
}

fn read_json(target: &str, body: &[u8]) -> Result<Request, AwsError> {
    let (prefix, operation) = target.split_once('.').unwrap_or((target, ""));
    let service = match prefix {
        "AWS242ServiceCatalogService" => Service::Catalog,
        "SageMaker" => Service::SageMaker,
        "AWSOrganizationsV20161128" => Service::Organizations,
        "ServiceQuotasV20190624" => Service::Quotas,
        _ => return Err(AwsError::unknown_operation(target)),
    };
    let input = if body.is_empty() { Ok(Value::Object(serde_json::Map::new())) } else { serde_json::from_slice(body) };
    match input {
        Ok(mut input @ Value::Object(_)) => {
            drop_nulls(&mut input);
            Ok(Request { service, operation: operation.to_owned(), input: Input::Json(input) })
        }
        Ok(_) => Err(AwsError::new("SerializationException", "The input is no JSON object.")),
        Err(e) => Err(AwsError::new("SerializationException", format!("The input is no JSON: {e}"))),
    }
}

/// A member that is null is the same as one that is absent.
fn drop_nulls(value: &mut Value) {
    match value {
        Value::Object(map) => {
            map.retain(|_, member| !member.is_null());
            map.values_mut().for_each(drop_nulls);
        }
        Value::Array(items) => items.iter_mut().for_each(drop_nulls),
        _ => {}
    }
}

fn response(status: u16, content_type: &'static str, body: String, request_id: &str) -> Response {
    let mut response = Response::new(Body::from(body));
    *response.status_mut() = StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(content_type));
    if let Ok(id) = HeaderValue::from_str(request_id) {
        headers.insert("x-amzn-requestid", id);
    }
    response
}

/// The answer to a call that went well.
pub(super) fn answer(request: &Request, output: Output, request_id: &str) -> Response {
    match output {
        // An operation with paths that has nothing to say.
        Output::Json(Value::Null) => response(204, "application/x-amz-json-1.1", String::new(), request_id),
        Output::Json(value) => response(200, "application/x-amz-json-1.1", value.to_string(), request_id),
        Output::Object(answer) => crate::s3::respond(answer, request.operation.starts_with("Head"), request_id),
        Output::Xml(inner) => {
            let action = &request.operation;
            let namespace = match request.service.protocol() {
                Protocol::Query(namespace) => namespace,
                Protocol::Ec2 => {
                    let body = format!(
                        "<{action}Response xmlns=\"http://ec2.amazonaws.com/doc/2016-11-15/\"><requestId>{request_id}</requestId>{inner}</{action}Response>"
                    );
                    return response(200, "text/xml", body, request_id);
                }
                Protocol::Json | Protocol::Rest | Protocol::S3 => {
                    return refuse(Protocol::Json, &AwsError::internal("an answer in the wrong protocol"), request_id);
                }
            };
            // An action without an output has no result element.
            let result = if inner.is_empty() { inner } else { format!("<{action}Result>{inner}</{action}Result>") };
            let body = format!(
                "<{action}Response xmlns=\"{namespace}\">{result}<ResponseMetadata><RequestId>{request_id}</RequestId></ResponseMetadata></{action}Response>"
            );
            response(200, "text/xml", body, request_id)
        }
    }
}

/// The answer to a call that did not.
pub(super) fn refuse(protocol: Protocol, error: &AwsError, request_id: &str) -> Response {
    match protocol {
        Protocol::S3 => crate::s3::refusal(error, request_id),
        Protocol::Json | Protocol::Rest => {
            // Both spellings: Service Catalog and Organizations write `Message`, SageMaker `message`.
            let mut body =
                serde_json::json!({ "__type": error.code, "message": error.message, "Message": error.message });
            if protocol == Protocol::Rest {
                // A member of every error of EFS.
                body["ErrorCode"] = error.code.as_str().into();
            }
            if let Some(reason) = error.reason {
                body["Reason"] = reason.into();
            }
            // The JSON services answer 400 to whatever the caller did wrong, but those with paths.
            let status = if protocol == Protocol::Json && error.status < 500 { 400 } else { error.status };
            let mut response = response(status, "application/x-amz-json-1.1", body.to_string(), request_id);
            if let Ok(code) = HeaderValue::from_str(&error.code) {
                response.headers_mut().insert("x-amzn-errortype", code);
            }
            response
        }
        Protocol::Ec2 => {
            let body = format!(
                "<Response><Errors><Error><Code>{}</Code><Message>{}</Message></Error></Errors><RequestID>{request_id}</RequestID></Response>",
                xml(query_code(&error.code)),
                xml(&error.message)
            );
            response(error.status, "text/xml", body, request_id)
        }
        Protocol::Query(namespace) => {
            let kind = if error.status < 500 { "Sender" } else { "Receiver" };
            let body = format!(
                "<ErrorResponse xmlns=\"{namespace}\"><Error><Type>{kind}</Type><Code>{}</Code><Message>{}</Message></Error><RequestId>{request_id}</RequestId></ErrorResponse>",
                xml(query_code(&error.code)),
                xml(&error.message)
            );
            response(error.status, "text/xml", body, request_id)
        }
    }
}

/// The Query services name the general errors differently.
fn query_code(code: &str) -> &str {
    match code {
        "AccessDeniedException" => "AccessDenied",
        "ExpiredTokenException" => "ExpiredToken",
        "IncompleteSignatureException" => "IncompleteSignature",
        "InvalidSignatureException" => "SignatureDoesNotMatch",
        "MalformedPolicyDocumentException" => "MalformedPolicyDocument",
        "MissingAuthenticationTokenException" => "MissingAuthenticationToken",
        "PackedPolicyTooLargeException" => "PackedPolicyTooLarge",
        "ThrottlingException" => "Throttling",
        "UnknownOperationException" => "InvalidAction",
        "UnrecognizedClientException" => "InvalidClientTokenId",
        "ValidationException" => "ValidationError",
        other => other,
    }
}
