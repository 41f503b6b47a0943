//! Templates of the products that come with the portal: taken as they are, and known by what they say.

use std::sync::LazyLock;

use blueprints::{Blueprint, Version};
use domain::curation::template_id;
use domain::id::TemplateId;
use domain::view::{ProposedProduct, ShippedTemplate};

static ALL: LazyLock<Vec<Blueprint>> = LazyLock::new(blueprints::blueprints);

fn all() -> impl Iterator<Item = (&'static Blueprint, &'static Version)> {
    ALL.iter().flat_map(|product| product.versions.iter().map(move |version| (product, version)))
}

fn key(product: &Blueprint, version: &Version) -> String {
    format!("{}/{}", product.slug, version.name)
}

/// What can be chosen, by product, newest version first.
pub(super) fn shipped() -> Vec<ShippedTemplate> {
    let mut shipped: Vec<ShippedTemplate> = all()
        .map(|(product, version)| ShippedTemplate {
            key: key(product, version),
            name: format!("{} {}", product.name, version.name),
        })
        .collect();
    shipped.reverse();
    shipped
}

/// The text of one, and what to call its file.
pub(super) fn template_of(wanted: &str) -> Option<(&'static str, String)> {
    let (product, version) = all().find(|(product, version)| key(product, version) == wanted)?;
    Some((version.template, format!("{}-{}.yaml", product.slug, version.name)))
}

/// What a product of this template would be called, where it is one of these.
pub(super) fn proposed(id: &TemplateId) -> Option<ProposedProduct> {
    let (product, version) = all().find(|(_, version)| template_id(version.template).is_ok_and(|it| it == *id))?;
    Some(ProposedProduct {
        name: product.name.clone(),
        description: product.description.clone(),
        owner: product.owner.clone(),
        support: product.support.clone(),
        version: version.name.clone(),
        note: version.description.clone(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_can_be_taken_and_is_known_again() {
        for it in shipped() {
            let (text, file_name) = template_of(&it.key).unwrap();
            assert!(file_name.contains(&it.name[it.name.len() - 3..]) && !text.contains('\r'), "{file_name}");
            let proposed = proposed(&template_id(text).unwrap()).unwrap();
            assert_eq!(format!("{} {}", proposed.name, proposed.version), it.name);
        }
        assert_eq!(template_of("none/1.0"), None);
        assert_eq!(proposed(&template_id("Resources: {}").unwrap()), None);
    }
}
