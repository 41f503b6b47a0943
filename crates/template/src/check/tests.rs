#![allow(clippy::unwrap_used, clippy::expect_used, clippy::pedantic)]

use super::*;

fn rules(text: &str) -> Vec<(String, usize)> {
    check(text).unwrap().findings.into_iter().map(|found| (found.rule, found.line)).collect()
}

#[test]
fn everything_is_told_at_once_with_its_place() {
    let text = "\
AWSTemplateFormatVersion: '2011-01-01'
Resource: {}
Transform: AWS::Serverless-2016-10-31
Parameters:
  bad-name: {Type: String}
  A: {Type: Strong}
Resources:
  One:
    Type: AWS::S3::Bucket
    Tags: []
    Condition: Missing
    Properties:
      BucketName: !Sub '${A}-${Nobody}-${Two.Arn}'
      BucketName: !Ref Nothing
      Other:
        Fn::Nope: x
  Two:
    Type: AWS::CloudFormation::Stack
  Three: {Properties: {}}
  Fn::ForEach::Loop: []
Outputs:
  Out: {}
";
    let expected = [
        ("format_version", 1),
        ("unknown_section", 2),
        ("transform", 3),
        ("name", 5),
        ("parameter_form", 6),
        ("resource_member", 10),
        ("unresolved_condition", 11),
        ("duplicate_key", 14),
        ("unresolved_reference", 14),
        ("unknown_function", 15),
        ("nested_stack", 18),
        ("resource_type", 19),
        ("for_each", 20),
        ("output_form", 22),
    ];
    let expected: Vec<_> = expected.into_iter().map(|(rule, line)| (rule.to_owned(), line)).collect();
    assert_eq!(rules(text), expected);
    for finding in check(text).unwrap().findings {
        assert!(!finding.message.is_empty() && !finding.fix.is_empty(), "{finding:?}");
    }
}

#[test]
fn a_type_that_cloudformation_does_not_have_is_told_with_what_may_be_meant() {
    let text = "Resources:\n  A:\n    Type: AWS::S3::Buckett\n  B:\n    Type: Example::Own::Thing\n  C: {Type: Custom::Mine}\n";
    let found = check(text).unwrap();
    let told: Vec<_> = found.findings.iter().map(|it| (it.rule.as_str(), it.line, it.waivable)).collect();
    assert_eq!(told, [("unknown_resource_type", 3, true), ("unknown_resource_type", 5, true)]);
    assert_eq!(found.findings[0].fix, "Write AWS::S3::Bucket, if that is what is meant.");
    assert!(found.findings[1].fix.contains("an admin can let it pass"), "{:?}", found.findings[1]);
    let refused = found.template.unwrap().check_types().unwrap_err();
    assert_eq!(
        refused.to_string(),
        "Template format error: Unrecognized resource types: [AWS::S3::Buckett, Example::Own::Thing]"
    );
}

#[test]
fn limits_of_a_parameter_that_contradict_each_other_are_told_where_they_stand() {
    let text = "\
Parameters:
  Crossed:
    Type: String
    MinLength: 5
    MaxLength: 2
  Odd: {Type: Number, MinValue: 2, MaxValue: 1}
  Short:
    Type: String
    MinLength: 5
    AllowedValues: [a, bb]
  Low:
    Type: Number
    Default: 1
    MinValue: 3
  Torn:
    Type: String
    AllowedPattern: '['
  Wrong:
    Type: Strong
    MinLength: few
    Colour: red
Resources:
  A: {Type: AWS::S3::Bucket}
";
    let found = check(text).unwrap();
    let told: Vec<_> = found.findings.iter().map(|it| (it.rule.as_str(), it.line, it.waivable)).collect();
    let expected = [
        ("parameter_limits", 4, false),
        ("parameter_limits", 6, false),
        ("parameter_limits", 10, false),
        ("parameter_default", 13, true),
        ("parameter_pattern", 17, true),
        ("parameter_form", 19, false),
        ("parameter_form", 20, false),
        ("parameter_form", 21, false),
    ];
    assert_eq!(told, expected, "{:#?}", found.findings);
}

