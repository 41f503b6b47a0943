//! Calls to services that are asked one or two things: sent as their protocols want them and signed with Signature Version 4,
//! without an SDK for each.

use std::sync::Arc;

use aws_credential_types::provider::ProvideCredentials;
use aws_sigv4::http_request::{SignableBody, SignableRequest, SigningSettings, sign};
use aws_sigv4::sign::v4;
use aws_smithy_runtime::client::orchestrator::operation::Operation;
use aws_smithy_runtime_api::client::behavior_version::BehaviorVersion;
use aws_smithy_runtime_api::client::orchestrator::{HttpRequest, HttpResponse, OrchestratorError};
use aws_smithy_types::body::SdkBody;
use aws_smithy_types::error::ErrorMetadata;
use aws_types::SdkConfig;
use aws_types::service_config::ServiceConfigKey;

use crate::call::{ask, call};
use crate::{Error, Failure, Result};

/// Sends; see the module.
#[derive(Clone, Debug)]
pub(crate) struct Signed(Arc<SdkConfig>);

pub(crate) enum Body {
    /// Answered in XML.
    Form(String),
    /// Answered in JSON.
    Json(String),
}

/// A POST to a service.
pub(crate) struct Request {
    /// As signatures name it.
    pub(crate) service: &'static str,
    /// The beginning of its host's name.
    pub(crate) host: &'static str,
    /// As AWS's configuration names it: `AWS_ENDPOINT_URL_SAGEMAKER_RUNTIME`.
    pub(crate) service_id: &'static str,
    pub(crate) path: String,
    pub(crate) body: Body,
}

impl Signed {
    pub(crate) fn new(sdk: Arc<SdkConfig>) -> Self {
        Self(sdk)
    }

    /// Asks once, for the answer's body; an error is told apart as those of the SDK are.
    pub(crate) async fn call(&self, action: &'static str, partition: &str, request: Request) -> Result<String> {
        let (operation, signed) = self.prepared(action, partition, &request).await.ok_or_else(|| not_sent(action))?;
        call(action, operation.invoke(signed)).await
    }

    /// The same of a probe, whose failures are what it is for.
    pub(crate) async fn ask(&self, action: &'static str, partition: &str, request: Request) -> Result<()> {
        let (operation, signed) = self.prepared(action, partition, &request).await.ok_or_else(|| not_sent(action))?;
        ask(action, operation.invoke(signed)).await
    }

    /// `None` where there is nothing to sign or to send with.
    async fn prepared(
        &self,
        action: &'static str,
        partition: &str,
        request: &Request,
    ) -> Option<(Operation<HttpRequest, String, ErrorMetadata>, HttpRequest)> {
        let sdk = &self.0;
        let endpoint = self.endpoint(partition, request);
        let signed = self.sign(&endpoint, request).await?;
        let client = sdk.http_client()?;
        let mut operation = Operation::builder()
            .service_name(request.service)
            .operation_name(action)
            .behavior_version(BehaviorVersion::latest())
            .http_client(client)
            .endpoint_url(&endpoint)
            .no_auth()
            .no_retry();
        if let Some(timeouts) = sdk.timeout_config() {
            operation = operation.timeout_config(timeouts.clone());
        }
        if let Some(sleep) = sdk.sleep_impl() {
            operation = operation.sleep_impl(sleep);
        }
        Some((operation.serializer(|request: HttpRequest| Ok(request)).deserializer(read).build(), signed))
    }

    fn endpoint(&self, partition: &str, request: &Request) -> String {
        let key = ServiceConfigKey::builder()
            .service_id(request.service_id)
            .env("AWS_ENDPOINT_URL")
            .profile("endpoint_url")
            .build();
        let configured = key.ok().and_then(|key| self.0.service_config()?.load_config(key));
        if let Some(url) = configured.or_else(|| self.0.endpoint_url().map(str::to_owned)) {
            return url.trim_end_matches('/').to_owned();
        }
        let suffix = if partition == "aws-cn" { "amazonaws.com.cn" } else { "amazonaws.com" };
        format!("https://{}.{}.{suffix}", request.host, self.region())
    }

