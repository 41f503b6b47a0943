//! `studiogate catalog`: the files in a folder, and what is refused of them.

use std::fs;
use std::path::{Path, PathBuf};

use chrono::TimeDelta;
use domain::draft::MAX_BYTES;
use domain::view::LONGEST_CATALOG;
use studiogate::cli::{CatalogArguments, CatalogPlanArguments, Format};
use studiogate::commands::catalog::{apply, export, read};

use crate::folder::Folder;
use crate::state::State;

fn files(folder: &Path) -> Vec<(PathBuf, String)> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            found.extend(files(&path));
        } else {
            found.push((path.clone(), fs::read_to_string(&path).unwrap()));
        }
    }
    found.sort();
    found
}

fn options(folder: &Path) -> CatalogPlanArguments {
    let catalog = CatalogArguments { folder: folder.to_owned(), person: String::new(), region: None };
    CatalogPlanArguments { catalog, delete: false, format: Format::Text }
}

/// As `studiogate catalog apply --yes` does it.
async fn bring(state: &State, folder: &Path) -> u8 {
    let (admin, region) = (state.as_("admin").await, sim::seed::REGION.parse().unwrap());
    let wait = async || state.clock.advance(TimeDelta::seconds(1));
    apply(state.plane(), &admin, &region, &options(folder), true, wait).await.unwrap()
}

#[tokio::test]
async fn what_is_exported_twice_is_the_same_and_leaves_nothing_old() {
    let state = State::start().await;
    state.signed_in("admin").await;
    let (plane, admin) = (state.plane(), state.as_("admin").await);
    let region = sim::seed::REGION.parse().unwrap();
    let folder = Folder::new("catalog-export");
    assert_eq!(export(plane, &admin, &region, &folder.0).await.unwrap(), 0);
    let first = files(&folder.0);
    assert!(first.len() >= 9 && first.iter().any(|(path, _)| path.ends_with("templates/studio-environment/1.1.yaml")));
    // A template that the file names no more goes; what is somebody else's stays.
    let named = fs::read_to_string(folder.0.join("catalog.toml")).unwrap();
    fs::write(folder.0.join("catalog.toml"), named.replace("studio-environment/1.1.yaml", "old.yaml")).unwrap();
    fs::write(folder.0.join("templates/old.yaml"), "Resources: {}").unwrap();
    fs::write(folder.0.join("README.md"), "Ours").unwrap();
    assert_eq!(export(plane, &admin, &region, &folder.0).await.unwrap(), 0);
    fs::remove_file(folder.0.join("README.md")).unwrap();
    assert_eq!(files(&folder.0), first);
    // It is as it is: nothing is to be done.
    assert_eq!(bring(&state, &folder.0).await, 0);
}

#[tokio::test]
async fn v5_3_2_files_that_cannot_be_meant_are_refused_with_their_place() {
    let state = State::start().await;
    state.signed_in("admin").await;
    let folder = Folder::new("catalog-refused");
    fs::create_dir_all(&folder.0).unwrap();
    assert!(read(&folder.0).is_err(), "there is no file");
    let wrong = |text: &str| {
        fs::write(folder.0.join("catalog.toml"), text).unwrap();
        read(&folder.0).unwrap().unwrap_err().join("\n")
    };
    let said = wrong("[[portfolio]]\nname = \"One\"\nprovidr = \"a\"\n");
    assert!(said.contains("catalog.toml:3:1: there is no field `providr`"), "{said}");
    let product = |template: &str| {
        format!(
            "[[product]]\nname = \"A\"\nowner = \"B\"\n[[product.version]]\nname = \"1.0\"\ntemplate = \"{template}\"\n"
        )
    };
    // Nothing outside of the folder is read.
    for path in ["../secret.yaml", "/etc/hostname", "a/../../b.yaml"] {
        assert!(wrong(&product(path)).contains("a template is a file in the folder"), "{path}");
    }
    assert!(wrong(&product("none.yaml")).contains("none.yaml cannot be read"));
    fs::write(folder.0.join("one.yaml"), [0xff, 0xfe, 0x00]).unwrap();
    assert!(wrong(&product("one.yaml")).starts_with("one.yaml:1:1: "));
    assert_eq!(bring(&state, &folder.0).await, 1);
    // In what can be read, a rule does not hold: it is said, and nothing is made.
    fs::write(folder.0.join("one.yaml"), "Resources: {}").unwrap();
    assert_eq!(bring(&state, &folder.0).await, 1);
    fs::write(folder.0.join("one.yaml"), "Resources: {Handle: {Type: AWS::CloudFormation::WaitConditionHandle}}\r\n")
        .unwrap();
    assert_eq!(bring(&state, &folder.0).await, 0);
    let products = state.plane().admin_products(&state.as_("admin").await, "", "").await.unwrap().products;
    assert!(products.iter().any(|it| it.name == "A"));
}

