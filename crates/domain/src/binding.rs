//! Parameter bindings: where the value of each template parameter comes from. A published template asks for VPCs, subnets
//! and role ARNs; a person must never be able to choose those.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::binding_limits::limits;
use crate::catalog::Parameter;
use crate::id::{AccountId, ParameterBindingId, ProductId};
use crate::parameter::{Item, Kind, validate};
use crate::person::StudioUserId;
use crate::problem::FieldError;
use crate::project::{Project, ProjectAccount};
use crate::view::{FormControl, FormField};

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
    /// The same, cut to fit into names under a tight limit; no tag that a policy compares.
    ShortUserId,
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
    /// Goes up by one with every change; a form that was filled against an older version is refused.
    pub version: i64,
}

/// Parameter key to value, ready to be sent.
pub type ResolvedParameters = BTreeMap<String, String>;

/// What a binding takes from the person.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BindingPerson {
    pub studio_user_id: StudioUserId,
    pub email: Option<String>,
    pub environment_name: String,
    /// Of an update: the values that are there. What is named after a person keeps its name, whoever owns it now: under another
    /// the update would replace it.
    pub there: BTreeMap<String, String>,
}

/// Words in the names of parameters that a person must never choose, in lower case, without `-` and `_`.
const NEVER_ASKED_NAMES: [&str; 15] = [
    "role",
    "authmode",
    "userprofile",
    "profilename",
    "studiouserid",
    "owner",
    "vpc",
    "subnet",
    "securitygroup",
    "networkaccess",
    "internetaccess",
    "kms",
    "encryptionkey",
    "permissionsboundary",
    "permissionboundary",
];

/// Whether a parameter is one that a person must never choose: roles, profile names, owner tags, `AuthMode`, network, keys,
/// and everything that is read from the account's SSM parameters.
pub fn never_asked(parameter: &Parameter) -> bool {
    let name: String = parameter.key.chars().filter(|c| *c != '-' && *c != '_').flat_map(char::to_lowercase).collect();
    NEVER_ASKED_NAMES.iter().any(|word| name.contains(word))
        || match Kind::of(&parameter.kind).item {
            Item::Aws(kind) => ["AWS::EC2::VPC::", "AWS::EC2::Subnet::", "AWS::EC2::SecurityGroup::", "AWS::SSM::"]
                .iter()
                .any(|prefix| kind.starts_with(prefix)),
            Item::Text | Item::Number => false,
        }
}

/// How a parameter gets its value in one account.
pub(crate) enum Origin<'a> {
    Platform(&'a BindingSource),
    Choice(&'a [String]),
    Ask,
    /// Never asked and bound to nothing.
    Unbound,
}

/// Without an account: as it is where no rule for one account holds.
pub(crate) fn origin<'a>(
    parameter: &Parameter,
    bindings: &'a [ParameterBinding],
    account: Option<&AccountId>,
) -> Origin<'a> {
    let mut bound = bindings.iter().filter(|b| b.parameter == parameter.key);
    let own = account.and_then(|account| bound.clone().find(|b| b.account.as_ref() == Some(account)));
    let binding = own.or_else(|| bound.find(|b| b.account.is_none()));
    match binding.map(|b| &b.source) {
        Some(BindingSource::Choice { values }) if !never_asked(parameter) && !parameter.no_echo => {
            Origin::Choice(values)
        }
        // A choice among secrets would show them.
        Some(BindingSource::Choice { .. } | BindingSource::Ask) | None if !never_asked(parameter) => Origin::Ask,
        Some(BindingSource::Choice { .. } | BindingSource::Ask) | None => Origin::Unbound,
        Some(source) => Origin::Platform(source),
    }
}

/// Whether people decide the parameter in the account, and nobody else.
pub fn is_asked(parameter: &Parameter, bindings: &[ParameterBinding], account: &AccountId) -> bool {
    matches!(origin(parameter, bindings, Some(account)), Origin::Choice(_) | Origin::Ask)
}

/// What is said of a value that was posted for a parameter that nobody chooses. No form of the portal posts one.
pub const NOT_CHOSEN: &str = "This value is set by the platform and cannot be chosen.";

/// The name of a parameter's field in forms.
pub fn field_name(parameter: &str) -> String {
    format!("param[{parameter}]")
}

/// The parameter of such a field; any other field is named as it is.
pub fn parameter_of(field: &str) -> &str {
    field.strip_prefix("param[").and_then(|rest| rest.strip_suffix(']')).unwrap_or(field)
}

