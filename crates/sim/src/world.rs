//! The whole state of the local AWS.

use std::collections::BTreeMap;
use std::sync::Arc;

use chrono::{DateTime, Utc};
use domain::guardrail::{Policy, PolicyKind};
use domain::id::AccountId;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use crate::authorize::PolicyCache;
use crate::error::AwsError;
use crate::faults::Faults;
use crate::iam::{Account, IamRole};
use crate::organizations::Organization;
use crate::{cloudformation, ec2, efs, provisioning, s3, sagemaker, servicecatalog, studio};

/// Everything that the local AWS knows. One value, kept as JSON; an operation holds it alone while it runs.
#[derive(Debug, Default, Serialize, Deserialize)]
pub struct World {
    /// Where every id and secret comes from (hexadecimal): the same seed gives the same ids in the same order.
    pub seed: String,
    /// Goes up with every id that was given out.
    pub counter: u64,
    pub organization: Organization,
    pub accounts: BTreeMap<AccountId, Account>,
    /// SageMaker's resources, by `account/region`: see [`World::sagemaker`].
    #[serde(default)]
    pub sagemaker: BTreeMap<String, sagemaker::State>,
    /// File systems and mount targets, by `account/region`: see [`World::efs`].
    #[serde(default)]
    pub efs: BTreeMap<String, efs::State>,
    /// Security groups, by `account/region`: see [`World::ec2`].
    #[serde(default)]
    pub ec2: BTreeMap<String, ec2::State>,
    /// Buckets, by their name.
    #[serde(default)]
    pub s3: BTreeMap<String, s3::Bucket>,
    #[serde(default)]
    pub service_catalog: servicecatalog::State,
    #[serde(default)]
    pub cloudformation: cloudformation::State,
    /// Set at every start, not part of the state.
    #[serde(skip)]
    pub settings: Settings,
    /// Presigned URLs and open Studio sessions; kept in a file of its own, because every launch changes it.
    #[serde(skip)]
    pub studio: studio::State,
    /// What goes wrong with what stacks ask for.
    #[serde(skip)]
    pub(crate) faults: Faults,
    #[serde(skip)]
    pub(crate) policies: PolicyCache,
    #[serde(skip)]
    tokens: u64,
}

/// What a start of the local AWS decides.
#[derive(Clone, Debug)]
pub struct Settings {
    /// How much faster than AWS things come up. Time limits (sessions, presigned URLs) stay real.
    pub speed: f64,
    /// Scheme, host and port of the Studio pages, without a slash at the end.
    pub studio_origin: String,
    /// Makes the tokens of this start differ from those of every other start.
    pub boot: [u8; 32],
}

impl Default for Settings {
    fn default() -> Self {
        Self { speed: 1.0, studio_origin: "http://127.0.0.1:4567".into(), boot: [0; 32] }
    }
}

impl World {
    /// A world with nobody in it.
    pub fn empty(seed: [u8; 32]) -> Self {
        Self { seed: hex::encode(seed), ..Self::default() }
    }

    /// Brings everything that takes time up to `now`. Called before every operation.
    pub fn settle(&mut self, now: DateTime<Utc>) {
        provisioning::settle(self, now);
        sagemaker::settle(self, now);
        efs::settle(self, now);
    }

    /// When something that takes `seconds` at AWS is done here, if it starts at `from`.
    pub fn ready_at(&self, from: DateTime<Utc>, seconds: u32) -> DateTime<Utc> {
        #[expect(clippy::cast_possible_truncation, reason = "at most an hour of milliseconds")]
        let millis = (f64::from(seconds) * 1000.0 / self.settings.speed.max(0.001)) as i64;
        from + chrono::TimeDelta::milliseconds(millis)
    }

    /// 32 bytes that nobody can guess without the seed, and that never come twice.
    pub fn secret_bytes(&mut self, purpose: &str) -> [u8; 32] {
        self.counter += 1;
        let mut hasher = Sha256::new();
        hasher.update(self.seed.as_bytes());
        hasher.update(self.counter.to_be_bytes());
        hasher.update(purpose.as_bytes());
        hasher.finalize().into()
    }

    /// Like [`World::secret_bytes`] for what outlives no restart of its own accord (access keys, URLs): it leaves the
    /// kept state untouched, so that a launch need not write it.
    pub fn token_bytes(&mut self, purpose: &str) -> [u8; 32] {
        self.tokens += 1;
        let mut hasher = Sha256::new();
        hasher.update(self.seed.as_bytes());
        hasher.update(self.settings.boot);
        hasher.update(self.tokens.to_be_bytes());
        hasher.update(purpose.as_bytes());
        hasher.finalize().into()
    }

    /// `length` (at most 32) characters of `[a-z0-9]`.
    pub fn fresh(&mut self, length: usize) -> String {
        const ALPHABET: &[u8; 36] = b"abcdefghijklmnopqrstuvwxyz0123456789";
        let bytes = self.secret_bytes("id");
        bytes.iter().take(length).map(|b| char::from(ALPHABET[usize::from(*b) % 36])).collect()
    }

    /// `prod-` and the like, with 13 characters after it.
    pub fn fresh_id(&mut self, prefix: &str) -> String {
        format!("{prefix}-{}", self.fresh(13))
    }

    /// Hexadecimal characters, as EC2 and KMS use them; `length` is at most 64.
    pub fn fresh_hex(&mut self, length: usize) -> String {
        let mut text = hex::encode(self.secret_bytes("hex"));
        text.truncate(length);
        text
    }

    /// A version 4 UUID's text.
    pub fn fresh_uuid(&mut self) -> String {
        let bytes = self.secret_bytes("uuid");
        let mut half = [0_u8; 16];
        half.copy_from_slice(&bytes[..16]);
        uuid::Builder::from_random_bytes(half).into_uuid().to_string()
    }

    /// The account, or the error that AWS gives for a caller whose account is unknown.
    pub fn account(&self, id: &AccountId) -> Result<&Account, AwsError> {
        self.accounts.get(id).ok_or_else(AwsError::invalid_client_token)
    }

    pub fn account_mut(&mut self, id: &AccountId) -> Result<&mut Account, AwsError> {
        self.accounts.get_mut(id).ok_or_else(AwsError::invalid_client_token)
    }

    /// The role with this ARN, wherever it lives.
    pub fn role(&self, arn: &str) -> Option<&IamRole> {
        let account = arn.strip_prefix("arn:aws:iam::")?.get(..12)?;
        let name = arn.rsplit('/').next()?;
        let account = self.accounts.get(&account.parse::<AccountId>().ok()?)?;
        account.roles.get(name).filter(|role| role.arn == arn)
    }

    /// One policy document, parsed and kept.
    pub(crate) fn parsed(&self, kind: PolicyKind, name: &str, text: &str) -> Result<Arc<Vec<Policy>>, AwsError> {
        self.policies.parsed(kind, &[(name, text)])
    }

    /// SageMaker's resources of one account in one region.
    pub fn sagemaker(&mut self, account: &AccountId, region: &str) -> &mut sagemaker::State {
        self.sagemaker.entry(format!("{account}/{region}")).or_default()
    }

    /// File systems of one account in one region.
    pub fn efs(&mut self, account: &AccountId, region: &str) -> &mut efs::State {
        self.efs.entry(format!("{account}/{region}")).or_default()
    }

    /// Security groups of one account in one region.
    pub fn ec2(&mut self, account: &AccountId, region: &str) -> &mut ec2::State {
        self.ec2.entry(format!("{account}/{region}")).or_default()
    }
}
