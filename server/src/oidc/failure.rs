use domain::problem::Problem;

/// Why a sign-in ended without anybody signed in.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SignInFailure {
    /// The cookie that began the sign-in is not there.
    #[error("the sign-in was begun in another browser, or cookies are off")]
    OtherBrowser,
    #[error("the state is missing")]
    MissingState,
    /// Wrong, used before, or too old.
    #[error("the state is not known")]
    UnknownState,
    #[error("the sign-in took too long")]
    TooLate,
    /// The provider's own refusal: `error` and `error_description` (RFC 6749, section 4.1.2.1).
    #[error("the provider answered {error}: {description}")]
    Refused { error: String, description: String },
    #[error("the answer names the issuer {0:?}")]
    ResponseIssuer(Option<String>),
    #[error("the answer has no code")]
    MissingCode,
    #[error("the provider cannot be reached: {0}")]
    Unreachable(String),
    #[error("the provider does not take the code: {0}")]
    CodeRefused(String),
    #[error("the provider sent no ID token")]
    NoIdToken,
    /// What is wrong with the ID token, in words for people who run the portal.
    #[error("the ID token does not hold: {0}")]
    IdToken(String),
    #[error("userinfo does not hold: {0}")]
    UserInfo(String),
}

impl SignInFailure {
    pub fn status(&self) -> u16 {
        match self {
            Self::OtherBrowser
            | Self::MissingState
            | Self::UnknownState
            | Self::TooLate
            | Self::MissingCode
            | Self::ResponseIssuer(_) => 400,
            Self::Refused { error, .. } if error == "access_denied" => 403,
            Self::Refused { error, .. } if error == "temporarily_unavailable" => 503,
            Self::Unreachable(_) => 503,
            Self::Refused { .. } | Self::CodeRefused(_) | Self::NoIdToken | Self::IdToken(_) | Self::UserInfo(_) => 502,
        }
    }

    /// What the page says.
    pub fn problem(&self) -> Problem {
        let again = "Sign in again. If it happens again, tell the platform team the request id on this page.";
        let why = match self {
            Self::OtherBrowser => {
                "The sign-in was begun in another browser, this browser does not keep cookies, or it was answered already."
                    .to_owned()
            }
            Self::MissingState => {
                "The answer of the sign-in provider says nothing about which sign-in it is for.".to_owned()
            }
            Self::UnknownState => {
                "The answer belongs to no sign-in that was begun here, or it was used already.".to_owned()
            }
            Self::TooLate => "More than an hour passed since the sign-in was begun.".to_owned(),
            Self::Refused { error, description } if description.is_empty() => {
                format!("The sign-in provider refused it ({error}).")
            }
            Self::Refused { error, description } => format!("The sign-in provider refused it ({error}): {description}"),
            Self::ResponseIssuer(Some(issuer)) => {
                format!("The answer comes from {issuer}, which is not the provider that this portal trusts.")
            }
            Self::ResponseIssuer(None) => "The answer does not say which provider it comes from.".to_owned(),
            Self::MissingCode => "The answer of the sign-in provider has no code in it.".to_owned(),
            Self::Unreachable(_) => {
                "The sign-in provider cannot be reached, or does not answer as it should.".to_owned()
            }
            Self::CodeRefused(why) => format!("The sign-in provider did not take its own code back: {why}."),
            Self::NoIdToken => "The sign-in provider did not say who you are: there is no ID token.".to_owned(),
            Self::IdToken(why) => format!("What the sign-in provider says about you cannot be trusted: {why}."),
            Self::UserInfo(why) => format!("What the sign-in provider says about you does not fit together: {why}."),
        };
        let next = match self {
            Self::OtherBrowser => "Sign in again in this browser, with cookies on.",
            Self::Unreachable(_) => "Try again in a minute. People who are signed in are not affected.",
            Self::Refused { error, .. } if error == "access_denied" => {
                "Sign in again, or ask the people who run the sign-in provider for access to Studiogate."
            }
            _ => again,
        };
        Problem::new("You are not signed in.", why, next)
    }
}
