//! Addresses of objects.

/// Bucket and key of an address of S3, in the styles that AWS has, or by path on loopback, where the local AWS is.
///
/// <https://docs.aws.amazon.com/AmazonS3/latest/userguide/access-bucket-intro.html>
pub(crate) fn located(address: &str) -> Option<(String, String)> {
    let parsed = url::Url::parse(address).ok()?;
    let host = parsed.host_str()?;
    let path =
        percent_encoding::percent_decode_str(parsed.path().trim_start_matches('/')).decode_utf8().ok()?.into_owned();
    let by_path = |path: &str| {
        let (bucket, key) = path.split_once('/')?;
        (!bucket.is_empty() && !key.is_empty()).then(|| (bucket.to_owned(), key.to_owned()))
    };
    if matches!(host, "127.0.0.1" | "localhost" | "[::1]") {
        return by_path(&path);
    }
    let service = host.strip_suffix(".amazonaws.com").filter(|_| parsed.scheme() == "https")?;
    if service == "s3" || service.starts_with("s3.") || service.starts_with("s3-") {
        return by_path(&path);
    }
    let (bucket, _) = service.split_once(".s3.").or_else(|| service.split_once(".s3-")).or_else(|| {
        let bucket = service.strip_suffix(".s3")?;
        Some((bucket, ""))
    })?;
    (!path.is_empty()).then(|| (bucket.to_owned(), path))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_object_is_found_by_every_style_of_address() {
        let wanted = Some(("cf-templates".to_owned(), "studio/v 1.yaml".to_owned()));
        for address in [
            "https://cf-templates.s3.eu-west-1.amazonaws.com/studio/v%201.yaml",
            "https://cf-templates.s3.amazonaws.com/studio/v%201.yaml",
            "https://cf-templates.s3-eu-west-1.amazonaws.com/studio/v%201.yaml",
            "https://s3.eu-west-1.amazonaws.com/cf-templates/studio/v%201.yaml",
            "https://s3.amazonaws.com/cf-templates/studio/v%201.yaml",
            "http://127.0.0.1:4566/cf-templates/studio/v%201.yaml",
        ] {
            assert_eq!(located(address), wanted, "{address}");
        }
        for address in [
            "https://example.com/cf-templates/v1.yaml",
            "http://cf-templates.s3.amazonaws.com/v1.yaml",
            "https://cf-templates.s3.amazonaws.com/",
            "http://127.0.0.1:4566/v1.yaml",
            "v1.yaml",
        ] {
            assert_eq!(located(address), None, "{address}");
        }
    }
}
