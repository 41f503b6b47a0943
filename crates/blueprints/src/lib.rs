//! Catalogs and organizations as files; and the products that come with the portal: `blueprints/products/` as part of the program. The demo
//! starts with them, and a platform team takes them as they are or makes its own of them.

pub mod catalog;
pub mod organization;
pub mod place;

use std::collections::BTreeMap;

use domain::binding::BindingSource;
use domain::project::Stage;
use serde::Deserialize;

/// A product as `blueprints/products/<slug>/product.toml` has it: the templates, and what the portal is told beside them.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Blueprint {
    /// The folder's name.
    #[serde(skip)]
    pub slug: &'static str,
    pub name: String,
    pub description: String,
    pub owner: String,
    /// An e-mail address.
    pub support: String,
    /// The portfolio's name.
    pub portfolio: String,
    /// Where it may be used.
    pub stages: Vec<Stage>,
    /// The text of a rule of approval: `none`, `lead`.
    pub approval: String,
    pub max_lease_days: u32,
    pub typical_minutes: u32,
    /// Oldest first.
    pub versions: Vec<Version>,
    /// By parameter.
    pub bindings: BTreeMap<String, BindingSource>,
}

/// One version of a blueprint.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Version {
    pub name: String,
    pub description: String,
    /// `DEFAULT` or `DEPRECATED`.
    pub guidance: String,
    #[serde(skip)]
    pub template: &'static str,
}

type Texts = (&'static str, &'static str, &'static [&'static str]);

macro_rules! product {
    ($slug:literal, $($version:literal),+) => {
        (
            $slug,
            include_str!(concat!("../../../blueprints/products/", $slug, "/product.toml")),
            &[$(include_str!(concat!("../../../blueprints/products/", $slug, "/", $version, ".yaml"))),+],
        )
    };
}

const PRODUCTS: [Texts; 4] = [
    product!("studio-environment", "1.0", "1.1"),
    product!("studio-user-profile", "1.0", "1.1"),
    product!("sandbox-studio", "1.0", "1.1"),
    product!("governed-s3-workspace", "1.0", "1.1"),
];

/// All of them, in the order in which the demo offers them.
pub fn blueprints() -> Vec<Blueprint> {
    let read = |&(slug, text, templates): &Texts| -> Option<Blueprint> {
        let mut blueprint: Blueprint = toml::from_str(text).ok()?;
        blueprint.slug = slug;
        for (version, template) in blueprint.versions.iter_mut().zip(templates) {
            version.template = template;
        }
        Some(blueprint)
    };
    // They are part of the program; a test holds that all of them can be read.
    PRODUCTS.iter().filter_map(read).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_can_be_read_and_bind_every_parameter_and_no_other() {
        let all = blueprints();
        assert_eq!(all.len(), PRODUCTS.len());
        for blueprint in all {
            let mut known = std::collections::BTreeSet::new();
            for version in &blueprint.versions {
                let template = template::Template::parse(version.template).unwrap();
                for parameter in &template.parameters {
                    let source = blueprint.bindings.get(&parameter.key);
                    assert!(source.is_some(), "{} {}", blueprint.name, parameter.key);
                    domain::binding_check::check_binding(parameter, source.unwrap()).unwrap();
                    known.insert(parameter.key.clone());
                }
            }
            assert!(blueprint.bindings.keys().all(|key| known.contains(key)), "{}", blueprint.name);
        }
    }
}
