//! What can go wrong, decided once.

use std::fmt;

use aws_smithy_runtime_api::client::orchestrator::HttpResponse;
use aws_smithy_runtime_api::client::result::SdkError;
use aws_smithy_types::error::metadata::ProvideErrorMetadata;
use aws_types::request_id::RequestId;
use domain::problem::Problem;

/// Which call failed, and AWS's own words for it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Failure {
    /// As IAM writes it: `servicecatalog:ProvisionProduct`.
    pub operation: &'static str,
    /// AWS's error code, or one of this crate's own for failures on the way: `Timeout`, `NoConnection`,
    /// `NoCredentials`, `UnreadableAnswer`, `IncompleteAnswer`, `NotSent`.
    pub code: String,
    pub message: String,
    /// What AWS's support asks for.
    pub request_id: Option<String>,
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}: {}", self.operation, self.code, self.message)?;
        match &self.request_id {
            Some(id) => write!(f, " (AWS request {id})"),
            None => Ok(()),
        }
    }
}

/// Every way in which a call ends without its answer.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Error {
    /// Refused for the rate of calls, or because another change is in progress: nothing was done.
    #[error("throttled: {0}")]
    Throttled(Failure),
    /// A policy refused: role trust, identity, session or service control policy.
    #[error("denied: {0}")]
    Denied(Failure),
    #[error("not found: {0}")]
    NotFound(Failure),
    /// It exists already, or its state does not allow this.
    #[error("conflict: {0}")]
    Conflict(Failure),
    #[error("invalid: {0}")]
    Invalid(Failure),
    /// A quota that no waiting lifts.
    #[error("quota reached: {0}")]
    LimitExceeded(Failure),
    /// No usable answer. With `outcome_unknown` the call may have been carried out: repeat it with the same token, and
    /// look before acting anew.
    #[error("unavailable: {failure}")]
    Unavailable { failure: Failure, outcome_unknown: bool },
}

impl Error {
    pub fn failure(&self) -> &Failure {
        match self {
            Self::Throttled(failure)
            | Self::Denied(failure)
            | Self::NotFound(failure)
            | Self::Conflict(failure)
            | Self::Invalid(failure)
            | Self::LimitExceeded(failure)
            | Self::Unavailable { failure, .. } => failure,
        }
    }

    /// Whether the same call can succeed later without anybody changing anything.
    pub fn is_retryable(&self) -> bool {
        matches!(self, Self::Throttled(_) | Self::Unavailable { .. })
    }

    /// Whether AWS may have acted although no answer came.
    pub fn outcome_unknown(&self) -> bool {
        matches!(self, Self::Unavailable { outcome_unknown: true, .. })
    }

