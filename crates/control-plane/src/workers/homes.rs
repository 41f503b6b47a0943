//! What SageMaker made for a domain and leaves when the domain goes with its stack: the home file system, its mount targets and
//! two security groups. See `docs/decisions/0008`.

use aws::ec2::OF_DOMAIN;
use aws::efs::FileSystem;
use chrono::TimeDelta;
use domain::environment::{Environment, Leaves};
use domain::home::{Files, Home, HomeStanding, Homes};
use domain::operation::{Observation, Operation, Step};
use domain::problem::Problem;

use super::outcome::Outcome;
use crate::authorize::Authorized;
use crate::session::{self, arn_of_domain};
use crate::{ControlPlane, Result};

/// The network interface of a mount target can be there for a while after it; a group that is in use longer is somebody else's by
/// now, and stays.
const LINGERS: TimeDelta = TimeDelta::minutes(10);

/// Why a home is not gone on with.
enum Halt {
    Aws(aws::Error),
    /// It is not proven to be the domain's.
    Strange(Problem),
}

impl From<aws::Error> for Halt {
    fn from(error: aws::Error) -> Self {
        Self::Aws(error)
    }
}

impl Halt {
    /// Whether nothing but somebody's help changes it.
    fn is_final(&self) -> bool {
        match self {
            Self::Aws(error) => !error.is_retryable(),
            Self::Strange(_) => true,
        }
    }

    fn outcome(self) -> Outcome {
        match self {
            Self::Aws(error) => error.into(),
            Self::Strange(problem) => Outcome::refused(problem),
        }
    }
}

/// What was asked to go in a round, also one that broke off.
#[derive(Debug, Default)]
struct Asked {
    mount_targets: Vec<String>,
    groups: Vec<String>,
    file_systems: Vec<String>,
}

impl Asked {
    fn told(self, mut outcome: Outcome) -> Outcome {
        for (what, ids) in [
            ("mount_targets_deleted", self.mount_targets),
            ("security_groups_deleted", self.groups),
            ("file_systems_deleted", self.file_systems),
        ] {
            if !ids.is_empty() {
                outcome = outcome.acted(what, ids.join(", "));
            }
        }
        outcome
    }
}

impl ControlPlane {
    /// The homes of an environment with those of the stack's domains: while a domain stands it says which its home is;
    /// afterwards the tag does that SageMaker gave the file system.
    pub(super) async fn homes_with(
        &self,
        it: &Environment,
        session: &aws::Session,
        domains: impl Iterator<Item = &String>,
    ) -> aws::Result<Homes> {
        let mut homes = it.homes.clone();
        for domain in domains {
            if homes.all.iter().any(|home| home.domain == *domain) {
                continue;
            }
            let home = |file_system: String, kms_key| Home {
                domain: domain.clone(),
                file_system,
                kms_key,
                standing: HomeStanding::Attached,
            };
            match session.sagemaker().describe_domain(domain).await {
                Ok(found) => {
                    if let Some(id) = found.home_file_system {
                        homes.learn(home(id, None));
                    }
                }
                Err(aws::Error::NotFound(_)) => {
                    let arn = arn_of_domain(self, it, domain);
                    for found in session.efs().file_systems_tagged(OF_DOMAIN, &arn).await? {
                        homes.learn(home(found.id, found.kms_key));
                    }
                }
                Err(error) => return Err(error),
            }
        }
        Ok(homes)
    }

    /// What is next when the stack is gone, or could not be deleted, by what its domains leave.
    pub(super) async fn then_homes(&self, it: &Environment, mut outcome: Outcome) -> Result<Outcome> {
        let homes = outcome.changes.homes.as_ref().unwrap_or(&it.homes);
        if it.leaves == Leaves::Everything || !homes.are_open() {
            return Ok(outcome);
        }
        match outcome.observation {
            Observation::Done | Observation::Gone => outcome.observation = Observation::Onward,
            Observation::RecordFailed { problem } if homes.all.iter().any(is_attached) => {
                outcome.observation = match self.have_domains_gone(it, homes).await {
                    Ok(true) => Observation::HeldUp { problem },
                    Err(error) if error.is_retryable() => return Ok(error.into()),
                    Ok(false) | Err(_) => Observation::RecordFailed { problem },
                };
            }
            _ => {}
        }
        Ok(outcome)
    }

