//! `studiogate blueprint`: the file, its documents, and what is refused of them.

use std::fs;
use std::path::{Path, PathBuf};

use chrono::TimeDelta;
use studiogate::cli::{BlueprintArguments, Format};
use studiogate::commands::blueprint::{apply, read};

use crate::folder::Folder;
use crate::state::State;

/// A folder with a blueprint in it, and the path of that.
fn folder(name: &str, text: &str) -> (Folder, PathBuf) {
    let folder = Folder::new(&format!("blueprint-{name}"));
    fs::create_dir_all(folder.0.join("scps")).unwrap();
    let file = folder.0.join("organization.toml");
    fs::write(&file, text).unwrap();
    (folder, file)
}

/// As `studiogate blueprint apply --yes` does it.
async fn bring(state: &State, file: &Path) -> u8 {
    let options = BlueprintArguments { file: file.to_owned(), person: String::new(), format: Format::Text };
    let wait = async || state.clock.advance(TimeDelta::seconds(1));
    apply(state.plane(), &state.as_("admin").await, &options, true, wait).await.unwrap()
}

#[tokio::test]
async fn the_pattern_is_applied_from_its_files_and_then_nothing_is_left() {
    let state = State::start().await;
    state.signed_in("admin").await;
    let pattern = Path::new(env!("CARGO_MANIFEST_DIR")).join("../blueprints/organization.toml");
    assert_eq!(bring(&state, &pattern).await, 0);
    assert_eq!(bring(&state, &pattern).await, 0, "it is so already");
    let plan =
        state.plane().plan_blueprint(&state.as_("admin").await, &read(&pattern).unwrap().unwrap()).await.unwrap();
    assert!(plan.steps.is_empty() && plan.mistakes.is_empty());
}

#[tokio::test]
async fn v5_3_2_files_that_cannot_be_meant_are_refused_with_their_place() {
    let state = State::start().await;
    state.signed_in("admin").await;
    let policy = |file: &str| format!("[[policy]]\nname = \"p\"\nfile = \"{file}\"\n");
    for (name, text, told) in [
        ("syntax", "[[unit]\n".to_owned(), ":1:"),
        ("missing", policy("scps/none.json"), "cannot be read"),
        ("outside", policy("../secret.json"), "is no file in the folder"),
        ("absolute", policy("/etc/passwd"), "is no file in the folder"),
    ] {
        let (_folder, file) = folder(name, &text);
        let wrong = read(&file).unwrap().unwrap_err();
        assert!(wrong.contains(told) && wrong.contains("organization.toml:"), "{name}: {wrong}");
        assert_eq!(bring(&state, &file).await, 1, "{name}");
    }
    let (folder, file) = folder("document", &policy("scps/p.json"));
    fs::write(folder.0.join("scps/p.json"), "{\"Version\": \"2012-10-17\"").unwrap();
    assert_eq!(bring(&state, &file).await, 1);
    assert!(read(&folder.0.join("gone.toml")).is_err());
}
