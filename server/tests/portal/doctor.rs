//! What `studiogate doctor` says, of installations that lack one thing or another.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use control_plane::{Check, Deps, Level, check_database};
use store::{Limits, Store};
use studiogate::commands::doctor::checks;
use studiogate::config::Config;

use crate::state::State;

fn found<'a>(checks: &'a [Check], name: &str) -> &'a Check {
    checks.iter().find(|check| check.name == name).unwrap_or_else(|| panic!("no {name} among {checks:?}"))
}

fn folder(name: &str) -> PathBuf {
    let folder = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(name);
    let _ = std::fs::remove_dir_all(&folder);
    std::fs::create_dir_all(&folder).unwrap();
    folder
}

fn config(pairs: &[(&str, String)]) -> Config {
    let pairs: BTreeMap<_, _> = pairs.iter().map(|(name, value)| ((*name).to_owned(), value.clone())).collect();
    Config::from_sources(None, pairs).unwrap()
}

fn sqlite(file: &Path) -> String {
    format!("sqlite:{}?mode=rwc", file.display())
}

#[tokio::test]
async fn one_thing_that_is_missing_hides_no_other_and_nothing_is_made() {
    let folder = folder("doctor-empty");
    let file = folder.join("portal.db");
    let config = config(&[
        ("STUDIOGATE_DATABASE_URL", sqlite(&file)),
        ("STUDIOGATE_STUDIO_PRESIGNED_URL_TTL", "301".into()),
        ("STUDIOGATE_SESSION_IDLE", "1".into()),
    ]);
    let checks = checks(&config, Deps::system()).await;
    let settings: Vec<_> = checks.iter().filter(|check| check.name == "settings").map(|check| &check.detail).collect();
    assert!(settings.len() == 2 && settings[0].contains("5 to 300") && settings[1].contains("session.idle"));
    for name in ["keys", "OIDC discovery", "database", "AWS"] {
        let check = found(&checks, name);
        assert!(check.level == Level::Failed && !check.what_to_do.is_empty(), "{check:?}");
    }
    assert!(found(&checks, "AWS").detail.contains("aws.shared_services_account"));
    assert!(!file.exists() && !Path::new("studiogate-sealing.key").exists(), "who looks leaves nothing behind");
}

#[tokio::test]
async fn the_schema_is_compared_with_this_versions() {
    let file = folder("doctor-schema").join("portal.db");
    let store = Store::connect(&sqlite(&file)).await.unwrap();
    let look = async || check_database(&Store::connect_lazily(&sqlite(&file), Limits::default()).unwrap()).await;
    let before = look().await;
    assert!(found(&before, "database schema").what_to_do.contains("studiogate migrate"), "{before:?}");
    store.migrate().await.unwrap();
    assert!(look().await.iter().all(|check| check.level == Level::Good));
}

#[tokio::test]
async fn an_installation_that_works_is_told_so_and_its_gaps_are_warnings() {
    let state = State::start_in(Some(folder("doctor-demo")), |deps| deps).await;
    let checks = state.plane().doctor().await;
    assert!(checks.iter().all(|check| check.level != Level::Failed), "{checks:?}");
    for name in ["hub identity", "StudiogateCurator in eu-west-1", "StudiogateOrganizer"] {
        assert_eq!(found(&checks, name).level, Level::Good);
    }
    // Nothing was sealed yet, so no head was written.
    assert_eq!(found(&checks, "audit head").level, Level::Warning);
    state.plane().tick().await.unwrap();
    assert_eq!(found(&state.plane().doctor().await, "audit head").level, Level::Good);
    let head = state.plane().settings().audit_head_file.clone().unwrap();
    let text = std::fs::read_to_string(&head).unwrap();
    let mut other: serde_json::Value = serde_json::from_str(&text).unwrap();
    other["height"] = 77.into();
    std::fs::write(&head, other.to_string()).unwrap();
    assert_eq!(found(&state.plane().doctor().await, "audit head").level, Level::Failed);
}

#[tokio::test]
async fn remedies_name_templates_that_are_there() {
    let state = State::start().await;
    // No session of before lasts until then.
    state.pass(chrono::TimeDelta::hours(2));
    state.demo.local.aws.faults().next(
        "sts:AssumeRole",
        sim::FaultKind::Error { code: "AccessDenied".into(), status: 403, message: "on purpose".into() },
        1_000,
    );
    let checks = state.plane().doctor().await;
    let mut named = 0;
    for check in &checks {
        for word in check.what_to_do.split([' ', ',']).filter(|word| word.starts_with("deploy/")) {
            let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("..").join(word);
            assert!(file.exists(), "{word}");
            named += 1;
        }
    }
    assert!(named > 5, "{checks:?}");
    assert_eq!(found(&checks, "StudiogateOrganizer").level, Level::Warning);
}