    async fn have_domains_gone(&self, it: &Environment, homes: &Homes) -> aws::Result<bool> {
        let sagemaker = session::observer(self, &it.account, &it.region).await?.sagemaker();
        for home in homes.all.iter().filter(|home| is_attached(home)) {
            match sagemaker.describe_domain(&home.domain).await {
                Err(aws::Error::NotFound(_)) => {}
                Ok(_) => return Ok(false),
                Err(error) => return Err(error),
            }
        }
        Ok(true)
    }

    /// Asks for the deletion of mount targets and security groups until none is left, of homes whose domain is gone.
    pub(super) async fn detach_homes(
        &self,
        operation: &Operation,
        environment: &Authorized<Environment>,
    ) -> Result<Outcome> {
        let it = environment.thing();
        let mut homes = it.homes.clone();
        homes.files.get_or_insert(Files::Keep);
        let (mut left, mut asked, mut halted) = (0, Asked::default(), None);
        for home in homes.all.iter_mut().filter(|home| is_attached(home)) {
            match self.detach(operation, environment, home, &mut asked).await {
                Ok(count) => left += count,
                // What AWS does not let go of is left, as an admin wanted it.
                Err(halt) if halt.is_final() && it.leaves == Leaves::Undeletable => {}
                Err(halt) => {
                    halted = Some(halt);
                    break;
                }
            }
        }
        let detached = homes.all.iter().any(|home| !is_attached(home));
        let deletes = homes.files == Some(Files::Delete);
        let open = deletes && homes.kept().any(|home| !is_attached(home));
        let kept: Vec<String> = homes.kept().map(|home| home.file_system.clone()).collect();
        let mut outcome = match (halted, &operation.step) {
            (Some(halt), _) => halt.outcome(),
            (None, _) if left > 0 => Outcome::new(Observation::AppsRemain { count: left }),
            // Nothing went out of the stack's way: it failed for another reason.
            (None, Step::DetachHomes { held_up: Some(problem), .. }) if !detached => {
                Outcome::new(Observation::RecordFailed { problem: problem.clone() })
            }
            (None, _) if open => Outcome::new(Observation::Onward),
            (None, _) if kept.is_empty() => Outcome::new(Observation::Done),
            (None, _) => Outcome::new(Observation::Done).with("file_systems_kept", kept.join(", ")),
        };
        outcome.changes.homes = Some(homes);
        Ok(asked.told(outcome))
    }

    /// One home; answers how much of it is left.
    async fn detach(
        &self,
        operation: &Operation,
        environment: &Authorized<Environment>,
        home: &mut Home,
        asked: &mut Asked,
    ) -> Result<u32, Halt> {
        let it = environment.thing();
        let session = session::remover(self, environment, home).await?;
        match session.sagemaker().describe_domain(&home.domain).await {
            Err(aws::Error::NotFound(_)) => {}
            Ok(domain) if domain.status.is_deleting() => return Ok(1),
            // It is retained by the template, or AWS could not delete it: its home is not pulled away from it.
            Ok(_) => return Ok(0),
            Err(error) => return Err(error.into()),
        }
        let (efs, ec2) = (session.efs(), session.ec2(&self.aws().config().partition));
        let arn = arn_of_domain(self, it, &home.domain);
        let mut standing = HomeStanding::Deleted;
        match efs.describe_file_system(&home.file_system).await {
            Err(aws::Error::NotFound(_)) => {}
            Err(error) => return Err(error.into()),
            Ok(found) => {
                belongs(&found, &arn)?;
                home.kms_key.clone_from(&found.kms_key);
                standing = HomeStanding::Detached;
                let targets = efs.mount_targets(&home.file_system).await?;
                for target in targets.iter().filter(|target| !target.is_deleting) {
                    told(efs.delete_mount_target(&target.id).await, &mut asked.mount_targets, &target.id)?;
                }
                if !targets.is_empty() {
                    return Ok(u32::try_from(targets.len()).unwrap_or(u32::MAX));
                }
            }
        }
        let groups = ec2.groups_of_domain(&home.domain, &arn).await?;
        // Each of the two has rules that name the other.
        for group in &groups {
            ec2.revoke_rules(group).await.or_else(gone)?;
        }
        let mut used = 0;
        for group in &groups {
            match ec2.delete_group(group).await {
                Err(aws::Error::Conflict(_)) => used += 1,
                result => told(result, &mut asked.groups, group)?,
            }
        }
        if used > 0 && self.now() - operation.step_entered_at < LINGERS {
            return Ok(used);
        }
        home.standing = standing;
        Ok(0)
    }

