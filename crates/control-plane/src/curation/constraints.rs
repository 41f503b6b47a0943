//! What holds for products in portfolios: as whoever curates them sees it, tried before it is saved, and changed.

use std::collections::BTreeMap;

use domain::action::Action;
use domain::binding::form_fields;
use domain::catalog::{Constraint, ConstraintRule, Product};
use domain::curation::{CatalogChange, NewConstraint, constraint_kind, no_json, seen, tags_of};
use domain::id::{CatalogChangeId, DraftId, PortfolioId, ProductId};
use domain::parameter::{AllowedValues, check_rules, describe_rules, narrow, undecided_rules, validate};
use domain::view::{ConstraintInput, ConstraintTrial, ConstraintsPage, CuratedConstraint, FormField, FormState};

use super::removals;
use super::rules_of_template::rules_of_template;
use crate::admin::accounts_of;
use crate::{Caller, ControlPlane, Error, Result, words};

impl ControlPlane {
    /// What holds for a product in a portfolio.
    pub async fn constraints(
        &self,
        caller: &Caller,
        product: &ProductId,
        portfolio: &str,
        draft: &str,
    ) -> Result<ConstraintsPage> {
        self.authorize_portal(caller, Action::ViewAdministration).await?;
        let product = self.store().product(product).await?.ok_or_else(|| Error::not_found("product"))?;
        let portfolios = self.store().portfolios().await?;
        let inside = |id: &PortfolioId| product.portfolios.contains(id);
        let portfolio = portfolios.into_iter().find(|it| it.id.as_str() == portfolio && inside(&it.id));
        let portfolio = portfolio.ok_or_else(|| Error::not_found("portfolio that holds the product"))?;
        let form = self.form_state(caller, Some(draft)).await?;
        let there = product.constraints.iter().filter(|it| it.portfolio.as_ref() == Some(&portfolio.id));
        Ok(ConstraintsPage {
            constraints: there.map(curated).collect(),
            parameters: product.active_parameters().into_iter().map(str::to_owned).collect(),
            trial: self.trial(&product, &form).await?,
            product: product.id,
            name: product.name,
            portfolio: portfolio.id,
            portfolio_name: portfolio.name,
            allowed: self.administration_allowed(caller).await?,
            form,
        })
    }

    /// Makes a constraint, or puts another rule in the place of one; answers the change that does it.
    ///
    /// # Errors
    /// [`Error::Stale`] where it was changed since the form was drawn.
    pub async fn save_constraint(&self, caller: &Caller, input: ConstraintInput) -> Result<CatalogChangeId> {
        self.authorize_portal(caller, Action::ManageCatalog).await?;
        let (product, portfolio) = self.constrained(&input).await?;
        let new = new_constraint(&input)?;
        fits(&product, &input)?;
        if let (ConstraintRule::Template { rules }, false) = (&new.rule, input.meant == "yes") {
            let with = with_rules(&product, &input.constraint, (rules, new.description.clone()));
            if let Some(first) = self.new_obstacles(&with, &product).await?.first() {
                return Err(Error::field(
                    "meant",
                    format!("With it, requests are refused whatever people fill in. {first}"),
                ));
            }
        }
        let change = if input.constraint.is_empty() {
            CatalogChange::AddConstraint { product: product.id, portfolio, new }
        } else {
            let found = product.constraints.iter().find(|it| it.id == input.constraint);
            let there = found.ok_or_else(|| Error::not_found("constraint"))?;
            if seen(&NewConstraint::like(there)) != input.seen {
                return Err(Error::stale("constraint"));
            }
            CatalogChange::SetConstraint { product: product.id, portfolio, constraint: input.constraint, new }
        };
        self.begin_catalog_change(caller, &product.region, change).await
    }

    /// Keeps what was typed for a while, so that its page shows what it would do. In the place of a CloudFormation template
    /// come the rules of the constraints that it makes.
    ///
    /// # Errors
    /// [`Error::Invalid`] where it could not be saved either, or the sample is none.
    pub async fn try_constraint(
        &self,
        caller: &Caller,
        input: &ConstraintInput,
        form: &str,
        mut fields: BTreeMap<String, String>,
    ) -> Result<DraftId> {
        self.authorize_portal(caller, Action::ManageCatalog).await?;
        let mut input = input.clone();
        if let Some(taken) = rules_of_template(&input.rules).filter(|_| input.kind == "template") {
            input.rules = taken.map_err(|why| Error::field("rules", why))?;
            fields.insert("rules".to_owned(), input.rules.clone());
        }
        let (product, portfolio) = self.constrained(&input).await?;
        let new = new_constraint(&input)?;
        fits(&product, &input)?;
        sampled(&product, &input.sample)?;
        let change = match input.constraint.as_str() {
            "" => CatalogChange::AddConstraint { product: product.id, portfolio, new },
            _ => CatalogChange::SetConstraint {
                product: product.id,
                portfolio,
                constraint: input.constraint.clone(),
                new,
            },
        };
        let around = self.around_catalog_change(&change, &product.region).await?;
        let mut mistakes = change.mistakes(&around);
        // What is there already can be tried as well.
        mistakes.retain(|mistake| !mistake.field.is_empty());
        if !mistakes.is_empty() {
            return Err(Error::Invalid(mistakes));
        }
        self.save_draft(&caller.actor.person, form, fields, Vec::new()).await
    }

