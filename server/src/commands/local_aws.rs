//! `studiogate local-aws`.

use std::net::SocketAddr;
use std::process::ExitCode;
use std::sync::Arc;

use anyhow::{Context as _, Result};
use control_plane::{Random, SystemClock};
use sim::{LocalAws, Seed, ServeOptions, SimOptions};

use super::templates;
use crate::cli::LocalAwsArguments;
use crate::config::{Log, LogFormat};
use crate::{logging, serve};

pub(super) async fn run(arguments: &LocalAwsArguments) -> Result<ExitCode> {
    logging::start(&Log { format: LogFormat::Text, filter: "info".to_owned() })?;
    let mut options = SimOptions::new(Arc::new(SystemClock));
    options.speed = arguments.speed;
    options.seed = if arguments.empty { Seed::Empty } else { Seed::Demo };
    options.data_dir.clone_from(&arguments.data_dir);
    options.products = templates::read(&arguments.product);
    options.exports = arguments.exports;
    options.call_limits = arguments.call_limits;
    options.entropy = Random::from_os().bytes();
    let aws = LocalAws::new(options).context("the local AWS cannot be set up")?;
    let next = |n: u16| match arguments.listen.port() {
        0 => SocketAddr::new(arguments.listen.ip(), 0),
        port => SocketAddr::new(arguments.listen.ip(), port.saturating_add(n)),
    };
    let at = ServeOptions { aws: arguments.listen, studio: next(1), oidc: Some(next(2)) };
    let running = sim::serve(aws, at).await.context("the local AWS cannot listen")?;
    print(&running);
    serve::shutdown_on_signal()?.cancelled().await;
    running.stop();
    Ok(ExitCode::SUCCESS)
}

#[expect(clippy::print_stdout, reason = "the answer of a command")]
fn print(running: &sim::Running) {
    println!("{}", running.aws.summary());
    println!("Local AWS: AWS_ENDPOINT_URL={}", running.aws_url);
    println!("Studio:    {}", running.studio_url);
    if let Some(issuer) = &running.oidc_issuer {
        println!("OpenID:    {issuer}");
    }
}
