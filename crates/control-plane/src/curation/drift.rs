//! What was changed elsewhere: the catalog against what it is to be, adopting what is other, and putting it back.

use std::collections::BTreeSet;

use domain::action::Action;
use domain::curation::{AppliedCatalogChange, CatalogChange, UploadedTemplate};
use domain::described::{CatalogDrift, DescribedCatalog, DriftedThing, ExpectedCatalog, InUse, Planned, Thing, drift};
use domain::id::{CatalogChangeId, ProductId, Region, TemplateId};
use domain::organization::{around_changes, diff, fingerprint};
use domain::person::PersonKey;
use domain::problem::Problem;
use domain::view::{CatalogDriftInput, CatalogDriftPage, DriftedThingView, RegionDrift, Sheet, ThingStands};
use store::Tx;

use super::changes::Asked;
use super::files::Mirrored;
use super::templates::looked_at;
use crate::trail::{By, Event};
use crate::{Caller, ControlPlane, Error, Result};

/// Things of a region that a page shows: each with what is other, line by line.
const SHOWN: usize = 20;
/// Lines of a description that are shown around one that is other.
const CONTEXT: usize = 3;

impl ControlPlane {
    /// What is other than expected, as of the last comparison: what was changed before what is new. `page`: which [`Sheet`] of each
    /// region.
    pub async fn catalog_drift(&self, caller: &Caller, page: &str) -> Result<CatalogDriftPage> {
        self.authorize_portal(caller, Action::ViewAdministration).await?;
        let mut regions = Vec::new();
        for (region, CatalogDrift { things, left_out }, compared_at) in self.store().catalog_drifts().await? {
            let number = things.len();
            let mut views = things.into_iter().map(|it| (stands(&it), it)).collect::<Vec<_>>();
            views.sort_by_key(|(stands, _)| *stands == ThingStands::New);
            let (sheet, shown) = Sheet::cut(page, SHOWN, views);
            let in_use = self.in_use(&products_of(shown.iter().map(|(_, it)| it))).await?;
            let view = |(stands, it)| view_of(it, stands, &in_use);
            let things = shown.into_iter().map(view).collect::<Result<_>>()?;
            regions.push(RegionDrift { region, number, sheet, things, left_out, compared_at });
        }
        Ok(CatalogDriftPage {
            regions,
            mirrors: self.store().mirror_states().await?,
            allowed: self.administration_allowed(caller).await?,
        })
    }

    /// Compares a region with what is expected of it. Where nothing is expected yet, it is to be as it is: once it was read `whole`.
    pub(crate) async fn compare_catalog(&self, region: &Region, whole: bool) -> Result<()> {
        let expected = self.store().expected_catalog(region).await?;
        if expected.is_none() && !whole {
            return Ok(());
        }
        let mirrored = self.mirrored(region).await?;
        let now = self.now();
        let mut tx = self.store().begin().await?;
        let Some(mut row) = expected else {
            let it = ExpectedCatalog::as_it_is(&mirrored.now());
            return match tx.put_expected_catalog(region, &it, &CatalogDrift::default(), (0, now)).await {
                // Another replica was quicker.
                Err(store::Error::Duplicate { .. }) => Ok(()),
                written => {
                    written?;
                    Ok(tx.commit().await?)
                }
            };
        };
        let mut found = drift(&row.catalog, &mirrored.now(), region);
        found.leave_out(self.store().catalog_changes_under_way(region).await?.iter().map(|(_, named)| named));
        if !found.things.is_empty() {
            tracing::info!(%region, things = found.things.len(), "the catalog was changed elsewhere");
        }
        // Of what was expected before ids were kept, say.
        if row.catalog.learn_ids(&mirrored.now()) {
            return match tx.put_expected_catalog(region, &row.catalog, &found, (row.version, now)).await {
                Err(store::Error::Conflict { .. }) => Ok(()),
                written => {
                    written?;
                    Ok(tx.commit().await?)
                }
            };
        }
        tx.put_catalog_drift(region, &found, (row.version, now)).await?;
        Ok(tx.commit().await?)
    }

    /// What was changed here is expected from now on; what was put back was.
    pub(crate) async fn follow_catalog_change(
        &self,
        tx: &mut Tx,
        it: &AppliedCatalogChange,
        mirrored: &Mirrored,
    ) -> Result<()> {
        let Some(mut row) = tx.expected_catalog(&it.region).await? else { return Ok(()) };
        if it.rest.is_none() {
            row.catalog.follow(it, &mirrored.now());
        }
        let mut found = drift(&row.catalog, &mirrored.now(), &it.region);
        let under_way = self.store().catalog_changes_under_way(&it.region).await?;
        found.leave_out(under_way.iter().filter(|(other, _)| *other != it.id).map(|(_, named)| named));
        Ok(tx.put_expected_catalog(&it.region, &row.catalog, &found, (row.version, self.now())).await?)
    }

