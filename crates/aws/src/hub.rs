//! The portal's own identity, and the roles it takes on from there.

use std::collections::HashMap;
use std::fmt;
use std::sync::Arc;

use aws_config::BehaviorVersion;
use aws_credential_types::Credentials;
use aws_credential_types::provider::SharedCredentialsProvider;
use aws_smithy_http_client::{Builder as HttpClientBuilder, tls};
use aws_smithy_runtime_api::client::http::SharedHttpClient;
use aws_smithy_types::retry::RetryConfig;
use aws_smithy_types::timeout::TimeoutConfig;
use aws_types::SdkConfig;
use aws_types::region::Region as SdkRegion;
use chrono::{DateTime, TimeDelta, Utc};
use domain::id::{AccountId, Region};
use tokio::sync::Mutex;

use crate::sts::{AssumeGrant, Identity, Keys, RoleRef, assume_role, caller_identity};
use crate::{AwsConfig, Patience, Result, Session};

/// A kept session is renewed this long before AWS ends it.
const RENEW_BEFORE: TimeDelta = TimeDelta::minutes(5);

/// Attempts of one reading call. Acts are sent once: the workflow repeats them, with the same token.
const ATTEMPTS: u32 = 2;

/// See the module. Cheap to clone.
#[derive(Clone)]
pub struct Aws(Arc<Inner>);

struct Inner {
    config: AwsConfig,
    base: SdkConfig,
    hub: Mutex<Option<Kept<SdkConfig>>>,
    sessions: Mutex<HashMap<(RoleRef, String), Slot>>,
}

/// One lock per session, so that a slow `AssumeRole` holds up only those who wait for that very session.
type Slot = Arc<Mutex<Option<Kept<Session>>>>;

struct Kept<T> {
    value: T,
    expires_at: DateTime<Utc>,
}

impl<T: Clone> Kept<T> {
    fn fresh(slot: Option<&Self>, now: DateTime<Utc>) -> Option<T> {
        slot.filter(|kept| now + RENEW_BEFORE < kept.expires_at).map(|kept| kept.value.clone())
    }
}

impl Aws {
    /// Base credentials, profile and endpoints from the SDK's own chain. Does not call AWS yet, unless that chain does.
    pub async fn load(config: AwsConfig) -> Self {
        let sdk = aws_config::defaults(BehaviorVersion::latest())
            .region(SdkRegion::new(config.home_region.to_string()))
            .http_client(https_client())
            .load()
            .await;
        Self::with_sdk_config(&sdk, config)
    }

    /// With an SDK configuration made by hand, as tests do. Region, timeouts and retries are Studiogate's; endpoint,
    /// credentials and HTTP client are taken over.
    pub fn with_sdk_config(sdk: &SdkConfig, config: AwsConfig) -> Self {
        let timeouts = TimeoutConfig::builder()
            .connect_timeout(config.timeouts.connect)
            .operation_attempt_timeout(config.timeouts.attempt)
            .operation_timeout(config.timeouts.operation)
            .build();
        let mut builder = sdk
            .to_builder()
            .region(SdkRegion::new(config.home_region.to_string()))
            .timeout_config(timeouts)
            .retry_config(RetryConfig::standard().with_max_attempts(ATTEMPTS))
            .behavior_version(BehaviorVersion::latest());
        if sdk.http_client().is_none() {
            builder.set_http_client(Some(https_client()));
        }
        let base = builder.build();
        Self(Arc::new(Inner { config, base, hub: Mutex::default(), sessions: Mutex::default() }))
    }

    /// Everything at one endpoint, as the administrator of `account`: for a local AWS, which takes an account number for an
    /// access key id.
    pub fn local(endpoint_url: &str, account: &AccountId, config: AwsConfig) -> Self {
        let keys = Credentials::new(account.as_str(), "local", None, None, "local AWS");
        let sdk = SdkConfig::builder()
            .endpoint_url(endpoint_url)
            .credentials_provider(SharedCredentialsProvider::new(keys))
            .build();
        Self::with_sdk_config(&sdk, config)
    }

    pub fn config(&self) -> &AwsConfig {
        &self.0.config
    }

    /// For one reading of thousands of calls.
    pub fn patience(&self) -> Patience {
        Patience::of(self.0.config.timeouts.patience)
    }

    /// Who the portal is before it takes on any spoke's role.
    pub async fn hub_identity(&self) -> Result<Identity> {
        caller_identity(&self.hub().await?).await
    }

    /// Takes on a role. Sessions without person, source identity and policy are kept until five minutes before they
    /// end; every other is made for the one use.
    pub async fn assume(&self, role: &RoleRef, grant: &AssumeGrant) -> Result<Session> {
        if !grant.is_reusable() {
            return self.open(role, grant).await;
        }
        let key = (role.clone(), grant.session_name.clone());
        let slot = Arc::clone(self.0.sessions.lock().await.entry(key).or_default());
        let mut kept = slot.lock().await;
        if let Some(session) = Kept::fresh(kept.as_ref(), self.0.config.clock.now()) {
            return Ok(session);
        }
        let session = self.open(role, grant).await?;
        *kept = Some(Kept { value: session.clone(), expires_at: session.expires_at });
        Ok(session)
    }

    async fn open(&self, role: &RoleRef, grant: &AssumeGrant) -> Result<Session> {
        let config = &self.0.config;
        let hub = in_region(&self.hub().await?, &role.region);
        let keys = assume_role(&hub, &role.arn(&config.partition), config.external_id.as_ref(), grant).await?;
        let expires_at = keys.expires_at;
        Ok(Session { sdk: Arc::new(with_keys(&hub, keys)), role: role.clone(), expires_at })
    }

    /// The base credentials, or a session of the hub role.
    async fn hub(&self) -> Result<SdkConfig> {
        let Some(arn) = &self.0.config.hub_role_arn else { return Ok(self.0.base.clone()) };
        let mut kept = self.0.hub.lock().await;
        if let Some(sdk) = Kept::fresh(kept.as_ref(), self.0.config.clock.now()) {
            return Ok(sdk);
        }
        let grant = AssumeGrant::system("studiogate");
        let keys = assume_role(&self.0.base, arn, self.0.config.external_id.as_ref(), &grant).await?;
        let expires_at = keys.expires_at;
        let sdk = with_keys(&self.0.base, keys);
        *kept = Some(Kept { value: sdk.clone(), expires_at });
        Ok(sdk)
    }
}

impl fmt::Debug for Aws {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Aws").field("config", &self.0.config).finish_non_exhaustive()
    }
}

fn in_region(sdk: &SdkConfig, region: &Region) -> SdkConfig {
    sdk.to_builder().region(SdkRegion::new(region.to_string())).build()
}

fn with_keys(sdk: &SdkConfig, keys: Keys) -> SdkConfig {
    sdk.to_builder()
        .credentials_provider(SharedCredentialsProvider::new(keys.credentials))
        // The keys are at hand already; a shared cache would only collect an entry per session for ever.
        .identity_cache(aws_config::identity::IdentityCache::no_cache())
        .build()
}

/// One pool of connections for all sessions; left to itself, each client of the SDK would open a pool of its own.
fn https_client() -> SharedHttpClient {
    HttpClientBuilder::new().tls_provider(tls::Provider::Rustls(tls::rustls_provider::CryptoMode::AwsLc)).build_https()
}
