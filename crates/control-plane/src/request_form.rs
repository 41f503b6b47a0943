//! The form to request a product, generated from its parameters, bindings, constraints and TagOptions.

use std::collections::BTreeMap;

use domain::access::ProductAccess;
use domain::action::Action;
use domain::binding::{BindingPerson, BindingSource, PersonValue, form_fields, resolve};
use domain::catalog::{Product, ProvisioningArtifact};
use domain::draft::RETYPE;
use domain::environment::Environment;
use domain::id::{DraftId, ProductId};
use domain::obstacle::{PlaceOfUse, obstacles_at};
use domain::parameter::{narrow, within_instances};
use domain::preflight::Preflight;
use domain::problem::{FieldError, Problem};
use domain::project::{Project, ProjectAccount};
use domain::request::Request;
use domain::view::{FormControl, FormField, FormState, RequestFormPage, RequestFormQuery, Target};

use crate::authorize::Where;
use crate::catalog::versions;
use crate::preflight::{Drawn, Form};
use crate::tags::{Tagged, field_of};
use crate::{Caller, ControlPlane, Error, Result, approvers};

pub(crate) const NAME: BindingSource = BindingSource::FromPerson { value: PersonValue::EnvironmentName };

/// What is said of parameters, each by its name.
type ByParameter = Vec<(String, String)>;

/// A place that a request can be for: the account of a project, and the rule that lets the project use the product there, its
/// approval raised to the floors.
#[derive(Clone, Debug)]
pub(crate) struct Place {
    pub(crate) account: ProjectAccount,
    pub(crate) access: ProductAccess,
}

impl Place {
    /// As posted: `PROJECT/ACCOUNT/REGION`.
    pub(crate) fn value(&self) -> String {
        format!("{}/{}/{}", self.account.project, self.account.account, self.account.region)
    }

    /// As who decides requests depends on it.
    pub(crate) fn where_of<'a>(&'a self, product: &'a ProductId) -> Where<'a> {
        Where { project: &self.account.project, product, stage: self.account.stage }
    }
}

impl ControlPlane {
    /// The form for one version and one place; the portal chooses what the query leaves open.
    pub async fn request_form(
        &self,
        caller: &Caller,
        id: &ProductId,
        query: RequestFormQuery,
    ) -> Result<RequestFormPage> {
        let product: Product = self.authorize(caller, Action::SubmitRequest, id).await?.into_thing();
        let mut state = self.form_state(caller, Some(&query.draft)).await?;
        let asked = |from_query: &str, field: &str| {
            if from_query.is_empty() {
                state.value(field).unwrap_or_default().to_owned()
            } else {
                from_query.to_owned()
            }
        };
        let artifact = offered_artifact(&product, &asked(&query.artifact, "artifact"))?;
        let places = self.places(caller, &product).await?;
        let wanted = asked(&query.target, "target");
        let found = places.iter().find(|p| p.value() == wanted);
        // Nobody is moved to another account, and with it perhaps to another stage, without having chosen it.
        let gone = !wanted.is_empty() && found.is_none();
        if gone && state.error("target").is_none() {
            state.errors.push(FieldError::new("target", "The account that was asked for is not offered: choose one."));
        }
        let Some(place) = found.or_else(|| places.first()) else {
            return Err(Error::conflict(
                "This product cannot be requested yet.",
                "None of your projects has an account in the stages that may use it.",
                "Ask an admin to add an account to the project.",
            ));
        };
        let project = self.project_of(place).await?;
        let params = narrow(&artifact.parameters, &product.constraints);
        let params = within_instances(params, &place.access.instances);
        let bindings = self.store().parameter_bindings(id).await?;
        let fields = form_fields(&params, &bindings, &place.account);
        let suggested_name = suggested_name(&product, &self.ids().uuid().to_string());
        let instances = &place.access.instances;
        let at = PlaceOfUse { account: &place.account, project: &project, instances };
        let obstacles = obstacles_at(artifact, &product.constraints, &bindings, &at);
        let (bound, missing) =
            Self::bound_values(caller, &fields, &params, &bindings, place, &project, &suggested_name);
        let missing = all_missing(obstacles, missing);
        // A secret that this version does not ask for needs no typing.
        state.errors.retain(|e| e.message != RETYPE || fields.iter().any(|field| field.name == e.field));
        let deciders = self.deciders_in(&project.id).await?;
        let (rule, there) = (&place.access.approval, place.where_of(&product.id));
        let too_few = self.too_few(&deciders, rule, there, &caller.actor.person);
        let tag_rules = self.store().tag_rules().await?;
        let (here, policy) = (place.account.stage, &tag_rules);
        let tag_fields = tag_fields(&Tagged { product: &product, project: &project, stage: here, policy });
        let person = binding_person(caller, state.value("name").unwrap_or(&suggested_name));
        let drawn = Drawn {
            product: &product,
            artifact,
            tag_fields: &tag_fields,
            policy: &tag_rules,
            form: Form {
                params: &params,
                declared: &artifact.parameters,
                bindings: &bindings,
                account: &place.account,
                project: &project,
                person: &person,
                fields: &fields,
                state: &state,
            },
        };
        let preflight = if gone { None } else { Some(self.preflight_of_form(caller, &drawn).await?) };
        let versions: Vec<_> = versions(&product).into_iter().filter(|v| !v.deprecated).collect();
        let has_others = places.len() > 1 || versions.len() > 1;
        let blocked = self.blocked(place, &missing, has_others).or(too_few);
        let blocked = blocked.or_else(|| preflight.as_ref().and_then(Preflight::whatever_is_asked));
        Ok(RequestFormPage {
            product: product.id.clone(),
            product_name: product.name.clone(),
            versions,
            artifact: artifact.id.clone(),
            target: if gone { String::new() } else { place.value() },
            fields,
            tag_fields,
            bound: if gone { Vec::new() } else { bound },
            usage_instructions: artifact.usage_instructions.clone(),
            max_lease_days: place.access.max_lease_days,
            approval: approvers::in_words(rule, &deciders, there, &caller.actor),
            suggested_name,
            preflight,
            blocked: if gone { None } else { blocked },
            draft: if state == FormState::default() { String::new() } else { query.draft },
            form_token: state.value("form_token").map_or_else(|| self.ids().uuid().to_string(), str::to_owned),
            targets: places
                .iter()
                .map(|p| Target {
                    value: p.value(),
                    project: p.account.project.clone(),
                    account: p.account.account.clone(),
                    account_name: p.account.name.clone(),
                    region: p.account.region.clone(),
                    stage: p.account.stage,
                    approval: p.access.approval.clone(),
                })
                .collect(),
            state,
        })
    }

