//! The tags of an environment's resources.

use std::collections::BTreeMap;

use domain::catalog::Product;
use domain::project::{Project, Stage};
use domain::request::Request;

use crate::request_form::{project_tag, tag_choices};

/// What stands for the id of an environment that is not made yet.
pub(crate) const NO_ENVIRONMENT_YET: &str = "the environment's id";

/// Who it is for and what it belongs to, and the TagOption choices. A TagOption key with one value is set by AWS itself.
pub(crate) fn sent(
    request: &Request,
    product: &Product,
    project: &Project,
    environment: &str,
) -> BTreeMap<String, String> {
    let who = request.requester.studio_user_id();
    of(who.as_str(), request.stage, &request.tags, product, project, environment)
}

/// The same, of what is not a request yet.
pub(crate) fn of(
    who: &str,
    stage: Stage,
    chosen: &BTreeMap<String, String>,
    product: &Product,
    project: &Project,
    environment: &str,
) -> BTreeMap<String, String> {
    let mut tags = BTreeMap::from([
        ("studiouserid".to_owned(), who.to_owned()),
        ("project".to_owned(), project.id.to_string()),
        ("stage".to_owned(), stage.as_str().to_owned()),
        ("cost-center".to_owned(), project.cost_center.clone()),
        ("data-class".to_owned(), project.data_class.as_str().to_owned()),
        ("studiogate:environment".to_owned(), environment.to_owned()),
    ]);
    for (key, values) in tag_choices(&product.tag_options) {
        let own = project_tag(&key, project).filter(|value| values.contains(value));
        match chosen.get(&key).cloned().or(own) {
            Some(value) => {
                tags.insert(key, value);
            }
            None if values.len() == 1 => {
                tags.remove(&key);
            }
            None => {}
        }
    }
    tags
}

/// What the resources end up with: what is sent, and what AWS sets by itself.
pub(crate) fn resulting(
    request: &Request,
    product: &Product,
    project: &Project,
    environment: &str,
) -> BTreeMap<String, String> {
    let mut tags = sent(request, product, project, environment);
    for (key, values) in tag_choices(&product.tag_options) {
        if let [only] = values.as_slice() {
            tags.entry(key).or_insert_with(|| only.clone());
        }
    }
    tags
}
