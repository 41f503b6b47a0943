//! The paths of Amazon EFS (`2015-02-01`, restJson1), and what they ask for.

use http::Method;
use serde_json::{Map, Value, json};

const VERSION: &str = "/2015-02-01/";

/// A call: its operation and its input.
type Call = (&'static str, Value);

/// The call that a request to EFS is; `None` for whatever is no path of EFS.
pub(crate) fn read(method: &Method, path: &str, query: &str, body: &[u8]) -> Option<Result<Call, String>> {
    let mut parts = path.strip_prefix(VERSION)?.trim_end_matches('/').split('/');
    let (kind, id, rest) = (parts.next()?, parts.next().map(decoded), parts.next());
    let operation = match (method.as_str(), kind, id.is_some(), rest) {
        ("GET", "file-systems", false, None) => "DescribeFileSystems",
        ("DELETE", "file-systems", true, None) => "DeleteFileSystem",
        ("GET", "mount-targets", false, None) => "DescribeMountTargets",
        ("DELETE", "mount-targets", true, None) => "DeleteMountTarget",
        ("GET", "mount-targets", true, Some("security-groups")) => "DescribeMountTargetSecurityGroups",
        ("GET", "resource-tags", true, None) => "ListTagsForResource",
        ("POST", "resource-tags", true, None) => "TagResource",
        _ => return Some(Err(format!("{method} {path}"))),
    };
    let mut input = match serde_json::from_slice(body) {
        Ok(Value::Object(map)) => map,
        _ => Map::new(),
    };
    for (key, value) in url::form_urlencoded::parse(query.as_bytes()) {
        let number = value.parse::<i64>().ok().filter(|_| key.starts_with("Max"));
        input.insert(key.into_owned(), number.map_or_else(|| json!(value), Value::from));
    }
    if let Some(id) = id {
        let member = match kind {
            "file-systems" => "FileSystemId",
            "mount-targets" => "MountTargetId",
            _ => "ResourceId",
        };
        input.insert(member.into(), json!(id));
    }
    Some(Ok((operation, Value::Object(input))))
}

/// An ARN in a path comes with its slash and colons written out.
fn decoded(part: &str) -> String {
    percent_encoding::percent_decode_str(part).decode_utf8_lossy().into_owned()
}
