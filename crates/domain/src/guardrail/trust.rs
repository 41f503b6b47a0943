//! Principals as the statements of trust policies name them (IAM user guide, "AWS JSON policy elements: Principal").

use super::json::{Node, Position, Value};
use super::policy::PolicyError;
use super::principal::{PrincipalArn, PrincipalKind};

/// A `Principal` or `NotPrincipal` element.
#[derive(Clone, Debug)]
pub(super) struct Principals {
    negated: bool,
    named: Vec<Named>,
}

#[derive(Clone, Debug)]
enum Named {
    Everyone,
    /// An account, by number or by its `root` ARN: everyone in it whom its administrator lets.
    Account(String),
    /// A user, role, or role session; a role stands for its sessions too.
    Arn(PrincipalArn),
    /// A unique identifier (`AROA...`), which AWS leaves behind when the principal is deleted: nobody.
    Deleted,
    Service(String),
    Federated(String),
}

impl Principals {
    pub(super) fn read(negated: bool, node: &Node) -> Result<Self, PolicyError> {
        let mut named = Vec::new();
        match &node.value {
            Value::String(text) if text == "*" => named.push(Named::Everyone),
            Value::Object(members) if !members.is_empty() => {
                for member in members {
                    let read: fn(&str, Position) -> Result<Named, PolicyError> = match member.key.as_str() {
                        "AWS" => aws,
                        "Service" => service,
                        "Federated" => federated,
                        other => {
                            return member.at.refuse(format!(
                                "{other:?} is not a kind of principal in a trust policy: there are AWS, Service and \
                                 Federated"
                            ));
                        }
                    };
                    let one = |node: &Node| match &node.value {
                        Value::String(text) => read(text, node.at),
                        other => node.at.refuse(format!("a principal is a string, not {}", other.in_words())),
                    };
                    match &member.value.value {
                        Value::Array(items) if items.is_empty() => {
                            return member.value.at.refuse("no principal is named");
                        }
                        Value::Array(items) => {
                            for item in items {
                                named.push(one(item)?);
                            }
                        }
                        _ => named.push(one(&member.value)?),
                    }
                }
            }
            _ => return node.at.refuse("a principal is \"*\" or an object with AWS, Service or Federated"),
        }
        Ok(Self { negated, named })
    }

    pub(super) fn include(&self, principal: &PrincipalArn) -> bool {
        if self.negated {
            // Naming an account does not exempt the people in it ("when you use NotPrincipal with Deny, you must also name
            // the account": both are needed).
            !self.named.iter().any(|n| !matches!(n, Named::Account(_)) && n.is(principal))
        } else {
            self.named.iter().any(|n| n.is(principal))
        }
    }
}

fn is_account(text: &str) -> bool {
    text.len() == 12 && text.bytes().all(|b| b.is_ascii_digit())
}

fn aws(text: &str, at: Position) -> Result<Named, PolicyError> {
    if text == "*" {
        return Ok(Named::Everyone);
    }
    if is_account(text) {
        return Ok(Named::Account(text.to_owned()));
    }
    let unique = text.len() >= 16 && text.bytes().all(|b| b.is_ascii_uppercase() || b.is_ascii_digit());
    if unique && ["AIDA", "AROA", "AGPA", "ASIA", "AKIA"].iter().any(|prefix| text.starts_with(prefix)) {
        return Ok(Named::Deleted);
    }
    if text.contains(['*', '?']) {
        return at.refuse(format!(
            "{text:?}: a principal takes no wildcard inside its name; use a condition on aws:PrincipalArn"
        ));
    }
    match PrincipalArn::parse(text) {
        Ok(arn) if text.ends_with(":root") => Ok(Named::Account(arn.account().unwrap_or_default().to_owned())),
        Ok(arn) => Ok(Named::Arn(arn)),
        Err(error) => at.refuse(format!("{error}, an account number, or *")),
    }
}

fn service(text: &str, at: Position) -> Result<Named, PolicyError> {
    let valid = text.contains('.') && text.bytes().all(|b| b.is_ascii_alphanumeric() || b".-_".contains(&b));
    if valid {
        Ok(Named::Service(text.to_owned()))
    } else {
        at.refuse(format!("{text:?} is not a service principal, as in servicecatalog.amazonaws.com"))
    }
}

fn federated(text: &str, at: Position) -> Result<Named, PolicyError> {
    let provider = text.starts_with("arn:") && (text.contains(":saml-provider/") || text.contains(":oidc-provider/"));
    let domain = text.contains('.') && text.bytes().all(|b| b.is_ascii_alphanumeric() || b".-_/:".contains(&b));
    if provider || domain {
        Ok(Named::Federated(text.to_owned()))
    } else {
        at.refuse(format!("{text:?} is not an identity provider"))
    }
}

impl Named {
    fn is(&self, principal: &PrincipalArn) -> bool {
        match (self, &principal.kind) {
            (Self::Everyone, _) => true,
            (Self::Account(named), PrincipalKind::Aws { account, .. }) => named == account,
            (Self::Arn(named), PrincipalKind::Aws { account, role }) => {
                if named.as_str() == principal.as_str() {
                    return true;
                }
                // The session of a named role: STS drops the role's path, names are unique in an account.
                let Some(session) = role else { return false };
                let role_name = named
                    .as_str()
                    .splitn(6, ':')
                    .nth(5)
                    .and_then(|r| r.strip_prefix("role/"))
                    .and_then(|r| r.rsplit('/').next());
                named.account() == Some(account.as_str())
                    && principal.shares_partition(named.as_str())
                    && role_name == Some(session.name.as_str())
            }
            (Self::Service(named), PrincipalKind::Service) | (Self::Federated(named), PrincipalKind::Federated) => {
                named == principal.as_str()
            }
            _ => false,
        }
    }
}
