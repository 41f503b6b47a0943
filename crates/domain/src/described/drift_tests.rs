//! What is done here is no drift, and what is done elsewhere is: until it is adopted, or put back.

use proptest::prelude::*;

use super::super::tests::{catalog, templates_of};
use super::super::told::{Told, region, template, undescribed};
use super::super::{
    DescribedCatalog, DescribedPortfolio, DescribedProduct, DescribedTagOption, DescribedVersion, KnownIds, plan,
};
use super::*;
use crate::curation::{Guidance, PortfolioText};

fn drifted(expected: &ExpectedCatalog, told: &Told) -> Vec<DriftedThing> {
    drift(expected, &told.now(), &region()).things
}

proptest! {
    #[test]
    fn what_is_changed_here_is_no_drift(before in catalog(), wanted in catalog(), delete: bool) {
        let mut told = Told::default();
        told.become_(&before, &templates_of(&before), false);
        let mut expected = ExpectedCatalog::as_it_is(&told.now());
        while let Some(next) = plan(&wanted, &templates_of(&wanted), &told.now(), &region(), undescribed(delete))
            .changes
            .into_iter()
            .find(|it| it.ready)
        {
            let made = told.make_here(&next);
            expected.follow(&made, &told.now());
            prop_assert_eq!(drifted(&expected, &told), Vec::new(), "after {:?}", next);
        }
    }

    #[test]
    fn what_is_changed_elsewhere_is_adopted(before in catalog(), wanted in catalog()) {
        let mut told = Told::default();
        told.become_(&before, &templates_of(&before), false);
        let mut expected = ExpectedCatalog::as_it_is(&told.now());
        told.become_(&wanted, &templates_of(&wanted), true);
        for it in drifted(&expected, &told) {
            expected.adopt_drifted(&it, &told.now());
        }
        prop_assert_eq!(drifted(&expected, &told), Vec::new());
    }

    #[test]
    fn what_is_changed_elsewhere_is_put_back(before in catalog(), wanted in catalog()) {
        let mut told = Told::default();
        told.become_(&before, &templates_of(&before), false);
        let expected = ExpectedCatalog::as_it_is(&told.now());
        told.become_(&wanted, &templates_of(&wanted), true);
        for _ in 0..500 {
            let Some(next) = drifted(&expected, &told).into_iter().flat_map(|it| it.back).find(|it| it.ready) else {
                break;
            };
            told.make(&next.change);
        }
        prop_assert_eq!(drifted(&expected, &told), Vec::new());
    }
}

fn version(name: &str, note: &str) -> DescribedVersion {
    DescribedVersion {
        name: name.into(),
        note: note.into(),
        template: "one.yaml".into(),
        active: true,
        guidance: Guidance::Default,
    }
}

fn studio(versions: Vec<DescribedVersion>) -> DescribedCatalog {
    let product = DescribedProduct { name: "Studio".into(), owner: "P".into(), versions, ..Default::default() };
    DescribedCatalog { products: vec![product], ..Default::default() }
}

fn told(it: &DescribedCatalog, text: &str) -> Told {
    let mut told = Told::default();
    told.become_(it, &BTreeMap::from([("one.yaml".to_owned(), template(text))]), false);
    told
}

#[test]
fn what_no_change_puts_back_is_told_all_the_same() {
    let expected = ExpectedCatalog::as_it_is(&told(&studio(vec![version("1.0", "as it was")]), "a").now());
    for (note, text) in [("another", "a"), ("as it was", "b")] {
        let now = told(&studio(vec![version("1.0", note)]), text);
        let found = drifted(&expected, &now);
        assert_eq!(found.len(), 1, "{found:?}");
        assert!(found[0].back.is_empty() && found[0].expected != found[0].now, "{found:?}");
    }
}

