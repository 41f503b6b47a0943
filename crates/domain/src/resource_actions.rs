//! Which actions creating a resource takes, and opening what was created: what a guardrail can stand in the way of. And what
//! those calls will say of themselves, as far as the resource's properties tell.
//!
//! The map is by hand, from AWS's service authorization reference and the handlers of CloudFormation's resource types. What is
//! not in it is not assessed.

mod sagemaker;
mod surroundings;

use std::collections::BTreeMap;

use sha2::{Digest as _, Sha256};

use crate::template::{REPLACEMENTS, replacement};

/// Goes up with every change of the map, so that a finding says by what it was made.
pub const MAP_VERSION: u32 = 2;

/// One type of resource.
#[derive(Clone, Copy, Debug)]
pub struct ResourceActions {
    pub resource_type: &'static str,
    /// The page of AWS that lists actions and condition keys.
    pub source: &'static str,
    /// The actions that CloudFormation calls to create one.
    pub creating: &'static [&'static str],
    /// The actions that the portal calls to open one.
    pub opening: &'static [&'static str],
    /// Of the actions to create it, those that are called only where a property is set.
    pub only_with: &'static [(&'static str, &'static str)],
    /// The properties with roles that are passed on by `iam:PassRole`, by their paths.
    pub roles: &'static [&'static str],
    /// Actions that take the tags of the resource with them.
    pub tagged: &'static [&'static str],
    pub keys: &'static [ConditionKey],
    /// The ARN of what is created, with `{partition}`, `{region}`, `{account}`, `{name}`, `{path}` (that of IAM) and properties
    /// by their names; `*` where the call has none.
    pub arn: &'static str,
    /// Actions that have no ARN, for nothing is there yet.
    pub on_everything: &'static [&'static str],
    /// Properties that go with the call that creates it, and that no condition key speaks of.
    pub plain: &'static [&'static str],
    /// The property with its name; CloudFormation makes one up where it is not set.
    pub name: Option<&'static str>,
}

/// What a row leaves out.
const NOTHING: ResourceActions = ResourceActions {
    resource_type: "",
    source: "",
    creating: &[],
    opening: &[],
    only_with: &[],
    roles: &[],
    tagged: &[],
    keys: &[],
    arn: "*",
    on_everything: &[],
    plain: &[],
    name: None,
};

const fn key(actions: &'static [&'static str], key: &'static str, from: KeySource) -> ConditionKey {
    ConditionKey { actions, key, from }
}

/// Every type that is known, once.
pub fn all() -> impl Iterator<Item = &'static ResourceActions> {
    sagemaker::SAGEMAKER.iter().chain(surroundings::SURROUNDINGS)
}

/// A condition key that calls for a resource have.
#[derive(Clone, Copy, Debug)]
pub struct ConditionKey {
    pub actions: &'static [&'static str],
    pub key: &'static str,
    pub from: KeySource,
}

/// Where the value of a condition key comes from.
#[derive(Clone, Copy, Debug)]
pub enum KeySource {
    /// A property, by its path.
    Property(&'static str),
    /// A property, or this where it is not set.
    Or(&'static str, &'static str),
    /// Every value of a member inside a property.
    Inside(&'static str, &'static str),
    /// The same, inside several.
    InsideAny(&'static [&'static str], &'static str),
    /// A property whose items are asked one call each.
    Each(&'static str),
    Always(&'static str),
    /// The call has it, with a value that shows later.
    Later,
}

/// What the map has of a type; `None` for one that it does not know.
pub fn known(resource_type: &str) -> Option<&'static ResourceActions> {
    all().find(|known| known.resource_type == resource_type)
}

/// The actions that CloudFormation calls to create one type of resource. Empty for a type that is not known here.
pub fn creating(resource_type: &str) -> &'static [&'static str] {
    known(resource_type).map_or(&[], |known| known.creating)
}

/// The actions that the portal calls to open one type of resource.
pub fn opening(resource_type: &str) -> &'static [&'static str] {
    known(resource_type).map_or(&[], |known| known.opening)
}

/// The properties of a type that the map looks at, and those whose change replaces the resource.
pub fn properties(resource_type: &str) -> Vec<&'static str> {
    let replacing = replacement(resource_type).map_or(&[][..], |known| known.properties);
    let Some(known) = known(resource_type) else { return replacing.to_vec() };
    let mut names = known.looked_at();
    names.extend(replacing);
    names.extend(known.parts_of_arn());
    names.sort_unstable();
    names.dedup();
    names
}

