//! Giving what runs the tags that it would be launched with now. AWS never does that by itself: TagOptions, the tag policy and the
//! project's own tags count when something is launched.

use std::collections::{BTreeMap, BTreeSet};

use domain::action::Action;
use domain::binding::{BindingSource, PersonValue, resolve};
use domain::catalog::{ConstraintRule, ProvisioningArtifact};
use domain::environment::Environment;
use domain::id::EnvironmentId;
use domain::observed::Observed;
use domain::operation::{OperationKind, Step};
use domain::problem::{FieldError, Problem};
use domain::tag_policy::{NotPushed, TagRule, TagSource, tags_to_push};
use domain::template::Fate;
use domain::view::{FormField, TagsView};

use crate::tags::{Tagged, field_of, tag_choices, value_of};
use crate::update::Updatable;
use crate::{Caller, ControlPlane, Error, Result};

/// Types whose tags CloudFormation gives once, when it makes them (`tagUpdatable` of their schemas,
/// <https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-sagemaker-studiolifecycleconfig.html>).
const KEEP_THEIR_TAGS: [&str; 7] = [
    "AWS::SageMaker::DataQualityJobDefinition",
    "AWS::SageMaker::FeatureGroup",
    "AWS::SageMaker::ModelBiasJobDefinition",
    "AWS::SageMaker::ModelExplainabilityJobDefinition",
    "AWS::SageMaker::ModelQualityJobDefinition",
    "AWS::SageMaker::ProcessingJob",
    "AWS::SageMaker::StudioLifecycleConfig",
];

/// What the tags of one environment would be now, and what AWS has.
pub(crate) struct Push {
    sources: BTreeMap<String, TagSource>,
    rules: Vec<TagRule>,
    sent: BTreeMap<String, String>,
    is: BTreeMap<String, String>,
    /// What the TagOptions of the product take.
    options: BTreeMap<String, Vec<String>>,
    /// Parameters that say the project's own tags to the template, where these are others by now.
    pub(crate) parameters: BTreeMap<String, String>,
}

impl Push {
    fn rules(&self) -> Vec<&TagRule> {
        self.rules.iter().collect()
    }

    /// All of the tags, as AWS is told them.
    pub(crate) fn tags(&self, chosen: &BTreeMap<String, String>) -> Result<BTreeMap<String, String>, Vec<NotPushed>> {
        tags_to_push(&self.sources, &self.rules(), &self.sent, &self.is, chosen)
    }

    /// A field for each tag that somebody has to decide first.
    fn fields(&self) -> Vec<FormField> {
        let Err(open) = self.tags(&BTreeMap::new()) else { return Vec::new() };
        let field = |it: NotPushed| match it {
            NotPushed::Open { key } => field_of(key.clone(), self.sources.get(&key)?.clone()),
            NotPushed::Impossible { .. } => None,
        };
        open.into_iter().filter_map(field).collect()
    }

    /// The values of the fields.
    fn chosen(&self, posted: &BTreeMap<String, String>) -> Result<BTreeMap<String, String>> {
        let (mut chosen, mut mistakes) = (BTreeMap::new(), Vec::new());
        for field in self.fields() {
            let value = posted.get(&field.label).map(|value| value.trim()).filter(|value| !value.is_empty());
            let Some(source) = self.sources.get(&field.label) else { continue };
            match value_of(&field.label, source, value, &self.rules()) {
                Ok(value) => chosen.extend(value.map(|value| (field.label, value))),
                Err(message) => mistakes.push(FieldError::new(field.name, message)),
            }
        }
        if mistakes.is_empty() { Ok(chosen) } else { Err(Error::Invalid(mistakes)) }
    }

    /// No value is good for some tag, or Service Catalog would not take the one that there is.
    fn impossible(&self) -> Option<Problem> {
        let open = self.tags(&BTreeMap::new()).err().unwrap_or_default();
        let impossible = open.into_iter().filter_map(|it| match it {
            NotPushed::Impossible { key, why } => Some(format!("{key}: {why}.")),
            NotPushed::Open { .. } => None,
        });
        let refused = self.sources.iter().filter_map(|(key, source)| {
            let (value, takes) = (source.only()?, self.options.get(key)?);
            let takes = takes.join(", ");
            (!self.options[key].iter().any(|it| it == value))
                .then(|| format!("{key}: it would be {value}, and the product takes {takes}."))
        });
        let why: Vec<String> = impossible.chain(refused).collect();
        let next = "Ask the platform team to bring the product's TagOptions and the tag policy together.";
        (!why.is_empty()).then(|| Problem::new("No value is good for some of the tags.", why.join(" "), next))
    }

    pub(crate) fn changed_meanwhile() -> Problem {
        Problem::new(
            "The tags were not changed: what they have to be changed meanwhile.",
            "The tag policy or the product's TagOptions ask for another value than when this was asked for.",
            "Look at the environment's page, and push the tags again.",
        )
    }
}

