//! `studiogate serve`.

use std::process::ExitCode;
use std::sync::Arc;

use anyhow::{Context as _, Result};
use aws::Aws;
use control_plane::{ControlPlane, Deps};
use secrecy::ExposeSecret as _;
use store::Store;

use crate::config::{Config, KeptKeys};
use crate::http::{Portal, PortalOptions, install_metrics, metrics_upkeep, router};
use crate::oidc::Oidc;
use crate::{logging, serve};

/// Everything that the portal needs, made from the settings.
async fn control_plane(config: &Config, store: Store, deps: Deps) -> Result<ControlPlane> {
    let settings = config.settings()?;
    let aws = Aws::load(config.aws.config(Arc::clone(&deps.clock))?).await;
    ControlPlane::new(store, aws, settings, deps).context("the portal's own policies do not hold")
}

pub(super) async fn connect(config: &Config) -> Result<Store> {
    Store::connect_within(config.database.url()?.expose_secret(), config.database.limits()?)
        .await
        .context("the database cannot be reached (database.url)")
}

pub(super) async fn run(config: &Config) -> Result<ExitCode> {
    logging::start(&config.log)?;
    let deps = Deps::system();
    let public_url = config.public_url()?;
    let oidc = Oidc::new(config.oidc.client()?, &public_url, Arc::clone(&deps.clock))?;
    let session_absolute = config.session.absolute()?;
    let shutdown = serve::shutdown_on_signal()?;
    let prepared = async {
        // Before anything is written to a database that this process has no keys for.
        config.keys(KeptKeys::Make)?;
        let store = connect(config).await?;
        store.migrate().await.context("the database cannot be brought up to date")?;
        control_plane(config, store, deps).await
    };
    let (control_plane, ()) = tokio::join!(prepared, oidc.get_to_know(shutdown.clone()));
    let control_plane = control_plane?;
    let metrics = install_metrics().context("the metrics cannot be recorded")?;
    tokio::spawn(metrics_upkeep(metrics.clone(), shutdown.clone()));
    let portal = Portal::new(PortalOptions {
        control_plane: control_plane.clone(),
        oidc,
        public_url: public_url.clone(),
        studio_origins: config.studio_origins()?,
        session_absolute,
        metrics,
        shutdown: shutdown.clone(),
    });
    let listener = serve::listen(config.listen).await?;
    tracing::info!(listen = %config.listen, %public_url, "ready");
    serve::serve(listener, router(portal), control_plane, shutdown).await?;
    Ok(ExitCode::SUCCESS)
}