    /// Asks for the deletion of the file systems, with everything in them, until none is left.
    pub(super) async fn delete_homes(&self, environment: &Authorized<Environment>) -> Result<Outcome> {
        let it = environment.thing();
        let mut homes = it.homes.clone();
        if homes.files != Some(Files::Delete) {
            return Ok(Outcome::new(Observation::Done));
        }
        let (mut left, mut asked, mut halted) = (0, Asked::default(), None);
        for home in homes.all.iter_mut().filter(|home| home.standing == HomeStanding::Detached) {
            match self.delete_home(environment, home, &mut asked).await {
                Ok(count) => left += count,
                Err(halt) if halt.is_final() && it.leaves == Leaves::Undeletable => {}
                Err(halt) => {
                    halted = Some(halt);
                    break;
                }
            }
        }
        let mut outcome = match halted {
            // Somebody mounts it anew: as long as that lasts, nothing is lost but time.
            Some(Halt::Aws(error @ aws::Error::Conflict(_))) => Outcome::trouble(error.problem()),
            Some(halt) => halt.outcome(),
            None if left > 0 => Outcome::new(Observation::AppsRemain { count: left }),
            None => Outcome::new(Observation::Done),
        };
        outcome.changes.homes = Some(homes);
        Ok(asked.told(outcome))
    }

    async fn delete_home(
        &self,
        environment: &Authorized<Environment>,
        home: &mut Home,
        asked: &mut Asked,
    ) -> Result<u32, Halt> {
        let efs = session::remover(self, environment, home).await?.efs();
        match efs.describe_file_system(&home.file_system).await {
            Err(aws::Error::NotFound(_)) => {
                home.standing = HomeStanding::Deleted;
                Ok(0)
            }
            Err(error) => Err(error.into()),
            Ok(found) if found.is_deleting => Ok(1),
            Ok(found) => {
                belongs(&found, &arn_of_domain(self, environment.thing(), &home.domain))?;
                told(efs.delete_file_system(&home.file_system).await, &mut asked.file_systems, &home.file_system)?;
                Ok(1)
            }
        }
    }
}

fn is_attached(home: &Home) -> bool {
    home.standing == HomeStanding::Attached
}

/// Nothing is deleted on the strength of an id alone.
fn belongs(found: &FileSystem, domain_arn: &str) -> Result<(), Halt> {
    let tag = found.tags.get(OF_DOMAIN);
    if tag.is_some_and(|tag| tag == domain_arn) {
        return Ok(());
    }
    let says = tag.map_or_else(|| "has no such tag".to_owned(), |tag| format!("has {tag} there"));
    Err(Halt::Strange(Problem::new(
        "The home file system was left as it is.",
        format!(
            "SageMaker tags a home file system with its domain ({OF_DOMAIN}); {} {says} instead of {domain_arn}.",
            found.id
        ),
        "Have the platform team look at the file system. To go on without it, an admin terminates the environment and leaves what \
         AWS cannot delete.",
    )))
}

/// Adds the id to those that are asked to go, unless AWS refused. What is gone already may be so by the first of two calls whose
/// answer was lost.
fn told(result: aws::Result<()>, ids: &mut Vec<String>, id: &str) -> aws::Result<()> {
    match &result {
        Ok(()) | Err(aws::Error::NotFound(_) | aws::Error::Unavailable { .. }) => ids.push(id.to_owned()),
        Err(_) => {}
    }
    result.or_else(gone)
}

fn gone(error: aws::Error) -> aws::Result<()> {
    if matches!(error, aws::Error::NotFound(_)) { Ok(()) } else { Err(error) }
}
