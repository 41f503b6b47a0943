use std::path::PathBuf;
use std::sync::Arc;

use aws::AwsConfig;
use domain::clock::Clock;
use domain::id::{AccountId, Region};
use secrecy::SecretString;
use serde::Deserialize;

use super::value::list;
use super::{ConfigError, secret};

/// How the portal reaches AWS. Credentials and endpoints come from the SDK's own `AWS_*` settings.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct AwsSection {
    /// The role to take on first, where the credentials are not already its: `.../StudiogateHub`.
    hub_role_arn: Option<String>,
    /// What the roles in the project accounts ask for.
    external_id: Option<SecretString>,
    external_id_file: Option<PathBuf>,
    /// Where the portfolios live; by default the account of the hub role.
    shared_services_account: Option<String>,
    /// The management account or the delegated administrator of Organizations; by default the shared-services account.
    organization_account: Option<String>,
    /// Where products are used; the first is the portal's own. By default `AWS_REGION`.
    #[serde(deserialize_with = "list")]
    regions: Vec<String>,
    /// `aws`, `aws-cn` or `aws-us-gov`.
    partition: String,
    /// The bucket of the shared-services account that Service Catalog loads templates from; without one no product is made in
    /// the portal.
    templates_bucket: Option<String>,
}

impl Default for AwsSection {
    fn default() -> Self {
        Self {
            hub_role_arn: None,
            external_id: None,
            external_id_file: None,
            shared_services_account: None,
            organization_account: None,
            regions: Vec::new(),
            partition: "aws".to_owned(),
            templates_bucket: None,
        }
    }
}

impl AwsSection {
    /// Where the portfolios live: as set, or the account of the hub role.
    pub fn shared_services_account(&self) -> Result<AccountId, ConfigError> {
        if let Some(arn) = self.hub_role_arn.as_deref().filter(|arn| !is_role(arn)) {
            let wanted = "a role's ARN, as in arn:aws:iam::222222222222:role/StudiogateHub";
            return Err(ConfigError(format!("aws.hub_role_arn is {wanted}, not {arn:?}")));
        }
        let of_hub = || self.hub_role_arn.as_deref()?.split(':').nth(4);
        let text = self.shared_services_account.as_deref().or_else(of_hub).ok_or_else(|| {
            ConfigError("aws.shared_services_account is not set: the account where the portfolios live".to_owned())
        })?;
        account("aws.shared_services_account", text)
    }

    /// See the field.
    pub fn templates_bucket(&self) -> Result<Option<String>, ConfigError> {
        let Some(name) = self.templates_bucket.as_deref().map(str::trim).filter(|name| !name.is_empty()) else {
            return Ok(None);
        };
        // <https://docs.aws.amazon.com/AmazonS3/latest/userguide/bucketnamingrules.html>
        let fits = (3..=63).contains(&name.len())
            && name.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-' || b == b'.');
        if fits {
            return Ok(Some(name.to_owned()));
        }
        Err(ConfigError(format!("aws.templates_bucket: {name:?} is no name of a bucket")))
    }

    /// At least one: as set, or the SDK's own `AWS_REGION`.
    pub fn regions(&self) -> Result<Vec<Region>, ConfigError> {
        let mut regions = self.regions.clone();
        if regions.is_empty() {
            regions.extend(["AWS_REGION", "AWS_DEFAULT_REGION"].iter().find_map(|name| std::env::var(name).ok()));
        }
        if regions.is_empty() {
            return Err(ConfigError("aws.regions is not set: the regions where products are used".to_owned()));
        }
        regions
            .iter()
            .map(|region| match region.parse() {
                Ok(known) if is_region(region) => Ok(known),
                _ => Err(ConfigError(format!("aws.regions: {region:?} is no region, as eu-west-1 is one"))),
            })
            .collect()
    }

    /// What the adapters need.
    pub fn config(&self, clock: Arc<dyn Clock>) -> Result<AwsConfig, ConfigError> {
        const PARTITIONS: [&str; 3] = ["aws", "aws-cn", "aws-us-gov"];
        if !PARTITIONS.contains(&self.partition.as_str()) {
            return Err(ConfigError(format!(
                "aws.partition is one of {}, not {:?}",
                PARTITIONS.join(", "),
                self.partition
            )));
        }
        let shared_services = self.shared_services_account()?;
        let organization = match &self.organization_account {
            Some(text) => account("aws.organization_account", text)?,
            None => shared_services.clone(),
        };
        let home = self.regions()?.swap_remove(0);
        let mut config = AwsConfig::new(home, shared_services, organization, clock);
        config.hub_role_arn.clone_from(&self.hub_role_arn);
        config.external_id =
            secret::read("aws.external_id", self.external_id.as_ref(), self.external_id_file.as_ref())?;
        config.partition.clone_from(&self.partition);
        Ok(config)
    }
}

fn is_role(arn: &str) -> bool {
    arn.starts_with("arn:aws") && arn.splitn(6, ':').nth(5).is_some_and(|resource| resource.starts_with("role/"))
}

/// `eu-west-1`, `us-gov-east-1`: words and a number.
fn is_region(text: &str) -> bool {
    let parts: Vec<&str> = text.split('-').collect();
    matches!(parts.as_slice(), [place, middle @ .., number]
        if place.len() == 2 && !middle.is_empty() && !number.is_empty() && number.bytes().all(|b| b.is_ascii_digit()))
}

fn account(name: &str, text: &str) -> Result<AccountId, ConfigError> {
    let id = text
        .parse::<AccountId>()
        .ok()
        .filter(|id| id.as_str().len() == 12 && id.as_str().bytes().all(|digit| digit.is_ascii_digit()));
    id.ok_or_else(|| ConfigError(format!("{name}: an account has twelve digits, and {text:?} has not")))
}
