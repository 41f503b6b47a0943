//! What outlives a restart of the demo: keys, ports, and a configuration file for the other commands.

use std::fs;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result};
use control_plane::{Random, SealingKey};
use ed25519_dalek::SigningKey;
use sim::Running;
use sim::seed::{EXTERNAL_ID, HUB_ROLE_ARN, MANAGEMENT, REGION, SHARED_SERVICES, TEMPLATES_BUCKET};
use url::Url;
use zeroize::Zeroizing;

use super::ports::Ports;
use crate::keyfile::{read_or_make, write_private};

const PORTS: &str = "ports.json";
const SEEDING: &str = "seeding";

/// The demo's data folder, or nothing.
#[derive(Debug)]
pub(super) struct Kept {
    folder: Option<PathBuf>,
    sealing: Zeroizing<[u8; 32]>,
    audit: Zeroizing<[u8; 32]>,
}

impl Kept {
    /// Makes what is not there yet.
    pub(super) fn open(folder: Option<&Path>, random: &Random) -> Result<Self> {
        let Some(folder) = folder else {
            return Ok(Self {
                folder: None,
                sealing: Zeroizing::new(random.bytes()),
                audit: Zeroizing::new(random.bytes()),
            });
        };
        fs::create_dir_all(folder).with_context(|| format!("{} cannot be made", folder.display()))?;
        let folder = folder.canonicalize().with_context(|| format!("{} cannot be found", folder.display()))?;
        let sealing = read_or_make(&folder.join("sealing.key"), random)?;
        let audit = read_or_make(&folder.join("audit.key"), random)?;
        Ok(Self { folder: Some(folder), sealing, audit })
    }

    pub(super) fn keys(&self) -> (SealingKey, SigningKey) {
        (SealingKey::new(*self.sealing), SigningKey::from_bytes(&self.audit))
    }

    pub(super) fn database_url(&self) -> String {
        match self.file("portal.db") {
            Some(file) => format!("sqlite:{}?mode=rwc", file.display()),
            None => "sqlite::memory:".to_owned(),
        }
    }

    pub(super) fn file(&self, name: &str) -> Option<PathBuf> {
        Some(self.folder.as_ref()?.join(name))
    }

    pub(super) fn folder(&self, name: &str) -> Option<PathBuf> {
        self.file(name)
    }

    /// Whether a first start was interrupted while it entered the seed.
    pub(super) fn is_being_seeded(&self) -> bool {
        self.file(SEEDING).is_some_and(|file| file.exists())
    }

    pub(super) fn begin_seeding(&self) -> Result<()> {
        let Some(file) = self.file(SEEDING) else { return Ok(()) };
        write_private(&file, b"").with_context(|| format!("{} cannot be written", file.display()))
    }

    pub(super) fn end_seeding(&self) -> Result<()> {
        match self.file(SEEDING).map(fs::remove_file) {
            Some(Err(e)) if e.kind() != ErrorKind::NotFound => Err(e).context("the mark of the first start stays"),
            _ => Ok(()),
        }
    }

    /// Where the parts listened the last time: the provider's address names people, so it may not change.
    pub(super) fn ports(&self) -> Result<Option<Ports>> {
        let Some(file) = self.file(PORTS) else { return Ok(None) };
        match fs::read(&file) {
            Ok(bytes) => {
                Ok(Some(serde_json::from_slice(&bytes).with_context(|| format!("{} is broken", file.display()))?))
            }
            Err(e) if e.kind() == ErrorKind::NotFound => Ok(None),
            Err(e) => Err(e).with_context(|| format!("{} cannot be read", file.display())),
        }
    }

    pub(super) fn keep_ports(&self, running: &Running) -> Result<()> {
        let Some(file) = self.file(PORTS) else { return Ok(()) };
        let address = |url: &str| {
            let address = url.trim_start_matches("http://").parse();
            address.with_context(|| format!("{url} is no address of this machine"))
        };
        let ports = Ports {
            studio: address(&running.studio_url)?,
            oidc: address(running.oidc_issuer.as_deref().unwrap_or_default())?,
            aws: address(&running.aws_url)?,
        };
        write_private(&file, &serde_json::to_vec(&ports)?)
            .with_context(|| format!("{} cannot be written", file.display()))
    }

    /// A file for `studiogate --config FILE audit verify`, `doctor` and the like.
    pub(super) fn write_configuration(
        &self,
        public_url: &Url,
        issuer: &str,
        database_url: &str,
        running: &Running,
    ) -> Result<()> {
        let (Some(file), Some(folder)) = (self.file("studiogate.toml"), &self.folder) else { return Ok(()) };
        let listen = public_url.authority();
        let folder = folder.display();
        let text = format!(
            "# Written by `studiogate demo` at each start. For the commands that reach AWS set also\n\
             #   AWS_ENDPOINT_URL={aws} AWS_ACCESS_KEY_ID={SHARED_SERVICES} AWS_SECRET_ACCESS_KEY=local\n\
             listen = {listen:?}\n\
             bootstrap_admin_group = \"platform-admins\"\n\
             \n[database]\nurl = {database_url:?}\n\
             \n[oidc]\nissuer = {issuer:?}\nclient_id = {client:?}\nclient_secret = {secret:?}\n\
             \n[sealing]\nkey_file = \"{folder}/sealing.key\"\n\
             \n[audit]\nkey_file = \"{folder}/audit.key\"\nhead_file = \"{folder}/audit-head.json\"\n\
             \n[aws]\nhub_role_arn = {HUB_ROLE_ARN:?}\nexternal_id = {EXTERNAL_ID:?}\n\
             shared_services_account = {SHARED_SERVICES:?}\norganization_account = {MANAGEMENT:?}\nregions = [{REGION:?}]\n\
             templates_bucket = {TEMPLATES_BUCKET:?}\n\
             \n[studio]\norigins = [{studio:?}]\n",
            aws = running.aws_url,
            client = sim::oidc::CLIENT_ID,
            secret = sim::oidc::CLIENT_SECRET,
            studio = running.studio_url,
        );
        write_private(&file, text.as_bytes()).with_context(|| format!("{} cannot be written", file.display()))
    }
}