#[test]
fn what_could_not_be_read_counts_as_it_was() {
    let both = told(&studio(vec![version("1.0", ""), version("1.1", "")]), "a");
    let expected = ExpectedCatalog::as_it_is(&both.now());
    let unread = CatalogNow { templates: &BTreeMap::new(), ..both.now() };
    assert_eq!(drift(&expected, &unread, &region()), CatalogDrift::default());
    // Of what was never read nothing is known, and nothing is taken away for it.
    let never = ExpectedCatalog::as_it_is(&unread);
    let found = drift(&never, &unread, &region());
    assert_eq!(found.things, Vec::new());
    assert!(found.left_out[0].contains("its template could not be read"), "{:?}", found.left_out);
}

#[test]
fn what_names_cannot_tell_apart_is_not_compared() {
    let one = DescribedPortfolio { name: "One".into(), provider: "P".into(), ..Default::default() };
    let wanted = DescribedCatalog { portfolios: vec![one], ..Default::default() };
    let mut told = told(&wanted, "a");
    let expected = ExpectedCatalog::as_it_is(&told.now());
    told.make(&CatalogChange::AddPortfolio {
        region: region(),
        text: PortfolioText { name: "One".into(), provider: "Q".into(), ..PortfolioText::default() },
    });
    // The one that is known is compared, and the other is told of; where neither is known, both are left out.
    let unknown = ExpectedCatalog { ids: KnownIds::default(), ..expected.clone() };
    for (expected, said) in
        [(&expected, "Portfolio One: another one is called so too"), (&unknown, "Portfolios called One")]
    {
        let found = drift(expected, &told.now(), &region());
        assert_eq!(found.things, Vec::new());
        assert!(found.left_out[0].contains(said), "{:?}", found.left_out);
    }
}

#[test]
fn a_tag_option_is_told_by_key_and_value() {
    let option = DescribedTagOption { key: "a = b".into(), value: "c".into(), active: true };
    let wanted = DescribedCatalog { tag_options: vec![option], ..Default::default() };
    let found = drifted(&ExpectedCatalog::default(), &told(&wanted, "a"));
    assert_eq!(found[0].thing, Thing::TagOption { key: "a = b".into(), value: "c".into() });
    assert!(matches!(found[0].back[0].change, CatalogChange::DeleteTagOption { .. }));
}

