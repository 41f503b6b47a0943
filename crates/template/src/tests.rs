use std::collections::BTreeMap;

use proptest::prelude::*;
use serde_json::{Value, json};

use super::{Evaluator, Physical, Pseudo, Template, Values};

fn pseudo() -> Pseudo {
    Pseudo {
        account: "601000000002".into(),
        region: "eu-west-1".into(),
        stack_name: "SC-601000000002-pp-1".into(),
        stack_id: "arn:aws:cloudformation:eu-west-1:601000000002:stack/SC-601000000002-pp-1/1".into(),
        notification_arns: Vec::new(),
    }
}

/// Evaluates the property `P` of the resource `R` that the template holds.
fn evaluate(template: &str, given: &[(&str, &str)], exports: &[(&str, &str)]) -> Result<Option<Value>, String> {
    let template = Template::parse(template).map_err(|e| e.to_string())?;
    let given: Values = given.iter().map(|(k, v)| ((*k).to_owned(), (*v).to_owned())).collect();
    let values = template.parameter_values(&given).map_err(|e| e.to_string())?;
    let exports: BTreeMap<String, String> = exports.iter().map(|(k, v)| ((*k).to_owned(), (*v).to_owned())).collect();
    let made = BTreeMap::from([(
        "Made".to_owned(),
        Physical {
            reference: "made-1".into(),
            attributes: BTreeMap::from([("Arn".to_owned(), json!("arn:made-1"))]),
            opaque: false,
        },
    )]);
    let pseudo = pseudo();
    let evaluator = Evaluator::new(&template, &values, &pseudo, &exports, &made).map_err(|e| e.to_string())?;
    evaluator.check_imports().map_err(|e| e.to_string())?;
    let property = &template.resource("R").expect("R").properties["P"];
    evaluator.value(property).map_err(|e| e.to_string())
}

fn with(head: &str, property: &str) -> String {
    format!(
        "{head}\nResources:\n  Made: {{Type: 'AWS::X::Y'}}\n  R:\n    Type: AWS::X::Y\n    Properties:\n      P: {property}\n"
    )
}

fn value(head: &str, property: &str) -> Value {
    evaluate(&with(head, property), &[], &[]).expect("evaluates").unwrap_or(Value::Null)
}

#[test]
fn functions_give_what_cloudformation_gives() {
    let head = "Parameters:\n  A: {Type: String, Default: alpha}\n  L: {Type: CommaDelimitedList, Default: 'x, y'}\n  N: {Type: Number, Default: 3}\nMappings:\n  M: {eu-west-1: {k: v, l: [1, 2]}}\nConditions:\n  Is: !Equals [!Ref A, alpha]\n  Isnt: !Not [!Condition Is]\n  Both: !And [!Condition Is, !Not [!Condition Isnt]]\n  Any: !Or [!Condition Isnt, !Condition Both]";
    for (property, expected) in [
        ("!Ref A", json!("alpha")),
        ("!Ref L", json!(["x", "y"])),
        ("!Ref N", json!("3")),
        ("!Ref Made", json!("made-1")),
        ("!GetAtt Made.Arn", json!("arn:made-1")),
        ("{'Fn::GetAtt': [Made, Arn]}", json!("arn:made-1")),
        ("!Sub '${A}-${AWS::Region}-${Made.Arn}-${!kept}'", json!("alpha-eu-west-1-arn:made-1-${kept}")),
        ("!Sub ['${A}${b}', {b: !Ref Made}]", json!("alphamade-1")),
        ("!Join ['-', [a, !Ref A, 3]]", json!("a-alpha-3")),
        ("!Join ['', !Ref L]", json!("xy")),
        ("!Select [1, !Ref L]", json!("y")),
        ("!Split [',', 'a,b']", json!(["a", "b"])),
        ("!FindInMap [M, !Ref 'AWS::Region', k]", json!("v")),
        ("!FindInMap [M, !Ref 'AWS::Region', l]", json!([1, 2])),
        ("!If [Any, 1, 2]", json!(1)),
        ("!If [Isnt, 1, !Ref 'AWS::NoValue']", Value::Null),
        ("[!If [Isnt, 1, !Ref 'AWS::NoValue'], 2]", json!([2])),
        ("{a: !Ref 'AWS::NoValue', b: true}", json!({ "b": true })),
        ("!Base64 abc", json!("YWJj")),
        ("!GetAZs ''", json!(["eu-west-1a", "eu-west-1b", "eu-west-1c"])),
        ("!Cidr [10.0.0.0/16, 2, 8]", json!(["10.0.0.0/24", "10.0.1.0/24"])),
        ("!Ref AWS::AccountId", json!("601000000002")),
        ("{'Fn::ToJsonString': {a: !Ref A}}", json!("{\"a\":\"alpha\"}")),
        ("2012-10-17", json!("2012-10-17")),
        ("012345678901", json!("012345678901")),
        ("1.10", json!("1.10")),
        ("TRUE", json!(true)),
        ("'TRUE'", json!("TRUE")),
    ] {
        assert_eq!(value(head, property), expected, "{property}");
    }
}