    /// Deletes a constraint.
    pub async fn delete_constraint(
        &self,
        caller: &Caller,
        product: &ProductId,
        portfolio: &PortfolioId,
        constraint: &str,
    ) -> Result<CatalogChangeId> {
        self.authorize_portal(caller, Action::ManageCatalog).await?;
        let change = CatalogChange::DeleteConstraint {
            product: product.clone(),
            portfolio: portfolio.clone(),
            constraint: constraint.to_owned(),
        };
        self.begin_catalog_change(caller, &self.home_region(), change).await
    }

    async fn constrained(&self, input: &ConstraintInput) -> Result<(Product, PortfolioId)> {
        let product: ProductId = input.product.parse().map_err(|_| Error::not_found("product"))?;
        let portfolio: PortfolioId = input.portfolio.parse().map_err(|_| Error::not_found("portfolio"))?;
        let product = self.store().product(&product).await?.ok_or_else(|| Error::not_found("product"))?;
        Ok((product, portfolio))
    }

    /// What a draft's rules do, where it is one of rules that were tried.
    async fn trial(&self, product: &Product, form: &FormState) -> Result<Option<ConstraintTrial>> {
        let value = |name: &str| form.value(name).unwrap_or_default().to_owned();
        if value("trial").is_empty() || !form.errors.is_empty() {
            return Ok(None);
        }
        let input = ConstraintInput {
            kind: value("kind"),
            parameter: value("parameter"),
            allowed_values: value("allowed_values"),
            message: value("message"),
            rules: value("rules"),
            constraint_description: value("constraint_description"),
            ..ConstraintInput::default()
        };
        let Ok(NewConstraint { rule: ConstraintRule::Template { rules }, description }) = new_constraint(&input) else {
            return Ok(None);
        };
        let with = with_rules(product, &value("constraint"), (&rules, description));
        let sample = with_defaults(product, sample_of(&value("sample")).unwrap_or_default());
        let mut violations: Vec<String> = violated(&rules, &sample).collect();
        // Those that are there hold beside it.
        let others = with.constraints.iter().filter_map(|it| match &it.rule {
            ConstraintRule::Template { rules: other } if *other != rules => Some(other),
            _ => None,
        });
        violations.extend(
            others.flat_map(|other| violated(other, &sample)).map(|why| format!("{why} (Another constraint.)")),
        );
        Ok(Some(ConstraintTrial {
            rules: describe_rules(&rules).unwrap_or_default(),
            violations,
            undecided: undecided_rules(&rules, &sample).unwrap_or_default(),
            obstacles: self.new_obstacles(&with, product).await?,
            fields: self.asked_with(&with).await?,
        }))
    }

    /// What the request form asks for: in the first account that may use the product.
    async fn asked_with(&self, product: &Product) -> Result<Vec<FormField>> {
        let access = self.store().product_access_of_product(&product.id).await?;
        let accounts = self.store().all_project_accounts().await?;
        let used_in = accounts_of(&product.id, &product.region, &access, &accounts);
        let (Some(account), Some(artifact)) = (used_in.first(), product.preferred_artifact()) else {
            return Ok(Vec::new());
        };
        let parameters = narrow(&artifact.parameters, &product.constraints);
        let bindings = self.store().parameter_bindings(&product.id).await?;
        Ok(form_fields(&parameters, &bindings, account))
    }
}

/// What is said of values that rules refuse.
fn violated(rules: &str, sample: &BTreeMap<String, String>) -> impl Iterator<Item = String> {
    check_rules(rules, sample).unwrap_or_default().into_iter().map(|it| it.message)
}

/// A sample with what the version that is offered first takes for what it leaves out. Of none nothing is said.
fn with_defaults(product: &Product, mut sample: BTreeMap<String, String>) -> BTreeMap<String, String> {
    if !sample.is_empty() {
        for parameter in product.preferred_artifact().iter().flat_map(|it| &it.parameters).filter(|it| !it.no_echo) {
            if let Some(default) = &parameter.default {
                sample.entry(parameter.key.clone()).or_insert_with(|| default.clone());
            }
        }
    }
    sample
}

/// The product once the rules hold, in the place of a constraint that is there, if there is one.
fn with_rules(product: &Product, instead: &str, (rules, description): (&str, String)) -> Product {
    let mut with = product.clone();
    with.constraints.retain(|it| it.id != instead);
    with.constraints.push(Constraint {
        id: String::new(),
        portfolio: None,
        description,
        rule: ConstraintRule::Template { rules: rules.to_owned() },
    });
    with
}

