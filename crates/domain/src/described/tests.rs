//! Whatever was there before: once everything that is planned is made, the catalog is as it was described.

use std::collections::BTreeMap;

use proptest::prelude::*;

use super::told::{Told, region, template, undescribed};
use super::*;
use crate::curation::CatalogChange;
use crate::mistake::Mistake;

fn tags() -> impl Strategy<Value = BTreeMap<String, String>> {
    prop::collection::btree_map("[ab]", "[xy]", 0..2)
}

/// Which of the two TagOptions something has.
fn tag_options() -> impl Strategy<Value = Vec<DescribedTag>> {
    let tag = |value: &str| DescribedTag { key: "purpose".into(), value: value.into() };
    prop::sample::subsequence(vec![tag("serving"), tag("training")], 0..=2)
}

fn portfolio(name: &'static str) -> impl Strategy<Value = DescribedPortfolio> {
    let share = (any::<bool>(), any::<bool>()).prop_map(|(tag_options, principals)| DescribedShare {
        with: "organizational_unit/ou-a1-b2".into(),
        tag_options,
        principals,
    });
    let principals = prop::sample::subsequence(
        vec!["arn:aws:iam:::role/A".to_owned(), "arn:aws:iam::111122223333:role/B".to_owned()],
        0..=2,
    );
    ("[a-c]{0,2}", tags(), tag_options(), principals, prop::collection::vec(share, 0..2)).prop_map(
        move |(description, tags, tag_options, principals, shares)| DescribedPortfolio {
            name: name.into(),
            description,
            provider: "Platform".into(),
            principals,
            tags,
            tag_options,
            shares,
        },
    )
}

fn constraint() -> impl Strategy<Value = DescribedConstraint> {
    let rule = prop_oneof![
        "[ab]".prop_map(|role| ConstraintRule::Launch { role }),
        "[ab]".prop_map(|rules| ConstraintRule::Template { rules }),
        any::<bool>().prop_map(|allowed| ConstraintRule::TagUpdate { allowed }),
    ];
    ("[a-b]{0,1}", rule).prop_map(|(description, rule)| DescribedConstraint { description, rule })
}

fn product(name: &'static str) -> impl Strategy<Value = DescribedProduct> {
    let version = |number: usize, active: bool, deprecated: bool| DescribedVersion {
        name: format!("{number}.0"),
        note: String::new(),
        template: format!("templates/{}/{number}.0.yaml", name.to_lowercase()),
        active,
        guidance: if deprecated { Guidance::Deprecated } else { Guidance::Default },
    };
    let versions = prop::collection::vec((any::<bool>(), any::<bool>()), 1..4).prop_map(move |all| {
        all.into_iter().enumerate().map(|(number, (active, old))| version(number, active, old)).collect::<Vec<_>>()
    });
    let places = prop::sample::subsequence(vec!["One".to_owned(), "Two".to_owned()], 0..=2).prop_flat_map(|names| {
        names
            .into_iter()
            .map(|portfolio| {
                prop::collection::vec(constraint(), 0..3)
                    .prop_map(move |constraints| DescribedPlace { portfolio: portfolio.clone(), constraints })
            })
            .collect::<Vec<_>>()
    });
    ("[a-c]{0,2}", "[pq]", tags(), tag_options(), versions, places).prop_map(
        move |(description, owner, tags, tag_options, versions, places)| DescribedProduct {
            name: name.into(),
            description,
            owner,
            support: String::new(),
            tags,
            tag_options,
            versions,
            places,
            portal: None,
        },
    )
}

pub(super) fn catalog() -> impl Strategy<Value = DescribedCatalog> {
    let option = |value: &'static str| {
        any::<bool>().prop_map(move |active| DescribedTagOption { key: "purpose".into(), value: value.into(), active })
    };
    let products = (product("Notebook"), product("Studio"), any::<(bool, bool)>());
    ((option("serving"), option("training")), (portfolio("One"), portfolio("Two")), products).prop_map(
        |(options, portfolios, (notebook, studio, (first, second)))| DescribedCatalog {
            tag_options: vec![options.0, options.1],
            portfolios: vec![portfolios.0, portfolios.1],
            products: [(first, notebook), (second, studio)]
                .into_iter()
                .filter_map(|(is, it)| is.then_some(it))
                .collect(),
        },
    )
}

pub(super) fn templates_of(it: &DescribedCatalog) -> BTreeMap<String, TemplateId> {
    let versions = it.products.iter().flat_map(|it| &it.versions);
    versions.map(|it| (it.template.clone(), template(&it.template))).collect()
}

