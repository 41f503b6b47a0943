//! What of files cannot be meant as it is written.

use std::collections::{BTreeMap, BTreeSet};

use super::portal::keeps_versions;
use super::{CatalogNow, DescribedCatalog, DescribedProduct, DescribedTag};
use crate::catalog::Product;
use crate::curation::NewConstraint;
use crate::id::TemplateId;
use crate::mistake::{Entry, Mistake};
use crate::share::{PrincipalAssociation, ShareTarget};

pub(super) fn mistakes(
    wanted: &DescribedCatalog,
    templates: &BTreeMap<String, TemplateId>,
    now: &CatalogNow<'_>,
) -> Vec<Mistake> {
    let mut mistakes = Vec::new();
    once("portfolio", &[], "portfolio", wanted.portfolios.iter().map(|it| it.name.as_str()), &mut mistakes);
    once("product", &[], "product", wanted.products.iter().map(|it| it.name.as_str()), &mut mistakes);
    let options: Vec<String> = wanted.tag_options.iter().map(|it| format!("{} = {}", it.key, it.value)).collect();
    once("TagOption", &[], "tag_option", options.iter().map(String::as_str), &mut mistakes);
    for (n, portfolio) in wanted.portfolios.iter().enumerate() {
        let at = ("portfolio", n);
        let mut wrong = |at: Vec<Entry>, message: String| mistakes.push(Mistake::new(at, message));
        if now.portfolios.iter().filter(|it| it.name == portfolio.name).count() > 1 {
            wrong(vec![at], format!("Several portfolios of the catalog are called {}.", portfolio.name));
        }
        for (n, arn) in portfolio.principals.iter().enumerate() {
            if let Err(why) = PrincipalAssociation::read(arn) {
                wrong(vec![at, ("principals", n)], format!("{}: {arn:?} is no principal. {why}", portfolio.name));
            }
        }
        for (n, share) in portfolio.shares.iter().enumerate() {
            if share.with.parse::<ShareTarget>().is_err() {
                let message = format!("{}: it cannot be shared with {:?}.", portfolio.name, share.with);
                wrong(vec![at, ("share", n), ("with", 0)], message);
            }
        }
        mistakes.extend(unknown_tags(at, &portfolio.name, &portfolio.tag_options, wanted));
    }
    for (n, product) in wanted.products.iter().enumerate() {
        let at = ("product", n);
        if now.products.iter().filter(|it| it.name == product.name).count() > 1 {
            let message = format!("Several products of the catalog are called {}.", product.name);
            mistakes.push(Mistake::new([at], message));
        }
        mistakes.extend(unknown_tags(at, &product.name, &product.tag_options, wanted));
        for (n, place) in product.places.iter().enumerate() {
            if !wanted.portfolios.iter().any(|it| it.name == place.portfolio) {
                let message = format!("{}: {} is no [[portfolio]] of the file.", product.name, place.portfolio);
                mistakes.push(Mistake::new([at, ("in", n), ("portfolio", 0)], message));
            }
        }
        about_versions(at, product, templates, now, &mut mistakes);
    }
    mistakes
}

/// The `TagOptions` of something that the file does not describe.
fn unknown_tags(at: Entry, name: &str, tags: &[DescribedTag], wanted: &DescribedCatalog) -> Vec<Mistake> {
    let known = |tag: &DescribedTag| wanted.tag_options.iter().any(|it| it.key == tag.key && it.value == tag.value);
    let unknown = tags.iter().enumerate().filter(|(_, tag)| !known(tag));
    let mistake = |(n, tag): (usize, &DescribedTag)| {
        let message = format!("{name}: {} = {} is no [[tag_option]] of the file.", tag.key, tag.value);
        Mistake::new([at, ("tag_option", n)], message)
    };
    unknown.map(mistake).collect()
}

fn about_versions(
    at: Entry,
    product: &DescribedProduct,
    templates: &BTreeMap<String, TemplateId>,
    now: &CatalogNow<'_>,
    mistakes: &mut Vec<Mistake>,
) {
    let called = format!("version of {}", product.name);
    once(&called, &[at], "version", product.versions.iter().map(|it| it.name.as_str()), mistakes);
    if product.versions.is_empty() {
        mistakes.push(Mistake::new([at], format!("{} has no version.", product.name)));
    }
    let there = now.products.iter().find(|it| it.name == product.name);
    for (n, version) in product.versions.iter().enumerate() {
        let at = [at, ("version", n), ("template", 0)];
        let Some(template) = templates.get(&version.template) else {
            let message = format!("{} {}: there is no file {}.", product.name, version.name, version.template);
            mistakes.push(Mistake::new(at, message));
            continue;
        };
        let made = there.and_then(|it| it.artifacts.iter().find(|it| it.name == version.name));
        let other = made.and_then(|it| now.templates.get(&it.id)).filter(|it| *it != template);
        if other.is_some() {
            let message = format!(
                "{} {}: {} is not the template that the version was made of, and a version keeps its template. Give it as \
                 another version.",
                product.name, version.name, version.template
            );
            mistakes.push(Mistake::new(at, message));
        }
    }
}

/// What the form of a constraint would refuse of those that are not there yet. What versions ask for that are not made yet, nobody
/// knows here.
pub fn mistakes_in_constraints(wanted: &DescribedCatalog, products: &[Product]) -> Vec<Mistake> {
    let mut mistakes = Vec::new();
    for (n, product) in wanted.products.iter().enumerate() {
        let at = ("product", n);
        let there = products.iter().find(|it| it.name == product.name);
        let known = there.filter(|there| keeps_versions(product, there)).map(Product::active_parameters);
        let made: Vec<NewConstraint> = there.iter().flat_map(|it| &it.constraints).map(NewConstraint::like).collect();
        for (n, place) in product.places.iter().enumerate() {
            let wrong = NewConstraint::mistakes_of_new(&place.constraints(), &made, known.as_ref());
            let wrong = wrong.into_iter().map(|(constraint, why)| {
                let at = [at, ("in", n)].into_iter().chain(constraint.map(|n| ("constraint", n)));
                Mistake::new(at.collect::<Vec<_>>(), format!("{} in {}: {why}", product.name, place.portfolio))
            });
            mistakes.extend(wrong);
        }
    }
    mistakes
}

/// `within`: the table that has the entries of `array`.
fn once<'a>(
    what: &str,
    within: &[Entry],
    array: &'static str,
    names: impl Iterator<Item = &'a str>,
    mistakes: &mut Vec<Mistake>,
) {
    let mut seen = BTreeSet::new();
    for (n, name) in names.enumerate() {
        if !seen.insert(name) {
            let at = within.iter().copied().chain([(array, n)]);
            mistakes.push(Mistake::new(at.collect::<Vec<_>>(), format!("The {what} {name} is described twice.")));
        }
    }
}