    /// For metrics.
    pub(crate) fn kind(&self) -> &'static str {
        match self {
            Self::Throttled(_) => "throttled",
            Self::Denied(_) => "denied",
            Self::NotFound(_) => "not_found",
            Self::Conflict(_) => "conflict",
            Self::Invalid(_) => "invalid",
            Self::LimitExceeded(_) => "limit_exceeded",
            Self::Unavailable { .. } => "unavailable",
        }
    }

    /// An answer that lacks what AWS documents as always present. The call itself was carried out.
    pub(crate) fn incomplete(operation: &'static str, missing: &str) -> Self {
        Self::Unavailable {
            failure: Failure {
                operation,
                code: "IncompleteAnswer".to_owned(),
                message: format!("the answer holds no usable {missing}"),
                request_id: None,
            },
            outcome_unknown: true,
        }
    }

    /// A request that this crate does not send because AWS would refuse it.
    pub(crate) fn invalid(operation: &'static str, message: impl Into<String>) -> Self {
        Self::Invalid(Failure { operation, code: "NotSent".to_owned(), message: message.into(), request_id: None })
    }

    /// What is told to a person.
    pub fn problem(&self) -> Problem {
        let failure = self.failure();
        let act = in_words(failure.operation);
        let (what, next) = match self {
            Self::Throttled(_) => (
                format!("AWS is busy and did not {act}."),
                "This call changed nothing at AWS. The portal tries again by itself; otherwise try again in a minute.",
            ),
            Self::Denied(_) => (
                format!("AWS did not allow the portal to {act}."),
                "Ask whoever runs the portal to compare the role's policies and the account's service control policies with \
                 docs/roles.md.",
            ),
            Self::NotFound(_) => (
                format!("AWS could not {act}: something it needs does not exist."),
                "It may have been removed outside the portal. Refresh the page; if it stays, tell whoever runs the portal.",
            ),
            Self::Conflict(_) => (
                format!("AWS could not {act}, because of the state that things are in."),
                "Wait for a change that is in progress to end, or choose another name, then try again.",
            ),
            Self::Invalid(_) => (
                format!("AWS rejected the values it was given to {act}."),
                "Correct the value that AWS names; if it is not one that you chose, tell whoever runs the portal.",
            ),
            Self::LimitExceeded(_) => (
                format!("AWS did not {act}: a quota of the account is used up."),
                "Terminate environments that are no longer needed, or ask whoever runs the portal to raise the quota.",
            ),
            Self::Unavailable { outcome_unknown: true, .. } => (
                format!("AWS gave no answer when asked to {act}."),
                "It may have been carried out all the same. The portal looks and continues from what it finds; nothing \
                 is done twice.",
            ),
            Self::Unavailable { .. } => (
                format!("AWS could not be asked to {act}."),
                "This call changed nothing at AWS. Try again in a minute; if it stays, tell whoever runs the portal.",
            ),
        };
        let why = match &failure.request_id {
            Some(id) => format!("{} ({}, AWS request {id})", failure.message, failure.code),
            None => format!("{} ({})", failure.message, failure.code),
        };
        Problem::new(what, why, next)
    }

    pub(crate) fn from_sdk<E>(operation: &'static str, error: &SdkError<E, HttpResponse>) -> Self
    where
        E: ProvideErrorMetadata + std::error::Error + 'static,
    {
        let request_id = error.request_id().map(str::to_owned);
        let own = |code: &str, message: &str| Failure {
            operation,
            code: code.to_owned(),
            message: message.to_owned(),
            request_id: request_id.clone(),
        };
        match error {
            SdkError::ConstructionFailure(_) => Self::Unavailable {
                failure: own("NotSent", "the request could not be made from what was given"),
                outcome_unknown: false,
            },
            SdkError::TimeoutError(_) => {
                Self::Unavailable { failure: own("Timeout", "no answer within the time limit"), outcome_unknown: true }
            }
            SdkError::DispatchFailure(failure) if failure.is_user() => Self::Unavailable {
                failure: own("NotSent", "the request could not be sent as configured"),
                outcome_unknown: false,
            },
            SdkError::DispatchFailure(_) if lacks_credentials(error) => Self::Unavailable {
                failure: own("NoCredentials", "the portal has no AWS credentials, or they could not be fetched"),
                outcome_unknown: false,
            },
            SdkError::DispatchFailure(failure) if failure.is_timeout() => Self::Unavailable {
                failure: own("Timeout", "no connection within the time limit"),
                outcome_unknown: true,
            },
            SdkError::DispatchFailure(_) => Self::Unavailable {
                failure: own("NoConnection", "the connection could not be made, or broke before the answer"),
                outcome_unknown: true,
            },
            SdkError::ServiceError(context) if context.raw().status().as_u16() < 400 => Self::Unavailable {
                failure: own("UnreadableAnswer", "the answer could not be read"),
                outcome_unknown: true,
            },
            SdkError::ServiceError(context) => {
                let failure = Failure {
                    operation,
                    code: context.err().code().unwrap_or("NoErrorCode").to_owned(),
                    message: context.err().message().unwrap_or("AWS gave no reason").to_owned(),
                    request_id,
                };
                Self::classify(context.raw().status().as_u16(), failure)
            }
            // `ResponseError`, and whatever a later SDK adds: something came back that is not an answer.
            _ => Self::Unavailable {
                failure: own("UnreadableAnswer", "the answer could not be read"),
                outcome_unknown: true,
            },
        }
    }

    /// Sorts an answer of AWS by its code first and its HTTP status second.
    pub(crate) fn classify(status: u16, failure: Failure) -> Self {
        let code = failure.code.as_str();
        match code {
            "Throttling"
            | "ThrottlingException"
            | "ThrottledException"
            | "RequestThrottled"
            | "RequestThrottledException"
            | "TooManyRequestsException"
            | "RequestLimitExceeded"
            | "BandwidthLimitExceeded"
            | "PriorRequestNotComplete"
            | "SlowDown"
            | "ConcurrentModification"
            | "ConcurrentModificationException"
            | "FinalizingOrganizationException"
            | "PolicyChangesInProgressException" => Self::Throttled(failure),
            "AccessDenied"
            | "AccessDeniedException"
            | "AccessDeniedFault"
            | "AuthFailure"
            | "IncompleteSignature"
            | "InvalidClientTokenId"
            | "MissingAuthenticationToken"
            | "MissingAuthenticationTokenException"
            | "NotAuthorized"
            | "OptInRequired"
            | "SignatureDoesNotMatch"
            | "InvalidSignatureException"
            | "UnauthorizedOperation"
            | "UnrecognizedClientException" => Self::Denied(failure),
            // Refused before it was looked at; the next attempt signs anew.
            "ExpiredToken" | "ExpiredTokenException" | "RequestExpired" | "RequestTimeTooSkewed" => {
                Self::Unavailable { failure, outcome_unknown: false }
            }
            "LimitExceededException" | "LimitExceeded" | "ResourceLimitExceeded" | "ServiceQuotaExceededException" => {
                Self::LimitExceeded(failure)
            }
            "ResourceInUse"
            | "ResourceInUseException"
            | "FileSystemInUse"
            | "DependencyViolation"
            | "DuplicateResourceException"
            | "DuplicatePolicyException"
            | "DuplicatePolicyAttachmentException"
            | "PolicyInUseException"
            | "PolicyNotAttachedException"
            | "InvalidStateException"
            | "ConflictException"
            | "ConstraintViolationException"
            | "AlreadyExistsException" => Self::Conflict(failure),
            // SageMaker answers for a missing notebook instance, and CloudFormation for a missing stack, as if the
            // request were malformed.
            "ValidationException" | "ValidationError"
                if failure.message.contains("RecordNotFound") || failure.message.contains("does not exist") =>
            {
                Self::NotFound(failure)
            }
            "AWSOrganizationsNotInUseException" | "NoSuchResourceException" => Self::NotFound(failure),
            // Of EFS, which asks that the call be tried again.
            "DependencyTimeout" => Self::Unavailable { failure, outcome_unknown: true },
            _ if code.ends_with("NotFound") || code.ends_with("NotFoundException") => Self::NotFound(failure),
            _ if status == 429 => Self::Throttled(failure),
            _ if status >= 500 => Self::Unavailable { failure, outcome_unknown: true },
            _ if status == 401 || status == 403 => Self::Denied(failure),
            _ if status == 404 => Self::NotFound(failure),
            _ if status == 409 => Self::Conflict(failure),
            _ => Self::Invalid(failure),
        }
    }
}

