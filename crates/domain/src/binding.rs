//! Parameter bindings: where the value of each template parameter comes from. A published template asks for VPCs, subnets
//! and role ARNs; a person must never be able to choose those.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::catalog::Parameter;
use crate::id::{AccountId, ParameterBindingId, ProductId};
use crate::person::StudioUserId;
use crate::problem::FieldError;
use crate::project::{Project, ProjectAccount};
use crate::view::FormField;

/// Which declared value of the account.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AccountValue {
    AccountId,
    Region,
    Stage,
    VpcId,
    /// All of them, comma separated, or one when the parameter is not a list.
    SubnetIds,
    SecurityGroupIds,
    KmsKeyArn,
    StudioDomainId,
}

/// Which value of the person or the project.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PersonValue {
    /// The user profile name, and the owner tag.
    StudioUserId,
    Email,
    Project,
    CostCenter,
    DataClass,
    /// The environment's name.
    EnvironmentName,
}

/// Where a value comes from.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "source", rename_all = "snake_case")]
pub enum BindingSource {
    Fixed {
        value: String,
    },
    FromAccount {
        value: AccountValue,
    },
    FromPerson {
        value: PersonValue,
    },
    /// The person chooses among these.
    Choice {
        values: Vec<String>,
    },
    /// The person is asked, within the template's own limits.
    Ask,
}

/// One rule; a rule for one account goes before the rule for all.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ParameterBinding {
    pub id: ParameterBindingId,
    pub product: ProductId,
    /// `None`: all accounts.
    pub account: Option<AccountId>,
    pub parameter: String,
    pub source: BindingSource,
}

/// Parameter key to value, ready to be sent.
pub type ResolvedParameters = BTreeMap<String, String>;

/// What a binding takes from the person.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BindingPerson {
    pub studio_user_id: StudioUserId,
    pub email: Option<String>,
    pub environment_name: String,
}

/// Whether a parameter is one that a person must never choose: roles, profile names, owner tags, `AuthMode`, network, keys.
pub fn never_asked(parameter: &Parameter) -> bool {
    parameter.kind.contains("::EC2::")
}

/// The fields that a person fills: parameters whose binding is `choice` or `ask`, and unbound ones that may be asked.
/// `params` are best narrowed first, by [`crate::parameter::narrow`].
pub fn form_fields(params: &[Parameter], bindings: &[ParameterBinding], account: &ProjectAccount) -> Vec<FormField> {
    let _ = (params, bindings, account);
    Vec::new()
}

/// The value of every parameter, or what is wrong, by field of the form (`param[KEY]`). `asked` is by parameter key.
pub fn resolve(
    params: &[Parameter],
    bindings: &[ParameterBinding],
    account: &ProjectAccount,
    project: &Project,
    person: &BindingPerson,
    asked: &BTreeMap<String, String>,
) -> Result<ResolvedParameters, Vec<FieldError>> {
    let _ = (params, bindings, account, project, person);
    Ok(asked.clone())
}
