//! AWS's errors: a code, a status and a sentence.

/// What AWS answers instead of a result.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{code}: {message}")]
pub struct AwsError {
    pub status: u16,
    /// As AWS names it, without a namespace: `ResourceNotFoundException`. The Query services drop the suffix
    /// `Exception` from the general ones (`AccessDenied`), which the wire layer does.
    pub code: String,
    pub message: String,
    /// Organizations says which limit was violated in a member of its own.
    pub reason: Option<&'static str>,
}

impl AwsError {
    /// A mistake of the caller, status 400.
    pub fn new(code: &str, message: impl Into<String>) -> Self {
        Self::with_status(400, code, message)
    }

    pub fn with_status(status: u16, code: &str, message: impl Into<String>) -> Self {
        Self { status, code: code.to_owned(), message: message.into(), reason: None }
    }

    #[must_use]
    pub fn because(self, reason: &'static str) -> Self {
        Self { reason: Some(reason), ..self }
    }

    /// Of SageMaker, STS and CloudFormation (`ValidationException`, there as `ValidationError`).
    pub fn validation(message: impl Into<String>) -> Self {
        Self::new("ValidationException", message)
    }

    /// Of Service Catalog.
    pub fn invalid_parameters(message: impl Into<String>) -> Self {
        Self::new("InvalidParametersException", message)
    }

    /// Of Service Catalog.
    pub fn resource_not_found(message: impl Into<String>) -> Self {
        Self::new("ResourceNotFoundException", message)
    }

    /// Of Service Catalog.
    pub fn duplicate_resource(message: impl Into<String>) -> Self {
        Self::new("DuplicateResourceException", message)
    }

    /// Of Service Catalog: one of its quotas.
    pub fn limit_exceeded(message: impl Into<String>) -> Self {
        Self::new("LimitExceededException", message)
    }

    /// Of Service Catalog.
    pub fn resource_in_use(message: impl Into<String>) -> Self {
        Self::new("ResourceInUseException", message)
    }

    /// Of Service Catalog.
    pub fn invalid_state(message: impl Into<String>) -> Self {
        Self::new("InvalidStateException", message)
    }

    pub fn access_denied(message: impl Into<String>) -> Self {
        Self::with_status(403, "AccessDeniedException", message)
    }

    pub fn throttling() -> Self {
        Self::new("ThrottlingException", "Rate exceeded")
    }

    /// As the operation's service (`servicecatalog:ProvisionProduct`) says it.
    pub fn throttled(operation: &str) -> Self {
        match operation.split(':').next() {
            Some("organizations") => {
                Self::new("TooManyRequestsException", "You have sent too many requests in too short a period of time.")
            }
            Some("ec2") => Self::with_status(503, "RequestLimitExceeded", "Request limit exceeded."),
            _ => Self::throttling(),
        }
    }

    pub fn expired_token() -> Self {
        Self::with_status(403, "ExpiredTokenException", "The security token included in the request is expired")
    }

    /// The JSON services say `UnrecognizedClientException`, the Query services `InvalidClientTokenId`.
    pub fn invalid_client_token() -> Self {
        Self::with_status(403, "UnrecognizedClientException", "The security token included in the request is invalid.")
    }

    pub fn signature_mismatch() -> Self {
        Self::with_status(
            403,
            "InvalidSignatureException",
            "The request signature we calculated does not match the signature you provided. Check your AWS Secret Access Key and signing method. Consult the service documentation for details.",
        )
    }

    pub fn unknown_operation(operation: &str) -> Self {
        Self::new("UnknownOperationException", format!("The operation {operation} is not offered by the local AWS"))
    }

    pub fn internal(message: impl Into<String>) -> Self {
        Self::with_status(500, "InternalFailure", message)
    }
}
