//! What stands between this installation and a launch, each with what to do about it.

use std::collections::BTreeSet;

use domain::session::RoleName;

use crate::{ControlPlane, session};

/// The id of no domain.
const NO_DOMAIN: &str = "d-studiogate000";

/// One line of `doctor`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Check {
    pub name: String,
    pub ok: bool,
    pub detail: String,
    /// Empty when it is well.
    pub what_to_do: String,
}

impl Check {
    fn good(name: impl Into<String>, detail: impl Into<String>) -> Self {
        Self { name: name.into(), ok: true, detail: detail.into(), what_to_do: String::new() }
    }

    fn bad(name: impl Into<String>, detail: impl Into<String>, what_to_do: impl Into<String>) -> Self {
        Self { name: name.into(), ok: false, detail: detail.into(), what_to_do: what_to_do.into() }
    }

    fn of<T>(name: String, result: aws::Result<T>, detail: impl Fn(&T) -> String, what_to_do: &str) -> Self {
        match result {
            Ok(value) => Self::good(name, detail(&value)),
            Err(error) => Self::bad(name, error.to_string(), what_to_do),
        }
    }
}

impl ControlPlane {
    /// Looks at the database, the hub, every role in every account, and the audit head. For the command line.
    pub async fn doctor(&self) -> Vec<Check> {
        let mut checks = vec![match self.store().ping().await {
            Ok(()) => Check::good("database", self.store().backend_name()),
            Err(error) => {
                Check::bad("database", error.to_string(), "Check STUDIOGATE_DATABASE_URL and that the server runs.")
            }
        }];
        let hub = self.aws().hub_identity().await;
        checks.push(Check::of(
            "hub identity".to_owned(),
            hub,
            |who| format!("{} in {}", who.arn, who.account),
            "Give the portal credentials of StudiogateHub: an instance or task role, or AWS_* in its environment.",
        ));
        for region in &self.settings().regions {
            checks.push(Check::of(
                format!("StudiogateCurator in {region}"),
                match session::curator(self, region).await {
                    Ok(session) => session.service_catalog().list_portfolios().await,
                    Err(error) => Err(error),
                },
                |portfolios| format!("{} portfolios", portfolios.len()),
                "Apply deploy/shared-services.yaml in the shared-services account, and compare the external id.",
            ));
        }
        checks.push(Check::of(
            "StudiogateOrganizer".to_owned(),
            match session::organizer(self).await {
                Ok(session) => session.organizations().describe_organization().await,
                Err(error) => Err(error),
            },
            |organization| format!("reads the organization {}", organization.id),
            "Apply deploy/organizer.yaml in the management account or a delegated administrator, and name that account in \
             aws.organization_account: without it no page tells what the organization forbids.",
        ));
        checks.extend(self.check_accounts().await);
        checks.push(match &self.settings().audit_head_file {
            Some(path) => Check::good("audit head", format!("written to {}", path.display())),
            None => Check::bad(
                "audit head",
                "kept in the database alone",
                "Configure an audit head file on other storage: without it, a cut-off log cannot be told from a short one.",
            ),
        });
        checks
    }

    async fn check_accounts(&self) -> Vec<Check> {
        let accounts = match self.store().all_project_accounts().await {
            Ok(accounts) => accounts,
            Err(error) => return vec![Check::bad("project accounts", error.to_string(), "See the database.")],
        };
        let places: BTreeSet<_> = accounts.into_iter().map(|a| (a.account, a.region)).collect();
        let mut checks = Vec::new();
        for (account, region) in places {
            for role in [RoleName::StudiogateProvisioner, RoleName::StudiogateLauncher, RoleName::StudiogateObserver] {
                let who = match session::system(self, &account, &region, role).await {
                    Ok(session) => session.caller_identity().await,
                    Err(error) => Err(error),
                };
                checks.push(Check::of(
                    format!("{} in {account}, {region}", role.as_str()),
                    who,
                    |who| who.arn.clone(),
                    "Apply deploy/spoke.yaml in the account, and compare the external id and the hub's account.",
                ));
            }
            let observer = session::observer(self, &account, &region).await;
            let reach = match &observer {
                Ok(session) => session.service_catalog().list_accepted_shares().await,
                Err(error) => Err(error.clone()),
            };
            checks.push(Check::of(
                format!("Service Catalog in {account}, {region}"),
                reach,
                |shares| format!("{} portfolios are shared to it", shares.len()),
                "Share the portfolios to the account and associate StudiogateProvisioner as a principal.",
            ));
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
        }
        checks
    }
}
