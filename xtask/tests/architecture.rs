//! The rules of `docs/architecture.md`, held against the files: which crate uses which, and where SQL, the AWS SDK and the
//! taking on of roles stand.
#![allow(clippy::unwrap_used, clippy::expect_used)]

mod sources;

use std::collections::BTreeSet;
use std::fs;

use sources::{root, sources};

fn product() -> Vec<(String, String)> {
    ["app", "frontend", "server", "crates"].into_iter().flat_map(sources).collect()
}

/// The project's own crates among the dependencies of one section of a manifest.
fn uses(manifest: &str, section: &str) -> BTreeSet<String> {
    let text = fs::read_to_string(root().join(manifest).join("Cargo.toml")).unwrap();
    let (_, rest) = text.split_once(&format!("\n[{section}]\n")).unwrap_or_default();
    let own =
        ["app", "aws", "blueprints", "control-plane", "deliver", "domain", "guard-rules", "sim", "store", "template"];
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
        ("crates/template", &["domain"]),
        ("crates/guard-rules", &["template"]),
        ("crates/blueprints", &["domain"]),
        ("crates/sim", &["blueprints", "domain", "template"]),
        ("crates/deliver", &["domain"]),
        ("crates/control-plane", &["aws", "blueprints", "deliver", "domain", "guard-rules", "store", "template"]),
        ("app", &["control-plane", "domain"]),
        ("frontend", &["app"]),
        (
            "server",
            &[
                "app",
                "aws",
                "blueprints",
                "control-plane",
                "deliver",
                "domain",
                "guard-rules",
                "sim",
                "store",
                "template",
            ],
        ),
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
        .filter(|(name, _)| !name.starts_with("crates/aws/") && !name.contains("/tests/"))
        .filter(|(_, text)| text.contains(".assume("))
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
fn v8_3_1_an_authorized_value_is_made_by_the_authorizer_alone() {
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

#[test]
fn documentation_has_no_code_that_nobody_runs() {
    // `cargo xtask test` leaves it out: rustdoc would compile every crate once more to look for some.
    let is_code = |line: &str| {
        let line = line.trim_start();
        line.strip_prefix("///")
            .or_else(|| line.strip_prefix("//!"))
            .is_some_and(|it| it.trim_start().starts_with("```"))
    };
    for (name, text) in product() {
        assert!(!text.lines().any(is_code), "{name} has code in its documentation: make a test of it");
    }
}

#[test]
fn v1_2_5_the_product_starts_no_process() {
    for (name, text) in product() {
        assert!(!text.contains("process::Command"), "{name} starts a process");
    }
}

#[test]
fn v1_4_1_no_crate_is_without_the_lints_that_forbid_unsafe_code() {
    let manifest = |path: &str| fs::read_to_string(root().join(path).join("Cargo.toml")).unwrap();
    assert!(manifest("").contains("unsafe_code = \"forbid\""));
    let mut crates: Vec<String> = ["app", "bench", "frontend", "server", "xtask"].map(str::to_owned).to_vec();
    for entry in fs::read_dir(root().join("crates")).unwrap() {
        crates.push(format!("crates/{}", entry.unwrap().file_name().to_string_lossy()));
    }
    for crate_ in crates {
        assert!(manifest(&crate_).contains("\n[lints]\nworkspace = true\n"), "{crate_}");
    }
}

#[test]
fn v1_3_2_v3_2_2_v3_5_5_v14_3_3_pages_draw_text_as_text_run_no_text_and_keep_nothing_in_the_browser() {
    let script = "app/src/document/script.js";
    let mut browsers_side: Vec<_> = ["app/src", "frontend/src"].into_iter().flat_map(sources).collect();
    browsers_side.push((script.to_owned(), fs::read_to_string(root().join(script)).unwrap()));
    for (name, text) in browsers_side {
        for way in ["inner_html", "innerHTML", "eval(", "Function(", "postMessage", "local_storage", "localStorage"] {
            assert!(!text.contains(way), "{name} has {way}");
        }
        for way in ["session_storage", "sessionStorage", "indexedDB", "document.cookie", "serviceWorker"] {
            assert!(!text.contains(way), "{name} has {way}");
        }
    }
}

#[test]
fn v13_4_2_v15_2_3_the_release_is_built_without_the_demo() {
    let text = |path: &str| fs::read_to_string(root().join(path)).unwrap();
    assert!(text("deploy/Dockerfile").contains("cargo xtask build"));
    assert!(text("xtask/src/build.rs").contains(r#""--release", "--package", "studiogate", "--no-default-features""#));
    // Without the feature neither the local AWS nor its provider is linked in.
    let server = text("server/Cargo.toml");
    assert!(server.contains("demo = [\"dep:sim\"]") && server.contains("sim = { workspace = true, optional = true }"));
}
