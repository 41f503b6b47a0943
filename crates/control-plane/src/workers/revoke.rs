//! The steps of a revocation and of its way back. Its parts are independent: what AWS refuses for one holds up no other.

use domain::deny_policy;
use domain::environment::{Environment, LaunchTarget};
use domain::operation::{Observation, Operation, OperationKind, Plan, Step};
use domain::problem::Problem;
use domain::revocation::{CutRole, Reach, Revocation, Target};
use domain::session::RoleName;
use store::{EnvironmentFilter, PageRequest, Scope};

use super::outcome::Outcome;
use super::round::{Round, Tried};
use crate::authorize::{Authorized, Hindrance};
use crate::session::{self, Grant};
use crate::{ControlPlane, Error, Result};

/// Environments that are read at once.
const PAGE: u32 = 200;

impl ControlPlane {
    pub(super) async fn act_on_revocation(&self, operation: &Operation, it: &Revocation) -> Result<Outcome> {
        let authorized = match self.authorize_revocation(operation, it).await? {
            Ok(authorized) => authorized,
            Err(Hindrance::Refused(problem)) => return Ok(Outcome::refused(problem)),
            Err(Hindrance::TooOld(problem)) => return Ok(Outcome::new(Observation::Blocked { problem })),
        };
        match operation.step {
            Step::Check => self.check_revocation(operation, it).await,
            Step::Cut => self.cut(&authorized).await,
            Step::Lift => self.lift(&authorized).await,
            _ => Err(Error::internal("A worker was given a step that is no act", &operation.step.as_str())),
        }
    }

    /// Finds what there is to cut off. On the way back that is known.
    async fn check_revocation(&self, operation: &Operation, it: &Revocation) -> Result<Outcome> {
        let mut outcome = Outcome::new(Observation::Checked { plan: Plan::default() });
        if operation.kind == OperationKind::Revoke {
            let mut targets = it.targets.clone();
            for environment in self.met_by(it).await? {
                match targets.iter_mut().find(|target| target.environment == environment.id) {
                    // It came up, or changed, since.
                    Some(target) if target.opens_anew(&environment) => *target = Target::of(&environment),
                    Some(_) => {}
                    None => targets.push(Target::of(&environment)),
                }
            }
            outcome = outcome.with("environments", targets.len().to_string());
            outcome.changes.targets = Some(targets);
        }
        Ok(outcome)
    }

    /// The environments that the revocation is about and that are not terminated.
    async fn met_by(&self, it: &Revocation) -> Result<Vec<Environment>> {
        if let Reach::Environment { environment, .. } = &it.reach {
            return Ok(self.store().environment(environment).await?.into_iter().collect());
        }
        let filter =
            EnvironmentFilter { live: true, project: it.reach.project().cloned(), ..EnvironmentFilter::default() };
        let scope = Scope::Person(it.person.clone());
        let (mut met, mut page) = (Vec::new(), PageRequest::oldest(PAGE));
        loop {
            let found = self.store().environments(&scope, &filter, &page).await?;
            met.extend(found.items);
            match found.next {
                Some(next) => page = PageRequest::oldest(PAGE).after(Some(next)),
                None => return Ok(met),
            }
        }
    }

    /// One round over everything that is not done: the launcher first, which is the way in.
    async fn cut(&self, authorized: &Authorized<Revocation>) -> Result<Outcome> {
        let mut targets = authorized.thing().targets.clone();
        let mut round = Round::default();
        for target in targets.iter_mut().filter(|target| target.launcher.is_pending()) {
            let tried = self.cut_launcher(authorized, target).await;
            round.note(&mut target.launcher, "launcher", &target.name, tried);
        }
        for target in targets.iter_mut().filter(|target| target.execution.is_pending()) {
            let tried = self.cut_execution(authorized, target).await?;
            round.note(&mut target.execution, "execution role", &target.name, tried);
        }
        for target in targets.iter_mut().filter(|target| target.running.is_pending()) {
            let tried = self.stop_cut_off(authorized, target).await;
            round.note(&mut target.running, "apps", &target.name, tried);
        }
        Ok(round.outcome(targets, "Not everything could be cut off in AWS."))
    }

