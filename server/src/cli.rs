//! The command line.

use std::net::SocketAddr;
use std::path::PathBuf;

use clap::{Args, Parser, Subcommand, ValueEnum};

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
    /// The catalog kept as files
    Catalog {
        #[command(subcommand)]
        command: CatalogCommand,
    },
    /// The organization kept as a file
    Blueprint {
        #[command(subcommand)]
        command: BlueprintCommand,
    },
    /// Checks everything that the portal needs, and says what to do about each failure
    Doctor,
    /// Templates of products kept as files
    Template {
        #[command(subcommand)]
        command: TemplateCommand,
    },
    /// Policy documents kept as files: deciding calls by them as AWS does, and checking them
    Policy {
        #[command(subcommand)]
        command: PolicyCommand,
    },
}

const EVALUATE: &str = r#"The input:
  {"action": "sagemaker:CreateApp", "resource": "arn:...", "context": {key: [values]},
   "scps": [[document, ...], ...], "boundary": document or null, "session": [document, ...] or null,
   "identity": [document, ...]}
"scps" goes from the root to the account; [] says that the caller is not subject to service control policies, as nobody in
the management account is.

The answer:
  {"decision": "allow", "explicit_deny" or "implicit_deny",
   "decided_by": {"layer", "level", "policy", "statement"} or null, "explanation"}
Levels, policies and statements without a Sid are counted from 0; "policy" is null where a layer decided by having no Allow.

Ends with 0 whatever the decision, and with 2 when the input cannot be read: line and column are on standard error."#;

#[derive(Clone, Debug, Subcommand)]
pub enum PolicyCommand {
    /// Decides one call; reads it and the policies that apply to it from standard input, as one JSON document
    #[command(after_long_help = EVALUATE)]
    Evaluate,
    /// Says what AWS would refuse in policy documents, and what is legal in them and most likely not meant
    ///
    /// Ends with 0 when there is nothing to say, with 1 when there is, and with 2 when a file is no policy that AWS would
    /// take.
    Check(PolicyCheckArguments),
}

#[derive(Clone, Debug, Subcommand)]
pub enum CatalogCommand {
    /// Writes portfolios, products, versions, constraints, TagOptions and shares into a folder
    ///
    /// Ends with 1 when something had to be left out.
    Export(CatalogArguments),
    /// Says what would be changed so that the catalog is as the files of a folder say
    ///
    /// Ends with 0 when it is so, with 2 when there is something to change, and with 1 when anything went wrong.
    Plan(CatalogPlanArguments),
    /// Makes these changes, one after the other; what was interrupted goes on where it ended
    ///
    /// Ends with 0 when the catalog is as the files say, with 2 when it is not yet, and with 1 when anything went wrong.
    Apply {
        #[command(flatten)]
        plan: CatalogPlanArguments,
        /// Asks nothing
        #[arg(long)]
        yes: bool,
    },
}

#[derive(Clone, Debug, Args)]
pub struct CatalogArguments {
    /// The folder of catalog.toml
    pub folder: PathBuf,
    /// Who does it: the e-mail address of an admin who has signed in to the portal
    #[arg(long = "as", value_name = "EMAIL")]
    pub person: String,
    /// The region; without it, the portal's first
    #[arg(long)]
    pub region: Option<String>,
}

#[derive(Clone, Debug, Args)]
pub struct CatalogPlanArguments {
    #[command(flatten)]
    pub catalog: CatalogArguments,
    /// Also deletes portfolios, products, versions and TagOptions that the files do not describe
    #[arg(long)]
    pub delete: bool,
    #[arg(long, value_enum, default_value_t)]
    pub format: Format,
}

#[derive(Clone, Debug, Subcommand)]
pub enum BlueprintCommand {
    /// Says what would be changed so that the organization is as a file says: units, accounts, policies, tag rules
    ///
    /// Ends with 0 when it is so, with 2 when there is something to change, and with 1 when anything went wrong.
    Plan(BlueprintArguments),
    /// Makes these changes, one after the other; what was interrupted goes on where it ended
    ///
    /// Ends with 0 when the organization is as the file says, with 2 when it is not yet, and with 1 when anything went wrong.
    Apply {
        #[command(flatten)]
        plan: BlueprintArguments,
        /// Asks nothing
        #[arg(long)]
        yes: bool,
    },
}

