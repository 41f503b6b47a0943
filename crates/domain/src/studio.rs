//! Opening Studio: the presigned URL and its two limits.

use std::fmt;

use serde::{Deserialize, Serialize};

/// A presigned URL: whoever holds it is in. Never stored, never logged; it can be read once, to redirect.
pub struct PresignedUrl(String);

impl PresignedUrl {
    pub fn new(url: String) -> Self {
        Self(url)
    }

    /// Hands the URL over for the one redirect it is for.
    pub fn into_location(self) -> String {
        self.0
    }
}

impl fmt::Debug for PresignedUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("PresignedUrl(redacted)")
    }
}

/// A number of seconds outside AWS's limits.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{what} is {min} to {max} seconds, not {given}")]
pub struct OutOfRange {
    what: &'static str,
    min: u32,
    max: u32,
    given: u32,
}

fn within(what: &'static str, min: u32, max: u32, given: u32) -> Result<u32, OutOfRange> {
    if (min..=max).contains(&given) { Ok(given) } else { Err(OutOfRange { what, min, max, given }) }
}

/// `ExpiresInSeconds` of `CreatePresignedDomainUrl`: 5 to 300. IAM cannot cap it, so the portal does.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "u32", into = "u32")]
pub struct PresignedUrlTtl(u32);

impl PresignedUrlTtl {
    pub fn seconds(self) -> u32 {
        self.0
    }
}

impl Default for PresignedUrlTtl {
    fn default() -> Self {
        Self(30)
    }
}

impl TryFrom<u32> for PresignedUrlTtl {
    type Error = OutOfRange;
    fn try_from(seconds: u32) -> Result<Self, OutOfRange> {
        within("the life of a presigned URL", 5, 300, seconds).map(Self)
    }
}

impl From<PresignedUrlTtl> for u32 {
    fn from(ttl: PresignedUrlTtl) -> Self {
        ttl.0
    }
}

/// `SessionExpirationDurationInSeconds`: 1,800 to 43,200.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "u32", into = "u32")]
pub struct StudioSessionDuration(u32);

impl StudioSessionDuration {
    pub fn seconds(self) -> u32 {
        self.0
    }
}

impl Default for StudioSessionDuration {
    fn default() -> Self {
        Self(43_200)
    }
}

impl TryFrom<u32> for StudioSessionDuration {
    type Error = OutOfRange;
    fn try_from(seconds: u32) -> Result<Self, OutOfRange> {
        within("the duration of a Studio session", 1_800, 43_200, seconds).map(Self)
    }
}

impl From<StudioSessionDuration> for u32 {
    fn from(duration: StudioSessionDuration) -> Self {
        duration.0
    }
}
