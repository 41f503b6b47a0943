//! Sessions that a transfer acts with: in Service Catalog, and for the tag that says whose a thing is.

use aws::Session;
use domain::action::Action;
use domain::environment::{Environment, LaunchTarget};
use domain::person::StudioUserId;
use domain::session::{RoleName, SessionTags};

use super::{arn_of, not_sent, open, open_as, tags_of};
use crate::ControlPlane;
use crate::authorize::Authorized;

/// A session of `StudiogateProvisioner` that makes somebody else the owner of a provisioned product. Those have no ARN in IAM.
pub(crate) async fn giver(plane: &ControlPlane, environment: &Authorized<Environment>) -> aws::Result<Session> {
    if environment.action() != Action::TransferEnvironment {
        return Err(not_sent("it was something else that was allowed"));
    }
    let actions = ["servicecatalog:DescribeProvisionedProduct", "servicecatalog:UpdateProvisionedProductProperties"];
    open(plane, environment, RoleName::StudiogateProvisioner, &[(&actions, &["*".to_owned()])]).await
}

/// A session of `StudiogateProvisioner` that writes the next owner on what is opened. `holder`: whom its tag names now; the
/// session is for them, and says whom it is given to.
pub(crate) async fn owner_tagger(
    plane: &ControlPlane,
    environment: &Authorized<Environment>,
    target: &LaunchTarget,
    holder: Option<&StudioUserId>,
    next: &StudioUserId,
) -> aws::Result<Session> {
    if environment.action() != Action::TransferEnvironment {
        return Err(not_sent("it was something else that was allowed"));
    }
    let it = environment.thing();
    let whose = SessionTags {
        studiouserid: holder.unwrap_or(next).clone(),
        studionextowner: holder.map(|_| next.clone()),
        ..tags_of(it)
    };
    let at = (it.account.clone(), it.region.clone());
    let arn = [arn_of(plane, it, target)];
    open_as(plane, environment.by(), whose, at, RoleName::StudiogateProvisioner, &[(&["sagemaker:AddTags"], &arn)])
        .await
}