#[test]
fn a_missing_export_is_named_as_aws_names_it() {
    let template = with(
        "Parameters:\n  Env: {Type: String, Default: dev}\nConditions:\n  Never: !Equals [a, b]",
        "[{'Fn::ImportValue': !Sub 'net-${Env}'}, !If [Never, !ImportValue never, kept]]",
    );
    assert_eq!(evaluate(&template, &[], &[]), Err("No export named net-dev found.".into()));
    assert_eq!(evaluate(&template, &[], &[("net-dev", "subnet-1")]), Ok(Some(json!(["subnet-1", "kept"]))));
}

#[test]
fn parameters_are_checked_in_cloudformations_words() {
    let head = "Parameters:\n  Type:\n    Type: String\n    AllowedValues: [a, b]\n  Size: {Type: Number, Default: 1, MaxValue: 5}\n  Name: {Type: String, Default: abc, MinLength: 3, ConstraintDescription: three at least}";
    let text = with(head, "1");
    for (given, words) in [
        (vec![], "Parameters: [Type] must have values"),
        (vec![("Type", "a"), ("Other", "x")], "Parameters: [Other] do not exist in the template"),
        (vec![("Type", "c")], "Parameter 'Type' must be one of AllowedValues"),
        (vec![("Type", "a"), ("Size", "9")], "Parameter 'Size' must be a number not greater than 5"),
        (vec![("Type", "a"), ("Size", "big")], "Parameter 'Size' must be a number."),
        (vec![("Type", "a"), ("Name", "x")], "Parameter 'Name' failed to satisfy constraint: three at least"),
    ] {
        assert_eq!(evaluate(&text, &given, &[]), Err(words.into()), "{given:?}");
    }
    assert!(evaluate(&text, &[("Type", "b")], &[]).is_ok());
}

#[test]
fn broken_templates_are_refused_with_their_place() {
    for (text, words) in [
        ("", "Template format error: the template is empty"),
        ("just text", "Template format error: unsupported structure."),
        ("Description: x", "Template format error: At least one Resources member must be defined."),
        ("{\"Resources\": {\"A\": {\"Type\": \"A::B\"}, \"A\": {}}}", "duplicate key \"A\""),
        (
            "Resources:\n  A: &x\n    Type: A::B\n  B: *x\n",
            "YAML aliases are not allowed in CloudFormation templates (line 4, column 6)",
        ),
        ("Resources:\n  A:\n   Type: A::B\n  Properties: [\n", "YAML not well-formed"),
        ("Resources:\n  A:\n    Type: A::B\n    Properties:\n      X: !Nope y\n", "unknown tag !Nope (line 5"),
        (
            "Resources:\n  A:\n    Type: A::B\n    DependsOn: Z\n",
            "Unresolved resource dependencies [Z] in the Resources block of the template",
        ),
        (
            "Resources:\n  A:\n    Type: A::B\n    Properties: {X: !Sub '${Q}'}\n",
            "Unresolved resource dependencies [Q] in the Resources block of the template",
        ),
        (
            "Resources:\n  A: {Type: A::B, DependsOn: B}\n  B: {Type: A::B, Properties: {X: !Ref A}}\n  C: {Type: A::B, DependsOn: A}\n",
            "Circular dependency between resources: [A, B]",
        ),
        (
            "Conditions: {A: !Condition B, B: !Condition A}\nResources:\n  A: {Type: A::B}\n",
            "Circular dependency between conditions: [A, B]",
        ),
        ("Resources:\n  A: {Type: A::B, Condition: C}\n", "Unresolved condition dependency C"),
        ("Things: 1\nResources:\n  A: {Type: A::B}\n", "Invalid template property or properties [Things]"),
        (
            "Transform: AWS::Serverless-2016-10-31\nResources:\n  A: {Type: A::B}\n",
            "the transform AWS::Serverless-2016-10-31 is not run",
        ),
        (
            "Transform: AWS::LanguageExtensions\nResources:\n  'Fn::ForEach::All': [X, [a, b], {'A${X}': {Type: A::B}}]\n",
            "Fn::ForEach::All is not run",
        ),
        (
            "Resources:\n  A:\n    Type: A::B\n    Properties: {B: 1, 'Fn::Transform': {Name: AWS::Include}}\n",
            "Fn::Transform is not run",
        ),
        (
            "Resources:\n  A: {Type: A::B, UpdateReplacePolicy: Maybe}\n",
            "Unrecognized UpdateReplacePolicy Maybe for resource A",
        ),
        ("AWSTemplateFormatVersion: 2011-01-01\nResources:\n  A: {Type: A::B}\n", "Template version is not valid"),
        ("Resources: {A: {Type: A::B}}\n---\nmore: 1\n", "a template is one YAML document"),
    ] {
        let refused = Template::parse(text).expect_err(text).to_string();
        assert!(refused.contains(words), "{text}\n  {refused}");
    }
}