    async fn cut_launcher(&self, authorized: &Authorized<Revocation>, target: &Target) -> aws::Result<Tried> {
        let it = authorized.thing();
        let document = match (&it.reach, &target.opens) {
            (Reach::Environment { .. }, None) => return Ok(Tried::Done("There is nothing to open.".to_owned())),
            (Reach::Environment { .. }, Some(opens)) => {
                deny_policy::of_resource(&session::arn_in(self, &target.account, &target.region, opens))
            }
            _ => deny_policy::of_person(it.person.studio_user_id().as_str()),
        };
        let role = RoleName::StudiogateLauncher.as_str();
        let arn = session::role_arn(self, &target.account, role);
        let session = session::revoker(self, authorized, target, &[(&["iam:PutRolePolicy"], &[arn])]).await?;
        session.iam().put_role_policy(role, &it.policy_name(), &document).await?;
        Ok(Tried::Done("An open page stops at its next request.".to_owned()))
    }

    /// The role is found and written down first, then denied: after a crash it is known what there is to take away.
    async fn cut_execution(
        &self,
        authorized: &Authorized<Revocation>,
        target: &mut Target,
    ) -> Result<aws::Result<Tried>> {
        let Some(opens) = target.opens.clone() else {
            return Ok(Ok(Tried::Done("Nothing runs with one yet.".to_owned())));
        };
        if let Some(role) = target.execution_role.clone() {
            return Ok(self.deny_execution(authorized, target, &role, &opens).await);
        }
        let environment = self.store().environment(&target.environment).await?;
        let stack = environment.and_then(|it| it.stack_arn);
        Ok(self.find_role(target, &opens, stack.as_deref()).await.map(|found| match found {
            Found::Role(role) => {
                target.execution_role = Some(role);
                Tried::Nearer
            }
            Found::Nothing => Tried::Done("It is gone in AWS.".to_owned()),
            Found::Shared(problem) => Tried::Refused(problem),
        }))
    }

    async fn deny_execution(
        &self,
        authorized: &Authorized<Revocation>,
        target: &Target,
        role: &CutRole,
        opens: &LaunchTarget,
    ) -> aws::Result<Tried> {
        let document = match opens {
            LaunchTarget::Studio { user_profile_name, .. } if !role.own => deny_policy::of_person(user_profile_name),
            _ => deny_policy::of_role(),
        };
        let grant: Grant<'_> = (&["iam:PutRolePolicy", "iam:GetRole"], std::slice::from_ref(&role.arn));
        let iam = session::revoker(self, authorized, target, &[grant]).await?.iam();
        match iam.put_role_policy(role.name(), &authorized.thing().policy_name(), &document).await {
            Err(aws::Error::Denied(_)) if !iam.has_role(role.name()).await? => {
                return Ok(Tried::Done("It is gone in AWS.".to_owned()));
            }
            put => put?,
        }
        // How long what was given out stays valid is worth knowing, and nothing fails without it.
        let lives = match iam.max_session_seconds(role.name()).await {
            Ok(seconds) => format!(" What it gave out before is valid for at most {} more.", hours(seconds)),
            Err(_) => String::new(),
        };
        Ok(Tried::Done(format!("AWS refuses every call with its credentials.{lives}")))
    }

    /// The role that acts inside, and whether it can be denied without meeting anybody else.
    async fn find_role(&self, target: &Target, opens: &LaunchTarget, stack: Option<&str>) -> aws::Result<Found> {
        let session = session::observer(self, &target.account, &target.region).await?;
        let found = match opens {
            LaunchTarget::Studio { domain_id, user_profile_name } => {
                studio_role(&session.sagemaker(), domain_id, user_profile_name).await
            }
            LaunchTarget::NotebookInstance { name } => {
                session.sagemaker().describe_notebook_instance(name).await.map(|it| (it.role, false))
            }
        };
        let (arn, names_profiles) = match found {
            Ok((Some(arn), names)) => (arn, names),
            Ok((None, _)) | Err(aws::Error::NotFound(_)) => return Ok(Found::Nothing),
            Err(error) => return Err(error),
        };
        let name = arn.rsplit('/').next().unwrap_or(&arn);
        let own = match stack {
            Some(stack) => match session.cloudformation().stack_resources(stack).await {
                Ok(resources) => resources
                    .iter()
                    .any(|r| r.resource_type == "AWS::IAM::Role" && r.physical_id.as_deref() == Some(name)),
                Err(aws::Error::NotFound(_)) => false,
                Err(error) => return Err(error),
            },
            None => false,
        };
        if own || names_profiles {
            return Ok(Found::Role(CutRole { arn, own }));
        }
        Ok(Found::Shared(Problem::new(
            "The execution role cannot be denied to one person.",
            format!("{name} is shared, and its sessions do not say for whom they are."),
            "What ran with it is stopped. Credentials that were taken out of it stay valid until they end. Set \
             ExecutionRoleIdentityConfig to USER_PROFILE_NAME in the Studio domain, or give each environment a role of its own.",
        )))
    }