/// Whether the SDK stopped before sending, because nothing would give it keys to sign with.
fn lacks_credentials(error: &(dyn std::error::Error + 'static)) -> bool {
    std::iter::successors(Some(error), |error| error.source()).any(|error| {
        error.is::<aws_credential_types::provider::error::CredentialsError>()
            // The SDK's type for this one is private.
            || error.to_string().starts_with("failed to select an auth scheme")
    })
}

/// What a call does, to follow "AWS did not".
fn in_words(operation: &str) -> &'static str {
    match operation {
        "sts:AssumeRole" => "take on the role this needs",
        "sts:GetCallerIdentity" => "say which identity the portal has",
        "servicecatalog:ProvisionProduct" => "start the environment",
        "servicecatalog:UpdateProvisionedProduct" => "start the update of the environment",
        "servicecatalog:UpdateProvisionedProductProperties" => "give the environment to its new owner",
        "servicecatalog:TerminateProvisionedProduct" => "start the termination of the environment",
        "servicecatalog:DescribeRecord" => "tell how far the environment is",
        "servicecatalog:DescribeProvisionedProduct" | "servicecatalog:SearchProvisionedProducts" => {
            "look up the environment"
        }
        "servicecatalog:GetProvisionedProductOutputs" => "read the outputs of the environment",
        "servicecatalog:DescribeProvisioningParameters" => "list what the product asks for",
        "servicecatalog:ListLaunchPaths" => "list the ways to launch the product",
        "s3:PutObject" => "keep the template",
        "servicecatalog:CreateProduct" => "make the product",
        "servicecatalog:AssociateProductWithPortfolio" => "put the product into the portfolio",
        "servicecatalog:DisassociateProductFromPortfolio" => "take the product out of the portfolio",
        "servicecatalog:CreateConstraint" => "make the constraint",
        "servicecatalog:UpdateConstraint" => "change the constraint",
        "servicecatalog:DeleteConstraint" => "delete the constraint",
        "servicecatalog:UpdateProduct" => "change the product",
        "servicecatalog:DeleteProduct" => "delete the product",
        "servicecatalog:CopyProduct" | "servicecatalog:DescribeCopyProductStatus" => "copy the product",
        "servicecatalog:ListTagOptions" | "servicecatalog:ListResourcesForTagOption" => "read the TagOptions",
        "servicecatalog:CreateTagOption" => "make the TagOption",
        "servicecatalog:UpdateTagOption" => "change the TagOption",
        "servicecatalog:DeleteTagOption" => "delete the TagOption",
        "servicecatalog:AssociateTagOptionWithResource" => "put the TagOption there",
        "servicecatalog:DisassociateTagOptionFromResource" => "take the TagOption off",
        "servicecatalog:CreatePortfolio" => "make the portfolio",
        "servicecatalog:UpdatePortfolio" => "change the portfolio",
        "servicecatalog:DeletePortfolio" => "delete the portfolio",
        "servicecatalog:DescribePortfolio" => "read the portfolio",
        "servicecatalog:ListPrincipalsForPortfolio" => "read who may launch from the portfolio",
        "servicecatalog:AcceptPortfolioShare" => "accept the portfolio",
        "servicecatalog:AssociatePrincipalWithPortfolio" => "let somebody launch from the portfolio",
        "servicecatalog:DisassociatePrincipalFromPortfolio" => "take the launching from the portfolio away",
        "servicecatalog:DescribePortfolioShares" => "read whom the portfolio is shared to",
        "servicecatalog:CreatePortfolioShare" | "servicecatalog:DescribePortfolioShareStatus" => "share the portfolio",
        "servicecatalog:UpdatePortfolioShare" => "change what goes along with the shared portfolio",
        "servicecatalog:DeletePortfolioShare" => "end the share of the portfolio",
        "servicecatalog:DeleteProvisioningArtifact" => "delete the version",
        "servicecatalog:CreateProvisioningArtifact" => "make the version",
        "servicecatalog:UpdateProvisioningArtifact" => "change the version",
        "sagemaker:CreatePresignedDomainUrl" => "open Studio",
        "sagemaker:CreatePresignedNotebookInstanceUrl" => "open the notebook instance",
        "sagemaker:ListApps" | "sagemaker:ListSpaces" => "list the running apps and spaces",
        "sagemaker:ListDomains" | "sagemaker:ListUserProfiles" | "sagemaker:ListNotebookInstances" => {
            "count what the account has"
        }
        "sagemaker:DeleteApp" => "stop an app",
        "sagemaker:DeleteSpace" => "delete a space",
        "sagemaker:StopNotebookInstance" => "stop the notebook instance",
        "iam:PutRolePolicy" => "put a deny policy on a role",
        "iam:DeleteRolePolicy" => "take a deny policy away",
        "iam:GetRole" => "describe a role",
        "sagemaker:AddTags" => "tag what was made with its owner",
        "sagemaker:DescribeDomain" => "describe the Studio domain",
        "sagemaker:DescribeUserProfile" => "describe the user profile",
        "sagemaker:DescribeNotebookInstance" => "describe the notebook instance",
        "sagemaker:DeleteUserProfile" => "delete a user profile",
        "elasticfilesystem:DescribeFileSystems" => "describe the home file system",
        "elasticfilesystem:DescribeMountTargets" => "list the mount targets of the home file system",
        "elasticfilesystem:DeleteMountTarget" => "delete a mount target of the home file system",
        "elasticfilesystem:DeleteFileSystem" => "delete the home file system",
        "ec2:DescribeSecurityGroups" | "ec2:DescribeSecurityGroupRules" => {
            "list the security groups of the home file system"
        }
        "ec2:RevokeSecurityGroupIngress" | "ec2:RevokeSecurityGroupEgress" | "ec2:DeleteSecurityGroup" => {
            "delete a security group of the home file system"
        }
        "cloudformation:DescribeStackEvents" => "list the steps of the environment",
        "cloudformation:DescribeStacks" => "read the values of the environment",
        "cloudformation:ListStackResources" => "list the resources of the environment",
        "cloudformation:GetTemplate" => "show the template of the environment",
        "organizations:CreatePolicy" => "create the service control policy",
        "organizations:UpdatePolicy" => "change the service control policy",
        "organizations:AttachPolicy" => "attach the service control policy",
        "organizations:CreateOrganizationalUnit" => "make the organizational unit",
        "organizations:MoveAccount" => "move the account",
        "organizations:DetachPolicy" => "detach the service control policy",
        "organizations:DeletePolicy" => "delete the service control policy",
        _ if operation.starts_with("servicecatalog:") => "read the catalog",
        _ if operation.starts_with("servicequotas:") => "tell a quota of the account",
        _ if operation.starts_with("organizations:") => "read the organization",
        _ => "carry out a call",
    }
}
