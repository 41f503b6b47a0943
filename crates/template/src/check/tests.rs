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
    let circle = "Resources:\n  A: {Type: 'A::B', DependsOn: B}\n  B: {Type: 'A::B', DependsOn: A}\n";
    assert_eq!(rules(circle), [("invalid_template".to_owned(), 1)]);
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
