//! Who calls, as trust policies name it.

use std::fmt;

/// A principal that asks for a role: an IAM or STS ARN, an AWS service, or a federated identity provider.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct PrincipalArn {
    pub(super) kind: PrincipalKind,
    text: String,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) enum PrincipalKind {
    /// `root`, `user/...`, `role/...` or `assumed-role/...` of an account.
    Aws {
        account: String,
        role: Option<AssumedRole>,
    },
    Service,
    Federated,
}

/// The role behind an `assumed-role` ARN. STS drops the role's path from the ARN of the session.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) struct AssumedRole {
    pub(super) name: String,
}

/// Text that is not the ARN of a principal.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0:?} is not the ARN of an IAM or STS principal")]
pub struct InvalidPrincipal(pub String);

impl PrincipalArn {
    /// From `arn:aws:iam::ACCOUNT:{root,user/...,role/...}` or `arn:aws:sts::ACCOUNT:{assumed-role,federated-user}/...`.
    pub fn parse(arn: &str) -> Result<Self, InvalidPrincipal> {
        let invalid = || InvalidPrincipal(arn.to_owned());
        let parts: Vec<&str> = arn.splitn(6, ':').collect();
        let [prefix, partition, service, "", account, resource] = parts[..] else { return Err(invalid()) };
        let known = match service {
            "iam" => resource == "root" || resource.starts_with("user/") || resource.starts_with("role/"),
            "sts" => resource.starts_with("assumed-role/") || resource.starts_with("federated-user/"),
            _ => false,
        };
        let is_account = account.len() == 12 && account.bytes().all(|b| b.is_ascii_digit());
        if prefix != "arn" || !partition.starts_with("aws") || !known || !is_account {
            return Err(invalid());
        }
        let role = match resource.strip_prefix("assumed-role/") {
            None => None,
            Some(rest) => {
                let (name, session) = rest.split_once('/').ok_or_else(invalid)?;
                if name.is_empty() || session.is_empty() {
                    return Err(invalid());
                }
                Some(AssumedRole { name: name.to_owned() })
            }
        };
        Ok(Self { kind: PrincipalKind::Aws { account: account.to_owned(), role }, text: arn.to_owned() })
    }

    /// Whether the two ARNs are of one partition.
    pub(super) fn shares_partition(&self, arn: &str) -> bool {
        self.text.split(':').nth(1) == arn.split(':').nth(1)
    }

    /// An AWS service: `servicecatalog.amazonaws.com`.
    pub fn service(name: impl Into<String>) -> Self {
        Self { kind: PrincipalKind::Service, text: name.into() }
    }

    /// A federated identity provider: its ARN, or a web identity provider's domain name.
    pub fn federated(provider: impl Into<String>) -> Self {
        Self { kind: PrincipalKind::Federated, text: provider.into() }
    }

    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// The account of an ARN principal.
    pub fn account(&self) -> Option<&str> {
        match &self.kind {
            PrincipalKind::Aws { account, .. } => Some(account),
            PrincipalKind::Service | PrincipalKind::Federated => None,
        }
    }

    /// A role that a service made for itself; service control policies do not reach it (Organizations user guide, "Tasks
    /// and entities not restricted by SCPs").
    pub fn is_service_linked_role(&self) -> bool {
        let mut segments = self.text.splitn(6, ':').skip(5);
        let resource = segments.next().unwrap_or_default();
        resource.starts_with("role/aws-service-role/") || resource.starts_with("assumed-role/AWSServiceRoleFor")
    }

    /// Whether service control policies reach this principal at all: not in the management account, and not a
    /// service-linked role. A member account's root user is reached.
    pub fn is_subject_to_scps(&self, management_account: &str) -> bool {
        self.account().is_some_and(|account| account != management_account) && !self.is_service_linked_role()
    }
}

impl fmt::Display for PrincipalArn {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}