#[test]
fn what_was_renamed_alone_is_told_as_that_and_gets_its_name_back_or_keeps_it() {
    let mut before = studio(vec![version("1.0", "")]);
    let portfolio = |name: &str| DescribedPortfolio { name: name.into(), provider: "P".into(), ..Default::default() };
    before.portfolios = vec![portfolio("One"), DescribedPortfolio { provider: "Q".into(), ..portfolio("Two") }];
    before.products[0].places = vec![super::super::DescribedPlace { portfolio: "One".into(), constraints: Vec::new() }];
    let mut told = Told::default();
    told.become_(&before, &templates_of(&before), false);
    let expected = ExpectedCatalog::as_it_is(&told.now());
    let (portfolio, product) = (told.now().portfolios[0].clone(), told.now().products[0].clone());
    let text = PortfolioText { name: "Uno".into(), ..PortfolioText::of(&portfolio) };
    told.make(&CatalogChange::SetPortfolio { portfolio: portfolio.id.clone(), text });
    let text = crate::curation::ProductText { name: "Atelier".into(), ..crate::curation::ProductText::of(&product) };
    told.make(&CatalogChange::SetProduct { product: product.id.clone(), text });

    let found = drifted(&expected, &told);
    let (one, studio) = (Thing::Portfolio { name: "One".into() }, Thing::Product { name: "Studio".into() });
    assert_eq!(found.iter().map(|it| &it.thing).collect::<Vec<_>>(), [&one, &studio], "and nothing else");
    assert_eq!(found[0].renamed(), Some(Thing::Portfolio { name: "Uno".into() }));
    assert_eq!(found[1].renamed(), Some(Thing::Product { name: "Atelier".into() }));
    assert!(found.iter().all(|it| it.back.len() == 1 && it.lacks().is_empty() && it.holds.is_empty()), "{found:?}");

    // Kept as they are called now, one after the other.
    let is = ExpectedCatalog::as_it_is(&told.now());
    let mut kept = expected.clone();
    kept.adopt_drifted(&found[0], &told.now());
    assert_eq!(drifted(&kept, &told).iter().map(|it| &it.thing).collect::<Vec<_>>(), [&studio]);
    kept.adopt_drifted(&found[1], &told.now());
    assert_eq!((drifted(&kept, &told), &kept), (Vec::new(), &is));

    // Or called as they were, and what is done so is followed.
    let mut put_back = expected.clone();
    for it in &found {
        let made = told.make_here(&it.back[0]);
        put_back.follow(&made, &told.now());
    }
    assert_eq!((drifted(&put_back, &told), put_back), (Vec::new(), expected.clone()));

    // What else was changed is told with it.
    let text = PortfolioText { name: "Uno".into(), provider: "Somebody".into(), ..PortfolioText::of(&portfolio) };
    told.make(&CatalogChange::SetPortfolio { portfolio: portfolio.id.clone(), text });
    let found = drifted(&expected, &told);
    assert_eq!(found.iter().map(|it| &it.thing).collect::<Vec<_>>(), [&one]);
    assert!(found[0].renamed().is_some() && found[0].back.len() == 1 && !found[0].taken, "{found:?}");
    let mut kept = expected.clone();
    kept.adopt_drifted(&found[0], &told.now());
    assert_eq!(drifted(&kept, &told), Vec::new());
    told.make(&found[0].back[0].change);
    assert_eq!(drifted(&expected, &told), Vec::new());

    // Called as another one is: it is not kept so, and neither of them is made again.
    let text = PortfolioText { name: "Two".into(), ..PortfolioText::of(&told.now().portfolios[0]) };
    told.make(&CatalogChange::SetPortfolio { portfolio: portfolio.id, text });
    let found = drifted(&expected, &told);
    assert_eq!(found.iter().map(|it| (&it.thing, it.taken)).collect::<Vec<_>>(), [(&one, true)]);
}

proptest! {
    #[test]
    fn what_was_renamed_elsewhere_is_put_back(before in catalog(), names in prop::collection::vec(0..4_usize, 12)) {
        let mut told = Told::default();
        told.become_(&before, &templates_of(&before), false);
        let expected = ExpectedCatalog::as_it_is(&told.now());
        // Also to names that others have.
        let mut all: Vec<String> = before.portfolios.iter().map(|it| it.name.clone()).collect();
        all.extend(before.products.iter().map(|it| it.name.clone()));
        all.push("Another".into());
        let mut names = names.into_iter().map(|number| all[number % all.len()].clone());
        for it in told.now().portfolios.to_vec() {
            let text = PortfolioText { name: names.next().unwrap_or_default(), ..PortfolioText::of(&it) };
            told.make(&CatalogChange::SetPortfolio { portfolio: it.id, text });
        }
        for it in told.now().products.to_vec() {
            let own = crate::curation::ProductText::of(&it);
            let text = crate::curation::ProductText { name: names.next().unwrap_or_default(), ..own };
            told.make(&CatalogChange::SetProduct { product: it.id, text });
        }
        for it in drifted(&expected, &told) {
            prop_assert!(it.renamed().is_some() && it.back.len() == 1, "{:?}", it);
            told.make(&it.back[0].change);
        }
        prop_assert_eq!(drifted(&expected, &told), Vec::new());
    }
}

#[test]
fn what_was_made_again_elsewhere_under_another_name_was_not_renamed() {
    let one = |name: &str| DescribedCatalog {
        portfolios: vec![DescribedPortfolio { name: name.into(), provider: "P".into(), ..Default::default() }],
        ..Default::default()
    };
    let mut told = told(&one("One"), "a");
    let expected = ExpectedCatalog::as_it_is(&told.now());
    told.become_(&one("Uno"), &BTreeMap::new(), true);
    assert!(drifted(&expected, &told).iter().all(|it| it.renamed().is_none()));
}