#[test]
fn bombs_are_refused() {
    let deep = format!("Resources: {}1{}", "[".repeat(5000), "]".repeat(5000));
    assert!(Template::parse(&deep).is_err());
    let deep_json = format!("{{\"Resources\": {}1{}}}", "[".repeat(5000), "]".repeat(5000));
    assert!(Template::parse(&deep_json).is_err());
    let block = format!("Resources:\n  {}x", "- ".repeat(5000));
    assert!(Template::parse(&block).is_err());
    assert!(Template::parse(&" ".repeat(domain::template::MAX_TEMPLATE_BYTES + 1)).is_err());
    // Each level doubles the text of the one inside it.
    let mut bomb = "0123456789".to_owned();
    for _ in 0..18 {
        bomb = format!("!Sub ['${{a}}${{a}}', {{a: {bomb}}}]");
    }
    let refused = evaluate(&with("", &bomb), &[], &[]).expect_err("too long");
    assert!(refused.contains("more than"), "{refused}");
}

#[test]
fn resources_are_ordered_by_need_and_counted() {
    let template = Template::parse(
        "Resources:\n  C: {Type: A::B, Properties: {X: !GetAtt B.Arn}}\n  B: {Type: A::B, Properties: {X: !Sub '${A}'}}\n  A: {Type: A::C}\n",
    )
    .expect("parses");
    assert_eq!(template.order().expect("order"), ["A", "B", "C"]);
    assert_eq!(template.resource_counts(), BTreeMap::from([("A::B".to_owned(), 2), ("A::C".to_owned(), 1)]));
}

fn soup() -> impl Strategy<Value = String> {
    let words = prop::sample::select(vec![
        "Resources:",
        "\n",
        "  ",
        "    ",
        "A:",
        "Type: A::B",
        "Properties:",
        "- ",
        "{",
        "}",
        "[",
        "]",
        ",",
        ": ",
        "!Ref ",
        "!Sub ",
        "!GetAtt ",
        "!If ",
        "!Cidr ",
        "!Select ",
        "${",
        "x",
        "\"",
        "'",
        "|",
        ">",
        "&a ",
        "*a",
        "? ",
        "#",
        "---",
        "...",
        "%YAML 1.1\n",
        "\t",
        "!!str ",
        "!<a> ",
        "Conditions:",
        "Parameters:",
        "Default: 1",
        "Fn::Join: ",
        "\u{feff}",
        "é",
    ]);
    prop::collection::vec(words, 0..60).prop_map(|words| words.concat())
}

