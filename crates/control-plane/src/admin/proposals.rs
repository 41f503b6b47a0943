//! What the portal would bind a parameter to, by its type and name. An admin accepts or changes it.

use domain::binding::{AccountValue, BindingSource, ParameterBinding, PersonValue, check_binding, never_asked};
use domain::catalog::Parameter;

/// Proposals for the parameters that are bound to nothing, in the order of the template.
pub(super) fn propose(params: &[Parameter], bindings: &[ParameterBinding]) -> Vec<(String, BindingSource)> {
    params
        .iter()
        .filter(|p| !bindings.iter().any(|b| b.parameter == p.key && b.account.is_none()))
        .filter_map(|p| Some((p.key.clone(), source_for(p)?)))
        .collect()
}

/// Parameters that nobody may choose, nobody bound, and that have no default to fall back to.
pub(super) fn unbound(params: &[Parameter], bindings: &[ParameterBinding]) -> Vec<String> {
    params
        .iter()
        .filter(|p| never_asked(p) && p.default.is_none() && !bindings.iter().any(|b| b.parameter == p.key))
        .map(|p| p.key.clone())
        .collect()
}

fn source_for(parameter: &Parameter) -> Option<BindingSource> {
    let account = |value| Some(BindingSource::FromAccount { value });
    let person = |value| Some(BindingSource::FromPerson { value });
    let name: String = parameter.key.chars().filter(char::is_ascii_alphanumeric).flat_map(char::to_lowercase).collect();
    let kind = parameter.kind.as_str();
    let has = |words: &[&str]| words.iter().any(|w| name.contains(w));
    let proposal = if kind.contains("EC2::VPC::") || has(&["vpcid"]) || name == "vpc" {
        account(AccountValue::VpcId)
    } else if kind.contains("EC2::Subnet::") || has(&["subnet"]) {
        account(AccountValue::SubnetIds)
    } else if kind.contains("EC2::SecurityGroup::") || has(&["securitygroup"]) {
        account(AccountValue::SecurityGroupIds)
    } else if has(&["kms", "encryptionkey"]) {
        account(AccountValue::KmsKeyArn)
    } else if has(&["domainid"]) {
        account(AccountValue::StudioDomainId)
    } else if has(&["userprofile", "profilename", "studiouserid", "owneruserid", "ownerid"]) || name == "owner" {
        person(PersonValue::StudioUserId)
    } else if has(&["authmode"]) {
        // Presigned URLs open a domain in IAM mode only.
        Some(BindingSource::Fixed { value: "IAM".to_owned() })
    } else if has(&["networkaccess"]) {
        Some(BindingSource::Fixed { value: "VpcOnly".to_owned() })
    } else if has(&["internetaccess"]) {
        Some(BindingSource::Fixed { value: "Disabled".to_owned() })
    } else if has(&["costcenter"]) {
        person(PersonValue::CostCenter)
    } else if has(&["dataclass"]) {
        person(PersonValue::DataClass)
    } else if has(&["projectname", "projectid"]) || name == "project" {
        person(PersonValue::Project)
    } else if has(&["ownermail", "owneremail"]) {
        person(PersonValue::Email)
    } else if has(&["environmentname"]) {
        person(PersonValue::EnvironmentName)
    } else {
        None
    };
    let proposal = proposal.filter(|source| check_binding(parameter, source).is_ok());
    // A role or the like without a better idea: the template's own default, said openly.
    proposal.or_else(|| {
        let default = parameter.default.clone().filter(|_| never_asked(parameter) && !parameter.no_echo)?;
        Some(BindingSource::Fixed { value: default }).filter(|source| check_binding(parameter, source).is_ok())
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parameter(key: &str, kind: &str) -> Parameter {
        Parameter { key: key.into(), kind: kind.into(), ..Parameter::default() }
    }

    #[test]
    fn what_a_published_template_asks_for_is_proposed() {
        let params = [
            parameter("VPCId", "AWS::EC2::VPC::Id"),
            parameter("SageMakerStudioSubnetIds", "List<AWS::EC2::Subnet::Id>"),
            parameter("SageMakerStudioStorageKMSKeyId", "String"),
            parameter("UserProfileName", "String"),
            parameter("AuthMode", "String"),
            parameter("InstanceType", "String"),
            parameter("SageMakerExecutionRoleArn", "String"),
        ];
        let proposed: Vec<String> = propose(&params, &[]).into_iter().map(|(key, _)| key).collect();
        assert_eq!(
            proposed,
            ["VPCId", "SageMakerStudioSubnetIds", "SageMakerStudioStorageKMSKeyId", "UserProfileName", "AuthMode"]
        );
        assert!(unbound(&params, &[]).contains(&"SageMakerExecutionRoleArn".to_owned()));
    }
}
