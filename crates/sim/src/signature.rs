//! AWS Signature Version 4, the server's side ("Create a signed AWS API request" in the IAM user guide).

use std::collections::BTreeMap;

use hmac::{Hmac, Mac};
use http::HeaderMap;
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, percent_decode_str, utf8_percent_encode};
use sha2::{Digest, Sha256};

use crate::error::AwsError;

/// The parts of an `Authorization` header.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Signed {
    pub access_key: String,
    /// `20260102`
    pub date: String,
    pub region: String,
    pub service: String,
    /// Names of the headers that are signed, in order.
    headers: Vec<String>,
    signature: String,
}

/// A request as far as the signature covers it.
#[derive(Clone, Copy, Debug)]
pub struct Request<'a> {
    pub method: &'a str,
    pub path: &'a str,
    pub query: &'a str,
    pub headers: &'a HeaderMap,
    pub body: &'a [u8],
}

/// All but unreserved characters (RFC 3986).
pub(crate) const ENCODED: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');

impl Signed {
    /// Reads the `Authorization` header.
    pub fn read(headers: &HeaderMap) -> Result<Self, AwsError> {
        let Some(text) = headers.get(http::header::AUTHORIZATION) else {
            return Err(AwsError::with_status(
                403,
                "MissingAuthenticationTokenException",
                "Request is missing Authentication Token",
            ));
        };
        let incomplete = || {
            AwsError::with_status(
                403,
                "IncompleteSignatureException",
                "Authorization header requires 'Credential', 'SignedHeaders' and 'Signature' parameters.",
            )
        };
        let text = text.to_str().map_err(|_| incomplete())?;
        let rest = text.strip_prefix("AWS4-HMAC-SHA256").ok_or_else(incomplete)?;
        let fields: BTreeMap<&str, &str> = rest.split(',').filter_map(|part| part.trim().split_once('=')).collect();
        let field = |name: &str| fields.get(name).copied().ok_or_else(incomplete);
        let scope: Vec<&str> = field("Credential")?.split('/').collect();
        let [access_key, date, region, service, "aws4_request"] = scope[..] else { return Err(incomplete()) };
        Ok(Self {
            access_key: access_key.to_owned(),
            date: date.to_owned(),
            region: region.to_owned(),
            service: service.to_owned(),
            headers: field("SignedHeaders")?.split(';').map(str::to_owned).collect(),
            signature: field("Signature")?.to_owned(),
        })
    }

    /// Checks that whoever signed the request knows `secret`, and that nothing it covers was changed.
    ///
    /// The time of signing is not compared with the clock: the local AWS's clock is moved by tests, the client's is not.
    pub fn verify(&self, request: &Request<'_>, secret: &str) -> Result<(), AwsError> {
        let given = |name: &str| {
            let values: Vec<&str> = request.headers.get_all(name).iter().filter_map(|v| v.to_str().ok()).collect();
            values.join(",")
        };
        if !self.headers.iter().any(|h| h == "host") || !self.headers.iter().any(|h| h == "x-amz-date") {
            return Err(AwsError::signature_mismatch());
        }
        let time = given("x-amz-date");
        if !time.starts_with(&self.date) {
            return Err(AwsError::signature_mismatch());
        }
        // S3 alone takes the path as it comes.
        let plain = self.service == "s3";
        let path = if plain { request.path.to_owned() } else { path(request.path) };
        let mut canonical = format!("{}\n{path}\n{}\n", request.method, query(request.query));
        for name in &self.headers {
            let value = given(name).split_whitespace().collect::<Vec<_>>().join(" ");
            canonical.extend([name, ":", &value, "\n"]);
        }
        let mut body = hex::encode(Sha256::digest(request.body));
        if plain {
            body = covered(given("x-amz-content-sha256"), &body)?;
        }
        canonical.extend(["\n", &self.headers.join(";"), "\n", &body]);
        let scope = format!("{}/{}/{}/aws4_request", self.date, self.region, self.service);
        let to_sign = format!("AWS4-HMAC-SHA256\n{time}\n{scope}\n{}", hex::encode(Sha256::digest(canonical)));
        let mut key = mac(format!("AWS4{secret}").as_bytes(), self.date.as_bytes())?;
        for part in [self.region.as_str(), self.service.as_str(), "aws4_request"] {
            key = mac(&key, part.as_bytes())?;
        }
        let mut check = Hmac::<Sha256>::new_from_slice(&key).map_err(|_| AwsError::signature_mismatch())?;
        check.update(to_sign.as_bytes());
        let signature = hex::decode(&self.signature).map_err(|_| AwsError::signature_mismatch())?;
        check.verify_slice(&signature).map_err(|_| AwsError::signature_mismatch())
    }
}