/// Names all that [`properties`] keeps of any type: another name says that what was kept before is not all of it.
pub fn kept_properties() -> String {
    let types = all().map(|known| known.resource_type).chain(REPLACEMENTS.iter().map(|known| known.resource_type));
    let kept: BTreeMap<&str, Vec<&str>> = types.map(|it| (it, properties(it))).collect();
    hex::encode(&Sha256::digest(format!("{kept:?}"))[..8])
}

impl ResourceActions {
    /// First members of the properties that keys, actions, roles and the name come from.
    fn looked_at(&self) -> Vec<&'static str> {
        let of_keys = self.keys.iter().flat_map(|key| match key.from {
            KeySource::Property(path) | KeySource::Or(path, _) | KeySource::Inside(path, _) | KeySource::Each(path) => {
                vec![path]
            }
            KeySource::InsideAny(paths, _) => paths.to_vec(),
            KeySource::Always(_) | KeySource::Later => Vec::new(),
        });
        let of_actions = self.only_with.iter().map(|(_, property)| *property);
        let paths = of_keys.chain(of_actions).chain(self.roles.iter().copied()).chain(self.name).chain(["Tags"]);
        paths.filter_map(|path| path.split('.').next()).collect()
    }

    fn parts_of_arn(&self) -> Vec<&'static str> {
        let placeholders = self.arn.split('{').skip(1).filter_map(|part| part.split('}').next());
        placeholders
            .filter_map(|name| match name {
                "path" => Some("Path"),
                name => name.starts_with(|first: char| first.is_ascii_uppercase()).then_some(name),
            })
            .collect()
    }

    /// Whether the map knows what a property comes to.
    pub fn understands(&self, property: &str) -> bool {
        self.plain.contains(&property) || self.looked_at().contains(&property)
    }
}

/// The actions that the portal calls to bring up any product.
pub const PROVISIONING: &[&str] = &[
    "servicecatalog:ListLaunchPaths",
    "servicecatalog:ProvisionProduct",
    "servicecatalog:DescribeRecord",
    "servicecatalog:DescribeProvisionedProduct",
];

/// The actions that Service Catalog calls with the launch role to make the stack of any product.
pub const STACKING: &[&str] = &[
    "cloudformation:GetTemplateSummary",
    "cloudformation:CreateStack",
    "cloudformation:DescribeStacks",
    "cloudformation:DescribeStackEvents",
];

/// The actions that the portal calls to take down any environment.
pub const TERMINATING: &[&str] = &["servicecatalog:TerminateProvisionedProduct", "servicecatalog:DescribeRecord"];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_map_holds_together() {
        for it in all() {
            let name = it.resource_type;
            assert_eq!(all().filter(|other| other.resource_type == name).count(), 1, "{name}");
            assert!(it.source.starts_with("https://docs.aws.amazon.com/"), "{name}");
            assert!(!it.creating.is_empty(), "{name}");
            let called = |action: &&str| it.creating.contains(action);
            assert!(it.tagged.iter().all(&called), "{name}");
            assert!(it.only_with.iter().all(|(action, _)| called(action)), "{name}");
            assert!(it.keys.iter().flat_map(|key| key.actions).all(&called), "{name}");
            assert!(it.on_everything.iter().all(called), "{name}");
            assert_eq!(!it.roles.is_empty(), it.creating.contains(&"iam:PassRole"), "{name}");
        }
    }

    #[test]
    fn every_type_that_the_products_of_this_project_use_is_in_the_map() {
        for folder in ["governed-s3-workspace", "sandbox-studio", "studio-environment", "studio-user-profile"] {
            for version in ["1.0.yaml", "1.1.yaml"] {
                let path = format!("{}/../../blueprints/products/{folder}/{version}", env!("CARGO_MANIFEST_DIR"));
                let text = std::fs::read_to_string(&path).unwrap();
                let digest = crate::template::TemplateDigest::read(&text, properties);
                assert!(digest.unread.is_none() && !digest.resources.is_empty(), "{path}");
                for resource in &digest.resources {
                    let it = known(&resource.kind).unwrap_or_else(|| panic!("{} in {path}", resource.kind));
                    let unknown: Vec<_> = resource.names.iter().filter(|name| !it.understands(name)).collect();
                    assert!(unknown.is_empty(), "{unknown:?} of {} in {path}", resource.kind);
                }
            }
        }
    }
}