    /// Deletes apps, stops notebook instances. Spaces and their files stay.
    async fn stop_cut_off(&self, authorized: &Authorized<Revocation>, target: &Target) -> aws::Result<Tried> {
        match &target.opens {
            None => Ok(Tried::Done("Nothing runs.".to_owned())),
            Some(LaunchTarget::Studio { domain_id, user_profile_name }) => {
                let apps = session::arn_of_kind(self, target, &format!("app/{domain_id}/*"));
                let all = ["*".to_owned()];
                let lists: Grant<'_> = (&["sagemaker:ListApps", "sagemaker:ListSpaces"], &all);
                let grants = [lists, (&["sagemaker:DeleteApp"], &[apps])];
                let sagemaker = session::revoker(self, authorized, target, &grants).await?.sagemaker();
                delete_apps(&sagemaker, domain_id, user_profile_name).await
            }
            Some(LaunchTarget::NotebookInstance { name }) => {
                let arn = session::arn_of_kind(self, target, &format!("notebook-instance/{}", name.to_lowercase()));
                let acts: &[&str] = &["sagemaker:DescribeNotebookInstance", "sagemaker:StopNotebookInstance"];
                let sagemaker = session::revoker(self, authorized, target, &[(acts, &[arn])]).await?.sagemaker();
                stop_notebook(&sagemaker, name).await
            }
        }
    }

    /// Takes the deny policies away, whether or not they are known to be there.
    async fn lift(&self, authorized: &Authorized<Revocation>) -> Result<Outcome> {
        let policy = authorized.thing().policy_name();
        let mut targets = authorized.thing().targets.clone();
        let mut round = Round::default();
        for target in &mut targets {
            if target.launcher.is_pending() {
                let role = RoleName::StudiogateLauncher.as_str().to_owned();
                let arn = session::role_arn(self, &target.account, &role);
                let tried = self.take_away(authorized, target, (&role, &arn), &policy).await?;
                round.note(&mut target.launcher, "launcher", &target.name, tried);
            }
            if target.execution.is_pending() {
                let tried = match target.execution_role.clone() {
                    None => Ok(Tried::Done("Nothing was denied.".to_owned())),
                    Some(role) => self.take_away(authorized, target, (role.name(), &role.arn), &policy).await?,
                };
                round.note(&mut target.execution, "execution role", &target.name, tried);
            }
        }
        Ok(round.outcome(targets, "Not everything could be given back in AWS."))
    }

    async fn take_away(
        &self,
        authorized: &Authorized<Revocation>,
        target: &Target,
        (role, arn): (&str, &str),
        policy: &str,
    ) -> Result<aws::Result<Tried>> {
        let grant: Grant<'_> = (&["iam:DeleteRolePolicy", "iam:GetRole"], &[arn.to_owned()]);
        let session = match session::revoker(self, authorized, target, &[grant]).await {
            Ok(session) => session,
            Err(error @ aws::Error::Denied(_)) => {
                // An account that has left the organization is out of reach for good: nobody stays cut off for that.
                let environment = self.store().environment(&target.environment).await?;
                let left = match &environment {
                    Some(environment) => self.has_left(environment).await?,
                    None => false,
                };
                let gone = || Tried::Done("The account is no longer in the organization.".to_owned());
                return Ok(if left { Ok(gone()) } else { Err(error) });
            }
            Err(error) => return Ok(Err(error)),
        };
        Ok(delete_policy(&session.iam(), role, policy).await.map(|was_there| {
            let note = if was_there { "The deny policy is taken away." } else { "No deny policy is there." };
            Tried::Done(note.to_owned())
        }))
    }

