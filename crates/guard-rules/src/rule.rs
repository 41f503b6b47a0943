//! Rules, one to a file.

use std::collections::BTreeSet;

/// One rule; see the crate.
#[derive(Clone, Debug)]
pub struct Rule {
    /// Of the file without its end, and of the rule in it.
    pub name: String,
    /// In the language of Guard.
    pub text: String,
    /// The types of resources that it names.
    pub types: BTreeSet<String>,
}

/// A file that is no rule.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
pub enum RuleError {
    #[error("{0}.guard holds no rule of that name: write `rule {0} {{ ... }}`")]
    Name(String),
    #[error("{0}.guard names no type of resource in quotes: nothing would be held against it")]
    Types(String),
    #[error("{0}.guard is no rule of CloudFormation Guard: {1}")]
    Language(String, String),
}

impl Rule {
    /// `name`: of the file without `.guard`.
    pub fn read(name: &str, text: &str) -> Result<Self, RuleError> {
        let begins = |line: &str| {
            let rest = line.trim_start().strip_prefix("rule ").and_then(|rest| rest.trim_start().strip_prefix(name));
            rest.is_some_and(|rest| rest.starts_with([' ', '{']))
        };
        if !text.lines().any(begins) {
            return Err(RuleError::Name(name.to_owned()));
        }
        let types: BTreeSet<String> =
            text.lines().filter(|line| !line.trim_start().starts_with('#')).flat_map(types_in).collect();
        if types.is_empty() {
            return Err(RuleError::Types(name.to_owned()));
        }
        let rule = Self { name: name.to_owned(), text: text.to_owned(), types };
        super::evaluate::parse(&rule).map_err(|error| RuleError::Language(name.to_owned(), error))?;
        Ok(rule)
    }
}

/// What stands in quotes and looks like a type.
fn types_in(line: &str) -> Vec<String> {
    let quoted = line.split(['\'', '"']).skip(1).step_by(2);
    quoted.filter(|text| text.starts_with("AWS::") && text.matches("::").count() == 2).map(str::to_owned).collect()
}

/// The rules of `blueprints/guardrails`.
pub fn built_in() -> Result<Vec<Rule>, RuleError> {
    macro_rules! rules {
        ($($name:literal),+ $(,)?) => {
            [$(($name, include_str!(concat!("../../../blueprints/guardrails/", $name, ".guard")))),+]
        };
    }
    let files = rules![
        "bucket_encrypted",
        "bucket_policy_names_principals",
        "bucket_private",
        "bucket_versioned",
        "cost_tags",
        "domain_customer_managed_key",
        "domain_vpc_only",
        "endpoint_volume_encrypted",
        "no_administrator_permissions",
        "no_open_ingress",
        "no_public_endpoint",
        "no_users",
        "notebook_no_direct_internet_access",
        "notebook_no_root_access",
        "notebook_volume_encrypted",
        "owner_tag",
        "role_has_boundary",
        "volume_encrypted",
    ];
    files.into_iter().map(|(name, text)| Rule::read(name, text)).collect()
}
