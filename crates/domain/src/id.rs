//! Typed identifiers. The portal's own are `UUIDv7` text (RFC 9562), made in `control-plane`; AWS's are kept as AWS
//! writes them.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// An identifier that cannot be one: empty, longer than 200 characters, or with characters outside `[A-Za-z0-9._:|-]`.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0:?} is not an identifier")]
pub struct InvalidId(pub String);

macro_rules! ids {
    ($($(#[$doc:meta])* $name:ident),* $(,)?) => {$(
        $(#[$doc])*
        #[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
        #[serde(try_from = "String", into = "String")]
        pub struct $name(String);

        impl $name {
            /// The text of the identifier.
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl FromStr for $name {
            type Err = InvalidId;
            fn from_str(text: &str) -> Result<Self, InvalidId> {
                Self::try_from(text.to_owned())
            }
        }

        impl TryFrom<String> for $name {
            type Error = InvalidId;
            fn try_from(text: String) -> Result<Self, InvalidId> {
                let valid = !text.is_empty()
                    && text.len() <= 200
                    && text.bytes().all(|b| b.is_ascii_alphanumeric() || b"._:|-".contains(&b));
                if valid { Ok(Self(text)) } else { Err(InvalidId(text)) }
            }
        }

        impl From<$name> for String {
            fn from(id: $name) -> Self {
                id.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }
    )*};
}

ids! {
    /// A project's short name, chosen by an admin: `fraud-detection`.
    ProjectId,
    /// The portal's own approval item.
    RequestId,
    /// An environment: the portal's row for one provisioned product, from the moment it is approved.
    EnvironmentId,
    /// One run of several calls: provision, terminate, revoke.
    OperationId,
    /// One time that somebody's access was cut off.
    RevocationId,
    /// Updates of several environments as one operation.
    RolloutId,
    /// One change of service control policies that was decided upon: the id of the draft that it came from.
    PolicyChangeId,
    /// One audit event.
    AuditEventId,
    /// What one person is told of one event.
    NotificationId,
    /// One message that leaves the portal, however often it is tried.
    DeliveryId,
    /// An address that events are sent to.
    WebhookId,
    /// A rule about what is idle.
    IdleRuleId,
    /// A rule of the tag policy.
    TagRuleId,
    /// A template that was given to the portal: the SHA-256 of its text, in hexadecimal.
    TemplateId,
    /// One change of the catalog that somebody asked for.
    CatalogChangeId,
    /// One time that a blueprint of the organization was applied.
    BlueprintId,
    /// What a person typed into a form that was not accepted yet.
    DraftId,
    /// A rule from an OIDC group to a role.
    GroupMappingId,
    /// A rule that lets a project use a product.
    ProductAccessId,
    /// The least that requests of some kind are decided by.
    ApprovalFloorId,
    /// That the people of a group decide steps of an approval.
    ApproverId,
    /// That somebody decides in another's place for a while.
    DelegationId,
    /// A rule that binds a parameter of a product.
    ParameterBindingId,
    /// A portfolio of Service Catalog: `port-...`.
    PortfolioId,
    /// A TagOption of Service Catalog: `tag-...`.
    TagOptionId,
    /// A product of Service Catalog: `prod-...`.
    ProductId,
    /// A provisioning artifact (version of a product): `pa-...`.
    ProvisioningArtifactId,
    /// A provisioned product of Service Catalog: `pp-...`.
    ProvisionedProductId,
    /// A record of Service Catalog: `rec-...`.
    RecordId,
    /// An AWS account: twelve digits.
    AccountId,
    /// An AWS region: `eu-west-1`.
    Region,
}
