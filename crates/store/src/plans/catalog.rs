//! The reads of the catalog, and of what is known of it.

use domain::id::Region;

use super::now;
use crate::{ProductFilter, Store};

pub(super) async fn read_catalog(store: &Store) -> crate::Result<()> {
    let (account, region) = ("601000000002".parse().unwrap(), "eu-west-1".parse::<Region>().unwrap());
    read_products(store, &region).await?;
    store.template(&"t".parse().unwrap()).await?;
    store.sweep_templates(now()).await?;
    store.newest_templates(["studio.yaml", "notebook.yaml"]).await?;
    store.template_waivers(&"t".parse().unwrap()).await?;
    store.waived_findings(&["t".parse().unwrap()], now()).await?;
    store.sweep_template_waivers(now()).await?;
    store.catalog_change(&"c".parse().unwrap()).await?;
    store.takings_back(&["c".parse().unwrap(), "d".parse().unwrap()]).await?;
    store.catalog_change_under_way(&"eu-west-1".parse().unwrap(), "p").await?;
    store.catalog_changes_under_way(&"eu-west-1".parse().unwrap()).await?;
    store.tag_options().await?;
    store.tag_option_list(20, 21).await?;
    store.tag_option(std::slice::from_ref(&region), &"tag-1".parse().unwrap()).await?;
    store.mirror_generation(&"eu-west-1".parse().unwrap()).await?;
    store.environments_by_version(&"prod-1".parse().unwrap()).await?;
    store.launch_standing(&account, &region, &"prod-1".parse().unwrap()).await?;
    store.launch_standings([&account], &region, &"prod-1".parse().unwrap()).await?;
    store.account_quotas(&account, &region).await?;
    store.artifact_template(&region, &"prod-1".parse().unwrap(), &"pa-1".parse().unwrap()).await?;
    store.template_ids(&region).await?;
    store.source_text(&"t".parse().unwrap()).await?;
    store.template_source(&region, &"prod-1".parse().unwrap(), &"pa-1".parse().unwrap()).await?;
    store.read_templates(&region, &"prod-1".parse().unwrap(), "all").await?;
    Ok(())
}

async fn read_products(store: &Store, region: &Region) -> crate::Result<()> {
    let (ids, portfolio) = (["prod-1".parse().unwrap(), "prod-2".parse().unwrap()], "port-1".parse().unwrap());
    store.provisioning_seconds_of(&ids, 20).await?;
    store.products().await?;
    store.products_of(&ids).await?;
    store.environments_of_products(&ids).await?;
    store.all_product_names().await?;
    store.current_versions().await?;
    let all = ProductFilter { text: "a", of: Some(&ids), held: true, portfolio: None };
    let inside = ProductFilter { portfolio: Some((region, &portfolio)), ..ProductFilter::default() };
    for filter in [ProductFilter::default(), all, inside] {
        store.product_list(&filter, 60, 61).await?;
    }
    store.product_names_outside(region, &portfolio).await?;
    store.product_only_in(region, &portfolio).await?;
    store.count_products_inside().await?;
    store.count_products_in(region, &portfolio).await?;
    Ok(())
}
