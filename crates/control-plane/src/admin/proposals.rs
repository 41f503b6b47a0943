//! What the portal would bind a parameter to. An admin accepts or changes it.

use domain::binding::{BindingSource, ParameterBinding, check_binding, never_asked};
use domain::catalog::Parameter;

/// Proposals for the parameters that are bound to nothing, in the order of the template. Those that would ask people are left
/// out: what is bound to nothing is asked for anyway.
pub(super) fn propose(params: &[Parameter], bindings: &[ParameterBinding]) -> Vec<(String, BindingSource)> {
    let bound = |key: &str| bindings.iter().any(|b| b.parameter == key && b.account.is_none());
    let holds = |key: &str, source: &BindingSource| {
        params.iter().any(|p| p.key == key && !p.no_echo && check_binding(p, source).is_ok())
    };
    domain::binding_proposal::propose(params)
        .into_iter()
        .filter(|(key, source)| !bound(key) && *source != BindingSource::Ask && holds(key, source))
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
            parameter("NotebookOwnerUsername", "String"),
            parameter("NotebookOwnerEmail", "String"),
            Parameter { default: Some("1".into()), ..parameter("NotebookSubnet", "Number") },
            parameter("SageMakerExecutionRoleArn", "String"),
        ];
        let proposed: Vec<String> = propose(&params, &[])
            .into_iter()
            .map(|(key, source)| format!("{key}: {}", crate::words::binding(&source)))
            .collect();
        insta::assert_snapshot!(proposed.join("\n"));
        assert!(unbound(&params, &[]).contains(&"SageMakerExecutionRoleArn".to_owned()));
    }
}