    fn region(&self) -> &str {
        self.0.region().map(AsRef::as_ref).unwrap_or_default()
    }

    /// `None` where there is nothing to sign with.
    async fn sign(&self, endpoint: &str, request: &Request) -> Option<HttpRequest> {
        let identity = self.0.credentials_provider()?.provide_credentials().await.ok()?.into();
        let params = v4::SigningParams::builder()
            .identity(&identity)
            .region(self.region())
            .name(request.service)
            .time(self.0.time_source().unwrap_or_default().now())
            .settings(SigningSettings::default())
            .build()
            .ok()?
            .into();
        let (kind, body) = match &request.body {
            Body::Form(body) => ("application/x-www-form-urlencoded; charset=utf-8", body),
            Body::Json(body) => ("application/json", body),
        };
        let url = format!("{endpoint}{}", request.path);
        let headers = [("content-type", kind)];
        let signable =
            SignableRequest::new("POST", &url, headers.into_iter(), SignableBody::Bytes(body.as_bytes())).ok()?;
        let mut http =
            http::Request::post(&url).header("content-type", kind).body(SdkBody::from(body.as_str())).ok()?;
        sign(signable, &params).ok()?.into_parts().0.apply_to_request_http1x(&mut http);
        http.try_into().ok()
    }
}

fn not_sent(operation: &'static str) -> Error {
    let message = "the request could not be signed".to_owned();
    let failure = Failure { operation, code: "NotSent".to_owned(), message, request_id: None };
    Error::Unavailable { failure, outcome_unknown: false }
}

/// An answer's body, or the code and the message of an error in either protocol.
fn read(response: &HttpResponse) -> Result<String, OrchestratorError<ErrorMetadata>> {
    let body = response.body().bytes().map(String::from_utf8_lossy).unwrap_or_default();
    if response.status().is_success() {
        return Ok(body.into_owned());
    }
    let (code, message) = match serde_json::from_str::<serde_json::Value>(&body) {
        Ok(json) => {
            let text = |name: &str| json.get(name).and_then(serde_json::Value::as_str).map(str::to_owned);
            let code = response.headers().get("x-amzn-errortype").map(str::to_owned).or_else(|| text("__type"));
            // "Code:http://internal.amazon.com/...", "namespace#Code".
            let code = code.map(|code| code.split(':').next().unwrap_or_default().to_owned());
            let code = code.map(|code| code.rsplit('#').next().unwrap_or_default().to_owned());
            (code, text("message").or_else(|| text("Message")))
        }
        Err(_) => (element(&body, "Code"), element(&body, "Message")),
    };
    let mut error = ErrorMetadata::builder();
    if let Some(code) = code {
        error = error.code(code);
    }
    if let Some(message) = message {
        error = error.message(message);
    }
    Err(OrchestratorError::operation(error.build()))
}

/// The text of the first element of this name.
fn element(xml: &str, name: &str) -> Option<String> {
    let (_, rest) = xml.split_once(&format!("<{name}>"))?;
    let (text, _) = rest.split_once(&format!("</{name}>"))?;
    let text = text.replace("&lt;", "<").replace("&gt;", ">").replace("&quot;", "\"").replace("&apos;", "'");
    Some(text.replace("&amp;", "&"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_text_of_an_element_is_read_as_it_was_meant() {
        let xml = "<Response><Errors><Error><Code>A.B</Code><Message>no &lt;vpc&gt; &amp;lt;</Message></Error></Errors></Response>";
        assert_eq!(element(xml, "Code").as_deref(), Some("A.B"));
        assert_eq!(element(xml, "Message").as_deref(), Some("no <vpc> &lt;"));
        assert_eq!(element(xml, "RequestID"), None);
    }
}
