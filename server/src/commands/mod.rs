//! One file per command.

mod audit_verify;
pub mod blueprint;
pub mod catalog;
#[cfg(feature = "demo")]
mod demo;
pub mod doctor;
mod files;
#[cfg(feature = "demo")]
mod local_aws;
mod migrate;
mod policy_check;
mod policy_evaluate;
mod serve;
mod template_check;
#[cfg(feature = "demo")]
mod templates;
mod terminal;

use std::process::ExitCode;

use anyhow::Result;

use crate::cli::{Arguments, AuditCommand, Command, PolicyCommand, TemplateCommand};
use crate::config::Config;

/// Does what the command line says.
pub async fn run(arguments: Arguments) -> Result<ExitCode> {
    let config = || Config::load(arguments.config.as_deref());
    match arguments.command {
        Command::Serve => serve::run(&config()?).await,
        #[cfg(feature = "demo")]
        Command::Demo(options) => demo::run(&options).await,
        #[cfg(feature = "demo")]
        Command::LocalAws(options) => local_aws::run(&options).await,
        Command::Migrate => migrate::run(&config()?).await,
        Command::Audit { command: AuditCommand::Verify { head } } => {
            audit_verify::run(&config()?, head.as_deref()).await
        }
        Command::Blueprint { command } => blueprint::run(&config()?, &command).await,
        Command::Catalog { command } => catalog::run(&config()?, &command).await,
        Command::Doctor => doctor::run(&config()?).await,
        Command::Template { command: TemplateCommand::Check(options) } => template_check::run(&options),
        Command::Policy { command: PolicyCommand::Evaluate } => policy_evaluate::run(),
        Command::Policy { command: PolicyCommand::Check(options) } => policy_check::run(&options),
    }
}
