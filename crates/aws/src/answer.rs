//! From the SDK's optional fields to the domain's types.

use aws_smithy_types::DateTime as SdkTime;
use chrono::{DateTime, Utc};

use crate::{Error, Result};

/// A field that AWS documents as always present.
pub(crate) fn required<T>(operation: &'static str, name: &str, value: Option<T>) -> Result<T> {
    value.ok_or_else(|| Error::incomplete(operation, name))
}

/// An identifier that AWS documents as always present.
pub(crate) fn id<T: TryFrom<String>>(operation: &'static str, name: &str, value: Option<String>) -> Result<T> {
    value.and_then(|text| T::try_from(text).ok()).ok_or_else(|| Error::incomplete(operation, name))
}

/// An identifier that may be absent; an empty one counts as absent.
pub(crate) fn optional_id<T: TryFrom<String>>(value: Option<String>) -> Option<T> {
    value.and_then(|text| T::try_from(text).ok())
}

pub(crate) fn time(operation: &'static str, name: &str, value: Option<SdkTime>) -> Result<DateTime<Utc>> {
    value.and_then(optional_time).ok_or_else(|| Error::incomplete(operation, name))
}

pub(crate) fn optional_time(value: SdkTime) -> Option<DateTime<Utc>> {
    DateTime::from_timestamp(value.secs(), value.subsec_nanos())
}

/// Text that may be absent, where absent and empty say the same.
pub(crate) fn text(value: Option<String>) -> String {
    value.unwrap_or_default()
}
