//! What the portal would bind a parameter to. An admin accepts or changes it.

use std::collections::{BTreeMap, BTreeSet};

use domain::binding::{BindingSource, ParameterBinding, never_asked};
use domain::binding_check::check_binding;
use domain::catalog::Parameter;
use domain::project::ProjectAccount;

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

/// Whether a binding gives a value that nobody may choose.
fn supplies(binding: &ParameterBinding) -> bool {
    !matches!(binding.source, BindingSource::Choice { .. } | BindingSource::Ask)
}

/// Parameters that nobody may choose and that have neither a binding nor a default to fall back to: requests are refused.
/// With the names of the accounts where that is so, out of those where the product may be used; none: in all of them.
pub(super) fn unbound(
    params: &[Parameter],
    bindings: &[ParameterBinding],
    accounts: &[&ProjectAccount],
) -> BTreeMap<String, Vec<String>> {
    let mut unbound = BTreeMap::new();
    for parameter in params.iter().filter(|p| never_asked(p) && p.default.is_none()) {
        let mine = |b: &&ParameterBinding| b.parameter == parameter.key;
        // A rule for one account goes before the rule for all.
        let in_account = |account: &ProjectAccount| {
            let own = bindings.iter().filter(mine).find(|b| b.account.as_ref() == Some(&account.account));
            own.or_else(|| bindings.iter().filter(mine).find(|b| b.account.is_none())).is_some_and(supplies)
        };
        let without: BTreeSet<String> = accounts.iter().filter(|a| !in_account(a)).map(|a| a.name.clone()).collect();
        if accounts.is_empty() {
            if !bindings.iter().filter(mine).any(supplies) {
                unbound.insert(parameter.key.clone(), Vec::new());
            }
        } else if without.len() == accounts.iter().map(|a| &a.name).collect::<BTreeSet<_>>().len() {
            unbound.insert(parameter.key.clone(), Vec::new());
        } else if !without.is_empty() {
            unbound.insert(parameter.key.clone(), without.into_iter().collect());
        }
    }
    unbound
}

/// Parameters that nobody may choose, that nothing is bound to, and whose default holds.
pub(super) fn left_to_default(params: &[Parameter], bindings: &[ParameterBinding]) -> Vec<String> {
    params
        .iter()
        .filter(|p| never_asked(p) && p.default.is_some() && !bindings.iter().any(|b| b.parameter == p.key))
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
        assert!(unbound(&params, &[], &[]).contains_key("SageMakerExecutionRoleArn"));
        assert_eq!(left_to_default(&params, &[]), ["NotebookSubnet"]);
    }

    #[test]
    fn a_binding_for_one_account_leaves_the_others_unbound() {
        let account = |number: u32| ProjectAccount {
            project: "fraud-detection".parse().unwrap(),
            account: format!("{number:012}").parse().unwrap(),
            region: "eu-west-1".parse().unwrap(),
            stage: domain::project::Stage::Dev,
            name: format!("account-{number}"),
            vpc_id: None,
            subnet_ids: Vec::new(),
            security_group_ids: Vec::new(),
            kms_key_arn: None,
            studio_domain_id: None,
            version: 1,
        };
        let (one, two) = (account(1), account(2));
        let params = [parameter("RoleArn", "String")];
        let bind = |account: Option<&ProjectAccount>, source: BindingSource| ParameterBinding {
            id: "b-1".parse().unwrap(),
            product: "prod-1".parse().unwrap(),
            account: account.map(|a| a.account.clone()),
            parameter: "RoleArn".into(),
            source,
            version: 1,
        };
        let role = || BindingSource::Fixed { value: "arn:aws:iam::1:role/r".into() };
        let told = |bindings: &[ParameterBinding]| unbound(&params, bindings, &[&one, &two]).remove("RoleArn");
        assert_eq!(told(&[]), Some(Vec::new()), "wherever it may be used");
        assert_eq!(told(&[bind(Some(&one), role())]), Some(vec!["account-2".to_owned()]));
        assert_eq!(told(&[bind(Some(&one), role()), bind(Some(&two), role())]), None);
        assert_eq!(told(&[bind(None, role())]), None);
        // People are never asked for it, whatever the binding says.
        let asked = bind(Some(&two), BindingSource::Ask);
        assert_eq!(told(&[bind(None, role()), asked]), Some(vec!["account-2".to_owned()]));
    }
}