/// The fields that a person fills: parameters whose binding is `choice` or `ask`, and unbound ones that may be asked.
/// `params` are best narrowed first, by [`crate::parameter::narrow`].
pub fn form_fields(params: &[Parameter], bindings: &[ParameterBinding], account: &ProjectAccount) -> Vec<FormField> {
    params
        .iter()
        .filter_map(|parameter| match origin(parameter, bindings, Some(&account.account)) {
            Origin::Platform(_) | Origin::Unbound => None,
            Origin::Choice(values) => {
                let values = values.iter().filter(|v| validate(parameter, v).is_ok()).cloned().collect();
                Some(field(parameter, FormControl::Choice { values }))
            }
            Origin::Ask => Some(field(parameter, control(parameter))),
        })
        .collect()
}

fn control(parameter: &Parameter) -> FormControl {
    let (min_length, max_length) = (parameter.min_length, parameter.max_length);
    match Kind::of(&parameter.kind) {
        _ if parameter.no_echo => FormControl::Secret { min_length, max_length },
        Kind { list: false, .. } if !parameter.allowed_values.is_empty() => {
            FormControl::Choice { values: parameter.allowed_values.clone() }
        }
        Kind { list: false, item: Item::Number } => {
            FormControl::Number { min: parameter.min_value.clone(), max: parameter.max_value.clone() }
        }
        Kind { list: true, .. } => FormControl::Text { min_length: None, max_length: None, pattern: None },
        _ => FormControl::Text { min_length, max_length, pattern: parameter.allowed_pattern.clone() },
    }
}

fn field(parameter: &Parameter, control: FormControl) -> FormField {
    let offered = |default: &String| match &control {
        FormControl::Choice { values } => values.contains(default),
        // What a template has as the default of a secret is no secret to keep, and nothing to show.
        FormControl::Secret { .. } => false,
        _ => true,
    };
    FormField {
        name: field_name(&parameter.key),
        label: parameter.key.clone(),
        help: parameter.description.clone(),
        default: parameter.default.clone().filter(offered),
        required: parameter.default.is_none(),
        limits: limits(parameter, &control),
        control,
    }
}

/// The value of every parameter, or what is wrong, by field of the form (`param[KEY]`). `asked` is by parameter key and
/// holds what the person typed. A parameter that is left to a hidden default of the template is not in the result.
pub fn resolve(
    params: &[Parameter],
    bindings: &[ParameterBinding],
    account: &ProjectAccount,
    project: &Project,
    person: &BindingPerson,
    asked: &BTreeMap<String, String>,
) -> Result<ResolvedParameters, Vec<FieldError>> {
    let mut resolved = ResolvedParameters::new();
    let mut errors: Vec<FieldError> = asked
        .keys()
        .filter(|key| !params.iter().any(|p| &p.key == *key))
        .map(|key| FieldError::new(field_name(key), "This version of the product has no such parameter."))
        .collect();
    for parameter in params {
        let posted = asked.get(&parameter.key).map(String::as_str);
        let value = match origin(parameter, bindings, Some(&account.account)) {
            Origin::Platform(_) | Origin::Unbound if posted.is_some() => Err(NOT_CHOSEN.to_owned()),
            Origin::Platform(source) => supplied(source, parameter, account, project, person).map(Some),
            Origin::Unbound if parameter.default.is_some() => Ok(default_of(parameter)),
            Origin::Unbound => Err(format!(
                "{} is never asked of people and is bound to nothing: an admin has to bind it for this product.",
                parameter.key
            )),
            Origin::Choice(values) => chosen(parameter, values, posted),
            Origin::Ask => typed(parameter, posted),
        };
        match value {
            Ok(Some(value)) => {
                resolved.insert(parameter.key.clone(), value);
            }
            Ok(None) => {}
            Err(message) => errors.push(FieldError::new(field_name(&parameter.key), message)),
        }
    }
    if errors.is_empty() { Ok(resolved) } else { Err(errors) }
}

/// The default as a value to send; that of a `NoEcho` parameter is masked by AWS and must not be sent back.
fn default_of(parameter: &Parameter) -> Option<String> {
    parameter.default.clone().filter(|_| !parameter.no_echo)
}

