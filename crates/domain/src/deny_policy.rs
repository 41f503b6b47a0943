//! The deny policies that a revocation puts on roles.
//!
//! An explicit Deny wins over every Allow and is looked at with each call, also of sessions that were given out before it
//! (IAM user guide, "Policy evaluation logic" and "Revoke IAM role temporary security credentials").

use serde_json::{Value, json};

/// On the launcher: refuses the sessions that act for one person, by their source identity.
pub fn of_person(source_identity: &str) -> String {
    document(&json!({
        "Effect": "Deny",
        "Action": "*",
        "Resource": "*",
        "Condition": { "StringEquals": { "aws:SourceIdentity": source_identity } }
    }))
}

/// On the launcher: refuses all on one user profile or notebook instance.
pub fn of_resource(arn: &str) -> String {
    document(&json!({ "Effect": "Deny", "Action": "*", "Resource": arn }))
}

/// On an execution role that one environment alone has: refuses everything.
pub fn of_role() -> String {
    document(&json!({ "Effect": "Deny", "Action": "*", "Resource": "*" }))
}

/// Short: the inline policies of a role share 10,240 characters.
fn document(statement: &Value) -> String {
    json!({ "Version": "2012-10-17", "Statement": statement }).to_string()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::guardrail::{Call, Context, Decision, Layers, Policy, PolicyKind, evaluate};

    const ALL: &str = r#"{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"*","Resource":"*"}}"#;

    fn decides(deny: &str, action: &str, resource: &str, source_identity: Option<&str>) -> Decision {
        let identity: Vec<Policy> =
            [ALL, deny].map(|text| Policy::parse(PolicyKind::Identity, "inline", text).unwrap()).into();
        let mut context = Context::new();
        if let Some(identity) = source_identity {
            context.set("aws:SourceIdentity", identity);
        }
        let layers = Layers { scps: &[], boundary: None, session: None, identity: &identity };
        evaluate(&layers, &Call { action, resource, context: &context }).decision
    }

    #[test]
    fn a_person_is_refused_and_nobody_else() {
        let deny = of_person("ada-0123456789abcdef");
        let on =
            |who| decides(&deny, "sagemaker:CreatePresignedDomainUrl", "arn:aws:sagemaker:r:1:user-profile/d/x", who);
        assert_eq!(on(Some("ada-0123456789abcdef")), Decision::ExplicitDeny);
        assert_eq!(on(Some("bob-0123456789abcdef")), Decision::Allow);
        assert_eq!(on(None), Decision::Allow);
    }

    #[test]
    fn a_profile_is_refused_and_no_other() {
        let deny = of_resource("arn:aws:sagemaker:r:1:user-profile/d-1/ada");
        let on = |arn| decides(&deny, "sagemaker:CreatePresignedDomainUrl", arn, None);
        assert_eq!(on("arn:aws:sagemaker:r:1:user-profile/d-1/ada"), Decision::ExplicitDeny);
        assert_eq!(on("arn:aws:sagemaker:r:1:user-profile/d-2/ada"), Decision::Allow);
    }

    #[test]
    fn a_role_is_refused_everything_and_many_fit() {
        assert_eq!(decides(&of_role(), "s3:GetObject", "arn:aws:s3:::b/k", None), Decision::ExplicitDeny);
        // People who are cut off at the same time in one account: the longest names there are.
        let longest = of_person(&"a".repeat(57)).len();
        assert!(10_240 / longest >= 50, "{longest}");
    }
}
