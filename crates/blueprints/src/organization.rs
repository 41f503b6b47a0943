//! `organization.toml`: an organization as text; and the one that comes with the portal, `blueprints/organization.toml`.

use domain::blueprint::OrganizationBlueprint;

use crate::catalog::{Unreadable, unreadable};

/// What stands above what is written.
const HEAD: &str = "# The organization, as the portal keeps it.\n";

/// The pattern that the portal comes with, with the documents of its policies.
pub fn shipped() -> Result<OrganizationBlueprint, Unreadable> {
    let documents = |path: &str| {
        SCPS.iter()
            .find(|(name, _)| *name == path)
            .map(|(_, text)| (*text).to_owned())
            .ok_or_else(|| "is not there".to_owned())
    };
    read(include_str!("../../../blueprints/organization.toml"), documents)
}

macro_rules! scps {
    ($($name:literal),+) => {
        [$((concat!("scps/", $name), include_str!(concat!("../../../blueprints/scps/", $name)))),+]
    };
}

const SCPS: [(&str, &str); 7] = scps!(
    "deny-sagemaker-endpoints.json",
    "no-leaving-the-organization.json",
    "protect-governance.json",
    "require-customer-managed-keys.json",
    "require-tags.json",
    "require-vpc.json",
    "sandbox-detached.json"
);

/// The text of a blueprint; the same blueprint is the same text.
///
/// # Errors
/// Where it holds what TOML cannot say.
pub fn write(blueprint: &OrganizationBlueprint) -> Result<String, toml::ser::Error> {
    Ok(format!("{HEAD}\n{}", toml::to_string_pretty(blueprint)?))
}

/// Reads one, and the documents of its policies by `document`, which is given their paths.
///
/// # Errors
/// Where it cannot be read, with the place.
pub fn read(
    text: &str,
    document: impl Fn(&str) -> Result<String, String>,
) -> Result<OrganizationBlueprint, Unreadable> {
    let mut blueprint: OrganizationBlueprint = toml::from_str(text).map_err(|error| unreadable(text, &error))?;
    for policy in &mut blueprint.policies {
        let wrong = |message: String| {
            // The place of the policy's name: TOML keeps no other of what was read.
            let quoted = format!("\"{}\"", policy.name);
            let before = text.find(&quoted).map(|at| &text[..at]).unwrap_or_default();
            let column = before.rsplit('\n').next().unwrap_or_default().chars().count() + 1;
            Unreadable { line: before.matches('\n').count() + 1, column, message }
        };
        match (policy.file.is_empty(), policy.document.is_empty()) {
            (true, false) => {}
            (false, true) => {
                let read = document(&policy.file).map_err(|why| wrong(format!("{} {why}", policy.file)))?;
                policy.document = read;
                policy.file.clear();
            }
            (true, true) => return Err(wrong(format!("the policy {} has neither file nor document", policy.name))),
            (false, false) => return Err(wrong(format!("the policy {} has both file and document", policy.name))),
        }
        // A document counts by the character, and is compared with what AWS keeps of it.
        let document = policy.document.replace("\r\n", "\n");
        document.trim().clone_into(&mut policy.document);
    }
    Ok(blueprint)
}

/// Reads one that has all of its documents in it.
///
/// # Errors
/// Where it cannot be read, with the place.
pub fn read_whole(text: &str) -> Result<OrganizationBlueprint, Unreadable> {
    read(text, |_| Err("is a file: here a policy has its document itself".to_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use domain::organization::ScpLimits;

    #[test]
    fn the_pattern_can_be_read_written_and_applied() {
        let shipped = shipped().unwrap();
        assert!(shipped.units.len() >= 7 && shipped.policies.len() == SCPS.len());
        let text = write(&shipped).unwrap();
        assert_eq!(read_whole(&text).unwrap(), shipped);
        assert_eq!(write(&read_whole(&text).unwrap()).unwrap(), text);
        for policy in &shipped.policies {
            ScpLimits::default().read(&policy.name, &policy.document).unwrap();
            let attached = shipped.units.iter().any(|unit| unit.policies.contains(&policy.name))
                || shipped.root.as_ref().is_some_and(|root| root.policies.contains(&policy.name));
            assert!(attached, "{}", policy.name);
        }
    }

    #[test]
    fn what_cannot_be_read_says_where() {
        let told = |text: &str| read(text, |_| Err("is not there".to_owned())).unwrap_err();
        let wrong = told("[[unit]]\npath = 1\n");
        assert_eq!((wrong.line, wrong.column), (2, 8));
        assert_eq!(told("[[unit]]\npath = \"A\"\nstages = \"dev\"\n").line, 3);
        let missing = told("[[policy]]\nname = \"p\"\nfile = \"p.json\"\n");
        assert!(missing.line == 2 && missing.message == "p.json is not there", "{missing:?}");
        assert!(told("[[policy]]\nname = \"p\"\n").message.contains("neither"));
        assert!(told("[[policy]]\nname = \"p\"\nfile = \"f\"\ndocument = \"d\"\n").message.contains("both"));
        let whole = read_whole("[[policy]]\nname = \"p\"\nfile = \"p.json\"\n").unwrap_err();
        assert!(whole.message.contains("has its document itself"));
    }
}