    /// Where the caller may request a product: accounts of their projects in the product's region, in stages that may
    /// use it.
    pub(crate) async fn places(&self, caller: &Caller, product: &Product) -> Result<Vec<Place>> {
        let access = self.with_floors(self.store().product_access_of_product(&product.id).await?).await?;
        let projects = caller.actor.projects();
        let mut places = Vec::new();
        for access in access.into_iter().filter(|a| projects.contains(&a.project)) {
            for account in self.store().project_accounts(&access.project).await? {
                if account.stage == access.stage && account.region == product.region {
                    places.push(Place { account, access: access.clone() });
                }
            }
        }
        places.sort_by_key(|p| (p.account.project.clone(), p.account.stage, p.account.name.clone()));
        Ok(places)
    }

    pub(crate) async fn project_of(&self, place: &Place) -> Result<Project> {
        self.store().project(&place.account.project).await?.ok_or_else(|| Error::not_found("project"))
    }

    /// Keeps a form as it was typed so far, to be drawn for another version or account; answers the draft.
    pub async fn show_request_form(
        &self,
        caller: &Caller,
        product: &str,
        form: &str,
        fields: BTreeMap<String, String>,
        errors: Vec<FieldError>,
    ) -> Result<DraftId> {
        let id: ProductId = product.parse().map_err(|_| Error::not_found("product"))?;
        self.authorize::<Product>(caller, Action::SubmitRequest, &id).await?;
        self.save_draft(&caller.actor.person, form, fields, errors).await
    }

    /// What is known to be missing before anything is typed.
    fn blocked(&self, place: &Place, missing: &[String], has_others: bool) -> Option<Problem> {
        (!missing.is_empty()).then(|| {
            let others = if has_others { ", or choose another account or version" } else { "" };
            Problem::new(
                format!("This cannot be requested into {} yet.", place.account.name),
                missing.join("\n"),
                format!("Ask {}{others}.", self.settings().platform_contact),
            )
        })
    }

