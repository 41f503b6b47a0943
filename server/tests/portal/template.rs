//! `studiogate template check`, as a process.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Output;

use serde_json::Value;

use crate::command::studiogate;

fn check(arguments: &[&str], input: &[u8]) -> Output {
    studiogate(&[&["template", "check"], arguments].concat(), input)
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8(bytes.to_vec()).unwrap()
}

fn products() -> Vec<String> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../blueprints/products");
    let mut found: Vec<PathBuf> = Vec::new();
    for product in fs::read_dir(folder).unwrap() {
        let files = fs::read_dir(product.unwrap().path()).unwrap().map(|file| file.unwrap().path());
        found.extend(files.filter(|file| file.extension().is_some_and(|end| end == "yaml")));
    }
    found.sort();
    found.into_iter().map(|path| path.display().to_string()).collect()
}

#[test]
fn the_products_of_the_blueprint_pass() {
    let files = products();
    assert!(files.len() >= 8, "{files:?}");
    let files: Vec<&str> = files.iter().map(String::as_str).collect();
    let output = check(&files, b"");
    assert_eq!((output.status.code(), text(&output.stdout).as_str()), (Some(0), ""), "{}", text(&output.stderr));
}

#[test]
fn a_finding_has_its_place_and_how_to_mend_it_in_text_and_in_json() {
    let template = b"Resources:\n  Studio:\n    Type: AWS::SageMaker::NotebookInstance\n    Properties:\n      RootAccess: Enabled\n";
    let output = check(&["-"], template);
    assert_eq!(output.status.code(), Some(1));
    let told = text(&output.stdout);
    let line = told.lines().find(|line| line.contains("notebook_no_root_access")).expect(&told);
    assert!(line.starts_with("-:5:7: notebook_no_root_access: Whoever opens"), "{line}");
    assert!(line.ends_with("Set RootAccess to Disabled."), "{line}");
    let output = check(&["--format", "json", "-"], template);
    assert_eq!(output.status.code(), Some(1));
    let told: Value = serde_json::from_slice(&output.stdout).unwrap();
    let found = told.as_array().unwrap().iter().find(|it| it["rule"] == "notebook_no_root_access").unwrap();
    assert_eq!(
        (found["file"].as_str(), found["line"].as_u64(), found["column"].as_u64()),
        (Some("-"), Some(5), Some(7))
    );
    assert!(found["fix"].as_str().unwrap().contains("Disabled") && !found["message"].as_str().unwrap().is_empty());
}

#[test]
fn a_key_that_stands_twice_is_a_finding_and_a_file_that_is_no_template_ends_with_2() {
    let twice = b"Resources:\n  A:\n    Type: A::B\n    Type: A::C\n";
    let output = check(&["-"], twice);
    assert_eq!((output.status.code(), text(&output.stdout).contains("-:4:5: duplicate_key: ")), (Some(1), true));
    for (input, says) in
        [(&b"\x1f\x8b\x08"[..], "gzip"), (b"a: [", "not well-formed"), (b"", "empty"), (b"a\xff", "UTF-8")]
    {
        let output = check(&["-"], input);
        let told = text(&output.stdout);
        assert_eq!(output.status.code(), Some(2), "{told}");
        assert!(told.contains(says) && told.contains("unreadable"), "{told}");
    }
    let missing = check(&["/nothing/here.yaml"], b"");
    assert_eq!(missing.status.code(), Some(2));
    assert!(text(&missing.stdout).contains("cannot be read"));
}

#[test]
fn rules_of_ones_own_are_held_against_it_too() {
    let folder = std::env::temp_dir().join(format!("studiogate-rules-{}", std::process::id()));
    fs::create_dir_all(&folder).unwrap();
    let rule = "rule own_rule {\n  Resources.*[ Type == 'AWS::SNS::Topic' ] {\n    Properties.KmsMasterKeyId exists <<\n      Violation: It is not encrypted.\n      Fix: Set KmsMasterKeyId.\n    >>\n  }\n}\n";
    fs::write(folder.join("own_rule.guard"), rule).unwrap();
    let folder_name = folder.display().to_string();
    let template = b"Resources:\n  T:\n    Type: AWS::SNS::Topic\n    Properties: {}\n";
    let output = check(&["--rules", &folder_name, "-"], template);
    assert_eq!(output.status.code(), Some(1));
    assert_eq!(text(&output.stdout), "-:4:5: own_rule: It is not encrypted. Set KmsMasterKeyId.\n");
    for (name, text_of_it, says) in [
        ("other", rule, "holds no rule of that name"),
        ("own_rule", "rule own_rule { nothing exists }", "names no type"),
        ("own_rule", "rule own_rule { 'AWS::SNS::Topic' === }", "is no rule"),
    ] {
        fs::remove_file(folder.join("own_rule.guard")).ok();
        fs::write(folder.join(format!("{name}.guard")), text_of_it).unwrap();
        let output = check(&["--rules", &folder_name, "-"], template);
        assert!(!output.status.success() && text(&output.stderr).contains(says), "{}", text(&output.stderr));
        fs::remove_file(folder.join(format!("{name}.guard"))).unwrap();
    }
    fs::remove_dir_all(folder).unwrap();
}
