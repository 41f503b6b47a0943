//! What an installation configures.

use std::fmt;
use std::path::PathBuf;

use chrono::TimeDelta;
use deliver::{Mailer, Webhooks};
use domain::id::{AccountId, Region};
use domain::operation::Pace;
use domain::organization::ScpLimits;
use domain::project::Stage;
use domain::studio::{PresignedUrlTtl, StudioSessionDuration};
use ed25519_dalek::{SigningKey, VerifyingKey};
use zeroize::Zeroizing;

/// The key that seals `NoEcho` values (XChaCha20-Poly1305, 32 bytes). Lives outside the database.
#[derive(Clone)]
pub struct SealingKey(pub(crate) Zeroizing<[u8; 32]>);

impl SealingKey {
    pub fn new(bytes: [u8; 32]) -> Self {
        Self(Zeroizing::new(bytes))
    }
}

impl fmt::Debug for SealingKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SealingKey(redacted)")
    }
}

/// The longest Studio session per stage: `SessionExpirationDurationInSeconds` of a launch.
#[derive(Clone, Copy, Debug)]
pub struct StudioSessionCaps {
    pub sandbox: StudioSessionDuration,
    pub dev: StudioSessionDuration,
    pub pre_prod: StudioSessionDuration,
    pub prod: StudioSessionDuration,
}

impl StudioSessionCaps {
    pub fn of(&self, stage: Stage) -> StudioSessionDuration {
        match stage {
            Stage::Sandbox => self.sandbox,
            Stage::Dev => self.dev,
            Stage::PreProd => self.pre_prod,
            Stage::Prod => self.prod,
        }
    }
}

impl Default for StudioSessionCaps {
    /// A working day below production, four hours before it, one hour in it.
    fn default() -> Self {
        let of = |seconds: u32| StudioSessionDuration::try_from(seconds).unwrap_or_default();
        Self { sandbox: of(43_200), dev: of(43_200), pre_prod: of(14_400), prod: of(3_600) }
    }
}

/// How the workers run.
#[derive(Clone, Copy, Debug)]
pub struct WorkerSettings {
    /// How many operations one process works on at once.
    pub concurrency: usize,
    /// How long a claimed operation is held before any other replica may take it.
    pub lease: TimeDelta,
    /// How often due operations are looked for without a signal.
    pub poll: TimeDelta,
    /// How often the catalog is read from AWS.
    pub catalog_every: TimeDelta,
    /// How often AWS is asked how every environment is, and what runs in it.
    pub observe_every: TimeDelta,
    /// How often events are sealed: bounds the lag of the audit log.
    pub seal_every: TimeDelta,
    /// How often drafts, sessions, flashes and requests are looked through for expired ones.
    pub sweep_every: TimeDelta,
}

impl Default for WorkerSettings {
    fn default() -> Self {
        Self {
            concurrency: 8,
            lease: TimeDelta::seconds(60),
            poll: TimeDelta::seconds(1),
            catalog_every: TimeDelta::minutes(5),
            observe_every: TimeDelta::minutes(10),
            seal_every: TimeDelta::milliseconds(500),
            sweep_every: TimeDelta::minutes(1),
        }
    }
}

/// See the module.
#[derive(Clone, Debug)]
pub struct Settings {
    /// People of this OIDC group are admins whatever the mappings say.
    pub bootstrap_admin_group: Option<String>,
    /// The claim that holds the groups, as the profile page names it.
    pub groups_claim_name: String,
    pub presigned_url_ttl: PresignedUrlTtl,
    pub studio_session: StudioSessionCaps,
    pub sealing_key: SealingKey,
    pub audit_signing_key: SigningKey,
    /// Keys that signed before it: what they signed is still verified.
    pub audit_verifying_keys: Vec<VerifyingKey>,
    /// Where the sealed head is written too; kept elsewhere, it proves that nothing was cut off.
    pub audit_head_file: Option<PathBuf>,
    /// The regions whose catalogs are mirrored.
    pub regions: Vec<Region>,
    /// Where the portfolios live.
    pub shared_services_account: AccountId,
    /// The bucket of that account that Service Catalog loads templates from. Without one no product is made here.
    pub templates_bucket: Option<String>,
    /// How long an unused session lives.
    pub session_idle: TimeDelta,
    /// How old stored groups may be for a worker to act on a person's behalf.
    pub stored_membership_max_age: TimeDelta,
    /// A lead who was not seen for longer is not counted on for decisions.
    pub eligible_lead_max_age: TimeDelta,
    /// Whom people ask: "the platform team (ml-platform@example.com)".
    pub platform_contact: String,
    /// How browsers reach the portal: what links in mail and webhooks begin with.
    pub public_url: String,
    /// Without one no mail is sent, and people read what they are told in the portal.
    pub mailer: Option<Mailer>,
    /// Without it there are no webhooks.
    pub webhooks: Option<Webhooks>,
    /// Organizations' quotas for service control policies.
    pub scp_limits: ScpLimits,
    /// Between the end of a lease and the termination.
    pub lease_grace: TimeDelta,
    pub pace: Pace,
    pub workers: WorkerSettings,
}

impl Settings {
    /// The defaults, around what has none.
    pub fn new(
        sealing_key: SealingKey,
        audit_signing_key: SigningKey,
        shared_services_account: AccountId,
        regions: Vec<Region>,
    ) -> Self {
        Self {
            bootstrap_admin_group: None,
            groups_claim_name: "groups".to_owned(),
            presigned_url_ttl: PresignedUrlTtl::default(),
            studio_session: StudioSessionCaps::default(),
            sealing_key,
            audit_signing_key,
            audit_verifying_keys: Vec::new(),
            audit_head_file: None,
            regions,
            shared_services_account,
            templates_bucket: None,
            session_idle: TimeDelta::hours(1),
            stored_membership_max_age: TimeDelta::hours(12),
            eligible_lead_max_age: TimeDelta::days(30),
            platform_contact: "the platform team".to_owned(),
            public_url: "http://127.0.0.1:3000".to_owned(),
            mailer: None,
            webhooks: None,
            scp_limits: ScpLimits::default(),
            lease_grace: TimeDelta::days(7),
            pace: Pace::default(),
            workers: WorkerSettings::default(),
        }
    }
}
