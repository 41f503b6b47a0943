//! `studiogate doctor`.

use std::process::ExitCode;
use std::sync::Arc;

use anyhow::Result;
use control_plane::{Check, Deps};

use super::serve::control_plane;
use crate::config::Config;
use crate::oidc::Oidc;

/// Checks what it can: one thing that is missing hides nothing else.
pub(super) async fn run(config: &Config) -> Result<ExitCode> {
    let deps = Deps::system();
    let mut checks = vec![oidc(config, &deps).await];
    match control_plane(config, deps).await {
        Ok(control_plane) => checks.extend(control_plane.doctor().await),
        Err(error) => {
            checks.push(failed("Settings and database", format!("{error:#}"), "Correct the setting that is named."));
        }
    }
    print(&checks);
    Ok(if checks.iter().all(|check| check.ok) { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

async fn oidc(config: &Config, deps: &Deps) -> Check {
    let name = "OIDC discovery";
    let client =
        config.oidc.client().and_then(|client| Oidc::new(client, &config.public_url()?, Arc::clone(&deps.clock)));
    match client {
        Err(error) => failed(name, error.to_string(), "Correct the setting that is named."),
        Ok(oidc) => match oidc.check().await {
            Ok(endpoint) => Check {
                name: name.to_owned(),
                ok: true,
                detail: format!("signs in at {endpoint}"),
                what_to_do: String::new(),
            },
            Err(failure) => failed(
                name,
                failure.to_string(),
                "Check that oidc.issuer is exactly the provider's issuer and that this machine reaches it.",
            ),
        },
    }
}

fn failed(name: &str, detail: String, what_to_do: &str) -> Check {
    Check { name: name.to_owned(), ok: false, detail, what_to_do: what_to_do.to_owned() }
}

#[expect(clippy::print_stdout, reason = "the answer of a command")]
fn print(checks: &[Check]) {
    let width = checks.iter().map(|check| check.name.chars().count()).max().unwrap_or_default();
    for check in checks {
        let mark = if check.ok { "ok    " } else { "FAILED" };
        println!("{mark}  {:width$}  {}", check.name, check.detail);
        if !check.ok && !check.what_to_do.is_empty() {
            println!("        {:width$}  What to do: {}", "", check.what_to_do);
        }
    }
    match checks.iter().filter(|check| !check.ok).count() {
        0 => println!("All is well."),
        n => println!("{n} of {} checks failed.", checks.len()),
    }
}