    /// Takes a thing as it is in AWS: it is expected to be so from now on.
    pub async fn adopt_catalog_drift(&self, caller: &Caller, input: &CatalogDriftInput) -> Result<()> {
        self.authorize_portal(caller, Action::ManageCatalog).await?;
        let region = region_of(input)?;
        let mirrored = self.mirrored(&region).await?;
        let mut tx = self.store().begin().await?;
        let row = tx.expected_catalog(&region).await?.ok_or_else(nothing_expected)?;
        let mut expected = row.catalog;
        let it = found(&drift(&expected, &mirrored.now(), &region), input)?;
        if it.taken {
            return Err(Error::conflict(
                "It was not kept as it is.",
                "It is called as another one is expected to be, and names tell them apart.",
                "Put it back, or give it a name of its own on its page.",
            ));
        }
        expected.adopt_drifted(&it, &mirrored.now());
        let mut left = drift(&expected, &mirrored.now(), &region);
        left.leave_out(self.store().catalog_changes_under_way(&region).await?.iter().map(|(_, named)| named));
        tx.put_expected_catalog(&region, &expected, &left, (row.version, self.now())).await?;
        let (kind, name) = called(&it.thing);
        let event = Event::done("adopt_catalog_drift", "catalog_drift", &name)
            .with("thing", kind)
            .with("region", region.as_str())
            .with("changes", it.back.len().to_string());
        self.record(&mut tx, caller, event).await?;
        Ok(tx.commit().await?)
    }

    /// Puts a thing back, one change after the other; answers the first.
    pub async fn put_catalog_drift_back(&self, caller: &Caller, input: &CatalogDriftInput) -> Result<CatalogChangeId> {
        self.authorize_portal(caller, Action::ManageCatalog).await?;
        let region = region_of(input)?;
        let row = self.store().expected_catalog(&region).await?.ok_or_else(nothing_expected)?;
        let mirrored = self.mirrored(&region).await?;
        let it = found(&drift(&row.catalog, &mirrored.now(), &region), input)?;
        if it.back.is_empty() {
            return Err(Error::conflict(
                "Nothing was put back.",
                "What is other is something that no change of the portal's sets: a note, or the template of a version.",
                "Change it in AWS, or take it as it is.",
            ));
        }
        let lacks = it.lacks();
        if !lacks.is_empty() {
            let lacks: Vec<String> = lacks.into_iter().collect();
            return Err(Error::conflict(
                "Nothing was put back.",
                format!("It needs what is not there: {}.", lacks.join(", ")),
                "Put that back, and then this.",
            ));
        }
        if !it.holds.is_empty() {
            let products: Vec<&str> = it.holds.iter().map(String::as_str).collect();
            return Err(Error::conflict(
                "Nothing was put back.",
                format!("It would be deleted, and it holds a product: {}.", products.join(", ")),
                "Put that back, or take it out of it, and then this.",
            ));
        }
        let in_use = self.in_use(&products_of([&it])).await?;
        if let Some(what) = it.back.iter().find_map(|it| it.deletes_of(&in_use)) {
            return Err(Error::conflict(
                "Nothing was put back.",
                format!("{what} would be deleted, and environments have it."),
                "Take it as it is, or have them terminated first.",
            ));
        }
        let mut rest = it.back;
        let first = rest.remove(0);
        self.begin_putting_back(caller.into(), &caller.actor.person, &region, (first.change, rest)).await
    }

    /// Goes on with what puts a thing back, after a part of it was made. What keeps it from going on is told on the page of that part.
    pub(crate) async fn go_on_putting_back(&self, it: &AppliedCatalogChange, by: By<'_>) -> Result<()> {
        let Err(error) = self.begin_next_part(it, by).await else { return Ok(()) };
        tracing::warn!(%error, change = %it.id, "what was to follow a change of the catalog was not begun");
        let Problem { what, why, .. } = error.problem();
        let problem = Problem::new(
            "It was made, but what was to follow it was not begun.",
            if why.is_empty() { what } else { why },
            "What is left is shown as drift: put it back from there.",
        );
        let mut tx = self.store().begin().await?;
        let Some(it) = tx.catalog_change(&it.id).await? else { return Ok(()) };
        let version = it.version + 1;
        tx.update_catalog_change(&AppliedCatalogChange { problem: Some(problem), version, ..it }).await?;
        Ok(tx.commit().await?)
    }

    /// Of what was looked at, what is still to be done, in its order. Where something that it needs is gone meanwhile, it ends there.
    async fn begin_next_part(&self, it: &AppliedCatalogChange, by: By<'_>) -> Result<()> {
        let Some(row) = self.store().expected_catalog(&it.region).await? else { return Ok(()) };
        let mirrored = self.mirrored(&it.region).await?;
        let found = drift(&row.catalog, &mirrored.now(), &it.region);
        let planned: Vec<Planned> = found.things.into_iter().flat_map(|it| it.back).collect();
        let mut rest = it.rest.clone().unwrap_or_default();
        let alike = |was: &Planned, it: &Planned| {
            was.change.as_str() == it.change.as_str() && was.named.product == it.named.product
        };
        let others = planned.iter().any(|it| rest.iter().any(|was| alike(was, it)));
        for next in planned {
            let same = |it: &Planned| it.change.as_str() == next.change.as_str() && it.named == next.named;
            if let Some(looked_at) = rest.iter().position(same) {
                if !next.ready {
                    let lacks = next.lacks().unwrap_or_default();
                    return Err(Error::conflict("", format!("It needs what is not there: {lacks}."), ""));
                }
                rest.remove(looked_at);
                self.begin_putting_back(by, &it.by, &it.region, (next.change, rest)).await?;
                return Ok(());
            }
        }
        if others {
            return Err(Error::conflict("", "What is left is other by now than what was looked at.", ""));
        }
        // Somebody did the rest, or wants it no more.
        Ok(())
    }

