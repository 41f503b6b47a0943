//! The tags of an environment's resources.

use std::collections::BTreeMap;

use domain::catalog::Product;
use domain::project::Project;
use domain::request::Request;

use crate::request_form::{project_tag, tag_choices};

/// Who it is for and what it belongs to, and the TagOption choices. A TagOption key with one value is set by AWS itself.
pub(crate) fn sent(
    request: &Request,
    product: &Product,
    project: &Project,
    environment: &str,
) -> BTreeMap<String, String> {
    let mut tags = BTreeMap::from([
        ("studiouserid".to_owned(), request.requester.studio_user_id().to_string()),
        ("project".to_owned(), request.project.to_string()),
        ("stage".to_owned(), request.stage.as_str().to_owned()),
        ("cost-center".to_owned(), project.cost_center.clone()),
        ("data-class".to_owned(), project.data_class.as_str().to_owned()),
        ("studiogate:environment".to_owned(), environment.to_owned()),
    ]);
    for (key, values) in tag_choices(&product.tag_options) {
        let own = project_tag(&key, project).filter(|value| values.contains(value));
        match request.tags.get(&key).cloned().or(own) {
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
