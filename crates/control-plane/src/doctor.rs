//! What stands between this installation and a launch, each with what to do about it.

use std::collections::BTreeSet;
use std::path::Path;

use domain::audit::Head;
use domain::id::{AccountId, Region};
use domain::problem::chain;
use domain::session::RoleName;
use store::Store;

use crate::{ControlPlane, session};

/// The role that launch constraints name, unless a product has one of its own.
pub(crate) const LAUNCH_ROLE: &str = "StudiogateLaunchRole";
/// The id of no domain.
const NO_DOMAIN: &str = "d-studiogate000";
const HUB: &str = "Apply deploy/hub.yaml in the shared-services account, and compare the external id.";
const SPOKE: &str = "Apply deploy/spoke.yaml in the account, and compare the external id and the hub's account.";

/// How a check ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Level {
    Good,
    /// The portal runs, and something is missing for which people will ask.
    Warning,
    Failed,
}

/// One line of `doctor`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Check {
    pub name: String,
    pub level: Level,
    pub detail: String,
    /// Empty when it is well.
    pub what_to_do: String,
}

impl Check {
    pub fn good(name: impl Into<String>, detail: impl Into<String>) -> Self {
        Self { name: name.into(), level: Level::Good, detail: detail.into(), what_to_do: String::new() }
    }

    pub fn warning(name: impl Into<String>, detail: impl Into<String>, what_to_do: impl Into<String>) -> Self {
        Self { name: name.into(), level: Level::Warning, detail: detail.into(), what_to_do: what_to_do.into() }
    }

    pub fn failed(name: impl Into<String>, detail: impl Into<String>, what_to_do: impl Into<String>) -> Self {
        Self { name: name.into(), level: Level::Failed, detail: detail.into(), what_to_do: what_to_do.into() }
    }

    fn of<T>(name: String, result: aws::Result<T>, detail: impl Fn(&T) -> String, what_to_do: &str) -> Self {
        match result {
            Ok(value) => Self::good(name, detail(&value)),
            Err(error) => Self::failed(name, error.to_string(), what_to_do),
        }
    }
}

/// Whether the database answers and has the schema of this version.
pub async fn check_database(store: &Store) -> Vec<Check> {
    if let Err(error) = store.ping().await {
        let what_to_do = "Check database.url and that the server runs; `studiogate migrate` makes a SQLite file.";
        return vec![Check::failed("database", chain(&error), what_to_do)];
    }
    let schema = match store.schema().await {
        Err(error) => Check::failed("database schema", chain(&error), "Check what the database's user may read."),
        Ok(schema) if schema.unknown > 0 => Check::failed(
            "database schema",
            format!("{} migrations are of a newer version", schema.unknown),
            "Run the version of studiogate that made them, or a newer one.",
        ),
        Ok(schema) if schema.missing > 0 => Check::failed(
            "database schema",
            format!("{} migrations are missing", schema.missing),
            "Run `studiogate migrate`.",
        ),
        Ok(_) => Check::good("database schema", "up to date"),
    };
    vec![Check::good("database", store.backend_name()), schema]
}

impl ControlPlane {
    /// Looks at the hub, every role in every account, and the audit head. For the command line.
    pub async fn doctor(&self) -> Vec<Check> {
        let hub = self.aws().hub_identity().await;
        let mut checks = vec![Check::of(
            "hub identity".to_owned(),
            hub,
            |who| format!("{} in {}", who.arn, who.account),
            "Apply deploy/hub.yaml, and give the portal credentials of StudiogateHub: an instance or task role, or AWS_* in \
             its environment.",
        )];
        for region in &self.settings().regions {
            checks.push(Check::of(
                format!("StudiogateCurator in {region}"),
                match session::curator(self, region).await {
                    Ok(session) => session.service_catalog().list_portfolios().await,
                    Err(error) => Err(error),
                },
                |portfolios| format!("{} portfolios", portfolios.len()),
                HUB,
            ));
        }
        checks.push(self.check_organizer().await);
        checks.extend(self.check_accounts().await);
        checks.push(self.check_head().await);
        checks.push(self.check_mail().await);
        checks
    }

    async fn check_mail(&self) -> Check {
        let Some(mailer) = &self.settings().mailer else {
            let what_to_do =
                "Set mail.server and mail.from, or leave it: people read what they are told in the portal.";
            return Check::warning("mail", "no mail is sent", what_to_do);
        };
        match mailer.check().await {
            Ok(()) => Check::good("mail", "the mail server takes mail"),
            Err(why) => Check::failed("mail", why, "Check mail.server, mail.tls and the password."),
        }
    }

    /// Nothing is provisioned with it: the portal runs without.
    async fn check_organizer(&self) -> Check {
        let organization = match session::organizer(self).await {
            Ok(session) => session.organizations().describe_organization().await,
            Err(error) => Err(error),
        };
        match organization {
            Ok(_) => Check::good("StudiogateOrganizer", "reads the organization"),
            Err(error) => Check::warning(
                "StudiogateOrganizer",
                error.to_string(),
                "Apply deploy/organizer.yaml in the management account or the delegated administrator's, and set \
                 aws.organization_account to it: without it no page tells what the organization forbids.",
            ),
        }
    }