fn curated(it: &Constraint) -> CuratedConstraint {
    let written = NewConstraint::like(it);
    let row = words::constraint_for_curators(it);
    CuratedConstraint {
        id: it.id.clone(),
        kind: constraint_kind(&it.rule).to_owned(),
        row,
        seen: seen(&written),
        written,
        removal: removals::of_constraint(&it.rule),
    }
}

/// What a form says, as Service Catalog takes it.
fn new_constraint(input: &ConstraintInput) -> Result<NewConstraint> {
    let lines = |text: &str| {
        let lines = text.lines().map(str::trim).filter(|line| !line.is_empty());
        lines.map(str::to_owned).collect::<Vec<_>>()
    };
    let rule = match input.kind.as_str() {
        "launch" => ConstraintRule::Launch { role: input.launch_role.trim().to_owned() },
        "allowed" => ConstraintRule::Template { rules: allowed(input, &lines(&input.allowed_values))? },
        "template" if rules_of_template(&input.rules).is_some() => {
            return Err(Error::field("rules", "It is a template: try it, and its rules are taken out of it."));
        }
        "template" => ConstraintRule::Template { rules: compact("rules", &input.rules)? },
        "tag_update" => match input.tag_update.as_str() {
            answer @ ("yes" | "no") => ConstraintRule::TagUpdate { allowed: answer == "yes" },
            _ => return Err(Error::field("tag_update", "Choose whether tags can be changed.")),
        },
        "notification" => ConstraintRule::Notification { topics: lines(&input.topics) },
        "stack_set" => ConstraintRule::StackSet { parameters: compact("stack_set", &input.stack_set)? },
        _ => return Err(Error::field("kind", "Choose what is to hold.")),
    };
    Ok(NewConstraint { description: input.constraint_description.trim().to_owned(), rule })
}

/// Whether values that are to be allowed are such as some version takes: otherwise nobody could choose them.
fn fits(product: &Product, input: &ConstraintInput) -> Result<()> {
    if input.kind != "allowed" {
        return Ok(());
    }
    let values = input.allowed_values.lines().map(str::trim).filter(|value| !value.is_empty());
    let refused = values.filter_map(|value| Some((value, no_version_takes(product, input.parameter.trim(), value)?)));
    match refused.into_iter().next() {
        Some((value, why)) => Err(Error::field("allowed_values", format!("{value}: {why}"))),
        None => Ok(()),
    }
}

/// Why no version that can be requested takes a value; of a parameter that none has nothing is said.
fn no_version_takes(product: &Product, parameter: &str, value: &str) -> Option<String> {
    let versions = product.artifacts.iter().filter(|version| version.active);
    let declared = versions.flat_map(|version| &version.parameters).filter(|it| it.key == parameter);
    let mut whys: Vec<String> = Vec::new();
    for it in declared {
        let why = validate(it, value).err()?;
        if !whys.contains(&why) {
            whys.push(why);
        }
    }
    // Versions may each have a reason of their own.
    let no_version = if whys.len() > 1 { "No version that can be requested takes it. " } else { "" };
    (!whys.is_empty()).then(|| format!("{no_version}{}", whys.join(" ")))
}

/// A rule that a parameter has one of several values.
fn allowed(input: &ConstraintInput, values: &[String]) -> Result<String> {
    let parameter = input.parameter.trim();
    if parameter.is_empty() {
        return Err(Error::field("parameter", "Choose a parameter."));
    }
    if values.is_empty() {
        return Err(Error::field("allowed_values", "At least one value, one in a line."));
    }
    if let Some(twice) = values.iter().enumerate().find_map(|(at, value)| values[..at].contains(value).then_some(value))
    {
        return Err(Error::field("allowed_values", format!("{twice} stands there twice.")));
    }
    let message = match input.message.trim() {
        "" => format!("Choose another {parameter}."),
        message => message.to_owned(),
    };
    Ok(AllowedValues { parameter: parameter.to_owned(), values: values.to_vec(), message }.rules())
}

/// The JSON without the blanks that people write it with.
fn compact(field: &str, text: &str) -> Result<String> {
    if text.trim().is_empty() {
        return Err(Error::field(field, "It is missing."));
    }
    let value: serde_json::Value = serde_json::from_str(text).map_err(|error| Error::field(field, no_json(&error)))?;
    Ok(value.to_string())
}

/// Whether a sample gives values that some version takes, of parameters that it asks for: of others no rule says anything.
fn sampled(product: &Product, text: &str) -> Result<()> {
    let (sample, known) = (sample_of(text)?, product.active_parameters());
    if let Some(other) = sample.keys().find(|key| !known.contains(key.as_str())) {
        return Err(Error::field("sample", format!("No version that can be requested has a parameter {other}.")));
    }
    let refused = sample.iter().find_map(|(key, value)| Some((key, no_version_takes(product, key, value)?)));
    match refused {
        Some((key, why)) => Err(Error::field("sample", format!("{key}: {why}"))),
        None => Ok(()),
    }
}

fn sample_of(text: &str) -> Result<BTreeMap<String, String>> {
    tags_of("sample", text).map_err(|wrong| Error::Invalid(vec![wrong]))
}
