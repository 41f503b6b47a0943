//! The tags of an environment's resources, and where each comes from.

use std::collections::BTreeMap;

use domain::catalog::{Product, TagOption};
use domain::curation::mistake_in_tag;
use domain::environment::Environment;
use domain::person::StudioUserId;
use domain::problem::FieldError;
use domain::project::{Project, Stage};
use domain::request::Request;
use domain::tag_policy::{ENVIRONMENT_TAG, OWNER_TAG, TagRule, TagSource, rules_for, tag_sources};
use domain::view::{FormControl, FormField};

/// What stands for the id of an environment that is not made yet.
pub(crate) const NO_ENVIRONMENT_YET: &str = "the environment's id";

/// What is launched, as far as its tags follow from it.
pub(crate) struct Tagged<'a> {
    pub(crate) product: &'a Product,
    pub(crate) project: &'a Project,
    pub(crate) stage: Stage,
    /// The whole tag policy.
    pub(crate) policy: &'a [TagRule],
}

impl Tagged<'_> {
    /// The rules that hold for it.
    pub(crate) fn rules(&self) -> Vec<&TagRule> {
        rules_for(self.policy, self.stage, self.project.data_class)
    }

    /// Where the value of each tag comes from.
    pub(crate) fn sources(&self, who: &str, environment: &str) -> BTreeMap<String, TagSource> {
        let own = BTreeMap::from([
            (OWNER_TAG.to_owned(), who.to_owned()),
            ("project".to_owned(), self.project.id.to_string()),
            ("stage".to_owned(), self.stage.as_str().to_owned()),
            ("cost-center".to_owned(), self.project.cost_center.clone()),
            ("data-class".to_owned(), self.project.data_class.as_str().to_owned()),
            (ENVIRONMENT_TAG.to_owned(), environment.to_owned()),
        ]);
        tag_sources(&own, &tag_choices(&self.product.tag_options), &self.rules())
    }

    /// What goes with the launch: the portal's own, and what was chosen. A TagOption key with one value is set by AWS itself.
    pub(crate) fn sent(
        &self,
        who: &StudioUserId,
        chosen: &BTreeMap<String, String>,
        environment: &str,
    ) -> BTreeMap<String, String> {
        let value = |(key, source): (String, TagSource)| match source {
            TagSource::Set(value) => Some((key, value)),
            TagSource::Choice(_) | TagSource::Typed(_) => chosen.get(&key).map(|value| (key, value.clone())),
            TagSource::Catalog(_) | TagSource::Impossible(_) => None,
        };
        self.sources(who.as_str(), environment).into_iter().filter_map(value).collect()
    }

    /// The tags that a request comes to.
    pub(crate) fn of_request(&self, request: &Request, environment: &str) -> BTreeMap<String, String> {
        self.sent(&request.requester.studio_user_id(), &request.tags, environment)
    }

    /// What the resources end up with: what is sent, and what AWS sets by itself.
    pub(crate) fn resulting(&self, request: &Request, environment: &str) -> BTreeMap<String, String> {
        let mut tags = self.of_request(request, environment);
        for (key, source) in self.sources("", environment) {
            if let TagSource::Catalog(value) = source {
                tags.insert(key, value);
            }
        }
        tags
    }

    /// Where the tags of an environment would come from now.
    pub(crate) fn sources_of(&self, it: &Environment) -> BTreeMap<String, TagSource> {
        self.sources(it.studio_user_id.as_str(), it.id.as_str())
    }
}

/// The values that a TagOption key can have, active ones alone.
pub(crate) fn tag_choices(options: &[TagOption]) -> BTreeMap<String, Vec<String>> {
    let mut choices: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for option in options.iter().filter(|o| o.active) {
        choices.entry(option.key.clone()).or_default().push(option.value.clone());
    }
    choices
}

/// The tags that whoever asks decides; what the portal or AWS sets by itself cannot be posted.
pub(crate) fn check_tags(
    tagged: &Tagged<'_>,
    posted: &BTreeMap<String, String>,
) -> Result<BTreeMap<String, String>, Vec<FieldError>> {
    let sources = tagged.sources("", "");
    let wrong = |key: &str, message: String| FieldError::new(format!("tag[{key}]"), message);
    let mut errors = Vec::new();
    let mut tags = BTreeMap::new();
    for key in posted.keys().filter(|k| !sources.contains_key(*k)) {
        errors.push(wrong(key, "This product has no such tag.".to_owned()));
    }
    for (key, source) in sources {
        let value = posted.get(&key).map(|value| value.trim()).filter(|v| !v.is_empty());
        match value_of(&key, &source, value, &tagged.rules()) {
            Ok(Some(value)) => drop(tags.insert(key, value)),
            Ok(None) => {}
            Err(message) => errors.push(wrong(&key, message)),
        }
    }
    if errors.is_empty() { Ok(tags) } else { Err(errors) }
}

/// What of a tag goes with the request; none where it is not its to say.
pub(crate) fn value_of(
    key: &str,
    source: &TagSource,
    value: Option<&str>,
    rules: &[&TagRule],
) -> Result<Option<String>, String> {
    match (source, value) {
        (TagSource::Set(_) | TagSource::Catalog(_) | TagSource::Impossible(_), None) => Ok(None),
        (TagSource::Set(only) | TagSource::Catalog(only), Some(value)) if only == value => Ok(None),
        (TagSource::Set(_) | TagSource::Catalog(_), Some(_)) => Err("This tag is set by the platform.".to_owned()),
        (TagSource::Impossible(why), Some(_)) => Err(format!("No value is good for it: {why}.")),
        (TagSource::Choice(values), Some(value)) if values.iter().any(|v| v == value) => Ok(Some(value.to_owned())),
        (TagSource::Choice(values), _) => Err(format!("Choose one of {}.", values.join(", "))),
        (TagSource::Typed(wanted), None) => Err(format!("The tag policy asks for it: {}.", wanted.join(" and "))),
        (TagSource::Typed(wanted), Some(value)) => {
            if let Some(message) = mistake_in_tag(key, value) {
                return Err(message);
            }
            let mut of_key = rules.iter().filter(|rule| rule.key == key);
            if of_key.all(|rule| rule.values.accepts(value)) {
                Ok(Some(value.to_owned()))
            } else {
                Err(format!("The tag policy takes {}.", wanted.join(" and ")))
            }
        }
    }
}

/// A field for a tag that somebody decides: a choice, or a text where the tag policy takes patterns.
pub(crate) fn field_of(key: String, source: TagSource) -> Option<FormField> {
    let (control, limits) = match source {
        TagSource::Choice(values) => (FormControl::Choice { values }, None),
        TagSource::Typed(wanted) => {
            let control = FormControl::Text { min_length: None, max_length: Some(256), pattern: None };
            (control, Some(wanted.join(" and ")))
        }
        TagSource::Set(_) | TagSource::Catalog(_) | TagSource::Impossible(_) => return None,
    };
    let (name, help, default) = (format!("tag[{key}]"), String::new(), None);
    Some(FormField { name, label: key, help, default, control, required: true, limits })
}
