//! The portal on seeded data, over a local AWS and a demo OpenID provider, in one process on loopback.

mod keep;
mod ports;
mod seed;

use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::Arc;

use anyhow::{Context as _, Result, bail};
use aws::{Aws, AwsConfig};
use axum::Router;
use chrono::TimeDelta;
use control_plane::{ControlPlane, Deps, Settings};
use deliver::{MailSettings, Mailer, Tls, Webhooks};
use domain::clock::Clock;
use domain::id::{AccountId, Region};
use secrecy::SecretString;
use sim::seed::{EXTERNAL_ID, HUB_ROLE_ARN, MANAGEMENT, REGION, SHARED_SERVICES, TEMPLATES_BUCKET};
use sim::{LocalAws, Running, Seed, ServeOptions, SimOptions};
use store::Store;
use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;
use url::Url;

use crate::config::OidcClient;
use crate::http::{Portal, PortalOptions, install_metrics, metrics_upkeep, router};
use crate::oidc::Oidc;
use crate::serve;
use keep::Kept;

/// How a demo is set up.
#[derive(Clone, Debug)]
pub struct DemoOptions {
    pub listen: SocketAddr,
    /// Where everything is kept; without it, nothing outlives the process.
    pub data_dir: Option<PathBuf>,
    pub speed: f64,
    /// Templates of one's own, by name and text.
    pub products: Vec<(String, String)>,
    pub exports: bool,
    /// The local AWS throttles as AWS does.
    pub call_limits: bool,
    /// Another database than SQLite.
    pub database_url: Option<String>,
    /// A mail server on this machine that takes what the demo sends.
    pub smtp: Option<SocketAddr>,
}

/// A demo that is set up, and not serving yet.
#[derive(Debug)]
pub struct Demo {
    pub control_plane: ControlPlane,
    pub portal: Portal,
    pub router: Router,
    pub public_url: Url,
    /// The local AWS, its Studio and the OpenID provider: they listen already.
    pub local: Running,
    listener: TcpListener,
    shutdown: CancellationToken,
}

impl Demo {
    /// Listens everywhere, brings the database up to date, and enters what an admin would have entered. Time and chance
    /// come from `deps`.
    pub async fn start(options: DemoOptions, deps: Deps, shutdown: CancellationToken) -> Result<Self> {
        if !options.listen.ip().is_loopback() {
            bail!("the demo listens on loopback only, and {} is not: anybody can sign in as anybody", options.listen);
        }
        let listener = serve::listen(options.listen).await?;
        let public_url = Url::parse(&format!("http://{}", listener.local_addr()?))?;
        let kept = Kept::open(options.data_dir.as_deref(), &deps.random)?;
        let local = local_aws(&options, &deps, &kept, &listener).await?;
        let issuer = local.oidc_issuer.clone().context("the OpenID provider does not listen")?;

        let database_url = options.database_url.clone().unwrap_or_else(|| kept.database_url());
        let store = Store::connect(&database_url).await.context("the database cannot be reached")?;
        store.migrate().await.context("the database cannot be brought up to date")?;
        let clock = Arc::clone(&deps.clock);
        let aws = Aws::local(&local.aws_url, &account(SHARED_SERVICES)?, aws_config(Arc::clone(&clock))?);
        let settings = settings(&kept, &options, &public_url)?;
        let control_plane =
            ControlPlane::new(store, aws, settings, deps).context("the portal's own policies do not hold")?;
        seed::plant(&control_plane, &issuer, &kept, &options.products).await?;
        kept.write_configuration(&public_url, &issuer, &database_url, &local)?;

        let oidc = Oidc::new(client(issuer), &public_url, clock)?;
        let portal = Portal::new(PortalOptions {
            control_plane: control_plane.clone(),
            oidc,
            public_url: public_url.clone(),
            studio_origins: vec![local.studio_url.clone()],
            session_absolute: TimeDelta::hours(12),
            metrics: install_metrics().context("the metrics cannot be recorded")?,
            shutdown: shutdown.clone(),
        });
        Ok(Self { control_plane, router: router(portal.clone()), portal, public_url, local, listener, shutdown })
    }

