//! S3, as far as templates need it: Service Catalog loads them from a bucket.

use aws_sdk_s3::Client;
use aws_sdk_s3::config::Builder;
use aws_sdk_s3::primitives::ByteStream;
use aws_types::SdkConfig;

use crate::Result;
use crate::call::call;

/// Puts templates into a bucket; see the module.
#[derive(Clone, Debug)]
pub struct S3(Client);

impl S3 {
    pub(crate) fn new(sdk: &SdkConfig) -> Self {
        // A local endpoint has no names for buckets.
        let by_path = sdk.endpoint_url().is_some();
        Self(Client::from_conf(Builder::from(sdk).force_path_style(by_path).build()))
    }

    /// Puts a text there; what was there under the key is replaced.
    pub async fn put_text(&self, bucket: &str, key: &str, text: &str) -> Result<()> {
        let body = ByteStream::from(text.as_bytes().to_vec());
        let put = self.0.put_object().bucket(bucket).key(key).content_type("text/plain; charset=utf-8").body(body);
        Box::pin(call("s3:PutObject", put.send())).await.map(drop)
    }
}
