//! The command line.

use std::net::SocketAddr;
use std::path::PathBuf;

use clap::{Args, Parser, Subcommand};

/// A self-service portal for governed Amazon SageMaker environments.
#[derive(Clone, Debug, Parser)]
#[command(name = "studiogate", version)]
pub struct Arguments {
    /// The configuration file (TOML); STUDIOGATE_* variables win over it
    #[arg(long, global = true, env = "STUDIOGATE_CONFIG")]
    pub config: Option<PathBuf>,
    #[command(subcommand)]
    pub command: Command,
}

#[derive(Clone, Debug, Subcommand)]
pub enum Command {
    /// Runs the portal
    Serve,
    /// Runs the portal on seeded data, over a local AWS and a demo OpenID provider, all on loopback
    #[cfg(feature = "demo")]
    Demo(DemoArguments),
    /// Runs the local AWS alone
    #[cfg(feature = "demo")]
    LocalAws(LocalAwsArguments),
    /// Brings the database up to date
    Migrate,
    /// The audit log
    Audit {
        #[command(subcommand)]
        command: AuditCommand,
    },
    /// Checks everything that the portal needs, and says what to do about each failure
    Doctor,
}

#[derive(Clone, Debug, Subcommand)]
pub enum AuditCommand {
    /// Verifies the sealed log; ends with an error when anything in it was changed
    Verify {
        /// A head that was kept elsewhere: proves that nothing was cut off after it was written
        #[arg(long)]
        head: Option<PathBuf>,
    },
}

#[derive(Clone, Debug, Args)]
pub struct DemoArguments {
    /// Where the portal listens; Studio, the OpenID provider and the local AWS take the ports after it, or any free ones
    #[arg(long, default_value = "127.0.0.1:3000")]
    pub listen: SocketAddr,
    /// Where everything is kept; without it, nothing outlives the process
    #[arg(long)]
    pub data_dir: Option<PathBuf>,
    /// How much faster than AWS things come up; time limits stay real
    #[arg(long, default_value_t = 1.0, value_parser = speed)]
    pub speed: f64,
    /// A CloudFormation template to offer as a product to both projects; can be given several times
    #[arg(long, num_args = 1..)]
    pub product: Vec<PathBuf>,
    /// Seeds the exports that the given templates import
    #[arg(long)]
    pub exports: bool,
    /// Keeps the portal's data in this database (postgres://...) instead of SQLite
    #[arg(long)]
    pub database_url: Option<String>,
}

#[derive(Clone, Debug, Args)]
pub struct LocalAwsArguments {
    /// Where the AWS endpoint listens; Studio and the OpenID provider take the next two ports
    #[arg(long, default_value = "127.0.0.1:4566")]
    pub listen: SocketAddr,
    /// Where the state is kept; without it, nothing outlives the process
    #[arg(long)]
    pub data_dir: Option<PathBuf>,
    /// How much faster than AWS things come up; time limits stay real
    #[arg(long, default_value_t = 1.0, value_parser = speed)]
    pub speed: f64,
    /// Starts with the organization, its accounts and roles, and without any catalog
    #[arg(long)]
    pub empty: bool,
    /// A CloudFormation template to offer as a product to both projects; can be given several times
    #[arg(long, num_args = 1..)]
    pub product: Vec<PathBuf>,
    /// Seeds the exports that the given templates import
    #[arg(long)]
    pub exports: bool,
}

fn speed(text: &str) -> Result<f64, String> {
    match text.parse::<f64>() {
        Ok(speed) if (0.01..=100_000.0).contains(&speed) => Ok(speed),
        _ => Err("a number from 0.01 to 100000".to_owned()),
    }
}