impl ControlPlane {
    /// What the tags would be now, where AWS has these; the problem says why AWS would refuse to change them.
    pub(crate) async fn push_of(
        &self,
        it: &Environment,
        is: &BTreeMap<String, String>,
    ) -> Result<Result<Push, Problem>> {
        let problem =
            |why: &str, next: &str| Ok(Err(Problem::new("AWS cannot change the tags of this environment.", why, next)));
        let whole = match self.updatable(it.clone()).await {
            Ok(whole) => whole,
            Err(Error::Conflict(why)) => return problem(&why.why, "Request another environment in its place."),
            Err(error) => return Err(error),
        };
        let (product, project) = (&whole.product, &whole.project);
        let allows = |rule: &ConstraintRule| matches!(rule, ConstraintRule::TagUpdate { allowed: true });
        if !product.constraints.iter().any(|constraint| allows(&constraint.rule)) {
            return problem(
                "Service Catalog changes tags only where a RESOURCE_UPDATE constraint of the product allows it, and it has none.",
                "An admin can add one to the product. Or request another environment in its place: it gets the tags of now.",
            );
        }
        let Some(artifact) = product.artifact(&it.artifact).filter(|artifact| artifact.active) else {
            return problem(
                "Its version is not active any more, and AWS updates nothing to such a version.",
                "Update it to a version that is offered: the tags can be changed after that.",
            );
        };
        let parameters = said_by_the_project(&whole, artifact);
        if !parameters.is_empty() {
            let values = it.parameters.iter().chain(&parameters).map(|(k, v)| (k.clone(), v.clone())).collect();
            let preview = self.preview_of_update(&whole, artifact, &values, &BTreeSet::new()).await?;
            // Whatever is made anew is no matter of tags.
            if preview.unread.is_some() || preview.resources.iter().any(|it| it.fate != Fate::Changed) {
                return problem(
                    "Its template says tags by parameters, and with these more than tags would change.",
                    "Update it on its page: there you see what that does. The tags are others with it.",
                );
            }
        }
        let policy = self.store().tag_rules().await?;
        let tagged = Tagged { product, project, stage: it.stage, policy: &policy };
        Ok(Ok(Push {
            sources: tagged.sources_of(it),
            rules: tagged.rules().into_iter().cloned().collect(),
            sent: it.tags.clone(),
            is: is.clone(),
            options: tag_choices(&product.tag_options),
            parameters,
        }))
    }

    /// Has AWS give an environment the tags that it would be launched with now. `posted` has the values of those that somebody has to
    /// decide; `version` is the one that the caller saw. A second click asks for nothing more.
    pub async fn push_tags(
        &self,
        caller: &Caller,
        id: &EnvironmentId,
        version: &str,
        posted: &BTreeMap<String, String>,
    ) -> Result<()> {
        let seen: Environment = self.authorize(caller, Action::TagEnvironment, id).await?.into_thing();
        if self.is_underway(caller, &seen, OperationKind::Tag).await? {
            return Ok(());
        }
        if version.trim().parse() != Ok(seen.version) {
            return Err(Error::stale("environment"));
        }
        let observed = self.store().observation(id).await?.observed;
        let Some(observed) = observed.filter(|observed| !observed.tag_differences.is_empty()) else {
            return Err(Error::conflict(
                "There is no tag to put right.",
                "The last look at AWS found every tag as it would be given now.",
                "Look again: the page shows how it is now.",
            ));
        };
        let push = self.push_of(&seen, &observed.tags).await?.map_err(Error::Conflict)?;
        if let Some(problem) = push.impossible() {
            return Err(Error::Conflict(problem));
        }
        let step = Step::CheckTags { chosen: push.chosen(posted)? };
        self.start_at(caller, &seen, OperationKind::Tag, Action::TagEnvironment, step).await
    }

    /// What is said of tags that are not as they would be given now; none where all are.
    pub(crate) async fn tags_view(&self, it: &Environment, observed: Option<&Observed>) -> Result<Option<TagsView>> {
        let Some(observed) = observed.filter(|observed| !observed.tag_differences.is_empty()) else { return Ok(None) };
        let (fields, refused) = match self.push_of(it, &observed.tags).await? {
            Ok(push) => (push.fields(), push.impossible()),
            Err(problem) => (Vec::new(), Some(problem)),
        };
        let product = self.store().product(&it.product).await?;
        let region = product.as_ref().map_or(&it.region, |product| &product.region);
        let template = self.store().artifact_template(region, &it.product, &it.artifact).await?;
        let resources = template.iter().flat_map(|template| &template.resources);
        let keeps = resources
            .filter(|resource| KEEP_THEIR_TAGS.contains(&resource.kind.as_str()))
            .map(|resource| format!("{} ({})", resource.logical_id, resource.kind))
            .collect();
        let started = observed.billed().map(|running| running.item.name().to_owned()).collect();
        Ok(Some(TagsView {
            differences: observed.tag_differences.clone(),
            fields,
            refused,
            keeps,
            started,
            request: it.request.clone(),
        }))
    }
}

/// The parameters of a version that are bound to the project's cost center or data class, with the values that these have now, where
/// they are others than the environment was brought up with.
fn said_by_the_project(it: &Updatable, artifact: &ProvisioningArtifact) -> BTreeMap<String, String> {
    let of_project = |source: &BindingSource| {
        matches!(source, BindingSource::FromPerson { value: PersonValue::CostCenter | PersonValue::DataClass })
    };
    let mut said = BTreeMap::new();
    for parameter in artifact.parameters.iter().filter(|parameter| !parameter.no_echo) {
        let (key, one) = (&parameter.key, std::slice::from_ref(parameter));
        let Some(was) = it.environment.parameters.get(key) else { continue };
        let bound = it.bindings.iter().any(|binding| binding.parameter == *key && of_project(&binding.source));
        let now = resolve(one, &it.bindings, &it.account, &it.project, &it.person, &BTreeMap::new());
        if let (true, Some(now)) = (bound, now.ok().and_then(|mut values| values.remove(key)))
            && now != *was
        {
            said.insert(key.clone(), now);
        }
    }
    said
}