    async fn check_accounts(&self) -> Vec<Check> {
        let accounts = match self.store().all_project_accounts().await {
            Ok(accounts) => accounts,
            Err(error) => return vec![Check::failed("project accounts", chain(&error), "See the database.")],
        };
        let places: BTreeSet<_> = accounts.into_iter().map(|a| (a.account, a.region)).collect();
        if places.is_empty() {
            let what_to_do = "An admin enters projects and their accounts on the pages under Administration.";
            return vec![Check::warning("project accounts", "there are none: nothing can be requested", what_to_do)];
        }
        let mut checks = Vec::new();
        for (account, region) in places {
            checks.extend(self.check_account(&account, &region).await);
        }
        checks
    }

    async fn check_account(&self, account: &AccountId, region: &Region) -> Vec<Check> {
        let mut checks = Vec::new();
        for role in RoleName::IN_PROJECT_ACCOUNTS {
            let who = match session::system(self, account, region, role).await {
                Ok(session) => session.caller_identity().await,
                Err(error) => Err(error),
            };
            let name = format!("{} in {account}, {region}", role.as_str());
            checks.push(Check::of(name, who, |who| who.arn.clone(), SPOKE));
        }
        let observer = session::observer(self, account, region).await;
        let shares = match &observer {
            Ok(session) => session.service_catalog().list_accepted_shares().await,
            Err(error) => Err(error.clone()),
        };
        let name = format!("Service Catalog in {account}, {region}");
        let share = "Share the portfolios to the account and associate StudiogateProvisioner as a principal.";
        checks.push(match shares {
            Ok(shares) if shares.is_empty() => Check::warning(name, "no portfolio is shared to it", share),
            shares => Check::of(name, shares, |shares| format!("{} portfolios are shared to it", shares.len()), SPOKE),
        });
        let role = match &observer {
            Ok(session) => session.iam().role(LAUNCH_ROLE).await,
            Err(error) => Err(error.clone()),
        };
        let name = format!("{LAUNCH_ROLE} in {account}, {region}");
        checks.push(match role {
            Ok(None) => Check::warning(name, "there is no such role", SPOKE),
            role => Check::of(name, role, |role| role.as_ref().map(|role| role.arn.clone()).unwrap_or_default(), SPOKE),
        });
        let reach = match &observer {
            Ok(session) => session.sagemaker().describe_domain(NO_DOMAIN).await.map(drop),
            Err(error) => Err(error.clone()),
        };
        checks.push(Check::of(
            format!("SageMaker in {account}, {region}"),
            // That there is no such domain is the answer of somebody who may ask.
            reach.or_else(|error| if matches!(error, aws::Error::NotFound(_)) { Ok(()) } else { Err(error) }),
            |()| "answers".to_owned(),
            "Apply deploy/spoke.yaml in the account, and check that the region offers SageMaker and can be reached.",
        ));
        checks
    }

    /// Whether the head that was written elsewhere is one of this log.
    async fn check_head(&self) -> Check {
        let name = "audit head";
        let Some(path) = &self.settings().audit_head_file else {
            return Check::warning(
                name,
                "kept in the database alone",
                "Set audit.head_file to a file on other storage: without it, a cut-off log cannot be told from a short one.",
            );
        };
        let head = match read_head(path) {
            Ok(Some(head)) => head,
            Ok(None) => {
                let what_to_do =
                    "The portal writes it with the first events; check that its folder is there and writable.";
                return Check::warning(name, format!("{} is not written yet", path.display()), what_to_do);
            }
            Err(why) => {
                let what_to_do = "Look at who wrote it; the portal writes it anew with the next events.";
                return Check::failed(name, format!("{}: {why}", path.display()), what_to_do);
            }
        };
        let block = self.store().audit_blocks(head.height - 1, 1).await;
        match block.map(|blocks| blocks.into_iter().find(|(height, _)| *height == head.height)) {
            Ok(Some((_, Ok(block)))) if block.hash == head.hash => {
                Check::good(name, format!("{}: block {}, as in the log", path.display(), head.height))
            }
            Ok(_) => Check::failed(
                name,
                format!("{}: its block {} is not in the log as it was", path.display(), head.height),
                "Run `studiogate audit verify --head` with it: the log was cut off or rewritten, or the file is of another log.",
            ),
            Err(error) => Check::failed(name, chain(&error), "See the database."),
        }
    }
}

fn read_head(path: &Path) -> Result<Option<Head>, String> {
    match std::fs::read(path) {
        Ok(bytes) => serde_json::from_slice(&bytes).map(Some).map_err(|error| format!("it is no head: {error}")),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(error.to_string()),
    }
}