fn said(mistakes: &[Mistake]) -> String {
    mistakes.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n")
}

proptest! {
    #[test]
    fn what_was_described_is_there_whatever_was_before(before in catalog(), wanted in catalog(), delete: bool) {
        let mut told = Told::default();
        told.become_(&before, &templates_of(&before), false);
        told.become_(&wanted, &templates_of(&wanted), delete);
        let again = plan(&wanted, &templates_of(&wanted), &told.now(), &region(), undescribed(delete));
        prop_assert_eq!(again.changes, Vec::new());
        if delete {
            prop_assert_eq!(again.stays, Vec::<String>::new());
        }
    }

    #[test]
    fn an_export_that_is_brought_into_an_empty_catalog_exports_the_same(before in catalog()) {
        let mut told = Told::default();
        told.become_(&before, &templates_of(&before), false);
        let first = export(&told.now());
        prop_assert_eq!(&first.left_out, &Vec::<String>::new());
        let mut other = Told::elsewhere();
        other.become_(&first.catalog, &first.templates, false);
        prop_assert_eq!(export(&other.now()), first);
    }
}

#[test]
fn what_cannot_be_meant_is_said_and_nothing_is_planned() {
    let mut told = Told::default();
    let version = DescribedVersion {
        name: "1.0".into(),
        note: String::new(),
        template: "one.yaml".into(),
        active: true,
        guidance: Guidance::Default,
    };
    let studio = DescribedProduct {
        name: "Studio".into(),
        owner: "Platform".into(),
        versions: vec![version.clone()],
        ..DescribedProduct::default()
    };
    let wanted = |products: Vec<DescribedProduct>| DescribedCatalog { products, ..DescribedCatalog::default() };
    let files = |text: &str| BTreeMap::from([("one.yaml".to_owned(), template(text))]);
    told.become_(&wanted(vec![studio.clone()]), &files("a"), false);
    let mistakes = |wanted: &DescribedCatalog, files: &BTreeMap<String, TemplateId>| {
        let plan = plan(wanted, files, &told.now(), &region(), undescribed(true));
        assert!(plan.changes.is_empty());
        said(&plan.mistakes)
    };
    let said = mistakes(&wanted(vec![studio.clone()]), &files("b"));
    assert!(said.contains("a version keeps its template"), "{said}");
    assert!(mistakes(&wanted(vec![studio.clone()]), &BTreeMap::new()).contains("there is no file one.yaml"));
    let twice = mistakes(&wanted(vec![studio.clone(), studio.clone()]), &files("a"));
    assert!(twice.contains("The product Studio is described twice."), "{twice}");
    let nowhere = DescribedProduct {
        places: vec![DescribedPlace { portfolio: "Nowhere".into(), constraints: Vec::new() }],
        tag_options: vec![DescribedTag { key: "a".into(), value: "b".into() }],
        versions: vec![version.clone(), version],
        ..studio.clone()
    };
    let said = mistakes(&wanted(vec![nowhere]), &files("a"));
    for part in
        ["Nowhere is no [[portfolio]]", "a = b is no [[tag_option]]", "version of Studio 1.0 is described twice"]
    {
        assert!(said.contains(part), "{said}");
    }
    let none = DescribedProduct { versions: Vec::new(), ..studio };
    assert!(mistakes(&wanted(vec![none]), &files("a")).contains("Studio has no version."));
}

#[test]
fn what_quotas_would_end_half_way_is_said_and_nothing_is_planned() {
    let told = Told::default();
    let option = |n: usize| DescribedTagOption { key: "purpose".into(), value: format!("v{n}"), active: true };
    let plan = |number: usize| {
        let wanted = DescribedCatalog { tag_options: (0..number).map(option).collect(), ..DescribedCatalog::default() };
        plan(&wanted, &BTreeMap::new(), &told.now(), &region(), undescribed(false))
    };
    assert_eq!((plan(25).changes.len(), plan(25).mistakes), (25, Vec::new()));
    let over = plan(26);
    assert!(over.changes.is_empty());
    assert_eq!(said(&over.mistakes), "The key purpose has at most 25 values: it has 0, and the files add 26.");
    let portfolio =
        |n: usize| DescribedPortfolio { name: format!("P{n}"), provider: "a".into(), ..DescribedPortfolio::default() };
    let wanted = DescribedCatalog { portfolios: (0..101).map(portfolio).collect(), ..DescribedCatalog::default() };
    let over = super::plan(&wanted, &BTreeMap::new(), &told.now(), &region(), undescribed(false));
    assert_eq!(said(&over.mistakes), "A region has at most 100 portfolios: it has 0, and the files add 101.");
}