#[derive(Clone, Debug, Args)]
pub struct BlueprintArguments {
    /// The blueprint, as blueprints/organization.toml is one
    pub file: PathBuf,
    /// Who does it: the e-mail address of an admin who has signed in to the portal
    #[arg(long = "as", value_name = "EMAIL")]
    pub person: String,
    #[arg(long, value_enum, default_value_t)]
    pub format: Format,
}

#[derive(Clone, Debug, Subcommand)]
pub enum TemplateCommand {
    /// Says what is wrong with CloudFormation templates, and what in them the portal would not offer
    ///
    /// Ends with 0 when all pass, with 1 when there is something to mend, and with 2 when a file cannot be read as a
    /// template.
    Check(TemplateCheckArguments),
}

#[derive(Clone, Debug, Args)]
pub struct TemplateCheckArguments {
    #[arg(long, value_enum, default_value_t)]
    pub format: Format,
    /// A folder of further rules in the language of CloudFormation Guard, one to a file NAME.guard
    #[arg(long)]
    pub rules: Option<PathBuf>,
    /// Asks cfn-lint too, which has to be installed; its warnings are left out
    #[arg(long)]
    pub cfn_lint: bool,
    /// The templates, in YAML or JSON; - is standard input
    #[arg(required = true)]
    pub files: Vec<PathBuf>,
}

#[derive(Clone, Debug, Args)]
pub struct PolicyCheckArguments {
    /// What the documents are used as, which decides what they may hold and how long they may be
    #[arg(long, value_enum, default_value_t)]
    pub kind: PolicyKindArgument,
    #[arg(long, value_enum, default_value_t)]
    pub format: Format,
    /// The documents; - is standard input
    #[arg(required = true)]
    pub files: Vec<PathBuf>,
}

/// What a policy document is used as.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub enum PolicyKindArgument {
    /// Service control policies
    #[default]
    Scp,
    /// Policies of users, groups and roles
    Identity,
    /// Permissions boundaries
    Boundary,
    /// Session policies
    Session,
    /// Trust policies of roles
    Trust,
}

/// How findings are written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub enum Format {
    /// A line for each, which editors find their way by
    #[default]
    Text,
    /// One JSON document
    Json,
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
    /// Throttles calls as AWS does; without it, nobody is
    #[arg(long)]
    pub call_limits: bool,
    /// A CloudFormation template to offer as a product to both projects; can be given several times
    #[arg(long, num_args = 1..)]
    pub product: Vec<PathBuf>,
    /// Seeds what the given templates want of other stacks: exports, and policies of the account
    #[arg(long, requires = "product")]
    pub exports: bool,
    /// Keeps the portal's data in this database (postgres://...) instead of SQLite
    #[arg(long)]
    pub database_url: Option<String>,
    /// Sends e-mail to the mail server that listens here, as Mailpit does at 127.0.0.1:1025; without it none is sent
    #[arg(long)]
    pub smtp: Option<SocketAddr>,
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
    /// Throttles calls as AWS does; without it, nobody is
    #[arg(long)]
    pub call_limits: bool,
    /// Starts with the organization, its accounts and roles, and without any catalog
    #[arg(long)]
    pub empty: bool,
    /// A CloudFormation template to offer as a product to both projects; can be given several times
    #[arg(long, num_args = 1..)]
    pub product: Vec<PathBuf>,
    /// Seeds what the given templates want of other stacks: exports, and policies of the account
    #[arg(long, requires = "product")]
    pub exports: bool,
}

fn speed(text: &str) -> Result<f64, String> {
    match text.parse::<f64>() {
        Ok(speed) if (0.01..=100_000.0).contains(&speed) => Ok(speed),
        _ => Err("a number from 0.01 to 100000".to_owned()),
    }
}
