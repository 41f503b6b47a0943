//! What the parameters of a template are probably meant for: a first set of bindings, which an admin looks through.

use crate::binding::{AccountValue, BindingSource, PersonValue};
use crate::catalog::Parameter;

/// A binding for each parameter, by its name and type; the same for all accounts. A parameter that names a role is bound
/// to nothing here, since its value differs by account: see [`role_value`].
pub fn propose(parameters: &[Parameter]) -> Vec<(String, BindingSource)> {
    // The value of a secret is never written into a binding.
    let kept = |parameter: &Parameter| {
        source(parameter).filter(|source| !(parameter.no_echo && matches!(source, BindingSource::Fixed { .. })))
    };
    parameters.iter().filter_map(|parameter| Some((parameter.key.clone(), kept(parameter)?))).collect()
}

/// The value of a parameter that names a role, by its own name: the role's name where that is asked for, else its ARN.
/// `None` for a parameter that names no role.
pub fn role_value(key: &str, role_arn: &str) -> Option<String> {
    let name = simple(key);
    if !name.contains("role") {
        return None;
    }
    let value = if name.ends_with("name") { role_arn.rsplit('/').next().unwrap_or_default() } else { role_arn };
    Some(value.to_owned())
}

fn default(parameter: &Parameter) -> Option<BindingSource> {
    parameter.default.clone().map(|value| BindingSource::Fixed { value })
}

/// The name without what people write differently: `Studio_User-Id` is `studiouserid`.
fn simple(key: &str) -> String {
    key.chars().filter(char::is_ascii_alphanumeric).map(|c| c.to_ascii_lowercase()).collect()
}

fn is_role(parameter: &Parameter) -> bool {
    let name = simple(&parameter.key);
    parameter.kind == "String" && (name.contains("rolearn") || name.contains("rolename") || name.ends_with("role"))
}

fn source(parameter: &Parameter) -> Option<BindingSource> {
    let account = |value| Some(BindingSource::FromAccount { value });
    let person = |value| Some(BindingSource::FromPerson { value });
    let kind = parameter.kind.as_str();
    for (part, value) in [
        ("AWS::EC2::VPC::Id", AccountValue::VpcId),
        ("AWS::EC2::Subnet::Id", AccountValue::SubnetIds),
        ("AWS::EC2::SecurityGroup::Id", AccountValue::SecurityGroupIds),
    ] {
        if kind.contains(part) && !kind.contains("SSM") {
            return account(value);
        }
    }
    if !parameter.allowed_values.is_empty() {
        return by_choice(parameter);
    }
    if kind == "Number" {
        return Some(BindingSource::Ask);
    }
    if is_role(parameter) {
        return None;
    }
    let name = simple(&parameter.key);
    let is = |words: &[&str]| words.iter().any(|word| name == *word);
    let has = |words: &[&str]| words.iter().any(|word| name.contains(word));
    // Part of a longer name, most often: the whole id would break the limits of what is named.
    if has(&["ownerusername", "ownername", "username"]) && !has(&["userprofile"]) {
        return person(PersonValue::ShortUserId);
    }
    if has(&["userprofile", "studiouserid"]) || is(&["owner", "ownerid", "userid", "user"]) {
        return person(PersonValue::StudioUserId);
    }
    if has(&["email", "mail"]) {
        return person(PersonValue::Email);
    }
    if has(&["costcenter", "costcentre"]) {
        return person(PersonValue::CostCenter);
    }
    if has(&["dataclass"]) {
        return person(PersonValue::DataClass);
    }
    if has(&["envtype", "environmenttype", "stage"]) || is(&["env", "environment"]) {
        return account(AccountValue::Stage);
    }
    if has(&["notebookinstancename", "notebookname", "envname", "environmentname", "workspacename"]) {
        return person(PersonValue::EnvironmentName);
    }
    if has(&["project"]) {
        return person(PersonValue::Project);
    }
    if has(&["domainid"]) {
        return account(AccountValue::StudioDomainId);
    }
    if has(&["kms", "cmk", "encryptionkey"]) {
        return account(AccountValue::KmsKeyArn);
    }
    if has(&["securitygroup", "sgid"]) {
        return account(AccountValue::SecurityGroupIds);
    }
    if has(&["vpcid"]) || is(&["vpc"]) {
        return account(AccountValue::VpcId);
    }
    if has(&["subnet"]) && !has(&["cidr"]) {
        return account(AccountValue::SubnetIds);
    }
    if is(&["accountid", "awsaccountid"]) {
        return account(AccountValue::AccountId);
    }
    if is(&["region", "awsregion"]) {
        return account(AccountValue::Region);
    }
    // Names that people never choose, and that nothing here fits: the template's own default, if it has one.
    let guarded = crate::binding::never_asked(parameter);
    if guarded || name.ends_with("name") || name.ends_with("arn") {
        return match default(parameter) {
            None if !guarded => Some(BindingSource::Ask),
            found => found,
        };
    }
    Some(BindingSource::Ask)
}