    /// Serves until the shutdown.
    pub async fn serve(self) -> Result<()> {
        tokio::spawn(metrics_upkeep(self.portal.metrics().clone(), self.shutdown.clone()));
        self.portal.oidc().get_to_know(self.shutdown.clone()).await;
        serve::serve(self.listener, self.router, self.control_plane, self.shutdown).await?;
        self.local.stop();
        Ok(())
    }
}

async fn local_aws(options: &DemoOptions, deps: &Deps, kept: &Kept, portal: &TcpListener) -> Result<Running> {
    let mut sim = SimOptions::new(Arc::clone(&deps.clock));
    sim.speed = options.speed;
    sim.seed = Seed::Demo;
    sim.data_dir = kept.folder("aws");
    sim.products.clone_from(&options.products);
    sim.exports = options.exports;
    sim.call_limits = options.call_limits;
    sim.portal_origin = format!("http://{}", portal.local_addr()?);
    sim.entropy = deps.random.bytes();
    let aws = LocalAws::new(sim).context("the local AWS cannot be set up")?;
    let ports = match kept.ports()? {
        Some(ports) => ports,
        None => ports::after(options.listen),
    };
    let at = ServeOptions { aws: ports.aws, studio: ports.studio, oidc: Some(ports.oidc) };
    let running = sim::serve(aws, at).await.with_context(|| format!("the local AWS cannot listen on {ports}"))?;
    kept.keep_ports(&running)?;
    Ok(running)
}

fn settings(kept: &Kept, options: &DemoOptions, public_url: &Url) -> Result<Settings> {
    let (sealing_key, audit_key) = kept.keys();
    let mut settings = Settings::new(sealing_key, audit_key, account(SHARED_SERVICES)?, vec![region()?]);
    settings.bootstrap_admin_group = Some("platform-admins".to_owned());
    settings.templates_bucket = Some(TEMPLATES_BUCKET.to_owned());
    settings.audit_head_file = kept.file("audit-head.json");
    "the platform team (platform@example.com)".clone_into(&mut settings.platform_contact);
    public_url.as_str().clone_into(&mut settings.public_url);
    settings.mailer = options.smtp.map(mailer).transpose()?;
    // Whoever tries a webhook tries it on this machine.
    let here = ["127.0.0.1", "localhost"].map(str::to_owned).to_vec();
    settings.webhooks = Some(Webhooks::new(here, None).context("webhooks cannot be sent")?);
    // What comes up faster is looked at more often.
    #[expect(clippy::cast_possible_truncation, reason = "between a quarter of a second and three")]
    let poll = (3_000.0 / options.speed.max(1.0)).max(250.0) as i64;
    settings.pace.poll = TimeDelta::milliseconds(poll);
    settings.workers.poll = settings.workers.poll.min(TimeDelta::milliseconds(poll));
    Ok(settings)
}

fn mailer(server: SocketAddr) -> Result<Mailer> {
    let settings = MailSettings {
        host: server.ip().to_string(),
        port: Some(server.port()),
        tls: Tls::Plain,
        credentials: None,
        from: "Studiogate <studiogate@example.com>".to_owned(),
        authorities: None,
    };
    Mailer::new(&settings).context("no mail can be sent")
}

fn aws_config(clock: Arc<dyn Clock>) -> Result<AwsConfig> {
    let mut config = AwsConfig::new(region()?, account(SHARED_SERVICES)?, account(MANAGEMENT)?, clock);
    config.hub_role_arn = Some(HUB_ROLE_ARN.to_owned());
    config.external_id = Some(SecretString::from(EXTERNAL_ID));
    Ok(config)
}

fn client(issuer: String) -> OidcClient {
    OidcClient {
        issuer,
        client_id: sim::oidc::CLIENT_ID.to_owned(),
        client_secret: Some(SecretString::from(sim::oidc::CLIENT_SECRET)),
        groups_claim: "groups".to_owned(),
        scopes: ["openid", "profile", "email", "groups"].map(str::to_owned).to_vec(),
        redirect_origins: Vec::new(),
    }
}

fn account(id: &str) -> Result<AccountId> {
    id.parse().context("a seeded account has no valid number")
}

fn region() -> Result<Region> {
    REGION.parse().context("the seeded region is none")
}
