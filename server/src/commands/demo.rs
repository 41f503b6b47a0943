//! `studiogate demo`.

use std::process::ExitCode;

use anyhow::Result;
use control_plane::Deps;
use sim::oidc::PERSONAS;

use super::templates;
use crate::cli::DemoArguments;
use crate::config::{Log, LogFormat};
use crate::demo::{Demo, DemoOptions};
use crate::{logging, serve};

pub(super) async fn run(arguments: &DemoArguments) -> Result<ExitCode> {
    let filter = std::env::var("STUDIOGATE_LOG_FILTER").unwrap_or_else(|_| "warn".to_owned());
    logging::start(&Log { format: LogFormat::Text, filter })?;
    let options = DemoOptions {
        listen: arguments.listen,
        data_dir: arguments.data_dir.clone(),
        speed: arguments.speed,
        products: templates::read(&arguments.product),
        exports: arguments.exports,
        call_limits: arguments.call_limits,
        database_url: arguments.database_url.clone(),
        smtp: arguments.smtp,
    };
    let shutdown = serve::shutdown_on_signal()?;
    let demo = Demo::start(options, Deps::system(), shutdown).await?;
    print(&demo);
    demo.serve().await?;
    Ok(ExitCode::SUCCESS)
}

#[expect(clippy::print_stdout, reason = "the answer of a command")]
fn print(demo: &Demo) {
    let address = demo.public_url.as_str().trim_end_matches('/');
    println!("{}", demo.local.aws.summary());
    println!("Local AWS      {}", demo.local.aws_url);
    println!("Studio         {}", demo.local.studio_url);
    println!("OpenID         {}", demo.local.oidc_issuer.as_deref().unwrap_or_default());
    println!();
    println!("Sign in as one of:");
    for persona in PERSONAS {
        println!("  {:16} {}", persona.subject, persona.role);
    }
    println!();
    println!("Studiogate is ready at {address}");
}
