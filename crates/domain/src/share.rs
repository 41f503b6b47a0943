//! Who gets a portfolio: principals that launch from it, and accounts and parts of the organization that it is shared to.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use crate::id::AccountId;

/// Characters of `PrincipalARN`.
const LONGEST: usize = 1000;

/// Who may launch from a portfolio: `PrincipalARN` and `PrincipalType` of `ListPrincipalsForPortfolio`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct PrincipalAssociation {
    pub arn: String,
    /// `IAM_PATTERN`: whoever has such a name, in every account that gets the portfolio with its principals.
    pub pattern: bool,
}

impl PrincipalAssociation {
    /// Reads an ARN: one without an account is a pattern.
    /// <https://docs.aws.amazon.com/servicecatalog/latest/dg/API_AssociatePrincipalWithPortfolio.html>
    ///
    /// # Errors
    /// Why AWS would refuse it, whichever account it is of.
    pub fn read(text: &str) -> Result<Self, String> {
        let arn = text.trim().to_owned();
        if arn.is_empty() {
            return Err("Give the ARN of a role, user or group.".to_owned());
        }
        if arn.len() > LONGEST {
            return Err(format!("It is longer than {LONGEST} characters."));
        }
        let parts: Vec<&str> = arn.splitn(6, ':').collect();
        let ["arn", partition, "iam", "", account, resource] = parts.as_slice() else {
            return Err("It is no ARN of IAM, like arn:aws:iam::111122223333:role/name.".to_owned());
        };
        if !partition.starts_with("aws") {
            return Err("It is of no partition of AWS.".to_owned());
        }
        let named = ["role/", "user/", "group/"].iter().find_map(|kind| resource.strip_prefix(kind));
        let named = named.is_some_and(|name| !name.is_empty() && !name.contains(char::is_whitespace));
        let pattern = account.is_empty();
        if pattern && !named {
            return Err("A pattern is role/, user/ or group/ with a name.".to_owned());
        }
        if !pattern && arn.contains(['*', '?']) {
            return Err("A wildcard needs a pattern, which names no account: arn:aws:iam:::role/name*.".to_owned());
        }
        if !named && *resource != "root" {
            return Err("It is no role, user or group.".to_owned());
        }
        Ok(Self { arn, pattern })
    }

    /// The same, for a portfolio of the account `own`.
    ///
    /// # Errors
    /// Also where it is of another account.
    pub fn read_in(text: &str, own: &AccountId) -> Result<Self, String> {
        let it = Self::read(text)?;
        match it.arn.split(':').nth(4).unwrap_or_default() {
            "" => Ok(it),
            account if account == own.as_str() => Ok(it),
            account => Err(format!(
                "It is of account {account}, and AWS takes those of {own} alone. Without an account it is a pattern, which \
                 holds in every account that gets the portfolio with its principals."
            )),
        }
    }

    /// Whether whoever may make a role of a fitting name gets the portfolio with it.
    pub fn is_open(&self) -> bool {
        self.pattern && self.arn.contains(['*', '?'])
    }

    /// Whether `role`, an ARN without a path in `account`, is one of it.
    pub fn covers(&self, role: &str, account: &AccountId) -> bool {
        if !self.pattern {
            return self.arn == role || self.arn.ends_with(&format!("::{account}:root"));
        }
        fits(&self.arn, &role.replacen(&format!("::{account}:"), ":::", 1))
    }
}

/// `*` stands for any characters, `?` for one.
fn fits(pattern: &str, text: &str) -> bool {
    let (pattern, text): (Vec<char>, Vec<char>) = (pattern.chars().collect(), text.chars().collect());
    let (mut at, mut from) = (0, 0);
    let mut star: Option<(usize, usize)> = None;
    while from < text.len() {
        match pattern.get(at) {
            Some('*') => {
                star = Some((at, from));
                at += 1;
            }
            Some(it) if *it == '?' || *it == text[from] => {
                at += 1;
                from += 1;
            }
            _ => {
                let Some((back, taken)) = star else { return false };
                star = Some((back, taken + 1));
                at = back + 1;
                from = taken + 1;
            }
        }
    }
    pattern[at..].iter().all(|it| *it == '*')
}

/// Whom a portfolio is shared to: `Type` and `PrincipalId` of `DescribePortfolioShares`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(tag = "kind", content = "id", rename_all = "snake_case")]
pub enum ShareTarget {
    /// An account, which has to accept it.
    Account(AccountId),
    /// The whole organization, by its id.
    Organization(String),
    /// All accounts below a unit, by its id.
    OrganizationalUnit(String),
    /// An account by way of the organization: it need not accept.
    MemberAccount(AccountId),
}

impl ShareTarget {
    pub fn kind(&self) -> &'static str {
        match self {
            Self::Account(_) => "account",
            Self::Organization(_) => "organization",
            Self::OrganizationalUnit(_) => "organizational_unit",
            Self::MemberAccount(_) => "member_account",
        }
    }

    /// The account's number, or the node's id.
    pub fn id(&self) -> &str {
        match self {
            Self::Account(account) | Self::MemberAccount(account) => account.as_str(),
            Self::Organization(id) | Self::OrganizationalUnit(id) => id,
        }
    }

    /// AWS shares the names of principals with the organization and its units alone.
    pub fn takes_principals(&self) -> bool {
        matches!(self, Self::Organization(_) | Self::OrganizationalUnit(_))
    }

    /// Whether an account gets it. `way`: the ids of the organization's nodes from the root down to the account.
    pub fn reaches(&self, account: &AccountId, way: &[String]) -> bool {
        match self {
            Self::Account(it) | Self::MemberAccount(it) => it == account,
            Self::Organization(_) => !way.is_empty(),
            Self::OrganizationalUnit(id) => way.contains(id),
        }
    }
}