#[test]
fn v1_3_3_bytes_that_are_no_text_are_told_as_what_they_are() {
    let told = |bytes: &[u8]| text_of(bytes).unwrap_err();
    assert!(told(&[0x1f, 0x8b, 8, 0]).message.contains("gzip"));
    assert!(told(b"PK\x03\x04..").message.contains("zip"));
    assert!(told(&vec![b'a'; 1_048_577]).message.contains("1048576"));
    assert!(told(b" \n\t").message.contains("empty"));
    let binary = told(b"Resources:\n  A: \xff\xfe");
    assert_eq!((binary.line, binary.column), (2, 6));
    assert_eq!(told(b"a\0").column, 2);
    assert_eq!(text_of("\u{feff}Resources: {}".as_bytes()).unwrap(), "\u{feff}Resources: {}");
}

#[test]
fn what_cannot_be_read_says_where() {
    for (text, line, says) in [
        ("Resources:\n  A: [", 3, "not well-formed"),
        ("Resources: &x {}\nOutputs: *x\n", 2, "aliases"),
        ("{\"Resources\": }", 1, "JSON"),
        ("- a\n", 1, "unsupported structure"),
        ("Resources:\n  A: !Nope x\n", 2, "unknown tag"),
    ] {
        let error = check(text).unwrap_err();
        assert!(error.message.contains(says) && error.line == line, "{text:?}: {error:?}");
    }
    // In JSON, too, a key that stands twice is a finding with its place.
    assert_eq!(rules("{\n\"Resources\": {},\n\"Resources\": {}}"), [("duplicate_key".to_owned(), 3)]);
}

#[test]
fn a_circle_is_told_and_what_is_right_is_a_template() {
    let circle =
        "Resources:\n  A: {Type: 'AWS::S3::Bucket', DependsOn: B}\n  B: {Type: 'AWS::S3::Bucket', DependsOn: A}\n";
    assert_eq!(rules(circle), [("circular_dependency".to_owned(), 2)]);
    let unknown = circle.replacen("S3::Bucket", "S3::Buckett", 1);
    let both = [("circular_dependency".to_owned(), 2), ("unknown_resource_type".to_owned(), 2)];
    assert_eq!(rules(&unknown), both, "nothing hides it");
    let itself = "Resources:\n  A: {Type: 'AWS::S3::Bucket', Properties: {BucketName: !Ref A}}\n";
    assert_eq!(rules(itself), [("circular_dependency".to_owned(), 2)]);
    let names = "Parameters: {A: {Type: String}}\nResources:\n  A:\n    Type: AWS::S3::Bucket\n    Properties:\n      \
                 BucketName: !FindInMap [None, a, b]\n      Tags: !Ref AWS::Regio\n";
    let found = [("duplicate_name", 3), ("unresolved_reference", 6), ("unresolved_reference", 7)];
    assert_eq!(rules(names), found.map(|(rule, line)| (rule.to_owned(), line)));
    assert_eq!(rules("Resources: {}"), [("empty_template".to_owned(), 1)]);
    let right = check("Resources:\n  A: {Type: 'AWS::S3::Bucket'}\n").unwrap();
    assert!(right.findings.is_empty() && right.template.unwrap().resources.len() == 1);
}

#[test]
fn v2_4_1_a_template_of_any_size_is_checked_in_bounded_time() {
    use std::fmt::Write as _;
    let mut text = "Resources:\n".to_owned();
    for number in 0..501 {
        writeln!(text, "  R{number}: {{Type: 'AWS::S3::Bucket'}}").unwrap();
    }
    assert_eq!(rules(&text), [("limit".to_owned(), 1)]);
    let deep = format!("Resources: {}1{}", "[".repeat(100), "]".repeat(100));
    assert!(check(&deep).unwrap_err().message.contains("too deeply"));
}