    /// Takes the deny policies of revocations off the role that goes with the environment's stack: IAM deletes no role that has
    /// a policy which its stack does not know. The apps are gone by then, and the launcher stays denied.
    pub(super) async fn free_role(&self, environment: &Authorized<Environment>) -> Result<aws::Result<()>> {
        let it = environment.thing();
        for revocation in self.store().revocations_in_force(&it.owner).await? {
            let target = revocation.targets.iter().find(|target| target.environment == it.id);
            let Some(role) = target.and_then(|t| t.execution_role.as_ref()).filter(|role| role.own) else { continue };
            let freed = match session::freer(self, environment, &role.arn).await {
                Ok(session) => delete_policy(&session.iam(), role.name(), &revocation.policy_name()).await,
                Err(error) => Err(error),
            };
            if let Err(error) = freed {
                return Ok(Err(error));
            }
        }
        Ok(Ok(()))
    }
}

/// `false` where neither it nor its role is there any more.
async fn delete_policy(iam: &aws::Iam, role: &str, policy: &str) -> aws::Result<bool> {
    match iam.delete_role_policy(role, policy).await {
        Err(aws::Error::Denied(_)) if !iam.has_role(role).await? => Ok(false),
        deleted => deleted,
    }
}

/// What was found of the role that acts inside.
enum Found {
    Role(CutRole),
    /// The profile or the instance is gone.
    Nothing,
    /// Others act as it too, and its sessions do not tell them apart.
    Shared(Problem),
}

/// The profile's execution role, or its domain's; and whether sessions carry the profile's name.
async fn studio_role(sagemaker: &aws::SageMaker, domain: &str, profile: &str) -> aws::Result<(Option<String>, bool)> {
    let own = sagemaker.describe_user_profile(domain, profile).await?.execution_role;
    let domain = sagemaker.describe_domain(domain).await?;
    Ok((own.or(domain.execution_role), domain.names_profiles))
}

async fn delete_apps(sagemaker: &aws::SageMaker, domain: &str, profile: &str) -> aws::Result<Tried> {
    let mut apps = sagemaker.list_apps(domain, Some(profile), None).await?;
    for space in sagemaker.list_spaces(domain, None).await? {
        if space.owner.as_deref().is_some_and(|owner| owner.eq_ignore_ascii_case(profile)) {
            apps.extend(sagemaker.list_apps(domain, None, Some(&space.name)).await?);
        }
    }
    apps.retain(|app| !app.status.is_deleted());
    for app in apps.iter().filter(|app| !app.status.is_deleting()) {
        match sagemaker.delete_app(app.reference()).await {
            Ok(()) | Err(aws::Error::NotFound(_) | aws::Error::Conflict(_)) => {}
            Err(error) => return Err(error),
        }
    }
    Ok(if apps.is_empty() {
        Tried::Done("No app runs. Spaces and their files stay.".to_owned())
    } else {
        Tried::Waiting
    })
}

async fn stop_notebook(sagemaker: &aws::SageMaker, name: &str) -> aws::Result<Tried> {
    let done = |note: &str| Ok(Tried::Done(note.to_owned()));
    let found = match sagemaker.describe_notebook_instance(name).await {
        Ok(found) => found,
        Err(aws::Error::NotFound(_)) => return done("It is gone in AWS."),
        Err(error) => return Err(error),
    };
    match found.status.as_str() {
        "InService" => sagemaker.stop_notebook_instance(name).await.map(|()| Tried::Waiting),
        "Pending" | "Stopping" | "Updating" => Ok(Tried::Waiting),
        _ => done("The notebook instance does not run. Its disk stays."),
    }
}

fn hours(seconds: u32) -> String {
    match seconds.div_ceil(3_600) {
        1 => "1 hour".to_owned(),
        hours => format!("{hours} hours"),
    }
}
