//! The rules of `docs/architecture.md`, held against the files: which crate uses which, and where SQL, the AWS SDK and the
//! taking on of roles stand.
#![allow(clippy::unwrap_used, clippy::expect_used)]

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap().to_owned()
}

/// Every `.rs` file below the folder, with its path from the root.
fn sources(folder: &str) -> Vec<(String, String)> {
    let mut found = Vec::new();
    let mut open = vec![root().join(folder)];
    while let Some(folder) = open.pop() {
        for entry in fs::read_dir(&folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                open.push(path);
            } else if path.extension().is_some_and(|end| end == "rs") {
                let name = path.strip_prefix(root()).unwrap().display().to_string();
                found.push((name, fs::read_to_string(&path).unwrap()));
            }
        }
    }
    found
}

fn product() -> Vec<(String, String)> {
    ["app", "frontend", "server", "crates"].into_iter().flat_map(sources).collect()
}

/// The project's own crates among the dependencies of one section of a manifest.
fn uses(manifest: &str, section: &str) -> BTreeSet<String> {
    let text = fs::read_to_string(root().join(manifest).join("Cargo.toml")).unwrap();
    let (_, rest) = text.split_once(&format!("\n[{section}]\n")).unwrap_or_default();
    let own = ["app", "aws", "control-plane", "domain", "sim", "store"];
    rest.lines()
        .take_while(|line| !line.starts_with('['))
        .filter_map(|line| own.into_iter().find(|name| line.split(['.', ' ', '=']).next() == Some(name)))
        .map(str::to_owned)
        .collect()
}

fn set(names: &[&str]) -> BTreeSet<String> {
    names.iter().map(|name| (*name).to_owned()).collect()
}

#[test]
fn a_crate_uses_only_what_stands_further_in() {
    for (crate_, allowed) in [
        ("crates/domain", &[][..]),
        ("crates/store", &["domain"]),
        ("crates/aws", &["domain"]),
        ("crates/sim", &["domain"]),
        ("crates/control-plane", &["aws", "domain", "store"]),
        ("app", &["control-plane", "domain"]),
        ("frontend", &["app"]),
        ("server", &["app", "aws", "control-plane", "domain", "sim", "store"]),
    ] {
        assert_eq!(uses(crate_, "dependencies"), set(allowed), "{crate_}");
    }
    assert_eq!(uses("crates/control-plane", "dev-dependencies"), set(&["sim"]));
    assert_eq!(uses("crates/aws", "dev-dependencies"), set(&["sim"]));
}

#[test]
fn sql_stands_in_the_store_and_the_sdk_in_its_adapters() {
    for (name, text) in product() {
        let is_test = name.contains("/tests/");
        if !name.starts_with("crates/store/") && !is_test {
            assert!(!text.contains("sqlx::"), "{name} has SQL: it belongs in crates/store");
        }
        if !name.starts_with("crates/aws/") {
            assert!(!text.contains("aws_sdk_"), "{name} has the AWS SDK: it belongs in crates/aws");
        }
    }
}

/// `clippy.toml` forbids it too; this holds where somebody allows the lint.
#[test]
fn roles_are_taken_on_in_one_file() {
    let taking: Vec<String> = product()
        .into_iter()
        .filter(|(name, text)| !name.starts_with("crates/aws/") && text.contains(".assume("))
        .map(|(name, _)| name)
        .collect();
    assert_eq!(taking, ["crates/control-plane/src/session.rs"]);
    let session = fs::read_to_string(root().join("crates/control-plane/src/session.rs")).unwrap();
    // Whatever is done for a person asks for a value that only the authorizer makes.
    for function in ["launcher", "tagger", "provisioner"] {
        let (_, signature) = session.split_once(&format!("async fn {function}(")).expect(function);
        let signature = signature.split('{').next().unwrap();
        assert!(signature.contains("&Authorized<Environment>"), "{function}: {signature}");
    }
}

#[test]
fn an_authorized_value_is_made_by_the_authorizer_alone() {
    let making: Vec<String> = product()
        .into_iter()
        .filter(|(_, text)| text.contains("Authorized {") || text.contains("Authorized::new("))
        .map(|(name, _)| name)
        .collect();
    assert!(!making.is_empty());
    assert!(making.iter().all(|name| name.starts_with("crates/control-plane/src/authorize/")), "{making:?}");
}

#[test]
fn time_is_passed_in() {
    for (name, text) in product() {
        let pure = name.starts_with("crates/domain/src/") || name.starts_with("crates/store/src/");
        if pure {
            for clock in ["Utc::now", "SystemTime::now", "Instant::now"] {
                assert!(!text.contains(clock), "{name} reads a clock of its own");
            }
        }
    }
}