fn json_soup() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::Bool),
        any::<i64>().prop_map(Value::from),
        prop::sample::select(vec!["", "A", "R", "AWS::NoValue", "AWS::Region", "${A}", "10.0.0.0/16", "0", "Yes"])
            .prop_map(Value::from),
    ];
    leaf.prop_recursive(4, 32, 5, |inner| {
        let names = prop::sample::select(vec![
            "Ref",
            "Fn::Sub",
            "Fn::GetAtt",
            "Fn::If",
            "Fn::Join",
            "Fn::Select",
            "Fn::Split",
            "Fn::Cidr",
            "Fn::FindInMap",
            "Fn::ImportValue",
            "Fn::Base64",
            "Fn::GetAZs",
            "Fn::Length",
            "Fn::Equals",
            "Fn::And",
            "Condition",
            "k",
        ]);
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..5).prop_map(Value::from),
            (names, inner).prop_map(|(name, argument)| json!({ name: argument })),
        ]
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1000))]

    #[test]
    fn no_text_makes_it_panic(text in soup()) {
        let _ = Template::parse(&text);
    }

    #[test]
    fn no_bytes_make_it_panic(text in "\\PC*") {
        let _ = Template::parse(&text);
        let _ = Template::parse(&format!("Resources:\n  A:\n    Type: {text}"));
    }

    #[test]
    fn no_function_makes_it_panic(value in json_soup()) {
        let text = json!({
            "Parameters": { "A": { "Type": "String", "Default": "1" } },
            "Conditions": { "Yes": { "Fn::Equals": ["a", "a"] } },
            "Resources": { "R": { "Type": "A::B", "Properties": { "P": value } }, "Made": { "Type": "A::B" } },
        });
        let _ = evaluate(&text.to_string(), &[], &[]);
    }
}

#[test]
fn of_a_key_that_comes_twice_the_last_value_holds_and_the_lines_are_told() {
    let text = "Resources:\n  A:\n    Type: A::B\n    Properties: {X: 1}\n  C: {Type: C::D}\n  A:\n    Type: E::F\n";
    let template = Template::parse(text).unwrap();
    let kinds: Vec<&str> = template.resources.iter().map(|r| r.kind.as_str()).collect();
    assert_eq!(kinds, ["E::F", "C::D"]);
    assert_eq!(template.warnings, ["line 6: the key \"A\" stands in line 2 too; the value in line 6 holds"]);
}

#[test]
fn what_a_template_evaluates_to_is_bounded() {
    let long = "x".repeat(100_000);
    let nested = (0..12).fold(format!("'{long}'"), |inner, _| format!("{{'Fn::Base64': {inner}}}"));
    let text = format!("Resources:\n  R:\n    Type: A::B\n    Properties:\n      P: {nested}\n");
    let refused = evaluate(&text, &[], &[]).unwrap_err();
    assert!(refused.contains("Fn::Base64 gives a text of more than"), "{refused}");
    let quoted = (0..20).fold("'\"'".to_owned(), |inner, _| format!("{{'Fn::ToJsonString': {{k: {inner}}}}}"));
    let text = format!("Resources:\n  R:\n    Type: A::B\n    Properties:\n      P: {quoted}\n");
    assert!(evaluate(&text, &[], &[]).unwrap_err().contains("Fn::ToJsonString gives a text of more than"));
    let many = "{'Fn::FindInMap': [M, a, b]}, ".repeat(200);
    let text = format!(
        "Mappings: {{M: {{a: {{b: '{long}'}}}}}}\nResources:\n  R:\n    Type: A::B\n    Properties:\n      P: [{many}]\n"
    );
    assert!(evaluate(&text, &[], &[]).unwrap_err().contains("take more than 16777216 bytes"));
}

#[test]
fn parameters_that_nothing_fits_are_told() {
    let text = "
Parameters:
  Fine: {Type: String, AllowedValues: [a, bb]}
  Crossed: {Type: String, MinLength: 5, MaxLength: 2}
  Short: {Type: String, MinLength: 5, AllowedValues: [a, bb]}
  Default: {Type: Number, MinValue: 3, Default: 1}
Resources:
  A: {Type: A::B}
";
    let told = Template::parse(text).unwrap().never_filled();
    assert_eq!(told.len(), 3, "{told:?}");
    for (told, key) in told.iter().zip(["Crossed", "Short", "Default"]) {
        assert!(told.starts_with(&format!("parameter {key}: ")), "{told}");
    }
}
