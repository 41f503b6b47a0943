//! From the mirror to a description.

use std::collections::{BTreeMap, BTreeSet};

use super::{
    CatalogNow, DescribedCatalog, DescribedConstraint, DescribedPlace, DescribedPortfolio, DescribedProduct,
    DescribedShare, DescribedTag, DescribedTagOption, DescribedVersion,
};
use crate::catalog::{Portfolio, Product, ProvisioningArtifact};
use crate::curation::{Guidance, constraint_kind};
use crate::id::TemplateId;

/// A description, and what it could not hold.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Exported {
    pub catalog: DescribedCatalog,
    /// By the file's path.
    pub templates: BTreeMap<String, TemplateId>,
    /// What was left out, and why.
    pub left_out: Vec<String>,
}

/// Describes the catalog. The same catalog gives the same description, whatever its ids are.
pub fn export(now: &CatalogNow<'_>) -> Exported {
    let mut exported = Exported::default();
    let mut options: Vec<DescribedTagOption> = now
        .tag_options
        .iter()
        .map(|it| DescribedTagOption { key: it.key.clone(), value: it.value.clone(), active: it.active })
        .collect();
    options.sort();
    exported.catalog.tag_options = options;
    let doubled = twice(now.portfolios.iter().map(|it| it.name.as_str()));
    let portfolios: Vec<&Portfolio> = now.portfolios.iter().filter(|it| !doubled.contains(it.name.as_str())).collect();
    for name in doubled {
        exported.left_out.push(format!("Portfolios called {name}: there are several, and names tell them apart."));
    }
    exported.catalog.portfolios = portfolios.iter().map(|it| portfolio(now, it)).collect();
    exported.catalog.portfolios.sort_by(|a, b| a.name.cmp(&b.name));
    let doubled = twice(now.products.iter().map(|it| it.name.as_str()));
    let mut products: Vec<&Product> = now.products.iter().filter(|it| !doubled.contains(it.name.as_str())).collect();
    for name in doubled {
        exported.left_out.push(format!("Products called {name}: there are several, and names tell them apart."));
    }
    products.sort_by(|a, b| a.name.cmp(&b.name));
    for it in products {
        let described = product(now, it, &portfolios, &mut exported);
        if described.versions.is_empty() {
            exported.left_out.push(format!("Product {}: the template of none of its versions is known.", it.name));
        } else {
            exported.catalog.products.push(described);
        }
    }
    exported
}

fn twice<'a>(names: impl Iterator<Item = &'a str>) -> BTreeSet<&'a str> {
    let mut seen = BTreeSet::new();
    names.filter(|name| !seen.insert(*name)).collect()
}

fn tags_on(now: &CatalogNow<'_>, id: &str) -> Vec<DescribedTag> {
    let on = now.tag_options.iter().filter(|it| it.resources.contains(id));
    let mut tags: Vec<_> = on.map(|it| DescribedTag { key: it.key.clone(), value: it.value.clone() }).collect();
    tags.sort();
    tags
}

fn portfolio(now: &CatalogNow<'_>, it: &Portfolio) -> DescribedPortfolio {
    let mut principals: Vec<String> = it.principals.iter().map(|principal| principal.arn.clone()).collect();
    principals.sort();
    let share = |share: &crate::share::PortfolioShare| DescribedShare {
        with: share.with.to_string(),
        tag_options: share.options.tag_options,
        principals: share.options.principals,
    };
    let mut shares: Vec<DescribedShare> = it.shares.iter().map(share).collect();
    shares.sort();
    DescribedPortfolio {
        name: it.name.clone(),
        description: it.description.clone(),
        provider: it.provider.clone(),
        principals,
        tags: it.tags.clone(),
        tag_options: tags_on(now, it.id.as_str()),
        shares,
    }
}

fn product(now: &CatalogNow<'_>, it: &Product, portfolios: &[&Portfolio], exported: &mut Exported) -> DescribedProduct {
    let mut versions: Vec<&ProvisioningArtifact> = it.artifacts.iter().collect();
    versions.sort_by(|a, b| (a.created_at, &a.name).cmp(&(b.created_at, &b.name)));
    let mut described: Vec<DescribedVersion> = Vec::new();
    for version in versions {
        if described.iter().any(|there| there.name == version.name) {
            exported.left_out.push(format!("{} {}: there are several versions of this name.", it.name, version.name));
            continue;
        }
        let Some(template) = now.templates.get(&version.id) else {
            exported.left_out.push(format!("{} {}: its template could not be read.", it.name, version.name));
            continue;
        };
        let path = path_of(&it.name, &version.name, &exported.templates);
        exported.templates.insert(path.clone(), template.clone());
        described.push(DescribedVersion {
            name: version.name.clone(),
            note: version.description.clone(),
            template: path,
            active: version.active,
            guidance: Guidance::of(version),
        });
    }
    let mut places: Vec<DescribedPlace> = portfolios
        .iter()
        .filter(|portfolio| it.portfolios.contains(&portfolio.id))
        .map(|portfolio| place(it, portfolio))
        .collect();
    places.sort_by(|a, b| a.portfolio.cmp(&b.portfolio));
    DescribedProduct {
        name: it.name.clone(),
        description: it.description.clone(),
        owner: it.owner.clone(),
        support: it.support.clone(),
        tags: it.tags.clone(),
        tag_options: tags_on(now, it.id.as_str()),
        versions: described,
        places,
        portal: None,
    }
}

fn place(product: &Product, portfolio: &Portfolio) -> DescribedPlace {
    let there = product.constraints.iter().filter(|it| it.portfolio.as_ref() == Some(&portfolio.id));
    let mut constraints: Vec<DescribedConstraint> =
        there.map(|it| DescribedConstraint { description: it.description.clone(), rule: it.rule.clone() }).collect();
    let written = |it: &DescribedConstraint| serde_json::to_string(it).unwrap_or_default();
    constraints.sort_by_key(|it| (constraint_kind(&it.rule), written(it)));
    DescribedPlace { portfolio: portfolio.name.clone(), constraints }
}

/// `templates/studio-environment/1.0.yaml`; of names that come to the same the later one is numbered.
fn path_of(product: &str, version: &str, taken: &BTreeMap<String, TemplateId>) -> String {
    let (product, version) = (slug(product), slug(version));
    let first = format!("templates/{product}/{version}.yaml");
    let mut numbered = (2_u32..).map(|number| format!("templates/{product}/{version}-{number}.yaml"));
    if taken.contains_key(&first) { numbered.find(|path| !taken.contains_key(path)).unwrap_or(first) } else { first }
}

/// Letters, digits, dots and dashes.
fn slug(name: &str) -> String {
    let mut slug = String::new();
    for it in name.chars() {
        if it.is_ascii_alphanumeric() || (it == '.' && !slug.is_empty()) {
            slug.push(it.to_ascii_lowercase());
        } else if !slug.ends_with('-') && !slug.is_empty() {
            slug.push('-');
        }
    }
    let slug = slug.trim_matches(['-', '.']);
    if slug.is_empty() { "unnamed".to_owned() } else { slug.to_owned() }
}