/// A parameter with allowed values: the most guarded of them where it is a matter of security, a choice elsewhere.
fn by_choice(parameter: &Parameter) -> Option<BindingSource> {
    let allows = |value: &str| parameter.allowed_values.iter().any(|v| v == value);
    let fixed = |value: &str| Some(BindingSource::Fixed { value: value.to_owned() });
    for (guarded, open) in [("VpcOnly", "PublicInternetOnly"), ("IAM", "SSO"), ("Disabled", "Enabled")] {
        if allows(guarded) && allows(open) {
            return if crate::binding::never_asked(parameter) { fixed(guarded) } else { Some(BindingSource::Ask) };
        }
    }
    if crate::binding::never_asked(parameter) {
        return default(parameter).or_else(|| fixed(parameter.allowed_values.first()?));
    }
    if simple(&parameter.key).contains("dataclass") {
        return Some(BindingSource::FromPerson { value: PersonValue::DataClass });
    }
    Some(BindingSource::Ask)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parameter(key: &str, kind: &str, allowed: &[&str], default: Option<&str>) -> Parameter {
        Parameter {
            key: key.into(),
            kind: kind.into(),
            allowed_values: allowed.iter().map(|v| (*v).to_owned()).collect(),
            default: default.map(str::to_owned),
            ..Parameter::default()
        }
    }

    #[test]
    fn published_names_get_the_bindings_that_they_are_meant_for() {
        let from_account = |value| Some(BindingSource::FromAccount { value });
        let from_person = |value| Some(BindingSource::FromPerson { value });
        let fixed = |value: &str| Some(BindingSource::Fixed { value: value.into() });
        for (parameter, expected) in [
            (parameter("VPCId", "AWS::EC2::VPC::Id", &[], None), from_account(AccountValue::VpcId)),
            (
                parameter("SageMakerStudioSubnetIds", "List<AWS::EC2::Subnet::Id>", &[], None),
                from_account(AccountValue::SubnetIds),
            ),
            (parameter("UserProfileName", "String", &[], Some("")), from_person(PersonValue::StudioUserId)),
            (parameter("OwnerId", "String", &[], None), from_person(PersonValue::StudioUserId)),
            (parameter("NotebookOwnerUsername", "String", &[], None), from_person(PersonValue::ShortUserId)),
            (parameter("NotebookOwnerEmail", "String", &[], None), from_person(PersonValue::Email)),
            (parameter("EnvName", "String", &[], None), from_person(PersonValue::EnvironmentName)),
            (parameter("EnvType", "String", &[], Some("dev")), from_account(AccountValue::Stage)),
            (parameter("ProjectName", "String", &[], None), from_person(PersonValue::Project)),
            (parameter("AuthMode", "String", &["IAM", "SSO"], Some("IAM")), fixed("IAM")),
            (parameter("InstanceType", "String", &["ml.t3.medium"], None), Some(BindingSource::Ask)),
            (parameter("VolumeSize", "Number", &[], Some("10")), Some(BindingSource::Ask)),
            (parameter("KMSKeyId", "String", &[], Some("none")), from_account(AccountValue::KmsKeyArn)),
            (parameter("SageMakerExecutionRoleArn", "String", &[], None), None),
        ] {
            let found = propose(std::slice::from_ref(&parameter));
            assert_eq!(found.into_iter().next().map(|(_, source)| source), expected, "{}", parameter.key);
        }
    }

    #[test]
    fn roles_are_left_to_the_account() {
        assert_eq!(propose(&[parameter("LaunchRoleArn", "String", &[], None)]), []);
        let arn = "arn:aws:iam::601000000002:role/Execution";
        assert_eq!(role_value("LaunchRoleArn", arn).as_deref(), Some(arn));
        assert_eq!(role_value("Execution_Role_Name", arn).as_deref(), Some("Execution"));
        assert_eq!(role_value("ProjectName", arn), None);
    }
}
