//! Dates, address ranges and base64 as policies and calls write them.

use std::net::IpAddr;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use chrono::{DateTime, NaiveDate, NaiveDateTime, Utc};

/// A date in one of the ISO 8601 forms of the W3C note (year, month, day, minutes, seconds, fraction; a time has a zone), or
/// seconds since the epoch (IAM user guide, "Date condition operators").
pub(super) fn date(text: &str) -> Option<DateTime<Utc>> {
    let digits = text.strip_prefix('-').unwrap_or(text);
    if !digits.is_empty() && digits.len() != 4 && digits.bytes().all(|b| b.is_ascii_digit()) {
        return DateTime::from_timestamp(text.parse().ok()?, 0);
    }
    let midnight = |date: NaiveDate| Some(date.and_hms_opt(0, 0, 0)?.and_utc());
    match text.len() {
        4 => midnight(NaiveDate::parse_from_str(&format!("{text}-01-01"), "%Y-%m-%d").ok()?),
        7 => midnight(NaiveDate::parse_from_str(&format!("{text}-01"), "%Y-%m-%d").ok()?),
        10 => midnight(NaiveDate::parse_from_str(text, "%Y-%m-%d").ok()?),
        _ => {
            if let Ok(at) = DateTime::parse_from_rfc3339(text) {
                return Some(at.to_utc());
            }
            if let Some(local) = text.strip_suffix('Z') {
                return Some(NaiveDateTime::parse_from_str(local, "%Y-%m-%dT%H:%M").ok()?.and_utc());
            }
            DateTime::parse_from_str(text, "%Y-%m-%dT%H:%M%:z").ok().map(|at| at.to_utc())
        }
    }
}

/// A range of addresses in CIDR notation (RFC 4632, RFC 4291), or one address.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct IpRange {
    network: IpAddr,
    prefix: u32,
}

impl IpRange {
    pub(super) fn parse(text: &str) -> Option<Self> {
        let (address, prefix) = match text.split_once('/') {
            None => (text, None),
            Some((address, prefix)) => (address, Some(prefix)),
        };
        let network: IpAddr = address.parse().ok()?;
        let longest = if network.is_ipv4() { 32 } else { 128 };
        let prefix = match prefix {
            None => longest,
            Some(prefix) if prefix.bytes().all(|b| b.is_ascii_digit()) => prefix.parse().ok()?,
            Some(_) => return None,
        };
        (prefix <= longest).then_some(Self { network, prefix })
    }

    /// An IPv4 range holds no IPv6 address, and the other way round.
    pub(super) fn contains(&self, address: IpAddr) -> bool {
        match (self.network, address) {
            (IpAddr::V4(network), IpAddr::V4(address)) => {
                (network.to_bits() ^ address.to_bits()).checked_shr(32 - self.prefix).unwrap_or(0) == 0
            }
            (IpAddr::V6(network), IpAddr::V6(address)) => {
                (network.to_bits() ^ address.to_bits()).checked_shr(128 - self.prefix).unwrap_or(0) == 0
            }
            _ => false,
        }
    }
}

/// The bytes of base64 text.
pub(super) fn binary(text: &str) -> Option<Vec<u8>> {
    STANDARD.decode(text).ok()
}

/// `true` and `false` in any case.
pub(super) fn boolean(text: &str) -> Option<bool> {
    if text.eq_ignore_ascii_case("true") {
        Some(true)
    } else if text.eq_ignore_ascii_case("false") {
        Some(false)
    } else {
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// IAM user guide, "Date condition operators": "one of the W3C implementations of the ISO 8601 date formats or in
    /// epoch (UNIX) time".
    #[test]
    fn reads_dates() {
        let at = |text: &str| date(text).unwrap().to_rfc3339();
        assert_eq!(at("2020-04-01T00:00:00Z"), "2020-04-01T00:00:00+00:00");
        assert_eq!(at("2020-04-01T02:00+02:00"), at("2020-04-01T00:00Z"));
        assert_eq!(at("1585699200"), at("2020-04-01"));
        assert_eq!(at("2020"), "2020-01-01T00:00:00+00:00");
        assert_eq!(at("2020-04"), at("2020-04-01T00:00:00.000Z"));
        for text in ["", "soon", "2020-13", "2020-04-31", "2020-04-01T00:00:00", "99999999999999999999", "é é é é"]
        {
            assert_eq!(date(text), None, "{text}");
        }
    }

    #[test]
    fn reads_ranges() {
        let contains = |range: &str, address: &str| IpRange::parse(range).unwrap().contains(address.parse().unwrap());
        assert!(contains("203.0.113.0/24", "203.0.113.255"));
        assert!(!contains("203.0.113.0/24", "203.0.114.0"));
        assert!(contains("2001:db8:1234:5678::/64", "2001:db8:1234:5678::1"));
        assert!(!contains("2001:db8:1234:5678::/64", "2001:db8:1234:5679::1"));
        assert!(contains("0.0.0.0/0", "8.8.8.8") && contains("::/0", "::1"));
        assert!(!contains("::/0", "8.8.8.8") && !contains("0.0.0.0/0", "::1"));
        assert!(contains("10.1.2.3", "10.1.2.3") && !contains("10.1.2.3", "10.1.2.4"));
        for text in ["", "10.0.0.0/33", "10.0.0/8", "::/129", "10.0.0.0/+8", "10.0.0.0/", "<my-corporate-cidr>"] {
            assert_eq!(IpRange::parse(text), None, "{text}");
        }
    }
}
