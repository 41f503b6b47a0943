//! `docs/asvs.md` and the names of the tests, held against each other: neither can go stale alone.
#![allow(clippy::unwrap_used, clippy::expect_used)]

mod sources;

use std::collections::{BTreeMap, BTreeSet};
use std::fs;

use sources::{root, sources};

/// Requirements of levels 1 and 2 in ASVS 5.0.
const REQUIREMENTS: usize = 253;

/// One row of the page.
struct Row {
    here: String,
    tests: Vec<String>,
}

/// The ids that a test's name begins with: `v7_2_3_v11_5_1_...`.
fn ids(name: &str) -> Vec<String> {
    let mut parts = name.split('_').peekable();
    let mut found = Vec::new();
    let number = |part: Option<&str>| part.filter(|part| part.parse::<u8>().is_ok()).map(str::to_owned);
    while let Some(chapter) = number(parts.peek().and_then(|part| part.strip_prefix('v'))) {
        parts.next();
        let (section, requirement) = (number(parts.next()).unwrap(), number(parts.next()).unwrap());
        found.push(format!("{chapter}.{section}.{requirement}"));
    }
    found
}

/// Every test that is named after a requirement.
fn tests() -> BTreeSet<String> {
    ["app", "bench", "frontend", "server", "crates", "xtask"]
        .into_iter()
        .flat_map(sources)
        .flat_map(|(_, text)| {
            let names = text.lines().filter_map(|line| line.split_once("fn ")?.1.split_once('(')).map(|(name, _)| name);
            names.filter(|name| !ids(name).is_empty()).map(str::to_owned).collect::<Vec<_>>()
        })
        .collect()
}

fn page(name: &str) -> String {
    fs::read_to_string(root().join("docs").join(name)).unwrap()
}

/// What stands between backticks.
fn quoted(text: &str) -> impl Iterator<Item = &str> {
    text.split('`').skip(1).step_by(2)
}

fn rows() -> BTreeMap<String, Row> {
    let text = page("asvs.md");
    let mut rows = BTreeMap::new();
    for line in text.lines().filter(|line| line.starts_with("| ") && line.as_bytes()[2].is_ascii_digit()) {
        let cells: Vec<_> = line.trim_matches('|').split(" | ").map(str::trim).collect();
        let [all, _, _, here, tests] = cells[..] else { panic!("five cells: {line}") };
        for id in all.split(", ") {
            let row = Row { here: here.to_owned(), tests: quoted(tests).map(str::to_owned).collect() };
            assert!(rows.insert(id.to_owned(), row).is_none(), "{id} has two rows");
        }
    }
    rows
}

#[test]
fn every_requirement_has_a_row_that_says_something() {
    let rows = rows();
    assert_eq!(rows.len(), REQUIREMENTS);
    for (id, row) in rows {
        assert!(!row.here.is_empty(), "{id}");
        assert!(
            row.tests.is_empty() || !row.here.starts_with("not applicable"),
            "{id} is not applicable and has a test"
        );
    }
}

#[test]
fn every_cited_test_is_there_and_named_after_its_requirement() {
    let tests = tests();
    assert!(tests.len() > 100, "{}", tests.len());
    for (id, row) in rows() {
        for name in row.tests {
            assert!(tests.contains(&name), "{id} cites {name}, which is no test");
            assert!(ids(&name).contains(&id), "{id} cites {name}");
        }
    }
}

#[test]
fn every_test_named_after_a_requirement_is_cited() {
    let rows = rows();
    for name in tests() {
        for id in ids(&name) {
            let row = rows.get(&id).unwrap_or_else(|| panic!("{name}: there is no requirement {id}"));
            assert!(row.tests.contains(&name), "{id} does not cite {name}");
        }
    }
}

#[test]
fn every_named_file_is_there() {
    let folders = ["app/", "crates/", "deploy/", "docs/", "policies/", "server/", "xtask/"];
    let mut found = 0;
    for name in ["asvs.md", "security.md"] {
        let text = page(name);
        for path in quoted(&text).filter(|path| folders.iter().any(|folder| path.starts_with(folder))) {
            assert!(root().join(path).exists(), "{name} names {path}");
            found += 1;
        }
    }
    assert!(found > 40, "{found}");
}