#[test]
fn what_names_cannot_tell_apart_is_left_out() {
    let mut told = Told::default();
    for _ in 0..2 {
        told.make(&CatalogChange::AddPortfolio {
            region: region(),
            text: PortfolioText { name: "One".into(), provider: "Platform".into(), ..PortfolioText::default() },
        });
    }
    let exported = export(&told.now());
    assert!(exported.catalog.portfolios.is_empty() && exported.left_out[0].contains("Portfolios called One"));
    let wanted = DescribedCatalog {
        portfolios: vec![DescribedPortfolio { name: "One".into(), ..DescribedPortfolio::default() }],
        ..DescribedCatalog::default()
    };
    let typed = DescribedPortfolio { name: "Two".into(), principals: vec!["role/a".into()], ..Default::default() };
    let typed = DescribedCatalog { portfolios: vec![typed], ..DescribedCatalog::default() };
    let mistakes = super::plan(&typed, &BTreeMap::new(), &told.now(), &region(), Undescribed::Stays).mistakes;
    assert!(mistakes[0].message.contains("Two: \"role/a\" is no principal."), "{mistakes:?}");
    assert_eq!(mistakes[0].at, [("portfolio", 0), ("principals", 0)]);
    let plan = plan(&wanted, &BTreeMap::new(), &told.now(), &region(), Undescribed::Stays);
    assert!(plan.mistakes[0].message.contains("Several portfolios of the catalog are called One."));
}

#[test]
fn what_environments_have_stays_with_what_it_is_in() {
    let version = |name: &str| DescribedVersion {
        name: name.into(),
        note: String::new(),
        template: format!("{name}.yaml"),
        active: true,
        guidance: Guidance::Default,
    };
    let team = DescribedTag { key: "team".into(), value: "a".into() };
    let product = |name: &str| DescribedProduct {
        name: name.into(),
        owner: "Platform".into(),
        versions: vec![version("1.0"), version("2.0")],
        places: vec![DescribedPlace { portfolio: format!("{name}s"), constraints: Vec::new() }],
        ..DescribedProduct::default()
    };
    let portfolio = |name: &str| DescribedPortfolio {
        name: name.into(),
        provider: "Platform".into(),
        tag_options: vec![team.clone()],
        ..DescribedPortfolio::default()
    };
    let wanted = DescribedCatalog {
        tag_options: vec![DescribedTagOption { key: "team".into(), value: "a".into(), active: true }],
        portfolios: vec![portfolio("Studios"), portfolio("Notebooks")],
        products: vec![product("Studio"), product("Notebook")],
    };
    let mut told = Told::default();
    told.become_(&wanted, &templates_of(&wanted), false);
    let now = told.now();
    let studio = now.products.iter().find(|it| it.name == "Studio").unwrap();
    let old = studio.artifacts.iter().find(|it| it.name == "1.0").unwrap();
    let in_use = InUse::from([(studio.id.clone(), old.id.clone())]);
    let all_goes =
        |wanted: &DescribedCatalog| plan(wanted, &templates_of(wanted), &now, &region(), Undescribed::Goes(&in_use));

    let plan = all_goes(&DescribedCatalog::default());
    let said = [
        "Product Studio: environments have it",
        "Portfolio Studios: Studio stays in it",
        "TagOption team = a: Studios stays, which it is on",
    ];
    assert_eq!(plan.stays, said);
    assert!(!plan.changes.is_empty());
    for Planned { change, named, .. } in &plan.changes {
        assert!(named.product != "Studio" && named.portfolio != "Studios", "{change:?}");
        assert!(!matches!(change, CatalogChange::DeleteTagOption { .. }), "{change:?}");
    }

    let newer = DescribedProduct { versions: vec![version("3.0")], ..product("Studio") };
    let plan = all_goes(&DescribedCatalog { products: vec![newer, product("Notebook")], ..wanted.clone() });
    assert_eq!(plan.stays, ["Version 1.0 of Studio: environments have it"]);
    let gone = plan.changes.iter().filter(|it| matches!(it.change, CatalogChange::DeleteVersion { .. }));
    assert_eq!(gone.map(|it| it.named.version.as_str()).collect::<Vec<_>>(), ["2.0"]);
}