/// What the signature has in place of the body's digest: what S3's header says, which is the digest or why there is none.
fn covered(said: String, digest: &str) -> Result<String, AwsError> {
    let none = said == "UNSIGNED-PAYLOAD" || said.starts_with("STREAMING-");
    if none || said == digest {
        return Ok(said);
    }
    let message = "The provided 'x-amz-content-sha256' header does not match what was computed.";
    Err(AwsError::new("XAmzContentSHA256Mismatch", message))
}

/// HMAC-SHA256.
pub(crate) fn mac(key: &[u8], text: &[u8]) -> Result<Vec<u8>, AwsError> {
    let mut mac = Hmac::<Sha256>::new_from_slice(key).map_err(|_| AwsError::internal("no key"))?;
    mac.update(text);
    Ok(mac.finalize().into_bytes().to_vec())
}

fn path(path: &str) -> String {
    let encoded: Vec<String> = path.split('/').map(|part| utf8_percent_encode(part, ENCODED).to_string()).collect();
    if path.is_empty() { "/".into() } else { encoded.join("/") }
}

fn query(query: &str) -> String {
    let encode = |text: &str| {
        let plain = percent_decode_str(text).decode_utf8_lossy().into_owned();
        utf8_percent_encode(&plain, ENCODED).to_string()
    };
    let mut pairs: Vec<String> = query
        .split('&')
        .filter(|pair| !pair.is_empty())
        .map(|pair| {
            let (key, value) = pair.split_once('=').unwrap_or((pair, ""));
            format!("{}={}", encode(key), encode(value))
        })
        .collect();
    pairs.sort();
    pairs.join("&")
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The example of the IAM user guide ("AWS Signature Version 4 signing examples": `GET /?Action=ListUsers`).
    fn example() -> HeaderMap {
        let mut headers = HeaderMap::new();
        let mut put = |name: &'static str, value: &'static str| headers.insert(name, value.parse().unwrap());
        put("content-type", "application/x-www-form-urlencoded; charset=utf-8");
        put("host", "iam.amazonaws.com");
        put("x-amz-date", "20150830T123600Z");
        put(
            "authorization",
            "AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20150830/us-east-1/iam/aws4_request, SignedHeaders=content-type;host;x-amz-date, Signature=5d672d79c15b13162d9279b0855cfba6789a8edb4c82c400e06b5924a6f2b5d7",
        );
        headers
    }

    #[test]
    fn aws_own_example_verifies_and_a_changed_one_does_not() {
        let headers = example();
        let signed = Signed::read(&headers).unwrap();
        assert_eq!((signed.region.as_str(), signed.service.as_str()), ("us-east-1", "iam"));
        let secret = "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY";
        let request = Request {
            method: "GET",
            path: "/",
            query: "Action=ListUsers&Version=2010-05-08",
            headers: &headers,
            body: b"",
        };
        assert_eq!(signed.verify(&request, secret), Ok(()));
        assert!(signed.verify(&Request { body: b"x", ..request }, secret).is_err());
        assert!(signed.verify(&Request { query: "Action=DeleteUser&Version=2010-05-08", ..request }, secret).is_err());
        assert!(signed.verify(&request, "another").is_err());
    }
}
