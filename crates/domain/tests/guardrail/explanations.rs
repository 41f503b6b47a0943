//! What people are told.

use crate::{by_identity, identity};

#[test]
fn a_near_miss_names_the_unmet_condition_and_what_the_call_has() {
    let policy = identity(
        r#"{"Sid": "OwnProfile", "Effect": "Allow", "Action": "sagemaker:CreatePresignedDomainUrl", "Resource": "*",
            "Condition": {"StringEquals": {"sagemaker:ResourceTag/studiouserid": "${aws:PrincipalTag/studiouserid}"},
                          "Bool": {"aws:SecureTransport": "true"}}}"#,
    );
    let call =
        |pairs: &[(&str, &str)]| by_identity(&policy, "sagemaker:CreatePresignedDomainUrl", "*", pairs).explanation;
    let told = call(&[
        ("sagemaker:ResourceTag/studiouserid", "bob-1"),
        ("aws:PrincipalTag/studiouserid", "ada-1"),
        ("aws:SecureTransport", "true"),
    ]);
    assert_eq!(
        told,
        "sagemaker:CreatePresignedDomainUrl is not allowed: no identity-based policy allows it. Statement OwnProfile of \
         \"policy\" would allow it if this condition were met: StringEquals sagemaker:ResourceTag/studiouserid \
         \"${aws:PrincipalTag/studiouserid}\" (the call has \"bob-1\" for sagemaker:ResourceTag/studiouserid)."
    );
    assert!(call(&[("aws:SecureTransport", "true")]).contains("the call does not have this key"));
    let nothing = by_identity(&policy, "s3:GetObject", "*", &[]).explanation;
    assert!(nothing.contains("would have to be added there"), "{nothing}");
}
