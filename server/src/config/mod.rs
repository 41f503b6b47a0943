//! What an installation sets: a TOML file and `STUDIOGATE_*` variables, which win.
//!
//! The variable of `oidc.client_id` is `STUDIOGATE_OIDC_CLIENT_ID`, and so on. Every secret can be given as `NAME_file`
//! instead, the path of a file that holds it. A key that does not exist is refused.

mod audit;
mod aws;
mod database;
mod log;
mod mail;
mod oidc;
mod organization;
mod refuse;
mod sealing;
mod secret;
mod session;
mod source;
mod studio;
mod value;
mod webhooks;

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::path::Path;

use control_plane::{SealingKey, Settings};
use ed25519_dalek::SigningKey;
use figment::error::Kind;
use serde::Deserialize;
use url::Url;

pub use audit::{Audit, public_key_text};
pub use aws::AwsSection;
pub use database::Database;
pub use log::{Log, LogFormat};
pub use mail::Mail;
pub use oidc::{Oidc, OidcClient};
pub use organization::Organization;
pub use sealing::Sealing;
pub use secret::KeptKeys;
pub use session::Session;
pub use studio::Studio;
pub use webhooks::Webhooks;

/// A setting that cannot be used, in words for whoever set it.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct ConfigError(pub String);

/// All settings, as set. What a command needs is checked when it asks for it.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Config {
    /// Where the portal listens.
    pub listen: SocketAddr,
    /// How browsers reach it; by default `http://` and `listen`.
    pub public_url: Option<Url>,
    /// People of this OIDC group are admins whatever the mappings say.
    pub bootstrap_admin_group: Option<String>,
    /// Whom people are told to ask.
    pub platform_contact: String,
    pub database: Database,
    pub oidc: Oidc,
    pub sealing: Sealing,
    pub audit: Audit,
    pub aws: AwsSection,
    pub studio: Studio,
    pub session: Session,
    pub organization: Organization,
    pub mail: Mail,
    pub webhooks: Webhooks,
    pub log: Log,
}

impl Default for Config {
    fn default() -> Self {
        Self {
            listen: SocketAddr::from(([127, 0, 0, 1], 3000)),
            public_url: None,
            bootstrap_admin_group: None,
            platform_contact: "the platform team".to_owned(),
            database: Database::default(),
            oidc: Oidc::default(),
            sealing: Sealing::default(),
            audit: Audit::default(),
            aws: AwsSection::default(),
            studio: Studio::default(),
            session: Session::default(),
            organization: Organization::default(),
            mail: Mail::default(),
            webhooks: Webhooks::default(),
            log: Log::default(),
        }
    }
}

impl Config {
    /// Reads the file, if there is one, and the variables of the process.
    pub fn load(file: Option<&Path>) -> Result<Self, ConfigError> {
        Self::from_sources(file, source::variables(std::env::vars_os())?)
    }

    /// Reads the file, if there is one, and `variables`.
    pub fn from_sources(file: Option<&Path>, variables: BTreeMap<String, String>) -> Result<Self, ConfigError> {
        source::figment(file, variables)?.extract().map_err(|errors| refuse::explain(&errors))
    }

    /// Every setting, as a variable. For whoever mistyped one.
    fn every_variable() -> Vec<String> {
        // The reader itself tells which settings a section has, when it is asked for one that no section has.
        let unknown = "no_setting_has_this_name";
        let known = |section: &str| {
            let variable = format!("{}{section}{unknown}", source::PREFIX).to_uppercase();
            let figment = source::figment(None, BTreeMap::from([(variable, String::new())]));
            let error = figment.ok()?.extract::<Self>().err()?;
            match error.kind {
                Kind::UnknownField(_, known) => Some(known.iter().filter(|name| !source::SECTIONS.contains(name))),
                _ => None,
            }
        };
        let sections = source::SECTIONS.iter().map(|section| format!("{section}_"));
        let all = std::iter::once(String::new()).chain(sections);
        all.flat_map(|section| {
            let names = known(&section).into_iter().flatten();
            names.map(|name| format!("{}{section}{name}", source::PREFIX).to_uppercase()).collect::<Vec<_>>()
        })
        .collect()
    }

    /// How browsers reach the portal: an origin, without a path.
    pub fn public_url(&self) -> Result<Url, ConfigError> {
        let url = match &self.public_url {
            Some(url) => url.clone(),
            None => Url::parse(&format!("http://{}", self.listen))
                .map_err(|e| ConfigError(format!("listen is no address for browsers ({e}): set public_url")))?,
        };
        if !matches!(url.scheme(), "http" | "https") || url.path() != "/" || url.query().is_some() {
            return Err(ConfigError(format!("public_url is scheme, host and port alone, and {url} is not")));
        }
        if url.scheme() == "http" && !oidc::is_loopback(&url) {
            return Err(ConfigError(format!(
                "public_url {url} is not https: only a portal on loopback may be http. Set it to the address that browsers use"
            )));
        }
        Ok(url)
    }

    /// What the control plane needs to know.
    pub fn settings(&self) -> Result<Settings, ConfigError> {
        let regions = self.aws.regions()?;
        let (sealing, audit) = self.keys(KeptKeys::Make)?;
        let mut settings = Settings::new(sealing, audit, self.aws.shared_services_account()?, regions);
        settings.templates_bucket = self.aws.templates_bucket()?;
        settings.audit_verifying_keys = self.audit.verifying_keys()?;
        settings.bootstrap_admin_group.clone_from(&self.bootstrap_admin_group);
        settings.groups_claim_name.clone_from(&self.oidc.groups_claim);
        settings.presigned_url_ttl = self.studio.presigned_url_ttl()?;
        settings.studio_session = self.studio.session_caps()?;
        settings.session_idle = self.session.idle()?;
        settings.scp_limits = self.organization.scp_limits()?;
        settings.audit_head_file.clone_from(&self.audit.head_file);
        settings.platform_contact.clone_from(&self.platform_contact);
        settings.public_url = self.public_url()?.into();
        settings.mailer = self.mail.mailer()?;
        settings.webhooks = self.webhooks.sender()?;
        Ok(settings)
    }

    /// The key that seals and the key that signs. Those in the working folder are one process's alone, and a database server
    /// is there to be shared: two replicas would each seal what the other cannot open.
    pub fn keys(&self, kept: KeptKeys) -> Result<(SealingKey, SigningKey), ConfigError> {
        if self.database.is_server()? && !(self.sealing.is_set() && self.audit.is_set()) {
            return Err(ConfigError(
                "sealing.key and audit.key are not both set: on Postgres they have to be, so that every replica, and every \
                 machine that takes over, has the same ones (`openssl rand -base64 32` makes one)"
                    .to_owned(),
            ));
        }
        Ok((self.sealing.key(kept)?, self.audit.key(kept)?))
    }

    /// Where launches lead: AWS's own origins of the regions, and those that are set.
    pub fn studio_origins(&self) -> Result<Vec<String>, ConfigError> {
        let mut origins = self.studio.origins.clone();
        for region in self.aws.regions()? {
            origins.push(format!("https://*.studio.{region}.sagemaker.aws"));
            origins.push(format!("https://*.notebook.{region}.sagemaker.aws"));
        }
        Ok(origins)
    }
}
