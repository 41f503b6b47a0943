//! Customer managed policies that published templates attach and somebody else's stack makes.

use std::collections::BTreeSet;

use serde_json::Value;

use crate::world::World;
use template::Template;

/// Where a template names a policy of its own account.
const OWN: &str = "arn:aws:iam::${AWS::AccountId}:policy/";
/// Whoever has it reads what SageMaker has: what the real one allows is not in the template.
const DOCUMENT: &str = r#"{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":["sagemaker:Describe*","sagemaker:List*"],"Resource":"*"}]}"#;

/// Makes, in every account, the policies that `templates` attach or bound roles by and that none of them makes itself.
pub(super) fn plant(world: &mut World, templates: &[&str]) {
    let (mut wanted, mut made) = (BTreeSet::new(), BTreeSet::new());
    // A template that cannot be read is refused, with the reason, where it is offered as a product.
    for template in templates.iter().filter_map(|text| Template::parse(text).ok()) {
        for resource in &template.resources {
            if resource.kind == "AWS::IAM::ManagedPolicy"
                && let Some(name) = resource.properties["ManagedPolicyName"].as_str()
            {
                made.insert(name.to_owned());
            }
            for property in ["ManagedPolicyArns", "PermissionsBoundary"] {
                collect(&resource.properties[property], &mut wanted);
            }
        }
    }
    for account in world.accounts.values_mut() {
        for name in wanted.difference(&made) {
            let arn = format!("arn:aws:iam::{}:policy/{name}", account.id);
            account.managed_policies.entry(arn).or_insert_with(|| DOCUMENT.to_owned());
        }
    }
}

/// Names that depend on nothing but the account.
fn collect(value: &Value, names: &mut BTreeSet<String>) {
    match value {
        Value::Array(items) => items.iter().for_each(|item| collect(item, names)),
        Value::Object(map) => {
            let name = map.get("Fn::Sub").and_then(Value::as_str).and_then(|arn| arn.strip_prefix(OWN));
            if let Some(name) = name.filter(|name| !name.contains("${")) {
                names.insert(name.to_owned());
            }
        }
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_no_given_template_makes_is_there_and_what_one_makes_is_left_to_it() {
        let role = |arn: &str| {
            format!(
                r#"{{"Resources": {{"R": {{"Type": "AWS::IAM::Role", "Properties": {{"AssumeRolePolicyDocument": {{}},
                "ManagedPolicyArns": [{{"Fn::Sub": "arn:aws:iam::${{AWS::AccountId}}:policy/{arn}"}}]}}}}}}}}"#
            )
        };
        let maker =
            r#"{"Resources": {"P": {"Type": "AWS::IAM::ManagedPolicy", "Properties": {"ManagedPolicyName": "made"}}}}"#;
        let mut world = World::default();
        crate::seed::organization::plant(&mut world, chrono::DateTime::UNIX_EPOCH);
        plant(&mut world, &[&role("missing"), &role("made"), &role("${AWS::StackName}-own"), maker]);
        for account in world.accounts.values() {
            let names: Vec<_> = account.managed_policies.keys().collect();
            assert_eq!(names, [&format!("arn:aws:iam::{}:policy/missing", account.id)]);
        }
    }
}
