//! Which requests of a list are wanted.

use domain::id::{ProductId, ProjectId, RequestId};
use domain::person::PersonKey;
use domain::request::RequestState;

use crate::sql::{Sql, contains};

/// See the module. All that is set has to hold.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct RequestFilter {
    /// Any of these.
    pub ids: Option<Vec<RequestId>>,
    pub state: Option<RequestState>,
    pub project: Option<ProjectId>,
    pub requester: Option<PersonKey>,
    pub product: Option<ProductId>,
    /// In the name or the justification.
    pub text: Option<String>,
}

impl RequestFilter {
    /// Appends ` AND ...` for all that is set.
    pub(crate) fn push(&self, sql: &mut Sql) {
        match self.ids.as_deref() {
            None => {}
            Some([]) => {
                sql.push(" AND 1 = 0");
            }
            Some(ids) => {
                sql.push(" AND id IN ").tuple(ids.iter().map(RequestId::as_str));
            }
        }
        if let Some(state) = self.state {
            sql.push(" AND state = ").value(state.as_str());
        }
        if let Some(project) = &self.project {
            sql.push(" AND project_id = ").value(project.as_str());
        }
        if let Some(requester) = &self.requester {
            sql.push(" AND requester_issuer = ").value(&requester.issuer);
            sql.push(" AND requester_subject = ").value(&requester.subject);
        }
        if let Some(product) = &self.product {
            sql.push(" AND product_id = ").value(product.as_str());
        }
        if let Some(text) = self.text.as_deref().filter(|text| !text.trim().is_empty()) {
            sql.push(" AND (lower(name) LIKE ").value(contains(text)).push(" ESCAPE '\\'");
            sql.push(" OR lower(justification) LIKE ").value(contains(text)).push(" ESCAPE '\\')");
        }
    }
}
