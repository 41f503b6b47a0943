//! Documents that AWS refuses are refused, with the place; what is legal and not meant is found.

use domain::guardrail::{Policy, PolicyKind, SizeLimit};

fn refused(kind: PolicyKind, text: &str) -> (u32, u32, String) {
    let error = Policy::parse(kind, "p", text).err().unwrap_or_else(|| panic!("accepted: {text}"));
    (error.line, error.column, error.message)
}

fn statement(members: &str) -> String {
    format!("{{\"Version\": \"2012-10-17\",\n\"Statement\": [{{\n{members}}}]}}")
}

#[test]
fn identity_documents() {
    use PolicyKind::Identity;
    let good =
        |more: &str| statement(&format!("\"Effect\": \"Deny\", \"Action\": \"s3:*\", \"Resource\": \"*\"{more}"));
    assert!(Policy::parse(Identity, "p", &good("")).is_ok());
    for (text, line, column, words) in [
        ("[]".to_owned(), 1, 1, "a policy is an object"),
        ("{}".to_owned(), 1, 1, "has a Statement"),
        (r#"{"Version": "2012-10-18", "Statement": {}}"#.to_owned(), 1, 13, "2012-10-17"),
        (r#"{"Version": "2012-10-17", "Statement": []}"#.to_owned(), 1, 40, "at least one"),
        (r#"{"Version": "2012-10-17", "Statements": []}"#.to_owned(), 1, 27, "did you mean Statement?"),
        (
            r#"{"Version": "2012-10-17", "version": "2012-10-17", "Statement": []}"#.to_owned(),
            1,
            27,
            "did you mean Version?",
        ),
        (r#"{"Version": "2012-10-17", "Version": "2012-10-17", "Statement": []}"#.to_owned(), 1, 27, "second time"),
        (r#"{"Id": 7, "Statement": []}"#.to_owned(), 1, 8, "Id is a string"),
        (good(", \"Effect\": \"Allow\""), 3, 54, "second time"),
        (good(", \"Resources\": \"*\""), 3, 54, "did you mean Resource?"),
        (good(", \"Principal\": \"*\""), 3, 54, "only a trust policy"),
        (good(", \"NotAction\": \"*\""), 3, 54, "not both"),
        (good(", \"NotResource\": \"*\""), 3, 54, "not both"),
        (good(", \"Sid\": 1"), 3, 61, "Sid is a string"),
        (statement("\"Effect\": \"deny\", \"Action\": \"s3:*\", \"Resource\": \"*\""), 3, 11, "in this spelling"),
        (statement("\"Action\": \"s3:*\", \"Resource\": \"*\""), 2, 15, "has an Effect"),
        (statement("\"Effect\": \"Deny\", \"Resource\": \"*\""), 2, 15, "has an Action"),
        (statement("\"Effect\": \"Deny\", \"Action\": \"s3:*\""), 2, 15, "has a Resource"),
        (statement("\"Effect\": \"Deny\", \"Action\": [], \"Resource\": \"*\""), 3, 29, "names no action"),
        (statement("\"Effect\": \"Deny\", \"Action\": \"GetObject\", \"Resource\": \"*\""), 3, 29, "service prefix"),
        (statement("\"Effect\": \"Deny\", \"Action\": \"s3:Get Object\", \"Resource\": \"*\""), 3, 29, "not an action"),
        (
            statement("\"Effect\": \"Deny\", \"Action\": [\"s3:*\", 3], \"Resource\": \"*\""),
            3,
            38,
            "an action is a string",
        ),
        (statement("\"Effect\": \"Deny\", \"Action\": \"s3:*\", \"Resource\": \"bucket\""), 3, 49, "an ARN or *"),
        (statement("\"Effect\": \"Deny\", \"Action\": \"s3:*\", \"Resource\": []"), 3, 49, "no resource"),
        (
            statement("\"Effect\": \"Deny\", \"Action\": \"s3:*\", \"Resource\": \"arn:aws:s3:::${aws:username\""),
            3,
            63,
            "closing brace",
        ),
        (
            statement("\"Effect\": \"Deny\", \"Action\": \"s3:*\", \"Resource\": \"arn:aws:s3:::${}\""),
            3,
            63,
            "not the name",
        ),
        (
            statement("\"Effect\": \"Deny\", \"Action\": \"s3:*\", \"Resource\": \"arn:aws:s3:::${a:b, c}\""),
            3,
            63,
            "single quotes",
        ),
        (good(", \"Condition\": []"), 3, 67, "Condition is an object"),
        (good(", \"Condition\": {\"StringMatches\": {\"a:b\": \"c\"}}"), 3, 68, "not a condition operator"),
        (good(", \"Condition\": {\"stringEquals\": {\"a:b\": \"c\"}}"), 3, 68, "did you mean StringEquals?"),
        (good(", \"Condition\": {\"ForSomeValues:StringEquals\": {\"a:b\": \"c\"}}"), 3, 68, "ForAnyValue"),
        (good(", \"Condition\": {\"NullIfExists\": {\"a:b\": \"true\"}}"), 3, 68, "no IfExists"),
        (good(", \"Condition\": {\"StringEquals\": \"c\"}"), 3, 84, "in an object"),
        (good(", \"Condition\": {\"StringEquals\": {\"a:b\": null}}"), 3, 92, "not null"),
        (good(", \"Condition\": {\"StringEquals\": {\"a:b\": {\"c\": 1}}}"), 3, 92, "not an object"),
        (
            good(", \"Condition\": {\"StringEquals\": {\"a:b\": \"c\", \"A:B\": \"d\"}}"),
            3,
            97,
            "case makes no difference",
        ),
    ] {
        let (l, c, message) = refused(Identity, &text);
        assert!(message.contains(words), "{message}\n{text}");
        assert_eq!((l, c), (line, column), "{message}\n{text}");
    }
    let twice = r#"{"Version": "2012-10-17", "Statement": [
        {"Sid": "A", "Effect": "Deny", "Action": "*", "Resource": "*"},
        {"Sid": "A", "Effect": "Deny", "Action": "*", "Resource": "*"}]}"#;
    assert_eq!(refused(Identity, twice).0, 3);
}

#[test]
fn trust_documents() {
    use PolicyKind::Trust;
    for (principal, words) in [
        (r#"{"AWS": "arn:aws:iam::222222222222:role/*"}"#, "wildcard"),
        (r#"{"AWS": "bob"}"#, "not the ARN"),
        (r#"{"Service": "*"}"#, "service principal"),
        (r#"{"Federated": "nobody"}"#, "identity provider"),
        (r#"{"CanonicalUser": "abc"}"#, "not a kind of principal"),
        (r#"{"AWS": []}"#, "no principal"),
        (r"{}", "a principal is"),
        (r#""arn:aws:iam::222222222222:root""#, "a principal is"),
    ] {
        let text =
            statement(&format!("\"Effect\": \"Allow\", \"Action\": \"sts:AssumeRole\", \"Principal\": {principal}"));
        assert!(refused(Trust, &text).2.contains(words), "{principal}: {}", refused(Trust, &text).2);
    }
    assert!(
        refused(Trust, &statement("\"Effect\": \"Allow\", \"Action\": \"sts:AssumeRole\""))
            .2
            .contains("has a Principal")
    );
    let with_resource =
        statement("\"Effect\": \"Allow\", \"Action\": \"sts:*\", \"Principal\": \"*\", \"Resource\": \"*\"");
    assert!(refused(Trust, &with_resource).2.contains("names no resource"));
}

/// "SCP limits since May 2026: 10,240 characters"; session policies 2,048 (STS API reference, `AssumeRole`).
#[test]
fn sizes() {
    let of = |length: usize| {
        let text = statement("\"Effect\": \"Deny\", \"Action\": \"s3:*\", \"Resource\": \"*\"");
        text.clone() + &" ".repeat(length - text.len())
    };
    assert!(Policy::parse(PolicyKind::ServiceControl, "p", &of(10_240)).is_ok());
    let (line, column, message) = refused(PolicyKind::ServiceControl, &of(10_241));
    assert!(message.contains("10241") && message.contains("10240"), "{message}");
    assert_eq!((line, column > 1), (3, true));
    assert!(Policy::parse(PolicyKind::Session, "p", &of(2_049)).is_err());
    assert!(Policy::parse(PolicyKind::Boundary, "p", &of(20_000)).is_ok(), "IAM does not count white space");
    let five = SizeLimit { characters: 5_120, counts_white_space: true };
    assert!(Policy::parse_within(five, PolicyKind::ServiceControl, "p", &of(5_121)).is_err());
    assert!(Policy::parse_within(SizeLimit::NONE, PolicyKind::Identity, "p", &of(50_000)).is_ok());
}

#[test]
fn findings_are_legal_and_told() {
    let text = r#"{"Statement": {"Sid": "a b", "Effect": "Deny", "Action": "s3:*", "Resource": "arn:aws:s3",
        "Condition": {"StringEquals": {"aws:PrincipalOrg": "o-1", "owner": "x", "sagemakr:AppType": "x", "aws:TagKeys": "a"},
                      "IpAddress": {"aws:SourceIp": "<cidr>"}, "ArnLike": {"aws:PrincipalArn": "arn:aws:iam::*"},
                      "NumericLessThan": {"s3:max-keys": "many"}, "Bool": {"aws:SecureTransport": "no"}}}}"#;
    let policy = Policy::parse(PolicyKind::Identity, "p", text).unwrap();
    let found: Vec<&str> = policy.findings().iter().map(|f| f.message.as_str()).collect();
    for words in [
        "\"Version\"",
        "letters and digits",
        "fewer than the six parts",
        "not a global condition key: no call has it. Is \"aws:principalorgid\" meant?",
        "no service prefix",
        "no service \"sagemakr\"",
        "several values",
        "not an address range",
        "not an ARN",
        "not a number",
        "not true or false",
    ] {
        assert!(found.iter().any(|f| f.contains(words)), "{words} in {found:#?}");
    }
    let clean = statement(
        "\"Effect\": \"Deny\", \"Action\": \"s3:*\", \"Resource\": \"*\", \"Condition\": {\"StringEquals\": {\"aws:PrincipalTag/team\": \"x\"}}",
    );
    assert_eq!(Policy::parse(PolicyKind::Identity, "p", &clean).unwrap().findings(), []);
}