    /// What the platform sets, with its values as far as they can be known before the form is filled, and what it should set
    /// and cannot, each by its parameter.
    fn bound_values(
        caller: &Caller,
        fields: &[FormField],
        params: &[domain::catalog::Parameter],
        bindings: &[domain::binding::ParameterBinding],
        place: &Place,
        project: &Project,
        name: &str,
    ) -> (ByParameter, ByParameter) {
        let set: Vec<_> = params
            .iter()
            .filter(|p| !fields.iter().any(|f| f.name == domain::binding::field_name(&p.key)))
            .cloned()
            .collect();
        let person = binding_person(caller, name);
        let (mut bound, mut missing) = (Vec::new(), Vec::new());
        for param in &set {
            let one = std::slice::from_ref(param);
            let value = match resolve(one, bindings, &place.account, project, &person, &BTreeMap::new()) {
                Ok(values) => match values.get(&param.key) {
                    Some(_) if param.no_echo => "hidden".to_owned(),
                    // The name can still be changed in the form.
                    Some(value) if value == name => "the environment's name".to_owned(),
                    Some(value) => value.clone(),
                    None => "the template's default".to_owned(),
                },
                Err(errors) => {
                    let message = errors.into_iter().map(|e| e.message).collect::<Vec<_>>().join(" ");
                    // Another name may fit.
                    if !bindings.iter().any(|b| b.parameter == param.key && b.source == NAME) {
                        missing.push((param.key.clone(), message.clone()));
                    }
                    message
                }
            };
            bound.push((param.key.clone(), value));
        }
        (bound, missing)
    }
}

/// Why nothing can be requested, each in a line: what an obstacle says of a parameter is not said twice.
fn all_missing(obstacles: ByParameter, mut missing: ByParameter) -> Vec<String> {
    missing.retain(|(key, _)| !obstacles.iter().any(|(known, _)| known == key));
    let line = |(key, why): (String, String)| if key.is_empty() { why } else { format!("{key}: {why}") };
    obstacles.into_iter().map(line).chain(missing.into_iter().map(|(_, message)| message)).collect()
}

/// What bindings take from the caller.
pub(crate) fn binding_person(caller: &Caller, name: &str) -> BindingPerson {
    BindingPerson {
        studio_user_id: caller.actor.person.studio_user_id(),
        email: caller.actor.email.clone(),
        environment_name: name.to_owned(),
        there: BTreeMap::new(),
    }
}

impl ControlPlane {
    /// What bindings take from whom a request is for: of an update the owner of the environment.
    pub(crate) async fn person_of(&self, request: &Request, updated: Option<&Environment>) -> Result<BindingPerson> {
        let owner = updated.map_or(&request.requester, |it| &it.owner);
        Ok(BindingPerson {
            studio_user_id: updated.map_or_else(|| owner.studio_user_id(), |it| it.name_id().clone()),
            email: self.store().person(owner).await?.and_then(|person| person.email),
            environment_name: request.name.clone(),
            there: updated.map(|it| it.parameters.clone()).unwrap_or_default(),
        })
    }
}

/// The version asked for, or the preferred one; deprecated and inactive versions are not offered.
pub(crate) fn offered_artifact<'a>(product: &'a Product, wanted: &str) -> Result<&'a ProvisioningArtifact> {
    let asked = product.offered_artifacts().find(|a| a.id.as_str() == wanted);
    asked.or_else(|| product.preferred_artifact()).ok_or_else(|| {
        Error::conflict(
            "This product cannot be requested.",
            "It has no version that is active and not deprecated.",
            "Ask the platform team for a current version.",
        )
    })
}

/// A field for each tag that whoever asks decides; the first of a choice is offered.
fn tag_fields(tagged: &Tagged<'_>) -> Vec<FormField> {
    let mut fields: Vec<FormField> =
        tagged.sources("", "").into_iter().filter_map(|(key, source)| field_of(key, source)).collect();
    for field in &mut fields {
        if let FormControl::Choice { values } = &field.control {
            field.default = values.first().cloned();
        }
    }
    fields
}

/// A name that nobody has yet: the product's, and a few characters that differ each time.
fn suggested_name(product: &Product, unique: &str) -> String {
    let mut slug = String::new();
    for c in product.name.chars().flat_map(char::to_lowercase) {
        if c.is_ascii_alphanumeric() {
            slug.push(c);
        } else if !slug.is_empty() && !slug.ends_with('-') {
            slug.push('-');
        }
    }
    slug.truncate(32);
    let tail: String = unique.chars().rev().filter(char::is_ascii_alphanumeric).take(5).collect();
    format!("{}-{tail}", slug.trim_matches('-')).trim_start_matches('-').to_owned()
}