    async fn begin_putting_back(
        &self,
        by: By<'_>,
        person: &PersonKey,
        region: &Region,
        (change, rest): (CatalogChange, Vec<Planned>),
    ) -> Result<CatalogChangeId> {
        if let CatalogChange::AddProduct { template, version, .. }
        | CatalogChange::AddVersion { template, version, .. } = &change
        {
            self.recall_template(template, version, person).await?;
        }
        let asked = Asked { rest: Some(rest), ..Asked::from(change) };
        self.begin_catalog_change_by(by, person, region, asked).await
    }

    /// A template that a version was made of once is given anew.
    async fn recall_template(&self, id: &TemplateId, version: &str, person: &PersonKey) -> Result<()> {
        if self.store().template(id).await?.is_some() {
            return Ok(());
        }
        let text = self.store().source_text(id).await?.ok_or_else(|| Error::not_found("template"))?;
        let findings = looked_at(text.clone()).await?.findings.len();
        let it = UploadedTemplate {
            id: id.clone(),
            file_name: format!("{version}, put back"),
            text,
            findings: u32::try_from(findings).unwrap_or(u32::MAX),
            by: person.clone(),
            at: self.now(),
        };
        let mut tx = self.store().begin().await?;
        tx.put_template(&it).await?;
        Ok(tx.commit().await?)
    }
}

fn region_of(input: &CatalogDriftInput) -> Result<Region> {
    input.region.parse().map_err(|_| Error::not_found("region"))
}

fn nothing_expected() -> Error {
    Error::conflict(
        "There is nothing to compare with.",
        "The portal has not read the catalog of this region as a whole yet.",
        "Wait until it was read.",
    )
}

/// What putting these back is about.
fn products_of<'a>(things: impl IntoIterator<Item = &'a DriftedThing>) -> Vec<ProductId> {
    let changes = things.into_iter().flat_map(|it| &it.back);
    changes.filter_map(|it| it.change.product().cloned()).collect::<BTreeSet<_>>().into_iter().collect()
}

/// The thing, if it is as it was looked at.
fn found(now: &CatalogDrift, input: &CatalogDriftInput) -> Result<DriftedThing> {
    let stale = || Error::stale("catalog");
    let thing: Thing = serde_json::from_str(&input.thing).map_err(|_| Error::not_found("thing of the catalog"))?;
    let found = now.things.iter().find(|it| it.thing == thing).ok_or_else(stale)?;
    if seen(found)? == input.seen { Ok(found.clone()) } else { Err(stale()) }
}

/// What was looked at, for comparing.
fn seen(it: &DriftedThing) -> Result<String> {
    let both = serde_json::to_string(&(&it.expected, &it.now));
    Ok(fingerprint(&both.map_err(|error| Error::internal("A description cannot be written", &error))?))
}

fn stands(it: &DriftedThing) -> ThingStands {
    let empty = DescribedCatalog::default();
    match (it.expected == empty, it.now == empty) {
        (true, _) => ThingStands::New,
        (_, true) => ThingStands::Gone,
        _ => ThingStands::Other,
    }
}

fn view_of(it: DriftedThing, stands: ThingStands, in_use: &InUse) -> Result<DriftedThingView> {
    let written =
        |it| blueprints::catalog::body(it).map_err(|error| Error::internal("A description cannot be written", &error));
    Ok(DriftedThingView {
        seen: seen(&it)?,
        key: serde_json::to_string(&it.thing)
            .map_err(|error| Error::internal("The name of a thing cannot be written", &error))?,
        difference: around_changes(diff(&written(&it.expected)?, &written(&it.now)?), CONTEXT),
        lacks: it.lacks().into_iter().collect(),
        renamed: it.renamed(),
        holds: it.holds.iter().cloned().collect(),
        in_use: it.back.iter().find_map(|it| it.deletes_of(in_use)),
        taken: it.taken,
        back: it.back.into_iter().map(|it| (it.change, it.named)).collect(),
        thing: it.thing,
        stands,
    })
}

fn called(it: &Thing) -> (&'static str, String) {
    match it {
        Thing::Portfolio { name } => ("portfolio", name.clone()),
        Thing::Product { name } => ("product", name.clone()),
        Thing::TagOption { key, value } => ("tag_option", format!("{key} = {value}")),
    }
}
