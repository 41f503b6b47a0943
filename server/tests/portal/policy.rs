//! `studiogate policy`, as a process.

use std::path::PathBuf;
use std::process::Output;

use serde_json::{Value, json};

use crate::command::studiogate;

fn policy(arguments: &[&str], input: &str) -> Output {
    studiogate(&[&["policy"], arguments].concat(), input.as_bytes())
}

fn evaluate(input: &Value) -> Value {
    let output = policy(&["evaluate"], &input.to_string());
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    serde_json::from_slice(&output.stdout).unwrap()
}

fn document(statements: &Value) -> Value {
    json!({"Version": "2012-10-17", "Statement": statements})
}

fn everything() -> Value {
    document(&json!([{"Effect": "Allow", "Action": "*", "Resource": "*"}]))
}

/// A call that every layer allows, to be changed by one.
fn allowed() -> Value {
    json!({
        "action": "sagemaker:CreateEndpoint",
        "resource": "arn:aws:sagemaker:eu-west-1:601000000002:endpoint/score",
        "context": {"aws:RequestedRegion": ["eu-west-1"]},
        "scps": [[everything()], [everything()]],
        "boundary": everything(),
        "session": [everything()],
        "identity": [everything()],
    })
}

#[test]
fn each_layer_decides_and_is_named() {
    let deny =
        document(&json!([{"Sid": "NoEndpoints", "Effect": "Deny", "Action": "sagemaker:*Endpoint", "Resource": "*"}]));
    let nothing = document(&json!([{"Effect": "Allow", "Action": "s3:*", "Resource": "*"}]));
    assert_eq!(evaluate(&allowed())["decision"], "allow");
    for (pointer, layer, level) in
        [("/scps/1", "scp", json!(1)), ("/session", "session", Value::Null), ("/identity", "identity", Value::Null)]
    {
        let mut input = allowed();
        input.pointer_mut(pointer).unwrap().as_array_mut().unwrap().push(deny.clone());
        let answer = evaluate(&input);
        assert_eq!(answer["decision"], "explicit_deny");
        assert_eq!(
            answer["decided_by"],
            json!({"layer": layer, "level": level, "policy": 1, "statement": "NoEndpoints"}),
        );
        assert!(answer["explanation"].as_str().unwrap().contains("NoEndpoints"), "{answer}");
        let mut input = allowed();
        *input.pointer_mut(pointer).unwrap() = json!([nothing]);
        let answer = evaluate(&input);
        assert_eq!(answer["decision"], "implicit_deny");
        assert_eq!(answer["decided_by"], json!({"layer": layer, "level": level, "policy": null, "statement": null}));
    }
    let mut input = allowed();
    input["boundary"] = deny;
    assert_eq!(evaluate(&input)["decided_by"]["layer"], "boundary");
    input["boundary"] = nothing;
    assert_eq!(evaluate(&input)["decision"], "implicit_deny");
}

#[test]
fn layers_that_are_not_there_restrict_nothing() {
    let mut input = allowed();
    for (key, value) in [("scps", json!([])), ("boundary", Value::Null), ("session", Value::Null)] {
        input[key] = value;
        assert_eq!(evaluate(&input)["decision"], "allow", "{input}");
    }
    input["session"] = json!([]);
    assert_eq!(evaluate(&input)["decision"], "allow", "STS takes an empty list for none");
    input["identity"] = json!([]);
    assert_eq!(evaluate(&input)["decision"], "implicit_deny");
    input["scps"] = json!([[]]);
    assert_eq!(evaluate(&input)["decided_by"]["layer"], "scp");
}

#[test]
fn what_cannot_be_read_is_refused_with_its_place() {
    let twice = r#"{"action": "s3:GetObject", "resource": "*", "scps": [],
  "identity": [{"Version": "2012-10-17",
    "Statement": {"Effect": "Allow", "Action": "*", "Resource": "*", "Effect": "Deny"}}]}"#;
    let long = format!(
        "{{\"action\": \"s3:GetObject\", \"resource\": \"*\", \"identity\": [],\n\"scps\": [[{}]]}}",
        document(&json!([{"Sid": "a".repeat(10_240), "Effect": "Allow", "Action": "*", "Resource": "*"}])),
    );
    for (input, place, words) in [
        ("", "line 1, column 1", "the document ends"),
        ("[]", "line 1, column 1", "the input is an object"),
        (twice, "line 3, column 70", "\"Effect\" is here a second time"),
        (&long, "line 2", "at most 10240"),
        (r#"{"action": "s3:*", "resource": "*", "scps": [], "identity": []}"#, "line 1, column 12", "not one action"),
        (r#"{"action": "s3:GetObject", "resource": "*", "scps": []}"#, "line 1, column 1", "\"identity\""),
        (r#"{"action": "s3:GetObject", "resource": "*", "identity": []}"#, "line 1, column 1", "\"scps\""),
        (r#"{"Action": "s3:GetObject"}"#, "line 1, column 2", "did you mean action?"),
        (
            r#"{"action": "s3:GetObject", "resource": "*", "scps": [], "identity": [], "context": {"a:b": [{}]}}"#,
            "line 1, column 93",
            "not an object",
        ),
    ] {
        let output = policy(&["evaluate"], input);
        let said = String::from_utf8(output.stderr).unwrap();
        assert_eq!(output.status.code(), Some(2), "{said}");
        assert!(said.starts_with(place) && said.contains(words), "{said}");
        assert!(output.stdout.is_empty());
    }
}

#[test]
fn check_tells_refusals_from_findings() {
    let file = |name: &str, text: &str| -> PathBuf {
        let path = std::env::temp_dir().join(format!("studiogate-policy-{}-{name}.json", std::process::id()));
        std::fs::write(&path, text).unwrap();
        path
    };
    let good = file("good", &everything().to_string());
    // The published example: one block, which lets a call with one of the two keys through.
    let trap = file(
        "trap",
        &document(&json!([{"Effect": "Deny", "Action": "sagemaker:CreateDomain", "Resource": "*",
            "Condition": {"Null": {"sagemaker:VpcSubnets": "true", "sagemaker:VpcSecurityGroupIds": "true"}}}]))
        .to_string(),
    );
    let bad = file("bad", "{\n  \"Statement\": []\n}");
    let run = |files: &[&PathBuf]| {
        let mut arguments = vec!["check", "--format", "json"];
        arguments.extend(files.iter().map(|f| f.to_str().unwrap()));
        let output = policy(&arguments, "");
        (output.status.code(), serde_json::from_slice::<Vec<Value>>(&output.stdout).unwrap())
    };
    assert_eq!(run(&[&good]), (Some(0), Vec::new()));
    let (code, remarks) = run(&[&good, &trap]);
    assert_eq!((code, remarks.len()), (Some(1), 1));
    assert_eq!(remarks[0]["severity"], "warning");
    assert!(remarks[0]["message"].as_str().unwrap().contains("all of them are absent"));
    let (code, remarks) = run(&[&trap, &bad]);
    assert_eq!((code, remarks.len()), (Some(2), 2));
    assert_eq!((&remarks[1]["line"], &remarks[1]["column"]), (&json!(2), &json!(16)));
    assert_eq!(run(&[&PathBuf::from("no-such-file.json")]).0, Some(2));
    let piped = policy(&["check", "--kind", "trust", "-"], &everything().to_string());
    assert_eq!(piped.status.code(), Some(2), "a trust policy has principals");
    assert!(String::from_utf8(piped.stdout).unwrap().starts_with("-:1:"));
    for path in [good, trap, bad] {
        std::fs::remove_file(path).unwrap();
    }
}
