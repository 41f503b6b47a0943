//! `studiogate doctor`.

use std::process::ExitCode;
use std::sync::Arc;

use anyhow::Result;
use aws::Aws;
use control_plane::{Check, ControlPlane, Deps, Level, SealingKey, Settings, check_database};
use domain::problem::chain;
use ed25519_dalek::SigningKey;
use secrecy::ExposeSecret as _;
use store::Store;

use crate::config::{Config, ConfigError, KeptKeys};
use crate::oidc::Oidc;

const CORRECT: &str = "Correct the setting that is named.";

/// Checks what it can: one thing that is missing hides nothing else. Makes nothing, neither keys nor a database.
pub(super) async fn run(config: &Config) -> Result<ExitCode> {
    let checks = checks(config, Deps::system()).await;
    print(&checks);
    let failed = checks.iter().any(|check| check.level == Level::Failed);
    Ok(if failed { ExitCode::FAILURE } else { ExitCode::SUCCESS })
}

/// Everything that is checked, in the order in which it is needed.
pub async fn checks(config: &Config, deps: Deps) -> Vec<Check> {
    let mut checks = settings(config);
    checks.push(oidc(config, &deps).await);
    let store = config.database.url().and_then(|url| Ok((url, config.database.limits()?)));
    match store.map(|(url, limits)| Store::connect_lazily(url.expose_secret(), limits)) {
        Err(error) => checks.push(Check::failed("database", error.to_string(), CORRECT)),
        Ok(Err(error)) => checks.push(Check::failed("database", chain(&error), CORRECT)),
        Ok(Ok(store)) => {
            checks.extend(check_database(&store).await);
            match control_plane(config, store, deps).await {
                Ok(control_plane) => checks.extend(control_plane.doctor().await),
                Err(error) => checks.push(Check::failed("AWS", format!("not checked: {error:#}"), CORRECT)),
            }
        }
    }
    checks
}

/// Every setting that has to fit, each by itself.
fn settings(config: &Config) -> Vec<Check> {
    let results = [
        config.public_url().map(drop),
        config.studio.presigned_url_ttl().map(drop),
        config.studio.session_caps().map(drop),
        config.session.idle().map(drop),
        config.session.absolute().map(drop),
        config.audit.verifying_keys().map(drop),
    ];
    let wrong = results.into_iter().filter_map(Result::err);
    let mut checks: Vec<_> = wrong.map(|error| Check::failed("settings", error.to_string(), CORRECT)).collect();
    if checks.is_empty() {
        checks.push(Check::good("settings", "fit"));
    }
    checks.push(match config.keys(KeptKeys::Find) {
        Ok(_) => Check::good("keys", "sealing.key and audit.key are there"),
        Err(error) => Check::failed(
            "keys",
            error.to_string(),
            "Set sealing.key_file and audit.key_file, or start `studiogate serve` once where one replica runs on SQLite.",
        ),
    });
    checks
}

/// Enough of a control plane to look around with: it seals nothing, so keys that are missing do not stop it.
async fn control_plane(config: &Config, store: Store, deps: Deps) -> Result<ControlPlane> {
    let stand_in = |_: ConfigError| (SealingKey::new([0; 32]), SigningKey::from_bytes(&[0; 32]));
    let (sealing, audit) = config.keys(KeptKeys::Find).unwrap_or_else(stand_in);
    let mut settings = Settings::new(sealing, audit, config.aws.shared_services_account()?, config.aws.regions()?);
    settings.audit_head_file.clone_from(&config.audit.head_file);
    settings.mailer = config.mail.mailer()?;
    let aws = Aws::load(config.aws.config(Arc::clone(&deps.clock))?).await;
    Ok(ControlPlane::new(store, aws, settings, deps)?)
}

async fn oidc(config: &Config, deps: &Deps) -> Check {
    let name = "OIDC discovery";
    let client =
        config.oidc.client().and_then(|client| Oidc::new(client, &config.public_url()?, Arc::clone(&deps.clock)));
    match client {
        Err(error) => Check::failed(name, error.to_string(), CORRECT),
        Ok(oidc) => match oidc.check().await {
            Ok(endpoint) => Check::good(name, format!("signs in at {endpoint}")),
            Err(failure) => Check::failed(
                name,
                failure.to_string(),
                "Check that oidc.issuer is exactly the provider's issuer and that this machine reaches it.",
            ),
        },
    }
}

#[expect(clippy::print_stdout, reason = "the answer of a command")]
fn print(checks: &[Check]) {
    let width = checks.iter().map(|check| check.name.chars().count()).max().unwrap_or_default();
    for check in checks {
        let mark = match check.level {
            Level::Good => "ok     ",
            Level::Warning => "warning",
            Level::Failed => "FAILED ",
        };
        println!("{mark}  {:width$}  {}", check.name, check.detail);
        if !check.what_to_do.is_empty() {
            println!("         {:width$}  What to do: {}", "", check.what_to_do);
        }
    }
    let count = |level| checks.iter().filter(|check| check.level == level).count();
    match (count(Level::Failed), count(Level::Warning)) {
        (0, 0) => println!("All is well."),
        (0, warnings) => println!("Nothing failed; {warnings} of {} checks ask for attention.", checks.len()),
        (failed, warnings) => {
            println!("{failed} of {} checks failed, and {warnings} ask for attention.", checks.len());
        }
    }
}