#[tokio::test]
async fn what_the_portal_holds_of_products_is_told_and_what_its_forms_refuse_is_said() {
    let state = State::start().await;
    state.signed_in("admin").await;
    let (plane, admin) = (state.plane(), state.as_("admin").await);
    let region = sim::seed::REGION.parse().unwrap();
    let folder = Folder::new("catalog-portal");
    assert_eq!(export(plane, &admin, &region, &folder.0).await.unwrap(), 0);
    let file = folder.0.join("catalog.toml");
    let text = fs::read_to_string(&file).unwrap();
    let (access, binding) = ("max_lease_days = 90", "[[product.portal.binding]]\nparameter = \"");
    assert!(text.contains(access) && text.contains(binding), "{text}");
    fs::write(&file, text.replace(access, "max_lease_days = 7")).unwrap();
    assert_eq!(bring(&state, &folder.0).await, 0);
    assert_eq!(export(plane, &admin, &region, &folder.0).await.unwrap(), 0);
    assert_eq!(fs::read_to_string(&file).unwrap(), text.replace(access, "max_lease_days = 7"));
    // A lease that no form takes is a mistake of the file, and so is a parameter that the product does not have.
    fs::write(&file, text.replace(access, "max_lease_days = 900")).unwrap();
    assert_eq!(bring(&state, &folder.0).await, 1);
    fs::write(&file, text.replacen(binding, &format!("{binding}No"), 1)).unwrap();
    assert_eq!(bring(&state, &folder.0).await, 1);
    // And so is a constraint that its form would refuse: nothing is made before.
    let role = "role = \"";
    assert!(text.contains(role), "{text}");
    fs::write(&file, text.replacen(role, &format!("{role}a b/"), 1)).unwrap();
    assert_eq!(bring(&state, &folder.0).await, 1);
}

#[tokio::test]
async fn v5_2_1_v2_4_1_a_large_catalog_is_looked_at_in_the_portal_and_one_too_large_comes_back() {
    let state = State::start().await;
    let mut admin = state.signed_in("admin").await;
    let portfolio = |n: usize| {
        format!(
            "[[portfolio]]\nname = \"Team {n}\"\nprovider = \"Platform\"\ndescription = \"{}\"\n",
            "x".repeat(2_000)
        )
    };
    let many: String = (0..90).map(portfolio).collect();
    assert!(many.len() > 2 * MAX_BYTES && many.len() < LONGEST_CATALOG);
    let answer = admin.post("/api/plan_catalog", &[("catalog", &many)]).await;
    assert_eq!(answer.status, 303, "{}", answer.text());
    let page = admin.get(answer.location()).await;
    assert!(page.has("90 changes, one after the other") && page.has("Team 89"), "{}", page.status);
    // A mistake far down: said at the field, with what was typed, though no draft holds it.
    let wrong = format!("{many}nonsense\n");
    let answer = admin.post("/api/plan_catalog", &[("catalog", &wrong)]).await;
    assert_eq!(answer.status, 422);
    assert!(answer.has("Line 361, column ") && answer.has("Team 89"));
    // Nobody else has anything kept.
    let mut scientist = state.signed_in("fraud-scientist").await;
    let answer = scientist.post("/api/plan_catalog", &[("catalog", &many)]).await;
    assert_eq!(answer.status, 403);

    // What was not ticked does not come back ticked.
    let wrong = "[[portfolio]]\nname = 3\n";
    for (delete, ticked) in [("", false), ("yes", true)] {
        let answer = admin.post("/api/plan_catalog", &[("catalog", wrong), ("delete", delete)]).await;
        let page = admin.get(answer.location()).await;
        assert!(page.has("Line 2, column 8: "), "{}", page.text());
        assert_eq!(page.has(r#"name="delete" value="yes" checked"#), ticked, "{delete}");
    }
    let answer = admin.post("/api/plan_catalog", &[("catalog", " ")]).await;
    let page = admin.get(answer.location()).await;
    assert!(page.has("Paste a catalog") && !page.has("What it would change"), "{}", page.text());

    let longer = many.repeat(LONGEST_CATALOG / many.len() + 1);
    let answer = admin.post("/api/plan_catalog", &[("catalog", &longer)]).await;
    assert_eq!(answer.status, 422);
    assert!(answer.has(&format!("and {LONGEST_CATALOG} can be looked at here")) && answer.has("Team 89"));
}