/// `kind/id`, as forms post it.
impl fmt::Display for ShareTarget {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.kind(), self.id())
    }
}

/// It names nothing that a portfolio could be shared to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("nothing that a portfolio could be shared to")]
pub struct NoShareTarget;

impl FromStr for ShareTarget {
    type Err = NoShareTarget;
    fn from_str(text: &str) -> Result<Self, NoShareTarget> {
        let (kind, id) = text.split_once('/').ok_or(NoShareTarget)?;
        let account = || {
            let number = id.len() == 12 && id.bytes().all(|it| it.is_ascii_digit());
            id.parse().ok().filter(|_| number).ok_or(NoShareTarget)
        };
        // <https://docs.aws.amazon.com/organizations/latest/APIReference/API_Organization.html>
        let node = |prefix: &str| {
            let rest = id.strip_prefix(prefix).filter(|rest| !rest.is_empty()).ok_or(NoShareTarget)?;
            let plain = rest.chars().all(|it| it.is_ascii_lowercase() || it.is_ascii_digit() || it == '-');
            if plain { Ok(id.to_owned()) } else { Err(NoShareTarget) }
        };
        match kind {
            "account" => account().map(Self::Account),
            "member_account" => account().map(Self::MemberAccount),
            "organization" => node("o-").map(Self::Organization),
            "organizational_unit" => node("ou-").map(Self::OrganizationalUnit),
            _ => Err(NoShareTarget),
        }
    }
}

/// What goes along with a shared portfolio.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ShareOptions {
    pub tag_options: bool,
    /// The patterns among its principals.
    pub principals: bool,
}

/// That a portfolio is shared.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PortfolioShare {
    pub with: ShareTarget,
    /// Of an account: it took the portfolio. The organization need not.
    pub accepted: bool,
    pub options: ShareOptions,
}

#[cfg(test)]
mod tests {
    use super::*;

    fn own() -> AccountId {
        "111122223333".parse().unwrap()
    }

    #[test]
    fn a_principal_is_read_as_aws_would_take_it() {
        let read = |text: &str| PrincipalAssociation::read_in(text, &own());
        for arn in ["role/Launcher", "user/path/name", "group/team", "root"] {
            let arn = format!("arn:aws:iam::111122223333:{arn}");
            assert_eq!(read(&format!(" {arn} ")), Ok(PrincipalAssociation { arn, pattern: false }));
        }
        for (arn, open) in [("role/Launcher", false), ("role/Launch*", true), ("user/?", true)] {
            let it = read(&format!("arn:aws-us-gov:iam:::{arn}")).unwrap();
            assert!(it.pattern && it.is_open() == open, "{arn}");
        }
        for text in [
            "",
            "Launcher",
            "arn:aws:s3:::bucket",
            "arn:aws:iam::111122223333:policy/p",
            "arn:aws:iam::111122223333:role/",
            "arn:aws:iam::111122223333:role/a b",
            "arn:aws:iam::111122223333:role/a*",
            "arn:aws:iam::444455556666:role/a",
            "arn:aws:iam:::root",
            "arn:aws:iam:::*",
            "arn:other:iam:::role/a",
            &format!("arn:aws:iam:::role/{}", "a".repeat(1000)),
        ] {
            assert!(read(text).is_err(), "{text}");
        }
    }

    #[test]
    fn a_pattern_covers_roles_of_its_name_in_any_account() {
        let covers = |arn: &str, pattern: bool, role: &str| {
            let role = format!("arn:aws:iam::111122223333:role/{role}");
            PrincipalAssociation { arn: arn.into(), pattern }.covers(&role, &own())
        };
        assert!(covers("arn:aws:iam::111122223333:role/Launcher", false, "Launcher"));
        assert!(covers("arn:aws:iam::111122223333:root", false, "Launcher"));
        assert!(!covers("arn:aws:iam::444455556666:root", false, "Launcher"));
        assert!(covers("arn:aws:iam:::role/Launcher", true, "Launcher"));
        assert!(covers("arn:aws:iam:::role/L*r", true, "Launcher"));
        assert!(covers("arn:aws:iam:::role/*", true, "Launcher"));
        assert!(covers("arn:aws:iam:::role/Launche?", true, "Launcher"));
        assert!(!covers("arn:aws:iam:::role/Launche?", true, "Launchers"));
        assert!(!covers("arn:aws:iam:::role/L*x", true, "Launcher"));
        assert!(!covers("arn:aws:iam:::user/*", true, "Launcher"));
    }

    #[test]
    fn a_target_is_written_as_it_is_read() {
        for text in [
            "account/111122223333",
            "member_account/111122223333",
            "organization/o-a1b2c3",
            "organizational_unit/ou-a1-b2",
        ] {
            assert_eq!(text.parse::<ShareTarget>().unwrap().to_string(), text);
        }
        for text in
            ["", "account", "account/1", "organization/ou-a", "organizational_unit/ou-", "organization/o-A", "root/r-1"]
        {
            assert_eq!(text.parse::<ShareTarget>(), Err(NoShareTarget), "{text}");
        }
    }

    #[test]
    fn a_share_reaches_the_accounts_below() {
        let way = ["r-1".to_owned(), "ou-1".to_owned(), "111122223333".to_owned()];
        let reaches = |text: &str, way: &[String]| text.parse::<ShareTarget>().unwrap().reaches(&own(), way);
        assert!(reaches("organizational_unit/ou-1", &way) && !reaches("organizational_unit/ou-2", &way));
        assert!(reaches("organization/o-1", &way) && !reaches("organization/o-1", &[]));
        assert!(reaches("account/111122223333", &[]) && !reaches("member_account/444455556666", &way));
    }
}