fn typed(parameter: &Parameter, posted: Option<&str>) -> Result<Option<String>, String> {
    let is_text = Kind::of(&parameter.kind).item == Item::Text;
    // A browser posts an empty text for a field that was left alone; only for plain texts that may be empty is it a value.
    let is_value =
        |posted: Option<&str>| is_text && !parameter.no_echo && posted.is_some() && validate(parameter, "").is_ok();
    match posted {
        None | Some("") if parameter.default.is_some() && !is_value(posted) => Ok(default_of(parameter)),
        None | Some("") if parameter.default.is_none() => Err("Needs a value.".to_owned()),
        Some(value) => validate(parameter, value).map(|()| Some(value.to_owned())),
        None => Ok(default_of(parameter)),
    }
}

fn chosen(parameter: &Parameter, values: &[String], posted: Option<&str>) -> Result<Option<String>, String> {
    match posted.filter(|p| !p.is_empty()).or(parameter.default.as_deref()) {
        None => Err("Needs a value.".to_owned()),
        Some(value) if values.iter().any(|v| v == value) => validate(parameter, value).map(|()| Some(value.to_owned())),
        Some(_) => Err(format!("Choose one of {}.", values.join(", "))),
    }
}

fn supplied(
    source: &BindingSource,
    parameter: &Parameter,
    account: &ProjectAccount,
    project: &Project,
    person: &BindingPerson,
) -> Result<String, String> {
    let value = match source {
        // Bound before the template made it a secret.
        BindingSource::Fixed { .. } if parameter.no_echo => {
            return Err(format!(
                "{} is a secret (NoEcho) and is bound to a value in clear: an admin has to mend the binding.",
                parameter.key
            ));
        }
        BindingSource::Fixed { value } => value.clone(),
        BindingSource::FromAccount { value } => from_account(*value, parameter, account)?,
        BindingSource::FromPerson { value } => match value {
            PersonValue::StudioUserId | PersonValue::ShortUserId if person.there.contains_key(&parameter.key) => {
                person.there[&parameter.key].clone()
            }
            PersonValue::StudioUserId => person.studio_user_id.as_str().to_owned(),
            PersonValue::ShortUserId => person.studio_user_id.short(),
            PersonValue::Email => {
                person.email.clone().ok_or("Your sign-in gives no e-mail address, and this product needs one.")?
            }
            PersonValue::Project => project.id.as_str().to_owned(),
            PersonValue::CostCenter => project.cost_center.clone(),
            PersonValue::DataClass => project.data_class.as_str().to_owned(),
            PersonValue::EnvironmentName => person.environment_name.clone(),
        },
        BindingSource::Choice { .. } | BindingSource::Ask => return Err("Needs a value.".to_owned()),
    };
    validate(parameter, &value).map_err(|message| {
        if matches!(source, BindingSource::FromPerson { value: PersonValue::EnvironmentName }) {
            return format!("The environment's name is the value of {} too, which refuses it: {message}", parameter.key);
        }
        let shown = if parameter.no_echo { "a hidden value".to_owned() } else { format!("{value:?}") };
        format!(
            "The platform sets {} to {shown}, which is refused: {message} An admin has to mend the binding, or what refuses it.",
            parameter.key
        )
    })?;
    Ok(value)
}

pub(crate) fn from_account(
    value: AccountValue,
    parameter: &Parameter,
    account: &ProjectAccount,
) -> Result<String, String> {
    let list = |values: &[String]| {
        if Kind::of(&parameter.kind).list { Some(values.join(",")) } else { values.first().cloned() }
            .filter(|v| !v.is_empty())
    };
    let (declared, what) = match value {
        AccountValue::AccountId => (Some(account.account.as_str().to_owned()), "account number"),
        AccountValue::Region => (Some(account.region.as_str().to_owned()), "region"),
        AccountValue::Stage => (Some(account.stage.as_str().to_owned()), "stage"),
        AccountValue::VpcId => (account.vpc_id.clone(), "VPC"),
        AccountValue::SubnetIds => (list(&account.subnet_ids), "subnets"),
        AccountValue::SecurityGroupIds => (list(&account.security_group_ids), "security groups"),
        AccountValue::KmsKeyArn => (account.kms_key_arn.clone(), "KMS key"),
        AccountValue::StudioDomainId => (account.studio_domain_id.clone(), "Studio domain"),
    };
    declared
        .filter(|v| !v.is_empty())
        .ok_or_else(|| format!("The account {} has no {what} declared: an admin has to add it.", account.name))
}
